"""`check --fix` and `--diff`: what is certain is written, and not a byte besides."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from building import RECIPIENT, encode, lines, wrap
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas
from surveying import (
    CURRENT,
    FORMER,
    UNSURE,
    by_url,
    gone,
    moved,
    read,
    redirected,
    report,
    survey,
    works,
)
from web import Web, answer, serving

import safelinks
from safelinks import Document, Selection
from safelinks.cli.program import main
from safelinks.documents.rewriting import Rewriting
from safelinks.health.model.outcome import Outcome

A = "https://a.example/page"
B = "https://b.example/new"
GOOGLE = f"https://www.google.com/url?q={encode(A)}&sa=D"


def _run(*args: str, stdin: str | None = None) -> Result:
    result = CliRunner().invoke(main, ["check", *args], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def _offline(*args: str) -> Result:
    return _run("--offline", *args)


def _fixed(
    text: str | Document,
    *outcomes: Outcome,
    selection: Selection | None = None,
    name: str = "a.txt",
) -> str:
    """What --fix makes of a text, and of that what it makes again: the same."""
    document = read(text, name) if isinstance(text, str) else text
    after = _once(document, outcomes, selection)
    again = _once(safelinks.read(after, document.name), outcomes, selection)
    assert again == after
    return after.decode()


def _once(document: Document, outcomes: tuple[Outcome, ...], selection: Selection | None) -> bytes:
    plans = survey(document, selection=selection).mending(by_url(outcomes))
    plan = plans.get(document.name)
    return document.original() if plan is None else document.rewritten(plan.of)


CUT = lines(wrap(A), 70)
PLAIN = "http://a.example/page"
FIXES = {
    "wrapped": (f"é {wrap(A)}.", (), f"é {A}."),
    "redirector": (f"({GOOGLE})", (), f"({A})"),
    "cut": (f"x\n{CUT}\ny", (), f"x\n{A}\ny"),
    "renamed": (f"<{FORMER}>", (), f"<{CURRENT}>"),
    "wrapped and renamed": (wrap(FORMER), (), CURRENT),
    "dead and renamed": (FORMER, (gone(FORMER),), CURRENT),
    "moved, 301": (A, (moved(A, B),), B),
    "moved, 308": (A, (moved(A, B, 308),), B),
    "wrapped and moved": (wrap(A), (moved(A, B),), B),
    "http, 301": (PLAIN, (redirected(PLAIN, A, 301),), A),
    "http, 308": (PLAIN, (redirected(PLAIN, A, 308),), A),
    "CRLF": (f"{wrap(A)}\r\n{A}\r\n", (), f"{A}\r\n{A}\r\n"),
    "twice": (f"{A} {A} {wrap(A)}", (moved(A, B),), f"{B} {B} {B}"),
    "one after the other": (f"{A} {B}", (moved(A, B), moved(B, "https://c.example/")), "https://c.example/ https://c.example/"),
}  # fmt: skip
HARMLESS = wrap(A).replace("https", "hxxps", 1)
FIXES |= {
    "harmless and not": (f"{A} {A.replace('https', 'hxxps')}", (moved(A, B),), f"{B} {A.replace('https', 'hxxps')}"),
    "harmless, wrapped, and not": (f"{A} {HARMLESS}", (moved(A, B),), f"{B} hxxps://b[.]example/new"),
    "harmless and wrapped": (HARMLESS, (), "hxxps://a[.]example/page"),
}  # fmt: skip
STAYS = {
    "302": (A, redirected(A, B)),
    "http, 302": (PLAIN, redirected(PLAIN, A)),
    "https to http": (A, moved(A, "http://a.example/other")),
    "unsure": (UNSURE, works(UNSURE)),
    "dead": (A, gone(A)),
    "works": (A, works(A)),
    "made harmless": (A.replace("https", "hxxps"), moved(A, B)),
    "script": (wrap("javascript:alert(1)"), works(A)),
    "data": (wrap("data:text/html,x"), works(A)),
    "relative": (wrap("/page"), works(A)),
    "comment": (f"{wrap(A)} # safelinks: ignore[SL101]", works(A)),
    "comment on one of two": (f"{A} # safelinks: ignore[SL303]\n{A}", moved(A, B)),
}


@pytest.mark.parametrize(("text", "outcomes", "fixed"), FIXES.values(), ids=FIXES)
def test_what_is_written(text: str, outcomes: tuple[Outcome, ...], fixed: str) -> None:
    assert _fixed(text, *outcomes) == fixed


@pytest.mark.parametrize(("text", "outcome"), STAYS.values(), ids=STAYS)
def test_what_stays(text: str, outcome: Outcome) -> None:
    assert _fixed(text, outcome) == text


@pytest.mark.parametrize(
    ("selection", "fixed"),
    [
        (Selection(ignore=("SL401",)), f"{FORMER} {A} {A}"),
        (Selection(ignore=("SL101",)), f"{CURRENT} {wrap(A)} {A}"),
        (Selection(ignore=("SL104",)), f"{CURRENT} {A} {GOOGLE}"),
        (Selection(select=("SL3",)), f"{wrap(FORMER)} {wrap(A)} {GOOGLE}"),
        (Selection(per_file=(("*.txt", ("ALL",)),)), f"{wrap(FORMER)} {wrap(A)} {GOOGLE}"),
        (Selection(per_file=(("*.md", ("ALL",)),)), f"{CURRENT} {A} {A}"),
    ],
)
def test_only_what_is_looked_for_is_written(selection: Selection, fixed: str) -> None:
    assert _fixed(f"{wrap(FORMER)} {wrap(A)} {GOOGLE}", selection=selection) == fixed


def test_addresses_that_replace_each_other_stay() -> None:
    outcomes = (moved(A, B), moved(B, A))
    assert _fixed(f"{A} {B}", *outcomes) == f"{A} {B}"
    assert _fixed(f"{A} {B} {wrap(A)}", *outcomes) == f"{A} {B} {A}"
    (plan,) = survey(read(f"{A} {B} {wrap(A)}")).mending(by_url(outcomes)).values()
    assert len(plan.mends) == 1


@given(
    st.lists(
        st.sampled_from(
            [A, B, FORMER, UNSURE, GOOGLE, wrap(A), wrap(FORMER), "\n", " and ", "é\u200b", "\r\n"]
        ),
        max_size=12,
    )
)
def test_all_else_is_the_same_byte_for_byte(pieces: list[str]) -> None:
    text = " | ".join(pieces)
    instead = {A: B, FORMER: CURRENT, GOOGLE: B, wrap(A): B, wrap(FORMER): CURRENT}
    expected = " | ".join(instead.get(piece, piece) for piece in pieces)
    assert _fixed(text, moved(A, B)) == expected


# --- Files ---


def _word() -> bytes:
    document = docx.Document()
    document.add_paragraph(f"Look at {wrap(A)} and at nothing else.")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


MAIL = "From: a@a.example\r\nSubject: é\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
MBOX = "From a Mon Jan  1 00:00:00 2024\nSubject: 1\n\n{0}\n\nFrom b Mon Jan  1 00:00:00 2024\nSubject: 2\n\n{0}\n"
FORMS: dict[str, tuple[str, str]] = {
    "a.txt": ("a {} b", "a {} b"),
    "a.md": ("*[x]({})*\n", "*[x]({})*\n"),
    "a.html": ('<a href="{}">x</a>', '<a href="{}">x</a>'),
    "a.csv": ('a,"b ""{}""",c\r\n', 'a,"b ""{}""",c\r\n'),
    "a.eml": (MAIL + "{}\r\n", MAIL + "{}\r\n"),
    "a.mbox": (MBOX, MBOX),
}


