"""The findings as SARIF 2.1.0, for code scanning and for editors.

Section numbers are those of the standard (OASIS, with errata 01). There are no `fixes`: the report
knows where an address begins, not how it is written up to its end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC

from safelinks.addresses.place import Place
from safelinks.checks.report import Report
from safelinks.foundation.patterns import pattern_of
from safelinks.reports.wording.file_uris import uri
from safelinks.reports.wording.phrases import (
    address_on_one_line,
    caveats,
    line_of,
    on_one_line,
    sentence,
)
from safelinks.rules import RULES, Finding, Level, Rule
from safelinks.version import __version__

__all__ = ["MOST_RESULTS", "render"]

MOST_RESULTS = 25_000  # in a run, for GitHub, which refuses a file with more
_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_GROUPS: Mapping[str, str] = {
    "SL1": "link-wrapper",
    "SL2": "deceptive-link",
    "SL3": "broken-link",
    "SL4": "link-catalog",
    "SL5": "ignore-comment",
}
_PROBLEMS: Mapping[Level, str] = {  # GitHub's words
    Level.ERROR: "error",
    Level.WARNING: "warning",
    Level.NOTE: "recommendation",
}
_LINK = pattern_of(r"\](?=\()")  # 3.11.6: where a text would become the label of a link


def render(report: Report) -> Iterator[str]:
    """`report` as SARIF in ASCII, result by result."""
    rules = _rules(report)
    index = {rule.code: number for number, rule in enumerate(rules)}
    results = _gravest(report.findings)
    driver = {
        "name": "safelinks",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_descriptor(rule) for rule in rules],
    }
    invocation = _invocation(report, len(report.findings) - len(results))
    yield f'{{\n  "$schema": "{_SCHEMA}",\n  "version": "2.1.0",\n  "runs": [\n    {{\n'
    yield f'      "tool": {_indented({"driver": driver})},\n'
    yield '      "columnKind": "unicodeCodePoints",\n'
    yield f'      "invocations": {_indented([invocation])},\n      "results": ['
    compared = any(finding.known for finding in report.findings)
    for number, finding in enumerate(results):
        result = _result(finding, index[finding.code], compared=compared)
        yield f"{',' if number else ''}\n        {json.dumps(result)}"
    yield "\n      ]\n    }\n  ]\n}\n"


def _indented(value: object) -> str:
    return json.dumps(value, indent=2).replace("\n", "\n      ")


def _rules(report: Report) -> list[Rule]:
    """The rules that counted in any of the files, and those of the findings."""
    counted = {rule.code for file in report.files for rule in report.selection.rules(file)}
    counted |= {finding.code for finding in report.findings}
    return [rule for code, rule in RULES.items() if code in counted]


def _gravest(findings: Sequence[Finding]) -> Sequence[Finding]:
    """The findings in their order; if GitHub would not accept so many, the gravest new ones."""
    if len(findings) <= MOST_RESULTS:
        return findings
    order = sorted(
        range(len(findings)), key=lambda one: (findings[one].known, findings[one].level.rank)
    )
    return [findings[number] for number in sorted(order[:MOST_RESULTS])]


def _descriptor(rule: Rule) -> dict[str, object]:
    """3.49; GitHub shows the Markdown beside each result, as it stands, so nothing is escaped."""
    page = rule.page
    opening = " ".join(page.split("\n\n")[1].split())
    return {
        "id": rule.code,
        "name": "".join(map(str.capitalize, rule.name.split("-"))),
        "shortDescription": _message(rule.title),
        "fullDescription": _message(opening),
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": str(rule.level)},
        "properties": {
            "tags": ["links", _GROUPS[rule.code[:3]]],
            "problem.severity": _PROBLEMS[rule.level],
        },
    }


def _invocation(report: Report, left_out: int) -> dict[str, object]:
    """3.20: how the run went, with what a reader has to know of it as notifications."""
    told = [("warning", caveat) for caveat in caveats(report)]
    if left_out:
        missing = f"{left_out} of {len(report.findings)} findings are not in this file"
        why = f"it holds the {MOST_RESULTS:,} most severe, because GitHub accepts no more"
        told.append(("warning", f"{missing}: {why}. Check fewer files at a time."))
    told += [("note", on_one_line(note)) for note in report.notes]
    return {
        "executionSuccessful": not (report.interrupted or report.unread),
        "exitCode": report.exit_code,
        "endTimeUtc": f"{report.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "toolExecutionNotifications": [
            {"level": level, "message": _message(text)} for level, text in told
        ],
    }


def _result(finding: Finding, rule: int, *, compared: bool) -> dict[str, object]:
    """3.27."""
    place = finding.place
    where = f" ({on_one_line(str(place))})" if place.within else ""
    state = "unchanged" if finding.known else "new"
    properties = {
        "url": address_on_one_line(finding.url),
        "replacement": address_on_one_line(finding.replacement),
        "archived": address_on_one_line(finding.archived.url if finding.archived else None),
        "resource": on_one_line(finding.resource or ""),
    }
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": str(finding.level),
        "message": _message(f"{sentence(finding)}{where}"),
        "locations": [_location(finding.file, place)],
        "partialFingerprints": {"safelinks/v1": finding.fingerprint},
        **({"baselineState": state} if compared else {}),
        "properties": {name: value for name, value in properties.items() if value}
        | {"fixable": finding.fixable},
    }


def _location(file: str, place: Place) -> dict[str, object]:
    """3.28: a region where lines are those of the file, else the place in words."""
    physical: dict[str, object] = {"artifactLocation": {"uri": uri(file)}}
    line = line_of(place)
    if line is not None:
        column = {} if place.column is None else {"startColumn": place.column}
        physical["region"] = {"startLine": line, **column}
    location: dict[str, object] = {"physicalLocation": physical}
    if place.within:
        location["logicalLocations"] = [{"fullyQualifiedName": on_one_line(str(place))}]
    return location


def _message(text: str) -> dict[str, str]:
    """3.11, for plain text in which nothing is a link."""
    without_arguments = text.replace("{", "{{").replace("}", "}}")  # 3.11.5
    return {"text": _LINK.sub("] ", without_arguments)}
