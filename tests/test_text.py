"""Links in running text: where they are, what they mean, and what `clean` leaves alone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from attacking import amount
from building import HOST, PLACES, encode, lines, wrap

from safelinks import clean, find
from safelinks.errors import ChainTooDeepError, TargetLostError

TARGET = "https://example.org/a?b=1"
LINK = wrap(TARGET)


def _targets(text: str) -> list[str | None]:
    return [link.target for link in find(text)]


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("", []),
        ("no links: at all // here :// or there", []),
        ("https:// is a scheme", []),
        ("see https://example.org.", ["https://example.org"]),
        ("see https://example.org/a, https://example.org/b; ok", None),
        ("(https://example.org/a_(b))", ["https://example.org/a_(b)"]),
        ("[x](https://example.org/a_(b)).", ["https://example.org/a_(b)"]),
        ("[https://example.org/a](https://example.org/b)", None),
        ("<https://example.org/a>", ["https://example.org/a"]),
        ('"https://example.org/a",', ["https://example.org/a"]),
        ("'https://example.org/a'", ["https://example.org/a"]),
        ("`https://example.org/a`", ["https://example.org/a"]),
        ("it's https://example.org/it's", ["https://example.org/it's"]),
        ("*https://example.org/a*", ["https://example.org/a"]),
        ("_https://example.org/a_b_", ["https://example.org/a_b"]),
        ("https://example.org/a*", ["https://example.org/a*"]),
        ("/* https://example.org/a*/", ["https://example.org/a"]),
        ("| https://example.org/a|https://example.org/b |", None),
        ("https://example.org/a,https://example.org/b", None),
        ("https://example.org/a?x=1&y=2#z", ["https://example.org/a?x=1&y=2#z"]),
        ("https://example.org/a?x=\nnext", ["https://example.org/a?x="]),
        ("&lt;https://example.org/a&gt;", ["https://example.org/a"]),
        ("&quot;https://example.org/?a=1&amp;b&quot;", ["https://example.org/?a=1&amp;b"]),
        ('<a href="https://example.org/?a=1&amp;b=2">', ["https://example.org/?a=1&b=2"]),
        ('<a href="https://example.org/?a=1&copy=2">', ["https://example.org/?a=1&copy=2"]),
        ("<p>https://example.org/?a&amp;b</p>", ["https://example.org/?a&b"]),
        ("请看https://example.org/文。好", ["https://example.org/文"]),
        ("“https://example.org/a”", ["https://example.org/a"]),
        ("https://example.org/a\u200bb", ["https://example.org/a"]),
        ("https://[2001:db8::1]:8080/a", ["https://[2001:db8::1]:8080/a"]),
        ("seehttps://example.org/a", ["https://example.org/a"]),
        (
            "git+https://example.org/a ftp://example.org/b",
            ["https://example.org/a", "ftp://example.org/b"],
        ),
        ("hxxps://evil[.]example/a", ["hxxps://evil[.]example/a"]),
        ("HTTP://EXAMPLE.ORG", ["HTTP://EXAMPLE.ORG"]),
        ("https://example.org/a…", ["https://example.org/a"]),
        ("x=3D1\nsee https://example.org/?a=3D1&b=\n=3D2 ok", ["https://example.org/?a=1&b=2"]),
    ],
)
def test_plain_links(text: str, urls: list[str] | None) -> None:
    expected = ["https://example.org/a", "https://example.org/b"] if urls is None else urls
    assert [link.url for link in find(text)] == expected
    assert clean(text) == text


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("width", [62, 71, 80])
def test_wrapped_links_in_every_place(place: str, width: int) -> None:
    text = PLACES[place](LINK, width)
    links = find(text)
    assert [(link.target, link.wrapped) for link in links] == [(TARGET, True)]
    cleaned = clean(text)
    assert not any(link.wrapped for link in find(cleaned))
    assert [link.target for link in find(cleaned)] == [TARGET]
    assert cleaned.startswith(text[: links[0].start])
    assert cleaned.endswith(text[links[0].end :])


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (f"a {LINK} b\r\n", f"a {TARGET} b\r\n"),
        (f"{LINK}\n{LINK}", f"{TARGET}\n{TARGET}"),
        (f"{TARGET}<{LINK}>", f"{TARGET}<{TARGET}>"),
        (f"<{LINK}>.\r{LINK}", f"<{TARGET}>.\r{TARGET}"),
        (f"{LINK}, {LINK}.", f"{TARGET}, {TARGET}."),
        (f"{LINK}{LINK}", f"{TARGET} {TARGET}"),
        (f"{LINK}Sent", f"{TARGET} Sent"),
        (f"{LINK}(see)", f"{TARGET} (see)"),
        (f"'{wrap(TARGET + chr(39))}'", f"'{TARGET}%27'"),
        (f"<{wrap('https://example.org/a b<c>')}>", "<https://example.org/a%20b%3Cc%3E>"),
        (f"{wrap('https://example.org/a)b')}", "https://example.org/a%29b"),
        (f"{wrap('https://example.org/(a')}", "https://example.org/%28a"),
        (f"{wrap('https://example.org/a[b]c')}", "https://example.org/a[b]c"),
        (f"{wrap('https://example.org/a%0D%0Ab')}", "https://example.org/a%0D%0Ab"),
        (f"{wrap('https://example.org/a' + chr(10) + 'b')}", "https://example.org/a%0Ab"),
        (
            f'<a href="{wrap("https://example.org/?a=1&b=2").replace("&", "&amp;")}">',
            '<a href="https://example.org/?a=1&amp;b=2">',
        ),
        (
            f"plain {wrap('https://example.org/?a=1&copy=2').replace('&', '&amp;')}",
            "plain https://example.org/?a=1&copy=2",
        ),
        (
            "x=3D1\n" + wrap("https://example.org/?a=1").replace("=", "=3D") + "\n",
            "x=3D1\nhttps://example.org/?a=3D1\n",
        ),
        (
            f"hxxps://{HOST.replace('.', '[.]')}/?url=hxxps%3A%2F%2Fbad%5B.%5Dexample%2Fx.y",
            "hxxps://bad[.]example/x.y",
        ),
        (
            f"hxxps[:]//{HOST.replace('.', '[.]')}/?url=hxxp%3A%2F%2Fbad[.]example%2Fx.y",
            "hxxp://bad[.]example/x.y",
        ),
    ],
)
def test_clean_touches_nothing_else(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        f"lost: https://{HOST}/GetUrlReputation and",
        f"lost: https://{HOST}/?data=05%7C02%7C",
        f"lost inside: {wrap(f'https://{HOST}/')}",
        "look-alike: https://nam02.safelinks.protection.outlook.com.evil.example/?url=https%3A%2F%2Fa",
        "look-alike: https://evil.example/?u=https://nam02.safelinks.protection.outlook.com/?url=x",
        "bad port: https://nam02.safelinks.protection.outlook.com:8443/?url=https%3A%2F%2Fa.example",
        "only a name: nam02.safelinks.protection.outlook.com/about",
        "caf\udce9 and no link",
        "safelinks safelinks.protection.outlook.com",
    ],
)
def test_what_is_no_decodable_wrapper_stays(text: str) -> None:
    assert clean(text) == text
    assert not any(link.wrapped for link in find(text))


def test_errors_are_kept_with_the_link() -> None:
    deep = TARGET
    for _ in range(11):
        deep = f"https://{HOST}/?url={encode(deep)}&reserved=0"
    lost, too_deep = find(f"https://{HOST}/GetUrlReputation\n{deep}")
    assert isinstance(lost.error, TargetLostError)
    assert isinstance(too_deep.error, ChainTooDeepError)
    assert lost.target is None
    assert too_deep.unwrapped is None


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (f"{LINK}\n  {LINK}", [(1, 1), (2, 3)]),
        (f"\r\n\r\na {LINK}\r\n", [(3, 3)]),
        (f"a\rb\r{LINK}", [(3, 1)]),
        (f"é’ {LINK} {TARGET}", [(1, 4), (1, 5 + len(LINK))]),
        ("> " + lines(LINK, 60, "> ")[2:] + f"\n> {LINK}", [(1, 3), (8, 3)]),
    ],
)
def test_lines_and_columns(text: str, places: list[tuple[int, int]]) -> None:
    found = find(text)
    assert [(link.line, link.column) for link in found] == places
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for link in found:
        assert rows[(link.line or 0) - 1][(link.column or 0) - 1 :].startswith("https://")


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        # A link that may be cut off is not certain, and does not take the next line with it.
        (f"https://{HOST}/?url=https%3A%2F%2Fexample.org%2Fa\nRegards\n", []),
        (f"https://{HOST}/?url=https%3A%2F%2Fexample.org%2Fa\n\n%2Fb&data=1", []),
        (f"https://{HOST}/?url=https%3A%2F%2Fexample.org%2Fa\n{LINK}", ["https://example.org/a", TARGET]),
        (f"https://{HOST}/?url=https%3A%2F%2Fexample.org%2Fa.", ["https://example.org/a"]),
        (f"(https://{HOST}/?url=https%3A%2F%2Fexample.org%2Fa)", ["https://example.org/a"]),
        # A continuation counts when it leads to the link's own parameters, even without a tail.
        (f"https://{HOST}/?url=https%3A%2F%2Fexample.org%2F\na&data=05%7C02%7C", ["https://example.org/a"]),
        # A sign that no encoded value contains is stripped, whether all lines have it or not.
        (f"# see https://{HOST}/?url=https%3A%2F%2Fexample.org%2F\n%23a&reserved=0", ["https://example.org/#a"]),
        (f"https://{HOST}/?url=https%3A%2F%2Fexample.org%2F\n+a&reserved=0", ["https://example.org/a"]),
        (f"https://{HOST}/?url=https%3A%2F%2Fexample.org%2F\n#a&reserved=0", ["https://example.org/a"]),
        # `://` itself may be cut.
        (f"ht\ntps://{HOST}/?url=https%3A%2F%2Fexample.org%2Fa&reserved=0", ["https://example.org/a"]),
        (f"https:\n//{HOST}/?url=https%3A%2F%2Fexample.org%2Fa&reserved=0", ["https://example.org/a"]),
        (f"https:/\n/{HOST}/?url=https%3A%2F%2Fexample.org%2Fa&reserved=0", ["https://example.org/a"]),
        ("https://nam0\n2.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fa&reserved=0", ["https://example.org/a"]),
        ("https://nam02.safe\nlinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fa&reserved=0", ["https://example.org/a"]),
        # A no-break space within the link.
        (f"https://{HOST}/?url=https%3A%2F%2Fexample.org%2F\xa0a&reserved=0", ["https://example.org/a"]),
        # Other carriers of Safe Links.
        ("https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html?url="
         "https%3A%2F%2Fexample.org%2Fa&locale=en-gb.", ["https://example.org/a"]),
        ("<https://outlook.office.com/mail/safelink.html?url=https://example.org/a%20b&corid=1-2>", ["https://example.org/a%20b"]),
        (f"HTTPS://{HOST.upper()}/?url=https%3A%2F%2Fexample.org%2Fa&reserved=0.", ["https://example.org/a"]),
    ],
)  # fmt: skip
def test_how_far_a_wrapped_link_reaches(text: str, targets: list[str]) -> None:
    assert [link.target for link in find(text) if link.wrapped] == targets


def _calls(function: Callable[[str], object], text: str) -> int:
    """How many Python and C functions `function` calls on `text`: a measure without a clock."""
    count = 0

    def profile(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        function(text)
    finally:
        sys.setprofile(None)
    return count


HOSTILE = {
    "heads on a line": f"https://{HOST}/?url=",
    "heads on lines": f"https://{HOST}/?url=\n",
    "names": "safelinks.protection.outlook.com/?url=",
    "escaped ampersands": "&amp;",
    "defanged heads": f"https[:]//{HOST}/?url=x\n",
    "cut heads": "https://nam02.safe\n",
    "cells": "https://x|",
    "quoted": "'https://x",
    "entities": "https://x&gt;",
    "closed": f"https://{HOST}/?url=x)",
    "schemes": "a://",
    "swallowed tails": f"https://{HOST}/?url=https%3A%26data%3D05",
    "brackets": "https://x/(((",
    "lines after a head": f"https://{HOST}/?url=x\n" + "a\n" * 70,
    "soft breaks": "h=\n=3D",
    "glued links": f"https://{HOST}/?url=https%3A%2F%2Fa.example&reserved=0",
    "glued links and brackets": f"https://{HOST}/?url=https%3A%2F%2Fa.example)",
    "parameters on lines": "&data=05%7C\n",
    "URL Defense": "https://urldefense.com/v3/__*",
    "URL Defense in one": "https://urldefense.com/v3/__https://a.example__;",
    "comments": f"# > https://{HOST}/?url=https%3A%2F%2Fa.example\n",
    "words before links": f"REM https://{HOST}/?url=https%3A%2F%2Fa.example\nREM x\n",
    "backslashes": "\\\\\\\\/safelinks",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("function", [find, clean])
def test_time_is_linear(name: str, function: Callable[[str], object]) -> None:
    piece = HOSTILE[name]
    repeat = max(4, amount(1_250, 5_000) // len(piece))
    once = _calls(function, piece * repeat)
    assert _calls(function, piece * repeat * 4) < once * 5 + 500


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_clean_at_once(name: str) -> None:
    text = HOSTILE[name] * (amount(5_000, 20_000) // len(HOSTILE[name]))
    for hostile in (text, f"https://{HOST}/?url={text}", f"https://{HOST}/?url=x&data={text}"):
        assert clean(clean(hostile)) == clean(hostile)
