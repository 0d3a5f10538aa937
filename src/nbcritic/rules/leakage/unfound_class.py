"""NBC518."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, parameters
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.leakage._printed import call_in, is_taken_up, place, printed

_REPORT = regex(r"precision +recall +f1-score +support\n(?P<rows>(?:[ \t]*\n)?(?:[ \t]*\S[^\n]* \d+[ \t]*(?:\n|$))+)")
_ROW = regex(
    r"^[ \t]*(?P<name>\S.{0,80}?) +(?P<p>[01]\.\d+) +(?P<r>[01]\.\d+) +(?P<f>[01]\.\d+) +(?P<n>\d+)[ \t]*$",
)
_MATRIX = regex(r"\[\[ *(?P<a>\d+)[, ] *(?P<b>\d+)\],?\s*\[ *(?P<c>\d+)[, ] *(?P<d>\d+)\]\]")
_WARNED = regex(
    r"UndefinedMetricWarning:\s*(?:[\w -]{1,60} (?:is|are) ill-defined and being set to 0\.0 )?"
    r"(?:(?P<none>due to no predicted samples)|(?P<some>in labels with no predicted samples)|"
    r"(?P<empty>due to no true samples|No positive (?:samples|class found) in y_true|Only one class is present in y_true)|"
    r"(?P<short>R\^2 score is not well-defined with less than two samples))"
)
_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_FEW = 10
"""So many classes a reader looks through."""
_SMALL = 100
"""Of so many rows a share that rounds to 0.00 is none."""
_MEANT = regex(r"baseline|dummy|majority|zero_division|most_frequent|naive", re.I)
_TAKEN_UP = regex(
    r"\bnever\b|minority|imbalanc|unbalanc|\bnone of\b|\bzero\b|fail(?:s|ed)? to|cannot|can't|not able|unable|poor|bad(?:ly)?\b|"
    r"baseline|dummy|ill-defined|no (?:true|positive|predicted)|only (?:one|predicts)|always|struggl",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Fault:
    """What the output of a cell says. The `rank` is 0 for a class lost of a few, 1 for one of many, more for a warning alone."""

    rank: int
    text: str


@rule("NBC518", name="unfound-class", severity="major", category="evaluation-and-baseline", confidence="certain")
def check(page: Page) -> Iterator[Hit]:
    r"""The saved scores show a class that the model never finds, and nobody says so.

    A precision and recall of 0.00, an empty column of the confusion matrix or scikit-learn's warning of an undefined metric say that
    the model has given this class up, or that the test rows hold none of it. Accuracy and weighted means look well all the same, for they
    hardly count a rare class; and the rare class is most often the one that the model was built for. With many classes the finding
    is minor; where only the warning is saved it is minor and possible. Scores in a loop over thresholds do not count: at its ends
    every model predicts one class.

    Instead, look at the recall of every class, compare with a model that always says the commonest one, weigh the classes
    (`class_weight="balanced"`) or move the threshold, split with `stratify=y`; or say in the text that the model cannot tell this class.

    Bad:

        # %% In[5]
        print(classification_report(y_test, model.predict(X_test)))  # <- flagged
        #>               precision    recall  f1-score   support
        #>
        #>          0       0.81      0.97      0.88       993
        #>          1       0.00      0.00      0.00        55
        #>
        #>   accuracy                           0.80      1048

    Bad:

        # %% In[6]
        print(confusion_matrix(y_test, model.predict(X_test)))  # <- flagged
        #> [[1906    0]
        #>  [  24    0]]

    Bad:

        # %% In[7]
        precision = precision_score(y_test, y_pred)  # <- flagged
        precision
        #> /lib/sklearn/metrics/_classification.py:1248: UndefinedMetricWarning: Precision is ill-defined and being set to 0.0 due to no predicted samples.
        #> 0.0

    Good:

        # %% In[5]
        print(classification_report(y_test, model.predict(X_test)))
        #>               precision    recall  f1-score   support
        #>
        #>          0       0.81      0.97      0.88       993
        #>          1       0.64      0.31      0.42        55
        #>
        #>   accuracy                           0.80      1048

    Good:

        # %% In[5]
        baseline = DummyClassifier(strategy="most_frequent").fit(X_train, y_train)
        print(confusion_matrix(y_test, baseline.predict(X_test)))
        #> [[1906    0]
        #>  [  24    0]]

    Good:

        # %% In[7]
        for threshold in np.arange(0.0, 1.1, 0.1):
            y_pred = [1 if score >= threshold else 0 for score in scores]
            precisions.append(precision_score(y_test, y_pred))
        #> /lib/sklearn/metrics/_classification.py:1248: UndefinedMetricWarning: Precision is ill-defined and being set to 0.0 due to no predicted samples.

    Good:

        # %% In[5]
        print(confusion_matrix(y_test, model.predict(X_test)))
        #> [[1906    0]
        #>  [  24    0]]
        # %% [markdown]
        # The model never predicts the minority class, so we resample.
    """
    found = [
        (cell, fault)
        for cell, text in printed(page, "f1-score", "UndefinedMetricWarning", "[[")
        if (fault := _fault(cell, text)) is not None
        and not _MEANT.search(cell.source)
        and not is_taken_up(page, cell, _TAKEN_UP)
        and not _tries_thresholds(page, cell)
    ]
    if not found:
        return
    cell, fault = min(found, key=lambda one: one[1].rank)  # the first of equals
    related = tuple(Related(place(other, None), more.text) for other, more in found if other is not cell)
    yield Hit(
        place(cell, call_in(cell, _scores)),
        fault.text,
        related[:5],
        severity="minor" if fault.rank else None,
        confidence="possible" if fault.rank > 1 else None,
    )


def _scores(word: str) -> bool:
    return word.endswith(("_score", "_report", "confusion_matrix", "_support", "_curve")) or word.startswith(
        "cross_val"
    )


def _tries_thresholds(page: Page, cell: CodeCell) -> bool:
    """Does a loop of the cell score what it, or a function that it calls, compared with the threshold of this round?"""
    loops: list[ast.For | ast.ListComp] = [*cell.nodes(ast.For), *cell.nodes(ast.ListComp)]
    for loop in loops:
        targets = [loop.target] if isinstance(loop, ast.For) else [part.target for part in loop.generators]
        names = {name.id for target in targets for name in nodes_in(target, ast.Name)}
        if _scores_compared(loop, names) or any(
            _scores_compared(function, {parameter.arg for parameter in parameters(function.args)})
            for call in nodes_in(loop, ast.Call)
            for function in _functions(page, called_name(call.func))
        ):
            return True
    return False


def _functions(page: Page, name: str) -> Iterator[ast.FunctionDef]:
    for cell in page.code:
        yield from (function for function in cell.nodes(ast.FunctionDef) if function.name == name)


def _scores_compared(block: ast.AST, names: set[str]) -> bool:
    """Does a block call a score, and make something of a comparison with one of the names?"""
    if not any(_scores(called_name(call.func)) for call in nodes_in(block, ast.Call)):
        return False
    asked = {id(node.test) for node in nodes_in(block, ast.If)}  # `if i > 0` chooses a way, not a class
    return any(
        isinstance(node.ops[0], _ORDER)
        and id(node) not in asked
        and not any(isinstance(side, ast.Constant) for side in (node.left, *node.comparators))
        and any(name.id in names for name in nodes_in(node, ast.Name))
        for node in nodes_in(block, ast.Compare)
    )


def _fault(cell: CodeCell, text: str) -> _Fault | None:
    """What is gravest of what the output says."""
    faults = [*_unfound(text.replace("\\n", "\n")), *_one_sided(cell, text), *_undefined(cell, text)]
    return min(faults, key=lambda fault: fault.rank, default=None)


def _unfound(text: str) -> Iterator[_Fault]:
    """Classes of a classification report of which no row is found."""
    for report in _REPORT.finditer(text):
        rows = [row for line in report["rows"].split("\n") if (row := _ROW.match(line)) is not None]
        rows = [row for row in rows if "avg" not in row["name"].split()]
        lost = [row for row in rows if not any(float(row[key]) for key in "prf") and int(row["n"])]
        if lost and len(rows) > 1:
            first = max(lost, key=lambda row: int(row["n"]))
            number, name = int(first["n"]), first["name"].replace("`", "'")
            which = (
                f"none of the {number} rows"
                if 1 < number <= _SMALL
                else "no row"
                if number == 1
                else f"next to none of the {number} rows"
            )
            more = (
                f", nor of {len(lost) - 1} other classes"
                if len(lost) > 2
                else ", nor of another class"
                if len(lost) == 2
                else ""
            )
            yield _Fault(
                0 if len(rows) <= _FEW else 1, f"the model finds {which} of class `{name}`{more}, by its saved report"
            )


def _one_sided(cell: CodeCell, text: str) -> Iterator[_Fault]:
    """A confusion matrix of two classes, one of which is never predicted."""
    if "onfusion" not in text and call_in(cell, lambda word: "confusion_matrix" in word) is None:
        return
    for found in _MATRIX.finditer(text):
        a, b, c, d = (int(found[key]) for key in "abcd")
        if a + b and c + d and (a + c == 0 or b + d == 0):
            yield _Fault(
                0, f"the model says one class of all {a + b + c + d} rows, as the saved confusion matrix shows"
            )


def _undefined(cell: CodeCell, text: str) -> Iterator[_Fault]:
    """What scikit-learn warned of, but in the rounds of a fit, of which the first may know one class only."""
    if call_in(cell, lambda word: word == "fit") is not None and "eval_metric" in cell.source:
        return
    for found in _WARNED.finditer(text):
        if found["none"]:
            yield _Fault(
                2,
                "the model never predicts the class that is scored, by the saved warning, so that precision counts as 0",
            )
        elif found["some"]:
            yield _Fault(3, "some class is never predicted, and counts as 0 in the mean, by the saved warning")
        elif found["empty"]:
            yield _Fault(2, "the scored rows hold none of the class that is looked for, by the saved warning")
        else:
            yield _Fault(2, "a score of fewer than two rows is undefined, by the saved warning")
