"""The model and the baseline that it has to beat, both plain scikit-learn."""

from __future__ import annotations

from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

from newark_ontime.config import Config
from newark_ontime.features import CATEGORIES

Floats = NDArray[np.float64]


def build(config: Config) -> Pipeline:
    """Codes for carrier and destination, then boosted trees. Everything that learns from data is inside."""
    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1, dtype=np.float64
    )
    columns = ColumnTransformer([("codes", codes, list(CATEGORIES))], remainder="passthrough")
    trees = HistGradientBoostingClassifier(
        learning_rate=config.learning_rate,
        max_iter=config.iterations,
        max_leaf_nodes=config.leaves,
        min_samples_leaf=config.smallest_leaf,
        early_stopping=False,
        random_state=config.seed,
    )
    return Pipeline([("columns", columns), ("trees", trees)])


def probability(model: Pipeline, table: pd.DataFrame) -> Floats:
    """Chance of a disrupted flight, one number a row."""
    return np.asarray(model.predict_proba(table)[:, 1], dtype=np.float64)


class RateTable:
    """What the desk could do with a sheet of paper: the share of disrupted flights by carrier and hour."""

    def fit(self, table: pd.DataFrame, disrupted: pd.Series) -> Self:
        """Count. A pair that was never seen gets the overall share."""
        self.overall = float(disrupted.mean())
        self.rates = disrupted.groupby(self._keys(table)).mean()
        return self

    def predict(self, table: pd.DataFrame) -> Floats:
        """Look up."""
        keys = pd.MultiIndex.from_arrays(self._keys(table))
        return np.asarray(self.rates.reindex(keys).fillna(self.overall), dtype=np.float64)

    @staticmethod
    def _keys(table: pd.DataFrame) -> list[pd.Series]:
        return [table["carrier"], table["departs"] // 60]
