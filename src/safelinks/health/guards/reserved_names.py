"""Names that are reserved for examples, for tests and for networks of their own.

Nobody has a public web server under them, so what comes of asking says nothing about a link. Where
the web does answer for one, as for example.com, that is no page that a document means. Data only.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["is_local_name", "reserved_by"]

# Each name, with all below it, and what reserves it.
_RESERVED: Mapping[str, str] = {
    "test": "RFC 6761, 6.2",
    "invalid": "RFC 6761, 6.4",
    "example": "RFC 6761, 6.5",
    "example.com": "RFC 6761, 6.5",
    "example.net": "RFC 6761, 6.5",
    "example.org": "RFC 6761, 6.5",
    "local": "RFC 6762, 3",
    "onion": "RFC 7686, 2",
    "home.arpa": "RFC 8375, 3",
    "alt": "RFC 9476, 2",
    # Top-level names for tests in other scripts: IANA, "Reserved Domains".
    "xn--0zwm56d": "IANA, Reserved Domains",
    "xn--11b5bs3a9aj6g": "IANA, Reserved Domains",
    "xn--80akhbyknj4f": "IANA, Reserved Domains",
    "xn--9t4b11yi5a": "IANA, Reserved Domains",
    "xn--deba0ad": "IANA, Reserved Domains",
    "xn--g6w251d": "IANA, Reserved Domains",
    "xn--hgbk6aj7f53bba": "IANA, Reserved Domains",
    "xn--hlcj6aya9esc7a": "IANA, Reserved Domains",
    "xn--jxalpdlp": "IANA, Reserved Domains",
    "xn--kgbechtv": "IANA, Reserved Domains",
    "xn--zckzah": "IANA, Reserved Domains",
}
# Those that a network of one's own may well have.
_LOCAL = frozenset({"local", "home.arpa"})


def reserved_by(host: str) -> str | None:
    """What reserves the name `host`, as `urls.split` writes it; None for any other name.

    >>> reserved_by("api.example.com"), reserved_by("example.gov")
    ('RFC 6761, 6.5', None)
    """
    name = _reserved_part(host)
    return None if name is None else _RESERVED[name]


def is_local_name(host: str) -> bool:
    """Whether `host` is reserved for networks of one's own."""
    return _reserved_part(host) in _LOCAL


def _reserved_part(host: str) -> str | None:
    """The end of `host` that is reserved: no such name has more than two labels."""
    before, _, last = host.rpartition(".")
    if last in _RESERVED:
        return last
    name = f"{before.rpartition('.')[2]}.{last}"
    return name if name in _RESERVED else None
