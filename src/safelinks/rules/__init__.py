"""Rules: what is to be said of the links of a text, with stable codes, as a linter says it."""

from __future__ import annotations

from safelinks.rules.finding import Finding, Level, portable
from safelinks.rules.judge import Judge, in_order
from safelinks.rules.rule_table import BROKEN_LINK, OF_WRAPPERS, RULES, Exposed, Group, Rule, Topic
from safelinks.rules.selection import Selection, codes_of

__all__ = [
    "BROKEN_LINK",
    "OF_WRAPPERS",
    "RULES",
    "Exposed",
    "Finding",
    "Group",
    "Judge",
    "Level",
    "Rule",
    "Selection",
    "Topic",
    "codes_of",
    "in_order",
    "portable",
]
