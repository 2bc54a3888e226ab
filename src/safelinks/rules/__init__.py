"""Rules: what is to be said of the links of a text, with stable codes, as a linter says it."""

from __future__ import annotations

from safelinks.rules.finding import Finding, Level
from safelinks.rules.judging import Judge, in_order
from safelinks.rules.selection import Selection, codes_of
from safelinks.rules.table import BROKEN_LINK, OF_WRAPPERS, RULES, Rule

__all__ = [
    "BROKEN_LINK",
    "OF_WRAPPERS",
    "RULES",
    "Finding",
    "Judge",
    "Level",
    "Rule",
    "Selection",
    "codes_of",
    "in_order",
]
