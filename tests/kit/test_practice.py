"""The loop of somebody who trains, through the command line: nothing is lost, nothing is given away."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nbcritic.cli import main
from nbcritic.kit import workspace
from nbcritic.kit.exercise import of_scenario
from nbcritic.kit.feedback import band
from nbcritic.kit.scenario import slugs

KEY = of_scenario("flight-delay").key
ONE = "\n- 30: dep_delay and air_time are features, and not known at five\n"
TWO = "\n- In[39]: a random split over time, not by date\n"


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace as the command makes it; grading what nbcritic finds is what takes long."""
    folder = tmp_path_factory.mktemp("begun")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["practice", "start", "flight-delay"]) == 0
    return folder / "flight-delay"


@pytest.fixture
def inside(begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace of our own, and we stand in it."""
    folder = shutil.copytree(begun, tmp_path / "flight-delay")
    monkeypatch.chdir(folder)
    return folder


def say(folder: Path, text: str) -> None:
    with (folder / "critique.md").open("a", encoding="utf-8") as file:
        file.write(text)


def test_the_list_names_level_minutes_and_skills(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["practice", "list", "--format", "json"]) == 0
    first = next(one for one in json.loads(capsys.readouterr().out) if one["name"] == "flight-delay")
    assert (first["level"], first["minutes"]) == (2, 60)
    assert "leakage" in first["skills"]


def test_a_workspace_holds_everything_but_the_answers(inside: Path) -> None:
    assert {"README.md", "flight-delay.ipynb", "critique.md", "data", "package"} <= {p.name for p in inside.iterdir()}
    texts = [p.read_text("utf-8") for p in inside.rglob("*") if p.suffix in (".md", ".py", ".toml", ".json", ".ipynb")]
    for remark in KEY.remark:
        for secret in (remark.what, remark.why, remark.fix, *remark.hints, remark.id):
            assert not any(secret in text for text in texts), secret


def test_start_never_overwrites(
    inside: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    say(inside, ONE)
    before = (inside / "critique.md").read_bytes()
    monkeypatch.chdir(inside.parent)
    assert main(["practice", "start", "flight-delay"]) == 2
    assert "nothing in it is overwritten" in capsys.readouterr().err
    assert (inside / "critique.md").read_bytes() == before
    assert [path.name for path in inside.parent.iterdir()] == ["flight-delay"]


def test_a_name_that_is_nearly_right_is_suggested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["practice", "start", "flight-dely"]) == 2
    assert "did you mean flight-delay?" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_empty_critique_is_no_attempt(inside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["practice", "check"]) == 0
    assert "no remark in critique.md" in capsys.readouterr().out
    assert workspace.find(inside).state.attempts == []


def test_text_that_is_no_remark_is_said_to_be_there(inside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say(inside, "\nA nice notebook on the whole.\n")
    assert main(["practice", "check"]) == 0
    assert "has text, but no remark that could be read" in capsys.readouterr().out
    assert workspace.find(inside).state.attempts == []


@pytest.mark.parametrize("slug", slugs())
def test_hints_and_key_name_cells_as_people_find_them(slug: str) -> None:
    exercise = of_scenario(slug)
    code = "\n".join(cell.source for cell in exercise.notebook.cells if cell.kind == "code")
    hidden = [cell.id for cell in exercise.notebook.cells if cell.id and cell.id not in code]
    shown = " ".join(text for one in exercise.key.remark for text in (one.what, one.why, one.fix, *one.hints))
    assert not [id_ for id_ in hidden if f"`{id_}`" in shown]


def test_a_python_that_is_not_there_is_said_before_anything_runs(
    inside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["practice", "check", "--package", "--python", "/nowhere/python"]) == 2
    assert "there is no program /nowhere/python" in capsys.readouterr().err


def test_a_second_attempt_keeps_the_first(inside: Path) -> None:
    for text in (ONE, TWO, ""):
        say(inside, text)
        assert main(["practice", "check"]) == 0
    first, second = workspace.find(inside).state.attempts
    assert first.found == ("known-only-afterwards",)
    assert set(second.found) == {"known-only-afterwards", "random-split-over-time"}
    assert second.text == first.text + TWO
    assert second.score > first.score


def test_what_a_check_says_names_nothing_that_was_missed(inside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say(inside, ONE)
    for arguments in (["practice", "check"], ["practice", "check", "--format", "json"], ["practice", "status"]):
        assert main(arguments) == 0
    shown = capsys.readouterr().out
    missed = [remark for remark in KEY.remark if remark.id != "known-only-afterwards"]
    assert not [secret for remark in missed for secret in (remark.id, remark.title, remark.what) if secret in shown]
    assert f"of {len(KEY.remark)}" not in shown
    assert "Well seen" in shown


def test_a_list_that_cannot_be_read_names_the_line(inside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (inside / "critique.md").read_text().rstrip("\n").removesuffix("|  |  |  |  |  |  |")
    (inside / "critique.md").write_text(text + "| 3 | grave | | bad | | |\n")
    assert main(["practice", "check"]) == 2
    line = text.count("\n") + 1
    assert f"line {line}: `grave` is no severity" in capsys.readouterr().err


def test_hints_climb_three_rungs_gravest_first_and_are_counted(
    inside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blockers = [remark for remark in KEY.remark if remark.severity == "blocker"]
    for hint in blockers[0].hints:
        assert main(["practice", "hint"]) == 0
        assert hint in capsys.readouterr().out
    assert main(["practice", "hint"]) == 0
    assert blockers[1].hints[0] in capsys.readouterr().out
    say(inside, TWO)
    assert main(["practice", "check", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["hints"] == 4
    assert workspace.find(inside).state.attempts[0].hints == 4


def test_every_hint_read_is_said(inside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    space = workspace.find(inside)
    space.state.hints = {remark.id: 3 for remark in KEY.remark}
    space.save()
    assert main(["practice", "hint"]) == 2
    assert "every hint has been read" in capsys.readouterr().err


def test_the_key_is_closed_until_an_attempt_or_until_one_gives_up(
    inside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["practice", "solution"]) == 2
    assert main(["practice", "compare"]) == 2
    assert not (inside / "solution").exists()
    assert not (inside / "compare.html").exists()
    assert main(["practice", "solution", "--give-up"]) == 0
    shown = capsys.readouterr().out
    assert all(remark.why in shown for remark in KEY.remark)
    assert workspace.find(inside).state.gave_up
    assert (inside / "solution" / "reference" / "pyproject.toml").is_file()


def test_giving_up_after_an_attempt_is_no_giving_up(inside: Path) -> None:
    say(inside, ONE)
    assert main(["practice", "check"]) == 0
    assert main(["practice", "solution", "--give-up"]) == 0
    assert not workspace.find(inside).state.gave_up


def test_a_person_decides_about_a_line_that_nearly_matched(inside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say(inside, "\n- No baseline model\n")
    assert main(["practice", "check"]) == 0
    line = (inside / "critique.md").read_text().count("\n")
    assert f"not yet clear: line {line}" in capsys.readouterr().out
    assert main(["practice", "solution", "--same", f"{line}=known-only-afterwards"]) == 2
    assert f"{line}=nothing-to-compare-with" in capsys.readouterr().err
    assert main(["practice", "solution", "--same", f"{line}=nothing-to-compare-with"]) == 0
    assert main(["practice", "check", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out.partition("\n{")[2].join(["{", ""]))["seen"] == [
        "nothing-to-compare-with"
    ]
    assert [attempt.found for attempt in workspace.find(inside).state.attempts] == [("nothing-to-compare-with",)]


def test_a_clock_marks_what_comes_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    space = workspace.start("flight-delay", tmp_path / "w", minutes=45)
    space.state.started = (datetime.now(UTC) - timedelta(minutes=50)).isoformat()
    space.save()
    say(space.folder, ONE)
    monkeypatch.chdir(space.folder)
    assert main(["practice", "check"]) == 0
    assert "5 minutes over the time" in capsys.readouterr().out
    assert workspace.find().state.attempts[0].late
    begun = datetime.fromisoformat(space.state.started)
    assert space.left(begun + timedelta(minutes=15)) == pytest.approx(30)


def test_blind_shows_no_categories(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    space = workspace.start("flight-delay", tmp_path / "w", blind=True)
    say(space.folder, ONE)
    monkeypatch.chdir(space.folder)
    assert main(["practice", "check"]) == 0
    assert "leakage" not in capsys.readouterr().out + (space.folder / "critique.md").read_text()


def test_a_lens_leaves_one_category(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    space = workspace.start("flight-delay", tmp_path / "w", lens="leakage")
    assert {remark.category for remark in space.exercise().key.remark} == {"leakage"}
    assert main(["practice", "start", "flight-delay", "--into", str(tmp_path / "v"), "--lens", "sql"]) == 2
    assert "nothing of flight-delay is about sql; there is" in capsys.readouterr().err
    assert not (tmp_path / "v").exists()


def notebook(path: Path, *sources: str) -> None:
    cells = [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": number}
        for number, source in enumerate(sources, 1)
    ]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))


def test_any_notebook_is_an_exercise_marked_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook(
        tmp_path / "mine.ipynb", "from numpy import *", "import pandas as pd\ndf = pd.read_csv('/Users/ann/data.csv')"
    )
    monkeypatch.chdir(tmp_path)
    assert main(["practice", "start", "mine.ipynb"]) == 0
    monkeypatch.chdir(tmp_path / "mine")
    say(Path(), "\n- 1: the star import hides which names come from numpy\n")
    assert main(["practice", "check"]) == 0
    shown = capsys.readouterr().out
    assert "what nbcritic itself finds" in shown
    assert workspace.find().state.attempts[0].found == ("star-import",)
    assert main(["practice", "check", "--package"]) == 2
    assert "no contract" in capsys.readouterr().err
    # The key is of the notebook as it was: editing the copy does not change it.
    notebook(Path("mine.ipynb"), "x = 1")
    assert workspace.find().exercise().key.remark[0].id


def test_a_notebook_without_findings_is_no_exercise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notebook(tmp_path / "clean.ipynb", "x = 1")
    assert main(["practice", "start", str(tmp_path / "clean.ipynb"), "--into", str(tmp_path / "w")]) == 2
    assert not (tmp_path / "w").exists()


def test_which_workspace_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["practice", "status"]) == 2
    assert "no workspace here" in capsys.readouterr().err
    workspace.start("flight-delay", tmp_path / "a")
    assert main(["practice", "status"]) == 0
    workspace.start("flight-delay", tmp_path / "b")
    assert main(["practice", "status"]) == 2
    assert "a, b" in capsys.readouterr().err
    assert main(["practice", "status", "--in", "b"]) == 0
    monkeypatch.chdir(tmp_path / "a" / "data")
    assert workspace.find().folder == tmp_path / "a"


def test_a_broken_state_is_said_and_the_critique_stays(inside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say(inside, ONE)
    (inside / workspace.STATE).write_text("{")
    assert main(["practice", "check"]) == 2
    assert "your critique is untouched" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("share", "word"), [(1.0, "all"), (0.99, "most"), (0.5, "about half"), (0.1, "a few"), (0.0, "none")]
)
def test_bands(share: float, word: str) -> None:
    assert band(share) == word


@pytest.mark.slow
def test_open_starts_jupyterlab_on_this_machine_only_with_a_token(inside: Path) -> None:
    command = [sys.executable, "-m", "nbcritic", "practice", "open", "--no-browser"]
    with subprocess.Popen(command, cwd=inside, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stderr is not None
        try:
            address = next(line for line in process.stderr if "/lab" in line and "token=" in line)
            assert re.search(
                r"http://(?:127\.0\.0\.1|localhost):\d+/lab/tree/flight-delay\.ipynb\?token=\w{20,}", address
            )
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(60)
