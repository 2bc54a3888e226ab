"""How the City's catalog does on addresses and searches that people met, counted.

`python tests/support/catalog_cases.py [FILE]` prints the figures of `docs/catalog.md`; with `-v`,
every case that is not right. A FILE has lines as those of `tests/data/catalog/cases.jsonl`, or, if
its name ends in .csv, as those of `typed.csv` there.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from attrs import frozen

from safelinks.catalog import Catalog, Match

__all__ = ["CASES", "TYPED", "Typed", "Verdict", "of_address", "of_kind", "rank", "typed"]

CASES = Path(__file__).parent.parent / "data" / "catalog" / "cases.jsonl"
TYPED = CASES.with_name("typed.csv")
_MOST = 3  # answers that people read


class Verdict(StrEnum):
    """What an answer to an address is worth. A wrong name is worse than none."""

    RIGHT = "right"
    AGENCY_ONLY = "agency only"  # the agency is right, and the resource is known, but not named
    UNNAMED = "unnamed"
    WRONG = "wrong"


def of_kind(kind: str, file: Path = CASES) -> list[dict[str, Any]]:
    """The cases of one kind."""
    lines = file.read_text("utf-8").splitlines()
    return [case for case in map(json.loads, lines) if case["kind"] == kind]


def of_address(match: Match, want: Mapping[str, str | None]) -> Verdict:
    """What the catalog says of an address, held against what is known of it."""
    resource, agency = _wanted(want, "resource"), _wanted(want, "agency")
    entry, body = match.resource, match.agency or match.owner
    if entry is None and (body is None or match.owner is not None):
        # Nothing is named but whose domain it is; which is all that there is to say of some.
        known = resource is None and agency in (None, body and body.acronym)
        return Verdict.RIGHT if known else Verdict.UNNAMED
    if resource is not None:
        if entry is not None and entry.id == resource:
            return Verdict.RIGHT if agency in (None, entry.agency) else Verdict.WRONG
        whole_site = entry is None or entry.category == "agency-site"
        right = body is not None and body.acronym == agency
        return Verdict.AGENCY_ONLY if whole_site and right else Verdict.WRONG
    right = body is not None and body.acronym == agency
    whole_site = entry is None or entry.category == "agency-site"
    return Verdict.RIGHT if right and whole_site else Verdict.WRONG


def _wanted(want: Mapping[str, str | None], name: str) -> str | None:
    value = want[name]
    return None if value == "NONE" else value


def rank(found: list[str], want: list[str]) -> int:
    """At which place the first of the wanted resources is; 0 for none of the first three."""
    places = (place for place, ident in enumerate(found[:_MOST], start=1) if ident in want)
    return next(places, 0)


@frozen
class Typed:
    """What came of searches that people type, of which some have rightly no answer.

    Of each, the words: all that were asked, those that have the right answer among the first three,
    those where that is not called weak, and those where something wrong is shown as if it were right.
    """

    asked: list[str]
    right: list[str]
    sure: list[str]
    wrong: list[str]


def typed(file: Path = TYPED) -> Typed:
    """How the City's catalog does on the searches in a table."""
    found = Typed([], [], [], [])
    with file.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            words, wanted = row["words"], set(row["resources"].split())
            answers = Catalog.nyc().answers(words)
            first = {one.resource.id for one in answers[:_MOST]}
            strong = [one.resource.id for one in answers if not one.weak]
            is_sure = bool(wanted & {*strong[:_MOST]}) if wanted else not strong
            found.asked.append(words)
            found.right.extend([words] if is_sure or wanted & first else [])
            found.sure.extend([words] if is_sure else [])
            found.wrong.extend([words] if strong and not is_sure else [])
    return found


def _lines_of_typed(file: Path, *, every: bool) -> Iterator[str]:
    found = typed(file)
    yield f"typed      {len(found.asked):4}  first three {len(found.right)}, sure {len(found.sure)}"
    yield f"                 wrong, shown as right {len(found.wrong)}"
    for words in found.asked if every else ():
        if words not in found.right or words in found.wrong:
            answers = [(one.resource.id, one.weak) for one in Catalog.nyc().answers(words)]
            yield f"    {words}: {answers[:_MOST]}"


def _lines(file: Path, *, every: bool) -> Iterator[str]:
    catalog = Catalog.nyc()
    cases = of_kind("match", file)
    verdicts = {
        case["input"]: of_address(catalog.identify(case["input"]), case["want"]) for case in cases
    }
    count = Counter(verdicts.values())
    to_name = sum(case["want"]["agency"] != "NONE" for case in cases)
    named = to_name - sum(verdicts[case["input"]] is Verdict.UNNAMED for case in cases)
    yield f"addresses  {len(cases):4}  named {named} of {to_name}"
    yield f"                 {', '.join(f'{one} {count[one]}' for one in Verdict)}"
    for case in cases if every else ():
        if verdicts[case["input"]] is not Verdict.RIGHT:
            match = catalog.identify(case["input"])
            said = match.resource and match.resource.id, match.agency and match.agency.acronym
            yield f"    {verdicts[case['input']]}: {case['input']} {said} {case['want']}"
    searches = of_kind("find", file)
    found = {case["input"]: [one.id for one in catalog.find(case["input"])] for case in searches}
    ranks = {case["input"]: rank(found[case["input"]], case["want"]) for case in searches}
    silent = sum(not answers for answers in found.values())
    first, three = sum(one == 1 for one in ranks.values()), sum(one > 0 for one in ranks.values())
    yield f"searches   {len(searches):4}  first {first}, first three {three}"
    yield f"                 nothing {silent}, wrong {len(searches) - three - silent}"
    for case in searches if every else ():
        if ranks[case["input"]] != 1:
            yield f"    {case['input']}: {found[case['input']][:5]}, not {case['want']}"


if __name__ == "__main__":
    arguments = [one for one in sys.argv[1:] if one != "-v"]
    for chosen in map(Path, arguments) if arguments else (CASES, TYPED):
        lines = _lines_of_typed if chosen.suffix == ".csv" else _lines
        sys.stdout.write("\n".join(lines(chosen, every="-v" in sys.argv)) + "\n")
