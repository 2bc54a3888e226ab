"""A check of any number of addresses, by all cores of a machine: polite, and to be gone on with."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from attrs import field

from safelinks.bulk.bucket_check import BucketResult, careful, check_bucket
from safelinks.bulk.columns import is_text
from safelinks.bulk.csv_dialect import no_column
from safelinks.bulk.journal import Journal
from safelinks.bulk.process_pool import ProcessPool, end_while_imported, is_over
from safelinks.bulk.sites import bucket_of, site_of
from safelinks.bulk.streams import opened_table
from safelinks.bulk.table_formats import file_named
from safelinks.errors import SetupError
from safelinks.files.unfinished_files import is_locked
from safelinks.foundation.values import frozen
from safelinks.health.model.outcome import Verdict
from safelinks.health.model.policy import Policy

__all__ = ["CheckResult", "check_tables", "texts_of"]

_BUCKETS = 64
_WAITING = 32 << 20  # characters of addresses, until they are written
_LOCK = ".lock"


@frozen
class CheckResult:
    """What became of a check.

    `addresses` is how many different ones there were, `known` how many of them earlier runs have
    checked, `left` how many have no outcome yet, `verdicts` how many have which, `skipped` how many
    were skipped for which reason. `again` is how many were judged anew, for they had been skipped
    by other options; `unasked` is why those that are left were not asked. `given_up` are buckets
    that killed every process that worked on them.
    """

    folder: Path
    addresses: int
    known: int
    left: int
    verdicts: dict[str, int]
    given_up: tuple[int, ...] = ()
    skipped: Mapping[str, int] = field(factory=dict)
    again: int = 0
    unasked: Mapping[str, int] = field(factory=dict)


def check_tables(  # noqa: PLR0913  an option each
    data: Any,  # noqa: ANN401  whatever has a table, or several
    folder: str | os.PathLike[str],
    column: str = "target",
    *,
    policy: Policy | None = None,
    jobs: int = 1,
    buckets: int = _BUCKETS,
    on_result: Callable[[BucketResult], object] = lambda _: None,
) -> CheckResult:
    """Check every address in `column` of the table `data`, or of a list of them, into `folder`.

    Run again, it goes on where it was: what has an outcome in `folder` is not asked, unless options
    had skipped it that are others now. `jobs` is the
    number of processes. Addresses are put into `buckets` by their sites; a folder that is there has
    its own number of them. `on_result` is called when a bucket is done. Raises SetupError and
    DocumentError.
    """
    end_while_imported()
    policy = careful(policy)
    tables = data if isinstance(data, (list, tuple)) else [data]
    journal = Journal.of(Path(folder), buckets)
    with _locked(journal.folder), tempfile.TemporaryDirectory(prefix="safelinks-") as scattered:
        filled = _scatter(tables, column, journal.buckets, Path(scattered))
        results: list[BucketResult] = []

        def note(result: BucketResult) -> None:
            results.append(result)
            on_result(result)

        work = partial(_check, journal, Path(scattered), policy)
        given_up: list[int] = []
        if jobs == 1:
            for bucket in filled:
                note(work(bucket))
        else:
            pool: ProcessPool[BucketResult] = ProcessPool(work, jobs, note)
            pool.run(filled)
            given_up = pool.given_up
        for bucket in given_up:
            wanted = set(_addresses(Path(scattered) / str(bucket)))
            known_of_it = len(wanted & journal.known(bucket))
            results.append(BucketResult(bucket, known_of_it, 0, len(wanted) - known_of_it))
    known, checked, left, again = (
        sum(getattr(result, name) for result in results)
        for name in ("known", "checked", "left", "again")
    )
    unasked: Counter[str] = Counter()
    for result in results:
        unasked.update(result.unasked)
    verdicts, skipped = _counts(journal)
    return CheckResult(
        journal.folder,
        known + checked + left,
        known,
        left,
        verdicts,
        tuple(given_up),
        skipped,
        again,
        dict(unasked),
    )


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep others from working in `folder`; a killed run has let go of it."""
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        if os.name != "nt" and not is_locked(handle, wait=False):
            raise SetupError(f"another check is at work in {folder}")
        yield
    finally:
        os.close(handle)


def texts_of(batch: pa.RecordBatch, column: str) -> list[str]:
    """The different addresses in `column` of `batch`. Raises SetupError where there is none."""
    if column not in batch.schema.names:
        raise SetupError(no_column(column, batch.schema.names))
    texts = batch.column(column)
    if not is_text(texts.type):
        raise SetupError(
            f"the column {column!r} is of type {texts.type}, and does not hold addresses"
        )
    if pa.types.is_dictionary(texts.type):
        texts = texts.dictionary_decode()
    return [text for text in pc.unique(texts.cast(pa.string())).to_pylist() if text]


def _scatter(tables: Sequence[Any], column: str, buckets: int, folder: Path) -> list[int]:
    """Write the addresses of each bucket to a file of its own; gives the buckets that have some."""
    filled: set[int] = set()
    waiting: defaultdict[int, list[str]] = defaultdict(list)
    length = 0
    for table in tables:
        for batch in opened_table(table):
            with file_named(table):
                urls = texts_of(batch, column)
            for url in urls:
                bucket = bucket_of(site_of(url), buckets)
                line = json.dumps(url) + "\n"
                waiting[bucket].append(line)
                filled.add(bucket)
                length += len(line)
                if length >= _WAITING:
                    _append(waiting, folder)
                    length = 0
    _append(waiting, folder)
    return sorted(filled)


def _append(waiting: defaultdict[int, list[str]], folder: Path) -> None:
    """Write what is `waiting`, a bucket at a time: so many files cannot be open at once."""
    for bucket, lines in waiting.items():
        with (folder / str(bucket)).open("a", encoding="ascii") as file:
            file.writelines(lines)
    waiting.clear()


def _addresses(path: Path) -> Iterator[str]:
    with path.open(encoding="ascii") as lines:
        yield from map(json.loads, lines)


def _check(journal: Journal, folder: Path, policy: Policy, bucket: int) -> BucketResult:
    return check_bucket(journal, bucket, _addresses(folder / str(bucket)), policy, is_over)


def _counts(journal: Journal) -> tuple[dict[str, int], dict[str, int]]:
    """How many outcomes in the folder have which verdict, and how many were skipped for what.

    Addresses of earlier runs are included.
    """
    verdicts: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    for bucket in journal.filled():
        for kept in journal.kept(bucket).values():
            verdicts[kept.verdict] += 1
            if kept.verdict == Verdict.SKIPPED:
                skipped[kept.reason] += 1
    return dict(sorted(verdicts.items())), dict(skipped.most_common())
