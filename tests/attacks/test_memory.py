"""The promise: what a small file unpacks to is bounded, with all that is attached to or nested in it.

Each bomb is read in a process of its own, whose highest use of memory the kernel tells.
What a child has from `getrusage` begins with its parent's.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from attacking import amount

from safelinks import read

_HEAD = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
)
_BLANKS = " " * 1_000
_RUNS = "<w:r><w:t>a</w:t></w:r>"
_LINKS = "<w:p><w:r><w:t>https://e.example/x </w:t></w:r></w:p>"
_READ = """
import re, sys
from pathlib import Path
import safelinks
document = safelinks.read(sys.argv[1])
print(len(document.links), *document.notes, sep="\\n", file=sys.stderr)
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1_000)
"""
_MOST = amount(300, 700)  # MB; the bombs would take 450 MB and more


def _word(unit: str, size: int, *, inner: dict[str, bytes] | None = None) -> bytes:
    """A Word file of a few kilobytes, with `size` bytes of `unit` in it."""
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        body = unit * (size // len(unit))
        archive.writestr("word/document.xml", f"{_HEAD}{body}</w:body></w:document>")
        for name, content in (inner or {}).items():
            archive.writestr(f"word/embeddings/{name}", content)
    return out.getvalue()


def _mail(attached: bytes, count: int) -> bytes:
    message = EmailMessage()
    message["Subject"] = "figures"
    message.set_content("see https://www.nyc.gov/ for more")
    for number in range(count):
        message.add_attachment(
            attached, maintype="application", subtype="msword", filename=f"{number}.docx"
        )
    return message.as_bytes()


def _attached(unit: str, size: int, count: int) -> bytes:
    return _mail(_word(unit, size), count)


def _nested(unit: str, size: int, count: int) -> bytes:
    inner = dict.fromkeys((f"{number}.docx" for number in range(count)), _word(unit, size))
    return _mail(_word(_BLANKS, 1_000, inner=inner), 1)


@pytest.mark.slow
@pytest.mark.parametrize("build", [_attached, _nested])
@pytest.mark.parametrize(
    ("unit", "size", "count"),
    [
        (_BLANKS, 75_000_000, amount(5, 20)),
        (_RUNS, amount(13_000_000, 9_000_000), amount(2, 20)),  # each is refused; the second
        (_LINKS, amount(13_000_000, 9_000_000), amount(2, 20)),
    ],
    ids=["blanks", "runs", "links"],
)
def test_many_small_bombs_are_one(
    build: Callable[[str, int, int], bytes],
    unit: str,
    size: int,
    count: int,
    tmp_path: Path,
) -> None:
    path = tmp_path / "bombs.eml"
    path.write_bytes(build(unit, size, count))
    run = subprocess.run(
        [sys.executable, "-c", _READ, str(path)], capture_output=True, text=True, check=True
    )
    assert int(run.stdout) < _MOST, run.stderr
    assert "unpacks to more than 200 MB" in run.stderr or "could not be searched" in run.stderr


@pytest.mark.slow
def test_what_fits_is_read_before_and_behind_a_bomb() -> None:
    message = EmailMessage()
    message.set_content("see the files")
    for number, octets in enumerate([_word(_LINKS, 100), _word(_RUNS, 13_000_000)] * 2):
        message.add_attachment(
            octets, maintype="application", subtype="msword", filename=f"{number}.docx"
        )
    document = read(message.as_bytes(), name="a.eml")
    assert [link.url for link in document.links] == ["https://e.example/x"] * 2
    assert [note.split(": ")[1] for note in document.notes] == ["1.docx", "3.docx"]
