"""What each rule finds, and what it does not; which rules count, where, and what fails a check."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import httpx
import pytest
from attrs import evolve, frozen
from building import HOST, encode, wrap
from catalog_cases import of_kind
from click.testing import CliRunner
from reporting import everything
from surveying import (
    CATALOG,
    CURRENT,
    FORMER,
    NOW,
    UNSURE,
    gone,
    moved,
    read,
    redirected,
    report,
    works,
)
from web import answer, serving

import safelinks
from safelinks import Checker, Level, Policy, Selection, SetupError
from safelinks.checks.assessment import Survey
from safelinks.checks.collecting import collect
from safelinks.cli.program import main
from safelinks.health.model.outcome import Certificate, Hop, Outcome, Past, Reason
from safelinks.rules import RULES, Finding, codes_of
from safelinks.rules.checked_link import CheckedLink
from safelinks.rules.detectors import Aspect, aspects_of

ROOT = Path(__file__).parent.parent
A = "https://a.example/page"
PUBLIC = "https://a0333-passportpublic.nyc.gov/"
GOOGLE = f"https://www.google.com/url?q={encode(A)}&sa=D"
TEAMS = (
    "https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html"
    f"?url={encode(A)}&locale=en-us&dest=x&pc=SECRET&si=19;b@unq"
)


def _until(days: float) -> Certificate:
    return Certificate(NOW - timedelta(days=80), NOW + timedelta(days=days), ("a.example",))


def _asked(text: str, reason: Reason, **fields: object) -> tuple[str, tuple[Outcome, ...]]:
    return text, (Outcome(A, reason, (Hop(A, 200),), **fields),)  # type: ignore[arg-type]


@frozen
class Case:
    """A text, what the network said of it, and all findings of one rule in it."""

    code: str
    id: str
    text: str
    outcomes: tuple[Outcome, ...] = ()
    lines: tuple[int, ...] = ()
    message: str = ""
    replacement: str | None = None
    fixable: bool = False
    name: str = "a.txt"


CASES = [
    Case("SL101", "safe link", f"see\n{wrap(A)}", (), (2,), "contains the recipient's mail address", A, True),
    Case("SL101", "twice", f"{wrap(A)}\n\n{wrap(A)}", (), (1, 3), "contains the recipient's mail", A, True),
    Case("SL101", "lost", f"https://{HOST}/?data={encode('05|02|me@a.org|')}", (), (1,), "mail"),
    Case("SL101", "no recipient", wrap(A, "03|01")),
    Case("SL101", "no wrapper", A),
    Case("SL102", "credential", TEAMS, (), (1,), "Teams session credential", A, True),
    Case("SL102", "without value", TEAMS.replace("pc=SECRET", "pc=")),
    Case("SL102", "safe link", wrap(A)),
    Case("SL103", "lost", f"a\nhttps://{HOST}/GetUrlReputation", (), (2,), "ask the sender"),
    Case("SL103", "still there", wrap(A)),
    Case("SL104", "redirector", f"{GOOGLE}\n{GOOGLE}", (), (1, 2), "wrapped by Google", A, True),
    Case("SL104", "SL101 says more", wrap(A)),
    Case("SL104", "SL102 says more", TEAMS),
    Case("SL104", "Teams without a credential", TEAMS.replace("pc=SECRET", "pc="), (), (1,), "wrapped by Microsoft", A, True),
    Case("SL104", "beside SL101", f"{wrap(A)}\n{GOOGLE}", (), (2,), "wrapped by Google", A, True),
    Case("SL201", "lookalike", "https://nam06.safelinks.protection.outlook.com.evil.example/?url=x", (), (1,), ""),
    Case("SL201", "genuine", wrap(A)),
    Case("SL202", "another site", "[www.bank.example.org](https://evil.example/)", (), (1,), "the text shows www.bank.example.org", name="a.md"),
    Case("SL202", "same site", "[www.example.org](https://login.example.org/)", name="a.md"),
    Case("SL203", "another resource", "[PASSPort Public](https://www.nyc.gov/pip)", (), (1,), "a link named “PASSPort Public” leads to", PUBLIC, name="a.md"),
    Case("SL203", "itself", f"[PASSPort Public]({PUBLIC})", name="a.md"),
    Case("SL204", "name elsewhere", "https://www.nyc.gov.evil.example/", (), (1,), "contains www.nyc.gov"),
    Case("SL204", "before at", "https://www.nyc.gov@evil.example/", (), (1,), ""),
    Case("SL204", "the City", "https://www.nyc.gov/"),
    Case("SL206", "over https", "https://a127-pip.nyc.gov/webapp/PRDPCW/SelfService"),
    Case("SL301", "404", f"x\n{A}\n{A}", (gone(A),), (2, 3), r"page not found (404)"),
    Case("SL301", "catalog is sure", FORMER, (gone(FORMER),), (1,), "page not found", CURRENT, True),
    Case("SL301", "catalog is not", UNSURE, (gone(UNSURE),), (1,), "", "https://www.nyc.gov/site/mocs/opportunities/getting-started.page"),
    Case("SL301", "works", A, (works(A),)),
    Case("SL301", "failing", *_asked(A, Reason.TIMEOUT)),
    Case("SL302", "no answer", *_asked(A, Reason.TIMEOUT, evidence="no answer"), (1,), "no answer in time (no answer)"),
    Case("SL302", "history", *_asked(A, Reason.TIMEOUT, past=Past(2, NOW, None)), (1,), "failing since 2026-01-01 (2 runs)"),
    Case("SL302", "catalog is sure", FORMER, (Outcome(FORMER, Reason.REFUSED),), (1,), "the server refuses", CURRENT, True),
    Case("SL302", "no network", *_asked(A, Reason.NO_NETWORK)),
    Case("SL303", "301", A, (moved(A, "https://b.example/"),), (1,), "has moved permanently", "https://b.example/", True),
    Case("SL303", "to http", A, (moved(A, "http://a.example/other"),), (1,), "from https to http"),
    Case("SL303", "302", A, (redirected(A, "https://b.example/"),)),
    Case("SL304", "wall", *_asked(A, Reason.BOT_WALL), (1,), "open it in a browser"),
    Case("SL304", "dead", A, (gone(A),)),
    Case("SL305", "301", "http://a.example", (redirected("http://a.example", "https://a.example/", 301),), (1,), "https works", "https://a.example", True),
    Case("SL305", "308, fragment", "http://a.example/x#y", (redirected("http://a.example/x#y", "https://a.example/x", 308),), (1,), "", "https://a.example/x#y", True),
    Case("SL305", "302", "http://a.example/", (redirected("http://a.example/", "https://a.example/"),), (1,), "", "https://a.example/"),
    Case("SL305", "elsewhere", "http://a.example/", (redirected("http://a.example/", "https://b.example/", 301),)),
    Case("SL305", "no redirect", "http://a.example/", (works("http://a.example/"),)),
    Case("SL305", "asked", "http://a.example/x?y", (works("http://a.example/x?y"), works("https://a.example/x?y")), (1,), "https works", "https://a.example/x?y"),
    Case("SL305", "asked, does not work", "http://a.example/", (works("http://a.example/"), gone("https://a.example/"))),
    Case("SL305", "asked, http does not work", "http://a.example/", (gone("http://a.example/"), works("https://a.example/"))),
    Case("SL305", "asked, at another port", "http://a.example:8080/", (works("http://a.example:8080/"), works("https://a.example:8080/"))),
    Case("SL306", "one day", *_asked(A, Reason.OK, certificate=_until(1.5)), (1,), "expires on 2026-01-02, in 1 day"),
    Case("SL306", "13 days", *_asked(A, Reason.OK, certificate=_until(13.9)), (1,), "in 13 days"),
    Case("SL306", "ended", *_asked(A, Reason.OK, certificate=_until(-3)), (1,), "expired on 2025-12-29"),
    Case("SL306", "14 days", *_asked(A, Reason.OK, certificate=_until(14))),
    Case("SL306", "dead", *_asked(A, Reason.NOT_FOUND, certificate=_until(1))),
    Case("SL307", "https to http", A, (redirected(A, "http://a.example/"),), (1,), "from https to http"),
    Case("SL307", "http to https", "http://a.example/", (redirected("http://a.example/", "https://a.example/"),)),
    Case("SL308", "port", "https://a.example:99999/", (Outcome("https://a.example:99999/", Reason.INVALID_URL, evidence="no such port"),), (1,), "not a valid address (no such port)"),
    Case("SL308", "valid", A, (works(A),)),
    Case("SL401", "sure", f"a\n{FORMER}", (), (2,), "a former address of PASSPort", CURRENT, True),
    Case("SL401", "unsure", UNSURE, (), (1,), "a former address", "https://www.nyc.gov/site/mocs/opportunities/getting-started.page"),
    Case("SL401", "tracked", f"{FORMER}?utm_source=x", (), (1,), "a former address of PASSPort", CURRENT, True),
    Case("SL401", "asks-for-more", f"{FORMER}?id=7", (), (1,), "a former address of PASSPort", CURRENT),
    Case("SL401", "dead", FORMER, (gone(FORMER),), (1,), "PASSPort, which does not work", CURRENT, True),
    Case("SL401", "current", CURRENT),
    Case("SL402", "named", "Go to https://www.nyc.gov/\n\nand use PASSPort.", (), (3,), "PASSPort is named but not linked"),
    Case("SL402", "linked", f"PASSPort is at {CURRENT}"),
]  # fmt: skip


def _page_examples(code: str) -> tuple[str, str]:
    """Two addresses from the example of a page: one that the rule is about, one that it is not."""
    example = RULES[code].page.partition("## Example")[2].partition("\n## ")[0]
    before, after = re.findall(r"https?://[^\s)]+", example)
    return before, after


CASES += [
    Case("SL501", "unused", f"{A} # safelinks: ignore[SL103]", (), (1,), "(SL103)"),
    Case("SL501", "used", f"{wrap(A)} # safelinks: ignore[SL101]"),
]
for _code in ("SL205", "SL206"):
    _before, _after = _page_examples(_code)
    CASES += [
        Case(_code, "of its page", f"see\n{_before}", (), (2,)),
        Case(_code, "mended", _after),
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.id}")
def test_what_a_rule_finds(case: Case) -> None:
    everything = report(read(case.text, case.name), case.outcomes)
    found = [one for one in everything.findings if one.code == case.code]
    assert tuple(one.place.line for one in found) == case.lines
    rule = RULES[case.code]
    for at, one in enumerate(found):
        assert (one.name, one.level, one.file) == (rule.name, rule.level, case.name)
        assert case.message in one.message
        assert not one.message.endswith(".")
        assert (one.replacement, one.fixable) == (case.replacement, case.fixable)
        assert one.times == at + 1
    only = report(read(case.text, case.name), case.outcomes, Selection(select=(case.code,)))
    assert [one.place for one in only.findings] == [one.place for one in found]
    ignored = report(read(case.text, case.name), case.outcomes, Selection(ignore=(rule.name,)))
    assert case.code not in {one.code for one in ignored.findings}


def test_every_rule_has_a_case_for_and_one_against_it() -> None:
    # Those about files have theirs in `test_local_links`: a text alone has no files beside it.
    rules = {one.code: one for one in RULES.values() if one.local is None}
    assert {case.code for case in CASES if case.lines} == set(rules)
    assert {case.code for case in CASES if not case.lines} == set(rules)
    assert {case.code for case in CASES if case.fixable} == {
        one.code for one in rules.values() if one.fixes
    }


def test_rules_about_the_network_find_nothing_when_nobody_was_asked() -> None:
    for case in CASES:
        offline = report(read(case.text, case.name))
        assert not [one for one in offline.findings if RULES[one.code].about_network]


def test_rules_see_what_a_server_says() -> None:
    def say(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/old":
            return httpx.Response(308, headers={"location": "/new"})
        return httpx.Response({"/new": 200, "/closed": 401}.get(request.url.path, 404))

    checker = Checker(Policy(retries=0), httpx.MockTransport(say))
    text = " ".join(f"https://a.example/{path}" for path in ("old", "new", "closed", "gone"))
    found = safelinks.check(read(text), checker=checker, selection=Selection(select=("SL3",)))
    assert [(one.code, one.url, one.replacement) for one in found.findings] == [
        ("SL303", "https://a.example/old", "https://a.example/new"),
        ("SL304", "https://a.example/closed", None),
        ("SL301", "https://a.example/gone", None),
    ]


def test_findings_are_in_the_order_of_the_text_and_then_by_level() -> None:
    text = f"{GOOGLE}\n{wrap(FORMER)}\nhttps://www.nyc.gov.evil.example/"
    codes = [one.code for one in report(text, [gone(A), gone(FORMER)]).findings]
    assert codes == ["SL301", "SL104", "SL301", "SL101", "SL401", "SL204"]


# --- The table of rules, the documentation and the pages ---

_ROW = re.compile(r"\| \[(SL\d+)\]\([^)]*\) \| ([a-z-]+) \| (\w+) \| .* \| (.+) \|")
_DOCUMENTED = {
    row[1]: (row[2], row[3], row[4] != "no")
    for row in map(_ROW.fullmatch, (ROOT / "docs" / "rules.md").read_text("utf-8").split("\n"))
    if row
}


def test_the_table_is_the_documented_one() -> None:
    assert {
        one.code: (one.name, str(one.level), one.fixes) for one in RULES.values()
    } == _DOCUMENTED
    assert list(RULES) == sorted(RULES)


@pytest.mark.parametrize("code", RULES)
def test_a_page_begins_with_code_and_name(code: str) -> None:
    assert RULES[code].page.startswith(f"# {code} {RULES[code].name}\n")


# --- What --fix proposes ---


def test_a_wrapper_is_replaced_by_what_is_to_stand_for_its_target() -> None:
    found = report(wrap(FORMER)).findings
    assert {one.code: one.replacement for one in found} == {"SL101": CURRENT, "SL401": CURRENT}
    (alone,) = report(wrap(FORMER), selection=Selection(select=("SL1",))).findings
    assert alone.replacement == FORMER  # nobody looks for former addresses


# --- Selection ---


@pytest.mark.parametrize(
    ("selector", "codes"),
    [
        ("SL301", {"SL301"}),
        (" sl301 ", {"SL301"}),
        ("SL4", {"SL401", "SL402"}),
        ("SL40", {"SL401", "SL402"}),
        ("dead", {"SL301"}),
        ("Former-Address", {"SL401"}),
        ("SL", set(RULES)),
        ("ALL", set(RULES)),
        ("all", set(RULES)),
    ],
)
def test_selectors(selector: str, codes: set[str]) -> None:
    assert codes_of(selector) == codes


@pytest.mark.parametrize(
    ("selector", "meant"),
    [
        ("SL30l", "did you mean SL30"),
        ("ded", "did you mean dead?"),
        ("former-adress", "did you mean former-address"),
        ("SL9", "SL"),
        ("xyzzy", "`safelinks rules` lists them"),
        ("S", "`safelinks rules` lists them"),
        ("", "there is no rule ''"),
        ("3", "there is no rule '3'"),
    ],
)
def test_what_is_no_rule(selector: str, meant: str) -> None:
    with pytest.raises(SetupError, match="there is no rule") as refused:
        codes_of(selector)
    assert meant in str(refused.value)
    for how in ({"select": (selector,)}, {"ignore": (selector,)}, {"levels": {selector: Level.NOTE}}, {"per_file": (("*", (selector,)),)}):  # fmt: skip
        with pytest.raises(SetupError):
            Selection(**how)


def test_what_is_ignored_counts_more_than_what_is_selected() -> None:
    chosen = Selection(select=("SL1", "dead"), ignore=("SL103", "sl104"))
    assert [rule.code for rule in chosen.rules("a")] == ["SL101", "SL102", "SL301"]


@pytest.mark.parametrize(
    ("pattern", "file", "fits"),
    [
        ("*.md", "docs/deep/a.md", True),
        ("a.md", "docs/a.md", True),
        ("*.md", "docs/a.txt", False),
        ("docs/*", "docs/deep/a.md", True),
        ("docs/**", "docs/deep/a.md", True),
        ("docs/**", "./docs//a.md", True),
        ("./docs/**", "docs/a.md", True),
        ("docs/**", "docs\\a.md", True),
        ("docs/**/a.md", "docs/a.md", True),
        ("docs/**/a.md", "docs/x/y/a.md", True),
        ("**/a.md", "a.md", True),
        ("**/a.md", "x/a.md", True),
        ("docs/**", "other/docs/a.md", False),
        ("Docs/**", "docs/a.md", False),
    ],
)
def test_patterns_of_files(pattern: str, file: str, fits: bool) -> None:
    chosen = Selection(per_file=((pattern, ("SL1", "dead")), ("nothing", ("ALL",))))
    codes = {rule.code for rule in chosen.rules(file)}
    assert codes == set(RULES) - (codes_of("SL1") | {"SL301"} if fits else set())


@pytest.mark.parametrize(
    "levels",
    [
        {"SL3": Level.NOTE, "dead": Level.WARNING},
        {"dead": Level.WARNING, "SL3": Level.NOTE},
        {"SL301": Level.WARNING, "ALL": Level.NOTE},
    ],
)
def test_levels(levels: dict[str, Level]) -> None:
    chosen = Selection(levels=levels)
    assert (chosen.level(RULES["SL301"]), chosen.level(RULES["SL302"])) == ("warning", "note")


FAILS = {Level.ERROR: 1, Level.WARNING: 2, Level.NOTE: 3, None: 0}


@pytest.mark.parametrize("fail_on", FAILS)
def test_what_fails_a_check(fail_on: Level | None) -> None:
    text = f"{A}\n{FORMER}\n{GOOGLE.replace('a.example', 'b.example')}"
    chosen = Selection(fail_on=fail_on, select=("SL301", "SL401", "SL104"))
    found = report(text, [gone(A)], chosen)
    assert [one.level for one in found.findings] == ["error", "warning", "note"]
    assert len(found.failures) == FAILS[fail_on]
    assert found.exit_code == (1 if FAILS[fail_on] else 0)
    assert found.failing == bool(found.failures)


def test_what_is_known_or_excused_fails_nothing() -> None:
    (dead,) = report(A, [gone(A)]).findings
    for fail_on in Level:
        chosen = Selection(fail_on=fail_on)
        assert chosen.fails(dead)
        assert not chosen.fails(evolve(dead, known=True))
        assert not chosen.fails(evolve(dead, excused=True))


@pytest.mark.parametrize(("runs", "excused"), [(1, True), (2, True), (3, False)])
def test_a_link_is_excused_until_it_is_dead_for_long(runs: int, excused: bool) -> None:
    outcome = evolve(gone(A), past=Past(runs, NOW, NOW))
    found = report(A, [outcome], Selection(fail_on=Level.NOTE), dead_after=3)
    (dead,) = found.findings
    assert (dead.excused, dead.level) == (excused, "warning" if excused else "error")
    assert ("not enough runs to fail the check" in dead.message) == excused
    assert found.exit_code == (0 if excused else 1)
    (lowered,) = report(A, [outcome], Selection(levels={"dead": Level.NOTE}), dead_after=3).findings
    assert lowered.level == "note"


def test_exit_codes_of_reports() -> None:
    offline = Outcome("https://b.example/", Reason.NO_NETWORK)
    both = "https://a.example/page https://b.example/"
    assert report(both, [works(A)]).exit_code == 0
    assert report(both, [works(A), offline]).exit_code == 3
    assert report(both, [gone(A), offline]).exit_code == 1
    assert evolve(report(both, [gone(A), offline]), interrupted=True).exit_code == 130


def test_a_finding_keeps_its_fingerprint_when_lines_are_added() -> None:
    before = report(f"{A} {A}", [gone(A)]).findings
    after = report(f"new\n\n{A} x {A}", [gone(A)]).findings
    marks = [one.fingerprint for one in before]
    assert marks == [one.fingerprint for one in after]
    assert len(set(marks)) == 2
    assert marks == [evolve(one, known=True, message="x").fingerprint for one in before]
    other = Finding("SL301", "dead", Level.ERROR, "", "./a.txt", before[0].place, A)
    assert other.fingerprint == marks[0]


# --- On the command line ---


def _check(*args: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["check", *args])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


def test_exit_codes_of_the_command(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    with serving({"/": answer("200 OK")}) as web:
        file.write_text(web.url("/"))
        assert _check("--allow-private", str(file))[0] == 0
        file.write_text(web.url("/gone"))
        args = ["--allow-private", "--retries", "0", str(file)]
        assert _check(*args)[0] == 1
        assert _check("--fail-on", "never", *args)[0] == 0
        assert _check("--ignore", "SL301", *args)[0] == 0
        assert _check("--level", "dead=warning", *args)[0] == 0
        assert _check("--level", "dead=warning", "--fail-on", "WARNING".lower(), *args)[0] == 1
        code, output = _check(*args, str(tmp_path / "missing.txt"))
        assert code == 2
        assert "Exit code 2: some files could not be read or written." in output
    code, output = _check("--select", "SL999", str(file))
    assert code == 2
    assert "Error: Invalid value for '--select': there is no rule 'SL999'; " in output


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--level", "SL301"], "is not CODES=LEVEL"),
        (["--level", "SL301=bad"], "levels are error, warning, note"),
        (["--level", "nothing=error"], "there is no rule 'nothing'"),
        (["--per-file-ignores", "docs"], "is not PATTERN:CODES"),
        (["--per-file-ignores", "docs/**:"], "is not PATTERN:CODES"),
        (["--per-file-ignores", ":SL1"], "is not PATTERN:CODES"),
        (["--fail-on", "bad"], "is not one of"),
    ],
)
def test_what_is_refused(args: list[str], said: str) -> None:
    code, output = _check("--offline", *args, __file__)
    assert code == 2
    assert said in output


def test_patterns_are_relative_to_where_they_were_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docs").mkdir()
    file = tmp_path / "docs" / "a.txt"
    file.write_text(FORMER)
    fails = ["--offline", "--fail-on", "warning"]
    config = tmp_path / "safelinks.toml"
    config.write_text('[per-file-ignores]\n"docs/**" = ["SL4"]\n')
    monkeypatch.chdir(tmp_path / "docs")
    assert _check(*fails, "a.txt")[0] == 0
    assert _check(*fails, str(file))[0] == 0
    assert _check(*fails, "--no-config", "a.txt")[0] == 1
    assert _check(*fails, "--no-config", "--per-file-ignores", "docs/**:SL4", "a.txt")[0] == 1
    assert _check(*fails, "--no-config", "--per-file-ignores", "a*:dead,SL4", "a.txt")[0] == 0
    monkeypatch.chdir(tmp_path)
    assert _check(*fails, "--no-config", "--per-file-ignores", "docs/**:SL4", str(file))[0] == 0


def test_certificates_are_held_against_the_clock() -> None:
    soon = Certificate(NOW, datetime.now(UTC) + timedelta(days=3, hours=1))
    outcome = Outcome(A, Reason.OK, (Hop(A, 200),), certificate=soon)
    found = Survey(collect([read(A)]), CATALOG).report({A: outcome})
    assert [one.code for one in found.findings] == ["SL306"]


@pytest.mark.parametrize(
    "written",
    [
        "hxxps://bad.example/x",
        "https://bad[.]example/x",
        "https://bad(dot)example/x",
        "hXXp://bad.example",
    ],
)
def test_what_is_written_so_that_nobody_opens_it_is_not_asked(written: str) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200)

    checker = Checker(Policy(retries=0), httpx.MockTransport(answer))
    report = safelinks.check(safelinks.read(written.encode(), "a.txt"), checker=checker)
    assert [row.outcome.reason for row in report.rows] == [Reason.DEFANGED]
    assert (asked, report.findings) == ([], ())


def _rows() -> Iterator[CheckedLink]:
    """Rows of all outcomes, beside what a text and the catalog say of an address."""
    addresses = [case["input"] for case in of_kind("match")]
    addresses.append("https://www.google.com/url?q=https%3A%2F%2Fa.example%2F")
    catalogued = report(read(" ".join(addresses), "a.txt")).rows
    told = everything().rows
    yield from (*catalogued, *told)
    certificate = Certificate(NOW - timedelta(days=9), NOW + timedelta(days=1), ("a.example",))
    ways: list[tuple[str, ...]] = [
        (), ("http://a.example/",), ("http://a.example/", "https://a.example/"),
        ("https://a.example/", "http://a.example/"),
    ]  # fmt: skip
    texts = [told[0], *(row for row in told if row.suspicions or row.renamed)]
    for base, reason, way, trusted, secure in product(
        texts, Reason, ways, (None, certificate), (False, True)
    ):
        hops = tuple(Hop(url, 200) for url in way)
        target = way[0] if way else base.target
        outcome = Outcome(target or "", reason, hops=hops, certificate=trusted)
        yield evolve(base, target=target, outcome=outcome, https_answers=secure)


def test_no_rule_is_left_out_that_would_find_something() -> None:
    """Rules are asked only of rows that have their aspect: each knows of which it needs one."""
    found: Counter[str] = Counter()
    for row in _rows():
        there = {aspect for aspect, has in zip(Aspect, aspects_of(row), strict=True) if has}
        for code, rule in RULES.items():
            for _ in rule.look(row, NOW):
                found[code] += 1
                assert rule.aspect in there, (code, row)
    of_rows = {code for code, rule in RULES.items() if rule.aspect is not None}
    assert of_rows - set(found) <= {"SL102", "SL201", "SL202", "SL205", "SL206"}
