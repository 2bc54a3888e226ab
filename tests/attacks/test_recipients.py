"""A recipient and a password are nowhere to be seen, whatever holds them and whatever is printed."""

from __future__ import annotations

import base64
import html
import io
import json
import quopri
import re
import sqlite3
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest
from attacking import Count, amount
from building import HOST, MESSAGE_ID, TENANT, encode, lines
from click.testing import CliRunner
from compound import attached, compound, message
from cutting import LINKS
from doubled import odt, xlsx

import safelinks
from safelinks.addresses import percent
from safelinks.cli.program import main
from safelinks.health.model.outcome import Hop, Outcome, Reason
from safelinks.reports.rendering import RENDERERS
from safelinks.wrappers.redaction.link_redaction import redact, shown

NAME, DOMAIN = "Marked.Person", "secret.example"
PERSON = f"{NAME}@{DOMAIN}"
PASSWORD = "s3cretPassw0rd"  # noqa: S105
MARKERS = (NAME.lower(), PASSWORD.lower())

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_FOLDS = re.compile(r"=?\r?\n[ \t>|+-]*")
_UNICODE = re.compile(r"(?:\\|%)u([0-9a-f]{4})", re.IGNORECASE)
_QUOTED = re.compile(r"=([0-9a-f]{2})", re.IGNORECASE)


def _once(text: str) -> Iterator[str]:
    """`text` with one kind of escape undone."""
    yield percent.decode(text)
    yield html.unescape(text)
    yield _UNICODE.sub(lambda match: chr(int(match[1], 16)), text)
    yield _QUOTED.sub(lambda match: chr(int(match[1], 16)), text)
    yield _FOLDS.sub("", text)


