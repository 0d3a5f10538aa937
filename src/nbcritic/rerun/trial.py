"""One run of a notebook in a clean kernel."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from typing import Any

import msgspec

from nbcritic import sandbox
from nbcritic.analysis.run import Failure, Trial
from nbcritic.model import NbcriticError, Notebook
from nbcritic.sandbox import Limits

MB = 1 << 20
_LINE = re.compile(r"Cell In\[\d+\], line (\d+)|^-+> ?(\d+)", re.M)
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
_ABOVE = re.compile(r"""\.\.[/\\'"]|\.parent""")
"""A cell that reaches beyond the notebook's folder."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """How to run a notebook.

    `timeout` is in seconds, for the whole run; `memory` and `output` in bytes. Without walls (`isolate`) it runs as its user: for
    one's own notebooks only.
    """

    timeout: float = 600.0
    memory: int = 4096 * MB
    output: int = 64 * MB
    isolate: bool = False
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Values for the cell with the tag `parameters`, as papermill takes them."""


Progress = Callable[[int, float | None], None]
"""Is told the number of a cell when it starts (None) and when it has ended (seconds)."""


def run_clean(
    notebook: Notebook,
    conditions: Conditions,
    *,
    seed: int = 0,
    root: Path | None = None,
    progress: Progress | None = None,
    cancel: Event | None = None,
) -> Trial:
    """Run a copy of a notebook's cells from top to bottom in a kernel that knows nothing, until one raises.

    The cells run in a copy of the notebook's folder, so that whatever they write is gone afterwards; of its project (`root`) where
    they reach beyond that folder. `seed` is Python's hash seed.

    Raises:
        NbcriticError: papermill or ipykernel is not installed, or the sandbox does not stand.
    """
    _require()
    if reason := _unfit(notebook):
        return Trial(stopped=reason)
    folder, start = _place(notebook, root)
    told = _Told(progress)
    with tempfile.TemporaryDirectory(prefix=".nbcritic-") as name:
        aside = Path(name)
        (aside / "tmp").mkdir()
        job = aside / "job.json"
        job.write_bytes(msgspec.json.encode(_job(notebook, conditions)))
        aside.chmod(0o755)  # behind walls, root's sandbox is another user, whatever the umask
        job.chmod(0o644)
        outcome = sandbox.run(
            [sys.executable, str(Path(__file__).with_name("worker.py")), str(job)],
            folder=folder,
            start=start,
            readable=[aside, Path(__file__).parent],
            environment=_environment(aside / "tmp", seed, conditions.isolate),
            limits=Limits(
                seconds=conditions.timeout,
                cpu=int(conditions.timeout) * 4 + 60,
                memory=conditions.memory,
                output=2 * conditions.output,
                disk=1024 * MB,
                processes=256,
            ),
            isolate=conditions.isolate,
            on_stdout=told.take,
            cancel=cancel,
        )
    return told.trial(outcome, conditions)


def _require() -> None:
    missing = [name for name in ("papermill", "ipykernel", "psutil") if find_spec(name) is None]
    if missing:
        raise NbcriticError(f"running notebooks needs {' and '.join(missing)}: pip install 'nbcritic[run]'")


def _unfit(notebook: Notebook) -> str:
    """Why no kernel of today can run it."""
    if notebook.language == "python" and notebook.language_version.startswith("2"):
        return "it is written for Python 2"
    return ""


def _place(notebook: Notebook, root: Path | None) -> tuple[Path, str]:
    """The folder to copy, and where in it the notebook stands."""
    own = Path(notebook.path).resolve().parent
    if not own.is_dir():
        raise NbcriticError(f"{notebook.path}: no such file")
    reaches = root is not None and own != root and any(_ABOVE.search(cell.source) for cell in notebook.code)
    if root is not None and reaches and own.is_relative_to(root):
        return root, str(own.relative_to(root))
    return own, "."


def _job(notebook: Notebook, conditions: Conditions) -> dict[str, Any]:
    spec = notebook.metadata.get("kernelspec")
    named = spec.get("name") if isinstance(spec, dict) else None
    return {
        "cells": [(cell.number, cell.source, list(cell.tags)) for cell in notebook.code],
        # Any Python notebook runs on this Python: what its own kernel was called, only its author's machine knows.
        "kernel": "python3" if notebook.language == "python" else str(named or notebook.language),
        "language": notebook.language,
        "parameters": dict(conditions.parameters),
        "most": conditions.output,
    }


def _environment(tmp: Path, seed: int, isolate: bool) -> dict[str, str]:
    here = "/tmp" if isolate else str(tmp)
    return {
        "TMPDIR": here,
        "IPYTHONDIR": f"{here}/ipython",
        "JUPYTER_RUNTIME_DIR": f"{here}/runtime",
        "JUPYTER_PLATFORM_DIRS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONHASHSEED": str(seed),
        "PYTHONWARNINGS": "",
    }


class _Told:
    """What the worker told, put together."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress or (lambda cell, seconds: None)
        self._rest = b""
        self._outputs: dict[int, bytes] = {}
        self._seconds: dict[int, float] = {}
        self._failure: Failure | None = None
        self._stopped = ""
        self._done = False
        self._at = 0

    def take(self, part: bytes) -> None:
        """More of what it says."""
        *lines, self._rest = (self._rest + part).split(b"\n")
        for line in lines:
            try:
                self._event(msgspec.json.decode(line))
            except (msgspec.DecodeError, KeyError, TypeError, ValueError):
                continue  # the notebook found a way to write here: it can lie, but not crash us

    def _event(self, event: dict[str, Any]) -> None:
        match event["event"]:
            case "start":
                self._at = int(event["cell"])
                self._progress(self._at, None)
            case "end":
                cell, seconds = int(event["cell"]), float(event["seconds"])
                if cell not in self._seconds:
                    self._seconds[cell] = seconds
                    self._outputs[cell] = msgspec.json.encode(event["outputs"])
                    self._progress(cell, seconds)
            case "failed":
                cell = int(event["cell"] or self._at)
                self._failure = Failure(cell, str(event["ename"]), str(event["evalue"]), _line(str(event["traceback"])))
            case "stopped":
                self._stopped = str(event["reason"])[:300]
            case "done":
                self._done = True

    def trial(self, outcome: sandbox.Outcome, conditions: Conditions) -> Trial:
        """The run as a whole."""
        stopped, failure = self._stopped, self._failure
        if outcome.limit == "seconds":
            stopped = f"it took longer than {conditions.timeout:g} s"
        elif outcome.limit:
            stopped = outcome.stopped
        elif not self._done and not stopped and failure is None:
            lines = outcome.stderr.decode("utf-8", "replace").strip().splitlines()
            stopped = f"the run broke off: {lines[-1][:200] if lines else f'exit code {outcome.exit_code}'}"
        where = f", in cell {self._at}" if stopped and self._at else ""
        self._outputs.pop(0, None)
        self._seconds.pop(0, None)
        return Trial(self._outputs, self._seconds, None if stopped else failure, f"{stopped}{where}" if stopped else "")


def _line(traceback: str) -> int:
    """The line of the cell at which an error passed, by IPython's traceback; 0 where it does not say."""
    found = _LINE.search(_ESCAPES.sub("", traceback))
    return int(found[1] or found[2]) if found else 0
