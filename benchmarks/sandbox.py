"""What the walls cost: the same work behind them, without them, and as a plain subprocess, taken in turn.

    python -m benchmarks.sandbox [--rounds 5]

The ratio is of the medians of the wall clock; on a busy machine only the ratio means anything.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import nbcritic
from nbcritic import sandbox
from nbcritic.rerun import Conditions, run_clean

NOTHING = [sys.executable, "-c", "pass"]
WORK = [sys.executable, "-c", "import statistics; print(statistics.fmean(n % 7 for n in range(6_000_000)))"]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args(arguments).rounds
    if reason := sandbox.probe():
        print(f"no walls here: {reason}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cells: list[dict[str, object]] = [
            {"cell_type": "code", "source": "print(1)", "metadata": {}, "outputs": [], "execution_count": None}
        ]
        path = folder / "page.ipynb"
        path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}), "utf-8")
        notebook = nbcritic.read(str(path))
        print(
            "| work | plain subprocess | limits only | walls | walls / limits only |\n| --- | ---: | ---: | ---: | ---: |"
        )
        for title, command in (("a Python that does nothing", NOTHING), ("a second or so of arithmetic", WORK)):
            row(
                title,
                rounds,
                lambda command=command: subprocess.run(command, cwd=folder, capture_output=True, check=True),  # type: ignore[misc]
                lambda command=command: sandbox.run(command, folder=folder, isolate=False),  # type: ignore[misc]
                lambda command=command: sandbox.run(command, folder=folder),  # type: ignore[misc]
            )
        row(
            "a notebook of one cell",
            rounds,
            None,
            lambda: run_clean(notebook, Conditions()),
            lambda: run_clean(notebook, Conditions(isolate=True)),
        )
    return 0


def row(title: str, rounds: int, *works: Callable[[], object] | None) -> None:
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, taken in zip(works, times, strict=True):
            if work is not None:
                began = time.perf_counter()
                work()
                taken.append(time.perf_counter() - began)
    medians = [statistics.median(taken) if taken else None for taken in times]
    shown = [f"{median:.2f} s" if median else "–" for median in medians]
    assert medians[1]
    assert medians[2]
    print(f"| {title} | {' | '.join(shown)} | {medians[2] / medians[1]:.2f} |")


if __name__ == "__main__":
    sys.exit(main())
