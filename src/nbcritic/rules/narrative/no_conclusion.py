"""NBC708."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Span
from nbcritic.rule import rule
from nbcritic.rules.narrative._words import has_words, says, works

_CONCLUDES = regex(
    r"\b(?:conclu\w*|summar\w*|findings?|results?|takeaways?|take-aways?|insights?|discussion|recommend\w*|outlook|next steps?|"
    r"interpretation|tl;?dr|key points|answer|lessons|limitations|future work|observations?|we (?:see|find|found|can see|conclude)|"
    r"ergebnis\w*|fazit|conclusi[oó]n\w*|résultat\w*|resultado\w*)\b",
    re.I,
)
_SCORES = frozenset(
    "score accuracy_score classification_report mean_squared_error r2_score roc_auc_score f1_score summary".split()
)


@rule("NBC708", name="no-conclusion", severity="nit", category="problem-and-kpi", profile="production")
def check(page: Page, *, cells: int = 10) -> Iterator[Hit]:
    r"""A notebook with results does not say what they mean.

    The reader sees a score and has to decide alone whether it is good, what it depends on and what to do now; the next reader decides
    otherwise. Asked are notebooks of `cells` code cells or more that score a model and have words elsewhere; a sentence on the
    result anywhere suffices.

    Instead, close with a paragraph: the answer, how sure it is, what it does not cover, what comes next.

    Bad (cells=2):

        # %% [markdown]
        # # Orders
        # %%
        from sklearn.metrics import r2_score
        model = fit(orders)
        # %%  # <- flagged
        r2_score(y, model.predict(X))

    Good (cells=2):

        # %% [markdown]
        # # Orders
        # %%
        from sklearn.metrics import r2_score
        model = fit(orders)
        # %%
        r2_score(y, model.predict(X))
        # %% [markdown]
        # The weather explains a third of the orders; shops on the coast are not covered.

    Good (cells=2):

        # %% [markdown]
        # # Orders
        # We find that the weather explains a third of the orders.
        # %%
        from sklearn.metrics import r2_score
        model = fit(orders)
        # %%
        r2_score(y, model.predict(X))
    """
    if sum(works(cell) for cell in page.notebook.cells) < cells or not has_words(page):
        return
    scored = [cell.number for cell in page.code if any(_scores(call) for call in cell.nodes(ast.Call))]
    if not scored:
        return
    words = [cell for cell in page.notebook.cells if says(cell)]
    after = [cell for cell in words if cell.number > scored[-1] and len(cell.source.split()) > 4]
    if after or any(_CONCLUDES.search(cell.source) for cell in words):
        return
    yield Hit(Span(scored[-1]), f"the last score stands in cell {scored[-1]}, and no words say what the results mean")


def _scores(call: ast.Call) -> bool:
    name = (
        call.func.attr
        if isinstance(call.func, ast.Attribute)
        else call.func.id
        if isinstance(call.func, ast.Name)
        else ""
    )
    return name in _SCORES
