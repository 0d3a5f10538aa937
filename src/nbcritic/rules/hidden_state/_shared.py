"""What several rules on hidden state ask."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import Event
from nbcritic.analysis.flow import Undefined
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Span
from nbcritic.notebook.outputs import Output

ESCAPES = regex(r"\x1b\[[0-9;]*m|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ARROW = regex(r"^-+> ?(\d+)(?:[ \t](.*))?$", re.MULTILINE)
_NAME_ERRORS = frozenset({"NameError", "UnboundLocalError"})
_GAP = regex(
    r"your (?:own )?(?:code|solution|answer|turn)\b|(?:code|solution|answer) (?:goes )?here\b|fill (?:in|me)\b|"
    r"raise NotImplementedError|^[ \t]*\.\.\.[ \t]*(?:#.*)?$|=[ \t]*\.\.\.[ \t]*(?:#.*)?$",
    re.IGNORECASE | re.MULTILINE,
)
_PYLAB = frozenset(
    "plot figure linspace arange sin cos exp sqrt pi array zeros ones rand randn hist xlabel ylabel title legend subplot show "
    "imshow scatter axis grid xticks yticks xlim ylim text savefig mean std log dot meshgrid contour colorbar".split()
)
"""What `ipython --pylab`, a launcher of old, put into every session."""


_BRANCHES = (ast.If, ast.IfExp, ast.BoolOp, ast.Try, ast.While, ast.Match, ast.Lambda)
SERIOUS = frozenset(
    "read_csv read_excel read_parquet read_json read_sql read_table read_pickle open load loadtxt genfromtxt imread listdir glob "
    "load_dataset fit fit_transform fit_predict backward evaluate score predict cross_val_score to_csv savez save savetxt dump".split()
)
"""What a page mentions that works on data, trains something or leaves something behind. Any other plays with an interface."""


def line_of_error(cell: CodeCell, error: Output) -> int:
    """The line of the cell that a traceback points at, counted from 1; 0 where it is no longer there."""
    # IPython takes empty lines at the top away before it counts.
    above = next((number for number, line in enumerate(cell.lines) if line.strip()), 0)
    for part in (ESCAPES.sub("", part) for part in error.traceback[:6]):
        for number, text in _ARROW.findall(part):
            line = int(number[:6]) + above
            stands = cell.lines[line - 1].split() if 0 < line <= len(cell.lines) else []
            if stands and stands == text.split():
                return line
    return 0


def listed(cells: Iterable[int], limit: int = 5) -> str:
    """`cell 3`, `cells 3 and 5`, `cells 1, 2, 3, 4, 5 and 12 more`."""
    numbers = [str(number) for number in cells]
    if len(numbers) == 1:
        return f"cell {numbers[0]}"
    if len(numbers) > limit:
        return f"cells {', '.join(numbers[:limit])} and {len(numbers) - limit} more"
    return f"cells {', '.join(numbers[:-1])} and {numbers[-1]}"


def counted(cell: CodeCell) -> str:
    """`cell 3 (In[7])`."""
    return f"cell {cell.number} (In[{cell.execution_count}])" if cell.execution_count else f"cell {cell.number}"


def place(cell: CodeCell, node: ast.AST | None) -> Span:
    """Where a name stands; for one that only a magic mentions, the whole cell."""
    return cell.at(node) if node is not None else Span(cell.number)


def missing_names(page: Page) -> list[Undefined]:
    """The names that a run from top to bottom would miss, less those that nobody would complain about.

    A cell whose saved output is a NameError says so itself (NBC113, or its author's intention); some launchers put names into a
    session; and a notebook of R code may call itself Python.
    """
    found = page.flow.undefined
    names = {missing.name for missing in found}
    if "library" in names:
        return []
    launched = _PYLAB if len(names & _PYLAB) > 2 else frozenset()
    return [
        u
        for u in found
        if u.name not in launched
        and not _shows_name_error(page.cell(u.cell))
        and not (u.event.node is not None and is_dead(page.cell(u.home), u.event.node))
    ]


def is_dead(cell: CodeCell, node: ast.AST) -> bool:
    """Does the node stand below a `return` or `raise` of its own block, so that it never runs?"""
    below: ast.AST = node
    for parent in cell.ancestors(node):
        for block in ("body", "orelse", "finalbody"):
            statements = getattr(parent, block, None)
            if isinstance(statements, list) and below in statements:
                above = statements[: statements.index(below)]
                if any(isinstance(statement, (ast.Return, ast.Raise)) for statement in above):
                    return True
        below = parent
    return False


def _shows_name_error(cell: CodeCell) -> bool:
    return any(output.kind == "error" and output.ename in _NAME_ERRORS for output in cell.outputs)


def has_gap(source: str) -> bool:
    """Does a cell leave something to be filled in by whoever works through the notebook?"""
    return _GAP.search(source) is not None


def first_gap(page: Page) -> int:
    """The first cell that leaves something to be filled in; a number beyond every cell where none does."""
    return next((cell.number for cell in page.cells if has_gap(cell.source)), 1 << 30)


def is_asked_for(page: Page, missing: Undefined) -> bool:
    """Does a gap above the use ask for this name: in its comments, or in backquotes in the words right above it?"""
    name = re.escape(missing.name)
    comment, quoted = re.compile(rf"#.*\b{name}\b"), re.compile(rf"`{name}(?:\([^`]*)?`")
    return any(
        comment.search(cell.source) is not None or quoted.search(words_above(page, cell.number, 2_000)) is not None
        for cell in page.cells
        if cell.number < missing.cell and has_gap(cell.source)
    )


def never_ran(page: Page, cell: CodeCell) -> bool:
    """Did the notebook run without this cell?"""
    return page.has_run and not cell.execution_count and not cell.outputs


def is_branch(page: Page, missing: Undefined) -> bool:
    """Does a function read a missing name in a branch that a call need not take? A loop that a call comes to does take a turn."""
    if not missing.via or not missing.event.may or missing.event.node is None:
        return False
    for outer in page.cell(missing.home).ancestors(missing.event.node):
        if isinstance(outer, _BRANCHES):
            return True
        if isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return False
    return True


def is_turned_off(page: Page, missing: Undefined) -> bool:
    """Does a missing name stand in a branch that a constant of the same cell turns off: `mode = "fast"`, `if mode == "slow":`?"""
    cell, node = page.cell(missing.home), missing.event.node
    if node is None or missing.via or cell.in_function(node):
        return False
    inner = node
    for outer in cell.ancestors(node):
        if isinstance(outer, ast.If) and inner is not outer.test:
            holds = _holds(cell, outer)
            if holds is not None and holds is not (inner in outer.body):
                return True
        inner = outer
    return False


def _holds(cell: CodeCell, branch: ast.If) -> bool | None:
    """Is a condition on one name true, by the only value that the cell gives it, a constant above? None where nobody knows."""
    test, negated = branch.test, False
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, negated = test.operand, not negated
    name, compared = test, None
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], (ast.Eq, ast.NotEq)):
        name, compared = test.left, test.comparators[0]
        negated = negated is not isinstance(test.ops[0], ast.NotEq)
        if not isinstance(compared, ast.Constant):
            return None
    if not isinstance(name, ast.Name):
        return None
    stores = [n for n in cell.nodes(ast.Name) if n.id == name.id and not isinstance(n.ctx, ast.Load)]
    given = cell.parent(stores[0]) if len(stores) == 1 else None
    if not isinstance(given, ast.Assign) or not isinstance(given.value, ast.Constant) or given.lineno >= branch.lineno:
        return None
    if not isinstance(cell.parent(given), ast.Module):
        return None
    value = given.value.value
    return bool(value == compared.value if isinstance(compared, ast.Constant) else value) is not negated


def defined_in(page: Page, missing: Undefined) -> list[int]:
    """The cells that give a missing name a value which does not come from the name itself (as `df = df.dropna()` does)."""
    return [
        number
        for number in missing.binders
        if (_bound_afterwards(page, missing) if number == missing.cell else _bound_first(page, number, missing.name))
    ]


def _bound_first(page: Page, cell: int, name: str) -> bool:
    return name not in page.flow.touched[cell].reads


def _bound_afterwards(page: Page, missing: Undefined) -> bool:
    """Does the cell that misses the name bind it (which can only be further down), by something else than the name itself?"""
    cell = page.cell(missing.cell)
    bound = (event for number, event in page.names.bindings.get(missing.name, ()) if number == missing.cell)
    return any(not _from_itself(cell, event) for event in bound)


def _from_itself(cell: CodeCell, event: Event) -> bool:
    if event.how == "augment" or event.node is None:
        return True
    statement = cell.statement(event.node)
    value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
    return value is not None and any(node.id == event.name for node in nodes_in(value, ast.Name))


def words_above(page: Page, cell: int, limit: int = 400) -> str:
    """The end of the Markdown right above a cell."""
    above = page.notebook.cells[cell - 2] if cell > 1 else None
    return above.source[-limit:] if above is not None and above.kind == "markdown" else ""


def is_serious(page: Page) -> bool:
    """Does the page work on data, train something or leave something behind? If not, it shows how a thing is done."""
    return not SERIOUS.isdisjoint(page.names.mentioned)
