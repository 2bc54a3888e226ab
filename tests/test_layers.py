"""The layers of the house: who may import whom, and what is loaded when."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from rows import all_rows

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

SOURCE = Path(__file__).parent.parent / "src" / "safelinks"

# From the ground up: a room imports only from rooms above it in this list.
ORDER = [
    "version",
    "foundation.patterns",
    "foundation.values",
    "foundation.interrupts",
    "foundation",
    "addresses.link_errors",
    "addresses.percent",
    "addresses.international_names",
    "addresses.urls",
    "addresses.printable",
    "addresses.place",
    "addresses.roles",
    "addresses.schemes",
    "addresses",
    "wrappers.microsoft.safelink_grammar",
    "wrappers.microsoft.data_field",
    "wrappers.microsoft.teams_parameters",
    "wrappers.microsoft",
    "wrappers.vendors.host_lists",
    "wrappers.vendors.link_ends",
    "wrappers.vendors.carriers",
    "wrappers.vendors.gateways",
    "wrappers.vendors.tokens",
    "wrappers.vendors.mirrors",
    "wrappers.vendors.wrapper_row",
    "wrappers.vendors.security_services",
    "wrappers.vendors.newsletter_services",
    "wrappers.vendors.site_redirectors",
    "wrappers.vendors.wrapper_table",
    "wrappers.vendors",
    "wrappers.redaction.mail_address_spellings",
    "wrappers.redaction.personal_data",
    "wrappers.redaction.running_text_redaction",
    "wrappers.redaction.credentials",
    "wrappers.redaction.link_redaction",
    "wrappers.redaction",
    "wrappers.vendor_layer",
    "wrappers.safelink",
    "wrappers.unwrapping",
    "wrappers",
    "errors",
    "setting_validators",
    "links.address_run",
    "links.line_breaks",
    "links.continuation",
    "links.joined_link",
    "links.safelink_shapes",
    "links.cut_schemes",
    "links.wrapped_links",
    "links.headless_links",
    "links.vendor_links",
    "links.plain_addresses",
    "links.link_markers",
    "links.scanning",
    "links.quoted_printable",
    "links.labels",
    "links.unwrap_options",
    "links.text_links",
    "links",
    "files.unfinished_files",
    "files.file_access",
    "files.ignore_patterns",
    "files.ignored_files",
    "files.vendored_trees",
    "files.file_walk",
    "files.local_tree",
    "files.git_output",
    "files.git_command",
    "files.git_renames",
    "files.data.value_tree",
    "files.data.json_syntax",
    "files.data.toml_syntax",
    "files.data.value_edits",
    "files.data.data_file",
    "files.data.configuration",
    "files.data",
    "files",
    "documents.content.named_functions",
    "documents.content.signatures",
    "documents.passages.encodings",
    "documents.passages.passage",
    "documents.passages.character_references",
    "documents.passages.delimited_addresses",
    "documents.passages.passage_links",
    "documents.passages",
    "documents.structured.member_names",
    "documents.structured.json_csv_icalendar",
    "documents.structured",
    "documents.markup.markup_tokens",
    "documents.markup.style_sheets",
    "documents.markup.collected_text",
    "documents.markup.elements",
    "documents.markup.html_attributes",
    "documents.markup.html_pages",
    "documents.markup.formulas",
    "documents.markup.xml_documents",
    "documents.markup.visible_blocks",
    "documents.markup.page_head",
    "documents.markup",
    "documents.verbatim.code_ranges",
    "documents.verbatim.html_code",
    "documents.verbatim.markdown_brackets",
    "documents.verbatim.markdown_inlines",
    "documents.verbatim.markdown_line",
    "documents.verbatim.markdown_blocks",
    "documents.verbatim.markdown_code",
    "documents.verbatim.restructured_code",
    "documents.verbatim.asciidoc_code",
    "documents.verbatim.yaml_toml_scalars",
    "documents.verbatim.tex_code",
    "documents.verbatim.org_code",
    "documents.verbatim.verbatim_ranges",
    "documents.verbatim",
    "documents.text.running_text",
    "documents.text.yaml_toml",
    "documents.text.markdown",
    "documents.text.asciidoc",
    "documents.text.tex",
    "documents.text.org",
    "documents.text.restructured",
    "documents.text.notebooks",
    "documents.text",
    "documents.content.package_installation",
    "documents.content.unpack_allowance",
    "documents.content.prose",
    "documents.content.document_content",
    "documents.content.document_dates",
    "documents.content",
    "documents.rtf.code_pages",
    "documents.rtf.rtf_tokens",
    "documents.rtf.rtf_characters",
    "documents.rtf.rtf_fields",
    "documents.rtf.rtf_passages",
    "documents.rtf.rtf_documents",
    "documents.rtf.encapsulated_html",
    "documents.rtf",
    "documents.mail.mime_structure",
    "documents.mail.header_fields",
    "documents.mail.body_encodings",
    "documents.mail.plain_text_bodies",
    "documents.mail.mail_messages",
    "documents.mail.compound_files",
    "documents.mail.outlook_messages",
    "documents.mail",
    "documents.local.local_reference",
    "documents.local.html_references",
    "documents.local.markdown_references",
    "documents.local.restructured_references",
    "documents.local.org_references",
    "documents.local.notebook_references",
    "documents.local.asciidoc_references",
    "documents.local.slugs",
    "documents.local.anchors",
    "documents.local.html_anchors",
    "documents.local.markdown_anchors",
    "documents.local.restructured_anchors",
    "documents.local.asciidoc_anchors",
    "documents.local",
    "documents.office.zip_packages",
    "documents.office.relationships",
    "documents.office.word_fields",
    "documents.office.paragraph_flow",
    "documents.office.package_references",
    "documents.office.paragraph_runs",
    "documents.office.worksheets",
    "documents.office.office_files",
    "documents.office.opendocument_passages",
    "documents.office.opendocument",
    "documents.office",
    "documents.pdf.word_positions",
    "documents.pdf.pdf_objects",
    "documents.pdf.unread_pages",
    "documents.pdf.pdf_pages",
    "documents.pdf.addresses_over_lines",
    "documents.pdf.pdf_documents",
    "documents.pdf",
    "documents.formats",
    "documents.address_agreement",
    "documents.rewriting",
    "documents.unified_diff",
    "documents.redacted_lines",
    "documents.document",
    "documents",
    "catalog.lookalikes.confusables",
    "catalog.lookalikes.protected_names",
    "catalog.lookalikes.suspicions",
    "catalog.lookalikes.wrapper_imitations",
    "catalog.lookalikes",
    "catalog.entries",
    "catalog.evidence",
    "catalog.match",
    "catalog.catalog_tables",
    "catalog.agency_lookup",
    "catalog.agency_tables",
    "catalog.short_names",
    "catalog.address_index",
    "catalog.address_tables",
    "catalog.owner_protection",
    "catalog.field_readers",
    "catalog.entry_readers",
    "catalog.validation",
    "catalog.resource_names",
    "catalog.search_words",
    "catalog.resource_search",
    "catalog.catalog_export",
    "catalog.catalog_layers",
    "catalog.layering",
    "catalog.catalog_files",
    "catalog.city_catalog",
    "catalog.catalog",
    "catalog.service_table",
    "catalog",
    "health.model.outcome",
    "health.model.policy_settings",
    "health.model.policy",
    "health.model.exchange",
    "health.model",
    "health.guards.special_ip_ranges",
    "health.guards.public_addresses",
    "health.guards.reserved_names",
    "health.guards.one_time_links",
    "health.guards.refusal",
    "health.guards.archive_privacy",
    "health.guards",
    "health.judgement.cookies",
    "health.judgement.visible_page",
    "health.judgement.bot_walls",
    "health.judgement.missing_page_phrases",
    "health.judgement.page_signs",
    "health.judgement.persistent_identifiers",
    "health.judgement.redirects",
    "health.judgement.web_archives",
    "health.judgement.soft_404",
    "health.judgement.probe",
    "health.judgement",
    "health.network.wire",
    "health.network.certificates",
    "health.network.name_lookup",
    "health.network.dialling",
    "health.network.lenient_heads",
    "health.network.answers",
    "health.network.quick_answers",
    "health.network.careful_answers",
    "health.network.http_connection",
    "health.network.tls_trust",
    "health.network.direct_wire",
    "health.network.httpx_wire",
    "health.network.open_files",
    "health.network.proxies",
    "health.network.network_faults",
    "health.network.session",
    "health.network",
    "health.memory.reuse_ages",
    "health.memory.stored_outcomes",
    "health.memory.history_journal",
    "health.memory.history_seal",
    "health.memory.history_file",
    "health.memory.history",
    "health.memory",
    "health.spelled_outcomes",
    "health.request_limit",
    "health.schedule",
    "health.known_hosts",
    "health.scheduled_probes",
    "health.processes.process_line",
    "health.processes.site_shares",
    "health.processes.shared_asking",
    "health.processes.asking_processes",
    "health.processes",
    "health.archive_lookup",
    "health.checker",
    "health",
    "rules.checked_link",
    "rules.page_owner",
    "rules.text_places",
    "rules.names_in_text",
    "rules.suppressions",
    "rules.finding",
    "rules.local_problems",
    "rules.detectors",
    "rules.rule_table",
    "rules.selection",
    "rules.judge",
    "rules.unused_ignores",
    "rules",
    "checks.catalog_upkeep",
    "checks.service_status",
    "checks.baseline",
    "checks.marked_text",
    "checks.link_marking",
    "checks.link_groups",
    "checks.collecting",
    "checks.report",
    "checks.fix_plan",
    "checks.fixed_places",
    "checks.baseline_comparison",
    "checks.file_plan",
    "checks.local_link_options",
    "checks.looked_at",
    "checks.local_sites",
    "checks.local_referrers",
    "checks.local_parts",
    "checks.local_texts",
    "checks.local_links",
    "checks.check_options",
    "checks.suggestions",
    "checks.link_outcome",
    "checks.assessment",
    "checks.changed_lines",
    "checks.file_change",
    "checks.file_cleaning",
    "checks.known_findings",
    "checks.pipeline",
    "checks",
    "reports.report_formats",
    "reports.wording.phrases",
    "reports.wording.failures",
    "reports.wording.sentences",
    "reports.wording.headline",
    "reports.wording.conclusion",
    "reports.wording.address_names",
    "reports.wording.replacements",
    "reports.wording.file_uris",
    "reports.wording.findings_by_row",
    "reports.wording.status",
    "reports.wording",
    "reports.row_tally",
    "reports.json_objects",
    "reports.unwrap_objects",
    "reports.json_report",
    "reports.jsonl_report",
    "reports.links_to_files",
    "reports.rule_statistics",
    "reports.concise_report",
    "reports.text_report",
    "reports.github_report",
    "reports.gitlab_report",
    "reports.csv_report",
    "reports.junit_report",
    "reports.sarif_report",
    "reports.markdown_cells",
    "reports.markdown_report",
    "reports.html.html_escaping",
    "reports.html.html_frame",
    "reports.html.html_pieces",
    "reports.html.html_summary",
    "reports.html.html_files",
    "reports.html.html_table",
    "reports.html.html_texts",
    "reports.html.html_status",
    "reports.html",
    "reports.html_report",
    "reports.catalog_report",
    "reports.status_page",
    "reports.status_json",
    "reports.status_markdown",
    "reports.rendering",
    "reports",
    "bulk.extras",
    "bulk.table_formats",
    "bulk.csv_dialect",
    "bulk.fields",
    "bulk.suspects",
    "bulk.workers",
    "bulk.columns",
    "bulk.streams",
    "bulk.text_values",
    "bulk.text_tables",
    "bulk.table_output",
    "bulk.table_files",
    "bulk.link_rows",
    "bulk.sites",
    "bulk.journal",
    "bulk.bucket_check",
    "bulk.process_pool",
    "bulk.ordered_pool",
    "bulk.checking",
    "bulk",
    "arrow",
    "polars",
    "duckdb",
    "spark",
    "web.web_settings",
    "web.problems",
    "web.openapi",
    "web.metrics",
    "web.gate",
    "web.submissions",
    "web.cleaned_files",
    "web.reading",
    "web.page_texts",
    "web.english_texts",
    "web.spanish_texts",
    "web.page_rows",
    "web.page_counts",
    "web.page",
    "web.problem_answers",
    "web.json_answers",
    "web.check_desk",
    "web.private_files",
    "web.waiting_line",
    "web.nursery",
    "web.request_processes",
    "web.check_answers",
    "web.page_answers",
    "web.warm_up",
    "web.app",
    "web.server",
    "web",
]
# What engines are handed, by their names: a few lines each, on what is in `bulk`.
FACES = ("arrow", "polars", "duckdb", "spark")
# The rooms that touch the network, run programs, or know a terminal.
OF_THE_WORLD = {
    "files.git_command",
    "health.network.name_lookup",
    "health.network.dialling",
    "health.network.answers",
    "health.network.quick_answers",
    "health.network.careful_answers",
    "health.network.http_connection",
    "health.network.tls_trust",
    "health.network.direct_wire",
    "health.network.httpx_wire",
    "health.network.proxies",
    "health.network.network_faults",
    "health.network.session",
    "health.scheduled_probes",
    "health.processes.process_line",
    "health.processes.shared_asking",
    "health.processes.asking_processes",
    "health.archive_lookup",
    "health.checker",
    "checks.pipeline",
    "reports.links_to_files",
    "reports.text_report",
    "bulk.bucket_check",
    "web.gate",
    "web.check_desk",
    "web.waiting_line",
    "web.nursery",
    "web.request_processes",
    "web.warm_up",
    "web.server",
}
# What each format of documents or reports has, and a table asks for by its name.
OF_EVERY_FORMAT = {"open_content", "render"}
WITHOUT_NETWORK = [name for name in ORDER if name not in OF_THE_WORLD]


def _name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {_name(path): path for path in SOURCE.rglob("*.py")}


@cache
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


@pytest.mark.slow
@all_rows(ORDER)
def test_rooms_import_only_from_above(name: str) -> None:
    own = {found for found in _imports(MODULES[name]) if not found.startswith("!")}
    inside = {found for found in own if found.startswith(f"{name}.")}
    assert own - inside <= set(ORDER[: ORDER.index(name)])


@pytest.mark.slow
@all_rows(WITHOUT_NETWORK)
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
        "from safelinks.cli.program import main; main(['unwrap', 'https://a.example/'], standalone_mode=False)",
    ],
)
def test_unwrapping_loads_neither_httpx_nor_tldextract(code: str) -> None:
    assert not _loaded(code) & {
        "httpx",
        "httpcore",
        "tldextract",
        "asyncio",
        "ssl",
        "socket",
        "pyarrow",
    }


def test_unwrapping_loads_no_other_command_and_nothing_of_theirs() -> None:
    code = (
        "from safelinks.cli.program import main; main(['unwrap', 'https://a.example/'], "
        "standalone_mode=False)"
    )
    loaded = {name.removeprefix("safelinks.") for name in _loaded(code)}
    others = {"bulk", "catalog", "check", "clean", "config", "rules", "serve", "wrappers"}
    assert not loaded & {f"cli.commands.{name}_command" for name in others}
    assert not loaded & {"cli.options.report_outputs", "cli.options.network_options"}
    assert not loaded & set(ORDER[ORDER.index("links.scanning") :])


@pytest.mark.parametrize(
    "code",
    [
        "main(['--help'], standalone_mode=False)",
        "main.shell_complete(main.make_context('safelinks', [], resilient_parsing=True), '')",
    ],
)
def test_a_list_of_the_commands_loads_none_of_them(code: str) -> None:
    loaded = _loaded(f"from safelinks.cli.program import main; {code}")
    assert not [name for name in loaded if name.startswith("safelinks.cli.commands.")]


# What takes its time to import, and is not needed to check one plain file.
DEAR = {
    "asyncio", "concurrent.futures", "ctypes", "difflib", "email", "glob", "h11", "hashlib", "html",
    "httptools", "httpx", "importlib.resources", "logging", "multiprocessing", "pyarrow", "pypdf", "socket", "sqlite3", "ssl",
    "string", "subprocess", "tldextract", "tomllib", "xml", "zipfile",
}  # fmt: skip
# Rooms of which nothing is: other formats and reports, the network, and what a user has not asked for.
ELSEWHERE = (
    "arrow", "bulk", "duckdb", "polars", "spark", "documents.mail.", "documents.markup.", "documents.office.", "documents.pdf.", "documents.rtf.",
    "documents.structured.", "documents.text.", "catalog.layering", "catalog.validation", "files.data.data_file", "files.file_walk", "files.git", "files.ignore",
    "health.checker", "health.memory.history", "health.judgement.", "health.network.",
    "reports.html", "reports.json", "reports.csv", "checks.changed_lines",
)  # fmt: skip


@pytest.mark.parametrize(
    ("options", "needed"),
    [
        ("'--offline'", set[str]()),
        ("'--allow-private'", {"asyncio", "concurrent.futures", "html", "httptools", "logging",
                               "socket", "ssl", "string", "subprocess"}),
    ],
)  # fmt: skip
def test_a_check_of_one_plain_file_loads_little(
    options: str, needed: set[str], tmp_path: Path
) -> None:
    file = tmp_path / "a.txt"
    file.write_text("See http://127.0.0.1:1/ and https://www.nyc.gov/site/mocs/\n")
    code = (
        "from safelinks.cli.program import main\n"
        f"main(['check', {options}, '--retries', '0', '--exclude', 'nyc', {str(file)!r}], "
        "standalone_mode=False)"
    )
    loaded = _loaded(code)
    assert loaded & DEAR <= needed
    rooms = {name.removeprefix("safelinks.") for name in loaded if name.startswith("safelinks.")}
    if not needed:
        assert not [name for name in rooms if name.startswith(ELSEWHERE)]


def test_every_command_is_there_and_is_loaded_when_it_is_asked_for() -> None:
    from safelinks.cli.program import main

    context = main.make_context("safelinks", ["rules"])
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert f"  {name:<8}  {command.get_short_help_str(90)}\n" in main.get_help(context)
    assert main.get_command(context, "none") is None


def test_an_import_within_a_function_says_why() -> None:
    lines = [line for path in MODULES.values() for line in path.read_text().splitlines()]
    late = [line for line in lines if "PLC0415" in line]
    assert late
    assert not [line for line in late if not line.partition("PLC0415")[2].strip()]


def test_no_room_is_crowded() -> None:
    crowded = {name: path.read_text().count("\n") for name, path in MODULES.items()}
    assert {name: lines for name, lines in crowded.items() if lines > 400} == {}


def test_the_top_has_few_entries() -> None:
    entries = [path.name for path in SOURCE.iterdir() if path.name != "__pycache__"]
    entries = [name for name in entries if name.removesuffix(".py") not in FACES]
    assert len(entries) <= 20, sorted(entries)


def test_no_two_modules_have_one_name() -> None:
    names = Counter(path.stem for path in MODULES.values() if path.name != "__init__.py")
    assert {name: times for name, times in names.items() if times > 1} == {}


def _defined(path: Path) -> set[str]:
    """The names that a module defines at its top: all classes, and all else that is public."""
    names = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {
                one.id for top in targets for one in ast.walk(top) if isinstance(one, ast.Name)
            }
    classes = {
        node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)
    }
    return {name for name in names if name in classes or not name.startswith("_")}


@pytest.mark.slow
def test_no_name_is_defined_twice() -> None:
    where: dict[str, list[str]] = {}
    for module, path in MODULES.items():
        if module in FACES:  # whose functions are called what they do, as those of the library
            continue
        for name in _defined(path):
            where.setdefault(name, []).append(module)
    twice = {name: modules for name, modules in where.items() if len(modules) > 1}
    assert set(twice) == OF_EVERY_FORMAT, twice


def test_every_public_name_can_be_had() -> None:
    import safelinks

    for name in safelinks.__all__:
        assert getattr(safelinks, name) is not None
        assert name in dir(safelinks)
    with pytest.raises(AttributeError):
        safelinks.nothing  # noqa: B018
