"""What a scan costs beside ruff, the floor and the peers, on the same notebooks, in one run.

    python -m benchmarks.speed [FOLDER] [--notebooks 300] [--repeat 3] [--write]

FOLDER holds notebooks: the corpus where it is there; without one, those of this repository are taken many times. Each is copied to a
project of its own, no two are equal. The tools take turns, so that a busy machine is busy for all of them; the median counts. CPU is
user and system of a tool and all its processes (Linux: orphans come to this process, which waits for them), wall is what a person
waits. ruff runs with its default rules and without its cache; the floor is ruff and `ast.parse` over every code cell. Peers run where
they are installed, each in an environment of its own: `.benchmarks/peers/{nbqa,pynblint,nborder}` (nbqa with flake8; pynblint wants
click < 8.2; `marimo check` says nothing of an .ipynb). Then the latency that an editor sees, growth with the cells of a notebook, and
the start. `--write` puts the tables into docs/speed.md and a picture beside it.
"""

from __future__ import annotations

import argparse
import ast
import ctypes
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import nbcritic
from nbcritic.analysis.page import Page
from nbcritic.config import Config
from nbcritic.scanner.batch import judge
from nbcritic.scanner.team import cores

HERE = Path(__file__).parents[1]
CORPUS = HERE / ".benchmarks/corpus"
PEERS = HERE / ".benchmarks/peers"
PAGE = HERE / "docs/speed.md"
PICTURE = HERE / "docs/images/speed.svg"
CELLS = (10, 100, 1_000, 5_000)
PATIENCE = 600
"""Seconds that one run of one tool may take."""


@dataclass
class Tool:
    """One command, and what its runs took: seconds of CPU, of wall."""

    name: str
    command: list[str]
    before: Callable[[], None] = lambda: None
    seconds: list[tuple[float, float]] = field(default_factory=list)
    note: str = ""

    @property
    def cpu(self) -> float:
        """The median of the CPU."""
        return statistics.median(cpu for cpu, _ in self.seconds)

    @property
    def wall(self) -> float:
        """The median of the wall."""
        return statistics.median(wall for _, wall in self.seconds)


