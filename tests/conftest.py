"""How properties are tested: the same examples in every run, and no clock has a say.

`pytest --hypothesis-profile=explore` looks for new ones. Attacks tell how much they tried, and
the run's last line says the sums.
"""

from __future__ import annotations

from collections import Counter

import pytest
from attacking import Count
from hypothesis import HealthCheck, settings

# Their assertions are to tell as much as those of the tests that they are part of.
pytest.register_assert_rewrite("matrix_stage", "matrix_stages")

settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "explore", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=2_000
)
settings.load_profile("steady")

_TRIED = "tried: "


@pytest.fixture
def count(record_property: Count) -> Count:
    """Add to the counts that the run ends with."""

    def add(what: str, number: int) -> None:
        record_property(_TRIED + what, number)

    return add


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
