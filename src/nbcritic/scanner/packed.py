"""Reports as bytes: what goes from process to process and into the cache. Nothing in them is ever executed."""

from __future__ import annotations

import json
import zlib
from dataclasses import fields
from typing import Any

from nbcritic.model import (
    CellHead,
    ClearCounts,
    Drop,
    Edit,
    Finding,
    Fix,
    Insert,
    Move,
    Related,
    Replace,
    Report,
    Skipped,
    Span,
)

_EDITS: tuple[type[Edit], ...] = (Replace, Insert, Drop, Move, ClearCounts)
_AT, _RELATED, _FIX = ([one.name for one in fields(Finding)].index(name) for name in ("at", "related", "fix"))


def pack(report: Report) -> bytes:
    """The report without its path, which two copies of a notebook do not share."""
    place = {id(finding): index for index, finding in enumerate(report.findings)}
    row = (
        report.findings,
        [place.get(id(f), -1) if id(f) in place else report.findings.index(f) for f in report.start_here],
        report.suppressed,
        report.skipped,
        report.problem,
        report.heads,
        report.readiness,
    )
    return zlib.compress(json.dumps(row, default=_row, separators=(",", ":")).encode(), 1)


def unpack(data: bytes, path: str) -> Report:
    """The report on the notebook at `path`. Raises ValueError where the bytes are damaged."""
    try:
        rows, first, suppressed, skipped, problem, heads, readiness = json.loads(zlib.decompress(data))
        findings = tuple(map(_finding, rows))
        return Report(
            path,
            findings,
            tuple(findings[index] for index in first),
            suppressed,
            tuple(Skipped(*one) for one in skipped),
            problem,
            tuple(CellHead(*head) for head in heads),
            tuple((family, figure) for family, figure in readiness),
        )
    except (zlib.error, TypeError, LookupError) as error:
        raise ValueError(f"no packed report: {error}") from error


def _row(value: Any) -> list[object]:
    row = [getattr(value, one.name) for one in fields(value)]
    return [_EDITS.index(type(value)), *row] if isinstance(value, _EDITS) else row


def _finding(row: list[Any]) -> Finding:
    row[_AT] = Span(*row[_AT])
    row[_RELATED] = tuple(Related(Span(*where), message) for where, message in row[_RELATED])
    if fix := row[_FIX]:
        row[_FIX] = Fix(fix[0], tuple(map(_edit, fix[1])), fix[2])
    return Finding(*row)


def _edit(row: list[Any]) -> Edit:
    kind = _EDITS[row[0]]
    return Replace(Span(*row[1]), row[2]) if kind is Replace else kind(*row[1:])
