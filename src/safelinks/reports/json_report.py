"""The report as one JSON object, for programs; see docs/json.md and the schema beside this file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from safelinks.checks.report import Report
from safelinks.reports import json_objects

__all__ = ["render", "schema"]

_T = TypeVar("_T")


def render(report: Report) -> Iterator[str]:
    """`report` as JSON in ASCII, which no terminal can mistake for a command."""
    yield f'{{\n  "version": {json_objects.JSON_VERSION},\n'
    yield from _array("links", json_objects.link, report.rows)
    yield from _array("resources", json_objects.usage, report.resources)
    yield from _array("remarks", json_objects.remark, report.remarks)
    yield from _array("findings", json_objects.finding, report.findings)
    yield f'  "summary": {json_objects.dumped(json_objects.summary(report))}\n}}\n'


def _array(name: str, of: Callable[[_T], dict[str, object]], values: Iterable[_T]) -> Iterator[str]:
    """One key of the report, piece by piece: each of its objects on a line."""
    yield f'  "{name}": ['
    between = "\n    "
    for value in values:
        yield f"{between}{json_objects.dumped(of(value))}"
        between = ",\n    "
    yield "],\n" if between == "\n    " else "\n  ],\n"


def schema() -> str:
    """The JSON Schema (2020-12) of this report, and of each line of `jsonl`."""
    return Path(__file__).with_name("report.schema.json").read_text("utf-8")
