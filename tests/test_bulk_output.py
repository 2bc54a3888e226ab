"""Where `safelinks bulk` writes to: a file is there whole, or the one before is; here and afar."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.fs
import pyarrow.parquet
import pytest
from click.testing import CliRunner, Result

import safelinks.arrow
from safelinks.bulk import streams
from safelinks.bulk.table_output import write_whole
from safelinks.cli.program import main
from safelinks.errors import NotWritableError, SetupError

AFAR = "mem://tables/out.csv"


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["bulk", *map(str, arguments)])


def _says(result: Result, *sentences: str) -> None:
    """One sentence, and no traceback."""
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    for sentence in sentences:
        assert sentence in result.stderr


@pytest.fixture
def afar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What another system holds, which `AFAR` is an address of."""
    system = pyarrow.fs.SubTreeFileSystem(str(tmp_path), pyarrow.fs.LocalFileSystem())
    monkeypatch.setattr(streams, "file_system", lambda path: (system, path.rpartition("/")[2]))
    return tmp_path / "out.csv"


def _broken(error: BaseException) -> Iterator[bytes]:
    yield b"half"
    raise error


@pytest.mark.parametrize("error", [ValueError("x"), OSError(28, "No space"), KeyboardInterrupt()])
@pytest.mark.parametrize("before", [b"kept", None])
def test_what_fails_replaces_nothing_afar(
    error: BaseException, before: bytes | None, afar: Path
) -> None:
    if before is not None:
        afar.write_bytes(before)
    with pytest.raises(type(error)):
        write_whole(AFAR, _broken(error))
    there = {path.name: path.read_bytes() for path in afar.parent.iterdir()}
    assert there == ({} if before is None else {"out.csv": before})
    write_whole(AFAR, [b"who", b"le"])
    assert {path.name: path.read_bytes() for path in afar.parent.iterdir()} == {"out.csv": b"whole"}


def test_a_file_that_cannot_be_moved_is_deleted_and_told(afar: Path) -> None:
    (afar / "full").mkdir(parents=True)
    with pytest.raises(NotWritableError, match=r"out\.csv cannot be written"):
        write_whole(AFAR, [b"whole"])
    assert [path.name for path in afar.parent.iterdir()] == ["out.csv"]


def test_bad_input_keeps_the_output_that_is_there(tmp_path: Path) -> None:
    bad, good, output = tmp_path / "bad.csv", tmp_path / "good.csv", tmp_path / "out.csv"
    bad.write_text("id,Url\n1,x\n2,y,z\n")
    good.write_text("id,Url\n1,x\n")
    output.write_text("precious")
    address = output.as_uri()
    _says(_run("unwrap", bad, "-o", address))
    assert output.read_text() == "precious"
    assert _run("unwrap", good, "-o", address).exit_code == 0
    assert output.read_text().splitlines() == ["id,Url,target,error", "1,x,x,"]
    assert len(list(tmp_path.iterdir())) == 3


