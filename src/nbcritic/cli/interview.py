"""`nbcritic interview`: the live form."""

from __future__ import annotations

from pathlib import Path

import click

from nbcritic.cli.extra import KitCommand


@click.command(cls=KitCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("slug", metavar="SCENARIO")
@click.option(
    "--minutes", type=click.IntRange(10, 240), help="How long it will take. [default: what the scenario says]"
)
@click.option(
    "--into", metavar="DIR", type=click.Path(path_type=Path), help="The folder to make. [default: SCENARIO-interview]"
)
def command(slug: str, minutes: int | None, into: Path | None) -> None:
    """Prepare an interview: a folder for the candidate, and a tick sheet for you.

    \b
    candidate/       notebook, brief, data, an empty critique: send this, and nothing else
    interviewer/     tick-sheet.html (works offline, prints well), the key and the script

    The sheet lists the remarks in order of weight, with a timer, follow-ups and what each level sounds like.
    """
    from nbcritic.cli.output import say
    from nbcritic.kit.interview import prepare

    folder = prepare(slug, into or Path(f"{slug}-interview"), minutes)
    say(f"{folder}/candidate/ is for the candidate. Open {folder}/interviewer/tick-sheet.html when you begin.\n")
