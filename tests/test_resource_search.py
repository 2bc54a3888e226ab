"""`search`: what a catalog answers to words, and to words with a typo."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from catalog_cases import typed

from safelinks import Catalog
from safelinks.catalog import Agency, Resource
from safelinks.catalog.resource_search import Search, search
from safelinks.catalog.search_words import Words

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

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


def _weak(text: str, entries: list[Resource]) -> list[tuple[str, bool]]:
    return [(one.resource.id, one.weak) for one in Search(entries, AGENCIES).answers(text)]


def test_what_may_be_chance_is_called_weak() -> None:
    assert _weak("passport nonsense", RESOURCES) == [("passport", True), ("passport-public", True)]
    assert _weak("vendors", RESOURCES) == [("passport", True)]
    assert _weak("passport", RESOURCES)[0] == ("passport", False)


def test_keywords_count_like_names_and_are_of_any_language() -> None:
    entries = [
        _resource("snap", "Benefits", keywords=("food stamps", "食品券", "cupones de alimentos")),
        _resource("food", "Food Stamp Museum"),
    ]
    more = Search(entries, AGENCIES, keywords={"food": ["museo"]})
    for text, first in {
        "food stamps": "snap",
        "apply for food stamps": "snap",
        "申请食品券": "snap",
        "cupones alimentos": "snap",
        "museo": "food",
    }.items():
        assert more.answers(text)[0].resource.id == first, text


def test_an_acronym_is_first_of_all_its_body() -> None:
    agencies = {"HPD": Agency("HPD", "Housing", former_acronyms=("HDA",))}
    entries = [
        _resource("hpd-online", "HPD Online", "HPD"),
        _resource("site-hpd", "Housing web site, which has a long name", "HPD", category="agency-site"),
    ]  # fmt: skip
    words = Words(small=frozenset({"online"}))
    for text in ("HPD", "hpd", "HDA"):
        assert Search(entries, agencies, words).answers(text)[0].resource.id == "site-hpd"
    assert Search(entries, agencies, words).answers("hpd online")[0].resource.id == "hpd-online"


def test_letters_that_have_changed_places() -> None:
    entries = [_resource("records", "Open Records"), _resource("city", "City Record")]
    for text in ("opne records", "open recrods", "openn record", "opn records"):
        assert search(text, entries, AGENCIES)[0].id == "records", text
    assert search("penop", entries, AGENCIES) == []


def test_words_that_are_as_good_as_the_same() -> None:
    words = Words(small=frozenset({"the"}), same={"licence": "license"})
    assert words.that_matter("The Dog Licence") == ["dog", "license"]
    assert words.that_matter("the") == ["the"]


SAME = Words(same={"house": "housing", "teenager": "teen"}, light=frozenset({"find", "old"}))


def _best(text: str, entries: list[Resource], words: Words = SAME) -> tuple[str, bool] | None:
    found = Search(entries, AGENCIES, words).answers(text)
    return (found[0].resource.id, found[0].weak) if found else None


def test_a_word_may_be_mistyped_for_one_that_is_as_good_as_another() -> None:
    entries = [_resource("lottery", "Housing Lottery"), _resource("house", "House Plants")]
    for text in ("house lottery", "hause lottery", "housing lotery"):
        assert _best(text, entries[:1]) == ("lottery", False), text


def test_words_of_a_family_are_near_but_alone_not_enough() -> None:
    entries = [_resource("jail", "Jail Visit"), _resource("compost", "Composting at Home")]
    assert _best("jail visitors", entries) == ("jail", False)
    assert _best("compostable", entries) is None
    assert _best("visitation", entries) == ("jail", True)


def test_only_a_word_that_nobody_has_may_be_mistyped_or_begun() -> None:
    entries = [
        _resource("a", "Contact List"),
        _resource("b", "Contract List"),
        _resource("c", "Care"),
    ]
    found = Search(entries, AGENCIES).answers("contract")
    assert [one.resource.id for one in found] == ["b"]
    more = [*entries, _resource("d", "Car"), _resource("e", "Postings")]
    assert _best("car", more) == ("d", False)
    assert _best("post", more) == ("e", False)
    words = Words(light=frozenset({"office"}))
    assert _best("post office", more, words) == ("e", True)  # only the last word may be begun
    entries = [_resource("a", "Купон"), _resource("b", "Купол")]
    found = Search(entries, AGENCIES).answers("купон нет")
    assert [one.resource.id for one in found] == ["a"]


def test_light_words_say_little_and_words_that_are_left_out_much() -> None:
    entries = [
        _resource("tree", "Fallen Tree"),
        *(_resource(f"m{n}", f"Map {n}") for n in range(9)),
    ]
    assert _best("find old fallen tree", entries) == ("tree", False)
    assert _best("tree", entries) == ("tree", False)
    assert _best("tree map", entries) == ("tree", True)  # whoever has maps is not meant


def test_what_others_have_is_only_found_by_all_of_its_name() -> None:
    entries = [_resource("passport", "PASSPort", aliases=("PASSPort Office",))]
    words = Words(others=(frozenset({"passport", "photo"}), frozenset({"passport", "office"})))
    assert _best("passport photos", entries, words) == ("passport", True)
    assert _best("passport office", entries, words) == ("passport", False)
    assert _best("passport", entries, words) == ("passport", False)


def test_chinese_words_are_compared_by_their_characters() -> None:
    entries = [_resource("lottery", "Lottery", keywords=("房屋抽签",)), _resource("x", "食品券")]
    assert _best("住房抽签", entries) == ("lottery", False)
    assert _best("住房", entries) is None
    assert _best("天气预报", entries) is None


EVERYDAY = Path(__file__).parent / "data" / "catalog" / "searches.csv"
with EVERYDAY.open(encoding="utf-8", newline="") as opened:
    ROWS = list(csv.DictReader(opened))


@pytest.mark.parametrize("row", ROWS, ids=[row["words"] for row in ROWS])
def test_everyday_words(row: dict[str, str]) -> None:
    """One of the resources is among the first three; where there is none, nothing is said."""
    found = [one.id for one in Catalog.nyc().find(row["words"])]
    wanted = row["resources"].split()
    assert set(found[:3]) & set(wanted) if wanted else not found, found


def test_what_people_type_is_found_and_nothing_else_shown_as_if_it_were_right() -> None:
    """Misspelt, plural, everyday, and in other languages; what is weak is called so."""
    found = typed()
    assert found.wrong == []
    assert len(found.right) >= 0.99 * len(found.asked)
    assert len(found.sure) >= 0.91 * len(found.asked)
