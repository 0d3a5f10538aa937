"""Whether the scale of a feature, and so the rows that a scaler saw, can matter to what a page does with it."""

from __future__ import annotations

import ast
import re
from functools import cached_property

from nbcritic.analysis.code import nodes_in
from nbcritic.analysis.events import called_name, root_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.provenance import Fit, Split
from nbcritic.analysis.provenance_tables import SEARCHES
from nbcritic.rules.data_handling._sizes import sizes_of

TREES = frozenset(
    """DecisionTreeClassifier DecisionTreeRegressor ExtraTreeClassifier ExtraTreeRegressor RandomForestClassifier
    RandomForestRegressor ExtraTreesClassifier ExtraTreesRegressor GradientBoostingClassifier GradientBoostingRegressor
    HistGradientBoostingClassifier HistGradientBoostingRegressor AdaBoostClassifier AdaBoostRegressor XGBClassifier
    XGBRegressor XGBRFClassifier XGBRFRegressor XGBRanker LGBMClassifier LGBMRegressor LGBMRanker CatBoost CatBoostClassifier
    CatBoostRegressor ExplainableBoostingClassifier ExplainableBoostingRegressor booster""".split()
)
"""Models that only ask whether a value is above another: an affine scale, learnt from whatever rows, changes nothing for them."""
_OF_OTHERS = SEARCHES | frozenset(
    """VotingClassifier VotingRegressor StackingClassifier StackingRegressor CalibratedClassifierCV MultiOutputClassifier
    MultiOutputRegressor RFECV OneVsRestClassifier OneVsOneClassifier DummyClassifier DummyRegressor""".split()
)
"""What has no eye for a scale of its own: searches, models of other models, those that look at no feature."""
_LEAST_SQUARES = TREES | {"LinearRegression"}
"""With models that fit a weight without any penalty: it takes an affine scale back."""
_INDIFFERENT = _LEAST_SQUARES | {"GaussianNB"}
"""Models that predict the same (or as good as that) whatever affine scale a feature is on."""
_LIMITS = frozenset("quantile percentile nanquantile nanpercentile".split())
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
_DRAWS = regex(
    r"numpy\.random\.(?:multivariate_normal|normal|randn?|uniform|standard_normal|poisson|exponential)|sklearn\.datasets\.make_\w+"
)
_MANY = 10_000
"""The mean and spread of so many rows hardly depend on the fifth of them that is held out."""


