"""Percent-decoding: once, as UTF-8, and what is none stays (spec, section 3, step 4)."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelinks.addresses.percent import decode, encode

DECODED = {
    "an address": ("https%3A%2F%2Fexample.org%2Fa", "https://example.org/a"),
    "lower-case digits": ("%2f%c3%a9", "/é"),
    "once only": ("%2520 %25%32%30", "%20 %20"),
    "a plus is no space": ("a+b%2Bc", "a+b+c"),
    "an equals sign stays": ("a=3D%3D", "a=3D="),
    "nothing encoded": ("a=3D+b", "a=3D+b"),
    "latin-1 stays": ("%E9t%E9", "%E9t%E9"),
    "latin-1 beside UTF-8": ("%E9%C3%A9%e9", "%E9é%e9"),
    "a character of four octets": ("%F0%9F%92%A9%F0%9F", "💩%F0%9F"),
    "one octet too few": ("%C3", "%C3"),
    "a broken escape": ("100% %zz %4", "100% %zz %4"),
    "a broken escape beside a whole one": ("%zz%41", "%zzA"),
    "a sign and an escape": ("%%41", "%A"),
    "cut off": ("%41%", "A%"),
    "no ASCII around": ("ü%C3%BC", "üü"),
    "over the end of a line": ("%4\n1 %41\r\n", "%4\n1 A\r\n"),
    "an end of a line": ("%0A%0D%20", "\n\r "),
    "a return alone": ("%\r41%42", "%\r41B"),
    "a return at the end": ("a%41%\r", "aA%\r"),
    "the last octets": ("%80%FF", "%80%FF"),
    "a surrogate": ("%ED%A0%80", "%ED%A0%80"),
    "lone surrogates": ("\udcff%41", "\udcffA"),
}


@pytest.mark.parametrize("case", DECODED)
def test_decoding(case: str) -> None:
    encoded, decoded = DECODED[case]
    assert decode(encoded) == decoded


@given(st.text())
def test_what_was_encoded_once_is_decoded_once(text: str) -> None:
    assert decode(quote(text, safe="", errors="surrogatepass")) == text


@given(st.text(st.sampled_from("%4142E9c3A\n=")))
def test_decoding_loses_no_octet(text: str) -> None:
    """Whatever was an octet is still one, written out or encoded."""
    octets = re.sub(
        rb"%[0-9A-Fa-f]{2}", lambda match: bytes.fromhex(match[0][1:].decode()), text.encode()
    )
    again = re.sub(
        r"%(?:[89A-Fa-f][0-9A-Fa-f])",
        lambda match: chr(0xDC00 + int(match[0][1:], 16)),
        decode(text),
    )
    assert again.encode("utf-8", "surrogateescape") == octets


ENCODED = {
    "what is unsafe": (r"\s", "a b\tc", "a%20b%09c"),
    "and no more": (r"[^!-~]", "a%20é\x7f", "a%20%C3%A9%7F"),
    "several at once": (r"[^!-~]+", "a é", "a%20%C3%A9"),
    "an octet that was no UTF-8": (r"[^!-~]", "\udce9", "%E9"),
    "half of a pair": (r"[^!-~]", "\ud800", "%ED%A0%80"),
    "nothing": (r"\s", "", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", ENCODED)
def test_encoding(case: str) -> None:
    unsafe, plain, encoded = ENCODED[case]
    assert encode(plain, re.compile(unsafe)) == encoded
