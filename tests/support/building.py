"""Builds Safe Links and the damage that mail programs do to them, for every test that needs some."""

from __future__ import annotations

import html
import json
import quopri
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

KEPT = "-_.!~*'()"  # what encodeURIComponent leaves, beside letters and digits
HOST = "nam06.safelinks.protection.outlook.com"
RECIPIENT = "First.Last@example.org"
MESSAGE_ID = "5f106858a3364fd3976608dd9df932ef"
TENANT = "58705c0107d84844a3855f62968f44ec"
TICKS = 638840415827042483
CONTEXT = "TWFpbGZsb3d8eyJWIjoiMC4wLjAwMDAiLCJQIjoiV2luMzIiLCJBTiI6Ik1haWwiLCJXVCI6Mn0="
SDATA = "yT6pEZ1hX+p4cs1rM5/NlJzIZBA7bbIYHFpHCqOUxSU="

_HEAD = [RECIPIENT, MESSAGE_ID, TENANT]
LAYOUTS = {
    "01|01": [*_HEAD, "1"],
    "02|01": [*_HEAD, "0", "1", str(TICKS)],
    "03|01": [
        "",
        "e850b1530f774c51b580fcd90af27238",
        TENANT,
        "1",
        "0",
        str(TICKS),
        "Good",
        CONTEXT,
    ],
    "04|01": [*_HEAD, "0", "0", str(TICKS), "Unknown", CONTEXT, "1000"],
    "05|01": [*_HEAD, "0", "0", str(TICKS), "Unknown", CONTEXT, "3000", "", "", ""],
    "05|02": [*_HEAD, "0", "0", str(TICKS), "Unknown", CONTEXT, "0", "", "", ""],
}


def encode(text: str) -> str:
    """What JavaScript's encodeURIComponent makes of `text`."""
    return quote(text, safe=KEPT)


def data(layout: str = "05|02") -> str:
    return "|".join([layout, *LAYOUTS[layout]])


def wrap(target: str, layout: str = "05|02", host: str = HOST, path: str = "/") -> str:
    """`target` as Microsoft's rewriter wraps it."""
    return (
        f"https://{host}{path}?url={encode(target)}&data={encode(data(layout))}"
        f"&sdata={encode(SDATA)}&reserved=0"
    )


def lines(text: str, width: int, prefix: str = "") -> str:
    """`text` cut hard at `width` columns, each line behind `prefix`."""
    step = width - len(prefix)
    return "\n".join(prefix + text[at : at + step] for at in range(0, len(text), step))


def time_of_ticks(ticks: int) -> datetime:
    return datetime(1, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)


# Places in which a wrapped link stands, each a function of the link and a width between 62 and 80.
PLACES: dict[str, Callable[[str, int], str]] = {
    "sentence": lambda link, _: f"See {link}, and then go on.\n",
    "alone": lambda link, _: link,
    "angle brackets": lambda link, _: f"the page<{link}>.",
    "parentheses": lambda link, _: f"(see {link})",
    "markdown": lambda link, _: f"See [the page]({link}).",
    "double quotes": lambda link, _: f'url = "{link}";',
    "attribute": lambda link, _: f'<a href="{html.escape(link)}">x</a>',
    "attribute with every sign escaped": lambda link, _: (
        '<a href="' + html.escape(link).replace("/", "&#x2F;").replace("=", "&#x3D;") + '">'
    ),
    "&amp;amp;": lambda link, _: "see " + link.replace("&", "&amp;amp;") + "\n",
    "&#x26;": lambda link, _: "see " + link.replace("&", "&#x26;") + ".",
    "cut into lines": lambda link, width: f"Look:\n{lines(link, width)}\nand go on here",
    "cut within a sentence": lambda link, width: lines(f"Look at this: {link}", width) + "\nor not",
    "cut and indented": lambda link, width: lines(link, width, "    ") + "\n\nor not",
    "cut, CRLF": lambda link, width: f"Look:\n{lines(link, width)}\nand go on".replace(
        "\n", "\r\n"
    ),
    "quoted and cut": lambda link, width: (
        "> before\n" + lines(f"See {link}", width, "> ") + "\n> go on\n"
    ),
    "quoted twice and cut": lambda link, width: (
        lines(link.replace("&", "&amp;"), width, ">> ") + "\n>> go on\n"
    ),
    "in a comment and cut": lambda link, width: lines(f"see {link}", width, "# ") + "\n# go on\n",
    "in a diff and cut": lambda link, width: lines(link, width, "+") + "\n+and go on\n",
    "quoted-printable": lambda link, width: quopri.encodestring(
        ("x" * (width - 60) + f" see <{link}> = more\n" + "and more " * 12 + "\n").encode()
    ).decode(),
    "JSON": lambda link, _: json.dumps({"a": link}).replace("/", "\\/").replace("&", "\\u0026"),
    "escaped for Markdown": lambda link, _: (
        link.replace("_", "\\_").replace("&", "\\&").replace("*", "\\*")
    ),
    "Chinese": lambda link, _: f"请看{link}。谢谢",
    "invisible characters": lambda link, width: (
        f"{link[:30]}\u200b{link[30:width]}\u00ad{link[width:]} ok"
    ),
    "comment in C": lambda link, _: f"/* {link}*/",
    "glued": lambda link, _: f"{link}Sent from my phone",
}
