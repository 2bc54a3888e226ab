"""From a table of names and addresses to a catalog file: what somebody has in a spreadsheet.

It knows columns, how ids and acronyms are made from names, and how a catalog is written in TOML
and JSON. It claims nothing that the table does not say: only the addresses themselves are known.
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve, field

from safelinks.addresses.printable import printable
from safelinks.addresses.urls import registrable_domain, split
from safelinks.catalog.catalog import Catalog
from safelinks.catalog.catalog_export import as_data
from safelinks.catalog.entries import Agency, Confidence, Contents, Resource
from safelinks.catalog.field_readers import Violation
from safelinks.errors import CatalogError, InvalidURLError
from safelinks.files.data.configuration import written_toml
from safelinks.files.data.data_file import Source, parse_json, parse_toml
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["WRITTEN_AS", "Owner", "ServiceTable", "catalog_text", "likely_domain", "read_services"]

_COLUMNS = (
    "name", "url", "agency", "acronym", "aliases", "category", "description", "former_urls",
)  # fmt: skip
_NEEDED = ("name", "url")
_BETWEEN = "|"
_DELIMITERS = ",;\t"
_NO_LETTER = pattern_of("[^a-z0-9]+")
_WORD = pattern_of(r"[^\W_]+")
_ACRONYM = pattern_of(r"[A-Z0-9&.-]{1,10}")
_FORMULA = ("=", "+", "-", "@")
# What is said of a fault that the catalog's own rules find, for who has a table and no catalog.
_REMEDIES = ("already belongs to", "remove one of the two, or write another address")


@frozen
class Owner:
    """Whose catalog it is: a body, and the `domains` of which every host is its own."""

    name: str
    acronym: str | None = None
    domains: tuple[str, ...] = ()


@frozen
class _ServiceRow:
    """A row of the table: the line that it begins in, and its cells by column."""

    line: int
    cells: Mapping[str, str]

    def texts(self, column: str) -> tuple[str, ...]:
        """The values of a cell that may hold several."""
        pieces = (one.strip() for one in self.cells.get(column, "").split(_BETWEEN))
        return tuple(dict.fromkeys(filter(None, pieces)))


@frozen
class ServiceTable:
    """What a table says: the `contents` of a catalog, or all `faults`, each in one sentence.

    `left_out` are columns that a catalog has no field for. The `lines` are those of the resources.
    """

    name: str
    contents: Contents
    faults: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    lines: tuple[int, ...] = field(default=(), repr=False)

    def checked(self, source: Source, base: Catalog) -> tuple[str, ...]:
        """What the rules of catalogs say against the file `source` made of this, over `base`."""
        _, wrong = base.under(source)
        return tuple(map(self._told, wrong))

    def _told(self, one: Violation) -> str:
        section, *rest = one.path or ("",)
        begins, remedy = _REMEDIES
        message = f"{one.message}; {remedy}" if one.message.startswith(begins) else one.message
        if section == "resources" and rest and isinstance(rest[0], int):
            column = str(rest[1]) if len(rest) > 1 else "row"
            return _fault(self.name, self.lines[rest[0]], f"{column}: {message}")
        return f"{self.name}: {'.'.join(map(str, one.path))}: {message}"


def read_services(text: str, name: str, owner: Owner, base: Catalog) -> ServiceTable:
    """The table `text` of the file `name`, whose ids and acronyms are to be new over `base`.

    Raises CatalogError where it is no such table at all.
    """
    rows, left_out = _rows_of(text, name)
    faults = tuple(_faults_of(rows, name))
    if faults:
        return ServiceTable(name, Contents(), faults, left_out)
    bodies = _Bodies(owner, base.agencies)
    named = [(row, bodies.acronym_of(row)) for row in rows]
    ids = _Ids(bodies.own.acronym, base.resources)
    resources = tuple(
        Resource(
            id=ids.made_from(row.cells["name"], row.cells["url"]),
            name=row.cells["name"],
            aliases=row.texts("aliases"),
            agency=acronym,
            category=row.cells.get("category") or "other",
            url=row.cells["url"],
            former_urls=row.texts("former_urls"),
            description=row.cells.get("description", ""),
            sources=(f"{printable(name)}, line {row.line}",),
            confidence=Confidence.MEDIUM,
        )
        for row, acronym in named
    )
    contents = Contents(resources, tuple(bodies.found.values()))
    return ServiceTable(name, contents, (), left_out, tuple(row.line for row in rows))


def _fault(name: str, line: int, message: str) -> str:
    return f"{name}, line {line}: {message}"


# --- The table ---


def _rows_of(text: str, name: str) -> tuple[list[_ServiceRow], tuple[str, ...]]:
    """The rows that are not empty, and the columns that are left out."""
    table = csv.reader(io.StringIO(text), delimiter=_delimiter_of(text), strict=True)
    head: list[str] | None = None
    rows: list[_ServiceRow] = []
    line = 1
    try:
        for cells in table:
            begins, line = line, table.line_num + 1
            if not any(map(str.strip, cells)):
                continue
            if head is None:
                head = _head_of(cells, _fault(name, begins, ""))
            elif any(map(str.strip, cells[len(head) :])):
                message = 'more cells than the header has; put a cell with commas in "quotes"'
                raise CatalogError(_fault(name, begins, message))
            else:
                given = zip(head, map(_plain_cell, cells), strict=False)
                rows.append(_ServiceRow(begins, {column: cell for column, cell in given if cell}))
    except csv.Error as error:
        message = f"not a table in CSV ({error}); save it as CSV in UTF-8"
        raise CatalogError(_fault(name, line, message)) from None
    if head is None:
        raise CatalogError(f"{name}: an empty table; its first row must be name,url")
    if not rows:
        raise CatalogError(f"{name}: no row below the header; add one for each service")
    return rows, tuple(column for column in head if column and column not in _COLUMNS)


def _delimiter_of(text: str) -> str:
    """What is between the cells of the first row: spreadsheets of many countries have a `;`."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=first.count)


