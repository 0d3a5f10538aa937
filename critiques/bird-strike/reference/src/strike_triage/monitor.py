"""What is counted while the service runs: requests, decisions, and whether the reports still look as they used to.

Counts only. No report, no station and no person goes into a metric.
"""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from strike_triage.artifact import Artifact
from strike_triage.model import Floats

_EDGES = (0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0)


class Monitor:
    """The counters of one running service, in a registry of their own."""

    def __init__(self, artifact: Artifact) -> None:
        self.registry = CollectorRegistry()
        self._answers = Counter("strike_answers", "Reports answered", ["send"], registry=self.registry)
        self._refused = Counter("strike_refused", "Requests refused as malformed", registry=self.registry)
        self._gaps = Counter("strike_speed_missing", "Reports without a speed", registry=self.registry)
        self._large = Counter("strike_large_birds", "Reports of a large bird", registry=self.registry)
        self._chance = Histogram("strike_chance", "Chance of grave damage", buckets=_EDGES, registry=self.registry)
        usual = Gauge("strike_usual", "The same shares in the validation period", ["what"], registry=self.registry)
        for name, value in artifact.metadata.get("usual", {}).items():
            usual.labels(name).set(value)

    def answered(
        self, chance: Floats, send: Sequence[bool], speeds: Sequence[float | None], sizes: Sequence[str]
    ) -> None:
        """Count one request's reports."""
        for value, goes in zip(chance, send, strict=True):
            self._chance.observe(float(value))
            self._answers.labels("yes" if goes else "no").inc()
        self._gaps.inc(sum(speed is None for speed in speeds))
        self._large.inc(sum(size == "Large" for size in sizes))

    def refused(self) -> None:
        """Count a request that was not understood."""
        self._refused.inc()

    def text(self) -> bytes:
        """All counters in Prometheus' text format."""
        return bytes(generate_latest(self.registry))
