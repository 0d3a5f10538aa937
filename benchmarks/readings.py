"""Precision of each rule, from findings on real notebooks that somebody who did not write the rule has read.

    python benchmarks/readings.py

`readings.tsv` keeps every reading, the wrong ones too. "right" means that a senior reviewer would leave that comment on
that notebook. The interval is Wilson's at 95 % (E. B. Wilson, 1927).
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
    """Print a row a rule, then the total."""
    with READINGS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    read, right = Counter[str](), Counter[str]()
    for row in rows:
        read[row["rule"]] += 1
        right[row["rule"]] += row["verdict"] == "right"
    print("rule\tread\tright\tshare\tinterval")
    for code in [*sorted(read), "total"]:
        n, k = (read.total(), right.total()) if code == "total" else (read[code], right[code])
        low, high = wilson(k, n)
        print(f"{code}\t{n}\t{k}\t{k / max(n, 1):.2f}\t{low:.2f}-{high:.2f}")


if __name__ == "__main__":
    main()
