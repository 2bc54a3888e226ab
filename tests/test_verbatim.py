"""Links in code and in comments: where a text is either, and what is made of the links there."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from math import isqrt
from pathlib import Path
from types import FrameType
from unittest.mock import patch

import httpx
import pytest
from attacking import amount
from building import wrap
from click.testing import CliRunner, Result
from doubled import Piece, is_linear, repeated
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from surveying import FORMER, gone, moved, read, report

from safelinks import Checker, Level, Policy, Selection
from safelinks.checks.baseline import Baseline, Entry
from safelinks.checks.baseline_comparison import Comparison
from safelinks.cli.program import main
from safelinks.documents.formats import verbatim_in
from safelinks.documents.verbatim.markdown_code import markdown_tokens

A = "https://a.example/page"
B = "https://b.example/old"
CODE, COMMENT = ["code"], ["comment"]
TEXT = [None]

MARKDOWN: dict[str, tuple[str, Sequence[str | None]]] = {
    "text": ("@", TEXT),
    "link": ("[x](@)", TEXT),
    "autolink": ("<@>", TEXT),
    # CommonMark 4.5
    "fence": ("```\n@\n```", CODE),
    "fence of tildes": ("~~~\n@\n~~~", CODE),
    "fence with a language": ("```sh\n@\n```\n@", ["code", None]),
    "fence with an address": ("``` @\n```", CODE),
    "backticks in the info of a fence": ("``` x`\n@", TEXT),
    "backticks in the info of tildes": ("~~~ x`\n@\n~~~", CODE),
    "longer closing fence": ("```\n@\n`````\n@", ["code", None]),
    "shorter closing fence": ("````\n@\n```\n@\n````\n@", ["code", "code", None]),
    "other closing fence": ("```\n~~~\n@\n```\n@", ["code", None]),
    "closing fence with an info": ("```\n``` x\n@\n```\n@", ["code", None]),
    "closing fence and white space": ("```\n``` \t\n@", TEXT),
    "indented closing fence": ("```\n   ```\n@", TEXT),
    "closing fence, indented too far": ("```\n    ```\n@", CODE),
    "fence that is never closed": ("```\n@\n\n@", ["code", "code"]),
    "fence with empty lines": ("```\n\n\n@\n\n```\n@", ["code", None]),
    "two backticks": ("``\n@\n``", CODE),
    "fence in a quote": ("> ```\n> @\n> ```\n> @\n", ["code", None]),
    "fence that ends with its quote": ("> ```\n> @\n@", ["code", None]),
    "fence in a list": ("- x\n\n  ```\n  @\n  ```\n  @", ["code", None]),
    "fence behind a marker": ("1. ```\n   @\n   ```\n   @", ["code", None]),
    "fence that ends with its item": ("- ```\n  @\n- @", ["code", None]),
    "fence in a quote in a list": ("- > ```\n  > @\n\n  @", ["code", None]),
    "fence in a list, by a tab": ("-\t```\n\t@\n\t```\n\t@", ["code", None]),
    "fence behind text": ("x\n```\n@\n```\n@", ["code", None]),
    "fence in an HTML block": ("<div>\n```\n@\n", TEXT),
    "fence behind an HTML block": ("<div>\n\n```\n@\n```\n", CODE),
    "CRLF": ("```\r\n@\r\n```\r\n@", ["code", None]),
    "CR": ("```\r@\r```\r@", ["code", None]),
    # 4.4
    "indented": ("x\n\n    @\n\n    @\n@", ["code", "code", None]),
    "indented by a tab": ("x\n\n\t@", CODE),
    "indented, first": ("    @", CODE),
    "indented behind text": ("x\n    @", TEXT),
    "indented behind a heading": ("# x\n    @", CODE),
    "indented too little": ("x\n\n   @", TEXT),
    "indented in a list": ("- x\n\n      @\n\n          @", [None, None]),
    "indented in an admonition": ('!!! note "x"\n\n    @\n\n    @\n\nx\n\n    @', [None, None, "code"]),
    "fence in an admonition": ("!!! note\n\n    ```\n    @\n\n    @\n    ```\n    @", ["code", "code", None]),
    "indented in a tab": ("=== \"x\"\n\n    @", TEXT),
    "indented behind a definition": ("x\n:   y\n\n    @", TEXT),
    "indented in a footnote": ("[^1]: x\n\n    @", TEXT),
    # 6.1
    "code span": ("x `@` @", ["code", None]),
    "autolink in a code span": ("`<@>`", CODE),
    "code span of two": ("``@ ` @`` @", ["code", "code", None]),
    "code span on two lines": ("`x\n@`", CODE),
    "code span in a quote": ("> `x\n> @` @", ["code", None]),
    "no code span across paragraphs": ("`x\n\n@`", TEXT),
    "no code span across blocks": ("# `x\n@`", TEXT),
    "no code span across items": ("- `x\n- @`", TEXT),
    "no code span of other length": ("`@``", TEXT),
    "escaped backtick": ("\\`@`", TEXT),
    "backslash in a code span": ("`\\` @ `x`", TEXT),
    "backtick in a tag": ("<a title='`'> @ `", TEXT),
    "backtick in an autolink": ("<https://x.example/`> @ `", TEXT),
    "code span in a heading": ("# `@`\n@", ["code", None]),
    "code span in an underlined heading": ("`@` `\n===\n@ `", ["code", None]),
    "code span in a table": ("|`@`|x|\n|-|-|\n|@|`|\n|@|`|\n", ["code", None, None]),
    "backtick in a definition": ('[x]: /y "`"\n@ `', TEXT),
    # HTML
    "comment": ("x <!-- @ --> @", ["comment", None]),
    "comment on lines": ("<!--\n@\n\n@\n-->\n@", ["comment", "comment", None]),
    "comment in text, on lines": ("x <!--\n@\n--> @", ["comment", None]),
    "comment in text, not across paragraphs": ("x <!--\n\n@ -->", TEXT),
    "empty comment": ("<!--> @ -->", TEXT),
    "another empty comment": ("x <!---> @ -->", TEXT),
    "comment in a code span": ("`<!--` @ -->", TEXT),
    "comment in a fence": ("```\n<!--\n```\n@ -->", TEXT),
    "code in a comment": ("<!-- `@` -->", COMMENT),
    "fence in a comment": ("<!--\n```\n@\n-->\n@", ["comment", None]),
    "comment in a list": ("- x\n  <!-- @ -->\n  @", ["comment", None]),
    "element": ("x <code>@</code> @", ["code", None]),
    "element on lines": ("<pre>\n@\n\n@\n</pre>\n@", ["code", "code", None]),
    "link in an element": ("<code>[x](@) <@> <a href='@'>x</a> @</code>", [None, None, None, "code"]),
    "element that is never closed": ("the <code> element: @\n\n<code>@</code>", [None, "code"]),
    "element in a code span": ("`<code>` @ </code>", TEXT),
}  # fmt: skip
HTML: dict[str, tuple[str, Sequence[str | None]]] = {
    "text": ("<p>@</p>", TEXT),
    **{name: (f"<{name}>@</{name}> @", ["code", None]) for name in ("pre", "code", "samp", "kbd")},
    "in capitals": ("<PRE class='x'>@</Pre>", CODE),
    "nested": ("<pre>@<code>@</code>@</pre>@", ["code", "code", "code", None]),
    "nested in itself": ("<code><code>@</code>@</code>@", ["code", "code", None]),
    "other elements within": ("<pre><b>@</b><br>@</pre>", ["code", "code"]),
    "link": ("<code><a href='@'>@</a> @</code>", [None, "code", "code"]),
    "link on code": ("<a href='@'><code>@</code></a>", [None, "code"]),
    "never closed": ("<code>@<p>@", [None, None]),
    "closed by what is around it": ("<pre><code>@</pre>@", ["code", None]),
    "never opened": ("@</code>@", [None, None]),
    "empty": ("<code/>@</code>", TEXT),
    "other name": ("<codex>@</codex>", TEXT),
    "comment": ("<!-- @ <a href='@'>x</a> -->@", ["comment", "comment", None]),
    "comment on lines": ("<!--\n@\n\n-- > @\n-->@", ["comment", "comment", None]),
    "comment in code": ("<pre>@<!-- @ --></pre>", ["code", "comment"]),
    "code in a comment": ("<!-- <code> -->@</code>", TEXT),
    "empty comment": ("<!-->@<!-- x -->", TEXT),
    "another empty comment": ("<!--->@<!-- x -->", TEXT),
    "comment with a mark": ("<!-- @ --!>@<!-- x -->", ["comment", None]),
    "comment that is never closed": ("<!-- @", COMMENT),
    "in a script": ("<script>'<code>'</script>@</code>", TEXT),
}  # fmt: skip
RST: dict[str, tuple[str, Sequence[str | None]]] = {
    "text": ("@", TEXT),
    "link": ("`x <@>`_ and ``@``", [None, "code"]),
    "literal block": ("x::\n\n  @\n\n   @\n\n@", ["code", "code", None]),
    "literal block by a tab": ("x::\n\n\t@", CODE),
    "literal block behind colons alone": ("x\n\n::\n\n  @\n@", ["code", None]),
    "no empty line": ("x::\n  @", TEXT),
    "not indented": ("x::\n\n@", TEXT),
    "in a quote": ("x\n\n  y::\n\n    @\n\n  @", ["code", None]),
    "in an item": ("- x\n  y::\n\n    @\n\n  @", ["code", None]),
    "at a marker": ("- x::\n\n  @", TEXT),
    "at a field": (":x: y::\n\n  @", TEXT),
    "two in a row": ("x::\n\n  y::\n\n    @\n\nx:\n\n  @", ["code", None]),
    "CRLF": ("x::\r\n\r\n  @\r\n\r\n@", ["code", None]),
    **{name: (f".. {name}:: sh\n   :x: y\n\n   @\n\n@", ["code", None]) for name in ("code", "code-block", "sourcecode")},
    "directive": (".. note::\n\n   @", TEXT),
    "directive with an argument": (".. note:: ``@`` @\n   @", ["code", None, None]),
    "code in a directive": (".. note::\n\n   .. code::\n\n      @\n\n   @", ["code", None]),
    "inline literal": ("x ``@``, (``@``) @", ["code", "code", None]),
    "inline literal on two lines": ("``x\n@``", CODE),
    "inline literal in a list": ("- ``@``\n- @", ["code", None]),
    "no inline literal across paragraphs": ("``x\n\n@``", TEXT),
    "not the start of a literal": ("x`` @ ``x", TEXT),
    "quoted start": ('"``" @ x``', TEXT),
    "comment": (".. x @\n\n@", ["comment", None]),
    "comment on lines": (".. x\n   @\n\n   @\n@", ["comment", "comment", None]),
    "comment on the next line": ("..\n   @\n\n@", ["comment", None]),
    "empty comment": ("..\n\n   @", TEXT),
    "comment in text": ("x\n.. @", TEXT),
    "comment that is no directive": (".. x y:: @", COMMENT),
    "comment of an address": (".. @", COMMENT),
    "comment in a directive": (".. note::\n   .. @\n\n   @", ["comment", None]),
    "target": (".. _x: @\n\n@", [None, None]),
    "nameless target": (".. __: @", TEXT),
    "footnote": (".. [#] @", TEXT),
    "citation": (".. [x2001] @", TEXT),
    "substitution": (".. |x| image:: @", TEXT),
    "more than two dots": ("... @", TEXT),
}  # fmt: skip
ASCIIDOC: dict[str, tuple[str, Sequence[str | None]]] = {
    "text": ("@", TEXT),
    "link": ("@[x] <@>", [None, None]),
    "listing": ("----\n@\n\n@\n----\n@", ["code", "code", None]),
    "longer listing": ("-----\n----\n@\n-----\n@", ["code", None]),
    "listing that is never closed": ("----\n@\n", CODE),
    "literal block": ("....\n@\n....\n@", ["code", None]),
    "passthrough block": ("++++\n@\n++++\n@", ["code", None]),
    "fence": ("```sh\n@\n```\n@", ["code", None]),
    "comment block": ("////\n@\n----\n@\n////\n@", ["comment", "comment", None]),
    "open block": ("--\n@\n--\n", TEXT),
    "example": ("====\n@\n====\n", TEXT),
    "source without delimiters": ("[source,sh]\n@\n@\n\n@", ["code", "code", None]),
    "source with delimiters": ("[source,sh]\n----\n@\n\n@\n----\n@", ["code", "code", None]),
    "literal paragraph": ("x\n\n @\n @\n\n@", ["code", "code", None]),
    "indented line": ("x\n @", TEXT),
    "indented item": ("x\n\n * @\n . @\n", [None, None]),
    "comment": ("// @\n@", ["comment", None]),
    "no comment": ("/// @", TEXT),
    "comment that is none": ("x // @", TEXT),
    "monospaced": ("x `@` @", ["code", None]),
    "backtick": ("x `@\n\n`", TEXT),
    "passed through": ("+@+ ++@++ +++@+++ @", ["code", "code", "code", None]),
    "plus": ("1 + @ + 2", TEXT),
    "plus in an address": ("@a+b+@", [None, None]),
    "CRLF": ("----\r\n@\r\n----\r\n@", ["code", None]),
}  # fmt: skip
YAML: dict[str, tuple[str, Sequence[str | None]]] = {
    "comment": ("# @\na: @ # @\n", ["comment", None, "comment"]),
    "no comment": ("a: @#@\nb: '# @'\nc: \"# @\"", [None, None, None, None]),
    "in a block scalar": ("a: |\n  # @\nb: @ # @", [None, None, "comment"]),
    "behind the header of a block scalar": ("a: > # @\n  # @\n# @", [None, None, "comment"]),
    "in a flow collection": ("a: [@, # @\n  @]\n# @", [None, "comment", None, "comment"]),
    "behind quotes": ("a: 'it''s' # @\nb: it's # @", ["comment", "comment"]),
    "behind a scalar on lines": ("a: b\n  c # @\nd: e # @", [None, "comment"]),
}  # fmt: skip
TOML: dict[str, tuple[str, Sequence[str | None]]] = {
    "comment": ("# @\na = '@' # @\n", ["comment", None, "comment"]),
    "no comment": ("a = '# @'\nb = \"\\\"# @\"", TEXT * 2),
    "on lines": ('a = """\n# @ " ""\n""" # @\nb = \'\'\'\n# @\n\'\'\'# @', [None, "comment", None, "comment"]),
}  # fmt: skip
TEX: dict[str, tuple[str, Sequence[str | None]]] = {
    "text": ("@ \\url{@}", [None, None]),
    "comment": ("@ % @\n@", [None, "comment", None]),
    "percent sign": (r"5\% @ \\% @", [None, "comment"]),
    "percent sign in an address": (r"\url{x%20} @ \href{x%20}{y} @", [None, None]),
    **{name: (f"\\begin{{{name}}}\n@ % @\n\\end{{{name}}}\n@", ["code", "code", None]) for name in ("verbatim", "lstlisting", "minted", "Verbatim*")},
    "comment on lines": ("\\begin{comment}\n@\n\\end{comment}\n@", ["comment", None]),
    "never closed": ("\\begin{verbatim}\n@", TEXT),
    "inline": (r"\verb|@| \verb*+@+ \lstinline!@! @", ["code", "code", "code", None]),
    "other environment": ("\\begin{center}\n@\n\\end{center}", TEXT),
}  # fmt: skip
ORG: dict[str, tuple[str, Sequence[str | None]]] = {
    "text": ("@ [[@][x]] <@>", [None, None, None]),
    "verbatim": ("=@= ~@~ @", ["code", "code", None]),
    "signs in an address": ("@=~x=~ @", [None, None]),
    "no verbatim": ("a=@= = @ =", [None, None]),
    "block": ("#+begin_src sh\n@\n\n@\n#+end_src\n@", ["code", "code", None]),
    "block in capitals": ("#+BEGIN_EXAMPLE\n@\n#+END_EXAMPLE\n@", ["code", None]),
    "block that is never closed": ("#+begin_src\n@", TEXT),
    "quote": ("#+begin_quote\n@\n#+end_quote", TEXT),
    "comment block": ("#+begin_comment\n@\n#+end_comment\n@", ["comment", None]),
    "comment": ("# @\n  # @\n#@\n#+x: @", ["comment", "comment", None, None]),
    "fixed width": (": @\n:x: @", ["code", None]),
}  # fmt: skip
CASES = {
    f"{format_name}: {name}": (format_name, *case)
    for format_name, cases in (
        ("markdown", MARKDOWN), ("html", HTML), ("rst", RST), ("asciidoc", ASCIIDOC),
        ("yaml", YAML), ("toml", TOML), ("tex", TEX), ("org", ORG),
    )
    for name, case in cases.items()
}  # fmt: skip
FORMATS = ["markdown", "html", "rst", "asciidoc", "yaml", "toml", "tex", "org"]


