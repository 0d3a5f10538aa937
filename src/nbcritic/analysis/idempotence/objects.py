"""What names stand for while a cell is followed on paper: objects whose content is a term, and the scopes that hold them."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbcritic.analysis.idempotence.terms import Term


class Obj:
    """An object: names that share it see each other's changes. `part_of` says whose element it is, and under which key."""

    # Most objects live for one expression and have nothing but their content: the rest stands with the class until it is set.
    items: list[Obj] | None = None
    """The elements of a literal collection."""
    part_of: tuple[Obj, Any] | None = None
    klass: ast.ClassDef | None = None
    """The page's own class that it is an instance of."""
    made_by: ast.ClassDef | None = None
    """The class that it is."""
    function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | None = None
    scope: Scope | None = None
    """Where a function was defined; None for the notebook itself."""
    is_iterator = False
    names: frozenset[str] = frozenset()
    """The names of the notebook that it was bound to."""

    def __init__(self, content: Term, kind: str = "") -> None:
        self.content = content
        self.kind = kind
        """The kind that the page's values tell, or an empty string."""


class Scope:
    """The names of one call of a function."""

    __slots__ = ("names", "objects", "outer", "returned")

    def __init__(self, names: frozenset[str], outer: Scope | None) -> None:
        self.names = names
        self.objects: dict[str, Obj] = {}
        self.outer = outer
        self.returned: list[Obj] = []


@dataclass(frozen=True, slots=True)
class Write:
    """A change to what a name of the notebook stands for: a new content, or that of one key."""

    name: str
    key: Any
    value: Term
    content: Term
    node: ast.AST
    """The statement that does it, in whatever function it stands."""
    site: ast.stmt
    """The statement of the cell that leads there."""


class Raised(Exception):
    """The run stops with an error. `args[0]` is the error's name, `key` what was not there (or was there already)."""

    def __init__(self, error: str, name: str, node: ast.AST, site: ast.stmt, key: Any = None) -> None:
        super().__init__(error)
        self.key = key
        self.name = name
        self.node = node
        self.site = site


class Exhausted(Exception):
    """The cell is too long to be followed."""
