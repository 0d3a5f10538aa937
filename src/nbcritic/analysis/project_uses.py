"""Who runs or imports a notebook as if it were a module: the scripts and the other notebooks of a project, read as text."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from nbcritic.analysis.pattern import regex
from nbcritic.model import NbcriticError
from nbcritic.notebook.magics import plain
from nbcritic.notebook.read import read

MARKS = (b"%run ", b"import_ipynb", b"nbimporter", b"importnb", b"ipynb.fs.", b"run_line_magic")
"""What a file must hold one of to be worth a closer look."""
_LARGE = 300_000
"""A notebook of more bytes is nearly all outputs: to decode the rest of it costs less than to search it."""
_RUN = regex(r"""\s*(?:-\S+\s+)*(?:"(?P<d>[^"]+)"|'(?P<s>[^']+)'|(?P<w>(?:\\ |\S)+))""")
_MAGIC_CALL = regex(r"""run_line_magic\(\s*["']run["']\s*,\s*["']([^"']+)["']""")
_FULL = regex(r"^\s*(?:from|import)\s+\.?ipynb\.fs\.(?:full|defs)\.([\w.]+)", re.M)
_IMPORT = regex(r"^[ \t]*(?:from[ \t]+\.?([\w.]+)[ \t]+import\b|import[ \t]+([\w., \t]+))", re.M)
_IMPORTERS = regex(r"^[ \t]*(?:import|from)[ \t]+(?:import_ipynb|nbimporter|importnb)\b", re.M)


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """One place that takes another notebook for a library. Both paths are from the project's root."""

    target: str
    user: str
    how: Literal["run", "import"]


def uses(path: str, data: bytes, notebooks: Notebooks) -> Iterator[Use]:
    """The notebooks of the project that the script or notebook at `path` runs with `%run` or imports. Never raises."""
    is_large = len(data) > _LARGE and path.endswith(".ipynb")
    if not is_large and not any(mark in data for mark in MARKS):
        return
    sources = tuple(_sources(path, data))
    if is_large and not any(mark.decode() in source for source in sources for mark in MARKS):
        return
    folder = posixpath.dirname(path)
    for source in sources:
        for argument in _runs(source):
            target = notebooks.named(folder, argument)
            if target is not None and target != path:
                yield Use(target, path, "run")
        if _IMPORTERS.search(source):
            notebooks.importers.add(path)
        for found in _FULL.finditer(source):
            target = notebooks.module(folder, found[1])
            if target is not None and target != path:
                yield Use(target, path, "import")
        if path in notebooks.importers:
            for name in _imported(source):
                target = notebooks.module(folder, name)
                if target is not None and target != path:
                    yield Use(target, path, "import")


class Notebooks:
    """The notebooks of a project, as a path or a module's name in another file finds them."""

    def __init__(self, files: Iterable[str]) -> None:
        self._files = frozenset(files)
        self._stems = defaultdict[str, list[str]](list)
        self.importers = set[str]()
        """The files that have made notebooks importable."""
        for path in sorted(file for file in self._files if file.endswith(".ipynb")):
            self._stems[posixpath.basename(path)[: -len(".ipynb")]].append(path)

    def named(self, folder: str, argument: str) -> str | None:
        """The notebook that `%run argument` means in a file of `folder`; None where it is a script, or none at all."""
        inside = posixpath.normpath(posixpath.join(folder, argument.replace("\\", "/")))
        if inside in self._files:
            return inside if inside.endswith(".ipynb") else None
        if f"{inside}.py" in self._files:
            return None
        if f"{inside}.ipynb" in self._files:
            return f"{inside}.ipynb"
        name = posixpath.basename(inside)
        same = self._stems.get(name[: -len(".ipynb")], []) if name.endswith(".ipynb") else []
        return same[0] if len(same) == 1 else None

    def module(self, folder: str, name: str) -> str | None:
        """The notebook that an import of `name` means, where no module has that name."""
        inside = posixpath.normpath(posixpath.join(folder, name.replace(".", "/")))
        if f"{inside}.py" in self._files or f"{inside}/__init__.py" in self._files:
            return None
        return f"{inside}.ipynb" if f"{inside}.ipynb" in self._files else None


def _sources(path: str, data: bytes) -> Iterator[str]:
    if not path.endswith(".ipynb"):
        yield data.decode("utf-8", "replace")
        return
    try:
        notebook = read(data, path)
    except NbcriticError:
        return
    yield from (cell.source for cell in notebook.code)


def _runs(source: str) -> Iterator[str]:
    if "%run" in source:
        for magic in plain(source).magics:
            if magic.name == "run" and (found := _RUN.match(magic.argument)):
                yield (found["d"] or found["s"] or found["w"]).replace("\\ ", " ")
    yield from _MAGIC_CALL.findall(source)


def _imported(source: str) -> Iterator[str]:
    for found in _IMPORT.finditer(source):
        if found[1]:
            yield found[1]
        else:
            yield from (part.split()[0] for part in found[2].split(",") if part.split())
