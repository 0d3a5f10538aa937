"""Stands inside the walls and starts the command; not imported: `python -I -S launcher.py OUT ERR` with its orders on standard input.

It copies the folder, gives up every privilege, sets the limits that the kernel keeps, starts the command, and when that has ended
ends everything that it left behind. On standard output it reports: one line of JSON, then a tar file of what is new in the
folder. When standard input closes, the one who asked is gone: all is ended. Uses the standard library only.
"""

import contextlib
import ctypes
import json
import os
import resource
import select
import shutil
import signal
import stat
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 4, 36
SKIPPED = {
    *(".git", ".hg", ".svn", ".venv", "venv", "node_modules", ".tox", ".nox", ".ipynb_checkpoints"),
    *("__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".dvc"),
}
"""Folders that no run needs and that may be huge."""

OURS = ".nbcritic-"
"""How the temporary folders of all runs begin: where the folder for such things lies in the one to copy, there would be no end."""

MOST_FILES = 20_000
Stamp = tuple[int, int, int]


def main() -> None:
    """Do as ordered."""
    out, err = int(sys.argv[1]), int(sys.argv[2])
    orders: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    hide()
    folder = Path(orders["folder"])
    given = fill(Path(orders["given"]), folder, orders["link_above"], orders["copied"], orders["uid"])
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    child = os.fork()
    if child == 0:
        become(orders, out, err)
    os.close(out)
    os.close(err)
    status = wait(child, woken, orders["isolated"])
    end_all(child, orders["isolated"])
    report(orders, status, folder, given)


def hide() -> None:
    """Let nobody look into this process, and take in whoever detaches itself from the command. (Linux only.)"""
    with contextlib.suppress(OSError, AttributeError):
        prctl = ctypes.CDLL(None).prctl
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def fill(given: Path, folder: Path, link_above: int, budget: int, uid: int | None) -> dict[str, Stamp]:
    """Copy the folder: small files as files, large ones as links to the original. Returns what each looked like."""
    seen: dict[str, Stamp] = {}
    own(folder, uid)
    for here, folders, files in os.walk(given):
        at = folder / Path(here).relative_to(given)
        links = [name for name in folders if (Path(here) / name).is_symlink()]
        folders[:] = [
            name for name in folders if name not in SKIPPED and name not in links and not name.startswith(OURS)
        ]
        for name in folders:
            (at / name).mkdir(exist_ok=True)
            own(at / name, uid)
        for name in (*files, *links):
            source, target = Path(here) / name, at / name
            found = source.lstat()
            if stat.S_ISLNK(found.st_mode):
                target.symlink_to(outside(source, given))
            elif not stat.S_ISREG(found.st_mode) or len(seen) >= MOST_FILES:
                continue
            elif found.st_size > budget or (found.st_size > link_above and (uid is None or for_all(source, given))):
                target.symlink_to(source)
            else:
                try:
                    shutil.copy(source, target)
                except PermissionError:
                    continue
                own(target, uid)
                budget -= found.st_size
            seen[str(target)] = stamp(target)
    return seen


def for_all(file: Path, given: Path) -> bool:
    """May anybody read it, so that a link to it is of use to whom the command will run as?"""
    folders = file.parents[: len(file.relative_to(given).parts)]
    return bool(file.stat().st_mode & stat.S_IROTH) and all(folder.stat().st_mode & stat.S_IXOTH for folder in folders)


def outside(link: Path, given: Path) -> str:
    """Where a symbolic link of the folder leads, so that the same link elsewhere leads there too."""
    to = str(link.readlink())
    inside = os.path.normpath(link.parent / to).startswith(f"{given}{os.sep}")
    return to if inside or to.startswith(os.sep) else os.path.normpath(link.parent / to)


def own(path: Path, uid: int | None) -> None:
    """Give a file to whom the command will run as."""
    if uid is not None:
        os.chown(path, uid, uid)


def stamp(path: Path) -> Stamp:
    """What tells whether a file was changed."""
    found = path.lstat()
    return found.st_ino, found.st_size, found.st_ctime_ns  # unlike mtime, nobody can set ctime


def drop(uid: int | None) -> None:
    """Give up every privilege."""
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)


