"""`--suggest`: what a web archive is asked, what it is not told, and what comes of its answers.

Nothing leaves the loopback interface: names stand for addresses of the public internet, which the
tests connect to servers of their own.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest
from attrs import field, frozen
from click.testing import CliRunner, Result
from hostile_net import PUBLIC, Names, Wire, guarding
from web import Behaviour, answer, html, in_a_thread, serving

from safelinks import (
    ArchivedCopy,
    Check,
    Checker,
    CheckOptions,
    Outcome,
    Policy,
    Reason,
    SetupError,
    read,
)
from safelinks.checks.suggestions import Suggestions
from safelinks.cli.program import main
from safelinks.health.guards.archive_privacy import may_be_archived
from safelinks.health.judgement.web_archives import copy_in, copy_request
from safelinks.health.model.exchange import Answer
from safelinks.reports.rendering import render
from safelinks.reports.report_formats import REPORT_FORMATS

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

GATE = "https://web.archive.org/web/"
URL = "https://records.cityhall.gov/minutes/2019"
MADE = datetime(2019, 3, 4, 5, 6, 7, tzinfo=UTC)
STAMP = "20190304050607"
COPY = ArchivedCopy(f"{GATE}{STAMP}/{URL}", MADE)


# --- What an answer says ---


def _copy(location: str | None, status: int = 302, url: str = URL) -> ArchivedCopy | None:
    headers = {} if location is None else {"location": location}
    return copy_in(Answer(status, headers), GATE, url)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_the_copy(status: int) -> None:
    assert _copy(COPY.url, status) == COPY


@pytest.mark.parametrize(
    ("location", "url"),
    {
        "relative": (f"/web/{STAMP}/{URL}", URL),
        "another way to show it": (f"{GATE}{STAMP}id_/{URL}", URL),
        "without TLS": (f"{GATE}{STAMP}/{URL}".replace("https:", "http:", 1), URL),
        "of the page without TLS": (f"{GATE}{STAMP}/http{URL.removeprefix('https')}", URL),
        "with the usual port": (f"{GATE}{STAMP}/http://records.cityhall.gov:80/minutes/2019", URL),
        "with a slash": (f"{GATE}{STAMP}/{URL}/", URL),
        "of a front page": (f"{GATE}{STAMP}/http://cityhall.gov", "https://cityhall.gov/"),
        "without the place": (f"{GATE}{STAMP}/{URL}", f"{URL}#page=3"),
        "without where it was clicked": (f"{GATE}{STAMP}/{URL}", f"{URL}?utm_source=x&mkt_tok=1"),
        "escaped": (f"{GATE}{STAMP}/{URL}/%C3%A9", f"{URL}/é"),
        "with a query": (f"{GATE}{STAMP}/{URL}?page=2", f"{URL}?page=2"),
    }.values(),
)
def test_a_copy_of_this_address(location: str, url: str) -> None:
    for place in ("", "#a-place-in-it"):
        copy = _copy(f"{location}{place}", url=url)
        assert copy is not None
        assert copy.at == MADE
        assert "#" not in copy.url


@pytest.mark.parametrize(
    ("status", "location"),
    {
        "no copy": (404, None),
        "excluded": (403, None),
        "the copy itself": (200, None),
        "a Location that redirects nowhere": (200, COPY.url),
        "several": (300, COPY.url),
        "no Location": (302, None),
        "an empty one": (302, ""),
        "elsewhere": (302, f"https://archive.cityhall.gov/web/{STAMP}/{URL}"),
        "elsewhere, as if by a user": (302, f"https://web.archive.org@evil.gov/web/{STAMP}/{URL}"),
        "a user": (302, f"https://me@web.archive.org/web/{STAMP}/{URL}"),
        "another port": (302, f"https://web.archive.org:8443/web/{STAMP}/{URL}"),
        "another scheme": (302, f"javascript://web.archive.org/web/{STAMP}/{URL}"),
        "a page for people": (302, f"https://web.archive.org/sorry?url={URL}"),
        "another page": (302, f"{GATE}{STAMP}/https://records.cityhall.gov/minutes"),
        "another host": (302, f"{GATE}{STAMP}/https://cityhall.gov/minutes/2019"),
        "another port of the page": (302, f"{GATE}{STAMP}/https://records.cityhall.gov:1/minutes/2019"),
        "another case": (302, f"{GATE}{STAMP}/https://records.cityhall.gov/Minutes/2019"),
        "a query more": (302, f"{GATE}{STAMP}/{URL}?page=2"),
        "a copy of a copy": (302, f"{GATE}20200101000000/https://a.gov/{STAMP}/{URL}"),
        "somebody in it": (302, f"{GATE}{STAMP}/https://me:x@records.cityhall.gov/minutes/2019"),
        "all copies": (302, f"{GATE}*/{URL}"),
        "a year": (302, f"{GATE}2019/{URL}"),
        "no such day": (302, f"{GATE}20190231000000/{URL}"),
        "no address": (302, "https://[web/"),
    }.values(),
)  # fmt: skip
def test_what_is_not_certain_suggests_nothing(status: int, location: str | None) -> None:
    assert _copy(location, status) is None


# --- What is asked ---


def test_the_question_has_no_body_and_no_place() -> None:
    request = copy_request(GATE, f"{URL}/é?a=1&fbclid=2#here", None, Policy(budget=7))
    assert request.url == f"{GATE}{URL}/%C3%A9?a=1"
    assert (request.method, request.aside, request.time_limit) == ("HEAD", True, 7)
    assert "Accept-Datetime" not in request.headers


def test_the_question_names_the_time_of_the_document() -> None:
    near = datetime(2019, 3, 4, 23, 6, 7, tzinfo=timezone(timedelta(hours=-5)))
    request = copy_request(GATE, URL, near, Policy())
    assert request.headers["Accept-Datetime"] == "Tue, 05 Mar 2019 12:00:00 GMT"


TOLD = (
    URL,
    "http://cityhall.gov",
    "https://records.cityhall.gov:8443/a.aspx?id=12&page=2",
    "https://www.nyc.gov/site/mocs/How-To-Register-Your-Dog-2019.page",
    "https://www.nyc.gov/assets/AnnualReport2019.pdf",
    "https://github.com/astral-sh/ruff/blob/main/README.md#L10",
    "https://8.8.8.8/minutes",
    "https://bücher.de/",
)
NOT_TOLD = {
    "a user": "https://me@cityhall.gov/",
    "a password": "https://me:secret@cityhall.gov/",
    "a user within": "https://cityhall.gov/?u=https%3A%2F%2Fme%3Ax%40a.gov",
    "a recipient": "https://cityhall.gov/minutes?to=jane.doe%40cityhall.gov",
    "a recipient in the path": "https://cityhall.gov/of/jane.doe@cityhall.gov",
    "a Safe Link": "https://nam06.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.gov&data=05",
    "another wrapper": "https://www.google.com/url?q=https%3A%2F%2Fa.gov",
    "a wrapper of one recipient": "https://urldefense.proofpoint.com/v1/url?u=http://a.gov&k=x",
    "a link that leaves a list": "https://lists.cityhall.gov/unsubscribe/a1b2c3",
    "a new password": "https://cityhall.gov/reset-password/a1b2c3d4",
    "a token": "https://cityhall.gov/a?token=1",
    "a token of a kind": "https://cityhall.gov/a?page=1&access_token=1",
    "a signature": "https://bucket.s3.amazonaws.com/a.pdf?X-Amz-Signature=1",
    "a signature of a share": "https://cityhall.blob.core.windows.net/a.pdf?sv=2020&sig=1",
    "an escaped name": "https://cityhall.gov/a?%74oken=1",
    "a session in the path": "https://cityhall.gov/a;jsessionid=1?b=2",
    "a key": "https://docs.google.com/document/d/1aBcD2eFgH3iJkL4mN/edit",
    "a key in hexadecimal": "https://cityhall.gov/f/0123456789abcdef01234567",
    "a key with hyphens": "https://cityhall.gov/f/123e4567-e89b-12d3-a456-426614174000",
    "localhost": "http://localhost/a",
    "a private address": "http://10.0.0.1/a",
    "a private address in disguise": "http://0x7f.1/a",
    "a name inside": "http://wiki/a",
    "a name inside of two parts": "http://wiki.corp/a",
    "an internal name": "http://wiki.internal/a",
    "a reserved name": "https://example.com/a",
    "a port of another service": "http://cityhall.gov:25/",
    "no web address": "ftp://cityhall.gov/a",
    "no address": "https://[/",
    "far too long": f"https://cityhall.gov/{'a/' * 1000}",
}  # fmt: skip
LOOSE = Policy(allow_private=True, allow_reserved=True, allow_one_time=True, allow_ports={25})


@pytest.mark.parametrize("url", TOLD)
def test_what_an_archive_is_told_of(url: str) -> None:
    assert may_be_archived(url, Policy())


@pytest.mark.parametrize("url", NOT_TOLD.values(), ids=NOT_TOLD)
@pytest.mark.parametrize("policy", [Policy(), LOOSE], ids=["by default", "allowed all"])
def test_what_no_archive_is_told_of(url: str, policy: Policy) -> None:
    assert not may_be_archived(url, policy)


@pytest.mark.parametrize(
    "policy",
    [
        Policy(headers={"records.cityhall.gov": {"Authorization": "x"}}),
        Policy(resolve={("records.cityhall.gov", 443): (PUBLIC, "10.0.0.1")}),
        Policy(resolve={("records.cityhall.gov", 8443): ("127.0.0.1",)}),
    ],
    ids=["asked with a header of the user's", "inside", "inside at another port"],
)
def test_no_archive_is_told_of_hosts_that_a_user_has_inside(policy: Policy) -> None:
    assert not may_be_archived(URL, policy)


# --- A check, with an archive on the loopback interface ---

HOST = "records.cityhall.gov"
GONE = f"http://{HOST}/gone"
ARCHIVE = "http://archive.cityhall.gov/web/"
ARCHIVE_AT = "9.9.9.9"
NAMES = {HOST: [PUBLIC], "archive.cityhall.gov": [ARCHIVE_AT]}


@frozen
class Archive:
    """Answers every question by its own rule, and keeps the questions."""

    rule: Callable[[str], bytes]
    asked: list[str] = field(factory=list)
    heads: list[bytes] = field(factory=list)
    busiest: list[int] = field(factory=lambda: [0, 0])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split()[1].decode()
            self.heads.append(head)
            self.asked.append(path.removeprefix("/web/"))
            now, most = self.busiest[0] + 1, self.busiest[1]
            self.busiest[:] = [now, max(now, most)]
            for _ in range(20):
                await asyncio.sleep(0)
            self.busiest[0] -= 1
            writer.write(self.rule(path))
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def _redirects(path: str) -> bytes:
    page = path.removeprefix("/web/")
    return answer("302 Found", "", f"Location: /web/{STAMP}/{page}")


def _says(status: str, *headers: str) -> Callable[[str], bytes]:
    return lambda _: answer(status, "", *headers)


PAGES: dict[str, bytes | Behaviour] = {
    "/ok": html("Fine"),
    "/gone": answer("410 Gone"),
    "/soft": html("Page not found"),
    "/broken": answer("500 Internal Server Error"),
    "/walled": answer("403 Forbidden"),
}


@contextmanager
def _city(archive: Archive) -> Iterator[Wire]:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    with serving(PAGES) as web, in_a_thread(archive.serve, [], listener, None), guarding():
        yield Wire({(PUBLIC, 80): web.port, (ARCHIVE_AT, 80): port})


def _checker(wire: Wire) -> Checker:
    return Checker(Policy(retries=0), look_up=Names(NAMES), dial=wire)


def _check(text: str, archive: Archive, *, suggest: bool = True) -> Check:
    """A check of `text` that has asked."""
    options = CheckOptions(suggest=suggest, archive=ARCHIVE)
    checking = Check([read(text.encode(), "a.txt")], options=options)
    with _city(archive) as wire:
        asyncio.run(checking.ask(_checker(wire)))
    return checking


def _copies(checking: Check) -> dict[str, str | None]:
    return {
        url: one.archived.url if one.archived else None for url, one in checking.outcomes.items()
    }


def test_pages_that_are_gone_are_asked_about_and_no_others() -> None:
    paths = ("ok", "gone", "missing", "soft", "broken", "walled")
    urls = [f"http://{HOST}/{path}" for path in paths]
    urls += ["http://nowhere.cityhall.gov/a", "http://10.0.0.1/a", "http://wiki.corp/a"]
    archive = Archive(_redirects)
    checking = _check("\n".join(urls), archive)
    gone = {urls[1], urls[2], urls[3], urls[6]}
    assert set(archive.asked) == gone
    assert len(archive.asked) == len(gone)
    assert {head.split()[0] for head in archive.heads} == {b"HEAD"}
    assert _copies(checking) == {
        url: f"{ARCHIVE}{STAMP}/{url}" if url in gone else None for url in urls
    }
    assert {one.url: one.archived for one in checking.report().findings if one.archived} == {
        url: ArchivedCopy(f"{ARCHIVE}{STAMP}/{url}", MADE) for url in gone
    }
    assert checking.report().notes == ()


def test_every_outcome_is_heard_once_and_with_its_copy() -> None:
    archive = Archive(lambda path: answer("404 Not Found") if "/b" in path else _redirects(path))
    urls = [f"http://{HOST}/ok", GONE, f"{GONE}#a", f"{GONE}/b"]
    options = CheckOptions(suggest=True, archive=ARCHIVE)
    checking = Check([read("\n".join(urls).encode(), "a.txt")], options=options)
    heard: list[tuple[str, bool]] = []
    with _city(archive) as wire:
        asking = checking.ask(
            _checker(wire), lambda one: heard.append((one.url, one.archived is not None))
        )
        asyncio.run(asking)
    assert sorted(heard) == sorted(zip(urls, (False, True, True, False), strict=True))


def test_nobody_is_asked_by_default() -> None:
    archive = Archive(_redirects)
    assert _copies(_check(GONE, archive, suggest=False)) == {GONE: None}
    assert archive.asked == []


def test_the_copy_is_of_the_time_of_the_document() -> None:
    archive = Archive(_redirects)
    mail = f"From: a@b.gov\r\nDate: Mon, 4 Mar 2019 05:06:07 GMT\r\n\r\n{GONE}#a\r\n"
    later = f"From: a@b.gov\r\nDate: Tue, 4 Mar 2025 05:06:07 GMT\r\n\r\n{GONE}#b\r\n"
    texts = {"later.eml": later, "a.eml": mail, "a.txt": f"{GONE} {GONE}/b"}
    documents = [read(text.encode(), name) for name, text in texts.items()]
    checking = Check(documents, options=CheckOptions(suggest=True, archive=ARCHIVE))
    with _city(archive) as wire:
        asyncio.run(checking.ask(_checker(wire)))
    heads = dict(zip(archive.asked, archive.heads, strict=True))
    assert b"\r\nAccept-Datetime: Mon, 04 Mar 2019 12:00:00 GMT\r\n" in heads[GONE]
    assert b"Accept-Datetime" not in heads[f"{GONE}/b"]


def test_an_address_is_asked_about_once() -> None:
    archive = Archive(_redirects)
    spellings = [GONE, f"{GONE}#a", f"{GONE}?utm_source=b"]
    checking = _check("\n".join(spellings), archive)
    assert archive.asked == [GONE]
    assert _copies(checking) == dict.fromkeys(spellings, f"{ARCHIVE}{STAMP}/{GONE}")


def test_what_names_a_recipient_of_the_text_is_not_told() -> None:
    wrapped = (
        "https://nam06.safelinks.protection.outlook.com/?url=https%3A%2F%2F10.0.0.1"
        "&data=05%7C02%7Cjane.doe%40cityhall.gov%7C0&reserved=0"
    )
    archive = Archive(_redirects)
    _check(f"{wrapped}\n{GONE}/amFuZS5kb2VAY2l0eWhhbGwuZ292\n{GONE}/b", archive)
    assert archive.asked == [f"{GONE}/b"]


def test_what_names_a_recipient_is_not_kept_for_the_archive() -> None:
    checking = Check([read(GONE.encode(), "a.txt")])
    gone = Outcome(GONE, Reason.GONE)
    for nameless, kept in (str, True), (lambda _: "[recipient]", False):
        one = Suggestions(ARCHIVE, checking.collection, checking.catalog, nameless)
        assert one.hold(gone) is kept


def test_of_a_page_over_https_that_nobody_links_no_copy_is_looked_for() -> None:
    options = CheckOptions(suggest=True, archive=ARCHIVE, https=True)
    checking = Check([read(f"http://{HOST}/ok {GONE}".encode(), "a.txt")], options=options)
    for outcome in (Outcome(GONE, Reason.GONE), Outcome(f"https://{HOST}/ok", Reason.GONE)):
        held = Suggestions(ARCHIVE, checking.collection, checking.catalog, str).hold(outcome)
        assert held is (outcome.url == GONE)


def test_of_what_may_not_be_what_it_seems_no_copy_is_suggested() -> None:
    archive = Archive(_redirects)
    checking = _check("http://www1.nyc-gov.com/site/mocs/passport/about-passport.page", archive)
    assert any(row.suspicions for row in checking.report().rows)
    assert archive.asked == []


def test_two_questions_at_once() -> None:
    archive = Archive(_redirects)
    checking = _check("\n".join(f"{GONE}/{number}" for number in range(7)), archive)
    assert len(archive.asked) == 7
    assert archive.busiest[1] <= 2
    assert all(_copies(checking).values())


@pytest.mark.parametrize(
    ("rule", "note", "most"),
    [
        (_says("429 Too Many Requests", "Retry-After: 0"), "asks for fewer requests", 2),
        (_says("503 Service Unavailable"), "failed 3 times", 4),
        (lambda _: b"no HTTP at all\r\n\r\n", "failed 3 times", 4),
    ],
    ids=["too many requests", "failing", "no HTTP"],
)
def test_an_archive_that_has_enough_is_left_alone(
    rule: Callable[[str], bytes], note: str, most: int
) -> None:
    archive = Archive(rule)
    checking = _check("\n".join(f"{GONE}/{number}" for number in range(7)), archive)
    assert 0 < len(archive.asked) <= most
    left = 7 - len(archive.asked)
    assert checking.report().notes == (
        f"the web archive at archive.cityhall.gov {note}; {left} addresses were not looked up there",
    )
    assert set(_copies(checking).values()) == {None}
    assert {one.code for one in checking.report().findings} == {"SL301"}


def test_two_failures_are_no_reason_to_leave_it_alone() -> None:
    failing = iter([answer("503 Busy"), answer("502 Bad")])
    archive = Archive(lambda path: next(failing, _redirects(path)))
    checking = _check("\n".join(f"{GONE}/{number}" for number in range(6)), archive)
    assert len(archive.asked) == 6
    assert len([one for one in _copies(checking).values() if one]) == 4
    assert checking.report().notes == ()


def test_a_refusal_of_one_page_is_no_failure() -> None:
    archive = Archive(_says("403 Forbidden"))
    checking = _check("\n".join(f"{GONE}/{number}" for number in range(6)), archive)
    assert len(archive.asked) == 6
    assert checking.report().notes == ()


def test_hosts_inside_are_not_told_of_where_private_addresses_are_asked() -> None:
    inside = "http://wiki.cityhall.gov/gone"
    archive = Archive(_redirects)
    checking = Check(
        [read(f"{inside}\n{GONE}".encode(), "a.txt")],
        options=CheckOptions(suggest=True, archive=ARCHIVE),
    )
    with _city(archive) as wire:
        ports = {**wire.ports, ("10.0.0.1", 80): wire.ports[PUBLIC, 80]}
        names = Names({**NAMES, "wiki.cityhall.gov": ["10.0.0.1"]})
        policy = Policy(retries=0, allow_private=True)
        asyncio.run(checking.ask(Checker(policy, look_up=names, dial=Wire(ports))))
    assert {one.reason.value for one in checking.outcomes.values()} == {"gone"}
    assert archive.asked == [GONE]


def test_an_archive_inside_is_only_asked_if_that_is_allowed() -> None:
    options = CheckOptions(suggest=True, archive="http://127.0.0.1/web/")
    checking = Check([read(GONE.encode(), "a.txt")], options=options)
    archive = Archive(_redirects)
    with _city(archive) as wire:
        ports = {**wire.ports, ("127.0.0.1", 80): wire.ports[ARCHIVE_AT, 80]}
        checker = partial(Checker, look_up=Names(NAMES), dial=Wire(ports))
        asyncio.run(checking.ask(checker(Policy(retries=0))))
        assert archive.asked == []
        assert checking.report().notes == (
            "the web archive at 127.0.0.1 was not asked: private address",
        )
        asyncio.run(checking.ask(checker(Policy(retries=0, allow_private=True))))
    assert archive.asked == [GONE]


@pytest.mark.parametrize(
    "archive",
    [
        "",
        "web.archive.org",
        "ftp://a.gov/",
        "https://me@a.gov/",
        "https://a.gov/?u=",
        "https://a.gov/#a",
        1,
    ],
)
def test_what_is_no_archive(archive: object) -> None:
    with pytest.raises(SetupError, match="an archive must be a web address"):
        CheckOptions(archive=archive)


# --- Where it is shown ---


SHOWN = {
    "text": f"archived copy of 2019-03-04: {ARCHIVE}{STAMP}/{GONE}\n",
    "concise": f"{GONE} — archived copy of 2019-03-04: {ARCHIVE}{STAMP}/{GONE}\n",
    "json": f'"archived": {{"url": "{ARCHIVE}{STAMP}/{GONE}", "at": "2019-03-04T05:06:07+00:00"}}',
    "jsonl": f'"archived": {{"url": "{ARCHIVE}{STAMP}/{GONE}", "at": "2019-03-04T05:06:07+00:00"}}',
    "junit": f"archived copy of 2019-03-04: {ARCHIVE}{STAMP}/{GONE}",
    "sarif": f"archived copy of 2019-03-04: {ARCHIVE}{STAMP}/{GONE}",
    "github": f"archived copy of 2019-03-04: {ARCHIVE}{STAMP}/{GONE}",
    "gitlab": f"archived copy of 2019-03-04: {ARCHIVE}{STAMP}/{GONE}",
    "markdown": f"<br>archived copy of 2019-03-04: `{ARCHIVE}{STAMP}/{GONE}`",
    "csv": f",{ARCHIVE}{STAMP}/{GONE},2019-03-04T05:06:07+00:00\r\n",
    "html": "<b>Archived copy of 2019-03-04</b>",
}  # fmt: skip


def test_every_format_shows_it() -> None:
    assert set(SHOWN) == set(REPORT_FORMATS)
    report = _check(f"See {GONE} now.", Archive(_redirects)).report()
    for name, shown in SHOWN.items():
        told = " ".join("".join(render(report, name)).split(" "))
        flat = (
            json.dumps(json.loads(told), ensure_ascii=False) if name in ("json", "gitlab") else told
        )
        assert shown in flat, name


def test_the_command(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(f"See {GONE} now.\n")
    archive = Archive(_redirects)

    def run(*options: str) -> Result:
        command = ["check", "--no-config", "--archive", ARCHIVE, *options, str(file)]
        return CliRunner().invoke(main, command)

    with _city(archive) as wire:
        checker = partial(Checker, look_up=Names(NAMES), dial=wire)
        with patch("safelinks.health.checker.Checker", checker):
            assert "archived copy" not in run().stdout
            assert archive.asked == []
            streamed = run("--suggest", "--format", "jsonl").stdout.splitlines()
            fixed = run("--suggest", "--fix")
    links = [one for one in map(json.loads, streamed) if one["type"] == "link"]
    assert [one["archived"]["url"] for one in links] == [f"{ARCHIVE}{STAMP}/{GONE}"]
    assert f"archived copy of 2019-03-04: {ARCHIVE}{STAMP}/{GONE}" in fixed.stdout
    assert file.read_text() == f"See {GONE} now.\n"


def test_the_command_says_that_an_archive_was_left_alone() -> None:
    with _city(Archive(_says("429 Too Many Requests"))) as wire:
        checker = partial(Checker, look_up=Names(NAMES), dial=wire)
        with patch("safelinks.health.checker.Checker", checker):
            command = ["check", "--no-config", "--suggest", "--archive", ARCHIVE, "-"]
            result = CliRunner().invoke(main, command, input=GONE)
    assert "the web archive at archive.cityhall.gov asks for fewer requests" in result.stderr


def test_the_command_refuses_what_is_no_archive() -> None:
    result = CliRunner().invoke(main, ["check", "--archive", "archive", "-"], input="")
    assert result.exit_code == 2
    assert "an archive must be a web address" in result.stderr
