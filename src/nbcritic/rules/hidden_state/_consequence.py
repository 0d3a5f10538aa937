"""What came of an order that the page does not show: which cell demonstrably used what a run from the top would not give it."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import Event, root_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.staleness_taint import columns_of, touches
from nbcritic.notebook.outputs import Output
from nbcritic.rules.hidden_state._difference import only_tidies
from nbcritic.rules.hidden_state._shared import counted, line_of_error
from nbcritic.rules.hidden_state._told import recasts, shows_size

_LITERAL = (
    ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.UnaryOp, ast.BinOp, ast.JoinedStr, ast.FormattedValue, ast.Attribute,
    ast.expr_context, ast.operator, ast.unaryop, ast.keyword,
)  # fmt: skip
_FIRST = ast.dump(ast.Constant(0))
_ALL = frozenset("columns values dtypes T iloc loc size".split())
_NO_NAME = regex(r"(?:global )?name '(\w+)' is not defined")
_BAR = regex(r"(?:\w*Box\(|\w*Progress\(|.*%\|)")
_PROGRESS = regex(r"\d ?%|it/s|s/it|\bETA\b|\b\d+/\d+ \[", re.I)
_LINE_END = regex(r"[\r\n]+")
_PATHS = ("os.path.", "pathlib.Path")
_NO_DATA = frozenset({"import", "def", "class", "for", "except"})
_NO_RESULT = frozenset({"module", "function", "class", "figure", "axes", "file", "path"})
_CHANGES = frozenset(
    "append extend insert pop remove clear update drop fillna drop_duplicates rename reset_index set_index replace add discard".split()
)
_AGAIN = frozenset({"accumulates", "reapplies", "draws"})


@dataclass(frozen=True, slots=True)
class Consequence:
    """What one cell took from another in the wrong order, in words. Grave: a run from the top gives it something else, or stops."""

    words: str
    is_grave: bool = False


def consequence(page: Page, cells: Mapping[int, CodeCell], *, sessions: bool = False) -> Consequence | None:
    """The gravest that is known of these cells, by their numbers; None where nothing is.

    The counts of several `sessions` cannot be compared: then only runs one right after the other are grave.
    """
    slight = None
    ways = _left_by_lower, _changed_above, _missed
    for found in (found for way in ways for found in way(page, cells, sessions=sessions)):
        if found.is_grave:
            return found
        slight = slight or found
    return slight


def _missed(page: Page, cells: Mapping[int, CodeCell], *, sessions: bool) -> Iterator[Consequence]:
    """The cells whose saved error is that a name was missing, which a cell above them then brought."""
    for cell in () if sessions else cells.values():
        for output in cell.outputs:
            name = _NO_NAME.match(output.evalue) if output.ename == "NameError" else None
            makers = {number for number, _ in page.names.bindings.get(name[1], ())} if name else ()
            above = [page.cell(number) for number in sorted(makers) if number < cell.number]
            if name and above and len(above) == len(makers) and all(later(maker, cell) for maker in above):
                yield Consequence(
                    f"{counted(cell)} missed `{name[1]}`, which {counted(above[0])} above made later", True
                )


def _left_by_lower(page: Page, cells: Mapping[int, CodeCell], *, sessions: bool) -> Iterator[Consequence]:
    """The cells that used a name as one further down had left it."""
    made = writers(page, cells)
    counts = [cell.execution_count or 0 for cell in page.cells]
    for number, cell in cells.items():
        if sessions and not cell.outputs:
            continue
        for name, event in page.flow.touched[number].reads.items():
            if not _came_to(cell, event):
                continue
            before = [writer for writer in made.get(name, ()) if later(cell, writer)]
            last = max(before, key=lambda writer: writer.execution_count or 0, default=None)
            if last is None or last.number <= number:
                continue
            low, high = last.execution_count or 0, cell.execution_count or 0
            followed = sum(low < count < high for count in counts) == high - low - 1
            if sessions:
                is_known = followed and all(counts.count(count) == 1 for count in range(low, high + 1))
            else:
                is_known = followed or not any(
                    later(writer, cell) and _is_fresh(page, writer, name) for writer in made[name]
                )
            matters = (
                shows_result(cell)
                and not (shows_size(cell, name) and all(recasts(w, name) for w in before if w.number > number))
                and _is_touched(page, last, cell, name)
                and not _is_alike(made[name], last, name)
            )
            yield Consequence(f"{counted(cell)} used `{name}` as {counted(last)} had left it", is_known and matters)


def shows_result(cell: CodeCell) -> bool:
    """Does a cell show more than how far it has come?"""
    return any(not _is_progress(output) for output in cell.outputs)


def _is_progress(output: Output) -> bool:
    if "application/vnd.jupyter.widget-view+json" in output.mime:
        return _BAR.match(output.text.strip()) is not None
    lines = [line for line in _LINE_END.split(output.text) if line.strip()]
    told = [line for line in lines if _PROGRESS.search(line)]
    numbered = [line for line in lines if any(map(str.isdigit, line))]
    return output.kind == "stream" and bool(told) and all(line in told for line in numbered)


def _came_to(cell: CodeCell, event: Event) -> bool:
    """Did the cell come to the place where a name is read, and find it, or did it stop with an error above that?"""
    errors = [output for output in cell.outputs if output.kind == "error"]
    if any((found := _NO_NAME.match(error.evalue)) and found[1] == event.name for error in errors):
        return False
    lines = [line_of_error(cell, error) for error in errors]
    line = getattr(event.node, "lineno", 0)
    return not any(0 < stopped < line for stopped in lines)


def _only_adds(page: Page, above: CodeCell, cell: CodeCell, name: str) -> bool:
    """Does the cell above give a table columns of its own making, of which the lower one reads none?"""
    if name in page.flow.touched[above.number].binds:
        return False
    added, read = _columns_set(above, name), columns_of(cell, name, ast.Load)
    return bool(added) and read is not None and added.isdisjoint(read) and not _looks_at_all(cell, name)


def _looks_at_all(cell: CodeCell, name: str) -> bool:
    """Does a cell ask a table for anything that depends on which columns it has: `x.columns`, `x.shape`, `x.describe()`?"""
    for node in cell.nodes(ast.Attribute):
        if isinstance(node.value, ast.Name) and node.value.id == name:
            parent = cell.parent(node)
            rows = node.attr == "shape" and isinstance(parent, ast.Subscript) and ast.dump(parent.slice) == _FIRST
            if node.attr in _ALL or isinstance(parent, ast.Call) or (node.attr == "shape" and not rows):
                return True
    return False


def _columns_set(cell: CodeCell, name: str) -> frozenset[str]:
    """The labels of `x["a"] = …`, where this is all that the cell does to a table; else nothing."""
    found = set[str]()
    for node in cell.nodes(ast.Subscript, ast.Attribute, ast.Delete, ast.AugAssign):
        root = root_name(node) if isinstance(node, (ast.Subscript, ast.Attribute)) else None
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and root is not None and root.id == name:
            key = node.slice
            if node.value is not root or not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                return frozenset()
            found.add(key.value)
        elif isinstance(node, ast.Attribute) and root is not None and root.id == name:
            if not _is_harmless(node):
                return frozenset()
        elif isinstance(node, (ast.Delete, ast.AugAssign)) and any(n.id == name for n in nodes_in(node, ast.Name)):
            return frozenset()
    return frozenset(found)


def _is_harmless(node: ast.Attribute) -> bool:
    """Does an attribute of a table leave it as it is: it is read, or a method that gives a new one?"""
    return isinstance(node.ctx, ast.Load) and node.attr not in _CHANGES | {"loc", "iloc", "at", "iat"}


def _is_fresh(page: Page, writer: CodeCell, name: str) -> bool:
    """Does a cell make the name without its old value? What came before is then gone."""
    return name not in page.flow.touched[writer.number].reads


def _changed_above(page: Page, cells: Mapping[int, CodeCell], *, sessions: bool) -> Iterator[Consequence]:
    """The cells that used a name before the cell above them that makes or changes it ran last."""
    made = writers(page, cells)
    counts = {cell.execution_count for cell in page.cells}
    for number, cell in cells.items():
        if sessions and not cell.outputs:
            continue
        for name, source in page.flow.sources[number].items():
            above = cells.get(source)
            if above is None or not later(above, cell) or is_setting(page, above, name):
                continue
            if above not in made.get(name, ()) or not _came_to(cell, page.flow.touched[number].reads[name]):
                continue
            if _only_adds(page, above, cell, name):
                continue
            done = "set" if name in page.flow.touched[source].binds else "changed"
            is_first = counts.issuperset(range(1, cell.execution_count or 0))
            matters = shows_result(cell) and not sessions and _is_touched(page, above, cell, name)
            matters = matters and (is_first or _goes_on(page, cell, above, name))
            yield Consequence(f"{counted(cell)} used `{name}` before {counted(above)} last {done} it", matters)


def _goes_on(page: Page, cell: CodeCell, above: CodeCell, name: str) -> bool:
    """Does each run of the cell above work on its own result, and was that not made anew since the lower cell ran?"""
    source = page.flow.sources[above.number].get(name)
    if source is None or later(page.cell(source), cell):
        return False
    return any(reason.name == name and reason.kind in _AGAIN for reason in page.idempotence.reasons(above.number))


def _is_touched(page: Page, writer: CodeCell, reader: CodeCell, name: str) -> bool:
    """Does the one cell make what the other looks at? Of a table that may be other columns; to fit a model again makes no other one."""
    if writer.has_error or only_tidies(page, writer, name) or _is_brought(page, name):
        return False
    bound = page.flow.touched[writer.number].binds.get(name)
    if bound is None and not touches(writer, name) and not _CHANGES & _methods(writer, name):
        return False
    if bound is not None and bound.node is not None and page.values.kind(bound.node) in _NO_RESULT:
        return False
    changed, read = columns_of(writer, name, ast.Store), columns_of(reader, name, ast.Load)
    if changed is None or read is not None:
        return changed is None or bool(changed & (read or frozenset()))
    # All of the table is handed on: a column that is new to it may be none that anybody looks at.
    return bool(changed & (columns_of(writer, name, ast.Load) or frozenset()))


def _is_brought(page: Page, name: str) -> bool:
    """Is the name, somewhere on the page, that of an import?"""
    return any(event.how == "import" for _, event in page.names.bindings.get(name, ()))


def _methods(cell: CodeCell, name: str) -> set[str]:
    """The methods that a cell calls on a name."""
    return {
        call.func.attr
        for call in cell.nodes(ast.Call)
        if isinstance(call.func, ast.Attribute) and (root := root_name(call.func)) is not None and root.id == name
    }


def _is_alike(cells: Collection[CodeCell], last: CodeCell, name: str) -> bool:
    """Does another cell give the name its value by the same code?"""
    codes = [[ast.dump(value) for value in _values(cell, name)] for cell in cells]
    own = [ast.dump(value) for value in _values(last, name)]
    return bool(own) and codes.count(own) > 1


def _values(cell: CodeCell, name: str) -> Iterator[ast.expr]:
    for node in cell.nodes(ast.Assign):
        if any(isinstance(target, ast.Name) and target.id == name for target in node.targets):
            yield node.value


def writers(page: Page, cells: Mapping[int, CodeCell]) -> dict[str, list[CodeCell]]:
    """For each name of data, the cells that set or change it."""
    found: dict[str, list[CodeCell]] = {}
    for number in cells:
        touched = page.flow.touched[number]
        changed = {name for name, event in touched.mutates.items() if event.name == name}  # not through an alias
        for name in changed | touched.binds.keys():
            event = touched.binds.get(name)
            if name not in page.names.imports and (event is None or event.how not in _NO_DATA):
                found.setdefault(name, []).append(cells[number])
    return found


def is_setting(page: Page, cell: CodeCell, name: str) -> bool:
    """Does the cell only give the name a value that is written out? To run that again changes nothing."""
    touched = page.flow.touched[cell.number]
    event = touched.binds.get(name)
    if event is None or event.node is None or name in touched.mutates or event.how == "augment":
        return False
    statement = cell.statement(event.node)
    value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
    return value is not None and all(_is_written_out(page, node) for node in nodes_in(value))


def _is_written_out(page: Page, node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return (page.qualified(node.func) or "").startswith(_PATHS)
    if isinstance(node, ast.Name):
        return node.id.isupper() or node.id in page.names.imports
    return isinstance(node, _LITERAL)


def later(cell: CodeCell, other: CodeCell) -> bool:
    """Did a cell run after another one, by the counts?"""
    return (cell.execution_count or 0) > (other.execution_count or 0)


def called_before_defined(page: Page, cells: Mapping[int, CodeCell]) -> str:
    """In words, a cell that shows a result and ran before the cell above it that defines its function; empty where there is none."""
    for number, cell in cells.items():
        for name, source in page.flow.sources[number].items() if shows_result(cell) else ():
            above = cells.get(source)
            bound = page.flow.touched[source].binds.get(name)
            if above is None or bound is None or bound.how != "def" or not later(above, cell):
                continue
            makers = {maker for maker, _ in page.names.bindings.get(name, ())}
            read = page.flow.touched[number].reads[name]
            if not any(maker not in cells or not later(cells[maker], cell) for maker in makers) and _came_to(
                cell, read
            ):
                return f"{counted(cell)} used `{name}` before {counted(above)} last defined it, and no other cell does"
    return ""
