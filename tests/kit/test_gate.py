"""The authoring gate: it is content with what is true, and says what to do about what is not. Each thing is broken once."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nbcritic.cli import main
from nbcritic.kit.gate import CHECKS, reaches, run
from nbcritic.kit.new import lay_out
from nbcritic.kit.scenario import Scenario

ROOT = Path(__file__).parents[2]


def faults(scenario: Scenario, check: str) -> str:
    """What one check says, fresh: nothing of the scenario is remembered."""
    (result,) = run(Scenario(scenario.slug, scenario.root), only=check)
    return "\n".join(result.faults)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@pytest.fixture
def copied(tmp_path: Path) -> Scenario:
    """Our own first scenario, free to be broken."""
    for name in ("notebooks", "critiques"):
        ignore = shutil.ignore_patterns(".*", "__pycache__", "mutants")
        shutil.copytree(ROOT / name / "flight-delay", tmp_path / name / "flight-delay", ignore=ignore)
    return Scenario("flight-delay", tmp_path)


BREAKS: dict[str, tuple[str, Callable[[Scenario], object], str]] = {
    "a quote that is not there": (
        "quotes",
        lambda s: edit(s.critique / "key.toml", '"dep_min", "dep_delay", "arr_min"', '"dep_min", "delay", "arr_min"'),
        "is not in cell features; copy the fragment from the cell word for word",
    ),
    "a cell that is not there": (
        "quotes",
        lambda s: edit(s.critique / "key.toml", 'cell = "history"', 'cell = "histroy"'),
        "the notebook has no cell 'histroy'",
    ),
    "a number that is not measured": (
        "numbers",
        lambda s: edit(s.critique / "scenario.toml", "flown_but_lost = 17401", "lost = 17401"),
        "`moved` names rows.flown_but_lost, which [measured] in scenario.toml does not have",
    ),
    "data that were touched": (
        "data",
        lambda s: (s.folder / "data" / "weather.csv.gz").write_bytes(b"x"),
        "draw it again with make_data.py",
    ),
    "data that are gone": (
        "data",
        lambda s: (s.folder / "data" / "weather.csv.gz").unlink(),
        "weather.csv.gz is missing; make_data.py draws it",
    ),
    "a cell edited in the notebook": (
        "recording",
        lambda s: edit(s.path, "test_size=0.2", "test_size=0.25"),
        "cell split: its text in the notebook differs from recording.py; run `nbcritic kit record flight-delay`",
    ),
    "a symbol that the reference no longer has": (
        "references",
        lambda s: edit(s.reference / "src/newark_ontime/features.py", "def recent_share(", "def lately("),
        "averages-of-the-answer: the reference has no features.py:recent_share",
    ),
    "a rule that does not see it": (
        "findings",
        lambda s: edit(s.critique / "key.toml", 'rules = ["NBC501"]', 'rules = ["NBC114"]'),
        "NBC114 does not flag any of its places",
    ),
    "a rule that does not exist": (
        "findings",
        lambda s: edit(s.critique / "key.toml", 'rules = ["NBC501"]', 'rules = ["NBC999"]'),
        "nbcritic has no rule NBC999",
    ),
    "a grave finding that nobody names": (
        "findings",
        lambda s: edit(s.critique / "key.toml", 'rule = "NBC110"', 'rule = "NBC111"'),
        "NBC110 flags forest (major",
    ),
    "an acceptance of what is not said": (
        "findings",
        lambda s: edit(s.critique / "key.toml", 'rule = "NBC110"', 'rule = "NBC111"'),
        "NBC111 in forest is accepted, but nbcritic does not say it any more",
    ),
    "words that the key's own text lacks": (
        "grading",
        lambda s: edit(s.critique / "key.toml", 'concepts = [["baseline*"', 'concepts = [["unheard"], ["baseline*"'),
        "nothing-to-compare-with",
    ),
    "a sample outside its band": (
        "samples",
        lambda s: edit(s.critique / "samples/bands.toml", "band = [0, 16]", "band = [50, 60]"),
        "samples/style-only.md scores",
    ),
    "a sample without a band": (
        "samples",
        lambda s: (s.critique / "samples/new.md").write_text("- x\n"),
        "samples/new.md has no band",
    ),
    "a file that is missing": (
        "files",
        lambda s: (s.critique / "interviewer.md").unlink(),
        "critiques/flight-delay/interviewer.md is missing",
    ),
    "a file that belongs to nothing": (
        "files",
        lambda s: (s.critique / "notes.txt").write_text("later"),
        "critiques/flight-delay/notes.txt belongs to nothing",
    ),
    "an answer among the candidate's files": (
        "files",
        lambda s: (s.folder / "solution.md").write_text("the leak"),
        "would reach the candidate",
    ),
    "a key without judgement": (
        "key",
        lambda s: edit(s.critique / "key.toml", "rules = []", 'rules = ["NBC501"]'),
        "need a person's judgement",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BREAKS)
def test_what_is_broken_is_said_with_what_to_do(copied: Scenario, what: str) -> None:
    check, damage, words = BREAKS[what]  # test_scenarios.py: without the damage nothing is said
    damage(copied)
    assert words in faults(copied, check)


def test_a_key_that_cannot_be_read_is_a_fault_and_not_a_crash(copied: Scenario) -> None:
    edit(copied.critique / "key.toml", 'severity = "blocker"', 'severity = "terrible"')
    assert "terrible" in faults(copied, "quotes")


def test_probes_that_reach_their_numbers(tiny: Scenario) -> None:
    assert faults(tiny, "probes") == ""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "lambda: 0.502",
            "lambda: 0.53",
            "rows.share: scenario.toml says 0.5, its probe gives 0.53; correct the number",
        ),
        ("lambda: 2", "lambda: 3", "rows.all: scenario.toml says 2, its probe gives 3"),
        ('"rows.all": lambda: 2, ', "", "[measured] has rows.all, which no probe measures"),
        ("}\n", '    , "rows.new": lambda: 1}\n', "probes.py measures rows.new, which [measured] does not have"),
    ],
)
def test_probes_that_do_not(tiny: Scenario, old: str, new: str, words: str) -> None:
    edit(tiny.critique / "probes.py", old, new)
    assert words in faults(tiny, "probes")


@pytest.mark.parametrize(
    ("found", "wanted", "name", "good"),
    [
        (100, 100, "rows", True),
        (101, 100, "rows", False),
        (1.015, 1.0, "score", True),
        (1.03, 1.0, "score", False),
        (0.01, -0.003, "score", True),
        (0.02, -0.003, "score", False),
        (1.07, 1.0, "loose.score", True),
        (3.0, 0.4, "loop_seconds", True),
        (5.0, 0.4, "loop_seconds", False),
    ],
)
def test_how_near_is_near(found: float, wanted: float, name: str, good: bool) -> None:
    assert reaches(found, wanted, {"loose": 0.08}, name) is good


def test_a_reference_whose_test_fails_is_no_reference(tiny: Scenario) -> None:
    test = tiny.reference / "tests" / "test_answer.py"
    edit(test, '{"rows": 2}', '{"rows": 3}')
    assert "the reference: Its own tests pass: 1 failed" in faults(tiny, "reference")


def test_a_reference_that_does_not_run_is_no_reference(tiny: Scenario) -> None:
    edit(tiny.reference / "src" / "tiny" / "__main__.py", "rows = len(", "rows = lent(")
    assert "the reference: `run` runs: ended with exit code 1: NameError" in faults(tiny, "reference")


def test_a_skeleton_that_accepts_nonsense_is_said(tiny: Scenario) -> None:
    edit(tiny.skeleton / "src" / "tiny" / "__main__.py", "return 2", "return 0")
    assert "the skeleton: Refuses a table that is not there: it was accepted" in faults(tiny, "skeleton")


def test_what_kit_new_lays_out_goes_through_every_check_without_a_crash(tiny: Scenario) -> None:
    results = {result.check: result.faults for result in run(tiny)}
    assert set(results) == {check.name for check in CHECKS}
    assert [
        name
        for name in ("files", "recording", "quotes", "numbers", "references", "probes", "skeleton", "reference")
        if results[name]
    ] == []
    assert "8 to 14" in results["key"][0]


def test_the_command_ends_with_one_and_names_the_fault(tiny: Scenario, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kit", "check", "tiny", "--root", str(tiny.root), "--only", "quotes"]) == 0
    edit(tiny.critique / "key.toml", 'quote = "rows"', 'quote = "columns"')
    assert main(["kit", "check", "tiny", "--root", str(tiny.root), "--only", "quotes"]) == 1
    assert "copy the fragment" in capsys.readouterr().out
    assert main(["kit", "check", "--root", str(tiny.root), "--quick", "--format", "json"]) == 1
    assert {one["check"] for one in json.loads(capsys.readouterr().out)} == {c.name for c in CHECKS if not c.slow}
    assert main(["kit", "check", "--root", str(tiny.root), "--only", "spelling"]) == 2
    assert "there are files, recording" in capsys.readouterr().err


def test_kit_new_never_overwrites_and_wants_a_name(tiny: Scenario, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(tiny.root.rglob("*"))
    assert main(["kit", "new", "tiny", "--root", str(tiny.root)]) == 2
    assert main(["kit", "new", "Tiny Model", "--root", str(tiny.root)]) == 2
    assert "is no name for a scenario" in capsys.readouterr().err
    assert sorted(tiny.root.rglob("*")) == before


def test_kit_record_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kit", "record", "none", "--root", str(tmp_path)]) == 2
    assert "`nbcritic kit new none` makes a first one" in capsys.readouterr().err


def test_kit_record_makes_the_notebook(tiny: Scenario) -> None:
    tiny.path.unlink()
    assert main(["kit", "record", "tiny", "--root", str(tiny.root)]) == 0
    assert faults(tiny, "recording") == ""


def test_several_scenarios_at_a_time(tiny: Scenario, capsys: pytest.CaptureFixture[str]) -> None:
    lay_out("other", tiny.root)
    assert main(["kit", "check", "--root", str(tiny.root), "--jobs", "2", "--only", "key", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert sorted(one["scenario"] for one in found) == ["other", "tiny"]
    assert all("8 to 14" in one["faults"][0] for one in found)
