"""Take personal data and credentials out of wrapped links, whatever layer they are in.

It works on the string, not on its parse: so it also serves links that are cut off, damaged or
nested at any depth, whose inner names and separators are percent-encoded once more a layer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache

__all__ = ["blanked", "end_of_rest", "mask", "recipients", "redact", "redact_rest", "tells_session"]


def _sign(char: str) -> str:
    """A pattern for `char`, percent-encoded or not, however often."""
    return rf"(?:{re.escape(char)}|%(?:25)*+{ord(char):02X})"


def _escaped(char: str, names: str) -> str:
    """The same, or escaped for HTML, by one of its `names` there or by its number."""
    number = rf"{_sign('#')}(?:x0*+{ord(char):x}|0*+{ord(char)})"
    return rf"(?:{_sign(char)}|{_sign('&')}(?:amp{_sign(';')})*+(?:{number}|{names}){_sign(';')})"


_EQUALS = rf"(?:=3D|{_escaped('=', 'equals')})"
_BAR = _escaped("|", "verbar|vert")
_AND = rf"(?:{_sign('&')}|{_sign('?')}|{_sign(';')})"
_VALUE = "(?:(?!&|%(?:25)*+26).)*+"
_SPACE = r"(?:\s|%(?:25)*+(?:09|0A|0D|20))*+"

# Field 2 of `data` (spec section 4), up to the next bar or the end of what is left of the link.
_NUMBER = rf"{_SPACE}(?:[0-9A-Z]|%(?:25)*+3[0-9]){{0,8}}+{_SPACE}"
_RECIPIENT = re.compile(
    rf"(data{_EQUALS}{_NUMBER}{_BAR}{_NUMBER}{_BAR})(?P<recipient>(?:(?!{_BAR}).)*+)",
    re.IGNORECASE | re.DOTALL,
)
# Teams (spec section 5): `pc` is a session credential, `si` and `sd` tell who talked to whom.
_SESSION = re.compile(rf"({_AND}(?:pc|si|sd){_EQUALS}){_VALUE}", re.IGNORECASE | re.DOTALL)
_CREDENTIAL = re.compile(rf"{_AND}pc{_EQUALS}(?!&|%(?:25)*+26|\Z)", re.IGNORECASE)
_TEAMS_PAGE = "atp-safelinks.html"
# Other vendors: what identifies the message or its recipient, by a part of the wrapper's address.
_TOKENS = tuple(
    (
        place,
        rf"({_AND}(?:{names}){_EQUALS}){_VALUE}",
    )
    for place, names in (
        ("urldefense.", "[kdcrmse]"),
        ("cudasvc.com", "c"),
        ("trendmicro.com", "umid|auth"),
        ("fireeye.com", "[kqe]"),
        ("protection.sophos.com", "[ithsp]"),
        ("inky.com", "t"),
        ("vadesecure.com", "[fikr]"),
        ("esvalabs.com", "[eh]"),
    )
)

# What is left of a link in running text, its lines broken and quoted: a value goes on over the ends
# of lines, and behind a blank with what is too long for a word.
_BREAK = r"(?:(?:=?[ \t]*+\r?\n[ \t>|]*+)++|[ \t]++(?=[\w%.~+/=-]{24}))"
_PIECE = r"(?:(?!&|%(?:25)*+26)\S)"
_LONG = rf"(?=(?:{_PIECE}|{_BREAK}){{8}})"
_SESSION_REST = re.compile(
    rf"((?:[&?]|&amp;|%(?:25)*+26)(?:{_BREAK}?p{_BREAK}?c|{_BREAK}?s{_BREAK}?[id]){_BREAK}?"
    rf"(?:=(?:3D)?|%(?:25)*+3D)){_LONG}{_PIECE}*+(?:{_BREAK}{_PIECE}++)*+",
    re.IGNORECASE,
)
_CUT_SESSION = re.compile(
    rf"{_AND}(?:p|s|(?:pc|si|sd)(?:{_EQUALS}{_VALUE})?)?\Z", re.IGNORECASE | re.DOTALL
)
_MORE = re.compile(rf"(?:{_BREAK}{_PIECE}++)*+", re.IGNORECASE)
# The rest of `data`, from within the recipient on: ids of the message and of the tenant follow.
_IDS_REST = re.compile(rf"(?<=\S)(?={_BAR}[0-9A-F]{{32}}{_BAR}[0-9A-F]{{32}}{_BAR})", re.IGNORECASE)
_DATA = re.compile(rf"data{_EQUALS}", re.IGNORECASE)
_LONGEST_REST = 400  # characters of a recipient, encoded more than once

# The same in a text that cuts the link: fields between bars, of which that behind the version, and
# any that has "@" in it, is a recipient.
_LONGEST_SCHEME = 12
_ENCODED_BAR = re.compile("%(?:25)*+7C", re.IGNORECASE)
_CUT = re.compile(r"=?[ \t]*+\r?\n[ \t>|+]*+")
_IN_PIECES = rf"(?:{_CUT.pattern})?+"
_CUT_BAR = rf"(?:%{_IN_PIECES}(?:25)*+7{_IN_PIECES}C|\|)"
_CUT_AT = re.compile(rf"%{_IN_PIECES}(?:25)*+4{_IN_PIECES}0|@", re.IGNORECASE)
_ID = re.compile(rf"{_CUT_BAR}{_IN_PIECES}[0-9a-f]{{8}}", re.IGNORECASE)
_CUT_FIELD = re.compile(
    rf"(?:(?P<data>data{_IN_PIECES}{_EQUALS}{_IN_PIECES}0{_IN_PIECES}[0-9]{_IN_PIECES}{_CUT_BAR}"
    rf"{_IN_PIECES}0{_IN_PIECES}[0-9]{_IN_PIECES}{_CUT_BAR})|(?:\A|{_CUT_BAR}))"
    rf"(?P<recipient>(?:(?!{_CUT_BAR})[^&])*+)",
    re.IGNORECASE,
)

_END = re.compile(r"[\s&]")  # of an address that no bar follows
_AT = re.compile(
    r"@|%(?:25)*40|-40|\\(?:u00|x)40|&(?:amp;)*(?:#(?:0*64|x0*40)|commat);", re.IGNORECASE
)
_ADDRESS = re.compile(r".{1,64}@[^@]{1,255}", re.DOTALL)  # RFC 5321, section 4.5.3.1
# Percent-encoded however often; Proofpoint's second format writes "@" as "-40". Texts have escapes
# of their own: those of JSON and JavaScript, and those of HTML, which Markdown has too.
_NAMED: Mapping[bytes, bytes] = {b"commat": b"@", b"plus": b"+", b"period": b".", b"lowbar": b"_"}
_ESCAPE = re.compile(
    rb"%(?:25)*([0-9A-F]{2})|-(40)|\\(?:u00|x)([2-7][0-9A-F])"
    rb"|&(?:amp;)*(?:#x0*([2-7][0-9A-F])|#0*(3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-7])"
    rb"|(" + b"|".join(_NAMED) + rb"));",
    re.IGNORECASE,
)


def redact(url: str, known: frozenset[str] = frozenset()) -> str:
    """`url` without the recipient's address, and without Teams' session values, in every layer.

    The fields that hold them are blanked. The addresses in them, and those that are `known` from
    elsewhere, are masked wherever else they stand, as in a target.

    >>> redact("https://nam06.safelinks.protection.outlook.com/?url=x&data=05%7C02%7Cme%40a.org%7C")
    'https://nam06.safelinks.protection.outlook.com/?url=x&data=05%7C02%7C%7C'
    """
    found = recipients(url)
    url = _RECIPIENT.sub(r"\1", url)
    if "://" not in url[:_LONGEST_SCHEME] and _ENCODED_BAR.search(url):  # a rest without its head
        url = blanked(url)
    lower = url.lower()
    if _TEAMS_PAGE in lower:
        url = _SESSION.sub(r"\1", url)
    for place, tokens in _TOKENS:
        if place in lower:
            url = re.sub(tokens, r"\1", url, flags=re.IGNORECASE | re.DOTALL)
    return mask(url, known if found <= known else known | found)


def blanked(raw: str) -> str:
    """`raw`, a link as a text has it in pieces, without its recipient in any of them.

    Ends of lines, and what stands before these, stay.

    >>> blanked("?url=x&data=05%7C02%7Cme%4\\n> 0a.org%7C5f10")
    '?url=x&data=05%7C02%7C\\n> %7C5f10'
    """
    out: list[str] = []
    done = 0
    for field in _CUT_FIELD.finditer(raw):
        torn = not field.start() and _ID.match(raw, field.end())  # begins within the recipient
        if not (field["data"] or torn or _CUT_AT.search(field["recipient"])):
            continue
        start, end = field.span("recipient")
        kept = "".join(match[0] for match in _CUT.finditer(raw, start, end))
        out += [raw[done:start], kept]
        done = end
    return "".join((*out, raw[done:]))


def redact_rest(text: str) -> str:
    """`text` of many lines without what broken links in it left over of recipients and sessions.

    Of such a link so little is whole that nothing finds it, or not up to its end.

    >>> redact_rest("atp-safelinks.html?url=x&pc=0123456789012345678\\n> 456&si=x")
    'atp-safelinks.html?url=x&pc=&si=x'
    """
    text = _SESSION_REST.sub(r"\1", text)
    pieces: list[str] = []
    done = 0
    for match in _IDS_REST.finditer(text):
        end = match.start()
        start = max(done, end - _LONGEST_REST)
        words = text[start:end].split()
        if words and _DATA.search(words[-1]) is None:  # else the field is whole
            pieces.append(text[done : end - len(words[-1])])
            done = end
    return "".join((*pieces, text[done:]))


def end_of_rest(url: str, text: str, at: int) -> int:
    """Where in `text` a link of Teams ends that was found as `url` and ended at `at` too early.

    >>> url = "https://teams.example/atp-safelinks.html?url=https%3A%2F%2Fa.example&pc=01"
    >>> end_of_rest(url, url + "\\n23 and more", len(url)) - len(url)
    3
    """
    if _TEAMS_PAGE not in url.lower() or _CUT_SESSION.search(url) is None:
        return at
    more = _MORE.match(text, at)
    return more.end() if more else at


def tells_session(url: str) -> bool:
    """Whether `url`, in whatever layer, carries the session credential of Teams.

    >>> tells_session("https://teams.example/atp-safelinks.html?url=https%3A%2F%2Fa.example&pc=x")
    True
    """
    return _TEAMS_PAGE in url.lower() and _CREDENTIAL.search(url) is not None


def recipients(*urls: str) -> frozenset[str]:
    """The mail addresses, in lower case, that the wrapped links among `urls` were sent to.

    >>> recipients("https://nam06.safelinks.protection.outlook.com/?data=05%7C02%7CMe%40a.org%7C")
    frozenset({'me@a.org'})
    """
    found = (match["recipient"] for url in urls for match in _RECIPIENT.finditer(url))
    values = (_flat(_octets(value)).lower().decode("utf-8", "replace").strip() for value in found)
    addresses = (_END.split(value, maxsplit=1)[0] for value in values)
    return frozenset(filter(_ADDRESS.fullmatch, addresses))


def mask(text: str, addresses: frozenset[str], shown: str = "[recipient]") -> str:
    """`text` with every spelling of the mail `addresses` in it, encoded or not, replaced.

    `addresses` are in lower case.

    >>> mask("https://example.org/u?m=Me%40a.org", frozenset({"me@a.org"}))
    'https://example.org/u?m=[recipient]'
    """
    if not addresses or _AT.search(text) is None:
        return text
    raw = _octets(text)
    plain, offsets = _flat(raw).lower(), _offsets(raw)
    pieces = []
    done = 0
    at = plain.find(b"@")
    while at >= 0:
        start, end = _around(plain, at, addresses)
        if end and offsets[start] >= done:
            pieces += [raw[done : offsets[start]], shown.encode()]
            done = offsets[end]
        at = plain.find(b"@", at + 1)
    pieces.append(raw[done:])
    return b"".join(pieces).decode("utf-8", "surrogatepass")


_NOBODY: frozenset[bytes] = frozenset()


def _around(plain: bytes, at: int, addresses: frozenset[str]) -> tuple[int, int]:
    """Where the longest of `addresses` around the "@" at `at` begins and ends; 0, 0 for none.

    They are looked up and not tried, so that it hardly matters how many there are.
    """
    names, widths, lengths = _index(addresses)
    for width in widths:
        domain = plain[at + 1 : at + 1 + width]
        known = names.get(domain, _NOBODY)
        for length in lengths if known else ():
            if length <= at and plain[at - length : at] in known:
                return at - length, at + 1 + len(domain)
    return 0, 0


@lru_cache(maxsize=64)
def _index(
    addresses: frozenset[str],
) -> tuple[Mapping[bytes, AbstractSet[bytes]], list[int], list[int]]:
    """Local parts by domain, then the lengths of all domains and all local parts, longest first."""
    names: dict[bytes, set[bytes]] = {}
    for address in addresses:
        name, _, domain = _flat(_octets(address)).rpartition(b"@")
        names.setdefault(domain, set()).add(name)
    widths = {len(domain) for domain in names}
    lengths = {len(name) for known in names.values() for name in known}
    return names, sorted(widths, reverse=True), sorted(lengths, reverse=True)


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _flat(raw: bytes) -> bytes:
    """`raw` with every escape undone, however often it was encoded."""
    return _ESCAPE.sub(_octet, raw)


def _octet(match: re.Match[bytes]) -> bytes:
    _, _, _, _, decimal, name = match.groups()
    if name:
        return _NAMED[name.lower()]
    return bytes([int(decimal) if decimal else int(match[match.lastindex or 0], 16)])


def _offsets(raw: bytes) -> list[int]:
    """For each byte of `_flat(raw)`, and for its end, where it stands in `raw`."""
    offsets: list[int] = []
    at = 0
    for match in _ESCAPE.finditer(raw):
        offsets += range(at, match.start() + 1)
        at = match.end()
    offsets += range(at, len(raw) + 1)
    return offsets
