"""The container file copies what is there, and starts the program as somebody who is not root."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "Containerfile").read_text("utf-8")
STEPS = re.findall(r"^([A-Z]+) +(.*)$", TEXT.replace("\\\n", " "), re.MULTILINE)
LAST = STEPS[max(at for at, (name, _) in enumerate(STEPS) if name == "FROM") :]
LET_IN = [line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines()]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_it_starts_the_program_as_nobody() -> None:
    last: dict[str, str] = dict(LAST)
    assert last["CMD"].startswith('["serve", ')
    user, group = map(int, last["USER"].split(":"))
    assert 0 not in (user, group)
    assert last["ENTRYPOINT"] == '["safelinks"]'
    names = [name for name, _ in LAST]
    assert "RUN" not in names
    assert names.index("COPY") < names.index("USER") < names.index("ENTRYPOINT")


def test_it_is_of_one_python_that_is_supported() -> None:
    bases = {re.sub(" AS .*", "", what) for name, what in STEPS if name == "FROM"}
    (version,) = (re.fullmatch(r"python:(3\.\d+)-slim", base)[1] for base in bases)  # type: ignore[index]
    assert f"Programming Language :: Python :: {version}" in PROJECT["classifiers"]


COPIED = [
    source
    for name, what in STEPS
    if name == "COPY" and not what.startswith("--from")
    for source in what.split()[:-1]
]


@pytest.mark.parametrize("name", COPIED)
def test_what_is_copied_is_there_and_let_in(name: str) -> None:
    assert (ROOT / name).exists()
    assert name in LET_IN


def test_all_that_the_build_needs_is_copied() -> None:
    (build,) = (what for name, what in STEPS if name == "RUN")
    extras = PROJECT["optional-dependencies"]
    wanted = shlex.split(build)[-1].removeprefix(".[").removesuffix("]").split(",")
    assert set(wanted) == {"msg", "pdf", "web"} <= set(extras)  # without what is large
    needed = {"pyproject.toml", "src", PROJECT["readme"], *PROJECT["license-files"]}
    assert needed <= set(COPIED)
