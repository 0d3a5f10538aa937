"""Notebooks really run, in real kernels."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psutil
import pytest

import nbcritic
from nbcritic import sandbox
from nbcritic.analysis.project import NOWHERE, discover
from nbcritic.analysis.run import Run
from nbcritic.config import Config
from nbcritic.model import Report
from nbcritic.rerun import Conditions, examine, observe, run_clean

WALLS = pytest.param(
    True, marks=pytest.mark.skipif(bool(sandbox.probe()), reason=sandbox.probe() or "-"), id="isolated"
)
BOTH = pytest.mark.parametrize("isolate", [WALLS, pytest.param(False, id="plain")])
MEANT = {"output_type": "error", "ename": "ValueError", "evalue": "meant", "traceback": []}
RUN = Config(select=("NBC9", "NBC1"))


def code(source: str, text: str = "", count: int | None = 1, tags: tuple[str, ...] = ()) -> dict[str, Any]:
    outputs = [{"output_type": "stream", "name": "stdout", "text": text}] if text else []
    return {
        "cell_type": "code",
        "metadata": {"tags": tags},
        "outputs": outputs,
        "execution_count": count,
        "source": source,
    }


def write(path: Path, *cells: dict[str, Any], **metadata: Any) -> Path:
    path.write_text(json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}), "utf-8")
    return path


def ran(path: Path, twice: bool = False, **conditions: Any) -> Run:
    return observe(
        nbcritic.read(str(path)), discover(str(path)), Conditions(**{"timeout": 120} | conditions), twice=twice
    )


def told(report: Report) -> list[tuple[str, int, int]]:
    return [(finding.code, finding.at.cell, finding.at.line) for finding in report.findings]


@BOTH
def test_one_run_with_everything_in_it(tmp_path: Path, isolate: bool) -> None:
    (tmp_path / "data.csv").write_text("a\n1\n", "utf-8")
    path = write(
        tmp_path / "x.ipynb",
        code("print(open('data.csv').read().split())", "['a', '1']\n"),
        code(
            "open('data.csv', 'w').write('changed'); open('new', 'w'); print(object())",
            "<object object at 0x7f12345678>\n",
        ),
        code("raise ValueError('meant')", tags=("raises-exception",)) | {"outputs": [MEANT]},
        code("print('total', 41)", "total 42\n"),
        code("x = 1\nprint(gone)", "7\n"),
        code("print('never')", "never\n"),
    )
    before = path.read_bytes()
    lines: list[tuple[int, bool]] = []
    notebook = nbcritic.read(str(path))
    conditions = Conditions(timeout=120, isolate=isolate)
    run = observe(
        notebook, NOWHERE, conditions, progress=lambda cell, seconds: lines.append((cell, seconds is not None))
    )
    report = examine(run, RUN, NOWHERE)
    assert ("NBC901", 5, 2) in told(report)
    assert [entry for entry in told(report) if entry[0] in ("NBC902", "NBC903")] == [("NBC902", 4, 0)]
    failure = next(finding for finding in report.findings if finding.code == "NBC901")
    assert "NameError: name 'gone' is not defined; 1 cell below never ran" in failure.message
    assert [place.message for place in failure.related] == ["NBC103 lost-definition foretold it"]
    assert failure in report.start_here
    assert lines == [(cell, ended) for cell in range(1, 6) for ended in (False, True)]
    assert path.read_bytes() == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["data.csv", "x.ipynb"]
    assert (tmp_path / "data.csv").read_text("utf-8") == "a\n1\n"


@pytest.mark.slow
@BOTH
def test_files_of_a_careful_user(tmp_path: Path, isolate: bool) -> None:
    """Nobody else may read what is made here; the user of a sandbox is somebody else."""
    before = os.umask(0o077)
    try:
        trial = ran(write(tmp_path / "x.ipynb", code("print(1)")), isolate=isolate).trials[0]
    finally:
        os.umask(before)
    assert (trial.stopped, b"1" in trial.outputs[1]) == ("", True)


@pytest.mark.slow
def test_two_runs_that_disagree(tmp_path: Path) -> None:
    draw = "import random\nprint(random.random())"
    path = write(
        tmp_path / "x.ipynb", code("print(1)", "1\n"), code(draw, "0.5\n"), code("print({'a', 'b', 'c', 'd'})", "x\n")
    )
    report = examine(ran(path, twice=True), Config(select=("NBC9",)), NOWHERE)
    assert told(report) == [("NBC903", 2, 0), ("NBC903", 3, 0)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "source, reason",
    [
        ("import a_package_that_nobody_has", "the package `a_package_that_nobody_has` is not installed"),
        ("open('../raw/sales.csv')", "`sales.csv` is not here"),
        ("held = bytearray(1 << 33)", "it needs more memory"),
    ],
)
def test_what_the_machine_lacks(tmp_path: Path, source: str, reason: str) -> None:
    report = examine(ran(write(tmp_path / "x.ipynb", code(source, "1\n"))), Config(select=("NBC9",)), NOWHERE)
    assert report.findings == ()
    assert any(reason in one.reason for one in report.skipped), report.skipped


def test_no_kernel_for_the_language(tmp_path: Path) -> None:
    spec = {"name": "ir-that-is-not-here", "language": "R", "display_name": "R"}
    path = write(tmp_path / "x.ipynb", code("1"), kernelspec=spec, language_info={"name": "R"})
    assert "no kernel `ir-that-is-not-here` is installed" in ran(path).trials[0].stopped


def test_python_2_is_not_started(tmp_path: Path) -> None:
    info = {"name": "python", "version": "2.7.18"}
    path = write(tmp_path / "x.ipynb", code("print 1"), language_info=info)
    assert ran(path).trials[0].stopped == "it is written for Python 2"


@pytest.mark.slow
@BOTH
def test_limits(tmp_path: Path, isolate: bool) -> None:
    """A deadline for the whole, a cap on what it prints, and a kernel that dies."""
    endless = write(tmp_path / "a.ipynb", code("print('up')"), code("while True: pass"))
    assert ran(endless, isolate=isolate, timeout=8).trials[0].stopped.startswith("it took longer than 8 s")
    loud = write(tmp_path / "b.ipynb", code("while True: print('x' * 10_000)"))
    assert "printed more than 1 MB" in ran(loud, isolate=isolate, output=1 << 20).trials[0].stopped
    dying = write(tmp_path / "c.ipynb", code("import os; os._exit(3)"))
    failure = ran(dying, isolate=isolate).trials[0].failure
    assert failure is not None
    assert (failure.cell, failure.ename) == (1, "DeadKernelError")
    assert kernels(str(tmp_path)) == []


@pytest.mark.slow
def test_parameters(tmp_path: Path) -> None:
    path = write(tmp_path / "x.ipynb", code("year = 2020", tags=("parameters",)), code("print(year)", "2020\n"))
    run = ran(path, parameters={"year": 2024})
    assert b"2024" in run.trials[0].outputs[2]
    report = examine(run, Config(select=("NBC9",)), NOWHERE)
    assert report.findings == ()
    assert ("the saved outputs", "the run had other parameters") in [(one.what, one.reason) for one in report.skipped]


@pytest.mark.slow
@BOTH
def test_data_beside_the_folder_and_local_modules(tmp_path: Path, isolate: bool) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n", "utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.txt").write_text("beside", "utf-8")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/helper.py").write_text("answer = 42\n", "utf-8")
    path = write(
        tmp_path / "notebooks/x.ipynb", code("import helper\nprint(open('../data/a.txt').read(), helper.answer)")
    )
    trial = ran(path, isolate=isolate).trials[0]
    assert trial.failure is None
    assert b"beside 42" in trial.outputs[1]


@pytest.mark.slow
def test_plots_are_shown_also_behind_the_walls(tmp_path: Path) -> None:
    path = write(tmp_path / "x.ipynb", code("import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()"))
    for isolate in [False] + [True] * (not sandbox.probe()):
        assert b"image/png" in ran(path, isolate=isolate).trials[0].outputs[1]


@pytest.mark.slow
@pytest.mark.skipif(bool(sandbox.probe()), reason=sandbox.probe() or "-")
def test_an_attack_on_the_kernel_protocol(tmp_path: Path) -> None:
    """The notebook can spoil its own run and lie about it, and that is all: what is said stays bounded and readable."""
    forge = (
        "import glob, os, json\n"
        "lie = json.dumps({'event': 'end', 'cell': 3, 'seconds': 'x', 'outputs': 7}).encode() + b'\\n{\"event\":\\n'\n"
        "for path in glob.glob('/proc/*/fd/*'):\n"
        "    if '/self/' in path or f'/{os.getpid()}/' in path: continue\n"
        "    try:\n"
        "        fd = os.open(path, os.O_WRONLY | os.O_NONBLOCK); os.write(fd, lie * 3)\n"
        "    except OSError: pass\n"
        "for path in glob.glob('/tmp/**/*', recursive=True):\n"
        "    try: os.unlink(path)\n"
        "    except OSError: pass\n"
        "import ipykernel.kernelapp as k\n"
        "app = k.IPKernelApp.instance()\n"
        "for n in range(50): app.kernel.session.send(app.iopub_socket, 'stream', {'name': 'stdout', 'text': 5}, parent=app.kernel.get_parent())\n"
    )
    path = write(tmp_path / "x.ipynb", code(forge, "1\n"), code("print('next')", "next\n"), code("print(3)", "4\n"))
    report = examine(ran(path, isolate=True, timeout=30), Config(select=("NBC9",)), NOWHERE)
    assert report.problem is None
    assert kernels(str(tmp_path)) == []


@pytest.mark.slow
@pytest.mark.skipif(bool(sandbox.probe()), reason=sandbox.probe() or "-")
def test_hostile_cells_behind_the_walls(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hunter2", "utf-8")
    (tmp_path / "sub").mkdir()
    source = (
        "import os, socket, subprocess\n"
        f"for attempt in (lambda: open({str(secret)!r}).read(), lambda: socket.create_connection(('1.1.1.1', 53), 2),\n"
        "                lambda: open('/etc/hosts-of-mine', 'w')):\n"
        "    try: attempt(); print('got through')\n"
        "    except OSError: pass\n"
        "subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "print('NBCRITIC_SECRET' in os.environ)"
    )
    os.environ["NBCRITIC_SECRET"] = "hunter2"
    try:
        trial = ran(write(tmp_path / "sub/x.ipynb", code(source)), isolate=True).trials[0]
    finally:
        del os.environ["NBCRITIC_SECRET"]
    assert b"got through" not in trial.outputs[1]
    assert b"False" in trial.outputs[1]


def kernels(mark: str) -> list[list[str]]:
    """Kernels and workers that live."""
    found = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    return [
        words
        for words in found
        if any(mark in word for word in words) and any("rerun" in w or "ipykernel" in w for w in words)
    ]


@pytest.mark.slow
@BOTH
def test_no_kernel_outlives_who_asked(tmp_path: Path, isolate: bool) -> None:
    path = write(tmp_path / "x.ipynb", code("print(1)"), code("import time; time.sleep(600)"))
    script = (
        "import os, signal, nbcritic\n"
        "from nbcritic.rerun import Conditions, run_clean\n"
        f"run_clean(nbcritic.read({str(path)!r}), Conditions(isolate={isolate}),\n"
        "          progress=lambda cell, seconds: os.kill(os.getpid(), signal.SIGKILL) if cell == 2 else None)\n"
    )
    aside = Path(tempfile.mkdtemp())  # a short name: the kernel's sockets lie in it
    before = {process.pid for process in psutil.process_iter()}
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "TMPDIR": str(aside)}, check=False, timeout=300
    )
    assert done.returncode == -9
    ours = [process for process in psutil.process_iter(["cmdline"]) if process.pid not in before]
    ours = [process for process in ours if any(str(aside) in word for word in process.info["cmdline"] or ())]
    _, alive = psutil.wait_procs(ours, timeout=60)
    assert alive == []


@pytest.mark.slow
def test_temporary_files_may_have_long_names(tmp_path: Path) -> None:
    path = write(tmp_path / "x.ipynb", code("print(1)", "1\n"))
    aside = tmp_path / ("long" * 30)
    aside.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "nbcritic", "rerun", "--quiet", str(path)],
        env={**os.environ, "TMPDIR": str(aside)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert list(aside.iterdir()) == []


@pytest.mark.slow
def test_forty_at_a_time_leave_nothing(tmp_path: Path) -> None:
    given, aside = tmp_path / "given", Path(tempfile.mkdtemp())
    given.mkdir()
    # The name is short: sockets are files in it, and no port is used up.
    sockets = "from ipykernel.kernelapp import IPKernelApp as App\nassert App.instance().transport == 'ipc'"
    for number in range(40):
        source = f"{sockets}\nopen('made-{number}', 'w')\nprint({number})"
        write(given / f"{number}.ipynb", code(source, f"{number}\n"))
    listed = sorted(entry.name for entry in given.iterdir())
    done = subprocess.run(
        [sys.executable, "-m", "nbcritic", "rerun", "--jobs", "4", "--select", "NBC9", "--quiet", str(given)],
        env={**os.environ, "TMPDIR": str(aside)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "40 notebooks" in done.stdout
    assert sorted(entry.name for entry in given.iterdir()) == listed
    assert list(aside.iterdir()) == []
    aside.rmdir()
    assert kernels(str(aside)) == []


def test_run_clean_needs_a_file(tmp_path: Path) -> None:
    notebook = nbcritic.read(str(write(tmp_path / "x.ipynb", code("1"))))
    (tmp_path / "x.ipynb").unlink()
    tmp_path.rmdir()
    with pytest.raises(nbcritic.NbcriticError, match="no such file"):
        run_clean(notebook, Conditions())
