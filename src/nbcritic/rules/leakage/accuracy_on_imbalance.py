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
from nbcritic.model import Hit, Related, Span
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
_SENTENCE = regex(r"(?<=[.!?])\s+")
_LONG = 200
_COUNT = regex(r"^(?P<label>\S.*?)\s{2,}(?P<count>\d+(?:\.\d+)?)$")
_FOOT = regex(r"^(?:Name|Length|dtype|Freq)\b")
_REPORT = regex(r"^[ \t]*precision +recall +f1-score +support[ \t]*$", re.M)
_ROW = regex(r"^\s*(?P<label>\S.*?)\s+\d\.\d+\s+(?P<recall>\d\.\d+)\s+\d\.\d+\s+(?P<rows>[1-9]\d*)$")
_WHOLE = regex(r"^(?:accuracy|(?:micro|macro|weighted|samples) avg|avg / total)$")
_PRAISE = regex(
    r"\b(?:accuracy|performance|model|classifier)\b[^.!\n]{0,60}\b(?:is|are|was|were|looks?|does|doing|did|performs?|performed|yields?|achieves?d?|has|"
    r"gives?|gave)\b[^.!\n]{0,40}\b(?:good|great|excellent|high|impressive|outstanding|satisf\w+|perfect\w*|well)\b",
    re.I,
)
_QUALIFIED = regex(
    r"\b(?:not|no|never|but|however|although|though|despite|except|only|if|should|would|could|may|might|unfortunately|fails?|poor\w*|low|worse|"
    r"imbalanc\w*|minorit\w*|rare|recall|overfit\w*|unseen|train\w*|how|whether|other|too)\b|n't\b|\?",
    re.I,
)


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

    Bad:

        # %%
        from sklearn.metrics import accuracy_score, classification_report
        from sklearn.tree import DecisionTreeClassifier
        guess = DecisionTreeClassifier().fit(X_train, y_train).predict(X_test)
        print(accuracy_score(y_test, guess))
        print(classification_report(y_test, guess))
        #> 0.875
        #>               precision    recall  f1-score   support
        #>
        #>       closed       0.88      1.00      0.93       350
        #>         open       0.00      0.00      0.00        50
        # %% [markdown]
        # The accuracy of our model is very good.  # <- flagged

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
    if first is not None:
        yield from _praised(page)
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


def _praised(page: Page) -> Iterator[Hit]:
    """The sentence that calls a model good although each saved report shows a class of which it finds no row."""
    sentence = next(_praises(page), None)
    if sentence is None:
        return
    missed = [_missed(text) for cell in page.code for output in cell.outputs for text in _reports(output.text)]
    if not missed or None in missed:
        return
    cell = next(cell for cell in page.code if any(_REPORT.search(output.text) for output in cell.outputs))
    at, said = sentence
    assert missed[0] is not None
    label, rows = missed[0]
    message = f"“{said}”, says the text, but the report of cell {cell.number} shows that none of the {rows} rows of `{label}` is found"
    yield Hit(at, message, (Related(Span(cell.number), "its recall is 0"),))


def _praises(page: Page) -> Iterator[tuple[Span, str]]:
    for cell in page.markdown:
        for number, line in enumerate(cell.source.split("\n"), 1):
            for sentence in _SENTENCE.split(line):
                praise = _PRAISE.search(sentence)
                if praise is not None and not _QUALIFIED.search(sentence):
                    start = line.index(sentence)
                    yield Span(cell.number, number, start + 1, number, start + len(sentence) + 1), praise[0]


def _reports(text: str) -> Iterator[str]:
    """The tables of `classification_report` in an output."""
    yield from _REPORT.split(text)[1:]


def _missed(report: str) -> tuple[str, str] | None:
    """The first class of which no row is found, and how many there are."""
    for line in report.split("\n"):
        row = _ROW.match(line.rstrip()) if len(line) < _LONG else None
        if row is not None and not float(row["recall"]) and not _WHOLE.match(row["label"]):
            return row["label"], row["rows"]
    return None


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
