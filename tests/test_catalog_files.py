"""Catalog files: loaded, put over each other, written out again, and every fault with its place."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attacking import amount
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from safelinks import Catalog, CatalogError
from safelinks.catalog import catalog_files, validate
from safelinks.catalog.catalog_export import EXPORT_FORMATS
from safelinks.catalog.field_readers import WrongError, parameter_name, status_code
from safelinks.catalog.layering import put_over

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

NYC = Catalog.nyc()
SCHEMA = json.loads(catalog_files.packaged("catalog.schema.json").read_text("utf-8"))
SCHEMA_OF_CATALOGS = Draft202012Validator(SCHEMA)

TOML = """
[[agencies]]
acronym = "ACME"
name = "Acme Corporation"
domains = ["www.acme.example"]
owns = ["acme.example"]

[[resources]]
id = "acme-help"
name = "Acme Help"
agency = "ACME"
url = "https://help.acme.example/start"
former_urls = ["https://www.acme.example/support"]
match = [{ kind = "host", value = "help.acme.example" }]
as_of = 2026-11-01
sources = ["the intranet"]
"""
AS_JSON = {
    "agencies": [
        {
            "acronym": "ACME",
            "name": "Acme Corporation",
            "domains": ["www.acme.example"],
            "owns": ["acme.example"],
        }
    ],
    "resources": [
        {
            "id": "acme-help",
            "name": "Acme Help",
            "agency": "ACME",
            "url": "https://help.acme.example/start",
            "former_urls": ["https://www.acme.example/support"],
            "match": [{"kind": "host", "value": "help.acme.example"}],
            "as_of": "2026-11-01",
            "sources": ["the intranet"],
        }
    ],
}


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    path = tmp_path / "ours.toml"
    path.write_text(TOML)
    return path


def _write(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data, indent=1))
    return path


def test_toml_and_json_are_the_same(ours: Path, tmp_path: Path) -> None:
    from_json = Catalog.load(_write(tmp_path / "ours.json", AS_JSON))
    from_toml = Catalog.load(ours)
    assert from_json.contents == from_toml.contents
    match = from_toml.identify("https://www.acme.example/support")
    assert (match.resource, match.renamed) == (from_toml.resources["acme-help"], True)
    assert from_toml.identify("https://other.acme.example/").owner == from_toml.agencies["ACME"]
    assert from_toml.identify("https://www.nyc.gov/pip").rule == 12


def test_over_that_of_the_city(ours: Path) -> None:
    both = Catalog.load(ours, base=NYC)
    assert len(both.resources) == len(NYC.resources) + 1
    for url in ("https://www.nyc.gov/pip", "https://help.acme.example/x"):
        assert both.identify(url).resource is not None
    assert "acme-help" not in NYC.resources


def test_an_entry_changes_only_what_it_says(tmp_path: Path) -> None:
    first = {"resources": [{"id": "pip", "url": "https://pip.example/new"}]}
    second = {"resources": [{"id": "pip", "name": "New PIP"}], "agencies": [{"acronym": "FISA", "name": "F"}]}  # fmt: skip
    over = Catalog.load(
        _write(tmp_path / "1.json", first), _write(tmp_path / "2.json", second), base=NYC
    )
    pip, before = over.resources["pip"], NYC.resources["pip"]
    assert (pip.name, pip.url) == ("New PIP", "https://pip.example/new")
    assert (pip.short_urls, pip.sources) == (before.short_urls, before.sources)
    assert over.identify("https://www.nyc.gov/pip").current_url == "https://pip.example/new"
    assert over.agencies["FISA"].name == "F"
    assert over.agencies["FISA"].code == "127"


def test_conventions_of_ones_own(tmp_path: Path) -> None:
    data = {
        "agencies": [
            {"acronym": "HR", "name": "Human Resources", "slugs": ["people"], "code": "42"}
        ],
        "host_aliases": [{"hosts": ["acme.example"], "same_as": "www.acme.example"}],
        "conventions": {
            "host_number": {"pattern": "n([0-9]+)-.+", "below": ["acme.example"]},
            "path_name": {"hosts": ["www.acme.example"], "folders": ["team"]},
            "subdomains_of": ["acme.example"],
        },
    }
    ours = Catalog.load(_write(tmp_path / "ours.json", data))
    assert [
        int(ours.identify(url).rule)
        for url in (
            "https://n42-app.acme.example/",
            "https://acme.example/team/people/",
            "https://hr.acme.example/",  # two letters are too few
            "https://people.acme.example/",
        )
    ] == [7, 8, 12, 9]


def test_what_others_lay_out_like_the_city(tmp_path: Path) -> None:
    """Domains, folders, short names, shared and former hosts are data, not the City's alone."""
    data = {
        "agencies": [
            {
                "acronym": "HRD",
                "name": "Human Resources",
                "slugs": ["people"],
                "whole_domains": ["people.example"],
                "prefixes": ["https://apps.acme.example/leave/"],
            },
            {"acronym": "LGL", "name": "Legal"},
        ],
        "conventions": {
            "host_number": {"pattern": "n([0-9]+)-.+", "below": ["acme.example"]},
            "path_name": {
                "hosts": ["www.acme.example"],
                "folders": ["deep/team", "team"],
                "elsewhere": "/team/.+",
            },
            "subdomains_of": ["acme.example"],
            "shared_hosts": ["apps.acme.example"],
        },
        "resources": [
            {
                "id": "pay-slips",
                "name": "Pay Slips",
                "agency": "HRD",
                "sources": ["x"],
                "match": [{"kind": "host", "value": "old.acme.example", "former": True}],
            }
        ],
    }
    ours = Catalog.load(_write(tmp_path / "ours.json", data))
    found = {
        "https://a.b.people.example/": (6, "HRD", None),
        "https://people.example.org/": (12, None, None),
        "https://apps.acme.example/leave/form": (8, "HRD", None),
        "https://apps.acme.example/leaves/": (12, None, None),
        "https://apps.acme.example/lgl-search": (8, "LGL", None),
        "https://www.acme.example/deep/team/people/": (8, "HRD", None),
        "https://www.acme.example/deep/people/": (12, None, None),
        "https://www.acme.example/people": (8, "HRD", "short-name"),
        "https://www.acme.example/people/list": (12, None, None),
        "https://www.acme.example/lgl/list": (8, "LGL", "short-name"),
        "https://lgl.acme.example/people": (9, "LGL", None),
        "https://www.acme.example/pay-slips": (8, "HRD", "short-name"),
        "https://lgl.acme.example/team/people/": (8, "HRD", "other-host"),
        "https://lgl.acme.example/team/lgl/": (9, "LGL", None),
        "https://old.acme.example/2019/": (5, "HRD", "former-place"),
    }
    for url, expected in found.items():
        match = ours.identify(url)
        agency = match.agency.acronym if match.agency else None
        assert (int(match.rule), agency, match.inference) == expected, url


