"""What has changed since an earlier report: findings that are new, and findings that are gone, by their fingerprints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from nbcritic.model import NbcriticError, Report


class _Finding(msgspec.Struct):
    fingerprint: str


class _Report(msgspec.Struct):
    path: str
    findings: list[_Finding] = []


class _File(msgspec.Struct):
    reports: list[_Report]


@dataclass(frozen=True, slots=True)
class Change:
    """How many findings of a notebook are new, gone and still there."""

    new: int
    gone: int
    same: int


@dataclass(frozen=True, slots=True)
class Previous:
    """The findings of an earlier `--format json` report."""

    prints: Mapping[str, frozenset[str]]
    """Fingerprints by the notebook's path."""

    @staticmethod
    def read(path: Path) -> Previous:
        """Read an earlier report; raises NbcriticError where the file is none."""
        try:
            file = msgspec.json.decode(path.read_bytes(), type=_File)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise NbcriticError(f"{path} is no JSON report of nbcritic: {error}") from error
        return Previous({r.path: frozenset(f.fingerprint for f in r.findings) for r in file.reports})

    def change(self, report: Report) -> Change | None:
        """The change of one notebook; None where the earlier report did not know it."""
        before = self.prints.get(report.path)
        if before is None:
            return None
        now = {finding.fingerprint for finding in report.findings}
        return Change(len(now - before), len(before - now), len(now & before))

    def is_new(self, report: Report, fingerprint: str) -> bool:
        """Was this finding not there before?"""
        before = self.prints.get(report.path)
        return before is not None and fingerprint not in before
