"""Write addresses into a document, and read it again before anybody relies on it.

A place is written only if the changed document has there exactly the address that was meant, and
every other link as it was. Where that is not so, the place stays as it is, and the result says so.
It knows no format: how bytes are written and read is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from attrs import field, frozen

from safelinks import percent
from safelinks.documents.content import Content
from safelinks.errors import DocumentError, SafelinksError
from safelinks.text import Link, Peel
from safelinks.unwrap import Unwrapped

__all__ = ["Rewriting", "rewritten"]

# How often to write again without the places that went wrong, before all of them stay.
_ATTEMPTS = 8
# Formats differ in what they percent-encode, so two spellings of an address are compared with all
# of that encoded.
_VARIES = re.compile(r"[^A-Za-z0-9%._~!$&*+,;=:/?#@-]")
_HARMLESS = re.compile(r"hxxps?://|[a-z]+://[^/]*\[\.\]", re.IGNORECASE)
_DROPPED = str.maketrans("", "", "\t\r\n")


@frozen
class Rewriting:
    """A document as it was changed.

    `left` are links that were to be replaced and stay: the changed document would not have been
    read as having the address that was meant there.
    """

    content: bytes = field(repr=False)
    left: tuple[Link, ...] = ()


@frozen
class _Plan:
    """What to write for each of `links`; None where that stays as it is."""

    links: Sequence[Link]
    written: Sequence[str | None]

    def without(self, urls: Collection[str]) -> _Plan:
        """The plan in which links to these addresses stay."""
        kept = (
            None if link.url in urls else target
            for link, target in zip(self.links, self.written, strict=True)
        )
        return _Plan(self.links, tuple(kept))

    @property
    def replaced(self) -> list[int]:
        """The numbers of the links that do not stay."""
        return [at for at, target in enumerate(self.written) if target is not None]

    def wrong(self, again: Sequence[Link]) -> set[str]:
        """Addresses of replaced links around which what was read `again` is not as planned.

        A link that simply stayed is not wrong: some places cannot be written at all.
        """
        replaced = self.replaced
        if len(again) == len(self.links):
            differ = [at for at, link in enumerate(again) if not self._allows(at, link)]
            if set(differ) <= set(replaced):
                return {self.links[at].url for at in differ}
            first = differ[0]
        else:
            pairs = enumerate(zip(self.links, again, strict=False))
            shorter = min(len(again), len(self.links))
            first = next((at for at, (_, link) in pairs if not self._allows(at, link)), shorter)
        # A link that has come up is of the one before it; one that has vanished, of itself.
        first -= len(again) > len(self.links)
        before = [at for at in replaced if at <= first][-1:]
        return {self.links[at].url for at in before or replaced[:1]}

    def _allows(self, at: int, link: Link) -> bool:
        """Whether `link` may stand in the place of the link with that number."""
        read, target = _spelled(link.url), self.written[at]
        stayed = read == _spelled(self.links[at].url)
        return stayed or (target is not None and read == _spelled(target))

    def stayed(self, again: Sequence[Link]) -> set[str]:
        """Addresses of links that were to be replaced, and were not."""
        pairs = zip(self.links, self.written, again, strict=True)
        return {
            link.url
            for link, target, other in pairs
            if target is not None and _spelled(other.url) != _spelled(target)
        }


def rewritten(
    content: Content, peel: Peel, write: Peel, reopened: Callable[[bytes], Content]
) -> Rewriting:
    """`content` in which every link stands as `write` gives it, where that has layers.

    `peel` unwraps links on reading; `reopened` opens the bytes of the changed document. Raises
    NotWritableError where such a document cannot be written.
    """
    links = tuple(content.links(peel))
    plan = _Plan(links, tuple(_target(link, peel, write) for link in links))
    kept: set[str] = set()
    for _ in range(_ATTEMPTS):
        standing = plan.without(kept)
        if not standing.replaced and content.tells_all_links:
            return Rewriting(content.original(), _left(plan, kept))
        raw = content.cleaned(_keeping(kept, write))
        if raw == content.original() and not standing.replaced:
            return Rewriting(raw, _left(plan, kept))
        try:
            again = tuple(reopened(raw).links(peel))
        except DocumentError:
            break
        wrong = standing.wrong(again)
        if not wrong:
            return Rewriting(raw, _left(plan, kept | standing.stayed(again)))
        kept |= wrong
    return Rewriting(content.original(), _left(plan, {link.url for link in links}))


def _target(link: Link, peel: Peel, write: Peel) -> str | None:
    """What is to be written in the place of `link`; None where it stays.

    The text breaks some wrapped links off: those stay. So does what nobody can follow, unless it is
    wrapped.
    """
    if link.role is not None and not link.wrapped and link.error is None:
        return None
    try:
        if link.error is not None and _is_whole(link.url, peel):
            return None
        found = write(link.url)
    except SafelinksError:
        return None
    return found.target if found.layers else None


def _is_whole(url: str, peel: Peel) -> bool:
    try:
        peel(url)
    except SafelinksError:
        return False
    return True


def _keeping(kept: Collection[str], write: Peel) -> Peel:
    """`write` for all addresses but those that are `kept`."""
    return lambda url: Unwrapped(url, url) if url in kept else write(url)


def _left(plan: _Plan, kept: Collection[str]) -> tuple[Link, ...]:
    return tuple(plan.links[at] for at in plan.replaced if plan.links[at].url in kept)


def _spelled(url: str) -> str:
    """`url` in the one spelling in which addresses are compared."""
    if _HARMLESS.match(url):
        scheme, colon, rest = url.partition("://")
        host, slash, path = rest.partition("/")
        url = f"{scheme.lower().replace('xx', 'tt')}{colon}{host.replace('[.]', '.')}{slash}{path}"
    return percent.encode(url.translate(_DROPPED), _VARIES)
