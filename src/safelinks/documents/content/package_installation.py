"""How a package that is missing is installed for the very Python that runs this."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable
from importlib.util import find_spec

__all__ = ["installation_of"]


def installation_of(packages: Iterable[str]) -> str:
    """The command, for a shell. An environment that uv has made has no pip of its own."""
    python = sys.executable or "python"
    pip = [python, "-m", "pip", "install"]
    if find_spec("pip") is None:
        pip = ["uv", "pip", "install", "--python", python]
    return shlex.join([*pip, *packages])