def become(orders: dict[str, Any], out: int, err: int) -> None:
    """Become the command."""
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (out, 1), (err, 2)):
            os.dup2(source, target)
        os.closerange(3, 4096)
        drop(orders["uid"])
        for name, value in orders["limits"].items():
            limit = getattr(resource, name, None)
            if limit is not None:
                ceiling = resource.getrlimit(limit)[1]
                value = value if ceiling == resource.RLIM_INFINITY else min(value, ceiling)
                later = value + 2 if name == "RLIMIT_CPU" and ceiling == resource.RLIM_INFINITY else value
                with contextlib.suppress(ValueError, OSError):  # macOS refuses some
                    resource.setrlimit(limit, (value, later))
        os.umask(0o022)
        Path(orders["environment"]["HOME"]).mkdir(parents=True, exist_ok=True)
        os.chdir(orders["start"])
        for name in ("SIGCHLD", "SIGPIPE", "SIGXFSZ"):  # Python ignores the last two, and so would the command
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        os.execvpe(orders["command"][0], orders["command"], orders["environment"])
    except OSError as error:
        os.write(2, f"{orders['command'][0]}: {error.strerror or error}\n".encode())
    finally:
        os._exit(127)


def wait(child: int, woken: int, isolated: bool) -> int:
    """Wait for the command; end all where the one who asked is gone."""
    while True:
        ready, _, _ = select.select([0, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            while True:
                with contextlib.suppress(ChildProcessError):
                    pid, status = os.waitpid(-1, os.WNOHANG)
                    if pid == child:
                        return status
                    if pid:
                        continue
                break
        if 0 in ready and not os.read(0, 1):
            end_all(child, isolated)
            os._exit(1)


def end_all(child: int, isolated: bool) -> None:
    """End every process that came from the command, however it hid."""
    if isolated:
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)  # in here there is nobody else
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    while True:
        for pid in descendants() if not isolated else ():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def descendants() -> Iterator[int]:
    """The processes that stem from this one. (Linux; elsewhere only those of the command's group are known.)"""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
    own = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in own} - own:
        yield from more
        own |= more


def report(orders: dict[str, Any], status: int, folder: Path, given: dict[str, Stamp]) -> None:
    """Say how it ended, and hand out what is new."""
    room = os.statvfs(folder)
    full = orders["isolated"] and room.f_bavail * room.f_frsize < (1 << 16)
    ended = {"exit": os.waitstatus_to_exitcode(status), "full": full}
    sys.stdout.buffer.write(json.dumps(ended).encode() + b"\n")
    sys.stdout.buffer.flush()
    if not orders["keep"]:
        return
    packer = os.fork()
    if packer == 0:
        # What the command left may be unreadable to whom it does not belong; and a link must not be followed with privileges.
        try:
            drop(orders["uid"])
            pack(folder, given, orders["keep"])
        finally:
            os._exit(0)
    os.waitpid(packer, 0)


def pack(folder: Path, given: dict[str, Stamp], most: int) -> None:
    """Write the new and changed regular files as a tar file; of what else there is, the names."""
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for here, folders, files in os.walk(folder):
            folders.sort()
            links = [name for name in folders if (Path(here) / name).is_symlink()]
            for name in sorted((*files, *links)):
                path = Path(here) / name
                with contextlib.suppress(OSError, ValueError):
                    if given.get(str(path)) == stamp(path):
                        continue
                    found = path.lstat()
                    inside = path.relative_to(folder).as_posix()
                    member = tarfile.TarInfo(inside)
                    whole = stat.S_ISREG(found.st_mode) and found.st_size <= most
                    if not whole:
                        member.type, member.linkname = tarfile.SYMTYPE, "not taken"
                        tar.addfile(member)
                        continue
                    with path.open("rb") as file:
                        member.size, member.mode = found.st_size, 0o755 if found.st_mode & 0o100 else 0o644
                        tar.addfile(member, file)
                    most -= found.st_size


if __name__ == "__main__":
    main()
