"""Which blocks of code stand in several notebooks of a project, for any number of notebooks in the same little memory.

The keys of all blocks lie in a database of SQLite's that has no name: what does not fit into its small cache goes to a file that
is gone with the process, whatever becomes of that.
"""

from __future__ import annotations

import hashlib
import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from functools import lru_cache

from nbcritic.analysis.digest import ALONE, Digest, Library

_KEYS = "Q"
_SIGN = 1 << 63


def keys_of(digests: Iterable[Digest]) -> bytes:
    """The keys of a notebook, each once: all that the others need of its digests."""
    return array(_KEYS, sorted({key for digest in digests for key in digest.keys})).tobytes()


class Copies:
    """First `add` every notebook, then `settle`; then each has its `library`."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = paths
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._db.execute("pragma journal_mode = off")
        self._db.execute("create table blocks (project integer, key integer, notebook integer)")
        self._db.execute("begin")
        self._projects: dict[str | None, int] = {}
        self._holders = lru_cache(maxsize=4096)(self._found)

    def add(self, notebook: int, project: str | None, keys: bytes) -> None:
        """Note the keys of the blocks of the notebook with this index in `paths`."""
        number = self._projects.setdefault(project, len(self._projects))
        # SQLite's integers have a sign.
        rows = ((number, key - (key & _SIGN) * 2, notebook) for key in array(_KEYS, keys))
        self._db.executemany("insert into blocks values (?, ?, ?)", rows)

    def settle(self) -> None:
        """Keep what several notebooks of one project hold."""
        self._db.execute(
            "create table shared as select project, key, notebook from blocks where (project, key) in "
            "(select project, key from blocks group by project, key having count(*) > 1)"
        )
        self._db.execute("drop table blocks")
        self._db.execute("create index by_key on shared (project, key, notebook)")
        self._db.execute("create index by_notebook on shared (notebook)")

    def library(self, notebook: int) -> tuple[Library, bytes]:
        """What the notebook shares with others, and a key that is another whenever that is."""
        shared = self._db.execute(
            "select project, key from shared where notebook = ? order by key", (notebook,)
        ).fetchall()
        if not shared:
            return ALONE, b""
        library: dict[int, tuple[str, ...]] = {}
        key = hashlib.sha256()
        for project, block in shared:
            holders, theirs = self._holders(project, block)
            library[block % (1 << 64)] = holders
            key.update(block.to_bytes(8, "big", signed=True) + theirs)
        return Library(library), key.digest()

    def close(self) -> None:
        """Let go of it all."""
        self._db.close()

    def _found(self, project: int, block: int) -> tuple[tuple[str, ...], bytes]:
        select = "select notebook from shared where project = ? and key = ? order by notebook"
        paths = tuple(self._paths[index] for (index,) in self._db.execute(select, (project, block)))
        return paths, hashlib.sha256("\0".join(paths).encode("utf-8", "surrogatepass")).digest()
