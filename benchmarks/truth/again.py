"""What a second run of a cell changes: each cell of a notebook is run once more, and the session compared before and after."""

from __future__ import annotations

import hashlib
import types
from collections.abc import Sequence
from typing import Any

from benchmarks.truth.execute import in_child, namespace, run_cell

DEEPEST = 12
ERROR = "<error>"
"""Stands for a name where the second run raises."""


def changed_by_rerun(cells: Sequence[str], timeout: float = 60.0) -> list[tuple[list[str], list[str]]] | None:
    """For each cell, the names that a second run leaves with another value, and those of which nobody can tell.

    The latter are those on which two first runs from the same state disagree already (clocks, temporary folders). None where
    the notebook does not run.
    """
    found: list[tuple[list[str], list[str]]] | None = in_child(lambda: _all(cells), timeout)
    return found


def _all(cells: Sequence[str]) -> list[tuple[list[str], list[str]]] | None:
    found = []
    for source in cells:
        other = in_child(lambda source=source: _state_after(source), 20.0, beside=True)  # type: ignore[misc]
        if run_cell(source) is not None:
            return None
        once = state()
        again = in_child(lambda source=source: _state_after(source), 20.0, beside=True)  # type: ignore[misc]
        noise = {name for name in once if (other or {}).get(name) != once[name]}
        differs = {name for name in {*once, *(again or {ERROR: ""})} if once.get(name) != (again or {}).get(name)}
        found.append((sorted(differs - noise) if again is not None else [ERROR], sorted(noise)))
    return found


def _state_after(source: str) -> dict[str, str] | None:
    return None if run_cell(source) is not None else state()


def state() -> dict[str, str]:
    """A digest of the value of each name that the notebook made."""
    own = {name: value for name, value in namespace().items() if not name.startswith("_")}
    skipped = ("In", "Out", "exit", "quit", "get_ipython", "open")
    return {
        name: hashlib.blake2b(repr(describe(value)).encode("utf-8", "replace"), digest_size=8).hexdigest()
        for name, value in own.items()
        if name not in skipped
    }


def describe(value: Any, depth: int = 0) -> Any:
    """A value as plain data, without addresses; what cannot be looked into is only its type."""
    kind = type(value).__name__
    if depth > DEEPEST or isinstance(value, types.ModuleType | types.BuiltinFunctionType):
        return kind
    if isinstance(value, int | float | complex | str | bytes | None.__class__):
        return repr(value)
    if isinstance(value, types.FunctionType):
        return kind, value.__name__, value.__code__.co_code.hex(), describe(value.__defaults__, depth + 1)
    if isinstance(value, types.GeneratorType):
        return kind, value.gi_frame is None or value.gi_frame.f_lasti
    if isinstance(value, dict):
        return kind, [(describe(k, depth + 1), describe(v, depth + 1)) for k, v in value.items()]
    if isinstance(value, set | frozenset):
        return kind, sorted(repr(describe(item, depth + 1)) for item in value)
    if hasattr(value, "to_numpy") and hasattr(value, "index"):
        labels = [str(list(getattr(value, name, ""))) for name in ("index", "columns")]
        return kind, labels, value.to_numpy().tolist().__repr__()
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        return kind, str(value.dtype), repr(value.tolist())
    if isinstance(value, list | tuple) or kind == "deque":
        return kind, [describe(item, depth + 1) for item in value]
    if isinstance(value, type):
        own = {name: item for name, item in vars(value).items() if not name.startswith("_")}
        return kind, value.__name__, describe(own, depth + 1)
    if "matplotlib" in type(value).__module__ or kind in ("Shell", "Random", "Logger"):
        return kind
    if hasattr(value, "bit_generator"):
        return kind, repr(value.bit_generator.state)
    return kind, describe(vars(value), depth + 1) if hasattr(value, "__dict__") else kind
