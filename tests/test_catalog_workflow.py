"""The workflow that keeps a catalog: its steps, run against a City on the loopback interface.

The remote repository is a bare one beside the checkout, and `gh` is a program that writes down how
it was called.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from actions import ROOT
from attrs import define
from test_ci_files import content, schema
from web import Web, answer, html, serving

from safelinks import Catalog

pytestmark = [
    pytest.mark.apart,
    pytest.mark.slow,
]
WORKFLOW = ROOT / "examples" / "catalog-workflow.yml"
JOBS = content(WORKFLOW)["jobs"]
BRANCH = "catalog-addresses"
CONTEXT = {
    "github.token": "a-token",
    "github.ref_name": "main",
    "github.server_url": "https://github.example",
    "github.repository": "city/catalog",
    "github.run_id": "7",
}
_EXPRESSION = re.compile(r"\$\{\{ ([a-z._]+) \}\}")
_GIT = shutil.which("git") or "git"
_BASH = shutil.which("bash") or "bash"
# What gh says to `pr list` is in a file; of a text, what it is told to send is kept.
_GH = """\
printf '%s\\n' "$*" >> "{folder}/gh-calls"
case $* in
  "pr list"*) cat "{folder}/open-requests" ;;
  "pr create"*) while [ "$1" != --body-file ]; do shift; done; cp "$2" "{folder}/body.md" ;;
