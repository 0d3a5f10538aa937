"""What runs in a worker: small functions that can be sent there by name, and the life of a process that may be killed."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from nbcritic.analysis.memory import settle
from nbcritic.scanner.packed import pack

if TYPE_CHECKING:
    from nbcritic.scanner.task import Task

SECONDS = 180.0
"""Seconds after which a worker that is still at the same notebook ends itself, whatever it is doing."""

Setup: TypeAlias = Callable[[], None]

_trace: Any = None
_RULE = re.compile(r'File ".*[/\\]rules[/\\]\w+[/\\](\w+)\.py", line \d+ in check$', re.M)


def judge(tasks: Sequence[Task]) -> list[tuple[bytes, bool]]:
    """For each task the packed report, and whether it may be kept."""
    from nbcritic.scanner import batch

    return [(pack(verdict.report), verdict.lasts) for verdict in _watched(batch.verdicts(tasks))]


def digests(tasks: Sequence[Task]) -> list[bytes]:
    """For each task the keys of its blocks."""
    from nbcritic.scanner import batch

    return [keys for task in _watched(tasks) for keys in batch.digests([task])]


def program() -> str:
    """Which nbcritic is at work here."""
    from nbcritic.scanner import keys

    return keys.program()


def _watched(work: Any) -> Iterator[Any]:
    """The same items; the watchdog of a worker of ours (and of no other process) is told that there is progress."""
    import faulthandler

    steps = iter(work)
    while True:
        if _trace is not None:
            faulthandler.dump_traceback_later(SECONDS, exit=True, file=_trace)
        try:
            item = next(steps)
        except StopIteration:
            return
        finally:
            if _trace is not None:
                faulthandler.cancel_dump_traceback_later()
        yield item


def begin(folder: str, trace: str, setup: Setup | None) -> None:
    """Called once in each worker: `folder` takes all its temporary files, the file `trace` what it says when it dies.

    It leads a group of its own, with the ruff that it starts, so that Ctrl-C reaches the scan only, and the scan ends them together.
    It does not outlive the scan.
    """
    import faulthandler
    import tempfile
    import threading

    global _trace
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = folder
    _trace = Path(trace).open("ab")  # noqa: SIM115
    faulthandler.enable(file=_trace)
    settle()
    threading.Thread(target=_outlived, args=(folder,), daemon=True).start()
    if setup is not None:
        setup()


def _outlived(folder: str) -> None:
    """End with the process that started the scan, however that ended."""
    import shutil
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is None:
        return
    parent.join()
    shutil.rmtree(folder, ignore_errors=True)
    if hasattr(os, "killpg"):
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)


def cause(code: int | None, trace: str) -> str:
    """Why a worker died, in words, from its exit code and from what it said."""
    rule = _RULE.search(trace)
    where = f" in the rule {rule[1].replace('_', '-')}" if rule else ""
    if "Timeout" in trace:
        return f"took more than {SECONDS:g} seconds{where} and was stopped"
    if code is not None and code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        hint = " (too little memory?)" if name == "SIGKILL" and sys.platform != "win32" else ""
        return f"was ended by {name}{where}{hint}"
    return f"died{where}"
