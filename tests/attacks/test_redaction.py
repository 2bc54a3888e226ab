"""Redaction keeps targets whole, and takes every secret: for every wrapper, whatever the target."""

from __future__ import annotations

import base64
import re
import zlib
from pathlib import Path
from urllib.parse import unquote

import pytest
from attacking import Count, amount
from building import RECIPIENT, lines, wrap
from click.testing import CliRunner
from cutting import LINKS
from hypothesis import given, settings
from hypothesis import strategies as st

from safelinks import find, read, unwrap
from safelinks.cli.program import main
from safelinks.wrappers.redaction.link_redaction import redact
from safelinks.wrappers.vendors.wrapper_table import WRAPPERS

EXAMPLES = amount(150, 20_000)
# Everything that a builder makes up beside the target.
_TOKEN = re.compile(r"[\w-]{24,}")
_BASE64 = re.compile(r"[A-Za-z0-9_+/-]{16,}")
# Whose ids of message and tenant stay: it is the recipient and the session that go.
MICROSOFT = ("safe-links", "teams", "outlook-web")
# Each of its last parameters is one that some service has for itself.
PARAMETERS = (
    "d=2024", "q=bridge", "si=1", "pc=2", "sd=3", "u=me", "url=/x", "data=01|02|2024|x", "k=1",
    "data=05%7C02%7C2024%7C", "sdata=9", "reserved=0", "e=5", "h=6", "t=h.x.y", "c=E,1,x,,&typo=1",
    "umid=7", "auth=8", "x=__;!!a!b$", "x=___.y", "p=9", "s=1", "usg=2", "j=x", "token=1",
)  # fmt: skip

hosts = st.sampled_from(["example.org", "www.a-b.example", "nyc.gov", "xn--bcher-kva.example"])
words = st.text("abcdefghijklmnopqrstuvwxyz0123456789-._~@:;,!", max_size=9)
targets = st.builds(
    lambda host, path, query, fragment: (
        f"https://{host}/{path}x{'?' if query else ''}{'&'.join(query)}{fragment}"
    ),
    hosts,
    words,
    st.lists(st.sampled_from(PARAMETERS), max_size=4),
    st.sampled_from(["", "#top", "#:~:text=a%20b"]),
)


def _secrets(name: str) -> set[str]:
    """What the links of a service hold whatever the target is, and long enough to be known again."""
    one, other = (LINKS[name](f"https://{host}/") for host in ("a-b.example", "nyc.gov"))
    return set(_TOKEN.findall(one)) & set(_TOKEN.findall(other))


def _depths(text: str) -> list[str]:
    """`text`, and what is encoded in it."""
    layers = [text, unquote(text)]
    for token in _BASE64.findall(text):
        padded = token.replace("-", "+").replace("_", "/") + "=" * (-len(token) % 4)
        try:
            raw = base64.b64decode(padded)
        except ValueError:
            continue
        layers.append(raw.decode("utf-8", "replace"))
        try:
            layers.append(zlib.decompress(raw).decode("utf-8", "replace"))
        except zlib.error:
            continue
    return layers


def test_every_row_says_what_is_secret() -> None:
    for row in WRAPPERS:
        told = bool(row.secrets.names or row.secrets.parts)
        assert told != bool(row.secrets.none), row.id


@given(targets, st.sampled_from(sorted(LINKS)))
@settings(max_examples=EXAMPLES)
def test_the_target_of_a_redacted_link_is_the_target(target: str, name: str) -> None:
    link = LINKS[name](target)
    seen = unwrap(link).target
    shown = redact(link)
    assert unwrap(shown).target == seen
    assert redact(shown) == shown
    if not name.startswith(MICROSOFT):
        assert not [secret for secret in _secrets(name) if secret in shown]


def test_the_secrets_of_most_services_are_known_here() -> None:
    assert sum(bool(_secrets(name)) for name in LINKS) > 25


@pytest.mark.slow
@given(targets, st.sampled_from(sorted(LINKS)), st.sampled_from(sorted(LINKS)))
@settings(max_examples=EXAMPLES)
def test_every_layer_is_redacted(target: str, outer: str, inner: str) -> None:
    within = LINKS[inner](f"{target}{'&' if '?' in target else '?'}m={RECIPIENT}".partition("#")[0])
    link = LINKS[outer](within)
    try:
        before, after = unwrap(wrap(link)), unwrap(redact(wrap(link)))
    except Exception:  # noqa: BLE001  a chain that some service cannot carry
        return
    assert after.target == before.target.replace(RECIPIENT, "[recipient]") or (
        after.target == redact(before.target, before.recipients)
    )
    for text in _depths(redact(wrap(link))):
        assert RECIPIENT.lower() not in text.lower()


@pytest.mark.parametrize("name", LINKS)
def test_a_redacted_link_is_found_whole(name: str, count: Count) -> None:
    target = "https://example.org/a/b?d=2024&q=x"
    link = LINKS[name](target)
    (before,) = find(f"<{link}>")
    for after in ("", "\n", " and more\n", ">\n", ".\n"):
        text = f"{'<' if after.startswith('>') else 'See '}{redact(link)}{after}"
        (shown,) = find(text)
        assert shown.error is None, text
        assert shown.target == before.target, text
        assert read(read(text.encode()).redacted()).links[0].target == before.target, text
        count("inputs", 1)


@pytest.mark.parametrize("prefix", ["", "> "])
def test_a_secret_that_stays_in_a_cut_link_is_told(
    prefix: str, tmp_path: Path, count: Count
) -> None:
    """In pieces whose end nothing proves; else it goes as if the link were whole."""
    told = []
    for name, link in LINKS.items():
        file = tmp_path / f"{name}.txt"
        text = lines(link("https://example.org/a/b?d=2024&q=x"), 64, prefix)
        file.write_text(f"See:\n{text}\n{prefix.strip()}\nend\n")
    done = CliRunner().invoke(main, ["clean", "--redact", "--in-place", str(tmp_path)])
    for name in LINKS:
        file = tmp_path / f"{name}.txt"
        flat = file.read_text().replace(f"\n{prefix}", "")
        secrets = [RECIPIENT.replace("@", "%40")] if name.startswith(MICROSOFT) else _secrets(name)
        left = [secret for secret in secrets if secret in flat]
        says = f"{file}: these wrapped links are cut off" in done.stderr
        assert says or not left, (name, left)
        told += [name] * says
        count("inputs", 1)
    assert 10 < len(told) < len(LINKS) / 2
    assert not set(told) & {name for name in LINKS if name.startswith(MICROSOFT)}
