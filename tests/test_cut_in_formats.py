"""A wrapped link that a document cuts is the whole target, or it is lost: in every format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
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
