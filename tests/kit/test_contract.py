"""The protocol between a contract and a package: what is believed, what is refused, and what a trainee learns of it."""

import json
import sys
from pathlib import Path

import pytest

from nbcritic.kit.contract import Item, Job, Ran, deterministic, honest, judge, package_name, plain, refuses
from nbcritic.kit.scenario import Scenario
from nbcritic.model import NbcriticError


@pytest.fixture
def job(tiny: Scenario, tmp_path: Path) -> Job:
    (tmp_path / "work").mkdir()
    return Job(tiny, "tiny", tmp_path / "work", plain(tiny.skeleton / "src"))


def table(job: Job) -> Path:
    path = job.folder / "table.csv"
    path.write_text("a\n1\n2\n")
    return path


def test_a_command_gets_its_places_filled_in_and_leaves_files(job: Job) -> None:
    ran = job.call("run", table=table(job), out=job.folder / "out")
    assert ran.ok, ran.err
    assert json.loads((job.folder / "out" / "answer.json").read_text()) == {"rows": 2}
    assert job.claim(job.folder / "out" / "claim.json") == 0.0
    ((text, logged),) = job.log
    assert text.startswith("-m tiny run --table")
    assert logged == ran


def test_what_a_command_needs_and_does_not_get_is_the_authors_fault(job: Job) -> None:
    with pytest.raises(NbcriticError, match="'run' needs a value for 'out'"):
        job.call("run", table=table(job))
    with pytest.raises(NbcriticError, match="no 'walk'"):
        job.call("walk")


def test_every_item_of_the_contract_is_met_by_the_skeleton(tiny: Scenario) -> None:
    items = list(judge(tiny, tiny.skeleton, plain(tiny.skeleton / "src")))
    assert [(item.id, item.share) for item in items] == [("runs", 1.0), ("deterministic", 1.0), ("bad-input", 1.0)]


@pytest.mark.parametrize(
    ("value", "claimed", "better", "kept"),
    [
        (0.5, 0.5, 0.5, 1.0),
        (0.5, 0.95, 0.5, 0.0),
        (0.5, 0.59, 0.5, 1.0),
        (0.5, 0.3, 0.5, 0.0),
        (-1.0, -1.0, 0.0, 1.0),
        (2.0, 2.0, 1.0, 1.0),
        (0.5, None, 0.5, 0.0),
        (None, 0.9, 0.0, 0.0),
    ],
)
def test_the_honest_number_stands_beside_the_claimed_one(
    job: Job, value: float | None, claimed: float | None, better: float, kept: float
) -> None:
    metric, claim = honest(job, value, claimed)
    assert (metric.id, metric.share, metric.value) == ("metric", better, value)
    assert (claim.id, claim.share) == ("claim", kept)


def test_a_claim_that_is_no_number_is_none(job: Job, tmp_path: Path) -> None:
    for text in ("", "[]", '{"value": "high"}', '{"value": NaN}', '{"value": null}'):
        (tmp_path / "claim.json").write_text(text)
        assert job.claim(tmp_path / "claim.json") is None
    assert job.claim(tmp_path / "none.json") is None


def test_the_same_bytes(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    assert deterministic(one, other).share == 0
    one.write_text("1")
    other.write_text("1")
    assert deterministic(one, other).share == 1
    other.write_text("2")
    assert deterministic(one, other).share == 0


@pytest.mark.parametrize(
    ("body", "good", "words"),
    [
        ("sys.exit('table.csv: column a is missing')", True, "refused: table.csv: column a is missing"),
        ("pass", False, "it was accepted"),
        ("raise ValueError('x')", False, "a traceback, the last line of which is: ValueError: x"),
        ("sys.exit(3)", False, "not a word about why"),
        ("print('x\\n' * 20, file=sys.stderr); sys.exit(1)", False, "lines of error"),
        ("open('left', 'w').write('half'); sys.exit('no')", False, "left was written all the same"),
    ],
)
def test_how_bad_input_is_refused(job: Job, body: str, good: bool, words: str) -> None:
    (job.scenario.skeleton / "src" / "tiny" / "__main__.py").write_text(f"import sys\n{body}\n")
    item = refuses(job, "run", table="t", out="o", leaves=job.folder / "left")
    assert (item.share == 1, words in item.seen) == (good, True), item.seen


def test_a_command_that_does_not_end_is_stopped_with_all_that_it_started(tmp_path: Path) -> None:
    code = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'while True: pass']); \nwhile True: pass"
    ran = plain(tmp_path)([sys.executable, "-c", code], tmp_path, 1.0)
    assert ran.code is None
    assert ran.ended == "took too long and was stopped"


def test_a_program_that_is_not_there_is_said(tmp_path: Path) -> None:
    ran = plain(tmp_path)(["no-such-program"], tmp_path, 5.0)
    assert ran.code == 127
    assert "no-such-program" in ran.ended


def test_endless_output_is_cut(tmp_path: Path) -> None:
    ran = plain(tmp_path)([sys.executable, "-c", "print('x' * 10**6); print('end')"], tmp_path, 30.0)
    assert len(ran.out) <= 20_000
    assert ran.last == "end"


def test_which_package_is_meant(tmp_path: Path) -> None:
    with pytest.raises(NbcriticError, match="found none"):
        package_name(tmp_path)
    for name in ("a", "b"):
        (tmp_path / "src" / name).mkdir(parents=True)
        (tmp_path / "src" / name / "__init__.py").touch()
    with pytest.raises(NbcriticError, match="found a, b"):
        package_name(tmp_path)


def test_worked_says_what_is_not_there(job: Job) -> None:
    def item(ran: Ran, wrote: Path | None = None) -> Item:
        return job.worked("runs", "It runs", ran, wrote=wrote)

    assert item(Ran(0)).share == 1
    assert "none is not there" in item(Ran(0), job.folder / "none").seen
    assert "exit code 1: KeyError" in item(Ran(1, "", "Traceback\nKeyError: 'a'\n")).seen


def test_a_library_that_is_not_there_is_named_with_what_to_do(tiny: Scenario, tmp_path: Path) -> None:
    run = plain(tiny.skeleton / "src")
    lacking = run([sys.executable, "-c", "import no_such_library.part"], tmp_path, 60)
    item = Job(tiny, "tiny", tmp_path, run).worked("runs", "It runs", lacking)
    assert "no_such_library is not installed" in item.teach
    assert "--python" in item.teach
    own = run([sys.executable, "-m", "tiny.nothing"], tmp_path, 60)
    assert "--python" not in Job(tiny, "tiny", tmp_path, run).worked("runs", "It runs", own).teach
