"""Findings of one notebook folded for people: one entry for each rule, however often it speaks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nbcritic.model import SEVERITIES, Finding


@dataclass(frozen=True, slots=True)
class Entry:
    """The gravest (then first) finding of a rule, and the other places where the rule says the same."""

    lead: Finding
    others: tuple[Finding, ...] = ()

    def besides(self, finding: Finding) -> tuple[Finding, ...]:
        """All findings of the entry but this one."""
        return tuple(other for other in (self.lead, *self.others) if other is not finding)


def entries(findings: Iterable[Finding]) -> list[Entry]:
    """One entry for each rule, in the order of the cells that they lead to."""
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)
    folded = [_entry(group) for group in by_code.values()]
    return sorted(folded, key=lambda entry: (entry.lead.at, SEVERITIES.index(entry.lead.severity), entry.lead.code))


def _entry(group: list[Finding]) -> Entry:
    lead = min(group, key=lambda finding: (SEVERITIES.index(finding.severity), finding.at))
    return Entry(lead, tuple(finding for finding in group if finding is not lead))
