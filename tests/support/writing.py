"""JSON and TOML in every formatting that they allow, by chance, and where each value was written."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from random import Random
from typing import Any

Path = tuple[str | int, ...]


class Writer:
    """`starts` has where each value begins, `wholes` the spans of those written in one piece."""

    gaps: tuple[str, ...] = ("",)

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.text = ""
        self.starts: dict[Path, int] = {}
        self.wholes: dict[Path, tuple[int, int]] = {}
        self.newline = chance.choice(["\n", "\r\n"])
        # Some texts are tight, some wild, some in between.
        self.used = chance.sample(self.gaps, chance.randint(1, len(self.gaps)))

    @staticmethod
    def at(content: dict[str, Any], path: Path) -> object:
        """The value of `content` at `path`."""
        found: Any = content
        for step in path:
            found = found[step]
        return found

    def write(self, content: dict[str, Any]) -> str:
        raise NotImplementedError

    def put(self, text: str) -> None:
        self.text += text.replace("\n", self.newline)

    def gap(self) -> None:
        self.put(self.chance.choice(self.used))

    def listed(self, values: list[object], path: Path) -> None:
        self.put("[")
        self.gap()
        for at, value in enumerate(values):
            if at:
                self.put(",")
                self.gap()
            self.value(value, (*path, at))
            self.gap()
        self.put("]")

    def value(self, value: object, path: Path) -> None:
        start = self.starts[path] = len(self.text)
        if isinstance(value, list):
            self.listed(value, path)
        elif isinstance(value, dict):
            self.members(value, path)
        else:
            self.text += self.scalar(value)
        self.wholes[path] = start, len(self.text)

    def members(self, content: dict[str, Any], path: Path) -> None:
        raise NotImplementedError

    def scalar(self, value: object) -> str:
        return json.dumps(value, ensure_ascii=self.chance.random() < 0.5)


class JsonWriter(Writer):
    gaps = ("", " ", "\n", "\n  ", "\t", " \n\n ")

    def write(self, content: dict[str, Any]) -> str:
        self.put(self.chance.choice(["", "\ufeff"]))
        self.gap()
        self.value(content, ())
        self.gap()
        return self.text

    def members(self, content: dict[str, Any], path: Path) -> None:
        self.put("{")
        self.gap()
        for at, (name, value) in enumerate(content.items()):
            if at:
                self.put(",")
                self.gap()
            self.text += self.scalar(name)
            self.gap()
            self.put(":")
            self.gap()
            self.value(value, (*path, name))
            self.gap()
        self.put("}")


class TomlWriter(Writer):
    gaps = ("", " ", "\n", "\n  ", "\t", " # ] \" ''' \n", "\n # [x]\n\n\t")

    def write(self, content: dict[str, Any]) -> str:
        self.put(self.chance.choice(["", "\ufeff", "# x = [\n", "\n"]))
        self.starts[()] = 1 if self.text[:1] == "\ufeff" else 0
        self.table(content, ())
        if self.chance.random() < 0.3:
            self.text = self.text.removesuffix(self.newline)
        return self.text

    def blank(self) -> str:
        return self.chance.choice(["", " ", "\t "])

    def end(self) -> None:
        self.put(self.blank() + self.chance.choice(["\n", "\n", "# [x] = '\n", '\n\n  # "\n']))

    def table(self, content: dict[str, Any], path: Path) -> None:
        """Values on lines first: below a header all belongs to it."""
        below = []
        for name, value in content.items():
            tables = isinstance(value, list) and value and all(type(v) is dict for v in value)
            if (isinstance(value, dict) or tables) and self.chance.random() < 0.6:
                below.append((name, value))
            else:
                self.statement(value, path, (name,))
        for name, value in below:
            inner = (*path, name)
            if isinstance(value, dict):
                self.header(inner, "[", "]", inner)
                self.table(value, inner)
                continue
            for at, entry in enumerate(value):
                self.header(inner, "[[", "]]", (*inner, at))
                self.table(entry, (*inner, at))

    def header(self, path: Path, opening: str, closing: str, name: Path) -> None:
        self.put(self.blank())
        start = len(self.text)
        for place in (path, name):
            self.starts.setdefault(place, start)
        self.put(opening)
        self.key([step for step in path if isinstance(step, str)])
        self.put(self.blank() + closing)
        self.end()

    def statement(self, value: object, path: Path, names: tuple[str, ...]) -> None:
        """``a.b = value``, or for a table with members perhaps ``a.b.c``."""
        if isinstance(value, dict) and value and self.chance.random() < 0.5:
            for name, inner in value.items():
                self.statement(inner, path, (*names, name))
            return
        self.put(self.blank())
        self.key(names, path)
        self.put(self.blank() + "=" + self.blank())
        self.value(value, (*path, *names))
        self.end()

    def key(self, names: Sequence[str], path: Path | None = None) -> None:
        self.put(self.blank())
        for at, name in enumerate(names):
            self.put(f"{self.blank()}.{self.blank()}" if at else "")
            if path is not None and at < len(names) - 1:
                self.starts.setdefault((*path, *names[: at + 1]), len(self.text))
            bare = re.fullmatch("[A-Za-z0-9_-]+", name) and self.chance.random() < 0.7
            self.text += name if bare else self.short(name)

    def members(self, content: dict[str, Any], path: Path) -> None:
        self.put("{" + self.blank())
        for at, (name, value) in enumerate(content.items()):
            self.put("," if at else "")
            self.member(value, path, (name,))
        self.put("}")

    def member(self, value: object, path: Path, names: tuple[str, ...]) -> None:
        if isinstance(value, dict) and len(value) == 1 and self.chance.random() < 0.5:
            ((name, inner),) = value.items()
            self.member(inner, path, (*names, name))
            return
        self.key(names, path)
        self.put(self.blank() + "=" + self.blank())
        self.value(value, (*path, *names))
        self.put(self.blank())

    def scalar(self, value: object) -> str:
        if not isinstance(value, str):
            return super().scalar(value)
        return self.chance.choice([self.short, self.short, self.long_basic, self.long_literal])(
            value
        )

    def short(self, value: str) -> str:
        if self.chance.random() < 0.5 and not re.search(r"['\x00-\x08\n-\x1f\x7f]", value):
            return f"'{value}'"
        return f'"{self.escaped(value)}"'

    @staticmethod
    def escaped(value: str) -> str:
        return json.dumps(value, ensure_ascii=False)[1:-1].replace("\x7f", "\\u007F")

    def long_basic(self, value: str) -> str:
        """Line ends as they are, and one or two quotes, at the end, too."""
        inner = self.escaped(value).replace("\\\\", "\\u005C")
        bare = re.sub(r'(?<!\\")\\"(?!\\")', '"', inner) if self.chance.random() < 0.7 else inner
        start = self.chance.choice(["", self.newline, "\\" + self.newline + "  "])
        bare = bare.replace("\\n", "\n") if self.newline == "\n" else bare
        hidden = re.match(r"[ \t\n]", bare) and start  # which a line end before would take along
        return f'"""{"" if hidden or bare.startswith(chr(10)) else start}{_opened(bare)}"""'

    def long_literal(self, value: str) -> str:
        if re.search(r"'''|[\x00-\x08\x0b-\x1f\x7f]|'{3}\Z", value) or "\n" in value:
            return self.short(value)
        return f"'''{self.newline}{value}'''"


def _opened(bare: str) -> str:
    """A line end right behind the opening quotes would be dropped."""
    return "\n" + bare if bare.startswith("\n") else bare
