"""Unwrap Microsoft Safe Links, name the resources behind them, check that they still work.

>>> import safelinks
>>> safelinks.unwrap(
...     "https://gcc02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.nyc.gov%2Fpip"
... ).target
'https://www.nyc.gov/pip'
>>> safelinks.identify("https://www.nyc.gov/pip").resource.name
'Payee Information Portal'
"""

import safelinks.interrupts  # noqa: F401  the first of all: what follows takes its time

# isort: split
from importlib import import_module
from typing import TYPE_CHECKING

from safelinks.errors import (
    CatalogError,
    ChainLoopError,
    ChainTooDeepError,
    DocumentError,
    InvalidURLError,
    NotASafeLinkError,
    NotReadableError,
    NotWritableError,
    SafelinksError,
    SetupError,
    TargetLostError,
)
from safelinks.version import __version__ as __version__
from safelinks.wrappers.safelink import SafeLink
from safelinks.wrappers.unwrapping import Unwrapped, unwrap

if TYPE_CHECKING:
    from safelinks.catalog import Catalog, Match, identify
    from safelinks.checks.pipeline import check, check_documents
    from safelinks.checks.report import Report
    from safelinks.documents.document import Document, Prose, read, read_all
    from safelinks.health.checker import Checker
    from safelinks.health.memory.history import History
    from safelinks.health.model.outcome import Outcome, Reason, Verdict
    from safelinks.health.model.policy import Method, Policy
    from safelinks.links.text_links import Link, clean, find
    from safelinks.reports.rendering import render
    from safelinks.rules import Finding, Level, Selection

__all__ = [
    "Catalog",
    "CatalogError",
    "ChainLoopError",
    "ChainTooDeepError",
    "Checker",
    "Document",
    "DocumentError",
    "Finding",
    "History",
    "InvalidURLError",
    "Level",
    "Link",
    "Match",
    "Method",
    "NotASafeLinkError",
    "NotReadableError",
    "NotWritableError",
    "Outcome",
    "Policy",
    "Prose",
    "Reason",
    "Report",
    "SafeLink",
    "SafelinksError",
    "Selection",
    "SetupError",
    "TargetLostError",
    "Unwrapped",
    "Verdict",
    "check",
    "check_documents",
    "clean",
    "find",
    "identify",
    "read",
    "read_all",
    "render",
    "unwrap",
]

# What is imported on first use: it loads more than `unwrap` needs, up to httpx and the catalog.
_LATER = {
    "Catalog": "safelinks.catalog",
    "Checker": "safelinks.health.checker",
    "Document": "safelinks.documents.document",
    "Finding": "safelinks.rules",
    "History": "safelinks.health.memory.history",
    "Level": "safelinks.rules",
    "Link": "safelinks.links.text_links",
    "Match": "safelinks.catalog",
    "Method": "safelinks.health.model.policy",
    "Outcome": "safelinks.health.model.outcome",
    "Policy": "safelinks.health.model.policy",
    "Prose": "safelinks.documents.document",
    "Reason": "safelinks.health.model.outcome",
    "Report": "safelinks.checks.report",
    "Selection": "safelinks.rules",
    "Verdict": "safelinks.health.model.outcome",
    "check": "safelinks.checks.pipeline",
    "check_documents": "safelinks.checks.pipeline",
    "clean": "safelinks.links.text_links",
    "find": "safelinks.links.text_links",
    "identify": "safelinks.catalog",
    "read": "safelinks.documents.document",
    "read_all": "safelinks.documents.document",
    "render": "safelinks.reports.rendering",
}


def __getattr__(name: str) -> object:
    """Import a public name that is not needed by everybody."""
    if name not in _LATER:
        raise AttributeError(f"module 'safelinks' has no attribute {name!r}")
    value = getattr(import_module(_LATER[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Every public name, the ones not yet imported among them."""
    return sorted({*globals(), *_LATER})
