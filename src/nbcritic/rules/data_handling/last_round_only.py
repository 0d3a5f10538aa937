"""NBC617."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from typing import TypeAlias

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, root_name
from nbcritic.analysis.loops import leaves_early
from nbcritic.analysis.page import Page, once
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.data_handling._rounds import Rounds, are_several, is_empty, only_answers

_MEANT = regex(
    r"(?:last|final|latest|prev|current|cur|best|example|sample|test|demo|tmp|temp)(?:_|$)|.*_(?:last|final|prev)$"
)
"""Names that say that one round of many is wanted."""
_LOOKS = frozenset("head tail sample describe info unique nunique value_counts".split())
"""Methods that somebody calls to see what there is."""

_Found: TypeAlias = tuple[ast.AST, ast.AST, str]
"""What is flagged, what it is about, and what to say."""


@rule("NBC617", name="last-round-only", severity="major", category="data-validation")
def check(page: Page) -> Iterator[Hit]:
    r"""What a loop finds is used below it, where only the last round's is left.

    Each round binds the name anew, and nothing collects: of all the columns, files or models that the loop goes through, one
    counts, and which one depends on their order. Often a line slipped out of the loop by its indentation, or a list is emptied in
    every round. The result looks complete.

    Instead, collect inside the loop (append to a list, combine masks with `&`), or move the line that uses the value into it.

    Bad:

        # %%
        keep = df["a"] > 0
        for column in ["a", "b"]:
            low = df[column].quantile(0.05)
            mask = df[column] >= low  # <- flagged
        # %%
        df = df[mask]

    Bad:

        # %%
        def average(models, rows):
            outputs = []
            for model in models:
                scores = model(rows)
            outputs.append(scores)  # <- flagged
            return sum(outputs) / len(outputs)

    Bad:

        # %%
        peaks = {}
        for column in table.columns:
            peak = measure(table[column])
        if peak > 3:
            peaks[column] = peak  # <- flagged

    Bad:

        # %%
        for name in names:
            rows = []  # <- flagged
            rows.append({"name": name, "size": size_of(name)})
        sizes = pd.DataFrame(rows)

    Good:

        # %%
        mask = df["a"] > 0
        for column in ["a", "b"]:
            mask &= df[column] >= df[column].quantile(0.05)
        df = df[mask]
        outputs = []
        for model in models:
            outputs.append(model(rows))

    Good:

        # %%
        for rows, labels in batches.take(1):
            steps = labels.shape[1]
        build(steps)
        for epoch in range(20):
            loss = step(model, epoch)
            print(loss)
        history.append(loss)
        for path in ["old.csv", "new.csv"]:
            last = pd.read_csv(path)
        last.describe()
        for day in days:
            if is_open(day):
                first = day
                break
        print(first)
        for part in parts:
            ax = sns.boxplot(data=part)
        ax.set_title("parts")

    Good:

        # %%
        from sklearn.model_selection import StratifiedShuffleSplit
        splitter = StratifiedShuffleSplit(n_splits=1, test_size=0.2)
        for train, test in splitter.split(X, y):
            X_train, X_test = X[train], X[test]
        model.fit(X_train)

    Bad:

        # %%
        from sklearn.model_selection import KFold
        for train, test in KFold(n_splits=5).split(X):
            X_train, X_test = X[train], X[test]  # <- flagged
        model.fit(X_train)
    """
    for cell in page.code:
        named: dict[str, list[ast.Name]] = defaultdict(list)
        for node in cell.nodes(ast.Name) if cell.nodes(ast.For) else ():
            named[node.id].append(node)
        for loop in cell.nodes(ast.For):
            if loop.orelse or leaves_early(loop.body) or any(isinstance(node, ast.Return) for node in nodes_in(loop)):
                continue
            rounds = Rounds(cell, loop, named)
            plain = rounds.targets and (_slipped_out(rounds) or _emptied(page, rounds))
            found = plain or (rounds.targets and _overwritten(page, rounds))
            if found:
                flagged, about, text = found
                related = (Related(cell.at_line(about.lineno), "the loop"),)  # type: ignore[attr-defined]
                # A name may well stand for the last round; a list that is filled below its loop was to hold them all.
                yield Hit(cell.at(flagged), text, related, confidence=None if plain else "possible")


def _slipped_out(rounds: Rounds) -> _Found | None:
    """A line right below that collects what a round found, by itself or under the loop's own variable."""
    cell, loop = rounds.cell, rounds.loop
    unread = {name for name, _ in rounds.bound() if not rounds.read(name)}
    statement = rounds.next
    if unread and isinstance(statement, ast.Expr) and (taken := _taken(statement)) is not None:
        owner, value = taken
        name = next((name for name in _loads(value) if name in unread), None)
        if name is not None and _fills_once(rounds, owner):
            text = f"`{cell.segment(statement, 40)}` stands below the loop: of `{name}` only the last round's gets into `{owner.id}`"
            return statement, loop, text
    inner = statement.body if isinstance(statement, ast.If) else [statement]
    for row in inner:
        target = row.targets[0] if isinstance(row, ast.Assign) else None
        if (
            not isinstance(row, ast.Assign)
            or not isinstance(target, ast.Subscript)
            or not isinstance(target.slice, ast.Name)
        ):
            continue
        name = next((name for name in _loads(row.value) if name in unread), None)
        if name is not None and target.slice.id in rounds.targets:
            text = f"`{cell.segment(row, 40)}` stands below the loop over `{target.slice.id}`: only the last round's gets there"
            return row, loop, text
    return None