@pytest.mark.parametrize("name", FORMS)
def test_files(name: str, tmp_path: Path) -> None:
    before, after = FORMS[name]
    file = tmp_path / name
    link = wrap(A).replace("&", "&amp;") if name == "a.html" else wrap(A)
    file.write_bytes(before.format(link).encode())
    shown = _offline("--diff", str(file))
    assert file.read_bytes() == before.format(link).encode()
    assert f"+++ {file}" in shown.stdout
    assert shown.exit_code == 0
    result = _offline("--fix", str(file))
    assert (result.exit_code, file.read_bytes()) == (0, after.format(A).encode())
    number = before.count("{")
    assert f"Fixed {number} problem{'s' if number > 1 else ''} in 1 file\n" in result.stderr
    assert "SL101" not in result.stdout
    again = _offline("--fix", str(file))
    assert "Fixed" not in again.stderr
    assert _offline("--diff", str(file)).stdout == ""


def test_a_word_file(tmp_path: Path) -> None:
    file = tmp_path / "a.docx"
    file.write_bytes(_word())
    assert _offline("--diff", str(file)).stdout == f"Binary file {file} would change\n"
    assert file.read_bytes() == _word() or [link.wrapped for link in safelinks.read(file).links]
    _offline("--fix", str(file))
    assert [(link.url, link.wrapped) for link in safelinks.read(file).links] == [(A, False)]
    before, after = zipfile.ZipFile(io.BytesIO(_word())), zipfile.ZipFile(file)
    changed = [one for one in before.namelist() if before.read(one) != after.read(one)]
    assert [one for one in changed if not one.startswith("docProps/")] == ["word/document.xml"]
    content = file.read_bytes()
    _offline("--fix", str(file))
    assert file.read_bytes() == content


