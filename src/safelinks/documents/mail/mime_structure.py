"""The structure of a mail (RFC 5322, RFC 2045 to 2047): where its headers and bodies are.

Offsets into the bytes of the file, so that what is not changed need not be written anew. Header
fields are understood by the standard library; what it chokes on is taken for plain text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from email.message import Message

from attrs import evolve, field

from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["MailPart", "is_mailbox", "mail_parts_of", "messages_in"]

_MAX_DEPTH = 20
_BLANK_LINE = pattern_of(rb"(?:\A|\r?\n)\r?\n")
_DESCRIPTION = pattern_of(
    rb"^(content-[!-9;-~]+)[ \t]*:[ \t]*((?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE
)
_PLAIN_CHARSET = pattern_of(r'[a-z/+-]+; *charset="?([a-z0-9._-]+)"?', re.IGNORECASE)
_PLAIN_BOUNDARY = pattern_of(
    r'multipart/[a-z-]+;\s*boundary=(?:"([\w.=+/:-]+)"|([\w.=+/:-]+))\s*', re.IGNORECASE | re.ASCII
)
_FIELDS = pattern_of(
    rb"(?:>?From [^\r\n]*\r?\n)?(?:[!-9;-~]+[ \t]*:(?:[^\r\n]|\r?\n[ \t])*+(?:\r?\n|\Z))*+"
)
_ENCODING = pattern_of(r"[\s\"]*([\w-]+)")
# Rows of base64, to the end or the first one that is padded.
_BASE64 = pattern_of(
    rb"(?:[ \t]*[A-Za-z0-9+/]*+[ \t]*\r?\n)*+(?:[ \t]*[A-Za-z0-9+/]++=*+[ \t]*(?:\r?\n|\Z))?"
)
_LONG_ROW = pattern_of(rb"^[A-Za-z0-9+/]{60}", re.MULTILINE)
_REST_OF_BOUNDARY = pattern_of(rb"(--)?[ \t]*(?:\r?\n|\Z)")
_SIGN = b"//"  # of a link
_FROM = b"\nFrom "
_FROM_LINE = pattern_of(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\r\n]*\r?\n")


@frozen
class MailPart:
    """One part of a mail: its header fields, and a body that is no further parts.

    `number` counts parts as mail programs do (``1.2``; empty for a message that is one body). A
    part that is `signed` must not be changed; `name` is that of an attached file, `content_type`
    such as ``text/html`` and `encoding`, that of its transfer, are in lower case.
    """

    number: str
    headers: tuple[int, int]
    body: tuple[int, int]
    message: Message = field(repr=False)
    content_type: str
    encoding: str
    signed: bool = False
    too_deep: bool = False

    @property
    def charset(self) -> str:
        """The declared charset; UTF-8 if none is declared."""
        declared = str(self.message.get("content-type", ""))
        if match := _PLAIN_CHARSET.fullmatch(declared):  # as nearly all are
            return match[1].lower()
        if "charset" not in declared.lower():
            return "utf-8"
        return _safe(lambda: self.message.get_content_charset("utf-8") or "", "utf-8").replace(
            "\0", ""
        )

    @property
    def deletes_spaces(self) -> bool:
        """Whether lines are flowed, and the space that says so is none of the text (RFC 3676)."""
        if "delsp" not in str(self.message.get("content-type", "")).lower():
            return False
        told = {
            name: _safe(lambda name=name: str(self.message.get_param(name, "")), "").lower()  # type: ignore[misc]
            for name in ("format", "delsp")
        }
        return told == {"format": "flowed", "delsp": "yes"}

    @property
    def name(self) -> str | None:
        """The name of the attached file."""
        return _safe(lambda: self.message.get_filename() or "", "") or None


def _safe(read: Callable[[], str], otherwise: str) -> str:
    """What `read` gives; malformed headers make the standard library raise almost anything."""
    try:
        return read()
    except (ValueError, LookupError, TypeError, AttributeError):
        return otherwise


def is_mailbox(start: bytes) -> bool:
    """Whether a mail that begins like this is a mailbox, or one message of one."""
    return _FROM_LINE.match(start) is not None


def messages_in(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The messages of a mailbox that comes in `blocks`, each with its line of "From " and whom.

    No more is kept at a time than a message and a block.
    """
    kept = bytearray()
    searched = 1  # a message begins at 0: look for the next one from here
    for block in blocks:
        kept += block
        start = 0
        at = kept.find(_FROM, searched)
        while at >= 0:
            if _FROM_LINE.match(kept, at + 1):
                yield bytes(kept[start : at + 1])
                start = at + 1
            at = kept.find(_FROM, at + 1)
        del kept[:start]
        # The line itself, which may be cut at the end of the block, is looked for once more.
        searched = max(1, kept.rfind(b"\n", 0, max(0, len(kept) - len(_FROM))))
    if kept:
        yield bytes(kept)


def mail_parts_of(raw: bytes) -> Iterator[MailPart]:
    """Every part of a message, in order; containers with the text before and behind their parts."""
    line = _FROM_LINE.match(raw)
    yield from _parts(raw, (line.end() if line else 0, len(raw)), "")


