"""What holds for every input: round trips, idempotence, totality."""

from __future__ import annotations

import string
from urllib.parse import quote

from attacking import amount
from building import HOST, LAYOUTS, PLACES, encode, wrap
from hypothesis import example, given, settings
from hypothesis import strategies as st

from safelinks import SafeLink, clean, find, unwrap
from safelinks.addresses import percent
from safelinks.addresses.schemes import is_live
from safelinks.errors import SafelinksError

_hosts = st.sampled_from(["example.org", "a127-pip.nyc.gov", "xn--bcher-kva.example", "[::1]:80"])
_tails = st.text(
    st.sampled_from(string.ascii_letters + string.digits + "-._~!$&'()*+,;=:@/?#%[]é文 ")
)
targets = st.builds(
    lambda scheme, host, tail: f"{scheme}://{host}/{tail}",
    st.sampled_from(["http", "https"]),
    _hosts,
    _tails,
)
# Addresses that running text does not cut short: no punctuation at the end, brackets in pairs.
tidy_targets = st.builds(
    lambda host, tail: f"https://{host}/{quote(tail, safe='/?=&+%')}x",
    st.sampled_from(["example.org", "a127-pip.nyc.gov"]),
    st.text(string.ascii_letters + string.digits + "/?=&+ é文"),
)
layouts = st.sampled_from(sorted(LAYOUTS))
texts = st.lists(
    st.sampled_from(
        [f"https://{HOST}/?url=", "https%3A%2F%2Fa.example", "https://", "b.example/", "&", "amp;",
         "&data=", "&sdata=", "05|02|", "&reserved=0", "&#x26;", "%", "%7C", "%26data%3D05%7C", "\n",
         "> ", "=\n", "=3D", "(", ")", "[", "]", "'", '"', "<", ">", "\\", "safelinks", "://", "x",
         "hxxps", "[.]", " ", "\xa0", "\u200b", "https://urldefense.com/v3/__", "__;", "!!", "*",
         "**A", "\udce9", "é", "。", "nam02.safelinks.protection.outlook.com/?url="]
    ),
    max_size=30,
).map("".join) | st.text()  # fmt: skip


@given(targets, layouts)
def test_a_wrapper_gives_its_target_back(target: str, layout: str) -> None:
    wrapped = wrap(target, layout)
    assert SafeLink.parse(wrapped).target == target
    assert SafeLink.parse(wrapped.replace("&", "&amp;")).target == target
    assert SafeLink.parse(wrap(wrapped)).target == wrapped
    assert unwrap(wrap(wrapped)).target == unwrap(target).target


@given(tidy_targets, layouts, st.sampled_from(sorted(PLACES)), st.integers(62, 80), st.booleans())
def test_a_wrapper_is_found_in_every_place(
    target: str, layout: str, place: str, width: int, twice: bool
) -> None:
    link = wrap(target, layout)
    text = PLACES[place](wrap(link) if twice else link, width)
    assert [found.target for found in find(text) if found.wrapped] == [target]
    cleaned = clean(text)
    assert not any(found.wrapped for found in find(cleaned))


@given(texts)
@settings(max_examples=amount(200, 500))
@example("https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example&reserved=01")
def test_nothing_is_raised_but_our_own(text: str) -> None:
    for link in find(text):
        assert text[link.start : link.end]
        assert (link.unwrapped is None) == (link.error is not None)
        if link.unwrapped and link.unwrapped.safe_link:
            read = link.unwrapped.safe_link
            assert (read.form, read.region, read.app, read.flags, read.sdata) is not None
            assert (read.recipient, read.tenant, read.sent_at, read.wrapped_at) is not None
            assert (read.source, read.client, read.teams, repr(read), read.redacted()) is not None
    try:
        unwrap(text)
        SafeLink.parse(text)
    except SafelinksError as error:
        assert str(error)


@given(texts)
@settings(max_examples=amount(200, 500))
def test_clean_is_idempotent_and_leaves_no_wrapper(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    left = [link.target or "" for link in find(cleaned) if link.wrapped]
    assert not any(map(is_live, left))  # what is no page and no person stays


@given(texts)
def test_clean_changes_nothing_without_wrappers(text: str) -> None:
    if not any(link.wrapped for link in find(text)):
        assert clean(text) == text


@given(st.text())
def test_decode_undoes_encode(text: str) -> None:
    if text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text):
        assert percent.decode(encode(text)) == text


@given(st.text(st.sampled_from("%0123456789ABCDEFabcdefé=\n+ ")))
def test_decode_keeps_what_it_cannot_decode(text: str) -> None:
    decoded = percent.decode(text)
    assert decoded.count("%") <= text.count("%")
    if "%" not in text:
        assert decoded == text
    if "%" in decoded:
        assert percent.decode(encode(decoded)) == decoded
