"""The folder of a check: what is known of each address, kept so that a killed run loses little.

Outcomes come in parts, each written beside its name and then renamed. When a bucket is done, its
parts become one file. ::

    manifest.json                       how many buckets there are
    journal/00007-3f2a….parquet         outcomes of a bucket that is not done
    outcomes/00007.parquet              outcomes of one that is

The same folder may be begun by one engine and ended by another.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from safelinks.errors import DocumentError, SetupError
from safelinks.files.file_access import replace
from safelinks.foundation.values import frozen
from safelinks.health.model.outcome import Outcome
from safelinks.version import __version__
from safelinks.wrappers.redaction.link_redaction import shown

__all__ = ["OUTCOME_SCHEMA", "Journal", "Kept", "outcome_row"]

OUTCOME_SCHEMA = pa.schema(
    [
        ("url", pa.string()),
        ("verdict", pa.string()),
        ("reason", pa.string()),
        ("status", pa.int16()),
        ("final_url", pa.string()),
        ("replacement", pa.string()),
        ("evidence", pa.string()),
        ("error", pa.string()),
        ("attempts", pa.int32()),
        ("checked_at", pa.timestamp("us", tz="UTC")),
    ]
)
_VERSION = 1
_MANIFEST = "manifest.json"
_MOST_BUCKETS = 65_536
_HIGHEST_STATUS = 999

OutcomeRow = dict[str, Any]


def outcome_row(outcome: Outcome) -> OutcomeRow:
    """What is kept of an outcome: its address as it is, what a server said without secrets."""
    told = outcome.as_shown(shown)
    status = outcome.status
    return {
        "url": outcome.url,
        "verdict": str(outcome.verdict),
        "reason": str(outcome.reason),
        "status": status if status is None or status <= _HIGHEST_STATUS else None,
        "final_url": told.final_url,
        "replacement": told.replacement,
        "evidence": told.evidence,
        "error": told.error or None,
        "attempts": outcome.attempts,
        "checked_at": datetime.now(UTC),
    }


@frozen
class Kept:
    """What is known of an address: the verdict, its reason, and whether a server answered."""

    verdict: str
    reason: str
    was_answered: bool


@frozen
class Journal:
    """The folder of a check whose addresses are in so many `buckets`."""

    folder: Path
    buckets: int

    @classmethod
    def of(cls, folder: Path, buckets: int) -> Journal:
        """The journal in `folder`; a new one gets so many `buckets`, one that is there has its own.

        Raises SetupError where something else is there, DocumentError where it cannot be read.
        """
        manifest = folder / _MANIFEST
        if manifest.exists():
            return cls(folder, _buckets_in(manifest))
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise SetupError(f"{folder} holds something else; name a folder that is new or empty")
        if not 0 < buckets <= _MOST_BUCKETS:
            raise SetupError(f"there are 1 to {_MOST_BUCKETS} buckets, not {buckets}")
        (folder / "journal").mkdir(parents=True, exist_ok=True)
        (folder / "outcomes").mkdir(exist_ok=True)
        kept = {"version": _VERSION, "buckets": buckets, "safelinks": __version__}
        replace(manifest, [json.dumps(kept, indent=2).encode() + b"\n"])
        return cls(folder, buckets)

    def known(self, bucket: int) -> set[str]:
        """The addresses of `bucket` whose outcome is there."""
        return set(self.kept(bucket))

    def kept(self, bucket: int) -> dict[str, Kept]:
        """What is known of each address of `bucket`: its last outcome."""
        whole = self._last_of_each(bucket, ["url", "verdict", "reason", "status", "checked_at"])
        if whole is None:
            return {}
        columns = (whole[name].to_pylist() for name in ("url", "verdict", "reason", "status"))
        return {
            url: Kept(verdict, reason, was_answered=status is not None)
            for url, verdict, reason, status in zip(*columns, strict=True)
        }

    def write(self, bucket: int, rows: Iterable[OutcomeRow]) -> None:
        """Keep outcomes of `bucket` from now on."""
        path = self.folder / "journal" / f"{_name(bucket)}-{uuid.uuid4().hex}.parquet"
        _put(pa.Table.from_pylist([_encodable(row) for row in rows], OUTCOME_SCHEMA), path)

    def finish(self, bucket: int) -> None:
        """Put what is known of `bucket` into one file; the last outcome of an address counts."""
        parts = self._parts(bucket)
        whole = self._last_of_each(bucket) if parts else None
        if whole is not None:
            _put(whole, self._done(bucket))
        for path in parts:
            path.unlink(missing_ok=True)

    def filled(self) -> list[int]:
        """The buckets of which something is known."""
        paths = (*self.folder.glob("outcomes/*.parquet"), *self.folder.glob("journal/*.parquet"))
        names = {path.stem.partition("-")[0] for path in paths}
        return sorted(int(name) for name in names if name.isdecimal())

    def _last_of_each(self, bucket: int, columns: list[str] | None = None) -> pa.Table | None:
        """The last outcome of each address of `bucket`; None where nothing is known."""
        parts = [_table(path, columns) for path in self._parts(bucket)]
        done = _table(self._done(bucket), columns)
        tables = [table for table in (done, *parts) if table is not None and table.num_rows]
        if not tables or (len(tables) == 1 and tables[0] is done):
            return done
        whole = pa.concat_tables(tables).sort_by(
            [("url", "ascending"), ("checked_at", "descending")]
        )
        rows = whole.num_rows
        urls = whole["url"].combine_chunks()
        if rows > 1:
            changes = pc.not_equal(urls.slice(1), urls.slice(0, rows - 1))
            first = pa.concat_arrays([pa.array([True]), _one(changes)])
            whole = whole.filter(first)
        return whole

    def _parts(self, bucket: int) -> list[Path]:
        return sorted((self.folder / "journal").glob(f"{_name(bucket)}-*.parquet"))

    def _done(self, bucket: int) -> Path:
        return self.folder / "outcomes" / f"{_name(bucket)}.parquet"


def _one(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _name(bucket: int) -> str:
    return f"{bucket:05}"


def _buckets_in(manifest: Path) -> int:
    try:
        kept = json.loads(manifest.read_bytes())
        version, buckets = kept["version"], kept["buckets"]
    except OSError as error:
        raise DocumentError(f"{manifest} cannot be read ({error.strerror})") from None
    except (ValueError, TypeError, KeyError):
        raise DocumentError(f"{manifest} is damaged; name another folder") from None
    if version != _VERSION or not isinstance(buckets, int) or not 0 < buckets <= _MOST_BUCKETS:
        raise DocumentError(f"{manifest} is of another release of safelinks; name another folder")
    return buckets


def _put(table: pa.Table, path: Path) -> None:
    """Write a file beside `path`, and rename it."""
    beside = path.with_suffix(f".{uuid.uuid4().hex}.tmp")
    try:
        parquet.write_table(table, beside)
        os.replace(beside, path)  # noqa: PTH105  the same, and said by its name
    finally:
        beside.unlink(missing_ok=True)


def _table(path: Path, columns: list[str] | None = None) -> pa.Table | None:
    """The rows in a file; None where there is none, or it is damaged: then they are asked again."""
    try:
        return parquet.read_table(path, columns=columns, partitioning=None)
    except (FileNotFoundError, pa.ArrowInvalid, OSError):
        return None


def _encodable(row: OutcomeRow) -> OutcomeRow:
    """`row`, whose texts may quote what was no Unicode."""
    return {
        name: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
        for name, value in row.items()
    }
