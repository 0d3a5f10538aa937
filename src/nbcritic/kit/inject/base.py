"""The clean notebook that flaws are planted into: a scenario's own base, or an interviewer's notebook.

A scenario keeps its base in `critiques/<slug>/base/`: `notebook.py` (percent format, every cell with an id) and `base.toml`: the roles
of columns, names that may be called otherwise, cells that may change places, how to draw a part of the data, and the Remarks and
decoys that hold for every variant because they are about what the clean notebook leaves out.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from nbcritic.kit.inject.roles import Roles
from nbcritic.kit.remark import Decoy, Remark
from nbcritic.kit.scenario import Scenario
from nbcritic.model import NbcriticError, Notebook


class Slice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which part of a table each variant gets: whole groups of rows, drawn by the seed."""

    file: str
    by: tuple[str, ...]
    """Columns whose values make a group, such as a day."""
    keep: float
    """Share of the groups, 0 to 1."""


class _Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    data: tuple[str, ...]
    known_afterwards: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    scores: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    renames: dict[str, tuple[str, ...]] = {}
    free: tuple[tuple[str, ...], ...] = ()
    slice: Slice | None = None
    remark: tuple[Remark, ...] = ()
    decoy: tuple[Decoy, ...] = ()


@dataclass(frozen=True)
class Base:
    """A clean notebook and what its author says about it."""

    title: str
    slug: str
    notebook: Notebook
    data: Path | None
    """The folder with the data, as it lies beside the notebook; None where there is none."""
    files: tuple[str, ...] = ()
    """Names of the files in `data` that the notebook reads: these go to the candidate, and no others."""
    brief: str = ""
    """What the candidate is told, in Markdown."""
    roles: Roles = field(default_factory=Roles)
    packages: tuple[str, ...] = ()
    """What the notebook imports, as pip calls it."""
    renames: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Names of the notebook, each with the names that would do as well."""
    free: tuple[tuple[str, ...], ...] = ()
    """Ids of cells that may stand in any order among themselves."""
    slice: Slice | None = None
    remarks: tuple[Remark, ...] = ()
    decoys: tuple[Decoy, ...] = ()


def of_scenario(scenario: Scenario) -> Base:
    """The base of a scenario.

    Raises:
        NbcriticError: The scenario has none, or it cannot be read.
    """
    folder = scenario.critique / "base"
    if not (folder / "notebook.py").is_file():
        raise NbcriticError(
            f"{scenario.slug} has no clean base to plant flaws into ({folder}); `takehome new --from NOTEBOOK` takes your own"
        )
    try:
        facts = msgspec.convert(tomllib.loads((folder / "base.toml").read_text(encoding="utf-8")), _Facts)
        brief = (folder / "README.md").read_text(encoding="utf-8")
        notebook = as_notebook((folder / "notebook.py").read_bytes(), f"{scenario.slug}.ipynb")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise NbcriticError(f"cannot read {folder}: {error}") from error
    data = scenario.folder / "data"
    return Base(
        title=facts.title,
        slug=scenario.slug,
        notebook=notebook,
        data=data if data.is_dir() else None,
        files=facts.data,
        brief=brief,
        roles=Roles(facts.known_afterwards, facts.groups, facts.scores),
        packages=facts.packages,
        renames=facts.renames,
        free=facts.free,
        slice=facts.slice,
        remarks=facts.remark,
        decoys=facts.decoy,
    )


def of_file(path: Path, data: Path | None, roles: Roles) -> Base:
    """An interviewer's own notebook, with the folder of data that it reads.

    Raises:
        NbcriticError: It cannot be read, or is no Python notebook.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise NbcriticError(f"{path}: cannot be read: {error.strerror or error}") from error
    notebook = as_notebook(raw, path.with_suffix(".ipynb").name)
    if notebook.language != "python":
        raise NbcriticError(f"{path}: is written in {notebook.language}; flaws can be planted into Python only")
    if data is not None and not data.is_dir():
        raise NbcriticError(f"{data}: is no folder; --data names the folder that the notebook reads from")
    files = tuple(sorted(one.relative_to(data).as_posix() for one in data.rglob("*") if one.is_file())) if data else ()
    slug = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "notebook"
    return Base(slug.replace("-", " "), slug, notebook, data, files, "", roles)


def as_notebook(raw: bytes, path: str) -> Notebook:
    """A notebook or percent script as a fresh `.ipynb`: ids on all cells, no outputs, no counts, one layout."""
    from nbcritic.notebook.read import read

    is_script = not raw.lstrip().startswith(b"{")
    found = read(raw, str(Path(path).with_suffix(".py" if is_script else ".ipynb")))
    taken: set[str] = set()
    cells: list[dict[str, Any]] = []
    for cell in found.cells:
        id_ = cell.id if cell.id and cell.id not in taken else f"cell-{cell.number}"
        taken.add(id_)
        fields: dict[str, Any] = {"cell_type": cell.kind, "id": id_}
        if cell.kind == "code":
            fields |= {"execution_count": None, "outputs": []}
        fields["metadata"] = {"tags": list(cell.tags)} if cell.tags else {}
        cells.append({**dict(sorted(fields.items())), "source": cell.source.splitlines(keepends=True)})
    return read(written(cells, found.language), str(Path(path).with_suffix(".ipynb")))


def written(cells: list[dict[str, Any]], language: str = "python") -> bytes:
    """The bytes of a notebook with these cells, in the layout that Jupyter saves."""
    metadata: dict[str, Any] = {"language_info": {"name": language}}
    if language == "python":
        metadata["kernelspec"] = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    whole = {"cells": cells, "metadata": dict(sorted(metadata.items())), "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(whole, indent=1, ensure_ascii=False) + "\n").encode("utf-8")