def _head_of(cells: Iterable[str], where: str) -> list[str]:
    head = ["_".join(_WORD.findall(cell.lower().replace("_", " "))) for cell in cells]
    for column in _NEEDED:
        if column not in head:
            there = ", ".join(filter(None, head))
            message = f"the header has no column {column}, only {there}; rename one of them"
            raise CatalogError(f"{where}{message}")
    for column in _COLUMNS:
        if head.count(column) > 1:
            raise CatalogError(f"{where}two columns are called {column}; rename one of them")
    return head


def _plain_cell(cell: str) -> str:
    """A cell without the mark that keeps spreadsheets from taking it for a formula."""
    text = " ".join(cell.split())
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def _faults_of(rows: Iterable[_ServiceRow], name: str) -> Iterator[str]:
    for row in rows:
        for column in _NEEDED:
            if not row.cells.get(column):
                message = f"this row has no {column}; write one, or remove the row"
                yield _fault(name, row.line, message)
        for url in (row.cells.get("url", ""), *row.texts("former_urls")):
            if url and not _is_web(url):
                message = f"{url} is not a web address; write all of it, as https://www.a.example/"
                yield _fault(name, row.line, message)


def _is_web(url: str) -> bool:
    try:
        return split(url).scheme in ("http", "https")
    except InvalidURLError:
        return False


# --- Names that are made ---


def _ascii(text: str) -> str:
    """`text` in lower case, of ASCII letters, digits and single hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _NO_LETTER.sub("-", plain).strip("-")


def _first_free(name: str, taken: Collection[str]) -> str:
    """`name`, or with the first number behind it that makes it new."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free


class _Ids:
    """The ids of resources, each new: in the table, and to the catalog below."""

    def __init__(self, prefix: str, of_base: Collection[str]) -> None:
        self._prefix = _ascii(prefix)
        self._of_base = of_base
        self._made: set[str] = set()

    def made_from(self, name: str, url: str) -> str:
        """The id of a resource."""
        made = _ascii(name) or _ascii(split(url).host if _is_web(url) else "") or "resource"
        if made in self._of_base:
            made = f"{self._prefix}-{made}"
        made = _first_free(made, {*self._of_base, *self._made})
        self._made.add(made)
        return made


