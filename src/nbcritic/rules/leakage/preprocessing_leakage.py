"""NBC501."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.provenance import Events, Fit, Split
from nbcritic.model import Confidence, Hit, Related, Severity
from nbcritic.rule import rule
from nbcritic.rules.leakage._chain import is_thrown_away, scored, used, where
from nbcritic.rules.leakage._gaps import Gaps

TELLING = frozenset({"selector", "encoder"})
"""What learns from the target: fitted on all rows, it carries the answers of the test set into the features."""

SLIGHT = frozenset({"imputer", "vectoriser", "vocabulary", "discretiser", "neighbours"})
"""What rarely moves a score by itself: a median from more rows, words that the training rows do not hold, edges of bins."""
TREES = frozenset(
    """DecisionTreeClassifier DecisionTreeRegressor ExtraTreeClassifier ExtraTreeRegressor RandomForestClassifier
    RandomForestRegressor ExtraTreesClassifier ExtraTreesRegressor GradientBoostingClassifier GradientBoostingRegressor
    HistGradientBoostingClassifier HistGradientBoostingRegressor AdaBoostClassifier AdaBoostRegressor XGBClassifier
    XGBRegressor XGBRFClassifier XGBRFRegressor LGBMClassifier LGBMRegressor CatBoostClassifier CatBoostRegressor""".split()
)
"""Models that only ask whether a value is above another: an affine scale, learnt from whatever rows, changes nothing for them."""
INDIFFERENT = TREES | frozenset("LinearRegression GaussianNB DummyClassifier DummyRegressor".split())
"""Models that predict the same whatever affine scale a feature is on: a scaler that saw too much changes little for them."""
_AFFINE = frozenset("StandardScaler MinMaxScaler MaxAbsScaler RobustScaler".split())
_BY_DISTANCE = regex(
    r"PCA|TruncatedSVD|TSNE|UMAP|SMOTE|ADASYN|KNNImputer|SVD|LDA|NMF|DBSCAN|Clustering|Neighbors|Discretizer|Selector|RFE|KBest|"
    r"PolynomialFeatures|Sequential|SequentialFeatureSelector|Net$|LSTM|Dense$|Linear$|Module$|Model$"
)
"""What else on a page may feel the scale of a feature."""
_NETWORKS = frozenset("torch tensorflow keras jax flax fastai pytorch_tabnet autogluon pycaret".split())
_MODEL = regex(r"(?:Classifier|Regressor|Regression|SV[CR]|NB|Ridge|Lasso|ElasticNet|Perceptron|Machine|Means|CV)$")


@rule("NBC501", name="preprocessing-leakage", severity="blocker", category="leakage")
def check(page: Page) -> Iterator[Hit]:
    r"""Preprocessing is fitted on rows that are held out afterwards.

    A scaler, imputer, selector, projection or vocabulary that is fitted before the split knows the test rows: their mean, their
    range, their words. The test score then answers another question than "how well on rows never seen", and is too good, by a
    little for a scaler on many rows (major; minor where no model of the page minds the scale, and for an imputer or a vocabulary),
    by a lot for a selector or a mean of the target (blocker). A scaler before nothing but trees, and an imputer for a table that is
    shown to have no gaps, change nothing and get no word.

    Instead, split first, fit on the training rows only and transform the rest with that; or put the steps into a `Pipeline` and
    give that to `cross_val_score` or the search, which then fits it anew in every fold.

    Bad:

        # %%
        import pandas as pd
        from sklearn.model_selection import train_test_split
        from sklearn.preprocessing import StandardScaler
        df = pd.read_csv("loans.csv")
        y = df["default"]
        X = df.drop(columns="default")
        scaler = StandardScaler()
        X_scaled = scaler.fit_transform(X)  # <- flagged
        # %%
        X_train, X_test, y_train, y_test = train_test_split(X_scaled, y)
        model.fit(X_train, y_train)

    Bad:

        # %%
        import pandas as pd
        from sklearn.impute import SimpleImputer
        from sklearn.model_selection import train_test_split
        df = pd.read_csv("loans.csv")
        cols = ["age", "income"]
        df[cols] = SimpleImputer().fit_transform(df[cols])  # <- flagged
        df["debt"].fillna(df["debt"].mean(), inplace=True)  # <- flagged
        train, test = train_test_split(df)

    Bad:

        # %%
        from sklearn.feature_selection import SelectKBest
        from sklearn.model_selection import cross_val_score
        best = SelectKBest(k=10).fit_transform(X, y)  # <- flagged
        print(cross_val_score(model, best, y))

    Bad:

        # %%
        from sklearn.preprocessing import MinMaxScaler
        series = pd.read_csv("load.csv")
        scaled = MinMaxScaler().fit_transform(series)  # <- flagged
        n = int(len(scaled) * 0.8)
        train, test = scaled[:n], scaled[n:]

    Bad:

        # %%
        import pandas as pd
        from sklearn.model_selection import train_test_split
        from sklearn.preprocessing import StandardScaler
        def prepare(frame):
            frame["income"] = frame["income"].fillna(frame["income"].median())  # <- flagged
            frame[["age", "debt"]] = StandardScaler().fit_transform(frame[["age", "debt"]])  # <- flagged
        df = pd.read_csv("loans.csv")
        prepare(df)
        # %%
        train, test = train_test_split(df)

    Good:

        # %%
        import pandas as pd
        from sklearn.preprocessing import StandardScaler
        months = pd.read_csv("load.csv")
        n = int(len(months) * 0.8)
        first, last = months.head(n), months.tail(len(months) - n)
        scaler = StandardScaler().fit(first)
        train, test = scaler.transform(first), scaler.transform(last)

    Good:

        # %%
        import pandas as pd
        from sklearn.model_selection import cross_val_score, train_test_split
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import LabelEncoder, OneHotEncoder, StandardScaler
        df = pd.read_csv("loans.csv")
        y = LabelEncoder().fit_transform(df["default"])
        X = OneHotEncoder().fit_transform(df.drop(columns="default"))
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        scaler = StandardScaler()
        X_train = scaler.fit_transform(X_train)
        X_test = scaler.transform(X_test)
        # %%
        print(cross_val_score(make_pipeline(StandardScaler(), model), X, y))

    Good:

        # %%
        from sklearn.decomposition import PCA
        from sklearn.model_selection import train_test_split
        from sklearn.preprocessing import StandardScaler
        df = pd.read_csv("loans.csv")
        picture = PCA(2).fit_transform(StandardScaler().fit_transform(df))
        plt.scatter(picture[:, 0], picture[:, 1])
        df["price"] = StandardScaler().fit_transform(df[["price"]])
        df["age"] = df["age"].fillna(0)
        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="price"), df["price"])

    Good:

        # %%
        import lightgbm as lgb
        import pandas as pd
        from sklearn.impute import SimpleImputer
        from sklearn.model_selection import train_test_split
        from sklearn.preprocessing import StandardScaler
        df = pd.read_csv("loans.csv")
        df.isnull().sum()
        #> age       0
        #> income    0
        #> dtype: int64
        # %%
        cols = ["age", "income"]
        df[cols] = SimpleImputer().fit_transform(df[cols])
        df[cols] = StandardScaler().fit_transform(df[cols])
        # %%
        train, test = train_test_split(df)
        model = lgb.train({}, lgb.Dataset(train[cols], train["default"]))

    Good:

        # %%
        import xgboost
        from sklearn.feature_selection import SelectKBest
        from sklearn.model_selection import cross_val_score
        MOST = None
        if MOST:
            X = SelectKBest(k=MOST).fit_transform(X, y)
        print(cross_val_score(model, X, y))
        # %%
        trips = pd.read_csv("trips.csv")
        trips.info()
        #> RangeIndex: 75000 entries, 0 to 74999
        #> Data columns (total 2 columns):
        #>  #   Column  Non-Null Count  Dtype
        #>  0   length  74999 non-null  float64
        #>  1   stops   75000 non-null  int64
        # %%
        trips["length"] = trips["length"].fillna(trips["length"].median())
        train, test = train_test_split(trips)

    Good:

        # %%
        from sklearn.model_selection import KFold
        from sklearn.preprocessing import StandardScaler
        X = StandardScaler().fit_transform(X)
        models = [make().fit(X[rows], y[rows]) for rows, _ in KFold(5).split(X)]
        for rows, _ in KFold(5).split(X):
            models.append(make().fit(X[rows], y[rows]))
    """
    found, gaps = page.provenance.events, Gaps(page)
    together: dict[object, list[tuple[Fit, Split]]] = {}
    for fit, split in sorted(found.leaks.values(), key=lambda leak: leak[0].place):
        if is_thrown_away(split) or (fit.kind == "neighbours" and not split.shuffled):
            continue
        if gaps.are_none(fit) or (fit.kind == "scaler" and fit.name in _AFFINE and _are_trees(page)):
            continue
        # Many columns filled alike are one fault, and so is what was done to two files put together.
        many = fit.by == "statistic" or _are_two_files(fit, split)
        together.setdefault((split, fit.by, fit.kind) if many else fit.node, []).append((fit, split))
    for leaks in together.values():
        yield _hit(page, found, *leaks[0], [fit for fit, _ in leaks[1:]])


def _hit(page: Page, found: Events, fit: Fit, split: Split, others: Sequence[Fit]) -> Hit:
    text = fit.cell.segment(fit.node)
    severity = _severity(page, fit, split)
    confidence: Confidence | None = "possible" if _ran_later(fit, split) or _is_open(fit, split) else None
    if _are_two_files(fit, split):
        split = _scored_part(found, split) or split
    there = where(split.cell, fit.cell)
    if split.held:
        seen = f"the rows that {there} splits off as `{split.held}`"
    elif split.how in ("train_test_split", "selects by position"):
        seen = f"the rows that {there} splits off"
    else:
        how = split.how if " " in split.how else f"`{split.how}`"
        holds = "hold" if split.how == "the folds" else "holds"
        seen = f"every row that {how} in {there} {holds} out"
    score = scored(found, split)
    scores = f"; scored in cell {score.cell.number}" if score is not None and score.cell is not split.cell else ""
    related = (Related(split.cell.at(split.node), "the rows are held out here, after the fit"), *used(found, split))
    verb = "has seen" if fit.by in ("tool", "model") else "is taken over"
    elsewhere = [other for other in others if other.cell.statement(other.node) is not fit.cell.statement(fit.node)]
    related += tuple(Related(other.cell.at(other.node), "so is this") for other in elsewhere[:8])
    more = f" (and {len(elsewhere)} more like it)" if elsewhere else ""
    return Hit(
        fit.cell.at(fit.node),
        f"`{text}` {verb} {seen}{scores}{more}",
        related,
        severity=severity,
        confidence=confidence,
    )


def _is_open(fit: Fit, split: Split) -> bool:
    """Could it be meant: rows filled from the rows beside them, a mean that is known of each group, groups of like rows?"""
    if fit.kind in ("neighbours", "cluster") or (fit.by == "group" and not fit.is_of_target(split)):
        return True
    return _are_two_files(fit, split)


def _are_two_files(fit: Fit, split: Split) -> bool:
    """Were two files put together, and are they taken apart again? The second may have no target to be scored on."""
    return split.how == "selects by position" and len({rows for rows, _ in fit.mixed}) > 1


def _scored_part(found: Events, split: Split) -> Split | None:
    """The later split of the rows with a target: what that one holds out is scored, and the second file is not."""
    parts = [*(score.part for score in found.scores), *(fit.part for fit in found.fits if fit.by == "model")]
    for part in (part for part in parts if len(part) > 1):
        first, side = part[0]
        if side == 0 and (first.how, first.cell) == (split.how, split.cell):
            return part[1][0]
    return None


def _severity(page: Page, fit: Fit, split: Split) -> Severity:
    """How much of the score the leak can move."""
    if fit.by == "model" or (fit.is_of_target(split) if fit.by == "group" else fit.kind in TELLING):
        return "blocker" if "search" not in split.how and not fit.part else "major"
    if fit.by in ("statistic", "group") or fit.kind in SLIGHT or (fit.kind == "scaler" and _are_indifferent(page)):
        return "minor"
    return "major"


def _are_indifferent(page: Page, models: frozenset[str] = INDIFFERENT) -> bool:
    """Are all models of the page such that a feature's scale does not matter to them?"""
    calls = _called(page)
    used = {name for call in calls if _MODEL.search(name := call.rpartition(".")[2]) and name[0].isupper()}
    boosted = any(name in ("lightgbm.train", "xgboost.train", "lightgbm.cv", "xgboost.cv") for name in calls)
    return (bool(used) or boosted) and used <= models


def _are_trees(page: Page) -> bool:
    """Is there nothing on the page that a feature reaches but trees?"""
    libraries = {name.partition(".")[0] for name in page.names.imports.values()}
    if not libraries.isdisjoint(_NETWORKS) or not _are_indifferent(page, TREES):
        return False
    return not any(_BY_DISTANCE.search(name.rpartition(".")[2]) for name in _called(page))


def _called(page: Page) -> list[str]:
    return [page.qualified(call.func) or "" for cell in page.code for call in cell.nodes(ast.Call)]


def _ran_later(fit: Fit, split: Split) -> bool:
    """Do the recorded counts say that the fit ran after the split?"""
    first, second = fit.ran.execution_count, split.ran.execution_count
    return bool(first and second and first > second)
