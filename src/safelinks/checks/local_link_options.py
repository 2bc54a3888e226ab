"""`LocalLinkOptions`: how links to files are resolved. The names are lychee's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from os import PathLike
from typing import Any

from attrs import field
from attrs.validators import optional

from safelinks.errors import SetupError
from safelinks.foundation.values import frozen
from safelinks.setting_validators import as_tuple, flag, path, texts

__all__ = ["ANCHOR_FLAVOURS", "LocalLinkOptions"]

ANCHOR_FLAVOURS = ("github", "gitlab", "mkdocs", "sphinx")  # those of `AnchorFlavour`
_BASE = re.compile(r"(?:https?://[^/?#\s]+)?(/[^?#\s]*)?", re.IGNORECASE)


def _extensions(given: Iterable[str]) -> tuple[str, ...]:
    made = as_tuple(given)
    if not isinstance(made, tuple) or not all(isinstance(one, str) for one in made):
        raise SetupError("fallback_extensions must be a list or tuple of strings")
    return tuple(one.strip().lstrip(".") for one in made if one.strip(" ."))


def _is_base(_: object, __: object, value: Any) -> None:  # noqa: ANN401  what the caller gave
    if value is None:
        return
    if not isinstance(value, str) or not value or not _BASE.fullmatch(value):
        raise SetupError(
            f"base_url must be an address such as https://docs.example.org/guide/, not {value!r}"
        )


def _flavours(_: object, __: object, value: object) -> None:
    for one in value if isinstance(value, tuple) else ():
        if one not in ANCHOR_FLAVOURS:
            raise SetupError(f"anchors must be of {', '.join(ANCHOR_FLAVOURS)}, not {one!r}")


@frozen(kw_only=True)
class LocalLinkOptions:
    """How links to files are resolved. Raises SetupError for values that make no sense.

    A path that begins with a slash is looked for in `root_dir`, which is published at `base_url`;
    without a `root_dir`, nothing is said of it. Where there is no such file, it is tried with each
    of `fallback_extensions`. A directory must contain one of `index_files`, where some are named.
    An anchor must be one that one of the programs in `anchors` makes; with none, any of them. What
    matches one of `exclude`, regular expressions, is left alone; where there are some to `include`,
    so is what matches none of these, and nothing else. With `renames`, git is asked where
    a file has gone.
    """

    root_dir: str | PathLike[str] | None = field(default=None, validator=optional(path))
    base_url: str | None = field(default=None, validator=_is_base)
    fallback_extensions: tuple[str, ...] = field(default=(), converter=_extensions)
    index_files: tuple[str, ...] = field(default=(), converter=as_tuple, validator=texts)
    anchors: tuple[str, ...] = field(default=(), converter=as_tuple, validator=[texts, _flavours])
    exclude: tuple[str, ...] = field(default=(), converter=as_tuple, validator=texts)
    include: tuple[str, ...] = field(default=(), converter=as_tuple, validator=texts)
    renames: bool = field(default=False, validator=flag)

    def __attrs_post_init__(self) -> None:
        """Raises SetupError for a base without a root."""
        if self.base_url is not None and self.root_dir is None:
            raise SetupError("base_url needs a root_dir: the directory that is published there")

    def leaves_out(self, written: str) -> bool:
        """Whether a reference is not to be looked at."""
        if self.include:
            return not any(re.search(one, written) for one in self.include)
        return any(re.search(one, written) for one in self.exclude)

    @property
    def published_at(self) -> str:
        """The path of `base_url`, with a slash at its end."""
        match = _BASE.fullmatch(self.base_url or "")
        return ((match[1] if match else None) or "/").rstrip("/") + "/"
