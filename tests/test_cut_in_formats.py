"""A wrapped link that a document cuts is the whole target, or it is lost: in every format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
from building import wrap
from cut_documents import FORMATS
from cutting import LINKS
from hypothesis import given
from hypothesis import strategies as st

from safelinks import read
from safelinks.errors import SafelinksError

TARGETS = (
    "https://example.org/docs/guide.html",
    "https://lore.example.org/arm-scmi/Z8iKErarE0l-HWxEy@mail/?a=1&b=2#c",
    "http://www.example.org/a%20b/(c)_d~e!f",
)
_REST = re.compile(rb"First\.Last|%40example|40example\.org%7C", re.IGNORECASE)


def _cut(link: str, cuts: Sequence[float]) -> list[str]:
    places = sorted({1 + int(cut * (len(link) - 2)) for cut in cuts})
    return [link[start:end] for start, end in zip([0, *places], [*places, None], strict=True)]


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
def test_a_cut_link_is_whole_or_lost(name: str, data: st.DataObject) -> None:
    kind = FORMATS[name]
    target = data.draw(st.sampled_from(TARGETS))
    link = LINKS[data.draw(st.sampled_from(sorted(LINKS)))](target)
    pieces = _cut(link, data.draw(st.lists(st.floats(0, 1), min_size=1, max_size=5)))
    separators = [data.draw(st.sampled_from(kind.separators)) for _ in pieces[1:]]
    raw = kind.document(pieces, separators)
    document = read(raw, f"a{kind.suffix}")
    ends: list[Any] = [link.error or link.target for link in document.links if link.role is None]
    assert ends, "it was not found"
    wrong = [end for end in ends if not isinstance(end, SafelinksError) and end != target]
    assert wrong == []
    cleaned = document.cleaning()
    again = read(cleaned.content, f"a{kind.suffix}")
    assert [one.target for one in again.links] == [one.target for one in document.links]
    assert again.cleaned() == cleaned.content
    if not any(isinstance(end, SafelinksError) for end in ends):
        assert _REST.search(cleaned.content) is None


# What a format joins to the end of a link that was rewritten line by line, or somebody glued to it.
GLUED = {
    "a.rst": ".. _A:\n    {}\n    next-page\n",
    "b.rst": "`a <{}\nnext-page>`_\n",
    "a.yml": 'x: "{}\\\n  next-page"\n',
    "a.html": '<a href="{}\nnext-page">x</a>',
    "b.html": '<a href="{},+2)%0A">x</a>',
    "a.md": "[x]({}next-page)",
    "a.json": '{{"a": "{}/next"}}',
}


@pytest.mark.parametrize("name", GLUED)
def test_what_is_glued_to_the_end_of_a_value_is_not_lost(name: str) -> None:
    link = wrap(TARGETS[0])
    assert link.endswith("&reserved=0")
    text = GLUED[name].format(link)
    document = read(text.encode(), name)
    assert document.cleaned() == text.encode()
    assert [str(one.error) for one in document.links] != ["None"]


@pytest.mark.parametrize(
    ("name", "text", "end"),
    [
        ("a.html", '<a href="{}">x</a>', "#next"),
        ("b.html", '<a href="{}">x</a>', "&x=1"),
        ("a.md", "[x]({})", ""),
        ("a.json", '{{"a": "{}"}}', "."),
    ],
)
def test_a_parameter_or_a_sign_behind_the_end_of_a_value_is_dropped(
    name: str, text: str, end: str
) -> None:
    document = read(text.format(wrap(TARGETS[0]) + end).encode(), name)
    assert document.cleaned().decode() == text.format(TARGETS[0])
