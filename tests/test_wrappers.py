"""Other vendors' wrappers: every worked example, every row, mixtures, and look-alikes."""

from __future__ import annotations

import base64
import json
import re
import sys
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from building import wrap
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rows import all_rows

import safelinks
from safelinks.cli.program import main
from safelinks.wrappers.vendor_layer import Rewritten
from safelinks.wrappers.vendors.wrapper_table import WRAPPERS, Kind, Wrapper, wrapper_of

RECORDS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "wrappers.jsonl").read_text().splitlines()
]
NAMES = {row.id: row.name for row in WRAPPERS}
IDS = [f"{at}-{record['wrapper']}" for at, record in enumerate(RECORDS)]


@pytest.mark.parametrize("record", RECORDS, ids=IDS)
def test_every_worked_example(record: dict[str, Any]) -> None:
    unwrapped = safelinks.unwrap(record["input"])
    if record.get("undecodable"):
        assert (unwrapped.target, unwrapped.layers) == (record["input"], ())
        assert unwrapped.opaque is not None
        assert unwrapped.opaque.wrapper == NAMES[record["wrapper"]]
        return
    assert unwrapped.layers[0].target == record["target"]
    assert unwrapped.layers[0].wrapper == NAMES[record["wrapper"]]
    assert unwrapped.layers[0].recipient == record.get("fields", {}).get("recipient")


@pytest.mark.parametrize("record", RECORDS, ids=IDS)
def test_every_worked_example_within_a_safe_link(record: dict[str, Any]) -> None:
    outer, inner = safelinks.unwrap(wrap(record["input"])), safelinks.unwrap(record["input"])
    assert outer.target == inner.target
    assert [layer.wrapper for layer in outer.layers[1:]] == [
        layer.wrapper for layer in inner.layers
    ]


@pytest.mark.parametrize("record", RECORDS, ids=IDS)
def test_every_worked_example_in_a_text(record: dict[str, Any]) -> None:
    url, unwrapped = record["input"].replace("&amp;", "&"), safelinks.unwrap(record["input"])
    text = f"See <{url}> or {url} .\n"
    assert [link.target for link in safelinks.find(text)] == [unwrapped.target] * 2


TARGET = "https://www.example.org/a/b?c=d&e=f%20g#h"
ENCODED = quote(TARGET, safe="")
B64 = base64.urlsafe_b64encode(TARGET.encode()).decode().rstrip("=")
INKY = base64.urlsafe_b64encode(zlib.compress(json.dumps({"url": TARGET}).encode())).decode()
CLAIMS = (
    base64.urlsafe_b64encode(json.dumps({"uri": "bp2:click", "url": TARGET}).encode())
    .decode()
    .rstrip("=")
)
SURL = base64.urlsafe_b64encode(bytes(40) + b"\1" + TARGET.encode("utf-16-le")).decode()


