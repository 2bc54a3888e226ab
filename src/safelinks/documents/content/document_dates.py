"""When a document was written or sent, as its format says it. Functions from text to a moment.

A date that cannot be read, or that no document of the web's time has, is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

from safelinks.foundation.patterns import pattern_of

__all__ = ["mail_date", "office_date", "opendocument_date", "pdf_date"]

_FIRST = datetime(1990, 1, 1, tzinfo=UTC)  # before the web, clocks that were not set
_IN_MAIL = pattern_of(rb"^Date[ \t]*:((?:[^\r\n]|\r?\n[ \t]){1,200})", re.IGNORECASE | re.MULTILINE)
# The last change first: what a document says, it says as of then.
_IN_OFFICE = (
    pattern_of(r"<dcterms:modified\b[^<>]{0,200}>\s*([^<>]{1,40})<"),
    pattern_of(r"<dcterms:created\b[^<>]{0,200}>\s*([^<>]{1,40})<"),
)
_IN_OPENDOCUMENT = (
    pattern_of(r"<dc:date\b[^<>]{0,200}>\s*([^<>]{1,40})<"),
    pattern_of(r"<meta:creation-date\b[^<>]{0,200}>\s*([^<>]{1,40})<"),
)
_IN_PDF = (
    pattern_of(rb"/ModDate\s{0,20}\(([^()]{1,100})\)"),
    pattern_of(rb"/CreationDate\s{0,20}\(([^()]{1,100})\)"),
)
_PDF_TIME = pattern_of(
    rb"D:([0-9]{8})([0-9]{6})?(?:Z|([+-])([0-9]{2})'?([0-9]{2})?)?[^()]{0,10}", re.DOTALL
)
_OCTAL = pattern_of(rb"\\([0-3][0-7]{2})")  # how some programs write all but letters


def mail_date(headers: bytes) -> datetime | None:
    """The date of a mail (RFC 5322, 3.6.1), of which it has one.

    >>> mail_date(b"From: a\\r\\nDate: Mon, 4 Mar 2019 05:06:07 -0500\\r\\n")
    datetime.datetime(2019, 3, 4, 10, 6, 7, tzinfo=datetime.timezone.utc)
    """
    found = _IN_MAIL.findall(headers)
    if len(found) != 1:
        return None
    from email.utils import parsedate_to_datetime  # noqa: PLC0415  only who wants dates pays

    return _moment(lambda: parsedate_to_datetime(found[0].decode("ascii").strip()))


def office_date(properties: str) -> datetime | None:
    """The date in the core properties of an Office file (ECMA-376, part 2, 8.3).

    >>> office_date("<dcterms:modified>2019-03-04T05:06:07Z</dcterms:modified>")
    datetime.datetime(2019, 3, 4, 5, 6, 7, tzinfo=datetime.timezone.utc)
    """
    return _first_in(properties, _IN_OFFICE)


def opendocument_date(meta: str) -> datetime | None:
    """The date in the metadata of an OpenDocument file (version 1.3, part 3, 4.3).

    >>> opendocument_date("<dc:date>2019-03-04T05:06:07.000000000</dc:date>").year
    2019
    """
    return _first_in(meta, _IN_OPENDOCUMENT)


def pdf_date(raw: bytes) -> datetime | None:
    """The date in the information of a PDF (ISO 32000-2, 14.3.3), if that is readable as it stands.

    >>> pdf_date(b"<< /CreationDate (D:20190304050607-05'00') >>")
    datetime.datetime(2019, 3, 4, 10, 6, 7, tzinfo=datetime.timezone.utc)
    """
    for pattern in _IN_PDF:
        moments = [moment for match in pattern.finditer(raw) if (moment := _pdf_moment(match[1]))]
        if moments:
            return max(moments)
    return None


def _pdf_moment(text: bytes) -> datetime | None:
    match = _PDF_TIME.fullmatch(_OCTAL.sub(lambda octal: bytes([int(octal[1], 8)]), text))
    if match is None:
        return None
    digits = (match[1] + (match[2] or b"000000")).decode()
    away = timedelta(hours=int(match[4] or 0), minutes=int(match[5] or 0))
    zone = -away if match[3] == b"-" else away
    return _moment(lambda: datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=timezone(zone)))


def _first_in(text: str, patterns: tuple[re.Pattern[str], ...]) -> datetime | None:
    for pattern in patterns:
        match = pattern.search(text)
        moment = _moment(partial(datetime.fromisoformat, match[1].strip())) if match else None
        if moment is not None:
            return moment
    return None


def _moment(read: Callable[[], datetime]) -> datetime | None:
    """What `read` gives, in UTC, if it is a date at all; one without a zone is taken for that."""
    try:
        moment = read()
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment >= _FIRST else None
