"""Ours through the Python API asks every address of FILE: `checker.py FILE POLICY`.

POLICY is an object of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

from benchmarks.clients.peak import peak
from safelinks.health.checker import Checker
from safelinks.health.model.policy import Policy

urls = Path(sys.argv[1]).read_text("utf-8").split()
start = time.process_time()
checker = Checker(Policy(allow_private=True, **json.loads(sys.argv[2])))
outcomes = asyncio.run(checker.check(urls))
took = time.process_time() - start
odd = [outcome for outcome in outcomes.values() if outcome.reason.name != "OK"]
assert not odd, odd[:3]
print(json.dumps({"cpu": took, "peak": peak()}), file=sys.stderr)
