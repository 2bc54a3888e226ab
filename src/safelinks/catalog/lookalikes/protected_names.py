"""What the owner of a catalog has, as far as others may imitate it, prepared for looking up.

It knows the owner's names and their ways to be read or mistyped, not what an address looks like
and not what is said of one. Everything is computed once, so that a look-up is a few set lookups.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from attrs import field

from safelinks.catalog.lookalikes.confusables import skeleton
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["ProtectedNames"]

LONG = 8  # letters; a shorter name is too often that of somebody else

# Endings that claim an authority by themselves: "nycgov" and "nyc-gov" name nyc.gov anywhere.
_OFFICIAL = frozenset({"gov", "edu", "mil"})
# Endings that name the owner's place: what stands before them is an ordinary word ("archives.nyc").
_PLACES = frozenset({"nyc"})
_NONE: frozenset[str] = frozenset()
_NUMBER = pattern_of(r"a[0-9]{3,4}-")
_SLASHES = pattern_of("/{2,}")


@frozen
class ProtectedNames:
    """What is to be protected: names in lower-case ASCII, as ``urls.split`` gives them.

    `domains` are the registrable domains that are all the owner's, whose name stands for the owner
    whatever its ending; never one that others share, as atlassian.net. `hosts` are the exact hosts
    of resources and agencies. `paths` are distinctive paths, in lower case, and their hosts.
    `numbers` are those of application hosts ("856"), `sign_in_hosts` those where people log in.
    `spellings` are more ways to write a name in one label, to the name. A slip of the hand is told
    in labels that have `long` letters. The names as others read, mistype or reuse them are tables,
    each made when an address first needs it: that of the owner itself needs none but `own`.
    """

    domains: frozenset[str]
    hosts: frozenset[str]
    paths: Mapping[str, str] = field(factory=dict, hash=False)
    numbers: frozenset[str] = _NONE
    sign_in_hosts: frozenset[str] = _NONE
    spellings: Mapping[str, str] = field(factory=dict, hash=False)
    long: int = LONG

    # What there is to look for on a host, as `suspicions` has found it.
    judged: dict[str, Any] = field(init=False, factory=dict, repr=False, eq=False)

    @cached_property
    def own(self) -> frozenset[str]:
        """Domains and hosts, these with and without "www."."""
        return self.domains.union(self.hosts, (host.removeprefix("www.") for host in self.hosts))

    @cached_property
    def applications(self) -> Mapping[str, str]:
        """The first label of each host, as "a856-cityrecord", to the host."""
        return {host.partition(".")[0]: host for host in sorted(self.hosts)}

    @cached_property
    def _looks(self) -> Mapping[str, str]:
        """What a name looks like, to the name."""
        return {skeleton(name): name for name in sorted(self.own)}

    @cached_property
    def _longest(self) -> int:
        """The most pieces that hyphens and dots make of a name."""
        return max((1 + len(_seams(name)) for name in self.own), default=0)

    @cached_property
    def _brands(self) -> Mapping[str, tuple[str, str]]:
        """What a domain looks like where it is one label, to that spelling and the domain."""
        listed = {skeleton(label): (label, name) for label, name in self.spellings.items()}
        return listed | {
            skeleton(spelling): (spelling, domain)
            for domain in sorted(self.domains)
            for spelling in _spellings(domain)
        }

    @cached_property
    def _nearly(self) -> Mapping[str, frozenset[str]]:
        """How long labels begin and end, to them: one slip leaves one of the two as it was."""
        near: dict[str, set[str]] = {}
        for name in self.own:
            # A name below an own domain cannot be registered by anybody else.
            if name in self.domains or not self.is_below_domain(name):
                for label in name.split(".")[:-1]:
                    for end in _ends(label) if len(label) >= self.long else ():
                        near.setdefault(end, set()).add(label)
        return {end: frozenset(labels) for end, labels in near.items()}

    @cached_property
    def _words(self) -> Mapping[str, tuple[str, str]]:
        """What the first label of a host looks like, but for its number, to both."""
        words = {_NUMBER.sub("", host.partition(".")[0]): host for host in sorted(self.hosts)}
        return {skeleton(word): (word, host) for word, host in words.items() if len(word) >= LONG}

    @cached_property
    def _longest_path(self) -> int:
        return max(map(len, self.paths), default=0)

    def owner(self, host: str) -> str | None:
        """The own name that `host` is or stands below; None for a stranger's."""
        return next((name for name in parents(host) if name in self.own), None)

    def looks_like(self, look: str) -> str | None:
        """The distinctive own name that `look` is or stands below, to the eye."""
        names = (self._looks.get(above) for above in parents(look))
        return next((name for name in names if name and self.is_distinctive(name)), None)

    def within(self, look: str) -> str | None:
        """The own name that the skeleton `look` holds as a whole, with more behind it."""
        seams = _seams(look)
        for at, start in enumerate([0, *(seam + 1 for seam in seams)]):
            for seam in reversed(seams[at : at + self._longest]):
                name = self._looks.get(look[start:seam])
                # "pcac.org" in "pcac.org.uk" is chance, in "pcac.org.evil.example" it is none.
                if name and (
                    self.is_distinctive(name) or look[seam] == "-" or "." in look[seam + 1 :]
                ):
                    return name
        return None

    def brand(self, label: str) -> tuple[str, str] | None:
        """The spelling of an own domain that the skeleton `label` is, or holds between hyphens."""
        brands = self._brands
        whole = label.replace("-", "")
        found = brands.get(whole) or brands.get(whole.removeprefix("www"))
        if found is None and "-" in label:
            pieces = label.split("-")
            runs = (
                "-".join(pieces[start : start + length])
                for start in range(len(pieces))
                for length in (1, 2, 3)
            )
            found = next((brands[run] for run in runs if run in brands), None)
        return found

    def mistyped(self, host: str) -> Iterator[tuple[str, str]]:
        """Each long label of `host` that is one letter off, and the label that it should be."""
        for label in host.split(".")[:-1]:
            if len(label) >= self.long - 1:
                begin, end = (self._nearly.get(end, _NONE) for end in _ends(label))
                near = (known for known in begin | end if _one_letter_off(label, known))
                yield from ((label, known) for known in sorted(near))

    def disguised(self, label: str) -> tuple[str, str] | None:
        """The host whose first label `label`, or a piece of it, looks like without being it."""
        for piece in (label, *label.split("-")):
            word, host = self._words.get(skeleton(piece), (piece, ""))
            if word != piece:
                return piece, host
        return None

    def path(self, path: str) -> tuple[str, str] | None:
        """The distinctive path that `path` is or stands below, and its host."""
        begun = path.lower()
        if "//" in begun:
            begun = _SLASHES.sub("/", begun)
        if len(begun) > self._longest_path:  # it may be below a path, with which a segment ends
            begun = begun[: self._longest_path + 1].rpartition("/")[0]
        while begun:
            if begun in self.paths:
                return begun, self.paths[begun]
            begun = begun.rpartition("/")[0]
        return None

    def depth(self, host: str) -> int:
        """How many labels of an own `host` are the domain's; two where the domain is not listed."""
        whole = (name.count(".") + 1 for name in parents(host) if name in self.domains)
        return next(whole, 2)

    def is_distinctive(self, name: str) -> bool:
        """Whether an own `name` is nobody else's by chance: below a domain, or long enough."""
        return self.is_below_domain(name) or max(map(len, name.split("."))) >= LONG

    def is_below_domain(self, name: str) -> bool:
        """Whether `name` is one of the domains, or below one: nobody else can register it."""
        return any(above in self.domains for above in parents(name))


