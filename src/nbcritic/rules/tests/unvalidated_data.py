"""NBC307."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page, once
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.tests._hosted import is_contest, is_exercise, is_practice, practises
from nbcritic.rules.tests._results import results, scores
from nbcritic.rules.tests._shared import TYPED, entries, looks, uses_samples, validates

LIVE = frozenset("read_sql read_sql_query read_sql_table read_gbq read_database table jdbc".split())
NETWORK = ("http://", "https://", "ftp://", "s3://", "s3a://", "gs://", "abfss://", "wasbs://", "hdfs://")
PARAMETERS = frozenset({"os.environ", "os.getenv", "sys.argv", "datetime.datetime.now", "datetime.date.today"})
_DATED = regex(r"(?<!\d)20[0-3]\d[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01])(?!\d)")
"""A day in a file's name: there will be another tomorrow."""


@rule(
    "NBC307",
    name="unvalidated-data",
    severity="minor",
    category="data-validation",
    profile="production",
    covers=("NBC302",),
)
def check(page: Page) -> Iterator[Hit]:
    r"""Data enter from outside, and nothing checks that they are what is expected.

    Tomorrow's file has a column renamed, a unit changed, half of the rows or a stray "n/a": every cell still runs, and the model or
    the file that comes out at the end is wrong without a word.

    Instead, say what you rely on right after reading: `assert` on columns, row count, nulls and ranges, an explicit `dtype=`, or a
    schema (pandera and its kin).

    Bad:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv")  # <- flagged
        prices = pd.read_excel("prices.xlsx")
        # %%
        from sklearn.linear_model import LinearRegression
        model = LinearRegression().fit(df[["weight"]], df["price"])
        print(model.score(df[["weight"]], df["price"]))

    Bad:

        # %%
        import pandas as pd
        df = pd.read_parquet("orders.parquet")  # <- flagged
        # %%
        df.isnull().sum()
        # %%
        df.groupby("city").sum().to_csv("totals.csv")

    Good:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv")
        assert df["price"].between(0, 10_000).all()
        model.fit(df[["weight"]], df["price"])

    Good:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv", dtype={"zip": str, "price": float})
        df.to_csv("copy.csv")

    Good:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv")
        if df["id"].duplicated().any():
            raise ValueError("an order stands twice in the file")
        model.fit(df[["weight"]], df["price"])

    Good:

        # %%
        import pandas as pd
        import seaborn as sns
        tips = sns.load_dataset("tips")
        model.fit(tips[["size"]], tips["tip"])

    Good:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv")
        df.plot()
        df["city"].value_counts().to_csv("cities.csv")
        model.fit(df[["weight"]], df["price"])

    Good:

        # %%
        import pandas as pd
        from sklearn.linear_model import LinearRegression
        df = pd.read_csv("orders.csv")
        df.info()
        # %%
        model = LinearRegression().fit(df[["weight"]], df["price"])
        model.score(df[["weight"]], df["price"])

    Good:

        # %%
        import pandas as pd
        df = pd.read_csv("/kaggle/input/shop/orders.csv")
        df.to_csv("submission.csv")

    Good:

        # %%
        import pandas as pd
        train = pd.read_csv("train.csv")
        test = pd.read_csv("test.csv")
        train.dropna().to_parquet("clean.parquet")

    Good:

        # %%
        import os
        import pandas as pd
        if os.path.exists("clusters.parquet"):
            clusters = pd.read_parquet("clusters.parquet")
        else:
            clusters = cluster(cells)
            clusters.to_parquet(PATH)

    Good:

        # %%
        import pandas as pd
        flowers = pd.read_csv("data/iris.csv")
        flowers.to_parquet("flowers.parquet")

    Good:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv").merge(pd.read_csv("prices.csv"))
        old = pd.read_csv("orders.csv")
        if len(df) == len(old):
            df.to_csv("priced.csv")

    Good:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv")
        # %%
        df = df.astype({"zip": str, "price": float})
        df.to_parquet("orders.parquet")
    """
    found = unchecked(page)
    if not found:
        return
    first, others = found[0], found[1:]
    cell, call = first
    seen = next(((place, shown) for place, shown, _ in looks(page) if place.number >= cell.number), None)
    related = [Related(c.at(n), "and these data") for c, n in others[:5]]
    related += [Related(c.at(n), "this is handed on") for c, n in results(page)[-1:]]  # where NBC302 would speak
    if seen is not None:
        place, shown = seen
        there = f"cell {place.number}" if place is not cell else "the same cell"
        related.insert(0, Related(place.at(shown), "somebody looked, once"))
        text = f"`{place.segment(shown, 40)}` in {there} is a look, not a check"
    else:
        text = "nothing checks columns, row count, nulls or ranges"
    more = f" (and {len(others)} more)" if others else ""
    yield Hit(
        cell.at(call),
        f"`{cell.segment(call)}`{more} feeds the results unchecked: {text}",
        tuple(related),
        severity="major" if any(_changes(page, c, n) for c, n in found) else None,
    )


