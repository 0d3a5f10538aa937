"""Bubblewrap's walls: what a command can see of the machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbcritic.sandbox.limits import Limits

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
SETTINGS = (
    *("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/fonts", "/etc/localtime"),
    *("/etc/timezone", "/etc/mime.types", "/etc/ssl/certs", "/etc/R", "/etc/julia", "/etc/matplotlibrc"),
)
"""Of /etc only what programs need to start; the rest may hold secrets of the machine."""

GIVEN = "/given"
"""Where the original of the folder is seen, read-only; large files are links to it."""

TMP = "/tmp"
FIRST_UID = 2_000_000_000
"""Run by root, each sandbox has a user of its own from here on: the kernel counts processes by user."""


@dataclass(frozen=True, slots=True)
class Mount:
    """Something at `path` in the new world."""

    path: str
    arguments: tuple[str, ...]


def prefix(
    folder: Path, readable: Sequence[Path], limits: Limits, room: int, passwd: int | None, uid: int | None
) -> list[str]:
    """The words in front of a command that put it behind walls.

    `folder` becomes an empty, bounded file system in memory; `room` is what its copy may take beyond the limit.
    """
    return [
        *("bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"),
        *(("--unshare-user",) if uid is None else ()),
        *("--die-with-parent", "--new-session", "--hostname", "sandbox"),
        *("--cap-drop", "ALL"),
        # Root gives its powers up inside: until then it must be able to copy, to become the other user, and to end it.
        *(
            word
            for cap in ("CHOWN", "DAC_OVERRIDE", "SETUID", "SETGID", "KILL")
            if uid is not None
            for word in ("--cap-add", f"CAP_{cap}")
        ),
        *(
            "--proc",
            "/proc",
            "--dev",
            "/dev",
            "--perms",
            "1777",
            "--size",
            str(limits.memory // 4),
            "--tmpfs",
            "/dev/shm",
        ),
        *("--remount-ro", "/dev"),
        *(("--perms", "0644", "--ro-bind-data", str(passwd), "/etc/passwd") if passwd is not None else ()),
        *_laid(_mounts(folder, readable, limits, room)),
        *("--remount-ro", "/", "--"),
    ]


def _mounts(folder: Path, readable: Sequence[Path], limits: Limits, room: int) -> Iterator[Mount]:
    for path in SYSTEM:
        if Path(path).is_symlink():
            yield Mount(path, ("--symlink", str(Path(path).readlink()), path))
        elif Path(path).is_dir():
            yield Mount(path, ("--ro-bind", path, path))
    for path in (*SETTINGS, *_python(), *map(str, readable)):
        if Path(path).exists():
            yield Mount(path, ("--ro-bind", path, path))
    for configuration in (Path(sys.prefix) / "pip.conf", Path(sys.base_prefix) / "pip.conf"):
        if configuration.exists():  # it may hold the credentials of a package index
            yield Mount(str(configuration), ("--ro-bind", os.devnull, str(configuration)))
    yield Mount(GIVEN, ("--ro-bind", str(folder), GIVEN))
    yield Mount(TMP, ("--perms", "1777", "--size", str(limits.disk), "--tmpfs", TMP))
    yield Mount(str(folder), ("--perms", "0755", "--size", str(limits.disk + room), "--tmpfs", str(folder)))


def _python() -> tuple[str, ...]:
    """This Python, its environment, and the launcher."""
    return (sys.base_prefix, sys.prefix, str(Path(__file__).parent))


def _laid(mounts: Iterator[Mount]) -> Iterator[str]:
    """The mounts in an order in which none hides another, each with the folders that lead to it."""
    made = {"/"}
    for mount in sorted({mount.path: mount for mount in mounts}.values(), key=lambda mount: Path(mount.path).parts):
        for parent in reversed(Path(mount.path).parents):
            # bubblewrap would make them for itself alone.
            if str(parent) not in made and not _inside_bound(parent):
                yield from ("--perms", "0755", "--dir", str(parent))
            made.add(str(parent))
        yield from mount.arguments
        made.add(mount.path)


def _inside_bound(path: Path) -> bool:
    return any(path.is_relative_to(system) for system in (*SYSTEM, sys.base_prefix, sys.prefix))