def _numbered(text: str) -> str:
    """`text` with another address in the place of each ``@``."""
    return re.sub("@", lambda match: f"https://u{match.start()}q.example/", text)


def _within(text: str, format_name: str) -> list[str | None]:
    verbatim = verbatim_in(text, format_name)
    found = (verbatim.at(match.start()) for match in re.finditer(r"https://u\d+q", text))
    return [one and str(one) for one in found]


@pytest.mark.parametrize(("format_name", "text", "expected"), CASES.values(), ids=CASES)
def test_where_a_text_is_code_or_a_comment(
    format_name: str, text: str, expected: Sequence[str | None]
) -> None:
    assert _within(_numbered(text), format_name) == expected


def test_other_formats_have_neither() -> None:
    assert _within(_numbered("```\n@\n```\n<!-- @ -->"), "text") == [None, None]


# --- Held against another implementation ---

# It does not always see what is lazy or indented within a container, so there is only one of both.
CONTAINERS = ["> ", ">", "- ", "-", "* ", "1. ", "7) ", " ", "# "]
INDENTS = [" ", "  ", "    ", "\t", "# "]
INSIDE = st.lists(
    st.sampled_from(
        [
            "@", "@", "<@>", "`", "``", "```", "~~~", "````", "x", " ", "\\", "<!-- ", " -->", "x<b>", "x<b y='`'>",
            "<div>", "</div>", "---", "===", "***",
        ]
    ),
    max_size=4,
).map("".join)  # fmt: skip


