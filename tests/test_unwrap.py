"""Chains of wrappers, the limit of their depth, and the other vendor that chains need most."""

from __future__ import annotations

import pytest
from building import HOST, RECIPIENT, encode, wrap

import safelinks
from safelinks import unwrap
from safelinks.errors import ChainTooDeepError, TargetLostError
from safelinks.wrappers.unwrapping import MAX_LAYERS, Unwrapped

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


@pytest.mark.parametrize(
    "cell",
    [None, float("nan"), 7, b"https://a.example/", f"https://{HOST}/GetUrlReputation", _nested(11)],
)
def test_a_default_stands_for_empty_cells_and_lost_targets(cell: object) -> None:
    assert unwrap(cell, default=None) is None
    assert unwrap(cell, default="") == ""


def test_a_default_changes_nothing_else() -> None:
    assert unwrap(_nested(2), default=None) == unwrap(_nested(2))
    assert unwrap(_nested(2), default=None, max_layers=1) is None
    google = "https://www.google.com/url?q=https%3A%2F%2Fa.example%2F"
    assert unwrap(google, default="", keep_redirectors=True) == Unwrapped(google, google)


def test_a_dictionary_tells_no_recipient_unless_it_is_asked_for() -> None:
    unwrapped = unwrap(wrap(TARGET))
    redacted, whole = unwrapped.as_dict(), unwrapped.as_dict(redacted=False)
    assert RECIPIENT not in str(redacted)
    assert "First.Last" not in str(redacted)
    assert (whole.pop("url"), whole.pop("recipient")) == (wrap(TARGET), RECIPIENT)
    assert redacted.pop("url") == safelinks.SafeLink.parse(wrap(TARGET)).redacted().url
    assert whole == redacted
    assert (whole["target"], whole["layers"]) == (TARGET, 1)
    assert whole["message_id"] == str(unwrapped.message_id)
    assert whole["wrapped_at"] == unwrapped.wrapped_at
    plain = unwrap(TARGET).as_dict()
    assert (plain.pop("url"), plain.pop("target"), plain.pop("layers")) == (TARGET, TARGET, 0)
    assert set(plain.values()) == {None}


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


@pytest.mark.parametrize(
    "target",
    ["https://urldef", "https://urldefense.co", "https://nam06.safelinks.protec", "https://safelinks.p",
     "http://protect2.fireey", "https://url", "HTTPS://URLDEFENSE.PROOFP", "https:/urldef"],
)  # fmt: skip
def test_a_wrapper_that_was_cut_before_it_was_wrapped_is_lost(target: str) -> None:
    with pytest.raises(safelinks.TargetLostError):
        safelinks.unwrap(wrap(target))
    with pytest.raises(safelinks.TargetLostError):
        safelinks.unwrap(wrap(wrap(target)))
    assert safelinks.clean(f"<{wrap(target)}>") == f"<{wrap(target)}>"


@pytest.mark.parametrize(
    "target",
    ["https://m365.eu", "https://urldef/x", "https://urldefx", "https://example.org", "https://url.us",
     "https://urldefense.com", "https://nam06.safelinks.protection.outlook.com.example"],
)  # fmt: skip
def test_what_is_no_beginning_of_a_wrapper_is_a_target(target: str) -> None:
    assert safelinks.unwrap(wrap(target)).target == target


def test_separators_in_json_escapes() -> None:
    v2 = r"https://urldefense.com/v2/url?u=https-3A__example.org_\u0026d=x\u0026s=y"
    assert safelinks.unwrap(v2).target == "https://example.org/"
    assert safelinks.unwrap(wrap("https://example.org/").replace("&", r"\u0026")).target == (
        "https://example.org/"
    )
    sophos = r"https://eu.protection.sophos.com?d=example.org\u0026u=aHR0cHM6Ly9leGFtcGxlLm9yZy8=\u0026i=x"
    assert safelinks.unwrap(sophos).target == "https://example.org/"


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://protect.checkpoint.com/v2/r01/___https://example.org/a___", "https://example.org/a"),
        ("https://checkpoint.url-protection.com/v1/url?o=https%3A//example.org/a%3Fb%3D1&g=1&h=2&p=3",
         "https://example.org/a?b=1"),
        ("https://checkpoint.url-protection.com/v1/r02/url?o=http%3A//example.org&g=1", "http://example.org"),
        ("https://ctp.trendmicro.com/wis/clicktime/v2/clickthrough?url=https%3A%2F%2Fexample.org&uuid=1",
         "https://example.org"),
        ("https://urldefense.com/v3/__https://example.org/a*b__;Iw%21%21org%21sig$", "https://example.org/a#b"),
        ("https://eu.protection.sophos.com/?x=1&q=2&d=example.org&u=aHR0cHM6Ly9leGFtcGxlLm9yZw==&b=3",
         "https://example.org"),
    ],
)  # fmt: skip
def test_older_and_newer_forms(url: str, target: str) -> None:
    assert safelinks.unwrap(url).target == target