@pytest.mark.parametrize(
    ("url", "row"),
    [
        (f"https://urldefense.com/v1/url?u={ENCODED}&k=1&s=2", "urldefense-v1"),
        (f"https://urldefense.us/v2/url?u={ENCODED.replace('%', '-')}&d=1", "urldefense-v2"),
        (f"https://linkprotect.cudasvc.com/url?a={ENCODED}&c=E,1,x,,&typo=1", "barracuda"),
        (f"https://secure-web.cisco.com/1abc-_/{ENCODED}", "cisco"),
        (f"https://x-ctp.trendmicro.com/wis/clicktime/v1/query?url={ENCODED}&umid=1", "trendmicro"),
        (f"https://protect.fireeye.com/v1/url?k=1&q=1&e=2&u={ENCODED}", "fireeye"),
        (f"https://clicktime.symantec.com/3ab?u={ENCODED}", "symantec"),
        (f"https://clicktime.symantec.com/a/1/3ab?d=9&u={ENCODED}", "symantec"),
        (f"https://eu-west-1.protection.sophos.com?d=example.org&u={B64}&i=x", "sophos"),
        (f"https://avanan.url-protection.com/v1/url?o={ENCODED}&g=1&c=E,1", "avanan"),
        (f"https://protect.checkpoint.com/v2/___{TARGET}___.YXA=", "checkpoint"),
        (f"https://protect.checkpoint.com/v2/r02/___{TARGET.replace('//', '/')}___.YXA=",
         "checkpoint"),
        (f"https://shared.outlook.inky.com/link?domain=x&t=h.{INKY}.sig", "inky"),
        (f"https://gws.eu.vadesecure.com/safeproxy/v4?f=1&i=2&u={ENCODED}&k=3", "vade"),
        (f"https://urlsand.esvalabs.com/?u={ENCODED}&e=1&h=2", "esva"),
        (f"https://no-click.mil/?{TARGET}", "no-click.mil"),
        (f"https://m.example.gov/owa/redir.aspx?SURL={SURL.replace('=', '.')}&C=1", "owa"),
        (f"https://m.example.gov/exchweb/bin/redir.asp?URL={ENCODED}", "owa"),
        (f"https://x.r.us-east-1.awstrack.me/L0/{ENCODED}/1/0100-000000/sig=1", "aws-ses"),
        (f"https://eu.safelink.emails.azure.net/redirect/?destination={ENCODED}&p=1", "azure-mail"),
        (f"https://lnks.gd/l/eyJhbGciOiJIUzI1NiJ9.{CLAIMS}.sig/s/1/br/2-l", "govdelivery"),
        (f"https://www.google.co.uk/url?sa=t&q=&url={ENCODED}&usg=1", "google"),
        (f"https://www.bing.com/ck/a?!&&p=1&ptn=3&u=a1{B64}&ntb=1", "bing"),
        (f"https://duckduckgo.com/l/?uddg={ENCODED}&rut=abc", "duckduckgo"),
        (f"https://l.threads.net/?u={ENCODED}&e=x", "threads"),
        (f"https://lm.facebook.com/l.php?u={ENCODED}&h=1", "facebook"),
        (f"https://l.messenger.com/l.php?u={ENCODED}&h=1", "messenger"),
        (f"https://www.linkedin.com/safety/go?url={ENCODED}&trk=x", "linkedin"),
        (f"https://m.youtube.com/redirect?q={ENCODED}&v=x", "youtube"),
        (f"http://www.nyc.gov/cgi-bin/exit.pl?url={ENCODED}", "nyc-exit"),
        (f"http://www.nyc.gov/cgi-bin/exit.pl?url={quote(ENCODED)}", "nyc-exit"),  # encoded twice
    ],
)  # fmt: skip
def test_every_row(url: str, row: str) -> None:
    unwrapped = safelinks.unwrap(url)
    assert [layer.wrapper for layer in unwrapped.layers] == [NAMES[row]]
    assert unwrapped.target == TARGET


def test_a_target_on_the_host_of_the_search_engine_itself() -> None:
    url = "https://www.bing.com/ck/a?!&&p=1&u=a1L2ltYWdlcy9zZWFyY2g_cT1h&ntb=1"
    assert safelinks.unwrap(url).target == "https://www.bing.com/images/search?q=a"


def test_every_row_says_where_its_links_end() -> None:
    for row in WRAPPERS:
        assert bool(row.end.mark) != bool(row.end.without), row.id
        assert row.end.as_it_stands == (row.decode is None), row.id
        assert row.end.as_it_stands or row.end.opens, row.id


def test_a_target_that_was_not_encoded_keeps_its_query() -> None:
    url = "https://www.google.com/url?q=https://example.org/a?b=1&c=2&sa=D&source=editors"
    assert safelinks.unwrap(url).target == "https://example.org/a?b=1&c=2"
    url = "https://www.google.com/url?q=https://example.org/a&unheard=1"
    assert safelinks.unwrap(url).target == "https://example.org/a"


