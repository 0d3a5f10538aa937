import json
from pathlib import Path

import pandas as pd
import pytest

from strike_triage.artifact import Artifact, ArtifactError, load, save
from strike_triage.features import design
from strike_triage.model import chances


@pytest.fixture
def folder(artifact: Artifact, tmp_path: Path) -> Path:
    save(artifact, tmp_path / "model")
    return tmp_path / "model"


def edit(folder: Path, **changes: object) -> None:
    path = folder / "metadata.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_what_is_read_answers_like_what_was_saved(artifact: Artifact, folder: Path, reports: pd.DataFrame) -> None:
    again = load(folder)
    assert (chances(again.model, design(reports)) == chances(artifact.model, design(reports))).all()
    assert (again.threshold, again.config) == (artifact.threshold, artifact.config)
    assert len(again.name) == 12
    assert {"libraries", "config", "evaluation", "usual", "model_sha256"} <= set(again.metadata)


def test_the_claim_is_the_auc_of_the_evaluation(artifact: Artifact, folder: Path) -> None:
    claim = json.loads((folder / "claim.json").read_text())
    assert claim == {"metric": "AUC", "value": artifact.metadata["evaluation"]["model"]["auc"]}


def test_a_failed_save_leaves_the_old_one_and_nothing_beside_it(artifact: Artifact, folder: Path) -> None:
    before = sorted(path.read_bytes() for path in folder.iterdir())
    broken = Artifact(artifact.model, artifact.config, artifact.threshold, {"evaluation": {"model": {"auc": object()}}})
    with pytest.raises(TypeError):
        save(broken, folder)
    assert sorted(path.read_bytes() for path in folder.iterdir()) == before
    assert [path.name for path in folder.parent.iterdir()] == ["model"]


def test_saving_again_replaces(artifact: Artifact, folder: Path) -> None:
    (folder / "stray").write_text("")
    save(artifact, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["claim.json", "metadata.json", "model.skops"]


def test_a_changed_model_is_refused(folder: Path) -> None:
    with (folder / "model.skops").open("ab") as file:
        file.write(b" ")
    with pytest.raises(ArtifactError, match="not the file that was saved"):
        load(folder)


def test_another_scikit_learn_is_refused(folder: Path) -> None:
    edit(folder, libraries={"scikit-learn": "0.1.2"})
    with pytest.raises(ArtifactError, match=r"made with scikit-learn 0\.1\.2"):
        load(folder)


@pytest.mark.parametrize("change", [{"config": {"x": 1}}, {"threshold": None}, {"libraries": None}])
def test_odd_metadata_is_refused(folder: Path, change: dict[str, object]) -> None:
    edit(folder, **change)
    with pytest.raises(ArtifactError, match="no usable model"):
        load(folder)


def test_no_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="no usable model"):
        load(tmp_path)
