"""What happened when a notebook was run from top to bottom in a clean kernel: facts, as `rerun` brings them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePath

from nbcritic.analysis.likeness import Difference, difference
from nbcritic.analysis.pattern import regex
from nbcritic.model import Notebook
from nbcritic.notebook.outputs import outputs

_SECONDS = regex(r"took (\d+(?:\.\d+)?) s")
_MODULE = regex(r"No module named '([^']+)'")
_IMPORT = regex(r"(?:Missing optional dependency|requires? the|Install|Unable to find a usable engine) ?'?`?([\w.-]*)")
_PATH = regex(r"'([^'\n]+)'|\"([^\"\n]+)\"")
_NETWORK = frozenset(
    "URLError ConnectionError NewConnectionError MaxRetryError gaierror ConnectTimeout ProxyError SSLError ReadTimeout "
    "ConnectTimeoutError RemoteDisconnected NameResolutionError ClientConnectorError EndpointConnectionError ConnectError "
    "ConnectionRefusedError ConnectionResetError HTTPError NoCredentialsError".split()
)
_ABSENT = frozenset({"FileNotFoundError", "NoSuchFileError", "DoesNotExist"})
_UNREACHABLE = ("Temporary failure in name resolution", "Name or service not known", "Network is unreachable")


@dataclass(frozen=True, slots=True)
class Failure:
    """The error that ended a run: in which cell, and in which of its lines (0 where that is not known)."""

    cell: int
    ename: str
    evalue: str
    line: int = 0


@dataclass(frozen=True)
class Trial:
    """One run. `outputs` and `seconds` know the cells that ran, by number; outputs are raw JSON as in a `Cell`.

    `stopped` says why the run did not come to its end although nothing was raised: a limit, a kernel that is not there.
    """

    outputs: Mapping[int, bytes] = field(default_factory=dict)
    seconds: Mapping[int, float] = field(default_factory=dict)
    failure: Failure | None = None
    stopped: str = ""

    @classmethod
    def of(cls, notebook: Notebook) -> Trial:
        """The run that a page with its outputs tells of, for examples; the tag `took 40 s` on a cell is its time."""
        shown = {cell.number: cell.outputs for cell in notebook.code}
        times = {
            cell.number: float(found[1]) for cell in notebook.code if (found := _SECONDS.match(" ".join(cell.tags)))
        }
        errors = (
            Failure(cell.number, output.ename, output.evalue)
            for cell in notebook.code
            for output in outputs(cell)
            if output.kind == "error"
        )
        return cls(shown, times, next(errors, None))


@dataclass(frozen=True)
class Run:
    """Clean runs of one notebook, each in a kernel of its own.

    `parameters` is true where the cells were given other values than the page shows: its outputs are then not to be compared.
    """

    notebook: Notebook
    trials: tuple[Trial, ...]
    parameters: bool = False

    @cached_property
    def differing(self) -> tuple[tuple[int, Difference], ...]:
        """Cells whose saved output is not what the first run showed, those left out that say something else every time."""
        if self.parameters or not self.has_saved_outputs:
            return ()
        flaky = {number for number, _ in self.disagreeing}
        first = self.trials[0]
        saved = (cell for cell in self.notebook.code if cell.execution_count or cell.outputs != b"[]")
        return tuple(
            (cell.number, found)
            for cell in saved
            if cell.number in self._went_well(first)
            and cell.number not in flaky
            and (found := difference(cell, replace(cell, outputs=first.outputs[cell.number])))
        )

    @cached_property
    def disagreeing(self) -> tuple[tuple[int, Difference], ...]:
        """Cells that showed one thing in the first run and another in the second."""
        return tuple(self._apart()) if len(self.trials) > 1 else ()

    def _apart(self) -> Iterator[tuple[int, Difference]]:
        one, two = self.trials[:2]
        for cell in self.notebook.code:
            number = cell.number
            ended = [_ending(trial.failure, number) for trial in (one, two)]
            if ended[0] != ended[1] and number in one.outputs and number in two.outputs:
                yield number, Difference("error", ended[0] or "no error", ended[1] or "no error")
            elif number in self._went_well(one) & self._went_well(two):
                shown = [replace(cell, outputs=trial.outputs[number]) for trial in (one, two)]
                if found := difference(*shown):
                    yield number, found

    @staticmethod
    def _went_well(trial: Trial) -> frozenset[int]:
        return frozenset(trial.outputs) - ({trial.failure.cell} if trial.failure else set())

    @cached_property
    def has_saved_outputs(self) -> bool:
        """Is there anything to compare with? Many notebooks are saved without outputs."""
        return any(outputs(cell) for cell in self.notebook.code)

    @cached_property
    def missing(self) -> str:
        """What this machine lacks, where the run ended for want of it: that says nothing about the notebook."""
        failure = self.trials[0].failure
        return _missing(failure, self.notebook) if failure else ""


def _ending(failure: Failure | None, number: int) -> str:
    return failure.ename if failure and failure.cell == number else ""


def _missing(failure: Failure, notebook: Notebook) -> str:
    """The package, file or service that an error reports as absent."""
    if failure.ename == "ModuleNotFoundError" and (found := _MODULE.search(failure.evalue)):
        name = found[1].partition(".")[0]
        return "" if _defines(notebook, name, failure) else f"the package `{name}` is not installed"
    if failure.ename == "ImportError" and (found := _IMPORT.search(failure.evalue)):
        return f"the package `{found[1]}` is not installed" if found[1] else "a package is not installed"
    if failure.ename in _ABSENT or (failure.ename == "OSError" and "No such file" in failure.evalue):
        names = [one or other for one, other in _PATH.findall(failure.evalue)]
        name = names[-1] if names else failure.evalue.rpartition(" ")[2]
        return "" if _mentions(notebook, name, failure) else f"`{PurePath(name).name or name}` is not here"
    if failure.ename.lstrip("_") in ("MemoryError", "ArrayMemoryError"):
        return "it needs more memory than the run was given"
    if failure.ename in _NETWORK or any(words in failure.evalue for words in _UNREACHABLE):
        return "it needs the network, or a service that does not answer"
    return ""


def _defines(notebook: Notebook, name: str, failure: Failure) -> bool:
    """Does a later cell write this module?"""
    return any(f"%%writefile {name}.py" in cell.source for cell in notebook.code if cell.number > failure.cell)


def _mentions(notebook: Notebook, path: str, failure: Failure) -> bool:
    """Is the file made by the notebook itself, further down or by a cell that is gone after all? Then its absence is its fault."""
    name = PurePath(path).name
    writes = re.compile(
        r"\.to_\w+\(|savefig\(|\bdump\(|\.save\w*\(|write|open\([^)]*['\"][wax]b?['\"]|mkdir|makedirs|touch\(|%%writefile"
    )
    return any(name in cell.source and writes.search(cell.source) for cell in notebook.code if name)
