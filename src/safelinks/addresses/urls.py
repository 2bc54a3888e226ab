"""Addresses taken apart strictly (RFC 3986), and made comparable.

It knows syntax, not meaning: no wrapper, no catalog, no network. The list of public suffixes comes
with tldextract, is never fetched, and is only loaded when a registrable domain is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address

from attrs import field

from safelinks.addresses.link_errors import InvalidURLError
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = [
    "ONE_RULE",
    "Address",
    "compare_key",
    "has_public_suffix",
    "host_name",
    "registrable_domain",
    "request_key",
    "split",
    "without_dot_segments",
]

# RFC 3986, appendix B, with an authority and without what no authority holds.
_URL = pattern_of(
    r"([a-z][a-z0-9+.-]*)://(?:([^/?#@\s]*)@)?"  # scheme, user information
    r"(\[[0-9a-f:.]+\]|[^/?#@:\[\]\s\\<>\"^`{|}%]+)(?::([0-9]{0,5}))?"  # host, port
    r"(/[^?#]*)?(?:\?([^#]*))?(?:#(.*))?",  # path, query, fragment
    re.IGNORECASE | re.DOTALL,
)
_HOST_NAME = pattern_of(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*", re.ASCII)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_NUMBERS = pattern_of(r"[0-9.]+")
# Under these, whoever is there has registered the next label: the list has one rule for each.
ONE_RULE = ("com", "org", "net", "gov", "edu", "mil", "info", "biz", "nyc", "eu", "de", "nl")
_UNDER_ONE_RULE = pattern_of(
    rf"(?:[a-z0-9_-]+\.)*?([a-z0-9_-]+\.(?:{'|'.join(ONE_RULE)}))", re.ASCII
)
_MAX_HOST = 253
_MAX_PORT = 65535

# Parameters that only say where a click came from; no page depends on them.
_TRACKING = pattern_of(
    r"(?:utm_[a-z_]+|gclid|gclsrc|gbraid|wbraid|dclid|fbclid|msclkid|yclid|ttclid|twclid|igshid"
    r"|li_fat_id|mc_cid|mc_eid|mkt_tok|_ga|_gl|_hsenc|_hsmi|oly_anon_id|oly_enc_id|vero_id)(?==|$)",
    re.IGNORECASE,
)
_SLASHES = pattern_of(r"/{2,}")
_DOT = pattern_of(r"\.|%2e", re.IGNORECASE)
_DOT_SEGMENT = pattern_of(r"/(?:\.|%2e){1,2}(?=/|\Z)", re.IGNORECASE)


@frozen
class Address:
    """An address in its parts; `host` in lower-case ASCII, without a final dot."""

    scheme: str
    userinfo: str | None = field(repr=False)
    host: str
    port: int | None
    path: str
    query: str | None
    fragment: str | None

    @property
    def effective_port(self) -> int | None:
        """The port that is meant: the one given, else the scheme's own."""
        return self.port or _DEFAULT_PORTS.get(self.scheme)


@lru_cache(maxsize=32_768)  # the same one is taken apart again at each step of its way
def split(url: str) -> Address:
    """Take `url` apart. Raises InvalidURLError for what no client could ask for.

    >>> split("HTTPS://Example.ORG.:443/a?b#c").host
    'example.org'
    """
    match = _URL.fullmatch(url)
    if match is None:
        raise InvalidURLError(url)
    scheme, userinfo, host_text, port_text, path, query, fragment = match.groups()
    port = int(port_text) if port_text else None
    host = _ascii_host(host_text)
    if host is None or (port is not None and not 0 < port <= _MAX_PORT):
        raise InvalidURLError(url)
    return Address(scheme.lower(), userinfo, host, port, path or "", query, fragment)


def host_name(text: str) -> str:
    """A host as `split` writes it; what is none stays as it is, in lower case.

    >>> host_name("Example.ORG."), host_name("[::FFFF:127.0.0.1]")
    ('example.org', '[::ffff:7f00:1]')
    """
    return _ascii_host(text) or text.lower()


def _ipv6_text(address: IPv6Address) -> str:
    """An address as browsers write it (URL standard, 3.5): Python differs from 3.13 on."""
    number = int(address)
    if number >> 32 == 0xFFFF:  # mapped from IPv4
        return f"::ffff:{number >> 16 & 0xFFFF:x}:{number & 0xFFFF:x}"
    return str(address)


