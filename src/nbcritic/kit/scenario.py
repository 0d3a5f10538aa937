"""A scenario on disk: where its parts lie and what `scenario.toml` promises.

Scenarios live in `notebooks/` and `critiques/` of a clone; a wheel carries the same two folders inside the package.
"""

from __future__ import annotations

import importlib.util
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import msgspec

from nbcritic.kit.remark import Key, read_key
from nbcritic.model import NbcriticError, Notebook

SHIPPED = Path(__file__).parents[1] / "scenarios"
"""Inside a wheel; a clone has the folders at its top."""
TOLERANCE = 0.02


class DataFile(msgspec.Struct, frozen=True):
    """One table that ships with a scenario."""

    file: str
    rows: int
    sha256: str
    columns: int = 0


class Data(msgspec.Struct, frozen=True):
    """Where the data come from and under which licence. `files` is empty where a package brings them at run time."""

    package: str
    version: str
    licence: str
    attribution: str
    files: tuple[DataFile, ...] = ()


class Contract(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a solution must offer to be graded; `contract.py` of the scenario calls the commands and judges what they wrote."""

    promise: str
    """In words, for the candidate: commands, files, what is held out, how it is scored."""
    metric: str
    baseline: float
    """What the naive skeleton reaches on the hidden part."""
    reference: float
    """What the reference reaches there."""
    commands: dict[str, str]
    """Templates of argument lists by name; `{python}` and `{package}` are always known."""
    better: Literal["higher", "lower"] = "higher"
    tolerance: float = 0.1
    """How far a claimed number may lie from the honest one, in the metric's own unit."""
    seconds: float = 120.0
    """After so long a command is stopped."""


class Facts(msgspec.Struct, frozen=True):
    """`scenario.toml`."""

    title: str
    level: int
    minutes: int
    skills: tuple[str, ...]
    data: Data
    measured: dict[str, Any] = {}
    tolerance: dict[str, float] = {}
    contract: Contract | None = None
    recorded_with: str = ""


class Scenario:
    """One scenario by its slug. Everything is read when asked for; what cannot be read is an `NbcriticError`."""

    def __init__(self, slug: str, root: Path) -> None:
        self.slug = slug
        self.root = root
        self.folder = root / "notebooks" / slug
        self.critique = root / "critiques" / slug

    @property
    def path(self) -> Path:
        """The messy notebook."""
        return self.folder / f"{self.slug}.ipynb"

    @property
    def brief(self) -> Path:
        """What the candidate is told."""
        return self.folder / "README.md"

    @property
    def reference(self) -> Path:
        """The package that we would have merged."""
        return self.critique / "reference"

    @property
    def skeleton(self) -> Path:
        """The package that a trainee starts from."""
        return self.critique / "skeleton"

    @cached_property
    def facts(self) -> Facts:
        """What `scenario.toml` says."""
        path = self.critique / "scenario.toml"
        try:
            return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Facts)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise NbcriticError(f"cannot read {path}: {error}") from error

    @cached_property
    def key(self) -> Key:
        """The answers."""
        return read_key(self.critique / "key.toml")

    @cached_property
    def notebook(self) -> Notebook:
        """The messy notebook, as the critic reads it."""
        from nbcritic.notebook.read import read

        try:
            return read(self.path.read_bytes(), str(self.path))
        except OSError as error:
            raise NbcriticError(f"cannot read {self.path}: {error.strerror or error}") from error

    @cached_property
    def measured(self) -> Mapping[str, float]:
        """The numbers under `[measured]`, by their dotted names."""
        return dict(_flat(self.facts.measured))

    def measures(self) -> Mapping[str, Callable[[], float]]:
        """The probes of `probes.py`, by the dotted name of the number that each gives. Runs our own code."""
        return dict(self.module("probes").MEASURES)

    def module(self, name: str) -> ModuleType:
        """A Python file of the scenario's own folder, such as `probes`."""
        path = self.critique / f"{name}.py"
        spec = importlib.util.spec_from_file_location(f"nbcritic_{self.slug.replace('-', '_')}_{name}", path)
        if spec is None or spec.loader is None or not path.is_file():
            raise NbcriticError(f"{path} is missing")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module


def root() -> Path:
    """Where scenarios lie: inside the installed package, or at the top of the clone."""
    clone = Path(__file__).parents[3]
    return SHIPPED if SHIPPED.is_dir() else clone


def slugs(where: Path | None = None) -> tuple[str, ...]:
    """Every scenario that is there, in order of level and name."""
    folder = (where or root()) / "critiques"
    found = sorted(path.parent.name for path in folder.glob("*/scenario.toml"))
    return tuple(sorted(found, key=lambda slug: (Scenario(slug, folder.parent).facts.level, slug)))


def load(slug: str, where: Path | None = None) -> Scenario:
    """The scenario of this name.

    Raises:
        NbcriticError: There is none; the nearest name is suggested.
    """
    base = where or root()
    if not (base / "critiques" / slug / "scenario.toml").is_file():
        import difflib

        known = slugs(base)
        near = difflib.get_close_matches(slug, known, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}" if known else "none is installed"
        raise NbcriticError(f"no scenario is called {slug!r}; {hint}")
    return Scenario(slug, base)


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, float]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value
