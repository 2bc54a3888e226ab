"""Hold a tag against version and changelog, and print what the changelog says of that version.

`python .ci/release_notes.py v0.2.0` ends with a sentence and exit code 1 where one of them says
something else.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
_VERSION = re.compile(r'^__version__ = "(?P<version>[^"]+)"$', re.MULTILINE)


def notes(tag: str, root: Path = ROOT) -> str:
    """What the changelog says of the version with that tag. Raises ValueError, with a sentence."""
    version = tag.removeprefix("v")
    source = (root / "src" / "safelinks" / "version.py").read_text("utf-8")
    match = _VERSION.search(source)
    if match is None or tag != f"v{match['version']}":
        raise ValueError(f"the tag is {tag}, and version.py says something else")
    changelog = (root / "CHANGELOG.md").read_text("utf-8")
    heading, _, rest = changelog.partition("\n## ")[2].partition("\n")
    if not re.fullmatch(rf"{re.escape(version)} \(\d{{4}}-\d\d-\d\d\)", heading):
        raise ValueError(f"CHANGELOG.md begins with “{heading}”, not with {version} and a date")
    return rest.partition("\n## ")[0].strip() + "\n"


if __name__ == "__main__":
    try:
        sys.stdout.write(notes(sys.argv[1] if sys.argv[1:] else ""))
    except ValueError as error:
        sys.exit(f"error: {error}")
