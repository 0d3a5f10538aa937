"""The plan: which cells become which function of which module, which definitions move, which values become parameters.

Nothing is run. What cannot leave the notebook without changing what it computes stays, with the reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

from nbcritic.analysis.page import Page
from nbcritic.model import NbcriticError
from nbcritic.rules.packaging._copies import clusters
from nbcritic.rules.packaging._logic import last_name
from nbcritic.rules.packaging._parts import Part, Parts, calls_of
from nbcritic.rules.packaging._purpose import MODULES, module_of
from nbcritic.rules.packaging._steps import Step, Steps

COMMON = "common"
"""The module of definitions that modules would otherwise have to import from one another in a circle."""
PARAMETERS = "parameters"
COPIED = 6.0
"""How heavy a block is that counts as a copy: the default of NBC405."""
_TUNED = frozenset(
    "test_size train_size random_state n_estimators max_depth learning_rate n_neighbors C alpha gamma n_clusters n_components epochs "
    "batch_size n_splits cv min_samples_leaf min_samples_split max_iter n_iter seed validation_split lr num_leaves subsample "
    "colsample_bytree reg_lambda reg_alpha max_features max_leaf_nodes eps min_samples k patience num_epochs hidden_size "
    "weight_decay momentum dropout".split()
)
_FILES = frozenset(
    "read_csv read_excel read_parquet read_json read_table read_pickle read_feather read_hdf loadtxt genfromtxt loadmat".split()
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that somebody may want to change: a field of the package's `Parameters`."""

    field: str
    value: object
    name: str
    """What the notebook calls it; empty for a literal in the middle of a call."""
    cells: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """A function or class of the notebook, and the module that it moves to."""

    part: Part
    module: str

    @property
    def name(self) -> str:
        """What it is called."""
        return self.part.name


