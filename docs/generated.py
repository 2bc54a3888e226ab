"""The parts of the site that are made from the code, each in the place of a comment in a page.

A page says `<!-- generated: commands -->` where the commands are to stand. So a command, an option,
a public name, a rule or a key of the JSON Schema is on the site as soon as it is in the code.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum

import click
from click.testing import CliRunner
from sphinx.application import Sphinx

import safelinks
from safelinks.cli.program import main

_MARK = re.compile(r"^<!-- generated: ([a-z-]+) -->$", re.MULTILINE)
_CODE = re.compile(r"\bSL[0-9]{3}\b")
_FENCE = re.compile(r"^ *(?:```|~~~)")
# A page at the root of the repository that is on the site, too.
_AT_ROOT = re.compile(r"\]\(\.\./(CHANGELOG|CONTRIBUTING|SECURITY)\.md")
# Where the page of a rule is, seen from `docs`; on the site, all of them are one page.
_RULE = re.compile(r"\]\(\.\./src/[\w./-]*/(SL[0-9]{3})\.md\)")


def _printed(*words: str) -> str:
    """What the command line prints for these words."""
    result = CliRunner().invoke(main, [*words], catch_exceptions=False)
    if result.exit_code != 0:
        raise ValueError(f"safelinks {' '.join(words)} ends with {result.exit_code}")
    return result.output


# -- The commands ----------------------------------------------------------------------------------


class _Markdown(click.HelpFormatter):
    """The help of a command as Markdown, with the groups of options that the command makes."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line to type."""
        del prefix
        self.write(f"```text\n{prog} {args}\n```\n")

    def write_heading(self, heading: str) -> None:
        """The name of a group of options."""
        self.write(f"\n**{heading}**\n")

    def write_paragraph(self) -> None:
        """An empty line."""
        self.write("\n")

    def write_text(self, text: str) -> None:
        """Paragraphs, in which an option is code."""
        paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(text))
        self.write("\n\n".join(map(_paragraph, paragraphs)) + "\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Options, or commands, each with what it does."""
        del col_max, col_spacing
        for name, text in rows:
            self.write(f"\n`{name}`\n: {_with_code(' '.join(text.split()))}\n")


def _paragraph(text: str) -> str:
    """A paragraph of a help; one that click does not wrap is a heading and a block."""
    if not text.startswith("\b\n"):
        return _with_code(" ".join(text.split()))
    heading, *lines = text.removeprefix("\b\n").splitlines()
    block = "\n".join(line.removeprefix("  ") for line in lines)
    return f"**{heading.removesuffix(':')}**\n\n```text\n{block}\n```"


def _with_code(text: str) -> str:
    """Text of a help as Markdown: what is no prose is code, and nothing else has a meaning."""
    pieces = re.split(r"(`[^`]+`|(?<![\w-])--?[a-z][\w-]*|'[^']*\$[^']*'|\*\.\w+)", text)
    return "".join(
        (piece if piece.startswith("`") else f"`{piece}`")
        if number % 2
        else re.sub(r"([\\*_<>\[\]#])", r"\\\1", piece)
        for number, piece in enumerate(pieces)
    )


def _commands() -> Iterator[str]:
    """All commands, the one of the program first, each with those below it behind it."""
    context = main.make_context("safelinks", ["rules"])
    yield from _command(main, click.Context(main, info_name="safelinks"), 2)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        yield from _command(command, click.Context(command, context, name), 2)


def _command(command: click.Command, context: click.Context, level: int) -> Iterator[str]:
    formatter = _Markdown(width=1000)  # a summary is not cut short
    command.format_help(context, formatter)
    yield f"{'#' * level} {context.command_path}\n\n{formatter.getvalue()}"
    if isinstance(command, click.Group) and context.parent is not None:
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _command(below, click.Context(below, context, name), level + 1)


# -- The public names ------------------------------------------------------------------------------


def _kind(name: str) -> str:
    """The group of the API that a public name belongs to."""
    value = getattr(safelinks, name)
    if not inspect.isclass(value):
        return "Functions"
    if issubclass(value, Exception):
        return "Errors"
    return "Enumerations" if issubclass(value, Enum) else "Classes"


_DIRECTIVES: Mapping[str, tuple[str, ...]] = {
    "Functions": (".. autofunction:: safelinks.{name}",),
    "Classes": (
        ".. autoclass:: safelinks.{name}",
        "   :members:",
        "   :undoc-members:",
        "   :inherited-members: object",
    ),
    "Enumerations": (
        ".. autoclass:: safelinks.{name}",
        "   :no-members:",
        "",
        "   Values: {values}",
    ),
    "Errors": (".. autoexception:: safelinks.{name}", "   :show-inheritance:"),
}


def _api() -> Iterator[str]:
    """Every name of `safelinks.__all__`, by its kind."""
    for kind, directive in _DIRECTIVES.items():
        yield f"## {kind}\n"
        for name in safelinks.__all__:
            if _kind(name) != kind:
                continue
            values = ""
            if kind == "Enumerations":
                values = ", ".join(f"``{member.value}``" for member in getattr(safelinks, name))
            lines = "\n".join(directive).format(name=name, values=values)
            yield f"```{{eval-rst}}\n{lines}\n```\n"


# -- The rules, and the schema ---------------------------------------------------------------------


def _rules() -> Iterator[str]:
    """The page of each rule, its headings one level down."""
    for code in sorted(set(_CODE.findall(_printed("rules")))):
        fenced = False
        for line in _printed("rule", code).splitlines():
            fenced ^= bool(_FENCE.match(line))
            if line.startswith("# ") and not fenced:
                yield f"({code.lower()})="
            yield f"#{line}" if line.startswith("#") and not fenced else line
        yield ""


def _schema() -> Iterator[str]:
    """The JSON Schema of the reports."""
    yield f"```json\n{_printed('schema').rstrip()}\n```"


def _status_schema() -> Iterator[str]:
    """The JSON Schema of the status of a catalog."""
    yield f"```json\n{_printed('schema', 'status').rstrip()}\n```"


GENERATED: Mapping[str, Callable[[], Iterator[str]]] = {
    "commands": _commands,
    "api": _api,
    "rules": _rules,
    "schema": _schema,
    "status-schema": _status_schema,
}


def filled(text: str) -> str:
    """A page with what is generated in its places, and with links that stay within the site."""
    text = _MARK.sub(lambda match: "\n".join(GENERATED[match[1]]()), text)
    text = _AT_ROOT.sub(lambda match: f"]({match[1].lower()}.md", text)
    return _RULE.sub(lambda match: f"](#{match[1].lower()})", text)


def _fill(_: Sphinx, __: str, content: list[str]) -> None:
    content[0] = filled(content[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Fill the pages when they are read."""
    app.connect("source-read", _fill)
    return {"parallel_read_safe": True}
