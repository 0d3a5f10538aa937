"""NBC607."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import root_name
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.data_handling._accounts import Accounts
from nbcritic.rules.data_handling._gapless import ancestors, gapless
from nbcritic.rules.data_handling._shared import is_constant, keyword
from nbcritic.rules.data_handling._sizes import sizes_of

FEW = 60
"""A table of at most so many rows is looked through by eye."""
WINDOWS = frozenset(
    "shift diff pct_change rolling expanding ewm resample cov corr pivot pivot_table unstack reindex asfreq".split()
)
"""Methods that leave gaps of their own, which are meant to go."""
_STEPS = 4


@rule("NBC607", name="silent-row-loss", severity="minor", category="data-validation")
def check(page: Page) -> Iterator[Hit]:
    r"""Rows are dropped, and nobody learns how many.

    `dropna()` drops a row for one gap in any column: one column that is mostly empty takes most of the table with it, and what
    remains may be another population than the one that the results speak of. `on_bad_lines="skip"` leaves out each line that it
    cannot read. Neither says how many rows are gone.

    Instead, show the number of rows before and after (or `isna().sum()`), name the columns that must be there
    (`dropna(subset=[…])`), and assert a limit to the loss.

    Bad:

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        orders = orders.dropna()  # <- flagged
        # %%
        orders.groupby("city")["price"].mean()

    Bad:

        # %%
        import pandas as pd
        log = pd.read_csv("log.csv", on_bad_lines="skip")  # <- flagged
        log["duration"].mean()

    Good:

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        print(len(orders))
        orders = orders.dropna()
        # %%
        trips = pd.read_csv("trips.csv")
        trips.isnull().sum()
        # %%
        trips.dropna(inplace=True)
        # %%
        prices = pd.read_csv("prices.csv")
        returns = prices.pct_change().dropna()
        prices["before"] = prices["close"].shift(1)
        prices = prices.dropna()
        # %%
        wide = pd.read_csv("wide.csv")
        wide = wide.dropna(axis=1)
        wide = wide.dropna(how="all")
        wide["note"].dropna().str.len().hist()

    Good:

        # %%
        import pandas as pd
        survey = pd.read_csv("survey.csv", on_bad_lines="skip")
        survey.shape
        #> (312, 8)
        # %%
        few = pd.DataFrame({"a": [1, 2, None]})
        few = few.dropna()
        # %%
        clean = survey.dropna(subset=["age"])
        pairs = survey[["age", "income"]].dropna()

    Good:

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        orders.isna().sum()
        # %%
        narrow = orders.drop("note", axis=1)
        narrow = narrow.dropna()
        # %%
        trips = pd.read_csv("trips.csv").dropna(subset=["day"])
        trips = trips.rename(columns={"d": "day"})
        wide = pd.read_csv("wide.csv")
        long = wide.stack().reset_index()
        long.columns = ["row", "column", "value"]
        long = long.loc[long.row != long.column].dropna()

    Good:

        # %%
        import pandas as pd
        hours = pd.read_csv("hours.csv")
        hours["next"] = hours["load"].shift(-1)
        late = hours.iloc[5000:]
        asked = late.drop(columns="next")
        wanted = late["next"]
        # %%
        both = pd.concat([asked, wanted], axis=1)
        both.dropna(inplace=True)

    Good:

        # %%
        import pandas as pd
        from sklearn.preprocessing import StandardScaler
        days = pd.read_csv("days.csv").dropna()
        print(len(days))
        wanted = days["rain"]
        asked = days[["wind", "sun"]]
        # %%
        scaled = StandardScaler().fit_transform(asked)
        table = pd.DataFrame(scaled, columns=asked.columns, index=asked.index)
        table["rain"] = wanted.values
        table.dropna(inplace=True)
    """
    imported = (full.rpartition(".")[2] for full in page.names.imports.values())
    readers = {word for word in (*page.called_words, *imported) if word.startswith("read_")}
    if not (calls := page.calls_named({"dropna", *readers})):
        return
    accounts, sizes = Accounts(page), sizes_of(page)
    windowed, idle = _windowed(page), gapless(page)
    found: list[tuple[CodeCell, ast.Call, str]] = []
    for cell, call in calls:
        names = _loses(page, cell, call)
        if call in idle or not names or any(map(accounts.has, names)):
            continue
        made_of = names | _parts(page, call)
        if windowed & (made_of | ancestors(page, made_of)):
            continue
        if any(map(accounts.has_gaps, ancestors(page, names))):
            continue
        owner = call.func.value if isinstance(call.func, ast.Attribute) else call
        count = sizes.length(owner)
        if count is None or count > FEW:
            found.append((cell, call, _message(cell, call)))
    if found:
        (cell, call, text), *others = found
        related = tuple(Related(other.at(place), "rows are dropped here, too") for other, place, _ in others)
        yield Hit(cell.at(call), text, related)


def _loses(page: Page, cell: CodeCell, call: ast.Call) -> set[str]:
    """The names of the table before and after, where the call drops rows of it and the rest is kept; else nothing."""
    function = call.func
    kept = _kept(cell, call)
    if (page.qualified(function) or "").startswith("pandas.read_"):
        skipped = keyword(call, "on_bad_lines")
        skips = isinstance(skipped, ast.Constant) and skipped.value == "skip"
        return kept if skips or is_constant(keyword(call, "error_bad_lines"), False) else set()
    if (
        not isinstance(function, ast.Attribute)
        or function.attr != "dropna"
        or page.values.kind(function.value) != "frame"
    ):
        return set()
    if call.args or any(word.arg not in ("inplace", "axis", "how", "ignore_index") for word in call.keywords):
        return set()  # with `subset` or `thresh` somebody has thought of what is lost
    axis, how = keyword(call, "axis"), keyword(call, "how")
    by_row = axis is None or (isinstance(axis, ast.Constant) and axis.value in (0, "index", "rows"))
    if not by_row or not (how is None or (isinstance(how, ast.Constant) and how.value == "any")):
        return set()
    if _picks_columns(page, function.value):
        return set()  # picking columns first says which must be there, as `subset` does
    owner = root_name(function.value)
    in_place = is_constant(keyword(call, "inplace"), True)
    chained = [node for node in nodes_in(function.value, ast.Attribute) if node.attr in WINDOWS]
    if chained or not (kept or in_place):
        return set()
    return kept | ({owner.id} if owner is not None else _behind(function.value))


def _parts(page: Page, call: ast.Call) -> set[str]:
    """The tables that were put side by side to make the one whose rows are dropped."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    made = page.values.source(owner) if isinstance(owner, ast.Name) else owner
    if not isinstance(made, ast.Call) or page.qualified(made.func) != "pandas.concat" or not made.args:
        return set()
    parts = made.args[0].elts if isinstance(made.args[0], ast.List) else []
    return {part.id for part in parts if isinstance(part, ast.Name)}


