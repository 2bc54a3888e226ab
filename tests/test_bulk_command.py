"""`safelinks bulk`: tables unwrapped, and the links of documents as a table."""

from __future__ import annotations

import csv
import json
import mailbox
import pickle
from email.message import EmailMessage
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from building import HOST, RECIPIENT, TENANT, wrap
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from safelinks import unwrap
from safelinks.cli.program import main
from safelinks.errors import MissingPackageError

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

TARGET = "https://example.org/a?b=c"
LINK = wrap(TARGET)
LOST = f"https://{HOST}/GetUrlReputation"
NAMES = ("a.csv", "a.jsonl", "a.parquet", "a.arrow")


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["bulk", *map(str, arguments)])


def _csv(path: Path, *urls: str) -> Path:
    path.write_text("id,Url\n" + "".join(f"0{at},{url}\n" for at, url in enumerate(urls)))
    return path


def _rows(path: Path) -> list[dict[str, object]]:
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    if path.suffix == ".parquet":
        return pyarrow.parquet.read_table(path).to_pylist()  # type: ignore[no-any-return]
    if path.suffix == ".arrow":
        return pa.ipc.open_file(path).read_all().to_pylist()  # type: ignore[no-any-return]
    header, *lines = path.read_text("utf-8").splitlines()
    return [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]


@pytest.mark.parametrize("before", NAMES)
@pytest.mark.parametrize("after", NAMES)
def test_a_table_of_any_format_becomes_one_of_any_format(
    before: str, after: str, tmp_path: Path
) -> None:
    source = _csv(tmp_path / "s.csv", LINK, "https://b.example/", LOST)
    given, output = tmp_path / before, tmp_path / f"out-{after}"
    assert _run("unwrap", source, "-o", given, "--field", "tenant").exit_code == 0
    result = _run("unwrap", given, "-o", output, "--drop-column")
    assert (result.exit_code, result.stderr) == (0, f"3 rows written to {output}\n")
    tenant = f"{TENANT[:8]}-"
    rows = _rows(output)
    assert [row["id"] for row in rows] == ["00", "01", "02"]
    assert str(rows[0]["tenant"]).startswith(tenant)
    nothing = "" if after.endswith("csv") else None
    assert [row["target"] for row in rows] == [TARGET, "https://b.example/", nothing]
    assert [row["error"] for row in rows] == [nothing, nothing, "TargetLostError"]
    assert list(rows[0]) == ["id", "tenant", "target", "error"]


@pytest.mark.parametrize("name", ["a.csv", pytest.param("a.parquet", marks=pytest.mark.slow)])
def test_several_tables_and_several_processes(name: str, tmp_path: Path) -> None:
    inputs = [_csv(tmp_path / f"{at}.csv", *[LINK] * 3, f"https://{at}.example/") for at in "ab"]
    alone, together = tmp_path / f"1{name}", tmp_path / f"2{name}"
    assert _run("unwrap", *inputs, "-o", alone).exit_code == 0
    assert _run("unwrap", *inputs, "-o", together, "--jobs", "2").exit_code == 0
    assert _rows(alone) == _rows(together)
    assert [row["target"] for row in _rows(alone)][3::4] == [
        "https://a.example/",
        "https://b.example/",
    ]


def test_one_column_for_all_and_moments_as_text(tmp_path: Path) -> None:
    source, output = _csv(tmp_path / "a.csv", LINK), tmp_path / "b.jsonl"
    fields = ("--field", "wrapped_at", "--field", "layers")
    assert _run("unwrap", source, "-o", output, *fields, "--into", "safe").exit_code == 0
    moment = str(unwrap(LINK).wrapped_at).replace(" ", "T").replace("+00:00", "Z")
    assert _rows(output)[0]["safe"] == {"wrapped_at": moment, "layers": 1}


@pytest.mark.parametrize("name", ["b.csv", "b.jsonl", "b.parquet"])
def test_the_catalog_is_asked_whatever_the_format(name: str, tmp_path: Path) -> None:
    known = "https://portal.311.nyc.gov/"
    source = _csv(tmp_path / "a.csv", wrap(known), known, "https://b.example/", LOST)
    fields = ("--field", "resource", "--field", "agency")
    assert _run("unwrap", source, "-o", tmp_path / name, *fields).exit_code == 0
    told = [(row["resource"] or None, row["agency"] or None) for row in _rows(tmp_path / name)]
    assert told == [("nyc311", "NYC311")] * 2 + [(None, None)] * 2


