"""NBC401."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page, once
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.packaging._copies import clusters
from nbcritic.rules.packaging._logic import Amount, at_cell_level, at_most, in_functions
from nbcritic.rules.packaging._proposal import Proposal, hands_on, propose
from nbcritic.rules.packaging._steps import Steps
from nbcritic.rules.tests._hosted import is_archived

SHOWN = 3
STATEMENTS, IN_ONE_CELL = 50, 8
GRAVE, COPIED = 100, 75
"""From so many statements altogether it is major; from so many where a block is repeated."""
WEIGHT = 6.0
"""Two cells that share a block this heavy (see NBC405) hold what a function should."""
OWN = 5
"""So many functions of the project's own package, called in a third of the cells, show a notebook that rests on it."""
_POOR = regex(r"_\d+$|_(?:cell|stage|imports?|environment|config|setup|root|dir|path)(?:_|$)")
"""Names that say nothing of what the function would do."""
_COURSE = regex(r"(?i)(?:^|[/\\ _-])(?:boot[ _-]?camps?|tutorials?|exercises?)(?=[/\\ _.-]|$)")
_TASK = regex(r"(?im)^#{1,6}\s*(?:\W*\b)?(?:exercise|chapter|lesson|lecture)\s+\d")
_TASKS = 2
"""So many headings of chapters or exercises make a course."""


