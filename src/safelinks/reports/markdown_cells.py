"""Cells of tables in Markdown, in which nothing is a link, a mention or an image."""

from __future__ import annotations

import re
from collections.abc import Sequence

from safelinks.foundation.patterns import pattern_of
from safelinks.reports.wording.phrases import on_one_line

__all__ = ["cell_code", "cell_text", "code_span", "table_row"]

# A word with the punctuation of a sentence around it. Nothing in it is special in Markdown, nor
# does GitHub or GitLab make a link of it, as it would of a host, `@name`, `#1`, `!1`, of `GH-1` and
# what else looks like the number of a ticket, or of the digits of a commit.
_OPEN = r"[(“‘\"']*"
_WORD = pattern_of(
    rf"(?!{_OPEN}(?:[^\W_]+-[0-9]|[0-9a-f]{{7,64}}\b)){_OPEN}"
    r"[^\W_]+(?:['’-][^\W_]+)*[)”’\"'.,;:!?]*",
    re.IGNORECASE,
)
_TICKS = pattern_of("`+")


def table_row(cells: Sequence[str]) -> str:
    """A row of a table, of cells in Markdown."""
    return f"| {' | '.join(cells)} |\n"


def cell_text(text: str) -> str:
    """A sentence in a table: every word that is more than a word in a code span."""
    return " ".join(map(_word, on_one_line(text).split()))


def _word(word: str) -> str:
    if _WORD.fullmatch(word):
        return word
    inner = word.rstrip(".,;:!?")
    return cell_code(code_span(inner)) + word[len(inner) :]


def code_span(text: str) -> str:
    """`text` as a code span (CommonMark, 6.1), whatever backticks are in it; empty for nothing."""
    if not text:
        return ""
    fence = "`" * (max(map(len, _TICKS.findall(text)), default=0) + 1)
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def cell_code(code: str) -> str:
    """A code span in a table, which takes the backslash away again (GFM, 4.10)."""
    return code.replace("|", r"\|")
