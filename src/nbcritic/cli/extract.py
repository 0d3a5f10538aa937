"""`nbcritic extract`: what of a notebook can become a package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nbcritic.extract.plan import Plan


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("path", metavar="NOTEBOOK", type=click.Path())
@click.option("--format", type=click.Choice(("text", "json")), default="text", show_default=True, help="What to write.")
@click.option("--write", "folder", metavar="DIR", type=click.Path(), help="Write the package into this folder.")
@click.option("--force", is_flag=True, help="Replace files in a folder that is not empty.")
@click.option("--name", metavar="NAME", help="The name of the package. [default: that of the notebook]")
def command(path: str, format: str, folder: str | None, force: bool, name: str | None) -> None:
    """Show which cells could become which functions of a package, without running anything.

    NOTEBOOK is a notebook, a script with `# %%` cells, or - for standard input.

    \b
    Examples:
      nbcritic extract analysis.ipynb
      nbcritic extract analysis.ipynb --write sales --name sales

    What is written: modules with the moved code, a dataclass of parameters, the notebook with calls in place of the code, and a
    skeleton of tests. What cannot leave the notebook without changing what it computes stays, and the plan says why.
    """
    from pathlib import Path

    from nbcritic.cli.output import say
    from nbcritic.extract.words import as_json, as_text

    plan = _plan(path, name)
    if folder is None:
        say(as_json(plan) if format == "json" else as_text(plan))
        return
    from nbcritic.extract.write import write

    written = write(plan, Path(folder), force=force)
    say("".join(f"{folder}/{one}\n" for one in written))


def _plan(path: str, name: str | None) -> Plan:
    from keyword import iskeyword

    from nbcritic.cli.flow import _page
    from nbcritic.extract.plan import plan
    from nbcritic.model import NbcriticError

    if name is not None and (not name.isidentifier() or iskeyword(name)):
        raise NbcriticError(f"{name}: is no name for a package; letters, digits and _ make one")
    return plan(_page(path), name or "")
