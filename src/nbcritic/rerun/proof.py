"""A fix is proven by running: before and after it, the cells show the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from nbcritic.analysis.likeness import difference
from nbcritic.analysis.page import Page
from nbcritic.analysis.project import Project
from nbcritic.analysis.run import Run, Trial
from nbcritic.config import Config
from nbcritic.fixer import Mended, Refused, View, applicable, mend
from nbcritic.model import Cell, Finding, Notebook, Report
from nbcritic.rerun.trial import Conditions, run_clean
from nbcritic.scanner.batch import judge

HERE = "it cannot be proven here"
"""What this machine lacks for one fix, it lacks for all."""


@dataclass(frozen=True)
class Before:
    """A notebook as it was, and what two clean runs of it showed."""

    notebook: Notebook
    conditions: Conditions
    root: Path | None = None

    @cached_property
    def run(self) -> Run:
        """Two runs, so that what chance decides is known."""
        trials = [run_clean(self.notebook, self.conditions, seed=0, root=self.root)]
        if not trials[0].stopped:
            trials.append(run_clean(self.notebook, self.conditions, seed=1, root=self.root))
        return Run(self.notebook, tuple(trials))

    def objection(self, after: Notebook, origins: Sequence[int]) -> str:
        """Why a changed notebook is not proven to compute the same; empty where it is. `origins` as in `Mended`."""
        first = self.run.trials[0]
        if unknown := first.stopped or self.run.trials[1].stopped or self.run.missing:
            return f"{HERE}: {unknown}"
        trial = run_clean(after, self.conditions, seed=0, root=self.root)
        if trial.stopped:
            return f"{HERE}: {trial.stopped}"
        return next(self._disagreements(first, after, trial, origins), "")

    def _disagreements(self, first: Trial, after: Notebook, trial: Trial, origins: Sequence[int]) -> Iterator[str]:
        flaky = {number for number, _ in self.run.disagreeing}
        old = {cell.number: cell for cell in self.notebook.code}
        if trial.failure and not self._failed_alike(first, trial, origins):
            origin = origins[trial.failure.cell - 1]
            where = f"cell {origin}" if origin else "the new cell"
            yield f"a run with it stops in {where}: {trial.failure.ename}: {trial.failure.evalue}".replace("\n", " ")[
                :200
            ]
        for cell in after.code:
            origin = origins[cell.number - 1]
            ended = first.failure and first.failure.cell == origin
            if origin not in old or origin not in first.outputs or cell.number not in trial.outputs or ended:
                continue
            if origin in flaky:
                if old[origin].source != cell.source:
                    yield f"it cannot be proven: cell {origin} shows something else in every run"
                continue
            shown = (_showing(old[origin], first.outputs[origin]), _showing(cell, trial.outputs[cell.number]))
            if found := difference(*shown):
                yield f"with it, cell {origin} shows `{found.other}` instead of `{found.one}`"

    @staticmethod
    def _failed_alike(first: Trial, trial: Trial, origins: Sequence[int]) -> bool:
        """Did the notebook stop no earlier than before? Then the fix took nothing away."""
        if first.failure is None or trial.failure is None:
            return False
        same = origins[trial.failure.cell - 1] == first.failure.cell and trial.failure.ename == first.failure.ename
        reached = {origins[number - 1] for number in trial.outputs} - {0}
        return same or (set(first.outputs) < reached)


def _showing(cell: Cell, outputs: bytes) -> Cell:
    return replace(cell, outputs=outputs)


def agree(before: Notebook, after: Notebook, origins: Sequence[int], conditions: Conditions) -> str:
    """Run two forms of a notebook and say in what they disagree; empty where they show the same."""
    return Before(before, conditions).objection(after, origins)


def prove(
    mended: Mended,
    config: Config,
    project: Project,
    conditions: Conditions,
    *,
    unsafe: bool,
    view: View,
    say: Callable[[str], None],
) -> Mended:
    """Of the fixes that were applied, keep those with which the notebook shows the same as before; say of each how it went.

    All are tried together first; where that disagrees with the notebook as it was, each half, down to those that are refused.
    """
    proving = _Proving(mended, config, project, conditions, unsafe=unsafe, view=view)
    say(f"{mended.before.path}: running it to prove {len(mended.applied)} fix{'es' * (len(mended.applied) > 1)}")
    result = proving.result()
    for finding in result.applied:
        say(f"{mended.before.path}: cell {finding.at.cell}: {finding.code} is fixed, and the outputs agree")
    return result


Key: TypeAlias = tuple[str, str, str, int]


def _key(finding: Finding) -> Key:
    return finding.code, finding.message, finding.code_line, finding.at.cell


class _Proving:
    """The search for the fixes that can be kept. `form` is the notebook with those that are proven so far."""

    def __init__(
        self, mended: Mended, config: Config, project: Project, conditions: Conditions, *, unsafe: bool, view: View
    ) -> None:
        self._mended = mended
        self._config, self._project, self._unsafe, self._view = config, project, unsafe, view
        self._before = Before(mended.before, conditions, Path(project.root) if project.root else None)
        self._form = mended.before
        self._origins = tuple(range(1, len(mended.before.cells) + 1))
        self._applied: list[Finding] = []
        self._refused: dict[Key, Refused] = {}

    def result(self) -> Mended:
        """The notebook with every fix that agrees with it as it was."""
        whole = self._mended
        reason = self._before.objection(whole.notebook, whole.origins)
        if not reason:
            return whole
        if HERE in reason:  # and so it will be for each of them
            self._refused = {_key(found): Refused(found, reason) for found in whole.applied}
        while wanted := self._left():
            before = len(self._applied) + len(self._refused)
            self._settle(wanted)
            if before == len(self._applied) + len(self._refused):
                break
        return Mended(
            whole.before,
            self._form,
            self._origins,
            self._report(),
            tuple(self._applied),
            (*whole.refused, *self._refused.values()),
        )

    def _report(self) -> Report:
        return self._view(next(iter(judge([Page(self._form, self._project)], self._config))), self._form)

    def _left(self) -> list[Finding]:
        """What can still be tried on the notebook as it stands now."""
        if any(HERE in refused.reason for refused in self._refused.values()):
            return []
        passed = {_key(refused.finding) for refused in self._mended.refused} | self._refused.keys()
        return [found for found in applicable(self._report(), unsafe=self._unsafe) if _key(found) not in passed]

    def _settle(self, more: Sequence[Finding]) -> None:
        tried = self._with(more)
        origins = tuple(self._origins[origin - 1] if origin else 0 for origin in tried.origins)
        reason = self._before.objection(tried.notebook, origins) if tried.changed else ""
        if not reason:
            self._form, self._origins = tried.notebook, origins
            self._applied += tried.applied
        elif len(more) == 1:
            self._refused[_key(more[0])] = Refused(more[0], reason)
        else:
            middle = len(more) // 2
            self._settle(more[:middle])
            self._settle(more[middle:])

    def _with(self, chosen: Sequence[Finding]) -> Mended:
        """The form with these findings fixed as well."""
        wanted = set(map(_key, chosen))

        def only(report: Report, notebook: Notebook) -> Report:
            report = self._view(report, notebook)
            return replace(report, findings=tuple(found for found in report.findings if _key(found) in wanted))

        return mend(self._form, self._config, self._project, unsafe=self._unsafe, view=only)
