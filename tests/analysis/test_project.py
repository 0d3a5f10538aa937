"""What stands around a notebook."""

import os
from pathlib import Path

import pytest

from nbcritic.analysis import project as module
from nbcritic.analysis.project import NOWHERE, Project, discover
from nbcritic.analysis.project_files import is_ci, is_test, listing, root_above, text_of


@pytest.fixture(autouse=True)
def fresh() -> None:
    module._read.cache_clear()
    module.root_of.cache_clear()


def make(root: Path, *files: str, text: str = "") -> None:
    for name in files:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


@pytest.mark.parametrize("path", ["test_a.py", "x/test_a.py", "x/a_test.py", "tests.py", "x\\test_a.py", "conftest.py"])
def test_names_of_test_files(path: str) -> None:
    assert is_test(path)


@pytest.mark.parametrize("path", ["a.py", "test_a.txt", "contest.py", "testing.py", "test_data.csv", "latest.py"])
def test_names_of_other_files(path: str) -> None:
    assert not is_test(path)


@pytest.mark.parametrize(
    "path", [".github/workflows/ci.yml", ".gitlab-ci.yml", ".circleci/config.yml", "azure-pipelines.yml", "Jenkinsfile"]
)
def test_names_of_ci_files(path: str) -> None:
    assert is_ci(path)


def test_the_words_of_the_tests_are_found_from_a_notebook_in_a_subfolder(tmp_path: Path) -> None:
    make(tmp_path, "pyproject.toml", "notebooks/a.ipynb")
    make(tmp_path, "tests/test_clean.py", text="from x import clean_names\n")
    make(tmp_path, "node_modules/test_other.py", text="unseen_word = 1\n")
    found = discover(str(tmp_path / "notebooks" / "a.ipynb"))
    assert found.root == str(tmp_path)
    assert found.place == "notebooks/a.ipynb"
    assert "clean_names" in found.test_words
    assert "unseen_word" not in found.test_words


def test_the_place_is_the_file_s_own_however_the_path_is_spelt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "pyproject.toml", "one/a.ipynb", "two/b.ipynb")
    monkeypatch.chdir(tmp_path / "two")
    found = discover("../one/a.ipynb")
    assert (found.place, found.folders) == ("one/a.ipynb", ("", "one/"))


def test_stdin_stands_nowhere() -> None:
    assert discover("-") is NOWHERE
    assert NOWHERE.root is None
    assert NOWHERE.notebooks == ()


def test_the_repository_is_the_top_even_where_a_folder_in_it_looks_like_one(tmp_path: Path) -> None:
    make(tmp_path, ".git/HEAD", "one/requirements.txt")
    assert root_above(str(tmp_path / "one")) == str(tmp_path)


def test_without_a_repository_the_nearest_mark_decides_and_a_weak_one_last(tmp_path: Path) -> None:
    make(tmp_path, "pyproject.toml", "one/requirements.txt", "one/notebooks/README.md")
    assert root_above(str(tmp_path / "one" / "notebooks")) == str(tmp_path / "one")
    make(tmp_path / "other", "README.md")
    (tmp_path / "pyproject.toml").unlink()
    assert root_above(str(tmp_path / "other")) == str(tmp_path / "other")


def test_the_home_of_the_user_is_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "home/.git/HEAD", "home/analyses/a.ipynb", "pyproject.toml")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert root_above(str(tmp_path / "home" / "analyses")) is None


def test_what_a_hidden_folder_holds_is_no_part_of_the_project(tmp_path: Path) -> None:
    make(tmp_path, "pyproject.toml", ".cache/nb/a.ipynb")
    assert root_above(str(tmp_path / ".cache" / "nb")) is None
    assert ".cache/nb/a.ipynb" not in listing(str(tmp_path)).files


