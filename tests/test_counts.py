"""Counts that a person means: an address counts once, however many files it stands in."""

from __future__ import annotations

import json

import pytest
from surveying import gone, read, report, works

from safelinks import Report
from safelinks.reports.rendering import RENDERERS

A = "https://a.example/page"
B = "https://b.example/"


@pytest.fixture(scope="module")
def found() -> Report:
    texts = (f"{A} {A} {B}", A, f"{A} {B}")
    documents = [read(text, f"{number}.md") for number, text in enumerate(texts)]
    return report(documents, [gone(A), works(B)])


@pytest.mark.parametrize("name", ["text", "markdown", "html"])
def test_what_fails_is_counted_by_address(name: str, found: Report) -> None:
    shown = "".join(RENDERERS[name](found)).replace("<strong>", "").replace("</strong>", "")
    assert "1 address fails the check (SL301; 4 places in 3 files)." in shown
    assert "1 of 2 addresses does not work (4 places in 3 files). Fix or remove it" in shown


def test_the_summary_counts_addresses_beside_entries(found: Report) -> None:
    summary = json.loads("".join(RENDERERS["json"](found)))["summary"]
    assert {name: number for name, number in summary["addresses"].items() if number} == {
        "alive": 1,
        "dead": 1,
    }
    assert summary["verdicts"]["dead"] == 3
    assert summary["failures"] == {"addresses": 1, "places": 4, "files": 3}


def test_a_job_is_told_of_addresses(found: Report) -> None:
    last = "2 addresses at 6 places in 3 files; 1 alive, 1 dead; 1 with errors."
    assert last in "".join(RENDERERS["markdown"](found))


def test_an_address_that_is_skipped_at_one_place_counts_as_what_it_is_elsewhere() -> None:
    label, link = read(f"[{A}]({B})\n", "a.md"), read(A, "b.md")
    for documents in ((label, link), (link, label)):
        summary = json.loads("".join(RENDERERS["json"](report(documents, [gone(A)]))))["summary"]
        assert (summary["addresses"]["dead"], summary["addresses"]["skipped"]) == (1, 1)
        assert (summary["verdicts"]["dead"], summary["verdicts"]["skipped"]) == (1, 2)
