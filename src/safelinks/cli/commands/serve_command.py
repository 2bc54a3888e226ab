"""`safelinks serve`: the web page and its API, for people and programs without a command line."""

from __future__ import annotations

import os
import sys
import webbrowser
from functools import partial
from typing import TYPE_CHECKING

import click

from safelinks.cli.options.catalog_options import Chosen, catalog_options
from safelinks.cli.options.help_endings import help_ending
from safelinks.cli.options.messages import tell
from safelinks.cli.options.network_options import Network, network_options
from safelinks.cli.options.value_rules import Decimal, Whole
from safelinks.documents.content.package_installation import installation_of

if TYPE_CHECKING:
    from safelinks.web.metrics import AnsweredRequest

__all__ = ["serve_command"]

_MEGABYTE = 1_000_000
_PACKAGES = ("jinja2", "python-multipart", "starlette", "uvicorn")  # those of the extra
_NEEDED = frozenset({"anyio", "jinja2", "markupsafe", "python_multipart", "starlette", "uvicorn"})


@click.command(
    "serve",
    short_help="Serve a web page and an API that check links.",
    epilog=help_ending("serve"),
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=Whole(0, 65_535),
    default=8765,
    show_default=True,
    metavar="PORT",
    help="Port to listen on; 0 for any free one.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="HOST",
    help="Host name under which visitors reach the page. Can be repeated.",
)
@click.option(
    "--root-path",
    default="",
    metavar="PATH",
    help="Path under which a reverse proxy serves the page, such as /links.",
)
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.option("--access-log", is_flag=True, help="Log each request as JSON to standard error.")
@click.option(
    "--most-checks",
    type=Whole(1, 100),
    default=4,
    show_default=True,
    metavar="NUMBER",
    help="Maximum number of checks at once.",
)
@click.option(
    "--most-links",
    type=Whole(1, 100_000),
    default=2_000,
    show_default=True,
    metavar="NUMBER",
    help="Maximum number of addresses in one request.",
)
@click.option(
    "--most-megabytes",
    type=Whole(1, 1_000),
    default=10,
    show_default=True,
    metavar="NUMBER",
    help="Maximum size of one request.",
)
@click.option(
    "--most-memory",
    type=Whole(50, 100_000),
    default=240,
    show_default=True,
    metavar="MEGABYTES",
    help="Maximum memory of all requests together, beside the server (on Linux).",
)
@click.option(
    "--check-seconds",
    type=Decimal(min=0, min_open=True, max=3_600),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help="Time limit for one check.",
)
@network_options
@catalog_options
def serve_command(
    *,
    host: str,
    port: int,
    names: tuple[str, ...],
    root_path: str,
    no_browser: bool,
    access_log: bool,
    most_checks: int,
    most_links: int,
    most_megabytes: int,
    most_memory: int,
    check_seconds: float,
    network: Network,
    chosen: Chosen,
) -> None:
    """Serve a web page that shows, checks and cleans links, and the same as an HTTP API.

    Listens on this machine only, unless --host says otherwise. Others need the token in the
    environment variable SAFELINKS_TOKEN. Stores nothing. Visitors cannot change the options
    below. Stop it with Ctrl-C.
    """
    try:
        from safelinks.web.app import web_app  # noqa: PLC0415  an extra, and slow to import
        from safelinks.web.server import serve  # noqa: PLC0415  as above
        from safelinks.web.web_settings import TOKEN_VARIABLE, WebSettings  # noqa: PLC0415  as above
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in _NEEDED:
            raise
        command = installation_of(_PACKAGES)
        raise click.UsageError(f"`safelinks serve` needs more packages; run: {command}") from None

    settings = WebSettings(
        host=host,
        port=port,
        names=names,
        root_path=root_path,
        token=os.environ.get(TOKEN_VARIABLE) or None,
        most_checks=most_checks,
        most_links=most_links,
        most_bytes=most_megabytes * _MEGABYTE,
        most_memory=most_memory * _MEGABYTE,
        check_seconds=check_seconds,
    )
    make = partial(
        web_app,
        settings,
        chosen.load(),
        network.checker,
        on_answer=_log if access_log else lambda _: None,
    )

    def on_start(at: int) -> None:
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{at}{root_path}/"
        tell(f"Serving {address} (Ctrl-C stops it)")
        if not no_browser and settings.is_local:
            webbrowser.open(address)

    serve(make, settings, on_start)


def _log(answer: AnsweredRequest) -> None:
    from safelinks.web.metrics import log_line  # noqa: PLC0415  loaded by then

    print(log_line(answer), file=sys.stderr, flush=True)  # noqa: T201  a log is no message
