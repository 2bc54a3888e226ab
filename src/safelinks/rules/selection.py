"""`Selection`: which rules count, where, at which level, and which findings fail a check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from posixpath import basename
from typing import Any

from attrs import field

from safelinks.errors import SetupError
from safelinks.foundation.values import frozen
from safelinks.rules.finding import Finding, Level, portable
from safelinks.rules.rule_table import RULES, Rule
from safelinks.setting_validators import as_choice, as_tuple, flag

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
        from difflib import get_close_matches  # noqa: PLC0415  rarely needed

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


def _selectors(name: str, given: Any) -> tuple[str, ...]:  # noqa: ANN401
    is_list = isinstance(given, tuple | list | set | frozenset)
    if not is_list or not all(isinstance(one, str) for one in given):
        raise SetupError(f"{name} must be a list or tuple of selectors, not {given!r}")
    return tuple(given)


def _select(given: Any) -> tuple[str, ...]:  # noqa: ANN401
    return _selectors("select", given)


def _ignore(given: Any) -> tuple[str, ...]:  # noqa: ANN401
    return _selectors("ignore", given)


def _per_file(given: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:  # noqa: ANN401
    """Pairs of a pattern and selectors, also those of a mapping."""
    wrong = SetupError("per_file must be pairs of a pattern and a list or tuple of selectors")
    try:
        pairs = given.items() if isinstance(given, Mapping) else given
        found = tuple((pattern, as_tuple(selectors)) for pattern, selectors in pairs)
    except (TypeError, ValueError):
        raise wrong from None
    for pattern, selectors in found:
        is_list = isinstance(selectors, tuple) and all(isinstance(one, str) for one in selectors)
        if not isinstance(pattern, str) or not is_list:
            raise wrong
    return found


def _levels(given: Any) -> Mapping[str, Level]:  # noqa: ANN401
    if not isinstance(given, Mapping) or not all(isinstance(one, str) for one in given):
        raise SetupError("levels must map selectors to levels")
    return {one: as_choice("a level", Level, level) for one, level in given.items()}


def _fail_on(given: Level | str | None) -> Level | None:
    return None if given is None else as_choice("fail_on", Level, given)


@frozen
class Selection:
    """Which rules count. All selectors are codes, beginnings of codes (``SL2``), or names.

    `select` are those that count, all where it is empty, without those of `ignore`. `per_file` has
    patterns of files, with what is ignored there; a ``*`` in them matches any text, also with
    slashes in it, and a pattern without a slash is one of names in any directory. `levels` are
    others than the rules' own; of two selectors, the narrower one counts. Findings of level
    `fail_on` or higher fail the check; with None, none does. Comments in texts that say to ignore
    something count if `inline`. What the network says of links in code and comments is a note,
    unless these are to be taken `verbatim`. `located` gives the path of a file that patterns go by.
    Raises SetupError for an unknown rule.
    """

    select: tuple[str, ...] = field(default=(), converter=_select)
    ignore: tuple[str, ...] = field(default=(), converter=_ignore)
    per_file: tuple[tuple[str, tuple[str, ...]], ...] = field(default=(), converter=_per_file)
    levels: Mapping[str, Level] = field(factory=dict, converter=_levels)
    fail_on: Level | None = field(default=Level.ERROR, converter=_fail_on)
    inline: bool = field(default=True, validator=flag)
    verbatim: bool = field(default=False, validator=flag)
    located: Callable[[str], str] = field(default=portable, repr=False)

    _active: frozenset[str] = field(init=False, repr=False, eq=False)
    _ignored_in: tuple[tuple[str, frozenset[str]], ...] = field(init=False, repr=False, eq=False)
    _by_code: Mapping[str, Level] = field(init=False, repr=False, eq=False)

    @_active.default
    def _chosen(self) -> frozenset[str]:
        return (_codes(self.select) if self.select else frozenset(RULES)) - _codes(self.ignore)

    @_ignored_in.default
    def _by_pattern(self) -> tuple[tuple[str, frozenset[str]], ...]:
        return tuple((pattern, _codes(selectors)) for pattern, selectors in self.per_file)

    @_by_code.default
    def _levels_of_codes(self) -> dict[str, Level]:
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
        return self._by_code.get(rule.code, rule.level)

    def fails(self, finding: Finding) -> bool:
        """Whether `finding` makes a check fail."""
        return (
            self.fail_on is not None
            and finding.level.rank <= self.fail_on.rank
            and not (finding.known or finding.excused)
        )