def test_a_pdf_cannot_be_written(tmp_path: Path) -> None:
    file, other = tmp_path / "a.pdf", tmp_path / "b.txt"
    canvas = Canvas(str(file))
    canvas.linkURL(wrap(A), (0, 0, 100, 100))
    canvas.showPage()
    canvas.save()
    other.write_text(wrap(A))
    content = file.read_bytes()
    for _ in range(2):
        result = _offline("--fix", str(tmp_path))
        assert (result.exit_code, file.read_bytes(), other.read_text()) == (0, content, A)
        assert "(--fix does this)" not in result.stdout
        assert (
            "1 link is wrapped and contains the recipient's address. Its file cannot be changed: fix the document that it was made from (SL101)."
            in result.stdout
        )


def test_what_must_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.txt"
    file.write_text(wrap(A))

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    result = _offline("--fix", str(file))
    assert (result.exit_code, file.read_text()) == (2, wrap(A))
    assert f"Error: {file}: no permission to write this file\n" in result.stderr
    assert "Fixed" not in result.stderr
    assert os.listdir(tmp_path) == ["a.txt"]  # noqa: PTH208


def test_a_file_is_whole_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.mbox"
    file.write_text(MBOX.format(wrap(A)))
    real, rewritten = Document.rewriting, []

    def once(document: Document, how: object) -> Rewriting:
        rewritten.append(document)
        if len(rewritten) > 1:
            raise safelinks.NotWritableError("no more")
        return real(document, how)  # type: ignore[arg-type]

    monkeypatch.setattr(Document, "rewriting", once)
    result = _offline("--fix", str(file))
    assert (result.exit_code, file.read_text()) == (2, MBOX.format(wrap(A)))
    assert "Error: no more\n" in result.stderr


@pytest.mark.parametrize("name", [".", "./-"])
def test_a_file_whose_name_is_a_dash(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "-").write_text(wrap(A))
    monkeypatch.chdir(tmp_path)
    assert "Fixed 1 problem in 1 file" in _offline("--fix", name).stderr
    assert (tmp_path / "-").read_text() == A


