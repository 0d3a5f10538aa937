"""How a page chooses by scores: the largest of them, the best so far, the first of a ranking, or in words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.rules.leakage._flows import Flows

_EXTREMES = frozenset("max min amax amin nanmax nanmin".split())
_PLACES = frozenset("argmax argmin nanargmax nanargmin idxmax idxmin nlargest nsmallest most_common".split())
_RANKS = frozenset("sorted sort sort_values argsort".split())
_MEANS = frozenset("mean std average nanmean nanstd sem median boxplot".split())
_DRAWN = frozenset("ylim xlim set_ylim set_xlim annotate text yticks xticks axhline axvline set axis".split())
_WORDS = regex(
    r"\bbest\b[^.\n]{0,20}\b(?:model|classifier|regressor|algorithm|estimator|kernel|accuracy|k)\b|"
    r"\b(?:perform\w*|works?|worked|did|does|was|is) (?:the )?best\b|"
    r"\b(?:highest|lowest)\b[^.\n]{0,25}\b(?:accuracy|score|error|rmse|mse|mae|auc|f1|r2)\b|"
    r"\bwe (?:will )?(?:choose|chose|select|selected|pick|picked|go with)\b|\b(?:final|winning) model\b|\boutperform",
    re.I,
)

_PLANS = regex(
    r"\b(?:identify|find|finding|determine|will|would|should|could|next|compare|try|let(?:'|\u2019)?s|goal|which|to (?:choose|select|pick|see))\b|\?",
    re.I,
)
"""What somebody means to do, or asks."""
_NUMBER = regex(r"\d\.\d|\d ?%")
_SHOWN = regex(r"\{[a-zA-Z_]|[\"'] *(?:,|%|\.format)|\d\.\d|\d ?%")
"""A number in a line that prints: one that is written there, or one that is put in."""
_TITLE = regex(r"\s*#")
"""A heading names a subject and states nothing."""


class Choices:
    """The places where a page chooses by what certain nodes (`seeds`, with their cells) give."""

    def __init__(self, page: Page, flows: Flows, seeds: Sequence[tuple[CodeCell, ast.AST]]) -> None:
        self._flows = flows
        self._held = flows.derived(seeds)
        self._seeds = frozenset(node for _, node in seeds)
        first = min(cell.number for cell, _ in seeds)
        self._cells = [cell for cell in page.code if cell.number >= first]

    def _holds(self, node: ast.AST) -> bool:
        return self._flows.holds(node, self._held, self._seeds)

    @property
    def is_averaged(self) -> bool:
        """Does the page take the mean or the spread of the scores? Their largest and smallest then show the range."""
        return any(self._holds(subject) for _, call in self._calls(_MEANS) for subject in _subjects(call))

    @property
    def are_ranked(self) -> bool:
        """Does the page sort a table of the scores?"""
        return any(self._holds(subject) for _, call in self._calls(_RANKS) for subject in _subjects(call))

    def picked(self, of: frozenset[str] = frozenset()) -> Iterator[tuple[CodeCell, ast.AST]]:
        """Calls that give the best of the scores, or its place; of these attributes only, where some are given."""
        wanted = _PLACES if self.is_averaged else _PLACES | _EXTREMES
        for cell, call in self._calls(wanted):
            subjects = [s for s in _subjects(call) if not of or any(_is_of(inner, of) for inner in nodes_in(s))]
            if any(map(self._holds, subjects)) and not self._is_drawn(cell, call) and not _is_unused(cell, call):
                yield cell, call
        if not of:
            yield from self._first_of_ranking()

    def kept(self) -> Iterator[tuple[CodeCell, ast.AST]]:
        """`if score > best: best = score`, `if score > 0.9: break`, `while score < 0.9`."""
        for cell in self._cells:
            for loop in cell.nodes(ast.While):
                if any(self._holds(part) for part in compared(loop.test)):
                    yield cell, loop.test
            for choice in cell.nodes(ast.If):
                if isinstance(choice.body[-1], ast.Break) and any(self._holds(part) for part in compared(choice.test)):
                    yield cell, choice.test
                sides = [side for part in compared(choice.test) for side in (part.left, *part.comparators)]
                if any(self._holds(side) for side in sides) and stored_in(choice.body) & {text_of(s) for s in sides}:
                    yield cell, choice.test

    def _first_of_ranking(self) -> Iterator[tuple[CodeCell, ast.AST]]:
        ranked = set[str]()
        for cell, call in self._calls(_RANKS):
            if not any(self._holds(subject) for subject in _subjects(call)):
                continue
            statement = cell.statement(call)
            owner = call.func.value if isinstance(call.func, ast.Attribute) else None
            in_place = isinstance(statement, ast.Expr) and statement.value is call
            targets = statement.targets if isinstance(statement, ast.Assign) else [owner] if in_place and owner else []
            ranked |= {target.id for target in targets if isinstance(target, ast.Name)}
            if any(_is_first(outer) for outer in cell.ancestors(call)):
                yield cell, call
        for cell in self._cells:
            for subscript in cell.nodes(ast.Subscript):
                if _is_first(subscript) and isinstance(root := _bottom(subscript), ast.Name) and root.id in ranked:
                    yield cell, subscript

    def _calls(self, wanted: frozenset[str]) -> Iterator[tuple[CodeCell, ast.Call]]:
        for cell in self._cells:
            for call in cell.nodes(ast.Call):
                if called_name(call.func) in wanted:
                    yield cell, call

    def _is_drawn(self, cell: CodeCell, call: ast.Call) -> bool:
        outer = [node for node in cell.ancestors(call) if isinstance(node, ast.Call)]
        return any(called_name(node.func) in _DRAWN for node in outer)


def said(page: Page, first: int, ranked: bool) -> int | None:
    """The number of the cell, from `first` on, in whose words (text, comments, prints) a model is called the best.

    Its score must stand there, too, unless a table that is `ranked` by the scores shows it.
    """
    for cell in page.notebook.cells:
        if cell.number < first:
            continue
        lines = cell.source.split("\n")
        if cell.kind == "code":
            comments = [line for line in lines if "#" in line and (ranked or _NUMBER.search(line))]
            lines = comments + [line for line in lines if "print" in line and (ranked or _SHOWN.search(line))]
            lines = [line.removeprefix("#") for line in lines]
        elif not ranked and not _NUMBER.search(cell.source):
            continue
        parts = [part for line in lines for part in line.split(".")]
        if any(_WORDS.search(part) and not _PLANS.search(part) and not _TITLE.match(part) for part in parts):
            return cell.number
    return None


def _is_unused(cell: CodeCell, call: ast.Call) -> bool:
    """`max(first, second)` alone on its line: that shows a number and chooses nothing."""
    return isinstance(cell.parent(call), ast.Expr) and len(call.args) > 1


def _is_of(node: ast.AST, attributes: frozenset[str]) -> bool:
    """`model.history[\"val_loss\"]` and its kin: what was measured on rows held out."""
    key = node.slice if isinstance(node, ast.Subscript) else None
    if not isinstance(key, ast.Constant) or not isinstance(key.value, str) or not key.value.startswith("val"):
        return False
    assert isinstance(node, ast.Subscript)
    return isinstance(node.value, ast.Attribute) and node.value.attr in attributes


def _subjects(call: ast.Call) -> list[ast.AST]:
    """What a call of `max` and its kin looks at."""
    words = [word.value for word in call.keywords if word.arg == "key"]
    owner = [call.func.value] if isinstance(call.func, ast.Attribute) else []
    return [*call.args, *words, *owner]


def compared(test: ast.expr) -> list[ast.Compare]:
    """The comparisons by size in a condition."""
    parts = test.values if isinstance(test, ast.BoolOp) else [test]
    order = (ast.Gt, ast.GtE, ast.Lt, ast.LtE)
    return [part for part in parts if isinstance(part, ast.Compare) and isinstance(part.ops[0], order)]


def stored_in(body: list[ast.stmt]) -> set[str]:
    """The names (and attributes) that plain assignments in a block bind, as text."""
    assigns = [statement for statement in body if isinstance(statement, ast.Assign)]
    targets = [target for assign in assigns for target in assign.targets]
    flat = [item for t in targets for item in (t.elts if isinstance(t, ast.Tuple) else [t])]
    return {text_of(target) for target in flat if isinstance(target, (ast.Name, ast.Attribute, ast.Subscript))}


def text_of(node: ast.AST) -> str:
    """A name, attribute or item as text, whether it is read or written; empty for anything else."""
    return (
        ast.dump(node).replace("Store()", "Load()")
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript))
        else ""
    )


def _is_first(node: ast.AST) -> bool:
    """`x[0]`, `x[-1]`, `x.iloc[0]`, `x.head(1)`."""
    if isinstance(node, ast.Subscript):
        index = node.slice
        if isinstance(index, ast.UnaryOp) and isinstance(index.op, ast.USub):
            return isinstance(index.operand, ast.Constant) and index.operand.value == 1
        return isinstance(index, ast.Constant) and index.value == 0 and not isinstance(index.value, bool)
    if isinstance(node, ast.Call) and called_name(node.func) in ("head", "tail") and node.args:
        return isinstance(node.args[0], ast.Constant) and node.args[0].value == 1
    return False


def _bottom(node: ast.AST) -> ast.AST:
    """The object that `x.iloc[0]` and `x[0][1]` are taken from."""
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return node
