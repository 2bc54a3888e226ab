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
    yield f'  "summary": {_indented(json_objects.summary(report), 2)}\n}}\n'


def _array(name: str, of: Callable[[_T], dict[str, object]], values: Iterable[_T]) -> Iterator[str]:
    """One key of the report, piece by piece."""
    yield f'  "{name}": ['
    between = "\n    "
    for value in values:
        yield f"{between}{_indented(of(value), 4)}"
        between = ",\n    "
    yield "],\n" if between == "\n    " else "\n  ],\n"


def _indented(value: object, depth: int) -> str:
    return json_objects.dumped(value, 2).replace("\n", "\n" + " " * depth)


def schema() -> str:
    """The JSON Schema (2020-12) of this report, and of each line of `jsonl`."""
    return Path(__file__).with_name("report.schema.json").read_text("utf-8")
