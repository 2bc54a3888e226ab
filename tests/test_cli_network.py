"""The options of `check` that have to do with the network, on the loopback interface."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from click.testing import CliRunner, Result
from web import Behaviour, Web, answer, html, serving

from safelinks.cli.program import main

pytestmark = pytest.mark.slow  # it starts processes, which are the same on every Python


async def _places(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers with a page that has one place in it."""
    await asyncio.sleep(0)
    page = "<title>Places</title><h2 id='here'>Here</h2><a name=there></a>" + "words " * 60
    writer.write(answer("200 OK", page, "Content-Type: text/html"))


async def _hang(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    pages: dict[str, bytes | Behaviour] = {
        "/moved": answer("301 Moved", "", "Location: /ok"),
        "/ok": html("Fine"),
        "/places": _places,
        "/hang": _hang,
    }
    with serving(pages) as web:
        yield web


def _check(text: str, *options: str) -> Result:
    return CliRunner().invoke(main, ["check", "--retries", "0", *options, "-"], input=text)


def _links(text: str, *options: str) -> list[dict[str, Any]]:
    result = _check(text, "--format", "json", *options)
    links = json.loads(result.stdout)["links"]
    assert isinstance(links, list)
    return links


def test_an_address_may_be_given_for_a_name(web: Web) -> None:
    url = web.url("/ok", host="new.example")
    (link,) = _links(url, "--resolve", f"new.example:{web.port}:127.0.0.1")
    assert (link["verdict"], link["reason"]) == ("alive", "ok")


def test_what_is_left_out(web: Web) -> None:
    text = f"{web.url('/ok')} {web.url('/missing')}"
    links = _links(text, "--allow-private", "--exclude", "/miss")
    assert [link["reason"] for link in links] == ["ok", "excluded"]


def test_links_to_check_may_lead_elsewhere(web: Web) -> None:
    text = f"{web.url('/moved')} {web.url('/missing')}"
    links = _links(text, "--allow-private", "--include", "/moved")
    assert [link["reason"] for link in links] == ["moved-permanently", "excluded"]


def test_places_in_pages(web: Web) -> None:
    fragments = ["here", "there", "top", "nowhere", "%68ere", ":~:text=x", "/route"]
    text = "\n".join(web.url(f"/places#{fragment}") for fragment in fragments)
    before = web.asked["/places"]
    links = _links(text, "--allow-private", "--fragments")
    assert [link["reason"] for link in links] == [
        "ok", "ok", "ok", "no-such-fragment", "ok", "ok", "ok"
    ]  # fmt: skip
    assert links[3]["evidence"] == "no #nowhere in the page"
    assert web.asked["/places"] == before + 1
    assert {link["reason"] for link in _links(text, "--allow-private")} == {"ok"}


def test_head_comes_first_if_asked_for(web: Web) -> None:
    (link,) = _links(web.url("/ok"), "--allow-private", "--method", "head")
    assert [hop["method"] for hop in link["hops"]] == ["HEAD"]
    assert "the page was not read" in link["evidence"]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def secure(authority: trustme.CA) -> Iterator[Web]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("good.example").configure_cert(context)
    with serving({"/": html("Fine")}, context) as web:
        yield web


class TestTLS:
    """Authorities of one's own, and none at all."""

    def _checked(self, secure: Web, *options: str) -> dict[str, Any]:
        resolve = ("--resolve", f"good.example:{secure.port}:127.0.0.1")
        (link,) = _links(secure.url("/", "https", "good.example"), *resolve, *options)
        return link

    def test_a_file_of_authorities(
        self, authority: trustme.CA, secure: Web, tmp_path: Path
    ) -> None:
        file = tmp_path / "ca.pem"
        authority.cert_pem.write_to_path(str(file))
        assert self._checked(secure)["reason"] == "tls-untrusted"
        link = self._checked(secure, "--ca-file", str(file))
        assert link["reason"] == "ok"
        assert link["certificate"]["names"] == ["good.example"]

    def test_none_at_all(self, secure: Web) -> None:
        assert self._checked(secure, "--insecure")["reason"] == "ok"

    def test_a_file_that_holds_none(self, secure: Web, tmp_path: Path) -> None:
        file = tmp_path / "empty.pem"
        file.write_text("nothing")
        result = _check(secure.url("/", "https"), "--ca-file", str(file), "--allow-private")
        assert result.exit_code == 2
        assert f"the certificates of {file} cannot be read (no certificates in it)" in result.output


class TestHistory:
    """What earlier runs saw, from the command line."""

    def test_a_document_is_not_taken_for_a_history(self, web: Web, tmp_path: Path) -> None:
        file = tmp_path / "notice.md"
        file.write_text("# Notice")
        result = _check(web.url("/ok"), "--allow-private", "--history", str(file))
        assert result.exit_code == 2
        assert "its name is that of a document" in result.stderr
        assert [one.name for one in tmp_path.iterdir()] == ["notice.md"]

    def test_each_spelling_gets_its_own_fragment_back(self, web: Web, tmp_path: Path) -> None:
        options = ("--allow-private", "--history", str(tmp_path / "h"), "--max-age", "1h")
        first = _links(web.url("/moved#one"), *options)
        second = _links(web.url("/moved#two"), *options)
        assert [link["replacement"] for link in (*first, *second)] == [
            web.url("/ok#one"),
            web.url("/ok#two"),
        ]
        assert second[0]["past"]["reused"]

    def test_a_link_fails_after_so_many_runs(self, web: Web, tmp_path: Path) -> None:
        options = ("--allow-private", "--history", str(tmp_path / "h"), "--dead-after", "2")
        first, second = (_check(web.url("/gone"), *options) for _ in range(2))
        assert (first.exit_code, second.exit_code) == (0, 1)
        assert re.search(r"; failing since 20[\d-]+ \(1 run\); not enough runs", first.stdout)
        assert "not in enough runs to fail the check" in first.stdout
        assert re.search(r"; failing since 20[\d-]+ \(2 runs\)\n", second.stdout)
        assert "last worked" not in second.stdout

    def test_json(self, web: Web, tmp_path: Path) -> None:
        history = ("--history", str(tmp_path / "h"))
        text = f"{web.url('/ok')} {web.url('/gone')}"
        options = ("--allow-private", *history, "--dead-after", "2")
        links = _links(text, *options)
        assert [link["excused"] for link in links] == [False, True]
        assert [link["past"]["runs"] for link in links] == [0, 1]
        assert links[0]["past"]["last_alive"].endswith("+00:00")

    def test_what_is_young_enough_is_not_asked_again(self, web: Web, tmp_path: Path) -> None:
        options = ("--allow-private", "--history", str(tmp_path / "h"), "--max-age", "1h")
        text = f"{web.url('/ok?x')} {web.url('/gone?x')}"
        before = web.asked.copy()
        _check(text, *options)
        again = _check(text, *options)
        asked = web.asked - before
        assert asked == {"/ok": 1, "/gone": 2}  # a red result is always found anew
        assert again.stdout.count("last checked at 20") == 1

    def test_spellings_of_an_address_are_one(self, web: Web, tmp_path: Path) -> None:
        options = ("--allow-private", "--history", str(tmp_path / "h"), "--max-age", "1h")
        before = web.asked["/ok"]
        _check(web.url("/ok?y#a"), *options)
        _check(web.url("/ok?y&utm_source=mail#b"), *options)
        assert web.asked["/ok"] == before + 1

    def test_a_damaged_file_is_set_aside(self, web: Web, tmp_path: Path) -> None:
        file = tmp_path / "h"
        file.write_bytes(b"not what it was\x00" * 100)
        result = _check(web.url("/ok"), "--allow-private", "--history", str(file))
        assert result.exit_code == 0
        assert "Warning: The history" in result.stderr
        assert "--dead-after" not in result.stderr
        assert len(list(tmp_path.iterdir())) == 2

    def test_a_damaged_file_excuses_nothing(self, web: Web, tmp_path: Path) -> None:
        file = tmp_path / "h"
        options = ("--allow-private", "--history", str(file), "--dead-after", "3")
        for number in range(3):
            assert _check(web.url("/gone"), *options).exit_code == int(number == 2)
        file.write_bytes(file.read_bytes().replace(b"not-found", b"not-fownd"))
        result = _check(web.url("/gone"), *options)
        assert result.exit_code == 1
        assert "--dead-after has no earlier runs to compare with" in result.stderr

    def test_a_file_that_cannot_be_used(self, web: Web, tmp_path: Path) -> None:
        result = _check(web.url("/ok"), "--history", str(tmp_path / "no" / "h"))
        assert result.exit_code == 2
        assert result.stderr.startswith("Error: the history ")


def _signalled(
    number: signal.Signals, command: list[str], web: Web, text: str
) -> subprocess.CompletedProcess[str]:
    """The command as it ends by a signal, which it gets once it waits for the page that hangs."""
    before = web.asked["/hang"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        process.stdin.write(text)
        process.stdin.close()
        process.stdin = None
        while web.asked["/hang"] == before:
            assert process.poll() is None
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=60)
    return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_check_that_is_ended_closes_what_it_writes(web: Web, tmp_path: Path) -> None:
    command = [
        sys.executable, "-m", "safelinks", "check", "--allow-private", "--per-host", "1",
        "--history", str(tmp_path / "h"), "-o", str(tmp_path / "report"), "-",
    ]  # fmt: skip
    text = f"{web.url('/gone')} {web.url('/hang')}"
    ended = _signalled(signal.SIGTERM, command, web, text)
    assert (ended.returncode, ended.stdout, ended.stderr) == (143, "", "")
    assert [one.name for one in tmp_path.iterdir()] == ["h"]
    link = _links(web.url("/gone"), "--allow-private", "--history", str(tmp_path / "h"))[0]
    assert link["past"]["runs"] == 2


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_an_interrupted_check_reports_what_it_knows(web: Web) -> None:
    """The server tells when it is asked for the page that hangs: then somebody loses patience."""
    command = [
        sys.executable, "-m", "safelinks", "check", "--allow-private", "--per-host", "1", "--format",
        "json", "-",
    ]  # fmt: skip
    text = f"{web.url('/ok')} {web.url('/hang')} {web.url('/never')}"
    ended = _signalled(signal.SIGINT, command, web, text)
    assert ended.returncode == 130
    assert ended.stderr == ""
    summary = json.loads(ended.stdout)["summary"]
    assert (summary["interrupted"], summary["exit_code"]) == (True, 130)
    assert [link["reason"] for link in json.loads(ended.stdout)["links"]] == [
        "ok", "not-asked", "not-asked"
    ]  # fmt: skip