def _lines(before: list[str]) -> st.SearchStrategy[list[str]]:
    begins = st.lists(st.sampled_from(before), max_size=3).map("".join)
    return st.lists(st.tuples(begins, INSIDE).map("".join), max_size=9)


COMMONMARK = MarkdownIt("commonmark")


def _told(tokens: list[Token], lists: int = 0) -> Iterator[tuple[str, str]]:
    """What the tokens of markdown-it hold, and what that is in."""
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            lists += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists -= 1
        elif token.type in ("fence", "code_inline"):
            yield token.info + token.content, "code"
        elif token.type == "code_block":
            yield token.content, "" if lists else "code"
        elif token.type in ("html_block", "html_inline"):
            at = 0
            for comment in re.finditer(r"<!---?>|<!--.*?(?:-->|\Z)", token.content, re.DOTALL):
                yield token.content[at : comment.start()], "text"
                yield comment[0], "comment"
                at = comment.end()
            yield token.content[at:], "text"
        elif token.children is not None:
            yield from _told(token.children, lists)
        else:
            yield f"{token.content} {token.attrs}", "text"


@given((_lines(CONTAINERS) | _lines(INDENTS)).map("\n".join))
def test_markdown_is_read_as_others_read_it(lines: str) -> None:
    text = _numbered(lines)
    expected: dict[str, set[str]] = {}
    for content, kind in _told(COMMONMARK.parse(text)):
        for address in re.findall(r"https://u\d+q", content):
            expected.setdefault(address, set()).add(kind)
    verbatim = verbatim_in(text, "markdown")
    for match in re.finditer(r"https://u\d+q", text):
        kinds = expected.get(match[0], set())
        if len(kinds) == 1 and "" not in kinds:
            assert str(verbatim.at(match.start()) or "text") in kinds


