"""Precision of each rule, from findings on real notebooks that somebody who did not write the rule has read.

    python benchmarks/readings.py

`readings.tsv` keeps every reading, the wrong ones too. "right" means that a senior reviewer would leave that comment on
that notebook. A rule that was changed after a reading is read again on a fresh sample: the later `round` is that of the
rule as it stands (or nearly so), the earlier one is what it was mended by. The interval is Wilson's at 95 % (E. B. Wilson, 1927).
"""

from __future__ import annotations

import csv
import math
from collections import Counter
from pathlib import Path

READINGS = Path(__file__).with_name("readings.tsv")


def wilson(right: int, read: int, z: float = 1.96) -> tuple[float, float]:
    """The interval of a proportion."""
    if read == 0:
        return 0.0, 1.0
    share, divisor = right / read, 1 + z * z / read
    middle = (share + z * z / (2 * read)) / divisor
    half = z * math.sqrt(share * (1 - share) / read + z * z / (4 * read * read)) / divisor
    return max(0.0, middle - half), min(1.0, middle + half)


def main() -> None:
    """Print a row a rule, then the total, for the latest readings and for those before."""
    with READINGS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    last: dict[str, str] = {}
    for row in rows:
        last[row["rule"]] = max(last.get(row["rule"], ""), row["round"])
    _table("the latest round of each rule", [row for row in rows if row["round"] == last[row["rule"]]])
    _table("earlier rounds", [row for row in rows if row["round"] != last[row["rule"]]])


def _table(title: str, rows: list[dict[str, str]]) -> None:
    read, right = Counter[str](), Counter[str]()
    for row in rows:
        read[row["rule"]] += 1
        right[row["rule"]] += row["verdict"] == "right"
    print(f"{title}\nrule\tread\tright\tshare\tinterval")
    for code in [*sorted(read), "total"]:
        n, k = (read.total(), right.total()) if code == "total" else (read[code], right[code])
        low, high = wilson(k, n)
        print(f"{code}\t{n}\t{k}\t{k / max(n, 1):.2f}\t{low:.2f}-{high:.2f}")
    print()


if __name__ == "__main__":
    main()
