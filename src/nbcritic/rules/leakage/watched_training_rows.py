"""NBC519."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import nodes_in
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.provenance_arguments import word
from nbcritic.model import Hit
from nbcritic.rule import rule

_CALLS = frozenset({"fit", "train"})
_STOPS = frozenset({"early_stopping", "EarlyStopping"})
_ROUNDS = frozenset({"early_stopping_rounds", "early_stopping_round", "od_wait"})
_SETS = ("validation_data", "eval_set", "valid_sets", "evals")
_STEPS = 3


@rule("NBC519", name="watched-training-rows", severity="major", category="evaluation-and-baseline")
def check(page: Page) -> Iterator[Hit]:
    r"""Training is watched on the very rows that it learns from.

    Early stopping ends the training when rows that the model has not seen are predicted no better. On the training rows the error
    goes on falling however much the model learns by heart, so that it stops late or never (LightGBM switches it off). XGBoost
    stops by the last set of the list alone. Validation data that are the training data draw the training curve twice.

    Instead, hold rows out of the training set, apart from the test set, and give those as `eval_set`, `valid_sets` or
    `validation_data`; with XGBoost, put them last.

    Bad:

        # %%
        import lightgbm as lgb
        import xgboost as xgb
        params = {"objective": "mape", "early_stopping_rounds": 100}
        dtrain = lgb.Dataset(train[columns], train["sold"])
        model = lgb.train(params, dtrain, valid_sets=[dtrain])  # <- flagged
        # %%
        ranker = xgb.XGBRegressor(early_stopping_rounds=20)
        ranker.fit(X_train, y_train, eval_set=[(X_val, y_val), (X_train, y_train)])  # <- flagged
        # %%
        network.fit(X_train, y_train, validation_data=(X_train, y_train), epochs=20)  # <- flagged

    Good:

        # %%
        import lightgbm as lgb
        import xgboost as xgb
        params = {"objective": "mape", "early_stopping_rounds": 100}
        dtrain = lgb.Dataset(train[columns], train["sold"])
        dval = lgb.Dataset(late[columns], late["sold"])
        model = lgb.train(params, dtrain, valid_sets=[dtrain, dval])
        # %%
        ranker = xgb.XGBRegressor(early_stopping_rounds=20)
        ranker.fit(X_train, y_train, eval_set=[(X_train, y_train), (X_val, y_val)])
        # %%
        forest = xgb.XGBRegressor(n_estimators=200)
        forest.fit(X_train, y_train, eval_set=[(X_train, y_train)])
        network.fit(X_train, y_train, validation_data=(X_val, y_val), epochs=20)
    """
    for cell, call in page.calls_named(_CALLS):
        learnt = _learnt(call)
        given = next((each for name in _SETS if (each := word(call, name)) is not None), None)
        if learnt is None or given is None:
            continue
        watched = [_rows(item) for item in (given.elts if isinstance(given, ast.List) else [given])]
        same = [_is_same(rows, learnt) for rows in watched]
        is_last_alone = _is_xgboost(page, call)
        if not same or not (all(same) or (is_last_alone and same[-1])):
            continue
        text = cell.segment(learnt)
        if word(call, "validation_data") is not None:
            message = f"`{text}` is what the model learns from and what it is validated on: the validation curve shows nothing new; validate on rows held out"
        elif _stops(page, call):
            also = "XGBoost stops by the last set, and that is " if not all(same) else "early stopping watches "
            message = f"{also}`{text}`, the rows that the model learns from, where the error goes on falling: watch rows held out of the training set"
        else:
            continue
        yield Hit(cell.at(call), message)


def _learnt(call: ast.Call) -> ast.expr | None:
    """The rows that a model is trained on: `fit(X, …)`, `train(settings, rows, …)`."""
    if called_name(call.func) == "fit":
        return call.args[0] if call.args else word(call, "x") or word(call, "X")
    return call.args[1] if len(call.args) > 1 else word(call, "train_set") or word(call, "dtrain")


def _rows(item: ast.expr) -> ast.expr:
    """The features of a pair of features and target, or the set itself."""
    return item.elts[0] if isinstance(item, (ast.Tuple, ast.List)) and item.elts else item


def _is_same(rows: ast.expr, learnt: ast.expr) -> bool:
    """Is it the same name, or the same part of one? A call may give other rows each time."""
    is_plain = isinstance(rows, (ast.Name, ast.Attribute, ast.Subscript)) and not nodes_in(rows, ast.Call)
    return is_plain and ast.dump(rows) == ast.dump(learnt)


def _is_xgboost(page: Page, call: ast.Call) -> bool:
    if word(call, "evals") is not None:
        return True
    made = _made(page, call)
    return made is not None and called_name(made.func).startswith("XGB")


def _made(page: Page, call: ast.Call) -> ast.Call | None:
    """The call that made the model whose method is called."""
    owner: ast.expr | None = call.func.value if isinstance(call.func, ast.Attribute) else None
    owner = page.values.source(owner) if isinstance(owner, ast.Name) else owner
    return owner if isinstance(owner, ast.Call) else None


def _stops(page: Page, call: ast.Call) -> bool:
    """Does early stopping end the training: by an argument, by one of the model's own, by a callback or by the settings?"""
    made = _made(page, call)
    for each in (call, *([made] if made is not None else [])):
        if any(word.arg in _ROUNDS and not _is_off(word.value) for word in each.keywords):
            return True
        if (callbacks := word(each, "callbacks")) is not None and _has_callback(page, callbacks):
            return True
    settings = call.args[0] if called_name(call.func) == "train" and call.args else None
    settings = page.values.source(settings) if isinstance(settings, ast.Name) else settings
    return isinstance(settings, ast.Dict) and any(
        isinstance(key, ast.Constant) and key.value in _ROUNDS and not _is_off(value)
        for key, value in zip(settings.keys, settings.values, strict=True)
    )


def _has_callback(page: Page, node: ast.expr, depth: int = 0) -> bool:
    for inner in nodes_in(node):
        if isinstance(inner, ast.Call) and called_name(inner.func) in _STOPS:
            return True
        source = page.values.source(inner) if isinstance(inner, ast.Name) and depth < _STEPS else None
        if source is not None and _has_callback(page, source, depth + 1):
            return True
    return False


def _is_off(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and not value.value
