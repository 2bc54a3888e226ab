"""Three new users, who do what README and the guides tell them: a help desk, a repository of documentation, an analyst.

They share one fresh clone of what is committed, and one environment that it was installed into without any extra. What
they type is the installed command; nothing but a server on the loopback interface is asked.
"""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from building import RECIPIENT, TENANT, wrap
from documented import ROOT
from fresh_clone import NAMED, FreshClone, fresh_clone, git
from jsonschema import Draft202012Validator
from notice import PERSON, TARGETS
from web import Web, answer, html, serving

pytestmark = [pytest.mark.apart, pytest.mark.slow]
HOST = "pages.example.org"
WALL = answer("403 Forbidden", "<title>Just a moment</title>", "cf-mitigated: challenge")
NEWS = """\
From: desk@example.org
To: {to}
Subject: News
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Our page: {fine}
The former one: {gone}
The portal: {wall}
"""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> FreshClone:
    """The clone that all share, whichever process of these tests makes it."""
    folder = tmp_path_factory.getbasetemp()
    return fresh_clone((folder if worker_id == "master" else folder.parent) / "new-users")


@pytest.fixture
def web() -> Iterator[Web]:
    pages = {"/fine": html("Fine"), "/new": html("New"), "/wall": WALL,
             "/moved": answer("301 Moved Permanently", "", "Location: /new")}  # fmt: skip
    with serving(dict(pages)) as running:
        yield running


class Newcomer:
    """Someone in a `folder`, with a network in which there is one server."""

    def __init__(self, clone: FreshClone, folder: Path, web: Web) -> None:
        self.clone, self.folder, self.web = clone, folder, web
        self.network = ["--allow-private", f"--resolve={HOST}:{web.port}:127.0.0.1"]
        self.printed: list[str] = []

    def address(self, path: str) -> str:
        return self.web.url(path, host=HOST)

    def types(self, *command: str, typed: str = "", code: int = 0) -> tuple[str, str]:
        """What a command prints to both streams, if it ends with `code`; the port as 8080."""
        done = self.clone.run(self.folder, *command, typed=typed)
        assert done.returncode == code, done.stdout + done.stderr
        told = [one.replace(f":{self.web.port}", ":8080") for one in (done.stdout, done.stderr)]
        self.printed += told
        return told[0], told[1]

    def checks(self, *args: str, code: int = 0) -> tuple[str, str]:
        return self.types("safelinks", "check", *self.network, *args, code=code)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path


@pytest.fixture
def newcomer(clone: FreshClone, tmp_path: Path, web: Web) -> Newcomer:
    return Newcomer(clone, tmp_path, web)


def test_it_is_what_was_installed(clone: FreshClone, tmp_path: Path) -> None:
    code = "import safelinks; print(safelinks.__file__)"
    file = clone.run(tmp_path, "python", "-c", code).stdout.strip()
    assert Path(file).is_relative_to(clone.path / ".venv")
    revisions = {git(folder, "rev-parse", "HEAD") for folder in (clone.path, ROOT)}
    assert len(revisions) == 1


# -- A help desk -----------------------------------------------------------------------------------


