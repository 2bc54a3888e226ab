"""Plain addresses in running text: how far each reaches, and whether it is one that can be asked.

What ends an address differs by the language of the text. An address that a text has shortened, or
with a template in it, is found up to its end, and has the role that says so.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import lru_cache

from attrs import evolve

from safelinks.addresses import percent
from safelinks.addresses.roles import Role
from safelinks.addresses.urls import has_public_suffix
from safelinks.foundation.patterns import pattern_of
from safelinks.links.address_run import INVISIBLE, Escape, Run, read_run, trimmed
from safelinks.links.cut_schemes import SCHEME
from safelinks.links.wrapped_links import LinkSpan, quote_before

__all__ = [
    "TextRules",
    "bare_host",
    "is_cut_off",
    "may_be_no_link",
    "read_plain",
    "read_schemeless",
    "run_at",
    "with_role",
]


class TextRules(Enum):
    """What ends a bare address, by the language of a text."""

    PLAIN = auto()  # punctuation of a sentence, and the sign of markup that opened before it
    MARKDOWN = auto()  # as in GitHub's autolinks: GFM, section 6.9
    ORG = auto()  # the signs around verbatim text, too


# GFM, 6.9: `?`, `!`, `.`, `,`, `:`, `*`, `_` and `~` are no part of a link at its end, nor is what
# looks like an entity there.
_GFM_PUNCTUATION = "?!.,:*_~"
_GFM_ENTITY = pattern_of(r"&[A-Za-z0-9]{1,31}\Z")
_ORG_SIGNS = "=~+"

_ELLIPSIS = ("…", "...")
_LEFT_OUT = ("[...]", "[…]")
# Templates of the usual languages; a blank may stand in the braces only.
_TEMPLATE = pattern_of(
    r"\$?\{\{[^{}\r\n]{0,80}\}\}|\{%[^%\r\n]{0,80}%\}|\$?\{[^{}\r\n]{0,80}\}"
    r"|<(?!(?:[abipqsu]|br|hr|td|tr|th|li|ul|ol|em|div|dl|dd|dt|h[1-6]|img|pre|code|span|strong|font"
    r"|su[bp]|svg|table|tbody|thead|small|big|center|section|nav|wbr|tt|strike)\b)"
    r"[A-Za-z][\w. -]{0,30}>|%\([\w.]{1,40}\)[sd]|\$\([^()\r\n]{1,80}\)"
    r"|<%(?:[^%\r\n]|%(?!>)){0,80}%>|<\?(?:[^?\r\n]|\?(?!>)){0,80}\?>"
    # Conversions of printf, no "100%safe", and names in percent signs that no escapes are.
    r"|%(?:[0-9]\$)?[sd](?![0-9A-Za-z])|(?<![0-9])%(?:s|d(?![0-9A-Fa-f]))"
    r"|(?<![0-9A-Z])%[G-Z][A-Z0-9_]{1,40}%(?![0-9A-Fa-f]{2})"
    # Variables of a shell: no name of a share or of somebody who is paid, no "?$FILTER=".
    r"|(?<=://)\$[A-Za-z_]\w{0,40}"
    r"|(?<![A-Za-z0-9$])(?<!cash\.app/)\$(?:[A-Z][A-Z0-9]{0,20}_[A-Z0-9_]{0,40}|[A-Z]{6,40}"
    r"|ARCH|BASE|BUILD|DATE|DIR|ENV|FILE|GROUP|HASH|HOME|HOST|ID|IP|KEY|LANG|NAME|ORG|OS|PATH|PKG"
    r"|PORT|PWD|REF|REPO|SHA|SLUG|SRC|TAG|TOKEN|TYPE|UID|URI|URL|USER|UUID|VER|YEAR)"
    r"(?![A-Za-z0-9_$=])"
)
_MAY_BE_TEMPLATE = pattern_of(r"[{$]|%(?:[sd(G-Z]|[0-9]\$)")
_SIGNS = frozenset("$<{%….")
_GLUED = pattern_of(r"[$<{%…]|\.\.\.")
_BEFORE_PLACEHOLDER = frozenset("/=:?&-._#")
_BETWEEN = pattern_of(
    r"[A-Za-z0-9%_.!~*'()&;#/:?@$,+=\-\[\]]{1,400}?(?=[\s{<>\"'`|\\]|\$[{A-Z]|%[sd(]|\Z)"
)
_MOST_TEMPLATES = 20
_TRAILING = ".,:;!?'|)"

# No brackets, no lists, nothing that is escaped or that closes a sentence at its end, but a letter,
# a digit or a slash, and behind that a blank, a bracket of markup or a quote.
_SIMPLE = pattern_of(
    r"(?:[A-Za-z0-9:/.?=#_~@+-]++|&(?:amp;(?!https?:))?)++(?<=[A-Za-z0-9/])(?=[ \t\r\n>\"]|</|\Z)"
)

# RFC 3986, appendix C: all between the brackets, without line breaks and what those bring along.
# That is, also punctuation at the end of a line, which a sentence would take for its own.
_CONTINUED = pattern_of(
    r"(?P<end>[.,:;!?')]{0,4})[ \t]*(?:\r\n|\n|\r)[ \t>]*(?P<sign>[+#|*]+[ \t]*)?"
    rf"(?P<piece>[^\s<>\"{INVISIBLE}]{{1,400}})"
)
_SIGNS_BEFORE = pattern_of(r"[ \t>]*([+#|*]+)[ \t]*<\Z")
_MOST_LINES = 12
_LONGEST_MARGIN = 40
_SAME_LINE = pattern_of(r"(?!\.\.\.)[.,:;!?')]{0,4}[ \t][^<>\"\r\n]{0,400}(?=>)")
_NO_BLANK = pattern_of(r"(?!\.\.\.)[\w.,:;!?'()\[\]*~#%&=+@/-]{1,400}(?=>)", re.ASCII)
_STRAY_BACKTICK = pattern_of(r"`\w[^\s<>`]{0,400}>")
_SEVERAL = pattern_of(r"://|&(?:lt|gt|quot);", re.IGNORECASE)
_BLANK = pattern_of(r"[ \t]")

_HOST_ALONE = pattern_of(
    r"https?://([a-z0-9-]++(?:\.[a-z0-9-]++)*+\.?)\Z", re.IGNORECASE | re.ASCII
)
_NEXT_LINE = r"[ \t]*(?:\r\n|\n|\r)[ \t>|#*]{0,40}"
_REST_OF_HOST = pattern_of(
    rf"{_NEXT_LINE}([a-z0-9-]{{0,63}}(?:\.[a-z0-9-]{{1,63}}){{1,6}})/",
    re.IGNORECASE | re.ASCII,
)
_OPEN_ENDS = frozenset("-_&%")
_REST_OF_PATH = pattern_of(rf"{_NEXT_LINE}[A-Za-z0-9%]+[/=&%._-]+[A-Za-z0-9%]")

# Of files, and no top-level domains.
_FILE_SUFFIXES = (
    "cfg|conf|css|docx?|exe|gif|html?|ini|jpe?g|json|js|log|pdf|php|png|svg|txt|xml|ya?ml"
)
# Not within a mail address, nor what is left of an address that is encoded, nor a file's name.
_HOST = pattern_of(
    r"www\.(?:[^\W_](?:(?:[^\W_]|-){0,61}[^\W_])?\.){1,6}"
    rf"(?!(?:{_FILE_SUFFIXES})\b)[^\W\d_]{{2,24}}(?![\w.-]*[@%&=])",
    re.IGNORECASE,
)
_BARE_HOST = pattern_of(
    r"(?<![\w.@/:=&?%+~-])[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6}\Z", re.IGNORECASE | re.ASCII
)
# The two labels that a text ends in, and the last one alone.
_LAST_LABELS = pattern_of(
    r"(?:.*[^a-z0-9-])?([a-z0-9-]+\.([a-z0-9-]+))\Z", re.IGNORECASE | re.ASCII | re.DOTALL
)
_LONGEST_LABEL = 63  # RFC 1035, section 2.3.4
_LONGEST_HOST = 120
_MARGIN = " \t\r\n>|+#\"'\\"
_SLASH_ALONE = pattern_of(r"[\r\n][ \t>|]{0,8}/\Z")  # on its line
_IN_TARGET = ("%2f", "//", "__", "%3a", "%")
_FARTHEST_ABOVE = 40
_INSIDE = pattern_of(r"[\w.@/:=&?%+~-]\Z")


def read_plain(text: str, run: Run, start: int, *, soft: bool, rules: TextRules) -> LinkSpan:
    """The address that begins at `start` and is read so far as `run`."""
    span = _trimmed(text, run, start, soft=soft, rules=rules)
    return _in_brackets(text, span, soft=soft) if text[start - 1 : start] == "<" else span


def is_cut_off(text: str, span: LinkSpan) -> bool:
    """Whether the address at `span` ends with its line, and the next line goes on with it.

    That is certain of a host without a top-level domain that has one with the next line. It is
    likely where a sign ends the line that hardly ends an address, and a path or a query follows.
    """
    has_path = span.url.rfind("/") >= len(SCHEME)
    host = None if has_path else _HOST_ALONE.match(span.url)
    if host is None:
        return span.url[-1] in _OPEN_ENDS and _REST_OF_PATH.match(text, span.end) is not None
    rest = _REST_OF_HOST.match(text, span.end)
    if rest is None:
        return False
    begun = host[1].lower()
    return not has_public_suffix(begun) and has_public_suffix(begun + rest[1].lower())


def may_be_no_link(text: str, span: LinkSpan) -> bool:
    """Whether it is worth a closer look if `span` is an address that somebody can follow."""
    url = span.url
    return (
        "{" in url
        or "$" in url
        or "[" in url
        or ("%" in url and _MAY_BE_TEMPLATE.search(url) is not None)
        or (text[span.end : span.end + 1] in _SIGNS and _GLUED.match(text, span.end) is not None)
    )


def with_role(text: str, span: LinkSpan) -> LinkSpan:
    """The address at `span` with what its spelling says of it: that it is no whole address."""
    if text.startswith(_ELLIPSIS, span.end) or any(sign in span.url for sign in _LEFT_OUT):
        return evolve(span, role=Role.SHORTENED)
    return _with_template(text, span)


def simple(text: str, start: int) -> LinkSpan | None:
    """The address at `start`, if nothing about it needs a second look, as with nearly all."""
    match = _SIMPLE.match(text, start)
    if match is None:
        return None
    end = match.end()
    if text[start - 1 : start] == "<" and text[end : end + 1] != ">":
        return None  # it may go on within the brackets
    escape = Escape.around(text, start, end)
    return LinkSpan(start, end, escape.undo(match[0]), escape)


def run_at(text: str, start: int, *, soft: bool, scheme: str = "") -> Run:
    """All that may belong to the address at `start`, where `scheme` is missing."""
    run = Run(start, quote_before(text, start))
    if scheme:
        run.add(scheme, start)
    return read_run(text, run, soft=soft)


def read_schemeless(text: str, at: int, *, soft: bool, rules: TextRules) -> LinkSpan | None:
    """The address without a scheme whose ``www.`` is at offset `at`."""
    if _INSIDE.search(text, max(0, at - 1), at) or not _HOST.match(text, at):
        return None
    above = text[max(0, at - _FARTHEST_ABOVE) : at].rstrip(_MARGIN)
    if above.lower().endswith(_IN_TARGET) or _SLASH_ALONE.search(above):
        return None  # the rest of a link that is cut in front of its host, or its target's
    run = run_at(text, at, soft=soft, scheme=SCHEME)
    return evolve(read_plain(text, run, at, soft=soft, rules=rules), schemeless=True)


def bare_host(text: str, hosts: frozenset[str], position: int, limit: int) -> int:
    """Where, between two offsets, a host stands without a scheme, and a path behind it; else -1.

    The host is one of `hosts`, or below one.
    """
    begins_path, ends = _domains(hosts)
    for dot in begins_path.finditer(text, position, limit):
        at = dot.end()
        last = _LAST_LABELS.match(text, max(position, dot.start() - _LONGEST_LABEL), at)
        if last is not None and not ends.isdisjoint((last[1].lower(), last[2].lower())):
            host = _BARE_HOST.search(text, max(position, dot.start() - _LONGEST_HOST), at)
            if host is not None and _is_among(host[0].lower(), hosts):
                return host.start()
    return -1


def _is_among(host: str, hosts: frozenset[str]) -> bool:
    while host and host not in hosts:
        host = host.partition(".")[2]
    return bool(host)


@lru_cache(maxsize=8)
def _domains(hosts: frozenset[str]) -> tuple[re.Pattern[str], frozenset[str]]:
    """A top-level domain of `hosts` that a path follows, and all that a host of these ends in."""
    names = "|".join(sorted({re.escape(host.rpartition(".")[2]) for host in hosts}))
    ends = frozenset(".".join(host.rsplit(".", 2)[-2:]) for host in hosts)
    return pattern_of(rf"\.(?:{names})(?=/[\w%~.-])", re.IGNORECASE), ends


def _trimmed(text: str, run: Run, start: int, *, soft: bool, rules: TextRules) -> LinkSpan:
    """What is left of `run` without the punctuation around it."""
    whole = run.text
    length = trimmed(text, start, run.end, whole)
    url = whole[:length]
    if rules is not TextRules.PLAIN:
        url = _TRIM[rules](url, text[start - 1 : start], whole[length : length + 1])
    end = run.raw_end(len(url)) if url else start
    quoted_printable = soft and (run.soft_broken or "=3D" in url)
    escape = Escape.QUOTED_PRINTABLE if quoted_printable else Escape.around(text, start, end)
    return LinkSpan(start, end, escape.undo(url), escape)


def _as_github(url: str, _before: str, after: str) -> str:
    """`url` without what GFM takes off its end; brackets are balanced already."""
    if after == ";":
        url = _GFM_ENTITY.sub("", url)
    return url.rstrip(_GFM_PUNCTUATION)


def _as_org(url: str, before: str, _after: str) -> str:
    """`url` without the sign that closes the verbatim text which `before` opens."""
    return url.removesuffix(before) if before and before in _ORG_SIGNS else url


_TRIM = {
    TextRules.MARKDOWN: _as_github,
    TextRules.ORG: _as_org,
}


def _in_brackets(text: str, span: LinkSpan, *, soft: bool) -> LinkSpan:
    """`span`, which a bracket opens, up to the bracket that closes it."""
    rest = None if soft else _NO_BLANK.match(text, span.end) or _SAME_LINE.match(text, span.end)
    if rest is not None:
        meant = rest[0].rstrip()
        several = _SEVERAL.search(meant)
        whole = span.url + percent.encode(meant, _BLANK)
        return span if several else evolve(span, end=span.end + len(meant), url=whole)
    if _STRAY_BACKTICK.match(text, span.end):
        return evolve(span, role=Role.UNCLEAR_END)
    url, end = span.url, span.end
    low = max(0, span.start - _LONGEST_MARGIN)
    line_start = max(low, text.rfind("\n", low, span.start) + 1)
    before = _SIGNS_BEFORE.fullmatch(text, line_start, span.start)
    for _ in range(_MOST_LINES):
        line = _CONTINUED.match(text, end)
        if line is None or "://" in line["piece"]:
            return span
        sign = (line["sign"] or "").rstrip()
        if url.endswith("=") or (sign and not (before and before[1] == sign)):
            return evolve(span, role=Role.UNCLEAR_END)  # its own, or what was put before the line
        url, end = f"{url}{line['end']}{line['piece']}", line.end()
        if text[end : end + 1] == ">":
            return evolve(span, end=end, url=url)
    return span


def _with_template(text: str, span: LinkSpan) -> LinkSpan:
    """`span` with all of the templates in it and behind it; as it is where those are none."""
    first = _MAY_BE_TEMPLATE.search(text, span.start, span.end)
    at = first.start() if first else span.end
    found = False
    for _ in range(_MOST_TEMPLATES):
        template = _TEMPLATE.match(text, at)
        if template is None:
            if not _MAY_BE_TEMPLATE.match(text, at):
                break
            at += 1  # a sign that begins none
        else:
            if (
                template[0][0] == "<"
                and template[0][1] not in "%?"
                and text[at - 1 : at] not in _BEFORE_PLACEHOLDER
            ):
                break
            found, at = True, template.end()
        between = _BETWEEN.match(text, at)
        at = between.end() if between else at
    if not found:
        return span
    url = text[span.start : max(at, span.end)].rstrip(_TRAILING)
    scheme = SCHEME if span.schemeless else ""
    return evolve(span, end=span.start + len(url), url=scheme + url, role=Role.TEMPLATE)
