"""`nbcritic check` with --fix, --diff, --since and a baseline: what it changes, shows and leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from nbcritic.model import NbcriticError, Notebook, Report

if TYPE_CHECKING:
    from nbcritic.baseline import Baseline
    from nbcritic.config import Config
    from nbcritic.fixer import Mended, Refused
    from nbcritic.rerun import Conditions
    from nbcritic.since import Since

_SHOWN = 5
"""Refused fixes to tell of; the rest is counted."""


class View:
    """What the user wants to see of each report: nothing that a baseline knows, nothing that is older than a revision."""

    def __init__(self, baseline: str | None, since: str | None) -> None:
        self.path = baseline
        self.known: Baseline | None = None
        self.since: Since | None = None
        if baseline is not None:
            from nbcritic.baseline import Baseline

            self.known = Baseline.load(baseline)
        if since is not None:
            from nbcritic.since import Since

            self.since = Since(since)

    def __call__(self, report: Report, notebook: Notebook | None = None) -> Report:
        """What is left of a report; `notebook` is what it is about, where that is not the file."""
        if self.since is not None:
            report = self.since.changed_only(report, notebook)
        return self.known.without_known(report) if self.known is not None else report

    def of(self, reports: Iterable[Report]) -> Iterator[Report]:
        """What is left of each report."""
        return map(self, reports) if self.known or self.since else iter(reports)

    def closing(self) -> str:
        """What to say at the end, if anything."""
        # Of a report without its older findings nobody can say what is gone.
        gone = [count for count in self.known.stale.values() if count] if self.known and not self.since else []
        if not gone:
            return ""
        return (
            f"{self.path}: {_count(sum(gone), 'known finding')} in {_count(len(gone), 'notebook')} gone; write it anew"
        )


class Fixing:
    """Mends notebooks while their reports go by, and counts what it did."""

    def __init__(self, config: Config, view: View, *, unsafe: bool, prove: Conditions | None = None) -> None:
        self._config = config
        self._view = view
        self._unsafe = unsafe
        self._prove = prove
        self._fixed = 0
        self._refused: list[tuple[str, Refused]] = []
        self.notebooks = 0
        """Notebooks that are (or, in a diff, would be) other than they were."""

    def __call__(self, reports: Iterable[Report]) -> Iterator[Report]:
        """Mend each notebook on the disk; its report becomes that of the notebook as it is now."""
        from nbcritic.notebook.write import save

        for report in reports:
            try:
                mended = self._mended(report)
                if mended is not None and mended.changed:
                    save(report.path, mended.notebook.raw, was=mended.before.raw)
                    self._count(mended)
                yield mended.report if mended is not None else report
            except NbcriticError as error:
                yield replace(report, problem=str(error))

    def diffs(self, reports: Iterable[Report], *, color: bool) -> Iterator[str]:
        """What mending would change, as text."""
        from nbcritic.report.diff import render

        for report in reports:
            mended = self._mended(report)
            if mended is not None and mended.changed:
                self._count(mended)
                yield from render(mended.before, mended.notebook, mended.origins, color=color)

    def _mended(self, report: Report) -> Mended | None:
        import nbcritic
        from nbcritic.analysis.project import discover
        from nbcritic.fixer import applicable, mend

        if not applicable(report, unsafe=self._unsafe):
            return None
        notebook, project = nbcritic.read(report.path), discover(report.path)
        mended = mend(notebook, self._config, project, unsafe=self._unsafe, view=self._view)
        if self._prove is not None and mended.changed:
            from nbcritic.rerun.proof import prove

            mended = prove(
                mended,
                self._config,
                project,
                self._prove,
                unsafe=self._unsafe,
                view=self._view,
                say=lambda line: say_aside([line]),
            )
        self._refused += [(report.path, refused) for refused in mended.refused]
        return mended

    def _count(self, mended: Mended) -> None:
        self.notebooks += 1
        self._fixed += len(mended.applied)

    def closing(self, done: str) -> Iterator[str]:
        """What was fixed and what was not, a line each; `done` is the verb."""
        if self.notebooks:
            yield f"{done} {_count(self._fixed, 'finding')} in {_count(self.notebooks, 'notebook')}"
        for path, refused in self._refused[:_SHOWN]:
            finding = refused.finding
            place = f"cell {finding.at.cell}" if finding.at.cell else "the notebook"
            yield f"{path}: {place}: {finding.code} is left as it is: {refused.reason}"
        if len(self._refused) > _SHOWN:
            yield f"… and {len(self._refused) - _SHOWN} more that are left as they are"


def conditions(isolate: bool) -> Conditions:
    """How a notebook is run to prove a fix. Raises NbcriticError where there should be walls and cannot be any."""
    from nbcritic import sandbox
    from nbcritic.rerun import Conditions

    if isolate and (reason := sandbox.probe()):
        raise NbcriticError(f"not isolated: {reason}. Without --isolate the notebooks run as you")
    return Conditions(isolate=isolate)


def check_options(
    paths: tuple[str, ...],
    *,
    fix: bool,
    unsafe: bool,
    diff: bool,
    baseline: str | None,
    write_baseline: str | None,
    prove: bool = False,
) -> None:
    """Refuse what contradicts itself."""
    if prove and not fix:
        raise click.UsageError("--prove goes with --fix")
    if unsafe and not (fix or diff):
        raise click.UsageError("--unsafe-fixes goes with --fix or --diff")
    if fix and diff:
        raise click.UsageError("--fix writes and --diff only shows: choose one")
    if (fix or diff) and "-" in paths:
        raise click.UsageError("standard input cannot be fixed: name a file")
    if write_baseline and (fix or diff or baseline):
        raise click.UsageError(
            "--write-baseline writes down what there is: it goes with none of --fix, --diff and --baseline"
        )


def say_aside(lines: Iterable[str]) -> None:
    """Tell the person, beside the report."""
    from nbcritic.report.terminal import visible

    for line in lines:
        click.echo(f"nbcritic: {visible(line)}", err=True)


def _count(number: int, noun: str) -> str:
    from nbcritic.report.totals import plural

    return plural(number, noun)
