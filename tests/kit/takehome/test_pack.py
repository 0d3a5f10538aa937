"""What the candidate gets, byte by byte, and that nothing of the key is in it."""

import dataclasses
import io
import zipfile
from pathlib import Path

import pytest

from nbcritic.kit.inject.variant import Variant
from nbcritic.kit.remark import parse_key
from nbcritic.kit.takehome.leaks import in_zip, leaks
from nbcritic.kit.takehome.pack import Pack, candidate_files, find, identity, key_toml, read, write, zipped
from nbcritic.model import NbcriticError


def test_the_zip_holds_what_is_allowed_and_nothing_else(pack: Pack) -> None:
    assert sorted(pack.given) == ["README.md", "critique.md", "data/sales.csv", "shop.ipynb", "take-home.toml"]
    with zipfile.ZipFile(pack.folder / "candidate.zip") as archive:
        assert {name.partition("/")[0] for name in archive.namelist()} == {f"take-home-{pack.facts.id}"}
    assert str(pack.facts.seed) not in pack.given["take-home.toml"].decode()


def test_it_is_the_same_bytes_each_time(variant: Variant, pack: Pack, tmp_path: Path) -> None:
    again = write(variant, 60, tmp_path / "again", None)
    for name in ("candidate.zip", "interviewer/key.toml", "interviewer/key.md", "interviewer/tick-sheet.html"):
        assert (again.folder / name).read_bytes() == (pack.folder / name).read_bytes()


def test_nothing_of_the_key_is_in_it(pack: Pack) -> None:
    packed = (pack.folder / "candidate.zip").read_bytes()
    assert in_zip(packed, pack.key, pack.facts.flaws) == ()


@pytest.mark.parametrize("part", ["what", "why", "fix", "title and hint"])
def test_the_search_finds_every_kind_of_text(pack: Pack, part: str) -> None:
    remark = max(pack.key.remark, key=lambda remark: len(remark.title))
    text = remark.hints[2] if part == "title and hint" else str(getattr(remark, part))
    files = dict(pack.given) | {"notes.md": f"By the way: {text}".encode()}
    assert any("notes.md" in found for found in leaks(files, pack.key))
    name = zipped({f"{pack.facts.flaws[0]}.txt": b""}, "x")
    assert in_zip(name, pack.key, pack.facts.flaws)
    buffer = io.BytesIO(zipped(pack.given, "x"))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = remark.what.encode()
    assert in_zip(buffer.getvalue(), pack.key)


def test_a_brief_that_gives_something_away_stops_the_pack(variant: Variant, tmp_path: Path) -> None:
    telling = dataclasses.replace(variant.base, brief=f"# Shop\n\n{variant.key.remark[0].what}\n")
    with pytest.raises(NbcriticError, match="would give something away: README"):
        write(dataclasses.replace(variant, base=telling), 60, tmp_path / "pack", None)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_left_alone(variant: Variant, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(NbcriticError, match="is there already"):
        write(variant, 60, tmp_path, None)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_pack_is_read_back_and_a_changed_one_is_refused(pack: Pack, variant: Variant, tmp_path: Path) -> None:
    assert parse_key(key_toml(pack.key)) == pack.key == variant.key
    assert [found.facts for found in find(pack.folder.parent)] == [pack.facts]
    copy = write(variant, 60, tmp_path / "copy", None)
    (copy.folder / "candidate.zip").write_bytes(zipped({"README.md": b"other"}, "x"))
    with pytest.raises(NbcriticError, match="is not the one"):
        read(copy.folder)
    with pytest.raises(NbcriticError, match="is no pack"):
        read(tmp_path)


def test_ids_tell_variants_apart() -> None:
    assert len({identity("shop", seed) for seed in range(200)} | {identity("other", 1)}) == 201


def test_the_candidate_needs_no_nbcritic(variant: Variant) -> None:
    files = candidate_files(variant, 60, None)
    assert b"nbcritic" not in b"".join(files.values())
