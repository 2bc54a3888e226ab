"""What reading and cleaning cost, beside an earlier revision of this repository, in turns.

Each side is a process of its own that imports `safelinks` from its own source; times are of the
processor, the least of several runs.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from benchmarks.measure import compare, heading, run

__all__ = ["EARLIER", "earlier"]

EARLIER = "481d5f8"  # 0.1.0 of November 2026
_ROUNDS = 3
_WORK = Path(__file__).parent / "clients" / "reading.py"
_WORKLOADS = {  # by name in the script: what it is, and what of the earlier cost is allowed
    "find_prose": ("find in 20 MB of prose", 1.05),
    "find_mail": ("find in 20 MB of quoted mail", 1.05),
    "find_links": ("find in 20,000 Safe Links", 1.05),
    "read_html": ("read 5 MB of HTML", 1.05),
    "read_mbox": ("read an mbox of 2,000 messages", 1.05),
    "read_markdown": ("read 5 MB of Markdown", None),
    "clean_html": ("clean 5 MB of HTML", 1.05),
    "clean_mbox": ("clean an mbox of 2,000 messages", 1.05),
    "clean_text": ("clean 5 MB of text with Safe Links", 1.05),
    "clean_nothing": ("clean 5 MB of text without wrappers", 1.05),
}


def earlier(revision: str = EARLIER) -> None:
    """Print each workload's cost now and at `revision`, of which git has to know."""
    top = Path(__file__).parent.parent
    with tempfile.TemporaryDirectory() as folder:
        command = ("git", "-C", str(top), "archive", revision, "src")
        archive = subprocess.run(command, check=True, capture_output=True).stdout
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(folder, filter="data")
        heading(f"Reading and cleaning, ours beside {revision} (seconds of the processor)")
        for name, (what, limit) in _WORKLOADS.items():
            ours: list[float] = []
            peer: list[float] = []
            for _ in range(_ROUNDS):
                for side, times in ((top / "src", ours), (Path(folder, "src"), peer)):
                    work = (sys.executable, str(_WORK), str(side), name)
                    times.append(run(work, Path(folder, "cache", side.parent.name)).figures["s"])
            compare(what, [min(ours)], [min(peer)], "s", limit)
            sys.stdout.flush()
