"""Links to files: what is certainly wrong is found, and nothing else is said."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import docx
import pytest
from attrs import field
from click.testing import CliRunner, Result
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given
from hypothesis import strategies as st

import safelinks
from safelinks.checks.check_options import CheckOptions
from safelinks.checks.local_link_options import ANCHOR_FLAVOURS, LocalLinkOptions
from safelinks.checks.pipeline import Check
from safelinks.cli.program import main
from safelinks.documents.document import read, read_all
from safelinks.documents.formats import DOCUMENT_FORMATS, anchors_in
from safelinks.documents.local.anchors import Presence
from safelinks.documents.local.local_reference import local_target
from safelinks.documents.local.slugs import AnchorFlavour, slugs_of
from safelinks.errors import SetupError
from safelinks.foundation.values import frozen
from safelinks.reports.rendering import RENDERERS
from safelinks.rules import RULES

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

ALL = tuple(AnchorFlavour)
WRAPPED = "https://nam06.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org"
HEADING = "# Set up the server\n"


@frozen
class Case:
    """Files of a repository, and what is found in `name`: the code, the line and the reference."""

    id: str
    text: str
    found: tuple[tuple[str, int, str], ...] = ()
    name: str = "docs/a.md"
    beside: Mapping[str, str] = field(factory=dict)
    options: Mapping[str, Any] = field(factory=dict)


def _missing(reference: str, line: int = 1) -> tuple[tuple[str, int, str], ...]:
    return (("SL311", line, reference),)


def _no_place(reference: str, line: int = 1) -> tuple[tuple[str, int, str], ...]:
    return (("SL312", line, reference),)


def _notebook(*lines: str, code: str = "1") -> str:
    """A notebook of two cells, the first of which is Markdown."""
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": lines},
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": [code]},
    ]
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5}, indent=1)


B = {"docs/b.md": HEADING}
CASES = [
    # Markdown
    Case("there", "[a](b.md) ![i](<x y.png>)", beside=B | {"docs/x y.png": ""}),
    Case("percent", "[a](x%20y.md)", beside={"docs/x y.md": ""}),
    Case("missing", "a\n[a](c.md)", _missing("c.md", 2)),
    Case("image", "![a](c.png)", _missing("c.png")),
    Case("reference", "[a][1]\n\n[1]: c.md 'd'", _missing("c.md", 3)),
    Case("references", "[a] [b][] ![c][ D ] [e][a]\n\n[a]: 1.md\n[B]: <2.md>\n[d]: 3.md '4'\n",
         (("SL311", 3, "1.md"), ("SL311", 4, "2.md"), ("SL311", 5, "3.md"))),
    Case("reference without use", "[a]: c.md"),
    Case("reference defined twice", "[b]\n\n[b]: b.md\n[b]: c.md", beside=B),
    Case("address in brackets", "[a]((https://a.example/b))\n\n[c]: [https://a.example] 'd'"),
    Case("html in it", '<img src="c.png"> <a href="b.md">', _missing("c.png"), beside=B),
    Case("html block", '<p align="center">\n<img src="c.png">\n</p>', _missing("c.png", 2)),
    Case("escaped", r"[a](b\_c.md)", beside={"docs/b_c.md": ""}),
    Case("in code", "`[a](c.md)`\n\n```\n[a](c.md)\n```"),
    Case("in a comment", "<!-- [a](c.md) -->"),
    Case("footnote", "a[^1]\n\n[^1]: c.md"),
    Case("query", "[a](b.md?plain=1#L1)", beside=B),
    Case("directory", "[a](../docs/) [b](..)"),
    Case("address", "[a](https://a.example/c.md) [b](//a.example/c.md) [c](mailto:a@b.example)"),
    Case("mail without scheme", "[a](who@a.example)"),
    Case("www without scheme", "[a](www.a.example/b)"),
    Case("drive", "[a](C:/c.md)"),
    Case("template", "[a]({{ page }}.md) [b](${X}/c.md) [c](%7B%7Bx%7D%7D/c.md)"),
    Case("pattern", "[a](*.md)"),
    Case("suppressed", "[a](c.md) <!-- safelinks: ignore[SL311] -->"),
    Case("suppressed for the next line", "<!-- safelinks: ignore -->\n[a](c.md)"),
    Case("suppressed for its line only", "<!-- safelinks: ignore -->\n[a](c.md)\n\n[a](d.md)",
         _missing("d.md", 4)),
    # Case
    Case("other case", "[a](B.md) [b](../Docs/b.md)",
         (("SL313", 1, "B.md"), ("SL313", 1, "../Docs/b.md")), beside=B),
    Case("missing below another case", "[a](../DOCS/c.md) [b](b.md/c)",
         (("SL311", 1, "../DOCS/c.md"), ("SL311", 1, "b.md/c")), beside=B),
    Case("other case of a generator", "[a](B.md)",
         beside=B | {"website/docusaurus.config.js": ""}),
    Case("case of two", "[a](B.MD)", _missing("B.MD"), beside={"docs/b.md": "", "docs/B.md": ""}),
    Case("composed", "[a](\u00e9.md) [b](e\u0301.md)", beside={"docs/\u00e9.md": ""}),
    # Out of the repository
    Case("outside", "[a](../../c.md)", (("SL314", 1, "../../c.md"),)),
    Case("outside and in again", "[a](../../repository/docs/b.md)", beside=B),
    Case("of a forge", "[a](../../../issues) [b](../../../pull/3)"),
    # From the top
    Case("slash without a root", "[a](/c.md)"),
    Case("slash", "[a](/docs/b.md) [b](/c.md)", _missing("/c.md"), beside=B,
         options={"root_dir": "."}),
    Case("slash and dots", "[a](/../docs/b.md)", beside=B, options={"root_dir": "."}),
    Case("published below", "[a](/guide/b.md) [b](/guide/c.md) [c](/elsewhere)",
         _missing("/guide/c.md"), beside=B,
         options={"root_dir": "docs", "base_url": "https://a.example/guide/"}),
    Case("root outside", "[a](/../../x.md)", _missing("/../../x.md"), options={"root_dir": "."}),
    # Extensions and indexes
    Case("fallback", "[a](b) [b](c)", _missing("c"), beside=B,
         options={"fallback_extensions": (".html", "md")}),
    Case("fallback for another", "[a](b.html#set-up-the-server) [b](b.html#no)",
         _no_place("b.html#no"), beside=B, options={"fallback_extensions": ("md",)}),
    Case("index", "[a](../x/) [b](../y#set-up-the-server)", (("SL311", 1, "../x/"),),
         beside={"x/a.txt": "", "y/README.md": HEADING}, options={"index_files": ("README.md",)}),
    Case("index is any", "[a](../x/)", beside={"x/a.txt": ""},
         options={"index_files": ("README.md", ".")}),
    # What may be made, or be elsewhere
    Case("ignored by git", "[a](../build/c.html) [b](out.pdf)",
         beside={".gitignore": "build/\n/docs/*.pdf\n"}),
    Case("page of a source", "[a](b.html) [b](b/) [c](x/)", beside=B | {"docs/x/index.rst": ""}),
    Case("page without a source", "[a](c.html) [b](c/)",
         (("SL311", 1, "c.html"), ("SL311", 1, "c/"))),
    Case("page of a generator", "[a](c.html) [b](c/) [c](c.md)", _missing("c.md"),
         beside={"mkdocs.yml": ""}),
    Case("anything of a generator", "[a](c.md) [b](c.png)",
         beside={"website/docusaurus.config.js": ""}),
    Case("names of other documents", "[a](#x) [b](b.md#x)", _no_place("b.md#x"),
         beside=B | {"docs/conf.py": ""}),
    Case("generator in another directory", "[a](#x)", _no_place("#x"), "README.md",
         {"docs/conf.py": ""}),
    Case("theme", "[a](img/favicon.ico) [b](_static/x.png) [c](x.png)", _missing("x.png"),
         beside={"mkdocs.yml": ""}),
    Case("in an index", "[a](@ref)"),
    Case("from the top of a generator", "[a](@/x.md) [b](~/x.md)"),
    Case("anything of Zola", "[a](c.md)", beside={"config.toml": "", "content/b.md": ""}),
    Case("settings of another program", "[a](c.md)", _missing("c.md"), beside={"config.toml": ""}),
    *(Case(f"anything of {one}", "[a](c.md) [b](c.png)", beside={one: ""})
      for one in ("_pkgdown.yml", "docfx.json", "pelicanconf.py", ".obsidian/app.json")),
    *(Case(f"page of {one}", "[a](c.html) [b](c.md)", _missing("c.md"), beside={one: ""})
      for one in ("book.json", ".gitbook.yaml")),
    Case("html template", '{% if x %}<a href="b.html">', name="a.html"),
    Case("part of others", "[a](c.md)", name="docs/_includes/a.md"),
    Case("sparse", "[a](c.md)", beside={".git/info/sparse-checkout": "/docs/a.md\n"}),
    Case("excluded", "[a](gen/c.md) [b](c.md)", _missing("c.md"), options={"exclude": ("^gen/",)}),
    Case("included only", "[a](gen/c.md) [b](c.md)", _missing("c.md"), options={"include": ("^c",)}),
    Case("included and excluded", "[a](gen/c.md) [b](c.md)", _missing("c.md"),
         options={"include": ("^c",), "exclude": ("c",)}),
    # Anchors
    Case("anchor", "[a](b.md#set-up-the-server) [b](#x)\n## X", beside=B),
    Case("no anchor", "[a](b.md#setup) [b](#x)",
         (("SL312", 1, "b.md#setup"), ("SL312", 1, "#x")), beside=B),
    Case("top", "[a](#) [b](#top) [c](b.md#)", beside=B),
    Case("another case", "[a](b.md#Set-Up-The-Server)", beside=B),
    Case("of users", "[a](b.md#user-content-set-up-the-server)", beside=B),
    Case("text", "[a](b.md#:~:text=x) [b](b.md#set-up-the-server:~:text=x)", beside=B),
    Case("second of a name", "[a](#x-1) [b](#x-2) [c](#x_1)\n## X\n## X", _no_place("#x-2")),
    Case("given", "[a](#y) [b](#z) [c](#w)\n## X {#y}\n<a name='z'></a>\n\n## Y {: #w }"),
    Case("footnotes", "[a](#fn:1) [b](#fnref1)\n\na[^1]\n\n[^1]: b"),
    Case("included text", "[a](b.md#x)", beside={"docs/b.md": "{% include 'c.md' %}\n"}),
    Case("included text in code", "[a](b.md#x)", _no_place("b.md#x"),
         beside={"docs/b.md": "`{{ x }}`\n\n```\n{% include 'c.md' %}\n```\n"}),
    Case("route", "[a](x.html#/b) [b](x.html#a=b)", beside={"docs/x.html": "<p>"}),
    Case("lines", "[a](../c.py#L2-L3) [b](../c.py#L2C1-L4C2)", _no_place("../c.py#L2C1-L4C2"),
         beside={"c.py": "a\nb\nc\n"}),
    Case("lines of Markdown", "[a](b.md#L1) [b](b.md#L9)", _no_place("b.md#L9"), beside=B),
    Case("kramdown", "[a](#intro) [b](#_1-intro)\n## 1. Intro"),
    Case("bitbucket", "[a](b.md#markdown-header-set-up-the-server)", beside=B),
    Case("other formats", "[a](x.pdf#page=3) [b](x.svg#a) [c](x.py#a)",
         beside={"docs/x.pdf": "%PDF-", "docs/x.svg": "<svg/>", "docs/x.py": ""}),
    Case("flavour", "[a](#a--b) [b](#a-b)\n## A & b", _no_place("#a-b"),
         options={"anchors": ("github",)}),
    # HTML
    Case("html", '<a href="b.html#x">\n<img srcset="c.png 1x, d.png 2x">',
         (("SL312", 1, "b.html#x"), ("SL311", 2, "d.png")), "docs/a.html",
         {"docs/b.html": "<p id=y>", "docs/c.png": ""}),
    Case("html base", '<base href="sub/"><a href="b.html"><a href="#x">', name="docs/a.html",
         beside={"docs/sub/b.html": ""}),
    Case("html base elsewhere", '<base href="https://a.example/"><a href="b.html">', name="a.html"),
    Case("html ids", '<p id="a&amp;b"><a name="c"><a href="#a&amp;b"><a href="#c"><a href="#d">',
         _no_place("#d"), "a.html"),
    Case("html script", '<script src="b.js"></script><a href="#d">', name="a.html",
         beside={"b.js": ""}),
    Case("html data", '<script type="application/ld+json">{}</script><a href="#d">',
         _no_place("#d"), "a.html"),
    Case("html published", '<link rel="canonical" href="/x"><link rel="next" href="y">',
         name="a.html"),
    Case("html of a server", '<a href="login"><a href="d.php?id=1"><a href="p.aspx"><a href="s/">'
         '<form><img src="cgi-bin/x.png"><img src="c.PNG">', _missing("c.PNG"), "a.html"),
    # reStructuredText
    Case("rst", ".. _a: b.rst\n.. image:: c.png\n\n`t <d.txt>`_ `u <e_>`_ `v <#ab>`_\n",
         (("SL311", 1, "b.rst"), ("SL311", 2, "c.png"), ("SL311", 4, "d.txt"), ("SL312", 4, "#ab")),
         "a.rst"),
    Case("rst sections", "A B\n===\n\n`v <#a-b>`_ `w <#lab>`_\n\n.. _lab:\n", name="a.rst"),
    Case("rst included", ".. include:: c/b.rst\n.. raw:: html\n\n   <p>\n", name="a.rst",
         beside={"c/b.rst": ".. image:: d.png\n"}),
    Case("rst downloads", ":download:`b.zip` :download:`the c <c.zip>`, ``:download:`d.zip```\n\n"
         ":doc:`none` :download:`/d.zip` :download:`a\\ b` :download:`e.zip` :download:`!f.zip`",
         (("SL311", 1, "b.zip"), ("SL311", 1, "c.zip")), "a.rst", {"e.zip": ""}),
    Case("rst literal", "::\n\n   .. image:: c.png\n", name="a.rst"),
    Case("rst included by what is not read", ".. image:: d.png\n\n`v <#x>`_\n", name="c/b.rst",
         beside={"a.rst": ".. include:: c/b.rst\n"}),
    Case("rst beside other parts", ".. image:: d.png\n", _missing("d.png"), "c/b.rst",
         {"a.rst": ".. include:: c/c.rst\n"}),
    # AsciiDoc
    Case("asciidoc included by what is not read", "include::d.adoc[]\n\n<<x>>\n",
         name="c/b.adoc", beside={"o/a.adoc": "include::{parts}/b.adoc[leveloffset=1]\n"}),
    Case("asciidoc included by any name", "<<x>>\n", name="c/b.adoc",
         beside={"a.adoc": "include::c/{name}.adoc[]\n"}),
    Case("asciidoc beside other parts", "<<x>>\n", _no_place("#x"), "c/b.adoc",
         {"a.adoc": "include::c/c.adoc[]\n"}),
    Case("asciidoc", "link:b.adoc[x] xref:c.adoc#x[]\n<<id>> <<_a_b>>\n\n== A b\n",
         (("SL311", 1, "b.adoc"), ("SL311", 1, "c.adoc#x"), ("SL312", 2, "#id")), "a.adoc"),
    Case("asciidoc images", ":imagesdir: img\n\nimage::b.png[]\nimage:c.png[]", _missing("c.png", 4),
         "a.adoc", {"img/b.png": ""}),
    Case("asciidoc images somewhere", "image::b.png[]\nimage::./c.png[]", _missing("./c.png", 2),
         "a.adoc"),
    # Org
    Case("org", "[[file:b.org][b.org]] [[./c.org::*X]] [[../x.png]]\n[[file:d/e.org::#x]]\n",
         (("SL311", 1, "b.org"), ("SL311", 1, "../x.png"), ("SL311", 2, "d/e.org")),
         "docs/a.org", {"docs/c.org": ""}),
    Case("org, another case", "[[file:B.org]]", (("SL313", 1, "B.org"),), "a.org", {"b.org": ""}),
    Case("org, no file beside it", "[[b.org]] [[file:/b.org]] [[file:~/b.org]] [[file:C:/b.org]] [[id:x]]"
         " [[file:::*X]] [[attachment:b.png]] [[file:b%20c.org]] [[file:b#c.org]] [[file+sys:b.org]]"
         " [[https://a.example/b.org]] [[file:$HOME/b.org]] <file:b.org> ~[[file:b.org]]~", name="a.org"),
    Case("org, in code and comments", "#+begin_src org\n[[file:b.org]]\n#+end_src\n# [[file:b.org]]\n"
         ": [[file:b.org]]\n=[[file:b.org]]=\n", name="a.org"),
    Case("org, made by its code", "#+begin_src dot :file b.png\n#+end_src\n\n#+RESULTS: x\n"
         "#+attr_html: :width 9\n[[file:c.png]]\n\n:RESULTS:\n[[file:d.png]]\n:END:\n"
         "[[file:b.png]] [[file:e.png]]\n", _missing("e.png", 11), "a.org"),
    # Notebooks
    Case("notebook", _notebook("# A\n", "[b.md](b.md) ![c](c.png)\n", '[d](D.ipynb "x") [e](#x)\n'),
         (("SL311", 8, "b.md"), ("SL313", 9, "D.ipynb")), "a.ipynb", {"d.ipynb": ""}),
    Case("notebook, made by its code", _notebook("[b](out/b.md) [c](c.md)", code="open('b.md', 'w')"),
         _missing("c.md", 7), "a.ipynb"),
    Case("notebook, beside it for Jupyter", _notebook("[b](files/b.md)"), (), "a.ipynb", {"b.md": ""}),
    Case("notebook, escaped", _notebook("\u00e9 \\ \"x\" [b](b.md)"), _missing("b.md", 7), "a.ipynb"),
    Case("JSON", '{"a": "[b](b.md)"}', name="a.json"),
    Case("asciidoc code", "----\nlink:b.adoc[x]\n----\n", name="a.adoc"),
]  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that is a repository, and the working directory."""
    path = tmp_path / "repository"
    (path / ".git").mkdir(parents=True)
    monkeypatch.chdir(path)
    return path


