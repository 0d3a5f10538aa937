"""The question to the database is put the wrong way."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from random import Random

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.kit.inject import code
from nbcritic.kit.inject.operator import Plant
from nbcritic.kit.inject.roles import Roles

_SELECT = re.compile(r"\bselect\b.*\bfrom\b", re.IGNORECASE | re.DOTALL)


def _queries(page: Page) -> Iterator[tuple[CodeCell, ast.Call, ast.Constant]]:
    for cell in page.code:
        for call in cell.nodes(ast.Call):
            for given in call.args[:2]:
                if isinstance(given, ast.Constant) and isinstance(given.value, str) and _SELECT.search(given.value):
                    yield cell, call, given


def values_in_the_text(page: Page, given: Roles, chance: Random) -> Plant | str:
    """Parameters of a query are pasted into its text."""
    for cell, call, query in _queries(page):
        values = next((one for one in call.args if isinstance(one, ast.List | ast.Tuple)), None)
        source = code.text(cell, query)
        if (
            values is None
            or "{" in source
            or source.count("?") != len(values.elts)
            or not source.startswith(('"', "'"))
        ):
            continue
        pieces = source.split("?")
        names = [code.text(cell, item) for item in values.elts]
        if any(quote in name for name in names for quote in "\"'"):
            continue
        marks = ["'" * isinstance(code.literal(page, item), str) for item in values.elts]
        shown = [f"{mark}{{{name}}}{mark}" for mark, name in zip(marks, names, strict=True)]
        filled = pieces[0] + "".join(value + piece for value, piece in zip(shown, pieces[1:], strict=True))
        start, end = code.offsets(cell.source, cell.at(query))[0], code.offsets(cell.source, cell.at(values))[1]
        edit = code.Replace(code.span(cell, start, end), "f" + filled)
        return Plant((edit,), cell.cell.id or "", code.line_of("f" + filled, f"{{{names[0]}}}"), {"value": names[0]})
    return "no query has `?` in its text and a list of as many values beside it"


def everything_selected(page: Page, given: Roles, chance: Random) -> Plant | str:
    """The list of columns becomes a star."""
    for cell, _call, query in _queries(page):
        source = code.text(cell, query)
        found = re.search(r"(\bselect\s+)([\w,\s]+?)(\s+from\b)", source, re.IGNORECASE)
        if (
            found is None
            or source.lower().count("select") > 1
            or re.search(r"\bas\b|\bdistinct\b", found[2], re.IGNORECASE)
        ):
            continue
        start = code.offsets(cell.source, cell.at(query))[0]
        edit = code.Replace(code.span(cell, start + found.start(2), start + found.end(2)), "*")
        return Plant((edit,), cell.cell.id or "", f"{found[1].strip()} *")
    return "no query selects a plain list of columns from one table"
