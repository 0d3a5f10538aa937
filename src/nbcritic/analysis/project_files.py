"""Which files stand around a notebook: a bounded walk that reads no file."""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from nbcritic.analysis.pattern import regex

ROOT_MARKS = (
    "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "environment.yml", "environment.yaml", "Pipfile",
    "tox.ini", "pixi.toml",
)  # fmt: skip
WEAK_MARKS = ("requirements", "uv.lock", "poetry.lock", "Makefile", "Dockerfile", "tests", "src", "README.md")
"""Where a project was handed over without its repository, as take-home tasks are."""
ENVIRONMENT_MARKS = frozenset({"pyvenv.cfg", "conda-meta"})
SKIPPED_FOLDERS = frozenset(
    "node_modules site-packages build dist __pycache__ venv env mlruns mlartifacts wandb lightning_logs renv".split()
)
"""What tools fill: packages, environments, build products and the records of training runs."""
_BUILD_FOLDER = "build"
_WRITTEN = frozenset({"reqs", "requirements", "docker", "conda"})
"""What people keep in a folder for building, next to what tools fill it with."""
HIDDEN = frozenset({".github", ".gitlab", ".circleci", ".binder", ".devcontainer", ".azure-pipelines"})
"""The hidden folders that say something about the project."""
MAX_ENTRIES = 100_000
"""After so many entries the walk ends; what lies nearest to the root comes first."""

_TEST = regex(r"(?:^|/)(?:test_[^/]*|[^/]*_tests?|tests|conftest)\.py$")
_CI = regex(
    r"(?:^|/)(?:\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.ya?ml|\.gitlab/[^/]+\.ya?ml|\.circleci/config\.ya?ml|\.travis\.ya?ml|"
    r"\.?appveyor\.ya?ml|azure-pipelines[^/]*\.ya?ml|\.azure-pipelines/[^/]+\.ya?ml|bitbucket-pipelines\.ya?ml|Jenkinsfile)$"
)
_BUILD = regex(
    r"(?:^|/)(?:tox\.ini|noxfile\.py|tasks\.py|dodo\.py|pytest\.ini|setup\.cfg|pyproject\.toml|[Mm]akefile|[Jj]ustfile|Snakefile|dvc\.ya?ml|"
    r"_config\.ya?ml|mkdocs\.ya?ml|conf\.py|_quarto\.yml|myst\.yml|runtests\.py|[^/]+\.sh)$"
)


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a project, as POSIX paths from its root, those near the root first.

    `partial` says that there were more: what is missing from the listing may exist.
    """

    files: tuple[str, ...]
    partial: bool = False


def listing(root: str, limit: int = MAX_ENTRIES) -> Listing:
    """Walk a project breadth first. Links to folders, other repositories and environments are not entered; never raises."""
    files: list[str] = []
    folders = deque([""])
    left = limit
    while folders:
        inside = folders.popleft()
        found, children, marks, left = _folder(Path(root, inside), left)
        if inside and (marks & ENVIRONMENT_MARKS or ".git" in marks):
            continue
        if inside.rpartition("/")[0].rpartition("/")[2] == _BUILD_FOLDER:
            folders += (f"{inside}{name}/" for name in sorted(_WRITTEN.intersection(children)))
            continue
        files += (f"{inside}{name}" for name in sorted(found))
        folders += (f"{inside}{name}/" for name in sorted(children))
        if left <= 0:
            return Listing(tuple(files), partial=True)
    return Listing(tuple(files))


def _folder(folder: Path, left: int) -> tuple[list[str], list[str], set[str], int]:
    """Names of files, of folders to enter and of telling marks in a folder, and how many entries may still be seen."""
    files, folders, marks = list[str](), list[str](), set[str]()
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                left -= 1
                if left <= 0:
                    break
                name = entry.name
                if name in ENVIRONMENT_MARKS or name == ".git":
                    marks.add(name)
                elif entry.is_dir(follow_symlinks=False):
                    if name in HIDDEN or name == _BUILD_FOLDER or not (name.startswith(".") or name in SKIPPED_FOLDERS):
                        folders.append(name)
                elif not name.startswith("._") and entry.is_file():
                    files.append(name)
    except OSError:  # not ours to read, or gone meanwhile
        pass
    return files, folders, marks, left


def root_above(folder: str) -> str | None:
    """The top of the project that a folder belongs to: the nearest `.git` upwards, else the nearest other mark.

    The user's home, the folders above it and `/` are never the top, and what stands in a hidden folder is no part of the project
    around that.
    """
    home = Path.home()
    chain = list[Path]()
    for here in (Path(folder), *Path(folder).parents):
        if here == here.parent or here == home or here in home.parents:
            break
        chain.append(here)
        if here.name.startswith("."):
            break
    for marks in ((".git",), ROOT_MARKS, WEAK_MARKS):
        for here in chain:
            if any(os.path.exists(f"{here}{os.sep}{mark}") for mark in marks):  # noqa: PTH110 (a tenth of the time of Path.exists)
                return str(here)
    return None


def is_test(path: str) -> bool:
    """Is this a test file by its name, as pytest and unittest find them, or a conftest.py?"""
    return bool(_TEST.search(path.replace("\\", "/")))


def is_ci(path: str) -> bool:
    """Does the file tell a service what to do with each change?"""
    return bool(_CI.search(path))


def is_build(path: str) -> bool:
    """Does the file configure tests, documentation or the steps of a pipeline?"""
    return bool(_BUILD.search(path))


def text_of(data: bytes) -> str:
    """The text of a file: UTF-8, or what its byte order mark says (PowerShell writes `pip freeze` as UTF-16)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")
