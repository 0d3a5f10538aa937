"""The model and the sheet of paper that it has to beat, both plain scikit-learn and pandas."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from strike_triage.config import Config
from strike_triage.features import CATEGORIES, NUMBERS

Floats = NDArray[np.float64]


def build(config: Config) -> Pipeline:
    """From `features.design` to a chance. Everything that learns from data is inside; gaps and new values are no error."""
    codes = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=config.rare)
    numbers = Pipeline([("fill", SimpleImputer(add_indicator=True)), ("scale", StandardScaler())])
    columns = ColumnTransformer([("codes", codes, list(CATEGORIES)), ("numbers", numbers, list(NUMBERS))])
    regression = LogisticRegression(C=config.strength, max_iter=2000)
    return Pipeline([("columns", columns), ("regression", regression)])


def fit(
    train: pd.DataFrame, train_grave: pd.Series, later: pd.DataFrame, later_grave: pd.Series, config: Config
) -> CalibratedClassifierCV:
    """Learn on the earlier reports as they are, unbalanced; then bend the chances to what was seen in later ones.

    Two numbers are learnt from the later reports (a sigmoid), so that the order of the chances stays as it was.
    """
    plain = build(config).fit(train, train_grave)
    return CalibratedClassifierCV(FrozenEstimator(plain), method="sigmoid").fit(later, later_grave)


def chances(model: Any, table: pd.DataFrame) -> Floats:
    """Chance of grave damage, one number a row, 0 to 1."""
    return np.asarray(model.predict_proba(table)[:, 1], dtype=np.float64)


class SizeAndPhase:
    """What a sheet of paper on the wall could do: the share of grave damage by size of the bird and phase of flight."""

    def fit(self, table: pd.DataFrame, grave: pd.Series) -> Self:
        """Count. A pair that was never seen gets the overall share."""
        self.overall = float(grave.mean())
        self.shares = grave.groupby([table["size"], table["phase"]]).mean()
        return self

    def predict(self, table: pd.DataFrame) -> Floats:
        """Look up."""
        pairs = pd.MultiIndex.from_frame(table[["size", "phase"]])
        return np.asarray(self.shares.reindex(pairs).fillna(self.overall), dtype=np.float64)
