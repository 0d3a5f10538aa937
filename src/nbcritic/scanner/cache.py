"""What was found out before, by what it was found out from: one SQLite file in the user's cache folder.

A cache is a convenience. Whatever goes wrong with it (no room, no right to write, a damaged file, another process that holds
it) costs time and nothing else: `problem` says so in a line, and the scan goes on without it. It holds findings, which show
no credentials, and no notebooks.
"""

from __future__ import annotations

import os
import sys
import time
import zlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from sqlite3 import Connection

Kind: TypeAlias = Literal["report", "digest", "project", "rules"]

NAME = "nbcritic.sqlite3"
ENVIRONMENT = "NBCRITIC_CACHE_DIR"
FORMAT = 1
LIMIT = 512 << 20
"""Bytes. A larger file loses the half of its entries that were not used for longest."""

PATIENCE = 5.0
"""Seconds to wait for another process that writes."""

_DAY = 86_400
_TABLE = """
create table if not exists entries (
    key blob primary key, kind text not null, value blob not null, checksum integer not null, used integer not null
)
"""


def folder() -> Path:
    """Where the cache lies: what NBCRITIC_CACHE_DIR says, else the platform's folder for caches."""
    if named := os.environ.get(ENVIRONMENT):
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "nbcritic" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/nbcritic"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nbcritic"


@dataclass(frozen=True, slots=True)
class Info:
    """What the cache holds: how many reports, in how many bytes of the disk."""

    folder: str
    reports: int
    bytes: int


class Cache:
    """The cache in one folder. It is opened when it is first asked; `get`, `put`, `info` and `close` never raise."""

    def __init__(self, where: Path | None = None) -> None:
        self._where = where
        self._db: Connection | None = None
        self._is_open = False
        self._wrote = False
        self._used: list[bytes] = []
        self._today = int(time.time() // _DAY)
        self.problem: str | None = None
        """Why nothing, or not everything, can be kept, for a person."""

    @property
    def where(self) -> Path:
        """Its folder. Raises RuntimeError where the user has no home."""
        return self._where or folder()

    def get(self, key: bytes) -> bytes | None:
        """What is kept under a key."""
        row = self._do("select value, checksum, used from entries where key = ?", (key,))
        if not row:
            return None
        value, check, used = row[0]
        if not isinstance(value, bytes) or zlib.crc32(value) != check:
            return None
        if used != self._today:
            self._used.append(key)
        return value

    def put(self, kind: Kind, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep values under their keys."""
        rows = [(key, kind, value, zlib.crc32(value), self._today) for key, value in entries]
        if rows:
            self._wrote = True
            self._do("insert or replace into entries values (?, ?, ?, ?, ?)", *rows)

    def close(self) -> None:
        """Note what was used, make room, let go."""
        if self._used:
            self._do("update entries set used = ? where key = ?", *((self._today, key) for key in self._used))
            self._used = []
        if self._wrote and self._size() > LIMIT:
            half = "select key from entries order by used limit (select count(*) / 2 from entries)"
            self._do(f"delete from entries where key in ({half})", ())
        self._give_up()
        self._is_open = False

    def info(self) -> Info:
        """What is in it."""
        rows = self._do("select count(*) from entries where kind = 'report'") if self._files() else []
        return Info(str(self.where), rows[0][0] if rows else 0, sum(path.stat().st_size for path in self._files()))

    def clear(self) -> int:
        """Remove its files, and say how many bytes they had. Raises OSError where that fails."""
        self._give_up()
        self._is_open = False
        freed = 0
        for path in self._files():
            freed += path.stat().st_size
            path.unlink(missing_ok=True)
        return freed

    def _files(self) -> list[Path]:
        """The files there are: SQLite has two more beside the one while it works."""
        return [path for end in ("", "-wal", "-shm") if (path := self.where / f"{NAME}{end}").is_file()]

    def _size(self) -> int:
        pages, size = self._do("pragma page_count"), self._do("pragma page_size")
        return pages[0][0] * size[0][0] if pages and size else 0

    def _do(self, sql: str, *rows: tuple[object, ...]) -> list[tuple[Any, ...]]:
        """Run one statement, once for each row of values and all or nothing; no rows come back where it cannot be run."""
        import sqlite3

        try:
            db = self._opened()
            if db is None:
                return []
            if len(rows) <= 1:
                return db.execute(sql, *rows).fetchall()
            with db:
                db.execute("begin immediate")
                db.executemany(sql, rows)
        except sqlite3.Error as error:
            self._failed(error)
        return []

    def _opened(self) -> Connection | None:
        if not self._is_open:
            self._is_open = True
            try:
                self.where.mkdir(parents=True, exist_ok=True, mode=0o700)
                # Nobody else is to read it; SQLite gives the files that it makes beside it the same rights.
                os.close(os.open(self.where / NAME, os.O_RDWR | os.O_CREAT, 0o600))
                self._db = _connect(self.where / NAME)
            except (OSError, RuntimeError) as error:
                self._complain(getattr(error, "strerror", None) or str(error))
        return self._db

    def _failed(self, error: Exception) -> None:
        import sqlite3

        said = str(error)
        if "locked" in said:  # another process is at it for long: this entry is not kept, perhaps the next
            return
        if isinstance(error, sqlite3.OperationalError):
            self._complain(said)
            self._give_up()
            return
        self._give_up()
        was_damaged = self.problem is not None
        self.problem = f"the cache in {self.where} was damaged ({said}) and begins anew"
        if not was_damaged:
            with suppress(OSError):
                self.clear()

    def _complain(self, why: str) -> None:
        where = ""
        with suppress(RuntimeError):
            where = f" in {self.where}"
        self.problem = f"the cache{where} cannot be used ({why}): results are not kept for the next run"

    def _give_up(self) -> None:
        if self._db is not None:
            with suppress(Exception):
                self._db.close()
        self._db = None


def _connect(path: Path) -> Connection:
    import sqlite3

    db = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        with suppress(sqlite3.OperationalError):  # locked, by a process that says the same, or a disk that cannot
            db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = normal")
        if db.execute("pragma user_version").fetchone()[0] != FORMAT:
            db.execute("drop table if exists entries")
            db.execute(f"pragma user_version = {FORMAT}")
        db.execute(_TABLE)
    except sqlite3.Error:
        db.close()
        raise
    return db
