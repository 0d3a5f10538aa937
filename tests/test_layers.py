"""Imports point one way: a module may use only what stands before it, wherever in the file the import stands."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src/nbcritic"
LAYERS = [
    {"model"},
    {"notebook"},
    {"analysis"},
    {"rule"},
    {"rules"},
    {"config"},
    {"readiness"},
    {"ruff_fix", "ruff_doubts"},
    {"ruff"},
    {"engine"},
    {"scanner"},
    {"sandbox"},
    {"report", "fixer", "baseline", "since"},
    {"rerun"},
    {"extract"},
    {"docs"},
    {"kit"},
    {"editors"},
    {"cli"},
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
FACADES = ("__init__.py", "__main__.py")
"""The public names and the door to the command line stand above all layers."""
MODULES = sorted(path for path in SRC.rglob("*.py") if path.relative_to(SRC).as_posix() not in FACADES)


def imported(tree: ast.AST, package: tuple[str, ...]) -> Iterator[str]:
    """The full name of every module, or name in one, that is imported anywhere in the tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *([node.module] if node.module else [])))
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            name = node.args[0]
            text = name.values[0] if isinstance(name, ast.JoinedStr) else name
            if isinstance(text, ast.Constant):
                yield str(text.value)


def layers(source: str, package: tuple[str, ...]) -> set[str]:
    """The layers of ours that a module uses."""
    parts = (name.split(".") for name in imported(ast.parse(source), package))
    return {part[1] for part in parts if part[0] == "nbcritic" and len(part) > 1 and part[1] in RANK}


def forbidden(layer: str, used: set[str]) -> set[str]:
    """Those that stand above the layer or beside it."""
    return {other for other in used - {layer} if RANK[other] >= RANK[layer]}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SRC).as_posix())
def test_imports_point_down(path: Path) -> None:
    inside = path.relative_to(SRC)
    layer = inside.parts[0].removesuffix(".py")
    assert layer in RANK, f"give {layer} its place among the layers"
    used = layers(path.read_text("utf-8"), ("nbcritic", *inside.parts[:-1]))
    assert forbidden(layer, used) == set()


@pytest.mark.parametrize(
    "source, used",
    [
        ("import nbcritic.cli", {"cli"}),
        ("from nbcritic import engine, __version__", {"engine"}),
        ("from nbcritic.scanner import scan", {"scanner"}),
        ("from .. import report", {"report"}),
        ("from ..report.text import render", {"report"}),
        ("from . import text", {"analysis"}),
        ("def f():\n    from nbcritic.cli import main", {"cli"}),
        ("if TYPE_CHECKING:\n    import nbcritic.kit.grade", {"kit"}),
        ("import_module('nbcritic.cli')", {"cli"}),
        ("importlib.import_module(f'nbcritic.cli.{name}')", {"cli"}),
        ("import json, click", set()),
    ],
)
def test_every_kind_of_import_is_seen(source: str, used: set[str]) -> None:
    assert layers(source, ("nbcritic", "analysis")) == used


def test_up_and_sideways_are_forbidden() -> None:
    assert forbidden("report", {"model", "report", "fixer", "cli"}) == {"fixer", "cli"}
