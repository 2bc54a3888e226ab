"""Microsoft's format beyond the worked examples: hosts, damage, metadata, privacy."""

from __future__ import annotations

from uuid import UUID

import pytest
from building import (
    CONTEXT,
    HOST,
    LAYOUTS,
    MESSAGE_ID,
    RECIPIENT,
    SDATA,
    TENANT,
    TICKS,
    data,
    encode,
    time_of_ticks,
    wrap,
)

from safelinks import SafeLink, unwrap
from safelinks.errors import NotASafeLinkError, SafelinksError, TargetLostError
from safelinks.wrappers.microsoft.data_field import DataField, time_of_message_id
from safelinks.wrappers.microsoft.data_field import time_of_ticks as ticks_to_time
from safelinks.wrappers.safelink import Form

TARGET = "https://example.org/a?b=1&c=%40#d"
TEAMS = "https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html"


@pytest.mark.parametrize(
    "host",
    [
        "nam02.safelinks.protection.outlook.com",
        "apac01.safelinks.protection.outlook.com",
        "zz99.safelinks.protection.outlook.com",
        "safelinks.protection.outlook.com",
        "safelinks.protection.outlook.com.",
        "NAM02.SAFELINKS.protection.outlook.COM",
        "nam02.safelinks.protection.outlook.com:443",
        "nam02.safelinks.protection.outlook.com.:443",
        "usg01.safelinks.protection.office365.us",
        "safelinks.protection.partner.outlook.cn",
        "chn01.safelinks.protection.outlook.cn",
    ],
)
def test_genuine_hosts(host: str) -> None:
    assert SafeLink.parse(wrap(TARGET, host=host)).target == TARGET


@pytest.mark.parametrize(
    "url",
    [
        "https://nam02.safelinks.protection.outlook.com.evil.example/?url=https%3A%2F%2Fa.example",
        "https://nam02.safelinks.protection.outlook.com@evil.example/?url=https%3A%2F%2Fa.example",
        "https://user@nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example",
        "https://u:p@nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example",
        "https://evil.example/?x=https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa",
        "https://evil.example/nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example",
        "https://namerica02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example",
        "https://nam2.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example",
        "https://a.nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example",
        "https://nam02safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example",
        "https://nam02.safelinks.protection.outlook.com\\@evil.example/?url=https%3A%2F%2Fa.example",
        "https://nam02.safelinks.protection.outlook.com /?url=https%3A%2F%2Fa.example",
        "https://nam02.safelinks.protection\t.outlook.com/?url=https%3A%2F%2Fa.example",
        "https://nam02.safelinks.protection.outlook.com:8443/?url=https%3A%2F%2Fa.example",
        "https://nam02.safelinks.protection.outlook.com:80/?url=https%3A%2F%2Fa.example",
        "https://nam02.safelinks.protection.outlook.com:99999/?url=https%3A%2F%2Fa.example",
        "https://nam02.safelinks.protection.outlook.com/other?url=https%3A%2F%2Fa.example",
        "https://nam02.safelinks.protection.outlook.com/ap/word-59584e83/?url=https%3A%2F%2Fa",
        "https://nam02.safelinks.protection.outlook.com/ap/w-59584e8/?url=https%3A%2F%2Fa.example",
        "https://nam02.safelinks.protection.outlook.com//?url=https%3A%2F%2Fa.example",
        "https://nam02.safelinks.protection.outlook。com/?url=https%3A%2F%2Fa.example",
        "https://nam0２.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example",
        "https://nam02.ſafelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example",
        "https://statics.teams.cdn.office.net.evil.example/evergreen-assets/safelinks/1/"
        "atp-safelinks.html?url=https%3A%2F%2Fa.example",
        "https://statics.teams.cdn.office.net/other/atp-safelinks.html?url=https%3A%2F%2Fa.example",
        "https://outlook.office.com/mail/other.html?url=https%3A%2F%2Fa.example",
        "https://outlook.example.com/mail/safelink.html?url=https%3A%2F%2Fa.example",
        "ftp://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example",
        "nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example",
        "",
        "https://",
        "\x00",
    ],
)
def test_look_alikes_are_refused(url: str) -> None:
    with pytest.raises(NotASafeLinkError):
        SafeLink.parse(url)
    assert unwrap(url).target == url
    assert unwrap(url).layers == ()


