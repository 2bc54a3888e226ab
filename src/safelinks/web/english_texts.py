"""The web page in English."""

from __future__ import annotations

from safelinks.catalog.lookalikes.suspicions import Sign
from safelinks.catalog.match import Inference, MatchedRule
from safelinks.health.model.outcome import MEANING
from safelinks.reports.html.html_escaping import VERDICT_WORDS
from safelinks.web.page_texts import PageTexts
from safelinks.web.problems import PROBLEMS

__all__ = ["ENGLISH_TEXTS"]

_PLACES = ("message", "part", "page", "slide", "sheet", "cell", "paragraph", "line")


def _beside_the_verdict(meaning: str) -> str:
    """What a meaning says more than the verdict, which stands above it.

    >>> _beside_the_verdict("works, but a newer address is known")
    'a newer address is known'
    """
    told = meaning.removeprefix("works, ").removeprefix("but ")
    return "" if told == "works" else told


ENGLISH_TEXTS = PageTexts(
    code="en",
    name="English",
    languages="Language",
    title="Check the links of a message",
    skip="Skip to the form",
    heading="See where links really lead",
    promise=(
        "Paste a message or drop a file. Wrapped links are decoded on this server. "
        "Nothing is stored, and no other site is asked until you check the links."
    ),
    form="Your message",
    text_label="Link or text",
    text_help="One link, or a whole message.",
    files_label="Files",
    files_help="Mail, Word, PDF, web pages and more. Several files are fine.",
    drop="Drop them on this page, or choose them.",
    choices="Options",
    recipients="Show whom the links were sent to",
    redirectors="Keep links of Google, Facebook and trackers as they are",
    show="Show links",
    show_help="asks nobody",
    check="Check links",
    check_help="opens each address once",
    stop="Stop",
    take_away="Take away",
    take_away_help="From the text and the files above, without asking anybody:",
    after_check="After each address is opened once:",
    fixed="Fixed document",
    clean="Clean document",
    report_html="Report (HTML)",
    report_csv="Table (CSV)",
    report_json="Data (JSON)",
    of_check="Save:",
    checking="Checking: {done} of {all} addresses",
    checked="The check is complete.",
    interrupted="The time limit ended the check. Some addresses were not checked.",
    stopped="Stopped. The results so far are below.",
    failed="This did not work.",
    none="No links were found.",
    results="Results",
    links_heading="Links",
    caption="All links, each with its verdict, resource, owner, place and what looks wrong",
    column_verdict="Verdict",
    column_resource="Resource",
    column_agency="Agency",
    column_address="Address",
    column_where="Where",
    column_doubts="What looks wrong",
    not_checked="Not checked",
    unknown="unknown",
    lost="The target is lost. Ask the sender for the original address.",
    instead="Write instead",
    suspicious="Suspicious",
    details="Details",
    in_file="In the file",
    wrapped_by="Wrapped by",
    reads="Reads",
    sent="Sent",
    tenant="Sent by tenant",
    recipient="Sent to",
    because="Identified because",
    seen="Seen",
    in_the_file="in the file",
    clean_text="The text with its real links",
    copy="Copy clean text",
    copied="Copied.",
    notes="Notes",
    problem="There is a problem",
    footer="Addresses that may not work or look wrong are shown as text, not as links.",
    page_of="a page of {name}",
    official="an official site",
    counts="Addresses by verdict",
    verdicts=VERDICT_WORDS,
    # The library speaks English itself.
    meanings={reason: _beside_the_verdict(words) for reason, words in MEANING.items()},
    suspicions=dict.fromkeys(Sign, "{reason}"),
    identified=dict.fromkeys((*MatchedRule, *Inference), "{reason}"),
    places={name: name for name in _PLACES},
    problems={name: f"{kind.title}. {{detail}}" for name, kind in PROBLEMS.items()},
)
