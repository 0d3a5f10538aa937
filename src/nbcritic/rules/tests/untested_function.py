"""NBC301."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.tests._shared import is_assertion

BRANCHES = (ast.If, ast.For, ast.While, ast.Try, ast.IfExp, ast.BoolOp, ast.comprehension, ast.ExceptHandler, ast.Match)
DRAWING = frozenset(
    "plot scatter bar barh hist imshow subplots figure show savefig set_title set_xlabel set_ylabel legend title xlabel ylabel annotate heatmap "
    "countplot boxplot lineplot barplot update_layout add_trace display plot_surface contour pie errorbar fill_between axhline axvline".split()
)
FRAMEWORK = frozenset(
    "Module Model Layer Dataset IterableDataset Sequence Callback LightningModule LightningDataModule TestCase Exception ValueError Enum IntEnum "
    "NamedTuple TypedDict BaseModel Protocol Thread Process App HTMLParser Spider Env".split()
)
"""A class that a framework calls is tested with that framework, or not at all: a reviewer asks for its functions first."""
_SHOWING = re.compile(r"plot|draw|visuali[sz]|display|show|widget|colou?r|chart|graph_|print|animate", re.I)
CALLED_BY_OTHERS = (
    "interact",
    "route",
    "get",
    "post",
    "callback",
    "observe",
    "widget",
    "magic",
    "fixture",
    "task",
    "flow",
    "on_",
    "app",
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A function or class with logic in it."""

    cell: CodeCell
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    lines: int
    branches: int
    calls: int

    @property
    def weight(self) -> int:
        """How much a test of it would protect."""
        return self.lines + 4 * self.branches + 3 * min(self.calls, 5)

    @property
    def head(self) -> Span:
        """The line that names it."""
        at = self.cell.at(self.node)
        return Span(at.cell, at.line, at.column, at.line, len(self.cell.lines[at.line - 1]) + 1)


@rule("NBC301", name="untested-function", severity="major", category="tests")
def check(page: Page, *, min_lines: int = 8, min_branches: int = 3) -> Iterator[Hit]:
    r"""Functions with logic of their own are exercised by no test.

    Everything after them rests on code that was tried out by hand, on one input, on the day that it was written. Whoever changes a
    branch has no way to see what else it changed.

    Instead, move the function into a module, and test it with the small cases that you tried by hand: an empty input, a null, the
    edges of each branch.

    Bad:

        # %%
        def fee(weight, zone, express):  # <- flagged
            if weight <= 0:
                raise ValueError("nothing to send")
            price = 4.9
            if zone == "abroad":
                price += 9
            for step in (2, 5, 10):
                if weight > step:
                    price *= 1.2
            return price * 2 if express else price
        # %%
        orders["fee"] = [fee(w, z, False) for w, z in zip(weights, zones)]

    Good:

        # %%
        def fee(weight, zone, express):
            price = 4.9
            if zone == "abroad":
                price += 9
            for step in (2, 5, 10):
                if weight > step:
                    price *= 1.2
            return price * 2 if express else price
        # %%
        assert fee(1, "home", False) == 4.9
        # file: tests/test_other.py
        def test_other(): ...

    Good:

        # %%
        def fee(weight, zone, express):
            price = 4.9
            if zone == "abroad":
                price += 9
            for step in (2, 5, 10):
                if weight > step:
                    price *= 1.2
            return price * 2 if express else price
        # %%
        print(fee(1, "home", False))
        # file: tests/test_fee.py
        from shop import fee
        def test_fee(): assert fee(1, "home", False) == 4.9

    Good:

        # %%
        def plot_fees(orders):
            for zone in zones:
                if zone:
                    ax.plot(orders[zone])
                else:
                    ax.scatter(orders.x, orders.y)
            ax.set_title("fees")
            plt.show()
        def half(x):
            return x / 2
        def report(orders):
            for order in orders:
                if order:
                    print(order)
                elif order is None:
                    print("none")
                else:
                    print("?")
            print("done")
        def outline(ax, zones):
            for zone in zones:
                if zone:
                    ax.x = zone
                elif zone is None:
                    ax.y = zone
            for zone in zones:
                ax.z = zone
            return ax
        # %%
        plot_fees(orders)
        outline(ax, zones)
        report(orders)
        half(3)
    """
    tested = _tested(page) | page.project.test_words
    calls = _calls(page)
    found = [
        candidate
        for candidate in _candidates(page, calls)
        if candidate.node.name not in tested and (candidate.lines >= min_lines and candidate.branches >= min_branches)
    ]
    if not found:
        return
    ranked = {candidate.node.name: candidate for candidate in sorted(found, key=lambda candidate: candidate.weight)}
    first, *others = reversed(ranked.values())
    which = f"`{first.node.name}` ({first.lines} lines, {first.branches} branches)"
    if others:
        names = ", ".join(f"`{candidate.node.name}`" for candidate in others[:3])
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        text = f"no test exercises {which}, nor {names}{more}: begin with the first"
    else:
        text = f"no test exercises {which}"
    big = bool(others) or first.lines >= 25
    yield Hit(
        first.head,
        text,
        tuple(Related(other.head, "nor this one") for other in others[:5]),
        severity=None if big else "minor",
    )


