"""RTF: what other programs write, what the specification allows, and what nobody should write."""

from __future__ import annotations

from pathlib import Path

import pytest
from building import wrap
from doubled import ends, repeated
from hypothesis import given
from hypothesis import strategies as st

from safelinks import Link, read
from safelinks.addresses.roles import Role

DATA = Path(__file__).parent / "data" / "documents"
TARGET = "https://example.org/a?b=1&c=2#d"
LINK = wrap(TARGET)


def _links(raw: str) -> tuple[Link, ...]:
    return read(raw.encode("latin-1"), "x").links


def _cleaned(raw: str) -> str:
    return read(raw.encode("latin-1"), "x").cleaned().decode("latin-1")


def _escape(text: str) -> str:
    """`text` as another program might write it, independent of how it is read."""
    units = text.encode("utf-16-le")
    out = []
    for at in range(0, len(units), 2):
        unit = int.from_bytes(units[at : at + 2], "little", signed=True)
        char = chr(unit & 0xFFFF)
        plain = f"\\{char}" if char in "\\{}" else char
        out.append(plain if 0 <= unit < 128 else f"\\u{unit}?")
    return "".join(out)


def _field(url: str, label: str, switches: str = "") -> str:
    quoted = url.replace("\\", "\\\\").replace('"', '\\"')
    return rf'{{\field{{\*\fldinst HYPERLINK "{_escape(quoted)}"{switches}}}{{\fldrslt {label}}}}}'


HEAD = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Arial;}{\f1\fnil\fcharset128 MS Gothic{\*\falt x};}{\f2\fcharset204 A;}}"
HEX = "".join(f"\\'{ord(char):02x}" for char in LINK[:9]) + LINK[9:]
HALF = len(LINK) // 2
A, B = LINK[:HALF], LINK[HALF:]
CASES: dict[str, tuple[str, str]] = {
    # what stands there, and what does when it is cleaned
    "running text": (f"See {LINK}, please", f"See {TARGET}, please"),
    "field": (_field(LINK, "PIP"), _field(TARGET, "PIP")),
    "field, switches": (_field(LINK, "PIP", r' \\l "a" \\o "tip"'), _field(TARGET, "PIP", r' \\l "a" \\o "tip"')),
    "field, no quotes": (rf"{{\field{{\*\fldinst HYPERLINK {LINK} }}{{\fldrslt a}}}}", rf"{{\field{{\*\fldinst HYPERLINK {TARGET} }}{{\fldrslt a}}}}"),
    "field, several runs": (
        rf'{{\field\flddirty{{\*\fldinst {{\rtlch\af0 \ltrch\b H}}{{YPERLINK "{A}}}{{\insrsid12 {B}"}}}}{{\fldrslt x}}}}',
        rf'{{\field\flddirty{{\*\fldinst {{\rtlch\af0 \ltrch\b H}}{{YPERLINK "{TARGET}}}{{\insrsid12 "}}}}{{\fldrslt x}}}}',
    ),
    "split by a group": (f"See {{\\b {A}}}{B} now", f"See {{\\b {TARGET}}} now"),
    "split by words": (f"See {A}\\i0\\f1\\b {B} now", f"See {TARGET}\\i0\\f1\\b  now"),
    "split by a bookmark": (f"See {A}{{\\*\\bkmkstart x}}{B}.", f"See {TARGET}{{\\*\\bkmkstart x}}."),
    "split by line breaks": (f"See {A}\r\n{B}.", f"See {TARGET}\r\n."),
    "behind a word without a space": (f"\\f0{LINK}", f"\\f0{TARGET}"),
    "a word without a space within": (
        f"See {LINK[:-2]}\\f1{LINK[-2:]} 5 more", f"See {TARGET}\\f1  5 more",
    ),
    "octets": (f"See {HEX}.", f"See {TARGET}."),
    "units": (f"See {LINK[:20]}\\u{ord(LINK[20])}?{LINK[21:]}.", f"See {TARGET}."),
    "units without a fallback": (f"\\uc0 {LINK[:20]}\\u{ord(LINK[20])} {LINK[21:]} x", f"\\uc0 {TARGET} x"),
    "units with a long fallback": (f"{{\\uc2 {LINK[:20]}\\u{ord(LINK[20])}\\'41\r\nB{LINK[21:]}}}", f"{{\\uc2 {TARGET}}}"),
    "table": (f"\\trowd a\\cell {LINK}\\cell\\row", f"\\trowd a\\cell {TARGET}\\cell\\row"),
    "footnote": (f"a{{\\footnote \\pard {LINK}}} b", f"a{{\\footnote \\pard {TARGET}}} b"),
    "header": (f"{{\\header \\pard {LINK}\\par}} b", f"{{\\header \\pard {TARGET}\\par}} b"),
    "shape": (f"{{\\shp{{\\*\\shpinst{{\\sp{{\\sn x}}{{\\sv 1}}}}{{\\shptxt {LINK}}}}}}}", f"{{\\shp{{\\*\\shpinst{{\\sp{{\\sn x}}{{\\sv 1}}}}{{\\shptxt {TARGET}}}}}}}"),
    "properties": (f"{{\\info{{\\title x}}{{\\hlinkbase {LINK}}}}}", f"{{\\info{{\\title x}}{{\\hlinkbase {TARGET}}}}}"),
    "behind binary data": (f"{{\\pict\\bin5 }}}}{{{{\\}}{LINK}", f"{{\\pict\\bin5 }}}}{{{{\\}}{TARGET}"),
    "behind what is skipped": (f"{{\\*\\new \\{{ {{x}}\\\\}}{LINK}", f"{{\\*\\new \\{{ {{x}}\\\\}}{TARGET}"),
    "syntax in the target": (wrap("https://a.example/{x}"), r"https://a.example/\{x\}"),
    "not ASCII in the target": (wrap("https://a.example/é\U0001f600"), r"https://a.example/{\uc1\u233?\u-10179?\u-8704?}"),
    "never closed": (rf'{{\field{{\*\fldinst HYPERLINK "{LINK}', rf'{{\field{{\*\fldinst HYPERLINK "{TARGET}'),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "clean"), CASES.values(), ids=CASES)
