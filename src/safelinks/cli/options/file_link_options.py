"""The options about links to files: whether they are checked, and how they are resolved."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from safelinks.cli.options import shell_completion
from safelinks.cli.options.option_groups import Decorator, gathered
from safelinks.errors import SetupError

if TYPE_CHECKING:
    from safelinks.checks.local_link_options import LocalLinkOptions

__all__ = ["file_link_options"]

_FLAVOURS = ("github", "gitlab", "mkdocs", "sphinx")
_OPTIONS: Sequence[Decorator] = (
    click.option("--no-local-links", is_flag=True, help="Do not check links to files."),
    click.option(
        "--root-dir",
        type=click.Path(),
        metavar="DIRECTORY",
        shell_complete=shell_completion.paths,
        help="Look here for files whose links begin with a slash.",
    ),
    click.option(
        "--base-url",
        metavar="URL",
        help="Address at which --root-dir is published: its path is taken off such links.",
    ),
    click.option(
        "--fallback-extensions",
        multiple=True,
        metavar="EXTENSIONS",
        help="Try these extensions, such as md,html, for a file that does not exist.",
    ),
    click.option(
        "--index-files",
        multiple=True,
        metavar="NAMES",
        help="A link to a directory needs one of these files in it, such as index.html; "
        "'.' stands for the directory itself.",
    ),
    click.option(
        "--anchors",
        multiple=True,
        type=click.Choice(_FLAVOURS),
        help="Accept only anchors as this program makes them from headings. By default, all.",
    ),
)
_NAMES = (
    "no_local_links", "root_dir", "base_url", "fallback_extensions", "index_files", "anchors"
)  # fmt: skip


def _parted(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(one.strip() for value in values for one in value.split(",") if one.strip())


def _local_links(given: Mapping[str, Any]) -> LocalLinkOptions | None:
    """How links to files are resolved; None if they are not checked. Raises SetupError."""
    if given["no_local_links"]:
        return None
    root = given["root_dir"]
    if root is not None and not os.path.isdir(root):  # noqa: PTH112  never raises
        raise SetupError(f"--root-dir: no such directory: {root}")
    from safelinks.checks.local_link_options import LocalLinkOptions  # noqa: PLC0415  `--help` does without

    return LocalLinkOptions(
        root_dir=given["root_dir"],
        base_url=given["base_url"],
        fallback_extensions=_parted(given["fallback_extensions"]),
        index_files=_parted(given["index_files"]),
        anchors=tuple(given["anchors"]),
    )


# A command gets `local_links`, made of these.
file_link_options = gathered("local_links", _OPTIONS, _NAMES, _local_links)
