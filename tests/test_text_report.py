"""The report for people: what comes first, how much is said, and what must not get through."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from attrs import evolve
from building import HOST, RECIPIENT, encode, wrap
from click.testing import CliRunner, Result
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st
from surveying import CURRENT, FORMER, NOW, UNSURE, gone, moved, read, redirected, report, works

from safelinks import Document, Level, Report, Selection
from safelinks.addresses.place import Place
from safelinks.addresses.printable import printable
from safelinks.cli.program import main
from safelinks.health.model.outcome import Certificate, Hop, Outcome, Past, Reason
from safelinks.reports.text_report import Detail, View, render
from safelinks.reports.wording.address_names import shortened, where
from safelinks.reports.wording.conclusion import conclusion
from safelinks.reports.wording.headline import headline

A = "https://a.example/page"
B = "https://b.example/"
C = "https://c.example/"
GOOGLE = f"https://www.google.com/url?q={encode(A)}&sa=D"
LOST = f"https://{HOST}/GetUrlReputation"
TEAMS = (
    "https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html"
    f"?url={encode(B)}&locale=en-us&dest=x&pc=SECRET"
)


def _text(found: Report, detail: Detail = Detail.NORMAL, columns: int | None = None) -> str:
    return click.unstyle("".join(render(found, View(detail, columns))))


def _sentences(found: Report) -> list[str]:
    return [one.text for one in headline(found)]


def _asked(reason: Reason, *urls: str) -> list[Outcome]:
    return [Outcome(url, reason) for url in urls]


def _of_another(found: Report) -> Report:
    """With a finding that fails and is about none of the addresses."""
    (first, *rest) = found.findings
    return evolve(found, findings=(first, *rest, evolve(first, url=None, resource="a")))


def _pdf(*urls: str) -> Document:
    """What cannot be changed, with links."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica")
    for url in urls:
        pdf.cell(text="here", link=url)
    return read(bytes(pdf.output()), "a.pdf")


def _ending(url: str) -> Outcome:
    return Outcome(url, Reason.OK, (Hop(url, 200),), certificate=Certificate(NOW, NOW))


def _known(found: Report, file: str | None = None) -> Report:
    findings = (evolve(one, known=one.known or file in (None, one.file)) for one in found.findings)
    return evolve(found, findings=tuple(findings))


