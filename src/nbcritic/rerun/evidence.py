"""A notebook is run, and judged with what happened in hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

from nbcritic.analysis.page import Page
from nbcritic.analysis.project import Project
from nbcritic.analysis.run import Run, Trial
from nbcritic.config import Config
from nbcritic.model import Finding, Notebook, Related, Report, Skipped
from nbcritic.rerun.trial import Conditions, Progress, run_clean
from nbcritic.scanner.batch import judge

FAILS = "NBC901"
_FORETELLS: dict[str, tuple[str, ...]] = {
    "NameError": ("NBC102", "NBC103", "NBC108", "F821"),
    "SyntaxError": ("NBC116",),
    "IndentationError": ("NBC116",),
    "TabError": ("NBC116",),
    "StdinNotImplementedError": ("NBC117",),
    "FileNotFoundError": ("NBC109", "NBC201", "NBC202", "NBC203"),
    "NotADirectoryError": ("NBC109", "NBC201"),
    "ModuleNotFoundError": ("NBC208", "NBC210"),
    "AttributeError": ("NBC214", "NBC106", "NBC115"),
    "ImportError": ("NBC214",),
    "TypeError": ("NBC214", "NBC115", "NBC106"),
    "KeyError": ("NBC105", "NBC107", "NBC104"),
    "UsageError": ("NBC109",),
}
"""By the name of an error, the rules that see its cause on the page."""

_NAME = re.compile(r"name '(\w+)'")
_ANY = ("NBC113",)
"""A traceback that is saved in the page foretells any error in its cell."""


def observe(
    notebook: Notebook,
    project: Project,
    conditions: Conditions,
    *,
    twice: bool = False,
    progress: Progress | None = None,
    cancel: Event | None = None,
) -> Run:
    """Run a notebook in a clean kernel, or `twice`: in two, one after the other, each with another hash seed.

    Raises:
        NbcriticError: The notebook cannot be run at all; see `run_clean`.
    """
    trials: list[Trial] = []
    root = Path(project.root) if project.root else None
    for seed in range(1 + twice):
        if trials and (trials[0].stopped or not trials[0].outputs):
            break
        trials.append(run_clean(notebook, conditions, seed=seed, root=root, progress=progress, cancel=cancel))
    return Run(notebook, tuple(trials), bool(conditions.parameters))


def examine(run: Run, config: Config, project: Project) -> Report:
    """Judge a notebook with what its runs showed in hand.

    What could not be judged for want of a package, a file, a kernel or time is among the report's `skipped`.
    """
    report = next(iter(judge([Page(run.notebook, project, run=run)], config)))
    findings = tuple(_foretold(finding, report, run) for finding in report.findings)
    same = {finding.fingerprint: finding for finding in findings}
    return replace(
        report,
        findings=findings,
        start_here=tuple(same[finding.fingerprint] for finding in report.start_here),
        skipped=(*report.skipped, *_unjudged(run)),
    )


def _foretold(finding: Finding, report: Report, run: Run) -> Finding:
    """A failure, with the findings of the review that saw it coming."""
    failure = run.trials[0].failure
    if finding.code != FAILS or failure is None:
        return finding
    causes = (*_FORETELLS.get(failure.ename, ()), *_ANY)
    name = _NAME.search(failure.evalue) if failure.ename == "NameError" else None
    seen = [
        Related(other.at, f"{other.code} {other.name} foretold it")
        for other in report.findings
        if other.code in causes and _same_place(other, finding) and (name is None or _speaks_of(other, name[1]))
    ]
    return replace(finding, related=(*finding.related, *seen))


def _speaks_of(finding: Finding, name: str) -> bool:
    return any(name in message for message in (finding.message, *(place.message for place in finding.related)))


def _same_place(cause: Finding, failure: Finding) -> bool:
    return failure.at.cell in {cause.at.cell, *(place.at.cell for place in cause.related)}


def _unjudged(run: Run) -> Iterator[Skipped]:
    first = run.trials[0]
    if first.stopped:
        yield Skipped("the run in a clean kernel", f"cannot be judged here: {first.stopped}")
    elif run.missing and first.failure:
        yield Skipped(f"the run from cell {first.failure.cell} on", f"cannot be judged here: {run.missing}")
    for second in run.trials[1:]:
        if second.stopped:
            yield Skipped("the second run", f"cannot be judged here: {second.stopped}")
    if run.parameters:
        yield Skipped("the saved outputs", "the run had other parameters")
    elif not run.has_saved_outputs:
        yield Skipped("the saved outputs", "there are none")