@pytest.mark.parametrize(
    "url",
    [
        "https://nam02.safelinks.protection.outlook.com",
        "https://nam02.safelinks.protection.outlook.com/",
        "https://nam02.safelinks.protection.outlook.com/?",
        "https://nam02.safelinks.protection.outlook.com/?url=",
        "https://nam02.safelinks.protection.outlook.com/?url=&data=05%7C02",
        "https://nam02.safelinks.protection.outlook.com/?data=05%7C02",
        "https://nam02.safelinks.protection.outlook.com/GetUrlReputation",
        "https://nam02.safelinks.protection.outlook.com/GetUrlReputation?url=https%3A%2F%2Fa.example",
        "https://nam02.safelinks.protection.outlook.com/ap/w-59584e83/",
        TEAMS,
        "https://outlook.office.com/mail/safelink.html",
        "https://outlook.office.com/mail/safelink.html?corid=779cdc67-975e-49e0-bf06-15c1399404db",
    ],
)
def test_lost_targets_are_said_to_be_lost(url: str) -> None:
    with pytest.raises(TargetLostError) as raised:
        SafeLink.parse(url)
    assert "has lost its target" in str(raised.value)
    with pytest.raises(TargetLostError):
        unwrap(url)


@pytest.mark.parametrize(
    ("path", "form", "app"),
    [
        ("/", Form.MAIL, None),
        ("", Form.MAIL, None),
        ("/ap/w-59584e83/", Form.OFFICE, "w"),
        ("/ap/x-59584e83", Form.OFFICE, "x"),
        ("/ap/abc-59584E83/", Form.OFFICE, "abc"),
        ("/AP/T-59584e83/", Form.OFFICE, "t"),
    ],
)
def test_paths(path: str, form: Form, app: str | None) -> None:
    link = SafeLink.parse(wrap(TARGET, path=path))
    assert (link.target, link.form, link.app) == (TARGET, form, app)


_TAIL = f"data={encode(data())}&sdata={encode(SDATA)}&reserved=0"
_DECODED_TAIL = f"data={data()}&sdata={SDATA}&reserved=0"


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(f"url={encode(TARGET)}&{_TAIL}", id="whole"),
        pytest.param(f"url={encode(TARGET)}&{_TAIL}".replace("&", "&amp;"), id="amp"),
        pytest.param(
            f"url={encode(TARGET)}&{_TAIL}".replace("&", "&amp;amp;amp;"), id="amp thrice"
        ),
        pytest.param(
            f"url={encode(TARGET)}&amp;{_TAIL}".replace("&sdata", "&amp;amp;sdata"), id="mixed"
        ),
        pytest.param(f"url={encode(TARGET)}&{_TAIL}".replace("&", "&#x26;"), id="hexadecimal"),
        pytest.param(f"url={encode(TARGET)}&{_TAIL}".replace("&", "&#38;amp;"), id="decimal"),
        pytest.param(f"url={encode(TARGET)}&{_TAIL}".replace("=", "&#x3d;"), id="equals sign"),
        pytest.param(f"url={encode(TARGET)}&{_TAIL}".replace("=", "=3D"), id="quoted-printable"),
        pytest.param(f"{_TAIL}&url={encode(TARGET)}", id="target last"),
        pytest.param(f"URL={encode(TARGET)}&{_TAIL.replace('data', 'DATA')}", id="upper case"),
        pytest.param(f"url={encode(encode(TARGET))}&{_TAIL}", id="encoded twice"),
        pytest.param(f"url={encode(encode(encode(TARGET)))}&{_TAIL}", id="encoded three times"),
        pytest.param(f"url={encode(TARGET)}{encode('&' + _DECODED_TAIL)}", id="tail swallowed"),
        pytest.param(
            f"url={encode(TARGET)}{encode(('&' + _DECODED_TAIL).replace('&', '&amp;'))}",
            id="tail swallowed with amp",
        ),
        pytest.param(
            f"url={encode(encode(TARGET) + encode('&' + _DECODED_TAIL))}",
            id="encoded twice with its tail",
        ),
        pytest.param(f"url={TARGET}&{_DECODED_TAIL}", id="shown decoded"),
        pytest.param(
            f"url={TARGET}&{_DECODED_TAIL}".replace("&", "&amp;"), id="shown decoded with amp"
        ),
        pytest.param(f"url={encode(TARGET).lower()}&{_TAIL}", id="lower-case escapes"),
        pytest.param(f"url={encode(TARGET)}", id="nothing else"),
        pytest.param(f"url={encode(TARGET)}&{_TAIL}>", id="junk >"),
        pytest.param(f"url={encode(TARGET)}&{_TAIL}*/", id="junk */"),
        pytest.param(f"url={encode(TARGET)}&{_TAIL}。」", id="junk in Chinese"),
        pytest.param(f"url={encode(TARGET)}&{_TAIL}&x=1", id="another parameter"),
    ],
)
def test_damage(query: str) -> None:
    assert SafeLink.parse(f"https://{HOST}/?{query}").target == TARGET


