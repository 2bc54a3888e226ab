"""Fields: where a format of data says where an address ends, that is where it ends."""

from __future__ import annotations

import csv
import io
import json
import re
import textwrap
from itertools import product
from xml.sax.saxutils import escape

import pytest
from building import wrap
from cutting import LINKS
from doubled import ends, repeated
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from rows import all_rows

from safelinks import read
from safelinks.addresses.roles import Role

TARGET = "https://example.org/a?b=1&c=2#d"
LINK = wrap(TARGET)
E = "https://e.example"


def _found(raw: str, name: str) -> list[tuple[str, str | None]]:
    return [(link.url, link.role) for link in read(raw.encode(), name).links]


def _urls(raw: str, name: str) -> list[str]:
    return [url for url, _ in _found(raw, name)]


STRINGS: dict[str, tuple[str, list[str]]] = {
    # a string of JSON, and also a cell of a table; the addresses in it
    "closing punctuation": (f"{E}/Yahoo!", [f"{E}/Yahoo!"]),
    "an initial": (f"{E}/King_Jr.", [f"{E}/King_Jr."]),
    "a bracket": (f"{E}/x)", [f"{E}/x)"]),
    "a name of a file": (f"{E}/Annual Report.pdf", [f"{E}/Annual%20Report.pdf"]),
    "blanks around": (f"  {E}/a. ", [f"{E}/a."]),
    "a sentence": (f"{E}/a. is gone", [f"{E}/a"]),
    "a sentence that ends in it": (f"See {E}/a.", [f"{E}/a"]),
    "two, a comma between": (f"{E}/a,{E}/b", [f"{E}/a", f"{E}/b"]),
    "two, a bar between": (f"{E}/a|{E}/b", [f"{E}/a", f"{E}/b"]),
    "two, a blank between": (f"{E}/a {E}/b", [f"{E}/a", f"{E}/b"]),
    "an archived one": (f"{E}/web/2020/https://a.example/", [f"{E}/web/2020/https://a.example/"]),
    "markup behind it": (f"{E}/a<br>and so on", [f"{E}/a"]),
}


@pytest.mark.parametrize(("string", "urls"), STRINGS.values(), ids=STRINGS)
def test_a_string_that_is_an_address(string: str, urls: list[str]) -> None:
    assert _urls(json.dumps({"a": string}), "x.json") == urls
    assert _urls(json.dumps([string]), "x.json") == urls
    table = io.StringIO()
    csv.writer(table).writerows([["a", "b"], ["1", string]])
    assert _urls(table.getvalue(), "x.csv") == urls


@pytest.mark.parametrize(
    ("name", "is_address"),
    [("url", True), ("URL", True), ("imageUrl", True), ("html_url", True), ("HomePage", False),
     ("homepage", True), ("og:url", True), ("download-link", True), ("linked", False),
     ("curl", False), ("title", False), ("", False)],
)  # fmt: skip
def test_names_tell_what_is_an_address(name: str, is_address: bool) -> None:
    value = f"{E}/a b, c"
    expected = [f"{E}/a%20b,%20c"] if is_address else [f"{E}/a"]
    assert _urls(json.dumps({name: value}), "x.json") == expected
    assert _urls(json.dumps({name: {"x": value}}), "x.json") == [f"{E}/a"]
    assert _urls(f'{name};n\n"{value}";1\n', "x.csv") == expected


@pytest.mark.parametrize("value", [f"{E}/a, {E}/b", f"{E}/a\n{E}/b"])
def test_a_name_does_not_make_one_address_of_two(value: str) -> None:
    assert _urls(json.dumps({"url": value}), "x.json") == [f"{E}/a", f"{E}/b"]
    assert _urls(f'url;n\n"{value}";1\n', "x.csv") == [f"{E}/a", f"{E}/b"]


def _role(value: object) -> list[tuple[str, str | None]]:
    return _found(json.dumps(value), "x.json")


