"""An action of GitHub, run step by step as a runner does it, on this machine and without a network.

Only what this project's action needs of that: expressions that are one name, steps of bash, and the
files for outputs and the summary.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from attrs import define, field, frozen
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
_EXPRESSION = re.compile(r"\$\{\{ ([a-z.-]+) \}\}")
_BASH = shutil.which("bash") or "bash"
_OUTPUT = re.compile(r"(?m)^([a-z-]+)=(.*)$")


def yaml_of(text: str) -> Any:  # noqa: ANN401  whatever stands there
    """What `text` says in YAML 1.2, where `on` is a word, as GitHub has it."""
    return YAML(typ="safe", pure=True).load(text)


@frozen
class Step:
    id: str
    script: str
    environment: Mapping[str, str]


@frozen
class Action:
    """The steps of an action, and the defaults of its inputs."""

    inputs: Mapping[str, str]
    steps: Mapping[str, Step]
    outputs: Mapping[str, str]

    @classmethod
    @cache
    def load(cls, path: Path) -> Action:
        content = yaml_of(path.read_text("utf-8"))
        steps = content["runs"]["steps"]
        return cls(
            {name: one["default"] for name, one in content["inputs"].items()},
            {one["id"]: Step(one["id"], one["run"], one["env"]) for one in steps},
            {name: one["value"] for name, one in content["outputs"].items()},
        )


@frozen
class Done:
    """What came of a step."""

    code: int
    log: str
    outputs: Mapping[str, str]
    summary: str


@define
class Runner:
    """Where steps run: a checkout, and a directory for what is for one job."""

    folder: Path
    action: Action = field(factory=lambda: Action.load(ROOT / "action.yml"))

    def __attrs_post_init__(self) -> None:
        for folder in (self.checkout, self.temporary, self.programs):
            folder.mkdir(parents=True)

    @property
    def checkout(self) -> Path:
        return self.folder / "a checkout"

    @property
    def temporary(self) -> Path:
        return self.folder / "runner's temp"

    @property
    def programs(self) -> Path:
        """What is found before all else."""
        return self.folder / "programs"

    def program(self, name: str, script: str) -> None:
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def has_safelinks(self) -> None:
        """Put the safelinks under test, and its interpreter, where the action installs them."""
        paths = shlex.quote(os.pathsep.join(sys.path))
        python = shlex.quote(sys.executable)
        self.program("python", f'exec {python} "$@"')
        self.program("safelinks", f'PYTHONPATH={paths} exec {python} -P -m safelinks "$@"')

    def run(self, step: str, **inputs: str) -> Done:
        """Run a step of the action, with `-` as `_` in the names of inputs."""
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert given.keys() <= self.action.inputs.keys()
        context = {
            "steps.install.outputs.bin": str(self.programs),
            **{f"inputs.{name}": value for name, value in self.action.inputs.items()},
            **{f"inputs.{name}": value for name, value in given.items()},
        }
        chosen = self.action.steps[step]
        (script := self.folder / f"{step}.sh").write_text(chosen.script)
        output, summary = self.folder / "output", self.folder / "summary"
        output.write_text("")
        summary.write_text("From a step before.\n")
        done = subprocess.run(
            [_BASH, "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.checkout,
            env={
                **{name: value for name, value in os.environ.items() if name in {"HOME", "TMPDIR"}},
                "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}",
                "GITHUB_ACTIONS": "true",
                "GITHUB_ACTION_PATH": str(self.folder / "the action"),
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(summary),
                "RUNNER_TEMP": str(self.temporary),
                **{
                    name: _EXPRESSION.sub(lambda found: context[found[1]], value)
                    for name, value in chosen.environment.items()
                },
            },
            capture_output=True,
            text=True,
            check=False,
        )
        outputs = dict(_OUTPUT.findall(output.read_text()))
        return Done(done.returncode, done.stdout + done.stderr, outputs, summary.read_text())
