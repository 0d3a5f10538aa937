"""NBC517."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related, Severity, Span
from nbcritic.rule import rule
from nbcritic.rules.leakage._printed import FITS, call_in, place, printed

_WARNED = regex(
    r"^(?P<file>[^\n]*):\d+: ConvergenceWarning:\s*(?P<text>\S[^\n]*)|"
    r"(?P<bare>Maximum number of (?:iterations|function evaluations) has been exceeded|There (?:was|were) \d+ divergences? after tuning)",
    re.MULTILINE,
)
_OTHER_MATTER = regex(r"distinct clusters|Unknown solver options|already converged|^\d+$", re.I)
_HEARD = regex(r"converg|divergen|max_?iter\w* (?:is|was|too)|iterations? (?:limit|are not enough)", re.I)
_ROUND = regex(r"^[ \t]*(?:outer )?(?:iteration|iter|round|cycle|sweep)[ \t]*[:#=]?[ \t]*\d+", re.I | re.MULTILINE)
_LATER = 2
"""So many rounds without a warning, and what the early ones left open is closed."""
_SCIKIT = regex(r"sklearn[/\\]|scikit[_-]learn")


@rule("NBC517", name="unconverged-fit", severity="major", category="evaluation-and-baseline")
def check(page: Page) -> Iterator[Hit]:
    r"""A fit stopped before it had found its solution, as its saved warning says.

    The coefficients, the standard errors and the forecast are those of some step on the way: another start, another order of the
    rows or one step more gives others. Comparing such a model with one that did converge compares how long each was let run. Where only
    a score of a scikit-learn model is read, and no coefficient, it mostly moves little, and the finding is minor. A warning in an
    early round of an outer loop whose later rounds give none does not count.

    Instead, scale the features (`make_pipeline(StandardScaler(), …)`), raise `max_iter`, or take a simpler model; a likelihood that
    still finds no maximum says that the data cannot tell these parameters.

    Bad:

        # %% In[5]
        result = SARIMAX(train, order=(1, 0, 1), seasonal_order=(1, 0, 1, 7)).fit()  # <- flagged
        print(result.summary())
        #> /lib/statsmodels/base/model.py:568: ConvergenceWarning: Maximum Likelihood optimization failed to converge. Check mle_retvals

    Bad:

        # %% In[6]
        model = LogisticRegression()
        model.fit(X_train, y_train)  # <- flagged
        model.score(X_test, y_test)
        #> /lib/sklearn/linear_model/_logistic.py:762: ConvergenceWarning: lbfgs failed to converge (status=1):
        #> STOP: TOTAL NO. of ITERATIONS REACHED LIMIT.
        #> 0.81

    Good:

        # %% In[6]
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
        model.fit(X_train, y_train)
        #> 0.81

    Good:

        # %% In[6]
        MLPClassifier(max_iter=20).fit(X_train, y_train)
        #> /lib/sklearn/neural_network/_multilayer_perceptron.py:692: ConvergenceWarning: Maximum iterations (20) reached
        # %% [markdown]
        # Twenty rounds are not enough to converge, but they show the curve.

    Good:

        # %% In[6]
        centre, weights = center_align(slices)
        #> Iteration: 0
        #> /lib/sklearn/decomposition/_nmf.py:1637: ConvergenceWarning: Maximum number of iterations 200 reached.
        #> Iteration: 1
        #> Iteration: 2

    Good:

        # %% In[6]
        KMeans(n_clusters=5).fit(X)
        #> /lib/sklearn/base.py:1152: ConvergenceWarning: Number of distinct clusters (3) found smaller than n_clusters (5).
    """
    found = [
        (cell, warned)
        for cell, text in printed(page, "ConvergenceWarning", "has been exceeded", "after tuning")
        if (warned := _warned(text)) is not None
    ]
    if not found or _is_heard(page):
        return
    slight = [_is_slight(page, cell, warned) for cell, warned in found]
    cell, warned = found[slight.index(min(slight))]
    more = tuple(Related(_at(other), "did not converge either") for other, _ in found if other is not cell)
    text = (warned["text"] or warned["bare"]).strip().rstrip(".:").replace("`", "'")
    severity: Severity | None = "minor" if min(slight) else None
    yield Hit(
        _at(cell),
        f"a fit of this cell did not converge, by its saved warning (`{text if len(text) <= 80 else text[:79] + '…'}`)",
        more[:5],
        severity=severity,
    )


def _at(cell: CodeCell) -> Span:
    return place(cell, call_in(cell, FITS.__contains__))


def _warned(text: str) -> re.Match[str] | None:
    warned = [one for one in _WARNED.finditer(text) if not _OTHER_MATTER.search(one["text"] or one["bare"])]
    if not warned or len(_ROUND.findall(text, warned[-1].end())) >= _LATER:
        return None
    return warned[0]


def _is_heard(page: Page) -> bool:
    """Does the page speak of it anywhere, in words, comments or code?"""
    return any(_HEARD.search(cell.source) for cell in page.notebook.cells)


def _is_slight(page: Page, cell: CodeCell, warned: re.Match[str]) -> bool:
    """Is it a model of scikit-learn whose coefficients nobody reads?"""
    if _SCIKIT.search(warned["file"] or "") is None:
        return False
    here = {name.id for name in cell.nodes(ast.Name)}
    read = (node for other in page.code for node in other.nodes(ast.Attribute) if node.attr in ("coef_", "intercept_"))
    return not any(name.id in here for node in read for name in nodes_in(node, ast.Name))
