"""`unwrap` finds the links in what people paste, or says that there is none."""

from __future__ import annotations

import json
import sys

import pytest
from building import RECIPIENT, wrap
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from surveying import CURRENT, FORMER

from safelinks.cli.options.pasted_links import parted, pasted_in
from safelinks.cli.program import main

A = "https://a.example/page?b=1"
W = wrap(A)
LOST = "https://nam06.safelinks.protection.outlook.com/?data=x"

# What was pasted, and the addresses that are meant; None for a lost target.
PASTED: dict[str, tuple[str, list[str | None]]] = {
    "as it is": (W, [A]),
    "not wrapped": (A, [A]),
    "blanks around": (f"  {W}\n", [A]),
    "angle brackets": (f"<{W}>", [A]),
    "angle brackets, not wrapped": (f"<{A}>", [A]),
    "quotes": (f'"{W}"', [A]),
    "curly quotes": (f"“{W}”", [A]),
    "single quotes": (f"'{W}'", [A]),
    "Markdown": (f"[the page]({W})", [A]),
    "Markdown that shows another": (f"[www.nyc.gov/pip]({W})", [A]),
    "Markdown that shows the same": (f"[{A}]({W})", [A]),
    "HTML": (f'<a href="{W.replace("&", "&amp;")}">page</a>', [A]),
    "a sentence": (f"Please see {W}, and tell me.", [A]),
    "a label": (f"Link: {W}", [A]),
    "two": (f"1. {A} 2. <{W}>", [A, A]),
    "made harmless": (W.replace("https:", "hxxps:").replace(".", "[.]", 2), [A]),
    "only the dots made harmless": (W.replace(".", "[.]"), [A]),
    "harmless, not wrapped": ("hxxps://a[.]example/page", ["hxxps://a[.]example/page"]),
    "a line break inside": (f"{W[:60]}\n{W[60:]}", [A]),
    "no scheme": (W.removeprefix("https://"), [A]),
    "no scheme, www": ("www.a.example/x", ["www.a.example/x"]),
    "no scheme, a host": ("a.example/x", ["a.example/x"]),
    "its own punctuation": ("https://a.example/Yahoo!)", ["https://a.example/Yahoo!)"]),
    "IPv6": ("https://[::1]/x", ["https://[::1]/x"]),
    "another scheme": ("mailto:me@a.example", ["mailto:me@a.example"]),
    "lost": (LOST, [None]),
    "lost in brackets": (f"<{LOST}>", [None]),
    "a word": ("hello", []),
    "words": ("no link here", []),
    "nothing": ("", []),
    "a mail address": ("me@a.example", []),
}  # fmt: skip


@pytest.mark.parametrize("name", PASTED)
def test_what_was_pasted(name: str) -> None:
    text, targets = PASTED[name]
    found = pasted_in(text)
    told = [
        None if link.unwrapped is None else
        link.unwrapped.target if link.unwrapped.layers else link.url
        for link in found
    ]  # fmt: skip
    assert told == targets


def _run(*args: str, stdin: str | None = None) -> Result:
    result = CliRunner().invoke(main, ["unwrap", *args], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.mark.parametrize("name", PASTED)
def test_it_is_never_silent(name: str) -> None:
    text, targets = PASTED[name]
    for done in (_run(text), _run(stdin=text)):
        assert done.exit_code == int(None in targets or not targets)
        assert done.stdout or done.stderr
        assert [line for line in done.stdout.splitlines() if line in targets] == [
            one for one in targets if one
        ]
    if not targets:
        assert _run(text).stderr == f"Error: no link in “{text}”\n"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://t.co/x", 1),
        ("https://protect-us.mimecast.com/s/aBc?domain=example.org", 1),
        (A, 0),
    ],
)
def test_exit_codes_of_what_cannot_be_unwrapped(url: str, code: int) -> None:
    assert _run(url).exit_code == _run(stdin=url).exit_code == code


def test_lists_are_read_address_by_address() -> None:
    text = f"{W}\n\nhello\n{W[:60]}\n{W[60:]}\n{A}\n"
    done = _run(stdin=text)
    assert done.stdout.splitlines() == [A, "hello", A, A]
    assert (done.exit_code, done.stderr) == (1, "Error: no link in “hello”\n")


def test_text_is_read_for_its_links() -> None:
    done = _run(stdin=f"Dear all,\nplease see\n{W}\nor\n\n<{W}>.\n\nYours,\nMe and you\n")
    assert (done.exit_code, done.stdout.splitlines(), done.stderr) == (0, [A, A], "")
    for nothing in ("Dear all,\nno link\n", "\n", ""):
        done = _run(stdin=nothing)
        assert (done.exit_code, done.stdout, done.stderr) == (
            1,
            "",
            "Error: <stdin>: no link found\n",
        )


def test_json_says_so_too() -> None:
    failed = json.loads(_run("--json", "hello").stdout)
    assert failed == {"url": "hello", "target": None, "error": "no link in “hello”"}
    assert json.loads(_run("--json", f"see <{W}>").stdout)["target"] == A


@given(st.lists(st.sampled_from(["https://a.example/", "b", "", " c ", "HTTP://d"]), max_size=8))
def test_no_line_is_lost(lines: list[str]) -> None:
    pieces = list(parted(lines))
    assert "\n".join(pieces).split("\n") == [one.strip() for one in lines if one.strip()] or [""]
    assert all(piece.strip() for piece in pieces)


class TestTerminal:
    @pytest.fixture(autouse=True)
    def _on_a_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from safelinks.cli.commands import unwrap_command

        monkeypatch.setattr(unwrap_command, "_is_terminal", lambda: True)

    def test_what_is_known_is_shown(self) -> None:
        done = _run(wrap("https://www.nyc.gov/pip"))
        assert done.stdout.splitlines() == [
            "https://www.nyc.gov/pip",
            "  wrapped by  Microsoft Safe Links",
            "  sent        2025-05-28 15:06 UTC",
            "  tenant      58705c01-07d8-4844-a385-5f62968f44ec",
            "  leads to    Payee Information Portal (FISA)",
            "  looks       nothing suspicious found",
        ]
        assert "First" not in done.output
        shown = _run("--show-recipients", W).stdout
        assert f"  recipient   {RECIPIENT}\n" in shown

    def test_a_former_address(self) -> None:
        shown = _run(FORMER).stdout
        assert f"  leads to    PASSPort (MOCS)\n  now at      {CURRENT}\n" in shown

    def test_what_is_not_what_it_says(self) -> None:
        evil = "https://www.nyc.gov.evil.example/"
        assert "  warning     www.nyc.gov.evil.example contains www.nyc.gov" in _run(evil).stdout
        shown = _run(f"[www.nyc.gov/pip]({A})").stdout
        assert "  warning     the text shows " in shown
        assert "nothing suspicious" not in shown

    def test_nobody_is_named_and_nothing_obeyed(self) -> None:
        target = f"https://www.nyc.gov.evil.example/?to={RECIPIENT}\x1b[31m"
        shown = "".join(_run(wrap(target)).stdout.split("\n", 1)[1:])
        assert "First" not in shown
        assert "\x1b" not in shown

    def test_programs_get_json_alone(self) -> None:
        assert _run("--json", W).stdout.count("\n") == 1


def test_elsewhere_only_targets_are_printed() -> None:
    assert _run(W).stdout == f"{A}\n"
    assert not sys.stdout.isatty()
