"""NBC209."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.project_distributions import is_standard
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.environment._installers import Install, bare, commands, installs, is_moving, is_pinned
from nbcritic.rules.environment._needless import is_imported, is_needless

_SYSTEM = frozenset({"apt", "apt-get", "brew"})
_HOSTED = ("/kaggle/", "kaggle_secrets", "google.colab", "/content/drive")
_HOST = regex(r"colab|kaggle|binder|sagemaker|databricks", re.I)
_SHOWN = 20
_FAILED = regex(
    r"ERROR: (?:Could not find a version|No matching distribution|Could not install|Failed building)|No matching distribution found|"
    r"PackagesNotFoundError|subprocess-exited-with-error|is not recognized as an internal|command not found|: not found"
)
"""What installers and shells say when they fail."""
_TOOLING = frozenset({"pip", "setuptools", "wheel", "conda"})


@rule("NBC209", name="inline-install", severity="major", category="reproducibility")
def check(page: Page) -> Iterator[Hit]:
    r"""A cell installs packages into the environment that runs it.

    Each run changes the environment of its reader, waits for the network, and may bring another release than the one that made these
    results; without a version it surely will, sooner or later. A bound without quotes (`pip install shop>=1.0`) never reaches pip: the
    shell writes into a file called `=1.0`. A repository without a commit or tag (`git+https://…`) is another program each week. All
    that one cell installs is one finding, and so is all that installs the same once more; it is minor, and says so, where nothing in
    the notebook needs the package, and where its saved output is an error and nothing imports it. A notebook that imports nothing but
    Python's own modules rests on none of it.

    Instead, declare what the notebook needs, with versions, in the project (`pyproject.toml`, `requirements.txt`,
    `environment.yml`) and install it before the notebook starts.

    Bad:

        # %%
        !pip install lightgbm shap  # <- flagged
        %pip install -q "polars>=0.20"
        import polars
        # %%
        !conda install -y -c conda-forge geopandas  # <- flagged
        # %%
        !apt-get -qq install tesseract-ocr  # <- flagged

    Bad:

        # %%
        import subprocess, sys, os, sklearn
        !{sys.executable} -m pip install -U scikit-learn  # <- flagged
        subprocess.check_call([sys.executable, "-m", "pip", "install", "xgboost"])
        # %%
        os.system("pip install catboost==1.2")  # <- flagged
        # %%
        for package in ("tabulate", "tomli"):
            subprocess.run([sys.executable, "-m", "pip", "install", "-q", package])  # <- flagged
        # %%
        pip install tqdm  # <- flagged
        # %%
        %%bash
        python -m pip install --quiet spacy  # <- flagged

    Bad:

        # %%
        try:
            import optuna
        except ImportError:
            !pip install optuna  # <- flagged

    Bad:

        # %%
        !pip install openpyxl>=3.1  # <- flagged
        import pandas as pd

    Bad:

        # %%
        !pip install shop  # <- flagged
        import shop
        # %%
        !pip install --upgrade shop

    Bad:

        # %%
        !pip install git+https://example.org/shop/shop.git  # <- flagged
        import shop
        open("/kaggle/input/shop.csv")

    Good:

        # %%
        !pip install pillow lxml
        # %%
        !python generate_records.py --input=images --output=train.record

    Good:

        # %%
        import shop
        %pip install -q -r requirements.txt
        !pip install -e ..
        !pip install .
        !conda env update -f environment.yml
        !pip install --no-index --find-links wheels shop
        !pip install ../wheels/shop-1.2-py3-none-any.whl
        !pip install --find-links=/kaggle/input/wheels shop
        !pip install {wheel} $whl_dir/shop-1.2-py3-none-any.whl

    Good:

        # %%
        import subprocess, sys, shop
        from pathlib import Path
        def find_wheel(name):
            return next(Path("/kaggle/input").rglob(f"{name}*"))
        subprocess.check_call([sys.executable, "-m", "pip", "install", str(find_wheel("shop"))])
        for file in sorted(Path("../input").glob("**/*.whl")):
            subprocess.run(["pip", "install", "--no-deps", str(file)])
        subprocess.run(f"pip install {file}", shell=True)
        subprocess.run(["pip", "install", "--find-links", str(folder), "shop"])

    Good:

        # %%
        import sys
        if "google.colab" in sys.modules:
            !pip install shop
        import shop

    Good:

        # %%
        !pip install shop==1.2
        import shop
        # %%
        rows = open("/kaggle/input/shop/rows.csv")

    Good:

        # %%
        import lightgbm
        !pip list
        !pip --version && pip show numpy
        # !pip install lightgbm
        print("!pip install lightgbm")
        !echo "run pip install lightgbm first"
        installation = "pip install lightgbm"
        subprocess.run(["ls", "install"])
    """
    if not _uses_packages(page):
        return
    found = defaultdict[int, list[tuple[Span, Install]]](list)
    every = list(commands(page))
    lines = {(at.cell, line) for _, at, _ in every for line in range(at.line, at.end_line + 1)}
    for cell, at, text in every:
        for install in installs(text):
            if install.packages and not install.declared and not install.frozen:
                found[cell.number].append((at, install))
    hits: list[Hit] = []
    first: dict[str, int] = {}
    """The hit that names a package first."""
    for number, items in found.items():
        cell = page.cell(number)
        hosts = _on_hosts(cell)
        told = sorted((item for item in items if not any(item[0].line in host for host in hosts)), key=_place)
        names = [bare(name) for _, install in told for name in install.packages]
        if names and all(name in first for name in names):
            again = (Related(place, f"installs {_list(install.packages)} again") for place, install in told)
            hits[first[names[0]]] = _with(hits[first[names[0]]], again)
        elif told and (hit := _judged(page, cell, told, lines)):
            first.update((name, len(hits)) for name in names if name not in first and name != "…")
            hits.append(hit)
    yield from hits


def _with(hit: Hit, related: Iterable[Related]) -> Hit:
    return replace(hit, related=(*hit.related, *related)[:_SHOWN])


def _judged(
    page: Page, cell: CodeCell, items: list[tuple[Span, Install]], lines: Collection[tuple[int, int]]
) -> Hit | None:
    """What is to be said of all that one cell installs."""
    names = [name for _, install in items for name in install.packages]
    be = "is" if len(names) == 1 else "are"
    if any(_FAILED.search(output.text) for output in cell.outputs) and not is_imported(page, map(bare, names)):
        words = f"the saved output says that {_list(names)} could not be installed, and nothing imports {_them(names)}"
        return Hit(items[0][0], f"{words}: delete the line", severity="minor")
    if is_needless(page, names, lines):
        words = f"{_list(names)} {be} installed while the notebook runs, and nothing in it needs {_them(names)}"
        return Hit(items[0][0], f"{words}: delete the line", severity="minor")
    hit = next(_hits(items, hosted=_is_hosted(page)), None)
    if hit is not None and cell.source.lstrip().startswith("%%capture"):
        hit = replace(hit, message=f"{hit.message}; `%%capture` hides whether that worked")
    return hit


def _is_hosted(page: Page) -> bool:
    """Does the notebook live on a host whose environment starts empty each time? There, a pinned install is good practice."""
    return "kaggle" in page.notebook.metadata or any(word in cell.source for cell in page.cells for word in _HOSTED)


def _uses_packages(page: Page) -> bool:
    """Does any code of the notebook rest on what is installed?"""
    if any(True for _ in page.magics("load_ext", "reload_ext")):
        return True
    plain = (alias.name for cell in page.code for node in cell.nodes(ast.Import) for alias in node.names)
    taken = (node.module or "" for cell in page.code for node in cell.nodes(ast.ImportFrom))
    return not all(map(is_standard, chain(plain, taken)))


def _place(item: tuple[Span, Install]) -> Span:
    return item[0]


def _on_hosts(cell: CodeCell) -> list[range]:
    """The lines that run only if the notebook finds itself on a host that knows nothing of the project."""
    return [
        range(branch.body[0].lineno, (branch.body[-1].end_lineno or branch.lineno) + 1)
        for branch in cell.nodes(ast.If)
        if _HOST.search(cell.segment(branch.test, 200))
    ]


def _hits(items: list[tuple[Span, Install]], *, hosted: bool) -> Iterator[Hit]:
    """All that one cell installs is one finding."""
    own = [(place, install) for place, install in items if install.tool not in _SYSTEM]
    # What the system needs is the lesser part of the news where the cell also installs packages.
    (at, first), *others = own or items
    others += [item for item in items if own and item[1].tool in _SYSTEM]
    related = tuple(Related(place, f"installs {_list(install.packages)}") for place, install in others[:_SHOWN])
    every = dict.fromkeys((name, install.tool) for _, install in own or items for name in install.packages)
    names = list(dict.fromkeys(name for name, _ in every if name != "…"))
    loose = [name for name, tool in every if not is_pinned(name, tool)]
    if not names:
        words = "packages are installed while the notebook runs; declare and pin them in the project"
        yield Hit(at, words, related, severity="minor", confidence="possible")
        return
    what = f"{_list(names)} {'is' if len(names) == 1 else 'are'}"
    if not own:
        what += f" installed with `{first.tool}` while the notebook runs"
        yield Hit(at, f"{what}; state {_them(names)} as a requirement of the system", related, severity="minor")
        return
    if all(name in _TOOLING for name in names):
        words = f"{what} upgraded while the notebook runs; set the environment up before it starts"
        yield Hit(at, words, related, severity="minor")
        return
    if not loose:
        words = f"{what} installed while the notebook runs; declare {_them(names)} in the project"
        if not hosted:
            yield Hit(at, words, related, severity="minor")
        return
    loose = list(dict.fromkeys(name for name in loose if name != "…"))
    which = f"unpinned ({_list(loose, 3)})" if 0 < len(loose) < len(names) else "unpinned"
    words = f"{what} installed while the notebook runs, {which}; declare and pin {_them(names)} in the project"
    if lost := next((install.redirected for _, install in items if install.redirected), None):
        words = (
            f"{what} installed while the notebook runs, and the shell takes `{lost['bound']}` for a redirect: the bound never reaches "
            f'{first.tool}; write `"{lost[0]}"`, better declare and pin {_them(names)} in the project'
        )
    if moving := next((name for name in loose if is_moving(name)), ""):
        held = f", next to {_list([name for name in names if name != moving], 3)}" if len(names) > 1 else ""
        words = f"`{_short(moving)}` is installed as its repository stands on that day{held}; name a commit or a tag (`…@<commit>`), better in the project"
        yield Hit(at, words, related)
    elif hosted:
        yield Hit(at, words, related, severity="minor", confidence="possible")
    else:
        yield Hit(at, words, related)


def _them(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"


def _list(names: Sequence[str], limit: int = 4) -> str:
    shown = ", ".join(f"`{_short(name)}`" for name in names[:limit])
    return shown + (f" and {len(names) - limit} more" if len(names) > limit else "")


def _short(name: str) -> str:
    """A package as a reader names it: of a path or an address, the end."""
    return name if len(name) <= 40 else "…" + name[-39:]