def test_words_and_shared_numbers_say_nothing_alone(tmp_path: Path) -> None:
    data = {
        "resources": [
            {"id": name.lower(), "name": name, "agency": "PAY", "sources": ["x"]}
            for name in ("Shows", "Tickets")
        ],
        "agencies": [
            {"acronym": "LAW", "name": "Legal", "code": "7", "slugs": ["law"]},
            {"acronym": "PAY", "name": "Payroll", "code": "8", "slugs": ["pay", "money"]},
            {
                "acronym": "ART",
                "name": "Arts",
                "slugs": ["art", "shows"],
                "slug_paths": [
                    {"slug": "art", "under": "vanity"},
                    {"slug": "shows", "under": "team"},
                ],
            },
        ],
        "conventions": {
            "host_number": {
                "pattern": "n([0-9]+)-.+",
                "below": ["acme.example"],
                "shared": ["8"],
            },
            "path_name": {
                "hosts": ["www.acme.example"],
                "folders": ["team"],
                "words": ["law", "art", "shows"],
            },
            "subdomains_of": ["acme.example"],
        },
    }
    ours = Catalog.load(_write(tmp_path / "ours.json", data))
    found = {
        "https://n7-x.acme.example/": (7, "LAW"),
        "https://n8-x.acme.example/": (12, None),
        "https://www.acme.example/law": (12, None),
        "https://www.acme.example/team/law/": (8, "LAW"),
        "https://law.acme.example/": (12, None),
        "https://pay.acme.example/": (9, "PAY"),
        "https://www.acme.example/money": (8, "PAY"),
        "https://www.acme.example/art": (8, "ART"),  # listed, whatever it means
        "https://www.acme.example/team/art/": (12, None),
        "https://www.acme.example/shows": (12, None),
        "https://www.acme.example/team/shows/": (8, "ART"),
        "https://www.acme.example/tickets": (8, "PAY"),  # by the name of a resource
    }
    for url, expected in found.items():
        match = ours.identify(url)
        assert (int(match.rule), match.agency and match.agency.acronym) == expected, url


