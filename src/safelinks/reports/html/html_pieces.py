"""Pieces that tables of the pages have in common: a choice, and what is known of an outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from safelinks.health.model.outcome import Certificate, Outcome, Past
from safelinks.reports.html.html_escaping import address_as_html, as_html
from safelinks.reports.wording.phrases import count

__all__ = ["certificate_as_html", "hops_as_html", "past_phrases", "select_as_html"]

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


def hops_as_html(outcome: Outcome) -> str:
    """The requests on the way to an outcome, one by one."""
    steps = "".join(
        f"<li><code>{as_html(hop.method)}</code> {address_as_html(hop.url)} "
        f"<b>{'no answer' if hop.status is None else hop.status}</b> {hop.elapsed:.2f} s</li>"
        for hop in outcome.hops
    )
    attempts = outcome.attempts
    more = f"<p>{count(attempts, 'request')} in total</p>" if attempts > 1 else ""
    return f"<ol>{steps}</ol>{more}" if steps else ""


def certificate_as_html(certificate: Certificate, now: datetime) -> str:
    """Until when a certificate is valid, and for whom."""
    days = certificate.days_left(now)
    when = f"ended {count(-days, 'day')} ago" if days < 0 else f"{count(days, 'day')} left"
    names = ", ".join(certificate.names[:_MOST_NAMES])
    hosts = f"; for {as_html(names)}" if names else ""
    return f"until {certificate.not_after:%Y-%m-%d}, {when}{hosts}"


def past_phrases(past: Past) -> Iterator[str]:
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
