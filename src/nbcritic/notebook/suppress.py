"""What the author of a notebook silenced: by a comment, a cell tag or the notebook's metadata.

    x = 1  # nbcritic: ignore[shadowed-name]        findings that start or end on this line
    # nbcritic: ignore[long-cell, NBC405]           alone on its line: the whole cell
    <!-- nbcritic: ignore[no-heading] -->           the same in a Markdown cell

The tag `nbcritic:ignore=long-cell` on a cell does the same for it, and `{"nbcritic": {"ignore": ["no-assertion"]}}` in the
metadata for the notebook. A selector is a code, the name of a rule, or the name of a family. A suppression of a whole
cell also reaches findings about the notebook as a whole where the cell is the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from nbcritic.model import Cell, Finding, Notebook, Span

COMMENT = re.compile(r"(?P<mark>#|<!--)\s*nbcritic:\s*ignore(?:\[(?P<keys>[^\]\n]*)\])?")
TAG = re.compile(r"nbcritic:\s*ignore(?:=(?P<keys>.*))?$")


@dataclass
class Suppression:
    """One request for silence, and whether anything answered to it."""

    at: Span
    keys: frozenset[str]
    """Codes, names or families in lower case; empty means everything."""
    text: str
    comment: Span | None = None
    """Where the comment stands, for one that is no tag and no metadata; `at` is what it reaches."""
    used: set[str] = field(default_factory=set)

    def silences(self, finding: Finding, first_cell: int) -> bool:
        """Is this finding meant? If so, the suppression counts as used."""
        if not self._reaches(finding.at, first_cell):
            return False
        said = {finding.code.lower(), finding.name.lower(), finding.family.lower()}
        if self.keys and not self.keys & said:
            return False
        self.used |= (self.keys & said) or {"*"}
        return True

    def _reaches(self, at: Span, first_cell: int) -> bool:
        here = self.at
        if here.cell == 0:
            return True
        if at.cell != here.cell:
            return at.cell == 0 and here.line == 0 and here.cell == first_cell
        return here.line == 0 or at.line <= here.line <= max(at.end_line, at.line) or at.line == 0

    @property
    def unused(self) -> tuple[str, ...]:
        """The keys that silenced nothing (`*` for a suppression of everything)."""
        return tuple(sorted((self.keys or {"*"}) - self.used))


def suppressions(notebook: Notebook) -> list[Suppression]:
    """Every suppression that the notebook itself carries."""
    return [*_in_metadata(notebook), *(found for cell in notebook.cells for found in _in_cell(cell))]


def _in_metadata(notebook: Notebook) -> Iterator[Suppression]:
    table = notebook.metadata.get("nbcritic")
    wanted = table.get("ignore") if isinstance(table, dict) else None
    if isinstance(wanted, list):
        keys = _keys(str(key) for key in wanted)
        if keys:
            yield Suppression(Span(), keys, "the notebook's metadata")


def _in_cell(cell: Cell) -> Iterator[Suppression]:
    for tag in cell.tags:
        if found := TAG.match(tag):
            yield Suppression(Span(cell.number), _keys((found["keys"] or "").split(",")), f"the tag `{tag}`")
    if "nbcritic" not in cell.source:
        return
    for number, line in enumerate(cell.source.split("\n"), 1):
        found = COMMENT.search(line)
        if found is None or (found["mark"] == "#" and cell.kind == "markdown"):
            continue
        alone = not line[: found.start()].strip()
        reach = Span(cell.number) if alone else Span(cell.number, number, found.start() + 1, number, len(line) + 1)
        comment = Span(cell.number, number, found.start() + 1, number, found.end() + 1)
        yield Suppression(reach, _keys((found["keys"] or "").split(",")), f"`{found[0]}` on line {number}", comment)


def _keys(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.strip().lower() for word in words if word.strip())
