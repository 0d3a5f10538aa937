"""Measure the replay by values against cases in which somebody has said whether the last cell uses a stale value.

    python benchmarks/flow_ipyflow.py FOLDER [--show]

FOLDER holds other people's cases (never part of this repository) and `labels.jsonl`: `file`, `label`, `test` (its group) and
`known_failing`, true for what the tool that the cases come from cannot decide itself. Each case is a notebook whose cells ran from top to
bottom. Prints precision, recall and F1 over all cases and over those that can be decided without running, and why the others cannot.
With `--show`, prints every disagreement.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from nbcritic.analysis.page import Page
from nbcritic.analysis.staleness_replay import uses_stale_value
from nbcritic.notebook.read import read


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true", help="print every disagreement")
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in (arguments.folder / "labels.jsonl").read_text("utf-8").splitlines()]
    pages = [Page(read((arguments.folder / row["file"]).read_bytes(), row["file"])) for row in rows]
    said = [uses_stale_value(page.cells) for page in pages]
    true = [bool(row["label"]) for row in rows]
    reasons = [_undecidable(page, known_failing=row["known_failing"]) for row, page in zip(rows, pages, strict=True)]
    _print("all cases", zip(true, said, strict=True))
    _print("decidable", ((t, s) for t, s, reason in zip(true, said, reasons, strict=True) if not reason))
    for reason, count in Counter(filter(None, reasons)).most_common():
        print(f"not decidable, {reason}: {count}")
    for row, t, s, reason in zip(rows, true, said, reasons, strict=True) if arguments.show else ():
        if t != s:
            print("missed" if t else "false alarm", Path(row["file"]).stem, reason, sep="\t")


def _undecidable(page: Page, *, known_failing: bool) -> str:
    """Why a case cannot be decided from the code alone; empty where it can."""
    if known_failing:
        return "unsettled: the label is a wish that the tool itself does not meet"
    return ""


def _print(title: str, pairs: Iterable[tuple[bool, bool]]) -> None:
    counts = Counter(pairs)
    right, extra, missed = counts[True, True], counts[False, True], counts[True, False]
    p, r = right / max(right + extra, 1), right / max(right + missed, 1)
    f = 2 * p * r / (p + r) if p + r else 0.0
    print(f"{title}: {counts.total()} cases, precision {p:.4f}, recall {r:.4f}, F1 {f:.4f}")


if __name__ == "__main__":
    main()
