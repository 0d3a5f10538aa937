"""Derives broken and harmless variants of a notebook: cells deleted, moved, doubled, names renamed in one cell, statements lost."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nbcritic.analysis.code import CodeCell
from nbcritic.model import Cell
from nbcritic.notebook.percent import read

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Variant:
    """A notebook as its cells' sources, and how it was made of which."""

    base: str
    operation: str
    cells: tuple[str, ...]


def bases(folder: Path = HERE / "notebooks") -> list[Variant]:
    """The notebooks as they were written, which run cleanly."""
    found = []
    for path in sorted(folder.glob("*.py")):
        notebook = read(path.read_text("utf-8"), path.name)
        found.append(Variant(path.stem, "unchanged", tuple(cell.source for cell in notebook.code)))
    return found


def variants(originals: list[Variant], seed: int) -> Iterator[Variant]:
    """Without end: every notebook in turn, changed once or (one in three) twice."""
    chance = random.Random(seed)
    seen = {original.cells for original in originals}
    while True:
        for original in originals:
            cells, names = list(original.cells), []
            for _ in range(chance.choice((1, 1, 2))):
                change = chance.choice(list(OPERATIONS))
                names.append(change)
                cells = OPERATIONS[change](cells, chance)
            if tuple(cells) not in seen:
                seen.add(tuple(cells))
                yield Variant(original.base, "+".join(names), tuple(cells))


def _delete(cells: list[str], chance: random.Random) -> list[str]:
    at = chance.randrange(len(cells))
    return cells[:at] + cells[at + 1 :]


def _move(cells: list[str], chance: random.Random) -> list[str]:
    rest = list(cells)
    cell = rest.pop(chance.randrange(len(rest)))
    rest.insert(chance.randrange(len(rest) + 1), cell)
    return rest


def _swap(cells: list[str], chance: random.Random) -> list[str]:
    at = chance.randrange(max(1, len(cells) - 1))
    return cells[:at] + cells[at : at + 2][::-1] + cells[at + 2 :]


def _rerun(cells: list[str], chance: random.Random) -> list[str]:
    """A cell that runs once more right away."""
    at = chance.randrange(len(cells))
    return cells[: at + 1] + cells[at:]


def _double(cells: list[str], chance: random.Random) -> list[str]:
    """A cell that stands once more somewhere else."""
    at = chance.randrange(len(cells) + 1)
    return [*cells[:at], chance.choice(cells), *cells[at:]]


def _names(source: str) -> tuple[CodeCell, list[ast.Name]]:
    cell = CodeCell(Cell(1, "code", source))
    return cell, cell.nodes(ast.Name)


def _bound(cell: CodeCell) -> list[str]:
    """The names that a cell's own statements bind, functions and classes too."""
    stored = [node.id for node in cell.nodes(ast.Name) if isinstance(node.ctx, ast.Store)]
    return sorted({*stored, *(node.name for node in cell.nodes(ast.FunctionDef)), *_classes(cell)})


def _classes(cell: CodeCell) -> list[str]:
    return [node.name for node in cell.nodes(ast.ClassDef)]


def _renamed(source: str, name: str, *, stores_only: bool) -> str:
    """The cell with another name in place of this one, or only where it is bound."""
    cell, nodes = _names(source)
    lines = list(cell.lines)
    wanted = [n for n in nodes if n.id == name and not (stores_only and isinstance(n.ctx, ast.Load))]
    spans = sorted({(cell.at(node).line, cell.at(node).column) for node in wanted}, reverse=True)
    for line, column in spans:
        text, start = lines[line - 1], column - 1
        if text.startswith(name, start):
            lines[line - 1] = f"{text[:start]}{name}_new{text[start + len(name) :]}"
    return re.sub(rf"^(\s*(?:async )?(?:def|class) ){name}\b", rf"\1{name}_new", "\n".join(lines), flags=re.M)


def _rename(cells: list[str], chance: random.Random, *, stores_only: bool = False) -> list[str]:
    """A name that has another name in one cell: all of it, as after half a refactoring."""
    at = chance.randrange(len(cells))
    bound = _bound(_names(cells[at])[0])
    if not bound:
        return cells
    changed = _renamed(cells[at], chance.choice(bound), stores_only=stores_only)
    return [*cells[:at], changed, *cells[at + 1 :]]


def _misspell(cells: list[str], chance: random.Random) -> list[str]:
    """A name that is misspelt where a cell binds it, and right where the cell reads it."""
    return _rename(cells, chance, stores_only=True)


def _lose_statement(cells: list[str], chance: random.Random) -> list[str]:
    """A statement of a cell that is gone, wherever it stood."""
    at = chance.randrange(len(cells))
    cell = CodeCell(Cell(1, "code", cells[at]))
    if cell.tree is None or len(cell.tree.body) < 2:
        return cells
    lost = chance.choice(cell.tree.body)
    first = min([lost.lineno, *(node.lineno for node in getattr(lost, "decorator_list", ()))])
    lines = [line for n, line in enumerate(cell.lines, 1) if not first <= n <= (lost.end_lineno or n)]
    return [*cells[:at], "\n".join(lines), *cells[at + 1 :]]


def _forget(cells: list[str], chance: random.Random) -> list[str]:
    """A cell that deletes a name of another."""
    bound = sorted({name for source in cells for name in _bound(_names(source)[0])})
    at = chance.randrange(len(cells) + 1)
    return [*cells[:at], f"del {chance.choice(bound)}", *cells[at:]] if bound else cells


OPERATIONS: dict[str, Callable[[list[str], random.Random], list[str]]] = {
    "delete": _delete,
    "move": _move,
    "swap": _swap,
    "rerun": _rerun,
    "double": _double,
    "rename": _rename,
    "misspell": _misspell,
    "lose": _lose_statement,
    "forget": _forget,
}
