"""How texts spell a mail address: escapes of every kind within each other, letters of full width,
invisible characters, base64, and what mail systems make of an address in another one.

A text is read as its author meant it, and remembers where in it each octet comes from. Whoever is
looked for is looked up and not tried, so that it hardly matters how many there are.
"""

from __future__ import annotations

import re
from binascii import a2b_base64, a2b_qp
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import chain, pairwise

from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["flat", "octets", "spans", "tells_of_anybody"]

_DEEPEST = 12  # escapes within escapes; percent signs that are encoded again count as one
_LONGEST_NAME = 64  # RFC 5321, section 4.5.3.1.1
_MOST_TAGS = 4

_NAMED: Mapping[bytes, bytes] = {
    b"amp": b"&",
    b"commat": b"@",
    b"equals": b"=",
    b"lowbar": b"_",
    b"num": b"#",
    b"percnt": b"%",
    b"period": b".",
    b"plus": b"+",
}
# Percent-encoding (also again and again), that of `escape()` in JavaScript, of JSON, of HTML (which
# Markdown has too); Proofpoint's second format writes "@" as "-40". Then what is not to be seen,
# and the forms of ASCII that are as wide as an ideograph (U+FF01 to U+FF5E) or small (U+FE6B).
_ESCAPE = pattern_of(
    rb"(?:%(?:25)*+|(?<!\\)\\++x)(?P<hex>[0-9A-F]{2})"
    rb"|(?:%(?:25)*+|(?<!\\)\\++)u(?P<unit>[0-9A-F]{4})"
    rb"|&(?:amp;)*+(?:\#x0*+(?P<number>[0-9A-F]{1,5})|\#0*+(?P<decimal>[0-9]{1,7}))(?:;|(?![0-9A-F]))"
    rb"|&(?:amp;)*(?P<name>" + b"|".join(_NAMED) + rb");"
    rb"|(?P<at>-40)"
    rb"|(?P<nothing>\xc2\xad|\xcd\x8f|\xd8\x9c|\xe1\xa0\x8e|\xe2\x80[\x8b-\x8f\xaa-\xae]"
    rb"|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf|\xef\xb8[\x80-\x8f])"
    rb"|(?P<wide>\xef\xbc[\x81-\xbf]|\xef\xbd[\x80-\x9e])|(?P<small>\xef\xb9\xab)",
    re.IGNORECASE,
)
# The same, and quoted-printable: of itself, "=40" may also be how a value begins.
_EQUALS = rb"|=(?:3D)*+(?P<quoted>[0-9A-F]{2})"
_QUOTED = pattern_of(_ESCAPE.pattern + _EQUALS, re.IGNORECASE)
# The same without that of Proofpoint: a name may hold "-40".
_PLAIN = pattern_of(_ESCAPE.pattern.replace(rb"|(?P<at>-40)", b""), re.IGNORECASE)
# What every escape begins with: where none of it stands, nothing is to be undone.
_MAY_ESCAPE = pattern_of(
    rb"[%\\\xc2\xcd\xd8\xe1\xe2\xef]|&#|&[a-z]{3,6};|-40|=[0-9A-F]{2}", re.IGNORECASE
)
# The same in one octet each; U+0130, too, of which the lower case is an "i".
_BEGINS_ESCAPE = pattern_of(rb"[%&\\=\xc2\xc4\xcd\xd8\xe1\xe2\xef]")
_AT = b"-40"
_MAY_BE_QUOTED = pattern_of(rb"=[0-9A-F]{2}", re.IGNORECASE)
# What must not stand in a text of which a reading undoes no more than plain ``%XX`` and ``=XX``.
_BESIDE = rb"[\\\x80-\xff\r\n]|&#|&[a-z]{3,6};|%(?:25|u|(?![0-9A-F]{2}))"
_BESIDE_PLAIN: Mapping[re.Pattern[bytes], re.Pattern[bytes]] = {
    _PLAIN: pattern_of(_BESIDE, re.IGNORECASE),
    _ESCAPE: pattern_of(_BESIDE + rb"|-40", re.IGNORECASE),
    _QUOTED: pattern_of(_BESIDE + rb"|-40|=(?:3D|[=%]|\Z)", re.IGNORECASE),
}
# Of whom nothing is known, "-40" may be any number.
_READINGS_OF_ANYBODY = (_PLAIN, pattern_of(_PLAIN.pattern + _EQUALS, re.IGNORECASE))

