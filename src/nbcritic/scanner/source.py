"""The notebooks of a scan, each as what is known of it already or as a task."""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from nbcritic.config import Config
from nbcritic.model import NbcriticError, Report
from nbcritic.scanner import keys
from nbcritic.scanner.cache import Cache
from nbcritic.scanner.find import STDIN
from nbcritic.scanner.packed import unpack
from nbcritic.scanner.task import Task

if TYPE_CHECKING:
    from nbcritic.scanner.copies import Copies

_USUAL = 8 << 20
"""Bytes that are read before it is asked how many a notebook may have."""


class Outcome(NamedTuple):
    """A report, whether it may be kept, and its bytes where there are some already."""

    report: Report
    lasts: bool = False
    packed: bytes = b""


class Source:
    """Reads the notebooks of a scan and looks each up in the cache. `stdin` is what `-` reads."""

    def __init__(self, found: Sequence[str], config: Config, cache: Cache | None, stdin: bytes | None) -> None:
        self._found = found
        self._config = config
        self._cache = cache
        self._stdin = stdin
        self._surroundings = keys.Surroundings(cache)
        self._contents: dict[int, bytes] = {}
        """The hash of each notebook whose digest was looked up: its report is looked up without reading it again."""
        self._copies: Copies | None = None
        self._comparing = self._digesters() if len(found) > 1 else ""

    def shares(self, copies: Copies) -> None:
        """Notebooks share with others what `copies` says, from now on."""
        self._copies = copies

    def close(self) -> None:
        """Nothing more is asked."""
        if self._copies is not None:
            self._copies.close()

    def items(self) -> Iterator[Task | Outcome]:
        """For each notebook its report, if that is known, or else the task to judge it."""
        for index, path in enumerate(self._found):
            try:
                yield self._item(index, path)
            except NbcriticError as error:
                yield Outcome(Report(path, problem=str(error)))
            except OSError as error:
                yield Outcome(Report(path, problem=f"cannot be read: {error.strerror or error}"))
            except Exception as error:  # a bug of ours must not stop the scan
                yield Outcome(Report(path, problem=f"could not be read: {type(error).__name__}: {error}"))

    def to_compare(self) -> list[tuple[int, str | None]]:
        """The notebooks that have others beside them, with the top of their project; none where no rule compares them."""
        if not self._comparing:
            return []
        roots = [(i, self._surroundings.root(path)) for i, path in enumerate(self._found) if path != STDIN]
        count = Counter(root for _, root in roots)
        return [(index, root) for index, root in roots if count[root] > 1]

    def digests(self, indices: Sequence[int]) -> Iterator[Task | bytes]:
        """For each of these notebooks its digest, if that is known, or else the task to make it."""
        for index in indices:
            path = self._found[index]
            try:
                data = self._read(path)
            except (OSError, NbcriticError):  # its report will say so
                yield b""
                continue
            key = known = None
            if self._cache is not None:
                content = self._contents[index] = hashlib.sha256(data).digest()
                kind = "script" if path.endswith(".py") else "notebook"
                key = keys.key_of("digest", keys.version(), self._comparing, kind, content)
                known = self._cache.get(key)
            yield known if known is not None else Task(path, data, self._config.for_notebook(path), key=key)

    def _item(self, index: int, path: str) -> Task | Outcome:
        config = self._config.for_notebook(path)
        library, shared = self._copies.library(index) if self._copies is not None else (None, b"")
        data = key = None
        if self._cache is not None and path != STDIN:
            content = self._contents.get(index)
            if content is None:
                data = self._read(path)
                content = hashlib.sha256(data).digest()
            key = self._key(path, config, shared, content)
            packed = self._cache.get(key)
            if packed is not None:
                try:
                    return Outcome(unpack(packed, path))
                except ValueError:  # damaged: it is made anew
                    pass
        if data is None:
            data = self._read(path)
            if key is not None:  # it may have been written since its digest was made
                key = self._key(path, config, shared, hashlib.sha256(data).digest())
        from nbcritic.analysis.project import discover

        return Task(path, data, config, discover(path), library, key)

    def _key(self, path: str, config: Config, shared: bytes, content: bytes) -> bytes:
        root = self._surroundings.root(path) or ""
        around = (keys.absolute(path), root, self._surroundings.key(path))
        return keys.key_of("report", keys.version(), keys.of_config(config), path, *around, shared, content)

    def _read(self, path: str) -> bytes:
        if path == STDIN:
            return self._read_stdin()
        with open(path, "rb") as file:  # noqa: PTH123 (half the time of Path.open)
            data = file.read(_USUAL)
            if len(data) < _USUAL:
                return data
            from nbcritic.notebook.read import MAX_BYTES, read

            data += file.read(max(MAX_BYTES + 1 - _USUAL, 0))
        if len(data) > MAX_BYTES:
            read(data, path)  # says so
        return data

    def _read_stdin(self) -> bytes:
        if self._stdin is not None:
            return self._stdin
        from nbcritic.notebook.read import MAX_BYTES

        return sys.stdin.buffer.read(MAX_BYTES + 1)

    def _digesters(self) -> str:
        """The codes of the chosen rules that compare notebooks; to ask the cache is quicker than to load all rules."""
        key = keys.key_of("rules", keys.version(), keys.of_config(self._config.for_notebook(STDIN)))
        known = self._cache.get(key) if self._cache is not None else None
        if known is not None:
            return known.decode()
        from nbcritic.scanner.batch import digesters

        codes = json.dumps(found) if (found := digesters(self._config)) else ""
        if self._cache is not None:
            self._cache.put("rules", [(key, codes.encode())])
        return codes
