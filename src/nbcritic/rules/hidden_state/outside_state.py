"""NBC109."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related, Severity, Span
from nbcritic.notebook.magics import Magic
from nbcritic.rule import rule
from nbcritic.rules.environment._links import links
from nbcritic.rules.environment._shared import on_databricks

_CHDIR = ("os.chdir", "os.fchdir")
_SETTERS = frozenset({"os.putenv", "os.environ.setdefault"})
_MACHINE = regex(r"(?:.*_)?(?:PATH|HOME|LIB|LIBRARY|DIR|ROOT|DATA|PYTHON)", re.IGNORECASE)
"""Variables that say where something lies; switches of libraries and parameters belong to the code that sets them."""
_HOSTED = regex(r"/(?:kaggle|content|dbfs|tmp|databricks)\b")
_INSTALLS = regex(r"\b(?:install|wget|curl|tar|unzip|git clone|add-apt)\b")
_CLONES = regex(r"\bgit[\"',\s]{1,9}clone\b")
_RELATIVE_FILE = regex(
    r"(?:\.{1,2}/)*[\w*-][\w .*-]*(?:/[\w .*-]+)*\.[A-Za-z]\w{1,5}|\.{1,2}/[\w ./*-]*|\w[\w.-]*(?:/[\w .-]+)+/?"
)
_ABSOLUTE = regex(r"[/~]|[A-Za-z]:[\\/]")


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

    Bad:

        # %%
        import os
        os.chdir("/srv/study")  # <- flagged
        rows = open("rows.csv").read()

    Bad:

        # %%
        %run ./tables.ipynb  # <- flagged
        %run ./figures.ipynb

    Good:

        # %%
        import os, sys
        target = "/srv/study"
        os.chdir(target)
        sys.path.append(target)
        rows = open("/srv/study/rows.csv").read()

    Good:

        # %%
        !apt-get install -qq openjdk-8-jdk-headless
        # %%
        import os
        os.environ["JAVA_HOME"] = "/usr/lib/jvm/java-8-openjdk-amd64"
        os.chdir("/content")

    Good:

        # %%
        import os, subprocess
        FOLDER = "/home/runner/study"
        subprocess.run(["git", "clone", "https://git.shop.org/study.git", FOLDER])
        os.chdir(FOLDER)
        rows = open("rows.csv").read()

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
    yield from _of_magics(page)
    for cell, call in page.calls(*_CHDIR):
        if not any(isinstance(parent, (ast.If, ast.Try)) for parent in cell.ancestors(call)):
            path = _text(call.args[0]) if call.args else ""
            if _is_relative(path) or (not _is_set_up(page, _target(page, call)) and _names_a_file(page, cell.number)):
                yield _chdir(cell, call)
    for cell, node, name, value in _variables(page):
        is_machines = any(_is_machines(text) for text in _texts(value))
        if is_machines and _MACHINE.fullmatch(name) and not _installs(page, cell.number):
            yield Hit(cell.at(node), _by_hand(name), severity="minor")


def _of_magics(page: Page) -> Iterator[Hit]:
    """`%cd` and `%env` one by one; what `%run` and `%store -r` bring is one fault of the notebook each."""
    brought: dict[str, list[tuple[Span, str, Severity | None]]] = {}
    for cell, magic in page.magics():
        if (said := _magic(magic)) is None or (magic.name == "cd" and _comes_back(cell)):
            continue
        message, severity = said
        if magic.name == "run" and on_databricks(page):
            severity = "minor"  # shared code comes so there
        target = magic.argument.strip().strip("\"'")
        if magic.name == "cd" and (
            _is_set_up(page, target) or not (_is_relative(target) or _names_a_file(page, cell.number))
        ):
            continue
        if magic.name in ("env", "set_env") and _installs(page, cell.number):
            continue
        if magic.name in ("run", "store"):
            brought.setdefault(f"{magic.name} {severity}", []).append((_line(cell, magic), message, severity))
        else:
            yield Hit(_line(cell, magic), message, severity=severity)
    for places in brought.values():
        (span, message, severity), *others = places
        more = f" (and {len(others)} more)" if others else ""
        related = tuple(Related(other, "and this") for other, _, _ in others[:10])
        yield Hit(span, message + more, related, severity=severity)


def _target(page: Page, call: ast.Call) -> str:
    """The folder that a call goes to, where it is written out or every value of its name is the same text."""
    given = call.args[0] if call.args else None
    sources = links(page).sources(given.id) if isinstance(given, ast.Name) else [given] if given else []
    texts = {_text(source) for source in sources}
    return texts.pop() if len(texts) == 1 else ""


def _is_set_up(page: Page, path: str) -> bool:
    """Is it a folder of a host, or one that the page clones its project into?"""
    clones = _ABSOLUTE.match(path) and any(_CLONES.search(cell.source) for cell in page.cells)
    return _HOSTED.match(path) is not None or bool(clones)


def _is_relative(path: str) -> bool:
    return bool(path) and not _ABSOLUTE.match(path) and path[0] not in "${"


def _names_a_file(page: Page, cell: int) -> bool:
    """Does this or a later cell give a call a relative path?"""
    return any(
        _RELATIVE_FILE.fullmatch(_text(argument))
        for other in page.code
        if other.number >= cell
        for call in other.nodes(ast.Call)
        for argument in (*call.args, *(word.value for word in call.keywords))
    )


def _installs(page: Page, cell: int) -> bool:
    """Does this or an earlier cell install or fetch something, to which a variable may well point?"""
    return any(
        _INSTALLS.search(line)
        for other in page.cells
        if other.number <= cell
        for line in other.lines
        if line.lstrip()[:1] in "!%"
    ) or any(
        other.language == "bash" and _INSTALLS.search(other.source) for other in page.cells if other.number <= cell
    )


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
    is_known = "environ" in page.names.mentioned or "os.environ" in page.names.imports.values()
    for cell in page.code if is_known else ():
        for assignment in cell.nodes(ast.Assign):
            for target in assignment.targets:
                is_variable = isinstance(target, ast.Subscript) and page.qualified(target.value) == "os.environ"
                if isinstance(target, ast.Subscript) and is_variable and (name := _text(target.slice)):
                    yield cell, target, name, assignment.value
    for cell, call in page.calls(*_SETTERS):
        if len(call.args) > 1 and (name := _text(call.args[0])):
            yield cell, call, name, call.args[1]


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _texts(value: ast.expr) -> list[str]:
    """The literals that an expression is put together from."""
    return [_text(node) for node in nodes_in(value, ast.Constant)]


def _line(cell: CodeCell, magic: Magic) -> Span:
    return cell.at_line(magic.line) if 0 < magic.line <= len(cell.lines) else Span(cell.number)
