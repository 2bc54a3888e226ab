"""Wrapped links that a text cuts in ways that meet: what is read of them is whole, or lost."""

from __future__ import annotations

from itertools import product

import pytest
from cutting import LINKS
from rows import all_rows

from safelinks import clean, find, read
from safelinks.addresses.roles import Role

TARGET = "https://www.example.org/docs/guide-a.html"


def _cut(name: str, *at: str) -> list[str]:
    """The link of a vendor, cut behind each of these pieces of it."""
    pieces, rest = [], LINKS[name](TARGET)
    for mark in at:
        end = rest.index(mark) + len(mark)
        pieces.append(rest[:end])
        rest = rest[end:]
    return [*pieces, rest]


@pytest.mark.parametrize("name", ["reddit", "facebook", "whatsapp", "slack", "nyc-exit"])
@pytest.mark.parametrize("between", ["\n", "\n> ", "<br>", "<br>\n&gt; "])
def test_the_host_of_a_target_is_no_address_without_a_scheme(name: str, between: str) -> None:
    text = f"See {between.join(_cut(name, '%3A%2F%2F'))} ok"
    assert all(link.error or link.target == TARGET for link in find(text))
    assert all(link.error or link.target == TARGET for link in read(text.encode(), "a.md").links)


@pytest.mark.parametrize(
    "rest",
    ["www.example.org%2Fdocs", "www.example.org&h=AT", "www.example.org=x", "www.example.org%3Fa"],
)
def test_what_is_left_of_an_encoded_address_is_none(rest: str) -> None:
    assert find(f"of {rest} x") == []


@pytest.mark.parametrize("hidden", ["\u200b", "\xad", "\u2060"])
@pytest.mark.parametrize("name", ["facebook", "aws-ses", "barracuda", "google", "slack"])
@pytest.mark.parametrize("where", ["See {} x", "<{}>"])
def test_characters_that_nobody_sees_cut_a_host(name: str, hidden: str, where: str) -> None:
    host = LINKS[name](TARGET).split("/")[2]
    text = where.format(LINKS[name](TARGET).replace(host, hidden.join((host[:5], host[5:]))))
    assert all(link.error or link.target == TARGET for link in find(text))


@pytest.mark.parametrize("name", ["whatsapp", "no-click.mil", "reddit", "facebook", "safe-links"])
@pytest.mark.parametrize("between", ["<br>\n", "<br>\n&gt; ", "<br/> \r\n"])
@pytest.mark.parametrize("at", ["g", "guide-a.htm", "https"])
def test_a_break_of_html_in_markdown_is_one_break(name: str, between: str, at: str) -> None:
    text = f"See {between.join(_cut(name, at))}\n\nMore.\n"
    links = read(text.encode(), "a.md").links
    assert all(link.error or link.target == TARGET for link in links)
    assert links


@pytest.mark.parametrize("sign", ["// ", "# ", " * ", "#: "])
@pytest.mark.parametrize("name", ["symantec", "owa", "barracuda", "azure-mail", "whatsapp"])
def test_only_some_lines_have_the_sign_of_a_comment(name: str, sign: str) -> None:
    """A mail program has broken the lines of a comment once more."""
    link = LINKS[name](TARGET)
    pieces = link[:12], link[12:60], link[60:]
    text = f"{sign}{pieces[0]}\n{pieces[1]}\n{sign}{pieces[2]}\n{sign}more\n"
    assert all(link.error or link.target == TARGET for link in find(text))


