"""What a check remembers: the options about earlier runs, and asking with a history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from safelinks.cli.inputs import warn
from safelinks.cli.network import Asked, Network
from safelinks.cli.rulings import obeying

if TYPE_CHECKING:
    from datetime import timedelta

    from safelinks.catalog import Catalog
    from safelinks.health.outcome import Outcome, Verdict

__all__ = ["Remembering", "remembering_options"]


def _ages(values: Sequence[str]) -> Mapping[Verdict, timedelta]:
    from safelinks.health.ages import parse_max_age  # noqa: PLC0415

    return parse_max_age(values)


_OPTIONS: Sequence[Callable[[Callable[..., Any]], Callable[..., Any]]] = (
    click.option(
        "--history",
        type=click.Path(dir_okay=False),
        help="Remember in this file what was seen, and say since when a link does not work.",
    ),
    click.option(
        "--max-age",
        multiple=True,
        metavar="[VERDICT=]AGE",
        callback=obeying(_ages),
        help="Do not ask again for what the history has seen to work within AGE, such as 12h or "
        "7d; with VERDICT, for what had that.",
    ),
    click.option(
        "--dead-after",
        type=click.IntRange(1, 1000),
        default=1,
        show_default=True,
        metavar="RUNS",
        help="Fail for a link only once it did not work in so many runs in a row.",
    ),
)


def remembering_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command that gets what is to be remembered, as `remembering`."""

    @wraps(function)
    def command(*args: Any, **options: Any) -> Any:  # noqa: ANN401  whatever the command takes
        given = (options.pop(name) for name in ("history", "max_age", "dead_after"))
        return function(*args, remembering=Remembering.of(*given), **options)

    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@frozen
class Remembering:
    """What the options say about earlier runs."""

    path: str | None
    max_age: Mapping[Verdict, timedelta]
    dead_after: int = 1

    @classmethod
    def of(cls, path: str | None, ages: tuple[str, ...], dead_after: int) -> Remembering:
        """Raises click.UsageError."""
        if path is None and (ages or dead_after > 1):
            raise click.UsageError("--max-age and --dead-after need a --history to look into")
        return cls(path, _ages(ages), dead_after)

    def ask(
        self,
        network: Network,
        urls: Sequence[str],
        catalog: Catalog,
        meanwhile: Iterable[object],
        heard: Callable[[Outcome], object],
    ) -> Asked:
        """Ask, and remember what came of it."""
        if self.path is None:
            return network.ask(urls, catalog, meanwhile=meanwhile, heard=heard)
        from safelinks.health.history import History  # noqa: PLC0415

        with History(self.path, key=network.key) as history:
            asked = network.ask(
                urls,
                catalog,
                history=history,
                max_age=self.max_age,
                meanwhile=meanwhile,
                heard=heard,
            )
        if history.warning:
            warn(history.warning)
        return asked
