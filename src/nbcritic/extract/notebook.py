"""The notebook that is left: the same cells, with calls where code was moved out of them."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from nbcritic.analysis.code import CodeCell
from nbcritic.extract.code import arguments
from nbcritic.extract.plan import PARAMETERS, Plan
from nbcritic.model import Cell
from nbcritic.rules.packaging._parts import Part
from nbcritic.rules.packaging._steps import Step


@dataclass(frozen=True, slots=True)
class _Left:
    """A cell as it is left, and the cell it was."""

    cell: Cell
    source: str


def thin(plan: Plan) -> str:
    """The notebook that is left, as nbformat 4 without outputs."""
    left = list(_left(plan, frozenset()))
    used = _used(plan, left)
    left = list(_left(plan, used))
    raw = _raw_cells(plan)
    cells = [_json(one, raw.get(one.cell.number, {})) for one in left]
    if head := _head(plan, _used(plan, left)):
        first = next((i for i, one in enumerate(left) if one.cell.kind == "code"), len(left))
        cells.insert(first, _json(_Left(Cell(0, "code", head), head), {}))
    for number, cell in enumerate(cells, 1):
        cell["id"] = f"cell-{number}"
    return (
        json.dumps({"cells": cells, "metadata": _metadata(plan), "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"
    )


def _head(plan: Plan, used: frozenset[str]) -> str:
    """The imports from the package, and the parameters."""
    wanted: dict[str, list[str]] = {}
    for step in plan.steps:
        wanted.setdefault(step.module, []).append(step.name)
    for definition in plan.definitions:
        if definition.name in used:
            wanted.setdefault(definition.module, []).append(definition.name)
    lines = [
        f"from {plan.package}.{module} import {', '.join(sorted(names))}" for module, names in sorted(wanted.items())
    ]
    if plan.argument in used:
        lines.append(f"from {plan.package}.{PARAMETERS} import Parameters")
        lines += ["", f"{plan.argument} = Parameters()"]
    return "\n".join(lines)


def _left(plan: Plan, used: frozenset[str]) -> Iterator[_Left]:
    """The cells with what is left in them; of imports, those of `used` names."""
    moved = {part for step in plan.steps for part in step.parts} | {one.part for one in plan.definitions}
    calls = {step.parts[0]: step for step in plan.steps}
    for cell in plan.page.notebook.cells:
        parts = plan.parts.by_cell.get(cell.number, ())
        if not parts:
            yield _Left(cell, cell.source)
            continue
        source = _source(plan, plan.page.cell(cell.number), parts, moved, calls, used)
        if source.strip() or source == cell.source:
            yield _Left(cell, source)


def _source(
    plan: Plan,
    cell: CodeCell,
    parts: Iterable[Part],
    moved: set[Part],
    calls: dict[Part, Step],
    used: frozenset[str],
) -> str:
    lines: list[str | None] = list(cell.lines)
    touched = False
    for part in parts:
        kept = _kept(plan, part, moved, calls, used)
        if kept is None:
            continue
        touched = True
        rows = range(part.first - 1, part.last)
        for row in rows:
            lines[row] = None
        lines[rows[0]] = kept or None
    if not touched:
        return cell.source
    text = "\n".join(line for line in lines if line is not None).strip("\n")
    only_words = all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines())
    return "" if only_words else text


def _kept(plan: Plan, part: Part, moved: set[Part], calls: dict[Part, Step], used: frozenset[str]) -> str | None:
    """What stands in the notebook in place of a piece: None for the piece itself."""
    if part in calls:
        step = calls[part]
        call = f"{step.name}({', '.join(arguments(plan, step))})"
        return f"{', '.join(step.outputs)} = {call}" if step.outputs else call
    if part in moved:
        return ""
    if part.role == "setting" and (field := plan.field_of(part.name)):
        return f"{part.name} = {plan.argument}.{field}" if part.name in used else ""
    if part.role == "import":
        return _imported(plan, part, used)
    return None


def _imported(plan: Plan, part: Part, used: frozenset[str]) -> str | None:
    """An import without the names that only moved code uses."""
    gone = set(_moved_names(plan)) - used
    kept: list[ast.stmt] = []
    for node in part.nodes:
        names = [
            alias for alias in getattr(node, "names", ()) if (alias.asname or alias.name.partition(".")[0]) not in gone
        ]
        if isinstance(node, ast.ImportFrom) and names:
            kept.append(ast.ImportFrom(node.module, names, node.level))
        elif isinstance(node, ast.Import) and names:
            kept.append(ast.Import(names))
    before = sum(len(getattr(node, "names", ())) for node in part.nodes)
    if sum(len(getattr(node, "names", ())) for node in kept) == before:
        return None
    return "\n".join(ast.unparse(node) for node in kept)


def _moved_names(plan: Plan) -> Iterator[str]:
    """Names that moved code reads: the modules import these for themselves."""
    for part in (*(part for step in plan.steps for part in step.parts), *(one.part for one in plan.definitions)):
        yield from part.life.reads


def _used(plan: Plan, left: Iterable[_Left]) -> frozenset[str]:
    """Every name that the cells left behind read; every word of a cell that Python cannot read."""
    found = set[str]()
    for one in left:
        if one.cell.kind != "code":
            continue
        cell = CodeCell(Cell(one.cell.number, "code", one.source), one.cell.language or plan.page.notebook.language)
        found |= {name.id for name in cell.nodes(ast.Name)}
        found |= {name for magic in cell.magics for name in magic.reads}
        if cell.tree is None and cell.language == "python":
            found |= set(plan.page.names.of(one.cell.number).words)
        for text in cell.nodes(ast.Constant):
            if isinstance(text.value, str) and len(text.value) < 2000:
                found |= {word for word in plan.parts.imports if word in text.value}
    return frozenset(found)


def _raw_cells(plan: Plan) -> dict[int, dict[str, Any]]:
    """The cells as the file has them, for what the model does not know: metadata and attachments."""
    notebook = plan.page.notebook
    if notebook.script or notebook.version[0] != 4:
        return {}
    try:
        cells = json.loads(notebook.raw).get("cells", [])
    except (ValueError, AttributeError, RecursionError):
        return {}
    if not isinstance(cells, list) or len(cells) != len(notebook.cells):
        return {}
    return {number: cell for number, cell in enumerate(cells, 1) if isinstance(cell, dict)}


def _json(one: _Left, raw: dict[str, Any]) -> dict[str, Any]:
    metadata = raw.get("metadata")
    tags = {"tags": list(one.cell.tags)} if one.cell.tags and not metadata else {}
    cell: dict[str, Any] = {
        "cell_type": one.cell.kind,
        "id": "",
        "metadata": metadata if isinstance(metadata, dict) else tags,
        "source": one.source,
    }
    if one.cell.kind == "code":
        return cell | {"execution_count": None, "outputs": []}
    if isinstance(raw.get("attachments"), dict):
        cell["attachments"] = raw["attachments"]
    return cell


def _metadata(plan: Plan) -> dict[str, Any]:
    wanted = ("kernelspec", "language_info")
    known = {key: plan.page.notebook.metadata[key] for key in wanted if plan.page.notebook.metadata.get(key)}
    return json.loads(json.dumps(known, default=dict)) or {"language_info": {"name": "python"}}
