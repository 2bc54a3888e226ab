"""How properties are tested: the same examples in every run, and no clock has a say.

`pytest --hypothesis-profile=explore` looks for new ones. Attacks tell how much they tried, and
the run's last line says the sums.
"""

from __future__ import annotations

import gc
import os
import sys
from collections import Counter
from importlib.util import find_spec

import pytest
from attacking import Count
from hypothesis import HealthCheck, settings

# Their assertions are to tell as much as those of the tests that they are part of.
pytest.register_assert_rewrite("matrix_stage", "matrix_stages")

# Hundreds of tests start Python: without bytecode, each start would compile the whole package again.
if sys.dont_write_bytecode:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False

# What is collected stays until the end: looking for garbage in it takes a quarter of that time.
gc.disable()

# The examples are the same in every run: those beyond the first tens find nothing new.
settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=25,
)
settings.register_profile(
    "explore", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=2_000
)
settings.load_profile("steady")

# Spark is too large to be installed for every run: see `.ci/run` and CONTRIBUTING.
collect_ignore = [] if find_spec("pyspark") else ["test_bulk_spark.py"]

_TRIED = "tried: "


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Attacks take long, and what they attack is the same on every Python."""
    for item in items:
        if item.path.parent.name == "attacks":
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def count(record_property: Count) -> Count:
    """Add to the counts that the run ends with."""

    def add(what: str, number: int) -> None:
        record_property(_TRIED + what, number)

    return add


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    sums: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") != "call":
                continue
            for name, number in getattr(report, "user_properties", ()):
                if name.startswith(_TRIED):
                    sums[name.removeprefix(_TRIED)] += number
    if sums:
        tried = ", ".join(f"{number:,} {what}" for what, number in sorted(sums.items()))
        terminalreporter.write_line(f"attacks: {tried}")