def test_names_of_vocabularies_are_no_links() -> None:
    vocabulary = Role.VOCABULARY
    assert _role({"@context": f"{E}/c", "url": f"{E}/u"}) == [
        (f"{E}/c", vocabulary), (f"{E}/u", None)
    ]  # fmt: skip
    assert _role(
        [
            {
                "@context": [f"{E}/1", {"a": f"{E}/2", "b": {"@id": f"{E}/3"}}],
                "@type": f"{E}/4",
                "b": [{"@type": [f"{E}/5"], "c": f"{E}/6"}],
            },
            {"@context": {}, "x": f"{E}/7", "@type": 5, "y": f"{E}/8", "$id": f"{E}/9"},
            f"{E}/10",
        ]
    ) == [
        *((f"{E}/{number}", vocabulary) for number in range(1, 6)),
        *((f"{E}/{number}", None) for number in (6, 7, 8)),
        (f"{E}/9", Role.IDENTIFIER),
        (f"{E}/10", None),
    ]


def test_a_wrapped_name_is_cleaned() -> None:
    raw = json.dumps({"@context": LINK, "@type": LINK})
    assert read(raw.encode(), "x.json").cleaned() == raw.replace(LINK, TARGET).encode()


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_a_semicolon_in_a_link_is_no_delimiter(delimiter: str) -> None:
    table = f"name{delimiter}url\n1{delimiter}{LINK.replace('&', '&amp;')}\n2{delimiter}\n"
    document = read(table.encode(), "x.csv")
    assert [link.target for link in document.links] == [TARGET]
    assert (
        document.cleaned().decode() == f"name{delimiter}url\n1{delimiter}{TARGET}\n2{delimiter}\n"
    )


def test_lines_of_a_notebook_are_running_text() -> None:
    def cell(kind: str, *lines: str) -> dict[str, object]:
        return {"cell_type": kind, "metadata": {"url": f"{E}/m."}, "source": list(lines)}

    cells = [cell("markdown", f"{E}/a.\n", f"{E}/b, c"), cell("code", f"{E}/c.")]
    outputs = {"outputs": [{"text": [f"{E}/d.\n"]}, {"data": {"text/plain": f"{E}/e."}}]}
    notebook = {"cells": [*cells, outputs], "nbformat": 4, "x": f"{E}/f."}
    urls = ["m.", "a", "b", "m.", "c", "d", "e", "f."]
    assert _urls(json.dumps(notebook), "x.ipynb") == [f"{E}/{rest}" for rest in urls]


def _notebook(*lines: str) -> str:
    cell = {"cell_type": "markdown", "metadata": {}, "source": list(lines)}
    return json.dumps({"cells": [cell, {"cell_type": "code", "source": []}], "nbformat": 4})


@pytest.mark.parametrize(
    ("lines", "urls"),
    [
        ([f"[a]({E}/my\\_file) and\n", f"[b]({E}/Acme_Co.)"], ["my_file", "Acme_Co."]),
        ([f'[a]({E}/?a=1&amp;b=2 "t"), ', f"<{E}/b.>"], ["?a=1&b=2", "b."]),
        (["[a][r]\n", "\n", f"[r]: <{E}/a b>\n"], ["a%20b"]),
        ([f"<a href='{E}/Q1 Plan.pdf'>\U0001f600</a> {E}/x_\n"], ["Q1%20Plan.pdf", "x"]),
        ([f"`{E}/code`\n", f"see {E}/", "path and\n"], ["code", "path"]),
    ],
)
def test_a_cell_of_a_notebook_is_markdown(lines: list[str], urls: list[str]) -> None:
    assert _urls(_notebook(*lines), "x.ipynb") == [f"{E}/{rest}" for rest in urls]


def test_cleaning_a_notebook() -> None:
    def lines(link: str) -> list[str]:
        href = link.replace("&", "&amp;")
        return [f'é\\_ "[a]({link})" and\n', f"<{link}>, {link} z\n", f'<a href="{href}">x</a>\n']

    document = read(_notebook(*lines(LINK)).encode(), "x.ipynb")
    assert document.cleaned().decode() == _notebook(*lines(TARGET))
    assert [link.target for link in document.links] == [TARGET] * 4


