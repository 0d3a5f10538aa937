"""How long one notebook may take: whoever uses up its time is stopped where it stands.

The clock is a timer of the operating system that counts the processor time of this process, so that a busy machine stops
nobody. It rings in the main thread only and not on Windows; elsewhere time is not limited here. Code in C that does not look
up from its work is beyond it: in a worker, `faulthandler` ends the process then (see `nbcritic.scanner.worker`).
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from types import FrameType

SECONDS = 30.0
"""Seconds of computing that a notebook may take until the rule at work is stopped."""

GRACE = 5.0
"""Seconds that each further rule may take once the time is up."""

STRIKES = 3
"""When so many rules were stopped, the notebook is given up."""


class OutOfTime(Exception):
    """Stops one rule."""


class GivenUp(BaseException):
    """Stops all work on one notebook; its text says why. Not an Exception, so that nobody on the way takes it for a rule's fault."""


@contextmanager
def limited(seconds: float | None = None) -> Iterator[None]:
    """Raise OutOfTime inside once `seconds` (of computing; `SECONDS` if not given) are used up, and at last GivenUp."""
    allowed = SECONDS if seconds is None else seconds
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    stopped: list[str] = []

    def ring(number: int, frame: FrameType | None) -> None:
        stopped.append(_rule(frame))
        if len(stopped) >= STRIKES:
            names = ", ".join(dict.fromkeys(filter(None, stopped)))
            raise GivenUp(f"more than {allowed:g} s of computing are used up{f' (by {names})' * bool(names)}")
        raise OutOfTime(f"more than {allowed:g} s of computing are used up")

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, allowed, GRACE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _rule(frame: FrameType | None) -> str:
    """The name of the rule at work, if there is one: a rule is named as its file is."""
    while frame is not None:
        path = PurePath(frame.f_code.co_filename)
        if frame.f_code.co_name == "check" and path.parent.parent.name == "rules":
            return path.stem.replace("_", "-")
        frame = frame.f_back
    return ""
