"""Where reports go: formats and files in every order, whole or not at all, and what they hold."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import threading
from datetime import UTC
from pathlib import Path
from typing import Any

import click
import pytest
from attrs import evolve
from building import HOST, encode, wrap
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from surveying import CURRENT, FORMER, UNSURE, gone, moved, read, report
from web import answer, serving

from safelinks import NotWritableError, Report, Selection
from safelinks.cli.program import main
from safelinks.health.model.outcome import Certificate, Hop, Outcome, Past, Reason
from safelinks.reports.json_report import render as render_json
from safelinks.reports.json_report import schema
from safelinks.reports.jsonl_report import render as render_jsonl
from safelinks.reports.report_formats import REPORT_FORMATS

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

A = "https://a.example/page"
SCHEMA = json.loads(schema())


def _run(*args: str, **env: str) -> Result:
    result = CliRunner().invoke(main, ["check", *args], env=env)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def _kind(text: str) -> str:
    """Which format that is."""
    if text.startswith('{\n  "version"'):
        return "json"
    if text.startswith('{"type": "start"'):
        return "jsonl"
    return "text" if "In a.txt" in text else text


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text(f"{wrap(A)} {FORMER}")


PAIRS: dict[str, tuple[str, dict[str, str]]] = {
    "nothing": ("", {"-": "text"}),
    "format": ("--format json", {"-": "json"}),
    "format and output": ("--format json -o x", {"x": "json"}),
    "output and format": ("-o x --format json", {"x": "json"}),
    "two": ("--format json -o x --format jsonl -o y", {"x": "json", "y": "jsonl"}),
    "two, outputs first": ("-o x --format json -o y --format jsonl", {"x": "json", "y": "jsonl"}),
    "the first to a file": ("--format json -o x --format text", {"x": "json", "-": "text"}),
    "the second to a file": ("--format text --format json -o x", {"x": "json", "-": "text"}),
    "both ways": ("-o x --format json --format text -o y", {"x": "json", "y": "text"}),
    "three": ("--format text --format json -o x -o y --format jsonl", {"-": "text", "x": "json", "y": "jsonl"}),
    "in one": ("--format json=x --format jsonl", {"x": "json", "-": "jsonl"}),
    "in one, equals": ("--format json=a=b", {"a=b": "json"}),
    "in one and an output": ("--format json=x --format jsonl -o y", {"x": "json", "y": "jsonl"}),
    "standard output by name": ("--format json -o -", {"-": "json"}),
    "standard output in one": ("--format json=- --format text -o x", {"-": "json", "x": "text"}),
    "suffix .json": ("-o x.json", {"x.json": "json"}),
    "suffix .jsonl": ("-o x.JSONL", {"x.JSONL": "jsonl"}),
    "suffix .txt": ("-o x.txt", {"x.txt": "text"}),
    "no suffix": ("-o x", {"x": "text"}),
    "two suffixes": ("-o x.json -o y.ndjson", {"x.json": "json", "y.ndjson": "jsonl"}),
    "short and long": ("--output x --format json", {"x": "json"}),
    "files between": ("--format json a.txt -o x", {"x": "json"}),
}  # fmt: skip


@pytest.mark.parametrize(("args", "goes"), PAIRS.values(), ids=PAIRS)
def test_which_format_goes_where(args: str, goes: dict[str, str]) -> None:
    named = args.split()
    files = [] if "a.txt" in named else ["a.txt"]
    result = _run("--offline", *named, *files)
    assert result.exit_code == 0
    found = {name: _kind(Path(name).read_text()) for name in os.listdir() if name != "a.txt"}  # noqa: PTH208
    if "-" in goes:
        found["-"] = _kind(result.stdout)
        assert "Exit code" not in result.stderr
    else:
        assert result.stdout == ""
        assert result.stderr.endswith("Exit code 0: no finding of level error.\n")
    assert found == goes


REFUSED = {
    "two to standard output": ("--format json --format text", "text both go to standard output"),
    "two by name": ("--format json -o - --format text", "both go to standard output"),
    "one file twice": ("--format json -o x --format text -o ./x", "both go to ./x"),
    "one file, by a link": ("--format json -o x --format text -o l/x", "both go to l/x"),
    "an output too many": ("--format json -o x -o y", "-o y has no --format"),
    "no format": ("--format yaml", "there is no format 'yaml'"),
    "nearly a format": ("--format jsn", "did you mean json?"),
    "empty": ("--format json --output=", "--output needs the name of a file"),
    "empty in one": ("--format json=", "needs the name of a file"),
    "no directory": ("-o no/x", "There is no directory for no/x"),
    "an input": ("-o a.txt", "a.txt is one of the files to check"),
    "an input by another name": ("-o ./l/a.txt", "is one of the files to check"),
    "an input in one": ("--format json=a.txt", "is one of the files to check"),
    "quiet and verbose": ("-q -v", "cannot be used with --verbose"),
}  # fmt: skip


@pytest.mark.parametrize(("args", "said"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit(args: str, said: str) -> None:
    Path("l").symlink_to(".", target_is_directory=True)
    before = Path("a.txt").read_bytes()
    result = _run("--offline", *args.split(), "a.txt")
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert said in line
    assert Path("a.txt").read_bytes() == before
    assert sorted(os.listdir()) == ["a.txt", "l"]  # noqa: PTH208


@pytest.mark.parametrize("source", [".", "docs", "docs/*.md", "docs/b.md"])
def test_a_report_does_not_take_the_place_of_what_it_is_about(source: str) -> None:
    Path("docs").mkdir()
    Path("docs", "b.md").write_text(A)
    result = _run("--offline", "-o", "docs/b.md", source)
    assert (result.exit_code, Path("docs", "b.md").read_text()) == (2, A)
    assert "docs/b.md is one of the files to check" in result.stderr
    assert _run("--offline", "-o", "docs/c.md", "--format", "text", source).exit_code == 0


@pytest.mark.parametrize("form", REPORT_FORMATS)
def test_a_report_of_an_earlier_run_is_written_over(form: str) -> None:
    Path("docs").mkdir()
    Path("docs", "a.txt").write_text(f"{A} {FORMER}")
    args = ("--offline", f"--format={form}=docs/out.txt", "docs")
    assert _run(*args).exit_code == 0
    first = Path("docs", "out.txt").read_bytes()
    Path("docs", "b.txt").write_text(FORMER)
    assert _run(*args).exit_code == 0
    assert Path("docs", "out.txt").read_bytes() != first
    named = _run(*args, "docs/out.txt")  # who names a file means it
    assert "docs/out.txt is one of the files to check" in named.stderr


@pytest.mark.parametrize(
    "text",
    [
        f"## Links\n\n- {A}\n",
        "[]\n",
        f'{{"version": 1, "links": ["{A}"]}}\n',
        "file,line,url\n",
        f"<!doctype html><title>x</title>{A}",
        "Exit code 1: it fails.\nAnd more.\n",
        "1 address: mine\n",
    ],
)
def test_what_only_looks_like_a_report_is_kept(text: str) -> None:
    Path("docs").mkdir()
    Path("docs", "b.md").write_text(text)
    result = _run("--offline", "-o", "docs/b.md", "docs")
    assert (result.exit_code, Path("docs", "b.md").read_text()) == (2, text)
    assert "docs/b.md is one of the files to check. Use another file" in result.stderr


def test_help_shows_every_option_once_in_its_section() -> None:
    text = _run("--help").stdout
    sections = re.split(r"\n\n(?=[A-Z][\w ]+:\n)", text)
    titles = [one.partition(":")[0] for one in sections[1:]]
    assert titles == ["Report", "Rules", "Inputs", "Network", "Help"]
    shown = [re.findall(r"^  (?:-\w, )?--([\w-]+)", one, re.MULTILINE) for one in sections[1:]]
    options = {
        name.removeprefix("--")
        for one in main.commands["check"].params
        if isinstance(one, click.Option) and not one.hidden
        for name in one.opts
        if name.startswith("--")
    }
    assert sorted(name for names in shown for name in names) == sorted(options | {"help"})
    assert shown[-1] == ["help"]
    assert {"fix", "format"} <= set(shown[0])
    assert {"baseline", "verbatim"} <= set(shown[1])
    assert {"catalog", "no-config"} <= set(shown[2])
    assert {"offline", "timeout"} <= set(shown[3])


def test_pairs_of_the_environment_and_of_a_configuration() -> None:
    env = {"SAFELINKS_FORMAT": "json\njsonl", "SAFELINKS_OUTPUT": "x\ny"}
    _run("--offline", "a.txt", **env)
    assert (_kind(Path("x").read_text()), _kind(Path("y").read_text())) == ("json", "jsonl")
    assert _kind(_run("--offline", "a.txt", "--format", "jsonl=z", **env).stdout) == ""
    assert _kind(Path("z").read_text()) == "jsonl"
    Path("safelinks.toml").write_text('format = ["jsonl", "json"]\noutput = ["v"]\n')
    assert _kind(_run("--offline", "a.txt").stdout) == "json"
    assert _kind(Path("v").read_text()) == "jsonl"
    _run("--offline", "a.txt", "-o", "w")
    assert _kind(Path("w").read_text()) == "jsonl"
    Path("safelinks.toml").write_text('format = "json=u"\n')
    assert _run("--offline", "a.txt").stdout == ""
    assert _kind(Path("u").read_text()) == "json"
    assert _kind(_run("--offline", "a.txt", "--format", "text").stdout) == "text"
    Path("safelinks.toml").write_text('output = "a.txt"\n')
    assert "one of the files to check" in _run("--offline", "a.txt").stderr


def test_a_file_is_whole_or_the_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("x.json").write_text("old")

    def broken(_: Report) -> Any:  # noqa: ANN401
        yield "{"
        raise NotWritableError("no more")

    monkeypatch.setattr("safelinks.reports.json_report.render", broken)
    result = _run("--offline", "-o", "x.json", "a.txt")
    assert result.exit_code == 2
    assert Path("x.json").read_text() == "old"
    assert sorted(os.listdir()) == ["a.txt", "x.json"]  # noqa: PTH208


def test_an_output_that_is_a_directory() -> None:
    Path("d").mkdir()
    result = _run("--offline", "-o", "d", "a.txt")
    assert result.exit_code == 2
    assert result.stderr.endswith("Error: d: this is a directory; use a file in it\n") or (
        "this is a directory" in result.stderr
    )


def test_a_text_in_a_file_is_never_less_than_normal() -> None:
    _run("--offline", "-q", "-o", "quiet.txt", "a.txt")
    _run("--offline", "-o", "normal.txt", "a.txt")
    _run("--offline", "-v", "-o", "verbose.txt", "a.txt")
    quiet, normal, verbose = (Path(f"{name}.txt").read_text() for name in ("quiet", "normal", "verbose"))  # fmt: skip
    assert quiet == normal
    assert "catalog: " in verbose


# --- Lines of JSON ---


def test_lines_arrive_as_they_are_known() -> None:
    held = threading.Event()

    async def hold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.to_thread(held.wait, 60)
        writer.write(answer("200 OK"))
        await writer.drain()

    with serving({"/held": hold, "/": answer("200 OK")}) as web:
        Path("a.txt").write_text(f"{web.url('/held')} {web.url('/')} {FORMER}x@y:")
        args = ["check", "--allow-private", "--format", "jsonl", "--exclude", "nyc", "a.txt"]
        with subprocess.Popen(
            [sys.executable, "-m", "safelinks", *args], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            lines = iter(process.stdout)
            first = [json.loads(next(lines)) for _ in range(2)]
            while first[-1].get("url") != web.url("/"):
                first.append(json.loads(next(lines)))
            held.set()
            rest = [json.loads(line) for line in lines]
        assert process.returncode == 0
    assert first[0] == {"type": "start", "version": 1, "files": 1, "addresses": 3}
    assert web.url("/held") not in {one.get("url") for one in first}
    assert web.url("/held") in {one.get("url") for one in rest}
    assert rest[-1]["type"] == "summary"


def test_lines_tell_the_last_word_on_an_address() -> None:
    asked: list[int] = []

    async def better(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(1)
        writer.write(answer("200 OK" if len(asked) > 1 else "503 Service Unavailable"))
        await writer.drain()

    with serving({"/": better}) as web:
        Path("a.txt").write_text(web.url("/"))
        result = _run("--allow-private", "--retries", "1", "--format", "jsonl", "a.txt")
    links = [line for line in map(json.loads, result.stdout.splitlines()) if line["type"] == "link"]
    assert [one["verdict"] for one in links] == ["alive"]
    assert len(asked) == 2


def _lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_lines_say_the_same_as_the_report() -> None:
    Path("a.txt").write_text(f"{wrap(A)} {A} [PASSPort]({FORMER}) https://{HOST}/GetUrlReputation")
    whole = json.loads(_run("--offline", "--format", "json", "a.txt").stdout)
    lines = _lines(_run("--offline", "--format", "jsonl", "a.txt").stdout)
    Path("x").touch()
    _run("--offline", "--format", "jsonl=x", "a.txt")

    def of(kind: str, source: list[dict[str, Any]]) -> list[str]:
        return sorted(
            json.dumps({key: value for key, value in one.items() if key != "type"})
            for one in source
            if one["type"] == kind
        )

    for told in (lines, _lines(Path("x").read_text())):
        for kind, key in (("link", "links"), ("finding", "findings")):
            assert of(kind, told) == sorted(map(json.dumps, whole[key]))
        assert {k: v for k, v in told[-1].items() if k != "type"} == whole["summary"]


# --- The schema ---

_OF_LINE = Draft202012Validator({**SCHEMA["$defs"]["line"], "$defs": SCHEMA["$defs"]})
_OF_REPORT = Draft202012Validator(SCHEMA)


def _holds(found: Report) -> None:
    _OF_REPORT.validate(json.loads("".join(render_json(found))))
    for line in "".join(render_jsonl(found)).splitlines():
        assert line.isascii()
        _OF_LINE.validate(json.loads(line))


def test_the_schema_is_one_and_is_printed() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(CliRunner().invoke(main, ["schema"]).stdout) == SCHEMA


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: whole.pop("findings"),
        lambda whole: whole["links"][0].pop("verdict"),
        lambda whole: whole["links"][0].update(verdict="good"),
        lambda whole: whole["findings"][0].update(level="fatal"),
        lambda whole: whole["findings"][0].update(fingerprint="x"),
        lambda whole: whole["summary"].update(exit_code=7),
        lambda whole: whole["links"][0]["places"].clear(),
        lambda whole: whole.update(version=2),
    ],
)
def test_the_schema_refuses_what_is_none(spoil: Any) -> None:  # noqa: ANN401
    whole = json.loads("".join(render_json(report(f"{wrap(A)} {FORMER}"))))
    assert _OF_REPORT.is_valid(whole)
    spoil(whole)
    assert not _OF_REPORT.is_valid(whole)


@pytest.mark.slow
def test_every_reason_sign_and_remark_is_in_the_schema() -> None:
    text = (
        f"{wrap(FORMER)} {UNSURE} https://www.nyc.gov.evil.example/ [www.nyc.gov](https://x.example)"
        "\n\n[PASSPort Public](https://www.nyc.gov/pip)\n\nPASSPort http://a127-pip.nyc.gov/"
        " https://www.nyc.gov@evil.example/ https://nam06.safelinks.protection.outlook.com.evil.example/"
    )
    urls = {reason: f"{A}{number}" for number, reason in enumerate(Reason)}
    outcomes = [Outcome(url, reason, (Hop(url, None),)) for reason, url in urls.items()]
    whole = read(f"{text} {' '.join(urls.values())}", "a.md")
    found = report(whole, [*outcomes, moved(FORMER, CURRENT), gone(UNSURE)])
    assert {row.outcome.reason for row in found.rows if row.outcome} >= set(Reason)
    _holds(found)


_MOMENTS = st.datetimes(timezones=st.just(UTC))
_PASTS = st.builds(
    Past, st.integers(0, 99), *[st.none() | _MOMENTS] * 3
)  # fmt: skip
_HOPS = st.lists(
    st.builds(Hop, st.text(max_size=20), st.none() | st.integers(100, 999), st.floats(0, 60)),
    max_size=3,
).map(tuple)
_CERTIFICATES = st.builds(
    Certificate, _MOMENTS, _MOMENTS, st.lists(st.text(max_size=9), max_size=2).map(tuple)
)
_OUTCOMES = st.builds(
    Outcome,
    st.just(A),
    st.sampled_from(Reason),
    _HOPS,
    st.none() | st.text(max_size=20),
    st.text(max_size=20),
    st.integers(0, 9),
    st.text(max_size=20),
    st.none() | _CERTIFICATES,
    st.none() | _PASTS,
)
_TEXTS = st.lists(
    st.sampled_from([A, wrap(A), FORMER, UNSURE, "PASSPort", "\n\n", f"[é]({A})", "hxxps://a.example"])
    | st.text(st.characters(exclude_characters="\0"), max_size=9),
    max_size=8,
).map(" ".join)  # fmt: skip


@pytest.mark.slow
@given(_TEXTS, _OUTCOMES, st.booleans(), st.sampled_from(["a.txt", "a.md", "a\udcff.html"]))
def test_whatever_there_is_to_report_is_as_the_schema_says(
    text: str, outcome: Outcome, interrupted: bool, name: str
) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    found = report(read(raw, name), [outcome], Selection(fail_on=None))
    _holds(evolve(found, interrupted=interrupted, mends=found.findings[:1], silenced=2))


def test_json_is_exact_in_a_runner() -> None:
    target = "https://a.example/##vso[x]"
    Path("a.txt").write_text(f"https://{HOST}/?url={encode(target)}")
    result = _run("--offline", "--format", "json", "a.txt", TF_BUILD="True")
    assert json.loads(result.stdout)["links"][0]["target"] == target