@pytest.mark.parametrize(
    "text",
    [
        "https://href.li/?https://e.net/?next\n=https://nyc.gov/mocs\n",
        "https://href.li/?https://e.net/?next=\nhttps://nyc.gov/mocs\n",
        "https://href.li/?https://e.\nnet/?next=https://nyc.g\nov/mocs&x=y ok\n",
        "https://href.li/?https://e.net/?next=htt\nps://nyc.gov/mocs ok\n",
        "URL:https://href.li/?https://e.n\r\n et/?\r\n next=https://nyc.gov/mocs\r\nEND:VEVENT\r\n",
        'x = "https://href.li/?https://e.net/?" +\n    "next=htt" +\n    "ps://nyc.gov/mocs"\n',
        "(h\n  ttps://href.li/?http:\n>//\n>> www.example.net/a_\n>> e)",
        "See https://href.li/?https://e.net/\xfcber?\n\xfc=1 ok",
        "https://no-click.mil/?https://e.net/r'\n$s ok",
    ],
)
def test_what_a_lost_target_goes_on_with_is_no_link(text: str) -> None:
    assert [link.target for link in find(text) if link.error is None] == []
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "url", "role"),
    [
        ("<https://e.net/a?b=\nc>", "https://e.net/a?b=", Role.UNCLEAR_END),
        ("See\n> <https://e.net/ab\n> +c>", "https://e.net/ab", Role.UNCLEAR_END),
        ("+ <https://e.net/ab\n+  c>", "https://e.net/abc", None),
        ("# <https://e.net/ab\n# c>", "https://e.net/abc", None),
        ("<https://e.net/ab\n  c>", "https://e.net/abc", None),
        ("`a <https://e.net.c`m/a.html>`__", "https://e.net.c", Role.UNCLEAR_END),
        ("`<https://e.net/a>`_", "https://e.net/a", None),
    ],
)
def test_lines_in_angle_brackets(text: str, url: str, role: Role | None) -> None:
    assert [(link.url, link.role) for link in find(text)] == [(url, role)]


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("at https://services.g\n    oogleapis.com/v1/projects", [Role.UNCLEAR_END]),
        ("> see https://www.exam\n> ple.org/x/y and", [Role.UNCLEAR_END]),
        ("see https://e.net/guide-\nlines/a.html and", [Role.UNCLEAR_END]),
        ("see https://e.net/long_\r\n  name/a.html and", [Role.UNCLEAR_END]),
        ("see https://e.net/?a=b&\nc=d", [Role.UNCLEAR_END]),
        ("see https://e.net\na.org/b is another", [None]),
        ("see https://e.net/guide-\nand more", [None]),
        ("- https://e.net/guide-\n- src/a.html", [None]),
        ("URL=https://e.net/?q=\nHOME=/root/a", [None]),
        ("see https://e.net/a/\nsrc/b.html", [None]),
        ("see http://intranet\nand more.", [None]),
        ("https://e.net/a_\nhttps://e.net/b/c", [None, None]),
        ("x=1/* https://e.net/a*/", [Role.UNCLEAR_END]),
        ("x=1; /* https://e.net/a*/", [None]),
        ("see https://e.net/a*/", [None]),
    ],
)
def test_lines_that_end_within_an_address(text: str, roles: list[Role | None]) -> None:
    assert [link.role for link in find(text)] == roles


@pytest.mark.parametrize("between", ["\n> +", "\n+", "=\r\n", "\n# "])
@pytest.mark.parametrize("name", ["threads", "aws-ses", "esva", "barracuda", "urldefense-v2"])
def test_wrapped_links_in_angle_brackets(name: str, between: str) -> None:
    link = LINKS[name](TARGET)
    text = f"<{link[:10]}{between}{link[10:70]}{between}{link[70:]}> x"
    assert all(link.error or link.target == TARGET for link in find(text))


def test_signs_that_may_be_the_links_own_are_not_taken_for_soft_breaks() -> None:
    target = "https://e.net/?a=1&b=2"
    text = LINKS["checkpoint"](target).replace("a=1&b=2", "a=\n1&b=\n2")
    assert all(link.error or link.target == target for link in find(text))


@pytest.mark.parametrize("name", ["whatsapp", "nyc-exit", "symantec", "vade", "owa", "cisco"])
@pytest.mark.parametrize(
    "behind",
    ["\n-- \nJoe", "\n---\nx", "\n____\nx", "\n2. more", "\njoe@example.org", "\ntel:555", "\na=b"],
)
def test_a_link_is_whole_where_what_follows_cannot_be_its_rest(name: str, behind: str) -> None:
    text = f"1. {LINKS[name](TARGET)}{behind}"
    assert clean(text) == f"1. {TARGET}{behind}"


@pytest.mark.parametrize("name", ["facebook", "reddit", "linkedin", "azure-mail"])
def test_a_setting_is_no_rest_of_a_value(name: str) -> None:
    text = f"# {LINKS[name](TARGET)}\nFOO_BAR=abc1\n"
    assert clean(text) == f"# {TARGET}\nFOO_BAR=abc1\n"


