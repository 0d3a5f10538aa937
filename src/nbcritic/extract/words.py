"""The plan in words, for people and for programs."""

from __future__ import annotations

import json
from typing import Any

from nbcritic.analysis.secrets import redact
from nbcritic.extract.code import type_of
from nbcritic.extract.plan import Plan
from nbcritic.model import first_line
from nbcritic.report.terminal import visible


def as_json(plan: Plan) -> str:
    """The plan as one JSON object."""
    found: dict[str, Any] = {
        "path": plan.page.path,
        "package": plan.package,
        "functions": [
            {
                "name": step.name,
                "module": step.module,
                "cells": step.cells,
                "inputs": step.inputs,
                "outputs": step.outputs,
                "effects": step.does,
                "parameters": plan.takes_parameters(step),
                "statements": step.amount.statements,
            }
            for step in plan.steps
        ],
        "definitions": [
            {"name": one.name, "module": one.module, "cell": one.part.cell.number} for one in plan.definitions
        ],
        "parameters": [
            {"field": one.field, "type": type_of(one), "value": _plain(one.value), "cells": one.cells}
            for one in plan.parameters
        ],
        "copies": plan.copies,
        "stays": [{"cell": cell, "reason": reason} for cell, reason in plan.stays.items()],
    }
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def as_text(plan: Plan) -> str:
    """The plan for a reader, module by module."""
    moved, every = len(plan.steps), len(plan.definitions)
    lines = [
        f"{plan.page.path} → package `{plan.package}`: {_count(moved, 'function')} out of cells, {_count(every, 'definition')} moved, "
        f"{_count(len(plan.parameters), 'parameter')}"
    ]
    for module in plan.modules:
        lines += ["", f"{module}.py"]
        lines += [
            f"  {one.name}  (defined in cell {one.part.cell.number})"
            for one in plan.definitions
            if one.module == module
        ]
        for step in plan.steps:
            if step.module == module:
                cells = ("cell " if len(step.cells) == 1 else "cells ") + ", ".join(map(str, step.cells))
                lines.append(f"  {step.signature}  ({cells})")
                if step.does:
                    lines.append(f"      {'; '.join(step.does)}")
    if plan.parameters:
        lines += ["", "parameters.py"]
        lines += [
            f"  {one.field}: {type_of(one)} = {first_line(repr(_plain(one.value)))}  (cell {', '.join(map(str, one.cells))})"
            for one in plan.parameters
        ]
    if plan.copies:
        lines += ["", "hold the same code: one function with another parameter would do"]
        lines += [f"  {', '.join(names)}" for names in plan.copies]
    if plan.stays:
        lines += ["", "stays in the notebook"]
        lines += [f"  cell {cell}: {reason}" for cell, reason in plan.stays.items()]
    return "".join(visible(line) + "\n" for line in lines)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _plain(value: object) -> object:
    """A value as a report may show it: no credential can be read in it."""
    if isinstance(value, str):
        return redact(value)
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
