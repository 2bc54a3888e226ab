"""Verbatim: where a text is code or a comment, by its format; links there are mostly examples.

Text and the name of a format in, stretches of offsets out. Links are not known here, nor what is
made of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping

from attrs import field, frozen

from safelinks.verbatim.asciidoc import asciidoc_stretches
from safelinks.verbatim.markdown import markdown_stretches, mdx_stretches
from safelinks.verbatim.org import org_stretches
from safelinks.verbatim.pages import html_stretches
from safelinks.verbatim.restructured import restructured_stretches
from safelinks.verbatim.stretches import Stretch, Within
from safelinks.verbatim.tex import tex_stretches
from safelinks.verbatim.yaml import toml_stretches, yaml_stretches

__all__ = ["Stretch", "Verbatim", "Within", "verbatim_in"]

# By the name of the format in `safelinks.documents.formats`.
_READERS: Mapping[str, Callable[[str], tuple[Stretch, ...]]] = {
    "asciidoc": asciidoc_stretches,
    "html": html_stretches,
    "markdown": markdown_stretches,
    "mdx": mdx_stretches,
    "org": org_stretches,
    "rst": restructured_stretches,
    "tex": tex_stretches,
    "toml": toml_stretches,
    "yaml": yaml_stretches,
}


@frozen
class Verbatim:
    """The code and the comments of a text: `stretches` in order, none of which overlaps another."""

    stretches: tuple[Stretch, ...] = ()
    _starts: list[int] = field(init=False, repr=False, eq=False)

    @_starts.default
    def _of_each(self) -> list[int]:
        return [one.start for one in self.stretches]

    def at(self, offset: int) -> Within | None:
        """What stands at `offset` is in; None where that is neither code nor a comment."""
        before = bisect_right(self._starts, offset) - 1
        if before < 0 or self.stretches[before].end <= offset:
            return None
        return self.stretches[before].within


def verbatim_in(text: str, format_name: str) -> Verbatim:
    """The code and the comments of `text`; none in formats that know neither. Total.

    >>> verbatim_in("`https://a.example/`", "markdown").at(1)
    <Within.CODE: 'code'>
    """
    read = _READERS.get(format_name)
    return Verbatim(read(text)) if read is not None else Verbatim()
