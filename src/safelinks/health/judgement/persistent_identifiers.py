"""Addresses that stay when what they lead to moves: to redirect is all that they are for.

Whoever writes where one leads today in its place has lost the address that was to last.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from safelinks.addresses.urls import Address, split
from safelinks.errors import InvalidURLError
from safelinks.foundation.patterns import pattern_of

__all__ = ["is_persistent"]


class _Resolver(NamedTuple):
    """A service of identifiers of one `kind`: it is all of its `hosts`, or what `path` matches."""

    kind: str
    hosts: tuple[str, ...]  # and what is below them
    path: re.Pattern[str] | None = None


_RESOLVERS = (
    _Resolver("DOI (ISO 26324)", ("doi.org", "dx.medra.org")),
    _Resolver("Handle (RFC 3650)", ("hdl.handle.net", "hdl.loc.gov")),
    _Resolver("PURL", ("purl.org", "purl.oclc.org", "purl.archive.org", "purl.fdlp.gov")),
    _Resolver("w3id", ("w3id.org",)),
    _Resolver("ARK", ("n2t.net", "arks.org")),
    _Resolver("URN:NBN (RFC 8458)", ("nbn-resolving.org", "nbn-resolving.de", "urn.fi")),
    _Resolver("URN:NBN (RFC 8458)", ("urn.kb.se",)),
    _Resolver("Identifiers.org", ("identifiers.org", "bioregistry.io")),
    _Resolver("LCCN Permalink", ("lccn.loc.gov",)),
    _Resolver("permanent links of Microsoft", ("aka.ms",)),
    _Resolver("the same", ("go.microsoft.com",), pattern_of(r"/fwlink\b", re.IGNORECASE)),
)
_BY_HOST = {host: resolver for resolver in _RESOLVERS for host in resolver.hosts}
# Schemes whose name stands in the path, whoever resolves it: an ARK, or a handle of a repository.
_PATH = pattern_of(r"/(?:ark:/?\d{5,}|handle/\d+(?:\.\d+)*|urn:nbn:[a-z])[/:-]", re.IGNORECASE)


def is_persistent(url: str) -> bool:
    """Whether `url` is an identifier that was made to be written down, and to redirect.

    >>> is_persistent("https://doi.org/10.1000/182"), is_persistent("https://example.org/doi")
    (True, False)
    """
    try:
        address = split(url)
    except InvalidURLError:
        return False
    return _is_resolver(address) or _PATH.search(address.path) is not None


def _is_resolver(address: Address) -> bool:
    labels = address.host.split(".")
    for at in range(len(labels) - 1):
        resolver = _BY_HOST.get(".".join(labels[at:]))
        if resolver is not None:
            return resolver.path is None or resolver.path.match(address.path) is not None
    return False
