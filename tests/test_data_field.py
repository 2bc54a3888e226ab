"""The `data` field and its two clocks, read as section 4 of the spec has them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from uuid import UUID

import pytest
from building import CONTEXT, LAYOUTS, MESSAGE_ID, TENANT, TICKS, data, encode
from hypothesis import given
from hypothesis import strategies as st

from safelinks.wrappers.microsoft.data_field import DataField, time_of_message_id, time_of_ticks

MAILFLOW = '{"V":"0.0.0000","P":"Win32","AN":"Mail","WT":2}'


def _with(at: int, value: str) -> DataField:
    """A field of today's layout that has `value` at one place."""
    fields = data("05|02").split("|")
    fields[at] = value
    return DataField.parse("|".join(fields))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("times", [0, 1, 2])
def test_every_layout_however_often_it_is_encoded(layout: str, times: int) -> None:
    raw = data(layout)
    plain = DataField.parse(raw)
    for _ in range(times):
        raw = encode(raw)
    field = DataField.parse(raw)
    assert (field.raw, field.fields) == (raw, plain.fields)
    assert field.complete


@pytest.mark.parametrize("version", ["01", "02", "03", "04", "05"])
@pytest.mark.parametrize("more", [-1, 0, 1])
def test_the_version_fixes_the_number_of_fields(version: str, more: int) -> None:
    count = {"01": 6, "02": 8, "03": 10, "04": 11, "05": 14}[version]
    field = DataField.parse("|".join([version, *[""] * (count + more - 1)]))
    assert field.version == version
    assert field.complete == (more == 0)


VERSIONS = [
    ("05|", "05"), ("99|x", "99"), ("05", None), ("5|x", None), ("005|x", None), ("a5|x", None),
    ("٠٥|x", None), ("|x", None), ("", None), ("05%7c02", "05"), ("05%257C02", "05"), ("05%25257C02", None),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "version"), VERSIONS)
def test_versions(raw: str, version: str | None) -> None:
    assert DataField.parse(raw).version == version


def test_of_an_unknown_layout_nothing_is_read_and_all_is_kept() -> None:
    field = DataField.parse(data("05|02").replace("05|", "x|", 1))
    assert field.fields[2:5] == tuple(data("05|02").split("|")[2:5])
    assert (field.type, field.recipient, field.message_id, field.tenant) == (None,) * 4
    assert (field.flags, field.ticks, field.verdict, field.context) == ((), None, None, None)
    assert (field.source, field.client, field.code, field.slots) == (None, None, None, ())
    assert (field.sent_at, field.wrapped_at) == (None, None)
    assert not field.complete


FLAGS = [
    ("05", "0", "1", (0, 1)), ("05", "1", "0", (1, 0)), ("01", "1", "0", (1,)), ("02", "1", "1", (1, 1)),
    ("05", "2", "0", ()), ("05", "0", "", ()), ("05", "00", "1", ()), ("01", "", "1", ()),
]  # fmt: skip


@pytest.mark.parametrize(("version", "one", "other", "flags"), FLAGS)
def test_flags(version: str, one: str, other: str, flags: tuple[int, ...]) -> None:
    assert DataField.parse(f"{version}|02||||{one}|{other}|").flags == flags


GUIDS = [
    (TENANT, True), (TENANT.replace("-", "").upper(), True), (TENANT.replace("-", ""), True),
    (TENANT[:-1], False), (f"{TENANT}0", False), (f"{TENANT[:-1]}g", False), ("", False),
    (f"+{TENANT.replace('-', '')[:-1]}", False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "whole"), GUIDS)
def test_ids(text: str, whole: bool) -> None:
    expected = UUID(TENANT) if whole else None
    assert _with(4, text).tenant == expected
    assert _with(3, text).message_id == expected


# .NET ticks: 100 ns since the year 1, believed from 2013 to 2100.
_FIRST, _END = 634925952000000000, 662695776000000000
TICKED = [
    (str(TICKS), TICKS), (str(_FIRST), _FIRST), (str(_FIRST - 1), None), (str(_END - 1), _END - 1),
    (str(_END), None), (f"0{TICKS}", None), (f"-{TICKS}", None), (f"{TICKS}x", None), ("", None),
    ("٦" * 18, None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "ticks"), TICKED)
def test_ticks(text: str, ticks: int | None) -> None:
    field = _with(7, text)
    assert field.ticks == ticks
    assert field.wrapped_at == (None if ticks is None else time_of_ticks(ticks))


