"""Starting a command behind the walls, watching it, and bringing out what it made."""

from __future__ import annotations

import json
import os
import random
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from threading import Event
from typing import IO, Any

from nbcritic.model import NbcriticError
from nbcritic.sandbox import walls
from nbcritic.sandbox.limits import MB, Limit, Limits
from nbcritic.sandbox.outcome import Outcome
from nbcritic.sandbox.unpacking import unpack
from nbcritic.sandbox.watching import Tree

LOOK = 0.05
"""Seconds between two looks at what the processes hold."""

PACKING = 60.0
"""Seconds beyond the limit in which what a command made must be brought out."""

_LINK_ABOVE, _COPIED = 16 * MB, 512 * MB
"""Behind walls, larger files are links to the read-only original, and so is everything once so much has been copied."""

_LINK_ABOVE_PLAIN, _COPIED_PLAIN = 512 * MB, 4096 * MB
_SIGNALS: dict[int, Limit] = {-24: "cpu", -25: "disk"}
"""How the kernel ends who goes beyond RLIMIT_CPU and RLIMIT_FSIZE."""


class SandboxError(NbcriticError):
    """No command could be run: the walls do not stand, or the folder is not there."""


def run(
    command: Sequence[str],
    *,
    folder: str | Path,
    start: str = ".",
    keep: str | Path | None = None,
    readable: Sequence[str | Path] = (),
    environment: Mapping[str, str] | None = None,
    limits: Limits = Limits(),  # noqa: B008 (frozen)
    isolate: bool = True,
    on_stdout: Callable[[bytes], None] | None = None,
    cancel: Event | None = None,
) -> Outcome:
    """Run one command in a copy of `folder` and say what became of it.

    Args:
        command: The program and its arguments. A Python program is best called through `sys.executable`.
        folder: Copied for the command, which finds the copy at the same path and may change it; the original cannot be
            changed. Version control, environments and caches are left out. (Without walls the copy has another path.)
        start: Where the command starts, inside `folder`.
        keep: Receives the regular files that the command made or changed, at the same places; may be `folder` itself, so that the
            next command finds them. Nothing where None.
        readable: Further files and folders to be seen, read-only, at their own paths. Without walls everything can be seen.
        environment: Variables for the command, besides the few it always has (PATH, HOME, LANG, TMPDIR, one thread for numeric
            libraries). Of this process's own it gets none; without walls, all.
        limits: See `Limits`.
        isolate: False runs it without walls: for one's own code only.
        on_stdout: Is given standard output as it comes; `Outcome.stdout` is then empty.
        cancel: Ends the command when it is set, from another thread.

    Raises:
        SandboxError: The walls do not stand on this machine (`probe` says why), there is no such folder, or it was cancelled.
    """
    original = Path(folder).resolve()
    if not (original / start).is_dir():
        raise SandboxError(f"{folder}: no such folder")
    if os.name != "posix":
        raise SandboxError("running code needs Linux or macOS")
    if isolate and (missing := _missing()):
        raise SandboxError(missing)
    began = time.monotonic()
    with ExitStack() as stack:
        uid = walls.FIRST_UID + random.randrange(1_000_000) if isolate and os.geteuid() == 0 else None
        if isolate:
            copy = original
        else:
            copy = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=".nbcritic-"))) / "folder"
            copy.mkdir()
        orders = {
            "command": list(command),
            "folder": str(copy),
            "given": walls.GIVEN if isolate else str(original),
            "start": os.path.normpath(copy / start),
            "environment": _environment(copy, isolate) | dict(environment or {}),
            "limits": _rlimits(limits, isolate),
            "uid": uid,
            "isolated": isolate,
            "keep": limits.disk if keep is not None else 0,
            "link_above": _LINK_ABOVE if isolate else _LINK_ABOVE_PLAIN,
            "copied": _COPIED if isolate else _COPIED_PLAIN,
        }
        with _Job(orders, original, [Path(path).resolve() for path in readable], limits, began, on_stdout) as job:
            job.watch(cancel or Event())
            kept, left = unpack(job.packed, Path(keep), limits.disk) if keep is not None else ((), ())
            return job.outcome(kept, left)


