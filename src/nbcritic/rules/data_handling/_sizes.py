"""How many rows, elements or turns a page shows at most: from literals, from what is derived of them, from saved outputs."""

from __future__ import annotations

import ast
import math
import re
from collections import defaultdict
from functools import cached_property

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page, once
from nbcritic.analysis.pattern import regex
from nbcritic.rules.data_handling._shared import Loop, counted, counts_columns, keyword, loops, steps
from nbcritic.rules.data_handling._shown import shown

FEW = 12
"""A loop of at most so many turns costs nothing, however it is written."""
LARGE = 5_000
"""A frame that is seen to have so many rows is worth whole columns in any case."""
_DEEP = 24
_STEPS = 3

_SAME = frozenset(
    "items keys values iteritems iterrows itertuples copy reset_index set_index sort_values sort_index dropna drop_duplicates "
    "fillna astype rename assign drop query tolist to_list to_numpy unique round isin ravel flatten".split()
)
"""Methods that give at most as many elements as their object has."""
_KEEPING = frozenset("copy reset_index set_index sort_values sort_index fillna astype rename assign".split())
"""Those of them that keep every row."""
_FIRST = frozenset({"head": 5, "tail": 5, "sample": 1, "nlargest": 0, "nsmallest": 0}.items())
_WRAPPERS = frozenset(
    "enumerate list tuple set sorted reversed tqdm tqdm_notebook unique array asarray sort Series DataFrame track".split()
)
"""Functions that give at most as many elements as their first argument has."""
_BAR = regex(r"\| *\d{1,9}/(\d{1,9}) \[")
_BY_DATA = frozenset("iterrows itertuples glob iglob rglob listdir scandir walk iterdir".split())
_SETTING = regex(
    r"(?:^|_)(?:feat|feature|col|column|variable|var|param|parameter|config|setting|option|model|method|classifier|estimator|"
    r"metric|measure|fold|split|seed|categorie|year|month|season|alpha|lambda|threshold|state|countrie|region|hyperparam|"
    r"kernel|scenario|cluster(?:_(?:id|label|name))?|category_(?:id|label|name))s(?:_|$)|^(?:features?_names|feature_importances_|columns|cols|grid|combinations|configs?)$",
    re.IGNORECASE,
)
"""Names of lists of columns and settings."""


