"""Wrapped links that a text has damaged: how far they reach, and what `clean` makes of them."""

from __future__ import annotations

import json

import pytest
from building import HOST, SDATA, data, encode, lines, wrap

from safelinks import clean, find
from safelinks.errors import TargetLostError

TARGET = "https://example.org/a"
HEAD = f"https://{HOST}/"
CUT = f"{HEAD}?url=https%3A%2F%2Fexample.org%2Fa"
DATA = encode(data())
TAIL = f"&data={DATA}&sdata={encode(SDATA)}&reserved=0"
LONG = f"{HEAD}?url=https%3A%2F%2Fexample.org%2Fa%2Fbbbbbbbbbbbbbbbbb%2Fccccccccccccccc%2Fd{TAIL}"
LONG_TARGET = "https://example.org/a/bbbbbbbbbbbbbbbbb/ccccccccccccccc/d"
TEAMS = (
    "https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html"
    "?url=https%3A%2F%2Fexample.org%2Fa"
)
OWA = "https://outlook.office.com/mail/safelink.html"
GUID = "8c60ff90-642d-4d0f-76a9-08da166acc70"


@pytest.mark.parametrize(
    "rest",
    [
        "\nRegards,\nJoe\n",
        "\n- next\n",
        "\n2,b\n",
        "\n%2Fb\n",
        "\n&data=hello\n",
        "\n&si=3\n",
        " x",
    ],
)
@pytest.mark.parametrize(
    "link",
    [
        f"{CUT}&data=1",
        f"{CUT}&reserved=",
        f"{CUT}{TAIL}",
        f"{OWA}?url={TARGET}&corid={GUID}",
        f"{OWA}?url=https%3A%2F%2Fexample.org%2Fa&corid={GUID}",
    ],
)
def test_the_lines_after_a_link_stay(link: str, rest: str) -> None:
    assert clean(f"- {link}{rest}") == f"- {TARGET}{rest}"


@pytest.mark.parametrize(
    "rest",
    ["\n&data=hello\n", "\n&si=3\n", " x", "\n\nRegards,\nJoe\n", "\nReported-by: J\n", ",\nb", "\n"],
)  # fmt: skip
def test_a_link_without_parameters_ends_where_nothing_can_go_on(rest: str) -> None:
    assert clean(f"- {CUT}{rest}") == f"- {TARGET}{rest}"


@pytest.mark.parametrize(
    "rest", ["\nRegards,\nJoe\n", "\n- next\n", "\n2,b\n", "\n%2Fb\n", "\n\n%2Fb\n", ".\nb\n", " b%2Fc"]
)  # fmt: skip
def test_a_link_without_parameters_is_lost_where_it_could_go_on(rest: str) -> None:
    text = f"- {CUT}{rest}"
    assert clean(text) == text
    (link,) = find(text)
    assert isinstance(link.error, TargetLostError)


