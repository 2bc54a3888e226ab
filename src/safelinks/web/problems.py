"""Problems: what a request is refused for, as RFC 9457 has it. One row each.

A `type` is stable, so that programs can tell problems apart; the detail is for people.
"""

from __future__ import annotations

from collections.abc import Mapping

from safelinks.foundation.values import frozen

__all__ = [
    "PROBLEMS",
    "ProblemError",
    "ProblemKind",
    "problem_of_status",
    "server_mistake",
    "size_in_units",
]

_TYPE = "urn:safelinks:problem:"


@frozen
class ProblemKind:
    """A kind of problem: its name in `type`, its HTTP status, and its title."""

    name: str
    status: int
    title: str


_TABLE = (
    ProblemKind("bad-request", 400, "The request cannot be understood"),
    ProblemKind("unknown-option", 400, "There is no such option"),
    ProblemKind("nothing-sent", 400, "There is no text and no file"),
    ProblemKind("token", 401, "A token is required"),
    ProblemKind("cross-site", 403, "The request comes from another site"),
    ProblemKind("not-found", 404, "There is no such page"),
    ProblemKind("method", 405, "This method is not allowed here"),
    ProblemKind("slow-body", 408, "The request took too long to arrive"),
    ProblemKind("too-large", 413, "The request is too large"),
    ProblemKind("too-many-files", 413, "There are too many files"),
    ProblemKind("too-many-links", 413, "There are too many links to check at once"),
    ProblemKind("content-type", 415, "This content type is not accepted"),
    ProblemKind("wrong-host", 421, "This server does not go by that name"),
    ProblemKind("unreadable", 422, "The document cannot be read"),
    ProblemKind("not-writable", 422, "Links in this document cannot be replaced"),
    ProblemKind("too-much", 422, "The document takes too much to be read here"),
    ProblemKind("busy", 429, "The server is busy"),
    ProblemKind("server", 500, "The server has made a mistake"),
)
PROBLEMS: Mapping[str, ProblemKind] = {kind.name: kind for kind in _TABLE}
_OF_STATUS = {400: "bad-request", 404: "not-found", 405: "method", 413: "too-large"}


class ProblemError(Exception):
    """A request that is refused: why, in one sentence, and headers that say what to do.

    Where a limit is passed, `most` is what is allowed, in figures and units of every language.
    """

    def __init__(
        self, kind: str, detail: str, headers: Mapping[str, str] | None = None, *, most: str = ""
    ) -> None:
        super().__init__(detail)
        self.kind = PROBLEMS[kind]
        self.detail = detail
        self.most = most
        self.headers: Mapping[str, str] = headers or {}

    def as_object(self) -> dict[str, object]:
        """The members of RFC 9457, 3.1."""
        return {
            "type": _TYPE + self.kind.name,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
        }


def size_in_units(size: int) -> str:
    """A size in figures and units that every language has: no mark in it means thousands in one.

    >>> size_in_units(10_000_000), size_in_units(1_500_000), size_in_units(60_000)
    ('10 MB', '1500 kB', '60 kB')
    """
    return f"{size // 1_000_000} MB" if size % 1_000_000 == 0 else f"{size // 1_000} kB"


def problem_of_status(
    status: int, detail: str, headers: Mapping[str, str] | None = None
) -> ProblemError:
    """The problem for an HTTP status that the framework answers with."""
    return ProblemError(_OF_STATUS.get(status, "bad-request"), detail, headers)


def server_mistake() -> ProblemError:
    """The problem for what nobody expected, which tells nothing of the request."""
    return ProblemError("server", "The server could not answer. Nothing was stored; try again.")
