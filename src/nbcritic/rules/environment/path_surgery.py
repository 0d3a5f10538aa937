"""NBC208."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.rule import rule

_SETS_PYTHONPATH = re.compile(r"(?:^|[\s;&])(?:export\s+|set\s+)?PYTHONPATH\s*[= ]")
_OTHER_ENVIRONMENT = re.compile(r"(?:site|dist)-packages|conda|/usr/")
_BY_HAND = "`PYTHONPATH` is set by hand; make the code a package and `pip install -e .` it"


@rule("NBC208", name="path-surgery", severity="minor", category="packaging")
def check(page: Page) -> Iterator[Hit]:
    r"""The notebook edits `sys.path` to import the project's own code.

    The import works from this folder and in this order of cells only; another module of the same name may be found first, and
    no tool (tests, type checkers, the notebook's next host) finds the code the same way.

    Instead, make the code a package (a `pyproject.toml` is enough) and install it once with `pip install -e .`.

    Bad:

        # %%
        import sys
        sys.path.append("../src")  # <- flagged
        from features import build

    Bad:

        # %%
        import os, sys
        root = os.path.abspath("..")
        if root not in sys.path:
            sys.path.insert(0, root)  # <- flagged
        sys.path += ["lib"]  # <- flagged
        sys.path = [root] + sys.path  # <- flagged
        os.environ["PYTHONPATH"] = "../src"  # <- flagged

    Bad:

        # %%
        from sys import path
        path.append("..")  # <- flagged
        # %%
        import site
        site.addsitedir("../lib")  # <- flagged
        # %%
        %env PYTHONPATH=../src  # <- flagged
        !export PYTHONPATH=../src && python train.py  # <- flagged

    Good:

        # %%
        import sys
        print(sys.path)
        if "src" in sys.path[0]:
            sys.argv.append("x")
        path = []
        path.append("..")
        !echo $PYTHONPATH

    Good:

        # %%
        import sys
        sys.path.remove("/opt/old")
        sys.path = saved
    """
    for cell in page.code:
        for node in cell.nodes(ast.Call):
            if (added := _added(page, node)) is not None:
                yield _hit(cell, node, cell.segment(added, 40))
        for target in cell.nodes(ast.AugAssign):
            if page.qualified(target.target) == "sys.path":
                yield _hit(cell, target, cell.segment(target.value, 40))
        for assign in cell.nodes(ast.Assign):
            if any(page.qualified(_base(target)) == "sys.path" for target in assign.targets):
                if any(page.qualified(node) == "sys.path" for node in ast.walk(assign.value)) or _is_slice(assign):
                    yield _hit(cell, assign, "")
            elif any(_is_pythonpath(page, target) for target in assign.targets):
                yield Hit(cell.at(assign), _BY_HAND)
    for cell, magic in page.magics():
        sets = magic.kind in ("shell", "assign") or magic.name in ("env", "set_env", "sx", "system")
        if sets and _SETS_PYTHONPATH.search(magic.argument):
            yield Hit(cell.at_line(magic.line), _BY_HAND)


def _added(page: Page, call: ast.Call) -> ast.expr | None:
    """What a call puts on the path."""
    name = page.qualified(call.func)
    if name in ("sys.path.append", "sys.path.extend", "site.addsitedir") and call.args:
        return call.args[0]
    return call.args[1] if name == "sys.path.insert" and len(call.args) > 1 else None


def _base(target: ast.expr) -> ast.expr:
    return target.value if isinstance(target, ast.Subscript) else target


def _is_slice(assign: ast.Assign) -> bool:
    return any(isinstance(target, ast.Subscript) for target in assign.targets)


def _is_pythonpath(page: Page, target: ast.expr) -> bool:
    return (
        isinstance(target, ast.Subscript)
        and isinstance(target.slice, ast.Constant)
        and target.slice.value == "PYTHONPATH"
        and page.qualified(target.value) == "os.environ"
    )


def _hit(cell: CodeCell, node: ast.AST, added: str) -> Hit:
    what = f"`{added}` is put on `sys.path`".replace("``", "`") if added else "`sys.path` is replaced"
    other = _OTHER_ENVIRONMENT.search(cell.segment(node, 200)) is not None
    advice = (
        "install the package into the kernel's own environment"
        if other
        else "make the code a package and `pip install -e .` it"
    )
    return Hit(cell.at(node), f"{what}; {advice}")
