"""What can be said about a link, and on what grounds: values only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum

from attrs import evolve

from safelinks.addresses.roles import Role
from safelinks.foundation.values import frozen, with_texts

__all__ = [
    "MEANING",
    "OF_ROLE",
    "VERDICTS",
    "ArchivedCopy",
    "Certificate",
    "Hop",
    "Outcome",
    "Past",
    "Reason",
    "Verdict",
]


class Verdict(StrEnum):
    """The judgement on a link."""

    ALIVE = "alive"
    MOVED = "moved"
    DEAD = "dead"
    FAILING = "failing"
    UNCERTAIN = "uncertain"
    SKIPPED = "skipped"
    OFFLINE = "offline"


class Reason(StrEnum):
    """The reason for a verdict, in more detail; stable."""

    OK = "ok"
    REDIRECTED = "redirected"
    MOVED_PERMANENTLY = "moved-permanently"
    RENAMED = "renamed"
    NOT_FOUND = "not-found"
    GONE = "gone"
    NO_SUCH_HOST = "no-such-host"
    SOFT_404 = "soft-404"
    PARKED = "parked"
    NO_SUCH_FRAGMENT = "no-such-fragment"
    SERVER_ERROR = "server-error"
    REFUSED = "refused"
    RESET = "reset"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    DNS_FAILURE = "dns-failure"
    TLS_EXPIRED = "tls-expired"
    TLS_NOT_YET_VALID = "tls-not-yet-valid"
    TLS_HOSTNAME = "tls-hostname"
    TLS_UNTRUSTED = "tls-untrusted"
    TLS_SELF_SIGNED = "tls-self-signed"
    TLS_FAILURE = "tls-failure"
    MAINTENANCE = "maintenance"
    REDIRECT_LOOP = "redirect-loop"
    TOO_MANY_REDIRECTS = "too-many-redirects"
    BAD_REDIRECT = "bad-redirect"
    PROTOCOL_ERROR = "protocol-error"
    AUTH_REQUIRED = "auth-required"
    FORBIDDEN = "forbidden"
    RATE_LIMITED = "rate-limited"
    LEGAL = "legal"
    BOT_WALL = "bot-wall"
    LOGIN_WALL = "login-wall"
    TLS_INCOMPLETE_CHAIN = "tls-incomplete-chain"
    HTTP2_ONLY = "http2-only"
    ODD_STATUS = "odd-status"
    PRIVATE_ADDRESS = "private-address"
    RESERVED_NAME = "reserved-name"
    BLOCKED_PORT = "blocked-port"
    ONE_TIME_LINK = "one-time-link"
    UNSUPPORTED_SCHEME = "unsupported-scheme"
    INVALID_URL = "invalid-url"
    WRAPPER = "wrapper"
    EXCLUDED = "excluded"
    DEFANGED = "defanged"
    LINK_TEXT = "link-text"
    SHORTENED = "shortened"
    TEMPLATE = "template"
    CONNECTION_HINT = "connection-hint"
    SECURITY_POLICY = "security-policy"
    VOCABULARY = "vocabulary"
    NAMESPACE = "namespace"
    IDENTIFIER = "identifier"
    DATA = "data"
    ATTRIBUTE_TEXT = "attribute-text"
    FORM_ACTION = "form-action"
    SCRIPT = "script"
    BASE = "base"
    UNCLEAR_END = "unclear-end"
    NOT_ASKED = "not-asked"
    NO_NETWORK = "no-network"


# Each reason with the verdict it means, and in words for a reader who is no programmer.
_TABLE: Mapping[Reason, tuple[Verdict, str]] = {
    Reason.OK: (Verdict.ALIVE, "works"),
    Reason.REDIRECTED: (Verdict.ALIVE, "works, after a redirect"),
    Reason.MOVED_PERMANENTLY: (Verdict.MOVED, "works, but has moved permanently"),
    Reason.RENAMED: (Verdict.MOVED, "works, but a newer address is known"),
    Reason.NOT_FOUND: (Verdict.DEAD, "page not found"),
    Reason.GONE: (Verdict.DEAD, "page removed permanently"),
    Reason.NO_SUCH_HOST: (Verdict.DEAD, "no such host"),
    Reason.SOFT_404: (Verdict.DEAD, "the server shows a “not found” page"),
    Reason.PARKED: (Verdict.DEAD, "the domain is for sale or parked"),
    Reason.NO_SUCH_FRAGMENT: (Verdict.DEAD, "the page works, but it has no such #fragment"),
    Reason.SERVER_ERROR: (Verdict.FAILING, "the server reports an error"),
    Reason.REFUSED: (Verdict.FAILING, "the server refuses connections"),
    Reason.RESET: (Verdict.FAILING, "the server closed the connection"),
    Reason.UNREACHABLE: (Verdict.FAILING, "the server cannot be reached"),
    Reason.TIMEOUT: (Verdict.FAILING, "no answer in time"),
    Reason.DNS_FAILURE: (Verdict.FAILING, "its name could not be resolved"),
    Reason.TLS_EXPIRED: (Verdict.FAILING, "its certificate has expired"),
    Reason.TLS_NOT_YET_VALID: (Verdict.FAILING, "its certificate is not valid yet"),
    Reason.TLS_HOSTNAME: (Verdict.FAILING, "its certificate is for another name"),
    Reason.TLS_UNTRUSTED: (Verdict.FAILING, "its certificate is not trusted"),
    Reason.TLS_SELF_SIGNED: (Verdict.FAILING, "its certificate is self-signed"),
    Reason.TLS_FAILURE: (Verdict.FAILING, "no secure connection"),
    Reason.MAINTENANCE: (Verdict.FAILING, "down for maintenance"),
    Reason.REDIRECT_LOOP: (Verdict.FAILING, "redirects in a loop"),
    Reason.TOO_MANY_REDIRECTS: (Verdict.FAILING, "too many redirects"),
    Reason.BAD_REDIRECT: (Verdict.FAILING, "redirects without a target"),
    Reason.PROTOCOL_ERROR: (Verdict.FAILING, "the answer is not HTTP"),
    Reason.AUTH_REQUIRED: (Verdict.UNCERTAIN, "asks for a password"),
    Reason.FORBIDDEN: (Verdict.UNCERTAIN, "refuses access"),
    Reason.RATE_LIMITED: (Verdict.UNCERTAIN, "too many requests"),
    Reason.LEGAL: (Verdict.UNCERTAIN, "unavailable for legal reasons"),
    Reason.BOT_WALL: (Verdict.UNCERTAIN, "blocks automated requests"),
    Reason.LOGIN_WALL: (Verdict.UNCERTAIN, "redirects to a sign-in page"),
    Reason.TLS_INCOMPLETE_CHAIN: (
        Verdict.UNCERTAIN,
        "the server does not send an intermediate certificate",
    ),
    Reason.HTTP2_ONLY: (Verdict.UNCERTAIN, "the server supports only HTTP/2"),
    Reason.ODD_STATUS: (Verdict.UNCERTAIN, "unexpected status"),
    Reason.PRIVATE_ADDRESS: (Verdict.SKIPPED, "private address"),
    Reason.RESERVED_NAME: (Verdict.SKIPPED, "reserved name for examples and tests"),
    Reason.BLOCKED_PORT: (Verdict.SKIPPED, "port of another service"),
    Reason.ONE_TIME_LINK: (Verdict.SKIPPED, "one-time link"),
    Reason.UNSUPPORTED_SCHEME: (Verdict.SKIPPED, "not a web address"),
    Reason.INVALID_URL: (Verdict.SKIPPED, "not a valid address"),
    Reason.WRAPPER: (Verdict.SKIPPED, "wrapped link, never requested"),
    Reason.EXCLUDED: (Verdict.SKIPPED, "excluded"),
    Reason.DEFANGED: (Verdict.SKIPPED, "defanged"),
    Reason.LINK_TEXT: (Verdict.SKIPPED, "text of a link, not its target"),
    Reason.SHORTENED: (Verdict.SKIPPED, "shortened address"),
    Reason.TEMPLATE: (Verdict.SKIPPED, "template, not an address"),
    Reason.CONNECTION_HINT: (Verdict.SKIPPED, "connection hint, not a link"),
    Reason.SECURITY_POLICY: (Verdict.SKIPPED, "part of a security policy, not a link"),
    Reason.VOCABULARY: (Verdict.SKIPPED, "name of a vocabulary, not a link"),
    Reason.NAMESPACE: (Verdict.SKIPPED, "name of a namespace, not a link"),
    Reason.IDENTIFIER: (Verdict.SKIPPED, "identifier, not a link"),
    Reason.DATA: (Verdict.SKIPPED, "data of a script, not a link"),
    Reason.ATTRIBUTE_TEXT: (Verdict.SKIPPED, "text in an attribute, not a link"),
    Reason.FORM_ACTION: (Verdict.SKIPPED, "target of a form, not a link"),
    Reason.SCRIPT: (Verdict.SKIPPED, "string in a script, not a link"),
    Reason.BASE: (Verdict.SKIPPED, "base of other addresses, not a link"),
    Reason.UNCLEAR_END: (Verdict.SKIPPED, "the end of the address is not certain"),
    Reason.NOT_ASKED: (Verdict.SKIPPED, "not checked"),
    Reason.NO_NETWORK: (Verdict.OFFLINE, "unknown: this machine has no network"),
}
VERDICTS: Mapping[Reason, Verdict] = {reason: verdict for reason, (verdict, _) in _TABLE.items()}
MEANING: Mapping[Reason, str] = {reason: words for reason, (_, words) in _TABLE.items()}
# What a format says of an address that nobody can follow, as the reason that it is not asked.
OF_ROLE: Mapping[Role, Reason] = {role: Reason(role.value) for role in Role}


@frozen
class Hop:
    """One request on the way to the verdict.

    `status` is the status code of the answer, None when none came; `elapsed` is in seconds.
    """

    url: str
    status: int | None = None
    elapsed: float = 0.0
    method: str = "GET"

    def as_shown(self, show: Callable[[str], str]) -> Hop:
        """This request, with `show` applied to its address."""
        return with_texts(self, show, "url")


@frozen
class Certificate:
    """What the certificate of a server says: for which names and in which time it is valid."""

    not_before: datetime
    not_after: datetime
    names: tuple[str, ...] = ()

    def days_left(self, now: datetime) -> int:
        """Whole days until it ends; negative when it has ended."""
        return (self.not_after - now).days


@frozen
class Past:
    """What earlier runs saw of an address.

    `runs` is how many runs in a row, this one included, it did not work, `since` when the first of
    them was, `last_alive` when it was last seen to work (None: never). `reused` is when the outcome
    was found, if it is that of an earlier run.
    """

    runs: int = 0
    since: datetime | None = None
    last_alive: datetime | None = None
    reused: datetime | None = None


@frozen
class ArchivedCopy:
    """A copy of a page in a web archive, which was made `at` that moment."""

    url: str
    at: datetime

    @property
    def title(self) -> str:
        """What it is, and of which day."""
        return f"archived copy of {self.at:%Y-%m-%d}"

    def as_shown(self, show: Callable[[str], str]) -> ArchivedCopy:
        """This copy, with `show` applied to its address."""
        return with_texts(self, show, "url")


@frozen
class Outcome:
    """The judgement on one address, with its evidence.

    `hops` are the requests on the way, of which the last decided; `replacement` is the address to
    write instead, after permanent redirects. `evidence` is a phrase that says what was seen,
    `error` the last thing that went wrong on the way (empty when nothing did), `attempts` how many
    requests it took, further attempts included. `certificate` is that of the last server asked over
    TLS. `past` is what earlier runs saw, None without a history. `archived` is a copy of a page
    that is gone, if a web archive was asked and has one.
    """

    url: str
    reason: Reason
    hops: tuple[Hop, ...] = ()
    replacement: str | None = None
    evidence: str = ""
    attempts: int = 0
    error: str = ""
    certificate: Certificate | None = None
    past: Past | None = None
    archived: ArchivedCopy | None = None

    @property
    def verdict(self) -> Verdict:
        """What the reason means."""
        return VERDICTS[self.reason]

    @property
    def status(self) -> int | None:
        """Status code of the last answer; None when the last request had none."""
        return self.hops[-1].status if self.hops else None

    @property
    def final_url(self) -> str:
        """The last address that was requested."""
        return self.hops[-1].url if self.hops else self.url

    def as_shown(self, show: Callable[[str], str]) -> Outcome:
        """This outcome, with `show` applied to its addresses, and to what may quote one."""
        shown = with_texts(self, show, "url", "replacement", "evidence", "error")
        if self.archived is not None:
            shown = evolve(shown, archived=self.archived.as_shown(show))
        hops = tuple(hop.as_shown(show) for hop in self.hops)
        return shown if hops == self.hops else evolve(shown, hops=hops)