def test_cleaning(raw: str, clean: str) -> None:
    for tail in ("}", "\\par more}"):
        before, after = f"{HEAD}{raw}{tail}", f"{HEAD}{clean}{tail}"
        assert _cleaned(before) == after
        assert _cleaned(after) == after
        assert [link.target for link in _links(before)] == [link.target for link in _links(after)]
        assert len(_links(before)) == 1


@pytest.mark.parametrize("word", ["colortbl", "stylesheet", "pict", "*\\objdata", "*\\unknown", "*\\bkmkstart"])  # fmt: skip
def test_what_holds_no_text(word: str) -> None:
    raw = f"{HEAD}{{\\{word} {{{LINK}}} \\}} {LINK}}} a {TARGET}}}"
    assert [link.target for link in _links(raw)] == [TARGET]
    assert not _links(raw)[0].wrapped


@pytest.mark.parametrize(
    ("written", "label"),
    [
        (r"the {\b PIP} page", "the PIP page"),
        (r"a\~b\_c\emdash d\lquote e\rquote\tab f\{\\\}", "a b-c—d‘e’ f{\\}"),
        (r"caf\'e9 \u26085?\u26412?", "café 日本"),
        ("caf\xe9 \xfcber", "café über"),
        (r"\uc0 \u55357\uc1 \u56832\'3f", "\U0001f600"),
        (r"\u55357\u56832", "\U0001f600"),
        (r"\u56832?\u55357?x", "\ufffd\ufffdx"),
        (r"{\uc2\u233ab}\u233?c", "ééc"),
        (r"\f1\'93\'fa\'96{}{\'7b}", "日{"),
        (r"\f1 \'93\'fa\'96\'7b", "日本"),
        ("\\f1 \x93\xfa\\'96{\\b0}x", "日x"),
        ("\\f1 \\'83A\x83B", "アィ"),
        (r"\f2 \'ef\'f0", "пр"),
        (r"{\f2 \'ef}\'e9\plain\'e9", "пéé"),
        (r"one\line two\par three", "one two three"),
        (r"a{\*\bkmkend x}b{\field{\*\fldinst PAGEREF x}{\fldrslt 12}}c", "ab12c"),
        (r"{\pict 00ff}", None),
        ("", None),
    ],
)
def test_labels(written: str, label: str | None) -> None:
    link = _links(f"{HEAD}{_field(LINK, written)}}}")[0]
    assert (link.target, link.label) == (TARGET, label)


