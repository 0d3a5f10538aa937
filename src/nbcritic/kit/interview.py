"""The live interview: what the candidate is given, and one offline page for the person who asks."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from nbcritic.kit.exercise import Exercise, of_scenario
from nbcritic.kit.grade import WEIGHT
from nbcritic.kit.pages import rendered
from nbcritic.kit.remark import Remark
from nbcritic.kit.workspace import CRITIQUE, template, write
from nbcritic.model import NbcriticError

BANDS = (
    ("below 20", "names style, or reads out slogans"),
    ("20 to 40", "level 1: finds what anybody would who has run into it; reasons are thin"),
    ("40 to 65", "level 2: finds the wrong numbers, says what they cost, puts them first"),
    ("above 65", "level 3: sees what is missing, has an order of work, defends what is right"),
)
"""What a score means to somebody who decides, in words; the same for every scenario."""


def prepare(slug: str, folder: Path, minutes: int | None = None) -> Path:
    """Lay out both folders; beside, then rename.

    Raises:
        NbcriticError: The folder is there already, or there is no such scenario.
    """
    if folder.exists():
        raise NbcriticError(f"{folder} is there already, and nothing in it is overwritten; name another with --into")
    exercise = of_scenario(slug)
    scenario = exercise.scenario
    assert scenario is not None
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        ignore = shutil.ignore_patterns(".*", "__pycache__")
        shutil.copytree(scenario.folder, beside / "candidate", ignore=ignore, copy_function=shutil.copyfile)
        write(beside / "candidate" / CRITIQUE, template(exercise, blind=True))
        write(beside / "interviewer" / "tick-sheet.html", tick_sheet(exercise, minutes or exercise.minutes))
        for name in ("critique.md", "interviewer.md", "key.toml"):
            shutil.copyfile(scenario.critique / name, beside / "interviewer" / name)
        beside.chmod(0o755)
        beside.rename(folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return folder


def tick_sheet(exercise: Exercise, minutes: int) -> str:
    """The page: what to listen for in order of weight, three ticks each, a timer, a running score, script and follow-ups."""
    from nbcritic.report.html.cells import markdown

    scenario = exercise.scenario
    assert scenario is not None
    remarks = sorted(exercise.key.remark, key=lambda remark: -WEIGHT[remark.severity])
    floor = exercise.floor()
    return rendered(
        "interview.html",
        script="interview.js",
        title=exercise.title,
        minutes=minutes,
        floor=None if floor is None else round(floor.score),
        remarks=[_entry(remark, exercise) for remark in remarks],
        decoys=exercise.key.decoy,
        bands=BANDS,
        guide=markdown((scenario.critique / "interviewer.md").read_text(encoding="utf-8")),
    )


def _entry(remark: Remark, exercise: Exercise) -> dict[str, Any]:
    from nbcritic.report.html.page import _prose

    cell = next((cell for cell in exercise.notebook.cells if remark.cell and cell.id == remark.cell), None)
    count = f", In[{cell.execution_count}]" if cell and cell.execution_count else ""
    return {
        "id": remark.id,
        "title": remark.title,
        "severity": remark.severity,
        "category": remark.category,
        "where": f"cell {cell.number}{count}" if cell else "the whole notebook",
        "weight": WEIGHT[remark.severity],
        **{name: _prose(getattr(remark, name)) for name in ("what", "why", "fix")},
    }
