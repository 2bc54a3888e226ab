"""What a configuration file may do with each setting, and why: one row a setting.

A file that nobody named may be a stranger's: in CI, the repository is the working directory, and a
pull request brings its own. So each row says whether the setting counts from such a file. It must
not know where files are, nor what they say.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from safelinks.foundation.values import frozen

__all__ = ["ABOUT", "UNKNOWN", "PathPermission", "Power", "SettingPermissions"]


class Power(Enum):
    """Where a setting counts from, beside the command line, the environment and a named file."""

    ANY_FILE = auto()
    BY_HAND = auto()


class PathPermission(Enum):
    """What happens to the file that a setting names."""

    READ = auto()
    WRITTEN = auto()


@frozen
class SettingPermissions:
    """What a configuration has to know about a setting.

    `why` is the reason for its `power`. A `path` begins behind `path_after` in the value, what may
    be a secret behind `value_after`; None where there is none.
    """

    power: Power
    why: str
    path: PathPermission | None = None
    path_after: str = ""
    value_after: str | None = None


_ANY, _HAND = Power.ANY_FILE, Power.BY_HAND
_SILENCES = "it can only make a check say less, as can the documents themselves"
_STRICTER = "it makes a check say more"
_SHOWS = "it decides how the same is said"
_READING = "it decides which of the documents at hand are read, or how"
_MANNERS = "it decides how fast and how often the same addresses are asked, within fixed limits"
_OWN_FILES = "it changes nothing but the files that clean was given"

ABOUT: Mapping[str, SettingPermissions] = {
    "offline": SettingPermissions(_ANY, _SILENCES),
    "offline-ok": SettingPermissions(_ANY, _SILENCES),
    "format": SettingPermissions(_ANY, _SHOWS, PathPermission.WRITTEN, path_after="="),
    "output": SettingPermissions(
        _ANY, "it only ever replaces an earlier report", PathPermission.WRITTEN
    ),
    "statistics": SettingPermissions(_ANY, _SHOWS),
    "quiet": SettingPermissions(_ANY, _SHOWS),
    "verbose": SettingPermissions(_ANY, _SHOWS),
    "select": SettingPermissions(_ANY, _SILENCES),
    "ignore": SettingPermissions(_ANY, _SILENCES),
    "per-file-ignores": SettingPermissions(_ANY, _SILENCES),
    "level": SettingPermissions(_ANY, _SILENCES),
    "fail-on": SettingPermissions(_ANY, _SILENCES),
    "no-inline-ignores": SettingPermissions(_ANY, _STRICTER),
    "verbatim": SettingPermissions(_ANY, _STRICTER),
    "https": SettingPermissions(_ANY, "it asks hosts that are asked anyway"),
    "suggest": SettingPermissions(_HAND, "it tells a web archive of addresses"),
    "archive": SettingPermissions(_HAND, "it decides who is told of addresses"),
    "baseline": SettingPermissions(_ANY, _SILENCES, PathPermission.READ),
    "changed-since": SettingPermissions(_ANY, _SILENCES),
    "keep-redirectors": SettingPermissions(
        _ANY, "links of a recipient are not asked, with it or without"
    ),
    "no-gitignore": SettingPermissions(_ANY, "who writes this file may write .gitignore, too"),
    "vendored": SettingPermissions(_ANY, _READING),
    "exclude-path": SettingPermissions(_ANY, _READING),
    "skip-unreadable": SettingPermissions(_ANY, _SILENCES),
    "no-local-links": SettingPermissions(_ANY, _SILENCES),
    "root-dir": SettingPermissions(
        _ANY, "it only says where the same files are", PathPermission.READ
    ),
    "base-url": SettingPermissions(_ANY, "it asks nobody"),
    "fallback-extensions": SettingPermissions(_ANY, _SILENCES),
    "index-files": SettingPermissions(_ANY, _STRICTER),
    "anchors": SettingPermissions(_ANY, _STRICTER),
    "show-recipients": SettingPermissions(_HAND, "it shows recipients"),
    "history": SettingPermissions(
        _ANY, "what is no history is refused or set aside", PathPermission.WRITTEN
    ),
    "max-age": SettingPermissions(_ANY, _SILENCES),
    "dead-after": SettingPermissions(_ANY, _SILENCES),
    "timeout": SettingPermissions(_ANY, _MANNERS),
    "budget": SettingPermissions(_ANY, _MANNERS),
    "retries": SettingPermissions(_ANY, _MANNERS),
    "method": SettingPermissions(_ANY, _MANNERS),
    "fragments": SettingPermissions(_ANY, _STRICTER),
    "concurrency": SettingPermissions(_ANY, _MANNERS),
    "per-host": SettingPermissions(_ANY, _MANNERS),
    "rate": SettingPermissions(_ANY, _MANNERS),
    "user-agent": SettingPermissions(
        _ANY, "it takes no variables, and a link can carry the same words"
    ),
    "header": SettingPermissions(_HAND, "it sends secrets", value_after="="),
    "resolve": SettingPermissions(
        _HAND, "it decides where requests go, past the protection of private addresses"
    ),
    "exclude": SettingPermissions(_ANY, _SILENCES),
    "include": SettingPermissions(_ANY, _SILENCES),
    "allow-private": SettingPermissions(_HAND, "it weakens a protection"),
    "allow-reserved": SettingPermissions(_HAND, "it weakens a protection"),
    "allow-one-time": SettingPermissions(_HAND, "it weakens a protection"),
    "allow-port": SettingPermissions(_HAND, "it weakens a protection"),
    "ca-file": SettingPermissions(
        _HAND, "it decides who may speak for a site", PathPermission.READ
    ),
    "insecure": SettingPermissions(_HAND, "it weakens a protection"),
    "jobs": SettingPermissions(_ANY, "it takes this machine for itself, and no longer"),
    "catalog": SettingPermissions(_ANY, "it names resources, and asks nobody", PathPermission.READ),
    "no-default-catalog": SettingPermissions(_ANY, _SILENCES),
    "clean.in-place": SettingPermissions(_ANY, _OWN_FILES),
    "clean.backup": SettingPermissions(_ANY, "it never takes the place of a file"),
    "clean.diff": SettingPermissions(_ANY, _SHOWS),
    "clean.check": SettingPermissions(_ANY, _SHOWS),
    "clean.output": SettingPermissions(
        _HAND, "it replaces a file, whatever that is", PathPermission.WRITTEN
    ),
    "clean.verbose": SettingPermissions(_ANY, _SHOWS),
    "clean.show-recipients": SettingPermissions(_HAND, "it shows recipients"),
    "clean.redact": SettingPermissions(_ANY, _OWN_FILES),
    "clean.jobs": SettingPermissions(_ANY, "it takes this machine for itself, and no longer"),
}

# What has no row yet: that is the safe side, and a test fails for it.
UNKNOWN = SettingPermissions(Power.BY_HAND, "nobody has judged it yet")
