"""What several rules on hidden state ask."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.flow import Undefined
from nbcritic.analysis.page import Page
from nbcritic.model import Span

_MISSING = re.compile(r"name '([^']+)' is not defined|variable '([^']+)' referenced before assignment")
_GAP = re.compile(
    r"your (?:own )?(?:code|solution|answer|turn)|(?:code|solution|answer) (?:goes )?here|fill (?:in|me|this)|\bexercise\b|"
    r"complete (?:the|this)|raise NotImplementedError|^\s*\.\.\.\s*$|=\s*\.\.\.\s*(?:#.*)?$|=\s*(?:#.*)?$",
    re.IGNORECASE | re.MULTILINE,
)


def listed(cells: Iterable[int], limit: int = 5) -> str:
    """`cell 3`, `cells 3 and 5`, `cells 1, 2, 3, 4, 5 and 12 more`."""
    numbers = [str(number) for number in cells]
    if len(numbers) == 1:
        return f"cell {numbers[0]}"
    if len(numbers) > limit:
        return f"cells {', '.join(numbers[:limit])} and {len(numbers) - limit} more"
    return f"cells {', '.join(numbers[:-1])} and {numbers[-1]}"


def counted(cell: CodeCell) -> str:
    """`cell 3 (In[7])`."""
    return f"cell {cell.number} (In[{cell.execution_count}])" if cell.execution_count else f"cell {cell.number}"


def place(cell: CodeCell, node: ast.AST | None, name: str) -> Span:
    """Where a name stands; for one that only a magic mentions, the whole cell."""
    return cell.at(node) if node is not None else Span(cell.number)


def shows_name_error(cell: CodeCell, name: str) -> bool:
    """Does the cell's saved output say that this name is missing?"""
    return any(
        output.kind == "error" and any(name in found for found in _MISSING.findall(output.evalue))
        for output in cell.outputs
    )


def has_gaps(page: Page, before: int) -> bool:
    """Does the notebook, down to this cell, leave something to be filled in by whoever works through it?"""
    return any(cell.number <= before and _GAP.search(cell.source) for cell in page.cells)


def defines_afresh(page: Page, missing: Undefined) -> list[int]:
    """The cells that give a missing name a value which does not come from the name itself."""
    found = []
    for number in missing.binders:
        if number == missing.cell:
            if _binds_later(page.cell(number), missing):
                found.append(number)
        elif missing.name not in page.flow.touched[number].reads:
            found.append(number)
    return found


def _binds_later(cell: CodeCell, missing: Undefined) -> bool:
    events = [*cell_events(cell, missing)]
    return any(not _reads(cell, node, missing.name) for node in events)
