"""NBC208."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cached_property

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.notebook.magics import Magic
from nbcritic.rule import rule
from nbcritic.rules.environment._links import links
from nbcritic.rules.environment._shared import SHOWN, path_uses

_SETS_PYTHONPATH = regex(r"(?:^|[\s;&])(?:export\s+|set\s+)?PYTHONPATH\s*[= ]")
_OTHER_ENVIRONMENT = regex(r"(?:site|dist)-packages|conda|/usr/")
_ATTACHED = regex(r"/kaggle(?:/|$)|(?:\./)?\.\./(?:input|usr)/")
"""Where Kaggle attaches what other people made, and where a notebook copies it to."""
_DOWNLOADS = frozenset(
    ".dataset_download .model_download .notebook_output_download .snapshot_download snapshot_download .urlretrieve".split()
)
_HOLD_PATHS = frozenset({"sys", "site", "os"})
"""Without one of these modules a notebook cannot change where Python looks."""
_BY_FILE = ("spec_from_file_location", "SourceFileLoader")
_KNOWN = sys.stdlib_module_names | frozenset(
    "IPython bs4 catboost cv2 dask geopandas ipywidgets joblib keras lightgbm matplotlib missingno networkx nltk numpy pandas PIL "
    "plotly polars pyarrow pyspark requests scipy seaborn shap sklearn skimage spacy statsmodels sympy tensorflow torch "
    "torchvision tqdm transformers xgboost yaml".split()
)
"""What is no code of the project's own, whatever the path."""
_LOADS = frozenset("importlib runpy pickle joblib unittest subprocess torch multiprocessing".split())
_CLONE = regex(
    r"""\bgit["',\s]+clone["',\s]+(?:--?[\w-]+(?:[= ]\d+)?["',\s]+|(?:-b|--branch)\s+\S+\s+)*(?P<address>https?://[^\s"',;]+)"""
    r"""(?:["']?[,\s]+["']?(?:[\w./{}$-]*/)?(?P<folder>[\w.-]+))?"""
)


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
        os.environ["PYTHONPATH"] = "../src"

    Bad:

        # %%
        from sys import path
        path.append("..")  # <- flagged
        import numpy, shop

    Bad:

        # %%
        import sys
        import pandas as pd
        sys.path.append("..")  # <- flagged
        orders = pd.read_csv("orders.csv")

    Bad:

        # %%
        import site
        site.addsitedir("../lib")  # <- flagged
        # %%
        %env PYTHONPATH=../src
        !export PYTHONPATH=../src && python train.py

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
        import os, shutil, sys
        import kagglehub
        from pathlib import Path
        COPY = Path("/kaggle/working") / "basket"
        shutil.copytree("/kaggle/input/basket", COPY)
        sys.path.insert(0, str(COPY / "src"))
        os.environ["PYTHONPATH"] = str(COPY / "src")
        tools = kagglehub.dataset_download("shop/basket-tools")
        sys.path.append(tools + "/src")

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
    origins = _Origins(page)
    own = [(cell.at_line(magic.line), "`PYTHONPATH` is set by hand") for cell, magic in page.magics() if _sets(magic)]
    imported = {full.partition(".")[0] for full in page.names.imports.values()}
    for cell in page.code if not imported.isdisjoint(_HOLD_PATHS) else ():
        for node, added, what in _edits(page, cell):
            source = origins.of(cell, node, added)
            if source == "own":
                own.append((cell.at(node), what))
            elif source:
                yield Hit(cell.at(node), f"{what}; {source}")
    # What lies on one machine is said there, with the same advice.
    said = {(use.at.cell, use.at.line) for use in path_uses(page) if use.import_path and use.place.kind != "hosted"}
    if own := sorted(edit for edit in own if (edit[0].cell, edit[0].line) not in said):
        (at, what), *others = own
        related = tuple(Related(*other) for other in others[:SHOWN])
        if all("PYTHONPATH" not in words for _, words in own) and not _imports_its_own(page):
            words = f"{what}, but nothing is imported from there; remove the line{'s' * bool(others)}"
            yield Hit(at, words, related, severity="nit")
            return
        yield Hit(at, f"{what}; make the code a package and `pip install -e .` it", related)


