"""Why an address looks like one of the catalog owner's and is not, or should not be in a notice.

It knows how names are imitated, and the `ProtectedNames` of the owner. It must not know resources,
how an address is matched, or the network. It says only what is certain from the name: a stranger's
address that imitates nobody gives no sign, and what the owner's own hosts are called is its affair.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import StrEnum

from safelinks.addresses import percent
from safelinks.addresses.urls import Address, registrable_domain
from safelinks.catalog.lookalikes.confusables import skeleton
from safelinks.catalog.lookalikes.protected_names import ProtectedNames
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen, with_texts

__all__ = [
    "ProtectedNames",
    "Sign",
    "Suspicion",
    "behind_relay",
    "imitation",
    "is_verified",
    "name_before_at",
    "suspicions",
]


class Sign(StrEnum):
    """What makes an address suspicious. The values are stable."""

    LOOKALIKE = "lookalike-host"
    NAME_ELSEWHERE = "borrowed-name"
    NUMBERED_ELSEWHERE = "borrowed-number"
    PATH_ELSEWHERE = "borrowed-path"
    USERINFO = "name-before-at"
    STAGING = "staging-host"
    INSECURE_SIGN_IN = "insecure-sign-in"
    WRAPPER_LOOKALIKE = "lookalike-wrapper"


@frozen
class Suspicion:
    """One sign, why in one sentence, and the true host or domain, where there is one.

    A `faint` one is chance in texts that have nothing to do with the owner.
    """

    sign: Sign
    reason: str
    imitates: str | None = None
    faint: bool = False

    def as_shown(self, show: Callable[[str], str]) -> Suspicion:
        """This suspicion, with `show` applied to its sentence, which quotes the address."""
        return with_texts(self, show, "reason")


# Nobody registers a name under these without saying who they are, so nobody imitates there; but no
# name there has other letters than Latin ones. Library proxies of universities are the common case
# (www.nyc.gov.proxy.library.example.edu).
_VERIFIED = (".gov", ".mil", ".edu")


def suspicions(address: Address, known: ProtectedNames) -> tuple[Suspicion, ...]:
    """What is suspicious about `address`, at most once a sign; empty for what is in order. Total.

    >>> from safelinks.addresses.urls import split
    >>> known = ProtectedNames(frozenset({"nyc.gov"}), frozenset({"www.nyc.gov"}))
    >>> [found.reason for found in suspicions(split("https://www.nyc.gov.evil.example/"), known)]
    ['www.nyc.gov.evil.example contains www.nyc.gov, but is a different site']
    >>> suspicions(split("https://www.nyc.gov/"), known)
    ()
    """
    host, rules = known.judged.get(address.host) or _learn(address, known)
    return tuple([found for rule in rules if (found := rule(address, host, known)) is not None])


def _learn(address: Address, known: ProtectedNames) -> tuple[str, tuple[_Rule, ...]]:
    """The host that is meant by that of `address`, and the rules that may find something there.

    A document has many addresses and few hosts: what a name alone says is found out once.
    """
    host = behind_relay(address.host)
    if known.owner(host):
        rules = _OF_OWN
    elif is_verified(host):
        rules = _OF_VERIFIED
    else:
        rules = _OF_STRANGERS
    telling: list[_Rule] = []
    for rule in rules:
        if rule not in _OF_NAMES:
            telling.append(rule)
        elif (found := rule(address, host, known)) is not None:
            telling.append(_always(found))
    if len(known.judged) >= _MOST_HOSTS:
        known.judged.clear()
    learnt = known.judged[address.host] = host, tuple(telling)
    return learnt


def _always(found: Suspicion) -> _Rule:
    """A rule that finds this in every address."""
    return lambda _address, _host, _known: found


def is_verified(host: str) -> bool:
    """Whether `host` is such as only those are given who have said who they are."""
    return host.endswith(_VERIFIED) and "xn--" not in host


# --- Relays: hosts of a service that name another host, whose pages they pass on ---


def _in_front(name: str) -> str:
    """Defender for Cloud Apps, Netskope and content networks put themselves behind the name."""
    return name


def _in_one_label(name: str) -> str:
    """Google Translate and AMP caches write a dot as "-" and a hyphen as "--"."""
    return re.sub("(?<!-)-(?!-)", ".", name).replace("--", "-")


def _for_library(name: str) -> str:
    """OCLC's proxies are those of libraries: the last label is the library's."""
    return _in_one_label(name.rpartition(".")[0]) or name


_RELAYS: dict[str, Callable[[str], str]] = {
    ".translate.goog": _in_one_label,
    ".cdn.ampproject.org": _in_one_label,
    ".mcas.ms": _in_front,
    ".mcas-gov.ms": _in_front,
    ".mcas-gov.us": _in_front,
    **{f".{region}.cas.ms": _in_front for region in ("us", "us2", "us3", "eu", "eu2")},
    ".rproxy.goskope.com": _in_front,
    ".edgekey.net": _in_front,
    ".edgesuite.net": _in_front,
    ".cdn.cloudflare.net": _in_front,
    ".idm.oclc.org": _for_library,
}
_RELAY_ENDINGS = tuple(_RELAYS)


def behind_relay(host: str) -> str:
    """The host that is meant: `host` itself, or the one whose pages it passes on."""
    if host.endswith(_RELAY_ENDINGS):
        for ending, read in _RELAYS.items():
            if host.endswith(ending):
                return read(host.removesuffix(ending))
    return host


# --- Signs of a stranger's address ---

_NO_HOST = pattern_of(r"[:/\\?#\s]")
_MAX_HOST = 253
_MOST_HOSTS = 4_096  # of which it is remembered what there is to look for


def name_before_at(address: Address, _: str, known: ProtectedNames) -> Suspicion | None:
    """``https://www.nyc.gov@evil.example/``: what stands before the "@" is only a user's name."""
    if not address.userinfo:
        return None
    before = percent.decode(address.userinfo).lower()
    before = _NO_HOST.split(before, maxsplit=1)[0][:_MAX_HOST]
    # A user whose name is an e-mail address ("jo%40nyc.gov@") names a person, no place.
    if "@" in before:
        return None
    # The hyphen at the end lets a name count that nothing follows: it all is before the "@".
    name = known.owner(before) or known.within(f"{skeleton(before)}-")
    if name is None:
        return None
    reason = f"the part before the @ names {name}, but the host is {address.host}"
    return Suspicion(Sign.USERINFO, reason, name)


