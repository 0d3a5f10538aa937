"""Numbers of rows that saved outputs show of named frames."""

from __future__ import annotations

import ast
import re

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page

_SHAPE = re.compile(r"\((\d+), ?\d+\)")
_SHOWN = re.compile(r"(\d+) rows (?:×|x|&times;) \d+ columns")
_ENTRIES = re.compile(r"Index: (\d+) entries")


def shown(page: Page, cell: CodeCell) -> list[tuple[str, int]]:
    """Names of frames with the numbers of rows that the outputs of the cell show."""
    assert cell.tree is not None
    last = cell.tree.body[-1] if cell.tree.body else None
    shapes = [n.value.id for n in cell.nodes(ast.Attribute) if n.attr == "shape" and isinstance(n.value, ast.Name)]
    infos = [n.value.id for n in cell.nodes(ast.Attribute) if n.attr == "info" and isinstance(n.value, ast.Name)]
    expression = last.value if isinstance(last, ast.Expr) else None
    measured = isinstance(expression, ast.Call) and expression.args and page.qualified(expression.func) == "len"
    wanted = isinstance(expression, ast.Name) or measured or len(shapes) == 1 or len(infos) == 1
    if not wanted:
        return []
    found: list[tuple[str, int]] = []
    text = "\n".join(output.text for output in cell.outputs if output.kind != "error")
    for names, pattern in ((shapes, _SHAPE), (infos, _ENTRIES)):
        counts = pattern.findall(text)
        if len(names) == len(counts) == 1:
            found.append((names[0], int(counts[0][:12])))
    results = [output for output in cell.outputs if output.kind == "result"]
    if not results:
        return found
    result = results[-1]
    if isinstance(expression, ast.Name):
        counted = _SHOWN.search(result.html or result.text)
        body = result.html.partition("<tbody>")[2]
        if counted:
            found.append((expression.id, int(counted[1][:12])))
        elif 'class="dataframe"' in result.html and body:
            found.append((expression.id, body.count("<tr")))
    elif measured and isinstance(expression, ast.Call) and result.text.strip().isdecimal():
        frame = expression.args[0]
        if isinstance(frame, ast.Name):
            found.append((frame.id, int(result.text.strip()[:12])))
    return found