FAULTS = [
    ("no-such-field", {"resources": [{"id": "a", "alias": []}]}, ["a: alias: there is no such field; did you mean aliases?"]),
    ("no-such-section", {"resource": []}, ["resource: there is no such field; did you mean resources?"]),
    ("no-list", {"resources": {}}, ["resources: must be a list of objects; in TOML, each begins with [[two brackets]]"]),
    ("no-object", {"resources": ["a"]}, ["resources[0]: must be an object with named fields"]),
    ("missing", {"resources": [{"id": "a", "name": "A"}]}, ["a: the field agency is missing", "a: the field sources is missing"]),
    ("without-id", {"resources": [{"name": "A"}]}, ["resources[0]: the field id is missing", "resources[0]: the field agency is missing", "resources[0]: the field sources is missing"]),
    ("twice", {"resources": [{"id": "pip"}, {"id": "pip"}]}, ["pip: id: there is another entry with the id pip"]),
    ("text", {"resources": [{"id": "pip", "name": ""}]}, ["pip: name: must be a non-empty string"]),
    ("two-texts", {"resources": [{"id": "pip", "aliases": [1, "a", None]}]}, ["pip: aliases[0]: must be a non-empty string", "pip: aliases[2]: must be a non-empty string"]),
    ("list", {"resources": [{"id": "pip", "aliases": "PIP"}]}, ["pip: aliases: must be a list in square brackets"]),
    ("kind", {"resources": [{"id": "pip", "match": [{"kind": "hosts", "value": "a"}]}]}, ["pip: match[0].kind: must be one of exact, prefix, host"]),
    ("confidence", {"resources": [{"id": "pip", "confidence": "very"}]}, ["pip: confidence: must be one of high, medium, low"]),
    ("date", {"resources": [{"id": "pip", "as_of": "2026-02-30"}]}, ['pip: as_of: must be a date such as "2026-11-22"']),
    ("flag", {"resources": [{"id": "pip", "sign_in": 1}]}, ["pip: sign_in: must be true or false"]),
    ("status-code", {"resources": [{"id": "pip", "health": {"expect_status": [99, True, 403]}}]}, ["pip: health.expect_status[0]: must be an HTTP status code, from 100 to 599", "pip: health.expect_status[1]: must be an HTTP status code, from 100 to 599"]),
    ("no-address", {"resources": [{"id": "pip", "url": "www.nyc.gov/pip"}]}, ["pip: url: not a web address: it needs http:// or https:// and a host"]),
    ("password", {"resources": [{"id": "pip", "url": "https://a:b@www.nyc.gov/pip"}]}, ["pip: url: must not contain a user name or password"]),
    ("no-host", {"resources": [{"id": "pip", "match": [{"kind": "host", "value": "https://a.example/"}]}]}, ["pip: match[0].value: must be a host in lower case, such as www.nyc.gov"]),
    ("prefix", {"resources": [{"id": "pip", "match": [{"kind": "prefix", "value": "https://a.example/x-"}]}]}, ["pip: match[0].value: a prefix must end with a complete part of the path"]),
    ("prefix-with-query", {"resources": [{"id": "pip", "match": [{"kind": "prefix", "value": "https://a.example/x?y=z"}]}]}, ["pip: match[0].value: a prefix must end with a complete part of the path"]),
    ("no-source", {"resources": [{"id": "pip", "sources": []}]}, ["pip: sources: every entry needs a source"]),
    ("data-set", {"resources": [{"id": "pip", "socrata_id": "open-data"}]}, ["pip: socrata_id: not the ID of a data set, such as dg92-zbpx"]),
    ("no-parameter", {"resources": [{"id": "pip", "identifiers": [{"label": "A", "scheme": "query"}]}]}, ["pip: identifiers[0]: scheme query needs the field parameter"]),
    ("no-group", {"resources": [{"id": "pip", "identifiers": [{"label": "A", "scheme": "path", "pattern": "/a"}]}]}, ["pip: identifiers[0].pattern: needs a group in round brackets"]),
    ("no-pattern", {"agencies": [{"acronym": "FISA", "slug_pattern": "("}]}, ["FISA: slug_pattern: not a regular expression (missing ), unterminated subpattern at position 0)"]),
    ("flags", {"agencies": [{"acronym": "FISA", "slug_pattern": "(?a)(?u)x"}]}, ["FISA: slug_pattern: not a regular expression (ASCII and UNICODE flags are incompatible)"]),
    ("another-meaning", {"agencies": [{"acronym": "FISA", "slug_pattern": "[[a]"}]}, ["FISA: slug_pattern: not a regular expression (Possible nested set at position 1)"]),
    ("no-domain", {"agencies": [{"acronym": "FISA", "domains": ["A.example"]}]}, ["FISA: domains[0]: must be a host in lower case, such as www.nyc.gov"]),
    ("alias", {"host_aliases": [{"hosts": ["a b"], "same_as": "www.nyc.gov"}]}, ["host_aliases[0]: hosts[0]: must be a host in lower case, such as www.nyc.gov"]),
    ("convention", {"conventions": {"host_number": {"pattern": "a", "below": ["nyc.gov"]}}}, ["conventions: host_number.pattern: needs a group in round brackets"]),
    ("no-agency", {"resources": [{"id": "pip", "agency": "NOBODY"}]}, ["pip: agency: there is no agency 'NOBODY'; add it to the agencies, or use another one"]),
    ("no-successor", {"resources": [{"id": "pip", "successor": "nothing"}]}, ["pip: successor: there is no resource 'nothing'"]),
    ("circle", {"resources": [{"id": "pip", "parent": "passport"}, {"id": "passport", "parent": "pip"}]}, ["pip: parent: leads back to pip itself", "passport: parent: leads back to passport itself"]),
    ("same-match", {"resources": [{"id": "pip", "match": [{"kind": "host", "value": "x.example"}]}, {"id": "passport-faqs", "match": [{"kind": "host", "value": "x.example"}]}]}, ["passport-faqs: match[0].value: already belongs to pip"]),
    ("same-page", {"resources": [{"id": "pip", "match": [{"kind": "exact", "value": "https://x.example/a"}]}, {"id": "passport-faqs", "match": [{"kind": "exact", "value": "http://x.example/A/"}]}]}, ["passport-faqs: match[0].value: already belongs to pip"]),
    ("of-the-city", {"resources": [{"id": "pip", "match": [{"kind": "host", "value": "passport.cityofnewyork.us"}]}]}, ["pip: match[0].value: already belongs to passport"]),
    ("page-of-the-city", {"resources": [{"id": "pip", "short_urls": ["http://nyc.gov/passport/"]}]}, ["pip: short_urls[0]: already belongs to passport"]),
    ("domain-of-another", {"agencies": [{"acronym": "FISA", "domains": ["cuny.edu", "www.cuny.edu"]}]}, ["FISA: domains: www.cuny.edu already belongs to CUNY"]),
    ("suffix", {"conventions": {"open_suffixes": [{"suffix": ".NYC", "note": "x"}]}}, ["conventions: open_suffixes[0].suffix: must be a host in lower case, such as www.nyc.gov"]),
    ("folder", {"conventions": {"path_name": {"hosts": [], "folders": ["Site"]}}}, ["conventions: path_name.folders[0]: must be parts of a path in lower case, such as site"]),
    ("word", {"conventions": {"path_name": {"hosts": [], "folders": [], "words": ["law", "Law"]}}}, ["conventions: path_name.words[1]: must be one part of a path in lower case, such as law"]),
    ("folders", {"conventions": {"path_name": {"hosts": [], "folders": ["a/b", "/a", ""]}}}, ["conventions: path_name.folders[2]: must be a non-empty string"]),
    ("deep-folder", {"conventions": {"path_name": {"hosts": [], "folders": ["a/b", "/a"]}}}, ["conventions: path_name.folders[1]: must be parts of a path in lower case, such as site"]),
    ("prefix-of-a-body", {"agencies": [{"acronym": "FISA", "prefixes": ["https://a.example/x-"]}]}, ["FISA: prefixes[0]: a prefix must end with a complete part of the path"]),
    ("shared-host", {"conventions": {"shared_hosts": ["A.example"]}}, ["conventions: shared_hosts[0]: must be a host in lower case, such as www.nyc.gov"]),
    ("seen", {"resources": [{"id": "pip", "seen": [{"on": "2026"}]}]}, ["pip: seen[0].on: must be a date such as \"2026-11-22\""]),
    ("seen-by-nobody", {"resources": [{"id": "pip", "seen": [{"on": "2026-01-01"}]}]}, ["pip: seen[0]: the field by is missing"]),
    ("same-as", {"host_aliases": [{"hosts": ["a.example"], "same_as": "HTTP://b", "except_below": ["account"]}]}, ["host_aliases[0]: same_as: must be a host in lower case, such as www.nyc.gov", "host_aliases[0]: except_below[0]: must be a path in lower case without a final slash, such as /account"]),
    ("code-without-number", {"agencies": [{"acronym": "FISA", "other_codes": {"": "x"}}]}, ["FISA: other_codes.: its name is empty"]),
    ("still-in-force", {"resources": [{"id": "pip", "url": "https://x.example/a", "former_urls": ["http://x.example/a/"]}]}, ["pip: former_urls[0]: the same as a current address"]),
    ("another-is-in-force", {"resources": [{"id": "pip", "former_urls": ["https://www.nyc.gov/passport"]}]}, ["pip: former_urls[0]: a current address of passport, which is not a successor"]),
    ("example", {"resources": [{"id": "pip", "examples": ["https://x.example/"]}]}, ["pip: examples[0]: this is recognised as no resource; add a match for it"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "messages"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS]
)
def test_faults(data: dict[str, object], messages: list[str], tmp_path: Path) -> None:
    path = _write(tmp_path / "bad.json", data)
    faults = validate(path, NYC)
    assert [fault.message for fault in faults] == messages
    with pytest.raises(CatalogError) as raised:
        Catalog.load(path, base=NYC)
    assert str(raised.value).startswith(str(faults[0]))


def test_faults_have_the_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(
        f'{TOML}\n[[resources]]\nid = "pip"\nurl = "nowhere"\naliases = [\n "a",\n 2,\n]\n'
    )
    assert [str(fault) for fault in validate(path, NYC)] == [
        f"{path}, line 23: pip: aliases[1]: must be a non-empty string"
    ]
    path.write_text(f'{TOML}\n[[resources]]\nid = "pip"\nurl = "nowhere"\n')
    (fault,) = validate(path, NYC)
    assert (fault.line, fault.message[:9]) == (20, "pip: url:")


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"{", "a.json", "line 1, column 2: "),
        (b"[]", "a.json", "line 1"),
        (b"\xff{}", "a.json", "line 1: not UTF-8; save it as UTF-8"),
        (b"\n\n{\xff}", "a.json", "line 3: not UTF-8; save it as UTF-8"),
        (b"a = ", "a.toml", "line 1, column 5: "),
        (b"", "a.json", "line 1, column 1: "),
        (b'{"resources": [], "resources": []}', "a.json", "line 1"),
    ],
)
def test_files_that_cannot_be_read(content: bytes, name: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CatalogError) as raised:
        Catalog.load(path)
    assert str(raised.value).startswith(f"{path}, {message}")


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="No such file: "):
        Catalog.load(tmp_path / "nothing.json")
    with pytest.raises(CatalogError, match="this is a directory"):
        Catalog.load(tmp_path)


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    same = Catalog.load(_write(tmp_path / "empty.json", {}), base=NYC)
    assert same.contents == NYC.contents
    assert Catalog.load().contents == Catalog().contents


