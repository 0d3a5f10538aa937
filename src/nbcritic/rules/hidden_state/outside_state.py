"""NBC109."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Severity, Span
from nbcritic.notebook.magics import Magic
from nbcritic.rule import rule

_CHDIR = ("os.chdir", "os.fchdir")
_SETTERS = frozenset({"os.putenv", "os.environ.setdefault"})
_MACHINE = re.compile(r"(?:.*_)?(?:PATH|HOME|LIB|LIBRARY|DIR|ROOT|DATA|PYTHON)", re.IGNORECASE)
"""Variables that say where something lies; switches of libraries and parameters belong to the code that sets them."""
_HOSTED = re.compile(r"/(?:kaggle|content|dbfs|tmp|databricks)\b")
_ABSOLUTE = re.compile(r"[/~]|[A-Za-z]:[\\/]")


@rule(
    "NBC109",
    name="outside-state",
    severity="major",
    category="reproducibility",
)
def check(page: Page) -> Iterator[Hit]:
    r"""A cell depends on, or changes, something outside the page.

    Values from `%store`, names from another notebook, the working directory and folders of one machine put into the environment
    by hand are not in the file. On the next machine, or after a second run of the same cell, everything below means something
    else. Switches of libraries such as `CUDA_VISIBLE_DEVICES` are fine.

    Instead, import shared code from a module, build paths from one root in one place, and keep the environment's folders in the
    environment's own configuration.

    Bad:

        # %%
        %store -r sales  # <- flagged
        sales.head()

    Bad:

        # %%
        %run ./01_prepare.ipynb  # <- flagged

    Bad:

        # %%
        import os
        os.chdir("..")  # <- flagged

    Bad:

        # %%
        %cd ../data  # <- flagged

    Bad:

        # %%
        import os
        os.environ["JAVA_HOME"] = "/usr/lib/jvm/java-8"  # <- flagged

    Good:

        # %%
        %load_ext autoreload
        %matplotlib inline
        %store sales

    Good:

        # %%
        import os
        os.environ["CUDA_VISIBLE_DEVICES"] = "0"
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
        home = os.environ["HOME"]

    Good:

        # %%
        import os
        if not os.path.exists("data"):
            os.chdir("..")

    Good:

        # %%
        !cd data && ls
        %cd src/lib
        !make
        %cd ../..
    """
    for cell, magic in page.magics():
        if (said := _magic(magic)) and not (magic.name == "cd" and _comes_back(cell)):
            message, severity = said
            yield Hit(_line(cell, magic), message, severity=severity)
    for cell, call in page.calls(*_CHDIR):
        if not any(isinstance(parent, ast.If | ast.Try) for parent in cell.ancestors(call)):
            yield _chdir(cell, call)
    for cell, node, name, value in _variables(page):
        if _MACHINE.fullmatch(name) and any(_is_machines(text) for text in _texts(value)):
            yield Hit(cell.at(node), _by_hand(name), severity="minor")


def _magic(magic: Magic) -> tuple[str, Severity | None] | None:
    argument = magic.argument.strip()
    short = argument if len(argument) <= 60 else argument[:59] + "…"
    if magic.kind not in ("line", "assign"):
        return None
    if magic.name == "store" and re.search(r"(?:^|\s)-r\b", argument):
        return f"`%store {short}` takes values from a database that only this machine has", None
    if magic.name == "run" and argument:
        file = next((word for word in argument.split() if not word.startswith("-")), "")
        is_code = file.strip("\"'").endswith(".py")
        return f"`%run {short}` brings names that this page does not show", "minor" if is_code else None
    if magic.name == "cd" and argument and argument not in ("-q", "-", "~"):
        return _moves(f"%cd {short}", argument)
    if magic.name in ("env", "set_env"):
        name, _, value = argument.replace(" ", "=", 1).partition("=")
        if _MACHINE.fullmatch(name) and _is_machines(value.strip()):
            return _by_hand(name), "minor"
    return None


def _comes_back(cell: CodeCell) -> bool:
    """Do the `%cd` of a cell end where they began?"""
    moves = [magic.argument.strip() for magic in cell.magics if magic.name == "cd" and magic.kind == "line"]
    depth = 0
    for move in moves:
        if move == "-" or _ABSOLUTE.match(move):
            return move == "-"
        depth += sum({"..": -1, ".": 0, "": 0}.get(part, 1) for part in move.split("/"))
    return len(moves) > 1 and depth == 0


def _is_machines(path: str) -> bool:
    """Is it a path of one machine? Those of a host are another fault (NBC203)."""
    return _ABSOLUTE.match(path) is not None and not _HOSTED.match(path)


def _by_hand(name: str) -> str:
    return f"`{name}` is set by hand to a folder of this machine"


def _moves(what: str, path: str) -> tuple[str, Severity | None]:
    path = path.strip("\"'")
    if path.startswith(("/", "~", "$", "{")) or path[1:3] in (":\\", ":/"):
        return f"`{what}` moves every relative path of the page", "minor"
    return f"`{what}` moves every relative path of the page, and once more each time the cell runs", None


def _chdir(cell: CodeCell, call: ast.Call) -> Hit:
    path = call.args[0] if call.args else None
    literal = path.value if isinstance(path, ast.Constant) and isinstance(path.value, str) else "/"
    message, severity = _moves(cell.segment(call), literal)
    return Hit(cell.at(call), message, severity=severity)


def _variables(page: Page) -> Iterator[tuple[CodeCell, ast.AST, str, ast.expr]]:
    """Every variable of the environment that Python code sets, where its name is written out, with its value."""
    for cell in page.code:
        for assignment in cell.nodes(ast.Assign):
            for target in assignment.targets:
                is_variable = isinstance(target, ast.Subscript) and page.qualified(target.value) == "os.environ"
                if isinstance(target, ast.Subscript) and is_variable and (name := _text(target.slice)):
                    yield cell, target, name, assignment.value
        for call in cell.nodes(ast.Call):
            if len(call.args) > 1 and (name := _text(call.args[0])) and page.qualified(call.func) in _SETTERS:
                yield cell, call, name, call.args[1]


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _texts(value: ast.expr) -> list[str]:
    """The literals that an expression is put together from."""
    return [_text(node) for node in ast.walk(value) if isinstance(node, ast.Constant)]


def _line(cell: CodeCell, magic: Magic) -> Span:
    return cell.at_line(magic.line) if 0 < magic.line <= len(cell.lines) else Span(cell.number)
