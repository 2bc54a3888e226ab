"""User and password of an address, taken out at whatever depth of encoding."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelinks.wrappers.redaction.credentials import without_users, without_users_anywhere

TAKEN_OUT = {
    "user and password": ("https://me:secret@a.example/", "https://[user]@a.example/"),
    "user": ("ftp://me@a.example/", "ftp://[user]@a.example/"),
    "nobody": ("https://@a.example/", "https://[user]@a.example/"),
    "encoded": ("?u=https%3A%2F%2Fme%3Asecret%40a.example", "?u=https%3A%2F%2F[user]@a.example"),
    "lower-case escapes": ("?u=https%3a%2f%2fme%40a.example", "?u=https%3a%2f%2f[user]@a.example"),
    "encoded twice": ("?u=https%253A%252F%252Fme%2540a.example", "?u=https%253A%252F%252F[user]@a.example"),
    "encoded by half": ("?u=https%3A//me%40a.example", "?u=https%3A//[user]@a.example"),
    "a slash in the user": ("?u=https%3A%2F%2Fme%252Fx%40a.example", "?u=https%3A%2F%2F[user]@a.example"),
    "an escaped slash in the user": ("https://me%2Fx@a.example/", "https://[user]@a.example/"),
    "a slash in the user, encoded twice": ("?u=https%253A%252F%252Fme%25252Fx%2540a.example", "?u=https%253A%252F%252F[user]@a.example"),
    "an address in the user": ("?u=https%3A%2F%2Fme%253A%252F%252Fx%40a.example", "?u=https%3A%2F%2F[user]@a.example"),
    "one slash": ("/https:/me@a.example/x", "/https:/[user]@a.example/x"),
    "one slash, http": ("/http:/me@a.example/x", "/http:/[user]@a.example/x"),
    "escaped slashes": (r"https:\/\/me@a.example", r"https:\/\/[user]@a.example"),
    "HTML": ("https://me&#64;a.example/", "https://[user]@a.example/"),
    "HTML, hexadecimal": ("https://me&#x40;a.example/", "https://[user]@a.example/"),
    "HTML, by name": ("https://me&amp;commat;a.example/", "https://[user]@a.example/"),
    "JSON": (r"https://me\u0040a.example/", "https://[user]@a.example/"),
    "JavaScript": ("https://me%u0040a.example/", "https://[user]@a.example/"),
    "wide": ("https://me＠a.example/", "https://[user]@a.example/"),
    "small": ("https://me﹫a.example/", "https://[user]@a.example/"),
    "two": ("https://a:b@x.example https://c:d@y.example", "https://[user]@x.example https://[user]@y.example"),
    "Proofpoint": ("u=https-3A__me-3Asecret-40a.example_x", "u=https-3A__[user]-40a.example_x"),
    "512 characters": (f"https://{'x' * 512}@a.example/", "https://[user]@a.example/"),
}  # fmt: skip
LEFT = [
    "https://a.example/", "https://a.example/@me", "https://a.example?m=me@b.example", "https://a.example#me@b",
    "?u=https%3A%2F%2Fa.example%2F%40me", "?u=https%3A%2F%2Fa.example&m=me@b.example", "me@a.example", "mailto:me@a.example",
    "https://a example@b", 'https://a"b@c', f"https://{'x' * 513}@a.example/", "ftp:/me@a.example", "",
    r"https://a.example\@me", "https://a>b@c.example", "https://a<b@c.example",
    "u=https-3A__a.example/x-40y", "u=https-3A__a.example_x-40y", "u=https-3A__a.example?x-40y",
    "u=https-3A__a.example&x-40y", "u=https-3A__a.example#x-40y", "u=https-3A__a.example x-40y",
]  # fmt: skip


@pytest.mark.parametrize("case", TAKEN_OUT)
def test_taken_out(case: str) -> None:
    text, without = TAKEN_OUT[case]
    assert without_users(text) == without
    assert without_users(without) == without


@pytest.mark.parametrize("text", LEFT)
def test_what_is_no_user_stays(text: str) -> None:
    assert without_users(text) == text


ANYWHERE = {
    "a segment": ("https://x.example/r/me:secret@a.example/p", "https://x.example/r/[user]@a.example/p"),
    "a value": ("https://x.example/?u=me@a.example&b", "https://x.example/?u=[user]@a.example&b"),
    "encoded": ("https://x.example/?u=me%40a.example", "https://x.example/?u=[user]@a.example"),
    "HTML": ("https://x.example/?u=me&#64;a.example", "https://x.example/?u=[user]@a.example"),
    "HTML, encoded": ("https://x.example/?u=me%26%2364%3Ba", "https://x.example/?u=[user]@a"),
    "HTML, encoded, in other case": ("https://x.example/?u=me%26%23X40%3ba", "https://x.example/?u=[user]@a"),
    "up to a bracket": ("https://x.example/?u=a>b@c", None),
    "up to a quote": ('https://x.example/?u=a"b@c', None),
    "up to a query": ("https://x.example/a?b@c", None),
    "a token": (f"https://x.example/{urlsafe_b64encode(b'https://me@ab.example').decode()}", f"https://x.example/{'0' * 28}"),
    "a token of 16 characters": (f"https://x.example/{urlsafe_b64encode(b'me@ab.exampl').decode()}", f"https://x.example/{'0' * 16}"),
    "no token of base64": (f"https://x.example/{'é' * 20}", None),
    "a token with a hyphen": (f"https://x.example/{urlsafe_b64encode(b'me@>>>ab.exa').decode()}", f"https://x.example/{'0' * 16}"),
    "a token of nobody": (f"https://x.example/{urlsafe_b64encode(b'https://me.a.example').decode()}", None),
    "a short token": ("https://x.example/bWVAYS5vcmc", None),
    "nothing": ("https://x.example/a?b=c#d", None),
}  # fmt: skip


@pytest.mark.parametrize("case", ANYWHERE)
def test_taken_out_of_a_link_that_cannot_be_read(case: str) -> None:
    url, without = ANYWHERE[case]
    assert without_users_anywhere(url) == (url if without is None else without)


@given(st.text("abcXYZ019:;,!$*()~.-_é ", min_size=1, max_size=20), st.integers(0, 5))
def test_the_user_goes_at_any_depth_and_all_else_stays(user: str, depth: int) -> None:
    url, expected = f"https://{quote(user, safe=':;,!$*()~.-_')}@a.example/x", "https://"
    for _ in range(depth):
        url, expected = quote(url, safe=""), quote(expected, safe="")
    rest = url.rpartition("a.example")[2]
    assert without_users(f"?u={url}") == f"?u={expected}[user]@a.example{rest}"
