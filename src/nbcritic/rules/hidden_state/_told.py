"""What the saved outputs of a cell tell of its values: how many rows they have, and the text of what is shown."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name
from nbcritic.analysis.pattern import regex

_ADDRESS = regex(r"0x[0-9a-f]{4,}")
_BELOW = regex(r"\[(\d+) rows x \d+ columns\]\s*$")
_ENTRIES = regex(r"Index: (\d+) entries")
_TIME = regex(
    r"\b(?:took|elapsed|seconds?|secs?|s|milliseconds?|ms|[µμ]s|minutes?|mins?|wall time|cpu times|it/s|runtime)\b",
    re.I,
)
_KEEPS_ROWS = frozenset(
    {"copy", "sort_values", "sort_index", "assign", "reset_index", "set_index", "rename", "astype", "fillna"}
)
_FILLS = frozenset(
    "fillna replace map to_numeric to_datetime where mask interpolate shift diff ffill bfill dropna reindex merge join pct_change".split()
)
"""What may fill gaps, or make some."""
_UNKNOWN = 2
_LONGEST_LINE = 300
_LOOKS = frozenset(
    {"head", "tail", "info", "describe", "count", "mean", "sum", "unique", "nunique", "value_counts", "to_csv", "plot"}
)


def texts(cell: CodeCell, *, among: bool = False) -> dict[str, tuple[ast.expr, str]]:
    """What the cell shows in a way that can be told apart: the code of an expression → itself and its text.

    That is its result, and what the only `print` prints. With `among`, every `print` at the top counts, and its text is somewhere in
    the text that is given.
    """
    body = cell.tree.body if cell.tree is not None else []
    found: dict[str, tuple[ast.expr, str]] = {}
    results = [output for output in cell.outputs if output.kind == "result"]
    if body and isinstance(body[-1], ast.Expr) and len(results) == 1:
        found[ast.dump(body[-1].value)] = body[-1].value, _plain(results[0].text)
    printing = [node for node in cell.nodes(ast.Call) if called_name(node.func) in ("print", "display", "show", "info")]
    stream = "".join(output.text for output in cell.outputs if output.kind == "stream" and output.name == "stdout")
    for statement in body:
        value = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(value, ast.Call) and value in printing and (among or len(printing) == 1):
            found.setdefault(ast.dump(value), (value, _plain(stream)))
    return {code: (node, text) for code, (node, text) in found.items() if text}


def _plain(text: str) -> str:
    return _ADDRESS.sub("0x", " ".join(text.split()))


def only_times(cell: CodeCell) -> bool:
    """Does the cell show nothing but how long something took?"""
    if any("<table" in output.html or output.kind == "result" for output in cell.outputs):
        return False
    lines = [line for output in cell.outputs for line in output.text.splitlines() if output.kind == "stream"]
    numbered = [line for line in lines if any(map(str.isdigit, line))]
    return bool(numbered) and all(_TIME.search(line) for line in numbered)


def rows(cell: CodeCell, made: str = "") -> Mapping[str, int]:
    """How many rows (or items) the values of names have, as far as the cell shows it and does not change it.

    `made` is a name whose value the cell makes: what is shown last counts.
    """
    same = _same_rows(cell)
    found = dict[str, int]()
    for name, count in (*_rows_printed(cell), *_rows_of_result(cell)):
        found[name if name == made else same.get(name, name)] = count
    return {name: count for name, count in found.items() if name == made or keeps_rows(cell, name)}


def keeps_rows(cell: CodeCell, name: str) -> bool:
    """Has the value of a name as many rows after the cell as before it?"""
    for node in cell.nodes(ast.Name):
        if node.id != name:
            continue
        statement = cell.statement(node)
        if isinstance(node.ctx, ast.Store):
            if not isinstance(statement, ast.Assign) or _root(statement.value) != name:
                return False
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            method = statement.value.func
            own = isinstance(method, ast.Attribute) and method.value is node
            if own and isinstance(method, ast.Attribute) and method.attr not in _KEEPS_ROWS | _LOOKS:
                return False
        elif isinstance(statement, (ast.Delete, ast.AugAssign)):
            return False
    return True


def _same_rows(cell: CodeCell) -> dict[str, str]:
    """The names that the cell gives what has the rows of another one, and that one."""
    found: dict[str, str] = {}
    stored = [node.id for node in cell.nodes(ast.Name) if isinstance(node.ctx, ast.Store)]
    for node in cell.nodes(ast.Assign):
        target = _name(node.targets[0])
        if (root := _root(node.value)) and stored.count(target) == 1:
            found[target] = root
    return found


def _root(value: ast.expr) -> str:
    """The name whose rows an expression has: `x`, `x.copy()`, `x[["a", "b"]]`, `x.sort_values("a")`."""
    while not isinstance(value, ast.Name):
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in _KEEPS_ROWS:
            value = value.func.value
        elif isinstance(value, ast.Subscript) and isinstance(value.slice, ast.List):
            if not all(isinstance(item, ast.Constant) and isinstance(item.value, str) for item in value.slice.elts):
                return ""
            value = value.value
        else:
            return ""
    return value.id


def _rows_of_result(cell: CodeCell) -> Iterator[tuple[str, int]]:
    body = cell.tree.body if cell.tree is not None else []
    last = body[-1].value if body and isinstance(body[-1], ast.Expr) else None
    for output in cell.outputs:
        if last is None or output.kind not in ("result", "stream"):
            continue
        if output.kind == "stream":
            found = (
                _ENTRIES.search(output.text)
                if isinstance(last, ast.Call) and called_name(last.func) == "info"
                else None
            )
            if found and isinstance(last, ast.Call) and isinstance(last.func, ast.Attribute):
                yield _name(last.func.value), int(found[1])
        elif isinstance(last, ast.Name):
            if found := _BELOW.search(output.text):
                yield last.id, int(found[1])
        elif (sized := _sized(last)) and (found := re.fullmatch(sized[1], output.text.strip())):
            yield sized[0], int(found[1])


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _sized(node: ast.expr) -> tuple[str, str] | None:
    """The name whose size `len(x)`, `x.shape` or `x.shape[0]` is, and what its text looks like."""
    if isinstance(node, ast.Call) and called_name(node.func) == "len" and len(node.args) == 1 and _name(node.args[0]):
        return _name(node.args[0]), r"(\d+)"
    if isinstance(node, ast.Attribute) and node.attr == "shape" and _name(node.value):
        return _name(node.value), r"\((\d+),[ \d,]*\)"
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value == 0:
        inner = _sized(node.value) if isinstance(node.value, ast.Attribute) else None
        return (inner[0], r"(\d+)") if inner else None
    return None


def _rows_printed(cell: CodeCell) -> Iterator[tuple[str, int]]:
    """The sizes in lines like `print(len(x), "rows")`, where one line of the output is such a one."""
    lines = [o.text for o in cell.outputs if o.kind == "stream" and o.name == "stdout"]
    for call in cell.nodes(ast.Call):
        if called_name(call.func) != "print" or call.keywords or cell.in_function(call) or not lines:
            continue
        parts = [part for at, value in enumerate(call.args) for part in ((" ",) if at else ()) + tuple(_pieces(value))]
        sized = [part for part in parts if isinstance(part, tuple)]
        written = sum(len(part.strip()) for part in parts if isinstance(part, str))
        is_alone = not written and len(lines) == 1 and lines[0].count("\n") <= 1
        unknown = sum(part is None for part in parts)
        if len(sized) != 1 or (written < 3 and not is_alone) or unknown > _UNKNOWN:
            continue  # a pattern with many gaps would be tried in ever so many ways
        pattern = "".join(
            p[1] if isinstance(p, tuple) else ".*" if p is None else re.escape(p.strip("\n")) for p in parts
        )
        text = (line for line in "".join(lines).splitlines() if len(line) <= _LONGEST_LINE)
        found = [match[1] for line in text if (match := re.fullmatch(rf"{pattern}\s*", line))]
        if len(found) == 1:
            yield sized[0][0], int(found[0])


def _pieces(value: ast.expr) -> Iterator[str | tuple[str, str] | None]:
    """The parts of what is printed: a text, the size of a name, or something else."""
    if isinstance(value, ast.Constant):
        yield str(value.value)
    elif isinstance(value, ast.JoinedStr):
        for part in value.values:
            yield from _pieces(part)
    elif isinstance(value, ast.FormattedValue):
        yield _sized(value.value) if value.format_spec is None else None
    else:
        yield _sized(value)


def columns(html: str) -> tuple[str, ...]:
    """The labels at the top of the first table of an output."""
    head = html.partition("<thead")[2].partition("</thead>")[0].partition("</tr>")[0]
    return tuple(label.strip() for label in re.findall(r"<th[^>]*>([^<]*)</th>", head) if label.strip())


def viewed(node: ast.expr) -> str:
    """The name that `x`, `x.head()`, `x.tail(3)` or `x.sample(5)` shows the columns of."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _name(node.func.value) if node.func.attr in ("head", "tail", "sample") else ""
    return _name(node)


