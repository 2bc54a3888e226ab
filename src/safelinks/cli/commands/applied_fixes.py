"""`safelinks check --fix` and `--diff`: what is certain, written into the files or shown."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from attrs import evolve

from safelinks.cli.commands.document_changes import Changing
from safelinks.cli.options.inputs import Inputs
from safelinks.cli.options.messages import tell

if TYPE_CHECKING:
    from safelinks.checks.assessment import Survey
    from safelinks.checks.report import Report
    from safelinks.health.model.outcome import Outcome

__all__ = ["mend"]


def mend(
    inputs: Inputs, survey: Survey, report: Report, outcomes: Mapping[str, Outcome], *, write: bool
) -> Report:
    """Change the files, or show what would be changed; the report on what is left to say."""
    from safelinks.reports.wording.phrases import count  # noqa: PLC0415  much, for this option

    plans = survey.mending(outcomes)
    read = partial(Inputs, keep_redirectors=inputs.keep_redirectors, bare_hosts=inputs.bare_hosts)
    named = read(tuple(plans))
    changing = Changing(
        named,
        lambda one: one.rewriting(plans[one.name].of),
        told=True,
        readings=inputs.readings,
        show_recipients=survey.show_recipients,
        everybody=frozenset(survey.found.everybody),
    )
    if not write:
        changing.show(diff=True)
        return report
    changed = changing.replace()
    inputs.failed |= named.failed
    written = read(tuple(file for file in plans if file in changing.done))
    mends: set[str] = set()
    for file, documents in groupby(written.documents(), key=lambda one: one.name):
        mends |= plans[file].done(link for one in documents for link in one.links)
    left = tuple(one for one in report.findings if one.fingerprint not in mends)
    mended = tuple(one for one in report.findings if one.fingerprint in mends)
    if changed:
        tell(f"Fixed {count(len(mended), 'problem')} in {count(changed, 'file')}")
    return evolve(report, findings=left, mends=mended)
