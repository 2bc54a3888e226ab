"""What every command that asks the network shares: its options, and the asking, with progress."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

if TYPE_CHECKING:
    from safelinks.health.outcome import Outcome

__all__ = ["Network", "network_options"]


def _finite(context: click.Context, parameter: click.Parameter, seconds: float) -> float:
    """`seconds`, if that is a time at all."""
    if not math.isfinite(seconds):
        raise click.BadParameter(f"{seconds} is no number of seconds", context, parameter)
    return seconds


_TIMEOUT = click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    callback=_finite,
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="Give up on each step of a request after this long.",
)
_ALLOW_PRIVATE = click.option(
    "--allow-private", is_flag=True, help="Ask addresses of private networks too."
)


@frozen
class Network:
    """How addresses are asked."""

    timeout: float
    allow_private: bool

    def ask(self, urls: Sequence[str]) -> Mapping[str, Outcome]:
        """The outcome of every one of `urls`; progress is shown on a terminal."""
        import asyncio  # noqa: PLC0415  slow to import

        from safelinks.health.checker import Checker  # noqa: PLC0415  loads httpx
        from safelinks.health.policy import Policy  # noqa: PLC0415

        checker = Checker(Policy(timeout=self.timeout, allow_private=self.allow_private))
        with click.progressbar(
            length=len(urls),
            label="Checking",
            file=sys.stderr,
            hidden=sys.stderr is None or not sys.stderr.isatty(),
        ) as progress:
            return asyncio.run(checker.check(urls, lambda _: progress.update(1)))


def network_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command that gets a `network` made of them."""

    @wraps(function)
    def command(*args: Any, timeout: float, allow_private: bool, **options: Any) -> Any:  # noqa: ANN401
        return function(*args, network=Network(timeout, allow_private), **options)

    return _TIMEOUT(_ALLOW_PRIVATE(command))
