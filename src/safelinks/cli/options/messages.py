"""What commands say beside their output: one line each, to standard error."""

from __future__ import annotations

import os
from contextlib import suppress

import click

from safelinks.addresses.printable import printable
from safelinks.foundation.patterns import pattern_of
from safelinks.wrappers.redaction.link_redaction import shown

__all__ = ["complain", "harmless", "tell", "warn"]


def warn(sentence: str) -> None:
    """Tell the user something beside the output."""
    _say("Warning", sentence)


def complain(sentence: str) -> None:
    """Tell the user what is wrong."""
    _say("Error", sentence)


def tell(sentence: str) -> None:
    """Tell the user what was done."""
    with suppress(OSError):
        click.echo(harmless(printable(shown(sentence))), err=True)


def _say(kind: str, sentence: str) -> None:
    """One line to standard error: file names and addresses in it may hold anything."""
    with suppress(OSError):  # whoever cannot be told has the exit code
        click.echo(harmless(f"{kind}: {printable(shown(sentence))}"), err=True)


# The runners of GitHub, Azure and TeamCity obey "##[", "##vso[" and the like anywhere in a line of
# a log.
_COMMAND = pattern_of(r"##(?=\w*\[)")
_RUNNERS = ("GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION")


def harmless(text: str) -> str:
    """`text` as it may stand in the log of a runner that takes commands from there."""
    in_runner = "##" in text and any(map(os.environ.get, _RUNNERS))
    return _COMMAND.sub("# #", text) if in_runner else text
