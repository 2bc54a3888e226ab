"""What the name of a member or a column says of its value: that it is an address, or a mere name.

Formats of data have no type for addresses, so names tell: ``"homepage"`` holds one whatever
characters are in it, and what ``"@context"`` holds names a vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from safelinks.addresses.roles import Role
from safelinks.documents.passages.passage import Reading
from safelinks.foundation.patterns import pattern_of

__all__ = ["ROLES", "reading_of"]

# The last word of such a name, as in "imageUrl", "html_url" and "download.link".
_ADDRESSES = frozenset({
    "href", "homepage", "iri", "link", "permalink", "src", "uri", "url", "webpage", "website",
})  # fmt: skip
_WORD = pattern_of(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LONGEST = 100

# Members whose strings, also those deeper in them, are names. JSON-LD 1.1, section 1.7 (keywords);
# JSON Schema 2020-12, section 8.2.1: "this URI is an identifier".
ROLES: Mapping[str, Role] = MappingProxyType({
    "@context": Role.VOCABULARY,
    "@type": Role.VOCABULARY,
    "@vocab": Role.VOCABULARY,
    "@base": Role.BASE,
    "$id": Role.IDENTIFIER,
})  # fmt: skip


@lru_cache(maxsize=1_024)
def reading_of(name: str) -> Reading:
    """How to read the value of a member or column that has this `name`.

    >>> reading_of("imageURL"), reading_of("linked")
    (<Reading.VALUE: 5>, <Reading.STRING: 4>)
    """
    words = _WORD.findall(name[-_LONGEST:])
    return Reading.VALUE if words and words[-1].lower() in _ADDRESSES else Reading.STRING
