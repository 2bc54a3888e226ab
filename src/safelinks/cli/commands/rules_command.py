"""What reports mean: `safelinks rules` and `rule` for people, `schema` for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from safelinks.cli.options import shell_completion
from safelinks.rules import RULES, codes_of

if TYPE_CHECKING:
    from safelinks.rules import Rule

__all__ = ["rule_command", "rules_command", "schema_command"]


@click.command("rules")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object per line.")
def rules_command(*, as_json: bool) -> None:
    """List the rules.

    Each line has a code, a level, a name, and whether --fix can fix it.
    """
    widest = max(len(one.name) for one in RULES.values())
    for one in RULES.values():
        if as_json:
            click.echo(json.dumps(_data(one)))
        else:
            fix = "fix" if one.fixes else ""
            click.echo(f"{one.code}  {one.level:7}  {one.name:{widest}}  {fix:3}  {one.title}")


def _data(one: Rule) -> dict[str, object]:
    return {
        "code": one.code,
        "name": one.name,
        "level": str(one.level),
        "title": one.title,
        "fixes": one.fixes,
        "about_network": one.about_network,
        "page": one.page,
    }


@click.command("rule")
@click.argument(
    "selectors",
    nargs=-1,
    required=True,
    metavar="CODE...",
    shell_complete=shell_completion.selectors,
)
def rule_command(selectors: tuple[str, ...]) -> None:
    """Explain a rule.

    Its page says why it matters, what to do, and when to ignore it. CODE is a code such as SL301,
    the start of several codes such as SL3, or a name.
    """
    codes = dict.fromkeys(code for one in selectors for code in sorted(codes_of(one)))
    click.echo("\n".join(RULES[code].page for code in codes), nl=False)


@click.command("schema")
@click.argument("name", type=click.Choice(["report", "status"]), default="report")
def schema_command(name: str) -> None:
    """Print the JSON Schema of reports.

    The lines of jsonl reports have the schema $defs/line. With status, prints the schema of what
    `safelinks catalog check --format json` prints.
    """
    from safelinks.reports import json_report, status_json  # noqa: PLC0415  with the reports, more than `rules` needs

    schemas = {"report": json_report.schema, "status": status_json.status_schema}
    click.echo(schemas[name](), nl=False)
