"""Names of files as platforms want them: relative paths, and URIs by RFC 3986 and RFC 8089."""

from __future__ import annotations

from safelinks.addresses import percent
from safelinks.foundation.patterns import pattern_of
from safelinks.reports.wording.phrases import on_one_line
from safelinks.rules.finding import portable

__all__ = ["is_file", "slash_path", "uri"]

# RFC 3986, 3.3: all but pchar and the slash. A colon in the first segment would be a scheme's, and
# what stands in a URI as it is, may stand in a log.
_NOT_IN_PATH = pattern_of(r"[^A-Za-z0-9._~/!$&'()*+,;=@-]")
_DRIVE = pattern_of(r"[A-Za-z]:/")


def is_file(file: str) -> bool:
    """Whether there is a file of this name: ``<stdin>`` and the like are none."""
    return not (file.startswith("<") and file.endswith(">"))


def slash_path(file: str) -> str:
    """The path of a file with slashes, and nothing in it that is not needed.

    >>> slash_path("./docs//notice.txt")
    'docs/notice.txt'
    """
    return on_one_line(portable(file))


def uri(file: str) -> str:
    """The URI reference of a file: relative for a relative path, and ``file:`` for an absolute one.

    >>> uri("docs/my notice.txt"), uri("C:\\\\notice.txt"), uri("<stdin>")
    ('docs/my%20notice.txt', 'file:///C:/notice.txt', '%3Cstdin%3E')
    """
    plain = portable(file)
    if _DRIVE.match(plain):
        return f"file:///{plain[:2]}{percent.encode(plain[2:], _NOT_IN_PATH)}"
    encoded = percent.encode(plain, _NOT_IN_PATH)
    if encoded.startswith("//"):  # RFC 8089, appendix E.3.2: a share
        return f"file:{encoded}"
    return f"file://{encoded}" if encoded.startswith("/") else encoded
