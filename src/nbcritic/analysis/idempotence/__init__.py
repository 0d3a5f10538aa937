"""Would running a cell a second time leave what running it once left? If not: which statement is to blame, and for which name.

Each cell is followed on paper twice in a row (`run`), with terms for values. Where both runs leave equal terms under
every name, the cell is idempotent; else the first change that differs between the runs is the reason.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from nbcritic.analysis.idempotence.calls import follow_call
from nbcritic.analysis.idempotence.expressions import EXPRESSIONS
from nbcritic.analysis.idempotence.functions import from_before
from nbcritic.analysis.idempotence.objects import Exhausted, Write
from nbcritic.analysis.idempotence.run import Run, Syntax
from nbcritic.analysis.idempotence.screen import Screen
from nbcritic.analysis.idempotence.statements import STATEMENTS
from nbcritic.analysis.idempotence.terms import Term
from nbcritic.model import Span

if TYPE_CHECKING:
    from nbcritic.analysis.code import CodeCell
    from nbcritic.analysis.page import Page

ReasonKind: TypeAlias = Literal[
    "accumulates", "reapplies", "rebinds", "crosses", "raises", "draws", "consumes", "writes"
]
"""`accumulates`: grows or counts on. `reapplies`: an operation known to have an effect each time. `rebinds`: a name from itself, by an
operation of which no more is known. `crosses`: reads what the cell sets further down. `raises`: stops with an error. `draws`: chance
or the clock. `consumes`: reads on in an iterator or file. `writes`: adds to something outside the session."""

_PATIENCE_A_CELL = 3_000
_PATIENCE = 6_000
"""So many expressions of a page are followed, those of functions that its cells call included."""
_PYTHON = Syntax({**EXPRESSIONS, ast.Call: follow_call}, STATEMENTS, from_before)
_GROWS = frozenset(
    "append extend insert appendleft add pandas.concat numpy.append numpy.concatenate numpy.vstack numpy.hstack".split()
)
_KNOWN = frozenset(
    "Add Sub Mult Div FloorDiv Pow MatMult cut merge join unmapped pop remove reverse shift diff pct_change cumsum cumprod transpose T "
    "reset_index numpy.log numpy.log10 numpy.log2 numpy.log1p numpy.exp numpy.expm1 numpy.sqrt numpy.square numpy.diff "
    "numpy.transpose numpy.flip numpy.fliplr numpy.flipud pandas.merge USub Invert filter get_dummies fit partial_fit".split()
)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a second run of a cell leaves something else than the first.

    `span` is the statement of the cell, `node` the statement that does it, which may stand in a function of another cell.
    `operation` says what it does to the old value: an operator (`Add`), a method (`append`), a full name (`pandas.concat`), for
    `raises` the error (`KeyError`). `key` is the column, element or attribute that differs, None for the thing as a whole.
    """

    span: Span
    name: str
    kind: ReasonKind
    operation: str
    node: ast.AST
    key: Any = None


