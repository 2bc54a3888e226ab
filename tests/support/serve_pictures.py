"""The pictures of `docs/serve.md`: the web page, as somebody in a fictional city uses it.

Run as a program, this makes them anew: `python tests/support/serve_pictures.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from browser import Page, browser
from building import wrap
from web_stage import ADDRESS, STAGE

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "pictures"
NAMES = (
    "serve-paste.webp",
    "serve-links.webp",
    "serve-checking.webp",
    "serve-checked.webp",
    "serve-clean-text.webp",
)
_MESSAGE = f"""How to get a permit in Riverbend

Apply with Building Permits Online:
{wrap("https://www.riverbend.example/dob/permits.asp")}

If you have a ticket, pay it first: {wrap("https://pay.riverbend.example/parking")}
Bids and Contracts: {wrap("https://www.riverbend.example/bids/open")}
The hearings: https://hearings.riverbend.example/today

A mail says that permits are now paid at https://www.rivrebend.example/pay. Is that the City?
"""


def _wait(page: Page, condition: str) -> None:
    page.run(
        f"new Promise(done => {{ const look = () => {condition} ? done() : setTimeout(look, 10); look(); }})"
    )


def draw(folder: Path) -> None:
    """Make all pictures in `folder`."""
    paste, links, checking, checked, clean = (folder / name for name in NAMES)
    with (
        browser([sys.executable, str(STAGE), "riverbend"]) as chromium,
        chromium.page(ADDRESS, width=1120, height=900) as page,
    ):
        page.click("#text")
        page.write(_MESSAGE)
        page.run("document.getElementById('text').scrollTop = 0")
        page.run("document.activeElement.blur()")
        page.picture(paste, "header", "#form")
        page.click("button.main")
        _wait(page, "document.querySelector('#links')")
        page.run("document.querySelector('details').open = true")
        page.run("document.activeElement.blur()")
        page.picture(links, "#links", "tbody tr:nth-child(3)")
        page.picture(clean, ".cleaned")
        page.click("#check")
        _wait(page, "document.querySelector('tbody .is-moved')")
        _wait(page, "document.getElementById('bar').value > 2")
        page.run("document.activeElement.blur()")
        page.picture(checking, "#progress", "tbody tr:nth-child(2)")
        _wait(page, "!document.getElementById('reports').hidden")
        page.run("document.activeElement.blur()")
        page.picture(checked, "#progress", "table")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    draw(FOLDER)
