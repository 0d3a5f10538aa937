"""Moving a definition above its first use, where nothing in between depends on the order."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.flow import Flow, Undefined
from nbcritic.analysis.page import Page
from nbcritic.model import Fix, Move, Replace, Span
from nbcritic.rules.hidden_state._shared import counted


def moved_up(page: Page, missing: Undefined, definer: int) -> Fix | None:
    """The fix for a name that `missing.cell` uses and only `definer` defines, if the replay of the page allows one.

    It is safe to move what only defines: imports, and functions whose heads compute nothing. To move a cell that computes is not,
    although every cell would take each name from the same cell as before.
    """
    cell = page.cell(definer)
    if cell.tree is None or _is_guarded(page, missing.name):
        return None
    defines_only = all(_only_defines(statement) for statement in cell.tree.body)
    if not defines_only and (fix := _statement_moved(page, missing, cell)):
        return fix
    if definer == missing.cell or not _may_move(page, missing, definer):
        return None
    title = f"Move {counted(cell)} above {counted(page.cell(missing.cell))}"
    return Fix(title, (Move(definer, missing.cell),), safe=defines_only)


def joined(page: Page, fixes: Sequence[Fix]) -> Fix | None:
    """One fix of several by `moved_up` that take imports of one cell to another; None where there are none."""
    whole = next((fix for fix in fixes if len(fix.edits) == 1), None)
    if whole is not None or not fixes:
        return whole
    moves: dict[tuple[int, int], Replace] = {}  # by the lines that go away: a statement may bind several names
    source = 0
    for fix in fixes:
        new, gone = (edit for edit in fix.edits if isinstance(edit, Replace))
        source, ends_cell = gone.at.cell, gone.at.end_column > 1
        lines = gone.at.line + ends_cell, gone.at.end_line - (not ends_cell)
        moves[lines] = min(moves.get(lines, new), new, key=lambda edit: edit.at.line)
    if len(moves) == 1:
        return fixes[0]
    at = min((new.at for new in moves.values()), key=lambda at: at.line)
    text = "".join(moves[lines].text for lines in sorted(moves))
    gone_at = [_lines(page.cell(source), *lines) for lines in _runs(sorted(moves))]
    title = f"Move {len(moves)} imports above their first use in cell {at.cell}"
    return Fix(title, (Replace(at, text), *(Replace(place, "") for place in gone_at)), safe=True)


def _runs(lines: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges of lines, those that follow one another as one."""
    found: list[tuple[int, int]] = []
    for first, last in lines:
        if found and found[-1][1] + 1 == first:
            found[-1] = found[-1][0], last
        else:
            found.append((first, last))
    return found


def _lines(cell: CodeCell, first: int, last: int) -> Span:
    """Some lines of a cell that has others, with one line break."""
    if last < len(cell.lines):
        return Span(cell.number, first, 1, last + 1, 1)
    return Span(cell.number, first - 1, len(cell.lines[first - 2]) + 1, last, len(cell.lines[-1]) + 1)


def _is_guarded(page: Page, name: str) -> bool:
    """Does some cell ask whether the name exists? It would get another answer."""
    return any(event.guarded for _, event in page.names.everything if event.kind == "use" and event.name == name)


def _only_defines(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Import):
        return True
    if isinstance(statement, ast.ImportFrom):
        return statement.module != "__future__" and all(alias.name != "*" for alias in statement.names)
    if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) or statement.decorator_list:
        return False
    head = statement.args
    defaults = [*head.defaults, *filter(None, head.kw_defaults)]
    every = [*head.posonlyargs, *head.args, *head.kwonlyargs, *filter(None, (head.vararg, head.kwarg))]
    typed = statement.returns is not None or any(argument.annotation is not None for argument in every)
    return not typed and all(isinstance(default, ast.Constant) for default in defaults)


def _may_move(page: Page, missing: Undefined, definer: int) -> bool:
    """Would the page miss fewer names with the cell moved, and every cell take each name from where it did?"""
    order = [number for number in page.flow.document_order if number != definer]
    order.insert(order.index(missing.cell), definer)
    flow = Flow([page.cell(number) for number in order], page.names)
    was, now = ({undefined.name for undefined in replay} for replay in (page.flow.undefined, flow.undefined))
    return now < was and all(
        flow.sources[number].get(name) == source
        for number, sources in page.flow.sources.items()
        for name, source in sources.items()
    )


def _statement_moved(page: Page, missing: Undefined, cell: CodeCell) -> Fix | None:
    """Move one import or function out of a cell that holds more, to the line above the use."""
    statement = _definition(page, cell, missing.name)
    line = _line_of_use(page, missing)
    if statement is None or line is None or not all(_bound_once(page, name) for name in _names(statement)):
        return None
    first, last = statement.lineno, statement.end_lineno or statement.lineno
    text = "\n".join(cell.lines[first - 1 : last])
    gone = _lines(cell, first, last)
    what = cell.segment(statement, 40) if not isinstance(statement, ast.FunctionDef) else f"def {statement.name}"
    new = Replace(Span(missing.cell, line, 1, line, 1), text + "\n")
    return Fix(f"Move `{what}` above its first use in cell {missing.cell}", (new, Replace(gone, "")), safe=True)


def _definition(page: Page, cell: CodeCell, name: str) -> ast.stmt | None:
    """The statement of the cell that defines the name, where it stands on lines of its own and only defines."""
    assert cell.tree is not None
    body = cell.tree.body
    for at, statement in enumerate(body):
        if name in _names(statement) and _only_defines(statement) and len(body) > 1:
            first, last = statement.lineno, statement.end_lineno or statement.lineno
            neighbours = [*body[max(at - 1, 0) : at], *body[at + 1 : at + 2]]
            shared = any(other.lineno <= last and (other.end_lineno or 0) >= first for other in neighbours)
            tail = cell.lines[last - 1][statement.end_col_offset or 0 :].strip()
            lines = page.cell(cell.number).plain.source.split("\n")[first - 1 : last]
            written = lines == list(cell.lines[first - 1 : last]) and "".join(lines).isascii()
            alone = written and not shared and statement.col_offset == 0 and (not tail or tail.startswith("#"))
            return statement if alone else None
    return None


def _names(statement: ast.stmt) -> list[str]:
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return [alias.asname or alias.name.partition(".")[0] for alias in statement.names]
    return [statement.name] if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) else []


def _bound_once(page: Page, name: str) -> bool:
    return len(page.names.bindings.get(name, ())) == 1 and not _is_guarded(page, name)


def _line_of_use(page: Page, missing: Undefined) -> int | None:
    """The line of the statement that needs the name; for one that a called function needs, the first statement of the cell."""
    cell, node = page.cell(missing.cell), missing.event.node
    if cell.tree is None or not isinstance(node, ast.expr) or cell.plain.isolated:
        return None
    # What a function needs must be there when the cell calls it, wherever that is.
    direct = missing.via is None and missing.home == missing.cell
    lines = _starting_lines(cell)
    return next((line for line in reversed(lines) if line <= node.lineno), None) if direct else next(iter(lines), None)


def _starting_lines(cell: CodeCell) -> list[int]:
    """The lines on which a statement stands first, and above which another can stand."""
    assert cell.tree is not None
    heads = {magic.line for magic in cell.magics if magic.kind == "cell"}
    lines, end = list[int](), 0
    for statement in cell.tree.body:
        line = _first_line(statement)
        if line > end and line not in heads:
            lines.append(line)
        end = statement.end_lineno or statement.lineno
    return lines


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])