def test_a_link_that_lines_of_a_notebook_cut() -> None:
    cut = _notebook(f"See {LINK[:90]}\n", f"{LINK[90:]} z\n", "and _more_")
    cleaned = read(cut.encode(), "x.ipynb").cleaned()
    assert read(cleaned, "x.ipynb").cleaned() == cleaned
    source = json.loads(cleaned)["cells"][0]["source"]
    assert "".join(source) == f"See {TARGET} z\nand _more_"


# Signs that end an address in a text, in a string that is nothing but one; whether it is whole.
ODD_STRINGS: dict[str, tuple[str, list[tuple[str, str | None]]]] = {
    "brackets": (f"{E}/a<b>c", [(f"{E}/a<b>c", None)]),
    "one bracket": (f"{E}/a<b", [(f"{E}/a<b", None)]),
    "quotes": (f'{E}/?q="x"', [(f'{E}/?q="x"', None)]),
    "no-break space": (f"{E}/Q1\xa0Plan.pdf", [(f"{E}/Q1%C2%A0Plan.pdf", None)]),
    "no-break space in what may be a text": (f"{E}/a\xa0b", [(f"{E}/a%C2%A0b", "unclear-end")]),
    "quote at the end": (f'{E}/a"', [(f'{E}/a"', "unclear-end")]),
    "rest of a tag": (f'{E}/a">', [(f'{E}/a">', "unclear-end")]),
    "rest of a value": (f'{E}/a","b":"c', [(f'{E}/a","b":"c', "unclear-end")]),
    "words in quotes": (f'{E}/?q="a b"', [(f'{E}/?q="a%20b"', "unclear-end")]),
    "words before the file": (f"{E}/a and b/Q1 Plan.pdf", [(f"{E}/a%20and%20b/Q1%20Plan.pdf", "unclear-end")]),
    "placeholder": (f"{E}/<id>/x", [(f"{E}/<id>/x", "template")]),
    "markup": (f"{E}/a<br>b", [(f"{E}/a", None)]),
    "element": (f"{E}/a</p>", [(f"{E}/a", None)]),
    "sentence": (f"{E}/a\xa0is new", [(f"{E}/a", None)]),
    "wrapper in front of markup": (f"{LINK}<br>b", [(LINK, None)]),
    "wrapper in quotes": (f'{LINK}"', [(LINK, None)]),
}  # fmt: skip


def _sheet(value: str) -> bytes:
    out = io.BytesIO()
    book = Workbook()
    book.active["A1"] = value  # type: ignore[index]
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(("string", "expected"), ODD_STRINGS.values(), ids=ODD_STRINGS)
def test_strings_with_signs_that_end_an_address_in_a_text(
    string: str, expected: list[tuple[str, str | None]]
) -> None:
    table = io.StringIO()
    csv.writer(table).writerow([string, "x"])
    for name, raw in {
        "x.json": json.dumps({"x": string}).encode(),
        "x.csv": table.getvalue().encode(),
        "x.yml": f"x: {json.dumps(string)}\n".encode(),
        "x.xlsx": _sheet(string),
    }.items():
        assert [(link.url, link.role) for link in read(raw, name).links] == expected, name


@pytest.mark.parametrize("value", [f"{E}/x y", f"{E}/a<b>c", f'{E}/?q="x" y', f"{E}/a\xa0b"])
def test_an_element_that_is_named_for_an_address(value: str) -> None:
    meant = value.replace(" ", "%20").replace("\xa0", "%C2%A0")
    for name in ("loc", "url", "link", "guid"):
        raw = f"<r><{name}>\n {escape(value)}\n</{name}></r>"
        assert _urls(raw, "x.xml") == [meant]
    label = f'<r><link href="{E}/">{E}/x is ours</link></r>'
    assert _urls(label, "x.xml") == [f"{E}/", f"{E}/x"]


