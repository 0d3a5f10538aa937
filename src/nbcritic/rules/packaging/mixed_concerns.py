"""NBC410."""

from __future__ import annotations

from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.packaging._logic import at_cell_level
from nbcritic.rules.packaging._parts import Part, Parts
from nbcritic.rules.packaging._purpose import canvas_statements, concerns_of

_WORDS = {
    "loads": "loads data",
    "shapes": "prepares them",
    "trains": "fits a model",
    "judges": "scores it",
    "plots": "draws",
    "writes": "writes files",
}


@rule("NBC410", name="mixed-concerns", severity="minor", category="packaging", profile="production")
def check(page: Page, *, concerns: int = 4, statements: int = 10) -> Iterator[Hit]:
    r"""One cell loads, prepares, trains and draws.

    To change the picture the model is trained again, to try another model the data are loaded again, and none of it can be called
    for itself. A cell counts that does `concerns` of six things (loads data, prepares them, fits, scores, draws, writes) at cell level in
    at least `statements` statements. One finding names all such cells.

    Instead, give each concern its cell, and what is worth keeping its function: load, prepare, train, evaluate, plot.

    Bad (statements=5):

        # %%
        orders = pd.read_csv("orders.csv")  # <- flagged
        orders = orders.dropna().drop(columns=["note"])
        orders["net"] = orders["gross"] / 1.19
        model = Ridge()
        model.fit(orders[["day", "net"]], orders["days"])
        guess = model.predict(orders[["day", "net"]])
        wrong = mean_absolute_error(orders["days"], guess)
        plt.plot(guess)
        plt.title("Days")
        plt.show()

    Good (statements=5):

        # %%
        orders = pd.read_csv("orders.csv")
        orders = orders.dropna().drop(columns=["note"])
        orders["net"] = orders["gross"] / 1.19
        # %%
        model = Ridge()
        model.fit(orders[["day", "net"]], orders["days"])
        guess = model.predict(orders[["day", "net"]])
        wrong = mean_absolute_error(orders["days"], guess)
        # %%
        plt.plot(guess)
        plt.title("Days")
        plt.show()

    Good (statements=5):

        # %%
        def run(path):
            orders = pd.read_csv(path).dropna().drop(columns=["note"])
            orders["net"] = orders["gross"] / 1.19
            model = Ridge().fit(orders[["day", "net"]], orders["days"])
            wrong = mean_absolute_error(orders["days"], model.predict(orders))
            plt.plot(orders)
            return wrong
        run("orders.csv")
    """
    parts = Parts(page)
    found: list[tuple[CodeCell, list[str], Part]] = []
    for cell in page.code:
        own = [part for part in parts.raw[cell.number] if part.role in ("logic", "show")]
        done = concerns_of(own)
        if len(done) >= concerns and at_cell_level(cell).statements + sum(map(canvas_statements, own)) >= statements:
            found.append((cell, done, own[0]))
    if found:
        cell, done, first = found[0]
        more = f"; {len(found) - 1} more cell{'s' * (len(found) > 2)} mix as much" if len(found) > 1 else ""
        related = tuple(Related(other.at(), "mixes as much") for other, _, _ in found[1:])
        message = f"cell {cell.number} {', '.join(_WORDS[one] for one in done[:-1])} and {_WORDS[done[-1]]}{more}"
        yield Hit(cell.at_line(first.nodes[0].lineno), message, related)