def _imitation_or_part(_: Address, host: str, known: ProtectedNames) -> Suspicion | None:
    look = skeleton(host)
    return imitation(host, look, known) or _disguised(host, look, known)


def imitation(host: str, look: str, known: ProtectedNames) -> Suspicion | None:
    """The first of the ways to imitate a name that `host` shows, whose skeleton is `look`."""
    return (
        _contains(host, look, known)
        or _drawn_alike(host, look, known)
        or _in_label(host, look, known)
        or _mistyped(host, known)
    )


def _contains(host: str, look: str, known: ProtectedNames) -> Suspicion | None:
    """``www.nyc.gov.evil.example``, ``nyc.gov-payments.info``; or what looks like that."""
    name = known.within(look)
    if name is None:
        return None
    if name in host:
        reason = f"{host} contains {name}, but is a different site"
        return Suspicion(Sign.NAME_ELSEWHERE, reason, name)
    reason = f"{host} contains what looks like {name}, but is a different site"
    return Suspicion(Sign.LOOKALIKE, reason, name)


def _drawn_alike(host: str, look: str, known: ProtectedNames) -> Suspicion | None:
    """``cityofnevvyork.us``: the same but for letters that look like others."""
    name = known.looks_like(look) if look != host else None
    if name is None:
        return None
    return Suspicion(Sign.LOOKALIKE, f"{host} looks like {name}, but has other letters", name)


def _in_label(host: str, look: str, known: ProtectedNames) -> Suspicion | None:
    """``nyc-gov.org``: the owner's name as the name that somebody else has registered.

    Only as registered: what tenants of a platform are called ("nycgov.sharepoint.com") may well be
    the owner's doing.
    """
    if not any(known.brand(label) for label in look.split(".")[:-1]):
        return None
    label = _registered_label(host)
    found = known.brand(skeleton(label))
    if found is None:
        return None
    spelling, domain = found
    if spelling in label or spelling in label.replace("-", ""):
        reason = f"{host} uses the name of {domain}, but is a different domain"
        return Suspicion(Sign.NAME_ELSEWHERE, reason, domain)
    reason = f"{host} looks like the name of {domain}, but is a different domain"
    return Suspicion(Sign.LOOKALIKE, reason, domain)


def _mistyped(host: str, known: ProtectedNames) -> Suspicion | None:
    """``mocsupport.atlassian.net``, ``cityofnewyrok.us``: a letter from a long own name."""
    for label, right in known.mistyped(host):
        meant = ".".join(right if each == label else each for each in host.split("."))
        name = known.owner(meant)
        if name is None and label == _registered_label(host):
            brand = known.brand(skeleton(right))
            name = brand[1] if brand else None
        if name:
            reason = f"{host} is almost {name}: {label} for {right}"
            return Suspicion(Sign.LOOKALIKE, reason, name)
    return _cut_short(host, known)


def _disguised(host: str, look: str, known: ProtectedNames) -> Suspicion | None:
    """``passp0rt.example``: a word of an own host, in what only looks like its letters."""
    if look == host:
        return None
    for label in host.split(".")[:-1]:
        found = known.disguised(label)
        if found is not None:
            piece, true = found
            reason = f"{host} has {piece}, which looks like a part of {true}, but has other letters"
            return Suspicion(Sign.LOOKALIKE, reason, true)
    return None


def _cut_short(host: str, known: ProtectedNames) -> Suspicion | None:
    """``checkbooknyc.co``: the ending of a long name one letter short."""
    if not host.endswith((".co", ".cm")):
        return None
    name = known.owner(f"{host[:-3]}.com")
    if name is None or not known.is_distinctive(name):
        return None
    return Suspicion(Sign.LOOKALIKE, f"{host} is almost {name}: {host[-3:]} for .com", name)


