"""The City's catalog as it comes: tables beside the entries, which are read when they are met."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from city_tables import city_tables

from safelinks import Catalog, CatalogError
from safelinks.catalog import Resource, catalog_files
from safelinks.catalog.city_catalog import TABLES_FILE, EntriesOnDemand, city_layers
from safelinks.catalog.layering import layers_of

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

EAGER = layers_of(catalog_files.nyc())
AS_IT_COMES, MADE_ANEW = Catalog.nyc(), Catalog._of(EAGER)
CASES = Path(__file__).parent / "data" / "catalog" / "addresses.csv"
URLS = [row["url"] for row in csv.DictReader(CASES.read_text("utf-8").splitlines())]


def test_the_tables_are_those_of_the_entries() -> None:
    written = catalog_files.packaged(TABLES_FILE).read_text("utf-8")
    assert written == city_tables(), "run .venv/bin/python tests/support/city_tables.py"


def test_every_entry_is_the_same_whenever_it_is_read() -> None:
    layers = city_layers()
    for ident in reversed(list(EAGER.resources)):
        assert layers.resources[ident] == EAGER.resources[ident]
    for acronym in reversed(list(EAGER.agencies)):
        assert layers.agencies[acronym] == EAGER.agencies[acronym]
    assert list(layers.resources) == list(EAGER.resources)
    assert list(layers.agencies) == list(EAGER.agencies)
    assert layers.layers == (catalog_files.nyc(),)


@pytest.mark.parametrize("change", [str, "{}?a=1".format, "{}/more".format, str.upper])
def test_an_address_is_the_same_by_both(change: Callable[[str], str]) -> None:
    for url in map(change, URLS):
        one, other = AS_IT_COMES.identify(url), MADE_ANEW.identify(url)
        assert one == other
        assert one.reason == other.reason
        assert AS_IT_COMES.covering(url) == MADE_ANEW.covering(url)
        assert AS_IT_COMES.suspicions(url) == MADE_ANEW.suspicions(url)


def test_names_are_the_same_by_both() -> None:
    text = "\n".join(name for one in EAGER.resources.values() for name in one.names)
    mentions = [(one.resource.id, one.start) for one in AS_IT_COMES.names.found_in(text)]
    assert mentions == [(one.resource.id, one.start) for one in MADE_ANEW.names.found_in(text)]
    assert len({ident for ident, _ in mentions}) > 300
    assert AS_IT_COMES.hosts == MADE_ANEW.hosts
    for body in EAGER.agencies.values():
        for name in (body.acronym, body.name, *body.former_names, *body.slugs):
            assert AS_IT_COMES.agency(name) == MADE_ANEW.agency(name)


def test_only_what_is_met_is_read() -> None:
    read = []

    def entry_of(value: object) -> Resource:
        read.append(value)
        return Resource(str(value), "x")

    entries = EntriesOnDemand(b'x"a" "b"', {"a": (1, 4), "b": (5, 8)}, entry_of)
    assert "b" in entries
    assert "c" not in entries
    assert list(entries) == ["a", "b"]
    assert len(entries) == 2
    assert read == []
    assert entries["b"] is entries["b"]
    assert entries.get("c") is None
    assert read == ["b"]
    assert [one.id for one in entries.values()] == ["a", "b"]
    assert read == ["b", "a"]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files of the catalog that a test may change."""
    shutil.copytree(catalog_files.packaged("."), tmp_path / "data")
    monkeypatch.setattr(catalog_files, "_DATA", tmp_path / "data")
    return tmp_path / "data"


def test_a_changed_entry_is_believed(data: Path) -> None:
    assert isinstance(city_layers().resources, EntriesOnDemand)
    path = data / "nyc-resources.json"
    entries = json.loads(path.read_text("utf-8"))
    entries["resources"][0] |= {"name": "Another", "url": "https://another.example/"}
    path.write_text(json.dumps(entries))
    catalog = Catalog._of(city_layers())
    match = catalog.identify("https://another.example/")
    assert match.resource is not None
    assert match.resource.name == "Another"
    assert [one.resource.name for one in catalog.names.found_in("at Another")] == ["Another"]


@pytest.mark.parametrize("name", [TABLES_FILE, *catalog_files.NYC, catalog_files.FEDERAL_LIST])
def test_a_missing_file_is_told(data: Path, name: str) -> None:
    (data / name).unlink()
    with pytest.raises(CatalogError, match=rf"damaged \(.*{name}'\): reinstall it"):
        city_layers()


_NO_OBJECT = ["", "{", "1", '{"checksum": 1', "\0", "\udcff"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        *((TABLES_FILE, content) for content in (*_NO_OBJECT, "[]", "{}")),
        *(("nyc-resources.json", content) for content in (*_NO_OBJECT, '{"resources": [{}]}')),
    ],
)
def test_a_damaged_file_is_told(data: Path, name: str, content: str) -> None:
    (data / name).write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(CatalogError, match=r"damaged \(.+\): reinstall it"):
        city_layers()


@pytest.mark.parametrize("part", ["resources", "agencies", "bodies", "addresses"])
def test_a_table_that_is_not_there_is_told(data: Path, part: str) -> None:
    tables = json.loads((data / TABLES_FILE).read_bytes())
    (data / TABLES_FILE).write_text(
        json.dumps(tables | {part: {}}).replace(f'"{part}": {{}}', '"x": 1')
    )
    with pytest.raises(CatalogError, match="damaged"):
        city_layers()
