"""What a cell takes from others and gives to them: how wide the door of a function made of it would be."""

from __future__ import annotations

import ast
from bisect import bisect_right
from dataclasses import dataclass
from operator import attrgetter

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page, once
from nbcritic.rules.packaging._logic import last_name

MOST = 3
_WRITES = frozenset(
    "to_csv to_excel to_parquet to_pickle to_feather to_hdf to_json to_sql to_file dump save save_model save_pretrained savez savetxt "
    "saveAsTable insertInto save_weights imwrite write_text write_bytes writerow writerows".split()
)
_GIVEN_BY = frozenset({"import", "def", "class"})


@dataclass(frozen=True, slots=True)
class Proposal:
    """A cell with the names that it takes and gives."""

    cell: CodeCell
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    def __str__(self) -> str:
        given, back = _listed(self.inputs), _listed(self.outputs)
        if given and back:
            return f"cell {self.cell.number} (`{given}` → `{back}`)"
        verb = "takes" if given else "makes"
        return f"cell {self.cell.number} ({verb} `{given or back}`)" if given or back else f"cell {self.cell.number}"


def propose(page: Page, cell: CodeCell) -> Proposal:
    """The function that this cell could be."""
    outputs = outputs_of(page, cell)
    shown = tuple(name for name in _displayed(cell) if name not in outputs and _is_value(page, name))
    return Proposal(cell, inputs_of(page, cell), outputs + shown)


def hands_on(page: Page, cell: CodeCell) -> bool:
    """Does the cell make something that another one needs, or a file?"""
    return bool(outputs_of(page, cell)) or any(last_name(call.func) in _WRITES for call in cell.nodes(ast.Call))


def _displayed(cell: CodeCell) -> tuple[str, ...]:
    """The name at the end of the cell: what the author wanted to see of it."""
    last = cell.tree.body[-1] if cell.tree is not None and cell.tree.body else None
    return (last.value.id,) if isinstance(last, ast.Expr) and isinstance(last.value, ast.Name) else ()


def inputs_of(page: Page, cell: CodeCell) -> tuple[str, ...]:
    """Names that other cells make and this one needs; imports and functions are not handed over."""
    found: dict[str, None] = {}
    bound = set[str]()
    for event in page.names.of(cell.number).events:
        if event.kind == "bind":
            bound.add(event.name)
        elif event.kind in ("use", "mutate") and event.name not in bound and _is_value(page, event.name, cell.number):
            found[event.name] = None
    return tuple(found)


@once
def outputs_of(page: Page, cell: CodeCell) -> tuple[str, ...]:
    """Names that this cell makes or changes and later ones need, the most needed first."""
    events = page.names.of(cell.number).events
    made = {e.name for e in events if (e.kind == "bind" and e.how not in (*_GIVEN_BY, "for")) or e.kind == "mutate"}
    known = _needs(page)
    needed = list[tuple[int, int, str]]()
    for name in made:
        later = known.get(name, [])
        count, first = 0, 0
        for need in later[bisect_right(later, cell.number, key=attrgetter("cell")) :]:
            first = first if count or not need.count else need.first
            count += need.count
            if need.rebinds:
                break
        if count and _is_value(page, name):
            needed.append((-count, first, name))
    return tuple(name for _, _, name in sorted(needed))


@dataclass(slots=True)
class _Need:
    """What one cell does with a name that it may have from an earlier one."""

    cell: int
    count: int = 0
    """How often the cell and its functions read or change what the name held before."""
    first: int = 0
    """Where they do so first, in a count over the events of the page."""
    rebinds: bool = False
    """Does the name certainly hold something else afterwards?"""


@once
def _needs(page: Page) -> dict[str, list[_Need]]:
    """By name, the cells that need or rebind it, in document order."""
    found: dict[str, list[_Need]] = {}
    place = 0
    for number in page.flow.document_order:
        names = page.names.of(number)
        here: dict[str, _Need] = {}
        bound = set[str]()
        inside = (event for function in names.functions for event in function.events if event.kind == "use")
        for event, is_inside in (*((event, False) for event in names.events), *((event, True) for event in inside)):
            place += 1
            need = here.get(event.name) or here.setdefault(event.name, _Need(number))
            if event.kind == "bind":
                bound.add(event.name)
                need.rebinds |= not event.may
            elif event.kind in ("use", "mutate") and not (need.rebinds if is_inside else event.name in bound):
                need.first = need.first or place
                need.count += 1
        for name, need in here.items():
            found.setdefault(name, []).append(need)
    return found


def _is_value(page: Page, name: str, here: int | None = None) -> bool:
    bound = page.names.bindings.get(name, [])
    elsewhere = [event for number, event in bound if number != here]
    return bool(elsewhere if here else bound) and not any(event.how in _GIVEN_BY for _, event in bound)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:MOST]) + (", …" if len(names) > MOST else "")
