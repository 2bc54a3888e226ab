"""Where links begin and end in running text (spec, section 7): what the scanner itself decides.

Cut and damaged links of every service are tried in `tests/test_cut_links.py` and its neighbours.
"""

from __future__ import annotations

import pytest
from building import HOST, encode, wrap
from hypothesis import given
from hypothesis import strategies as st

from safelinks.links.address_run import Escape
from safelinks.links.scanning import TextRules, scan

A = "https://a.example/x"
WRAPPED = wrap(A)

# A text, and the addresses that are meant in it.
FOUND = {
    "nothing": ("no links here: a/b, c://, //d, http:/e", []),
    "one": (f"see {A} now", [A]),
    "at the start and at the end": (f"{A} {A}", [A, A]),
    "in a sentence": (f"See {A}, or ({A}).", [A, A]),
    "no web address": ("ftp://a.example/x and git+ssh://a.example/y", ["ftp://a.example/x", "git+ssh://a.example/y"]),
    "no scheme": ("1://a.example and -://b.example", []),
    "a scheme alone": ("https:// and http://", []),
    "wrapped": (f"see {WRAPPED}.", [WRAPPED]),
    "wrapped, glued": (f"{WRAPPED}{WRAPPED}", [WRAPPED, WRAPPED]),
    "wrapped, near each other": (f"{WRAPPED} {WRAPPED}\n{WRAPPED}", [WRAPPED] * 3),
    "wrapped beside plain": (f"{A} {WRAPPED} {A}", [A, WRAPPED, A]),
    "text and link": (f"{A}<{WRAPPED}>", [A, WRAPPED]),
    "wrapped within a value": (f"{A}?to={WRAPPED}", [f"{A}?to={WRAPPED}"]),
    "a junk digit": (f"{WRAPPED}9 {A}", [f"{WRAPPED}", A]),
    "cut at the end of a line": (f"{WRAPPED[:70]}\n{WRAPPED[70:]}", [WRAPPED]),
    "cut within the scheme": (f"https:/\n{WRAPPED[7:]}", [WRAPPED]),
    "cut within the host": (f"{WRAPPED[:20]}\n{WRAPPED[20:]}", [WRAPPED]),
    "defanged": (f"hxxps{WRAPPED[5:].replace('.', '[.]', 3)}", [WRAPPED]),
    "www": ("see www.a.example/x now", ["https://www.a.example/x"]),
}  # fmt: skip


@pytest.mark.parametrize("case", FOUND)
def test_what_is_found(case: str) -> None:
    text, urls = FOUND[case]
    spans = list(scan(text))
    assert [span.url.replace("hxxps", "https") for span in spans] == urls


def test_where_it_stands() -> None:
    text = f'<a href="{WRAPPED}">{WRAPPED}</a> www.a.example'
    first, second, third = scan(text)
    assert text[first.start : first.end] == text[second.start : second.end] == WRAPPED
    assert (first.escape, second.escape, third.escape) == (Escape.HTML, Escape.HTML, Escape.NONE)
    assert (first.schemeless, third.schemeless) == (False, True)
    assert text[third.start : third.end] == "www.a.example"


def test_addresses_without_a_scheme_may_be_left_out() -> None:
    text = f"www.a.example {A}"
    assert [span.url for span in scan(text, schemeless=False)] == [A]


def test_hosts_that_are_known_need_no_scheme() -> None:
    text = "see a.example/x, sub.a.example/y, a.example and b.example/z"
    spans = list(scan(text, bare_hosts=frozenset({"a.example"})))
    assert [text[span.start : span.end] for span in spans] == ["a.example/x", "sub.a.example/y"]
    assert all(span.schemeless for span in spans)
    assert list(scan(text)) == []


RULES = [
    (TextRules.PLAIN, f"~{A}~", [A]),
    (TextRules.PLAIN, f"{A}~", [f"{A}~"]),
    (TextRules.MARKDOWN, f"{A}~", [A]),
    (TextRules.MARKDOWN, f"{A}&amp; x", [A]),
    (TextRules.ORG, f"={A}= x", [A]),
]


@pytest.mark.parametrize(("rules", "text", "urls"), RULES)
def test_rules_of_languages(rules: TextRules, text: str, urls: list[str]) -> None:
    assert [span.url for span in scan(text, rules=rules)] == urls


CUT = {
    "within the host": ("https://nam06.safelinks.protection.outl\n\nend", True),
    "perhaps whole": (f"{WRAPPED.partition('&')[0]}\n\nend", False),
    "whole": (f"{WRAPPED}\n\nend", False),
    "plain": (f"{A}\n\nend", False),
}


@pytest.mark.parametrize("case", CUT)
def test_what_is_cut_off_is_said_to_be(case: str) -> None:
    text, cut = CUT[case]
    assert [span.cut for span in scan(text)] == [cut]


pieces = st.lists(
    st.sampled_from([A, WRAPPED, f"https://{HOST}/?url={encode(A)}", "www.a.example", "hxxp://x.example", "://",
                     "https:", "/", "\n", " ", "> ", "=\n", "(", ")", "<", ">", "%3A%2F%2F", "&data=05%7C", "__", "a"]),
    max_size=12,
)  # fmt: skip


@given(pieces)
def test_links_are_in_order_and_never_overlap(parts: list[str]) -> None:
    text = "".join(parts)
    end = 0
    for span in scan(text):
        assert end <= span.start < span.end <= len(text)
        assert span.url
        end = span.end


@given(pieces)
def test_a_line_in_front_changes_nothing(parts: list[str]) -> None:
    text = "".join(parts)
    before = "Dear all,\n\n"
    moved = [(span.start - len(before), span.end - len(before), span.url) for span in scan(before + text)]  # fmt: skip
    assert moved == [(span.start, span.end, span.url) for span in scan(text)]
