"""Findings that are known and put up with for now: a file of fingerprints, so that only new ones are said.

A fingerprint is made of the rule, the cell (its id or its text) and the line, so that it survives cells that move and a notebook
that runs again. Paths in the file are relative to the folder it stands in.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nbcritic import __version__
from nbcritic.engine import start_here
from nbcritic.model import NbcriticError, Report

SCHEMA = 1
"""Version of the file; it rises when the meaning of a field changes."""


@dataclass
class Baseline:
    """The known findings by notebook, and which of them were found again."""

    folder: Path
    known: dict[str, Counter[str]]
    stale: dict[str, int] = field(default_factory=dict)
    """For each notebook that was judged, how many of its known findings are gone."""

    @classmethod
    def load(cls, path: str | Path) -> Baseline:
        """Read a baseline. Raises NbcriticError where that fails."""
        try:
            table = json.loads(Path(path).read_bytes())
            if table["schema"] != SCHEMA:
                raise NbcriticError(f"{path}: is a baseline of another version of nbcritic: write it anew")
            known = {
                name: Counter(str(entry["fingerprint"]) for entry in entries)
                for name, entries in table["notebooks"].items()
            }
        except OSError as error:
            raise NbcriticError(f"{path}: cannot be read: {error.strerror or error}") from error
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise NbcriticError(f"{path}: is not a baseline; `--write-baseline` writes one") from error
        return cls(_folder(path), known)

    def without_known(self, report: Report) -> Report:
        """The report with what is known among its suppressed findings."""
        name = _name(self.folder, report.path)
        left = Counter(self.known.get(name, ()))
        new = []
        for finding in report.findings:
            if left[finding.fingerprint] > 0:
                left[finding.fingerprint] -= 1
            else:
                new.append(finding)
        # A notebook that could not be judged in full does not show that a fault is gone.
        self.stale[name] = left.total() if report.problem is None else 0
        found_again = len(report.findings) - len(new)
        if not found_again:
            return report
        findings = tuple(new)
        suppressed = report.suppressed + found_again
        return replace(report, findings=findings, start_here=start_here(findings), suppressed=suppressed)


def dumps(path: str | Path, reports: Iterable[Report]) -> str:
    """The text of a baseline at `path` that knows every finding of these reports, sorted so that it changes little."""
    folder = _folder(path)
    notebooks: dict[str, list[dict[str, Any]]] = {}
    for report in reports:
        entries = [
            {"fingerprint": found.fingerprint, "code": found.code, "cell": found.at.cell, "message": found.message}
            for found in report.findings
        ]
        if entries:
            notebooks[_name(folder, report.path)] = entries
    table = {"schema": SCHEMA, "nbcritic": __version__, "notebooks": dict(sorted(notebooks.items()))}
    return json.dumps(table, indent=1) + "\n"


def _folder(path: str | Path) -> Path:
    return Path(os.path.realpath(path)).parent


def _name(folder: Path, path: str) -> str:
    """The path of a notebook as a baseline in `folder` names it, the same on every system."""
    if path == "-":
        return path
    whole = os.path.realpath(path)
    try:
        return os.path.relpath(whole, folder).replace(os.sep, "/")
    except ValueError:  # another drive
        return whole.replace(os.sep, "/")
