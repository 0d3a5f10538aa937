"""--fix, --diff, --since and baselines, as a user meets them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

RUN = [sys.executable, "-m", "nbcritic"]
UNUSED = "import os\nx = 1"
SOME = ("--select", "F401,star-import,NBC102")


def notebook(*sources: str, **cell: Any) -> str:
    code: dict[str, Any] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, **cell}
    cells = [{**code, "source": source} for source in sources]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, indent=2) + "\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.nbcritic]\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, *sources: str, **cell: Any) -> Path:
    path = Path(name)
    path.write_text(notebook(*sources, **cell), "utf-8")
    return path


def nbcritic(*args: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run([*RUN, *args], capture_output=True, text=True, encoding="utf-8", env=env, check=False)


def findings(*args: str) -> list[tuple[str, str, int]]:
    done = nbcritic(*SOME, "--format", "json", *args)
    reports = json.loads(done.stdout)["reports"]
    return [(report["path"], found["code"], found["cell"]) for report in reports for found in report["findings"]]


def test_fix_mends_the_file_and_reports_what_is_left(folder: Path) -> None:
    path = write("a.ipynb", UNUSED, "from numpy import *")
    path.chmod(0o600)
    done = nbcritic(*SOME, "--fix", "--fail-on", "minor", "a.ipynb")
    assert done.returncode == 1
    assert "NBC114" in done.stdout
    assert "F401" not in done.stdout
    assert done.stderr == "nbcritic: fixed 1 finding in 1 notebook\n"
    assert path.read_text("utf-8") == notebook("x = 1", "from numpy import *")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_second_fix_changes_nothing(folder: Path) -> None:
    path = write("a.ipynb", UNUSED)
    nbcritic(*SOME, "--fix", "a.ipynb")
    once = path.read_bytes()
    done = nbcritic(*SOME, "--fix", "a.ipynb")
    assert (done.returncode, done.stderr, path.read_bytes()) == (0, "", once)


def test_a_diff_shows_each_cell_and_writes_nothing(folder: Path) -> None:
    path = write("a.ipynb", UNUSED, "print(y)", "y = 1")
    before = path.read_bytes()
    done = nbcritic(*SOME, "--diff", "--unsafe-fixes", "a.ipynb")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "--- a.ipynb:cell 1",
        "+++ a.ipynb:cell 1",
        "@@ -1,2 +1 @@",
        "-import os",
        " x = 1",
        "# a.ipynb: cell 3 moves to become cell 2",
    ]
    assert done.stderr == "nbcritic: would fix 2 findings in 1 notebook\n"
    assert path.read_bytes() == before
    write("b.ipynb", "x = 1")
    assert nbcritic(*SOME, "--diff", "b.ipynb").returncode == 0


def test_a_diff_of_hostile_text_cannot_steer_a_terminal(folder: Path) -> None:
    write("a.ipynb", "import os\nx = '\x1b[2J'\t")
    assert "\x1b" not in nbcritic(*SOME, "--diff", "a.ipynb").stdout


def test_text_marks_what_can_be_fixed(folder: Path) -> None:
    write("a.ipynb", UNUSED, "print(y)", "y = 1")
    done = nbcritic(*SOME, "a.ipynb")
    assert "F401 unused-import [*]" in done.stdout
    assert "[*] 1 can be fixed with --fix, 1 more with --unsafe-fixes" in done.stdout


def test_a_refused_fix_is_said(folder: Path) -> None:
    write("a.ipynb", UNUSED, "%run other.py")
    done = nbcritic(*SOME, "--fix", "a.ipynb")
    assert "cell 1: F401 is left as it is: %run may use `os`" in done.stderr


@pytest.mark.parametrize(
    "options",
    [
        ("--unsafe-fixes", "a.ipynb"),
        ("--fix", "--diff", "a.ipynb"),
        ("--fix", "-"),
        ("--fix", "--write-baseline", "b.json", "a.ipynb"),
        ("--baseline", "b.json", "--write-baseline", "b.json", "a.ipynb"),
    ],
)
def test_contradictions_are_refused(folder: Path, options: tuple[str, ...]) -> None:
    write("a.ipynb", UNUSED)
    assert nbcritic(*options).returncode == 2


def test_a_file_that_cannot_be_written_is_a_problem(folder: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("nothing is forbidden to root")
    write("a.ipynb", UNUSED).chmod(0o400)
    done = nbcritic(*SOME, "--fix", "a.ipynb")
    assert done.returncode == 2
    assert "cannot be written" in done.stdout


def test_a_baseline_hides_what_it_knows_and_says_what_is_gone(folder: Path) -> None:
    write("a.ipynb", "x = 1", "from numpy import *", UNUSED)
    done = nbcritic(*SOME, "--write-baseline", "known.json", ".")
    assert (done.returncode, done.stdout) == (0, "known.json: 2 findings of 1 notebook\n")
    assert findings("--baseline", "known.json", "a.ipynb") == []
    # moved, run again, and one new fault
    write("a.ipynb", "import re", "from numpy import *", UNUSED, "x = 1", execution_count=7)
    assert findings("--baseline", "known.json", "a.ipynb") == [("a.ipynb", "F401", 1)]
    report = json.loads(nbcritic(*SOME, "--baseline", "known.json", "--format", "json", "a.ipynb").stdout)["reports"][0]
    assert report["suppressed"] == 2
    assert report["start_here"] == []
    write("a.ipynb", "from numpy import *")
    done = nbcritic(*SOME, "--baseline", "known.json", "a.ipynb")
    assert done.stderr == "nbcritic: known.json: 1 known finding in 1 notebook gone; write it anew\n"


def test_a_baseline_is_read_from_any_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "sub").mkdir()
    write("sub/a.ipynb", "from numpy import *")
    nbcritic(*SOME, "--write-baseline", "known.json", ".")
    monkeypatch.chdir(folder / "sub")
    assert findings("--baseline", "../known.json", "a.ipynb") == []


def test_what_a_baseline_knows_is_not_fixed(folder: Path) -> None:
    path = write("a.ipynb", UNUSED)
    nbcritic(*SOME, "--write-baseline", "known.json", "a.ipynb")
    nbcritic(*SOME, "--baseline", "known.json", "--fix", "a.ipynb")
    assert path.read_text("utf-8") == notebook(UNUSED)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": 1, "notebooks": [1]}', '{"schema": 9, "notebooks": {}}', "\xff"]
)
def test_a_broken_baseline_is_one_line(folder: Path, text: str) -> None:
    write("a.ipynb", "x = 1")
    Path("b.json").write_text(text, "latin-1")
    done = nbcritic("--baseline", "b.json", "a.ipynb")
    assert done.returncode == 2
    assert done.stderr.startswith("nbcritic: error: b.json: is ")
    assert done.stderr.count("\n") == 1


def git(*args: str) -> None:
    author = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *author, *args], check=True, capture_output=True)


@pytest.fixture
def repository(folder: Path) -> Path:
    git("init", "-q", "-b", "main")
    write("a.ipynb", UNUSED, "print(total)", "total = 1")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    return folder


def test_since_shows_only_changed_cells(repository: Path) -> None:
    assert findings("--since", "HEAD", "a.ipynb") == []
    write("a.ipynb", "import re", UNUSED, "print(total)", "total = 1", execution_count=3)
    assert findings("--since", "HEAD", "a.ipynb") == [("a.ipynb", "F401", 1)]
    write("a.ipynb", UNUSED, "print(total)", "total = 2")
    assert findings("--since", "HEAD", "a.ipynb") == [("a.ipynb", "NBC102", 2)], "the cell that it names has changed"


def test_since_follows_renames_and_takes_new_files_whole(repository: Path) -> None:
    git("mv", "a.ipynb", "b.ipynb")
    write("c.ipynb", "from numpy import *")
    assert findings("--since", "main", ".") == [("c.ipynb", "NBC114", 1)]


def test_since_looks_into_the_repository_of_each_notebook(repository: Path) -> None:
    (repository / "sub").mkdir()
    write("sub/a.ipynb", "from numpy import *")
    git("add", ".")
    git("commit", "-q", "-m", "second")
    assert findings("--since", "HEAD", "sub") == []
    assert findings("--since", "HEAD~1", "sub") == [("sub/a.ipynb", "NBC114", 1)]


def test_since_without_git_is_one_line(folder: Path) -> None:
    write("a.ipynb", "from numpy import *")
    done = nbcritic("--since", "HEAD", "a.ipynb")
    assert done.returncode == 2
    assert "is in no git repository" in done.stderr


@pytest.mark.parametrize("revision", ["nothing", "--output=x", "HEAD:a.ipynb"])
def test_a_revision_that_does_not_exist_is_one_line(repository: Path, revision: str) -> None:
    done = nbcritic(f"--since={revision}", "a.ipynb")
    assert done.returncode == 2
    assert "git knows no revision" in done.stderr
    assert not Path("x").exists()