def _flat(text: str) -> str:
    """`text` without what the eye does not tell from it."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).lower()


@cache
def _in_base64(token: str) -> str:
    """What `token` holds, wherever in it base64 begins; most of them stand in many outputs."""
    plain = token.replace("-", "+").replace("_", "/")
    parts = (plain[start:] for start in range(4))
    raws = (base64.b64decode(part[: len(part) // 4 * 4]) for part in parts)
    return _flat("\n".join(raw.decode("latin-1") for raw in raws))


def tells(text: str, markers: tuple[str, ...] = MARKERS) -> str | None:
    """How `text` tells one of the markers, in whatever spelling; None if it does not."""
    readings = {text}
    todo = [text]
    for _ in range(amount(2, 3)):
        todo = [one for step in todo for one in _once(step) if one not in readings]
        readings.update(todo)
    tokens = {token for reading in readings for token in _BASE64.findall(reading)}
    flat = [*map(_flat, readings), *map(_in_base64, tokens)]
    for marker in markers:
        for one in flat:
            at = one.find(marker)
            if at >= 0:
                return one[max(0, at - 60) : at + 60]
    return None


def _sent(target: str, person: str = PERSON) -> str:
    """A Safe Link to `target` that was sent to `person`."""
    data = f"05|02|{person}|{MESSAGE_ID}|{TENANT}|0|0|638840415827042483|Unknown|x|0|||"
    return f"https://{HOST}/?url={encode(target)}&data={encode(data)}&reserved=0"


# How a target may name the person to whom the link was sent.
SPELLINGS = {
    "plain": PERSON,
    "lower": PERSON.lower(),
    "percent": encode(PERSON),
    "twice": encode(encode(PERSON)),
    "every letter": "".join(f"%{ord(char):02x}" for char in PERSON),
    "entity": PERSON.replace("@", "&#64;"),
    "entity in hexadecimal": PERSON.replace("@", "&#x40;"),
    "percent and entity": encode(PERSON.replace("@", "&#64;")),
    "quoted-printable": PERSON.replace("@", "=40"),
    "JSON": PERSON.replace("@", "\\u0040"),
    "%u": PERSON.replace("@", "%u0040"),
    "full width": PERSON.replace("@", "\uff20"),
    "full width, encoded": encode(PERSON.replace("@", "\uff20")),
    "invisible": PERSON.replace("@", "\u200b@"),
    "soft hyphen": PERSON.replace("M", "M\u00ad"),
    "invisible, encoded": encode(PERSON.replace("@", "\u200b@")),
    "VERP": f"bounce+{NAME}={DOMAIN}@list.example",
    "VERP, encoded": encode(f"bounce+{NAME}={DOMAIN}@list.example"),
    "VERP with a number": f"bounces-17-{NAME}={DOMAIN}@list.example",
    "SRS": f"SRS0=4oh5=ZG={DOMAIN}={NAME}@forwarder.example",
    "SRS, encoded": encode(f"SRS0+4oh5=ZG={DOMAIN}={NAME}@forwarder.example"),
    "SRS, twice": f"SRS1=HHH=first.example==4oh5=ZG={DOMAIN}={NAME}@forwarder.example",
    "SRS with a tag": f"SRS0=4oh5=ZG={DOMAIN}={NAME}+news@forwarder.example",
    "tag": f"{NAME}+news@{DOMAIN}",
    "tag, encoded": encode(f"{NAME}+news@{DOMAIN}"),
    "#EXT#": f"{NAME}_{DOMAIN}%23EXT%23@tenant.example",
    "base64": base64.b64encode(PERSON.encode()).decode().rstrip("="),
    "base64 within": base64.urlsafe_b64encode(f"u={PERSON}&x".encode()).decode().rstrip("="),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_spelling_in_a_target(name: str, count: Count) -> None:
    link = _sent(f"https://target.example/u?m={SPELLINGS[name]}&d=2024")
    unwrapped = safelinks.unwrap(link)
    outputs = [redact(link), repr(unwrapped), repr(safelinks.find(link))]
    for output in outputs:
        assert tells(output) is None
        count("searched outputs", 1)


# How a target may hold a user and a password.
CREDENTIALS = {
    "plain": f"https://user:{PASSWORD}@target.example/x",
    "encoded": f"https://user%3A{PASSWORD}%40target.example/x",
    "with a mail address": f"https://me@corp.example:{PASSWORD}@target.example/x",
    "with a slash": f"https://user:{PASSWORD}%2Fmore@target.example/x",
    "within": f"https://other.example/?next=https%3A%2F%2Fuser%3A{PASSWORD}%40target.example%2F",
    "within, raw": f"https://other.example/?next=https://user:{PASSWORD}@target.example/",
    "of a file server": f"ftp://user:{PASSWORD}@target.example/x",
    "entity": f"https://user:{PASSWORD}&#64;target.example/x",
    "in a link of Google": "https://www.google.com/url?q="
    + encode(f"https://user:{PASSWORD}@target.example/"),
}


# In every run, some ways for each wrapper, and all of them in the long form.
_PAIRS = [(name, wrapper) for name in CREDENTIALS for wrapper in ("safe-links", *sorted(LINKS))]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "wrapper"), _PAIRS[:: amount(5, 1)])
def test_credentials_in_a_target(name: str, wrapper: str, count: Count) -> None:
    target = CREDENTIALS[name]
    link = _sent(target) if wrapper == "safe-links" else LINKS[wrapper](target)
    try:
        unwrapped = safelinks.unwrap(link)
    except safelinks.SafelinksError:  # that service cannot carry such a target
        return
    for output in (
        shown(link),
        shown(unwrapped.target),
        repr(unwrapped),
        repr(safelinks.find(link)),
    ):
        assert tells(output) is None
        count("searched outputs", 1)


# What holds a text with links: a file's name, and its bytes.
Container = Callable[[str], bytes]


def _office(part: str, body: str, link: str) -> bytes:
    types = "http://schemas.openxmlformats.org"
    relationship = f"{types}/officeDocument/2006/relationships"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{types}/package/2006/content-types"><Default Extension="xml" '
            'ContentType="application/xml"/></Types>',
        )
        package.writestr(part, body)
        folder, _, name = part.rpartition("/")
        package.writestr(
            f"{folder}/_rels/{name}.rels",
            f'<Relationships xmlns="{types}/package/2006/relationships"><Relationship Id="r1" '
            f'Type="{relationship}/hyperlink" TargetMode="External" Target="{html.escape(link)}"/>'
            "</Relationships>",
        )
    return out.getvalue()


def _docx(link: str) -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = (
        f'<w:document xmlns:w="{space}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/'
        '2006/relationships"><w:body><w:p><w:hyperlink r:id="r1"><w:r><w:t>'
        f"{html.escape(_prose(link))}</w:t></w:r></w:hyperlink></w:p></w:body></w:document>"
    )
    return _office("word/document.xml", body, link)


def _pdf(link: str) -> bytes:
    uri = link.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    annotation = f"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI({uri})>>>>"
    return (
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        f"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Annots[{annotation}]>>endobj\n"
        "trailer<</Root 1 0 R>>\n"
    ).encode()


def _prose(link: str) -> str:
    """Text around a link that tells of the person, too, once with a link that is no wrapper."""
    return f"For {PERSON}: {link} and https://b.example/?m={encode(PERSON)} end."


def _mail(encoding: str) -> Container:
    def mail(link: str) -> bytes:
        body = f"Hello,\n\n{_prose(link)}\n".encode()
        coded = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}
        head = (
            f"From: a@b.example\nTo: {PERSON}\nSubject: hello\nMIME-Version: 1.0\n"
            f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n"
        )
        return head.encode() + coded.get(encoding, bytes)(body)

    return mail


CONTAINERS: dict[str, Container] = {
    "a.txt": lambda link: f"one\n{_prose(link)}\ntwo {PERSON}\n".encode(),
    "cut.txt": lambda link: f"one\n{lines(link, 70)}\n\ntwo {PERSON}\n".encode(),
    "quoted.txt": lambda link: f"> one\n{lines(link, 70, '> ')}\n>\n> two\n".encode(),
    "a.md": lambda link: f"# {PERSON}\n\n[{PERSON}]({link}) <{link}>\n".encode(),
    "a.html": lambda link: (
        f'<title>{PERSON}</title><p><a href="{html.escape(link)}" title="Original URL: x">'
        f"{html.escape(_prose(link))}</a></p>\n".encode()
    ),
    "a.json": lambda link: json.dumps({"a": _prose(link), "b": link}, indent=1).encode(),
    "a.csv": lambda link: f'x,"{_prose(link)}",{link}\n'.encode(),
    "a.rtf": lambda link: (
        r'{\rtf1\ansi {\field{\*\fldinst HYPERLINK "LINK"}{\fldrslt WHO}}}'.replace(
            "LINK", link
        ).replace("WHO", PERSON)
    ).encode(),
    "a.eml": _mail("7bit"),
    "quoted.eml": _mail("quoted-printable"),
    "base64.eml": _mail("base64"),
    "a.docx": _docx,
    "a.pdf": _pdf,
    "a.yaml": lambda link: f"a: {link}\nb: '{_prose(link)}'\n".encode(),
    "a.xlsx": lambda link: xlsx(
        f'<c r="A1" t="inlineStr"><is><t>{html.escape(_prose(link))}</t></is></c>'
        f'<c r="A2"><f>HYPERLINK("{html.escape(link)}","{PERSON}")</f></c>'
    ),
    "a.odt": lambda link: odt(
        f'<text:p><text:a xlink:href="{html.escape(link)}">{PERSON}</text:a> '
        f"{html.escape(_prose(link))}</text:p>"
    ),
    "a.msg": lambda link: compound(
        message(
            {
                "0037001F": f"for {PERSON}",
                "0C1F001F": PERSON,
                "1000001F": f"{_prose(link)} {link}",
                "10130102": f'<a href="{html.escape(link)}">{PERSON}</a>'.encode(),
            },
            [attached(_prose(link).encode(), f"{PERSON}.txt")],
        )
    ),
    "a.rst": lambda link: f"`{PERSON} <{link}>`_\n".encode(),
}
TARGET = f"https://user:{PASSWORD}@target.example/u?m={PERSON}&again={encode(encode(PERSON))}"


def _run(*args: str) -> str:
    """All that a command prints."""
    result = CliRunner().invoke(main, args)
    return result.stdout + result.stderr


def _outputs(file: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """What every command says of `file`, but for the documents that `clean` writes."""
    for name in RENDERERS:
        yield name, _run("check", "--offline", "-v", "--format", name, str(file))
    commands = {
        "diff of check": ("check", "--offline", "--diff", str(file)),
        "diff of clean": ("clean", "--diff", str(file)),
        "diff of redaction": ("clean", "--redact", "--diff", str(file)),
        "names": ("clean", "--check", str(file)),
        "config": ("config",),
    }
    for name, command in commands.items():
        yield name, _run(*command)
    baseline = folder / "baseline.json"
    update = ("--baseline", str(baseline), "--update-baseline")
    yield "update", _run("check", "--offline", *update, str(file))
    yield "baseline", baseline.read_text() if baseline.exists() else ""
    document = safelinks.read(file)
    report = safelinks.check(document, offline=True, keep_texts=True)
    wrapped = [link for link in document.links if link.wrapped]  # which tell whose address it is
    yield "values", f"{document!r} {wrapped!r} {report!r}"


@pytest.mark.slow
@pytest.mark.parametrize("name", CONTAINERS)
def test_a_container(name: str, tmp_path: Path, count: Count) -> None:
    file = tmp_path / name
    file.write_bytes(CONTAINERS[name](_sent(TARGET)))
    assert [link for link in safelinks.read(file).links if link.wrapped]
    for what, output in _outputs(file, tmp_path):
        told = tells(output)
        assert told is None, (what, told)
        count("searched outputs", 1)
    asked = _run("check", "--offline", "--show-recipients", "--format", "json", str(file))
    assert tells(asked, (NAME.lower(),))


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_a_diff_that_is_asked_for_shows_all(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(CONTAINERS[name](_sent(TARGET)))
    for command in (("clean", "--diff"), ("check", "--offline", "--diff")):
        assert tells(_run(*command, "--show-recipients", str(file)), (NAME.lower(),))


def test_a_redacted_document_names_nobody_in_its_links(tmp_path: Path, count: Count) -> None:
    file = tmp_path / "a.txt"
    for name, spelling in SPELLINGS.items():
        file.write_text(_sent(f"https://target.example/u?m={spelling}&d=2024"))
        assert tells(_run("clean", "--redact", str(file))) is None, name
        count("searched outputs", 1)


# How a file may be called whose name is a link, or a piece of one.
NAMES = {
    "a link": _sent("https://target.example/a"),
    "as a file is called": _sent("https://target.example/a").replace("/", "_"),
    "in a directory": f"a/b/{_sent('https://target.example/a')}",
    "a link to the person": _sent(f"https://target.example/?m={PERSON}"),
    "its end": _sent("https://target.example/a").partition("%2F%2F")[2],
    "credentials": f"https://user:{PASSWORD}@target.example/x",
}


@pytest.mark.parametrize("name", NAMES)
def test_an_error_that_names_a_file(name: str, tmp_path: Path, count: Count) -> None:
    file = NAMES[name].rpartition("/")[2] if name == "credentials" else NAMES[name]
    there = tmp_path / file.replace("/", "_")[-200:]
    there.write_bytes(b"\0\1 no text")
    baseline = tmp_path / "baseline.json"
    baseline.write_text("[]")
    tries: tuple[Callable[[], object], ...] = (
        lambda: safelinks.read(Path(NAMES[name])),
        lambda: safelinks.read(there),
        lambda: safelinks.read(b"\0\1 no text", NAMES[name]),
        lambda: safelinks.check(Path(NAMES[name]), offline=True),
        lambda: safelinks.History(tmp_path / NAMES[name] / "none"),
        lambda: safelinks.Policy(excluded=(f"({NAMES[name]}",)),
        lambda: safelinks.Selection(select=(NAMES[name],)),
        lambda: safelinks.render(safelinks.check(safelinks.read(b"a"), offline=True), NAMES[name]),
    )
    for attempt in tries:
        with pytest.raises((safelinks.DocumentError, safelinks.SetupError)) as caught:
            attempt()
        for told in (str(caught.value), repr(caught.value)):
            assert tells(told) is None
            count("searched outputs", 1)
    assert tells(_run("check", "--offline", str(there), NAMES[name])) is None


@pytest.mark.parametrize("command", ["check", "clean", "config", "rule", "nothing"])
def test_an_error_that_quotes_an_argument(command: str, count: Count) -> None:
    for argument in (_sent(TARGET), f"--{_sent(TARGET)}", CREDENTIALS["plain"]):
        told = _run(command, argument) if command != "nothing" else _run(argument)
        assert told
        assert tells(told) is None
        count("searched outputs", 1)


def test_a_history_keeps_nobody(tmp_path: Path, count: Count) -> None:
    """All of the file, after runs in which links of the person led on to one that names them."""
    path = tmp_path / "history"
    with safelinks.History(path) as history:
        for number, spelling in enumerate(SPELLINGS.values()):
            asked = f"https://target.example/{number}"
            onward = f"https://target.example/u?m={spelling}"
            for url in (asked, onward):
                for reason in (Reason.REDIRECTED, Reason.NOT_FOUND):
                    hops = (Hop(url, 302), Hop(onward, 404))
                    history.record(Outcome(url, reason, hops, replacement=onward, evidence=onward))
                    history.flush()
        for url in (*CREDENTIALS.values(), _sent(TARGET), TARGET):
            hops = (Hop("https://target.example/a", 302), Hop(url, 200))
            history.record(Outcome(url, Reason.REDIRECTED, hops, replacement=url))
            history.record(Outcome("https://target.example/a", Reason.REDIRECTED, hops, error=url))
            history.flush()
    with closing(sqlite3.connect(path)) as file:
        tables = [
            name for (name,) in file.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        ]
        cells = [
            cell.decode("latin-1") if isinstance(cell, bytes) else str(cell)
            for table in tables
            for row in file.execute(f"SELECT * FROM {table}")  # noqa: S608  its own names
            for cell in row
        ]
    assert len(cells) > 2 * len(SPELLINGS)
    for text in (*cells, path.read_bytes().decode("latin-1")):
        assert tells(text) is None
        count("searched outputs", 1)
