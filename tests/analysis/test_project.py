"""What stands around a notebook."""

from pathlib import Path

import pytest

from nbcritic.analysis.project import Project, discover, is_test


@pytest.mark.parametrize("path", ["test_a.py", "x/test_a.py", "x/a_test.py", "tests.py", "x\\test_a.py"])
def test_names_of_test_files(path: str) -> None:
    assert is_test(path)


@pytest.mark.parametrize("path", ["a.py", "test_a.txt", "contest.py", "testing.py", "test_data.csv"])
def test_names_of_other_files(path: str) -> None:
    assert not is_test(path)


def test_the_words_of_the_tests_are_found_from_a_notebook_in_a_subfolder(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_clean.py").write_text("from x import clean_names\n")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "test_other.py").write_text("unseen_word = 1\n")
    project = discover(str(tmp_path / "notebooks" / "a.ipynb"))
    assert project.root == str(tmp_path)
    assert "clean_names" in project.test_words
    assert "unseen_word" not in project.test_words


def test_stdin_stands_nowhere() -> None:
    assert discover("-").root is None


def test_only_tests_are_kept() -> None:
    assert list(Project.of({"tests/test_a.py": "x", "a.py": "y"}).tests) == ["tests/test_a.py"]
