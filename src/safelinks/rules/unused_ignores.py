"""Comments that ignore nothing: ``safelinks: ignore[SL301]`` beside a link without that problem.

What was not asked could still be found: only what is certain is said. It does not matter which
rules a run reports: a comment is used if any rule that it names finds something.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from safelinks.addresses.place import Place
from safelinks.errors import SetupError
from safelinks.rules.checked_link import CheckedLink, over_https
from safelinks.rules.detectors import Aspect
from safelinks.rules.finding import Finding
from safelinks.rules.judge import Judge
from safelinks.rules.names_in_text import Remark
from safelinks.rules.rule_table import RULES, UNUSED_IGNORE, Rule
from safelinks.rules.selection import Selection, codes_of
from safelinks.rules.suppressions import ALL, IgnoreComment, Ignored

__all__ = ["unused_ignores"]


def unused_ignores(
    selection: Selection,
    ignored: Mapping[str, Ignored],
    rows: Iterable[CheckedLink],
    remarks: Iterable[Remark],
    now: datetime,
) -> Iterator[Finding]:
    """What to say of comments of which a rule ignores nothing, for certain."""
    if not selection.inline:
        return
    told = {
        file: one.comments
        for file, one in ignored.items()
        if one.comments and UNUSED_IGNORE in selection.rules(file)
    }
    if not told:
        return
    in_file: dict[str, list[CheckedLink]] = {file: [] for file in told}
    everything = Judge(Selection(), ignored, now)
    for row in rows:
        if row.file in told:
            in_file[row.file].append(row)
            everything.of_row(row)
    everything.of_remarks(remark for remark in remarks if remark.file in told)
    for file, comments in told.items():
        silenced = [one for one in everything.silenced if one.file == file]
        for number, (comment, unused) in enumerate(_unused(comments, in_file[file], silenced), 1):
            yield Finding(
                UNUSED_IGNORE.code,
                UNUSED_IGNORE.name,
                selection.level(UNUSED_IGNORE),
                _sentence(comment, unused),
                file,
                Place(comment.line, comment.column),
                times=number,
            )


def _unused(
    comments: Sequence[IgnoreComment],
    rows: Sequence[CheckedLink],
    silenced: Sequence[Finding],
) -> Iterator[tuple[IgnoreComment, list[str]]]:
    """Comments, each with its selectors that ignore nothing, if there are any."""
    for comment in comments:
        concerned = [one for one in rows if any(comment.concerns(at.line) for at in one.places)]
        used = {one.code for one in silenced if comment.concerns(one.place.line)}
        unused = [one for one in comment.selectors if _ignores_nothing(one, concerned, used)]
        if unused and not _is_kept(comment, comments):
            yield comment, unused


def _ignores_nothing(selector: str, rows: Iterable[CheckedLink], used: set[str]) -> bool:
    codes = _codes(selector) - {UNUSED_IGNORE.code}
    if not codes or codes & used:
        return False
    rules = [RULES[code] for code in codes]
    return all(_is_settled(rule, row) for row in rows for rule in rules)


def _is_kept(comment: IgnoreComment, comments: Iterable[IgnoreComment]) -> bool:
    """Whether a comment beside it says to keep it; one that ignores all does not say so."""
    return any(
        UNUSED_IGNORE.code in _codes(selector)
        for other in comments
        for selector in other.selectors
        if selector != ALL and other.concerns(comment.line)
    )


def _codes(selector: str) -> frozenset[str]:
    """The codes of a selector; none of one that is unknown, which is told elsewhere."""
    try:
        return codes_of(selector)
    except SetupError:
        return frozenset()


def _is_settled(rule: Rule, row: CheckedLink) -> bool:
    """Whether the rule would have found by now what there is to be found of an address."""
    if not rule.about_network:
        return True
    past = row.outcome.past
    if past is not None and past.reused:  # of which not everything is known
        return False
    if rule.aspect is Aspect.INSECURE and over_https(row.target or "") is not None:
        return False  # it may not have been asked over HTTPS
    return rule.settled_by is None or row.verdict in rule.settled_by


def _sentence(comment: IgnoreComment, unused: Iterable[str]) -> str:
    where = "this comment" if comment.lines is not None else "this comment for the whole file"
    named = ", ".join(one for one in unused if one != ALL)
    return f"{where} ignores nothing{f' ({named})' if named else ''}"
