"""The command line as a user meets it: mostly in a process of its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from nbcritic import __version__
from nbcritic.cli.commands import COMMANDS, cli, complete

STAR = "from numpy import *\n"
RUN = [sys.executable, "-m", "nbcritic"]


def notebook(*sources: str, **cell: Any) -> str:
    code: dict[str, Any] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**code, "id": f"c{index}", "source": source, **cell} for index, source in enumerate(sources)]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with its own configuration, so that none above it counts."""
    (tmp_path / "pyproject.toml").write_text("[tool.nbcritic]\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def star(folder: Path) -> Path:
    path = folder / "star.ipynb"
    path.write_text(notebook(STAR), "utf-8")
    return path


def nbcritic(*args: str, environment: dict[str, str] | None = None, **more: Any) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONIOENCODING": "utf-8", **(environment or {})}
    return subprocess.run([*RUN, *args], capture_output=True, text=True, encoding="utf-8", env=env, check=False, **more)


ONLY = ("--select", "star-import")


@pytest.mark.parametrize(
    "options, code",
    [
        ((), 0),
        (("--fail-on", "minor"), 1),
        (("--fail-on", "nit"), 1),
        (("--fail-on", "major"), 0),
        (("--fail-on", "never"), 0),
        (("--profile", "production", "--fail-on", "minor"), 1),
    ],
)
def test_exit_code_is_by_severity(star: Path, options: tuple[str, ...], code: int) -> None:
    done = nbcritic(*ONLY, *options, "star.ipynb")
    assert done.returncode == code, done.stderr
    assert "NBC114 star-import" in done.stdout
    assert done.stderr == ""


def test_a_problem_is_exit_code_2_and_the_others_are_still_reviewed(star: Path) -> None:
    Path("a.ipynb").write_text("{", "utf-8")
    done = nbcritic(*ONLY, "--fail-on", "minor", ".")
    assert done.returncode == 2
    assert "NBC114" in done.stdout
    assert "problem: " in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "args, message",
    [
        (("nope.ipynb",), "nbcritic: error: nope.ipynb: no such file or folder"),
        (("expain", "NBC114"), "did you mean `nbcritic explain`?"),
        (("--select", "star-inport", "."), "did you mean star-import?"),
        (("--select", ",", "."), "name at least one code"),
        (("--format", "yaml", "."), "--format"),
        (("--formt", "json", "."), "--format"),
        (("--config", "nope.toml", "."), "nope.toml"),
        (("check",), "PATH"),
        (("explain", "star-inport"), "did you mean star-import?"),
        (("explain", "F841"), "`ruff rule F841`"),
        (("explain", "\x1b[2J"), "\\x1b"),
    ],
)
def test_wrong_usage_is_exit_code_2_and_says_what_to_do(folder: Path, args: tuple[str, ...], message: str) -> None:
    done = nbcritic(*args)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize(
    "args, completed",
    [
        (["x.ipynb"], ["check", "x.ipynb"]),
        (["check", "x.ipynb"], ["check", "x.ipynb"]),
        (["--format", "json", "x.ipynb"], ["check", "--format", "json", "x.ipynb"]),
        (["--format=json", "x.ipynb"], ["check", "--format=json", "x.ipynb"]),
        (["--format", "json", "rules"], ["rules", "--format", "json"]),
        (["--no-color", "explain", "NBC114"], ["explain", "--no-color", "NBC114"]),
        (["--select", "explain", "x.ipynb"], ["check", "--select", "explain", "x.ipynb"]),
        (["-q", "-"], ["check", "-q", "-"]),
        (["-"], ["check", "-"]),
        (["--", "rules"], ["check", "--", "rules"]),
        (["./rules"], ["check", "./rules"]),
        (["x.ipynb", "rules"], ["check", "x.ipynb", "rules"]),
        (["--version"], ["--version"]),
        (["-h"], ["-h"]),
        ([], []),
    ],
)
def test_arguments_are_completed(args: list[str], completed: list[str]) -> None:
    assert complete(args) == completed


def test_a_folder_that_is_nearly_a_command_is_a_folder(star: Path) -> None:
    Path("rule").mkdir()
    star.rename("rule/star.ipynb")
    assert "NBC114" in nbcritic(*ONLY, "rule").stdout


def test_a_folder_named_like_a_command_is_written_with_a_dot(star: Path) -> None:
    Path("rules").mkdir()
    star.rename("rules/star.ipynb")
    assert "NBC114" in nbcritic(*ONLY, "./rules").stdout
    assert "suppression" in nbcritic("rules").stdout


def test_standard_input(folder: Path) -> None:
    done = nbcritic(*ONLY, "-", input=notebook(STAR))
    assert done.returncode == 0
    assert "NBC114" in done.stdout


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_help_explains_with_examples(command: str) -> None:
    done = CliRunner().invoke(cli, [*([command] if command else []), "--help"], prog_name="nbcritic")
    assert done.exit_code == 0
    assert "Usage: nbcritic" in done.output
    assert f"nbcritic {command if command != 'check' else ''}".strip() in done.output.partition("Options:")[0]


def test_without_arguments_the_help_is_short(folder: Path) -> None:
    done = nbcritic()
    assert done.returncode == 2
    assert "nbcritic analysis.ipynb" in done.stdout
    assert len(done.stdout.splitlines()) < 14


def test_version() -> None:
    assert nbcritic("--version").stdout == f"nbcritic {__version__}\n"


