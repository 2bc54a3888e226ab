"""Ctrl-C before there is anything to clean up: the command ends at once, with 130 and no traceback.

Importing this does nothing in any program but the command itself. There, it has to come before all
other imports: one that is interrupted may raise anything, or lose the interruption.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

__all__ = ["INTERRUPTED", "end_at_once", "raise_from_now_on"]

INTERRUPTED = 130  # as shells have it: 128 and the number of the signal


def end_at_once() -> None:
    """From now on, an interruption ends the process, unless the parent process ignores them."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def raise_from_now_on() -> None:
    """From now on, an interruption is a KeyboardInterrupt again."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(_number: int, _frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)


def _is_the_command() -> bool:
    """Whether this process was started as `safelinks` or as `python -m safelinks`."""
    if sys.argv[:1] == ["-m"]:  # as it is while the package of a module to be run is imported
        pairs = zip(sys.orig_argv, sys.orig_argv[1:], strict=False)
        return any(
            one[:1] == "-" and one[-1:] == "m" and two in {"safelinks", "safelinks.__main__"}
            for one, two in pairs
        )
    frame = sys._getframe()  # noqa: SLF001  nothing else tells who imports this
    while frame.f_back is not None:
        frame = frame.f_back
    return "safelinks.__main__" in frame.f_code.co_names  # which is what the command imports


if _is_the_command():
    end_at_once()
