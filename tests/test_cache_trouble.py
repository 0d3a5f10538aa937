"""Nothing that befalls the cache stops a scan: damage, a full disk, others who use it too."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cached import RUN, cached, fresh, lay_out, notebook, run

from nbcritic.scanner import configure, scan
from nbcritic.scanner.cache import NAME, Cache

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """We stand in a project of three notebooks."""
    monkeypatch.chdir(tmp_path)
    lay_out()
    return tmp_path


def spoil(where: Path, start: int, data: bytes) -> None:
    with (where / NAME).open("r+b") as file:
        file.seek(start)
        file.write(data)


SPOILT: dict[str, Callable[[Path], object]] = {
    "no database": lambda where: (where / NAME).write_bytes(b"nothing of the kind" * 500),
    "cut off": lambda where: os.truncate(where / NAME, 5000),
    "empty": lambda where: os.truncate(where / NAME, 0),
    "pages of noise": lambda where: spoil(where, 4096, b"\xa5" * 8192),
    "a value of noise": lambda where: noise(where),
    "another format": lambda where: other_format(where),
    "a folder": lambda where: folder_there(where),
}


def noise(where: Path) -> None:
    with sqlite3.connect(where / NAME) as db:
        db.execute("update entries set value = x'00ff'")


def folder_there(where: Path) -> None:
    (where / NAME).unlink()
    (where / NAME).mkdir()


def other_format(where: Path) -> None:
    with sqlite3.connect(where / NAME) as db:
        db.execute("drop table entries")
        db.execute("create table entries (something)")
        db.execute("pragma user_version = 99")


@pytest.mark.parametrize("how", SPOILT)
def test_a_damaged_cache_costs_time_only(project: Path, own_cache: Path, how: str) -> None:
    good = cached()
    for path in own_cache.glob(f"{NAME}-*"):
        path.unlink()
    SPOILT[how](own_cache)
    cache = Cache()
    assert list(scan(["."], configure(["."]), cache=cache)) == good
    assert cache.problem is None or "\n" not in cache.problem
    if how != "a folder":  # it mends itself
        again = Cache()
        assert list(scan(["."], configure(["."]), cache=again)) == good
        assert again.problem is None


@POSIX
def test_a_full_disk_costs_the_cache_only(project: Path, own_cache: Path) -> None:
    import resource

    whole = run("--no-cache", ".")
    quiet = {"PYTHONDONTWRITEBYTECODE": "1"}  # Python itself would leave half a file there
    full = run(".", env=quiet, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000)))
    assert (full.stdout, full.returncode) == (whole.stdout, whole.returncode)
    assert full.stderr.startswith(f"nbcritic: the cache in {own_cache} cannot be used (")
    assert full.stderr.count("\n") == 1


@POSIX
def test_a_full_disk_leaves_no_half_report(project: Path) -> None:
    import resource

    Path("report.json").write_text("old", "utf-8")
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))  # noqa: E731
    options = ("--no-cache", "--select", "star-import", "--format", "json", "-o", "report.json")
    full = run(*options, ".", env={"PYTHONDONTWRITEBYTECODE": "1"}, preexec_fn=limit)
    assert full.returncode == 2
    assert full.stderr == "nbcritic: error: report.json: cannot be written: File too large\n"
    assert Path("report.json").read_text("utf-8") == "old"
    assert not list(Path().glob(".nbcritic*"))


@POSIX
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_device_is_an_error_in_a_line(project: Path) -> None:
    for target in (("-o", "/dev/full"), ()):
        with open("/dev/full", "w") as full:  # noqa: PTH123
            done = subprocess.run([*RUN, *target, "."], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        assert done.returncode == 2
        assert done.stderr.startswith("nbcritic: error: ")
        assert "No space left on device" in done.stderr
        assert done.stderr.count("\n") == 1


@POSIX
@pytest.mark.parametrize("where", ["/proc/nbcritic", "/dev/null/cache"])
def test_where_nothing_can_be_written_nothing_is_kept(project: Path, where: str) -> None:
    """Folders that not even root can make."""
    whole = run("--no-cache", ".")
    done = run(".", env={"NBCRITIC_CACHE_DIR": where})
    assert (done.stdout, done.returncode) == (whole.stdout, whole.returncode)
    assert done.stderr.startswith(f"nbcritic: the cache in {where} cannot be used (")
    assert done.stderr.count("\n") == 1


@POSIX
def test_a_cache_that_may_only_be_read(project: Path, own_cache: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everything")
    whole = cached()
    own_cache.chmod(0o500)
    (own_cache / NAME).chmod(0o400)
    try:
        assert cached() == whole
    finally:
        own_cache.chmod(0o700)


def test_two_scans_at_once(project: Path, own_cache: Path) -> None:
    for number in range(40):
        Path(f"{number}.ipynb").write_text(notebook("from numpy import *", f"x = {number}"), "utf-8")
    whole = run("--no-cache", ".").stdout
    command = [*RUN, "--jobs", "1", "."]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for process in both:
        assert process.communicate() == (whole, "")
    with sqlite3.connect(own_cache / NAME) as db:
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
    assert run(".").stdout == whole


def test_another_process_that_holds_it_costs_time_only(
    project: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = cached()
    monkeypatch.setattr("nbcritic.scanner.cache.PATIENCE", 0.01)
    Path("new.ipynb").write_text(notebook("from numpy import *"), "utf-8")
    with sqlite3.connect(own_cache / NAME) as db:
        db.execute("begin exclusive")
        assert [report for report in cached() if report.path != "new.ipynb"] == good
        db.rollback()
    assert cached() == fresh()
