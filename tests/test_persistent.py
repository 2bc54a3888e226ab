"""What stays when its target moves is never replaced, and what a forge makes by script is not called missing."""

from __future__ import annotations

import pytest
from test_probe import OK, Reply, _drive, _to

from safelinks.health.judgement.persistent_identifiers import is_persistent
from safelinks.health.judgement.visible_page import Page
from safelinks.health.model.outcome import Hop, Outcome, Reason
from safelinks.health.spelled_outcomes import spelled

PERSISTENT = [
    "https://doi.org/10.1000/182", "http://dx.doi.org/10.1000/182", "https://hdl.handle.net/1721.1/5", "http://purl.org/dc/terms/",
    "https://w3id.org/x", "https://aka.ms/x", "https://go.microsoft.com/fwlink/?linkid=1", "https://go.microsoft.com/fwlink?linkid=1",
    "https://n2t.net/ark:/12148/x", "https://gallica.example.fr/ark:/12148/btv1b/f1", "https://archive.example/ark:12148/x",
    "https://dspace.example.edu/handle/1721.1/5", "https://nbn-resolving.org/urn:nbn:de:101:1-2", "https://purl.fdlp.gov/GPO/gpo1",
]  # fmt: skip
OTHERS = [
    "https://example.org/doi/10.1000/182", "https://notdoi.org/10.1000/182", "https://go.microsoft.com/x", "https://go.microsoft.com/fwlinks",
    "https://example.org/handle/jane/1", "https://example.org/ark:/1/x", "https://doi.org.example.com/10.1/2", "not an address",
]  # fmt: skip


@pytest.mark.parametrize("url", PERSISTENT)
def test_identifiers_that_are_to_last(url: str) -> None:
    assert is_persistent(url)
    outcome, *_ = _drive([_to("https://publisher.example/there", 301), OK], url)
    assert (outcome.reason, outcome.replacement) == (Reason.REDIRECTED, None)


@pytest.mark.parametrize("url", OTHERS)
def test_other_addresses(url: str) -> None:
    assert not is_persistent(url)


def test_a_page_that_moved_to_an_identifier_is_replaced_by_that() -> None:
    replies: list[Reply] = [
        _to("https://doi.org/10.1000/182", 301),
        _to("https://publisher.example/there", 301),
        OK,
    ]
    outcome, *_ = _drive(replies)
    assert (outcome.reason, outcome.replacement) == (
        Reason.MOVED_PERMANENTLY,
        "https://doi.org/10.1000/182",
    )


BY_SCRIPTS = [
    "issuecomment-123", "discussion_r123", "r123", "pullrequestreview-1", "discussioncomment-1", "note_123", "event-1",
    "diff-0a1b2cR10-R12", "diff-0a1b2c", "lines-10:12",
]  # fmt: skip
PAGE = f"<title>An issue</title><script src=x></script><p id=here>{'many words ' * 100}"


@pytest.mark.parametrize("place", BY_SCRIPTS)
def test_places_that_forges_make_are_not_called_missing(place: str) -> None:
    assert _reason(place, PAGE) is Reason.OK
    assert _reason(place, PAGE.replace("<script src=x></script>", "")) is Reason.NO_SUCH_FRAGMENT


@pytest.mark.parametrize(
    "mark",
    [
        '<script data-target="react-app.embeddedData">',
        '<script></script><body data-page="projects:blob:show">',
    ],
)
def test_on_pages_that_forges_make_by_script_none_is(mark: str) -> None:
    assert _reason("usage", mark + PAGE) is Reason.OK
    assert _reason("usage", PAGE) is Reason.NO_SUCH_FRAGMENT


def _reason(place: str, source: str) -> Reason:
    url = f"https://forge.example/o/r/issues/1#{place}"
    outcome = Outcome(url, Reason.OK, (Hop(url, 200, 0.1, "GET"),), evidence="200 OK")
    return spelled(outcome, url, Page(source)).reason