def test_an_address_of_no_known_system_is_a_sentence(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text("Url\nx\n")
    _says(
        _run("unwrap", source, "-o", "az://x/out.parquet"), "az://x/out.parquet cannot be written"
    )


def _parquet(path: Path, **columns: pa.Array) -> Path:
    pyarrow.parquet.write_table(pa.table({"Url": ["x"], **columns}), path)
    return path


def test_what_a_text_file_cannot_have_is_a_sentence(tmp_path: Path) -> None:
    half, twice = tmp_path / "half.jsonl", tmp_path / "twice.csv"
    half.write_text('{"Url": "x", "a": "\\ud800"}\n')
    twice.write_text("a,Url,a\n1,x,2\n")
    times = _parquet(tmp_path / "t.parquet", at=pa.array([1], pa.time64("ns")))
    far = _parquet(tmp_path / "f.parquet", at=pa.array([1 << 60], pa.timestamp("ms")))
    for source, output, sentence in (
        (half, "out.csv", r"a text holds \ud800, half a character, which CSV cannot have"),
        (half, "out.parquet", "half.jsonl cannot be read ("),
        (twice, "out.parquet", "two columns have one name, 'a'"),
        (twice, "out.csv", "two columns have one name"),
        (times, "out.csv", "the column 'at', of type time64[ns], cannot be written as text ("),
        (far, "out.jsonl", "the column 'at', of type timestamp[ms], cannot be written as text ("),
    ):
        _says(_run("unwrap", source, "-o", tmp_path / output), sentence)
        assert not (tmp_path / output).exists()
    with pytest.raises(SetupError, match="two columns have one name, 'a'"):
        safelinks.arrow.unwrap(pa.table([["x"], [1], [2]], names=["Url", "a", "a"]))


@pytest.mark.parametrize(
    ("column", "in_json", "in_csv"),
    [
        (pa.array([1], pa.timestamp("ns", "UTC")), "1970-01-01T00:00:00.000000001Z", None),
        (pa.array([1], pa.timestamp("ns")), "1970-01-01T00:00:00.000000001", None),
        (pa.array([1], pa.timestamp("ns", "Asia/Tokyo")), "1970-01-01T00:00:00.000000001Z", None),
        (pa.array([10**9], pa.timestamp("ns", "UTC")), "1970-01-01T00:00:01Z", None),
        (pa.array([b"\xff\0"]), "/wA=", None),
        (pa.array([[b"a"]]), ["YQ=="], '"[""YQ==""]"'),
        (pa.array([float("nan")]), None, "nan"),
        (pa.array([[float("inf"), 1.5]]), [None, 1.5], '"[null, 1.5]"'),
    ],
)
def test_values_of_tables_as_text(
    column: pa.Array, in_json: object, in_csv: str | None, tmp_path: Path
) -> None:
    source = _parquet(tmp_path / "a.parquet", a=column)
    lines, cells = tmp_path / "a.jsonl", tmp_path / "a.csv"
    for output in (lines, cells):
        assert _run("unwrap", source, "-o", output, "--field", "target").exit_code == 0
    assert "NaN" not in lines.read_text()
    assert json.loads(lines.read_text())["a"] == in_json
    assert cells.read_text().splitlines()[1] == f"x,{in_csv or in_json},x"


def test_a_field_that_comes_late(tmp_path: Path) -> None:
    source, late = tmp_path / "a.jsonl", '{"Url": "y", "b": 1}\n'
    source.write_text(f'{{"Url": "x"}}\n{late}')
    _says(
        _run("unwrap", source, "-o", tmp_path / "a.csv"),
        "the first row has no field 'b', which a later one has; write lines of JSON",
    )
    assert _run("unwrap", source, "-o", tmp_path / "a.parquet").exit_code == 0
    assert pyarrow.parquet.read_table(tmp_path / "a.parquet")["b"].to_pylist() == [None, 1]
    source.write_text(f'{{"Url": "x", "a": "{"a" * 1_000}"}}\n' * 1_100 + late)
    output = tmp_path / "late.parquet"
    _says(_run("unwrap", source, "-o", output), "that no row of the first mebibyte has")
    assert not output.exists()
    assert _run("unwrap", source, "-o", tmp_path / "b.jsonl").exit_code == 0


def test_an_empty_text_has_no_wrapper_and_no_value_has_nothing(tmp_path: Path) -> None:
    source, output = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    source.write_text('{"Url": ""}\n{"Url": null}\n')
    table = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(pa.table({"Url": ["", None]}), table)
    fields = ("--field", "target", "--field", "layers", "--field", "error")
    for path in (source, table):
        assert _run("unwrap", path, "-o", output, "--drop-column", *fields).exit_code == 0
        assert [json.loads(line) for line in output.read_text().splitlines()] == [
            {"target": "", "layers": 0, "error": None},
            {"target": None, "layers": None, "error": None},
        ]