class Sizes:
    """Upper bounds on lengths; None wherever the page shows none.

    Names are told apart by `Values` where they have one binding; of other names every binding must be bounded, whatever its
    scope.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._visiting: set[str] = set()
        self._bounds: dict[str, int | None] = {}

    # -- what is asked -----------------------------------------------------------------------------------------------

    def is_short(self, loop: Loop) -> bool:
        """Does the page show that the loop turns only a few times?"""
        count = counted(loop) if isinstance(loop, ast.While) else self.length(loop.iter)
        return count is not None and count <= FEW

    def length(self, node: ast.AST, depth: int = 0) -> int | None:
        """How many elements (of a frame: rows) `node` has at most."""
        if depth > _DEEP:
            return None
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            # An empty list is there to be filled.
            return None if any(isinstance(item, ast.Starred) for item in node.elts) else len(node.elts) or None
        if isinstance(node, ast.Dict):
            return None if None in node.keys else len(node.keys) or None
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            return self.length(node.generators[0].iter, depth + 1) if len(node.generators) == 1 else None
        if isinstance(node, ast.Name):
            return self._of_name(node, depth + 1)
        if isinstance(node, ast.Attribute):
            return self.length(node.value, depth + 1) if node.attr in ("index", "values", "iloc", "loc") else None
        if isinstance(node, ast.Subscript):
            return self._of_part(node, depth + 1)
        return self._of_call(node, depth + 1) if isinstance(node, ast.Call) else None

    def is_by_group(self, loop: Loop) -> bool:
        """Does the loop turn once for each column, setting or distinct value, of which there are few as a rule?"""
        if isinstance(loop, ast.While):
            return False
        return self.is_setting(loop.iter) or self._groups(loop.iter, 0)

    def is_setting(self, node: ast.expr, depth: int = 0) -> bool:
        """Is it a list of columns or settings, by its name or by what it is made of?"""
        if isinstance(node, ast.Call) and depth < _STEPS:
            name = getattr(node.func, "attr", "") or getattr(node.func, "id", "")
            if name in ("product", "keys") or (name in ("values", "items") and self._is_dict(node.func)):
                return True
            if name in _WRAPPERS or name in ("range", "len", "zip"):
                return any(self.is_setting(item, depth + 1) for item in node.args)
        if isinstance(node, ast.Name):
            if _SETTING.search(node.id) or self._page.values.kind(node) == "dict":
                return True
            source = self._page.values.source(node) if depth < _STEPS else None
            return source is not None and self.is_setting(source, depth + 1)
        return counts_columns(node) or (isinstance(node, ast.Attribute) and bool(_SETTING.search(node.attr)))

    def is_filled_by_data(self, name: ast.Name) -> bool:
        """Is something appended to it at every row or file of a loop, in which it does not start anew?"""
        start = self._page.values.source(name)
        return any(
            self.is_by_data(loop.iter) and loop not in set(cell.ancestors(start) if start is not None else ())
            for cell, call in self._appends.get(name.id, ())
            for loop in loops(cell, call)
            if not isinstance(loop, ast.While)
        )

    def _is_dict(self, method: ast.expr) -> bool:
        return isinstance(method, ast.Attribute) and self._page.values.kind(method.value) in ("dict", None)

    def _groups(self, node: ast.AST, depth: int) -> bool:
        for inner in nodes_in(node):
            if isinstance(inner, ast.Call):
                name = getattr(inner.func, "attr", "") or getattr(inner.func, "id", "")
                if name in ("unique", "groupby", "set", "drop_duplicates", "value_counts"):
                    return True
            if isinstance(inner, ast.Name) and depth < 2:
                source = self._page.values.source(inner)
                # The frame that a column is taken from says nothing of the column.
                plain = inner is node or (isinstance(node, ast.Call) and inner in node.args)
                # One that is bound in several places means the same in all of them.
                known = [source] if source is not None else self._stores.get(inner.id, ())[:4] if plain else []
                if plain and any(value is not None and self._groups(value, depth + 1) for value in known):
                    return True
        return False

    def seen(self, frame: ast.AST, depth: int = 0) -> int | None:
        """How many rows a saved output shows that a named frame, or the one that it is made of row by row, has."""
        if not isinstance(frame, ast.Name) or depth > _STEPS:
            return None
        if frame.id in self._outputs:
            return max(self._outputs[frame.id], default=None)
        bound = self._stores.get(frame.id, ())
        made = bound[0] if len(bound) == 1 else None
        method = made.func if isinstance(made, ast.Call) else None
        if isinstance(method, ast.Attribute) and method.attr in _KEEPING:
            return self.seen(method.value, depth + 1)
        return None

    def shown(self, name: str) -> int | None:
        """How many rows a saved output shows that the frame of this name has."""
        return max(self._outputs[name], default=None) if name in self._outputs else None

    @property
    def names_shown(self) -> list[str]:
        """The names of the frames of which an output shows how many rows they have."""
        return [*self._outputs]

    def turns(self, cell: CodeCell, loop: Loop) -> int | None:
        """How often the loop turns at most: by its iterable, or by the one progress bar of the cell."""
        if isinstance(loop, ast.While):
            return counted(loop)
        bars = {int(total) for output in cell.outputs for total in _BAR.findall(output.text)}
        source = self._page.values.source(loop.iter) if isinstance(loop.iter, ast.Name) else None
        made = f"{cell.segment(loop.iter, 200)} {ast.unparse(source)[:200] if source is not None else ''}"
        is_barred = any(name in made for name in ("tqdm", "trange", "track"))
        return bars.pop() if len(bars) == 1 and is_barred else self.length(loop.iter)

    def printed(self, cell: CodeCell, loop: Loop) -> int | None:
        """How often the loop turned at most, by the lines that it prints; None where the page does not tell."""
        prints = [row.value for row in loop.body if isinstance(row, ast.Expr) and isinstance(row.value, ast.Call)]
        plain = [call for call in prints if self._page.qualified(call.func) == "print" and keyword(call, "end") is None]
        if not plain or cell.in_function(loop) or any(output.kind == "error" for output in cell.outputs):
            return None
        text = "".join(output.text for output in cell.outputs if output.name == "stdout")
        return len(text.splitlines()) or None

    def is_by_data(self, node: ast.AST, depth: int = 0) -> bool:
        """Does a loop over it turn once a row or once a file?"""
        for inner in nodes_in(node):
            if isinstance(inner, ast.Call):
                name = getattr(inner.func, "attr", "") or getattr(inner.func, "id", "")
                measured = inner.args[0] if name == "len" and inner.args else None
                if name in _BY_DATA or (measured is not None and self._page.values.kind(measured) == "frame"):
                    return True
            elif isinstance(inner, ast.Attribute) and inner.attr in ("index", "shape"):
                if self._page.values.kind(inner.value) == "frame":
                    return True
            elif isinstance(inner, ast.Name) and depth < _STEPS:
                source = self._page.values.source(inner)
                if (
                    source is not None
                    and self._page.values.kind(inner) != "frame"
                    and self.is_by_data(source, depth + 1)
                ):
                    return True
        return False

    def is_by_rows(self, node: ast.AST) -> bool:
        """Is it `frame.iterrows()` or `frame.itertuples()`?"""
        function = node.func if isinstance(node, ast.Call) else None
        return isinstance(function, ast.Attribute) and function.attr in ("iterrows", "itertuples")

    def is_read(self, node: ast.AST) -> bool:
        """Is it a name that is bound to what a file holds, with nothing in between?"""
        return self._calls(node, "pandas.read_", _STEPS - 1)

    def is_foreign(self, node: ast.AST) -> bool:
        """Is it a frame of a library whose frames only look like those of pandas?"""
        return any(self._calls(node, f"{library}.", 0) for library in ("cudf", "dask_cudf", "polars", "pyspark"))

    # -- one kind of expression each ---------------------------------------------------------------------------------

    def _of_name(self, name: ast.Name, depth: int) -> int | None:
        key = name.id
        if key in self._visiting:
            return 0  # `x = sorted(x)` adds nothing to x
        if key in self._bounds:
            return self._bounds[key]
        self._visiting.add(key)
        bound = self._bound(name, depth)
        self._visiting.discard(key)
        if bound is None and key in self._outputs:
            bound = max(self._outputs[key])
        if not self._visiting:
            self._bounds[key] = bound
        return bound

    def _bound(self, name: ast.Name, depth: int) -> int | None:
        source = self._page.values.source(name)
        values = [source] if source is not None else self._stores.get(name.id, [None])
        most = 0
        for value in values:
            filled = isinstance(value, ast.List) and not value.elts
            count = None if value is None else self._filled(name.id, depth) if filled else self.length(value, depth)
            if count is None:
                return None
            most = max(most, count)
        return most or None

    def _filled(self, name: str, depth: int) -> int | None:
        """How long an empty list grows, where short loops fill it."""
        total = 0
        for cell, call in self._appends.get(name, ()):
            if cell.in_function(call):
                return None
            counts = [
                None if isinstance(loop, ast.While) else self.length(loop.iter, depth) for loop in loops(cell, call)
            ]
            if None in counts:
                return None
            total += math.prod(count or 1 for count in counts)
        return total or None

    def _of_part(self, node: ast.Subscript, depth: int) -> int | None:
        index = node.slice
        if not isinstance(index, ast.Slice):
            of_table = self._page.values.kind(node.value) in ("frame", "series")
            return self.length(node.value, depth) if of_table else None
        first, last = self.number(index.lower, depth) or 0, self.number(index.upper, depth)
        if isinstance(index.lower, ast.UnaryOp) and isinstance(index.lower.op, ast.USub) and index.upper is None:
            return self.number(index.lower.operand, depth)
        if last is not None and (index.lower is None or first):
            return max(0, last - first)
        return self.length(node.value, depth)

    def number(self, node: ast.expr | None, depth: int = 0) -> int | None:
        """The whole number that an expression stands for; of `len(x)`, the most it can be."""
        if isinstance(node, ast.Name):
            node = self._page.values.source(node)
        if isinstance(node, ast.Constant):
            return node.value if type(node.value) is int else None
        if isinstance(node, ast.Call) and node.args and self._page.qualified(node.func) == "len":
            return self.length(node.args[0], depth + 1)
        if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Attribute) or counts_columns(node):
            return None
        return self.length(node.value.value, depth + 1) if node.value.attr == "shape" else None

    def _of_call(self, call: ast.Call, depth: int) -> int | None:
        function = call.func
        qualified = self._page.qualified(function)
        name = (qualified or "").rpartition(".")[2] or getattr(function, "attr", "") or getattr(function, "id", "")
        if qualified is None and isinstance(function, ast.Attribute) and name not in ("tqdm", "tqdm_notebook"):
            return self._of_method(function, call, depth)
        if name == "arange" and (count := steps(call)) is not None:
            return count
        if name in ("range", "xrange", "arange", "trange"):
            numbers = [self.number(argument, depth) for argument in call.args[:2]]
            if not numbers or None in numbers:
                return None
            return max(0, (numbers[-1] or 0) - ((numbers[0] or 0) if len(numbers) == 2 else 0))
        if name == "linspace":
            return self.number(call.args[2] if len(call.args) > 2 else keyword(call, "num"), depth)
        if name == "zip":
            known = [count for item in call.args if (count := self.length(item, depth)) is not None]
            return min(known, default=None)
        if qualified == "itertools.product" and not call.keywords:
            counts = [self.length(item, depth) for item in call.args]
            return None if None in counts else math.prod(count or 0 for count in counts)
        if name not in _WRAPPERS:
            return None
        given = call.args[0] if call.args else keyword(call, "data")
        if name == "DataFrame" and isinstance(given, ast.Dict):
            known = [count for item in given.values if (count := self.length(item, depth)) is not None]
            return min(known, default=None)
        return self.length(given, depth) if given is not None else None

    def _of_method(self, function: ast.Attribute, call: ast.Call, depth: int) -> int | None:
        default = dict(_FIRST).get(function.attr)
        if default is not None:
            count = call.args[0] if call.args else keyword(call, "n")
            return self.number(count, depth) if count is not None else default if not call.keywords else None
        owner = function.value
        if function.attr == "split" and isinstance(owner, ast.Constant) and isinstance(owner.value, str):
            return len(owner.value.split()) if not call.args else None
        return self.length(owner, depth) if function.attr in _SAME else None

    # -- where values come from --------------------------------------------------------------------------------------

    def _calls(self, node: ast.AST, prefix: str, depth: int) -> bool:
        """Does the expression call a function of this prefix, or a name in it that is bound to such a call?"""
        names = []
        for inner in nodes_in(node):
            if isinstance(inner, ast.Call) and (self._page.qualified(inner.func) or "").startswith(prefix):
                return True
            if isinstance(inner, ast.Name):
                names.append(inner.id)
        if depth >= _STEPS:
            return False
        values = [value for name in names[:3] for value in self._stores.get(name, ())[:4] if value is not None]
        return any(self._calls(value, prefix, depth + 1) for value in values)

    # -- indexes, built once -----------------------------------------------------------------------------------------

    @cached_property
    def _stores(self) -> dict[str, list[ast.expr | None]]:
        """What is bound to each name, the arguments for parameters among it; None for what cannot be followed."""
        found: dict[str, list[ast.expr | None]] = defaultdict(list)
        calls: dict[str, list[ast.Call]] = defaultdict(list)
        for cell in self._page.code:
            plain: set[ast.AST] = set()
            for assign in cell.nodes(ast.Assign):
                for target in assign.targets:
                    if isinstance(target, ast.Name):
                        plain.add(target)
                        found[target.id].append(assign.value)
            for name in cell.nodes(ast.Name):
                if not isinstance(name.ctx, ast.Load) and name not in plain:
                    found[name.id].append(None)
            for call in cell.nodes(ast.Call):
                if isinstance(call.func, ast.Name):
                    calls[call.func.id].append(call)
        for cell in self._page.code:
            for function in cell.nodes(ast.FunctionDef):
                for place, argument in enumerate((*function.args.posonlyargs, *function.args.args)):
                    given = [_given(call, place, argument.arg) for call in calls.get(function.name, ())]
                    found[argument.arg] += given or [None]
        return found

    @cached_property
    def _appends(self) -> dict[str, list[tuple[CodeCell, ast.Call]]]:
        found: dict[str, list[tuple[CodeCell, ast.Call]]] = defaultdict(list)
        for cell in self._page.code:
            for call in cell.nodes(ast.Call):
                function = call.func
                if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
                    continue
                if function.attr in ("append", "extend", "insert"):
                    found[function.value.id].append((cell, call))
        # What `extend` adds is anybody's guess.
        return {
            name: calls
            for name, calls in found.items()
            if all(isinstance(call.func, ast.Attribute) and call.func.attr == "append" for _, call in calls)
        }

    @cached_property
    def _outputs(self) -> dict[str, list[int]]:
        """The numbers of rows that saved outputs show of named frames."""
        found: dict[str, list[int]] = defaultdict(list)
        for cell in self._page.code:
            if cell.cell.outputs == b"[]" or cell.tree is None:
                continue
            for name, count in shown(self._page, cell):
                found[name].append(count)
        return found


@once
def sizes_of(page: Page) -> Sizes:
    """The sizes that a page shows, for all rules."""
    return Sizes(page)


def _given(call: ast.Call, place: int, name: str) -> ast.expr | None:
    """The argument of a call for the parameter `name` at `place`."""
    if any(isinstance(item, ast.Starred) for item in call.args):
        return None
    return call.args[place] if place < len(call.args) else keyword(call, name)
