"""What became of a command."""

from __future__ import annotations

from dataclasses import dataclass

from nbcritic.sandbox.limits import Limit

_STOPPED: dict[Limit, str] = {
    "seconds": "it took too long",
    "cpu": "it used too much processor time",
    "memory": "it needed too much memory",
    "output": "it printed too much",
    "disk": "it wrote too much to the disk",
    "processes": "it started too many processes",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended, and what it left behind."""

    exit_code: int | None
    """Its own exit code; 128 and the number of the signal where one ended it; None where it was stopped by a limit."""
    stdout: bytes
    stderr: bytes
    """What it printed, up to the limit."""
    limit: Limit | None
    """The limit that ended it."""
    seconds: float
    """From the start to the end, on the wall clock."""
    peak_memory: int
    """The most bytes that its processes were seen to hold together."""
    isolated: bool
    """Did the walls stand?"""
    kept: tuple[str, ...] = ()
    """The files that it made or changed and that were brought out, as paths in its folder."""
    left: tuple[str, ...] = ()
    """Those that were not: no regular files (links, pipes), or too many, or too large."""

    @property
    def ok(self) -> bool:
        """Did it end by itself, and well?"""
        return self.exit_code == 0

    @property
    def stopped(self) -> str:
        """Why it was stopped, in words; empty where it was not."""
        return _STOPPED[self.limit] if self.limit else ""
