"""How properties are tested: the same examples in every run, and no clock has a say.

`pytest --hypothesis-profile=explore` looks for new ones.
"""

from __future__ import annotations

import pytest
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