def test_a_help_desk(newcomer: Newcomer) -> None:
    notice = (newcomer.clone.path / "examples" / "notice.txt").read_text("utf-8")
    printed, _ = newcomer.types("safelinks", "unwrap", typed=notice)
    assert list(dict.fromkeys(printed.split())) == TARGETS

    mail = newcomer.write("news.eml", _news(newcomer))
    assert newcomer.checks("news.eml", code=1) == (CHECKED, "")

    _, told = newcomer.checks("--format", "html", "-o", "news.html", "news.eml", code=1)
    page = (newcomer.folder / "news.html").read_text("ascii")
    assert "<title>1 of 3 addresses does not work" in page
    assert not re.search(r"href=\"[^\"]*(safelinks\.protection|/gone)", page)
    newcomer.printed.append(page)

    printed, told = newcomer.checks("--fix", "--backup", ".bak", "news.eml", code=1)
    assert told == "changed news.eml\nFixed 1 problem in 1 file\n"
    assert "\n  wrapped" not in printed
    assert (newcomer.folder / "news.eml.bak").read_text() == _news(newcomer)
    body = f"Our page: {newcomer.address('/fine')}\n"
    assert mail.read_text() == _news(newcomer, cleaned=True)
    assert body in mail.read_text()

    documents = newcomer.clone.path / "tests" / "data" / "documents"
    there = {name: (documents / name).read_bytes() for name in ("notice.docx", "notice.pdf")}
    for name, content in there.items():
        (newcomer.folder / name).write_bytes(content)
    assert newcomer.types("safelinks", "clean", "--check", "notice.docx", code=1)
    _, told = newcomer.types("safelinks", "clean", "notice.docx", "news.eml.bak", "-o", "clean/")
    assert told == "2 files written to clean/\n"
    with zipfile.ZipFile(newcomer.folder / "clean" / "notice.docx") as package:
        content = b"".join(map(package.read, package.namelist()))
    assert b"safelinks.protection" not in content
    assert all(target.encode() in content for target in TARGETS)
    assert newcomer.types("safelinks", "clean", "--check", "clean") == (
        "", "no file would change\n"
    )  # fmt: skip
    assert (newcomer.folder / "notice.docx").read_bytes() == there["notice.docx"]

    _, told = newcomer.types("safelinks", "check", "--offline", "notice.pdf", code=2)
    python = newcomer.clone.python
    assert told == (
        "Error: notice.pdf: this is a PDF document; to read it, run: "
        f"{python} -m pip install pypdf\n"
    )
    for text in newcomer.printed:
        assert not re.search(f"{PERSON}|{RECIPIENT}|First.Last", text, re.IGNORECASE)


def _news(newcomer: Newcomer, *, cleaned: bool = False) -> str:
    """A mail with a wrapped link, as mail programs encode it."""
    fine = newcomer.address("/fine")
    link = fine if cleaned else _quoted(wrap(fine))
    gone, wall = newcomer.address("/gone"), newcomer.address("/wall")
    return NEWS.format(to=RECIPIENT, fine=link, gone=gone, wall=wall)


def _quoted(link: str) -> str:
    """In quoted-printable, cut into lines."""
    pieces = re.findall(".{1,60}", link)
    return "=\n".join(piece.replace("=", "=3D") for piece in pieces)


CHECKED = """\
1 of 3 addresses does not work. Fix or remove it (SL301).
1 link is wrapped and contains the recipient's address. `--fix` replaces it with its target (SL101).
1 address blocks automated requests. Open it in a browser.

In news.eml: 3 links to 3 addresses
  dead       example.org, line 15
             http://pages.example.org:8080/gone
             error SL301 page not found (404 Not Found)
  uncertain  example.org, line 16
             http://pages.example.org:8080/wall
             note SL304 blocks automated requests (header cf-mitigated); open it in a browser to see whether it works
  alive      example.org, line 8
             http://pages.example.org:8080/fine
  wrapped    1 link, line 8
             warning SL101 the wrapped link contains the recipient's mail address

3 addresses: 2 certain (1 alive, 1 dead), 1 not certain (1 uncertain). Exit code 1: 1 address fails the check (SL301).
"""


# -- A repository of documentation -----------------------------------------------------------------


