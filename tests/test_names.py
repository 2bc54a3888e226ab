"""Names of resources in texts, the words that find them, and what a text says against its links."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from itertools import product
from pathlib import Path

import pytest
from attacking import amount
from building import wrap
from doubled import is_linear, repeated
from hypothesis import given
from hypothesis import strategies as st

from safelinks import Catalog, read
from safelinks.catalog import Agency, Resource
from safelinks.catalog.resource_names import Names, names_of
from safelinks.documents.document import read_each
from safelinks.documents.formats import DOCUMENT_FORMATS, Format
from safelinks.documents.markup.page_head import head_of
from safelinks.rules.names_in_text import Remark, RemarkKind, RemarkReader

NYC = Catalog.nyc()
NOTICE = Path(__file__).parent.parent / "examples" / "notice.txt"


def _named(text: str) -> list[tuple[str, str]]:
    return [(one.resource.id, text[one.start : one.end]) for one in NYC.names.found_in(text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Use the PASSPort Public Portal.", ["passport-public-portal"]),
        ("Use PASSPort Public, not PASSPort", ["passport-public", "passport"]),
        ("PASSPort-ready, PASSPort's, (PASSPort)", ["passport"] * 3),
        ("PIP, pip, Pip, PIPELINE, aPIP, PIP2, P.I.P.", ["pip"]),
        ("zap it, ZAP it", ["zap"]),
        ("Payee Information Portal (PIP)", ["pip"]),
        ("Payee Information\nPortal", ["pip"]),
        ("Payee  Information \n  Portal", ["pip"]),
        ("PAYEE INFORMATION PORTAL", ["pip"]),
        ("payee information portal", []),
        ("Payee Information\n\nPortal", []),
        ("Payee Information. Portal", []),
        ("MOCS Service Desk and City Record Online", ["mocs-service-desk", "city-record-online"]),
        ("https://example.org/PIP/PASSPort and www.PIP.example", []),
        ("our passport office; a passport", []),
        ("", []),
    ],
)  # fmt: skip
def test_names_in_texts(text: str, names: list[str]) -> None:
    assert [name for name, _ in _named(text)] == names


# Words of names, what stands between words, and addresses, which name nothing.
_PIECES = st.sampled_from([
    "PIP", "pip", "Pip", "Payee", "Information", "Portal", "PAYEE INFORMATION PORTAL", "M/WBE",
    "Directory", "Mayor’s", "Office", "C", "é", "ı", "_", " ", " ", "\n", "\n\n", "\n \n", "(", "-",
    "https://a.example/PIP", "www.", "WWW.PIP", "mailto:PIP", "://", "x+y://", "<", '"', "maılto:",
])  # fmt: skip


@given(st.lists(_PIECES, max_size=14).map("".join))
def test_a_look_at_a_whole_text_misses_no_name_in_it(text: str) -> None:
    for prose in read(text.encode(), "x.md").prose():
        assert not list(NYC.names.found_in(prose.text)) or NYC.names.may_be_in(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("PIP https://a.example/PIP PIP", 2),
        ("https://PIP<PIP>x+y://a,PIP http://PIP", 1),
        ("HTTPS://PIP WWW.PIP MailTo:PIP", 0),
        ("://PIP x://PIP -://PIP", 3),
        (f"{'a' * 31}://PIP {'a' * 32}://PIP", 1),
        ("\u00e9http://PIP \u00e9 PIP", 1),
        ("awww.PIP amailto:PIP", 2),
        ("ma\u0131lto:PIP", 0),
        ("PIP_http://PIP", 0),
    ],
)
def test_addresses_name_nothing(text: str, number: int) -> None:
    assert len(_named(text)) == number


def test_a_look_at_a_whole_text_spares_most() -> None:
    for text in ("pip install x", "see https://a.example/PIP", "Information Payee Portal"):
        assert not NYC.names.may_be_in(text)


@pytest.mark.parametrize("row", [one for one in DOCUMENT_FORMATS if one.by_line and one.passages])
def test_prose_of_formats_by_line_is_a_part_of_their_text(row: Format) -> None:
    text = '---\na: b\n---\n# A `b` *c*\n\n- [d](e.md "f")\n\n| g | h |\n|-|-|\n| &amp; | \\* |\n'
    for prose in read(text.encode(), f"x{row.suffixes[0]}").prose():
        assert prose.text in text


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["a.", "a+", "www.", "A-", "PIP ", "PASSPort Public", "http://"])
def test_long_texts_end(piece: str) -> None:
    is_linear(lambda size: partial(_named, repeated(piece, size)), amount(4_000, 20_000))


def test_apostrophes_are_one_and_signs_are_kept() -> None:
    entries = [
        Resource("a", "Mayor's Office", agency="X"),
        Resource("b", "M/WBE Directory", agency="X"),
        Resource("c", "C", aliases=("Health & Safety (HS)",), agency="X"),
    ]
    names = Names({entry.id: entry for entry in entries}, names_of(entries))
    for text, found in (
        ("the Mayor’s Office", ["a"]),
        ("the Mayor's Office", ["a"]),
        ("M/WBE Directory", ["b"]),
        ("M WBE Directory", []),
        ("Health & Safety (HS)", ["c"]),
        ("Health and Safety (HS)", []),
    ):
        assert [one.resource.id for one in names.found_in(text)] == found


@given(st.text(alphabet="PIAS pas\n().'-/", max_size=60))
def test_mentions_are_whole_words_in_order(text: str) -> None:
    end = 0
    for one in NYC.names.found_in(text):
        assert end <= one.start < one.end <= len(text)
        around = text[max(0, one.start - 1) : one.start] + text[one.end : one.end + 1]
        assert not [char for char in around if char.isalnum()]
        end = one.end


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("pip", "pip"),
        ("PASSPORT", "passport"),
        ("pasport", "passport"),
        ("passprot public portal", "passport-public-portal"),
        ("city recrod online", "city-record-online"),
        ("payee portal", "pip"),
        ("departmnt of finance", "site-dof"),
        ("mocs help desk", "mocs-service-desk"),
        ("dg92", None),
        ("zoning map", "zola"),
        ("xyzzy", None),
        ("", None),
        ("()", None),
    ],
)
def test_find(text: str, first: str | None) -> None:
    found = NYC.find(text)
    assert (found[0].id if found else None) == first


@pytest.mark.slow
@given(st.text(max_size=30))
def test_find_is_total(text: str) -> None:
    assert len(NYC.find(text)) <= len(NYC.resources)


def _remarks(content: str | bytes | Path, name: str = "notice.md") -> list[Remark]:
    document = read(content.encode() if isinstance(content, str) else content, name)
    reader = RemarkReader(NYC)
    reader.read(document)
    return reader.remarks()


def _told(content: str | bytes | Path, name: str = "notice.md") -> list[tuple[RemarkKind, str]]:
    return [(remark.kind, remark.resource.id) for remark in _remarks(content, name)]


PORTAL = "https://passport.cityofnewyork.us/page.aspx/en/rfp/request_browse_public"
PUBLIC = "https://a0333-passportpublic.nyc.gov/"
PIP = "https://a127-pip.nyc.gov/webapp/PRDPCW/SelfService"
MOCS = "https://www.nyc.gov/site/mocs/index.page"
CITY = "https://www.nyc.gov/site/nobody/"  # what has a link to the City is about the City
ELSEWHERE, UNLINKED = RemarkKind.LEADS_ELSEWHERE, RemarkKind.NOT_LINKED


def test_the_notice() -> None:
    remarks = _remarks(NOTICE)
    assert [(one.kind, one.resource.id, one.place.line) for one in remarks] == [
        (UNLINKED, "hhs-prequalification", 18),
        (UNLINKED, "soliciting-agency-contact", 25),
        (UNLINKED, "rfx-discussion-forum", 27),
    ]
    home = NYC.resources["passport"].url
    assert {one.current_url for one in remarks} == {home}
    assert remarks[0].message == (
        f"HHS Prequalification Application is named but not linked; it is part of PASSPort, {home}"
    )


@pytest.mark.parametrize(
    ("text", "remarks"),
    [
        # The trap: two sites whose names are easily mixed up.
        (f"[PASSPort Public Portal]({PUBLIC})", [(ELSEWHERE, "passport-public-portal")]),
        (f"[PASSPort Public]({PORTAL})", [(ELSEWHERE, "passport-public")]),
        (f"[PASSPort Public Portal]({PORTAL}) [PASSPort Public]({PUBLIC})", []),
        # A name right before the address, in a text or in a list.
        (f"Visit the PASSPort Public Portal at {PUBLIC}.", [(ELSEWHERE, "passport-public-portal")]),
        (f"- PASSPort Public Portal: {PUBLIC}\n- PIP: {PIP}", [(ELSEWHERE, "passport-public-portal")]),
        (f"PIP (<{PORTAL}>)", [(ELSEWHERE, "pip")]),
        (f"PIP website <{PIP}>", []),
        # Wrapped or not is the same.
        (f"[PIP]({wrap(PORTAL)})", [(ELSEWHERE, "pip")]),
        (f"[PIP]({wrap(PIP)})", []),
        # Off to a stranger; only for the name alone.
        (f"[PIP](https://evil.example/) {CITY}", [(ELSEWHERE, "pip")]),
        (f"[Log in to PIP](https://evil.example/) {CITY}", [(ELSEWHERE, "pip")]),
        (f"[PIP](https://www.irs.gov/x) {CITY}", [(ELSEWHERE, "pip")]),
        (f"[PIP](https://www.nyс.gov/pip) {CITY}", [(ELSEWHERE, "pip")]),
        (f"[PIP](https://sam.gov/x) {CITY}", [(ELSEWHERE, "pip")]),
        ("[Payee Information Portal](https://evil.example/) [City Record Online](https://e.example/)", [(ELSEWHERE, "pip"), (ELSEWHERE, "city-record-online")]),
        (f"[A video about PIP](https://video.example/) {CITY}", [(UNLINKED, "pip")]),
        # No contradiction: a part, a page of the same site, a successor, a page about it.
        ("[PASSPort](https://passport.cityofnewyork.us/page.aspx/en/usr/login)", []),
        (f"[PASSPort]({PORTAL})", []),
        ("[PASSPort](https://www.nyc.gov/site/mocs/passport/articles/x.page)", []),
        ("[VENDEX](https://www.nyc.gov/passport)", []),
        ("[Learn PASSPort](https://www.nyc.gov/site/mocs/passport/getting-started-with-passport.page)", []),
        # A page of the City that goes by the name is a link for it, whatever else there is.
        ("[PIP](https://www.nyc.gov/site/xyz/index.page)", []),
        # More is said than a name: what the link is about, nobody can tell.
        (f"[Register in PASSPort before you are paid through PIP]({PIP})", [(UNLINKED, "passport")]),
        (f"[Sign the contract that you have in PASSPort]({PIP})", [(UNLINKED, "passport")]),
        # Named but not linked, each once.
        (f"PIP and PIP again, PASSPort {CITY}", [(UNLINKED, "pip"), (UNLINKED, "passport")]),
        ("See City Record Online: https://a856-cityrecord.nyc.gov/RequestDetail/20260101001", []),
        ("nothing of the kind", []),
        # What is meant elsewhere by the same name; who only speaks of it, or stands in for it.
        ("HR put me on a PIP. The BIS reported that rates rose. Install with PIP.", []),
        ("[ZAP](https://www.zaproxy.example/) finds holes; [PASSPort](https://passport.example/)", []),
        ("[Zoning Resolution](https://www.hamilton.example/zoning)", []),
        (f"[City Record](https://www.boston.gov/city-record) {CITY}", [(UNLINKED, "city-record-online")]),
        (f"[PASSPort](https://www.youtube.com/watch?v=x) {CITY}", [(UNLINKED, "passport")]),
        (f"[ZoLa](https://github.com/NYCPlanning/labs-zola) {CITY}", [(UNLINKED, "zola")]),
        (f"[PIP](https://bit.ly/x) {CITY}", [(UNLINKED, "pip")]),
        (f"[PIP](https://on.nyc.gov/x) {CITY}", []),
        (f"[PIP](https://web.archive.org/web/2020/https://www.nyc.gov/pip) {CITY}", [(UNLINKED, "pip")]),
        # A page of the body about its own resource; what stands on the line before an address.
        ("[DOB NOW](https://www1.nyc.gov/site/buildings/industry/dob-now.page)", []),
        # A page within the site of another body may be about it; the front page is not.
        ("[PASSPort](https://www.nyc.gov/site/hpd/vendors/passport.page)", []),
        ("[PASSPort](https://www.nyc.gov/site/hpd/index.page)", [(ELSEWHERE, "passport")]),
        # Two portals have the initials PIP, and nyc.gov/passport stands beside the name.
        ("[PIP](https://propertyinformationportal.nyc.gov/)", []),
        ("[PIP](https://a856-cityrecord.nyc.gov/)", [(ELSEWHERE, "pip")]),
        ("Create a PASSPort account at nyc.gov/passport", []),
        ("[ZoLa](https://zola.planninglabs.nyc/)", []),
        ("[HHS Accelerator](https://www.nyc.gov/site/mocs/passport/about-passport.page)", []),
        ("[PASSPort FAQs](https://www.bers.nyc.gov/site/mocs/passport/passport-faqs.page)", []),
        (f"Questions about PIP\n{MOCS} for MOCS", [(UNLINKED, "pip")]),
        (f"- PIP\n- {MOCS}", [(UNLINKED, "pip")]),
    ],
)  # fmt: skip
def test_names_against_links(text: str, remarks: list[tuple[RemarkKind, str]]) -> None:
    assert _told(text) == remarks


def test_labels_of_html() -> None:
    page = f'<p>See <a href="{PUBLIC}">PASSPort <b>Public</b> Portal</a> and P<i>IP</i>.</p>'
    (elsewhere, unlinked) = _remarks(page, "page.html")
    assert (elsewhere.kind, elsewhere.resource.id) == (ELSEWHERE, "passport-public-portal")
    assert (unlinked.kind, unlinked.resource.id) == (UNLINKED, "pip")
    assert elsewhere.message == (
        "a link named “PASSPort Public Portal” leads to PASSPort Public (contracts and RFx "
        f"data); PASSPort Public Portal (browse RFx) is at {PORTAL}"
    )
    assert (elsewhere.url, elsewhere.current_url) == (PUBLIC, PORTAL)


NAMED = "\n\nUse PASSPort and PIP. The City: https://www.nyc.gov/"
MOCS_SAYS = [
    ("a heading", "notice.md", "# Mayor’s Office of Contract Services"),
    ("a part of a heading", "notice.md", "Some words.\n\n# MOCS: how to"),
    ("a heading of AsciiDoc", "notice.adoc", "= Learning – MOCS"),
    ("a title in front", "notice.md", "---\ntitle: Learning | MOCS\n---"),
    ("the first line", "notice.txt", "NYC Mayor's Office of Contract Services (MOCS)"),
    ("a name in the first line", "notice.txt", "News from the Mayor's Office of Contract Services"),
    ("the title", "page.html", "<title>Learning to use | MOCS</title><p>"),
    ("a heading of a page", "page.html", "<h1>Mayor&#39;s Office of <b>Contract</b> Services</h1><p>"),
    ("the name of the site", "page.html", "<meta property='og:site_name' content='MOCS'><p>"),
    ("the canonical link", "page.html", "<link rel='canonical' href='https://www.nyc.gov/site/mocs/x.page'><p>"),
    ("the base", "page.html", "<base href='https://www.nyc.gov/site/mocs/'><p>"),
    ("the address for others", "page.html", "<meta property=og:url content='http://nyc.gov/mocs'><p>"),
    ("where it was saved", "page.html", "<!-- saved from url=(0036)https://www.nyc.gov/site/mocs/x.page -->\n<p>"),
    ("the folder of a copy", "copy/www.nyc.gov/site/mocs/x.txt", "Hello"),
]  # fmt: skip
NOBODY_SAYS = [
    ("nothing", "notice.md", "Hello"),
    ("a sentence", "notice.md", "The Mayor's Office of Contract Services asks everybody to look at this."),
    ("a later line", "notice.md", "Hello\n\nMayor's Office of Contract Services"),
    ("a word that is an acronym, too", "notice.md", "# Mocs"),
    ("the name of a resource", "notice.md", "# PASSPort"),
    ("another body", "notice.md", "# Department of Buildings"),
    ("a link to a style sheet", "page.html", "<link rel=stylesheet href='https://www.nyc.gov/site/mocs/x.css'><p>"),
    ("a page of the City", "page.html", "<link rel=canonical href='https://www.nyc.gov/x'><p>"),
    ("a folder with a dot", "docs/v1.2/x.txt", "Hello"),
]  # fmt: skip


@pytest.mark.parametrize("row", MOCS_SAYS, ids=[row[0] for row in MOCS_SAYS])
def test_a_body_need_not_link_its_own(row: tuple[str, str, str]) -> None:
    found = [(one.kind, one.resource.id) for one in _remarks(row[2] + NAMED, row[1])]
    assert found == [(RemarkKind.NOT_LINKED, "pip")]


@pytest.mark.parametrize("row", NOBODY_SAYS, ids=[row[0] for row in NOBODY_SAYS])
def test_others_should_link_what_they_name(row: tuple[str, str, str]) -> None:
    found = {one.resource.id for one in _remarks(row[2] + NAMED, row[1])}
    assert found == {"passport", "pip"}


def test_one_message_says_nothing_of_another() -> None:
    mails = "".join(
        f"From a@a.example Mon Nov 30 10:00:00 2026\nMessage-ID: <{number}@a.example>\n\n{text}\n\n"
        for number, text in enumerate(["MOCS" + NAMED, "Hello\n\nUse PASSPort."])
    )
    reader = RemarkReader(NYC)
    for document in read_each([mails.encode()], "box.mbox"):
        reader.read(document)
    assert {one.resource.id for one in reader.remarks()} == {"passport", "pip"}


@given(st.text(alphabet="<>/h1title -|:()#='\"\n", max_size=60))
def test_heads_are_total(text: str) -> None:
    head = head_of(text)
    assert all(head.titles)
    assert all(head.addresses)
    _remarks(f"{text}{NAMED}", "page.html")
    _remarks(f"{text}{NAMED}", f"{text}/notice.md")


def test_places_are_those_of_the_file() -> None:
    (one, other) = _remarks(f"\n\nSee\nthe  PIP: {PORTAL}\n\nand MOCS\nService Desk", "a.txt")
    assert (one.place.line, one.place.column) == (4, 11)
    assert (other.place.line, other.place.column) == (6, 5)


def test_messages_of_a_mailbox_are_one_file() -> None:
    reader = RemarkReader(NYC)
    reader.read(read(b"Subject: PIP\n\nPIP", "box.eml"))
    reader.read(read(f"Subject: x\n\n{PIP}".encode(), "box.eml"))
    assert reader.remarks() == []
    reader.read(read(f"PIP {CITY}".encode(), "another.txt"))
    assert [(one.file, one.resource.id) for one in reader.remarks()] == [("another.txt", "pip")]


def test_a_resource_without_any_home() -> None:
    catalog = Catalog(
        [Resource("a", "Alpha Desk", agency="X", sources=("me",))],
        [Agency("X", "X", domains=("x.example",))],
    )
    reader = RemarkReader(catalog)
    reader.read(read(b"the Alpha Desk at https://x.example/", "a.txt"))
    (remark,) = reader.remarks()
    assert remark.message == "Alpha Desk is named but not linked; it has no page of its own"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200))
def test_remarks_are_total(text: str) -> None:
    _remarks(text)


@pytest.mark.parametrize("before", ["", "    ", "\n  \n\t", "# "])
def test_the_place_of_a_name_in_the_first_line_counts_what_is_before_the_text(before: str) -> None:
    text = f"{before}Ask for the HHS Prequalification Application.\n\nSee {CITY}.\n"
    (remark,) = _remarks(text)
    line = before.count("\n") + 1
    column = text.splitlines()[line - 1].index("HHS") + 1
    assert (remark.place.line, remark.place.column) == (line, column)


# How a name may be spelt, as a pattern: what is found without one must be the same.
_AS_PATTERNS = {"'": "['’‘ʼ]", " ": r"[^\S\n]*(?:\n[^\S\n]*)?"}


def _model(words: Sequence[str], gaps: Sequence[str]) -> re.Pattern[str]:
    """The pattern of a name, from its words and what stands behind each of them."""
    several = len(words) > 1 or gaps[-1]
    spelt = [
        word if not several else f"(?i:{word})" if word.islower() else f"(?:{word}|{word.upper()})"
        for word in words
    ]
    between = [
        "(?=\\s)" * (gap == " ") + "".join(_AS_PATTERNS.get(one, re.escape(one)) for one in gap)
        for gap in gaps
    ]
    return re.compile(rf"(?<!\w){''.join(map(''.join, zip(spelt, between, strict=True)))}(?!\w)")


@pytest.mark.parametrize(
    ("words", "gaps"),
    [
        (["PIP"], [""]),
        (["pass"], [""]),
        (["Pass"], [")"]),
        (["PIP", "pass"], [" ", ""]),
        (["éa", "Straße"], [" ", ""]),
        (["M", "wbe"], ["/", ""]),
        (["Mayor", "s"], ["'", ""]),
        (["Getting", "311"], [": ", ""]),
        (["Health", "Safety"], [" & ", ""]),
        (["Health", "HS"], [" (", ")"]),
    ],
)
def test_a_name_is_found_where_its_pattern_is(words: list[str], gaps: list[str]) -> None:
    entry = Resource("x", "".join(map("".join, zip(words, gaps, strict=True))))
    names, model = Names({"x": entry}, names_of([entry])), _model(words, gaps)
    ways = [
        {word + gap for word in _written(one) for gap in _between(behind)}
        for one, behind in zip(words, gaps, strict=True)
    ]
    seen = set()
    for front, *pieces, end in product(["", "x", "("], *map(sorted, ways), ["", "x", ")"]):
        text = f"{front}{''.join(pieces)}{end}"
        found = [(one.start, one.end) for one in names.found_in(text)]
        assert found == [match.span() for match in model.finditer(text)], text
        assert names.may_be_in(text) is bool(found)
        seen.add(bool(found))
    assert seen == {True, False}


def _written(word: str) -> set[str]:
    return {word, word.upper(), word.lower(), word.title()}


def _between(gap: str) -> set[str]:
    return {gap, gap.strip(), gap.replace(" ", "\n"), gap.replace(" ", " \n "), f"{gap}\n\n", "’"}
