"""What a notebook is and what can be said about one. Imports nothing of ours.

Positions count from 1. Cell 0 is the notebook as a whole, line 0 a whole cell, column 0 a whole line.
Columns are Unicode code points and ends are exclusive.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal["code", "markdown", "raw"]
Severity: TypeAlias = Literal["blocker", "major", "minor", "nit"]
Confidence: TypeAlias = Literal["certain", "likely", "possible"]
Profile: TypeAlias = Literal["explore", "review", "production"]

SEVERITIES: tuple[Severity, ...] = ("blocker", "major", "minor", "nit")
CONFIDENCES: tuple[Confidence, ...] = ("certain", "likely", "possible")
PROFILES: tuple[Profile, ...] = ("explore", "review", "production")

FAMILIES = MappingProxyType(
    {
        "NBC0": "suppression",
        "NBC1": "hidden-state",
        "NBC2": "environment",
        "NBC3": "tests",
        "NBC4": "packaging",
        "NBC5": "leakage",
        "NBC6": "data-handling",
        "NBC7": "narrative",
        "NBC9": "execution",
    }
)
"""Family by the first four characters of a code; a finding of ruff's belongs to the family `ruff`."""

Category: TypeAlias = Literal[
    "problem-and-kpi",
    "leakage",
    "evaluation-and-baseline",
    "data-validation",
    "reproducibility",
    "packaging",
    "configuration",
    "tests",
    "serving-and-rollback",
    "monitoring",
    "security-and-privacy",
    "performance",
    "sql",
    "pandas-correctness",
    "experiment-statistics",
    "readability",
    "fairness",
]
"""What the fault costs, in the words of the interview rubric."""


class NbcriticError(Exception):
    """Something a user can mend; its text is the whole message, one line where possible."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a notebook."""

    cell: int = 0
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as it stands in the file. `outputs` is its raw JSON (a list), decoded only when a rule asks."""

    number: int
    kind: Kind
    source: str
    id: str | None = None
    execution_count: int | None = None
    tags: tuple[str, ...] = ()
    outputs: bytes = field(default=b"[]", repr=False)
    language: str = ""
    """The cell's own language, where the file names one (SoS notebooks mix kernels); empty for that of the notebook."""


@dataclass(frozen=True)
class Notebook:
    """What was read from one file, nothing more.

    `language` is the kernel's, in lower case, `python` where the file names none; `version` is nbformat's.
    `raw` is the file as it was read; `notebook.positions` finds the cells' lines in it.
    """

    path: str
    cells: tuple[Cell, ...]
    metadata: MappingProxyType[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    language: str = "python"
    language_version: str = ""
    version: tuple[int, int] = (4, 5)
    raw: bytes = field(default=b"", repr=False)
    script: bool = False
    """True for a percent-format script."""

    @cached_property
    def code(self) -> tuple[Cell, ...]:
        """The code cells, in document order."""
        return tuple(cell for cell in self.cells if cell.kind == "code")


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that a finding needs to be understood."""

    at: Span
    message: str


@dataclass(frozen=True, slots=True)
class Replace:
    """Put `text` where `at` stands; `at` is a span of characters in one cell."""

    at: Span
    text: str


@dataclass(frozen=True, slots=True)
class Insert:
    """Insert a new code cell before cell number `before`."""

    before: int
    source: str


@dataclass(frozen=True, slots=True)
class Drop:
    """Remove a cell."""

    cell: int


@dataclass(frozen=True, slots=True)
class Move:
    """Move a cell before another."""

    cell: int
    before: int


@dataclass(frozen=True, slots=True)
class ClearCounts:
    """Remove every recorded execution count."""


Edit: TypeAlias = Replace | Insert | Drop | Move | ClearCounts


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that clears a finding. `safe` means that the notebook computes the same afterwards."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """All that a rule yields: where, what, and what else is involved.

    `confidence` and `severity` override the rule's own where one case is less (or more) sure or grave than the rule at large.
    """

    at: Span
    message: str
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    confidence: Confidence | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Lint:
    """One of ruff's own diagnostics, on a cell."""

    code: str
    at: Span
    message: str
    name: str = ""
    fix_title: str = ""
    fix: Fix | None = None
    severity: Severity | None = None
    """Where the page shows it to be graver than most of its code."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A hit with everything that a reader, an editor or a pipeline needs to act on it."""

    code: str
    name: str
    family: str
    category: Category
    severity: Severity
    confidence: Confidence
    message: str
    why: str
    tool: Literal["nbcritic", "ruff"]
    at: Span
    execution_count: int | None
    cell_id: str | None
    file_line: int
    code_line: str
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    remedy: str = ""
    """What to do, in a sentence; empty where the message says it."""
    fingerprint: str = ""
    """Identity of the finding from one version of the notebook to the next."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was not judged, and why."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class CellHead:
    """What a report needs to name a cell: JupyterLab shows no cell numbers, so the first line stands beside it."""

    number: int
    kind: Kind
    execution_count: int | None
    first_line: str


@dataclass(frozen=True, slots=True)
class Report:
    """What nbcritic has to say about one file.

    `suppressed` counts the findings that the author of the notebook or its configuration silenced. `problem` says why the
    file could not be judged, or which rule crashed on it; the scan goes on.
    """

    path: str
    findings: tuple[Finding, ...] = ()
    start_here: tuple[Finding, ...] = ()
    suppressed: int = 0
    skipped: tuple[Skipped, ...] = ()
    problem: str | None = None
    heads: tuple[CellHead, ...] = ()
    """The cells that the findings name, in order."""
    readiness: tuple[tuple[str, int], ...] = ()
    """For each family that was judged, from 0 to 100 how ready the notebook is; see `nbcritic.readiness`."""


def first_line(source: str, limit: int = 60) -> str:
    """The first line of a cell that says something, cut to `limit` characters."""
    line = next((line.strip() for line in source.splitlines() if line.strip()), "")
    line = re.sub(r"\s+", " ", line)
    return line if len(line) <= limit else line[: limit - 1] + "…"
