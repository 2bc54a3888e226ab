"""Forms of wrapped links found in public files: each is right, or lost where that is all there is."""

from __future__ import annotations

import json
import quopri
from pathlib import Path
from typing import Any

import pytest

import safelinks
from safelinks import clean, find
from safelinks.health.guards.refusal import refusal
from safelinks.wrappers.vendors.wrapper_table import WRAPPERS

RECORDS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "wild.jsonl").read_text().splitlines()
]
# Lost: the line breaks have become blanks, or the link had no target in it. The last was no link.
LOST = (14, 7)
UNDECODABLE = "undecodable"
FORMS = {
    number: record
    for number, record in enumerate(RECORDS)
    if record["kind"] == "form" and number not in LOST
}
NEW = [number for number, record in enumerate(RECORDS) if record["kind"] == "new wrapper"]
ROWS = {row.id: row for row in WRAPPERS}


def test_all_records_are_here() -> None:
    assert len(RECORDS) == 110


@pytest.mark.parametrize("number", FORMS)
def test_a_form_of_public_files(number: int) -> None:
    record = FORMS[number]
    text = record["input"]
    if "mail" in record.get("pre", ()):
        links = list(safelinks.read(text.encode(), "m.eml").links)
    else:
        links = find(text)
    targets = [link.target for link in links]
    if number == 20:  # adjacent literals of a program: the link is put together from all of them
        assert targets == ["https://lore.example.org/arm-scmi/Z8iKErarE0lHWxEy@mail/"]
        assert clean(text) == f"u = (\n    '{targets[0]}'\n)\n"
        return
    assert all(link.error is None for link in links)
    if "targets" in record:
        assert targets == record["targets"]
    elif "target" in record:
        assert targets == [record.get("final", record["target"])]
    else:
        assert not any(link.wrapped for link in links)
    if "clean" in record:
        assert clean(text) == record["clean"]


def test_what_blanks_have_torn_apart_is_lost() -> None:
    (link,) = find(RECORDS[14]["input"])
    assert link.error is not None
    assert clean(RECORDS[14]["input"]) == RECORDS[14]["input"]


def test_a_quote_within_a_link_is_not_taken_for_its_end() -> None:
    links = find(RECORDS[7]["input"])
    assert not any(link.wrapped for link in links)
    assert clean(RECORDS[7]["input"]) == RECORDS[7]["input"]


@pytest.mark.parametrize("number", NEW)
def test_a_wrapper_of_public_files(number: int) -> None:
    record = RECORDS[number]
    text, row = record["input"], ROWS[record["wrapper"]]
    if "qp" in record.get("pre", ()):
        text = quopri.decodestring(text.encode()).decode()
    if record.get(UNDECODABLE):
        opaque = safelinks.unwrap(text).opaque
        assert opaque is not None
        assert (opaque.wrapper, opaque.domain) == (row.name, record["domain_hint"])
        assert safelinks.check(safelinks.read(text.encode()), offline=True).rows[
            0
        ].outcome.reason == ("wrapper")
        return
    if "target" in record:
        unwrapped = safelinks.unwrap(text)
        assert unwrapped.target == record["target"]
        assert unwrapped.layers[0].wrapper == row.name
    assert [link.target for link in find(text)] == record.get("targets", [record.get("target")])
    assert not any(link.wrapped for link in find(clean(text)))


TARGET = "https%3A%2F%2Fexample.org%2F"
SES = "0100019a626e0311-ce61b09e-2653-4bb7-99c9-33f88214b103-000000"
SIGNATURE = "uzWkO9ujUDTGgdrpho-nkFg7P7K3Uhda1R2BtoiZmZZ=372"