@pytest.mark.parametrize("text", ["See {} x", "* {}", "{}"])
def test_brackets_of_a_target_are_no_text_of_a_macro_in_asciidoc(text: str) -> None:
    raw = text.format(LINKS["safe-links"]("https://example.org/q?t=[u]&v={w}"))
    cleaned = read(raw.encode(), "a.adoc").cleaned().decode()
    assert cleaned == text.format("https://example.org/q?t=%5Bu%5D&v=%7Bw%7D")


@pytest.mark.parametrize("tag", ["h1", "h2", "table", "svg", "small", "center", "section"])
def test_a_tag_behind_an_address_is_no_placeholder(tag: str) -> None:
    (link,) = find(f"https://e.net/<{tag}>x</{tag}>")
    assert (link.url, link.role) == ("https://e.net/", None)


def test_the_output_of_a_command_is_a_template() -> None:
    (link,) = find("curl https://e.net/dl/$(uname -m)/b.tgz and more")
    assert (link.url, link.role) == ("https://e.net/dl/$(uname -m)/b.tgz", Role.TEMPLATE)


CUT_TARGETS = [
    "https://www\n> .google.com/url?q=https://e.net/?next\n =\n> https://nyc.gov/mocs",
    "* https://safe.menlosecurity.com/https://e.net/?next\n* =\n  https://nyc.gov/mocs\n",
    "http://links.govdelivery.com/track?type=click&enid=ZWFzPTE=&&&100&&&\nhttps://nyc.gov/a\n",
    "// https://safe.menlosecurity\n// .com/https:\n// //nyc.gov//a\n",
    "See https://www.google.com/url?q=https:\n//e.net/x?u=http://nyc.gov/a\n",
]


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.adoc", "a.rst", "a.org", "a.eml", "a.tex"])
@pytest.mark.parametrize("text", CUT_TARGETS, ids=range(len(CUT_TARGETS)))
def test_no_piece_of_a_target_that_is_not_encoded_is_a_link(name: str, text: str) -> None:
    head = "From: a@example.org\nSubject: x\n\n" if name == "a.eml" else ""
    links = read(f"{head}{text}".encode(), name).links
    whole = "https://nyc.gov//a"
    assert links
    assert [one.target for one in links if one.error is None and one.target != whole] == []


@pytest.mark.parametrize(("name", "sign"), [("a.adoc", "// "), ("a.rst", ".. ")])
@pytest.mark.parametrize("at", [12, 26, 60, 90])
def test_lines_of_a_comment_are_one_text(name: str, sign: str, at: int) -> None:
    link = LINKS["safe-links"](TARGET)
    raw = f"A.\n\n{sign}See {link[:at]}\n{sign}{link[at:]} and more\n\nB.\n"
    assert read(raw.encode(), name).cleaned().decode() == (
        f"A.\n\n{sign}See {TARGET} and more\n\nB.\n"
    )


@all_rows(
    product(
        ("checkpoint", "google", "safe-links", "whatsapp"),
        ("<br>", "<br/>\n", "\xa0", "\u202f"),
        (14, 26, 60),
        ("[a]({})", "[a](<{}>)", '<a href="{}">a</a>'),
    )
)
def test_what_was_put_into_a_value_cuts_it(name: str, between: str, at: int, place: str) -> None:
    link = LINKS[name](TARGET)
    raw = place.format(f"{link[:at]}{between}{link[at:]}")
    links = read(raw.encode(), "a.md").links
    assert links
    assert all(link.error or link.target == TARGET for link in links)


UNMARKED = ["cisco", "fireeye", "vade", "symantec", "owa", "whatsapp", "no-click.mil", "href.li"]


@pytest.mark.parametrize("name", [*UNMARKED, "nyc-exit", "menlo", "trustwave"])
@pytest.mark.parametrize(
    "text",
    [
        "See {}\n\u2022 one\n", "> See {}\n> \u25aa (More)\n", "See {}\n\u2013 one\n",
        "1. {}\n2. two\n", "See {}\n\nBest regards\n",
    ],
)  # fmt: skip
def test_an_item_of_a_list_is_no_rest_of_the_one_before(name: str, text: str) -> None:
    assert clean(text.format(LINKS[name](TARGET))) == text.format(TARGET)


@pytest.mark.parametrize("name", UNMARKED)
@pytest.mark.parametrize(
    "text", ["- {}\n- next\n", "* {}\n* other thing\n", "\u2022 {}\n\u2022 other\n"]
)
def test_a_sign_that_may_be_of_all_lines_makes_no_item(name: str, text: str) -> None:
    text = text.format(LINKS[name](TARGET))
    assert clean(text) == text


