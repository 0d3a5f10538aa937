"""NBC501."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from nbcritic.analysis.page import Page
from nbcritic.analysis.provenance import Events, Fit, Split
from nbcritic.analysis.provenance_values import replace
from nbcritic.model import Confidence, Hit, Related, Severity
from nbcritic.rule import rule
from nbcritic.rules.leakage._chain import are_two_files, is_thrown_away, scored, scored_part, used, where
from nbcritic.rules.leakage._gaps import Gaps
from nbcritic.rules.leakage._scales import Scales
from nbcritic.rules.leakage._targets import Helpers, is_of_target
from nbcritic.rules.leakage._used import Models

TELLING = frozenset({"selector", "encoder"})
"""What learns from the target: fitted on all rows, it carries the answers of the test set into the features."""

SLIGHT = frozenset({"imputer", "vectoriser", "vocabulary", "discretiser", "neighbours", "filter"})
"""What rarely moves a score by itself: a median from more rows, words that the training rows do not hold, edges of bins, columns
of one value."""
_SEARCH_SCORES = frozenset({"best_score_", "cv_results_", "grid_scores_"})


@rule("NBC501", name="preprocessing-leakage", severity="blocker", category="leakage")
def check(page: Page) -> Iterator[Hit]:
    r"""Preprocessing is fitted on rows that are held out afterwards.

    A scaler, imputer, selector, projection or vocabulary that is fitted before the split knows the test rows: their mean, their
    range, their words. The test score then answers another question than "how well on rows never seen", and is too good, by a
    little for a scaler on many rows (major; minor where no model that reads it minds the scale, where outputs show more than 10,000
    rows, and for an imputer or a vocabulary; a nit before nothing but least squares, which takes any scale back), by some for columns
    that are kept for their correlation with the target (major), by a lot for a selector or a mean of the target (blocker). It is
    minor, too, where only the folds of a search saw too much and nothing shows their scores: then the choice of a setting suffers, and
    no number that is reported. A scaler before nothing but trees, and an imputer for a table that is shown to have no gaps, change
    nothing and get no word.

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

    Bad:

        # %%
        import pandas as pd
        from sklearn.model_selection import train_test_split
        def encoded(frame, column, target):
            frame["usual"] = frame.groupby(column)[target].transform("mean")  # <- flagged
            return frame
        homes = encoded(pd.read_csv("homes.csv"), "city", "price")
        # %%
        X_train, X_test, y_train, y_test = train_test_split(homes.drop(columns="price"), homes["price"])

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

    Good:

        # %%
        import pandas as pd
        from sklearn.compose import ColumnTransformer
        from sklearn.ensemble import RandomForestRegressor
        from sklearn.model_selection import train_test_split
        from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, PolynomialFeatures
        homes = pd.read_csv("homes.csv")
        homes[["area", "rooms", "both"]] = PolynomialFeatures().fit_transform(homes[["area", "rooms"]])
        steps = ColumnTransformer([("numbers", MinMaxScaler(), ["area", "both"]), ("words", OneHotEncoder(), ["city"])])
        X = steps.fit_transform(homes)
        X_train, X_test, y_train, y_test = train_test_split(X, homes["price"])
        RandomForestRegressor().fit(X_train, y_train).score(X_test, y_test)

    Good:

        # %%
        import pandas as pd
        from sklearn.model_selection import train_test_split
        hours = pd.read_csv("weather.csv")
        hours = hours.interpolate()
        hours = hours.bfill()
        first, last = train_test_split(hours)
        # %%
        ratings = pd.read_csv("ratings.csv")
        ratings["stars"] = ratings["stars"].fillna(ratings["stars"].mean())
        # %%
        some = ratings.sample(1000)
        some.info()
        #>  #   Column  Non-Null Count  Dtype
        #>  0   book    1000 non-null   int64
        #>  1   stars   1000 non-null   int64
        # %%
        train, test = train_test_split(some)

    Good:

        # %%
        import tensorflow
        from sklearn.model_selection import train_test_split
        from sklearn.preprocessing import MinMaxScaler
        from xgboost import XGBRegressor
        X_train, X_test, y_train, y_test = train_test_split(MinMaxScaler().fit_transform(X), y)
        XGBRegressor().fit(X_train, y_train)  # of the models here, only trees read that scale

    Good:

        # %%
        import pandas as pd
        from sklearn.linear_model import Ridge
        from sklearn.model_selection import train_test_split
        homes = pd.read_csv("homes.csv")
        homes["area"] = homes["area"].fillna(homes["area"].median())
        known = homes[homes["age"].notna()]
        X_train, X_test, y_train, y_test = train_test_split(known[["area"]], known["age"])
        guess = Ridge().fit(X_train, y_train)
        print(guess.score(X_test, y_test))
        # %%
        homes.loc[homes["age"].isna(), "age"] = guess.predict(homes.loc[homes["age"].isna(), ["area"]])
        final = Ridge().fit(homes[["area", "age"]], homes["price"])
    """
    judge = _Judge(page)
    together: dict[object, list[_Leak]] = {}
    for fit, first in sorted(page.provenance.leaks.values(), key=lambda leak: leak[0].place):
        leak = judge.leak(fit, first)
        if leak is not None:
            # A scaler and the projection of what it gives are one fault; so are columns filled alike, and texts counted four times.
            kind = "scaler" if fit.kind == "projection" else fit.kind
            together.setdefault((fit.by, kind, leak.severity, leak.confidence), []).append(leak)
    for first_leak, *others in together.values():
        yield _hit(page.provenance.events, first_leak, [leak.fit for leak in others])


@dataclass(frozen=True, slots=True)
class _Leak:
    """A fit with the split that holds out rows which it has seen, and what is thought of it."""

    fit: Fit
    split: Split
    severity: Severity
    confidence: Confidence | None
    note: str


class _Judge:
    """What the leaks of one page can do to its scores."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._found = page.provenance.events
        self._gaps = Gaps(page)
        self._scales = Scales(page)
        self._models = Models(page)
        self._helpers = Helpers(page)

    def leak(self, fit: Fit, first: Split) -> _Leak | None:
        """What a fit spoils; None where no score can be the worse for it."""
        splits = (first, *self._found.again.get(fit.node, ()))
        split = next((split for split in splits if not self._is_harmless(fit, split)), None)
        if split is None or self._gaps.are_none(fit) or self._models.leave_out(fit):
            return None
        if self._scales.change_nothing(fit, split):
            return None
        severity, note = self._severity(fit, split)
        is_open = _ran_later(fit, split) or self._is_open(fit, split)
        return _Leak(fit, split, severity, "possible" if is_open else None, note)

    def _is_harmless(self, fit: Fit, split: Split) -> bool:
        """Is nothing scored on what is held out, or only a model that fills gaps?"""
        if is_thrown_away(split) or self._helpers.include(split):
            return True
        if fit.kind == "correlation":
            return not is_of_target(self._page, replace(fit, columns=fit.target), split)
        if fit.by == "group" and self._models.do_without(fit, split):
            return not is_of_target(self._page, fit, split)
        return fit.kind == "neighbours" and not split.shuffled

    def _is_open(self, fit: Fit, split: Split) -> bool:
        """Could it be meant, or move nothing: rows filled from those beside them, a mean known of each group, a list of words?"""
        if fit.kind in ("neighbours", "cluster", "vocabulary", "filter"):
            return True
        if fit.by == "group" and not is_of_target(self._page, fit, split):
            return True
        return are_two_files(fit, split)

    def _severity(self, fit: Fit, split: Split) -> tuple[Severity, str]:
        """How much of the score the leak can move, and what there is to say of that."""
        is_search = "search" in split.how
        if is_search and not self._shows_search:
            return "minor", ""
        tells = is_of_target(self._page, fit, split) if fit.by == "group" else fit.kind in TELLING
        if fit.by == "model" or tells:
            return ("major" if is_search or fit.part else "blocker"), ""
        if fit.by in ("statistic", "group") or fit.kind in SLIGHT:
            return "minor", ""
        if fit.kind == "scaler" and self._scales.cancel_out(fit, split):
            return "nit", "; it moves no score here, as least squares predicts the same on any scale"
        is_steady = fit.kind in ("scaler", "correlation") and self._scales.are_steady(fit)
        if is_steady or (fit.kind == "scaler" and self._scales.are_indifferent(fit)):
            return "minor", ""
        return "major", ""

    @cached_property
    def _shows_search(self) -> bool:
        """Does the page read the scores of a search? Else only the choice of a setting rests on them."""
        for cell in self._page.code:
            for node in cell.nodes(ast.Attribute):
                if node.attr in _SEARCH_SCORES:
                    outer = cell.parent(node)
                    key = outer.slice if isinstance(outer, ast.Subscript) else None
                    if not isinstance(key, ast.Constant) or "score" in str(key.value):
                        return True
        return False


def _hit(found: Events, leak: _Leak, others: Sequence[Fit]) -> Hit:
    fit, split = leak.fit, leak.split
    text = fit.cell.segment(fit.node)
    if are_two_files(fit, split):
        split = scored_part(found, split) or split
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
        f"`{text}` {verb} {seen}{scores}{leak.note}{more}",
        related,
        severity=leak.severity,
        confidence=leak.confidence,
    )


def _ran_later(fit: Fit, split: Split) -> bool:
    """Do the recorded counts say that the fit ran after the split?"""
    first, second = fit.ran.execution_count, split.ran.execution_count
    return bool(first and second and first > second)
