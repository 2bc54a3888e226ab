"""Markdown: the anchors of headings, and all that a dialect lets a writer name.

More is taken for a heading or a name than a reader may see as one: that only makes less missing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection, Iterator
from functools import partial

from safelinks.documents.local.anchors import Anchors
from safelinks.documents.local.html_anchors import ids_in_markup
from safelinks.documents.local.slugs import AnchorFlavour, docutils_id, slugs_of
from safelinks.documents.passages.character_references import CHARACTER_REFERENCE, decoded
from safelinks.documents.verbatim.markdown_blocks import Leaf, blocks
from safelinks.documents.verbatim.markdown_code import front_matter
from safelinks.foundation.patterns import pattern_of

__all__ = ["markdown_anchors", "mdx_anchors"]

_ATX = pattern_of(r"#{1,6}(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*\Z", re.DOTALL)  # CommonMark, 4.2
# With the line end before: a character with which all begins is found fastest.
_HEADING_OR_FENCE = pattern_of(
    r"\n {0,3}(?:#{1,6}[ \t]+(?P<heading>[^\n]*?)(?:[ \t]+#+)?[ \t\r]*(?=\n|\Z)"
    r"|(?P<fence>`{3,}|~{3,}))"
)
_UNDERLINED = pattern_of(r"[ \t]*(?:\r\n|\n|\r)[ \t>]*(?:=+|-+)[ \t]*(?:\r|\n|\Z)")  # 4.3
# Attributes in braces, as kramdown, Pandoc, Python-Markdown and Docusaurus have them.
_ATTRIBUTES = pattern_of(r"\{:?[ \t]*([^{}\n]*)\}")
_ID = pattern_of(r"(?:^|[ \t])#([^\s{}]+)|(?:^|[ \t])id=[\"']?([^\s\"'{}]+)")
_TARGET = pattern_of(r"^[ \t]*\(([^()\n]+)\)=[ \t]*\r?$", re.MULTILINE)  # MyST
_RST_TARGET = pattern_of(r"^[ \t]*\.\.[ \t]+_([^:\n]+):", re.MULTILINE)
_FOOTNOTE = pattern_of(r"^[ \t>]*\[\^([^\]\s]+)\]:", re.MULTILINE)
_FOOTNOTE_NAMES = ("fn-{}", "fn:{}", "fn{}", "fnref-{}", "fnref:{}", "fnref{}", "footnote-{}")
# What puts text of elsewhere there: templates, snippets, and descriptions made of code.
_FILLED = pattern_of(
    r"\{\{|\{%|-{1,3}8<-{1,3}|^[ \t]*:::[ \t]+[\w.]+\.\w|^[ \t]*!\[\[|^[ \t]*@(?:include|import)\b"
    r"|^[ \t]*\[!(?:INCLUDE|include)|<!--[ \t]*(?:include|@include|#include)",
    re.MULTILINE,
)
_FILLING_FENCE = pattern_of(
    r"[ \t>]*(?:`{3,}|~{3,}|:{3,})\{(?:include|literalinclude|auto\w*|eval-rst|tableofcontents|py:|"
    r"js:|c:|cpp:|glossary|option|program|click|argparse|confval|envvar|module|class|function)"
)
_COMPONENT = pattern_of(r"^import[ \t]|<[A-Z]\w*", re.MULTILINE)
_CODE = pattern_of(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_SPAN = pattern_of(r"`+[^`]*`+")  # code, or what may be
_IMAGE = pattern_of(r"!\[([^\]\n]*)\](?:\([^()\n]*\)|\[[^\]\n]*\])?")
_LINK = pattern_of(r"\[((?:[^\[\]\\]|\\.)*)\](?:\((?:[^()\n]|\([^()\n]*\))*\)|\[[^\]\n]*\])?")
_AUTOLINK = pattern_of(r"<((?:[a-z][a-z0-9+.-]+:|[^\s<>@]+@)[^\s<>]*)>", re.IGNORECASE)
_TAG = pattern_of(r"</?[a-z][^<>]*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_ESCAPE = pattern_of(rf"{CHARACTER_REFERENCE.pattern}|\\[!-/:-@\[-`{{-~]")
_STRONG = pattern_of(r"(\*{1,3}|~~)(?=\S)(.+?)(?<=\S)\1", re.DOTALL)
_UNDERSCORED = pattern_of(r"(?<!\w)(_{1,3})(?=\S)(.+?)(?<=\S)\1(?!\w)", re.DOTALL)
_EMOJI = pattern_of(r":[a-z0-9_+-]+:")
_ELEMENT = pattern_of(  # a heading in HTML
    r"<h[1-6]\b[^<>]*+>((?:[^<]++|<(?!/?h[1-6]\b))*+)</h[1-6]\b", re.IGNORECASE
)
_SIGNS = pattern_of(r"[\[\]<>*_`~\\&:{]")  # of all that is anything but text
_LONGEST_HEADING = 400
_LONGEST_ELEMENT = 4_000  # with pictures in it


def markdown_anchors(text: str, flavours: Collection[AnchorFlavour]) -> Anchors:
    """The anchors of a Markdown text."""
    return _at_a_glance(text, flavours, partial(_anchors, text, flavours, components=False))


def mdx_anchors(text: str, flavours: Collection[AnchorFlavour]) -> Anchors:
    """The anchors of a Markdown text with components, which may have any."""
    return _at_a_glance(text, flavours, partial(_anchors, text, flavours, components=True))


def _at_a_glance(
    text: str, flavours: Collection[AnchorFlavour], closer: Callable[[], Anchors]
) -> Anchors:
    """The headings that lines begin with outside of fences: mostly, that is all that is needed.

    GitHub's slugs of them come first, if they count, for they are most of what is referred to.
    """
    headings = []
    fence = ""
    for line in _HEADING_OR_FENCE.finditer(f"\n{text}"):
        if line["fence"] is None:
            if not fence:
                headings.append(dict.fromkeys(_rendered(line["heading"])))
        elif not fence:
            fence = line["fence"]
        elif line["fence"].startswith(fence):
            fence = ""

    def by(flavours: Collection[AnchorFlavour], closer: Callable[[], Anchors]) -> Anchors:
        return Anchors(frozenset(slugs_of(headings, flavours)), closer=closer)

    if AnchorFlavour.GITHUB in flavours and len(flavours) > 1:
        return by((AnchorFlavour.GITHUB,), partial(by, flavours, closer))
    return by(flavours, closer)


def _anchors(text: str, flavours: Collection[AnchorFlavour], *, components: bool) -> Anchors:
    headings: list[tuple[str, ...]] = []
    names = set(ids_in_markup(text))
    whole = not (components and _COMPONENT.search(text))
    for block in blocks(text, front_matter(text)[1]):
        start, end = block.span
        if block.leaf in (Leaf.FENCE, Leaf.INDENTED):
            whole = whole and not _FILLING_FENCE.match(text, start, end)
            continue
        content = "\n".join(text[slice(*line)] for line in block.lines)
        whole = whole and not (_FILLED.search(content) and _FILLED.search(_SPAN.sub("", content)))
        if block.leaf is Leaf.HTML:
            continue
        heading = _heading(text, content, end)
        if heading is not None:
            headings.append(tuple(dict.fromkeys(_rendered(heading))))
        names.update(_named(content))
    headings += (tuple(_seen_in(match[1])) for match in _ELEMENT.finditer(text))
    names |= slugs_of(headings, flavours)
    for label in _FOOTNOTE.findall(text):
        names.update(name.format(label) for name in _FOOTNOTE_NAMES)
        names.update(name.format(label.lower()) for name in _FOOTNOTE_NAMES)
    return Anchors(frozenset(names), whole=whole, folds=True)


def _heading(text: str, content: str, end: int) -> str | None:
    """What stands in a block that is a heading; None for another."""
    atx = _ATX.match(content)
    if atx is not None:
        return atx[1] or ""
    return content if _UNDERLINED.match(text, end) else None


def _named(content: str) -> Iterator[str]:
    """What a writer names in a block."""
    if "{" in content:
        for attributes in _ATTRIBUTES.finditer(content):
            for match in _ID.finditer(attributes[1]):
                yield match[1] or match[2]
    for target in (_TARGET, _RST_TARGET) if ")=" in content or ".. _" in content else ():
        for name in target.findall(content):
            yield from (name, docutils_id(name))


def _rendered(heading: str) -> Iterator[str]:
    """What people see of a heading, in the ways that programs have of seeing it."""
    heading = heading[:_LONGEST_HEADING]
    if not _SIGNS.search(heading):
        yield heading.strip()
        return
    plain = (_ATTRIBUTES.sub("", heading) if "{" in heading else heading).strip()
    for images in ("", r"\1") if "![" in plain else ("",):
        kept: list[str] = []
        seen = _CODE.sub(partial(_set_aside, kept), plain) if "`" in plain else plain
        if "[" in seen:
            seen = _LINK.sub(r"\1", _LINK.sub(r"\1", _IMAGE.sub(images, seen)))
        if "<" in seen:
            seen = _TAG.sub("", _AUTOLINK.sub(r"\1", seen))
        for sign, pattern in (("*", _STRONG), ("~", _STRONG), ("_", _UNDERSCORED)):
            if sign in seen:
                seen = pattern.sub(r"\2", pattern.sub(r"\2", seen))
        if "\\" in seen or "&" in seen:
            seen = _ESCAPE.sub(_unescaped, seen)
        for number, code in enumerate(kept):
            seen = seen.replace(f"\0{number}\0", code)
        for text in (seen, _EMOJI.sub("", seen)) if ":" in seen else (seen,):
            yield from (text, text.strip())


def _seen_in(element: str) -> Iterator[str]:
    """What people see of a heading in HTML, in which Markdown may stand."""
    element = element[:_LONGEST_ELEMENT]
    text = html.unescape(_TAG.sub("", element))[:_LONGEST_HEADING]
    yield from dict.fromkeys((text, text.strip(), " ".join(text.split())))
    yield from dict.fromkeys(_rendered(" ".join(element.split())))


def _set_aside(kept: list[str], code: re.Match[str]) -> str:
    """What stands for `code` until all else is read."""
    kept.append(code[2].strip())
    return f"\0{len(kept) - 1}\0"


def _unescaped(escape: re.Match[str]) -> str:
    return escape[0][1:] if escape[0].startswith("\\") else decoded(escape[0])
