"""What the facts and one family's rules cost, in units of `ast.parse` over the same code cells, all in one run.

    python benchmarks/cost.py [FOLDER] [--notebooks 300] [--family NBC1] [--profile] [--growth] [--review]

FOLDER holds notebooks. CPU of this process, garbage collection off. Every step starts from what the steps above it have computed:
the tree and the shared index are there before the names, names before the flow, both before the rules; what else a rule is the first
to ask for counts as the rule's. `graph` and `values` are computed on a page of their own. `--growth` takes pages that are made
up, of 10 to 5,000 cells, and prints microseconds a cell; `--profile` lists the functions in which the time of names, flow and rules goes.
`--review` measures the whole instead: each rule of the default profile in turn, the first to ask for a fact paying for it, beside
`ruff check` (its default rules, on the files themselves) and `ast.parse`.
"""

from __future__ import annotations

import argparse
import ast
import cProfile
import gc
import os
import pstats
import random
import subprocess
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.config import Config
from nbcritic.engine import chosen
from nbcritic.model import Cell, Notebook
from nbcritic.notebook.read import read
from nbcritic.ruff import _binary

FACTS = ("names", "flow")
SIZES = (10, 100, 1_000, 5_000)


class Clock:
    """Seconds of CPU for each step."""

    def __init__(self, profile: cProfile.Profile | None = None) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._profile = profile

    @contextmanager
    def step(self, name: str, *, profiled: bool = False) -> Iterator[None]:
        """Charge what happens inside to this step."""
        profile = self._profile if profiled else None
        start = time.process_time()
        if profile is not None:
            profile.enable()
        try:
            yield
        finally:
            if profile is not None:
                profile.disable()
            self.spent[name] += time.process_time() - start


def measure(make: Callable[[], Page], family: str, clock: Clock) -> None:
    """Charge the steps of one page."""
    page = make()
    with clock.step("magics"):
        cells = page.cells
    _ = page.code  # the trees that the steps below share
    sources = [cell.plain.source for cell in page.code]
    with clock.step("ast.parse"):
        for source in sources:
            ast.parse(source)
    with clock.step("shared walk"):
        for cell in cells:
            cell.nodes(ast.Name)
    with clock.step("names", profiled=True):
        _ = page.names.bindings, page.names.imports, page.names.mentioned
    with clock.step("flow", profiled=True):
        _ = page.flow.undefined, page.flow.undefined_as_recorded, page.flow.touched
    for code, rule in rules.load().items():
        if code.startswith(family):
            with clock.step(code, profiled=True):
                list(rule.check(page))
    fresh = make()
    _ = [cell.nodes(ast.Name) for cell in fresh.cells], fresh.names.bindings, fresh.flow.document_order
    with clock.step("values"):
        for cell in fresh.code:
            for call in cell.nodes(ast.Call):
                fresh.values.kind(call)
    with clock.step("graph"):
        _ = fresh.graph.edges


def review(notebooks: Iterable[Notebook]) -> None:
    """Print milliseconds a notebook for each part of a review, and the whole over ruff's own time and that of `ast.parse`."""
    clock, config, paths = Clock(), Config(), list[str]()
    for notebook in notebooks:
        page = Page(notebook)
        gc.disable()
        with clock.step("magics"):
            cells = page.cells
        with clock.step("trees"):
            sources = [cell.plain.source for cell in page.code]
        with clock.step("ast.parse"):
            for source in sources:
                ast.parse(source)
        with clock.step("shared walk"):
            for cell in cells:
                cell.nodes(ast.Name)
        for rule in chosen(config, page):
            with clock.step(f"{rule.code} {rule.name}"):
                list(rule.check(page))
        gc.enable()
        paths.append(notebook.path)
    options = ("check", "--isolated", "--no-cache", "--exit-zero", "--output-format=json")
    before = os.times()
    subprocess.run([_binary(), *options, *paths], stdout=subprocess.DEVNULL, check=True)
    after = os.times()
    ruff = after.children_user + after.children_system - before.children_user - before.children_system
    parse = clock.spent.pop("ast.parse")
    whole = sum(clock.spent.values())
    per = 1000 / len(paths)
    print(f"{len(paths)} notebooks, milliseconds of CPU each: ruff {ruff * per:.2f}, ast.parse {parse * per:.2f}")
    print(
        f"trees, facts and rules {whole * per:.2f}: {whole / ruff:.1f} times ruff, {whole / parse:.1f} times ast.parse\n"
    )
    for name, seconds in sorted(clock.spent.items(), key=lambda pair: -pair[1]):
        print(f"{seconds * per:.2f}\t{name}")


