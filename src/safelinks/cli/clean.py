"""`safelinks clean`: a text in, the same text with targets in the place of wrappers out."""

from __future__ import annotations

import sys

import click

from safelinks.cli.inputs import STANDARD_INPUT, keep_redirectors, open_document, warn

__all__ = ["clean"]

_MOST_PLACES = 5


@click.command()
@click.argument("file", default=STANDARD_INPUT, metavar="[FILE|-]")
@keep_redirectors
def clean(file: str, *, keep_redirectors: bool) -> None:
    """Print FILE with every wrapped link replaced by its target.

    All else stays byte for byte as it is. Without FILE, standard input is read. A wrapped link that
    has lost its target stays, with a warning.
    """
    document = open_document(file, keep_redirectors=keep_redirectors)
    for note in document.notes:
        warn(note)
    places = [str(link.place) for link in document.links if link.error is not None]
    if places:
        shown = "; ".join(places[:_MOST_PLACES]) + ("; …" if places[_MOST_PLACES:] else "")
        warn(f"{document.name}: wrapped links without a target stay as they are ({shown})")
    sys.stdout.buffer.write(document.cleaned())
    sys.stdout.buffer.flush()
