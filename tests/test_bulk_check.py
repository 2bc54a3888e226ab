"""A check of many addresses: gone on with, polite, and whole whatever is killed. All on loopback."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from attrs import evolve
from click.testing import CliRunner
from web import Web, answer, html, serving

import safelinks.bulk
from safelinks import Policy
from safelinks.bulk import checking
from safelinks.bulk.bucket_check import check_bucket, may_differ
from safelinks.bulk.checking import check_tables
from safelinks.bulk.journal import Journal, Kept, outcome_row
from safelinks.bulk.sites import bucket_of, site_of
from safelinks.cli.program import main
from safelinks.errors import DocumentError, SetupError
from safelinks.health.checker import Checker
from safelinks.health.model.outcome import Outcome, Reason

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

SITES = [f"s{number}.org" for number in range(12)]
PAGES = [f"/{number}" for number in range(5)]


@pytest.fixture
def web() -> Iterator[Web]:
    pages = {path: html("Notices") for path in PAGES} | {"/gone": answer("404 Not Found")}
    with serving(dict(pages)) as web:
        yield web


def _policy(web: Web, *more: str) -> Policy:
    hosts = [f"www.{site}" for site in SITES] + list(more)
    resolve = {(host, web.port): ("127.0.0.1",) for host in hosts}
    return Policy(resolve=resolve, retries=0, timeout=5)


def _urls(web: Web) -> list[str]:
    paths = [*PAGES, "/gone"]
    return [web.url(f"{path}?{site}", host=f"www.{site}") for site in SITES for path in paths]


def _table(urls: list[str], column: str = "target") -> pa.Table:
    return pa.table({column: pa.array(urls, pa.string())})


def _outcomes(folder: Path) -> dict[str, str]:
    rows = pyarrow.parquet.read_table(folder / "outcomes").to_pylist()
    found = {row["url"]: row["verdict"] for row in rows}
    assert len(found) == len(rows)
    return found


def test_every_address_has_one_outcome_and_is_asked_once(web: Web, tmp_path: Path) -> None:
    urls = _urls(web)
    table = _table([*urls, *urls[:9], "no address"])
    result = safelinks.bulk.check(table, tmp_path / "out", policy=_policy(web), buckets=5)
    found = _outcomes(tmp_path / "out")
    assert set(found) == {*urls, "no address"}
    assert (result.addresses, result.known, result.left) == (len(urls) + 1, 0, 0)
    assert result.verdicts == {"alive": 60, "dead": 12, "skipped": 1}
    assert {verdict for url, verdict in found.items() if "/gone" in url} == {"dead"}
    asked = Counter(web.asked)
    again = check_tables(table, tmp_path / "out", policy=_policy(web))
    assert (again.known, again.left, web.asked) == (len(urls) + 1, 0, asked)
    assert list((tmp_path / "out" / "journal").iterdir()) == []
    more = check_tables([table, _table([web.url("/0?new", host="www.s1.org")])], tmp_path / "out",
                        policy=_policy(web))  # fmt: skip
    assert (more.addresses, more.known) == (len(urls) + 2, len(urls) + 1)
    assert len(_outcomes(tmp_path / "out")) == len(urls) + 2


def test_what_was_kept_is_not_asked_again(web: Web, tmp_path: Path) -> None:
    """As after a kill: some parts are there, one is damaged, one was never renamed."""
    urls = _urls(web)
    journal = Journal.of(tmp_path / "out", 1)
    journal.write(0, [outcome_row(Outcome(url, Reason.GONE)) for url in urls[:30]])
    journal.write(0, [outcome_row(Outcome(urls[0], Reason.OK))])
    (tmp_path / "out" / "journal" / "00000-damaged.parquet").write_bytes(b"PAR1")
    (tmp_path / "out" / "journal" / "00000-x.1234.tmp").write_bytes(b"PAR1")
    result = check_tables(_table(urls), tmp_path / "out", policy=_policy(web))
    assert (result.known, result.left) == (30, 0)
    assert sum(web.asked.values()) == len(urls) - 30
    found = _outcomes(tmp_path / "out")
    assert len(found) == len(urls)
    assert found[urls[0]] == "alive"  # the last outcome counts


@pytest.mark.parametrize("name", ["journal/00000-*.parquet", "outcomes/00000.parquet"])
def test_no_outcome_is_lost_where_a_file_cannot_be_read_for_a_moment(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal.of(tmp_path / "out", 1)
    journal.write(0, [outcome_row(Outcome("https://a.example/", Reason.GONE))])
    journal.finish(0)
    for host in "bc":
        journal.write(0, [outcome_row(Outcome(f"https://{host}.example/", Reason.OK))])
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*.parquet")}
    unreadable = next((tmp_path / "out").glob(name))
    read_bytes = Path.read_bytes

    def read(path: Path) -> bytes:
        if path == unreadable:
            raise PermissionError(13, "Permission denied")
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", read)
    for reading in (journal.finish, journal.known):
        with pytest.raises(DocumentError, match="Permission denied"):
            reading(0)
    monkeypatch.undo()
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*.parquet")} == before
    journal.finish(0)
    assert journal.known(0) == {f"https://{host}.example/" for host in "abc"}
    assert list((tmp_path / "out" / "journal").iterdir()) == []


def test_nothing_but_damaged_parts_is_nothing_known(tmp_path: Path) -> None:
    journal = Journal.of(tmp_path / "out", 1)
    journal.write(0, [outcome_row(Outcome("https://a.example/", Reason.GONE))])
    part = next((tmp_path / "out" / "journal").iterdir())
    whole = part.read_bytes()
    for damaged in (b"", b"PAR1", whole[:-20], whole[:4] + b"\xff" * 40 + whole[44:]):
        part.write_bytes(damaged)
        journal.finish(0)
        assert journal.known(0) == set()
        assert part.read_bytes() == damaged
        assert not (tmp_path / "out" / "outcomes" / "00000.parquet").exists()


def test_buckets_are_not_limited_by_open_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "_WAITING", 2_000)  # so that files are written more than once
    urls = [f"https://s{number % 300}.example/{number}" for number in range(900)]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, hard))
    try:
        filled = checking._scatter([_table(urls)], "target", 65_536, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(filled) > 200
    written = {bucket: list(checking._addresses(tmp_path / str(bucket))) for bucket in filled}
    assert sorted(url for found in written.values() for url in found) == sorted(urls)
    for bucket, found in written.items():
        assert {bucket_of(site_of(url), 65_536) for url in found} == {bucket}


def test_a_run_that_is_stopped_keeps_what_it_knows(web: Web, tmp_path: Path) -> None:
    async def never(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    web.pages["/never"] = never
    slow = [web.url("/never", host="www.s1.org")]
    journal = Journal.of(tmp_path / "out", 1)
    urls = [*_urls(web), *slow]
    result = check_bucket(journal, 0, urls, _policy(web), lambda: len(journal.known(0)) > 70)
    assert (result.checked, result.left) == (len(urls) - 1, 1)
    assert journal.known(0) == {*urls} - {*slow}


@pytest.mark.parametrize(
    ("url", "site", "bucket"),
    [
        ("https://a127-pip.nyc.gov/x", "nyc.gov", 1),
        ("HTTP://WWW.Example.co.uk:8080", "example.co.uk", 56),
        ("http://bücher.example/", "xn--bcher-kva.example", 57),
        ("http://[::1]/", "[::1]", 30),
        ("mailto:a@b.example", "", 52),
    ],
)
def test_buckets_are_the_same_everywhere(url: str, site: str, bucket: int) -> None:
    assert site_of(url) == site
    assert bucket_of(site, 64) == bucket


def test_redirects_out_of_the_bucket_keep_to_a_small_limit(web: Web, tmp_path: Path) -> None:
    most, now = Counter[str](), Counter[str]()

    async def page(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        now["there"] += 1
        most["there"] = max(most["there"], now["there"])
        await asyncio.sleep(0.01)
        now["there"] -= 1
        writer.write(html("There"))

    there = "www.elsewhere.org"
    for number in range(40):
        moved = answer("302 Found", "", f"Location: {web.url(f'/there{number}', host=there)}")
        web.pages[f"/to{number}"] = moved
        web.pages[f"/there{number}"] = page
    urls = [web.url(f"/to{number}", host=f"www.{SITES[number % 12]}") for number in range(40)]
    result = check_tables(_table(urls), tmp_path / "out", policy=_policy(web, there), buckets=1)
    assert result.verdicts == {"alive": 40}
    assert 1 <= most["there"] <= 2


def test_a_folder_of_something_else_is_left_alone(web: Web, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SetupError, match="holds something else"):
        check_tables(_table([]), tmp_path)
    folder = tmp_path / "out"
    assert check_tables(_table([]), folder).verdicts == {}
    for manifest, sentence in (
        ("{", "is damaged"), ("[]", "is damaged"), ('{"version": 9, "buckets": 1}', "another release"),
    ):  # fmt: skip
        (folder / "manifest.json").write_text(manifest)
        with pytest.raises(DocumentError, match=sentence):
            check_tables(_table([]), folder)
    with pytest.raises(SetupError, match="1 to 65536 buckets, not 0"):
        check_tables(_table([]), tmp_path / "none", buckets=0)
    with pytest.raises(SetupError, match="no column 'target'"):
        check_tables(_table(["x"], "url"), tmp_path / "other")
    with pytest.raises(SetupError, match="does not hold addresses"):
        check_tables(pa.table({"target": [1]}), tmp_path / "other")
    assert web.asked == {}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such lock")
def test_two_checks_do_not_share_a_folder(tmp_path: Path) -> None:
    def second() -> Iterator[pa.RecordBatch]:
        with pytest.raises(SetupError, match="another check is at work"):
            check_tables(_table([]), tmp_path / "out")
        yield from ()

    reader = pa.RecordBatchReader.from_batches(_table([]).schema, second())
    assert check_tables(reader, tmp_path / "out").addresses == 0


def test_the_command_says_what_came_of_it(web: Web, tmp_path: Path) -> None:
    source = tmp_path / "links.csv"
    source.write_text("target\n" + "\n".join(_urls(web)[:6]) + "\n")
    resolve = f"www.s0.org:{web.port}:127.0.0.1"
    arguments = ["bulk", "check", source, "-o", tmp_path / "out", "--resolve", resolve]
    result = CliRunner().invoke(main, [*map(str, arguments), "--retries", "0"])
    assert result.exit_code == 0, result.output
    assert f"6 addresses, outcomes in {tmp_path / 'out'}: 5 alive, 1 dead\n" in result.stderr


def test_what_options_have_skipped_is_judged_anew_when_they_differ(
    web: Web, tmp_path: Path
) -> None:
    source, folder = tmp_path / "links.csv", tmp_path / "out"
    urls = [web.url("/0"), web.url("/1"), web.url("/gone"), "mailto:a@b.example"]
    source.write_text("target\n" + "\n".join(urls) + "\n")

    def run(*options: str) -> list[str]:
        arguments = ["bulk", "check", str(source), "-o", str(folder), "--retries", "0", *options]
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0, result.output
        return result.stderr.replace(str(folder), "out").splitlines()

    excluding = ("--allow-private", "--exclude", "/1$")
    again = "options have changed: asked again, for earlier ones skipped them: "
    for options, told in (
        ((), ["4 addresses, outcomes in out: 4 skipped",
              "skipped: private address (3), not a web address (1)"]),
        ((), ["4 addresses, outcomes in out: 4 skipped",
              "skipped: private address (3), not a web address (1)"]),
        (excluding, ["4 addresses, outcomes in out: 1 alive, 1 dead, 2 skipped",
                     "skipped: excluded (1), not a web address (1)", f"{again}3 addresses"]),
        (excluding, ["4 addresses, outcomes in out: 1 alive, 1 dead, 2 skipped",
                     "skipped: excluded (1), not a web address (1)"]),
        (("--allow-private",), ["4 addresses, outcomes in out: 2 alive, 1 dead, 1 skipped",
                                "skipped: not a web address (1)", f"{again}1 address"]),
        ((), ["4 addresses, outcomes in out: 2 alive, 1 dead, 1 skipped",
              "skipped: not a web address (1)"]),
    ):  # fmt: skip
        before = sum(web.asked.values())
        lines = run(*options)
        assert sorted(lines) == sorted(told)
        assert any(line.startswith(again) for line in lines) or before == sum(web.asked.values())
    assert set(_outcomes(folder)) == set(urls)


@pytest.mark.parametrize(
    ("reason", "url", "lifted"),
    [
        (Reason.PRIVATE_ADDRESS, "http://intra.nyc.gov/", {"allow_private": True}),
        (Reason.PRIVATE_ADDRESS, "http://10.0.0.1/", {"resolve": {("10.0.0.1", 80): ("127.0.0.1",)}}),
        (Reason.RESERVED_NAME, "http://a.example/", {"allow_reserved": True}),
        (Reason.BLOCKED_PORT, "http://nyc.gov:25/", {"allow_ports": {25}}),
        (Reason.ONE_TIME_LINK, "https://nyc.gov/unsubscribe?u=1", {"allow_one_time": True}),
        (Reason.EXCLUDED, "http://nyc.gov/", {"excluded": ("other",)}),
    ],
)  # fmt: skip
def test_only_an_option_that_skipped_an_address_brings_it_up_again(
    reason: Reason, url: str, lifted: dict[str, Any]
) -> None:
    kept = Kept("skipped", str(reason), was_answered=False)
    assert may_differ(url, kept, Policy(**lifted))
    assert not may_differ(url, kept, Policy(excluded=("nyc[.]gov",)))
    assert not may_differ(url, evolve(kept, reason="invalid-url"), Policy(**lifted))
    assert not may_differ(url, evolve(kept, verdict="dead", reason="gone"), Policy(**lifted))


def test_without_a_network_it_is_said_why_addresses_have_no_outcome(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def results(_: Checker, urls: list[str]) -> AsyncIterator[Outcome]:
        for url in urls:
            yield Outcome(url, Reason.NO_NETWORK if "a" in url[-2:] else Reason.OK)

    monkeypatch.setattr(Checker, "results", results)
    source = tmp_path / "links.csv"
    source.write_text("target\nhttp://nyc.gov/a1\nhttp://nyc.gov/a2\nhttp://nyc.gov/b1\n")
    result = CliRunner().invoke(main, ["bulk", "check", str(source), "-o", str(tmp_path / "out")])
    assert result.exit_code == 3
    why = "2 addresses have no outcome: this machine has no network (2); run this again to go on"
    assert why in result.stderr


def test_a_script_without_a_guard_gets_one_error(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import safelinks.bulk, pyarrow as pa\n"
        "print('copy', flush=True)\n"
        "urls = [f'mailto:{n}@b.example' for n in range(9)] + ['http://10.0.0.1/']\n"
        f"safelinks.bulk.check(pa.table({{'target': urls}}), {str(tmp_path / 'out')!r}, jobs=4)\n"
    )
    result = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stdout.count("copy") == 2
    assert result.stderr.count("Traceback") == 1
    last = result.stderr.splitlines()[-1]
    assert last.startswith("safelinks.errors.SetupError: no process could begin its work; if this")
    assert 'below if __name__ == "__main__":' in last


def test_a_site_has_a_limit_besides_that_of_its_hosts() -> None:
    from safelinks.bulk.bucket_check import careful

    policy = careful(Policy(per_host=4))
    assert (policy.per_host, policy.per_site, policy.per_visited_host) == (4, 16, 2)
    own = evolve(policy, per_site=3, per_visited_host=1)
    assert careful(own) == own
