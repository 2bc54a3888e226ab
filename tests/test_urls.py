"""Addresses taken apart, and what two spellings of one have in common (RFC 3986)."""

from __future__ import annotations

import pytest
import tldextract
from hypothesis import given
from hypothesis import strategies as st

from safelinks.addresses.urls import (
    ONE_RULE,
    compare_key,
    host_name,
    registrable_domain,
    request_key,
    split,
)
from safelinks.errors import InvalidURLError

SPLIT = {
    "all parts": ("https://u:p@a.example:8443/x/y?q=1?2#f#g", ("https", "u:p", "a.example", 8443, "/x/y", "q=1?2", "f#g")),
    "a host": ("http://a.example", ("http", None, "a.example", None, "", None, None)),
    "cases": ("HTTPS://A.Example/X", ("https", None, "a.example", None, "/X", None, None)),
    "a final dot": ("http://a.example./", ("http", None, "a.example", None, "/", None, None)),
    "empty parts": ("http://@a.example:/?#", ("http", "", "a.example", None, "/", "", "")),
    "a query without a path": ("http://a.example?x", ("http", None, "a.example", None, "", "x", None)),
    "a fragment without a path": ("http://a.example#x/?", ("http", None, "a.example", None, "", None, "x/?")),
    "an address of IPv6": ("http://[2001:DB8:0::1]:80/", ("http", None, "[2001:db8::1]", 80, "/", None, None)),
    "an underscore": ("http://a_b.example/", ("http", None, "a_b.example", None, "/", None, None)),
    "another scheme": ("git+ssh://a.example/", ("git+ssh", None, "a.example", None, "/", None, None)),
    "the highest port": ("http://a.example:65535/", ("http", None, "a.example", 65535, "/", None, None)),
    "a line in the query": ("http://a.example/?a\nb", ("http", None, "a.example", None, "/", "a\nb", None)),
    "63 letters": (f"http://{'a' * 63}/", ("http", None, "a" * 63, None, "/", None, None)),
    "253 letters": (f"http://{'a.' * 126}b/", ("http", None, f"{'a.' * 126}b", None, "/", None, None)),
}  # fmt: skip


@pytest.mark.parametrize("case", SPLIT)
def test_split(case: str) -> None:
    url, parts = SPLIT[case]
    address = split(url)
    assert (
        address.scheme,
        address.userinfo,
        address.host,
        address.port,
        address.path,
        address.query,
        address.fragment,
    ) == parts
    assert "u:p" not in repr(address)


@pytest.mark.parametrize(
    "url",
    ["", "a.example", "//a.example/", "http:a.example", "http:/a.example", "http://", "http:///x",
     "http://:80/", "1http://a.example/", "mailto:a@b.example", "http://a b.example/",
     "http://a.example:0/", "http://a.example:65536/", "http://a.example:123456/",
     "http://a.example:x/", "http://a.example:80:80/", "http://a@b@c.example/", "http://a\\b.example/",
     "http://<a>.example/", "http://a%2eexample/", "http://-a.example/", "http://a..example/",
     "http://.example/", f"http://{'a' * 64}/", f"http://{'a.' * 127}/", f"http://{'a.' * 126}bc/",
     "http://[::1/", "http://[::1::]/", "http://[1.2.3.4]/", "http://::1/", "http://a.example..",
     "http://[g::]/", "http://[::1]x/", "http://u s@a.example/"],
)  # fmt: skip
def test_what_no_client_could_ask_for(url: str) -> None:
    with pytest.raises(InvalidURLError):
        split(url)


PORTS = [
    ("http://a.example/", 80), ("https://a.example/", 443), ("http://a.example:443/", 443),
    ("ftp://a.example/", None), ("ftp://a.example:21/", 21),
]  # fmt: skip


@pytest.mark.parametrize(("url", "port"), PORTS)
def test_the_port_that_is_meant(url: str, port: int | None) -> None:
    assert split(url).effective_port == port


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("A.Example.", "a.example"),
        ("[0:0::1]", "[::1]"),
        ("[::FFFF:1.2.3.4]", "[::ffff:102:304]"),
        ("[::1.2.3.4]", "[::102:304]"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("No Host", "no host"),
        ("[X]", "[x]"),
    ],
)
def test_host_names(host: str, name: str) -> None:
    assert host_name(host) == name


