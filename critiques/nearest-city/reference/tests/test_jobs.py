import json
from pathlib import Path

import numpy as np
import pytest

from nearest_town.jobs import alone, bench, lookup, verify, write_csv, write_json
from nearest_town.places import Places, Region, read_places


def test_alone_is_a_town_and_not_its_namesake(folder: Path) -> None:
    towns = read_places(folder / "towns.csv")
    rows = alone(towns, 100)
    assert [row["name"] for row in rows] == [
        "San Luis", "San Luis", "Alice Springs", "Apia", "Suva", "Lambasa",
    ]  # fmt: skip
    assert [row["id"] for row in rows] == ["7", "8", "3", "6", "4", "5"]
    assert rows[4] == {
        "id": "4", "name": "Suva", "lat": -18.14161, "lng": 178.44149, "next": "Lambasa", "km": 213.845,
    }  # fmt: skip


def test_the_limit_is_a_limit() -> None:
    pair = Places(("a", "b"), ("A", "B"), np.array([(0.0, 0.0), (0.0, 1.0)]))
    assert alone(pair, 111.2) == []
    assert [row["id"] for row in alone(pair, 111.1)] == ["a", "b"]
    assert len(alone(pair, 0.5)) == 2
    for limit in (0, -1, float("nan")):
        with pytest.raises(ValueError, match=f"^the limit is a distance in kilometres, not {limit}$"):
            alone(pair, limit)


def test_every_point_gets_its_town_in_order(folder: Path) -> None:
    towns, fields = read_places(folder / "towns.csv"), read_places(folder / "fields.csv", "faa")
    rows = lookup(towns, fields)
    assert [row["id"] for row in rows] == ["TRN", "SYA", "MYF"]
    assert rows[0] == {"id": "TRN", "town": "Turin", "km": 14.781, "status": "ok"}
    assert {row["status"] for row in rows} == {"ok"}


def test_a_point_outside_the_region_gets_no_town(folder: Path) -> None:
    towns, fields = read_places(folder / "towns.csv"), read_places(folder / "fields.csv", "faa")
    rows = lookup(towns, fields, Region(18, 170, 72, -65))
    assert rows[0] == {"id": "TRN", "town": "", "km": "", "status": "outside the region"}
    assert [row["status"] for row in rows] == ["outside the region", "ok", "outside the region"]
    assert rows[1]["town"]


def test_a_pilot_in_none_is_told_none(folder: Path) -> None:
    towns = read_places(folder / "towns.csv")
    here = Places(("x",), ("somewhere",), np.array([(44.936, 7.54)]))
    assert lookup(towns, here)[0]["town"] == "None"


def test_verify_says_one_only_where_all_is_right(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nearest_town import jobs
    from nearest_town.search import Nearest

    towns = read_places(folder / "towns.csv")
    assert verify(towns, towns) == 1.0
    plain = jobs.by_blocks(towns.degrees, towns.degrees)
    wrong_row, wrong_km = plain.row.copy(), plain.km.copy()
    wrong_row[0], wrong_km[1] = 5, 0.5
    monkeypatch.setattr(jobs, "by_blocks", lambda *_: Nearest(wrong_row, wrong_km))
    assert verify(towns, towns) == pytest.approx(7 / 9)


def test_verify_takes_a_spread_of_the_table(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nearest_town import jobs

    towns = read_places(folder / "towns.csv")
    seen = []
    monkeypatch.setattr(jobs, "by_blocks", lambda _, asked: seen.append(asked) or jobs.by_loop(towns.degrees, asked))
    assert verify(towns, towns, checked=3) == 1.0
    assert seen[0].tolist() == towns.degrees[[0, 4, 8]].tolist()


def test_bench_times_every_way(folder: Path) -> None:
    rows = bench(read_places(folder / "towns.csv"), questions=4)
    assert [(row["way"], row["questions"]) for row in rows] == [
        ("loop", 4), ("blocks", 4), ("index, built", 0), ("index", 4), ("index, all others", 9),
    ]  # fmt: skip
    assert all(0 <= float(str(row["seconds"])) < 60 for row in rows)


def test_files_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "out.csv"
    write_csv([{"id": "1", "name": "São, Paulo"}], ("id", "name"), path)
    first = path.read_bytes()
    assert first == 'id,name\n1,"São, Paulo"\n'.encode()
    with pytest.raises(ValueError, match="extra"):
        write_csv([{"id": "2", "extra": 1}], ("id", "name"), path)
    assert path.read_bytes() == first
    assert [entry.name for entry in path.parent.iterdir()] == ["out.csv"]
    write_json({"value": 1.0}, path)
    assert json.loads(path.read_text(encoding="utf-8")) == {"value": 1.0}
    assert path.read_text(encoding="utf-8").endswith("}\n")


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.mkdir()
    with pytest.raises(OSError):
        write_csv([], ("id",), target)
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.csv"]
