"""What torn links leave in running text: names go, ends of lines stay."""

from __future__ import annotations

import pytest
from building import TENANT, data, encode, lines, wrap
from hypothesis import given
from hypothesis import strategies as st

from safelinks.wrappers.redaction.running_text_redaction import blanked, end_of_rest, redact_rest

ID = "5f106858a3364fd3976608dd9df932ef"
PAGE = "https://teams.example/atp-safelinks.html?url=https%3A%2F%2Fa.example"
SECRET = "0123456789"  # noqa: S105

BLANKED = {
    "whole": ("data=05%7C02%7Cme%40a.org%7C5f", "data=05%7C02%7C%7C5f"),
    "bars": ("data=05|02|me@a.org|5f", "data=05|02||5f"),
    "not yet an address": ("data=05%7C02%7Cme%7C5f", "data=05%7C02%7C%7C5f"),
    "cut within the recipient": ("data=05%7C02%7Cme%4\n0a.org%7C5f", "data=05%7C02%7C\n%7C5f"),
    "quoted": ("data=05%7C02%7Cme\n> %40a\n> .org%7C5f", "data=05%7C02%7C\n> \n> %7C5f"),
    "quoted with bars": (
        "data=05%7C02%7Cme\n| too%40a\n| .org%7C5f",
        "data=05%7C02%7C\n| \n| %7C5f",
    ),
    "quoted with bars behind tabs": (
        "data=05%7C02%7Cme%4\n\t| 0a.org%7C5f",
        "data=05%7C02%7C\n\t| %7C5f",
    ),
    "quoted with both": ("data=05%7C02%7Cme%4\n>| 0a.org%7C5f", "data=05%7C02%7C\n>| %7C5f"),
    "a soft break": ("data=05%7C02%7Cme=\r\n%40a.org%7C5f", "data=05%7C02%7C=\r\n%7C5f"),
    "cut within a bar": ("data=05%7C02%\n7Cme%40a.org%7\nC5f", "data=05%7C02%\n7C%7\nC5f"),
    "cut within the version": ("data=0\n5%7C0\n2%7Cme%40a.org%7C", "data=0\n5%7C0\n2%7C%7C"),
    "begins in the recipient": (f"me%40a.org%7C{ID}", f"%7C{ID}"),
    "begins in its domain": (f"a.org%7C{ID}", f"%7C{ID}"),
    "begins in front of no id": ("a.org%7C0%7C1", "a.org%7C0%7C1"),
    "an address behind any bar": ("%7Cx%7Cme%2540a.org%7C0", "%7Cx%7C%7C0"),
    "a plain address behind any bar": ("%7Cx%7Cme@a.org%7C0", "%7Cx%7C%7C0"),
    "up to the next parameter": ("data=05|02|me@a.org&sdata=x", "data=05|02|&sdata=x"),
    "nobody": ("data=05%7C02%7C%7C5f&x=a|b", "data=05%7C02%7C%7C5f&x=a|b"),
}


@pytest.mark.parametrize("case", BLANKED)
def test_blanked(case: str) -> None:
    raw, blank = BLANKED[case]
    assert blanked(raw) == blank
    assert blanked(blank) == blank


@given(st.integers(20, 90), st.sampled_from(["", "> ", "| "]))
def test_wherever_a_link_is_cut_nobody_is_named_and_the_lines_stay(width: int, prefix: str) -> None:
    text = lines(wrap("https://a.example/"), width, prefix)
    blank = blanked(text)
    assert blank.count("\n") == text.count("\n")
    joined = blank.replace(f"\n{prefix}", "")
    assert "Last" not in joined
    assert joined.removeprefix(prefix) == wrap("https://a.example/").replace(encode("First.Last@example.org"), "")  # fmt: skip


IDS = f"%7C{ID}%7C{TENANT}%7C0"
RESTS = {
    "of a session": (f"?url=x&pc={SECRET}&si=x", "?url=x&pc=&si=x"),
    "of a session, on two lines": (f"?url=x&pc={SECRET}\n> {SECRET}&x=1", "?url=x&pc=&x=1"),
    "of a session, quoted with bars": (f"?url=x&pc={SECRET}\n| {SECRET}&x=1", "?url=x&pc=&x=1"),
    "cut within its name": (f"?url=x&p\nc={SECRET}&x=1", "?url=x&p\nc=&x=1"),
    "of a conversation": (f"x&sd=%7B{SECRET}&si={SECRET} end", "x&sd=&si= end"),
    "nested": (f"x%26pc%3D{SECRET}%26si%3D1", "x%26pc%3D%26si%3D1"),
    "escaped": (f"x&amp;pc={SECRET}&amp;x=1", "x&amp;pc=&amp;x=1"),
    "quoted-printable": (f"x&pc=3D{SECRET}", "x&pc=3D"),
    "a short value": ("?pc=1234567&x", "?pc=1234567&x"),
    "another name": (f"?upc={SECRET}", f"?upc={SECRET}"),
    "of a recipient": (f"and then me%40a.org{IDS}", f"and then {IDS}"),
    "of a domain, on a line": (f"x\na.org{IDS}", f"x\n{IDS}"),
    "as long as a recipient may be": (f"x {'a' * 400}{IDS}", f"x {IDS}"),
    "of a whole field": (f"data=05%7C02%7Cme{IDS}", f"data=05%7C02%7Cme{IDS}"),
    "of no recipient": (f"x {IDS}", f"x {IDS}"),
    "one id": (f"a.org%7C{ID}%7C", f"a.org%7C{ID}%7C"),
}


@pytest.mark.parametrize("case", RESTS)
def test_rests(case: str) -> None:
    text, redacted = RESTS[case]
    assert redact_rest(text) == redacted
    assert redact_rest(redacted) == redacted


def test_what_is_longer_than_a_recipient_is_none() -> None:
    assert redact_rest(f"x {'a' * 401}{IDS}") == f"x a{IDS}"


ENDS = {
    "a value goes on": (f"{PAGE}&pc=01", "\n23 and more", "\n23"),
    "a value that is not there yet": (f"{PAGE}&pc=", "\n> 23\nand", "\n> 23\nand"),
    "a name that is cut": (f"{PAGE}&p", "\nc=23 and", "\nc=23"),
    "a whole name": (f"{PAGE}&pc", "\n=23 and", "\n=23"),
    "a separator": (f"{PAGE}&", "\nsi=23 and", "\nsi=23"),
    "another parameter": (f"{PAGE}&locale=en", "\n23 and more", ""),
    "another page": ("https://a.example/?pc=01", "\n23 and more", ""),
    "nothing": (f"{PAGE}&pc=01", "", ""),
    "a word": (f"{PAGE}&pc=01", " and more", ""),
    "too long for a word, with all its signs": (
        f"{PAGE}&pc=01",
        f" {'%.~+/=-_' * 3} and",
        f" {'%.~+/=-_' * 3}",
    ),
    "too long for a word": (f"{PAGE}&pc=01", f" {SECRET * 3} and", f" {SECRET * 3}"),
}


@pytest.mark.parametrize("case", ENDS)
def test_ends_of_rests(case: str) -> None:
    url, behind, rest = ENDS[case]
    text = f"see {url}{behind}"
    at = len(text) - len(behind)
    assert text[at : end_of_rest(url, text, at)] == rest


def test_all_of_a_field_is_known_here() -> None:
    assert ID in data()
    assert TENANT in data()
