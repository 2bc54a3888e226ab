"""Documents: a mailbox beside the standard library, a page of HTML beside its parser.

Times are of the processor, since both sides compute and neither waits.
"""

from __future__ import annotations

import html
import mailbox
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

from safelinks import read, read_all
from safelinks.documents.markup.html_pages import html_passages

MESSAGES = 10_000
LINKS = 5
PAGE = 10_000_000  # characters
WORDS = "Dear all, the portal has moved and this is what you need to know about it. " * 12


def _wrapped(target: str) -> str:
    data = quote("05|02|somebody@example.org|5f106858a3364fd3976608dd9df932ef|", safe="")
    host = "https://nam06.safelinks.protection.outlook.com/"
    return f"{host}?url={quote(target, safe='')}&data={data}{'A' * 90}&sdata={'B' * 44}&reserved=0"


def _message() -> bytes:
    """A notice in plain text and HTML; XXXXX in it stands for a number."""
    message = EmailMessage()
    message["Subject"], message["From"] = "Notice XXXXX", "help@example.org"
    message["Message-ID"] = "<XXXXX@example.org>"
    links = [_wrapped(f"https://example.org/notice/XXXXX/{at}?a=1&b=2") for at in range(LINKS)]
    text = "\n".join(f"See {link}" for link in links[:2])
    message.set_content(f"{WORDS}\n\n{text}\n", cte="quoted-printable")
    rows = "".join(f'<p><a href="{html.escape(link)}">portal</a></p>' for link in links[2:])
    message.add_alternative(
        f"<html><body><p>{WORDS}</p>{rows}</body></html>", subtype="html", cte="quoted-printable"
    )
    return b"From help@example.org Mon Nov 23 10:00:00 2026\n" + message.as_bytes() + b"\n"


def _write_mailbox(path: Path, messages: int) -> None:
    message = _message()
    with path.open("wb") as file:
        for at in range(messages):
            file.write(message.replace(b"XXXXX", b"%05d" % at))


def _by_standard_library(path: Path) -> int:
    box = mailbox.mbox(path)
    parts = (part for message in box for part in message.walk() if not part.is_multipart())
    found = sum(len(part.get_payload(decode=True)) > 0 for part in parts)
    box.close()
    return found


def _cpu(function: Callable[[], object], repeat: int = 3) -> float:
    """Seconds of the processor, the least of several runs."""
    times = []
    for _ in range(repeat):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times)


# The kernel's own figure: that of getrusage counts what the parent held before this one began.
_CLEAN = """
import re, sys
from safelinks.cli.program import main
try:
    main(["clean", "-o", sys.argv[2], sys.argv[1]])
finally:
    with open("/proc/self/status") as status:
        print(re.search(r"VmHWM:\\s+(\\d+) kB", status.read())[1])
"""


def _peak(path: Path) -> float:
    """Megabytes that `safelinks clean` takes at most; Linux only."""
    command = [sys.executable, "-c", _CLEAN, str(path), str(path.with_suffix(".out"))]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(done.stdout) / 1024


def _page() -> str:
    def rows() -> Iterator[str]:
        length = at = 0
        while length < PAGE:
            target = f"https://www.example.org/page/{at}?a=1&b=2"
            link = html.escape(_wrapped(target) if at % 10 == 0 else target)
            row = (
                f'<tr class="row"><td style="padding:4px">The quick brown fox &amp; the dog</td>'
                f'<td><a href="{link}">Page {at}</a></td><td><img src="/img/{at}.png" alt="x"></td>'
                '<td><p class="MsoNormal"><span style="font-size:11.0pt">Some text that goes on '
                "for a while, as text does.</span></p></td></tr>\n"
            )
            length += len(row)
            at += 1
            yield row

    return f"<!DOCTYPE html><html><body><table>{''.join(rows())}</table></body></html>"


def documents(row: Callable[[str, str, float, str], None]) -> None:
    """Print the figures for documents, each by `row`."""
    with tempfile.TemporaryDirectory() as folder:
        path, small = Path(folder, "x.mbox"), Path(folder, "small.mbox")
        _write_mailbox(path, MESSAGES)
        _write_mailbox(small, MESSAGES // 10)
        peer = _cpu(lambda: _by_standard_library(path), 1)
        took = _cpu(lambda: sum(len(document.links) for document in read_all(path)), 1)
        name = f"read an mbox of {MESSAGES:,} messages"
        row(name, f"{MESSAGES / took:.0f} messages/s", took / peer, "at most 2 of mailbox.mbox")
        peak = _peak(path)
        row("clean it, memory, beside a tenth of it", f"{peak:.0f} MB", peak / _peak(small), "1")
    page = _page()
    raw = page.encode()
    took = _cpu(lambda: read(raw, "page.html").links)
    for what, parser in (
        ("html.parser", lambda: HTMLParser().feed(page)),
        ("our tokenizer alone", lambda: sum(1 for _ in html_passages(page))),
    ):
        row("read 10 MB of HTML", f"{took:.2f} s", took / _cpu(parser), f"at most 2 of {what}")
