"""What each fault of the bird-strike notebook costs, measured on the reports that ship with it.

Pure functions over one table. `python critiques/bird-strike/probes.py` prints all numbers (under a minute).
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, average_precision_score, recall_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

DATA = Path(__file__).parents[2] / "notebooks" / "bird-strike" / "data"
NAMES = [
    "airport", "model", "damage", "date", "operator", "state", "phase", "size", "species", "time_of_day",
    "cost_other", "cost_repair", "cost_total", "speed",
]  # fmt: skip
VISIT, MISSED = 2_000, 60_000
FIRST_TEST_YEAR = 2000
GRAVE = ["Substantial", "B", "C"]
AT_THE_GATE = ["size", "phase", "time_of_day", "model"]
COSTS = ["cost_repair", "cost_other", "cost_total"]
ON_THE_PAGE = ["size", "phase", "time_of_day", "month", "knots", "aircraft", "operator", "airport"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the notebook's forest scores on one way of copying and splitting."""

    accuracy: float
    recall: float
    auc: float
    never: float
    """Accuracy of one and the same answer to everything on these test rows."""


def load(folder: Path = DATA) -> pd.DataFrame:
    """The reports, with the damage as written: the word None is a value."""
    table = pd.read_csv(folder / "birdstrikes.csv.gz", keep_default_na=False, na_values={"Speed IAS in knots": [""]})
    table.columns = pd.Index(NAMES)
    table["date"] = pd.to_datetime(table["date"])
    table["month"] = table["date"].dt.month
    table["grave"] = table["damage"].isin(GRAVE)
    return table


def complete(reports: pd.DataFrame) -> pd.DataFrame:
    """What the notebook keeps: no damage `None`, no missing speed; with its target and its columns."""
    kept = reports[(reports["damage"] != "None") & reports["speed"].notna()].reset_index(drop=True)
    often = kept["model"].value_counts()
    common = often[often >= 8].index
    return kept.assign(
        serious=(kept["damage"] == "Substantial").astype(int),
        knots=kept["speed"].clip(0, 400),
        aircraft=kept["model"].where(kept["model"].isin(common), "other"),
    )


def copied(rows: pd.DataFrame, times: int) -> pd.DataFrame:
    """The notebook's balancing cell, run so many times."""
    for _ in range(times):
        serious = rows[rows["serious"] == 1]
        rows = pd.concat([rows, serious, serious], ignore_index=True)
    return rows


def forest(kept: pd.DataFrame, columns: Sequence[str], *, copies_before: int, copies_after: int) -> Judged:
    """Copies before the split, as on the page, or of the training rows only."""
    table = copied(kept, copies_before)
    X = pd.get_dummies(table[list(columns)])
    X_train, X_test, y_train, y_test = train_test_split(
        X, table["serious"], test_size=0.25, random_state=42, stratify=table["serious"]
    )
    train = copied(X_train.assign(serious=y_train), copies_after)
    model = RandomForestClassifier(n_estimators=300, random_state=42)
    model.fit(train.drop(columns="serious"), train["serious"])
    chance = model.predict_proba(X_test)[:, 1]
    said = model.predict(X_test)
    return Judged(
        accuracy=float(accuracy_score(y_test, said)),
        recall=float(recall_score(y_test, said)),
        auc=float(roc_auc_score(y_test, chance)),
        never=float(max(y_test.mean(), 1 - y_test.mean())),
    )


def twins(kept: pd.DataFrame, copies: int) -> float:
    """Share of the serious test rows of which a copy is among the training rows."""
    table = copied(kept.assign(row=range(len(kept))), copies)
    train, test = train_test_split(table, test_size=0.25, random_state=42, stratify=table["serious"])
    serious = test[test["serious"] == 1]
    return float(serious["row"].isin(train["row"]).mean())


def plain(columns: Sequence[str], numbers: Sequence[str]) -> Pipeline:
    """A logistic regression that takes gaps and new values as they come."""
    rare = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=20)
    filled = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    parts = make_column_transformer((rare, list(columns)), (filled, list(numbers)))
    return make_pipeline(parts, LogisticRegression(C=0.3, max_iter=2000))