def test_standard_input_cannot_be_changed() -> None:
    for args in (["--fix"], ["--diff", "-"], ["--fix", __file__, "-"]):
        result = _run("--offline", *args, stdin=A)
        assert result.exit_code == 2
        assert "standard input cannot be changed" in result.stderr
    assert "Use one of them" in _offline("--fix", "--diff", __file__).stderr


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_reports_for_programs_stay_whole(form: str, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(f"{wrap(FORMER)} {UNSURE}")
    result = _offline("--fix", "--format", form, str(file))
    rows = result.stdout.splitlines() if form == "jsonl" else [result.stdout]
    summary = json.loads(rows[-1])
    summary = summary.get("summary", summary)
    assert (summary["mended"], summary["findings"]["warning"]) == (2, 1)
    assert file.read_text() == f"{CURRENT} {UNSURE}"


def test_redirectors_may_be_kept(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(f"{GOOGLE} {wrap(GOOGLE)}")
    _offline("--fix", "--keep-redirectors", str(file))
    assert file.read_text() == f"{GOOGLE} {GOOGLE}"


def test_what_was_mended_is_not_reported_any_more(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    kept = f"{wrap(A)} # safelinks: ignore[SL101]\n\n{wrap(A)}"
    file.write_text(f"{kept}\n{wrap(B)}")
    result = _offline("--fix", "--fail-on", "warning", str(file))
    assert file.read_text() == f"{kept}\n{B}"
    assert "Fixed 1 problem in 1 file" in result.stderr
    assert result.exit_code == 1
    assert "1 address fails the check (SL101)" in result.stdout


def test_what_is_said_of_a_file_is_said_once(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(f"\xff{wrap(A)}".encode("latin-1"))
    errors = _offline("--fix", str(file), str(tmp_path / "no*.txt")).stderr
    assert errors.count("not valid UTF-8") == 1
    assert errors.count("No such file") == 1


# --- What servers say ---


@pytest.fixture
def web() -> Iterator[Web]:
    pages = {
        "/": answer("200 OK"),
        "/301": answer("301 Moved Permanently", "", "Location: /"),
        "/308": answer("308 Permanent Redirect", "", "Location: /"),
        "/302": answer("302 Found", "", "Location: /"),
        "/to-and-fro": answer("301 Moved Permanently", "", "Location: /302"),
    }
    with serving(pages) as web:  # type: ignore[arg-type]
        yield web


def test_a_move_is_written_where_it_is_for_good(web: Web, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    paths = ["/301", "/308", "/302", "/to-and-fro", "/gone", "/301#here"]
    file.write_text("\n".join(map(web.url, paths)))
    result = _run("--fix", "--allow-private", "--retries", "0", str(file))
    expected = ["/", "/", "/302", "/302", "/gone", "/#here"]
    assert file.read_text().split("\n") == list(map(web.url, expected))
    assert "Fixed 4 problems in 1 file" in result.stderr
    assert result.exit_code == 1
    again = _run("--fix", "--allow-private", "--retries", "0", str(file))
    assert "Fixed" not in again.stderr


def test_what_was_dead_and_is_mended_fails_nothing() -> None:
    outcomes = by_url([gone(FORMER)])
    checked = survey(read(FORMER))
    (plan,) = checked.mending(outcomes).values()
    said = checked.report(outcomes)
    assert said.exit_code == 1
    assert {one.fingerprint for one in said.findings} == plan.mends


def test_nothing_is_written_after_an_interruption(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safelinks.health.checker import Checker

    file = tmp_path / "a.txt"
    file.write_text(wrap(A))

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Checker, "check", stop)
    result = _run("--fix", str(file))
    assert (result.exit_code, file.read_text()) == (130, wrap(A))


def test_what_is_signed_is_not_told_to_be_mended(tmp_path: Path) -> None:
    file = tmp_path / "a.mbox"
    start = "From a@b.example Thu Jan  1 00:00:00 2026\nFrom: a@b.example\n"
    file.write_text(
        f"{start}Content-Type: multipart/signed; boundary=b\n\n--b\n\n{wrap(A)}\n--b--\n\n"
        f"{start}\n{wrap('https://b.example/')}\n"
    )
    result = _offline("--fix", str(file))
    assert "Fixed 1 problem in 1 file" in result.stderr
    assert "1 link is wrapped and contains the recipient's address" in result.stdout
    assert wrap(A) in file.read_text()
    assert wrap("https://b.example/") not in file.read_text()


def test_no_fix_is_promised_for_what_a_comment_keeps(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(f"{FORMER}\n{FORMER} # safelinks: ignore[SL401]\n")
    result = _offline(str(file))
    assert f"replace with {CURRENT}\n" in result.stdout
    assert "(--fix does this)" not in result.stdout
    assert _offline("--fix", str(file)).exit_code == 0
    assert FORMER in file.read_text()
    file.write_text(f"{FORMER}\n")
    assert f"replace with {CURRENT} (--fix does this)" in _offline(str(file)).stdout


def test_a_redirect_that_names_the_recipient_is_not_written() -> None:
    """A server may know who followed the link; the text is not to learn it from that."""
    to = f"https://b.example/?m={encode(RECIPIENT)}"
    found = report(wrap(A), [moved(A, to)])
    told = {one.code: one for one in found.findings}
    assert told["SL303"].replacement == "https://b.example/?m=[recipient]"
    assert (told["SL303"].fixable, told["SL101"].fixable) == (False, True)
    assert told["SL101"].replacement == A
    kept = f"{A}?m={encode(RECIPIENT)}"
    again = report(wrap(kept), [moved(kept, to)])
    assert {one.code: one.fixable for one in again.findings}["SL303"]
