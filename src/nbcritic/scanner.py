"""Paths to a stream of reports: find the notebooks, read them, lint them by the batch, judge each.

A file that is named is always taken; a folder is walked in the order of names for `*.ipynb` (scripts, which are notebooks
only to those who say so, must be named). What git ignores, hidden folders, virtual environments, `node_modules` and what
`exclude` names are left out, and folders that are symbolic links are not entered unless they are named. `-` is
standard input.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from nbcritic.analysis import project
from nbcritic.analysis.digest import ALONE, Digest, Library
from nbcritic.analysis.page import Page
from nbcritic.config import Config
from nbcritic.engine import chosen, critique
from nbcritic.model import NbcriticError, Report, Skipped
from nbcritic.notebook.read import MAX_BYTES, read
from nbcritic.ruff import Linted, lint, ruff_select

STDIN = "-"
BATCH = 64
"""Notebooks a batch: starting ruff costs 30 ms, so few processes; but reports should come soon."""

BATCH_BYTES = 64 << 20
"""A batch ends here in any case, so that memory stays bounded among large notebooks."""

SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "site-packages"})
ENVIRONMENT_MARKS = ("pyvenv.cfg", "conda-meta")


Libraries: TypeAlias = dict[str | None, Library]
"""What the notebooks of a project share, by the root of the project; None for those that stand in none."""


def configure(paths: Sequence[str], explicit: str | None = None) -> Config:
    """The configuration for these paths: the nearest pyproject.toml upwards from the first of them, or `explicit`."""
    start = next((Path(path) for path in paths if path != STDIN), Path())
    return Config.load(start, explicit=Path(explicit) if explicit is not None else None)


def scan(
    paths: Iterable[str],
    config: Config,
    *,
    stdin: bytes | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Report]:
    """Judge every notebook under `paths`, in order, and yield each report as soon as its batch is done.

    `stdin` is what `-` reads (standard input if not given); `progress` is told the number of reports so far. A notebook that
    cannot be read or judged is a report with a `problem`. Raises NbcriticError for what the user must mend first: a path that
    does not exist, a missing ruff, an unknown selector. Where a rule compares notebooks, all are read for their digests first.
    """
    done = 0
    found: Iterable[str] = find(paths, config)
    libraries: Libraries = {}
    if digests := [rule.digest for rule in chosen(config) if rule.digest is not None]:
        found = tuple(found)
        libraries = _libraries(found, digests)
    for batch in _batches(found, stdin, libraries):
        for report in judge(batch, config):
            done += 1
            if progress is not None:
                progress(done)
            yield report


def find(paths: Iterable[str], config: Config) -> Iterator[str]:
    """The notebooks under `paths`, each file once, spelt as the user spelt the path that leads to it.

    A folder that cannot be read is yielded as if it were a notebook, so that reading it says why.
    Raises NbcriticError for a path that does not exist or is neither a folder, a notebook nor a script.
    """
    given = list(paths)
    for path in given:
        _check(path)
    seen = set[str]()
    for path in given:
        for found in _walk(path, config) if path != STDIN and Path(path).is_dir() else (path,):
            real = found if found == STDIN else os.path.realpath(found)
            if real not in seen:
                seen.add(real)
                yield found


def _check(path: str) -> None:
    if path == STDIN:
        return
    try:
        exists = os.path.lexists(path)
    except ValueError:  # a null byte
        exists = False
    if not exists:
        raise NbcriticError(f"{path}: no such file or folder")
    if not Path(path).is_dir() and not path.lower().endswith((".ipynb", ".py")):
        raise NbcriticError(f"{path}: is neither a notebook (.ipynb) nor a script (.py)")


@dataclass(frozen=True)
class _Line:
    """One line of a .gitignore."""

    regex: re.Pattern[str]
    include: bool
    only_folders: bool

    def names(self, inside: str, is_folder: bool) -> bool:
        """Does the line name this very entry? (pathspec's pattern also matches what is inside a folder that it names.)"""
        if self.only_folders and not is_folder:
            return False
        found = self.regex.match(inside)
        return found is not None and found.groupdict().get("ps_d") is None


Ignores: TypeAlias = tuple[tuple[str, tuple[_Line, ...]], ...]
"""The .gitignore files above and in a folder, each with the folder it stands in: the last line with an opinion decides."""


@dataclass(frozen=True)
class _Folder:
    """A folder as the user would spell it and in full, with what is ignored in it."""

    path: str
    whole: str
    ignores: Ignores = ()


def _is_ignored(whole: str, is_folder: bool, ignores: Ignores) -> bool:
    for base, lines in reversed(ignores):
        inside = os.path.relpath(whole, base).replace(os.sep, "/")
        for line in reversed(lines):
            if line.names(inside, is_folder):
                return line.include
    return False


def _walk(start: str, config: Config) -> Iterator[str]:
    """The notebooks in a folder, in the order of names, without recursion: trees may be deeper than Python's stack."""
    whole = os.path.realpath(start)
    stack: list[_Folder | str] = [_Folder(start, whole, _ignores_above(whole))]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
            continue
        try:
            with os.scandir(item.whole) as entries:
                listing = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            yield item.path
            continue
        if any(entry.name in ENVIRONMENT_MARKS for entry in listing) and item.path != start:
            continue
        if any(entry.name == ".gitignore" for entry in listing):
            item = _Folder(item.path, item.whole, (*item.ignores, *_gitignore(item.whole)))
        stack += reversed(list(_children(item, listing, config)))


def _children(folder: _Folder, listing: Iterable[os.DirEntry[str]], config: Config) -> Iterator[_Folder | str]:
    for entry in listing:
        name = entry.name
        if name.startswith("."):  # hidden folders, .ipynb_checkpoints, the ._x.ipynb of macOS
            continue
        path = str(Path(folder.path, name))
        is_folder = entry.is_dir(follow_symlinks=False)
        wanted = (
            name not in SKIPPED_FOLDERS if is_folder else name.lower().endswith(".ipynb") and not _is_special(entry)
        )
        if not wanted or _is_ignored(entry.path, is_folder, folder.ignores) or config.excludes(path, folder=is_folder):
            continue
        yield _Folder(path, entry.path, folder.ignores) if is_folder else path


def _is_special(entry: os.DirEntry[str]) -> bool:
    """A link to a folder, a pipe, a socket: nothing to read. A broken link is read, so that its report says so."""
    try:
        return entry.is_dir() or not (entry.is_file() or entry.is_symlink())
    except OSError:  # a link to itself
        return False


def _ignores_above(whole: str) -> Ignores:
    """What is ignored from the top of the repository down to the folder above `whole`.

    Nothing is where that ignores `whole` itself: the user has asked for it by name.
    """
    chain = [Path(whole), *Path(whole).parents]
    top = next((index for index, folder in enumerate(chain) if (folder / ".git").exists()), None)
    if top is None:
        return ()
    ignores = _gitignore(str(chain[top]), ".git/info/exclude")
    for folder in reversed(chain[1 : top + 1]):
        ignores += _gitignore(str(folder))
    return () if any(_is_ignored(str(folder), True, ignores) for folder in chain[:top]) else ignores


def _gitignore(folder: str, name: str = ".gitignore") -> Ignores:
    try:
        lines = Path(folder, name).read_text("utf-8", "replace").splitlines()
    except OSError:
        return ()
    kept = tuple(line for text in lines if (line := _line(text)))
    return ((folder, kept),) if kept else ()


def _line(text: str) -> _Line | None:
    from pathspec import GitIgnoreSpec

    text = text if text.endswith("\\ ") else text.rstrip()
    try:
        pattern = next(iter(GitIgnoreSpec.from_lines([text.rstrip("/")]).patterns), None)
    except ValueError:  # git, too, passes over what it cannot understand
        return None
    regex, include = getattr(pattern, "regex", None), getattr(pattern, "include", None)
    return _Line(regex, include, text.endswith("/")) if regex is not None and include is not None else None


def _libraries(paths: Sequence[str], digests: Sequence[Callable[[Page], Digest]]) -> Libraries:
    """What the notebooks of each project have in common. Standard input can be read once only, and is in no project."""
    projects: dict[str | None, list[str]] = {}
    for path in paths:
        if path != STDIN:
            projects.setdefault(project.root_of(str(Path(os.path.abspath(path)).parent)), []).append(path)  # noqa: PTH100
    return {root: Library.of(_digests(inside, digests)) for root, inside in projects.items() if len(inside) > 1}


def _digests(paths: Iterable[str], digests: Sequence[Callable[[Page], Digest]]) -> Iterator[Digest]:
    for path in paths:
        for digest in digests:
            try:
                yield digest(Page(read(_bytes(path, None), path)))
            except Exception:  # its own report will say what is wrong with it
                continue


def _batches(found: Iterable[str], stdin: bytes | None, libraries: Libraries) -> Iterator[list[Page | Report]]:
    batch: list[Page | Report] = []
    size = 0
    for path in found:
        item = _page(path, stdin, libraries)
        batch.append(item)
        size += len(item.notebook.raw) if isinstance(item, Page) else 0
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _page(path: str, stdin: bytes | None, libraries: Libraries) -> Page | Report:
    """Read one file; whatever goes wrong with it is said in its report."""
    try:
        around = project.discover(path)
        return Page(read(_bytes(path, stdin), path), around, library=libraries.get(around.root, ALONE))
    except NbcriticError as error:
        return Report(path, problem=str(error))
    except OSError as error:
        return Report(path, problem=f"cannot be read: {error.strerror or error}")
    except Exception as error:  # a bug of ours must not stop the scan
        return Report(path, problem=f"could not be read: {_what(error)}")


def _bytes(path: str, stdin: bytes | None) -> bytes:
    if path != STDIN:
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    if stdin is not None:
        return stdin
    import sys

    return sys.stdin.buffer.read(MAX_BYTES + 1)


def judge(batch: list[Page | Report], config: Config) -> Iterator[Report]:
    """Judge the pages of a batch, in order, with one ruff process; reports that stand among them pass through.

    The list is emptied on the way, so that each page can be let go as soon as it is judged.
    """
    select = ruff_select(config)
    linted = iter(_lint([item for item in batch if isinstance(item, Page)], select))
    batch.reverse()
    while batch:
        item = batch.pop()
        yield item if isinstance(item, Report) else _report(item, next(linted), config, bool(select))


def _lint(pages: Sequence[Page], select: Sequence[str]) -> list[Linted]:
    try:
        return lint(pages, select)
    except NbcriticError:
        raise
    except Exception as error:  # a bug of ours on one notebook must not cost the others their lint
        if len(pages) == 1:
            return [Linted(problem=_what(error))]
        return [one for page in pages for one in _lint([page], select)]


def _report(page: Page, linted: Linted, config: Config, ran: bool) -> Report:
    page.lints = linted.lints if ran and linted.problem is None else None
    page.newer_syntax = linted.newer_syntax
    skipped = (Skipped("ruff's rules", linted.problem),) if linted.problem else ()
    try:
        return critique(page, config, skipped)
    except Exception as error:
        return Report(page.path, problem=f"could not be judged: {_what(error)}")


def _what(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0]
