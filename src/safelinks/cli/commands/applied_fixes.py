"""`safelinks check --fix` and `--diff`: what is certain, written into the files or shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from safelinks.cli.options.inputs import Inputs
from safelinks.cli.options.messages import tell

if TYPE_CHECKING:
    from safelinks.checks.file_change import FileChange
    from safelinks.checks.pipeline import Check
    from safelinks.checks.report import Report

__all__ = ["show_fixes", "write_fixes"]


def show_fixes(checking: Check, inputs: Inputs) -> None:
    """Print what would change in the files, as a diff."""
    from safelinks.cli.commands.document_changes import print_diff, say_what_stays  # noqa: PLC0415  only who fixes pays

    for change in checking.fixes():
        with inputs.complaining():
            print_diff(change, show_recipients=checking.options.show_recipients)
            say_what_stays(change)


def write_fixes(checking: Check, inputs: Inputs, backup: str | None = None) -> Report:
    """Change the files; the report on what is left to say."""
    from safelinks.cli.commands.document_changes import say_what_stays  # noqa: PLC0415  as above
    from safelinks.reports.wording.phrases import count  # noqa: PLC0415  `--help` and completion do without

    changed = 0

    def told(change: FileChange, is_changed: bool) -> None:  # noqa: FBT001
        nonlocal changed
        say_what_stays(change)
        if is_changed:
            changed += 1
            tell(f"changed {change.name}")

    report = checking.fix(backup=backup, on_error=inputs.fail, on_change=told)
    if changed:
        tell(f"Fixed {count(len(report.mends), 'problem')} in {count(changed, 'file')}")
    return evolve(report, unread=inputs.failed)
