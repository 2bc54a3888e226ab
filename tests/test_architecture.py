"""The page on architecture names the rooms that there are, and says truly who imports whom."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from documented import PAGES, ROOT

pytestmark = pytest.mark.slow

SOURCE = ROOT / "src" / "safelinks"
PAGE = PAGES["docs/architecture.md"]


def _section(heading: str) -> str:
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


ROOMS = {
    match[1]: set(re.findall(r"`([\w.]+)`", match[2]))
    for match in re.finditer(r"^\| `(\w+)` \| .* \|(.*)\|$", _section("The rooms"), re.MULTILINE)
}
GROUND = set(re.findall(r"`(\w+)`", _section("The rooms").partition("\nOne exception")[0]))
WITHIN = {
    name
    for row in re.findall(r"^\| (`.*`) \| ", _section("Rooms within rooms"), re.MULTILINE)
    for name in re.findall(r"`([\w.]+)`", row)
}
_STEP = re.compile(r"(?<!\S)(\d+) (?=[a-z])")


def _name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {_name(path): path for path in SOURCE.rglob("*.py")}


def _room(module: str) -> str:
    """The room of a module, which is the first part of its name."""
    return module.partition(".")[0]


def _imports(path: Path) -> set[str]:
    """The modules of safelinks that one imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            below = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {
                name if name.removeprefix("safelinks.") in MODULES else node.module
                for name in below
            }
    return {name.removeprefix("safelinks.") for name in names if name.startswith("safelinks.")}


@pytest.fixture(scope="module")
def imports() -> dict[str, set[str]]:
    """The other rooms that each room imports."""
    return {
        room: {
            _room(imported)
            for module, path in MODULES.items()
            if _room(module) == room
            for imported in _imports(path)
        }
        - {room}
        for room in {_room(module) for module in MODULES if module not in ("", "__main__")}
    }


def test_every_room_is_on_the_page_and_every_room_of_the_page_is_there(
    imports: dict[str, set[str]],
) -> None:
    assert set(ROOMS) | GROUND == set(imports)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_what_the_page_says(room: str, imports: dict[str, set[str]]) -> None:
    assert ROOMS[room] == imports[room] - GROUND


def test_a_room_imports_only_from_below(imports: dict[str, set[str]]) -> None:
    order = list(ROOMS)
    for number, room in enumerate(order):
        assert imports[room] - GROUND <= set(order[number + 1 :]), room
    above = {room: imports.get(room, set()) - GROUND for room in GROUND}
    assert {room: rooms for room, rooms in above.items() if rooms} == {"errors": {"wrappers"}}


def test_the_drawing_shows_the_rooms_in_their_order() -> None:
    drawn = re.findall(r"^(\w+)  ", _section("The drawing"), re.MULTILINE)
    assert drawn == list(ROOMS)


@pytest.mark.parametrize("column", [slice(49), slice(49, None)], ids=["check", "clean"])
def test_the_steps_of_the_drawing_are_numbered(column: slice) -> None:
    drawing = _section("The drawing").partition("```text\n")[2].partition("```")[0]
    steps = [int(step) for line in drawing.splitlines() for step in _STEP.findall(line[column])]
    assert sorted(steps) == list(range(1, len(steps) + 1))
    assert len(steps) > 5


def test_every_package_is_on_the_page() -> None:
    there = {name for name, path in MODULES.items() if "." in name and path.name == "__init__.py"}
    assert there == WITHIN


def test_the_files_that_the_page_names_are_there() -> None:
    for path in re.findall(r"`((?:src|tests)/[\w./]+)`", PAGE):
        assert (ROOT / path).exists(), path
