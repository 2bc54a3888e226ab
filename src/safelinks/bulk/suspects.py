"""Patterns that tell which rows of a column need a closer look, in the dialect of RE2.

`unwrap` is the definition. A text that none of these patterns matches, and that is ASCII, is an
address without a wrapper to it. They are made from the grammar of Safe Links and the table of
wrappers, and match too much rather than too little: what is not ASCII is no business of theirs,
for outside of ASCII the engines fold cases differently.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache

from safelinks.wrappers.microsoft import data_field
from safelinks.wrappers.microsoft.safelink_grammar import (
    ENCODED_AGAIN,
    HEAD,
    KEPT,
    LITERAL,
    METADATA,
    OPENING,
    SPACE,
)
from safelinks.wrappers.vendors.wrapper_row import ANYWHERE, Kind, Wrapper
from safelinks.wrappers.vendors.wrapper_table import (
    AFTER_HOST,
    HOST_ONLY,
    WRAPPERS,
    host_pattern,
)

__all__ = ["CANONICAL_LINK", "CANONICAL_TARGET", "DATA", "UNFINISHED", "suspects"]

_ONLY_IN_RE = ("(?=", "(?!", "(?<", r"\A")
_ANY_PATH = r"(?:[/?#]|$)"

# A value whose escapes are whole, and of ASCII without control characters: what it says is ASCII,
# and a third as long for each escape.
_WHOLE = rf"(?:{LITERAL}|%[2-7][0-9A-Fa-f])"


@cache
def suspects(*, with_opaque: bool) -> str:
    """What every address matches that `unwrap` may change or refuse.

    And `with_opaque`, every one that is a wrapper which does not contain its target.
    """
    rows = [row for row in WRAPPERS if with_opaque or not row.opaque]
    head = re.sub(r"\s+", "", HEAD)
    return rf"(?i)^(?:[{SPACE}]*{head}|https?://(?:{'|'.join(_links(rows))}))"


def _links(rows: Iterable[Wrapper]) -> list[str]:
    """What stands behind the scheme in links of `rows`; rows with the same path together."""
    hosts: dict[str, list[str]] = {}
    for row in rows:
        for host in row.hosts:
            hosts.setdefault(_path(row, host), []).append(host)
    return [
        f"(?:{'|'.join(dict.fromkeys(_families(names)))}){AFTER_HOST}{path}"
        for path, names in hosts.items()
    ]


_DIGITS = re.compile("[0-9]+")
_ANY_NUMBER = "\0"  # stands for it in the name of a host
_MANY = 20  # names with the same beginning, of which a pattern takes an engine long to prepare


def _families(hosts: Iterable[str]) -> Iterator[str]:
    """Patterns for `hosts`: one for names that differ in numbers, or in their ends, as Google's."""
    names = dict.fromkeys(_DIGITS.sub(_ANY_NUMBER, host) for host in hosts)
    stems = Counter(map(_stem, names))
    for name in names:
        stem = _stem(name)
        if stems[stem] < _MANY:
            yield host_pattern(name).replace(_ANY_NUMBER, "[0-9]+")
        else:
            yield rf"(?:www\.)?{re.escape(stem)}\.[a-z0-9.-]+"


def _stem(host: str) -> str:
    """The first label; nothing where that is a pattern, so that no family has too many."""
    label = host.removeprefix("www.").partition(".")[0]
    return host if "*" in label or _ANY_NUMBER in label else label


def _path(row: Wrapper, host: str) -> str:
    """What follows the host; all that is on a host of a service that checks links is its own."""
    if row.kind is Kind.SECURITY and host != ANYWHERE:
        return _ANY_PATH
    if any(sign in row.path for sign in _ONLY_IN_RE):
        return f"(?:{'|'.join(map(re.escape, row.starts))})" if host == ANYWHERE else _ANY_PATH
    return f"(?:{row.path})".replace(r"\Z", "$") if row.path else _ANY_PATH


CANONICAL_TARGET = "^" + OPENING.replace(KEPT, _WHOLE)
"""The shape of nearly every Safe Link, where ``url`` can be decoded at once."""
CANONICAL_LINK = f"{CANONICAL_TARGET}{METADATA.replace(KEPT, _WHOLE)}$"
"""All of such a link, where ``data`` can be decoded at once, too."""
UNFINISHED = rf"(?i)^(?:{ENCODED_AGAIN}|https?:/{{0,2}}$|{HOST_ONLY}$)"
"""A target that is not one yet: encoded once more, or perhaps cut off."""


def _data() -> str:
    """A `data` field, decoded, whose values have their usual form."""
    anything = r"[^|]*"
    values = {
        0: r"[0-9]{2}",
        data_field.RECIPIENT_AT: anything,
        data_field.MESSAGE_ID_AT: "[0-9a-f]{32}",
        data_field.TENANT_AT: "[0-9a-f]{32}",
        data_field.TICKS_AT: "[0-9]{18}",
        data_field.VERDICT_AT: anything,
        data_field.CONTEXT_AT: anything,
    }
    fields = [values.get(at, anything) for at in range(max(values) + 1)]
    return "^" + r"\|".join(fields) + r"(?:\||$)"


DATA = _data()