def unchecked(page: Page) -> list[tuple[CodeCell, ast.Call]]:
    """The calls that bring in data which end in a file or a score with nothing to check them."""
    if validates(page):
        return []
    found = [(cell, call) for cell, call in entries(page) if not _is_practice(page, call) and not _is_cache(cell, call)]
    if not found:
        return []
    if any(word.arg in TYPED for _, call in found for word in call.keywords) or _casts(page, found):
        return []
    if is_contest(page) or is_exercise(page) or practises(page) or uses_samples(page):
        return []
    if results(page):
        return found
    # A study that hands nothing on is owed a check only where nobody so much as looked.
    return found if scores(page) and next(looks(page), None) is None else []


@once
def reads_practice(page: Page) -> bool:
    """Does any of the data belong to a well-known practice set?"""
    return any(_is_practice(page, call) for _, call in entries(page))


def _is_practice(page: Page, call: ast.Call) -> bool:
    return any(is_practice(text) for text in _texts(page, call))


def _texts(page: Page, call: ast.Call) -> Iterator[str]:
    """The literals of a call, also of the variable that holds its path."""
    for node in nodes_in(call):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Name) and (source := page.values.source(node)) is not None:
            yield node.id
            yield from (inner.value for inner in nodes_in(source, ast.Constant) if isinstance(inner.value, str))


def _is_cache(cell: CodeCell, call: ast.Call) -> bool:
    """Is it read only where the file exists already, because the notebook itself makes it?"""
    tests = (ast.unparse(parent.test) for parent in cell.ancestors(call) if isinstance(parent, ast.If))
    return any("exist" in test or "isfile" in test for test in tests)


def _casts(page: Page, found: list[tuple[CodeCell, ast.Call]]) -> bool:
    """Is what was read cast right away, so that a text among the numbers stops the notebook?"""
    place = {cell.number: index for index, cell in enumerate(page.code)}
    cast = [_cast(cell) for cell in page.code]
    for cell, call in found:
        statement = cell.statement(call)
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        wanted = {target.id for target in targets if isinstance(target, ast.Name)} | {call}
        start = place[cell.number]
        if any(wanted & near for near in cast[start : start + 4]):
            return True
    return False


def _cast(cell: CodeCell) -> set[str | ast.AST]:
    """What `astype` is called on in a cell: names, and calls that give a frame."""
    found: set[str | ast.AST] = set()
    for call in cell.nodes(ast.Call):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "astype":
            inner = list(islice(ast.walk(call.func.value), 50))
            found |= {node.id if isinstance(node, ast.Name) else node for node in inner}
    return found


def _changes(page: Page, cell: CodeCell, call: ast.Call) -> bool:
    """Do the data come from a source that gives something else on another day?"""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name in LIVE or (name == "json" and not call.args):
        return True
    if "parameters" in cell.cell.tags:
        return True
    if any(page.qualified(node) in PARAMETERS for node in nodes_in(call, ast.Attribute)):
        return True
    return any(_DATED.search(text) or text.startswith(NETWORK) for text in _texts(page, call))