class _Bodies:
    """The owner and the bodies within it, as the rows name them.

    An acronym that the catalog below has is somebody else's, so it gets that of the owner before
    it: an entry of the same key would change that body.
    """

    def __init__(self, owner: Owner, of_base: Collection[str]) -> None:
        self._of_base = of_base
        self.found: dict[str, Agency] = {}
        self._by_words: dict[tuple[str, str], str] = {}
        self._prefix = ""
        acronym = owner.acronym or _initials(owner.name)
        self.own = self._added(acronym, Agency(acronym, owner.name, owns=owner.domains))
        self._prefix = self.own.acronym
        for words in ((acronym, ""), ("", owner.name), (acronym, owner.name)):
            self._by_words[_folded(*words)] = self.own.acronym

    def acronym_of(self, row: _ServiceRow) -> str:
        """The acronym of the body that a row is of."""
        acronym, name = row.cells.get("acronym", ""), row.cells.get("agency", "")
        if not acronym and _ACRONYM.fullmatch(name):
            acronym, name = name, ""
        if not (acronym or name):
            return self.own.acronym
        known = self._by_words.get(_folded(acronym, name))
        if known is None:
            made = Agency(acronym or _initials(name), name or acronym)
            known = self._added(made.acronym, made).acronym
            self._by_words[_folded(acronym, name)] = known
            if acronym and name:  # later rows may have one of the two
                self._by_words.setdefault(_folded(acronym, ""), known)
                self._by_words.setdefault(_folded("", name), known)
        elif name and self.found[known].name == self.found[known].acronym:
            self.found[known] = evolve(self.found[known], name=name)
        return known

    def _added(self, acronym: str, one: Agency) -> Agency:
        if acronym in self._of_base and self._prefix:
            acronym = f"{self._prefix}-{acronym}"
        key = _first_free(acronym, {*self._of_base, *self.found})
        self.found[key] = evolve(one, acronym=key)
        return self.found[key]


def _folded(acronym: str, name: str) -> tuple[str, str]:
    return acronym.casefold(), name.casefold()


def _initials(name: str) -> str:
    """An acronym of `name`: its initials, or the one word that it is."""
    words = [one for one in _WORD.findall(name) if one[0].isupper()] or _WORD.findall(name)
    made = "".join(one[0] for one in words) if len(words) > 1 else "".join(words)
    return made.upper() or "OWNER"


def likely_domain(contents: Contents) -> str | None:
    """The domain that most addresses are on, its site among them, if nobody is said to have it.

    The address of a machine is none, nor is a name without a dot.
    """
    hosts = [split(one.url).host for one in contents.resources if one.url]
    domains = [*map(registrable_domain, hosts)]
    most = max(domains, key=domains.count, default="")
    owned = {domain for body in contents.agencies for domain in body.owns}
    is_likely = domains.count(most) * 2 > len(hosts) and {most, f"www.{most}"} & {*hosts}
    return most if is_likely and most not in owned and _is_domain(most) else None


def _is_domain(host: str) -> bool:
    """Whether a host is a name below others: an IP address ends in a number or a bracket."""
    last = host.rpartition(".")[2]
    return last != host and not last.isdigit() and not host.startswith("[")


# --- The file ---


def catalog_text(contents: Contents, kind: str) -> str:
    """A catalog file with `contents`, in JSON or TOML; empty fields are left out."""
    return _WRITERS[kind](
        {
            "agencies": [_filled(one) for one in contents.agencies],
            "resources": [_filled(one) for one in contents.resources],
        }
    )


def _filled(entry: Agency | Resource) -> dict[str, Any]:
    """The fields that say something."""
    given = as_data(entry)
    return {key: value for key, value in given.items() if value and (key, value) not in _SAID}


_SAID = (("status", "Active"), ("category", "other"))


def _as_toml(data: Mapping[str, list[dict[str, Any]]]) -> str:
    tables = (
        "".join([f"[[{section}]]\n", *(f"{key} = {written_toml(one[key])}\n" for key in one)])
        for section, entries in data.items()
        for one in entries
    )
    return "\n".join(tables)


def _as_json(data: Mapping[str, list[dict[str, Any]]]) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


_WRITERS = {"toml": _as_toml, "json": _as_json}
# How the text of a file is read again, by the end of its name.
WRITTEN_AS = {"toml": parse_toml, "json": parse_json}
