"""The parameters of a Safe Link from Teams (spec, section 5)."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelinks.wrappers.microsoft.teams_parameters import TeamsData

ID = "1748444778341"
SENT = datetime(2025, 5, 28, 15, 6, 18, 341000, UTC)
SD = quote(f"{{convId: 19:abc@thread.v2, messageId: {ID}}}")
SI = f"{ID}%3B2%3B19%3Aabc%40thread.v2"

# Name, value, property, what it says.
READ = {
    "locale": ("locale", "en-us", "locale", "en-us"),
    "no locale": ("locale", "", "locale", None),
    "address of the service": ("wau", "https%3A%2F%2Feur02.x%2F", "wau", "https://eur02.x/"),
    "region": ("wau", "https%3A%2F%2FEUR02.SafeLinks.protection.outlook.com%2F", "region", "eur02"),
    "region of two letters": ("wau", "https://na01.safelinks.protection.outlook.com/", "region", "na01"),
    "region of five letters": ("wau", "https://abcde01.safelinks.x/", "region", "abcde01"),
    "no region": ("wau", "https://safelinks.protection.outlook.com/", "region", None),
    "no region, too long": ("wau", "https://abcdef01.safelinks.x/", "region", None),
    "no region, one letter": ("wau", "https://a01.safelinks.x/", "region", None),
    "no region, another host": ("wau", "https://eur02.example/", "region", None),
    "conversation": ("sd", SD, "conversation_id", "19:abc@thread.v2"),
    "message": ("sd", SD, "message_id", ID),
    "message first": ("sd", f"%7BmessageId%3A{ID}%2C%20convId%3A19%3Aabc%7D", "message_id", ID),
    "conversation last": ("sd", f"%7BmessageId%3A{ID}%2C%20convId%3A19%3Aabc%20%7D", "conversation_id", "19:abc"),
    "message, short form": ("si", SI, "message_id", ID),
    "conversation, short form": ("si", SI, "conversation_id", "19:abc@thread.v2"),
    "conversation with a semicolon": ("si", "1;2;a;b", "conversation_id", "a;b"),
    "no conversation": ("si", "1;2", "conversation_id", None),
    "no message": ("si", "", "message_id", None),
    "time": ("sd", SD, "sent_at", SENT),
    "time, short form": ("si", SI, "sent_at", SENT),
    "time of 12 digits": ("si", "999999999999", "sent_at", datetime(2001, 9, 9, 1, 46, 39, 999000, UTC)),
    "no time, 11 digits": ("si", "99999999999", "sent_at", None),
    "time of 14 digits": ("si", "99999999999999", "sent_at", datetime(5138, 11, 16, 9, 46, 39, 999000, UTC)),
    "no time, 15 digits": ("si", "999999999999999", "sent_at", None),
    "no time, other digits": ("si", "١٧٤٨٤٤٤٧٧٨٣٤١", "sent_at", None),
    "no time": ("si", "", "sent_at", None),
    "client": ("clickparams", quote(base64.b64encode(b'{"AppName":"Teams-Desktop"}').decode()), "client", {"AppName": "Teams-Desktop"}),
    "no client": ("clickparams", "%21", "client", None),
    "no object": ("clickparams", base64.b64encode(b"[1]").decode(), "client", None),
    "nothing at all": ("clickparams", "", "client", None),
}  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_what_a_parameter_says(case: str) -> None:
    name, value, member, expected = READ[case]
    data = TeamsData({name: value})
    assert getattr(data, member) == expected
    assert repr(data) == "TeamsData()"


def test_the_long_form_counts_before_the_short_one() -> None:
    data = TeamsData({"sd": SD, "si": "1;2;3"})
    assert (data.message_id, data.conversation_id) == (ID, "19:abc@thread.v2")


@pytest.mark.parametrize("letters", ["a", "ab", "abc"])
def test_the_padding_of_the_client_may_be_missing(letters: str) -> None:
    written = base64.b64encode(f'{{"a":"{letters}"}}'.encode()).decode()
    for value in (written, written.rstrip("=")):
        assert TeamsData({"clickparams": value}).client == {"a": letters}


@given(st.dictionaries(st.sampled_from(["locale", "wau", "si", "sd", "clickparams"]), st.text()))
def test_no_value_raises(parameters: dict[str, str]) -> None:
    data = TeamsData(parameters)
    for name in ("locale", "wau", "region", "message_id", "conversation_id", "sent_at", "client"):
        getattr(data, name)
