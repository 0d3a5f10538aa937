"""What goes wrong in a worker, at notebooks that ask for it: `setup=planted.trouble` plants it in each process.

A cell that says `trouble: die` ends its process when a rule looks at its nodes, and so on for the other words.
"""

import ctypes
import os
import re
import signal
import sys
import time
from pathlib import Path
from typing import Any

from nbcritic.analysis.code import CodeCell
from nbcritic.scanner import budget, worker

_WORD = re.compile(r"trouble: (\w+)(?: (\S+))?")
_nodes = CodeCell.nodes


def trouble() -> None:
    """Plant it."""
    CodeCell.nodes = _troubled  # type: ignore[method-assign]


def hurry() -> None:
    """Plant it, and let no rule compute for long: yet longer than the first notebook of a process takes."""
    budget.SECONDS, budget.GRACE = 3.0, 0.5
    trouble()


def watch() -> None:
    """Plant it, and let no notebook last long: yet longer than the first of a process does on a slow and busy machine."""
    worker.SECONDS = 30.0
    trouble()


def elsewhere() -> None:
    """Work in another folder."""
    os.chdir("/")


def _troubled(self: CodeCell, *kinds: Any) -> Any:
    is_rule = "rules" in Path(sys._getframe(1).f_code.co_filename).parts
    if is_rule and (found := _WORD.search(self.source)):
        _make(found[1], found[2])
    return _nodes(self, *kinds)


def _make(word: str, about: str) -> None:
    if word == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "once" and not Path(about).exists():
        Path(about).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "crash":
        ctypes.string_at(0)
    while word == "loop":
        pass
    while word == "stick":
        time.sleep(60)
    if word == "recurse":
        _make(word, about)
    if word == "raise":
        raise ZeroDivisionError("planted")
    if word == "starve":
        raise MemoryError
