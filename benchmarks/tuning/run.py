"""Measure the rule on choices made by test rows (NBC503) against labelled cases of our own.

    python benchmarks/tuning/run.py [BATCH ...] [--show]

A batch is a folder beside this file; its cases are percent notebooks whose first line is `# label: tuned` or `# label: innocent`
and whose second says why. Prints precision and recall with Wilson's interval, and with `--show` every disagreement.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.notebook import percent

HERE = Path(__file__).parent


def main() -> int:
    """Judge every case of the batches."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("batch", nargs="*", help="folders beside this file (default: all)")
    parser.add_argument("--show", action="store_true", help="list the disagreements")
    arguments = parser.parse_args()
    batches = arguments.batch or sorted(
        path.name for path in HERE.iterdir() if path.is_dir() and path.name[0] not in "_."
    )
    for batch in batches:
        counts = {(said, meant): 0 for said in (True, False) for meant in (True, False)}
        for path in sorted((HERE / batch).glob("*.py")):
            text = path.read_text("utf-8")
            label, reason = text.splitlines()[:2]
            meant = {"# label: tuned": True, "# label: innocent": False}[label]
            hits = list(rules.load()["NBC503"].check(Page(percent.read(text, path.name, history=True))))
            counts[bool(hits), meant] += 1
            if bool(hits) != meant and arguments.show:
                print("false alarm" if hits else "missed", path.name, hits[0].message if hits else reason[2:], sep="\t")
        right, alarms, missed = counts[True, True], counts[True, False], counts[False, True]
        print(
            f"{batch}: {sum(counts.values())} cases; precision {_share(right, right + alarms)}, recall {_share(right, right + missed)}"
        )
    return 0


def _share(part: int, whole: int) -> str:
    """A share with Wilson's interval at 95 %."""
    if not whole:
        return "-"
    z, share = 1.96, part / whole
    middle = (share + z * z / (2 * whole)) / (1 + z * z / whole)
    spread = z / (1 + z * z / whole) * (share * (1 - share) / whole + z * z / (4 * whole * whole)) ** 0.5
    return f"{part}/{whole} = {share:.2f} [{middle - spread:.2f}, {middle + spread:.2f}]"


if __name__ == "__main__":
    sys.exit(main())
