"""Do the tests of a package notice when its code is wrong? A seeded sample of mutants, by mutmut.

mutmut writes every mutant of a module into one file and chooses among them in a forked process, so that pandas and its friends are
imported once and not once a mutant. Everything happens in a copy of the project.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

from nbcritic.kit.contract import Ran, Run

KILLED = frozenset({1, 3, 24, 36, 37, 152, 255, -24})
"""mutmut's exit codes for a mutant that a test or the time limit stopped, or that no type check let pass."""
SURVIVED = frozenset({0, 5, 33})
"""Passed all tests, or no test runs it."""
_EVERY = 300.0


@dataclass(frozen=True, slots=True)
class Mutants:
    """Of `tried` mutants drawn from `made`, the tests killed so many; `alive` names some that they did not."""

    made: int
    tried: int
    killed: int
    alive: tuple[str, ...] = ()
    problem: str = ""
    """Why nothing could be tried."""

    @property
    def share(self) -> float | None:
        """The share of mutants that the tests killed."""
        return self.killed / self.tried if self.tried else None


def hunt(project: Path, run: Run, python: str, number: int, seed: int) -> Mutants:
    """Try `number` mutants of the project in the folder `project`, which is changed by it: give a copy.

    All of them where `number` is 0.
    """
    _configure(project)
    ran = run([python, "-m", "mutmut", "run", "--max-children", "2", "none-of-this-name"], project, _EVERY)
    names = sorted(_results(project))
    if not names:
        return Mutants(0, 0, 0, problem=_why(ran))
    drawn = random.Random(seed).sample(names, min(number or len(names), len(names)))
    ran = run([python, "-m", "mutmut", "run", "--max-children", "2", *sorted(drawn)], project, _EVERY + 10 * len(drawn))
    results = {name: code for name, code in _results(project).items() if name in set(drawn)}
    killed = [name for name, code in results.items() if code in KILLED]
    alive = [name for name, code in results.items() if code in SURVIVED]
    if not killed and not alive:
        return Mutants(len(names), 0, 0, problem=_why(ran))
    return Mutants(len(names), len(killed) + len(alive), len(killed), tuple(_plain(name) for name in sorted(alive)))


def _configure(project: Path) -> None:
    """Tell mutmut where the code is, unless the project does so itself."""
    path = project / "pyproject.toml"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if "[tool.mutmut]" not in text:
        path.write_text(f'{text}\n[tool.mutmut]\nsource_paths = ["src"]\n', encoding="utf-8")


def _results(project: Path) -> dict[str, int | None]:
    """What became of each mutant, by its name; None for those that were not tried."""
    found: dict[str, int | None] = {}
    for path in sorted((project / "mutants").rglob("*.py.meta")):
        found |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return found


def _why(ran: Ran) -> str:
    if "No module named mutmut" in ran.err:
        return "mutmut is not installed in that Python: pip install mutmut"
    lines = [line.strip() for line in (ran.out + "\n" + ran.err).replace("\r", "\n").splitlines() if line.strip()]
    failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    return failed[0][:200] if failed else ran.ended[:300]


def _plain(name: str) -> str:
    """`ontime.rates.x_late__mutmut_2` as people say it: ontime.rates.late, change 2."""
    place, _, number = name.rpartition("__mutmut_")
    module, _, function = place.rpartition(".")
    return f"{module}.{function.removeprefix('x_').replace('xǁ', '').replace('ǁ', '.')} (change {number})"
