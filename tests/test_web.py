"""The web page and its API: answers, refusals, files to be saved, and what nobody may set."""

from __future__ import annotations

import asyncio
import io
import json
import re
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asking_web import HOST, app_of, ask, post, post_and_leave, scope_of
from attrs import fields
from building import RECIPIENT, wrap
from click.testing import CliRunner
from documented import Block, blocks
from notice import PERSON, TARGETS
from serve_pictures import NAMES
from web import Behaviour, html, serving

import safelinks
from safelinks.addresses.place import Place
from safelinks.catalog.lookalikes.suspicions import Sign
from safelinks.catalog.match import Inference, MatchedRule
from safelinks.cli.program import main
from safelinks.documents.content.package_installation import installation_of
from safelinks.errors import SetupError
from safelinks.health.model.outcome import Reason
from safelinks.health.model.policy import Policy
from safelinks.web.gate import SECURITY_HEADERS
from safelinks.web.metrics import AnsweredRequest, Metrics, log_line
from safelinks.web.page import LANGUAGES
from safelinks.web.page_texts import PageTexts
from safelinks.web.problems import PROBLEMS
from safelinks.web.web_settings import WebSettings

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

ROOT = Path(__file__).parent.parent
NOTICE = (ROOT / "examples" / "notice.txt").read_text("utf-8")
DOCUMENTS = ROOT / "tests" / "data" / "documents"
TOKEN = "a-token-of-some-length"  # noqa: S105  that of a test
WRAPPED = wrap("https://www.nyc.gov/pip")


# --- The gate ---


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/metrics", "/nothing", "/assets/page.js", "/assets/report.css"]
)
def test_every_answer_has_the_headers(path: str) -> None:
    answer = ask(app_of(), "GET", path)
    cached = {"Cache-Control": "max-age=300"} if path.startswith("/assets/") else {}
    expected = {**SECURITY_HEADERS, **cached}
    assert {name: answer.headers[name] for name in expected} == expected
    assert "unsafe" not in SECURITY_HEADERS["Content-Security-Policy"]


