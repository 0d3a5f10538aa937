"""What edits make of a notebook, whatever its file looks like: the text of each cell and the order of the cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Any, TypeAlias

from nbcritic.model import ClearCounts, Edit, Insert, Kind, Move, NbcriticError, Replace, Span


@dataclass(frozen=True, slots=True)
class NewCell:
    """A cell to insert before cell number `before`; one more than the last number appends it."""

    before: int
    source: str
    kind: Kind = "code"
    metadata: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


Change: TypeAlias = Edit | NewCell
Entry: TypeAlias = int | NewCell
"""A cell of the new notebook: the number that it had, or a new one."""


@dataclass(frozen=True)
class Plan:
    """What is to become of a notebook: the cells in their new order, the replacements in each cell, and the counts."""

    order: tuple[Entry, ...]
    replacements: Mapping[int, tuple[Replace, ...]]
    clears_counts: bool = False


def planned(changes: Iterable[Change], cells: int) -> Plan:
    """Sort out the changes of a notebook with so many cells; all of them use the numbers that the cells have before.

    Raises NbcriticError where two changes contradict each other, or one names a cell that does not exist.
    """
    before: dict[int, list[Entry]] = defaultdict(list)
    replacements: dict[int, list[Replace]] = defaultdict(list)
    gone = set[int]()
    clears = False
    for change in changes:
        if isinstance(change, Replace):
            replacements[_known(change.at.cell, cells)].append(change)
        elif isinstance(change, Insert | NewCell):
            cell = change if isinstance(change, NewCell) else NewCell(change.before, change.source)
            before[_known(cell.before, cells + 1)].append(cell)
        elif isinstance(change, ClearCounts):
            clears = True
        else:
            if change.cell in gone:
                raise NbcriticError(f"two edits move or drop cell {change.cell}")
            gone.add(_known(change.cell, cells))
            if isinstance(change, Move):
                before[_known(change.before, cells + 1)].append(change.cell)
    order: list[Entry] = []
    for number in range(1, cells + 2):
        order += before[number]
        if number <= cells and number not in gone:
            order.append(number)
    return Plan(tuple(order), {cell: _apart(found) for cell, found in replacements.items()}, clears)


def _known(number: int, last: int) -> int:
    if not 1 <= number <= last:
        raise NbcriticError(f"an edit names cell {number}, which does not exist")
    return number


def _apart(replacements: Sequence[Replace]) -> tuple[Replace, ...]:
    """The replacements of one cell in order; two at the same empty place keep theirs."""
    ordered = sorted(
        replacements, key=lambda edit: (edit.at.line, edit.at.column, edit.at.end_line, edit.at.end_column)
    )
    for one, other in pairwise(ordered):
        if (one.at.end_line, one.at.end_column) > (other.at.line, other.at.column):
            raise NbcriticError(f"two edits overlap in cell {one.at.cell}")
    return tuple(ordered)


def offsets(source: str, at: Span) -> tuple[int, int]:
    """A span of a cell as offsets into its text. Raises NbcriticError where the span does not lie in the text."""
    starts = [0]
    for text in source.split("\n"):
        starts.append(starts[-1] + len(text) + 1)
    found = []
    for line, column in ((at.line, at.column), (at.end_line, at.end_column)):
        if not (1 <= line < len(starts) and 1 <= column <= starts[line] - starts[line - 1]):
            raise NbcriticError(f"an edit of cell {at.cell} lies outside its text")
        found.append(starts[line - 1] + column - 1)
    if found[0] > found[1]:
        raise NbcriticError(f"an edit of cell {at.cell} ends before it starts")
    return found[0], found[1]


def replaced(source: str, replacements: Iterable[Replace]) -> str:
    """The text of a cell after these replacements, which must not overlap and come in order."""
    pieces, done = list[str](), 0
    for edit in replacements:
        start, end = offsets(source, edit.at)
        pieces += [source[done:start], edit.text]
        done = end
    return "".join([*pieces, source[done:]])
