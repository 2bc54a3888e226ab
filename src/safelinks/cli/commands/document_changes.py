"""Documents in, the same documents changed out: in place, as a diff, by name, or to an output."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import define, field

from safelinks.addresses.printable import printable
from safelinks.addresses.schemes import is_live
from safelinks.cli.options.inputs import Input, Inputs
from safelinks.cli.options.messages import tell, warn

if TYPE_CHECKING:
    from safelinks.documents.document import Document, Rewriting
    from safelinks.files.file_access import FileReading
    from safelinks.links.text_links import Link

__all__ = ["Changing"]

_MOST_PLACES = 5
_ROW_ENDS = re.compile(r"(\r?\n|\t)")


@define
class Changing:
    """Inputs whose documents are changed, each by `change`, and what there is to say of each.

    Of inputs that were read before, `told` is whether all there is to say was said then, and
    `readings` what they held. `done` are the files that were written. A diff names nobody, of
    `everybody` and of whom the documents tell, unless it is to `show_recipients`. One that is
    `redacting` tells of secrets that it leaves.
    """

    inputs: Inputs
    change: Callable[[Document], Rewriting]
    told: bool = False
    readings: Mapping[str, FileReading] = field(factory=dict)
    show_recipients: bool = False
    redacting: bool = False
    everybody: frozenset[str] = frozenset()
    done: set[str] = field(factory=set, init=False)

    def replace(self, backup: str | None = None) -> int:
        """Change the files themselves; how many were changed."""
        from safelinks.files.file_access import replace  # noqa: PLC0415  `unwrap` does without

        changed = 0
        swept: set[Path] = set()
        for one in self.inputs:
            if one.folder is not None and backup and one.name.endswith(backup):
                self.inputs.tell_skipped(f"{one.name}: this is a backup of an earlier run")
                continue
            with self.inputs.told(one):
                results = self._results(one)
                first = list(islice(results, 2))
                if len(first) == 1 and first[0][0].original() == first[0][1]:
                    continue  # so that nothing must be written where nothing may be
                content = (after for _, after in chain(first, results))
                if replace(
                    Path(one.name), content, backup=backup, since=self._since(one), swept=swept
                ):
                    changed += 1
                    tell(f"changed {one.name}")
                self.done.add(one.name)
        return changed

    def _since(self, one: Input) -> FileReading | None:
        """What the file of `one` has to hold still: what it held when it was read first."""
        return self.readings.get(one.name, one.reading)

    def show(self, *, diff: bool) -> int:
        """Print what would change, as a diff or by name; how many files that are."""
        changed = 0
        for one in self.inputs:
            with self.inputs.told(one):
                changed += self._show_diff(one) if diff else self._show_name(one)
        return changed

    def _show_name(self, one: Input) -> bool:
        results = self._results(one)
        changed = sum(document.original() != after for document, after in results) > 0
        if changed:
            click.echo(f"would change {printable(one.name)}")
        return changed

    def _show_diff(self, one: Input) -> bool:
        from safelinks.documents.redacted_lines import nameless_hunk  # noqa: PLC0415
        from safelinks.documents.unified_diff import unified  # noqa: PLC0415
        from safelinks.links.text_links import addressees  # noqa: PLC0415

        results = []
        people = set(self.everybody)
        for document, after in self._results(one):
            results.append((document.original(), after))
            people.update(*map(addressees, document.links))
        before, after = (b"".join(each) for each in zip(*results, strict=True))
        name = printable(one.name).encode()
        if before == after:
            return False
        if b"\0" in before:
            sys.stdout.buffer.write(b"Binary file %b would change\n" % name)
        else:
            printed = _for_terminal if sys.stdout.isatty() else bytes
            shown = partial(nameless_hunk, people=frozenset(people))
            lines = unified(before, after, name, list if self.show_recipients else shown)
            sys.stdout.buffer.writelines(map(printed, lines))
        return True

    def write(self, output: Path | None) -> None:
        """The result of the one input, to `output` or to standard output."""
        from safelinks.files.file_access import replace  # noqa: PLC0415

        found = list(islice(self.inputs, 2))
        if len(found) > 1:
            raise click.UsageError("Several files need --in-place, --diff or --check.")
        for one in found:
            with self.inputs.told(one):
                if output is None:
                    shown = _for_terminal if sys.stdout.isatty() else bytes
                    sys.stdout.buffer.writelines(map(shown, self._cleaned(one)))
                else:
                    is_own = os.path.realpath(output) == os.path.realpath(one.name)
                    since = self._since(one) if is_own else None
                    replace(output, self._cleaned(one), since=since)

    def _cleaned(self, one: Input) -> Iterator[bytes]:
        return (after for _, after in self._results(one))

    def _results(self, one: Input) -> Iterator[tuple[Document, bytes]]:
        """Each document of `one`, and what it becomes; at the end, say what stays as it is."""
        notes: dict[str, None] = {}
        lost: list[str] = []
        left: list[str] = []
        unsafe: list[str] = []
        telling: list[str] = []
        for document in self.inputs.documents_of(one):
            notes |= dict.fromkeys(document.notes)
            changed = self.change(document)
            if changed.has_lost:
                lost += _places(link for link in document.links if link.error is not None)
                unsafe += _places(filter(_is_unsafe, document.links))
                telling += _places(filter(_keeps_secrets, document.links if self.redacting else ()))
            left += _places(changed.left)
            yield document, changed.content
        if not self.told:
            for note in notes:
                warn(note)
            if lost:
                warn(f"{one.name}: wrapped links without a target were not changed ({_few(lost)})")
            if telling:
                warn(
                    f"{one.name}: these wrapped links are cut off, so "
                    "their secrets were not removed"
                    f" ({_few(telling)}); remove them by hand"
                )
            if unsafe:
                warn(
                    f"{one.name}: the targets of these wrapped links are not web "
                    "or mail addresses, so they were not changed"
                    f" ({_few(unsafe)})"
                )
        if left:
            warn(
                f"{one.name}: these links were not changed, because the new "
                "address could not be read back correctly"
                f" ({_few(left)})"
            )


def _keeps_secrets(link: Link) -> bool:
    """Whether `link` is cut off and of a service whose links have more secrets than a recipient."""
    from safelinks.wrappers.vendors.wrapper_table import wrapper_of  # noqa: PLC0415  for few

    row = wrapper_of(link.url) if link.error is not None else None
    return row is not None and not row.secrets.none


def _is_unsafe(link: Link) -> bool:
    return link.wrapped and not is_live(link.target or "")


def _places(links: Iterable[Link]) -> list[str]:
    return [str(link.place) for link in links]


def _few(places: list[str]) -> str:
    return "; ".join(places[:_MOST_PLACES]) + ("; …" if places[_MOST_PLACES:] else "")


def _for_terminal(text: bytes) -> bytes:
    """`text` as a terminal may show it: what could drive the terminal is made visible."""
    if b"\0" in text:
        raise click.UsageError("The result is not text: use -o FILE or --in-place.")
    rows = _ROW_ENDS.split(text.decode("utf-8", "surrogateescape"))
    return "".join(row if at % 2 else printable(row) for at, row in enumerate(rows)).encode()