@pytest.mark.parametrize("rest", ["\nRegards,\nJoe\n", "\n- next\n", "\n2,b\n"])
def test_the_lines_after_a_link_from_teams_stay(rest: str) -> None:
    assert clean(f"{TEAMS}&locale=en-gb{rest}") == f"{TARGET}{rest}"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (f"{CUT}){TAIL.replace('&', '&amp;')} x", "https://example.org/a%29 x"),
        (f"{CUT})b({TAIL.replace('&', '&amp;')} x", "https://example.org/a%29b%28 x"),
        (f"({CUT}_(b){TAIL.replace('&', '&amp;')})", "(https://example.org/a_(b))"),
        (f"see {lines(f'{CUT})b{TAIL}', 70)}\nmore", "see https://example.org/a%29b\nmore"),
        (f"'{CUT}'s{TAIL.replace('&', '&amp;')}' x", "'https://example.org/a%27s' x"),
        (f"[x]({CUT}) and (more)", "[x](https://example.org/a) and (more)"),
        (f"[x]({CUT}&amp;data={DATA}) and (more)", "[x](https://example.org/a) and (more)"),
        (f"'{CUT}' and 'more'", "'https://example.org/a' and 'more'"),
    ],
)
def test_brackets_and_quotes_of_the_target_and_of_the_text(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@pytest.mark.parametrize("ampersand", ["&amp;", "&amp;amp;", "&#38;", "&#x26;"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\n> "])
def test_a_break_within_an_escaped_ampersand(ampersand: str, newline: str) -> None:
    for at in range(1, len(ampersand)):
        cut = ampersand[:at] + newline + ampersand[at:]
        assert clean(f"> {CUT}{TAIL.replace('&', cut)} x") == f"> {TARGET} x", cut


@pytest.mark.parametrize(
    "prefix",
    ["> ", ">> ", "> > ", "# ", "// ", "-- ", "; ", "% ", "! ", "| ", " * ", "* ", "+", "-", "#",
     "//", "# > ", "+> ", "JD>> ", "REM ", "@rem ", "dnl ", ".. ", ":: ", "C ", "''' ", "    # "],
)  # fmt: skip
def test_every_line_of_a_link_has_the_prefix_of_its_first(prefix: str) -> None:
    text = f"{prefix}before\n{lines(f'See {LONG}', 70, prefix)}\n{prefix}after\n"
    assert clean(text) == f"{prefix}before\n{prefix}See {LONG_TARGET}\n{prefix}after\n"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        # What only looks like a prefix is the link's own.
        (f"- {CUT}\n-b&reserved=0", "- https://example.org/a-b"),
        (f"- {CUT}\n%2Bb&reserved=0", "- https://example.org/a+b"),
        # No encoded value contains a plus: it is the sign of a patch, on whatever lines.
        (f"- {CUT}\n+b&reserved=0", "- https://example.org/ab"),
        (f"# {CUT}\n%23b&reserved=0", "# https://example.org/a#b"),
        (f"%{CUT}\n%23b&reserved=0", "%https://example.org/a#b"),
        # The blanks behind it may differ.
        (f"#\tsee {CUT}\n#   b&reserved=0", "#\tsee https://example.org/ab"),
        (f"  * {CUT}\n    b&reserved=0", "  * https://example.org/ab"),
        (f"+{CUT}\n+b\nc&reserved=0", "+https://example.org/abc"),
        # The scheme itself is cut.
        (f"# ht\n# tps://{HOST}/?url=https%3A%2F%2Fexample.org%2Fa&reserved=0 x", f"# {TARGET} x"),
    ],
)
def test_what_is_a_prefix(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        f"{CUT}&reserved=0\n&data={DATA}",
        f"{CUT}&reserved=0&data={DATA}",
        lines(f"{HEAD}?data={DATA}&sdata=x&reserved=0&url=https%3A%2F%2Fexample.org%2Fa", 70),
        lines(f"{OWA}?corid={GUID}&url=https%3A%2F%2Fexample.org%2Fa", 70),
        f"{OWA}?url={TARGET}&corid={GUID[:20]}\n{GUID[20:]}",
        f"{OWA}?url=https%3A%2F%2Fexample.org%2Fa&corid={GUID[:20]}\n{GUID[20:]}",
    ],
)
def test_parameters_in_any_order_and_cut(text: str) -> None:
    assert clean(f"{text}\n\nmore") == f"{TARGET}\n\nmore"


@pytest.mark.parametrize(
    "junk",
    ["\u200b", "\xad", "\u034f", "\u061c", "\u202a", "\u202e", "\u2066", "\u2069", "\xa0", "\u2007",
     "\u202f", "&shy;", "&zwnj;", "&#173;", "&#8203;", "&#x200b;"],
)  # fmt: skip
def test_invisible_characters_and_hard_spaces(junk: str) -> None:
    assert clean(f"{LONG[:80]}{junk}{LONG[80:]} x") == f"{LONG_TARGET} x"


