"""Reports of earlier runs: told from what a user wrote, so that only they are written over."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["is_report"]

_HEAD, _TAIL = 4_096, 1_024
# By what each format begins with; reports in text and Markdown are told by their last line.
_BEGINNINGS = re.compile(
    rb"""(?x)
    <!doctype\ html>.{0,2000}<meta\ name="generator"\ content="safelinks
    | \{\s*"\$schema":\ "[^"]*sarif[^"]*",.{0,400}"driver":\ \{\s*"name":\ "safelinks"
    | <\?xml\ .{0,900}<property\ name="safelinks\.version"
    | \{\n\ \ "version":\ [0-9]+,\n\ \ "links":\ \[
    | \{"type":\ "start",\ "version":\ [0-9]+
    | ::(?:error|warning|notice)\ [^\n]{0,1500}title=(?:SL[0-9]{3}\ |safelinks::)
    | [0-9,]+\ address(?:es)?:\ [0-9,]+\ error
    | \[\n\ \ \{"description":\ "SL[0-9]{3}\ | \[\n\]\n\Z
    | file,line,column,place,url,target,resource,agency,verdict,
    """,
    re.DOTALL,
)
_END = re.compile(rb"Exit code [0-9]+: [^\n]+\.\n\Z")


def is_report(path: Path) -> bool:
    """Whether the file at `path` is a report that this command wrote; so is one that is empty."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            file.seek(max(0, path.stat().st_size - _TAIL))
            tail = file.read()
    except OSError:
        return False
    return not head or bool(_BEGINNINGS.match(head) or _END.search(tail))
