"""NBC208."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.environment._links import links
from nbcritic.rules.environment._shared import SHOWN, path_uses

_SETS_PYTHONPATH = re.compile(r"(?:^|[\s;&])(?:export\s+|set\s+)?PYTHONPATH\s*[= ]")
_OTHER_ENVIRONMENT = re.compile(r"(?:site|dist)-packages|conda|/usr/")
_ATTACHED = re.compile(r"/kaggle/(?:input|usr)(?:/|$)|(?:\./)?\.\./(?:input|usr)/")
"""Where Kaggle attaches what other people made."""
_BY_FILE = ("spec_from_file_location", "SourceFileLoader")
_CLONE = re.compile(
    r"""\bgit["',\s]+clone["',\s]+(?:--?[\w-]+(?:[= ]\d+)?["',\s]+|(?:-b|--branch)\s+\S+\s+)*(?P<address>https?://[^\s"',;]+)"""
    r"""(?:["']?[,\s]+["']?(?:[\w./{}$-]*/)?(?P<folder>[\w.-]+))?"""
)
_BY_HAND = "`PYTHONPATH` is set by hand; make the code a package and `pip install -e .` it"


@rule("NBC208", name="path-surgery", severity="minor", category="packaging")
def check(page: Page) -> Iterator[Hit]:
    r"""The notebook edits `sys.path` to import the project's own code.

    The import works from this folder and in this order of cells only; another module of the same name may be found first, and
    no tool (tests, type checkers, the notebook's next host) finds the code the same way. All such lines of a notebook are one
    finding.

    Instead, make the code a package (a `pyproject.toml` is enough) and install it once with `pip install -e .`; install what
    comes from another repository from there, with the commit (`pip install git+https://…@<commit>`).

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
        sys.path += ["lib"]
        sys.path = [root] + sys.path
        os.environ["PYTHONPATH"] = "../src"  # <- flagged

    Bad:

        # %%
        from sys import path
        path.append("..")  # <- flagged

    Bad:

        # %%
        import site
        site.addsitedir("../lib")  # <- flagged
        # %%
        %env PYTHONPATH=../src  # <- flagged
        !export PYTHONPATH=../src && python train.py  # <- flagged

    Bad:

        # %%
        import sys
        !git clone --depth 1 https://example.org/shop/basket.git
        sys.path.append("/content/basket/src")  # <- flagged

    Good:

        # %%
        import sys
        from pathlib import Path
        sys.path.append("/kaggle/input/basket-source/src")
        ROOTS = [Path("/kaggle/input/basket"), Path("/kaggle/input/datasets/shop/basket")]
        for root in ROOTS:
            if root.exists():
                sys.path.insert(0, str(root))

    Good:

        # %%
        import importlib.util, sys
        def plugin(file):
            sys.path.insert(0, str(file.parent))
            spec = importlib.util.spec_from_file_location("plugin", file)
            return importlib.util.module_from_spec(spec)

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
    own = list[tuple[CodeCell, ast.AST, str]]()
    elsewhere = {
        (use.at.cell, use.at.line) for use in path_uses(page) if use.import_path and use.place.kind != "hosted"
    }
    for cell in page.code:
        for node, added in _edits(page, cell):
            what = "" if isinstance(node, ast.Assign) else cell.segment(added, 40)
            source = _source(page, cell, node, added)
            at = cell.at(node)
            if source == "own" and (at.cell, at.line) not in elsewhere:
                own.append((cell, node, what))
            elif source not in ("", "own"):
                yield Hit(at, f"{_put(what)}; {source}")
        for assign in cell.nodes(ast.Assign):
            if any(_is_pythonpath(page, target) for target in assign.targets):
                yield Hit(cell.at(assign), _BY_HAND)
    if own:
        (cell, node, what), *others = sorted(own, key=lambda edit: edit[0].at(edit[1]))
        related = tuple(Related(cell.at(node), _put(what)) for cell, node, what in others[:SHOWN])
        yield Hit(cell.at(node), f"{_put(what)}; make the code a package and `pip install -e .` it", related)
    for cell, magic in page.magics():
        sets = magic.kind in ("shell", "assign") or magic.name in ("env", "set_env", "sx", "system")
        if sets and _SETS_PYTHONPATH.search(magic.argument):
            yield Hit(cell.at_line(magic.line), _BY_HAND)


def _edits(page: Page, cell: CodeCell) -> Iterator[tuple[ast.AST, ast.expr]]:
    """Each change of the path, with what it puts there."""
    for call in cell.nodes(ast.Call):
        if (added := _added(page, call)) is not None:
            yield call, added
    for target in cell.nodes(ast.AugAssign):
        if page.qualified(target.target) == "sys.path":
            yield target, target.value
    for assign in cell.nodes(ast.Assign):
        if any(page.qualified(_base(target)) == "sys.path" for target in assign.targets) and (
            _is_slice(assign) or any(page.qualified(node) == "sys.path" for node in ast.walk(assign.value))
        ):
            yield assign, assign.value


def _source(page: Page, cell: CodeCell, node: ast.AST, added: ast.expr) -> str:
    """Where the code on the path comes from: `own`, advice for code that is not, or nothing where there is none to give.

    What a host attaches read-only cannot be installed from there, and a plugin that is loaded by its file has to find its
    neighbours.
    """
    if _OTHER_ENVIRONMENT.search(cell.segment(node, 200)):
        return "install the package into the kernel's own environment"
    behind = links(page).behind(added)
    if any(_ATTACHED.match(text) for text in behind.texts) or _loads_a_file(cell, node):
        return ""
    for address, folder, number in _clones(page):
        if any(folder in re.split(r"[\\/]+", text) for text in behind.texts):
            return f"it was cloned in cell {number}: `pip install git+{address}@<commit>` needs no path"
    return "own"


def _loads_a_file(cell: CodeCell, node: ast.AST) -> bool:
    for parent in cell.ancestors(node):
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            return any(isinstance(part, ast.Attribute) and part.attr in _BY_FILE for part in ast.walk(parent))
    return False


def _clones(page: Page) -> Iterator[tuple[str, str, int]]:
    """The address, folder and cell of each repository that the notebook clones."""
    for cell in page.cells:
        if "git" in cell.source and "clone" in cell.source:
            for found in _CLONE.finditer(cell.source):
                address = found["address"]
                yield (
                    address,
                    found["folder"] or address.rstrip("/").rpartition("/")[2].removesuffix(".git"),
                    cell.number,
                )


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


def _put(added: str) -> str:
    return f"`{added}` is put on `sys.path`".replace("``", "`") if added else "`sys.path` is replaced"
