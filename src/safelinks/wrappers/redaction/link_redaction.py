"""Take personal data and credentials out of a wrapped link, layer by layer, and keep its target.

Which part of a link is secret stands in the row of its wrapper; of a Safe Link it is the recipient
in `data`, and the session values of Teams. A layer is blanked at its own depth only: whatever its
target looks like, it stays. Where a string is no whole link, what surely tells of somebody is
blanked wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safelinks.addresses import percent
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.wrappers.microsoft import safelink_grammar
from safelinks.wrappers.microsoft.safelink_grammar import Form, without_json_escapes
from safelinks.wrappers.redaction.credentials import without_users, without_users_anywhere
from safelinks.wrappers.redaction.personal_data import (
    RECIPIENT,
    SESSION,
    TEAMS_PAGE,
    mask,
    recipients,
)
from safelinks.wrappers.redaction.running_text_redaction import blanked
from safelinks.wrappers.vendors.carriers import percent_encoded
from safelinks.wrappers.vendors.wrapper_table import Wrapper, wrapper_of

__all__ = ["redact", "shown"]

_DEEPEST = 12
_LONGEST_SCHEME = 12
_SCHEME = pattern_of(r"https?://", re.IGNORECASE)
_WEB = pattern_of(r"https?://[^\s<>\"]+", re.IGNORECASE)
_ENCODED_BAR = pattern_of("%(?:25)*+7C", re.IGNORECASE)
_AT = pattern_of(r"@|%(?:25)*+40|&(?:\#0*64|\#x0*40|commat);", re.IGNORECASE)
_SAFE_LINKS = ("safelinks.protection", "safelinks%", TEAMS_PAGE)
# An address within another, percent-encoded however often.
_WITHIN = pattern_of(
    r"(?<=[^a-z])https?(?::|(?P<colon>%(?:25)*+3A))(?:/|%(?:25)*+2F){2}", re.IGNORECASE
)
_RAW_VALUE = pattern_of(r"[^\s<>\"]*")
# An address in which nothing is escaped, no other address stands, and no sign that could be "@"
# or a bar: if it is no wrapper, nothing in it is secret but the name of somebody who is known.
_OPEN = pattern_of(
    r"https?://(?:[A-Za-z0-9._~!$'()*+,=\[\]#?]++|-(?!40)|/(?!/)|:(?!/)|&(?!#))*+\Z", re.IGNORECASE
)


def redact(url: str, known: frozenset[str] = frozenset()) -> str:
    """`url` without the recipient's address and whatever else is secret, in every layer.

    The fields that hold them are blanked. The addresses in them, and those that are `known` from
    elsewhere, are masked wherever else they stand, as in a target.

    >>> redact("https://nam06.safelinks.protection.outlook.com/?url=x&data=05%7C02%7Cme%40a.org%7C")
    'https://nam06.safelinks.protection.outlook.com/?url=x&data=05%7C02%7C%7C'
    """
    if _is_open(url):
        return mask(url, known)
    return _without(url, _Hidden(_with_those_of(url, known)))


def shown(url: str, known: frozenset[str] = frozenset()) -> str:
    """What may be shown of `url`: the same, and no user and no password in any layer, either.

    >>> shown("https://www.google.com/url?q=https%3A%2F%2Fme%3Asecret%40a.example")
    'https://www.google.com/url?q=https%3A%2F%2F[user]@a.example'
    """
    if _is_open(url):
        return mask(url, known)
    return _without(url, _Hidden(_with_those_of(url, known), users=True))


def _is_open(url: str) -> bool:
    """Whether no part of `url` is secret, as in nearly all that were never wrapped."""
    return (
        _OPEN.match(url) is not None
        and wrapper_of(url) is None
        and safelink_grammar.target_of(url) is None
        and TEAMS_PAGE not in url.lower()
    )


@frozen
class _Hidden:
    """What is hidden wherever it stands: the addresses of `people`, and `users` of sites."""

    people: frozenset[str]
    users: bool = False

    def __call__(self, text: str) -> str:
        text = mask(text, self.people)
        return without_users(text) if self.users else text


def _with_those_of(url: str, known: frozenset[str]) -> frozenset[str]:
    people = frozenset(_people(url))
    return known if people <= known else known | people


def _without(url: str, hidden: _Hidden) -> str:
    if _SCHEME.match(url) and not _has_blanks(url):
        text = _layer(url, hidden, 0)
    else:
        text = _loose(_WEB.sub(lambda match: _layer(match[0], hidden, 0), url))
    return hidden(text)


def _has_blanks(text: str) -> bool:
    return any(map(str.isspace, text))


def _people(url: str) -> Iterator[str]:
    """The addresses, in lower case, that any layer of `url` was sent to."""
    yield from recipients(url)
    for _ in range(_DEEPEST):
        row = wrapper_of(url)
        if row is not None and row.recipient is not None:
            recipient = row.recipient(url)
            if recipient:
                yield recipient.lower()
        target = _target(url, row)
        if not target:
            return
        url = target
        yield from recipients(url)


def _target(url: str, row: Wrapper | None) -> str | None:
    if row is not None:
        return row.decode(without_json_escapes(url)) if row.decode else None
    return safelink_grammar.target_of(url)


def _layer(url: str, hidden: _Hidden, depth: int) -> str:
    """`url`, which may be a wrapped link, without what is secret in it and in its target."""
    if depth == _DEEPEST:
        return _loose(url)
    span = safelink_grammar.value_span(url)
    if span is not None:
        return _safe_link(url, span, hidden, depth)
    if safelink_grammar.target_of(url) is not None:
        return _loose(url)  # a Safe Link, so damaged that nothing tells where its target ends
    row = wrapper_of(url)
    return _plain(url, hidden, depth) if row is None else _wrapped(url, row, hidden, depth)


def _safe_link(url: str, span: tuple[int, int], hidden: _Hidden, depth: int) -> str:
    start, end = span
    secrets = SESSION if safelink_grammar.form_at(url) is Form.TEAMS else RECIPIENT
    before, value, after = url[:start], url[start:end], url[end:]
    target = safelink_grammar.target_of(url) or ""
    inner = hidden(_layer(target, hidden, depth + 1))
    if inner != target:
        value = percent_encoded(inner)
    return secrets.sub(r"\1", before) + value + secrets.sub(r"\1", after)


def _wrapped(url: str, row: Wrapper, hidden: _Hidden, depth: int) -> str:
    url = without_json_escapes(url)
    place = row.decode.find(url) if row.decode else None
    if place is None or row.decode is None:
        if hidden.users:
            url = without_users_anywhere(url)
        # On any host it is a link of that service only if it is whole.
        return _plain(url if row.by_shape else row.secrets.blanked(url), hidden, depth)
    match, target = place
    start, end = match.span("target")
    inner = hidden(_layer(target, hidden, depth + 1))
    value = url[start:end]
    if row.decode.write is None:
        if inner != target:
            return inner  # no link of that service can be written
    elif inner != target or row.decode.tells_more:
        value = row.decode.write(match, inner)
    return f"{row.secrets.blanked(url[:start])}{value}{row.secrets.blanked(url[end:])}"


def _plain(url: str, hidden: _Hidden, depth: int) -> str:
    """`url`, which is no wrapper, without what is secret in wrapped links that stand in it."""
    pieces = []
    done = 0
    for match in _WITHIN.finditer(url):
        start = match.start()
        if not done <= start or not start:
            continue
        times = (len(match["colon"]) - 1) // 2 if match["colon"] else 0
        end = _value_end(url, start, times)
        value = url[start:end]
        address = value
        for _ in range(times):
            address = percent.decode(address)
        shown = _layer(address, hidden, depth + 1)
        if shown != address:
            for _ in range(times):
                shown = percent_encoded(shown)
            value = shown
        pieces += [url[done:start], value]
        done = end
    text = "".join((*pieces, url[done:]))
    return text if depth and not any(sign in text.lower() for sign in _SAFE_LINKS) else _loose(text)


def _value_end(url: str, start: int, times: int) -> int:
    """Where the value ends that begins at `start` and is encoded so many `times`."""
    if not times:
        match = _RAW_VALUE.match(url, start)
        return match.end() if match else len(url)
    outer = "".join(f"|%{'25' * less}26" for less in range(times - 1))
    stop = re.compile(rf"[^A-Za-z0-9%_.!~*'()-]{outer}").search(url, start)
    return stop.start() if stop else len(url)


def _loose(text: str) -> str:
    """`text` without what in it tells of somebody, wherever that stands: it is no whole link."""
    lower = text.lower()
    if "data" in lower:
        sure = any(sign in lower for sign in _SAFE_LINKS)
        text = RECIPIENT.sub(
            lambda match: match[1] if sure or _AT.search(match["recipient"]) else match[0], text
        )
    if "://" not in text[:_LONGEST_SCHEME] and _ENCODED_BAR.search(text):
        text = blanked(text)  # a rest without its head
    return SESSION.sub(r"\1", text) if TEAMS_PAGE in lower else text
