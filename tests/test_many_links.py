"""A text with very many links: the same is said of them as of few, and little of it is kept."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from building import wrap
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from safelinks import Catalog, read
from safelinks.addresses.place import Place
from safelinks.catalog import resource_names
from safelinks.checks import assessment, collecting, link_groups
from safelinks.checks.pipeline import Check, CheckOptions
from safelinks.cli.program import main
from safelinks.documents import document
from safelinks.links.text_links import Link
from safelinks.reports.jsonl_report import JsonLines
from safelinks.rules import names_in_text
from safelinks.rules.checked_link import Sighting
from safelinks.wrappers.unwrapping import Unwrapped

NAMES = "Payee Information Portal PASSPort MyCity Small Purchase City Record Online\n"
PIECES = [
    "See https://a.example/1 for more.\n",
    "The same: <https://a.example/1>, and https://a.example/2#b.\n",
    f"wrapped {wrap('https://a.example/1')} and {wrap('https://a.example/9')}\n",
    f"a script {wrap('javascript:alert(1)')}\n",
    "without a scheme www.a.example/1 and nyc.gov/mocs\n",
    "harmless hxxps://evil[.]example/a and https://evil[.]example/b\n",
    "Payee Information Portal: https://elsewhere.example/pip\n",
    "PASSPort is at https://www.nyc.gov/passport and http://www.nyc.gov/pip\n",
    "odd http://a.example:99999/ mailto:a@b.example https://user:secret@a.example/\n",
    "https://one.example/{id} https://a.example/1\n\n",
    NAMES,
]


@pytest.fixture
def _as_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is done only for many links is done for any."""
    monkeypatch.setattr(document, "_LARGE", 0)
    monkeypatch.setattr(link_groups, "_MANY", 1)
    monkeypatch.setattr(assessment, "_MANY", 1)
    monkeypatch.setattr(collecting, "_MOST_REMEMBERED", 0)
    monkeypatch.setattr(names_in_text, "_MOST_TARGETS", 0)
    monkeypatch.setattr(resource_names, "_PIECE", 40)


TEXTS = {
    "each once": PIECES,
    "each twice": [*PIECES, "\n", *reversed(PIECES)],
    "one again and again": [PIECES[0]] * 5,
    "names first": [NAMES, "\n", *PIECES],
    "with a comment": [*PIECES, "safelinks: ignore[SL301] https://a.example/1\n", PIECES[1]],
    "no link": ["Nothing to see here.\n"],
}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("options", [[], ["--show-recipients"], ["--keep-redirectors"]])
def test_the_same_is_said_of_many_links(
    text: str, options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("".join(TEXTS[text]))
    Path("b.md").write_text("[a](https://a.example/1) [b](gone.md) `https://a.example/3`\n")
    Path("c.txt").write_text("".join(PIECES))
    args = ["check", "--offline", *options, "--format", "jsonl", "a.txt", "b.md", "c.txt"]
    expected = CliRunner().invoke(main, args)
    request.getfixturevalue("_as_many")
    told = CliRunner().invoke(main, args)
    assert told.exception is None or isinstance(told.exception, SystemExit)
    assert (told.stdout, told.stderr, told.exit_code) == (
        expected.stdout, expected.stderr, expected.exit_code,
    )  # fmt: skip


@given(st.lists(st.sampled_from([*PIECES, *NAMES.split(), "\n", " "])).map("".join))
def test_names_are_found_in_pieces_of_a_text(text: str) -> None:
    names = Catalog.nyc().names
    expected = list(names.found_in(text))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(resource_names, "_PIECE", 20)
        assert list(names.found_in(text)) == expected


def _lines(check: Check) -> Iterator[str]:
    lines = JsonLines(check.assessment, check.mark)
    yield from lines.begin()
    yield from lines.pass_by()
    yield from lines.end(check.report())


def _peak(links: int) -> int:
    """The memory that it takes at most to report so many links, none of which is kept here."""
    rows = (f"https://www.a.example/notices/{links}/{number}\n" for number in range(links))
    text = "".join(rows).encode()
    tracemalloc.start()
    try:
        check = Check([read(text, "x.txt")], Catalog.nyc(), CheckOptions(local_links=None))
        assert sum(1 for _ in _lines(check)) == links + 2
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.usefixtures("_as_many")
def test_little_is_kept_of_a_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource_names, "_PIECE", 1_000)
    _peak(100)
    few, many = _peak(300), _peak(1_300)
    assert (many - few) / 1_000 < 700  # bytes, of which 300 are an address taken apart, in a cache


@pytest.mark.parametrize("place", [Place(3, (1 << 30) - 1), Place(3, 1 << 30), Place(1 << 30, 1)])
def test_a_place_of_any_size_is_kept_as_it_is(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_groups, "_MANY", 0)
    groups = link_groups.LinkGroups()
    url = "https://a.example/1"
    link = Link(url, 0, len(url), place, Unwrapped(url, url))
    key = groups.add("a.txt", link, Sighting(place), ())
    assert [sighting.place for sighting in groups[key].sightings] == [place]
