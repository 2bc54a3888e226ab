"""Whom a wrapped link names: recipients, sessions, and how they are masked."""

from __future__ import annotations

import pytest
from building import HOST, encode, wrap

from safelinks.wrappers.redaction.personal_data import mask, recipients, tells_session

TEAMS = "https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html"
ME = "me@a.example"

NAMED = {
    "as written": (f"https://{HOST}/?data={encode(f'05|02|{ME}|x')}", {ME}),
    "in capitals": (f"https://{HOST}/?DATA=05%7c02%7cMe%40A.Example%7c", {ME}),
    "encoded twice": (f"https://{HOST}/?data={encode(encode(f'05|02|{ME}|x'))}", {ME}),
    "nested": (wrap(wrap("https://a.example/")), {"first.last@example.org"}),
    "cut off behind it": (f"?data=05|02|{ME}", {ME}),
    "no bar, but a parameter": (f"?data=05|02|{ME}&sdata=x", {ME}),
    "no bar, but a blank": (f"?data=05|02|{ME} and more", {ME}),
    "quoted-printable": (f"?data=3D05|02|{ME}|", {ME}),
    "HTML": (f"?data&#61;05&#124;02&verbar;{ME}&vert;", {ME}),
    "HTML, hexadecimal": (f"?data&#x3d;05&#x7C;02&#x07c;{ME}|", {ME}),
    "encoded blanks": (f"?data=%2005%20|02%09|{ME}|", {ME}),
    "blanks, encoded twice": (f"?data=%252005|02|{ME}|", {ME}),
    "blanks": (f"?data= 05 | 02 | {ME} |", {ME}),
    "no address": ("?data=05|02|somebody|", set()),
    "no name": ("?data=05|02|@a.example|", set()),
    "one field too early": (f"?data=05|{ME}|x", set()),
    "a long name": (f"?data=05|02|{'x' * 64}@a.example|", {f"{'x' * 64}@a.example"}),
    "too long a name": (f"?data=05|02|{'x' * 65}@a.example|", set()),
    "a long domain": (f"?data=05|02|me@{'a' * 255}|", {f"me@{'a' * 255}"}),
    "too long a domain": (f"?data=05|02|me@{'a' * 256}|", set()),
    "a long number": (f"?data=12345678|02|{ME}|", {ME}),
    "too long a number": (f"?data=123456789|02|{ME}|", set()),
    "two signs": ("?data=05|02|a@b@c|", {"a@b@c"}),
}  # fmt: skip


@pytest.mark.parametrize("case", NAMED)
def test_recipients(case: str) -> None:
    url, named = NAMED[case]
    assert recipients(url) == named


def test_recipients_of_several() -> None:
    assert recipients("?data=05|02|a@b.example|", "?data=05|02|c@d.example|") == {
        "a@b.example",
        "c@d.example",
    }


SESSIONS = {
    "credential": (f"{TEAMS}?url=x&pc=SECRET", True),
    "in capitals": (f"{TEAMS.upper()}?URL=x&PC=SECRET", True),
    "escaped": (f"{TEAMS}?url=x&amp;pc=SECRET", True),
    "nested": (wrap(f"{TEAMS}?url=x&pc=SECRET&si=1"), True),
    "first": (f"{TEAMS}?pc=SECRET", True),
    "empty": (f"{TEAMS}?url=x&pc=&si=1", False),
    "empty at the end": (f"{TEAMS}?url=x&pc=", False),
    "empty and nested": (wrap(f"{TEAMS}?url=x&pc=&si=1"), False),
    "conversation only": (f"{TEAMS}?url=x&si=1", False),
    "a longer name": (f"{TEAMS}?url=x&xpc=SECRET", False),
    "another page": ("https://a.example/?pc=SECRET", False),
}


@pytest.mark.parametrize("case", SESSIONS)
def test_the_credential_of_a_session(case: str) -> None:
    url, told = SESSIONS[case]
    assert tells_session(url) == told


MASKED = {
    "as it is": (f"see {ME}, you", "see [recipient], you"),
    "at the start": (ME, "[recipient]"),
    "twice": (f"{ME}/{ME.upper()}", "[recipient]/[recipient]"),
    "encoded": (f"?m={encode(ME)}&n", "?m=[recipient]&n"),
    "beside no ASCII": (f"ü {ME} ü", "ü [recipient] ü"),
    "somebody else": ("see you@a.example", "see you@a.example"),
    "a lone surrogate": (f"\udcff{ME}", "\udcff[recipient]"),
}


@pytest.mark.parametrize("case", MASKED)
def test_mask(case: str) -> None:
    text, masked = MASKED[case]
    assert mask(text, frozenset({ME})) == masked
    assert mask(text, frozenset()) == text


def test_a_mask_may_say_something_else() -> None:
    assert mask(f"a {ME} b", frozenset({ME}), "") == "a  b"
