"""Plain addresses: where each ends by the rules of its text, and which are none to be followed."""

from __future__ import annotations

import json

import pytest

from safelinks import clean, find, read
from safelinks.addresses.roles import Role
from safelinks.links.scanning import TextRules, scan


def _urls(text: str, rules: TextRules = TextRules.PLAIN) -> list[str]:
    return [span.url for span in scan(text, rules=rules)]


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("see https://e.example/x* and https://e.example/y~", ["https://e.example/x", "https://e.example/y"]),
        ("https://e.example/x?! https://e.example/y_:", ["https://e.example/x", "https://e.example/y"]),
        ("(https://e.example/a_(b)) https://e.example/c)", ["https://e.example/a_(b)", "https://e.example/c"]),
        ("https://e.example/a&amp; https://e.example/?a&b=c;", ["https://e.example/a", "https://e.example/?a&b=c"]),
        ("https://e.example/a_b", ["https://e.example/a_b"]),
    ],
)  # fmt: skip
def test_markdown_ends_an_address_as_github_does(text: str, urls: list[str]) -> None:
    assert _urls(text, TextRules.MARKDOWN) == urls


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("=https://e.example/x= ~https://e.example/y~", ["https://e.example/x", "https://e.example/y"]),
        ("https://e.example/?q=x= z", ["https://e.example/?q=x="]),
    ],
)  # fmt: skip
def test_org_ends_an_address_at_the_sign_that_opened_it(text: str, urls: list[str]) -> None:
    assert _urls(text, TextRules.ORG) == urls


@pytest.mark.parametrize(
    ("text", "url", "role"),
    [
        ("https://e.example/long/pa… ", "https://e.example/long/pa", Role.SHORTENED),
        ("https://e.example/long/pa...", "https://e.example/long/pa", Role.SHORTENED),
        ("https://e.example/[...]/page", "https://e.example/[...]/page", Role.SHORTENED),
        ("http://h.example/{id}, and", "http://h.example/{id}", Role.TEMPLATE),
        ("http://h.example/${VERSION}/b.", "http://h.example/${VERSION}/b", Role.TEMPLATE),
        ("http://h.example/{{ x }} and", "http://h.example/{{ x }}", Role.TEMPLATE),
        ("http://{{ host }}/a", "http://{{ host }}/a", Role.TEMPLATE),
        ("http://h.example/{{ a }}/{% b %}/c", "http://h.example/{{ a }}/{% b %}/c", Role.TEMPLATE),
        ("http://h.example/%s/x", "http://h.example/%s/x", Role.TEMPLATE),
        ("http://h.example/%(name)s/x", "http://h.example/%(name)s/x", Role.TEMPLATE),
        ("http://h.example/a/%d/x", "http://h.example/a/%d/x", Role.TEMPLATE),
        ("http://h.example/users/<id>/x, y", "http://h.example/users/<id>/x", Role.TEMPLATE),
        ("http://h.example/%da/x", "http://h.example/%da/x", None),
        ("http://h.example/a/<br>", "http://h.example/a/", None),
        ("http://h.example/a<b>c</b>", "http://h.example/a", None),
        ("http://h.example/E('x')/$value", "http://h.example/E('x')/$value", None),
        ("http://h.example/a. Then", "http://h.example/a", None),
        ("{http://h.example/a}", "http://h.example/a", None),
    ],
)  # fmt: skip
def test_what_nobody_can_follow(text: str, url: str, role: Role | None) -> None:
    (link,) = find(text)
    assert (link.url, link.role) == (url, role)
    assert text[link.start : link.end] == url
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("<https://e.example/a/\nb.html> z", ["https://e.example/a/b.html"]),
        ("> see <https://e.example/a/\n> b.html>.", ["https://e.example/a/b.html"]),
        ("<https://e.example/a/\r\n   b/\r\n   c>", ["https://e.example/a/b/c"]),
        ("<https://e.example/a b>", ["https://e.example/a%20b"]),
        ("<https://e.example/Acme_Inc.> z", ["https://e.example/Acme_Inc."]),
        ("a<https://e.example/a_(b)!>", ["https://e.example/a_(b)!"]),
        ("<https://e.example/?q='a'>, z", ["https://e.example/?q='a'"]),
        ("<https://e.example/a)b&c=d>", ["https://e.example/a)b&c=d"]),
        ("<https://e.example/a.\n> html>.", ["https://e.example/a.html"]),
        ("<https://e.example/a?\nb=1>.", ["https://e.example/a?b=1"]),
        ("<https://e.example/No. 1>.", ["https://e.example/No.%201"]),
        ("<https://e.example/a https://e.example/b>", ["https://e.example/a", "https://e.example/b"]),
        ("<https://e.example/a, https://e.example/b>", ["https://e.example/a", "https://e.example/b"]),
        ("<https://e.example/a|the page>", ["https://e.example/a"]),
        ("<https://e.example/a...>", ["https://e.example/a"]),
        ("&lt;https://e.example/a.&gt;", ["https://e.example/a"]),
        ("<https://e.example/a\nb c>", ["https://e.example/a"]),
        ("<https://e.example/a b <c>", ["https://e.example/a"]),
        ("<https://e.example/a\nhttps://e.example/b>", ["https://e.example/a", "https://e.example/b"]),
        ("x < https://e.example/a\nb>", ["https://e.example/a"]),
    ],
)  # fmt: skip
def test_brackets_hold_an_address_together(text: str, urls: list[str]) -> None:
    assert _urls(text) == urls


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("See www.example.org/help and", "www.example.org/help"),
        ("<www.example.org>.", "www.example.org"),
        ('"www.example.org/?a=b"', "www.example.org/?a=b"),
        ("a@www.example.org", None),
        ("foowww.example.org", None),
        ("www.foo and www..x", None),
        ("www.example.org@evil.example", None),
        ("x/www.example.org", None),
        ("www.foo.html and www.config.json", None),
        ("www.example.html.org/x", "www.example.html.org/x"),
        ("www.example.org%2Fa%2520b&token=c", None),  # the rest of an encoded address
    ],
)
def test_an_address_without_a_scheme(text: str, spelling: str | None) -> None:
    links = find(text)
    assert [link.spelling for link in links] == ([spelling] if spelling else [])
    for link in links:
        assert link.schemeless
        assert link.url == link.target == f"https://{spelling}"
        assert text[link.start : link.end] == spelling
    assert [*scan(text, schemeless=False)] == []
    assert clean(text) == text


