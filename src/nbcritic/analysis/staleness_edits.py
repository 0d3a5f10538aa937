"""What a cell's saved outputs say about its source: can they come from it as it stands?

Only what IPython itself guarantees counts: which statements give a result, that a traceback quotes the source that ran, that `print`
writes the text it is given.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.pattern import regex
from nbcritic.notebook.outputs import Output

Trace: TypeAlias = Literal["gone", "commented", "result", "traceback", "print", "rows", "literal"]
"""What tells: output below nothing, or below comments; a result below a statement that gives none; a traceback that quotes other code; a
text that is printed and not there; more rows than were asked for; another value than the one that is written out."""

_ESCAPES = regex(r"\x1b\[[0-9;]*m")
_OWN_FRAME = regex(
    r"<ipython-input-(\d+)-\w+> in <module>|Cell In ?\[(\d+)\], line \d+$|Input In \[(\d+)\], in <(?:module|cell line)"
)
_OTHER_FRAME = regex(r"/ipykernel_\d+/\d+\.py in <(?:module|cell line)")
_QUOTED = regex(r"^(?:-+>|) *(\d{1,5})(?:[ \t](.*))?$")
_AUTOTIME = regex(r"time: [\d.]+ ?(?:[nµμm]?s|min|h|minutes?|seconds?)(?: [\d.]+ ?m?s)?(?: \(started: [^)]*\))?")
_WORD = regex(r"\w")
_FIELD = regex(r"\{[^{}]*\}")
_LAYOUT = regex(r"[\s\\]+")
_LAST_COMMA = regex(r",(?=[)\]}])")
_ZERO = regex(r"(?<![\w.])0\.(?=\d)|(?<=\d)\.0+(?!\d)")
_NO_BRACKETS = str.maketrans("", "", "()")
_REDIRECTS = regex(r"clear_output|stdout|capture|patch\(")
_TRUNCATED = regex(r"truncated|\r|\x08")
_NO_RESULT = (
    ast.Assign, ast.AnnAssign, ast.AugAssign, ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.For, ast.While, ast.With,
    ast.If, ast.Try, ast.Delete, ast.Assert,
)  # fmt: skip
_ROWS: dict[str, int] = {"head": 5, "tail": 5, "sample": 1}
_SHORTEST = 3
"""So many letters make a text that can be looked for."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A trace of an edit after the last run: where in the source as it stands, and the text that gives it away."""

    trace: Trace
    node: ast.AST | None = None
    text: str = ""
    number: int = 0


def edits(cell: CodeCell) -> Iterator[Edit]:
    """The traces in one cell, one of a kind. Cells with a cell magic are not judged: it may do anything with their source."""
    if cell.language != "python" or any(magic.kind == "cell" for magic in cell.magics):
        return
    if all(_is_timing(output) for output in cell.outputs):
        return
    if cell.is_empty:
        yield Edit("commented" if cell.source.strip() else "gone")
        return
    errors = [output for output in cell.outputs if output.kind == "error"]
    for error in errors:
        yield from _quoted(cell, error)
    if cell.tree is None or not cell.tree.body or errors:
        return
    yield from _results(cell, cell.tree.body[-1])
    yield from _printed(cell, cell.tree.body)


def _is_timing(output: Output) -> bool:
    """The line that the autotime extension prints below every cell, whatever it does."""
    return output.kind == "stream" and _AUTOTIME.fullmatch(output.text.strip()) is not None


def _results(cell: CodeCell, last: ast.stmt) -> Iterator[Edit]:
    results = [output for output in cell.outputs if output.kind == "result"]
    end = last.end_lineno or last.lineno
    if len(results) != 1 or any(magic.line >= last.lineno or magic.line == end for magic in cell.magics):
        return
    if isinstance(last, _NO_RESULT):
        yield Edit("result", last)
    elif isinstance(last, ast.Expr):
        rows = _rows(last.value, results[0])
        written = last.value.value if isinstance(last.value, ast.Constant) else None
        if rows:
            yield Edit("rows", last, number=rows)
        elif isinstance(written, (str, int)) and repr(written).isascii() and repr(written) != results[0].text.strip():
            yield Edit("literal", last)


def _rows(value: ast.expr, result: Output) -> int:
    """How many rows a table shows, where these are more than `head`, `tail` or `sample` was asked for; else 0."""
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute) or value.keywords:
        return 0
    if not isinstance(value.func.value, ast.Name) or value.func.attr not in _ROWS or len(value.args) > 1:
        return 0
    asked: object = _ROWS[value.func.attr]
    if value.args:
        asked = value.args[0].value if isinstance(value.args[0], ast.Constant) else None
    shown = result.html.partition("<tbody")[2].partition("</tbody>")[0].count("<tr")
    return shown if isinstance(asked, int) and 0 < asked < shown else 0


def _printed(cell: CodeCell, body: list[ast.stmt]) -> Iterator[Edit]:
    """Texts that the cell prints in any case, and that the saved text does not have."""
    saved = "".join(output.text for output in cell.outputs if output.kind == "stream" and output.name == "stdout")
    if not saved or _TRUNCATED.search(saved) or _REDIRECTS.search(cell.source):
        return
    flat = " ".join(saved.split())
    for statement in body:
        call = statement.value if isinstance(statement, ast.Expr) else None
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != "print":
            continue
        for text in _texts(call.args[0]) if call.args and not call.keywords else ():
            words = " ".join(text.split())
            if words.isascii() and len(_WORD.findall(words)) >= _SHORTEST and words not in flat:
                yield Edit("print", statement, words)
                return


def _texts(value: ast.expr) -> list[str]:
    """The pieces of text that stand in what is printed, whatever the values between them."""
    if isinstance(value, ast.Constant):
        return value.value.split("\n") if isinstance(value.value, str) else []
    if isinstance(value, ast.JoinedStr):
        return [text for part in value.values if isinstance(part, ast.Constant) for text in _texts(part)]
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "format":
        template = value.func.value
        if isinstance(template, ast.Constant) and isinstance(template.value, str) and "{{" not in template.value:
            return [text for part in _FIELD.split(template.value) for text in part.split("\n")]
    return []


def _quoted(cell: CodeCell, error: Output) -> Iterator[Edit]:
    """The first line of the cell's own code that a traceback quotes and that is not there."""
    rows = _ESCAPES.sub("", "\n".join(error.traceback[:8])).split("\n")
    start = next((at for at, row in enumerate(rows) if _is_own_frame(cell, row)), None)
    stands = _bare(cell.source)
    for row in rows[start + 1 :] if start is not None else ():
        found = _QUOTED.match(row.strip("\r "))
        if found is None and row.strip():
            return
        text = " ".join((found[2] or "").split()) if found is not None else ""
        if len(_WORD.findall(text)) < _SHORTEST or text.startswith(("#", "get_ipython")):
            continue
        if _bare(text).rstrip(",") not in stands:
            yield Edit("traceback", text=text)
            return


def _bare(code: str) -> str:
    """Code without what a formatter changes: spaces and line ends, kinds of quotes, brackets round a whole, last commas, `.5` for `0.5`."""
    text = _LAST_COMMA.sub("", _LAYOUT.sub("", code.replace('"', "'")))
    return _ZERO.sub(".", text.translate(_NO_BRACKETS))


def _is_own_frame(cell: CodeCell, row: str) -> bool:
    found = _OWN_FRAME.search(row.strip())
    if found is None:
        return _OTHER_FRAME.search(row) is not None
    return str(cell.execution_count) in found.groups()
