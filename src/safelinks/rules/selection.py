"""`Selection`: which rules count, where, at which level, and which findings fail a check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import lru_cache
from posixpath import basename

from attrs import field, frozen

from safelinks.errors import SetupError
from safelinks.rules.finding import Finding, Level, portable
from safelinks.rules.table import RULES, Rule

__all__ = ["Selection", "codes_of"]

_ALL = "ALL"


@lru_cache(maxsize=256)
def codes_of(selector: str) -> frozenset[str]:
    """The codes that a code, the beginning of one, a name or ``ALL`` stands for, in any case.

    Raises SetupError, with what may be meant, where there is no such rule.

    >>> sorted(codes_of("SL4")) == sorted(codes_of("former-address") | codes_of("SL402"))
    True
    """
    wanted = selector.strip()
    code, name = wanted.upper(), wanted.lower()
    if code == _ALL:
        return frozenset(RULES)
    found = frozenset(
        rule.code
        for rule in RULES.values()
        if rule.name == name or (code.startswith("SL") and rule.code.startswith(code))
    )
    if not found:
        there = {**{rule.name: rule.name for rule in RULES.values()}, **{one: one for one in RULES}}
        close = get_close_matches(name, there) or get_close_matches(code, there)
        meant = f"did you mean {' or '.join(close)}?" if close else "`safelinks rules` lists them"
        raise SetupError(f"there is no rule {selector!r}; {meant}")
    return found


def _codes(selectors: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*map(codes_of, selectors))


def _fits(path: str, pattern: str) -> bool:
    """Whether a pattern is one of `path`; the directories of a ``**/`` may also be none."""
    if "/" not in pattern:
        return fnmatchcase(basename(path), pattern)
    pattern = pattern.removeprefix("./")
    return fnmatchcase(path, pattern) or fnmatchcase(path, pattern.replace("**/", ""))


@frozen
class Selection:
    """Which rules count. All selectors are codes, beginnings of codes (``SL2``), or names.

    `select` are those that count, all where it is empty, without those of `ignore`. `per_file` has
    patterns of files, with what is ignored there; a ``*`` in them stands for any text, also with
    slashes in it, and a pattern without a slash is one of names in any directory. `levels` are
    others than the rules' own; of two selectors, the narrower one counts. Findings of `fail_on` or
    graver make a check fail; none does with None. Comments in texts that say to ignore something
    count if `inline`. What the network says of links in code and comments is a note, unless these
    are to be taken `verbatim`. `located` gives the path of a file that patterns go by. Raises
    SetupError for what is no rule.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file: tuple[tuple[str, tuple[str, ...]], ...] = ()
    levels: Mapping[str, Level] = field(factory=dict)
    fail_on: Level | None = Level.ERROR
    inline: bool = True
    verbatim: bool = False
    located: Callable[[str], str] = field(default=portable, repr=False)

    _active: frozenset[str] = field(init=False, repr=False, eq=False)
    _ignored_in: tuple[tuple[str, frozenset[str]], ...] = field(init=False, repr=False, eq=False)
    _levels: Mapping[str, Level] = field(init=False, repr=False, eq=False)

    @_active.default
    def _chosen(self) -> frozenset[str]:
        return (_codes(self.select) if self.select else frozenset(RULES)) - _codes(self.ignore)

    @_ignored_in.default
    def _by_pattern(self) -> tuple[tuple[str, frozenset[str]], ...]:
        return tuple((pattern, _codes(selectors)) for pattern, selectors in self.per_file)

    @_levels.default
    def _by_code(self) -> dict[str, Level]:
        levels = {selector: codes_of(selector) for selector in self.levels}
        narrower = sorted(levels, key=lambda selector: -len(levels[selector]))
        return {code: self.levels[selector] for selector in narrower for code in levels[selector]}

    def rules(self, file: str) -> tuple[Rule, ...]:
        """The rules that count in `file`."""
        ignored: frozenset[str] = frozenset()
        if self._ignored_in:
            path = self.located(file)
            for pattern, codes in self._ignored_in:
                if _fits(path, pattern):
                    ignored |= codes
        counting = self._active - ignored
        return tuple(rule for code, rule in RULES.items() if code in counting)

    def level(self, rule: Rule) -> Level:
        """How much findings of `rule` matter."""
        return self._levels.get(rule.code, rule.level)

    def fails(self, finding: Finding) -> bool:
        """Whether `finding` makes a check fail."""
        return (
            self.fail_on is not None
            and finding.level.rank <= self.fail_on.rank
            and not (finding.known or finding.excused)
        )
