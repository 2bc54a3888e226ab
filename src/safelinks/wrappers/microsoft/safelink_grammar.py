"""The grammar of Safe Links: hosts, paths and parameters, and the target in them (spec, 2 and 3).

Strings in, strings out. It does not know what the metadata means, nor text around a link, nor other
vendors, nor the network: asking a Safe Link's host would be a click of the recipient.

Two roads lead to a target. Nearly every link has one shape, and a single pattern takes it apart;
whatever does not fit goes the long way, which follows the recipe of section 3 step by step.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum

from safelinks.addresses import percent
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = [
    "AND",
    "CANONICAL",
    "ENCODED_AGAIN",
    "EQUALS",
    "HEAD",
    "KEPT",
    "LITERAL",
    "MAIL_HOSTS",
    "MARKS",
    "METADATA",
    "NAMES",
    "OPENING",
    "SPACE",
    "TEAMS_HOSTS",
    "Form",
    "FormMarks",
    "Parts",
    "form_at",
    "is_safe_links_host",
    "parts_of",
    "target_of",
    "value_span",
    "without_json_escapes",
]


class Form(StrEnum):
    """Where a Safe Link was made, by its host and path (spec, section 2)."""

    MAIL = "mail"
    OFFICE = "office"
    TEAMS = "teams"
    OUTLOOK_WEB = "outlook-web"


# Section 2. Below the first ones stands the label of a region.
MAIL_HOSTS = (
    "safelinks.protection.outlook.com",
    "safelinks.protection.office365.us",
    "safelinks.protection.partner.outlook.cn",
    "safelinks.protection.outlook.cn",
)
TEAMS_HOSTS = (
    "statics.teams.cdn.office.net",
    "staticsint.teams.cdn.office.net",
    "teams.public.onecdn.static.microsoft",
)
_MAIL_HOST, _TEAMS_HOST = (
    rf"(?:{'|'.join(map(re.escape, hosts))})" for hosts in (MAIL_HOSTS, TEAMS_HOSTS)
)
_LABEL = r"(?:(?P<region>[a-z]{2,5}[0-9]{2})\.)?"
_END = r"\.?(?P<port>:[0-9]*)?"  # a final dot is legal; which port is, `_split` decides

# A pattern and never a list of labels; ASCII only, so that no other script looks alike. Without
# what only `re` can, since columns are searched by other engines, too.
HEAD = rf"""
    (?P<scheme>https?)://
    (?:
        {_LABEL}{_MAIL_HOST}{_END}
        (?P<path>/ap/(?P<app>[a-z]{{1,3}})-[0-9a-f]{{8}}/? | /GetUrlReputation/? | /?)
      | (?P<teams>{_TEAMS_HOST}{_END.replace("port", "teams_port")}
        /evergreen-assets/safelinks/[0-9]+/atp-safelinks\.html)
      | (?P<outlook_web>outlook\.(?:office\.com | cloud\.microsoft | office365\.com | live\.com)
        {_END.replace("port", "outlook_web_port")}/mail/safelink\.html)
    )
