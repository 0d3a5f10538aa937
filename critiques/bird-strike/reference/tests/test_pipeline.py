from dataclasses import replace

import pandas as pd
import pytest

from strike_triage.artifact import Artifact
from strike_triage.config import Config
from strike_triage.features import design
from strike_triage.model import chances
from strike_triage.pipeline import evaluate, train
from strike_triage.reports import DataError, grave


def test_it_beats_the_sheet_of_paper_and_says_how_sure_it_is(artifact: Artifact) -> None:
    found = artifact.metadata["evaluation"]
    assert artifact.metadata["period"] == "test"
    assert found["model"]["auc"] > 0.7
    assert found["model"]["dollars"] < min(found["everybody"], found["nobody"])
    interval = found["saved_over_size_and_phase"]
    assert interval["low"] <= interval["mean"] <= interval["high"]


def test_the_later_reports_do_not_move_the_model(reports: pd.DataFrame, config: Config) -> None:
    later = reports["date"] >= config.test_from
    other = reports.assign(damage=reports["damage"].mask(later, "None"), size=reports["size"].mask(later, "Small"))
    one, two = train(reports, config), train(other, config)
    table = design(reports)
    assert (chances(one.model, table) == chances(two.model, table)).all()
    assert one.threshold == two.threshold


def test_the_threshold_lies_near_break_even(artifact: Artifact) -> None:
    assert artifact.config.break_even / 2 <= artifact.threshold <= artifact.config.break_even * 2


def test_without_a_test_period_the_claim_is_that_of_the_validation(reports: pd.DataFrame, config: Config) -> None:
    early = reports[reports["date"] < config.test_from]
    found = train(early, config).metadata
    assert found["period"] == "validation"
    assert found["evaluation"]["reports"] == (early["date"] >= config.validate_from).sum()


def test_a_newer_year_can_be_judged_alone(reports: pd.DataFrame, artifact: Artifact) -> None:
    year = reports[reports["date"] >= "2001-01-01"]
    found = evaluate(artifact, year)
    assert found["reports"] == len(year)
    assert found["grave"] == grave(year).sum()
    assert len(found["said_and_seen"]) == 5


def test_nothing_to_learn_from_is_said(reports: pd.DataFrame, config: Config, artifact: Artifact) -> None:
    with pytest.raises(DataError, match="before validate_from must hold both"):
        train(reports, replace(config, validate_from="1990-01-01"))
    with pytest.raises(DataError, match="between validate_from and test_from must hold both"):
        train(reports[~reports["date"].between("1997-01-01", "1999-12-31")], config)
    with pytest.raises(DataError, match="both grave and harmless"):
        evaluate(artifact, reports[~grave(reports)])
    with pytest.raises(DataError, match="both grave and harmless"):
        evaluate(artifact, reports[grave(reports)])
