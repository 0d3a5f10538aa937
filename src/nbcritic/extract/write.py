"""The package on the disk: whole, or not there at all."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from nbcritic.extract.code import files
from nbcritic.extract.notebook import thin
from nbcritic.extract.plan import Plan
from nbcritic.model import NbcriticError
from nbcritic.ruff import _binary

_TIMEOUT = 60


def write(plan: Plan, folder: Path, *, force: bool = False) -> tuple[str, ...]:
    """Write the package and return the paths in it, in order.

    A new folder appears when all is written. In one that exists and holds something, which takes `force`, each file is replaced
    as a whole and files of other names are left alone. Raises NbcriticError where that is refused or fails.
    """
    if folder.exists() and not folder.is_dir():
        raise NbcriticError(f"{folder}: is no folder")
    filled = folder.is_dir() and any(folder.iterdir())
    if filled and not force:
        raise NbcriticError(f"{folder}: is not empty; --force replaces files in it")
    try:
        with _beside(folder) as part:
            paths = _fill(plan, part)
            _tidy(part)
            if filled:
                for path in paths:
                    (folder / path).parent.mkdir(parents=True, exist_ok=True)
                    (part / path).replace(folder / path)
            else:
                if folder.is_dir():
                    folder.rmdir()
                part.rename(folder)
    except OSError as error:
        raise NbcriticError(f"{folder}: cannot be written: {error.strerror or error}") from error
    return paths


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A folder next to the one that is wanted, gone in the end unless it was renamed."""
    parent = Path(os.path.realpath(folder)).parent
    parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".nbcritic-", dir=parent))
    part = made / "package"
    part.mkdir()
    try:
        yield part
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _fill(plan: Plan, folder: Path) -> tuple[str, ...]:
    name = PurePosixPath(plan.page.path.replace("\\", "/")).stem
    texts = [*files(plan), (f"{name if plan.page.path != '-' else plan.package}.ipynb", thin(plan))]
    for path, text in texts:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return tuple(path for path, _ in texts)


def _tidy(folder: Path) -> None:
    """Sort the imports and lay the code out; what ruff's defaults still say of the moved code is marked, not hidden.

    A function knows more than a cell: a name that nobody reads, `== None`, a bare `except` are marked where they stand.
    """
    for arguments in (
        ("check", "--extend-select", "I", "--unfixable", "F401", "--fix"),
        ("format", "--line-length", "120"),
        ("check", "--add-noqa"),
    ):
        _ruff(folder, *arguments)


def _ruff(folder: Path, command: str, *options: str) -> None:
    where = [str(path) for path in (folder / "src", folder / "tests") if path.is_dir()]
    line = [_binary(), command, "--isolated", "--no-cache", "--quiet", *options, *where]
    clean = {key: value for key, value in os.environ.items() if not key.startswith("RUFF_")}
    try:
        subprocess.run(line, capture_output=True, env=clean, timeout=_TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        raise NbcriticError(f"ruff gave no answer within {_TIMEOUT} seconds") from None
