"""Fix real notebooks (copies of them) and check what came out.

    python benchmarks/fixes.py FOLDER [--list lists/capped25.txt] [--limit 500] [--unsafe]

FOLDER is laid out as for `corpus.py`. Of each notebook that has a fix: does the result read, is it JSON, has every cell that no fix
touched the bytes that it had, does the saved file hold what was promised, does a second run change nothing? What does not hold is
named, and the exit code is 1 then.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import nbcritic
from nbcritic import rules
from nbcritic.config import Config
from nbcritic.fixer import Mended, applicable, mend
from nbcritic.model import ClearCounts, NbcriticError, Notebook
from nbcritic.notebook.encoding import utf8
from nbcritic.notebook.places import after_gap, items, members
from nbcritic.notebook.write import save
from nbcritic.scanner import scan


def main() -> int:
    """Scan, mend the copies, print the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--list", type=Path, help="a file in FOLDER with the paths to scan, one a line")
    parser.add_argument("--limit", type=int, default=0, help="notebooks to scan at most")
    parser.add_argument("--unsafe", action="store_true", help="apply unsafe fixes, too")
    parser.add_argument("--profile", default="review")
    parser.add_argument("--all-rules", action="store_true", help="also rules that have no fix, as a user would")
    arguments = parser.parse_args()
    if arguments.list:
        listed = (arguments.folder / arguments.list).read_text("utf-8").split("\n")
        paths = sorted(arguments.folder / path for path in listed if path)
    else:
        paths = sorted(path for path in (arguments.folder / "nb").rglob("*.ipynb") if path.is_file())
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        copies = []
        for number, path in enumerate(paths[: arguments.limit or None]):
            copies.append(str(Path(folder, f"{number}.ipynb")))
            shutil.copyfile(path, copies[-1])
        idle = [rule.code for rule in rules.load().values() if not rule.fixable]
        config = Config().with_options(profile=arguments.profile, ignore=None if arguments.all_rules else idle)
        with suppress(KeyboardInterrupt):
            for report in scan(copies, config):
                tally.scanned += 1
                if applicable(report, unsafe=arguments.unsafe):
                    original = paths[int(Path(report.path).stem)]
                    tally.check(report.path, original, config, unsafe=arguments.unsafe)
    tally.show()
    return 1 if tally.faults else 0


class Tally:
    """What came of it so far."""

    def __init__(self) -> None:
        self.scanned = self.changed = self.cells = 0
        self.applied: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.faults: list[str] = []
        self.seconds: list[float] = []

    def check(self, path: str, original: Path, config: Config, *, unsafe: bool) -> None:
        """Mend one copy and look at the result."""
        start = time.process_time()
        try:
            mended = mend(nbcritic.read(path), config, unsafe=unsafe)
            self.seconds.append(time.process_time() - start)
            self.applied.update(finding.code for finding in mended.applied)
            self.refused.update(f"{refused.finding.code}: {refused.reason}" for refused in mended.refused)
            if mended.changed:
                self.changed += 1
                save(path, mended.notebook.raw, was=mended.before.raw)
                self.faults += [f"{original}: {fault}" for fault in self._faults(path, mended, config, unsafe=unsafe)]
        except (NbcriticError, ValueError) as error:
            self.faults.append(f"{original}: {type(error).__name__}: {error}")

    def _faults(self, path: str, mended: Mended, config: Config, *, unsafe: bool) -> list[str]:
        again = nbcritic.read(path)
        json.loads(utf8(again.raw).decode("utf-8", "replace"))
        faults = []
        if again.raw != mended.notebook.raw:
            faults.append("the file is not what was promised")
        old, new = texts(mended.before), texts(again)
        before, after = mended.before.cells, again.cells
        # Clearing the counts also reaches those in the outputs of a cell that has none itself.
        edits = [edit for finding in mended.applied if finding.fix for edit in finding.fix.edits]
        cleared = any(isinstance(edit, ClearCounts) for edit in edits)
        for origin, text, cell in zip(mended.origins, new, after, strict=True):
            was = before[origin - 1] if origin else None
            same = was is not None and (was.source, was.execution_count) == (cell.source, cell.execution_count)
            if same:
                self.cells += 1
                if (_uncounted(old[origin - 1]) if cleared else old[origin - 1]) != text:
                    faults.append(f"cell {origin} has other bytes though no fix touched it")
        if around(mended.before) != around(again):
            faults.append("what stands around the cells has changed")
        second = mend(again, config, unsafe=unsafe)
        if second.changed:
            faults.append(f"a second run changes it: {Counter(f.code for f in second.applied)}")
        return faults

    def show(self) -> None:
        """Print the counts."""
        print(f"{self.scanned} notebooks, {len(self.seconds)} with a fix, {self.changed} changed")
        print(f"{self.applied.total()} findings fixed: {dict(self.applied.most_common())}")
        print(f"{self.refused.total()} fixes refused")
        for reason, count in self.refused.most_common(25):
            print(f"  {count}\t{reason}")
        print(f"{self.cells} untouched cells compared")
        if self.seconds:
            print(f"{sum(self.seconds) / len(self.seconds):.2f} s of CPU a notebook, {max(self.seconds):.1f} at most")
        print(f"{len(self.faults)} faults")
        for fault in self.faults:
            print(f"  {fault}")


def _uncounted(cell: bytes) -> bytes:
    return re.sub(rb'("execution_count"\s*:\s*)\d+', rb"\1null", cell)


def texts(notebook: Notebook) -> list[bytes]:
    """The bytes of each cell in the file."""
    text = utf8(notebook.raw)
    return [text[start:end] for array in arrays(text) for start, end in items(text, array)]


def around(notebook: Notebook) -> bytes:
    """The bytes of the file without its cells."""
    text, kept, done = utf8(notebook.raw), b"", 0
    for array in arrays(text):
        found = items(text, array)
        if found:
            kept, done = kept + text[done : found[0][0]], found[-1][1]
    return kept + text[done:]


def arrays(text: bytes) -> list[int]:
    """Where the lists of cells start."""
    top = members(text, after_gap(text, 0))
    if "cells" in top:
        return [top["cells"][0]]
    return [members(text, sheet[0])["cells"][0] for sheet in items(text, top["worksheets"][0])]


if __name__ == "__main__":
    sys.exit(main())
