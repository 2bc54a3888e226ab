"""References to files in packages: external relationships of Office, addresses of OpenDocument.

An OpenDocument file is a directory to what is in it: ``../x.odt`` is beside the file (ODF 1.3, part
2, section 3.7), all else is within. Only a text has lines, so none of these can be written.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator

from safelinks.addresses.place import Place
from safelinks.documents.local.local_reference import LocalReference, local_target
from safelinks.documents.markup.markup_tokens import attributes_at, markup_tokens
from safelinks.documents.office.paragraph_flow import LocatedPassage
from safelinks.documents.passages.passage import Meant, Reading
from safelinks.foundation.patterns import pattern_of

__all__ = ["may_refer_to_files", "opendocument_references", "relationship_references"]

_EXTERNAL = pattern_of(
    r"Target=\"(?![A-Za-z][\w+.-]*:|//|\\|\")[^\"]+\"[^<>]*TargetMode=\"External\""
    r"|TargetMode=\"External\"[^<>]*Target=\"(?![A-Za-z][\w+.-]*:|//|\\|\")[^\"]+\""
)
_RELATIONSHIPS = ".rels"
_BEYOND = "../"
_PACKAGE = "package/"  # a directory that stands for the file
_HREF = "xlink:href"
_LINKS = frozenset({"text:a", "draw:a", "draw:image", "draw:plugin", "text:section-source"})
_TAG_GROUPS = 3


def may_refer_to_files(relationships: str) -> bool:
    """Whether one of `relationships`, the content of a part, may be with a file beside."""
    return _EXTERNAL.search(relationships) is not None


def relationship_references(passages: Iterable[LocatedPassage]) -> Iterator[LocalReference]:
    """Those of the `passages` of an Office file that are an address among relationships."""
    seen = set()
    for one in passages:
        if not one.part.endswith(_RELATIONSHIPS) or one.passage.reading is not Reading.VALUE:
            continue
        written = Meant(one.text, one.passage).text.strip()
        start, end = one.passage.pieces[0]
        key = (one.part, start, one.passage.place)
        if key not in seen and local_target(written) is not None:
            seen.add(key)
            yield LocalReference(written, start, end, one.passage.place)


def opendocument_references(part: str, text: str) -> Iterator[LocalReference]:
    """The references of a part of an OpenDocument file to what is beside the file."""
    if f'{_HREF}="{_BEYOND}' not in text:
        return
    for tag in markup_tokens(text, raw_text=False):
        if tag.re.groups != _TAG_GROUPS or tag[1] or tag[2] not in _LINKS:
            continue
        for name, (start, end) in attributes_at(tag):
            written = html.unescape(text[start:end])
            if name == _HREF and written.startswith(_BEYOND) and local_target(written) is not None:
                yield LocalReference(written, start, end, Place(part=part), _PACKAGE)
