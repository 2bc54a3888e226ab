"""Comments that ignore nothing: ``safelinks: ignore[SL301]`` beside a link without that problem.

What was not asked could still be found: only what is certain is said. It does not matter which
rules a run reports: a comment is used if any rule that it names finds something.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from attrs import field

from safelinks.addresses.place import Place
from safelinks.errors import SetupError
from safelinks.foundation.values import define, frozen
from safelinks.rules.checked_link import CheckedLink, over_https
from safelinks.rules.detectors import Aspect
from safelinks.rules.finding import Finding
from safelinks.rules.judge import Judge
from safelinks.rules.names_in_text import Remark
from safelinks.rules.rule_table import RULES, UNUSED_IGNORE, Rule
from safelinks.rules.selection import Selection, codes_of
from safelinks.rules.suppressions import ALL, IgnoreComment, Ignored

__all__ = ["CommentedTexts", "unused_ignores"]


@frozen(kw_only=True)
class CommentedTexts:
    """What is known of texts with comments: what they say to ignore, and what there is in them.

    Rules that are about neither `rows` nor `remarks` count if they were `looked_for`; what comments
    ignore of them is among what was `silenced`. On lines of files that are `unjudged`, nobody knows
    what they would find.
    """

    ignored: Mapping[str, Ignored]
    rows: Iterable[CheckedLink]
    remarks: Iterable[Remark]
    now: datetime
    silenced: Sequence[Finding] = ()
    looked_for: Collection[str] = ()
    unjudged: Sequence[tuple[str, int | None]] = ()


def unused_ignores(selection: Selection, texts: CommentedTexts) -> Iterator[Finding]:
    """What to say of comments of which a rule ignores nothing, for certain."""
    if not selection.inline:
        return
    told = {
        file: one.comments
        for file, one in texts.ignored.items()
        if one.comments and UNUSED_IGNORE in selection.rules(file)
    }
    if not told:
        return
    in_file: dict[str, list[CheckedLink]] = {file: [] for file in told}
    everything = Judge(Selection(), texts.ignored, texts.now)
    for row in texts.rows:
        if row.file in told:
            in_file[row.file].append(row)
            everything.of_row(row)
    everything.of_remarks(remark for remark in texts.remarks if remark.file in told)
    used: dict[str, list[Finding]] = {file: [] for file in told}
    for finding in (*everything.silenced, *texts.silenced):
        if finding.file in used:
            used[finding.file].append(finding)
    unjudged: dict[str, set[int | None]] = {}
    for file, at in texts.unjudged:
        unjudged.setdefault(file, set()).add(at)
    for file, comments in told.items():
        counting = {rule.code for rule in selection.rules(file)}
        unknown = {code for code in _APART if code not in texts.looked_for or code not in counting}
        lines = _CommentedLines.of(comments, in_file[file], used[file], frozenset(unknown))
        for line in unjudged.get(file, ()):
            for one in (_ANYWHERE, line):
                lines.used.setdefault(one, set()).update(_APART)
        unused = ((comment, lines.unused(comment)) for comment in comments)
        for number, (comment, selectors) in enumerate(filter(lambda one: one[1], unused), 1):
            yield Finding(
                UNUSED_IGNORE.code,
                UNUSED_IGNORE.name,
                selection.level(UNUSED_IGNORE),
                _sentence(comment, selectors),
                file,
                Place(comment.line, comment.column),
                times=number,
            )


_ANYWHERE = None  # the line that stands for all of a file
# Rules that find nothing in a row or a remark.
_APART = frozenset(
    code for code, rule in RULES.items() if rule.aspect is None and rule.remark is None
) - {UNUSED_IGNORE.code}


@define
class _CommentedLines:
    """What there is on each line of a file, and on any of them: so each is looked at once.

    `rows` are the addresses, `used` the codes of what is silenced, `kept` the lines with comments
    that are to stay. Of the rules in `unknown`, nobody knows what they would find.
    """

    rows: Mapping[int | None, Sequence[CheckedLink]]
    used: dict[int | None, set[str]]
    kept: set[int | None]
    unknown: frozenset[str]
    _unused: dict[tuple[frozenset[str], frozenset[int | None]], bool] = field(
        factory=dict, init=False
    )

    @classmethod
    def of(
        cls,
        comments: Iterable[IgnoreComment],
        rows: Iterable[CheckedLink],
        silenced: Iterable[Finding],
        unknown: frozenset[str],
    ) -> _CommentedLines:
        """Those of one file."""
        at: dict[int | None, list[CheckedLink]] = {}
        for row in rows:
            for line in {_ANYWHERE, *(place.line for place in row.places)}:
                at.setdefault(line, []).append(row)
        used: dict[int | None, set[str]] = {}
        for one in silenced:
            for line in {_ANYWHERE, one.place.line}:
                used.setdefault(line, set()).add(one.code)
        kept: set[int | None] = set()
        for comment in comments:
            if any(map(_keeps, comment.selectors)):
                kept |= comment.lines or {_ANYWHERE}
        return cls(at, used, kept, unknown)

    def unused(self, comment: IgnoreComment) -> list[str]:
        """The selectors of a comment that ignore nothing, for certain."""
        if not self.kept.isdisjoint({_ANYWHERE, comment.line}):
            return []
        lines = frozenset({_ANYWHERE}) if comment.lines is None else comment.lines
        return [one for one in comment.selectors if self._ignores_nothing(_codes(one), lines)]

    def _ignores_nothing(self, codes: frozenset[str], lines: frozenset[int | None]) -> bool:
        """Whether none of the rules finds anything there: found out once, however often asked."""
        key = codes - {UNUSED_IGNORE.code}, lines
        if key not in self._unused:
            rules = [RULES[code] for code in key[0]]
            is_known = bool(rules) and codes.isdisjoint(self.unknown)
            self._unused[key] = is_known and not any(
                not codes.isdisjoint(self.used.get(line, ()))
                or any(
                    not _is_settled(rule, row) for row in self.rows.get(line, ()) for rule in rules
                )
                for line in lines
            )
        return self._unused[key]


def _keeps(selector: str) -> bool:
    """Whether a selector says to keep the comments there; one that ignores all does not."""
    return selector != ALL and UNUSED_IGNORE.code in _codes(selector)


@lru_cache(maxsize=256)
def _codes(selector: str) -> frozenset[str]:
    """The codes of a selector; none of one that is unknown, which is told elsewhere."""
    try:
        return codes_of(selector)
    except SetupError:
        return frozenset()


def _is_settled(rule: Rule, row: CheckedLink) -> bool:
    """Whether the rule would have found by now what there is to be found of an address."""
    if not rule.about_network:
        return True
    past = row.outcome.past
    if past is not None and past.reused:  # of which not everything is known
        return False
    if rule.aspect is Aspect.INSECURE and over_https(row.target or "") is not None:
        return False  # it may not have been asked over HTTPS
    return rule.settled_by is None or row.verdict in rule.settled_by


def _sentence(comment: IgnoreComment, unused: Iterable[str]) -> str:
    where = "this comment" if comment.lines is not None else "this comment for the whole file"
    named = ", ".join(one for one in unused if one != ALL)
    return f"{where} ignores nothing{f' ({named})' if named else ''}"
