"""The files of a catalog: those that come with safelinks, and those of others.

It finds and reads them; what is in them is understood elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from safelinks.catalog.entries import Agency, Contents
from safelinks.catalog.entry_readers import read_contents
from safelinks.errors import CatalogError, DocumentError
from safelinks.files.file_access import bytes_of

if TYPE_CHECKING:
    from safelinks.catalog.search_words import Words
    from safelinks.files.data.data_file import Source

__all__ = [
    "KEYWORDS",
    "NYC",
    "keywords_in",
    "nyc",
    "packaged",
    "search_words",
    "source_of",
    "with_listed_domains",
]

_DATA = Path(__file__).parent / "data"
NYC = ("nyc-resources.json", "nyc-agencies.json", "nyc-conventions.json")
KEYWORDS, _WORDS = "nyc-keywords.json", "search-words.json"
_FEDERAL, FEDERAL_LIST = "USGOV", "us-federal-domains.txt"


def packaged(name: str) -> Path:
    """The data file `name` that comes with safelinks."""
    return _DATA / name


def nyc() -> Contents:
    """All that is in the catalog of the City of New York."""
    data: dict[str, object] = {}
    for name in NYC:
        data |= json.loads(packaged(name).read_text("utf-8"))
    contents, wrong = read_contents(data)
    if wrong:
        raise CatalogError(f"the built-in catalog is damaged ({wrong[0]}): reinstall it")
    agencies = tuple(map(with_listed_domains, contents.agencies))
    return evolve(contents, keywords_file=KEYWORDS, agencies=agencies)


def with_listed_domains(body: Agency) -> Agency:
    """`body`; the federal government with its domains, which are a list of its own."""
    if body.acronym != _FEDERAL:
        return body
    lines = packaged(FEDERAL_LIST).read_text("ascii").splitlines()
    federal = tuple(line for line in lines if line and not line.startswith("#"))
    return evolve(body, owns=body.owns + federal)


@lru_cache(maxsize=1)
def search_words() -> Words:
    """Which words say nothing in a search, and which are as good as the same."""
    from safelinks.catalog.search_words import Words, folded  # noqa: PLC0415  for who searches

    data = json.loads(packaged(_WORDS).read_text("utf-8"))
    same = {folded(word): folded(group[0]) for group in data["same"] for word in group[1:]}
    words = Words(
        frozenset(map(folded, data["small"])), same, frozenset(map(folded, data["light"]))
    )
    others = (frozenset(words.of(phrase)) for phrase in data["others"])
    return evolve(words, others=tuple(others))


@lru_cache(maxsize=1)
def keywords_in(name: str) -> Mapping[str, Sequence[str]]:
    """What the file `name`, which comes with safelinks, has of keywords, by ids of resources."""
    found: Mapping[str, Sequence[str]] = json.loads(packaged(name).read_text("utf-8"))["keywords"]
    return found


def source_of(path: Path) -> Source:
    """A catalog file, read. Raises CatalogError, in one sentence with the remedy."""
    from safelinks.files.data.data_file import parse_json, parse_toml  # noqa: PLC0415  the City's catalog needs neither

    try:
        raw = bytes_of(path)
    except DocumentError as error:
        raise CatalogError(str(error)) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise CatalogError(f"{path}, line {line}: not UTF-8; save it as UTF-8") from None
    parse = parse_toml if path.suffix.lower() == ".toml" else parse_json
    return parse(text, str(path))
