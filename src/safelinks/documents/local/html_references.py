"""HTML: which attributes refer to files, and what all of them are relative to (`base`)."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping

from attrs import evolve

from safelinks.documents.local.local_reference import (
    LocalReference,
    LocalTarget,
    WrittenReference,
    local_target,
    located_references,
)
from safelinks.documents.markup.markup_tokens import attributes_at, markup_tokens
from safelinks.documents.passages.passage import Span
from safelinks.foundation.patterns import pattern_of

__all__ = ["TEMPLATE", "html_references", "references_in_markup"]

_SIGN = pattern_of(r"(?i)\b(?:href|src|srcset|poster|data|background)\s*=")
TEMPLATE = pattern_of(r"\{\{|\{%|<%|<\?(?:php|=)")
_CANDIDATE = pattern_of(r"[\s,]*+([^\s,]\S*+)((?:[^(),]++|\([^()]*+\))*+)")  # HTML, 4.8.4.2.1
# Kinds of `link` whose address is of the page as it is published, or of no page at all.
_NOT_BESIDE = frozenset({
    "canonical", "alternate", "preconnect", "dns-prefetch", "prefetch", "shortlink", "search",
    "amphtml", "pingback", "edituri", "next", "prev", "author", "profile", "opensearch",
})  # fmt: skip
# How files end that a server sends as they are.
_STATIC = frozenset({
    "html", "htm", "xhtml", "css", "js", "mjs", "json", "xml", "txt", "md", "rst", "adoc", "pdf",
    "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "ico", "bmp", "tif", "tiff", "mp3", "mp4",
    "webm", "ogg", "ogv", "wav", "m4a", "vtt", "woff", "woff2", "ttf", "otf", "eot", "zip", "gz",
    "tgz", "tar", "bz2", "xz", "7z", "csv", "tsv", "xls", "xlsx", "doc", "docx", "ppt", "pptx",
    "odt", "ods", "odp", "rtf", "epub", "ics", "map", "wasm", "webmanifest",
})  # fmt: skip
_PROGRAMS = "cgi-bin/"
_TAG_GROUPS = 3

_Split = Callable[[str, Span], Iterator[Span]]


def _whole(_: str, span: Span) -> Iterator[Span]:
    yield span


def _candidates(text: str, span: Span) -> Iterator[Span]:
    """The addresses of ``srcset``."""
    at, end = span
    while match := _CANDIDATE.match(text, at, end):
        first, last = match.span(1)
        kept = first + len(match[1].rstrip(","))
        yield first, kept
        at = last if kept < last else match.end()


# The attributes that name a file, by element; those of None may be of any.
_SOURCES: Mapping[str, _Split] = {"src": _whole, "srcset": _candidates}
_ATTRIBUTES: Mapping[str, Mapping[str, _Split]] = {
    "a": {"href": _whole},
    "area": {"href": _whole},
    "link": {"href": _whole, "imagesrcset": _candidates},
    "img": _SOURCES,
    "source": _SOURCES,
    "audio": _SOURCES,
    "video": {**_SOURCES, "poster": _whole},
    "track": _SOURCES,
    "embed": _SOURCES,
    "iframe": _SOURCES,
    "frame": _SOURCES,
    "input": _SOURCES,
    "script": _SOURCES,
    "object": {"data": _whole},
    "body": {"background": _whole},
}


def html_references(text: str) -> Iterator[LocalReference]:
    """The references of an HTML page to files beside it; none where its base is elsewhere.

    Nobody can say where a template is published, and what its references are relative to.
    """
    if not _SIGN.search(text) or TEMPLATE.search(text):
        return
    base = _base_of(text)
    if base is not None:
        for one in located_references(text, references_in_markup(text), base):
            yield evolve(one, certain=_is_static(one.target))


def _is_static(target: LocalTarget | None) -> bool:
    """Whether a server has a file at `target`; all else a program may answer."""
    path = "" if target is None else target.path.lower()
    name = path.rpartition("/")[2]
    return not path or (name.rpartition(".")[2] in _STATIC and _PROGRAMS not in path)


def _base_of(text: str) -> str | None:
    """The first `base` of a page, empty for none; None for one that is an address."""
    if "<base" not in text.lower():
        return ""
    for tag in markup_tokens(text, raw_text=True):
        if tag.re.groups == _TAG_GROUPS and not tag[1] and tag[2].lower() == "base":
            for name, span in attributes_at(tag):
                if name == "href":
                    base = html.unescape(text[slice(*span)]).strip()
                    target = local_target(base)
                    return base if target is not None and target.path else None
    return ""


def references_in_markup(text: str) -> Iterator[WrittenReference]:
    """What the attributes of tags in `text` refer to, whatever that is."""
    for tag in markup_tokens(text, raw_text=True):
        if tag.re.groups != _TAG_GROUPS or tag[1]:
            continue
        known = _ATTRIBUTES.get(tag[2].lower())
        if known is None:
            continue
        values = list(attributes_at(tag))
        if tag[2].lower() == "link" and _is_not_beside(text, dict(values)):
            continue
        for name, span in values:
            split = known.get(name)
            for start, end in split(text, span) if split else ():
                written = text[start:end]
                bare = written.strip()
                at = start + len(written) - len(written.lstrip())
                yield (at, at + len(bare)), html.unescape(bare)


def _is_not_beside(text: str, values: Mapping[str, Span]) -> bool:
    relations = text[slice(*values.get("rel", (0, 0)))].lower().split()
    return not _NOT_BESIDE.isdisjoint(relations)
