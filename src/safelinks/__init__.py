"""Unwrap Microsoft Safe Links, name the resources behind them, check that they still work.

>>> import safelinks
>>> safelinks.unwrap(
...     "https://gcc02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.nyc.gov%2Fpip"
... ).target
'https://www.nyc.gov/pip'
>>> safelinks.identify("https://www.nyc.gov/pip").resource.name
'Payee Information Portal'
"""

import safelinks.foundation.interrupts  # noqa: F401  the first of all: what follows takes its time

# isort: split
from importlib import import_module
from typing import TYPE_CHECKING

from safelinks.addresses.place import Place
from safelinks.addresses.roles import Role
from safelinks.errors import (
    CatalogError,
    ChainLoopError,
    ChainTooDeepError,
    DocumentError,
    InvalidURLError,
    NotASafeLinkError,
    NotLiveError,
    NotReadableError,
    NotWritableError,
    SafelinksError,
    SetupError,
    TargetLostError,
)
from safelinks.version import __version__ as __version__
from safelinks.wrappers.safelink import SafeLink
from safelinks.wrappers.unwrapping import Layer, Unwrapped, unwrap
from safelinks.wrappers.vendors.wrapper_table import Opaque

if TYPE_CHECKING:
    from safelinks.catalog import Catalog, Match, identify
    from safelinks.catalog.entries import Agency, Confidence, Resource, Status
    from safelinks.catalog.lookalikes.suspicions import Sign, Suspicion
    from safelinks.catalog.match import MatchedRule
    from safelinks.checks.baseline import Entry
    from safelinks.checks.file_change import FileChange
    from safelinks.checks.known_findings import BaselineChange
    from safelinks.checks.local_link_options import LocalLinkOptions
    from safelinks.checks.pipeline import Check, CheckOptions, check, check_documents
    from safelinks.checks.report import Report
    from safelinks.documents.document import Document, Prose, read, read_all
    from safelinks.documents.local.local_reference import LocalReference, LocalTarget
    from safelinks.documents.rewriting import Rewriting
    from safelinks.documents.verbatim.code_ranges import Within
    from safelinks.health.checker import Checker
    from safelinks.health.memory.history import History
    from safelinks.health.model.outcome import (
        ArchivedCopy,
        Certificate,
        Hop,
        Outcome,
        Past,
        Reason,
        Verdict,
    )
    from safelinks.health.model.policy import Method, Policy
    from safelinks.links.text_links import Link, clean, find
    from safelinks.reports.rendering import render
    from safelinks.rules import Finding, Level, Selection
    from safelinks.rules.checked_link import CheckedLink, Sighting
    from safelinks.rules.names_in_text import Remark, RemarkKind

__all__ = [
    "Agency",
    "ArchivedCopy",
    "BaselineChange",
    "Catalog",
    "CatalogError",
    "Certificate",
    "ChainLoopError",
    "ChainTooDeepError",
    "Check",
    "CheckOptions",
    "CheckedLink",
    "Checker",
    "Confidence",
    "Document",
    "DocumentError",
    "Entry",
    "FileChange",
    "Finding",
    "History",
    "Hop",
    "InvalidURLError",
    "Layer",
    "Level",
    "Link",
    "LocalLinkOptions",
    "LocalReference",
    "LocalTarget",
    "Match",
    "MatchedRule",
    "Method",
    "NotASafeLinkError",
    "NotLiveError",
    "NotReadableError",
    "NotWritableError",
    "Opaque",
    "Outcome",
    "Past",
    "Place",
    "Policy",
    "Prose",
    "Reason",
    "Remark",
    "RemarkKind",
    "Report",
    "Resource",
    "Rewriting",
    "Role",
    "SafeLink",
    "SafelinksError",
    "Selection",
    "SetupError",
    "Sighting",
    "Sign",
    "Status",
    "Suspicion",
    "TargetLostError",
    "Unwrapped",
    "Verdict",
    "Within",
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
    "Agency": "safelinks.catalog.entries",
    "ArchivedCopy": "safelinks.health.model.outcome",
    "BaselineChange": "safelinks.checks.known_findings",
    "Catalog": "safelinks.catalog",
    "Certificate": "safelinks.health.model.outcome",
    "Check": "safelinks.checks.pipeline",
    "CheckOptions": "safelinks.checks.pipeline",
    "CheckedLink": "safelinks.rules.checked_link",
    "Checker": "safelinks.health.checker",
    "Confidence": "safelinks.catalog.entries",
    "Document": "safelinks.documents.document",
    "Entry": "safelinks.checks.baseline",
    "FileChange": "safelinks.checks.file_change",
    "Finding": "safelinks.rules",
    "History": "safelinks.health.memory.history",
    "Hop": "safelinks.health.model.outcome",
    "Level": "safelinks.rules",
    "Link": "safelinks.links.text_links",
    "LocalLinkOptions": "safelinks.checks.local_link_options",
    "LocalReference": "safelinks.documents.local.local_reference",
    "LocalTarget": "safelinks.documents.local.local_reference",
    "Match": "safelinks.catalog",
    "MatchedRule": "safelinks.catalog.match",
    "Method": "safelinks.health.model.policy",
    "Outcome": "safelinks.health.model.outcome",
    "Past": "safelinks.health.model.outcome",
    "Policy": "safelinks.health.model.policy",
    "Prose": "safelinks.documents.document",
    "Reason": "safelinks.health.model.outcome",
    "Remark": "safelinks.rules.names_in_text",
    "RemarkKind": "safelinks.rules.names_in_text",
    "Report": "safelinks.checks.report",
    "Resource": "safelinks.catalog.entries",
    "Rewriting": "safelinks.documents.rewriting",
    "Selection": "safelinks.rules",
    "Sighting": "safelinks.rules.checked_link",
    "Sign": "safelinks.catalog.lookalikes.suspicions",
    "Status": "safelinks.catalog.entries",
    "Suspicion": "safelinks.catalog.lookalikes.suspicions",
    "Verdict": "safelinks.health.model.outcome",
    "Within": "safelinks.documents.verbatim.code_ranges",
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
