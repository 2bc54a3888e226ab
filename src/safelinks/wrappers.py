"""Other vendors' link wrappers (spec, section 6): one row each in one table, found by host.

A row knows the hosts a vendor rewrites links to, and how a target is read out of such a link. A
row without a decoder is a wrapper that is recognised and not decoded here: its links stay as they
are, and, like those of every wrapper, are never requested, for a request is a click.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase

from attrs import field, frozen

from safelinks.redact import redact

__all__ = ["WRAPPERS", "Rewritten", "Wrapper", "peel", "wrapper_of"]


@frozen
class Rewritten:
    """One layer that another vendor than Microsoft put around an address."""

    wrapper: str
    url: str = field(repr=False)
    target: str = field(repr=redact)


@frozen
class Wrapper:
    """A vendor's rewriting service.

    `hosts` are names, ``*`` in them standing for any text. `decode` gives the target of an address,
    None where the address carries none.
    """

    name: str
    hosts: tuple[str, ...]
    decode: Callable[[str], str | None] | None = None


# URL Defense v3, with the shortest text before `__;`, as in the vendor's own decoder.
_V3 = re.compile(r"https?://[^/?#]+/v3/__(.+?)__;([A-Za-z0-9_-]*)=*!", re.DOTALL | re.IGNORECASE)
_V3_TOKEN = re.compile(rb"\*(?:\*([A-Za-z0-9_-]))?")
_RUN_LENGTHS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_ONE_SLASH = re.compile(r"(https?):/(?!/)", re.IGNORECASE)


def _url_defense(url: str) -> str | None:
    """v3: bytes that were replaced by ``*`` (one) or ``**X`` (a run) are spliced back in.

    Lengths count UTF-8 bytes and a run may be cut inside a character: so bytes are spliced, and
    decoded at the end.
    """
    match = _V3.match(url)
    if match is None:
        return None
    encoded = match[2]
    try:
        removed = binascii.a2b_base64(
            encoded.replace("-", "+").replace("_", "/") + "=" * (-len(encoded) % 4)
        )
    except binascii.Error:
        return None
    text = match[1].encode("utf-8", "surrogatepass")
    out = []
    at = taken = 0
    for token in _V3_TOKEN.finditer(text):
        length = 1 if token[1] is None else _RUN_LENGTHS.index(token[1]) + 2
        out += [text[at : token.start()], removed[taken : taken + length]]
        at, taken = token.end(), taken + length
    out.append(text[at:])
    if taken > len(removed):
        return None
    target = b"".join(out).decode("utf-8", "replace")
    return _ONE_SLASH.sub(r"\1://", target, count=1)


WRAPPERS: tuple[Wrapper, ...] = (
    Wrapper(
        "Proofpoint URL Defense",
        ("urldefense.com", "urldefense.us", "urldefense.proofpoint.com"),
        _url_defense,
    ),
    Wrapper("Barracuda Link Protection", ("linkprotect.cudasvc.com",)),
    Wrapper("Cisco Secure Web", ("secure-web.cisco.com",)),
    Wrapper("Trellix", ("protect.fireeye.com", "protect2.fireeye.com")),
    Wrapper("Symantec Click-time", ("clicktime.symantec.com",)),
    Wrapper("Sophos", ("*.protection.sophos.com",)),
    Wrapper("Check Point", ("url.avanan.click", "protect.checkpoint.com")),
    Wrapper("INKY", ("shared.outlook.inky.com",)),
    Wrapper("Trend Micro", ("*-ctp.trendmicro.com", "*-urlprotect.trendmicro.com")),
    Wrapper(
        "Vade",
        (
            "antiphishing.vadesecure.com",
            "m365.eu.vadesecure.com",
            "m365.us.vadesecure.com",
            "gws.eu.vadesecure.com",
        ),
    ),
    Wrapper("Libraesva", ("urlsand.esvalabs.com",)),
    Wrapper("no-click.mil", ("no-click.mil",)),
    Wrapper("Mimecast", ("protect-*.mimecast.com", "url.*.mimecastprotect.com")),
)


def _suffix(pattern: str) -> str:
    return pattern.rpartition("*")[2].partition(".")[2]


_EXACT: Mapping[str, Wrapper] = {host: row for row in WRAPPERS for host in row.hosts}
# Patterns by what stands behind their last free label.
_PATTERNS: Mapping[str, tuple[tuple[str, Wrapper], ...]] = {
    suffix: tuple(
        (host, row) for host, row in _EXACT.items() if "*" in host and _suffix(host) == suffix
    )
    for suffix in {_suffix(host) for host in _EXACT if "*" in host}
}
# The last two labels of every host in the table: nearly all addresses end at this one look-up.
_DOMAINS = frozenset(".".join(host.split(".")[-2:]) for host in _EXACT)
_AUTHORITY = re.compile(
    r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)+)\.?(?::(?:80|443)?)?(?=[/?#]|\Z)",
    re.IGNORECASE | re.ASCII,
)


def wrapper_of(url: str) -> Wrapper | None:
    """The row for the host of `url`, by its name and the suffixes above it; else None."""
    match = _AUTHORITY.match(url)
    if match is None:
        return None
    host = match[1].lower()
    dot = host.rfind(".", 0, host.rfind("."))
    if host[dot + 1 :] not in _DOMAINS:
        return None
    row = _EXACT.get(host)
    suffix = host
    while row is None and suffix:
        suffix = suffix.partition(".")[2]
        for pattern, candidate in _PATTERNS.get(suffix, ()):
            if fnmatchcase(host, pattern):
                row = candidate
    return row


def peel(url: str) -> Rewritten | None:
    """One layer off `url`; None when it is no such wrapper, or one that carries no target."""
    row = wrapper_of(url)
    if row is None or row.decode is None:
        return None
    target = row.decode(url)
    return Rewritten(row.name, url, target) if target else None
