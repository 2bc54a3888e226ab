"""Who received a message, and with what credentials, is nowhere to be seen unless asked for."""

from __future__ import annotations

import json
import pickle
from itertools import product
from urllib.parse import quote

import pytest
from attrs import evolve
from building import HOST, RECIPIENT, data, encode, wrap
from click.testing import CliRunner
from rows import all_rows
from surveying import told

import safelinks
from safelinks import find, unwrap
from safelinks.addresses import percent
from safelinks.cli.program import main
from safelinks.errors import (
    ChainTooDeepError,
    InvalidURLError,
    NotASafeLinkError,
    SafelinksError,
    TargetLostError,
)
from safelinks.reports.rendering import RENDERERS
from safelinks.wrappers.redaction.link_redaction import redact
from safelinks.wrappers.redaction.personal_data import mask, recipients
from safelinks.wrappers.safelink import SafeLink

LOCAL, _, DOMAIN = RECIPIENT.partition("@")
LOST = f"https://{HOST}/GetUrlReputation?data={encode(data())}"


def _hidden(text: str) -> None:
    plain = text
    for _ in range(6):
        assert LOCAL.lower() not in plain.lower()
        plain = percent.decode(plain)


@pytest.mark.parametrize(
    "url",
    [LOST, f"https://{RECIPIENT}/a", f"https://a.example/{RECIPIENT}", f"https://{LOCAL}@a.example/?q=1",
     f"https://a.example%2F{encode(RECIPIENT)}", RECIPIENT, LOCAL, f"mailto:{RECIPIENT}", f"https://a.example&data={RECIPIENT}", f"x {RECIPIENT}"],
)  # fmt: skip
@pytest.mark.parametrize("kind", [TargetLostError, NotASafeLinkError, InvalidURLError])
def test_an_error_names_the_host_only(kind: type[TargetLostError], url: str) -> None:
    error = kind(url)
    for text in (str(error), repr(error), f"{error}"):
        _hidden(text)
    assert kind.__name__ in repr(error)
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301  made a line above
    assert (copy.url, str(copy)) == (url, str(error))
    _hidden(repr(ChainTooDeepError(url, 3)))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"https://{HOST}/?url=x", f"'https://{HOST}/…'"),
        ("hello", "'…'"),
        ("https://user@a.example:80/x", "'https://a.example/…'"),
        ("https://[2001:db8::1]/", "'https://[2001:db8::1]'"),
        ("https://a.example%2Fx", "'…'"),
        ("https://a.example", "'https://a.example'"),
        ("https://a.example/", "'https://a.example'"),
        ("https://a.example?b", "'https://a.example/…'"),
        ("https://\x1b[31mx/", "'…'"),
        ("https://" + "x" * 300, "'…'"),
        ("", "'…'"),
    ],
)
def test_what_an_error_shows(url: str, shown: str) -> None:
    assert str(NotASafeLinkError(url)) == f"{shown} is not a Microsoft Safe Link"


TARGETS = [
    f"https://a.example/?m={RECIPIENT}",
    f"https://a.example/{encode(RECIPIENT)}/x",
    f"https://a.example/?m={encode(encode(RECIPIENT)).upper()}",
    f"https://a.example/?m={RECIPIENT.lower()}",
    f"mailto:{RECIPIENT}",
    f"https://{encode(RECIPIENT)}@a.example/",
    "https://a.example/?m=" + "".join(f"%{ord(char):02x}" for char in RECIPIENT),
]


@pytest.mark.parametrize("target", TARGETS)
def test_the_recipient_within_the_target(target: str) -> None:
    url = wrap(wrap(target))
    link = SafeLink.parse(url)
    unwrapped = unwrap(url)
    assert unwrapped.target == target
    assert unwrapped.recipients == {RECIPIENT.lower()}
    for shown in (repr(link), repr(link.redacted()), link.redacted().url, link.redacted().target,
                  repr(unwrapped), repr(find(f"see {url} now")), repr(safelinks.read(url.encode()))):  # fmt: skip
        _hidden(shown)
    assert SafeLink.parse(link.redacted().url).target == link.redacted().target


@pytest.mark.parametrize("target", TARGETS)
def test_the_recipient_in_the_metadata_of_unwrap(target: str) -> None:
    result = CliRunner().invoke(main, ["unwrap", "--json", wrap(wrap(target))])
    told = json.loads(result.output)
    assert told.pop("target") == target  # what was asked for
    _hidden(json.dumps(told))
    result = CliRunner().invoke(main, ["unwrap", "--json", "--show-recipients", wrap(target)])
    assert json.loads(result.output)["url"] == wrap(target)


@all_rows(
    product(
        ("=", "=3D", "%3D", "%253D", "&#61;", "&equals;"),
        ("|", " | ", "%7C", "%257C", "&#124;", "&#x7c;", "&vert;", "&verbar;", "|\n"),
        (("05", "02"), ("5", "2"), ("", ""), ("123", "9"), ("v6", "x"), ("%30%35", "0%2532")),
    )
)
def test_recipients_in_every_spelling(equals: str, bar: str, head: tuple[str, str]) -> None:
    url = f"https://{HOST}/?url=x&data{equals}{head[0]}{bar}{head[1]}{bar}{RECIPIENT}"
    for tail in ("", f"{bar}0", "&sdata=x"):
        assert recipients(url + tail) == {RECIPIENT.lower()}
        _hidden(redact(url + tail))