@pytest.mark.parametrize(
    ("url", "wrapper", "domain"),
    [
        ("https://protect-us.mimecast.com/s/aBc?domain=example.org", "mimecast", "example.org"),
        ("https://url.us.m.mimecastprotect.com/s/aBc?domain=a%2Dexample.org", "mimecast",
         "a-example.org"),
        ("https://protect-us.mimecast.com/s/aBc?domain=%1b[31m", "mimecast", None),
        ("https://us-west-2.protection.sophos.com/?d=example.org&i=1", "sophos", "example.org"),
        ("https://us-west-2.protection.sophos.com/?d=example.org&u=_w", "sophos", "example.org"),
        ("https://shared.outlook.inky.com/link?domain=example.org&t=h.e30", "inky", "example.org"),
        ("https://urldefense.com/v3/__https://www.example.org/a", "urldefense-v3",
         "www.example.org"),
        ("https://urldefense.com/v3/__https://www.exa", "urldefense-v3", None),
        ("https://urldefense.com/v2/url?d=DwM", "urldefense-v2", None),
        ("https://m.example.gov/owa/redir.aspx?REF=AAAA", "owa", None),
        ("https://m.example.gov/owa/redir.aspx?C=1", "owa", None),
        ("https://bit.ly/3xYz", "shortener", None),
        ("https://x.app.goo.gl/3xYz", "shortener", None),
    ],
)  # fmt: skip
def test_a_wrapper_that_tells_no_target(url: str, wrapper: str, domain: str | None) -> None:
    for one in (url, wrap(url)):
        unwrapped = safelinks.unwrap(one)
        assert unwrapped.target == url
        opaque = unwrapped.opaque
        assert opaque is not None
        assert (opaque.wrapper, opaque.domain) == (NAMES[wrapper], domain)
        assert domain is None or domain in str(opaque)


def test_what_is_no_wrapper_is_not_opaque() -> None:
    assert safelinks.unwrap("https://example.org/").opaque is None
    assert safelinks.unwrap("https://www.google.com/search?q=https://example.org").opaque is None
    assert safelinks.unwrap("https://bit.ly/").opaque is None


def test_chains_across_vendors_name_every_layer() -> None:
    url = f"https://l.facebook.com/l.php?u={ENCODED}&h=1"
    url = f"https://protect2.fireeye.com/v1/url?k=1&q=1&e=2&u={quote(url, safe='')}"
    url = f"https://linkprotect.cudasvc.com/url?a={quote(wrap(url), safe='')}&c=1"
    b64 = base64.urlsafe_b64encode(url.encode()).decode()
    url = wrap(f"https://eu-west-1.protection.sophos.com/?d=example.org&u={b64}&i=1")
    unwrapped = safelinks.unwrap(url)
    assert unwrapped.target == TARGET
    assert [layer.wrapper for layer in unwrapped.layers] == [
        "Microsoft Safe Links", "Sophos", "Barracuda Link Protection", "Microsoft Safe Links",
        "Trellix", "Facebook",
    ]  # fmt: skip


def test_redirectors_can_be_left_alone() -> None:
    google = f"https://www.google.com/url?q={ENCODED}&sa=D"
    ses = f"https://x.r.us-east-1.awstrack.me/L0/{ENCODED}/1/0-0/s=1"
    for inner in (google, ses):
        url = f"https://linkprotect.cudasvc.com/url?a={quote(inner, safe='')}&c=1"
        assert safelinks.unwrap(url).target == TARGET
        assert safelinks.unwrap(url, keep_redirectors=True).target == inner
        assert safelinks.clean(f"<{url}>", keep_redirectors=True) == f"<{inner}>"
        found = safelinks.find(url, keep_redirectors=True)
        assert [link.target for link in found] == [inner]
        assert safelinks.read(url.encode(), keep_redirectors=True).links[0].target == inner
        done = CliRunner().invoke(main, ["unwrap", "--keep-redirectors", url])
        assert done.stdout == f"{inner}\n"
        done = CliRunner().invoke(main, ["clean", "--keep-redirectors"], input=url)
        assert done.stdout == inner


def test_a_chain_that_leads_back_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = {"https://a.example/": "https://b.example/", "https://b.example/": "https://a.example/"}
    monkeypatch.setattr(
        "safelinks.wrappers.vendor_layer.peel_vendor_layer",
        lambda url, **_: Rewritten("Turn", url, turns[url]),
    )
    with pytest.raises(safelinks.ChainLoopError, match="leads back to itself"):
        safelinks.unwrap("https://a.example/")


