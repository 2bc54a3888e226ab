"""The patterns of a `.gitignore` file, with the semantics that git gives them.

Bytes in, decisions out: it knows nothing of directories. The rules are those of gitignore(5), and
where that is silent, those of git's own matcher (dir.c, wildmatch.c), quirks included. A file of
patterns is a stranger's: each one becomes a regular expression that cannot backtrack without end,
because what a wildcard has taken, up to the next fixed stretch, it never gives back.

Why our own: pathspec 1.1.1 decides otherwise than git on some patterns, and its expressions can
backtrack.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence

from attrs import field

from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["DIRECTORY_MARK", "IgnorePattern", "IgnorePatterns"]

DIRECTORY_MARK = b"\0"  # behind the path of a directory: no name can hold it

_MARK = b"\xef\xbb\xbf"
_STAR, _DEEP, _DEEP_FOLDERS = b"*", b"**", b"**/"  # tokens; all others match exactly one byte
_TAKES = {_STAR: rb"[^/\0]*?", _DEEP: rb"[^\0]*?", _DEEP_FOLDERS: rb"(?:[^/\0]*+/)*?"}
_NEVER = rb"(?!)"
_ANY_BUT_SLASH = rb"[^/\0]"
# POSIX, 7.3.1, in ASCII only; git's `space` has neither vertical tab nor form feed.
_CLASSES = {
    b"alnum": string.ascii_letters + string.digits,
    b"alpha": string.ascii_letters,
    b"blank": " \t",
    b"cntrl": "".join(map(chr, [*range(32), 127])),
    b"digit": string.digits,
    b"graph": string.ascii_letters + string.digits + string.punctuation,
    b"lower": string.ascii_lowercase,
    b"print": string.ascii_letters + string.digits + string.punctuation + " ",
    b"punct": string.punctuation,
    b"space": " \t\n\r",
    b"upper": string.ascii_uppercase,
    b"xdigit": string.hexdigits,
}


@frozen
class IgnorePattern:
    """One pattern: in which line of which file it stands; one that is `negated` lets in again."""

    source: str
    line: int
    negated: bool


@frozen
class _Set:
    """Patterns of one kind, tried at once, the last one first."""

    pattern: re.Pattern[bytes] | None = field(repr=False)
    rules: Sequence[IgnorePattern]

    @classmethod
    def of(cls, patterns: list[tuple[IgnorePattern, bytes]]) -> _Set:
        patterns.reverse()
        tried = b"|".join(b"(%b)" % pattern for _, pattern in patterns)
        return cls(re.compile(tried) if patterns else None, [rule for rule, _ in patterns])

    def match(self, text: bytes) -> IgnorePattern | None:
        """The last rule that matches all of `text`."""
        found = self.pattern.fullmatch(text) if self.pattern else None
        return self.rules[(found.lastindex or 1) - 1] if found else None


@frozen
class IgnorePatterns:
    """The rules of one file, some for names wherever they are, some for paths."""

    _names: _Set
    _paths: _Set

    @classmethod
    def parse(cls, raw: bytes, source: str) -> IgnorePatterns:
        """Total: a line that is no pattern, or one that can match nothing, is no rule."""
        names, paths = [], []
        for number, line in enumerate(raw.removeprefix(_MARK).split(b"\n"), 1):
            if not line or line.startswith(b"#"):
                continue
            glob = _without_trailing_spaces(line.removesuffix(b"\r").partition(b"\0")[0])
            rule = IgnorePattern(source, number, glob.startswith(b"!"))
            glob = glob[rule.negated :]
            end = DIRECTORY_MARK if glob.endswith(b"/") else DIRECTORY_MARK + b"?"
            glob = glob.removesuffix(b"/")
            if b"/" in glob:
                paths.append((rule, _translated(glob.removeprefix(b"/"), in_path=True) + end))
            elif glob:
                names.append((rule, _translated(glob, in_path=False) + end))
        return cls(_Set.of(names), _Set.of(paths))

    def match(self, path: bytes) -> IgnorePattern | None:
        """The last rule that `path` itself matches, whatever directory it is in.

        It is relative to where the file of rules stands, and ends with DIRECTORY if it is one.

        >>> rules = IgnorePatterns.parse(b"*.log\\n!/keep.log\\n", ".gitignore")
        >>> [rules.match(path).negated for path in (b"a/keep.log", b"keep.log")]
        [False, True]
        """
        name = self._names.match(path[path.rfind(b"/") + 1 :])
        whole = self._paths.match(path)
        if name is None or whole is None:
            return name or whole
        return max(name, whole, key=lambda rule: rule.line)


def _without_trailing_spaces(line: bytes) -> bytes:
    """Only spaces are taken off, and none behind a backslash."""
    bare = line.rstrip(b" ")
    escaped = (len(bare) - len(bare.rstrip(b"\\"))) % 2
    return line[: len(bare) + escaped]


def _translated(glob: bytes, *, in_path: bool) -> bytes:
    """A regular expression for all of a name, or of a path."""
    blocks: list[tuple[bytes, list[bytes]]] = [(b"", [])]
    for token in _tokens(glob, in_path=in_path):
        if token in (_DEEP, _DEEP_FOLDERS):
            blocks.append((_TAKES[token], []))
        else:
            blocks[-1][1].append(token)
    *inner, (takes, last) = blocks
    # The first place where a block matches leaves the most to the next, so there is no way back.
    out = [b"(?>%b%b)" % (takes, _block(tokens, last=False)) for takes, tokens in inner]
    return b"".join([*out, takes, _block(last, last=True)])


def _block(tokens: list[bytes], *, last: bool) -> bytes:
    """What stands between two asterisks is matched where it comes first, but at the very end."""
    chunks = [b""]
    for token in tokens:
        if token is _STAR:
            chunks.append(b"")
        else:
            chunks[-1] += token
    first, *others = chunks
    out = [b"(?>%b%b)" % (_TAKES[_STAR], chunk) for chunk in others]
    if last and others:
        out[-1] = _TAKES[_STAR] + others[-1]
    return first + b"".join(out)


def _tokens(glob: bytes, *, in_path: bool) -> Iterator[bytes]:
    at = 0
    literal = True  # git compares what comes before any special character apart from the rest
    while at < len(glob):
        char, begins = glob[at : at + 1], at
        at += 1
        if char == b"*":
            while glob[at : at + 1] == b"*":
                at += 1
            deep = (
                in_path
                and at - begins > 1
                and (literal or glob[begins - 1 : begins] == b"/")
                and glob[at : at + 2] in (b"", b"\\/", b"/" + glob[at + 1 : at + 2])
            )
            folders = deep and glob[at : at + 1] == b"/"
            at += folders
            yield _DEEP_FOLDERS if folders else _DEEP if deep else _STAR
        elif char == b"?":
            yield _ANY_BUT_SLASH
        elif char == b"[":
            meant, at = _bracketed(glob, at)
            yield _one_of(meant)
        elif char == b"\\":
            yield re.escape(glob[at : at + 1]) or _NEVER
            at += 1
        else:
            yield re.escape(char)
        literal = literal and char not in b"*?[\\"


def _one_of(meant: set[int]) -> bytes:
    possible = sorted(meant - {0, ord("/")})
    return b"[%b]" % b"".join(b"\\x%02x" % byte for byte in possible) if possible else _NEVER


def _bracketed(glob: bytes, at: int) -> tuple[set[int], int]:
    """The bytes that a bracket expression stands for, and where it ends; none if it is malformed.

    POSIX, 2.13.1, without collating symbols; a backslash escapes also here, and a closing bracket
    that comes first is one of the bytes.
    """
    negated = glob[at : at + 1] in (b"!", b"^")
    at += negated
    meant: set[int] = set()
    before: int | None = None
    first = True
    while first or glob[at : at + 1] != b"]":
        first = False
        named = _CLASS.match(glob, at)
        if named:
            if named[1] not in _CLASSES:
                return set(), len(glob)
            meant.update(_CLASSES[named[1]].encode())
            before, at = None, named.end()
            continue
        ranged = glob[at : at + 1] == b"-" and before and glob[at + 1 : at + 2] not in (b"", b"]")
        at += bool(ranged)
        at += glob[at : at + 1] == b"\\"
        if at >= len(glob):
            return set(), len(glob)
        meant.update(range(before or 0, glob[at] + 1) if ranged else [glob[at]])
        before = None if ranged else glob[at]
        at += 1
    return (set(range(256)) - meant if negated else meant), at + 1


_CLASS = pattern_of(rb"\[:([^\]]*):\]")
