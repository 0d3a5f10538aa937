"""A notebook back to bytes and onto the disk: edits are put into the file as it is, and nothing else in it changes."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from nbcritic.model import Cell, NbcriticError, Notebook
from nbcritic.notebook import percent, write_json, write_percent
from nbcritic.notebook.edits import Change, NewCell, Plan, planned, replaced
from nbcritic.notebook.encoding import utf8
from nbcritic.notebook.read import read

_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A notebook after edits. `origins` tells for each of its cells the number that it had before, 0 for a new one."""

    notebook: Notebook
    origins: tuple[int, ...]


def rewrite(notebook: Notebook, changes: Iterable[Change]) -> Rewritten:
    """The notebook with these changes in its `raw` bytes, all of which use the cell numbers of before.

    Every cell that no change names keeps its bytes; so does everything around the cells. Raises NbcriticError, in words for a
    person, where the changes contradict each other or the file is spelt in a way that cannot be edited without loss.
    """
    plan = planned(changes, len(notebook.cells))
    try:
        raw = _encoded(notebook, plan)
    except (ValueError, LookupError, RecursionError):  # every error of a decoder is a ValueError
        raise NbcriticError("the file is spelt in a way that cannot be edited without loss") from None
    after = reread(notebook, raw)
    _check(notebook, plan, after)
    return Rewritten(after, tuple(entry if isinstance(entry, int) else 0 for entry in plan.order))


def _encoded(notebook: Notebook, plan: Plan) -> bytes:
    rewritten = write_percent.rewrite if notebook.script else write_json.rewrite
    raw = notebook.raw
    text = utf8(raw)
    if text is raw:
        return rewritten(text, notebook, plan)
    if raw.startswith(_MARK):
        return _MARK + rewritten(text, notebook, plan)
    encoding = json.detect_encoding(raw)
    if text.decode().encode(encoding) != raw:
        raise ValueError(encoding)
    return rewritten(text, notebook, plan).decode().encode(encoding)


def reread(notebook: Notebook, raw: bytes) -> Notebook:
    """The notebook that other bytes of the same file make. Raises NbcriticError where they make none."""
    if not notebook.script:
        return read(raw, notebook.path)
    # An example in a rule's documentation carries its history; a script that somebody runs does not.
    history = any(cell.execution_count is not None or cell.outputs != b"[]" for cell in notebook.cells)
    found = percent.read(utf8(raw).decode("utf-8", "replace"), notebook.path, history=history)
    return Notebook(**{**vars(found), "raw": raw, "metadata": notebook.metadata})


def _check(before: Notebook, plan: Plan, after: Notebook) -> None:
    """Is it what was planned? If not, the file was misunderstood, and nothing may be written."""
    wanted = [_expected(before, plan, entry) for entry in plan.order]
    if [_seen(cell) for cell in after.cells] != wanted:
        raise NbcriticError("the file is spelt in a way that cannot be edited without loss")


def _seen(cell: Cell) -> tuple[str, str]:
    return cell.kind, cell.source.rstrip()


def _expected(before: Notebook, plan: Plan, entry: int | NewCell) -> tuple[str, str]:
    if isinstance(entry, NewCell):
        return entry.kind, entry.source.rstrip()
    cell = before.cells[entry - 1]
    return cell.kind, replaced(cell.source, plan.replacements.get(entry, ())).rstrip()


def save(path: str | Path, data: bytes, *, was: bytes | None = None) -> None:
    """Put the bytes in the place of a file: all of them, or none.

    They are written beside it, brought to the disk, and only then given its name; its permissions stay, and a symbolic link goes
    on pointing to the same file. With `was`, a file that no longer holds these bytes is left alone. Raises NbcriticError.
    """
    final = Path(os.path.realpath(path))
    part = final.with_name(f".{final.name[:200]}.{os.getpid()}.part")
    try:
        if was is not None and final.read_bytes() != was:
            raise NbcriticError(f"{path}: has changed since it was read, and is left alone")
        if final.exists() and not os.access(final, os.W_OK):
            raise PermissionError(13, os.strerror(13))
        try:
            with part.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if final.exists():
                shutil.copymode(final, part)
            part.replace(final)
        finally:
            with suppress(FileNotFoundError):
                part.unlink()
    except OSError as error:
        raise NbcriticError(f"{path}: cannot be written: {error.strerror or error}") from error
