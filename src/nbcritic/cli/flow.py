"""`nbcritic flow`: what flows between the cells of a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nbcritic.analysis.graph import Graph
    from nbcritic.analysis.page import Page


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("path", metavar="NOTEBOOK", type=click.Path())
@click.option(
    "--format",
    type=click.Choice(("text", "json", "mermaid", "dot")),
    default="text",
    show_default=True,
    help="What to write.",
)
@click.option(
    "--slice",
    "cell",
    metavar="CELL",
    type=int,
    help="Only this cell (counted from 1 over all cells) and those it needs.",
)
@click.option(
    "--order",
    type=click.Choice(("document", "recorded")),
    default="document",
    show_default=True,
    help="The order in which the cells run: from top to bottom, or as the saved counts say they ran.",
)
@click.option("--color/--no-color", default=None, help="Colour in any case, or never. [default: on a terminal]")
def command(path: str, format: str, cell: int | None, order: str, color: bool | None) -> None:
    """Show which cell depends on which, and through which names, without running anything.

    NOTEBOOK is a notebook, a script with `# %%` cells, or - for standard input.

    \b
    Examples:
      nbcritic flow analysis.ipynb
      nbcritic flow --slice 14 analysis.ipynb
      nbcritic flow --format mermaid analysis.ipynb > flow.mmd
      nbcritic flow --format dot analysis.ipynb | dot -Tsvg -o flow.svg

    A flow is shared where a cell uses the same object under another name, and code where functions, classes and imports flow.
    """
    from nbcritic.cli.output import columns, say, wants_color
    from nbcritic.report.flow import render

    page = _page(path)
    graph = _graph(page, order)
    if cell is not None:
        _check(page, graph, cell)
    say(render(page, graph, format, slice_of=cell, color=format == "text" and wants_color(color), width=columns()))


def _page(path: str) -> Page:
    import sys
    from pathlib import Path

    import nbcritic
    from nbcritic.analysis.page import Page
    from nbcritic.model import NbcriticError

    if path != "-" and Path(path).is_dir():
        raise NbcriticError(f"{path}: is a folder; name one notebook")
    page = Page(nbcritic.read(sys.stdin.buffer.read() if path == "-" else path))
    if not page.is_python:
        raise NbcriticError(f"{path}: is written in {page.notebook.language}; only Python can be followed")
    return page


def _graph(page: Page, order: str) -> Graph:
    from nbcritic.analysis.graph import Graph
    from nbcritic.model import NbcriticError

    if order == "document":
        return page.graph
    if not page.has_run:
        raise NbcriticError(f"{page.path}: no order is recorded: the cells carry no execution counts")
    return Graph(page.cells, page.flow.recorded_order, page.names, page.values)


def _check(page: Page, graph: Graph, cell: int) -> None:
    from nbcritic.model import NbcriticError

    if cell in graph.order:
        return
    if not 1 <= cell <= len(page.notebook.cells):
        raise NbcriticError(
            f"{page.path}: there is no cell {cell}; its cells are counted from 1 to {len(page.notebook.cells)}"
        )
    kind = page.notebook.cells[cell - 1].kind
    raise NbcriticError(
        f"{page.path}: cell {cell} " + ("has not run" if kind == "code" else f"is a {kind} cell; only code flows")
    )
