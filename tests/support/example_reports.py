"""The notice, checked against a web on the loopback interface, in every format.

One of its pages is gone, one has moved, one walls off robots, and the rest lives. Run as a program,
this writes the reports to `examples/reports`; a test holds them against what comes out now.
"""

from __future__ import annotations

import os
import socket
import ssl
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import trustme
from click.testing import CliRunner, Result
from web import Behaviour, answer, html, serving

from safelinks.cli.program import main
from safelinks.health.checker import Checker
from safelinks.health.network.dialling import dial

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples" / "reports"
FILES: Mapping[str, str] = {
    "text": "report.txt",
    "concise": "report.concise.txt",
    "json": "report.json",
    "jsonl": "report.jsonl",
    "junit": "report.junit.xml",
    "sarif": "report.sarif",
    "github": "report.github.txt",
    "gitlab": "report.gitlab.json",
    "markdown": "report.md",
    "csv": "report.csv",
    "html": "report.html",
}
HOSTS = (
    "a127-pip.nyc.gov", "www1.nyc.gov", "passport.cityofnewyork.us", "mocssupport.atlassian.net"
)  # fmt: skip
_OPEN = "/page.aspx/en/rfp/request_browse_public"
_OPEN_NOW = "/page.aspx/en/rfp/browse"
_WALL = answer(
    "403 Forbidden", "<title>Just a moment</title>", "cf-mitigated: challenge", "Content-Type: text/html"
)  # fmt: skip
PAGES: dict[str, bytes | Behaviour] = {
    "/webapp/PRDPCW/SelfService": html("Payee Information Portal"),
    "/site/mocs/systems/about-go-to-passport.page": html("About PASSPort"),
    "/site/mocs/systems/doing-business-with-nyc.page": html("Page Not Found", "404 Not Found"),
    "/site/mocs/systems/passport-user-materials.page": html("Learning to Use PASSPort"),
    _OPEN: answer("301 Moved Permanently", "", f"Location: {_OPEN_NOW}"),
    _OPEN_NOW: html("Contracting Opportunities"),
    "/servicedesk/customer/portal/8": _WALL,
}
# When the check says that it was, so that reports are the same whenever it is.
MOMENT = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
_UNTIL = datetime(2027, 6, 1, tzinfo=UTC)


@contextmanager
def city() -> Iterator[list[str]]:
    """The web, while the block runs; gives the options of a check that is to find it.

    Servers of names listen at port 443, which takes rights that a test has not: so whoever connects
    to that gets the port where this one listens.
    """
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued = authority.issue_cert(
        *HOSTS, not_before=datetime(2026, 1, 1, tzinfo=UTC), not_after=_UNTIL
    )
    issued.configure_cert(context)
    clock = SimpleNamespace(monotonic=partial(next, count(0.0, 0.021)))
    with ExitStack() as stack:
        web = stack.enter_context(serving(PAGES, context))
        file = stack.enter_context(authority.cert_pem.tempfile())

        async def redial(address: str, port: int) -> socket.socket:
            assert (address, port) == ("127.0.0.1", 443)
            return await dial(address, web.port)

        stack.enter_context(
            patch("safelinks.health.checker.Checker", partial(Checker, dial=redial))
        )
        stack.enter_context(patch("safelinks.health.network.session.time", clock))
        resolve = [f"--resolve={host}:443:127.0.0.1" for host in HOSTS]
        yield [*resolve, "--ca-file", file, "--concurrency", "1"]


def checked(options: list[str], *more: str) -> Result:
    """What the command says of the notice, run beside it."""
    return CliRunner(env={"SOURCE_DATE_EPOCH": str(int(MOMENT.timestamp()))}).invoke(
        main, ["check", "--no-config", *options, *more, "notice.txt"]
    )


def outputs(folder: Path) -> list[str]:
    """The options that write every format to `folder`."""
    return [
        one for name, file in FILES.items() for one in ("--format", name, "-o", str(folder / file))
    ]


if __name__ == "__main__":
    os.chdir(ROOT / "examples")
    FOLDER.mkdir(exist_ok=True)
    with city() as found:
        result = checked(found, *outputs(FOLDER))
    sys.exit(0 if result.exit_code == 1 else result.output)