def test_a_documentation_repository(newcomer: Newcomer) -> None:
    write, folder, address = newcomer.write, newcomer.folder, newcomer.address
    git(folder, "init", "-q", "-b", "main")
    write("docs/Guide.md", "# Guide\n\n## Install\n")
    links = "[a](docs/guide.md#install) [b](docs/none.md) [c](docs/Guide.md#instal)"
    readme = write("README.md", f"{links}\n\n<{address('/fine')}>\n")
    write("safelinks.toml", 'exclude = ["/logout$"]\nanchors = ["github"]\n')
    write(".gitignore", "/.safelinks-history\n")
    _commit(folder)
    printed, _ = newcomer.types("safelinks", "config", ".")
    assert 'anchors = ["github"]  # safelinks.toml, line 2\n' in printed

    # Links to files: the name of one is certain, the others are for a person.
    assert newcomer.types("safelinks", "check", "-q", "--offline", ".", code=1) == (LOCAL, "")
    newcomer.types("safelinks", "check", "-q", "--offline", "--fix", ".", code=1)
    write("docs/none.md", "[back](../README.md)\n")
    write("README.md", readme.read_text().replace("#instal)", "#install)"))
    assert newcomer.checks("-q", ".") == ("", "")
    assert git(folder, "diff", "--stat").startswith(" README.md | 2 +-\n")
    _commit(folder)

    # What fails in several runs, in lines that changed, and for services.
    write(
        "docs/none.md",
        f"[back](../README.md)\n[old]({address('/moved')}) [gone]({address('/gone')})\n",
    )
    history = ("--history", ".safelinks-history", "--dead-after", "2")
    changed = ("--changed-since", "HEAD", "--format", "concise", ".")
    runs = [newcomer.checks(*history, *changed, code=code)[0] for code in (0, 1)]
    assert [re.sub(r"\d{4}-\d\d-\d\d", "DAY", one) for one in runs] == RUNS
    printed, _ = newcomer.checks("--format", "github", "--format", "sarif=links.sarif", ".", code=1)
    assert printed == ANNOTATIONS
    (run,) = json.loads((folder / "links.sarif").read_text("utf-8"))["runs"]
    assert {_placed(result) for result in run["results"]} == RESULTS

    # What is known does not fail, what is new does.
    baseline = ("--baseline", ".safelinks-baseline.json")
    _, told = newcomer.checks(*baseline, "--update-baseline", "-q", ".")
    assert told == ".safelinks-baseline.json: 2 findings in the baseline, 2 new, 0 removed\n"
    assert newcomer.checks(*baseline, "-q", ".") == ("", "")
    write("docs/new.md", f"<{address('/none')}>\n")
    printed, _ = newcomer.checks(*baseline, "-q", ".", code=1)
    assert printed.startswith("docs/new.md:1:2: SL301 page not found (404 Not Found) ")
    assert newcomer.checks("missing.md", code=2)[1] == "Error: No such file: missing.md\n"


def _commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "change")


def _placed(result: dict[str, Any]) -> tuple[str, str, str, int]:
    place = result["locations"][0]["physicalLocation"]
    uri, line = place["artifactLocation"]["uri"], place["region"]["startLine"]
    return result["ruleId"], result["level"], uri, line


LOCAL = """\
README.md:1:5: SL313 [*] the file is called Guide.md; where upper and lower case differ, it is not found docs/guide.md#install -> docs/Guide.md#install
README.md:1:32: SL311 there is no such file docs/none.md
README.md:1:50: SL312 Guide.md has no anchor “instal”; did you mean “install”? docs/Guide.md#instal
1 address: 1 not certain (1 unchecked). Exit code 1: 3 findings fail the check (SL311, SL312, SL313).
"""
MOVED = "docs/none.md:2:7: SL303 [*] warning: the page has moved permanently http://pages.example.org:8080/moved -> http://pages.example.org:8080/new"
GONE = "docs/none.md:2:52: SL301 {}page not found (404 Not Found); failing since DAY ({}){} http://pages.example.org:8080/gone"
COUNTS = "2 addresses: 2 certain (1 moved, 1 dead)."
RUNS = [
    f"{MOVED}\n{GONE.format('warning: ', '1 run', '; not enough runs to fail the check')}\n"
    f"{COUNTS} Exit code 0: broken links have not failed in enough runs.\n",
    f"{MOVED}\n{GONE.format('', '2 runs', '')}\n{COUNTS} Exit code 1: 1 address fails the check (SL301).\n",
]
ANNOTATIONS = """\
::error file=docs/none.md,line=2,col=52,title=SL301 dead::page not found (404 Not Found) — http://pages.example.org:8080/gone
::warning file=docs/none.md,line=2,col=7,title=SL303 moved::the page has moved permanently — http://pages.example.org:8080/moved — write http://pages.example.org:8080/new instead
3 addresses: 1 error, 1 warning, 0 notes.
"""
RESULTS = {("SL303", "warning", "docs/none.md", 2), ("SL301", "error", "docs/none.md", 2)}


def test_a_hook_of_a_documentation_repository(newcomer: Newcomer) -> None:
    """The hook cleans what is committed, stops the commit, and lets the cleaned text pass."""
    folder = newcomer.folder
    git(folder, "init", "-q", "-b", "main")
    newcomer.write(".pre-commit-config.yaml", newcomer.clone.hooks)
    notes = newcomer.write("notes.md", f"[page]({wrap('https://www.nyc.gov/a')})\n")
    git(folder, "add", "-A")
    assert newcomer.clone.pre_commit(folder, "install").returncode == 0
    stopped = newcomer.clone.run(folder, "git", *NAMED, "commit", "-m", "notes")
    told = re.sub(r"\.{3,}", "…", stopped.stdout + stopped.stderr)
    assert (stopped.returncode, told) == (1, STOPPED)
    assert notes.read_text() == "[page](https://www.nyc.gov/a)\n"
    git(folder, "add", "-A")
    passed = newcomer.clone.run(folder, "git", *NAMED, "commit", "-q", "-m", "notes")
    assert passed.returncode == 0, passed.stderr


