"""What a person sees of an HTML page, or of the start of one: its title, its text, its places.

It decodes and takes apart; what that means is for `page_signs`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from itertools import islice
from urllib.parse import unquote

from safelinks.documents.markup.markup_tokens import attributes_at, markup_tokens
from safelinks.documents.markup.visible_blocks import html_blocks, seen_at_least
from safelinks.documents.passages.passage import Meant, Passage
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["Page", "page_of"]

_TITLE = pattern_of(r"<title\b[^>]{0,200}>([^<]{0,500})", re.IGNORECASE)
_HEADING = pattern_of(r"<h1\b[^>]{0,500}>(.{0,500}?)</h1", re.IGNORECASE | re.DOTALL)
_ELSEWHERE = (("<!--", "-->"), ("<svg", "</svg"))  # what is in there is no part of the page's text
_MOST_TRIED = 20  # titles in drawings and comments
_TAG = pattern_of(r"<[^<>]{0,500}>")
_CHARSET = pattern_of(r"charset\s*=\s*[\"']?([a-z0-9_.:-]{1,40})", re.IGNORECASE)
# HTML standard, 4.2.5.3, "shared declarative refresh steps".
_REFRESH = pattern_of(
    r"\s*(?P<seconds>[0-9]{1,9})[0-9.]*(?:\s*[;,]\s*|\s+)(?:url\s*=\s*)?+(?P<url>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_SEEN_WITHIN = 65_536  # characters of source in which to look for text: more is long anyway
_LEAST_WORDS = 40  # characters: with fewer, a page that has a script is made by it
# Those of the Encoding standard, 4.2: Python has others, and some of them take quadratic time.
_ENCODINGS = pattern_of(
    r"utf-?8|utf-?16(?:[lb]e)?|(?:us-)?ascii|latin-?1|iso-?8859-?\d{1,2}|iso-2022-jp"
    r"|(?:windows-?|cp)(?:125\d|874|1361|932|949|950)|ibm866|koi8-[ru]|macintosh|x-mac-cyrillic"
    r"|gb2312|gbk|gb18030|big5(?:-hkscs)?|shift[_-]?jis|sjis|euc-(?:jp|kr)|tis-620"
)
_NOSCRIPT = pattern_of(r"<noscript\b.*?(?:</noscript\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_META_WITHIN = 1024  # bytes: HTML standard, 13.2.3.2
_TEXT_FIELDS = frozenset({"", "text", "email", "password", "tel", "search", "url", "number"})


@frozen(slots=False)
class Page:
    """A page as text. `whole` is whether this is all of it."""

    source: str
    whole: bool = True

    @cached_property
    def lower(self) -> str:
        """The source in lower case, to look for signs in."""
        return self.source.lower()

    def holds_any(self, marks: tuple[str, ...]) -> bool:
        """Whether one of `marks`, in lower case, is in the source."""
        lower = self.lower
        for mark in marks:  # noqa: SIM110  each page passes here often, and this takes half the time
            if mark in lower:
                return True
        return False

    @cached_property
    def title(self) -> str:
        """Its title on one line; empty when it has none."""
        return self._first(_TITLE, "<title")

    @cached_property
    def heading(self) -> str:
        """Its first heading on one line; empty when it has none."""
        return self._first(_HEADING, "<h1")

    def _first(self, pattern: re.Pattern[str], begin: str) -> str:
        """The text of the first element that is neither in a comment nor in a drawing.

        All that matches has `begin` in front, which is found in no time.
        """
        at = self.lower.find(begin)
        if at < 0:
            return ""
        at = at if len(self.lower) == len(self.source) else 0  # some letters have two in lower case
        first = pattern.search(self.source, at)
        if first is None:
            return ""
        if "<!--" not in self.lower and "<svg" not in self.lower:
            return _on_one_line(first[1])
        for match in islice(pattern.finditer(self.source, at), _MOST_TRIED):
            before = self.source[: match.start()].lower()
            if all(before.rfind(begin) <= before.rfind(end) for begin, end in _ELSEWHERE):
                return _on_one_line(match[1])
        return ""

    @cached_property
    def words(self) -> str:
        """The text that people see, on one line."""
        return self._seen_words.all()

    @cached_property
    def _seen_words(self) -> _SeenWords:
        source = self.source[:_SEEN_WITHIN]
        return _SeenWords(_NOSCRIPT.sub("", source) if "<noscript" in self.lower else source)

    @cached_property
    def is_shell(self) -> bool:
        """Whether a script makes the page: then what is here says nothing of it."""
        return "<script" in self.lower and self.shows_at_most(_LEAST_WORDS - 1)

    @property
    def refresh(self) -> str:
        """Where the page sends its readers by itself, as it says it; empty when it does not."""
        return self._refresh[1]

    def refreshes_within(self, seconds: int) -> bool:
        """Whether the page sends its readers elsewhere before they can have read it."""
        return bool(self.refresh) and self._refresh[0] <= seconds

    @cached_property
    def _refresh(self) -> tuple[int, str]:
        """The seconds and the address of the first `meta refresh` that holds where scripts run."""
        if "refresh" not in self.lower or "http-equiv" not in self.lower:
            return 0, ""
        source = self.source[:_SEEN_WITHIN]
        if "<noscript" in self.lower:
            source = _NOSCRIPT.sub("", source)
        for tag in markup_tokens(source, raw_text=True):
            if tag.re.groups != 3 or tag[1] or tag[2].lower() != "meta":
                continue
            given = {name: source[slice(*span)] for name, span in attributes_at(tag)}
            if given.get("http-equiv", "").strip().lower() != "refresh":
                continue
            found = _REFRESH.match(html.unescape(given.get("content", "")))
            if found is None:
                return 0, ""
            url, quote = found["url"].strip(), found["url"][:1]
            if quote in ("'", '"'):
                url = url[1:].partition(quote)[0].strip()
            return int(found["seconds"]), url
        return 0, ""

    def is_brief(self, most: int) -> bool:
        """Whether this is all of a page, and there are at most so many characters to read on it."""
        return self.whole and self.shows_at_most(most)

    def shows_at_most(self, most: int) -> bool:
        """Whether there are at most so many characters to read: no more of it is looked at."""
        return not self._seen_words.exceeds(most)

    @cached_property
    def places(self) -> frozenset[str]:
        """What a fragment can name: ids, and names of links (HTML standard, 7.4.6.4)."""
        found = set()
        for tag in markup_tokens(self.source, raw_text=True):
            if tag.re.groups != 3 or tag[1] or "=" not in tag[3]:
                continue
            for name, (start, end) in attributes_at(tag):
                if name == "id" or (name == "name" and tag[2].lower() == "a"):
                    found.add(html.unescape(self.source[start:end]))
        return frozenset(found)

    @cached_property
    def fields(self) -> frozenset[str]:
        """The kinds of fields in its forms that a person writes into."""
        found = set()
        for tag in markup_tokens(self.source, raw_text=True):
            if tag.re.groups != 3 or tag[1]:
                continue
            name = tag[2].lower()
            if name == "textarea":
                found.add(name)
            elif name == "input":
                given = {key: self.source[slice(*span)] for key, span in attributes_at(tag)}
                kind = given.get("type", "").lower()
                if kind in _TEXT_FIELDS and "captcha" not in given.get("name", "").lower():
                    found.add(kind or "text")
        return frozenset(found)

    def has_place(self, fragment: str) -> bool:
        """Whether `fragment`, as it stands in an address, names a place in the page.

        Some sites prefix the ids in what their users write, and a script finds them all the same.
        """
        meant = unquote(fragment)
        return not self.places.isdisjoint({fragment, meant, f"user-content-{meant}"})


def _on_one_line(written: str) -> str:
    """What an element says, whatever other elements are in it."""
    text = _TAG.sub(" ", written) if "<" in written else written
    return " ".join((html.unescape(text) if "&" in text else text).split())


class _SeenWords:
    """The text that people see of HTML, read as far as somebody wants to know of it."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at_least, self._counted = 0, -1  # characters that are seen, and when that was enough
        self._blocks = html_blocks(source)
        self._read: list[str] = []
        self._length = -1  # in one line, with a blank between any two

    def exceeds(self, most: int) -> bool:
        """Whether it has more than so many characters."""
        if self._counted < most and self._counted < self._at_least:
            self._at_least, self._counted = seen_at_least(self._source, most), most
        return self._at_least > most or self._reads_more_than(most)

    def _reads_more_than(self, most: int) -> bool:
        while self._length <= most:
            block = next(self._blocks, None)
            if block is None:
                return False
            text = " ".join(self._meant(block).split())
            if text:
                self._read.append(text)
                self._length += len(text) + 1
        return True

    def _meant(self, block: Passage) -> str:
        source, meanings = self._source, block.meanings
        written = (
            meanings[start] if start in meanings else source[start:end]
            for start, end in block.pieces
        )
        text = "".join(written)
        return Meant(source, block).text if "&" in text else text

    def all(self) -> str:
        """All of it, on one line."""
        self._reads_more_than(len(self._source))
        return " ".join(self._read)


def page_of(body: bytes, headers: Mapping[str, str], *, whole: bool = True) -> Page:
    """The page that was sent as `body`; an odd or missing charset does no harm."""
    named = _charset_in(headers.get("content-type", ""))
    charset = named or _charset_in(body[:_META_WITHIN].decode("latin-1")) or "utf-8"
    try:
        return Page(body.decode(charset, "replace"), whole)
    except LookupError:
        return Page(body.decode("utf-8", "replace"), whole)


@lru_cache(maxsize=64)  # most servers say the same
def _charset_in(text: str) -> str | None:
    """The encoding that is named there, if any is: UTF-8 in the place of one that nobody uses."""
    named = _CHARSET.search(text)
    if named is None:
        return None
    charset = named[1].lower()
    return charset if _ENCODINGS.fullmatch(charset) else "utf-8"
