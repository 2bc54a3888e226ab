"""The code blocks of README and documentation, and a directory in which they can be run."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen
from docx import Document

ROOT = Path(__file__).parents[2]
PAGES = {
    str(path.relative_to(ROOT)): path.read_text("utf-8")
    for path in (*ROOT.glob("*.md"), *sorted((ROOT / "docs").glob("*.md")))
}
# What is in braces is a directive of Sphinx, such as a table of contents.
_BLOCK = re.compile(
    r"^```(?P<language>[\w{}-]*)[^\n]*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
_PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(24)


@frozen
class Block:
    """A fenced block of a page: its language, and its text, from a line on."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


BLOCKS = [
    Block(page, text.count("\n", 0, match.start()) + 1, match["language"], match["text"])
    for page, text in PAGES.items()
    for match in _BLOCK.finditer(text)
    if not match["language"].startswith("{")
]


def blocks(language: str, page: str | None = None) -> list[Block]:
    """All blocks in a language, or those of a page."""
    return [block for block in BLOCKS if block.language == language and page in (None, block.page)]


def pages(language: str) -> list[str]:
    """The pages that have a block in that language."""
    return list(dict.fromkeys(block.page for block in blocks(language)))


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """The commands of a console block, each with the output that is shown."""
    shown = _COMMAND.findall(block.text)
    assert "".join(f"$ {command}\n{output}" for command, output in shown) == block.text, block
    yield from shown


def anchors(text: str) -> set[str]:
    """What a link to a heading of a page may end in, as services make it that show Markdown."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"(?ms)^```.*?^```$", "", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def stage(folder: Path) -> Path:
    """A directory with everything that the blocks name; gives the one that they start in."""
    here = folder / "examples"
    for name in ("docs", "site/build"):
        (here / name).mkdir(parents=True)
    for name in ("notice.txt", "riverbend.csv", "riverbend-notice.txt"):
        shutil.copy(ROOT / "examples" / name, here)
    notice = (here / "notice.txt").read_text("utf-8")
    (here / "docs" / "notice.md").write_text(notice, "utf-8")
    (here / "site" / "index.md").write_text("[PIP](https://a127-pip.nyc.gov/)\n", "utf-8")
    (here / "site" / "build" / "index.html").write_text("https://www.nyc.gov/\n", "utf-8")
    (here / "site" / ".gitignore").write_text("# made by a program\nbuild/\n", "utf-8")
    (here / "site" / "logo.png").write_bytes(_PICTURE)
    word = Document()
    word.add_paragraph(notice)
    word.save(str(here / "notice.docx"))
    (catalog,) = blocks("toml", "docs/catalog.md")
    (here / "ours.toml").write_text(catalog.text, "utf-8")
    return here
