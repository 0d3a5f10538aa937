"""Opening the key: when, what is put into the workspace, and what a trainee decides about lines that nearly matched."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from typing import Literal

from nbcritic.kit.exercise import Exercise
from nbcritic.kit.workspace import Workspace
from nbcritic.model import NbcriticError

FOLDER = "solution"
_DECISION = re.compile(r"(\d+)([=!])([a-z0-9-]+)")


def open_up(workspace: Workspace, *, give_up: bool = False) -> None:
    """Allow the key to be seen, and lay the model answer and the reference beside the trainee's own work.

    Raises:
        NbcriticError: Nothing was handed in yet, and nobody gave up.
    """
    if not workspace.state.attempts and not give_up and not workspace.state.gave_up:
        raise NbcriticError(
            "there is no attempt yet: `nbcritic practice check` hands one in, --give-up opens the key without one"
        )
    if not workspace.state.attempts and not workspace.state.gave_up:
        workspace.state.gave_up = True
        workspace.save()
    scenario = workspace.exercise().scenario
    target = workspace.folder / FOLDER
    if scenario is None or target.exists():
        return
    beside = workspace.folder / f".{FOLDER}-new"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    shutil.copyfile(scenario.critique / "critique.md", beside / "critique.md")
    if scenario.reference.is_dir():
        ignore = shutil.ignore_patterns(".*", "__pycache__", "*.pyc")
        shutil.copytree(scenario.reference, beside / "reference", ignore=ignore, copy_function=shutil.copyfile)
    beside.rename(target)


def decide(workspace: Workspace, exercise: Exercise, decisions: Sequence[str]) -> None:
    """Keep what a trainee says of lines that may mean a Remark: `7=no-baseline` counts it, `7!no-baseline` does not.

    Raises:
        NbcriticError: No such line, or the line is not near that Remark.
    """
    answers = workspace.answers()
    for text in decisions:
        found = _DECISION.fullmatch(text)
        near = {(answers[one.answer].line, one.remark): one.answer for one in workspace.grade(exercise).unsure}
        index = near.get((int(found[1]), found[3])) if found else None
        if found is None or index is None:
            there = ", ".join(f"{line}={remark}" for line, remark in near) or "none"
            raise NbcriticError(f"{text} is no line that nearly matched; there is {there}")
        verdict: Literal["match", "no match"] = "match" if found[2] == "=" else "no match"
        workspace.state.verdicts.append((answers[index].text, found[3], verdict))
    if decisions:
        workspace.save()
