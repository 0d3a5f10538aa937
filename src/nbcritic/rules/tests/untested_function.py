"""NBC301."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.tests._functions import Function, gives_back, logic, pure_functions, used
from nbcritic.rules.tests._hosted import is_archived, is_contest, is_exercise
from nbcritic.rules.tests._results import is_called_by_others
from nbcritic.rules.tests._shared import is_assertion
from nbcritic.rules.tests._sketch import sketch

_SHOWING = regex(
    r"plot|draw|visuali[sz]|display|show|widget|colou?r|chart|graph_|print|animate|tree_?map|sankey|figure|^main$|inspect|explore|^test",
    re.I,
)
_CHECKS = regex(r"(?i)(?:^|[^a-z])(?:sanity[^a-z]?)?(?:check|test)s?(?:[^a-z]|$)")
"""A notebook of this name is a check itself."""
_RUNNERS = frozenset({"nbmake", "nbval", "treon", "pytest-notebook", "pytest_notebook"})
"""What makes a test of each whole notebook."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A function with logic in it."""

    cell: CodeCell
    node: Function
    lines: int
    branches: int
    pure: bool

    @property
    def weight(self) -> tuple[bool, int]:
        """How much a test of it would protect, and how easily one is written."""
        return self.pure, self.lines + 4 * self.branches

    @property
    def head(self) -> Span:
        """The line that names it."""
        at = self.cell.at(self.node)
        return Span(at.cell, at.line, at.column, at.line, len(self.cell.lines[at.line - 1]) + 1)


@rule("NBC301", name="untested-function", severity="minor", category="tests", confidence="possible")
def check(page: Page, *, min_lines: int = 8, min_branches: int = 3) -> Iterator[Hit]:
    r"""Functions with logic of their own are exercised by no test.

    Everything after them rests on code that was tried out by hand, on one input, on the day that it was written. Whoever changes a
    branch has no way to see what else it changed. A module beside the notebook that holds the same function, and that tests import, is
    the one to use. Counted are functions of `min_lines` and `min_branches` (one fewer where they are three times as long); the
    condition of a comprehension is no branch, nor is `a / b if b else 0`. Old work, and a notebook that is a check itself, need none.

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
        def fee(weight, zone, express):
            price = 4.9
            if zone == "abroad":
                price += 9
            for step in (2, 5, 10):
                if weight > step:
                    price *= 1.2
            return price * 2 if express else price
        # %%
        fees = [fee(w, z, False) for w, z in zip(weights, zones)]
        # file: tox.ini
        [testenv]
        commands = pytest --nbmake

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

    Good:

        # %%
        def zone_code(zone):
            if zone == "abroad":
                return 2
            elif zone == "island":
                return 1
            elif zone == "home":
                return 0
            else:
                return -1
        def one_hot(zone):
            if zone == 0:
                return pd.Series([1, 0, 0])
            if zone == 1:
                return [0, 1, 0]
            if zone == 2:
                return [0, 0, 1]
            return [0, 0, 0]
        def load_all(folder):
            rows = []
            for name in os.listdir(folder):
                try:
                    for row in json.load(open(name)):
                        rows.append(row)
                except OSError:
                    failed.append(name)
            return rows
        # %%
        orders["zone"] = orders["zone"].map(zone_code).map(one_hot)
        rows = load_all("orders")

    Good:

        # %%
        def smooth(values, width):
            out = []
            for i in range(len(values)):
                if i < width:
                    out.append(values[i])
                else:
                    part = [v for v in values[i - width:i] if v]
                    out.append(sum(part) / width)
            return out
        # %%
        plt.plot(smooth(prices, 5))

    Good:

        # %%
        def total(zones, orders):
            rows = []
            for zone in zones:
                for order in orders:
                    if order.zone == zone:
                        rows.append(ask(order))
                    elif order.zone is None:
                        rows.append(ask(zone))
            rows = [row for row in rows if row]
            return rows
        def ask(order):
            return requests.get(order)
        # %%
        rows = total(zones, orders)
        rows.sort()
        keep(rows)

    Good:

        # %% [markdown]
        # Exercise 3: write a function that smooths a list.
        # %%
        def smooth(values, width):
            out = []
            for i in range(len(values)):
                if i < width:
                    out.append(values[i])
                else:
                    part = [v for v in values[i - width:i] if v]
                    out.append(sum(part) / width)
            return out
        # %%
        prices = smooth(prices, 5)
        prices.to_csv("smooth.csv")

    Good:

        # %%
        def price(order):
            if order["size"] == "small":
                return 4.90 / 3
            if order["size"] == "medium":
                return 7.50 / 3
            if order["size"] == "large":
                return 11.20 / 3
            if order["size"] == "huge":
                return 19.90 / 3
            return 0
        def routes(pairs, stops=None):
            if stops is None:
                count = len(set(stop for pair in pairs for stop in pair))
                stops = [Stop(number) for number in range(count)]
            found = Routes()
            for stop in stops:
                found.add(stop)
            for pair in pairs:
                found.join(stops[pair[0]], stops[pair[1]])
            return found
        # %%
        orders["price"] = orders.apply(price, axis=1)
        plan = routes(pairs)
        plan.save()

    Bad:

        # %%
        def in_grams(row):  # <- flagged
            amount = row["amount"]
            if row["unit"] == "kg":
                amount *= 1000
            elif row["unit"] == "mg":
                amount /= 1000
            for part in row["parts"]:
                if part > amount:
                    amount = part
            return amount
        # %%
        doses["grams"] = doses.apply(in_grams, axis=1)
        # file: units.py
        def in_grams(row):
            return row["amount"] * FACTORS[row["unit"]]
        def total(rows):
            return sum(map(in_grams, rows))
        # file: test_units.py
        from units import total
        def test_total():
            assert total([]) == 0
    """
    if not any(cell.nodes(ast.FunctionDef, ast.AsyncFunctionDef) for cell in page.code):
        return
    if is_contest(page) or is_exercise(page) or page.project.executors & _RUNNERS:
        return
    if is_archived(page.path) or _CHECKS.search(PurePath(page.path).stem):
        return
    found = list(_candidates(page, min_lines, min_branches))
    if not any(candidate.pure for candidate in found):
        return
    ranked = {candidate.node.name: candidate for candidate in sorted(found, key=lambda candidate: candidate.weight)}
    twins = {name: path for name, path in _beside(page) if name in ranked}
    if twins:
        yield _taken(twins, [ranked.pop(name) for name in list(ranked) if name in twins])
    if any(candidate.pure for candidate in ranked.values()):
        yield _untested(page, list(reversed(ranked.values())))