"""
_HEAD = pattern_of(
    rf"{HEAD}(?=(?P<query>[?])|[#]|\Z)",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)

# It stands in every host or path above: an address without it needs no closer look.
_IN_EVERY_HEAD = "safelink"
_ENCODED_QUERY = pattern_of(r"(?<=[a-z]/)%3F(url%3D.*)", re.IGNORECASE | re.DOTALL)
_ANY_HOST = pattern_of(rf"(?:.+\.)?{_MAIL_HOST}")

# The shape of nearly every link in the wild, as the rewriter writes it: only characters that
# encodeURIComponent leaves. Up to `&data=` for the target, which is all that most callers want;
# to the end for the metadata, and to know where the link ends in a text.
LITERAL = r"[A-Za-z0-9_.!~*'()-]"
KEPT = LITERAL.replace("[", "[%")
OPENING = (
    r"https://(?:(?P<region>[a-z]{2,5}[0-9]{2})\.)?"
    r"safelinks\.protection\.(?:outlook\.com|office365\.us)"
    rf"/\?url=(?P<url>https?%3A%2F%2F{KEPT}*)&data="
)
METADATA = rf"(?P<data>{KEPT}*)&sdata=(?P<sdata>{KEPT}*)&reserved=(?P<reserved>[0-9])"
_CANONICAL_TARGET = re.compile(OPENING)  # at once: every link asks it
CANONICAL = pattern_of(rf"{OPENING}{METADATA}(?![&0-9])")

_JSON_AMPERSAND = pattern_of(r"(?<!\\)\\+u0026", re.IGNORECASE)
SPACE = " \t\r\n"  # around an address, from whoever pasted it

# Section 3, damage. An ampersand may have been escaped for HTML, several times and in several ways.
AND = r"&(?:amp;|\#x0*26;|\#0*38;)*+"
EQUALS = r"(?:=|&\#x0*3d;|&\#0*61;|&equals;)"
_FLAGS = re.VERBOSE | re.IGNORECASE | re.ASCII
_URL = pattern_of(rf"(?:^|{AND})url{EQUALS}", _FLAGS)
_AMPERSAND = pattern_of(AND, _FLAGS)

# What ends the value of `url`, by form: the names that Microsoft puts behind it.
_MAIL_NAMES = "data|sdata|reserved"
_TEAMS_NAMES = "locale|dest|pc|wau|si|sd|ce|cv|ssid|ring|clickparams|bg|fg2?"
NAMES: Mapping[Form, str] = {
    Form.MAIL: _MAIL_NAMES,
    Form.OFFICE: _MAIL_NAMES,
    Form.TEAMS: _TEAMS_NAMES,
    Form.OUTLOOK_WEB: f"corid|{_MAIL_NAMES}",
}
_PARAMETERS: Mapping[Form, re.Pattern[str]] = {
    form: pattern_of(rf"(?:^|{AND})(?P<name>{names}){EQUALS}", _FLAGS)
    for form, names in NAMES.items()
}

# The wrapper's own tail, percent-encoded so that `url` swallowed it. A nested link's tail has
# ``%257C`` at this level and is left alone.
_SWALLOWED = pattern_of(r"%26(?:amp%3B)*+data%3D0[0-9]%7C", re.IGNORECASE)
ENCODED_AGAIN = r"https?%(?:25)*3A"
_ENCODED_AGAIN = pattern_of(ENCODED_AGAIN, re.IGNORECASE)
_QUOTED_PRINTABLE = pattern_of(r"3D(?=https?(?::|%(?:25)*3A))", re.IGNORECASE)
_QP_ESCAPE = pattern_of(r"=(?:([0-9A-F]{2})|\r?\n)", re.IGNORECASE)
_RAW = pattern_of(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE | re.ASCII)


def is_safe_links_host(host: str) -> bool:
    """Whether the lower-case name `host` is one of Microsoft's for Safe Links."""
    return _ANY_HOST.fullmatch(host) is not None


def form_at(text: str, start: int = 0) -> Form | None:
    """The form of the Safe Link with a query that begins at offset `start`; None without one."""
    head = _HEAD.match(text, start)
    return _form(head) if head is not None and head["query"] is not None else None


@frozen
class FormMarks:
    """What shows in text how far a damaged link of one form reaches.

    `parameter` is one that Microsoft wrote: what leads to it is still the link. `tail` ends it, for
    what is glued to the last value is no longer the link. `onward`, from anywhere in the target,
    is the way over its characters, and a few line breaks, to such a parameter. `everyday` if the
    names of the parameters are such as other addresses have, too.
    """

    parameter: re.Pattern[str]
    tail: re.Pattern[str]
    onward: re.Pattern[str]
    everyday: bool


