"""What is known of a link, once its address was asked or nobody may ask for it."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from safelinks.addresses.roles import Role
from safelinks.addresses.urls import split
from safelinks.catalog import Match
from safelinks.catalog.entries import Confidence
from safelinks.checks.collecting import is_harmless
from safelinks.errors import InvalidURLError
from safelinks.health.guards.refusal import refusal
from safelinks.health.model.outcome import OF_ROLE, Outcome, Reason
from safelinks.health.model.policy import Policy
from safelinks.links.text_links import Link
from safelinks.rules.checked_link import WORKS

__all__ = ["outcome_of"]

_CAUTIOUS = Policy()


def outcome_of(
    link: Link,
    outcomes: Mapping[str, Outcome],
    match: Match | None,
    role: Role | None = None,
) -> Outcome:
    """What is known of a link; a page that works under a former address is a renamed one.

    What a server says for good counts more than a catalog that is not sure. With a `role`, nobody
    can follow the address, and nothing else is known of it.
    """
    target = link.target or link.url
    outcome = _left_out(link, role) or outcomes.get(target) or _unasked(target)
    if match is None or not match.renamed or outcome.verdict not in WORKS:
        return outcome
    if outcome.reason is Reason.MOVED_PERMANENTLY and match.confidence is not Confidence.HIGH:
        return outcome
    return evolve(outcome, reason=Reason.RENAMED, replacement=match.current_url)


def _left_out(link: Link, role: Role | None) -> Outcome | None:
    """Why a link is never asked, whatever the policy; None for one that may be."""
    if link.error is not None:
        return Outcome(link.url, Reason.WRAPPER, evidence=str(link.error))
    target = link.target or link.url
    if is_harmless(link):
        return Outcome(target, Reason.DEFANGED)
    opaque = link.unwrapped.opaque if link.unwrapped else None
    if opaque is not None and opaque.kind.personal:
        return Outcome(target, Reason.WRAPPER, evidence=str(opaque))
    return None if role is None else Outcome(target, OF_ROLE[role])


def _unasked(target: str) -> Outcome:
    """What is known of an address without asking anybody: whether anybody could ask for it."""
    try:
        split(target)
    except InvalidURLError:
        if refusal(target, _CAUTIOUS) is Reason.INVALID_URL:
            return Outcome(target, Reason.INVALID_URL)
    return Outcome(target, Reason.NOT_ASKED)
