"""What is said of pages of a PDF that cannot be read to the end."""

from __future__ import annotations

__all__ = ["unread_pages"]

_MOST_RUNS = 20  # of pages, in a note


def unread_pages(name: str, what: str, numbers: list[int]) -> str:
    """The sentence that says that `what`, of the pages with these `numbers`, could not be read.

    >>> unread_pages("a.pdf", "the text", [1, 3, 4, 5])
    'a.pdf: the text of pages 1, 3-5 cannot be read to the end; the rest is read'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    shown = ", ".join("-".join(map(str, run)) for run in runs[:_MOST_RUNS])
    more = ", …" if len(runs) > _MOST_RUNS else ""
    where = f"page{'s' if len(numbers) > 1 else ''} {shown}{more}" if numbers else ""
    unread = " of ".join(filter(None, (what, where)))
    return f"{name}: {unread} cannot be read to the end; the rest is read"
