"""`nbcritic annotate`: the critique inside the notebook, beside the cells it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nbcritic.model import PROFILES

if TYPE_CHECKING:
    from nbcritic.model import Notebook


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("path", metavar="NOTEBOOK", type=click.Path())
@click.option("--output", "-o", metavar="FILE", required=True, type=click.Path(), help="Write to this file.")
@click.option("--strip", is_flag=True, help="Take the critique out again; the rest is left byte for byte as it was.")
@click.option("--force", is_flag=True, help="Write also where FILE exists, or is NOTEBOOK itself.")
@click.option("--profile", type=click.Choice(PROFILES), help="How strict to be, as for `nbcritic check`.")
@click.option(
    "--config",
    metavar="FILE",
    type=click.Path(),
    help="Take the configuration from this file in place of the nearest pyproject.toml with a [tool.nbcritic].",
)
def command(path: str, output: str, strip: bool, force: bool, profile: str | None, config: str | None) -> None:
    """Put the critique of a notebook into a copy of it, as Markdown cells above the cells that it is about.

    The cells of the notebook stay as they are, byte for byte. The new ones carry the tag `nbcritic-review`.

    \b
    Examples:
      nbcritic annotate analysis.ipynb -o reviewed.ipynb
      nbcritic annotate --strip reviewed.ipynb -o analysis.ipynb --force
    """
    from pathlib import Path

    import nbcritic
    from nbcritic.cli.changes import say_aside
    from nbcritic.model import NbcriticError
    from nbcritic.notebook.write import save
    from nbcritic.report.annotated import ours
    from nbcritic.report.annotated import strip as stripped

    if not force and Path(output).exists():
        raise NbcriticError(f"{output}: exists; --force overwrites it")
    notebook = nbcritic.read(path)
    result = stripped(notebook).notebook if strip else _annotated(notebook, profile, config)
    save(output, result.raw)
    count = len(ours(notebook)) if strip else len(ours(result))
    say_aside([f"{output}: {count} cells {'taken out' if strip else 'put in'}"])


def _annotated(notebook: Notebook, profile: str | None, config: str | None) -> Notebook:
    import nbcritic
    from nbcritic.model import NbcriticError
    from nbcritic.report.annotated import annotate
    from nbcritic.scanner import configure

    chosen = configure([notebook.path], config).with_options(profile=profile)
    report = nbcritic.critique(notebook.path, chosen)
    if report.problem and not report.findings:
        raise NbcriticError(f"{notebook.path}: {report.problem}")
    return annotate(notebook, report).notebook