def _label(domain: str) -> str:
    return domain.partition(".")[0]


def _registered_label(host: str) -> str:
    return registrable_domain(host).partition(".")[0]


_NUMBERED = pattern_of(r"(?:www\.)?(a([0-9]{3,4})-[a-z0-9-]+)\.")
# Names of machines are often their number: a184-25-56-1.deploy.static.akamaitechnologies.com.
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})"
_OF_MACHINE = pattern_of(rf"a{_OCTET}(?:-{_OCTET}){{3}}")


def _numbered(_: Address, host: str, known: ProtectedNames) -> Suspicion | None:
    """``a856-cityrecord.ngrok.io``: begins like a host of one of the owner's applications."""
    match = _NUMBERED.match(host)
    if match is None or match[2] not in known.numbers or _OF_MACHINE.fullmatch(match[1]):
        return None
    true = known.applications.get(match[1])
    like = true or "an application's host"
    reason = f"{host} begins with a{match[2]}- like {like}, but does not belong to its owner"
    faint = true is None and not any(_label(domain) in host for domain in known.domains)
    return Suspicion(Sign.NUMBERED_ELSEWHERE, reason, true, faint)


def _path_elsewhere(address: Address, host: str, known: ProtectedNames) -> Suspicion | None:
    """A path that says which product runs there, on another host."""
    found = known.path(address.path)
    if found is None:
        return None
    path, true = found
    what = "another portal of the same product or an imitation"
    reason = f"{host} has the path {path} of {true}: it is {what}"
    return Suspicion(Sign.PATH_ELSEWHERE, reason, true)


# --- Signs of an address of the owner's ---

# Words for a stage of the work on a site, as the first or the last piece of a label; "sit" stands
# last, for it may begin a name.
_DIGITS = "0123456789"
_STAGES = frozenset({"stg", "staging", "uat", "tst", "preprod", "nonprod"})
_STAGES_LAST = _STAGES | {"sit"}
# Words that may be meant otherwise (test-and-trace, econ-dev): they count alone, and where a host
# of the same name without them is listed. A host that is listed itself is meant as it is called.
_PERHAPS = frozenset({"dev", "qa", "test", "stage", "sandbox"})
_APPLICATION = pattern_of(r"a[0-9]{3,4}-")


def _staging(_: Address, host: str, known: ProtectedNames) -> Suspicion | None:
    """``a856-cityrecord-stg.nyc.gov``: where the owner tries things out."""
    labels = host.split(".")
    for at in range(len(labels) - known.depth(host)):
        for word, rest in _stages(labels[at]):
            public = ".".join([*labels[:at], *([rest] if rest else []), *labels[at + 1 :]])
            true = public if public in known.own else None
            if word in _STAGES_LAST or (host not in known.own and (true or not rest)):
                instead = f", not like {true}" if true else ""
                reason = f"{host} is named like a test host ({word}){instead}"
                return Suspicion(Sign.STAGING, reason, true)
    return None


def _stages(label: str) -> Iterator[tuple[str, str]]:
    """Words for a stage at the ends of `label`, and what is left of it without them."""
    number = _APPLICATION.match(label)
    begin = number[0] if number else ""
    name = label.removeprefix(begin).replace("pre-prod", "preprod").replace("non-prod", "nonprod")
    head, _, tail = name.partition("-")
    if head.rstrip(_DIGITS) in _STAGES | _PERHAPS:
        yield head.rstrip(_DIGITS), (begin + tail).removesuffix("-")
    front, _, last = name.rstrip(_DIGITS).removesuffix("-").rpartition("-")
    if front and last in _STAGES_LAST | _PERHAPS:
        yield last, begin + front
    elif last == "sit" and not front:
        yield last, begin.removesuffix("-")


_LOG_IN = pattern_of(r"/(?:log-?[io]n|sign-?[io]n)(?:\.[a-z]{2,5})?/?", re.IGNORECASE)


def _insecure_sign_in(address: Address, _: str, known: ProtectedNames) -> Suspicion | None:
    """A page of the owner's to log in, over HTTP."""
    if address.scheme != "http":
        return None
    asks = _LOG_IN.fullmatch(address.path, max(0, address.path.removesuffix("/").rfind("/")))
    if address.host not in known.sign_in_hosts and not asks:
        return None
    return Suspicion(
        Sign.INSECURE_SIGN_IN,
        f"{address.host} is a sign-in page, and http:// does not protect what people type",
    )


_Rule = Callable[[Address, str, ProtectedNames], Suspicion | None]
_OF_VERIFIED: tuple[_Rule, ...] = (name_before_at,)
_OF_STRANGERS: tuple[_Rule, ...] = (*_OF_VERIFIED, _imitation_or_part, _numbered, _path_elsewhere)
_OF_OWN: tuple[_Rule, ...] = (_staging, _insecure_sign_in)
# Those that look at nothing but the name of a host.
_OF_NAMES = frozenset({_imitation_or_part, _numbered, _staging})
