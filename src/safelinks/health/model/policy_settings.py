"""Settings of a policy as people write them, on a command line or in the environment.

Every fault is a ValueError of one sentence. None of them repeats what may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial
from ipaddress import ip_address

from safelinks.addresses.urls import host_name, split
from safelinks.errors import InvalidURLError
from safelinks.foundation.patterns import pattern_of

__all__ = [
    "WEB_ARCHIVE",
    "agent",
    "archive",
    "header",
    "headers",
    "ip",
    "pattern",
    "resolutions",
    "variables",
]

WEB_ARCHIVE = "https://web.archive.org/web/"

_HOST = r"(?P<host>\[[0-9a-fA-F:.]+\]|[^:\s/@]+)"
_WORD = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # RFC 9110, 5.6.2
_NAME = pattern_of(_WORD)
_HEADER = pattern_of(rf"{_HOST}:(?P<name>{_WORD})=(?P<value>.*)", re.DOTALL)
_RESOLUTION = pattern_of(_HOST + r":(?P<port>[0-9]{1,5}):(?P<addresses>.+)")
_VARIABLE = pattern_of(r"\$(?:(\$)|([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})")
_PRINTABLE = pattern_of(r"[\t -~]*")  # RFC 9110, 5.5, without what is obsolete
# What the connection needs for itself; another value would break it.
_OURS = frozenset({"host", "connection", "content-length", "transfer-encoding", "te", "upgrade"})


def headers(
    specs: Iterable[str], environment: Mapping[str, str]
) -> Mapping[str, Mapping[str, str]]:
    """Headers by host from specs like ``HOST:NAME=VALUE``.

    ``$VARIABLE`` in a value is taken from the `environment`, so that it is in no list of
    processes; ``$$`` is a dollar sign.
    """
    found: dict[str, dict[str, str]] = {}
    for spec in specs:
        match = _HEADER.fullmatch(spec.strip())
        if match is None:
            raise ValueError("a header must be HOST:NAME=VALUE, without a port in HOST")
        name = match["name"]
        value = _VARIABLE.sub(partial(_value_of, name, environment), match["value"])
        header(name, value)
        found.setdefault(host_name(match["host"]), {})[name] = value
    return found


def header(name: object, value: object) -> None:
    """Check one header. The value may be a secret, and is not quoted."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError("the name of a header must consist of letters, digits and hyphens")
    if not isinstance(value, str) or not _PRINTABLE.fullmatch(value):
        raise ValueError(f"the value of {name} is not printable ASCII")
    if name.lower() in _OURS:
        raise ValueError(f"the header {name} is set by safelinks itself")


def variables(text: str) -> frozenset[str]:
    """The variables of the environment that stand in a value.

    >>> sorted(variables("a.example:X=$ONE, ${TWO}, $$THREE"))
    ['ONE', 'TWO']
    """
    names = (match[2] or match[3] for match in _VARIABLE.finditer(text))
    return frozenset(filter(None, names))


def _value_of(header: str, environment: Mapping[str, str], match: re.Match[str]) -> str:
    """What stands for a variable in the value of `header`."""
    if match[1]:
        return "$"
    name = match[2] or match[3]
    if name not in environment:
        raise ValueError(f"the environment variable {name} in the value of {header} is not set")
    return environment[name]


def resolutions(specs: Iterable[str]) -> Mapping[tuple[str, int], tuple[str, ...]]:
    """Addresses by host and port from specs like ``HOST:PORT:ADDRESS[,ADDRESS]``, as curl's."""
    found = {}
    for spec in specs:
        match = _RESOLUTION.fullmatch(spec.strip())
        if match is None or not 0 < int(match["port"]) < 65_536:
            raise ValueError(f"{spec} is not HOST:PORT:ADDRESS")
        addresses = []
        for text in match["addresses"].split(","):
            try:
                addresses.append(ip(text.strip().strip("[]")))
            except ValueError as error:
                raise ValueError(f"{spec}: {error}") from None
        found[host_name(match["host"]), int(match["port"])] = tuple(addresses)
    return found


def ip(text: object) -> str:
    """An IP address, if it is one."""
    try:
        return str(ip_address(text if isinstance(text, str) else ""))
    except ValueError:
        raise ValueError(f"{text} is not an IP address") from None


def archive(text: object) -> str:
    """The address of a TimeGate, behind which that of a page is written.

    >>> archive("https://archive.example/web")
    'https://archive.example/web/'
    """
    wrong = ValueError("an archive must be a web address, such as https://web.archive.org/web/")
    try:
        address = split(text if isinstance(text, str) else "")
    except InvalidURLError:
        raise wrong from None
    if address.scheme not in ("http", "https") or address.userinfo is not None:
        raise wrong
    if address.query is not None or address.fragment is not None:
        raise wrong
    return f"{str(text).removesuffix('/')}/"


def pattern(text: str) -> str:
    """A regular expression, if it is one."""
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{text} is not a regular expression ({error})") from None
    return text


def agent(text: object) -> str:
    """A name for the header User-Agent."""
    if not isinstance(text, str) or not text.strip() or not _PRINTABLE.fullmatch(text):
        raise ValueError("User-Agent must be printable ASCII, and not empty")
    return text.strip()
