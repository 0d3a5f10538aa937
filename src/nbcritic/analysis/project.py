"""What stands around a notebook: found once for each project, read as text and never imported."""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from nbcritic.analysis.pattern import regex
from nbcritic.analysis.project_files import is_build, is_ci, is_test, listing, root_above, text_of
from nbcritic.analysis.project_manifests import Manifest, is_manifest, manifest
from nbcritic.analysis.project_uses import Notebooks, Use, uses

MAX_READ = 2_000
"""So many files of one kind are read."""
MAX_BYTES = 1_000_000
MAX_LOCK_BYTES = 10_000_000
MAX_NOTEBOOK_BYTES = 5_000_000
MAX_NOTEBOOKS_BYTES = 32_000_000
MAX_DATA = 20_000
EXAMPLE = "example.ipynb"

_WORD = regex(r"[A-Za-z_]\w*")
_IMPORTED = regex(r"^[ \t]*(?:from|import)[ \t]+([\w., \t]+)", re.M)
_DEFINED = regex(r"^(?:async[ \t]+)?def[ \t]+(\w+)", re.M)
_TESTING = regex(
    r"\b(?:pytest|unittest|tox|nox|nosetests|make\s+(?:test|check)\w*|py\.test|trial|stestr|pixi run test\w*)\b"
)
_EXECUTORS = regex(
    r"\b(?:nbmake|nbval|testbook|papermill|nbclient|treon|nbconvert(?=[^\n]*--execute)|ExecutePreprocessor|NotebookClient|runipy|nbdev_test|"
    r"run_notebook|jupyter[- ]book|jupyter execute|nbsphinx|myst_nb|myst-nb|mkdocs-jupyter|ploomber|quarto render|jupytext(?=[^\n]*--execute)|"
    r"nb_execution_mode|nbexec|notebook-tester|pytest-notebook|pytest_notebook|nbtest\w*|jupyter-cache|snakemake(?=[^\n]*notebook)|databricks jobs)"
)
_NO_COMMANDS = regex(
    r"(?:^|[ \t])#[^\n]*|^[ \t-]*(?:display)?name:[^\n]*|^[ \t]*[\w.-]+:[ \t]*$|"
    r"\b(?:pip3?|conda|mamba|uv|poetry|apt|apt-get|brew)[ \t]+(?:-\S+[ \t]+)*(?:pip[ \t]+)?(?:install|add|create)\b(?:\\\n|[^\n;&|])*",
    re.M | re.I,
)
"""What stands in a service's file and runs nothing by itself: comments, titles, the names of jobs, and what is installed."""
_CODE = (".py", ".pyx", ".pyi", ".so", ".pyd", ".ipynb")
_DATA = frozenset(
    "csv tsv xls xlsx json jsonl parquet feather pkl pickle h5 hdf5 npy npz db sqlite sqlite3 geojson shp zip gz dta sav rds arrow orc".split()
)
_TELLING = (
    ".py", ".ipynb", ".txt", ".toml", ".yml", ".yaml", ".cfg", ".ini", ".in", ".pip", ".lock", ".md", ".rst", ".sh", ".pyx", ".pyi", ".so",
    ".pyd", ".dockerfile", ".nix",
)  # fmt: skip
"""How the files end that say more than that they are there; those without an ending do, too."""
_NEARBY = frozenset(
    "requirements/ reqs/ binder/ .binder/ conda/ env/ envs/ environment/ environments/ docker/ .devcontainer/ deps/ dependencies/ tools/ build/".split()
)
"""The folders beside a notebook's own ones where a project keeps its manifests."""


