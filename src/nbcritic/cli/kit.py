"""`nbcritic kit`: for authors of scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nbcritic.cli.extra import KitGroup

if TYPE_CHECKING:
    from nbcritic.kit.gate import Result

_HELP = {"help_option_names": ["-h", "--help"]}
_root = click.option(
    "--root",
    metavar="DIR",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The folder that holds notebooks/ and critiques/. [default: this one if it does, else the one that is installed]",
)


@click.group(cls=KitGroup, context_settings=_HELP)
def command() -> None:
    """Write scenarios for the training kit; `nbcritic practice` is for those who train.

    \b
      nbcritic kit new churn-model      lay out a new scenario, with notes on what goes where
      nbcritic kit record churn-model   make its notebook by replaying how the author worked
      nbcritic kit check                is everything true that the scenarios say?
      nbcritic kit floor                what nbcritic alone finds of each key
    """


def _where(root: Path | None) -> Path:
    from nbcritic.kit import scenario

    if root is not None:
        return root
    return Path.cwd() if Path("critiques").is_dir() and Path("notebooks").is_dir() else scenario.root()


@command.command(context_settings=_HELP)
@click.argument("slug")
@_root
def record(slug: str, root: Path | None) -> None:
    """Make a scenario's notebook: run recording.py in a live kernel, in the order in which its author did."""
    from nbcritic.cli.output import say
    from nbcritic.kit.record import RecordingError
    from nbcritic.kit.record import record as replay
    from nbcritic.model import NbcriticError

    base = _where(root)
    notebook = base / "notebooks" / slug / f"{slug}.ipynb"
    source = base / "critiques" / slug / "recording.py"
    if not source.is_file():
        raise NbcriticError(f"{source} is missing; `nbcritic kit new {slug}` makes a first one")
    try:
        replay(source, notebook, notebook.parent)
    except (OSError, RecordingError, ImportError) as error:
        raise NbcriticError(f"{slug}: {error}") from error
    say(f"{notebook}\n")


@command.command(context_settings=_HELP)
@click.argument("slugs", metavar="[SLUG]...", nargs=-1)
@_root
@click.option("--quick", is_flag=True, help="Leave out what runs for long: probes, skeleton, reference.")
@click.option("--only", metavar="CHECK", help="One check only, such as quotes.")
@click.option(
    "--jobs", metavar="N", type=click.IntRange(1, 64), default=1, show_default=True, help="Scenarios at a time."
)
@click.option("--format", type=click.Choice(("text", "json")), default="text", show_default=True, help="What to write.")
@click.pass_context
def check(
    ctx: click.Context, slugs: tuple[str, ...], root: Path | None, quick: bool, only: str | None, jobs: int, format: str
) -> None:
    """Check scenarios, all of them by default: quotes, numbers, hashes, probes, samples, contract, reference, skeleton.

    Exit code 0: all is well. 1: something is not, and the text says what to do.
    """
    from nbcritic.cli.output import say
    from nbcritic.kit import gate, scenario
    from nbcritic.model import NbcriticError
    from nbcritic.report.json_ import dumps

    base = _where(root)
    chosen = [scenario.load(slug, base) for slug in slugs or scenario.slugs(base)]
    if only and only not in {one.name for one in gate.CHECKS}:
        raise NbcriticError(f"there is no check {only!r}; there are {', '.join(one.name for one in gate.CHECKS)}")
    results: list[Result] = []
    for result in gate.run_all(chosen, quick=quick, only=only or "", jobs=jobs):
        results.append(result)
        if format == "text":
            say(gate.text(result))
    bad = sum(bool(result.faults) for result in results)
    if format == "json":
        say(dumps([{name: getattr(one, name) for name in ("scenario", "check", "faults")} for one in results]) + "\n")
    else:
        say(f"\n{len(results)} checks, {bad} with faults\n" if bad else f"\n{len(results)} checks, all is well\n")
    ctx.exit(1 if bad else 0)


@command.command(context_settings=_HELP)
@_root
@click.option(
    "--write",
    "target",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Put the table between the marks in this file.",
)
def floor(root: Path | None, target: Path | None) -> None:
    """Show what nbcritic alone finds of each key: its recall and precision against what people found."""
    from nbcritic.cli.output import say
    from nbcritic.kit import floor, scenario
    from nbcritic.kit.workspace import write

    base = _where(root)
    table = floor.table([scenario.load(slug, base) for slug in scenario.slugs(base)])
    if target is None:
        say(table)
    else:
        write(target, floor.placed(table, target.read_text(encoding="utf-8")))


@command.command(context_settings=_HELP)
@click.argument("slug")
@_root
def new(slug: str, root: Path | None) -> None:
    """Lay out a new scenario in notebooks/ and critiques/. What is left to write is marked TODO, and `kit check` goes through it."""
    from nbcritic.cli.output import say
    from nbcritic.kit.new import lay_out

    base = root or Path.cwd()
    written = lay_out(slug, base)
    say("".join(f"{path.relative_to(base).as_posix()}\n" for path in written))
    say(
        f"\nWrite recording.py first, then `nbcritic kit record {slug}`; docs/kit/authoring.md says what makes a good scenario.\n"
    )
