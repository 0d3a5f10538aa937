"""A variant in the making: the notebook, the order in which its cells ran, and the flaws that are in it so far."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from nbcritic.analysis.page import Page
from nbcritic.kit.inject import code
from nbcritic.kit.inject.base import Base
from nbcritic.kit.inject.operator import History, Operator, Plant
from nbcritic.kit.inject.roles import Roles, renamed
from nbcritic.kit.remark import Decoy, Remark
from nbcritic.model import Drop, Edit, Move, NbcriticError, Notebook, Replace
from nbcritic.notebook.write import rewrite

Item = TypeVar("Item", Remark, Decoy)


@dataclass(frozen=True)
class Flaw:
    """A flaw that was planted."""

    operator: Operator
    plant: Plant

    @property
    def name(self) -> str:
        """The operator's name, and the Remark's id."""
        return self.operator.name


@dataclass(frozen=True)
class Draft:
    """A notebook on its way from clean to flawed. Frozen: each step gives a new one."""

    notebook: Notebook
    roles: Roles
    history: History
    flaws: tuple[Flaw, ...] = ()
    remarks: tuple[Remark, ...] = ()
    decoys: tuple[Decoy, ...] = ()
    renames: tuple[tuple[str, str], ...] = ()
    moved: tuple[str, ...] = ()
    """Ids of the cells that change places with others of their kind, in their new order."""

    def source(self, id_: str) -> str:
        """The text of a cell; empty where there is none of that id."""
        return next((cell.source for cell in self.notebook.cells if cell.id == id_), "")

    def text_then(self, id_: str, then: tuple[str, str] | None) -> str:
        """What the cell held when it ran."""
        source = self.source(id_)
        return source.replace(then[0], then[1], 1) if then else source


def start(base: Base, chance: Random) -> Draft:
    """The clean notebook under other names and in another order of its free cells, as the seed says."""
    names: dict[str, str] = {}
    page = Page(base.notebook)
    for name, choices in base.renames.items():
        chosen = chance.choice((name, *(other for other in choices if other != name)))
        taken = chosen in page.names.bindings or chosen in names.values()
        if chosen != name and not taken and not code.in_format(page, name) and not _is_parameter(page, name):
            names[name] = chosen
    notebook = rewrite(base.notebook, [*_called_otherwise(page, names)]).notebook
    moved: list[str] = []
    for group in base.free:
        order = list(group)
        chance.shuffle(order)
        notebook = _reordered(notebook, group, order)
        moved += order
    history = tuple((cell.id or "", None) for cell in notebook.code)
    remarks = tuple(_told(remark, notebook, names) for remark in base.remarks)
    decoys = tuple(_told(decoy, notebook, names) for decoy in base.decoys)
    return Draft(notebook, renamed(base.roles, names), history, (), remarks, decoys, tuple(names.items()), tuple(moved))


def _is_parameter(page: Page, name: str) -> bool:
    return any(argument.arg == name for cell in page.code for argument in cell.nodes(ast.arg))


def _called_otherwise(page: Page, names: dict[str, str]) -> Iterator[Edit]:
    for cell in page.code:
        for node in cell.nodes(ast.Name):
            if node.id in names:
                yield code.replace(cell, node, names[node.id])
        for function in cell.nodes(ast.FunctionDef):
            if function.name in names:
                start = code.offsets(cell.source, cell.at(function))[0]
                start = cell.source.index(function.name, start + len("def"))
                here = code.span(cell, start, start + len(function.name))
                yield Replace(here, names[function.name])


def _reordered(notebook: Notebook, group: Sequence[str], order: Sequence[str]) -> Notebook:
    """The cells of a group stand together, in the given order, where the first of them stood."""
    numbers = {cell.id: cell.number for cell in notebook.cells}
    places = sorted(numbers[id_] for id_ in group)
    if places != list(range(places[0], places[0] + len(places))):
        raise NbcriticError(f"the free cells {', '.join(group)} do not stand one after the other")
    moves: list[Edit] = [Move(numbers[id_], places[-1] + 1) for id_ in order]
    return rewrite(notebook, moves).notebook


def _told(item: Item, notebook: Notebook, names: dict[str, str]) -> Item:
    """A Remark or decoy of the base in the words of this variant."""
    import msgspec

    quote = re.sub(r"\b\w+\b", lambda word: names.get(word[0], word[0]), item.quote)
    source = next((cell.source for cell in notebook.cells if cell.id == item.cell), "")
    return msgspec.structs.replace(item, quote=quote if quote in source else "")


def plant(draft: Draft, operator: Operator, chance: Random) -> Draft | str:
    """The draft with one more flaw, or why that does not go.

    A flaw goes only where those before it can still be seen: their quotes stand, their cells are there.
    """
    found = operator.plant(Page(draft.notebook), draft.roles, chance)
    if isinstance(found, str):
        return found
    try:
        notebook = rewrite(draft.notebook, found.edits).notebook
    except NbcriticError as error:
        return f"its edits do not go together: {error}"
    flaws = (*draft.flaws, Flaw(operator, found))
    history = found.history(draft.history) if found.history else draft.history
    there = {cell.id for cell in notebook.cells}
    after = replace(draft, notebook=notebook, flaws=flaws, history=tuple(ran for ran in history if ran[0] in there))
    for flaw in flaws:
        if flaw.plant.quote not in after.source(flaw.plant.cell):
            return (
                f"it would hide {flaw.name}" if flaw.plant is not found else "its own quote would not stand in the cell"
            )
    for id_, then in after.history:
        if then and then[0] not in after.source(id_):
            return f"it would undo what ran in `{id_}`"
    if Page(notebook).code != () and len(Page(notebook).code) < len(Page(draft.notebook).code) - _dropped(found):
        return "a cell would not parse"
    return replace(
        after,
        remarks=tuple(_still(item, after) for item in draft.remarks),
        decoys=tuple(_still(item, after) for item in draft.decoys),
    )


def _still(item: Item, draft: Draft) -> Item:
    """A Remark of the base whose quote was edited away keeps its cell only; without the cell, it is about the whole."""
    import msgspec

    if item.quote and item.quote not in draft.source(item.cell):
        item = msgspec.structs.replace(item, quote="")
    if item.cell and not any(cell.id == item.cell for cell in draft.notebook.cells):
        item = msgspec.structs.replace(item, cell="")
    return item


def _dropped(found: Plant) -> int:
    return sum(isinstance(edit, Drop) for edit in found.edits)
