"""What a web archive is asked, and what its answer says (Memento, RFC 7089), without I/O.

A TimeGate is an address behind which that of a page is written. It redirects to the copy that is
nearest to the time asked for. In the address of the copy, as the Wayback Machine and pywb write it,
stands when it was made and of what: ``/web/20190304050607/https://a.example/``.
"""

from __future__ import annotations

from datetime import UTC, datetime

from attrs import evolve

from safelinks.addresses import percent
from safelinks.addresses.urls import request_key, split
from safelinks.errors import InvalidURLError
from safelinks.foundation.patterns import pattern_of
from safelinks.health.judgement.redirects import REDIRECTS, Way, resolved
from safelinks.health.model.exchange import Answer, Request
from safelinks.health.model.outcome import ArchivedCopy
from safelinks.health.model.policy import Method, Policy
from safelinks.wrappers.redaction.link_redaction import shown

__all__ = ["copy_in", "copy_request"]

_COPY = pattern_of(r"/(?P<time>[0-9]{14})(?:[a-z]{2}_)?/(?P<url>https?://.+)")
_UNSAFE = pattern_of(r"[^!-~]")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip


def copy_request(archive: str, url: str, near: datetime | None, policy: Policy) -> Request:
    """The question for a copy of `url`, of the time `near`, or the newest there is.

    `archive` is a TimeGate that ends with a slash. A HEAD has no body that could be read. Neither
    the fragment nor what only says where a click came from is sent.
    """
    gate = archive + _sent(url)
    request = Way(gate, policy, Method.HEAD, gate).request_to(
        gate, policy.budget, Method.HEAD, aside=True
    )
    if near is None:
        return request
    return evolve(request, headers={**request.headers, "Accept-Datetime": _http_day(near)})


def copy_in(answer: Answer, archive: str, url: str) -> ArchivedCopy | None:
    """The copy of `url` that the `answer` of the `archive` leads to; None for all else.

    It has to be at the archive itself, and of this very address: but for the scheme, and a slash at
    the end of the path.
    """
    gate = archive + _sent(url)
    if answer.status not in REDIRECTS:
        return None
    location = resolved(answer.headers.get("location", "").strip(" \t"), gate)
    if location is None or not _is_at(location, archive):
        return None
    location = location.partition("#")[0]
    match = _COPY.search(location)
    if match is None or not _is_same(match["url"], url) or shown(location) != location:
        return None
    made = _time(match["time"])
    return None if made is None else ArchivedCopy(location, made)


def _sent(url: str) -> str:
    """`url` as an archive is told of it."""
    return percent.encode(request_key(url.partition("#")[0]), _UNSAFE)


def _is_at(location: str, archive: str) -> bool:
    copy, gate = split(location), split(archive)
    if copy.userinfo is not None or copy.scheme not in ("http", "https"):
        return False
    is_usual = copy.port is None and gate.port is None  # over TLS or not
    return copy.host == gate.host and (is_usual or copy.effective_port == gate.effective_port)


def _is_same(one: str, other: str) -> bool:
    try:
        return _compared(one) == _compared(other)
    except InvalidURLError:
        return False


def _compared(url: str) -> tuple[str, str, str | None]:
    sent = split(_sent(url))
    if sent.userinfo is not None:
        raise InvalidURLError(url)
    place = f"{sent.host}:{sent.port or ''}"
    return place, sent.path.removesuffix("/"), sent.query


def _time(digits: str) -> datetime | None:
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _http_day(moment: datetime) -> str:
    """The noon of a day in the form of HTTP (RFC 9110, 5.6.7), whatever the machine's language.

    When on that day a mail was sent is nobody's business.

    >>> _http_day(datetime(2019, 3, 4, 5, 6, 7, tzinfo=UTC))
    'Mon, 04 Mar 2019 12:00:00 GMT'
    """
    utc = moment.astimezone(UTC)
    day, month = _DAYS[utc.weekday()], _MONTHS[utc.month - 1]
    return f"{day}, {utc.day:02} {month} {utc.year:04} 12:00:00 GMT"
