"""Rows of the page: what is known of a link, in the words of a language, for a template."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from safelinks.addresses.place import Place
from safelinks.catalog import Match
from safelinks.catalog.lookalikes.suspicions import Suspicion
from safelinks.checks.collecting import is_harmless
from safelinks.checks.link_groups import GroupKey, LinkGroup
from safelinks.checks.pipeline import Check
from safelinks.checks.report import Report
from safelinks.foundation.values import frozen
from safelinks.health.model.outcome import Reason, Verdict
from safelinks.reports.html.html_escaping import address_as_html, link_as_html, may_be_clicked
from safelinks.rules.checked_link import WORKS, CheckedLink
from safelinks.web.page_texts import PageTexts

__all__ = ["PageRow", "numbers_by_key", "page_row", "page_rows"]


@frozen
class PageRow:
    """A row of the table. Addresses are HTML already, all else is text that a template escapes.

    `verdict` is None where nobody was asked. `sent` and `tenant` are those of the first Safe Link.
    """

    number: int
    file: str
    address: Markup
    replacement: Markup | None
    in_file: Markup | None
    resource: str | None
    agency: str | None
    agency_name: str | None
    verdict: Verdict | None
    meaning: str
    evidence: str
    is_lost: bool
    suspicions: tuple[str, ...]
    places: tuple[str, ...]
    wrappers: str
    labels: str
    because: str
    sent: str | None
    tenant: str | None
    recipients: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The name of its colour and its shape."""
        return "suspicious" if self.suspicions else str(self.verdict or Verdict.SKIPPED)


def page_rows(check: Check, report: Report, texts: PageTexts) -> Iterator[PageRow]:
    """The rows of a report, which was made of `check`."""
    groups = check.collection.groups.values()
    for number, (row, group) in enumerate(zip(report.rows, groups, strict=True)):
        yield page_row(number, row, group, texts)


def numbers_by_key(check: Check) -> dict[GroupKey, int]:
    """The rows that outcomes may be about, by the keys of their links."""
    return {
        key: number
        for number, (key, group) in enumerate(check.collection.groups.items())
        if not group.first.defanged and group.role is None and not is_harmless(group.first)
    }


def page_row(number: int, row: CheckedLink, group: LinkGroup, texts: PageTexts) -> PageRow:
    """One row; `group` has what the check knows of the link, as it stands in the file."""
    link = group.first.unwrapped.safe_link if group.first.unwrapped else None
    agency = row.match.agency if row.match else None
    asked = row.outcome.reason is not Reason.NOT_ASKED
    clickable = not row.suspicions and (row.renamed or row.verdict in WORKS)
    told = row.target is not None and row.verdict not in (*WORKS, Verdict.OFFLINE)
    return PageRow(
        number,
        row.file,
        Markup(link_as_html(row.target or row.url, clickable=may_be_clicked(row))),  # noqa: S704  escaped there
        Markup(link_as_html(row.replacement, clickable=clickable)) if row.replacement else None,  # noqa: S704
        Markup(address_as_html(row.url)) if row.url != row.target else None,  # noqa: S704  escaped there
        _name(row.match, texts),
        agency.acronym if agency else None,
        agency.name if agency else None,
        row.verdict if asked else None,
        texts.meanings[row.outcome.reason] if asked else "",
        row.outcome.evidence if told else "",
        row.target is None,
        tuple(_suspicion(suspicion, texts) for suspicion in row.suspicions),
        tuple(dict.fromkeys(_place(place, texts) for place in row.places)),
        ", ".join(dict.fromkeys(name for one in row.sightings for name in one.wrappers)),
        ", ".join(dict.fromkeys(f"“{one.label}”" for one in row.sightings if one.label)),
        _identified(row.match, texts),
        f"{link.sent_at:%Y-%m-%d %H:%M} UTC" if link and link.sent_at else None,
        str(link.tenant) if link and link.tenant else None,
        row.recipients,
    )


# --- What the library says, in the words of a language ---


def _name(match: Match | None, texts: PageTexts) -> str | None:
    """What an address is: a resource, or whose page; None for what is not known."""
    if match is None:
        return None
    if match.resource is not None:
        return match.resource.name
    return texts.page_of.format(name=match.agency.name) if match.agency else match.site


def _suspicion(suspicion: Suspicion, texts: PageTexts) -> str:
    imitates = suspicion.imitates or texts.official
    return texts.suspicions[suspicion.sign].format(reason=suspicion.reason, imitates=imitates)


def _identified(match: Match | None, texts: PageTexts) -> str:
    """By what an address was identified; empty for what has no host, so that it was not."""
    if match is None or match.host is None:
        return ""
    entry = match.resource or match.agency or match.owner
    return texts.identified[match.inference or match.rule].format(
        reason=match.reason,
        matched=match.matched,
        identifier=match.identifier,
        name=entry.name if entry else "",
        site=match.site,
        host=match.host,
    )


def _place(place: Place, texts: PageTexts) -> str:
    """Where something stands, without the column."""
    return ", ".join(
        f"{words} {getattr(place, name)}"
        for name, words in texts.places.items()
        if getattr(place, name) is not None
    )
