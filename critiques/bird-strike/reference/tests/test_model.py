import numpy as np
import pandas as pd

from strike_triage.config import Config
from strike_triage.features import design
from strike_triage.model import SizeAndPhase, build, chances, fit
from strike_triage.reports import grave


def test_large_birds_at_take_off_rank_highest(reports: pd.DataFrame, config: Config) -> None:
    table, truth = design(reports), grave(reports)
    model = build(config).fit(table, truth)
    worst = table.assign(size="Large", phase="Take-off run")
    best = table.assign(size="Small", phase="Climb")
    assert (chances(model, worst) > chances(model, best)).all()


def test_new_values_and_gaps_get_an_answer(reports: pd.DataFrame, config: Config) -> None:
    table, truth = design(reports), grave(reports)
    model = build(config).fit(table, truth)
    strange = table.head(3).assign(aircraft="A-380", speed=np.nan, energy=np.nan)
    assert ((chances(model, strange) > 0) & (chances(model, strange) < 1)).all()


def test_chances_are_as_high_as_what_was_seen(reports: pd.DataFrame, config: Config) -> None:
    table, truth = design(reports), grave(reports)
    half = len(table) // 2
    model = fit(table[:half], truth[:half], table[half:], truth[half:], config)
    assert abs(chances(model, table[half:]).mean() - truth[half:].mean()) < 0.005
    plain = build(config).fit(table[:half], truth[:half])
    order = np.argsort(chances(plain, table[half:]), kind="stable")
    assert (np.diff(chances(model, table[half:])[order]) >= 0).all()


def test_the_sheet_of_paper_counts() -> None:
    table = pd.DataFrame({"size": ["Large", "Large", "Small", "Small"], "phase": ["Climb"] * 4})
    paper = SizeAndPhase().fit(table, pd.Series([True, False, False, False]))
    asked = pd.DataFrame({"size": ["Small", "Large", "Large"], "phase": ["Climb", "Climb", "Taxi"]})
    assert paper.predict(asked).tolist() == [0.0, 0.5, 0.25]
