"""NBC504."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import called_name, root_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.provenance import Fit, Score
from nbcritic.analysis.provenance_tables import TEST, TRAIN
from nbcritic.model import Confidence, Hit, Related, Severity
from nbcritic.rule import rule
from nbcritic.rules.leakage._chain import where
from nbcritic.rules.leakage._gaps import Gaps, shown_values

_LOOKED_AT = frozenset({"PermutationImportance", "TSNE", "UMAP", "Isomap", "cut", "qcut"})
"""What may rightly be fitted on held-out rows: it explains or draws them, or has nothing that could be fitted before."""
_CODES = frozenset({"LabelEncoder", "OrdinalEncoder", "OneHotEncoder"})
_TARGET = regex(r"^y(?:_|$|\d)|label|target", re.I)
_TEST_FILE = regex(r"(?:^|[_\-. ])test(?:ing)?(?:$|[_\-. \d])|^x_?test", re.I)
_NUMBERS = frozenset({"LabelEncoder", "OrdinalEncoder"})
_LOOKS = frozenset("head tail sample describe info shape dtype dtypes columns".split())


@rule("NBC504", name="fit-on-test", severity="blocker", category="leakage")
def check(page: Page) -> Iterator[Hit]:
    r"""A transformer or a model is fitted on rows that were held out.

    A scaler that is fitted anew on the test rows moves them by their own mean: a value of 3 no longer means what it meant in training, and
    the model is asked about rows from another scale; an encoder fitted anew gives other codes to the same words. A model that
    is fitted on the test rows and scored on them is asked what it has just been told. Held-out rows whose gaps are filled with their
    own mean are a smaller fault (major; minor where outputs show that no more than a handful was missing).

    Instead, `fit` on the training rows and only `transform` (or `predict`) the held-out ones with that same object; a `Pipeline`
    cannot get this wrong.

    Bad:

        # %%
        from sklearn.model_selection import train_test_split
        from sklearn.preprocessing import StandardScaler
        df = pd.read_csv("loans.csv")
        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="default"), df["default"])
        scaler = StandardScaler()
        X_train = scaler.fit_transform(X_train)
        X_test = scaler.fit_transform(X_test)  # <- flagged

    Bad:

        # %%
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import train_test_split
        df = pd.read_csv("loans.csv")
        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="default"), df["default"])
        model = LogisticRegression().fit(X_train, y_train)
        # %%
        model.fit(X_test, y_test)  # <- flagged
        print(model.score(X_test, y_test))

    Bad:

        # %%
        from sklearn.model_selection import train_test_split
        from sklearn.preprocessing import StandardScaler
        df = pd.read_csv("loans.csv")
        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="default"), df["default"])
        def scaled(rows):
            return StandardScaler().fit_transform(rows)  # <- flagged
        X_train = scaled(X_train)
        X_test = scaled(X_test)

    Good:

        # %%
        from sklearn.manifold import TSNE
        from sklearn.model_selection import train_test_split
        from sklearn.preprocessing import StandardScaler
        df = pd.read_csv("loans.csv")
        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="default"), df["default"])
        scaler = StandardScaler().fit(X_train)
        X_train, X_test = scaler.transform(X_train), scaler.transform(X_test)
        map_of_test = TSNE().fit_transform(X_test)

    Good:

        # %%
        from sklearn.model_selection import train_test_split
        from sklearn.preprocessing import StandardScaler
        df = pd.read_csv("loans.csv")
        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="default"), df["default"])
        scaler = StandardScaler()
        X_train = scaler.fit_transform(X_train)
        seen = scaler.fit_transform(X_test)
        # %%
        seen

    Good:

        # %%
        from shop.data import Windows, three_parts
        train, val, test = three_parts("sales.csv")
        windows = Windows(24, train, val, test)
        model.fit(windows.train, validation_data=windows.val)
        X_train, y_train = windows.train
        X_val, y_val = windows.val
        model.fit(X_train, y_train, validation_data=(X_val, y_val))

    Good:

        # %%
        X_fit, X_val, y_fit, y_val = train_test_split(X, y)
        base = LogisticRegression().fit(X_fit, y_fit)
        calibrated = CalibratedClassifierCV(base, cv="prefit").fit(X_val, y_val)
    """
    found, gaps = page.provenance.events, Gaps(page)
    said = set[ast.AST]()
    for place, fit in enumerate(found.fits):
        if (fit.by != "tool" and fit.by != "model") or fit.node in said:
            continue
        before = _refitted(fit, found.fits[:place]) if fit.by == "tool" else None
        score = _told(fit, found.scores) if fit.by == "model" else None
        if before is not None:
            said.add(fit.node)
            if not _is_only_shown(page, fit):
                yield _anew(page, fit, before)
        elif score is not None:
            said.add(fit.node)
            yield _asked(fit, score)
    for fit, cell, node in found.backwards.values():
        if fit.kind != "neutral" and fit.node not in said:
            message = (
                f"`{fit.cell.segment(fit.node)}` learns from the held-out rows, and `{cell.segment(node)}` changes the training rows "
                "by it: the other way round"
            )
            yield Hit(fit.cell.at(fit.node), message, (Related(cell.at(node), "the training rows are changed here"),))
    for fit in found.filled.values():
        split = fit.part[-1][0]
        held = f" as `{split.held}`" if split.held else ""
        message = (
            f"`{fit.cell.segment(fit.node)}` fills the rows that {where(split.cell, fit.cell)} holds out{held} "
            "with their own statistic: use that of the training rows"
        )
        related = (Related(split.cell.at(split.node), "the rows are held out here"),)
        yield Hit(fit.cell.at(fit.node), message, related, severity="minor" if gaps.are_few(fit) else "major")


def _refitted(fit: Fit, earlier: Sequence[Fit]) -> Fit | None:
    """The fit of the same kind of tool on the training rows, where this one is on held-out rows."""
    if not fit.name or fit.name in _LOOKED_AT or not _is_held_out(fit):
        return None
    if fit.kind == "neutral" and (fit.name not in _CODES or _is_target(fit)):
        return None
    for other in reversed(earlier):
        if other.name == fit.name and other.by == "tool" and _is_beside(other, fit):
            return other
    return None


def _is_held_out(fit: Fit) -> bool:
    return bool(fit.part and fit.part[-1][1] == 1) or (not fit.part and bool(_TEST_FILE.search(fit.file)))


def _is_beside(train: Fit, held: Fit) -> bool:
    """Are these the training rows to those that were held out?"""
    if held.part:
        return train.part[: len(held.part)] == (*held.part[:-1], (held.part[-1][0], 0))
    if not TRAIN.search(train.file):
        return False
    columns = train.columns is None or held.columns is None or bool(train.columns & held.columns)
    return columns and not train.part and not train.rows & held.rows


def _is_target(fit: Fit) -> bool:
    given = fit.node.args[0] if isinstance(fit.node, ast.Call) and fit.node.args else None
    name = given.id if isinstance(given, ast.Name) else ""
    return bool(_TARGET.search(name))


def _told(fit: Fit, scores: Sequence[Score]) -> Score | None:
    """The score on the held-out rows that the model was fitted on."""
    if fit.kind not in ("model", "unknown") or not fit.part or fit.part[-1][1] != 1:
        return None
    known = (score for score in scores if score.fit is fit and score.rows <= fit.rows)
    return next((score for score in known if score.is_on_training_rows), None)


def _is_only_shown(page: Page, fit: Fit) -> bool:
    """Is the result looked at, and read by nothing else below?"""
    statement = fit.cell.statement(fit.node)
    if not isinstance(statement, ast.Assign) or fit.cell.in_function(fit.node):
        return False
    names = {root.id for target in statement.targets if (root := root_name(target)) is not None}
    is_shown = False
    for cell in page.code:
        for name in cell.nodes(ast.Name):
            is_below = (cell.number, name.lineno) > (fit.cell.number, statement.end_lineno or 0)
            if name.id in names and is_below and isinstance(name.ctx, ast.Load):
                if not _is_look(cell, name):
                    return False
                is_shown = True
    return is_shown


def _is_look(cell: CodeCell, name: ast.Name) -> bool:
    """`X_test`, `X_test.head()` or `X_test.shape` as a statement."""
    statement = cell.statement(name)
    look = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(look, ast.Call) and called_name(look.func) in ("print", "display"):
        return all(argument is name or root_name(argument) is name for argument in look.args)
    method = look.func if isinstance(look, ast.Call) else look
    return look is name or (isinstance(method, ast.Attribute) and method.attr in _LOOKS and method.value is name)


def _are_two_valued(page: Page, fit: Fit) -> bool:
    """Do tables of the page show two values of each column that gets codes? These get the same codes of any rows."""
    columns = fit.columns or _listed(fit)
    return bool(columns) and all(0 < len(shown_values(page, column)) <= 2 for column in columns)


def _listed(fit: Fit) -> frozenset[str]:
    """The columns that a loop around the fit goes through one by one."""
    lists = (
        loop.iter for loop in fit.loops if isinstance(loop, ast.For) and isinstance(loop.iter, (ast.List, ast.Tuple))
    )
    items = (item for listed in lists for item in listed.elts if isinstance(item, ast.Constant))
    return frozenset(item.value for item in items if isinstance(item.value, str))


def _anew(page: Page, fit: Fit, before: Fit) -> Hit:
    text = fit.cell.segment(fit.node)
    split = fit.part[-1][0] if fit.part else None
    rows = f"the rows that {where(split.cell, fit.cell)} holds out" if split else f"the rows of `{fit.file}`"
    calls = _calls(page, fit) if before.node is fit.node else None
    if calls is not None:
        (first, train), (second, held) = calls
        message = (
            f"`{second.segment(held)}` fits {_a(fit.name)} anew on {rows}, after `{first.segment(train)}` did so on the training rows: "
            "fit it on these alone, and let the function only use `transform`"
        )
        related = [Related(first.at(train), "the training rows"), Related(second.at(held), "the rows held out")]
    elif before.node is fit.node and _is_in_constructor(fit):
        message = (
            f"the constructor fits {_a(fit.name)} once for each of the two sets (`{text}`), the second time on {rows}: "
            "fit one on the training rows and give it to both"
        )
        related = []
    else:
        there = f"cell {before.cell.number}" if before.cell is not fit.cell else "the same cell"
        use = "texts_to_sequences" if fit.name == "Tokenizer" else "transform"
        message = f"`{text}` fits {_a(fit.name)} anew on {rows}, beside `{before.cell.segment(before.node)}` in {there}: use `{use}` of that one"
        related = [Related(before.cell.at(before.node), "the fit on the training rows")]
    if split is not None:
        related.append(Related(split.cell.at(split.node), "the rows are held out here"))
    # Codes come out the same where both parts know the same categories, which the page seldom shows.
    confidence: Confidence | None = "possible" if fit.name in _NUMBERS else None
    severity: Severity = "minor" if fit.name in _NUMBERS and _are_two_valued(page, fit) else "major"
    return Hit(fit.cell.at(fit.node), message, tuple(related), confidence=confidence, severity=severity)


def _is_in_constructor(fit: Fit) -> bool:
    function = fit.cell.function(fit.node)
    return isinstance(function, ast.FunctionDef) and function.name == "__init__"


def _calls(page: Page, fit: Fit) -> tuple[tuple[CodeCell, ast.Call], tuple[CodeCell, ast.Call]] | None:
    """The calls of the function around a fit, with the training rows and with those held out, as far as their names tell."""
    around = next((node for node in fit.cell.ancestors(fit.node) if isinstance(node, ast.FunctionDef)), None)
    sides: dict[bool, tuple[CodeCell, ast.Call]] = {}
    for cell in page.code if around is not None else ():
        for call in cell.nodes(ast.Call):
            root = root_name(call.args[0]) if call.args else None
            if around is not None and called_name(call.func) == around.name and root is not None:
                is_train, is_held = TRAIN.search(root.id), TEST.search(root.id)
                if bool(is_train) != bool(is_held):
                    sides.setdefault(bool(is_held), (cell, call))
    return (sides[False], sides[True]) if len(sides) == 2 else None


def _a(name: str) -> str:
    return f"{'an' if name[0] in 'AEIOU' else 'a'} `{name}`"


def _asked(fit: Fit, score: Score) -> Hit:
    text = fit.cell.segment(fit.node)
    split = fit.part[-1][0]
    message = (
        f"`{text}` trains on the rows that {where(split.cell, fit.cell)} holds out, "
        f"and `{score.cell.segment(score.node)}` scores the model on them"
    )
    related = (
        Related(split.cell.at(split.node), "the rows are held out here"),
        Related(score.cell.at(score.node), "the score is taken on them"),
    )
    return Hit(fit.cell.at(fit.node), message, related)
