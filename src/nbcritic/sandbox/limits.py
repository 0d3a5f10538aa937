"""How much a command may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Limit: TypeAlias = Literal["seconds", "cpu", "memory", "output", "disk", "processes"]

MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Each holds for the command and everything that it starts, unless it says otherwise. Sizes are bytes."""

    seconds: float = 60.0
    """On the wall clock, from the start; nothing survives it."""
    cpu: int = 600
    """Seconds of processor time of any one process."""
    memory: int = 2048 * MB
    """A single process that asks for more is told that there is none; several that hold more together are ended."""
    output: int = 8 * MB
    """Of standard output, and as much of standard error; who says more is ended."""
    disk: int = 256 * MB
    """Of new files in its folder, and as much in `/tmp`. Without walls: the size of any one file."""
    processes: int = 128
    """Processes and threads at a time; without walls, processes."""
    files: int = 1024
    """Open files of any one process."""