def has_chance(node: ast.expr) -> bool:
    """Does an expression show something else each time?"""
    return any(called_name(part.func) in ("sample", "time", "now", "today") for part in nodes_in(node, ast.Call))


def shows_size(cell: CodeCell, name: str) -> bool:
    """Does the cell only ask how many rows, columns or gaps a table has: `len(x)`, `x.shape`, `x.columns`, `x.isna().sum()`?"""
    body = cell.tree.body if cell.tree is not None else []
    only = body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr) else None
    if isinstance(only, ast.Call) and called_name(only.func) == "print" and len(only.args) == 1:
        only = only.args[0]
    if isinstance(only, ast.Call) and called_name(only.func) in ("len", "list") and len(only.args) == 1:
        return _name(only.args[0]) == name or _name(getattr(only.args[0], "value", only)) == name
    asked = set[str]()
    while isinstance(only, (ast.Attribute, ast.Call, ast.Subscript)):
        if isinstance(only, ast.Attribute):
            asked.add(only.attr)
        only = only.func if isinstance(only, ast.Call) else only.value
    sized = asked & {"shape", "columns", "size", "isna", "isnull"}
    if only is None or not sized or not asked <= sized | {"sum", "any", "mean", "tolist", "to_list"}:
        return False
    return _name(only) == name


def recasts(cell: CodeCell, name: str) -> bool:
    """Does the cell do no more to a table than give columns that it reads from it another form: `x["day"] = x["day"].dt.year`?"""
    for node in cell.nodes(ast.Name):
        if node.id != name:
            continue
        statement = cell.statement(node)
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        key = target.slice if isinstance(target, ast.Subscript) and _name(target.value) == name else None
        if not isinstance(statement, ast.Assign) or not isinstance(key, ast.Constant):
            return False
        nodes = nodes_in(statement.value)
        again = any(isinstance(part, ast.Constant) and part.value == key.value for part in nodes)
        calls = {called_name(part.func) for part in nodes if isinstance(part, ast.Call)}
        if not again or not calls.isdisjoint(_FILLS):
            return False
    return True
