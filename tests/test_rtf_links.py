"""RTF: addresses of fields, text of links, and links that a document cuts."""

from __future__ import annotations

import pytest
from building import wrap
from hypothesis import given
from hypothesis import strategies as st

from safelinks import read
from safelinks.addresses.roles import Role
from safelinks.documents.rtf.rtf_tokens import rtf_escaped

A = "https://a.example"
TARGET = "https://example.org/docs/guide.html"
LINK = wrap(TARGET)
Seen = list[tuple[str, Role | None]]


def _field(arguments: str, result: str) -> str:
    return rf"{{\field{{\*\fldinst{{ HYPERLINK {arguments} }}}}{{\fldrslt{{{result}}}}}}}"


CASES: dict[str, tuple[str, Seen]] = {
    "blank": (_field(f'"{A}/a b."', "x"), [(f"{A}/a%20b.", None)]),
    "no quotes": (_field(f"{A}/a.", "x"), [(f"{A}/a.", None)]),
    "place": (_field(rf'"{A}/a" \\l "sec"', "x"), [(f"{A}/a#sec", None)]),
    "tip": (_field(rf'"{A}/a." \\o "see {A}/tip."', "x"), [(f"{A}/a.", None), (f"{A}/tip", None)]),
    "escapes": (_field(rf'"{A}/a\'e9\{{b\}}."', "x"), [(f"{A}/aé{{b}}.", Role.TEMPLATE)]),
    "text of a link": (
        f"{A}/1 " + _field(f'"{A}/a"', f"{A}/sho…") + f" {A}/3",
        [(f"{A}/1", None), (f"{A}/a", None), (f"{A}/sho", Role.LINK_TEXT), (f"{A}/3", None)],
    ),
    "text of a place": (_field(r'\\l "sec"', f"{A}/x"), [(f"{A}/x", Role.LINK_TEXT)]),
    "other field": (rf"{{\field{{\*\fldinst REF x}}{{\fldrslt {A}/x}}}}", [(f"{A}/x", None)]),
    "field in a link": (
        rf"{{\field{{\*\fldinst HYPERLINK \"{A}/a\"}}{{\fldrslt {{\field{{\*\fldinst REF x}}{{\fldrslt {A}/x}}}}}}}}".replace(r"\"", '"'),
        [(f"{A}/a", None), (f"{A}/x", Role.LINK_TEXT)],
    ),
    "note": (rf"{A}/1\par {{\footnote {A}/2}}{A}/3", [(f"{A}/1", None), (f"{A}/2", None), (f"{A}/3", None)]),
}  # fmt: skip


@pytest.mark.parametrize(("content", "seen"), CASES.values(), ids=CASES)
def test_addresses(content: str, seen: Seen) -> None:
    raw = f"{{\\rtf1 {content}}}".replace("…", r"\'85").encode("ascii")
    document = read(raw, "x.rtf")
    assert [(link.url, link.role) for link in document.links] == seen
    assert document.cleaned() == raw


CUTS = (r"\par ", r"\par" + "\r\n", r"\line ", r"\cell ", r"{\b }", r"}{", r"\b0 ", r"\row ")


@pytest.mark.parametrize("cut", CUTS)
def test_a_link_that_is_cut_is_one(cut: str) -> None:
    at = LINK.index("guide")
    raw = f"{{\\rtf1{{ See {LINK[:at]}{cut}{LINK[at:]} end}}}}"
    document = read(raw.encode(), "x.rtf")
    assert [(link.target, link.place.paragraph) for link in document.links] == [(TARGET, 1)]
    cleaned = document.cleaned().decode()
    assert "safelinks" not in cleaned
    assert [link.url for link in read(cleaned.encode(), "x.rtf").links] == [TARGET]
    assert cut.strip() in cleaned


def test_paragraphs_keep_their_numbers() -> None:
    document = read(
        rf"{{\rtf1 {A}/1\par x\par\pard {A}/2\line {A}/3\par {{\header {A}/4}}}}".encode(), "x.rtf"
    )
    assert [(link.url, str(link.place)) for link in document.links] == [
        (f"{A}/1", "paragraph 1"), (f"{A}/2", "paragraph 3"), (f"{A}/3", "paragraph 3"),
        (f"{A}/4", "part header"),
    ]  # fmt: skip


@given(path=st.text(st.sampled_from("aZ09 .,;:!?()[]{}'*_~|-+=@&#$é中"), max_size=12))
def test_what_a_field_holds_is_read(path: str) -> None:
    url = f"{A}/x{path}".strip()
    field = _field(f'"{rtf_escaped(url)}"', "x")
    raw = f"{{\\rtf1 {field}}}".encode()
    (link,) = read(raw, "x.rtf").links
    assert link.url == url.replace(" ", "%20")