def test_environments_and_other_repositories_are_not_entered(tmp_path: Path) -> None:
    make(
        tmp_path,
        "a.py",
        "mine/pyvenv.cfg",
        "mine/b.py",
        "vendor/.git/HEAD",
        "vendor/c.py",
        "mlruns/0/requirements.txt",
        ".github/workflows/ci.yml",
    )
    assert listing(str(tmp_path)).files == ("a.py", ".github/workflows/ci.yml")


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    make(tmp_path, "one/a.py")
    (tmp_path / "one" / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self.py").symlink_to(tmp_path / "self.py")
    assert listing(str(tmp_path)).files == ("one/a.py",)


def test_the_walk_is_bounded_and_says_so(tmp_path: Path) -> None:
    make(tmp_path, *(f"deep/{number}.csv" for number in range(50)), "near.py")
    found = listing(str(tmp_path), limit=10)
    assert found.partial
    assert "near.py" in found.files
    assert len(found.files) <= 10


def test_a_folder_that_is_not_there_lists_nothing(tmp_path: Path) -> None:
    assert listing(str(tmp_path / "gone")).files == ()


def test_files_that_are_too_large_are_passed_over(tmp_path: Path) -> None:
    make(tmp_path, "pyproject.toml")
    make(tmp_path, "test_big.py", text="word_of_a_big_file = 1\n" * (module.MAX_BYTES // 20))
    make(tmp_path, "test_ok.py", text="ok = 1")
    found = discover(str(tmp_path / "a.ipynb"))
    assert found.tests == ("test_big.py", "test_ok.py")
    assert found.test_words == {"ok"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_in_the_encodings_that_pip_freeze_is_saved_in(encoding: str) -> None:
    assert text_of("pandas==2\n".encode(encoding)) == "pandas==2\n"


def test_only_tests_are_tests() -> None:
    assert list(Project.of({"tests/test_a.py": "x", "a.py": "y"}).tests) == ["tests/test_a.py"]


def test_manifests_near_the_notebook_are_those_above_it_and_beside_those() -> None:
    names = [
        "requirements.txt",
        "sub/requirements.txt",
        "other/requirements.txt",
        "requirements/dev.txt",
        "binder/environment.yml",
    ]
    found = Project.of(dict.fromkeys(names, "dependencies:\n- pandas\n"))
    assert [one.path for one in found.near] == ["requirements.txt", "requirements/dev.txt", "binder/environment.yml"]


def test_a_setup_that_reads_its_list_from_a_file_is_whole_where_the_file_is_there() -> None:
    setup = {"setup.py": "setup(install_requires=open('reqs/requirements.txt').read().split())"}
    assert Project.of(setup).manifests[0].partial
    found = Project.of({**setup, "reqs/requirements.txt": "pandas\n"}).manifests
    assert [(sorted(one.names), one.partial) for one in found] == [(["pandas"], False)] * 2


def test_modules_are_files_and_the_folders_around_them() -> None:
    found = Project.of({"src/shop/clean.py": "", "data/orders.csv": "", "lib/fast.cpython-311.so": ""})
    assert found.modules >= {"src", "shop", "clean", "fast", "lib"}
    assert "data" not in found.modules
    assert found.data == {"orders.csv"}


@pytest.mark.parametrize(
    "text",
    [
        "steps:\n- name: Style, later pytest\n  run: flake8 shop",
        "steps:\n- run: |\n    pip install --upgrade flake8 pytest\n    flake8 shop",
        "# pytest comes later\nscript: flake8 shop",
        "pytest:\n  script: flake8 shop",
    ],
)
def test_what_is_only_named_or_installed_is_not_run(text: str) -> None:
    assert Project.of({".github/workflows/a.yml": text}).ci == ()


@pytest.mark.parametrize("command", ["pip install pytest && pytest", "python -m pytest", "uv run pytest -q", "tox"])
def test_what_a_step_runs_counts(command: str) -> None:
    assert Project.of({".github/workflows/a.yml": f"steps:\n- name: Tests\n  run: {command}"}).ci


def test_ci_counts_where_it_runs_tests() -> None:
    files = {".github/workflows/a.yml": "run: pytest", ".github/workflows/b.yml": "run: twine upload"}
    assert Project.of(files).ci == (".github/workflows/a.yml",)


@pytest.mark.parametrize(
    "name, text",
    [("tox.ini", "pytest --nbmake"), ("Makefile", "jupyter nbconvert --to notebook --execute a.ipynb"), ("tests/test_a.py", "import papermill"),
     (".travis.yml", "script: pytest --nbval"), ("docs/conf.py", "extensions = ['nbsphinx']"), ("run.sh", "papermill a.ipynb b.ipynb")],
)  # fmt: skip
def test_what_executes_notebooks(name: str, text: str) -> None:
    assert Project.of({name: text}).executors


def test_what_only_converts_them_does_not_execute() -> None:
    assert not Project.of({"Makefile": "jupyter nbconvert --to html a.ipynb"}).executors


def test_the_key_changes_with_the_facts_and_with_nothing_else() -> None:
    one = Project.of({"requirements.txt": "pandas\n", "test_a.py": "from x import fee, tax, zone"})
    same = Project.of({"requirements.txt": "# words\npandas\n", "test_a.py": "from x import tax, zone, fee"})
    pinned = Project.of({"requirements.txt": "pandas==1\n", "test_a.py": "from x import fee, tax, zone"})
    other = Project.of({"requirements.txt": "pandas\nnumpy\n", "test_a.py": "from x import fee, tax, zone"})
    assert one.key == same.key
    assert len({one.key, pinned.key, other.key}) == 3
    assert hash(one.key) != 0


RUN = '{"cells": [{"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": ["%s"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}'


@pytest.mark.parametrize(
    "path, text",
    [("b.ipynb", RUN % "%run example.ipynb"), ("b.ipynb", RUN % "%run ./example"), ("b.ipynb", RUN % "%run -i '../any/example.ipynb'"),
     ("sub/b.ipynb", RUN % "%run ../example.ipynb"), ("b.py", "import import_ipynb\nfrom example import fee"),
     ("b.py", "from ipynb.fs.full.example import fee"), ("b.py", "get_ipython().run_line_magic('run', 'example.ipynb')"),
     ("b.py", "import nbimporter\nimport os, example as e")],
)  # fmt: skip
def test_who_takes_the_notebook_for_a_library(path: str, text: str) -> None:
    assert [use.user for use in Project.of({path: text}).users()] == [path]


@pytest.mark.parametrize(
    "path, text",
    [("b.ipynb", RUN % "# %run example.ipynb"), ("b.ipynb", RUN % "%run example.py"), ("b.ipynb", "%run example.ipynb: no JSON"),
     ("b.py", "from example import fee"), ("b.py", "import import_ipynb\nimport other"), ("b.py", "papermill.execute_notebook('example.ipynb')")],
)  # fmt: skip
def test_who_does_not(path: str, text: str) -> None:
    assert Project.of({path: text}).users() == ()
