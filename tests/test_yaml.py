"""YAML and TOML: what is an address, where it ends, and how another is written there."""

from __future__ import annotations

import io
import json
import tomllib

import pytest
from building import wrap
from doubled import ends
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import (
    DoubleQuotedScalarString,
    FoldedScalarString,
    LiteralScalarString,
    SingleQuotedScalarString,
)

from safelinks import read
from safelinks.documents.passages.delimited_addresses import written_value

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

TARGET = "https://example.org/a"
LINK = wrap(TARGET)

CASES: dict[str, tuple[str, list[str]]] = {
    "plain": ("a: https://e.example/x.\nb: https://e.example/y!", ["https://e.example/x.", "https://e.example/y!"]),
    "comment behind": ("a: https://e.example/x.#y # see https://e.example/z.", ["https://e.example/x.#y", "https://e.example/z"]),
    "sequence": ("- https://e.example/x.\n- - https://e.example/y.\n", ["https://e.example/x.", "https://e.example/y."]),
    "flow": ("a: [https://e.example/x., 'https://e.example/y.', {b: https://e.example/z.}]", ["https://e.example/x.", "https://e.example/y.", "https://e.example/z."]),
    "flow on lines": ("a: [\n  https://e.example/x.,\n  https://e.example/y.\n]\nb: https://e.example/,z.", ["https://e.example/x.", "https://e.example/y.", "https://e.example/,z."]),
    "single quotes": ("a: 'https://e.example/it''s.'", ["https://e.example/it's."]),
    "double quotes": (r'a: "https:\/\/e.example\x2fx\u0026y."', ["https://e.example/x&y."]),
    "folded": ('a: "https://e.example/\\\n    x."', ["https://e.example/x."]),
    "key": ("https://e.example/x.: b\n'https://e.example/y.': c", ["https://e.example/x.", "https://e.example/y."]),
    "tag and anchor": ("a: !x &y https://e.example/x.\nb: *y", ["https://e.example/x."]),
    "explicit": ("? https://e.example/x.\n: https://e.example/y.", ["https://e.example/x.", "https://e.example/y."]),
    "text": ("a: see https://e.example/x. Or not\nb: 'see https://e.example/y.'", ["https://e.example/x", "https://e.example/y"]),
    "blanks, by the key": ("url: https://e.example/x y\nlink: https://e.example/x y", ["https://e.example/x%20y", "https://e.example/x"]),
    "several, by the key": ("url: https://e.example/x https://e.example/y", ["https://e.example/x", "https://e.example/y"]),
    "literal": ("a: |\n  see https://e.example/x.\n\n  https://e.example/y.\nb: https://e.example/z.", ["https://e.example/x", "https://e.example/y", "https://e.example/z."]),
    "folded block": ("- a: >-\n    https://e.example/x.\n  b: https://e.example/z.", ["https://e.example/x.", "https://e.example/z."]),
    "text in a block": ("- a: >-\n    see https://e.example/x.\n  b: https://e.example/z.", ["https://e.example/x", "https://e.example/z."]),
    "plain on lines": ("a: https://e.example/x.\n  and so on\nb: https://e.example/y.", ["https://e.example/x", "https://e.example/y."]),
    "address on lines, plain": ("url: https://e.example/a\n  b/Q1 Plan.pdf", ["https://e.example/a%20b/Q1%20Plan.pdf"]),
    "address on lines, in quotes": ("url: 'https://e.example/it''s\n  b.'\nuri: \"https://e.example/\\x61\n  b\\\n  c.\"", ["https://e.example/it's%20b.", "https://e.example/a%20bc."]),
    "address on lines, below its key": ("url:\n  https://e.example/a\n  b c\nx: https://e.example/y z", ["https://e.example/a%20b%20c", "https://e.example/y"]),
    "address on lines, in a collection": ("a: {url: https://e.example/a\n  b., c: [https://e.example/y.,\n https://e.example/Q1\n Plan.pdf]}", ["https://e.example/a%20b.", "https://e.example/y.", "https://e.example/Q1%20Plan.pdf"]),
    "address in a block": ("url: >-\n  https://e.example/a\n  b.\nuri: |\n  https://e.example/Q1 Plan\n", ["https://e.example/a%20b.", "https://e.example/Q1%20Plan"]),
    "lines of a block that differ": ("url: >-\n  https://e.example/a.\n   b", ["https://e.example/a"]),
    "comment behind the last line": ("url: https://e.example/a\n  b # https://e.example/z.", ["https://e.example/a%20b", "https://e.example/z"]),
    "empty line": ("url: https://e.example/a.\n\n  b", ["https://e.example/a"]),
    "no scalar on lines": ("url: https://e.example/a\nb: https://e.example/c\n", ["https://e.example/a", "https://e.example/c"]),
    "key that nothing stands behind": ("url:\na: https://e.example/x y", ["https://e.example/x"]),
    "apostrophe": ("a: it's https://e.example/x.\nb: https://e.example/y.", ["https://e.example/x", "https://e.example/y."]),
    "documents": ("---\na: https://e.example/x.\n---\nb: https://e.example/y.\n...\n", ["https://e.example/x.", "https://e.example/y."]),
    "CRLF": ("a: https://e.example/x.\r\nb: https://e.example/y.\r\n", ["https://e.example/x.", "https://e.example/y."]),
    "template": ("a: {{ x }}\n{{- if y }}\nb: https://e.example/y.\n{{- end }}\n", ["https://e.example/y."]),
    "brackets that never close": ("a: [b\nc: https://e.example/x,y.", ["https://e.example/x,y."]),
    "JSON": ('{"a": "https://e.example/x.", "b":"https://e.example/y."}', ["https://e.example/x.", "https://e.example/y."]),
}  # fmt: skip
TOML_CASES: dict[str, tuple[str, list[str]]] = {
    "strings": ("a = \"https://e.example/x.\"\nb = 'https://e.example/y.' # https://e.example/z.", ["https://e.example/x.", "https://e.example/y.", "https://e.example/z"]),
    "escapes": (r'a = "https:\/\/e.example/x\u0026y\U0000002e"', ["https://e.example/x&y."]),
    "on lines": ('a = """\\\n  https://e.example/x.\\\n  """\nb = \'\'\'see https://e.example/y.\'\'\'', ["https://e.example/x.", "https://e.example/y"]),
    "in arrays": ("a = ['https://e.example/x.', {url = 'https://e.example/y z'}]", ["https://e.example/x.", "https://e.example/y%20z"]),
    "key": ("'https://e.example/x.' = 1", ["https://e.example/x."]),
}  # fmt: skip
ALL = {name: ("a.yml", *case) for name, case in CASES.items()}
ALL |= {f"TOML, {name}": ("a.toml", *case) for name, case in TOML_CASES.items()}