@rule("NBC401", name="unpackaged-logic", severity="major", category="packaging")
def check(page: Page, *, statements: int = STATEMENTS, in_one_cell: int = IN_ONE_CELL) -> Iterator[Hit]:
    r"""Most of the notebook's logic lies at cell level.

    Code outside of functions can be neither called, imported nor tested: it runs once, on these data, in this order, and every
    name in it is global. What is worth keeping (cleaning, features, training, scoring) is copied to the next notebook by hand.
    Looks and plots are not counted, nor is an exploration in small steps: at least two cells must hold `in_one_cell` statements of
    logic each and hand something on (a name that a later cell needs, a file, or a block that stands in another cell as well; where
    nearly all of the notebook ran, they did, too), these cells a third of the whole, and the notebook `statements` altogether, half as
    much again as its functions do. Most of this logic must need what other cells make: programs pasted one under the other are none,
    and what lies in a folder for old work is left in peace, as are the exercises of a course (`tutorials/`, `bootcamp/`, headings of chapters).
    Where a third of the cells call a package of the project, it is `possible`
    only: the logic may be there. In a text with code in between (one cell in three is Markdown) they must hold half of the whole. A
    straight line is none: these cells must hold a branch or a loop, or a repeated block in a notebook with branches.

    Instead, turn the largest cells into functions with inputs and outputs, move them into a module beside the notebook, test
    them there, and let the notebook call them; `nbcritic extract` shows the whole plan and writes it.

    Bad (statements=8, in_one_cell=4):

        # <- flagged
        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        rates = pd.read_csv("rates.csv")
        # %%
        clean = orders.dropna()
        clean["euro"] = clean["amount"] * rates["euro"].iloc[0]
        if clean["euro"].max() > 1e6:
            clean = clean[clean["euro"] < 1e6]
        clean = clean.sort_values("day")
        # %%
        totals = {}
        for shop, rows in clean.groupby("shop"):
            total = rows["euro"].sum()
            totals[shop] = total
        best = max(totals, key=totals.get)
        # %%
        print(best, totals[best])

    Good (statements=8, in_one_cell=4):

        # %%
        from shop import clean_orders, totals_by_shop, read_orders
        orders = read_orders("orders.csv")
        # %%
        clean = clean_orders(orders)
        clean.head()
        # %%
        totals = totals_by_shop(clean)

    Good (statements=8, in_one_cell=4):

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        orders.head()
        # %%
        orders.describe()
        by_shop = orders.groupby("shop").sum()
        # %%
        by_day = orders.groupby("day").sum()
        by_day.plot()
        # %%
        late = orders[orders["days"] > 7]
        late["shop"].value_counts()
        # %%
        share = len(late) / len(orders)
        worst = late.groupby("shop").size()
        # %%
        early = orders[orders["days"] < 2]
        best = early.groupby("shop").size()
        # %%
        ratio = worst / best
        last = ratio.dropna()

    Good (statements=8, in_one_cell=4):

        # %%
        import matplotlib.pyplot as plt
        plt.figure(figsize=(9, 4))
        plt.plot(days, totals)
        plt.title("Orders")
        plt.xlabel("day")
        plt.show()
        # %%
        fig, ax = plt.subplots()
        ax.bar(shops, totals)
        ax.set_title("Shops")
        plt.show()

    Good (statements=8, in_one_cell=4):

        # %%
        # Try-outs that share nothing.
        circuit = Circuit(2)
        circuit.h(0)
        circuit.cx(0, 1)
        backend = simulator("fast")
        job = backend.run(circuit, shots=100)
        counts = job.result()
        # %%
        graph = nx.DiGraph()
        graph.add_edge(1, 2)
        graph.add_node(3)
        order = nx.topological_sort(graph)
        ranks = nx.pagerank(graph)

    Good (statements=8, in_one_cell=4):

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        rates = pd.read_csv("rates.csv")
        # %%
        first = orders["euro"].quantile(0.25)
        third = orders["euro"].quantile(0.75)
        reach = 1.5 * (third - first)
        top = max(euro for euro in orders["euro"] if euro < third + reach)
        # %%
        labels = {}
        plt.boxplot(orders["euro"])
        for value in (first, third, top):
            labels[value] = plt.text(1.1, value, round(value))
        # %%
        days = rates["day"].sort_values()
        euros = rates["euro"].rolling(7).mean()
        spread = rates["euro"].rolling(7).std()
        upper = euros + 2 * spread
        # %%
        plt.plot(days, euros)
        plt.fill_between(days, euros, upper)

    Good (statements=8, in_one_cell=4):

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        rates = pd.read_csv("rates.csv")
        # %%
        clean = orders.dropna()
        clean["euro"] = clean["amount"] * rates["euro"].iloc[0]
        clean["net"] = clean["euro"] / 1.19
        clean = clean.sort_values("day")
        # %%
        by_shop = clean.groupby("shop")["net"].sum()
        by_day = clean.groupby("day")["net"].mean()
        share = by_shop / by_shop.sum()
        best = share.idxmax()
        # %%
        print(best, by_day)

    Good (statements=8, in_one_cell=4):

        # %%
        for number, group in enumerate(groups):
            ax = axes[number]
            ax.plot(group["day"], group["euro"])
            for spine in ax.spines.values():
                spine.set_visible(False)
                spine.set_color("grey")
            if number:
                ax.set_title(f"Shop {number}")
        # %%
        for shop in shops:
            row = "  ".join(f"{value:8.2f}" for value in orders[shop])
            if row:
                print(shop, row)
        for day in days:
            if day in totals:
                print(day, totals[day])
        last = day
        # %%
        print(last, spine)

    Good (statements=8, in_one_cell=4):

        # %% In[1]
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        # %% In[2]
        # Told by the shops on the phone.
        orders.loc[orders["id"] == 26, "euro"] = 321.65
        orders.loc[orders["id"] == 31, "euro"] = 315.15
        orders.loc[orders["id"] == 66, "euro"] = 223.15
        orders.loc[orders["id"] == 73, "euro"] = 243.15
        orders.loc[orders["id"] == 96, "euro"] = 227.60
        # %% In[3]
        clean = orders.dropna()
        clean["net"] = clean["euro"] / 1.19
        clean = clean[clean["net"] < 1e6]
        clean = clean.sort_values("day")
        # %%
        totals = {}
        for shop, rows in clean.groupby("shop"):
            total = rows["euro"].sum()
            totals[shop] = total
        best = max(totals, key=totals.get)
        # %% In[4]
        print(clean, len(clean))
    """
    loose = loose_logic(page, statements, in_one_cell)
    if not loose.worth or is_archived(page.path) or _is_typed_along(page):
        return
    total, packed, amounts, copied = loose.total, loose.packed, loose.amounts, loose.copied
    proposals = sorted(
        loose.worth,
        key=lambda p: (p.cell.number in copied, _worth(p, amounts[p.cell.number])),
        reverse=True,
    )
    named = ", ".join(_named(page, proposals))
    message = f"{_said(total)} lie at cell level, {packed or 'none'} in functions; take out first {named}"
    worth = [proposal.cell for proposal in loose.worth]
    related = tuple(Related(cell.at(), _said(amounts[cell.number])) for cell in worth)
    repeated = any(cell.number in copied for cell in worth)
    grave = total.statements >= (COPIED if repeated else GRAVE)
    yield Hit(
        Span(),
        message,
        related,
        severity=None if grave else "minor",
        confidence="possible" if _is_served(page) else None,
    )


def _is_served(page: Page) -> bool:
    """Does a good part of the notebook call the project's own package? Then its logic may well be packed already, and this be the glue."""
    if not page.project.scripts:
        return False
    files = (path.removesuffix(".py").split("/") for path in page.project.scripts)
    modules = frozenset(part for path in files for part in path) - {"__init__"}
    imports = page.names.imports.items()
    own = {name for name, origin in imports if not name.isupper() and origin.partition(".")[0] in modules}
    uses = [own & page.names.of(cell.number).uses for cell in page.code if not cell.is_empty]
    return len(frozenset().union(*uses)) >= OWN and 3 * sum(map(bool, uses)) >= len(uses)