class Scales:
    """The models of one page, and what they make of a scale."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def are_indifferent(self, fit: Fit) -> bool:
        """Are all models that read it such that a feature's scale does not matter to them?"""
        return self._are_among(_INDIFFERENT, fit)

    def change_nothing(self, fit: Fit, split: Split) -> bool:
        """Can it move no score that anybody would notice, whatever rows it has seen?"""
        if (fit.kind == "filter" and split.how == "the folds") or self._are_simulated(fit):
            return True
        if fit.kind == "imputer" and self.are_steady(fit):
            return True
        if fit.by == "statistic":
            if isinstance(fit.node, ast.Call) and called_name(fit.node.func) in _LIMITS:
                return self._are_among(TREES, fit)
            return self.cancel_out(fit, split) or self.are_steady(fit)
        return _is_affine(fit) and self._are_among(TREES, fit) and self._nothing_feels(fit)

    def cancel_out(self, fit: Fit, split: Split) -> bool:
        """Do only least squares (and trees) read it, which give the same predictions on any affine scale?"""
        if not (_is_affine(fit) or _is_score(fit)):
            return False
        readers = self._readers(fit, split)
        among = readers <= _LEAST_SQUARES if readers else self._are_among(_LEAST_SQUARES, fit)
        return among and self._nothing_feels(fit)

    def _are_simulated(self, fit: Fit) -> bool:
        """Are the rows drawn at random in the same function, each from the one distribution?"""
        function = fit.cell.function(fit.node)
        calls = nodes_in(function, ast.Call) if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) else []
        drawn = [self._page.qualified(call.func) or "" for call in calls]
        return any(map(_DRAWS.fullmatch, drawn)) and not any(".read_" in name for name in drawn)

    def are_steady(self, fit: Fit) -> bool:
        """Do outputs show that the scaler saw so many rows that those held out hardly move it?"""
        sizes, value = sizes_of(self._page), self._page.provenance.value
        whole = [name for name in sizes.names_shown if not (of := value(name)).part and of.rows & fit.rows]
        shown = [size for name in whole if (size := sizes.shown(name))] or _printed(fit)
        return bool(shown) and min(shown) > _MANY

    @cached_property
    def _called(self) -> list[str]:
        page = self._page
        return [page.qualified(call.func) or "" for cell in page.code for call in cell.nodes(ast.Call)]

    @cached_property
    def _used(self) -> frozenset[str]:
        names = {call.rpartition(".")[2] for call in self._called}
        return frozenset(name for name in names if name[:1].isupper() and _MODEL.search(name)) - _OF_OTHERS

    def _are_among(self, models: frozenset[str], fit: Fit) -> bool:
        if readers := self._readers(fit):
            return readers <= models
        return self._used <= models and bool(self._used or not _BOOSTED.isdisjoint(self._called))

    def _readers(self, fit: Fit, split: Split | None = None) -> frozenset[str]:
        """The models that were fitted on what this fit gave (and the split left); none where not all of them are known."""
        after = [other for other in self._page.provenance.fits if fit.node in other.after]
        if split is not None:
            after = [other for other in after if any(step[0] is split for step in other.part)]
        named = frozenset(other.name for other in after if other.by == "model")
        is_known = "" not in named and SEARCHES.isdisjoint(named)
        return named - _OF_OTHERS if is_known else frozenset()

    def _nothing_feels(self, fit: Fit) -> bool:
        if self._multiplies(fit) or any(_BY_HAND.fullmatch(call) for call in self._called):
            return False
        if self._readers(fit):
            after = (other.name for other in self._page.provenance.fits if fit.node in other.after)
            return not any(_FEELS.search(name) for name in after)
        return self._is_without_others

    @cached_property
    def _is_without_others(self) -> bool:
        """Is nothing on the page but its models that could feel a scale?"""
        libraries = {name.partition(".")[0] for name in self._page.names.imports.values()}
        if not libraries.isdisjoint(_NETWORKS):
            return False
        return not any(_FEELS.search(call.rpartition(".")[2]) for call in self._called)

    def _multiplies(self, fit: Fit) -> bool:
        """May products be made of the scaled columns?"""
        made = sum(call.rpartition(".")[2] == "PolynomialFeatures" for call in self._called)
        if not made:
            return False
        fits = [other for other in self._page.provenance.fits if other.name == "PolynomialFeatures"]
        return len({other.node for other in fits}) < made or any(fit.node in other.after for other in fits)


def _is_score(fit: Fit) -> bool:
    """Is it a mean that is subtracted, or a spread that is divided by: `(x - x.mean()) / x.std()`?"""
    node: ast.AST = fit.node
    parent = fit.cell.parent(node)
    return (
        fit.by == "statistic"
        and isinstance(parent, ast.BinOp)
        and parent.right is node
        and isinstance(parent.op, (ast.Sub, ast.Div))
    )


def _printed(fit: Fit) -> list[int]:
    """How many rows the fit's own cell prints as the shape of what it was given: `X shape (70988, 84)`."""
    given = root_name(fit.node.args[0]) if isinstance(fit.node, ast.Call) and fit.node.args else None
    if given is None:
        return []
    pattern = re.compile(rf"\b{re.escape(given.id)}\b[^\n(]{{0,20}}\((\d{{1,12}}), ?\d")
    return [int(rows) for output in fit.cell.outputs for rows in pattern.findall(output.text)]


def _is_affine(fit: Fit) -> bool:
    """Is it a scaler that shifts and stretches each column, or nothing but such in a pipeline?"""
    parts = (fit.tool.parts if fit.tool is not None else None) or {fit.name}
    return fit.kind == "scaler" and parts <= _AFFINE
