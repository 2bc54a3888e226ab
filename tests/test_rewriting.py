"""What was written is read again: a place that does not say what was meant stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve, field, frozen
from building import RECIPIENT, wrap
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import safelinks
from safelinks.cli.program import main
from safelinks.documents.content.document_content import TextContent
from safelinks.documents.passages.encodings import UTF_8
from safelinks.links.text_links import Peel

A, B, C = (wrap(f"https://{name}.example/page") for name in "abc")
TEXT = f"1 {A}\n2 https://x.example/\n3 {B}\n4 {C}\n"


@frozen
class _Faulty(TextContent):
    """A text whose writer makes `wrong` of what is `right`."""

    right: str = field(kw_only=True)
    wrong: str = field(kw_only=True)

    def cleaned(self, peel: Peel) -> bytes:
        return super().cleaned(peel).replace(self.right.encode(), self.wrong.encode())


def _document(right: str, wrong: str, text: str = TEXT) -> safelinks.Document:
    document = safelinks.read(text.encode(), "a.txt")
    return evolve(document, content=_Faulty(text, UTF_8, right=right, wrong=wrong))


@pytest.mark.parametrize(
    "wrong",
    ["https://b.example/pag", "https://b.example/pageX", "https://b.example/page%20", "https://evil.example/", "b", "",
     "https://b.example/page https://new.example/", "https://b.example/page(", "ftp://b.example/page"],
)  # fmt: skip
def test_a_place_that_would_be_read_as_something_else_stays(wrong: str) -> None:
    cleaned = _document("https://b.example/page", wrong).cleaning()
    assert cleaned.content.decode() == TEXT.replace(A, "https://a.example/page").replace(
        C, "https://c.example/page"
    )
    assert [(link.target, link.line) for link in cleaned.left] == [("https://b.example/page", 3)]


def test_where_a_link_beside_is_harmed_nothing_of_it_is_written() -> None:
    cleaned = _document("2 https://x.example/", "2 https://x.example/harmed").cleaning()
    assert cleaned.content == TEXT.encode()
    assert [link.line for link in cleaned.left] == [1, 3, 4]


def test_all_places_that_are_right_are_written() -> None:
    document = safelinks.read(TEXT.encode(), "a.txt")
    assert document.cleaning().left == ()
    assert document.cleaned().decode().count("safelinks.protection") == 0


def test_a_document_that_could_not_be_opened_again_stays_as_it_was() -> None:
    cleaned = _document("https://b.example/page", "\0").cleaning()
    assert cleaned.content == TEXT.encode()
    assert len(cleaned.left) == 3


def test_the_command_says_which_places_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "notice.txt"
    file.write_text(TEXT)
    right = TextContent.cleaned
    monkeypatch.setattr(
        TextContent, "cleaned", lambda content, peel: right(content, peel).replace(b"//b.", b"//e.")
    )
    result = CliRunner().invoke(main, ["clean", "--in-place", str(file)])
    assert "these links were not changed" in result.stderr
    assert "(line 3)" in result.stderr
    assert RECIPIENT not in result.output
    assert file.read_text().count("safelinks.protection") == 1


# What stands around links in texts, and the links.
_AROUND = st.text(" \n\t.,;:!?'\"()[]{}<>|*_~`#-+=&\\aA1/@é…。", max_size=4)
_TARGETS = st.text("abc/?&=.,;:!'()[]~*_-%#é ", max_size=12).map("https://a.example/{}".format)
_PARTS = st.lists(st.tuples(_AROUND, _TARGETS, st.booleans()), min_size=1, max_size=4)


@given(
    _PARTS,
    st.sampled_from(["a.txt", "a.md", "a.rst", "a.html", "a.xml", "a.json", "a.csv", "a.eml"]),
)
def test_cleaning_changes_nothing_but_wrappers(
    parts: list[tuple[str, str, bool]], name: str
) -> None:
    text = "".join(f"{around} {wrap(url) if wrapped else url}" for around, url, wrapped in parts)
    document = safelinks.read(text.encode(), name)
    cleaned = document.cleaning()
    again = safelinks.read(cleaned.content, name)
    assert again.cleaned() == cleaned.content
    assert len(again.links) == len(document.links)
    left = {link.start for link in cleaned.left}
    for before, after in zip(document.links, again.links, strict=True):
        if before.wrapped and before.start not in left:
            assert not after.wrapped
        if not before.wrapped:
            assert after.url == before.url
