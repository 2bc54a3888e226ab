"""The rules: a code, a name, a level and what each finds, one row a rule.

Codes and names are stable. The first digit is the group: 1 the wrapper, 2 what an address pretends,
3 the network, 4 the catalog.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.resources import files

from attrs import frozen

from safelinks.catalog.suspicion import Sign
from safelinks.remarks import Kind
from safelinks.rows import Row
from safelinks.rules import found
from safelinks.rules.finding import Level
from safelinks.rules.found import Found, Look

__all__ = ["BROKEN_LINK", "OF_LINKS", "OF_NETWORK", "OF_REMARKS", "OF_WRAPPERS", "RULES", "Rule"]


def _nothing(_: Row, __: datetime) -> Iterator[Found]:
    """What a rule finds in a row that is about the text, not about an address."""
    return iter(())


@frozen
class Rule:
    """What is looked for: `title` says what it finds, on one line, and `look` finds it in a row.

    A rule that is `about_network` finds nothing unless somebody was asked. `fixes` says whether
    some of what it finds can be mended without asking a person.
    """

    code: str
    name: str
    level: Level
    title: str
    look: Look = _nothing
    fixes: bool = False
    about_network: bool = False

    @property
    def page(self) -> str:
        """The explanation, in Markdown: what was found, why it matters, what to do."""
        page = files("safelinks.rules").joinpath("pages", f"{self.code}.md")
        return page.read_text("utf-8")


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
        "a wrapped link gives away the mail address of its recipient",
        found.recipient_exposed, fixes=True,
    ),
    Rule(
        "SL102", "session-exposed", _WARNING,
        "a wrapped link carries a session credential of Teams",
        found.session_exposed, fixes=True,
    ),
    Rule(
        "SL103", "target-lost", _WARNING,
        "a wrapped link no longer tells where it leads",
        found.target_lost,
    ),
    Rule(
        "SL104", "wrapped", _NOTE,
        "a link is wrapped, and says nothing worse",
        found.wrapped, fixes=True,
    ),
    Rule(
        "SL201", "wrapper-lookalike", _WARNING,
        "an address looks like that of a link wrapper, and is not",
        found.suspicious(Sign.WRAPPER_LOOKALIKE),
    ),
    Rule(
        "SL202", "label-mismatch", _WARNING,
        "people see the address of another site than the link leads to",
        found.label_mismatch,
    ),
    Rule(
        "SL203", "name-mismatch", _WARNING,
        "the text names one resource, and the link leads to another",
    ),
    Rule(
        "SL204", "city-lookalike", _WARNING,
        "an address looks like one of the City's, and is not",
        found.suspicious(*_IMITATIONS),
    ),
    Rule(
        "SL205", "staging-host", _WARNING,
        "a link leads to a host for tests",
        found.suspicious(Sign.STAGING),
    ),
    Rule(
        "SL206", "insecure-sign-in", _WARNING,
        "people sign in at this address, over plain http",
        found.suspicious(Sign.INSECURE_SIGN_IN),
    ),
    Rule(
        "SL301", "dead", _ERROR,
        "the page is gone",
        found.dead, fixes=True, about_network=True,
    ),
    Rule(
        "SL302", "failing", _ERROR,
        "the link does not work now",
        found.failing, fixes=True, about_network=True,
    ),
    Rule(
        "SL303", "moved", _WARNING,
        "the page works, but has moved for good",
        found.moved, fixes=True, about_network=True,
    ),
    Rule(
        "SL304", "uncertain", _NOTE,
        "something is there that programs may not see",
        found.uncertain, about_network=True,
    ),
    Rule(
        "SL305", "plain-http", _NOTE,
        "a link is plain http, and https answers",
        found.plain_http, fixes=True, about_network=True,
    ),
    Rule(
        "SL306", "certificate-ending", _WARNING,
        "the certificate of a server ends within 14 days",
        found.certificate_ending, about_network=True,
    ),
    Rule(
        "SL307", "downgraded", _WARNING,
        "a redirect leads from https to http",
        found.downgraded, about_network=True,
    ),
    Rule(
        "SL308", "invalid-address", _WARNING,
        "an address breaks the rules, so that nobody can ask for it",
        found.invalid_address,
    ),
    Rule(
        "SL401", "former-address", _WARNING,
        "the catalog knows a newer address of a resource",
        found.former_address, fixes=True,
    ),
    Rule(
        "SL402", "not-linked", _NOTE,
        "a resource is named, and nothing links to it",
    ),
)  # fmt: skip
RULES: Mapping[str, Rule] = {rule.code: rule for rule in _TABLE}
OF_REMARKS: Mapping[Kind, Rule] = {
    Kind.LEADS_ELSEWHERE: RULES["SL203"],
    Kind.NOT_LINKED: RULES["SL402"],
}
OF_NETWORK = frozenset(code for code in RULES if code.startswith("SL3"))
OF_LINKS = OF_NETWORK | {"SL401"}  # what is said of what somebody can follow
OF_WRAPPERS = frozenset({"SL101", "SL102", "SL104"})  # mended by what is inside
BROKEN_LINK = frozenset({"SL301", "SL302"})  # which of them it is, may change from run to run
