"""`CheckOptions`: how documents are checked."""

from __future__ import annotations

from datetime import datetime
from os import PathLike
from typing import Any

from attrs import evolve, field
from attrs.validators import optional

from safelinks.checks.local_link_options import LocalLinkOptions
from safelinks.errors import SetupError
from safelinks.foundation.values import frozen
from safelinks.health.model import policy_settings
from safelinks.rules import Selection
from safelinks.rules.rule_table import OF_LOCAL_LINKS
from safelinks.setting_validators import flag, path, whole

__all__ = ["CheckOptions"]


def _is_selection(_: object, __: object, value: object) -> None:
    if not isinstance(value, Selection):
        raise SetupError(f"selection must be a Selection, not {value!r}")


def _is_local(_: object, __: object, value: object) -> None:
    if value is not None and not isinstance(value, LocalLinkOptions):
        raise SetupError(f"local_links must be LocalLinkOptions or None, not {value!r}")


def _is_time(_: object, __: object, value: Any) -> None:  # noqa: ANN401  what the caller gave
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise SetupError(f"now must be a datetime with a time zone, not {value!r}")


def _archive(given: Any) -> str:  # noqa: ANN401  as above
    try:
        return policy_settings.archive(given)
    except ValueError as error:
        raise SetupError(str(error)) from None


@frozen(kw_only=True)
class CheckOptions:
    """How documents are checked. Raises SetupError for values that make no sense.

    `selection` says which rules count, and which findings fail. `show_recipients` puts whom links
    were sent to into the report, `keep_texts` the texts, for formats that show them. With `https`,
    addresses of plain HTTP are asked over HTTPS, too: the report says which may be replaced.
    A link that does not work fails the check only after `dead_after` runs in a row, which takes a
    `Checker` with a history. What stands in the file `baseline` does not fail it, either;
    `update_baseline` writes what is found now into that file. `keep_redirectors` is that of
    `safelinks.unwrap`. Links to files are resolved as `local_links` says; with None, they are not
    looked at. With `suggest`, the web archive at `archive`, a TimeGate (RFC 7089), is asked for
    copies of pages that are gone. `now` is the time of the report, by default that of its making.
    """

    selection: Selection = field(factory=Selection, validator=_is_selection)
    show_recipients: bool = field(default=False, validator=flag)
    keep_texts: bool = field(default=False, validator=flag)
    https: bool = field(default=False, validator=flag)
    dead_after: int = field(default=1, validator=whole(1))
    baseline: str | PathLike[str] | None = field(default=None, validator=optional(path))
    update_baseline: bool = field(default=False, validator=flag)
    keep_redirectors: bool = field(default=False, validator=flag)
    local_links: LocalLinkOptions | None = field(factory=LocalLinkOptions, validator=_is_local)
    suggest: bool = field(default=False, validator=flag)
    archive: str = field(default=policy_settings.WEB_ARCHIVE, converter=_archive)
    now: datetime | None = field(default=None, validator=optional(_is_time))

    @property
    def counting(self) -> Selection:
        """The rules that count: those about links to files only if these are looked at."""
        if self.local_links is not None:
            return self.selection
        unseen = (rule.code for rule in OF_LOCAL_LINKS.values())
        return evolve(self.selection, ignore=(*self.selection.ignore, *unseen))

    def __attrs_post_init__(self) -> None:
        """Raises SetupError for options that contradict each other."""
        if self.update_baseline and self.baseline is None:
            raise SetupError("update_baseline needs a baseline to write to")
        if self.update_baseline and self.show_recipients:
            raise SetupError("a baseline names no recipients: leave out show_recipients")