def test_the_schema_takes_what_is_read() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for name in catalog_files.NYC:
        SCHEMA_OF_CATALOGS.validate(json.loads(catalog_files.packaged(name).read_text("utf-8")))
    SCHEMA_OF_CATALOGS.validate(AS_JSON)
    SCHEMA_OF_CATALOGS.validate(json.loads(EXPORT_FORMATS["json"](NYC.contents)))


# What a schema cannot say: how entries belong together, and what a pattern or an address is.
BEYOND = {
    "missing", "twice", "date", "password", "prefix", "prefix-with-query",
    "no-group", "no-pattern", "flags", "another-meaning", "convention", "no-agency", "no-successor", "circle",
    "same-match", "same-page", "of-the-city", "page-of-the-city", "domain-of-another", "suffix", "folder", "deep-folder",
    "code-without-number", "still-in-force", "another-is-in-force", "example", "prefix-of-a-body",
}  # fmt: skip


@pytest.mark.parametrize(("name", "data"), [row[:2] for row in FAULTS], ids=[row[0] for row in FAULTS])  # fmt: skip
def test_the_schema_finds_what_it_can(name: str, data: dict[str, object]) -> None:
    assert SCHEMA_OF_CATALOGS.is_valid(data) == (name in BEYOND)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
FIELDS = sorted(SCHEMA["$defs"]["resource"]["properties"])
ENTRIES = st.fixed_dictionaries(
    {"id": st.just("x") | JSON_VALUES},
    optional={
        name: JSON_VALUES
        | st.sampled_from(["MOCS", "https://x.example/a", ["https://x.example/"], "(", [{"kind": "host", "value": "x.example"}]])
        for name in FIELDS
        if name != "id"
    },
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=amount(50, 150), suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(entries=st.lists(ENTRIES, max_size=2))
def test_whatever_is_read_is_taken_by_the_schema(entries: list[Any]) -> None:
    """And nothing raises: data is either a catalog or has faults."""
    data = {"resources": entries}
    above, faults = put_over(NYC.layers, data)
    assert (above is None) == bool(faults)
    if above is not None:
        assert SCHEMA_OF_CATALOGS.is_valid(data)


@settings(max_examples=50)
@given(JSON_VALUES.filter(lambda value: isinstance(value, dict)))
def test_no_data_raises(data: dict[str, Any]) -> None:
    put_over(Catalog().layers, data)


def test_json_can_be_loaded_again(tmp_path: Path) -> None:
    path = tmp_path / "again.json"
    path.write_text(EXPORT_FORMATS["json"](NYC.contents), "utf-8")
    again = Catalog.load(path)
    assert again.contents == NYC.contents
    assert again.identify("https://a850-x.nyc.gov/").rule == 7


HOMES = {  # where each of a row of resources lives: its status, its successor, and whose address is in force
    "not sure": ("uncertain", "", "one"),
    "not sure, with a successor": ("uncertain", "two", "one"),
    "retired": ("retired", "", "one"),
    "retired, with a successor": ("retired", "two", "two"),
    "retired, as is its successor": ("retired", "old", "two"),
}


@pytest.mark.parametrize("case", HOMES)
def test_where_a_resource_lives_now(case: str, tmp_path: Path) -> None:
    status, successor, home = HOMES[case]
    entries: list[dict[str, object]] = [
        {"id": "one", "status": status, **({"successor": successor} if successor else {})},
        {"id": "old", "status": "retired", "successor": "two"},
        {"id": "two"},
    ]
    for entry in entries:
        url = f"https://{entry['id']}.acme.example/"
        match = [{"kind": "host", "value": f"{entry['id']}.acme.example"}]
        entry |= {
            "name": f"Acme {entry['id']}",
            "agency": "ACME",
            "url": url,
            "match": match,
            "sources": ["x"],
        }
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"agencies": AS_JSON["agencies"], "resources": entries}))
    found = Catalog.load(path).identify("https://one.acme.example/")
    assert found.current_url == f"https://{home}.acme.example/"


