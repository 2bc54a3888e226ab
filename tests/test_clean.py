"""`safelinks clean` on files: in place, as a diff, as a check, and whatever goes wrong on the way."""

from __future__ import annotations

import difflib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from building import HOST, RECIPIENT, encode, wrap
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from safelinks import DocumentError, read, read_all
from safelinks.cli.program import main
from safelinks.documents.unified_diff import unified
from safelinks.files.file_access import replace

TARGET = "https://example.org/a"
LINK = wrap(TARGET)
DATA = Path(__file__).parent / "data" / "documents"


def _run(*args: str | Path, stdin: str | bytes | None = None) -> Result:
    result = CliRunner().invoke(main, ["clean", *map(str, args)], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory with files to clean, to leave, and to skip."""
    (tmp_path / "a.txt").write_text(f"see {LINK}\n")
    (tmp_path / "b.html").write_text(f'<a href="{LINK}">x</a>')
    (tmp_path / "clean.md").write_text(f"see {TARGET}\n")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\0")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "c.json").write_text(f'["{LINK}"]')
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text(LINK)
    (tmp_path / ".hidden").write_text(LINK)
    return tmp_path


def test_a_directory_in_place(folder: Path) -> None:
    before = (folder / "clean.md").stat().st_mtime_ns
    result = _run("-i", folder)
    assert result.exit_code == 0
    assert result.stdout == ""
    changed = "".join(f"changed {folder}/{name}\n" for name in ("a.txt", "b.html", "below/c.json"))
    assert result.stderr == (f"{changed}3 files changed\n")
    assert (folder / "a.txt").read_text() == f"see {TARGET}\n"
    assert (folder / "b.html").read_text() == f'<a href="{TARGET}">x</a>'
    assert (folder / "below" / "c.json").read_text() == f'["{TARGET}"]'
    assert (folder / ".hidden").read_text() == (folder / ".git" / "config").read_text() == LINK
    assert (folder / "clean.md").stat().st_mtime_ns == before
    assert "no file changed" in _run("--in-place", folder).stderr
    assert not list(folder.rglob("*.tmp*")) + [one for one in folder.iterdir() if one.name.startswith(".a")]  # fmt: skip


def test_mode_times_and_links_of_a_file_are_kept(folder: Path) -> None:
    path = folder / "a.txt"
    path.chmod(0o640)
    os.utime(path, ns=(10**18, 10**18 + 123_456_789))
    (folder / "link.txt").symlink_to(path)
    assert _run("-i", folder / "link.txt").exit_code == 0
    status = path.stat()
    assert (status.st_mode & 0o777, status.st_mtime_ns) == (0o640, 10**18 + 123_456_789)
    assert (folder / "link.txt").is_symlink()
    assert path.read_text() == f"see {TARGET}\n"


def test_a_backup(folder: Path) -> None:
    assert _run("-i", "--backup", ".orig", folder).exit_code == 0
    assert (folder / "a.txt.orig").read_text() == f"see {LINK}\n"
    assert not (folder / "clean.md.orig").exists()


def test_check(folder: Path) -> None:
    result = _run("--check", folder)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"would change {folder}/a.txt", f"would change {folder}/b.html", f"would change {folder}/below/c.json",
    ]  # fmt: skip
    assert "3 files would change" in result.stderr
    assert (folder / "a.txt").read_text() == f"see {LINK}\n"
    assert _run("--check", folder / "clean.md").exit_code == 0
    assert _run("--check", "-", stdin=LINK).exit_code == 1
    assert _run("--check", folder / "a.txt", folder / "missing").exit_code == 2


def _patched(before: bytes, lines: list[bytes]) -> bytes:
    """What the program patch makes of `before`, if the `lines` of a diff fit to it exactly."""
    old = before.splitlines(keepends=True)
    out: list[bytes] = []
    at = 0
    for shown in lines[2:]:
        line = shown.removesuffix(b"\n\\ No newline at end of file\n")
        if line.startswith(b"@@"):
            start, count = map(int, line.split()[1][1:].split(b","))
            begin = start - 1 if count else start
            out += old[at:begin]
            at = begin
        elif line.startswith(b"+"):
            out.append(line[1:])
        else:
            assert old[at] == line[1:]
            at += 1
            out += [line[1:]] if line.startswith(b" ") else []
    return b"".join([*out, *old[at:]])


def test_a_diff(folder: Path) -> None:
    for name in ("a.txt", "b.html"):
        path = folder / name
        result = _run("--diff", "--show-recipients", path)
        assert result.exit_code == 0
        assert "1 file would change" in result.stderr
        assert result.stdout.startswith(f"--- {path}\n+++ {path}\n@@ ")
        lines = list(unified(path.read_bytes(), read(path).cleaned(), str(path).encode()))
        assert result.stdout_bytes == b"".join(lines)
        assert _patched(path.read_bytes(), lines) == read(path).cleaned()
    assert _run("--diff", "--check", folder / "below" / "c.json").exit_code == 1
    assert _run("--diff", folder / "clean.md").stdout == ""


def test_a_diff_of_what_is_no_text() -> None:
    result = _run("--diff", DATA / "notice.docx")
    assert result.stdout == f"Binary file {DATA}/notice.docx would change\n"


class _Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def _on_terminal(monkeypatch: pytest.MonkeyPatch, *args: str | Path) -> tuple[int, bytes]:
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", _Terminal(out, "utf-8"))
    with pytest.raises(SystemExit) as ended:
        main(["clean", *map(str, args)])
    sys.stdout.flush()
    return int(ended.value.code or 0), out.getvalue()


def test_nothing_reaches_the_terminal_that_could_drive_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.txt").write_text(f"\x1b[31m\t{LINK} \u202ex\xad\r\nend\n")
    shown = f"\\x1b[31m\t{TARGET} \\u202ex\\xad\r\nend\n".encode()
    assert _on_terminal(monkeypatch, folder / "bad.txt") == (0, shown)
    code, diff = _on_terminal(monkeypatch, "--diff", folder / "bad.txt")
    assert (code, b"\x1b" in diff, b"+\\x1b[31m" in diff) == (0, False, True)
    assert _on_terminal(monkeypatch, DATA / "notice.docx") == (2, b"")
    assert "use -o FILE" in capfd.readouterr().err


def test_output_to_a_file(folder: Path) -> None:
    assert _run("-o", folder / "out", folder / "a.txt").stdout == ""
    assert (folder / "out").read_text() == f"see {TARGET}\n"
    umask = os.umask(0)
    os.umask(umask)
    assert (folder / "out").stat().st_mode & 0o777 == 0o666 & ~umask
    assert _run("-o", folder / "no" / "out", folder / "a.txt").exit_code == 2
    assert (
        "is one of the files to clean. Use another directory."
        in _run("-o", folder, folder / "a.txt").stderr
    )


@pytest.mark.parametrize(("link", "leads_to"), [
    ("a.txt", "../other"), ("a.txt", "mine"), ("a.txt", "../none"), ("below", "../dir"),
])  # fmt: skip
def test_copies_are_not_written_through_symbolic_links(
    link: str, leads_to: str, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    top = tmp_path_factory.mktemp("copies")
    out = top / "out"
    (top / "dir").mkdir()
    out.mkdir()
    for path in (top / "other", out / "mine"):
        path.write_text("mine")
    (out / link).symlink_to(leads_to)
    result = _run("-o", f"{out}/", folder)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"A symbolic link leads from {out / link}" in result.stderr
    assert {path.read_text() for path in (top / "other", out / "mine")} == {"mine"}
    assert sorted(path.name for path in top.iterdir()) == ["dir", "other", "out"]
    assert list((top / "dir").iterdir()) == []
    (top / "link").symlink_to(out)  # the directory itself may be one
    (out / link).unlink()
    assert _run("-o", top / "link", folder).exit_code == 0
    assert (out / "a.txt").read_text() == f"see {TARGET}\n"


def test_output_to_what_is_no_file(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    with subprocess.Popen(["/bin/cat", folder / "pipe"], stdout=subprocess.PIPE) as reader:
        assert _run("-o", folder / "pipe", folder / "a.txt").exit_code == 0
        assert reader.communicate()[0] == f"see {TARGET}\n".encode()
    assert (folder / "pipe").is_fifo()
    assert _run("-o", "-", folder / "a.txt").stdout == f"see {TARGET}\n"
    for args in (("-i", ""), ("-o", "", folder / "a.txt"), ("",)):
        result = _run(*args)
        assert (result.exit_code, bool(re.search("empty|needs the name", result.stderr))) == (
            2,
            True,
        )
    assert (folder / "a.txt").read_text() == f"see {LINK}\n"
    assert (
        "x: its directory does not exist"
        in _run("-o", folder / "no" / "x", folder / "a.txt").stderr
    )


def test_no_backup_is_lost(folder: Path) -> None:
    assert _run("-i", "--backup", ".bak", folder).exit_code == 0
    (folder / "a.txt").write_text(LINK)
    result = _run("-i", "--backup", ".bak", folder)
    assert result.exit_code == 2
    assert "its backup a.txt.bak already exists, so nothing was changed" in result.stderr
    assert (folder / "a.txt.bak").read_text() == f"see {LINK}\n"
    assert (folder / "a.txt").read_text() == LINK
    assert not (folder / "a.txt.bak.bak").exists()


def test_links_out_of_a_directory_are_left_alone(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "x.txt"
    outside.write_text(LINK)
    (folder / "below" / "x.txt").symlink_to(outside)
    assert _run("-i", folder).exit_code == 0
    assert outside.read_text() == LINK
    result = _run("--check", outside, folder / "below" / "x.txt", f"{outside.parent}/./x.txt")
    assert result.stdout == f"would change {outside}\n"


def test_what_stays_the_same_need_not_be_writable(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    assert _run("-i", folder / "clean.md").exit_code == 0
    result = _run("-i", folder)
    assert (result.exit_code, "no permission to write" in result.stderr) == (2, True)
    long = folder / ("x" * 250)
    long.write_text(LINK)
    monkeypatch.undo()
    assert _run("-i", long).exit_code == 0
    assert long.read_text() == TARGET


def test_patterns(folder: Path) -> None:
    result = _run("--check", f"{folder}/**/*.json", f"{folder}/a.*")
    assert result.stdout.splitlines() == [
        f"would change {folder}/below/c.json", f"would change {folder}/a.txt",
    ]  # fmt: skip
    odd = folder / "[a].txt"
    odd.write_text(LINK)
    assert _run(odd).stdout == TARGET
    assert [document.name for document in read_all(folder / "a.txt", f"{folder}/*.txt")] == [
        str(folder / "a.txt"), str(odd),
    ]  # fmt: skip


def test_what_cannot_be_read_is_raised_or_told(folder: Path) -> None:
    with pytest.raises(DocumentError, match="this is a picture"):
        list(read_all(folder))
    told: list[DocumentError] = []
    documents = list(read_all("missing", "miss*", folder, on_error=told.append))
    assert [document.format for document in documents] == ["text", "html", "json", "markdown"]
    assert [str(error).partition(": ")[0] for error in told] == [
        "No such file", "No such file or pattern", str(folder / "picture.png"),
    ]  # fmt: skip
    assert str(told[0]) == "No such file: missing"
    assert str(told[1]).endswith(": miss*")


def test_a_file_that_cannot_be_replaced_stays(folder: Path) -> None:
    path = folder / "a.txt"

    def breaks_off() -> object:
        yield b"half"
        raise DocumentError("the rest is missing")

    with pytest.raises(DocumentError, match="the rest"):
        replace(path, breaks_off())  # type: ignore[arg-type]
    assert path.read_text() == f"see {LINK}\n"
    with pytest.raises(DocumentError, match="cannot be written"):
        replace(path, [b"x"], backup="/" * 3)
    assert path.read_text() == f"see {LINK}\n"
    assert {one.name for one in folder.iterdir()} == {
        "a.txt", "b.html", "clean.md", "picture.png", "below", ".git", ".hidden",
    }  # fmt: skip


def test_a_pdf_cannot_be_cleaned_and_the_rest_is(folder: Path) -> None:
    shutil.copy(DATA / "notice.pdf", folder / "n.pdf")
    result = _run("-i", folder / "n.pdf", folder / "a.txt")
    assert result.exit_code == 2
    assert "n.pdf" in result.stderr
    assert "1 file changed" in result.stderr
    # Also where nobody named it: a check that passes must mean that no wrapper is left.
    result = _run("--check", folder)
    assert (result.exit_code, "n.pdf: links in a PDF cannot be" in result.stderr) == (2, True)


class TestRedaction:
    def test_wrappers_stay_without_their_recipient(self) -> None:
        lost = f"https://{HOST}/?data={encode('05|02|' + RECIPIENT + '|')}"
        result = _run("--redact", stdin=f"{LINK}\n{lost}\n{LINK[:-90]}\n{LINK[:230]}")
        assert "First" not in result.output
        first, *others = result.stdout.splitlines()
        assert read(first.encode()).links[0].target == TARGET
        assert read(first.encode()).links[0].wrapped
        assert first.startswith(LINK.partition("%7C02%7C")[0])
        assert first.endswith(LINK.partition("example.org%7C")[2])
        assert all(HOST in other for other in others)

    @pytest.mark.parametrize("name", ["x.html", "x.json", "x.csv", "x.ics", "x.md", "x.eml"])
    def test_in_every_format(self, name: str) -> None:
        raw = f'Subject: x\n\n<a href="{LINK}">'.encode()
        redacted = read(raw, name).redacted()
        assert b"First" not in redacted.replace(b"=\n", b"")
        (link,) = read(redacted, name).links
        assert (link.target, link.wrapped) == (TARGET, True)
        assert read(redacted, name).redacted() == redacted

    def test_the_address_in_a_target_is_kept(self) -> None:
        target = f"https://example.org/?mail={RECIPIENT}"
        link = read(_run("--redact", stdin=wrap(target)).stdout_bytes).links[0]
        assert "First" not in link.url


LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"\n", b"c"]), max_size=30).map(b"".join)


@given(LINES, LINES)
def test_a_diff_makes_one_text_of_the_other(before: bytes, after: bytes) -> None:
    assert _patched(before, list(unified(before, after, b"x"))) == after


def test_a_diff_is_the_usual_one() -> None:
    before = [b"%d\n" % at for at in range(50)]
    after = [*before[:5], b"x\n", *before[6:30], b"y\n", b"z\n", *before[33:]]
    expected = list(difflib.diff_bytes(difflib.unified_diff, before, after, b"n", b"n"))
    assert list(unified(b"".join(before), b"".join(after), b"n")) == expected


def test_a_diff_of_much_ends() -> None:
    before = b"".join(b"line %d\n" % at for at in range(30_000))
    assert len(list(unified(before, before.replace(b"7", b"8"), b"n"))) > 10_000
    assert len(list(unified(before, before.replace(b"l", b"L"), b"n"))) == 60_003


def test_the_command_by_itself(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "safelinks", "clean", "-i", "a.txt", "below"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "",
        "changed a.txt\nchanged below/c.json\n2 files changed\n",
    )
