"""What a worker is told of one notebook: everything, so that the work can be done on another machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbcritic.analysis.digest import Library
    from nbcritic.analysis.project import Project
    from nbcritic.config import Config


@dataclass(frozen=True, slots=True)
class Task:
    """One notebook as it was read, with what rules look at around it; without a project it stands alone."""

    path: str
    data: bytes
    config: Config
    """With the choices for single files resolved (`Config.for_notebook`)."""
    project: Project | None = None
    library: Library | None = None
    key: bytes | None = None
    """Under which the result can be kept; a worker has no use for it."""
