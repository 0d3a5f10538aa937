"""What was said of a notebook beforehand, how it ended, and tables of who was right."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.truth import again, execute
from benchmarks.truth.variants import Variant

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


def answer_again(variant: Variant, timeout: float = 5.0) -> tuple[Variant, list[again.Rerun], list[list[str]]]:
    """What a second run of each cell changes, down to the first that raises, and for each the names and kinds said."""
    reruns = again.changed_by_rerun(variant.cells, 4 * timeout * len(variant.cells))
    idempotence = page_of(variant.cells).idempotence
    said = [
        [f"{reason.name} {reason.kind}" for reason in idempotence.reasons(number) if reason.name not in rerun.noise]
        for number, rerun in enumerate(reruns, 1)
    ]
    return variant, reruns, said


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
    found = [*(share(right, total) for total in (said, true, judged)), share(right + count["clean"], decided)]
    return "| " + " | ".join([name, *counts, *found]) + " |"


def share(right: int, total: int) -> str:
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
