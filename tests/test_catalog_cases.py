"""What people met: every address, search, entry and notice that was collected, by its kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from catalog_cases import Verdict, of_address, of_kind, rank

from safelinks import Catalog, check
from safelinks.catalog.match import Inference

NYC = Catalog.nyc()
ADDRESSES = of_kind("match")


@pytest.mark.parametrize("case", ADDRESSES, ids=[case["input"] for case in ADDRESSES])
def test_an_address(case: dict[str, Any]) -> None:
    assert of_address(NYC.identify(case["input"]), case["want"]) is Verdict.RIGHT


SEARCHES = of_kind("find")


@pytest.mark.parametrize("case", SEARCHES, ids=[case["input"] for case in SEARCHES])
def test_a_search(case: dict[str, Any]) -> None:
    """The right resource is among the first three, or nothing is said as if it were right."""
    found = [one.id for one in NYC.find(case["input"])]
    assert rank(found, case["want"]) > 0, found


def test_nearly_every_search_has_the_right_resource_first() -> None:
    first = [
        case
        for case in SEARCHES
        if rank([one.id for one in NYC.find(case["input"])], case["want"]) == 1
    ]
    assert len(first) >= 0.95 * len(SEARCHES)


# What the entries of the cases must say; each was stale or too wide.
ENTRIES: dict[str, Any] = {
    "mynycha": lambda entry: (
        [(one.kind, one.value) for one in entry.match]
        == [("prefix", "https://my.nycha.info/MyNYCHA/")]
    ),
    "epiquery": lambda entry: (
        [one.value for one in entry.match] == ["https://a816-health.nyc.gov/hdi/epiquery/"]
    ),
    "hart-island": lambda entry: (
        entry.agency == "DPR"
        and "HRA" not in entry.agency
        and (entry.url or "").startswith("https://www.nyc.gov/site/hartisland/")
    ),
    "tlc-lars": lambda entry: entry.url == "https://apps.nyc.gov/lars/",
    "bladerunner": lambda entry: entry.url == "https://plownyc.cityofnewyork.us/plownyc/",
    "site-ibo": lambda entry: (
        entry.url == "https://www.ibo.nyc.gov/"
        and "https://www.ibo.nyc.ny.us/" in entry.former_urls
    ),
    "mocs-getting-started": lambda entry: (
        not any(
            url.endswith("/doing-business-with-the-city-of-new-york.page")
            for url in entry.former_urls
        )
    ),
    "site-mocej": lambda entry: (
        entry.url == "https://www.nyc.gov/content/climate/pages/" and entry.confidence != "high"
    ),
}
RESOURCES = [case["input"] for case in of_kind("resource")]


@pytest.mark.parametrize("ident", RESOURCES)
def test_an_entry(ident: str) -> None:
    assert ENTRIES[ident](NYC.resources[ident])


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://nyc.gov/dsny", "the short name dsny is that of New York City Department of Sanitation"),
        ("https://www.nyc.gov/dob-now", "the short name dob-now is that of DOB NOW"),
        (
            "https://a127-jobs.nyc.gov/job/415211",
            "a127-jobs.nyc.gov is a former place of City Jobs site; "
            "current: https://cityjobs.nyc.gov/",
        ),
        (
            "https://www.bers.nyc.gov/site/mocs/passport/passport-faqs.page",
            "this is www.nyc.gov/site/mocs/passport/passport-faqs.page, a page of PASSPort FAQs, "
            "shown on www.bers.nyc.gov",
        ),
    ],
)  # fmt: skip
def test_what_is_concluded_is_said(url: str, reason: str) -> None:
    assert NYC.identify(url).reason == reason


def test_what_is_concluded_counts_less_and_is_never_written() -> None:
    short, listed = NYC.identify("https://nyc.gov/dob-now"), NYC.identify("https://nyc.gov/dobnow")
    assert short.inference is Inference.SHORT_NAME
    assert short.resource is listed.resource
    assert short.score < listed.score
    for url in ("https://nyc.gov/dob-now", "https://a127-jobs.nyc.gov/job/1"):
        assert not NYC.identify(url).renamed


# --- The notices: what is said of a text ---

FORMER_HOSTS = """
https://a127-jobs.nyc.gov/index_new.html?keyword=415211
https://a806-housingconnect.nyc.gov/nyclottery/LttryLookup/LookupValues
https://a826-amr.nyc.gov/mydepaccount/x
https://www1.nyc.gov/site/planning/planning-level/waterfront/wrp/wrp.page
"""
NUMBERED = "https://a801-luadev.github.io/?redirect=parkour"
TEXTS: dict[str, tuple[str, list[str]]] = {
    "number alone, nothing of the City": (f"Play it at {NUMBERED}", []),
    "number alone, beside the City": (f"{NUMBERED} https://www.nyc.gov/pip", ["SL204"]),
    "an application's own name": ("https://a856-cityrecord.ngrok.io/", ["SL204"]),
    "a number and the City's name": ("https://a127-plp-nyc.gov.co/", ["SL204"] * 2),
    "former hosts and folders": (FORMER_HOSTS, ["SL401"] * 4),
    "a page on another host": (
        "https://www.bers.nyc.gov/site/mocs/passport/passport-faqs.page", ["SL401"],
    ),
    "a living page": (
        "[Contracting Roadmap](https://www.nyc.gov/site/mocs/opportunities/"
        "doing-business-with-the-city-of-new-york.page)", [],
    ),
    "short addresses": (
        "Create a PASSPort Account at nyc.gov/passport and see www.nyc.gov/mocshelp "
        "for the MOCS Service Desk.", [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_a_notice(name: str, tmp_path: Path) -> None:
    text, codes = TEXTS[name]
    notice = tmp_path / "notice.md"
    notice.write_text(text, "utf-8")
    report = check(notice, offline=True)
    assert [one.code for one in report.findings] == codes
    if name in ("former hosts and folders", "a page on another host"):
        assert all(one.level == "note" and not one.replacement for one in report.findings)
