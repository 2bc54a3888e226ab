"""What is for CI keeps to the schemas of those who read it, and names only what there is."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
import pytest
from actions import ROOT, Action, Runner, yaml_of
from click.testing import CliRunner
from jsonschema import Draft7Validator
from pre_commit.clientlib import load_config, load_manifest

import safelinks.cli.program
from safelinks.cli.options.report_outputs import ORDER, outputs_of
from safelinks.cli.program import main
from safelinks.documents.formats import DOCUMENT_FORMATS
from safelinks.errors import SafelinksError

pytestmark = pytest.mark.slow  # it starts processes, which are the same on every Python

DOCUMENT = (ROOT / "docs" / "ci.md").read_text("utf-8")
BLOCKS = re.findall(r"(?ms)^```(\w+)\n(.*?)^```$", DOCUMENT)
WORKFLOW = ROOT / "examples" / "github-workflow.yml"
PIPELINE = ROOT / "examples" / "gitlab-ci.yml"
HOOKS = ROOT / "examples" / "pre-commit-config.yaml"
CONFIGURATION = ROOT / "examples" / "safelinks.toml"
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
ACTION = Action.load(ROOT / "action.yml")
OURS = "OWNER/safelinks@v0"


def content(path: Path) -> Any:  # noqa: ANN401  whatever stands there
    return yaml_of(path.read_text("utf-8"))


def workflow_of(block: dict[str, Any]) -> dict[str, Any]:
    """A piece of a workflow as a whole one."""
    jobs = block.get("jobs") or {"a": {"runs-on": "ubuntu-latest", "steps": block["steps"]}}
    return {"on": "push", "jobs": jobs}


SHOWN = [yaml_of(text) for language, text in BLOCKS if language == "yaml"]
SHOWN_TO_AZURE = [one for one in SHOWN if "PublishTestResults@2" in str(one)]
SHOWN_TO_GITHUB = [
    workflow_of(one) for one in SHOWN if "uses" in str(one) and one not in SHOWN_TO_AZURE
]
SHOWN_TO_PRE_COMMIT = [
    one
    if "repos" in one
    else {"repos": [{"repo": "https://a.example/b", "rev": "1", "hooks": one}]}
    for one in SHOWN
    if one not in SHOWN_TO_AZURE and "uses" not in str(one)
]


@cache
def schema(name: str) -> Draft7Validator:
    """A schema that check-jsonschema brings along."""
    path = files("check_jsonschema") / "builtin_schemas" / "vendor" / f"{name}.json"
    return Draft7Validator(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("github-actions", content(ROOT / "action.yml")),
        ("github-workflows", content(WORKFLOW)),
        *(("github-workflows", one) for one in SHOWN_TO_GITHUB),
        ("gitlab-ci", content(PIPELINE)),
        *(("azure-pipelines", one) for one in SHOWN_TO_AZURE),
    ],
)
def test_services_understand_it(name: str, document: object) -> None:
    assert [error.message for error in schema(name).iter_errors(document)] == []


def test_all_that_is_shown_was_looked_at() -> None:
    kinds = (SHOWN_TO_GITHUB, SHOWN_TO_PRE_COMMIT, SHOWN_TO_AZURE)
    assert [len(kind) for kind in kinds] == [2, 2, 1]


def test_a_workflow_may_do_little() -> None:
    workflow = content(WORKFLOW)
    assert workflow["permissions"] == {}
    assert {name: job["permissions"] for name, job in workflow["jobs"].items()} == {
        "changed": {"contents": "read"},
        "all": {"contents": "read", "security-events": "write"},
    }
    assert "pull_request_target" not in workflow["on"]


# -- pre-commit ------------------------------------------------------------------------------------


def manifest() -> Mapping[str, Mapping[str, Any]]:
    return {hook["id"]: hook for hook in load_manifest(str(MANIFEST))}


def test_hooks_are_for_what_they_can_work_with() -> None:
    hooks = manifest()
    suffixes = {suffix for one in DOCUMENT_FORMATS for suffix in one.suffixes if not one.extra}
    taken = {
        name: {suffix for suffix in suffixes if re.search(hook["files"], f"a/b{suffix.upper()}")}
        for name, hook in hooks.items()
    }
    assert taken["safelinks-clean"] == suffixes
    assert {".md", ".txt", ".html", ".docx", ".eml"} <= taken["safelinks-check"]
    assert not {".json", ".csv", ".xml", ".log"} & taken["safelinks-check"]
    for hook in hooks.values():
        assert not re.search(hook["files"], "a.md.py")
        assert not re.search(hook["files"], "a.pdf")


def test_one_process_asks() -> None:
    assert {name: hook["require_serial"] for name, hook in manifest().items()} == {
        "safelinks-clean": True,
        "safelinks-check": True,
    }


@pytest.mark.parametrize("configured", [content(HOOKS), *SHOWN_TO_PRE_COMMIT])
def test_pre_commit_understands_it(configured: object, tmp_path: Path) -> None:
    path = tmp_path / ".pre-commit-config.yaml"
    path.write_text(json.dumps(configured), "utf-8")
    hooks = [hook["id"] for repo in load_config(str(path))["repos"] for hook in repo["hooks"]]
    assert hooks
    assert set(hooks) <= set(manifest())


# -- Commands and options --------------------------------------------------------------------------


def hooks_as_commands() -> Iterator[list[str]]:
    for hook in manifest().values():
        yield [*hook["entry"].split(), *hook["args"], "a.md"]
    for configured in (content(HOOKS), *SHOWN_TO_PRE_COMMIT):
        for hook in (hook for repo in configured["repos"] for hook in repo["hooks"]):
            known = manifest()[hook["id"]]
            yield [*known["entry"].split(), *hook.get("args", known["args"]), "a.md"]


def steps_as_commands(folder: Path) -> Iterator[list[str]]:
    """What the action starts for each of its uses."""
    workflows = [content(WORKFLOW), *SHOWN_TO_GITHUB]
    jobs = [job for workflow in workflows for job in workflow["jobs"].values()]
    uses = [step for job in jobs for step in job["steps"] if step.get("uses") == OURS]
    assert len(uses) == 4
    everything = {"with": dict.fromkeys(ACTION.inputs, "note") | {"args": "", "sarif": "true"}}
    for number, step in enumerate([*uses, everything]):
        runner = Runner(folder / str(number))
        runner.has_safelinks()
        runner.program("safelinks", 'for word; do printf "%s\\n" "$word"; done')
        inputs = step.get("with", {})
        given = {name.replace("-", "_"): _as_input(value) for name, value in inputs.items()}
        yield ["safelinks", *runner.run("check", **given).log.splitlines()]


def _as_input(value: object) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


_COMMAND = re.compile(rf"(?<![\w/@.-])safelinks (?:{'|'.join(main.commands)})\b[^\n`'|&;>]*")


def commands_in(text: str) -> Iterator[list[str]]:
    for found in _COMMAND.finditer(text):
        yield shlex.split(found[0])


def scripts_as_commands() -> Iterator[list[str]]:
    for job in content(PIPELINE).values():
        for line in job.get("script", []):
            yield from commands_in(line)


def problem(words: list[str]) -> str | None:
    """What is wrong with a command line, which is not run."""
    command = main.commands[words[1]]
    try:
        with command.make_context(
            words[1], words[2:], parent=click.Context(main, **main.context_settings)
        ) as context:
            if "formats" in context.params:
                formats, outputs = context.params["formats"], context.params["outputs"]
                outputs_of(formats, outputs, context.meta[ORDER])
    except click.ClickException as error:
        return error.format_message()
    except SafelinksError as error:
        return str(error)
    return None


def test_every_command_line_can_be_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty := tmp_path / "empty").mkdir()
    monkeypatch.chdir(empty)
    found = {
        "hooks": list(hooks_as_commands()),
        "workflows": list(steps_as_commands(tmp_path / "runners")),
        "pipeline": list(scripts_as_commands()),
        "document": list(commands_in(DOCUMENT)),
    }
    assert {where: len(lines) for where, lines in found.items() if len(lines) < 2} == {}
    problems = {
        f"{where}: {shlex.join(words)}": said
        for where, lines in found.items()
        for words in lines
        if (said := problem(words))
    }
    assert problems == {}


def options_of(command: click.Command) -> Iterator[str]:
    """All options of a command and of those below it, with the opposites of flags."""
    context = click.Context(command, **main.context_settings)
    for param in command.get_params(context):
        yield from (*param.opts, *param.secondary_opts)
        if isinstance(param, click.Option) and param.is_flag:
            yield from (name.replace("--", "--no-", 1) for name in param.opts)
    if isinstance(command, click.Group):
        for one in command.commands.values():
            yield from options_of(one)


@pytest.mark.parametrize(
    "path",
    [
        ROOT / "docs" / "ci.md",
        ROOT / "action.yml",
        MANIFEST,
        WORKFLOW,
        PIPELINE,
        HOOKS,
        CONFIGURATION,
    ],
    ids=lambda path: path.name,
)
def test_every_option_that_is_named_is_there(path: Path) -> None:
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", path.read_text("utf-8")))
    of_others = {"--disable-pip-version-check", "--rm", "--read-only", "--user"}
    assert named - set(options_of(main)) - of_others == set()


# -- The configuration -----------------------------------------------------------------------------

_SETTING = re.compile(r"(?m)^# (?=\[[a-z-]+\]$|[a-z-]+ = |\"[^\"]+\" = |SL\d+ = )")


def in_force(path: Path) -> list[str]:
    result = CliRunner().invoke(main, ["config", "--config", str(path)])
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def test_the_configuration_changes_nothing_as_it_is() -> None:
    assert in_force(CONFIGURATION) == [
        line if line.endswith(("# default", "is not set")) or not line or line[0] == "[" else None
        for line in in_force(CONFIGURATION)
    ]


def test_every_line_of_the_configuration_can_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTRANET_TOKEN", "a secret")
    text, settings = _SETTING.subn("", CONFIGURATION.read_text("utf-8"))
    path = tmp_path / "safelinks.toml"
    path.write_text(text, "utf-8")
    tables = len(re.findall(r"(?m)^\[", text))
    used = [line for line in in_force(path) if ", line " in line]
    assert len(used) == settings - tables
    assert re.findall(r"(?m)^# [^\n]* = [^\n]*$", text) == []


# -- The document ----------------------------------------------------------------------------------


def test_every_input_and_output_of_the_action_is_documented() -> None:
    for name, default in ACTION.inputs.items():
        assert re.search(
            rf"(?m)^\| `{name}` \| (?:`{re.escape(default)}`|as configured)? ?\| ", DOCUMENT
        )
    for name in ACTION.outputs:
        assert f"\n| `{name}` | " in DOCUMENT


def test_every_exit_code_is_documented() -> None:
    codes = re.findall(r"\b\d+\b", safelinks.cli.program.__doc__ or "")
    assert re.findall(r"(?m)^\| (\d+) \|", DOCUMENT) == codes


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_is_documented(shell: str) -> None:
    assert f"_SAFELINKS_COMPLETE={shell}_source safelinks" in DOCUMENT


@pytest.mark.parametrize(
    "path", [WORKFLOW, PIPELINE, HOOKS, CONFIGURATION], ids=lambda path: path.name
)
def test_every_example_is_linked(path: Path) -> None:
    assert f"](../examples/{path.name})" in DOCUMENT
