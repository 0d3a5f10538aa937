"""`nbcritic takehome` as an interviewer calls it."""

import json
from pathlib import Path

import pytest
from tests.kit.shop import lay_out
from tests.kit.takehome.samples import HEAD, zipped

from nbcritic.cli import main

LINES = (
    "| `except:` | major | A bare except swallows every error and returns 0 | Bugs look like data | Raise |\n"
    "| whole | major | All warnings are ignored with filterwarnings | Problems stay hidden | Remove it |\n"
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    lay_out(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_an_interviewers_journey(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop)
    made = ["takehome", "new", "--from", "shop.py", "--data", "data", "--seed", "3", "--out", "packs/ada"]
    plants = ["--plant", "error-swallowed", "--plant", "warnings-silenced", "--plant", "random-split"]
    assert main([*made, *plants]) == 0
    said = capsys.readouterr().out
    assert "2 flaws planted and proven" in said
    assert "random-split: no split by time" in said
    assert main([*made, *plants]) == 2
    assert "is there already" in capsys.readouterr().err

    (shop / "submissions").mkdir()
    (shop / "submissions" / "ada.zip").write_bytes(zipped({"critique.md": HEAD + LINES}))
    (shop / "submissions" / "bob.zip").write_bytes(b"no zip")
    graded = ["takehome", "grade", "submissions", "--pack", "packs", "--out", "graded", "--format", "json"]
    assert main(graded) == 1
    whole = json.loads(capsys.readouterr().out)
    by_name = {result["name"]: result for result in whole["results"]}
    assert by_name["ada"]["score"] > 50
    assert by_name["bob"]["status"] == "ungradable"
    assert by_name["bob"]["score"] is None
    assert (shop / "graded" / "scorecards" / "ada.html").is_file()
    assert main(["takehome", "compare", "graded"]) == 0
    assert "ungradable: it is no zip" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, reason",
    [
        (["new"], "name a scenario"),
        (["new", "flight-delay"], "--out"),
        (["new", "no-such", "--out", "x"], "no scenario is called"),
        (["new", "flight-delay", "--data", "d", "--out", "x"], "go with --from"),
        (["new", "--from", "missing.ipynb", "--out", "x"], "cannot be read"),
        (["grade", "missing", "--pack", "nowhere"], "holds no pack"),
        (["compare", "nowhere"], "holds no results"),
    ],
)
def test_mistakes_are_said_in_a_line(
    arguments: list[str],
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["takehome", *arguments]) == 2
    said = capsys.readouterr().err
    assert reason in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_every_flaw_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["takehome", "new", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) >= 20
    assert any(line.startswith("random-split ") and "leakage" in line and "blocker" in line for line in lines)
