"""axe-core, which looks for what keeps people from using a page, by WCAG 2.2 AA.

A package brings it along; nothing else of that package is used, and it need not have its dependencies.
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

from browser import Browser, Page

NEEDED = "axe-playwright-python==0.1.8"
_LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_LOOK = """axe.run(document, {runOnly: {type: 'tag', values: LEVELS}, resultTypes: ['violations']}).then(
  told => told.violations.flatMap(one => one.nodes.map(node => [one.id, node.html, node.failureSummary])))"""


def program() -> Path | None:
    """The script, where it is installed."""
    spec = find_spec("axe_playwright_python")
    folders = spec.submodule_search_locations if spec else None
    return Path(folders[0]) / "axe.min.js" if folders else None


PROGRAM = program()


def violations(browser: Browser, path: Path, *, scheme: str, width: int) -> list[list[str]]:
    """What is wrong with the page in a file: see `violations_on`."""
    with browser.page(path, width=width, prefers_color_scheme=scheme) as page:
        return violations_on(page)


def violations_on(page: Page) -> list[list[str]]:
    """What is wrong with a page, all of it unfolded: the rule, the element, and what would help."""
    assert PROGRAM is not None
    page.run("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.run(f"{PROGRAM.read_text('utf-8')}; 0")
    found: list[list[str]] = page.run(_LOOK.replace("LEVELS", json.dumps(_LEVELS)))
    return found
