"""Chains of wrappers, the limit of their depth, and the other vendor that chains need most."""

from __future__ import annotations

import pytest
from building import HOST, RECIPIENT, encode, wrap

from safelinks import unwrap
from safelinks.errors import ChainTooDeepError, TargetLostError
from safelinks.unwrap import MAX_LAYERS

TARGET = "https://example.org/a%20b?c=d&e"


def _nested(depth: int) -> str:
    url = TARGET
    for _ in range(depth):
        url = f"https://{HOST}/?url={encode(url)}&reserved=0"
    return url


@pytest.mark.parametrize("depth", range(MAX_LAYERS + 1))
def test_every_layer_is_kept(depth: int) -> None:
    unwrapped = unwrap(_nested(depth))
    assert unwrapped.target == TARGET
    assert [layer.url for layer in unwrapped.layers] == [_nested(n) for n in range(depth, 0, -1)]
    assert {layer.wrapper for layer in unwrapped.layers} <= {"Microsoft Safe Links"}


def test_a_chain_deeper_than_the_limit_says_so() -> None:
    with pytest.raises(ChainTooDeepError) as raised:
        unwrap(_nested(MAX_LAYERS + 1))
    assert raised.value.limit == MAX_LAYERS
    assert "more than 10 wrappers" in str(raised.value)
    assert unwrap(_nested(MAX_LAYERS + 1), max_layers=11).target == TARGET
    with pytest.raises(ChainTooDeepError):
        unwrap(_nested(1), max_layers=0)


def test_a_target_lost_inside_a_chain() -> None:
    lost = f"https://{HOST}/GetUrlReputation"
    with pytest.raises(TargetLostError) as raised:
        unwrap(wrap(lost))
    assert raised.value.url == lost


def test_metadata_is_that_of_the_outermost_safe_link() -> None:
    inner = wrap(TARGET).replace("First.Last", "Inner")
    outer = unwrap(wrap(inner))
    assert outer.recipient == "First.Last@example.org"
    assert outer.safe_link is not None
    assert outer.safe_link.url == wrap(inner)
    assert (outer.tenant, outer.message_id) == (outer.safe_link.tenant, outer.safe_link.message_id)
    assert (outer.sent_at, outer.wrapped_at) == (
        outer.safe_link.sent_at,
        outer.safe_link.wrapped_at,
    )
    plain = unwrap(TARGET)
    assert plain.safe_link is None
    assert {plain.recipient, plain.tenant, plain.message_id, plain.sent_at} == {None}
    assert plain.wrapped_at is None


@pytest.mark.parametrize(
    ("url", "target"),
    [
        (
            "https://urldefense.com/v3/__https://example.org/list*newsletter__;Iw!!AbC!x1$",
            "https://example.org/list#newsletter",
        ),
        ("https://urldefense.com/v3/__https:/example.org/a__;!!AbC!x1$", "https://example.org/a"),
        (  # a run of two bytes that are one character
            "https://urldefense.us/v3/__https://example.org/**A__;w6k!!AbC!x1$",
            "https://example.org/é",
        ),
        (  # two runs of one byte each that are one character
            "https://urldefense.proofpoint.com/v3/__https://example.org/**__;w6k!!AbC!x1$",
            "https://example.org/é",
        ),
        (  # the replacement string is too short: nothing is made up
            "https://urldefense.com/v3/__https://example.org/**__;w6!!AbC!x1$",
            "https://urldefense.com/v3/__https://example.org/**__;w6!!AbC!x1$",
        ),
        ("https://urldefense.com/v2/url?u=x", "https://urldefense.com/v2/url?u=x"),
        (  # no base64
            "https://urldefense.com/v3/__https://example.org/*__;w!!AbC!x1$",
            "https://urldefense.com/v3/__https://example.org/*__;w!!AbC!x1$",
        ),
    ],
)
def test_url_defense_v3(url: str, target: str) -> None:
    unwrapped = unwrap(url)
    assert unwrapped.target == target
    assert len(unwrapped.layers) == (url != target)


def test_a_chain_across_vendors() -> None:
    inner = "https://urldefense.com/v3/__https://example.org/list*newsletter__;Iw!!AbC!x1$"
    unwrapped = unwrap(wrap(inner))
    assert [layer.wrapper for layer in unwrapped.layers] == [
        "Microsoft Safe Links",
        "Proofpoint URL Defense v3",
    ]
    assert unwrapped.target == "https://example.org/list#newsletter"
    assert unwrapped.recipient == "First.Last@example.org"


@pytest.mark.parametrize("ampersand", [r"\u0026", r"\\u0026", r"\U0026"])
def test_an_ampersand_that_json_has_escaped(ampersand: str) -> None:
    url = wrap("https://example.org/a").replace("&", ampersand)
    unwrapped = unwrap(url)
    assert unwrapped.target == "https://example.org/a"
    assert unwrapped.recipient == RECIPIENT
    assert RECIPIENT.partition("@")[0] not in repr(unwrapped)


def test_a_query_that_was_encoded_once_more() -> None:
    path, _, query = wrap("https://example.org/a?b=1&c").partition("?")
    unwrapped = unwrap(f"{path}{encode('?' + query)}")
    assert (unwrapped.target, unwrapped.recipient) == ("https://example.org/a?b=1&c", RECIPIENT)
