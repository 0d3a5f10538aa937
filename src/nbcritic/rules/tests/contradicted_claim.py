"""NBC309."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.tests._claims import Number, Shown, claims, figures

_MANY = 100
_LOG = 3
"""So many dates, or values of one measure, make a list of experiments of a text."""
_DATE = regex(r"\b\d{4}-\d\d-\d\d\b|\b\d{1,2}[./]\d{1,2}[./](?:\d\d){1,2}\b")


@rule(
    "NBC309", name="contradicted-claim", severity="minor", category="tests", profile="production", confidence="possible"
)
def check(page: Page, *, cells_before: int = 2) -> Iterator[Hit]:
    r"""The text claims a number that the saved outputs contradict.

    The sentence was written after another run. Whoever quotes it quotes a result that nobody can get from this notebook, and whoever
    notices trusts none of its other numbers.

    Instead, write the sentence anew after each full run, or have the code print it: `print(f"accuracy {score:.2f}")`.

    Bad:

        # %%
        print("Test accuracy:", model.score(X_test, y_test))
        #> Test accuracy: 0.8134
        # %% [markdown]
        # The model is good:
        # the test accuracy is 0.95.  # <- flagged

    Bad:

        # %%
        orders.shape
        #> (9981, 12)
        # %% [markdown]
        # The table contains 10,417 rows.  # <- flagged

    Bad:

        # %%
        print("R2:", r2_score(y_test, guesses))
        #> R2: 0.464
        # %% [markdown]
        # The forest has an R² of .52.  # <- flagged

    Good:

        # %%
        print("Test accuracy:", model.score(X_test, y_test))
        #> Test accuracy: .8134
        # %% [markdown]
        # The test accuracy is 81%, so the error is 18.7 %, and accuracy was 0.81 on the test set.

    Good:

        # %%
        print("Test accuracy:", model.score(X_test, y_test))
        #> Test accuracy: 0.8134
        # %% [markdown]
        # The training accuracy is 0.95.
        # We need an accuracy of at least 0.95. The paper reports an accuracy of 0.97.
        # | model | accuracy |
        # | a     | 0.99     |
        # Always guessing "paid" gives an accuracy of 0.62.

    Good:

        # %%
        print("MAE:", mean_absolute_error(y_test, guesses))
        #> MAE: 5.4606
        # %% [markdown]
        # With grid search:
        # - MAE: 9.69
        # Then all of it once more:
        # - MAE after that 5.46

    Good:

        # %%
        print("MAE:", mean_absolute_error(y_test, guesses))
        #> MAE: 5.4606
        # %% [markdown]
        # - 2024-05-02: ten trees, MAE: 9.69
        # - 2024-05-09: a hundred trees, MAE: 7.31
        # - 2024-05-11: a forest of them, MAE: 6.02

    Good:

        # %%
        print("accuracy", score(first))
        #> accuracy 0.95
        # %%
        print("accuracy", score(second))
        #> accuracy 0.81
        # %% [markdown]
        # The first model has an accuracy of 0.95.

    Good:

        # %%
        orders.shape
        #> (9981, 12)
        # %%
        len(orders) + len(returns)
        #> 10417
        # %% [markdown]
        # Together the table has 10,417 rows. Orders have about 10,000 rows.
    """
    shown = Shown(page)
    near: list[int] = []
    found: list[tuple[Span, Number, CodeCell, Number]] = []
    for cell in page.notebook.cells:
        if cell.kind == "code":
            near = [*near, cell.number][-cells_before:]
        elif cell.kind == "markdown":
            said = list(islice(claims(page, cell), _MANY))
            if _is_log(cell.source, [claim for *_, claim in said]):
                continue
            for line, start, end, claim in said:
                against = None if shown.holds(claim) else _against(shown, near, claim)
                if against is not None and not _stands_in(against[1], cell.source):
                    found.append((Span(cell.number, line, start + 1, line, end + 1), claim, *against))
    if not found:
        return
    at, claim, cell_shown, number = found[0]
    more = f" ({len(found) - 1} more such numbers)" if len(found) > 1 else ""
    unit = "" if claim.label == "rows" else f"{claim.label} "
    rows = " rows" if claim.label == "rows" else ""
    yield Hit(
        at,
        f"the text says {unit}{claim.text}{rows}, the saved output of cell {cell_shown.number} says {number.text}{more}",
        (
            Related(Span(cell_shown.number), f"shows {number.text}"),
            *(Related(place, "this one, too") for place, *_ in found[1:4]),
        ),
    )


def _is_log(text: str, said: Sequence[Number]) -> bool:
    """Is it a list of experiments: with their dates, or with many values of one measure?"""
    labels = Counter(label for label, _ in {(claim.label, claim.value) for claim in said})
    return len(_DATE.findall(text)) >= _LOG or max(labels.values(), default=0) >= _LOG


def _stands_in(number: Number, text: str) -> bool:
    """Does the text also say what the output shows?"""
    return any("." in figure.text and figure.fits(number.value) for figure in figures(text, number.label))


def _against(shown: Shown, near: Sequence[int], claim: Number) -> tuple[CodeCell, Number] | None:
    """What the cells right above show under the same name, or else all cells, where it is one number and another than the claim."""
    every = [
        (cell, number)
        for cell, number in shown.under(claim.label)[:_MANY]
        if not claim.which or not number.which or claim.which & number.which
    ]
    same = [(cell, number) for cell, number in every if cell.number in near] or every
    if len({number.value for _, number in same}) != 1 or claim.fits(same[0][1].value):
        return None
    return same[-1]