def parents(host: str) -> Iterator[str]:
    """`host` and everything that it stands below, the last label excepted.

    >>> list(parents("a.b.example"))
    ['a.b.example', 'b.example']
    """
    while "." in host:
        yield host
        host = host.partition(".")[2]


def _seams(name: str) -> list[int]:
    return [at for at, char in enumerate(name) if char in ".-"]


def _spellings(domain: str) -> Iterable[str]:
    """How `domain` is written in one label of another name."""
    label, _, ending = domain.partition(".")
    if ending in _PLACES:
        return ()
    whole = (label + ending.replace(".", ""), domain.replace(".", "-"))
    if len(label) >= LONG:
        return (label, *whole)
    return whole if ending in _OFFICIAL else ()


def _ends(label: str) -> tuple[str, str]:
    return f"{label[:3]}-", f"-{label[-3:]}"


def _one_letter_off(label: str, known: str) -> bool:
    """Whether one letter is missing, too many, another, or two have changed places.

    A plural is another word, a digit counts ("web2"), and a hyphen parts words: none is a slip.
    """
    if label.rstrip("s") == known.rstrip("s"):
        return False
    ahead = _same_ahead(label, known)
    one, other = label[ahead:], known[ahead:]
    behind = _same_ahead(one[::-1], other[::-1])
    one, other = one[: len(one) - behind], other[: len(other) - behind]
    if not (one + other).isalpha():
        return False
    return (len(one) <= 1 and len(other) <= 1) or (len(one) == 2 and one == other[::-1])


def _same_ahead(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