class Idempotence:
    """The answers for one page. Cells are followed when somebody asks, and only where facts at hand leave the answer open."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._screen = Screen(page)
        self._found: dict[tuple[int, bool], tuple[Reason, ...]] = {}
        self._patience = _PATIENCE
        self.truncated = False
        """Was there a cell, among those asked for, that is too long to be followed? It is taken to be idempotent."""

    def reasons(self, cell: int, *, chance: bool = True) -> tuple[Reason, ...]:
        """Why a second run of this cell right after the first would not leave the state as it is; empty: it would.

        Without `chance`, for those who only ask what the cell does to its own results, at less cost: what chance, the clock or a
        file gives counts as the same each time.
        """
        asked = (cell, chance)
        if asked not in self._found:
            self._found[asked] = tuple(self._reasons(self._page.cell(cell), chance=chance))
        return self._found[asked]

    def suspects(self, cell: int) -> frozenset[str]:
        """The names from before the cell that it may change; asked without following the cell."""
        return self._screen.suspects(self._page.cell(cell))

    def _reasons(self, cell: CodeCell, *, chance: bool) -> Iterator[Reason]:
        if cell.tree is None or not (self._screen.passes(cell) if chance else self._screen.suspects(cell)):
            return
        run = Run(self._page, cell, self._screen, _PYTHON, min(self._patience, _PATIENCE_A_CELL), chance=chance)
        given = run.patience
        try:
            first, _ = run.follow(again=False)
            once = {name: thing.content for name, thing in run.globals.items()}
            outside = tuple(run.outside)
            second, error = run.follow(again=True)
        except (Exhausted, RecursionError):
            self.truncated = True
            return
        finally:
            self.truncated |= run.truncated
            self._patience -= given - max(run.patience, 0)
        found = []
        for name, before in once.items():
            after = run.globals[name].content
            if after is not before and not name.startswith("\0"):
                found.append(_first_difference(name, before, after, first, second))
        for write in sorted(filter(None, found), key=lambda write: first.index(write)):
            reason = _reason(cell, write)
            if chance or reason.kind != "draws":
                yield reason
        for node, site in dict.fromkeys(outside):
            yield Reason(_span(cell, node, site), "", "writes", "append", node)
        if error is not None:
            yield Reason(
                _span(cell, error.node, error.site), error.name, "raises", str(error.args[0]), error.node, error.key
            )


def _reason(cell: CodeCell, write: Write) -> Reason:
    kind, operation = _judged(write)
    return Reason(_span(cell, write.node, write.site), write.name, kind, operation, write.node, write.key)


def _span(cell: CodeCell, node: ast.AST, site: ast.stmt) -> Span:
    """Where a statement stands, or the statement of the cell that calls the function in which it stands."""
    return cell.at(node if cell.parent(node) is not None and not cell.in_function(node) else site)


def _first_difference(
    name: str, before: Term, after: Term, first: Sequence[Write], second: Sequence[Write]
) -> Write | None:
    """The first write of the first run that gives something else in the second."""
    keys = _differing(before, after)
    mine = [write for write in first if write.name == name]
    again: dict[int, list[Write]] = {}
    for write in second:
        if write.name == name:
            again.setdefault(id(write.node), []).append(write)
    for write in mine:
        others = again.get(id(write.node))
        other = others.pop(0) if others else None
        if (
            other is not None
            and write.key in keys
            and _shorn(other.value, write.key) is not _shorn(write.value, write.key)
        ):
            return write
    return next(iter(reversed([write for write in mine if write.key in keys] or mine)), None)


def _shorn(value: Term, key: Any) -> Term:
    return value.args[0] if key is None and value.op == "over" else value


def _differing(before: Term, after: Term) -> set[Any]:
    """The keys under which two contents differ; None: they differ as a whole."""
    ours, items = (before.args[0], dict(before.args[1])) if before.op == "over" else (before, {})
    theirs, others = (after.args[0], dict(after.args[1])) if after.op == "over" else (after, {})
    found = {key for key in {**items, **others} if items.get(key) is not others.get(key)}
    if ours is not theirs or not found:
        found.add(None)
    return found


def _judged(write: Write) -> tuple[ReasonKind, str]:
    value = write.value
    while value.op in ("norm", "filter", "over", "part", "columns", "comp"):
        value = value.args[1 if value.op == "columns" else 0]
    if value.op == "ite":
        value = next((side for side in value.args[1:] if side.op not in ("const", "sym", "get")), value)
    operation = value.op.rpartition(":")[2] if value.op.startswith(("m:", "call:", "attr:")) else value.op
    if any(name.startswith("\0") and " " not in name for name in value.syms):
        return "draws", operation
    if value.op in ("taken", "next"):
        return "consumes", operation
    if write.name not in value.syms:
        return "crosses", operation
    if isinstance(write.key, Term) and write.key.op != "each" and write.name in write.key.syms:
        return "rebinds", operation  # which columns it is done to may be others the second time
    if not _from_itself(value, write):
        return "rebinds", operation
    if operation in _GROWS or (operation == "Add" and isinstance(write.node, ast.AugAssign)):
        return "accumulates", operation
    return ("reapplies" if operation in _KNOWN else "rebinds"), operation


_THROUGH = frozenset({"norm", "over", "filter", "part", "columns", "comp", "ite", "tuple", "list", "word"})


def _from_itself(value: Term, write: Write, patience: int = 300) -> bool:
    """Is what the operation works on the old value of the same name and key, not something made of it?"""
    waiting: list[Any] = list(value.args)
    while waiting and patience:
        here = waiting.pop()
        patience -= 1
        if not isinstance(here, Term) or write.name not in here.syms:
            continue
        if here.op == "sym":
            if write.key is None:
                return True
        elif here.op == "get":
            if here.args[1] == write.key or (write.key is None and here.args[0].op == "sym"):
                return True
        elif here.op in _THROUGH or here.op == value.op:
            waiting += here.args
    return False
