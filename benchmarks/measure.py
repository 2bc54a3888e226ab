"""Whole processes, several kinds in turns: wall time, CPU time and what they say; and a table."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from attrs import frozen

__all__ = ["Command", "Run", "bound", "compare", "heading", "run"]

Command = Sequence[str]


@frozen
class Run:
    """One process: seconds that passed, seconds of the processor, the figures it gave itself."""

    wall: float
    cpu: float
    figures: Mapping[str, float]


def run(command: Command, cache: Path) -> Run:
    """Run `command` to its end. Raises ChildProcessError when it fails.

    Proxies of the environment are left out: all that is asked is on this machine. Python keeps its
    bytecode in `cache`, as installed packages have theirs. A last line on standard error that is a
    JSON object are the figures.
    """
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy") and name != "PYTHONDONTWRITEBYTECODE"
    }
    environment["PYTHONPYCACHEPREFIX"] = str(cache)
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=errors, env=environment
        )
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace").strip()
    if process.returncode:
        raise ChildProcessError(f"{' '.join(command)[:200]}: {process.returncode}, {said[-500:]}")
    last = said.rpartition("\n")[2]
    figures = json.loads(last) if last.startswith("{") else {}
    return Run(wall, usage.ru_utime + usage.ru_stime, figures)


def heading(text: str) -> None:
    print(f"\n{text}\n{'':44} {'ours':>24} {'peer':>24}  ratio")


def compare(
    what: str, ours: Sequence[float], peer: Sequence[float], unit: str, limit: float | None = None
) -> None:
    """A row: medians, the least and the most of both sides, their ratio, and whether it will do."""
    ratio = median(ours) / median(peer)
    verdict = _verdict(f"at most {limit}", limit is not None and ratio <= limit) if limit else ""
    print(f"{what:44} {_figure(ours, unit):>24} {_figure(peer, unit):>24} {ratio:6.2f}  {verdict}")


def bound(what: str, ours: Sequence[float], unit: str, limit: float) -> None:
    """A row without a peer: the ratio is to the limit."""
    verdict = _verdict(f"at most {limit:g} {unit}", median(ours) <= limit)
    ratio = median(ours) / limit
    print(f"{what:44} {_figure(ours, unit):>24} {'':24} {ratio:6.2f}  {verdict}")


def _verdict(limit: str, met: bool) -> str:  # noqa: FBT001
    return f"({limit}: {'met' if met else 'MISSED'})"


def _figure(values: Sequence[float], unit: str) -> str:
    digits = 2 if max(values) < 10 else 1 if max(values) < 100 else 0
    middle = f"{median(values):.{digits}f} {unit}"
    if len(values) == 1:
        return middle
    return f"{middle} ({min(values):.{digits}f}-{max(values):.{digits}f})"
