"""The catalog: which resource of which City body an address is, and where it lives now."""

from safelinks.catalog.matching import Catalog, Match, Rule, identify
from safelinks.catalog.model import Agency, MatchRule, Resource

__all__ = ["Agency", "Catalog", "Match", "MatchRule", "Resource", "Rule", "identify"]