def made_up(cells: int) -> Page:
    """A page of this many cells, which read what cells above them made, through functions, loops, frames and a class."""
    kinds = (
        "import pandas as pd\nframe_{n} = pd.read_csv('a{n}.csv')\nframe_{n}.head()",
        "def clean_{n}(data, by=2):\n    for name in data.columns:\n        data[name] = data[name] * by + limit_{m}\n    return data",
        "limit_{n} = len(frame_{m}) + {n}\nrows = [clean_{m}(frame_{m}) for _ in range(3) if limit_{n} > 2]",
        "frame_{m}['x'] = frame_{m}['a'] + frame_{m}['b']\nprint(frame_{m}.groupby('x')['a'].mean())",
        "class Model_{n}:\n    def fit(self, x):\n        self.x = x\n        return self\nmodel = Model_{n}().fit(limit_{m})",
    )
    sources = [kinds[n % len(kinds)].format(n=n // len(kinds), m=max(0, n // len(kinds) - 1)) for n in range(cells)]
    numbered = (Cell(n, "code", source, execution_count=n) for n, source in enumerate(sources, 1))
    return Page(Notebook("made-up.ipynb", tuple(numbered)))


def report(spent: dict[str, float], family: str, notebooks: int) -> None:
    """Print each step over `ast.parse`."""
    unit = spent["ast.parse"]
    every = [name for name in spent if name.startswith(family)]
    total = sum(spent[name] for name in (*FACTS, *every))
    print(f"{notebooks} notebooks; ast.parse took {unit:.2f} s of CPU\n\nstep\tseconds\tof ast.parse")
    for name in ("ast.parse", "magics", "shared walk", *FACTS, "values", "graph"):
        print(f"{name}\t{spent[name]:.2f}\t{spent[name] / unit:.2f}")
    print(f"all {family} rules\t{sum(spent[n] for n in every):.2f}\t{sum(spent[n] for n in every) / unit:.2f}")
    print(f"names + flow + {family} rules\t{total:.2f}\t{total / unit:.2f}\n")
    for name, seconds in sorted(((n, spent[n]) for n in every), key=lambda pair: -pair[1]):
        print(f"{name} {rules.load()[name].name}\t{seconds:.2f}\t{seconds / unit:.2f}")


def growth(family: str) -> None:
    """Print microseconds a cell for pages of growing size: what is linear stays the same along a row."""
    columns = []
    for size in SIZES:
        clock = Clock()
        measure(lambda size=size: made_up(size), family, clock)  # type: ignore[misc]
        columns.append(clock.spent)
    print("\nmicroseconds a cell\t" + "\t".join(f"{size:,} cells" for size in SIZES))
    for name in columns[0]:
        print(
            name
            + "\t"
            + "\t".join(f"{spent[name] / size * 1e6:.0f}" for size, spent in zip(SIZES, columns, strict=True))
        )


def notebooks_in(folder: Path, number: int) -> Iterator[Notebook]:
    """So many Python notebooks of a folder, drawn with a fixed seed."""
    paths = sorted(path for path in folder.rglob("*.ipynb") if path.is_file())
    random.Random(1).shuffle(paths)
    found = 0
    for path in paths:
        try:
            notebook = read(path.read_bytes(), str(path))
        except Exception as error:
            print(f"left out: {path}: {error}", file=sys.stderr)
            continue
        if notebook.language == "python" and found < number:
            found += 1
            yield notebook
        if found == number:
            return


def main() -> int:
    """Measure real notebooks, then growth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=Path(".benchmarks/corpus"))
    parser.add_argument("--notebooks", type=int, default=300)
    parser.add_argument("--family", default="NBC1", help="the first letters of the rules' codes")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--review", action="store_true", help="measure all rules of the default profile, beside ruff")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    if arguments.review:
        rules.load()
        review(notebooks_in(arguments.folder, arguments.notebooks))
        return 0
    profile = cProfile.Profile() if arguments.profile else None
    clock, done = Clock(profile), 0
    rules.load()
    for notebook in notebooks_in(arguments.folder, arguments.notebooks):
        gc.disable()
        measure(lambda notebook=notebook: Page(notebook), arguments.family, clock)  # type: ignore[misc]
        gc.enable()
        done += 1
    if done:
        report(clock.spent, arguments.family, done)
    if profile is not None:
        pstats.Stats(profile).sort_stats("tottime").print_stats(35)
    if arguments.growth:
        growth(arguments.family)
    return 0


if __name__ == "__main__":
    sys.exit(main())
