"""What may stand between two pieces of a link that a text has cut (spec, section 7).

It knows line breaks with all that mail programs, markup and source code put around them, and no
links. Every look is bounded: a gap is short, whatever the text holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safelinks.addresses import percent
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.links.address_run import INVISIBLE
from safelinks.wrappers.microsoft.safelink_grammar import CANONICAL

__all__ = [
    "Gap",
    "Gaps",
    "Lead",
    "gaps_of",
    "lead_of",
    "prefixes_of",
    "wrapper_may_follow",
]

_LONGEST_LEAD = 200
_QUOTE_SIGNS = pattern_of(r"(?:[ \t]*>)*[ \t\xa0]*")

# What may stand before every line of a link: signs ("# ", "+", ".. "), a word ("REM ", "JD>> ").
# Not what may as well be the link's own.
_PREFIXES = (pattern_of(r"[^\w\s]\W*"), pattern_of(r"\S{1,12}[ \t]+"))
_OWN = ("%", "&", "=", "'", '"', "<", "(", "[", "{")

_BLANKS = r"[ \t\xa0]*"
_NEWLINE = r"(?:\r\n|\n|\r)"
_QUOTED_EMPTY = rf"(?:[ \t]*[>|+][>|+ \t\xa0]*{_NEWLINE}){{0,8}}"
_BREAK = rf"<br[ \t]*/?>{_BLANKS}"
_BLANKS_ONLY = pattern_of(_BLANKS)
_MARGIN = r"[ \t\xa0>|]*(?:&gt;[ \t]*)*"

# A soft break of quoted-printable, one of markup, the border of a table.
_LINE = pattern_of(
    rf"{_BLANKS}(?:{_BREAK})?(?:(?P<soft>=)|(?P<backslash>\\)|(?P<bar>\|))?{_BLANKS}{_NEWLINE}"
    rf"{_QUOTED_EMPTY}(?P<margin>{_MARGIN})",
    re.IGNORECASE,
)
_MARKUP = pattern_of(rf"{_BLANKS}{_BREAK}(?:&gt;[ \t]*)*", re.IGNORECASE)
_HARD_SPACE = pattern_of(r"[\xa0\u2007\u202f]+")
_HIDDEN = pattern_of(f"[{INVISIBLE}]+")
# Adjacent literals of source code, joined by nothing or by the operator of a language.
_LITERAL = pattern_of(
    rf"(?P<quote>[\"'`])(?:{_BLANKS}(?:\+|\\|\.{{1,2}}|&(?:[ \t]*_)?)?{_BLANKS}{_NEWLINE}"
    rf"{_QUOTED_EMPTY}[ \t>|+#*]*(?:[+.&]{_BLANKS})?|[ \t]*[+.&][ \t]*|[ \t]+)"
    r"[fFrRbBuU]{0,2}(?P=quote)"
)
_CLOSED = pattern_of(">")
# Behind an address of mail, which a tool has made a link of.
_MAIL_ADDRESS = pattern_of(r"[ \t]?<mailto:([^<>\s]{3,200})>", re.IGNORECASE)
# What stands before a line of a patch or a comment, and others need not have. No path that is
# encoded contains the first ones, no value the others.
_SIGNS = pattern_of(r"[+#]{1,3}[ \t]*(?=\S)")
_VALUE_SIGNS = pattern_of(r"[+#$/:;^@]{1,3}[ \t]*(?=\S)")
_LONGEST_REFERENCE = 8
_OPEN_REFERENCE = pattern_of(r"&(?:a|am|amp|#[0-9]*|#x[0-9a-f]*)\Z", re.IGNORECASE)


# A wrapped link has a query, or a target that is encoded or stands between underscores, or a token
# in a path. What cuts its head takes some room, too.
_OF_WRAPPERS = ("?", "%", "__", "c/e", "eJ", "eN", "yJ")
_FARTHEST_HEAD = 1_200


def wrapper_may_follow(text: str, start: int) -> bool:
    """Whether what begins at `start` can be a wrapped link, by characters that each one has."""
    head = text[start : start + _FARTHEST_HEAD]
    return any(map(head.__contains__, _OF_WRAPPERS))


@frozen
class Lead:
    """What stands before a link on its line."""

    text: str
    whole: bool  # the line begins there

    def opens(self, sign: str) -> bool:
        """Whether `sign` stands before the link."""
        return sign in self.text


@frozen
class Gap:
    """What parts two pieces: the next one begins at `end`.

    `signs` if what was taken off its line is nothing that all lines have, `soft` if it begins with
    the sign of a soft break, which may be the link's own.
    """

    end: int
    signs: bool = False
    soft: bool = False


def lead_of(text: str, start: int) -> Lead:
    """What stands before offset `start` on its line, without the signs of a quotation."""
    low = max(0, start - _LONGEST_LEAD)
    line_start = max(text.rfind("\n", low, start), text.rfind("\r", low, start)) + 1
    if not line_start and low:
        return Lead(text[low:start], whole=False)
    quote = _QUOTE_SIGNS.match(text, line_start, start)
    return Lead(text[quote.end() if quote else line_start : start], whole=True)


def prefixes_of(lead: Lead) -> list[str]:
    """What may stand before every line of a link behind `lead`, the likeliest first; then nothing.

    All lines have it, or none has: which one it is shows in how far it leads.
    """
    if not lead.whole:
        return [""]
    matches = (pattern.match(lead.text) for pattern in _PREFIXES)
    found = [match[0] for match in matches if match and not match[0].endswith(_OWN)]
    return [*dict.fromkeys(found), ""]


@frozen
class Gaps:
    """The gaps of one link in `text`, behind whose `lead` the further lines have `prefix`."""

    text: str
    lead: Lead
    prefix: str
    some: bool = False  # only some of the lines have it: a program has broken the others again

    def at(self, end: int, so_far: str, first: str) -> Gap | None:
        """What parts the piece that ends at offset `end` from the next one; None for nothing.

        `so_far` is the link as it was put together, `first` the same while it has but one piece.
        """
        unseen = _HIDDEN.match(self.text, end) or _shown_again(self.text, end, first)
        if unseen is not None:
            end = unseen.end()
        char = self.text[end : end + 1]
        line = _LINE.match(self.text, end)
        if line is not None:
            return self._behind_line(line, so_far)
        if char in ('"', "'", "`"):
            other = _LITERAL.match(self.text, end) if self.lead.opens(char) else None
        elif char == "<" or char.isspace():
            mail = _MAIL_ADDRESS.match(self.text, end)
            other = (
                mail
                if mail and so_far.endswith(mail[1])
                else _MARKUP.match(self.text, end) or _HARD_SPACE.match(self.text, end)
            )
        else:
            other = unseen
        return Gap(other.end()) if other else None

    def _behind_line(self, line: re.Match[str], so_far: str) -> Gap | None:
        """Behind the end of a line and what stands before the next piece."""
        opened = self.lead.opens
        if line["backslash"] and not (opened('"') or opened("'")):
            return None
        if line["bar"] and not opened("|"):
            return None
        soft = line["soft"] is not None
        if self.prefix.strip():
            gap = self._behind_prefix(line.end(), soft=soft)
            if gap is not None or not self.some:
                return gap
        open_reference = _OPEN_REFERENCE.search(so_far[-_LONGEST_REFERENCE:])
        encoded = "?" in so_far and not open_reference  # whose semicolon comes next
        signs = (_VALUE_SIGNS if encoded else _SIGNS).match(self.text, line.end())
        return Gap(signs.end() if signs else line.end(), signs is not None, soft)

    def _behind_prefix(self, at: int, *, soft: bool) -> Gap | None:
        """Behind the prefix, which must stand at offset `at`; the blanks in it may differ."""
        sign = self.prefix.strip()
        if not self.text.startswith(sign, at):
            return None
        end = at + len(sign)
        blanks = _BLANKS_ONLY.match(self.text, end)
        behind = blanks.end() if blanks else end
        return (
            None
            if behind == end and self.prefix != self.prefix.rstrip()
            else Gap(behind, self.some, soft)
        )


def gaps_of(text: str, start: int) -> Iterator[Gaps]:
    """The gaps that the link at `start` may have, the likeliest first."""
    lead = lead_of(text, start)
    prefixes = prefixes_of(lead)
    for prefix in prefixes:
        yield Gaps(text, lead, prefix)
    for prefix in filter(str.strip, prefixes):
        yield Gaps(text, lead, prefix, some=True)


def _shown_again(text: str, at: int, first: str) -> re.Match[str] | None:
    """Behind `first`, which ends at offset `at`, the same once more in angle brackets.

    The program that sent it on took the piece for an address. That it was wrapped again, then, does
    not matter.
    """
    if not first or not text.startswith("<http", at):
        return None
    again = CANONICAL.match(text, at + 1)
    if again is None or percent.decode(again[2]) != first:
        same = text.startswith(first, at + 1)
        return _CLOSED.match(text, at + 1 + len(first)) if same else None
    return _CLOSED.match(text, again.end())
