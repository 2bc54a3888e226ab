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
from safelinks.safelink import SafeLink
from safelinks.unwrap import Unwrapped, unwrap
from safelinks.version import __version__ as __version__

if TYPE_CHECKING:
    from safelinks.audit import check, check_documents
    from safelinks.catalog import Catalog, Match, identify
    from safelinks.documents import Document, Prose, read, read_all
    from safelinks.health.checker import Checker
    from safelinks.health.history import History
    from safelinks.health.outcome import Outcome, Reason, Verdict
    from safelinks.health.policy import Method, Policy
    from safelinks.report import Report
    from safelinks.reports import render
    from safelinks.rules import Finding, Level, Selection
    from safelinks.text import Link, clean, find

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
    "Document": "safelinks.documents",
    "Finding": "safelinks.rules",
    "History": "safelinks.health.history",
    "Level": "safelinks.rules",
    "Link": "safelinks.text",
    "Match": "safelinks.catalog",
    "Method": "safelinks.health.policy",
    "Outcome": "safelinks.health.outcome",
    "Policy": "safelinks.health.policy",
    "Prose": "safelinks.documents",
    "Reason": "safelinks.health.outcome",
    "Report": "safelinks.report",
    "Selection": "safelinks.rules",
    "Verdict": "safelinks.health.outcome",
    "check": "safelinks.audit",
    "check_documents": "safelinks.audit",
    "clean": "safelinks.text",
    "find": "safelinks.text",
    "identify": "safelinks.catalog",
    "read": "safelinks.documents",
    "read_all": "safelinks.documents",
    "render": "safelinks.reports",
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
