"""The catalog's data files and the table of addresses by themselves, whatever the code makes of them."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from rows import all_rows

from safelinks import Catalog, find, identify
from safelinks.addresses.urls import compare_key, registrable_domain, split
from safelinks.catalog.evidence import is_enough

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

DATA = resources.files("safelinks.catalog") / "data"
NAMES = ("nyc-resources.json", "nyc-agencies.json", "nyc-conventions.json")
TEXTS = {name: (DATA / name).read_text("utf-8") for name in NAMES}
ENTRIES: list[dict[str, Any]] = json.loads(TEXTS["nyc-resources.json"])["resources"]
ALIASES: list[dict[str, Any]] = json.loads(TEXTS["nyc-conventions.json"])["host_aliases"]
AGENCIES: list[dict[str, Any]] = json.loads(TEXTS["nyc-agencies.json"])["agencies"]
BY_ID = {entry["id"]: entry for entry in ENTRIES}
BY_ACRONYM = {agency["acronym"]: agency for agency in AGENCIES}
FEDERAL = (DATA / "us-federal-domains.txt").read_text("utf-8").splitlines()

TABLE = Path(__file__).parent / "data" / "catalog" / "addresses.csv"
with TABLE.open(encoding="utf-8", newline="") as opened:
    ROWS = list(csv.DictReader(opened))
NOTICE = (Path(__file__).parent.parent / "examples" / "notice.txt").read_text("utf-8")

entries = all_rows(ENTRIES, lambda entry: entry["id"])
agencies = all_rows(AGENCIES, lambda agency: agency["acronym"])


def key(url: str) -> str:
    """The compare key by the catalog's README, host aliases included."""
    address = split(url)
    path, query = compare_key(address)
    for alias in ALIASES:
        rest = path.removeprefix(address.host)
        if address.host in alias["hosts"] and not any(
            f"{rest}/".startswith(f"{below}/") for below in alias["except_below"]
        ):
            path = alias["same_as"] + rest
    return f"{path}?{query}" if query else path


def exact(entry: dict[str, Any]) -> list[str]:
    return [rule["value"] for rule in entry["match"] if rule["kind"] == "exact"]


def current(entry: dict[str, Any]) -> list[str]:
    return [url for url in (entry["url"], *entry["short_urls"], *exact(entry)) if url is not None]


def hosts(entry: dict[str, Any]) -> list[str]:
    return [rule["value"] for rule in entry["match"] if rule["kind"] == "host"]


def twice(values: Iterator[Any]) -> list[Any]:
    return [value for value, times in Counter(values).items() if times > 1]


@pytest.mark.parametrize("name", TEXTS)
def test_canonical_form(name: str) -> None:
    text = TEXTS[name]
    assert json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n" == text


def test_order() -> None:
    assert list(BY_ID) == sorted(BY_ID)
    assert len(BY_ID) == len(ENTRIES)
    assert list(BY_ACRONYM) == sorted(BY_ACRONYM)
    assert len(BY_ACRONYM) == len(AGENCIES)


@entries
def test_what_an_entry_refers_to(entry: dict[str, Any]) -> None:
    assert entry["agency"] in BY_ACRONYM
    assert entry["sources"]
    assert entry["name"] not in entry["aliases"]
    assert entry.get("sign_in", True) is True
    for other in ("successor", "parent"):
        seen = {entry["id"]}
        step = entry.get(other)
        while step is not None:
            assert step in BY_ID
            assert step not in seen
            seen.add(step)
            step = BY_ID[step].get(other)


@entries
def test_rules_of_an_entry(entry: dict[str, Any]) -> None:
    for rule in entry["match"]:
        if rule["kind"] == "host":
            assert split(f"https://{rule['value']}/").host == rule["value"]
        else:
            assert split(rule["value"]).host
        if rule["kind"] == "prefix":
            assert rule["value"].endswith("/")
            assert "?" not in rule["value"]


