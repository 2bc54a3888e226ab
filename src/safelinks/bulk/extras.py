"""Packages that only some users need: each with the extra that installs it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from safelinks.errors import SetupError

__all__ = ["missing_package", "require"]

_EXTRAS: Mapping[str, str] = {
    "pyarrow": "arrow",
    "polars": "polars",
    "duckdb": "duckdb",
    "numpy": "duckdb",
    "pyspark": "spark",
}


def missing_package(package: str, user: str) -> str:
    """What to say where `user`, a module or a format, needs a `package` that is not installed."""
    install = f"pip install 'safelinks[{_EXTRAS[package]}]'"
    return f"{user} needs the package {package}; install it with: {install}"


def require(package: str, user: str) -> None:
    """Raise SetupError where `package` is not installed."""
    if find_spec(package) is None:
        raise SetupError(missing_package(package, user))
