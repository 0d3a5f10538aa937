"""What a fix would change, as a unified diff of each cell: the raw file hides it among quotes and escapes."""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from nbcritic.model import Cell, Notebook
from nbcritic.report.terminal import Style, visible
from nbcritic.report.totals import plural

_NOTHING = "/dev/null"
_PAINT = {"+": ("green",), "-": ("red",), "@": ("cyan",)}


def render(before: Notebook, after: Notebook, origins: Sequence[int], *, color: bool = False) -> Iterator[str]:
    """The changes of one notebook, cell by cell; nothing where there are none.

    `origins` tells for each cell of `after` its number in `before`, 0 for a new one. A line that starts with `#` tells of what
    no diff shows: cells that moved, counts that are gone.
    """
    style = Style(color)
    path = visible(before.path)
    old = {cell.number: cell for cell in before.cells}
    kept = [origin for origin in origins if origin]
    cleared = 0
    for cell, origin in zip(after.cells, origins, strict=True):
        was = old.get(origin)
        name = _NOTHING if was is None else f"{path}:cell {origin}"
        yield from _cell(was, cell, name, f"{path}:cell {cell.number}", style)
        cleared += was is not None and was.execution_count is not None and cell.execution_count is None
    for number in sorted(old.keys() - set(kept)):
        yield from _cell(old[number], None, f"{path}:cell {number}", _NOTHING, style)
    for origin in _moved(kept):
        yield style(f"# {path}: cell {origin} moves to become cell {origins.index(origin) + 1}", "bold") + "\n"
    if cleared:
        yield style(f"# {path}: the execution counts of {plural(cleared, 'cell')} are cleared", "bold") + "\n"


def _cell(was: Cell | None, now: Cell | None, old: str, new: str, style: Style) -> Iterator[str]:
    left, right = (cell.source.split("\n") if cell is not None and cell.source else [] for cell in (was, now))
    if was is None or now is None or was.source != now.source:
        heads = 2
        for line in difflib.unified_diff(left, right, old, new, lineterm=""):
            shown = "\t".join(visible(part) for part in line.split("\t"))
            paint = ("bold",) if heads > 0 else _PAINT.get(line[:1], ())
            heads -= 1
            yield style(shown, *paint) + "\n"


def _moved(origins: Sequence[int]) -> list[int]:
    """The fewest cells whose moving explains the new order."""
    tails, ends, before = list[int](), list[int](), list[int]()
    for at, origin in enumerate(origins):
        length = bisect_left(tails, origin)
        tails[length:] = [origin, *tails[length + 1 :]]
        ends[length:] = [at, *ends[length + 1 :]]
        before.append(ends[length - 1] if length else -1)
    stay, at = set[int](), ends[-1] if ends else -1
    while at >= 0:
        stay.add(origins[at])
        at = before[at]
    return [origin for origin in origins if origin not in stay]
