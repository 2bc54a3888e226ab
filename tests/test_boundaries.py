"""Every boundary case that people met: what is read, what is written, and what is asked.

The cases are described in `tests/data/boundaries/cases.jsonl`; each has its row in one or more of
the tables here, and a case without a row fails.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from boundary_site import page_of
from click.testing import CliRunner, Result
from web import in_a_thread

from safelinks import Document, read, unwrap
from safelinks.addresses.roles import Role
from safelinks.cli.program import main

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

FOLDER = Path(__file__).parent / "data" / "boundaries"
CASES: dict[str, dict[str, Any]] = {
    case["id"]: case
    for case in map(json.loads, (FOLDER / "cases.jsonl").read_text("utf-8").splitlines())
}
E = "https://e.example"

# What is read as a link, in order: addresses that somebody can follow.
READ: dict[str, tuple[str, list[str]]] = {
    "attr-pipe": ("attr-pipe.html", ["https://fonts.example/css?family=Roboto|Open+Sans:300"]),
    "attr-trailing-dot": (
        "attr-trailing.html",
        [f"{E}/wiki/Martin_Luther_King_Jr.", f"{E}/wiki/Yahoo!", f"{E}/x?", f"{E}/P.M.", f"{E}/x;", f"{E}/a)"],
    ),
    "md-trailing-dot": (
        "md-trailing.md", [f"{E}/wiki/Martin_Luther_King_Jr.", f"{E}/wiki/Yahoo!", f"{E}/P.M."],
    ),
    "md-angle-space": (
        "md-angle-space.md", [f"{E}/Annual%20Report.pdf", f"{E}/R|S", f"{E}/with%20space"],
    ),
    "rst-angle": ("rst-trailing.rst", [f"{E}/King_Jr.", f"{E}/Yahoo!"]),
    "json-string": ("json-trailing.json", [f"{E}/Annual%20Report.pdf", f"{E}/Yahoo!"]),
    "mail-html": ("mail-space.eml", [f"{E}/Annual%20Report.pdf", f"{E}/King_Jr."]),
    "rtf-field": ("rtf-space.rtf", [f"{E}/Annual%20Report.pdf"]),
    "docx-rel": ("docx-rel.docx", [f"{E}/Annual%20Report.pdf", f"{E}/King_Jr.", f"{E}/R|S"]),
    "bib-escape": ("escape.bib", [f"{E}/S_Dbw"]),
    "tex-escape": ("escape.tex", [f"{E}/a_b%20c#frag", f"{E}/q?a=1&b=2"]),
    "yaml-folded-wrapped": ("yaml-folded.yml", ["https://example.org/a"]),
    "adoc-macro": ("macro.adoc", [f"{E}/guide", f"{E}/x", f"{E}/2", f"{E}/3.png"]),
    "adoc-clean": ("clean.adoc", ["https://example.org/a"] * 2),
    "short-label-docx": ("short-label.docx", [f"{E}/long/path/page.html"]),
    "short-text": ("short-text.txt", []),
    "placeholders": ("placeholders.md", []),
    "unwrap-u0026": ("u0026.txt", ["https://example.org/a"]),
    "bing": ("bing.txt", ["https://example.org/a"] * 3),
    "gfm-star": ("star.md", [f"{E}/x", f"{E}/y"]),
    "org-verbatim": ("verbatim.org", [f"{E}/x", f"{E}/y"]),
    "no-scheme": ("no-scheme.txt", ["https://example.org/a"]),
    "no-scheme-www": ("www.md", ["https://www.example.org/help", "https://www.example.org"]),
    "word-anchor": ("word-anchor.docx", [f"{E}/x#sec"]),
    "flowed-delsp": ("flowed-delsp.eml", [f"{E}/site/passport/about-passport.page"]),
    "angle-cut": ("angle-cut.txt", [f"{E}/site/passport/about-passport.page", f"{E}/a/b.html"]),
    "proto-relative": ("proto-relative.html", ["https://h.example/s404", "https://pre.example/x.js"]),
    "schemalocation": ("pom.xml", ["http://h.example/ok"]),
}  # fmt: skip

# What is not asked, and why.
ROLES: dict[str, tuple[str, list[Role]]] = {
    "short-text": ("short-text.txt", [Role.SHORTENED, Role.SHORTENED]),
    "placeholders": ("placeholders.md", [Role.TEMPLATE] * 3),
    "archived-label": ("archived-label.md", [Role.LINK_TEXT]),
    "short-label-docx": ("short-label.docx", [Role.LINK_TEXT]),
    "preconnect": ("preconnect.html", [Role.CONNECTION_HINT] * 2),
    "not-for-readers": (
        "not-for-readers.html",
        [Role.VOCABULARY, Role.VOCABULARY, Role.SECURITY_POLICY, Role.SCRIPT, Role.DATA, Role.ATTRIBUTE_TEXT],
    ),
}  # fmt: skip

# What `clean` makes of a file: all of it.
CLEANED = {
    "yaml-folded-wrapped": ("yaml-folded.yml", 'x: "https://example.org/a"\n'),
    "adoc-clean": (
        "clean.adoc",
        "See https://example.org/a[the page] and link:https://example.org/a[other^].\n",
    ),
    "no-scheme": ("no-scheme.txt", "https://example.org/a\n"),
    "unwrap-u0026": ("u0026.txt", "https://example.org/a\n"),
}
# A wrapped link that is cut: its target in the place of the whole, or a warning and no change.
CUT = {
    "cut-html-br": "cut-br.html", "cut-html-span": "cut-span.html", "cut-html-comment": "cut-comment.html",
    "cut-html-p": "cut-p.html", "cut-xml": "cut.xml", "cut-mail": "cut-br.eml", "cut-docx-br": "cut-br.docx",
    "cut-docx-paragraphs": "cut-paragraphs.docx", "cut-rtf-par": "cut-par.rtf", "cut-in-host": "cut-in-host.html",
}  # fmt: skip

# What `check` says of a file: the verdict and reason of every address that is asked, by path; the
# exit code; and what may be asked.
Said = dict[str, str]
ASKED: dict[str, tuple[str, Said, int]] = {
    "attr-space": ("attr-space.html", {"/sp/a%20b.pdf": "ok"}, 0),
    "attr-newline": ("attr-newline.html", {"/sp/line/two": "ok"}, 0),
    "md-escape": ("md-escape.md", {"/sp/foo_bar": "ok", "/sp/x(y)": "ok"}, 0),
    "md-entity": ("md-entity.md", {"/notq/?a=1&b=2": "ok"}, 0),
    "preconnect": ("preconnect.html", {"/ok": "ok"}, 0),
    "not-for-readers": ("not-for-readers.html", {}, 0),
    "schemalocation": ("pom.xml", {"/ok": "ok"}, 0),
    "anubis": ("anubis.md", {"/anubis": "bot-wall", "/anubis#changelogs": "bot-wall"}, 0),
    "short-label": ("short-label.html", {"/ok/long/path/page.html": "ok", "/ok/2": "ok"}, 0),
    "archived-label": ("archived-label.md", {"/ok/web/2024/http://h.example/s404/old": "ok"}, 0),
    "placeholders": ("placeholders.md", {}, 0),
    "mdx-code": ("code.mdx", {"/s404/code": "not-found", "/s404/span": "not-found"}, 0),
    "adoc-code": ("code.adoc", {"/s404/code": "not-found", "/s404/comment": "not-found"}, 0),
    "soft-redirect": ("soft-redirect.md", {"/metarefresh404": "not-found", "/metarefreshok#sec": "redirected"}, 1),
    "dot-segments": ("dots.txt", {"/docs/../ok": "ok"}, 0),
    "walls-200": ("walls.txt", {f"/wall/{name}": "bot-wall" for name in ("imunify", "sgcaptcha", "radware", "goaway", "amazon")}, 0),
    "soft404-languages": ("soft404.txt", {f"/l404/{name}": "soft-404" for name in ["es", "zh", "ru", "ko", "ar", "bn", "ht", "pl", "ja", "nl"]}, 1),
    "pdf-two-lines": ("two-lines.pdf", {"/sp/foo_bar": "ok"}, 0),
    "emoji-host": ("emoji.txt", {"/ok": "ok"}, 0),
}  # fmt: skip

# Cases that have a test by their kind in another file.
ELSEWHERE = {
    "exclude-path": "test_ignored.py",
    "h2-only": "test_http2.py",
}
OWN_TESTS = {
    "attr-space-fix", "md-escape-fix", "fix-breaks-md", "fix-breaks-html", "rate-cached",
    "reserved-names", "pdf-two-lines-text",
}  # fmt: skip


def test_every_case_has_its_row() -> None:
    tables = (READ, ROLES, CLEANED, CUT, ASKED, ELSEWHERE)
    assert set().union(*tables) | OWN_TESTS == set(CASES)
    for file in ELSEWHERE.values():
        assert (Path(__file__).parent / file).exists()


def _read(file: str) -> Document:
    return read(FOLDER / file)


@pytest.mark.parametrize("case", READ)
def test_what_is_read(case: str) -> None:
    file, targets = READ[case]
    assert [link.target for link in _read(file).links if link.role is None] == targets


@pytest.mark.parametrize("case", ROLES)
def test_what_nobody_can_follow(case: str) -> None:
    file, roles = ROLES[case]
    assert [link.role for link in _read(file).links if link.role is not None] == roles


@pytest.mark.parametrize("case", CLEANED)
def test_what_is_cleaned(case: str) -> None:
    file, cleaned = CLEANED[case]
    assert _read(file).cleaned().decode() == cleaned


@pytest.mark.parametrize("case", CUT)
def test_a_cut_link_is_whole_or_lost(case: str) -> None:
    document = _read(CUT[case])
    whole = "https://example.org/docs/guide.html"
    (link,) = document.links
    assert link.error is not None or link.target == whole
    cleaned = document.cleaned()
    if link.error is not None:
        assert cleaned == document.original()
        return
    assert [link.target for link in read(cleaned, CUT[case]).links] == [whole]
    texts = [cleaned]
    if cleaned[:2] == b"PK":
        texts = [part.text.encode() for part in _parts(cleaned)]
    assert not any(re.search(rb"%40|somebody|safelinks", text) for text in texts)


def _parts(raw: bytes) -> list[Any]:
    from safelinks.documents.content.unpack_allowance import Allowance
    from safelinks.documents.office.zip_packages import open_package

    return list(open_package(raw, "x", "a package", Allowance()).parts.values())


def test_unwrap_ends_at_an_escaped_ampersand() -> None:
    unwrapped = unwrap((FOLDER / "u0026.txt").read_text().strip())
    assert unwrapped.target == "https://example.org/a"
    assert "somebody" not in repr(unwrapped)


# On the loopback interface.


class _Site:
    def __init__(self) -> None:
        self.asked = Counter[str]()
        self.writers: list[asyncio.StreamWriter] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        with suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            target = head.split(" ")[1]
            host = next(row[6:] for row in head.split("\r\n") if row.lower().startswith("host: "))
            self.asked[target] += 1
            writer.write(page_of(host, target))
            await writer.drain()
        writer.close()


@pytest.fixture
def site() -> Iterator[_Site]:
    site = _Site()
    with in_a_thread(site.serve, site.writers, site.listener, None):
        yield site


def _placed(folder: Path, file: str, site: _Site) -> Path:
    """The case's file, whose hosts have the port of `site`."""
    placed = folder / file
    raw = (FOLDER / file).read_bytes()
    for host in (b"h.example", b"pre.example", "☃.example".encode()):
        raw = re.sub(rb"(?<=//)%b(?=[/\"'])" % re.escape(host), b"%b:%d" % (host, site.port), raw)
    placed.write_bytes(raw)
    return placed


