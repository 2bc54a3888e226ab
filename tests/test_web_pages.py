"""What people without a script get: problems as pages of their language, and checked files to save."""

from __future__ import annotations

import asyncio
import io
import json
import re
import zipfile
from html import unescape as html_text
from pathlib import Path

import httpx
import pytest
from asking_web import app_of, ask, post, scope_of
from building import wrap
from surveying import gone, moved, report, works
from web import Behaviour, Web, html, serving

from safelinks.catalog import Catalog
from safelinks.checks.pipeline import Check
from safelinks.health.checker import Checker
from safelinks.health.model.policy import Policy
from safelinks.web.app import web_app
from safelinks.web.page import LANGUAGES
from safelinks.web.page_counts import page_counts
from safelinks.web.problem_answers import problem_answer
from safelinks.web.problems import PROBLEMS, ProblemError
from safelinks.web.web_settings import WebSettings

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

DOCUMENTS = Path(__file__).parent / "data" / "documents"
BROWSER = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
PAGES: dict[str, bytes | Behaviour] = {
    "/works": html("A page"),
    "/old": b"HTTP/1.1 301 Moved\r\nLocation: /works\r\nContent-Length: 0\r\n\r\n",
}


# --- Problems ---


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        ("/", {"data": {"text": " "}}, 400),
        ("/nothing", {"data": {"text": "x"}}, 404),
        ("/", {"data": {"text": "x" * 30_001}}, 413),
        ("/check", {"content": b"x" * 60_001}, 413),
        ("/check", {"data": {"text": "https://a.example/1 https://a.example/2"}}, 413),
        ("/download/report", {"data": {"text": "https://a.example/1 https://a.example/2"}}, 413),
        ("/", {"files": [("files", (f"{number}.txt", b"x")) for number in range(3)]}, 413),
        ("/download/clean", {"files": {"files": ("a.docx", b"PK\x03\x04 broken")}}, 422),
        ("/download/clean", {"files": {"files": ("a.pdf", (DOCUMENTS / "notice.pdf").read_bytes())}}, 422),
        ("/stream", {"data": {"text": " "}}, 400),
    ],
)  # fmt: skip
def test_people_are_told_in_their_language(path: str, sent: dict[str, object], status: int) -> None:
    app = app_of(most_bytes=60_000, most_text=30_000, most_links=1, most_files=2)
    for code, texts in LANGUAGES.items():
        answer = post(app, f"{path}?lang={code}", headers=BROWSER, **sent)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert f'<html lang="{code}">' in answer.text
        assert texts.problem in answer.text
        told = re.findall(r'<section class="problem.*?</section>', answer.text, re.DOTALL)
        assert len(told) == 1
        assert "{" not in told[0]
        assert ("como máximo" in told[0]) is (code == "es" and status == 413)
    answer = post(app, path, headers={"accept": "application/json"}, **sent)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_programs_are_told_as_problem_details_whatever_they_accept() -> None:
    answer = post(app_of(), "/api/check", json={"text": " "}, headers=BROWSER)
    assert answer.headers["content-type"] == "application/problem+json"


def test_people_are_told_of_what_is_refused_before_it_is_read() -> None:
    refused = [
        ask(app_of(), "POST", "/?lang=es", headers=BROWSER | {"sec-fetch-site": "cross-site"}),
        ask(app_of(), "GET", "/?lang=es", headers=BROWSER | {"host": "evil.example"}),
        ask(app_of(token="x" * 16), "GET", "/?lang=es", headers=BROWSER),
    ]
    assert [answer.status_code for answer in refused] == [403, 421, 401]
    assert all("Hay un problema" in answer.text for answer in refused)


def test_people_are_told_of_a_slow_body() -> None:
    async def asked(path: str, receive: object, **settings: object) -> tuple[int, str]:
        sent: list[dict[str, object]] = []

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        scope = scope_of(path, accept=BROWSER["accept"], accept_language="es")
        await app_of(**settings)(scope, receive, send)  # type: ignore[arg-type]
        body = b"".join(one.get("body", b"") for one in sent)  # type: ignore[misc]
        return int(str(sent[0]["status"])), body.decode()

    async def never() -> dict[str, object]:
        await asyncio.sleep(3600)
        raise AssertionError

    status, page = asyncio.run(asked("/check", never, body_seconds=0.01))
    assert (status, "tardó demasiado" in page) == (408, True)


@pytest.mark.parametrize("kind", PROBLEMS)
def test_every_problem_can_be_told_in_every_language(kind: str) -> None:
    error = ProblemError(kind, "A detail.", {"Retry-After": "5"}, most="7 MB")
    for code, texts in LANGUAGES.items():
        scope = scope_of("/check", accept=BROWSER["accept"], accept_language=code)
        headers, page = problem_answer(error, scope, "/root")
        assert headers["Retry-After"] == "5"
        told = re.sub(
            "<[^>]*>", "", page.decode().partition('role="alert"')[2].partition("</section>")[0]
        )
        assert texts.problem in told
        assert texts.problems[kind].partition("{")[0].rstrip() in html_text(told)
        assert ("A detail." in told) is (code == "en" or kind in _TELLING)
        assert ("7 MB" in told) is (code == "es" and kind in _LIMITS)