@pytest.mark.parametrize("name", [*UNMARKED, "nyc-exit", "menlo", "trustwave"])
@pytest.mark.parametrize("behind", ["</a></p>", "</a> and more</p>", "</a>, and<br>more</p>"])
def test_a_link_whose_text_is_its_address_is_whole_where_its_line_goes_on(
    name: str, behind: str
) -> None:
    link = LINKS[name](TARGET).replace("&", "&amp;")
    page = "<!doctype html><p>See <a href='{0}'> <b>{0}</b>{1}"
    cleaned = read(page.format(link, behind).encode(), "a.html").cleaned().decode()
    assert cleaned == page.format(TARGET, behind)


@pytest.mark.parametrize("name", UNMARKED)
@pytest.mark.parametrize("between", ["</a><br>", "</a></p><p>"])
@pytest.mark.parametrize("rest", [1, 3, 6])
def test_a_piece_that_a_program_has_linked_stays(name: str, between: str, rest: int) -> None:
    link = LINKS[name](TARGET).replace("&", "&amp;")
    start, end = link[:-rest], link[-rest:]
    page = f"<!doctype html><p>See <a href='{start}'>{start}{between}{end} ok</p>"
    document = read(page.encode(), "a.html")
    linked, *texts = document.links
    assert linked.error
    assert all(link.error or link.target == TARGET for link in texts)  # a hyphen shows the rest
    cleaning = document.cleaning()
    assert cleaning.content.decode().startswith(f"<!doctype html><p>See <a href='{start}'>")
    assert cleaning.has_lost


@pytest.mark.parametrize("name", UNMARKED)
def test_a_link_with_another_text_is_whole_beside_a_piece_of_it(name: str) -> None:
    link = LINKS[name](TARGET).replace("&", "&amp;")
    piece = link[:-3]
    page = "<!doctype html><p><a href='{1}'>{1}</a><br>{2} ok</p><p><a href='{0}'>here</a></p>"
    cleaned = read(page.format(link, piece, link[-3:]).encode(), "a.html").cleaned().decode()
    assert cleaned == page.format(TARGET, piece, link[-3:])


RAW = "https://lore.kernel.org/0000/00000000/000-/0x"


@pytest.mark.parametrize(
    ("name", "target", "cuts", "around"),
    [
        ("href.li", RAW, [59], "(see {}) and more"),
        ("avanan-v1", "https://lore.kernel.org/0000-/0x", [74, 80], "See {} and more.\n"),
        ("translate", "https://www.a-b.example/0000000/0000000-0x", [56, 85], "{}\nand"),
        ("fireeye", "https://example.org/0x(1)", [170], "See {} and more.\n"),
        ("fireeye", "https://example.org/0x(1)", [171], "See {} and more.\n"),
        ("edgepilot", "https://example.org/0x(1)", [90], "(see {}) and more"),
        ("owa", "https://example.org/0x?a=1", [-1], "(see {}) and more"),
        ("checkpoint", "https://example.org/0x(1)", [63], "(see {}) and more"),
        ("yahoo", "https://lore.kernel.org/00~x?a=1", [-40], "See {} and more.\n"),
        ("fortimail", RAW, [45], "See {} and more.\n"),
        ("fortimail", RAW, [1, 42], "See {} and more.\n"),
        ("jive", RAW, [1, 53], "See {} and more.\n"),
        ("vipre-scanner", RAW, [6, 7], "See {} and more.\n"),
        ("govdelivery-track", RAW, [4, 6, 153], "(see {}) and more"),
        ("amp-viewer", "https://example.org/0x", [1, 6, 7, 8], "(see {}) and more"),
        ("awin", RAW, [5, 7, 8], "(see {}) and more"),
    ],
)
def test_nothing_is_taken_for_a_sign_that_may_be_the_links_own(
    name: str, target: str, cuts: list[int], around: str
) -> None:
    link = LINKS[name](target)
    places = [at % len(link) for at in cuts]
    ends = zip([0, *places], [*places, len(link)], strict=True)
    text = around.format("\n".join(link[start:end] for start, end in ends))
    assert all(link.error or link.target == target for link in find(text))
    assert clean(text) in (text, around.format(target))
