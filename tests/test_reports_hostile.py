"""What strangers write into pages, links and names of files breaks out of no format of the report."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from itertools import product

import pytest
from lxml import etree
from lxml import html as lxml_html
from markdown_it import MarkdownIt
from reporting import everything, poisoned
from rows import all_rows

from safelinks.reports.rendering import RENDERERS
from safelinks.reports.text_report import Detail, View, render

HARMLESS = "harmless"
HOSTILE = {
    "escape sequence": "\x1b[31mred\x1b]8;;https://evil.example\x07",
    "C1 control": "\x9b31m",
    "NUL": "a\0b",
    "new lines": "a\r\nb\nc\u2028d\u2029e\x85f\x0bg\x0ch",
    "workflow command": "::error file=x::y",
    "workflow command on a line of its own": "\n::set-output name=x::y",
    "escaped workflow command": "%0A::add-mask::x",
    "old workflow command": "a ##[add-mask]x",
    "Azure command": "##vso[task.setvariable variable=x]y",
    "TeamCity command": "###teamcity[message text='x']",
    "bidi override": "\u202egpj.exe\u2066x\u2069",
    "drawn as nothing": "exam\u3164ple\u2800\u115f.org\uffa0",
    "zero width": "a\u200bb\u2060c\ufeffd",
    "lone surrogate": "\ud800 \udc80",
    "no characters": "\ufffe\uffff",
    "end of script": "</script><script>alert(1)</script>",
    "end of comment": "--><!--",
    "CDATA": "]]><![CDATA[",
    "entity": "&amp;&lt;&#64;&xxe;",
    "XML": "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><failure type='x'>\"",
    "JSON": '"},{"x":["',
    "formula": "=cmd|'/c calc'!A1",
    "formula behind a space": " \t=1+1",
    "formula in full width": "＝1+1",
    "formula behind a semicolon": 'a;=1+1;"@SUM(1)',
    "plus, minus, at": "+1-1@SUM(1)",
    "cells": 'a","=1+1","b',
    "table": "a | b \\| c \\\\| d ||",
    "backticks": "`a``b```c",
    "only backticks": "```",
    "backslash": "a\\",
    "link": "[a](https://evil.example) ![b](https://evil.example/b.png) [c]: https://evil.example",
    "address": "https://evil.example/a www.evil.example me@evil.example <https://evil.example>",
    "javascript": "[a](javascript:alert(1))",
    "mention": "@everyone @team/all #1 GH-1 !1 $1 %1 ~bug &1",
    "emphasis": "**a** __b__ *c* _d_ ~~e~~ $`f`$",
    "HTML": "<img src=x onerror=alert(1)><details><b>",
    "block": "\n# a\n\n- b\n\n```\nc\n\n    d\n---\n> e\n1. f",
    "placeholder": "{0} {{1}} {",
    "ticket": "ABC-123 (abc-1) 0123abc 0123456789abcdef0123456789abcdef01234567",
    "SARIF link": "[a](0) [b](https://evil.example)",
}  # fmt: skip
REPORT = everything()


def _json(text: str) -> object:
    """The shape of a JSON text: its keys and lengths, without what was said."""
    text.encode("ascii")

    def shape(value: object) -> object:
        if isinstance(value, dict):
            return {key: shape(inner) for key, inner in value.items()}
        return [shape(one) for one in value] if isinstance(value, list) else type(value).__name__

    return shape(json.loads(text))


def _csv(text: str) -> object:
    """How many cells each line has, of which none is a formula, whatever separates them."""
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    for separator in ",;\t":
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            assert not [
                cell for cell in row if re.match(r"[\s\"']*[=+@＝＋－＠-]", cell) and cell[0] != "'"
            ]
    return [len(row) for row in rows]


def _xml(text: str) -> object:
    root = etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False))
    assert "<!" not in text
    return [(one.tag, sorted(one.attrib), one.get("tests")) for one in root.iter()]


_OURS = re.compile(r"<details>\n<summary>Resources: \d+</summary>\n|</details>\n")


def _markdown(text: str) -> object:
    """Blocks and cells; in the cells there is nothing but text and code."""
    tokens = MarkdownIt("gfm-like", {"html": True}).parse(text)
    for token in tokens:
        if token.type == "html_block":
            assert _OURS.fullmatch(token.content)
        for inner in token.children or []:
            assert inner.type in {"text", "code_inline", "strong_open", "strong_close"}, inner
            if inner.type == "text":
                assert not re.search(
                    r"[@#`<>\[\]|\\*_~]|\w\.\w|://|\w-\d|\b[0-9a-f]{7,64}\b", inner.content
                ), inner
    return [(token.type, token.tag, token.level) for token in tokens]


_COMMAND = re.compile(r"::(error|warning|notice) ((?:[a-z]+=[^,:]+,?)+)::(.*)")


def _github(text: str) -> object:
    *commands, _ = text.split("\n")[:-1]
    matches = [_COMMAND.fullmatch(line) for line in commands]
    assert all(matches)
    return [(one[1], re.findall(r"(?:^|,)([a-z]+)=", one[2])) for one in matches if one]


SHAPES: dict[str, Callable[[str], object]] = {
    "json": _json,
    "sarif": _json,
    "gitlab": _json,
    "csv": _csv,
    "junit": _xml,
    "markdown": _markdown,
    "github": _github,
}
_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]"
)


def _rendered(name: str, text: str) -> str:
    return "".join(RENDERERS[name](poisoned(REPORT, text)))


@pytest.mark.slow
@all_rows(product(SHAPES, HOSTILE.values()))
def test_hostile_text_changes_no_shape(name: str, hostile: str) -> None:
    assert SHAPES[name](_rendered(name, hostile)) == SHAPES[name](_rendered(name, HARMLESS))


@pytest.mark.slow
@all_rows(product(SHAPES, HOSTILE.values()))
def test_hostile_text_commands_neither_terminal_nor_build_service(name: str, hostile: str) -> None:
    text = _rendered(name, hostile)
    assert _CONTROLS.findall(text) == []
    text.encode()
    for line in re.split(r"[\r\n]", text):
        assert not re.search(r"##\w*\[", line) or name == "json"
        assert not line.lstrip().startswith("::") or name == "github"


_STYLE = re.compile(r"\x1b\[\d*m")


@pytest.mark.slow
@all_rows(product(HOSTILE.values(), (None, 40, 100)))
def test_hostile_text_begins_no_line_at_a_terminal(hostile: str, columns: int | None) -> None:
    def printed(text: str) -> list[str]:
        pieces = render(poisoned(REPORT, text), View(Detail.VERBOSE, columns))
        return _STYLE.sub("", "".join(pieces)).split("\n")

    lines = printed(hostile)
    assert len(lines) == len(printed(HARMLESS))
    for line in lines:
        assert _CONTROLS.findall(line) == []
        assert not re.search(r"##\w*\[", line)
        assert not line.lstrip().startswith("::")


def test_hostile_text_is_no_element_of_the_page() -> None:
    def tags(text: str) -> list[str]:
        page: lxml_html.HtmlElement = lxml_html.document_fromstring(_rendered("html", text))
        # What may be clicked, what of an address is out of sight, and where a line may end in it hang on the address.
        own = "self::span or self::a or self::wbr[not(@*)]"
        there: list[lxml_html.HtmlElement] = page.xpath(f"//*[not({own})]")
        return [f"{one.tag} {' '.join(sorted(map(str, one.attrib)))}" for one in there]

    for hostile in HOSTILE.values():
        assert tags(hostile) == tags(HARMLESS)
