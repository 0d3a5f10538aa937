"""NBC615."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import root_name
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.data_handling._shared import is_constant, keyword

MOVES = frozenset("sort_values sort_index sample drop_duplicates nlargest nsmallest query dropna".split())
"""Methods after which a row stands in another place than before, under the label that it had."""
_RENEWS = frozenset({"reset_index", "set_index"})
BARE = frozenset("to_numpy tolist to_list".split())
TICKS = frozenset("set_xticklabels set_yticklabels xticks yticks".split())
_STEPS = 6


@rule("NBC615", name="positional-alignment", severity="major", category="pandas-correctness", confidence="possible")
def check(page: Page) -> Iterator[Hit]:
    r"""Values are put beside rows by their position after the rows have moved.

    `.values` and lists know no labels: once one table is sorted or filtered and the other is not, each value lands in a row that it
    does not belong to, with no error where the lengths agree. `iloc` takes places, not labels, and labels typed beside
    `value_counts()` are right only as long as the ranking stays as it is.

    Instead, let pandas align by label (assign the series itself, or `merge` on a key), use `loc` for labels, and take the names of
    bars and slices from the index of what is drawn.

    Bad:

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        costs = pd.read_csv("costs.csv")
        orders = orders.sort_values("price")
        orders["cost"] = costs["cost"].values  # <- flagged
        # %%
        late = orders[orders["days"] > 30]
        first = costs.iloc[late.index]  # <- flagged

    Bad:

        # %%
        import matplotlib.pyplot as plt
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        counts = orders["paid"].value_counts()
        plt.pie(counts, labels=["paid", "open"])  # <- flagged

    Bad:

        # %%
        import matplotlib.pyplot as plt
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        orders["city"].value_counts().plot(kind="bar")
        plt.xticks([0, 1], ["Oslo", "Rome"])  # <- flagged

    Good:

        # %%
        import matplotlib.pyplot as plt
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        costs = pd.read_csv("costs.csv")
        ranked = orders.sort_values("price")
        ranked["cost"] = costs["cost"]
        top = ranked.head(10).copy()
        top["label"] = ranked["name"].head(10).values
        orders["cost"] = costs["cost"].values
        late = orders[orders["days"] > 30].reset_index(drop=True)
        first = late.iloc[late.index]
        part = costs.loc[orders[orders["days"] > 30].index]
        counts = orders["paid"].value_counts()
        plt.pie(counts, labels=counts.index)
        by_label = orders["paid"].value_counts().sort_index()
        plt.pie(by_label, labels=["no", "yes"])
    """
    moves = _Moves(page)
    groups: dict[str, list[tuple[CodeCell, ast.AST, str]]] = defaultdict(list)
    for cell in page.code:
        for kind, node, text in (
            *_stored(page, moves, cell),
            *_placed(page, moves, cell),
            *_labelled(page, moves, cell),
        ):
            groups[kind].append((cell, node, text))
    for (cell, node, text), *others in groups.values():
        yield Hit(cell.at(node), text, tuple(Related(other.at(place), "here, too") for other, place, _ in others))


class _Moves:
    """Which named frames have had their rows moved, and what each was made of."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._values: dict[str, list[ast.expr]] = defaultdict(list)
        self._in_place: set[str] = set()
        self._known: dict[str, str] = {}
        self._origins: dict[str, set[str]] = {}
        self.renewed: set[str] = set()
        """Frames whose labels were made anew."""
        for cell in page.code:
            for assign in cell.nodes(ast.Assign):
                for target in assign.targets:
                    if isinstance(target, ast.Name):
                        self._values[target.id].append(assign.value)
        for _, call in page.calls_named(MOVES | _RENEWS):
            function = call.func
            if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
                continue
            if is_constant(keyword(call, "inplace"), True):
                (self.renewed if function.attr in _RENEWS else self._in_place).add(function.value.id)

    def moved(self, name: str) -> str:
        """The method that moved the rows of the frame; empty where none did, or where it has new labels."""
        if name not in self._known:
            self._known[name] = self._moved(name)
        return self._known[name]

    def _moved(self, name: str) -> str:
        if name in self.renewed:
            return ""
        texts = [self._of(value) for value in self._values.get(name, ())]
        if any(text == "renewed" for text in texts):
            return ""
        return next(filter(None, texts), "a step in place" if name in self._in_place else "")

    def _of(self, node: ast.expr) -> str:
        """What moves rows in an expression; `renewed` where labels are made anew after it."""
        for _ in range(_STEPS):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr in ("reset_index", "set_index", "groupby", "merge") or is_constant(
                    keyword(node, "ignore_index"), True
                ):
                    return "renewed"
                if node.func.attr in MOVES and self._page.values.kind(node.func.value) == "frame":
                    return f"`{node.func.attr}`"
                node = node.func.value
            elif isinstance(node, ast.Subscript):
                if isinstance(node.slice, (ast.Compare, ast.BinOp)) and self._page.values.kind(node) == "frame":
                    return "a filter"
                node = node.value
            elif isinstance(node, ast.Attribute):
                node = node.value
            else:
                break
        return ""

    def related(self, one: str, other: str) -> bool:
        """Is the one frame made of the other, or both of a third?"""
        return bool((self._roots(one) | {one}) & (self._roots(other) | {other}))

    def _roots(self, name: str) -> set[str]:
        if name in self._origins:
            return self._origins[name]
        found: set[str] = set()
        waiting = [name]
        while waiting and len(found) < 40:
            for value in self._values.get(waiting.pop(), ()):
                names = {inner.id for inner in nodes_in(value, ast.Name)} - found
                found |= names
                waiting += names
        return self._origins.setdefault(name, found - set(self._page.names.imports))


