"""Changes to a notebook file as JSON text: every value that is not changed keeps its bytes, and new ones look like the old."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nbcritic.model import NbcriticError, Notebook
from nbcritic.notebook.edits import Entry, NewCell, Plan
from nbcritic.notebook.places import Place, after_gap, items, members
from nbcritic.notebook.write_source import JsonSource, Spelling, escapes

_COUNTS = ("execution_count", "prompt_number")


def rewrite(text: bytes, notebook: Notebook, plan: Plan) -> bytes:
    """The text of the file after the plan. `text` is UTF-8 without a byte order mark."""
    file = _File(text, notebook)
    if len(file.cells) != len(notebook.cells):
        raise NbcriticError("its cells cannot be found in the file")
    cells = [file.cell(number, plan) for number in range(1, len(file.cells) + 1)]
    changes: list[tuple[Place, bytes]] = []
    for array, order in zip(file.arrays, _by_array(file.arrays, plan.order), strict=True):
        if order == [*array.numbers]:
            changes += [(file.cells[number - 1], cells[number - 1]) for number in array.numbers]
        else:
            changes.append((array.inside, array.laid_out(file, order, cells)))
    return _put(text, changes)


@dataclass(frozen=True)
class _Array:
    """One list of cells: the whole file's, or a worksheet's in nbformat 2 and 3."""

    text: bytes
    place: Place
    numbers: range

    @property
    def inside(self) -> Place:
        """Between the brackets."""
        return self.place[0] + 1, self.place[1] - 1

    def laid_out(self, file: _File, order: Sequence[Entry], cells: Sequence[bytes]) -> bytes:
        """The cells in their new order. A cell keeps the comma after it, so that taking a new one out again leaves no trace."""
        if not order:
            return b""
        first = file.cells[self.numbers[0] - 1][0]
        last = file.cells[self.numbers[-1] - 1][1]
        pieces = [self.text[self.inside[0] : first]]
        for place, entry in enumerate(order):
            pieces.append(cells[entry - 1] if isinstance(entry, int) else file.new(entry, place))
            if place < len(order) - 1:
                pieces.append(self._comma(file, entry))
        return b"".join([*pieces, self.text[last : self.inside[1]]])

    def _comma(self, file: _File, entry: Entry) -> bytes:
        if isinstance(entry, int) and entry != self.numbers[-1]:
            return self.text[file.cells[entry - 1][1] : file.cells[entry][0]]
        if len(self.numbers) > 1:
            return self.text[file.cells[self.numbers[0] - 1][1] : file.cells[self.numbers[1] - 1][0]]
        return b"," + self.text[self.inside[0] : file.cells[self.numbers[0] - 1][0]]


def _by_array(arrays: Sequence[_Array], order: Sequence[Entry]) -> list[list[Entry]]:
    """The new order cut into the lists of the file; a new cell stands in the list of the cell that follows it."""
    if not arrays:
        return []
    if len(arrays) == 1:
        if not arrays[0].numbers and order:
            raise NbcriticError("it has no cell beside which another could stand")
        return [list(order)]
    parts: list[list[Entry]] = [[] for _ in arrays]
    at, waiting = 0, list[Entry]()
    for entry in order:
        waiting.append(entry)
        if isinstance(entry, int):
            home = next(index for index, array in enumerate(arrays) if entry in array.numbers)
            if home < at:
                raise NbcriticError("a cell cannot move to another worksheet")
            at = home
            parts[home] += waiting
            waiting = []
    parts[at] += waiting
    return parts


class _File:
    """Where everything stands in the text of one notebook."""

    def __init__(self, text: bytes, notebook: Notebook) -> None:
        self.text = text
        self.notebook = notebook
        self.arrays: list[_Array] = []
        self.cells: list[Place] = []
        top = members(text, after_gap(text, 0))
        if self._starts(top.get("cells"), b"["):
            self._add(top["cells"])
        elif self._starts(top.get("worksheets"), b"["):
            for sheet in items(text, top["worksheets"][0]):
                place = members(text, sheet[0]).get("cells") if self._starts(sheet, b"{") else None
                if place and self._starts(place, b"["):
                    self._add(place)
        if notebook.cells and not self.arrays:
            raise NbcriticError("its cells cannot be found in the file")

    def _add(self, place: Place) -> None:
        found = items(self.text, place[0])
        first = len(self.cells) + 1
        self.cells += found
        self.arrays.append(_Array(self.text, place, range(first, first + len(found))))

    def _starts(self, place: Place | None, mark: bytes) -> bool:
        return place is not None and self.text.startswith(mark, place[0])

    def fields(self, number: int) -> dict[str, Place]:
        """The places of a cell's values, by name."""
        place = self.cells[number - 1]
        return members(self.text, place[0]) if self._starts(place, b"{") else {}

    def source(self, number: int) -> tuple[Place, JsonSource] | None:
        """Where the source of a cell stands, and what stands there."""
        fields = self.fields(number)
        for name in ("source", "input"):
            if name in fields:
                source = JsonSource(self.text[slice(*fields[name])])
                if source.plain or name == "input" or "input" not in fields:
                    return fields[name], source
        return None

    def cell(self, number: int, plan: Plan) -> bytes:
        """The text of a cell after the plan."""
        start, end = self.cells[number - 1]
        if number not in plan.replacements and not plan.clears_counts:
            return self.text[start:end]
        changes: list[tuple[Place, bytes]] = []
        if replacements := plan.replacements.get(number):
            found = self.source(number)
            if found is None or found[1].plain != self.notebook.cells[number - 1].source:
                raise NbcriticError(f"the source of cell {number} stands in the file in a way that cannot be edited")
            changes.append((found[0], found[1].edited(replacements, self.spelling)))
        if plan.clears_counts and self.notebook.cells[number - 1].kind == "code":
            changes += [(place, b"null") for place in self._counts(number)]
        moved = [((at - start, to - start), new) for (at, to), new in changes]
        return _put(self.text[start:end], moved)

    def _counts(self, number: int) -> Iterable[Place]:
        fields = self.fields(number)
        yield from (fields[name] for name in _COUNTS if name in fields)
        if self._starts(fields.get("outputs"), b"["):
            for place in items(self.text, fields["outputs"][0]):
                output = members(self.text, place[0]) if self._starts(place, b"{") else {}
                # nbformat 3 requires a number of a result
                if "execution_count" in output:
                    yield output["execution_count"]

    @cached_property
    def spelling(self) -> Spelling:
        """How the sources of this file are spelt."""
        ascii_only = escapes(self.text)
        found = list[JsonSource]()
        for number in range(1, len(self.cells) + 1):
            try:
                source = self.source(number)
            except NbcriticError:
                continue
            if source and source[1].is_list and source[1].between:
                return Spelling(ascii_only, True, source[1].opening, source[1].between, source[1].closing)
            found += [source[1]] if source else []
        filled = [source for source in found if source.plain]
        listed = [source for source in filled if source.is_list]
        if not listed:
            return Spelling(ascii_only, not filled)
        opening = listed[0].opening
        return Spelling(ascii_only, True, opening, "," + opening if opening else ", ", listed[0].closing)

    def new(self, cell: NewCell, place: int) -> bytes:
        """A new cell as this file would write it."""
        return _Template(self, cell.kind).filled(cell, place).encode("utf-8")


