"""What a configuration file may do with each setting, and why: one row a setting.

A file that nobody named may be a stranger's: in CI, the repository is the working directory, and a
pull request brings its own. So each row says whether the setting counts from such a file. It must
not know where files are, nor what they say.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from attrs import frozen

__all__ = ["ABOUT", "UNKNOWN", "About", "Path", "Power"]


class Power(Enum):
    """Where a setting counts from, beside the command line, the environment and a named file."""

    ANY_FILE = auto()
    BY_HAND = auto()


class Path(Enum):
    """What happens to the file that a setting names."""

    READ = auto()
    WRITTEN = auto()


@frozen
class About:
    """What a configuration has to know about a setting.

    `why` is the reason for its `power`. A `path` begins behind `path_after` in the value, what may
    be a secret behind `value_after`; None where there is none.
    """

    power: Power
    why: str
    path: Path | None = None
    path_after: str = ""
    value_after: str | None = None


_ANY, _HAND = Power.ANY_FILE, Power.BY_HAND
_SILENCES = "it can only make a check say less, as can the documents themselves"
_STRICTER = "it makes a check say more"
_SHOWS = "it decides how the same is said"
_READING = "it decides which of the documents at hand are read, or how"
_MANNERS = "it decides how fast and how often the same addresses are asked, within fixed limits"
_OWN_FILES = "it changes nothing but the files that clean was given"

ABOUT: Mapping[str, About] = {
    "offline": About(_ANY, _SILENCES),
    "format": About(_ANY, _SHOWS, Path.WRITTEN, path_after="="),
    "output": About(_ANY, "it only ever replaces an earlier report", Path.WRITTEN),
    "quiet": About(_ANY, _SHOWS),
    "verbose": About(_ANY, _SHOWS),
    "select": About(_ANY, _SILENCES),
    "ignore": About(_ANY, _SILENCES),
    "per-file-ignores": About(_ANY, _SILENCES),
    "level": About(_ANY, _SILENCES),
    "fail-on": About(_ANY, _SILENCES),
    "no-inline-ignores": About(_ANY, _STRICTER),
    "verbatim": About(_ANY, _STRICTER),
    "https": About(_ANY, "it asks hosts that are asked anyway"),
    "baseline": About(_ANY, _SILENCES, Path.READ),
    "changed-since": About(_ANY, _SILENCES),
    "keep-redirectors": About(_ANY, "links of a recipient are not asked, with it or without"),
    "no-gitignore": About(_ANY, "who writes this file may write .gitignore, too"),
    "exclude-path": About(_ANY, _READING),
    "skip-unreadable": About(_ANY, _SILENCES),
    "show-recipients": About(_HAND, "it shows people"),
    "history": About(_ANY, "what is no history is refused or set aside", Path.WRITTEN),
    "max-age": About(_ANY, _SILENCES),
    "dead-after": About(_ANY, _SILENCES),
    "timeout": About(_ANY, _MANNERS),
    "budget": About(_ANY, _MANNERS),
    "retries": About(_ANY, _MANNERS),
    "method": About(_ANY, _MANNERS),
    "fragments": About(_ANY, _STRICTER),
    "concurrency": About(_ANY, _MANNERS),
    "per-host": About(_ANY, _MANNERS),
    "rate": About(_ANY, _MANNERS),
    "user-agent": About(_ANY, "it takes no variables, and a link can carry the same words"),
    "header": About(_HAND, "it sends secrets", value_after="="),
    "resolve": About(_HAND, "it decides where requests go, past the guard of private addresses"),
    "exclude": About(_ANY, _SILENCES),
    "allow-private": About(_HAND, "it takes a guard away"),
    "allow-reserved": About(_HAND, "it takes a guard away"),
    "allow-one-time": About(_HAND, "it takes a guard away"),
    "allow-port": About(_HAND, "it takes a guard away"),
    "ca-file": About(_HAND, "it decides who may speak for a site", Path.READ),
    "insecure": About(_HAND, "it takes a guard away"),
    "catalog": About(_ANY, "it names resources, and asks nobody", Path.READ),
    "no-default-catalog": About(_ANY, _SILENCES),
    "clean.in-place": About(_ANY, _OWN_FILES),
    "clean.backup": About(_ANY, "it never takes the place of a file"),
    "clean.diff": About(_ANY, _SHOWS),
    "clean.check": About(_ANY, _SHOWS),
    "clean.output": About(_HAND, "it replaces a file, whatever that is", Path.WRITTEN),
    "clean.verbose": About(_ANY, _SHOWS),
    "clean.show-recipients": About(_HAND, "it shows people"),
    "clean.redact": About(_ANY, _OWN_FILES),
}

# What has no row yet: that is the safe side, and a test fails for it.
UNKNOWN = About(Power.BY_HAND, "nobody has judged it yet")
