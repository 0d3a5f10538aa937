import json
from pathlib import Path

import pandas as pd
import pytest
from conftest import make_flights, make_weather

from newark_ontime import pipeline
from newark_ontime.artifact import Artifact, ArtifactError, load, save
from newark_ontime.config import Config


@pytest.fixture
def artifact(config: Config) -> Artifact:
    flights, weather = (
        t.assign(date=pd.to_datetime(t[["year", "month", "day"]])) for t in (make_flights(), make_weather())
    )
    return pipeline.train(flights, weather, config)


def test_what_was_saved_is_what_is_loaded(artifact: Artifact, tmp_path: Path) -> None:
    save(artifact, tmp_path / "deep" / "model")
    again = load(tmp_path / "deep" / "model")
    assert (again.config, again.columns) == (artifact.config, artifact.columns)
    assert again.metadata["evaluation"] == artifact.metadata["evaluation"]
    claim = json.loads((tmp_path / "deep" / "model" / "claim.json").read_text())
    assert claim == {
        "metric": "average precision",
        "value": artifact.metadata["evaluation"]["model"]["average_precision"],
    }
    assert {"numpy", "pandas", "scikit-learn", "skops"} <= set(again.metadata["libraries"])
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["model"]


def test_a_second_save_replaces_the_first(artifact: Artifact, tmp_path: Path) -> None:
    save(artifact, tmp_path / "model")
    (tmp_path / "model" / "stray.txt").write_text("old")
    save(artifact, tmp_path / "model")
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == [
        "claim.json",
        "metadata.json",
        "model.skops",
    ]


def test_a_failed_save_leaves_the_old_model(artifact: Artifact, tmp_path: Path) -> None:
    save(artifact, tmp_path / "model")
    broken = Artifact(artifact.model, artifact.config, artifact.columns, {"evaluation": object()})
    with pytest.raises(TypeError):
        save(broken, tmp_path / "model")
    assert load(tmp_path / "model").columns == artifact.columns
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_changed_model_is_refused(artifact: Artifact, tmp_path: Path) -> None:
    save(artifact, tmp_path / "model")
    with (tmp_path / "model" / "model.skops").open("ab") as file:
        file.write(b"!")
    with pytest.raises(ArtifactError, match="not the file that was saved"):
        load(tmp_path / "model")


def test_another_scikit_learn_is_refused_by_name(artifact: Artifact, tmp_path: Path) -> None:
    save(artifact, tmp_path / "model")
    path = tmp_path / "model" / "metadata.json"
    metadata = json.loads(path.read_text())
    metadata["libraries"]["scikit-learn"] = "0.24.1"
    path.write_text(json.dumps(metadata))
    with pytest.raises(ArtifactError, match=r"made with scikit-learn 0\.24\.1"):
        load(tmp_path / "model")


@pytest.mark.parametrize("content", [None, "", "{}", "[]", '{"model_sha256": 1}'])
def test_a_folder_that_holds_no_model_is_said(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "metadata.json").write_text(content)
        (tmp_path / "model.skops").write_bytes(b"")
    with pytest.raises(ArtifactError):
        load(tmp_path)
