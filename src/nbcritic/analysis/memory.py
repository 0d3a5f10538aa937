"""When to look for garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_RARELY = (1_000_000, 20, 100)
"""Pages that are judged are let go of at once, and leave some hundred objects of garbage each; those of a batch that wait are half
a million, none of them garbage.
"""


@contextmanager
def uncollected() -> Iterator[None]:
    """Put off looking for cyclic garbage: parsing and judging make a million objects and few cycles, and would be interrupted
    all the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def settle() -> None:
    """Look for cyclic garbage rarely from now on, and never again among what is loaded already: for a process that only judges."""
    gc.freeze()
    gc.set_threshold(*_RARELY)


@contextmanager
def settled() -> Iterator[None]:
    """The same for a while, in a process that is somebody else's, too."""
    before = gc.get_threshold()
    settle()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
