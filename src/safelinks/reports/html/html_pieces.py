"""Pieces that tables of the pages have in common: a choice, and what is known of an outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from safelinks.health.model.outcome import MEANING, Certificate, Outcome, Past, Reason, Verdict
from safelinks.reports.html.html_escaping import (
    ADDRESS_WORDS,
    VERDICT_WORDS,
    address_as_html,
    as_html,
    shape,
)
from safelinks.reports.wording.conclusion import UNCHECKED
from safelinks.reports.wording.phrases import count

__all__ = ["details_as_html", "outcome_facts", "select_as_html", "verdict_as_html"]

_MOST_NAMES = 6


def select_as_html(name: str, label: str, anything: str, choices: Iterable[tuple[str, str]]) -> str:
    """A filter of a table: its values, each with the words for it."""
    options = "".join(
        f'<option value="={as_html(value)}">{as_html(words)}</option>' for value, words in choices
    )
    return (
        f'<label>{label} <select name="{name}" data-filter="{name}">'
        f'<option value="">{anything}</option>{options}</select></label>\n'
    )


def verdict_as_html(verdict: Verdict, reason: Reason) -> str:
    """A verdict with its shape, and why, where that says more."""
    meaning = MEANING[reason].removeprefix("works, ").removeprefix("but ")
    because = "" if meaning == "works" else f"<span>{as_html(meaning)}</span>"
    words = f"<b>{VERDICT_WORDS[verdict]}</b> {because}"
    if reason is Reason.NOT_ASKED:
        words = f"<b>{ADDRESS_WORDS[UNCHECKED]}</b>"
    return f'<p class="is-{verdict}">{shape(verdict)}{words}</p>'


def details_as_html(facts: Iterable[tuple[str, str]]) -> str:
    """Terms and what is told of each, folded away; without those of which nothing is told."""
    pairs = "".join(f"<div><dt>{term}</dt><dd>{told}</dd></div>" for term, told in facts if told)
    return f"<details><summary>Details</summary><dl>{pairs}</dl></details>"


def outcome_facts(outcome: Outcome, now: datetime) -> Iterator[tuple[str, str]]:
    """What is known of an outcome, for `details_as_html`."""
    yield "Reason", f"<code>{as_html(outcome.reason)}</code>"
    yield "Seen", as_html(outcome.evidence)
    yield "Requests", as_html(outcome.error)
    yield "Requests", _hops(outcome)
    if outcome.certificate is not None:
        yield "Certificate", _certificate(outcome.certificate, now)
    if outcome.past is not None:
        yield "Before", as_html("; ".join(_past_phrases(outcome.past)))


def _hops(outcome: Outcome) -> str:
    """The requests on the way to an outcome, one by one."""
    steps = "".join(
        f"<li><code>{as_html(hop.method)}</code> {address_as_html(hop.url)} "
        f"<b>{'no answer' if hop.status is None else hop.status}</b> {hop.elapsed:.2f} s</li>"
        for hop in outcome.hops
    )
    attempts = outcome.attempts
    more = f"<p>{count(attempts, 'request')} in total</p>" if attempts > 1 else ""
    return f"<ol>{steps}</ol>{more}" if steps else ""


def _certificate(certificate: Certificate, now: datetime) -> str:
    """Until when a certificate is valid, and for whom."""
    days = certificate.days_left(now)
    when = f"ended {count(-days, 'day')} ago" if days < 0 else f"{count(days, 'day')} left"
    names = ", ".join(certificate.names[:_MOST_NAMES])
    hosts = f"; for {as_html(names)}" if names else ""
    return f"until {certificate.not_after:%Y-%m-%d}, {when}{hosts}"


def _past_phrases(past: Past) -> Iterator[str]:
    """What earlier runs saw, in plain text."""
    if past.runs:
        runs = count(past.runs, "run")
        yield (
            f"failing since {past.since:%Y-%m-%d} ({runs})" if past.since else f"failing in {runs}"
        )
    if past.last_alive is not None:
        yield f"last worked on {past.last_alive:%Y-%m-%d}"
    elif past.runs:
        yield "never worked in earlier runs"
    if past.reused is not None:
        yield f"last checked at {past.reused:%Y-%m-%d %H:%M} UTC"
