"""The layers of the house: who may import whom, and what is loaded when."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "safelinks"

# From the ground up: a room imports only from rooms above it in this list.
ORDER = [
    "version",
    "interrupts",
    "link_errors",
    "roles",
    "live",
    "percent",
    "printable",
    "international",
    "urls",
    "datafield",
    "teams",
    "grammar",
    "wrappers.hosts",
    "wrappers.ends",
    "wrappers.carriers",
    "wrappers.gateways",
    "wrappers.tokens",
    "wrappers.mirrors",
    "wrappers.model",
    "wrappers.security",
    "wrappers.mail",
    "wrappers.sites",
    "wrappers",
    "spellings",
    "personal",
    "torn",
    "credentials",
    "redact",
    "errors",
    "setting_types",
    "rewritten",
    "safelink",
    "unwrap",
    "run",
    "gaps",
    "borders",
    "pieces",
    "shapes",
    "heads",
    "wrapped",
    "rests",
    "vendors",
    "plain",
    "anchors",
    "scan",
    "quoted_printable",
    "revisions",
    "place",
    "labels",
    "peel",
    "readback",
    "text",
    "documents.allowance",
    "documents.leftovers",
    "documents.files",
    "documents.gitignore",
    "documents.ignoring",
    "documents.walk",
    "documents.plain",
    "documents.passages",
    "documents.values",
    "documents.links",
    "documents.markup",
    "verbatim.stretches",
    "verbatim.pages",
    "verbatim.brackets",
    "verbatim.inlines",
    "verbatim.blocks",
    "verbatim.markdown",
    "verbatim.restructured",
    "verbatim.asciidoc",
    "verbatim.yaml",
    "verbatim.tex",
    "verbatim.org",
    "verbatim",
    "documents.running",
    "documents.yaml",
    "documents.references",
    "documents.member_names",
    "documents.structured",
    "documents.css",
    "documents.lines",
    "documents.elements",
    "documents.page_attributes",
    "documents.pages",
    "documents.markdown",
    "documents.asciidoc",
    "documents.tex",
    "documents.org",
    "documents.restructured",
    "documents.formulas",
    "documents.xml_documents",
    "documents.blocks",
    "documents.notebooks",
    "documents.prose",
    "documents.content",
    "documents.mime",
    "documents.headers",
    "documents.bodies",
    "documents.plain_bodies",
    "documents.mail",
    "documents.package",
    "documents.opendocument_text",
    "documents.opendocument",
    "documents.relationships",
    "documents.fields",
    "documents.flows",
    "documents.runs",
    "documents.spreadsheet",
    "documents.office",
    "documents.diff",
    "documents.nameless",
    "documents.pdf_labels",
    "documents.pdf_objects",
    "documents.pdf_pages",
    "documents.pdf_lines",
    "documents.pdf",
    "documents.codepages",
    "documents.controls",
    "documents.characters",
    "documents.rtf_fields",
    "documents.rtf_reader",
    "documents.rtf",
    "documents.encapsulated",
    "documents.compound",
    "documents.msg",
    "documents.formats",
    "documents.rewriting",
    "documents",
    "catalog.source_tree",
    "catalog.source_json",
    "catalog.source_toml",
    "catalog.source_edits",
    "catalog.source",
    "catalog.confusables",
    "catalog.known",
    "catalog.suspicion",
    "catalog.imitations",
    "catalog.model",
    "catalog.match",
    "catalog.bodies",
    "catalog.index",
    "catalog.protection",
    "catalog.fields",
    "catalog.reading",
    "catalog.validation",
    "catalog.names",
    "catalog.search",
    "catalog.export",
    "catalog.layers",
    "catalog.files",
    "catalog.catalog",
    "catalog",
    "configuration",
    "health.outcome",
    "health.special_addresses",
    "health.addresses",
    "health.settings",
    "health.policy",
    "health.ages",
    "health.stored",
    "health.history_journal",
    "health.history_seal",
    "health.history_file",
    "health.history",
    "health.reserved",
    "health.one_time",
    "health.refusal",
    "health.exchange",
    "health.page",
    "health.walls",
    "health.missing_pages",
    "health.signs",
    "health.cookies",
    "health.way",
    "health.sibling",
    "health.probe",
    "health.wire",
    "health.certificates",
    "health.lookup",
    "health.dialling",
    "health.lenient",
    "health.connection",
    "health.trust",
    "health.direct",
    "health.over_httpx",
    "health.proxies",
    "health.faults",
    "health.session",
    "health.fragments",
    "health.schedule",
    "health.asking",
    "health.checker",
    "health",
    "upkeep",
    "remarks",
    "rows",
    "comments",
    "rules.finding",
    "rules.found",
    "rules.table",
    "rules.selection",
    "rules.judging",
    "rules",
    "baseline",
    "shown_text",
    "marking",
    "collection",
    "report",
    "mending",
    "comparison",
    "survey",
    "report_formats",
    "reports.phrases",
    "reports.headline",
    "reports.ending",
    "reports.naming",
    "reports.objects",
    "reports.paths",
    "reports.beside",
    "reports.json",
    "reports.jsonl",
    "reports.text",
    "reports.github",
    "reports.gitlab",
    "reports.csv",
    "reports.junit",
    "reports.sarif",
    "reports.markdown",
    "reports.html.escaping",
    "reports.html.summary",
    "reports.html.table",
    "reports.html.texts",
    "reports.html",
    "reports.catalog",
    "reports",
    "audit",
]
WITHOUT_NETWORK = [
    *ORDER[: ORDER.index("health.lookup")],
    *ORDER[ORDER.index("rows") : ORDER.index("reports.text")],
    *ORDER[ORDER.index("reports.text") + 1 : ORDER.index("reports.catalog")],
]


def _name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {_name(path): path for path in SOURCE.rglob("*.py")}


def _imports(path: Path) -> set[str]:
    """Modules that `path` imports, relative to safelinks for its own, `!name` for others."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            below = [f"{module}.{alias.name}" for alias in node.names]
            names = [
                name if name.removeprefix("safelinks.") in MODULES else module for name in below
            ]
        for name in names:
            own = name == "safelinks" or name.startswith("safelinks.")
            found.add(name.removeprefix("safelinks.") if own else f"!{name.partition('.')[0]}")
    return found


