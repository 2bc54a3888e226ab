"""The survey: what was collected and what the network said, as rows and findings, to a report.

Here it is decided what of an address may be shown: rows leave this room without the recipient's
address and without session credentials, unless they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from attrs import evolve, field

from safelinks.catalog import Catalog
from safelinks.checks.collecting import (
    Collection,
    appraise_group,
    is_harmless,
    is_written_harmless,
)
from safelinks.checks.link_groups import GroupKey, LinkGroup
from safelinks.checks.link_outcome import outcome_of
from safelinks.checks.local_link_options import LocalLinkOptions
from safelinks.checks.looked_at import LookedAt
from safelinks.checks.report import Report
from safelinks.foundation.values import define
from safelinks.health.model.outcome import Outcome
from safelinks.rules import OF_WRAPPERS, Finding, Judge, Selection, in_order
from safelinks.rules.checked_link import BROKEN, WORKS, CheckedLink, over_https
from safelinks.rules.rule_table import OF_LOCAL_LINKS
from safelinks.wrappers.redaction import link_redaction
from safelinks.wrappers.redaction.running_text_redaction import redact_rest

if TYPE_CHECKING:
    from safelinks.checks.file_plan import ReferencePlan
    from safelinks.checks.fix_plan import Mending
    from safelinks.checks.marked_text import FileText

__all__ = ["JudgedLink", "Survey"]

_OF_FILES = frozenset(rule.code for rule in OF_LOCAL_LINKS.values())
_MANY = 50_000  # rows: fewer are kept, for that is quicker
JudgedLink = tuple[CheckedLink, tuple[Finding, ...]]


@define
class Survey:
    """What there is to say of what was `found`, row by row as outcomes come, and as a report.

    A link that does not work fails a check once it did not in `dead_after` runs in a row, which
    takes a history.
    """

    found: Collection
    catalog: Catalog
    selection: Selection = field(factory=Selection)
    show_recipients: bool = field(default=False, kw_only=True)
    dead_after: int = field(default=1, kw_only=True)
    now: datetime = field(factory=lambda: datetime.now(UTC), kw_only=True)
    local_links: LocalLinkOptions | None = field(default=None, kw_only=True)

    _judge: Judge = field(init=False)
    _judged: dict[GroupKey, JudgedLink] = field(factory=dict, init=False)
    _passed: list[Finding] | None = field(default=None, init=False)  # of rows that are not kept
    _of_texts: tuple[Finding, ...] | None = field(default=None, init=False)
    _of_references: LookedAt | None = field(default=None, init=False)
    _of_files: tuple[Finding, ...] | None = field(default=None, init=False)
    nameless: Callable[[str], str] = field(init=False)  # a text without any recipient
    _shown: Callable[[str], str] = field(init=False)
    _by_target: dict[str, list[GroupKey]] | None = field(default=None, init=False)
    _heard: dict[str, Outcome] = field(factory=dict, init=False)
    _waiting: dict[str, list[GroupKey]] = field(factory=dict, init=False)  # by what they wait for

    @_judge.default
    def _a_judge(self) -> Judge:
        return Judge(self.selection, self.found.ignored, self.now, self.found.fixed)

    @nameless.default
    def _leaving_out(self) -> Callable[[str], str]:
        everybody = frozenset(self.found.everybody)

        @lru_cache(maxsize=16)  # a row names its target several times
        def shown(text: str) -> str:
            """`text` without any recipient: the link of one may name that of another."""
            return link_redaction.shown(text, everybody)

        return shown

    @_shown.default
    def _showing(self) -> Callable[[str], str]:
        return str if self.show_recipients else self.nameless

    def judge_anew(self) -> None:
        """Forget every judgement: from now on, more is known of the addresses."""
        self._judged, self._of_texts, self._of_files = {}, None, None
        self._heard, self._waiting = {}, {}
        self._judge = self._a_judge()

    def excuse_nothing(self) -> None:
        """From now on, fail for every link that does not work: what earlier runs saw is lost."""
        self.dead_after = 1

    @property
    def notes(self) -> tuple[str, ...]:
        """What is odd about the files, as it may be shown: it may quote what they say."""
        return tuple(map(self._shown, self.found.notes))

    def unasked(self) -> Iterator[JudgedLink]:
        """The rows of addresses that are not requested."""
        for key in self.found.groups:
            if self.found.groups.is_plain(key) and not is_written_harmless(key[1]):
                continue  # as nearly all, where there are many
            link = self.found.groups[key].first
            if self.found.groups[key].role or link.target is None or is_harmless(link):
                yield self._judgement(key, {})

    def of(self, outcome: Outcome) -> Iterator[JudgedLink]:
        """The rows about the address of an `outcome`, and those that waited for it."""
        for _, judged in self.of_each(outcome):
            yield judged

    def of_each(self, outcome: Outcome) -> Iterator[tuple[GroupKey, JudgedLink]]:
        """The rows about the address of an `outcome`, each with the key of its links.

        Where the same address is linked over https, too, a row says whether that works: it comes
        with the later outcome of the two.
        """
        self._heard[outcome.url] = outcome
        if self._by_target is None:
            self._by_target = {}
            for key, group in self.found.groups.items():
                if not group.first.defanged and group.role is None:
                    self._by_target.setdefault(group.first.target or "", []).append(key)
        secure = over_https(outcome.url)
        keys = self._by_target.get(outcome.url, [])
        if secure in self._by_target and secure not in self._heard:
            self._waiting[secure] = keys
        else:
            for key in (*keys, *self._waiting.pop(outcome.url, ())):
                yield key, self._judgement(key, self._heard)

    def report(self, outcomes: Mapping[str, Outcome], *, interrupted: bool = False) -> Report:
        """The report, with what is known of each target in `outcomes`."""
        judged = []
        if self._passed is None:
            judged = [self._judgement(key, outcomes) for key in self.found.groups]
        remarks = tuple(remark.as_shown(self._shown) for remark in self.found.remarks)
        findings = [finding for _, found in judged for finding in found] + (self._passed or [])
        findings += self._remarked()
        local = self._local_findings()
        unjudged = self._looked_at().unjudged
        if self.found.ignored and not self.found.is_partial:
            from safelinks.rules.unused_ignores import CommentedTexts, unused_ignores  # noqa: PLC0415  few texts have comments

            texts = CommentedTexts(
                ignored=self.found.ignored,
                rows=(row for row, _ in judged),
                remarks=remarks,
                now=self.now,
                silenced=self._judge.silenced,
                looked_for=_OF_FILES if self.local_links is not None else (),
                unjudged=tuple((file, one.place.line) for file, one in unjudged),
            )
            findings += unused_ignores(self.selection, texts)
        if self._judge.silenced or self.found.elsewhere:
            findings = list(self._as_planned(findings, outcomes))
        findings += local
        return Report(
            tuple(row for row, _ in judged),
            tuple(self.found.files),
            self.notes,
            remarks,
            interrupted,
            in_order(findings, self.found.files),
            self.selection,
            silenced=len(self._judge.silenced),
            at=self.now,
            texts=tuple(self._texts()),
            local_links=sum(map(len, self.found.references.values())),
            unjudged=frozenset((file, self._shown(one.written)) for file, one in unjudged),
        )

    def _remarked(self) -> tuple[Finding, ...]:
        """The findings on what texts name."""
        if self._of_texts is None:
            remarks = [remark.as_shown(self._shown) for remark in self.found.remarks]
            self._of_texts = tuple(self._judge.of_remarks(remarks))
        return self._of_texts

    def beside_rows(self) -> tuple[Finding, ...]:
        """The findings that are not about rows."""
        return (*self._remarked(), *self._local_findings())

    @property
    def may_pass_by(self) -> bool:
        """Whether there are many rows, and a report needs to know no more than their findings."""
        told = self.found.ignored or self.found.texts
        return len(self.found.groups) >= _MANY and not (told or self.found.is_partial)

    def pass_by(self) -> Iterator[JudgedLink]:
        """Every row when nobody is asked, each made anew: the report has none of them then."""
        self._passed = []
        for key in self.found.groups:
            judged = self._judged.get(key) or self._judged_anew(key, {})
            self._passed += judged[1]
            yield judged

    def _local_findings(self) -> tuple[Finding, ...]:
        """The findings on links to files, which are looked at once.

        What is silenced somewhere in a file, or stands where nobody was to look, stays as it is.
        """
        if self._of_files is not None:
            return self._of_files
        problems = self._looked_at().problems
        silenced = len(self._judge.silenced)
        found = self._judge.of_local_links(one.as_shown(self._shown) for one in problems)
        stay = {(one.file, one.subject) for one in self._judge.silenced[silenced:]}
        stay |= self.found.spared_references
        self._of_files = tuple(
            evolve(one, fixable=False) if one.fixable and (one.file, one.subject) in stay else one
            for one in found
        )
        return self._of_files

    def _looked_at(self) -> LookedAt:
        references = self.found.references
        if self.local_links is None or not references:
            return LookedAt()
        if self._of_references is None:
            from safelinks.checks.local_links import look_at  # noqa: PLC0415  few texts have such links

            paths = {file: str(self.found.readings[file].path) for file in references}
            self._of_references = look_at(references, paths, self.local_links)
        return self._of_references

    def rereferencing(self) -> Mapping[str, ReferencePlan]:
        """What to write for references to files, by file."""
        from safelinks.checks.file_plan import ReferencePlan  # noqa: PLC0415  only who fixes pays

        plans: dict[str, ReferencePlan] = {}
        for one in self._local_findings():
            if one.fixable and one.url is not None and one.replacement is not None:
                plan = plans.setdefault(one.file, ReferencePlan())
                plan.add(one.url, one.replacement, one.fingerprint)
        return plans

    def _as_planned(
        self, findings: Iterable[Finding], outcomes: Mapping[str, Outcome]
    ) -> Iterator[Finding]:
        """The findings; those that no plan is about are not fixable."""
        planned = set().union(*(plan.mends for plan in self.mending(outcomes).values()))
        for one in findings:
            stays = one.fixable and one.fingerprint not in planned
            yield evolve(one, fixable=False) if stays else one

    def _texts(self) -> Iterator[FileText]:
        """The texts that were kept, as they may be shown."""
        if not self.found.texts:
            return
        rows = {key: (at, self._judged[key][0]) for at, key in enumerate(self.found.groups)}
        everybody = frozenset() if self.show_recipients else frozenset(self.found.everybody)
        for file, raw in self.found.texts.items():
            from safelinks.checks.link_marking import shown_text  # noqa: PLC0415  only who shows texts pays

            yield shown_text(file, raw, rows, self._shown_lines, everybody)

    def _shown_lines(self, text: str) -> str:
        """What may be shown of running text, line by line: with its line, a link ends."""
        rest = text if self.show_recipients else redact_rest(text)
        return "\n".join(map(self._shown, rest.splitlines()))

    def _judgement(self, key: GroupKey, outcomes: Mapping[str, Outcome]) -> JudgedLink:
        """A row and what there is to say of it: the same, however often it is asked for."""
        judged = self._judged.get(key)
        if judged is None:
            judged = self._judged[key] = self._judged_anew(key, outcomes)
        return judged

    def _judged_anew(self, key: GroupKey, outcomes: Mapping[str, Outcome]) -> JudgedLink:
        row = self._row(key[0], self.found.groups[key], outcomes)
        return row, tuple(self._judge.of_row(row))

    def mending(self, outcomes: Mapping[str, Outcome]) -> Mapping[str, Mending]:
        """What may be changed without asking a person, by file.

        What a comment in a text says to ignore somewhere stays as it is in all of that file, and so
        does what also stands where nobody was to look.
        """
        from safelinks.checks.fix_plan import Mending  # noqa: PLC0415  only who fixes pays

        certain = dict(self._certain(outcomes))
        plans: dict[str, Mending] = {}
        for key, findings in certain.items():
            file, target, _ = key
            if findings:
                # As the text has it, not as it may be shown.
                fix = self._row(file, self.found.groups[key], outcomes, str).fix
                _plan(plans.setdefault(file, Mending()), target, findings, fix)
        for (file, target, _), findings in certain.items():
            if findings:
                written = plans[file].end(target) is not None
                plans[file].marks.setdefault(target, set()).update(
                    one.fingerprint for one in findings if written or one.code in OF_WRAPPERS
                )
        return plans

    def _certain(self, outcomes: Mapping[str, Outcome]) -> Iterator[tuple[GroupKey, list[Finding]]]:
        """The findings that may be fixed without asking a person, by address."""
        judged = {key: self._judgement(key, outcomes)[1] for key in self.found.groups}
        silenced = {(one.file, one.subject, one.code) for one in self._judge.silenced}
        for key, findings in judged.items():
            if key[:2] in self.found.elsewhere:
                continue
            told = ((one, (one.file, one.subject, one.code)) for one in findings if one.fixable)
            yield key, [one for one, what in told if what not in silenced]

    def _row(
        self,
        file: str,
        group: LinkGroup,
        outcomes: Mapping[str, Outcome],
        shown: Callable[[str], str] | None = None,
    ) -> CheckedLink:
        """A row, everything in it as it may be `shown`."""
        appraise_group(self.found, group, self.catalog)
        shown, first = shown or self._shown, group.first
        outcome = outcome_of(first, outcomes, group.match, group.role)
        excused = (
            outcome.verdict in BROKEN
            and outcome.past is not None
            and outcome.past.runs < self.dead_after
        )
        return CheckedLink(
            file,
            shown(first.spelling),
            None if first.target is None else shown(first.target),
            None if group.match is None else group.match.as_shown(shown),
            outcome.as_shown(shown),
            tuple([sighting.as_shown(shown) for sighting in group.sightings]),
            tuple(group.recipients) if self.show_recipients else (),
            tuple(suspicion.as_shown(shown) for suspicion in group.doubts),
            excused,
            bool(outcomes) and _answers(over_https(first.target or ""), outcomes),
            self._names_somebody(outcome.replacement) and not self._names_somebody(first.target),
        )

    def _names_somebody(self, url: str | None) -> bool:
        return url is not None and self.nameless(url) != url


def _plan(plan: Mending, target: str, certain: Sequence[Finding], fix: str | None) -> None:
    """Put into `plan` what the findings on links to `target` call for."""
    codes = {one.code for one in certain}
    if codes & OF_WRAPPERS:
        plan.bare[target] = plan.bare.get(target, frozenset()) | (codes & OF_WRAPPERS)
    if fix is not None and codes - OF_WRAPPERS:
        plan.written[target] = fix


def _answers(url: str | None, outcomes: Mapping[str, Outcome]) -> bool:
    outcome = outcomes.get(url) if url is not None else None
    return outcome is not None and outcome.verdict in WORKS
