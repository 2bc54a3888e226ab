"""A column of addresses, unwrapped at once: Arrow arrays in, Arrow arrays out.

What `unwrap` says of each row is the definition; the fast way may only skip, never differ. Three
things are skipped: rows that no wrapper's pattern matches stay as they are; rows that are the same
are read once; and links of the one shape that nearly all Safe Links have are taken apart by the
column. Whatever is left goes to `unwrap`.
"""

from __future__ import annotations

import array
import binascii
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, compress

import pyarrow as pa
import pyarrow.compute as pc

from safelinks.bulk.fields import (
    DEFAULT_FIELDS,
    FIELD_TYPES,
    IDENTIFIED,
    FieldType,
    fields_of,
    identified,
    row_reader,
)
from safelinks.bulk.suspects import (
    CANONICAL_LINK,
    CANONICAL_TARGET,
    DATA,
    UNFINISHED,
    suspects,
)
from safelinks.errors import SetupError
from safelinks.foundation.values import frozen
from safelinks.wrappers.microsoft.data_field import (
    CONTEXT_AT,
    END_TICKS,
    FIRST_TICKS,
    MESSAGE_ID_AT,
    RECIPIENT_AT,
    TENANT_AT,
    TICKS_AT,
    VERDICT_AT,
    source_in,
)
from safelinks.wrappers.microsoft.safelink_grammar import MAIL_HOSTS
from safelinks.wrappers.safelink import SafeLink

__all__ = ["TYPES", "is_text", "schema_of", "unwrap_column", "unwrap_texts"]

_MOMENT = pa.timestamp("us", tz="UTC")
TYPES: Mapping[FieldType, pa.DataType] = {
    FieldType.TEXT: pa.string(),
    FieldType.NUMBER: pa.int8(),
    FieldType.MOMENT: _MOMENT,
}
# So many that it does not count how long an engine takes to prepare a pattern.
_ROWS_AT_ONCE = 131_072

Columns = dict[str, pa.Array]


def schema_of(fields: tuple[str, ...]) -> pa.Schema:
    """The columns of `fields`."""
    return pa.schema([(name, TYPES[FIELD_TYPES[name].type]) for name in fields])


