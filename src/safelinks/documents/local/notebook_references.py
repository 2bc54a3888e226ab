"""Notebooks: what their Markdown cells refer to.

Code of a notebook writes files. So only other notebooks and texts are said to be missing, and only
those that nothing but Markdown names. Below `files/`, Jupyter also finds what is beside a notebook.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from safelinks.addresses.place import LineCounter, Place
from safelinks.documents.local.local_reference import LocalReference, sure_unless_named
from safelinks.documents.text.notebooks import notebook_cells

__all__ = ["notebook_references"]

_BY_HAND = (".ipynb", ".md", ".markdown", ".rst")
_OF_JUPYTER = "files/"


def notebook_references(text: str) -> Iterator[LocalReference]:
    """The references of a notebook to files beside it; none of other documents of JSON."""
    cells = list(notebook_cells(text))
    if not cells:
        return
    from safelinks.documents.local.markdown_references import markdown_references  # noqa: PLC0415  for few files of JSON

    lines = LineCounter(text)
    found: list[LocalReference] = []
    for cell in cells:
        for one in markdown_references("".join(cell.characters)):
            start, end = cell.span(one.start, one.end)
            path = "" if one.target is None else one.target.path
            by_hand = path.endswith(_BY_HAND) and not path.startswith(_OF_JUPYTER)
            place = Place(*lines.place(start))
            certain = one.certain and by_hand
            found.append(evolve(one, start=start, end=end, place=place, certain=certain))
    yield from sure_unless_named(found, text, (span for cell in cells for span in cell.pieces))