def _taken(statement: ast.Expr) -> tuple[ast.Name, ast.expr] | None:
    """The list and the value of `outputs.append(value)`."""
    call = statement.value
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or len(call.args) != 1:
        return None
    owner = call.func.value
    return (owner, call.args[0]) if call.func.attr == "append" and isinstance(owner, ast.Name) else None


def _loads(node: ast.AST) -> list[str]:
    return [inner.id for inner in nodes_in(node, ast.Name) if isinstance(inner.ctx, ast.Load)]


def _fills_once(rounds: Rounds, owner: ast.Name) -> bool:
    """Does the list start empty above the loop, in the same rounds of whatever loop is around, and get nothing else?"""
    cell, loop = rounds.cell, rounds.loop
    own = [name for name in rounds.named[owner.id] if cell.function(name) is cell.function(loop)]
    stores = [name for name in own if not isinstance(name.ctx, ast.Load)]
    start = cell.parent(stores[0]) if len(stores) == 1 else None
    filled = [name for name in own if getattr(cell.parent(name), "attr", "") in ("append", "extend", "insert")]
    return (
        isinstance(start, ast.Assign)
        and is_empty(start.value)
        and start.lineno < loop.lineno
        and _around(cell, start) is _around(cell, loop)
        and filled == [owner]
    )


def _around(cell: CodeCell, node: ast.AST) -> ast.AST | None:
    return next((parent for parent in cell.ancestors(node) if isinstance(parent, (ast.For, ast.While))), None)


def _emptied(page: Page, rounds: Rounds) -> _Found | None:
    """A list that each round starts anew, used below as if it held all."""
    for name, statement in rounds.starts_empty():
        if _use(page, rounds, name):
            text = f"`{name}` starts empty in every round: below the loop it holds what the last one put there; start it above the loop"
            return statement, rounds.loop, text
    return None


def _overwritten(page: Page, rounds: Rounds) -> _Found | None:
    """A value that nothing in the loop reads, used below although there are several rounds."""
    for name, statement in rounds.bound():
        if rounds.read(name) or _MEANT.match(name) or not only_answers(page, statement.value):
            continue
        if are_several(page, rounds.loop.iter, rounds.above) and (use := _use(page, rounds, name)):
            text = f"`{name}` is bound anew in every round, and nothing in the loop reads it: {use} has the last round's only"
            return statement, rounds.loop, text
    return None


def _use(page: Page, rounds: Rounds, name: str) -> str:
    """Who reads the name next, before it is bound anew: a line below the loop, or a later cell; not to look at it only."""
    cell = rounds.cell
    for statement in rounds.below(name):
        if name in _loads(statement) and not _only_looks(statement, name):
            return f"line {statement.lineno}"
        if any(node.id == name and not isinstance(node.ctx, ast.Load) for node in nodes_in(statement, ast.Name)):
            return ""
    if cell.parent(rounds.loop) is not cell.tree:
        return ""
    for number, kind in _first_events(page).get(name, ()):
        if number > cell.number:
            if kind not in ("use", "call", "mutate"):
                return ""
            body = page.cell(number).tree.body  # type: ignore[union-attr]
            if not all(_only_looks(row, name) for row in body if name in _loads(row)):
                return f"cell {number}"
    return ""


@once
def _first_events(page: Page) -> dict[str, list[tuple[int, str]]]:
    """What each cell does first with each name, in document order."""
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for cell in page.code:
        first: dict[str, str] = {}
        for event in page.names.of(cell.number).events:
            first.setdefault(event.name, event.kind)
        for name, kind in first.items():
            found[name].append((cell.number, kind))
    return found


def _only_looks(statement: ast.stmt, name: str) -> bool:
    """Is it an expression that shows the value or a part of it, or prints it?"""
    value = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(value, ast.Call) and called_name(value.func) in ("print", "display", "len", "type") and value.args:
        value = value.args[0]
    if isinstance(value, ast.Call):
        value = value.func if called_name(value.func) in _LOOKS else None
    return value is not None and (root := root_name(value)) is not None and root.id == name