@pytest.mark.parametrize(
    ("head", "label"),
    [("\\ansicpg1251", "п"), ("\\mac", "Ô"), ("\\pc", "∩"), ("\\pca", "´"), ("\\ansicpg99999", "ï"), ("", "ï")],
)  # fmt: skip
def test_the_code_page_of_the_document(head: str, label: str) -> None:
    field = _field(LINK, "\\'ef")
    assert _links(f"{{\\rtf1\\ansi{head} {field}}}")[0].label == label


def test_places_are_paragraphs() -> None:
    raw = (
        f"{HEAD}{{\\header {LINK}\\par}}Title\\par\\par {LINK}\\line {LINK}\\par "
        f"\\trowd one\\cell {LINK}\\cell\\row a{{\\footnote b\\par {LINK}}}\\par {_field(LINK, LINK)}}}"
    )
    assert [(str(link.place), link.line, link.column) for link in _links(raw)] == [
        (place, None, None)
        for place in (
            "part header", "paragraph 2", "paragraph 2", "paragraph 4",
            "part footnote, paragraph 5", "paragraph 6", "paragraph 6",
        )
    ]  # fmt: skip


def test_what_libreoffice_writes() -> None:
    document = read(DATA / "libreoffice.rtf")
    found = [(link.target, link.label, link.place.paragraph) for link in document.links]
    assert found == [
        ("https://example.org/labelled?b=1&c=2", "the Café page 日本 \U0001f600", 2),
        ("https://example.org/bare", None, 3),
        ("https://example.org/x", "https://example.org/plain", 3),
        ("https://example.org/plain", None, 3),
        ("https://example.org/cell", None, 5),
    ]
    again = read(document.cleaned(), "x")
    assert found == [(link.target, link.label, link.place.paragraph) for link in again.links]
    assert b"safelinks" not in document.cleaned()
    assert document.format == "rtf"
    assert document.original() == (DATA / "libreoffice.rtf").read_bytes()


def test_redacting_keeps_the_wrapper() -> None:
    redacted = read(f"{HEAD}{_field(LINK, 'PIP')}}}".encode(), "x").redacted()
    assert b"Last" not in redacted
    assert [link.target for link in read(redacted, "x").links] == [TARGET]


def test_a_name_makes_no_rtf() -> None:
    assert read(f"see {LINK}".encode(), "x.rtf").format == "text"


ADDRESSES = st.text("abcxyz019/._~-=&;,%+!$é日\U0001f600{}\\", max_size=40).map(
    lambda rest: f"https://example.org/?q={rest}z"
)


@pytest.mark.slow
@given(st.lists(ADDRESSES, min_size=1, max_size=5), st.data())
def test_a_cleaned_document_has_the_same_targets_and_no_wrapper(
    targets: list[str], data: st.DataObject
) -> None:
    body = ""
    for one in targets:
        link = wrap(one)
        cut = data.draw(st.integers(0, len(link)))
        body += (
            _field(link, "a") + f" {{\\b {_escape(link[:cut])}}}\\i {_escape(link[cut:])} end\\par "
        )
    document = read(f"{HEAD}{body}}}".encode(), "x")
    assert [link.target for link in document.links] == [one for one in targets for _ in "ab"]
    again = read(document.cleaned(), "x")
    assert len(again.links) == 2 * len(targets)
    assert not any(link.wrapped for link in again.links)
    assert again.cleaned() == document.cleaned()
    written = document.cleaned().decode().count(" end\\par ")
    assert written == len(targets)


PIECES = st.sampled_from(
    [r"\u", r"\u-1 ", r"\uc", "0", "9", r"\'", r"\'8", r"\bin", r"\*", "{", "}", r"\field", "\\", " ",
     r"{\*\fldinst ", r"{\fldrslt ", '"', r"\par", r"\f1", "\x93", "\r\n", r"\uc3 ", r"\u55357", r"\u56832", r"\footnote",
     "https://a.example/", r"{\fonttbl", r"\fcharset", r"\ansicpg", "://", r"\emdash", r"\shp", r"\deff"]
)  # fmt: skip


