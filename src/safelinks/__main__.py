"""The command, also as `python -m safelinks`: whoever interrupts or ends it gets no traceback.

Once the command line is read, Ctrl-C and SIGTERM are exceptions: what is half-written is removed,
and the history is closed.
"""

from __future__ import annotations

import _thread
import gc
import os
import signal
import sys
import threading
import time
from types import FrameType
from typing import TYPE_CHECKING

from safelinks.foundation.interrupts import INTERRUPTED, end_at_once, raise_from_now_on

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

__all__ = ["run"]

_TERMINATED = 143
_SOON = 0.01  # seconds
# Nearly all that a run makes stays until its end: to look for what does not is worth it less often.
_GARBAGE_AFTER = (50_000, 20, 50)


def run() -> None:
    """Run the command, and exit."""
    gc.set_threshold(*_GARBAGE_AFTER)
    end_at_once()
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _terminate)
    sys.unraisablehook = _again
    code: object = INTERRUPTED
    try:
        code = _exit_code_of_main()
    except KeyboardInterrupt:  # where nothing else could take it
        pass
    finally:
        # The interpreter still has to end: an interruption of that would be a traceback.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end(code)


def _end(code: object) -> None:
    """Exit with `code` when all is written: to take the interpreter down would take a tenth more.

    Whatever must be closed, was closed on the way here. What cannot be written is the interpreter's
    to complain of, and a profiler or a debugger has something to say at the end.
    """
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        sys.exit(code)  # type: ignore[arg-type]
    watched = sys.getprofile() is not None or sys.gettrace() is not None
    if isinstance(code, int | None) and not watched:
        os._exit(code or 0)
    sys.exit(code)  # type: ignore[arg-type]


def _exit_code_of_main() -> object:
    from safelinks.cli.program import main  # noqa: PLC0415  not before interruptions are taken care of

    try:
        raise_from_now_on()
        main(prog_name="safelinks")
    except SystemExit as error:
        return error.code
    return None


def _terminate(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(_TERMINATED)


def _again(lost: UnraisableHookArgs) -> None:
    """Interrupt once more where an interruption got lost: in a callback, nothing can be raised."""
    if lost.exc_type is KeyboardInterrupt:
        _thread.start_new_thread(_interrupt_soon, ())
    else:
        sys.__unraisablehook__(lost)


def _interrupt_soon() -> None:
    time.sleep(_SOON)
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:  # which also ends what the main thread is waiting for
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


if __name__ == "__main__":
    run()
