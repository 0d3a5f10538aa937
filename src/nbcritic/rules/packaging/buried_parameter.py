"""NBC409."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.packaging._logic import last_name

_TUNED = frozenset(
    "n_estimators max_depth min_samples_leaf min_samples_split max_features learning_rate lr eta alpha gamma C l1_ratio reg_alpha "
    "reg_lambda subsample colsample_bytree num_leaves n_clusters n_components n_neighbors epochs batch_size num_epochs "
    "dropout weight_decay momentum test_size train_size threshold window n_splits num_boost_round early_stopping_rounds patience "
    "hidden_layer_sizes max_leaf_nodes max_len maxlen num_words vocab_size embedding_dim eps min_samples n_topics num_topics".split()
)
"""Arguments that somebody will want to change, and that decide about the result."""
_DATE = regex(r"(?:19|20)\d\d-\d\d(?:-\d\d)?(?:[ T]\d\d:\d\d.*)?")
_READS = regex(r"(?:read|load|open|scan)_?\w*")
_FILE = regex(r"[^\s*?]+\.(?:csv|tsv|xlsx?|json|parquet|feather|pkl|pickle|h5|hdf5|npy|npz|txt|zip|gz|db|sqlite)")
_SEARCHES = ("GridSearchCV", "RandomizedSearchCV")
_USUAL = (0.0, 0.5, 1.0, 0.05, 0.01, 0.001)
_MARKED = frozenset({"parameters", "injected-parameters"})
SHOWN = 3


@rule("NBC409", name="buried-parameter", severity="minor", category="configuration", profile="production")
def check(page: Page, *, places: int = 5) -> Iterator[Hit]:
    r"""What one would want to vary is written into calls all over the notebook.

    Another period, file or depth means finding every number again, and a value that stands twice is changed once. A scheduled run
    cannot vary it at all. Looked for are arguments that are tuned, thresholds with decimals, dates and data files; search grids and
    the first cells are left alone, as is a notebook with a `parameters` cell and one with fewer than `places` of them.

    Instead, give each value a name in one cell at the top and tag the cell `parameters` (papermill then sets them from outside).

    Bad (places=3):

        # %%
        import pandas as pd
        # %%
        orders = pd.read_csv("data/orders.csv")  # <- flagged
        recent = orders[orders["day"] >= "2021-01-01"]
        # %%
        model = RandomForestClassifier(n_estimators=500, max_depth=7)
        model.fit(recent[X], recent[y])

    Good (places=3):

        # %% tags=["parameters"]
        path = "data/orders.csv"
        since = "2021-01-01"
        # %%
        orders = pd.read_csv(path)
        model = RandomForestClassifier(n_estimators=500, max_depth=7)
        cut = orders[orders["day"] >= "2021-01-01"]

    Good (places=3):

        # %%
        TREES, DEPTH, SINCE = 500, 7, "2021-01-01"
        orders = read_csv("data/orders.csv")
        # %%
        recent = orders[orders["day"] >= SINCE]
        model = RandomForestClassifier(n_estimators=TREES, max_depth=DEPTH)
        search = GridSearchCV(model, dict(max_depth=3, n_estimators=10, max_features=2))
        plot(orders, alpha=0.5)
    """
    if any(not _MARKED.isdisjoint(cell.tags) for cell in page.notebook.cells):
        return
    found = [(cell, node, text) for cell in page.code[1:] for node, text in _buried(page, cell)]
    if len(found) < places:
        return
    (cell, node, _), *others = found
    shown = ", ".join(f"`{text}` (cell {where.number})" for where, _, text in found[:SHOWN])
    more = ", …" if len(found) > SHOWN else ""
    message = (
        f"{len(found)} values to vary are written into the code: {shown}{more}; name them in one `parameters` cell"
    )
    yield Hit(cell.at(node), message, tuple(Related(where.at(n), f"`{text}`") for where, n, text in others))


def _buried(page: Page, cell: CodeCell) -> Iterator[tuple[ast.AST, str]]:
    """The values of a cell that have no name, with the words to name them by."""
    found: list[tuple[ast.expr, str]] = []
    for call in cell.nodes(ast.Call):
        name = last_name(call.func)
        if page.qualified(call.func) == "dict" or name in _SEARCHES:
            continue
        found += [
            (word.value, f"{word.arg}={cell.segment(word.value, 20)}")
            for word in call.keywords
            if word.arg in _TUNED and _is_tuned(word, name)
        ]
        path = call.args[0] if call.args and _READS.fullmatch(name) else None
        if isinstance(path, ast.Constant) and isinstance(path.value, str) and _FILE.fullmatch(path.value):
            found.append((path, cell.segment(path, 40)))
    for compare in cell.nodes(ast.Compare):
        if isinstance(compare.ops[0], (ast.Lt, ast.LtE, ast.Gt, ast.GtE)):
            cuts = [value for value in compare.comparators if _is_cut(value)]
            found += [(value, cell.segment(compare, 40).replace("`", "'")) for value in cuts]
    yield from sorted(found, key=lambda item: (item[0].lineno, item[0].col_offset))


def _is_tuned(word: ast.keyword, called: str) -> bool:
    """Is it a number that decides about a result? `alpha` of a drawing is not, two components are what a plane can show."""
    if word.arg == "alpha" and not called[:1].isupper():
        return False
    value = word.value
    if not isinstance(value, ast.Constant) or type(value.value) not in (int, float):
        return False
    return not (word.arg == "n_components" and value.value == 2)


def _is_cut(value: ast.expr) -> bool:
    """Is it a date or a threshold that somebody chose, and not a level that everybody takes?"""
    if not isinstance(value, ast.Constant):
        return False
    if isinstance(value.value, str):
        return _DATE.fullmatch(value.value) is not None
    return isinstance(value.value, float) and value.value not in _USUAL
