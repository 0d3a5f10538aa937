"""Test sets: the rows that a page holds out to report a score on, not to choose by."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from nbcritic.analysis.page import Page, once
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.provenance import Score, Split
from nbcritic.analysis.provenance_values import Part

PICTURES = frozenset({"roc_curve", "precision_recall_curve", "plot_confusion_matrix", "validation"})
"""What is looked at rather than reported."""
_FOR_CHOOSING = regex(r"(?:^|_)(?:val|valid|validation|dev|eval|cv|calib)(?:$|_|\d)|^[xy](?:val|valid|dev)", re.I)
_FINAL = regex(r"[\"'][^\"'\n]{0,20}\bfinal (?:accuracy|score|result|performance|error|rmse|mae|f1)\b", re.I)
"""Printed beside a score of rows that are for choosing: they are the test set, whatever they are called."""
_SUBMITTED = regex(
    r"submi(?:ssion|t)|(?:^|[\"'/_-])test(?:_?(?:set|data|ing))?\.(?:csv|tsv|parquet|feather|json|txt)\b", re.I
)
"""A file of rows without answers, or the answers for it: the judge is elsewhere."""


@dataclass(frozen=True)
class TestSet:
    """Rows that are held out, and the scores that are taken on them."""

    __test__ = False

    part: Part
    scores: tuple[Score, ...]

    @property
    def split(self) -> Split:
        """Where the rows were held out."""
        return self.part[-1][0]

    @property
    def name(self) -> str:
        """What to call the rows."""
        return f"`{self.split.held}`" if self.split.held else f"the rows that cell {self.split.cell.number} holds out"


def test_sets(page: Page) -> list[TestSet]:
    """The test sets of a page, without parts that are for choosing: those that say so, and those beside which others are scored."""
    by_part: dict[Part, list[Score]] = defaultdict(list)
    for score in page.provenance.scores:
        # Rows that a model learnt from test nothing of it, even where they are held out for others.
        is_test = score.role == "held-out" and not score.by_folds and score.part[-1][1] == 1
        if is_test and not score.is_on_training_rows:
            by_part[score.part].append(score)
    if not by_part or is_judged_elsewhere(page):
        return []
    reported = defaultdict[Split, list[Part]](list)  # by the first split on the way to them
    for part, scores in by_part.items():
        if any(score.metric != "validation" for score in scores):
            reported[part[0][0]].append(part)
    says_final = any(_FINAL.search(cell.source) for cell in page.code)
    return [
        TestSet(part, tuple(scores))
        for part, scores in by_part.items()
        if part[-1][0].how not in ("the folds", "the search's cross-validation")
        and (says_final or not _FOR_CHOOSING.search(part[-1][0].held))
        and not any(_is_beside(part, other) for other in reported[part[0][0]])
    ]


test_sets.__test__ = False  # type: ignore[attr-defined]


@once
def is_judged_elsewhere(page: Page) -> bool:
    """Does the page predict rows whose answers it does not have, as for a competition?"""
    sources = (cell.source for cell in page.code)
    return any(
        ("submi" in (lower := source.lower()) or "test" in lower) and _SUBMITTED.search(source) for source in sources
    )


def _is_beside(part: Part, other: Part) -> bool:
    """Are these, of the same first split, other held-out rows of the same data?"""
    return part != other and part[: len(other)] != other and other[: len(part)] != part