@pytest.mark.parametrize(
    ("encoded", "target"),
    [
        ("https%3A%2F%2Fa.example%2Fa%2Bb%20c", "https://a.example/a+b c"),
        ("https%3A%2F%2Fa.example%2Fa+b", "https://a.example/a+b"),
        ("https%3A%2F%2Fa.example%2F%E9", "https://a.example/%E9"),
        ("https%3A%2F%2Fa.example%2F%e9t%C3%A9%ff", "https://a.example/%e9té%ff"),
        ("https%3A%2F%2Fa.example%2F100%", "https://a.example/100%"),
        ("https%3A%2F%2Fa.example%2F%zz%4", "https://a.example/%zz%4"),
        ("https%3A%2F%2Fa.example%2F%3Fa%3D1%26copy%3D2", "https://a.example/?a=1&copy=2"),
        ("https%3A%2F%2Fa.example%2F%26amp%3B", "https://a.example/&amp;"),
        ("https%3A%2F%2Fa.example%2F%22q%22.)%5D", 'https://a.example/"q".)]'),
        ("mailto%3Asomebody%40example.org", "mailto:somebody@example.org"),
        ("https%3A%2F%2Fa.example%2F%253Furl%253D", "https://a.example/%3Furl%3D"),
    ],
)
def test_decoded_exactly_once(encoded: str, target: str) -> None:
    assert SafeLink.parse(f"https://{HOST}/?url={encoded}").target == target
    assert SafeLink.parse(f"https://{HOST}/?url={encoded}&{_TAIL}").target == target


def test_a_nested_tail_is_not_taken_for_the_own_one() -> None:
    inner = wrap(TARGET)
    outer = f"https://{HOST}/?url={encode(inner)}"  # its own tail is missing
    assert SafeLink.parse(outer).target == inner