HOSTS = [(row, host) for row in WRAPPERS for host in row.hosts if host != "*"]
PATHS = {
    "govdelivery": "/l/x", "mailchimp": "/track/click?u=1", "sendgrid": "/ls/click?upn=x",
    "aws-ses": "/L0/x/1", "azure-mail": "/redirect/?x", "google": "/url?q=x", "facebook": "/l.php?u=x",
    "bing": "/ck/a?u=a1x", "duckduckgo": "/l/?uddg=x", "threads": "/?u=x", "instagram": "/?u=x",
    "messenger": "/l.php?u=x", "whatsapp": "/l?u=x", "slack": "/link?url=x",
    "linkedin": "/redir/redirect?url=x", "youtube": "/redirect?q=x", "reddit": "/t3?url=x",
    "href.li": "/?x", "nyc-exit": "/cgi-bin/exit.pl?url=x", "shortener": "/x",
    "urldefense-v1": "/v1/url?u=x", "urldefense-v2": "/v2/url?u=x", "urldefense-v3": "/v3/x",
    "avanan": "/v2/x", "avanan-v1": "/v1/url?o=x", "checkpoint": "/v2/x",
    "checkpoint-v1": "/v1/url?o=x", "sonicwall": "/v1/url?o=x", "sonicwall-v2": "/v2/x",
    "vipre-scanner": "/scanner?o=x", "vipre-v1": "/v1/?m=x", "deref": "/mail/client/x/dereferrer/?redirectUrl=x",
    "govdelivery-cl0": "/CL0/x", "govdelivery-track": "/track?x", "mandrill": "/track/click/1/x",
    "substack": "/redirect/2/x.y", "substack-token": "/redirect/0a1b2c3d-x",
    "icontact": "/icp/relay.php?x", "constantcontact": "/tn.jsp?f=x", "amp-viewer": "/amp/s/x",
    "amp": "/c/s/x", "translate": "/?_x_tr_sl=en", "googlenews": "/articles/CBMi",
    "teams-launcher": "/dl/launcher/launcher.html?url=x", "steam": "/linkfilter/?url=x",
    "vk": "/away.php?to=x", "tumblr": "/redirect?z=x", "disqus": "/url?url=x",
    "zhihu": "/?target=x", "juejin": "?target=x", "gitee": "/link?target=x",
    "curseforge": "/linkout?remoteUrl=x", "awin": "/cread.php?ued=x",
}  # fmt: skip


@all_rows(HOSTS, lambda row, host: f"{row.id}-{host}")
def test_wrappers_are_known_by_host(row: Wrapper, pattern: str) -> None:
    host, path = pattern.replace("*", "eu1"), PATHS.get(row.id, "/x")
    for url in (
        f"https://{host}{path}",
        f"HTTP://{host.upper()}:80{path}",
        f"https://{host}.:443{path}",
    ):
        assert wrapper_of(url) is row
    if row.kind is Kind.SECURITY:  # all of the host is its own
        found = wrapper_of(f"https://{host}")
        assert found is not None
        assert host.removeprefix("eu1") in "".join(found.hosts).replace("*", "eu1")


CYRILLIC = str.maketrans("aceiop", "\u0430\u0441\u0435\u0456\u043e\u0440")


@all_rows(HOSTS, lambda row, host: f"{row.id}-{host}")
def test_look_alikes_of_wrappers_are_refused(row: Wrapper, pattern: str) -> None:
    host, path = pattern.replace("*", "eu1"), PATHS.get(row.id, "/x")
    look_alikes = {
        f"https://{host}.evil.example{path}",
        f"https://{host}@evil.example{path}",
        f"https://evil.example/https://{host}{path}",
        f"https://{host}:8443{path}",
        f"https://{host}\\@evil.example{path}",
        f"https://evil{pattern.rpartition('*')[2]}.example{path}",
        f"https://{host.replace('.', '-', 1)}{path}",
        f"https://{host.translate(CYRILLIC)}{path}",
        f"ftp://{host}{path}",
    }
    for url in look_alikes - {
        f"https://{host}{path}"
    }:  # some have no letter that another script has
        assert wrapper_of(url) is None
    assert wrapper_of(f"https://x{host}{path}") in ((None, row) if "*" in pattern else (None,))


