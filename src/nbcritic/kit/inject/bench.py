"""A warm kernel in which drafts are run, one after the other: what happens, and which numbers come out.

The kernel keeps what it has imported, so a run costs what the notebook computes. Between runs every name, plot, warning filter and
seed is as in a fresh one. The folder that it runs in holds a copy of the data; whatever a notebook writes goes with it.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbcritic.kit.inject.draft import Draft
from nbcritic.kit.record import RecordingError, _Kernel, _kernel
from nbcritic.model import NbcriticError

_RESET = """\
%reset -f
import os as _os, random as _random, sys as _sys, warnings as _warnings
_os.chdir({folder!r})
_warnings.resetwarnings()
_random.seed(0)
if "numpy" in _sys.modules:
    _sys.modules["numpy"].random.seed({seed})
if "matplotlib.pyplot" in _sys.modules:
    _sys.modules["matplotlib.pyplot"].close("all")
    _sys.modules["matplotlib"].rcdefaults()
    if {quiet}:
        _sys.modules["matplotlib.pyplot"].switch_backend("agg")
    else:
        get_ipython().run_line_magic("matplotlib", "inline")
"""
_FACTS = """\
def _facts():
    import json, numbers
    found = {}
    for name, value in list(globals().items()):
        if name.startswith("_") or isinstance(value, bool):
            continue
        if isinstance(value, numbers.Real):
            found[name] = float(value)
        elif type(value).__name__ == "DataFrame":
            found["rows of " + name] = len(value)
    print(json.dumps(found))
_facts()
"""


@dataclass(frozen=True)
class Ran:
    """What a run gave. `failed` is empty, or the cell and the error."""

    outputs: Mapping[str, list[Any]]
    """By the cell's id, the messages of its last run."""
    facts: Mapping[str, float]
    """Numbers that names of the notebook hold at the end, and the rows of its tables."""
    failed: str = ""

    def text(self, id_: str) -> str:
        """All text that a cell showed."""
        found = []
        for message in self.outputs.get(id_, []):
            content = message["content"]
            found.append(content.get("text") or content.get("data", {}).get("text/plain", ""))
        return "".join(found)


class Bench:
    """Runs drafts in one kernel; `folder` is where the data are."""

    def __init__(self, kernel: _Kernel, folder: Path) -> None:
        self._kernel = kernel
        self.folder = folder

    def run(self, draft: Draft, *, from_the_top: bool = False, quiet: bool = True, seed: int = 0) -> Ran:
        """Run a draft as its author did, or every cell from top to bottom. `quiet` draws no pictures."""
        reset = _RESET.format(folder=str(self.folder), seed=seed, quiet=quiet)
        self._kernel.execute(reset)
        history = [(cell.id or "", None) for cell in draft.notebook.code] if from_the_top else draft.history
        outputs: dict[str, list[Any]] = {}
        for id_, then in history:
            outputs[id_], reply = self._kernel.execute(draft.text_then(id_, then))
            if reply["status"] == "error":
                return Ran(outputs, {}, f"{id_}: {reply.get('ename')}: {reply.get('evalue')}")
        messages, reply = self._kernel.execute(_FACTS)
        if reply["status"] == "error":
            return Ran(outputs, {}, f"{reply.get('ename')}: {reply.get('evalue')}")
        text = "".join(message["content"].get("text", "") for message in messages)
        return Ran(outputs, {name: value for name, value in json.loads(text).items() if math.isfinite(value)})

    def language(self) -> Mapping[str, Any]:
        """What Jupyter saves about the kernel's language."""
        return self._kernel.language()


@contextmanager
def bench(data: Path | None, extra: Sequence[tuple[str, bytes]] = (), timeout: float = 3600) -> Iterator[Bench]:
    """A warm kernel beside a copy of the data; `extra` are files that stand in their place, by name within `data/`.

    Raises:
        NbcriticError: There is no kernel, it died, or a run took too long.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="take-home-") as aside:
            work = Path(aside).resolve() / "work"
            work.mkdir()
            if data is not None:
                shutil.copytree(data, work / data.name)
            place(work / (data.name if data else "data"), extra)
            with _one_thread(), _kernel(work, Path(aside), timeout) as kernel:
                yield Bench(kernel, work)
    except ImportError as error:
        raise NbcriticError(f"running notebooks needs {error.name}: pip install 'nbcritic[kit]'") from error
    except RecordingError as error:
        raise NbcriticError(f"the notebook cannot be run: {error}") from error


def place(folder: Path, files: Sequence[tuple[str, bytes]]) -> None:
    """Put files into a folder, over those of the same name."""
    for name, content in files:
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Sums come out the same on every machine only if one thread adds them; and plots need no screen."""
    settings = {"OMP_NUM_THREADS": "1", "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
