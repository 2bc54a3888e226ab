"""The report as JUnit XML, which every build service shows: a file is a suite, an address a test.

It keeps to what both the schema of Jenkins' xUnit plugin and the stricter one of Apache Ant allow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from safelinks.checks.report import Report
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.health.model.outcome import MEANING, Verdict
from safelinks.reports.wording.findings_by_row import beside
from safelinks.reports.wording.phrases import (
    address_on_one_line,
    caveats,
    on_one_line,
    sentence,
    title,
)
from safelinks.rules import Finding
from safelinks.rules.checked_link import CheckedLink
from safelinks.rules.finding import portable
from safelinks.version import __version__

__all__ = ["render"]

_UNKNOWN = frozenset({Verdict.UNCERTAIN, Verdict.SKIPPED, Verdict.OFFLINE})
# XML 1.0, 2.2, Char: all that `shown` leaves of what must not be there.
_NOT_IN_XML = pattern_of("[\ufffe\uffff]")
_PROPERTIES = (
    "    <properties>\n"
    f'      <property name="safelinks.version" value={quoteattr(__version__)}/>\n'
    "    </properties>\n"
)


@frozen
class _Case:
    """One test: `failures` make it fail, and `skipped` says why it says nothing."""

    name: str
    seconds: float = 0.0
    failures: tuple[Finding, ...] = ()
    skipped: str | None = None


@frozen
class _Suite:
    """The tests of one file, and in words what of it makes none of them fail."""

    file: str
    cases: list[_Case]
    told: list[str]


def render(report: Report) -> Iterator[str]:
    """`report` as XML in UTF-8, suite by suite."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
    for number, suite in enumerate(_suites(report)):
        yield from _suite(number, suite, report.at, () if number else _noted(report))
    yield "</testsuites>\n"


def _suites(report: Report) -> list[_Suite]:
    suites = {file: _Suite(file, [], []) for file in report.files}
    fails = report.selection.fails
    found = beside(report)
    cases = [(row.file, findings, _of_row(row, findings, fails)) for row, findings in found.rows]
    cases += [(one.file, (one,), _of_text(one, fails)) for one in found.alone]
    for file, findings, case in cases:
        suite = suites.setdefault(file, _Suite(file, [], []))
        suite.cases.append(case)
        suite.told.extend(_told(finding) for finding in findings if not fails(finding))
    return list(suites.values())


def _of_row(
    row: CheckedLink, findings: tuple[Finding, ...], fails: Callable[[Finding], bool]
) -> _Case:
    failures = tuple(filter(fails, findings))
    seconds = sum(hop.elapsed for hop in row.outcome.hops)
    skipped = None
    if row.verdict in _UNKNOWN and not failures:
        seen = f" ({row.outcome.evidence})" if row.outcome.evidence else ""
        skipped = f"{MEANING[row.outcome.reason]}{seen}"
    return _Case(address_on_one_line(row.target or row.url), seconds, failures, skipped)


def _of_text(finding: Finding, fails: Callable[[Finding], bool]) -> _Case:
    """The test of what belongs to no address: what is named, and a link to a file."""
    failures = (finding,) if fails(finding) else ()
    return _Case(f"{finding.name} {on_one_line(finding.subject)}", failures=failures)


def _told(finding: Finding) -> str:
    """A line that no text from outside begins."""
    known = ", known" if finding.known else ""
    where = ", ".join(filter(None, (str(finding.level) + known, str(finding.place))))
    return f"{title(finding)} ({on_one_line(where)}): {sentence(finding)}\n"


def _noted(report: Report) -> Iterator[str]:
    """What there is to know of the run, for the first suite: the schemas have no better place."""
    for note in (*caveats(report), *report.notes):
        yield f"note: {on_one_line(note)}\n"


def _suite(number: int, suite: _Suite, at: datetime, notes: Iterable[str]) -> Iterator[str]:
    plain = portable(suite.file)
    attributes = {
        "name": _token(on_one_line(suite.file)),
        "package": on_one_line(".".join(_dotted(plain)[:-1])),
        "id": str(number),
        "hostname": "localhost",  # the name of the machine is nobody's business
        "timestamp": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}",
        "tests": str(len(suite.cases)),
        "failures": str(sum(bool(case.failures) for case in suite.cases)),
        "errors": "0",
        "skipped": str(sum(case.skipped is not None for case in suite.cases)),
        "time": f"{sum(case.seconds for case in suite.cases):.3f}",
    }
    yield f"  <testsuite{_attributes(attributes)}>\n{_PROPERTIES}"
    classname = _token(on_one_line(".".join(_dotted(plain))))
    for name, case in _distinct(suite.cases):
        yield _testcase(name, classname, case)
    yield f"    <system-out>{_content(''.join(suite.told))}</system-out>\n"
    yield f"    <system-err>{_content(''.join(notes))}</system-err>\n  </testsuite>\n"


def _dotted(plain: str) -> list[str]:
    """The parts of a path as those of a class: readers take the part up to the last dot apart."""
    return [part.replace(".", "_") for part in plain.split("/") if part]


def _distinct(cases: Iterable[_Case]) -> Iterator[tuple[str, _Case]]:
    """Each test with a name of its own, which is the same in the next run."""
    seen: dict[str, int] = {}
    for case in cases:
        times = seen[case.name] = seen.get(case.name, 0) + 1
        yield _token(case.name if times == 1 else f"{case.name} ({times})"), case


def _testcase(name: str, classname: str, case: _Case) -> str:
    given = {"name": name, "classname": classname, "time": f"{case.seconds:.3f}"}
    start = f"    <testcase{_attributes(given)}"
    if case.failures:
        gravest = min(case.failures, key=lambda one: one.level.rank)
        told = {"type": title(gravest), "message": sentence(gravest)}
        lines = "".join(map(_told, case.failures))
        failure = f"<failure{_attributes(told)}>{_content(lines)}</failure>"
        return f"{start}>\n      {failure}\n    </testcase>\n"
    if case.skipped is not None:
        skipped = f"<skipped{_attributes({'message': on_one_line(case.skipped)})}/>"
        return f"{start}>\n      {skipped}\n    </testcase>\n"
    return f"{start}/>\n"


def _attributes(values: dict[str, str]) -> str:
    return "".join(f" {name}={quoteattr(_legal(value))}" for name, value in values.items())


def _content(text: str) -> str:
    return escape(_legal(text))


def _token(text: str) -> str:
    """`text` where the schema wants a name that is not blank."""
    return text if text.strip() else "unnamed"


def _legal(text: str) -> str:
    return _NOT_IN_XML.sub(lambda match: ascii(match[0])[1:-1], text)