@pytest.mark.parametrize(
    "path",
    ["/owa-x/redir.aspx?URL=", "/redir.aspx?URL=", "/owa/redir.aspxx?URL=", "/x/owa/redir.aspx?URL=",
     "/?/owa/redir.aspx?URL=", "/owa/?/redir.aspx?URL="],
)  # fmt: skip
def test_look_alikes_of_outlook_web_access(path: str) -> None:
    assert wrapper_of(f"https://mail.example.org{path}{ENCODED}") is None


def test_outlook_web_access_on_the_domain_of_another_row() -> None:
    url = f"https://webmail.nyc.gov/owa/redir.aspx?URL={ENCODED}"
    assert safelinks.unwrap(url).target == TARGET
    assert safelinks.unwrap(url.replace("webmail", "www")).target == TARGET


@pytest.mark.parametrize(
    "bomb",
    [
        zlib.compress(b" " * 50_000_000 + b'{"url": "https://example.org/"}'),
        zlib.compress(b"[" * 60_000),
        zlib.compress(b'"' + b"\\ud800" * 9 + b'"'),
        b"no zlib",
    ],
)
def test_hostile_tokens_are_no_targets(bomb: bytes) -> None:
    token = base64.urlsafe_b64encode(bomb).decode()
    unwrapped = safelinks.unwrap(f"https://shared.outlook.inky.com/link?domain=a.org&t=h.{token}.x")
    assert unwrapped.layers == ()
    assert unwrapped.opaque is not None


