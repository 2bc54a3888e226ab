"""The few things a link check has to know of a certificate, read from its DER form (RFC 5280).

Python decodes a certificate only after it was verified; the ones that matter here are those that
were not. So this walks along the fields of section 4.1 and looks at no signature.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address

from safelinks.foundation.values import frozen
from safelinks.health.model.outcome import Certificate

__all__ = ["ShownCertificate", "read_certificate"]

# ASN.1 tags (X.690): universal ones, and those of context that RFC 5280 gives a meaning.
_BOOLEAN, _OID, _SEQUENCE, _UTC_TIME = 0x01, 0x06, 0x30, 0x17
_VERSION, _EXTENSIONS = 0xA0, 0xA3  # 4.1: [0] and [3] of TBSCertificate
_DNS_NAME, _URI, _IP = 0x82, 0x86, 0x87  # 4.2.1.6: GeneralName

_SUBJECT_ALT_NAME = bytes.fromhex("551d11")  # 2.5.29.17
_AUTHORITY_INFO_ACCESS = bytes.fromhex("2b06010505070101")  # 1.3.6.1.5.5.7.1.1
_CA_ISSUERS = bytes.fromhex("2b06010505073002")  # 1.3.6.1.5.5.7.48.2
_MOST_NAMES = 100


@frozen
class ShownCertificate:
    """A certificate as a server shows it, true or not.

    `self_issued` is whether subject and issuer are the same, `issuers` where the certificate of the
    issuer can be had (4.2.2.1).
    """

    certificate: Certificate
    self_issued: bool
    issuers: tuple[str, ...]


def read_certificate(der: bytes) -> ShownCertificate | None:
    """What the certificate `der` says; None if it is none."""
    try:
        return _certificate(der)
    except (ValueError, IndexError, OverflowError):
        return None


def _certificate(der: bytes) -> ShownCertificate:
    fields = list(_parts(_only(_only(der, _SEQUENCE), _SEQUENCE)))
    if fields[0][0] == _VERSION:
        del fields[0]
    issuer, validity, subject = fields[2][1], fields[3][1], fields[4][1]
    begin, end = (_time(tag, value) for tag, value in _parts(validity))
    names: Sequence[str] = ()
    issuers: Sequence[str] = ()
    for oid, value in _extensions(fields):
        if oid == _SUBJECT_ALT_NAME:
            names = list(_names(_only(value, _SEQUENCE)))[:_MOST_NAMES]
        elif oid == _AUTHORITY_INFO_ACCESS:
            issuers = list(_issuers(_only(value, _SEQUENCE)))
    certificate = Certificate(begin, end, tuple(names))
    return ShownCertificate(certificate, issuer == subject, tuple(issuers))


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each value in `data`, one after the other (X.690, 8.1)."""
    at = 0
    while at < len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            size = length & 0x7F
            length = int.from_bytes(data[at : at + size], "big")
            at += size
        if at + length > len(data):
            raise ValueError("a value ends behind what holds it")
        yield tag, data[at : at + length]
        at += length


def _only(data: bytes, expected: int) -> bytes:
    """The content of the first value in `data`, which has to have the tag `expected`."""
    tag, content = next(_parts(data), (0, b""))
    if tag != expected:
        raise ValueError(f"tag {tag}, not {expected}")
    return content


def _time(tag: int, value: bytes) -> datetime:
    """4.1.2.5: UTCTime with two digits of the year up to 2049, GeneralizedTime beyond."""
    text = value.decode("ascii").removesuffix("Z")
    if tag == _UTC_TIME:
        text = ("19" if text >= "50" else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _extensions(fields: Sequence[tuple[int, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    for tag, content in fields:
        if tag == _EXTENSIONS:
            for _, extension in _parts(_only(content, _SEQUENCE)):
                parts = [part for part in _parts(extension) if part[0] != _BOOLEAN]
                yield parts[0][1], parts[1][1]


def _names(names: bytes) -> Iterator[str]:
    for tag, value in _parts(names):
        if tag == _DNS_NAME:
            yield value.decode("ascii", "replace")
        elif tag == _IP:
            yield str(ip_address(value))


def _issuers(descriptions: bytes) -> Iterator[str]:
    for _, description in _parts(descriptions):
        parts = list(_parts(description))
        if parts[0] == (_OID, _CA_ISSUERS) and parts[1][0] == _URI:
            yield parts[1][1].decode("ascii", "replace")
