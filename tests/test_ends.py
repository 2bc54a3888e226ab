"""Where a wrapped link ends: what is glued to it, and what a text has broken off."""

from __future__ import annotations

import quopri

import pytest
from building import HOST, SDATA, data, encode, wrap
from hypothesis import given
from hypothesis import strategies as st

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
    links = find(text)
    assert links
    assert all(isinstance(link.error, TargetLostError) for link in links)


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
@pytest.mark.parametrize("after", ["", " z", "\n\nRegards", DATA, f"{TAIL} z"])
def test_a_target_may_be_long(length: int, after: str) -> None:
    text = CUT + "b" * length + after
    assert find(text)[0].target == TARGET + "b" * length
    raw = f"https://outlook.office.com/mail/safelink.html?url={TARGET}{'b/' * length}"
    assert find(f"{raw} z")[0].target == TARGET + "b/" * length


LINK = CUT + TAIL


@pytest.mark.parametrize(
    "text",
    [
        "'{}','b'", "'{}'.format(x)", "('{}');", "'see {}','b'", "['see {}']", "{{'a': 'see {}'}}",
        "x('see {}'); y", "<!-- {}-->", "=={}==", "#{}#", "*{}*", "__{}__", "~~{}~~", "[url]{}[/url]",
        "[url={}]x[/url]", "{}؛ x", "{}؟", "{}۔", "({})", "{{{}}}", "|{}|b|", "“{}”",
    ],
)  # fmt: skip
def test_signs_and_quotes_around_a_link(text: str) -> None:
    assert clean(text.format(LINK)) == text.format(TARGET)
    assert [link.target for link in find(text.format(TARGET))] == [TARGET]


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/lists('a','b')/items", "https://example.org/it's", "https://example.org/x--",
        "https://example.org/?q=YWI==", "https://example.org/a&section=1", "https://example.org/?a[]=1",
        "https://example.org/#/a[1]", "https://example.org/a--b>"[:-1], "https://example.org/a;b,c",
    ],
)  # fmt: skip
def test_what_looks_like_an_end_and_is_none(url: str) -> None:
    assert [link.target for link in find(f"see {url} now")] == [url]


@pytest.mark.parametrize(
    "reference",
    ["&#160;", "&#xA0;", "&nbsp;", "&rdquo;", "&ldquo;", "&rsquo;", "&raquo;", "&hellip;", "&mdash;",
     "&ndash;", "&#8221;", "&#x201d;", "&#8211;", "&#10;", "&#13;", "&#9;", "&lt;br&gt;",],
)  # fmt: skip
@pytest.mark.parametrize("link", [LINK.replace("&", "&amp;"), LINK, CUT, TARGET])
def test_a_reference_to_what_no_address_contains_ends_it(link: str, reference: str) -> None:
    text = f"<p>see {link}{reference}z</p>"
    assert clean(text) == f"<p>see {TARGET}{reference}z</p>"
    assert find(text)[0].target == TARGET


@pytest.mark.parametrize("link", [LINK, TARGET])
def test_an_invisible_reference_ends_what_is_whole(link: str) -> None:
    assert clean(f"<p>{link}&#8203;z</p>") == f"<p>{TARGET}&#8203;z</p>"
    assert find(f"<p>{link}&#8203;z</p>")[0].target == TARGET


@pytest.mark.parametrize("equals", ["=3D", "=3d"])
@pytest.mark.parametrize(
    ("link", "after"),
    [(CUT, after) for after in ("=C2=A0z", "=20", "=E2=80=9Dz", "", " z")]
    # These could as well be the target's own where the wrapper has no tail.
    + [(LINK, after) for after in ("=C2=A0z", "=20", "=E2=80=9D", "", " z", "=20z", "=0A", "=92s")],
)
def test_what_ends_a_link_in_quoted_printable(link: str, after: str, equals: str) -> None:
    text = f"a{equals}1 =\n{link.replace('=', equals)}{after}\n"
    assert clean(text) == f"a{equals}1 =\n{TARGET}{after}\n"


def test_plain_links_end_likewise_in_quoted_printable() -> None:
    text = f"a=3D1=\nx {TARGET}=20\n{TARGET}=C2=A0x {TARGET}=E2=80=9D {TARGET}?a=3D20 {TARGET}=\n/b"
    assert [link.target for link in find(text)] == [TARGET] * 3 + [f"{TARGET}?a=20", f"{TARGET}/b"]


