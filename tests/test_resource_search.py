"""`search`: what a catalog answers to words, and to words with a typo."""

from __future__ import annotations

import pytest

from safelinks.catalog import Agency, Resource
from safelinks.catalog.resource_search import search

AGENCIES = {"DCP": Agency("DCP", "Department of City Planning"), "X": Agency("X", "The X Office")}


def _resource(ident: str, name: str, agency: str = "X", **more: object) -> Resource:
    values = {"id": ident, "name": name, "agency": agency, "sources": ("a test",), **more}
    return Resource(**values)  # type: ignore[arg-type]


RESOURCES = [
    _resource("zola", "ZoLa", "DCP", aliases=("Zoning and Land Use Map",)),
    _resource("zap", "Zoning Application Portal", "DCP"),
    _resource("passport", "PASSPort", description="Buying and selling, with vendors."),
    _resource("passport-public", "PASSPort Public"),
    _resource("cafe", "Café’s Permits", category="permits"),
    _resource("fire-map", "Fire’s Map"),
]

FOUND = {
    "all of a name first": ("passport", ["passport", "passport-public"]),
    "all words": ("passport public", ["passport-public"]),
    "in any order": ("public passport", ["passport-public"]),
    "an alias": ("land use", ["zola"]),
    "an alias, whole": ("zoning and land use map", ["zola"]),
    "two names": ("zoning", ["zola", "zap"]),
    "the start of a word": ("zon", ["zola", "zap"]),
    "one letter": ("z", []),
    "within a word": ("sspor", ["passport", "passport-public"]),
    "two letters within a word": ("ss", []),
    "a typo": ("pasport", ["passport", "passport-public"]),
    "a typo in the first letter": ("zassport", []),
    "another word that is near": ("boning", []),
    "a typo in a short word": ("mup", []),
    "accents and case": ("CAFES", ["cafe"]),
    "an apostrophe": ("fire's", ["fire-map"]),
    "a body": ("planning", ["zola", "zap"]),
    "its letters": ("dcp", ["zola", "zap"]),
    "a description": ("vendors", ["passport"]),
    "a name before a description": ("permits", ["cafe"]),
    "most of the words": ("passport nonsense", ["passport", "passport-public"]),
    "one word twice": ("public public", ["passport-public"]),
    "nothing": ("", []),
    "no word": ("!?", []),
    "no such thing": ("xyzzy", []),
}


@pytest.mark.parametrize("case", FOUND)
def test_search(case: str) -> None:
    text, expected = FOUND[case]
    assert [one.id for one in search(text, RESOURCES, AGENCIES)] == expected


def test_the_order_of_the_catalog_does_not_count() -> None:
    for text, expected in FOUND.values():
        assert [one.id for one in search(text, reversed(RESOURCES), AGENCIES)] == expected


def test_a_resource_of_an_unknown_body_is_found_by_its_name() -> None:
    assert [one.id for one in search("zoning", RESOURCES, {})] == ["zola", "zap"]
    assert search("planning", RESOURCES, {}) == []


def test_what_is_far_behind_the_best_is_left_out() -> None:
    """Of a word in a name and the same in a description, the first is meant."""
    entries = [_resource("a", "Parks"), _resource("b", "Trees", description="In parks.")]
    assert [one.id for one in search("parks", entries, AGENCIES)] == ["a"]
    assert [one.id for one in search("parks", entries[1:], AGENCIES)] == ["b"]
