"""The one way of untrusted text into the page: made visible, escaped, shortened, or made a link.

It knows what is safe to show and to click, and nothing of the report's parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from safelinks.addresses.printable import printable, printable_url
from safelinks.addresses.urls import split
from safelinks.errors import SafelinksError
from safelinks.foundation.patterns import pattern_of
from safelinks.health.model.outcome import Verdict
from safelinks.reports.wording.conclusion import UNCHECKED
from safelinks.rules.checked_link import WORKS, CheckedLink
from safelinks.wrappers.unwrapping import unwrap

__all__ = [
    "ADDRESS_WORDS",
    "VERDICT_WORDS",
    "address_as_html",
    "as_html",
    "in_parts",
    "lines_as_html",
    "link_as_html",
    "may_be_clicked",
    "shape",
]

VERDICT_WORDS = {
    Verdict.ALIVE: "Works",
    Verdict.MOVED: "Moved",
    Verdict.DEAD: "Dead",
    Verdict.FAILING: "Failing",
    Verdict.UNCERTAIN: "Uncertain",
    Verdict.SKIPPED: "Skipped",
    Verdict.OFFLINE: "No network",
}
# By what a report says of an address in one word: `verdict_word`.
ADDRESS_WORDS: Mapping[str, str] = {
    **{str(verdict): words for verdict, words in VERDICT_WORDS.items()},
    UNCHECKED: "Unchecked",
}
_LONGEST = 62  # characters of an address that are seen at once
_HEAD, _TAIL = 36, 22
_LEFT_OUT = ("[recipient]", "[user]@")  # such an address is not the one that was written
_PARTS = pattern_of(r"(?<=[/\\?&=_])(?![/\\?&=_])")  # of an address or a path
_BREAK = pattern_of(r"(\r\n|[\n\r\t])")


def as_html(value: object) -> str:
    """`value` for text and for attributes in quotes, on one line.

    >>> as_html('<b>"\\u202e')
    '&lt;b&gt;&quot;\\\\u202e'
    """
    # Whoever prints the page into a log of a build is not to give it a command (`phrases.shown`).
    return escape(printable(str(value))).replace("##", "#&#35;")


def lines_as_html(value: str) -> str:
    """Text of many lines, with its tabs, for HTML."""
    pieces = _BREAK.split(value)
    shown = (
        ("\t" if one == "\t" else "\n") if at % 2 else as_html(one) for at, one in enumerate(pieces)
    )
    return "".join(shown)


def address_as_html(url: str) -> str:
    """`url` with its middle out of sight where it is long, all of it there to be copied."""
    shown = printable_url(url)
    if len(shown) <= _LONGEST:
        return f'<span class="url">{in_parts(shown)}</span>'
    head, middle, tail = shown[:_HEAD], shown[_HEAD:-_TAIL], shown[-_TAIL:]
    return (
        f'<span class="url" title="{as_html(shown)}">{in_parts(head)}'
        f'<span class="middle">{in_parts(middle)}</span>{in_parts(tail)}</span>'
    )


def in_parts(piece: str) -> str:
    """A piece of an address or a path; lines may end between its parts rather than in a word."""
    return "<wbr>".join(map(as_html, _PARTS.split(piece)))


def link_as_html(url: str, *, clickable: bool) -> str:
    """`url` as a link, if it is one that may be clicked, else as text."""
    if not clickable or not _is_safe(url):
        return address_as_html(url)
    return f'<a href="{as_html(url)}" rel="noopener noreferrer">{address_as_html(url)}</a>'


def may_be_clicked(row: CheckedLink) -> bool:
    """Whether nothing speaks against the address of `row`."""
    return row.verdict in WORKS and not row.suspicions


def _is_safe(url: str) -> bool:
    """Whether `url` is a web address as it was written, all of it seen, and no wrapper."""
    if printable_url(url) != url or any(map(url.__contains__, _LEFT_OUT)):
        return False
    try:
        parts, unwrapped = split(url), unwrap(url)
    except SafelinksError:
        return False
    opaque = unwrapped.opaque
    wrapped = bool(unwrapped.layers) or (opaque is not None and opaque.kind.personal)
    return parts.scheme in ("http", "https") and parts.userinfo is None and not wrapped


def shape(name: str) -> str:
    """The drawing for a verdict or a level; the word stands beside it."""
    return (
        f'<svg class="shape" aria-hidden="true" focusable="false"><use href="#shape-{name}"/></svg>'
    )
