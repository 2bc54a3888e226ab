"""A catalog from a table of names and addresses: what it says, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from documented import ROOT
from hypothesis import given
from hypothesis import strategies as st

from safelinks import Catalog
from safelinks.catalog.entries import Confidence
from safelinks.catalog.service_table import WRITTEN_AS, Owner, catalog_text, read_services
from safelinks.cli.program import main

EXAMPLE = ROOT / "examples" / "riverbend.csv"
CITY = Owner("City of Riverbend", "RIVERBEND", ("riverbend.example",))


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["catalog", "new", *map(str, arguments)])


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "services.csv"


@pytest.mark.parametrize("kind", ["toml", "json"])
@pytest.mark.parametrize("base", [Catalog(), Catalog.nyc()], ids=["alone", "over the City's"])
def test_the_example_is_a_catalog_in_order(kind: str, base: Catalog) -> None:
    read = read_services(EXAMPLE.read_text("utf-8"), "riverbend.csv", CITY, base)
    assert read.faults == ()
    source = WRITTEN_AS[kind](catalog_text(read.contents, kind), f"riverbend.{kind}")
    assert read.checked(source, base) == ()
    catalog, _ = base.under(source)
    assert catalog is not None
    found = catalog.identify("https://www.riverbend.example/dob/permits.asp")
    assert found.resource is not None
    assert found.resource.name == "Building Permits Online"
    assert found.current_url == "https://permits.riverbend.example/apply"
    assert found.agency is not None
    assert found.agency.name == "Department of Buildings"
    for acronym, body in base.agencies.items():
        assert catalog.agencies[acronym] == body
    for name, entry in base.resources.items():
        assert catalog.resources[name] == entry


def test_nothing_is_claimed_that_the_table_does_not_say() -> None:
    text = "name,url\nWiki,https://riverbend.atlassian.net/wiki/home\n"
    read = read_services(text, "a.csv", Owner("City of Riverbend"), Catalog())
    catalog, _ = Catalog().under(WRITTEN_AS["toml"](catalog_text(read.contents, "toml"), "a"))
    assert catalog is not None
    for other in ("https://riverbend.atlassian.net/", "https://other.atlassian.net/wiki/home"):
        found = catalog.identify(other)
        assert (found.resource, found.owner) == (None, None)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("name,url\nA b,https://a.example/\nA-B,https://a.example/b\n", ["a-b", "a-b-2"]),
        ("name,url\nÉtat civil,https://a.example/\n", ["etat-civil"]),
        ("name,url\n図書館,https://library.a.example/\n", ["library-a-example"]),
        ("name,url\nPIP,https://a.example/\n", ["cr-pip"]),  # New York City has one
        ("NAME ; Url\nA;https://a.example/?a=1,2\n", ["a"]),
        ("\n\nurl\tName\nhttps://a.example/\tA\n\n", ["a"]),
    ],
)
def test_ids_are_made_from_names(text: str, ids: list[str]) -> None:
    read = read_services(text, "a.csv", Owner("City of Riverbend"), Catalog.nyc())
    assert (read.faults, [entry.id for entry in read.contents.resources]) == ((), ids)


@pytest.mark.parametrize(
    ("agency", "acronym", "body"),
    [
        ("", "", ("CR", "City of Riverbend")),
        ("city of riverbend", "", ("CR", "City of Riverbend")),
        ("Parks Department", "", ("PD", "Parks Department")),
        ("PARKS", "", ("PARKS", "PARKS")),
        ("Office of the Mayor", "MAYOR", ("MAYOR", "Office of the Mayor")),
        ("", "DOB", ("CR-DOB", "DOB")),  # that of New York City stays what it is
    ],
)
def test_bodies(agency: str, acronym: str, body: tuple[str, str]) -> None:
    text = f"name,url,agency,acronym\nA,https://a.example/,{agency},{acronym}\n"
    read = read_services(text, "a.csv", Owner("City of Riverbend"), Catalog.nyc())
    (entry,) = read.contents.resources
    named = {one.acronym: one.name for one in read.contents.agencies}
    assert (entry.agency, named[entry.agency]) == body


def test_a_body_is_known_again_by_either_name() -> None:
    text = (
        "name,url,agency,acronym\nA,https://a.example/a,Parks Department,PRK\n"
        "B,https://a.example/b,parks department,\nC,https://a.example/c,PRK,\n"
        "D,https://a.example/d,,prk\n"
    )
    read = read_services(text, "a.csv", Owner("City of Riverbend"), Catalog())
    assert {one.agency for one in read.contents.resources} == {"PRK"}
    assert [one.acronym for one in read.contents.agencies] == ["CR", "PRK"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "an empty table; its first row must be name,url"),
        ("name,url\n", "no row below the header; add one for each service"),
        ("name,adress\nA,https://a.example/\n", ", line 1: the header has no column url, only "),
        ("name,url,url\n", ", line 1: two columns are called url; rename one of them"),
        ("name,url\nA,https://a.example/,b\n", ", line 2: more cells than the header has; "),
        ("name,url\nA,\n", ", line 2: this row has no url; write one, or remove the row"),
        ('name,url\n"A\nb",https://a.example/\n,https://b.example/\n', ", line 4: this row has no name"),
        ("name,url\nA,www.a.example\n", ", line 2: www.a.example is not a web address; write all"),
        ("name,url\nA,javascript:alert(1)\n", ", line 2: javascript:alert(1) is not a web address"),
        ("name,url\nA,https://a.example/\nB,http://A.example\n",
         ", line 3: url: already belongs to a; remove one of the two"),
        ("name,url\nA,https://me:pw@a.example/\n", ", line 2: url: must not contain a user name"),
        ("name,url\nA,https://www.nyc.gov/pip\n", ", line 2: url: already belongs to pip; "),
        ('name,url\n"A,https://a.example/\n', ", line 2: not a table in CSV ("),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_nothing_is_written(
    text: str, message: str, table: Path, tmp_path: Path
) -> None:
    table.write_text(text, "utf-8")
    output = tmp_path / "new.toml"
    result = _run(table, "-o", output)
    assert (result.exit_code, result.stdout, output.exists()) == (2, "", False)
    assert f"Error: {table}{message if message[0] == ',' else f': {message}'}" in result.stderr


def test_all_mistakes_are_told(table: Path) -> None:
    table.write_text("name,url\nA,\nB,b\n,https://c.example/\n", "utf-8")
    assert [line.split(": ")[1].rpartition(" ")[2] for line in _run(table).stderr.splitlines()] == [
        "2", "3", "4",
    ]  # fmt: skip


def test_a_table_that_was_exported_is_read_again() -> None:
    exported = CliRunner().invoke(main, ["catalog", "export", "--format", "csv"]).stdout
    read = read_services(exported, "nyc.csv", Owner("New York"), Catalog())
    there = [one for one in Catalog.nyc().resources.values() if one.url is not None]
    assert any("has no url" in fault for fault in read.faults)
    rows = list(csv.reader(io.StringIO(exported)))
    url = rows[0].index("url")
    table = io.StringIO()
    csv.writer(table).writerows(row for row in rows if row[url])
    read = read_services(table.getvalue(), "nyc.csv", Owner("New York"), Catalog())
    assert read.faults == ()
    assert [
        (one.name, one.url, one.aliases, one.former_urls) for one in read.contents.resources
    ] == [(one.name, one.url, one.aliases, one.former_urls) for one in there]


def test_a_table_is_no_proof_and_no_formula() -> None:
    text = "name,url\n'=A1,https://a.example/\n'Tis,https://a.example/b\n"
    read = read_services(text, "a.csv", Owner("X"), Catalog())
    assert [one.name for one in read.contents.resources] == ["=A1", "'Tis"]
    assert {one.confidence for one in read.contents.resources} == {Confidence.MEDIUM}


def test_what_is_not_utf_8(table: Path) -> None:
    table.write_bytes("name,url\nB\u00fcro,https://a.example/\n".encode("cp1252"))
    result = _run(table)
    assert (result.exit_code, result.stderr) == (
        2,
        f"Error: {table}, line 2: not UTF-8; save it as CSV in UTF-8\n",
    )


def test_a_file_is_only_replaced_by_force(table: Path, tmp_path: Path) -> None:
    table.write_text("\ufeffname,url\nA,https://a.example/\n", "utf-8")
    output = tmp_path / "new.json"
    output.write_text("mine")
    refused = _run(table, "-o", output)
    assert (refused.exit_code, output.read_text()) == (2, "mine")
    assert "exists already; use another name, or --force to replace it" in refused.stderr
    assert _run(table, "-o", output, "--force").exit_code == 0
    assert json.loads(output.read_text())["resources"][0]["url"] == "https://a.example/"
    (tmp_path / "table.json").write_text("name,url\nA,https://a.example/\n")
    for bad in ("new.txt", "table.json"):
        assert _run(tmp_path / "table.json", "-o", tmp_path / bad, "--force").exit_code == 2
    assert (tmp_path / "table.json").read_text().startswith("name,url")


def test_what_is_not_used_and_what_may_be_said_is_told(table: Path) -> None:
    own = "https://www.riverbend.org"
    table.write_text(f"name,url,phone\nA,{own}/,5\nB,https://b.riverbend.org/,\n", "utf-8")
    result = _run(table)
    assert result.stderr.splitlines() == [
        f"{table}: the column phone is not used",
        "if every host of riverbend.org is the owner's, say so with --domain riverbend.org",
    ]
    said = _run(table, "--domain", "riverbend.org")
    assert "--domain" not in said.stderr
    assert tomllib.loads(said.stdout)["agencies"][0]["owns"] == ["riverbend.org"]
    table.write_text("name,url\nA,https://riverbend.github.io/\n", "utf-8")
    assert _run(table).stderr == ""  # others have hosts there, too


@pytest.mark.parametrize(
    "host", ["192.0.2.7", "192.0.2.7:8080", "0xC0.0.2.7", "[2001:db8::1]", "localhost:8000", "intranet"]
)  # fmt: skip
def test_the_address_of_a_machine_is_no_domain(host: str, table: Path) -> None:
    table.write_text(f"name,url\nA,http://{host}/a\nB,http://{host}/b\n", "utf-8")
    result = _run(table)
    assert (result.exit_code, result.stderr) == (0, "")


def test_a_domain_of_somebody_else_is_refused(table: Path) -> None:
    table.write_text("name,url\nA,https://www.a.example/\n", "utf-8")
    result = _run(table, "--domain", "nyc.gov")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "nyc.gov already belongs to" in result.stderr


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1, max_size=4),
    st.sampled_from(["toml", "json"]),
)
def test_whatever_the_cells_hold_the_file_says_it_and_no_more(texts: list[str], kind: str) -> None:
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(["name", "url", "description"])
    for number, text in enumerate(texts):
        rows.writerow([f"A {text}", f"https://a.example/{number}", f"B {text}"])
    read = read_services(table.getvalue(), "a.csv", Owner("X"), Catalog())
    assert read.faults == ()
    source = WRITTEN_AS[kind](catalog_text(read.contents, kind), "a")
    assert read.checked(source, Catalog()) == ()
    assert set(source.data) == {"agencies", "resources"}
    catalog, _ = Catalog().under(source)
    assert catalog is not None
    shown = [one.name for one in catalog.resources.values()]
    assert shown == [" ".join(f"A {text}".split()) for text in texts]
    written = catalog_text(read.contents, "toml")
    assert "\x1b" not in written
    assert "\u202e" not in written
