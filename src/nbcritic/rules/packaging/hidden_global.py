"""NBC407."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import Event, Function
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.packaging._constants import is_constant

SHOWN = 3
_DATA = ("frame", "series", "array")
_FRAMES = ("pandas.DataFrame", "polars.DataFrame")
_IDENTIFIER = regex(r"(?:^|[_ ])ids?$|[a-z]I[dD]s?$|^I[dD]s?$")
_GIVEN_BY = frozenset({"import", "def", "class", "magic"})


@rule("NBC407", name="hidden-global", severity="minor", category="packaging")
def check(page: Page) -> Iterator[Hit]:
    r"""A function works on data of the notebook that it is not given.

    What it returns depends on which cells ran before, its call does not show it, and it can be neither moved into a module nor tested
    with other data. Only tables and arrays that the notebook makes under a lower-case name count: constants, models, connections,
    other functions, lists of labels, tables from a file that only give a value for a key and the identifiers that stand beside what is handed in are
    fine to read. One finding names all such functions of a notebook.

    Instead, give the function what it works on as a parameter, and hand it over in the call.

    Bad:

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        # %%
        def of_shop(name):  # <- flagged
            return orders[orders["shop"] == name]["euro"].sum()
        # %%
        orders = orders.dropna()
        of_shop("north")

    Good:

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        # %%
        def of_shop(orders, name):
            return orders[orders["shop"] == name]["euro"].sum()
        # %%
        of_shop(orders, "north")

    Good:

        # %%
        import pandas as pd
        RATES = pd.read_csv("rates.csv")
        model = load_model("shops")
        limit = 10
        def rate(day, amount):
            return model.predict(amount * RATES.loc[day].min(limit))
        rate("mon", 3)

    Good:

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        def main():
            orders = pd.read_csv("orders.csv")
            return orders.sum()
        main()
        # %%
        def never_called():
            return orders.sum()

    Good:

        # %%
        import numpy as np
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        rates = pd.read_csv("rates.csv").set_index("day")
        rates.head()
        # %%
        shops = np.sort(orders["shop"].unique())
        columns = orders.columns
        # %%
        def in_euro(day, amount):
            return amount * rates.loc[day, "euro"]
        def position(shop):
            return shops.searchsorted(shop), columns.get_loc("shop")
        in_euro("mon", 3)
        position("north")

    Bad:

        # %%
        import pandas as pd
        rates = pd.read_csv("rates.csv").set_index("day")
        # %%
        rates["euro"] = rates["euro"].round(2)
        # %%
        def in_euro(day, amount):  # <- flagged
            return amount * rates.loc[day, "euro"]
        in_euro("mon", 3)

    Good:

        # %%
        import numpy as np
        import pandas as pd
        rates = pd.read_csv("rates.csv")
        orders = pd.read_csv("orders.csv")
        shops = np.sort(orders["shop"].unique())[::-1]
        # %%
        def in_euro(amount, currency):
            return amount * rates.loc[rates["currency"] == currency, "euro"].iloc[0]
        def code(shop):
            return list(shops).index(shop)
        # %%
        in_euro(5, "USD"), code("north")

    Good:

        # %%
        import pandas as pd
        unseen = pd.read_csv("unseen.csv")
        numbers = unseen["order_id"].copy()
        # %%
        def hand_in(forecast, path):
            pd.DataFrame({"order_id": numbers, "euro": forecast}).to_csv(path, index=False)
        hand_in(model.predict(unseen), "forecast.csv")
    """
    found = [(cell, node, names) for cell, node, names in _functions(page) if names]
    if not found:
        return
    cell, node, names = found[0]
    shown = ", ".join(f"`{name}`" for name in names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
    others_do = "1 more function does" if len(found) == 2 else f"{len(found) - 1} more functions do"
    more = f", and {others_do} so, too" if len(found) > 1 else ""
    related = tuple(
        Related(other.at_line(other_node.lineno), f"reads `{others[0]}`") for other, other_node, others in found[1:]
    )
    yield Hit(
        cell.at_line(node.lineno),
        f"`{node.name}` works on {shown} of the notebook without being given it{more}",
        related,
    )


def _functions(page: Page) -> Iterator[tuple[CodeCell, ast.FunctionDef, list[str]]]:
    """Every plain function that the notebook calls by name, with the data that it reads from around it."""
    if not page.names.functions:
        return
    called = {call.func.id for cell in page.code for call in cell.nodes(ast.Call) if isinstance(call.func, ast.Name)}
    for cell in page.code:
        for function in page.names.of(cell.number).functions:
            node = function.node
            if (
                isinstance(node, ast.FunctionDef)
                and node.name in called
                and node.lineno <= len(cell.lines)
                and cell.parent(node) is cell.tree
                and not node.decorator_list
            ):
                yield cell, node, list(_read(page, function, cell.number))


def _read(page: Page, function: Function, here: int) -> Iterator[str]:
    seen = set[str]()
    writes = {event.name for event in function.events if event.kind == "bind"}
    for event in function.events:
        if event.kind == "use" and event.name not in seen | writes:
            seen.add(event.name)
            if not _is_data(page, event, here) or (isinstance(event.node, ast.Name) and is_constant(page, event.node)):
                continue
            if not _labels_output(page, function, event.name, page.cell(here)):
                yield event.name


def _labels_output(page: Page, function: Function, name: str, cell: CodeCell) -> bool:
    """Is it a column of identifiers, bound once, that only stands beside the values of a frame that the function makes?"""
    uses = [node for node in nodes_in(function.node, ast.Name) if node.id == name]
    source = page.values.source(uses[0]) if uses else None
    while isinstance(source, (ast.Call, ast.Attribute)):
        source = source.func if isinstance(source, ast.Call) else source.value
    column = source.slice if isinstance(source, ast.Subscript) else None
    if not isinstance(column, ast.Constant) or not _IDENTIFIER.search(str(column.value)):
        return False
    return all(_fills_column(page, cell, use) for use in uses)


def _fills_column(page: Page, cell: CodeCell, use: ast.Name) -> bool:
    around = cell.parent(use)
    if isinstance(around, ast.Dict):
        call = cell.parent(around)
        return isinstance(call, ast.Call) and page.qualified(call.func) in _FRAMES
    return isinstance(around, ast.Assign) and around.value is use and isinstance(around.targets[0], ast.Subscript)


def _is_data(page: Page, event: Event, here: int) -> bool:
    bound = page.names.bindings.get(event.name, ())
    if not bound or event.name.isupper() or event.name[:1] == "_":
        return False
    if any(other.how in _GIVEN_BY for _, other in bound) or all(number == here for number, _ in bound):
        return False
    return page.values.kind_of_name(event.name) in _DATA
