"""Under which key a result is kept: everything that it depends on.

A report depends on the bytes of the notebook, on its path (rules read it, and so do other notebooks' reports), on this program, ruff
and Python, on the configuration, on the facts about the project around it, and on what other notebooks share with it.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from functools import cache, lru_cache
from pathlib import Path

from nbcritic import __version__
from nbcritic.analysis.project_files import listing, root_above
from nbcritic.config import Config
from nbcritic.scanner.cache import Cache

_SETTLED = 2_000_000_000
"""Nanoseconds after which a file that changes gets another time than it had: the clocks of some disks are that slow."""


def key_of(*parts: str | bytes) -> bytes:
    """One key for several parts; where one part ends and the next begins is part of it."""
    whole = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        whole.update(len(data).to_bytes(8, "big") + data)
    return whole.digest()


def absolute(path: str) -> str:
    """The whole path without `..`; links stay, for the project is where the user sees it."""
    return os.path.abspath(path)  # noqa: PTH100


@cache
def program() -> str:
    """Changes with every line of this package."""
    whole = hashlib.sha256(__version__.encode())
    top = Path(__file__).parents[1]
    for folder, inner, names in os.walk(top):
        inner.sort()
        for name in sorted(names):
            if name.endswith(".py"):
                path = Path(folder, name)
                data = path.read_bytes()
                whole.update(f"{path.relative_to(top).as_posix()} {len(data)}\0".encode() + data)
    return whole.hexdigest()


@cache
def version() -> bytes:
    """Changes with this package, with Python and with ruff."""
    ruff = ""
    try:
        from ruff import find_ruff_bin  # type: ignore[import-untyped]

        about = os.stat(find_ruff_bin())  # noqa: PTH116
        ruff = f"{about.st_size} {about.st_mtime_ns}"
    except (ImportError, OSError):  # the scan itself says that it is missing
        pass
    return key_of(program(), sys.version, ruff)


def of_config(config: Config) -> str:
    """Changes with every choice that a report depends on; those for single files must be resolved (`Config.for_notebook`)."""
    options = sorted((rule, sorted(of.items())) for rule, of in config.rule_options.items())
    silenced = sorted(set().union(*config.per_file_ignores.values()))
    return repr((config.profile, config.select, config.extend_select, config.ignore, silenced, _stable(options)))


def _stable(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return [_stable(one) for one in value]
    return sorted(map(repr, value)) if isinstance(value, (set, frozenset)) else value


class Surroundings:
    """The keys of the projects that a scan meets.

    To know a project's facts, hundreds of files are read; to know that they are as they were, it is enough to look when each
    was changed. So a project's key is kept under the names, sizes and times of its files, and its facts are read for those
    notebooks only that have to be judged.
    """

    def __init__(self, cache: Cache | None) -> None:
        self._cache = cache
        self._keys = lru_cache(maxsize=1024)(self._key)
        self._root = lru_cache(maxsize=4096)(root_above)
        # In a process that lives long, files may have changed since the facts were read.
        if (read := sys.modules.get("nbcritic.analysis.project")) is not None:
            read.forget()

    def root(self, path: str) -> str | None:
        """The top of the project that the notebook belongs to."""
        return self._root(str(Path(absolute(path)).parent))

    def key(self, path: str) -> str:
        """Changes when a fact about the project around the notebook does."""
        root = self.root(path)
        return self._keys(root) if root is not None else ""

    def _key(self, root: str) -> str:
        seen, is_settled = _looks(root)
        key = key_of(b"project", version(), seen)
        known = self._cache.get(key) if self._cache is not None else None
        if known is not None:
            return known.decode()
        from nbcritic.analysis import project

        found = project.discover(str(Path(root, "any.ipynb")))
        facts = f"{found.key} {found.partial}"
        if self._cache is not None and is_settled:
            self._cache.put("project", [(key, facts.encode())])
        return facts


def _looks(root: str) -> tuple[bytes, bool]:
    """How the files of a project look from outside, and whether a change of any of them would be seen."""
    seen = hashlib.sha256(root.encode("utf-8", "surrogatepass"))
    found = listing(root)
    newest = 0
    for path in found.files:
        try:
            about = os.stat(os.path.join(root, path))  # noqa: PTH116, PTH118
        except OSError:
            seen.update(f"{path}\0gone\n".encode("utf-8", "surrogatepass"))
            continue
        seen.update(f"{path}\0{about.st_size} {about.st_mtime_ns}\n".encode("utf-8", "surrogatepass"))
        newest = max(newest, about.st_mtime_ns)
    return seen.digest(), newest < time.time_ns() - _SETTLED
