"""What the processes of a command hold together: the kernel limits each of them, but not their sum."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from nbcritic.sandbox.limits import Limit, Limits

DYING = 5.0
"""Seconds that a killed process gets to be gone."""


class Tree:
    """A process and all that stem from it. `peak` is the most memory (bytes) that was seen."""

    def __init__(self, root: int) -> None:
        import psutil

        self._gone = (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess)
        self._all: set[psutil.Process] = set()
        self._root = None
        self.peak = 0
        with suppress(*self._gone):
            self._root = psutil.Process(root)

    def look(self) -> list[object]:
        """Those that stem from it now; they are remembered, so that `end` finds them."""
        found = []
        if self._root is not None:
            with suppress(*self._gone):
                found = self._root.children(recursive=True)
        self._all.update(found)
        return list(found)

    def beyond(self, limits: Limits) -> Limit | None:
        """The limit that they exceed together, if any."""
        alive = self.look()
        held = sum(map(self._resident, alive))
        if held > limits.memory:
            held = sum(map(self._own_share, alive))  # slower to ask: what several share counts once
        held += _unnamed(alive)
        self.peak = max(self.peak, held)
        if held > limits.memory:
            return "memory"
        # The launcher and bubblewrap's own process come with the command.
        return "processes" if len(alive) > limits.processes + 3 else None

    def _resident(self, process: object) -> int:
        with suppress(*self._gone):
            return int(process.memory_info().rss)  # type: ignore[attr-defined]
        return 0

    def _own_share(self, process: object) -> int:
        with suppress(*self._gone, AttributeError):
            return int(process.memory_full_info().pss)  # type: ignore[attr-defined]
        return self._resident(process)

    def end(self) -> None:
        """End those that are left, and return when they are gone (or after `DYING` seconds, should the kernel hold one)."""
        self.look()
        for process in self._all:
            with suppress(*self._gone):
                process.kill()
        late = time.monotonic() + DYING
        while any(map(self._lives, self._all)) and time.monotonic() < late:
            time.sleep(0.005)

    def _lives(self, process: object) -> bool:
        with suppress(*self._gone):
            return process.is_running() and process.status() != "zombie"  # type: ignore[attr-defined, no-any-return]
        return False


def _unnamed(processes: list[object]) -> int:
    """Bytes in files without a name that live in memory (memfd): no process needs to map what it writes there."""
    sizes: dict[tuple[int, int], int] = {}
    for process in processes:
        with suppress(OSError):
            for entry in Path(f"/proc/{process.pid}/fd").iterdir():  # type: ignore[attr-defined]
                with suppress(OSError):
                    if str(entry.readlink()).startswith("/memfd:"):
                        found = entry.stat()
                        sizes[found.st_dev, found.st_ino] = found.st_blocks * 512
    return sum(sizes.values())
