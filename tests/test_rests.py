"""Rests of Safe Links whose head is elsewhere: they lead nowhere, and still name the recipient."""

from __future__ import annotations

import pytest
from building import HOST, RECIPIENT, data, encode, wrap

from safelinks import clean, find
from safelinks.errors import TargetLostError
from safelinks.wrappers.redaction.link_redaction import redact
from safelinks.wrappers.redaction.running_text_redaction import blanked

DATA = encode(data())
TAIL = f"{DATA}&sdata=abc%3D&reserved=0"
NAME, _, DOMAIN = RECIPIENT.partition("@")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (f"g%2Fguide&data={TAIL} end", f"g%2Fguide&data={TAIL}"),
        (f"(g%2Fguide&amp;data={TAIL}), then", None),
        (f"> ta={TAIL}\n> more", None),
        (f"{DATA[8:]} z", DATA[8:]),
        (f"{DATA.partition('%40')[0][-3:]}%40{DATA.partition('%40')[2][:60]} z", None),
        (f"a\n> {NAME}%40\n> {DATA.partition('%40')[2]}\n> Regards", None),
        (f"see {DATA[:70]}\n{DATA[70:140]}\n{DATA[140:]}&sdata=x&reserved=0 z", None),
        (f"{DOMAIN[-4:]}{DATA.partition(DOMAIN)[2]} z", None),
    ],
)
def test_a_rest_is_a_lost_link(text: str, rest: str | None) -> None:
    (link,) = find(text)
    assert isinstance(link.error, TargetLostError)
    assert clean(text) == text
    assert rest is None or text[link.start : link.end] == rest
    for part in (NAME, DOMAIN, "%40"):
        assert part not in redact(link.url)
        assert part not in blanked(text[link.start : link.end])


@pytest.mark.parametrize(
    "text",
    [
        "5%7C3 and a%7Cb%40c", "see &data=05%7C02%7C there", "%7C" * 50, "a%40b%7Cc",
        "%7C0123456789abcdef0123456789abcdef", "100%7C%40",
    ],
)  # fmt: skip
def test_what_is_no_rest(text: str) -> None:
    assert find(text) == []


def test_a_link_far_from_its_head_is_lost_in_both_halves() -> None:
    link = wrap("https://example.org/docs/guide")
    at = link.index("ple.org")
    text = f"<p>{link[:at]}</p><p>{link[at:]}</p>"
    first, second = find(text)
    assert isinstance(first.error, TargetLostError)
    assert isinstance(second.error, TargetLostError)
    assert text[second.start : second.end] == link[at:]


def test_a_cut_host_is_lost() -> None:
    for host in (HOST[:21], HOST[:30], HOST[:-1]):
        (link,) = find(f"see https://{host} now")
        assert isinstance(link.error, TargetLostError), host


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\n> ", "=\n", "\n> > "])
def test_every_piece_of_a_recipient_is_blanked(break_: str) -> None:
    link = wrap("https://example.org/a")
    start = link.index("&data=") + 6
    end = link.index("%7C", link.index("%40")) + 3
    for at in range(start, end):
        cut = link[:at] + break_ + link[at:]
        shown = blanked(cut)
        assert shown.replace(break_, "") == redact(link), at