@pytest.mark.parametrize("layout", LAYOUTS)
def test_metadata_of_every_layout(layout: str) -> None:
    link = SafeLink.parse(wrap(TARGET, layout))
    fields = LAYOUTS[layout]
    assert (link.version, link.type) == tuple(layout.split("|"))
    assert link.recipient == (RECIPIENT if fields[0] else None)
    assert link.message_id == UUID(fields[1])
    assert link.tenant == UUID(TENANT)
    assert link.data is not None
    assert link.data.complete
    has_clock = fields[1] == MESSAGE_ID
    assert (link.sent_at is not None) == has_clock
    if len(fields) > 5:
        assert link.ticks == TICKS
        assert link.wrapped_at == time_of_ticks(TICKS)
        assert link.flags == (int(fields[3]), int(fields[4]))
    else:
        assert (link.ticks, link.wrapped_at, link.flags) == (None, None, (int(fields[3]),))
    if len(fields) > 7:
        assert link.data.context == CONTEXT
        assert (link.verdict, link.source) == (fields[6], "Mailflow")
        assert link.client == {"V": "0.0.0000", "P": "Win32", "AN": "Mail", "WT": 2}
    assert link.data.slots == tuple(fields[9:])


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("", {"version": None, "recipient": None}),
        ("1", {"version": None, "fields": ("1",)}),
        ("nonsense|05|x@y", {"version": None, "recipient": None}),
        ("05|02", {"version": "05", "recipient": None, "complete": False}),
        ("06|01|a@b.example|x|y|7|0|12", {"version": "06", "recipient": "a@b.example"}),
        ("05|02|no address|bad|bad|9|z|99999999999999999999|", {"recipient": None, "flags": ()}),
        (f"05|02|a@b.example|{MESSAGE_ID[:30]}", {"message_id": None, "tenant": None}),
        (f"05|02||{MESSAGE_ID}|{TENANT}|0|1|12345", {"ticks": None, "wrapped_at": None}),
        (f"05|02||{MESSAGE_ID}|{TENANT}|0|1|{10**18}", {"ticks": None, "flags": (0, 1)}),
        ("05|02||||||||bm90IGpzb24=", {"source": None, "client": None, "context": "bm90IGpzb24="}),
        ("05|02||||||||TWFpbGZsb3d8W10=", {"source": None, "client": None}),
        ("05|02||||||||\u00e9\u00e9", {"source": None, "context": "éé"}),
        ("05%7C02%7Ca%40b.example%7C", {"recipient": "a@b.example"}),
        ("05%257C02%257Ca%2540b.example%257C", {"recipient": "a@b.example"}),
    ],
)
def test_metadata_never_prevents_a_decode(raw: str, expected: dict[str, object]) -> None:
    field = DataField.parse(raw)
    assert {name: getattr(field, name) for name in expected} == expected
    assert field.raw == raw
    link = SafeLink.parse(f"https://{HOST}/?url={encode(TARGET)}&data={encode(raw)}")
    assert link.target == TARGET


def test_clock_of_a_message_id() -> None:
    assert str(time_of_message_id(UUID(MESSAGE_ID))) == "2025-05-28 15:06:18.341990+00:00"
    random_id = UUID("e850b153-0f77-4c51-b580-fcd90af27238")
    assert time_of_message_id(random_id) is None
    not_version_4 = UUID(int=UUID(MESSAGE_ID).int ^ (1 << 76))
    assert time_of_message_id(not_version_4) is None


@pytest.mark.parametrize("ticks", [-1, 10**19, 3155378976000000000])
def test_ticks_outside_the_calendar(ticks: int) -> None:
    assert ticks_to_time(ticks) is None


def test_nothing_personal_is_shown_unasked() -> None:
    inner = wrap(TARGET).replace("First", "Inner")
    outer = wrap(inner)
    link = SafeLink.parse(outer)
    unwrapped = unwrap(outer)
    shown = [repr(link), repr(unwrapped), repr(link.data), repr(link.redacted())]
    shown += [link.redacted().url, link.redacted().target, repr(unwrapped.layers)]
    for text in shown:
        for secret in ("Last", "Inner", "example.org%7C"):
            assert secret not in text
    assert link.redacted().recipient is None
    assert unwrap(link.redacted().url).target == TARGET
    assert link.redacted().tenant == link.tenant
    with pytest.raises(SafelinksError) as raised:
        SafeLink.parse(outer.replace("/?url", "/x?url"))
    assert "Last" not in str(raised.value)


def test_session_values_of_teams_are_redacted() -> None:
    url = f"{TEAMS}?url={encode(TARGET)}&locale=en&pc=SECRET%3B&si=1%3B2%3B48:notes&sd=%7BSECRET%7D"
    link = SafeLink.parse(url)
    assert link.teams is not None
    assert link.teams.conversation_id == "48:notes"
    for text in (repr(link), repr(link.teams), link.redacted().url, link.redacted().target):
        assert "SECRET" not in text
        assert "notes" not in text
    assert link.redacted().target == TARGET
    nested = SafeLink.parse(wrap(url)).redacted()
    assert "SECRET" not in nested.url
    assert "SECRET" not in nested.target


def test_teams_values_that_cannot_be_read() -> None:
    link = SafeLink.parse(f"{TEAMS}?url={encode(TARGET)}&si=x&clickparams=%21&wau=http%3A%2F%2Fx")
    assert link.teams is not None
    assert (link.region, link.sent_at, link.client) == (None, None, None)
    assert link.teams.message_id == "x"
    assert link.teams.conversation_id is None
