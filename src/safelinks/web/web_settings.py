"""How the web page is served: where, for whom, and how much at once. Values only.

Visitors can change none of this: guards and limits are for the person who starts the server.
"""

from __future__ import annotations

from ipaddress import ip_address

from attrs import field

from safelinks.errors import SetupError
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.setting_validators import as_tuple, number, texts, whole

__all__ = ["TOKEN_VARIABLE", "WebSettings", "is_loopback_name"]

TOKEN_VARIABLE = "SAFELINKS_TOKEN"  # noqa: S105  the name of the variable
_SHORTEST_TOKEN = 16
_SHARED = 0.5  # of the memory; the rest is spare
_TOKEN = pattern_of(r"[!-~]*")  # what an Authorization header can carry (RFC 9110, 11.4)
_ROOT_PATH = pattern_of(r"(?:/[A-Za-z0-9._~-]+)*")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback_name(host: str) -> bool:
    """Whether only programs on this machine reach `host`.

    >>> is_loopback_name("127.0.0.2"), is_loopback_name("0.0.0.0")
    (True, False)
    """
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() in _LOOPBACK


def _is_token(_: object, __: object, value: str | None) -> None:
    if value is not None and (len(value) < _SHORTEST_TOKEN or not _TOKEN.fullmatch(value)):
        raise SetupError(
            f"{TOKEN_VARIABLE} must have at least {_SHORTEST_TOKEN} printable ASCII characters, "
            "without blanks"
        )


def _is_root_path(_: object, __: object, value: object) -> None:
    if not isinstance(value, str) or not _ROOT_PATH.fullmatch(value):
        raise SetupError(f"root_path must be a path such as /links, not {value!r}")


@frozen(kw_only=True)
class WebSettings:
    """Settings of the server. Sizes are in bytes, times in seconds.

    `names` are the host names under which visitors reach it, beside those of this machine.
    `most_bytes` limits a whole request, `most_text` what is pasted or sent as JSON. At most
    `most_checks` checks run at once, each for at most `check_seconds`. `readers` is the number of
    documents that are read at once, each for at most `read_seconds`, while `most_waiting` more
    wait. All that is read and checked at once may take `most_memory` together: each has a `share`
    of it, and one that needs more has the `spare`, too. What is sent, and answers that wait, may
    take `most_spooled` in files. Raises SetupError for settings that make no sense, and where
    others than this machine could use the server without a token.
    """

    host: str = "127.0.0.1"
    port: int = field(default=8765, validator=whole(0))
    names: tuple[str, ...] = field(default=(), converter=as_tuple, validator=texts)
    root_path: str = field(default="", validator=_is_root_path)
    token: str | None = field(default=None, validator=_is_token, repr=False)
    most_bytes: int = field(default=10_000_000, validator=whole(1))
    most_text: int = field(default=2_000_000, validator=whole(1))
    most_files: int = field(default=20, validator=whole(1))
    most_links: int = field(default=2_000, validator=whole(1))
    most_checks: int = field(default=4, validator=whole(1))
    readers: int = field(default=2, validator=whole(1))
    body_seconds: float = field(default=30.0, validator=number)
    read_seconds: float = field(default=30.0, validator=number)
    check_seconds: float = field(default=300.0, validator=number)
    most_waiting: int = field(default=100, validator=whole(1))
    most_memory: int = field(default=240_000_000, validator=whole(1_000_000))
    most_spooled: int = field(default=200_000_000, validator=whole(1))

    def __attrs_post_init__(self) -> None:
        """Raises SetupError where a token is needed, and there is none."""
        strangers = self._strangers
        if strangers and self.token is None:
            raise SetupError(
                f"others can reach {strangers[0]}, so a token is required: set {TOKEN_VARIABLE} "
                "to a long random text"
            )

    @property
    def share(self) -> int:
        """The memory that each request may take, in bytes."""
        return int(self.most_memory * _SHARED) // (self.readers + self.most_checks)

    @property
    def spare(self) -> int:
        """The memory that one request at a time may take beside its share, in bytes."""
        return self.most_memory - self.share * (self.readers + self.most_checks)

    @property
    def _strangers(self) -> list[str]:
        return [name for name in (self.host, *self.names) if not is_loopback_name(name)]

    @property
    def is_local(self) -> bool:
        """Whether it is for this machine alone."""
        return not self._strangers