def _calendar(*lines: str) -> str:
    return "".join(f"{line}\r\n" for line in ("BEGIN:VCALENDAR", *lines, "END:VCALENDAR"))


LINES: dict[str, tuple[str, list[str]]] = {
    "url": (f"URL:{E}/a.", [f"{E}/a."]),
    "url in small letters": (f"url:{E}/a.", [f"{E}/a."]),
    "url with a blank": (f"URL:{E}/Q1 Plan", [f"{E}/Q1%20Plan"]),
    "url that is escaped": (f"URL:{E}/a\\,b\\;c", [f"{E}/a,b;c"]),
    "attachment": (f"ATTACH;FMTTYPE=text/html;X=\"a:b\":{E}/a!", [f"{E}/a!"]),
    "conference": (f"CONFERENCE;VALUE=URI;LABEL=\"x\":{E}/a.", [f"{E}/a."]),
    "value that is said to be an address": (f"X-A;VALUE=URI:{E}/a b", [f"{E}/a%20b"]),
    "folded": (f"URL:{E}/a\r\n b.\r\n\tc.", [f"{E}/ab.c."]),
    "place that is an address": (f"LOCATION:{E}/a\\,b.", [f"{E}/a,b."]),
    "place": (f"LOCATION:Room 5\\, {E}/a.", [f"{E}/a"]),
    "text": (f"DESCRIPTION:{E}/a.\\n{E}/b\\, or {E}/c.", [f"{E}/a", f"{E}/b", f"{E}/c"]),
    "text of another language": (f"SUMMARY;LANGUAGE=fr:{E}/a.", [f"{E}/a"]),
    "parameter": (f"DESCRIPTION;ALTREP=\"{E}/a.\":see {E}/b.", [f"{E}/a.", f"{E}/b"]),
    "parameter with a caret": (f"X-A;DIR=\"{E}/^^a^'b\":x", [f"{E}/^a\"b"]),
    "no property": (f"{E}/a.", [f"{E}/a"]),
    "other property": (f"ORGANIZER:{E}/a.", [f"{E}/a."]),
}  # fmt: skip


@pytest.mark.parametrize(("line", "urls"), LINES.values(), ids=LINES)
def test_lines_of_a_calendar(line: str, urls: list[str]) -> None:
    assert _urls(_calendar(line, "SUMMARY:x"), "x.ics") == urls


@all_rows(
    product(
        ("X-ALT-DESC;FMTTYPE=text/html", "DESCRIPTION", "COMMENT"),
        ("barracuda", "reddit", "esva", "google", "safe-links"),
        range(58, 76),
    ),
)
def test_a_fold_within_an_escape(name: str, wrapper: str, width: int) -> None:
    """Lines are folded last (RFC 5545, section 3.1)."""
    page = f'<p><a href="{LINKS[wrapper](TARGET)}">x</a>'.replace("&", "&amp;")
    escaped = re.sub(r"[\\,;]", r"\\\g<0>", page)
    line = "\r\n ".join(textwrap.wrap(f"{name}:{escaped}", width, break_on_hyphens=False))
    document = read(_calendar(line).encode(), "x.ics")
    assert [link.target for link in document.links] == [TARGET]
    cleaned = document.cleaned().decode().replace("\r\n ", "")
    assert LINKS[wrapper](TARGET).split("/")[2] not in cleaned
    assert TARGET.replace("&", r"&amp\;") in cleaned


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f'ATTACH;ALTREP="{LINK}":{LINK}', f'ATTACH;ALTREP="{TARGET}":\r\n {TARGET}'),
        (f'DESCRIPTION;ALTREP="{LINK}":{LINK}.', f'DESCRIPTION;ALTREP="{TARGET}":\r\n {TARGET}.'),
        ("URL:" + wrap("https://a.example/x;y\\z"), "URL:https://a.example/x;y\\z"),
        ("URL:" + wrap("https://a.example/%5C,"), "URL:https://a.example/%5C,"),
        ("X-A;A=\"" + wrap("https://a.example/^") + '":', 'X-A;A="https://a.example/^^":'),
        ("URL:" + wrap(f"{E}/{'a' * 70}"), f"URL:{E}/{'a' * 53}\r\n {'a' * 17}"),
        ("URL;X=\"" + "y" * 75 + '":' + LINK, "URL;X=\"" + "y" * 75 + f'":\r\n {TARGET}'),
        ("URL;X=a\r\n b:" + wrap(f"{E}/{'a' * 70}"), f"URL;X=a\r\n b:{E}/{'a' * 54}\r\n {'a' * 16}"),
    ],
)  # fmt: skip
def test_writing_a_calendar(before: str, after: str) -> None:
    document = read(_calendar(before).encode(), "x.ics")
    again = read(document.cleaned(), "x.ics")
    assert document.cleaned().decode() == _calendar(after)
    assert [link.target for link in again.links] == [link.target for link in document.links]
    assert again.cleaned() == document.cleaned()