class _Template:
    """The layout of the cells of a file: of one of the same kind where there is one."""

    def __init__(self, file: _File, kind: str) -> None:
        self._file = file
        cells = [
            cell.number for cell in file.notebook.cells if file.text.startswith(b"{", file.cells[cell.number - 1][0])
        ]
        alike = [number for number in cells if file.notebook.cells[number - 1].kind == kind]
        if not cells:
            raise NbcriticError("it has no cell beside which another could stand")
        number = (alike or cells)[0]
        start, end = file.cells[number - 1]
        text = file.text[start:end].decode("utf-8", "replace")
        self._keys = list(file.fields(number))
        gap = re.match(r"\{(\s*)", text)
        colon = re.match(r'\{\s*"[^"]*"(\s*:\s*)', text)
        closing = re.search(r"(\s*)\}$", text)
        self._gap = gap[1] if gap else ""
        self._colon = colon[1] if colon else ": "
        self._closing = closing[1] if closing else ""
        self._comma = "," + self._gap if self._gap else ("," if self._colon == ":" else ", ")

    def filled(self, cell: NewCell, place: int) -> str:
        """The text of the cell."""
        values = self._values(cell, place)
        first = [key for key in self._keys if key in values]
        ordered = [*first, *sorted(values.keys() - set(first))]
        body = self._comma.join(f'"{key}"{self._colon}{values[key]}' for key in ordered)
        return f"{{{self._gap}{body}{self._closing}}}"

    def _values(self, cell: NewCell, place: int) -> dict[str, str]:
        version = self._file.notebook.version
        source = self._file.spelling.source(cell.source)
        values = {"cell_type": f'"{cell.kind}"', "metadata": self._dumped(cell.metadata), "source": source}
        if cell.kind == "code":
            values["outputs"] = "[]"
            if version[0] == 4:
                values["execution_count"] = "null"
            else:
                values |= {"input": values.pop("source"), "collapsed": "false", "language": '"python"'}
        if version >= (4, 5):
            values["id"] = f'"{self._id(cell, place)}"'
        return values

    def _dumped(self, value: Mapping[str, Any]) -> str:
        ascii_only = self._file.spelling.ascii
        if "\n" not in self._gap:
            comma = "," if self._colon == ":" else ", "
            return json.dumps(dict(value), separators=(comma, self._colon), ensure_ascii=ascii_only)
        inner = self._gap.rpartition("\n")[2]
        outer = self._closing.rpartition("\n")[2]
        unit = inner[len(outer) :] or " "
        text = json.dumps(dict(value), indent=unit, separators=(",", self._colon), ensure_ascii=ascii_only)
        return text.replace("\n", self._gap)

    def _id(self, cell: NewCell, place: int) -> str:
        """An id that no other cell has, the same each time."""
        taken = {other.id for other in self._file.notebook.cells}
        for attempt in range(1_000):
            text = f"{cell.source}\0{place}\0{attempt}".encode("utf-8", "replace")
            found = hashlib.blake2b(text, digest_size=4).hexdigest()
            if found not in taken:
                return found
        raise NbcriticError("no id is free for a new cell")


def _put(text: bytes, changes: Iterable[tuple[Place, bytes]]) -> bytes:
    """The text with new values at these places, which do not overlap."""
    pieces, done = list[bytes](), 0
    for (start, end), new in sorted(changes):
        pieces += [text[done:start], new]
        done = end
    return b"".join([*pieces, text[done:]])