@cache
def probe() -> str:
    """Why commands cannot be isolated here, after a real run; empty where they can. (The answer is kept.)"""
    if missing := _missing():
        return missing
    words = "import socket, sys; sys.exit(0 if socket.if_nameindex() in ([], [(1, 'lo')]) else 3)"
    with tempfile.TemporaryDirectory(prefix=".nbcritic-") as folder:
        try:
            outcome = run([sys.executable, "-I", "-c", words], folder=folder, limits=Limits(seconds=30))
        except SandboxError as error:
            return str(error)
    return "" if outcome.ok else f"a trial run ended with {outcome.exit_code}: {_last(outcome.stderr)}"


def _missing() -> str:
    if not sys.platform.startswith("linux"):
        return "isolation needs Linux and bubblewrap"
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed (Debian, Ubuntu: apt-get install bubblewrap)"
    return ""


def _environment(copy: Path, isolate: bool) -> dict[str, str]:
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")
    if not isolate:
        return {"HOME": str(Path.home()), **os.environ}
    path = os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"])
    return {
        **dict.fromkeys(threads, "1"),
        "PATH": path,
        "HOME": f"{walls.TMP}/home",
        "TMPDIR": walls.TMP,
        "USER": "sandbox",
        "LOGNAME": "sandbox",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _rlimits(limits: Limits, isolate: bool) -> dict[str, int]:
    """Limits that the kernel keeps; a user's processes are counted only where the user is the sandbox's own."""
    own = {"RLIMIT_DATA": limits.memory, "RLIMIT_CPU": limits.cpu, "RLIMIT_FSIZE": limits.disk}
    only = {"RLIMIT_NPROC": limits.processes, "RLIMIT_NOFILE": limits.files} if isolate else {}
    return {**own, **only, "RLIMIT_CORE": 0}


class _Job:
    """One launcher, its pipes, and what came out of them."""

    def __init__(
        self,
        orders: dict[str, Any],
        original: Path,
        readable: list[Path],
        limits: Limits,
        began: float,
        on_stdout: Callable[[bytes], None] | None,
    ) -> None:
        self._limits = limits
        self._began = began
        self._isolated = orders["isolated"]
        self._limit: Limit | None = None
        self._ends = ExitStack()
        self._orders = orders
        self._original = original
        self._readable = readable
        self._on_stdout = on_stdout
        self._streams = {name: bytearray() for name in ("out", "err", "report", "trouble")}
        """Output and errors of the command, the report of the launcher, and what goes wrong with the walls."""
        self._said = dict.fromkeys(self._streams, 0)

    def __enter__(self) -> _Job:
        pipes = {name: os.pipe() for name in ("out", "err")}
        writers = {name: pipe[1] for name, pipe in pipes.items()}
        for pipe in pipes.values():
            self._ends.callback(os.close, pipe[0])
        launch = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launcher.py")), *map(str, writers.values())]
        if self._isolated:
            uid = self._orders["uid"]
            writers["passwd"] = _passwd(os.getuid() if uid is None else uid)
            launch = [
                *walls.prefix(
                    self._original, self._readable, self._limits, self._orders["copied"], writers["passwd"], uid
                ),
                *launch,
            ]
        try:
            self._process = subprocess.Popen(
                launch,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=tuple(writers.values()),
                # Process 1 in there is bubblewrap's own, and shows the environment that it was started with.
                env={"PATH": os.environ.get("PATH", os.defpath)},
                start_new_session=True,
            )
        finally:
            for writer in writers.values():
                os.close(writer)
        self._ends.callback(self._end)
        self._tree = Tree(self._process.pid)
        self._selector = self._ends.enter_context(selectors.DefaultSelector())
        assert self._process.stdin and self._process.stdout and self._process.stderr
        sources: dict[str, int | IO[bytes]] = {"out": pipes["out"][0], "err": pipes["err"][0]}
        for name, source in (sources | {"report": self._process.stdout, "trouble": self._process.stderr}).items():
            self._selector.register(source, selectors.EVENT_READ, name)
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(self._orders).encode() + b"\n")
            self._process.stdin.flush()
        return self

    def __exit__(self, *error: object) -> None:
        self._ends.close()

    def _end(self) -> None:
        """Nothing of it may live on, whatever happened. The launcher ends the rest when its input closes."""
        process = self._process
        assert process.stdin and process.stdout and process.stderr
        if process.poll() is None:
            self._tree.look()  # once it has ended, nobody knows what stemmed from it
            if self._isolated:
                process.kill()
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._tree.end()
        process.stdout.close()
        process.stderr.close()

    @property
    def packed(self) -> bytes:
        """The tar file that follows the report."""
        return bytes(self._streams["report"]).partition(b"\n")[2]

    def watch(self, cancel: Event) -> None:
        """Take what it says until it has ended or goes beyond a limit."""
        looked = 0.0
        while self._limit is None and {"report", "trouble"} & {key.data for key in self._selector.get_map().values()}:
            self._listen(LOOK)
            if cancel.is_set():
                raise SandboxError("cancelled")
            now = time.monotonic()
            reported = b"\n" in self._streams["report"]
            if now - self._began > self._limits.seconds + (PACKING if reported else 0):
                self._limit = "seconds"
            elif now - looked > LOOK and not reported:
                looked = now
                self._limit = self._limit or self._tree.beyond(self._limits)
        while self._limit is None and self._selector.get_map() and self._listen(0):
            pass

    def _listen(self, timeout: float) -> bool:
        """Take what there is; was there anything?"""
        ready = self._selector.select(timeout)
        for key, _ in ready:
            part = os.read(key.fd, 1 << 16)
            if part:
                self._take(key.data, part)
            else:
                self._selector.unregister(key.fileobj)
        return bool(ready)

    def _take(self, name: str, part: bytes) -> None:
        most = {"report": 2 * self._limits.disk + MB, "trouble": MB}.get(name, self._limits.output)
        room = most - self._said[name]
        self._said[name] += len(part)
        if name == "out" and self._on_stdout is not None:
            self._on_stdout(part[:room])
        else:
            self._streams[name] += part[:room]
        if len(part) > room:
            self._limit = self._limit or ("disk" if name == "report" else "output")

    def outcome(self, kept: tuple[str, ...], left: tuple[str, ...]) -> Outcome:
        """How it ended. Raises SandboxError where it never started."""
        head = bytes(self._streams["report"]).partition(b"\n")[0]
        ended: dict[str, Any] = json.loads(head) if head.endswith(b"}") else {}
        code: int | None = ended.get("exit")
        if code is None and self._limit is None:
            if self._streams["trouble"] or not self._tree.peak:
                raise SandboxError(_trouble(bytes(self._streams["trouble"])))
            code = -int(signal.SIGKILL)  # it ended the launcher, and itself with it
        limit = self._limit or _SIGNALS.get(code or 0) or ("disk" if ended.get("full") and code else None)
        return Outcome(
            exit_code=None if limit or code is None else (code if code >= 0 else 128 - code),
            stdout=bytes(self._streams["out"]),
            stderr=bytes(self._streams["err"]),
            limit=limit,
            seconds=time.monotonic() - self._began,
            peak_memory=self._tree.peak,
            isolated=self._isolated,
            kept=kept,
            left=left,
        )


def _passwd(uid: int) -> int:
    """The end of a pipe from which bubblewrap reads a list of users with one user in it."""
    reader, writer = os.pipe()
    os.write(writer, f"sandbox:x:{uid}:{uid}::{walls.TMP}/home:/bin/sh\n".encode())
    os.close(writer)
    return reader


def _trouble(said: bytes) -> str:
    """What bubblewrap or the launcher complained of."""
    line = _last(said)
    hint = ""
    if line.startswith("bwrap:") and ("ermission denied" in line or "not permitted" in line):
        hint = " (user namespaces are forbidden here; Ubuntu 24.04 needs an AppArmor profile for bwrap)"
    return f"the sandbox did not start: {line or 'it said nothing'}{hint}"


def _last(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:200] if lines else ""