def test_every_room_has_its_place() -> None:
    rooms = {name for name in MODULES if name.partition(".")[0] not in ("", "__main__", "cli")}
    assert rooms == set(ORDER)


@pytest.mark.parametrize("name", ORDER)
def test_rooms_import_only_from_above(name: str) -> None:
    own = {found for found in _imports(MODULES[name]) if not found.startswith("!")}
    inside = {found for found in own if found.startswith(f"{name}.")}
    assert own - inside <= set(ORDER[: ORDER.index(name)])


@pytest.mark.parametrize("name", WITHOUT_NETWORK)
def test_the_core_knows_no_network_and_no_command_line(name: str) -> None:
    forbidden = {"!httpx", "!httpcore", "!asyncio", "!socket", "!ssl", "!click", "!subprocess"}
    assert not _imports(MODULES[name]) & forbidden


def _loaded(code: str) -> set[str]:
    """Modules in the interpreter after running `code` in a fresh one."""
    show = "import sys; print('\\n' + ' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{show}"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import safelinks; safelinks.unwrap('https://a.example/')",
        "import safelinks; safelinks.clean('https://a.example/'); safelinks.find('')",
        "from safelinks.cli import main; main(['unwrap', 'https://a.example/'], standalone_mode=False)",
    ],
)
def test_unwrapping_loads_neither_httpx_nor_tldextract(code: str) -> None:
    assert not _loaded(code) & {"httpx", "httpcore", "tldextract", "asyncio", "ssl", "socket"}


def test_unwrapping_loads_no_other_command_and_nothing_of_theirs() -> None:
    code = (
        "from safelinks.cli import main; main(['unwrap', 'https://a.example/'], "
        "standalone_mode=False)"
    )
    loaded = {name.removeprefix("safelinks.") for name in _loaded(code)}
    others = {"catalog", "check", "clean", "config", "rules", "wrappers", "outputs", "network"}
    assert not loaded & {f"cli.{name}" for name in others}
    assert not loaded & set(ORDER[ORDER.index("scan") :])


def test_every_command_is_there_and_is_loaded_when_it_is_asked_for() -> None:
    from safelinks.cli import main

    context = main.make_context("safelinks", ["rules"])
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        assert command.name == name
    assert main.get_command(context, "none") is None


def test_no_room_is_crowded() -> None:
    crowded = {name: path.read_text().count("\n") for name, path in MODULES.items()}
    assert {name: lines for name, lines in crowded.items() if lines > 400} == {}


def test_every_public_name_can_be_had() -> None:
    import safelinks

    for name in safelinks.__all__:
        assert getattr(safelinks, name) is not None
        assert name in dir(safelinks)
    with pytest.raises(AttributeError):
        safelinks.nothing  # noqa: B018
