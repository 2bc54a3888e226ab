"""`safelinks catalog`, and `--catalog` for the other commands: what a person types and sees."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from building import RECIPIENT, encode, wrap
from click.testing import CliRunner, Result
from notice import PERSON
from web import Behaviour, answer, html, serving

from safelinks import Catalog
from safelinks.cli.program import main

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

NOTICE = Path(__file__).parent.parent / "examples" / "notice.txt"
OURS = """
[[agencies]]
acronym = "ACME"
name = "Acme \\u001B[31mCorporation"
domains = ["acme.example"]

[[resources]]
id = "acme-help"
name = "Acme Help \\u001B[2JDesk"
aliases = ["Acme Help Desk"]
agency = "ACME"
category = "help"
url = "https://help.acme.example/start"
former_urls = ["https://old.acme.example/help"]
sources = ["the intranet"]
"""


# Targets that name whom the link was sent to: in the query, as an identifier, behind another wrapper.
NAME_THEM = [
    f"https://a.example/?m={encode(RECIPIENT)}",
    f"https://portal.311.nyc.gov/article/?kanumber={RECIPIENT}",
    "https://urldefense.proofpoint.com/v2/url?u=https-3A__a.example_-3Fm-3DFirst.Last-40example.org"
    "&d=DwMFAg&c=x",
]


def _run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=stdin)


@pytest.fixture
def ours(tmp_path: Path) -> str:
    path = tmp_path / "ours.toml"
    path.write_text(OURS)
    return str(path)


class TestTheCommand:
    def test_alone_it_helps(self) -> None:
        for command in ((), ("catalog",)):
            result = _run(*command)
            assert result.exit_code == 2
            assert "Commands:" in result.stderr.splitlines()


class TestFind:
    def test_a_typo(self) -> None:
        result = _run("catalog", "find", "passprot", "public", "portal")
        first, address, *_ = result.stdout.splitlines()
        assert first == "passport-public-portal  PASSPort Public Portal (browse RFx) (MOCS)"
        assert address.strip() == Catalog.nyc().resources["passport-public-portal"].url
        assert result.exit_code == 0

    def test_what_has_no_page_of_its_own_is_a_part_of_something(self) -> None:
        result = _run("catalog", "find", "hhs", "prequalification")
        assert result.stdout.splitlines()[1] == "    part of PASSPort"

    def test_nothing_found(self) -> None:
        result = _run("catalog", "find", "xyzzy")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "no resource has these words" in result.stderr

    def test_more_than_the_limit(self) -> None:
        result = _run("catalog", "find", "--limit", "2", "passport")
        assert len(result.stdout.splitlines()) == 4
        assert "more: use more words" in result.stderr


class TestShow:
    def test_all_that_is_known(self) -> None:
        result = _run("catalog", "show", "pip")
        assert result.exit_code == 0
        for expected in (
            "Payee Information Portal (pip)",
            "  address       https://a127-pip.nyc.gov/webapp/PRDPCW/SelfService",
            "  short         https://www.nyc.gov/pip",
            "  owner         Financial Information Services Agency (FISA)",
            "  sign-in       people sign in here",
            "  recognised    host a127-pip.nyc.gov",
            "  confidence    medium, as of 2022-04-04",
        ):
            assert expected in result.stdout.splitlines()

    @pytest.mark.parametrize("name", ["MOCS", "mocs", "mayor's office of contract services"])
    def test_a_body(self, name: str) -> None:
        lines = _run("catalog", "show", name).stdout.splitlines()
        assert lines[0] == "Mayor's Office of Contract Services (MOCS)"
        assert "  address       https://www.nyc.gov/site/mocs/index.page" in lines
        assert "  in paths      moc" in lines
        assert any(line.endswith(" passport") for line in lines)

    def test_no_such_id(self) -> None:
        result = _run("catalog", "show", "pipp", "passport")
        assert result.exit_code == 1
        assert "there is no resource pipp; did you mean pip" in result.stderr
        assert result.stdout.startswith("PASSPort (passport)")


class TestMatch:
    def test_for_people(self) -> None:
        link = wrap("https://www1.nyc.gov/site/mocs/systems/passport-user-materials.page")
        result = _run("catalog", "match", link, "https://nyc-gov.org/")
        assert result.stdout.splitlines() == [
            "https://www1.nyc.gov/site/mocs/systems/passport-user-materials.page",
            "    Learning to Use PASSPort (passport-learning), Mayor's Office of Contract Services",
            "    rule 2, score 0.95: this is a former address of Learning to Use PASSPort; current: "
            "https://www.nyc.gov/site/mocs/passport/getting-started-with-passport.page",
            "    medium confidence, 2026-08-22, "
            f"{len(Catalog.nyc().resources['passport-learning'].sources)} sources",
            "    now: https://www.nyc.gov/site/mocs/passport/getting-started-with-passport.page",
            "https://nyc-gov.org/",
            "    not in the catalog",
            "    rule 12, score 0.00: nyc-gov.org is not in the catalog",
            "    suspicious: nyc-gov.org uses the name of nyc.gov, but is a different domain",
        ]

    def test_for_programs(self) -> None:
        lines = f"https://www.nyc.gov/pip\n\n{wrap('https://pip.nyc.gov@evil.example/')}\nnothing\n"
        result = _run("catalog", "match", "--json", stdin=lines)
        pip, evil, nothing = map(json.loads, result.stdout.splitlines())
        assert (pip["rule"], pip["resource"], pip["agency"]) == (1, "pip", "FISA")
        assert pip["current_url"] == "https://a127-pip.nyc.gov/webapp/PRDPCW/SelfService"
        assert [one["sign"] for one in evil["suspicions"]] == ["name-before-at"]
        assert nothing["reason"] == "not an address with a host"

    def test_nobody_is_named_but_their_agency(self) -> None:
        links = [word for word in NOTICE.read_text("utf-8").split() if "safelinks." in word]
        for arguments in ((), ("--json",)):
            result = _run("catalog", "match", *arguments, *links)
            assert PERSON not in result.stdout
            assert (
                "Mayor's Office of Contract Services" in result.stdout or '"MOCS"' in result.stdout
            )
            for target in NAME_THEM:
                result = _run("catalog", "match", *arguments, wrap(target))
                assert "First" not in result.output
                assert "[recipient]" in result.output

    @pytest.mark.parametrize("target", NAME_THEM)
    def test_nor_in_a_repr(self, target: str) -> None:
        match = Catalog.nyc().identify(wrap(target))
        assert "First" not in repr(match)
        assert match.identifier in (None, RECIPIENT)


class TestListAndExport:
    def test_filters(self) -> None:
        result = _run("catalog", "list", "--agency", "fisa", "--category", "PAYMENTS")
        assert result.stdout.splitlines()[0] == "pip  Payee Information Portal (FISA)"
        assert len(result.stdout.splitlines()) == 2
        everything = _run("catalog", "list").stdout.splitlines()
        assert len(everything) == 2 * len(Catalog.nyc().resources)

    @pytest.mark.parametrize(
        ("option", "value", "message"),
        [
            ("--agency", "FSA", "there is no agency FSA; did you mean FISA"),
            ("--category", "payment", "there is no category payment; did you mean payments"),
            (
                "--agency",
                "qqqqqq",
                "there is no agency qqqqqq; `safelinks catalog list` lists them",
            ),
        ],
    )
    def test_no_such_filter(self, option: str, value: str, message: str) -> None:
        result = _run("catalog", "list", option, value)
        assert result.exit_code == 2
        assert message in result.stderr

    def test_nothing_to_list(self) -> None:
        result = _run("catalog", "list", "--agency", "MOCS", "--category", "payments")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "no resource found" in result.stderr

    def test_export_as_json_can_be_given_again(self, tmp_path: Path) -> None:
        path = tmp_path / "again.json"
        path.write_text(_run("catalog", "export").stdout, "utf-8")
        again = _run("--no-default-catalog", "--catalog", str(path), "catalog", "export")
        assert again.stdout == path.read_text("utf-8")

    def test_export_as_csv(self) -> None:
        result = _run("catalog", "export", "--format", "csv", "--agency", "FISA")
        rows = list(csv.DictReader(io.StringIO(result.stdout)))
        assert [row["id"] for row in rows] == ["employee-self-service", "pip", "site-fisa"]

    def test_an_agency_by_its_name(self) -> None:
        by_acronym = _run("catalog", "list", "--agency", "DOB").stdout
        for name in ("dob", "buildings", "Department of Buildings"):
            assert _run("catalog", "list", "--agency", name).stdout == by_acronym

    def test_the_agencies(self) -> None:
        lines = _run("catalog", "list", "--agencies").stdout.splitlines()
        at = lines.index("MOCS  Mayor's Office of Contract Services")
        assert lines[at + 1] == "    https://www.nyc.gov/site/mocs/index.page"


class TestValidate:
    def test_in_order(self, ours: str) -> None:
        result = _run("catalog", "validate", ours)
        assert (result.exit_code, result.stdout) == (0, "")
        assert result.stderr == f"{ours}: no problems found\n"

    def test_a_file_may_refer_to_those_before_it(self, ours: str, tmp_path: Path) -> None:
        second = tmp_path / "second.json"
        second.write_text('{"resources": [{"id": "acme-help", "name": "Help"}]}')
        assert _run("catalog", "validate", ours, str(second)).exit_code == 0
        alone = _run("catalog", "validate", str(second))
        assert alone.exit_code == 1
        assert "the field agency is missing" in alone.stdout

    def test_faults(self, tmp_path: Path) -> None:
        bad = tmp_path / "bad.json"
        bad.write_text('{"resources": [\n {"id": "a\\u001b[31m", "url": 7},\n {"id": "b"}]}')
        result = _run("catalog", "validate", str(bad))
        assert result.exit_code == 1
        assert result.stdout.splitlines()[0] == (
            f"{bad}, line 2: a\\x1b[31m: url: must be a non-empty string"
        )
        missing = _run("catalog", "validate", str(tmp_path / "none.json"), str(bad))
        assert (missing.exit_code, missing.stdout) == (2, result.stdout)
        assert "No such file: " in missing.stderr

    def test_what_has_aged_is_said_and_no_mistake(self, tmp_path: Path) -> None:
        entries = [
            {"id": "pip", "confidence": "high", "seen": [{"by": "a survey", "on": "2020-01-01"}]},
            {"id": "passport", "confidence": "medium", "seen": [{"by": "x", "on": "2020-01-01"}]},
        ]
        file = tmp_path / "aged.json"
        file.write_text(json.dumps({"resources": entries}))
        result = _run("catalog", "validate", str(file))
        assert result.exit_code == 0
        assert result.stdout == (
            "pip: high confidence, but last seen 2020-01-01 by a survey: look again\n"
        )


class TestOtherCatalogs:
    def test_before_and_behind_the_command(self, ours: str) -> None:
        url = "https://old.acme.example/help"
        for arguments in (
            ("--catalog", ours, "catalog", "match", url),
            ("catalog", "--catalog", ours, "match", url),
            ("catalog", "match", "--catalog", ours, url),
            ("--no-default-catalog", "catalog", "match", "--catalog", ours, url),
        ):
            result = _run(*arguments)
            assert "Acme Help \\x1b[2JDesk (acme-help), Acme \\x1b[31mCorporation" in result.stdout
        assert "not in the catalog" in _run("catalog", "match", url).stdout

    def test_check(self, ours: str) -> None:
        text = "the Acme Help Desk is at https://old.acme.example/help; PIP\n"
        result = _run("check", "--offline", "--catalog", ours, stdin=text)
        assert "Acme Help \\x1b[2JDesk (ACME)" in result.stdout
        assert "\x1b" not in result.stdout
        assert "replace with https://help.acme.example/start" in result.stdout
        assert "Payee Information Portal" in result.stdout
        alone = _run("check", "--offline", "--catalog", ours, "--no-default-catalog", stdin=text)
        assert "Payee Information Portal" not in alone.stdout

    def test_a_report_begins_with_what_is_wrong(self) -> None:
        text = "[PIP](https://evil.example/) https://nyc-gov.org/ https://www.nyc.gov/pip\n"
        lines = _run("check", "--offline", stdin=text).stdout.splitlines()
        assert (
            lines[0] == "2 links look suspicious. Check them before you open them (SL203, SL204)."
        )

    def test_unwrap(self, ours: str) -> None:
        link = wrap("https://old.acme.example/help")
        found = json.loads(_run("--catalog", ours, "unwrap", "--json", link).stdout)
        assert found["match"]["resource"] == "acme-help"
        assert json.loads(_run("unwrap", "--json", link).stdout)["match"] is None

    @pytest.mark.parametrize(
        "command", [("clean",), ("wrappers",), ("unwrap", "https://a.example/")]
    )
    def test_every_command_takes_it(self, command: tuple[str, ...], ours: str) -> None:
        assert _run("--catalog", ours, *command, stdin="").exit_code == 0

    def test_a_bad_one_is_told(self, tmp_path: Path) -> None:
        bad = tmp_path / "bad.json"
        bad.write_text('{"resources": [{"id": "pip", "urls": []}], "agency": 1}')
        result = _run("check", "--offline", "--catalog", str(bad), str(NOTICE))
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == (
            f"Error: {bad}, line 1: pip: urls: there is no such field; did you mean url? (and 1 more)\n"
        )


class TestCheck:
    def test_moved_broken_and_in_order(self, tmp_path: Path) -> None:
        pages: dict[str, bytes | Behaviour] = {
            "/old": answer("301 Moved Permanently", "", "Location: /new"),
            "/new": html("New"),
            "/gone": answer("410 Gone"),
            "/fine": html("Fine"),
        }
        with serving(pages) as web:
            entries = [
                {"id": name, "name": name, "agency": "FISA", "sources": ["me"], "url": web.url(f"/{name}")}
                for name in ("old", "gone", "fine")
            ]  # fmt: skip
            path = tmp_path / "ours.json"
            path.write_text(json.dumps({"resources": entries}, indent=1) + "\n")
            result = _run("catalog", "check", "--allow-private", str(path))
            as_option = _run("catalog", "check", "--allow-private", "--catalog", str(path))
        assert result.exit_code == 1
        assert result.stdout == as_option.stdout
        lines = result.stdout.splitlines()
        assert lines[0] == "old: moved"
        assert f"    now: {web.url('/new')}" in lines
        assert "gone: review this: page removed permanently" in lines
        assert "3 addresses checked: 1 moved, 1 to review." in lines
        assert f'-   "url": "{web.url("/old")}"' in lines
        assert f'+   "url": "{web.url("/new")}",' in lines
        assert path.read_text() == json.dumps({"resources": entries}, indent=1) + "\n"

    def test_nothing_to_do(self, tmp_path: Path) -> None:
        with serving({"/fine": html("Fine")}) as web:
            path = tmp_path / "ours.json"
            entry = {
                "id": "a",
                "name": "A",
                "agency": "FISA",
                "sources": ["me"],
                "url": web.url("/fine"),
            }
            path.write_text(json.dumps({"resources": [entry]}))
            result = _run("catalog", "check", "--allow-private", str(path))
        assert (result.exit_code, result.stdout) == (
            0,
            "1 address checked: 0 moved, 0 to review.\n",
        )
