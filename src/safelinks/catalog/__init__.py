"""The catalog: which resource of which City body an address is, and where it lives now."""

from safelinks.catalog.catalog import Catalog, Fault, identify, validate
from safelinks.catalog.match import Match, Rule
from safelinks.catalog.model import Agency, Confidence, MatchRule, Resource
from safelinks.catalog.suspicion import Sign, Suspicion

__all__ = [
    "Agency",
    "Catalog",
    "Confidence",
    "Fault",
    "Match",
    "MatchRule",
    "Resource",
    "Rule",
    "Sign",
    "Suspicion",
    "identify",
    "validate",
]
