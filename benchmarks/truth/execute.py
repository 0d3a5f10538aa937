"""Runs the cells of a notebook in a clean IPython session, each notebook in a forked child of this warm process."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import random
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

WARM = (
    "IPython.core.completer",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "matplotlib.pyplot",
    "narwhals",
    "pexpect",
    "numpy",
    "pandas",
    "pandas.plotting._matplotlib",
    "scipy.optimize",
    "sklearn.datasets",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.metrics",
    "sklearn.model_selection",
    "sklearn.pipeline",
)
MEMORY = 3 << 30
"""Bytes of address space that a child may use."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: with the first error, its cell (from 1) and, for a NameError, the name; or cleanly; or not in time."""

    error: str | None = None
    cell: int | None = None
    name: str | None = None

    @property
    def is_decided(self) -> bool:
        """Did the run end cleanly or at a missing name? Any other error hides what would have come after it."""
        return self.error is None or self.name is not None


def warm(libraries: Sequence[str] = WARM) -> None:
    """Import what the notebooks import, and make the session that every child inherits."""
    from IPython.core.history import HistoryManager
    from IPython.core.interactiveshell import InteractiveShell

    if libraries:
        import matplotlib

        matplotlib.use("Agg")
    for name in libraries:
        importlib.import_module(name)
    HistoryManager.enabled = False  # type: ignore[assignment]
    InteractiveShell.instance()
    gc.collect()
    gc.freeze()  # a collection in a child would touch, and so copy, all that it shares with this process


def run(cells: Sequence[str], timeout: float = 5.0) -> Outcome:
    """Run the cells from top to bottom until one raises."""
    found = in_child(lambda: asdict(_first_error(cells)), timeout)
    return Outcome("Timeout") if found is None else Outcome(**found)


def in_child(work: Callable[[], Any], timeout: float, *, beside: bool = False) -> Any:
    """What `work` gives (as JSON) in a forked child, None where it does not come in time.

    The child has a folder of its own or, `beside` its parent, a copy of the parent's.
    """
    folder = tempfile.mkdtemp(prefix="truth-")
    if beside:
        shutil.copytree(".", folder, dirs_exist_ok=True)
    receiving, sending = os.pipe()
    drawn = random.getstate()  # which Python seeds anew in a child
    child = os.fork()
    if child == 0:
        random.setstate(drawn)
        _become_child(work, folder, sending)
    os.close(sending)
    try:
        text = _received(receiving, time.monotonic() + timeout)
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
        os.close(receiving)
        os.waitpid(child, 0)
        shutil.rmtree(folder, ignore_errors=True)
    return json.loads(text) if text else None


def _received(pipe: int, deadline: float) -> bytes:
    """Everything that the child writes before it ends; nothing where it does not end in time."""
    parts: list[bytes] = []
    while select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))[0]:
        part = os.read(pipe, 1 << 16)
        if not part:
            return b"".join(parts)
        parts.append(part)
    return b""


def _become_child(work: Callable[[], Any], folder: str, sending: int) -> None:
    try:
        os.setpgid(0, 0)
        os.chdir(folder)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
        silent = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silent, stream)
        answer = json.dumps(work()).encode()
        with os.fdopen(sending, "wb") as pipe:
            pipe.write(answer)
    finally:
        os._exit(0)


def run_cell(source: str) -> BaseException | None:
    """Run one cell in the session; the first error that it showed, if any.

    `%%capture` and `%time` show an error and go on as if nothing had been.
    """
    from IPython.core.interactiveshell import InteractiveShell

    shell: Any = InteractiveShell.instance()
    shown: list[BaseException] = []

    def show(*arguments: object, **words: object) -> None:
        error = sys.exc_info()[1]
        if error is not None:
            shown.append(error)

    shell.showtraceback = shell.showsyntaxerror = show
    shell._format_exception_for_storage = lambda *_, **__: {}  # a traceback in colours takes longer than most notebooks
    result = shell.run_cell(source, store_history=True)
    return shown[0] if shown else cast("BaseException | None", result.error_before_exec or result.error_in_exec)


def namespace() -> dict[str, Any]:
    """The names of the session."""
    from IPython.core.interactiveshell import InteractiveShell

    return cast("dict[str, Any]", InteractiveShell.instance().user_ns)


def _first_error(cells: Sequence[str]) -> Outcome:
    for number, source in enumerate(cells, 1):
        if (error := run_cell(source)) is not None:
            return Outcome(type(error).__name__, number, missing_name(error))
    return Outcome()


def missing_name(error: BaseException) -> str | None:
    """The global name whose absence the error reports. A local variable without a value is another matter."""
    if isinstance(error, UnboundLocalError) or not isinstance(error, NameError):
        return None
    if error.name:
        return error.name
    words = str(error).split("'")  # pandas raises a NameError of its own, which has no `name`
    return words[1] if len(words) > 1 else None
