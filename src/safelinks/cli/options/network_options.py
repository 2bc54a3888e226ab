"""What every command that asks the network shares: its options, and the asking, with progress."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import click

from safelinks.addresses.urls import request_key
from safelinks.cli.options.option_groups import Decorator, gathered
from safelinks.cli.options.value_rules import Decimal, Duration, Whole, obeying
from safelinks.foundation.values import frozen
from safelinks.health.model import policy_settings
from safelinks.health.model.policy import Method, Policy

if TYPE_CHECKING:
    from datetime import timedelta

    from safelinks.health.checker import Checker, Identifies
    from safelinks.health.memory.history import History
    from safelinks.health.model.outcome import Outcome, Verdict

__all__ = ["Ask", "Network", "network_options", "run_asking"]

_HEADER_VARIABLE = "SAFELINKS_HEADER"


def _finite(context: click.Context, parameter: click.Parameter, number: Any) -> Any:  # noqa: ANN401
    """`number`, if it is one at all."""
    if number is not None and not math.isfinite(number):
        raise click.BadParameter(f"{number} is not a number", context, parameter)
    return number


_POSITIVE = Decimal(min=0, min_open=True)
_TIME: Mapping[str, Any] = {
    "type": Duration(min=0, min_open=True),
    "callback": _finite,
    "show_default": True,
    "metavar": "TIME",
}
_OPTIONS: Sequence[Decorator] = (
    click.option(
        "--timeout",
        default=10.0,
        help="Time limit for each step of a request, in seconds or with a unit: 10s, 500ms, 2m.",
        **_TIME,
    ),
    click.option(
        "--budget", default=30.0, help="Time limit for one link, retries included.", **_TIME
    ),
    click.option(
        "--retries",
        type=Whole(0, 10),
        default=2,
        show_default=True,
        metavar="NUMBER",
        help="Number of retries after a temporary failure, plus one at the end of the run.",
    ),
    click.option(
        "--method",
        type=click.Choice(["get", "head"]),
        default="get",
        show_default=True,
        help="HTTP method to try first. HEAD is faster, but does not see the page.",
    ),
    click.option(
        "--fragments", is_flag=True, help="Check that the page has the #fragment of the link."
    ),
    click.option(
        "--concurrency",
        type=Whole(1, 1000),
        show_default="as many as this machine keeps up with, at most 512",
        metavar="NUMBER",
        help="Maximum number of requests at once.",
    ),
    click.option(
        "--per-host",
        type=Whole(1, 100),
        default=8,
        show_default=True,
        metavar="NUMBER",
        help="Maximum number of requests at once to one host; fewer if it is slow.",
    ),
    click.option(
        "--rate",
        type=_POSITIVE,
        callback=_finite,
        metavar="NUMBER",
        help="Maximum number of requests per second to one host.",
    ),
    click.option(
        "--user-agent",
        metavar="NAME",
        callback=obeying(policy_settings.agent),
        help="User-Agent header to send.",
    ),
    click.option(
        "--header",
        "headers",
        multiple=True,
        metavar="HOST:NAME=VALUE",
        callback=obeying(lambda values: policy_settings.headers(values, os.environ)),
        help="Send this header to HOST only. '$NAME' in VALUE is an environment variable. "
        f"{_HEADER_VARIABLE} may hold more headers, one per line.",
    ),
    click.option(
        "--resolve",
        multiple=True,
        metavar="HOST:PORT:ADDRESS",
        callback=obeying(policy_settings.resolutions),
        help="Connect to ADDRESS for HOST and PORT, without a DNS lookup.",
    ),
    click.option(
        "--exclude",
        multiple=True,
        metavar="REGEX",
        callback=obeying(lambda values: [*map(policy_settings.pattern, values)]),
        help="Skip links that match, or that redirect to an address that does.",
    ),
    click.option(
        "--include",
        multiple=True,
        metavar="REGEX",
        callback=obeying(lambda values: [*map(policy_settings.pattern, values)]),
        help="Check only links that match, even if --exclude matches, too.",
    ),
    click.option("--allow-private", is_flag=True, help="Also check addresses in private networks."),
    click.option(
        "--allow-reserved",
        is_flag=True,
        help="Also check names reserved for examples and tests, such as example.com and *.test.",
    ),
    click.option(
        "--allow-one-time",
        is_flag=True,
        help="Also check one-time links, which act when they are opened.",
    ),
    click.option(
        "--allow-port",
        "allow_ports",
        type=Whole(1, 65_535),
        multiple=True,
        metavar="PORT",
        help="Also check this port, although it belongs to another service.",
    ),
    click.option(
        "--ca-file",
        type=click.Path(exists=True, dir_okay=False),
        help="Also trust the certificate authorities in this PEM file.",
    ),
    click.option("--insecure", is_flag=True, help="Do not verify TLS certificates."),
)  # fmt: skip


@frozen
class Network:
    """How addresses are asked."""

    policy: Policy

    def key(self, url: str) -> str:
        """What spellings of an address have in common to a history."""
        place = url.partition("#")[2] if self.policy.fragments else ""
        return f"{request_key(url)}#{place}" if place else request_key(url)

    def checker(
        self,
        catalog: Identifies,
        history: History | None = None,
        max_age: Mapping[Verdict, timedelta] | None = None,
        jobs: int | None = None,
    ) -> Checker:
        """Who asks."""
        from safelinks.health.checker import Checker  # noqa: PLC0415  with the network, slow to import

        return Checker(self.policy, catalog=catalog, history=history, max_age=max_age, jobs=jobs)


class Ask(Protocol):
    """Asks for addresses, and tells each outcome as it comes."""

    def __call__(self, on_outcome: Callable[[Outcome], object], /) -> Coroutine[Any, Any, object]:
        """The work to be run."""


def run_asking(ask: Ask, length: int, heard: Callable[[Outcome], object] = lambda _: None) -> bool:
    """Ask for so many addresses, with progress on a terminal; False if Ctrl-C ended it.

    `heard` is told every outcome as it comes.
    """
    import asyncio  # noqa: PLC0415  slow to import

    with click.progressbar(
        length=length,
        label="Checking",
        file=sys.stderr,
        hidden=sys.stderr is None or not sys.stderr.isatty(),
    ) as progress:

        def note(outcome: Outcome) -> None:
            progress.update(1)
            heard(outcome)

        try:
            asyncio.run(ask(note))
        except KeyboardInterrupt:
            return False
    return True


def _policy(options: Mapping[str, Any]) -> Policy:
    """The policy that the options make."""
    given = dict(options)

    user_agent = given.pop("user_agent")
    try:
        if user_agent is not None:
            given["user_agent"] = policy_settings.agent(user_agent)
        return Policy(
            headers=_headers(given.pop("headers")),
            resolve=policy_settings.resolutions(given.pop("resolve")),
            excluded=tuple(map(policy_settings.pattern, given.pop("exclude"))),
            included=tuple(map(policy_settings.pattern, given.pop("include"))),
            allow_ports=frozenset(given.pop("allow_ports")),
            method=Method(given.pop("method")),
            **given,
        )
    except ValueError as error:
        raise click.UsageError(str(error), click.get_current_context()) from None


def _headers(options: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    """The headers of the environment, and over them those of the options."""
    specs = []
    for number, line in enumerate(os.environ.get(_HEADER_VARIABLE, "").splitlines(), 1):
        if line.strip():
            try:
                policy_settings.headers([line], os.environ)
            except ValueError as error:
                raise ValueError(f"{_HEADER_VARIABLE}, line {number}: {error}") from None
            specs.append(line)
    return policy_settings.headers((*specs, *options), os.environ)


# A command gets a `network` made of these.
network_options = gathered(
    "network",
    _OPTIONS,
    (
        "timeout", "budget", "retries", "method", "fragments", "concurrency", "per_host", "rate",
        "user_agent", "headers", "resolve", "exclude", "include", "allow_private",
        "allow_reserved", "allow_one_time",
        "allow_ports", "ca_file", "insecure",
    ),
    lambda given: Network(_policy(given)),
)  # fmt: skip
