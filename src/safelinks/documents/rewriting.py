"""Write addresses into a document, and read it again before anybody relies on it.

A place is written only if the changed document has there exactly the address that was meant, and
every other link as it was. Where that is not so, the place stays as it is, and the result says so.
It knows no format: how bytes are written and read is given.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from attrs import evolve, field

from safelinks.addresses.schemes import is_found, is_live
from safelinks.documents.address_agreement import STAY, AddressLog, agree, is_same
from safelinks.documents.content.document_content import Content
from safelinks.errors import DocumentError, NotLiveError, SafelinksError
from safelinks.foundation.values import frozen
from safelinks.links.text_links import Link, Peel
from safelinks.wrappers.unwrapping import Unwrapped

__all__ = ["AddressWriter", "Rewriting", "Write", "rewritten"]

# How often to write again without the places that went wrong, before all of them stay.
_ATTEMPTS = 8
Write = Callable[[str, Peel], Unwrapped]  # what to write for an address, which has layers then
Reopened = Callable[[bytes], Content]


@frozen
class Rewriting:
    """A document as it was changed.

    `left` are links that were to be replaced and stay: the changed document would not have been
    read as having the address that was meant there. `has_lost` is whether there are wrapped links
    without a target, or with one that is no address of a page or a person: they stay, too.
    """

    content: bytes = field(repr=False)
    left: tuple[Link, ...] = ()
    has_lost: bool = False


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

    @property
    def found_again(self) -> list[int]:
        """The numbers of the links that reading finds: nobody looks for people and telephones."""
        pairs = enumerate(self.written)
        return [at for at, target in pairs if target is None or is_found(target)]

    def wrong(self, again: Sequence[Link]) -> set[str] | None:
        """Addresses of replaced links around which what was read `again` is not as planned.

        None where all of it is; none at all where no replaced link is to blame.

        A link that simply stayed is not wrong: some places cannot be written at all.
        """
        replaced, numbers = self.replaced, self.found_again
        pairs = zip(numbers, again, strict=False)
        differ = [at for at, link in pairs if not self._allows(at, link)]
        if len(again) == len(numbers):
            if not differ:
                return None
            if set(differ) <= set(replaced):
                return {self.links[at].url for at in differ}
        behind = numbers[len(again)] if len(again) < len(numbers) else len(self.links)
        # A link that has come up is of the one before it; one that has vanished, of itself.
        first = (differ or [behind])[0] - (len(again) > len(numbers))
        before = [at for at in replaced if at <= first][-1:]
        return {self.links[at].url for at in before or replaced[:1]}

    def _allows(self, at: int, link: Link) -> bool:
        """Whether `link` may stand in the place of the link with that number."""
        if link.error is not None and self.links[at].error is not None:
            return True  # lost as before, with its recipient or without
        target, before = self.written[at], self.links[at].url
        return is_same(link.url, before if target is None else target) or (
            target is not None and is_same(link.url, before)
        )

    def stayed(self, again: Sequence[Link]) -> set[str]:
        """Addresses of links that were to be replaced, and were not."""
        return {
            self.links[at].url
            for at, link in zip(self.found_again, again, strict=True)
            if (target := self.written[at]) is not None and not is_same(link.url, target)
        }


def rewritten(
    content: Content, links: Callable[[], Sequence[Link]], pen: AddressWriter, reopened: Reopened
) -> Rewriting:
    """`content` in which each of its links stands as `pen` gives it.

    `links` finds them, where that is needed; `reopened` opens the bytes of the changed document.
    Raises NotWritableError where such a document cannot be written.
    """
    log, again = AddressLog(), AddressLog()
    raw = content.cleaned(log.of(pen.writer(())))
    if not log.wrote and not pen.peel.blanks:
        return Rewriting(content.original(), (), log.failed)
    try:
        reopened(raw).cleaned(again.of(evolve(STAY, bare_hosts=pen.peel.bare_hosts)))
    except DocumentError:
        return _one_by_one(content, links(), pen, reopened)
    if agree(log.addresses, again.addresses):
        return Rewriting(raw, (), log.failed)
    return _one_by_one(content, links(), pen, reopened)


@frozen
class AddressWriter:
    """How to write: `write` gives what is to stand in the place of an address, which has layers
    then, and `peel` unwraps on reading.
    """

    peel: Peel
    write: Write

    def writer(self, kept: Collection[str]) -> Peel:
        """What gives the addresses to write; those that are `kept` stay."""

        def write(url: str) -> Unwrapped:
            if url in kept:
                return Unwrapped(url, url)
            written = self.write(url, self.peel)
            if written.layers and not is_live(written.target):
                raise NotLiveError(url)
            return written

        return evolve(self.peel, unwrap=write)


def _one_by_one(
    content: Content, links: Sequence[Link], pen: AddressWriter, reopened: Reopened
) -> Rewriting:
    """What is right of the changes: again and again without those that are not."""
    pen = _remembering(links, pen)
    failed = any(link.error is not None for link in links)
    plan = _Plan(links, tuple(_target(link, pen) for link in links))
    kept: set[str] = set()
    for _ in range(_ATTEMPTS):
        standing = plan.without(kept) if kept else plan
        raw = content.cleaned(pen.writer(kept))
        try:
            again = tuple(reopened(raw).links(pen.peel))
        except DocumentError:
            break
        wrong = standing.wrong(again)
        if wrong is None:
            return Rewriting(raw, _left(plan, kept | standing.stayed(again)), failed)
        if not wrong:
            break
        kept |= wrong
    return Rewriting(content.original(), _left(plan, {link.url for link in links}), failed)


def _remembering(links: Sequence[Link], pen: AddressWriter) -> AddressWriter:
    """`pen`, which does not unwrap once more what the `links` already tell."""
    known = {link.url: link.unwrapped for link in links if link.unwrapped is not None}
    unwrap = pen.peel.unwrap
    return evolve(pen, peel=evolve(pen.peel, unwrap=lambda url: known.get(url) or unwrap(url)))


def _target(link: Link, pen: AddressWriter) -> str | None:
    """What is to be written in the place of `link`; None where it stays.

    The text breaks some wrapped links off: those stay. So does what nobody can follow, unless it is
    wrapped.
    """
    if link.role is not None and not link.wrapped and link.error is None:
        return None
    if link.error is not None and _is_whole(link.url, pen.peel):
        return None
    try:
        written = pen.write(link.url, pen.peel)
    except SafelinksError:
        return None
    return written.target if written.layers and is_live(written.target) else None


def _is_whole(url: str, peel: Peel) -> bool:
    try:
        peel(url)
    except SafelinksError:
        return False
    return True


def _left(plan: _Plan, kept: Collection[str]) -> tuple[Link, ...]:
    return tuple(plan.links[at] for at in plan.replaced if plan.links[at].url in kept)
