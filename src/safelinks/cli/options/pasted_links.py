"""What people paste: an address as it is, or the links in whatever stands around them.

That may be brackets, quotes, Markdown, a sentence or a line break in the middle; the address may be
made harmless, or have no scheme.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from safelinks.errors import SafelinksError
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.wrappers.unwrapping import Unwrapped, unwrap

__all__ = ["PastedLink", "parted", "pasted_in"]

# An address that is nothing but that. One that was made harmless has brackets or another scheme.
_WHOLE = pattern_of(
    r"(?!h(?:xx|\*\*|tt\[))[a-z][a-z0-9+.-]*://(?![^/?#]*[\[({](?:\.|dot)[\])}])[^\s<>\"“”«»]+",
    re.IGNORECASE,
)
# What may be one though nothing tells: another scheme, or a host with what stands behind it.
_PERHAPS = pattern_of(
    r"[a-z][a-z0-9+.-]*:[^\s:]\S*|(?:[\w-]+\.)+[^\W\d_]{2,}(?:[:/?#]\S*)?", re.IGNORECASE
)
_BEGINS = pattern_of(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@frozen
class PastedLink:
    """A link, and where it leads, or the `error` that says why nobody knows.

    `shows` is another site that the text around it shows.
    """

    url: str
    unwrapped: Unwrapped | None
    error: SafelinksError | None = None
    shows: str | None = None


def pasted_in(text: str, *, keep_redirectors: bool = False) -> list[PastedLink]:
    """The links in what was pasted; none where there is no link in it.

    >>> [link.url for link in pasted_in("See <https://a.example/b>.")]
    ['https://a.example/b']
    """
    text = text.strip()
    if _WHOLE.fullmatch(text):
        return [_whole(text, keep_redirectors=keep_redirectors)]
    from safelinks.links.text_links import find  # noqa: PLC0415  for what is no mere address

    links = find(text, keep_redirectors=keep_redirectors)
    found = [
        PastedLink(
            link.url if link.wrapped or link.error else link.spelling,
            link.unwrapped,
            link.error,
            link.shown,
        )
        for link in links
        if not text.startswith("](", link.end)  # the label of the next one
    ]
    if not found and _PERHAPS.fullmatch(text):
        return [_whole(text, keep_redirectors=keep_redirectors)]
    return found


def _whole(url: str, *, keep_redirectors: bool) -> PastedLink:
    try:
        return PastedLink(url, unwrap(url, keep_redirectors=keep_redirectors))
    except SafelinksError as error:
        return PastedLink(url, None, error)


def parted(lines: Iterable[str]) -> Iterator[str]:
    """Lines in pieces: an address that begins a line, with the lines behind it that may go on with
    it; what else there is, up to a blank line.

    >>> list(parted(["https://a.example/", "https://b.exam", "ple/", "", "c"]))
    ['https://a.example/', 'https://b.exam\\nple/', 'c']
    """
    piece: list[str] = []
    for line in lines:
        begins = _BEGINS.match(line.lstrip()) is not None
        if piece and (begins or not line.strip()):
            yield "\n".join(piece)
            piece = []
        if line.strip():
            piece.append(line.strip())
    if piece:
        yield "\n".join(piece)