@pytest.mark.parametrize("version", ["٠٥", "०५", "0٥"])
def test_digits_of_other_scripts_are_no_version(version: str) -> None:
    link = SafeLink.parse(
        f"https://{HOST}/?url=https%3A%2F%2Fa.example&data={quote(version)}%7C02%7Cx"
    )
    assert link.version is None


def test_nobody_s_address_is_in_the_report_on_another_s_link() -> None:
    texts = [
        f"{wrap('https://a.example/1')} https://b.example/?m={RECIPIENT} {LOST}",
        f"https://c.example/{encode(RECIPIENT)} https://linkprotect.cudasvc.com/url?a={RECIPIENT}",
    ]
    documents = [safelinks.read(text.encode(), f"{at}") for at, text in enumerate(texts)]
    report = safelinks.check(*documents, offline=True)
    assert len(report.rows) == 5
    _hidden(repr(report))
    shown = safelinks.check(*documents, offline=True, show_recipients=True)
    assert shown.rows[1].target == f"https://b.example/?m={RECIPIENT}"


def test_a_lost_link_names_its_recipient_too() -> None:
    document = safelinks.read(f"{LOST} https://b.example/?m={RECIPIENT}".encode())
    _hidden(repr(safelinks.check(document, offline=True)))


def test_what_is_no_address_masks_nothing() -> None:
    for address in ("@", "a@", "@a.example", "somebody"):
        assert recipients(f"https://a.example/?data=05|02|{address}|") == frozenset()
    long = f"{'x' * 400}@a.example"
    assert redact(f"https://a.example/{long}?data=05|02|{long}|") == (
        f"https://a.example/{long}?data=05|02||"
    )
    assert mask("https://a.example/a@b", frozenset({"c@d"})) == "https://a.example/a@b"
    assert mask("https://a.example/?m=xy@b&n=y@b", frozenset({"y@b", "xy@b"})) == (
        "https://a.example/?m=[recipient]&n=[recipient]"
    )


@pytest.mark.parametrize("text", ["\udcff", "%", "data=1|2|@|", "data=||\udc80@x", "&pc=%&si"])
def test_what_is_shown_never_raises(text: str) -> None:
    for url in (
        text,
        f"https://{HOST}/?url=https://a.example/{text}&data=1",
        f"https://{HOST}/?url=x&{text}",
    ):
        try:
            assert repr(unwrap(url))
        except SafelinksError as error:
            assert repr(error)
        assert isinstance(redact(url), str)


def test_the_recipient_within_a_link_of_proofpoint() -> None:
    inner = f"https://a.example/?m={RECIPIENT}".replace(":", "-3A").replace("/", "_")
    inner = inner.replace("?", "-3F").replace("=", "-3D").replace("@", "-40")
    url = wrap(f"https://urldefense.proofpoint.com/v2/url?u={inner}&d=DwMFAg&c=x")
    assert unwrap(url).target == f"https://a.example/?m={RECIPIENT}"
    for shown in (repr(unwrap(url)), repr(find(url)), redact(url)):
        _hidden(shown)


@pytest.mark.parametrize("name", ["a-40b", "a-b", "-40", "a-4"])
def test_hyphens_in_addresses(name: str) -> None:
    known = frozenset({f"{name}@example.org"})
    assert mask(f"x {name}@example.org y-40z", known) == "x [recipient] y-40z"


def test_many_recipients_in_one_link_are_masked_in_one_go() -> None:
    people = [f"user{number}@d{number}.example" for number in range(3_000)]
    url = "&".join([*(f"data=05|02|{one}|" for one in people), *(f"m={one}" for one in people)])
    masked = redact(f"https://a.example/?{url}")
    assert "user" not in masked
    assert masked.count("[recipient]") == len(people)


def test_the_longest_of_several_addresses_is_masked() -> None:
    known = frozenset({"b@a.example", "ab@a.example", "b@a.example.org"})
    assert mask("m=AB@a.example,b@A.example.org,cb@a.example", known) == (
        "m=[recipient],[recipient],c[recipient]"
    )


def test_no_report_names_a_recipient_as_a_place_or_in_a_note() -> None:
    text = f"<!-- safelinks: ignore[{RECIPIENT}] --> {wrap('https://a.example/')}"
    document = safelinks.read(text.encode(), "a.md")
    (link,) = document.links
    place = evolve(
        link.place, sheet=RECIPIENT, part=f"for {encode(RECIPIENT)}.html", cell=RECIPIENT
    )
    document = told(document, [evolve(link, place=place)])
    report = safelinks.check(document, offline=True, keep_texts=True)
    assert report.notes[0].startswith("a.md, line 1: a comment ignores an unknown rule: ")
    assert report.findings[0].place.sheet == "[recipient]"
    for name in RENDERERS:
        _hidden("".join(safelinks.render(report, name)))
    report = safelinks.check(document, offline=True, show_recipients=True)
    assert (
        RECIPIENT not in report.notes[0]
    )  # where it says what is no rule, nobody has asked for it
    assert report.findings[0].place == place


def test_what_is_said_of_a_file_names_no_recipient() -> None:
    text = f"<!-- safelinks: ignore[{RECIPIENT}] --> {wrap('https://a.example/')}"
    result = CliRunner().invoke(main, ["check", "--offline"], input=text)
    assert "an unknown rule" in result.stderr
    _hidden(result.output)
