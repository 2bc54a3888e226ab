"""HTML and XML: what an address is by the place where it stands, and text that markup cuts."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable

import lxml.html
import pytest
from building import wrap
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from safelinks import read
from safelinks.addresses.roles import Role

A = "https://a.example"
TARGET = "https://example.org/docs/guide.html"
LINK = wrap(TARGET)
E = html.escape
Seen = list[tuple[str, Role | None]]


def _seen(raw: str, name: str) -> Seen:
    return [(link.url, link.role) for link in read(raw.encode(), name).links]


def _cleaned(raw: str, name: str) -> str:
    return read(raw.encode(), name).cleaned().decode()


PAGES: dict[str, tuple[str, Seen]] = {
    # the page, and its addresses with what they are
    "blank": (f'<a href="{A}/Q1 Plan.pdf">x</a>', [(f"{A}/Q1%20Plan.pdf", None)]),
    "blanks around": (f'<a href="  {A}/x\t ">x</a>', [(f"{A}/x", None)]),
    "line break": (f'<a href="{A}/li\n\tne">x</a>', [(f"{A}/line", None)]),
    "bar": (f'<link href="{A}/css?family=R|S:300">', [(f"{A}/css?family=R|S:300", None)]),
    **{
        f"ends with {end}": (f'<img src="{A}/x{end}">', [(f"{A}/x{end}", None)])
        for end in (".", "!", "?", ";", ")", ",", "'")
    },
    "references": (f'<q cite="{A}/?a=1&amp;copy=2&#x26;b">x</q>', [(f"{A}/?a=1&copy=2&b", None)]),
    "without a scheme": ('<a href="//a.example/x">x</a>', [(f"{A}/x", None)]),
    "address in a relative one": (
        f'<a href="/login?next={A}/x"><a href="login?next={A}/y"><a href="#{A}/z"><a href="&#47;&#47;a.example/?u={A}/v"><a href="https&#58;//a.example/w">x</a>',
        [(f"{A}/x", Role.DATA), (f"{A}/y", Role.DATA), (f"{A}/z", Role.DATA), (f"{A}/?u={A}/v", None), (f"{A}/w", None)],
    ),
    "relative": ('<a href="/x"><img src="y//z.png"></a>', []),
    "srcset": (
        f'<img srcset="{A}/a,b.png 1x,{A}/c(1).png 2x, //a.example/d.png, {A}/e.png,">',
        [(f"{A}/{name}", None) for name in ("a,b.png", "c(1).png", "d.png", "e.png")],
    ),
    "imagesrcset": (f'<link rel=preload imagesrcset="{A}/a 100w">', [(f"{A}/a", None)]),
    "ping": (f'<a href="/" ping="{A}/1 {A}/2.">x</a>', [(f"{A}/1", None), (f"{A}/2.", None)]),
    "style": (
        f"<p style=\"background: URL( '{A}/a b.png' ) no-repeat; border: url({A}/c\\)d)\">",
        [(f"{A}/a%20b.png", None), (f"{A}/c)d", None)],
    ),
    "style, quotes as references": (
        f'<p style="background:url(&quot;{A}/a?x=1&amp;y&quot;)">', [(f"{A}/a?x=1&y", None)],
    ),
    "style sheet": (
        f'<style>@import "{A}/a.css."; @import url(//a.example/b.css);\n/* see {A}/c. */'
        f" p{{src:url('{A}/d\\27 e')}} @namespace x url({A}/ns);</style>",
        [(f"{A}/a.css.", None), (f"{A}/b.css", None), (f"{A}/c", None), (f"{A}/d'e", None),
         (f"{A}/ns", Role.NAMESPACE)],
    ),
    "refresh": (f'<meta http-equiv=Refresh content="0; URL=\'{A}/x y\'">', [(f"{A}/x%20y", None)]),
    "refresh, bare": ('<meta http-equiv=refresh content="5;url=//a.example/x.">', [(f"{A}/x.", None)]),
    "image of a card": (f'<meta property="og:image" content="{A}/x.png">', [(f"{A}/x.png", None)]),
    "address of a card": (f'<meta property="og:url" content="{A}/x y."><meta itemprop=image content="//a.example/i j">', [(f"{A}/x%20y.", None), (f"{A}/i%20j", None)]),
    "description": (f'<meta name=description content="See {A}/x.">', [(f"{A}/x", None)]),
    "title": (f'<p title="{A}/King_Jr.">', [(f"{A}/King_Jr.", None)]),
    "VML in a comment": (
        f'<!--[if mso]><v:roundrect href="{A}/a b."/>{A}/c.<![endif]-->',
        [(f"{A}/a%20b.", None), (f"{A}/c", None)],
    ),
    "hint": (
        f'<link rel="preconnect dns-prefetch" href="{A}"><link rel="dns-prefetch" href="//a.example">'
        f'<link rel="preconnect stylesheet" href="{A}/x.css"><link rel=preload href="{A}/y.css">',
        [(A, Role.CONNECTION_HINT), (A, Role.CONNECTION_HINT), (f"{A}/x.css", None), (f"{A}/y.css", None)],
    ),
    "policy": (
        f'<meta http-equiv="Content-Security-Policy" content="img-src {A} {A}/x">',
        [(A, Role.SECURITY_POLICY), (f"{A}/x", Role.SECURITY_POLICY)],
    ),
    "vocabulary": (
        f'<html prefix="og: {A}/ns#" vocab="{A}/v"><head profile="{A}/p"><link rel=profile href="{A}/q">'
        f'<link rel="schema.DC" href="{A}/r"><p itemscope itemtype="{A}/s {A}/t" typeof="{A}/u">',
        [(f"{A}/{name}", Role.VOCABULARY) for name in ("ns#", "v", "p", "q", "r", "s", "t", "u")],
    ),
    "identifier": (f'<p itemid="{A}/x" about="{A}/y">', [(f"{A}/x", Role.IDENTIFIER), (f"{A}/y", Role.IDENTIFIER)]),
    "data": (f'<p data-api="{A}/{{id}}" data-src="{A}/x.">', [(f"{A}/{{id}}", Role.DATA), (f"{A}/x.", Role.DATA)]),
    "data in an address": (f'<img src="data:image/svg+xml,<svg xmlns=\'{A}/svg\'/>">', [(f"{A}/svg", Role.DATA)]),
    "forms": (
        f'<form action="{A}/f"><input placeholder="{A}/p" value="{A}/v"><button formaction="{A}/g">x</button>',
        [(f"{A}/f", Role.FORM_ACTION), (f"{A}/p", Role.ATTRIBUTE_TEXT), (f"{A}/v", Role.ATTRIBUTE_TEXT),
         (f"{A}/g", Role.FORM_ACTION)],
    ),
    "alternative text": (f'<img alt="{A}/x" src="{A}/y">', [(f"{A}/x", Role.ATTRIBUTE_TEXT), (f"{A}/y", None)]),
    "base": (f'<base href="{A}/b/">', [(f"{A}/b/", Role.BASE)]),
    "script": (f'<script src="{A}/a.js">get("{A}/api/" + id)</script>', [(f"{A}/a.js", None), (f"{A}/api/", Role.SCRIPT)]),
    "handler": (f"<p onclick=\"open('{A}/x')\"><a href=\"javascript:open('{A}/y')\">", [(f"{A}/x", Role.SCRIPT), (f"{A}/y", Role.SCRIPT)]),
    "JSON-LD": (
        f'<script type="application/ld+json">{{"@context": "{A}\\/c", "url": "{A}\\/u", "sameAs": ["{A}/s"]}}</script>',
        [(f"{A}/c", Role.VOCABULARY), (f"{A}/u", Role.SCRIPT), (f"{A}/s", Role.SCRIPT)],
    ),
    "text of a link": (
        f'<a href="/x">{A}/x <b>{A}/y</b></a> {A}/z', [(f"{A}/x", Role.LINK_TEXT), (f"{A}/y", Role.LINK_TEXT), (f"{A}/z", None)],
    ),
    "name without a link": (f'<a name="x">{A}/x</a>', [(f"{A}/x", None)]),
    "link that is not closed": (
        f'<table><td><a href="/x">{A}/x<td>{A}/y</table>', [(f"{A}/x", Role.LINK_TEXT), (f"{A}/y", None)],
    ),
    "number of a note": (f'{A}/x<a href="#1">1</a> {A}/y<sup>2</sup>', [(f"{A}/x", None), (f"{A}/y", None)]),
    "word in bold": (f"{A}/a<b>b</b><i>c</i><!-- x -->d. {A}/e<br>f", [(f"{A}/abcd", None), (f"{A}/e", None)]),
    "name of a namespace": (f'<html xmlns="{A}/x"><svg xmlns:y="{A}/y">', []),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "seen"), PAGES.values(), ids=PAGES)
def test_addresses_of_a_page(raw: str, seen: Seen) -> None:
    assert _seen(raw, "a.html") == seen
    assert _cleaned(raw, "a.html") == raw


DOCUMENTS: dict[str, tuple[str, Seen]] = {
    "schema": (
        f'<p xmlns="{A}/n" xsi:schemaLocation="{A}/n {A}/n.xsd" xsi:noNamespaceSchemaLocation="{A}/m.xsd"'
        f' targetNamespace="{A}/t."/>',
        [(f"{A}/n", Role.NAMESPACE), (f"{A}/n.xsd", Role.NAMESPACE), (f"{A}/m.xsd", Role.NAMESPACE), (f"{A}/t.", Role.NAMESPACE)],
    ),
    "import of a schema": (f'<xs:import namespace="{A}/n"/>', [(f"{A}/n", Role.NAMESPACE)]),
    "scheme of Atom": (f'<category scheme="{A}/s" term="x"/>', [(f"{A}/s", Role.NAMESPACE)]),
    "id of Atom": (f'<feed><id>{A}/1</id><link href="{A}/2."/></feed>', [(f"{A}/1", Role.IDENTIFIER), (f"{A}/2.", None)]),
    "guid": (
        f'<guid isPermaLink="false">{A}/1</guid><guid isPermaLink="true">{A}/2</guid><guid>{A}/3</guid>',
        [(f"{A}/1", Role.IDENTIFIER), (f"{A}/2", None), (f"{A}/3", None)],
    ),
    "element that is an address": (
        f"<x><url>{A}/King_Jr.</url>\n<projectUrl>\n{A}/b c.pdf\n</projectUrl><link><![CDATA[{A}/d.]]></link></x>",
        [(f"{A}/King_Jr.", None), (f"{A}/b%20c.pdf", None), (f"{A}/d.", None)],
    ),
    "element of text": (f"<p>{A}/x.</p><p>See {A}/<b>y</b>z.</p>", [(f"{A}/x", None), (f"{A}/yz", None)]),
    "page in a feed": (
        f'<description><![CDATA[<p><a href="{A}/a b.">{A}/c</a> {A}/d.</p>]]></description>',
        [(f"{A}/a%20b.", None), (f"{A}/c", Role.LINK_TEXT), (f"{A}/d", None)],
    ),
    "base": (f'<x xml:base="{A}/b/"/>', [(f"{A}/b/", Role.BASE)]),
    "address without a scheme": ('<svg><a href="//e.example/x"/><image xlink:href="//e.example/y z"/><a href="/p"/></svg>', [("https://e.example/x", None), ("https://e.example/y%20z", None)]),
    "DocBook": (f'<para><link xlink:href="{A}/x">{A}/y</link> <ulink url="{A}/z">z</ulink></para>', [(f"{A}/x", None), (f"{A}/y", Role.LINK_TEXT), (f"{A}/z", None)]),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "seen"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_addresses_of_an_xml_document(raw: str, seen: Seen) -> None:
    assert _seen(raw, "a.xml") == seen
    assert _cleaned(raw, "a.xml") == raw


CUTS = (
    "<br>",
    "<br/>\n",
    "</p><p>",
    "</span><span>",
    "<!-- -->",
    "<b></b>",
    "</li>\n<li>",
    "<wbr>",
)


@pytest.mark.parametrize("name", ["a.html", "a.xml"])
@pytest.mark.parametrize("cut", CUTS)
def test_a_link_that_markup_cuts_is_one(cut: str, name: str) -> None:
    at = LINK.index("guide")
    raw = f"<x><p><span>See {E(LINK[:at])}{cut}{E(LINK[at:])}</span> end</p></x>"
    (link,) = read(raw.encode(), name).links
    assert link.target == TARGET
    assert _cleaned(raw, name) == f"<x><p><span>See {TARGET}{cut}</span> end</p></x>"


VALUES = st.builds(
    lambda path, query, fragment: f"https://a.example/{path}{query}{fragment}",
    st.text(st.sampled_from("aZ09 .,;:!?()[]'\"_*~|-+=@$é中"), max_size=12).map(str.strip),
    st.sampled_from(["", "?", "?a=1&b=2", "?copy=1&amp=2", "?q=a b"]),
    st.sampled_from(["", "#", "#a.b", "#a b", "#:~:text=x"]),
)


def _meant(url: str) -> str:
    return url.strip().replace(" ", "%20")


def _html_by_lxml(url: str, attribute: str) -> bytes:
    element = lxml.html.Element("a", {attribute: url})
    element.text = "x"
    return bytes(lxml.html.tostring(element, encoding="utf-8"))


def _xml_by_lxml(url: str, attribute: str) -> bytes:
    return bytes(etree.tostring(etree.Element("item", {attribute: url}), encoding="utf-8"))


@pytest.mark.parametrize(
    ("write", "name", "attribute"),
    [
        (_html_by_lxml, "a.html", "href"), (_html_by_lxml, "a.html", "cite"), (_xml_by_lxml, "a.xml", "href"),
        (_xml_by_lxml, "a.xml", "url"),
    ],
)  # fmt: skip
@given(url=VALUES)
def test_what_lxml_writes_is_read(
    write: Callable[[str, str], bytes], name: str, attribute: str, url: str
) -> None:
    (link,) = read(write(url, attribute), name).links
    # lxml percent-encodes what is not ASCII in addresses of HTML.
    assert link.url in (
        _meant(url),
        _meant(lxml.html.fromstring(_html_by_lxml(url, "href")).get("href") or ""),
    )


HOLDERS: dict[str, tuple[str, str]] = {
    "attribute": ("a.html", '<a href="{}">x</a>'),
    "single quotes": ("a.html", "<a href='{}'>x</a>"),
    "no quotes": ("a.html", "<a href={}>x</a>"),
    "srcset": ("a.html", '<img srcset="{} 2x, /y 1x">'),
    "style": ("a.html", "<p style=\"background:url('{}')\">"),
    "style without quotes": ("a.html", '<p style="background:url({})">'),
    "style sheet": ("a.html", "<style>p{{background:url({})}}</style>"),
    "refresh": ("a.html", "<meta http-equiv=refresh content=\"0;url='{}'\">"),
    "xml": ("a.xml", "<x href='{}'/>"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("name", "holder"), HOLDERS.values(), ids=HOLDERS)
@given(url=VALUES)
def test_what_is_written_is_read_as_it_was_meant(name: str, holder: str, url: str) -> None:
    wrapped = wrap(_meant(url))
    if "url(" in holder:
        wrapped = re.sub(r"['()]", r"\\\g<0>", wrapped)
    raw = holder.format(wrapped if "<style>" in holder else E(wrapped)).encode()
    (link,) = read(raw, name).links
    cleaned = read(raw, name).cleaned()
    (after,) = read(cleaned, name).links
    assert not after.wrapped
    assert link.target is not None
    # Quotes are percent-encoded wherever they could end a value.
    assert after.url.replace("%22", '"').replace("%27", "'").rstrip(",").replace("%2C", ",").rstrip(
        ","
    ) == link.target.rstrip(",")


HOSTILE: dict[str, Callable[[int], str]] = {
    "tags that never end": lambda count: "<a " * count,
    "inline elements": lambda count: "<b> " * count,
    "links that are not closed": lambda count: '<a href="http://a">' * count,
    "breaks": lambda count: "x<br>" * count,
    "blank lines": lambda count: " <br> \n" * count,
    "pieces": lambda count: "<b>https://a</b>" * count,
    "style": lambda count: f"<style>{'url(' * count}",
    "quotes in a style": lambda count: "<style>" + "url(\"'" * count,
    "srcset": lambda count: f"<img srcset='{'(: ' * count}'>",
    "commas": lambda count: f"<img srcset='{':,' * count}'>",
    "comments": lambda count: "<!--<b>:" * count,
    "references": lambda count: f"<p style='url({'&quot;' * count})'>",
}  # fmt: skip


@pytest.mark.parametrize("name", ["a.html", "a.xml"])
@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_hostile_pages_take_linear_time(hostile: Callable[[int], str], name: str) -> None:
    def seconds(count: int) -> float:
        raw = hostile(count).encode()
        start = time.process_time()
        read(raw, name)
        return time.process_time() - start

    small = min(seconds(4_000) for _ in range(2))
    assert seconds(32_000) < 24 * small + 0.2
