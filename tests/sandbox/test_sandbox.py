"""What a command gets, what it leaves, and what its caller learns."""

import os
import sys
import tarfile
import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import psutil
import pytest

from nbcritic import sandbox
from nbcritic.sandbox import Limits, Outcome, SandboxError
from nbcritic.sandbox.unpacking import unpack

WALLS = pytest.param(
    True, marks=pytest.mark.skipif(bool(sandbox.probe()), reason=sandbox.probe() or "-"), id="isolated"
)
BOTH = pytest.mark.parametrize("isolate", [WALLS, pytest.param(False, id="plain")])
QUICK = Limits(seconds=30)


def python(folder: Path, code: str, *, isolate: bool, limits: Limits = QUICK, **more: object) -> Outcome:
    return sandbox.run([sys.executable, "-c", code], folder=folder, isolate=isolate, limits=limits, **more)  # type: ignore[arg-type]


@BOTH
def test_exit_code_and_what_was_said(tmp_path: Path, isolate: bool) -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    outcome = python(tmp_path, code, isolate=isolate)
    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (3, b"out\n", b"err\n")
    assert outcome.limit is None
    assert not outcome.ok
    assert outcome.isolated is isolate


@BOTH
def test_it_works_on_a_copy_and_what_is_new_comes_out(tmp_path: Path, isolate: bool) -> None:
    given, kept = tmp_path / "given", tmp_path / "kept"
    (given / "data").mkdir(parents=True)
    (given / "data/a.txt").write_text("old", "utf-8")
    (given / "data/b.txt").write_text("old", "utf-8")
    code = (
        "from pathlib import Path\n"
        "Path('a2.txt').write_text(Path('a.txt').read_text() + ' and new')\n"
        "Path('b.txt').write_text('mine')\n"
        "Path('sub').mkdir(); Path('sub/c.bin').write_bytes(bytes(5))\n"
    )
    outcome = python(given, code, isolate=isolate, start="data", keep=kept)
    assert outcome.ok, outcome.stderr
    assert sorted(outcome.kept) == ["data/a2.txt", "data/b.txt", "data/sub/c.bin"]
    assert (kept / "data/a2.txt").read_text("utf-8") == "old and new"
    assert (given / "data/b.txt").read_text("utf-8") == "old"
    assert not (given / "data/a2.txt").exists()


@BOTH
def test_the_next_command_finds_what_the_first_made(tmp_path: Path, isolate: bool) -> None:
    assert python(tmp_path, "open('model', 'w').write('7')", isolate=isolate, keep=tmp_path).ok
    assert python(tmp_path, "print(open('model').read())", isolate=isolate).stdout == b"7\n"


@BOTH
def test_no_such_program(tmp_path: Path, isolate: bool) -> None:
    outcome = sandbox.run(["no-such-program"], folder=tmp_path, isolate=isolate, limits=QUICK)
    assert outcome.exit_code == 127
    assert b"no-such-program" in outcome.stderr


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="no such folder"):
        sandbox.run(["true"], folder=tmp_path / "nowhere", isolate=False)


@BOTH
@pytest.mark.parametrize("mode", [0o755, 0o700])
def test_large_files_read_alike(tmp_path: Path, isolate: bool, mode: int, monkeypatch: pytest.MonkeyPatch) -> None:
    (given := tmp_path / "given").mkdir(mode)
    monkeypatch.setattr("nbcritic.sandbox.running._LINK_ABOVE", 10)
    monkeypatch.setattr("nbcritic.sandbox.running._LINK_ABOVE_PLAIN", 10)
    (given / "large.csv").write_text("x" * 100, "utf-8")
    outcome = python(given, "print(len(open('large.csv').read()))", isolate=isolate, keep=tmp_path / "kept")
    assert outcome.stdout == b"100\n"
    assert outcome.kept == outcome.left == ()


@BOTH
def test_output_can_be_had_as_it_comes(tmp_path: Path, isolate: bool) -> None:
    heard: list[bytes] = []
    outcome = python(tmp_path, "print('one', flush=True); print('two')", isolate=isolate, on_stdout=heard.append)
    assert b"".join(heard) == b"one\ntwo\n"
    assert outcome.stdout == b""


@BOTH
def test_a_variable_can_be_given(tmp_path: Path, isolate: bool) -> None:
    code = "import os; print(os.environ['YEAR'])"
    assert python(tmp_path, code, isolate=isolate, environment={"YEAR": "2024"}).stdout == b"2024\n"