def adopt() -> None:
    """Have orphaned processes come to this one, so that their CPU can be counted. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)


def run(tool: Tool, folder: Path) -> None:
    """Run a tool once. What it says and how it exits is its own affair; that it takes too long is noted."""
    tool.before()
    before, start = os.times(), time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(tool.command, cwd=folder, stdout=said, stderr=subprocess.STDOUT)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            tool.note = f"stopped after {PATIENCE} s"
        wall = time.perf_counter() - start
        while True:
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                break
        after = os.times()
        if process.returncode not in (0, 1, 2) and not tool.note:
            said.seek(max(0, said.tell() - 300))
            tool.note = f"exit code {process.returncode}"
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    tool.seconds.append((cpu, wall))


def tools(paths: Sequence[str], scratch: Path) -> list[Tool]:
    """Ours and the others, over the same notebooks."""
    own = [sys.executable, "-m", "nbcritic", "--fail-on", "never", "-o", str(scratch / "report.txt")]
    ruff = str(Path(sys.executable).with_name("ruff"))
    cache = scratch / "cache"
    os.environ["NBCRITIC_CACHE_DIR"] = str(cache)
    shutil.rmtree(cache, ignore_errors=True)
    found = [
        Tool("ruff check (default rules)", [ruff, "check", "--no-cache", "--isolated", "-q", "--exit-zero", *paths]),
        Tool("nbcritic --jobs 1, cold", [*own, "--no-cache", "--jobs", "1", *paths]),
        Tool(f"nbcritic --jobs {cores()}, cold", [*own, "--no-cache", "--jobs", str(cores()), *paths]),
        Tool("nbcritic, first run with a cache", [*own, *paths], lambda: shutil.rmtree(cache, ignore_errors=True)),
        Tool("nbcritic, cached", [*own, *paths]),
    ]
    peers = {
        "nbqa flake8": ("nbqa", "nbqa", ["flake8", *paths]),
        "pynblint": ("pynblint", "pynblint", ["notebooks"]),
        "nborder check": ("nborder", "nborder", ["check", *paths]),
    }
    for name, (folder, program, options) in peers.items():
        binary = PEERS / folder / "bin" / program
        if binary.exists():
            found.append(Tool(name, [str(binary), *options]))
        else:
            print(f"{name} is not installed: {PEERS / folder}", file=sys.stderr)
    return found


def parsing(paths: Sequence[Path]) -> float:
    """Seconds of CPU of `ast.parse` over every cell of Python, as the tools see them."""
    sources = []
    for path in paths:
        try:
            sources += [cell.plain.source for cell in Page(nbcritic.read(path)).code]
        except nbcritic.NbcriticError:
            continue
    start = time.process_time()
    for source in sources:
        ast.parse(source)
    return time.process_time() - start


def chosen(folder: Path, number: int, scratch: Path) -> list[Path]:
    """So many notebooks of the folder, drawn with a fixed seed; copies of this repository's where it has none."""
    listed = folder / "lists/capped25.txt"
    if listed.exists():
        paths = [folder / line for line in listed.read_text("utf-8").split("\n") if line]
    else:
        paths = sorted(folder.rglob("*.ipynb")) if folder.exists() else []
    if paths:
        random.Random(1).shuffle(paths)
        return [copied(path, index, scratch, same=True) for index, path in enumerate(sorted(paths[:number]))]
    shipped = sorted((HERE / "notebooks").rglob("*.ipynb"))
    return [copied(shipped[index % len(shipped)], index, scratch, same=False) for index in range(number)]


def copied(path: Path, index: int, scratch: Path, *, same: bool) -> Path:
    """A copy in a project of its own: the same, or one that no other copy is equal to."""
    folder = scratch / "notebooks" / f"{index:05}"
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").touch()
    target = folder / path.name
    if same:
        return Path(shutil.copyfile(path, target))
    notebook = json.loads(path.read_bytes())
    for cell in notebook["cells"]:
        cell["source"] = [*cell["source"], f"\n# {index}" if cell["cell_type"] == "code" else f"\n{index}"]
    target.write_text(json.dumps(notebook), "utf-8")
    return target


def latency(paths: Sequence[Path], cells: int = 60, runs: int = 60) -> list[float]:
    """Seconds that a process that is warm takes for a notebook of so many cells, from bytes to report, ruff included."""
    data = made_of(paths, cells)
    taken = []
    for turn in range(runs + 5):
        edited = data.replace(b"editing 0", f"editing {turn}".encode())
        start = time.perf_counter()
        nbcritic.critique(edited)
        taken.append(time.perf_counter() - start)
    return sorted(taken[5:])