SENTENCES: dict[str, tuple[Callable[[], Report], list[str]]] = {
    "none": (lambda: report("nothing"), ["No links were found."]),
    "1 works": (lambda: report(A, [works(A)]), ["The address works."]),
    "2 work": (lambda: report(f"{A} {B}", [works(A), works(B)]), ["Both addresses work."]),
    "1 dead": (lambda: report(A, [gone(A)]), ["1 of 1 address does not work. Fix or remove it."]),
    "2 dead": (
        lambda: report(f"{A} {B} {C}", [gone(A), gone(B), works(C)]),
        ["2 of 3 addresses do not work. Fix or remove them."],
    ),
    "1 dead in 2 files": (
        lambda: report([read(f"{A} {A} {B}", "a.txt"), read(f"{A} {C}", "b.txt")], [gone(A), works(B), works(C)]),
        ["1 of 3 addresses does not work (3 places in 2 files). Fix or remove it."],
    ),
    "2 dead, of which 1 in 2 files": (
        lambda: report([read(f"{A} {B}", "a.txt"), read(A, "b.txt")], [gone(A), gone(B)]),
        ["2 of 2 addresses do not work (3 places in 2 files). Fix or remove them."],
    ),
    "1 works in 2 files": (
        lambda: report([read(A, "a.txt"), read(f"{A} {A}", "b.txt")], [works(A)]),
        ["The address works."],
    ),
    "1 works where it is a link": (
        lambda: report([read(f'<link rel="preconnect" href="{A}">', "a.html"), read(f"{A} {B}", "b.txt")], [works(A), works(B)]),
        ["Skipped: connection hint, not a link (1).", "Both addresses work."],
    ),
    "1 uncertain in 2 files": (
        lambda: report([read(A, "a.txt"), read(A, "b.txt")], _asked(Reason.BOT_WALL, A)),
        ["1 address blocks automated requests. Open it in a browser."],
    ),
    "1 skipped in 2 files": (
        lambda: report([read(A, "a.txt"), read(A, "b.txt")], _asked(Reason.EXCLUDED, A)),
        ["Skipped: excluded (1)."],
    ),
    "1 not asked in 2 files": (
        lambda: report([read(A, "a.txt"), read(f"{A} {B}", "b.txt")]),
        ["The addresses were not checked. They may not work."],
    ),
    "1 newer in 2 files": (
        lambda: report([read(A, "a.txt"), read(A, "b.txt")], [moved(A, C)]),
        ["1 address should be replaced by a newer one. `--fix` writes it.", "The address works."],
    ),
    "1 newer, in what can be changed and what cannot": (
        lambda: report([_pdf(A), read(A, "b.txt")], [moved(A, C)]),
        ["1 address should be replaced by a newer one. `--fix` writes it in the files that can be changed.", "The address works."],
    ),
    "1 known": (
        lambda: _known(report(f"{A} {B}", [gone(A), works(B)])),
        ["1 broken address is in the baseline, ignored or fixed."],
    ),
    "2 ignored": (
        lambda: report(f"{A} {B}", [gone(A), gone(B)], Selection(ignore=("dead",))),
        ["2 broken addresses are in the baseline, ignored or fixed."],
    ),
    "1 new, known elsewhere": (
        lambda: _known(report([read(A, "a.txt"), read(A, "b.txt")], [gone(A)]), "a.txt"),
        ["1 of 1 address does not work. Fix or remove it."],
    ),
    "1 excused": (
        lambda: report(A, [evolve(gone(A), past=Past(1, NOW))], dead_after=2),
        ["1 address failed, but not in enough runs to fail the check."],
    ),
    "1 ignored, but in code": (
        lambda: report(read(f"[x]({A}) <!-- safelinks: ignore -->\n\n`{A}`\n", "a.md"), [gone(A)]),
        ["1 broken address is only in code or comments."],
    ),
    "1 dead, also in code": (
        lambda: report(read(f"[x]({A})\n\n`{A}` `{B}`\n", "a.md"), [gone(A), gone(B)]),
        ["1 of 2 addresses does not work. Fix or remove it.", "1 broken address is only in code or comments."],
    ),
    "2 dead, in code that counts": (
        lambda: report(read(f"`{A}` `{B}`\n", "a.md"), [gone(A), gone(B)], Selection(verbatim=True)),
        ["2 of 2 addresses do not work. Fix or remove them."],
    ),
    "1 pretends": (
        lambda: report("https://www.nyc.gov.evil.example/", _asked(Reason.OK, "https://www.nyc.gov.evil.example/")),
        ["1 link looks suspicious. Check it before you open it.", "The address works."],
    ),
    "2 pretend": (
        lambda: report("https://www.nyc.gov.evil.example/ https://www.nyc.gov.evil.example/", _asked(Reason.OK, "https://www.nyc.gov.evil.example/")),
        ["2 links look suspicious. Check them before you open them.", "The address works."],
    ),
    "1 newer": (
        lambda: report(FORMER),
        ["1 address should be replaced by a newer one. `--fix` writes it.", "The address was not checked. It may not work."],
    ),
    "2 newer": (
        lambda: report(f"{A} {B}", [moved(A, C), moved(B, C)]),
        ["2 addresses should be replaced by a newer one. `--fix` writes them.", "Both addresses work."],
    ),
    "some newer": (
        lambda: report(f"{FORMER} {UNSURE}", _asked(Reason.OK, FORMER, UNSURE)),
        ["2 addresses should be replaced by a newer one. `--fix` writes the one that is certain.", "Both addresses work."],
    ),
    "1 newer, in what cannot be changed": (
        lambda: report(_pdf(FORMER), _asked(Reason.OK, FORMER)),
        ["1 address should be replaced by a newer one. `--fix` writes none: only certain ones, in files that can be changed.", "The address works."],
    ),
    "some newer, in what cannot be changed": (
        lambda: report([_pdf(FORMER), read(f"{UNSURE} {FORMER}")], _asked(Reason.OK, FORMER, UNSURE)),
        ["2 addresses should be replaced by a newer one. `--fix` writes 1 of them: only certain ones, in files that can be changed.", "Both addresses work."],
    ),
    "1 unsure, in what cannot be changed": (
        lambda: report(_pdf(UNSURE), _asked(Reason.OK, UNSURE)),
        ["1 address should be replaced by a newer one. `--fix` writes none, because none is certain.", "The address works."],
    ),
    "1 wrapped": (
        lambda: report(GOOGLE, [works(A)]),
        ["1 link is wrapped. `--fix` replaces it with its target.", "The address works."],
    ),
    "2 wrapped": (
        lambda: report(f"{GOOGLE} {GOOGLE}", [works(A)]),
        ["2 links are wrapped. `--fix` replaces them with their targets.", "The address works."],
    ),
    "1 tells": (
        lambda: report(wrap(A), [works(A)]),
        ["1 link is wrapped and contains the recipient's address. `--fix` replaces it with its target.", "The address works."],
    ),
    "2 tell": (
        lambda: report(f"{wrap(A)} {wrap(A)}", [works(A)]),
        ["2 links are wrapped and contain the recipient's address. `--fix` replaces them with their targets.", "The address works."],
    ),
    "some tell": (
        lambda: report(f"{wrap(A)} {GOOGLE}", [works(A)]),
        ["2 links are wrapped, and 1 of them contains the recipient's address. `--fix` replaces them with their targets.", "The address works."],
    ),
    "session": (
        lambda: report(TEAMS, [works(B)]),
        ["1 link contains a Teams session credential.", "1 link is wrapped. `--fix` replaces it with its target.", "The address works."],
    ),
    "1 lost": (lambda: report(LOST), ["1 wrapped link has lost its target. Ask the sender."]),
    "2 lost": (
        lambda: report(f"{LOST} {LOST}"),
        ["2 wrapped links have lost their target. Ask the sender."],
    ),
    "1 ends soon": (
        lambda: report(A, [_ending(A)]),
        ["The certificate of 1 address expires soon or has expired. Tell its owners.", "The address works."],
    ),
    "2 end soon": (
        lambda: report(f"{A} {B}", [_ending(A), _ending(B)]),
        ["The certificates of 2 addresses expire soon or have expired. Tell their owners.", "Both addresses work."],
    ),
    "1 downgraded": (
        lambda: report(A, [redirected(A, "http://a.example/")]),
        ["1 address redirects from https to http. Tell its owners.", "The address works."],
    ),
    "2 invalid": (
        lambda: report("https://a.example:99999/ https://b.example:99999/", _asked(Reason.INVALID_URL, "https://a.example:99999/", "https://b.example:99999/")),
        ["2 addresses are not valid. Correct them."],
    ),
    "1 uncertain": (
        lambda: report(A, _asked(Reason.BOT_WALL, A)),
        ["1 address blocks automated requests. Open it in a browser."],
    ),
    "2 uncertain": (
        lambda: report(f"{A} {B}", _asked(Reason.BOT_WALL, A, B)),
        ["2 addresses block automated requests. Open them in a browser."],
    ),
    "1 left out": (
        lambda: report(A, _asked(Reason.EXCLUDED, A)),
        ["Skipped: excluded (1)."],
    ),
    "2 left out": (
        lambda: report(f"{A} {B}", _asked(Reason.PRIVATE_ADDRESS, A, B)),
        ["Skipped: private address (2)."],
    ),
    "1 offline": (
        lambda: report(A, _asked(Reason.NO_NETWORK, A)),
        ["This machine has no network, so 1 address could not be checked. Run this again with a connection."],
    ),
    "2 offline": (
        lambda: report(f"{A} {B}", _asked(Reason.NO_NETWORK, A, B)),
        ["This machine has no network, so the addresses could not be checked. Run this again with a connection."],
    ),
    "1 not asked": (
        lambda: report(f"{A} {LOST}", selection=Selection(ignore=("SL1",))),
        ["Skipped: wrapped link, never requested (1).", "1 of 2 addresses was not checked. It may not work."],
    ),
    "interrupted": (
        lambda: evolve(report(f"{A} {B}", [works(A)]), interrupted=True),
        ["Interrupted: 1 address not checked completely."],
    ),
}  # fmt: skip


