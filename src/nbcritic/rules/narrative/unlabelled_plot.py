"""NBC706."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related
from nbcritic.rule import rule

_DRAWS = (
    "plot",
    "scatter",
    "bar",
    "barh",
    "hist",
    "errorbar",
    "semilogy",
    "semilogx",
    "loglog",
    "step",
    "stem",
    "boxplot",
)
_LABELS = frozenset(
    "xlabel ylabel title suptitle set_xlabel set_ylabel set_title set legend text annotate set_axis_labels set_xlabels set_ylabels "
    "set_titles supxlabel supylabel label xaxis yaxis axis_labels set_axis_off colorbar xticks set_xticklabels bar_label".split()
)
_PYPLOT = "matplotlib.pyplot."


@rule("NBC706", name="unlabelled-plot", severity="nit", category="readability", profile="production")
def check(page: Page, *, plots: int = 3) -> Iterator[Hit]:
    r"""Plots say neither what is drawn nor in which unit.

    Pasted into a report they mean nothing, and next to the code they mean what the reader guesses. Counted are cells that draw with
    matplotlib and show a picture without title, axis label or legend; fewer than `plots` are left alone. pandas and seaborn label
    axes by the columns.

    Instead, set both axis labels with their units (`ax.set(xlabel="day", ylabel="orders", title=…)`).

    Bad (plots=1):

        # %%
        import matplotlib.pyplot as plt
        plt.plot(days, totals)  # <- flagged
        plt.show()

    Good (plots=1):

        # %%
        import matplotlib.pyplot as plt
        plt.plot(days, totals)
        plt.xlabel("day")
        plt.show()
        # %%
        fig, ax = plt.subplots()
        ax.plot(days, totals)
        ax.set(xlabel="day", ylabel="orders")
        # %%
        plt.imshow(picture)
        # %%
        orders.plot()
        # %%
        plt.plot(days, totals)
        decorate(xlabel="day")
        # %%
        def draw(days):
            plt.plot(days)
    """
    found = [(cell, call) for cell in page.code if (call := _unlabelled(page, cell)) is not None]
    if len(found) < plots:
        return
    (cell, call), *others = found
    listed = ", ".join(str(where.number) for where, _ in found[:6]) + (", …" if len(found) > 6 else "")
    message = f"{len(found)} plots have no title, axis label or legend: cells {listed}"
    if not others:
        message = f"the plot of cell {cell.number} has no title, axis label or legend"
    yield Hit(cell.at(call), message, tuple(Related(where.at(node), "and here") for where, node in others))


def _unlabelled(page: Page, cell: CodeCell) -> ast.Call | None:
    """The first call that draws, in a cell that shows a picture and names nothing in it."""
    draws = [
        call
        for call in cell.nodes(ast.Call)
        if (page.qualified(call.func) or "").startswith(_PYPLOT)
        and (page.qualified(call.func) or "").removeprefix(_PYPLOT) in _DRAWS
        and not cell.in_function(call)
    ]
    if not draws or (page.has_run and not any(f.startswith("image/") for output in cell.outputs for f in output.mime)):
        return None
    words = {word.arg for call in cell.nodes(ast.Call) for word in call.keywords}
    named = {node.attr for node in cell.nodes(ast.Attribute)} | {node.id for node in cell.nodes(ast.Name)} | words
    return None if named & _LABELS else draws[0]