# Between name and domain: "=" where the address stands in that of a sender (VERP), "_" in the name
# of a guest (name_domain#EXT#@tenant).
_BETWEEN = pattern_of(rb"[@=_]")
_GUEST = b"#ext#@"
# What forwarders make of a sender (SRS): a hash, two letters for the day, then its domain and name;
# the second forwarder puts its own hash, and who was the first, before that.
_SRS_FIELD = rb"[^=@\s/?#&]{1,255}"
_SRS = pattern_of(
    rb"srs(?:0|1[=+-]%b=%b=)[=+-]%b=%b=(?P<domain>%b)=(?P<name>[^@\s/?#&]{1,64})@"
    % ((_SRS_FIELD,) * 5)
)
_BASE64 = pattern_of(r"[A-Za-z0-9+/]{12,}|[A-Za-z0-9_-]{12,}", re.ASCII)
_URL_SAFE = str.maketrans("-_", "+/")

# What is a mail address whoever it is of. What has a version behind it ("react@18.2.0") is none.
_ANYBODY = pattern_of(
    rb"[^\s/?#&=@]@(?:[\w.%\x80-\xff-]{1,255}?\.(?:[a-z]{2}|[\x80-\xff])|[\x80-\xff])|" + _GUEST
)
_IN_TOKEN = pattern_of(rb"[\w.+-]@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}?\.[a-z]{2}", re.IGNORECASE)

OctetSpan = tuple[int, int]


def octets(text: str) -> bytes:
    """`text` in UTF-8, whatever it holds."""
    return text.encode("utf-8", "surrogatepass")


def flat(raw: bytes) -> bytes:
    """`raw` in lower case with every escape undone, however often it was encoded.

    >>> flat(b"Me%2540a.org, me&#37;40a.org")
    b'me@a.org, me@a.org'
    """
    return _read(raw, _ESCAPE)


def spans(text: str, addresses: frozenset[str]) -> list[OctetSpan]:
    """Where in the octets of `text` any of the mail `addresses` stands, in whatever spelling.

    `addresses` are in lower case. Each span is behind the one before it.

    >>> spans("bounce+me=a.org@list.example", frozenset({"me@a.org"}))
    [(7, 15)]
    """
    raw = octets(text)
    return _apart([*_spelled(raw, addresses), *_in_base64(text, addresses)])


def tells_of_anybody(text: str) -> bool:
    """Whether a mail address stands in `text`, in whatever spelling, of whomever.

    >>> tells_of_anybody("https://a.example/?m=Me%2540b.org"), tells_of_anybody("react@18.2.0")
    (True, False)
    """
    raw = octets(text)
    if any(_ANYBODY.search(_read(raw, pattern)) for pattern in _READINGS_OF_ANYBODY):
        return True
    tokens = (raw for _, token in _tokens(text) for _, raw in _read_token(token))
    return any(map(_IN_TOKEN.search, tokens))


def _apart(found: list[OctetSpan]) -> list[OctetSpan]:
    """The spans in their order, those that overlap as one."""
    apart: list[OctetSpan] = []
    for start, end in sorted(found):
        if apart and start < apart[-1][1]:
            apart[-1] = apart[-1][0], max(end, apart[-1][1])
        else:
            apart.append((start, end))
    return apart


def _spelled(raw: bytes, addresses: frozenset[str]) -> Iterator[OctetSpan]:
    seen = set()
    for pattern, plain in _readings(raw):
        if plain in seen:
            continue
        seen.add(plain)
        found = list(_standing(plain, _index(addresses)))
        if found:
            offsets = _offsets(raw, pattern)
            yield from ((offsets[start], offsets[end]) for start, end in found)