# Known by their values where the names are everyday words. Quoted-printable writes "=" as "=3D".
_IS = rf"{EQUALS}(?:3D)?"
_CUT = r"(?:\Z|(?=[\s=]))"  # or the line ends there
_MAIL_VALUES = (
    rf"data{_IS}(?:{_CUT}|0[0-9]?(?:{_CUT}|%(?:25)*7C|\|))|sdata{_IS}|reserved{_IS}(?:[0-9]|{_CUT})"
)
_LAST = rf"(?!{AND}(?:url|{_MAIL_NAMES}){EQUALS})"  # whatever the order
_MAIL_TAIL = rf"{AND}reserved{_IS}[0-9]{_LAST}"
_GUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_VALUES: Mapping[Form, str] = {
    Form.MAIL: _MAIL_VALUES,
    Form.OFFICE: _MAIL_VALUES,
    Form.TEAMS: rf"(?:{_TEAMS_NAMES}){_IS}(?!/)",
    Form.OUTLOOK_WEB: rf"corid{_IS}|{_MAIL_VALUES}",
}
_TAILS: Mapping[Form, str] = {
    Form.MAIL: _MAIL_TAIL,
    Form.OFFICE: _MAIL_TAIL,
    Form.TEAMS: r"(?!)",  # its last value has no form of its own
    Form.OUTLOOK_WEB: rf"{_MAIL_TAIL}|{AND}corid{_IS}{_GUID}{_LAST}",
}
_BREAK = r"=?[ \t]*\r?\n(?![ \t>]*\r?\n)[^\w%&=\r\n]{0,8}"
MARKS: Mapping[Form, FormMarks] = {
    form: FormMarks(
        pattern_of(rf"{AND}(?:url{_IS}|{values})", _FLAGS),
        pattern_of(_TAILS[form], _FLAGS),
        pattern_of(rf"(?:{KEPT}*+{_BREAK}){{0,2}}+{KEPT}*+\\*{AND}(?:{values})", _FLAGS),
        everyday=form is Form.TEAMS,
    )
    for form, values in _VALUES.items()
}


@frozen
class Parts:
    """What a Safe Link carries beside its target; parameters as they stand in it."""

    form: Form
    parameters: dict[str, str]
    region: str | None
    app: str | None


def without_json_escapes(url: str) -> str:
    """`url` with ampersands that JSON or JavaScript has escaped as they are meant.

    No wrapper writes a backslash.
    """
    return _JSON_AMPERSAND.sub("&", url) if "\\" in url else url


def target_of(url: str) -> str | None:
    """The target in the Safe Link `url`; empty when it is lost, None when `url` is none."""
    match = _CANONICAL_TARGET.match(url)
    if match is not None:
        target = percent.decode(match[2])
        if "%" not in target or not _ENCODED_AGAIN.match(target):
            return target
    damaged = _parse_damaged(url)
    return damaged[0] if damaged else None


def value_span(url: str) -> tuple[int, int] | None:
    """Where in the Safe Link `url` its target stands; None where that is not sure, or it is none.

    It is not where `url` is damaged so that it must be repaired before it is read.
    """
    match = _CANONICAL_TARGET.match(url)
    if match is not None:
        return match.span(2)
    head = _HEAD.match(url)
    if head is None or not head["query"] or _parse_damaged(url) is None or "\\" in url:
        return None
    start = _URL.search(url[head.end() + 1 :])
    if start is None:
        return None
    at = head.end() + 1 + start.end()
    tail = _PARAMETERS[_form(head)].search(url, at)
    if _QUOTED_PRINTABLE.match(url, at) or (tail is None and _SWALLOWED.search(url, at)):
        return None
    return at, tail.start() if tail else len(url)


def parts_of(url: str) -> Parts | None:
    """The parts of the Safe Link `url`, None when it is none."""
    match = CANONICAL.match(url)
    if match is None:
        damaged = _parse_damaged(url)
        return damaged[1] if damaged else None
    region, _, data, sdata, reserved = match.groups()
    parameters = {"data": data, "sdata": sdata, "reserved": reserved}
    return Parts(Form.MAIL, parameters, region, None)


