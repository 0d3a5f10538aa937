"""Whether the scale of a feature, and so the rows that a scaler saw, can matter to what a page does with it."""

from __future__ import annotations

import ast
from functools import cached_property

from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.provenance import Fit
from nbcritic.analysis.provenance_tables import SEARCHES
from nbcritic.rules.data_handling._sizes import sizes_of

TREES = frozenset(
    """DecisionTreeClassifier DecisionTreeRegressor ExtraTreeClassifier ExtraTreeRegressor RandomForestClassifier
    RandomForestRegressor ExtraTreesClassifier ExtraTreesRegressor GradientBoostingClassifier GradientBoostingRegressor
    HistGradientBoostingClassifier HistGradientBoostingRegressor AdaBoostClassifier AdaBoostRegressor XGBClassifier
    XGBRegressor XGBRFClassifier XGBRFRegressor LGBMClassifier LGBMRegressor CatBoostClassifier CatBoostRegressor""".split()
)
"""Models that only ask whether a value is above another: an affine scale, learnt from whatever rows, changes nothing for them."""
_LEAST_SQUARES = TREES | {"LinearRegression", "DummyClassifier", "DummyRegressor"}
"""With models that fit a weight without any penalty: it takes an affine scale back."""
_INDIFFERENT = _LEAST_SQUARES | {"GaussianNB"}
"""Models that predict the same (or as good as that) whatever affine scale a feature is on."""
_AFFINE = frozenset("StandardScaler MinMaxScaler MaxAbsScaler RobustScaler".split())
_FEELS = regex(
    r"PCA|TruncatedSVD|TSNE|UMAP|SMOTE|ADASYN|KNNImputer|SVD|LDA|NMF|DBSCAN|Clustering|Neighbors|Discretizer|Selector|RFE|KBest|"
    r"Sequential|SequentialFeatureSelector|Net$|LSTM|Dense$|Linear$|Module$|Model$"
)
"""What else on a page may feel the scale of a feature."""
_BY_HAND = regex(r"statsmodels\..*\.[A-Z]\w*")
"""Models that have no constant, unless somebody adds one."""
_NETWORKS = frozenset("torch tensorflow keras jax flax fastai pytorch_tabnet autogluon pycaret".split())
_MODEL = regex(r"(?:Classifier|Regressor|Regression|SV[CR]|NB|Ridge|Lasso|ElasticNet|Perceptron|Machine|Means|CV)$")
_BOOSTED = frozenset(f"{library}.{name}" for library in ("lightgbm", "xgboost") for name in ("train", "cv"))
_MANY = 100_000
"""The mean and spread of so many rows hardly depend on the fifth of them that is held out."""


class Scales:
    """The models of one page, and what they make of a scale."""

    def __init__(self, page: Page) -> None:
        self._page = page

    @cached_property
    def are_indifferent(self) -> bool:
        """Are all models of the page such that a feature's scale does not matter to them?"""
        return self._are_among(_INDIFFERENT)

    def change_nothing(self, fit: Fit) -> bool:
        """Does nothing on the page but trees read what the scaler made?"""
        return _is_affine(fit) and self._are_among(TREES) and self._nothing_feels(fit)

    def cancel_out(self, fit: Fit) -> bool:
        """Do only least squares (and trees) read it, which give the same predictions on any affine scale?"""
        return _is_affine(fit) and self._are_among(_LEAST_SQUARES) and self._nothing_feels(fit)

    def are_steady(self, fit: Fit) -> bool:
        """Do outputs show that the scaler saw so many rows that those held out hardly move it?"""
        sizes, value = sizes_of(self._page), self._page.provenance.value
        whole = [name for name in sizes.names_shown if not (of := value(name)).part and of.rows & fit.rows]
        return bool(whole) and min(sizes.shown(name) or 0 for name in whole) > _MANY

    @cached_property
    def _called(self) -> list[str]:
        page = self._page
        return [page.qualified(call.func) or "" for cell in page.code for call in cell.nodes(ast.Call)]

    @cached_property
    def _used(self) -> frozenset[str]:
        names = {call.rpartition(".")[2] for call in self._called}
        return frozenset(name for name in names if name[:1].isupper() and _MODEL.search(name)) - SEARCHES

    def _are_among(self, models: frozenset[str]) -> bool:
        return self._used <= models and bool(self._used or not _BOOSTED.isdisjoint(self._called))

    def _nothing_feels(self, fit: Fit) -> bool:
        return self._is_without_others and not self._multiplies(fit)

    @cached_property
    def _is_without_others(self) -> bool:
        """Is nothing on the page but its models that could feel a scale?"""
        libraries = {name.partition(".")[0] for name in self._page.names.imports.values()}
        if not libraries.isdisjoint(_NETWORKS):
            return False
        return not any(_FEELS.search(call.rpartition(".")[2]) or _BY_HAND.fullmatch(call) for call in self._called)

    def _multiplies(self, fit: Fit) -> bool:
        """May products be made of the scaled columns?"""
        made = sum(call.rpartition(".")[2] == "PolynomialFeatures" for call in self._called)
        if not made:
            return False
        fits = [other for other in self._page.provenance.fits if other.name == "PolynomialFeatures"]
        return len({other.node for other in fits}) < made or any(fit.node in other.after for other in fits)


def _is_affine(fit: Fit) -> bool:
    """Is it a scaler that shifts and stretches each column, or nothing but such in a pipeline?"""
    parts = (fit.tool.parts if fit.tool is not None else None) or {fit.name}
    return fit.kind == "scaler" and parts <= _AFFINE
