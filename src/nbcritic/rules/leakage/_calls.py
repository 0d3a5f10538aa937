"""What calls do to rows: splits, fits, transforms, statistics, and everything that only passes rows on."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from nbcritic.rules.leakage import _tools as tools
from nbcritic.rules.leakage._values import PLAIN, Columns, Fit, Split, Taint, Tool, Value, merged, path_of

if TYPE_CHECKING:
    from nbcritic.rules.leakage._interpreter import Interpreter


class Calls:
    """The calls of one interpretation."""

    def __init__(self, run: Interpreter) -> None:
        self.run = run

    def call(self, node: ast.Call, depth: int) -> Value:
        """The value of a call."""
        function = node.func
        name = (
            function.attr
            if isinstance(function, ast.Attribute)
            else function.id
            if isinstance(function, ast.Name)
            else ""
        )
        if name in tools.NOT_DATA:
            self._arguments(node, depth)
            return PLAIN
        if name == "train_test_split":
            return self._split(node, depth)
        made = self._made(node, name, depth)
        if made is not None:
            return made
        if name in tools.CROSS_VALIDATIONS:
            return self._cross_validated(node, name, depth)
        qualified = self.run.page.qualified(function) or ""
        if qualified in tools.FUNCTIONS and node.args:
            value = self.run.value(node.args[0], depth)
            return value.tainted(self._fit(node, value, tools.FUNCTIONS[qualified]))
        if isinstance(function, ast.Name) and (local := self.run.page.values.function(function)) is not None:
            inlined = self.run.inlined(local, self._given(node, local, depth))
            if inlined is not None:
                return inlined
        if isinstance(function, ast.Attribute):
            owner = self.run.value(function.value, depth)
            if owner.tool is not None:
                return self._of_tool(node, name, owner, depth)
            if name in ("append", "extend", "add") and (isinstance(function.value, ast.Name) and not owner.rows):
                self.run.bind(function.value, merged((owner, *self._arguments(node, depth))))
                return PLAIN
            if name == "fit":
                return self._used(node, depth)
            if not owner.is_plain:
                return self._of_data(node, name, owner, depth)
        return self._of_function(node, name, qualified, depth)

    def _arguments(self, node: ast.Call, depth: int) -> list[Value]:
        values = [self.run.value(argument, depth) for argument in node.args]
        return values + [self.run.value(word.value, depth) for word in node.keywords if word.value is not None]

    def _given(self, node: ast.Call, function: ast.FunctionDef | ast.AsyncFunctionDef, depth: int) -> list[Value]:
        """The arguments in the order of the parameters."""
        names = [
            argument.arg for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        ]
        given = [self.run.value(argument, depth) for argument in node.args][: len(names)]
        given += [PLAIN] * (len(names) - len(given))
        for word in node.keywords:
            if word.arg in names:
                given[names.index(word.arg)] = self.run.value(word.value, depth)
        return given

    def _fit(self, node: ast.AST, value: Value, kind: str) -> Fit:
        return Fit(node, self.run.cell, self.run.top, kind, value.rows, value.part)

    def _statistic(self, node: ast.Call, of: ast.expr, value: Value) -> Value:
        """A number for each column, taken over all rows of a value."""
        text = path_of(of)
        if not text or _by_row(node) or self.run.is_in_loop(of):
            return PLAIN
        return Value(taints=frozenset({(replace(self._fit(node, value, "statistic"), by="statistic", of=text), None)}))

    def _hold_out(self, node: ast.AST, how: str, held: str = "", target: Columns = None) -> Split:
        return Split(node, self.run.cell, self.run.top, how, held, target)

    # -- holding rows out --------------------------------------------------------------------------------------------

    def _split(self, node: ast.Call, depth: int) -> Value:
        names = self._targets(node)
        held = names[1] if len(names) > 1 else ""
        target = self.run.columns_of(node.args[1]) if len(node.args) > 1 else None
        split = self._hold_out(node, "train_test_split", held, target)
        items: list[Value] = []
        for place, argument in enumerate(node.args):
            value = self.run.value(argument, depth)
            for side in (0, 1):
                half = replace(value, part=(*value.part, (split, side)), items=None, tool=None)
                items.append(half)
            # The second argument is the target: to scale or encode that gives no feature away.
            if place == 0:
                self.run.found.held_out(items[-1])
        return Value(items=tuple(items))

    def _targets(self, node: ast.Call) -> list[str]:
        statement = self.run.cell.parent(node)
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Tuple | ast.List):
            return []
        return [item.id if isinstance(item, ast.Name) else "" for item in statement.targets[0].elts]

    def _cross_validated(self, node: ast.Call, name: str, depth: int) -> Value:
        values = self._arguments(node, depth)
        data = (
            values[1]
            if len(node.args) > 1
            else next((self.run.value(w.value, depth) for w in node.keywords if w.arg == "X"), PLAIN)
        )
        target = self.run.columns_of(node.args[2]) if len(node.args) > 2 else None
        self.run.found.folded(data, self._hold_out(node, name, "", target))
        return PLAIN

    def _used(self, node: ast.Call, depth: int) -> Value:
        """A model is fitted: where a split's parts are used."""
        for split, _ in next(iter(self._arguments(node, depth)), PLAIN).part:
            self.run.found.uses.setdefault(split, (self.run.cell, node))
        return PLAIN

    # -- tools -------------------------------------------------------------------------------------------------------

    def _made(self, node: ast.Call, name: str, depth: int) -> Value | None:
        """A transformer, container, search or splitter that is made here."""
        if name in tools.LEARNERS:
            fills = next((w.value for w in node.keywords if w.arg == "strategy"), None)
            constant = isinstance(fills, ast.Constant) and fills.value == "constant"
            return Value(tool=Tool("transformer", "" if constant else tools.LEARNERS[name]))
        if name in tools.NEUTRAL:
            return Value(tool=Tool("transformer"))
        if name in tools.CONTAINERS:
            return Value(tool=Tool("transformer", self._learner_in(node, depth)))
        if name in tools.SEARCHES:
            return Value(tool=Tool("search"))
        if name in tools.SPLITTERS:
            return Value(tool=Tool("splitter"))
        return None

    def _learner_in(self, node: ast.Call, depth: int) -> str:
        """The first thing in a pipeline that learns from rows."""
        waiting = [
            self.run.value(argument, depth) for argument in (*node.args, *(word.value for word in node.keywords))
        ]
        for _ in range(200):
            if not waiting:
                break
            value = waiting.pop(0)
            if value.tool is not None and value.tool.learns:
                return value.tool.learns
            waiting = [*(value.items or ()), *waiting]
        return ""

    def _of_tool(self, node: ast.Call, name: str, owner: Value, depth: int) -> Value:
        tool = owner.tool
        assert tool is not None
        data = self._data(node, depth)
        if tool.kind == "search":
            if name == "fit":
                self.run.found.folded(data, self._hold_out(node, "the search's cross-validation"))
            return owner if name == "fit" else PLAIN
        if tool.kind == "splitter":
            return self.folds(node, data) if name == "split" else PLAIN
        return self._transformed(node, name, owner, data)

    def _data(self, node: ast.Call, depth: int) -> Value:
        values = self._arguments(node, depth)
        if node.args:
            return merged(values[:1])
        named = next((word.value for word in node.keywords if word.arg in ("X", "raw_documents")), None)
        return self.run.value(named, depth) if named is not None else PLAIN

    def _transformed(self, node: ast.Call, name: str, owner: Value, data: Value) -> Value:
        tool = owner.tool
        assert tool is not None
        if name in ("fit", "partial_fit", "fit_transform"):
            tool.fit = self._fit(node, data, tool.learns) if tool.learns and data.rows else None
        if name in ("fit", "partial_fit", "set_output", "set_params"):
            return owner
        if name in ("fit_transform", "transform"):
            # Rows that a pipeline fits on one part and changes on another carry the trace of the part it was fitted on.
            result = data.tainted(tool.fit) if tool.fit is not None else replace(data, items=None)
            self.run.found.held_out(result)
            return result
        if name == "get_support" and tool.fit is not None:
            return Value(taints=frozenset({(tool.fit, None)}))
        return data if name == "inverse_transform" else PLAIN

    def folds(self, node: ast.AST, data: Value) -> Value:
        """Pairs of the rows to train on and the rows to test on."""
        target = self.run.columns_of(node.args[1]) if isinstance(node, ast.Call) and len(node.args) > 1 else None
        split = self._hold_out(node, "the folds", "", target)
        self.run.found.folded(data, split)
        return Value(items=(Value(part=((split, 0),)), Value(part=((split, 1),))), folds=True)

    # -- data --------------------------------------------------------------------------------------------------------

    def _of_data(self, node: ast.Call, name: str, owner: Value, depth: int) -> Value:
        """A method of rows."""
        values = self._arguments(node, depth)
        if name == "groupby":
            return replace(owner, grouped=True, items=None)
        if owner.grouped:
            return self._of_group(node, name, owner)
        if name in tools.STATISTICS and owner.rows:
            return self._statistic(node, node.func.value, owner) if isinstance(node.func, ast.Attribute) else PLAIN
        if name in ("rolling", "expanding", "ewm", "resample"):
            return replace(owner, grouped=True, window=True, items=None)
        if name == "drop":
            return self._kept(node, self._dropped(node, owner))
        if name == "pop":
            return owner
        if name == "sample" and not owner.part:
            return owner
        given = frozenset(taint for value in values for taint in value.taints if self._reaches(taint[0], node, name))
        result = replace(owner, taints=owner.taints | given, items=None)
        return self._kept(node, result)

    def _kept(self, node: ast.Call, result: Value) -> Value:
        """With `inplace=True` the object itself changes."""
        inplace = any(
            w.arg == "inplace" and isinstance(w.value, ast.Constant) and w.value.value is True for w in node.keywords
        )
        if inplace and isinstance(node.func, ast.Attribute):
            self.run.bind(node.func.value, result)
        return result

    def _dropped(self, node: ast.Call, owner: Value) -> Value:
        named = next((word.value for word in node.keywords if word.arg in ("columns", "labels")), None)
        which = named if named is not None else node.args[0] if node.args else None
        columns = self.run.columns(which) if which is not None else None
        return owner.without(columns) if columns else owner

    def _reaches(self, fit: Fit, node: ast.Call, name: str) -> bool:
        """Does something learnt get into the data through a method's argument?"""
        if fit.by == "statistic":
            return name == "fillna" and isinstance(node.func, ast.Attribute) and path_of(node.func.value) == fit.of
        return fit.by == "tool" or name in ("map", "merge", "join", "replace", "fillna")

    def _of_group(self, node: ast.Call, name: str, owner: Value) -> Value:
        plain = replace(owner, grouped=False, window=False)
        if owner.window:
            return plain
        words = {
            inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
        }
        means = name in tools.MEANS or (name in ("agg", "aggregate", "transform") and bool(words & tools.MEANS))
        column = node.func.value if isinstance(node.func, ast.Attribute) else None
        columns = self.run.columns(column.slice) if isinstance(column, ast.Subscript) else None
        fit = replace(self._fit(node, owner, "mean by group"), by="group", columns=columns)
        taints = frozenset({(fit, None)}) if means else frozenset[Taint]()
        if name in tools.AGGREGATES:
            return Value(frozenset({node}), taints)
        return replace(plain, taints=plain.taints | taints)

    def _of_function(self, node: ast.Call, name: str, qualified: str, depth: int) -> Value:
        values = self._arguments(node, depth)
        if name.startswith(tools.SOURCES):
            return Value(rows=frozenset({node}))
        if qualified.startswith("numpy.") and name in tools.STATISTICS and values and values[0].rows:
            return self._statistic(node, node.args[0], values[0]) if node.args else PLAIN
        if qualified.startswith(("matplotlib.", "seaborn.", "sklearn.metrics", "plotly.")):
            return PLAIN
        # A mean that is handed to a function beside the data (a limit, a start value) is not put into them.
        passed = merged(value if value.rows else value.by_tools() for value in values)
        if passed.is_plain and not name[:1].isupper():
            return Value(rows=frozenset({node}))
        return passed


def _by_row(node: ast.Call) -> bool:
    """Is it a statistic over the columns of each row?"""
    axis = next((word.value for word in node.keywords if word.arg == "axis"), None)
    return isinstance(axis, ast.Constant) and axis.value in (1, "columns", -1)
