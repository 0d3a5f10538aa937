"""A trained model on disk: the model itself and everything that is needed to trust or to reject it later.

The model is stored by skops, not pickle: reading one cannot run code. A folder is written beside its final place and
renamed, so that a crash leaves either the old artefact or the new one.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import skops.io
from sklearn.pipeline import Pipeline

from newark_ontime import __version__
from newark_ontime.config import Config, ConfigError, config_from
from newark_ontime.data import fingerprint

_TRUSTED = ["sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"]
_LIBRARIES = ("numpy", "pandas", "scikit-learn", "skops")


class ArtifactError(ValueError):
    """The folder holds no model that this version can use; the text says why."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A model, the configuration that it was made with, its input columns in order, and what is known about it."""

    model: Pipeline
    config: Config
    columns: tuple[str, ...]
    metadata: dict[str, Any]


def save(artifact: Artifact, folder: Path) -> None:
    """Write model, metadata and the one number that we answer for (`claim.json`); an existing artefact is replaced as a whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        skops.io.dump(artifact.model, beside / "model.skops")
        metadata = artifact.metadata | {
            "package": __version__,
            "libraries": {name: version(name) for name in _LIBRARIES},
            "columns": list(artifact.columns),
            "config": artifact.config.as_dict(),
            "model_sha256": fingerprint(beside / "model.skops"),
        }
        (beside / "metadata.json").write_text(json.dumps(metadata, indent=2) + "\n", encoding="utf-8")
        claim = {"metric": "average precision", "value": metadata["evaluation"]["model"]["average_precision"]}
        (beside / "claim.json").write_text(json.dumps(claim) + "\n", encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        beside.rename(folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def load(folder: Path) -> Artifact:
    """Read an artefact back.

    Raises:
        ArtifactError: Something is missing or was changed, or another scikit-learn made it.
    """
    try:
        metadata = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
        if metadata["model_sha256"] != fingerprint(folder / "model.skops"):
            raise ArtifactError(f"{folder / 'model.skops'} is not the file that was saved; train again")
        made_with, here = metadata["libraries"]["scikit-learn"], version("scikit-learn")
        if made_with.split(".")[:2] != here.split(".")[:2]:
            raise ArtifactError(f"the model was made with scikit-learn {made_with}, this is {here}; train again")
        config = config_from(metadata["config"])
        columns = tuple(metadata["columns"])
    except (OSError, json.JSONDecodeError, KeyError, TypeError, ConfigError) as error:
        raise ArtifactError(f"{folder} holds no usable model: {error}") from error
    return Artifact(skops.io.load(folder / "model.skops", trusted=_TRUSTED), config, columns, metadata)
