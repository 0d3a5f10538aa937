"""A file is whole or not there; standard output may fail, and then that is said."""

import io
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from nbcritic.cli.output import say, wants_color, writing
from nbcritic.model import NbcriticError

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")


def test_a_file_appears_when_all_is_written(tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    with writing(str(target)) as write:
        write("one ")
        assert not target.exists()
        write("twö")
    assert target.read_text("utf-8") == "one twö"
    assert list(tmp_path.iterdir()) == [target]


def test_after_an_error_the_old_file_stands(tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    target.write_text("old", "utf-8")
    with pytest.raises(RuntimeError), writing(str(target)) as write:
        write("new")
        raise RuntimeError
    assert target.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_a_file_that_is_replaced_keeps_its_permissions_and_its_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("old", "utf-8")
    real.chmod(0o640)
    link.symlink_to(real)
    with writing(str(link)) as write:
        write("new")
    assert link.is_symlink()
    assert real.read_text("utf-8") == "new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


@pytest.mark.parametrize("target", [".", "missing/report.txt"])
def test_a_place_that_cannot_be_written_is_named(target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NbcriticError, match="cannot be written"), writing(target):
        pass


@needs_full
def test_a_full_device_is_an_error() -> None:
    with pytest.raises(NbcriticError, match="/dev/full: cannot be written"), writing(str(FULL)) as write:
        write("x" * 100_000)


@needs_full
@pytest.mark.parametrize("command", [["rules"], ["explain", "star-import"]])
def test_a_full_standard_output_is_one_line_and_exit_code_2(command: list[str]) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "nbcritic", *command], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert done.stderr.startswith("nbcritic: error: standard output: cannot be written")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_disk_that_fills_up_leaves_the_old_file(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk."""
    target = tmp_path / "report.txt"
    target.write_text("old", "utf-8")
    code = (
        "import resource, signal, sys\n"
        "from nbcritic.cli.output import writing\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "with writing(sys.argv[1]) as write:\n"
        "    write('x' * 5000)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(target)], stderr=subprocess.PIPE, text=True, check=False)
    assert "cannot be written: File too large" in done.stderr
    assert target.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_what_the_encoding_lacks_is_spelt_out(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    say("✖ 日 │")
    stream.flush()
    assert stream.buffer.getvalue() == b"X \\u65e5 |"


@pytest.mark.parametrize("asked", [True, False])
def test_an_explicit_wish_for_colour_wins(asked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert wants_color(asked) is asked


def test_a_file_has_no_colour() -> None:
    assert wants_color(None, os.devnull) is False


def test_what_the_file_system_refuses_is_one_line(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.ipynb").write_text(
            '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "utf-8"
        )
    (tmp_path / "report_pages").touch()  # where the folder of pages should be
    words = ["check", "--quiet", "--format", "html", "--output", str(tmp_path / "report.html"), str(tmp_path)]
    done = subprocess.run([sys.executable, "-m", "nbcritic", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [f"nbcritic: error: {tmp_path / 'report_pages'}: File exists"]
    assert not (tmp_path / "report.html").exists()
