"""Which lines changed since a revision, in real repositories, hostile ones among them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import frozen
from building import wrap
from click.testing import CliRunner

from safelinks import DocumentError, SafelinksError, read
from safelinks.checks.changed_lines import changed_lines
from safelinks.cli.program import main
from safelinks.errors import SetupError

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

GIT = shutil.which("git") or "git"
TEN = "".join(f"line {number}\n" for number in range(1, 11))
WIDE = range(40)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@frozen
class Repository:
    top: Path

    def git(self, *args: str | Path) -> str:
        who = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "A"), ("EMAIL", "a@example.org"))
        }
        command = [GIT, "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always",
                   "-C", self.top, *args]  # fmt: skip
        done = subprocess.run(
            list(map(str, command)), env=os.environ | who, capture_output=True, check=True
        )
        return done.stdout.decode("utf-8", "surrogateescape")

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def commit(self) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "change")
        return self.git("rev-parse", "HEAD").strip()


def _made(top: Path) -> Repository:
    top.mkdir(parents=True)
    repository = Repository(top)
    repository.git("init", "-q")
    return repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return _made(tmp_path / "repository")


def _lines(path: Path, revision: str, named: Path | None = None) -> list[int]:
    changes = changed_lines([named or path], revision)
    return [line for line in WIDE if changes.touches(str(path), line, line)]


def _replaced(*numbers: int, text: str = TEN) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(f"new {line}" if at in numbers else line for at, line in enumerate(lines, 1))


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (TEN, TEN, []),
        (TEN, _replaced(3), [3]),
        (TEN, _replaced(1, 4, 5, 10), [1, 4, 5, 10]),
        (TEN, f"new\n{TEN}", [1]),
        (TEN, f"{TEN}new\nnewer\n", [11, 12]),
        (TEN, TEN.replace("line 5\n", ""), []),
        (TEN, "", []),
        ("", TEN, list(range(1, 11))),
        (TEN, TEN.removesuffix("\n"), [10]),
        (TEN, f"{TEN}new", [11]),
        (TEN.removesuffix("\n"), f"{TEN}new", [10, 11]),
        (TEN, TEN.replace("\n", "\r\n"), list(range(1, 11))),
        (TEN, _replaced(2) + "@@ -1 +30 @@\n+++ b/other\ndiff --git a/x b/x\n", [2, 11, 12, 13]),
        ("-- a\n++ b\n" + TEN, "-- c\n++ d\n" + _replaced(9), [1, 2, 11]),
        (TEN.encode(), b"\xe9\xff\n" + TEN.encode(), [1]),
        (b"\0" + TEN.encode(), b"\0" + TEN.encode() + b"x", list(WIDE)),
        (b"\0", b"\0", []),
        (TEN.encode("utf-16"), _replaced(3).encode("utf-16"), list(WIDE)),
    ],
    ids=["nothing", "one", "several", "first", "last", "taken away", "emptied", "filled", "no newline", "behind the newline",
         "newline added", "line ends", "lines like those of git", "signs", "no utf-8", "binary", "the same binary", "utf-16"],
)  # fmt: skip
@pytest.mark.parametrize("committed", [False, True], ids=["working tree", "committed"])
def test_edits(
    repository: Repository, before: str, after: str, changed: list[int], committed: bool
) -> None:
    path = repository.write("a file.txt", before)
    first = repository.commit()
    repository.write("a file.txt", after)
    if committed:
        repository.commit()
    assert _lines(path, first) == changed


def test_a_link_over_several_lines(repository: Repository) -> None:
    path = repository.write("x.txt", TEN)
    first = repository.commit()
    path.write_text(_replaced(3).replace("line 7\n", ""))
    changes = changed_lines([path], first)
    spans = [(1, 2), (1, 3), (3, 5), (2, 9), (4, 5), (5, 6), (6, 7), (7, 8)]
    assert [span for span in spans if changes.touches(str(path), *span)] == [
        (1, 3), (3, 5), (2, 9), (6, 7),  # of which the last had a line between
    ]  # fmt: skip
    assert changes.touches(str(path), None, None)
    assert changes.touches(str(path), 3, None)


def test_new_files_and_those_that_nobody_added(repository: Repository) -> None:
    old = repository.write("old.txt", TEN)
    first = repository.commit()
    added, untracked = repository.write("added.txt", "a\nb\n"), repository.write("new.txt", "a\n")
    repository.git("add", "added.txt")
    changes = changed_lines([repository.top], first)
    assert not changes.touches(str(old), None, None)
    assert [changes.touches(str(added), line, line) for line in (1, 2, 3)] == [True, True, False]
    assert changes.touches(str(untracked), 7, 7)
    assert changes.touches(str(untracked), None, None)


ODD = ["a b", " a", 'q"uote', "tab\there", "new\nline", "new\n+++ b/other\n@@ -1 +1 @@", "back\\slash", "é", "\udce9\udcff", "b/b",
       "-dash", "a ", "bell\a\b\f\v\r\x7f", "$HOME", "*", "diff --git a b", '"', "a => b", "{a => b}/c"]  # fmt: skip


@pytest.mark.parametrize(
    ("quoted", "prefix"), [("true", "diff.noprefix"), ("false", "diff.mnemonicPrefix")]
)
def test_names_of_every_kind(repository: Repository, quoted: str, prefix: str) -> None:
    repository.git("config", "core.quotePath", quoted)
    repository.git("config", prefix, "true")
    paths = [repository.write(f"{name}.txt", f"{at}\n{TEN}") for at, name in enumerate(ODD)]
    first = repository.commit()
    for at, path in enumerate(paths):
        path.write_text(_replaced(at % 10 + 1, text=path.read_text()))
    changes = changed_lines([repository.top], first)
    for at, path in enumerate(paths):
        assert [n for n in WIDE if changes.touches(str(path), n, n)] == [at % 10 + 1]


@pytest.mark.parametrize("name", ["plain.txt", "in\nlines.txt", "below/a b.txt"])
def test_a_renamed_file_keeps_its_lines(repository: Repository, name: str) -> None:
    for config in ("diff.renames=false", "diff.noprefix=true", "diff.mnemonicPrefix=true", "diff.context=9",
                   "diff.interHunkContext=9", "color.diff=always", "diff.relative=true", "diff.algorithm=patience"):  # fmt: skip
        repository.git("config", *config.split("="))
    repository.write("old\nname.txt", TEN)
    first = repository.commit()
    (repository.top / name).parent.mkdir(exist_ok=True)
    repository.git("mv", "old\nname.txt", name)
    path = repository.top / name
    assert _lines(path, first) == []
    assert not changed_lines([path], first).touches(str(path), None, None)
    path.write_text(_replaced(2, 4))
    assert _lines(path, first, path.parent) == [2, 4]


def test_a_file_that_only_got_another_mode(repository: Repository) -> None:
    path = repository.write("x.txt", TEN)
    first = repository.commit()
    path.chmod(0o755)
    assert not changed_lines([path], first).touches(str(path), None, None)


def test_what_others_did_meanwhile_is_no_change(repository: Repository) -> None:
    path = repository.write("x.txt", TEN)
    repository.commit()
    repository.git("checkout", "-q", "-b", "mine")
    path.write_text(_replaced(3))
    repository.commit()
    repository.git("checkout", "-q", "main")
    path.write_text(_replaced(7))
    repository.commit()
    repository.git("checkout", "-q", "mine")
    assert _lines(path, "main") == [3]
    repository.git("checkout", "-q", "--orphan", "alone")
    path.write_text(_replaced(5))
    assert _lines(path, "main") == [5, 7]  # no HEAD
    repository.commit()
    assert _lines(path, "main") == [5, 7]  # nothing in common


def test_a_file_in_conflict_changed_as_a_whole(repository: Repository) -> None:
    path = repository.write("x.txt", TEN)
    repository.commit()
    repository.git("checkout", "-q", "-b", "other")
    path.write_text(_replaced(3))
    repository.commit()
    repository.git("checkout", "-q", "main")
    path.write_text(_replaced(3, text=_replaced(3)))
    first = repository.commit()
    with pytest.raises(subprocess.CalledProcessError):
        repository.git("merge", "other")
    assert _lines(path, first) == list(WIDE)


def test_several_repositories_and_one_within(tmp_path: Path) -> None:
    one, two = _made(tmp_path / "one"), _made(tmp_path / "two")
    inner = _made(one.top / "inner")
    paths = []
    for repository in (inner, one, two):
        paths.append(repository.write("x.txt", TEN))
        repository.commit()
    for at, path in enumerate(paths, 2):
        path.write_text(_replaced(at))
    changes = changed_lines([one.top, two.top, inner.top], "HEAD")
    assert [[n for n in WIDE if changes.touches(str(path), n, n)] for path in paths] == [[2], [3], [4]]  # fmt: skip
    # Of the repository within, as a submodule, that around it says nothing.
    changes = changed_lines([one.top], "HEAD")
    assert not changes.touches(str(paths[0]), 2, 2)
    assert changes.touches(str(paths[2]), 9, 9)


@pytest.mark.parametrize("where", [".", "below", ".."])
@pytest.mark.parametrize("absolute", [True, False])
def test_from_any_directory(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, where: str, absolute: bool
) -> None:
    path = repository.write("below/x.txt", TEN)
    first = repository.commit()
    path.write_text(_replaced(3))
    (repository.top / "link.txt").symlink_to("below/x.txt")
    monkeypatch.chdir(repository.top / where)
    for one in (path, repository.top / "link.txt"):
        named = one if absolute else Path(os.path.relpath(one))
        assert _lines(named, first) == [3]
        assert _lines(named, first, repository.top) == [3]
    # Patterns, and files that are not there, stand in the repository of their directory.
    assert _lines(path, first, Path(os.path.relpath(repository.top)) / "**" / "*.txt") == [3]


def test_in_a_hook_gits_own_variables_are_not_heeded(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = repository.write("x.txt", TEN)
    first = repository.commit()
    path.write_text(_replaced(3))
    for name, value in {"GIT_DIR": "/nowhere", "GIT_INDEX_FILE": "/nowhere", "GIT_WORK_TREE": "/", "GIT_DIFF_OPTS": "-u9",
                        "GIT_EXTERNAL_DIFF": "false", "GIT_PREFIX": "x/"}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(Repository, "git", None)
    assert _lines(path, first) == [3]


def test_links_on_changed_lines_are_kept(repository: Repository) -> None:
    link = wrap("https://example.org/a")
    wrapped = f"{link[:200]}\n{link[200:]}"
    text = f"https://example.org/1\n{wrapped}\nhttps://example.org/4\n"
    path = repository.write("x.txt", text)
    mail = repository.write("x.eml", f"Subject: x\n\n{text}")
    cr = repository.write("cr.txt", text.replace("\n", "\r"))
    first = repository.commit()
    second_half = f"{link[200:-1]}1"
    path.write_text(text.replace(link[200:], second_half))
    document = read(path)
    assert [document.lines_of(one) for one in document.links] == [(1, 1), (2, 3), (4, 4)]
    changes = changed_lines([repository.top], first)
    assert [one.target for one in document.links if changes.keep(document, one)] == ["https://example.org/a"]  # fmt: skip
    for other in (mail, cr):  # whose lines need not be those of the file
        assert not any(changes.keep(read(other), one) for one in read(other).links)
        other.write_bytes(other.read_bytes().replace(b"/4", b"/5"))
    changes = changed_lines([repository.top], first)
    for other in (mail, cr):
        assert all(changes.keep(read(other), one) for one in read(other).links)


def test_what_stands_on_other_lines_is_not_mended(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = wrap("https://example.org/old"), wrap("https://example.org/new")
    path = repository.write("x.txt", f"{old}\n")
    repository.commit()
    path.write_text(f"{old}\n{new} {old}\n")
    monkeypatch.chdir(repository.top)
    args = ["check", "--offline", "--fix", "--changed-since", "HEAD", "x.txt"]
    result = CliRunner().invoke(main, args)
    assert path.read_text() == f"{old}\nhttps://example.org/new {old}\n"
    assert "Fixed 1 problem in 1 file" in result.stderr
    assert CliRunner().invoke(main, args[:3] + args[5:]).exit_code == 0
    assert "safelinks" not in path.read_text()


def test_what_is_named_elsewhere_is_not_reported(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    mistaken = "PASSPort and [PASSPort Public](https://www.nyc.gov/pip)\n"
    repository.write("same.md", mistaken)
    path = repository.write("x.md", mistaken)
    repository.commit()
    monkeypatch.chdir(repository.top)
    args = ["check", "--offline", "--format", "jsonl", "--changed-since", "HEAD", "."]

    def found() -> set[str]:
        rows = map(json.loads, CliRunner().invoke(main, args).stdout.splitlines())
        return {f"{one['code']} {one['file']}" for one in rows if one["type"] == "finding"}

    assert found() == set()
    path.write_text(f"{mistaken}https://example.org/\n")
    assert found() == {"SL402 x.md"}
    path.write_text(mistaken.replace("and", "or"))
    assert found() == {"SL203 x.md", "SL402 x.md"}


# What cannot be answered.


def _unborn(repository: Repository) -> Path:
    return repository.top


def _shallow(repository: Repository) -> Path:
    repository.write("x", "1")
    repository.commit()
    repository.commit()
    clone = repository.top.parent / "clone"
    repository.git("clone", "-q", "--depth=1", f"file://{repository.top}", clone)
    return clone


def _outside(repository: Repository) -> Path:
    return repository.top.parent


def _bare(repository: Repository) -> Path:
    repository.git("init", "-q", "--bare", repository.top.parent / "bare")
    return repository.top.parent / "bare"


def _broken(repository: Repository) -> Path:
    repository.commit()
    (repository.top / ".git" / "index").write_bytes(b"nonsense")
    return repository.top


def _no_file(repository: Repository) -> Path:
    return _outside(repository) / "missing" / "file"


@pytest.mark.parametrize(
    ("make", "revision", "kind", "sentence"),
    [
        (_unborn, "main", SetupError, "there is no revision main in this repository; use an existing commit"),
        (_unborn, "", SetupError, "there is no revision  in this"),
        (_unborn, "a..b", SetupError, "there is no revision a..b in this"),
        (_unborn, "--output=x", SetupError, "a revision cannot begin with a dash"),
        (_shallow, "HEAD~1", SetupError, "is shallow and lacks the revision HEAD~1; get the whole history with fetch-depth: 0"),
        (_outside, "HEAD", DocumentError, "not in a git repository"),
        (_no_file, "HEAD", DocumentError, "missing/file: not in a git repository"),
        (_bare, "HEAD", DocumentError, "not in a git repository"),
        (_broken, "HEAD", SetupError, "git cannot say what changed (.git/index: index file"),
        (lambda _: Path("-"), "HEAD", DocumentError, "standard input has no revisions"),
    ],
    ids=["unknown", "empty", "range", "dash", "shallow", "no repository", "no file", "bare", "broken", "stdin"],
)  # fmt: skip
def test_one_clear_sentence(
    repository: Repository,
    make: Callable[[Repository], Path],
    revision: str,
    kind: type[SafelinksError],
    sentence: str,
) -> None:
    path = make(repository)
    with pytest.raises(kind) as raised:
        changed_lines([path], revision)
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)


def test_without_git(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = repository.write("git", "#!/bin/sh\ntouch ran\n")
    fake.chmod(0o755)
    monkeypatch.chdir(repository.top)
    for path in ("/nowhere", "", "."):
        monkeypatch.setenv("PATH", path)
        with pytest.raises(SetupError, match="needs git, which is not installed"):
            changed_lines([repository.top], "HEAD")
    assert not (repository.top / "ran").exists()


def test_a_repository_of_somebody_else(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setattr(
        "safelinks.files.git_command._environment", lambda: os.environ | {"LC_ALL": "C"}
    )
    with pytest.raises(DocumentError, match="git does not trust this repository"):
        changed_lines([repository.top], "HEAD")


def test_a_strangers_configuration_runs_nothing(repository: Repository) -> None:
    trap = repository.write("trap.sh", "#!/bin/sh\ntouch \"$(dirname \"$0\")/ran\"\ncat\n")  # fmt: skip
    trap.chmod(0o755)
    path = repository.write("x.txt", TEN)
    other = repository.write("x.dat", TEN)
    first = repository.commit()
    repository.write(".gitattributes", "* diff=evil filter=evil\n*.dat filter=more.evil\n")
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "diff.external", "diff.evil.command", "diff.evil.textconv",
                "filter.evil.clean", "filter.evil.smudge", "filter.more.evil.process", "pager.diff", "credential.helper", "core.askPass"):  # fmt: skip
        repository.git("config", key, str(trap))
    repository.git("config", "core.hooksPath", str(repository.top))
    repository.git("config", "filter.evil.required", "true")
    for hook in ("post-index-change", "fsmonitor-watchman"):
        shutil.copy(trap, repository.top / hook)
    path.write_text(_replaced(3))
    other.write_text(_replaced(4))
    (repository.top / "ran").unlink(missing_ok=True)
    before = (repository.top / ".git" / "index").read_bytes()
    assert _lines(path, first) == [3]
    assert _lines(other, first) == [4]
    assert not (repository.top / "ran").exists()
    assert (repository.top / ".git" / "index").read_bytes() == before
    repository.git("diff")  # which goes into the trap
    assert (repository.top / "ran").exists()


def test_a_filter_that_cannot_be_switched_off(repository: Repository) -> None:
    repository.commit()
    repository.git("config", "filter.a=b.clean", "false")
    with pytest.raises(SetupError, match="a filter has an equals sign"):
        changed_lines([repository.top], "HEAD")


def test_what_a_partial_clone_lacks_is_not_fetched(repository: Repository) -> None:
    repository.git("config", "uploadpack.allowFilter", "true")
    repository.write("x.txt", TEN)
    repository.commit()
    repository.write("x.txt", _replaced(3))
    repository.commit()
    clone = Repository(repository.top.parent / "clone")
    repository.git("clone", "-q", "--filter=blob:none", f"file://{repository.top}", clone.top)
    with pytest.raises(SetupError, match="git cannot say what changed"):
        changed_lines([clone.top], "HEAD~1")
    clone.git("diff", "HEAD~1")  # which fetches it
    assert _lines(clone.top / "x.txt", "HEAD~1") == [3]
