"""The `data` field of a Safe Link, and the two clocks in it (spec, sections 1 and 4).

It knows the layouts 01 to 05 and nothing about addresses. Metadata never prevents a decode: what
cannot be read is None, and what was there is kept in `raw` and `fields`.
"""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import product
from types import MappingProxyType
from uuid import UUID

from attrs import field

from safelinks.addresses import percent
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = [
    "CONTEXT_AT",
    "END_TICKS",
    "FIRST_TICKS",
    "MESSAGE_ID_AT",
    "RECIPIENT_AT",
    "TENANT_AT",
    "TICKS_AT",
    "VERDICT_AT",
    "DataField",
    "source_in",
    "time_of_message_id",
    "time_of_ticks",
]

# Spec section 4: the first number is the layout version, and fixes the number of fields.
FIELD_COUNTS: Mapping[str, int] = {"01": 6, "02": 8, "03": 10, "04": 11, "05": 14}
# Where in it what stands.
TYPE_AT, RECIPIENT_AT, MESSAGE_ID_AT, TENANT_AT, FLAGS_AT = range(1, 6)
TICKS_AT, VERDICT_AT, CONTEXT_AT, CODE_AT = range(7, 11)

_EPOCH = datetime(1, 1, 1, tzinfo=UTC)  # .NET ticks: 100 ns since 0001-01-01, UTC
_TICKS_A_SECOND = 10_000_000
# Spec section 4, field 3: a clock is believed when it falls in 2013 to 2100.
FIRST_TICKS = int((datetime(2013, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()) * _TICKS_A_SECOND
END_TICKS = int((datetime(2101, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()) * _TICKS_A_SECOND
_MAX_TICKS = int((datetime.max.replace(tzinfo=UTC) - _EPOCH).total_seconds()) * _TICKS_A_SECOND

_GUID = pattern_of(r"[0-9A-Fa-f]{32}", re.ASCII)
_TICKS_DIGITS = 18
_FLAGS: Mapping[tuple[str, ...], tuple[int, ...]] = {
    tuple(map(str, flags)): flags for count in (1, 2) for flags in product((0, 1), repeat=count)
}


def time_of_ticks(ticks: int) -> datetime | None:
    """The UTC time of a .NET tick count, cut to microseconds; None outside years 1 to 9999.

    >>> time_of_ticks(637846945357002581).isoformat()
    '2022-04-04T18:42:15.700258+00:00'
    """
    if not 0 <= ticks < _MAX_TICKS:
        return None
    return _EPOCH + timedelta(0, 0, ticks // 10)


def time_of_message_id(message_id: UUID) -> datetime | None:
    """When the service accepted the message (spec section 1, item 4); steps of 6.55 ms.

    None for an id without a clock: digit 13 is not ``4``, or the time is not in 2013 to 2100.

    >>> time_of_message_id(UUID("8c60ff90-642d-4d0f-76a9-08da166acc70")).isoformat()
    '2022-04-04T18:41:57.858304+00:00'
    """
    if (message_id.int >> 76) & 0xF != 4:
        return None
    ticks = (message_id.int & 0xFFFF_FFFF_FFFF) << 16
    return time_of_ticks(ticks) if FIRST_TICKS <= ticks < END_TICKS else None


@frozen
class DataField:
    """What one `data` value says; personal data, so `repr` shows only the version.

    `raw` is the value as it stood in the link, `fields` its decoded parts. Unknown versions are
    read by position like the known ones: every layout so far has only added fields at the end.
    """

    raw: str = field(repr=False)
    fields: tuple[str, ...] = field(repr=False)
    version: str | None

    @classmethod
    def parse(cls, raw: str) -> DataField:
        """Split the `data` value `raw`, percent-encoded or not. Total: no input raises."""
        text = percent.decode(raw)
        if "|" not in text and "%7c" in text.lower():
            text = percent.decode(text)
        fields = tuple(text.split("|"))
        version = fields[0]
        known = version in FIELD_COUNTS or (
            len(version) == 2 and version.isascii() and version.isdecimal()
        )
        return cls(raw, fields, version if known and len(fields) > 1 else None)

    def _at(self, index: int) -> str:
        """Field `index`, or nothing where the layout is unknown or the link was cut off."""
        return self.fields[index] if self.version and index < len(self.fields) else ""

    @property
    def complete(self) -> bool:
        """Whether the version is known and has as many fields as its layout demands."""
        return self.version is not None and FIELD_COUNTS.get(self.version) == len(self.fields)

    @property
    def type(self) -> str | None:
        """``01`` or ``02``; the meaning is not known."""
        return self._at(TYPE_AT) or None

    @property
    def recipient(self) -> str | None:
        """The SMTP address the message was delivered to, in its original case."""
        value = self._at(RECIPIENT_AT)
        return value if "@" in value else None

    @property
    def message_id(self) -> UUID | None:
        """Exchange Network Message ID: joins `EmailEvents` and `UrlClickEvents` of Defender."""
        return _guid(self._at(MESSAGE_ID_AT))

    @property
    def tenant(self) -> UUID | None:
        """Entra tenant id of the recipient."""
        return _guid(self._at(TENANT_AT))

    @property
    def flags(self) -> tuple[int, ...]:
        """One flag in layout 01, two in the later ones; the meaning is not known."""
        if self.version is None:
            return ()
        return _FLAGS.get(
            self.fields[FLAGS_AT : FLAGS_AT + 1 if self.version == "01" else FLAGS_AT + 2], ()
        )

    @property
    def ticks(self) -> int | None:
        """.NET ticks (100 ns since 0001-01-01, UTC) when the link was rewritten.

        None when they are missing, cut off or impossible: only 2013 to 2100 is believed.
        """
        value = self._at(TICKS_AT)
        if not value.isdecimal() or not value.isascii() or len(value) > _TICKS_DIGITS:
            return None
        ticks = int(value)
        return ticks if FIRST_TICKS <= ticks < END_TICKS else None

    @property
    def sent_at(self) -> datetime | None:
        """When the service accepted the message, from the clock in its id; UTC."""
        return _sent_at(self._at(MESSAGE_ID_AT))

    @property
    def wrapped_at(self) -> datetime | None:
        """When the link was rewritten, from `ticks`; UTC."""
        ticks = self.ticks
        return None if ticks is None else time_of_ticks(ticks)

    @property
    def verdict(self) -> str | None:
        """Microsoft's verdict at the time: ``Unknown`` in mail, ``Good`` from Office."""
        return self._at(VERDICT_AT) or None

    @property
    def context(self) -> str | None:
        """Field 9 as it stood: base64 of ``Source|{json}``."""
        return self._at(CONTEXT_AT) or None

    @property
    def source(self) -> str | None:
        """Where the link was rewritten: ``Mailflow``, or ``WAC`` for Office on the web."""
        return source_in(self._at(CONTEXT_AT))

    @property
    def client(self) -> Mapping[str, object] | None:
        """The client's description in the context, as Microsoft names its keys."""
        return _context(self._at(CONTEXT_AT))[1]

    @property
    def code(self) -> str | None:
        """Field 10, very likely a hexadecimal bit set; kept as the string it is."""
        return self._at(CODE_AT) or None

    @property
    def slots(self) -> tuple[str, ...]:
        """Fields 11 to 13, empty in every sample known."""
        return self.fields[11:14] if self.version else ()


def source_in(context: str) -> str | None:
    """`DataField.source`, of field 9 alone."""
    return _context(context)[0]


# All links of a message share its ids, and only a few contexts exist in the wild: remembering the
# last ones saves most of the time that the metadata of a document takes.
@lru_cache(maxsize=1024)
def _guid(text: str) -> UUID | None:
    text = text.replace("-", "")
    return UUID(int=int(text, 16)) if _GUID.fullmatch(text) else None


@lru_cache(maxsize=1024)
def _sent_at(text: str) -> datetime | None:
    message_id = _guid(text)
    return None if message_id is None else time_of_message_id(message_id)


@lru_cache(maxsize=64)
def _context(text: str) -> tuple[str | None, Mapping[str, object] | None]:
    """Source and client in field 9, whose base64 may lack its padding; else None twice."""
    try:
        decoded = binascii.a2b_base64(text + "=" * (-len(text) % 4)).decode()
        source, _, described = decoded.partition("|")
        client = json.loads(described)
    except (ValueError, RecursionError):
        return None, None
    return (source, MappingProxyType(client)) if isinstance(client, dict) else (None, None)
