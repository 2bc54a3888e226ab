"""Reports: one renderer a format, in one table. A renderer turns a Report into text.

It does so piece by piece, so that a long report need not be in memory as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from safelinks.report import Report
from safelinks.reports import html, json, jsonl, text

__all__ = ["FORMATS"]

FORMATS: Mapping[str, Callable[[Report], Iterator[str]]] = {
    "text": text.render,
    "json": json.render,
    "jsonl": jsonl.render,
    "html": html.render,
}
