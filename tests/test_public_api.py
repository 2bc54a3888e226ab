"""The file that checks the types of the public API leaves no name out."""

from __future__ import annotations

import ast
from pathlib import Path

import safelinks

USED = Path(__file__).parent / "typed" / "public_api.py"


def test_every_public_name_is_used_as_users_use_it() -> None:
    used = {
        node.attr
        for node in ast.walk(ast.parse(USED.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "safelinks"
    }
    assert used == set(safelinks.__all__)
