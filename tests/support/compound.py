"""Writes compound files ([MS-CFB]) and Outlook messages ([MS-OXMSG]) for the tests.

Written from the specification, with nothing of the reader in it.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

SECTOR, MINI, CUTOFF = 512, 64, 4096
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
NOBODY = 0xFFFFFFFF
Tree = Mapping[str, Any]  # names to bytes, or to further trees


def compound(tree: Tree) -> bytes:
    """A compound file of version 3 with these streams and storages."""
    entries: list[dict[str, Any]] = [{"name": "Root Entry", "kind": 5}]
    _enter(tree, entries, entries[0])
    chains: list[bytes] = []  # what is in sectors of its own
    mini = b""
    minifat: list[int] = []
    for entry in entries:
        content = entry.get("content", b"")
        entry["size"] = len(content)
        entry["start"] = END
        if len(content) >= CUTOFF:
            entry["chain"] = len(chains)
            chains.append(content)
        elif content:
            count = -(-len(content) // MINI)
            entry["start"] = len(minifat)
            minifat += [*range(len(minifat) + 1, len(minifat) + count), END]
            mini += content.ljust(count * MINI, b"\0")
    directory_chain, mini_chain, minifat_chain = len(chains), len(chains) + 1, len(chains) + 2
    chains += [b"\0" * 128 * len(entries), mini, struct.pack(f"<{len(minifat)}I", *minifat)]
    starts: list[int] = []
    fat: list[int] = []
    for content in chains:
        count = -(-len(content) // SECTOR)
        starts.append(len(fat) if count else END)
        fat += [*range(len(fat) + 1, len(fat) + count), END] if count else []
    own = 0
    while own * SECTOR // 4 < len(fat) + own:
        own += 1
    first_fat = len(fat)
    fat += [FAT] * own
    fat += [FREE] * (own * SECTOR // 4 - len(fat))
    for entry in entries:
        if "chain" in entry:
            entry["start"] = starts[entry["chain"]]
    entries[0] |= {"start": starts[mini_chain], "size": len(mini)}
    chains[directory_chain] = b"".join(map(_entry, entries))
    padding = _entry({"name": "", "kind": 0, "start": 0, "size": 0})
    chains[directory_chain] += padding * (-len(entries) % 4)
    header = struct.pack(
        "<8s16sHHHHH6s9I",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, own,
        starts[directory_chain], 0, CUTOFF, starts[minifat_chain],
        -(-len(minifat) * 4 // SECTOR), END, 0,
    )  # fmt: skip
    header += struct.pack("<109I", *(range(first_fat, first_fat + own)), *[FREE] * (109 - own))
    body = b"".join(one.ljust(-(-len(one) // SECTOR) * SECTOR, b"\0") for one in chains)
    return header + body + struct.pack(f"<{len(fat)}I", *fat)


def _enter(tree: Tree, entries: list[dict[str, Any]], above: dict[str, Any]) -> None:
    """Enter the children of a storage, as a balanced tree in the order of section 2.6.4."""
    numbers = {}
    for name, content in tree.items():
        numbers[name] = len(entries)
        entries.append({"name": name, "kind": 2 if isinstance(content, bytes) else 1})
        if isinstance(content, bytes):
            entries[-1]["content"] = content
        else:
            _enter(content, entries, entries[-1])
    ordered = [numbers[name] for name in sorted(numbers, key=lambda one: (len(one), one.upper()))]
    above["child"] = _balance(ordered, entries)


def _balance(ordered: list[int], entries: list[dict[str, Any]]) -> int:
    if not ordered:
        return NOBODY
    middle = len(ordered) // 2
    entry = entries[ordered[middle]]
    entry["left"] = _balance(ordered[:middle], entries)
    entry["right"] = _balance(ordered[middle + 1 :], entries)
    return ordered[middle]


def _entry(entry: dict[str, Any]) -> bytes:
    name = entry["name"].encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sI8s8sIQ",
        name, len(name) + 2 if name else 0, entry["kind"], 1, entry.get("left", NOBODY),
        entry.get("right", NOBODY), entry.get("child", NOBODY), b"", 0, b"", b"",
        entry["start"], entry["size"],
    )  # fmt: skip


def message(
    properties: Mapping[str, str | bytes],
    attachments: Sequence[Tree] = (),
    *,
    pages: Mapping[int, int] | None = None,
    embedded: bool = False,
) -> dict[str, Any]:
    """The tree of a message: properties by the number and type in the names of their streams."""
    tree: dict[str, Any] = {}
    rows = b""
    for name, value in properties.items():
        content = value.encode("utf-16-le") if isinstance(value, str) else value
        tree[f"__substg1.0_{name}"] = content
        kind = int(name[4:], 16)
        size = len(content) + {0x1F: 2, 0x1E: 1}.get(kind, 0)
        rows += struct.pack("<HHIII", kind, int(name[:4], 16), 6, size, 0)
    for number, page in (pages or {}).items():
        rows += struct.pack("<HHIiI", 3, number, 6, page, 0)
    count = len(attachments)
    head = struct.pack("<8xIIII", 0, count, 0, count) + (b"" if embedded else b"\0" * 8)
    tree["__properties_version1.0"] = head + rows
    if not embedded:
        tree["__nameid_version1.0"] = {
            f"__substg1.0_000{at}0102": b"" for at in (2, 3, 4)
        }  # section 2.2.3
    for at, attachment in enumerate(attachments):
        tree[f"__attach_version1.0_#{at:08X}"] = dict(attachment)
    return tree


def attached(data: bytes | Tree, name: str = "", mime_type: str = "") -> dict[str, Any]:
    """The tree of an attachment: a file, or a message."""
    tree: dict[str, Any] = {}
    method = 1 if isinstance(data, bytes) else 5
    tree["__substg1.0_37010102" if method == 1 else "__substg1.0_3701000D"] = data
    for number, value in (("3707", name), ("370E", mime_type)):
        if value:
            tree[f"__substg1.0_{number}001F"] = value.encode("utf-16-le")
    rows = struct.pack("<HHIII", 3, 0x3705, 6, method, 0)
    tree["__properties_version1.0"] = b"\0" * 8 + rows
    return tree
