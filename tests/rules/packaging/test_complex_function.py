"""NBC404: the quick look may not call a function simple that is not."""

from __future__ import annotations

import ast

import pytest

from nbcritic.analysis.code import CodeCell
from nbcritic.model import Cell
from nbcritic.rules.packaging.complex_function import _Forks, _ways

BODIES = {
    "branches": "    if a and b or c:\n        return 1\n    return 2 if a else 3",
    "loops": "    for x in a:\n        while x:\n            x -= 1\n    else:\n        return [y for y in a if y if b]",
    "errors": "    try:\n        a()\n    except ValueError:\n        b()\n    except (KeyError, OSError):\n        c()",
    "cases": "    match a:\n        case 1 if b:\n            return 1\n        case [x, *_]:\n            return x\n        case _:\n            return c",
    "table": "    if a == 1:\n        return 1\n    elif a == 2:\n        return b and c\n    elif a == 3:\n        return 3\n    return 4",
    "inner": "    def g(x):\n        return 1 if x else 2\n    return g(a) if b else c",
    "one line": "    return [x for x in a if x and b or c] if b else (a or b)",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_the_quick_look_counts_no_less_than_the_thorough_one(body: str) -> None:
    source = f"first = 1 if True else 2\ndef f(a, b, c):\n{body}\nlast = first or 2\n"
    cell = CodeCell(Cell(1, "code", source))
    (function,) = [node for node in cell.nodes(ast.FunctionDef) if node.name == "f"]
    ways, _ = _ways(function)
    assert 1 < ways <= _Forks(cell).at_most(function)
