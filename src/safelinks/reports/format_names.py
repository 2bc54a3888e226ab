"""The names of the formats that a report may have: data, for who must not load the renderers."""

from __future__ import annotations

__all__ = ["REPORT_FORMATS"]

REPORT_FORMATS = (
    "text", "json", "jsonl", "junit", "sarif", "github", "gitlab", "markdown", "csv", "html"
)  # fmt: skip
