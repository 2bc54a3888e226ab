"""RTF documents: what stands in fields, in running text, and in the properties of a document.

The text of a story, such as the body, a header or a footnote, is one: paragraphs, cells and fields
that are shown in it part it no more than lines do in plain text.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, groupby
from typing import ClassVar

from attrs import field

from safelinks.documents.content.document_content import Content, EnclosedOpener, cleaned_text
from safelinks.documents.content.prose import Prose, prose_of
from safelinks.documents.passages.passage import Passage, ProsePassage, joined
from safelinks.documents.passages.passage_links import links_in
from safelinks.documents.rtf.rtf_passages import rtf_passages
from safelinks.foundation.values import frozen
from safelinks.links.text_links import Link, Peel

__all__ = ["RtfContent", "open_content"]


@frozen
class RtfContent:
    """An RTF document: octets, in which `rtf_passages` finds what may hold links."""

    writable: ClassVar[bool] = True
    text: str = field(repr=False)

    def links(self, peel: Peel) -> Iterator[Link]:
        """Every link, with its paragraph."""
        return links_in(self.text, _stories(self.text), peel, Passage.place_at)

    def prose(self) -> Iterator[Prose]:
        """Every paragraph and cell; fields are in it as what they show."""
        words = (one for one in rtf_passages(self.text) if isinstance(one, ProsePassage))
        return prose_of(((self.text, one) for one in words), between="")

    def original(self) -> bytes:
        """The document as it was read."""
        return self.text.encode("latin-1")

    def cleaned(self, peel: Peel) -> bytes:
        """The bytes of the document with only the links changed."""
        return cleaned_text(self.text, _stories, peel).encode("latin-1")


def open_content(raw: bytes, name: str, opened: EnclosedOpener) -> tuple[Content, tuple[str, ...]]:  # noqa: ARG001
    """The RTF document `raw`. One character of its text is one octet, so that nothing is lost."""
    return RtfContent(raw.decode("latin-1")), ()


def _stories(text: str) -> Iterator[Passage]:
    """The text of each story as one passage, and all that is no text."""
    stories: dict[str | None, list[ProsePassage]] = {}
    for passage in rtf_passages(text):
        if isinstance(passage, ProsePassage):
            stories.setdefault(passage.place.part, []).append(passage)
        else:
            yield passage
    for words in stories.values():
        blocks = (_block(list(block)) for _, block in groupby(words, lambda one: one.block))
        story = joined(text, blocks)
        if story is not None:
            yield story


def _block(words: list[ProsePassage]) -> Passage:
    """`words` that stand on one line, as one passage."""
    first = words[0]
    if len(words) == 1:
        return first
    starts = [(piece[0], one) for one in words for piece in one.pieces]
    return Passage(
        tuple(chain.from_iterable(one.pieces for one in words)),
        first.codec,
        place=first.place,
        meanings={start: meant for one in words for start, meant in one.meanings.items()},
        kept=frozenset(chain.from_iterable(one.kept for one in words)),
        roles={start: one.role for start, one in starts if one.role is not None},
    )
