"""An outcome as it is kept in a file, and back; what is personal is not kept at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from types import NoneType
from typing import TypeVar

from safelinks.foundation.patterns import pattern_of
from safelinks.health.model.outcome import Certificate, Hop, Outcome, Reason
from safelinks.wrappers.redaction.link_redaction import shown
from safelinks.wrappers.redaction.mail_address_spellings import tells_of_anybody

__all__ = ["dump", "load"]

_T = TypeVar("_T")
_MOST = 10**9  # of seconds, attempts and the like

# Who is named before the host, also in Proofpoint's second format, which writes ":" as "-3A" and
# "@" as "-40".
_PERSON = pattern_of(r"://[^/?#\s]*@|-3A__\S*-40", re.IGNORECASE)


def dump(outcome: Outcome) -> bytes | None:
    """All of `outcome` but its address, reason and past; None where something in it is personal.

    The address that was asked is left out where it is that of the outcome.
    """
    if any(map(_is_personal, filter(None, _texts(outcome)))):
        return None
    own = _asked(outcome.url)
    certificate = outcome.certificate
    kept = {
        "hops": [
            [None if hop.url == own else hop.url, hop.status, hop.elapsed, hop.method]
            for hop in outcome.hops
        ],
        "replacement": outcome.replacement,
        "evidence": outcome.evidence,
        "attempts": outcome.attempts,
        "error": outcome.error,
        "certificate": certificate
        and [
            certificate.not_before.isoformat(),
            certificate.not_after.isoformat(),
            certificate.names,
        ],
    }
    return json.dumps(kept, separators=(",", ":")).encode()


def load(kept: bytes, url: str, reason: Reason) -> Outcome:
    """The outcome of `url` that `dump` made `kept` of. Raises ValueError if it did not."""
    try:
        fields = json.loads(kept)
        own = _asked(url)
        hops = [_hop(own if asked is None else asked, *rest) for asked, *rest in fields.pop("hops")]
        certificate = fields.pop("certificate")
        for name, kinds in _KINDS.items():
            _checked(fields[name], *kinds)
        return Outcome(
            url,
            reason,
            tuple(hops),
            certificate=None if certificate is None else _certificate(*certificate),
            **fields,
        )
    except (AttributeError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise ValueError("not a kept outcome") from error


_KINDS: Mapping[str, tuple[type, ...]] = {
    "replacement": (str, NoneType),
    "evidence": (str,),
    "attempts": (int,),
    "error": (str,),
}


def _hop(url: str, status: int | None, elapsed: float, method: str) -> Hop:
    _checked(url, str)
    _checked(status, int, NoneType)
    _checked(elapsed, int, float)
    _checked(method, str)
    return Hop(url, status, elapsed, method)


def _certificate(not_before: str, not_after: str, names: list[str]) -> Certificate:
    for name in _checked(names, list):
        _checked(name, str)
    times = datetime.fromisoformat(not_before), datetime.fromisoformat(not_after)
    if any(time.tzinfo is None for time in times):
        raise ValueError("a time without a zone")
    return Certificate(*times, tuple(names))


def _checked(value: _T, *kinds: type) -> _T:
    """`value`, which is of one of these kinds and, if a number, one that there can be."""
    if type(value) not in kinds:
        raise ValueError("a value of another kind")
    if isinstance(value, int | float) and not 0 <= value < _MOST:
        raise ValueError("a number out of range")
    return value


def _asked(url: str) -> str:
    return url.partition("#")[0]


def _texts(outcome: Outcome) -> Iterator[str]:
    """Whatever of `outcome` would be kept and may tell of a person."""
    own = _asked(outcome.url)
    yield from (hop.url for hop in outcome.hops if hop.url != own)
    yield from (outcome.replacement or "", outcome.evidence, outcome.error)
    if outcome.certificate is not None:
        yield from outcome.certificate.names


def _is_personal(text: str) -> bool:
    return shown(text) != text or _PERSON.search(text) is not None or tells_of_anybody(text)
