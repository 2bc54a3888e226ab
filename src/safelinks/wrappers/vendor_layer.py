"""`peel`: one layer that another service than Microsoft has put around an address."""

from __future__ import annotations

from attrs import field

from safelinks.foundation.values import frozen
from safelinks.wrappers.microsoft.safelink_grammar import without_json_escapes
from safelinks.wrappers.redaction.link_redaction import shown
from safelinks.wrappers.vendors.wrapper_table import Kind, wrapper_of

__all__ = ["Rewritten", "peel_vendor_layer"]


@frozen
class Rewritten:
    """One layer that another vendor than Microsoft put around an address.

    `recipient` is whom the message was delivered to, where the vendor tells. Personal data.
    """

    wrapper: str
    url: str = field(repr=False)
    target: str = field(repr=shown)
    recipient: str | None = field(default=None, repr=False)


def peel_vendor_layer(url: str, *, keep_redirectors: bool = False) -> Rewritten | None:
    """One layer off `url`; None when it is no such wrapper, or one that carries no target.

    With `keep_redirectors`, only security services count as wrappers.
    """
    row = wrapper_of(url)
    if row is None or row.decode is None or (keep_redirectors and row.kind is not Kind.SECURITY):
        return None
    target = row.decode(without_json_escapes(url))
    if not target:
        return None
    return Rewritten(row.name, url, target, row.recipient(url) if row.recipient else None)
