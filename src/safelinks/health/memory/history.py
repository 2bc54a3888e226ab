"""What earlier runs saw of each address: so that a check can reuse it, and be patient."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from attrs import evolve

from safelinks.health.memory import history_file, stored_outcomes
from safelinks.health.memory.history_file import HistoryRow
from safelinks.health.memory.history_seal import FAULTS
from safelinks.health.memory.reuse_ages import REMEMBERED
from safelinks.health.model.outcome import VERDICTS, Outcome, Past, Reason, Verdict

__all__ = ["History"]

# How much a run that is killed may forget.
_BATCH = 200  # outcomes
_PAUSE = timedelta(seconds=1)

# What says nothing about a link, but that its server had too much to do.
_PASSING = frozenset({Reason.RATE_LIMITED})
_WORKS = {Verdict.ALIVE, Verdict.MOVED}
_FAILS = {Verdict.DEAD, Verdict.FAILING}


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _without_fragment(url: str) -> str:
    return url.partition("#")[0]


class History:
    """The results of earlier runs, in the file `path`: a context manager, for one run.

    The file is made if missing. `now` tells the time, with its zone; addresses with the same `key`
    are one. Raises SetupError if the file cannot be used. A damaged file is set aside:
    `begun_anew` is then True, and nothing is known of earlier runs.

    `warning` is a sentence for people about the file, None as long as all is well. A failure in the
    midst of the run raises nothing: from then on nothing is remembered, and a `warning` says so.
    Runs may share the file at the same time. Only the thread that opened it may use it.
    """

    def __init__(
        self,
        path: str | Path,
        now: Callable[[], datetime] = _utc_now,
        key: Callable[[str], str] = _without_fragment,
    ) -> None:
        self._path = Path(path)
        self._now = now
        self._key = key
        self._flushed = now()
        self._file, self.warning = history_file.open_history(self._path, self._flushed)
        self.begun_anew = self.warning is not None
        self._readable = True
        self._writable = True
        self._pending: dict[bytes, tuple[Outcome, datetime]] = {}
        self._recorded: set[bytes] = set()  # in this run, and in the file

    @classmethod
    def open(
        cls,
        path: str | Path,
        now: Callable[[], datetime] = _utc_now,
        key: Callable[[str], str] = _without_fragment,
    ) -> Self:
        """``History(path, now, key)``, by the name that says what it does."""
        return cls(path, now, key)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Save what is not yet saved, and close the file."""
        self.flush()
        self._file.close()

    def recall(self, url: str, max_age: Mapping[Verdict, timedelta]) -> Outcome | None:
        """What an earlier run found of `url`, if that is younger than `max_age` of its verdict.

        `past.reused` is when it was found. None if there is none to be reused: one of this run, one
        that the clock has not reached yet, one with something personal in it, one that the server
        was too busy for, or one that nobody has asked for itself, never is.
        """
        key = self._digest(url)
        if key in self._pending or key in self._recorded:
            return None
        row = self._read(key)
        if row is None or row.outcome is None or row.reason in _PASSING:
            return None
        try:
            reason = Reason(row.reason)
            age = self._now() - row.found
            if not timedelta() < age < max_age.get(VERDICTS[reason], timedelta()):
                return None
            outcome = stored_outcomes.load(row.outcome, url, reason)
        except ValueError:  # another version of safelinks may know what it means
            return None
        if not outcome.hops:  # it was another link of its host that was asked
            return None
        return evolve(outcome, past=evolve(row.past, reused=row.found))

    def record(self, outcome: Outcome) -> Outcome:
        """Save `outcome`, and return it with its `past`, this run included.

        A link that is dead or failing makes its series of runs one longer, one that works ends it.
        One that is uncertain does neither: its `past` tells of the series as it stands. One that is
        skipped or offline is not remembered, nor is a reused one: nobody looked at them; nor is one
        that its server was too busy for, which leaves what is known as it was. When an address is
        recorded again in a run, the later outcome replaces the earlier one.

        The `past` is None where nothing is known: of an address that was only ever skipped, and of
        all when the file can no longer be read.
        """
        found = self._now()
        told = self._told(outcome, found)
        if self._writable and self._readable and _is_news(outcome):
            self._pending[self._digest(outcome.url)] = outcome, found
            if len(self._pending) >= _BATCH or abs(found - self._flushed) >= _PAUSE:
                self.flush()
        return told

    def with_past(self, outcome: Outcome) -> Outcome:
        """What `record` returns, for an address that was not requested; saves nothing."""
        return self._told(outcome, self._now())

    def _told(self, outcome: Outcome, found: datetime) -> Outcome:
        if outcome.past is not None and outcome.past.reused is not None:
            return outcome
        key = self._digest(outcome.url)
        if not _is_news(outcome):
            return evolve(outcome, past=self._past(key))
        before = self._before(key, self._read(key))
        past = _after(before, outcome.verdict, found) if self._readable else None
        return evolve(outcome, past=past)

    def flush(self) -> None:
        """Save what was recorded, so that it is kept if this run is killed."""
        self._flushed = self._now()
        if self._pending:
            with self._failing_gently("written"):
                self._write_down()
            self._pending.clear()

    def _write_down(self) -> None:
        with history_file.transaction(self._file):
            rows: dict[bytes, HistoryRow] = {}
            for key, (outcome, found) in self._pending.items():
                # Again, and not as it was when recorded: another run may have written since.
                before = self._before(key, history_file.read_row(self._file, key))
                past = _after(before, outcome.verdict, found)
                rows[key] = HistoryRow(
                    outcome.reason, found, stored_outcomes.dump(outcome), past, before
                )
            history_file.write_rows(self._file, rows)
        self._recorded.update(self._pending)

    def _digest(self, url: str) -> bytes:
        """What stands for `url` in the file."""
        key = self._key(url).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(key, digest_size=16).digest()

    def _read(self, key: bytes) -> HistoryRow | None:
        row = None
        if self._readable:
            with self._failing_gently("read"):
                row = history_file.read_row(self._file, key)
        return row

    def _past(self, key: bytes) -> Past | None:
        """The series of an address as it stands; None if nothing is known of it."""
        if key in self._pending:
            self.flush()
        row = self._read(key)
        return None if row is None else row.past

    def _before(self, key: bytes, row: HistoryRow | None) -> Past:
        """The series of an address, of which the file holds `row`, as it was before this run."""
        if row is None:
            return Past()
        return row.before if key in self._recorded else row.past

    @contextmanager
    def _failing_gently(self, done: str) -> Iterator[None]:
        """Note that the file could not be `done`, and do not try again: it may take seconds."""
        try:
            yield
        except sqlite3.ProgrammingError:  # a closed history, or one of another thread
            raise
        except FAULTS as error:
            self._writable = False
            self._readable = self._readable and done != "read"
            sentence = (
                f"The history {self._path} can no longer be {done} ({error}). "
                "The results of this run are not saved."
            )
            self.warning = f"{self.warning} {sentence}" if self.warning else sentence


def _is_news(outcome: Outcome) -> bool:
    """Whether somebody has looked, in this run, and seen something of the link itself."""
    reused = outcome.past is not None and outcome.past.reused is not None
    return outcome.verdict in REMEMBERED and outcome.reason not in _PASSING and not reused


def _after(before: Past, verdict: Verdict, found: datetime) -> Past:
    """The series that one more look, at `found`, makes of the one `before`."""
    if verdict in _WORKS:
        return Past(last_alive=found)
    if verdict in _FAILS:
        since = before.since if before.runs else found
        return Past(before.runs + 1, since, before.last_alive)
    return before
