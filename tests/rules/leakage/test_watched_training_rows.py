"""NBC519 beyond its documentation: where early stopping is said, and which rows are the same."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.notebook import percent
from nbcritic.rules.leakage.watched_training_rows import check

HEAD = "# %%\nimport lightgbm as lgb\nimport xgboost as xgb\n"


def count(text: str) -> int:
    return len(list(check.check(Page(percent.read(HEAD + text, "t.py")))))


@pytest.mark.parametrize(
    "text",
    [
        "lgb.LGBMRegressor().fit(X, y, eval_set=[(X, y)], callbacks=[lgb.early_stopping(50)])",
        "stop = [lgb.early_stopping(50)]\nlgb.LGBMRegressor().fit(X, y, eval_set=[(X, y)], callbacks=stop)",
        "xgb.train(settings, rows, evals=[(val, 'val'), (rows, 'train')], early_stopping_rounds=10)",
        "xgb.XGBRegressor(early_stopping_rounds=5).fit(X[a], y[a], eval_set=[(X[a], y[a])])",
        "lgb.train({'early_stopping_round': 9}, train_set=rows, valid_sets=rows)",
        "net.fit(x=batches, validation_data=batches)",
    ],
)
def test_faults(text: str) -> None:
    assert count(text) == 1


@pytest.mark.parametrize(
    "text",
    [
        "lgb.LGBMRegressor().fit(X, y, eval_set=[(X, y)])",
        "lgb.train(settings, rows, valid_sets=[rows], early_stopping_rounds=0)",
        "lgb.train(settings, rows, valid_sets=[val, rows], early_stopping_rounds=9)",
        "xgb.train(settings, rows, evals=[(rows, 'train'), (val, 'val')], early_stopping_rounds=10)",
        "net.fit(rows_of(), validation_data=rows_of())",
        "net.fit(X, y, validation_data=(X_val, y_val))",
        "net.fit(X, y, validation_data=pair)",
        "net.fit(*rows, **options)",
    ],
)
def test_innocent(text: str) -> None:
    assert count(text) == 0
