"""Does a package keep its promise? The protocol between a scenario's `contract.py` and the package that it judges.

`contract.py` cuts the files, calls the commands of `[contract]` through a `Job`, and yields an `Item` for each thing that it can tell
from the files they left behind. The package never sees what is held out, and nothing that it prints is believed. Who runs the
commands is the caller's choice: `plain` for one's own code, a sandbox for somebody else's.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from nbcritic.kit.scenario import Contract, Scenario
from nbcritic.model import NbcriticError

LONGEST_REFUSAL = 6
"""Lines on standard error that somebody still reads."""
_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a command. `code` is None where it had to be stopped."""

    code: int | None
    out: str = ""
    err: str = ""

    @property
    def ok(self) -> bool:
        """Did it end by itself, and well?"""
        return self.code == 0

    @property
    def last(self) -> str:
        """The last line that it said, which names the error."""
        lines = (self.err.strip() or self.out.strip()).splitlines()
        return lines[-1].strip()[:300] if lines else ""

    @property
    def ended(self) -> str:
        """How it ended, in a phrase."""
        if self.code is None:
            return "took too long and was stopped"
        return (
            "ended well" if self.ok else f"ended with exit code {self.code}" + (f": {self.last}" if self.last else "")
        )


_LACKS = re.compile(r"^ModuleNotFoundError: No module named '(\w+)", re.MULTILINE)

Run: TypeAlias = Callable[[Sequence[str], Path, float], Ran]
"""Runs a command in a folder for so many seconds at most. The package's `src` is importable there."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was looked at. `share` is 0 to 1, None where it could not be judged; `weight` as for remarks: 8, 4, 2, 1."""

    id: str
    title: str
    share: float | None
    seen: str
    """What happened, with the number."""
    teach: str
    """Why it matters, and what to do."""
    weight: int = 2
    category: str = ""
    value: float | None = None
    """The number itself, where the item is about one."""