def test_json_goes_to_standard_output(star: Path) -> None:
    said = json.loads(nbcritic(*ONLY, "--format", "json", "star.ipynb").stdout)
    assert [finding["code"] for finding in said["reports"][0]["findings"]] == ["NBC114"]


def test_statistics_and_quiet(star: Path) -> None:
    assert "findings notebooks  code" in nbcritic(*ONLY, "--statistics", ".").stdout
    assert nbcritic(*ONLY, "--quiet", "star.ipynb").stdout.splitlines()[0] == "star.ipynb: ● 1 minor"


def test_selectors_may_be_repeated_and_separated_by_commas(star: Path) -> None:
    said = json.loads(
        nbcritic("--select", "NBC205, NBC5", "--select", "star-import", "--format", "json", "star.ipynb").stdout
    )
    assert [finding["code"] for finding in said["reports"][0]["findings"]] == ["NBC114"]
    assert nbcritic("--ignore", "NBC,ruff", "star.ipynb").stdout.startswith("star.ipynb: no findings")


def test_nothing_to_review_is_said(folder: Path) -> None:
    done = nbcritic(".")
    assert (done.returncode, done.stdout.partition(".")[0]) == (0, "No notebooks found")


def test_terminal_strings_in_a_notebook_stay_text(folder: Path) -> None:
    evil = "from numpy import * # \x1b]0;owned\x07 \u202e\x9b2J"
    Path("evil\x1b[2J.ipynb").write_text(notebook(evil), "utf-8")
    done = nbcritic(*ONLY, "--color", ".")
    assert "\\x1b]0;owned\\x07" in done.stdout
    assert "\\u202e" in done.stdout
    assert not {"\x07", "\u202e", "\x9b"} & set(done.stdout)
    assert "\x1b]" not in done.stdout
    assert "\x1b[2J" not in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_encoding_can_show_a_report(folder: Path, encoding: str) -> None:
    Path("日本.ipynb").write_text(notebook("from numpy import *  # 日本 é"), "utf-8")
    run = subprocess.run(
        [*RUN, *ONLY, "日本.ipynb"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "1"},
        check=False,
    )
    assert run.returncode == 0, run.stderr
    said = run.stdout.decode(encoding)
    assert "NBC114" in said
    assert ("日本" in said) == (encoding == "utf-8")


def test_colour_only_where_wanted(star: Path) -> None:
    assert "\x1b[" not in nbcritic(*ONLY, "star.ipynb").stdout
    assert "\x1b[" in nbcritic(*ONLY, "--color", "star.ipynb").stdout
    assert "\x1b[" not in nbcritic(*ONLY, "--color", "--format", "json", "star.ipynb").stdout


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs pseudo-terminals")
@pytest.mark.parametrize("environment, colored", [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colour_on_a_terminal(star: Path, environment: dict[str, str], colored: bool) -> None:
    assert (b"\x1b[" in on_terminal(*ONLY, "star.ipynb", environment=environment)) == colored


def on_terminal(*args: str, environment: dict[str, str]) -> bytes:
    """What appears on a terminal of 60 columns."""
    import fcntl
    import struct
    import termios

    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    unset = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS")}
    env = {**unset, "TERM": "xterm", **environment}
    process = subprocess.Popen([*RUN, *args], stdout=theirs, stderr=theirs, env=env)
    os.close(theirs)
    said = b""
    try:
        while piece := os.read(ours, 4096):
            said += piece
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    process.wait()
    return said


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs pseudo-terminals")
def test_the_width_is_that_of_the_terminal(star: Path) -> None:
    said = on_terminal(*ONLY, "star.ipynb", environment={"NO_COLOR": "1"}).decode()
    assert 50 < max(map(len, said.splitlines())) <= 60


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_a_reader_that_goes_away_is_no_error(folder: Path) -> None:
    for number in range(30):
        Path(f"{number}.ipynb").write_text(notebook(*[STAR] * 40), "utf-8")
    process = subprocess.Popen([*RUN, "."], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout and process.stderr
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("output", [(), ("--output", "report.json")])
def test_an_interrupt_says_what_was_done(star: Path, output: tuple[str, ...]) -> None:
    """A pipe that never ends stands for a slow notebook; what is read before it is in the report."""
    Path("report.json").write_text("old", "utf-8")
    os.mkfifo("slow.py")
    # Notebooks are read by the batch: 64 of them are judged before the pipe is opened.
    for number in range(64):
        Path(f"{number}.ipynb").write_text(notebook(STAR), "utf-8")
    names = [f"{number}.ipynb" for number in range(64)]
    command = [*RUN, *ONLY, "--jobs", "1", "--format", "json", *output, *names, "slow.py"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with Path("slow.py").open("wb"):  # returns when the other side has opened it
        process.send_signal(signal.SIGINT)
        said, error = process.communicate()
    assert process.returncode == 130
    assert "interrupted after 64 notebooks" in error
    assert "Traceback" not in error
    if output:
        assert Path("report.json").read_text("utf-8") == "old"
    else:
        assert len(json.loads(said)["reports"]) == 64


def test_completion_offers_commands_and_options() -> None:
    def offered(words: str) -> str:
        count = len(words.split(" ")) - 1
        env = {"_NBCRITIC_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(count)}
        return nbcritic(environment=env).stdout

    assert "explain" in offered("nbcritic ex")
    assert "--fail-on" in offered("nbcritic --fail")
    assert "star-import" in offered("nbcritic explain star")
    assert "production" in offered("nbcritic x.ipynb --profile prod")