def _readings(raw: bytes) -> Iterator[tuple[re.Pattern[bytes], bytes]]:
    """The readings of `raw` that may differ: no other escape takes away what only some undo."""
    plain = _read(raw, _PLAIN)
    yield _PLAIN, plain
    if _AT in plain:
        yield _ESCAPE, _read(raw, _ESCAPE)
    if _AT in plain or _MAY_BE_QUOTED.search(plain):
        yield _QUOTED, _read(raw, _QUOTED)


def _read(raw: bytes, pattern: re.Pattern[bytes]) -> bytes:
    for _ in range(_DEEPEST):
        if not _MAY_ESCAPE.search(raw):
            break
        plain = _decoded(raw, pattern)
        if plain is None:
            plain = pattern.sub(_octet, raw)
        if plain == raw:
            break
        raw = plain
    return _lower(raw)


def _decoded(raw: bytes, pattern: re.Pattern[bytes]) -> bytes | None:
    """What `pattern` makes of `raw` at once, where all escapes are plain ``%XX``; else None.

    In C, as in `percent.decode`.
    """
    beside = _BESIDE_PLAIN.get(pattern)
    if beside is None or beside.search(raw):
        return None
    return a2b_qp((raw if pattern is _QUOTED else raw.replace(b"=", b"=3D")).replace(b"%", b"="))


def _lower(raw: bytes) -> bytes:
    if not raw.isascii():
        lower = raw.decode("utf-8", "surrogateescape").lower().encode("utf-8", "surrogateescape")
        if len(lower) == len(raw):
            return lower
    return raw.lower()


_NUMBERS: Mapping[str, int] = {"hex": 16, "quoted": 16, "unit": 16, "number": 16, "decimal": 10}
_OF_OCTETS = frozenset({"hex", "quoted"})
_MOST = 0x10FFFF


def _octet(match: re.Match[bytes]) -> bytes:
    """What an escape stands for."""
    kind = match.lastgroup or "nothing"
    value = match[kind]
    if kind in _NUMBERS:
        number = int(value, _NUMBERS[kind])
        if kind in _OF_OCTETS:
            return bytes([number])
        return octets(chr(number)) if number <= _MOST else b""
    if kind == "name":
        return _NAMED[value.lower()]
    if kind == "wide":
        return bytes([ord(value.decode()) - 0xFEE0])
    return b"" if kind == "nothing" else b"@"


def _offsets(raw: bytes, pattern: re.Pattern[bytes]) -> list[int]:
    """For each octet of what is read, and for its end, where it stands in `raw`."""
    offsets = list(range(len(raw) + 1))
    for _ in range(_DEEPEST):
        pieces: list[bytes] = []
        kept: list[int] = []
        done = 0
        for match in pattern.finditer(raw):
            octet = _octet(match)
            kept += offsets[done : match.start()]
            kept += [offsets[match.start()]] * len(octet)
            pieces += [raw[done : match.start()], octet]
            done = match.end()
        if not done:
            break
        offsets = kept + offsets[done:]
        raw = b"".join((*pieces, raw[done:]))
    return offsets


@frozen
class _Index:
    """The names that are looked for, by domain, and what is quickly known of all of them.

    `widths` and `lengths` are those of all domains and of all names, longest first. Of the
    `shortest` address no spelling is shorter, for no escape is shorter than what it stands for. In
    every spelling of a domain stands one of the `pairs` of its letters, or between each two of them
    something is escaped, `fewest` times at least; None where that is not so of all domains.
    """

    names: Mapping[bytes, AbstractSet[bytes]]
    widths: list[int]
    lengths: list[int]
    shortest: int
    pairs: frozenset[tuple[int, int]] | None
    fewest: int

    def may_be_in(self, raw: bytes) -> bool:
        """Whether one of the addresses may stand in `raw`, in whatever spelling."""
        if self.pairs is None or not self.pairs.isdisjoint(pairwise(_lower(raw))):
            return True
        return len(_BEGINS_ESCAPE.findall(raw)) >= self.fewest


_NOBODY: frozenset[bytes] = frozenset()
_FEW_DOMAINS = 16  # of which it is quicker to ask whether any is there at all


