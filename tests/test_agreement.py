"""All formats that a person reads say the same of a run, and the same as its exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest
from attrs import evolve
from click.testing import CliRunner, Result
from lxml import html as lxml_html

import safelinks
from safelinks import Checker, Policy, Report, Selection
from safelinks.checks.baseline import Baseline
from safelinks.checks.baseline_comparison import Comparison
from safelinks.cli.program import main
from safelinks.reports.rendering import RENDERERS
from safelinks.reports.wording.conclusion import conclusion
from safelinks.reports.wording.headline import headline

TEXT = """<!-- safelinks: ignore[SL301] -->
https://a.example/gone-ignored
https://b.example/gone https://c.example/ http://d.example/
[https://e.example/](https://www.nyc.gov.evil.example/)
[https://f.example/](https://g.example/login)
"""


def answer(request: httpx.Request) -> httpx.Response:
    url = str(request.url)
    return httpx.Response(404 if "gone" in url else 401 if "login" in url else 200)


def checked(text: str = TEXT, selection: Selection | None = None) -> Report:
    checker = Checker(Policy(retries=0), httpx.MockTransport(answer))
    return safelinks.check(
        safelinks.read(text.encode(), "a.md"), checker=checker, selection=selection
    )


def known(report: Report) -> Report:
    """`report` with all that it finds in a baseline."""
    baseline = Comparison(report, Baseline()).updated()
    return Comparison(report, baseline).marked()


DEAD = "https://a.example/gone"
REPORTS = {
    "all": checked(),
    "known": known(checked()),
    "one known": known(checked(DEAD)),
    "ignored": checked(f"<!-- safelinks: ignore -->\n{DEAD} http://www.nyc.gov.evil.example/"),
    "not selected": checked(TEXT, Selection(ignore=("SL2", "SL3"))),
    "excused": evolve(
        checked(DEAD),
        findings=tuple(evolve(one, excused=True) for one in checked(DEAD).findings),
    ),
    "well": checked("https://a.example/"),
    "former": checked("https://www1.nyc.gov/site/mocs/systems/about-go-to-passport.page"),
    "former and known": known(
        checked("https://www1.nyc.gov/site/mocs/systems/about-go-to-passport.page")
    ),
    "nothing": checked("nothing"),
    "unread": evolve(checked("https://a.example/"), unread=True),
    "nothing that was read": evolve(checked("nothing"), unread=True),
    "interrupted": evolve(checked(), interrupted=True),
}


def page_of(report: Report) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring("".join(RENDERERS["html"](report)))


def tasks_of(report: Report) -> list[lxml_html.HtmlElement]:
    return list(page_of(report).xpath("//*[@class='todo']/ol/li"))


def text_of(element: lxml_html.HtmlElement) -> str:
    return " ".join(str(element.text_content()).split())


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_formats_for_people_say_the_same(report: Report) -> None:
    page = page_of(report)
    told = [text_of(one.xpath("./div/p")[0]) for one in tasks_of(report)]
    said = [
        one.text.replace("`--fix`", "safelinks check --fix")
        for one in headline(report)
        if one.kind is not None
    ]
    assert [one for one in told if "without a link" not in one] == said
    assert text_of(page.xpath("//*[@class='because']")[0]) == conclusion(report)
    for name in ("text", "markdown"):
        printed = "".join(RENDERERS[name](report))
        assert all(str(one) in printed for one in headline(report))
        assert conclusion(report) in printed
    code = re.search(r"Exit code (\d+)", conclusion(report))
    assert code is not None
    assert int(code[1]) == report.exit_code
    told_at_all = json.loads("".join(RENDERERS["json"](report)))["summary"]["exit_code"]
    assert told_at_all == report.exit_code


@pytest.mark.parametrize(
    ("name", "says", "tone"),
    [
        ("all", "1 of 8 addresses does not work, and 2 look suspicious", "dead"),
        ("one known", "1 of 1 address is broken, but known, ignored or fixed", "skipped"),
        ("excused", "1 of 1 address failed, but not in enough runs", "dead"),
        ("ignored", "1 of 2 addresses is broken, but known, ignored or fixed", "alive"),
        ("former", "The address works; 1 should be replaced", "moved"),
        ("former and known", "The address works", "moved"),
        ("unread", "Of what could be read: the address works", "alive"),
    ],
)
def test_the_head_of_the_page_does_not_cry_wolf(name: str, says: str, tone: str) -> None:
    page = page_of(REPORTS[name])
    assert text_of(next(page.iter("h1"))) == says
    assert page.xpath("string(//header/@class)") == f"is-{tone}"


def test_a_task_leads_to_the_addresses_that_it_is_about() -> None:
    tasks = tasks_of(REPORTS["all"])
    assert tasks[0].xpath(".//a/@href") == ["#address-2"]
    (suspicious,) = (one for one in tasks if one.get("class") == "is-suspicious")
    leading = [str(one) for one in suspicious.xpath(".//a/@href")]
    rows = REPORTS["all"].rows
    assert [rows[int(one.rpartition("-")[2]) - 1].target for one in leading] == [
        "https://www.nyc.gov.evil.example/", "https://g.example/login"
    ]  # fmt: skip
    assert "the text shows https://f.example/" in text_of(suspicious)


def run(*args: str) -> Result:
    return CliRunner().invoke(main, ["check", "--no-config", "--offline", *args])


def test_what_could_not_be_read_is_in_every_report_that_has_room_for_it(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("https://a.example/")
    names = [str(tmp_path / "a.txt"), str(tmp_path / "missing.txt")]
    for name in ("text", "markdown", "html", "github", "junit", "sarif"):
        result = run("--format", name, *names)
        assert result.exit_code == 2
        assert "Some files could not be read or written" in result.stdout
    (invocation,) = json.loads(run("--format", "sarif", *names).stdout)["runs"][0]["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    assert json.loads(run("--format", "json", *names).stdout)["summary"]["exit_code"] == 2
