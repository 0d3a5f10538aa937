"""All commands: which one is meant, and loading it when it is called.

`nbcritic PATH...` is `nbcritic check PATH...`: the arguments are completed before click sees them.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

import click
from click.shell_completion import CompletionItem

from nbcritic import __version__

COMMANDS = (
    "annotate",
    "cache",
    "check",
    "explain",
    "extract",
    "flow",
    "interview",
    "kit",
    "practice",
    "rerun",
    "rules",
    "takehome",
)
DEFAULT = "check"

SHORT_HELP = """\
nbcritic reviews Jupyter notebooks.

  nbcritic analysis.ipynb          review one notebook
  nbcritic .                       review every notebook under this folder
  nbcritic explain star-import     why a rule matters, with examples
  nbcritic rules                   every rule on one line
  nbcritic flow analysis.ipynb     which cell needs what from which other cell
  nbcritic extract analysis.ipynb  which cells could be which functions of a package
  nbcritic practice list           notebooks to train on, with a key and a score
  nbcritic rerun analysis.ipynb    run it in a clean kernel: does it reproduce?

nbcritic --help says more.
"""


class _Commands(click.Group):
    """Finds a command in the module of its name, and takes `check` for granted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return load(cmd_name) if cmd_name in COMMANDS else None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and not ctx.resilient_parsing:
            click.echo(SHORT_HELP, nl=False)
            ctx.exit(2)
        return super().parse_args(ctx, args if ctx.resilient_parsing and not args else complete(args))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands, files, and the options of the default command."""
        if incomplete.startswith("-"):
            return [*super().shell_complete(ctx, incomplete), *load(DEFAULT).shell_complete(ctx, incomplete)]
        return [*super().shell_complete(ctx, incomplete), CompletionItem(incomplete, type="file")]


def load(name: str) -> click.Command:
    """The command of this name."""
    command = import_module(f"nbcritic.cli.{name}").command
    assert isinstance(command, click.Command)
    return command


def complete(args: Sequence[str]) -> list[str]:
    """The arguments with the command in front: the one that they name, or `check`.

    Options may stand before the command. A word that is neither a path nor a command but nearly one is an error that says so.
    """
    if not args or args[0] in COMMANDS or args[0] in ("-h", "--help", "--version"):
        return list(args)
    index = _first_word(args)
    if index is not None and args[index] in COMMANDS:
        return [args[index], *args[:index], *args[index + 1 :]]
    if index is not None:
        _refuse_misspelt(args[index])
    return [DEFAULT, *args]


def _first_word(args: Sequence[str]) -> int | None:
    """The index of the first argument that is neither an option nor the value of one."""
    takes_value: set[str] = set()
    if args[0].startswith("-"):
        options = (option for option in load(DEFAULT).params if isinstance(option, click.Option))
        takes_value = {name for option in options if not option.is_flag for name in option.opts}
    skip = False
    for index, word in enumerate(args):
        if skip:
            skip = False
        elif word == "--":
            return None
        elif word.startswith("-") and word != "-":
            skip = word in takes_value
        else:
            return index
    return None


def _refuse_misspelt(word: str) -> None:
    import difflib
    import os

    near = difflib.get_close_matches(word, COMMANDS, 1) if word.isalpha() else []
    if near and not os.path.lexists(word):
        raise click.UsageError(f"{word!r} is no command, file or folder; did you mean `nbcritic {near[0]}`?")


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="nbcritic %(version)s")
def cli() -> None:
    """Reviews Jupyter notebooks as a senior colleague would: first the three things that matter most, each with the reason and
    the remedy, then everything else cell by cell. It reads notebooks and never runs them.

    \b
      nbcritic analysis.ipynb          review one notebook
      nbcritic .                       review every notebook under this folder
      nbcritic explain star-import     why a rule matters, with examples

    `nbcritic PATH...` is short for `nbcritic check PATH...`: `nbcritic check --help` shows the options. A folder that is named
    like a command is written ./rules.
    """
