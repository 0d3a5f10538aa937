"""NBC510."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.leakage._metrics import accuracies

_STRONG = 0.8
"""From this share of one class on, whoever always answers it looks good."""
_KNOWS_BETTER = regex(
    r"f1|fbeta|recall|precision|confusion|crosstab|classification_report|roc|auc\b|balanced|kappa|matthews|mcc|log_loss|brier|stratif|"
    r"class_weight|sample_weight|scale_pos_weight|SMOTE|imblearn|resampl|oversampl|undersampl|hamming|sensitivity|specificity|Dummy",
    re.I,
)
_IMPORTS = regex(r"^[ \t]*(?:from|import)\b.*$", re.M)
_COUNT = regex(r"^(?P<label>\S.*?)\s{2,}(?P<count>\d+(?:\.\d+)?)$")
_FOOT = regex(r"^(?:Name|Length|dtype|Freq)\b")


@rule("NBC510", name="accuracy-on-imbalance", severity="major", category="evaluation-and-baseline")
def check(page: Page) -> Iterator[Hit]:
    r"""Accuracy is the only score where the page itself shows that one class prevails.

    With 95 of 100 rows in one class, a model that always names that class is right 95 times in 100 and has found nothing. The rare
    class is most often the one that the model is for, and accuracy hardly sees it.

    Instead, report recall and precision of the rare class (`classification_report`), the average precision or the confusion matrix, and set
    the accuracy beside the share of the larger class.

    Bad:

        # %%
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import accuracy_score
        from sklearn.model_selection import train_test_split
        df = pd.read_csv("claims.csv")
        df["fraud"].value_counts()
        #> 0    9510
        #> 1     490
        #> Name: fraud, dtype: int64
        # %%
        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="fraud"), df["fraud"])
        model = LogisticRegression().fit(X_train, y_train)
        print(accuracy_score(y_test, model.predict(X_test)))  # <- flagged

    Good:

        # %%
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import accuracy_score, classification_report
        from sklearn.model_selection import train_test_split
        df = pd.read_csv("claims.csv")
        df["fraud"].value_counts()
        #> 0    9510
        #> 1     490
        # %%
        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="fraud"), df["fraud"])
        guess = LogisticRegression().fit(X_train, y_train).predict(X_test)
        print(accuracy_score(y_test, guess), classification_report(y_test, guess))

    Good:

        # %%
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import accuracy_score
        from sklearn.model_selection import train_test_split
        df = pd.read_csv("votes.csv")
        df["party"].value_counts()
        #> a    510
        #> b    490
        # %%
        df["state"].value_counts()
        #> north    960
        #> south     40
        # %%
        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="party"), df["party"])
        print(accuracy_score(y_test, LogisticRegression().fit(X_train, y_train).predict(X_test)))
    """
    first = next(accuracies(page), None)
    if first is None or any(_KNOWS_BETTER.search(_IMPORTS.sub("", cell.source)) for cell in page.code):
        return
    targets = {column for split in page.provenance.splits for column in split.target or ()}
    targets |= {column for fit in page.provenance.fits for column in fit.target or ()}
    for cell, call in _counted(page, targets):
        shown = _largest(cell)
        if shown is not None:
            label, share = shown
            message = (
                f"`{first.cell.segment(first.node)}` is an accuracy, and cell {cell.number} shows that {share:.0%} of the rows are "
                f"`{label}`: who always answers that reaches {share:.0%} too; report recall and precision of the others"
            )
            related = (Related(cell.at(call), "the classes are counted here"),)
            yield Hit(first.cell.at(first.node), message, related)
            return


def _counted(page: Page, targets: set[str]) -> Iterator[tuple[CodeCell, ast.Call]]:
    """Cells that count the classes of a target, and nothing else."""
    for cell in page.code:
        calls = [call for call in cell.nodes(ast.Call) if called_name(call.func) == "value_counts"]
        if len(calls) == 1 and isinstance(calls[0].func, ast.Attribute) and _column(calls[0].func.value) in targets:
            yield cell, calls[0]


def _column(node: ast.expr) -> str:
    """The column that `df["fraud"]`, `df.fraud` or a plain name picks."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _largest(cell: CodeCell) -> tuple[str, float] | None:
    """The most frequent class that the output shows, with its share, where it prevails."""
    for output in cell.outputs:
        counts: list[tuple[str, float]] = []
        for line in output.text.split("\n")[:40]:
            found = _COUNT.match(line.strip())
            if found is not None and not _FOOT.match(line):
                counts.append((found["label"], float(found["count"])))
        total = math.fsum(count for _, count in counts)
        if 2 <= len(counts) <= 20 and total > 0:
            label, most = max(counts, key=lambda item: item[1])
            return (label, most / total) if most / total >= _STRONG else None
    return None
