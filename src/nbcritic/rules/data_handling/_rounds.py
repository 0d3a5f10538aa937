"""Loops round by round: what each round binds anew, whether there are several, and what of it only the last one leaves."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, stored_names
from nbcritic.analysis.page import Page
from nbcritic.rules.data_handling._shared import keyword, steps

_FOLDS = {
    **dict.fromkeys(("KFold", "StratifiedKFold", "GroupKFold", "StratifiedGroupKFold", "TimeSeriesSplit"), 5),
    **dict.fromkeys(("ShuffleSplit", "StratifiedShuffleSplit"), 10),
}
"""Splitters of scikit-learn, and how many splits they make unless told."""
_THROUGH = frozenset({"enumerate", "reversed", "sorted", "list", "tuple", "tqdm", "trange", "zip", "arange"})
_OF_TABLES = {"unique": "series", "iterrows": "frame", "itertuples": "frame", "groupby": "frame"}
_LIBRARIES = ("numpy.", "pandas.", "math.", "scipy.", "statistics.")
_BUILTINS = frozenset(
    "len sum min max sorted abs round float int str bool list set tuple dict range zip any all".split()
)
_PURE = frozenset(
    "isin isnull isna notnull notna between mean sum std var median quantile min max astype copy abs any all unique nunique "
    "value_counts contains startswith endswith strip lower upper split replace dropna fillna reset_index set_index groupby "
    "sort_values tolist to_numpy eq ne gt lt ge le mode count query merge head drop_duplicates rename drop join agg loc iloc".split()
)
"""Methods that only answer, in whatever library."""
_KINDS = frozenset({"frame", "series", "index", "groupby", "array", "str", "list", "dict", "number"})
_DEEP = 3

Above: TypeAlias = Callable[[str], ast.expr | None]
"""Tells what a name is bound to before the loop, if that is known."""


class Rounds:
    """One `for` loop without early ends, and what its rounds bind; `named` has the names of its cell, in order."""

    def __init__(self, cell: CodeCell, loop: ast.For, named: Mapping[str, list[ast.Name]]) -> None:
        self.cell = cell
        self.loop = loop
        self.named = named
        self._block = _block(cell, loop)
        self.targets = {name for name in stored_names(loop.target) if not name.startswith("_")}
        self._names: dict[str, list[ast.Name]] = defaultdict(list)
        for node in (node for statement in loop.body for node in nodes_in(statement)):
            if isinstance(node, ast.Name):
                self._names[node.id].append(node)

    @property
    def next(self) -> ast.stmt | None:
        """The statement right below the loop."""
        place = self._block.index(self.loop) + 1
        return self._block[place] if place < len(self._block) else None

    def below(self, name: str) -> list[ast.stmt]:
        """The statements below the loop in its block that name this."""
        last, parent = self.loop.end_lineno or 0, self.cell.parent(self.loop)
        found: dict[ast.stmt, None] = {}
        for node in self.named.get(name, ()):
            if node.lineno > last:
                here: ast.AST | None = node
                while here is not None and self.cell.parent(here) is not parent:
                    here = self.cell.parent(here)
                if not isinstance(here, ast.stmt) or here not in self._block:
                    break
                found[here] = None
        return list(found)

    def above(self, name: str) -> ast.expr | None:
        """What the name is bound to right before the loop, if a statement of its block tells."""
        stores = [
            node
            for node in self.named.get(name, ())
            if isinstance(node.ctx, ast.Store) and node.lineno < self.loop.lineno
        ]
        statement = self.cell.parent(stores[-1]) if stores else None
        if isinstance(statement, ast.Assign) and self.cell.parent(statement) is self.cell.parent(self.loop):
            return statement.value if statement.targets[0] is stores[-1] else None
        return None

    def read(self, name: str) -> list[ast.Name]:
        """Where the loop reads the name."""
        return [node for node in self._names[name] if isinstance(node.ctx, ast.Load)]

    def bound(self) -> Iterator[tuple[str, ast.Assign]]:
        """The names that every round binds once, to something that depends on the item, in order."""
        depends = set(self.targets)
        for statement in self.loop.body:
            if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                names = stored_names(statement.targets[0])
                if depends & {node.id for node in nodes_in(statement.value, ast.Name)}:
                    depends.update(names)
                    yield from ((name, statement) for name in names if self._stores(name) == 1)

    def starts_empty(self) -> Iterator[tuple[str, ast.Assign]]:
        """The lists that every round makes anew, fills by itself with something of the item, and never reads."""
        for statement in self.loop.body:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else None
            if (
                not isinstance(statement, ast.Assign)
                or not isinstance(target, ast.Name)
                or not is_empty(statement.value)
            ):
                continue
            fills = [self._fill(name) for name in self.read(target.id)]
            if (
                fills
                and self._stores(target.id) == 1
                and all(fill is not None and self._is_own(fill) for fill in fills)
            ):
                yield target.id, statement

    def _stores(self, name: str) -> int:
        return sum(not isinstance(node.ctx, ast.Load) for node in self._names[name])

    def _fill(self, name: ast.Name) -> ast.Call | None:
        """The `rows.append(…)` that this `rows` is the start of."""
        method = self.cell.parent(name)
        call = self.cell.parent(method) if isinstance(method, ast.Attribute) and method.attr == "append" else None
        return call if isinstance(call, ast.Call) else None

    def _is_own(self, call: ast.Call) -> bool:
        """Does the call run at most once a round, with something of the item?"""
        around = next(
            (node for node in self.cell.ancestors(call) if isinstance(node, (ast.For, ast.While, ast.Lambda))), None
        )
        depends = self.targets | {name for name, _ in self.bound()}
        given = {node.id for value in call.args for node in nodes_in(value, ast.Name)}
        return around is self.loop and bool(depends & given)


def _block(cell: CodeCell, statement: ast.stmt) -> list[ast.stmt]:
    """The statements among which a statement stands."""
    parent = cell.parent(statement)
    blocks = (getattr(parent, name, None) for name in ("body", "orelse", "finalbody"))
    return next((block for block in blocks if isinstance(block, list) and statement in block), [statement])


def is_empty(node: ast.expr) -> bool:
    """Is it `[]` or `list()`?"""
    if isinstance(node, ast.Call):
        return called_name(node.func) == "list" and not node.args
    return isinstance(node, ast.List) and not node.elts


def are_several(page: Page, node: ast.expr, above: Above, depth: int = 0) -> bool:
    """Does a loop over this surely (or as good as surely) make more than one round?"""
    if depth > _DEEP:
        return False
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return len(node.elts) > 1 and not any(isinstance(item, ast.Starred) for item in node.elts)
    if isinstance(node, ast.Name):
        source = above(node.id) or page.values.source(node)
        return source is not None and are_several(page, source, above, depth + 1)
    if isinstance(node, ast.Attribute):
        return node.attr == "columns" and page.values.kind(node.value) == "frame"
    return isinstance(node, ast.Call) and _gives_several(page, node, above, depth)


def _gives_several(page: Page, call: ast.Call, above: Above, depth: int) -> bool:
    name = called_name(call.func)
    if name in ("range", "arange", "trange"):
        return (steps(call) or 0) > 1
    if name in _THROUGH and call.args:
        return all(are_several(page, value, above, depth + 1) for value in call.args)
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    if name == "tolist" and owner is not None:
        return are_several(page, owner, above, depth + 1)
    if name == "split" and isinstance(owner, (ast.Name, ast.Call)):
        splitter = (above(owner.id) or page.values.source(owner)) if isinstance(owner, ast.Name) else owner
        return isinstance(splitter, ast.Call) and (_folds(page, splitter) or 0) > 1
    return owner is not None and name in _OF_TABLES and _OF_TABLES[name] == page.values.kind(owner)


def _folds(page: Page, splitter: ast.Call) -> int | None:
    """How many splits a splitter of scikit-learn makes; None where that is not written."""
    name = page.qualified(splitter.func) or ""
    given = keyword(splitter, "n_splits") or (splitter.args[0] if splitter.args else None)
    if not name.startswith("sklearn.") or any(word.arg is None for word in splitter.keywords):
        return None
    if given is None:
        return _FOLDS.get(name.rpartition(".")[2])
    if isinstance(given, ast.Name):
        given = page.values.source(given)
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, int) else None


def only_answers(page: Page, node: ast.expr) -> bool:
    """Does working out the expression change nothing anywhere, so that only its value can be wanted?"""
    for inner in nodes_in(node):
        if isinstance(inner, (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)):
            return False
        if isinstance(inner, ast.Call) and not _is_pure(page, inner):
            return False
    return True


def _is_pure(page: Page, call: ast.Call) -> bool:
    name = page.qualified(call.func)
    if name is not None:
        return name in _BUILTINS or name.startswith(_LIBRARIES)
    if not isinstance(call.func, ast.Attribute):
        return False
    return call.func.attr in _PURE or (page.values.kind(call.func.value) in _KINDS and not _changes(page, call))


def _changes(page: Page, call: ast.Call) -> bool:
    """May the method of a known kind of object change it, write it or draw it?"""
    assert isinstance(call.func, ast.Attribute)
    if keyword(call, "inplace", "ax") is not None or page.values.kind(call.func.value) in ("list", "dict"):
        return True
    return call.func.attr.startswith(
        ("to_", "plot", "hist", "boxplot", "apply", "pipe", "insert", "pop", "update", "sort", "fill")
    )