def _check(site: _Site, *options: str) -> Result:
    names = ("h.example", "pre.example", "xn--n3h.example")
    resolve = [part for name in names for part in ("--resolve", f"{name}:{site.port}:127.0.0.1")]
    return CliRunner().invoke(main, ["check", "--retries", "0", "--no-config", *resolve, *options])


@pytest.mark.parametrize("options", [(), ("--fragments",)], ids=["plain", "fragments"])
@pytest.mark.parametrize("case", ASKED)
def test_what_is_asked(case: str, options: tuple[str, ...], tmp_path: Path, site: _Site) -> None:
    file, said, code = ASKED[case]
    placed = _placed(tmp_path, file, site)
    result = _check(site, "--format", "json", *options, str(placed))
    links = json.loads(result.stdout)["links"]
    port = f":{site.port}"
    asked = {
        re.sub(r"^https?://[^/]+", "", link["target"].replace(port, "")): link["reason"]
        for link in links
        if link["verdict"] != "skipped"
    }
    assert asked == said
    assert result.exit_code == code


@pytest.mark.parametrize(
    ("file", "fixed"),
    [("attr-space-fix.html", "/new/a%20b"), ("md-escape-fix.md", "/new/some_page")],
)
def test_a_fix_replaces_the_whole_address(
    file: str, fixed: str, tmp_path: Path, site: _Site
) -> None:
    placed = _placed(tmp_path, file, site)
    _check(site, "--fix", str(placed))
    assert not [target for target in site.asked if target in ("/old/a", "/old/some", "/old/other")]
    once = placed.read_bytes()
    targets = [link.target or "" for link in read(placed).links]
    assert targets[0].endswith(fixed)
    assert not any("/old/" in target for target in targets)
    _check(site, "--fix", str(placed))
    assert placed.read_bytes() == once