esac
"""


@define
class City:
    """A web, a catalog of it in a checkout, and the remote that the checkout is of."""

    folder: Path
    web: Web

    @property
    def checkout(self) -> Path:
        return self.folder / "checkout"

    @property
    def catalog(self) -> Path:
        return self.checkout / "city.toml"

    def git(self, *arguments: str, where: str = "checkout") -> str:
        done = subprocess.run(
            [_GIT, *arguments],
            cwd=self.folder / where, env=self.environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": f"{self.folder / 'programs'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_DATE": "2026-11-30T09:00:00Z",
            "GIT_COMMITTER_DATE": "2026-11-30T09:00:00Z",
            "SAFELINKS_ALLOW_PRIVATE": "true",
            "SAFELINKS_RETRIES": "0",
        }

    def program(self, name: str, script: str) -> None:
        (self.folder / "programs").mkdir(exist_ok=True)
        path = self.folder / "programs" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def run(self, job: str) -> Mapping[str, str]:
        """Run the step of a job that has its name; what it says, and its outputs."""
        (step,) = (one for one in JOBS[job]["steps"] if one.get("id") == job)
        output, summary = self.folder / "output", self.folder / "summary"
        output.write_text("")
        summary.touch()
        (script := self.folder / "step.sh").write_text(step["run"])
        own = {
            name: _EXPRESSION.sub(lambda found: CONTEXT[found[1]], value)
            for name, value in step.get("env", {}).items()
        }
        done = subprocess.run(
            [_BASH, "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.checkout,
            env=self.environment
            | content(WORKFLOW)["env"]
            | own
            | {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)},
            capture_output=True,
            text=True,
            check=False,
        )
        outputs = dict(line.split("=", 1) for line in output.read_text().splitlines())
        said = {"code": str(done.returncode), "log": done.stdout + done.stderr}
        return {**said, **outputs, "summary": summary.read_text()}

    @property
    def calls(self) -> list[list[str]]:
        """How gh was called."""
        path = self.folder / "gh-calls"
        return (
            [shlex.split(line) for line in path.read_text().splitlines()] if path.exists() else []
        )


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    pages = {
        "/fine": html("Fine"),
        "/old": answer("301 Moved Permanently", "", "Location: /new"),
        "/new": html("New"),
    }
    with serving(dict(pages)) as web:
        made = City(tmp_path, web)
        paths = shlex.quote(os.pathsep.join(sys.path))
        python = shlex.quote(sys.executable)
        made.program("safelinks", f'PYTHONPATH={paths} exec {python} -P -m safelinks "$@"')
        made.program("gh", _GH.format(folder=tmp_path))
        (tmp_path / "open-requests").write_text("0\n")
        (tmp_path / "remote").mkdir()
        made.git("init", "--quiet", "--bare", "--initial-branch=main", where="remote")
        made.git("clone", "--quiet", "remote", "checkout", where=".")
        write_catalog(made, "fine", "old")
        made.git("add", "city.toml")
        made.git("-c", "user.name=A", "-c", "user.email=a@a.example", "commit", "-qm", "Begin")
        made.git("push", "--quiet", "origin", "HEAD:main")
        yield made


def write_catalog(city: City, *names: str) -> None:
    entries = [
        f'[[resources]]\nid = "{name}"\nname = "The {name}"\nagency = "RVB"\n'
        f'url = "{city.web.url(f"/{name}")}"\nsources = ["a list"]\n'
        for name in names
    ]
    body = '[[agencies]]\nacronym = "RVB"\nname = "Riverbend"\n'
    city.catalog.write_text("\n".join([body, *entries]))


def test_what_has_moved_becomes_a_request_with_its_evidence(city: City) -> None:
    before = city.catalog.read_text()
    checked = city.run("check")
    assert (checked["code"], checked["moved"]) == ("0", "true"), checked["log"]
    assert city.catalog.read_text() == before
    old, new = city.web.url("/old"), city.web.url("/new")
    today = datetime.now(UTC).date()
    evidence = f"301 from `{old}` to `{new}`, seen on `{today}`"
    assert evidence in checked["summary"]
    page = (city.checkout / "catalog-status" / "status.html").read_text("ascii")
    assert "All 2 services work; 1 has moved" in page
    assert city.calls == []

    proposed = city.run("propose")
    assert proposed["code"] == "0", proposed["log"]
    assert city.calls == [
        ["pr", "list", "--head", BRANCH, "--state", "open", "--json", "number", "--jq", "length"],
        ["auth", "setup-git"],
        ["pr", "create", "--base", "main", "--head", BRANCH, "--title", "Update", "addresses",
         "that", "have", "moved", "--body-file", "catalog-status/evidence.md"],
    ]  # fmt: skip
    body = (city.folder / "body.md").read_text()
    assert evidence in body
    assert body.endswith("this run: https://github.example/city/catalog/actions/runs/7\n")
    changed = city.git("diff", "--name-only", "main", BRANCH, where="remote")
    assert changed == "city.toml\n"
    merged = city.git("show", f"{BRANCH}:city.toml", where="remote")
    city.catalog.write_text(merged)
    found = Catalog.load(city.catalog, base=Catalog()).identify(old)
    assert (found.renamed, found.current_url) == (True, new)
    assert "[bot]" in city.git("log", "-1", "--format=%an", BRANCH, where="remote")
    assert city.git("log", "--format=%s", "main", where="remote") == "Begin\n"


def test_a_request_that_is_open_is_left_alone(city: City) -> None:
    city.run("check")
    (city.folder / "open-requests").write_text("1\n")
    proposed = city.run("propose")
    assert proposed["code"] == "0"
    assert "an earlier request is still open" in proposed["log"]
    assert [call[:2] for call in city.calls] == [["pr", "list"]]
    assert city.git("branch", "--list", BRANCH, where="remote") == ""


def test_the_branch_of_a_closed_request_is_replaced(city: City) -> None:
    as_somebody = ("-c", "user.name=A", "-c", "user.email=a@a.example")
    city.git(*as_somebody, "commit", "--quiet", "--allow-empty", "--message=Another")
    city.git("push", "--quiet", "origin", f"HEAD:refs/heads/{BRANCH}")
    city.git("reset", "--quiet", "--hard", "HEAD~1")
    city.run("check")
    assert city.run("propose")["code"] == "0"
    assert city.git("log", "--format=%s", BRANCH, where="remote").splitlines() == [
        "Update addresses that have moved", "Begin",
    ]  # fmt: skip


def test_what_is_to_be_reviewed_changes_nothing(city: City) -> None:
    city.web.pages["/old"] = answer("410 Gone")
    checked = city.run("check")
    assert (checked["code"], checked["moved"]) == ("0", "false")
    assert "| The old |" in checked["summary"]
    assert "page removed permanently" in checked["summary"]


def test_since_when_is_remembered(city: City) -> None:
    city.web.pages["/old"] = answer("410 Gone")
    for runs in ("1 run", "2 runs"):
        city.run("check")
        page = (city.checkout / "catalog-status" / "status.html").read_text("ascii")
        assert f"{runs}; never worked" in page


def test_nothing_to_do_is_no_failure(city: City) -> None:
    write_catalog(city, "fine")
    checked = city.run("check")
    assert (checked["code"], checked["moved"]) == ("0", "false")
    assert "**1 service works.**" in checked["summary"]


def test_a_catalog_with_a_mistake_fails_the_job(city: City) -> None:
    city.catalog.write_text('[[resources]]\nid = "a"\n')
    checked = city.run("check")
    assert (checked["code"], checked["moved"]) == ("2", "false")
    assert "city.toml, line 1: " in checked["log"]


def test_a_request_that_cannot_be_opened_fails_the_job(city: City) -> None:
    city.run("check")
    city.program("gh", 'case $* in "pr list"*) echo 0 ;; "pr create"*) exit 1 ;; esac')
    assert city.run("propose")["code"] == "1"


def test_services_understand_it_and_it_may_do_little() -> None:
    workflow = content(WORKFLOW)
    assert [one.message for one in schema("github-workflows").iter_errors(workflow)] == []
    assert workflow["permissions"] == {}
    assert {name: job["permissions"] for name, job in JOBS.items()} == {
        "check": {"contents": "read"},
        "propose": {"contents": "write", "pull-requests": "write"},
    }
    steps = [step for job in JOBS.values() for step in job["steps"]]
    for step in steps:
        assert "${{" not in step.get("run", "")
        assert re.fullmatch(
            r"actions/[a-z/-]+@[0-9a-f]{40}", step.get("uses", f"actions/a@{40 * '0'}")
        )
    assert [step["with"]["persist-credentials"] for step in steps if "checkout" in str(step)] == [
        False, False,
    ]  # fmt: skip


def test_actions_are_those_of_the_project() -> None:
    ours = "".join(one.read_text() for one in (ROOT / ".github" / "workflows").glob("*.yml"))
    used = re.findall(r"uses: (actions/\S+ # v\S+)", WORKFLOW.read_text())
    assert {one for one in used if one not in ours and "/cache/" not in one} == set()
    assert len({one.partition("@")[2] for one in used if "/cache/" in one}) == 1
