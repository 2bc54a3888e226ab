"""The catalogs that a command goes by: that of New York City, others over it, or others alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from safelinks.cli.options import shell_completion
from safelinks.cli.options.option_groups import gathered
from safelinks.foundation.values import frozen

if TYPE_CHECKING:
    from safelinks.catalog import Catalog

__all__ = ["Chosen", "catalog_options", "choose", "chosen_here"]

Function = TypeVar("Function", bound=Callable[..., Any])


@frozen
class Chosen:
    """Which catalogs were asked for; nothing is loaded before it is needed."""

    files: tuple[str, ...] = ()
    without_default: bool = False

    def load(self) -> Catalog:
        """The catalog. Raises CatalogError, with file, line and remedy."""
        from safelinks.catalog import Catalog  # noqa: PLC0415  `unwrap` does without

        base = self.base()
        return Catalog.load(*self.files, base=base) if self.files else base

    def base(self) -> Catalog:
        """What a file is put over."""
        from safelinks.catalog import Catalog  # noqa: PLC0415  `unwrap` does without

        return Catalog() if self.without_default else Catalog.nyc()


_FILES = click.option(
    "--catalog",
    "catalog_files",
    multiple=True,
    metavar="FILE",
    shell_complete=shell_completion.paths,
    help="Also use this catalog (JSON or TOML). Later files override earlier ones.",
)
_WITHOUT_DEFAULT = click.option(
    "--no-default-catalog", is_flag=True, help="Do not use the catalog of New York City."
)


def choose(function: Function) -> Function:
    """The two options, as those of a group, for all of its commands."""
    return _FILES(_WITHOUT_DEFAULT(function))


def chosen_here(files: tuple[str, ...], *, without_default: bool) -> Chosen:
    """What was chosen by the options of the present command, and before its name."""
    before = click.get_current_context().find_object(Chosen) or Chosen()
    return Chosen(before.files + files, without_default or before.without_default)


# A command gets what was `chosen`, here or before its name.
catalog_options = gathered(
    "chosen",
    (_FILES, _WITHOUT_DEFAULT),
    ("catalog_files", "no_default_catalog"),
    lambda given: chosen_here(given["catalog_files"], without_default=given["no_default_catalog"]),
)
