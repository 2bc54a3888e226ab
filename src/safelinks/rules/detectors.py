"""What each rule looks for: functions from a row to what there is to say of it.

They know rows, and no codes. Messages hold text of strangers as it stands; whoever shows one has to
escape it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from enum import Enum, auto
from itertools import pairwise

from safelinks.addresses.place import Place
from safelinks.addresses.schemes import is_live
from safelinks.catalog.lookalikes.suspicions import Sign
from safelinks.catalog.match import Inference
from safelinks.foundation.values import frozen
from safelinks.health.model.outcome import MEANING, Reason, Verdict
from safelinks.rules.checked_link import BROKEN, WORKS, CheckedLink, Sighting
from safelinks.rules.finding import Level

__all__ = [
    "FEW_DAYS",
    "Aspect",
    "Look",
    "RuleResult",
    "aspects_of",
    "certificate_ending",
    "dead",
    "downgraded",
    "failing",
    "former_address",
    "invalid_address",
    "label_mismatch",
    "moved",
    "plain_http",
    "recipient_exposed",
    "session_exposed",
    "suspicious",
    "target_lost",
    "uncertain",
    "wrapped",
]

FEW_DAYS = 14  # that a certificate has left


@frozen
class RuleResult:
    """What there is to say of a row, at some of its places or, with None, at all of them.

    `level` is another than the rule's own, where this one matters less.
    """

    message: str
    places: tuple[Place, ...] | None = None
    replacement: str | None = None
    fixable: bool = False
    level: Level | None = None


Look = Callable[[CheckedLink, datetime], Iterator[RuleResult]]


class Aspect(Enum):
    """What a row must have for some of the rules to find anything in it."""

    WRAPPED = auto()
    SUSPECTED = auto()
    SHOWN = auto()  # an address of another site in its label
    TROUBLED = auto()  # its outcome is more than that it works, or that nobody was asked
    INSECURE = auto()  # it works, and may be plain HTTP
    REDIRECTED = auto()
    CERTIFIED = auto()
    RENAMED = auto()  # or named by what was concluded


def aspects_of(row: CheckedLink) -> tuple[bool, ...]:
    """Which aspects a row has, in their order: most have none, and no rule has to look at them."""
    outcome = row.outcome
    wrapped = shown = False
    for one in row.sightings:
        wrapped = wrapped or bool(one.wrappers or one.tells_recipient or one.tells_session)
        shown = shown or one.shown is not None
    return (
        wrapped,
        bool(row.suspicions),
        shown,
        outcome.reason not in _UNTROUBLED,
        outcome.verdict in WORKS and not (row.target or "").startswith("https:"),
        len(outcome.hops) > 1,
        outcome.certificate is not None,
        row.match is not None and (row.match.renamed or row.match.inference in _CONCLUDED),
    )


_UNTROUBLED = frozenset({Reason.OK, Reason.REDIRECTED, Reason.NOT_ASKED})


# --- The wrapper ---


def recipient_exposed(row: CheckedLink, _: datetime) -> Iterator[RuleResult]:
    """A wrapped link contains its recipient."""
    message = "the wrapped link contains the recipient's mail address"
    yield from _to_unwrap(row, message, lambda one: one.tells_recipient)


def session_exposed(row: CheckedLink, _: datetime) -> Iterator[RuleResult]:
    """A link of Teams carries what is secret."""
    message = "the wrapped link contains a Teams session credential"
    yield from _to_unwrap(row, message, lambda one: one.tells_session)


def wrapped(row: CheckedLink, _: datetime) -> Iterator[RuleResult]:
    """A link is wrapped, and says nothing worse."""
    plain = {
        sighting.place: " and ".join(dict.fromkeys(sighting.wrappers))
        for sighting in row.sightings
        if sighting.wrappers and not (sighting.tells_recipient or sighting.tells_session)
    }
    for services in dict.fromkeys(plain.values()):
        places = tuple(place for place, one in plain.items() if one == services)
        yield _unwrapped(row, f"the link is wrapped by {services}", places)


def _to_unwrap(
    row: CheckedLink, message: str, does: Callable[[Sighting], bool]
) -> Iterator[RuleResult]:
    """The places of wrapped links of which something is true; the target fixes them."""
    places = tuple(sighting.place for sighting in row.sightings if does(sighting))
    if places:
        yield _unwrapped(row, message, places)


def _unwrapped(row: CheckedLink, message: str, places: tuple[Place, ...]) -> RuleResult:
    """What to write is inside, unless that is no address of a page or a person.

    A script runs, and a relative address leads elsewhere, where no wrapper is around it.
    """
    written = row.target if row.target and is_live(row.target) else None
    return RuleResult(message, places, written, fixable=written is not None)


def target_lost(row: CheckedLink, _: datetime) -> Iterator[RuleResult]:
    """A wrapped link no longer leads anywhere that could be found out."""
    if row.outcome.reason is Reason.WRAPPER:
        yield RuleResult(row.outcome.evidence or MEANING[Reason.WRAPPER])


# --- What an address pretends ---


def suspicious(*signs: Sign) -> Look:
    """A rule about suspicions with these `signs`."""

    def look(row: CheckedLink, _: datetime) -> Iterator[RuleResult]:
        yield from (RuleResult(one.reason) for one in row.suspicions if one.sign in signs)

    return look


def label_mismatch(row: CheckedLink, _: datetime) -> Iterator[RuleResult]:
    """People see the address of another site."""
    for sighting in row.sightings:
        if sighting.shown is not None:
            message = f"the text shows {sighting.shown}, but the link leads to another site"
            yield RuleResult(message, (sighting.place,))


# --- The network ---


def dead(row: CheckedLink, _: datetime) -> Iterator[RuleResult]:
    """There is no such page."""
    if row.verdict is Verdict.DEAD:
        yield _broken(row)


def failing(row: CheckedLink, _: datetime) -> Iterator[RuleResult]:
    """It does not work now."""
    if row.verdict is Verdict.FAILING:
        yield _broken(row)


def _broken(row: CheckedLink) -> RuleResult:
    message = _told(row)
    past = row.outcome.past
    if past is not None and past.runs:
        runs = "1 run" if past.runs == 1 else f"{past.runs:,} runs"
        since = f" since {past.since:%Y-%m-%d} ({runs})" if past.since else f" in {runs}"
        worked = f", last worked {past.last_alive:%Y-%m-%d}" if past.last_alive else ""
        message += f"; failing{since}{worked}"
    if row.excused:
        message += "; not enough runs to fail the check"
    level = Level.WARNING if row.excused else None
    return RuleResult(message, None, row.replacement, fixable=row.fix is not None, level=level)


def _told(row: CheckedLink) -> str:
    """The verdict in words, and what was seen."""
    outcome = row.outcome
    words = MEANING[outcome.reason]
    return f"{words} ({outcome.evidence})" if outcome.evidence else words


def moved(row: CheckedLink, _: datetime) -> Iterator[RuleResult]:
    """The server says that it lives elsewhere permanently."""
    if row.outcome.reason is Reason.MOVED_PERMANENTLY:
        message, written = "the page has moved permanently", row.replacement
        if written is not None and row.gives_up_tls(written):  # which nobody should write
            yield RuleResult(f"{message}, from https to http")
        else:
            yield RuleResult(message, None, written, fixable=row.fix is not None)


def uncertain(row: CheckedLink, _: datetime) -> Iterator[RuleResult]:
    """Something is there, and does not let programs see it."""
    if row.verdict is Verdict.UNCERTAIN:
        yield RuleResult(f"{_told(row)}; open it in a browser to see whether it works")


def plain_http(row: CheckedLink, _: datetime) -> Iterator[RuleResult]:
    """Plain HTTP, where HTTPS answers."""
    if row.secured is not None and row.outcome.reason is not Reason.MOVED_PERMANENTLY:
        fixable = row.fix == row.secured
        yield RuleResult("the link uses http, but https works", None, row.secured, fixable)


def downgraded(row: CheckedLink, _: datetime) -> Iterator[RuleResult]:
    """A redirect gives up TLS."""
    schemes = [hop.url.partition(":")[0].lower() for hop in row.outcome.hops]
    if ("https", "http") in pairwise(schemes):
        yield RuleResult("it redirects from https to http, which others can read and change")


def certificate_ending(row: CheckedLink, now: datetime) -> Iterator[RuleResult]:
    """A certificate that was accepted has few days left."""
    certificate = row.outcome.certificate
    if certificate is None or row.verdict not in WORKS:
        return
    days = certificate.days_left(now)
    if days < 0:
        yield RuleResult(f"the server's certificate expired on {certificate.not_after:%Y-%m-%d}")
    elif days < FEW_DAYS:
        yield RuleResult(
            f"the server's certificate expires on {certificate.not_after:%Y-%m-%d}, "
            f"in {days} {'day' if days == 1 else 'days'}"
        )


def invalid_address(row: CheckedLink, _: datetime) -> Iterator[RuleResult]:
    """Nobody can ask for it."""
    if row.outcome.reason is Reason.INVALID_URL:
        yield RuleResult(_told(row))


# --- The catalog ---


_CONCLUDED = (Inference.FORMER_PLACE, Inference.OTHER_HOST)


def former_address(row: CheckedLink, _: datetime) -> Iterator[RuleResult]:
    """The catalog knows a newer address."""
    match = row.match
    if match is None or match.resource is None:
        return
    if match.inference in _CONCLUDED:
        yield RuleResult(match.reason, level=Level.NOTE)
    if not row.renamed:
        return
    moved_elsewhere = row.outcome.reason is Reason.MOVED_PERMANENTLY
    name, now = match.resource.name, match.current_url
    gone = ", which does not work" if row.verdict in BROKEN else ""
    fixable = row.fix == now and not moved_elsewhere
    yield RuleResult(f"a former address of {name}{gone}", None, now, fixable)
