"""The report as one JSON object, for programs; see docs/json.md and the schema beside this file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from typing import TypeVar

from safelinks.report import Report
from safelinks.reports import objects

__all__ = ["render", "schema"]

T = TypeVar("T")


def render(report: Report) -> Iterator[str]:
    """`report` as JSON in ASCII, which no terminal can mistake for a command."""
    yield f'{{\n  "version": {objects.VERSION},\n'
    yield from _array("links", objects.link, report.rows)
    yield from _array("resources", objects.usage, report.resources)
    yield from _array("remarks", objects.remark, report.remarks)
    yield from _array("findings", objects.finding, report.findings)
    yield f'  "summary": {_indented(objects.summary(report), 2)}\n}}\n'


def _array(name: str, of: Callable[[T], dict[str, object]], values: Iterable[T]) -> Iterator[str]:
    """One key of the report, piece by piece."""
    yield f'  "{name}": ['
    between = "\n    "
    for value in values:
        yield f"{between}{_indented(of(value), 4)}"
        between = ",\n    "
    yield "],\n" if between == "\n    " else "\n  ],\n"


def _indented(value: object, depth: int) -> str:
    return objects.written(value, 2).replace("\n", "\n" + " " * depth)


def schema() -> str:
    """The JSON Schema (2020-12) of this report, and of each line of `jsonl`."""
    return files("safelinks.reports").joinpath("report.schema.json").read_text("utf-8")
