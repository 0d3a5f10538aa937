"""How something that grows in a loop is joined, and how it reads when the parts are joined once."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page
from nbcritic.rules.data_handling._shared import keyword, loops, path

ARRAYS = frozenset(f"numpy.{name}" for name in "append concatenate vstack hstack row_stack column_stack dstack".split())
FRAMES = frozenset({"pandas.concat"})
_LONGEST = 50
_OPTIONS = ("ignore_index", "verify_integrity", "sort")
"""What `append` takes after the rows, in this order; `concat` knows the same words."""


@dataclass(frozen=True, slots=True)
class Step:
    """An assignment of a loop that makes its target longer, and how the same reads with a list of parts."""

    page: Page
    cell: CodeCell
    assign: ast.Assign
    name: str
    """The target, as code."""

    def many(self, of: str = "parts") -> str:
        """A name for the list that the page has not yet."""
        used = self.page.names.mentioned
        return next((name for name in (of, f"new_{of}") if name not in used), f"all_{of}")

    def says(self, part: ast.expr | None, whole: str, method: str = "append", many: str = "") -> str:
        """The two statements; the first one in words where the part is too long to be quoted."""
        text = self._quoted(part) if part is not None else ""
        many = many or self.many()
        if "…" in whole or self._is_of_many():
            return "append the parts to a list and join them once after the loop"
        step = f"write `{many}.{method}({text})` in the loop" if text else f"append the parts to a list `{many}`"
        return f"{step} and {'' if text else 'write '}`{whole}` once after it"

    def _is_of_many(self) -> bool:
        """Does another element grow at every turn of a loop?"""
        turned = {
            name.id
            for loop in loops(self.cell, self.assign)
            if not isinstance(loop, ast.While)
            for name in nodes_in(loop.target, ast.Name)
        }
        target = self.assign.targets[0]
        return any(
            name.id in turned for part in nodes_in(target, ast.Subscript) for name in nodes_in(part.slice, ast.Name)
        )

    def _quoted(self, part: ast.expr) -> str:
        """The part as code, or nothing where it is long; what the loop changes in place is copied."""
        text = self.cell.segment(part, _LONGEST)
        if "…" in text or "#" in text:
            return ""
        if isinstance(part, ast.Name) and not self._is_made_in_loop(part.id):
            return f"dict({text})" if self._is_dict(part) else text
        return text

    def _is_made_in_loop(self, name: str) -> bool:
        around = next(iter(loops(self.cell, self.assign)), None)
        return around is None or any(
            node.id == name and isinstance(node.ctx, ast.Store) for node in nodes_in(around, ast.Name)
        )

    def _is_dict(self, part: ast.expr) -> bool:
        source = self.page.values.source(part) if isinstance(part, ast.Name) else part
        return isinstance(source, (ast.Dict, ast.DictComp)) or (
            isinstance(source, ast.Call) and self.page.qualified(source.func) == "dict"
        )

    def is_row(self, part: ast.expr) -> bool:
        """Is the part one row of a frame, which `append` took as it is and `concat` does not?"""
        if self._is_dict(part):
            return True
        target = self.assign.targets[0]
        return self.page.values.kind(part) == "series" and self.page.values.kind(target) == "frame"

    # What `append` was given ------------------------------------------------------------------------------------

    def appending(self, is_read: bool) -> str:
        """What to write instead of `name = name.append(part)`; at every turn where the loop reads the whole."""
        call = self.assign.value
        assert isinstance(call, ast.Call)
        part, options = call.args[0], self._options(call)
        listed = part.elts if isinstance(part, ast.List) else []
        if listed and all(map(self.is_row, listed)):
            one, method, kind = part, "extend", "row"
        else:
            is_frame = self.page.values.kind(part) == "frame"
            # Without this word, `append` took no dict.
            is_frame = is_frame or self._is_series() or "ignore_index" not in options
            kind = "row" if self.is_row(part) else "frame" if is_frame else ""
            one, method = part, "append"
        if is_read or self._is_of_many():
            return self._at_once(one, kind, method, options)
        many = self.many("rows" if kind == "row" else "parts")
        frame = f"{self.name} = pd.concat([{self.name}, *{many}]{options})"
        rows = f"{self.name} = pd.concat([{self.name}, pd.DataFrame({many})]{options})"
        if kind:
            return self.says(one, rows if kind == "row" else frame, method, many)
        return f"{self.says(None, frame)}, or `{rows}` where the parts are rows"

    def _is_series(self) -> bool:
        return self.page.values.kind(self.assign.targets[0]) == "series"

    def _at_once(self, part: ast.expr, kind: str, method: str, options: str) -> str:
        text = self.cell.segment(part, _LONGEST)
        text = "part" if "…" in text or "#" in text else text
        rows = f"pd.DataFrame({text})" if method == "extend" else f"pd.DataFrame([{text}])"
        new = rows if kind == "row" else text
        better = f"write `{self.name} = pd.concat([{self.name}, {new}]{options})`"
        why = "another element grows" if self._is_of_many() else f"the loop reads `{self.name}`"
        row = "" if kind else f" (with `{rows}` in it where the part is a row)"
        return f"{better}, as {why} at every turn{row}"

    def _options(self, call: ast.Call) -> str:
        given = [(name, value) for name, value in zip(_OPTIONS, call.args[1:], strict=False)]
        given += [(word.arg, word.value) for word in call.keywords if word.arg in _OPTIONS and word.arg]
        return "".join(f", {name}={self.cell.segment(value)}" for name, value in given)

    # What a joining function was given --------------------------------------------------------------------------

    def joining(self, function: str) -> tuple[str, str]:
        """What is said of `name = np.append(name, …)` and its kin, and what to write instead."""
        call = self.assign.value
        assert isinstance(call, ast.Call)
        last = function.rpartition(".")[2]
        short, name, many = f"{'pd' if function in FRAMES else 'np'}.{last}", self.name, self.many()
        first = call.args[0] if call.args else None
        if last == "append":
            return self._appended_array(call)
        if not isinstance(first, (ast.List, ast.Tuple)):
            return (
                f"{name} = {short}({name}, …)",
                f"append the parts to a list and call `{short}({many})` once after it",
            )
        text = f"{name} = {short}({f'[{name}, …]' if isinstance(first, ast.List) else f'({name}, …)'})"
        options = "".join(f", {self.cell.segment(value)}" for value in call.args[1:])
        options += "".join(f", {word.arg}={self.cell.segment(word.value)}" for word in call.keywords if word.arg)
        own = [path(part) == name for part in first.elts]
        part = first.elts[own.index(False)] if sorted(own) == [False, True] else None
        if own[:1] == [True]:
            return text, self.says(part, f"{name} = {short}([{name}, *{many}]{options})")
        if own[-1:] == [True]:
            return text.replace(f"{name}, …", f"…, {name}"), self.says(
                part, f"{name} = {short}([*reversed({many}), {name}]{options})"
            )
        return text, f"append the parts to a list and call `{short}` once after it"

    def _appended_array(self, call: ast.Call) -> tuple[str, str]:
        """What takes numbers and arrays alike, as `np.append` does, and keeps what the array held before the loop."""
        axis = keyword(call, "axis") or (call.args[2] if len(call.args) > 2 else None)
        rest = f", axis={self.cell.segment(axis)}" if axis else ""
        name, many = self.name, self.many()
        if path(call.args[0]) == name:
            inner = f"{name}, *{many}" if axis else f"{name}, *map(np.ravel, {many})"
            how = f"{name} = np.append({name}, …)"
        else:
            inner = f"*reversed({many}), {name}" if axis else f"*map(np.ravel, reversed({many})), {name}"
            how = f"{name} = np.append(…, {name})"
        return how, self.says(None, f"{name} = np.concatenate([{inner}]{rest})")

    def adding(self) -> tuple[str, str]:
        """What is said of `df.loc[len(df)] = row`, and what to write instead."""
        text, value, many = self.name, self.assign.value, self.many("rows")
        index = self.assign.targets[0].slice if isinstance(self.assign.targets[0], ast.Subscript) else None
        how = f"{text}.loc[…] = …"
        plain = not isinstance(index, ast.BinOp)
        if plain and isinstance(value, (ast.List, ast.Tuple, ast.Dict)):
            columns = "" if isinstance(value, ast.Dict) else f", columns={text}.columns"
            whole = f"{text} = pd.concat([{text}, pd.DataFrame({many}{columns})], ignore_index=True)"
            return how, self.says(value, whole, many=many)
        return how, "collect the rows in a list and make one frame of them after it"


def joined(call: ast.Call) -> list[ast.expr]:
    """What a joining function joins."""
    values = [*call.args, *(word.value for word in call.keywords if word.arg in ("objs", "arr", "tup"))]
    return [
        item for value in values[:3] for item in (value.elts if isinstance(value, (ast.List, ast.Tuple)) else [value])
    ]


def new_row(page: Page, target: ast.expr) -> ast.expr | None:
    """The frame that `df.loc[len(df)] = …` makes longer."""
    if (
        not isinstance(target, ast.Subscript)
        or not isinstance(target.value, ast.Attribute)
        or target.value.attr != "loc"
    ):
        return None
    frame = target.value.value
    index = target.slice.left if isinstance(target.slice, ast.BinOp) else target.slice
    measured: ast.expr | None = None
    if isinstance(index, ast.Subscript) and isinstance(index.value, ast.Attribute) and index.value.attr == "shape":
        measured = index.value.value
    elif isinstance(index, ast.Call) and index.args and page.qualified(index.func) == "len":
        measured = index.args[0]
        if isinstance(measured, ast.Attribute) and measured.attr == "index":
            measured = measured.value
    return frame if measured is not None and path(measured) is not None and path(measured) == path(frame) else None
