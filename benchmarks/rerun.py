"""What `nbcritic rerun` says of notebooks of which it is known whether they fail, differ or draw lots.

    python -m benchmarks.rerun [--seed 1] [--isolate] [--jobs 2] [--only fails] [--json out.json]

Every notebook of `benchmarks/truth/notebooks` is run once in a clean kernel, which gives its saved outputs. Those that show the same
bytes in two runs are the bases. From each, some are derived by one change whose effect is known: a cell is deleted that a later one
needs (where it fails is asked of a plain IPython session, not of the kernel that is judged), an error is planted, a number in a
saved output is another one, a cell draws lots. As many changes must go unnoticed: addresses, timings, progress bars, the
last digits of floats, an error that is allowed, a package that is missing here.

Precision and recall are counted by cells: a finding is right where it names the rule and the cell that were planted.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.truth import execute
from benchmarks.truth.answers import share
from benchmarks.truth.variants import bases

import nbcritic
from nbcritic.analysis.project import NOWHERE
from nbcritic.analysis.run import Run, Trial
from nbcritic.config import Config
from nbcritic.rerun import Conditions, examine, observe, run_clean

RULES = ("NBC901", "NBC902", "NBC903")
Cells = list[dict[str, Any]]


@dataclass(frozen=True)
class Derived:
    """A notebook, what was done to it, and the findings (rule, cell) that it deserves."""

    base: str
    change: str
    cells: Cells
    truth: frozenset[tuple[str, int]] = field(default_factory=frozenset)
    path: Path = Path()


def code(source: str, outputs: Sequence[Any] = (), count: int | None = 1, tags: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "source": source,
        "outputs": list(outputs),
        "execution_count": count,
        "metadata": {"tags": list(tags)},
    }


def stdout(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def recorded(sources: Sequence[str], trial: Trial) -> Cells:
    """The cells with the outputs of a run."""
    return [
        code(source, [clean(out) for out in json.loads(trial.outputs[number])], number)
        for number, source in enumerate(sources, 1)
    ]


def clean(output: Any) -> Any:
    return {key: value for key, value in output.items() if key != "transient"}


def save(cells: Cells, path: Path) -> Path:
    numbered = [{**cell, "id": f"c{number}"} for number, cell in enumerate(cells, 1)]
    spec = {"name": "python3", "language": "python", "display_name": "Python 3"}
    body = {"cells": numbered, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(body), "utf-8")
    return path


# What must be found.


def deleted(base: str, cells: Cells, chance: random.Random) -> Derived | None:
    """A cell goes that a later one needs; a plain session says where that stops, and what changed on the way is plain to see."""
    order = chance.sample(range(len(cells)), len(cells))
    for at in order:
        left = cells[:at] + cells[at + 1 :]
        outcome = execute.run([cell["source"] for cell in left], timeout=20)
        # What runs after the gap and before the stop may show something else: only where nothing stands between is the truth plain.
        if outcome.cell and outcome.name and outcome.cell == at + 1:
            return Derived(base, "fails: a cell deleted", left, frozenset({("NBC901", outcome.cell)}))
    return None


def planted(source: str, change: str, outputs: Sequence[Any] = ()) -> Callable[[str, Cells, random.Random], Derived]:
    def change_it(base: str, cells: Cells, chance: random.Random) -> Derived:
        at = chance.randint(1, len(cells))
        new = [*cells[:at], code(source, outputs), *cells[at:]]
        return Derived(base, change, new, frozenset({("NBC901", at + 1)}))

    return change_it


def stale_number(base: str, cells: Cells, chance: random.Random) -> Derived | None:
    """A number in a saved output is that of an older run."""
    places = [
        (at, index, key)
        for at, cell in enumerate(cells)
        for index, out in enumerate(cell["outputs"])
        for key in (
            ("text",) if out.get("name") == "stdout" else ("data",) if out["output_type"] == "execute_result" else ()
        )
        if re.search(r"(?<![\w.:])\d+\.?\d*(?![\w:])", text_of(out))
    ]
    if not places:
        return None
    at, index, _ = chance.choice(places)
    changed = json.loads(json.dumps(cells))
    out = changed[at]["outputs"][index]
    numbers = list(re.finditer(r"(?<![\w.:])\d+\.?\d*(?![\w:])", text_of(out)))
    chosen = chance.choice(numbers)
    other = f"{float(chosen[0]) * 1.07 + 1:.{len(chosen[0].partition('.')[2])}f}"
    text = text_of(out)[: chosen.start()] + other + text_of(out)[chosen.end() :]
    put(out, text)
    return Derived(base, "differs: a number is older", changed, frozenset({("NBC902", at + 1)}))


def text_of(output: Any) -> str:
    text = output.get("text", output.get("data", {}).get("text/plain", ""))
    return text if isinstance(text, str) else "".join(text)


def put(output: Any, text: str) -> None:
    if "data" in output:
        output["data"]["text/plain"] = text
        output["data"].pop("text/html", None)
    else:
        output["text"] = text


def added(
    change: str, source: str, outputs: Sequence[Any], rule: str = "", tags: Sequence[str] = ()
) -> Callable[[str, Cells, random.Random], Derived]:
    """One more cell at the end."""

    def change_it(base: str, cells: Cells, chance: random.Random) -> Derived:
        new = [*cells, code(source, outputs, len(cells) + 1, tags)]
        return Derived(base, change, new, frozenset({(rule, len(new))} if rule else ()))

    return change_it


def unchanged(base: str, cells: Cells, chance: random.Random) -> Derived:
    return Derived(base, "same: as it was", cells)


def float_noise(base: str, cells: Cells, chance: random.Random) -> Derived | None:
    """Every long float in the outputs is off in its last digits, as on another processor."""
    changed = json.loads(json.dumps(cells))
    touched = 0
    for cell in changed:
        for out in cell["outputs"]:
            text = text_of(out)
            new = re.sub(
                r"(?<![\w.])\d\.\d{12,}(?![\w])", lambda m: m[0][:-2] + f"{(int(m[0][-2:]) + 3) % 100:02d}", text
            )
            if new != text:
                touched += 1
                put(out, new)
    return Derived(base, "same: last digits of floats", changed) if touched else None


def cut_figure(base: str, cells: Cells, chance: random.Random) -> Derived | None:
    """A saved plot is twice as wide as the one that the page draws."""
    import base64
    import struct

    for at, cell in enumerate(cells):
        for index, out in enumerate(cell["outputs"]):
            if image := out.get("data", {}).get("image/png"):
                raw = bytearray(base64.b64decode(image))
                width = struct.unpack(">I", raw[16:20])[0]
                raw[16:20] = struct.pack(">I", 2 * width)
                changed = json.loads(json.dumps(cells))
                changed[at]["outputs"][index]["data"]["image/png"] = base64.b64encode(raw).decode()
                return Derived(base, "differs: a plot of another size", changed, frozenset({("NBC902", at + 1)}))
    return None


ERROR = {"output_type": "error", "ename": "ValueError", "evalue": "meant", "traceback": ["ValueError: meant"]}
FINDABLE: list[Callable[[str, Cells, random.Random], Derived | None]] = [
    deleted,
    deleted,
    planted("assert 1 + 1 == 3, 'the totals disagree'", "fails: an assertion"),
    planted("answer = input('which year? ')", "fails: waits for a person"),
    planted("[1, 2][5]", "fails: an index"),
    stale_number,
    stale_number,
    cut_figure,
    added("differs: edited after the run", "print('kept', 3 * 7, 'rows')", [stdout("kept 24 rows\n")], "NBC902"),
    added("differs: saved without its output", "print('mean', 4.5)", [], "NBC902"),
    added("differs: shows nothing now", "mean = 4.5", [stdout("mean 4.5\n")], "NBC902"),
    added("flaky: random", "import random\nprint(round(random.random(), 6))", [stdout("0.123456\n")], "NBC903"),
    added("flaky: NumPy", "import numpy\nprint(numpy.random.normal(size=3))", [stdout("[0.1 0.2 0.3]\n")], "NBC903"),
    added("flaky: order of a set", "print(list({f'name{i}' for i in range(9)}))", [stdout("['name1']\n")], "NBC903"),
    added("flaky: an unseeded identifier", "import uuid\nprint(uuid.uuid4())", [stdout("x\n")], "NBC903"),
    added("flaky: the clock", "import time\nprint(int(time.time() * 1000))", [stdout("1\n")], "NBC903"),
]
BAR = "100%|██████████| 50/50 [00:03<00:00, 16.31it/s]"
UNFINDABLE: list[Callable[[str, Cells, random.Random], Derived | None]] = [
    unchanged,
    float_noise,
    added("same: an address", "print(object())", [stdout("<object object at 0x7f1122334455>\n")]),
    added(
        "same: what a timer says",
        "import time\nstart = time.time()\nprint(f'took {time.time() - start:.5f} s')",
        [stdout("took 12.30000 s\n")],
    ),
    added(
        "same: a progress bar", f"print({BAR!r})\nprint('done')", [stdout(BAR.replace("00:03", "00:17") + "\ndone\n")]
    ),
    added("same: an error that is allowed", "raise ValueError('meant')", [ERROR], tags=["raises-exception"]),
    added("same: a package that is missing", "import a_package_that_nobody_has", []),
    added("same: a data file that is missing", "open('sales-of-2019.csv').read()", []),
    added("same: a seeded draw", "import random\nprint(random.Random(3).random())", [stdout("0.23796462709189137\n")]),
    added("same: lost in a function that nobody calls", "def never():\n    return gone_long_ago", []),
    added("same: an identity", "x = object()\nprint(id(x))", [stdout("140234866534416\n")]),
    added("same: a warning", "import warnings\nwarnings.warn('old')", []),
]


def derive(recordings: dict[str, Cells], seed: int) -> Iterator[Derived]:
    """Two that must be found and one that must not, of every base; each change has its turn."""
    chance = random.Random(seed)
    turns = {id(pool): 0 for pool in (FINDABLE, UNFINDABLE)}
    for base, cells in recordings.items():
        for pool, wanted in ((FINDABLE, 2), (UNFINDABLE, 1)):
            made = 0
            for _ in range(len(pool)):
                change = pool[turns[id(pool)] % len(pool)]
                turns[id(pool)] += 1
                found = change(base, cells, chance)
                if found is not None:
                    yield found
                    made += 1
                if made == wanted:
                    break


def judged(derived: Derived, conditions: Conditions) -> tuple[set[tuple[str, int]], Run]:
    notebook = nbcritic.read(str(derived.path))
    run = observe(notebook, NOWHERE, conditions, twice=True)
    report = examine(run, Config(select=RULES), NOWHERE)
    return {(finding.code, finding.at.cell) for finding in report.findings}, run


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--isolate", action="store_true")
    parser.add_argument("--bases", type=int, default=100, help="so many bases at most")
    parser.add_argument("--only", default="", help="only changes whose name starts so")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    conditions = Conditions(timeout=240, isolate=options.isolate)
    started = time.monotonic()
    execute.warm()
    with tempfile.TemporaryDirectory(prefix="rerun-") as name, ThreadPoolExecutor(options.jobs) as pool:
        folder = Path(name)
        recordings = record(folder, pool, conditions, options.bases)
        work = [found for found in derive(recordings, options.seed) if found.change.startswith(options.only)]
        placed = []
        for number, found in enumerate(work):
            own = folder / f"{number:03d}"
            own.mkdir()
            path = save(found.cells, own / "page.ipynb")
            placed.append(Derived(found.base, found.change, found.cells, found.truth, path))
        answers = list(zip(placed, pool.map(lambda one: judged(one, conditions), placed), strict=True))
    print(f"{len(recordings)} bases, {len(answers)} derived notebooks, {time.monotonic() - started:.0f} s\n")
    tell(answers)
    if options.json:
        rows = [
            {"base": one.base, "change": one.change, "truth": sorted(one.truth), "said": sorted(said)}
            for one, (said, _) in answers
        ]
        options.json.write_text(json.dumps(rows, indent=1), "utf-8")
    return 0


def record(folder: Path, pool: ThreadPoolExecutor, conditions: Conditions, most: int) -> dict[str, Cells]:
    """Run the bases twice; those that fail or do not show the same bytes again are said and left out."""

    def both(variant: Any) -> list[Trial]:
        own = folder / variant.base
        own.mkdir()
        path = save([code(source) for source in variant.cells], own / "base.ipynb")
        return [run_clean(nbcritic.read(str(path)), conditions, seed=seed) for seed in range(2)]

    originals = bases()[:most]
    kept = {}
    for variant, (one, two) in zip(originals, pool.map(both, originals), strict=True):
        if one.failure or one.stopped:
            print(f"left out: {variant.base} does not run: {one.failure or one.stopped}", file=sys.stderr)
        elif one.outputs != two.outputs:
            cells = [number for number in one.outputs if one.outputs[number] != two.outputs.get(number)]
            print(f"left out: {variant.base} shows other bytes in cells {cells}", file=sys.stderr)
        else:
            kept[variant.base] = recorded(variant.cells, one)
    return kept


def tell(answers: Sequence[tuple[Derived, tuple[set[tuple[str, int]], Run]]]) -> None:
    print("| rule | planted | precision | recall |\n| --- | ---: | --- | --- |")
    for rule in RULES:
        right = wrong = missed = 0
        for one, (said, _) in answers:
            found, true = ({place for place in places if place[0] == rule} for places in (said, one.truth))
            right, wrong, missed = right + len(found & true), wrong + len(found - true), missed + len(true - found)
        print(f"| {rule} | {right + missed} | {share(right, right + wrong)} | {share(right, right + missed)} |")
    print("\n| change | notebooks | as known |\n| --- | ---: | ---: |")
    counts = Counter(one.change for one, _ in answers)
    good = Counter(one.change for one, (said, _) in answers if said == one.truth)
    for change, count in sorted(counts.items()):
        print(f"| {change} | {count} | {good[change]} |")
    for one, (said, run) in answers:
        if said != one.truth:
            first = run.trials[0]
            print(f"\n{one.base}, {one.change}: known {sorted(one.truth)}, said {sorted(said)}")
            print(f"  {first.stopped or first.failure or ''} {run.missing} {run.differing} {run.disagreeing}"[:400])


if __name__ == "__main__":
    sys.exit(main())