@given(
    st.text("abcdefgh ", max_size=76),
    st.text("abcdefgh ", max_size=76),
    st.integers(0, 200),
    st.sampled_from(["\n", "\r\n"]),
)
def test_lines_of_quoted_printable_stay_short(
    before: str, after: str, length: int, newline: str
) -> None:
    link = wrap(f"{TARGET}?q={'b' * length}").replace("=", "=3D")
    soft = "".join(f"{link[at : at + 70]}={newline}" for at in range(0, len(link), 70))
    text = f"{before}={newline}{soft}{after}{newline}"
    cleaned = clean(text)
    assert max(map(len, cleaned.split(newline))) <= 76
    assert "safelinks" not in cleaned


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (f"{CUT}(dot)x", f"{TARGET}(dot)x"),
        (f"{CUT}(.)", f"{TARGET}(.)"),
        (f"https://{HOST.replace('.', '(dot)')}/?url=https%3A%2F%2Fa.example", "hxxps://a[.]example"),
        (f"hxxps://{HOST}/?url=hxxps%3A%2F%2Fa[.]example&reserved=0", "hxxps://a[.]example"),
    ],
)  # fmt: skip
def test_brackets_make_a_link_harmless_from_its_head_on(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@pytest.mark.parametrize("prefix", ["> ", " * ", "REM ", "    # ", "\t// ", "JD>> ", "dnl "])
@pytest.mark.parametrize("at", [1, 3, 5, 6, 7, 8])
def test_a_scheme_that_is_cut_in_a_comment(prefix: str, at: int) -> None:
    text = f"{prefix}see {LINK[:at]}\n{prefix}{LINK[at:]} z"
    assert clean(text) == f"{prefix}see {TARGET} z"


@pytest.mark.parametrize(
    ("start", "written"),
    [("<p>x</p> ", "&amp;"), ("\ufeff <!doctype html>", "&amp;"), ("a </ b ", "&"), ("<https://a.b> </p> ", "&")],
)  # fmt: skip
def test_markup_is_told_by_the_tag_that_begins_it(start: str, written: str) -> None:
    link = wrap(f"{TARGET}?b=1&copy=2")
    assert clean(f"{start}{link} y") == f"{start}{TARGET}?b=1{written}copy=2 y"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\n> "])
@pytest.mark.parametrize("wrapped", ["<{}>", '"{}"'])
@pytest.mark.parametrize("length", [62, 64, 76])
@pytest.mark.parametrize("end", ["", "%2Fend", DATA, TAIL[:-14], TAIL])
def test_delimiters_hold_all_of_a_link_together(
    end: str, length: int, wrapped: str, newline: str
) -> None:
    link = f"{BEGINNING}er{end}"
    cut = newline.join(link[at : at + length] for at in range(0, len(link), length))
    text = f"{newline.strip()} see {wrapped}, and {{}}\n"
    target = "https://example.org/longer" + ("/end" if end == "%2Fend" else "")
    assert clean(text.format(cut, "more")) == text.format(target, "more")


@pytest.mark.parametrize("length", [62, 70, 76])
def test_nothing_of_the_recipient_is_left_behind(length: int) -> None:
    link = BEGINNING + DATA.rpartition("%7C")[0]
    cut = "\n".join(link[at : at + length] for at in range(0, len(link), length))
    assert clean(f"{cut}\n\nRegards\nJoe\n") == "https://example.org/long\n\nRegards\nJoe\n"


@pytest.mark.parametrize(
    ("after", "space"), [("。谢", ""), ("\u2019s", ""), ("谢", " "), ("é", " ")]
)
def test_other_scripts_behind_a_link_in_quoted_printable(after: str, space: str) -> None:
    text = quopri.encodestring(f"a={LINK}{after} {'x' * 80}\n".encode()).decode()
    decoded = quopri.decodestring(clean(text)).decode()
    assert decoded == f"a={TARGET}{space}{after} {'x' * 80}\n"


def test_html_within_quoted_printable() -> None:
    link = wrap(f"{TARGET}?b=1&c=2").replace("&", "&amp;")
    text = quopri.encodestring(f'<p>See <a href="{link}">x</a></p>\n'.encode()).decode()
    assert quopri.decodestring(clean(text)).decode() == (
        f'<p>See <a href="{TARGET}?b=1&amp;c=2">x</a></p>\n'
    )


@given(st.lists(st.integers(1, 90), min_size=1, max_size=4), st.sampled_from(["\n", "\r\n"]))
def test_several_links_on_a_line_of_quoted_printable(lengths: list[int], newline: str) -> None:
    targets = [f"https://example.org/{'b' * length}" for length in lengths]
    whole = "; ".join(map(wrap, targets)).replace("=", "=3D")
    cut = f"={newline}".join(whole[at : at + 75] for at in range(0, len(whole), 75)) + newline
    cleaned = clean(cut)
    assert max(map(len, cleaned.split(newline))) <= 76
    assert quopri.decodestring(cleaned).decode().split("; ") == [
        *targets[:-1],
        targets[-1] + newline,
    ]
