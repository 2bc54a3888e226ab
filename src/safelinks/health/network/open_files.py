"""How many files and connections this process may have open."""

from __future__ import annotations

__all__ = ["most_open_files"]

_FEW = 256  # Windows' own limit is higher, but not told
_MANY = 4_096  # more are of no use here


def most_open_files() -> int:
    """The limit of the system, as far as it matters."""
    try:
        import resource  # noqa: PLC0415  Windows has none
    except ImportError:
        return _FEW
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _FEW if soft < 0 else min(soft, _MANY)
