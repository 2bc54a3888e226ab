"""Links by the million: columns, tables, and checks on all cores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safelinks.bulk.extras import missing_package

if TYPE_CHECKING:
    from safelinks.bulk.checking import CheckResult
    from safelinks.bulk.checking import check_tables as check

__all__ = ["CheckResult", "check"]


def __getattr__(name: str) -> object:
    """Import what needs pyarrow when it is asked for."""
    if name not in __all__:
        raise AttributeError(f"module 'safelinks.bulk' has no attribute {name!r}")
    try:
        from safelinks.bulk import checking  # noqa: PLC0415  only who checks needs pyarrow
    except ModuleNotFoundError as error:
        if error.name != "pyarrow":
            raise
        raise ImportError(missing_package("pyarrow", "safelinks.bulk.check")) from error
    return {"CheckResult": checking.CheckResult, "check": checking.check_tables}[name]
