"""Classes of the notebook: their objects keep what was stored in them, and their methods are run at their calls."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.provenance_values import Tool, Value, merged, replace

if TYPE_CHECKING:
    from nbcritic.analysis.provenance_calls import Calls
    from nbcritic.analysis.provenance_walk import Interpreter

_FITS = frozenset({"fit", "fit_transform", "fit_predict", "fit_generator"})


class Objects:
    """The classes of one page."""

    def __init__(self, run: Interpreter, calls: Calls) -> None:
        self.run = run
        self.calls = calls
        self._classes: dict[str, ast.ClassDef] = {}
        self._homes: dict[ast.ClassDef, CodeCell] = {}

    def define(self, node: ast.ClassDef) -> None:
        """A class statement."""
        self._classes[node.name] = node
        self._homes[node] = self.run.cell

    def made(self, node: ast.Call, name: str, depth: int) -> Value | None:
        """A new object, where the page defines its class. It stands for the rows that it was given."""
        of = self._classes.get(name) if isinstance(node.func, ast.Name) else None
        if of is None:
            return None
        rows = merged(self.calls.arguments(node, depth)).loose()
        made = replace(rows, tool=Tool("object", name=name, selects=True, of=of))
        if "__init__" in _methods(of):
            self._run("__init__", node, made, depth)
        return made

    def method(self, node: ast.Call, name: str, owner: Value, depth: int) -> Value | None:
        """What a method gives, where the class has it; a model of the page's own is fitted like one of a library."""
        tool = owner.tool
        assert tool is not None
        assert tool.of is not None
        methods = _methods(tool.of)
        if name in _FITS and "predict" in methods:
            return None
        if name == "fit_transform" and name not in methods and {"fit", "transform"} <= methods.keys():
            self._run("fit", node, owner, depth)
            name = "transform"
        if name not in methods:
            return None
        given = self._run(name, node, owner, depth)
        return owner if name == "fit" else given

    def _run(self, name: str, node: ast.Call, owner: Value, depth: int) -> Value | None:
        tool = owner.tool
        assert tool is not None
        assert tool.of is not None
        method = _methods(tool.of)[name]
        me = method.args.args[0].arg if method.args.args else ""
        given = [owner, *self.calls.given(node, method, depth, skip=1)]
        fields = {f"{me}.{field}": value for field, value in tool.fields.items()}
        result = self.run.inlined(method, given, fields=fields)
        tool.fields = {key.partition(".")[2]: value for key, value in fields.items() if key.startswith(f"{me}.")}
        return result

    def by_themselves(self) -> None:
        """Run the methods that nothing called."""
        for node, home in list(self._homes.items()):  # a method may define a class
            if not self.run.concerns_models(node, home):
                continue
            methods = sorted(_methods(node).values(), key=lambda method: method.name != "__init__")
            self.run.by_itself([method for method in methods if not self.run.was_called(method)], home)


def _methods(node: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    return {item.name: item for item in node.body if isinstance(item, ast.FunctionDef)}
