"""Measure the leakage rules against labelled notebooks, beside a regular-expression floor and published figures.

    python benchmarks/leakage.py FOLDER SCORERS [--show] [--only SET]

FOLDER holds the labelled sets (other people's notebooks, never part of this repository), one folder a set with `labels.jsonl`; SCORERS
the folder with `score.py` and `leak_regex.py`. One run prints the table: per set and kind, precision and recall of the rules, of the
regular expressions, and the figure that was published where there is one; beside them those without findings that say `possible`. With `--show`, lists every disagreement as file and kind, with
its sentence from `leakage_reasons.tsv` beside this file (a hash of set, file and kind, tab, sentence), and ends with exit code 1 where one
has none. The row `scored on training rows` shows what the engine sees, not what a rule says: such labels mark one pair of rows each.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import importlib.util
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.notebook.read import read


@dataclass(frozen=True)
class Task:
    """One kind of label of one set, the rules that answer to it, and what others reached on it."""

    folder: str
    kind: str
    codes: tuple[str, ...]
    stable: bool = False
    floor: str = ""
    anchor: str = ""


REASONS = Path(__file__).with_name("leakage_reasons.tsv")
SEEN = "scored on training rows"
"""Not a rule: the mere fact that some score is taken on training rows, be it beside a test score, where it is no fault."""
TASKS = (
    Task(
        "leakage_analysis_tests",
        "leakage.preprocessing",
        ("NBC501", "NBC504"),
        floor="leakage.preprocessing",
        anchor="1.0/1.0",
    ),
    Task("leakage_analysis_tests", "leakage.overlap", ("NBC502",), floor="leakage.overlap", anchor="1.0/1.0"),
    Task("leakcheck_icl", "leakage.preprocessing", ("NBC501", "NBC504"), floor="leakage.preprocessing"),
    Task("leakcheck_icl", "leakage.overlap", ("NBC502", "NBC505"), floor="leakage.overlap"),
    # A tool fitted anew on the test part (NBC504) is no preprocessing leakage in this set's words: nothing of it reaches the training.
    Task("tahh1", "leakage.preprocessing", ("NBC501",), True, "leakage.preprocessing", ".846/.917 (n 35)"),
    Task("tahh1", "leakage.overlap-or-eval-on-train", ("NBC502", "NBC505"), True, "leakage.overlap", "1.0/1.0 (n 17)"),
    Task("tahh1", "leakage.overlap-or-eval-on-train", ("NBC502", SEEN), True, "leakage.overlap", "1.0/1.0 (n 17)"),
    Task("scicode_lint", "ml-001-scaler-leakage", ("NBC501",)),
    Task("scicode_lint", "ml-002-target-leakage", ("NBC506", "NBC501")),
    Task("scicode_lint", "ml-003-target-encoding-leakage", ("NBC501",)),
    Task("scicode_lint", "ml-007-test-set-preprocessing", ("NBC501", "NBC504")),
    Task("scicode_lint", "ml-009-overlap-leakage", ("NBC502",)),
    Task("ml_smells", "data-leakage", ("NBC501",)),
    Task("dslinter", "pipeline-not-used-scikitlearn", ("NBC501", "NBC504")),
)
_CODES = sorted({code for task in TASKS for code in task.codes} - {SEEN})


def main() -> int:
    """Run the rules on every set, print the table, and the disagreements where they are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("scorers", type=Path)
    parser.add_argument("--reasons", type=Path, default=REASONS, help="a sentence for each disagreement")
    parser.add_argument("--show", action="store_true", help="list the disagreements")
    parser.add_argument("--only", help="one set alone")
    arguments = parser.parse_args()
    score = _module(arguments.scorers / "score.py")
    regex = _module(arguments.scorers / "leak_regex.py")
    reasons = _reasons(arguments.reasons)
    unexplained = 0
    print("set\tkind\trules\ttp\tfp\tfn\ttn\tP\tR\twithout `possible` P/R\tfloor P/R\tpublished P/R")
    for folder in dict.fromkeys(task.folder for task in TASKS if arguments.only in (None, task.folder)):
        labels = score.load(arguments.folder / folder / "labels.jsonl")
        files = sorted({row["file"] for row in labels if row["file"]})
        start = time.process_time()
        found = [(file, code, sure) for file in files for code, sure in codes(arguments.folder / folder / file)]
        seconds = time.process_time() - start
        floor = list(_floor(regex, arguments.folder / folder, files))
        for task in (task for task in TASKS if task.folder == folder):
            wanted = [row for row in labels if row["kind"] == task.kind and (row.get("stable") or not task.stable)]
            rows = [{"file": file, "kind": task.kind} for file, code, _ in found if code in task.codes]
            ours = score.score(wanted, rows)[task.kind]
            rows = [{"file": file, "kind": task.kind} for file, code, sure in found if code in task.codes and sure]
            surely = score.score(wanted, rows)[task.kind]
            rows = [{"file": file, "kind": task.kind} for file, kind in floor if kind == task.floor]
            theirs = score.score(wanted, rows)[task.kind] if task.floor else {"P": None, "R": None}
            counts = "\t".join(str(ours[name]) for name in ("tp", "fp", "fn", "tn"))
            print(
                folder, task.kind + " stable" * task.stable, "+".join(task.codes), counts, _p(ours["P"]), _p(ours["R"]),
                f"{_p(surely['P'])}/{_p(surely['R'])}",
                f"{_p(theirs['P'])}/{_p(theirs['R'])}", task.anchor or "-", sep="\t",
            )  # fmt: skip
            for sign, file, _ in ours["errors"] if arguments.show else ():
                reason = reasons.get(key(folder, file, task.kind), "")
                unexplained += not reason and SEEN not in task.codes
                print("", sign, file, reason or ("-" if SEEN in task.codes else "NO REASON GIVEN"), sep="\t")
        print(f"# {folder}: {len(files)} files in {seconds:.1f} s of CPU")
    return int(unexplained > 0)


def codes(path: Path) -> Iterator[tuple[str, bool]]:
    """The leakage rules that say something about a notebook, and whether any of it is more than `possible`."""
    page = Page(read(path.read_bytes(), str(path)))
    for code in _CODES:
        rule = rules.load().get(code)
        hits = list(rule.check(page)) if rule is not None and page.is_python else []
        if hits:
            yield code, any(hit.confidence != "possible" for hit in hits)
    if any(score.is_on_training_rows for score in page.provenance.scores):
        yield SEEN, True


def _floor(regex: ModuleType, folder: Path, files: Iterable[str]) -> Iterator[tuple[str, str]]:
    for file in files:
        cells = read((folder / file).read_bytes(), file).cells
        raw: dict[str, Any] = {"cells": [{"cell_type": cell.kind, "source": cell.source} for cell in cells]}
        for kind, _ in regex.findings(raw):
            yield file, kind


def key(folder: str, file: str, kind: str) -> str:
    """What stands for a disagreement in the file of reasons, which quotes nobody's names."""
    return hashlib.blake2b("\0".join((folder, file, kind)).encode(), digest_size=6).hexdigest()


def _reasons(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row[0]: row[1] for row in csv.reader(file, delimiter="\t") if len(row) == 2}


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _p(number: float | None) -> str:
    return "-" if number is None else f"{number:.2f}"


if __name__ == "__main__":
    sys.exit(main())
