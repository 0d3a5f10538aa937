"""The text of the package: modules with the moved code, comments and all, the parameters, the skeleton of the tests."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterable, Iterator, Sequence

from nbcritic.analysis.project_distributions import distributions, is_standard
from nbcritic.extract.plan import PARAMETERS, Definition, Parameter, Plan, reads_of
from nbcritic.model import Span
from nbcritic.rules.packaging._steps import Step, titled

_PURPOSE = {
    "common": "What several modules need",
    "data": "Getting the data",
    "features": "Preparing the data and building features",
    "train": "Fitting models",
    "evaluate": "Judging models",
    "plots": "Figures",
    "analysis": "Computations",
}
_KINDS = {"frame": "DataFrame", "series": "Series"}


def files(plan: Plan) -> Iterator[tuple[str, str]]:
    """Path and text of every file of the package but the notebook."""
    home = f"src/{plan.package}"
    yield "pyproject.toml", _pyproject(plan)
    yield f"{home}/__init__.py", f'"""What was once the notebook {_quoted(_name(plan))}."""\n'
    if plan.parameters:
        yield f"{home}/{PARAMETERS}.py", _parameters(plan)
    for module in plan.modules:
        yield f"{home}/{module}.py", module_text(plan, module)
        yield f"tests/test_{module}.py", _tests(plan, module)


def _name(plan: Plan) -> str:
    return plan.page.path.replace("\\", "/").rpartition("/")[2]


def module_text(plan: Plan, module: str) -> str:
    """One module."""
    definitions = [one for one in plan.definitions if one.module == module]
    steps = [step for step in plan.steps if step.module == module]
    settings = [
        name for name in plan.parts.settings if any(name in definition.part.life.reads for definition in definitions)
    ]
    blocks = [_definition(definition) for definition in definitions]
    blocks += [_function(plan, step) for step in steps]
    needs = {name for one in definitions for name in one.part.life.reads} | {
        name for step in steps for name in reads_of(step)
    }
    wants = bool(settings) or any(plan.takes_parameters(step) for step in steps)
    imports = [*_imports(plan, needs, steps), *_own_imports(plan, module, needs, wants)]
    aliases = [f"{name} = Parameters().{plan.field_of(name)}" for name in settings]
    future = ["from __future__ import annotations", ""] * plan.parts.annotations_are_texts
    head = [f'"""{_PURPOSE[module]}."""', "", *future, *sorted(imports), "", *aliases]
    return "\n".join(head) + "\n\n\n" + "\n\n\n".join(blocks) + "\n"


def _imports(plan: Plan, needs: Iterable[str], steps: Iterable[Step]) -> list[str]:
    lines = {line for name in needs for line in plan.parts.imports.get(name, ())}
    if "display" in needs and "display" not in plan.page.names.bindings:
        lines.add("from IPython.display import display")
    for step in steps:
        if any(plan.page.values.kind_of_name(name) in _KINDS for name in (*step.inputs, *step.outputs)) and (
            alias := _pandas(plan)
        ):
            lines |= plan.parts.imports[alias]
    return sorted(lines)


def _own_imports(plan: Plan, module: str, needs: Iterable[str], wants: bool) -> Iterator[str]:
    if wants:
        yield f"from {plan.package}.{PARAMETERS} import Parameters"
    wanted = set(needs)
    for definition in plan.definitions:
        if definition.name in wanted and definition.module != module:
            yield f"from {plan.package}.{definition.module} import {definition.name}"


def _pandas(plan: Plan) -> str:
    return next((name for name, lines in plan.parts.imports.items() if lines == {f"import pandas as {name}"}), "")


def _definition(definition: Definition) -> str:
    part = definition.part
    return "\n".join(part.cell.lines[part.first - 1 : part.last])


def _function(plan: Plan, step: Step) -> str:
    given = [_typed(plan, name) for name in step.inputs]
    if plan.takes_parameters(step):
        given.append(f"{plan.argument}: Parameters")
    back = [_type(plan, name) for name in step.outputs]
    arrow = ""
    if back and all(back):
        arrow = f" -> {back[0]}" if len(back) == 1 else f" -> tuple[{', '.join(back)}]"
    lines = [f"def {step.name}({', '.join(given)}){arrow}:", *_docstring(plan, step)]
    lines += [f"    {name} = {plan.argument}.{plan.field_of(name)}" for name in step.settings]
    lines += indented(body(plan, step))
    if step.outputs:
        lines.append(f"    return {', '.join(step.outputs)}")
    return "\n".join(lines)


def _docstring(plan: Plan, step: Step) -> list[str]:
    title = " ".join(titled(plan.page, step).split())[:80].rstrip(" .:")
    cells = ("cell " if len(step.cells) == 1 else "cells ") + ", ".join(map(str, step.cells))
    head = f"{_quoted(title)} ({cells})." if title else f"From {cells} of the notebook."
    if not step.does:
        return [f'    """{head}"""']
    does = "; ".join(step.does)
    return [f'    """{head}', "", f"    {does[0].upper()}{does[1:]}.", '    """']


def _quoted(text: str) -> str:
    """A text as it can stand in a docstring."""
    return text.replace("\\", "/").replace('"', "'")


def _typed(plan: Plan, name: str) -> str:
    kind = _type(plan, name)
    return f"{name}: {kind}" if kind else name


def _type(plan: Plan, name: str) -> str:
    kind = _KINDS.get(plan.page.values.kind_of_name(name) or "")
    alias = _pandas(plan)
    return f"{alias}.{kind}" if kind and alias else ""


def body(plan: Plan, step: Step) -> list[str]:
    """The lines of a step as they stand in its cells, without what moves elsewhere; literals that became fields replaced."""
    lines: list[str] = []
    for number in step.cells:
        parts = [part for part in step.parts if part.cell.number == number]
        text = list(parts[0].cell.lines)
        spots = [
            (part.cell.at(node), field) for part, node, field in plan.buried[step.name] if part.cell.number == number
        ]
        for at, field in sorted(spots, key=lambda spot: spot[0], reverse=True):
            _replace(text, at, f"{plan.argument}.{field}")
        moved = {
            line
            for part in plan.parts.by_cell[number]
            if part not in parts
            for line in range(part.first, part.last + 1)
        }
        wanted = range(parts[0].first, parts[-1].last + 1)
        lines += [""] * bool(lines)
        lines += [text[line - 1] for line in wanted if line not in moved]
    return lines


def _replace(text: list[str], at: Span, new: str) -> None:
    """Put `new` where `at` stands; lines keep their numbers."""
    if at.line != at.end_line:
        return
    row = text[at.line - 1]
    text[at.line - 1] = row[: at.column - 1] + new + row[at.end_column - 1 :]


def indented(lines: Sequence[str], by: str = "    ") -> list[str]:
    """The lines four columns further right, except within texts of several lines."""
    inside = set[int]()
    opened: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO("\n".join(lines) + "\n").readline):
        kind = tokenize.tok_name[token.type]
        if kind == "STRING":
            inside.update(range(token.start[0] + 1, token.end[0] + 1))
        elif kind in ("FSTRING_START", "TSTRING_START"):
            opened.append(token.start[0])
        elif kind in ("FSTRING_END", "TSTRING_END"):
            inside.update(range(opened.pop() + 1, token.end[0] + 1))
    return [by + line if line.strip() and number not in inside else line for number, line in enumerate(lines, 1)]


def _parameters(plan: Plan) -> str:
    fields = []
    lists = False
    for parameter in plan.parameters:
        lists |= isinstance(parameter.value, list)
        value = repr(parameter.value)
        default = f"field(default_factory=lambda: {value})" if isinstance(parameter.value, list) else value
        origin = (
            f"cell {parameter.cells[0]}"
            if len(parameter.cells) == 1
            else f"cells {', '.join(map(str, parameter.cells))}"
        )
        fields.append(f"    {parameter.field}: {type_of(parameter)} = {default}  # {origin}")
    names = "dataclass, field" if lists else "dataclass"
    return (
        f'"""What can be chosen, and what the notebook chose."""\n\nfrom dataclasses import {names}\n\n\n'
        '@dataclass(frozen=True)\nclass Parameters:\n    """The values that the notebook had written into its cells."""\n\n'
        + "\n".join(fields)
        + "\n"
    )


def type_of(parameter: Parameter) -> str:
    """The type of a field, as it is written."""
    value = parameter.value
    if not isinstance(value, list | tuple):
        return type(value).__name__
    inside = " | ".join(sorted({type(item).__name__ for item in value}))
    return f"list[{inside}]" if isinstance(value, list) else f"tuple[{inside}, ...]"


def _pyproject(plan: Plan) -> str:
    lines = {line for every in plan.parts.imports.values() for line in every}
    modules = {line.split()[1].partition(".")[0] for line in lines}
    needed = sorted(
        {distributions(module)[0] for module in modules if module and not is_standard(module) and distributions(module)}
    )
    wanted = "".join(f'\n    "{name}",' for name in needed) + ("\n" if needed else "")
    return (
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n'
        f'[project]\nname = "{plan.package.replace("_", "-")}"\nversion = "0.1.0"\nrequires-python = ">=3.11"\n'
        f'dependencies = [{wanted}]\n\n[project.optional-dependencies]\ntest = ["pytest"]\n\n'
        f'[tool.hatch.build.targets.wheel]\npackages = ["src/{plan.package}"]\n'
    )


def _tests(plan: Plan, module: str) -> str:
    blocks = [_test(plan, step) for step in plan.steps if step.module == module]
    blocks += [
        '@pytest.mark.skip(reason="give it an input whose result you can tell by hand")\n'
        f"def test_{one.name}() -> None:\n    assert {module}.{one.name} is not None\n"
        for one in plan.definitions
        if one.module == module
    ]
    wants = any(plan.takes_parameters(step) for step in plan.steps if step.module == module)
    own = f"\nfrom {plan.package}.{PARAMETERS} import Parameters" if wants else ""
    return (
        f'"""What `{module}` did in the notebook: record it once, so that a change shows."""\n\n'
        f"import pytest\n\nfrom {plan.package} import {module}{own}\n\n\n" + "\n\n".join(blocks)
    )


def _test(plan: Plan, step: Step) -> str:
    above = plan.steps[: plan.steps.index(step)]
    makers = {name: other for other in above for name in other.outputs}
    lines = ['@pytest.mark.skip(reason="record the inputs and the result first")', f"def test_{step.name}() -> None:"]
    for name in step.inputs:
        maker = makers.get(name)
        origin = (
            f"what `{maker.module}.{maker.name}` gives"
            if maker is not None and maker is not step
            else "from the notebook"
        )
        lines.append(f"    {name} = ...  # {origin}")
    given = [*step.inputs, *(["Parameters()"] if plan.takes_parameters(step) else [])]
    call = f"{step.module}.{step.name}({', '.join(given)})"
    if not step.outputs:
        return "\n".join([*lines, f"    {call}", ""])
    lines += [f"    {', '.join(step.outputs)} = {call}"]
    lines += [f"    assert {name} is not None  # and equals what was recorded" for name in step.outputs]
    return "\n".join([*lines, ""])


def arguments(plan: Plan, step: Step) -> list[str]:
    """What a step is called with."""
    return [*step.inputs, *([plan.argument] if plan.takes_parameters(step) else [])]
