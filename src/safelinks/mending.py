"""`Mending`: what may be changed in a file without asking a person. It reads and writes nothing."""

from __future__ import annotations

from attrs import define, field

from safelinks.unwrap import Unwrapped, instead

__all__ = ["Mending"]


@define
class Mending:
    """What to do with the links of a file, by where they lead.

    Those to a target that is `bare` lose their wrappers, and in the place of a target stands what
    is `written` for it.
    """

    bare: set[str] = field(factory=set)
    written: dict[str, str] = field(factory=dict)

    def of(self, found: Unwrapped) -> Unwrapped:
        """What is to stand in the place of a link that was `found`; itself, where it is to stay.

        >>> Mending(written={"http://a.example": "https://a.example"}).of(
        ...     Unwrapped("http://a.example", "http://a.example")
        ... ).target
        'https://a.example'
        """
        written = self.written.get(found.target)
        # What is written is not to be replaced in its turn: two addresses may name each other.
        if written is not None and written not in self.written:
            return instead(found.url, written)
        return found if found.target in self.bare else instead(found.url, found.url)