def test_hosts_below_a_domain_that_is_known_need_no_scheme() -> None:
    text = "See nyc.gov/mocs, nyc.gov and x@nyc.gov/a, not foo.gov/x, but 311.nyc.gov/b."
    hosts = frozenset({"nyc.gov"})
    spans = list(scan(text, bare_hosts=hosts))
    assert [text[span.start : span.end] for span in spans] == ["nyc.gov/mocs", "311.nyc.gov/b"]
    assert [span.url for span in spans] == ["https://nyc.gov/mocs", "https://311.nyc.gov/b"]
    assert list(scan(text)) == []


@pytest.mark.parametrize(
    "link",
    [
        "nam06.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fa&data=05%7C02%7C&reserved=0",
        "urldefense.com/v3/__https://example.org/a__;!!abc!def$",
        "urldefense.proofpoint.com/v2/url?u=https-3A__example.org_a&d=DwMFaQ&c=x",
        "www.google.com/url?q=https%3A%2F%2Fexample.org%2Fa&sa=D",
        "linkprotect.cudasvc.com/url?a=https%3a%2f%2fexample.org%2fa&c=E,1,x,,&typo=1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("around", ["see {} now", "<{}>", "({})\n", "{}"])
def test_a_wrapped_link_without_a_scheme(link: str, around: str) -> None:
    text = around.format(link)
    (found,) = find(text)
    assert (found.target, found.wrapped, found.schemeless) == ("https://example.org/a", True, True)
    assert found.spelling == link
    assert clean(text) == around.format("https://example.org/a")


# What stands in the place of a value, and what only looks like it.
TEMPLATES = [
    "/$VERSION/x", "/a-$VERSION.tgz", "/a/$BUILD_ID", "/$HOME", "/?x=$NAME&y=1", "/$(X)/y",
    "/<%= x %>/y", "/a<%=x%>", "/<?= $x ?>/y", "/%1$s/x", "/%dx%d.png", "/%VERSION%/x", "/%(a)s/x",
]  # fmt: skip
NO_TEMPLATES = [
    "/100%safe", "/50%discount", "/?$filter=a", "/?$FILTER=a", "/$1", "/$metadata", "/A$AP_Rocky",
    "/Map$Entry.html", "/$TSLA", "/?q=$USD", "/US$", "/%D0%B0", "/%VE%20", "/$UICIDEBOY$",
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "role"),
    [*((path, Role.TEMPLATE) for path in TEMPLATES), *((path, None) for path in NO_TEMPLATES)],
)
def test_templates(path: str, role: Role | None) -> None:
    url = f"https://h.example{path}"
    (link,) = find(f"See {url} and more")
    assert (link.url, link.role) == (url, role)
    meant = url.replace(" ", "%20")
    for name, raw in {
        "a.html": f"<a href='{url}'>x</a>",
        "a.json": json.dumps({"url": url}),
    }.items():
        (link,) = read(raw.encode(), name).links
        assert (link.url, link.role) == (meant, role)


@pytest.mark.parametrize("url", ["https://$HOST/x", "https://$host/x", "https://a.$DOMAIN_NAME/x"])
def test_a_variable_for_a_host(url: str) -> None:
    (link,) = find(f"See {url} and more")
    assert (link.url, link.role) == (url, Role.TEMPLATE)


def test_a_tag_of_somebody_who_is_paid_is_none() -> None:
    (link,) = find("Pay https://cash.app/$BLACKLIVES now")
    assert link.role is None


@pytest.mark.parametrize("host", ["www.exämple.org", "www.日本.example", "www.münchen.de"])
def test_a_host_of_other_letters_without_a_scheme(host: str) -> None:
    assert _urls(f"See {host}/a and a@{host}") == [f"https://{host}/a"]
