"""`Baseline`: the findings that are known and put up with, as values and as the text of a file.

It knows how such a file is written, and when a finding is one of those in it. It must not know
reports, nor where files are. The text holds no more than findings do, and of wrapped links less.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from attrs import evolve, field

from safelinks.addresses.place import LineCounter
from safelinks.errors import CatalogError, DocumentError
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define, frozen
from safelinks.rules import Finding, Level, Selection
from safelinks.rules.finding import portable
from safelinks.rules.rule_table import BROKEN_LINK
from safelinks.wrappers.redaction.link_redaction import shown

if TYPE_CHECKING:
    from safelinks.files.data.data_file import Source

__all__ = ["Baseline", "Entry", "EntryKey", "FileNaming", "Matcher", "Nameless", "is_kept"]

EntryKey = tuple[
    str, str, str
]  # the least code of what is the same to a baseline, file and subject
FileNaming = Callable[[str], str]  # from the file of a finding to its name in a baseline
Nameless = Callable[[str], str]  # from a subject to what a baseline has: the same, without anybody

BASELINE_VERSION = 1
_FINDINGS = "findings"
_REMEDY = "correct it, or delete the file and create a new one with --update-baseline"
# As git and others write them, with what may follow; no line of JSON begins like this.
_CONFLICT = pattern_of(r"^(?:<{7}|\|{7}|={7}|>{7})(?=\s|\Z)", re.MULTILINE)


@frozen
class Entry:
    """What is known: that a rule has found something about a `subject` in a file, `count` times.

    `file` is named as the baseline names it, `subject` is that of the finding: an address, or the
    id of a resource.
    """

    code: str
    file: str
    subject: str
    count: int = 1

    @property
    def key(self) -> EntryKey:
        """What it has in common with the findings that it stands for."""
        return _same(self.code), self.file, self.subject


def _same(code: str) -> str:
    """What a dead link and a failing one have in common: which it is may change each run."""
    return min(BROKEN_LINK) if code in BROKEN_LINK else code


def _added_up(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """`entries` in the order of a file: by what they are about, each once."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for one in entries:
        counts[one.file, one.code, one.subject] += one.count
    return tuple(
        Entry(code, file, subject, count) for (file, code, subject), count in sorted(counts.items())
    )


@frozen
class Baseline:
    """Known findings. The order of `entries` does not matter, and those that are alike add up."""

    entries: tuple[Entry, ...] = field(default=(), converter=_added_up)

    @classmethod
    def parse(cls, text: str, name: str) -> Baseline:
        """The baseline in the `text` of the file `name`.

        Raises DocumentError, with the line, for what is none.
        """
        mark = _CONFLICT.search(text)
        if mark is not None:
            line, _ = LineCounter(text).place(mark.start())
            raise DocumentError(
                f"{name}, line {line}: unresolved merge conflict "
                f"({mark[0]}); resolve it, and run again with --update-baseline"
            )
        from safelinks.files.data.data_file import parse_json  # noqa: PLC0415  not without a file

        try:
            source = parse_json(text, name)
        except CatalogError as error:
            raise DocumentError(str(error)) from None
        return cls(map(_BaselineReader(source).entry, range(_checked(source))))

    def dump(self) -> str:
        """The text of its file, one entry a line, always the same for the same entries."""
        told = ",\n".join(f"    {json.dumps(_told(entry))}" for entry in self.entries)
        rows = f"[\n{told}\n  ]" if told else "[]"
        return f'{{\n  "version": {BASELINE_VERSION},\n  "{_FINDINGS}": {rows}\n}}\n'

    @property
    def total(self) -> int:
        """How many findings it knows."""
        return sum(entry.count for entry in self.entries)


def _told(entry: Entry) -> dict[str, str | int]:
    told: dict[str, str | int] = {
        "code": entry.code,
        "file": entry.file,
        "subject": entry.subject,
    }
    return told | {"count": entry.count} if entry.count > 1 else told


def _wrong(source: Source, sentence: str, *path: str | int) -> DocumentError:
    return DocumentError(f"{source.name}, line {source.line(path)}: {sentence}; {_REMEDY}")


def _checked(source: Source) -> int:
    """How many entries there are in a file that is a baseline as far as that."""
    version, rows = source.data.get("version"), source.data.get(_FINDINGS)
    if type(version) is not int or version < BASELINE_VERSION:
        at = ("version",) if "version" in source.data else ()
        raise _wrong(source, f"not a baseline: its version must be {BASELINE_VERSION}", *at)
    if version > BASELINE_VERSION:
        line = source.line(("version",))
        raise DocumentError(
            f"{source.name}, line {line}: written by a newer safelinks, in version "
            f"{version} of the format; update safelinks"
        )
    for key in source.data:
        if key not in ("version", _FINDINGS):
            raise _wrong(source, f"a baseline has no {json.dumps(key)}", key)
    if not isinstance(rows, list):
        at = (_FINDINGS,) if _FINDINGS in source.data else ()
        raise _wrong(source, f'"{_FINDINGS}" must be a list', *at)
    return len(rows)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_count(value: object) -> bool:
    return type(value) is int and value > 0


_FIELDS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "code": (_is_name, "the code of a rule, such as SL301"),
    "file": (_is_name, "the name of a file"),
    "subject": (_is_text, "an address or the id of a resource"),
    "count": (_is_count, "a whole number from 1"),
}
_OPTIONAL = "count"


@frozen
class _BaselineReader:
    """Reads the entries of a file."""

    source: Source

    def entry(self, at: int) -> Entry:
        """The entry at a position. Raises DocumentError."""
        rows = self.source.data[_FINDINGS]
        given = rows[at] if isinstance(rows, list) else None
        if not isinstance(given, dict):
            raise _wrong(self.source, "an entry must be an object", _FINDINGS, at)
        for key, value in given.items():
            if key not in _FIELDS:
                sentence = f"an entry has no {json.dumps(key)}"
                raise _wrong(self.source, sentence, _FINDINGS, at, key)
            holds, expected = _FIELDS[key]
            if not holds(value):
                sentence = f'"{key}" must be {expected}'
                raise _wrong(self.source, sentence, _FINDINGS, at, key)
        for key in _FIELDS:
            if key not in given and key != _OPTIONAL:
                raise _wrong(self.source, f'an entry needs a "{key}"', _FINDINGS, at)
        return Entry(**given)


@define
class Matcher:
    """Says of findings, one by one, whether a baseline knows them.

    It knows as many of one kind as are counted there: of three where two are known, one is new.
    What is `left` has not been met yet.
    """

    baseline: Baseline
    located: FileNaming = portable
    nameless: Nameless = shown
    left: Counter[EntryKey] = field(init=False)

    @left.default
    def _all(self) -> Counter[EntryKey]:
        left: Counter[EntryKey] = Counter()
        for entry in self.baseline.entries:
            left[entry.key] += entry.count
        return left

    def key(self, finding: Finding) -> EntryKey:
        """What a finding has in common with an entry for it."""
        return _same(finding.code), self.located(finding.file), self.nameless(finding.subject)

    def known(self, finding: Finding) -> bool:
        """Whether `finding` is known; it counts as met from then on."""
        key = self.key(finding)
        if not self.left[key]:
            return False
        self.left[key] -= 1
        return True

    def marked(self, finding: Finding) -> Finding:
        """`finding`, with whether it is known."""
        known = self.known(finding)
        return finding if finding.known is known else evolve(finding, known=known)


def is_kept(finding: Finding, selection: Selection) -> bool:
    """Whether it is worth an entry: a note is only where notes make a check fail."""
    return finding.level is not Level.NOTE or selection.fail_on is Level.NOTE
