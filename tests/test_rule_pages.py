"""The pages of the rules: each has the same parts in the same order, and `docs/rules.md` lists all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import safelinks
from safelinks.addresses.urls import split
from safelinks.catalog import Catalog, Sign
from safelinks.links.labels import shown_address

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / "src" / "safelinks" / "rules" / "pages").iterdir())
DOCUMENTED = (ROOT / "docs" / "rules.md").read_text("utf-8")

SECTIONS = ["Why it matters", "What to do", "Example", "When it is not a fault"]
LONGEST = 100
LINES = range(20, 41)
_TITLE = re.compile(r"# (?P<code>SL[0-9]{3}) (?P<name>[a-z]+(?:-[a-z]+)*)")
_ROW = re.compile(
    r"\| \[(?P<code>SL[0-9]{3})\]\((?P<path>[^)]*)\) \| (?P<name>[a-z-]+)"
    r" \| (?:error|warning|note) \| [^|]+ \| [^|]+ \|"
)
_ADDRESS = re.compile(r"[\w.+-]+(?:@|%40)([\w-]+(?:\.[\w-]+)+)")


def _title(page: Path) -> tuple[str, str]:
    """Code and name in the first line of a page."""
    match = _TITLE.fullmatch(page.read_text("utf-8").partition("\n")[0])
    assert match is not None, page.name
    return match["code"], match["name"]


@pytest.fixture(params=PAGES, ids=[page.stem for page in PAGES])
def page(request: pytest.FixtureRequest) -> Path:
    path = request.param
    assert isinstance(path, Path)
    return path


def test_a_page_begins_with_the_code_of_its_file(page: Path) -> None:
    assert page.name == f"{_title(page)[0]}.md"


def test_a_page_says_what_was_found_in_one_sentence(page: Path) -> None:
    _, blank, sentence, blank_too = page.read_text("utf-8").split("\n")[:4]
    assert (blank, blank_too) == ("", "")
    assert re.fullmatch(r"[A-Z][^.]*\.", re.sub(r"`[^`]*`", "", sentence))


def test_a_page_has_all_sections_in_order_and_none_is_empty(page: Path) -> None:
    _, *parts = page.read_text("utf-8").split("\n## ")
    assert [part.partition("\n")[0] for part in parts] == SECTIONS
    assert all(part.partition("\n")[2].strip() for part in parts)


def test_a_page_fits_on_a_terminal(page: Path) -> None:
    lines = page.read_text("utf-8").split("\n")
    assert lines.pop() == ""
    assert len(lines) in LINES
    assert [line for line in lines if len(line) > LONGEST or line != line.rstrip()] == []


def test_a_page_says_how_to_ignore_its_own_rule(page: Path) -> None:
    code = page.stem
    words = " ".join(page.read_text("utf-8").partition(f"## {SECTIONS[-1]}")[2].split())
    for way in (f"`safelinks: ignore[{code}]`", f"`--ignore {code}`", "`per-file-ignores`"):
        assert way in words
    assert set(re.findall(r"(?:ignore\[|--ignore |:)(SL[0-9]+)", words)) == {code}


def test_a_page_says_whether_it_can_be_mended_by_itself(page: Path) -> None:
    assert "--fix" in page.read_text("utf-8").partition("## What to do")[2].partition("\n## ")[0]


def test_a_page_has_neither_markup_nor_links_nor_the_address_of_a_person(page: Path) -> None:
    text = page.read_text("utf-8")
    prose = "\n".join(line for line in text.split("\n") if not line.startswith("    "))
    prose = re.sub(r"`[^`]*`", "", prose)
    assert re.search(r"</?[a-z]|\]\(|://", prose) is None
    hosts = _ADDRESS.findall(text)
    assert [host for host in hosts if not re.search(r"(?:^|\.)example(?:\.|$)", host)] == []


def test_every_page_names_only_rules_that_there_are() -> None:
    codes = {page.stem for page in PAGES}
    for page in PAGES:
        assert set(re.findall(r"\bSL[0-9]{3}\b", page.read_text("utf-8"))) <= codes


def test_the_list_of_rules_has_exactly_these_codes_and_names() -> None:
    rows = [match for line in DOCUMENTED.split("\n") if (match := _ROW.fullmatch(line))]
    assert [(row["code"], row["name"]) for row in rows] == [_title(page) for page in PAGES]
    assert [(ROOT / "docs" / row["path"]).resolve() for row in rows] == PAGES
    assert DOCUMENTED.count("| [SL") == len(rows) == 25
    assert len({row["name"] for row in rows}) == len(rows)


def test_the_list_of_rules_speaks_of_no_other_codes() -> None:
    codes = {page.stem for page in PAGES}
    assert set(re.findall(r"\bSL[0-9]{3}\b", DOCUMENTED)) <= codes


# --- What the examples show is so ---


def _addresses(code: str) -> list[str]:
    """The addresses in the example of a page, in order."""
    text = next(page for page in PAGES if page.stem == code).read_text("utf-8")
    example = text.partition("\n## Example\n")[2].partition("\n## ")[0]
    return re.findall(r"^ {4}(?:\[.*\]\()?(https?://[^\s)]+)", example, re.MULTILINE)


def test_what_was_wrapped_leads_to_what_is_written_instead() -> None:
    before, after = _addresses("SL104")
    assert safelinks.unwrap(before).target == after


def test_what_has_lost_its_target_tells_none() -> None:
    text = "\n\n".join(_addresses("SL103"))
    links = list(safelinks.find(text))
    assert len(links) == 3
    assert all(link.target is None or safelinks.unwrap(link.url).opaque for link in links)


def test_what_imitates_a_wrapper_is_none() -> None:
    genuine, *imitations = _addresses("SL201")
    assert safelinks.unwrap(genuine).layers
    assert imitations
    assert not any(safelinks.unwrap(url).layers for url in imitations)


def test_the_label_that_shows_another_site_is_mended() -> None:
    before, after = _addresses("SL202")
    assert before == after
    assert shown_address("www.example.org/benefits", before)
    assert not shown_address("the form on login.example.net", after)


@pytest.mark.parametrize(
    ("code", "sign"), [("SL205", Sign.STAGING), ("SL206", Sign.INSECURE_SIGN_IN)]
)
def test_what_is_suspicious_is_not_so_any_more(code: str, sign: Sign) -> None:
    before, after = _addresses(code)
    assert [one.sign for one in Catalog.nyc().suspicions(before)] == [sign]
    assert not Catalog.nyc().suspicions(after)


def test_every_imitation_of_the_city_is_seen() -> None:
    signs = [one.sign for url in _addresses("SL204") for one in Catalog.nyc().suspicions(url)]
    assert signs == [Sign.NAME_ELSEWHERE, Sign.LOOKALIKE, Sign.NUMBERED_ELSEWHERE, Sign.USERINFO]


def test_what_is_no_address_is_refused() -> None:
    *broken, mended = _addresses("SL308")
    assert len(broken) == 5
    for url in broken:
        with pytest.raises(safelinks.InvalidURLError):
            split(url)
    split(mended)


def test_the_former_address_is_one_of_the_current() -> None:
    former, current = _addresses("SL401")
    match = safelinks.identify(former)
    assert match.renamed
    assert match.current_url == current


def test_names_lead_where_the_catalog_says() -> None:
    wrong, right = map(safelinks.identify, _addresses("SL203"))
    assert wrong.resource is not None
    assert right.resource is not None
    assert "PASSPort Public" in right.resource.names
    assert wrong.resource != right.resource
