"""A trainee's whole way, from a wheel in an environment of its own: what is installed is all that is needed, offline."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with nbcritic from a wheel; what nbcritic needs is seen through the environment of the tests."""
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if uv is None:
        pytest.skip("uv is missing: pip install uv")
    folder = tmp_path_factory.mktemp("journey")
    # What builds it is fetched. As in the Makefile: pip may reach what uv cannot.
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "--wheel-dir"]
    for words in ([uv, "build", "--quiet", "--wheel", "--out-dir"], pip):
        built = subprocess.run([*words, folder, ROOT], capture_output=True, text=True, timeout=300, check=False)
        if built.returncode == 0:
            break
    if built.returncode and (
        why := re.search(r".*(?:ConnectionError|No matching|Could not (?:find|fetch)).*", built.stderr)
    ):
        pytest.skip(f"packages cannot be had here: {why[0].strip()}")
    assert built.returncode == 0, built.stderr
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True, timeout=120)
    wheel = next(folder.glob("*.whl"))
    python = folder / "venv" / "bin" / "python"
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--no-deps", "--offline", "--python", python, wheel], check=True, timeout=120
    )
    ours = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    # After its own packages: an editable install there must not stand in for the wheel.
    theirs = [path for path in sys.path if path.endswith("site-packages")]
    (Path(ours.stdout.strip()) / "libraries.pth").write_text("\n".join(theirs) + "\n")
    return folder / "venv" / "bin" / "nbcritic"


def call(installed: Path, folder: Path, *arguments: str, code: int = 0) -> str:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "COV"))
    }
    done = subprocess.run(
        [installed, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


JOURNEYS = {
    "flight-delay": {
        "known-only-afterwards": "`dep_delay`: it is known only after departure, at five nobody has it; drop it",
        "random-split-over-time": "`train_test_split(X, y`: a random split over time; later months score near zero; split by date",
    },
    "sql-etl": {
        "weather-of-three-airports": "`LEFT JOIN sky USING`: the weather is joined without origin, each flight is there three times; join on it",
        "search-box-as-sql": "`airports.name = '{airport}'`: SQL injection, what somebody typed is put into the f-string; use parameters",
    },
    "nearest-city": {
        "cosine-of-degrees": "`np.cos(lat) * np.cos(towns`: the cosine is taken of degrees, not radians: wrong towns; convert first",
        "degrees-on-a-plane": "`degrees[:, 1] * 111.32`: the tree takes degrees for km, far north a degree is shorter; use haversine",
    },
    "bird-strike": {
        "copies-on-both-sides": "`[df, serious, serious]`: copies are made before the split, so they are in the test set; split first",
        "names-on-the-page": "`log.head(10)`: names and mobile numbers of people are in the saved output; clear it",
    },
}
"""Two lines of a critique for each scenario, and the remark that each means."""


def test_every_scenario_has_its_journey() -> None:
    assert set(JOURNEYS) == {path.parent.name for path in (ROOT / "critiques").glob("*/scenario.toml")}


def test_the_scenarios_are_those_of_the_wheel(installed: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [installed.parent / "python", "-c", "from nbcritic.kit.scenario import root; print(root())"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    ).stdout.strip()  # fmt: skip
    assert Path(where).is_relative_to(installed.parents[1])


@pytest.mark.parametrize("slug", JOURNEYS)
def test_from_the_list_to_the_comparison(slug: str, installed: Path, tmp_path: Path) -> None:
    assert slug in call(installed, tmp_path, "practice", "list")
    call(installed, tmp_path, "practice", "start", slug, "--timed", "45")
    space = tmp_path / slug
    scores, seen = [0.0], []
    for remark, line in JOURNEYS[slug].items():
        with (space / "critique.md").open("a") as file:
            file.write(f"\n- {line}\n")
        seen.append(remark)
        checked = json.loads(call(installed, space, "practice", "check", "--format", "json"))
        assert checked["seen"] == seen
        scores.append(checked["score"])
        assert "Hint " in call(installed, space, "practice", "hint")
    assert scores == sorted(set(scores))
    assert "*missed · " in call(installed, space, "practice", "solution")
    call(installed, space, "practice", "compare")
    assert (space / "compare.html").stat().st_size > 50_000
    status = call(installed, space, "practice", "status")
    assert "attempt 1" in status
    assert "attempt 2" in status
    assert "best so far" in call(installed, tmp_path, "practice", "list")
    call(installed, tmp_path, "interview", slug, "--minutes", "45")
    assert (tmp_path / f"{slug}-interview" / "interviewer" / "tick-sheet.html").is_file()
    assert not (tmp_path / f"{slug}-interview" / "candidate" / "package").exists()


def test_the_package_that_start_makes_runs_from_minute_one(installed: Path, tmp_path: Path) -> None:
    call(installed, tmp_path, "practice", "start", "flight-delay")
    said = call(installed, tmp_path, "practice", "check", "--package", "--format", "json", "--mutants", "4")
    result = json.loads(said)
    shares = {item["id"]: item["share"] for item in result["items"]}
    assert (
        shares["trains"]
        == shares["replays"]
        == shares["deterministic"]
        == shares["bad-input"]
        == shares["own-tests"]
        == 1
    )
    assert shares["metric"] < 0.1
    assert shares["mutants"] is not None
    assert "package · " in call(installed, tmp_path, "practice", "status")
    status = json.loads(call(installed, tmp_path, "practice", "status", "--format", "json"))
    assert status["package"][0]["score"] == result["score"]


def test_a_missing_extra_is_one_line(installed: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "sitecustomize.py"
    blocked.write_text("import sys\nfor name in ('numpy', 'scipy', 'psutil'):\n    sys.modules[name] = None\n")
    for arguments in (("practice", "start", "sql-etl"), ("interview", "sql-etl"), ("kit", "floor")):
        done = subprocess.run(
            [installed, *arguments],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.count("\n") == 1
        assert "pip install 'nbcritic[kit]'" in done.stderr
    assert list(tmp_path.iterdir()) == [blocked]
