"""Addresses where names of files may stand: checked, or told what to type."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from building import wrap
from click.testing import CliRunner, Result

from safelinks.cli.program import main

URL = "https://www.nyc.gov/site/mocs/"


def _run(*args: str, stdin: str = "") -> Result:
    return CliRunner().invoke(main, args, input=stdin)


def _links(*args: str) -> list[tuple[str, str | None, int]]:
    done = _run("check", "--offline", "--format=json", *args, stdin="https://never.example/read")
    assert done.exit_code == 0, done.output
    return [
        (link["file"], link["target"], place["line"])
        for link in json.loads(done.stdout)["links"]
        for place in link["places"]
    ]


def test_addresses_are_checked_as_they_are(tmp_path: Path) -> None:
    assert _links(URL) == [("<addresses>", URL, 1)]
    odd = "HTTPS://a.example/Yahoo!)."
    assert _links(wrap(URL), odd) == [("<addresses>", URL, 1), ("<addresses>", odd, 2)]
    file = tmp_path / "a.md"
    file.write_text("https://b.example/\n")
    assert _links(str(file), URL) == [
        ("<addresses>", URL, 1), (str(file), "https://b.example/", 1),
    ]  # fmt: skip
    google = "https://www.google.com/url?q=https%3A%2F%2Fa.example%2F&sa=D"
    assert _links(google) == [("<addresses>", "https://a.example/", 1)]
    assert _links("--keep-redirectors", google) == [("<addresses>", google, 1)]


def test_the_configuration_of_the_working_directory_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("safelinks.toml").write_text('format = ["concise"]\n')
    assert _run("check", "--offline", URL).stdout.startswith("1 address: 1 not certain")


def test_addresses_cannot_be_fixed(tmp_path: Path) -> None:
    for option in ("--fix", "--diff"):
        done = _run("check", "--offline", option, wrap(URL))
        assert done.exit_code == 2
        assert "--fix and --diff need files: an address cannot be changed." in done.stderr
    file = tmp_path / "a.md"
    file.write_text(wrap(URL))
    assert _run("check", "--offline", "--fix", wrap(URL), str(file)).exit_code == 0
    assert file.read_text() == URL


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        ((URL,), "Did you mean `safelinks check URL` or `safelinks unwrap URL`?"),
        (("www.nyc.gov/site",), "Did you mean `safelinks check URL` or `safelinks unwrap URL`?"),
        ((__file__,), f"Did you mean `safelinks check {__file__}`?"),
        (("clean", URL), f"{URL} is an address, not a file; did you mean `safelinks unwrap URL`?"),
        (("chekc",), "Did you mean 'check'?"),
        (("nothing at all",), "No such command 'nothing at all'."),
    ],
)
def test_it_is_told_what_to_type(args: tuple[str, ...], hint: str) -> None:
    done = _run(*args)
    assert done.exit_code == 2
    assert done.stderr.endswith(f"{hint}\n")
    assert done.stdout == ""


def test_an_address_without_a_scheme_is_a_file_that_is_missing() -> None:
    done = _run("check", "--offline", "www.nyc.gov/site", "gone.md")
    assert done.exit_code == 2
    assert done.stderr == (
        "Error: No such file: www.nyc.gov/site; an address begins with https://\n"
        "Error: No such file: gone.md\n"
    )


def test_nobody_is_named_in_that() -> None:
    assert "First" not in _run(wrap(URL)).output + _run("clean", wrap(URL)).output