@pytest.mark.parametrize("file", ["fix-breaks.md", "fix-breaks.html"])
def test_a_fix_leaves_a_link_that_works(file: str, tmp_path: Path, site: _Site) -> None:
    placed = _placed(tmp_path, file, site)
    before = placed.read_bytes()
    assert _check(site, "--fix", str(placed)).exit_code == 0
    assert placed.read_bytes() == before


def test_too_many_requests_are_not_remembered(tmp_path: Path, site: _Site) -> None:
    placed = _placed(tmp_path, "rate-cached.txt", site)
    history = ("--history", str(tmp_path / "h.sqlite"), "--max-age", "1d")
    _check(site, *history, str(placed))
    site.asked.clear()
    result = _check(site, *history, "--format", "json", str(placed))
    reasons = {
        link["target"].rpartition("/")[2]: link["reason"]
        for link in json.loads(result.stdout)["links"]
    }
    assert not any(
        link["reason"] == "rate-limited" and link.get("reused")
        for link in json.loads(result.stdout)["links"]
    )
    assert reasons["rate"] == "rate-limited"


def test_reserved_names_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def looked_up(*names: object) -> None:
        raise AssertionError(f"a name was looked up: {names}")

    monkeypatch.setattr("socket.getaddrinfo", looked_up)
    result = CliRunner().invoke(
        main, ["check", "--no-config", "--format", "json", str(FOLDER / "reserved.md")]
    )
    assert result.exit_code == 0
    links = json.loads(result.stdout)["links"]
    assert [(link["verdict"], link["reason"]) for link in links] == [
        ("skipped", "reserved-name")
    ] * 5


def test_a_pdf_address_over_two_lines_is_joined_or_not_certain(tmp_path: Path, site: _Site) -> None:
    result = _check(site, "--format", "json", str(_placed(tmp_path, "two-lines-text.pdf", site)))
    assert result.exit_code == 0
    assert not any(link["verdict"] == "dead" for link in json.loads(result.stdout)["links"])