# A value is what another program wrote there, whatever is in it.
ADDRESSES = st.text("ab.,!?:;()[]{}'\"\\/#&=%+~*_é日\U0001f600 ", max_size=30).map(
    lambda rest: f"https://example.org/{rest}z."
)


def _meant(url: str) -> str:
    return url.replace(" ", "%20")


@given(st.lists(ADDRESSES, min_size=1), st.booleans())
def test_what_other_libraries_write_is_read(urls: list[str], ascii_only: bool) -> None:
    meant = [_meant(url) for url in urls]
    members = [{"name": "x.", "url": url} for url in urls]
    assert _urls(json.dumps(members, ensure_ascii=ascii_only), "x.json") == meant
    lines = "\n".join(json.dumps(member, indent=1) for member in members)
    assert _urls(lines, "x.jsonl") == meant
    table = io.StringIO()
    writer = csv.DictWriter(table, ["name", "url"])
    writer.writeheader()
    writer.writerows(members)
    assert _urls(table.getvalue(), "x.csv") == meant
    plain = [url for url in urls if "\\" not in url]
    assert _urls(_calendar(*(f"URL:{url}" for url in plain)), "x.ics") == [*map(_meant, plain)]


@given(st.lists(ADDRESSES, min_size=1, max_size=5))
def test_what_is_cleaned_is_the_target(urls: list[str]) -> None:
    for name, raw in {
        "x.json": json.dumps([{"url": wrap(url)} for url in urls]),
        "x.csv": "n,url\n" + "".join(f'1,"{wrap(url)}"\n' for url in urls),
        "x.ics": _calendar(*(f'URL;ALTREP="{wrap(url)}":{wrap(url)}' for url in urls)),
    }.items():
        document = read(raw.encode(), name)
        cleaned = document.cleaned()
        again = read(cleaned, name)
        assert not any(link.wrapped for link in again.links)
        assert len(again.links) == len(document.links)
        assert again.cleaned() == cleaned


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "before", "piece", "after"),
    [
        ("x.json", "", '{"@context": [', '"https://a.example"'),
        ("x.json", "", '"@context": {}', ""),
        (
            "x.ipynb",
            '{"nbformat": 4, "cell_type": "markdown", "source": [',
            '"<a b\\\\_ ![x](",',
            "",
        ),
        ("x.json", '{"url": "', "https://", ""),
        ("x.json", '"a"', " ", '"b"'),
        ("x.csv", "url\n", "://,:", ""),
        ("x.ics", "", 'URL;A="', ""),
        ("x.ics", "URL:", "\r\n ", ""),
        ("x.ics", "", "A\r\n ", ":https://a.example/"),
        ("x.ics", "BEGIN:VCALENDAR\r\n", 'X;A="://";', ":"),
    ],
    ids=range(10),
)
def test_hostile_fields_end(name: str, before: str, piece: str, after: str) -> None:
    ends(lambda size: f"{before}{repeated(piece, size)}{after}", name)
