"""NBC515."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, root_name, stored_names
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.provenance_arguments import constant, word
from nbcritic.analysis.provenance_events import Measured
from nbcritic.model import Hit, Related, Severity
from nbcritic.rule import rule

_WRONG = {
    "r2_score": "R² divides by the spread of what it takes for the truth",
    "explained_variance_score": "it divides by the spread of what it takes for the truth",
    "mean_absolute_percentage_error": "each error is divided by what it takes for the truth",
    "log_loss": "it takes the predictions for the classes",
    "roc_auc_score": "it takes the predictions for the classes",
    "average_precision_score": "it takes the predictions for the classes",
    "roc_curve": "it takes the predictions for the classes",
    "precision_recall_curve": "it takes the predictions for the classes",
    "balanced_accuracy_score": "it becomes the mean of the precisions",
}
"""Metrics whose value is another one when truth and predictions change places."""
_RENAMED = {
    "confusion_matrix": "its rows are then the predictions, and false alarms stand where misses are looked for",
    "classification_report": "precision and recall change places, and `support` counts predictions",
    "precision_score": "it is then the recall",
    "recall_score": "it is then the precision",
    "precision_recall_fscore_support": "precision and recall change places, and the support counts predictions",
}
"""Metrics that then tell the truth under another name."""
_TRUE = regex(
    r"(?:^|_)y_?(?:test|true|train|val|valid|dev|te)?(?:$|_|\d)|(?:^|_)(?:true|truth|actual|target|expected|gold)|test_?y$|labels?$",
    re.I,
)
_GUESSED = regex(r"pred|hat$|prob|guess|forecast|score|output|result|estimat", re.I)
_IS_GUESS, _IS_TRUE = (
    regex(r"pred|forecast|model|estimat", re.I),
    regex(r"\b(?:true|y_?true)\b(?! (?:pos|neg))|truth|actual|\breal|observ|\by?_?test\b|expected", re.I),
)


@rule("NBC515", name="swapped-arguments", severity="major", category="evaluation-and-baseline")
def check(page: Page) -> Iterator[Hit]:
    r"""A metric is given the predictions as the truth.

    The metrics of scikit-learn take the truth first and the predictions second. The other way round they give a number, too, and
    nothing warns. For R², the percentage error or the area under a curve it is a wrong number (major). Precision and recall change
    places, in a report as in a confusion matrix (minor; major where its cells are given names). Accuracy, squared and absolute error
    are the same both ways and get no word.

    Instead, write `metric(y_test, y_pred)`; with names, `metric(y_true=y_test, y_pred=y_pred)`, the order cannot matter.

    Bad:

        # %%
        from sklearn.linear_model import LinearRegression
        from sklearn.metrics import r2_score
        from sklearn.model_selection import train_test_split
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        y_pred = LinearRegression().fit(X_train, y_train).predict(X_test)
        print(r2_score(y_pred, y_test))  # <- flagged

    Bad:

        # %%
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import confusion_matrix
        from sklearn.model_selection import train_test_split
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        model = LogisticRegression().fit(X_train, y_train)
        tn, fp, fn, tp = confusion_matrix(model.predict(X_test), y_test).ravel()  # <- flagged

    Good:

        # %%
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import accuracy_score, classification_report, confusion_matrix, f1_score
        from sklearn.model_selection import train_test_split
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        y_pred = LogisticRegression().fit(X_train, y_train).predict(X_test)
        print(classification_report(y_test, y_pred), accuracy_score(y_pred, y_test), f1_score(y_pred, y_test))
        print(classification_report(y_pred=y_pred, y_true=y_test))

    Good:

        # %%
        import seaborn as sns
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import confusion_matrix
        from sklearn.model_selection import train_test_split
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        y_pred = LogisticRegression().fit(X_train, y_train).predict(X_test)
        counts = confusion_matrix(y_pred, y_test)
        sns.heatmap(counts)
        plt.ylabel("Predicted")
        plt.xlabel("Actual")
        print(confusion_matrix(y_pred, y_test).T)
    """
    found: dict[Severity, list[tuple[Measured, str]]] = {}
    seen = set[ast.AST]()
    for given in page.provenance.events.measured:
        why = _WRONG.get(given.metric) or _RENAMED.get(given.metric) or _weighted(given)
        if why and given.node not in seen and _is_swapped(given) and not _is_turned_back(page, given):
            seen.add(given.node)
            is_wrong = given.metric in _WRONG or _names_its_cells(page, given)
            found.setdefault("major" if is_wrong else "minor", []).append((given, why))
    for severity, each in found.items():
        first, why = each[0]
        more = tuple(Related(other.cell.at(other.node), "so is this one") for other, _ in each[1:6])
        others = f" (and {len(each) - 1} more such calls)" if len(each) > 2 else " (and another call)" if more else ""
        text = f"`{first.cell.segment(first.node)}` takes the predictions for the truth: {why}{others}"
        yield Hit(first.cell.at(first.node), text, more, severity=severity)


def _weighted(given: Measured) -> str:
    """F1 is the same both ways, unless its classes are weighted by how often the truth has them."""
    is_weighted = given.metric == "f1_score" and constant(given.node, "average") == "weighted"
    return "it weighs the classes by how often they are predicted" if is_weighted else ""


def _is_swapped(given: Measured) -> bool:
    """Do what the values hold and what they are called say that the first is predicted and the second is not?"""
    first, second = given.truth, given.guess
    if first.predicted is None or second.predicted is not None or not second.rows or len(given.node.args) < 2:
        return False
    one, other = (_called(argument) for argument in given.node.args[:2])
    if (_TRUE.search(one) and not _GUESSED.search(one)) or _GUESSED.search(other):
        return False
    return bool(_TRUE.search(other)) or bool(second.rows & first.rows and second.part == first.part)


def _called(node: ast.expr) -> str:
    """What an argument is called: the name of a variable, the key of a column, or the method that gives it."""
    while isinstance(node, (ast.Subscript, ast.Attribute, ast.Call)):
        if isinstance(node, ast.Subscript):
            if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
                return node.slice.value
            node = node.value
        elif isinstance(node, ast.Attribute):
            if node.attr not in ("values", "T", "to_numpy", "ravel", "flatten", "tolist", "astype", "round", "reshape"):
                return node.attr
            node = node.value
        elif isinstance(node.func, ast.Attribute) and not (node.args and root_name(node.func) is None):
            if node.func.attr in ("array", "round", "argmax", "ravel", "rint", "asarray", "where") and node.args:
                node = node.args[0]
            else:
                node = node.func
        elif node.args:
            node = node.args[0]
        else:
            return called_name(node.func)
    return node.id if isinstance(node, ast.Name) else ""


def _is_turned_back(page: Page, given: Measured) -> bool:
    """Is a confusion matrix transposed, or labelled as it stands: predictions down, truth across?"""
    if given.metric != "confusion_matrix":
        return False
    cell, parent = given.cell, given.cell.parent(given.node)
    if isinstance(parent, ast.Attribute) and parent.attr in ("T", "transpose"):
        return True
    if isinstance(parent, ast.Call) and (index := word(parent, "index")) is not None:
        return _says(cell, index, _IS_GUESS)
    return any(
        _says(there, down, _IS_GUESS) or (_says(there, across, _IS_TRUE) and not _says(there, across, _IS_GUESS))
        for there in _shown_in(page, given)
        for down, across in [_axes(there)]
    )


def _shown_in(page: Page, given: Measured) -> Iterator[CodeCell]:
    """The cell of a matrix, and the next ones that read the name that it is bound to."""
    statement = given.cell.statement(given.node)
    names = stored_names(statement.targets[0]) if isinstance(statement, ast.Assign) else []
    here = given.cell.number
    first = bisect_left(page.code, here, key=lambda cell: cell.number)
    for cell in page.code[first : first + 4]:
        is_near = here < cell.number <= here + 3
        if cell is given.cell or (is_near and any(name.id in names for name in cell.nodes(ast.Name))):
            yield cell


def _axes(cell: CodeCell) -> tuple[ast.expr | None, ast.expr | None]:
    """What the axes of the first picture of a cell are called: down and across."""
    found: dict[str, ast.expr] = {}
    for call in cell.nodes(ast.Call):
        name = called_name(call.func)
        if call.args and name in ("ylabel", "set_ylabel", "xlabel", "set_xlabel"):
            found.setdefault(name[-6], call.args[0])
    return found.get("y"), found.get("x")


def _says(cell: CodeCell, node: ast.expr | None, what: re.Pattern[str]) -> bool:
    """Do the words of an expression match?"""
    words = (part.value for part in nodes_in(node, ast.Constant)) if node is not None else ()
    return any(isinstance(text, str) and what.search(text) for text in words)


def _names_its_cells(page: Page, given: Measured) -> bool:
    """`tn, fp, fn, tp = confusion_matrix(…).ravel()`, or axes that are called the other way."""
    if given.metric != "confusion_matrix":
        return False
    statement, parent = given.cell.statement(given.node), given.cell.parent(given.node)
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Tuple):
        return True
    if isinstance(parent, ast.Call) and (index := word(parent, "index")) is not None:
        return _says(given.cell, index, _IS_TRUE)
    return any(_says(there, down, _IS_TRUE) for there in _shown_in(page, given) for down, _ in [_axes(there)])