@frozen
class _Around:
    """What a part is in: how many others, one that is signed, one of which all parts are mails."""

    depth: int = 0
    signed: bool = False
    digest: bool = False


def _parts(
    raw: bytes, span: tuple[int, int], number: str, around: _Around | None = None
) -> Iterator[MailPart]:
    start, end = span
    around = around or _Around()
    headers_end, body = _headers_of(raw, start, end)
    message = _described(raw[start:headers_end])
    if around.digest:  # RFC 2046, section 5.1.5
        message.set_default_type("message/rfc822")
    kind = _safe(message.get_content_type, "text/plain")
    named = _ENCODING.match(str(message.get("content-transfer-encoding", "")))
    encoding = named[1].lower() if named else ""
    part = MailPart(
        number, (start, headers_end), (body, end), message, kind, encoding, around.signed
    )
    signed = around.signed or kind == "multipart/signed"
    inner: list[tuple[int, int]] = []
    if kind.startswith("multipart/"):
        boundary = _boundary_of(message)
        inner = _between(raw, body, end, boundary) if boundary else []
    elif kind == "message/rfc822" and part.encoding not in ("base64", "quoted-printable"):
        inner = [(body, end)]
    if not inner:
        yield from _with_tail(raw, part)
        return
    # Before and behind its parts there may be text, which mail programs do not show: hardly ever.
    first, behind = inner[0][0], inner[-1][1]
    before = first if raw.find(_SIGN, body, first) >= 0 else body
    too_deep = around.depth >= _MAX_DEPTH
    shell = MailPart(number, part.headers, (body, before), message, kind, "", signed, too_deep)
    yield shell
    if around.depth >= _MAX_DEPTH:
        return
    inside = _Around(around.depth + 1, signed, kind == "multipart/digest")
    for at, within in enumerate(inner, start=1):
        below = f"{number}.{at}" if number else str(at)
        yield from _parts(raw, within, below, inside)
    if raw.find(_SIGN, behind, end) >= 0:
        yield evolve(shell, headers=(behind, behind), body=(behind, end), too_deep=False)


def _headers_of(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the header fields end, and where the body begins.

    Where no empty line parts them, the body begins at the first line that is no field.
    """
    if raw[start : start + 1] in (b"\r", b"\n"):
        return start, start + (2 if raw[start : start + 2] == b"\r\n" else 1)
    blank = _BLANK_LINE.search(raw, start, end)
    if blank is not None:
        return blank.start(), blank.end()
    fields = _FIELDS.match(raw, start, end)
    behind = fields.end() if fields else start
    return behind, behind


def _with_tail(raw: bytes, part: MailPart) -> Iterator[MailPart]:
    """A part that is a body; what a mailing list put behind its base64 is one more."""
    start, end = part.body
    behind = _BASE64.match(raw, start, end) if part.encoding == "base64" else None
    if behind is None or _LONG_ROW.search(raw, behind.end(), end):  # a wrong character, no more
        yield part
        return
    yield evolve(part, body=(start, behind.end()))
    if raw.find(_SIGN, behind.end(), end) >= 0:
        headers, body = (behind.end(), behind.end()), (behind.end(), end)
        yield evolve(part, headers=headers, body=body, encoding="", content_type="text/plain")


_LONGEST = 8_192  # of a field: the standard library takes quadratic time for its parameters


def _described(headers: bytes) -> Message:
    """A message with those of the `headers` that say what a part is; the others cost time."""
    message = Message()
    for match in _DESCRIPTION.finditer(headers):
        name, value = (group.decode("ascii", "surrogateescape") for group in match.groups())
        message.set_raw(name, value[:_LONGEST])
    return message


def _boundary_of(message: Message) -> str:
    """What parts the bodies of a multipart message; empty where it does not say that."""
    plain = _PLAIN_BOUNDARY.fullmatch(str(message.get("content-type", "")))
    if plain is not None:  # as nearly all are
        return str(plain[1] or plain[2])
    return _safe(lambda: message.get_boundary() or "", "")


def _between(raw: bytes, start: int, end: int, boundary: str) -> list[tuple[int, int]]:
    """Where the parts between the lines with `boundary` are."""
    mark = b"--" + boundary.encode("utf-8", "surrogateescape")
    found = []
    first: int | None = None
    at = raw.find(mark, start, end)
    while at >= 0:
        match = _REST_OF_BOUNDARY.match(raw, at + len(mark), end)
        if match is not None and (at == start or raw[at - 1] in b"\r\n"):
            if first is not None:
                found.append((first, max(first, _before_newline(raw, at))))
            first = match.end()
            if match[1]:
                return found
        at = raw.find(mark, at + len(mark), end)
    if first is not None and first < end:
        found.append((first, end))
    return found


def _before_newline(raw: bytes, at: int) -> int:
    """Where the line break before `at` begins, which belongs to the boundary."""
    if raw[at - 1 : at] == b"\n":
        return at - 2 if raw[at - 2 : at - 1] == b"\r" else at - 1
    return at