# Where the detail, which is in English, says more than a sentence that is always the same.
_TELLING = ("bad-request", "unknown-option", "unreadable", "not-writable")
_LIMITS = ("too-large", "too-many-files", "too-many-links")


# --- Files of a check ---


def _see(web: Web) -> str:
    return f"See {wrap(web.url('/old'))} and {web.url('/works')}.\n"


def test_the_report_of_a_check_is_saved_without_a_script() -> None:
    with serving(PAGES) as web:
        app = app_of(loopback=True)
        for name in ("html", "csv", "json"):
            sent = {"text": _see(web), "format": name}
            answer = post(app, "/download/checked", data=sent, headers=BROWSER)
            told = answer.headers["content-disposition"]
            assert told.startswith(f'attachment; filename="links.{name}"')
        verdicts = [link["verdict"] for link in answer.json()["links"]]
    assert verdicts == ["moved", "alive"]
    refused = post(app, "/download/checked", data={"text": "x", "format": "exe"}, headers=BROWSER)
    assert refused.status_code == 400


def test_a_document_is_checked_and_fixed() -> None:
    with serving(PAGES) as web:
        app = app_of(loopback=True)
        text, works = _see(web), web.url("/works")
        fixed = text.replace(wrap(web.url("/old")), works)
        assert fixed == f"See {works} and {works}.\n"
        whole = post(app, "/api/fix", json={"text": text}).json()
        plain = post(app, "/api/fix", content=text, headers={"content-type": "text/plain"})
        file = post(app, "/api/fix", files={"files": ("a.txt", text.encode())})
        page = post(app, "/download/fixed", data={"text": text})
        files = [("files", ("a.txt", text.encode())), ("files", ("b.txt", b"plain"))]
        several = post(app, "/download/fixed", files=files)
        stream = post(app, "/stream", data={"text": text}).text
        asked = web.asked.total()
        offline = post(app, "/api/fix", json={"text": text, "offline": True}).json()
        assert web.asked.total() == asked
    assert whole == {"text": fixed, "left": []}
    assert plain.text == file.content.decode() == page.content.decode() == fixed
    with zipfile.ZipFile(io.BytesIO(several.content)) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == {
            "a.txt": fixed,
            "b.txt": "plain",
        }
    end = json.loads(stream.partition("event: end\ndata: ")[2].partition("\n")[0])
    assert end["fixed"][0] == "pasted-text.txt"
    assert offline["text"] == text.replace(wrap(web.url("/old")), web.url("/old"))


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        ({"json": {"url": "https://a.example"}}, "bad-request"),
        ({"files": [("files", ("a.txt", b"x")), ("files", ("b.txt", b"x"))]}, "bad-request"),
        ({"files": {"files": ("a.pdf", (DOCUMENTS / "notice.pdf").read_bytes())}}, "not-writable"),
        ({"files": {"files": ("a.docx", b"PK\x03\x04 broken")}}, "unreadable"),
    ],
)
def test_what_cannot_be_fixed_is_told(sent: dict[str, object], kind: str) -> None:
    told = post(app_of(), "/api/fix?offline=1", **sent).json()
    assert told["type"] == f"urn:safelinks:problem:{kind}"


@pytest.mark.parametrize("order", [1, -1])
def test_a_running_check_shows_each_row_that_has_an_answer(order: int) -> None:
    links = ["http://example.org/a", "https://example.org/a"][::order]

    def ask(check: Check) -> Checker:
        policy = Policy(retries=0, concurrency=1)
        return Checker(policy, httpx.MockTransport(lambda _: httpx.Response(200)), catalog=check)

    app = web_app(WebSettings(), Catalog.nyc(), ask)
    stream = post(app, "/stream", data={"text": "\n".join(links)}).text
    told = re.findall(r"^event: row\ndata: (.*)$", stream, re.MULTILINE)
    rows = {row["number"]: row["html"] for row in map(json.loads, told)}
    assert set(rows) == {0, 1}
    for number, link in enumerate(links):
        assert f'"{link}"' in rows[number]


def test_a_check_that_was_cut_short_fixes_nothing() -> None:
    async def never(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await asyncio.sleep(3600)

    with serving({**PAGES, "/slow": never}) as web:
        app = app_of(loopback=True, check_seconds=0.3)
        text = f"{_see(web)} {web.url('/slow')}"
        assert post(app, "/api/fix", json={"text": text}).json()["type"].endswith(":too-much")
        stream = post(app, "/stream", data={"text": text}).text
    assert '"fixed": null' in stream or '"fixed":null' in stream
    assert "The time limit ended the check" in stream


# --- Counts ---


def test_all_addresses_together_are_as_wide_as_the_drawing() -> None:
    urls = [f"https://a.example/{number}" for number in range(7)]
    outcomes = [works(urls[0]), works(urls[1]), *map(gone, urls[2:5]), moved(urls[5], urls[0])]
    counts = page_counts(report("\n".join(urls), outcomes)).verdicts
    ends = [0, *(one.left + one.width for one in counts)]
    assert [one.left for one in counts] == ends[:-1]
    assert ends[-1] == 1000
    assert sorted(one.number for one in counts) == [1, 1, 2, 3]