def _write(files: Mapping[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, "utf-8")


def _checked(name: str, **options: Any) -> Check:  # noqa: ANN401
    local = LocalLinkOptions(**options)
    return Check(read_all(name), options=CheckOptions(local_links=local))


def test_what_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {}
    for number, case in enumerate(CASES):  # as tests of their own, they take ten times as long
        path = tmp_path / str(number) / "repository"
        (path / ".git").mkdir(parents=True)
        monkeypatch.chdir(path)
        _write({case.name: case.text, **case.beside})
        report = _checked(case.name, **case.options).report()
        found = [(one.code, one.place.line, one.url) for one in report.findings]
        if found != list(case.found):
            wrong[case.id] = found
        assert report.exit_code == bool({code for code, _, _ in found} - {"SL314"}), case.id
    assert wrong == {}
    assert len({case.id for case in CASES}) == len(CASES)


def test_every_rule_about_files_has_a_case() -> None:
    codes = {code for case in CASES for code, _, _ in case.found}
    assert codes == {rule.code for rule in RULES.values() if rule.local}


def test_a_document_that_is_no_file_refers_to_nothing(repository: Path) -> None:
    assert not safelinks.check(read(b"[a](c.md)", "a.md"), offline=True).findings
    _write({"a.md": "[a](c.md)"})
    assert safelinks.check(repository, offline=True).failing
    assert not safelinks.check(repository, offline=True, local_links=None).failing
    assert not Check(read_all("a.md"), options=CheckOptions(local_links=None)).report().findings


def test_messages_say_what_there_is(repository: Path) -> None:
    _write({"a.md": "[a](B.md) [b](b.md#setup-the-server) [c](c.py#L9)", "b.md": HEADING})
    _write({"c.py": "x\n"})
    messages = [one.message for one in _checked("a.md").report().findings]
    assert messages == [
        "the file is called b.md; where upper and lower case differ, it is not found",
        "b.md has no anchor “setup-the-server”; did you mean “set-up-the-server”?",
        "c.py has only 1 line",
    ]
    assert repository.is_dir()


def _word(*targets: str, base: str = "") -> bytes:
    """A Word document with a paragraph for each target that it links."""
    document = docx.Document()
    for number, target in enumerate(targets):
        id_ = document.part.relate_to(target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        run = f"<w:r><w:t>link {number}</w:t></w:r>"
        link = f'<w:p {nsdecls("w")} {nsdecls("r")}><w:hyperlink r:id="{id_}">{run}</w:hyperlink></w:p>'
        document.element.body.insert(number, parse_xml(link))
    raw = BytesIO()
    document.save(raw)
    if not base:
        return raw.getvalue()
    changed = BytesIO()
    with ZipFile(raw) as before, ZipFile(changed, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "docProps/app.xml":
                tag = f"<HyperlinkBase>{base}</HyperlinkBase></Properties>"
                content = content.replace(b"</Properties>", tag.encode())
            after.writestr(name, content)
    return changed.getvalue()


def _open_document(*targets: str) -> bytes:
    raw = BytesIO()
    links = "".join(f'<text:p><text:a xlink:href="{one}">x</text:a></text:p>' for one in targets)
    with ZipFile(raw, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr(
            "content.xml", f"<office:document-content>{links}</office:document-content>"
        )
    return raw.getvalue()


def test_word_and_open_document_refer_to_files_beside_them(repository: Path) -> None:
    own, web = "b.docx#_Toc1", "https://a.example/x"
    Path("b.docx").write_bytes(_word(web))
    Path("a.docx").write_bytes(_word(own, "c.docx", "B.docx", web, "sub/d.pdf"))
    Path("a.odt").write_bytes(_open_document("../b.docx", "../c.odt", "Pictures/1.png", "#x", web))
    found = [
        (one.file, str(one.place), one.code, one.url, one.fixable)
        for name in ("a.docx", "a.odt")
        for one in _checked(name).report().findings
    ]
    assert found == [
        ("a.docx", "paragraph 2", "SL311", "c.docx", False),
        ("a.docx", "paragraph 3", "SL313", "B.docx", False),
        ("a.docx", "paragraph 5", "SL311", "sub/d.pdf", False),
        ("a.odt", "part content.xml", "SL311", "../c.odt", False),
    ]
    Path("a.docx").write_bytes(_word("c.docx", base="https://a.example/"))
    assert not _checked("a.docx").report().findings
    assert repository.is_dir()


def test_a_path_of_many_directories_is_no_end_of_the_check(repository: Path) -> None:
    deep = "a/" * 950
    _write({"a.md": f"[x]({deep}b.md)\n[y]({deep}c.md)\n[z](d.md)\n", ".gitignore": "/a/a/*.md\n"})
    found = _checked("a.md").report().findings
    assert [one.code for one in found] == ["SL311"] * 3
    assert repository.is_dir()


def test_outside_of_a_repository_parts_are_looked_for_below_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _write({"a.adoc": "include::c/b.adoc[]\n", "c/b.adoc": "<<x>>\n"})
    assert not _checked("c/b.adoc").report().findings
    monkeypatch.chdir("c")
    assert [one.url for one in _checked("b.adoc").report().findings] == ["#x"]


@pytest.mark.parametrize(
    ("inclusion", "told"),
    [
        ('--8<-- "docs/x.md"\n', False),
        ("-8<- 'x.md:part'\n", False),
        ("--8<--\nelsewhere.md\n  docs/x.md\n--8<--\n", False),
        ("```{include} ../docs/x.md\n```\n", False),
        (":::{include} /docs/x.md\n:::\n", False),
        ('--8<-- "other/x.md"\n', True),
        ("```python\ninclude\n```\n", True),
    ],
)
def test_what_another_document_includes_is_a_part(
    inclusion: str,
    told: bool,
    repository: Path,
) -> None:
    _write({"guide/a.md": f"# A\n\n{inclusion}", "docs/x.md": "[a](c.md) [b](#d)\n"})
    found = [(one.file, one.url) for one in _checked(".").report().findings]
    assert found == ([(str(Path("docs/x.md")), one) for one in ("c.md", "#d")] if told else [])
    assert repository.is_dir()


def test_nothing_is_told_of_what_lies_outside(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("a\n")
    Path("linked").symlink_to(tmp_path)
    os.mkfifo("pipe")
    _write({"a.md": "[a](linked/secret.txt#L9) [b](pipe#x) [c](linked/none)", "b.txt": "a\n"})
    assert [one.url for one in _checked("a.md").report().findings] == ["linked/none"]
    (repository / ".git").rmdir()
    _write({"a.md": "[a](../secret.txt#L9) [b](b.txt#L9)"})
    assert [one.url for one in _checked("a.md").report().findings] == ["b.txt#L9"]


# --- What --fix writes ---


def _run(*args: str) -> Result:
    return CliRunner().invoke(main, args)


def test_fix_writes_the_case_of_files_and_nothing_else(repository: Path) -> None:
    text = "[a](B.md#L1) ![i](Img/%50.png) [c](c.md) `B.md` [d](<B.md>) https://a.example/B.md\n"
    _write({"a.md": text, "b.md": "", "img/P.png": ""})
    result = _run("check", "--offline", "--fix", "a.md")
    assert result.exit_code == 1
    assert "Fixed 2 problems in 1 file" in result.stderr
    assert Path("a.md").read_text() == text.replace("(B.md", "(b.md").replace("<B.md", "<b.md")
    assert [one.url for one in _checked("a.md").report().findings] == ["Img/%50.png", "c.md"]
    _write({"a.md": f"[w]({WRAPPED}) [a](B.md) [c](c.md)\n"})
    left = _checked("a.md").fix().findings
    assert [(one.url, one.place.column) for one in left] == [("c.md", 40)]
    assert Path("a.md").read_text() == "[w](https://example.org) [a](b.md) [c](c.md)\n"
    assert repository.is_dir()


def test_fix_writes_into_notebooks_and_org(repository: Path) -> None:
    notebook, org = _notebook("# \u00e9\n", "[d](D.ipynb#x)\n"), "[[file:D.ipynb::#x][D.ipynb]]\n"
    _write({"a.ipynb": notebook, "a.org": org, "d.ipynb": _notebook("x")})
    assert _run("check", "--offline", "--fix", ".").exit_code == 0
    fixed = {name: Path(name).read_text() for name in ("a.ipynb", "a.org")}
    assert fixed == {
        "a.ipynb": notebook.replace("D.ipynb", "d.ipynb"), "a.org": "[[file:d.ipynb::#x][D.ipynb]]\n"
    }  # fmt: skip
    assert repository.is_dir()


def test_nothing_is_written_that_would_be_read_as_something_else() -> None:
    document = read(b"[a](B.md) [c](d.md)", "a.md")
    assert document.with_references({"B.md": "b.md"}) == b"[a](b.md) [c](d.md)"
    for wrong in ("b c.md", "b.md) [x](https://a.example/", "https://a.example/", ""):
        assert document.with_references({"B.md": wrong}) == document.original()


def test_fix_leaves_what_is_ignored_somewhere(repository: Path) -> None:
    text = "[a](B.md)\n\n[a](B.md) <!-- safelinks: ignore -->\n"
    _write({"a.md": text, "b.md": ""})
    checking = _checked("a.md")
    assert [one.fixable for one in checking.report().findings] == [False]
    assert not checking.fixes()
    assert repository.is_dir()


def _git(*args: str) -> None:
    own = ("-c", "user.name=a", "-c", "user.email=a@a.example", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *own, *args], check=True, capture_output=True)  # noqa: S607  any git


def test_fix_writes_where_git_has_moved_a_file(repository: Path) -> None:
    (repository / ".git").rmdir()
    _git("init", "-q")
    words = "\n".join(f"line {number}" for number in range(40))
    _write(
        {"docs/a.md": "[a](b.md#x) [b](c.md)\n", "docs/b.md": f"## X\n{words}", "docs/c.md": "c"}
    )
    _git("add", "-A")
    _git("commit", "-qm", "a")
    for new in ("docs/d.md", "other/e.md"):
        Path(new).parent.mkdir(exist_ok=True)
        old = "docs/b.md" if Path("docs/b.md").exists() else "docs/d.md"
        _git("mv", old, new)
        _git("commit", "-qm", "b")
    _git("rm", "-q", "docs/c.md")
    _git("commit", "-qm", "c")
    assert [one.fixable for one in _checked("docs").report().findings] == [False, False]
    checking = _checked("docs", renames=True)
    assert [one.replacement for one in checking.report().findings] == ["../other/e.md#x", None]
    result = _run("check", "--offline", "--fix", "docs")
    assert Path("docs/a.md").read_text() == "[a](../other/e.md#x) [b](c.md)\n"
    assert "1 finding fails the check (SL311)" in result.stdout


def _moved(*pairs: tuple[str, str]) -> None:
    for old, new in pairs:
        _git("mv", old, new)
        _git("commit", "-qm", "a")


@pytest.mark.parametrize(
    ("moves", "taken", "replacement"),
    [
        ((("a.md", "b.md"),), (), "b.md"),
        ((("a.md", "b.md"), ("b.md", "c.md")), ("b.md",), "c.md"),
        ((("a.md", "b.md"), ("b.md", "c.md")), ("c.md",), None),
        ((("a.md", "b.md"), ("b.md", "c.md"), ("c.md", "d.md")), ("b.md", "c.md"), "d.md"),
    ],
)
def test_a_file_that_took_the_name_of_a_moved_one_is_not_linked(
    moves: tuple[tuple[str, str], ...],
    taken: tuple[str, ...],
    replacement: str | None,
    repository: Path,
) -> None:
    (repository / ".git").rmdir()
    _git("init", "-q")
    _write({"x.md": "[a](a.md)\n", "a.md": "\n".join(f"line {number}" for number in range(40))})
    _git("add", "-A")
    _git("commit", "-qm", "a")
    _moved(*moves)
    if replacement is None:  # and that file is gone without a trace
        _git("rm", "-q", moves[-1][1])
        _git("commit", "-qm", "b")
    _write({name: f"About {name}, and nothing else.\n" for name in taken})
    _git("add", "-A")
    _git("commit", "-qm", "c", "--allow-empty")
    found = _checked("x.md", renames=True).report().findings
    assert [one.replacement for one in found] == [replacement]


def test_only_references_on_changed_lines_count(repository: Path) -> None:
    (repository / ".git").rmdir()
    _git("init", "-q")
    _write({"a.md": "[a](c.md) [b](B.md)\n\n[a](d.md)\n", "b.md": ""})
    _git("add", "-A")
    _git("commit", "-qm", "a")
    _write({"a.md": "[a](c.md) [b](B.md)\n\n[a](e.md) [b](B.md)\n"})
    since = safelinks.check("a.md", offline=True, changed_since="HEAD")
    assert [(one.url, one.fixable) for one in since.findings] == [("e.md", False), ("B.md", False)]


def test_a_baseline_keeps_what_was_not_looked_at(repository: Path) -> None:
    _write({"a.md": "[a](c.md)"})
    args = ("check", "--offline", "--baseline", "known.json")
    assert _run(*args, "--update-baseline", "a.md").exit_code == 0
    known = Path("known.json").read_text()
    assert '"SL311"' in known
    unseen = _run(*args, "--no-local-links", "--update-baseline", "a.md")
    assert (unseen.exit_code, "no longer found" in unseen.stdout) == (0, False)
    assert Path("known.json").read_text() == known
    _write({"c.md": ""})
    assert "no longer found: SL311 for c.md in a.md" in _run(*args, "a.md").stdout
    assert repository.is_dir()


def test_what_a_baseline_has_is_counted_and_listed_by_verbose_only(repository: Path) -> None:
    _write({"a.md": "[a](c.md) [a](a.md)"})
    args = ("check", "--offline", "--baseline", "known.json")
    _run(*args, "--update-baseline", "a.md")
    assert _run(*args, "a.md").stdout == (
        "1 of 2 links to files has a problem that is in the baseline.\n\n"
        "1 problem with links to files is in the baseline; -v lists it.\n\n"
        "1 finding is in the baseline and does not count.\n"
        "Exit code 0: no new finding fails the check (1 in the baseline).\n"
    )
    assert "error SL311 there is no such file (known)\n" in _run(*args, "-v", "a.md").stdout
    page = _run(*args, "--format", "html", "a.md").stdout
    assert "<span>1 of 2 links to files has a problem that is in the baseline</span></h1>" in page
    _write({"a.md": "[a](c.md) [a](d.md)"})
    shown = _run(*args, "a.md").stdout
    assert shown.startswith("1 of 2 links to files has a problem. Fix or remove it (SL311).\n\n")
    assert "In a.md: 1 problem with links to files\n  file       “d.md”, line 1" in shown
    assert "c.md" not in shown
    assert repository.is_dir()


def test_a_page_without_addresses_has_no_marks(repository: Path) -> None:
    _write({"a.md": "[a](c.md)"})
    page = _run("check", "--offline", "--format", "html", "a.md").stdout
    assert (">The text</h2>" in page, "Each mark" in page) == (True, False)
    _write({"a.md": "[a](c.md) <https://a.example/>"})
    assert "Each mark" in _run("check", "--offline", "--format", "html", "a.md").stdout
    assert repository.is_dir()


def test_a_comment_that_ignores_nothing_is_told(repository: Path) -> None:
    _write({"a.md": "[a](c.md) <!-- safelinks: ignore[SL311] -->\n"})
    assert not _checked("a.md").report().findings
    _write({"c.md": ""})
    assert [one.code for one in _checked("a.md").report().findings] == ["SL501"]
    assert not Check(read_all("a.md"), options=CheckOptions(local_links=None)).report().findings
    assert repository.is_dir()


def test_of_what_is_left_out_no_comment_is_called_unused(repository: Path) -> None:
    comment = "<!-- safelinks: ignore[SL311] -->"
    _write({"a.md": f"[a](b.md) {comment}\n\n[a](a.md) {comment}\n", "b.md": ""})
    for options, lines in (
        ({}, [1, 3]),
        ({"exclude": ("b",)}, [3]),
        ({"include": ("^a",)}, [3]),
    ):
        found = _checked("a.md", **options).report().findings
        assert [(one.code, one.place.line) for one in found] == [("SL501", one) for one in lines]
    _write({"c.md": "```{include} a.md\n```\n"})
    assert not _checked(".").report().findings
    assert repository.is_dir()


def test_a_baseline_keeps_what_is_left_out(repository: Path) -> None:
    _write({"a.md": "[a](c.md) [d](d.md)"})
    args = ("check", "--offline", "--baseline", "known.json", "--update-baseline")
    assert _run(*args, "a.md").exit_code == 0
    known = Path("known.json").read_text()
    for left_out in (("--exclude", "c.md"), ("--include", "^d")):
        result = _run(*args, *left_out, "a.md")
        assert (result.exit_code, Path("known.json").read_text()) == (0, known)
    _write({"d.md": ""})
    _run(*args, "--exclude", "^c", "a.md")
    assert ('"c.md"' in Path("known.json").read_text(), "d.md" in Path("known.json").read_text()) == (
        True, False,
    )  # fmt: skip
    _write({"a.md": "a"})
    _run(*args, "--exclude", "^c", "a.md")
    assert "c.md" not in Path("known.json").read_text()
    assert repository.is_dir()


def test_a_linked_document_may_refer_from_where_it_is(repository: Path) -> None:
    _write({"docs/a.md": "[a](b.md) [b](c.md)", "docs/b.md": ""})
    Path("README.md").symlink_to("docs/a.md")
    assert [one.url for one in _checked("README.md").report().findings] == ["c.md"]
    assert repository.is_dir()


# --- Reports, options ---


@pytest.mark.parametrize("format_name", sorted(RENDERERS))
def test_every_report_names_the_file_the_place_and_the_link(
    format_name: str, repository: Path
) -> None:
    _write({"docs/a.md": "x\n\nSee [a](c.md).\n"})
    result = _run("check", "--offline", "--format", format_name, "docs")
    assert result.exit_code == 1, result.output
    for told in ("SL311", "c.md", "no such file"):
        assert told in result.stdout
    assert "docs/a.md" in result.stdout.replace("\\/", "/")
    if format_name not in ("gitlab", "junit", "markdown"):  # which have no columns
        assert "9" in result.stdout
    assert repository.is_dir()


def test_the_summary_counts_links_to_files(repository: Path) -> None:
    _write({"a.md": "[a](a.md) [b](c.md)"})
    summary = json.loads(_run("check", "--offline", "--format", "json", "a.md").stdout)["summary"]
    assert (summary["links"], summary["local_links"]) == (0, 2)
    text = _run("check", "--offline", "a.md").stdout
    assert text.startswith("1 of 2 links to files has a problem. Fix or remove it (SL311).\n")
    _write({"a.md": "[a](a.md)", "c.md": ""})
    assert _run("check", "--offline", "a.md").stdout.startswith("No problems in 1 link to files.\n")
    assert repository.is_dir()


def test_options_say_how_files_are_found(repository: Path) -> None:
    _write({"docs/a.md": "[a](/b) [c](x/)\n", "site/b.html": "", "docs/x/c": ""})
    assert _run("check", "--offline", "docs/a.md").exit_code == 0
    root = ("check", "--offline", "--root-dir", "site")
    assert _run(*root, "docs/a.md").exit_code == 1
    assert _run(*root, "--fallback-extensions", "md,html", "docs/a.md").exit_code == 0
    assert _run("check", "--offline", "--index-files", "index.html", "docs/a.md").exit_code == 1
    assert _run(*root, "--no-local-links", "docs/a.md").exit_code == 0
    assert _run(*root, "--exclude", "^/", "docs/a.md").exit_code == 0
    wrong = _run("check", "--offline", "--base-url", "https://a.example/", "docs/a.md")
    assert wrong.exit_code == 2
    assert "base_url needs a root_dir" in wrong.stderr
    nowhere = _run("check", "--offline", "--root-dir", "none", "docs/a.md")
    assert (nowhere.exit_code, "no such directory: none" in nowhere.stderr) == (2, True)
    _write({"safelinks.toml": 'root-dir = "site"\nfallback-extensions = ["html"]\n'})
    assert _run("check", "--offline", "docs/a.md").exit_code == 0
    _write({"safelinks.toml": 'root-dir = "site"\n'})
    assert _run("check", "--offline", "docs/a.md").exit_code == 1
    assert repository.is_dir()


@pytest.mark.parametrize(
    "wrong",
    [
        {"root_dir": ""},
        {"base_url": "https://a.example/"},
        {"base_url": "a", "root_dir": "."},
        {"fallback_extensions": "md"},
        {"index_files": 1},
        {"anchors": ("gitea",)},
        {"exclude": "x"},
        {"renames": 1},
    ],
)
def test_options_that_make_no_sense(wrong: dict[str, Any]) -> None:
    with pytest.raises(SetupError):
        LocalLinkOptions(**wrong)


def test_flavours_go_by_the_same_names() -> None:
    assert tuple(map(str, AnchorFlavour)) == ANCHOR_FLAVOURS


# --- Anchors ---


@pytest.mark.parametrize(
    ("heading", "flavour", "slug"),
    [
        ("Set up the *server*", "github", "set-up-the-server"),
        ("A & B", "github", "a--b"),
        ("A & B", "gitlab", "a-b"),
        ("A & B", "mkdocs", "a-b"),
        ("A & B", "sphinx", "a-b"),
        ("Größe: Übersicht", "github", "größe-übersicht"),
        ("Größe", "mkdocs", "groe"),
        ("2. Größe", "sphinx", "groe"),
        ("`foo_bar()` and [x](y.md)", "github", "foo_bar-and-x"),
        ("foo_bar", "sphinx", "foo-bar"),
        ("安装", "github", "安装"),
        (":tada: New", "github", "-new"),
        ("A\\_b &amp; c", "github", "a_b--c"),
        ("What's __new__?", "github", "whats-new"),
        ("![logo](x.png) Name", "github", "-name"),
        ("v1.2.3 (2026-11-30)", "github", "v123-2026-11-30"),
        ("A `-- b` C", "github", "a----b-c"),
    ],
)
def test_anchors_of_headings(heading: str, flavour: str, slug: str) -> None:
    anchors = anchors_in(f"## {heading}\n", "markdown", [AnchorFlavour(flavour)])
    assert anchors is not None
    assert slug in anchors.all.names


HEADINGS = [
    "# A b",
    "# A_b",
    "## a-b-1",
    "# `c` d",
    "# É",
    "```",
    "# 1. x",
    "",
    "x",
    "===",
    "  # A b #",
    "# A b",
]


@given(st.lists(st.sampled_from(HEADINGS), max_size=9))
def test_what_is_seen_at_a_glance_is_what_a_close_look_finds(lines: list[str]) -> None:
    anchors = anchors_in("\n".join(lines), "markdown", tuple(AnchorFlavour))
    assert anchors is not None
    assert anchors.names <= anchors.all.names
    assert all(anchors.presence(name) is Presence.THERE for name in anchors.all.names)


THERE, MISSING, UNKNOWN = Presence.THERE, Presence.MISSING, Presence.UNKNOWN
PLACES = [
    ("markdown", "x\n-\n", "x", THERE),
    ("markdown", "> x\n> ===\n", "x", THERE),
    ("markdown", "x\n\n=\n", "x", MISSING),
    ("markdown", "```\n# x\n```\n", "x", MISSING),
    ("markdown", "    # x\n", "x", MISSING),
    ("markdown", "# X ##\n", "x", THERE),
    ("markdown", "a {id=x}\n", "x", THERE),
    ("markdown", "a {.b id='x'}\n", "x", THERE),
    ("markdown", "a {: .b #x }\n", "x", THERE),
    ("markdown", "(x)=\n## A\n", "x", THERE),
    ("markdown", "[^X]: a\n", "fnX", THERE),
    ("markdown", "[^X]: a\n", "fn-x", THERE),
    ("markdown", "# ``a`b``\n", "ab", THERE),
    ("markdown", "# [a\\]b](c) ![d](e)\n", "ab", THERE),
    ("markdown", "# <https://a.example>\n", "httpsaexample", THERE),
    ("markdown", "# a <B>b</B>\n", "a-b", THERE),
    ("markdown", "<h2>Installation</h2>\n", "installation", THERE),
    (
        "markdown",
        "<H1 align='center'>\n  My\n  <img src=a.png>Project &amp; more\n</H1>\n",
        "my-project--more",
        THERE,
    ),
    ("markdown", "<details><summary><h3>A b</h3></summary>\n", "a-b", THERE),
    ("markdown", "<h2>A</h2>\n\n## A\n", "a-1", THERE),
    ("markdown", "<h2>A `b` **c**</h2>\n", "a-b-c", THERE),
    ("markdown", "<p>A</p> <h2>B <h2>C\n", "a", MISSING),
    ("markdown", "# a\\*b &lt; c\n", "ab--c", THERE),
    ("markdown", "--8<-- 'a.md'\n", "x", UNKNOWN),
    ("markdown", "::: a.b\n", "x", UNKNOWN),
    ("markdown", " ::: a.b\n", "x", UNKNOWN),
    ("markdown", "::: note\n", "x", MISSING),
    ("markdown", "![[a]]\n", "x", UNKNOWN),
    ("markdown", "@include a\n", "x", UNKNOWN),
    ("markdown", "[!include[a](b)]\n", "x", UNKNOWN),
    ("markdown", "[!INCLUDE [a](b)]\n", "x", UNKNOWN),
    ("markdown", "<!-- include a -->\n", "x", UNKNOWN),
    ("markdown", "```{include} a.md\n```\n", "x", UNKNOWN),
    ("markdown", "```{confval} a\n```\n", "x", UNKNOWN),
    ("markdown", "```python\n```\n", "x", MISSING),
    ("mdx", "import A from 'a'\n\n# b\n", "x", UNKNOWN),
    ("mdx", "# b\n", "x", MISSING),
    ("rst", ".. automodule:: a\n", "x", UNKNOWN),
    ("rst", ".. py:function:: a\n", "x", UNKNOWN),
    ("rst", ".. note:: a\n", "x", MISSING),
    ("rst", "A _`x y` b\n", "x-y", THERE),
    ("rst", ".. figure:: a.png\n   :name: x y\n", "x-y", THERE),
    ("rst", "`A`_\n====\n", "a", THERE),
    ("rst", "A\n=\n", "a", MISSING),
    ("rst", ".. [x] a\n", "x", THERE),
    ("asciidoc", "== A b. c\n", "_a_b_c", THERE),
    ("asciidoc", "== A b\n", "a-b", THERE),
    ("asciidoc", "== A\n== A\n", "_a_2", THERE),
    ("asciidoc", "A b\n---\n", "_a_b", THERE),
    ("asciidoc", "anchor:x[]\n", "x", THERE),
    ("asciidoc", "[quote,id=x]\n", "x", THERE),
    ("asciidoc", "[#x.y]#a#\n", "x", THERE),
    ("asciidoc", "[appendix#x]\n== A\n", "x", THERE),
    ("asciidoc", "include::a.adoc[]\n", "x", UNKNOWN),
    ("asciidoc", "== {a}\n", "x", UNKNOWN),
    ("html", "<map name=x>", "x", THERE),
    ("html", "<input name=x>", "x", MISSING),
    ("html", "<script>a.innerHTML = b</script>", "x", UNKNOWN),
    ("html", "<script>var a = 1</script>", "x", MISSING),
    ("html", "<script", "x", UNKNOWN),
]


@pytest.mark.parametrize(("format_name", "text", "fragment", "presence"), PLACES)
def test_places_of_a_text(format_name: str, text: str, fragment: str, presence: Presence) -> None:
    anchors = anchors_in(text, format_name, ALL)
    assert anchors is not None
    assert anchors.presence(fragment) is presence


TEXTS = {
    "markdown": "# A\n\n## B {#c}\n\n[x](#a)",
    "mdx": "# A\n\n<B />",
    "rst": "A\n===\n\n.. _b:\n\n`c <#a>`_",
    "asciidoc": "= A\n\n[[b]]\n== C\n\n<<b>>",
    "html": "<h1 id=a>A</h1><a href='#a'>",
    "org": "* A\n[[file:b.org][b]] [[./c.org]]",
    "json": _notebook("[x](y.ipynb)\n"),
}


def test_formats_with_references_have_anchors() -> None:
    assert {one.name for one in DOCUMENT_FORMATS if one.references} == set(TEXTS)
    assert {one.name for one in DOCUMENT_FORMATS if one.anchors} == set(TEXTS)
    for name, text in TEXTS.items():
        anchors = anchors_in(text, name, ALL)
        assert anchors is not None
        assert anchors.presence("a") in (Presence.THERE, Presence.UNKNOWN)


_MARKUP = st.text("ab#[](){}<>='\"`_*:.&;!-=~|^\\/ \n\t\ré\u0301", max_size=60)


@given(_MARKUP, st.sampled_from(sorted(TEXTS)), st.sampled_from(sorted(TEXTS)))
def test_any_text_has_references_and_anchors(noise: str, name: str, other: str) -> None:
    suffix = {"markdown": "md", "asciidoc": "adoc"}.get(name, name)
    text = TEXTS[other][: len(noise)] + noise + TEXTS[name]
    document = read(text.encode(), f"a.{suffix}")
    for one in document.local_references:
        assert one.target is not None
        assert document.text is not None
        assert 0 <= one.start < one.end <= len(document.text)
        assert (one.place.line or 0) >= 1
    assert anchors_in(text, name, ALL) is not None


def test_another_view_of_the_same_page_is_no_target() -> None:
    assert [local_target(one) for one in ("", "?x=1", "?x=1#a")] == [None] * 3


@given(st.text(max_size=40))
def test_a_target_is_a_path_or_none(written: str) -> None:
    target = local_target(written)
    if target is not None:
        assert "\0" not in target.path
        assert target.path or target.fragment is not None


@given(st.lists(st.text(max_size=12), max_size=4))
def test_slugs_of_more_headings_are_more(headings: list[str]) -> None:
    ways = [(one,) for one in headings]
    assert slugs_of(ways, ALL) <= slugs_of([*ways, ("x",)], ALL)
