"""Where a wrapped link ends: what is glued to it, and what a text has broken off."""

from __future__ import annotations

import pytest
from building import HOST, SDATA, data, encode

from safelinks import clean, find
from safelinks.errors import TargetLostError

TARGET = "https://example.org/a"
CUT = f"https://{HOST}/?url=https%3A%2F%2Fexample.org%2Fa"
DATA = f"&data={encode(data())}"
TAIL = f"{DATA}&sdata={encode(SDATA)}&reserved=0"
TEAMS = (
    "https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html"
    "?url=https%3A%2F%2Fexample.org%2Fa&locale=en-gb"
)
OPEN_ENDED = {
    "Teams": TEAMS,
    "cut in data": CUT + DATA,
    "cut in sdata": CUT + TAIL[:-14],
    "long data": f"{CUT}&data=05%7C02%7C{'x' * 9_000}",
}


@pytest.mark.parametrize("link", OPEN_ENDED.values(), ids=OPEN_ENDED)
@pytest.mark.parametrize(
    "glued",
    ["|next cell|", "|text>", "谢谢", "—and", "[text]", "&rdquo;", "<b>", '"', "…", " x", "\n- x", "\\n",
     "|http://b.example/", "&nbsp;x"],
)  # fmt: skip
def test_nothing_glued_to_a_link_without_a_fixed_end_is_lost(link: str, glued: str) -> None:
    cleaned = clean(f"a {link}{glued} z")
    assert cleaned.replace(" ", "") == f"a{TARGET}{glued}z".replace(" ", "")
    assert find(cleaned)[0].target == TARGET


@pytest.mark.parametrize("link", [*OPEN_ENDED.values(), CUT, CUT + TAIL])
@pytest.mark.parametrize("around", ["<{}|text>", "('{}', 'b')", "|{}|b|", "'{}'", "{},b"])
def test_what_stands_around_a_link_stays(link: str, around: str) -> None:
    assert clean(around.format(link)) == around.format(TARGET)


def test_the_next_line_is_no_rest_because_of_a_name_that_anybody_has() -> None:
    rest = "\nwww.example.com/?v=1&si=abc\n"
    assert clean(TEAMS + rest) == TARGET + rest


BEGINNING = f"https://{HOST}/?url=https%3A%2F%2Fexample.org%2Flong"
END = f"er%2Fend{TAIL}"


@pytest.mark.parametrize(
    "gap",
    ["|\n| ", " ", "\t", "\\\n", ' "\n "', '" +\n "', "\n\n", " \\\n  ", "&nbsp;\n", "</p>\n<p>",
     " and so on\n"],
)  # fmt: skip
def test_a_target_that_is_broken_off_is_not_taken_for_a_shorter_one(gap: str) -> None:
    text = f"{BEGINNING}{gap}{END} z"
    assert clean(text) == text
    (link,) = find(text)
    assert isinstance(link.error, TargetLostError)


@pytest.mark.parametrize("gap", ["<br>\n", "<br />\r\n", " <BR> \n"])
def test_a_line_break_of_markup_is_one(gap: str) -> None:
    assert clean(f"{BEGINNING}{gap}{END} z") == "https://example.org/longer/end z"


@pytest.mark.parametrize(
    "other", [CUT + TAIL, TEAMS, f"hxxps[://]{HOST}/?url=https%3A%2F%2Fa.b{TAIL}"]
)
def test_the_parameters_of_the_next_link_are_not_missed_in_this_one(other: str) -> None:
    first, second = find(f"{CUT} and\n{other}")
    assert (first.target, second.error) == (TARGET, None)


@pytest.mark.parametrize(
    "cut", ["&data=05%7C02%", "&data=05%7C02%7", "&data=05%7C02%7C&sdata=abc%2", "&reserved="]
)
@pytest.mark.parametrize("after", ["", " z", "\n- z", ")"])
def test_what_is_broken_off_behind_the_target_does_not_matter(cut: str, after: str) -> None:
    assert clean(f"{CUT}{cut}{after}") == f"{TARGET}{after}"


@pytest.mark.parametrize("length", [3_900, 4_096, 5_000, 20_000, 70_000])
@pytest.mark.parametrize("after", ["", " z", "\nRegards", DATA, f"{TAIL} z"])
def test_a_target_may_be_long(length: int, after: str) -> None:
    text = CUT + "b" * length + after
    assert find(text)[0].target == TARGET + "b" * length
    raw = f"https://outlook.office.com/mail/safelink.html?url={TARGET}{'b/' * length}"
    assert find(f"{raw} z")[0].target == TARGET + "b/" * length