def _beside(page: Page) -> Iterator[tuple[str, str]]:
    """The functions of tested modules in the notebook's own folder, each with the name of its file."""
    folder = page.project.folders[-1]
    for name, path in sorted(page.project.tested):
        if path[: path.rfind("/") + 1] == folder:
            yield name, path[len(folder) :]


def _taken(files: Mapping[str, str], candidates: Sequence[Candidate]) -> Hit:
    *others, first = candidates
    name = first.node.name
    text = f"no test exercises this `{name}`, but tests import `{files[name]}`, which defines one as well: import the tested module"
    return Hit(first.head, text, tuple(Related(other.head, f"so does `{files[other.node.name]}`") for other in others))


def _untested(page: Page, candidates: Sequence[Candidate]) -> Hit:
    first, *others = candidates
    which = f"`{first.node.name}` ({first.lines} lines, {first.branches} branches and loops)"
    if others:
        names = ", ".join(f"`{candidate.node.name}`" for candidate in others[:3])
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        text = f"no test exercises {which}, nor {names}{more}: begin with the first"
    else:
        text = f"no test exercises {which}"
    if hint := sketch(page, first.node):
        text += f"; {hint}"
    return Hit(first.head, text, tuple(Related(other.head, "nor this one") for other in others[:5]))


def _tested(page: Page) -> set[str]:
    """The names that an assertion, a doctest or a test function of the notebook itself touches."""
    found: set[str] = set()
    for cell in page.code:
        guards = [node for node in cell.nodes(ast.Assert, ast.Call) if is_assertion(page, node)]
        at_top = any(not cell.in_function(guard) for guard in guards)
        if at_top:
            found |= {name.id for name in cell.nodes(ast.Name)}
        for guard in guards:
            found |= {node.id for node in nodes_in(guard, ast.Name)}
        definitions: list[ast.FunctionDef | ast.ClassDef] = [*cell.nodes(ast.FunctionDef), *cell.nodes(ast.ClassDef)]
        for test in definitions:
            if test.name.lower().startswith("test") or (isinstance(test, ast.ClassDef) and "TestCase" in _bases(test)):
                found |= {test.name} | {node.id for node in nodes_in(test, ast.Name)}
            elif ">>> " in (ast.get_docstring(test, clean=False) or ""):
                found.add(test.name)
    return found


def _candidates(page: Page, min_lines: int, min_branches: int) -> Iterator[Candidate]:
    large = {
        node: (lines, branches)
        for cell in page.code
        for node in cell.nodes(ast.FunctionDef, ast.AsyncFunctionDef)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (lines := len({inner.lineno for inner in nodes_in(node) if isinstance(inner, ast.stmt)})) >= min_lines
        and (branches := logic(node)) >= min_branches - (lines >= 3 * min_lines)
    }
    if not large:
        return
    pure = pure_functions(page)
    served = used(page, frozenset(node.name for node in large))
    tested = _tested(page) | page.project.test_words
    for cell in page.code:
        assert cell.tree is not None
        for node in cell.tree.body:
            if node not in large or not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            if is_called_by_others(node) or node.name in tested or node.name not in served or not _computes(node):
                continue
            yield Candidate(cell, node, *large[node], node.name in pure)


def _computes(node: Function) -> bool:
    """Is it given something, and does it give back something other than a picture?"""
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    if not given or any(one.arg in ("ax", "axes", "axs", "fig", "figure", "canvas", "self") for one in given):
        return False
    return gives_back(node) and not _SHOWING.search(node.name)


def _bases(node: ast.ClassDef) -> frozenset[str]:
    return frozenset(base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases)