def made_of(paths: Sequence[Path], cells: int) -> bytes:
    """A notebook of so many code cells of real notebooks, which come again where they are too few."""
    found: list[dict[str, object]] = []
    for path in cycle(paths):
        try:
            notebook = nbcritic.read(path)
        except nbcritic.NbcriticError:
            continue
        if notebook.language == "python":
            found += [
                {"cell_type": "code", "source": cell.source, "metadata": {}, "outputs": [], "execution_count": None}
                for cell in notebook.code[:20]
            ]
        if len(found) >= cells:
            break
    found[0]["source"] = f"# editing 0\n{found[0]['source']}"
    return json.dumps({"cells": found[:cells], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()


def growth(paths: Sequence[Path]) -> Iterator[tuple[int, float]]:
    """For notebooks of more and more cells, milliseconds of CPU a cell."""
    for cells in CELLS:
        data = made_of(paths, cells)
        page = Page(nbcritic.read(data))
        start = time.process_time()
        next(judge([page], Config()))
        yield len(page.cells), (time.process_time() - start) / max(len(page.cells), 1) * 1000


def table(found: Sequence[Tool], floor: float, notebooks: int) -> Iterator[str]:
    """The costs, and what they are beside ruff's."""
    unit = found[0]
    yield f"{notebooks} notebooks, {cores()} cores, Python {sys.version.split()[0]}; medians of {len(unit.seconds)} runs."
    yield ""
    yield "| | CPU, s | of ruff's | wall, s | ms a notebook |"
    yield "| --- | --: | --: | --: | --: |"
    for tool in found:
        note = f" ({tool.note})" if tool.note else ""
        each = tool.wall / notebooks * 1000
        yield f"| {tool.name}{note} | {tool.cpu:.2f} | {tool.cpu / unit.cpu:.2f} | {tool.wall:.2f} | {each:.1f} |"
        if tool is unit:
            total = unit.cpu + floor
            yield f"| the floor: ruff and `ast.parse` | {total:.2f} | {total / unit.cpu:.2f} | | |"


def picture(found: Sequence[Tool], path: Path) -> None:
    """The CPU of each as a bar, ruff's being 1."""
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError:
        print("no picture: matplotlib is not installed", file=sys.stderr)
        return
    mpl.rcParams["svg.hashsalt"] = "nbcritic"
    names, sizes = [tool.name for tool in found], [tool.cpu / found[0].cpu for tool in found]
    figure = Figure(figsize=(7, 0.4 * len(found) + 0.8), layout="constrained")
    axes = figure.subplots()
    bars = axes.barh(
        names[::-1], sizes[::-1], color=["#d9822b" if "nbcritic" in name else "#8a9ba8" for name in names[::-1]]
    )
    axes.bar_label(bars, [f" {size:.2g} ×" for size in sizes[::-1]])
    axes.set_xscale("log")
    axes.set_xlabel("CPU for the same notebooks; ruff check = 1")
    axes.spines[["top", "right"]].set_visible(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})


def written(name: str, lines: Sequence[str]) -> None:
    """Put the lines into the page, between the marks of this name."""
    text = PAGE.read_text("utf-8")
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.S)
    PAGE.write_text(pattern.sub(lambda found: f"{found[1]}\n" + "\n".join(lines) + f"\n\n{found[2]}", text), "utf-8")


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=CORPUS)
    parser.add_argument("--notebooks", type=int, default=300)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put the figures into docs/speed.md")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    adopt()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # a user's Python compiles modules once
    with tempfile.TemporaryDirectory(prefix="nbcritic-bench-") as scratch:
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(scratch, "compiled"))
        paths = chosen(arguments.folder, arguments.notebooks, Path(scratch))
        top = Path(scratch)
        found = tools([str(path.relative_to(top)) for path in paths], Path(scratch))
        floor = parsing(paths)
        warm = Tool("", [sys.executable, "-m", "nbcritic", "--no-cache", str(paths[0])])
        run(warm, top)  # compiles the modules
        for turn in range(arguments.repeat):
            for tool in found:
                if tool.note and turn:
                    continue
                run(tool, top)
                print(f"{turn + 1}/{arguments.repeat} {tool.name}: {tool.seconds[-1][0]:.2f} s CPU", file=sys.stderr)
        lines = list(table(found, floor, len(paths)))
        taken = latency(paths)
        at = {share: taken[int(len(taken) * share / 100)] * 1000 for share in (50, 95)}
        lines += ["", f"A notebook of 60 cells in a warm process: p50 {at[50]:.0f} ms, p95 {at[95]:.0f} ms of wall."]
        lines += ["", "| cells | ms of CPU a cell |", "| --: | --: |"]
        lines += [f"| {cells:,} | {each:.2f} |" for cells, each in growth(paths)]
    print("\n".join(lines))
    if arguments.write:
        written("speed", lines)
        picture(found, PICTURE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
