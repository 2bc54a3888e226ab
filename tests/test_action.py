"""The action for GitHub: what its steps do, whatever is put into its inputs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from actions import Runner

pytestmark = pytest.mark.slow  # it starts processes, which are the same on every Python

WRAPPED = "https://nam06.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2F"
HOSTILE = (
    '"; touch pwned; "',
    "'; touch pwned; '",
    "$(touch pwned)",
    "`touch pwned`",
    "a; touch pwned",
    "a && touch pwned",
    "a\ntouch pwned\n",
    "${IFS}touch${IFS}pwned",
    "a\n::set-output name=x::y",
    "../../etc/passwd",
    "*",
)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    runner = Runner(tmp_path / "a runner")
    runner.has_safelinks()
    (runner.checkout / "notice.md").write_text(f"Fine.\n\nSee {WRAPPED}\n")
    return runner


def _written(runner: Runner) -> list[Path]:
    """The files that hostile inputs write when they are run."""
    return [*runner.folder.rglob("pwned"), *Path.cwd().glob("pwned")]


def test_inputs_are_no_part_of_a_script(runner: Runner) -> None:
    for step in runner.action.steps.values():
        assert "${{" not in step.script
    used = " ".join(
        value for step in runner.action.steps.values() for value in step.environment.values()
    )
    assert all(f"inputs.{name} }}}}" in used for name in runner.action.inputs)


def test_every_output_is_that_of_the_step(runner: Runner) -> None:
    outputs = runner.run("check", offline="true", sarif="true").outputs
    assert runner.action.outputs == {
        name: f"${{{{ steps.check.outputs.{name} }}}}" for name in outputs
    }


def test_findings_become_annotations_a_summary_and_a_report(runner: Runner) -> None:
    done = runner.run("check", offline="true", sarif="true")
    assert (done.code, done.outputs["exit-code"]) == (0, "0")
    assert "::notice file=notice.md,line=3," in done.log
    report = Path(done.outputs["report"]).read_text("utf-8")
    assert "notice.md" in report
    assert done.summary == f"From a step before.\n{report}"
    sarif = json.loads(Path(done.outputs["sarif"]).read_text("utf-8"))
    assert sarif["version"] == "2.1.0"
    assert [path.name for path in runner.checkout.iterdir()] == ["notice.md"]


def test_without_a_summary_and_sarif_there_is_none(runner: Runner) -> None:
    done = runner.run("check", offline="true", job_summary="false")
    assert done.summary == "From a step before.\n"
    assert sorted(done.outputs) == ["exit-code", "report"]


def test_the_step_fails_as_safelinks_does(runner: Runner) -> None:
    done = runner.run("check", offline="true", fail_on="note")
    assert (done.code, done.outputs["exit-code"]) == (1, "1")
    assert "notice.md" in done.summary
    done = runner.run("check", offline="true", paths="missing.md", sarif="true")
    assert (done.code, done.outputs) == (2, {"exit-code": "2"})


def test_a_configuration_does_not_take_the_annotations_away(runner: Runner) -> None:
    (runner.checkout / "safelinks.toml").write_text(
        'format = ["json"]\noutput = "report.json"\nfail-on = "note"\n'
    )
    done = runner.run("check", offline="true")
    assert done.code == 1
    assert "::notice file=notice.md,line=3," in done.log
    assert not (runner.checkout / "report.json").exists()


def test_words_are_those_of_a_shell(runner: Runner) -> None:
    runner.program("safelinks", 'printf "%s\\n" "$@"')
    done = runner.run(
        "check",
        paths="docs 'two words.md'\nREADME.md",
        args="--exclude '^https://a b' --timeout=5\n--user-agent \"$HOME é\"",
        baseline="known findings.json",
        changed_since="origin/main",
        history=".history",
    )
    assert done.log.splitlines()[9:] == [
        "--changed-since=origin/main", "--baseline=known findings.json", "--history=.history",
        "--exclude", "^https://a b", "--timeout=5", "--user-agent", "$HOME é",
        "--", "docs", "two words.md", "README.md",
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize(
    "name", ["paths", "args", "changed_since", "baseline", "history", "fail_on"]
)
def test_what_a_stranger_puts_in_is_not_run(runner: Runner, name: str, value: str) -> None:
    runner.program("safelinks", 'echo "$@"')
    runner.run("check", **{name: value})
    assert _written(runner) == []


@pytest.mark.parametrize("value", HOSTILE)
def test_what_a_stranger_puts_in_is_not_run_when_it_is_installed(
    runner: Runner, value: str
) -> None:
    runner.run("install", extras=f"all{value}")
    assert _written(runner) == []


@pytest.mark.slow
@pytest.mark.parametrize("value", HOSTILE)
def test_what_a_stranger_puts_in_is_the_name_of_a_file(runner: Runner, value: str) -> None:
    done = runner.run("check", offline="true", paths=f"--fix {value}")
    assert done.code == 2
    assert (runner.checkout / "notice.md").read_text() == f"Fine.\n\nSee {WRAPPED}\n"
    assert not any(line.startswith("::set-output") for line in done.log.splitlines())


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"paths": "'docs"}, "paths cannot be split"),
        ({"args": '--timeout "5'}, "args cannot be split"),
        ({"paths": ""}, "paths is empty"),
        ({"paths": " \n"}, "paths is empty"),
    ],
)
def test_what_means_nothing_is_told(runner: Runner, inputs: dict[str, str], said: str) -> None:
    done = runner.run("check", offline="true", **inputs)
    assert done.code == 2
    assert done.log.startswith(f"::error title=safelinks::{said}")


PYTHON = """\
case $* in
  "-c "*) exit {old};;
  "-m venv "*) mkdir "$3/bin"; cp "$0" "$3/bin/python";;
  *) for word; do echo "$word"; done;;
esac"""


@pytest.mark.parametrize(("extras", "what"), [("all", "[all]"), ("pdf,msg", "[pdf,msg]"), ("", "")])
def test_it_is_installed_into_an_environment_of_its_own(
    runner: Runner, extras: str, what: str
) -> None:
    runner.program("python3", PYTHON.format(old=0))
    done = runner.run("install", extras=extras)
    assert done.code == 0
    assert done.log.splitlines()[-1] == f"{runner.folder / 'the action'}{what}"
    found = Path(done.outputs["bin"])
    assert found.name == "bin"
    assert found.parent.parent == runner.temporary


@pytest.mark.parametrize("extras", ["all]", "all ]", "a[b", "all\nall", "../x", "all;x"])
def test_what_is_no_extra_is_not_installed(runner: Runner, extras: str) -> None:
    runner.program("python3", PYTHON.format(old=0))
    done = runner.run("install", extras=extras)
    assert (done.code, done.outputs) == (2, {})
    assert done.log.startswith("::error title=safelinks::extras must be names")


def test_a_python_that_is_too_old_is_not_taken(runner: Runner) -> None:
    runner.program("python3", PYTHON.format(old=1))
    runner.program("python", PYTHON.format(old=0))
    assert runner.run("install").code == 0
    runner.program("python", PYTHON.format(old=1))
    done = runner.run("install")
    assert (done.code, done.outputs) == (2, {})
    assert "there is no Python 3.11 or later here; use actions/setup-python" in done.log
