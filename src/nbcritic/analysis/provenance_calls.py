"""What calls do to rows: splits, fits, transforms, statistics, and everything that only passes rows on."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nbcritic.analysis import provenance_tables as tables
from nbcritic.analysis.code import nodes_in
from nbcritic.analysis.provenance_arguments import constant, word
from nbcritic.analysis.provenance_names import key_of, path_of
from nbcritic.analysis.provenance_objects import Objects
from nbcritic.analysis.provenance_tools import Tools
from nbcritic.analysis.provenance_values import (
    PLAIN,
    Columns,
    Fit,
    Resampling,
    Taint,
    Tool,
    Value,
    merged,
    replace,
)

if TYPE_CHECKING:
    from nbcritic.analysis.provenance_walk import Interpreter


class Calls:
    """The calls of one interpretation."""

    def __init__(self, run: Interpreter) -> None:
        self.run = run
        self.tools = Tools(run, self)
        self.objects = Objects(run, self)
        imports = run.page.names.imports.items()
        self._aliases = {
            name: last
            for name, full in imports
            if (last := full.rpartition(".")[2]) != name and tables.makes_something(last)
        }
        """`SequentialFeatureSelector as SFS`: what a class is called on this page."""

    def call(self, node: ast.Call, depth: int) -> Value:
        """The value of a call."""
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if isinstance(function, ast.Name):
            name = self._aliases.get(name, name)
        if name in tables.NOT_DATA or self._shows(function, name):
            self.arguments(node, depth)
            return PLAIN
        known = self.tools.made(node, name, depth) or self.objects.made(node, name, depth)
        if known is not None:
            return known
        if name in _ONE_BY_ONE and isinstance(function, ast.Name) and len(node.args) == 1:
            each = self.run.value(node.args[0], depth)
            if each.folds:
                return replace(each, folds=name != "next")
        if name in tables.FUNCTIONS and node.args and self._is_library(function, name):
            value = self.run.value(node.args[0], depth)
            return value.tainted(self.fit(node, value, tables.FUNCTIONS[name], name))
        if name in tables.RATINGS and node.args and self._is_library(function, name):
            rated = self.fit(node, self.run.value(node.args[0], depth), "selector")
            self.arguments(node, depth)
            return Value(taints=frozenset({(rated, None)}))
        if isinstance(function, ast.Name):
            local = self.run.page.values.function(function)
            inlined = self.run.inlined(local, self.given(node, local, depth), node) if local is not None else None
            if inlined is not None:
                return inlined
            owner = self.run.lookup(function.id) if function.id in self.run.env else PLAIN
            if owner.tool is not None and owner.tool.kind != "object":
                return self.tools.called(node, owner, depth)
        if isinstance(function, ast.Attribute):
            owner = self.run.value(function.value, depth)
            if owner.tool is not None and owner.tool.kind == "object":
                of_own = self.objects.method(node, name, owner, depth)
                if of_own is not None:
                    return of_own
                owner = replace(owner, tool=None)
            elif owner.tool is not None:
                return self.tools.method(node, name, owner, depth)
            if name in ("append", "extend", "add") and (isinstance(function.value, ast.Name) and not owner.rows):
                self.run.bind(function.value, merged((owner, *self.arguments(node, depth))))
                return PLAIN
            if name in ("fit", "fit_generator", "fit_transform", "fit_predict") and key_of(function.value) is not None:
                return self.tools.unknown(node, name, function.value, depth)
            if not owner.is_plain:
                return self._of_data(node, name, owner, depth)
        return self._of_function(node, name, depth)

    def _shows(self, function: ast.expr, name: str) -> bool:
        """Is it a call of a module that draws, logs or waits?"""
        root = function.value if isinstance(function, ast.Attribute) else None
        return isinstance(root, ast.Name) and root.id in tables.SHOWING and not name.startswith(tables.SOURCES)

    def _is_library(self, function: ast.expr, name: str) -> bool:
        """Is it the library's function? In a page that imports nothing, its name has to do."""
        qualified = self.run.page.qualified(function)
        if qualified is None:
            return isinstance(function, ast.Name) and not self.run.page.names.bindings.get(name)
        return qualified.startswith(("sklearn.", "scipy."))

    def arguments(self, node: ast.Call, depth: int) -> list[Value]:
        """The values of all arguments."""
        values = [self.run.value(argument, depth) for argument in node.args]
        return values + [self.run.value(word.value, depth) for word in node.keywords if word.value is not None]

    def given(
        self, node: ast.Call, function: ast.FunctionDef | ast.AsyncFunctionDef, depth: int, skip: int = 0
    ) -> list[Value]:
        """The arguments in the order of the parameters; what has a default keeps it."""
        names = [
            argument.arg for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        ][skip:]
        given = [self.run.value(argument, depth) for argument in node.args][: len(names)]
        given += [PLAIN] * (len(names) - len(given))
        for keyword in node.keywords:
            if keyword.arg in names:
                given[names.index(keyword.arg)] = self.run.value(keyword.value, depth)
        return given

    def fit(self, node: ast.AST, value: Value, kind: str, name: str = "") -> Fit:
        """A fit of a tool on these rows, recorded."""
        fit = Fit(
            node, self.run.cell, self.run.top, kind, value.rows, value.part, value.subset, name=name,
            columns=value.columns, resampled=value.resampled, mixed=value.mixed, loops=self.run.loop_nodes, file=value.file,
            after=frozenset(taint[0].node for taint in value.taints),
        )  # fmt: skip
        self.run.found.fits.append(fit)
        return fit

    def _statistic(self, node: ast.Call, of: ast.expr, value: Value) -> Value:
        """A number for each column, taken over all rows of a value."""
        if value.predicted is not None and isinstance(of, ast.Compare) and isinstance(of.ops[0], (ast.Eq, ast.NotEq)):
            self.tools.counted(node, value)
            return PLAIN
        text = path_of(of)
        if not text and isinstance(of, (ast.ListComp, ast.GeneratorExp)) and (learnt := value.by_tools()).taints:
            return learnt  # the mean of the vectors of all words in a text
        if not text or _by_row(node) or self.run.is_in_loop(of):
            return PLAIN
        fit = replace(self.fit(node, value, "statistic"), by="statistic", of=text)
        return Value(taints=frozenset({(fit, None)}))

    def _correlated(self, node: ast.Call, name: str, owner: Value, values: list[Value]) -> Value:
        """What the columns have to do with each other (`frame.corr()`), or with one of them, the target."""
        fit = replace(self.fit(node, owner, "correlation"), columns=None)
        if name == "corr":
            return PLAIN if values and values[0].rows else Value(tool=Tool("correlations", fit=fit))
        of = values[0].columns if values else None
        return Value(taints=frozenset({(replace(fit, target=of), None)})) if of else PLAIN

    # -- data --------------------------------------------------------------------------------------------------------

    def _of_data(self, node: ast.Call, name: str, owner: Value, depth: int) -> Value:
        """A method of rows."""
        values = self.arguments(node, depth)
        if name == "groupby":
            return replace(owner, grouped=True, items=None)
        if owner.grouped:
            return self._of_group(node, name, owner)
        if name in ("corr", "corrwith"):
            return self._correlated(node, name, owner, values)
        if name in tables.STATISTICS and owner.rows and isinstance(node.func, ast.Attribute):
            return self._statistic(node, node.func.value, owner)
        if name in ("rolling", "expanding", "ewm", "resample"):
            return replace(owner, grouped=True, window=True, items=None)
        if name in ("drop", "pop"):
            return self._without(node, name, owner)
        if name in tables.ROW_CHOICES:
            return self._chosen(node, name, owner)
        if (
            name in tables.NEIGHBOURS or (name == "fillna" and constant(node, "method") in tables.NEIGHBOURS)
        ) and not self.run.is_in_loop(node.func):
            return self._kept(node, owner.tainted(replace(self.fit(node, owner, "neighbours"), by="statistic")))
        if name == "batch" or name == "shuffle":
            return owner
        given = frozenset(taint for value in values for taint in value.taints if self._reaches(taint[0], node, name))
        if name in ("apply", "map", "applymap", "transform", "pipe") and node.args:
            made = self._applied(node, name, owner, depth).taints
            given |= frozenset(taint for taint in made if taint[0].by != "statistic" or _is_middle(taint[0].node))
        for fit, _ in given:
            if fit.role == "held-out" and fit.part == owner.part:
                self.run.found.filled.setdefault(fit.node, fit)
        result = replace(owner, taints=owner.taints | given, items=None)
        if name == "sort_values" and (by := node.args[0] if node.args else word(node, "by")) is not None:
            result = replace(result, ordered=next(iter(self.run.columns(by) or ("?",))))
        if name == "drop_duplicates":
            result = replace(result, resampled=None)
        if name in ("append", "merge", "join") and values:
            joined = merged((result, *(value for value in values if name == "append" and value.rows)), together=True)
            return replace(joined, taints=joined.taints | given).loose()
        if name == "set_index":
            columns = self.run.columns(node.args[0]) if node.args else None
            return self._kept(node, result.without(columns) if columns else result.loose())
        one = owner.columns is not None and len(owner.columns) == 1
        if name not in tables.KEEPS_COLUMNS and not (one and name in tables.BY_ROW):
            result = result.loose()
        return self._kept(node, result)

    def _applied(self, node: ast.Call, name: str, owner: Value, depth: int) -> Value:
        """What a function of the page makes of each row, or of each column."""
        function, of = node.args[0], node.func.value if isinstance(node.func, ast.Attribute) else node
        by_column = name != "map" and name != "applymap" and not _by_row(node)
        if isinstance(of, ast.Subscript):
            by_column = by_column and isinstance(of.slice, ast.List)
        each = replace(owner, items=None, tool=None) if by_column and not isinstance(of, ast.Attribute) else PLAIN
        if isinstance(function, ast.Lambda):
            return self.run.of_lambda(function, each, depth)
        local = self.run.page.values.function(function) if isinstance(function, ast.Name) else None
        return (self.run.inlined(local, [each]) if local is not None else None) or PLAIN

    def _chosen(self, node: ast.Call, name: str, owner: Value) -> Value:
        """Some of the rows: copies of them, where they are drawn with replacement."""
        if name == "sample":
            share = constant(node, "frac")
            if constant(node, "replace") is True or (isinstance(share, (int, float)) and share > 1):
                return self.copied(node, "sample", owner)
            if share == 1:
                return owner
        return self._kept(node, owner.picked(self.run.token(node)))

    def copied(self, node: ast.AST, how: str, value: Value) -> Value:
        """Rows after some of them were copied, or new ones made from them."""
        event = Resampling(node, self.run.cell, self.run.top, how, value.rows, value.part)
        self.run.found.resamplings.append(event)
        return replace(value, resampled=event, items=None)

    def _kept(self, node: ast.Call, result: Value) -> Value:
        """With `inplace=True` the object itself changes."""
        if constant(node, "inplace") is True and isinstance(node.func, ast.Attribute):
            self.run.bind(node.func.value, result)
        return result

    def _without(self, node: ast.Call, name: str, owner: Value) -> Value:
        """Columns or rows leave a frame."""
        labels, named = word(node, "labels"), word(node, "columns")
        which = named or labels or (node.args[0] if node.args else None)
        columns = self.run.columns(which) if which is not None else None
        if name == "pop":
            if columns and isinstance(node.func, ast.Attribute):
                self.run.bind(node.func.value, owner.without(columns))
                return owner.only(columns)
            return owner.loose()
        by_column = named is not None or constant(node, "axis", 1) in (1, "columns")
        if columns:
            result = owner.without(columns) if by_column or columns else owner
        elif by_column:
            chosen = self.run.value(which).by_tools() if which is not None else PLAIN
            result = merged((owner.loose(), chosen)) if chosen.taints and not chosen.rows else owner.loose()
        else:
            result = owner.picked(self.run.token(node))
        return self._kept(node, result)

    def _reaches(self, fit: Fit, node: ast.Call, name: str) -> bool:
        """Does something learnt get into the data through a method's argument?"""
        if fit.by == "statistic":
            into = name in ("fillna", "clip", "replace", "sub", "where", "mask")
            path = path_of(node.func.value) if isinstance(node.func, ast.Attribute) else ""
            column = path.rpartition(".")[2] == fit.of.rpartition(".")[2] if "." in path else False
            by_name = name == "fillna" and bool(path) and fit.of.startswith(f"{path}.")  # {"age": df["age"].mean()}
            return into and (path == fit.of or (name == "fillna" and column) or by_name)
        return fit.by in ("tool", "model") or name in ("map", "merge", "join", "replace", "fillna", "assign")

    def _of_group(self, node: ast.Call, name: str, owner: Value) -> Value:
        plain = replace(owner, grouped=False, window=False).loose()
        if owner.window:
            return plain
        given = [inner for part in (*node.args, *node.keywords) for inner in nodes_in(part)]
        words = {inner.value for inner in given if isinstance(inner, ast.Constant) and isinstance(inner.value, str)}
        words |= {inner.attr for inner in given if isinstance(inner, ast.Attribute)}
        means = name in tables.MEANS or (name in _BY_GROUP and bool(words & tables.MEANS))
        column = node.func.value if isinstance(node.func, ast.Attribute) else None
        index = column.slice if isinstance(column, ast.Subscript) else None
        columns = self.run.columns(index) if index is not None else _aggregated(node)
        taints = frozenset[Taint]()
        if means:
            of = path_of(index) if isinstance(index, (ast.Name, ast.Attribute)) else ""
            fit = replace(self.fit(node, owner, "mean by group"), by="group", columns=columns, of=of)
            taints = frozenset({(fit, None)})
        if name in tables.AGGREGATES:
            return Value(frozenset({node}), taints)
        return replace(plain, taints=plain.taints | taints)

    def _of_function(self, node: ast.Call, name: str, depth: int) -> Value:
        qualified = self.run.page.qualified(node.func) or ""
        if name == "DataFrame" and node.args and isinstance(node.args[0], ast.Dict):
            return self._of_columns(node.args[0], depth)
        values = self.arguments(node, depth)
        if name == "load_data" and not (values and values[0].rows):
            return self.tools.given(node)
        if name.startswith(tables.SOURCES):
            return Value(rows=frozenset({self.run.token(node)}), exact=name in tables.READERS, file=_file(node))
        if qualified.startswith("numpy.") and name in tables.STATISTICS and values and values[0].rows:
            return self._statistic(node, node.args[0], values[0]) if node.args else PLAIN
        if name in ("cut", "qcut") and values and values[0].rows:
            return self._binned(node, name, values[0])
        if name in ("concat", "vstack", "concatenate", "append", "r_"):
            return self._put_together(node, name, values)
        if qualified.startswith(("matplotlib.", "seaborn.", "plotly.")):
            return PLAIN
        # A mean that is handed to a function beside the data (a limit, a start value) is not put into them.
        passed = merged(value if value.rows else value.by_tools() for value in values)
        if passed.is_plain and not name[:1].isupper():
            return Value(rows=frozenset({self.run.token(node)}))
        if passed.is_unsure and name[:1].isupper() and not qualified.startswith(("pandas.", "numpy.")):
            return PLAIN  # an object that several parts of a split were put into: what its attributes hold nobody knows
        return passed if name in tables.BY_ROW and values and values[0].columns else passed.loose()

    def _of_columns(self, columns: ast.Dict, depth: int) -> Value:
        """A frame that is put together column by column: what was learnt stands in the column that it is given for."""
        values = []
        for key, item in zip(columns.keys, columns.values, strict=True):
            value = self.run.value(item, depth)
            if isinstance(key, ast.Constant) and value.taints:
                at = frozenset({str(key.value)})
                value = replace(value, taints=frozenset((fit, at) for fit, _ in value.taints))
            values.append(value)
        return merged(values).loose()

    def _binned(self, node: ast.Call, name: str, value: Value) -> Value:
        """Bins whose edges are those of the rows at hand, not given."""
        bins = node.args[1] if len(node.args) > 1 else word(node, "bins") or word(node, "q")
        is_number = isinstance(bins, ast.Constant)
        if name == "cut" and not is_number:
            return value
        return value.tainted(replace(self.fit(node, value, "discretiser", name), by="tool"))

    def _put_together(self, node: ast.Call, name: str, values: list[Value]) -> Value:
        pieces: list[Value] = []
        for value in values:
            pieces += value.items or (value,)
        sideways = constant(node, "axis", 1 if name == "concat" else 2) in (1, "columns")
        result = merged(pieces, together=not sideways).loose()
        with_rows = [piece for piece in pieces if piece.rows]
        twice = any(
            one.rows == other.rows and one.part == other.part and one.subset == other.subset
            for place, one in enumerate(with_rows[:8])
            for other in with_rows[place + 1 : 8]
        )
        if twice and not sideways and result.resampled is None and name != "append":
            return self.copied(node, name, result) if _is_copy(node) else result
        return result


