"""Whatever comes in is read within limits, or refused with a reason."""

import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kit.takehome.samples import package as project
from tests.kit.takehome.samples import zipped

from nbcritic.kit.takehome import submission
from nbcritic.kit.takehome.submission import Submission, Unreadable, critique, name_of, package, read
from nbcritic.model import NbcriticError

LINE = "| where | severity | what |\n|---|---|---|\n| 3 | major | the split is random |\n"


def of(**files: bytes) -> Submission:
    return Submission("ada", {name.replace("__", "/"): content for name, content in files.items()}, "")


def refused(path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        read(path)
    return str(caught.value)


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../x", "C:/x", "..\\x", "a\\..\\..\\x"])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "ada.zip").write_bytes(zipped({"critique.md": LINE, name: "x"}))
    assert "outside of itself" in refused(tmp_path / "ada.zip")


def test_links_are_refused_in_zips_and_skipped_in_folders(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "ada.zip", "w") as archive:
        info = zipfile.ZipInfo("critique.md")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert "link" in refused(tmp_path / "ada.zip")
    folder = tmp_path / "bob"
    folder.mkdir()
    (folder / "critique.md").symlink_to("/etc/passwd")
    (folder / "etc").symlink_to("/etc")
    assert "no file" in refused(folder)


def test_a_bomb_is_stopped_whatever_it_says_about_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submission, "MOST_BYTES", 1 << 20)
    packed = bytearray(zipped({"critique.md": bytes(3 << 20)}))
    (tmp_path / "honest.zip").write_bytes(packed)
    assert "unpacks to more than 1 MB" in refused(tmp_path / "honest.zip")
    size = (3 << 20).to_bytes(4, "little")
    for at in [at for at in range(len(packed)) if packed[at : at + 4] == size]:
        packed[at : at + 4] = (10).to_bytes(4, "little")
    (tmp_path / "lying.zip").write_bytes(packed)
    with pytest.raises(Unreadable):
        read(tmp_path / "lying.zip")


def test_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submission, "MOST_BYTES", 1 << 20)
    monkeypatch.setattr(submission, "MOST_FILES", 5)
    (tmp_path / "large.zip").write_bytes(bytes(2 << 20))
    assert "larger than 1 MB" in refused(tmp_path / "large.zip")
    (tmp_path / "many.zip").write_bytes(zipped({f"{number}.txt": "x" for number in range(6)}))
    assert "more than 5 files" in refused(tmp_path / "many.zip")
    folder = tmp_path / "folder"
    folder.mkdir()
    with (folder / "data.csv").open("wb") as file:
        file.truncate(2 << 20)
    assert "larger than 1 MB" in refused(folder)


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=400), cut=st.integers(0, 300))
def test_no_bytes_do_anything_but_read_or_refuse(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, cut: int
) -> None:
    whole = zipped({"critique.md": LINE})
    for content in (data, whole[:cut] + data + whole[cut + len(data) :]):
        path = tmp_path_factory.mktemp("any") / "ada.zip"
        path.write_bytes(content)
        try:
            critique(read(path))
        except Unreadable as error:
            assert str(error)


def test_a_folder_around_everything_and_bystanders_do_not_count(tmp_path: Path) -> None:
    files = {"critique.md": LINE, ".git/config": "x", "__pycache__/a.pyc": "x", "sub/.venv/bin/python": "x"}
    (tmp_path / "ada.zip").write_bytes(zipped({f"ada/solution/{name}": content for name, content in files.items()}))
    assert sorted(read(tmp_path / "ada.zip").files) == ["critique.md"]


def test_a_critique_is_found_under_other_names_and_decoded() -> None:
    assert critique(of(Critique_v2__md=b"x", **{"critique-final.md": LINE.encode()}))[0] == LINE.rstrip("\n")
    assert "random" in critique(of(**{"critique.md": LINE.encode("utf-16")}))[0]
    assert "random" in critique(of(**{"critique.md": b"\xef\xbb\xbf" + LINE.encode()}))[0]
    text, notes = critique(of(**{"critique.md": "naïve façade".encode("cp1252")}))
    assert text == "naïve façade"
    assert "Windows-1252" in notes[0]


@pytest.mark.parametrize(
    "files, reason",
    [
        ({"notes.md": b"x"}, "no critique.md"),
        ({"critique.md": bytes(1000)}, "no text"),
        ({"critique.md": b"x" * 300_000}, "at most 200,000"),
    ],
)
def test_a_critique_that_cannot_be_read_is_refused(files: dict[str, bytes], reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        critique(Submission("ada", files, ""))


def test_endless_lines_are_cut() -> None:
    text, notes = critique(of(**{"critique.md": b"| 3 | major |" + b" " * 100_000 + b"| x |"}))
    assert len(text) <= submission.LONGEST_LINE
    assert "cut" in notes[0]


def test_a_package_is_what_has_a_pyproject_and_a_src() -> None:
    files = {name: text.encode() for name, text in project("print(1)").items()}
    assert sorted(package(Submission("ada", files, ""))) == [
        "pyproject.toml",
        "src/mine/__init__.py",
        "src/mine/__main__.py",
    ]
    assert package(of(**{"pyproject.toml": b"", "critique.md": b""})) == {}


def test_names_are_fit_for_files_and_pages(tmp_path: Path) -> None:
    assert name_of(tmp_path / "Ada Łovelace (2).zip") == "Ada-Łovelace-2"
    assert name_of(tmp_path / "-<script>.zip") == "script"
    with pytest.raises(NbcriticError, match="is empty"):
        submission.found(tmp_path)
    (tmp_path / "ada.zip").touch()
    (tmp_path / "ada").mkdir()
    with pytest.raises(NbcriticError, match="two submissions are called ada"):
        submission.found(tmp_path)