@pytest.mark.parametrize(("name", "text", "expected"), ALL.values(), ids=ALL)
def test_addresses(name: str, text: str, expected: list[str]) -> None:
    assert [link.url for link in read(text.encode(), name).links] == expected


@given(
    st.lists(st.text("abé.,'\"#:-", min_size=1, max_size=30), min_size=2, max_size=8),
    st.sampled_from(["", "'", '"', ">", "|"]),
)
def test_an_address_that_another_library_folds(words: list[str], style: str) -> None:
    yaml = YAML()
    yaml.width = 40
    url = f"https://example.org/{' '.join(words)}/end"
    yaml.preserve_quotes = True
    scalar = {"'": SingleQuotedScalarString, '"': DoubleQuotedScalarString, ">": FoldedScalarString, "|": LiteralScalarString}  # fmt: skip
    out = io.StringIO()
    yaml.dump([{"url": scalar.get(style, str)(url)}], out)
    raw = out.getvalue()
    assert YAML(typ="safe").load(raw) == [{"url": url}]
    assert [link.url for link in read(raw.encode(), "a.yml").links] == [url.replace(" ", "%20")]


def test_a_wrapped_link_on_lines_is_put_together() -> None:
    raw = f"a: {LINK[:90]}\n  {LINK[90:]}\nurl: >-\n  {LINK[:90]}\n  {LINK[90:]}\n"
    document = read(raw.encode(), "a.yml")
    assert [link.target for link in document.links] == [TARGET] * 2


@pytest.mark.parametrize("name", ["a.yml", "a.yaml", "CITATION.cff"])
def test_names(name: str) -> None:
    assert read(b"url: 'https://e.example/x.'", name).format == "yaml"


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        ("a: @ # @\nb: '@'\nc: \"@\"\nd: |\n  @\n  see @, too\n", TARGET, None),
        ("- [@, @]\n- {a: @}\n", TARGET, None),
        ("a: @", "https://a.example/x:", "a: 'https://a.example/x:'"),
        ("a: [@]", "https://a.example/x,y", "a: ['https://a.example/x,y']"),
        ("a: '@'", "https://a.example/x%27y", "a: 'https://a.example/x%27y'"),
        ('a: "@"', "https://a.example/x\\y", 'a: "https://a.example/x\\\\y"'),
    ],
)
def test_cleaning(text: str, target: str, expected: str | None) -> None:
    expected = expected or text.replace("@", TARGET)
    cleaned = read(text.replace("@", wrap(target)).encode(), "a.yml").cleaned().decode()
    assert cleaned == expected
    assert read(cleaned.encode(), "a.yml").cleaned().decode() == cleaned