@pytest.mark.parametrize("at", [2, 5, 6, 7, 8])
def test_invisible_characters_within_the_scheme(at: int) -> None:
    assert clean(f"see {LONG[:at]}\u200b{LONG[at:]} x") == f"see {LONG_TARGET} x"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (f"hxxps[://]{HOST.replace('.', '[.]')}/?url=https%3A%2F%2Fa.example&reserved=0", "hxxps://a[.]example"),
        (f"HXXPS://{HOST.upper().replace('.', '[.]')}/?url=https%3A%2F%2Fa.example", "hxxps://a[.]example"),
        (f"https://{HOST.replace('.', '&#46;')}/?url=https%3A%2F%2Fa.example&reserved=0", "https://a.example"),
        (f'"https:\\u002f\\u002f{HOST}\\u002f?url=https%3A%2F%2Fa.example\\u0026reserved=0"', '"https://a.example"'),
        (f'"https\\u003a//{HOST}/?url=https%3A%2F%2Fa.example"', '"https://a.example"'),
        (
            json.dumps(json.dumps({"a": wrap(TARGET)}).replace("/", "\\/")),
            json.dumps(json.dumps({"a": TARGET})),
        ),
        (
            f"x=3D1=\n\n{HEAD}?url=3Dhttps%3A%2F%2Fexam= \nple.org%2Fa&data=3D05%7C02%7C&reser=\t\r\nved=3D0 x",
            f"x=3D1=\n\n{TARGET} x",
        ),
    ],
)  # fmt: skip
def test_schemes_and_hosts_in_other_spellings(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    "value",
    ["https", "http%3A", "https%3A%2F%2F", "https%3A%2F%2Fexample.org%2", "https%3A%2F%2Fa%"],
)
def test_a_target_that_was_cut_off_is_not_written(value: str) -> None:
    text = f"<{HEAD}?url={value}> x"
    assert clean(text) == text
    (link,) = find(text)
    assert isinstance(link.error, TargetLostError)


@pytest.mark.parametrize(
    ("before", "ampersand", "after", "written"),
    [
        ('URL="', "&", '"\n', "&"),
        ('<a href="', "&", '">x</a>', "&"),
        ('<a href="', "&amp;", '">x</a>', "&amp;"),
        ('<a href="', "&#x26;", '">', "&amp;"),
        ("<p>", "&amp;", "</p>", "&amp;"),
        ("<p>See ", "&amp;", " now</p>", "&amp;"),
        ("<p>See ", "&", " now</p>", "&"),
        ("See ", "&amp;", " now", "&"),
    ],
)
def test_ampersands_are_written_as_the_wrapper_has_its_own(
    before: str, ampersand: str, after: str, written: str
) -> None:
    link = wrap(f"{TARGET}?b=1&c=2").replace("&", ampersand)
    assert clean(f"{before}{link}{after}") == f"{before}{TARGET}?b=1{written}c=2{after}"


def test_what_markup_would_misread_is_escaped_all_the_same() -> None:
    link = wrap(f"{TARGET}?b=1&copy=2")
    assert clean(f"<p>{link}</p>") == f"<p>{TARGET}?b=1&amp;copy=2</p>"
    assert clean(f'URL="{link}"') == f'URL="{TARGET}?b=1&copy=2"'


@pytest.mark.parametrize(
    ("after", "space"),
    [("Sent", " "), ("/x", " "), ("#x", " "), ("(see)", " "), ("—then", " "), (",b", ""), (";b", ""),
     (", b", ""), (". B", ""), ("।", ""), ("،x", ""), ("｡x", ""), ("。x", ""), ("*/", " "), ("**", "")],
)  # fmt: skip
def test_what_is_glued_to_a_link(after: str, space: str) -> None:
    assert clean(f"{wrap(TARGET)}{after}\n") == f"{TARGET}{space}{after}\n"
