"""A wrapped link without whom it names and what is secret in it, layer by layer.

What every builder of links makes is tried in `tests/attacks/test_redaction.py`; here are the links
themselves, before and after.
"""

from __future__ import annotations

import pytest
from building import HOST, RECIPIENT, encode, wrap
from cutting import LINKS
from hypothesis import given
from hypothesis import strategies as st

from safelinks.wrappers.redaction.link_redaction import redact, shown
from safelinks.wrappers.vendors.wrapper_table import WRAPPERS

A = "https://a.example/x"
TEAMS = "https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html"
ME = "me%40b.org"
TO_ME = f"data=05%7C02%7C{ME}%7C5f10"
TO_NOBODY = "data=05%7C02%7C%7C5f10"
_ENCODED = "https%3A%2F%2Fa.example%2Fx"
LIBRAESVA = f"https://urlsand.esvalabs.com/?u={_ENCODED}&e=5f2a"

REDACTED = {
    "recipient": (f"https://{HOST}/?url={_ENCODED}&{TO_ME}&sdata=x", f"https://{HOST}/?url={_ENCODED}&{TO_NOBODY}&sdata=x"),
    "recipient before the target": (f"https://{HOST}/?{TO_ME}&url={_ENCODED}", f"https://{HOST}/?{TO_NOBODY}&url={_ENCODED}"),
    "recipient in the target": (
        f"https://{HOST}/?url={encode(f'{A}?m=me@b.org')}&{TO_ME}",
        f"https://{HOST}/?url={encode(f'{A}?m=[recipient]')}&{TO_NOBODY}",
    ),
    "nested": (
        f"https://{HOST}/?url={encode(f'https://{HOST}/?url={_ENCODED}&{TO_ME}')}&{TO_NOBODY}",
        f"https://{HOST}/?url={encode(f'https://{HOST}/?url={_ENCODED}&{TO_NOBODY}')}&{TO_NOBODY}",
    ),
    "Teams": (
        f"{TEAMS}?url={_ENCODED}&pc=SECRET&locale=en&si=1%3B2&sd=x&fg=y",
        f"{TEAMS}?url={_ENCODED}&pc=&locale=en&si=&sd=&fg=y",
    ),
    "Teams, a target with such names": (
        f"{TEAMS}?url={encode(f'{A}?pc=1&si=2')}&pc=SECRET",
        f"{TEAMS}?url={encode(f'{A}?pc=1&si=2')}&pc=",
    ),
    "a target with such a name": (
        f"https://{HOST}/?url={encode(f'{A}?data=01|02|2024|x')}&{TO_ME}",
        f"https://{HOST}/?url={encode(f'{A}?data=01|02|2024|x')}&{TO_NOBODY}",
    ),
    "Libraesva": (
        f"https://urlsand.esvalabs.com/?u={_ENCODED}&e=5f2a&h=99ab&f=y&p=y",
        f"https://urlsand.esvalabs.com/?u={_ENCODED}&e=&h=&f=y&p=y",
    ),
    "Sophos keeps its domain": (
        "https://eu.protection.sophos.com/?d=a.example&u=aHR0cHM6Ly9hLmV4YW1wbGUveA==&i=A1&t=B2&h=C3",
        "https://eu.protection.sophos.com/?d=a.example&u=aHR0cHM6Ly9hLmV4YW1wbGUveA==&i=&t=&h=",
    ),
    "an opaque token keeps its shape": (
        "https://protect-us.mimecast.com/s/Ab1-Cd2?domain=a.example",
        "https://protect-us.mimecast.com/s/000-000?domain=a.example",
    ),
    "no wrapper": (f"{A}?data=1&e=2&h=3&pc=4#si=5", None),
    "no wrapper, with a link in it": (
        f"{A}?to=https://{HOST}/?url={_ENCODED}&{TO_ME}",
        f"{A}?to=https://{HOST}/?url={_ENCODED}&{TO_NOBODY}",
    ),
    "no wrapper, with a field like one": (f"{A}?data=01|02|2024|x", None),
    "no wrapper, with a recipient in HTML": (f"{A}?data=01|02|me&#64;b.org|x", f"{A}?data=01|02||x"),
    "no wrapper, with a recipient in HTML, hexadecimal": (f"{A}?data=01|02|me&#x40;b.org|x", f"{A}?data=01|02||x"),
    "no wrapper, with a recipient in HTML, by name": (f"{A}?data=01|02|me&commat;b.org|x", f"{A}?data=01|02||x"),
    "no wrapper, with another service's link in it": (f"{A}?to={LIBRAESVA}", f"{A}?to={LIBRAESVA.removesuffix('5f2a')}"),
    "the same, up to a bracket": (f"{A}?to={LIBRAESVA}<b>&e=1", f"{A}?to={LIBRAESVA.removesuffix('5f2a')}<b>&e=1"),
    "the same, encoded": (f"{A}?to={encode(LIBRAESVA)}&e=1", f"{A}?to={encode(LIBRAESVA.removesuffix('5f2a'))}&e=1"),
    "the same, encoded twice": (
        f"{A}?to={encode(encode(LIBRAESVA))}%26e=1",
        f"{A}?to={encode(encode(LIBRAESVA.removesuffix('5f2a')))}%26e=1",
    ),
    "the same, in other case": (
        f"{A}?to={encode(LIBRAESVA).replace('https%3A', 'HTTPS%3a', 1)}",
        f"{A}?to={encode(LIBRAESVA.removesuffix('5f2a')).replace('https%3A', 'HTTPS%3A', 1)}",
    ),
    "an encoded dot in the host": (
        f"https://nam06.safelinks%2Eprotection.outlook.com/?url={_ENCODED}&data=05%7C02%7Cme%7C",
        f"https://nam06.safelinks%2Eprotection.outlook.com/?url={_ENCODED}&data=05%7C02%7C%7C",
    ),
    "a rest without its head": ("t%40b.org%7C5f106858&sdata=x", "%7C5f106858&sdata=x"),
    "in a text": (
        f"see https://{HOST}/?url={_ENCODED}&{TO_ME} and more",
        f"see https://{HOST}/?url={_ENCODED}&{TO_NOBODY} and more",
    ),
    "lost": (f"https://{HOST}/GetUrlReputation?{TO_ME}", f"https://{HOST}/GetUrlReputation?{TO_NOBODY}"),
}  # fmt: skip