def _parse_damaged(url: str) -> tuple[str, Parts] | None:
    """The recipe of section 3: the long way, which every form and every damage can go.

    Gives the target, empty when it is lost, and the parts.
    """
    if _IN_EVERY_HEAD not in url.lower():
        return None
    url = without_json_escapes(url.strip(SPACE))
    head = _HEAD.match(url)
    if head is None and "%3" in url:
        head = _HEAD.match(_ENCODED_QUERY.sub(_decoded_query, url, count=1))
    if head is None:
        return None
    port = head["port"] or head["teams_port"] or head["outlook_web_port"]
    if port not in (None, ":", ":443", ":80" if head["scheme"].lower() == "http" else None):
        return None
    form = _form(head)
    target = ""
    parameters: dict[str, str] = {}
    if head["query"] and not (head["path"] or "").lower().startswith("/geturlreputation"):
        target, parameters = _read(head.string[head.end() + 1 :], form)
    region, app = ((head[name] or "").lower() or None for name in ("region", "app"))
    return target, Parts(form, parameters, region, app)


def _decoded_query(match: re.Match[str]) -> str:
    """The query of a link whose path was encoded, question mark and all."""
    return f"?{percent.decode(match[1])}"


def _form(head: re.Match[str]) -> Form:
    if head["teams"]:
        return Form.TEAMS
    if head["outlook_web"]:
        return Form.OUTLOOK_WEB
    return Form.OFFICE if head["app"] else Form.MAIL


def _read(query: str, form: Form) -> tuple[str, dict[str, str]]:
    """Target and raw parameters of a query (section 3, steps 2 to 4)."""
    start = _URL.search(query)
    if start is not None and _QUOTED_PRINTABLE.match(query, start.end()):
        query = _QP_ESCAPE.sub(_decode_quoted_printable, query)
        start = _URL.search(query)
    if start is None:
        return "", dict(_parameters(query, form))
    tail = _PARAMETERS[form].search(query, start.end())
    value = query[start.end() : tail.start() if tail else len(query)]
    rest = query[: start.start()] + (query[tail.start() :] if tail else "")
    target, swallowed = _decode_target(value, tail[0] if tail else "", decoded="|" in rest)
    return target, dict(_parameters(rest or swallowed, form))


def _decode_quoted_printable(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else ""


def _decode_target(value: str, separator: str, *, decoded: bool) -> tuple[str, str]:
    """The target in `value`, and the decoded tail of the wrapper if `value` had swallowed it.

    Encoded exactly once: decode once. Two cases differ. A wrapper that is shown decoded (`decoded`:
    its tail has raw bars; or it never was encoded, as in Outlook on the web) holds the target
    itself, and decoding would damage its own escapes. One that was encoded twice still begins with
    ``https%3A`` afterwards.
    """
    own_tail = None if separator else _SWALLOWED.search(value)
    shown_decoded = decoded or separator.lower().endswith("corid=") or not (separator or own_tail)
    if shown_decoded and _RAW.match(value):
        if ";" in separator:  # escaped for HTML as a whole, not the target alone
            value = _AMPERSAND.sub("&", value)
        return value, ""
    swallowed = ""
    while True:
        if own_tail is not None:
            swallowed = percent.decode(value[own_tail.start() :])
            value = value[: own_tail.start()]
        value = percent.decode(value)
        if not _ENCODED_AGAIN.match(value):
            return value, swallowed
        own_tail = None if separator else _SWALLOWED.search(value)


def _parameters(query: str, form: Form) -> Iterator[tuple[str, str]]:
    """Name (lower case) and raw value of every known parameter in `query` but `url`."""
    found = list(_PARAMETERS[form].finditer(query))
    for here, after in zip(found, [*found[1:], None], strict=False):
        name = here["name"].lower()
        value = query[here.end() : after.start() if after else len(query)]
        yield name, value[:1] if name == "reserved" else _AMPERSAND.split(value, maxsplit=1)[0]
