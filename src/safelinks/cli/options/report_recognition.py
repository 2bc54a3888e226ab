"""Reports of earlier runs: told from what a user wrote, so that only they are written over."""

from __future__ import annotations

import re
from pathlib import Path

from safelinks.foundation.patterns import pattern_of
from safelinks.reports.report_formats import REPORT_FORMATS

__all__ = ["is_report"]

_HEAD, _TAIL = 4_096, 1_024
_BEGINNINGS, _ENDS = (
    pattern_of("|".join(dict.fromkeys(filter(None, patterns))).encode(), re.DOTALL)
    for patterns in zip(*((row.begins, row.ends) for row in REPORT_FORMATS.values()), strict=True)
)


def is_report(path: Path) -> bool:
    """Whether the file at `path` is a report that this command wrote; so is one that is empty."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            file.seek(max(0, path.stat().st_size - _TAIL))
            tail = file.read()
    except OSError:
        return False
    return not head or bool(_BEGINNINGS.match(head) or _ENDS.search(tail))
