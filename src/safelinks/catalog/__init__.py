"""The catalog: which resource of which City body an address is, and where it lives now."""

from safelinks.catalog.catalog import Catalog, CatalogFault, identify, validate
from safelinks.catalog.entries import Agency, Confidence, MatchRule, Resource
from safelinks.catalog.lookalikes.suspicions import Sign, Suspicion
from safelinks.catalog.match import Match, MatchedRule

__all__ = [
    "Agency",
    "Catalog",
    "CatalogFault",
    "Confidence",
    "Match",
    "MatchRule",
    "MatchedRule",
    "Resource",
    "Sign",
    "Suspicion",
    "identify",
    "validate",
]