@pytest.mark.parametrize(
    "url",
    [
        # The path of a service on another host, and its host with something behind it.
        f"https://example.net/scanner?m=1&o={TARGET}&s=2",
        f"https://url2.mailanyone.net.evil.example/scanner?o={TARGET}",
        f"https://example.net/browser?url={TARGET}&clickId=1",
        f"https://example.net/analyse?url={TARGET}&data=1",
        f"https://example.net/s/b5c6ce1c/B9?u={TARGET}",
        f"https://example.net/v1/url?o={TARGET}&g=1&h=2&p=3",
        f"https://example.net/away.php?to={TARGET}",
        f"https://example.net/linkfilter/?url={TARGET}",
        f"https://example.net/linkout?remoteUrl={TARGET}",
        f"https://example.net/link?target={TARGET}",
        f"https://example.net/icp/relay.php?destination={TARGET}",
        f"https://example.net/cread.php?ued={TARGET}",
        f"https://example.net/redirect?z={TARGET}&t=1",
        f"https://example.net/mail/client/x/dereferrer/?redirectUrl={TARGET}",
        "https://example.net/track?type=click&enid=1&&&100&&&https://example.org/",
        "https://safe.menlosecurity.com.evil.example/https://example.org/",
        "https://example.net/amp/s/example.org/",
        "https://www.google.com.evil.example/amp/s/example.org/",
        "https://teams.microsoft.com/dl/launcher/launcher.html?url=https%3A%2F%2Fexample.org",
        "https://teams.microsoft.com.evil.example/dl/launcher/launcher.html?url=%2F_%23%2Fl%2Fx",
        f"https://www.linkedin.com/safety/gone?url={TARGET}",
        f"https://vk.com/away.html?to={TARGET}",
        f"https://t.sidekickopen08.com.evil.example/s1t?t={TARGET}",
        f"https://t.sidekickopenx.com/s1t?t={TARGET}",
        # On any host, without all of the shape.
        f"https://example.net/CL0/{TARGET}",
        f"https://example.net/CL0/{TARGET}/1/x/{SIGNATURE}",
        f"https://example.net/CL0/{TARGET}/1/{SES}",
        f"https://example.net/CL0/{TARGET}/1/{SES}/short=372",
        f"https://example.net/x/CL0/{TARGET}/1/{SES}/{SIGNATURE}",
        f"https://example.net/CL0/https://example.org/1/{SES}/{SIGNATURE}",
        "https://www.asaas.com/c/ej6xz049gg63f7qi",
        f"https://example.net/c/eJ{'x' * 60}",
        # A query with a target and no recipient, deflated.
        "https://example.net/c/eJxLsTVNMk0xV8uxzSgpKShWNXZUNXIDotSKxNyCnFS9_KJ0IE-tzNZIrcLWwNDI2MTUzNzCMjEpOSU1DQA6DxIl",
        "https://example.net/e/c/eyJocmVmIjogImh0dHBzOi8vZXhhbXBsZS5vcmcvIn0/" + "0" * 64,
        "https://example.net/e/c/eyJlbWFpbF9pZCI6ICIxIiwgImhyZWYiOiAiaHR0cHM6Ly9leGFtcGxlLm9yZy8ifQ",
        f"https://example.net/fmlurlsvc/?q=1&url={TARGET}",
        f"https://example.net/x/fmlurlsvc/?fewReq=1&url={TARGET}",
        f"https://example.net/external-link.jspa?u={TARGET}",
        f"https://example.net/external-link.jsp?url={TARGET}",
        # The host, without the rest of the shape.
        f"https://disq.us/url?url={TARGET}&cuid=1",
        f"https://disq.us/url?url={TARGET}%3Ashort&cuid=1",
        "https://evil-example.cdn.ampproject.org/c/s/example.org/",
        "https://example-org.cdn.ampproject.org.evil.example/c/s/example.org/",
        "https://www-example-org.translate.goog/page",
        "https://www-example-org.translate.goog.evil.example/?_x_tr_sl=en",
        "https://news.google.com/rss/articles/CBMiZkFVX3lxTE",
        f"https://r.search.yahoo.com/_ylt=x/RU={TARGET}",
        "https://click.pstmrk.it/3t/example.org%2Fx/a/b/c",
        "https://substack.com/redirect/2/bm90IGpzb24.sig",
        "https://mandrillapp.com/track/click/1/example.org?p=bm90IGpzb24",
        "https://x.click.convertkit-mail2.com/a/b/bm90IGEgbGluaw",
        "https://substack.com/@somebody",
        "https://steamcommunity.com/app/1?url=https://example.org/",
    ],
)  # fmt: skip
def test_look_alikes_of_wrappers_are_no_wrappers(url: str) -> None:
    assert safelinks.unwrap(url).layers == ()
    assert clean(f"See <{url}>.\n") == f"See <{url}>.\n"


def test_an_unknown_host_with_half_a_shape_is_asked_as_any_other() -> None:
    for url in (f"https://www.nyc.gov/CL0/{TARGET}", f"https://www.nyc.gov/c/eJ{'x' * 60}"):
        assert safelinks.unwrap(url).opaque is None
        assert refusal(url, safelinks.Policy()) is None


def test_a_wrapper_by_its_shape_is_never_asked() -> None:
    for url in (
        RECORDS[24]["input"],
        RECORDS[34]["input"],
        RECORDS[55]["input"],
        RECORDS[43]["input"],
        "https://example.net/fmlurlsvc/?fewReq=1&url=",
    ):
        assert refusal(url, safelinks.Policy()) == "wrapper"


@pytest.mark.parametrize(
    ("url", "service"),
    [
        ("https://url.emailprotection.link/?bJ3xYw_8bTq0", "VIPRE"),
        ("https://l.antigena.com/l/pB8gYw_8bTq0~abc", "Darktrace"),
        ("https://cp.mcafee.com/d/k-Kr4x0SyMYOyrhd", "McAfee ClickProtect"),
    ],
)
def test_a_link_that_only_its_service_can_open_is_known_and_not_asked(
    url: str, service: str
) -> None:
    opaque = safelinks.unwrap(url).opaque
    assert opaque is not None
    assert opaque.wrapper == service
    report = safelinks.check(url, offline=True)
    assert report.rows[0].outcome.reason is safelinks.Reason.WRAPPER
