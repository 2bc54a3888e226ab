"""One workload of reading or cleaning, with the `safelinks` in a given directory.

`python reading.py SOURCE NAME` prints the seconds of the processor as JSON to standard error.
"""

from __future__ import annotations

import html
import json
import sys
import time
from collections.abc import Callable
from urllib.parse import quote

sys.path.insert(0, sys.argv[1])

import safelinks
from safelinks.documents.document import read_each

WORDS = "Dear all, the portal has moved and this is what you need to know about it. "
DATA = quote("05|02|somebody@example.org|5f106858a3364fd3976608dd9df932ef|", safe="")


def wrapped(target: str) -> str:
    host = "https://nam06.safelinks.protection.outlook.com/"
    return f"{host}?url={quote(target, safe='')}&data={DATA}{'A' * 90}&sdata={'B' * 44}&reserved=0"


def link(at: int) -> str:
    target = f"https://www.example.org/page/{at}?a=1&b=2"
    return wrapped(target) if at % 10 == 0 else target


def filled(line: Callable[[int], str], size: int) -> str:
    length = 0
    lines: list[str] = []
    while length < size:
        lines.append(line(len(lines)))
        length += len(lines[-1])
    return "".join(lines)


def message(at: int) -> str:
    links = "\n".join(f"> See {wrapped(f'https://example.org/{at}/{n}')}" for n in range(3))
    rows = "".join(
        f'<p><a href="{html.escape(wrapped(f"https://example.org/{at}/{n}"))}">portal</a></p>'
        for n in range(3)
    )
    return (
        "From help@example.org Mon Nov 23 10:00:00 2026\n"
        f"Subject: Notice {at}\nMessage-ID: <{at}@example.org>\nMIME-Version: 1.0\n"
        'Content-Type: multipart/alternative; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\n{WORDS * 12}\n{links}\n"
        f"--b\nContent-Type: text/html\n\n<html><p>{WORDS * 12}</p>{rows}</html>\n--b--\n\n"
    )


def page() -> str:
    rows = filled(
        lambda at: (
            '<tr class="row"><td style="padding:4px">The quick brown fox &amp; the dog</td>'
            f'<td><a href="{html.escape(link(at))}">Page {at}</a></td><td><img src="/img/{at}.png"'
            ' alt="x"></td><td><p class="MsoNormal"><span style="font-size:11.0pt">Some text that '
            "goes on for a while, as text does.</span></p></td></tr>\n"
        ),
        5_000_000,
    )
    return f"<!DOCTYPE html><html><body><table>{rows}</table></body></html>"


def mailbox() -> bytes:
    return "".join(map(message, range(2_000))).encode()


def markdown(at: int) -> str:
    return f"## Part {at}\n\n{WORDS} See [page *{at}*]({link(at)}) and `code`.\n\n- {WORDS}\n\n"


def read(raw: bytes, name: str) -> int:
    return sum(len(document.links) for document in read_each([raw], name))


def clean(raw: bytes, name: str) -> int:
    return sum(len(document.cleaned()) for document in read_each([raw], name))


def plain(at: int) -> str:
    return f"{WORDS * 3}\n{wrapped(f'https://example.org/{at}')}\n"


def quoted(at: int) -> str:
    return f"> {link(at)}\n" if at % 50 == 0 else f"> > {WORDS}\n"


def links() -> str:
    return "\n".join(wrapped(f"https://example.org/{at}") for at in range(20_000))


def addresses(at: int) -> str:
    return f"{WORDS} https://example.org/{at}\n"


def on(function: Callable[..., object], *arguments: object) -> Callable[[], object]:
    return lambda: function(*arguments)


# Each makes what it needs, and gives what is then timed.
WORKLOADS: dict[str, Callable[[], Callable[[], object]]] = {
    "find_prose": lambda: on(safelinks.find, filled(lambda _: WORDS, 20_000_000)),
    "find_mail": lambda: on(safelinks.find, filled(quoted, 20_000_000)),
    "find_links": lambda: on(safelinks.find, links()),
    "read_html": lambda: on(read, page().encode(), "a.html"),
    "read_mbox": lambda: on(read, mailbox(), "a.mbox"),
    "read_markdown": lambda: on(read, filled(markdown, 5_000_000).encode(), "a.md"),
    "clean_html": lambda: on(clean, page().encode(), "a.html"),
    "clean_mbox": lambda: on(clean, mailbox(), "a.mbox"),
    "clean_text": lambda: on(clean, filled(plain, 5_000_000).encode(), "a.txt"),
    "clean_nothing": lambda: on(clean, filled(addresses, 5_000_000).encode(), "a.txt"),
}

work = WORKLOADS[sys.argv[2]]()
times = []
for _ in range(2):
    start = time.process_time()
    work()
    times.append(time.process_time() - start)
print(json.dumps({"s": min(times)}), file=sys.stderr)
