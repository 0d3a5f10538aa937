"""CPU of starting nbcritic, over that of bare Python, in one run.

    python benchmarks/startup.py [RUNS]

Prints the medians and the difference; `--version` should stay within 0.1 s of bare Python. Modules are compiled before the first
measured run, as an installer does it: where PYTHONDONTWRITEBYTECODE is set, every start compiles every module, and takes thrice as long.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

COMMANDS = {
    "bare python": ["-c", "pass"],
    "import click": ["-c", "import click"],
    "nbcritic --version": ["-m", "nbcritic", "--version"],
    "nbcritic explain NBC101": ["-m", "nbcritic", "explain", "NBC101"],
    "nbcritic x.ipynb": ["-m", "nbcritic", "--fail-on", "never", "x.ipynb"],
}
NOTEBOOK = '{"cells": [{"cell_type": "code", "source": "x = 1", "outputs": []}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}'


def cpu(arguments: list[str], folder: str) -> float:
    """Seconds of CPU (user and system, children too) of one run."""
    before = os.times()
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(Path(folder, "bytecode"))
    subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return (after.children_user - before.children_user) + (after.children_system - before.children_system)


def main() -> None:
    """Interleave the commands, so that a busy machine is busy for all of them."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "x.ipynb").write_text(NOTEBOOK, encoding="utf-8")
        for arguments in COMMANDS.values():
            cpu(arguments, folder)
        for _ in range(runs):
            for name, arguments in COMMANDS.items():
                taken[name].append(cpu(arguments, folder))
    bare = statistics.median(taken["bare python"])
    print("command\tCPU ms\tover bare Python ms")
    for name, seconds in taken.items():
        median = statistics.median(seconds)
        print(f"{name}\t{median * 1000:.0f}\t{(median - bare) * 1000:.0f}")


if __name__ == "__main__":
    main()
