"""Static answers against what happens when the cells run.

    python -m benchmarks.truth.run [--seed 1] [--variants 600] [--programs 600] [--json answers.json]

Notebooks that run cleanly (`notebooks/`) are broken at random: cells deleted, moved, doubled, run again, names renamed in one cell.
Small programs are made up by Hypothesis. Each is run in a clean IPython session of its own, and the first NameError (cell and name, or
none) is compared with the first name that `page.flow.undefined` says is missing. With `--again`, for every cell of the unbroken
notebooks or of such programs, `page.idempotence` is compared with what running the cell once more changes.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from benchmarks.truth import execute, programs, things
from benchmarks.truth.answers import Answer, answer, answer_again, share, table
from benchmarks.truth.variants import Variant, bases, variants
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")


def answers_to(work: Sequence[Variant], timeout: float, workers: int) -> Iterator[Answer]:
    """The answers in the order of the work, of forks of this warm process."""
    with ProcessPoolExecutor(workers, get_context("fork")) as pool:
        yield from pool.map(partial(answer, timeout=timeout), work, chunksize=4)


def made_up(number: int, start: int, notebooks: SearchStrategy[tuple[str, ...]]) -> list[Variant]:
    """Programs that Hypothesis makes up, of those that begin alike only one: it likes to change a little in one that it has made."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}

    @seed(start)
    @settings(
        max_examples=3 * number,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(notebooks)
    def collect(cells: tuple[str, ...]) -> None:
        found.setdefault(cells[:2], cells)

    collect()
    return [Variant(f"program {n}", "made up", cells) for n, cells in enumerate(islice(found.values(), number), 1)]


def followed(results: Iterable[T], number: int) -> Iterator[T]:
    """The same, with a line that says how far we are."""
    shows, start = sys.stderr.isatty(), time.monotonic()
    for done, result in enumerate(results, 1):
        if shows:
            width = 30 * done // number
            rest = (time.monotonic() - start) / done * (number - done)
            print(f"\r[{'=' * width:30}] {done}/{number}, {rest:.0f} s left ", end="", file=sys.stderr)
        yield result
    if shows:
        print(file=sys.stderr)


def compare_reruns(work: Sequence[Variant], timeout: float, workers: int) -> str:
    """Print each cell of which something else is said than second runs show; then the shares. Equal cells count once."""
    count, here = Counter[tuple[bool, bool]](), Counter[tuple[bool, bool]]()
    seen: set[str] = set()
    with ProcessPoolExecutor(workers, get_context("fork")) as pool:
        for variant, reruns, said in followed(pool.map(partial(answer_again, timeout=timeout), work), len(work)):
            for number, (found, reasons) in enumerate(zip(reruns, said, strict=True), 1):
                changed, source = found.here or found.elsewhere, variant.cells[number - 1]
                if source in seen:
                    continue
                seen.add(source)
                count[bool(reasons), bool(changed)] += 1
                here[bool(reasons), bool(found.here)] += 1
                if bool(reasons) != bool(changed):
                    print(f"\n{variant.base}, cell {number}: changes {changed}, said {', '.join(reasons) or 'nothing'}")
                    shown = variant.cells[: number - 1] if variant.operation == "made up" else ()
                    above = "".join(f"{cell}\n" for cell in shown if cell != things.SETUP)
                    print(f"{above}# %% here\n{source}", flush=True)
    return f"{count.total()} cells run again: {_shares(count)}; from the one state alone: {_shares(here)}"


def _shares(count: Counter[tuple[bool, bool]]) -> str:
    right, alarms, lost = count[True, True], count[True, False], count[False, True]
    return f"precision {share(right, right + alarms)}, recall {share(right, right + lost)}"


def main() -> int:
    """Run everything, print the table and what was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--variants", type=int, default=600)
    parser.add_argument("--programs", type=int, default=600)
    parser.add_argument("--timeout", type=float, default=5.0, help="seconds a notebook")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--show", type=int, default=10, help="how many wrong answers to print")
    parser.add_argument("--json", type=Path, help="write every answer to this file")
    parser.add_argument(
        "--again",
        choices=("notebooks", "programs", "things"),
        help="run each cell of what runs unbroken twice instead: of the notebooks as they are, of made-up programs, "
        "or of made-up cells about lists, tables and objects",
    )
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    if arguments.again:
        execute.warm({"programs": (), "things": ("numpy", "pandas")}.get(arguments.again, execute.WARM))
        made = {"programs": programs.notebooks, "things": things.notebooks}.get(arguments.again)
        cells = made_up(arguments.programs, arguments.seed, made()) if made else bases()
        print(compare_reruns(cells, arguments.timeout, arguments.workers))
        return 0
    originals = bases()
    work = [*originals, *islice(variants(originals, arguments.seed), arguments.variants)]
    work += made_up(arguments.programs, arguments.seed, programs.notebooks()) if arguments.programs else []
    random.Random(arguments.seed).shuffle(work)
    execute.warm()
    start = time.monotonic()
    answers: list[Answer] = []
    with suppress(KeyboardInterrupt):  # what is there is shown
        answers.extend(followed(answers_to(work, arguments.timeout, arguments.workers), len(work)))
    wrong = [found for found in answers if found.verdict in ("missed", "false alarm", "other place")]
    for found in wrong[: arguments.show]:
        print(
            f"\n{found.verdict}: {found.variant.base} ({found.variant.operation}): said {found.said}, {found.outcome}"
        )
        for number, source in enumerate(found.variant.cells, 1) if found.variant.operation == "made up" else ():
            print(f"# %% {number}\n{source}")
    print(table(answers))
    print(f"\n{time.monotonic() - start:.0f} s")
    hanging = sum(found.hangs_on_a_value for found in wrong if found.verdict == "false alarm")
    print(f"{hanging} of the false alarms stand in a branch that was not taken, or was left before")
    if arguments.json:
        rows = [{**asdict(found), "verdict": found.verdict} for found in answers]
        arguments.json.write_text(json.dumps(rows, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
