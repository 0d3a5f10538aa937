"""What a page measures its models by, and what the reader can hold the number against."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.provenance import Score
from nbcritic.analysis.provenance_arguments import word

CLASSIFIER = regex(r"Classifier|^LogisticRegression|^(?:Nu|Linear)?SVC$|NB$|^Perceptron$|DiscriminantAnalysis$")
_ACCURACY = regex(r"[\"'](?:accuracy|acc)[\"']")


def accuracies(page: Page) -> Iterator[Score]:
    """The scores that are accuracies: the share of rows that a classifier gets right."""
    compiled = any(
        (metrics := word(call, "metrics")) is not None and _ACCURACY.search(cell.segment(metrics, 200))
        for cell in page.code
        for call in cell.nodes(ast.Call)
        if called_name(call.func) == "compile"
    )
    for score in page.provenance.scores:
        fit = score.fit
        classifies = fit is not None and bool(CLASSIFIER.search(fit.name))
        if (
            score.metric == "accuracy_score"
            or (score.metric in ("score", "hits") and classifies)
            or (score.metric == "evaluate" and compiled)
        ):
            yield score


def measured_by(page: Page) -> frozenset[str]:
    """The names of the metrics that are called, wherever."""
    names = {score.metric for score in page.provenance.scores}
    for score in page.provenance.scores:
        if score.metric == "score" and not (score.fit is not None and CLASSIFIER.search(score.fit.name)):
            names.add("r2_score")
    return frozenset(names)