@dataclass(frozen=True)
class Plan:
    """What becomes of a notebook."""

    page: Page
    package: str

    @cached_property
    def _steps(self) -> Steps:
        return Steps(self.page)

    @property
    def parts(self) -> Parts:
        """The pieces of every cell."""
        return self._steps.parts

    @property
    def steps(self) -> tuple[Step, ...]:
        """The functions that cells become, in document order."""
        return self._steps.steps

    @cached_property
    def stays(self) -> Mapping[int, str]:
        """Why a cell stays as it is."""
        return self._steps.stays

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """The functions and classes that move, in document order."""
        placed = {name: module_of(self.page, [part]) for name, part in self.parts.definitions.items()}
        self._straighten(placed)
        return tuple(Definition(part, placed[name]) for name, part in self.parts.definitions.items())

    def _straighten(self, placed: dict[str, str]) -> None:
        """Put into `common` what would make modules import each other in a circle."""
        needs = {name: self.definitions_read(part.life.reads) for name, part in self.parts.definitions.items()}
        while circle := _circle(self._arrows(placed, needs)):
            waiting = [name for name, module in placed.items() if module in circle]
            while waiting:
                name = waiting.pop()
                placed[name] = COMMON
                waiting += [other for other in needs[name] if placed[other] != COMMON]

    def _arrows(self, placed: Mapping[str, str], needs: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
        arrows: dict[str, set[str]] = {}
        for name, module in placed.items():
            arrows.setdefault(module, set()).update(placed[other] for other in needs[name])
        for step in self.steps:
            arrows.setdefault(step.module, set()).update(
                placed[other] for other in self.definitions_read(reads_of(step))
            )
        return {module: others - {module} for module, others in arrows.items()}

    def definitions_read(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of these names that are definitions which move."""
        return tuple(name for name in names if name in self.parts.definitions)

    @cached_property
    def copies(self) -> tuple[tuple[str, ...], ...]:
        """Functions that hold the same block of code: one of them, with another parameter, would do."""
        owner = {node: step.name for step in self.steps for part in step.parts for node in part.nodes}
        found: dict[tuple[str, ...], None] = {}
        for cluster in clusters(self.page, COPIED):
            names = tuple(
                dict.fromkeys(
                    owner[shape.node] for copy in cluster.copies for shape in copy.shapes if shape.node in owner
                )
            )
            if len(names) > 1:
                found[names] = None
        return tuple(found)

    @cached_property
    def modules(self) -> tuple[str, ...]:
        """The modules that the package gets, in order."""
        used = {step.module for step in self.steps} | {definition.module for definition in self.definitions}
        return tuple(module for module in (COMMON, *MODULES) if module in used)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The settings that what moves depends on, and numbers and paths buried in it."""
        wanted = {name for step in self.steps for name in step.settings}
        wanted |= {
            name
            for definition in self.definitions
            for name in definition.part.life.reads
            if name in self.parts.settings
        }
        found: dict[str, Parameter] = {}
        for name, value in self.parts.settings.items():
            if name in wanted:
                field = _free(name.lower() if name.lower() not in self.parts.settings else name, found)
                cell = self.page.names.bindings[name][0][0]
                found[field] = Parameter(field, value, name, (cell,))
        for (field, literal), cells in self._buried_fields.items():
            found[field] = Parameter(field, literal, "", tuple(dict.fromkeys(cells)))
        return tuple(found.values())

    def field_of(self, name: str) -> str:
        """The field that holds a setting, or an empty text."""
        return self._fields.get(name, "")

    @cached_property
    def _fields(self) -> dict[str, str]:
        return {parameter.name: parameter.field for parameter in self.parameters if parameter.name}

    @cached_property
    def _buried_fields(self) -> dict[tuple[str, object], list[int]]:
        found: dict[tuple[str, object], list[int]] = {}
        for step in self.steps:
            for _, node, field in self.buried[step.name]:
                found.setdefault((field, ast.literal_eval(node)), []).extend(step.cells[:1])
        return found

    @cached_property
    def buried(self) -> dict[str, tuple[tuple[Part, ast.expr, str], ...]]:
        """For each step, the literals in it that become fields: in which piece, the literal, the field."""
        raw = [(step, *one) for step in self.steps if step.module != "plots" for one in _literals(step)]
        values: dict[str, set[object]] = {}
        for _, _, node, word in raw:
            values.setdefault(word, set()).add(repr(ast.literal_eval(node)))
        taken = {name.lower() for name in self.parts.settings} | set(self.parts.settings)
        fields: dict[tuple[str, object], str] = {}
        found: dict[str, list[tuple[Part, ast.expr, str]]] = {step.name: [] for step in self.steps}
        for step, part, node, word in raw:
            key = word if len(values[word]) == 1 else f"{step.name}_{word}"
            value = (key, repr(ast.literal_eval(node)))
            if value not in fields:
                fields[value] = _free(key, {*fields.values(), *taken})
            found[step.name].append((part, node, fields[value]))
        return {name: tuple(every) for name, every in found.items()}

    @cached_property
    def argument(self) -> str:
        """What the parameters are called as an argument: a name that the notebook does not use."""
        return _free("params", self.page.names.bindings)

    def takes_parameters(self, step: Step) -> bool:
        """Does this function need the parameters?"""
        return bool(self.buried[step.name] or any(self.field_of(name) for name in step.settings))


def plan(page: Page, package: str = "") -> Plan:
    """What of a notebook can become a package of this name (by default its file's). Raises NbcriticError where nothing can."""
    if not page.is_python:
        raise NbcriticError(f"{page.path}: is written in {page.notebook.language}; only Python can be extracted")
    if page.names.python2:
        raise NbcriticError(f"{page.path}: is written in Python 2; bring it to Python 3 first")
    return Plan(page, package or package_name(page.path))


def package_name(path: str) -> str:
    """A name for the package of a notebook: that of its file, made a lower-case identifier."""
    words = re.findall(r"[a-z0-9]+", PurePath(path).stem.lower())
    name = "_".join(words).lstrip("0123456789_")
    return name if name.isidentifier() and name not in _KEPT else "notebook_package"


_KEPT = frozenset(
    "tests test src notebook data pandas numpy sklearn torch tensorflow keras scipy matplotlib seaborn".split()
)


def reads_of(step: Step) -> tuple[str, ...]:
    """Every name that the pieces of a step read, whether they make it themselves or not."""
    return tuple(dict.fromkeys(name for part in step.parts for name in (*part.life.reads, *sorted(part.life.quoted))))


def _literals(step: Step) -> Iterator[tuple[Part, ast.expr, str]]:
    for part in step.parts:
        for call in calls_of([part]):
            if any(isinstance(around, ast.JoinedStr) for around in part.cell.ancestors(call)):
                continue  # Python 3.11 does not know where in a text it stands
            for word in call.keywords:
                if word.arg in _TUNED and _is_number(word.value):
                    yield part, word.value, word.arg.lower() if word.arg != "C" else "c"
            first = call.args[0] if call.args else None
            if last_name(call.func) in _FILES and isinstance(first, ast.Constant) and isinstance(first.value, str):
                stem = "_".join(re.findall(r"[a-z0-9]+", PurePath(first.value).name.lower().partition(".")[0]))
                yield part, first, f"{stem}_path" if stem and not stem[0].isdigit() else "data_path"


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def _free(name: str, taken: Iterable[str]) -> str:
    names, number, free = set(taken), 2, name
    while free in names:
        free, number = f"{name}_{number}", number + 1
    return free


def _circle(arrows: Mapping[str, set[str]]) -> set[str]:
    """Nodes that reach themselves."""
    found = set()
    for start in arrows:
        seen, waiting = set[str](), list(arrows[start])
        while waiting:
            here = waiting.pop()
            if here not in seen:
                seen.add(here)
                waiting += arrows.get(here, ())
        if start in seen:
            found.add(start)
    return found