def _calls(page: Page) -> dict[str, int]:
    """How often each name is used on the page."""
    count: dict[str, int] = {}
    for cell in page.code:
        for name in cell.nodes(ast.Name):
            if isinstance(name.ctx, ast.Load):
                count[name.id] = count.get(name.id, 0) + 1
    return count


def _tested(page: Page) -> set[str]:
    """The names that an assertion, a doctest or a test function of the notebook itself touches."""
    found: set[str] = set()
    for cell in page.code:
        guards = [node for node in cell.nodes(ast.Assert, ast.Call) if is_assertion(page, node)]
        at_top = any(not cell.in_function(guard) for guard in guards)
        if at_top:
            found |= {name.id for name in cell.nodes(ast.Name)}
        for guard in guards:
            found |= {node.id for node in ast.walk(guard) if isinstance(node, ast.Name)}
        definitions: list[ast.FunctionDef | ast.ClassDef] = [*cell.nodes(ast.FunctionDef), *cell.nodes(ast.ClassDef)]
        for test in definitions:
            if test.name.lower().startswith("test") or (isinstance(test, ast.ClassDef) and "TestCase" in _bases(test)):
                found |= {test.name} | {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
            elif ">>> " in (ast.get_docstring(test, clean=False) or ""):
                found.add(test.name)
    return found


def _candidates(page: Page, calls: dict[str, int]) -> Iterator[Candidate]:
    for cell in page.code:
        assert cell.tree is not None
        for node in cell.tree.body:
            if isinstance(node, ast.ClassDef):
                if not (_bases(node) & FRAMEWORK):
                    yield from _candidate(page, cell, node, calls)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _is_called_by_others(node):
                yield from _candidate(page, cell, node, calls)


def _candidate(
    page: Page, cell: CodeCell, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, calls: dict[str, int]
) -> Iterator[Candidate]:
    """The function, if it is used and computes something."""
    used = calls.get(node.name, 0)
    inside = list(ast.walk(node))
    if not used or _SHOWING.search(node.name) or _draws_on(node) or _only_shows(inside):
        return
    branches = sum(isinstance(inner, BRANCHES) for inner in inside)
    lines = len({inner.lineno for inner in inside if isinstance(inner, ast.stmt)})
    yield Candidate(cell, node, lines, branches, used)


def _draws_on(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Is it given the axes to draw on?"""
    given = [] if isinstance(node, ast.ClassDef) else [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return any(argument.arg in ("ax", "axes", "axs", "fig", "figure", "canvas") for argument in given)


def _only_shows(inside: list[ast.AST]) -> bool:
    """Does it draw or print, and give nothing back (or only the figure)?"""
    called = [node.func for node in inside if isinstance(node, ast.Call)]
    draws = sum(isinstance(function, ast.Attribute) and function.attr in DRAWING for function in called)
    returns = [node.value for node in inside if isinstance(node, ast.Return) and node.value is not None]
    yields = any(isinstance(node, ast.Yield | ast.YieldFrom) for node in inside)
    if draws >= 2 or (draws and not returns):
        return True
    stores = any(isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store) for node in inside)
    return not returns and not yields and not stores


def _bases(node: ast.ClassDef) -> frozenset[str]:
    return frozenset(base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases)


def _is_called_by_others(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Is it a callback of a user interface, a server or a test framework?"""
    for decorator in node.decorator_list:
        function = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name.startswith(CALLED_BY_OTHERS):
            return True
    return False
