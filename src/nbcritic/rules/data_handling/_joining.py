"""How something that grows in a loop is joined, and how it reads when the parts are joined once."""

from __future__ import annotations

import ast

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.rules.data_handling._shared import keyword, path

ARRAYS = frozenset(f"numpy.{name}" for name in "append concatenate vstack hstack row_stack column_stack dstack".split())
FRAMES = frozenset({"pandas.concat"})
_LONGEST = 50


def joined(call: ast.Call) -> list[ast.expr]:
    """What a joining function joins."""
    values = [*call.args, *(word.value for word in call.keywords if word.arg in ("objs", "arr", "tup"))]
    return [
        item for value in values[:3] for item in (value.elts if isinstance(value, (ast.List, ast.Tuple)) else [value])
    ]


def joining(page: Page, cell: CodeCell, call: ast.Call, function: str, name: str) -> tuple[str, str]:
    """What is said of `name = np.append(name, …)` and its kin, and what to write instead."""
    last = function.rpartition(".")[2]
    short = f"{'pd' if function in FRAMES else 'np'}.{last}"
    first = call.args[0] if call.args else None
    if not isinstance(first, (ast.List, ast.Tuple)):
        better = _in_one(short) if last != "append" else _one_array(cell, call, name)
        return f"{name} = {short}({name}, …)", better
    text = f"{name} = {short}({f'[{name}, …]' if isinstance(first, ast.List) else f'({name}, …)'})"
    if len(first.elts) != 2 or path(first.elts[0]) != name:
        return text, _in_one(short)
    options = "".join(f", {word.arg}={cell.segment(word.value)}" for word in call.keywords if word.arg)
    better = f"{name} = {short}([{name}, *parts]{options})"
    return text, _step(cell, first.elts[1], better) or _in_one(short)


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


def appending(page: Page, cell: CodeCell, call: ast.Call, name: str) -> str:
    """What to write instead of `name = name.append(row)`, which pandas 2 has not."""
    row = call.args[0]
    is_row = isinstance(row, ast.Dict)
    one, whole = ("rows", "pd.DataFrame(rows)") if is_row else ("parts", "*parts")
    options = ", ignore_index=True" if any(word.arg == "ignore_index" for word in call.keywords) else ""
    better = f"{name} = pd.concat([{name}, {whole}]{options})"
    generic = _in_one("pd.DataFrame" if is_row else "pd.concat")
    # A series is a row to `append` and a column to `concat`.
    sure = is_row or page.values.kind(row) == "frame"
    return (_step(cell, row, better, one) if sure else "") or generic


def at_once(cell: CodeCell, value: ast.expr, name: str) -> str:
    """What to write instead of `name = name.append(part)` where the loop reads the whole at every turn."""
    part = value.args[0] if isinstance(value, ast.Call) and value.args else value
    text = cell.segment(part, _LONGEST)
    text = f"pd.DataFrame([{text}])" if isinstance(part, ast.Dict) else text
    text = "part" if "…" in text else text
    return f"write `{name} = pd.concat([{name}, {text}])`, as the loop reads `{name}` at every turn"


def _step(cell: CodeCell, part: ast.expr, better: str, parts: str = "parts") -> str:
    """The two statements, where the part is short enough to be quoted."""
    text = cell.segment(part, _LONGEST)
    return "" if text.endswith("…") else f"write `{parts}.append({text})` in the loop and `{better}` once after it"


def _in_one(joiner: str) -> str:
    return f"append the parts to a list and call `{joiner}(parts)` once after it"


def _one_array(cell: CodeCell, call: ast.Call, name: str) -> str:
    """What takes numbers and arrays alike, as `np.append` does, and keeps what the array held before the loop."""
    axis = keyword(call, "axis") or (call.args[2] if len(call.args) > 2 else None)
    rest = f"*parts], axis={cell.segment(axis)})" if axis else "*map(np.ravel, parts)])"
    return f"append the parts to a list and write `{name} = np.concatenate([{name}, {rest}` once after it"
