"""NBC506."""

from __future__ import annotations

from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.analysis.provenance import Pair
from nbcritic.model import Hit, Related
from nbcritic.rule import rule


@rule("NBC506", name="target-in-features", severity="blocker", category="leakage")
def check(page: Page) -> Iterator[Hit]:
    r"""The target, or a column computed from it, is among the features.

    The model reads the answer instead of learning it: the score is close to perfect, and in use, where the answer is not there yet, the
    model cannot even be called.

    Instead, drop the target and everything computed from it before the fit: `X = df.drop(columns=["price", "price_per_m2"])`.

    Bad:

        # %%
        import pandas as pd
        from sklearn.linear_model import LinearRegression
        df = pd.read_csv("flats.csv")
        df["price_per_m2"] = df["price"] / df["area"]
        y = df["price"]
        X = df.drop(columns="price")
        # %%
        model = LinearRegression().fit(X, y)  # <- flagged

    Bad:

        # %%
        import pandas as pd
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.model_selection import train_test_split
        wine = pd.read_csv("wine.csv")
        wine["good"] = (wine["quality"] > 6).astype(int)
        X_train, X_test, y_train, y_test = train_test_split(wine.drop("good", axis=1), wine["good"])
        RandomForestClassifier().fit(X_train, y_train)  # <- flagged

    Good:

        # %%
        import pandas as pd
        from sklearn.linear_model import LinearRegression
        df = pd.read_csv("flats.csv")
        df["price"] = df["price"] / 1000
        df["rooms_per_m2"] = df["rooms"] / df["area"]
        y = df["price"]
        X = df.drop(columns="price")
        model = LinearRegression().fit(X, y)

    Good:

        # %%
        import pandas as pd
        from sklearn.linear_model import LinearRegression
        shares = pd.read_csv("shares.csv")
        shares["tomorrow"] = shares["close"].shift(-1)
        shares["up"] = shares["close"].shift(-1) > shares["close"]
        shares["yesterday"] = shares["close"].shift(1)
        LinearRegression().fit(shares.drop(columns=["tomorrow", "up"]), shares["tomorrow"])
        LinearRegression().fit(shares.drop(columns=["tomorrow", "up"]), shares["up"])

    Good:

        # %%
        import pandas as pd
        from sklearn.compose import make_column_transformer
        from sklearn.linear_model import LinearRegression
        from sklearn.pipeline import make_pipeline
        df = pd.read_csv("flats.csv")
        model = make_pipeline(make_column_transformer(("passthrough", ["area", "rooms"])), LinearRegression())
        model.fit(df, df["price"])
    """
    said = set[str]()
    for pair in page.provenance.pairs:
        if pair.selects or not pair.target.exact or not pair.features.rows & pair.target.rows:
            continue
        for target in pair.columns or () if len(pair.columns or ()) == 1 else ():
            message = _given_away(pair, target)
            if message is not None and target not in said:
                said.add(target)
                yield Hit(pair.cell.at(pair.node), message, _related(page, pair))


def _given_away(pair: Pair, target: str) -> str | None:
    features = pair.features
    text = pair.cell.segment(pair.node)
    if features.has(target):
        return f"`{text}` is to predict `{target}`, and `{target}` is among the features"
    both = (pair.target.made or {}, features.made or {})
    made = {(column, source) for known in both for column in known for source in known[column] if column != source}
    for column, source in sorted(made):
        if source == target and features.has(column):
            return (
                f"`{text}` is to predict `{target}`, and `{column}`, which is computed from it, is among the features"
            )
    sources = {source for column, source in made if column == target}
    if len(sources) == 1 and features.has(next(iter(sources))):
        (source,) = sources
        return f"`{text}` is to predict `{target}`, which is computed from `{source}` alone, and `{source}` is among the features"
    return None


def _related(page: Page, pair: Pair) -> tuple[Related, ...]:
    scores = [score for score in page.provenance.scores if score.rows & pair.features.rows]
    return tuple(Related(score.cell.at(score.node), "the score says nothing then") for score in scores[:1])
