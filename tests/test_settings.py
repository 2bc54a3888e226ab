"""Settings as people write them: read into a policy, or refused in one sentence without secrets."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner

from safelinks import Level, Method, Policy, Selection, SetupError
from safelinks.cli.program import main
from safelinks.health.model.policy_settings import agent, headers, pattern, resolutions


def test_headers_by_host() -> None:
    found = headers(
        [
            "Intranet.example:Authorization=Bearer a=b",
            "intranet.example:X-Other=Bearer $TOKEN, ${TOKEN}",
            "[::1]:Cookie=a=1; b=2",
            "other.example:X-Empty=",
            "other.example:X-Price=$5, $$TOKEN",
        ],
        {"TOKEN": "secret"},
    )
    assert found == {
        "intranet.example": {"Authorization": "Bearer a=b", "X-Other": "Bearer secret, secret"},
        "[::1]": {"Cookie": "a=1; b=2"},
        "other.example": {"X-Empty": "", "X-Price": "$5, $TOKEN"},
    }


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("secret", "a header must be HOST:NAME=VALUE, without a port in HOST"),
        ("h.example:secret", "a header must be HOST:NAME=VALUE, without a port in HOST"),
        ("h.example:8080:X=secret", "a header must be HOST:NAME=VALUE, without a port in HOST"),
        ("h.example:a b=secret", "a header must be HOST:NAME=VALUE, without a port in HOST"),
        ("h.example:X=secret\r\nY: z", "the value of X is not printable ASCII"),
        ("h.example:X=$SECRET", "the environment variable SECRET in the value of X is not set"),
        ("h.example:Host=secret", "the header Host is set by safelinks itself"),
    ],
)
def test_headers_that_are_none(spec: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"^the|^a header") as raised:
        headers([spec], {})
    assert str(raised.value) == message
    result = CliRunner().invoke(main, ["check", "--header", spec, "-"])
    assert result.exit_code == 2
    assert message in result.output
    assert "secret" not in result.output.replace("SECRET", "")


def test_headers_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFELINKS_HEADER", "a.example:X=1\n\nnonsense\n")
    result = CliRunner().invoke(main, ["check", "--offline", "-"], input="")
    assert "SAFELINKS_HEADER, line 3: a header must be HOST:NAME=VALUE" in result.output
    monkeypatch.setenv("SAFELINKS_HEADER", "a.example:X=1\n\nb.example:Y=2\n")
    assert CliRunner().invoke(main, ["check", "--offline", "-"], input="").exit_code == 0


def test_resolutions() -> None:
    found = resolutions(
        ["A.example.:443:127.0.0.1", "b.example:80:[::1],127.0.0.2", "[::2]:8080:::1"]
    )
    assert found == {
        ("a.example", 443): ("127.0.0.1",),
        ("b.example", 80): ("::1", "127.0.0.2"),
        ("[::2]", 8080): ("::1",),
    }


@pytest.mark.parametrize(
    "spec",
    ["", "a", "a:443", "a:443:", "a:0:127.0.0.1", "a:99999:127.0.0.1", "a:443:b.example", "a b:1:::1"],
)  # fmt: skip
def test_resolutions_that_are_none(spec: str) -> None:
    with pytest.raises(ValueError, match=r"is not HOST:PORT:ADDRESS|is not an IP address"):
        resolutions([spec])
    assert CliRunner().invoke(main, ["check", "--resolve", spec, "-"]).exit_code == 2


def test_patterns_and_names() -> None:
    assert pattern("a|b") == "a|b"
    with pytest.raises(ValueError, match="is not a regular expression"):
        pattern("(")
    assert agent(" me/1 ") == "me/1"
    for bad in ("", " ", "a\nb", "ü"):
        with pytest.raises(ValueError, match="printable ASCII"):
            agent(bad)


@pytest.mark.parametrize(
    "options",
    [
        ["--exclude", "("],
        ["--user-agent", "a\nb"],
        ["--timeout", "nan"],
        ["--budget", "inf"],
        ["--budget", "0"],
        ["--rate", "0"],
        ["--retries", "-1"],
        ["--concurrency", "0"],
        ["--per-host", "0"],
        ["--method", "post"],
        ["--allow-port", "0"],
        ["--ca-file", "/nonexistent.pem"],
        ["--max-age", "1h"],
        ["--dead-after", "2"],
        ["--history", "h", "--max-age", "soon"],
        ["--history", "h", "--max-age", "skipped=1h"],
    ],
)
def test_options_that_make_no_sense(options: list[str]) -> None:
    result = CliRunner().invoke(main, ["check", *options, "-"], input="https://example.org/")
    assert result.exit_code == 2
    assert "Error: " in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"excluded": "abc"}, "excluded must be a list or tuple of strings, not 'abc'"),
        ({"excluded": 5}, "excluded must be a list or tuple of strings, not 5"),
        ({"excluded": ("a", 1)}, "excluded must be a list or tuple of strings, not ('a', 1)"),
        ({"excluded": ["("]}, "( is not a regular expression"),
        ({"user_agent": "a\nb"}, "User-Agent must be printable ASCII"),
        ({"user_agent": ""}, "User-Agent must be printable ASCII"),
        ({"user_agent": None}, "User-Agent must be printable ASCII"),
        ({"headers": {"h.example": {"A": 5}}}, "the value of A is not printable ASCII"),
        ({"headers": {"h.example": {"A": "secret\r\nB: c"}}}, "the value of A is not printable"),
        ({"headers": {"h.example": {"A b": "secret"}}}, "the name of a header must consist of"),
        ({"headers": {"h.example": {"Host": "secret"}}}, "the header Host is set by safelinks"),
        ({"headers": {"h.example": "A=secret"}}, "headers has to map each host to its headers"),
        ({"headers": ["h.example:A=secret"]}, "headers has to map each host to its headers"),
        ({"resolve": {"h.example": ("127.0.0.1",)}}, "resolve has to map (host, port)"),
        ({"resolve": {("h.example", 0): ("127.0.0.1",)}}, "resolve has to map (host, port)"),
        ({"resolve": {("h.example", 80): "127.0.0.1"}}, "resolve has to map (host, port)"),
        ({"resolve": {("h.example", 80): ("localhost",)}}, "localhost is not an IP address"),
        ({"timeout": 0}, "timeout must be a number above 0, not 0"),
        ({"timeout": float("nan")}, "timeout must be a number above 0, not nan"),
        ({"budget": float("inf")}, "budget must be a number above 0, not inf"),
        ({"budget": "30s"}, "budget must be a number above 0, not '30s'"),
        ({"retries": -1}, "retries must be a whole number from 0, not -1"),
        ({"retries": 1.5}, "retries must be a whole number from 0, not 1.5"),
        ({"max_redirects": -1}, "max_redirects must be a whole number from 0, not -1"),
        ({"concurrency": 0}, "concurrency must be a whole number from 1, not 0"),
        ({"per_host": True}, "per_host must be a whole number from 1, not True"),
        ({"per_host_at_first": 0}, "per_host_at_first must be a whole number from 1, not 0"),
        ({"rate": -1}, "rate must be a number above 0, not -1"),
        ({"method": "post"}, "method must be one of get, head, not 'post'"),
        ({"insecure": "no"}, "insecure must be True or False, not 'no'"),
        ({"allow_ports": 8080}, "allow_ports must be a set of ports from 1 to 65535, not 8080"),
        ({"allow_ports": {70_000}}, "allow_ports must be a set of ports from 1 to 65535"),
        ({"allow_ports": [[1]]}, "allow_ports must be a set of ports from 1 to 65535"),
        ({"timeout": 10**400}, "timeout must be a number above 0, not 1000"),
        ({"excluded": ["a{99999999999}"]}, "a{99999999999} is no"),
        ({"excluded": ["(" * 3_000]}, "((((("),
        ({"ca_file": 5}, "ca_file must be a path, not 5"),
        ({"control_host": "https://a/"}, "control_host must be the name of a host"),
    ],
)  # fmt: skip
def test_a_policy_that_makes_no_sense(setting: dict[str, Any], message: str) -> None:
    with pytest.raises(SetupError) as raised:
        Policy(**setting)
    assert str(raised.value).startswith(message)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"select": "SL3"}, "select must be a list or tuple of selectors, not 'SL3'"),
        ({"ignore": ["SL9"]}, "there is no rule 'SL9'"),
        ({"fail_on": "never"}, "fail_on must be one of error, warning, note, not 'never'"),
        ({"levels": {"SL3": "grave"}}, "a level must be one of error, warning, note"),
        ({"levels": ["SL3=error"]}, "levels must map selectors to levels"),
        ({"per_file": "docs:SL3"}, "per_file must be pairs of a pattern and a list"),
        ({"per_file": (("docs", "SL3"),)}, "per_file must be pairs of a pattern and a list"),
        ({"select": [1]}, "select must be a list or tuple of selectors, not [1]"),
        ({"per_file": {"a": [1]}}, "per_file must be pairs of a pattern and a list"),
        ({"inline": 1}, "inline must be True or False, not 1"),
    ],
)
def test_a_selection_that_makes_no_sense(setting: dict[str, Any], message: str) -> None:
    with pytest.raises(SetupError) as raised:
        Selection(**setting)
    assert str(raised.value).startswith(message)


def test_settings_as_people_give_them() -> None:
    policy = Policy(method="head", excluded=["a"], allow_ports=[25], resolve={("H", 80): ["::1"]})
    assert policy == Policy(
        method=Method.HEAD,
        excluded=("a",),
        allow_ports=frozenset({25}),
        resolve={("h", 80): ("::1",)},
    )
    selection = Selection(
        select=["SL3"], fail_on="warning", levels={"SL303": "note"}, per_file={"docs/**": ["SL1"]}
    )
    assert selection == Selection(
        select=("SL3",),
        fail_on=Level.WARNING,
        levels={"SL303": Level.NOTE},
        per_file=(("docs/**", ("SL1",)),),
    )


@pytest.mark.parametrize(("at_first", "most"), [(4, 2), (2, 4), (3, 3)])
def test_a_host_gets_no_more_at_first_than_ever(at_first: int, most: int) -> None:
    assert Policy(per_host_at_first=at_first, per_host=most).first_per_host == min(at_first, most)
