"""Data files as texts: the lines of their values, their faults, and changes that touch no more."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Callable, Iterable
from copy import deepcopy
from pathlib import Path as File
from random import Random
from typing import Any

import pytest
from attacking import amount
from hypothesis import given, settings
from hypothesis import strategies as st
from writing import JsonWriter, TomlWriter, Writer

from safelinks.errors import CatalogError
from safelinks.files.data.data_file import (
    Add,
    Change,
    Insert,
    Path,
    Replace,
    Source,
    parse_json,
    parse_toml,
)

NYC = File(__file__).parent.parent / "src" / "safelinks" / "catalog" / "data"
PARSERS: dict[str, Callable[[str, str], Source]] = {"json": parse_json, "toml": parse_toml}

JSON = """\
{
 "schema": "x", "resources": [
  {"url": "a", "former_urls": []}, {
   "url":
     "b, ]} \\" {[",
   "match": [
    [], {}, [1, -2.5e3, true,
    null]
   ]}
 ],
 "\\u0061\\n": 1}
"""
TOML = """\
# [[resources]]
schema = "x"  # url = 1
"a.b" . 'c d'.e = 1
inline = { url = "a", b.c = [1,
 2], d = {} }
text = \"\"\"
[no] "" \\\"""
# no\"""\""
raw = '''
'[no]'' '''
path = 'C:\\'
at = 1979-05-27 07:32:00
[[resources]]
url = "a"
list = [ # one ]
  "a", # "b",

  'c]',
  ["d",
   "\\"]"],
]
[resources.health]
[ "resources" . match ]
kind = ["x"]
 [[resources]] # second
 former.urls = []
[[resources.match]]
[[resources.match]]
kind."k\\u0061" = 1979-05-27
[b.c.d]
[b]
x = +inf
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("schema",), 2),
        (("resources",), 2),
        (("resources", 0), 3),
        (("resources", 0, "former_urls"), 3),
        (("resources", 0, "former_urls", 0), 3),
        (("resources", 1), 3),
        (("resources", 1, "url"), 5),
        (("resources", 1, "name"), 3),
        (("resources", 1, "match", 0), 7),
        (("resources", 1, "match", 2, 3), 8),
        (("resources", 1, "match", 2, 3, "x", 0), 8),
        (("resources", 2), 2),
        (("a\n",), 11),
    ],
    ids=str,
)
def test_lines_in_json(path: Path, line: int) -> None:
    source = parse_json(JSON, "my.json")
    assert source.data == json.loads(JSON)
    assert source.line(path) == line
    assert parse_json(JSON.replace("\n", "\r\n"), "my.json").line(path) == line
    assert parse_json("\ufeff" + JSON.replace("\n", "\r"), "my.json").line(path) == line


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("schema",), 2),
        (("a.b", "c d", "e"), 3),
        (("a.b",), 3),
        (("inline",), 4),
        (("inline", "b", "c", 1), 5),
        (("inline", "d"), 5),
        (("text",), 6),
        (("raw",), 9),
        (("path",), 11),
        (("at",), 12),
        (("resources",), 13),
        (("resources", 0), 13),
        (("resources", 0, "url"), 14),
        (("resources", 0, "list"), 15),
        (("resources", 0, "list", 0), 16),
        (("resources", 0, "list", 1), 18),
        (("resources", 0, "list", 2), 19),
        (("resources", 0, "list", 2, 1), 20),
        (("resources", 0, "health"), 22),
        (("resources", 0, "health", "status"), 22),
        (("resources", 0, "match", "kind", 0), 24),
        (("resources", 1), 25),
        (("resources", 1, "former", "urls"), 26),
        (("resources", 1, "match"), 27),
        (("resources", 1, "match", 0), 27),
        (("resources", 1, "match", 1), 28),
        (("resources", 1, "match", 1, "kind", "ka"), 29),
        (("resources", 2), 13),
        (("b", "c"), 30),
        (("b",), 31),
        (("b", "x"), 32),
    ],
    ids=str,
)
def test_lines_in_toml(path: Path, line: int) -> None:
    source = parse_toml(TOML, "my.toml")
    assert source.data == tomllib.loads(TOML)
    assert source.line(path) == line
    assert parse_toml("\ufeff" + TOML.replace("\n", "\r\n"), "my.toml").line(path) == line


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param('{\n "a": 1\n "b": 2}', "my.json, line 3, column 2: expecting ',' delimiter; correct the JSON", id="comma"),
        pytest.param('{\r "a": "\t"}', "my.json, line 2, column 8: invalid control character; correct the JSON", id="control"),
        pytest.param('\ufeff{"a": "', "my.json, line 1, column 7: unterminated string; correct the JSON", id="open"),
        pytest.param("", "my.json, line 1, column 1: expecting value; correct the JSON", id="empty"),
        pytest.param('{"NaN": "Infinity",\n "a": -Infinity}', "my.json, line 2, column 7: -Infinity is not a JSON number; write null", id="infinite"),
        pytest.param('{"a": [NaN, Infinity', "my.json, line 1, column 8: NaN is not a JSON number; write null", id="nan"),
        pytest.param('{"a": {"u": 1,\n  "\\u0075": 2}, "a": 3}', 'my.json, line 2, column 3: the key "u" appears twice in one object; remove one', id="doubled"),
        pytest.param("\n [{}]", "my.json, line 2, column 2: the file is not an object; put all of it between { and }", id="list"),
        pytest.param('{"a": %s}' % ("9" * 5_000), "my.json: a number has too many digits; write it as a string", id="digits"),
        pytest.param('{"a": ' + "[" * 200_000, "my.json: values are nested too deeply", id="deep"),
    ],
)  # fmt: skip
def test_faults_of_json(text: str, message: str) -> None:
    with pytest.raises(CatalogError) as caught:
        parse_json(text, "my.json")
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("a = 1\n\nb 2", "my.toml, line 3, column 3: expected '=' after a key in a key/value pair; correct the TOML", id="equals"),
        pytest.param("a = 1\r\na = 2\r\n", "my.toml, line 2, column 6: cannot overwrite a value; correct the TOML", id="doubled"),
        pytest.param("a = 1\nb = [", "my.toml, line 2, column 6: invalid value; correct the TOML", id="open"),
        pytest.param("a = " + "9" * 5_000, "my.toml: a number has too many digits; write it as a string", id="digits"),
        pytest.param("a = " + "[" * 200_000, "my.toml: values are nested too deeply", id="deep"),
    ],
)  # fmt: skip
def test_faults_of_toml(text: str, message: str) -> None:
    with pytest.raises(CatalogError) as caught:
        parse_toml(text, "my.toml")
    assert str(caught.value) == message


def test_as_deep_as_the_parser_allows() -> None:
    deep = "[" * 300 + "\n1" + "]" * 300
    assert parse_json(f'{{"a": {deep}}}', "my.json").line(("a", *[0] * 300)) == 2
    assert parse_toml(f"a = {deep}", "my.toml").line(("a", *[0] * 300)) == 2


FIRST, LAST = Insert(("l",), "new", front=True), Insert(("l",), "new")
ADD = Add(("f",), ["old"], behind="u")


@pytest.mark.parametrize(
    ("before", "changes", "after"),
    [
        pytest.param('{"u":"a","v":"a"}', [Replace(("u",), 'é"\\/')], '{"u":"\\u00e9\\"\\\\/","v":"a"}', id="ascii"),
        pytest.param('{"u" : "ü" }', [Replace(("u",), "é\n")], '{"u" : "é\\n" }', id="other-script"),
        pytest.param('{"u":"ü"}', [Replace(("u",), "\ud800")], '{"u":"\\ud800"}', id="surrogate"),
        pytest.param('{"u":"a\\/b"}', [Replace(("u",), "c/d")], '{"u":"c\\/d"}', id="slash"),
        pytest.param('{"u":null}', [Replace(("u",), ["a", "b"])], '{"u":["a", "b"]}', id="no-string"),
        pytest.param('\ufeff{"l": []}', [FIRST], '\ufeff{"l": ["new"]}', id="empty"),
        pytest.param('{"l": [ ]}', [LAST, FIRST], '{"l": ["new", "new"]}', id="blank"),
        pytest.param('{\n\t"l": []\n}', [LAST], '{\n\t"l": [\n\t\t"new"\n\t]\n}', id="empty-spread"),
        pytest.param('{\n "l": [],\n "m": ["a","b"]\n}', [LAST, LAST], '{\n "l": ["new","new"],\n "m": ["a","b"]\n}', id="empty-habit"),
        pytest.param('{"l": [\r\n]}', [LAST], '{"l": [\r\n  "new"\r\n]}', id="empty-lines"),
        pytest.param('{"l": ["a"]}', [FIRST], '{"l": ["new", "a"]}', id="one-first"),
        pytest.param('{"m":1,"l":["a"]}', [LAST], '{"m":1,"l":["a","new"]}', id="one-last"),
        pytest.param('{"l": [ "a",  "b" ]}', [LAST, FIRST], '{"l": [ "new",  "a",  "b",  "new" ]}', id="line"),
        pytest.param('{"l": [\r\n   "a" \r\n ]}', [FIRST], '{"l": [\r\n   "new",\r\n   "a" \r\n ]}', id="spread-first"),
        pytest.param('{"l": [\n   "a",\n   "b"\n ]}', [LAST], '{"l": [\n   "a",\n   "b",\n   "new"\n ]}', id="spread-last"),
        pytest.param('{"u": "a"}', [ADD], '{"u": "a", "f": ["old"]}', id="add"),
        pytest.param('{"x":1,"u":"a","v":[1]}', [ADD], '{"x":1,"u":"a","f":["old"],"v":[1]}', id="add-tight"),
        pytest.param('{\n "u": "a",\n "v": 1\n}', [ADD], '{\n "u": "a",\n "f": [\n  "old"\n ],\n "v": 1\n}', id="add-spread"),
        pytest.param('{\n "u": "a",\n "v": ["x"]\n}', [ADD, Replace(("u",), "b")], '{\n "u": "b",\n "f": ["old"],\n "v": ["x"]\n}', id="add-habit"),
        pytest.param('{\n "u": "a"\n}', [ADD, Add(("g",), "b", behind="u"), Add(("h",), [], behind="u")], '{\n "u": "a",\n "f": [\n  "old"\n ],\n "g": "b",\n "h": []\n}', id="add-three"),
    ],
)  # fmt: skip
def test_changes_of_json(before: str, changes: list[Change], after: str) -> None:
    assert parse_json(before, "my.json").edited(changes) == after
    parse_json(after, "my.json")


@pytest.mark.parametrize(
    ("before", "changes", "after"),
    [
        pytest.param('u = "a" # u\n', [Replace(("u",), 'é"\n\x7f')], 'u = "é\\"\\n\\u007f" # u\n', id="basic"),
        pytest.param("u = 'a'", [Replace(("u",), '"b\\')], "u = '\"b\\'", id="literal"),
        pytest.param("u = 'a'", [Replace(("u",), "it's")], 'u = "it\'s"', id="literal-not"),
        pytest.param('u = """\na"""\n', [Replace(("u",), "b")], 'u = "b"\n', id="long"),
        pytest.param("l = []\n", [LAST, FIRST], 'l = ["new", "new"]\n', id="empty"),
        pytest.param("l = [\n]\n", [LAST], 'l = [\n    "new"\n]\n', id="empty-lines"),
        pytest.param("m = [\n  1,\n]\nl = []\n", [LAST], 'm = [\n  1,\n]\nl = [\n  "new",\n]\n', id="empty-habit"),
        pytest.param("l = [ # none ]\n]\n", [LAST], 'l = [ # none ]\n    "new"\n]\n', id="empty-comment"),
        pytest.param("l = ['a',]\n", [FIRST, LAST], "l = ['new', 'a', 'new',]\n", id="line"),
        pytest.param("l = ['a' # a\n]\n", [LAST], "l = ['a', # a\n'new'\n]\n", id="line-comment"),
        pytest.param("l = [ # l\n  # a\n  'a', # 'b'\n  # end\n]\n", [LAST, FIRST], "l = [ # l\n  'new',\n  # a\n  'a', # 'b'\n  'new',\n  # end\n]\n", id="spread"),
        pytest.param("l = [\r\n\t'a' # a\r\n]", [LAST], "l = [\r\n\t'a', # a\r\n\t'new'\r\n]", id="spread-untrailed"),
        pytest.param("u = 'a'", [ADD], "u = 'a'\nf = ['old']", id="add"),
        pytest.param(" u='a' # u\r\n\r\n[t]", [ADD], " u='a' # u\r\n f=['old']\r\n\r\n[t]", id="add-lines"),
        pytest.param("u = 'a'\n", [Add(("é",), "b", behind="u")], "u = 'a'\n\"é\" = 'b'\n", id="add-quoted"),
        pytest.param("a . 'u' = ''\n", [Add(("a", "f"), "b", behind="u")], "a . 'u' = ''\na . f = 'b'\n", id="add-dotted"),
        pytest.param("a = {b.u = ''}\n", [Add(("a", "b", "f"), [], behind="u")], "a = {b.u = '', b.f = []}\n", id="add-inline"),
        pytest.param("[[r]]\nu = 'a'\n[[r]]\nu = 'b'\n", [Add(("r", 0, "f"), ["b"], behind="u"), Replace(("r", 1, "u"), "c")], "[[r]]\nu = 'a'\nf = ['b']\n[[r]]\nu = 'c'\n", id="add-array"),
    ],
)  # fmt: skip
def test_changes_of_toml(before: str, changes: list[Change], after: str) -> None:
    assert parse_toml(before, "my.toml").edited(changes) == after
    parse_toml(after, "my.toml")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param([Replace(("no",), "b")], "nothing that can be changed stands at no", id="missing"),
        pytest.param([Replace((), "b")], "nothing that can be changed stands at the top", id="top"),
        pytest.param([Replace(("t",), "b")], "nothing that can be changed stands at t", id="table"),
        pytest.param([Insert(("r",), "b")], "nothing that can be changed stands at r", id="tables"),
        pytest.param([Insert(("u",), "b")], "what stands at u is no list", id="no-list"),
        pytest.param([Add(("u",), "b", behind="l")], "there already is a value at u", id="there"),
        pytest.param([Add(("f",), "b", behind="u")] * 2, "there already is a value at f", id="added-twice"),
        pytest.param([Add(("f",), "b", behind="t")], "nothing that can be changed stands at t", id="behind-table"),
        pytest.param([Add(("l", "x"), "b", behind=0)], "l.x is no member of an object", id="list"),  # type: ignore[arg-type]
        pytest.param([Replace(("u",), "b"), Replace(("u",), "c")], "two changes concern the same value, at offset 4", id="twice"),
        pytest.param([Replace(("l",), []), Insert(("l",), "c")], "two changes concern the same value, at offset 16", id="both"),
    ],
)  # fmt: skip
def test_changes_that_cannot_be(changes: list[Change], message: str) -> None:
    source = parse_toml("u = 'a'\nl = ['x']\n[t]\n[[r]]\n", "my.toml")
    with pytest.raises(ValueError, match=f"^{message}$"):
        source.edited(changes)


NYC_TEXT = (NYC / "nyc-resources.json").read_text("utf-8")
RESOURCES: list[dict[str, Any]] = json.loads(NYC_TEXT)["resources"]


def _first(filled: bool) -> int:
    found = (at for at, entry in enumerate(RESOURCES) if bool(entry["former_urls"]) is filled)
    return next(at for at in found if RESOURCES[at]["url"])


def _around(text: str, at: int) -> tuple[str, str, list[str]]:
    """What stands before the entry `at`, behind it, and its own lines."""
    start, end = (text.index(f'"id": "{RESOURCES[number]["id"]}"') for number in (at, at + 1))
    return text[:start], text[end:], text[start:end].splitlines()


@pytest.mark.parametrize("front", [True, False], ids=["front", "end"])
@pytest.mark.parametrize("filled", [True, False], ids=["filled", "empty"])
def test_the_catalog_shows_only_the_lines_that_changed(filled: bool, front: bool) -> None:
    at = _first(filled)
    entry = RESOURCES[at]
    changes: list[Change] = [
        Insert(("resources", at, "former_urls"), entry["url"], front=front),
        Replace(("resources", at, "url"), "https://a.example/"),
    ]
    edited = parse_json(NYC_TEXT, "nyc.json").edited(changes)
    # Of two whole files difflib takes frequent lines for noise: compare the entry's own.
    (*outside, before), (*same, after) = _around(NYC_TEXT, at), _around(edited, at)
    assert outside == same
    diff = list(difflib.unified_diff(before, after, n=0, lineterm=""))
    shown = [line for line in diff[2:] if line[0] in "+-"]
    old, last = f'"{entry["url"]}"', f'"{entry["former_urls"][-1]}"' if filled else ""
    url = [f'-   "url": {old},', '+   "url": "https://a.example/",']
    lists = {
        (True, True): [f"+    {old},"],
        (True, False): [f"-    {last}", f"+    {last},", f"+    {old}"],
        (False, True): ['-   "former_urls": [],', '+   "former_urls": [', f"+    {old}", "+   ],"],
    }
    assert shown == url + lists[filled, front or not filled]


# Any data in any formatting that the languages have.
_words = st.sampled_from(["url", "former_urls", "a b", "", "é", 'q"\\', "x.y", "'", "#", "[1]"])
_strings = _words | st.text(
    st.sampled_from("ab/#[]{},:=\"'\\ \t\n\x7fé\U0001f600") | st.characters(codec="utf-8"),
    max_size=8,
)
_scalars = _strings | st.integers(-99, 99) | st.booleans() | st.sampled_from([1.5, -2e-3])


def _tables(scalars: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    values = st.recursive(
        scalars | st.lists(_strings, max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(_words, inner, max_size=4)
            | st.lists(st.dictionaries(_words, inner, max_size=3), min_size=1, max_size=3)
        ),
        max_leaves=12,
    )
    return st.dictionaries(_words | _strings, values, max_size=5)


WRITERS: dict[str, type[Writer]] = {"json": JsonWriter, "toml": TomlWriter}
ANY = {"json": _tables(_scalars | st.none()), "toml": _tables(_scalars)}
# Few steps are enough to make a failure readable: the writers' choices do not shrink anyway.
some = settings(max_examples=amount(50, 200))
languages = pytest.mark.parametrize("language", ["json", "toml"])
random = st.randoms(use_true_random=False)


@pytest.mark.slow
@languages
@given(st.data(), random)
@some
def test_every_value_has_its_line(language: str, data: st.DataObject, chance: Random) -> None:
    content = data.draw(ANY[language])
    writer = WRITERS[language](chance)
    text = writer.write(content)
    source = PARSERS[language](text, "my")
    assert source.data == content
    for path, start in writer.starts.items():
        line = text.count("\n", 0, start) + 1
        assert source.line(path) == line
        assert source.line((*path, "no key of theirs")) == line
    assert source.edited([]) == text


@pytest.mark.slow
@languages
@given(st.data(), random)
@some
def test_a_change_touches_nothing_else(language: str, data: st.DataObject, chance: Random) -> None:
    content = data.draw(ANY[language])
    writer = WRITERS[language](chance)
    text = writer.write(content)
    possible = _possible(content, writer)
    if not possible:
        return
    change = data.draw(st.sampled_from(possible))
    source = PARSERS[language](text, "my")
    edited = source.edited([change])
    assert PARSERS[language](edited, "my").data == _applied(content, [change])
    start, end = writer.wholes[_anchor(change)]
    if isinstance(change, Replace):
        assert edited.startswith(text[:start])
        assert edited.endswith(text[end:])
        return
    if isinstance(change, Insert):
        assert edited.startswith(text[: start + 1])
        assert edited.endswith(text[end - 1 :])
    else:
        assert edited.startswith(text[:end])
    if isinstance(change, Add) or writer.at(content, change.path):
        rest = iter(edited)
        assert all(char in rest for char in text)


@pytest.mark.slow
@languages
@given(st.data(), random)
@some
def test_changes_together_give_the_changed_data(
    language: str, data: st.DataObject, chance: Random
) -> None:
    content = data.draw(ANY[language])
    writer = WRITERS[language](chance)
    text = writer.write(content)
    possible = _possible(content, writer)
    changes = data.draw(st.lists(st.sampled_from(possible), unique_by=id)) if possible else []
    edited = PARSERS[language](text, "my").edited(changes)
    assert PARSERS[language](edited, "my").data == _applied(content, changes)


def _possible(content: dict[str, Any], writer: Writer) -> list[Change]:
    """One change of each kind at all places that allow it."""
    found: list[Change] = []
    for path in writer.wholes:
        value = writer.at(content, path)
        if isinstance(value, str):
            found.append(Replace(path, "https://é.example/'\"\\\x7f"))
        elif isinstance(value, list):
            found += [Insert(path, "first'", front=True), Insert(path, "last\n")]
        *outer, name = path or [0]
        if isinstance(name, str):
            found.append(Add((*outer, f"new é {name}"), ["one", "two"], behind=name))
            found.append(Add((*outer, f"new-{len(name)}-{len(found)}"), "one", behind=name))
    return found


def _anchor(change: Change) -> Path:
    return (*change.path[:-1], change.behind) if isinstance(change, Add) else change.path


def _applied(content: dict[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    """`content` with `changes`: those first that shift no numbers, of the rest the inmost first."""
    out = deepcopy(content)
    later = []
    for change in changes:
        holder: Any = out
        for step in change.path[:-1]:
            holder = holder[step]
        if isinstance(change, Insert):
            later.append((holder[change.path[-1]], change))
        else:
            holder[change.path[-1]] = change.value
    for values, change in later:
        values.insert(0 if change.front else len(values), change.value)
    return out
