"""Many processes say what one says, in the same order, and whatever ends one of them costs one report."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

import psutil
import pytest
from tests import planted

from nbcritic.config import Config
from nbcritic.model import NbcriticError, Report
from nbcritic.scanner import budget, scan, team

STAR = Config(select=("star-import",))
COMPARING = Config(select=("star-import", "copied-across-notebooks", "F631"))
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def notebook(*sources: str) -> str:
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
        for source in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


def starred(note: str = "") -> str:
    return notebook(f"from numpy import *  # {note}")


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Forty notebooks, each with something to say, one of which cannot be read."""
    monkeypatch.chdir(tmp_path)
    block = "\n".join(f"table_{n} = load(path, column={n}).dropna().groupby('x').mean()" for n in range(12))
    for number in range(40):
        sources = ["from numpy import *", *["assert (1, 2)"] * (number % 5), block]
        Path(f"{number:02}.ipynb").write_text(notebook(*sources), "utf-8")
    Path("17.ipynb").write_text("{", "utf-8")
    return tmp_path


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[Report]]:
    """64 notebooks of which number 20 makes trouble, judged by two processes."""
    monkeypatch.chdir(tmp_path)
    for number in range(64):
        Path(f"{number:02}.ipynb").write_text(starred(), "utf-8")

    def judged(trouble: str) -> list[Report]:
        Path("20.ipynb").write_text(starred(f"trouble: {trouble}"), "utf-8")
        return list(scan(["."], STAR, jobs=2, setup=planted.watch if trouble == "stick" else planted.hurry))

    return judged


def codes(reports: list[Report]) -> list[list[str]]:
    return [[finding.code for finding in report.findings] for report in reports]


def lost(reports: list[Report]) -> dict[str, str]:
    return {report.path: report.problem for report in reports if report.problem is not None}


def test_two_processes_say_what_one_says(many: Path) -> None:
    counted: list[tuple[str, int, int]] = []
    assert list(scan(["."], COMPARING, jobs=2, progress=lambda *told: counted.append(told))) == list(
        scan(["."], COMPARING)
    )
    assert counted[:40] == [("comparing notebooks", done, 40) for done in range(1, 41)]
    assert counted[40:] == [("judging notebooks", done, 40) for done in range(1, 41)]


def test_few_notebooks_start_no_process(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = [f"{number:02}.ipynb" for number in range(team.SMALL - 1)]
    before = set(multiprocessing.active_children())
    for _ in scan(few, STAR, jobs=2):
        assert set(multiprocessing.active_children()) == before


@pytest.mark.parametrize("workers", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_any_executor_will_do(many: Path, workers: Callable[..., Executor]) -> None:
    context = {} if workers is ThreadPoolExecutor else {"mp_context": multiprocessing.get_context("spawn")}
    with workers(2, **context) as executor:
        assert list(scan(["."], COMPARING, jobs=2, executor=executor)) == list(scan(["."], COMPARING))
        assert executor.submit(len, "it is still open").result() == 16


def test_workers_in_another_folder_know_what_is_ignored_for_a_file(many: Path) -> None:
    config = Config(select=("star-import",), per_file_ignores={"0*.ipynb": ("star-import",)}, root=str(many))
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), planted.elsewhere) as executor:
        reports = list(scan(["."], config, executor=executor))
    assert reports == list(scan(["."], config))
    assert [report.suppressed for report in reports[:11]] == [1] * 10 + [0]