@pytest.mark.parametrize("case", REDACTED)
def test_redact(case: str) -> None:
    url, redacted = REDACTED[case]
    assert redact(url) == (url if redacted is None else redacted)
    assert redact(redact(url)) == redact(url)
    assert shown(url) == redact(url)


def test_secrets_go_from_the_depth() -> None:
    url, redacted = LIBRAESVA, LIBRAESVA.removesuffix("5f2a")
    for _ in range(10):
        url, redacted = (
            f"https://{HOST}/?url={encode(text)}&{TO_NOBODY}" for text in (url, redacted)
        )
    assert redact(url) == redacted


def test_whom_others_name_is_masked_too() -> None:
    known = frozenset({"you@c.org"})
    assert redact(f"{A}?m=You%40C.org", known) == f"{A}?m=[recipient]"
    assert redact(f"https://{HOST}/?url={encode(f'{A}?m=you@c.org')}&{TO_ME}", known) == (
        f"https://{HOST}/?url={encode(f'{A}?m=[recipient]')}&{TO_NOBODY}"
    )


SHOWN = {
    "plain": ("https://me:pw@a.example/", "https://[user]@a.example/"),
    "wrapped": (wrap("https://me:pw@a.example/"), "https%3A%2F%2F%5Buser%5D%40a.example%2F"),
    "Google": ("https://www.google.com/url?q=https%3A%2F%2Fme%3Apw%40a.example%2F&sa=D", "q=https%3A%2F%2F[user]@a.example"),
    "a link that cannot be read": ("https://www.google.com/amp/s/me:pw@a.example/x", "amp/s/[user]@a.example/x"),
}  # fmt: skip


@pytest.mark.parametrize("case", SHOWN)
def test_what_is_shown_has_no_password(case: str) -> None:
    url, part = SHOWN[case]
    assert "pw" in redact(url)
    assert "pw" not in shown(url)
    assert part.lower() in shown(url).lower() or "[user]" in shown(url)


# What each parameter of a row is called, so that no name can be dropped unnoticed.
_NAMES = [(row, name) for row in WRAPPERS for name in row.secrets.names]


@pytest.mark.parametrize(("row", "name"), _NAMES, ids=[f"{row.id} {name}" for row, name in _NAMES])
def test_every_secret_of_a_row_is_blanked(row: object, name: str) -> None:
    blank = row.secrets.blanked  # type: ignore[attr-defined]
    for sign in ("?", "&", "&amp;", "#"):
        assert blank(f"{sign}{name}=SECRET&~=1") == f"{sign}{name}=&~=1"
        assert blank(f"{sign}{name.upper()}=SECRET") == f"{sign}{name.upper()}="
    assert blank(f"?~{name}=1&{name}~=2") == f"?~{name}=1&{name}~=2"


@given(st.sampled_from(sorted(LINKS)), st.integers(0, 2))
def test_a_name_that_is_known_is_nowhere(name: str, depth: int) -> None:
    url = LINKS[name](f"https://a.example/?m={RECIPIENT}")
    for _ in range(depth):
        url = wrap(url)
    assert "last" not in redact(url, frozenset({RECIPIENT.lower()})).lower()
