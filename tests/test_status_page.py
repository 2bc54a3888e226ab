"""The status of a catalog's services, as a page, as Markdown and as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator
from lxml import html as lxml_html
from test_html_report import BAD, HOSTILE, IMAGE, assert_it_fetches_nothing
from web import answer, html, serving

from safelinks import Catalog, Outcome, Reason
from safelinks.checks.catalog_upkeep import upkeep
from safelinks.checks.service_status import CatalogStatus, services_of, without_page
from safelinks.cli.program import main
from safelinks.files.data.data_file import parse_json
from safelinks.health.model.outcome import Hop, Past
from safelinks.reports.catalog_report import upkeep_lines
from safelinks.reports.status_json import status_json, status_schema
from safelinks.reports.status_markdown import status_markdown
from safelinks.reports.status_page import status_page
from safelinks.rules.checked_link import BROKEN

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

AT = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
SINCE = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
SITE = "https://www.riverbend.example"
FORMER = f"{SITE}/old/library"
MOVED_TO = f"{SITE}/permits/start.html"


def outcome(name: str, reason: Reason, status: int, past: Past | None = None) -> Outcome:
    url = f"{SITE}/{name}"
    return Outcome(url, reason, (Hop(url, status),), evidence=f"{status} seen", past=past)


OUTCOMES = (
    outcome("fine", Reason.OK, 200, Past()),
    outcome("wall", Reason.BOT_WALL, 403, Past(2, SINCE)),
    Outcome(f"{SITE}/permits", Reason.MOVED_PERMANENTLY,
            (Hop(f"{SITE}/permits", 301), Hop(MOVED_TO, 200)), MOVED_TO),
    outcome("dead", Reason.GONE, 410, Past(4, SINCE, datetime(2026, 11, 1, tzinfo=UTC))),
    outcome("failing", Reason.SERVER_ERROR, 503, Past(1, AT)),
    outcome("library", Reason.OK, 200),
)  # fmt: skip
LEADS_ELSEWHERE = Outcome(
    FORMER, Reason.MOVED_PERMANENTLY, (Hop(FORMER, 301), Hop(f"{SITE}/fine", 200)), f"{SITE}/fine"
)


def entry(one: Outcome, **more: object) -> dict[str, object]:
    slug = one.url.rpartition("/")[2]
    return {"id": slug, "name": f"The {slug}", "agency": "RVB", "url": one.url,
            "sources": ["a list"], **more}  # fmt: skip


def status(
    outcomes: Sequence[Outcome] = OUTCOMES,
    file: str = "city.json",
    dead_after: int = 1,
    **more: object,
) -> CatalogStatus:
    """The status of a catalog with these addresses; `more` is in each entry."""
    entries = [entry(one, **more) for one in outcomes]
    entries += [{"id": "part", "name": "A part", "agency": "RVB", "sources": ["a list"]}]
    asked = list(outcomes)
    for one in entries:
        if one["id"] == "library":
            one["former_urls"] = [FORMER]
            asked.append(LEADS_ELSEWHERE)
    data = {"agencies": [{"acronym": "RVB", "name": "Riverbend"}], "resources": entries}
    source = parse_json(json.dumps(data, indent=1), file)
    catalog, wrong = Catalog().under(source)
    assert catalog is not None, wrong
    by_url = {one.url: one for one in asked}
    found = upkeep(source, catalog, by_url, AT.date(), dead_after)
    return CatalogStatus(
        file, source.text, found, services_of(source, catalog, by_url, found), len(by_url),
        without_page(source, catalog), AT, has_history=any(one.past for one in asked),
    )  # fmt: skip


def page_of(*found: CatalogStatus) -> str:
    return "".join(status_page(found))


def parsed(*found: CatalogStatus) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(page_of(*found))


def _words(cell: lxml_html.HtmlElement) -> str:
    """The text of a cell, with blanks between elements, but where a line may only break."""
    for element in list(cell.iter("wbr")):
        element.drop_tag()
    return " ".join(" ".join(cell.itertext()).split())


def texts(page: lxml_html.HtmlElement, path: str) -> list[str]:
    return [" ".join(str(one.text_content()).split()) for one in page.xpath(path)]


def test_what_does_not_work_comes_first() -> None:
    page = parsed(status())
    assert texts(page, "//h1") == ["2 of 6 services do not work"]
    assert texts(page, "//tbody//th") == [
        "The dead", "The failing", "The wall", "The permits", "The library", "The fine",
    ]  # fmt: skip
    counts = texts(page, "//*[@class='counts']//li")
    assert counts == ["1 Dead", "1 Failing", "1 Uncertain", "1 Moved", "2 Works"]
    assert texts(page, "//*[@class='todo']/ol/li/div/p") == [
        "2 services do not work. Look for where they are now.",
        "1 service has moved for good. The diff writes the new address, and keeps the old one.",
        "1 service needs a look. What was seen does not fit the catalog.",
    ]
    anchors = {str(one)[1:] for one in page.xpath("//a[starts-with(@href, '#')]/@href")}
    ids = [str(one) for one in page.xpath("//@id")]
    assert anchors <= set(ids)
    assert len(ids) == len(set(ids))


def row(page: lxml_html.HtmlElement, name: str) -> dict[str, str]:
    cells = page.xpath(f"//tr[@id='service-{name}']/*")
    return {one.get("class"): _words(one) for one in cells}


def test_a_row_says_since_when_and_what_moved_by_which_answer() -> None:
    page = parsed(status())
    dead, permits = row(page, "dead"), row(page, "permits")
    assert dead["where"] == "since 2026-11-02 4 runs; last worked 2026-11-01"
    assert row(page, "failing")["where"] == "since 2026-11-30 1 run; never worked"
    assert row(page, "fine")["where"] == row(page, "wall")["where"] == ""
    assert f"Now at {MOVED_TO}" in permits["address"]
    assert f"301 from {SITE}/permits to {MOVED_TO}, seen on 2026-11-30" in permits["address"]
    assert permits["findings"] == "write the new address"
    library = row(page, "library")["findings"]
    assert library.startswith(f"the former address leads to {SITE}/fine")
    assert library.endswith(FORMER)
    (changes,) = texts(page, "//*[@class='texts']//code[contains(., '---')]")
    assert f'+ "url": "{MOVED_TO}"' in changes


def test_only_what_works_can_be_clicked() -> None:
    page = parsed(status())
    clicked = {str(one) for one in page.xpath("//a[starts-with(@href, 'http')]/@href")}
    assert clicked == {f"{SITE}/{one}" for one in ("fine", "library", "permits")} | {MOVED_TO}


def test_what_a_reader_should_know() -> None:
    without = status([outcome("fine", Reason.OK, 200)])
    assert texts(parsed(without), "//*[@class='notes']//li") == [
        "Since when a service does not work is known with --history.",
        "1 entry has no page to be asked.",
    ]
    assert texts(parsed(status()), "//*[@class='notes']//li") == [
        "1 entry has no page to be asked."
    ]


@pytest.mark.parametrize(
    ("outcomes", "says"),
    [
        ([outcome("a", Reason.OK, 200)], "1 service works"),
        ([outcome("a", Reason.OK, 200), outcome("b", Reason.OK, 200)], "All 2 services work"),
        ([outcome("a", Reason.OK, 200), outcome("b", Reason.EXCLUDED, 0)], "1 of 2 services works"),
        ([OUTCOMES[2], OUTCOMES[0]], "All 2 services work; 1 has moved"),
        ([OUTCOMES[1], OUTCOMES[0]], "No service is broken; 1 of 2 needs a look"),
        ([outcome("a", Reason.NO_NETWORK, 0), OUTCOMES[0]], "1 of 2 services could not be checked"),
        ([OUTCOMES[3]], "1 of 1 service does not work"),
        ([outcome("a", Reason.EXCLUDED, 0)], "1 service, none checked"),
        ([], "0 services, none checked"),
    ],
)
def test_the_one_sentence(outcomes: list[Outcome], says: str) -> None:
    found = status(outcomes)
    assert texts(parsed(found), "//h1") == [says]
    assert f"**{says}.**" in "".join(status_markdown([found]))


@pytest.mark.parametrize(
    ("reason", "says"),
    [(Reason.OK, "Nothing to do."), (Reason.NO_NETWORK, "Run this again with a network.")],
)
def test_nothing_to_do_is_only_said_where_it_is_known(reason: Reason, says: str) -> None:
    found = status([outcome("a", reason, 200)], "/home/me/city.json")
    page = parsed(found)
    assert texts(page, "//*[@class='todo']/p") == [says]
    assert texts(page, "//p[@class='over']") == ["Service status: city.json"]


def test_several_files_are_one_page() -> None:
    page = parsed(status(), status(OUTCOMES[:1], "other.json"))
    assert texts(page, "//p[@class='over']") == ["Service status: 2 files"]
    ids = [str(one) for one in page.xpath("//@id")]
    assert len(ids) == len(set(ids))
    assert len(page.xpath("//tbody/tr")) == 7


@pytest.mark.parametrize("text", [BAD, IMAGE, *HOSTILE.values()])
def test_nothing_hostile_breaks_out(text: str) -> None:
    hostile = text.encode("utf-8", "replace").decode()
    outcomes = [
        Outcome(one.url, one.reason, one.hops, one.replacement, f"{hostile} seen", error=hostile)
        for one in OUTCOMES
    ]
    found = status(
        outcomes, f"{hostile}\u202e.json",
        name=f"\u202e{hostile}", description=hostile, category=f"c{hostile}",
    )  # fmt: skip
    page_text = page_of(found)
    page = lxml_html.document_fromstring(page_text)
    assert_it_fetches_nothing(page)
    assert len(list(page.iter("script"))) == len(list(page.iter("style"))) == 1
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f]", page_text)
    shown = str(page.xpath("string()"))
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b]", shown)
    assert "\\u202e" in shown
    for cell in "".join(status_markdown([found])).splitlines():
        outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", cell)
        assert not re.search(r"[<>\[\]@#]\w|https?:", outside.replace("## ", "").replace("#", ""))
    assert json.loads("".join(status_json([found])))["files"][0]["services"]


def test_a_password_in_a_redirect_is_not_shown() -> None:
    to = "https://me:secret@www.riverbend.example/permits/new"
    hops = (Hop(f"{SITE}/permits", 301), Hop(to, 200))
    for reason, newer in ((Reason.REDIRECTED, None), (Reason.MOVED_PERMANENTLY, to)):
        found = status([Outcome(f"{SITE}/permits", reason, hops, newer)])
        assert found.upkeep.proposals == ()
        for render in (status_page, status_markdown, status_json):
            assert "secret" not in "".join(render([found]))
        assert "secret" not in "".join(upkeep_lines(found.upkeep, 1))


def test_markdown_has_what_moved_with_its_evidence() -> None:
    lines = "".join(status_markdown([status()])).splitlines()
    assert lines[4:9] == [
        "### Moved", "", "| service | was | now | evidence |", "|---|---|---|---|",
        f"| The permits | `{SITE}/permits` | `{MOVED_TO}` | "
        f"301 from `{SITE}/permits` to `{MOVED_TO}`, seen on `2026-11-30` |",
    ]  # fmt: skip
    assert f"| The dead | `{SITE}/dead` | review this: page removed permanently |" in lines


def test_markdown_has_room_in_a_pull_request() -> None:
    many = [outcome(f"a{number}", Reason.GONE, 410) for number in range(2_000)]
    text = "".join(status_markdown([status(many)]))
    assert len(text) < 65_536
    assert re.search(r"Not shown, because the report is too long: [0-9]+ more\.", text)


def test_json_says_all_of_it() -> None:
    (file,) = json.loads("".join(status_json([status()])))["files"]
    assert file["verdicts"] == {
        "dead": 1, "failing": 1, "uncertain": 1, "moved": 1, "alive": 2,
    }  # fmt: skip
    dead, permits = file["services"][0], file["services"][3]
    assert dead["past"] == {
        "runs": 4, "since": SINCE.isoformat(), "last_alive": "2026-11-01T00:00:00+00:00",
    }  # fmt: skip
    assert (permits["replacement"], permits["past"]) == (MOVED_TO, None)
    assert [one["resource"] for one in file["reviews"]] == ["dead", "failing", "library"]
    assert file["diff"].startswith("--- city.json\n+++ city.json\n@@ ")


_SCHEMA = Draft202012Validator(json.loads(status_schema()))


@pytest.mark.parametrize("past", [None, Past(), Past(2, SINCE, AT)], ids=["new", "fine", "known"])
def test_json_is_as_its_schema_says_for_every_reason(past: Past | None) -> None:
    outcomes = [
        Outcome(f"{SITE}/a{number}", reason, (Hop(f"{SITE}/a{number}", None),), past=past)
        for number, reason in enumerate(Reason)
    ]
    both = "".join(status_json([status(outcomes, dead_after=3), status()]))
    assert both.isascii()
    _SCHEMA.validate(json.loads(both))


def test_the_schema_is_one_and_is_printed() -> None:
    Draft202012Validator.check_schema(json.loads(status_schema()))
    assert CliRunner().invoke(main, ["schema", "status"]).stdout == status_schema()
    report = json.loads(CliRunner().invoke(main, ["schema", "report"]).stdout)
    assert report == json.loads(CliRunner().invoke(main, ["schema"]).stdout)
    of_link = report["$defs"]["link"]["properties"]
    here = json.loads(status_schema())["$defs"]
    assert here["verdict"] == of_link["verdict"]
    assert here["service"]["properties"]["reason"] == of_link["reason"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.pop("services"),
        lambda file: file.update(exit_code=2),
        lambda file: file.update(checked_at=None),
        lambda file: file["verdicts"].update(good=1),
        lambda file: file["services"][0].pop("proposal"),
        lambda file: file["services"][0].update(reason="bad"),
        lambda file: file["services"][0]["past"].pop("since"),
        lambda file: file["reviews"][0].update(excused="no"),
    ],
)
def test_the_schema_refuses_what_is_none(spoil: Callable[[dict[str, Any]], object]) -> None:
    whole = json.loads("".join(status_json([status()])))
    assert _SCHEMA.is_valid(whole)
    spoil(whole["files"][0])
    assert not _SCHEMA.is_valid(whole)


def test_what_fails_in_too_few_runs_does_not_count() -> None:
    patient = status(OUTCOMES, dead_after=4)
    excused = {one.resource.id: one.excused for one in patient.services if one.verdict in BROKEN}
    assert excused == {"dead": False, "failing": True}
    lines = list(upkeep_lines(patient.upkeep, patient.asked))
    failing = "failing: review this: the server reports an error"
    assert f"{failing}; not enough runs to fail the check" in lines
    assert lines[-1].endswith("2 to review, 1 not working in too few runs.")
    page = "".join(status_page([patient]))
    assert "1 service does not work, in too few runs to count." in page
    assert "1 service does not work.</strong> Look" in page
    (file,) = json.loads("".join(status_json([patient])))["files"]
    assert [one["excused"] for one in file["reviews"]] == [False, True, False]
    assert file["exit_code"] == 1
    assert status([OUTCOMES[4]], dead_after=2).upkeep.exit_code == 0
    assert status([OUTCOMES[4]]).upkeep.exit_code == 1
    assert status([evolve(OUTCOMES[4], past=None)], dead_after=2).upkeep.exit_code == 1


# --- The command ---


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["catalog", "check", "--allow-private", *map(str, arguments)])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _write(here: Path, **urls: str) -> None:
    entries = [
        {"id": name, "name": name, "agency": "FISA", "sources": ["me"], "url": url}
        for name, url in urls.items()
    ]
    (here / "city.json").write_text(json.dumps({"resources": entries}, indent=1) + "\n")


def test_every_format_in_one_run_and_since_when(here: Path) -> None:
    with serving({"/gone": answer("410 Gone"), "/fine": html("Fine")}) as web:
        _write(here, gone=web.url("/gone"), fine=web.url("/fine"))
        files = ("--format", "html=a.html", "--format", "json=a.json", "--format", "markdown=a.md")
        for runs in (1, 2):
            result = _run("--history", "past", *files, "--format", "text", "city.json")
            assert result.exit_code == 1
            assert "2 addresses checked: 0 moved, 1 to review.\n" in result.stdout
            (file,) = json.loads((here / "a.json").read_text())["files"]
            assert file["services"][0]["past"]["runs"] == runs
        assert web.asked["/fine"] == 2
    page = lxml_html.document_fromstring((here / "a.html").read_text("ascii"))
    assert row(page, "gone")["where"].startswith("since 20")
    assert "review this" in (here / "a.md").read_text()


def test_dead_after_waits_for_so_many_runs(here: Path) -> None:
    options = ("--history", "past", "--dead-after", "2", "city.json")
    with serving({"/gone": answer("410 Gone")}) as web:
        _write(here, gone=web.url("/gone"))
        waiting, gone = _run(*options), _run(*options)
        assert waiting.exit_code == 0
        assert waiting.stdout.endswith("0 to review, 1 not working in too few runs.\n")
        assert (gone.exit_code, "too few" in gone.stdout) == (1, False)
        Path("past").write_bytes(b"not what it was\x00" * 100)
        lost = _run(*options)  # what is lost excuses nothing
        assert (lost.exit_code, "too few" in lost.stdout) == (1, False)


def test_a_diff_alone_is_what_git_takes(here: Path) -> None:
    pages = {"/old": answer("301 Moved Permanently", "", "Location: /new"), "/new": html("New")}
    with serving(dict(pages)) as web:
        _write(here, old=web.url("/old"))
        diff = _run("--format", "diff", "city.json").stdout
        assert diff.startswith("--- city.json\n+++ city.json\n@@ ")
        _write(here, new=web.url("/new"))
        assert _run("--format", "diff", "city.json").stdout == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--format", "sarif"), "there is no format 'sarif'; there are text, diff, json, "),
        (("--format", "html="), "html= needs the name of a file"),
        (("--format", "html", "--format", "json"), "Two formats go to one place"),
        (("--format", "html=a", "--history", "a"), "Two formats go to one place"),
        (("--dead-after", "2"), "--dead-after needs --history"),
        (("--dead-after", "0", "--history", "a"), "0 is not in the range 1 to 1000"),
    ],
)
def test_what_does_not_fit_is_said_before_anybody_is_asked(
    arguments: tuple[str, ...], message: str, here: Path
) -> None:
    with serving({}) as web:
        _write(here, a=web.url("/a"))
        result = _run(*arguments, "city.json")
        assert (result.exit_code, result.stdout, web.asked) == (2, "", {})
    assert message in result.stderr


def test_keys_of_other_commands_are_not_for_this_one(here: Path) -> None:
    (here / "safelinks.toml").write_text(
        'format = ["sarif"]\nhistory = "their-history"\ndead-after = 3\n'
    )
    with serving({"/fine": html("Fine")}) as web:
        _write(here, fine=web.url("/fine"))
        result = _run("city.json")
    assert (result.exit_code, result.stdout) == (0, "1 address checked: 0 moved, 0 to review.\n")
    assert not (here / "their-history").exists()
