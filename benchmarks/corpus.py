"""Run nbcritic over a folder of real notebooks: what every file ended as, counts per rule, and the noise budget.

    python benchmarks/corpus.py FOLDER [--list lists/capped25.txt] [--sample 20 --seed 1 > to-read.tsv]

FOLDER holds other people's notebooks (never part of this repository), laid out as `nb/OWNER__NAME/path.ipynb`, with
their repositories and commits in `blobs.tsv`. `--list` names those to scan, so that no repository outweighs the others. With
`--sample N`, prints N random findings of each rule, of as many notebooks as possible, as rows to be read by somebody who
did not write the rule; the columns are those of `readings.tsv`, verdict and reason empty.
"""

from __future__ import annotations

import argparse
import csv
import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from nbcritic.config import Config
from nbcritic.model import Finding, Report
from nbcritic.scanner import scan

COLUMNS = ["repository", "commit", "path", "cell", "line", "rule", "confidence", "message", "verdict", "reason"]


def main() -> int:
    """Scan, then print either the summary or the sample."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--profile", default="review")
    parser.add_argument("--list", type=Path, help="a file in FOLDER with the paths to scan, one a line")
    parser.add_argument("--sample", type=int, default=0, metavar="N")
    parser.add_argument("--rules", default="", help="codes to sample, separated by commas (default: all)")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    config = Config().with_options(profile=arguments.profile)
    start = time.process_time()
    # The list stands in this order so that the same seed draws the same sample.
    if arguments.list:
        listed = (arguments.folder / arguments.list).read_text("utf-8").split("\n")
        paths = sorted(str(arguments.folder / path) for path in listed if path)
    else:
        paths = sorted(str(path) for path in (arguments.folder / "nb").rglob("*.ipynb") if path.is_file())
    reports = list(scan(paths, config))
    seconds = time.process_time() - start
    if arguments.sample:
        wanted = frozenset(filter(None, arguments.rules.split(",")))
        _sample(reports, arguments.folder, arguments.sample, arguments.seed, wanted)
    else:
        _summary(reports, seconds)
    return 0


def _summary(reports: list[Report], seconds: float) -> None:
    ends = Counter(_end(report) for report in reports)
    print(
        f"{len(reports)} notebooks in {seconds:.1f} s of CPU: "
        + ", ".join(f"{n} {end}" for end, n in ends.most_common())
    )
    own = [len({f.code for f in r.findings if f.tool == "nbcritic"}) for r in reports if not r.problem]
    every = [len({f.code for f in r.findings}) for r in reports if not r.problem]
    passing = sum(not any(f.severity == "blocker" for f in r.findings) for r in reports if not r.problem)
    print(
        f"folded entries a notebook: median {statistics.median(own):g} of our own, {statistics.median(every):g} with ruff's"
    )
    print(f"notebooks without a blocker: {passing} of {len(own)} ({passing / len(own):.0%})")
    findings, notebooks = Counter[tuple[str, str, str]](), Counter[tuple[str, str, str]]()
    for report in reports:
        keys = [(f.code, f.name, f.severity) for f in report.findings]
        findings.update(keys)
        notebooks.update(set(keys))
    print("\ncode\tname\tseverity\tfindings\tnotebooks")
    for key, count in sorted(notebooks.items(), key=lambda item: -item[1]):
        print("\t".join(key), findings[key], count, sep="\t")
    for report in reports:
        if report.problem:
            print(f"problem: {report.path}: {report.problem}")


def _end(report: Report) -> str:
    """How a file ended; there is no fifth way."""
    if report.problem:
        return "with a stated problem"
    if report.findings:
        return "with findings"
    return "skipped in part, with the reason" if report.skipped else "clean"


def _draw(pairs: list[tuple[Report, Finding]], size: int, chance: random.Random) -> list[tuple[Report, Finding]]:
    """A random choice that takes a second finding of a notebook only when every notebook has given one."""
    turn = Counter[str]()
    ranked = []
    for report, finding in chance.sample(pairs, len(pairs)):
        turn[report.path] += 1
        ranked.append((turn[report.path], report, finding))
    ranked.sort(key=lambda item: item[0])
    return [(report, finding) for _, report, finding in ranked[:size]]


def _sample(reports: list[Report], folder: Path, size: int, seed: int, wanted: frozenset[str]) -> None:
    with (folder / "blobs.tsv").open(encoding="utf-8") as file:
        origins = {row["path"]: (row["repo"], row["commit"]) for row in csv.DictReader(file, delimiter="\t")}
    by_rule: dict[str, list[tuple[Report, Finding]]] = defaultdict(list)
    for report in reports:
        for finding in report.findings:
            by_rule[finding.code].append((report, finding))
    out = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
    out.writerow(COLUMNS)
    for code, pairs in sorted(by_rule.items()):
        if wanted and code not in wanted:
            continue
        for report, finding in _draw(pairs, size, random.Random(f"{seed}{code}")):
            path = Path(report.path).relative_to(folder).as_posix()
            place = [path.split("/", 2)[2], finding.at.cell, finding.at.line]
            out.writerow([*origins[path], *place, finding.code, finding.confidence, finding.message, "", ""])


if __name__ == "__main__":
    sys.exit(main())
