"""NBC405."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence

from nbcritic.analysis.code import nodes_in
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.packaging._copies import Cluster, Copy, clusters, code_lines
from nbcritic.rules.packaging._logic import (
    COMPOUND,
    DEFINITIONS,
    amount_of,
    inner,
    is_canvas,
    is_logic,
    is_show,
    last_name,
    root,
)
from nbcritic.rules.packaging._proposal import outputs_of
from nbcritic.rules.tests._hosted import is_archived, is_exercise

SHOWN = 3
DIFFERENCES = 6
GRAVE = 16
"""Lines of all copies together; fewer than these are minor."""
MOSTLY = 4
"""Copies with so many plots and looks for each statement of logic are drawings."""
_LEARNS = frozenset(
    "fit fit_transform fit_predict predict predict_proba evaluate score train compile to_csv to_pickle dump save".split()
)


_NETWORKS = regex(r"(?:keras|tensorflow|torch)(?:\.|$)")
_OPTIMIZER = regex(r"(?:Adam\w*|SGD|RMSprop|Adagrad|Nadam)$")


@rule("NBC405", name="copied-code", severity="major", category="packaging")
def check(page: Page, *, weight: float = 6.0) -> Iterator[Hit]:
    r"""The same block of code stands in several places of the notebook.

    A correction made in one copy is forgotten in the others, and the results then differ for no reason that anybody sees. Names and
    literals may differ between the copies. Imports do not count, looks and plots count for little, and within one cell three copies are
    needed, and are minor. The layers that networks tried side by side have in common do not count. Cells that each begin with their own imports and need nothing of the notebook are programs, and may be alike, and so may the
    steps of an exercise, of which each begins with the code of the last one; copies that hardly do more than draw (what only feeds the
    drawing is part of it), or whose results end in their own picture, are minor. What lies in a folder for old work is left in peace.
    `weight` is about the number of lines that two copies must share; two thirds of it do for three.

    Instead, write the block once as a function, and give it as arguments what differs.

    Bad (weight=4.0):

        # %%
        train = read("train.csv")  # <- flagged
        train = train.dropna(subset=["age", "fare"])
        train["age"] = train["age"].clip(0, 99)
        train["fare"] = train["fare"].fillna(train["fare"].median())
        train["family"] = train["sibsp"] + train["parch"] + 1
        # %%
        test = read("test.csv")
        test = test.dropna(subset=["age", "fare"])
        test["age"] = test["age"].clip(0, 99)
        test["fare"] = test["fare"].fillna(test["fare"].median())
        test["family"] = test["sibsp"] + test["parch"] + 1

    Bad (weight=4.0):

        # %%
        def report(model):
            model.fit(X_train, y_train)  # <- flagged
            guess = model.predict(X_test).round(2)
            wrong = abs(guess - y_test).mean() / y_test.mean()
            share = (guess == y_test).mean() * 100
            print(wrong, share)
        # %%
        forest.fit(X_train, y_train)
        forest_guess = forest.predict(X_test).round(2)
        forest_wrong = abs(forest_guess - y_test).mean() / y_test.mean()
        forest_share = (forest_guess == y_test).mean() * 100
        print(forest_wrong, forest_share)

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
        print("Orders of each shop, in euro")
        print("-" * 60)
        header = "      " + "  ".join(f"Day {day}" for day in days)
        print(header)
        for number, shop in enumerate(shops):
            row = "  ".join(f"{value:8.2f}" for value in orders[number])
            print(f"{shop:>6} {row}")
        # %%
        print("Shares of each shop, in percent")
        print("-" * 60)
        header = "      " + "  ".join(f"Day {day}" for day in days)
        print(header)
        for number, shop in enumerate(shops):
            row = "  ".join(f"{value:8.4f}" for value in shares[number])
            print(f"{shop:>6} {row}")

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

    Good (weight=4.0):

        # %%
        from keras.layers import LSTM, Dense
        from keras.models import Sequential
        def small():
            model = Sequential()
            model.add(LSTM(20, activation="tanh"))
            model.add(Dense(10, activation="relu"))
            model.add(Dense(5, activation="relu"))
            model.add(Dense(1, activation="linear"))
            model.compile(loss="mse", optimizer="rmsprop")
            return model
        # %%
        def large():
            model = Sequential()
            model.add(LSTM(20, activation="tanh", return_sequences=True))
            model.add(LSTM(20, activation="tanh"))
            model.add(Dense(10, activation="relu"))
            model.add(Dense(5, activation="linear"))
            model.add(Dense(1, activation="linear"))
            model.compile(loss="mse", optimizer="rmsprop")
            return model

    Good (weight=4.0):

        # %% [markdown]
        # Exercise 4: let the walk end at a wall.
        # %%
        walks = []
        for walk in range(10):
            place = 0
            for step in range(100):
                place += np.random.choice([-1, 1])
            walks.append(place)
        print(walks)
        # %%
        walks = []
        for walk in range(500):
            place = 0
            for step in range(100):
                place += np.random.choice([-1, 1])
            walks.append(place)
        plt.hist(np.array(walks))
    """
    if is_archived(page.path):
        return
    groups = defaultdict[tuple[int, ...], list[Cluster]](list)
    for cluster in sorted(clusters(page, weight), key=lambda c: _span(c.copies[0])):
        groups[tuple(copy.run.cell.number for copy in cluster.copies)].append(cluster)
    for group in groups.values():
        group = [cluster for cluster in group if not _are_networks(page, cluster)]
        if not group or _are_programs(page, group[0].copies) or _are_steps(page, group):
            continue
        places = [_span(copy) for cluster in group for copy in cluster.copies]
        related = tuple(Related(place, "the same block") for place in places[1:])
        lines = sum(_length(copy) for cluster in group for copy in cluster.copies)
        apart = len({copy.run.cell.number for copy in group[0].copies}) > 1
        grave = (
            apart
            and lines >= GRAVE
            and not all(_draws(page, cluster) or _ends_in_picture(page, cluster) for cluster in group)
        )
        yield Hit(places[0], _message(group), related, severity=None if grave else "minor")


def _are_programs(page: Page, copies: Sequence[Copy]) -> bool:
    """Does each copy stand in a cell of its own that begins with imports and takes nothing from the others?"""
    cells = {copy.run.cell.number: copy.run.cell for copy in copies}
    if len(cells) < len(copies):
        return False
    for number, cell in cells.items():
        first = cell.tree.body[0] if cell.tree is not None and cell.tree.body else None
        if not isinstance(first, (ast.Import, ast.ImportFrom)):
            return False
        names = page.names.of(number)
        foreign = names.uses - names.binds - page.names.imports.keys()
        if any(event_cell != number for name in foreign for event_cell, _ in page.names.bindings.get(name, ())):
            return False
    return True


def _are_steps(page: Page, group: Sequence[Cluster]) -> bool:
    """Does one cell of an exercise after the other begin with the same code, names and all?"""
    copies = [copy for cluster in group for copy in cluster.copies]
    numbers = sorted({copy.run.cell.number for copy in copies})
    order = {cell.number: index for index, cell in enumerate(cell for cell in page.code if not cell.is_empty)}
    if len(numbers) < 2 or order.get(numbers[-1], 0) - order.get(numbers[0], 0) != len(numbers) - 1:
        return False
    same = all(
        [shape.names for shape in copy.shapes] == [shape.names for shape in cluster.copies[0].shapes]
        and copy.start == 0
        and copy.run.cell.parent(copy.shapes[0].node) is copy.run.cell.tree
        for cluster in group
        for copy in cluster.copies
    )
    return same and is_exercise(page)


def _are_networks(page: Page, cluster: Cluster) -> bool:
    """Is it the layers that alternative networks have in common? They are tried one beside the other, and differ above or below."""
    if not any(_NETWORKS.match(origin) for origin in page.names.imports.values()):
        return False
    return all(_is_layer(shape.node) for shape in cluster.copies[0].shapes)


def _is_layer(statement: ast.stmt) -> bool:
    """`model.add(Dense(8))`, `x = Dense(8)(x)`, `self.fc = nn.Linear(8, 2)`, `model.compile(…)`, `return model`."""
    if isinstance(statement, ast.Return):
        return isinstance(statement.value, ast.Name)
    value = statement.value if isinstance(statement, (ast.Expr, ast.Assign)) else None
    if not isinstance(value, ast.Call):
        return False
    if isinstance(value.func, ast.Call):
        return True
    name = last_name(value.func)
    if isinstance(statement, ast.Expr):
        return name in ("add", "compile", "summary", "build")
    return (
        name in ("Model", "Sequential", "Input") or root(value) in ("nn", "layers", "F") or bool(_OPTIMIZER.match(name))
    )


def _draws(page: Page, cluster: Cluster) -> bool:
    """Are nearly all statements looks, plots and settings for them, or assignments that only feed these?"""
    stack, shown, logic = [shape.node for shape in cluster.copies[0].shapes], list[ast.stmt](), list[ast.stmt]()
    while stack:
        statement = stack.pop()
        if isinstance(statement, (*COMPOUND, *DEFINITIONS)):
            stack += [item for block in inner(statement) for item in block]
        elif is_show(statement):
            shown.append(statement)
        elif is_logic(statement) and not isinstance(statement, ast.Return):
            logic.append(statement)
    needed = {name for copy in cluster.copies for name in outputs_of(page, copy.run.cell)}
    hands_on = any(not needed.isdisjoint(_made(statement)) for statement in logic)
    rest = [statement for statement in logic if hands_on or not _names_only(statement)]
    while True:  # what feeds a statement that computes for others does so, too
        used = {node.id for statement in rest for node in nodes_in(statement, ast.Name)}
        more = [statement for statement in logic if statement not in rest and not used.isdisjoint(_made(statement))]
        if not more:
            break
        rest += more
    return len(rest) * MOSTLY <= len(shown) and len(logic) - len(rest) <= len(shown)


def _names_only(statement: ast.stmt) -> bool:
    """Does a statement do nothing but give names to what it computes?"""
    return isinstance(statement, ast.Assign) and all(
        isinstance(part, (ast.Name, ast.Tuple, ast.List, ast.expr_context))
        for target in statement.targets
        for part in nodes_in(target)
    )


def _made(statement: ast.stmt) -> frozenset[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return frozenset(node.id for target in targets for node in nodes_in(target, ast.Name))


def _ends_in_picture(page: Page, cluster: Cluster) -> bool:
    """Does each copy draw what it computes, and hand nothing on?"""
    shown = [shape.node for shape in cluster.copies[0].shapes]
    nodes = [node for statement in shown for node in nodes_in(statement)]
    calls = [node.func for node in nodes if isinstance(node, ast.Call)]
    drawn, logic = sum(is_canvas(root(call)) for call in calls), amount_of(shown).statements
    if drawn < max(MOSTLY, logic) or not _LEARNS.isdisjoint(map(last_name, calls)):
        return False
    return not any(outputs_of(page, copy.run.cell) for copy in cluster.copies)


def _message(group: list[Cluster]) -> str:
    """One sentence for all blocks that the same cells share."""
    copies = group[0].copies
    lines = sum(_length(cluster.copies[0]) for cluster in group)
    blocks = f" in {len(group)} blocks" if len(group) > 1 else ""
    numbers = list(dict.fromkeys(copy.run.cell.number for copy in copies))
    if len(numbers) == 1:
        where = f"cell {numbers[0]} holds the same {_lines(lines)}{blocks} {len(copies)} times"
    else:
        where = f"{_cells(numbers)} hold the same {_lines(lines)}{blocks}"
    differ = _differences(group)
    if (
        all(isinstance(shape.node, DEFINITIONS) for cluster in group for shape in cluster.copies[0].shapes)
        and not differ
    ):
        return f"{where}; define `{getattr(copies[0].shapes[0].node, 'name', '')}` once"
    return f"{where}{differ}; write them once as a function"


def _lines(count: int) -> str:
    return "line" if count == 1 else f"{count} lines"


def _cells(numbers: list[int]) -> str:
    shown = [str(number) for number in numbers[:8]]
    if len(numbers) > 8:
        return f"cells {', '.join(shown)} and {len(numbers) - 8} more"
    return f"cells {', '.join(shown[:-1])} and {shown[-1]}"


def _differences(group: list[Cluster]) -> str:
    """The names and literals in which the copies differ: the parameters of the function to come."""
    found: dict[tuple[str, ...], None] = {}
    for cluster in group:
        for shapes in zip(*(copy.shapes for copy in cluster.copies), strict=True):
            for names in zip(*(shape.names for shape in shapes), strict=True):
                found[tuple(dict.fromkeys(names))] = None
            for literals in zip(*(shape.literals for shape in shapes), strict=True):
                found[_texts(literals)] = None
    every = [texts for texts in found if len(texts) > 1]
    if not every:
        return ""
    shown = ", ".join(_alternatives(texts) for texts in every[:DIFFERENCES])
    return f" but for {shown}" + (f" and {len(every) - DIFFERENCES} more" if len(every) > DIFFERENCES else "")


def _texts(literals: Sequence[object]) -> tuple[str, ...]:
    """The different ones among literals that stand in the same place."""
    different = [one for place, one in enumerate(literals) if one not in literals[:place]]
    if len(different) == 2:
        return _both(different[0], different[1])
    return tuple(_cut(repr(one).replace("`", "'"), 0, 24) for one in different)


def _alternatives(texts: Sequence[str]) -> str:
    return "/".join(f"`{text}`" for text in texts[:SHOWN]) + ("/…" if len(texts) > SHOWN else "")


def _both(first: object, second: object, limit: int = 24) -> tuple[str, str]:
    """Two literals, cut so that what differs is seen."""
    a, b = (repr(literal).replace("`", "'") for literal in (first, second))
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    start = max(0, start - limit // 2) if max(len(a), len(b)) > limit else 0
    return _cut(a, start, limit), _cut(b, start, limit)


def _cut(text: str, start: int, limit: int) -> str:
    shown = ("…" if start else "") + text[start:]
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _length(copy: Copy) -> int:
    """The lines of code that a copy takes."""
    place = _span(copy)
    return len(code_lines(copy.run.cell, place.line, place.end_line))


def _span(copy: Copy) -> Span:
    start, end = copy.run.cell.at(copy.shapes[0].node), copy.run.cell.at(copy.shapes[-1].node)
    return Span(start.cell, start.line, start.column, end.end_line, end.end_column)
