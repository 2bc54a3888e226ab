"""What a check remembers: the options about earlier runs, and asking with a history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from safelinks.cli.options.messages import warn
from safelinks.cli.options.network_options import Network
from safelinks.cli.options.option_groups import Decorator, gathered
from safelinks.cli.options.value_rules import Whole, obeying
from safelinks.foundation.values import frozen
from safelinks.health.memory.reuse_ages import parse_max_age

if TYPE_CHECKING:
    from datetime import timedelta

    from safelinks.health.checker import Checker, Identifies
    from safelinks.health.model.outcome import Verdict

__all__ = ["Remembering", "remembering_options"]


def _ages(values: Sequence[str]) -> Mapping[Verdict, timedelta]:
    return parse_max_age(values)


_OPTIONS: Sequence[Decorator] = (
    click.option(
        "--history",
        type=click.Path(dir_okay=False),
        help="Keep results in this file, and report since when a link has failed.",
    ),
    click.option(
        "--max-age",
        multiple=True,
        metavar="[VERDICT=]AGE",
        callback=obeying(_ages),
        help="Reuse results from the history that are at most this old, such as 12h or 7d: of "
        "working links, or of links with this VERDICT.",
    ),
    click.option(
        "--dead-after",
        type=Whole(1, 1000),
        default=1,
        show_default=True,
        metavar="RUNS",
        help="Fail the check only for links that failed in this many runs in a row.",
    ),
)


@frozen
class Remembering:
    """What the options say about earlier runs."""

    path: str | None
    max_age: Mapping[Verdict, timedelta]
    dead_after: int = 1

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Remembering:
        """What the options say. Raises click.UsageError."""
        path, ages, dead_after = given["history"], given["max_age"], given["dead_after"]
        if path is None and (ages or dead_after > 1):
            raise click.UsageError("--max-age and --dead-after need --history")
        return cls(path, _ages(ages), dead_after)

    @contextmanager
    def checker(
        self, network: Network, catalog: Identifies, jobs: int | None = None
    ) -> Iterator[Checker]:
        """Who asks, and remembers what came of it; at the end, say what is odd about the file."""
        if self.path is None:
            yield network.checker(catalog, jobs=jobs)
            return
        from safelinks.health.memory.history import History  # noqa: PLC0415  sqlite3, for those who keep one

        with History(self.path, key=network.key) as history:
            yield network.checker(catalog, history, self.max_age, jobs)
        if history.warning:
            patience = " In this run, --dead-after has no earlier runs to compare with."
            warn(history.warning + patience * (history.begun_anew and self.dead_after > 1))


# A command gets what is to be remembered, made of these.
remembering_options = gathered(
    "remembering", _OPTIONS, ("history", "max_age", "dead_after"), Remembering.of
)
