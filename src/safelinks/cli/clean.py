"""`safelinks clean`: a text in, the same text with targets in the place of wrappers out."""

from __future__ import annotations

import sys

import click

from safelinks.cli.inputs import STANDARD_INPUT, keep_redirectors, open_document, warn

__all__ = ["clean"]

_MOST_LINES = 5


@click.command()
@click.argument("file", default=STANDARD_INPUT, metavar="[FILE|-]")
@keep_redirectors
def clean(file: str, *, keep_redirectors: bool) -> None:
    """Print FILE with every wrapped link replaced by its target.

    All else stays byte for byte as it is. Without FILE, standard input is read. A wrapped link that
    has lost its target stays, with a warning.
    """
    from safelinks.text import clean as clean_text  # noqa: PLC0415  `unwrap` does without

    document = open_document(file, keep_redirectors=keep_redirectors)
    for note in document.notes:
        warn(note)
    lines = [link.line for link in document.links if link.error is not None]
    if lines:
        shown = ", ".join(map(str, lines[:_MOST_LINES])) + (", …" if lines[_MOST_LINES:] else "")
        warn(f"{document.name}: wrapped links without a target stay as they are (line {shown})")
    cleaned = clean_text(document.text, keep_redirectors=keep_redirectors)
    sys.stdout.buffer.write(document.encoded(cleaned))
    sys.stdout.buffer.flush()
