"""`PageTexts`: every text of the web page, so that no language can lack one."""

from __future__ import annotations

from collections.abc import Mapping

from safelinks.catalog.lookalikes.suspicions import Sign
from safelinks.catalog.match import Inference, MatchedRule
from safelinks.foundation.values import frozen
from safelinks.health.model.outcome import Reason, Verdict

__all__ = ["PageTexts"]


@frozen(kw_only=True)
class PageTexts:
    """The texts of the page in one language, `code` in BCP 47, called `name` in that language.

    `meanings` say why a verdict is what it is. `suspicions` and `identified` say what the library
    says in English, which is `{reason}` there; `places` are the words of its places, and `problems`
    are by the name of their kind.
    """

    code: str
    name: str
    languages: str
    title: str
    skip: str
    heading: str
    promise: str
    form: str
    text_label: str
    text_help: str
    files_label: str
    files_help: str
    drop: str
    choices: str
    recipients: str
    redirectors: str
    show: str
    show_help: str
    check: str
    check_help: str
    stop: str
    take_away: str
    take_away_help: str
    clean: str
    fixed: str
    after_check: str
    report_html: str
    report_csv: str
    report_json: str
    of_check: str
    checking: str
    checked: str
    interrupted: str
    stopped: str
    failed: str
    none: str
    results: str
    links_heading: str
    caption: str
    column_verdict: str
    column_resource: str
    column_agency: str
    column_address: str
    column_where: str
    column_doubts: str
    not_checked: str
    unknown: str
    lost: str
    instead: str
    suspicious: str
    details: str
    in_file: str
    wrapped_by: str
    reads: str
    sent: str
    tenant: str
    recipient: str
    because: str
    seen: str
    in_the_file: str
    clean_text: str
    copy: str
    copied: str
    notes: str
    problem: str
    footer: str
    page_of: str
    official: str
    counts: str
    verdicts: Mapping[Verdict, str]
    meanings: Mapping[Reason, str]
    suspicions: Mapping[Sign, str]
    identified: Mapping[MatchedRule | Inference, str]
    places: Mapping[str, str]
    problems: Mapping[str, str]