LINES = [
    "x", "2 x", "**x** y", "_x_", "| `a` | [b](c) |", "|---|---|", "[a]: b", "[a]: b 'c'", "'d'", "[a]", "[^a]: x", "![a](b)",
    "!!! x", "`c`", "`", "```", "``` y", "  ```", "    ```", "~~~", "x ```", "# x `c`", "- x", "> x", "<b>", "<!-- x", "-->", "---",
    "===", "    x", "\tx", "", "", " ", ": x", "(x)", "“x”",
]  # fmt: skip


@given(st.lists(st.sampled_from(LINES), max_size=9))
def test_lines_read_together_are_read_as_each_by_itself(lines: list[str]) -> None:
    """Only lines that end as they do on Unix are read together."""
    told = []
    for line_end in ("\n", "\r\n"):
        text = line_end.join(lines)
        told.append([
            (token.kind, token.name, *(text[slice(*span)].split() for span in spans if span))
            for token in markdown_tokens(text)
            for spans in [(token.span, token.address, token.text)]
        ])  # fmt: skip
    assert told[0] == told[1]


# --- Whatever the text ---

PIECES = ["`", "```", "~~~", "\n", "\n\n", " ", "    ", "\t", "> ", "- ", "1. ", "<!--", "-->", "<", ">", "<pre>", "</pre>",
          "<code", "</code>", "'", '"', "=", "](", "[x]: ", "|", "-", "::", ".. ", "``", "\r", "\\", "x", "é", "\0", "\ud800"]  # fmt: skip