def test_ticks_are_tenths_of_microseconds_since_the_year_1() -> None:
    assert time_of_ticks(0) == datetime(1, 1, 1, tzinfo=UTC)
    assert time_of_ticks(19) == datetime(1, 1, 1, 0, 0, 0, 1, tzinfo=UTC)
    assert time_of_ticks(_FIRST) == datetime(2013, 1, 1, tzinfo=UTC)
    assert time_of_ticks(_END) == datetime(2101, 1, 1, tzinfo=UTC)
    assert time_of_ticks(-1) is None
    assert time_of_ticks(3155378975999999999) == datetime.max.replace(tzinfo=UTC)
    assert time_of_ticks(3155378976000000000) is None


@given(st.datetimes(datetime(2013, 1, 2), datetime(2100, 12, 30)))  # noqa: DTZ001  ticks have none
def test_the_clock_of_a_message_id_is_at_most_a_step_late(moment: datetime) -> None:
    ticks = int((moment - datetime(1, 1, 1)).total_seconds()) * 10_000_000  # noqa: DTZ001
    message_id = UUID(f"00000000-0000-4000-0000-{ticks >> 16:012x}")
    seen = time_of_message_id(message_id)
    assert seen is not None
    assert 0 <= (time_of_ticks(ticks) - seen).total_seconds() < 0.00656  # type: ignore[operator]
    assert _with(3, message_id.hex).sent_at == seen


@pytest.mark.parametrize("digit", "012356789abcdef")
def test_an_id_without_its_sign_has_no_clock(digit: str) -> None:
    hexadecimal = UUID(MESSAGE_ID).hex
    assert time_of_message_id(UUID(hexadecimal)) is not None
    assert time_of_message_id(UUID(f"{hexadecimal[:12]}{digit}{hexadecimal[13:]}")) is None


@pytest.mark.parametrize(("ticks", "believed"), [(_FIRST, True), (_FIRST - (1 << 16), False), (_END - (1 << 16), True), (_END + (1 << 16), False)])  # fmt: skip
def test_a_clock_is_believed_from_2013_to_2100(ticks: int, believed: bool) -> None:
    rounded = -(-ticks >> 16)
    assert (time_of_message_id(UUID(int=4 << 76 | rounded)) is not None) == believed


def _context(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


APPLICATIONS = ("Mail", "Mail1", "Mail12")


@pytest.mark.parametrize("application", APPLICATIONS)
def test_the_padding_of_a_context_may_be_missing(application: str) -> None:
    whole = _context(f"Mailflow|{MAILFLOW.replace('Mail', application)}")
    for written in (whole, whole.rstrip("=")):
        field = _with(9, written)
        assert field.source == "Mailflow"
        assert field.client == {"V": "0.0.0000", "P": "Win32", "AN": application, "WT": 2}
        assert field.context == written


def test_contexts_of_every_length_are_tried_above() -> None:
    contexts = (_context(f"Mailflow|{MAILFLOW.replace('Mail', name)}") for name in APPLICATIONS)
    assert {len(context.rstrip("=")) % 4 for context in contexts} == {0, 2, 3}


@pytest.mark.parametrize(
    "context",
    ["", "!", _context("Mailflow"), _context("Mailflow|"), _context("Mailflow|[1]"), _context("Mailflow|{"),
     _context(f"WAC|{'[' * 100_000}"), base64.b64encode(b"WAC|{\xff}").decode(), "A", "\xe9"],
)  # fmt: skip
def test_what_is_no_context_is_kept(context: str) -> None:
    field = _with(9, context)
    assert (field.source, field.client, field.context) == (None, None, context or None)


def test_a_client_cannot_be_changed() -> None:
    client = _with(9, CONTEXT).client
    assert client is not None
    with pytest.raises(TypeError):
        client["V"] = "x"  # type: ignore[index]


@pytest.mark.parametrize(
    ("at", "name"), [(1, "type"), (8, "verdict"), (9, "context"), (10, "code")]
)
def test_strings_are_none_where_they_are_empty(at: int, name: str) -> None:
    assert getattr(_with(at, "x"), name) == "x"
    assert getattr(_with(at, ""), name) is None


def test_a_recipient_is_an_address_in_its_own_case() -> None:
    assert _with(2, "First.Last@Example.org").recipient == "First.Last@Example.org"
    assert _with(2, "First.Last").recipient is None


def test_slots_are_three() -> None:
    assert DataField.parse("05|02" + "|" * 9 + "|a|b|c|d").slots == ("a", "b", "c")


@given(st.text())
def test_no_value_raises_and_none_is_shown(raw: str) -> None:
    field = DataField.parse(raw)
    names = ("version", "type", "recipient", "message_id", "tenant", "flags", "ticks", "sent_at",
             "wrapped_at", "verdict", "context", "source", "client", "code", "slots")  # fmt: skip
    assert all(hasattr(field, name) for name in names)
    assert repr(field) == f"DataField(version={field.version!r})"
