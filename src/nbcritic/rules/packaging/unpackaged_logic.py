"""NBC401."""

from __future__ import annotations

from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.packaging._logic import Amount, at_cell_level, in_functions
from nbcritic.rules.packaging._proposal import Proposal, propose

SHOWN = 3
GRAVE = 80


@rule("NBC401", name="unpackaged-logic", severity="major", category="packaging")
def check(page: Page, *, statements: int = 50, in_one_cell: int = 8) -> Iterator[Hit]:
    r"""Most of the notebook's logic lies at cell level.

    Code outside of functions can be neither called, imported nor tested: it runs once, on these data, in this order, and every
    name in it is global. What is worth keeping (cleaning, features, training, scoring) is copied to the next notebook by hand.
    Looks and plots are not counted, nor is an exploration in small steps: at least two cells must hold `in_one_cell`
    statements of logic each, these cells a third of the whole, and the notebook `statements` altogether, more than its
    functions do.

    Instead, turn the largest cells into functions with inputs and outputs, move them into a module beside the notebook, test
    them there, and let the notebook call them.

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
    """
    amounts = {cell.number: at_cell_level(cell) for cell in page.code}
    total = sum(amounts.values(), Amount())
    packed = sum(in_functions(cell) for cell in page.code)
    large = [cell for cell in page.code if amounts[cell.number].statements >= in_one_cell]
    held = sum(amounts[cell.number].statements for cell in large)
    if len(large) < 2 or total.statements < statements or total.statements <= packed or 3 * held < total.statements:
        return
    proposals = sorted(
        (propose(page, cell) for cell in large), key=lambda p: _worth(p, amounts[p.cell.number]), reverse=True
    )
    first = {proposal.name: proposal for proposal in reversed(proposals)}.values()
    named = "; ".join(f"cell {proposal.cell.number}: `{proposal}`" for proposal in list(first)[::-1][:SHOWN])
    message = f"{_said(total)} lie at cell level, {packed or 'none'} in functions; take out first {named}"
    related = tuple(Related(cell.at(), _said(amounts[cell.number])) for cell in large)
    yield Hit(Span(), message, related, severity=None if total.statements >= GRAVE else "minor")


def _worth(proposal: Proposal, amount: Amount) -> int:
    """Much logic behind a narrow door."""
    return amount.statements + amount.branches - 2 * max(0, len(proposal.inputs) + len(proposal.outputs) - 4)


def _said(amount: Amount) -> str:
    if not amount.branches:
        return f"{amount.statements} statements of logic"
    branches = "a branch or loop" if amount.branches == 1 else "branches or loops"
    return f"{amount.statements} statements of logic ({amount.branches} of them {branches})"
