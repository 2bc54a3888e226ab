"""One wrapped link in running text, put together from its pieces (spec, sections 3 and 7).

A Safe Link is known by its head, so much is forgiven inside it that would be guessing in a plain
address: cut into lines, quoted, escaped for HTML, quoted-printable, JSON or Markdown, defanged. A
further line is believed to be its rest only when it leads to the wrapper's own parameters.

The time is linear: a link is read in steps and no further than it reaches, and a line that holds
another link is never the rest of this one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import evolve

from safelinks.addresses.roles import Role
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define, frozen
from safelinks.links.address_run import HEAD_LENGTH, Escape, Run, read_run, trimmed
from safelinks.links.continuation import Target, goes_on
from safelinks.links.joined_link import join, joined_start
from safelinks.links.line_breaks import lead_of, prefixes_of
from safelinks.links.safelink_shapes import SHAPES, is_sound
from safelinks.wrappers.microsoft.safelink_grammar import AND, KEPT, MARKS, Form, FormMarks, form_at

__all__ = ["LinkSpan", "is_open", "quote_before", "read_wrapped"]


@frozen
class LinkSpan:
    """A link at ``text[start:end]``; `url` is the address that is meant there.

    `cut` if the text breaks it off within its target, so that what is left of that leads elsewhere.
    `schemeless` if it stands there without its scheme, which `url` has. `role` says why nobody can
    follow a plain address.
    """

    start: int
    end: int
    url: str
    escape: Escape = Escape.NONE
    defanged: bool = False
    cut: bool = False
    schemeless: bool = False
    role: Role | None = None


_STEP = 4_096  # characters that are read before looking whether the link has ended
_MAX_LINES = 64  # a Safe Link of 4,000 characters, cut at column 62
_MAX_HEAD_LINES = 3
_OVERLAP = 96  # the longest mark: `corid` with its value, its separator escaped
_FARTHEST = 4 * _STEP  # characters in which no mark shows: that is not the link any more

_SAFE = pattern_of(r"[^&,;=\\\[({]{12}")  # as long as what may have to be read as one

_LINE_BREAK = pattern_of(
    r"(?:[ \t]*(?:<br ?/?>[ \t]*)?(?:\r\n|\n|\r)|[\xa0\u2007\u202f]+)(?![\r\n])", re.IGNORECASE
)
_BLANKS = pattern_of(r"[ \t\xa0]*")
_QUOTE_PREFIX = pattern_of(r"(?:[ \t]*>)*[ \t\xa0]*")
# A target that is encoded tells by its first escape; then, all values are, and end where theirs do.
_URL = pattern_of(r"[?;&]url=(?:3D)?(?P<encoded>https?%)?", re.IGNORECASE)
_VALUE = pattern_of(rf"{KEPT}*(?:{AND}reserved=(?:3D)?)?", re.IGNORECASE)
# What is left of `data` or `sdata`, on lines of its own.
_REST_OF_VALUE = pattern_of(
    rf"(?={KEPT}*+\Z)(?:.*%(?:25)*7C|.*%(?:25)*3D\Z)", re.IGNORECASE | re.DOTALL
)
_UP_TO_BAR = pattern_of(r"[^|]*")
_BROKEN_ESCAPE = pattern_of(r"%[0-9a-f]?\Z", re.IGNORECASE)
_DATA = pattern_of(rf"{AND}data=(?:3D)?0[0-9](?:%(?:25)*7C|\|)|://|safelinks\.", re.IGNORECASE)

# A parameter of its own closes the target; of one, a part of the name may be left.
_CLOSED = pattern_of(rf"{AND}(?:data|sdata|reserved|corid|locale|dest|pc)=", re.IGNORECASE)
_CUT_NAME = pattern_of(
    r"&(?:a|am|amp|(?:amp;)*(?:d|da|dat|data|s|sd|sda|sdat|sdata|r|res?|rese|reser|reserv|reserved?)?)\Z",
    re.IGNORECASE,
)

_OTHER_ADDRESS = pattern_of(r"[^&]*[/?:]")  # before a parameter that could be anybody's

_REFANG = pattern_of(r"\b(h)xx(ps?(?=:|%(?:25)*3A))", re.IGNORECASE)
_QP_URL = pattern_of(r"url=3Dh", re.IGNORECASE)


def read_wrapped(text: str, start: int, *, soft: bool, scheme: str = "") -> LinkSpan | None:
    """The wrapped link that begins at `start`; None if there is none, which its head tells.

    `soft` expects soft line breaks of quoted-printable. `scheme` is what is missing before it.
    """
    span = _read_any(text, start, soft=soft, scheme=scheme)
    return evolve(span, schemeless=True) if span and scheme else span


def _read_any(text: str, start: int, *, soft: bool, scheme: str) -> LinkSpan | None:
    prefixes = prefixes_of(lead_of(text, start))
    form = _form(text, start, prefixes, soft=soft, scheme=scheme)
    if form is None:
        return None
    joined = join(text, start, SHAPES[form], scheme)
    if joined is not None:
        return _span(text, start, joined.end, joined.url)
    longest: _Read | None = None
    for prefix in prefixes:
        read = _read(_Pieces(text, start, prefix, soft, MARKS[form], scheme))
        if read.whole and (span := _as_span(text, start, read)):
            return span
        if longest is None or read.length > longest.length:
            longest = read
    span = None if longest is None else _as_span(text, start, longest)
    if span is None:  # so much of its head is cut that only its pieces show what it is
        head = joined_start(text, start, SHAPES[form], HEAD_LENGTH, scheme)
        span = LinkSpan(start, head.end, head.url, cut=True)
    return span


def _form(text: str, start: int, prefixes: list[str], *, soft: bool, scheme: str) -> Form | None:
    """The form of the link at `start`, damaged or not.

    Its head is short: what is read in full afterwards is always used.
    """
    if scheme:
        return form_at(scheme + text[start : start + HEAD_LENGTH])
    form = form_at(text, start)
    for prefix in prefixes:
        pieces = _Pieces(text, start, prefix, soft, MARKS[Form.MAIL])
        for run, _ in pieces.head() if form is None else ():
            form = form or form_at(_address(run))
    if form is None:
        form = form_at(joined_start(text, start, SHAPES[Form.MAIL], HEAD_LENGTH).url)
    return form


@frozen
class _Read:
    """The first `length` characters of `run` are the link; `whole` if it has its tail."""

    run: Run
    length: int
    whole: bool


def _read(pieces: _Pieces) -> _Read:
    """The link, as far as its pieces lead to what is its own."""
    reach = _Reach(pieces.marks)
    for run, lines in pieces.runs():
        tail = reach.tail(run)
        if tail is not None and not (tail == run.length and pieces.parameter_follows(run)):
            return _Read(run, tail, whole=True)
        if not reach.look(run, lines):
            break
    if pieces.enclosed(run) and _VALUE.fullmatch(run.text, reach.end):
        reach.end = run.length
    return _Read(run, reach.end, whole=False)


@define
class _Reach:
    """How far a link certainly reaches: up to `end`, of the `searched` characters in `lines`.

    A piece that is added moves the end in these cases, or else the link has ended before it:

    - A parameter of its own is in it, as ``&data=05%7C01``: the end is behind its value.
    - Without it, there is not yet enough to know the wrapper: all of it belongs to the link.
    - The end was that of all pieces, and no line has ended since: the same value goes on.
    - It is what only the rest of `data` or `sdata` can be, as ``%7C0%7C0%7CUnknown``.
    """

    marks: FormMarks
    end: int = 0
    searched: int = 0
    lines: int = 0

    def tail(self, run: Run) -> int | None:
        """Where the link is complete, with its last parameter; None where it is not."""
        tail = self.marks.tail.search(run.text, self._unsearched)
        return tail.end() if tail else None

    def look(self, run: Run, lines: int) -> bool:
        """Look at what was added to `run`, in `lines`; False when there is no use in more."""
        text = run.text
        parameters = self.marks.parameter.finditer(text, self._unsearched)
        last = max((parameter.end() for parameter in parameters), default=0)
        goes_on = self.end == self.searched and self.lines == lines
        if last > self.searched or form_at(_address(run, self.end)) is None:
            self.end = _end_of_value(text, last)
        elif goes_on or _REST_OF_VALUE.match(text, self.end):
            self.end = _end_of_value(text, self.end)
        elif self.searched - self.end > _FARTHEST:
            return False
        self.searched, self.lines = len(text), lines
        return True

    @property
    def _unsearched(self) -> int:
        """Where to search from: a mark may have been cut where the last piece ended."""
        return max(0, self.searched - _OVERLAP)


def _end_of_value(link: str, start: int) -> int:
    """Where the value ends that begins at `start` of `link`, or the target's if that is 0."""
    url = _URL.search(link)
    if url is None or not url["encoded"]:
        return len(link)
    value = _VALUE if start else _UP_TO_BAR
    return _behind(value, link, max(start, url.end()))


