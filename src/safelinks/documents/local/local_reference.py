"""`LocalReference`: a link to a file beside the document, or to a place in one. Values only.

Here it is decided what is such a link. What may be filled in later, what a server makes of a path,
and what may be meant as an address is none: of these, nobody can say here whether they work.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, runtime_checkable
from urllib.parse import unquote_to_bytes

from attrs import evolve

from safelinks.addresses.place import NOWHERE, LineCounter, Place
from safelinks.documents.passages.passage import Span
from safelinks.documents.verbatim.code_ranges import Stretch
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = [
    "LocalReference",
    "LocalTarget",
    "Referring",
    "WrittenReference",
    "local_target",
    "located_references",
    "outside",
    "sure_unless_named",
]

WrittenReference = tuple[Span, str]  # where it stands in a text, and what is meant by that

# A scheme (RFC 3986, 3.1), another host (4.2), or a drive of Windows.
_ELSEWHERE = pattern_of(r"[a-z][a-z0-9+.-]*:|//|\\", re.IGNORECASE)
# What is filled in later, a pattern of files, a path of another system, or an address in brackets.
_TO_BE_FILLED = pattern_of(r"[{}<>$*|\\\x00-\x1f\x7f`\"]|%[({]|@@|\[\[|://|\.\.\.|…|__\w+__")
# What people write in the place of an address, and what programs look for in an index (``@ref``)
# or from the top of what they publish (Zola's ``@/``, DocFX' ``~/``).
_MEANT_AS_ADDRESS = pattern_of(r"[^/?#]+@[\w-]+(?:\.[\w-]+)+\Z|www\.|@[\w/]|~/", re.IGNORECASE)
_PERCENT = pattern_of(r"%(?![0-9A-Fa-f]{2})")
_TEXT_DIRECTIVE = ":~:"  # "https://wicg.github.io/scroll-to-text-fragment/"
_LONGEST = 2_000


@frozen
class LocalTarget:
    """Where a reference leads: a `path`, empty for the document itself, and a place there.

    Both are decoded. `fragment` is None where there is none; `queried` says that a query stood
    between them.
    """

    path: str
    fragment: str | None = None
    queried: bool = False


@frozen
class LocalReference:
    """A reference as the document has it: `written` is what is meant by ``text[start:end]``.

    It is relative to the directory of the document, and with a `base` to that, from there. What it
    `includes` becomes a part of the document. One not `certain` may be looked for elsewhere.
    """

    written: str
    start: int
    end: int
    place: Place = NOWHERE
    base: str = ""
    includes: bool = False
    certain: bool = True

    @property
    def target(self) -> LocalTarget | None:
        """Where it leads."""
        return local_target(self.written)


@runtime_checkable
class Referring(Protocol):
    """A document of parts that may refer to files beside it."""

    def references(self) -> Iterator[LocalReference]:
        """The references, in order."""


def local_target(written: str) -> LocalTarget | None:
    """Where a reference leads that is no address of the web; None for all else.

    >>> local_target("a%20b/c.md?plain=1#d")
    LocalTarget(path='a b/c.md', fragment='d', queried=True)
    >>> local_target("https://a.example/"), local_target("{{ page }}")
    (None, None)
    """
    if not written or len(written) > _LONGEST or _ELSEWHERE.match(written):
        return None
    if _TO_BE_FILLED.search(written) or _MEANT_AS_ADDRESS.match(written):
        return None
    rest, sharp, fragment = written.partition("#")
    path, question, _ = rest.partition("?")
    if (question and not path) or (not path and not sharp):  # of the same page, another view
        return None
    decoded = _decoded(path)
    place = _decoded(fragment.partition(_TEXT_DIRECTIVE)[0]) if sharp else ""
    if decoded is None or place is None or _TO_BE_FILLED.search(decoded):
        return None
    return LocalTarget(decoded, place if sharp else None, bool(question))


def _decoded(text: str) -> str | None:
    if "%" not in text:
        return text
    if _PERCENT.search(text):
        return None
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        return None


def located_references(
    text: str, found: Iterable[WrittenReference], base: str = ""
) -> Iterator[LocalReference]:
    """Those that were `found` in `text` and are local, in order, with line and column."""
    lines = LineCounter(text)
    for (start, end), meant in sorted(found):
        if local_target(meant) is not None:
            place = Place(*lines.place(start))
            yield LocalReference(meant, start, end, place, base)


def sure_unless_named(
    references: Iterable[LocalReference], text: str, around: Iterable[Span]
) -> Iterator[LocalReference]:
    """`references`, not certain where `text` names their file, too, outside of spans `around` them.

    What code names, it may write: then the file is there once somebody has run it.
    """
    rest: list[str] = []
    at = 0
    for start, end in around:
        rest.append(text[at:start])
        at = end
    others = "\n".join([*rest, text[at:]])
    for one in references:
        name = one.target.path.rpartition("/")[2] if one.target else ""
        named = bool(name) and name in others
        yield evolve(one, certain=False) if named else one


def outside(span: Span, stretches: Sequence[Stretch]) -> bool:
    """Whether `span` is in none of `stretches`, which are in order."""
    at = bisect_right(stretches, span[0], key=lambda one: one.start) - 1
    return at < 0 or stretches[at].end <= span[0]
