"""The formats of the report: what the owners of each ask for, and what people get to see."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from attrs import evolve
from jsonschema import Draft4Validator, Draft7Validator
from lxml import etree
from reporting import GONE, NOTICE, everything, placed, poisoned, reported

import safelinks
from safelinks import Level, Report, Selection, Verdict
from safelinks.addresses.place import Place
from safelinks.reports.csv_report import CSV_COLUMNS
from safelinks.reports.markdown_report import MOST_BYTES
from safelinks.reports.rendering import RENDERERS
from safelinks.reports.sarif_report import MOST_RESULTS
from safelinks.rules import RULES

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

SCHEMAS = Path(__file__).parent / "data" / "schemas"
SARIF = Draft4Validator(
    json.loads((SCHEMAS / "sarif-schema-2.1.0.json").read_text("utf-8")),
    format_checker=Draft7Validator.FORMAT_CHECKER,
)
GITLAB = Draft7Validator(
    {"type": "array", "items": json.loads((SCHEMAS / "gitlab-codeclimate.json").read_text("utf-8"))}
)
JUNIT = {
    name: etree.XMLSchema(etree.parse(SCHEMAS / name))
    for name in ("junit-10.xsd", "windyroad-junit.xsd")
}
ALL = everything()
STRICT = everything(Selection(fail_on=Level.NOTE))
KNOWN = evolve(ALL, findings=tuple(evolve(one, known=one.code == "SL301") for one in ALL.findings))
EMPTY = Report((), ("empty.txt",))
OFFLINE = safelinks.check(
    safelinks.read(f"{GONE} https://www.nyc.gov/".encode(), "offline.txt"), offline=True
)
REPORTS = {
    "everything": ALL,
    "strict": STRICT,
    "with a baseline": KNOWN,
    "without a link": EMPTY,
    "without a file": Report(()),
    "offline": OFFLINE,
    "interrupted": evolve(OFFLINE, interrupted=True),
    "with notes": evolve(ALL, notes=("x.txt: line 2 is not valid UTF-8",)),
    "of a page": placed(ALL, Place(page=3)),
    "of a part": placed(ALL, Place(7, 2, message=2, part="text/plain"), "a.mbox"),
    "of standard input": placed(ALL, Place(7, 2), "<stdin>"),
    "of a file with a blank name": placed(ALL, Place(), " "),
    "of a file elsewhere": placed(ALL, Place(7, 2), "/srv/a b/#1?.txt"),
    "poisoned": poisoned(ALL, "\x1b]\n%::é<&\"'\ud800{0}\uffff"),
}
EACH = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)


def _rendered(name: str, report: Report) -> str:
    return "".join(RENDERERS[name](report))


def _many(number: int) -> Report:
    """A report of so many rows, each dead and wrapped."""
    row = next(one for one in ALL.rows if one.verdict is Verdict.DEAD)
    rows = tuple(evolve(row, url=f"{GONE}/{at}", target=f"{GONE}/{at}") for at in range(number))
    dead = next(one for one in ALL.findings if one.code == "SL301")
    found = tuple(evolve(dead, url=one.target) for one in rows)
    return evolve(ALL, rows=rows, findings=found)


@pytest.mark.slow
@pytest.mark.parametrize("name", RENDERERS)
def test_five_thousand_rows_take_a_moment(name: str) -> None:
    report = _many(5000)
    started = perf_counter()
    pieces = list(RENDERERS[name](report))
    assert perf_counter() - started < 5
    assert len(pieces) > 5000


def test_every_format_has_its_section() -> None:
    documented = (Path(__file__).parent.parent / "docs" / "reports.md").read_text("utf-8")
    assert set(RENDERERS) <= set(re.findall(r"^## (\w+)$", documented, re.MULTILINE))


# --- SARIF ---


def _sarif(report: Report) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(_rendered("sarif", report))["runs"][0]
    return run


@EACH
def test_sarif_keeps_to_its_schema(report: Report) -> None:
    log = json.loads(_rendered("sarif", report))
    assert [error.message for error in SARIF.iter_errors(log)] == []
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    for result, finding in zip(run["results"], report.findings, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding.code
        assert result["level"] == finding.level
        physical = result["locations"][0]["physicalLocation"]
        uri = physical["artifactLocation"]["uri"]
        assert re.fullmatch(r"(file://)?([A-Za-z0-9._~!$&'()*+,;=@/-]|%[0-9A-F]{2})+", uri)
        region = physical.get("region", {"startLine": 1})
        assert region["startLine"] >= 1
        assert region.get("startColumn", 1) >= 1
    prints = [result["partialFingerprints"]["safelinks/v1"] for result in run["results"]]
    assert len(prints) == len(set(prints))
    assert (run["columnKind"], run["invocations"][0]["exitCode"]) == (
        "unicodeCodePoints",
        report.exit_code,
    )


def test_sarif_explains_every_rule_that_counts() -> None:
    rules = _sarif(reported((NOTICE, "a.txt"), selection=Selection(ignore=("SL2",))))["tool"][
        "driver"
    ]["rules"]
    assert [rule["id"] for rule in rules] == [code for code in RULES if not code.startswith("SL2")]
    assert (rules[0]["name"], rules[0]["defaultConfiguration"]) == (
        "RecipientExposed",
        {"level": "warning"},
    )
    assert rules[0]["help"]["markdown"] == RULES["SL101"].page
    assert all(len(rule["properties"]["tags"]) <= 20 for rule in rules)


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("docs/notice.txt", "docs/notice.txt"),
        ("./docs//my notice#1.txt", "docs/my%20notice%231.txt"),
        ("../a.txt", "../a.txt"),
        ("a:b.txt", "a%3Ab.txt"),
        ("100%.txt", "100%25.txt"),
        ("é.txt", "%C3%A9.txt"),
        ("\udce9.txt", "%E9.txt"),
        ("/srv/a b.txt", "file:///srv/a%20b.txt"),
        ("C:\\docs\\a.txt", "file:///C:/docs/a.txt"),
        ("\\\\host\\share\\a.txt", "file://host/share/a.txt"),
        ("<stdin>", "%3Cstdin%3E"),
    ],
)
def test_sarif_names_files_by_uri(file: str, uri: str) -> None:
    (result,) = _sarif(placed(ALL, Place(3, 4), file))["results"]
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": uri},
                "region": {"startLine": 3, "startColumn": 4},
            }
        }
    ]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Place(page=3), "page 3"),
        (Place(sheet="Links", cell="B2"), "sheet Links, cell B2"),
        (Place(7, 2, part="text/html"), "part text/html, line 7"),
    ],
)
def test_sarif_says_in_words_what_is_no_line_of_the_file(place: Place, words: str) -> None:
    (result,) = _sarif(placed(ALL, place))["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"] == {"artifactLocation": {"uri": "a.pdf"}}
    assert location["logicalLocations"] == [{"fullyQualifiedName": words}]
    assert result["message"]["text"].endswith(f" ({words})")


def test_sarif_tells_what_is_new_from_what_was_known() -> None:
    assert not [one for one in _sarif(ALL)["results"] if "baselineState" in one]
    states = {(one["ruleId"], one["baselineState"]) for one in _sarif(KNOWN)["results"]}
    assert ("SL301", "unchanged") in states
    assert {state for code, state in states if code != "SL301"} == {"new"}


@pytest.mark.slow
def test_sarif_holds_the_gravest_and_says_how_many_are_missing() -> None:
    note = next(one for one in ALL.findings if one.level is Level.NOTE)
    error = next(one for one in ALL.findings if one.level is Level.ERROR)
    run = _sarif(evolve(ALL, findings=(*(note,) * MOST_RESULTS, error, error)))
    assert len(run["results"]) == MOST_RESULTS
    assert [one["level"] for one in run["results"][-3:]] == ["note", "error", "error"]
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"].startswith(f"2 of {MOST_RESULTS + 2} findings are not in")


def test_sarif_takes_no_text_for_a_link_or_an_argument() -> None:
    finding = evolve(ALL.findings[0], message="{0} [a](1)")
    text = _sarif(evolve(ALL, findings=(finding,)))["results"][0]["message"]["text"]
    assert text.startswith("{{0}} [a] (1)")


def test_sarif_says_how_the_run_went() -> None:
    (invocation,) = _sarif(REPORTS["interrupted"])["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 130)
    told = [one["message"]["text"] for one in invocation["toolExecutionNotifications"]]
    assert told == ["Interrupted: 2 addresses not checked completely."]
    (invocation,) = _sarif(ALL)["invocations"]
    assert invocation["endTimeUtc"] == "2026-03-04T05:06:07Z"


# --- JUnit ---


@EACH
@pytest.mark.parametrize("schema", JUNIT)
def test_junit_keeps_to_both_schemas(schema: str, report: Report) -> None:
    JUNIT[schema].assertValid(etree.fromstring(_rendered("junit", report).encode()))


@EACH
def test_junit_counts_what_is_there(report: Report) -> None:
    root = etree.fromstring(_rendered("junit", report).encode())
    for number, suite in enumerate(root):
        for attribute, path in {
            "tests": "testcase", "failures": "testcase/failure", "skipped": "testcase/skipped"
        }.items():  # fmt: skip
            assert int(suite.attrib[attribute]) == len(suite.findall(path))
        assert int(suite.attrib["id"]) == number
        names = [case.attrib["name"] for case in suite.findall("testcase")]
        assert len(names) == len(set(names))
    failures = {(one.file, one.subject) for one in report.failures}
    assert len(root.findall(".//failure")) == len(failures)


def test_junit_shows_each_address_as_a_test() -> None:
    root = etree.fromstring(_rendered("junit", ALL).encode())
    first, second = root
    assert (first.get("name"), first.get("package"), first.get("hostname")) == (
        "docs/notice.txt", "docs", "localhost"
    )  # fmt: skip
    assert first.get("timestamp") == "2026-03-04T05:06:07"
    cases = {case.attrib["name"]: case for case in first.iter("testcase")}
    assert cases[GONE].get("classname") == "docs.notice_txt"
    (failure,) = cases[GONE]
    assert (failure.get("type"), failure.get("message")) == (
        "SL301 dead", f"page not found (404 Not Found) — {GONE}"
    )  # fmt: skip
    assert [line.partition(":")[0] for line in (failure.text or "").splitlines()] == [
        "SL301 dead (error, line 2)"
    ] * 2
    (skipped,) = cases["https://example.org/login"]
    assert (skipped.tag, skipped.get("message")) == (
        "skipped", "asks for a password (401 Unauthorized)"
    )  # fmt: skip
    assert len(cases["https://example.org/a"]) == 0
    assert "SL101 recipient-exposed (warning, line 1): " in (first.findtext("system-out") or "")
    assert second.get("package") == ""
    assert "not-linked mycity-business" in [case.get("name") for case in second.iter("testcase")]


def test_junit_tells_two_addresses_apart_that_look_the_same() -> None:
    report = reported((f"https://example.org/login\n{GONE}", "a.txt"))
    one = "https://example.org/?to=[recipient]"
    rows = tuple(evolve(row, url=one, target=one) for row in report.rows)
    found = tuple(evolve(finding, url=one) for finding in report.findings)
    text = _rendered("junit", evolve(report, rows=rows, findings=found))
    cases = list(etree.fromstring(text.encode()).iter("testcase"))
    assert [(case.get("name"), case[0].tag) for case in cases] == [
        (one, "skipped"), (f"{one} (2)", "failure")
    ]  # fmt: skip


def test_junit_fails_for_what_the_selection_calls_failing() -> None:
    never = _rendered("junit", everything(Selection(fail_on=None)))
    assert "<failure" not in never
    assert f"page not found (404 Not Found) — {GONE}" in never
    strict = etree.fromstring(_rendered("junit", STRICT).encode())
    assert "SL402 not-linked" in {one.get("type") for one in strict.iter("failure")}
    known = _rendered("junit", KNOWN)
    assert "<failure" not in known
    assert "SL301 dead (error, known, line 2): " in known


# --- GitHub ---


def test_github_shows_the_gravest_first() -> None:
    *commands, end = _rendered("github", ALL).splitlines()
    order = [line.split(" ", 1)[0] for line in commands]
    assert order == sorted(order, key=["::error", "::warning", "::notice"].index)
    assert len(commands) == len(ALL.findings)
    assert commands[0] == (
        "::error file=docs/notice.txt,line=2,col=5,title=SL301 dead"
        f"::page not found (404 Not Found) — {GONE}"
    )
    levels = Counter(str(one.level) for one in ALL.findings)
    assert re.findall(r"(\d+) (error|warning|note)", end) == [
        (str(levels[level]), level) for level in ("error", "warning", "note")
    ]


@pytest.mark.parametrize(
    ("file", "place", "properties", "where"),
    [
        ("a b.txt", Place(3, 4), "file=a b.txt,line=3,col=4,", ""),
        ("./50%,a:b.txt", Place(3), "file=50%25%2Ca%3Ab.txt,line=3,", ""),
        ("a.pdf", Place(page=3), "file=a.pdf,", " (page 3)"),
        ("a.mbox", Place(7, 2, message=2), "file=a.mbox,", " (message 2, line 7)"),
        ("<stdin>", Place(3, 4), "", " (<stdin>, line 3)"),
    ],
)
def test_github_says_where(file: str, place: Place, properties: str, where: str) -> None:
    command = _rendered("github", placed(ALL, place, file)).splitlines()[0]
    assert command.startswith(f"::warning {properties}title=SL101 recipient-exposed::the wrapped")
    assert command.endswith(f" — write https://example.org/a instead{where}")


def test_github_escapes_percent_signs_of_messages() -> None:
    finding = evolve(ALL.findings[0], message="100% 0%0Aa", url=None, replacement=None)
    command = _rendered("github", evolve(ALL, findings=(finding,))).splitlines()[0]
    assert command.endswith("::100%25 0%250Aa")


def test_github_leaves_out_what_was_known() -> None:
    assert "::error" not in _rendered("github", KNOWN)
    assert "0 errors" in _rendered("github", KNOWN)


# --- GitLab ---


@EACH
def test_gitlab_keeps_to_its_schema(report: Report) -> None:
    entries = json.loads(_rendered("gitlab", report))
    assert [error.message for error in GITLAB.iter_errors(entries)] == []
    new = [one for one in report.findings if not one.known]
    assert [entry["fingerprint"] for entry in entries] == [one.fingerprint for one in new]
    for entry, finding in zip(entries, new, strict=True):
        assert entry["check_name"] == f"{finding.code} {finding.name}"
        assert entry["severity"] in {"info", "minor", "major"}
        assert entry["location"]["lines"]["begin"] >= 1
        assert not entry["location"]["path"].startswith("./")


def test_gitlab_shows_a_finding() -> None:
    entry = next(one for one in json.loads(_rendered("gitlab", ALL)) if one["severity"] == "major")
    assert entry["description"] == f"SL301 dead: page not found (404 Not Found) — {GONE}"
    assert entry["location"] == {"path": "docs/notice.txt", "lines": {"begin": 2}}
    (entry,) = json.loads(_rendered("gitlab", REPORTS["of a part"]))
    assert entry["location"]["lines"] == {"begin": 1}
    assert entry["description"].endswith(" (message 2, part text/plain, line 7)")


# --- CSV ---


def _table(report: Report) -> list[dict[str, str]]:
    text = _rendered("csv", report)
    assert text.count("\r\n") == text.count("\n")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@EACH
def test_csv_has_a_line_for_each_place(report: Report) -> None:
    rows = _table(report)
    found = [one for one in report.findings if one.url is None]
    rowless = found if report.rows else report.findings
    assert len(rows) == report.links + len(rowless)
    assert _rendered("csv", report).splitlines()[0] == ",".join(CSV_COLUMNS)


def test_csv_says_all_of_a_place() -> None:
    gone, again = (
        one for one in _table(ALL) if one["url"] == GONE and one["file"] == "docs/notice.txt"
    )
    assert (gone["line"], gone["column"], gone["verdict"], gone["reason"], gone["status"]) == (
        "2", "5", "dead", "not-found", "404"
    )  # fmt: skip
    assert (gone["codes"], gone["level"], gone["evidence"]) == ("SL301", "error", "404 Not Found")
    assert int(again["column"]) > int(gone["column"])
    page = [one for one in _table(ALL) if one["file"] == "./my page.html"]
    assert [one["label"] for one in page if one["url"] == GONE] == ["the old page"]
    assert "SL402" in {one["codes"] for one in page}
    wrapped = _table(ALL)[0]
    assert (wrapped["target"], wrapped["replacement"]) == ("https://example.org/a",) * 2


@pytest.mark.parametrize("start", ["=", "+", "-", "@", " =", "＝", "::error::", '"='])
def test_csv_has_no_formulas(start: str) -> None:
    report = placed(ALL, Place(), f"{start}1.txt")
    assert _table(report)[0]["file"] == f"'{start}1.txt"


@pytest.mark.parametrize(
    ("url", "cell"),
    [
        ("https://example.org/@40.7,-74.0;a=1", "https://example.org/@40.7,-74.0;a=1"),
        ("https://a.example/-?=+", "https://a.example/-?=+"),
        ("https://a.example/a;=1", "https://a.example/a%3B=1"),
    ],
)
def test_csv_has_addresses_that_stay_addresses(url: str, cell: str) -> None:
    report = evolve(ALL, rows=(evolve(ALL.rows[0], url=url, target=url),), findings=())
    assert {(one["url"], one["target"]) for one in _table(report)} == {(cell, cell)}


# --- Markdown ---


def test_markdown_says_what_to_do() -> None:
    text = _rendered("markdown", ALL)
    assert (
        "- **1 of 6 addresses does not work (3 places in 2 files). Fix or remove it (SL301).**\n"
        in text
    )
    assert "### `docs/notice.txt`\n" in text
    assert f"| error | line 2 | `{GONE}` | SL301 page not found (404 Not Found) |  |\n" in text
    assert "`www.nyc.gov.evil.example` contains `www.nyc.gov`, but is a different site" in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("with a baseline", "Exit code 0: no new finding fails the check (3 in the baseline)."),
        ("with a baseline", "; 3 in the baseline, not listed."),
        ("without a link", "- No links were found.\n"),
        (
            "offline",
            "- The addresses were not checked. They may not work.\n",
        ),
        ("interrupted", "Interrupted: 2 addresses not checked completely."),
        ("of a page", "| page 3 |"),
    ],
)
def test_markdown_sums_up(name: str, words: str) -> None:
    assert words in _rendered("markdown", REPORTS[name])


@pytest.mark.slow
def test_markdown_stays_below_the_limit_and_says_what_is_missing() -> None:
    report = _many(20_000)
    last = evolve(report.findings[-1], level=Level.NOTE, file="a.txt")
    rows = tuple(
        evolve(row, match=next(one.match for one in ALL.rows if one.match and one.match.resource))
        for row in report.rows
    )
    text = _rendered("markdown", evolve(report, rows=rows, findings=(last, *report.findings)))
    assert len(text.encode()) < MOST_BYTES
    listed = text.count("| SL301 ")
    assert f"too long: {20_001 - listed:,} more, the least severe." in text
    assert "### `a.txt`" not in text
    assert text.count("Not shown, because the report is too long") == 2


@pytest.mark.slow
def test_markdown_counts_the_headings_of_many_files() -> None:
    report = _many(8_000)
    found = [
        evolve(one, file=f"docs/with-a-long-name/{number}/and-more-of-it/notice.txt")
        for number, one in enumerate(report.findings)
    ]
    report = evolve(report, findings=tuple(found), files=tuple(one.file for one in found))
    text = _rendered("markdown", report)
    assert len(text.encode()) < MOST_BYTES
    listed = text.count("| SL301 ")
    assert text.count("\n### ") == listed
    assert f"too long: {8_000 - listed:,} more, the least severe." in text
