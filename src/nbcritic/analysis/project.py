"""What stands around a notebook, read as text and never imported."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType

ROOT_MARKS = (
    ".git",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
    "environment.yml",
    "Pipfile",
    "tox.ini",
)
SKIPPED_FOLDERS = frozenset({"node_modules", "site-packages", "build", "dist", "__pycache__", "venv", "env"})
MAX_FILES = 2_000
MAX_BYTES = 1_000_000
MAX_ENTRIES = 50_000


@dataclass(frozen=True)
class Project:
    """The text files around a notebook that rules look at: for now its tests.

    `root` is None where the notebook stands alone (read from stdin, or in no recognisable project).
    """

    root: str | None
    tests: Mapping[str, str]

    @classmethod
    def of(cls, files: Mapping[str, str], root: str | None = ".") -> Project:
        """A project made of these files (path → text)."""
        return cls(root, MappingProxyType({path: text for path, text in files.items() if is_test(path)}))

    @cached_property
    def test_words(self) -> frozenset[str]:
        """Every identifier that a test file of the project mentions."""
        import re

        return frozenset(word for text in self.tests.values() for word in re.findall(r"[A-Za-z_]\w*", text))


NOWHERE = Project(None, MappingProxyType({}))


def is_test(path: str) -> bool:
    """Is this a test file by its name, as pytest and unittest find them?"""
    name = path.replace("\\", "/").rpartition("/")[2]
    return name.endswith(".py") and (
        name.startswith("test_") or name.endswith(("_test.py", "_tests.py")) or name == "tests.py"
    )


def discover(path: str) -> Project:
    """The project that the notebook at `path` belongs to; each root is read once."""
    if path == "-":
        return NOWHERE
    root = root_of(str(Path(path).absolute().parent))
    return _read(root) if root else NOWHERE


@lru_cache(maxsize=4096)
def root_of(folder: str) -> str | None:
    """The nearest folder, upwards, that looks like the top of a project; the user's home and `/` never do."""
    home = str(Path.home())
    while folder != home:
        if any((Path(folder) / mark).exists() for mark in ROOT_MARKS):
            return folder
        folder, last = str(Path(folder).parent), folder
        if folder == last:
            return None
    return None


@lru_cache(maxsize=64)
def _read(root: str) -> Project:
    files: dict[str, str] = {}
    seen = 0
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in SKIPPED_FOLDERS and not f.startswith("."))
        seen += len(names) + len(folders)
        for name in sorted(names):
            path = Path(folder, name)
            if is_test(name) and len(files) < MAX_FILES:
                try:
                    if path.stat().st_size <= MAX_BYTES:
                        files[path.relative_to(root).as_posix()] = path.read_text("utf-8", "replace")
                except OSError:
                    continue
        if seen > MAX_ENTRIES:
            break
    return Project.of(files, root)
