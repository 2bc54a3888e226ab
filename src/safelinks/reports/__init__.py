"""Reports: one renderer a format, in one table. A renderer turns a Report into text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from safelinks.report import Report
from safelinks.reports import json, text

__all__ = ["FORMATS"]

FORMATS: Mapping[str, Callable[[Report], str]] = {"text": text.render, "json": json.render}
