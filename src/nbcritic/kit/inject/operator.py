"""What an operator is: a small, deterministic change that makes a clean notebook worse in one known way.

An operator is a function in a module of `operators/`, named after the flaw; its Remark stands in `remarks.toml` under the same
name. It gets the page, the roles that columns and tables play, and a source of chance; it gives a `Plant`, or says in words why
it does not apply. Edits are spans, so whatever they do not touch, comments included, keeps its bytes.
"""

from __future__ import annotations

import pkgutil
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any, Literal, TypeAlias

from nbcritic.analysis.page import Page
from nbcritic.kit.inject.roles import Roles
from nbcritic.kit.remark import Remark
from nbcritic.model import Edit

Effect: TypeAlias = Literal["same", "moves", "either", "chance", "order"]
"""What a flaw does to the results: nothing, moves them, may do either, makes them differ from run to run, or it shows in the order
in which the cells ran."""

Swap: TypeAlias = tuple[str, str]
"""A fragment of a cell as it stands on the page, and what stood there when the cell ran."""
History: TypeAlias = tuple[tuple[str, Swap | None], ...]
"""The cells by id in the order in which they ran, with what was different then."""


@dataclass(frozen=True)
class Plant:
    """One flaw at one place: the edits (cell numbers of the page), and where a reader sees it afterwards."""

    edits: tuple[Edit, ...]
    cell: str
    """Id of the cell in which it can be seen."""
    quote: str
    """A fragment of that cell's source as it is after the edits."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Fills the braces of the Remark's texts."""
    also: tuple[tuple[str, str], ...] = ()
    """Other places, by cell id and quote."""
    history: Callable[[History], History] | None = None
    """What becomes of the order in which the cells ran; None: nothing."""


Rule: TypeAlias = Callable[[Page, Roles, Random], Plant | str]


@dataclass(frozen=True)
class Operator:
    """A named flaw. `family` is the module it stands in; `effect` and `allows` come with its Remark."""

    name: str
    family: str
    plant: Rule
    effect: Effect
    allows: frozenset[str]
    """Codes of rules that may speak up beside its own."""
    text: Mapping[str, Any]
    """Its Remark, with braces to fill in."""

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules of nbcritic that may see it; a Remark names those that do, at its place."""
        return tuple(self.text["rules"])

    def remark(self, plant: Plant, id_: str = "") -> Remark:
        """What a good reviewer says about this plant."""
        import msgspec

        filled = _filled({**self.text, "id": id_ or self.name, "cell": plant.cell}, plant.words)
        also = [{"cell": cell, "quote": quote} for cell, quote in plant.also]
        return msgspec.convert({**filled, "quote": plant.quote, "also": also}, Remark, strict=True)


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for name, text in words.items():
            value = value.replace("{" + name + "}", text)
        return value
    if isinstance(value, Mapping):
        return {name: _filled(item, words) for name, item in value.items()}
    return [_filled(item, words) for item in value] if isinstance(value, list | tuple) else value


@cache
def operators() -> Mapping[str, Operator]:
    """Every operator by its name, in alphabetical order."""
    from nbcritic.kit.inject import operators as package

    texts = tomllib.loads((Path(__file__).parent / "remarks.toml").read_text(encoding="utf-8"))
    found: dict[str, Operator] = {}
    for module in pkgutil.iter_modules(package.__path__):
        functions = vars(import_module(f"{package.__name__}.{module.name}"))
        for name, function in functions.items():
            if name.replace("_", "-") in texts and callable(function):
                text = dict(texts[name.replace("_", "-")])
                effect, allows = text.pop("effect"), frozenset(text.pop("allows", ()))
                slug = name.replace("_", "-")
                found[slug] = Operator(slug, module.name, function, effect, allows, text)
    return dict(sorted(found.items()))