def halves(reports: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """1990 to 1999 to learn from, 2000 to July 2002 to judge on; every report, with and without damage."""
    later = reports["date"].dt.year >= FIRST_TEST_YEAR
    return reports[~later], reports[later]


def chances(reports: pd.DataFrame, columns: Sequence[str], numbers: Sequence[str]) -> Floats:
    """Chance of grave damage for the later reports, learnt from the earlier ones."""
    train, test = halves(reports)
    model = plain(columns, numbers).fit(train, train["grave"])
    return np.asarray(model.predict_proba(test)[:, 1], dtype=np.float64)


def at_random(reports: pd.DataFrame) -> float:
    """AUC of the same model on reports drawn at random instead of later ones: what a split by time changes."""
    share = halves(reports)[1].shape[0] / len(reports)
    train, test = train_test_split(reports, test_size=share, random_state=42, stratify=reports["grave"])
    model = plain(AT_THE_GATE, ["speed", "month"]).fit(train, train["grave"])
    return float(roc_auc_score(test["grave"], model.predict_proba(test)[:, 1]))


def size_and_phase(reports: pd.DataFrame) -> Floats:
    """A sheet of paper: share of grave damage by size of the bird and phase of flight in the earlier reports."""
    train, test = halves(reports)
    rates = train.groupby(["size", "phase"])["grave"].mean().rename("rate")
    found = test[["size", "phase"]].merge(rates, left_on=["size", "phase"], right_index=True, how="left")["rate"]
    return np.asarray(found.fillna(train["grave"].mean()), dtype=np.float64)


def dollars(grave: pd.Series, visit: NDArray[np.bool_]) -> float:
    """Dollars for a thousand strikes: visits for nothing, and grave damage that nobody went to see."""
    truth = grave.to_numpy(dtype=bool)
    return float((VISIT * (visit & ~truth).sum() + MISSED * (~visit & truth).sum()) / len(truth) * 1000)


def page_model_in_use(reports: pd.DataFrame) -> dict[str, float]:
    """The notebook's forest, taught on its kind of rows before 2000, asked about every later report that has a speed.

    Costs are zero when it is asked, as they are at the gate; that is the only thing that we change for it.
    """
    kept = complete(reports)
    columns = [*ON_THE_PAGE, "species", *COSTS]
    rows = copied(kept[kept["date"].dt.year < FIRST_TEST_YEAR], 2)
    X = pd.get_dummies(rows[columns])
    model = RandomForestClassifier(n_estimators=300, random_state=42).fit(X, rows["serious"])
    asked = halves(reports)[1]
    asked = asked[asked["speed"].notna()]
    known = set(kept["aircraft"])
    ready = asked.assign(
        knots=asked["speed"].clip(0, 400), aircraft=asked["model"].where(asked["model"].isin(known), "other")
    )
    ready[COSTS] = 0
    chance = model.predict_proba(pd.get_dummies(ready[columns]).reindex(columns=X.columns, fill_value=0))[:, 1]
    visit = chance > 0.5
    grave = asked["grave"]
    everybody = np.ones(len(asked), dtype=bool)
    return {
        "asked": len(asked),
        "grave": int(grave.sum()),
        "visits": int(visit.sum()),
        "found": int((visit & grave.to_numpy()).sum()),
        "mean chance": float(chance.mean()),
        "seen share": float(grave.mean()),
        "dollars": dollars(grave, visit),
        "dollars everybody": dollars(grave, everybody),
    }


@cache
def _reports() -> pd.DataFrame:
    return load()


@cache
def _complete() -> pd.DataFrame:
    return complete(_reports())


@cache
def _forest(columns: tuple[str, ...], before: int, after: int) -> Judged:
    return forest(_complete(), columns, copies_before=before, copies_after=after)


@cache
def _chances(extra: tuple[str, ...] = (), numbers: tuple[str, ...] = ()) -> Floats:
    return chances(_reports(), [*AT_THE_GATE, *extra], ["speed", "month", *numbers])


@cache
def _page() -> dict[str, float]:
    return page_model_in_use(_reports())


def _auc(chance: Callable[[], Floats]) -> float:
    return float(roc_auc_score(halves(_reports())[1]["grave"], chance()))


def _ap(chance: Callable[[], Floats]) -> float:
    return float(average_precision_score(halves(_reports())[1]["grave"], chance()))


def _dollars(visit: Callable[[pd.DataFrame], NDArray[np.bool_]]) -> float:
    test = halves(_reports())[1]
    return dollars(test["grave"], visit(test))


def _paying(chance: Floats) -> NDArray[np.bool_]:
    return chance >= VISIT / (VISIT + MISSED)


def _a_year(count: float) -> float:
    """So many of the later reports, for one year."""
    days = (halves(_reports())[1]["date"].max() - pd.Timestamp(FIRST_TEST_YEAR, 1, 1)).days
    return float(count * 365.25 / days)


def _operator(name: str, column: Callable[[pd.DataFrame], pd.Series]) -> float:
    own = _reports()[_reports()["operator"] == name]
    return float(column(own).mean())


def _share_serious_on_page(name: str) -> float:
    return float(_complete().loc[_complete()["operator"] == name, "serious"].mean())


def _stated() -> pd.Series:
    return _reports().loc[_reports()["damage"] == "Substantial", "cost_total"]


def _log() -> pd.DataFrame:
    return pd.read_csv(DATA / "duty_log.csv")


ALL_COLUMNS = (*ON_THE_PAGE, "species", *COSTS)
_costs = partial(_chances, numbers=tuple(COSTS))
_species = partial(_chances, extra=("species",))

MEASURES: dict[str, Callable[[], float]] = {
    "labels.all": lambda: len(_reports()),
    "labels.word_none": lambda: int((_reports()["damage"] == "None").sum()),
    "labels.damaged": lambda: int((_reports()["damage"] != "None").sum()),
    "labels.complete": lambda: len(_complete()),
    "labels.grave": lambda: int(_reports()["grave"].sum()),
    "labels.share.on_the_page": lambda: float(_complete()["serious"].mean()),
    "labels.share.of_all_reports": lambda: float(_reports()["grave"].mean()),
    "speed.missing": lambda: int(_reports()["speed"].isna().sum()),
    "speed.damaged_lost": lambda: int((_reports()["speed"].isna() & (_reports()["damage"] != "None")).sum()),
    "speed.missing_later": lambda: int(halves(_reports())[1]["speed"].isna().sum()),
    "speed.later": lambda: len(halves(_reports())[1]),
    "speed.grave_later": lambda: int(halves(_reports())[1]["grave"].sum()),
    "speed.grave_later_missing": lambda: int(halves(_reports())[1].query("speed.isna()")["grave"].sum()),
    "military.reports": lambda: int(_reports()["damage"].isin(["B", "C"]).sum()),
    "military.mean_cost": lambda: float(_reports().loc[_reports()["damage"].isin(["B", "C"]), "cost_total"].mean()),
    "money.substantial": lambda: len(_stated()),
    "money.substantial_at_zero": lambda: int((_stated() == 0).sum()),
    "money.mean.zeros_counted": lambda: float(_stated().mean()),
    "money.mean.where_stated": lambda: float(_stated()[_stated() > 0].mean()),
    "privacy.numbers_shown": lambda: _log().head(10)["mobile"].nunique(),
    "privacy.numbers_exported": lambda: _log().drop_duplicates("airport", keep="last")["mobile"].nunique(),
    "copies.rows_after_two_runs": lambda: len(copied(_complete(), 2)),
    "copies.share_after_two_runs": lambda: float(copied(_complete(), 2)["serious"].mean()),
    "copies.twins": lambda: twins(_complete(), 2),
    "copies.orlando.true": lambda: int(_complete().query("airport == 'ORLANDO INTL'")["serious"].sum()),
    "copies.orlando.on_the_page": lambda: int(
        copied(_complete(), 2).query("airport == 'ORLANDO INTL'")["serious"].sum()
    ),
    "copies.page.accuracy": lambda: _forest(ALL_COLUMNS, 2, 0).accuracy,
    "copies.page.accuracy_without_later_columns": lambda: _forest(tuple(ON_THE_PAGE), 2, 0).accuracy,
    "copies.page.recall": lambda: _forest(ALL_COLUMNS, 2, 0).recall,
    "copies.page.auc": lambda: _forest(ALL_COLUMNS, 2, 0).auc,
    "copies.page.one_answer": lambda: _forest(ALL_COLUMNS, 2, 0).never,
    "copies.once.accuracy": lambda: _forest(tuple(ON_THE_PAGE), 1, 0).accuracy,
    "copies.once.accuracy_with_all_columns": lambda: _forest(ALL_COLUMNS, 1, 0).accuracy,
    "copies.first_try.accuracy": lambda: _forest(tuple(ON_THE_PAGE), 0, 0).accuracy,
    "copies.first_try.recall": lambda: _forest(tuple(ON_THE_PAGE), 0, 0).recall,
    "copies.honest.accuracy": lambda: _forest(ALL_COLUMNS, 0, 2).accuracy,
    "copies.honest.recall": lambda: _forest(ALL_COLUMNS, 0, 2).recall,
    "copies.honest.auc": lambda: _forest(ALL_COLUMNS, 0, 2).auc,
    "copies.honest.one_answer": lambda: _forest(ALL_COLUMNS, 0, 2).never,
    "hindsight.at_the_gate.auc": lambda: _auc(_chances),
    "hindsight.at_the_gate.ap": lambda: _ap(_chances),
    "hindsight.with_costs.auc": lambda: _auc(_costs),
    "hindsight.with_costs.ap": lambda: _ap(_costs),
    "hindsight.with_species.auc": lambda: _auc(_species),
    "hindsight.with_species.ap": lambda: _ap(_species),
    "hindsight.size_and_phase.auc": lambda: _auc(lambda: size_and_phase(_reports())),
    "hindsight.size_and_phase.ap": lambda: _ap(lambda: size_and_phase(_reports())),
    "hindsight.split_at_random.auc": lambda: at_random(_reports()),
    "dollars.everybody": lambda: _dollars(lambda test: np.ones(len(test), dtype=bool)),
    "dollars.nobody": lambda: _dollars(lambda test: np.zeros(len(test), dtype=bool)),
    "dollars.not_for_small_birds": lambda: _dollars(lambda test: test["size"].ne("Small").to_numpy(dtype=bool)),
    "dollars.size_and_phase": lambda: _dollars(lambda _: _paying(size_and_phase(_reports()))),
    "dollars.at_the_gate": lambda: _dollars(lambda _: _paying(_chances())),
    "dollars.at_the_gate_at_half": lambda: _dollars(lambda _: _chances() > 0.5),
    "dollars.accuracy_of_nobody": lambda: float(1 - halves(_reports())[1]["grave"].mean()),
    "year.reports": lambda: _a_year(len(halves(_reports())[1])),
    "year.last_twelve_months": lambda: int(
        (_reports()["date"] > _reports()["date"].max() - pd.DateOffset(years=1)).sum()
    ),
    "year.visits": lambda: _a_year(_paying(_chances()).sum()),
    "year.grave": lambda: _a_year(halves(_reports())[1]["grave"].sum()),
    "year.missed": lambda: _a_year((halves(_reports())[1]["grave"].to_numpy() & ~_paying(_chances())).sum()),
    "page.asked": lambda: _page()["asked"],
    "page.grave": lambda: _page()["grave"],
    "page.visits": lambda: _page()["visits"],
    "page.found": lambda: _page()["found"],
    "page.mean_chance": lambda: _page()["mean chance"],
    "page.seen_share": lambda: _page()["seen share"],
    "page.dollars": lambda: _page()["dollars"],
    "page.dollars_everybody": lambda: _page()["dollars everybody"],
    "operators.american.damaged": lambda: _operator("AMERICAN AIRLINES", lambda own: own["damage"] != "None"),
    "operators.us_airways.damaged": lambda: _operator("US AIRWAYS*", lambda own: own["damage"] != "None"),
    "operators.american.grave": lambda: _operator("AMERICAN AIRLINES", lambda own: own["grave"]),
    "operators.us_airways.grave": lambda: _operator("US AIRWAYS*", lambda own: own["grave"]),
    "operators.military.grave": lambda: _operator("MILITARY", lambda own: own["grave"]),
    "operators.military.on_the_page": lambda: _share_serious_on_page("MILITARY"),
    "operators.american.reports": lambda: int((_reports()["operator"] == "AMERICAN AIRLINES").sum()),
}
"""Every number under `[measured]` in scenario.toml, by its dotted name."""


def main() -> int:
    """Print every number that the key and the scenario quote."""
    for name, measure in MEASURES.items():
        print(f"{name} = {measure():.4g}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
