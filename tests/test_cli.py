"""The command line as a user meets it: output, exit codes, bad input, privacy."""

from __future__ import annotations

import json
import os
import re
import resource
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from building import HOST, RECIPIENT, encode, wrap
from click.testing import CliRunner, Result
from notice import PERSON, TARGETS
from web import Behaviour, answer, html, serving

from safelinks import Verdict
from safelinks.cli.program import main

ROOT = Path(__file__).parent.parent
NOTICE = ROOT / "examples" / "notice.txt"
TARGET = "https://example.org/"


def _run(*args: str, stdin: str | bytes | None = None) -> Result:
    result = CliRunner().invoke(main, list(args), input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


class TestUnwrap:
    @pytest.mark.parametrize(("name", "what"), [(str(NOTICE), "file"), (str(ROOT), "directory")])
    def test_a_file_is_no_address(self, name: str, what: str) -> None:
        result = _run("unwrap", name, TARGET)
        assert result.exit_code == 1
        assert result.stdout == f"{name}\n{TARGET}\n"
        assert result.stderr == (
            f"Warning: {name} is a {what}, not an address; "
            f"did you mean `safelinks check {name}` or `safelinks clean {name}`?\n"
        )

    def test_one_target_a_line(self) -> None:
        result = _run("unwrap", wrap(TARGET), wrap(wrap("https://b.example/?a=é")), "plain")
        assert result.stdout.splitlines() == [TARGET, "https://b.example/?a=é", "plain"]
        assert result.stderr == "Error: no link in “plain”\n"
        assert result.exit_code == 1

    def test_addresses_on_standard_input(self) -> None:
        result = _run("unwrap", stdin=f"  {wrap(TARGET)}\r\n\n{wrap('https://b.example')}")
        assert result.stdout.splitlines() == [TARGET, "https://b.example"]

    def test_a_lost_target(self) -> None:
        lost = f"https://{HOST}/?data={encode('05|02|' + RECIPIENT + '|')}"
        result = _run("unwrap", lost, wrap(TARGET))
        assert result.exit_code == 1
        assert "has lost its target" in result.stderr
        assert result.stdout.splitlines() == [f"https://{HOST}/?data=05%7C02%7C%7C", TARGET]
        assert "First" not in result.output

    def test_all_metadata_as_json(self) -> None:
        result = _run("unwrap", "--json", wrap(TARGET), TARGET)
        link, plain = map(json.loads, result.stdout.splitlines())
        assert link["target"] == TARGET
        assert link["safe_link"]["recipient"] is None
        assert link["safe_link"]["sent_at"] == "2025-05-28T15:06:18.341990Z"
        assert link["safe_link"]["client"]["AN"] == "Mail"
        assert [layer["wrapper"] for layer in link["layers"]] == ["Microsoft Safe Links"]
        assert plain == {
            "url": TARGET,
            "target": TARGET,
            "layers": [],
            "opaque": None,
            "match": None,
            "safe_link": None,
        }
        known = json.loads(_run("unwrap", "--json", wrap("https://www.nyc.gov/pip")).stdout)
        assert known["match"] == {
            "rule": 1,
            "score": 1.0,
            "resource": "pip",
            "name": "Payee Information Portal",
            "agency": "FISA",
            "current_url": "https://a127-pip.nyc.gov/webapp/PRDPCW/SelfService",
        }
        assert "First" not in result.output
        shown = json.loads(_run("unwrap", "--json", "--show-recipients", wrap(TARGET)).stdout)
        assert shown["safe_link"]["recipient"] == RECIPIENT
        assert shown["url"] == wrap(TARGET)
        lost = json.loads(_run("unwrap", "--json", f"https://{HOST}/").stdout)
        assert lost["target"] is None
        assert "ask the sender" in lost["error"]

    def test_nothing_reaches_the_terminal_that_could_drive_it(self) -> None:
        result = _run("unwrap", f"https://{HOST}/?url=https%3A%2F%2Fa%2F%1B%5B31m%0D%0Ab%E2%80%AEc")
        assert result.stdout == "https://a/%1B[31m%0D%0Ab%E2%80%AEc\n"

    def test_bytes_that_are_no_text(self) -> None:
        result = _run("unwrap", stdin=b"https://example.org/\xff\n")
        assert result.stdout == "https://example.org/%FF\n"


class TestClean:
    def test_byte_for_byte(self, tmp_path: Path) -> None:
        raw = f"a {wrap(TARGET)}\r\n".encode() + b"\xff\r\n\r\nno newline"
        path = tmp_path / "x.txt"
        path.write_bytes(raw)
        expected = f"a {TARGET}\r\n".encode() + b"\xff\r\n\r\nno newline"
        from_file = _run("clean", str(path))
        assert from_file.stdout_bytes == expected
        assert "line 2 is not valid UTF-8" in from_file.stderr
        for args in (("clean",), ("clean", "-")):
            assert _run(*args, stdin=raw).stdout_bytes == expected

    def test_the_notice(self) -> None:
        result = _run("clean", str(NOTICE))
        assert [line for line in result.stdout.splitlines() if line.startswith("https")] == [
            TARGETS[0], TARGETS[1], TARGETS[1], TARGETS[2], TARGETS[3], TARGETS[0], TARGETS[4], TARGETS[5]
        ]  # fmt: skip
        assert result.stderr == ""

    def test_a_lost_target_stays_with_a_warning(self) -> None:
        lost = f"https://{HOST}/GetUrlReputation\n"
        result = _run("clean", stdin=lost * 7)
        assert result.stdout == lost * 7
        assert "(line 1; line 2; line 3; line 4; line 5; …)" in result.stderr
        assert result.exit_code == 0


class TestCheckOfTheNotice:
    def test_table(self) -> None:
        result = _run("check", "--offline", str(NOTICE))
        assert result.exit_code == 0
        for text in (
            *TARGETS,
            "8 links to 6 addresses",
            "PASSPort (MOCS)",
            "lines 38 and 43",
            "replace with https://www.nyc",
        ):
            assert text in result.stdout
        assert PERSON not in result.output

    def test_json(self) -> None:
        result = _run("check", "--offline", "--format", "json", str(NOTICE))
        found = json.loads(result.stdout)
        assert [link["target"] for link in found["links"]] == TARGETS
        assert [link["resource"] for link in found["links"]] == [
            "pip", "passport", "mocs-getting-started", "passport-public-portal", "passport-learning",
            "mocs-service-desk",
        ]  # fmt: skip
        assert [[place["line"] for place in link["places"]] for link in found["links"]] == [
            [38, 43], [39, 40], [41], [42], [44], [45]
        ]  # fmt: skip
        assert found["links"][1]["current_url"].endswith("/passport/about-passport.page")
        assert found["summary"]["links"] == 8
        assert found["summary"]["targets"] == 6
        assert found["summary"]["verdicts"]["skipped"] == 6
        assert set(found["summary"]["verdicts"]) == set(map(str, Verdict))
        assert PERSON not in result.output

    def test_recipients_if_asked_for(self) -> None:
        for output_format in ("text", "json"):
            result = _run(
                "check", "--offline", "--show-recipients", "--format", output_format, str(NOTICE)
            )
            assert f"{PERSON}@mocs.nyc.gov" in result.stdout

    def test_documented_keys_are_the_keys(self) -> None:
        found = json.loads(_run("check", "--offline", "--format", "json", str(NOTICE)).stdout)
        documented = (ROOT / "docs" / "json.md").read_text("utf-8")
        for table, keys in (
            ("links", found["links"][0]),
            ("resources", found["resources"][0]),
            ("remarks", found["remarks"][0]),
            ("findings", found["findings"][0]),
            ("summary", found["summary"]),
        ):
            section = documented.partition(f"## `{table}`")[2].partition("\n## ")[0]
            assert set(re.findall(r"^\| `([a-z_]+)`", section, re.MULTILINE)) - {
                "recipients"
            } == set(keys)


class TestCheckOfALoopbackWeb:
    def test_verdicts_exit_codes_and_evidence(self) -> None:
        pages: dict[str, bytes | Behaviour] = {
            "/ok": html("Fine"),
            "/old": answer("301 Moved Permanently", "", "Location: /ok"),
            "/door": answer("302 Found", "", "Location: /ok"),
            "/gone": answer("410 Gone"),
            "/wall": answer("403 Forbidden"),
        }
        with serving(pages) as web:
            text = "".join(f"{wrap(web.url(path))}\n" for path in (*pages, "/ok", "/gone"))
            result = _run("check", "--allow-private", "--format", "json", stdin=text)
            found = json.loads(result.stdout)
            as_text = _run("check", "--allow-private", stdin=text)
            fine = _run("check", "--allow-private", stdin=wrap(web.url("/ok")))
            skipped = _run("check", stdin=f"{web.url('/ok')} {web.url('/unsubscribe')}")
        reasons = [(link["verdict"], link["reason"], link["status"]) for link in found["links"]]
        assert reasons == [
            ("alive", "ok", 200),
            ("moved", "moved-permanently", 200),
            ("alive", "redirected", 200),
            ("dead", "gone", 410),
            ("uncertain", "forbidden", 403),
        ]
        assert found["links"][1]["replacement"] == web.url("/ok")
        assert [hop["status"] for hop in found["links"][1]["hops"]] == [301, 200]
        assert (result.exit_code, found["summary"]["exit_code"]) == (1, 1)
        assert as_text.exit_code == 1
        for words in (
            "error SL301 page removed permanently",
            f"replace with {web.url('/ok')}",
            "1 of 5 addresses does not work",
        ):
            assert words in as_text.stdout
        assert (fine.exit_code, skipped.exit_code) == (0, 0)
        assert "private address" in skipped.stdout
        assert web.asked["/ok"] == 2 * 3 + 1  # directly once a run, and behind two redirects
        assert web.asked["/unsubscribe"] == 0

    def test_a_page_under_a_former_address_is_renamed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with serving({TARGETS[1].replace("https", "http"): html("PASSPort")}) as web:
            monkeypatch.setenv("http_proxy", web.url("").rstrip("/"))
            result = _run("check", "--format", "json", stdin=TARGETS[1].replace("https", "http"))
        (link,) = json.loads(result.stdout)["links"]
        assert (link["verdict"], link["reason"]) == ("moved", "renamed")
        assert link["replacement"] == link["current_url"]
        assert result.exit_code == 0

    def test_recipients_inside_a_target_are_masked(self) -> None:
        with serving({}) as web:
            text = wrap(web.url(f"/u?m={RECIPIENT.lower()}&n={encode(RECIPIENT)}"))
            for output_format in ("text", "json"):
                result = _run("check", "--allow-private", "--format", output_format, stdin=text)
                assert "first.last" not in result.output.lower()
                assert "[recipient]" in result.output
                shown = _run(
                    "check", "--offline", "--show-recipients", "--format", output_format, stdin=text
                )
                assert RECIPIENT in shown.output

    def test_hostile_redirects_are_harmless_in_the_report(self) -> None:
        with serving({"/a": answer("302 Found", "", "Location: mailto:\x1b[31m\u202ex")}) as web:
            for output_format in ("text", "json"):
                result = _run(
                    "check", "--allow-private", "--format", output_format, stdin=web.url("/a")
                )
                assert "\x1b" not in result.output
                assert "\u202e" not in result.output
                assert result.exit_code == 1

    def test_without_network_the_table_is_printed_all_the_same(self) -> None:
        environment = {**os.environ, "no_proxy": "*"}
        with serving({}):
            done = subprocess.run(
                [sys.executable, "-c", NO_NETWORK, "check", str(NOTICE)],
                capture_output=True, text=True, check=False, env=environment,
            )  # fmt: skip
        assert done.returncode == 3
        for text in (*TARGETS, "6 offline", "no network", "replace with https://www.nyc.gov"):
            assert text in done.stdout
        assert "dead" not in done.stdout


# Every look-up of a name ends as in a closed network, whatever machine this runs on.
NO_NETWORK = """
import socket
def closed(*args, **kwargs):
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
socket.getaddrinfo = closed
from safelinks.cli.program import main
main()
"""


class TestBadInput:
    @pytest.mark.parametrize(
        ("args", "message"),
        [
            (["check", "missing.txt"], "No such file: missing.txt"),
            (["clean", "missing.txt"], "No such file: missing.txt"),
            (["check", sys.executable], "a program"),
            (["check", "--format", "xml", "-"], "there is no format 'xml'"),
            (["check", "--timeout", "0", "-"], "0.0 is not in the range above 0."),
            (["check", "--retries", "11", "-"], "11 is not in the range 0 to 10."),
            (["check", "--retries", "1.5", "-"], "'1.5' is not a valid whole number."),
            (["check", "--rate", "fast", "-"], "'fast' is not a valid number."),
            (["catalog", "find", "x", "--limit", "0"], "0 is not in the range 1 or more."),
            (["nonsense"], "No such command"),
            (
                ["clean", str(NOTICE), str(ROOT / "README.md")],
                "Several files need -o DIR/, --in-place",
            ),
            (["clean", "-i"], "standard input cannot be changed"),
            (["clean", "-i", "--diff", "x"], "--in-place cannot be used with --diff"),
            (["clean", "--backup", ".bak", "x"], "--backup needs a suffix"),
            (["clean", "-i", "--backup", "a/b", "x"], "--backup needs a suffix"),
            (["check", "missing/*.txt"], "No such file or pattern"),
            (["check", "a\x1b[31m"], "No such file"),
        ],
    )
    def test_one_sentence_and_exit_code_2(self, args: list[str], message: str) -> None:
        result = _run(*args, stdin="")
        assert result.exit_code == 2
        assert message in result.stderr
        assert "Traceback" not in result.output
        assert "\x1b" not in result.output
        assert result.stdout == ""

    def test_what_can_be_read_is_checked_all_the_same(self) -> None:
        result = _run("check", "--offline", "missing.txt", str(NOTICE))
        assert result.exit_code == 2
        assert "No such file: missing.txt" in result.stderr
        assert "8 links to 6 addresses" in result.stdout

    def test_junk_on_standard_input(self) -> None:
        result = _run("check", stdin=bytes(range(256)))
        assert (result.exit_code, "NUL byte" in result.stderr) == (2, True)

    def test_no_links(self) -> None:
        result = _run("check", stdin="nothing here")
        assert (result.exit_code, "No links were found." in result.stdout) == (0, True)
        assert json.loads(_run("check", "--format", "json", stdin="").stdout)["links"] == []

    def test_a_lost_target_is_a_row_that_says_so(self) -> None:
        lost = f"https://{HOST}/?data={encode('05|02|' + RECIPIENT + '|')}"
        result = _run("check", stdin=f"see {lost}")
        assert result.exit_code == 0
        assert "1 wrapped link has lost its target. Ask the sender; " in result.stdout
        assert "ask the sender for the original address" in result.stdout
        assert "First" not in result.output
        (link,) = json.loads(_run("check", "--format", "json", stdin=f"see {lost}").stdout)["links"]
        assert (link["target"], link["reason"], link["status"]) == (None, "wrapper", None)

    def test_a_defanged_link_is_not_asked(self) -> None:
        text = f"hxxps://{HOST.replace('.', '[.]')}/?url=hxxps%3A%2F%2Fevil[.]example%2F"
        (link,) = json.loads(_run("check", "--format", "json", stdin=text).stdout)["links"]
        assert (link["target"], link["reason"]) == ("https://evil.example/", "defanged")

    @pytest.mark.slow
    def test_memory_stays_within_a_few_times_the_file(self, tmp_path: Path) -> None:
        path = tmp_path / "big.txt"
        line = wrap("https://example.org/a") + "\n" + "prose without links " * 20 + "\n"
        path.write_text(line * (20_000_000 // len(line)))
        command = [sys.executable, "-m", "safelinks", "clean", str(path)]
        limit = 20_000_000 * 12

        def bounded() -> None:
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

        done = subprocess.run(command, capture_output=True, check=False, preexec_fn=bounded)
        assert done.returncode == 0
        assert done.stdout.count(b"https://example.org/a\n") == 20_000_000 // len(line)


class TestTheProgram:
    def _python(self, code: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )

    def test_as_a_module_and_as_a_script(self) -> None:
        for command in (
            [sys.executable, "-m", "safelinks"],
            [str(Path(sys.executable).parent / "safelinks")],
        ):
            done = subprocess.run(
                [*command, "--version"], capture_output=True, text=True, check=True
            )
            assert re.fullmatch(r"safelinks, version \d+\.\d+\.\d+\n", done.stdout)

    def test_a_reader_that_stops_reading_is_no_finding(self) -> None:
        program = shlex.join([sys.executable, "-m", "safelinks", "unwrap"])
        script = f"yes {TARGET} | head -n 100000 | {{ {program}; echo $? >&2; }} | head -n 1"
        done = subprocess.run(
            ["/bin/sh", "-c", script], capture_output=True, text=True, check=False
        )
        assert done.stdout == f"{TARGET}\n"
        assert done.stderr.splitlines()[-1] == "141"
        assert "Traceback" not in done.stderr

    def test_a_terminal_that_knows_only_ascii(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "safelinks", "check", "--offline", str(NOTICE)],
            capture_output=True, text=True, check=False, env={**os.environ, "PYTHONIOENCODING": "ascii"},
        )  # fmt: skip
        assert done.returncode == 0
        assert done.stderr == ""

    def test_interruption(self) -> None:
        done = self._python(
            "import importlib\n"
            "from safelinks.cli.program import main\n"
            "def interrupt(): raise KeyboardInterrupt\n"
            "importlib.import_module('safelinks.cli.commands.unwrap_command').pasted_texts = interrupt\n"
            "main(['unwrap'])"
        )
        assert done.returncode == 130
        assert "Traceback" not in done.stderr

    def test_colours_only_where_they_belong(self) -> None:
        coloured = CliRunner().invoke(main, ["check", "--offline", str(NOTICE)], color=True)
        assert "\x1b[36m" in coloured.stdout
        bare = CliRunner().invoke(
            main, ["check", "--offline", str(NOTICE)], color=True, env={"NO_COLOR": "1"}
        )
        assert "\x1b" not in bare.stdout
        assert "\x1b" not in _run("check", "--offline", str(NOTICE)).stdout

    def test_help_names_every_command(self) -> None:
        shown = _run("--help").stdout
        for command in main.commands:
            assert f"\n  {command} " in shown
            assert _run(command, "-h").exit_code == 0
