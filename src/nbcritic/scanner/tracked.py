"""The notebooks that git keeps: those count although a .gitignore names them, as they do for git."""

from __future__ import annotations

import os
import subprocess
from functools import cached_property
from pathlib import Path

TIMEOUT = 60
"""Seconds that git may take to list them."""


class Tracked:
    """The tracked notebooks under one folder, and the folders that they stand in. git is asked when somebody asks."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def __contains__(self, path: str) -> bool:
        """Is this file (or something in this folder), spelt in full, tracked?"""
        return path in self._paths

    @cached_property
    def _paths(self) -> frozenset[str]:
        found = set[str]()
        for name in _listed(self._folder):
            path = Path(self._folder, name)
            while str(path) != self._folder and str(path) not in found:
                found.add(str(path))
                path = path.parent
        return frozenset(found)


def _listed(folder: str) -> list[str]:
    """What git has in its index; nothing where there is no git, or no repository that it trusts."""
    # The list is read by plumbing alone: no hook, filter or monitor of the repository runs.
    command = [
        "git",
        "-c",
        "core.fsmonitor=false",
        "-C",
        folder,
        "ls-files",
        "--cached",
        "-z",
        "--",
        "*.[iI][pP][yY][nN][bB]",
    ]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]
