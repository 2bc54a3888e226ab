"""Links in plain text: find them all, put targets in the place of wrappers.

It joins `scan`, which knows where a link stands, and `unwrap`, which knows where it leads. Text in,
values out: it reads no file and knows no file format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from attrs import fields

from safelinks.addresses import percent
from safelinks.addresses.place import LineCounter, Place, column_behind
from safelinks.addresses.roles import Role
from safelinks.addresses.schemes import is_live
from safelinks.errors import SafelinksError, TargetLostError
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.links.address_run import STOP, Escape, would_go_on
from safelinks.links.labels import label_before, shown_address
from safelinks.links.quoted_printable import write as write_quoted_printable
from safelinks.links.scanning import LinkSpan, TextRules, scan
from safelinks.links.unwrap_options import Peel
from safelinks.wrappers.redaction.link_redaction import shown
from safelinks.wrappers.redaction.personal_data import mask, recipients
from safelinks.wrappers.redaction.running_text_redaction import blanked
from safelinks.wrappers.unwrapping import MAX_LAYERS, Unwrapped, unwrap

__all__ = [
    "Link",
    "Peel",
    "TextRules",
    "addressees",
    "clean",
    "find",
    "found",
    "links",
    "peeled",
    "replacements",
]

_SCHEME = "https://"


@frozen(repr=False)
class Link:
    """One link in a text.

    `url` is the address that is meant, as one piece; in the text it stands at offsets `start` to
    `end`, and its `place` is told as the document's format counts. `unwrapped` says where it leads;
    a wrapper that has lost its target, or is nested too deep, has the `error` that says so instead.
    `defanged` links were made harmless on purpose. `label` is the text that people see in the place
    of the address, `original` what Outlook noted beside the link as its target (`originalsrc`).
    `role` says why nobody can follow the address; None for a link that somebody can follow. A
    `schemeless` one has no scheme in the text: `url` has ``https://``, which is tried first.
    """

    url: str
    start: int
    end: int
    place: Place
    unwrapped: Unwrapped | None
    error: SafelinksError | None = None
    escape: Escape = Escape.NONE
    defanged: bool = False
    label: str | None = None
    original: str | None = None
    role: Role | None = None
    schemeless: bool = False

    @property
    def spelling(self) -> str:
        """The address as it is written, without the scheme that is not there. Personal data."""
        return self.url.removeprefix(_SCHEME) if self.schemeless else self.url

    @property
    def line(self) -> int | None:
        """The line where the link begins, counted from 1."""
        return self.place.line

    @property
    def column(self) -> int | None:
        """The column where the link begins, counted from 1, in code points."""
        return self.place.column

    @property
    def target(self) -> str | None:
        """Where the link leads; None for a wrapper whose target is lost."""
        return self.unwrapped.target if self.unwrapped else None

    @property
    def wrapped(self) -> bool:
        """Whether a known target hides behind a wrapper."""
        return self.unwrapped is not None and bool(self.unwrapped.layers)

    def __repr__(self) -> str:
        told = [f"{name}={getattr(self, name)!r}" for name in _TOLD]
        # A place may have a name that somebody gave it, such as that of an attachment.
        return mask(f"Link(url={shown(self.url)!r}, {', '.join(told)})", addressees(self))

    @property
    def shown(self) -> str | None:
        """The address that the label shows, where that is of another site than the target's.

        A label that is wrapped itself, or a piece of the link, shows no other site.
        """
        if self.label is None or self.url.startswith(self.label):
            return None
        try:
            label = unwrap(self.label).target
        except SafelinksError:
            label = self.label
        return shown_address(label, self.target or self.url)


_TOLD = [one.name for one in fields(Link) if one.name not in ("url", "label", "original")]


def addressees(link: Link) -> frozenset[str]:
    """The recipients of `link` in lower case, whether its target is known or not."""
    return link.unwrapped.recipients if link.unwrapped else recipients(link.url)


def find(text: str, *, keep_redirectors: bool = False) -> list[Link]:
    """Every link in `text`, in order, wrapped or not. Raises nothing.

    With `keep_redirectors`, only security services count as wrappers, as in `unwrap`.

    >>> [(link.target, link.line, link.column) for link in find("See\\n(https://example.org/).")]
    [('https://example.org/', 2, 2)]
    """
    return list(links(text, Peel(partial(unwrap, keep_redirectors=keep_redirectors))))


def links(text: str, peel: Peel, *, schemeless: bool = True) -> Iterator[Link]:
    """The links in `text`, each unwrapped by `peel`; `schemeless` is that of `scan`."""
    lines = LineCounter(text)
    for span in scan(text, schemeless=schemeless, bare_hosts=peel.bare_hosts):
        unwrapped, error = peeled(span, peel)
        yield Link(
            span.url,
            span.start,
            span.end,
            Place(*lines.place(span.start)),
            unwrapped,
            error,
            span.escape,
            span.defanged,
            label_before(text, span.start, span.end),
            None,  # an original is noted in markup only
            span.role,
            span.schemeless,
        )


def found(
    text: str, peel: Peel, *, rules: TextRules = TextRules.PLAIN, schemeless: bool = True
) -> Iterator[tuple[LinkSpan, Unwrapped | None, SafelinksError | None]]:
    """Where the links in `text` stand, and where each leads, or why that is not known.

    `rules` and `schemeless` are those of `scan`.
    """
    for span in scan(text, rules=rules, schemeless=schemeless, bare_hosts=peel.bare_hosts):
        unwrapped, error = peeled(span, peel)
        yield span, unwrapped, error


def peeled(span: LinkSpan, peel: Peel) -> tuple[Unwrapped | None, SafelinksError | None]:
    """Where the link at `span` leads, or why that is not known, as when the text cut it off."""
    if span.cut:
        return None, TargetLostError(span.url)
    try:
        return peel.unwrap(span.url), None
    except SafelinksError as lost:
        return None, lost


def clean(text: str, *, keep_redirectors: bool = False) -> str:
    """`text` with every wrapped link replaced by its target; all other characters stay.

    A wrapper without a target stays. Characters of a target that would end it in running text are
    percent-encoded; where text is glued to the wrapper, a space keeps it out of the target. Total
    and idempotent. `keep_redirectors` is that of `unwrap`.

    >>> clean("Go to <https://nam06.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example>")
    'Go to <https://a.example>'
    """
    peel = Peel(partial(unwrap, keep_redirectors=keep_redirectors))
    # A target may, with what stands beside it, make up a wrapper again: hence until all is quiet.
    for _ in range(MAX_LAYERS):
        cleaned = _clean_once(text, peel)
        if cleaned == text:
            break
        text = cleaned
    return text


def _clean_once(text: str, peel: Peel) -> str:
    pieces = []
    position = 0
    for start, end, written in replacements(text, peel):
        pieces += [text[position:start], written]
        position = end
    pieces.append(text[position:])
    return "".join(pieces)


def replacements(
    text: str, peel: Peel, *, rules: TextRules = TextRules.PLAIN, schemeless: bool = True
) -> Iterator[tuple[int, int, str]]:
    """Start and end of every wrapper in `text` that `peel` takes off, and what to write there."""
    column = position = 0
    markup = _TAG_FIRST.match(text) is not None
    for span in scan(text, rules=rules, schemeless=schemeless, bare_hosts=peel.bare_hosts):
        column = column_behind(text, position, span.start, column)
        position = span.start
        written = _instead_of(span, text, peel, column, markup=markup)
        if written is None:
            continue
        yield span.start, span.end, written
        position = span.end
        column = column_behind(written, 0, len(written), column)


def _instead_of(span: LinkSpan, text: str, peel: Peel, column: int, *, markup: bool) -> str | None:
    """What to write in the place of `span`; None where it stays as it is."""
    if span.cut:
        peel.lost(span.url)
        raw = text[span.start : span.end]
        blank = blanked(raw) if peel.blanks else raw
        return None if blank == raw else blank
    if span.role is not None:
        return None
    try:
        unwrapped = peel(span.url)
    except SafelinksError:
        return None
    if not unwrapped.layers:
        return None
    if not is_live(unwrapped.target):
        peel.lost(span.url)
        return None
    return _written(unwrapped.target, span, text, column, markup=markup)


def _written(target: str, span: LinkSpan, text: str, column: int, *, markup: bool) -> str:
    """`target` as it must be written in the place of `span`, in a text that has `markup` or not.

    `column` characters stand before it on its line. An ampersand is escaped where the wrapper's own
    were, or where it would be misread.
    """
    written = _balanced(percent.encode(target, STOP))
    if text[span.start - 1 : span.start] == "'":
        written = written.replace("'", "%27")
    written = _CLOSING_APOSTROPHE.sub("%27", written)
    if span.defanged:
        written = _defang(written)
    quoted_printable = span.escape is Escape.QUOTED_PRINTABLE
    go_on = would_go_on(text, span.start, span.end, quoted_printable=quoted_printable)
    space = " " if go_on else ""
    if markup or span.escape is not Escape.NONE:
        from html import unescape  # noqa: PLC0415  a table of thousands of names, for markup alone

        escaped = _ESCAPED_AND.search(text, span.start, span.end) is not None
        if escaped or (markup and unescape(written) != written):
            written = written.replace("&", "&amp;")
    if quoted_printable:
        return write_quoted_printable(written + space, text, (span.start, span.end), column)
    return written + space


def _balanced(url: str) -> str:
    """`url` with every bracket that has no partner percent-encoded: in text, it would end there."""
    if not _BRACKET.search(url):
        return url
    open_at: dict[str, list[int]] = {")": [], "]": [], "}": []}
    lonely = set()
    for match in _BRACKET.finditer(url):
        closer = _CLOSER.get(match[0])
        if closer:
            open_at[closer].append(match.start())
        elif open_at[match[0]]:
            open_at[match[0]].pop()
        else:
            lonely.add(match.start())
    lonely.update(at for left in open_at.values() for at in left)
    return "".join(f"%{ord(char):02X}" if at in lonely else char for at, char in enumerate(url))


_TAG_FIRST = pattern_of(r"\ufeff?\s*<(?:[!?]|[a-z][a-z0-9]*[\s>/])", re.IGNORECASE)
_ESCAPED_AND = pattern_of(r"&(?:amp|#0*38|#x0*26);", re.IGNORECASE)
_CLOSING_APOSTROPHE = pattern_of(r"'(?=[,;:)\]}])")
_BRACKET = pattern_of(r"[()\[\]{}]")
_CLOSER = {"(": ")", "[": "]", "{": "}"}


def _defang(url: str) -> str:
    scheme, colon, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    host = host.replace("[.]", ".")  # it may be so in the wrapper, too
    return f"{scheme.replace('tt', 'xx', 1)}{colon}{host.replace('.', '[.]')}{slash}{path}"
