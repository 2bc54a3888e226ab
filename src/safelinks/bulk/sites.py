"""Whose address it is, and which bucket that falls into: the same on every machine.

All addresses of a site are in one bucket, and a bucket is worked on by one process at a time, so
that what is promised to a site is kept however many processes there are.
"""

from __future__ import annotations

from hashlib import blake2b

from safelinks.addresses.urls import registrable_domain, split
from safelinks.errors import InvalidURLError

__all__ = ["bucket_of", "site_of"]


def site_of(url: str) -> str:
    """The registered name that `url` is under, or its IP address; empty for what is no address.

    >>> site_of("https://a127-pip.nyc.gov:443/x"), site_of("http://127.0.0.1:8000/"), site_of("x")
    ('nyc.gov', '127.0.0.1', '')
    """
    try:
        return registrable_domain(split(url).host)
    except InvalidURLError:
        return ""


def bucket_of(site: str, buckets: int) -> int:
    """The bucket of a site, from 0; by no hash of Python's own, which differs between processes.

    >>> bucket_of("nyc.gov", 64)
    1
    """
    digest = blake2b(site.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % buckets
