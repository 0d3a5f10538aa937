import gzip
from pathlib import Path

import numpy as np
import pytest

from nearest_town.places import ANCHORS, Anchor, Places, PlacesError, Region, missing_anchors, read_places

US = Region(18, 170, 72, -65)


def test_the_town_called_none_keeps_its_name(folder: Path) -> None:
    towns = read_places(folder / "towns.csv")
    assert towns.names[1] == "None"
    assert len(towns) == 9
    assert towns.ids == tuple("012345678")
    assert towns.degrees[1].tolist() == [44.93645, 7.54015]
    assert towns.names.count("San Luis") == 2


def test_packed_files_and_both_spellings_of_longitude(folder: Path) -> None:
    packed = folder / "towns.csv.gz"
    packed.write_bytes(gzip.compress((folder / "towns.csv").read_bytes()))
    assert read_places(packed).names == read_places(folder / "towns.csv").names
    fields = read_places(folder / "fields.csv", "faa")
    assert fields.ids == ("TRN", "SYA", "MYF")
    assert fields.degrees[1].tolist() == [52.712275, 174.11362]
    (folder / "long.csv").write_text("name,lat,longitude\nä,1,2\n", encoding="utf-8")
    assert read_places(folder / "long.csv").names == ("ä",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "bad.csv has no column 'name'; it has none"),
        ("name,lat,lng\n", "bad.csv has no rows"),
        ("name,lng\nA,1\n", "bad.csv has no column 'lat'; it has name, lng"),
        ("name,lat\nA,1\n", "bad.csv has no column 'lng'; it has name, lat"),
        ("name,lat,lng\nA,1,2\nB,north,2\n", "bad.csv, row 1: lat is 'north', no number"),
        ("name,lat,lng\nA,1\n", "bad.csv, row 0: lng is None, no number"),
        ("name,lat,lng\nA,90.5,2\n", "bad.csv, row 0: lat is 90.5, beyond 90 degrees"),
        ("name,lat,lng\nA,-90.5,2\n", "bad.csv, row 0: lat is -90.5, beyond 90 degrees"),
        ("name,lat,lng\nA,1,180.5\n", "bad.csv, row 0: lng is 180.5, beyond 180 degrees"),
        ("name,lat,lng\nA,nan,2\n", "bad.csv, row 0: lat is nan, beyond 90 degrees"),
        ("name,lat,lng\n ,1,2\n", "bad.csv, row 0: the name is empty"),
    ],
)
def test_a_broken_table_is_refused_with_the_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PlacesError) as error:
        read_places(path)
    assert str(error.value) == message


def test_ids_are_unique_and_there(folder: Path) -> None:
    with pytest.raises(PlacesError, match=r"^towns.csv: 'San Luis' stands there twice as name$"):
        read_places(folder / "towns.csv", "name")
    with pytest.raises(PlacesError, match=r"^towns.csv has no column 'faa'; it has name, lat, lng$"):
        read_places(folder / "towns.csv", "faa")


def test_what_cannot_be_read_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(PlacesError, match=r"^cannot read gone.csv: "):
        read_places(tmp_path / "gone.csv")
    for name, content in (("no.csv.gz", b"plain"), ("latin.csv", "name,lat,lng\nMünchen,48,11\n".encode("latin-1"))):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(PlacesError, match=f"^cannot read {name}: "):
            read_places(tmp_path / name)
    cut = gzip.compress(b"name,lat,lng\n" + b"A,1,2\n" * 5_000)[:60]
    (tmp_path / "cut.csv.gz").write_bytes(cut)
    with pytest.raises(PlacesError, match=r"^cannot read cut.csv.gz: "):
        read_places(tmp_path / "cut.csv.gz")


def test_the_edges_of_the_globe_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "edge.csv").write_text("name,lat,lng\nA,90,-180\nB,-90,180\n", encoding="utf-8")
    assert read_places(tmp_path / "edge.csv").degrees.tolist() == [[90, -180], [-90, 180]]


def test_a_region_may_cross_the_date_line() -> None:
    places = np.array([(52.7, 174.1), (64.0, -150.0), (32.5, 117.8), (72.3, 42.9), (25.8, -80.3), (10.0, -80.0)])
    assert US.holds(places).tolist() == [True, True, False, False, True, False]
    corner = np.array([(18.0, 170.0), (72.0, -65.0), (72.1, -100.0), (40.0, -64.9), (40.0, 169.9)])
    assert US.holds(corner).tolist() == [True, True, False, False, False]
    europe = Region(35, -10, 70, 40)
    assert europe.holds(np.array([(50.0, 10.0), (50.0, 41.0), (50.0, -11.0)])).tolist() == [True, False, False]
    assert europe.holds(np.array([(35.0, -10.0), (70.0, 40.0)])).tolist() == [True, True]


def test_a_region_is_read_from_text() -> None:
    assert Region.parse("18,170,72,-65") == US
    assert Region.parse("-90, -180, 90, 180") == Region(-90, -180, 90, 180)
    for text in ("1,2,3", "a,b,c,d", "1,2,3,4,5"):
        with pytest.raises(PlacesError) as error:
            Region.parse(text)
        assert str(error.value) == f"a region is four numbers, south,west,north,east; not {text!r}"
    for text in ("50,0,40,10", "40,0,40,10", "0,0,91,10", "-91,0,0,10", "0,-181,10,10", "0,0,10,181"):
        with pytest.raises(PlacesError) as error:
            Region.parse(text)
        assert str(error.value) == f"no region of the globe: {text}"


def test_holes_in_the_list_are_named() -> None:
    towns = Places(("0",), ("Newark",), np.array([(40.73, -74.17)]))
    anchors = (Anchor("New York City", 40.71, -74.01), Anchor("Detroit", 42.33, -83.05))
    assert missing_anchors(towns, anchors) == [("Detroit", 759.9)]
    degree = Anchor("A", 40.73 + 14.9 / 111.195, -74.17), Anchor("B", 40.73 + 15.1 / 111.195, -74.17)
    assert missing_anchors(towns, degree) == [("B", 15.1)]


def test_the_anchors_lie_where_they_should() -> None:
    whole = Places(
        tuple(anchor.name for anchor in ANCHORS),
        tuple(anchor.name for anchor in ANCHORS),
        np.array([(anchor.lat, anchor.lng) for anchor in ANCHORS]),
    )
    assert missing_anchors(whole) == []
    assert len(set(whole.names)) == len(ANCHORS)
    assert US.holds(whole.degrees).sum() == 6  # Mexico City among them: the box is no border
