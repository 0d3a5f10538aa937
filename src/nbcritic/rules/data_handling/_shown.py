"""Numbers of rows that saved outputs show of named frames."""

from __future__ import annotations

import ast
import re

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import root_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex

_SHAPE = regex(r"\((\d+), ?\d+\)")
_SHOWN = regex(r"(\d+) rows (?:×|x|&times;) \d+ columns")
_ENTRIES = regex(r"Index: (\d+) entries")
_GOT = regex(r"\bGot (\d+) rows\b")
"""What the client of BigQuery logs of a query."""
_COUNTED = regex(r"(?:Name: .*, )?dtype: int64")
"""The line under the counts of `value_counts`."""
_SUPPORT = regex(r"^ *(?:accuracy|avg / total) .* (\d{1,12})$", re.MULTILINE)
"""The line of a classification report that ends with the number of rows."""


def shown(page: Page, cell: CodeCell) -> list[tuple[str, int]]:
    """Names of frames with the numbers of rows that the outputs of the cell show."""
    return [*_measured(page, cell), *_told(page, cell)]


def _told(page: Page, cell: CodeCell) -> list[tuple[str, int]]:
    """What logs and statistics say by the way, where the cell has one of them."""
    texts = [output.text for output in cell.outputs if output.kind != "error"]
    if not texts:
        return []
    text = "\n".join(texts)
    found: list[tuple[str, int]] = []
    asked = [node.value for node in cell.nodes(ast.Attribute) if node.attr == "value_counts"]
    if len(asked) == 1 and (frame := root_name(asked[0])) is not None and (total := _total(text)) is not None:
        found.append((frame.id, total))
    reports = [call for call in cell.nodes(ast.Call) if _is_report(page, call)]
    supports = set(_SUPPORT.findall(text)) if len(reports) == 1 else set()
    if len(supports) == 1 and isinstance(reports[0].args[0], ast.Subscript):
        frame = root_name(reports[0].args[0])
        found += [(frame.id, int(supports.pop()))] if frame is not None else []
    got = _GOT.findall(text) if "Got " in text else []
    if len(got) == 1:
        queries = [assign.targets[0] for assign in cell.nodes(ast.Assign) if _is_query(assign.value)]
        found += [(name.id, int(got[0][:12])) for name in queries if isinstance(name, ast.Name)]
    return found


def _total(text: str) -> int | None:
    """The sum of the first counts that `value_counts` shows."""
    # One step a line: an expression that looks for the block as a whole tries it anew from each of its lines.
    total = None
    for line in text.split("\n"):
        head, _, count = line.rpartition(" ")
        if head and head[-1] != "." and count.isdecimal() and len(count) <= 12:
            total = (total or 0) + int(count)
        elif total is not None and _COUNTED.fullmatch(line):
            return total
        else:
            total = None
    return None


def _is_query(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("read_gbq", "cached_read", "to_dataframe")


def _is_report(page: Page, call: ast.Call) -> bool:
    return bool(call.args) and page.qualified(call.func) == "sklearn.metrics.classification_report"


def _measured(page: Page, cell: CodeCell) -> list[tuple[str, int]]:
    """What is shown of frames as such: their shape, their summary, their rows."""
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
