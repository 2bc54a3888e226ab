"""A recipient and a password are nowhere to be seen, whatever holds them and whatever is printed."""

from __future__ import annotations

import base64
import html
import re
import unicodedata
from collections.abc import Iterator

import pytest
from attacking import Count
from building import HOST, MESSAGE_ID, TENANT, encode
from cutting import LINKS

import safelinks
from safelinks import percent
from safelinks.redact import redact, shown

NAME, DOMAIN = "Marked.Person", "secret.example"
PERSON = f"{NAME}@{DOMAIN}"
PASSWORD = "s3cretPassw0rd"  # noqa: S105
MARKERS = (NAME.lower(), PASSWORD.lower())

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_FOLDS = re.compile(r"=?\r?\n[ \t>|+-]*")
_UNICODE = re.compile(r"(?:\\|%)u([0-9a-f]{4})", re.IGNORECASE)
_QUOTED = re.compile(r"=([0-9a-f]{2})", re.IGNORECASE)


def _once(text: str) -> Iterator[str]:
    """`text` with one kind of escape undone."""
    yield percent.decode(text)
    yield html.unescape(text)
    yield _UNICODE.sub(lambda match: chr(int(match[1], 16)), text)
    yield _QUOTED.sub(lambda match: chr(int(match[1], 16)), text)
    yield _FOLDS.sub("", text)


def _in_base64(text: str) -> Iterator[str]:
    for token in _BASE64.findall(text):
        plain = token.replace("-", "+").replace("_", "/")
        for start in range(4):
            part = plain[start:]
            raw = base64.b64decode(part[: len(part) // 4 * 4])
            yield raw.decode("latin-1")


def tells(text: str, markers: tuple[str, ...] = MARKERS) -> str | None:
    """How `text` tells one of the markers, in whatever spelling; None if it does not."""
    readings = {text}
    todo = [text]
    for _ in range(3):
        todo = [one for step in todo for one in _once(step) if one not in readings]
        readings.update(todo)
    flat = [
        _INVISIBLE.sub("", unicodedata.normalize("NFKC", one)).lower()
        for one in (*readings, *(part for one in readings for part in _in_base64(one)))
    ]
    for marker in markers:
        for one in flat:
            at = one.find(marker)
            if at >= 0:
                return one[max(0, at - 60) : at + 60]
    return None


def _sent(target: str, person: str = PERSON) -> str:
    """A Safe Link to `target` that was sent to `person`."""
    data = f"05|02|{person}|{MESSAGE_ID}|{TENANT}|0|0|638840415827042483|Unknown|x|0|||"
    return f"https://{HOST}/?url={encode(target)}&data={encode(data)}&reserved=0"


# How a target may name the person to whom the link was sent.
SPELLINGS = {
    "plain": PERSON,
    "lower": PERSON.lower(),
    "percent": encode(PERSON),
    "twice": encode(encode(PERSON)),
    "every letter": "".join(f"%{ord(char):02x}" for char in PERSON),
    "entity": PERSON.replace("@", "&#64;"),
    "entity in hexadecimal": PERSON.replace("@", "&#x40;"),
    "percent and entity": encode(PERSON.replace("@", "&#64;")),
    "quoted-printable": PERSON.replace("@", "=40"),
    "JSON": PERSON.replace("@", "\\u0040"),
    "%u": PERSON.replace("@", "%u0040"),
    "full width": PERSON.replace("@", "\uff20"),
    "full width, encoded": encode(PERSON.replace("@", "\uff20")),
    "invisible": PERSON.replace("@", "\u200b@"),
    "soft hyphen": PERSON.replace("M", "M\u00ad"),
    "invisible, encoded": encode(PERSON.replace("@", "\u200b@")),
    "VERP": f"bounce+{NAME}={DOMAIN}@list.example",
    "VERP, encoded": encode(f"bounce+{NAME}={DOMAIN}@list.example"),
    "VERP with a number": f"bounces-17-{NAME}={DOMAIN}@list.example",
    "tag": f"{NAME}+news@{DOMAIN}",
    "tag, encoded": encode(f"{NAME}+news@{DOMAIN}"),
    "#EXT#": f"{NAME}_{DOMAIN}%23EXT%23@tenant.example",
    "base64": base64.b64encode(PERSON.encode()).decode().rstrip("="),
    "base64 within": base64.urlsafe_b64encode(f"u={PERSON}&x".encode()).decode().rstrip("="),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_spelling_in_a_target(name: str, count: Count) -> None:
    link = _sent(f"https://target.example/u?m={SPELLINGS[name]}&d=2024")
    unwrapped = safelinks.unwrap(link)
    outputs = [redact(link), repr(unwrapped), repr(safelinks.find(link))]
    for output in outputs:
        assert tells(output) is None
        count("searched outputs", 1)


# How a target may hold a user and a password.
CREDENTIALS = {
    "plain": f"https://user:{PASSWORD}@target.example/x",
    "encoded": f"https://user%3A{PASSWORD}%40target.example/x",
    "with a mail address": f"https://me@corp.example:{PASSWORD}@target.example/x",
    "with a slash": f"https://user:{PASSWORD}%2Fmore@target.example/x",
    "within": f"https://other.example/?next=https%3A%2F%2Fuser%3A{PASSWORD}%40target.example%2F",
    "within, raw": f"https://other.example/?next=https://user:{PASSWORD}@target.example/",
    "of a file server": f"ftp://user:{PASSWORD}@target.example/x",
    "entity": f"https://user:{PASSWORD}&#64;target.example/x",
    "in a link of Google": "https://www.google.com/url?q="
    + encode(f"https://user:{PASSWORD}@target.example/"),
}


@pytest.mark.parametrize("wrapper", ["safe-links", *sorted(LINKS)])
@pytest.mark.parametrize("name", CREDENTIALS)
def test_credentials_in_a_target(name: str, wrapper: str, count: Count) -> None:
    target = CREDENTIALS[name]
    link = _sent(target) if wrapper == "safe-links" else LINKS[wrapper](target)
    try:
        unwrapped = safelinks.unwrap(link)
    except safelinks.SafelinksError:  # that service cannot carry such a target
        return
    for output in (
        shown(link),
        shown(unwrapped.target),
        repr(unwrapped),
        repr(safelinks.find(link)),
    ):
        assert tells(output) is None
        count("searched outputs", 1)