_BY_GROUP = frozenset("agg aggregate transform apply".split())
_ONE_BY_ONE = frozenset("list tuple iter tqdm next".split())
"""Functions that give the pairs of a splitter as they come."""


def _aggregated(node: ast.Call) -> Columns:
    """The columns in `agg({"price": "mean"})` and `agg(dear=("price", "mean"))`."""
    given = node.args[0] if node.args else None
    keys = given.keys if isinstance(given, ast.Dict) else []
    keys = keys or [
        word.value.elts[0] for word in node.keywords if isinstance(word.value, ast.Tuple) and word.value.elts
    ]
    names = [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    return frozenset(names) or None


def _is_copy(node: ast.Call) -> bool:
    """`pd.concat([df, df])`: the very same name twice."""
    pieces = node.args[0] if node.args else None
    names = [item.id for item in pieces.elts if isinstance(item, ast.Name)] if isinstance(pieces, ast.List) else []
    return len(names) > len(set(names))


def _file(node: ast.Call) -> str:
    """The name of the file that a reader reads, where it stands there."""
    first = node.args[0] if node.args else None
    text = [n.value for n in nodes_in(first, ast.Constant) if isinstance(n.value, str)] if first else []
    return text[-1].rpartition("/")[2] if text else ""


def _is_middle(node: ast.AST) -> bool:
    """Is it a mean or a median, that gaps are filled with, and not a limit that values are compared with?"""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr.endswith(("mean", "median"))
    )


def _by_row(node: ast.Call) -> bool:
    """Is it a statistic over the columns of each row?"""
    return constant(node, "axis") in (1, "columns", -1)
