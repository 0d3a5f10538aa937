"""The most memory that a scan of 1,000 and of 10,000 notebooks takes, all its processes together. Linux only.

    python -m benchmarks.memory [NUMBER ...] [--jobs N] [--write]

The notebooks are made up, small, and stand in one project, as that is the hard case: rules compare each with all others. What counts is
the proportional set size, which charges a page that processes share to each in part; it is looked at twenty times a second.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.speed import written

from nbcritic.scanner.team import cores

LOOKS = 0.05
"""Seconds between two looks."""

_TERMS = ("{a} + {n}", "{a}.mean()", "len({a})", "{a}['x'].sum()", "max({a}, {n})", "{a}.fillna({n})", "str({a})")
_LINES = (
    "{a} = {t}",
    "if {t}:\n        {a} = {t}",
    "for {a} in {t}:\n        print({t})",
    "{a}['x'] = {t}",
    "return {t}",
)


def notebook(number: int) -> str:
    """A notebook of eight cells with functions of chance shape; every tenth function stands in other notebooks, too."""
    cells: list[dict[str, object]] = []
    for cell in range(8):
        chance = random.Random(cell if cell == 7 and number % 10 == 0 else number * 100 + cell)
        lines = [
            chance.choice(_LINES)
            .replace("{a}", chance.choice("abc"))
            .replace("{t}", chance.choice(_TERMS))
            .format(a=chance.choice("abc"), n=chance.randrange(99))
            for _ in range(10)
        ]
        source = f"def f{cell}(a, b, c):\n    " + "\n    ".join(lines) + f"\nx = f{cell}(1, 2, 3)"
        cells.append(
            {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": cell + 1}
        )
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


def family(top: int) -> Iterator[int]:
    """A process and all that it started, and so on."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):  # it is gone
                continue
            children.setdefault(parent, []).append(int(entry.name))
    left = [top]
    while left:
        yield (process := left.pop())
        left += children.get(process, ())


def size(process: int) -> int:
    """The proportional set size of a process, in bytes; 0 once it is gone."""
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def peak(folder: Path, jobs: int) -> tuple[int, float]:
    """The most bytes that a scan of the folder holds at once, and the seconds that it takes."""
    beside = folder.parent
    options = ["--fail-on", "never", "--jobs", str(jobs), "-o", str(beside / "report.json"), "--format", "json"]
    env = {**os.environ, "NBCRITIC_CACHE_DIR": str(beside / "cache")}
    start, most = time.perf_counter(), 0
    process = subprocess.Popen([sys.executable, "-m", "nbcritic", *options, "."], cwd=folder, env=env)
    while process.poll() is None:
        most = max(most, sum(map(size, family(process.pid))))
        time.sleep(LOOKS)
    if process.returncode not in (0, 2):
        raise SystemExit(f"the scan ended with {process.returncode}")
    return most, time.perf_counter() - start


def main() -> int:
    """Measure each number of notebooks, first without and then with a cache that knows them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("numbers", type=int, nargs="*", default=[1_000, 10_000])
    parser.add_argument("--jobs", type=int, default=cores())
    parser.add_argument("--write", action="store_true", help="put the figures into docs/speed.md")
    arguments = parser.parse_args()
    lines = ["| notebooks | peak, MB | seconds | cached: peak, MB | seconds |", "| --: | --: | --: | --: | --: |"]
    for number in arguments.numbers:
        with tempfile.TemporaryDirectory(prefix="nbcritic-bench-") as scratch:
            folder = Path(scratch, "project")
            folder.mkdir()
            (folder / "pyproject.toml").touch()
            for index in range(number):
                (folder / f"report_{index:05}.ipynb").write_text(notebook(index), "utf-8")
            cold, cached = peak(folder, arguments.jobs), peak(folder, arguments.jobs)
        lines.append(f"| {number:,} | {cold[0] / 1e6:.0f} | {cold[1]:.0f} | {cached[0] / 1e6:.0f} | {cached[1]:.1f} |")
        print(lines[-1], file=sys.stderr)
    print("\n".join(lines))
    if arguments.write:
        written("memory", lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
