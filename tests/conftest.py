"""What the tests share: a measure of work that is the same on every machine."""

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that runs the suite in the background ignores it, and so would every program that is tested with it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The suite runs in as many processes as there are processors; threads beside them only wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

settings.register_profile("deep", max_examples=3000, deadline=None, suppress_health_check=list(HealthCheck))

drawing: Any = sys.modules.get("hypothesis.internal.conjecture.providers")
if os.environ.get("CI") and hasattr(drawing, "_get_local_constants"):
    # There each run draws the same examples. Yet Hypothesis also draws constants of the modules that are imported so far: others
    # with each order of the tests, and others after any change of the code.
    drawing._get_local_constants = lambda: drawing._local_constants


NUMBERS = count()


@pytest.fixture(scope="session")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("caches")


@pytest.fixture(autouse=True)
def own_cache(caches: Path) -> Iterator[Path]:
    """Each test has a cache of its own, and the user's is left alone."""
    with pytest.MonkeyPatch.context() as patch:
        folder = caches / str(next(NUMBERS))
        patch.setenv("NBCRITIC_CACHE_DIR", str(folder))
        yield folder


def calls_made(call: Callable[[], object]) -> int:
    """How many calls, of Python and of C functions, are made while `call` runs; resuming a generator is one."""
    count = 0

    def see(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    # A collection may come at any moment, and calls what others (Hypothesis) hung onto it.
    collects, before = gc.isenabled(), sys.getprofile()
    gc.disable()
    sys.setprofile(see)
    try:
        call()
    finally:
        sys.setprofile(before)
        if collects:
            gc.enable()
    return count


@pytest.fixture
def work() -> Callable[[Callable[[], object]], int]:
    """Counts the calls made while a function runs, so that growth can be asserted without a clock."""
    return calls_made