@lru_cache(maxsize=4096)
def _ascii_host(host: str) -> str | None:
    """`host` in lower-case ASCII, without a final dot; None for what is none."""
    if host.startswith("["):
        try:
            return f"[{_ipv6_text(IPv6Address(host[1:-1]))}]"
        except AddressValueError:
            return None
    if len(host) > _MAX_HOST:
        return None
    if not host.isascii():
        from safelinks.addresses.international_names import ascii_name  # noqa: PLC0415  only the rare name pays

        host = ascii_name(host) or ""
    host = host.lower().removesuffix(".")
    return host if len(host) <= _MAX_HOST and _HOST_NAME.fullmatch(host) else None


def without_dot_segments(path: str) -> str:
    """`path` as it is asked for (RFC 3986, 5.2.4); browsers take ``%2e`` for a dot, too.

    >>> without_dot_segments("/docs/../ok"), without_dot_segments("/a/./b/..")
    ('/ok', '/a/')
    """
    if not ("/." in path or "/%" in path) or not _DOT_SEGMENT.search(path):
        return path
    kept: list[str] = []
    *folders, last = path.removeprefix("/").split("/")
    for segment in (*folders, last):
        dots = _DOT_SEGMENT.fullmatch(f"/{segment}")
        if dots is None:
            kept.append(segment)
        elif len(_DOT.findall(segment)) == 2 and kept:
            kept.pop()
    if _DOT_SEGMENT.fullmatch(f"/{last}"):
        kept.append("")
    return "/" + "/".join(kept)


def compare_key(address: Address) -> tuple[str, str]:
    """What two spellings of one address have in common: host and path, and the query.

    The scheme, default ports, the case of the path, doubled slashes, one trailing slash, the
    fragment and tracking parameters do not count. Only for comparing: what is fetched is the
    original address.

    >>> compare_key(split("http://Example.org:80//A/?utm_source=x&b=1#c"))
    ('example.org/a', 'b=1')
    """
    default = _DEFAULT_PORTS.get(address.scheme)
    port = f":{address.port}" if address.port and address.port != default else ""
    path = address.path
    if "//" in path:
        path = _SLASHES.sub("/", path)
    key = f"{address.host}{port}{path.removesuffix('/').lower()}"
    if not address.query:
        return key, ""
    pairs = address.query.split("&")
    return key, "&".join(pair for pair in pairs if pair and not _TRACKING.match(pair))


def request_key(url: str) -> str:
    """What two spellings of one address have in common whose page cannot but be the same.

    Unlike in `compare_key`, scheme, path and slashes count: a server may tell them apart, and then
    one of the two may work and the other not.

    >>> request_key("HTTPS://Example.org:443/A/?utm_source=x&b=1#c")
    'https://example.org/A/?b=1'
    """
    try:
        address = split(url)
    except InvalidURLError:
        return url
    default = _DEFAULT_PORTS.get(address.scheme)
    port = f":{address.port}" if address.port and address.port != default else ""
    pairs = (address.query or "").split("&") if address.query else ()
    query = "&".join(pair for pair in pairs if not _TRACKING.match(pair))
    mark = "?" if query else ""
    path = without_dot_segments(address.path)
    return f"{address.scheme}://{address.host}{port}{path or '/'}{mark}{query}"


@lru_cache(maxsize=1024)
def registrable_domain(host: str) -> str:
    """The name under which `host` was registered, by the public suffix list; else `host` itself.

    >>> registrable_domain("a127-pip.nyc.gov"), registrable_domain("www.example.co.uk")
    ('nyc.gov', 'example.co.uk')
    """
    if _NUMBERS.fullmatch(host) or host.startswith("["):
        return host  # an address, which nobody has registered
    plain = _UNDER_ONE_RULE.fullmatch(host)
    if plain is not None:
        return plain[1]
    return _extractor()(host) or host


def has_public_suffix(host: str) -> bool:
    """Whether `host` stands under a top-level domain, by the public suffix list.

    >>> has_public_suffix("www.example.org"), has_public_suffix("www.exam")
    (True, False)
    """
    return _UNDER_ONE_RULE.fullmatch(host) is not None or bool(_extractor()(host))


@lru_cache(maxsize=1)
def _extractor() -> Callable[[str], str]:
    import tldextract  # noqa: PLC0415  with requests, it takes half as long as all else of a start

    # Both arguments keep it off the network and off the disk.
    extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    return lambda host: extract(host).top_domain_under_public_suffix
