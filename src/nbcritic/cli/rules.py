"""`nbcritic rules`: what nbcritic looks for."""

from __future__ import annotations

import click

from nbcritic.model import PROFILES


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--profile", type=click.Choice(PROFILES), help="Only the rules of this profile.")
@click.option("--format", type=click.Choice(("text", "json")), default="text", show_default=True, help="What to write.")
@click.option("--color/--no-color", default=None, help="Colour in any case, or never. [default: on a terminal]")
def command(profile: str | None, format: str, color: bool | None) -> None:
    """List the rules, with the profile from which each is looked for.

    \b
    Examples:
      nbcritic rules
      nbcritic rules --profile explore
      nbcritic rules --format json
    """
    from nbcritic import rules
    from nbcritic.cli.output import columns, say, wants_color
    from nbcritic.report.explain import brief, table
    from nbcritic.report.json_ import dumps

    limit = PROFILES.index(profile) if profile else len(PROFILES)
    listed = [rule for rule in rules.load().values() if PROFILES.index(rule.profile) <= limit]
    if format == "json":
        say(dumps([brief(rule) for rule in listed]) + "\n")
    else:
        say(table(listed, color=wants_color(color), width=columns()))
