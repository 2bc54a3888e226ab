"""Repairs heads of answers that break the rules in ways that browsers accept.

It is only looked into after a strict parser has refused a head: then a page lives, and a program
that says otherwise is wrong. What no browser takes for HTTP is left as it is.
"""

from __future__ import annotations

import re

from safelinks.foundation.patterns import pattern_of

__all__ = ["repaired"]

_END = pattern_of(rb"\r?\n\r?\n")
_STATUS_LINE = pattern_of(
    rb"HTTP/(?P<version>\d(?:\.\d)?)[ \t]+(?P<status>[1-9]\d\d)(?!\d)[^\r\n]*"
)
_NAME = pattern_of(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def repaired(raw: bytes) -> bytes | None:
    """`raw`, an answer from its begin, with a head by the rules; None if it has no head.

    Dropped are empty lines before it, lines that are no headers, white space before a colon, and
    lengths that contradict each other: then the body goes on to the end of the connection.
    """
    raw = raw.lstrip(b"\r\n")
    end = _END.search(raw)
    if end is None:
        return None
    first, *lines = re.split(rb"\r?\n", raw[: end.start()])
    status = _STATUS_LINE.fullmatch(first)
    if status is None:
        return None
    version = b"1.0" if status["version"] == b"1.0" else b"1.1"
    headers, framing = _headers(lines)
    head = [b"HTTP/%s %s " % (version, status["status"]), *headers, *framing, b"", b""]
    return b"\r\n".join(head) + raw[end.end() :]


def _headers(lines: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    """The lines that are headers; and those that say how long the body is, by the rules."""
    headers: list[bytes] = []
    lengths: set[bytes] = set()
    chunked = False
    for line in lines:
        name, colon, value = line.partition(b":")
        name, value = name.strip(), value.strip()
        if not colon or not _NAME.fullmatch(name):
            continue
        if name.lower() == b"content-length":
            lengths.update(part.strip() for part in value.split(b","))
        elif name.lower() == b"transfer-encoding":
            chunked = chunked or b"chunked" in value.lower()
        else:
            headers.append(name + b": " + re.sub(rb"[\x00\r\n]", b" ", value))
    if chunked:
        return headers, [b"Transfer-Encoding: chunked"]
    if len(lengths) == 1 and (length := lengths.pop()).isdigit():
        return headers, [b"Content-Length: " + length]
    return headers, []
