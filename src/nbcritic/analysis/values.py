"""What kind of thing a name or an expression is, as far as the page itself tells."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Literal, TypeAlias

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.names import Names

ValueKind: TypeAlias = Literal[
    "frame", "series", "index", "groupby", "array", "list", "dict", "set", "tuple", "str", "number", "bool", "none",
    "estimator", "transformer", "splitter", "function", "class", "module", "figure", "axes", "tensor", "file", "path",
]  # fmt: skip


class Values:
    """Kinds of values, inferred from constructors, readers and methods; None wherever there is doubt."""

    def __init__(self, cells: Sequence[CodeCell], names: Names) -> None:
        self._cells = cells
        self._names = names

    def kind(self, node: ast.AST) -> ValueKind | None:
        """The kind of the expression `node`, or None."""
        return None

    def kind_of_name(self, name: str) -> ValueKind | None:
        """The kind of every binding of the notebook global `name`, where they agree; else None."""
        return None