def _standing(plain: bytes, index: _Index) -> Iterator[OctetSpan]:
    """Where the longest of the addresses around each sign between name and domain stands."""
    names, widths, lengths = index.names, index.widths, index.lengths
    if len(names) <= _FEW_DOMAINS and not any(map(plain.__contains__, names)):
        return
    done = 0
    for match in _BETWEEN.finditer(plain):
        at = match.start()
        for width in widths:
            domain = plain[at + 1 : at + 1 + width]
            known = names.get(domain, _NOBODY)
            start = _name_before(plain, at, known, lengths) if known else None
            if start is not None:
                if start >= done:
                    done = at + 1 + len(domain)
                    yield start, done
                break
    for forwarded in _SRS.finditer(plain):
        name = forwarded["name"]
        if {name, name.partition(b"+")[0]} & names.get(forwarded["domain"], _NOBODY):
            yield forwarded.start("domain"), forwarded.end("name")


def _name_before(
    plain: bytes, at: int, known: AbstractSet[bytes], lengths: list[int]
) -> int | None:
    """Where the longest name of `known` begins that ends at `at`, or there has a tag (name+tag)."""
    end = at
    for _ in range(_MOST_TAGS):
        for length in lengths:
            if length <= end and plain[end - length : end] in known:
                return end - length
        end = plain.rfind(b"+", max(0, at - _LONGEST_NAME), end)
        if end < 0:
            break
    return None


@lru_cache(maxsize=64)
def _index(addresses: frozenset[str]) -> _Index:
    names: dict[bytes, set[bytes]] = {}
    for address in addresses:
        plain = flat(octets(address))
        guest, sign, _ = plain.rpartition(_GUEST)
        for person, between in ((plain, b"@"), (guest, b"_")) if sign else ((plain, b"@"),):
            name, _, domain = person.rpartition(between)
            if name and domain:
                names.setdefault(domain, set()).update({name, name.partition(b"+")[0] or name})
    widths = {len(domain) for domain in names}
    lengths = {len(name) for known in names.values() for name in known}
    odd = any(b"@" in domain or not domain.isascii() for domain in names)
    return _Index(
        names,
        sorted(widths, reverse=True),
        sorted(lengths, reverse=True),
        min(widths, default=0) + 1 + min(lengths, default=0),
        None if odd else frozenset(chain.from_iterable(map(pairwise, names))),
        min(widths, default=0) // 2,
    )


def _in_base64(text: str, addresses: frozenset[str]) -> Iterator[OctetSpan]:
    """Where octets in base64 spell one of `addresses`: only the digits of those."""
    shortest = _index(addresses).shortest
    for at, token in _tokens(text, shortest):
        look = _in_token if len(token) <= _LONGEST_KEPT else _in_token.__wrapped__
        for start, end in look(token, addresses):
            yield at + start, at + end


_LONGEST_KEPT = 1_000  # characters: more than any field of a wrapped link has


# The links of a message have the same ids and flags; between two of them, few others stand.
@lru_cache(maxsize=1_024)
def _in_token(token: str, addresses: frozenset[str]) -> tuple[OctetSpan, ...]:
    """The same in one token."""
    index = _index(addresses)
    return tuple(
        (skipped + start * 4 // 3, min(skipped - (-end * 4 // 3), len(token)))
        for skipped, raw in _read_token(token)
        if (b"@" in raw or b"%" in raw) and index.may_be_in(raw)
        for start, end in _spelled(raw, addresses)
    )


def _tokens(text: str, shortest: int = 0) -> Iterator[tuple[int, str]]:
    """Where in the octets of `text` base64 of so many octets stands."""
    if not text.isascii():
        text = text.encode("utf-8", "surrogatepass").decode("latin-1")  # as many as octets
    for token in _BASE64.finditer(text):
        if (token.end() - token.start() + 3) // 4 * 3 >= shortest:
            yield token.start(), token[0]


def _read_token(token: str) -> Iterator[tuple[int, bytes]]:
    """What base64 spells from each digit on where it may begin, as behind a slash of a path."""
    digits = token.translate(_URL_SAFE)
    for skipped in range(4):
        part = digits[skipped:]
        yield skipped, a2b_base64(part + "A" * (-len(part) % 4))