@given(st.lists(PIECES).map(lambda some: "".join(some).encode("latin-1")) | st.binary())
def test_any_bytes_are_read_and_unchanged_without_wrappers(body: bytes) -> None:
    raw = b"{\\rtf1" + body
    document = read(raw, "x")
    if not any(link.wrapped for link in document.links):
        assert document.cleaned() == raw


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "piece"),
    [("", "{"), ("", "}"), ("", "{\\field{\\fldrslt "), ("", '{\\field{\\*\\fldinst "'),
     ("", '{\\field{\\*\\fldinst "https://a.example"}{\\fldrslt x'), ("", "\\bin99999999"), ("", "{\\*\\x\\bin1 "), ("", "\\u55357"),
     ("", "\\uc99999\\u1 "), ("", "{\\*\\x "), ("", "{\\*\\x}"), ("", "{\\fonttbl{\\f0"), ("", "\\"), ("", "\\'81"),
     ("{\\*\\fldinst ", "\\\\"), ("{\\b ", f"{{\\b {A}}}{B[:-1]}{{x}} "), ("", "\\f9\\fcharset"), ("", "\\ansicpg99999999999")],
    ids=range(18),
)  # fmt: skip
def test_hostile_documents_end(before: str, piece: str) -> None:
    ends(lambda size: f"{{\\rtf1 {before}{repeated(piece, size)}", "x")


@pytest.mark.parametrize(
    ("group", "place"),
    [
        (r"{\*\docvar {x}{%s}}", "part properties"),
        (r"{\*\formfield{\fftype0{\*\ffname T}{\*\ffdeftext %s}}}", "part form field, paragraph 2"),
        (r"{\info{\*\company %s}}", "part properties"),
        (r"{\*\template %s}", "part properties"),
    ],
)
def test_what_hides_in_destinations(group: str, place: str) -> None:
    link = wrap("https://example.org/a")
    document = read((r"{\rtf1\ansi a\par " + group % link + r" b\par}").encode(), "x.rtf")
    assert [(one.target, str(one.place)) for one in document.links] == [
        ("https://example.org/a", place)
    ]
    assert b"safelinks" not in document.cleaned()
    assert b"First" not in document.redacted()


E_ = "https://e.example"
PLACES: dict[str, tuple[str, list[tuple[str, str | None]]]] = {
    # what stands there; the addresses in it, and what each is where that is no link
    "a blank": (_field(f"{E_}/Annual Report.pdf", "x"), [(f"{E_}/Annual%20Report.pdf", None)]),
    "closing punctuation": (_field(f"{E_}/Yahoo!", "x"), [(f"{E_}/Yahoo!", None)]),
    "a quote": (_field(f'{E_}/"a".', "x"), [(f'{E_}/"a".', None)]),
    "a backslash": (_field(f"{E_}/a\\b.", "x"), [(f"{E_}/a\\b.", None)]),
    "no quotes": (rf"{{\field{{\*\fldinst HYPERLINK {E_}/a. }}{{\fldrslt x}}}}", [(f"{E_}/a.", None)]),
    "a place": (_field(f"{E_}/x", "y", r' \\l "sec"'), [(f"{E_}/x#sec", None)]),
    "a place without quotes": (_field(f"{E_}/x", "y", r" \\L sec \\n"), [(f"{E_}/x#sec", None)]),
    "a place that the address has, too": (_field(f"{E_}/x#a", "y", r' \\l "sec"'), [(f"{E_}/x#a", None)]),
    "switches before it": (
        rf'{{\field{{\*\fldinst HYPERLINK \\n \\t "_blank" \\o "see {E_}/t." "{E_}/a." }}{{\fldrslt x}}}}',
        [(f"{E_}/t", None), (f"{E_}/a.", None)],
    ),
    "a tip": (_field(f"{E_}/a.", "x", rf' \\o "see {E_}/t." '), [(f"{E_}/a.", None), (f"{E_}/t", None)]),
    "only a place": (rf'{{\field{{\*\fldinst HYPERLINK \\l "a" }}{{\fldrslt {E_}/a}}}}', [(f"{E_}/a", Role.LINK_TEXT)]),
    "a picture": (rf'{{\field{{\*\fldinst INCLUDEPICTURE "{E_}/a b." \\* MERGEFORMATINET}}{{\fldrslt {E_}/c}}}}', [(f"{E_}/a%20b.", None), (f"{E_}/c", None)]),
    "another field": (rf"{{\field{{\*\fldinst QUOTE {E_}/a.}}{{\fldrslt {E_}/a.}}}}", [(f"{E_}/a", None)] * 2),
    "its text": (_field(f"{E_}/a", f"{E_}/b.") + f" {E_}/c.", [(f"{E_}/a", None), (f"{E_}/b", Role.LINK_TEXT), (f"{E_}/c", None)]),
    "its text in groups": (_field(f"{E_}/a", rf"{{\b\cf1 {E_}}}{{/b\line x}}"), [(f"{E_}/a", None), (f"{E_}/b", Role.LINK_TEXT)]),
    "a field in its text": (
        _field(f"{E_}/a", _field(f"{E_}/b", f"{E_}/c") + rf" {{\field{{\*\fldinst PAGEREF x}}{{\fldrslt {E_}/d}}}}") + f" {E_}/e",
        [(f"{E_}/a", None), (f"{E_}/b", None), (f"{E_}/c", Role.LINK_TEXT), (f"{E_}/d", Role.LINK_TEXT), (f"{E_}/e", None)],
    ),
    "a shape": (rf"{{\shp{{\*\shpinst{{\sp{{\sn a}}{{\sv {{\hl{{\hlloc x}}{{\hlsrc {E_}/a b.}}}}}}}}}}}}", [(f"{E_}/a%20b.", None)]),
    "what others are relative to": (rf"{{\info{{\title see {E_}/t.}}{{\hlinkbase {E_}/a.}}}}", [(f"{E_}/t", None), (f"{E_}/a.", Role.BASE)]),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "found"), PLACES.values(), ids=PLACES)
