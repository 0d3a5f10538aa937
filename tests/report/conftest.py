"""Findings and reports made by hand, so that the words are tested apart from the rules."""

from collections.abc import Callable

import pytest

from nbcritic.model import CellHead, Finding, Report, Severity, Span


def _finding(
    cell: int = 2,
    line: int = 1,
    column: int = 1,
    end_column: int = 5,
    *,
    code: str = "NBC114",
    name: str = "star-import",
    severity: Severity = "minor",
    message: str = "`from numpy import *` hides names",
    code_line: str = "from numpy import *",
    **more: object,
) -> Finding:
    values: dict[str, object] = {
        "family": "hidden-state",
        "category": "reproducibility",
        "confidence": "certain",
        "why": "A reader cannot tell where a name comes from.",
        "remedy": "Instead, import the module.",
        "tool": "nbcritic",
        "execution_count": 7,
        "cell_id": None,
        "file_line": 12,
        "fingerprint": f"{code}-{cell}-{line}-{column}",
        **more,
    }
    at = Span(cell, line, column if line else 0, line, end_column if line else 0)
    return Finding(code=code, name=name, severity=severity, message=message, code_line=code_line, at=at, **values)  # type: ignore[arg-type]


def _report(*findings: Finding, start: int = 0, path: str = "a.ipynb", **more: object) -> Report:
    numbers = sorted({finding.at.cell for finding in findings} - {0})
    heads = tuple(CellHead(number, "code", 7, f"first line of {number}") for number in numbers)
    return Report(path, findings, findings[:start], heads=heads, **more)  # type: ignore[arg-type]


@pytest.fixture
def finding() -> Callable[..., Finding]:
    """Makes a finding; everything has a default."""
    return _finding


@pytest.fixture
def report() -> Callable[..., Report]:
    """Makes a report of findings; `start` of them are what a reviewer would say first."""
    return _report
