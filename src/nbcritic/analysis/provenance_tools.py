"""What transformers, models, searches, splitters and resamplers do to the rows that they are given."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from nbcritic.analysis import provenance_tables as tables
from nbcritic.analysis.provenance_arguments import constant, word
from nbcritic.analysis.provenance_events import Pair
from nbcritic.analysis.provenance_scores import Scoring
from nbcritic.analysis.provenance_values import (
    PLAIN,
    Columns,
    Fit,
    Resampling,
    Split,
    Tool,
    Value,
    merged,
    replace,
)

__all__ = ["Tools"]

_FITS = frozenset(
    "fit partial_fit fit_transform fit_predict fit_resample fit_sample fit_generator adapt fit_on_texts build_vocab".split()
)
_TRANSFORMS = frozenset(
    "fit_transform transform texts_to_sequences texts_to_matrix doc2bow infer_vector get_sentence_vector".split()
)
_DATA = (
    "X",
    "x",
    "raw_documents",
    "data",
    "inputs",
    "generator",
    "dataset",
    "sentences",
    "documents",
    "corpus",
    "texts",
)


class Tools(Scoring):
    """What is made, fitted and asked."""

    # -- making ------------------------------------------------------------------------------------------------------

    def made(self, node: ast.Call, name: str, depth: int) -> Value | None:
        """What a call makes that is known by its name: a tool, a split, a cross-validation, a score; else None."""
        if not tables.makes_something(name):
            return None
        if name in ("train_test_split", "random_split", "randomSplit"):
            return self._split(node, name, depth)
        if name in tables.CROSS_VALIDATIONS:
            return self._cross_validated(node, name, depth)
        if name in tables.METRICS:
            return self._measured(node, name, depth)
        if name in tables.CONTAINERS:
            return Value(tool=self._container(node, name, depth))
        tool = self._tool(node, name, depth)
        if tool is not None:
            return Value(tool=tool)
        if name in tables.FORMULAS:
            data = merged(self.calls.arguments(node, depth))
            formula = constant(node, "formula", 0)
            if isinstance(formula, str):
                data = replace(data, taints=data.only(frozenset(tables.WORD.findall(formula))).taints)
            return replace(data, tool=Tool("model", name=name), items=None)
        if name == "resample" and isinstance(node.func, ast.Name):
            data = merged(self.calls.arguments(node, depth)[:1])
            drawn = data.picked(self.run.token(node))
            return drawn if constant(node, "replace") is False else self.calls.copied(node, name, drawn)
        if name in tables.HOLDERS:
            return merged(self.calls.arguments(node, depth)[:1]).loose()
        if name == "Subset" and len(node.args) == 2:
            rows, which = (self.run.value(argument, depth) for argument in node.args)
            chosen = rows.side(*which.part)
            self.run.found.held_out(chosen)
            return chosen
        if name in ("train", "cv") and self.run.page.qualified(node.func) in _BOOSTERS and len(node.args) > 1:
            return self._boosted(node, name, depth)
        if name == "ImageFolder" or name in ("CIFAR10", "MNIST"):
            values = self.calls.arguments(node, depth)
            images = Value(rows=frozenset({node}))
            return self._augmented(node, images) if any(_augments(value) for value in values) else None
        return None

    def _tool(self, node: ast.Call, name: str, depth: int) -> Tool | None:
        if name in tables.LEARNERS:
            is_model = name == "LinearDiscriminantAnalysis"
            learns = "" if constant(node, "strategy") == "constant" else tables.LEARNERS[name]
            inner = self.run.value(node.args[0], depth).tool if node.args and name == "SelectFromModel" else None
            prefit = inner.fit if inner is not None and constant(node, "prefit") is True else None
            return Tool(
                "model" if is_model else "transformer", learns, name, replace(prefit, by="tool") if prefit else None
            )
        if name in tables.NEUTRAL:
            return Tool("transformer", name=name)
        if name in tables.EMBEDDINGS and (self.run.page.qualified(node.func) or "").startswith("gensim"):
            tool = Tool("transformer", tables.EMBEDDINGS[name], name)
            if (texts := self._data(node, depth)).rows:
                tool.fit = self.calls.fit(node, texts, tool.learns, name)
            return tool
        if name in tables.SEARCHES:
            values = self.calls.arguments(node, depth)
            return Tool("search", name=name, selects=any(v.tool is not None and v.tool.selects for v in values))
        if name in tables.SPLITTERS:
            shuffled = constant(node, "shuffle") is True or "Shuffle" in name
            return Tool("splitter", name=name, shuffled=shuffled)
        if name in tables.OVERSAMPLERS or name in tables.UNDERSAMPLERS:
            return Tool("resampler", "copies" if name in tables.OVERSAMPLERS else "", name)
        if tables.MODEL.search(name) or name in tables.CLUSTERINGS:
            layers = _adapted(self._inside(node, depth))
            return Tool("cluster" if name in tables.CLUSTERINGS else "model", name=name, layers=layers)
        if tables.RANDOM_TRANSFORMS.match(name):
            return Tool("augmenter", name=name)
        if name in ("Compose", "Sequential") and any(_augments(v) for v in self.calls.arguments(node, depth)):
            return Tool("augmenter", name=name)
        return None

    def _container(self, node: ast.Call, name: str, depth: int) -> Tool:
        inside = self._inside(node, depth)
        learns = next((tool.learns for tool in inside if tool.kind != "resampler" and tool.learns), "")
        kind = "model" if any(tool.kind in ("model", "search", "cluster") for tool in inside) else "transformer"
        last = next((tool.name for tool in inside if tool.kind == "model"), name)
        selects = name in tables.SELECTING or any(tool.selects or tool.learns == "selector" for tool in inside)
        parts = frozenset(part for tool in inside if tool.learns for part in tool.parts or (tool.name,))
        return Tool(kind, learns, last if kind == "model" else name, selects=selects or not inside, parts=parts)

    def _inside(self, node: ast.Call, depth: int) -> list[Tool]:
        """The tools in a pipeline, in order."""
        waiting = self.calls.arguments(node, depth)
        found: list[Tool] = []
        for _ in range(200):
            if not waiting:
                break
            value = waiting.pop(0)
            if value.tool is not None:
                found.append(value.tool)
            waiting = [*(value.items or ()), *waiting]
        return found

    def given(self, node: ast.Call) -> Value:
        """`(x_train, y_train), (x_test, y_test) = mnist.load_data()`: parts that come apart from each other."""
        parent = self.run.cell.parent(node)
        target = parent.targets[0] if isinstance(parent, ast.Assign) else None
        whole = Value(rows=frozenset({node}))
        if not isinstance(target, ast.Tuple) or len(target.elts) != 2 or not isinstance(target.elts[0], ast.Tuple):
            return whole
        split = self.hold_out(node, "given")
        sides = [replace(whole, part=((split, side),)) for side in (0, 1)]
        return Value(items=tuple(replace(side, items=(side, side)) for side in sides))

    # -- holding rows out --------------------------------------------------------------------------------------------

    def hold_out(
        self, node: ast.AST, how: str, held: str = "", target: Columns = None, shuffled: bool = False
    ) -> Split:
        """A split, recorded."""
        split = Split(node, self.run.cell, self.run.top, how, held, target, shuffled)
        self.run.found.splits.append(split)
        return split

    def _split(self, node: ast.Call, name: str, depth: int) -> Value:
        names = self._names(node)
        held = names[1] if len(names) > 1 else ""
        second = node.args[1] if len(node.args) > 1 and name == "train_test_split" else None
        target = (self.run.value(second).columns or self.run.columns_of(second)) if second is not None else None
        given = node.args
        if name == "randomSplit" and isinstance(node.func, ast.Attribute):
            name, given = "random_split", [node.func.value]
        split = self.hold_out(node, name, held, target, constant(node, "shuffle") is not False)
        values = [self.run.value(argument, depth) for argument in given]
        self.calls.arguments(node, depth)
        if name == "random_split":
            count = max(len(names), 2)
            halves = [value.side((split, int(place > 0))) for value in values[:1] for place in range(count)]
            for half in halves[1:]:
                self.run.found.held_out(half)
            return Value(items=tuple(halves))
        items: list[Value] = []
        for place, value in enumerate(values):
            items += [value.side((split, side)) for side in (0, 1)]
            # The second argument is the target: to scale or encode that gives no feature away.
            if place == 0:
                self.run.found.held_out(items[-1])
        return Value(items=tuple(items))

    def _names(self, node: ast.Call) -> list[str]:
        """The names that a call's result is unpacked into."""
        statement = self.run.cell.parent(node)
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], (ast.Tuple, ast.List)):
            return []
        return [item.id if isinstance(item, ast.Name) else "" for item in statement.targets[0].elts]

    def _cross_validated(self, node: ast.Call, name: str, depth: int) -> Value:
        values = self.calls.arguments(node, depth)
        data, target = (self._argument(node, place, words, depth) for place, words in ((1, _DATA), (2, ("y",))))
        split = self.hold_out(node, name, "", target.columns or self._columns(node, 2, "y"))
        self.run.found.folded(data, split)
        tool = values[0].tool if values else None
        self._pair(node, data, target, tool)
        if name != "cross_val_predict":
            self._score(node, name, data, None, by_folds=True, model=tool.name if tool is not None else "")
        return PLAIN

    def folds(self, node: ast.AST, data: Value, shuffled: bool = False) -> Value:
        """Pairs of the rows to train on and the rows to test on."""
        target = self._columns(node, 1, "y") if isinstance(node, ast.Call) else None
        split = self.hold_out(node, "the folds", "", target, shuffled)
        self.run.found.folded(data, split)
        return Value(items=(Value(part=((split, 0),)), Value(part=((split, 1),))), folds=True)

    # -- what tools are asked ------------------------------------------------------------------------------------------

    def called(self, node: ast.Call, owner: Value, depth: int) -> Value:
        """A tool that is itself called: a layer of keras, a transform of images, a model of torch."""
        tool = owner.tool
        assert tool is not None
        data = merged(self.calls.arguments(node, depth))
        if tool.kind == "augmenter":
            return self._augmented(node, data)
        if tool.kind == "transformer":
            return data.tainted(tool.fit) if tool.fit is not None and tool.learns else data
        return replace(data, predicted=tool.fit, taints=frozenset()).loose()

    def method(self, node: ast.Call, name: str, owner: Value, depth: int) -> Value:
        """A method of a tool."""
        tool = owner.tool
        assert tool is not None
        data = self._data(node, depth)
        if name == "fit" and owner.rows and not node.args and data.is_plain:
            data = replace(owner, tool=None)
        if tool.kind == "splitter":
            return self.folds(node, data, tool.shuffled) if name == "split" else PLAIN
        if name in ("set_output", "set_params", "compile"):
            return owner
        if name in ("fit_resample", "fit_sample"):
            return self._resampled(node, tool, depth)
        if tool.kind == "correlations":
            return owner
        if name in _FITS or (name == "train" and tool.name in tables.EMBEDDINGS):
            self._fitted(node, name, tool, data, depth)
            if name not in ("fit_transform", "fit_predict"):
                return owner
        if name == "add" and data.is_plain:
            tool.layers += _adapted(self._inside(node, depth))
        for layer in tool.layers if data.part else ():
            self.run.found.held_out(data.tainted(layer))
        if name in tables.PREDICTIONS or name == "fit_predict":
            return self._predicted(node, tool, data)
        if name in ("score", "evaluate"):
            self._score(node, name, data, tool.fit)
            return PLAIN
        if name in _TRANSFORMS:
            if name != "fit_transform" and tool.fit is not None:
                self.run.found.transformed(tool.fit, data, self.run.cell, node)
            return self._transformed(tool, data)
        if tool.fit is not None and (name == "get_support" or (name in _NAMES and tool.learns == "selector")):
            return Value(taints=frozenset({(tool.fit, None)}))
        return replace(data, items=None) if name == "inverse_transform" else PLAIN

    def unknown(self, node: ast.Call, name: str, owner: ast.expr, depth: int) -> Value:
        """`fit` of an object of which nothing is known: from here on it is a model."""
        data = self._data(node, depth)
        adapted = (fit for fit, _ in self.run.value(owner, depth).taints if fit.kind == "vocabulary")
        tool = Tool("unknown", layers=tuple(adapted))
        self._fitted(node, name, tool, data, depth)
        made = Value(tool=tool)
        self.run.bind(owner, made)
        return (
            made if name.startswith("fit") and name in ("fit", "fit_generator") else self._predicted(node, tool, data)
        )

    def _fitted(self, node: ast.Call, name: str, tool: Tool, data: Value, depth: int) -> None:
        kind = tool.learns if tool.kind == "transformer" else tool.kind
        target = self._argument(node, 1, ("y",), depth)
        columns = target.columns or self._columns(node, 1, "y")
        fit = replace(self.calls.fit(node, data, kind or "neutral", tool.name), target=columns, tool=tool)
        if tool.kind != "transformer":
            fit = replace(fit, by="model", watched=self._watched(node, depth))
        self.run.found.fits[-1] = fit
        tool.fit = fit if data.rows else None
        if tool.kind == "search":
            split = self.hold_out(node, "the search's cross-validation", "", columns)
            self.run.found.folded(data, split)
            self._score(node, tool.name, data, None, by_folds=True)
        if tool.kind != "transformer":
            for split, _ in data.part:
                self.run.found.uses.setdefault(split, (self.run.cell, node))
            for watched in fit.watched:
                self._score(node, "validation", watched, fit)
            if constant(node, "validation_split"):
                self._score(node, "validation", PLAIN, None)
            if tool.kind in ("model", "search"):
                self._pair(node, data, target, tool)

    def _watched(self, node: ast.Call, depth: int) -> tuple[Value, ...]:
        """What a model is watched on while it is fitted."""
        given = (
            word(node, "validation_data") or word(node, "eval_set") or word(node, "valid_sets") or word(node, "evals")
        )
        if given is None:
            return ()
        if isinstance(given, ast.List):  # pairs of features and target
            values = [self.run.value(item, depth) for item in given.elts[:6]]
        else:
            values = [self.run.value(given, depth)]
        return tuple(value.items[0] if value.items else value for value in values)

    def _resampled(self, node: ast.Call, tool: Tool, depth: int) -> Value:
        values = self.calls.arguments(node, depth)
        results = []
        event: Resampling | None = None
        for value in values[:2]:
            drawn = value.picked(self.run.token(node))
            if tool.learns and event is None:
                drawn = self.calls.copied(node, tool.name, drawn)
                event = drawn.resampled
            results.append(replace(drawn, resampled=event or value.resampled))
        return Value(items=tuple(results), rows=results[0].rows if results else frozenset())

    def _augmented(self, node: ast.Call, data: Value) -> Value:
        rows = data if data.rows else Value(rows=frozenset({node}))
        return self.calls.copied(node, "augmentation", rows)

    def _transformed(self, tool: Tool, data: Value) -> Value:
        # Rows that a pipeline fits on one part and changes on another carry the trace of the part it was fitted on.
        if tool.fit is None or not tool.learns:
            result = replace(data, items=None)
        else:
            result = data.tainted(tool.fit)
            self.run.found.held_out(result)
        one = result.columns is not None and len(result.columns) == 1
        return (
            result if one and not tool.learns else replace(result, columns=data.columns if one else None, exact=False)
        )

    def _predicted(self, node: ast.AST, tool: Tool, data: Value) -> Value:
        """Predictions, with the model that made them."""
        if tool.fit is not None:
            self.run.found.predictions.append((tool.fit, data, self.run.cell, node))
        return replace(data, items=None, taints=frozenset(), predicted=tool.fit, resampled=None).loose()

    def _boosted(self, node: ast.Call, name: str, depth: int) -> Value:
        """`xgboost.train` and `lightgbm.train`."""
        data = self.run.value(node.args[1], depth)
        tool = Tool("model", name="booster")
        if name == "cv":
            self._score(node, name, data, None, by_folds=True)
            return PLAIN
        self._fitted(node, name, tool, data, depth)
        return Value(tool=tool)

    # -- arguments ---------------------------------------------------------------------------------------------------

    def _pair(self, node: ast.AST, data: Value, target: Value, tool: Tool | None) -> None:
        if data.exact and target.columns is not None:
            selects = tool is None or tool.selects
            self.run.found.pairs.append(Pair(node, self.run.cell, self.run.top, data, target, selects=selects))

    def _data(self, node: ast.Call, depth: int) -> Value:
        values = self.calls.arguments(node, depth)
        if node.args:
            return replace(values[0], items=None, tool=None) if values[0].rows else merged(values[:1])
        return self._argument(node, 0, _DATA, depth)

    def _argument(self, node: ast.Call, place: int, names: tuple[str, ...], depth: int) -> Value:
        if len(node.args) > place:
            return self.run.value(node.args[place], depth)
        named = next((keyword.value for keyword in node.keywords if keyword.arg in names), None)
        return self.run.value(named, depth) if named is not None else PLAIN

    def _columns(self, node: ast.Call, place: int, name: str) -> Columns:
        given = node.args[place] if len(node.args) > place else word(node, name)
        return self.run.columns_of(given) if given is not None else None


_NAMES = frozenset({"get_feature_names_out", "get_feature_names"})
_BOOSTERS = frozenset(f"{module}.{name}" for module in ("xgboost", "lightgbm") for name in ("train", "cv"))


def _adapted(inside: Iterable[Tool]) -> tuple[Fit, ...]:
    """What the layers of a model have learnt from rows before it is fitted: words, means."""
    return tuple(tool.fit for tool in inside if tool.learns == "vocabulary" and tool.fit is not None)


def _augments(value: Value) -> bool:
    inside = (value, *(value.items or ()))
    return any(item.tool is not None and item.tool.kind == "augmenter" for item in inside)
