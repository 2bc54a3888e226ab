"""Cleaned and fixed files, and how they are handed over: as they are, or several in an archive."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from tempfile import SpooledTemporaryFile
from urllib.parse import quote

from attrs import field
from starlette.responses import Response

from safelinks.foundation.values import frozen
from safelinks.web.submissions import PASTED

__all__ = ["CleanedFile", "attachment", "one_file"]

_ARCHIVE = "clean-documents.zip"
_IN_MEMORY = 1 << 20


@frozen
class CleanedFile:
    """A file with other addresses in it, and the places of links that stay."""

    name: str
    content: bytes = field(repr=False)
    left: tuple[str, ...] = ()

    @property
    def saved_as(self) -> str:
        """The name under which it is saved."""
        return f"{PASTED.replace(' ', '-')}.txt" if self.name == PASTED else self.name


def attachment(content: bytes, kind: str, name: str) -> Response:
    """A file that the browser saves and does not show (RFC 6266, RFC 8187)."""
    plain = "".join(one if one.isascii() and one not in '"\\%' else "_" for one in name)
    told = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, headers={"Content-Type": kind, "Content-Disposition": told})


def one_file(files: Sequence[CleanedFile]) -> tuple[str, bytes]:
    """The name and the bytes of the only file, or of an archive of all of them."""
    if len(files) == 1:
        return files[0].saved_as, files[0].content
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as made:
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.writestr(file.saved_as, file.content)
        made.seek(0)
        return _ARCHIVE, made.read()
