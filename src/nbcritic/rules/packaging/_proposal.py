"""What a cell takes from others and gives to them: how wide the door of a function made of it would be."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass

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
    needed: Counter[str] = Counter()
    gone = set[str]()
    for number in page.flow.document_order:
        if number > cell.number:
            later = page.names.of(number)
            here = set[str]()
            for event in later.events:
                if event.kind == "bind":
                    here.add(event.name)
                    if not event.may:
                        gone.add(event.name)
                elif event.kind in ("use", "mutate") and event.name not in gone and event.name not in here:
                    needed[event.name] += 1
            needed.update(e.name for f in later.functions for e in f.events if e.kind == "use" and e.name not in gone)
    return tuple(name for name, _ in needed.most_common() if name in made and _is_value(page, name))


def _is_value(page: Page, name: str, here: int | None = None) -> bool:
    bound = page.names.bindings.get(name, [])
    elsewhere = [event for number, event in bound if number != here]
    return bool(elsewhere if here else bound) and not any(event.how in _GIVEN_BY for _, event in bound)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:MOST]) + (", …" if len(names) > MOST else "")