STOPPED = """\
safelinks clean…Failed
- hook id: safelinks-clean
- files were modified by this hook

changed notes.md
1 file changed

safelinks check…Passed
"""


# -- An analyst ------------------------------------------------------------------------------------


def test_a_notebook_of_an_analyst(newcomer: Newcomer) -> None:
    write, folder = newcomer.write, newcomer.folder
    fine, gone = newcomer.address("/fine"), newcomer.address("/gone")
    with write("clicks.csv", "").open("w", newline="") as file:
        csv.writer(file).writerows(
            [["id", "Url"], ["7", wrap(fine)], ["8", ""], ["9", gone], ["10", "https://bit.ly/x"]]
        )
    fields = ("--field=target", "--field=tenant", "--field=opaque")
    _, told = newcomer.types(
        "safelinks", "bulk", "unwrap", "clicks.csv", "-o", "targets.csv", "--drop-column", *fields
    )
    assert told == "4 rows written to targets.csv\n"
    with (folder / "targets.csv").open(newline="") as file:
        assert [*csv.reader(file)] == [
            ["id", "target", "tenant", "opaque"],
            ["7", fine, str(UUID(TENANT)), ""],
            ["8", "", "", ""],
            ["9", gone, "", ""],
            ["10", "https://bit.ly/x", "", "a link shortener"],
        ]
    _, told = newcomer.types("safelinks", "bulk", "unwrap", "clicks.csv", "-o", "a.parquet", code=2)
    assert told == (
        "Error: a parquet file needs the package pyarrow; to install it, run: "
        f"{newcomer.clone.python} -m pip install pyarrow\n"
    )
    assert not (folder / "a.parquet").exists()

    # JSON lines, as the schemas say that are printed.
    examples = newcomer.clone.path / "examples"
    _, told = newcomer.types(
        "safelinks", "bulk", "links", str(examples), "clicks.csv", "-o", "links.jsonl"
    )
    rows = [json.loads(line) for line in (folder / "links.jsonl").read_text("utf-8").splitlines()]
    assert told == f"{len(rows)} links written to links.jsonl\n"
    _hold(rows, json.loads(newcomer.types("safelinks", "bulk", "schema")[0]))
    notice = [
        row["target"] for row in rows if row["file"].endswith("notice.txt") and row["wrapper"]
    ]
    assert set(TARGETS) <= set(notice)
    write("targets.txt", f"{fine}\n{gone}\n")
    printed, _ = newcomer.checks("--format", "jsonl", "targets.txt", code=1)
    lines = [json.loads(line) for line in printed.splitlines()]
    schema = json.loads(newcomer.types("safelinks", "schema")[0])
    _hold(lines, {"$ref": "#/$defs/line", "$defs": schema["$defs"]})
    verdicts = {line["target"]: line["verdict"] for line in lines if line["type"] == "link"}
    assert verdicts == {f"http://{HOST}:8080/fine": "alive", f"http://{HOST}:8080/gone": "dead"}

    # Python: the README, and the examples.
    readme = newcomer.clone.path / "README.md"
    assert newcomer.types("python", "-m", "doctest", str(readme)) == ("", "")
    printed, _ = newcomer.types(
        "python", str(examples / "unwrap_links.py"), str(examples / "notice.txt")
    )
    assert [line.split()[2] for line in printed.splitlines()][:2] == TARGETS[:2]
    write("look.py", LOOK.format(host=HOST, port=newcomer.web.port))
    printed, _ = newcomer.types("python", "look.py")
    assert printed == "alive ok\ndead not-found\n"


LOOK = """\
import safelinks

policy = safelinks.Policy(resolve={{("{host}", {port}): ("127.0.0.1",)}}, allow_private=True)
report = safelinks.check("targets.txt", checker=safelinks.Checker(policy))
for row in report.rows:
    print(row.verdict, row.outcome.reason)
"""


def _hold(rows: Sequence[object], schema: dict[str, Any]) -> None:
    validator = Draft202012Validator(schema)
    assert rows
    assert [error.message for row in rows for error in validator.iter_errors(row)] == []
