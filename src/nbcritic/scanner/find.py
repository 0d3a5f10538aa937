"""Which files a scan is about.

A file that is named is always taken; a folder is walked in the order of names for `*.ipynb` (scripts, which are notebooks
only to those who say so, must be named). What git ignores, hidden folders, virtual environments, `node_modules` and what
`exclude` names are left out, and folders that are symbolic links are not entered unless they are named. `-` is
standard input. What git tracks is not ignored, whatever a .gitignore says: git itself sees it so.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from nbcritic.config import Config
from nbcritic.model import NbcriticError
from nbcritic.scanner.tracked import Tracked

STDIN = "-"

SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "site-packages"})
ENVIRONMENT_MARKS = ("pyvenv.cfg", "conda-meta")


def configure(paths: Sequence[str], explicit: str | None = None) -> Config:
    """The configuration for these paths: the nearest pyproject.toml upwards from the first of them, or `explicit`."""
    start = next((Path(path) for path in paths if path != STDIN), Path())
    return Config.load(start, explicit=Path(explicit) if explicit is not None else None)


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
    tracked: Tracked
    ignores: Ignores = ()

    def leaves_out(self, whole: str, is_folder: bool) -> bool:
        """Does git ignore this entry?"""
        return _is_ignored(whole, is_folder, self.ignores) and whole not in self.tracked


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
    stack: list[_Folder | str] = [_Folder(start, whole, Tracked(whole), _ignores_above(whole))]
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
            item = replace(item, ignores=(*item.ignores, *_gitignore(item.whole)))
        if any(entry.name == ".git" for entry in listing) and item.path != start:
            item = replace(item, tracked=Tracked(item.whole))
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
        if not wanted or folder.leaves_out(entry.path, is_folder) or config.excludes(path, folder=is_folder):
            continue
        yield replace(folder, path=path, whole=entry.path) if is_folder else path


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