def _refused(reader: Callable[[object], object], value: object) -> bool:
    try:
        reader(value)
    except WrongError:
        return True
    return False


def test_values_of_fields() -> None:
    assert [value for value in (100, 404, 599) if _refused(status_code, value)] == []
    assert [
        value for value in (99, 600, True, "404", 404.0, None) if not _refused(status_code, value)
    ] == []
    assert [value for value in ("url", True, False) if _refused(parameter_name, value)] == []
    assert [
        value for value in ("", " ", 1, None, ["url"]) if not _refused(parameter_name, value)
    ] == []


def test_csv_is_a_table_without_formulas() -> None:
    resource = NYC.resources["pip"]
    entry = {
        "id": "=1+1",
        "name": "+x",
        "agency": "FISA",
        "aliases": ["@a", "b"],
        "sources": ["-x"],
    }
    own, faults = put_over(NYC.layers, {"resources": [entry]})
    assert own is not None
    assert faults == []
    rows = list(csv.DictReader(io.StringIO(EXPORT_FORMATS["csv"](own.contents))))
    assert " ".join(rows[0]) == (
        "id name aliases agency agency_name category audience url short_urls former_urls status"
        " successor parent confidence as_of description sources"
    )
    assert rows[0]["id"] == "'=1+1"
    assert (rows[0]["name"], rows[0]["aliases"], rows[0]["sources"]) == ("'+x", "'@a | b", "'-x")
    (pip,) = [row for row in rows if row["id"] == "pip"]
    assert (pip["url"], pip["agency_name"]) == (resource.url, NYC.agencies["FISA"].name)
    assert not [
        cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))
    ]