def _token(claims: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


def _inky(claims: object) -> str:
    packed = base64.urlsafe_b64encode(zlib.compress(json.dumps(claims).encode())).decode()
    return f"https://shared.outlook.inky.com/link?domain=a.example&t=h.{packed}.x"


HALF = "https://a.example/\ud800"
HALVES = {
    "inky": _inky({"url": HALF}),
    "inky, its recipient": _inky({"url": TARGET, "k": "a/b\ud800@c.example/d"}),
    "govdelivery": f"https://lnks.gd/l/a.{_token({'url': HALF})}.b",
    "substack": f"https://substack.com/redirect/2/{_token({'e': HALF})}.b",
    "customer.io": "https://e.customeriomail.com/e/c/"
    f"{_token({'href': HALF, 'email_id': 'x'})}/{'0' * 64}",
    "mandrill": "https://mandrillapp.com/track/click/1/a.example?p="
    + _token({"p": json.dumps({"url": HALF})}),
}


@pytest.mark.parametrize("name", HALVES)
def test_half_a_character_is_in_no_target(name: str) -> None:
    unwrapped = safelinks.unwrap(HALVES[name])
    told = [unwrapped.target, *unwrapped.recipients]
    told += [text for layer in unwrapped.layers for text in (layer.target, layer.recipient or "")]
    assert "".join(told).encode()


@given(st.text(alphabet="a\ud83d\ude00\udfff\u00e9", max_size=8))
def test_every_target_of_a_token_can_be_encoded(text: str) -> None:
    for url in (
        _inky({"url": f"https://a.example/{text}"}),
        f"https://lnks.gd/l/a.{_token({'url': f'https://a.example/{text}'})}.b",
    ):
        unwrapped = safelinks.unwrap(url)
        assert unwrapped.target.encode()
        meant = json.loads(json.dumps(text))  # two halves side by side are one character
        halves = re.search("[\ud800-\udfff]", meant) is not None
        assert (unwrapped.target == f"https://a.example/{meant}") == (not halves)
        assert (unwrapped.opaque is not None) == halves


def test_a_host_that_is_too_long_is_no_service() -> None:
    row = next(row for row in WRAPPERS if row.id == "sophos")
    host = next(host.removeprefix("*") for host in row.hosts if host.startswith("*."))
    longest = 253 - len(host)
    for end in ("/?d=example.org&u=aHR0cHM6Ly9leGFtcGxlLm9yZy8=", "/", ""):
        whole, too_long = (f"https://{'a' * size}{host}{end}" for size in (longest, longest + 1))
        assert wrapper_of(whole) is row
        assert wrapper_of(too_long) is None
        assert safelinks.unwrap(too_long) == safelinks.Unwrapped(too_long, too_long)


@given(st.sampled_from(HOSTS), st.text(max_size=80))
def test_nothing_behind_a_host_raises_anything_else(row: tuple[Wrapper, str], rest: str) -> None:
    host = row[1].replace("*", "eu1")
    for path in (PATHS.get(row[0].id, "/"), "/v3/__", "/v2/___", "/1x/", "/?d=x&u=", "/link?t=h."):
        unwrapped = safelinks.unwrap(f"https://{host}{path}{rest}")
        assert unwrapped.target


@given(st.text(min_size=1, max_size=300))
def test_url_defense_v3_gives_back_every_byte(text: str) -> None:
    kept = frozenset("abcdefghijklmnopqrstuvwxyz0123456789/._-~")
    target = "https://example.org/" + text.encode("utf-8", "replace").decode()
    out, removed, run = [], b"", b""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for char in [*target[8:], "a"]:
        if char not in kept:
            run += char.encode()
            continue
        removed += run
        while len(run) > 1:  # a run may end inside a character
            out.append(f"**{letters[min(len(run), 65) - 2]}")
            run = run[65:]
        out.append("*" * len(run) + char)
        run = b""
    packed = base64.urlsafe_b64encode(removed).decode().rstrip("=")
    url = f"https://urldefense.com/v3/__https://{''.join(out)[:-1]}__;{packed}!!Ab!x$"
    if "__;" not in "".join(out):
        assert safelinks.unwrap(url, max_layers=1).layers[0].target == target


def test_the_command_lists_every_row() -> None:
    done = CliRunner().invoke(main, ["wrappers"])
    lines = done.stdout.splitlines()
    assert len(lines) == len(WRAPPERS) + 1
    assert lines[0].startswith("Microsoft Safe Links")
    for row, line in zip(WRAPPERS, lines[1:], strict=True):
        assert line.startswith(row.name)
        assert str(row.kind) in line
        assert ("opaque" if row.opaque else "decoded") in line
        assert row.hosts[0] in line
    rows = [
        json.loads(line)
        for line in CliRunner().invoke(main, ["wrappers", "--json"]).stdout.splitlines()
    ]
    assert [row["id"] for row in rows[1:]] == [row.id for row in WRAPPERS]
    assert rows[-1]["hosts"] == list(WRAPPERS[-1].hosts)


def test_unwrap_says_what_it_cannot_take_off() -> None:
    mimecast = "https://protect-us.mimecast.com/s/aBc?domain=example.org"
    done = CliRunner().invoke(main, ["unwrap", mimecast])
    assert (done.exit_code, done.stdout) == (1, f"{mimecast}\n")
    assert done.stderr == (
        "Warning: a link of Mimecast that does not contain its target, only its domain example.org"
        "\n"
    )
    done = CliRunner().invoke(main, ["unwrap", "--json", "https://t.co/x"])
    assert done.exit_code == 1
    assert json.loads(done.stdout)["opaque"] == {
        "wrapper": "a link shortener", "kind": "shortener", "domain": None,
    }  # fmt: skip


def test_only_links_made_for_one_reader_are_never_requested() -> None:
    text = b"https://protect-us.mimecast.com/s/aBc?domain=example.org https://t.co/x"
    report = safelinks.check(safelinks.read(text), offline=True)
    personal, shortened = report.rows
    assert personal.outcome.reason == "wrapper"
    assert "only its domain example.org" in personal.outcome.evidence
    assert shortened.outcome.reason == "not-asked"


def test_whom_another_vendor_names_is_masked() -> None:
    record = next(record for record in RECORDS if record["wrapper"] == "inky")
    url = f"{record['input']} https://example.org/?to=User@example.com"
    report = safelinks.check(safelinks.read(url.encode()), offline=True)
    assert "user@example.com" not in str(report.rows).lower()
    for row in report.rows:
        assert "h.eJx" not in row.url
    assert safelinks.unwrap(record["input"]).recipients == {"user@example.com"}


@pytest.mark.parametrize("host", ["urldefense.com", "example.org"])
def test_a_long_address_does_not_stay_in_memory(host: str) -> None:
    url = f"https://{host}/v3/__https://example.org/{'a' * 100_000}"
    held = sys.getrefcount(url)
    row = wrapper_of(url)
    assert (row is None) == (host == "example.org")
    assert sys.getrefcount(url) == held
