"""The shape of a package: what a reviewer sees before reading a line of it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from nbcritic.kit.contract import Item

SCREEN = 60
"""Lines of a function that can be seen at once."""
_HOME = re.compile(r"(?:/home/|/Users/|[A-Za-z]:\\\\?Users\\\\?|~/Desktop)\w*")
_SAME = {
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
    "PIL": "pillow",
    "cv2": "opencv-python",
    "skimage": "scikit-image",
}
"""Names of distributions that differ from what is imported."""


def judge(folder: Path, package: str) -> Iterator[Item]:
    """The structure items of the rubric, each small, each with what it is good for."""
    trees = dict(_trees(folder / "src" / package))
    yield _declared(folder, package, trees)
    yield _documented(folder)
    yield _short(trees)
    yield _importable(trees)
    yield _typed(trees)
    yield _portable(folder / "src" / package)


def _trees(source: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(source.rglob("*.py")):
        try:
            yield path.relative_to(source).as_posix(), ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            yield path.relative_to(source).as_posix(), ast.Module([], [])


def _item(id: str, title: str, faults: list[str], teach: str, category: str, good: str = "yes") -> Item:
    return Item(id, title, float(not faults), "; ".join(faults[:3]) or good, teach, 1, category)


def _declared(folder: Path, package: str, trees: dict[str, ast.Module]) -> Item:
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
        declared = {_normal(re.split(r"[^A-Za-z0-9._-]", text.strip())[0]) for text in project.get("dependencies", [])}
        faults = [] if project.get("requires-python") else ["requires-python is not said"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, AttributeError) as error:
        declared, faults = set(), [f"pyproject.toml cannot be read: {error}"]
    imported = {name for tree in trees.values() for name in _imports(tree)} - {package} - set(sys.stdlib_module_names)
    missing = sorted(name for name in imported if _normal(_SAME.get(name, name)) not in declared)
    return _item(
        "declared",
        "pyproject.toml names what it needs",
        faults + [f"{name} is imported and not declared" for name in missing],
        "On a fresh machine the package must install with one command. Name every import among the dependencies, with a lower bound.",
        "packaging",
    )


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def _documented(folder: Path) -> Item:
    text = next((path.read_text(encoding="utf-8", errors="replace") for path in folder.glob("README*")), "")
    faults = (
        [] if len(text.split()) >= 40 else ["there is no README" if not text else "the README has less than 40 words"]
    )
    return _item(
        "readme",
        "A README says what it is for and how to run it",
        faults,
        "Whoever is called at night reads it first: which decision it serves, how to run it, how good it is, when not to trust it.",
        "readability",
    )


def _short(trees: dict[str, ast.Module]) -> Item:
    faults = [
        f"{name}: {node.name} has {size} lines"
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (size := (node.end_lineno or node.lineno) - node.lineno + 1) > SCREEN
    ]
    return _item(
        "short-functions",
        "Every function fits a screen",
        faults,
        "A function that does one thing can be named, tested and replaced. A cell pasted into `def main()` cannot.",
        "readability",
    )


def _importable(trees: dict[str, ast.Module]) -> Item:
    faults = [
        f"{name}, line {node.lineno}: {ast.unparse(node)[:60]}"
        for name, tree in trees.items()
        if name != "__main__.py"
        for node in tree.body
        if isinstance(node, ast.For | ast.While | ast.With)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))
    ]
    return _item(
        "no-work-at-import",
        "Importing it does nothing",
        faults,
        "Work at the top of a module runs when a test or a scheduler only wants to import it. Put it into functions, and call "
        "them from the command.",
        "packaging",
    )


def _typed(trees: dict[str, ast.Module]) -> Item:
    public = [
        (name, node)
        for name, tree in trees.items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
    ]
    bare = [f"{name}: {node.name}" for name, node in public if node.returns is None or ast.get_docstring(node) is None]
    return _item(
        "documented-functions",
        "Public functions say what they take and give",
        bare,
        "Types and a sentence of docstring (meaning, units, errors) are what the next person has instead of you.",
        "readability",
    )


def _portable(source: Path) -> Item:
    faults = [
        f"{path.name}: {found[0]}"
        for path in sorted(source.rglob("*.py"))
        if (found := _HOME.search(path.read_text(encoding="utf-8", errors="replace")))
    ]
    return _item(
        "no-personal-path",
        "No path of one machine",
        faults,
        "Places come in as arguments or from a config file; then the scheduler, the test and your colleague can each name their own.",
        "configuration",
    )
