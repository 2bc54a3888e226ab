"""The end of the help of a command: examples, exit codes, and where to read on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from safelinks.foundation.values import frozen

__all__ = ["help_ending"]


@frozen
class _Ending:
    """Commands to copy, and lines of text: what the exit code means, and where more is said."""

    examples: Sequence[str]
    exit_codes: Sequence[str]
    read_on: Sequence[str]


_SETTINGS = (
    "safelinks config       options set in safelinks.toml, pyproject.toml or",
    "                       SAFELINKS_* variables",
)
_RULES = "safelinks rule CODE    what a finding means"
_GUIDES = "docs/                  guides"
_ENDINGS: Mapping[str, _Ending] = {
    "safelinks": _Ending(
        ("safelinks check --offline notice.txt", "safelinks clean --in-place docs"),
        (
            "0 success, 1 problems found, 2 wrong usage or unreadable input,",
            "3 no network, 130 interrupted",
        ),
        (*_SETTINGS, _RULES, _GUIDES),
    ),
    "check": _Ending(
        (
            "safelinks check --offline notice.txt",
            "safelinks check https://www.nyc.gov/",
            "safelinks check --fix --format html=links.html docs",
        ),
        (
            "0 no finding fails the check, 1 a finding fails it (--fail-on),",
            "2 wrong usage or unreadable file, 3 no network (--offline-ok), 130 interrupted",
        ),
        (*_SETTINGS, _RULES, _GUIDES),
    ),
    "clean": _Ending(
        (
            "safelinks clean --diff notice.txt",
            "safelinks clean --in-place --backup .bak docs",
            "safelinks clean notice.txt docs -o cleaned/",
        ),
        ("0 success, 1 --check found a change, 2 wrong usage or unreadable file",),
        (*_SETTINGS, _GUIDES),
    ),
    "serve": _Ending(
        (
            "safelinks serve",
            "SAFELINKS_TOKEN=… safelinks serve --host 0.0.0.0 --name links.example.org",
        ),
        ("130 stopped by Ctrl-C, 143 by SIGTERM, 2 wrong usage, or the port cannot be used",),
        ("docs/serve.md          the page, the API, and how to run it for a team",),
    ),
    "unwrap": _Ending(
        (
            "safelinks unwrap 'https://nam06.safelinks.protection.outlook.com/?url=…'",
            "safelinks unwrap --json < addresses.txt",
        ),
        (
            "0 every target is known, 1 a target is lost or known to its service only,",
            "or there is no link, 2 wrong usage",
        ),
        ("safelinks wrappers     known services", _GUIDES),
    ),
}


def help_ending(command: str) -> str:
    """The epilog of a command, for click: paragraphs that are not wrapped."""
    ending = _ENDINGS[command]
    sections = {
        "Examples": ending.examples,
        "Exit codes": ending.exit_codes,
        "See also": ending.read_on,
    }
    return "\n\n".join(
        "\n".join(("\b", f"{title}:", *(f"  {line}" for line in lines)))
        for title, lines in sections.items()
    )