def test_an_address_in_several_files_counts_once() -> None:
    found = report([read(f"{A} {B}", "a.txt"), read(A, "b.txt")], [gone(A), works(B)])
    assert "\n2 addresses: 2 certain (1 alive, 1 dead). " in _text(found)


@pytest.mark.parametrize(("made", "sentences"), SENTENCES.values(), ids=SENTENCES)
def test_sentences(made: Callable[[], Report], sentences: list[str]) -> None:
    found = made()
    assert _sentences(found) == sentences
    printed = [str(one) for one in headline(found)]
    assert _text(found).startswith("\n".join(printed) + "\n")
    assert [re.sub(r" \(SL\d{3}(, SL\d{3})*\)\.\Z", ".", one) for one in printed] == sentences


@pytest.mark.parametrize("reason", Reason)
def test_there_is_always_something_to_say_first(reason: Reason) -> None:
    for chosen in (Selection(), Selection(ignore=("ALL",))):
        found = report(f"{A} {B}", [*_asked(reason, A), works(B)], chosen)
        assert _sentences(found)


FAILS = Selection(fail_on=Level.WARNING)
CONCLUSIONS: dict[str, tuple[Callable[[], Report], str]] = {
    "nothing": (lambda: report(""), "Exit code 0: no links to check."),
    "1 well": (
        lambda: report(A, [works(A)]),
        "1 address: 1 certain (1 alive). Exit code 0: no problems found.",
    ),
    "2 well": (
        lambda: report(f"{A} {B}", [works(A), works(B)]),
        "2 addresses: 2 certain (2 alive). Exit code 0: no problems found.",
    ),
    "below": (
        lambda: report(FORMER),
        "1 address: 1 not certain (1 unchecked). Exit code 0: no finding of level error.",
    ),
    "below warning": (
        lambda: report(GOOGLE, [works(A)], FAILS),
        "1 address: 1 certain (1 alive). Exit code 0: no finding of level warning or higher.",
    ),
    "fails": (
        lambda: report(f"{A} {B}", [gone(A), *_asked(Reason.BOT_WALL, B)]),
        "2 addresses: 1 certain (1 dead), 1 not certain (1 uncertain). Exit code 1: 1 address fails the check (SL301).",
    ),
    "several fail": (
        lambda: report(f"{A} {FORMER}", [gone(A)], FAILS),
        "2 addresses: 1 certain (1 dead), 1 not certain (1 unchecked). Exit code 1: 2 addresses fail the check (SL301, SL401).",
    ),
    "at several places": (
        lambda: report(f"{A} {B} {A}", [gone(A), works(B)]),
        "2 addresses: 2 certain (1 alive, 1 dead). Exit code 1: 1 address fails the check (SL301; 2 places in 1 file).",
    ),
    "what is no address, too": (
        lambda: _of_another(report(f"{A} {A}", [gone(A)])),
        "1 address: 1 certain (1 dead). Exit code 1: 3 findings fail the check (SL301).",
    ),
    "never": (
        lambda: report(A, [gone(A)], Selection(fail_on=None)),
        "1 address: 1 certain (1 dead). Exit code 0: no finding fails the check (--fail-on never).",
    ),
    "known": (
        lambda: _known(report(A, [gone(A)])),
        "1 address: 1 certain (1 dead). Exit code 0: no new finding fails the check (1 in the baseline).",
    ),
    "excused": (
        lambda: report(A, [evolve(gone(A), past=Past(1, NOW))], dead_after=2),
        "1 address: 1 certain (1 dead). Exit code 0: broken links have not failed in enough runs.",
    ),
    "excused, but no error": (
        lambda: report(A, [evolve(gone(A), past=Past(1, NOW))], Selection(levels={"dead": Level.NOTE}), dead_after=2),
        "1 address: 1 certain (1 dead). Exit code 0: no finding of level error.",
    ),
    "offline": (
        lambda: report(A, _asked(Reason.NO_NETWORK, A)),
        "1 address: 1 not certain (1 offline). Exit code 3: this machine has no network.",
    ),
    "interrupted": (
        lambda: evolve(report(A), interrupted=True),
        "1 address: 1 not certain (1 unchecked). Exit code 130: the check was interrupted.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("made", "line"), CONCLUSIONS.values(), ids=CONCLUSIONS)
def test_the_last_line_says_why_the_exit_code_is_what_it_is(
    made: Callable[[], Report], line: str
) -> None:
    found = made()
    assert conclusion(found) == line
    assert _text(found).endswith(f"\n{line}\n")
    unread = conclusion(evolve(found, unread=True))
    assert ("Exit code 2: some files could not be read" in unread) != found.interrupted


def test_the_headline_names_only_codes_of_what_it_counts() -> None:
    found = report([read(A), read(f"`{B}`", "b.md")], [gone(A), Outcome(B, Reason.TIMEOUT)])
    first, second = headline(found)
    assert str(first) == "1 of 2 addresses does not work. Fix or remove it (SL301)."
    assert str(second) == "1 broken address is only in code or comments."


# --- How much is said ---

MANY = f"{A} {B} {wrap(C)} {LOST}"
OUTCOMES = [gone(A), redirected(B, "https://b.example/b"), works(C)]


def test_quiet_says_only_what_fails() -> None:
    assert _text(report(B, [works(B)]), Detail.QUIET) == ""
    assert _text(report(MANY, OUTCOMES), Detail.QUIET).splitlines() == [
        "In a.txt:",
        "  dead       a.example, line 1",
        f"             {A}",
        "             error SL301 page not found (404)",
        conclusion(report(MANY, OUTCOMES)),
    ]


def test_quiet_gives_the_reason_for_every_failure() -> None:
    chosen = Selection(fail_on=Level.NOTE)
    text = f"{wrap(C)} {GOOGLE}\nhttps://www.nyc.gov/\n\nPASSPort"
    found = report(text, [works(C), works(A), works("https://www.nyc.gov/")], chosen)
    shown = _text(found, Detail.QUIET)
    assert {one.code for one in found.failures} == {"SL101", "SL104", "SL402"}
    for said in ("SL101 the wrapped", "SL104 the link", "Named but not linked\n  SL402 PASSPort"):
        assert said in shown
    assert "nyc.gov/\n" not in shown


def test_normal_tells_what_matters_first() -> None:
    shown = _text(report(MANY, OUTCOMES)).splitlines()
    at = shown.index("In a.txt: 4 links to 4 addresses")
    rows = [line.split()[0] for line in shown[at + 1 :] if re.match(r"  \w", line)]
    assert rows == ["dead", "skipped", "alive", "alive", "wrapped"]
    assert "             redirects to https://b.example/b" in shown
    assert sum("warning SL101" in line for line in shown) == 1


def test_of_many_files_only_those_are_told_in_which_there_is_something_to_do() -> None:
    documents = [read(C, f"good{number}.txt") for number in range(8)]
    found = report([*documents, read(MANY, "bad.txt")], OUTCOMES)
    shown = _text(found).splitlines()
    assert [line for line in shown if line.startswith("In ")] == [
        "In bad.txt: 4 links to 4 addresses"
    ]
    assert "No problems in 8 other files (8 links); -v lists them." in shown
    assert "In good0.txt: 1 link to 1 address" in _text(found, Detail.VERBOSE)
    unasked = _text(report([*documents, read(MANY, "bad.txt")], [])).splitlines()
    assert "No findings in 8 other files (8 links); -v lists them." in unasked
    wrapped = [*documents, read(wrap(C), "wrapped.txt")]
    assert (
        _text(report(wrapped, OUTCOMES))
        .split("In wrapped.txt: ")[1]
        .startswith(
            "1 link to 1 address\n  no findings on 1 address; -v lists them\n  wrapped    1 link, "
        )
    )


def test_verbose_tells_how_it_came_about() -> None:
    shown = _text(report(f"{MANY} {FORMER}", OUTCOMES), Detail.VERBOSE)
    for said in (f"GET {A}: 404, 0.00 s", "catalog: ", "By resource", "seen: 404"):
        assert said in shown
        assert said not in _text(report(f"{MANY} {FORMER}", OUTCOMES))


def test_many_good_links_are_few_lines() -> None:
    urls = [f"https://a.example/{number}" for number in range(5_000)]
    found = report("\n".join(urls), map(works, urls))
    shown = _text(found).splitlines()
    assert len(shown) < 40
    assert "  and 4,988 more addresses; -v lists all of them" in shown
    assert len(_text(found, Detail.VERBOSE).splitlines()) > 10_000


def test_a_lost_target_is_not_hidden_among_what_is_well() -> None:
    urls = [f"https://a.example/{number}" for number in range(50)]
    assert LOST in _text(report("\n".join([*urls, LOST]), map(works, urls)))


# --- How wide it is ---

LONG = "https://www.example.org/a/very/long/path/" + "x" * 300 + "/the-end.html"


@pytest.mark.parametrize("columns", [40, 49, 50, 60, 80, 120, 200])
def test_addresses_fit_into_the_terminal(columns: int) -> None:
    shown = _text(report(LONG, [works(LONG)]), columns=columns)
    (line,) = [line for line in shown.splitlines() if "https://" in line]
    assert len(line) <= columns
    assert line.strip().startswith("https://")
    assert line.endswith("end.html")
    assert "…" in line


def test_addresses_are_whole_without_a_terminal_and_when_asked_for() -> None:
    found = report(LONG, [works(LONG)])
    assert LONG in _text(found)
    assert LONG in _text(found, Detail.VERBOSE, 40)


@pytest.mark.parametrize("detail", [Detail.NORMAL, Detail.VERBOSE])
def test_addresses_that_no_server_need_support_are_never_whole(detail: Detail) -> None:
    long = f"https://www.example.org/a/{'x' * 50_000}/the-end.html"
    shown = _text(report(long, [redirected(long, f"{long}?")]), detail)
    assert len(shown) < 2_000
    assert "https://www.example.org/…xxx" in shown
    assert "/the-end.html (50,039 characters; `--format json` shows them all)\n" in shown


@given(st.from_regex(r"[a-z]{1,9}://[a-z.]{0,60}([/?#][a-z/]{0,80})?", fullmatch=True), st.integers(24, 200))  # fmt: skip
def test_shortened(url: str, width: int) -> None:
    short = shortened(url, width)
    assert len(short) <= width or short == url
    if len(url) <= width:
        assert short == url


def test_a_long_host_does_not_hide_whose_it_is() -> None:
    for end in ("/", "?", "#", "/?"):
        url = f"https://www.bank.example.{'a' * 60}.evil.example{end}{'x' * 99}"
        assert shortened(url, 40).startswith("https://…")
        assert "evil.example/…x" in shortened(url, 40)
    assert shortened("::" + "x" * 90, 40).startswith("::x")


# --- Colours ---


def _run(tmp_path: Path, *args: str, color: bool = False, **env: str | None) -> Result:
    file = tmp_path / "a.txt"
    file.write_text(f"{FORMER} {wrap(A)}")
    defaults = {"NO_COLOR": None, "FORCE_COLOR": None}
    return CliRunner().invoke(
        main, ["check", "--offline", *args, str(file)], color=color, env={**defaults, **env}
    )


@pytest.mark.parametrize(
    ("places", "words"),
    [
        ([Place()], "somewhere in it"),
        ([Place(3, 1), Place(3, 9)], "line 3"),
        ([Place(number, 1) for number in range(1, 12)], "lines 1, 2, 3, 4, 5, 6, 7, 8 and 3 more"),
        ([Place(paragraph=3), Place(paragraph=3), Place(paragraph=4)], "paragraphs 3 and 4"),
        ([Place(7, message=2), Place(9, message=2), Place(1, message=3)], "message 2, lines 7 and 9; message 3, line 1"),
        ([Place(part="a.xml"), Place(part="b.xml")], "part a.xml; part b.xml"),
        ([Place(part="a, slide 1", slide=2), Place(slide=1)], "part a, slide 1, slide 2; slide 1"),
        ([Place(slide=1, sheet="x"), Place(sheet="cell A1", cell="A\n1")], "slide 1, sheet x; sheet cell A1, cell A\\n1"),
        ([Place(page=one) for one in range(1, 9)] + [Place(9)], "pages 1, 2, 3, 4, 5, 6, 7 and 8; 1 more"),
        ([Place(page=1), *(Place(one) for one in range(1, 9))], "page 1; lines 1, 2, 3, 4, 5, 6 and 7; 1 more"),
    ],
)  # fmt: skip
def test_places_are_told_together(places: list[Place], words: str) -> None:
    assert where(places) == words


def test_only_a_terminal_has_a_width(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text(LONG)
    monkeypatch.setenv("COLUMNS", "60")
    args = ["check", "--offline", str(tmp_path / "a.txt")]
    assert f"{LONG}\n" in CliRunner().invoke(main, args).stdout
    monkeypatch.setattr("safelinks.cli.options.report_options.columns", lambda: 60)
    assert LONG not in CliRunner().invoke(main, args).stdout


def test_what_was_not_checked_is_not_green(tmp_path: Path) -> None:
    shown = _run(tmp_path, color=True).stdout
    assert "\x1b[36mThe addresses were not checked. They may not work.\x1b[0m\n" in shown
    file = tmp_path / "empty.txt"
    file.write_text("Nothing.\n")
    shown = CliRunner().invoke(main, ["check", str(file)], color=True).stdout
    assert "\x1b[36mNo links were found.\x1b[0m\n" in shown


def test_colours(tmp_path: Path) -> None:
    assert "\x1b[" in _run(tmp_path, color=True).stdout
    assert "\x1b[" not in _run(tmp_path).stdout
    assert "\x1b[" not in _run(tmp_path, color=True, NO_COLOR="1").stdout
    assert "\x1b[" in _run(tmp_path, FORCE_COLOR="1").stdout
    assert "\x1b[" not in _run(tmp_path, FORCE_COLOR="1", NO_COLOR="1").stdout
    out = tmp_path / "out.txt"
    _run(tmp_path, "-o", str(out), color=True, FORCE_COLOR="1")
    assert "\x1b" not in out.read_text()
    assert "SL401" in out.read_text()


# --- What strangers write ---

COMMANDS = [
    "::error::x", "  ::set-output name=a::b", "##[error]x", "##vso[task.setvariable variable=a]b",
    "##teamcity[x]", "\x1b[31mx", "\x9b31m", "a\n::error::x", "a\r::error::x", "\u2028::error::x",
    "\u202egro.live", "a\x07b",
]  # fmt: skip
_RUNNERS = {"GITHUB_ACTIONS": "true", "TF_BUILD": "True"}
_ORDERS = re.compile(r"^\s*(?:::|##\[)|##\w*\[|[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e]", re.MULTILINE)  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS)
def test_no_line_is_a_command_of_a_stranger(words: str) -> None:
    outcomes = [
        Outcome(A, Reason.BOT_WALL, (Hop(B, 403),), evidence=words, error=words),
        Outcome(B, Reason.EXCLUDED, evidence=words),
        Outcome(C, Reason.REDIRECTED, (Hop(C, 302), Hop(words, 200)), evidence=words),
    ]
    text = f"[{words}]({A}) {B} {C} {wrap(words)}"
    found = report([read(text, words), read(text, "a.md")], outcomes)
    placed = evolve(
        found.rows[0],
        sightings=(evolve(found.rows[0].sightings[0], place=Place(sheet=words, part=words)),),
    )
    found = evolve(found, rows=(placed, *found.rows[1:]))
    for detail in Detail:
        for line in _text(found, detail).split("\n"):
            assert printable(line) == line
            assert not line.lstrip().startswith(("::", "##"))


@pytest.mark.parametrize("words", COMMANDS)
@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_runners_are_given_no_commands(words: str, form: str, tmp_path: Path) -> None:
    name = words.replace("\n", " ").replace("/", "")
    file = tmp_path / f"{name}.md"
    file.write_text(f"[{words}]({A}) {wrap(words)} # safelinks: ignore[{words.strip('[]')}]")
    result = CliRunner().invoke(
        main, ["check", "--offline", "-v", "--format", form, str(file), f"{file}x"], env=_RUNNERS
    )
    assert result.exit_code == 2
    assert not _ORDERS.search(result.stdout)
    assert not _ORDERS.search(result.stderr)


def test_one_address_is_to_be_written() -> None:
    """Of wrapped links in what cannot be changed, the target is no second thing to write."""
    document = _pdf(wrap(FORMER))
    found = report(document, selection=Selection(fail_on=Level.WARNING))
    assert {one.code for one in found.findings} == {"SL101", "SL401"}
    assert {one.replacement for one in found.findings} == {CURRENT}
    assert _text(found).count("replace with") == 1
    assert f"replace with {CURRENT}\n" in _text(found)


def test_what_only_unwraps_says_so() -> None:
    query = f"{FORMER}?id=1"  # what stands in its place would not ask for it: a person decides
    found = report(wrap(query), selection=Selection(fail_on=Level.WARNING))
    assert {(one.code, one.fixable) for one in found.findings} == {
        ("SL101", True), ("SL401", False)
    }  # fmt: skip
    shown = _text(found)
    assert shown.count("replace with") == 1
    assert f"replace with {CURRENT} (--fix only unwraps it)" in shown


def test_the_current_address_is_told() -> None:
    assert f"replace with {CURRENT} (--fix does this)" in _text(report(FORMER))


def test_why_an_address_was_left_out_is_said_beside_what_was_found_of_it() -> None:
    shown = _text(report(FORMER, _asked(Reason.EXCLUDED, FORMER))).splitlines()
    assert "             excluded" in shown
    assert any("SL401" in line for line in shown)


def test_a_lost_target_that_gives_away_the_recipient_is_told_as_both() -> None:
    lost = f"https://{HOST}/?data={encode('05|02|' + RECIPIENT + '|')}"
    assert [str(one) for one in headline(report(lost))] == [
        "1 wrapped link has lost its target. Ask the sender; `safelinks clean --redact` removes the recipient"
        " (SL101, SL103)."
    ]
