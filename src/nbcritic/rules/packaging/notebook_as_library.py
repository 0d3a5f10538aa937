"""NBC411."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from nbcritic.analysis.page import Page
from nbcritic.analysis.project_uses import Use
from nbcritic.model import Hit, Related
from nbcritic.rule import rule

_SHOWN = 3


@rule("NBC411", name="notebook-as-library", severity="major", category="packaging", confidence="certain")
def check(page: Page) -> Iterator[Hit]:
    r"""Other code imports this notebook or runs it for its definitions.

    Everything in it runs again for whoever only wants a function: its loads, its plots, its side effects, in the user's own
    namespace. No tool follows such an import, so a renamed function breaks notebooks that nobody looked at.

    Instead, move what the others need into a module of the project, import it there and here, and leave to the notebook what
    it shows.

    Bad:

        # %%
        import pandas as pd
        # %%
        def tidy(orders):  # <- flagged
            return orders.dropna()
        def fee(order):
            return 4.9
        # file: report.ipynb
        {"cells": [{"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": ["%run ./example.ipynb\n", "tidy(x)"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}

    Bad:

        # %%
        def tidy(orders):  # <- flagged
            return orders.dropna()
        # file: app.py
        import import_ipynb
        from example import tidy

    Good:

        # %%
        def tidy(orders):
            return orders.dropna()
        # file: report.ipynb
        {"cells": [{"cell_type": "markdown", "metadata": {}, "source": ["Use `%run example.ipynb`"]}, {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": ["# %run example.ipynb\n", "%run example.py\n", "%run other.ipynb"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
        # file: pipeline.py
        import papermill
        papermill.execute_notebook("example.ipynb", "out.ipynb")
        # file: app.py
        from example import tidy

    Good:

        # %%
        import pandas as pd
        pd.read_csv("orders.csv").dropna().to_csv("clean.csv")
        # file: report.ipynb
        {"cells": [{"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": ["%run example.ipynb"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}

    Good:

        # %%
        def tidy(orders):
            return orders.dropna()
        # file: example.py
        def tidy(orders): ...
        # file: report.ipynb
        {"cells": [{"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": ["%run example"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    """
    users = page.project.users()
    if not users:
        return
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    defined = [(cell, node) for cell in page.code if cell.tree for node in cell.tree.body if isinstance(node, kinds)]
    if not defined:
        return  # a step that others trigger, not a library
    places = [cell.at_line(node.lineno) for cell, node in defined]
    names = list(dict.fromkeys(node.name for _, node in defined))
    yield Hit(
        places[0],
        f"{_told(users)} this notebook for {_list(names)}: move {'them' if len(names) > 1 else 'it'} into a module",
        tuple(Related(place, "this, too, is for others") for place in places[1 : _SHOWN + 1]),
    )


def _told(users: Sequence[Use]) -> str:
    first = users[0]
    verb = "runs" if first.how == "run" else "imports"
    paths = list(dict.fromkeys(use.user for use in users))
    if len(paths) == 1:
        return f"`{paths[0]}` {verb}"
    return f"`{paths[0]}` and {len(paths) - 1} more run or import"


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    return shown + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
