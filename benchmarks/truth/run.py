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
import math
import random
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from benchmarks.truth import again, execute, programs
from benchmarks.truth.variants import Variant, bases, variants
from hypothesis import HealthCheck, Phase, given, seed, settings

from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Notebook


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said of one notebook beforehand, and how it ended. A place is (cell, name), None is a clean run."""

    variant: Variant
    said: tuple[int, str] | None
    hangs_on_a_value: bool
    """The reading that is said to fail stands in a branch."""
    opened_in: int | None
    """The first cell after which names may come from elsewhere (a star import, `exec`): there nothing is said."""
    outcome: execute.Outcome

    @property
    def truth(self) -> tuple[int, str] | None:
        """The first NameError."""
        return (self.outcome.cell or 0, self.outcome.name) if self.outcome.name else None

    @property
    def verdict(self) -> str:
        """`right` and `clean` are right, `open` is a name that is missed where names may come from elsewhere.

        After another error nobody can tell whether a name is missing further down: `undecided`.
        """
        if self.outcome.is_decided:
            if self.said == self.truth:
                return "right" if self.said else "clean"
            if self.said is None:
                return "open" if self.opened_in and self.opened_in <= (self.outcome.cell or 0) else "missed"
            return "false alarm" if self.truth is None else "other place"
        passed = self.said is not None and self.outcome.cell is not None and self.said[0] < self.outcome.cell
        return "false alarm" if passed else "undecided"


def page_of(cells: Sequence[str]) -> Page:
    """A page of these code cells."""
    return Page(Notebook("truth.ipynb", tuple(Cell(n, "code", source) for n, source in enumerate(cells, 1))))


def answer(variant: Variant, timeout: float = 5.0) -> Answer:
    """Say which name is missing first, then look."""
    page = page_of(variant.cells)
    said = next((found for found in page.flow.undefined if found.called), None)
    place = (said.cell, said.name) if said else None
    opened = min(page.names.unknown, default=None)
    return Answer(variant, place, bool(said and said.event.may), opened, execute.run(variant.cells, timeout))


def made_up(number: int, start: int) -> list[Variant]:
    """Programs that Hypothesis makes up, each once."""
    found: dict[tuple[str, ...], None] = {}

    @seed(start)
    @settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(programs.notebooks())
    def collect(cells: tuple[str, ...]) -> None:
        found[cells] = None

    collect()
    return [Variant(f"program {n}", "made up", cells) for n, cells in enumerate(found, 1)]


def wilson(right: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if not total:
        return 0.0, 1.0
    share, spread = right / total, z * z / total
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return middle - half, middle + half


def row(name: str, answers: Sequence[Answer]) -> str:
    """One row of the table."""
    count = Counter(found.verdict for found in answers)
    right = count["right"]
    said = right + count["false alarm"] + count["other place"]
    judged = right + count["missed"] + count["other place"]
    true = judged + count["open"]
    decided = len(answers) - count["undecided"]
    counts = [str(n) for n in (len(answers), count["undecided"], true, count["open"])]
    found = [*(_share(right, total) for total in (said, true, judged)), _share(right + count["clean"], decided)]
    return "| " + " | ".join([name, *counts, *found]) + " |"


def _share(right: int, total: int) -> str:
    if not total:
        return "–"
    low, high = wilson(right, total)
    return f"{right / total:.3f} ({right}/{total}, {low:.3f}–{high:.3f})"


HEAD = """| notebooks | run | undecided | NameError | of these open | precision | recall | recall where not open | all right |
| --- | ---: | ---: | ---: | ---: | --- | --- | --- | --- |"""


def table(answers: Sequence[Answer]) -> str:
    """Rows for each way of breaking a notebook, for the programs, and for all."""
    kinds = sorted({found.variant.operation for found in answers if "+" not in found.variant.operation} - {"made up"})
    rows = [row(kind, [a for a in answers if a.variant.operation == kind]) for kind in kinds]
    rows.append(row("two changes", [a for a in answers if "+" in a.variant.operation]))
    derived = [a for a in answers if a.variant.operation != "made up"]
    rows.append(row("**derived notebooks**", derived))
    rows.append(row("**made-up programs**", [a for a in answers if a.variant.operation == "made up"]))
    rows.append(row("**all**", answers))
    return "\n".join([HEAD, *rows])


def followed(work: Sequence[Variant]) -> Iterator[Variant]:
    """The same, with a line that says how far we are."""
    shows, start = sys.stderr.isatty(), time.monotonic()
    for done, variant in enumerate(work, 1):
        yield variant
        if shows:
            width = 30 * done // len(work)
            rest = (time.monotonic() - start) / done * (len(work) - done)
            print(f"\r[{'=' * width:30}] {done}/{len(work)}, {rest:.0f} s left ", end="", file=sys.stderr)
    if shows:
        print(file=sys.stderr)


def compare_reruns(timeout: float) -> str:
    """Print each cell of the unbroken notebooks of which something else is said than a second run shows; then the shares."""
    count = Counter[tuple[bool, bool]]()
    for variant in followed(bases()):
        changed = again.changed_by_rerun(variant.cells, timeout * len(variant.cells))
        idempotence = page_of(variant.cells).idempotence
        for number, names in enumerate(changed or (), 1):
            said, source = idempotence.reasons(number), variant.cells[number - 1]
            count[bool(said), bool(names)] += 1
            if bool(said) != bool(names):
                reasons = ", ".join(f"{reason.name} {reason.kind}" for reason in said)
                print(f"\n{variant.base}, cell {number}: changes {names}, said {reasons or 'nothing'}\n{source}")
    right, alarms, lost = count[True, True], count[True, False], count[False, True]
    return f"{count.total()} cells run again: precision {_share(right, right + alarms)}, recall {_share(right, right + lost)}"


def main() -> int:
    """Run everything, print the table and what was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--variants", type=int, default=600)
    parser.add_argument("--programs", type=int, default=600)
    parser.add_argument("--timeout", type=float, default=5.0, help="seconds a notebook")
    parser.add_argument("--show", type=int, default=10, help="how many wrong answers to print")
    parser.add_argument("--json", type=Path, help="write every answer to this file")
    parser.add_argument("--again", action="store_true", help="run each cell of the unbroken notebooks twice instead")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    if arguments.again:
        execute.warm()
        print(compare_reruns(arguments.timeout))
        return 0
    originals = bases()
    work = [*originals, *islice(variants(originals, arguments.seed), arguments.variants)]
    work += made_up(arguments.programs, arguments.seed) if arguments.programs else []
    random.Random(arguments.seed).shuffle(work)
    execute.warm()
    answers: list[Answer] = []
    with suppress(KeyboardInterrupt):  # what is there is shown
        answers.extend(answer(variant, arguments.timeout) for variant in followed(work))
    wrong = [found for found in answers if found.verdict in ("missed", "false alarm", "other place")]
    for found in wrong[: arguments.show]:
        print(
            f"\n{found.verdict}: {found.variant.base} ({found.variant.operation}): said {found.said}, {found.outcome}"
        )
        for number, source in enumerate(found.variant.cells, 1) if found.variant.operation == "made up" else ():
            print(f"# %% {number}\n{source}")
    print(table(answers))
    hanging = sum(found.hangs_on_a_value for found in wrong if found.verdict == "false alarm")
    print(f"\n{hanging} of the false alarms stand in a branch that was not taken, or was left before")
    if arguments.json:
        rows = [{**asdict(found), "verdict": found.verdict} for found in answers]
        arguments.json.write_text(json.dumps(rows, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
