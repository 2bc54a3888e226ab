"""Upkeep: what the answers of a catalog's own addresses mean for its file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from safelinks import Catalog, Outcome, Reason
from safelinks.catalog.catalog_files import NYC, packaged
from safelinks.checks.catalog_upkeep import Upkeep, addresses_to_ask, upkeep
from safelinks.files.data.data_file import Source, parse_json, parse_toml
from safelinks.health.model.outcome import Hop

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

CITY = Catalog.nyc()
TODAY = date(2026, 11, 25)
OLD = "https://www.nyc.gov/site/mocs/passport/passport-faqs.page"
NEW = "https://www.nyc.gov/site/mocs/passport/questions.page"


def _source() -> Source:
    return parse_json(packaged(NYC[0]).read_text("utf-8"), NYC[0])


def _moved(url: str, *to: str, status: int = 301) -> Outcome:
    asked = (Hop(one, status) for one in (url, *to[:-1]))
    return Outcome(url, Reason.MOVED_PERMANENTLY, (*asked, Hop(to[-1], 200)), to[-1])


def _found(outcome: Outcome) -> Upkeep:
    return upkeep(_source(), CITY, {outcome.url: outcome}, TODAY)


def test_what_is_asked() -> None:
    asked = addresses_to_ask(_source(), CITY)
    assert len(asked) == len(set(asked))
    for entry in CITY.resources.values():
        assert set(entry.former_urls) <= set(asked)
        assert entry.url is None or entry.url in asked


def test_what_has_moved_becomes_a_former_address_in_few_lines() -> None:
    source = _source()
    found = _found(_moved(OLD, NEW))
    assert [one.resource.id for one in found.proposals] == ["passport-faqs"]
    assert (found.reviews, found.exit_code) == ((), 1)
    before = CITY.resources["passport-faqs"]
    gone, come = Counter(source.text.splitlines()), Counter(found.text.splitlines())
    assert set(gone - come) == {
        f'   "url": "{OLD}",',
        f'    "{before.sources[-1]}"',
        f'   "as_of": "{before.as_of}",',
    }
    assert set(come - gone) == {
        f'   "url": "{NEW}",',
        f'    "{OLD}",',
        f'    "{before.sources[-1]}",',
        f'    "301 from {OLD} to {NEW}, seen on 2026-11-25"',
        '   "as_of": "2026-11-25",',
    }


def test_the_proposal_is_a_catalog_in_order(tmp_path: Path) -> None:
    path = tmp_path / "new.json"
    path.write_text(_found(_moved(OLD, NEW)).text, "utf-8")
    after = Catalog.load(path, base=CITY)
    match = after.identify(OLD)
    assert (int(match.rule), match.renamed, match.current_url) == (2, True, NEW)


@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        (Outcome(OLD, Reason.NOT_FOUND), "review this: page not found"),
        (Outcome(OLD, Reason.SERVER_ERROR), "review this: the server reports an error"),
        (
            _moved(OLD, "https://www.nyc.gov/"),
            "this has moved to https://www.nyc.gov/, but that is the front page: review it",
        ),
        (
            _moved(OLD, "https://parking.example/x"),
            "this has moved to https://parking.example/x, but parking.example is not in the catalog"
            ": review it",
        ),
        (
            _moved(OLD, "https://www.nyc.gov/site/mocs/passport/about-passport.page"),
            "this has moved to https://www.nyc.gov/site/mocs/passport/about-passport.page, but that "
            "is an address of PASSPort: review it",
        ),
    ],
)
def test_what_a_person_has_to_review(outcome: Outcome, message: str) -> None:
    found = _found(outcome)
    assert found.proposals == ()
    assert [(one.resource.id, one.message) for one in found.reviews] == [("passport-faqs", message)]
    assert found.text == _source().text
    assert found.exit_code == 1


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(OLD, Reason.OK, (Hop(OLD, 200),)),
        Outcome(OLD, Reason.REDIRECTED, (Hop(OLD, 302), Hop(f"{OLD}?x", 200))),
        Outcome(OLD, Reason.FORBIDDEN, (Hop(OLD, 403),)),
        Outcome("https://www1.nyc.gov/site/mocs/systems/passport-user-materials.page", Reason.NOT_FOUND),
    ],
)  # fmt: skip
def test_nothing_to_do(outcome: Outcome) -> None:
    found = _found(outcome)
    assert (found.proposals, found.reviews, found.exit_code) == ((), (), 0)


def test_without_a_network_nothing_is_known() -> None:
    assert _found(Outcome(OLD, Reason.NO_NETWORK)).exit_code == 3


def test_former_addresses_that_lead_elsewhere() -> None:
    former = "https://www1.nyc.gov/site/mocs/systems/passport-user-materials.page"
    current = str(CITY.resources["passport-learning"].url)
    assert _found(_moved(former, current)).reviews == ()
    (review,) = _found(_moved(former, "https://www.nyc.gov/site/mocs/index.page")).reviews
    assert review.resource.id == "passport-learning"
    assert review.message == (
        f"the former address leads to https://www.nyc.gov/site/mocs/index.page, not to {current}"
    )


@pytest.mark.parametrize(
    ("changes", "to", "why"),
    [
        ({"former_urls": [NEW]}, NEW, "the same as a current address"),
        ({"short_urls": [f"{OLD}/"]}, NEW, "the same as a current address"),
        ({}, NEW.replace("//", "//me:secret@"), "must not contain a user name or password"),
    ],
)  # fmt: skip
def test_what_would_break_a_rule_is_not_proposed(
    changes: dict[str, object], to: str, why: str
) -> None:
    entry = {"id": "x", "name": "X", "agency": "MOCS", "sources": ["me"], "url": OLD} | changes
    twin = {"id": "y", "name": "Y", "agency": "MOCS", "sources": ["me"], "url": f"{OLD}?y"}
    taken: dict[str, object] = {"id": "passport-faqs", "url": None, "match": []}
    source = parse_json(json.dumps({"resources": [entry, twin, taken]}), "x.json")
    over, faults = CITY.under(source)
    assert over is not None, faults
    fine = f"{OLD}/y"
    outcomes = {OLD: _moved(OLD, to), f"{OLD}?y": _moved(f"{OLD}?y", fine)}
    found = upkeep(source, over, outcomes, TODAY)
    assert [one.resource.id for one in found.proposals] == ["y"]
    (review,) = found.reviews
    to_show = to.replace("me:secret@", "[user]@")
    assert review.message == (
        f"this has moved to {to_show}, but the new entry is not valid ({why}): review it"
    )


OURS = """\
# our own
[[resources]]
id = "passport-faqs"   # only what differs
url = "https://www.nyc.gov/site/mocs/old.page"

[[resources]]
id = "pip"
name = "PIP"
"""


def test_a_file_over_that_of_the_city(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(OURS)
    source = parse_toml(OURS, str(path))
    over = Catalog.load(path, base=CITY)
    old = "https://www.nyc.gov/site/mocs/old.page"
    assert old in addresses_to_ask(source, over)
    outcomes: Mapping[str, Outcome] = {
        old: _moved(old, NEW),
        # That of an entry which the file has, but whose address is the City's: not its business.
        str(over.resources["pip"].url): _moved(str(over.resources["pip"].url), "https://pip.nyc.gov/x"),
    }  # fmt: skip
    found = upkeep(source, over, outcomes, TODAY)
    former = json.dumps([old, *CITY.resources["passport-faqs"].former_urls])
    path.write_text(found.text)
    assert found.text.startswith(f'# our own\n[[resources]]\nid = "passport-faqs"   # only what differs\nurl = "{NEW}"\nformer_urls = ')  # fmt: skip
    after = Catalog.load(path, base=CITY).resources["passport-faqs"]
    assert (after.url, json.dumps(after.former_urls)) == (NEW, former)