@frozen
class _Pieces:
    """The pieces of the link at `start`, where each further line of it begins with `prefix`."""

    text: str
    start: int
    prefix: str
    soft: bool
    marks: FormMarks
    scheme: str = ""

    def head(self) -> Iterator[tuple[Run, int]]:
        """The run that begins the link, then the same with a few lines more."""
        return self._grow(HEAD_LENGTH, _MAX_HEAD_LINES)

    def runs(self) -> Iterator[tuple[Run, int]]:
        """The run that begins the link, then the same with each piece that can be its rest.

        With it, how many lines were added.
        """
        return self._grow(_STEP, _MAX_LINES)

    def _grow(self, step: int, most_lines: int) -> Iterator[tuple[Run, int]]:
        run = Run(self.start, quote_before(self.text, self.start))
        if self.scheme:
            run.add(self.scheme, self.start)
        lines = 0
        while True:
            stop = _safe_stop(self.text, run.end + step)
            read_run(self.text, run, soft=self.soft, onward=self.marks.onward, limit=stop)
            yield run, lines
            if run.end < stop:
                more = self._next_piece(run) if lines < most_lines else None
                if more is None:
                    return
                run.extend(more)
                lines += 1
            elif step < _STEP:
                return  # no head is that long
            else:
                step *= 2  # each look is at all that was read: so there must not be many

    def _next_piece(self, run: Run) -> Run | None:
        """The start of the next line, if it can be the rest of the link: not with another link."""
        start = self._next_line(run)
        if start is None:
            return None
        more = Run(start, run.quote, run.sure, opened=dict(run.opened))
        stop = _safe_stop(self.text, start + _STEP)
        read_run(self.text, more, soft=self.soft, onward=self.marks.onward, limit=stop)
        tail = self.marks.tail.search(more.text)
        piece = more.text[: tail.end()] if tail else more.text
        if not piece or ("://" in piece and "://" in run.text):
            return None
        if piece[0] in "123456789" and run.text.endswith("reserved="):
            return None  # what was cut off there is a zero
        if self.marks.everyday and _OTHER_ADDRESS.match(piece):
            return None
        return more

    def enclosed(self, run: Run) -> bool:
        """Whether all of `run` stands between delimiters (RFC 3986, appendix C)."""
        before, after = self.text[self.start - 1 : self.start], self.text[run.end : run.end + 1]
        return before + after in ("<>", '""')

    def parameter_follows(self, run: Run) -> bool:
        """Whether the next line begins with another parameter: their order may be any."""
        start = self._next_line(run)
        return start is not None and self.marks.parameter.match(self.text, start) is not None

    def _next_line(self, run: Run) -> int | None:
        """Where the next line goes on behind `prefix`; None where it has none, or none is there."""
        line_break = _LINE_BREAK.match(self.text, run.end)
        if line_break is None:
            return None
        sign = self.prefix.rstrip()
        start = _behind(_QUOTE_PREFIX, self.text, line_break.end())
        if not self.text.startswith(sign, start):
            return None
        end = _behind(_BLANKS, self.text, start + len(sign))
        return None if end == start + len(sign) and sign != self.prefix else end


