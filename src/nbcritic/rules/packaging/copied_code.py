"""NBC405."""

from __future__ import annotations

from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.packaging._copies import Cluster, Copy, clusters

SHOWN = 3


@rule("NBC405", name="copied-code", severity="major", category="packaging")
def check(page: Page, *, weight: float = 6.0) -> Iterator[Hit]:
    r"""The same block of code stands in several places of the notebook.

    A correction made in one copy is forgotten in the others, and the results then differ for no reason that anybody sees. Names
    and literals may differ between the copies. Imports do not count, looks and plots count for little, and within one cell
    three copies are needed; `weight` is about the number of lines that a block must have.

    Instead, write the block once as a function, and give it as arguments what differs.

    Bad (weight=4.0):

        # %%
        train = read("train.csv")
        train = train.dropna(subset=["age", "fare"])  # <- flagged
        train["age"] = train["age"].clip(0, 99)
        train["fare"] = train["fare"].fillna(train["fare"].median())
        train["family"] = train["sibsp"] + train["parch"] + 1
        # %%
        test = read("test.csv")
        test = test.dropna(subset=["age", "fare"])
        test["age"] = test["age"].clip(0, 99)
        test["fare"] = test["fare"].fillna(test["fare"].median())
        test["family"] = test["sibsp"] + test["parch"] + 1

    Good (weight=4.0):

        # %%
        def clean(frame):
            frame = frame.dropna(subset=["age", "fare"])
            frame["age"] = frame["age"].clip(0, 99)
            frame["fare"] = frame["fare"].fillna(frame["fare"].median())
            frame["family"] = frame["sibsp"] + frame["parch"] + 1
            return frame
        # %%
        train = clean(read("train.csv"))
        # %%
        test = clean(read("test.csv"))

    Good (weight=4.0):

        # %%
        import matplotlib.pyplot as plt
        plt.figure(figsize=(9, 4))
        plt.plot(days, totals)
        plt.title("Orders")
        plt.show()
        # %%
        import matplotlib.pyplot as plt
        plt.figure(figsize=(9, 4))
        plt.plot(days, shares)
        plt.title("Shares")
        plt.show()

    Good (weight=4.0):

        # %%
        frame["a"] = frame["a"].astype("float").round(2)
        frame["b"] = frame["b"].astype("float").round(2)
        frame["c"] = frame["c"].astype("float").round(2)
        frame["d"] = frame["d"].astype("float").round(2)
        # %%
        frame["e"] = frame["e"].astype("float").round(2)
        frame["f"] = frame["f"].astype("float").round(2)
        frame["g"] = frame["g"].astype("float").round(2)
        frame["h"] = frame["h"].astype("float").round(2)
    """
    for cluster in sorted(clusters(page, weight), key=lambda c: _span(c.copies[0])):
        first, *others = cluster.copies
        related = tuple(Related(_span(copy), "the same block") for copy in others)
        yield Hit(_span(first), _message(cluster), related)


def _message(cluster: Cluster) -> str:
    first = cluster.copies[0]
    lines = _span(first).end_line - _span(first).line + 1
    numbers = list(dict.fromkeys(copy.run.cell.number for copy in cluster.copies))
    if len(numbers) == 1:
        where = f"cell {numbers[0]} holds the same {lines} lines {len(cluster.copies)} times"
    else:
        where = f"{_cells(numbers)} hold the same {lines} lines"
    differ = _differences(cluster)
    return f"{where}{differ}; write them once as a function"


def _cells(numbers: list[int]) -> str:
    shown = [str(number) for number in numbers[:8]]
    if len(numbers) > 8:
        return f"cells {', '.join(shown)} and {len(numbers) - 8} more"
    return f"cells {', '.join(shown[:-1])} and {shown[-1]}"


def _differences(cluster: Cluster) -> str:
    """The names and literals in which the first copies differ: the parameters of the function to come."""
    one, two = cluster.copies[0].shapes, cluster.copies[1].shapes
    pairs: dict[tuple[str, str], None] = {}
    for a, b in zip(one, two, strict=True):
        pairs.update({(x, y): None for x, y in zip(a.names, b.names, strict=True) if x != y})
        pairs.update({(_shown(x), _shown(y)): None for x, y in zip(a.literals, b.literals, strict=True) if x != y})
    if not pairs:
        return ""
    shown = ", ".join(f"`{x}`/`{y}`" for x, y in list(pairs)[:SHOWN])
    return f" but for {shown}" + (" …" if len(pairs) > SHOWN else "")


def _shown(literal: object) -> str:
    text = repr(literal).replace("`", "'")
    return text if len(text) <= 24 else text[:23] + "…"


def _span(copy: Copy) -> Span:
    start, end = copy.run.cell.at(copy.shapes[0].node), copy.run.cell.at(copy.shapes[-1].node)
    return Span(start.cell, start.line, start.column, end.end_line, end.end_column)
