"""What a probe asks for and what comes back: values, which the network's side fills in."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import TypeAlias

from attrs import field

from safelinks.foundation.values import frozen
from safelinks.health.model.outcome import Certificate

__all__ = ["Answer", "Failure", "Fault", "Request", "Step", "Wait"]


@frozen
class Request:
    """Send this, and be done within `time_limit` seconds.

    `body_limit` is how many bytes of an HTML body to read; of other bodies nothing. `aside` is a
    question beside the way to the verdict.
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)  # a secret of the user's may be among them
    body_limit: int
    time_limit: float
    method: str = "GET"
    aside: bool = False


@frozen
class Wait:
    """Let this many seconds pass; with `for_host`, nothing else is asked of the host either."""

    seconds: float
    for_host: bool = False


@frozen
class Answer:
    """What came back: names of headers in lower case, `elapsed` in seconds.

    `body` is the start of a page, of which more follows if it is not `whole`. `public` is whether
    it came from the public internet, as far as is known. What a host has just told of another link
    is not `asked` again.
    """

    status: int
    headers: Mapping[str, str] = field(factory=dict)
    body: bytes = b""
    elapsed: float = 0.0
    cookies: Mapping[str, str] = field(factory=dict)
    public: bool = True
    certificate: Certificate | None = None
    whole: bool = True
    asked: bool = True


class Fault(Enum):
    """Why nothing came back, in the terms of the network; the probe says what it means."""

    NO_SUCH_HOST = auto()
    DNS_FAILURE = auto()
    PRIVATE_ADDRESS = auto()
    REFUSED = auto()
    RESET = auto()
    UNREACHABLE = auto()
    TIMEOUT = auto()
    TLS_EXPIRED = auto()
    TLS_NOT_YET_VALID = auto()
    TLS_HOSTNAME = auto()
    TLS_UNTRUSTED = auto()
    TLS_SELF_SIGNED = auto()
    TLS_INCOMPLETE_CHAIN = auto()
    TLS_FAILURE = auto()
    PROTOCOL_ERROR = auto()
    HTTP2_ONLY = auto()
    INVALID_URL = auto()
    PROXY_UNREACHABLE = auto()


@frozen
class Failure:
    """Nothing came back. `detail` says in a few words what was seen.

    What a host has just shown for another link is not `asked` again.
    """

    fault: Fault
    detail: str = ""
    elapsed: float = 0.0
    certificate: Certificate | None = None
    asked: bool = True


Step: TypeAlias = Request | Wait
