"""Is a package fit for production? The scenario's contract, and what is the same for every package.

Each item says what was seen and teaches: why it matters, and what to do. The package's own code runs through a `Run`, so that the
same items can be judged plainly (one's own package) or inside a sandbox (somebody else's).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbcritic.kit import contract, structure
from nbcritic.kit.contract import Item, Run
from nbcritic.kit.mutants import hunt
from nbcritic.kit.scenario import Scenario
from nbcritic.model import Cell, NbcriticError, Notebook

TESTS = 300.0
ENOUGH = 0.8
"""Share of mutants that good tests kill."""
RULES = ("environment", "data-handling", "leakage", "tests")
"""Families of nbcritic's rules that hold for a module as well as for a notebook."""


@dataclass(frozen=True)
class Package:
    """What is asked about: a project folder with `src/` and `tests/`, before the contract of a scenario."""

    scenario: Scenario
    folder: Path
    run: Run
    python: str = sys.executable
    mutants: int = 15
    seed: int = 7


def judge(package: Package) -> Iterator[Item]:
    """Everything that can be said about a package, item by item, as it becomes known.

    Raises:
        NbcriticError: There is no package to judge.
    """
    if not package.folder.is_dir():
        raise NbcriticError(
            f"{package.folder} is not there; a package is a folder with pyproject.toml, src/ and tests/"
        )
    name = contract.package_name(package.folder)
    yield from contract.judge(package.scenario, package.folder, package.run, package.python)
    yield from own_tests(package)
    yield clean(package.folder)
    yield from structure.judge(package.folder, name)


def own_tests(package: Package) -> Iterator[Item]:
    """Do the package's own tests pass, and do they notice when the code is wrong?"""
    with _copy(package.folder) as project:
        ran = package.run([package.python, "-m", "pytest", "-q", "-p", "no:cacheprovider"], project, TESTS)
        lines = [line for line in ran.out.strip().splitlines() if line.strip(" =")]
        last = lines[-1].strip(" =") if lines else ran.ended
        yield Item(
            "own-tests",
            "Its own tests pass",
            float(ran.ok),
            "there are no tests" if ran.code == 5 else last[:200],
            "A test is what lets the next person change your code without fear. Begin with the one mistake that would cost most "
            "here, and write the test that would have caught it.",
            4,
            "tests",
        )
        if not package.mutants:
            return
        share: float | None = 0.0
        seen = "not tried: the tests do not pass as they are"
        if ran.ok:
            found = hunt(project, package.run, package.python, package.mutants, package.seed)
            share = None if found.share is None else min(found.share / ENOUGH, 1.0)
            seen = found.problem or f"{found.killed} of {found.tried} killed"
            if found.alive:
                seen += f"; alive: {', '.join(found.alive[:3])}"
        yield Item(
            "mutants",
            "Its tests notice small mistakes in the code",
            share,
            seen,
            "A mutant is your code with one small mistake: a < for a <=, a 1 for a 0. One that lives is a mistake that you could make "
            "tomorrow unnoticed. Assert results, not that something ran; test at the borders.",
            4,
            "tests",
        )


def clean(folder: Path) -> Item:
    """What nbcritic and ruff say of the package's files."""
    found = [*_ruff(folder), *_nbcritic(folder)]
    return Item(
        "clean",
        "nbcritic and ruff find nothing grave",
        max(0.0, 1 - len(found) / 5),
        "nothing" if not found else f"{len(found)}: {'; '.join(found[:3])}",
        "What a machine can see should not take a reviewer's time. `ruff check` shows each with its place; most are mended in a minute.",
        2,
        "readability",
    )


def _ruff(folder: Path) -> Iterator[str]:
    """The diagnostics of the same rules that reviews of notebooks use, by ruff's own defaults otherwise."""
    from nbcritic.ruff import PROFILES, _binary

    select = ",".join(PROFILES["review"])
    arguments = [
        _binary(),
        "check",
        "--isolated",
        "--no-cache",
        "--output-format",
        "json",
        "--select",
        select,
        "--ignore",
        "S101,PD010,PD013",
    ]
    done = subprocess.run([*arguments, "src"], cwd=folder, capture_output=True, text=True, check=False)
    for hit in json.loads(done.stdout or "[]"):
        place = Path(hit["filename"])
        yield f"{place.name}:{hit['location']['row']} {hit['code']} {hit['message']}"


def _nbcritic(folder: Path) -> Iterator[str]:
    """Findings of severity major and above in modules and notebooks of the package."""
    from nbcritic import critique
    from nbcritic.config import Config

    for path in sorted((folder / "src").rglob("*.py")):
        source = path.read_text(encoding="utf-8", errors="replace")
        if source.strip():
            module = Notebook(path.name, (Cell(1, "code", source, path.stem),), script=True)
            for finding in critique(module, Config(select=RULES)).findings:
                if finding.severity in ("blocker", "major"):
                    yield f"{path.name}:{finding.at.line} {finding.code} {finding.message}"


@contextmanager
def _copy(folder: Path) -> Iterator[Path]:
    """The project in a folder of its own: tests and mutants leave files behind."""
    with tempfile.TemporaryDirectory(prefix="package-") as place:
        target = Path(place).resolve() / "project"
        shutil.copytree(folder, target, ignore=shutil.ignore_patterns(".*", "__pycache__", "mutants", "*.egg-info"))
        yield target


def score(items: Sequence[Item]) -> float:
    """0 to 100: the weighted share of all items that could be judged."""
    judged = [(item.share, item.weight) for item in items if item.share is not None]
    possible = sum(weight for _, weight in judged)
    return round(100 * sum(share * weight for share, weight in judged) / possible, 1) if possible else 0.0


def item_text(item: Item) -> str:
    """One item in plain text; what it teaches only where something is missing."""
    mark = "–" if item.share is None else "✔" if item.share >= 0.995 else "✖" if item.share <= 0.005 else "·"
    part = f" ({item.share:.0%})" if item.share is not None and 0.005 < item.share < 0.995 else ""
    lines = [f"{mark} {item.title}{part}", f"    {item.seen}"]
    if item.share is not None and item.share < 0.995:
        lines.append(f"    {item.teach}")
    return "\n".join(lines) + "\n"


def summary(items: Sequence[Item]) -> str:
    """The last lines of a check."""
    lines = [f"{score(items):.0f} of 100"]
    if left := [item for item in items if item.share is None]:
        lines.append(f"not judged: {', '.join(item.title for item in left)}")
    return "\n" + "\n".join(lines) + "\n"


def record(items: Sequence[Item]) -> dict[str, Any]:
    """The result for a machine."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return {"at": at, "score": score(items), "items": [asdict(item) for item in items]}
