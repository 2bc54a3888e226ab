"""The judge: rows, remarks and problems in, findings out.

That is by a selection of rules, and by what texts ignore.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache

from attrs import evolve, field

from safelinks.addresses.place import Place
from safelinks.documents.verbatim.verbatim_ranges import Within
from safelinks.errors import SetupError
from safelinks.foundation.values import define
from safelinks.rules.checked_link import CheckedLink
from safelinks.rules.detectors import Aspect, RuleResult, aspects_of
from safelinks.rules.finding import Finding, Level
from safelinks.rules.local_problems import LocalProblem
from safelinks.rules.names_in_text import Remark
from safelinks.rules.rule_table import (
    BROKEN_LINK,
    OF_LOCAL_LINKS,
    OF_REMARKS,
    OF_WRAPPERS,
    Group,
    Rule,
)
from safelinks.rules.selection import Selection, codes_of
from safelinks.rules.suppressions import NOTHING_IGNORED, Ignored

__all__ = ["Judge", "in_order"]

_IN = {Within.CODE: "in code", Within.COMMENT: "in a comment"}


@define
class Judge:
    """Says what there is to say of rows and remarks, one by one.

    `ignored` is what the text of each file says to ignore; `silenced` counts what was left out for
    that. `now` is the time that certificates are held against. Links in files that are `fixed`
    cannot be replaced.
    """

    selection: Selection
    ignored: Mapping[str, Ignored]
    now: datetime
    fixed: Collection[str] = ()
    silenced: list[Finding] = field(factory=list, init=False)
    _counting: dict[str, tuple[Rule, ...]] = field(factory=dict, init=False)
    _looks: dict[str, dict[tuple[bool, ...], tuple[Rule, ...]]] = field(factory=dict, init=False)
    _times: Counter[tuple[str, str, str]] = field(factory=Counter, init=False)

    def of_row(self, row: CheckedLink) -> list[Finding]:
        """What there is to say of a row, at each of its places."""
        rules = self._looking(row.file, aspects_of(row))
        if not rules:
            return []
        aside = {} if self.selection.verbatim else _aside(row)
        return _agreed(
            [
                finding
                for rule in rules
                for found in rule.look(row, self.now)
                for place in self._places(row, rule, found, aside)
                for finding in self._counted(self._finding(row, rule, found, place, aside))
            ]
        )

    @staticmethod
    def _places(
        row: CheckedLink, rule: Rule, found: RuleResult, aside: Mapping[Place, Within]
    ) -> list[Place]:
        """Where something was found, each place once; what is `aside` comes last.

        So the number of what a reader sees does not hang on how often it stands in code.
        """
        everywhere = row.link_places if rule.of_links else row.places
        places = dict.fromkeys(everywhere if found.places is None else found.places)
        return sorted(places, key=aside.__contains__)

    def _rules(self, file: str) -> tuple[Rule, ...]:
        """The rules that count in a file, which many rows are of."""
        if file not in self._counting:
            self._counting[file] = self.selection.rules(file)
        return self._counting[file]

    def _looking(self, file: str, aspects: tuple[bool, ...]) -> tuple[Rule, ...]:
        """The rules that may find something in a row of a file that has such `aspects`."""
        looks = self._looks.setdefault(file, {})
        if aspects not in looks:
            there = {aspect for aspect, has in zip(Aspect, aspects, strict=True) if has}
            looks[aspects] = tuple(rule for rule in self._rules(file) if rule.aspect in there)
        return looks[aspects]

    def of_remarks(self, remarks: Iterable[Remark]) -> list[Finding]:
        """What there is to say of texts."""
        return [
            finding
            for remark in remarks
            if OF_REMARKS[remark.kind] in self._rules(remark.file)
            for finding in self._counted(self._remarked(remark))
        ]

    def _remarked(self, remark: Remark) -> Finding:
        rule = OF_REMARKS[remark.kind]
        return Finding(
            rule.code,
            rule.name,
            self.selection.level(rule),
            remark.message,
            remark.file,
            remark.place,
            remark.url,
            remark.resource.id,
            remark.current_url if remark.url else None,
        )

    def of_local_links(self, problems: Iterable[LocalProblem]) -> list[Finding]:
        """What there is to say of links to files."""
        return [
            finding
            for problem in problems
            if (rule := OF_LOCAL_LINKS[problem.kind]) in self._rules(problem.file)
            for finding in self._counted(
                Finding(
                    rule.code,
                    rule.name,
                    self.selection.level(rule),
                    problem.message,
                    problem.file,
                    problem.place,
                    problem.reference,
                    replacement=problem.replacement,
                    fixable=problem.fixable and problem.file not in self.fixed,
                )
            )
        ]

    def _finding(
        self,
        row: CheckedLink,
        rule: Rule,
        found: RuleResult,
        place: Place,
        aside: Mapping[Place, Within],
    ) -> Finding:
        """What was found at a place; what the network says is but a note in what is `aside`."""
        resource = row.match.resource if row.match else None
        within = aside.get(place) if rule.group is Group.NETWORK else None
        levels = (
            self.selection.level(rule),
            found.level or Level.ERROR,
            Level.NOTE if within else Level.ERROR,
        )
        return Finding(
            rule.code,
            rule.name,
            max(levels, key=lambda level: level.rank),
            f"{found.message}; {_IN[within]}" if within else found.message,
            row.file,
            place,
            row.target or row.url,
            resource.id if resource else None,
            found.replacement,
            found.fixable and row.file not in self.fixed,
            excused=row.excused and rule.code in BROKEN_LINK,
            archived=row.outcome.archived if rule.code in BROKEN_LINK else None,
        )

    def _counted(self, finding: Finding) -> Iterator[Finding]:
        """`finding` with its number, unless the text says to ignore it."""
        ignored = self.ignored.get(finding.file, NOTHING_IGNORED) if self.selection.inline else None
        if ignored and any(
            finding.code in _known_codes(one) for one in ignored.at(finding.place.line)
        ):
            self.silenced.append(finding)
            return
        key = (finding.code, finding.file, finding.subject)
        self._times[key] += 1
        yield finding.numbered(self._times[key])


def _aside(row: CheckedLink) -> dict[Place, Within]:
    """What each place is in where a row stands in nothing but code or a comment."""
    read = {sighting.place for sighting in row.sightings if sighting.within is None}
    return {
        sighting.place: sighting.within
        for sighting in row.sightings
        if sighting.within is not None and sighting.place not in read
    }


def _agreed(findings: list[Finding]) -> list[Finding]:
    """`findings` on one address, of which all say to write the same.

    In the place of a wrapper, too, that is what is to stand for its target. What `--fix` writes is
    only what is looked for and certain: where that is just the target of a wrapper, it stays so.
    """
    newer = [one for one in findings if one.replacement and one.code not in OF_WRAPPERS]
    if not newer:
        return findings
    best = next((one for one in newer if one.fixable), newer[0])
    return [
        evolve(one, replacement=best.replacement) if _gives_way(one, best) else one
        for one in findings
    ]


def _gives_way(finding: Finding, best: Finding) -> bool:
    if finding.replacement is None:
        return False
    return not finding.fixable or (best.fixable and finding.code in OF_WRAPPERS)


@lru_cache(maxsize=256)
def _known_codes(selector: str) -> frozenset[str]:
    """The codes of selectors in a text; an unknown one is reported elsewhere."""
    try:
        return codes_of(selector)
    except SetupError:
        return frozenset()


def in_order(findings: Iterable[Finding], files: Iterable[str]) -> tuple[Finding, ...]:
    """`findings` as a reader meets them: by file, by place, the gravest first."""
    order = {file: number for number, file in enumerate(files)}

    def rank(finding: Finding) -> tuple[object, ...]:
        at = order.get(finding.file, len(order))
        return at, _where(finding.place), finding.level.rank, finding.code

    return tuple(sorted(findings, key=rank))


def _where(place: Place) -> tuple[int, ...]:
    numbers = (place.message, place.page, place.slide, place.paragraph, place.line, place.column)
    return tuple(number or 0 for number in numbers)
