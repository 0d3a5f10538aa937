"""NBC310."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.tests._claims import Number, claims

_MEASURES = regex(
    r"_score\b|\.score\(|_report\(|_error\(|\.evaluate\(|Evaluator\(|cross_val|log_loss\(|\b(?:accuracy|auc|rmse|mae|mse|mape|recall|precision)\b"
)
_ROWS = "rows"
_MANY = 100


@rule("NBC310", name="unshown-result", severity="minor", category="tests")
def check(page: Page) -> Iterator[Hit]:
    r"""The text quotes a result, and no saved output could show it.

    No cell has a saved output: the notebook never ran, or they were taken out, and the words stayed. The number may come from another run, another version
    of the code or another notebook: a reader has to run everything to find out, and often cannot. A number above the code that
    measures something is left alone, for it may be quoted from elsewhere.

    Instead, run the notebook from top to bottom and save it with its outputs, or keep the number in a file that the code writes.

    Bad:

        # %%
        from sklearn.linear_model import LogisticRegression
        model = LogisticRegression().fit(X_train, y_train)
        # %%
        print("Test accuracy:", model.score(X_test, y_test))
        # %% [markdown]
        # The model is good:
        # the test accuracy is 0.95.  # <- flagged

    Good:

        # %%
        print("Test accuracy:", model.score(X_test, y_test))
        #> Test accuracy: 0.9512
        # %% [markdown]
        # The test accuracy is 0.95.

    Good:

        # %% [markdown]
        # The paper reports an accuracy of 0.95. Ours should be at least 0.90.
        # The accuracy of the old model was 0.87.
        # %%
        model.fit(X_train, y_train)
        # %%
        print("Test accuracy:", model.score(X_test, y_test))
    """
    code = [cell for cell in page.cells if not cell.is_empty]
    if len(code) < 2 or any(cell.outputs for cell in code):
        return
    measured = next((cell for cell in code if _MEASURES.search(cell.source)), None)
    if measured is None:
        return
    found: list[tuple[Span, Number]] = []
    for cell in page.markdown:
        if cell.number > measured.number:
            for line, start, end, claim in islice(claims(page, cell), _MANY):
                if claim.label != _ROWS:
                    found.append((Span(cell.number, line, start + 1, line, end + 1), claim))
    if not found:
        return
    at, claim = found[0]
    ran = (
        "has neither counts nor outputs"
        if not any(cell.execution_count for cell in code)
        else "kept none of its outputs"
    )
    more = (
        f" ({len(found) - 1} more such numbers)"
        if len(found) > 2
        else " (and another number)"
        if len(found) == 2
        else ""
    )
    text = f"the text says {claim.label} {claim.text}, and nothing here shows it: the notebook {ran}{more}"
    yield Hit(at, text, tuple(Related(place, "this one, too") for place, _ in found[1:4]))