@dataclass(frozen=True, slots=True)
class Loose:
    """The logic of a page that lies at cell level; `worth` are the cells to take out, none where there is no fault in it."""

    total: Amount
    packed: int
    amounts: Mapping[int, Amount]
    copied: frozenset[int] = frozenset()
    """The cells with a block in them that stands in another one as well."""
    worth: tuple[Proposal, ...] = ()


@once
def loose_logic(page: Page, statements: int, in_one_cell: int) -> Loose:
    """How much logic lies at cell level, and which cells hold what is worth keeping of it."""
    most = [at_most(cell) for cell in page.code]
    if sum(count >= in_one_cell for count in most) < 2 or sum(most) < statements:
        return Loose(Amount(), 0, {})
    amounts = {cell.number: at_cell_level(cell) for cell in page.code}
    total = sum(amounts.values(), Amount())
    large = [cell for cell in page.code if amounts[cell.number].statements >= in_one_cell]
    if len(large) < 2 or total.statements < statements or not total.branches:
        return Loose(total, 0, amounts)
    packed = sum(in_functions(cell) for cell in page.code)
    none = Loose(total, packed, amounts)
    if 2 * total.statements <= 3 * packed:
        return none
    copied = frozenset(
        copy.run.cell.number
        for cluster in clusters(page, WEIGHT)
        for copy in cluster.copies
        if copy.run.cell is not cluster.copies[0].run.cell or copy.run.cell is not cluster.copies[-1].run.cell
    )
    idle = _idle(page)
    worth = [
        cell
        for cell in large
        if not _failed(cell) and cell.number not in idle and (cell.number in copied or hands_on(page, cell))
    ]
    held = sum((amounts[cell.number] for cell in worth), Amount())
    if len(worth) < 2 or held.statements * (2 if _is_text(page) else 3) < total.statements:
        return none
    if not held.branches and copied.isdisjoint(cell.number for cell in worth):
        return none  # A straight line, such as the numbers behind a few figures.
    proposed = [propose(page, cell) for cell in worth]
    fed = sum(amounts[proposal.cell.number].statements for proposal in proposed if proposal.inputs)
    if 2 * fed < held.statements:
        return none  # Programs pasted one under the other.
    return Loose(total, packed, amounts, copied, tuple(proposed))


def _named(page: Page, proposals: Sequence[Proposal]) -> list[str]:
    """The first few cells as the functions that `nbcritic extract` would make of them."""
    # Of the steps of one cell the one with the most logic tells, and a plot last of all.
    telling = sorted(Steps(page).steps, key=lambda step: (step.module != "plots", step.amount.statements))
    steps = {cell: step for step in telling for cell in step.cells}
    found: dict[str, None] = {}
    for proposal in proposals:
        step = steps.get(proposal.cell.number)
        if step is not None and not _POOR.search(step.name) and not _is_noun(step.name, step.short):
            cells = ("cell " if len(step.cells) == 1 else "cells ") + ", ".join(map(str, step.cells))
            found[f"{cells} as `{step.short}` in `{step.module}.py`"] = None
        else:
            found[str(proposal)] = None
        if len(found) == SHOWN:
            break
    return list(found)


def _is_noun(name: str, call: str) -> bool:
    """Does a name say no more than what is given or taken: `compute_totals(orders) -> totals`, `process_orders(orders)`?"""
    verb, _, rest = name.partition("_")
    around = regex(r"\w+").findall(call.removeprefix(name))
    return verb in ("compute", "process") and _plain(rest) in map(_plain, around)


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _is_typed_along(page: Page) -> bool:
    """Is it the page of somebody who types along with a course: by its folder, or by chapters of exercises?"""
    place = page.project.place if page.project.root else page.path
    return bool(_COURSE.search(place)) or sum(len(_TASK.findall(cell.source)) for cell in page.markdown) >= _TASKS


def _failed(cell: CodeCell) -> bool:
    """Was the cell left with an error? Then it is an attempt."""
    return any(output.kind == "error" for output in cell.outputs)


def _idle(page: Page) -> frozenset[int]:
    """The cells that never ran, where nearly all did: attempts that were given up."""
    if not page.has_run:
        return frozenset()
    unrun = [
        cell.number for cell in page.code if cell.execution_count is None and not cell.outputs and not cell.is_empty
    ]
    return frozenset(unrun if 4 * len(unrun) <= len(page.code) else ())


def _is_text(page: Page) -> bool:
    """A walkthrough: every third cell is words."""
    code = sum(not cell.is_empty for cell in page.code)
    return 2 * len(page.markdown) >= code


def _worth(proposal: Proposal, amount: Amount) -> int:
    """Much logic behind a narrow door."""
    return amount.statements + amount.branches - 2 * max(0, len(proposal.inputs) + len(proposal.outputs) - 4)


def _said(amount: Amount) -> str:
    if not amount.branches:
        return f"{amount.statements} statements of logic"
    branches = "a branch or loop" if amount.branches == 1 else "branches or loops"
    return f"{amount.statements} statements of logic ({amount.branches} of them {branches})"