@entries
def test_an_entry_does_not_repeat_itself(entry: dict[str, Any]) -> None:
    keys = [key(url) for url in current(entry)]
    assert not twice(iter(keys))
    former = [key(url) for url in entry["former_urls"]]
    assert not twice(iter(former))
    assert not set(keys) & set(former)


def test_entries_do_not_contradict_each_other() -> None:
    assert not twice(key(url) for entry in ENTRIES for url in current(entry))
    assert not twice(key(url) for entry in ENTRIES for url in entry["former_urls"])
    assert not twice(host for entry in ENTRIES for host in hosts(entry))
    assert not twice(
        key(rule["value"])
        for entry in ENTRIES
        for rule in entry["match"]
        if rule["kind"] == "prefix"
    )
    holders = {key(url): entry["id"] for entry in ENTRIES for url in current(entry)}
    for entry in ENTRIES:
        for url in entry["former_urls"]:
            assert holders.get(key(url), entry.get("successor")) == entry.get("successor")


@entries
def test_addresses_of_an_entry_identify_as_it(entry: dict[str, Any]) -> None:
    for url in (*current(entry), *entry["former_urls"], *entry.get("examples", ())):
        found = identify(url).resource
        assert found is not None
        assert found.id == entry["id"], url


def test_high_confidence_stands_on_two_sources_or_a_late_sighting_of_the_owner() -> None:
    """On the day of the data; later, `catalog validate` says which entries have aged."""
    data = json.loads(TEXTS["nyc-resources.json"])
    day = date.fromisoformat(data["generated"])
    high = [entry for entry in Catalog.nyc().resources.values() if entry.confidence == "high"]
    assert len(high) >= 30
    assert not [entry.id for entry in high if not is_enough(entry, day)]
    for entry in Catalog.nyc().resources.values():
        assert all(one.on is None or one.on <= data["generated"] for one in entry.seen)
        assert all(one.own == (one.by == entry.agency) for one in entry.seen)
        assert not twice(one.by for one in entry.seen)
        assert "governance-organizations" not in " ".join(one.by for one in entry.seen)


@entries
def test_identifiers(entry: dict[str, Any]) -> None:
    for identifier in entry.get("identifiers", ()):
        assert identifier["label"]
        extra = {"socrata": set(), "query": {"parameter"}, "path": {"pattern"}}
        assert set(identifier) == {"label", "scheme"} | extra[identifier["scheme"]]
        if "pattern" in identifier:
            pattern = re.compile(identifier["pattern"])
            assert pattern.groups == 1
            assert any(pattern.search(split(url).path) for url in entry["examples"])
        if "parameter" in identifier:
            parameter = re.compile(rf"(?:^|&){identifier['parameter']}=.")
            assert any(parameter.search(split(url).query or "") for url in entry["examples"])


def test_names_are_of_one_resource_and_no_ordinary_words() -> None:
    names = [name.casefold() for entry in ENTRIES for name in (entry["name"], *entry["aliases"])]
    assert not twice(iter(names))
    ordinary = {
        "311", "comptroller", "direct deposit", "discussion forum", "eft", "ess", "fire department",
        "foil", "isupplier", "m/wbe", "nyc id", "public advocate", "rfx", "sheriff", "socrata",
    }  # fmt: skip
    assert not ordinary & set(names)
    for entry in ENTRIES:
        if entry["category"] == "agency-site":
            assert entry["name"] == f"{BY_ACRONYM[entry['agency']]['name']} web site"
            assert not entry["aliases"]


def test_what_the_notice_names_without_a_link() -> None:
    linked = {match.resource.id for link in find(NOTICE) if (match := identify(link.url)).resource}
    words = NOTICE.partition("https://")[0].replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    words = " ".join(words.split())
    names = {name: entry["id"] for entry in ENTRIES for name in (entry["name"], *entry["aliases"])}
    either = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    found = {names[match[0]] for match in re.finditer(rf"(?<!\w)(?:{either})(?!\w)", words)}
    assert found - linked == {
        "hhs-prequalification",
        "rfx-discussion-forum",
        "soliciting-agency-contact",
    }


