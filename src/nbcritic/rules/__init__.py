"""One opinion a file, named after the rule. They are found by walking this package; there is no list to keep."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from nbcritic.rule import Rule


@cache
def load() -> dict[str, Rule]:
    """Every rule by its code, in the order of the codes."""
    modules = (module for module in pkgutil.walk_packages(__path__, f"{__name__}.") if not module.ispkg)
    found = (
        getattr(import_module(module.name), "check", None)
        for module in modules
        if not module.name.rpartition(".")[2].startswith("_")
    )
    return {rule.code: rule for rule in sorted((r for r in found if isinstance(r, Rule)), key=lambda r: r.code)}


def find(key: str) -> Rule | None:
    """The rule with this code or name."""
    rules = load()
    return rules.get(key.upper()) or next((rule for rule in rules.values() if rule.name == key.lower()), None)