def test_the_page_has_nothing_inline() -> None:
    page = post(app_of(), "/", data={"text": NOTICE}).text
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", page) == []
    loaded = re.findall(r'(?:src|href)="(?!#|https://)([^"]*)"', page)
    assert all(one.startswith("/") for one in loaded)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "localhost:8765"}, 200),
        ({"host": "[::1]:8765"}, 200),
        ({"host": "links.example.org"}, 200),
        ({"host": "LINKS.example.org.:443"}, 200),
        ({"host": "evil.example"}, 421),
        ({"host": "127.0.0.1.evil.example"}, 421),
        ({"host": ""}, 421),
        ({"origin": f"http://{HOST}"}, 200),
        ({"origin": "https://links.example.org", "host": "127.0.0.1:1"}, 200),
        ({"origin": "https://links.example.org:8443", "host": "links.example.org"}, 200),
        ({"origin": "http://links.example.org:81", "host": "links.example.org:80"}, 403),
        ({"origin": "http://links.example.org", "host": "links.example.org:8766"}, 403),
        ({"origin": "http://127.0.0.1:9999"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "https://links.example.org.evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, 200),
        ({"origin": "http://[", "sec-fetch-site": "same-origin"}, 403),
        ({"origin": f"file://{HOST}"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 200),
    ],
)
def test_who_may_post(headers: dict[str, str], status: int) -> None:
    app = app_of(names=("links.example.org",), token=TOKEN)
    known = {"authorization": f"Bearer {TOKEN}", **headers}
    answer = post(app, "/api/unwrap", json={"url": WRAPPED}, headers=known)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("", 401),
        (f"Bearer {TOKEN}", 200),
        (f"bearer  {TOKEN} ", 200),
        ("Bearer ", 401),
        (f"Bearer {TOKEN}x", 401),
        (f"Token {TOKEN}", 401),
        ("Basic OmEtdG9rZW4tb2Ytc29tZS1sZW5ndGg=", 200),
        ("Basic bm9ib2R5OmEtdG9rZW4tb2Ytc29tZS1sZW5ndGg=", 200),
        ("Basic YS10b2tlbi1vZi1zb21lLWxlbmd0aA==", 401),
        ("Basic ???", 401),
        ("Basic /w==", 401),
    ],
)
def test_a_token_is_asked_of_all_but_probes(given: str, status: int) -> None:
    app = app_of(host="0.0.0.0", token=TOKEN)
    headers = {"authorization": given} if given else {}
    for path in ("/", "/metrics", "/assets/page.js"):
        answer = ask(app, "GET", path, headers=headers)
        assert answer.status_code == status
        assert ("www-authenticate" in answer.headers) is (status == 401)
    assert ask(app, "GET", "/healthz").text == "ok\n"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"host": "0.0.0.0"}, "others can reach 0.0.0.0"),
        ({"host": "::"}, "others can reach ::"),
        ({"names": ("links.example.org",)}, "others can reach links.example.org"),
        ({"token": "short"}, "SAFELINKS_TOKEN must have at least 16"),
        ({"token": "a token with blanks in it"}, "SAFELINKS_TOKEN must have"),
        ({"root_path": "links"}, "root_path must be a path"),
        ({"root_path": "/links/"}, "root_path must be a path"),
        ({"most_checks": 0}, "most_checks must be a whole number from 1"),
    ],
)
def test_settings_that_make_no_sense(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(SetupError, match=re.escape(says)) as raised:
        app_of(**settings)
    assert "blanks in it" not in str(raised.value)


@pytest.mark.parametrize("path", ["/links/", "/links", "/"])
def test_below_a_root_path(path: str) -> None:
    app = app_of(root_path="/links")
    page = ask(app, "GET", path).text
    assert 'action="/links/?lang=en"' in page
    for loaded in re.findall(r'(?:src|href)="(/links/[^"?]*)"', page):
        assert ask(app, "GET", loaded).status_code == 200
        assert ask(app, "GET", loaded.removeprefix("/links")).status_code == 200


# --- The API says what the command line says ---


def printed(*words: str, text: str = "") -> str:
    return CliRunner().invoke(main, [*words], input=text).stdout_bytes.decode()


def test_unwrap_and_identify_are_those_of_the_command_line() -> None:
    urls = [WRAPPED, "https://a.example/", "https://nam06.safelinks.protection.outlook.com/?x=1"]
    accept = {"accept": "application/x-ndjson"}
    for path, words in {"unwrap": ("unwrap",), "identify": ("catalog", "match")}.items():
        lines = post(app_of(), f"/api/{path}", json={"urls": urls}, headers=accept)
        assert lines.text == printed(*words, "--json", *urls)
        whole = post(app_of(), f"/api/{path}", content="\n".join(urls)).json()
        assert whole == {"results": [json.loads(line) for line in lines.text.splitlines()]}


def test_a_recipient_is_shown_on_demand_only() -> None:
    asked: dict[str, dict[str, object]] = {
        "/api/unwrap": {"url": WRAPPED},
        "/api/check": {"text": WRAPPED, "offline": True},
    }
    for path, sent in asked.items():
        assert RECIPIENT not in post(app_of(), path, json=sent).text
        assert RECIPIENT in post(app_of(), path, json=sent | {"show_recipients": True}).text


def test_clean_is_that_of_the_command_line() -> None:
    expected = printed("clean", text=NOTICE)
    plain = post(app_of(), "/api/clean", content=NOTICE, headers={"content-type": "text/plain"})
    assert plain.text == expected
    assert post(app_of(), "/api/clean", json={"text": NOTICE}).json() == {
        "text": expected,
        "left": [],
    }


@pytest.mark.parametrize("name", ["json", "jsonl", "csv"])
def test_check_is_that_of_the_command_line(name: str) -> None:
    expected = printed("check", "--offline", "--format", name, text=NOTICE)
    path = f"/api/check?format={name}&offline=1"
    answer = post(app_of(), path, json={"text": NOTICE, "name": "<stdin>"})
    assert answer.content.decode() == expected
    assert ("content-disposition" in answer.headers) is (name == "csv")


@pytest.mark.parametrize(
    ("path", "request_", "kind"),
    [
        ("/api/unwrap", {"json": {}}, "nothing-sent"),
        ("/api/unwrap", {"content": b"{", "headers": {"content-type": "application/json"}}, "bad-request"),
        ("/api/unwrap", {"json": [1]}, "bad-request"),
        ("/api/unwrap", {"json": {"url": 1}}, "bad-request"),
        ("/api/unwrap", {"json": {"urls": "x"}}, "bad-request"),
        ("/api/unwrap", {"json": {"text": 1}}, "bad-request"),
        ("/api/unwrap", {"json": {"url": "x", "show_recipients": "yes"}}, "bad-request"),
        ("/api/unwrap?show_recipients=maybe", {"json": {"url": "x"}}, "bad-request"),
        ("/api/unwrap", {"files": {"files": b"x"}}, "content-type"),
        ("/api/unwrap", {"json": {"urls": ["x"] * 4}}, "too-many-links"),
        ("/api/clean", {"json": {"url": "https://a.example"}}, "bad-request"),
        ("/api/clean", {"files": [("files", ("a.txt", b"x")), ("files", ("b.txt", b"x"))]}, "bad-request"),
        ("/api/check?format=exe", {"json": {"text": "x"}}, "bad-request"),
        ("/api/check", {"files": {"other": b"x"}}, "unknown-option"),
        ("/api/check", {"content": "https://a.example " * 2 + "b.example https://c.example/1 https://c.example/2 https://c.example/3"}, "too-many-links"),
        ("/api/check", {"files": {"files": ("a.docx", b"PK\x03\x04 broken")}}, "unreadable"),
        ("/download/clean", {"files": {"files": ("a.docx", b"PK\x03\x04 broken")}}, "unreadable"),
        ("/api/check", {"content": b"x" * 60_001}, "too-large"),
        ("/api/check", {"content": b"x" * 30_001}, "too-large"),
        ("/api/check", {"data": {"text": "x" * 30_001}, "files": {"files": b"x"}}, "too-large"),
        ("/nothing", {"json": {}}, "not-found"),
        ("/healthz", {"json": {}}, "method"),
    ],
)  # fmt: skip
def test_problems_are_told_as_rfc_9457_has_them(
    path: str, request_: dict[str, object], kind: str
) -> None:
    app = app_of(most_bytes=60_000, most_text=30_000, most_links=3)
    answer = post(app, path, **request_)
    told = answer.json()
    assert told["type"] == f"urn:safelinks:problem:{kind}"
    assert told["status"] == answer.status_code
    assert set(told) == {"type", "title", "status", "detail"}
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_without_a_length_is_counted() -> None:
    async def blocks() -> object:
        for _ in range(70):
            yield b"x" * 1000

    assert post(app_of(most_bytes=60_000), "/api/check", content=blocks()).status_code == 413


def test_a_slow_body_is_not_waited_for() -> None:
    async def slow() -> list[dict[str, object]]:
        sent: list[dict[str, object]] = []

        async def receive() -> dict[str, object]:
            await asyncio.sleep(3600)
            raise AssertionError

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        await app_of(body_seconds=0.01)(scope_of("/api/check"), receive, send)  # type: ignore[arg-type]
        return sent

    sent = asyncio.run(slow())
    assert sent[0]["status"] == 408


@pytest.mark.parametrize("name", [one.name for one in fields(Policy)])
def test_a_visitor_cannot_change_how_addresses_are_asked(name: str) -> None:
    for request in ({"json": {"text": "x", name: True}}, {"data": {"text": "x", name: "1"}}):
        answer = post(app_of(), "/api/check", **request)
        assert answer.json()["type"].endswith(":unknown-option")
    assert post(app_of(), f"/api/check?{name}=1", json={"text": "x"}).status_code == 400


def test_addresses_of_this_machine_are_not_asked() -> None:
    with serving({"/": html("private")}) as web:
        answer = post(app_of(), "/api/check", json={"urls": [web.url("/")]}).json()
        assert [link["reason"] for link in answer["links"]] == ["private-address"]
        assert not web.asked


def test_the_api_is_described() -> None:
    app = app_of(token=TOKEN, root_path="/l")
    headers = {"authorization": f"Bearer {TOKEN}"}
    told = ask(app, "GET", "/openapi.json", headers=headers).json()
    assert set(told["paths"]) == {
        "/api/unwrap",
        "/api/identify",
        "/api/clean",
        "/api/fix",
        "/api/check",
    }
    assert told["servers"] == [{"url": "/l"}]
    assert told["security"] == [{"token": []}]
    for path, described in told["paths"].items():
        taken = described["post"]["requestBody"]["content"]["application/json"]["schema"]
        for name, kind in taken["properties"].items():
            value = {"boolean": True, "array": ["x"], "string": "x"}[kind["type"]]
            sent = (
                {"text": "x"} if path in ("/api/clean", "/api/fix") else {"text": "x", name: value}
            )
            answer = post(app, path, json=sent | {"offline": True}, headers=headers)
            assert answer.status_code == 200, (path, name)
        for status, refusal in described["post"]["responses"].items():
            named = re.findall(r"`([\w-]+)`", refusal["description"])
            assert all(PROBLEMS[kind].status == int(status) for kind in named)
    schema = ask(app, "GET", "/report.schema.json", headers=headers).json()
    assert schema["$schema"].endswith("2020-12/schema")


def test_links_to_files_of_the_server_are_not_looked_at() -> None:
    text = f"[a](/etc/passwd) [b](/etc/nothing) [c]({__file__}) <a href='pyproject.toml'>d</a>"
    for name in ("notice.md", "notice.html", str(ROOT / "README.md")):
        told = post(
            app_of(), "/api/check", json={"text": text, "name": name, "offline": True}
        ).json()
        assert told["findings"] == told["links"] == []
    page = post(app_of(), "/", files={"files": ("notice.md", text.encode())}).text
    assert "No links were found." in page


def test_a_mistake_of_the_server_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(NOTICE)

    monkeypatch.setattr("safelinks.web.json_answers._unwrapped", fail)
    answer = post(app_of(), "/api/unwrap", json={"url": "x"})
    assert answer.status_code == 500
    assert PERSON not in answer.text


# --- Checks ---


async def _never(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


PAGES: dict[str, bytes | Behaviour] = {"/works": html("A page"), "/slow": _never}


def test_a_check_in_every_form() -> None:
    with serving(PAGES) as web:
        sent = {"text": f"See {web.url('/works')} and {web.url('/gone')}"}
        app = app_of(loopback=True)
        whole = post(app, "/api/check", json=sent).json()
        lines = post(app, "/api/check", json=sent, headers={"accept": "application/x-ndjson"})
        accept = {"accept": "text/event-stream"}
        events = post(app, "/api/check", json=sent | {"reports": True}, headers=accept)
        page = post(app, "/check", data=sent).text
        stream = post(app, "/stream?lang=es", data=sent)
    verdicts = {link["url"]: link["verdict"] for link in whole["links"]}
    assert verdicts == {web.url("/works"): "alive", web.url("/gone"): "dead"}
    told = [json.loads(line) for line in lines.text.splitlines()]
    assert [one["type"] for one in told if one["type"] != "finding"] == [
        "start",
        "link",
        "link",
        "summary",
    ]
    assert {one["url"]: one["verdict"] for one in told if one["type"] == "link"} == verdicts
    assert "<b>Works</b>" in page
    assert "<b>Dead</b>" in page
    named = re.findall(r"^event: (\w+)\ndata: (.*)\n\n", events.text, re.MULTILINE)
    assert [name for name, _ in named if name != "finding"] == [
        "start",
        "link",
        "link",
        "summary",
        "reports",
    ]
    reported = json.loads(json.loads(named[-1][1])["json"][1])
    assert {one["url"]: one["verdict"] for one in reported["links"]} == verdicts
    assert json.loads(named[-1][1])["html"][1].startswith("<!doctype html>")
    shown = re.findall(r"^event: (\w+)", stream.text, re.MULTILINE)
    assert shown == ["page", "progress", "row", "progress", "row", "progress", "end"]
    assert "Funciona" in stream.text
    assert web.asked == {"/works": 5, "/gone": 5}


def test_whoever_leaves_ends_the_check_and_its_requests() -> None:
    with serving(PAGES) as web:
        app = app_of(loopback=True, most_checks=1)
        body = json.dumps({"urls": [web.url("/works"), web.url("/slow")]}).encode()

        async def scenario() -> None:
            async def is_asked(_: str) -> bool:
                return web.asked["/slow"] > 0

            for path, accept in (
                ("/api/check", "text/event-stream"),
                ("/api/check", "*/*"),
                ("/stream", "*/*"),
            ):
                web.asked.clear()
                told = await post_and_leave(app, path, body, is_asked, accept=accept)
                assert not re.search("event: (?:summary|end)", told)  # it was not played to its end
                await asyncio.sleep(0)
                others = asyncio.all_tasks() - {asyncio.current_task()}
                assert [task for task in others if not task.cancelling()] == []

        asyncio.run(scenario())
        counts = ask(app, "GET", "/metrics").text
    assert "safelinks_checks_running 0\n" in counts
    assert "safelinks_checks_left_total 3\n" in counts


def test_only_so_many_checks_run_at_once() -> None:
    with serving(PAGES) as web:
        app = app_of(loopback=True, most_checks=1)
        body = json.dumps({"urls": [web.url("/slow")]}).encode()
        refused = []

        async def scenario() -> None:
            async def one_more(_: str) -> bool:
                if not web.asked["/slow"]:
                    return False
                refused.append(
                    await asyncio.to_thread(
                        post,
                        app,
                        "/api/check",
                        content=body,
                        headers={"content-type": "application/json"},
                    )
                )
                return True

            await post_and_leave(app, "/api/check", body, one_more)

        asyncio.run(scenario())
    assert refused[0].status_code == 429
    assert refused[0].headers["retry-after"].isdecimal()


def test_a_check_that_takes_too_long_says_what_is_known() -> None:
    with serving(PAGES) as web:
        app = app_of(loopback=True, check_seconds=0.3)
        told = post(app, "/api/check", json={"urls": [web.url("/works"), web.url("/slow")]}).json()
    assert told["summary"]["interrupted"] is True
    assert {link["url"]: link["verdict"] for link in told["links"]}[web.url("/works")] == "alive"


# --- The documentation ---


@pytest.mark.parametrize("block", blocks("http", "docs/serve.md"), ids=str)
def test_a_request_of_the_documentation_is_answered(block: Block) -> None:
    head, _, body = block.text.partition("\n\n")
    first, *lines = head.splitlines()
    method, path, _ = first.split()
    headers = dict(line.split(": ", 1) for line in lines)
    answer = ask(app_of(), method, path, headers=headers, content=body.strip())
    assert answer.status_code == 200
    assert "https://www.nyc.gov/pip" in answer.text
    assert "outlook.com" not in answer.text or path == "/api/unwrap"


def test_the_commands_of_the_documentation_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[WebSettings] = []
    monkeypatch.setattr(
        "safelinks.web.server.serve", lambda _, settings, __: served.append(settings)
    )
    monkeypatch.setenv("SAFELINKS_TOKEN", TOKEN)
    lines = [line for block in blocks("text", "docs/serve.md") for line in block.text.splitlines()]
    for line in lines:
        if line.startswith("safelinks "):
            result = CliRunner().invoke(main, line.split()[1:], catch_exceptions=False)
            assert result.exit_code == 0, line
    assert [one.host for one in served] == ["127.0.0.1", "0.0.0.0"]


def test_the_documentation_shows_five_pictures_with_what_is_on_them() -> None:
    text = (ROOT / "docs" / "serve.md").read_text("utf-8")
    shown = re.findall(r"!\[([^\]]*)\]\(([^)]*)\)", text)
    assert sorted(path for _, path in shown) == sorted(f"pictures/{name}" for name in NAMES)
    assert all(len(words) > 40 for words, _ in shown)
    for _, path in shown:
        content = (ROOT / "docs" / path).read_bytes()
        assert content[8:12] == b"WEBP"
        assert len(content) < 60_000


def test_every_problem_is_in_the_documentation() -> None:
    table = (ROOT / "docs" / "serve.md").read_text("utf-8").partition("| status |")[2]
    told = {
        (status, name)
        for row in re.findall(r"^\| ([\d, ]+) \| (.*) \|$", table, re.MULTILINE)
        for name in re.findall(r"`([a-z-]+)`", row[1])
        for status in row[0].split(", ")
        if PROBLEMS[name].status == int(status)
    }
    assert told == {(str(kind.status), name) for name, kind in PROBLEMS.items()}


# --- The page ---


@pytest.mark.parametrize("name", sorted(one.name for one in DOCUMENTS.glob("notice.*")))
def test_files_are_shown_and_cleaned(name: str) -> None:
    content = (DOCUMENTS / name).read_bytes()
    files = {"files": (f"C:\\mail\\{name}", content)}
    page = post(app_of(), "/", files=files).text
    assert "PASSPort" in page
    assert PERSON not in page
    clean = post(app_of(), "/download/clean", files=files)
    if name.endswith(".pdf"):
        assert clean.json()["type"].endswith(":not-writable")
        return
    assert (
        clean.headers["content-disposition"]
        == f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
    )
    assert clean.content == safelinks.read(content, name).cleaned()


def test_the_page_without_a_script() -> None:
    answer = post(app_of(), "/", data={"text": NOTICE})
    for target in TARGETS:
        assert target in answer.text.replace('<span class="middle">', "").replace("</span>", "")
    assert "2022-04-04 18:41 UTC" in answer.text
    assert "32f56fc7-5f81-4e22-a95b-15da66513bef" in answer.text
    assert PERSON not in answer.text.partition("<table")[2].partition("</table>")[0]
    shown = post(app_of(), "/", data={"text": NOTICE, "show_recipients": "on"}).text
    assert PERSON in shown.partition("<table")[2].partition("</table>")[0]


def test_a_problem_is_told_on_the_page() -> None:
    answer = post(app_of(), "/?lang=es", data={"text": " "})
    assert answer.status_code == 400
    assert "Hay un problema" in answer.text
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize("name", ["html", "csv", "json"])
def test_reports_are_saved(name: str) -> None:
    answer = post(app_of(), "/download/report", data={"text": NOTICE, "format": name})
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="links.{name}"')
    assert PERSON not in answer.text


def test_several_files_come_in_an_archive_under_names_of_their_own() -> None:
    files = [("files", ("notice.txt", NOTICE.encode())), ("files", ("x/notice.txt", b"plain"))]
    answer = post(app_of(), "/download/clean", files=files, data={"text": WRAPPED})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["pasted-text.txt", "notice.txt", "notice (2).txt"]
        assert archive.read("notice (2).txt") == b"plain"


@pytest.mark.parametrize(
    ("name", "header"),
    [
        (
            'a"b\r\nX: y.txt',
            "attachment; filename=\"a_bX: y.txt\"; filename*=UTF-8''a%22bX%3A%20y.txt",
        ),
        ("ñ.txt", "attachment; filename=\"_.txt\"; filename*=UTF-8''%C3%B1.txt"),
        ("..", "attachment; filename=\"file\"; filename*=UTF-8''file"),
    ],
)
def test_names_of_files_are_fit_for_a_header(name: str, header: str) -> None:
    answer = post(
        app_of(), "/api/clean", params={"name": name}, content=b"x",
        headers={"content-type": "application/octet-stream"},
    )  # fmt: skip
    assert answer.headers["content-disposition"] == header


def test_nothing_is_left_of_a_large_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen: list[list[str]] = []

    def look(*_: object) -> None:
        seen.append(sorted(one.name for one in tmp_path.iterdir()))
        raise RuntimeError

    monkeypatch.setattr("safelinks.web.reading.Check", look)
    answer = post(app_of(), "/", files={"files": ("large.txt", b"x " * 1_000_000)})
    assert answer.status_code == 500
    assert seen == [[]]  # without a name, so that not even a crash leaves it
    assert list(tmp_path.iterdir()) == []
    fds = Path("/proc/self/fd")
    if fds.is_dir():
        held = [one.readlink() for one in fds.iterdir() if one.is_symlink() and one.exists()]
        assert not [one for one in held if str(tmp_path) in str(one)]


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)> https://evil.example/\"><svg/onload=x> \u202e https://a.example/'{{7*7}}"


def test_hostile_texts_and_names_are_escaped() -> None:
    files = {"files": ("<b onmouseover=x>\u202e.txt", HOSTILE.encode())}
    for sent in ({"data": {"text": HOSTILE}}, {"files": files}):
        page = post(app_of(), "/", **sent).text
        assert "<script>" not in page
        assert "<img" not in page
        assert "<svg/" not in page
        assert "<b on" not in page
        table = page.partition("<table")[2].partition("</table>")[0]
        assert "\u202e" not in table
        assert "49" not in re.findall(r"\{\{.*?\}\}|49", table)


# --- Languages ---


def test_no_language_lacks_a_text() -> None:
    every_key: dict[str, set[Any]] = {
        "verdicts": set(safelinks.Verdict),
        "meanings": set(safelinks.Reason),
        "suspicions": set(Sign),
        "identified": {*MatchedRule, *Inference},
        "places": {one.name for one in fields(Place)} - {"column"},
        "problems": set(PROBLEMS),
    }
    empty = {Reason.OK}  # the verdict says it all
    for name in (one.name for one in fields(PageTexts)):
        texts = [getattr(texts, name) for texts in LANGUAGES.values()]
        if name in every_key:
            assert all(set(one) == every_key[name] for one in texts), name
            assert all(one[key] for one in texts for key in every_key[name] - empty), name
        else:
            assert all(texts), name
            assert len({tuple(sorted(re.findall(r"\{\w+\}", one))) for one in texts}) == 1, name


def test_what_the_library_says_is_told_in_the_language_of_the_page() -> None:
    text = f"https://www.nyc.gov.evil.example/ http://user@127.0.0.1/ {NOTICE}"
    pages = {code: post(app_of(), f"/?lang={code}", data={"text": text}).text for code in LANGUAGES}
    told = {
        "en": ["contains www.nyc.gov, but is a different site", "line 1<", "Identified because"],
        "es": [
            "usa el nombre de www.nyc.gov, pero es otro sitio",
            "línea 1<",
            "es la dirección de",
        ],
    }
    for code, page in pages.items():
        for other, sentences in told.items():
            assert [one in page for one in sentences] == [code == other] * len(sentences)


def test_the_language_is_that_of_the_browser_or_the_one_chosen() -> None:
    spanish = ask(app_of(), "GET", "/", headers={"accept-language": "es-MX,en;q=0.5"}).text
    assert '<html lang="es">' in spanish
    assert (
        '<html lang="en">'
        in ask(app_of(), "GET", "/?lang=en", headers={"accept-language": "es"}).text
    )
    assert (
        '<html lang="en">'
        in ask(app_of(), "GET", "/", headers={"accept-language": "x;q=,;;,fr"}).text
    )


# --- What is counted and logged ---


def test_neither_counts_nor_log_have_an_address() -> None:
    app = app_of()
    post(app, f"/api/unwrap?url={WRAPPED}", json={"url": WRAPPED})
    ask(app, "GET", "/https://nyc.gov/secret")
    counts = ask(app, "GET", "/metrics").text
    assert 'safelinks_requests_total{method="GET",route="other",status="404"} 1\n' in counts
    assert "secret" not in counts
    line = log_line(AnsweredRequest("EVIL\n", "other", 404, 3, 0.0123))
    told = json.loads(line)
    assert (told["method"], told["route"], told["ms"]) == ("other", "other", 12.3)
    metrics = Metrics()
    metrics.count(AnsweredRequest("EVIL\n", "/", 200, 1, 0.5))
    assert 'method="other"' in "".join(metrics.lines())


# --- The command ---


def test_the_command_makes_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[WebSettings] = []

    def serve(_: object, settings: WebSettings, on_start: Callable[[int], object]) -> None:
        served.append(settings)
        on_start(4321)

    monkeypatch.setattr("safelinks.web.server.serve", serve)
    monkeypatch.setenv("SAFELINKS_TOKEN", TOKEN)
    words = [
        "serve",
        "--host",
        "::1",
        "--port",
        "0",
        "--name",
        "links.example.org",
        "--root-path",
        "/l",
        "--no-browser",
    ]
    result = CliRunner().invoke(main, words, catch_exceptions=False)
    assert result.stderr == "Serving http://[::1]:4321/l/ (Ctrl-C stops it)\n"
    assert served == [
        WebSettings(host="::1", port=0, names=("links.example.org",), root_path="/l", token=TOKEN)
    ]


def test_the_command_opens_a_browser_on_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr("safelinks.web.server.serve", lambda *given: given[2](8765))
    monkeypatch.setenv("SAFELINKS_TOKEN", TOKEN)
    for words in (["serve"], ["serve", "--host", "0.0.0.0"], ["serve", "--no-browser"]):
        assert CliRunner().invoke(main, words).exit_code == 0
    assert opened == ["http://127.0.0.1:8765/"]


def test_without_the_extra_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [one for one in sys.modules if one.startswith("safelinks.web.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "starlette.applications", None)
    result = CliRunner().invoke(main, ["serve"])
    assert result.exit_code == 2
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
        "optional-dependencies"
    ]
    packages = [requirement.partition(">")[0] for requirement in extras["web"]]
    assert f"needs more packages; run: {installation_of(packages)}\n" in result.stderr