@agencies
def test_an_agency(agency: dict[str, Any]) -> None:
    assert agency["sources"]
    assert agency["acronym"] not in agency["former_acronyms"]
    assert set(agency["slugs"]) == {path["slug"] for path in agency["slug_paths"]}
    assert agency["code"] is None or re.fullmatch("[0-9]{3}", agency["code"])
    assert agency.get("code_lead", True) is True
    for prefix in agency["host_prefixes"]:
        assert re.fullmatch("a[0-9]{3,4}", prefix)
    for host in (*agency["domains"], *agency["owns"]):
        assert split(f"https://{host}/").host == host
    if agency["url"] is not None:
        split(agency["url"])


def test_agencies_do_not_contradict_each_other() -> None:
    assert not twice(host for agency in AGENCIES for host in agency["domains"])
    assert not twice(host for agency in AGENCIES for host in agency["owns"])
    assert not twice((p["under"], p["slug"]) for agency in AGENCIES for p in agency["slug_paths"])
    acronyms = set(BY_ACRONYM)
    assert not [a["acronym"] for a in AGENCIES if acronyms & set(a["former_acronyms"])]
    holders = {host: agency["acronym"] for agency in AGENCIES for host in agency["domains"]}
    for entry in ENTRIES:
        for host in hosts(entry):
            assert holders.get(host, entry["agency"]) == entry["agency"]


def test_one_leads_each_shared_code() -> None:
    codes = Counter(agency["code"] for agency in AGENCIES if agency["code"])
    leads = sorted(agency["code"] for agency in AGENCIES if "code_lead" in agency)
    assert leads == sorted(code for code, times in codes.items() if times > 1)
    assert BY_ACRONYM["OM"]["code_lead"]
    assert BY_ACRONYM["DSS"]["code_lead"]


def test_owners() -> None:
    owners = {agency["acronym"]: agency["owns"] for agency in AGENCIES if agency["owns"]}
    assert set(owners) == {"NYC", "NYS", "PANYNJ", "MTA", "USGOV"}
    for acronym, domains in owners.items():
        for host in domains:
            # Of the names below the localities of .us only a part is a government's.
            assert registrable_domain(host) in {host, "nyc.ny.us"}
            assert host not in BY_ACRONYM[acronym]["domains"]


def test_federal_domains() -> None:
    comments = [line for line in FEDERAL if line.startswith("#")]
    domains = FEDERAL[len(comments) :]
    assert "github.com/cisagov/dotgov-data" in "".join(comments)
    assert domains == sorted(set(domains))
    assert {"irs.gov", "sam.gov", "uscourts.gov", "congress.gov", "house.gov"} <= set(domains)
    for domain in domains:
        assert re.fullmatch(r"[a-z0-9-]+\.gov", domain)
    owned = {host for agency in AGENCIES for host in agency["owns"]}
    assert not owned & set(domains)


def test_the_table_is_sound() -> None:
    assert len(ROWS) >= 160
    assert not twice(row["url"] for row in ROWS)
    assert all(row["why"] for row in ROWS)
    ranks = Counter(int(row["rank"]) for row in ROWS)
    assert set(ranks) == set(range(1, 13))
    assert min(ranks.values()) >= 5
    for row in ROWS:
        rank = int(row["rank"])
        if rank <= 5:
            assert BY_ID[row["resource"]]["agency"] == row["agency"]
        else:
            assert not row["resource"]
            assert row["agency"] in BY_ACRONYM if rank <= 9 else not row["agency"]


def test_the_table_names_no_person() -> None:
    text = TABLE.read_text("utf-8")
    assert set(re.findall(r"%7C([^%]+)%40([a-z.]+)", text)) == {("somebody", "example.org")}
