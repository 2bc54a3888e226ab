"""What rules are told and what they say, value by value: links, findings, selections, comments."""

from __future__ import annotations

from typing import Any

import pytest
from building import wrap
from surveying import gone, read, report

from safelinks import Level, Selection, SetupError
from safelinks.addresses.place import Place
from safelinks.rules import Finding
from safelinks.rules.checked_link import over_https
from safelinks.rules.suppressions import ALL, NOTHING_IGNORED, ignored_in

A = "https://a.example/page"


def _finding(code: str = "SL301", url: str | None = None, resource: str | None = None) -> Finding:
    return Finding(code, "x", Level.ERROR, "x", "a.txt", Place(line=1), url, resource)


OVER_HTTPS = {
    "http://a.example/b": "https://a.example/b",
    "HTTP://a.example": "https://a.example",
    "http://a.example/b:8080/": "https://a.example/b:8080/",
    "http://a.example?b:80": "https://a.example?b:80",
    "http://a.example#b:80": "https://a.example#b:80",
    "http://a.example:8080/": None,
    "http://a.example:8080": None,
    "http://a.example:8080?x": None,
    "http://me:1@a.example:8080#x": None,
    "https://a.example/": None,
    "httpx://a.example/": None,
}


@pytest.mark.parametrize("url", OVER_HTTPS)
def test_an_address_over_https(url: str) -> None:
    assert over_https(url) == OVER_HTTPS[url]


def test_an_address_is_shown_as_it_is_written() -> None:
    for text, shown in (("www.a.example/x", "www.a.example/x"), (wrap(A), A), (A, A)):
        (link,) = report(text).rows
        assert link.address == shown


def test_a_finding_is_about_an_address_a_resource_or_a_comment() -> None:
    assert _finding(url=A, resource="x").subject == A
    assert _finding(url=A).subject == A
    assert _finding(resource="x").subject == "x"
    assert _finding().subject == _finding().message != ""  # about a comment
    assert not _finding().excused


def test_whether_a_link_works_comes_first() -> None:
    codes = ["SL101", "SL201", "SL301", "SL401"]
    assert sorted(codes, key=lambda code: _finding(code).gravity) == [
        "SL301",
        "SL201",
        "SL401",
        "SL101",
    ]


def test_the_address_of_a_finding_is_where_the_link_leads() -> None:
    assert {one.url for one in report(wrap(A), [gone(A)]).findings} == {A}


def test_no_script_is_written_in_the_place_of_its_wrapper() -> None:
    (found,) = report(wrap("javascript:alert(1)")).findings
    assert (found.code, found.replacement, found.fixable) == ("SL101", None, False)


@pytest.mark.parametrize(
    ("name", "text", "within"),
    [("a.html", f"<p><!-- {A} -->", "in a comment"), ("a.md", f"`{A}`", "in code")],
)
def test_where_nobody_reads_it_is_said(name: str, text: str, within: str) -> None:
    (found,) = report(read(text, name), [gone(A)]).findings
    assert (found.level, found.message.rpartition("; ")[2]) == (Level.NOTE, within)
    (found,) = report(read(text, name), [gone(A)], Selection(verbatim=True)).findings
    assert found.level is Level.ERROR
    assert not Selection().verbatim


WRONG: list[dict[str, Any]] = [
    {"per_file": {"a": (1,)}}, {"per_file": {1: ("SL1",)}}, {"per_file": [("a", 1)]}, {"per_file": 1}, {"per_file": ["a"]},
    {"levels": {1: "error"}}, {"levels": [("SL1", "error")]}, {"levels": 1}, {"levels": {"SL1": "bad"}},
]  # fmt: skip


@pytest.mark.parametrize("given", WRONG)
def test_what_no_selection_is_made_of(given: dict[str, Any]) -> None:
    with pytest.raises(SetupError):
        Selection(**given)


COMMENTS: dict[str, dict[int, tuple[str, ...]]] = {
    "safelinks: ignore": {1: (ALL,), 2: (ALL,)},
    "safelinks: ignore=SL301": {1: ("SL301",), 2: ("SL301",)},
    "safelinks: ignore(SL301)": {1: ("SL301",), 2: ("SL301",)},
    "safelinks: ignore\tSL301,\tSL302": {1: ("SL301", "SL302"), 2: ("SL301", "SL302")},
    "x\r\ny\nsafelinks: ignore": {3: (ALL,), 4: (ALL,)},
    "x\ry\rsafelinks: ignore": {3: (ALL,), 4: (ALL,)},
    "(safelinks: ignore)": {1: (ALL,), 2: (ALL,)},
    **{f"{char}safelinks: ignore": {} for char in "w/.?=&%-"},
    "safelinks: ignored": {},
    "safelinks: ignore-all": {},
    "safelinks: ignorefile": {},
}


@pytest.mark.parametrize("text", COMMENTS)
def test_what_is_a_comment(text: str) -> None:
    ignored = ignored_in(text, [])
    assert dict(ignored.lines) == COMMENTS[text]
    assert bool(ignored) is bool(COMMENTS[text])
    assert ignored.at(None) == NOTHING_IGNORED.at(1) == ()
