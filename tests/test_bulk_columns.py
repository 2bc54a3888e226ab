"""The kernel says of each row what `unwrap` says of it, whatever the type of the column."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow as pa
import pytest
from building import HOST, LAYOUTS, encode, wrap
from hypothesis import example, given
from hypothesis import strategies as st

import safelinks
from safelinks.arrow import FIELDS, unwrap_array
from safelinks.bulk import suspects
from safelinks.bulk.columns import unwrap_column
from safelinks.errors import SafelinksError, SetupError
from safelinks.wrappers.vendors.wrapper_table import WRAPPERS

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

DATA = Path(__file__).parent / "data"
NAMES = tuple(name for name in FIELDS.names if name not in ("resource", "agency"))
TARGET = "https://example.org/a%20b?c=d&e"
LOST = f"https://{HOST}/GetUrlReputation"


def _vectors() -> list[str]:
    """Every input of the worked examples, and every address in it."""
    found: dict[str, None] = {}
    for name in ("safe-links", "wrappers", "wild", "real-mail"):
        for line in (DATA / f"{name}.jsonl").read_text("utf-8").splitlines():
            text = json.loads(line)["input"]
            found[text] = None
            found |= dict.fromkeys(link.url for link in safelinks.find(text))
    return list(found)


VECTORS = _vectors()
BUILT = [
    *(wrap(TARGET, layout) for layout in LAYOUTS),
    *(wrap(TARGET, host=f"{region}safelinks.protection.office365.us") for region in ("", "usg01.")),
    wrap(wrap(TARGET)), wrap(wrap(LOST)), LOST, wrap(LOST), wrap("https://"), wrap("http://urldef"),
    wrap("https://example.org"), wrap("https%3A%2F%2Fexample.org"), wrap("https://bit.ly/x"),
    wrap("https://é.example/ü"), wrap("https://a.example/%E9"), wrap("https://a.example/\n"),
    wrap(TARGET).replace("%3A%2F%2F", "%3A%2F%2F%zz"), wrap(TARGET).replace("&data=", "&data=%7C"),
    wrap(TARGET).replace("05%7C", "v5%7C"), wrap(TARGET) + "&", wrap(TARGET) + "\n", f" {wrap(TARGET)}\r\n",
    wrap(TARGET).replace("5f106858a3364fd3976608dd9df932ef", "5F106858A3364FD3976608DD9DF932EF"),
    wrap(TARGET).replace("5f106858a3364fd3", "5f106858a3363fd3"), wrap(TARGET).replace("638840415827042483", "999999999999999999"),
    wrap(TARGET).replace("638840415827042483", "600000000000000000"), wrap(TARGET).replace("976608dd9df932ef", "9766ffffffffffff"),
    wrap(TARGET).upper(), wrap(TARGET).replace("safelinks", "ſafelinks"), wrap(TARGET).replace("&", "\\u0026"),
    "https://outlook.office.com/mail/safelink.html?url=https%3A%2F%2Fa.example&corid=1",
    "", " ", "\0", "x", "https://", "https://example.org/", "HTTPS://BIT.LY/X", "https://www.google.com/url?q=https://a.example",
    "https://a.example/CL0/https:%2F%2Fb.example", "https://mail.a.example/owa/redir.aspx?URL=https://b.example",
    "https://nyc.gov/cgi-bin/ex\u0130t.pl?url=https://a.example", "mailto:a@b.example", "http://" + "a." * 200 + "com/",
]  # fmt: skip
TEXTS = [*VECTORS, *BUILT]


def _row(url: str | None) -> dict[str, object]:
    """What the columns have to say of `url`, by `unwrap`."""
    try:
        unwrapped = safelinks.unwrap(url) if url is not None else None
    except SafelinksError as error:
        return dict.fromkeys(NAMES) | {"error": type(error).__name__}
    if unwrapped is None:
        return dict.fromkeys(NAMES)
    row = unwrapped.as_dict(redacted=False) | {"error": None}
    return {name: row[name] for name in NAMES}


def _rows(urls: Iterable[str | None]) -> list[dict[str, object]]:
    return [_row(url) for url in urls]


def test_every_vector_is_unwrapped_as_by_unwrap() -> None:
    assert unwrap_array(pa.array(TEXTS), NAMES).to_pylist() == _rows(TEXTS)


@pytest.mark.parametrize("name", NAMES)
def test_a_field_alone_is_what_it_is_among_others(name: str) -> None:
    assert unwrap_array(pa.array(BUILT), (name,)).field(0).to_pylist() == [
        row[name] for row in _rows(BUILT)
    ]


_MIXED = [None, *TEXTS, None, *TEXTS[::3], None]
_TYPES: dict[str, Callable[[pa.Array], pa.Array | pa.ChunkedArray]] = {
    "string": lambda texts: texts,
    "large string": lambda texts: texts.cast(pa.large_string()),
    "string view": lambda texts: texts.cast(pa.string_view()),
    "dictionary": lambda texts: texts.dictionary_encode(),
    "dictionary with nulls in it": lambda texts: pa.DictionaryArray.from_arrays(
        pa.array(range(len(texts)), pa.int32()), texts
    ),
    "slice of a dictionary": lambda texts: pa.concat_arrays([texts, texts])
    .dictionary_encode()
    .slice(len(texts)),
    "slice": lambda texts: pa.concat_arrays([texts.slice(5), texts]).slice(len(texts) - 5),
    "chunks": lambda texts: pa.chunked_array([texts.slice(0, 7), texts.slice(7, 0), texts.slice(7)]),
    "large chunks": lambda texts: pa.chunked_array([texts.slice(0, 7), texts.slice(7)]).cast(
        pa.large_string()
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", _TYPES)
def test_every_type_of_column_has_the_same_rows(kind: str) -> None:
    column = _TYPES[kind](pa.array(_MIXED, pa.string()))
    unwrapped = unwrap_array(column, NAMES)
    assert unwrapped.type == pa.struct([FIELDS.field(name) for name in NAMES])
    assert unwrapped.to_pylist() == _rows(_MIXED)


@pytest.mark.parametrize(
    "column",
    [
        pa.array([], pa.string()),
        pa.array([], pa.large_string()),
        pa.nulls(3),
        pa.nulls(3, pa.string()),
        pa.chunked_array([], pa.string()),
        pa.array([], pa.string()).dictionary_encode(),
    ],
    ids=str,
)
def test_nothing_gives_nothing(column: pa.Array) -> None:
    unwrapped = unwrap_array(column, FIELDS.names)
    assert unwrapped.to_pylist() == [dict.fromkeys(FIELDS.names)] * len(column)
    assert unwrapped.type == pa.struct(list(FIELDS))


@pytest.mark.parametrize("column", [pa.array([1]), pa.array([b"x"]), pa.array([["x"]])], ids=str)
def test_a_column_of_something_else_is_refused(column: pa.Array) -> None:
    with pytest.raises(SetupError, match="does not hold addresses"):
        unwrap_array(column)


def test_a_field_that_there_is_not_is_named() -> None:
    with pytest.raises(SetupError, match="no field 'tenants'; the fields are target, error,"):
        unwrap_array(pa.array(["x"]), ("target", "tenants"))
    with pytest.raises(SetupError, match="no field is named"):
        unwrap_array(pa.array(["x"]), ())


def test_a_row_that_is_no_unicode_harms_no_other() -> None:
    texts = [wrap(TARGET).encode(), b"https://a.example/\xff", b"https://b.example/", None]
    column = pa.array(texts, pa.binary())
    column = pa.Array.from_buffers(pa.string(), len(column), column.buffers())
    assert unwrap_array(column).to_pylist() == [
        {"target": TARGET, "error": None},
        {"target": None, "error": "InvalidURLError"},
        {"target": "https://b.example/", "error": None},
        {"target": None, "error": None},
    ]


def test_the_catalog_names_the_targets_if_it_is_asked() -> None:
    urls = [wrap("https://www.nyc.gov/pip"), "https://www.nyc.gov/pip", "https://a.example", LOST]
    rows = unwrap_array(pa.array([*urls, None]), ("resource", "agency")).to_pylist()
    matches = [safelinks.identify("https://www.nyc.gov/pip")] * 2
    expected = [
        (match.resource and match.resource.id, match.agency and match.agency.acronym)
        for match in matches
    ]
    assert all(expected[0])
    assert [tuple(row.values()) for row in rows] == [*expected, *[(None, None)] * 3]


# Pieces that links and what looks like them are made of.
_PIECES = [
    "https://", "http://", "HTTPS://", f"{HOST}/?url=", "https%3A%2F%2F", "http%3A%2F%2F", "a.example", "b.example%2Fc", "%2F",
    "&data=", encode("05|02|me@a.example|5f106858a3364fd3976608dd9df932ef|58705c0107d84844a3855f62968f44ec|0|0|638840415827042483|Unknown|"),
    "&sdata=x%3D", "&reserved=0", "&amp;", "%7C", "%25", "%3", "%0A", "%C3%A9", "%E9", "é", "\n", "\r", " ", "\0", "\\u0026", "safelinks", "/", "?", "#", ":443", ".",
    "www.google.com", "google.de", "/url?q=", "bit.ly/", "t.sidekickopen07.com", "urldefense.com/v3/__", "__;!!x", "K", "ı", "ſ", "=", "*", "x" * 70,
]  # fmt: skip
_texts = st.lists(st.sampled_from(_PIECES), max_size=14).map("".join)


@st.composite
def _mutated(draw: st.DrawFn) -> str:
    """A vector with something put in, taken out, or in another case."""
    text = draw(st.sampled_from(TEXTS))[:600]
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        end = draw(st.integers(at, min(at + 6, len(text))))
        text = text[:at] + draw(st.sampled_from(["", "%", *_PIECES])) + text[end:]
    return text


@given(st.lists(st.none() | _mutated() | _texts, min_size=1, max_size=60))
@example(["https://safelinks.protection.outlook.com/?url=https%3A%2F%2F&data=&sdata=&reserved=0"])
def test_mutated_rows_are_unwrapped_as_by_unwrap(urls: list[str | None]) -> None:
    assert unwrap_array(pa.array(urls, pa.string()), NAMES).to_pylist() == _rows(urls)
    targets = unwrap_array(pa.array(urls, pa.string()))
    assert targets.field("target").to_pylist() == [row["target"] for row in _rows(urls)]


@pytest.mark.parametrize("with_opaque", [False, True])
def test_every_host_of_the_table_is_suspect(with_opaque: bool) -> None:
    pattern = re.compile(suspects.suspects(with_opaque=with_opaque))
    rows = [row for row in WRAPPERS if with_opaque or not row.opaque]
    hosts = [host.replace("*", "a-1.b") for row in rows if not row.path for host in row.hosts]
    assert hosts
    assert [host for host in hosts if not pattern.match(f"https://{host}/x")] == []
    assert not pattern.match("https://www.example.org/safelinks?url=https%3A%2F%2Fa.example")


def test_a_pattern_stays_small_enough_to_be_prepared_for_every_batch() -> None:
    assert len(suspects.suspects(with_opaque=True)) < 8_000


def test_what_was_read_is_not_kept_where_it_is_long() -> None:
    from safelinks.bulk.fields import row_reader

    row_reader.cache_clear()
    long = wrap("https://urldefense.com/v3/__https://a.example/" + "é" * 2_000 + "__;!!x!y$")
    assert unwrap_column(pa.array([long] * 3))[0].as_py() == _only(_row(long))


def _only(row: dict[str, object]) -> dict[str, object]:
    return {name: row[name] for name in ("target", "error")}