def _behind(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _safe_stop(text: str, stop: int) -> int:
    """An offset, `stop` or a little behind, that does not cut what must be read as one."""
    safe = _SAFE.search(text, stop, stop + _STEP)
    return safe.end() if safe else stop


def _as_span(text: str, start: int, read: _Read) -> LinkSpan | None:
    run, length = read.run, read.length
    if not read.whole:
        length = trimmed(text, start, run.raw_end(length), run.text[:length])
    url = _address(run, length)
    end = run.raw_end(length)
    span = _span(text, start, end, url)
    if span is None:
        return None
    if read.whole:
        cut, reach = not is_sound(span.url), None
    else:
        cut, reach = _is_cut(text, span)
    return evolve(span, end=reach or end, defanged=_is_defanged(run, run.text), cut=cut)


def _span(text: str, start: int, end: int, url: str) -> LinkSpan | None:
    """`url` as it is meant in the place of ``text[start:end]``; None if that is no Safe Link."""
    quoted_printable = _QP_URL.search(url) is not None
    escape = Escape.QUOTED_PRINTABLE if quoted_printable else Escape.around(text, start, end)
    url = escape.undo(url)
    return None if form_at(url) is None else LinkSpan(start, end, url, escape)


def is_open(url: str) -> bool:
    """Whether the target of the Safe Link `url` may go on: no parameter of its own closes it."""
    target = next(reversed([*_URL.finditer(url)]), None)
    return target is not None and _CLOSED.search(url, target.end()) is None


def _is_cut(text: str, span: LinkSpan) -> tuple[bool, int | None]:
    """Whether the link had more of its target behind `span`, and how far it surely reaches.

    It had if an escape or a name is broken, or if parameters without an address follow. It may have
    had more if it ends where something may have cut it.
    """
    url = span.url
    target = next(reversed([*_URL.finditer(url)]), None)
    closed = target is None or _CLOSED.search(url, target.end()) is not None
    encoded = target is not None and target["encoded"]
    known = Target.CLOSED if closed else Target.ENCODED if encoded else Target.OPEN
    reach = goes_on(text, span.start, span.end, known)
    if reach is not None:
        return True, reach
    if closed:
        return False, None  # its own parameters show that the target was whole
    if _BROKEN_ESCAPE.search(url) or (encoded and _CUT_NAME.search(url)):
        return True, None
    rest = _DATA.search(text, span.end, span.end + _FARTHEST)
    return rest is not None and rest[0].startswith("&"), None


def _is_defanged(run: Run, url: str) -> bool:
    return run.defanged or url[1:3].lower() == "xx"


def _address(run: Run, length: int | None = None) -> str:
    """The first `length` characters of `run`, with schemes that were made harmless restored."""
    url = run.text[:length]
    return _REFANG.sub(r"\1tt\2", url) if _is_defanged(run, url) else url


def quote_before(text: str, start: int) -> str:
    """The quote that opened the link at `start`, if one did."""
    before = text[start - 1] if start else ""
    return before if before in "'\"" else ""
