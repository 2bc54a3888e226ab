"""What a row of the table of wrappers says of a service, and what of a link is secret."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cached_property

from attrs import field

from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.wrappers.microsoft.safelink_grammar import AND
from safelinks.wrappers.vendors import carriers
from safelinks.wrappers.vendors.carriers import Carrier, Decoder
from safelinks.wrappers.vendors.link_ends import End, parameters

__all__ = ["ANYWHERE", "Kind", "Query", "Secrets", "Wrapper", "nothing", "query", "secret"]

_SIGN = pattern_of(r"[^\W_]")
ANYWHERE = "*"  # of links that are known by their path, on whatever host


class Kind(StrEnum):
    """What a wrapper is there for."""

    SECURITY = "security"
    TRACKER = "tracker"
    REDIRECTOR = "redirector"
    SHORTENER = "shortener"

    @property
    def personal(self) -> bool:
        """Whether a link is made for one reader, so that a request counts as their click."""
        return self in (Kind.SECURITY, Kind.TRACKER)


@frozen(eq=False)
class Secrets:
    """What in the links of a service tells the reader, the message or a key, and is blanked.

    `names` are parameters, whose values go. `parts` is a pattern for what else there is beside the
    target: all its groups are secret, and zeros take the place of their letters and digits, so that
    the link keeps its shape. Where nothing is secret, `none` says why.
    """

    names: tuple[str, ...] = ()
    parts: str = ""
    none: str = ""

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        rules = [self.parts] if self.parts else []
        if self.names:
            rules.append(rf"(?:[?\#]|{AND})(?:{'|'.join(map(re.escape, self.names))})=([^&\#]*)")
        return pattern_of("|".join(rules) or "(?!)", re.VERBOSE | re.IGNORECASE | re.ASCII)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where in `text`, a part of a link beside its target, something secret may stand."""
        return [
            match.span(group)
            for match in self._pattern.finditer(text)
            for group in range(1, self._pattern.groups + 1)
            if match[group] is not None
        ]

    def blanked(self, text: str) -> str:
        """`text`, a part of a link beside its target, without what is secret in it."""
        return self._pattern.sub(self._blanked, text)

    def _blanked(self, match: re.Match[str]) -> str:
        named = self._pattern.groups if self.names else 0
        pieces = []
        done = match.start()
        for group in range(1, self._pattern.groups + 1):
            start, end = match.span(group)
            if start >= done:
                shown = "" if group == named else _SIGN.sub("0", match[group])
                pieces += [match.string[done:start], shown]
                done = end
        return "".join((*pieces, match.string[done : match.end()]))


def secret(names: str = "", *, parts: str = "") -> Secrets:
    """What is secret: the parameters `names`, and what the groups of `parts` match."""
    return Secrets(tuple(names.split()), parts)


def nothing(why: str) -> Secrets:
    """Nothing is secret, and `why`."""
    return Secrets(none=why)


@frozen(eq=False)
class Wrapper:
    """A rewriting service.

    `hosts` are names, ``*`` in them standing for any text. `path` is a pattern of what follows the
    host, where not every address of the host is a wrapped link. `end` says what shows in a text
    where a link ends, `secrets` what redaction blanks. `decode` gives the target of an address,
    None where it carries none; `hint` its host name, where the target itself is not there, and
    `recipient` whom the message was delivered to. Links on any host have a path that begins with
    one of `starts`. Links that are `unmarked` have no query and no escapes.
    """

    id: str
    name: str
    kind: Kind
    hosts: tuple[str, ...]
    end: End
    secrets: Secrets
    decode: Carrier | None = None
    path: str = ""
    hint: Decoder | None = None
    recipient: Decoder | None = None
    starts: tuple[str, ...] = field(default=(), kw_only=True)
    unmarked: bool = field(default=False, kw_only=True)

    @property
    def by_shape(self) -> bool:
        """Whether only its shape tells a link of it, which is none where it lacks a part of that.

        On any host, that is; the paths of security services are their own everywhere.
        """
        return bool(self.starts) and self.kind is not Kind.SECURITY

    @property
    def opaque(self) -> bool:
        """Whether its links do not carry their target."""
        return self.decode is None


Query = tuple[End, Secrets, Carrier]


def query(  # noqa: PLR0913  a cell of the table each
    target: str,
    *,
    hidden: str = "",
    public: str = "",
    parts: str = "",
    none: str = "",
    mark: str = "",
    without: str = "",
) -> Query:
    """End, secrets and carrier of links whose target is the parameter `target`, of several names.

    `hidden` are the parameters that are secret, `public` all others. `parts` and `none` are those
    of `Secrets`, `mark` and `without` those of `End`.
    """
    others = f"{hidden} {public}".strip()
    return (
        parameters(target, others, mark=mark, without=without),
        Secrets(tuple(hidden.split()), parts, none),
        carriers.parameter(*target.split("|"), others=others),
    )
