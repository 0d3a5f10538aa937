"""`nbcritic explain`: one rule, why it matters and what to do, with examples."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem


def _complete_rule(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from nbcritic import rules

    known = ((key, rule) for rule in rules.load().values() for key in (rule.name, rule.code))
    return [CompletionItem(key, help=rule.summary) for key, rule in known if key.lower().startswith(incomplete.lower())]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("rule", metavar="CODE|NAME", shell_complete=_complete_rule)
@click.option("--format", type=click.Choice(("text", "json")), default="text", show_default=True, help="What to write.")
@click.option("--color/--no-color", default=None, help="Colour in any case, or never. [default: on a terminal]")
def command(rule: str, format: str, color: bool | None) -> None:
    """Explain a rule: why the fault matters, what to do instead, and what is and is not one.

    \b
    Examples:
      nbcritic explain star-import
      nbcritic explain NBC114

    The rules that nbcritic takes from ruff are explained by ruff: `ruff rule F841`.
    """
    from nbcritic.cli.output import columns, say, wants_color
    from nbcritic.report.explain import find, page, record
    from nbcritic.report.json_ import dumps

    found = find(rule)
    say(dumps(record(found)) + "\n" if format == "json" else page(found, color=wants_color(color), width=columns()))
