"""`Match`: what a catalog says of an address, by which of its rules, and how sure that is.

Values and sentences only. It knows the rules by rank and score, not how they are looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum, StrEnum

from attrs import evolve, field, fields

from safelinks.addresses.urls import registrable_domain
from safelinks.catalog.entries import Agency, Confidence, Resource
from safelinks.foundation.values import frozen, with_texts
from safelinks.wrappers.redaction.link_redaction import redact
from safelinks.wrappers.redaction.personal_data import mask, recipients
from safelinks.wrappers.unwrapping import Unwrapped

__all__ = ["Inference", "Match", "MatchedRule"]


class MatchedRule(IntEnum):
    """What said so, by its rank: the first that hits wins.

    The first five name a resource, the next four a body, the next two whose domain it is.
    """

    ADDRESS = 1
    FORMER_ADDRESS = 2
    IDENTIFIER = 3
    PREFIX = 4
    HOST = 5
    AGENCY_HOST = 6
    HOST_NUMBER = 7
    PATH_NAME = 8
    SUBDOMAIN = 9
    OWNER = 10
    OPEN_SUFFIX = 11
    EXTERNAL = 12


class Inference(StrEnum):
    """What is concluded from an address that is not listed as it is. The values are stable."""

    SHORT_NAME = "short-name"
    OTHER_HOST = "other-host"
    FORMER_PLACE = "former-place"


_SCORES: Mapping[MatchedRule, float] = {
    MatchedRule.ADDRESS: 1.0,
    MatchedRule.FORMER_ADDRESS: 0.95,
    MatchedRule.IDENTIFIER: 0.9,
    MatchedRule.PREFIX: 0.8,
    MatchedRule.HOST: 0.7,
    MatchedRule.AGENCY_HOST: 0.6,
    MatchedRule.HOST_NUMBER: 0.55,
    MatchedRule.PATH_NAME: 0.5,
    MatchedRule.SUBDOMAIN: 0.45,
    MatchedRule.OWNER: 0.3,
    MatchedRule.OPEN_SUFFIX: 0.1,
    MatchedRule.EXTERNAL: 0.0,
}
_LOW_CONFIDENCE = 0.8  # factor
_INFERRED = {Inference.SHORT_NAME: 0.8, Inference.OTHER_HOST: 0.8}  # factors


@frozen(repr=False)
class Match:
    """What a catalog says of an address, `url`, which leads to `target`; None is not known.

    `rule` and `score` say how sure it is, `matched` what of the address said so, and `reason` puts
    that in one sentence. Rules 1 to 5 give the `resource`, and so its `agency`; rules
    6 to 9 the `agency` alone, and rule 8 the resource with a short name, too; rule 10 the `owner`
    of the domain. `inference` is what was concluded beside: from a short name, from a page on
    another host than usual, or from a host or folder that is a former one. `identifier` is what the
    address carries beside, such as the number of an article. `current_url` is the address in force
    of the resource, None where it has none, and `renamed` says that this is another one than was
    asked for; on what evidence, is in `confidence`, `evidence` and `as_of`. `peeled` are the
    wrapped links on the way; whom they were sent to is in no `repr`.
    """

    url: str
    rule: MatchedRule
    matched: str = ""
    resource: Resource | None = None
    agency: Agency | None = None
    owner: Agency | None = None
    identifier: str | None = None
    current_url: str | None = None
    renamed: bool = False
    host: str | None = None
    target: str | None = None
    peeled: tuple[Unwrapped, ...] = field(default=(), eq=False)
    of_mail_domain: Callable[[str], Agency | None] | None = field(default=None, eq=False)
    inference: Inference | None = None

    @property
    def score(self) -> float:
        """How sure it is, from 0 to 1; a resource of low confidence counts less."""
        low = self.resource is not None and self.resource.confidence is Confidence.LOW
        sure = _INFERRED.get(self.inference, 1.0) if self.inference else 1.0
        return _SCORES[self.rule] * sure * (_LOW_CONFIDENCE if low else 1.0)

    @property
    def reason(self) -> str:
        """Why, in one sentence, without the full stop."""
        sentence = _OF_INFERENCES[self.inference] if self.inference else _SENTENCES[self.rule]
        return sentence(self)

    @property
    def reader(self) -> Agency | None:
        """For a wrapped link, the body whose mail domain the recipient has; never the person."""
        layers = (layer for unwrapped in self.peeled for layer in unwrapped.layers)
        recipient = next((layer.recipient for layer in layers if layer.recipient), None)
        if recipient is None or self.of_mail_domain is None:
            return None
        return self.of_mail_domain(recipient.rpartition("@")[2])

    def redacted(self, known: frozenset[str] = frozenset()) -> Match:
        """This match without recipients and without the `known` mail addresses."""
        known = known.union(recipients(self.url), *(one.recipients for one in self.peeled))
        return evolve(
            self,
            url=redact(self.url, known),
            target=self.target and redact(self.target, known),
            identifier=self.identifier and mask(self.identifier, known),
        )

    def as_shown(self, show: Callable[[str], str]) -> Match:
        """This match, with `show` applied to what is of the link."""
        return with_texts(self, show, "url", "target", "identifier")

    def __repr__(self) -> str:
        shown = self.redacted()
        named = (f"{name}={getattr(shown, name)!r}" for name in _SHOWN)
        return f"Match({', '.join(named)})"

    @property
    def site(self) -> str | None:
        """The registrable domain of the address; None where it has no host."""
        return registrable_domain(self.host) if self.host else None

    @property
    def confidence(self) -> Confidence | None:
        """How sure the entry of the resource is."""
        return self.resource.confidence if self.resource else None

    @property
    def evidence(self) -> tuple[str, ...]:
        """Where the entry of the resource, or of the body, was taken from."""
        entry = self.resource or self.agency or self.owner
        return entry.sources if entry else ()

    @property
    def as_of(self) -> str | None:
        """The ISO 8601 date of the newest evidence; None where that has no date."""
        entry = self.resource or self.agency or self.owner
        return entry.as_of if entry else None


_SHOWN = [one.name for one in fields(Match) if one.name not in ("peeled", "of_mail_domain")]


def _name(match: Match) -> str:
    entry = match.resource or match.agency or match.owner
    return entry.name if entry else ""


def _former(match: Match) -> str:
    now = match.current_url or "none is known"
    return f"this is a former address of {_name(match)}; current: {now}"


def _external(match: Match) -> str:
    if match.host is None:
        return match.matched or "not an address with a host"
    return f"{match.site} is not in the catalog"


_SENTENCES: Mapping[MatchedRule, Callable[[Match], str]] = {
    MatchedRule.ADDRESS: lambda match: f"this is the address of {_name(match)}",
    MatchedRule.FORMER_ADDRESS: _former,
    MatchedRule.IDENTIFIER: lambda match: (
        f"{match.matched} {match.identifier} is of {_name(match)}"
    ),
    MatchedRule.PREFIX: lambda match: f"this is below {match.matched}, which is {_name(match)}",
    MatchedRule.HOST: lambda match: f"the host {match.matched} is {_name(match)}",
    MatchedRule.AGENCY_HOST: lambda match: f"the host {match.matched} belongs to {_name(match)}",
    MatchedRule.HOST_NUMBER: lambda match: (
        f"the host number {match.matched} is that of {_name(match)}"
    ),
    MatchedRule.PATH_NAME: lambda match: f"the path name {match.matched} is that of {_name(match)}",
    MatchedRule.SUBDOMAIN: lambda match: f"the subdomain {match.matched} is that of {_name(match)}",
    MatchedRule.OWNER: lambda match: (
        f"{match.matched} is a domain of {_name(match)}, but it is not known whose page this is"
    ),
    MatchedRule.OPEN_SUFFIX: lambda match: (
        f"{match.site} is not in the catalog, and {match.matched}"
    ),
    MatchedRule.EXTERNAL: _external,
}
_OF_INFERENCES: Mapping[Inference, Callable[[Match], str]] = {
    Inference.SHORT_NAME: lambda match: f"the short name {match.matched} is that of {_name(match)}",
    Inference.OTHER_HOST: lambda match: (
        f"this is {match.matched}, a page of {_name(match)}, shown on {match.host}"
    ),
    Inference.FORMER_PLACE: lambda match: (
        f"{match.matched} is a former place of {_name(match)}; current: "
        f"{match.current_url or 'none is known'}"
    ),
}
