import json
import subprocess
import sys
from pathlib import Path

import pytest

from nearest_town.cli import main


def read(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_alone(folder: Path) -> None:
    out = folder / "alone.csv"
    assert main(["alone", "--towns", str(folder / "towns.csv"), "--limit", "300", "--out", str(out)]) == 0
    assert read(out)[0] == "id,name,lat,lng,next,km"
    assert [line.split(",")[1] for line in read(out)[1:]] == ["San Luis", "San Luis", "Alice Springs", "Apia"]
    first = out.read_bytes()
    assert main(["alone", "--towns", str(folder / "towns.csv"), "--limit", "300", "--out", str(out)]) == 0
    assert out.read_bytes() == first


def test_lookup_with_a_region(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    out = folder / "lookup.csv"
    arguments = [
        "lookup",
        "--towns",
        str(folder / "towns.csv"),
        "--points",
        str(folder / "fields.csv"),
        "--out",
        str(out),
    ]
    assert main([*arguments, "--id", "faa", "--within=18,170,72,-65"]) == 0
    assert read(out)[0] == "id,town,km,status"
    assert read(out)[3] == "MYF,,,outside the region"
    assert "2 of 3 points lie outside the region" in caplog.text
    assert main(arguments) == 0
    assert read(out)[1] == "0,Turin,14.781,ok"


def test_check_names_holes_and_wrong_signs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["check", "--towns", str(folder / "towns.csv")]
    assert main(arguments) == 1
    assert "no town within 15 km of New York City" in capsys.readouterr().out
    points = ["--points", str(folder / "fields.csv"), "--id", "faa", "--within=18,170,72,-65"]
    assert main([*arguments, *points]) == 1
    assert "MYF Montgomery Field lies outside the region: [32.4759, 117.759]" in capsys.readouterr().out


def test_check_is_content_with_a_full_list(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from nearest_town.places import ANCHORS

    lines = [f"{anchor.name},{anchor.lat},{anchor.lng}" for anchor in ANCHORS]
    (folder / "full.csv").write_text("\n".join(["name,lat,lng", *lines]), encoding="utf-8")
    assert main(["check", "--towns", str(folder / "full.csv"), "--points", str(folder / "full.csv")]) == 0
    assert capsys.readouterr().out == "nothing found\n"


def test_verify_writes_its_claim(folder: Path) -> None:
    out = folder / "claim.json"
    towns, points = str(folder / "towns.csv"), str(folder / "fields.csv")
    assert main(["verify", "--towns", towns, "--points", points, "--out", str(out)]) == 0
    assert json.loads(out.read_text(encoding="utf-8")) == {"metric": "share of right answers", "value": 1.0}


def test_bench_prints_a_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--towns", str(folder / "towns.csv")]) == 0
    assert "index, all others" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["alone", "--towns", "gone.csv", "--out", "out.csv"], "cannot read gone.csv"),
        (["alone", "--towns", "towns.csv", "--limit", "-5", "--out", "out.csv"], "the limit is a distance"),
        (["lookup", "--towns", "towns.csv", "--points", "bad.csv", "--out", "out.csv"], "bad.csv, row 0: lat is 95"),
    ],
)
def test_bad_input_is_one_line(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(folder)
    (folder / "bad.csv").write_text("name,lat,lng\nA,95,2\n", encoding="utf-8")
    assert main(arguments) == 2
    error = capsys.readouterr().err.strip()
    assert error.startswith("nearest-town: ")
    assert message in error
    assert "\n" not in error
    assert not (folder / "out.csv").exists()


def test_a_region_that_is_none_is_a_usage_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    towns = str(folder / "towns.csv")
    with pytest.raises(SystemExit) as stop:
        main(["lookup", "--towns", towns, "--points", towns, "--out", "x", "--within=50,0,40,1"])
    assert stop.value.code == 2
    assert "no region of the globe" in capsys.readouterr().err


def test_runs_as_a_module(folder: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "nearest_town", "--version"], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.strip() == "1.0.0"
