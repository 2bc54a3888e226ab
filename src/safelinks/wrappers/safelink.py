"""`SafeLink`: one Safe Link, its target and everything it tells (spec, sections 1 to 5).

It gives names and types to what `safelink_grammar`, `data_field` and `teams_parameters` read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import ClassVar
from uuid import UUID

from safelinks.addresses import percent
from safelinks.addresses.link_errors import NotASafeLinkError, TargetLostError
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.wrappers.microsoft.data_field import DataField
from safelinks.wrappers.microsoft.safelink_grammar import Form, Parts, parts_of, target_of
from safelinks.wrappers.microsoft.teams_parameters import TeamsData
from safelinks.wrappers.redaction.link_redaction import redact, shown
from safelinks.wrappers.redaction.personal_data import recipients

__all__ = ["Form", "SafeLink", "peel_safelink"]

# Nothing, or what is left of an address that was cut off within its scheme.
_STUMP = pattern_of(r"(?:h|ht|htt|https?:?/{0,2})?", re.IGNORECASE)
_LONGEST_STUMP = len("https://")


@frozen(repr=False)
class SafeLink:
    """One Safe Link: where it leads, and what it says about the message it was in.

    `url` is the wrapper as it came, `target` the address it leads to, one layer removed. All else
    is read from `url` when it is first asked for. `repr` shows neither recipient nor credentials.
    """

    wrapper: ClassVar[str] = "Microsoft Safe Links"

    url: str
    target: str

    @classmethod
    def parse(cls, url: str) -> SafeLink:
        """Take `url` apart, strictly.

        Raises NotASafeLinkError when host or path are not Microsoft's, and TargetLostError when
        they are but no target is left (``/GetUrlReputation``, a bare page from an address bar).

        >>> link = SafeLink.parse(
        ...     "https://nam06.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2F"
        ... )
        >>> link.target, link.region
        ('https://example.org/', 'nam06')
        """
        link = peel_safelink(url)
        if link is None:
            raise NotASafeLinkError(url)
        return link

    @cached_property
    def _read(self) -> tuple[Parts, DataField | None]:
        parts = parts_of(self.url)
        if parts is None:  # only a SafeLink built by hand from something else comes here
            raise NotASafeLinkError(self.url)
        raw = parts.parameters.get("data")
        return parts, DataField.parse(raw) if raw else None

    @property
    def parameters(self) -> Mapping[str, str]:
        """Every parameter but `url`, by lower-case name, as it stands in the link."""
        return MappingProxyType(self._read[0].parameters)

    @property
    def form(self) -> Form:
        """Mail, Office document, Teams, or Outlook on the web."""
        return self._read[0].form

    @property
    def region(self) -> str | None:
        """The host's label, such as ``gcc02``; in Teams links that of the tenant's region."""
        parts = self._read[0]
        return TeamsData(parts.parameters).region if parts.form is Form.TEAMS else parts.region

    @property
    def app(self) -> str | None:
        """The letters of ``/ap/…``: ``w`` Word, ``x`` Excel, ``p`` PowerPoint, ``t`` Teams."""
        return self._read[0].app

    @property
    def data(self) -> DataField | None:
        """The `data` field, None where the link has none."""
        return self._read[1]

    @property
    def teams(self) -> TeamsData | None:
        """What a link from Teams carries instead of a `data` field."""
        parts = self._read[0]
        return TeamsData(parts.parameters) if parts.form is Form.TEAMS else None

    @property
    def sdata(self) -> str | None:
        """Base64 of a keyed signature; it cannot be verified offline."""
        value = self._read[0].parameters.get("sdata")
        return percent.decode(value) if value else None

    @property
    def reserved(self) -> str | None:
        """``0`` in every sample known."""
        return self._read[0].parameters.get("reserved")

    @property
    def version(self) -> str | None:
        """Layout of the `data` field, ``01`` to ``05``."""
        data = self.data
        return data.version if data else None

    @property
    def type(self) -> str | None:
        """``01`` or ``02``; the meaning is not known."""
        data = self.data
        return data.type if data else None

    @property
    def recipient(self) -> str | None:
        """The SMTP address the message was delivered to. Personal data."""
        data = self.data
        return data.recipient if data else None

    @property
    def message_id(self) -> UUID | None:
        """Exchange Network Message ID: joins `EmailEvents` and `UrlClickEvents` of Defender."""
        data = self.data
        return data.message_id if data else None

    @property
    def tenant(self) -> UUID | None:
        """Entra tenant id of the recipient."""
        data = self.data
        return data.tenant if data else None

    @property
    def flags(self) -> tuple[int, ...]:
        """One or two flags whose meaning is not known."""
        data = self.data
        return data.flags if data else ()

    @property
    def ticks(self) -> int | None:
        """.NET ticks (100 ns since 0001-01-01, UTC) when the link was rewritten."""
        data = self.data
        return data.ticks if data else None

    @property
    def sent_at(self) -> datetime | None:
        """When the message was accepted (mail) or sent (Teams); UTC."""
        data = self.data
        if data is not None:
            return data.sent_at
        teams = self.teams
        return teams.sent_at if teams else None

    @property
    def wrapped_at(self) -> datetime | None:
        """When the link was rewritten; UTC."""
        data = self.data
        return data.wrapped_at if data else None

    @property
    def verdict(self) -> str | None:
        """Microsoft's verdict when the link was rewritten."""
        data = self.data
        return data.verdict if data else None

    @property
    def source(self) -> str | None:
        """Where the link was rewritten: ``Mailflow`` or ``WAC``."""
        data = self.data
        return data.source if data else None

    @property
    def client(self) -> Mapping[str, object] | None:
        """The client that showed the link, as Microsoft names its keys."""
        data = self.data
        if data is not None:
            return data.client
        teams = self.teams
        return teams.client if teams else None

    @property
    def code(self) -> str | None:
        """Field 10 of `data`, very likely a hexadecimal bit set."""
        data = self.data
        return data.code if data else None

    def redacted(self) -> SafeLink:
        """This link without the recipient's address and without session credentials."""
        return SafeLink(redact(self.url), redact(self.target, recipients(self.url)))

    def __repr__(self) -> str:
        return f"SafeLink(target={shown(self.target, recipients(self.url))!r})"


def peel_safelink(url: str) -> SafeLink | None:
    """One layer off `url`: a SafeLink, or None when `url` is none.

    Raises TargetLostError for a Safe Link without a target.
    """
    target = target_of(url)
    if target is None:
        return None
    if len(target) <= _LONGEST_STUMP and _STUMP.fullmatch(target):
        raise TargetLostError(url)
    return SafeLink(url, target)