SAME = {
    "scheme": ("http://a.example/", "https://a.example/"),
    "default port": ("http://a.example:80/", "https://a.example:443/"),
    "case": ("http://A.example/X", "http://a.example/x"),
    "slashes": ("http://a.example//x///y/", "http://a.example/x/y"),
    "no path": ("http://a.example", "http://a.example/"),
    "fragment": ("http://a.example/#x", "http://a.example/"),
    "userinfo": ("http://u@a.example/", "http://a.example/"),
    "tracking": ("http://a.example/?utm_source=x&a=1&gclid=2&fbclid", "http://a.example/?a=1"),
    "tracking alone": ("http://a.example/?_ga=1", "http://a.example/"),
    "tracking, in capitals": ("http://a.example/?UTM_Medium=x", "http://a.example/"),
    "empty query": ("http://a.example/?", "http://a.example/"),
    "empty pairs": ("http://a.example/?&a=1&&b=2&", "http://a.example/?a=1&b=2"),
}  # fmt: skip
DIFFERENT = {
    "host": ("http://a.example/", "http://www.a.example/"),
    "port": ("http://a.example:81/", "http://a.example/"),
    "port of the other scheme": ("http://a.example:443/", "http://a.example/"),
    "path": ("http://a.example/x", "http://a.example/y"),
    "query": ("http://a.example/?a=1", "http://a.example/?a=2"),
    "case of the query": ("http://a.example/?a=x", "http://a.example/?a=X"),
    "order of the query": ("http://a.example/?a&b", "http://a.example/?b&a"),
    "not quite tracking": ("http://a.example/?utm_=x", "http://a.example/"),
    "tracking within": ("http://a.example/?x_ga=1", "http://a.example/"),
    "longer than tracking": ("http://a.example/?gclidx=1", "http://a.example/"),
}


@pytest.mark.parametrize("case", SAME)
def test_what_compares_alike(case: str) -> None:
    one, other = SAME[case]
    assert compare_key(split(one)) == compare_key(split(other))


@pytest.mark.parametrize("case", DIFFERENT)
def test_what_does_not(case: str) -> None:
    one, other = DIFFERENT[case]
    assert compare_key(split(one)) != compare_key(split(other))


TRACKING = [
    "utm_source",
    "utm_id",
    "gclid",
    "gclsrc",
    "gbraid",
    "wbraid",
    "dclid",
    "fbclid",
    "msclkid",
    "yclid",
    "ttclid",
    "twclid",
    "igshid",
    "li_fat_id",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "_ga",
    "_gl",
    "_hsenc",
    "_hsmi",
    "oly_anon_id",
    "oly_enc_id",
    "vero_id",
]


@pytest.mark.parametrize("name", TRACKING)
def test_what_only_says_where_a_click_came_from(name: str) -> None:
    assert request_key(f"https://a.example/?{name}=1&x=2&{name}") == "https://a.example/?x=2"
    assert request_key(f"https://a.example/?x{name}=1") == f"https://a.example/?x{name}=1"


REQUESTED = [
    ("http://A.example:80", "http://a.example/"),
    ("https://a.example:80/X//y/", "https://a.example:80/X//y/"),
    ("https://a.example/a/../b/?utm_term=x#f", "https://a.example/b/"),
    ("https://a.example/?&a=1&", "https://a.example/?&a=1&"),
    ("https://a.example/?", "https://a.example/"),
    ("no address", "no address"),
]


@pytest.mark.parametrize(("url", "key"), REQUESTED)
def test_what_is_requested_once(url: str, key: str) -> None:
    assert request_key(url) == key


urls = st.builds(
    "{}://{}{}{}{}".format,
    st.sampled_from(["http", "HTTPS"]),
    st.sampled_from(["a.example", "B.Example.:443", "u@[::1]:80", "bücher.example:8080"]),
    st.sampled_from(["", "/", "/X//y/", "/a/./../b", "/%2e%2e/c"]),
    st.sampled_from(["", "?", "?a=1&utm_id=2", "?gclid=x", "?&&B=c"]),
    st.sampled_from(["", "#", "#top"]),
)


@given(urls)
def test_what_is_requested_once_is_compared_alike(url: str) -> None:
    key = request_key(url)
    assert request_key(key) == key
    assert split(key).host == split(url).host
    asked, given_ = split(key), split(url)
    assert compare_key(asked)[1] == compare_key(given_)[1]


DOMAINS = [
    ("a127-pip.nyc.gov", "nyc.gov"), ("nyc.gov", "nyc.gov"), ("gov", "gov"),
    ("x.y.example.co.uk", "example.co.uk"), ("co.uk", "co.uk"), ("192.0.2.1", "192.0.2.1"),
    ("[2001:db8::1]", "[2001:db8::1]"), ("localhost", "localhost"), ("1.example.com", "example.com"),
    ("x.github.io", "github.io"),
]  # fmt: skip


@pytest.mark.parametrize(("host", "domain"), DOMAINS)
def test_registrable_domains(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


LABELS = st.from_regex(r"[a-z0-9_-]{1,6}", fullmatch=True) | st.sampled_from(
    ["xn--p1ai", "xn--", "www", "co"]
)
BY_THE_LIST = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@given(st.lists(LABELS, max_size=3), st.sampled_from(ONE_RULE))
def test_what_needs_no_list_is_what_the_list_gives(labels: list[str], suffix: str) -> None:
    host = ".".join([*labels, suffix])
    assert registrable_domain(host) == (BY_THE_LIST(host).top_domain_under_public_suffix or host)


def test_the_list_has_one_rule_for_each_of_them() -> None:
    under = {rule for rule in BY_THE_LIST.tlds if rule.rsplit(".", 1)[-1] in ONE_RULE}
    assert under == set(ONE_RULE)
