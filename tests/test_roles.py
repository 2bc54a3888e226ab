"""Addresses that nobody can follow: never asked, never called dead, never replaced."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping

import httpx
import pytest
from attrs import evolve
from building import wrap
from surveying import CATALOG, FORMER, NOW, by_url, gone, moved, read, survey, told, works

from safelinks import Checker, Document, Outcome, Policy, Reason, Report, Verdict
from safelinks.addresses.roles import Role
from safelinks.checks.assessment import Survey
from safelinks.checks.collecting import collect
from safelinks.checks.fix_plan import Mending
from safelinks.health.model.outcome import MEANING, OF_ROLE
from safelinks.reports import text_report
from safelinks.reports.jsonl_report import JsonLines
from safelinks.reports.rendering import render
from safelinks.reports.text_report import Detail, View
from safelinks.wrappers.unwrapping import Unwrapped

A = "https://a.example/page"
B = "https://b.example/other"


def _document(
    links: Iterable[tuple[str, Role | None]],
    labels: Mapping[int, str] | None = None,
    name: str = "a.txt",
) -> Document:
    """A text with a link a line, and a format that knows of each whether it is one."""
    links = list(links)
    document = read("".join(f"{url}\n" for url, _ in links), name)
    assert len(document.links) == len(links)
    labelled = labels or {}
    return told(
        document,
        (
            evolve(link, role=role, label=labelled.get(number))
            for number, (link, (_, role)) in enumerate(zip(document.links, links, strict=True))
        ),
    )


def _report(*documents: Document, outcomes: Iterable[Outcome] = ()) -> Report:
    return survey(*documents).report(by_url(outcomes))


@pytest.mark.parametrize("role", Role)
def test_each_role_is_a_reason_of_its_own(role: Role) -> None:
    (row,) = _report(_document([(A, role)]), outcomes=[gone(A)]).rows
    assert (row.verdict, row.outcome.reason) == (Verdict.SKIPPED, Reason(role.value))
    assert OF_ROLE[role] is row.outcome.reason
    assert MEANING[row.outcome.reason] not in (
        MEANING[reason] for reason in Reason if reason is not row.outcome.reason
    )
    assert not row.is_link


@pytest.mark.parametrize("role", Role)
def test_nothing_is_said_against_it(role: Role) -> None:
    document = _document([(A, role), (FORMER, role)])
    report = _report(document, outcomes=[gone(A), moved(FORMER, B)])
    assert report.findings == ()
    assert report.resources == ()


@pytest.mark.parametrize("role", Role)
def test_a_broken_address_is_none_of_a_link(role: Role) -> None:
    (row,) = _report(_document([("https://-.example/x", role)])).rows
    assert row.outcome.reason is OF_ROLE[role]


@pytest.mark.parametrize("role", Role)
def test_it_is_never_asked(role: Role) -> None:
    found = collect([_document([("http://a.example/", role), (B, None)])], CATALOG)
    assert found.targets == [B]
    assert found.over_https == []
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200)

    checker = Checker(Policy(retries=0), httpx.MockTransport(answer))
    asyncio.run(checker.check(found.targets))
    assert asked == [B]


def test_it_is_asked_where_it_is_a_link_as_well() -> None:
    found = collect([_document([(A, Role.LINK_TEXT), (A, None), (A, Role.SHORTENED)])], CATALOG)
    (group,) = found.groups.values()
    assert (group.role, found.targets) == (None, [A])


def test_the_reason_is_that_of_the_first() -> None:
    document = _document([(A, Role.TEMPLATE), (A, Role.LINK_TEXT)])
    (row,) = _report(document).rows
    assert row.outcome.reason is Reason.TEMPLATE


def test_another_file_may_link_it() -> None:
    """It is asked for the one file, and nothing of that is said of the other."""
    documents = (
        _document([(A, Role.DATA)], name="data.txt"),
        _document([(A, None)], name="link.txt"),
    )
    report = _report(*documents, outcomes=[gone(A)])
    assert [row.outcome.reason for row in report.rows] == [Reason.DATA, Reason.NOT_FOUND]
    assert [(one.code, one.file) for one in report.findings] == [("SL301", "link.txt")]


def test_what_the_network_says_is_told_where_it_is_a_link() -> None:
    document = _document([(A, Role.LINK_TEXT), (A, None), (A, Role.ATTRIBUTE_TEXT)])
    report = _report(document, outcomes=[gone(A)])
    assert [(one.code, one.place.line) for one in report.findings] == [("SL301", 2)]
    (row,) = report.rows
    assert [place.line for place in row.places] == [1, 2, 3]


@pytest.mark.parametrize("role", Role)
def test_wrappers_are_told_of_everywhere(role: Role) -> None:
    lost = "https://nam06.safelinks.protection.outlook.com/?data=05%7C01%7Ca%40b.example"
    report = _report(_document([(wrap(A), role), (lost, role)]))
    assert [(one.code, one.place.line) for one in report.findings if one.code != "SL101"] == [
        ("SL103", 2)
    ]
    assert ("SL101", 1) in [(one.code, one.place.line) for one in report.findings]


def test_a_label_is_compared_whatever_its_own_role_is() -> None:
    document = _document([(A, None), (B, Role.LINK_TEXT)], {0: B})
    report = _report(document, outcomes=[works(A)])
    assert [one.code for one in report.findings] == ["SL202"]


def test_an_imitation_is_told_of_where_the_address_is_whole() -> None:
    imitation = "https://nyc.gov.sign-in.example/login"
    whole = _report(_document([(imitation, Role.FORM_ACTION)]))
    cut = _report(_document([(imitation, Role.SHORTENED)]))
    assert [one.code for one in whole.findings] == ["SL204"]
    assert cut.findings == ()


def test_lines_of_json_tell_of_it_before_anybody_is_asked() -> None:
    documents = [_document([(A, Role.SCRIPT)], name="a"), _document([(A, None)], name="b")]
    found = collect(documents, CATALOG)
    told = Survey(found, CATALOG, now=NOW)
    lines = JsonLines(told)
    before = [json.loads(line) for line in lines.begin()]
    after = [json.loads(line) for line in lines.of(gone(A))]
    assert [(one["file"], one["reason"]) for one in before[1:]] == [("a", "script")]
    assert [one["file"] for one in after if one["type"] == "link"] == ["b"]


def test_json_tells_the_role_of_each_place() -> None:
    document = _document([(A, Role.LINK_TEXT), (A, None)])
    report = json.loads("".join(render(_report(document, outcomes=[works(A)]), "json")))
    assert [place["role"] for place in report["links"][0]["places"]] == ["link-text", None]


def test_the_text_report_counts_it_and_lists_it_with_v() -> None:
    report = _report(
        _document([(A, None), (B, Role.LINK_TEXT), ("https://c.example/{x}", Role.TEMPLATE)]),
        outcomes=[works(A)],
    )
    brief = "".join(render(report, "text"))
    long = "".join(text_report.render(report, View(Detail.VERBOSE)))
    assert "The address works." in brief
    assert "text of a link, not its target (1), template, not an address (1)" in brief
    assert B not in brief
    assert B in long
    assert "template, not an address" in long.partition("In a.txt")[2]


# --- What --fix writes ---

LINKED = [(A, None), (A, Role.LINK_TEXT)]


@pytest.mark.parametrize(
    ("links", "labels", "written"),
    [
        pytest.param([(A, None)], {}, {A: B}, id="a-link"),
        pytest.param([(A, Role.LINK_TEXT)], {}, {}, id="a-text-alone"),
        pytest.param(LINKED, {0: A}, {A: B}, id="with-a-text-of-its-own"),
        pytest.param(LINKED, {0: f"See {A} now"}, {A: B}, id="with-a-text-around-it"),
        pytest.param(LINKED, {0: "here"}, {A: B}, id="with-the-text-of-another"),
        pytest.param([*LINKED, (A, Role.LINK_TEXT)], {0: A}, {A: B}, id="one-text-too-many"),
        pytest.param([(A, None), (A, Role.NAMESPACE)], {0: A}, {A: B}, id="also-a-namespace"),
    ],
)
def test_what_is_planned_for_an_address_that_is_a_link_somewhere(
    links: list[tuple[str, Role | None]], labels: dict[int, str], written: dict[str, str]
) -> None:
    asked = survey(_document(links, labels))
    outcomes = by_url([moved(A, B)])
    plans = asked.mending(outcomes)
    assert {url: to for plan in plans.values() for url, to in plan.written.items()} == written
    findings = asked.report(outcomes).findings
    assert any(one.fixable for one in findings) == bool(written)


def test_an_address_is_replaced_where_it_is_a_link_and_nowhere_else() -> None:
    page = (
        '<a href="{0}">{1}</a> <p data-x="{1}">{0}</p><input value="{1}"><form action="{1}"></form>'
    )
    document = read(page.format(A, A), "a.html")
    plan = survey(document).mending(by_url([moved(A, B)]))["a.html"]
    assert document.rewritten(plan.of).decode() == page.format(B, A)


@pytest.mark.parametrize("role", Role)
def test_a_place_that_is_no_link_keeps_its_address_and_may_lose_its_wrapper(role: Role) -> None:
    plan = Mending(bare={A: {"SL104", "SL101"}}, written={A: B})
    plain = Unwrapped(A, A)
    assert plan.of(plain).target == B
    assert plan.of(plain, role).target == A
    wrapped = read(wrap(A)).links[0].unwrapped
    assert wrapped is not None
    assert plan.of(wrapped, role).target == A


def test_what_stays_on_purpose_does_not_undo_what_is_mended() -> None:
    plan = Mending(written={A: B}, marks={A: {"mark"}})
    left = _document([(B, None), (A, Role.LINK_TEXT)])
    assert plan.done(left.links) == {"mark"}
    assert plan.done(_document([(A, None)]).links) == set()
