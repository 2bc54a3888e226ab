"""Directories are read as git sees them: held against git itself, and what is told of the rest."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from attacking import amount
from building import wrap
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from safelinks import DocumentError, read_all
from safelinks.cli.options.path_exclusion import Excluded
from safelinks.cli.program import main
from safelinks.files.file_walk import FileListing, files_in

LINK = wrap("https://example.org/")
GIT = shutil.which("git") or "git"


def _git(*args: str | Path) -> bytes:
    environment = {
        "PATH": os.environ["PATH"], "HOME": os.devnull,
        "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
    }  # fmt: skip
    done = subprocess.run([GIT, *map(str, args)], env=environment, capture_output=True, check=True)
    return done.stdout


def _tree(folder: Path, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def _found(folder: Path, *, gitignore: bool = True) -> FileListing:
    found = files_in(folder, gitignore=gitignore)
    assert found is not None
    return found


def _ours(folder: Path, top: Path | None = None) -> set[str]:
    return {str(path.relative_to(top or folder)) for path in _found(folder).files}


def _as_git_has_it(repository: Path, folder: Path | None = None) -> set[str]:
    listed = _git("-C", repository, "ls-files", "-z", "--others", "--cached",
                  "--exclude-standard", "--", folder or ".")  # fmt: skip
    names = {os.fsdecode(name) for name in listed.split(b"\0") if name}
    return {name for name in names if not any(part.startswith(".") for part in Path(name).parts)}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    _git("init", "-q", folder)
    return folder


# Names and patterns of the same few characters, so that they meet.
NAMES = ["a", "b", "ab", "a.o", "b c", "a ", "[a]", "é", "-", "#a", "!a", "\\", "a*"]
PIECES = [
    "a", "b", "o", ".", "*", "*", "**", "***", "/", "/", "**/", "/**", "/**/", "?", "!", "#", "\\", " ", "\t", "\r", "\xe9",
    "[ab]", "[!a]", "[^a]", "[a-b]", "[]a]", "[[:alpha:]]", "[[:no:]]", "[\\]a]", "[b-", "[", "]", "-", "\\*", "\\ ", "\\/", "\0",
]  # fmt: skip
PATTERN = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
PATTERNS = st.tuples(
    st.sampled_from(["", "\ufeff"]),
    st.lists(st.tuples(st.sampled_from(["", "", "!"]), PATTERN).map("".join), max_size=4),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "latin-1"]),
).map(lambda parts: (parts[0] + parts[2].join(parts[1])).encode(parts[3], "replace"))


@pytest.mark.slow
@settings(max_examples=amount(40, 150))
@given(
    paths=st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join), min_size=5, max_size=20),
    patterns=st.dictionaries(st.sampled_from(["", "a", "a/b", "ab", "b"]), PATTERNS, min_size=1, max_size=3),
    exclude=PATTERNS,
)  # fmt: skip
def test_the_same_files_as_git(
    tmp_path_factory: pytest.TempPathFactory,
    paths: list[str],
    patterns: dict[str, bytes],
    exclude: bytes,
) -> None:
    folder = tmp_path_factory.mktemp("repository")
    _git("init", "-q", folder)
    for path in paths:
        at = folder / path
        if not any(parent.is_file() for parent in at.parents) and not at.is_dir():
            _tree(folder, {path: b""})
    for directory, content in patterns.items():
        if (folder / directory).is_dir():
            (folder / directory / ".gitignore").write_bytes(content)
    (folder / ".git" / "info" / "exclude").write_bytes(exclude)
    assert _ours(folder) == _as_git_has_it(folder)


DEPTHS = ["x.log", "build/y", "sub/x.log", "sub/build/y", "sub/deep/x.log", "sub/deep/build/y", "y"]


@pytest.mark.parametrize(
    ("rules", "left"),
    [
        ({"": "*.log\n"}, {"build/y", "sub/build/y", "sub/deep/build/y", "y"}),
        ({"": "/*.log\n/build/\n"}, {"sub/x.log", "sub/build/y", "sub/deep/x.log", "sub/deep/build/y", "y"}),
        ({"": "*.log\n", "sub": "!x.log\n"}, {"build/y", "sub/x.log", "sub/build/y", "sub/deep/x.log", "sub/deep/build/y", "y"}),
        ({"": "sub\n", "sub": "!*\n"}, {"x.log", "build/y", "y"}),
        ({"": "sub/**/y\n"}, {"x.log", "build/y", "sub/x.log", "sub/deep/x.log", "y"}),
        ({"": "sub/**\n!sub/x.log\n"}, {"x.log", "build/y", "sub/x.log", "y"}),
        ({"": "y/\n"}, set(DEPTHS)),
        ({"": "*\n!*/\n!y\n"}, {"build/y", "sub/build/y", "sub/deep/build/y", "y"}),
        ({"": "y   \n", "sub": "y\\ \n"}, {"x.log", "sub/x.log", "sub/deep/x.log"}),
        ({"": "*.log\r\n# y\r\n\\#\r\n"}, {"build/y", "sub/build/y", "sub/deep/build/y", "y"}),
        ({"": b"\xe9\xff\n\xef*\n*.log"}, {"build/y", "sub/build/y", "sub/deep/build/y", "y"}),
    ],
    ids=["any depth", "anchored", "negated below", "a directory that is left out is not entered", "between", "all but one",
         "directories only", "let in again", "spaces", "crlf and comments", "no utf-8"],
)  # fmt: skip
def test_rules(repository: Path, rules: dict[str, str | bytes], left: set[str]) -> None:
    _tree(repository, dict.fromkeys(DEPTHS, ""))
    _tree(repository, {f"{folder or '.'}/.gitignore": text for folder, text in rules.items()})
    assert _ours(repository) == left == _as_git_has_it(repository)


@pytest.mark.parametrize("named", [".", "sub", "sub/deep"])
def test_what_is_above_is_heeded_in_a_repository(repository: Path, named: str) -> None:
    _tree(repository, dict.fromkeys(DEPTHS, ""))
    _tree(repository, {".gitignore": "*.log\n/sub/deep/build\n", "sub/.gitignore": "!x.log\n"})
    (repository / ".git" / "info" / "exclude").write_text("y\n")
    (repository.parent / ".gitignore").write_text("*\n")  # which is outside
    here = _ours(repository / named, repository)
    assert here == _as_git_has_it(repository, repository / named)
    assert here == ({"sub/deep/x.log"} if named == "sub/deep" else {"sub/x.log", "sub/deep/x.log"})


def test_without_a_repository_only_what_is_below(tmp_path: Path) -> None:
    _tree(
        tmp_path, {".gitignore": "y\n", "in/y": "", "in/x": "", "in/z": "", "in/.gitignore": "x\n"}
    )
    assert _ours(tmp_path / "in") == {"y", "z"}
    assert _ours(tmp_path) == {"in/z"}


def test_a_worktree_shares_the_exclude_file(repository: Path, tmp_path: Path) -> None:
    _git("-C", repository, "-c", "user.name=A", "-c", "user.email=a@example.org",
         "commit", "-q", "--allow-empty", "-m", "one")  # fmt: skip
    (repository / ".git" / "info" / "exclude").write_text("y\n")
    other = tmp_path / "other"
    _git("-C", repository, "worktree", "add", "-q", other)
    _tree(other, {"y": "", "z": "", "in/y": "", "in/z": ""})
    assert _ours(other / "in", other) == _as_git_has_it(other, other / "in") == {"in/z"}


@pytest.mark.parametrize("pointer", [b"", b"gitdir: ", b"gitdir: /nowhere\n", b"\xff\0", b"gitdir: a\0b", b"gitdir: //host/share\n"])  # fmt: skip
def test_a_pointer_that_leads_nowhere(tmp_path: Path, pointer: bytes) -> None:
    _tree(tmp_path, {".git": pointer, ".gitignore": "x\n", "in/x": "", "in/y": ""})
    assert _ours(tmp_path / "in") == {"y"}


def test_a_directory_or_file_that_is_named_is_read(repository: Path) -> None:
    _tree(repository, {".gitignore": "build\n*.log\n", "build/x": "", "build/x.log": ""})
    assert _ours(repository / "build") == {"x"}
    assert files_in(repository / "build" / "x.log") is None
    assert len(_found(repository, gitignore=False).files) == 2


def test_a_file_that_git_tracks_is_left_out_all_the_same(repository: Path) -> None:
    _tree(repository, {"x": "", "y": ""})
    _git("-C", repository, "add", "x")
    (repository / ".gitignore").write_text("x\n")
    assert _ours(repository) == {"y"}


def test_what_was_left_out_and_why(tmp_path: Path) -> None:
    _tree(tmp_path, {
        ".gitignore": "\n*.log\nmodules/\n", "a.log": "", "modules/x/y": "", ".hidden/x": "", "z": "",
    })  # fmt: skip
    (tmp_path / "link").symlink_to("z")
    os.mkfifo(tmp_path / "pipe")
    found = _found(tmp_path)
    assert found.files == (tmp_path / "z",)
    assert [(Path(one.path).name, one.reason) for one in found.skipped] == [
        (".gitignore", "its name begins with a dot"),
        (".hidden", "its name begins with a dot"),
        ("a.log", f"ignored by line 2 of {tmp_path}/.gitignore"),
        ("link", "it is a symbolic link"),
        ("modules", f"ignored by line 3 of {tmp_path}/.gitignore"),
        ("pipe", "not a file or directory"),
    ]


def test_files_come_in_order(tmp_path: Path) -> None:
    _tree(tmp_path, dict.fromkeys(["b/c", "b.x", "b-x/a", "a", "c/d/e", "c/a", "B", "é/a"], ""))
    assert list(_found(tmp_path).files) == sorted(p for p in tmp_path.rglob("*") if p.is_file())


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """More directories in each other than calls may be; `shutil.rmtree` could not remove them."""
    folders = [tmp_path.joinpath(*["d"] * depth) for depth in range(1, 1200)]
    for folder in folders:
        folder.mkdir()
    (folders[-1] / "x").touch()
    yield folders[-1]
    (folders[-1] / "x").unlink()
    for folder in reversed(folders):
        folder.rmdir()


def test_directories_may_be_nested_as_deep_as_they_like(tmp_path: Path, deep: Path) -> None:
    (tmp_path / ".gitignore").write_text("y\n")
    assert _found(tmp_path).files == (deep / "x",)


def _large(path: Path) -> None:
    path.write_text("x\n" * 600_000)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: path.symlink_to("rules"), "it is a symbolic link"),
        (_large, "it is larger than 1 MiB"),
        (Path.mkdir, None),
        (os.mkfifo, None),
    ],
    ids=["symbolic link", "large", "directory", "pipe"],
)
def test_a_gitignore_that_is_none(tmp_path: Path, make: object, why: str | None) -> None:
    assert callable(make)
    _tree(tmp_path, {"rules": "x\n", "x": "", "y": ""})
    make(tmp_path / ".gitignore")
    found = _found(tmp_path)
    assert _ours(tmp_path) == {"rules", "x", "y"}
    sentence = f"{tmp_path}/.gitignore: this file is not used ({why})"
    assert found.notes == ((sentence,) if why else ())
    told: list[DocumentError] = []
    assert len(list(read_all(tmp_path, on_error=told.append))) == 3
    assert list(map(str, told)) == list(found.notes)
    assert len(list(read_all(tmp_path))) == 3


def test_what_the_system_refuses_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _tree(tmp_path, {".gitignore": "x\n", "x": "", "shut/y": ""})
    scanned = os.scandir

    def refuse(_: Path, *__: str) -> object:
        raise PermissionError(13, "Permission denied")

    def refuse_below(path: str) -> object:
        if path.endswith("shut"):
            raise PermissionError(13, "Permission denied")
        return scanned(path)

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(os, "scandir", refuse_below)
    found = _found(tmp_path)
    assert found.files == (tmp_path / "x",)
    assert "(Permission denied)" in found.notes[0]
    assert [str(one) for one in found.unread] == [
        f"{tmp_path}/shut: this directory cannot be read (Permission denied)"
    ]
    with pytest.raises(DocumentError, match="this directory cannot be read"):
        files_in(tmp_path / "shut")
    with pytest.raises(DocumentError, match="this directory cannot be read"):
        list(read_all(tmp_path))


@pytest.mark.parametrize("pattern", ["*a" * 40 + "b", "**/a*" * 40 + "b", "/**/a" * 40 + "/b", "?*" * 40 + "b", "[!b]*" * 40 + "b"])  # fmt: skip
def test_no_pattern_takes_long(tmp_path: Path, pattern: str) -> None:
    _tree(tmp_path, {".gitignore": f"{pattern}\n", "a/" * 60 + "a" * 200: "", "a" * 250: ""})
    begun = time.process_time()
    assert len(_found(tmp_path).files) == 2
    assert time.process_time() - begun < 5


# The command line.


def _run(*args: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, args)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    _tree(folder, {
        ".gitignore": "*.log\nold/\n", "a.txt": LINK, "a.log": LINK, "old/a.txt": LINK,
        "old/b.txt": LINK, "p.png": b"\x89PNG\r\n", ".x": LINK,
    })  # fmt: skip
    return folder


@pytest.mark.parametrize(("options", "read"), [((), ["a.txt"]), (("--no-gitignore",), ["a.log", "a.txt", "old/a.txt", "old/b.txt"])])  # fmt: skip
def test_both_commands_leave_out_what_is_ignored(
    folder: Path, options: tuple[str, ...], read: list[str]
) -> None:
    changed = re.findall("would change (.+)", _run("clean", "--check", *options, folder).stdout)
    assert changed == [f"{folder}/{name}" for name in read]
    checked = re.findall(rf"^In {folder}/(.+): 1 link", _run("check", "--offline", *options, folder).stdout, re.MULTILINE)  # fmt: skip
    assert checked == read


def test_a_file_that_is_named_is_read_whatever_the_rules_say(folder: Path) -> None:
    assert _run("clean", folder / "a.log").stdout == "https://example.org/"
    assert _run("clean", "--check", f"{folder}/*.log").exit_code == 1


def test_what_was_skipped_is_told_if_asked_for(folder: Path) -> None:
    assert _run("clean", "--check", folder).stderr == "1 file would change\n"
    (folder / "q.txt").write_bytes(b"\xff\xfea")
    quiet = _run("clean", "--check", folder).stderr.splitlines()
    assert quiet == [
        f"Warning: {folder}: 1 file was skipped, such as {folder}/q.txt: its byte order mark says "
        "UTF-16-LE, but it is not; save it as UTF-8 and try again",
        "1 file would change",
    ]
    (folder / "odd\x1b[2J.log").touch()
    told = _run("clean", "--check", "-v", folder).stderr.splitlines()
    assert told == [
        f"skipped {folder}/.gitignore: its name begins with a dot",
        f"skipped {folder}/.x: its name begins with a dot",
        f"skipped {folder}/a.log: ignored by line 1 of {folder}/.gitignore",
        f"skipped {folder}/odd\\x1b[2J.log: ignored by line 1 of {folder}/.gitignore",
        f"skipped {folder}/old: ignored by line 2 of {folder}/.gitignore",
        f"skipped {folder}/p.png: this is a picture, not text; save it as plain text and try again",
        f"skipped {quiet[0].partition('such as ')[2]}",
        "1 file would change",
    ]


def test_backups_are_told_too(folder: Path) -> None:
    _tree(folder, {"a.txt.bak": LINK})
    told = _run("clean", "-i", "--backup", ".bak", "--verbose", folder / "a.txt", folder).stderr
    assert f"skipped {folder}/a.txt.bak: this is a backup of an earlier run" in told


def test_a_directory_of_which_nothing_is_left_is_told(folder: Path) -> None:
    (folder / ".gitignore").write_text("# all\n*\n")
    assert _run("clean", "--check", folder).stderr.startswith(
        f"Warning: {folder}: all files here are skipped ({folder}/a.log: ignored by line 2 of "
        f"{folder}/.gitignore); --no-gitignore reads them\n"
    )


# --exclude-path

CASES = {
    "a name": (["a.txt"], {"b.txt", "docs/b.txt", "docs/old/c.md", "vendor/x.txt"}),
    "a wildcard": (["*.txt"], {"docs/old/c.md"}),
    "a directory": (["docs/"], {"a.txt", "b.txt", "vendor/a.txt", "vendor/x.txt"}),
    "a directory anywhere": (["old"], {"a.txt", "b.txt", "docs/a.txt", "docs/b.txt", "vendor/a.txt", "vendor/x.txt"}),
    "at the top": (["/a.txt"], {"b.txt", "docs/a.txt", "docs/b.txt", "docs/old/c.md", "vendor/a.txt", "vendor/x.txt"}),
    "deep": (["docs/**/*.md"], {"a.txt", "b.txt", "docs/a.txt", "docs/b.txt", "vendor/a.txt", "vendor/x.txt"}),
    "several": (["vendor", "docs"], {"a.txt", "b.txt"}),
    "in again": (["*.txt", "!b.txt"], {"b.txt", "docs/b.txt", "docs/old/c.md"}),
    "not in again": (["docs/", "!docs/b.txt"], {"a.txt", "b.txt", "vendor/a.txt", "vendor/x.txt"}),
    "nothing": (["*.pdf", "", "# a.txt", "a.txt/"], {"a.txt", "b.txt", "docs/a.txt", "docs/b.txt", "docs/old/c.md", "vendor/a.txt", "vendor/x.txt"}),
}  # fmt: skip
FILES = ("a.txt", "b.txt", "docs/a.txt", "docs/b.txt", "docs/old/c.md", "vendor/a.txt", "vendor/x.txt")  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    _tree(tmp_path, dict.fromkeys(FILES, LINK))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _would_change(*args: str | Path) -> set[str]:
    return set(re.findall("would change (.+)", _run("clean", "--check", *args).stdout))


def _options(patterns: list[str]) -> list[str]:
    return [option for pattern in patterns for option in ("--exclude-path", pattern)]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("named", [("",), FILES], ids=["directory", "files"])
def test_paths_can_be_excluded(project: Path, name: str, named: tuple[str, ...]) -> None:
    """Also of files that are named, relative or not."""
    patterns, left = CASES[name]
    args = [project / one for one in named]
    assert _would_change(*_options(patterns), *args) == {str(project / one) for one in left}
    assert _would_change(*_options(patterns), *(one or "." for one in named)) == left
    checked = _run("check", "--offline", "-v", *_options(patterns), *args).stdout
    assert set(re.findall(rf"^In {project}/(.+): 1 link", checked, re.MULTILINE)) == left


@given(
    st.lists(
        st.sampled_from(
            [
                "a.txt",
                "!a.txt",
                "docs",
                "docs/*",
                "!docs/b.txt",
                "/docs/",
                "*.md",
                "**/old/**",
                "vendor/x*",
            ]
        ),
        max_size=4,
    )
)
@settings(max_examples=30)
def test_it_is_as_in_a_gitignore(patterns: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _tree(Path(folder), dict.fromkeys(FILES, ""))
        (Path(folder) / ".gitignore").write_text("\n".join(patterns))
        excluded = Excluded(patterns, folder)
        ours = {name for name in FILES if excluded.pattern_for(f"{folder}/{name}") is None}
        assert ours == _ours(Path(folder))


def test_patterns_of_a_configuration_are_relative_to_it(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "safelinks.toml").write_text('exclude-path = ["/docs/a.txt", "/a.txt"]\n')
    left = {"b.txt", "docs/b.txt", "docs/old/c.md", "vendor/a.txt", "vendor/x.txt"}
    assert _would_change(".") == left
    monkeypatch.chdir(project / "docs")
    assert _would_change(".") == {"b.txt", "old/c.md"}
    assert _would_change("../a.txt", "../b.txt") == {"../b.txt"}
    monkeypatch.setenv("SAFELINKS_EXCLUDE_PATH", "old/\nb.*")
    assert _would_change(".") == {"a.txt"}


def test_what_is_excluded_is_told_if_asked_for(project: Path) -> None:
    told = _run("clean", "--check", "-v", "--exclude-path", "a.*", "a.txt", "b.txt").stderr
    assert "skipped a.txt: excluded by --exclude-path a.*\n" in told
    quiet = _run("clean", "--check", "--exclude-path", "a.*", "a.txt", "b.txt").stderr
    assert quiet == "1 file would change\n"
    nothing = _run("clean", "--exclude-path", "a.txt", "a.txt")
    assert nothing.stdout == ""
    assert nothing.stderr == "Warning: no files to read: --exclude-path excludes all of them\n"
    assert _run("check", "--exclude-path", "*", project).exit_code == 0


def test_a_report_may_take_the_place_of_what_is_excluded(project: Path) -> None:
    done = _run(
        "check", "--offline", "--exclude-path", "a.txt", "--format=json=a.txt", "a.txt", "b.txt"
    )
    assert done.exit_code == 0, done.output
    assert (project / "a.txt").read_text().startswith("{")


# Vendored trees

VENDORED = {
    "node_modules": ["node_modules/a/readme.md"],
    "bower": ["site/bower_components/a.md"],
    "installed": ["lib/python3.11/site-packages/a.md", "usr/dist-packages/a.md"],
    "a virtual environment of any name": ["env/a.md", "env/pyvenv.cfg", "env/lib/b.md"],
    "conda": ["tools/conda-meta/history", "tools/share/a.md"],
    "Go": ["vendor/modules.txt", "vendor/a.md"],
    "Composer": ["vendor/autoload.php", "vendor/a.md"],
    "a crate": ["crates/one/.cargo-checksum.json", "crates/one/README.md"],
    "pip": ["src/pip/_vendor/vendor.txt", "src/pip/_vendor/a.md"],
    "Bundler": ["vendor/bundle/ruby/3.2/a.md"],
    "CocoaPods": ["Pods/Manifest.lock", "Pods/a.md"],
}  # fmt: skip
OWN = {
    "documents about vendors": ["vendor/how-to-register.md", "vendors/a.md"],
    "files of such a name": ["docs/node_modules", "docs/vendor.txt", "docs/modules.txt"],
    "a mark elsewhere": ["modules.txt", "bundle/a.md", "docs/autoload.php"],
    "an environment without its mark": ["venv/a.md"],
}


@pytest.mark.parametrize("name", VENDORED)
def test_vendored_trees_are_left_out(tmp_path: Path, name: str) -> None:
    files = dict.fromkeys(VENDORED[name], LINK)
    _tree(tmp_path, {"a.md": LINK, **files})
    found = _found(tmp_path)
    assert [file.name for file in found.files] == ["a.md"]
    assert {one.option for one in found.skipped} == {"--vendored"}
    everything = files_in(tmp_path, vendored=True)
    assert everything is not None
    shown = {file for file in files if not Path(file).name.startswith(".")}
    assert {str(file.relative_to(tmp_path)) for file in everything.files} == {"a.md", *shown}
    matching = files_in(f"{tmp_path}/**/*.md")
    assert matching is not None
    assert [file.name for file in matching.files] == ["a.md"]


@pytest.mark.parametrize("name", OWN)
def test_own_files_are_not_taken_for_vendored_ones(tmp_path: Path, name: str) -> None:
    _tree(tmp_path, dict.fromkeys(OWN[name], LINK))
    assert _ours(tmp_path) == set(OWN[name])
    matching = files_in(f"{tmp_path}/**/*")
    assert matching is not None
    assert len(matching.files) == len(OWN[name])


def test_a_vendored_tree_that_is_named_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _tree(tmp_path, {"node_modules/a/b.md": LINK, "node_modules/a/node_modules/c.md": LINK})
    monkeypatch.chdir(tmp_path)
    assert _would_change("node_modules") == {"node_modules/a/b.md"}
    assert _would_change("node_modules/*/*.md") == {"node_modules/a/b.md"}
    assert _would_change("**/node_modules/**/*.md") == {
        "node_modules/a/b.md", "node_modules/a/node_modules/c.md",
    }  # fmt: skip
    alone = _run("clean", "--check", ".")
    assert alone.stderr == (
        "Warning: .: all files here are skipped (node_modules: packages of npm); --vendored reads "
        "them\nno file would change\n"
    )
    assert _would_change("--vendored", ".") == _would_change("**/node_modules/**/*.md")
    monkeypatch.setenv("SAFELINKS_VENDORED", "1")
    assert len(_would_change(".")) == 2
    assert len(list(read_all(".", vendored=True))) == 2
    assert list(read_all(".")) == []
