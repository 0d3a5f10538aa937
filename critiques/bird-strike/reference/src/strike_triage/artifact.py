"""A trained model on disk: the model itself and everything that is needed to trust or to reject it later.

The model is stored by skops, not pickle: reading one cannot run code. A folder is written beside its final place and
renamed, so that a crash leaves either the old artefact or the new one.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import skops.io
from sklearn.calibration import CalibratedClassifierCV
from skops.io.exceptions import UntrustedTypesFoundException

from strike_triage import __version__
from strike_triage.config import Config, ConfigError, config_from
from strike_triage.reports import fingerprint

_TRUSTED = ["numpy.dtype", "sklearn.calibration._CalibratedClassifier", "sklearn.calibration._SigmoidCalibration"]
_LIBRARIES = ("numpy", "pandas", "scikit-learn", "skops")


class ArtifactError(ValueError):
    """The folder holds no model that this version can use; the text says why."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A model, how it was made, from which chance on the team goes, and what is known about it."""

    model: CalibratedClassifierCV
    config: Config
    threshold: float
    metadata: dict[str, Any]

    @property
    def name(self) -> str:
        """What answers are signed with: the beginning of the model file's hash, `unsaved` before there is one."""
        return str(self.metadata.get("model_sha256", "unsaved"))[:12]


def save(artifact: Artifact, folder: Path) -> None:
    """Write model, metadata and claim; an existing artefact is replaced as a whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        skops.io.dump(artifact.model, beside / "model.skops", compression=zipfile.ZIP_DEFLATED)
        metadata = artifact.metadata | {
            "package": __version__,
            "libraries": {name: version(name) for name in _LIBRARIES},
            "config": artifact.config.as_dict(),
            "threshold": artifact.threshold,
            "model_sha256": fingerprint(beside / "model.skops"),
        }
        claim = {"metric": "AUC", "value": metadata["evaluation"]["model"]["auc"]}
        for name, content in (("metadata", metadata), ("claim", claim)):
            (beside / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
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
        config, threshold = config_from(metadata["config"]), float(metadata["threshold"])
        model = skops.io.load(folder / "model.skops", trusted=_TRUSTED)
    except (OSError, json.JSONDecodeError, KeyError, TypeError, ConfigError, UntrustedTypesFoundException) as error:
        raise ArtifactError(f"{folder} holds no usable model: {error}") from error
    return Artifact(model, config, threshold, metadata)
