"""Relationships between the parts of a package (ECMA-376, part 2): there Office keeps its links.

A part names a link by an id; which address that is says another part, that of its relationships.
"""

from __future__ import annotations

import html
import posixpath
from collections.abc import Iterator, Mapping

from attrs import field

from safelinks.documents.markup.markup_tokens import attributes, tags
from safelinks.documents.office.zip_packages import Package
from safelinks.documents.passages.passage import Span
from safelinks.foundation.values import frozen

__all__ = ["Relationship", "Relationships", "relationships_of"]


@frozen
class Relationship:
    """What one part says of another, or of an address outside: `span` is where that is written.

    `type` is the last part of its name, such as ``hyperlink``; `target` the name of a part, or an
    address if it is `external`.
    """

    type: str
    target: str
    external: bool
    span: Span


@frozen
class Relationships:
    """The relationships of a part, by id; they are written in `part`, whose content is `text`."""

    part: str
    text: str = field(repr=False)
    by_id: Mapping[str, Relationship] = field(repr=False)

    def external(self, id_: str) -> Relationship | None:
        """The address that `id_` stands for."""
        found = self.by_id.get(id_)
        return found if found is not None and found.external else None

    def internal(self, id_: str) -> str:
        """The name of the part that `id_` stands for; empty for none."""
        found = self.by_id.get(id_)
        return found.target if found is not None and not found.external else ""

    def parts(self, type_: str) -> Iterator[str]:
        """The names of the parts of this type."""
        for one in self.by_id.values():
            if one.type == type_ and not one.external:
                yield one.target


def relationships_of(package: Package, part: str = "") -> Relationships:
    """Those of `part`, or of the package itself; none where there is no such part."""
    folder, name = posixpath.split(part)
    where = posixpath.join(folder, "_rels", f"{name}.rels")
    text = package.text(where)
    found = {}
    for tag in tags(text):
        if tag.name != "Relationship" or tag.closing:
            continue
        spans = attributes(text, tag)
        values = {key: html.unescape(text[slice(*span)]) for key, span in spans.items()}
        target = values.get("target", "")
        external = values.get("targetmode", "").lower() == "external"
        if "target" not in spans or "id" not in values:
            continue
        if not external:
            target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        kind = values.get("type", "").rpartition("/")[2]
        found[values["id"]] = Relationship(kind, target, external, spans["target"])
    return Relationships(where, text, found)
