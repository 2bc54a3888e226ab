"""What to write in the place of an address: one thing, however many rules say so."""

from __future__ import annotations

from collections.abc import Sequence

from safelinks.rules import OF_WRAPPERS, Finding

__all__ = ["to_write"]


def to_write(findings: Sequence[Finding]) -> tuple[str, str] | None:
    """What `findings` on one address say to write, and what `--fix` does of that, in brackets.

    An address that is newer than the target of a wrapper comes first, and what is certain before
    what is not.
    """
    written = [one for one in findings if one.replacement]
    if not written:
        return None
    best = min(written, key=lambda one: (one.code in OF_WRAPPERS, not one.fixable))
    does = ""
    if best.fixable:
        does = " (--fix does this)"
    elif any(one.fixable for one in written):
        does = " (--fix only unwraps it)"
    return best.replacement or "", does
