"""The web page on ports of this machine, and a small site for it to check, until input ends.

Run as a program, beside a browser in a network of its own: there, nobody else has these ports. One
server is for this machine, one for a team, with a proxy for TLS in front; `riverbend` instead has a
fictional city, as the pictures of the documentation show it.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import trustme
from click.testing import CliRunner
from web import Web, html

from safelinks.catalog import Catalog
from safelinks.checks.pipeline import Check
from safelinks.cli.program import main as program
from safelinks.health.checker import Checker
from safelinks.health.model.policy import Policy
from safelinks.web.app import web_app
from safelinks.web.server import serve
from safelinks.web.web_settings import WebSettings

STAGE = Path(__file__)
PORT, SITE_PORT, TEAM_PORT, TLS_PORT = 8765, 8766, 8767, 8768
ADDRESS = f"http://127.0.0.1:{PORT}/"
SITE = f"http://127.0.0.1:{SITE_PORT}"
TEAM, TLS_TEAM = f"http://team.example:{TEAM_PORT}/", f"https://team.example:{TLS_PORT}/"
TOKEN = "a-token-of-some-length"  # noqa: S105  that of a test
_BLOCK = 1 << 16


async def _never(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


async def _site() -> None:
    site = Web({"/works": html("A page that works"), "/slow": _never})
    server = await asyncio.start_server(site.serve, "127.0.0.1", SITE_PORT)
    await server.serve_forever()


async def _tls_proxy() -> None:
    """What takes TLS off, and passes all else on as it is."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while block := await reader.read(_BLOCK):
                writer.write(block)
                await writer.drain()
        writer.close()

    async def passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", TEAM_PORT)
        await asyncio.gather(pump(reader, back), pump(there, writer))

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("team.example").configure_cert(context)
    server = await asyncio.start_server(passed_on, "127.0.0.1", TLS_PORT, ssl=context)
    await server.serve_forever()


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


def _on_loopback(check: Check) -> Checker:
    return Checker(Policy(allow_private=True, retries=0), catalog=check)


# --- Riverbend, a city that there is not ---

_ROOT = STAGE.parents[2]
_ANSWERS: dict[str, tuple[int, dict[str, str]]] = {
    "permits.riverbend.example/apply": (200, {}),
    "pay.riverbend.example/parking": (200, {}),
    "www.riverbend.example/bids/open": (301, {"Location": "https://www.riverbend.example/bids"}),
    "www.riverbend.example/bids": (200, {}),
    "hearings.riverbend.example/today": (200, {}),
}


def _riverbend() -> Catalog:
    table = _ROOT / "examples" / "riverbend.csv"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "riverbend.toml"
        words = ["--no-default-catalog", "catalog", "new", str(table), "--output", str(path)]
        city = [
            "--name",
            "City of Riverbend",
            "--agency",
            "RIVERBEND",
            "--domain",
            "riverbend.example",
        ]
        made = CliRunner().invoke(program, [*words, *city])
        assert made.exit_code == 0, made.output
        return Catalog.load(path)


async def _of_riverbend(request: httpx.Request) -> httpx.Response:
    where = f"{request.url.host}{request.url.path}"
    if where == "hearings.riverbend.example/today":
        await asyncio.sleep(2)  # so that there is a picture of it
    status, headers = _ANSWERS.get(where, (404, {}))
    page = f"<title>{where}</title><p>{'A page with some text. ' * 30}"
    return httpx.Response(status, headers=headers, html=page if status == 200 else "")


def _in_riverbend(check: Check) -> Checker:
    return Checker(Policy(retries=0), httpx.MockTransport(_of_riverbend), catalog=check)


# --- Starting ---


def _serve(settings: WebSettings, beside: tuple[Callable[[], object], ...], who: str) -> None:
    catalog = _riverbend() if who == "riverbend" else Catalog.nyc()
    make = partial(
        web_app, settings, catalog, _in_riverbend if who == "riverbend" else _on_loopback
    )

    def on_start(_: int) -> None:
        for work in (*beside, _end_with_input):
            threading.Thread(target=work, daemon=True).start()
        print("ready", flush=True)  # noqa: T201  for who has started it

    serve(make, settings, on_start)


def main(who: str) -> None:
    if who == "team":
        settings = WebSettings(port=TEAM_PORT, names=("team.example",), token=TOKEN)
        _serve(settings, (lambda: asyncio.run(_tls_proxy()),), who)
    elif who == "riverbend":
        _serve(WebSettings(port=PORT), (), who)
    else:
        command = [sys.executable, str(STAGE), "team"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as team:
            assert team.stdout is not None
            team.stdout.readline()
            _serve(WebSettings(port=PORT), (lambda: asyncio.run(_site()),), who)


if __name__ == "__main__":
    main("".join(sys.argv[1:]))