def is_text(kind: pa.DataType) -> bool:
    """Whether a column of that type holds texts, or nothing at all."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return kind in (pa.string(), pa.large_string(), pa.string_view(), pa.null())


def unwrap_column(
    texts: pa.Array | pa.ChunkedArray, fields: Iterable[str] = DEFAULT_FIELDS
) -> pa.Array | pa.ChunkedArray:
    """A structure of `fields` for every row of `texts`, an array of any type that holds texts.

    No row raises: what is null is null in all fields, and a target that is lost is an `error`,
    the name of its class. Raises SetupError for a column of something else.
    """
    chosen = fields_of(fields)
    kind = pa.struct(list(schema_of(chosen)))
    if isinstance(texts, pa.ChunkedArray):
        return pa.chunked_array([unwrap_column(chunk, chosen) for chunk in texts.chunks], kind)
    if not is_text(texts.type):
        raise SetupError(f"a column of type {texts.type} does not hold addresses")
    if pa.types.is_dictionary(texts.type):
        if len(texts.dictionary) <= len(texts):
            rows = unwrap_column(texts.dictionary, chosen).take(texts.indices)
            return pa.StructArray.from_arrays(rows.flatten(), fields=list(kind))
        texts = texts.dictionary_decode()  # a slice of something larger
    pieces = [
        pa.StructArray.from_arrays([columns[name] for name in chosen], fields=list(kind))
        for columns in chain.from_iterable(_in_pieces(block, chosen) for block in _blocks(texts))
    ]
    return pa.concat_arrays(pieces) if pieces else pa.array([], kind)


def _blocks(texts: pa.Array) -> Iterator[pa.Array]:
    """`texts` in pieces that are worked on at once, as strings."""
    for start in range(0, len(texts), _ROWS_AT_ONCE):
        yield from _small(texts.slice(start, _ROWS_AT_ONCE))


def _small(texts: pa.Array) -> Iterator[pa.Array]:
    """`texts` as strings, in halves where they are too long for that."""
    if pa.types.is_string(texts.type):
        yield texts
        return
    try:
        yield texts.cast(pa.string())
    except pa.ArrowInvalid:
        half = len(texts) // 2
        if not half:
            raise
        yield from _small(texts.slice(0, half))
        yield from _small(texts.slice(half))


def _in_pieces(texts: pa.Array, fields: tuple[str, ...]) -> Iterator[Columns]:
    """The columns of `texts`: at once, unless the targets that tokens spell are above 2 GB."""
    try:
        yield unwrap_texts(texts, fields)
    except _TooLongError:
        half = len(texts) // 2
        yield from _in_pieces(texts.slice(0, half), fields)
        yield from _in_pieces(texts.slice(half), fields)


class _TooLongError(Exception):
    """Values that are too long, together, for one array of texts."""


def unwrap_texts(texts: pa.Array, fields: tuple[str, ...]) -> Columns:
    """The columns `fields` of `texts`, an array of strings."""
    wanted = tuple(dict.fromkeys([name for name in fields if name not in IDENTIFIED]))
    if "target" not in wanted:
        wanted = (*wanted, "target")
    suspect = _is_suspect(texts, with_opaque="opaque" in fields)
    columns = {name: _untouched(name, texts) for name in wanted}
    found = texts.filter(suspect)
    if len(found):
        distinct = found.dictionary_encode()
        for name, values in _unwrap_distinct(distinct.dictionary, wanted).items():
            rows = values.take(distinct.indices)
            columns[name] = pc.replace_with_mask(columns[name], suspect, rows)
    if IDENTIFIED.intersection(fields):
        columns |= _identified(columns["target"])
    return columns


def _is_suspect(texts: pa.Array, *, with_opaque: bool) -> pa.Array:
    """Which rows are to be looked at; none that is null."""
    matches = pc.match_substring_regex(texts, suspects(with_opaque=with_opaque))
    return pc.fill_null(pc.or_(matches, pc.invert(pc.string_is_ascii(texts))), fill_value=False)


def _untouched(name: str, texts: pa.Array) -> pa.Array:
    """The column `name` of addresses without a wrapper."""
    if name == "target":
        return texts
    kind = TYPES[FIELD_TYPES[name].type]
    if name == "layers":
        return pc.if_else(pc.is_valid(texts), pa.scalar(0, kind), pa.scalar(None, kind))
    return pa.nulls(len(texts), kind)


def _unwrap_distinct(urls: pa.Array, fields: tuple[str, ...]) -> Columns:
    """The columns of `urls`, which are suspect."""
    easy, columns = _canonical(urls, fields)
    if len(columns["target"]) == len(urls):
        return columns
    hard = pc.invert(easy)
    rest = _one_by_one(urls.filter(hard), fields)
    if not len(columns["target"]):
        return rest
    merged = {}
    for name in fields:
        nothing = pa.nulls(len(urls), TYPES[FIELD_TYPES[name].type])
        half = pc.replace_with_mask(nothing, easy, columns[name])
        merged[name] = pc.replace_with_mask(half, hard, rest[name])
    return merged


def _one_by_one(urls: pa.Array, fields: tuple[str, ...]) -> Columns:
    """The columns of `urls` by `unwrap`, whatever they are."""
    read = row_reader(fields)
    rows = [read(url) for url in _texts_in(urls)]
    columns = {
        name: pa.array(values, TYPES[FIELD_TYPES[name].type])
        for name, values in zip(fields, zip(*rows, strict=True), strict=True)
    }
    if any(isinstance(column, pa.ChunkedArray) for column in columns.values()):
        raise _TooLongError
    return columns


def _texts_in(urls: pa.Array) -> list[str | bytes]:
    """The texts; bytes where a row is no Unicode, which Arrow does not check."""
    try:
        return list(urls.to_pylist())
    except UnicodeDecodeError:
        return [_text_of(raw) for raw in urls.cast(pa.binary()).to_pylist()]


def _text_of(raw: bytes) -> str | bytes:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


# Links of the one shape ---------------------------------------------------------------------------

# Of their metadata, what stands in `data`.
_IN_DATA = frozenset(
    {"message_id", "tenant", "sent_at", "wrapped_at", "verdict", "source", "recipient"}
)
_NO_REGION = MAIL_HOSTS[0].partition(".")[0]


@frozen(eq=False)
class _Canonical:
    """Links of that shape: their targets, and the fields of their `data` where they are wanted."""

    links: list[str]
    targets: pa.Array
    data: list[list[str]]

    def field(self, at: int) -> list[str]:
        """Field `at` of `data`, of every link."""
        return [fields[at] for fields in self.data]

    def constant(self, value: object, kind: pa.DataType) -> pa.Array:
        """The same `value` for every link."""
        return pa.repeat(pa.scalar(value, kind), len(self.links))

    def regions(self) -> list[str | None]:
        """The first labels of the hosts, where those are regions."""
        labels = [link[len("https://") : link.index(".")] for link in self.links]
        return [label if label != _NO_REGION else None for label in labels]


def _canonical(urls: pa.Array, fields: tuple[str, ...]) -> tuple[pa.Array, Columns]:
    """Which of `urls` are Safe Links of that shape, and the columns of those alone."""
    in_data = bool(_IN_DATA.intersection(fields))
    easy = pc.match_substring_regex(urls, CANONICAL_LINK if in_data else CANONICAL_TARGET)
    links = urls.filter(easy).to_pylist()
    targets = _decoded([link[link.index("=") + 1 : link.index("&")] for link in links])
    sure = pc.invert(_is_wrapped_again(targets, with_opaque="opaque" in fields))
    rows: list[list[str]] = []
    if in_data:
        start = len("&data=")
        data = _decoded([link[link.index("&") + start : link.index("&sdata=")] for link in links])
        sure = pc.and_(sure, pc.match_substring_regex(data, DATA))
        rows = [text.split("|", CONTEXT_AT + 1) for text in data.filter(sure).to_pylist()]
    canonical = _Canonical(list(compress(links, sure.to_pylist())), targets.filter(sure), rows)
    columns = {name: _OF_CANONICAL[name](canonical) for name in fields}
    return pc.replace_with_mask(easy, easy, sure), columns


def _is_wrapped_again(targets: pa.Array, *, with_opaque: bool) -> pa.Array:
    wrapped = pc.match_substring_regex(targets, suspects(with_opaque=with_opaque))
    return pc.or_(wrapped, pc.match_substring_regex(targets, UNFINISHED))


def _decoded(texts: list[str]) -> pa.Array:
    """`texts`, in which every escape is whole and of ASCII, percent-decoded: all in one run.

    None holds a line break afterwards, nor an equals sign before; see `percent.decode`.
    """
    octets = binascii.a2b_qp("\n".join(texts).replace("%", "="))
    return pa.array(octets.decode().split("\n") if texts else [], pa.string())


def _or_null(texts: list[str]) -> pa.Array:
    return pa.array([text or None for text in texts], pa.string())


_DIGITS, _WRITTEN = 32, 36  # of an id
_HYPHENS = (8, 13, 18, 23)


def _ids(digits: list[str]) -> pa.Array:
    """Ids as `uuid.UUID` writes them: all first digits at once, all second ones, and so on."""
    given = "".join(digits).encode()
    written = bytearray(b"-" * _WRITTEN * len(digits))
    for at, place in enumerate(at for at in range(_WRITTEN) if at not in _HYPHENS):
        written[place::_WRITTEN] = given[at::_DIGITS]
    ends = pa.array(range(0, len(written) + 1, _WRITTEN), pa.int32())
    buffers = [None, ends.buffers()[1], pa.py_buffer(bytes(written))]
    return pa.Array.from_buffers(pa.string(), len(digits), buffers)


_TICKS_OF_1970 = 621_355_968_000_000_000
_TICKS_A_MICROSECOND = 10


def _moments(ticks: pa.Array) -> pa.Array:
    """The times of .NET ticks, null where none is believed (spec, section 4)."""
    first, end = (pa.scalar(moment, ticks.type) for moment in (FIRST_TICKS, END_TICKS))
    believed = pc.and_(pc.greater_equal(ticks, first), pc.less(ticks, end))
    ticks = pc.if_else(believed, ticks, pa.scalar(None, ticks.type)).cast(pa.int64())
    since = pc.subtract(ticks, pa.scalar(_TICKS_OF_1970))
    return pc.divide(since, pa.scalar(_TICKS_A_MICROSECOND)).cast(_MOMENT)


_CLOCK = range(20, 32)  # of the digits of a message id; its unit is 65,536 ticks
_VERSION = 12
_HEX_OF_CLOCK = 16


def _sent_at(message_ids: list[str]) -> pa.Array:
    """The clock in each id, as `time_of_message_id` reads it."""
    given = "".join(message_ids).encode()
    written = bytearray(b"0" * _HEX_OF_CLOCK * len(message_ids))
    for place, at in enumerate(_CLOCK):
        written[place::_HEX_OF_CLOCK] = given[at::_DIGITS]
    ticks = array.array("Q", bytes.fromhex(written.decode()))
    if sys.byteorder == "little":
        ticks.byteswap()
    moments = _moments(
        pa.Array.from_buffers(pa.uint64(), len(ticks), [None, pa.py_buffer(ticks.tobytes())])
    )
    has_clock = pa.array([digits[_VERSION] == "4" for digits in message_ids], pa.bool_())
    return pc.if_else(has_clock, moments, pa.scalar(None, _MOMENT))


def _wrapped_at(ticks: list[str]) -> pa.Array:
    return _moments(pa.array(list(map(int, ticks)), pa.int64()))


def _sources(contexts: list[str]) -> pa.Array:
    """The source in each context, of which there are only a few."""
    known = {context: source_in(context) for context in set(contexts)}
    return pa.array([known[context] for context in contexts], pa.string())


def _addresses(recipients: list[str]) -> pa.Array:
    return pa.array([text if "@" in text else None for text in recipients], pa.string())


_OF_CANONICAL: Mapping[str, Callable[[_Canonical], pa.Array]] = {
    "target": lambda links: links.targets,
    "error": lambda links: links.constant(None, pa.string()),
    "wrapper": lambda links: links.constant(SafeLink.wrapper, pa.string()),
    "layers": lambda links: links.constant(1, pa.int8()),
    "opaque": lambda links: links.constant(None, pa.string()),
    "message_id": lambda links: _ids(links.field(MESSAGE_ID_AT)),
    "tenant": lambda links: _ids(links.field(TENANT_AT)),
    "sent_at": lambda links: _sent_at(links.field(MESSAGE_ID_AT)),
    "wrapped_at": lambda links: _wrapped_at(links.field(TICKS_AT)),
    "verdict": lambda links: _or_null(links.field(VERDICT_AT)),
    "source": lambda links: _sources(links.field(CONTEXT_AT)),
    "region": lambda links: pa.array(links.regions(), pa.string()),
    "recipient": lambda links: _addresses(links.field(RECIPIENT_AT)),
}


# The catalog --------------------------------------------------------------------------------------


def _identified(targets: pa.Array) -> Columns:
    """Resource and agency of each target."""
    distinct = targets.dictionary_encode()
    names = [_names_of(target) for target in _texts_in(distinct.dictionary)]
    return {
        field: pa.array([pair[at] for pair in names], pa.string()).take(distinct.indices)
        for at, field in enumerate(("resource", "agency"))
    }


def _names_of(target: str | bytes) -> tuple[str | None, str | None]:
    return (None, None) if isinstance(target, bytes) else identified(target)
