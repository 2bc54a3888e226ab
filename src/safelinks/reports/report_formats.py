"""The formats of reports, one row each: data, so that nothing has to load the renderers.

A format's renderer is the function `render` of the module of its name, ``NAME_report``.
"""

from __future__ import annotations

from collections.abc import Mapping

from safelinks.foundation.values import frozen

__all__ = [
    "BASELINE_BEGINS",
    "FOREIGN_SUFFIXES",
    "LAST_LINE_SIGN",
    "REPORT_FORMATS",
    "ReportFormat",
]


@frozen
class ReportFormat:
    """A format: its name, the suffixes of files that are in it, and how its reports are known.

    `begins` is a regular expression for the first bytes of a report, `ends` one for its last line:
    only files that are reports are overwritten. What also `surely_ends` so is no text of a user's.
    Where all are None, nothing tells.
    """

    name: str
    suffixes: tuple[str, ...] = ()
    begins: str | None = None
    ends: str | None = None
    surely_ends: str | None = None


LAST_LINE_SIGN = "Exit code "  # in all `ends`
_LAST_LINE = rf"{LAST_LINE_SIGN}[0-9]+: [^\n]+\.\n\Z"
_LAST_LINE_OF_SOME = rf"[0-9,]+ address(?:es)?: [0-9,]+ (?:not )?certain \([^\n]+\)\. {_LAST_LINE}"
BASELINE_BEGINS = r'\{\n  "version": [0-9]+,\n  "findings": \[\n    \{"code": "SL[0-9]{3}"'
_TABLE = (
    ReportFormat("text", ends=_LAST_LINE, surely_ends=_LAST_LINE_OF_SOME),
    ReportFormat("concise", ends=_LAST_LINE, surely_ends=_LAST_LINE_OF_SOME),
    ReportFormat(
        "json",
        (".json",),
        r'\{\n  "version": [0-9]+,\n  "links": \[(?:\n    \{"file": "|\],\n  "resources": \[)',
    ),
    ReportFormat("jsonl", (".jsonl", ".ndjson"), r'\{"type": "start", "version": [0-9]+'),
    ReportFormat("junit", (".xml",), r'<\?xml .{0,900}<property name="safelinks\.version"'),
    ReportFormat(
        "sarif",
        (".sarif",),
        r'\{\s*"\$schema": "[^"]*sarif[^"]*",.{0,400}"driver": \{\s*"name": "safelinks"',
    ),
    ReportFormat(
        "github",
        begins=r"::(?:error|warning|notice) [^\n]{0,1500}title=(?:SL[0-9]{3} |safelinks::)"
        r"|[0-9,]+ address(?:es)?: [0-9,]+ errors?, [0-9,]+ warnings?, [0-9,]+ notes?\.\n\Z",
    ),
    ReportFormat("gitlab", begins=r'\[\n  \{"description": "SL[0-9]{3} |\[\n\]\n\Z'),
    ReportFormat("markdown", (".md",), ends=_LAST_LINE, surely_ends=_LAST_LINE_OF_SOME),
    ReportFormat("csv", (".csv",), "file,line,column,place,url,target,resource,agency,verdict,"),
    ReportFormat(
        "html",
        (".html", ".htm"),
        r'<!doctype html>.{0,2000}<meta name="generator" content="safelinks',
    ),
)
# What people would open with a program that reads no report of ours.
FOREIGN_SUFFIXES = frozenset(
    [".pdf", ".doc", ".docx", ".odt", ".rtf", ".xls", ".xlsx", ".ods", ".ppt", ".pptx", ".odp"]
)
REPORT_FORMATS: Mapping[str, ReportFormat] = {row.name: row for row in _TABLE}
