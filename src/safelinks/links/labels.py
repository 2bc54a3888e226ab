"""Labels: the text that people read in the place of an address, and what it pretends.

Strings in, strings out; each function looks a bounded way.
"""

from __future__ import annotations

import re

from safelinks.addresses.urls import registrable_domain, split
from safelinks.errors import InvalidURLError
from safelinks.foundation.patterns import pattern_of

__all__ = ["label_before", "shown_address", "tidy"]

_LONGEST = 200
_FARTHEST = 400
_BULLET = pattern_of(r"\s*(?:[-–—*•+]|[0-9]{1,3}[.)])\s+")
_LAST_CLAUSE = pattern_of(r".*(?:[.:;!?]\s|\s[-–—*•]\s|\t|\s{3})", re.DOTALL)
_ADDRESS = pattern_of(
    r"(?:https?://)?((?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24})(?::[0-9]{1,5})?(?:[/?#]\S*)?",
    re.IGNORECASE,
)
# What nobody takes for the name of a file, as in "README.md" or "notice.pdf".
_SHOWS = pattern_of(
    r"https?://|www\.|[^/]+\.(?:com|edu|gov|info|int|mil|net|nyc|org|uk|us)(?![a-z.])",
    re.IGNORECASE,
)


def label_before(text: str, start: int, end: int) -> str | None:
    """The label of the link ``text[start:end]``, as Markdown, RST or Outlook's plain text write it.

    >>> label_before("See the [help page](https://a.example)", 20, 37)
    'help page'
    """
    opener = text[start - 1 : start]
    if opener not in ("<", "("):
        return None
    before = text[max(0, start - _FARTHEST) : start]
    brackets = before.removesuffix("<")
    if brackets.endswith("]("):
        return tidy(_in_brackets(brackets[:-2]))
    if opener == "(" or text[end : end + 1] != ">":
        return None
    line = re.split(r"[<>\r\n]", before[:-1])[-1]
    if text[end : end + 2] == ">`" and "`" in before:
        return tidy(before[:-1].rpartition("`")[2])
    return tidy(_LAST_CLAUSE.sub("", _BULLET.sub("", line)))


def _in_brackets(before: str) -> str:
    """What stands behind the bracket that the end of `before` would close."""
    depth = 0
    for at in range(len(before) - 1, -1, -1):
        if before[at] == "]":
            depth += 1
        elif before[at] == "[":
            if not depth:
                return before[at + 1 :]
            depth -= 1
    return ""


def tidy(label: str) -> str | None:
    """`label` on one line and not too long; None where nothing is left."""
    label = " ".join(label.split())
    return label[:_LONGEST] or None


def shown_address(label: str | None, target: str) -> str | None:
    """The address that `label` shows, if it is one of another site than `target`.

    >>> shown_address("www.nyc.gov/pip", "https://evil.example/")
    'www.nyc.gov/pip'
    >>> shown_address("www.nyc.gov/pip", "https://a127-pip.nyc.gov/")
    """
    match = _ADDRESS.fullmatch(label.strip()) if label else None
    if match is None:
        return None
    try:
        site = registrable_domain(split(target).host)
    except InvalidURLError:
        return match[0]
    shown = registrable_domain(match[1].lower())
    return match[0] if shown != site and _SHOWS.match(match[0]) else None
