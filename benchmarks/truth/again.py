"""What a second run of a cell changes: each cell of a notebook is run once more, and the session compared before and after.

Whether a cell leaves what it left before must not hang on the values that happen to be there (`x = 4 // x` changes nothing where
`x` is 2): where nothing differs, the cell is run twice from other states too (`vary`).
"""

from __future__ import annotations

import hashlib
import random
import types
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.truth.execute import in_child, namespace, run_cell
from benchmarks.truth.vary import fixed_names, vary

DEEPEST = 12
DIGITS = 10
SMALLEST = 1e-12
OTHER_STATES = 12
"""From so many other states a cell is run twice."""
ERROR = "<error>"
"""Stands for a name where the second run raises."""
FILES = ""
"""Stands for the files in the notebook's folder."""
_SKIPPED = frozenset({"In", "Out", "exit", "quit", "get_ipython", "open"})


@dataclass(frozen=True, slots=True)
class Rerun:
    """The names that a second run of a cell leaves with another value."""

    here: list[str]
    """From the state in which the notebook comes to the cell."""
    elsewhere: list[str]
    """From another state; asked only where nothing differs here."""
    noise: list[str]
    """The names on which two first runs from the same state disagree already (clocks, temporary folders): nobody can tell."""


def changed_by_rerun(cells: Sequence[str], timeout: float = 60.0) -> list[Rerun]:
    """What a second run changes, for each cell above the first that raises."""
    return [Rerun(**row) for row in in_child(lambda: _all(cells), timeout) or ()]


def _all(cells: Sequence[str]) -> list[dict[str, list[str]]]:
    found = []
    fixed = fixed_names(cells)
    for number, source in enumerate(cells, 1):
        once, again = in_child(lambda source=source: _twice(source), 20.0, beside=True) or ({}, None)  # type: ignore[misc]
        other = in_child(lambda source=source: [_state_after(source)], 20.0, beside=True) or [None]  # type: ignore[misc]
        noise = {name for name in once if (other[0] or {}).get(name) != once[name]}
        here, elsewhere = _differing(once, again) - noise, set[str]()
        for turn in range(0 if here else OTHER_STATES):
            chance = random.Random(f"{number} {turn} {source}")

            def started_elsewhere(source: str = source, chance: random.Random = chance) -> Any:
                vary(namespace(), chance, fixed)
                return _twice(source)

            once, again = in_child(started_elsewhere, 3.0, beside=True) or (None, None)
            elsewhere |= _differing(once, again) - noise if once is not None else set()
            if elsewhere:
                break
        if run_cell(source) is not None:
            break
        found.append(asdict(Rerun(sorted(here), sorted(elsewhere), sorted(noise))))
    return found


def _differing(once: dict[str, str], again: dict[str, str] | None) -> set[str]:
    if again is None:
        return {ERROR}
    return {name for name in {*once, *again} if once.get(name) != again.get(name)}


def _twice(source: str) -> tuple[dict[str, str] | None, dict[str, str] | None]:
    """The states after the first and after the second run; None after an error."""
    once = _state_after(source)
    return once, None if once is None else _state_after(source)


def _state_after(source: str) -> dict[str, str] | None:
    return None if run_cell(source) is not None else state()


def state() -> dict[str, str]:
    """A digest of the value of each name that the notebook made, and of its files."""
    own = {name: value for name, value in namespace().items() if not name.startswith("_") and name not in _SKIPPED}
    found = {name: describe(value) for name, value in own.items()}
    found[FILES] = [(str(path), path.read_bytes()) for path in sorted(Path().rglob("*")) if path.is_file()]
    return {
        name: hashlib.blake2b(repr(value).encode("utf-8", "replace"), digest_size=8).hexdigest()
        for name, value in found.items()
    }


def _rounded(value: object) -> str:
    """A number as far as it is certain: what is divided by its sum once more differs in the last digit."""
    if not isinstance(value, float):
        return repr(value)
    return "0" if abs(value) < SMALLEST else f"{value:.{DIGITS}g}"


def describe(value: Any, depth: int = 0) -> Any:
    """A value as plain data, without addresses; what cannot be looked into is only its type."""
    kind = type(value).__name__
    if depth > DEEPEST or isinstance(value, types.ModuleType | types.BuiltinFunctionType):
        return kind
    if isinstance(value, float):
        return _rounded(value)
    if isinstance(value, int | complex | str | bytes | None.__class__):
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
        return kind, labels, [_rounded(item) for item in value.to_numpy().ravel().tolist()]
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        return kind, str(value.dtype), value.shape, [_rounded(item) for item in value.ravel().tolist()]
    if isinstance(value, list | tuple) or kind == "deque":
        return kind, [describe(item, depth + 1) for item in value]
    if isinstance(value, type):
        own = {name: item for name, item in vars(value).items() if not name.startswith("_")}
        return kind, value.__name__, describe(own, depth + 1)
    if "matplotlib" in type(value).__module__ or kind in ("Shell", "Random", "Logger"):
        return kind
    if hasattr(value, "bit_generator"):
        return kind, repr(value.bit_generator.state)
    if hasattr(value, "__dict__"):
        return kind, describe(vars(value), depth + 1)
    text = repr(value)
    return kind if " at 0x" in text else text
