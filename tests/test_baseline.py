"""Baselines: what is known of findings, what is new, what is gone, and the file that says so."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from attrs import evolve
from building import RECIPIENT, wrap
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import safelinks
from safelinks import CheckOptions, DocumentError, Outcome, Reason, Report, SetupError
from safelinks.addresses.place import Place
from safelinks.catalog import Catalog
from safelinks.checks.assessment import Survey
from safelinks.checks.baseline import Baseline, Entry, Matcher
from safelinks.checks.baseline_comparison import Comparison
from safelinks.checks.collecting import collect
from safelinks.checks.known_findings import BaselineChange, KnownFindings, located_from
from safelinks.cli.program import main
from safelinks.errors import NotWritableError
from safelinks.rules import RULES, Finding, Level, Selection

NOW = datetime(2026, 11, 23, tzinfo=UTC)
A, B = "https://a.example/", "https://b.example/"
PLAIN = "https://www.google.com/url?q=https%3A%2F%2Fa.example%2F"  # a wrapper that tells nothing
NOTES = Selection(fail_on=Level.NOTE)
NONE: Mapping[str, Reason] = {}


def _report(
    texts: Mapping[str, str],
    answers: Mapping[str, Reason] = NONE,
    selection: Selection | None = None,
    *,
    interrupted: bool = False,
    show_recipients: bool = False,
) -> Report:
    """What a check of `texts` reports; what has no answer was not asked."""
    found = collect(safelinks.read(text.encode(), name) for name, text in texts.items())
    catalog, chosen = Catalog.nyc(), selection or Selection()
    survey = Survey(found, catalog, chosen, show_recipients=show_recipients, now=NOW)
    outcomes = {url: Outcome(url, reason) for url, reason in answers.items()}
    return survey.report(outcomes, interrupted=interrupted)


def _finding(code: str = "SL301", subject: str = A, file: str = "a.txt", at: int = 1) -> Finding:
    rule = RULES[code]
    return Finding(code, rule.name, rule.level, "a message", file, Place(at, 1), subject)


def _known(*entries: Entry) -> Baseline:
    return Baseline(entries)


# What is known


def test_what_is_not_in_it_is_new() -> None:
    matcher = Matcher(_known(Entry("SL301", "a.txt", A)))
    assert matcher.known(_finding())
    for other in (_finding("SL303"), _finding(subject=B), _finding(file="b.txt")):
        assert not Matcher(_known(Entry("SL301", "a.txt", A))).known(other)


def test_the_third_is_new_where_two_are_known() -> None:
    matcher = Matcher(_known(Entry("SL301", "a.txt", A, 2)))
    assert [matcher.known(_finding(at=at)) for at in (1, 2, 3)] == [True, True, False]
    report = _report({"a.txt": f"{A}\n{A}\n{A}\n"}, {A: Reason.NOT_FOUND})
    marked = Comparison(report, _known(Entry("SL301", "a.txt", A, 2))).marked()
    assert [one.known for one in marked.findings] == [True, True, False]
    assert [one.place.line for one in marked.failures] == [3]
    assert marked.gone == ()


@pytest.mark.parametrize("code", ["SL301", "SL302"])
@pytest.mark.parametrize("reason", [Reason.NOT_FOUND, Reason.TIMEOUT])
def test_a_dead_link_may_be_failing_the_next_time(code: str, reason: Reason) -> None:
    known = _known(Entry(code, "a.txt", A))
    comparison = Comparison(_report({"a.txt": A}, {A: reason}), known)
    assert not comparison.marked().failing
    assert comparison.gone == ()
    assert comparison.updated() == known  # nothing to read in a diff


def test_dead_and_failing_count_together() -> None:
    matcher = Matcher(_known(Entry("SL302", "a.txt", A), Entry("SL301", "a.txt", A)))
    found = [matcher.known(_finding(code)) for code in ("SL302", "SL302", "SL301")]
    assert found == [True, True, False]


def test_what_was_marked_before_does_not_count() -> None:
    once = evolve(_finding(), known=True)
    assert not Matcher(Baseline()).marked(once).known


def test_files_go_by_the_name_that_the_baseline_has_for_them() -> None:
    report = _report({"a.txt": A}, {A: Reason.NOT_FOUND})
    known = _known(Entry("SL301", "docs/a.txt", A))
    assert not Comparison(report, known, "docs/{}".format).marked().failing
    assert Comparison(report, known, "docs/{}".format).updated() == known
    assert Comparison(report, known).marked().failing


# What is kept


KEPT: dict[str, tuple[Selection, list[str]]] = {
    "errors and warnings": (Selection(), ["SL101", "SL301"]),
    "where no level fails": (Selection(fail_on=None), ["SL101", "SL301"]),
    "notes too, where they fail": (NOTES, ["SL101", "SL104", "SL301"]),
    "by the level that is chosen": (Selection(levels={"SL104": Level.WARNING, "SL101": Level.NOTE}), ["SL104", "SL301"]),
    "by the rules that are chosen": (Selection(ignore=("SL3",)), ["SL101"]),
}  # fmt: skip


@pytest.mark.parametrize(("selection", "codes"), KEPT.values(), ids=KEPT)
def test_what_is_kept(selection: Selection, codes: list[str]) -> None:
    report = _report({"a.txt": f"{wrap(B)}\n{PLAIN}\n"}, {B: Reason.NOT_FOUND}, selection)
    updated = Comparison(report, Baseline()).updated()
    assert [entry.code for entry in updated.entries] == codes
    marked = Comparison(report, updated).marked()
    assert (marked.failing, marked.gone) == (False, ())


def test_a_known_note_stays_though_notes_do_not_fail_now() -> None:
    known = _known(Entry("SL104", "a.txt", A))
    report = _report({"a.txt": PLAIN})
    assert [one.code for one in report.findings] == ["SL104"]
    comparison = Comparison(report, known)
    assert (comparison.updated(), comparison.gone) == (known, ())
    assert Comparison(report, Baseline()).updated() == Baseline()


LOST_TARGET = wrap("").replace("url=&", "")


def test_nobody_is_named() -> None:
    report = _report({"a.txt": f"{wrap(f'{A}?m={RECIPIENT}')} {LOST_TARGET}"}, selection=NOTES)
    told = Comparison(report, Baseline()).updated().dump()
    assert told.count("SL10") >= 2
    assert RECIPIENT.partition("@")[0].lower() not in told.lower()


def test_a_wrapped_link_is_known_whether_its_recipient_is_shown_or_not() -> None:
    hidden, shown = (
        _report({"a.txt": LOST_TARGET}, show_recipients=show) for show in (False, True)
    )
    assert hidden.findings[0].subject != shown.findings[0].subject
    known = Comparison(hidden, Baseline()).updated()
    assert Comparison(shown, Baseline()).updated() == known
    assert all(one.known for one in Comparison(shown, known).marked().findings)


def test_an_entry_keeps_its_code_when_there_are_more() -> None:
    report = _report({"a.txt": f"{A}\n{A}\n"}, {A: Reason.NOT_FOUND})
    updated = Comparison(report, _known(Entry("SL302", "a.txt", A))).updated()
    assert updated == _known(Entry("SL302", "a.txt", A, 2))


# What is gone


ELSEWHERE = {"b.txt": "nothing"}
DEAD, MOVED, BARE = (Entry(code, "a.txt", A) for code in ("SL301", "SL303", "SL308"))
LOST = Entry("SL103", "a.txt", A)
GONE: dict[str, tuple[Entry, Report, bool]] = {
    "it works": (DEAD, _report({"a.txt": A}, {A: Reason.OK}), True),
    "it moved": (DEAD, _report({"a.txt": A}, {A: Reason.MOVED_PERMANENTLY}), True),
    "the link was taken out": (DEAD, _report({"a.txt": B}, {B: Reason.OK}), True),
    "the link was taken out, and nobody asked": (DEAD, _report({"a.txt": B}), True),
    "another rule's fault was mended": (LOST, _report({"a.txt": A}), True),
    "it has not moved": (MOVED, _report({"a.txt": A}, {A: Reason.OK}), True),
    "it moved and is dead now": (MOVED, _report({"a.txt": A}, {A: Reason.GONE}), True),
    "it is valid": (BARE, _report({"a.txt": A}, {A: Reason.NOT_FOUND}), True),
    "it moved and fails now": (MOVED, _report({"a.txt": A}, {A: Reason.TIMEOUT}), False),
    "nobody asked": (DEAD, _report({"a.txt": A}), False),
    "nobody asked whether it is valid": (BARE, _report({"a.txt": A}), False),
    "left out": (DEAD, _report({"a.txt": A}, {A: Reason.EXCLUDED}), False),
    "no network": (DEAD, _report({"a.txt": A}, {A: Reason.NO_NETWORK}), False),
    "nobody knows": (DEAD, _report({"a.txt": A}, {A: Reason.FORBIDDEN}), False),
    "the file was not read": (DEAD, _report(ELSEWHERE), False),
    "the rule was left out": (LOST, _report({"a.txt": A}, selection=Selection(ignore=("SL1",))), False),
    "others were chosen": (LOST, _report({"a.txt": A}, selection=Selection(("SL2",))), False),
    "left out of this file": (LOST, _report({"a.txt": A}, selection=Selection(per_file=(("*.txt", ("SL103",)),))), False),
    "half of what may be said of it was left out": (DEAD, _report({"a.txt": A}, {A: Reason.TIMEOUT}, Selection(ignore=("SL302",))), False),
    "interrupted": (DEAD, _report({"a.txt": A}, {A: Reason.OK}, interrupted=True), False),
    "of a newer safelinks": (Entry("SL999", "a.txt", A), _report({"a.txt": A}, {A: Reason.OK}), False),
    "never spoken of": (Entry("XY1", "b.txt", ""), _report({"a.txt": A}, {A: Reason.OK}), False),
}  # fmt: skip


@pytest.mark.parametrize(("entry", "report", "gone"), GONE.values(), ids=GONE)
def test_what_is_gone(entry: Entry, report: Report, gone: bool) -> None:
    comparison = Comparison(report, _known(entry))
    assert comparison.marked().gone == ((entry,) if gone else ())
    assert (entry in comparison.updated().entries) is not gone
    partial = Comparison(report, _known(entry), partial=True)
    assert partial.marked().gone == ()
    assert entry in partial.updated().entries


def test_some_of_them_are_gone() -> None:
    report = _report({"a.txt": f"{A}\n{A}\n"}, {A: Reason.NOT_FOUND})
    comparison = Comparison(report, _known(Entry("SL302", "a.txt", A, 5)))
    assert comparison.marked().gone == (Entry("SL302", "a.txt", A, 3),)
    assert comparison.updated() == _known(Entry("SL302", "a.txt", A, 2))


def test_what_is_found_once_is_found_everywhere() -> None:
    report = _report({"a.txt": A}, {A: Reason.FORBIDDEN})
    comparison = Comparison(report, _known(Entry("SL304", "a.txt", A, 2)))
    assert comparison.gone == (Entry("SL304", "a.txt", A),)


def test_addresses_that_look_the_same_may_have_different_fates() -> None:
    urls = [f"{A}?m={name}%40example.org" for name in ("one", "two")]
    mail = "".join(
        f"{wrap(url).replace('First.Last', name)}\n"
        for url, name in zip(urls, ("one", "two"), strict=True)
    )
    report = _report(
        {"a.txt": mail},
        {urls[0]: Reason.NOT_FOUND, urls[1]: Reason.FORBIDDEN},
        Selection(("SL301", "SL302")),
    )
    assert len({finding.subject for finding in report.findings}) == 1
    entry = Entry("SL301", "a.txt", report.findings[0].subject, 2)
    assert Comparison(report, _known(entry)).gone == ()


def test_files_that_are_no_more() -> None:
    newer = Entry("SL999", "old.txt", A)
    known = _known(Entry("SL301", "old.txt", A), Entry("SL301", "b.txt", A), newer)
    comparison = Comparison(_report({"a.txt": ""}), known, exists="b.txt".__eq__)
    assert comparison.updated() == _known(Entry("SL301", "b.txt", A), newer)
    assert comparison.marked().gone == (Entry("SL301", "old.txt", A),)


# The file


def test_the_text_of_a_file() -> None:
    known = _known(
        Entry("SL402", "docs/b.md", "passport"),
        Entry("SL301", "docs/b.md", A, 2),
        Entry("SL301", "docs/a.md", "https://a.example/é\u202e"),
    )
    assert known.dump() == (
        "{\n"
        '  "version": 1,\n'
        '  "findings": [\n'
        '    {"code": "SL301", "file": "docs/a.md", "subject": "https://a.example/\\u00e9\\u202e"},\n'
        '    {"code": "SL301", "file": "docs/b.md", "subject": "https://a.example/", "count": 2},\n'
        '    {"code": "SL402", "file": "docs/b.md", "subject": "passport"}\n'
        "  ]\n"
        "}\n"
    )
    assert Baseline().dump() == '{\n  "version": 1,\n  "findings": []\n}\n'
    assert (known.total, Baseline().total) == (4, 0)


def test_the_file_that_is_documented() -> None:
    documented = (Path(__file__).parent.parent / "docs" / "baseline.md").read_text("utf-8")
    text = documented.partition("```json\n")[2].partition("```")[0]
    assert Baseline.parse(text, "b.json").dump() == text


def test_entries_that_are_alike_add_up() -> None:
    row = {"code": "SL301", "file": "a.txt", "subject": A}
    text = json.dumps({"version": 1, "findings": [row, {**row, "count": 2}, row]})
    assert Baseline.parse(text, "b.json") == _known(Entry("SL301", "a.txt", A, 4))


ROW = '{"code": "SL301", "file": "a", "subject": "b"'
WRONG: dict[str, tuple[str, int, str]] = {
    "no JSON": ('{\n"version": 1,\n]', 3, "property name"),
    "empty": ("", 1, "expecting value"),
    "a list": ("\n[]", 2, "object"),
    "a number with a name": ('{"version": NaN}', 1, "not a JSON number"),
    "twice": ('{"version": 1,\n"version": 1, "findings": []}', 2, "twice"),
    "no version": ('\n{"findings": []}', 2, "version must be 1"),
    "version: text": ('{\n"version": "1", "findings": []}', 2, "version must be 1"),
    "version: true": ('{\n"version": true, "findings": []}', 2, "version must be 1"),
    "version: 0": ('{\n"version": 0, "findings": []}', 2, "version must be 1"),
    "version: newer": ('{\n"version": 2, "entries": []}', 2, "update safelinks"),
    "no findings": ('{"version": 1}', 1, '"findings" must be a list'),
    "findings: an object": ('{"version": 1,\n"findings": {}}', 2, '"findings" must be a list'),
    "beside the findings": ('{"version": 1, "findings": [],\n"more": 1}', 2, 'no "more"'),
    "an entry: text": ('{"version": 1, "findings": [\n"a"]}', 2, "object"),
    "code: a number": ('{"version": 1, "findings": [\n{"code": 301}]}', 2, '"code" must be'),
    "file: empty": (f'{{"version": 1, "findings": [\n{ROW}}},\n{{"code": "a",\n"file": ""}}]}}', 4, '"file" must be'),
    "no subject": ('{"version": 1, "findings": [\n{"code": "a", "file": "b"}]}', 2, 'needs a "subject"'),
    "subject: null": ('{"version": 1, "findings": [\n{"subject": null}]}', 2, '"subject" must be'),
    "count: 0": (f'{{"version": 1, "findings": [\n{ROW}, "count": 0}}]}}', 2, '"count" must be'),
    "count: true": (f'{{"version": 1, "findings": [\n{ROW}, "count": true}}]}}', 2, '"count" must be'),
    "count: 1.0": (f'{{"version": 1, "findings": [\n{ROW}, "count": 1.0}}]}}', 2, '"count" must be'),
    "cout": (f'{{"version": 1, "findings": [\n{ROW}, "cout": 2}}]}}', 2, 'no "cout"'),
    "a conflict": ('{"version": 1, "findings": [\n<<<<<<< HEAD\n=======\n>>>>>>> main\n]}', 2, "unresolved merge conflict (<<<<<<<)"),
    "the end of a conflict": ('{"version": 1, "findings": []\n}\n>>>>>>> main', 3, "unresolved merge conflict (>>>>>>>)"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line", "told"), WRONG.values(), ids=WRONG)
def test_what_is_no_baseline(text: str, line: int, told: str) -> None:
    with pytest.raises(DocumentError) as caught:
        Baseline.parse(text, "known.json")
    sentence = str(caught.value)
    assert sentence.startswith(f"known.json, line {line}")
    assert told in sentence
    assert "\n" not in sentence


HOSTILE = {"deep": "[" * 100_000, "digits": f'{{"version": {"9" * 5_000}}}', "open": '{"' * 10_000}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_files(text: str) -> None:
    with pytest.raises(DocumentError, match=r"\Aknown\.json"):
        Baseline.parse(text, "known.json")


def test_signs_of_a_conflict_within_an_address() -> None:
    known = _known(Entry("SL301", "a.txt", "https://a.example/\n<<<<<<< HEAD"))
    assert Baseline.parse(known.dump(), "b.json") == known


# Properties


ENTRIES = st.builds(
    Entry,
    st.sampled_from(["SL301", "SL302", "SL103", "SL304", "SL402", "SL999"]),
    st.sampled_from(["a.txt", "b.txt", "c.txt"]) | st.text(min_size=1),
    st.sampled_from([A, B]) | st.text(),
    st.integers(1, 4),
)
BASELINES = st.builds(Baseline, st.lists(ENTRIES))
FINDINGS = st.lists(
    st.builds(
        _finding,
        st.sampled_from(["SL301", "SL302", "SL103", "SL304", "SL402"]),
        st.sampled_from([A, B]),
        st.sampled_from(["a.txt", "b.txt"]),
        st.integers(1, 9),
    )
)
SELECTIONS = st.sampled_from([Selection(), NOTES, Selection(("SL301",)), Selection(fail_on=None)])


@given(BASELINES)
def test_a_file_says_what_was_written(known: Baseline) -> None:
    text = known.dump()
    assert Baseline.parse(text, "b.json") == known
    assert Baseline.parse("\ufeff" + text.replace("\n", "\r\n"), "b.json") == known
    assert text.isascii()
    assert text.count("\n") == (len(known.entries) + 5 if known.entries else 4)


@given(st.text() | st.lists(st.sampled_from(['{', '}', '[', ']', '"version"', '"findings"', ":", "1", ",", ROW, "\n", "<<<<<<<"])).map("".join))  # fmt: skip
def test_any_text(text: str) -> None:
    try:
        known = Baseline.parse(text, "b.json")
    except DocumentError:
        return
    assert Baseline.parse(known.dump(), "b.json") == known


@given(BASELINES, FINDINGS, SELECTIONS, st.booleans(), st.randoms())
def test_after_an_update_nothing_fails(
    known: Baseline,
    findings: list[Finding],
    selection: Selection,
    partial: bool,
    order: random.Random,
) -> None:
    report = Report((), ("a.txt", "b.txt"), findings=tuple(findings), selection=selection)
    before = Comparison(report, known, partial=partial)
    updated = before.updated()
    after = Comparison(report, updated, partial=partial)
    assert not after.marked().failing
    assert after.gone == ()
    assert after.updated() == updated
    order.shuffle(findings)
    other = Comparison(evolve(report, findings=tuple(findings)), known, partial=partial)
    assert other.updated() == updated
    assert other.gone == before.gone
    assert sum(one.known for one in other.marked().findings) == sum(
        one.known for one in before.marked().findings
    )


# With files


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text(A)
    monkeypatch.chdir(tmp_path)
    return tmp_path


FILE = "known.json"
BROKEN = _report({"docs/a.txt": A}, {A: Reason.NOT_FOUND})


def _saved(report: Report = BROKEN, path: str = FILE) -> BaselineChange | None:
    known = KnownFindings.open(path, report.selection, update=True)
    return known.save(known.mark(report))


def test_two_runs_write_the_same(folder: Path) -> None:
    change = _saved()
    first = (folder / FILE).read_bytes()
    assert b'"file": "docs/a.txt"' in first
    assert change == BaselineChange(Path(FILE), total=1, new=1, gone=0)
    assert str(change) == "known.json: 1 finding in the baseline, 1 new, 0 removed"
    change = _saved(_report({"docs/a.txt": A}, {A: Reason.TIMEOUT}))
    assert (folder / FILE).read_bytes() == first
    assert change == BaselineChange(Path(FILE), total=1, new=0, gone=0)
    change = _saved(_report({"docs/a.txt": A}, {A: Reason.OK}))
    assert (folder / FILE).read_text() == Baseline().dump()
    assert str(change) == "known.json: 0 findings in the baseline, 0 new, 1 removed"
    assert [one.name for one in folder.iterdir() if one.is_file()] == [FILE]


def test_a_report_says_what_is_known_and_what_is_gone(folder: Path) -> None:
    _saved()
    known = KnownFindings.open(FILE, Selection())
    assert known.mark(BROKEN).exit_code == 0
    works = known.mark(_report({"docs/a.txt": A}, {A: Reason.OK}))
    assert works.gone == (Entry("SL301", "docs/a.txt", A),)
    before = (folder / FILE).read_bytes()
    known.save(works)
    assert (folder / FILE).read_bytes() == before


def test_findings_one_by_one(folder: Path) -> None:
    (folder / FILE).write_text(_known(Entry("SL301", "docs/a.txt", A)).dump())
    once = KnownFindings.open(FILE, Selection())
    twice = [_finding(file="docs/a.txt"), _finding(file="docs/a.txt", at=2)]
    assert [once.each(one).known for one in twice] == [True, False]
    assert once.mark(BROKEN).findings[0].known  # a report is counted afresh
    update = KnownFindings.open(FILE, Selection(), update=True)
    note = evolve(twice[0], level=Level.NOTE)
    assert [update.each(one).known for one in (*twice, note)] == [True, True, False]


def test_without_a_baseline() -> None:
    nothing = KnownFindings.open(None, Selection())
    finding = BROKEN.findings[0]
    assert nothing.mark(BROKEN) is BROKEN
    assert nothing.each(finding) is finding
    nothing.save(BROKEN)


def test_in_the_run_that_updates_all_is_known(folder: Path) -> None:
    known = KnownFindings.open(FILE, Selection(), update=True)
    assert known.mark(BROKEN).exit_code == 0
    assert not (folder / FILE).exists()


def test_an_interrupted_run_writes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut = evolve(BROKEN, interrupted=True)
    assert _saved(cut) is None
    assert not (folder / FILE).exists()
    assert not KnownFindings.open(FILE, update=True).mark(cut).findings[0].known

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(safelinks.Checker, "check", stop)
    args = ["check", "--baseline", FILE, "--update-baseline", "docs/a.txt"]
    result = CliRunner().invoke(main, args)
    assert result.exit_code == 130
    assert "Warning: known.json: the check was interrupted" in result.stderr
    assert not (folder / FILE).exists()


def test_a_deleted_file(folder: Path) -> None:
    (folder / "loop").symlink_to("loop")  # where nobody can look, anything may be
    names = ("docs/a.txt", "loop/a.txt", "<stdin>", "old.txt", "docs/a.txt/b", "a\0b")
    entries = [Entry("SL301", name, A) for name in names]
    (folder / FILE).write_text(Baseline(entries).dump())
    _saved(_report({"docs/b.txt": ""}))
    left = Baseline.parse((folder / FILE).read_text(), FILE)
    assert [entry.file for entry in left.entries] == ["<stdin>", "docs/a.txt", "loop/a.txt"]


def test_standard_input_is_nowhere(folder: Path) -> None:
    _saved(_report({"<stdin>": A}, {A: Reason.NOT_FOUND}), "docs/known.json")
    assert '"file": "<stdin>"' in (folder / "docs/known.json").read_text()


def test_from_another_directory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _saved()
    monkeypatch.chdir(folder / "docs")
    for name in ("a.txt", "./a.txt", "../docs/a.txt", str(folder / "docs" / "a.txt")):
        report = _report({name: A}, {A: Reason.NOT_FOUND})
        for path in (f"../{FILE}", str(folder / FILE)):
            assert not KnownFindings.open(path, Selection()).mark(report).failing


def test_by_way_of_a_link(folder: Path) -> None:
    link = folder / "link"
    link.symlink_to(folder / "docs", target_is_directory=True)
    located = located_from(folder / "docs")
    assert located(str(link / "a.txt")) == located("docs/a.txt") == "a.txt"
    assert located_from(link)("docs/a.txt") == "a.txt"
    assert located_from(folder)("link/a.txt") == "link/a.txt"  # in it under this name, too
    assert located_from(folder / "docs")("b.txt") == "../b.txt"


def test_the_file_of_a_link_is_replaced(folder: Path) -> None:
    (folder / "real.json").write_text(Baseline().dump())
    (folder / FILE).symlink_to("real.json")
    _saved()
    assert (folder / FILE).is_symlink()
    assert "SL301" in (folder / "real.json").read_text()


def _unusable(folder: Path) -> dict[str, str]:
    (folder / "latin.json").write_bytes(b'{"version": 1,\n"\xe9')
    (folder / "notice.json").write_text("{}\n")
    return {
        "docs": "docs: this is a directory",
        "latin.json": "latin.json, line 2: not UTF-8",
        "notice.json": "notice.json, line 1: not a baseline",
    }


@pytest.mark.parametrize("update", [False, True])
def test_what_cannot_be_used(folder: Path, update: bool) -> None:
    for name, told in _unusable(folder).items():
        with pytest.raises(DocumentError, match=told):
            KnownFindings.open(name, Selection(), update=update)
    assert (folder / "notice.json").read_text() == "{}\n"


@pytest.mark.usefixtures("folder")
def test_a_baseline_that_is_not_there() -> None:
    with pytest.raises(DocumentError, match="no such baseline; create it with --update"):
        KnownFindings.open(FILE, Selection())
    with pytest.raises(NotWritableError, match=r"none/known\.json: the directory"):
        KnownFindings.open("none/known.json", Selection(), update=True)


@pytest.mark.parametrize(
    "args",
    [
        ["--baseline", "x", "-o", "x"],
        ["--baseline", "x", "--update-baseline", "--format", "json=./x"],
        ["--history", "x", "--format", "json", "-o", "docs/../x"],
        ["--baseline", "x", "--update-baseline", "--history", "x"],
    ],
)
def test_no_file_is_two_things_at_once(args: list[str], folder: Path) -> None:
    content = _known(Entry("SL301", "docs/a.txt", A)).dump()
    (folder / "x").write_text(content)
    result = CliRunner().invoke(main, ["check", "--offline", *args, "docs"])
    assert (result.exit_code, (folder / "x").read_text()) == (2, content)
    assert "Use another file for one of them" in result.stderr


def test_what_is_known_is_known_whatever_is_shown(folder: Path) -> None:
    texts = [wrap(f"{A}?m={RECIPIENT}"), f"{B}?m={RECIPIENT}", f"https://me@{A[8:]}x"]
    (folder / "docs" / "a.txt").write_text("\n".join(texts))
    args = ["check", "--offline", "--baseline", FILE, "--fail-on", "note", "docs"]
    run = CliRunner().invoke
    assert run(main, [*args, "--update-baseline"]).exit_code == 0
    assert RECIPIENT.lower() not in (folder / FILE).read_text().lower()
    for how in ([], ["--show-recipients"], ["--show-recipients", "--format", "jsonl"]):
        result = run(main, [*args, *how])
        assert result.exit_code == 0, result.stdout
        assert '"known": false' not in result.stdout


@pytest.mark.usefixtures("folder")
def test_options_that_disagree() -> None:
    run = CliRunner().invoke
    result = run(main, ["check", "--offline", "--update-baseline", FILE])
    assert (result.exit_code, "needs a --baseline FILE" in result.stderr) == (2, True)
    args = [
        "check",
        "--offline",
        "--update-baseline",
        "--baseline",
        FILE,
        "--show-recipients",
        FILE,
    ]
    result = run(main, args)
    assert (result.exit_code, "a baseline contains no recipients" in result.stderr) == (2, True)
    with pytest.raises(SetupError, match="needs a baseline to write to"):
        CheckOptions(update_baseline=True)
    with pytest.raises(SetupError, match="leave out show_recipients"):
        CheckOptions(baseline=FILE, update_baseline=True, show_recipients=True)
    with pytest.raises(SetupError, match="name its file"):
        KnownFindings.open(None, update=True)


def test_no_permission(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError

    (folder / FILE).write_text(Baseline().dump())
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(DocumentError, match="no permission to read"):
        KnownFindings.open(FILE, Selection())
