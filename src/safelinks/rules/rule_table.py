"""The rules: a code, a name, a level and what each finds, one row a rule.

Codes and names are stable. The first digit is the group: 1 the wrapper, 2 what an address pretends,
3 whether the link works, 4 the catalog, 5 comments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import Enum
from pathlib import Path

from attrs import field

from safelinks.catalog.lookalikes.suspicions import Sign
from safelinks.foundation.values import frozen
from safelinks.health.model.outcome import Verdict
from safelinks.rules import detectors
from safelinks.rules.checked_link import CheckedLink
from safelinks.rules.detectors import Aspect, Look, RuleResult
from safelinks.rules.finding import Level
from safelinks.rules.local_problems import LocalProblemKind
from safelinks.rules.names_in_text import RemarkKind

__all__ = [
    "BROKEN_LINK",
    "EXPOSING",
    "OF_LOCAL_LINKS",
    "OF_REMARKS",
    "OF_WRAPPERS",
    "RULES",
    "UNUSED_IGNORE",
    "Exposed",
    "Group",
    "Rule",
    "Topic",
]


def _nothing(_: CheckedLink, __: datetime) -> Iterator[RuleResult]:
    """What a rule finds in a row that is about the text, not about an address."""
    return iter(())


class Group(Enum):
    """What a rule is about: the first digit of its code."""

    WRAPPER = "1"
    PRETENCE = "2"
    NETWORK = "3"
    CATALOG = "4"
    COMMENT = "5"


class Topic(Enum):
    """Rules of which a report speaks together, whichever of them found something."""

    WRAPPED = "the link is wrapped: what is inside fixes it"
    LOST = "the target is lost"
    BROKEN = "the link does not work; which of the rules it is may change from run to run"
    NOT_LINKED = "a resource is named but not linked"
    UNUSED = "a comment ignores nothing"


class Exposed(Enum):
    """What of others a wrapped link gives away."""

    RECIPIENT = "recipient"
    SESSION = "session"


_ANSWERED = frozenset({Verdict.ALIVE, Verdict.MOVED, Verdict.DEAD})
_FAILED = _ANSWERED | {Verdict.FAILING}
_ASKED = frozenset(Verdict) - {Verdict.SKIPPED, Verdict.OFFLINE}


@frozen
class Rule:
    """What is looked for: `title` says what it finds, on one line, and `look` finds it in a row.

    It finds nothing in a row without its `aspect`; None is for rules about texts. A rule that is
    `about_network` finds nothing unless somebody was asked. `fixes` says whether some of what it
    finds can be fixed without asking a person. A rule with `of_links` counts only
    where somebody can follow the address. `settled_by` are the verdicts at which it would have
    found what there is, with None any: a page that is down now may still have moved. `remark` is
    what it says of texts, `local` what it says of links to files. `exposes` is what a wrapper gives
    away. A rule that `says_why` tells itself why an address was skipped. `to_do` are the headline's
    sentences for one address and for several, where it has some of its own.
    """

    code: str
    name: str
    level: Level
    title: str
    look: Look = _nothing
    aspect: Aspect | None = None
    fixes: bool = False
    about_network: bool = False
    topic: Topic | None = field(default=None, kw_only=True)
    of_links: bool = field(default=False, kw_only=True)
    settled_by: frozenset[Verdict] | None = field(default=None, kw_only=True)
    remark: RemarkKind | None = field(default=None, kw_only=True)
    local: LocalProblemKind | None = field(default=None, kw_only=True)
    exposes: Exposed | None = field(default=None, kw_only=True)
    says_why: bool = field(default=False, kw_only=True)
    to_do: tuple[str, str] | None = field(default=None, kw_only=True)

    @property
    def group(self) -> Group:
        """What it is about."""
        return Group(self.code[2:3])

    @property
    def page(self) -> str:
        """The explanation, in Markdown: what was found, why it matters, what to do."""
        return (Path(__file__).parent / "pages" / f"{self.code}.md").read_text("utf-8")


_ERROR, _WARNING, _NOTE = Level
_IMITATIONS = (
    Sign.LOOKALIKE,
    Sign.NAME_ELSEWHERE,
    Sign.NUMBERED_ELSEWHERE,
    Sign.PATH_ELSEWHERE,
    Sign.USERINFO,
)

_TABLE = (
    Rule(
        "SL101", "recipient-exposed", _WARNING,
        "a wrapped link contains the recipient's mail address",
        detectors.recipient_exposed, Aspect.WRAPPED,
        fixes=True, topic=Topic.WRAPPED, exposes=Exposed.RECIPIENT,
    ),
    Rule(
        "SL102", "session-exposed", _WARNING,
        "a wrapped link contains a Teams session credential",
        detectors.session_exposed, Aspect.WRAPPED,
        fixes=True, topic=Topic.WRAPPED, exposes=Exposed.SESSION,
    ),
    Rule(
        "SL103", "target-lost", _WARNING,
        "a wrapped link has lost its target",
        detectors.target_lost, Aspect.TROUBLED, topic=Topic.LOST, says_why=True,
    ),
    Rule(
        "SL104", "wrapped", _NOTE,
        "a link is wrapped",
        detectors.wrapped, Aspect.WRAPPED, fixes=True, topic=Topic.WRAPPED,
    ),
    Rule(
        "SL201", "wrapper-lookalike", _WARNING,
        "an address imitates a link wrapper",
        detectors.suspicious(Sign.WRAPPER_LOOKALIKE), Aspect.SUSPECTED,
    ),
    Rule(
        "SL202", "label-mismatch", _WARNING,
        "the text of a link shows another site than its target",
        detectors.label_mismatch, Aspect.SHOWN,
    ),
    Rule(
        "SL203", "name-mismatch", _WARNING,
        "the text of a link names another resource than its target",
        remark=RemarkKind.LEADS_ELSEWHERE,
    ),
    Rule(
        "SL204", "city-lookalike", _WARNING,
        "an address imitates one of the City's",
        detectors.suspicious(*_IMITATIONS), Aspect.SUSPECTED,
    ),
    Rule(
        "SL205", "staging-host", _WARNING,
        "a link leads to a test or staging host",
        detectors.suspicious(Sign.STAGING), Aspect.SUSPECTED,
    ),
    Rule(
        "SL206", "insecure-sign-in", _WARNING,
        "a sign-in page is linked over plain http",
        detectors.suspicious(Sign.INSECURE_SIGN_IN), Aspect.SUSPECTED,
    ),
    Rule(
        "SL301", "dead", _ERROR,
        "the page is gone",
        detectors.dead, Aspect.TROUBLED, fixes=True, about_network=True,
        topic=Topic.BROKEN, of_links=True, settled_by=_FAILED,
    ),
    Rule(
        "SL302", "failing", _ERROR,
        "the link does not work now",
        detectors.failing, Aspect.TROUBLED, fixes=True, about_network=True,
        topic=Topic.BROKEN, of_links=True, settled_by=_FAILED,
    ),
    Rule(
        "SL303", "moved", _WARNING,
        "the page has moved permanently",
        detectors.moved, Aspect.TROUBLED,
        fixes=True, about_network=True, of_links=True, settled_by=_ANSWERED,
    ),
    Rule(
        "SL304", "uncertain", _NOTE,
        "the page blocks automated requests or needs a sign-in",
        detectors.uncertain, Aspect.TROUBLED,
        about_network=True, of_links=True, settled_by=_ANSWERED,
    ),
    Rule(
        "SL305", "plain-http", _NOTE,
        "a link uses http, but https works",
        detectors.plain_http, Aspect.INSECURE,
        fixes=True, about_network=True, of_links=True, settled_by=_ANSWERED,
    ),
    Rule(
        "SL306", "certificate-ending", _WARNING,
        "a server's certificate expires within 14 days",
        detectors.certificate_ending, Aspect.CERTIFIED,
        about_network=True, of_links=True, settled_by=_ANSWERED,
        to_do=(
            "The certificate of {} expires soon or has expired. Tell its owners.",
            "The certificates of {} expire soon or have expired. Tell their owners.",
        ),
    ),
    Rule(
        "SL307", "downgraded", _WARNING,
        "a redirect leads from https to http",
        detectors.downgraded, Aspect.REDIRECTED,
        about_network=True, of_links=True, settled_by=_ANSWERED,
        to_do=(
            "{} redirects from https to http. Tell its owners.",
            "{} redirect from https to http. Tell their owners.",
        ),
    ),
    Rule(
        "SL308", "invalid-address", _WARNING,
        "an address is not valid",
        detectors.invalid_address, Aspect.TROUBLED, of_links=True, settled_by=_ASKED, says_why=True,
        to_do=(
            "{} is not valid. Correct it.",
            "{} are not valid. Correct them.",
        ),
    ),
    Rule(
        "SL311", "missing-file", _ERROR,
        "a link leads to a file that does not exist",
        fixes=True, local=LocalProblemKind.MISSING_FILE,
    ),
    Rule(
        "SL312", "missing-anchor", _ERROR,
        "a link leads to a place that its file does not have",
        local=LocalProblemKind.MISSING_ANCHOR,
    ),
    Rule(
        "SL313", "wrong-case", _ERROR,
        "a link has the name of a file in another case",
        fixes=True, local=LocalProblemKind.WRONG_CASE,
    ),
    Rule(
        "SL314", "leads-outside", _WARNING,
        "a link leads out of the repository",
        local=LocalProblemKind.LEADS_OUTSIDE,
    ),
    Rule(
        "SL401", "former-address", _WARNING,
        "the catalog has a newer address",
        detectors.former_address, Aspect.RENAMED, fixes=True, of_links=True,
    ),
    Rule(
        "SL402", "not-linked", _NOTE,
        "a resource is named but not linked",
        topic=Topic.NOT_LINKED, remark=RemarkKind.NOT_LINKED,
    ),
    Rule(
        "SL501", "unused-ignore", _NOTE,
        "a comment ignores nothing",
        topic=Topic.UNUSED,
    ),
)  # fmt: skip
RULES: Mapping[str, Rule] = {rule.code: rule for rule in _TABLE}
OF_LOCAL_LINKS: Mapping[LocalProblemKind, Rule] = {
    rule.local: rule for rule in _TABLE if rule.local
}
OF_REMARKS: Mapping[RemarkKind, Rule] = {rule.remark: rule for rule in _TABLE if rule.remark}
OF_WRAPPERS = frozenset(rule.code for rule in _TABLE if rule.topic is Topic.WRAPPED)
BROKEN_LINK = frozenset(rule.code for rule in _TABLE if rule.topic is Topic.BROKEN)
(UNUSED_IGNORE,) = (rule for rule in _TABLE if rule.topic is Topic.UNUSED)
# The rule about a link that is wrapped, by what it exposes: None for no worse than that.
EXPOSING: Mapping[Exposed | None, Rule] = {
    rule.exposes: rule for rule in _TABLE if rule.topic is Topic.WRAPPED
}