def _stored(page: Page, moves: _Moves, cell: CodeCell) -> Iterator[tuple[str, ast.AST, str]]:
    """`frame["x"] = other["y"].values`, where one of the two was sorted or filtered."""
    for assign in cell.nodes(ast.Assign):
        target = assign.targets[0]
        if not isinstance(target, ast.Subscript) or not isinstance(target.value, ast.Name):
            continue
        source = _bare(page, assign.value)
        frame = target.value
        if source is None or source.id == frame.id or page.values.kind(frame) != "frame":
            continue
        if page.values.kind(source) != "frame" or moves.related(frame.id, source.id):
            continue
        here, there = moves.moved(frame.id), moves.moved(source.id)
        if bool(here) != bool(there):
            moved, by = (frame.id, here) if here else (source.id, there)
            yield (
                "stored",
                assign,
                f"`{cell.segment(assign.value, 40)}` is put beside the rows of `{frame.id}` by position, and {by} has moved the rows of "
                f"`{moved}`; assign the series itself, or join on a key",
            )


def _bare(page: Page, node: ast.expr) -> ast.Name | None:
    """The frame behind a column that has lost its labels: `other["y"].values`, `.tolist()`, `list(…)`."""
    column: ast.expr | None = None
    if isinstance(node, ast.Attribute) and node.attr == "values":
        column = node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in BARE:
        column = node.func.value
    elif (
        isinstance(node, ast.Call)
        and page.qualified(node.func) in ("list", "numpy.array", "numpy.asarray")
        and node.args
    ):
        column = node.args[0]
    if column is None or page.values.kind(column) != "series" or not isinstance(column, (ast.Subscript, ast.Attribute)):
        return None
    return column.value if isinstance(column.value, ast.Name) else None


def _placed(page: Page, moves: _Moves, cell: CodeCell) -> Iterator[tuple[str, ast.AST, str]]:
    """`frame.iloc[other.index]`, where the labels of the other are not the places."""
    for node in cell.nodes(ast.Subscript):
        indexer, labels = node.value, node.slice
        if (
            not isinstance(indexer, ast.Attribute)
            or indexer.attr != "iloc"
            or page.values.kind(indexer.value) != "frame"
        ):
            continue
        if not isinstance(labels, ast.Attribute) or labels.attr != "index" or page.values.kind(labels.value) != "frame":
            continue
        owner = root_name(labels.value)
        frame = root_name(indexer.value)
        if owner is None or frame is None:
            continue
        # With fresh labels 0, 1, 2 … in the frame, a label is the place.
        moved = moves.moved(owner.id) and (
            owner.id == frame.id or moves.moved(frame.id) or not moves.related(owner.id, frame.id)
        )
        if moved:
            yield (
                "placed",
                node,
                f"`{cell.segment(node)}` takes labels for places, and the rows of `{owner.id}` have moved; write "
                f"`{cell.segment(indexer.value, 30)}.loc[{cell.segment(labels, 30)}]`",
            )


def _labelled(page: Page, moves: _Moves, cell: CodeCell) -> Iterator[tuple[str, ast.AST, str]]:
    """Labels typed beside `value_counts()`, whose order is that of the counts."""
    for call in cell.nodes(ast.Call):
        name = getattr(call.func, "attr", "")
        if name == "pie":
            values = call.args[0] if call.args else keyword(call, "x")
            labels = keyword(call, "labels")
            ranked = values is not None and _is_ranked(page, values)
            if ranked and labels is not None and _is_typed(page, labels):
                yield "labelled", call, _say(cell, labels)
        elif name in TICKS and call.args:
            labels = keyword(call, "labels") or call.args[-1]
            ranked = any(_draws_ranked(page, other) for other in cell.nodes(ast.Call) if other.lineno < call.lineno)
            if ranked and _is_typed(page, labels):
                yield "labelled", call, _say(cell, labels)


def _say(cell: CodeCell, labels: ast.expr) -> str:
    return f"`{cell.segment(labels, 40)}` names the bars of `value_counts()` by place, and the counts decide the order; take the names from its index"


def _is_typed(page: Page, node: ast.expr) -> bool:
    """Is it a list of two or more texts?"""
    if isinstance(node, ast.Name):
        source = page.values.source(node)
        node = source if source is not None else node
    if not isinstance(node, (ast.List, ast.Tuple)) or len(node.elts) < 2:
        return False
    return all(isinstance(item, ast.Constant) and isinstance(item.value, str) for item in node.elts)


def _is_ranked(page: Page, node: ast.expr, depth: int = 0) -> bool:
    """Is it `x.value_counts()`, in the order of the counts?"""
    if isinstance(node, ast.Name) and depth < 2:
        source = page.values.source(node)
        return source is not None and _is_ranked(page, source, depth + 1)
    if isinstance(node, ast.Attribute) and node.attr == "values":
        return _is_ranked(page, node.value, depth)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "value_counts":
        return False
    return not is_constant(keyword(node, "sort"), False)


def _draws_ranked(page: Page, call: ast.Call) -> bool:
    """Is it `x.value_counts().plot(…)`?"""
    function: ast.expr = call.func
    while isinstance(function, ast.Attribute) and function.attr in ("plot", "bar", "barh", "pie"):
        if _is_ranked(page, function.value):
            return True
        function = function.value
    return False
