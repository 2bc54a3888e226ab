"""The command line, and how much memory it took: `python -m benchmarks.clients.peak check FILE`."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

__all__ = ["peak"]


def peak() -> float:
    """Megabytes that this process took at most; Linux only.

    The kernel's own figure: that of getrusage counts what the parent held before this one began.
    """
    status = Path("/proc/self/status").read_text("ascii", "replace")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


if __name__ == "__main__":
    from safelinks.cli.program import main

    try:
        main(sys.argv[1:])
    finally:
        print(json.dumps({"peak": peak()}), file=sys.stderr)