@dataclass(frozen=True)
class Job:
    """One package in front of one contract."""

    scenario: Scenario
    package: str
    """The name under which it is imported."""
    folder: Path
    """Empty at first; what is put here, the commands can see."""
    run: Run
    python: str = sys.executable
    log: list[tuple[str, Ran]] = field(default_factory=list)
    """Every command that was called, as text, and what became of it."""

    @property
    def contract(self) -> Contract:
        """What is promised.

        Raises:
            NbcriticError: The scenario has no contract.
        """
        if self.scenario.facts.contract is None:
            raise NbcriticError(f"{self.scenario.slug} has no [contract] in its scenario.toml")
        return self.scenario.facts.contract

    def data(self, name: str) -> Path:
        """A file that ships with the scenario."""
        return self.scenario.folder / "data" / name

    def call(self, command: str, **values: object) -> Ran:
        """Run one of the contract's commands with the places in its template filled in."""
        template = self.contract.commands.get(command)
        if template is None:
            raise NbcriticError(f"{self.scenario.slug}: [contract.commands] has no {command!r}")
        names = {"python": self.python, "package": self.package} | {key: str(value) for key, value in values.items()}
        try:
            arguments = [part.format(**names) for part in shlex.split(template)]
        except (KeyError, IndexError, ValueError) as error:
            raise NbcriticError(f"{self.scenario.slug}: the command {command!r} needs a value for {error}") from error
        ran = self.run(arguments, self.folder, self.contract.seconds)
        self.log.append((shlex.join(arguments[1:] if arguments[0] == self.python else arguments), ran))
        return ran

    def worked(self, id: str, title: str, ran: Ran, *, weight: int = 4, wrote: Path | None = None) -> Item:
        """Did a command end well, and leave what it should?"""
        there = wrote is None or wrote.exists()
        seen = ran.ended if there or not ran.ok else f"ended well, but {wrote.name if wrote else ''} is not there"
        teach = (
            "Nothing else counts until the commands run from an empty folder on files they have never seen. Run the command as "
            "the contract writes it, and take the last line of the error first."
        )
        lacks = _LACKS.search(ran.err)
        if lacks and lacks[1] != self.package:
            teach = (
                f"{lacks[1]} is not installed in the Python that ran the package. Install there what the package declares, or "
                "name the environment that has it: `practice check --package --python .venv/bin/python`."
            )
        return Item(id, title, float(ran.ok and there), seen, teach, weight, "serving-and-rollback")

    def claim(self, path: Path) -> float | None:
        """The number that the package claims for itself: `{"metric": …, "value": …}` in a JSON file; None where there is none."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            value = float(json.loads(path.read_text(encoding="utf-8"))["value"])
            return value if value == value else None
        return None


def honest(job: Job, value: float | None, claimed: float | None) -> Iterator[Item]:
    """Two items: is it better than the baseline, and does the package's own claim hold?

    Full marks for the first at the reference's number, none at the baseline's. `value` is None where nothing could be scored.
    """
    contract = job.contract
    metric = contract.metric
    scale = contract.reference - contract.baseline
    share = None if value is None else min(max((value - contract.baseline) / scale, 0.0), 1.0) if scale else 1.0
    yield Item(
        "metric",
        f"Better than the baseline: {metric} on what was held out",
        share if value is not None else 0.0,
        f"nothing could be scored; baseline {contract.baseline:.3g}, reference {contract.reference:.3g}"
        if value is None
        else f"{value:.3g}; baseline {contract.baseline:.3g}, reference {contract.reference:.3g}",
        f"{'Less' if contract.better == 'lower' else 'More'} is better. The baseline needs no model; what you add has to show "
        "here, on what your code has never seen.",
        4,
        "evaluation-and-baseline",
        value,
    )
    if claimed is None or value is None:
        seen = "no number is claimed" if claimed is None else f"claimed {claimed:.3g}, but nothing could be scored"
        kept = 0.0
    else:
        better = claimed - value if contract.better == "higher" else value - claimed
        kept = 1.0 if abs(better) <= contract.tolerance else 0.0
        word = "better" if better > 0 else "worse"
        seen = f"claimed {claimed:.3g}, found {value:.3g}" + (
            "" if kept else f": {word} than it is by {abs(better):.2g}"
        )
    yield Item(
        "claim",
        "The claimed number holds",
        kept,
        seen,
        "Somebody staffs or ships on the number that you report. If it is far above what is found on hidden data, look for a leak: "
        "a column that is known too late, a fit on all rows, a random split over time.",
        4,
        "leakage",
        claimed,
    )


def deterministic(first: Path, second: Path) -> Item:
    """Did two runs on the same files leave the same bytes?"""
    there = first.is_file() and second.is_file()
    same = there and first.read_bytes() == second.read_bytes()
    return Item(
        "deterministic",
        "Two runs, the same result",
        float(same),
        "the same bytes" if same else "the two files differ" if there else "there is no file to compare",
        "If two runs differ, nobody can tell a change of the code from a change of the weather. Seed everything that draws, sort what "
        "comes from sets and folders, and write no time stamps into results.",
        2,
        "reproducibility",
    )


def refuses(
    job: Job,
    command: str,
    *,
    leaves: Path | None = None,
    what: str = "bad input",
    **values: object,
) -> Item:
    """Is bad input refused: an exit code that is not 0, a few lines, no traceback, and nothing half written at `leaves`?"""
    ran = job.call(command, **values)
    faults = []
    if ran.code is None:
        faults.append("it had to be stopped")
    elif ran.ok:
        faults.append("it was accepted")
    if "Traceback (most recent call last)" in ran.err:
        faults.append(f"a traceback, the last line of which is: {ran.last}")
    elif not ran.ok and not ran.last:
        faults.append("not a word about why")
    elif len(ran.err.strip().splitlines()) > LONGEST_REFUSAL:
        faults.append(f"{len(ran.err.strip().splitlines())} lines of error")
    if leaves is not None and leaves.exists():
        faults.append(f"{leaves.name} was written all the same")
    return Item(
        "bad-input",
        f"Refuses {what}",
        float(not faults),
        "; ".join(faults) or f"refused: {ran.last}",
        "Tomorrow's file will be broken one day. Check it where it enters (types, ranges, required columns), say in one line which "
        "file and which column, end with a code that is not 0, and write results beside and rename them.",
        2,
        "data-validation",
    )


def plain(source: Path) -> Run:
    """Runs commands as they are, like pytest does: for one's own code. `source` is the folder of the package, importable."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COVERAGE"))}
    environment |= {
        "PYTHONPATH": str(source.resolve()),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "random",
        "OMP_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
    }

    def run(command: Sequence[str], cwd: Path, timeout: float) -> Ran:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            try:
                process = subprocess.Popen(
                    list(command), cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                    start_new_session=True,
                )  # fmt: skip
            except OSError as error:
                return Ran(127, "", str(error))
            code: int | None
            try:
                code = process.wait(timeout)
            except subprocess.TimeoutExpired:
                code = None
            finally:
                _end(process)
            return Ran(code, _read(out), _read(err))

    return run


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop the command and whatever it started."""
    with suppress(OSError, AttributeError):  # there are no process groups on Windows
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _read(file: object) -> str:
    """The end of what was printed: a program may print without end, and errors come last."""
    size = file.seek(0, os.SEEK_END)  # type: ignore[attr-defined]
    file.seek(max(0, size - _KEPT))  # type: ignore[attr-defined]
    return str(file.read().decode("utf-8", "replace"))  # type: ignore[attr-defined]


def package_name(folder: Path) -> str:
    """The one package under `src/` of a project.

    Raises:
        NbcriticError: There is none, or more than one.
    """
    found = sorted(path.parent.name for path in (folder / "src").glob("*/__init__.py"))
    if len(found) != 1:
        raise NbcriticError(
            f"{folder}: there must be one package under src/, a folder with an __init__.py; "
            + (f"found {', '.join(found)}" if found else "found none")
        )
    return found[0]


def judge(scenario: Scenario, project: Path, run: Run, python: str = sys.executable) -> Iterator[Item]:
    """Judge the package in the folder `project` by the scenario's contract, item by item, as they become known.

    Raises:
        NbcriticError: There is no package, or the scenario has no contract.
    """
    if scenario.facts.contract is None:
        raise NbcriticError(f"{scenario.slug} asks for no package: its scenario.toml has no [contract]")
    package = package_name(project)
    with tempfile.TemporaryDirectory(prefix="contract-") as folder:
        job = Job(scenario, package, Path(folder).resolve(), run, python)
        items: Iterator[Item] = scenario.module("contract").judge(job)
        yield from items