@pytest.mark.parametrize("name", ["b.csv", "b.parquet"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_what_spreadsheets_write_is_read(
    delimiter: str, encoding: str, name: str, tmp_path: Path
) -> None:
    source, output = tmp_path / "a.csv", tmp_path / name
    rows = [["Straße", "Url", "a, b"], ["ü", LINK, "1,2;3|4\t5"], ["", "https://b.example/?,;", ""]]
    lines = [delimiter.join(f'"{cell}"' if cell else "" for cell in row) for row in rows]
    source.write_text("\r\n".join(lines) + "\r\n", encoding, newline="")
    result = _run("unwrap", source, "-o", output, "--field", "target")
    assert result.exit_code == 0, result.stderr
    if name == "b.csv":
        with output.open(encoding="utf-8", newline="") as file:
            told = list(csv.reader(file))
    else:
        table = pyarrow.parquet.read_table(output)
        told = [table.column_names, *(list(row.values()) for row in table.to_pylist())]
    targets = ["target", TARGET, "https://b.example/?,;"]
    assert told == [[*row, target] for row, target in zip(rows, targets, strict=True)]


def test_a_missing_column_is_said_legibly_with_the_option(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text("link;a, b;c\nx;y;z\n")
    sentence = (
        f"Error: {source}: there is no column '{{}}'; the columns are link, 'a, b', c "
        "(--column names the one with the addresses)"
    )
    for name in ("b.csv", "b.parquet"):
        result = _run("unwrap", source, "-o", tmp_path / name)
        assert (result.exit_code, sentence.format("Url") in result.stderr) == (2, True)
    result = _run("check", source, "-o", tmp_path / "out")
    assert (result.exit_code, sentence.format("target") in result.stderr) == (2, True)
    source.write_text(",".join(f"c{at}" for at in range(40)))
    result = _run("unwrap", source, "-o", tmp_path / "b.csv")
    assert "c28, c29, and 10 more (--column" in result.stderr


def test_one_row_is_no_rows(tmp_path: Path) -> None:
    source, output = _csv(tmp_path / "a.csv", LINK), tmp_path / "b.csv"
    assert _run("unwrap", source, "-o", output).stderr == f"1 row written to {output}\n"
    (tmp_path / "a.txt").write_text(LINK)
    result = _run("links", tmp_path / "a.txt", "-o", output)
    assert result.stderr == f"1 link written to {output}\n"


def test_bytes_that_are_no_text_come_out_as_they_went_in(tmp_path: Path) -> None:
    source, output = tmp_path / "a.csv", tmp_path / "b.csv"
    source.write_bytes(b'\xef\xbb\xbfUrl,x\r\nhttps://a.example/\xe9,"\xff\n"\r\n')
    assert _run("unwrap", source, "-o", output, "--field", "target").exit_code == 0
    row = b'https://a.example/\xe9,"\xff\n",https://a.example/\xe9\r\n'
    assert output.read_bytes() == b"Url,x,target\r\n" + row


def test_what_a_link_says_is_no_formula(tmp_path: Path) -> None:
    link = LINK.replace("Unknown", "%3Dcmd%7C").replace("%7C%7CTWF", "%7CTWF")
    source, output = _csv(tmp_path / "a.csv", link), tmp_path / "b.csv"
    for path in (source, tmp_path / "a.parquet"):
        assert (
            _run("unwrap", source, "-o", tmp_path / "a.parquet", "--field", "layers").exit_code == 0
        )
        assert _run("unwrap", path, "-o", output, "--field", "verdict").exit_code == 0
        assert _rows(output)[0]["verdict"] == "'=cmd"


@pytest.mark.parametrize(
    ("name", "content", "options", "sentence"),
    [
        ("none.csv", None, (), "no such file"),
        ("none.parquet", None, (), "no such file"),
        ("a.txt", "x", (), "a table is a file that ends in .parquet, .csv"),
        ("a.csv", "url\nx\n", (), "a.csv: there is no column 'Url'; the columns are url"),
        ("a.csv", "Url,target\nx,y\n", (), "a.csv: there is a column 'target' already"),
        ("a.csv", "Url,Url\nx,y\n", (), "two columns have one name"),
        ("a.csv", "Url\nx,y\n", (), "line 2: more cells than columns"),
        ("a.jsonl", '{"Url": "x"}\n[]\n', (), "line 2 is not a JSON object"),
        ("a.jsonl", '{"Url": "x"}\n{"target": 1}\n', (), "there is a column 'target' already"),
        ("a.parquet", "PAR1", (), "a.parquet cannot be read ("),
        ("a.csv", "Url\nx\n", ("--column", "link"), "a.csv: there is no column 'link'"),
    ],
)
def test_a_table_that_cannot_be_read_is_a_sentence_and_no_file(
    name: str, content: str | None, options: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    for output in (tmp_path / "out.csv", tmp_path / "out.parquet"):
        result = _run("unwrap", tmp_path / name, "-o", output, *options)
        assert result.exit_code == 2
        assert result.stderr.startswith("Error: ")
        assert "Traceback" not in result.stderr
        if output.suffix == ".csv":
            assert sentence in result.stderr
        assert not output.exists()
    assert {path.name for path in tmp_path.iterdir()} <= {name}


def _mailbox(path: Path, *links: str) -> Path:
    box = mailbox.mbox(path)
    for at, link in enumerate(links):
        message = EmailMessage()
        message["Subject"] = f"Notice {at}"
        message.set_content(f"See {link} please")
        box.add(message)
    box.close()
    return path


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_links_of_documents_are_rows(jobs: int, tmp_path: Path) -> None:
    _mailbox(tmp_path / "a.mbox", LINK, "https://b.example/", LOST)
    (tmp_path / "b.html").write_text(f'<p><a href="{LINK.replace("&", "&amp;")}">{RECIPIENT}</a>')
    (tmp_path / "c.bin").write_bytes(b"\0\1\2")
    output = tmp_path / "links.jsonl"
    for _ in range(2):  # the second time, the output is one of the files of the directory
        result = _run("links", tmp_path, "-o", output, "--jobs", str(jobs))
        assert result.exit_code == 0, result.stderr
    assert "4 links written to" in result.stderr
    rows = _rows(output)
    schema = json.loads(_run("schema").stdout)
    Draft202012Validator.check_schema(schema)
    for row in rows:
        Draft202012Validator(schema).validate(row)
    assert [(Path(str(row["file"])).name, row["message"]) for row in rows] == [
        ("a.mbox", 1), ("a.mbox", 2), ("a.mbox", 3), ("b.html", None),
    ]  # fmt: skip
    assert [row["target"] for row in rows] == [TARGET, "https://b.example/", None, TARGET]
    assert rows[2]["error"] == "TargetLostError"
    assert RECIPIENT not in output.read_text()
    assert "First.Last" not in output.read_text()
    assert rows[0]["source"] == "Mailflow"


def test_links_as_parquet_have_the_same_rows(tmp_path: Path) -> None:
    source = _mailbox(tmp_path / "a.mbox", LINK, "https://b.example/")
    lines, table = tmp_path / "l.jsonl", tmp_path / "l.parquet"
    assert _run("links", source, "-o", lines, "--show-recipients").exit_code == 0
    assert _run("links", source, "-o", table, "--show-recipients").exit_code == 0
    told, kept = _rows(lines), _rows(table)
    assert told[0]["recipient"] == kept[0]["recipient"] == RECIPIENT
    assert told[0]["url"] == kept[0]["url"] == LINK
    moments = ("sent_at", "wrapped_at")
    assert [{**row, **dict.fromkeys(moments)} for row in told] == [
        {**row, **dict.fromkeys(moments)} for row in kept
    ]


def test_a_file_that_cannot_be_read_fails_and_the_others_are_there(tmp_path: Path) -> None:
    source = _mailbox(tmp_path / "a.mbox", LINK)
    output = tmp_path / "l.csv"
    result = _run("links", tmp_path / "none.eml", source, "-o", output)
    assert result.exit_code == 2
    assert "No such file" in result.stderr
    assert len(_rows(output)) == 1
    assert _run("links", "-", "-o", output).exit_code == 2
    assert "Name a file or a directory." in _run("links", "-o", output).stderr


@pytest.mark.parametrize("name", ["keep.csv", "keep.jsonl", "keep.parquet", "file://keep.csv"])
def test_a_table_is_not_replaced_where_no_file_could_be_read(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    kept = tmp_path / name.removeprefix("file://")
    kept.write_text("kept")
    output = f"file://{kept}" if "://" in name else str(kept)
    for source in ("nope", "empty"):
        result = _run("links", tmp_path / source, "-o", output)
        assert result.exit_code == 2
        assert f"no file could be read; {output} was not written" in result.stderr
        assert kept.read_text() == "kept"
    (tmp_path / "a.txt").write_text("no link")
    assert _run("links", tmp_path / "a.txt", "-o", output).exit_code == 0
    assert kept.read_bytes() != b"kept"


def test_a_missing_package_is_said_by_any_process() -> None:
    error = MissingPackageError("a.pdf", "a PDF", "pip install pypdf")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  our own
    assert (type(again), str(again), again.command) == (
        MissingPackageError, str(error), "pip install pypdf",
    )  # fmt: skip
