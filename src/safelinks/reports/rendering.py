"""Reports: one renderer a format, in one table. A renderer turns a Report into text.

It does so piece by piece, so that a long report need not be in memory as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module

from safelinks.checks.report import Report
from safelinks.errors import SetupError
from safelinks.reports.report_formats import REPORT_FORMATS

__all__ = ["RENDERERS", "Render", "render"]

Render = Callable[[Report], Iterator[str]]


class _Renderers(Mapping[str, Render]):
    """The renderers by the names of formats, each imported when it is asked for."""

    def __getitem__(self, name: str) -> Render:
        if name not in REPORT_FORMATS:
            raise KeyError(name)
        render: Render = import_module(f"safelinks.reports.{name}_report").render
        return render

    def __iter__(self) -> Iterator[str]:
        return iter(REPORT_FORMATS)

    def __len__(self) -> int:
        return len(REPORT_FORMATS)


RENDERERS: Mapping[str, Render] = _Renderers()


def render(report: Report, name: str = "text") -> Iterator[str]:
    """`report` in the format of this `name`, piece by piece. Raises SetupError for an unknown one.

    >>> next(render(Report(()), "json"))
    '{\\n  "version": 1,\\n'
    """
    if name not in RENDERERS:
        raise SetupError(f"there is no format {name!r}; there are {', '.join(RENDERERS)}")
    return RENDERERS[name](report)
