"""Finding the place in a package that a key names: `features.py:design`, `config.py:Config.threshold`, `design.md`."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some lines of a file; `line` is the number of the first, `name` what they define."""

    path: str
    name: str
    line: int
    text: str


def excerpt(project: Path, place: str) -> Excerpt | None:
    """The lines that a place names, in a project with one package under `src/`; None where there is no such place."""
    file, _, symbol = place.partition(":")
    path = next(
        (path for path in (project / file, *sorted((project / "src").glob(f"*/{file}"))) if path.is_file()), None
    )
    if path is None:
        return None
    text = path.read_text(encoding="utf-8")
    shown = path.relative_to(project).as_posix()
    if not symbol:
        return Excerpt(shown, "", 1, "\n".join(text.splitlines()[:12]))
    try:
        node = _defined(ast.parse(text), symbol.split("."))
    except SyntaxError:
        return None
    return None if node is None else _cut(shown, symbol, text, node)


def _cut(shown: str, name: str, text: str, node: ast.stmt) -> Excerpt:
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef) else []
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return Excerpt(shown, name, first, "\n".join(text.splitlines()[first - 1 : node.end_lineno]))


def _defined(scope: ast.Module | ast.stmt, names: list[str]) -> ast.stmt | None:
    """The statement that binds a name, and in it the rest of a dotted name."""
    for node in getattr(scope, "body", []):
        if names[0] in _binds(node):
            return node if len(names) == 1 else _defined(node, names[1:])
    return None


def _binds(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return {node.target.id}
    return set()


def functions(project: Path) -> list[Excerpt]:
    """Every function and class of a project's `src/`."""
    found = []
    for path in sorted((project / "src").rglob("*.py")):
        text = path.read_text(encoding="utf-8", errors="replace")
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            continue
        shown = path.relative_to(project).as_posix()
        found += [
            _cut(shown, node.name, text, node) for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)
        ]
    return found


def nearest(to: Excerpt, among: list[Excerpt], least: float = 0.2) -> Excerpt | None:
    """The piece that shares most names with another; None where none shares enough."""
    wanted = _words(to)
    shares = [
        (len(wanted & words) / len(wanted | words), place) for place, words in enumerate(map(_words, among)) if words
    ]
    best, place = max(shares, default=(0.0, 0))
    return among[place] if best >= least else None


def _words(piece: Excerpt) -> set[str]:
    code = re.sub(r'"""(?s:.*?)"""', "", piece.text)
    return {word for word in re.findall(r"[A-Za-z_]\w{2,}", code) if word not in _COMMON}


_COMMON = frozenset(
    "def return for None self import from not and str int float bool list dict tuple True False pd np DataFrame Series Path".split()
)
