"""Packages that only some users need, and the command that installs them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from safelinks.errors import SetupError

__all__ = ["WANTED_WITH", "missing_package", "require"]

# A package, and all that its extra brings. The extra itself cannot be named: safelinks is on no
# index, and whoever took its name there would be installed.
_OF_DUCKDB = ("duckdb", "numpy", "pyarrow")
WANTED_WITH: Mapping[str, tuple[str, ...]] = {
    "pyarrow": ("pyarrow",),
    "polars": ("polars", "pyarrow"),
    "duckdb": _OF_DUCKDB,
    "numpy": _OF_DUCKDB,
    "pyspark": ("pandas", "pyarrow", "pyspark"),
}


def missing_package(package: str, user: str) -> str:
    """What to say where `user`, a module or a format, needs a `package` that is not installed."""
    from safelinks.documents.content.package_installation import installation_of  # noqa: PLC0415  rarely needed

    command = installation_of(WANTED_WITH[package])
    return f"{user} needs the package {package}; to install it, run: {command}"


def require(package: str, user: str) -> None:
    """Raise SetupError where `package` is not installed."""
    if find_spec(package) is None:
        raise SetupError(missing_package(package, user))