@BOTH
def test_it_can_be_cancelled(tmp_path: Path, isolate: bool) -> None:
    cancel, mark = threading.Event(), f"nbcritic-cancel-{os.getpid()}-{isolate}"
    code = f"import time; print('up', flush=True); time.sleep(600)  # {mark}"
    with pytest.raises(SandboxError, match="cancelled"):
        python(tmp_path, code, isolate=isolate, on_stdout=lambda _: cancel.set(), cancel=cancel)
    assert alive(mark) == []


@BOTH
def test_nothing_lives_on(tmp_path: Path, isolate: bool) -> None:
    mark = f"nbcritic-test-{os.getpid()}-{isolate}"
    child = f"import time; time.sleep(600)  # {mark}"
    code = (
        "import subprocess, sys\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}], start_new_session=True, stdin=-3, stdout=-3, stderr=-3)\n"
        "print('left it')"
    )
    assert python(tmp_path, code, isolate=isolate).stdout == b"left it\n"
    assert alive(mark) == []


def alive(mark: str) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if process.pid != os.getpid() and any(mark in word for word in process.info["cmdline"] or ())
    ]


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX")
@BOTH
def test_it_ends_with_the_process_that_asked(tmp_path: Path, isolate: bool) -> None:
    """Even where that is killed and can clean up nothing."""
    mark = f"nbcritic-orphan-{os.getpid()}-{isolate}"
    child = f"import time; print('up', flush=True); time.sleep(600)  # {mark}"
    code = (
        "import sys, os, signal\n"
        "from nbcritic import sandbox\n"
        f"sandbox.run([sys.executable, '-c', {child!r}], folder={str(tmp_path)!r}, isolate={isolate},\n"
        "            on_stdout=lambda _: os.kill(os.getpid(), signal.SIGKILL))\n"
    )
    parent = psutil.Popen([sys.executable, "-c", code])
    assert parent.wait(60) == -9
    psutil.wait_procs(alive(mark), timeout=60)
    assert alive(mark) == []


@BOTH
def test_the_temporary_copy_goes(tmp_path: Path, isolate: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    aside = tmp_path / "tmp"
    (given := tmp_path / "given").mkdir()
    aside.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(aside))
    assert python(given, "open('x', 'w')", isolate=isolate).ok
    assert list(aside.iterdir()) == []


@BOTH
def test_a_temporary_folder_inside_the_folder(tmp_path: Path, isolate: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook in /tmp: copying the copy would have no end."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    outcome = python(tmp_path, "import os; print(os.listdir())", isolate=isolate)
    assert outcome.stdout == b"[]\n"


def packed(*members: tuple[str, bytes | None]) -> bytes:
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, data in members:
            member = tarfile.TarInfo(name)
            if data is None:
                member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
                tar.addfile(member)
            else:
                member.size = len(data)
                tar.addfile(member, BytesIO(data))
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["/abs", "../up", "a/../../up", ".."])
def test_nothing_is_unpacked_outside(tmp_path: Path, name: str) -> None:
    kept, left = unpack(packed((name, b"x"), ("good", b"y")), tmp_path / "in", 100)
    assert kept == ("good",)
    assert len(left) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_nothing_is_unpacked_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "in/link").symlink_to(tmp_path / "out")
    (tmp_path / "in/file").symlink_to(tmp_path / "out/target")
    kept, left = unpack(packed(("link/x", b"x"), ("file", b"y"), ("soft", None)), tmp_path / "in", 100)
    assert (kept, left) == (("file",), ("link/x", "soft"))
    assert list((tmp_path / "out").iterdir()) == []
    assert (tmp_path / "in/file").read_bytes() == b"y"


def test_what_is_too_much_is_left(tmp_path: Path) -> None:
    assert unpack(packed(("a", b"123"), ("b", b"456")), tmp_path, 4) == (("a",), ("b",))


def test_half_an_archive_gives_what_is_whole(tmp_path: Path) -> None:
    whole = packed(("a", b"x" * 2000), ("b", b"y" * 2000))
    assert unpack(whole[:3000], tmp_path, 10_000)[0] == ("a",)
    assert unpack(b"no archive at all", tmp_path, 10)[0] == ()


def test_where_there_is_no_bubblewrap_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError, match="bubblewrap" if sys.platform.startswith("linux") else "Linux"):
        python(tmp_path, "", isolate=True)


@pytest.fixture
def trial() -> Callable[[], str]:
    return sandbox.probe.__wrapped__


def test_the_probe_really_runs(trial: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program of that name is not enough."""
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n", "utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert "No permissions" in trial() or not sys.platform.startswith("linux")
