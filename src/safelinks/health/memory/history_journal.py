"""The journal beside a history: told from one that would make SQLite touch another file.

A journal that is left behind is rolled back when its database is opened. It may end with the name
of a further journal, as after a change of several databases at once, and SQLite then deletes the
file of that name. A history is one database, so no run leaves such a journal: it is a stranger's.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

__all__ = ["names_another_file"]

# https://www.sqlite.org/fileformat2.html, section 3: what a journal begins with, and what it ends
# with behind such a name.
_MAGIC = bytes.fromhex("d9d505f920a163d7")


def names_another_file(database: Path) -> bool:
    """Whether the journal of `database` ends with the name of another file."""
    journal = database.with_name(f"{database.name}-journal")
    with suppress(OSError), journal.open("rb") as file:
        file.seek(-len(_MAGIC), os.SEEK_END)
        return file.read() == _MAGIC
    return False
