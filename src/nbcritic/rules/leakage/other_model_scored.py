"""NBC514."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import called_name, root_name, stored_names
from nbcritic.analysis.page import Page
from nbcritic.analysis.provenance import Fit
from nbcritic.analysis.provenance_events import Measured
from nbcritic.analysis.provenance_tables import PREDICTIONS
from nbcritic.model import Hit, Related
from nbcritic.rule import rule

Place: TypeAlias = "tuple[CodeCell, ast.AST]"
_MODELS = frozenset({"model", "search", "unknown"})


@rule("NBC514", name="other-model-scored", severity="major", category="evaluation-and-baseline")
def check(page: Page) -> Iterator[Hit]:
    r"""A cell fits one model and reports the score of another.

    The cell was copied from the one before and the model in it exchanged, but the metric is still given the predictions that the
    earlier model made. Two models with the very same score are often this slip: the new one was never asked.

    Instead, ask the new model in the cell that fits it. Better still, write a function that fits, predicts and scores, and call it
    for each model: then no name is left to forget.

    Bad:

        # %%
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import accuracy_score
        from sklearn.model_selection import train_test_split
        from sklearn.tree import DecisionTreeClassifier
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        # %%
        line = LogisticRegression().fit(X_train, y_train)
        y_pred = line.predict(X_test)
        print("Line:", accuracy_score(y_test, y_pred))
        # %%
        tree = DecisionTreeClassifier()
        tree.fit(X_train, y_train)
        print("Tree:", accuracy_score(y_test, y_pred))  # <- flagged

    Bad:

        # %%
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import classification_report
        from sklearn.model_selection import train_test_split
        from sklearn.tree import DecisionTreeClassifier
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        model = LogisticRegression().fit(X_train, y_train)
        guess = model.predict(X_test)
        # %%
        model = DecisionTreeClassifier()
        model.fit(X_train, y_train)
        # %%
        tree_guess = model.predict(X_test)
        print(classification_report(y_test, guess))  # <- flagged

    Good:

        # %%
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import accuracy_score
        from sklearn.model_selection import train_test_split
        from sklearn.tree import DecisionTreeClassifier
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        line = LogisticRegression().fit(X_train, y_train)
        y_pred = line.predict(X_test)
        # %%
        tree = DecisionTreeClassifier().fit(X_train, y_train)
        print(accuracy_score(y_test, y_pred), accuracy_score(y_test, tree.predict(X_test)))
        # %%
        print("Line again:", accuracy_score(y_test, y_pred))
        tree = DecisionTreeClassifier(max_depth=3).fit(X_train, y_train)

    Good:

        # %%
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import accuracy_score
        from sklearn.model_selection import train_test_split
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        y_pred = LogisticRegression().fit(X_train, y_train).predict(X_test)
        # %%
        final = LogisticRegression().fit(X, y)
        print("On all rows; to be expected:", accuracy_score(y_test, y_pred))
    """
    said = set[ast.AST]()
    for score in page.provenance.events.measured:
        old = score.guess.predicted or score.truth.predicted
        scope = _Scope(page, score)
        if old is None or scope.includes(old.cell, old.node) or scope.has_asked(old):
            continue
        new = scope.fitted(old) or scope.forgotten(old)
        if new is not None and new[1] not in said:
            said.add(new[1])
            yield _hit(page, score, new, old)


class _Scope:
    """The cell, or the function, in which a score is taken."""

    def __init__(self, page: Page, score: Measured) -> None:
        self._page = page
        self._score = score
        self._function = score.cell.function(score.node)

    def includes(self, cell: CodeCell, node: ast.AST) -> bool:
        """Does something stand in it?"""
        return cell is self._score.cell and cell.function(node) is self._function

    def has_asked(self, model: Fit) -> bool:
        """Does it make predictions with this model?"""
        found = self._page.provenance.events.predictions
        return any(fit.node is model.node and self.includes(cell, node) for fit, _, cell, node in found)

    def fitted(self, old: Fit) -> Place | None:
        """The one model that is fitted above the score, for the same task as the old one, and not asked at all."""
        fits = {
            fit.node: fit
            for fit in self._page.provenance.fits
            if fit.by == "model" and self.includes(fit.cell, fit.node) and self._is_above(fit.node)
        }
        fit = next(iter(fits.values())) if len(fits) == 1 else None
        alike = fit is not None and fit.kind in _MODELS and old.kind in _MODELS and fit.part == old.part != ()
        return (
            (fit.cell, fit.node) if fit is not None and alike and fit.rows & old.rows and not self._reads(fit) else None
        )

    def forgotten(self, old: Fit) -> Place | None:
        """Predictions of another model for the same rows, made above the score under a name that nothing on the page reads."""
        rows, part = self._score.guess.rows | self._score.truth.rows, self._score.guess.part
        for fit, value, cell, node in self._page.provenance.events.predictions:
            is_other = fit.node is not old.node and bool(value.rows & rows) and value.part == part != ()
            if is_other and self.includes(cell, node) and self._is_above(node) and _is_unread(self._page, cell, node):
                return cell, node
        return None

    def _is_above(self, node: ast.AST) -> bool:
        here = self._score.node
        return (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)) < (here.lineno, here.col_offset)

    def _reads(self, fit: Fit) -> bool:
        """Does anything in the cell read the new model but for what it has learnt, or read its predictions?"""
        cell = fit.cell
        if any(other.fit is fit and other.cell is cell for other in self._page.provenance.scores):
            return True
        statement = cell.statement(fit.node)
        names = set(stored_names(statement.targets[0])) if isinstance(statement, ast.Assign) else set[str]()
        if isinstance(fit.node, ast.Call) and (root := root_name(fit.node.func)) is not None:
            names.add(root.id)
        for name in cell.nodes(ast.Name):
            if name.id in names and isinstance(name.ctx, ast.Load) and name.lineno > (statement.end_lineno or 0):
                parent = cell.parent(name)
                is_told = isinstance(parent, ast.Attribute) and parent.attr.endswith("_")
                if not is_told and not _is_unread(self._page, cell, name):
                    return True
        return False


def _is_unread(page: Page, cell: CodeCell, node: ast.AST) -> bool:
    """`guess = model.predict(X)` whose `guess` nothing on the page reads."""
    statement = cell.statement(node)
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return False
    made = statement.value.value if isinstance(statement.value, ast.Subscript) else statement.value
    if not isinstance(made, ast.Call) or called_name(made.func) not in PREDICTIONS:
        return False
    stored = stored_names(statement.targets[0])
    reads = (name for other in page.code for name in other.nodes(ast.Name) if isinstance(name.ctx, ast.Load))
    return bool(stored) and not any(name.id in stored for name in reads)


def _hit(page: Page, score: Measured, new: Place, old: Fit) -> Hit:
    found = page.provenance.events.predictions
    above = [(cell, node) for fit, _, cell, node in found if fit.node is old.node and cell.number < score.cell.number]
    cell, asked = above[-1] if above else (old.cell, old.node)
    model = f"`{old.name}`" if old.name else "the model"
    text = new[0].segment(new[1])
    message = f"`{score.cell.segment(score.node)}` scores what {model} predicted in cell {cell.number}, not the model of `{text}` in this cell"
    related = (
        Related(new[0].at(new[1]), "the model of this cell"),
        Related(cell.at(asked), "the predictions are made here, by another"),
    )
    return Hit(score.cell.at(score.node), message, related)
