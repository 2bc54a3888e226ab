"""`Mending`: what may be changed in a file without asking a person. It reads and writes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from attrs import field

from safelinks.addresses.roles import Role
from safelinks.foundation.values import define
from safelinks.links.text_links import Link
from safelinks.rules.rule_table import EXPOSING, Exposed
from safelinks.wrappers.redaction.personal_data import tells_session
from safelinks.wrappers.unwrapping import Unwrapped, instead

__all__ = ["Mending"]


@define
class Mending:
    """What to do with the links of a file, by where they lead.

    Those to a target that is `bare` lose their wrappers, if one of the codes there is about them,
    and in the place of a target stands what is `written` for it. `marks` has, by target, the
    fingerprints of the findings that are no longer true then.
    """

    bare: dict[str, AbstractSet[str]] = field(factory=dict)
    written: dict[str, str] = field(factory=dict)
    marks: dict[str, set[str]] = field(factory=dict)

    @property
    def mends(self) -> set[str]:
        """The fingerprints of all that is no longer true then."""
        return set().union(*self.marks.values())

    def done(self, links: Iterable[Link]) -> set[str]:
        """Those of what is no longer true, by the `links` that a changed file has.

        What is signed may have stayed as it was.
        """
        stuck = {
            link.unwrapped.target
            for link in links
            if link.unwrapped is not None and self.of(link.unwrapped, link.role).target != link.url
        }
        kept = (marks for target, marks in self.marks.items() if target not in stuck)
        return set().union(*kept)

    def of(self, found: Unwrapped, role: Role | None = None) -> Unwrapped:
        """What is to stand in the place of a link that was `found`; itself, where it is to stay.

        An address with a `role` is no link: it may lose its wrapper, and nothing else is changed.

        >>> Mending(written={"http://a.example": "https://a.example"}).of(
        ...     Unwrapped("http://a.example", "http://a.example")
        ... ).target
        'https://a.example'
        """
        end = self.end(found.target) if role is None else None
        if end is not None:
            return instead(found.url, end)
        codes = self.bare.get(found.target, frozenset())
        return found if codes & _about(found) else instead(found.url, found.url)

    def end(self, target: str) -> str | None:
        """What is written for `target` in the end; None where addresses replace each other."""
        seen = {target}
        end = self.written.get(target)
        while end in self.written and end not in seen:
            seen.add(end)
            end = self.written[end]
        return None if end in seen else end


def _about(found: Unwrapped) -> set[str]:
    """The codes of what there is to say of its wrappers."""
    is_exposed = {
        Exposed.RECIPIENT: bool(found.recipients),
        Exposed.SESSION: tells_session(found.url),
    }
    codes = {EXPOSING[what].code for what, is_so in is_exposed.items() if is_so}
    return codes or {EXPOSING[None].code}
