"""reStructuredText: hyperlink targets, embedded addresses, images, included files and downloads.

What other roles of Sphinx name (``:doc:``, ``:ref:``), Sphinx looks for itself, also among pages
that it makes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import evolve

from safelinks.documents.local.local_reference import (
    LocalReference,
    WrittenReference,
    located_references,
    outside,
)
from safelinks.documents.verbatim.restructured_code import restructured_stretches
from safelinks.foundation.patterns import pattern_of

__all__ = ["restructured_references"]

_SIGN = pattern_of(r"^[ \t]*(?:\.\.|__)[ \t]|>`__?(?!\w)|:download:`", re.MULTILINE)
_REFERENCE = pattern_of(
    r"^[ \t]*\.\.[ \t]+_(?:`[^`\n]+`|[^`:\n](?:[^:\n\\]|\\.|:(?!\s))*):[ \t]+(?P<target>[^\n]+)"
    r"|^[ \t]*__[ \t]+(?P<nameless>[^\n]+)"
    r"|^[ \t]*\.\.[ \t]+(?:\|[^|\n]+\|[ \t]+)?(?:image|figure|thumbnail|video)::"
    r"[ \t]+(?P<media>[^\n]+)"
    r"|^[ \t]*\.\.[ \t]+(?:include|literalinclude)::[ \t]+(?P<include>[^\n]+)"
    r"|^[ \t]+:(?:target|file):[ \t]+(?P<option>[^\n]+)"
    r"|(?<![\w:`]):download:`(?!!)(?:[^`<>\n]+<(?P<titled>[^<>`\n]+)>|(?P<download>[^`<>\n]+))`(?!\w)"
    r"|<(?P<embedded>[^<>`\n]+)>`__?(?!\w)",
    re.MULTILINE,
)


def restructured_references(text: str) -> Iterator[LocalReference]:
    """The references of a reStructuredText to files beside it."""
    if not _SIGN.search(text):
        return
    included: set[int] = set()
    for reference in located_references(text, _in(text, included)):
        is_included = reference.start in included
        yield evolve(reference, includes=True) if is_included else reference


def _in(text: str, included: set[int]) -> Iterator[WrittenReference]:
    stretches = restructured_stretches(text)
    for match in _REFERENCE.finditer(text):
        start, _ = match.span(match.lastgroup or 0)
        written = match[match.lastgroup or 0].rstrip()
        # The name of another target, a target of the document, or an address over several lines.
        if written.endswith("_") or " " in written or "\t" in written:
            continue
        if outside((match.start(), match.end()), stretches):
            if match.lastgroup == "include":
                included.add(start)
            yield (start, start + len(written)), written.replace("\\", "")
