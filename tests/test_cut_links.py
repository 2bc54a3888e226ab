"""Links of every wrapper, cut at any places by anything that cuts links: whole, or lost.

A property, for which `SAFELINKS_EXPLORE` sets the number of examples.
"""

from __future__ import annotations

import os
import re
from itertools import product

import pytest
from cutting import LINKS, SURROUNDINGS, Surroundings
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import all_rows

from safelinks import clean, find
from safelinks.wrappers.vendors.wrapper_table import WRAPPERS

EXAMPLES = int(os.environ.get("SAFELINKS_EXPLORE", "300"))
_RECIPIENT = re.compile(r"%40example|xample(?:\.|%2E)org%7C|%7C[0-9a-f]{8}", re.IGNORECASE)

hosts = st.sampled_from(["example.org", "lore.kernel.org", "www.a-b.example", "nyc.gov"])
segments = st.text("abcdefghijklmnopqrstuvwxyz0123456789-._~", min_size=1, max_size=9)
tails = st.sampled_from(["", "?a=1", "?a=1&b=x%20y", "#frag", "(1)", "/@me"])
targets = st.builds(
    lambda host, path, tail: f"https://{host}/{'/'.join(path)}x{tail}",
    hosts,
    st.lists(segments, min_size=1, max_size=4),
    tails,
)


def test_every_wrapper_that_carries_a_target_is_cut_here() -> None:
    made = {name.partition(",")[0] for name in LINKS}
    missing = {row.id for row in WRAPPERS if row.decode} - made
    assert missing == {"teams-launcher"}  # whose targets are on its own host


@pytest.mark.slow
@given(st.data(), targets, st.sampled_from(sorted(LINKS)), st.sampled_from(sorted(SURROUNDINGS)))
@settings(max_examples=EXAMPLES)
def test_a_cut_link_is_whole_or_lost(
    data: st.DataObject, target: str, name: str, where: str
) -> None:
    link = LINKS[name](target)
    around = SURROUNDINGS[where]
    places = st.integers(1, len(link) - 1)
    cuts = sorted(data.draw(st.sets(places, max_size=5)))
    ends = [*cuts, len(link)]
    separators = data.draw(
        st.lists(st.sampled_from(around.separators), min_size=len(cuts), max_size=len(cuts))
    )
    pieces = [link[start:end] for start, end in zip([0, *cuts], ends, strict=True)]
    cut = pieces[0] + "".join(
        separator + piece for separator, piece in zip(separators, pieces[1:], strict=True)
    )
    _check(around, cut, target)


def _check(around: Surroundings, cut: str, target: str) -> None:
    text = around.before + cut + around.after
    start, end = len(around.before), len(around.before) + len(cut)
    links = [link for link in find(text) if link.start < end and link.end > start]
    # No piece of it is a link to somewhere else: each is the whole target, or lost.
    assert all(link.error or link.target == target for link in links)
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    if links and not any(link.error for link in links):
        (link,) = links
        assert (link.start, link.wrapped) == (start, True)
        assert cleaned.startswith(text[:start])
        assert cleaned.endswith(text[link.end :])
    reported = [link for link in find(cleaned) if link.error]
    for match in _RECIPIENT.finditer(cleaned.replace(target, "x" * len(target))):
        assert any(link.start <= match.start() < link.end for link in reported)


@pytest.mark.parametrize("where", sorted(SURROUNDINGS))
@pytest.mark.parametrize(
    ("name", "places"),
    [
        # "___https:" is like the name of a field, "___" like a line that parts others. A rest of the
        # target that begins with "#" may have lost the sign of a comment: then nothing is joined.
        ("checkpoint", (38, 47, 77)),
        ("checkpoint", (38, 41, 77)),
        ("urldefense-v3", (27, 35, 65)),
    ],
)
def test_a_link_that_is_cut_before_its_target_begins_is_lost(
    name: str, places: tuple[int, ...], where: str
) -> None:
    target = "https://nyc.gov/00000/000000/000000x#frag"
    link = LINKS[name](target)
    around = SURROUNDINGS[where]
    ends = zip((0, *places), (*places, len(link)), strict=True)
    for separator in around.separators:
        _check(around, separator.join(link[start:end] for start, end in ends), target)


@pytest.mark.parametrize(
    "behind",
    [
        "\nReported-by: me\n",
        "\n___\nfooter\n",
        "\n\n__https: opens a target\n",
        "\nhttps://urldefense.com/v3/__https://a.example/__;!!Wq20VSDc2HJr!JjROJwgJI2qytvX$\n",
    ],
)
def test_the_page_of_a_wrapper_is_not_lost_for_what_stands_behind_it(behind: str) -> None:
    first, *_ = find(f"See https://urldefense.com/v3/{behind}")
    assert (first.url, first.error) == ("https://urldefense.com/v3/", None)


@all_rows(product(LINKS, (" and then more.\n", "> and", ") and", "", ", and\nmore", ".\n")))
def test_a_whole_link_beside_prose_is_right(name: str, after: str) -> None:
    target = "https://example.org/a/b-c"
    before = {">": "<", ")": "(see "}.get(after[:1], "See ")
    text = f"{before}{LINKS[name](target)}{after}"
    (link,) = find(text)
    assert link.target == target
    assert clean(text) == f"{before}{target}{after}"
