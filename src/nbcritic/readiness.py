"""How ready a notebook is, in one figure for each family of rules; `docs/readiness.md` explains the figure to its readers."""

from __future__ import annotations

from collections.abc import Iterable

from nbcritic.model import FAMILIES, Confidence, Finding, Severity

_COST: dict[Severity, float] = {"blocker": 0.6, "major": 0.25, "minor": 0.1, "nit": 0.02}
_TRUST: dict[Confidence, float] = {"certain": 1.0, "likely": 0.95, "possible": 0.5}
_ABOUT = tuple(family for family in FAMILIES.values() if family != "suppression")
"""The families that say something about the notebook, and not about its comments to nbcritic."""


def readiness(findings: Iterable[Finding], judged: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """The figure of each family among `judged`, from 100 (no rule of it spoke) towards 0, in the order of the families.

    Every rule that spoke takes a share of what the others left: 60 % for a blocker, 25 for a major finding, 10 for a minor one, 2 for a
    nit; 5 % less of it where the finding is likely, half where it is possible. A rule counts once, with the finding that takes
    most, so that neither the number of its places nor the number of cells matters: a notebook that is cut into other cells has
    the same figure as long as the same rules speak.
    """
    shares: dict[str, dict[str, float]] = {family: {} for family in _ABOUT}
    for finding in findings:
        rules = shares.get(finding.family)
        if rules is not None:
            share = _COST[finding.severity] * _TRUST[finding.confidence]
            rules[finding.code] = max(share, rules.get(finding.code, 0.0))
    asked = set(judged)
    return tuple((family, _left(shares[family].values())) for family in _ABOUT if family in asked)


def _left(shares: Iterable[float]) -> int:
    """What the shares leave of 100, rounded down so that 100 means that nothing was found; the order does not matter."""
    left = 100.0
    for share in sorted(shares):
        left *= 1 - share
    return int(left + 1e-9)
