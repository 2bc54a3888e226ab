"""Work for a pool of processes, which import it: so it imports next to nothing."""

from __future__ import annotations

import os
import signal

__all__ = ["KILLS", "RAISES", "kill_oneself"]

KILLS, RAISES = 1, 2


def kill_oneself(bucket: int) -> int:
    """Work that is done, but of two buckets: one kills the process, one raises."""
    if bucket == KILLS:
        os.kill(os.getpid(), signal.SIGKILL)
    if bucket == RAISES:
        raise ValueError("of the work")
    return bucket
