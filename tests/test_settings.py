"""Settings as people write them: read into a policy, or refused in one sentence without secrets."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner

from safelinks import Policy, SetupError
from safelinks.cli import main
from safelinks.health.settings import agent, headers, pattern, resolutions


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
        ("secret", "a header is given as HOST:NAME=VALUE, and HOST has no port"),
        ("h.example:secret", "a header is given as HOST:NAME=VALUE, and HOST has no port"),
        ("h.example:8080:X=secret", "a header is given as HOST:NAME=VALUE, and HOST has no port"),
        ("h.example:a b=secret", "a header is given as HOST:NAME=VALUE, and HOST has no port"),
        ("h.example:X=secret\r\nY: z", "the value of X is not printable ASCII"),
        ("h.example:X=$SECRET", "the environment has no SECRET, which is in the value of X"),
        ("h.example:Host=secret", "the header Host is set by the connection itself"),
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
    assert "SAFELINKS_HEADER, line 3: a header is given as HOST:NAME=VALUE" in result.output
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
    with pytest.raises(ValueError, match=r"is not HOST:PORT:ADDRESS|is no IP address"):
        resolutions([spec])
    assert CliRunner().invoke(main, ["check", "--resolve", spec, "-"]).exit_code == 2


def test_patterns_and_names() -> None:
    assert pattern("a|b") == "a|b"
    with pytest.raises(ValueError, match="is no regular expression"):
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
    ("fields", "message"),
    [
        ({"timeout": -1}, "the timeout of a policy is above 0, not -1"),
        ({"budget": float("nan")}, "the budget of a policy is above 0, not nan"),
        ({"concurrency": 0}, "the concurrency of a policy is above 0, not 0"),
        ({"resolve": {("a.example", 1): "127.0.0.1"}}, "resolve maps (host, port) to a tuple"),
        ({"resolve": {"a.example:1": ("127.0.0.1",)}}, "resolve maps (host, port) to a tuple"),
        ({"excluded": ("[",)}, "'[' is no regular expression"),
    ],
)
def test_policies_that_make_no_sense(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(SetupError) as raised:
        Policy(**fields)
    assert str(raised.value).startswith(message)