def _picks_columns(page: Page, node: ast.expr) -> bool:
    """Is it `df[[…]]`, perhaps under a name of its own?"""
    for _ in range(_STEPS):
        if isinstance(node, ast.Name):
            source = page.values.source(node)
            if source is None:
                return False
            node = source
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "copy":
            node = node.func.value
    if not isinstance(node, ast.Subscript):
        return False
    index = node.slice.elts[-1] if isinstance(node.slice, ast.Tuple) else node.slice
    return isinstance(index, ast.List) or page.values.kind(index) == "list"


def _behind(node: ast.expr) -> set[str]:
    return {inner.id for inner in nodes_in(node, ast.Name)}


def _kept(cell: CodeCell, call: ast.Call) -> set[str]:
    """The name that the result is bound to, perhaps after more steps that take the table as a whole."""
    here: ast.AST = call
    for parent in cell.ancestors(call):
        if isinstance(parent, ast.Assign):
            names = {target.id for target in parent.targets if isinstance(target, ast.Name)}
            return names if parent.value is here else set()
        is_step = isinstance(parent, ast.Attribute) and parent.attr in ("reset_index", "copy", "drop_duplicates")
        if not is_step and not (isinstance(parent, ast.Call) and parent.func is here):
            return set()
        here = parent
    return set()


def _windowed(page: Page) -> set[str]:
    """Names of tables that windows or shifts have given gaps."""
    found: set[str] = set()
    for cell in page.code:
        for node in cell.nodes(ast.Attribute):
            if node.attr not in WINDOWS:
                continue
            statement = cell.statement(node)
            targets = statement.targets if isinstance(statement, ast.Assign) else []
            found.update(root.id for target in targets if (root := root_name(target)) is not None)
    return found


def _message(cell: CodeCell, call: ast.Call) -> str:
    text = cell.segment(call)
    if isinstance(call.func, ast.Attribute) and call.func.attr == "dropna":
        table = call.func.value.id if isinstance(call.func.value, ast.Name) else "…"
        return f"`{text}` drops each row with a gap in any column, and no count says how many; show `len({table})` before and after"
    return f"`{text}` leaves out every line that cannot be read, and no count says how many"
