"""The parameters of a Safe Link from Microsoft Teams (spec, section 5).

They tell who talked to whom and carry a session credential; `repr` shows nothing of them.
"""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from attrs import field

from safelinks.addresses import percent
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["TeamsData"]

_WAU = pattern_of(r"https://([a-z]{2,5}[0-9]{2})\.safelinks\.", re.IGNORECASE | re.ASCII)
_CONVERSATION = pattern_of(r"convId:\s*([^,}]+)")
_MESSAGE = pattern_of(r"messageId:\s*([^,}]+)")
_MILLISECONDS = pattern_of(r"[0-9]{12,14}", re.ASCII)


@frozen
class TeamsData:
    """Typed access to the raw `parameters` of a link from Teams."""

    parameters: Mapping[str, str] = field(repr=False)

    def _text(self, name: str) -> str:
        return percent.decode(self.parameters.get(name, ""))

    @property
    def locale(self) -> str | None:
        """Language tag of the user interface."""
        return self._text("locale") or None

    @property
    def wau(self) -> str | None:
        """Address of the reputation service of the tenant's region."""
        return self._text("wau") or None

    @property
    def region(self) -> str | None:
        """The tenant's region, the host label of `wau`, such as ``eur02``."""
        match = _WAU.match(self._text("wau"))
        return match[1].lower() if match else None

    @property
    def message_id(self) -> str | None:
        """Teams' own message id: Unix milliseconds."""
        match = _MESSAGE.search(self._text("sd"))
        value = match[1].strip() if match else self._text("si").partition(";")[0]
        return value or None

    @property
    def conversation_id(self) -> str | None:
        """The chat or channel, which may name the people in it. Personal data."""
        match = _CONVERSATION.search(self._text("sd"))
        value = match[1].strip() if match else ";".join(self._text("si").split(";")[2:])
        return value or None

    @property
    def sent_at(self) -> datetime | None:
        """When the message was sent, from its id; UTC."""
        value = self.message_id or ""
        if not _MILLISECONDS.fullmatch(value):
            return None
        try:
            return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(value))
        except OverflowError:
            return None

    @property
    def client(self) -> Mapping[str, object] | None:
        """`clickparams`: application and version, as Teams names its keys."""
        text = self._text("clickparams")
        try:
            value = json.loads(binascii.a2b_base64(text + "=" * (-len(text) % 4)))
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None