@dataclass(frozen=True)
class Project:
    """The facts about the files around a notebook that rules look at; every path is from the root, with `/`.

    `root` is None where the notebook stands alone (read from stdin, or in no recognisable project).
    """

    root: str | None
    place: str = EXAMPLE
    """The notebook itself."""
    manifests: tuple[Manifest, ...] = ()
    modules: frozenset[str] = frozenset()
    """Every name under which a file of the project may be imported: files and the folders that they stand in."""
    scripts: tuple[str, ...] = ()
    """The Python files that are no tests."""
    tests: tuple[str, ...] = ()
    test_words: frozenset[str] = frozenset()
    """Every identifier that a test file of the project mentions, in strings too (testbook hands names over as strings)."""
    test_imports: frozenset[str] = frozenset()
    """Every word of the import lines of a test file: the parts of modules' names, and what is taken from them."""
    tested: frozenset[tuple[str, str]] = frozenset()
    """The functions of modules that stand beside a notebook and are imported by a test: each with the path of its file."""
    ci: tuple[str, ...] = ()
    """The files that have a service run tests on each change."""
    executors: frozenset[str] = frozenset()
    """The tools that the project's tests, its CI or its build use to execute notebooks."""
    notebooks: tuple[str, ...] = ()
    data: frozenset[str] = frozenset()
    """The names of data files."""
    uses: tuple[Use, ...] = ()
    """Where notebooks of the project are taken for libraries."""
    readmes: frozenset[str] = frozenset()
    """The folders whose README tells how to install something."""
    partial: bool = False
    """There were more files than were looked at: what is missing here may exist."""
    key: str = field(default="", compare=False)
    """Changes whenever a fact does: a cached judgement holds as long as it stays."""

    @classmethod
    def of(cls, files: Mapping[str, str], root: str | None = ".") -> Project:
        """A project made of these files (path → text), with the notebook at its root."""
        paths = (*files, EXAMPLE) if root and EXAMPLE not in files else tuple(files)
        return _project(root, paths, lambda path, limit: files.get(path, "").encode("utf-8", "replace"))

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders that the notebook stands in, from the root (empty) inwards, each ending in `/`."""
        parts = self.place.split("/")[:-1]
        return ("", *("/".join(parts[: end + 1]) + "/" for end in range(len(parts))))

    @property
    def near(self) -> tuple[Manifest, ...]:
        """The manifests that hold for the notebook: those of the folders that it stands in, and of `requirements/`, `binder/` … there."""
        above = frozenset(self.folders)
        return tuple(one for one in self.manifests if one.folder in above or _holds(one.folder, above))

    def users(self) -> tuple[Use, ...]:
        """Where other code takes this notebook for a library."""
        return tuple(use for use in self.uses if use.target == self.place)


Reader = Callable[[str, int], bytes | None]
"""Reads a file of the project (path from the root) unless it holds more bytes than are asked for."""


def _holds(folder: str, above: frozenset[str]) -> bool:
    while folder and folder not in above:
        parent, _, name = folder.rstrip("/").rpartition("/")
        if f"{name}/" not in _NEARBY:
            return False
        folder = f"{parent}/" if parent else ""
    return True


def discover(path: str) -> Project:
    """The project that the notebook at `path` belongs to; each root is read once."""
    if path == "-":
        return NOWHERE
    # Without `..`, for the place in the project must be the file's own; links stay, for the project is where the user sees it.
    file = Path(os.path.abspath(path))  # noqa: PTH100
    root = root_of(str(file.parent))
    return replace(_read(root), place=file.relative_to(root).as_posix()) if root else NOWHERE


def forget() -> None:
    """Read every project anew when it is next asked for: in a process that lives long, files change."""
    root_of.cache_clear()
    _read.cache_clear()


@lru_cache(maxsize=4096)
def root_of(folder: str) -> str | None:
    """The top of the project that a folder belongs to, if any."""
    return root_above(folder)


@lru_cache(maxsize=64)
def _read(root: str) -> Project:
    def read(path: str, limit: int) -> bytes | None:
        try:
            with Path(root, path).open("rb") as file:
                data = file.read(limit + 1)
        except OSError:
            return None
        return data if len(data) <= limit else None

    found = listing(root)
    return replace(_project(root, found.files, read), partial=found.partial)


def _project(root: str | None, every: tuple[str, ...], read: Reader) -> Project:
    files = tuple(path for path in every if path.endswith(_TELLING) or _is_bare(path))
    tests = tuple(path for path in files if is_test(path))
    scripts = tuple(path for path in files if path.endswith(".py") and not is_test(path))
    notebooks = tuple(path for path in files if path.endswith(".ipynb"))
    words, imports, executors = set[str](), set[str](), set[str]()
    for path in tests[:MAX_READ]:
        text = _text(read, path)
        words.update(_WORD.findall(text))
        imports.update(_WORD.findall(" ".join(_IMPORTED.findall(text))))
        executors.update(_EXECUTORS.findall(text))
    ci = list[str]()
    for path in [path for path in files if is_ci(path) or is_build(path)][:MAX_READ]:
        text = _text(read, path)
        executors.update(_EXECUTORS.findall(text))
        if is_ci(path) and _TESTING.search(_NO_COMMANDS.sub("", text)):
            ci.append(path)
    project = Project(
        root,
        manifests=_manifests(files, read),
        modules=_modules(files),
        scripts=scripts,
        tests=tests,
        test_words=frozenset(words),
        test_imports=frozenset(imports),
        tested=frozenset(_tested(scripts, notebooks, imports, read)),
        ci=tuple(ci),
        executors=frozenset(executors),
        notebooks=notebooks,
        data=frozenset(
            [path.rpartition("/")[2] for path in every if path.rpartition(".")[2].lower() in _DATA][:MAX_DATA]
        ),
        uses=_uses(files, scripts, notebooks, read),
        readmes=frozenset(_readmes(files, read)),
    )
    return replace(project, key=_key(project))


def _is_bare(path: str) -> bool:
    name = path.rpartition("/")[2]
    return "." not in name or name.startswith("Dockerfile")


def _text(read: Reader, path: str, limit: int = MAX_BYTES) -> str:
    return text_of(read(path, limit) or b"")


def _manifests(files: tuple[str, ...], read: Reader) -> tuple[Manifest, ...]:
    texts = {
        path: _text(read, path, MAX_LOCK_BYTES) for path in [path for path in files if is_manifest(path)][:MAX_READ]
    }
    found = {path: one for path, text in texts.items() if (one := manifest(path, text)) is not None}
    return tuple(_completed(one, texts[path], found) if one.partial else one for path, one in found.items())


def _completed(one: Manifest, text: str, others: Mapping[str, Manifest]) -> Manifest:
    """A manifest that takes its list from files that were read, too: a setup.py that opens requirements.txt."""
    named = {posixpath.normpath(one.folder + name) for name in _LISTS.findall(text)}
    lists = [others[path] for path in named if path in others and path != one.path]
    if not lists or any(other.partial for other in lists):
        return one
    names = one.names.union(*(other.names for other in lists))
    return replace(one, names=names, pins=one.pins.union(*(other.pins for other in lists)), partial=False)


def _modules(files: tuple[str, ...]) -> frozenset[str]:
    found = set[str]()
    for path in files:
        if path.endswith(_CODE):
            *folders, name = path.split("/")
            found.add(name.partition(".")[0])
            if not name.endswith(".ipynb"):
                found.update(folders)
    return frozenset(found)


def _tested(
    scripts: tuple[str, ...], notebooks: tuple[str, ...], imports: set[str], read: Reader
) -> Iterator[tuple[str, str]]:
    folders = {posixpath.dirname(path) for path in notebooks}
    for path in scripts[:MAX_READ]:
        folder, name = posixpath.split(path)
        if folder in folders and name.removesuffix(".py") in imports:
            yield from ((function, path) for function in _DEFINED.findall(_text(read, path)))


def _uses(
    files: tuple[str, ...], scripts: tuple[str, ...], notebooks: tuple[str, ...], read: Reader
) -> tuple[Use, ...]:
    if not notebooks:
        return ()
    known = Notebooks(files)
    found = set[Use]()
    left = MAX_NOTEBOOKS_BYTES
    # A notebook that stands alone has no other to use.
    for path in (*scripts[:MAX_READ], *(notebooks[:MAX_READ] if len(notebooks) > 1 else ())):
        data = read(path, MAX_NOTEBOOK_BYTES) or b""
        left -= len(data)
        found.update(uses(path, data, known))
        if left < 0:
            break
    return tuple(sorted(found))


_LISTS = regex(r"[\w./-]+\.(?:txt|in)\b")
_README = regex(r"(?:^|/)(?:readme|install|(?:nb)?setup)[^/]*\.(?:md|rst|txt)$", re.I)
_TELLS = regex(
    r"\b(?:(?:pip3?|conda|mamba|uv|poetry|pipenv|pixi)\s+(?:install|create|env|add|sync)|nix-shell|nix\s+develop|docker\s+(?:build|pull|run)|"
    r"docker[- ]compose\s+up)\b",
    re.I,
)


def _readmes(files: tuple[str, ...], read: Reader) -> list[str]:
    named = [path for path in files if _README.search(path)]
    return [path[: path.rfind("/") + 1] for path in named[:MAX_READ] if _TELLS.search(_text(read, path))]


def _key(project: Project) -> str:
    facts = (sorted(value) if isinstance(value, frozenset) else value for value in vars(project).values())
    return hashlib.blake2b(
        repr([_stable(fact) for fact in facts]).encode("utf-8", "replace"), digest_size=16
    ).hexdigest()


def _stable(fact: object) -> object:
    """The same text for the same fact in every process: sets have no order of their own."""
    if isinstance(fact, tuple):
        return [_stable(one) for one in fact]
    if not isinstance(fact, Manifest):
        return fact
    return (fact.path, sorted(fact.names), fact.own, fact.partial, fact.lock, sorted(fact.pins), sorted(fact.gives))


NOWHERE = Project.of({}, None)