@given(
    st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
    st.sampled_from(FORMATS),
)
def test_any_text_may_be_looked_at(text: str, format_name: str) -> None:
    stretches = verbatim_in(text, format_name).stretches
    assert all(0 <= one.start < one.end <= len(text) for one in stretches)
    assert all(one.end <= other.start for one, other in pairwise(stretches))


def _calls(function: Callable[[], object]) -> int:
    """How many Python and C functions are called: a measure without a clock."""
    count = 0

    def profile(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        function()
    finally:
        sys.setprofile(None)
    return count


@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join),
    st.sampled_from(FORMATS),
)
def test_the_work_grows_as_the_text_does(piece: str, format_name: str) -> None:
    once = _calls(partial(verbatim_in, piece * 40, format_name))
    assert _calls(partial(verbatim_in, piece * 160, format_name)) < once * 5 + 2_000


HOSTILE: dict[str, Piece] = {
    "backticks": "`x",
    "more and more backticks": lambda size: "".join(
        "`" * number + "x" for number in range(isqrt(2 * size))
    ),
    "quotes": "> ",
    "items": "- ",
    "items, then lines": lambda size: "- " * (size // 5) + "x\n" + "\n x\n" * (size // 10),
    "items, then white space": lambda size: "- " * (size // 5) + "x\n" + " " * (size // 2) + "x",
    "quotes, then lines": lambda size: "> " * (size // 4) + "x\n" + "y\n" * (size // 4),
    "breaks": "* ",
    "fences": "```\n",
    "comments": "<!--",
    "tags": "<a b=\"<c d='",
    "declarations": "<!X",
    "elements": "<code>",
    "elements, closed": "<code><pre>x</code>",
    "links": "](",
    "definitions": "[x]: y (",
    "passthroughs": "+x ++y",
    "scalars": "- a: 'b\n",
    "flow": "[{a: ",
    "environments": "\\begin{verbatim}",
    "arguments": "\\url{",
    "brackets": "[[a][",
    "signs": "=x ",
    "begins": "#+begin_src\n",
    "quoted": 'a: "b\\"',
    "keys": ": ",
    "block scalars": "a: |\n  b\n",
    "lines": "a: b\n  c\n",
    "lines of nothing": "a\n",
    "delimiters": "----\n.....\n",
    "table": "a|b\n-|-\n",
    "literal blocks": "x::\n\n x\n",
    "literals": "``x",
    "comments in comments": lambda size: "\n".join(
        " " * number + ".. x" for number in range(isqrt(2 * size))
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_end(name: str, format_name: str) -> None:
    is_linear(
        lambda size: partial(verbatim_in, repeated(HOSTILE[name], size), format_name),
        amount(4_000, 20_000),
    )


# --- What is made of it ---


def _found(text: str, selection: Selection | None = None) -> list[tuple[str, Level, int | None]]:
    outcomes = [gone(A), moved(B, "https://b.example/new")]
    found = report(read(text, "a.md"), outcomes, selection or Selection(ignore=("SL402",)))
    return [(one.code, one.level, one.place.line) for one in found.findings]


def test_what_the_network_says_is_a_note_there() -> None:
    assert _found(f"{A}\n`{A}`\n<!-- {A} -->") == [
        ("SL301", Level.ERROR, 1), ("SL301", Level.NOTE, 2), ("SL301", Level.NOTE, 3)
    ]  # fmt: skip
    found = report(read(f"`{A}`\n<!-- {A} -->", "a.md"), [gone(A)])
    first, second = (one.message for one in found.findings)
    assert first.endswith(" (404); in code")
    assert second.endswith(" (404); in a comment")
    assert [str(one.within) for one in found.rows[0].sightings] == ["code", "comment"]


def test_all_else_stays_as_it_is() -> None:
    assert _found(f"`{wrap(A)}`\n\n`{FORMER}`\n\n`https://nyc.gov.evil.example/`") == [
        ("SL101", Level.WARNING, 1), ("SL301", Level.NOTE, 1), ("SL401", Level.WARNING, 3),
        ("SL204", Level.WARNING, 5),
    ]  # fmt: skip


def test_another_level_does_not_count_there_either() -> None:
    levels = {"SL301": Level.WARNING, "SL303": Level.ERROR}
    assert _found(f"{A}\n{B}\n\n`{A}`\n`{B}`", Selection(levels=levels)) == [
        ("SL301", Level.WARNING, 1), ("SL303", Level.ERROR, 2),
        ("SL301", Level.NOTE, 4), ("SL303", Level.NOTE, 5),
    ]  # fmt: skip


def test_verbatim_lets_them_count() -> None:
    assert _found(f"`{A}`", Selection(verbatim=True)) == [("SL301", Level.ERROR, 1)]


def test_a_finding_keeps_its_fingerprint_when_code_is_added() -> None:
    alone, after = (report(read(text, "a.md"), [gone(A)]) for text in (A, f"`{A}` {A}"))
    prints = [one.fingerprint for one in after.findings if one.level is Level.ERROR]
    assert prints == [one.fingerprint for one in alone.findings]


def test_a_note_does_not_use_up_what_a_baseline_knows() -> None:
    found = report(read(f"`{A}`\n\n{A}", "a.md"), [gone(A)])
    known = Comparison(found, Baseline((Entry("SL301", "a.md", A),))).marked()
    assert [one.known for one in known.findings] == [False, True]
    assert not known.failing


# --- On the command line ---


def _checked(file: Path, text: str, *options: str) -> Result:
    file.write_text(text)
    stub = partial(
        Checker, Policy(retries=0), httpx.MockTransport(lambda _: httpx.Response(404, text="x"))
    )
    with patch("safelinks.health.checker.Checker", lambda *_, **__: stub()):
        return CliRunner().invoke(main, ["check", "--no-config", *options, str(file)])


FENCE = f"```sh\ncurl {A}\n```\n"
RUNS: dict[str, tuple[str, tuple[str, ...], int]] = {
    "in code": (FENCE, (), 0),
    "in code, verbatim": (FENCE, ("--verbatim",), 1),
    "in code and in the text": (f"{FENCE}\n{A}\n", (), 1),
    "in code, notes fail": (FENCE, ("--fail-on", "note"), 1),
}


@pytest.mark.parametrize(("text", "options", "code"), RUNS.values(), ids=RUNS)
def test_exit_codes(tmp_path: Path, text: str, options: tuple[str, ...], code: int) -> None:
    result = _checked(tmp_path / "a.md", text, *options)
    assert result.exit_code == code, result.output
    assert "dead" in result.stdout
    assert f"             {A}\n" in result.stdout


def test_the_headline_tells_them_apart(tmp_path: Path) -> None:
    said = _checked(tmp_path / "a.md", FENCE).stdout
    assert "1 broken address is only in code or comments.\n" in said
    assert "mend or remove" not in said
    assert "; in code\n" in said
    said = _checked(tmp_path / "a.md", FENCE, "--verbatim").stdout
    assert "1 of 1 address does not work. Fix or remove it (SL301).\n" in said


def test_the_page_asks_nobody_to_mend_them(tmp_path: Path) -> None:
    assert "Fix or remove" not in _checked(tmp_path / "a.md", FENCE, "--format", "html").stdout
    assert "Fix or remove" in _checked(tmp_path / "a.md", A, "--format", "html").stdout


def test_json_tells_what_a_place_is_in(tmp_path: Path) -> None:
    said = _checked(tmp_path / "a.md", f"{FENCE}\n{A} <!-- {A} -->", "--format", "json")
    places = json.loads(said.stdout)["links"][0]["places"]
    assert [one["within"] for one in places] == ["code", None, "comment"]
