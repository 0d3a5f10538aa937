"""Findings on what changed since a revision of git: the rest is known to whoever reviews the change.

A cell has changed where no cell of the old notebook has the same kind and text; that it ran again is no change. git is only
read, by its plumbing: no filter, hook or diff tool of the repository runs.
"""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from nbcritic.engine import start_here
from nbcritic.model import Finding, NbcriticError, Notebook, Report
from nbcritic.notebook.read import read

TIMEOUT = 60
"""Seconds that one call of git may take."""


class Since:
    """The changes since one revision, in as many repositories as the notebooks stand in."""

    def __init__(self, revision: str) -> None:
        self._revision = revision
        self._repositories: dict[Path, _Repository] = {}
        self._folders: dict[Path, _Repository] = {}

    def changed_only(self, report: Report, notebook: Notebook | None = None) -> Report:
        """The report without the findings on cells that have not changed; `notebook` is the one that it is about, if not the file.

        A finding stays where its cell, or one that it names beside it, has changed; one about the notebook as a whole where any
        cell has. Raises NbcriticError where the notebook stands in no repository, or that has no such revision.
        """
        if report.path == "-":
            raise NbcriticError("standard input has no history: name a file to use --since")
        path = Path(os.path.realpath(report.path))
        repository = self._repository(path.parent)
        if not report.findings:
            return report
        data = repository.file(path)
        old = _read(data, report.path) if data is not None else None
        now = notebook or _read(path.read_bytes(), report.path)
        if old is None or now is None:
            return report
        changed = changed_cells(old, now)
        findings = tuple(finding for finding in report.findings if _concerns(finding, changed))
        return replace(report, findings=findings, start_here=start_here(findings))

    def _repository(self, folder: Path) -> _Repository:
        if folder not in self._folders:
            top = Path(os.fsdecode(_git(folder, "rev-parse", "--show-toplevel")).rstrip("\n"))
            if top not in self._repositories:
                self._repositories[top] = _Repository(top, self._revision)
            self._folders[folder] = self._repositories[top]
        return self._folders[folder]


def changed_cells(old: Notebook, now: Notebook) -> frozenset[int]:
    """The cells of `now` that `old` does not have; with 0, the notebook, where anything at all is different."""
    left = Counter((cell.kind, cell.source) for cell in old.cells)
    changed = set[int]()
    for cell in now.cells:
        if left[cell.kind, cell.source] > 0:
            left[cell.kind, cell.source] -= 1
        else:
            changed.add(cell.number)
    same = [(c.kind, c.source) for c in old.cells] == [(c.kind, c.source) for c in now.cells]
    return frozenset(changed if same else {*changed, 0})


def _concerns(finding: Finding, changed: frozenset[int]) -> bool:
    return any(at.cell in changed for at in (finding.at, *(place.at for place in finding.related)))


def _read(data: bytes, path: str) -> Notebook | None:
    try:
        return read(data, path)
    except NbcriticError:
        return None


class _Repository:
    """The files of one repository as they were."""

    def __init__(self, top: Path, revision: str) -> None:
        self._top = top
        name = _git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", missing=b"")
        if not name:
            raise NbcriticError(f"git knows no revision {revision!r} in {top}")
        self._commit = name.decode().strip()

    def file(self, path: Path) -> bytes | None:
        """The bytes of the file that is now at `path`, also where it had another name; None where there was none."""
        inside = os.path.relpath(path, os.path.realpath(self._top)).replace(os.sep, "/")
        data = self._blob(inside)
        if data is None and inside in self._renamed:
            data = self._blob(self._renamed[inside])
        return data

    def _blob(self, inside: str) -> bytes | None:
        found = _git(self._top, "cat-file", "blob", f"{self._commit}:{inside}", missing=b"\0")
        return None if found == b"\0" else found

    @cached_property
    def _renamed(self) -> dict[str, str]:
        """For each file that git knows under another name now, the old one."""
        options = ("--cached", "-M", "--diff-filter=R", "--name-status", "-z")
        words = os.fsdecode(_git(self._top, "diff-index", *options, self._commit, "--")).split("\0")
        return dict(zip(words[2::3], words[1::3], strict=False))


def _git(folder: Path, *arguments: str, missing: bytes | None = None) -> bytes:
    """What git answers; `missing` where it fails and that means "no such thing"."""
    command = ["git", "-c", "core.fsmonitor=false", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=False)
    except FileNotFoundError:
        raise NbcriticError("--since needs git, which is not installed") from None
    except subprocess.TimeoutExpired:
        raise NbcriticError(f"git gave no answer within {TIMEOUT} seconds") from None
    except OSError as error:
        raise NbcriticError(f"git cannot be started: {error.strerror or error}") from error
    if done.returncode == 0:
        return done.stdout
    if missing is not None:
        return missing
    said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
    if "not a git repository" in said:
        raise NbcriticError(f"{folder} is in no git repository, so that --since has nothing to compare with")
    raise NbcriticError(f"git: {said or 'failed without a word'}")
