"""NBC604."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.data_handling._accounts import Accounts
from nbcritic.rules.data_handling._shared import is_constant, keyword, path
from nbcritic.rules.data_handling._sizes import Sizes, sizes_of
from nbcritic.rules.data_handling._tables import Merge, Summed, Tables

FEW = 60
"""A table of at most so many rows is looked through by eye."""
KEYS = ("on", "left_on", "right_on", "left_index", "right_index", "left_by", "right_by", "by")


@rule("NBC604", name="unchecked-merge", severity="major", category="pandas-correctness")
def check(page: Page) -> Iterator[Hit]:
    r"""Two tables are joined, and nothing checks how many rows come of it.

    A key that the second table holds twice doubles the rows of the first, and every sum and mean below counts them twice; a key
    that it lacks loses rows in an inner join. Without `on=` the join even takes whatever columns happen to have the same name,
    so that one more column in the data changes what the tables are joined on. Nothing of that raises an error.

    Named keys are believed, unless the only key is a name of people or places, which several of them share.

    Instead, name the keys and say what you expect of them (`validate="m:1"`), or assert the number of rows after the join.

    Bad:

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        customers = pd.read_csv("customers.csv")
        # %%
        both = orders.merge(customers)  # <- flagged
        both.groupby("city")["price"].sum()

    Bad:

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        customers = pd.read_csv("customers.csv")
        both = pd.merge(orders, customers, on="name", how="left")  # <- flagged
        total = both["price"].sum()

    Good:

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        customers = pd.read_csv("customers.csv")
        both = orders.merge(customers, on="customer", how="left", validate="m:1")
        # %%
        sums = orders.groupby("customer")["price"].sum().reset_index()
        with_sums = orders.merge(sums, on="customer")
        first = customers.drop_duplicates("customer")
        with_first = pd.merge(orders, first)
        # %%
        joined = orders.merge(customers, on="customer", how="left")
        joined.shape
        #> (1000, 12)
        # %%
        late = orders.merge(customers)
        assert len(late) == len(orders)
        # %%
        few = pd.DataFrame({"city": ["Oslo", "Rome"], "rain": [763, 878]})
        wet = orders.merge(few, on="city")

    Good:

        # %%
        import pandas as pd
        left = pd.read_csv("left.csv")
        right = pd.read_csv("right.csv")
        pd.merge(left, right, on="key")
        looked_up = left.merge(right, on="key")
        looked_up.to_csv("both.csv")
        # %%
        assert len(left["key"]) == len(set(left["key"]))
        tested = left.merge(right, on="key")
        tested.groupby("city")["price"].sum()
        # %%
        pairs = left.merge(right, how="cross")
        seen = left.merge(right, on="key", indicator=True)
        beside = left.join(right)

    Good:

        # %%
        import pandas as pd
        trips = pd.read_csv("trips.csv")
        prices = pd.read_csv("prices.csv")
        prices = prices.rename(columns={"fare": "price"})
        prices = prices.set_index(["line", "class"]).unstack().reset_index()
        dear = trips.merge(prices, on="line")
        dear["price"].sum()
        # %%
        length = trips.groupby("line")["length"].sum()
        length = length.rename("total")
        delay = trips.groupby("line")["delay"].apply(lambda times: times.max() - times.min())
        lines = pd.concat([length, delay], axis=1).reset_index()
        with_lines = trips.merge(lines, on="line", how="left")
        with_lines["delay"].mean()
        # %%
        stops = pd.read_csv("stops.csv")
        stops = stops[["line", "stop"]]
        stops.drop_duplicates(inplace=True)
        stopped = trips.merge(stops)
        stopped.groupby("stop").size()

    Bad:

        # %%
        import pandas as pd
        towns = pd.read_csv("towns.csv")
        nearest = pd.DataFrame()
        nearest["name"] = towns["name"]
        nearest["km"] = nearest_of(towns)
        # %%
        plan = towns.merge(nearest, on="name")  # <- flagged
        # %%
        alone = plan[plan["km"] > 100]
        print(len(alone), "towns are alone")

    Good:

        # %%
        import pandas as pd
        bureau = pd.read_csv("bureau.csv")
        flags = bureau.groupby("loan").sum()
        flags.columns = ["flag_" + column for column in flags.columns]
        spans = bureau.groupby("loan").agg(["min", "max"])
        both = pd.merge(spans, flags)
        loans = bureau.merge(both)
        loans.groupby("client").mean()
        # %%
        def per_loan(table):
            found = table.groupby("loan").size().reset_index()
            return found
        sized = bureau.merge(per_loan(bureau))
        sized.groupby("client").mean()
        # %%
        charts = pd.read_csv("charts.csv")
        stays = bureau.merge(charts, on=["subject", "stay"], how="left")
        stays = stays[stays["hour"] < 24]
        worst = stays.groupby(["subject", "stay"]).agg({"level": "min"})

    Good:

        # %%
        import os
        import pandas as pd
        sizes = pd.read_csv("sizes.csv")
        rows = []
        for path in paths:
            name = os.path.basename(path)
            try:
                rows.append({"file": name, "lines": count_of(path)})
            except OSError:
                rows.append({"file": name, "lines": 0})
        lines = pd.DataFrame(rows).sort_values("file")
        by_file = sizes.merge(lines, on="file")
        by_file["lines"].mean()
        # %%
        def told(path, part):
            name = path.stem
            return {"part": part, "file": name, "words": words_of(path)}
        words = pd.DataFrame([told(p, "old") for p in old] + [told(p, "new") for p in new])
        by_part = sizes.merge(words, on=["part", "file"], how="left")
        by_part["words"].mean()
        # %%
        found = []
        for i, field in fields.iterrows():
            found.append({"code": field["code"], "town": town_of(field)})
        zones = fields[["code", "zone"]].merge(pd.DataFrame(found), on="code")
        zones.groupby("zone").size()

    Good:

        # %%
        import pandas as pd
        days = pd.read_csv("days.csv")
        rows = []
        for plant in days["plant"].unique():
            hours = days[days["plant"] == plant]["hour"].values
            for hour, power in zip(hours, forecast(plant, hours)):
                rows.append({"plant": plant, "hour": int(hour), "power": power})
        power = pd.DataFrame(rows)
        full = days.merge(power, on=["plant", "hour"], how="left")
        full["power"].mean()

    Good:

        # %%
        import pandas as pd
        days = pd.read_csv("days.csv")
        last = days.sort_values("hour").groupby("plant").last().reset_index()
        def with_last(table, newest=None):
            if newest is not None:
                table = table.merge(newest, on="plant")
            return table.groupby("hour").size()
        print(with_last(days, last), with_last(days))

    Good:

        # %%
        import pandas as pd
        def by_town(table):
            price = table.groupby("town")["price"].mean().reset_index()
            count = table.groupby("town").agg({"order": "count"}).reset_index()
            return pd.merge(price, count, on="town")
        towns = by_town(orders)
        towns = pd.merge(orders.groupby("town")["price"].mean().reset_index(), rain.groupby("town")["mm"].sum(), on="town")
        towns.mean()

    Good:

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        customers = pd.read_csv("customers.csv")
        both = orders.merge(customers, on="customer", how="left")
        print(orders.shape, both.shape)
        #> (1000, 3) (1000, 5)
        # %%
        again = orders.merge(customers, on="customer", how="left")
        again.groupby("city")["price"].sum()
        # %%
        bought = orders.merge(customers, on="email")
        bought = bought[["email", "city"]].drop_duplicates()
        bought.groupby("city").size()
        # %%
        def compare():
            old = pd.read_csv("old.csv")
            new = pd.read_csv("new.csv")
            table = pd.merge(old, new, on="id")
            display(table)
            print(table["price"].sum())
        compare()
        #> [500 rows x 4 columns]
    """
    accounts, sizes, summed, tables = Accounts(page), sizes_of(page), Summed(page), Tables(page)
    merges = [merge for cell in page.code for merge in _merges(page, cell)]
    counted = {ast.dump(merge.call) for merge in merges if _is_counted(accounts, merge)}
    faulty = [
        merge
        for merge in merges
        if ast.dump(merge.call) not in counted and _is_unchecked(page, sizes, accounts, summed, tables, merge)
    ]
    faulty.sort(key=lambda merge: (bool(merge.keys or merge.positional), not merge.is_by_name))
    if faulty:
        first, *others = faulty
        sure = not first.keys and not first.positional
        related = tuple(Related(other.cell.at(other.call), "a join without a check, too") for other in others)
        yield Hit(
            first.cell.at(first.call),
            _message(first, len(others)),
            related,
            severity=None if sure else "minor",
            confidence=None if sure else "possible",
        )


def _merges(page: Page, cell: CodeCell) -> Iterator[Merge]:
    for call in cell.nodes(ast.Call):
        function, arguments = call.func, call.args
        if called_name(function) != "merge" and page.qualified(function) != "pandas.merge":
            continue
        if any(word.arg in (None, "validate", "indicator") for word in call.keywords):
            continue
        how = keyword(call, "how")
        if isinstance(how, ast.Constant) and how.value == "cross":
            continue
        keys = tuple(word for word in call.keywords if word.arg in KEYS)
        if page.qualified(function) == "pandas.merge" and len(arguments) >= 2:
            yield Merge(cell, call, arguments[0], arguments[1], keys, len(arguments) > 3)
        elif isinstance(function, ast.Attribute) and function.attr == "merge" and arguments:
            if page.values.kind(function.value) != "frame":
                continue
            yield Merge(cell, call, function.value, arguments[0], keys, len(arguments) > 2)


def _is_counted(accounts: Accounts, merge: Merge) -> bool:
    """Is the result counted somewhere? Then it is known of the same join elsewhere, too."""
    statement = merge.cell.statement(merge.call)
    targets = statement.targets if isinstance(statement, ast.Assign) and statement.value is merge.call else []
    return any(isinstance(target, ast.Name) and accounts.has(target.id) for target in targets)


def _is_unchecked(page: Page, sizes: Sizes, accounts: Accounts, summed: Summed, tables: Tables, merge: Merge) -> bool:
    """Is there a table on each side that may hold a key twice, and a result that nobody counts?"""
    cell, call = merge.cell, merge.call
    # In a function, the order of the lines tells nothing of the names outside.
    at = None if cell.in_function(call) else (cell.number, call.lineno)
    sides = (merge.left, merge.right)
    if any(tables.is_unique(side, at, merge.key(side)) for side in sides) or tables.is_asserted(merge):
        return False
    if any((count := sizes.length(side)) is not None and count <= FEW for side in sides):
        return False
    if all(
        any(word.arg == name and is_constant(word.value, True) for word in merge.keys)
        for name in ("left_index", "right_index")
    ):
        return False
    statement = cell.statement(call)
    if isinstance(statement, ast.Assign):
        names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
        named = merge.keys or merge.positional
        if not names or any(map(accounts.has, names)) or tables.is_thinned(merge, names):
            return False
        # Whether other keys are unique, only somebody who knows the data can tell.
        return not named or (merge.is_by_name and not summed.of_parts.isdisjoint(names))
    return False


def _message(merge: Merge, more: int) -> str:
    left, right = (path(side) or merge.cell.segment(side, 30) for side in (merge.left, merge.right))
    rest = f" (so are {more} more joins)" if more > 1 else " (so is another join)" if more else ""
    text = merge.cell.segment(merge.call)
    if not merge.keys and not merge.positional:
        return (
            f"`{text}` joins on all columns that `{left}` and `{right}` happen to share{rest}; name the keys with `on=` and what "
            'you expect of them with `validate="m:1"`'
        )
    expected = "m:1"
    if _extends_right(merge):
        left, right, expected = right, left, "1:m"
    return (
        f"`{text}` is not checked{rest}: a key that `{right}` holds twice doubles rows of `{left}`; "
        f'say `validate="{expected}"`, or assert the number of rows'
    )


def _extends_right(merge: Merge) -> bool:
    """Is it the table on the right that gets more columns, so that its rows are the ones to keep?"""
    statement = merge.cell.statement(merge.call)
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    return target is not None and path(target) == path(merge.right) != path(merge.left)
