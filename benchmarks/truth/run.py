"""Static answers against what happens when the cells run.

    python -m benchmarks.truth.run [--seed 1] [--variants 600] [--programs 600] [--json answers.json]

Notebooks that run cleanly (`notebooks/`) are broken at random: cells deleted, moved, doubled, run again, names renamed in one cell.
Small programs are made up by Hypothesis. Each is run in a clean IPython session of its own, and the first NameError (cell and name, or
none) is compared with the first name that `page.flow.undefined` says is missing. With `--again`, for every cell of the unbroken
notebooks, `page.idempotence` is compared with what running the cell once more changes.
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

from benchmarks.truth import again, execute, programs
from benchmarks.truth.answers import Answer, answer, page_of, share, table
from benchmarks.truth.variants import Variant, bases, variants
from hypothesis import HealthCheck, Phase, given, seed, settings

T = TypeVar("T")


def answers_to(work: Sequence[Variant], timeout: float, workers: int) -> Iterator[Answer]:
    """The answers in the order of the work, of forks of this warm process."""
    with ProcessPoolExecutor(workers, get_context("fork")) as pool:
        yield from pool.map(partial(answer, timeout=timeout), work, chunksize=4)


def made_up(number: int, start: int) -> list[Variant]:
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
    @given(programs.notebooks())
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


def compare_reruns(work: Sequence[Variant], timeout: float) -> str:
    """Print each cell of which something else is said than a second run shows; then the shares."""
    count = Counter[tuple[bool, bool]]()
    for variant in followed(work, len(work)):
        changed = again.changed_by_rerun(variant.cells, timeout * len(variant.cells))
        idempotence = page_of(variant.cells).idempotence
        for number, (names, noise) in enumerate(changed or (), 1):
            said = [reason for reason in idempotence.reasons(number) if reason.name not in noise]
            count[bool(said), bool(names)] += 1
            if bool(said) != bool(names):
                reasons = ", ".join(f"{reason.name} {reason.kind}" for reason in said)
                print(f"\n{variant.base}, cell {number}: changes {names}, said {reasons or 'nothing'}")
                above = "\n".join(variant.cells[: number - 1]) + "\n" if variant.operation == "made up" else ""
                print(f"{above}# %% here\n{variant.cells[number - 1]}")
    right, alarms, lost = count[True, True], count[True, False], count[False, True]
    return f"{count.total()} cells run again: precision {share(right, right + alarms)}, recall {share(right, right + lost)}"


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
        action="store_true",
        help="run each cell of what runs unbroken twice instead: notebooks, then programs",
    )
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    if arguments.again:
        execute.warm()
        print(compare_reruns(bases(), arguments.timeout))
        print(compare_reruns(made_up(arguments.programs, arguments.seed), arguments.timeout))
        return 0
    originals = bases()
    work = [*originals, *islice(variants(originals, arguments.seed), arguments.variants)]
    work += made_up(arguments.programs, arguments.seed) if arguments.programs else []
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