class Broken(Executor):
    """Takes work and answers all of it with the same."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if isinstance(self.answer, Exception):
            future.set_exception(self.answer)
        else:
            future.set_result(self.answer)
        return future


@pytest.mark.parametrize(
    "answer, said",
    [
        ("another", "another version of nbcritic"),
        (ModuleNotFoundError("no nbcritic"), "cannot load nbcritic"),
        (OSError("gone"), "do not answer: OSError: gone"),
    ],
)
def test_workers_that_are_no_use_are_the_users_to_mend(many: Path, answer: Any, said: str) -> None:
    with pytest.raises(NbcriticError, match=said):
        list(scan(["."], STAR, executor=Broken(answer)))


def test_an_unknown_code_of_ruffs_is_the_users_mistake_in_workers_too(many: Path) -> None:
    with pytest.raises(NbcriticError, match="ruff knows no rule F9999"):
        list(scan(["."], Config(select=("F9999",)), jobs=2))
    assert not multiprocessing.active_children()


@pytest.mark.parametrize(
    "trouble, named",
    [
        ("raise", "NBC114 star-import crashed: ZeroDivisionError: planted"),
        ("recurse", "NBC114 star-import crashed: RecursionError"),
        ("starve", "NBC114 star-import crashed: MemoryError"),
        ("loop", "NBC114 star-import crashed: OutOfTime: more than 3 s of computing are used up"),
    ],
)
def test_a_rule_that_goes_wrong_is_named_and_the_scan_goes_on(
    batch: Callable[[str], list[Report]], trouble: str, named: str
) -> None:
    reports = batch(trouble)
    assert lost(reports).keys() == {"20.ipynb"}
    assert lost(reports)["20.ipynb"].startswith(named)
    assert [found for found in codes(reports) if found != ["NBC114"]] == [[]]


@POSIX
@pytest.mark.slow
@pytest.mark.parametrize(
    "trouble, named",
    [
        ("die", r"was ended by SIGKILL \(too little memory\?\)"),
        ("crash", "was ended by SIGSEGV in the rule star-import"),
        ("stick", r"took more than \d+ seconds in the rule star-import and was stopped"),
    ],
)
def test_a_notebook_that_ends_its_process_is_named_and_the_scan_goes_on(
    batch: Callable[[str], list[Report]], trouble: str, named: str
) -> None:
    import re

    reports = batch(trouble)
    assert lost(reports).keys() == {"20.ipynb"}
    assert re.fullmatch(
        "could not be judged: the process that judged it " + named,
        lost(reports)["20.ipynb"],
    )
    assert [found for found in codes(reports) if found != ["NBC114"]] == [[]]
    assert not multiprocessing.active_children()


@POSIX
def test_a_process_that_dies_once_costs_nothing(many: Path) -> None:
    before = list(scan(["."], STAR, jobs=2))
    Path("20.ipynb").write_text(starred(f"trouble: once {many / 'flag'}"), "utf-8")
    assert codes(list(scan(["."], STAR, jobs=2, setup=planted.trouble))) == codes(before)
    assert Path("flag").exists()


@POSIX
def test_processes_that_are_killed_cost_nothing(many: Path) -> None:
    whole = list(scan(["."], COMPARING))
    reports = scan(["."], COMPARING, jobs=2)
    some = [next(reports)]
    children = multiprocessing.active_children()
    assert children
    for child in children:
        child.kill()
    assert some + list(reports) == whole


@POSIX
def test_an_executor_that_breaks_costs_nothing(many: Path) -> None:
    Path("20.ipynb").write_text(starred(f"trouble: once {many / 'flag'}"), "utf-8")
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), planted.trouble) as executor:
        reports = list(scan(["."], STAR, executor=executor))
    assert codes(reports) == codes(list(scan(["."], STAR)))


def test_who_stops_asking_leaves_nothing_behind(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(many / "tmp"))
    Path("tmp").mkdir()
    reports = scan(["."], STAR, jobs=2)
    next(reports)
    assert list(Path("tmp").iterdir())
    reports.close()
    assert not multiprocessing.active_children()
    assert not list(Path("tmp").iterdir())


def test_a_clock_that_has_rung_three_times_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def stubborn() -> None:
        while True:
            try:
                while True:
                    pass
            except budget.OutOfTime:
                continue

    monkeypatch.setattr(budget, "GRACE", 0.05)
    with pytest.raises(budget.GivenUp, match=r"more than 0\.05 s of computing"), budget.limited(0.05):
        stubborn()
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def started(folder: Path) -> subprocess.Popen[str]:
    """A scan on the command line, which comes to wait for a notebook that never ends."""
    os.mkfifo(folder / "slow.py")
    (folder / "tmp").mkdir()
    options = ("--select", "star-import", "--jobs", "2", "--format", "json")
    command = [sys.executable, "-m", "nbcritic", *options, ".", "slow.py"]
    env = {**os.environ, "TMPDIR": str(folder / "tmp")}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, cwd=folder)


def opened_by_other(pipe: Path, process: subprocess.Popen[str]) -> BinaryIO:
    """The writing end of a pipe, once the process reads from it."""
    while process.poll() is None:
        try:
            return os.fdopen(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK), "wb")
        except OSError as error:
            assert error.errno == errno.ENXIO, error  # nobody reads yet
            os.sched_yield()
    said, error_text = process.communicate()
    raise AssertionError(f"ended with {process.returncode}: {error_text}\n{said[-2000:]}")


@POSIX
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupt_leaves_no_process_and_no_file(many: Path, number: signal.Signals) -> None:
    process = started(many)
    with opened_by_other(many / "slow.py", process):
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(number)
        said, error = process.communicate(timeout=60)
    _, alive = psutil.wait_procs(children, timeout=60)
    assert children
    assert not alive
    left = [path for path in (many / "tmp").iterdir() if not path.name.startswith("pymp-")]
    assert not left  # Python removes its own when it is not killed
    if number is signal.SIGINT:
        assert process.returncode == 130
        assert "interrupted after" in error
        assert "Traceback" not in error
        assert not list((many / "tmp").iterdir())
        paths = [report["path"] for report in json.loads(said)["reports"]]
        assert paths == [f"{n:02}.ipynb" for n in range(len(paths))]
