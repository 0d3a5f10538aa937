"""A Dask cluster says what one process says, also when it loses a worker on the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

RUN = [sys.executable, "-m", "nbcritic", "--no-cache", "--select"]
ALONE = "star-import,F631"
COMPARING = "star-import,copied-across-notebooks,F631"


def notebook(*sources: str) -> str:
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
        for source in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for number in range(40):
        body = "\n".join(f"    total += table['a{n % 7}'].mean() * weights[{n}]" for n in range(14))
        function = f"def score(table, weights):\n    total = {number % 3}\n{body}\n    return total"
        Path(f"n{number:02}.ipynb").write_text(notebook("from numpy import *", function, "assert (1, 2)"), "utf-8")
    Path("n20.ipynb").write_text("{", "utf-8")
    return tmp_path


@pytest.fixture
def cluster(many: Path) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """The address of a scheduler with two workers, and the workers."""
    with ExitStack() as stack:

        def start(*command: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [sys.executable, "-m", *command], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, cwd="/"
            )
            assert process.stderr is not None
            stack.callback(process.stderr.close)
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        scheduler = start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        address = said(scheduler, "Scheduler at:").split()[-1]
        options = ("--nworkers", "1", "--nthreads", "1", "--no-nanny", "--no-dashboard")
        workers = [start("distributed.cli.dask_worker", address, *options) for _ in range(2)]
        for worker in workers:
            said(worker, "Registered to:")
        yield address, workers


def said(process: subprocess.Popen[str], words: str) -> str:
    """The first line of the log that holds these words."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return line
    raise AssertionError(f"{words!r} was never said")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a pipe of POSIX stands for a slow disk")
def test_two_workers_of_which_one_is_killed(many: Path, cluster: tuple[str, list[subprocess.Popen[str]]]) -> None:
    address, workers = cluster
    script = "from numpy import *\n"
    Path("z.py").write_text(script, "utf-8")
    one = subprocess.run([*RUN, ALONE, "--jobs", "1", ".", "z.py"], capture_output=True, text=True, check=False)
    Path("z.py").unlink()
    os.mkfifo("z.py")
    command = [*RUN, ALONE, "--cluster", address, ".", "z.py"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with Path("z.py").open("w", encoding="utf-8") as slow:  # returns when the scan has come so far: work is on its way
        workers[0].kill()
        workers[0].wait()
        slow.write(script)
    found, error = process.communicate(timeout=300)
    assert error == ""
    assert found == one.stdout
    assert process.returncode == one.returncode == 2
    one = subprocess.run([*RUN, COMPARING, "--jobs", "1", "."], capture_output=True, text=True, check=False)
    left = subprocess.run([*RUN, COMPARING, "--cluster", address, "."], capture_output=True, text=True, check=False)
    assert (left.stdout, left.stderr) == (one.stdout, "")


@pytest.mark.slow
def test_a_cluster_that_is_not_there_is_an_error_in_a_line(many: Path) -> None:
    for address in ("tcp://127.0.0.1:1", "nonsense://x"):
        done = subprocess.run([*RUN, ALONE, "--cluster", address, "."], capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert f"nbcritic: error: --cluster {address}: no scheduler of Dask answers there" in done.stderr
        assert "Traceback" not in done.stderr
