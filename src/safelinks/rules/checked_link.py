"""`CheckedLink`: one address in one file, all that is known of it, and where it stands.

Values only. Rows are made without the recipient's address and without session credentials, unless
these are asked for: nobody who reads them has to remember that.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from attrs import evolve, field

from safelinks.addresses.place import Place
from safelinks.addresses.roles import Role
from safelinks.addresses.urls import compare_key, split
from safelinks.catalog import Match, Suspicion
from safelinks.catalog.entries import Confidence
from safelinks.documents.verbatim.verbatim_ranges import Within
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen, with_texts
from safelinks.health.model.outcome import OF_ROLE, Outcome, Reason, Verdict

__all__ = ["BROKEN", "WORKS", "CheckedLink", "Sighting", "over_https"]

BROKEN = frozenset({Verdict.DEAD, Verdict.FAILING})
WORKS = frozenset({Verdict.ALIVE, Verdict.MOVED})
_NO_LINKS = frozenset(OF_ROLE.values())
_HTTP = pattern_of(r"http(?=://)", re.IGNORECASE)
_HTTPS = "https://"  # of an address that is written without a scheme
_PORT = pattern_of(r"[^:]+://[^/?#]*:[0-9]+(?:[/?#]|\Z)")
_PERMANENT = (301, 308)  # RFC 9110, 15.4.2 and 15.4.9


@frozen
class Sighting:
    """A place where an address stands, and what is to be seen of it there.

    `wrappers` are the services whose wrappers are around it, outermost first. `tells_recipient` and
    `tells_session` say what of others those give away. `label` is the text that people see in the
    place of the address, `shown` an address in that which is of another site. `within` is what the
    address is a part of, where that is no text for readers. `role` says why nobody can follow the
    address here; None where somebody can.
    """

    place: Place
    wrappers: tuple[str, ...] = ()
    tells_recipient: bool = False
    tells_session: bool = False
    label: str | None = None
    shown: str | None = None
    within: Within | None = None
    role: Role | None = None

    def as_shown(self, show: Callable[[str], str]) -> Sighting:
        """This sighting, with `show` applied to what the document says there."""
        shown = with_texts(self, show, "label", "shown") if self.label or self.shown else self
        place = self.place.as_shown(show)
        return shown if place is self.place else evolve(shown, place=place)


@frozen
class CheckedLink:
    """One address in one file, with every place where it stands.

    `url` is the link as it stands there, `target` where it leads (None when that is lost), `match`
    what the catalog says, `outcome` what the network said, `recipients` to whom the message was
    delivered (empty unless asked for). `suspicions` say why the address may not be what it seems.
    `excused` is a link that does not work, but has not done so often enough to fail a check.
    `https_answers` is whether the same address was asked over HTTPS, and works there. A
    `personal_redirect` leads to an address that names a recipient where the link does not.
    """

    file: str
    url: str
    target: str | None
    match: Match | None
    outcome: Outcome
    sightings: tuple[Sighting, ...]
    recipients: tuple[str, ...] = field(default=(), repr=False)
    suspicions: tuple[Suspicion, ...] = ()
    excused: bool = False
    https_answers: bool = False
    personal_redirect: bool = False

    @property
    def places(self) -> tuple[Place, ...]:
        """Where the address stands."""
        return tuple(sighting.place for sighting in self.sightings)

    @property
    def link_places(self) -> tuple[Place, ...]:
        """Where somebody can follow the address."""
        return tuple(sighting.place for sighting in self.sightings if sighting.role is None)

    @property
    def address(self) -> str:
        """The address that people are shown: where the link leads, in the spelling of the text."""
        if self.target is None or self.target == f"{_HTTPS}{self.url}":
            return self.url
        return self.target

    @property
    def verdict(self) -> Verdict:
        """The judgement."""
        return self.outcome.verdict

    @property
    def is_link(self) -> bool:
        """Whether anybody can follow it at one of its places."""
        return self.outcome.reason not in _NO_LINKS

    @property
    def renamed(self) -> bool:
        """Whether the catalog knows a newer address of this resource."""
        return self.match is not None and self.match.renamed and self.match.current_url is not None

    @property
    def replacement(self) -> str | None:
        """The address to write instead, where one is known: the catalog's, else the server's."""
        moved = self.outcome.reason is Reason.MOVED_PERMANENTLY
        if self.match is not None and self.renamed and not moved:
            return self.match.current_url
        return self.outcome.replacement

    @property
    def secured(self) -> str | None:
        """This address over HTTPS, if that is known to answer.

        The server itself may lead there, or somebody has asked. None for what is not plain HTTP, or
        does not work.
        """
        is_known = self.https_answers or len(self.outcome.hops) > 1
        if not is_known or self.verdict not in WORKS:
            return None
        secure = over_https(self.target or "")
        if secure is None:
            return None
        return secure if self.https_answers or self._leads_to(secure) else None

    def _leads_to(self, url: str) -> bool:
        """Whether the first redirect is to `url`, in whose place an empty path may be a slash."""
        hops, asked = self.outcome.hops, url.partition("#")[0]
        return len(hops) > 1 and hops[1].url in (asked, f"{asked}/")

    @property
    def fix(self) -> str | None:
        """The address that may be written without asking a person, where there is one.

        That is what a server has said for good, or the catalog with high confidence; never plain
        HTTP in the place of HTTPS, nor anybody's name where none was.
        """
        written = self._certain
        return None if written is None or self.gives_up_tls(written) else written

    def gives_up_tls(self, written: str) -> bool:
        """Whether `written` is plain HTTP in the place of HTTPS."""
        return (self.target or "").lower().startswith("https:") and written.lower().startswith(
            "http:"
        )

    def _asks_for_more(self, match: Match) -> bool:
        """Whether the query says what is wanted of the page, which its new address would not."""
        return "?" not in match.matched and bool(compare_key(split(self.target or ""))[1])

    @property
    def _certain(self) -> str | None:
        match, outcome = self.match, self.outcome
        if outcome.reason is Reason.MOVED_PERMANENTLY:
            return None if self.personal_redirect else outcome.replacement
        if self.renamed and match is not None and match.confidence is Confidence.HIGH:
            return None if self._asks_for_more(match) else match.current_url
        secured = self.secured
        if secured is not None and self._leads_to(secured) and outcome.hops[0].status in _PERMANENT:
            return secured
        return None


def over_https(url: str) -> str | None:
    """An address of plain HTTP as one of HTTPS; None for what is none, or has a port of its own.

    >>> over_https("http://a.example/b"), over_https("http://a.example:8080/")
    ('https://a.example/b', None)
    """
    match = _HTTP.match(url)
    return f"https{url[match.end() :]}" if match and not _PORT.match(url) else None
