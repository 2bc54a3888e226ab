"""reStructuredText: what is an address, where it ends, and how another is written there."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from building import wrap
from docutils import nodes
from docutils.core import publish_doctree
from doubled import ends
from hypothesis import given
from hypothesis import strategies as st

from safelinks import read
from safelinks.addresses.roles import Role
from safelinks.documents.passages.delimited_addresses import written_value

TARGET = "https://example.org/a"
TEXT = Role.LINK_TEXT

CASES: dict[str, tuple[str, list[str | tuple[str, Role]]]] = {
    "embedded": ("`King <https://e.example/King_Jr.>`_ and `Yahoo <https://e.example/Yahoo!>`__", ["https://e.example/King_Jr.", "https://e.example/Yahoo!"]),
    "embedded, no text": ("`<https://e.example/x.>`_", ["https://e.example/x."]),
    "embedded, underscore at the end": ("`x <https://e.example/x_>`_", ["https://e.example/x_"]),
    "embedded, two lines": ("`the\n  page <https://e.example/a/\n  b.html>`_.", ["https://e.example/a/b.html"]),
    "embedded, blanks": ("`x <https://e.example/a b>`_ `x <https://e.example/a\\ b>`_", ["https://e.example/ab", "https://e.example/a%20b"]),
    "embedded, escapes": (r"`x <https://e.example/a\_b\\c\.>`_", [r"https://e.example/a_b\c."]),
    "address as text": ("`https://t.example/ <https://e.example/x.>`_", [("https://t.example/", TEXT), "https://e.example/x."]),
    "target": (".. _x: https://e.example/x.", ["https://e.example/x."]),
    "target on lines": (".. _x: https://e.example/\n   a/\n   b.\n\nx", ["https://e.example/a/b."]),
    "target on the next line": (".. _x:\n   https://e.example/a.", ["https://e.example/a."]),
    "target with a long name": (".. _a\\: b `c`: https://e.example/x.\n.. _`d: e`: https://e.example/y.", ["https://e.example/x.", "https://e.example/y."]),
    "anonymous": (".. __: https://e.example/x.\n\n__ https://e.example/y.", ["https://e.example/x.", "https://e.example/y."]),
    "target of a target": (".. _x: y_\n.. _z: `a b`_", []),
    "target that is followed by text": (".. _x: https://e.example/x.\nhttps://e.example/y.", ["https://e.example/x.", "https://e.example/y"]),
    "image": (".. image:: https://e.example/a b.png\n   :alt: x\n   :target: https://e.example/x.", ["https://e.example/ab.png", "https://e.example/x."]),
    "figure": (".. figure:: https://e.example/a!\n\n   See https://e.example/b.", ["https://e.example/a!", "https://e.example/b"]),
    "substitution": (".. |x y| image:: https://e.example/a.", ["https://e.example/a."]),
    "in a list": ("- .. image:: https://e.example/a.\n", ["https://e.example/a."]),
    "standalone": ("see https://e.example/x. And (https://e.example/y).", ["https://e.example/x", "https://e.example/y"]),
    "standalone, escaped": (r"see https://e.example/a\_b\_, and", ["https://e.example/a_b_"]),
    "field": (":Home page: https://e.example/x\n", ["https://e.example/x"]),
    "literal": (r"``https://e.example/a\_b``", ["https://e.example/a"]),
    "literal block": ("x::\n\n  .. _x: https://e.example/a.\n\nx", ["https://e.example/a"]),
    "comment": (".. `x <https://e.example/a.>`_", ["https://e.example/a."]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_addresses(text: str, expected: list[str | tuple[str, Role]]) -> None:
    links = read(text.encode(), "a.rst").links
    assert [(link.url, link.role) if link.role else link.url for link in links] == expected


@pytest.mark.parametrize(
    ("text", "label"),
    [("`the PIP <@>`_", "the PIP"), ("`the\nPIP\n<@>`__", "the PIP"), ("`<@>`_", None), (".. _x: @", None), ("x @", None)],
)  # fmt: skip
def test_labels(text: str, label: str | None) -> None:
    assert read(text.replace("@", TARGET).encode(), "a.rst").links[0].label == label


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        ("`x <@>`_ and\n``@``\n\n.. _x: @\n.. @\n", TARGET, TARGET),
        (".. image:: @\n   :target: @\n\n__ @\n", TARGET, TARGET),
        ("`x <@>`_", "https://a.example/x_", "https://a.example/x_"),
        ("`x <@>`_", "https://a.example/a\\_b", "https://a.example/a\\\\_b"),
        ("see @ and", "https://a.example/a_b_", "https://a.example/a_b\\_"),
        ("see @ and", "https://a.example/*a*", "https://a.example/\\*a\\*"),
    ],
)
def test_cleaning(text: str, target: str, expected: str) -> None:
    cleaned = read(text.replace("@", wrap(target)).encode(), "a.rst").cleaned().decode()
    assert cleaned == text.replace("@", expected)
    assert read(cleaned.encode(), "a.rst").cleaned().decode() == cleaned


def test_an_address_on_lines_is_replaced_as_a_whole() -> None:
    cut = "\n   ".join(re.findall(".{1,60}", wrap(TARGET)))
    for text in (".. _x: @\n\nend", "`x <@>`_ end"):
        raw = text.replace("@", cut).encode()
        assert [link.target for link in read(raw, "a.rst").links] == [TARGET]
        assert read(raw, "a.rst").cleaned().decode() == text.replace("@", TARGET)


# --- Held against docutils ---


def _told(text: str) -> list[str]:
    tree = publish_doctree(
        text, settings_overrides={"report_level": 5, "file_insertion_enabled": False}
    )
    return [
        node["uri" if isinstance(node, nodes.image) else "refuri"]
        for node in tree.findall(nodes.Element)
        if isinstance(node, nodes.image) or "refuri" in node
    ]  # fmt: skip


URLS = st.text("abcxyz019/._~-=&;,%+!$()[]{}'|\\*#?: é文", max_size=30).map(
    lambda rest: f"https://example.org/{rest}".strip() + "z"
)
PLACES = ["`x <{}>`__", ".. __: {}\n\n`x`__", ".. image:: {}\n", "`x\n<{}>`__"]


def _escaped(url: str) -> str:
    return url.replace("\\", "\\\\").replace(" ", "\\ ")


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
@given(URLS)
def test_any_address_is_read(place: str, url: str) -> None:
    text = place.format(_escaped(url))
    if url.count("  ") == 0:
        assert set(_told(text)) == {url}
    assert [link.url for link in read(text.encode(), "a.rst").links] == [url.replace(" ", "%20")]


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
@given(URLS)
def test_any_target_is_written(place: str, target: str) -> None:
    cleaned = read(place.format(wrap(target)).encode(), "a.rst").cleaned().decode()
    assert [link.url for link in read(cleaned.encode(), "a.rst").links] == [written_value(target)]
    assert {unquote(url) for url in _told(cleaned)} == {unquote(written_value(target))}


@pytest.mark.slow
@given(st.text("abc/._-=&%+*_", max_size=20).map("https://example.org/x{}z".format))
def test_any_target_is_written_into_a_text(target: str) -> None:
    cleaned = read(f"see {wrap(target)} now".encode(), "a.rst").cleaned().decode()
    assert [link.target for link in read(cleaned.encode(), "a.rst").links] == [target]
    assert _told(cleaned) == [target]


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    ["`", "<", "`x <", "`x <a>`_", "<a>`_", ".. _", ".. _x", ".. _x: ", ".. _x: y\n", ".. __: \n  ", "__ ", "__ x\n  ", "\\", "\\ ",
     ".. image:: ", ".. |x", ":target: x", "x::\n\n y\n", "``", "``x`` ", " :url: x\n", "- .. _x: a\n"],
)  # fmt: skip
def test_hostile_texts_end(piece: str) -> None:
    ends(piece, "a.rst")
