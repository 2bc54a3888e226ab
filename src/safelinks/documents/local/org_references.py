"""Org: links to files, `[[file:a.org]]` and `[[./a.org]]` (Org manual, 4.4).

What stands behind `::` is looked for by Org. A path is no address: it has no escapes. What the
code of the text makes is missing until somebody runs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safelinks.documents.local.local_reference import (
    LocalReference,
    WrittenReference,
    located_references,
    sure_unless_named,
)
from safelinks.documents.verbatim.org_code import OrgKind, OrgToken, org_tokens
from safelinks.foundation.patterns import pattern_of

__all__ = ["org_references"]

_SIGN = pattern_of(r"\[\[(?:file:|\.\.?/)")
_FILE = pattern_of(r"(?:file:(?=[^/])|(?=\.\.?/))(?P<path>[^:%#?\\\n]+)(?:::[^\n]*)?")
# The result of a block of code, which running it writes.
_RESULT = pattern_of(
    r"^[ \t]*\#\+results(?:\[[^\]\n]*\])?:[^\n]*\n(?:[ \t]*\#\+[^\n]*\n)*[^\n]*"
    r"|^[ \t]*:results:[ \t\r]*\n(?:(?![ \t]*:end:)[^\n]*\n)*+",
    re.IGNORECASE | re.MULTILINE,
)


def org_references(text: str) -> Iterator[LocalReference]:
    """The references of an Org text to files beside it."""
    if not _SIGN.search(text):
        return
    links = [one for one in org_tokens(text) if one.kind is OrgKind.LINK]
    found = located_references(text, _in(text, links))
    yield from sure_unless_named(found, text, ((one.start, one.end) for one in links))


def _in(text: str, links: list[OrgToken]) -> Iterator[WrittenReference]:
    results = [match.span() for match in _RESULT.finditer(text)]
    for link in links:
        match = _FILE.fullmatch(text, *link.inner) if text.startswith("[[", link.start) else None
        made = any(start <= link.start < end for start, end in results)
        if match is not None and not made:
            yield match.span("path"), match["path"]