def test_where_an_address_ends_and_what_it_is(
    raw: str, found: list[tuple[str, str | None]]
) -> None:
    assert [(link.url, link.role) for link in _links(f"{HEAD}{raw}}}")] == found


LONG = wrap("https://example.org/docs/guide.html")
LONG_A, LONG_B = LONG[:80], LONG[80:]
BREAKS = {
    "paragraph": "\\par ",
    "line": "\\line ",
    "line without a space": "\\line\r\n",
    "cell": "\\cell ",
    "row": "\\cell\\row\\trowd\\intbl ",
    "page": "\\page ",
    "formatting": "\\par\\pard\\plain\\f1{\\b }",
    "blanks": "  \\par   ",
}


@pytest.mark.parametrize("border", BREAKS.values(), ids=BREAKS)
def test_what_a_border_cuts_is_one_link(border: str) -> None:
    raw = f"{HEAD}See {LONG_A}{border}{LONG_B}\\par more}}"
    (link,) = _links(raw)
    assert (link.target, str(link.place)) == ("https://example.org/docs/guide.html", "paragraph 1")
    cleaned = _cleaned(raw)
    assert cleaned == raw.replace(LONG_A, "https://example.org/docs/guide.html").replace(LONG_B, "")
    assert [link.target for link in _links(cleaned)] == ["https://example.org/docs/guide.html"]


def test_a_footnote_is_another_text() -> None:
    raw = f"{HEAD}See {LONG_A}{{\\footnote {LONG_A}\\par {LONG_B}}}\\par {LONG_B}\\par x}}"
    assert [(link.target, str(link.place)) for link in _links(raw)] == [
        ("https://example.org/docs/guide.html", "paragraph 1"),
        ("https://example.org/docs/guide.html", "part footnote, paragraph 1"),
    ]
    assert "safelinks" not in _cleaned(raw)


def test_a_first_piece_that_somebody_made_a_link() -> None:
    raw = f"{HEAD}See {_field(LONG_A, LONG_A)}\\par {LONG_B}\\par more}}"
    links = _links(raw)
    assert [link.role for link in links] == [None, Role.LINK_TEXT]
    assert links[1].target == "https://example.org/docs/guide.html"


VALUES = st.text("ab.,!?:;()[]{}'\"\\/#&=%+~*_é日\U0001f600 ", max_size=30).map(
    lambda rest: f"https://example.org/{rest}z."
)


@given(st.lists(VALUES, min_size=1, max_size=5))
def test_a_field_is_read_to_its_end(urls: list[str]) -> None:
    body = "".join(_field(url, "x") + _field(wrap(url), "x") for url in urls)
    document = read(f"{HEAD}{body}}}".encode(), "x")
    assert [link.url.replace(" ", "%20") for link in document.links[::2]] == [
        url.replace(" ", "%20") for url in urls
    ]
    again = read(document.cleaned(), "x")
    assert not any(link.wrapped for link in again.links)
    assert len(again.links) == len(document.links)
    assert again.cleaned() == document.cleaned()