def test_what_cannot_be_written_stays() -> None:
    raw = f"a: see {wrap('https://a.example/x:')} now".encode()
    assert read(raw, "a.yml").cleaned() == raw


def test_a_quote_is_doubled() -> None:
    link = wrap("https://a.example/it's").replace("'", "''")
    assert read(f"a: '{link}'".encode(), "a.yml").cleaned() == b"a: 'https://a.example/it''s'"


@pytest.mark.parametrize(("name", "begins"), [("a.yml", "a: '"), ("a.toml", "a = '")])
def test_a_quote_that_is_not_escaped_does_not_cut_a_link(name: str, begins: str) -> None:
    target = "https://a.example/it's"
    document = read(f"{begins}{wrap(target)}'".encode(), name)
    assert [link.target for link in document.links] == [target]
    assert document.cleaned().decode() == f"{begins}https://a.example/it%27s'"


@pytest.mark.parametrize("width", [60, 100])
def test_a_folded_link_is_replaced_as_a_whole(width: int) -> None:
    cut = "\\\n    ".join(LINK[at : at + width] for at in range(0, len(LINK), width))
    document = read(f'a:\n  b: "{cut}"\n'.encode(), "a.yml")
    assert [link.target for link in document.links] == [TARGET]
    assert document.cleaned().decode() == f'a:\n  b: "{TARGET}"\n'


# --- Held against other implementations ---

URLS = st.text("abcxyz019/._~-=&;,%+!$()[]{}<>\"'`|\\*#?: é文\x85", max_size=40).map(
    lambda rest: f"https://example.org/{rest}z"
)
STYLES = [None, "'", '"']


def _dumped(value: object, style: str | None = None, *, flow: bool = False) -> str:
    yaml = YAML()
    yaml.default_style = style  # type: ignore[assignment]
    yaml.default_flow_style = flow
    out = io.StringIO()
    yaml.dump(value, out)
    return out.getvalue()


def _plainly(url: str) -> str:
    return url.replace(" ", "%20").replace("\x85", "%C2%85")


@pytest.mark.slow
@pytest.mark.parametrize("flow", [False, True])
@pytest.mark.parametrize("style", STYLES)
@given(URLS)
def test_any_address_is_read(style: str | None, flow: bool, url: str) -> None:
    url = url if style == '"' else url.replace("\x85", "")
    text = _dumped({"a": {"url": url, "b": [1]}}, style, flow=flow)
    links = read(text.encode(), "a.yml").links
    if " " not in url:
        assert [link.url for link in links] == [_plainly(url)]
    elif text.count("\n") < 4:
        assert links[0].url in (_plainly(url), url.split(" ")[0])


@pytest.mark.slow
@pytest.mark.parametrize("flow", [False, True])
@pytest.mark.parametrize("style", STYLES)
@given(URLS)
def test_a_cleaned_document_holds_the_same_but_targets(
    style: str | None, flow: bool, target: str
) -> None:
    target = target if style == '"' else target.replace("\x85", "")
    value = {"a": ["x", wrap(target), {"url": wrap(target)}], "b": "it's"}
    cleaned = read(_dumped(value, style, flow=flow).encode(), "a.yml").cleaned().decode()
    target = written_value(target)
    assert YAML(typ="safe").load(cleaned) == {"a": ["x", target, {"url": target}], "b": "it's"}


@pytest.mark.slow
@given(URLS)
def test_any_address_is_read_and_written_in_toml(url: str) -> None:
    url = url.replace("\x85", "")
    text = f"[a]\nurl = {json.dumps(url)}\nb = 'c'"
    assert [link.url for link in read(text.encode(), "a.toml").links] == [_plainly(url)]
    for quoted in (json.dumps(wrap(url)), f'"""{wrap(url)}"""'):
        cleaned = read(f"[a]\nurl = {quoted}\n".encode(), "a.toml").cleaned().decode()
        assert tomllib.loads(cleaned) == {"a": {"url": written_value(url)}}


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    ["a: '", 'a: "\\', "[", "{a: ", "- ", "- - ", "a: https://a\n  b\n", "a: |\n b\n", "# ", "a: ", ": ", "? ", "&a ", "!a ", "a:\n ",
     "https://a ", "a: b\n", "'''", '"""', "a\n", "\n", " \n", "a #", "''", "---\n", "a: b\n\n"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.yml", "a.toml"])
def test_hostile_texts_end(piece: str, name: str) -> None:
    ends(piece, name)
