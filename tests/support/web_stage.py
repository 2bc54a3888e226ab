"""The web page on a port of this machine, and a small site for it to check, until input ends.

Run as a program, beside a browser in a network of its own: there, nobody else has these ports.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from functools import partial
from pathlib import Path

from web import Web, html

from safelinks.catalog import Catalog
from safelinks.checks.pipeline import Check
from safelinks.health.checker import Checker
from safelinks.health.model.policy import Policy
from safelinks.web.app import web_app
from safelinks.web.server import serve
from safelinks.web.web_settings import WebSettings

STAGE = Path(__file__)
PORT, SITE_PORT = 8765, 8766
ADDRESS = f"http://127.0.0.1:{PORT}/"
SITE = f"http://127.0.0.1:{SITE_PORT}"


async def _never(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


def _serve_site() -> None:
    async def run() -> None:
        site = Web({"/works": html("A page that works"), "/slow": _never})
        server = await asyncio.start_server(site.serve, "127.0.0.1", SITE_PORT)
        await server.serve_forever()

    asyncio.run(run())


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    def checker(check: Check) -> Checker:
        return Checker(Policy(allow_private=True, retries=0), catalog=check)

    settings = WebSettings(port=PORT)
    make = partial(web_app, settings, Catalog.nyc(), checker)

    def on_start(_: int) -> None:
        for work in (_serve_site, _end_with_input):
            threading.Thread(target=work, daemon=True).start()
        print("ready", flush=True)  # noqa: T201  for who has started it

    serve(make, settings, on_start)


if __name__ == "__main__":
    main()
