"""Reports of earlier runs: told from what a user wrote, by marks at their beginning or their end.

Only they are written over, and nobody wants them to be read. A mark that a text may have by chance
is enough for the former, for the user has named the file; it is not for the latter.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from safelinks.foundation.patterns import pattern_of
from safelinks.reports.report_formats import BASELINE_BEGINS, LAST_LINE_SIGN, REPORT_FORMATS

__all__ = ["is_report", "is_surely_report"]

_HEAD, _TAIL = 4_096, 1_024
_BEGINNINGS, _ENDS, _SURE_ENDS = (
    pattern_of("|".join(dict.fromkeys(filter(None, patterns))).encode(), re.DOTALL)
    for patterns in zip(
        *((row.begins, row.ends, row.surely_ends) for row in REPORT_FORMATS.values()), strict=True
    )
)
_FIRST = b"{[<:f0123456789"  # characters of all beginnings, which no page of prose has
_SIGN = LAST_LINE_SIGN.encode()
_BASELINE = pattern_of(BASELINE_BEGINS.encode())


def is_report(path: Path) -> bool:
    """Whether the file at `path` is a report that this command wrote; so is one that is empty."""
    ends = _head_and_tail(path)
    if ends is None:
        return False
    head, tail = ends
    return not head or bool(_begins_like_one(head, _BEGINNINGS) or _ENDS.search(tail))


def is_surely_report(path: Path) -> bool:
    """Whether the file at `path` is a report or a baseline that this command wrote for certain."""
    known = _head_and_tail(path)
    if known is None:
        return False
    head, tail = known
    ends = _SIGN in tail and _SURE_ENDS.search(tail)  # of any file, only few have the sign
    return bool(_begins_like_one(head, _BEGINNINGS, _BASELINE) or ends)


def _begins_like_one(head: bytes, *beginnings: re.Pattern[bytes]) -> bool:
    return head[:1] in _FIRST and any(pattern.match(head) for pattern in beginnings)


def _head_and_tail(path: Path) -> tuple[bytes, bytes] | None:
    """The first and the last bytes of a file; None of what is none, or cannot be read."""
    try:
        size = _size(path)
        if size is None:
            return None
        with path.open("rb", buffering=0) as file:
            head = file.read(_HEAD)
            if size > _HEAD:
                file.seek(size - _TAIL)
                return head, file.read(_TAIL)
            return head, head
    except (OSError, ValueError):
        return None


def _size(path: Path) -> int | None:
    """The size of a file; None of a device or a pipe, of which nothing can be read twice."""
    status = os.stat(path)  # noqa: PTH116  quicker than of a Path
    return status.st_size if stat.S_ISREG(status.st_mode) else None