def _imports_its_own(page: Page) -> bool:
    """May anything come from the folders on the path, also by way of an unpickled object?"""
    if page.names.unknown or page.names.maybe or any(page.magics("run", "load_ext", "aimport")):
        return True
    roots = {
        alias.name.partition(".")[0] for cell in page.code for node in cell.nodes(ast.Import) for alias in node.names
    }
    roots |= {(node.module or "").partition(".")[0] for cell in page.code for node in cell.nodes(ast.ImportFrom)}
    return not roots <= _KNOWN or not roots.isdisjoint(_LOADS)


def _sets(magic: Magic) -> bool:
    runs = magic.kind in ("shell", "assign") or magic.name in ("env", "set_env", "sx", "system")
    return runs and _SETS_PYTHONPATH.search(magic.argument) is not None


def _edits(page: Page, cell: CodeCell) -> Iterator[tuple[ast.AST, ast.expr, str]]:
    """Each change of the path, with what it puts there and the words for it."""
    for call in cell.nodes(ast.Call):
        if (added := _added(page, call)) is not None:
            yield call, added, _put(cell, added)
    for target in cell.nodes(ast.AugAssign):
        if page.qualified(target.target) == "sys.path":
            yield target, target.value, _put(cell, target.value)
    for assign in cell.nodes(ast.Assign):
        if any(page.qualified(_base(target)) == "sys.path" for target in assign.targets):
            if _is_slice(assign) or any(page.qualified(node) == "sys.path" for node in nodes_in(assign.value)):
                yield assign, assign.value, "`sys.path` is replaced"
        elif any(_is_pythonpath(page, target) for target in assign.targets):
            yield assign, assign.value, "`PYTHONPATH` is set by hand"


def _put(cell: CodeCell, added: ast.expr) -> str:
    return f"`{cell.segment(added, 40)}` is put on `sys.path`".replace("``", "`")


class _Origins:
    """Where code that a notebook puts on its path comes from."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def of(self, cell: CodeCell, node: ast.AST, added: ast.expr) -> str:
        """`own`, advice for code that is not, or nothing where there is none to give.

        What a host attaches or a library downloads is nothing to make a package of, and a plugin that is loaded by its file has
        to find its neighbours.
        """
        behind = links(self._page).behind(added)
        for text in behind.texts:
            for part in re.split(r"[\\/]+", text):
                if part in self._clones:
                    address, number = self._clones[part]
                    return f"it was cloned in cell {number}: `pip install git+{address}@<commit>` needs no path"
        if any(_ATTACHED.match(text) for text in behind.texts) or not behind.names.isdisjoint(_DOWNLOADS):
            return ""
        if _OTHER_ENVIRONMENT.search(cell.segment(node, 200)):
            return "install the package into the kernel's own environment"
        return "" if any(parent in self._loaders for parent in cell.ancestors(node)) else "own"

    @cached_property
    def _clones(self) -> dict[str, tuple[str, int]]:
        """For the folder of each repository that the notebook clones, its address and the cell."""
        found: dict[str, tuple[str, int]] = {}
        for cell in self._page.cells:
            if "git" in cell.source and "clone" in cell.source:
                for clone in _CLONE.finditer(cell.source):
                    address = clone["address"]
                    folder = clone["folder"] or address.rstrip("/").rpartition("/")[2].removesuffix(".git")
                    found.setdefault(folder, (address, cell.number))
        return found

    @cached_property
    def _loaders(self) -> frozenset[ast.AST]:
        """The functions that load a module by its file."""
        functions = (ast.FunctionDef, ast.AsyncFunctionDef)
        return frozenset(
            parent
            for cell in self._page.code
            for node in cell.nodes(ast.Attribute)
            if node.attr in _BY_FILE
            for parent in cell.ancestors(node)
            if isinstance(parent, functions)
        )


_PUTTING = frozenset({"append", "extend", "insert", "addsitedir"})


def _added(page: Page, call: ast.Call) -> ast.expr | None:
    """What a call puts on the path."""
    if isinstance(call.func, ast.Attribute) and call.func.attr not in _PUTTING:
        return None
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
