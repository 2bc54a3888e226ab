"""What the links of a vendor end in, and what closes the target in them (spec, sections 6 and 7).

Patterns and values only. In a text, this tells whether a link is whole: it may go on behind the end
of a line as long as its end is not proven.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.wrappers.microsoft.safelink_grammar import AND

__all__ = ["AS_IT_STANDS", "End", "parameters"]

_FLAGS = re.VERBOSE | re.IGNORECASE | re.ASCII
_NEVER = "(?!)"


@frozen(eq=False)
class End:
    """Where the links of a vendor end.

    `mark` is a pattern of what only the very end of one looks like; where there is none, `without`
    says why. The target begins behind what `opens` matches, and is complete where `closes` matches
    what comes later. `names` are those of all parameters. `signs` are characters that the links
    contain beside those that percent-encoding leaves. `proves` has the last word on a link with its
    mark. Of a link `as_it_stands` nothing is read but that it is one.
    """

    mark: str = ""
    without: str = ""
    opens: str = ""
    closes: str = _NEVER
    names: str = _NEVER
    signs: str = ",@$+"
    proves: Callable[[str], bool] = lambda _: True
    as_it_stands: bool = False

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
        mark = rf"(?:{self.mark or _NEVER})\Z"
        opens, closes, ends = (pattern_of(it, _FLAGS) for it in (self.opens, self.closes, mark))
        return opens, closes, ends

    def value(self, url: str) -> str | None:
        """All of `url` from its target on; None where it has none."""
        target = self._patterns[0].search(url)
        return url[target.end() :] if target else None

    def target(self, url: str) -> str | None:
        """What stands in the place of the target in `url`, up to what closes it."""
        value = self.value(url)
        closes = self._patterns[1].search(value) if value else None
        return value[: closes.start()] if value and closes else value

    def is_closed(self, url: str) -> bool:
        """Whether the target in `url` is complete, whatever else is missing."""
        opens, closes, _ = self._patterns
        target = opens.search(url)
        return target is not None and closes.search(url, target.end()) is not None

    def is_proven(self, url: str) -> bool:
        """Whether `url` is whole, which its end shows."""
        return self._patterns[2].search(url) is not None and self.proves(url)


def parameters(target: str, others: str = "", *, mark: str = "", without: str = "") -> End:
    """The end of links whose target is the parameter `target`, one of several names.

    `others` are the vendor's own parameters: the target is complete where one follows.
    """
    own = "|".join(others.split()) or _NEVER
    return End(
        mark,
        without or ("" if mark else "the target may be the last of its parameters"),
        opens=rf"(?:\?|{AND})(?:{target})=(?=[^&])",
        closes=rf"{AND}(?:{own})=",
        names=f"{target}|{own}",
    )


AS_IT_STANDS = End(without="it carries no target: read like any address", as_it_stands=True)
