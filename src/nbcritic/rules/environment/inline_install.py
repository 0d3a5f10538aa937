"""NBC209."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.project_distributions import is_standard
from nbcritic.analysis.project_manifests import normal
from nbcritic.analysis.project_pins import is_exact
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
_KAGGLE = regex(r"\bkaggle\s+(?:competitions|c|datasets|d|kernels|k|models|m)\s+(?P<what>\w+)")
_ADVICE = ("declare and pin it in the project", "declare and pin them in the project")
_TOOLING = frozenset({"pip", "setuptools", "wheel", "conda"})


@rule("NBC209", name="inline-install", severity="major", category="reproducibility")
def check(page: Page) -> Iterator[Hit]:
    r"""A cell installs packages into the environment that runs it.

    Each run changes the environment of its reader, waits for the network, and may bring another release than the one that made these
    results; without a version it surely will, sooner or later. A bound without quotes (`pip install shop>=1.0`) never reaches pip: the
    shell writes into a file called `=1.0`. A repository without a commit or tag (`git+https://…`) is another program each week. All
    that the notebook installs is one finding. It is minor, and says so, where a manifest of the project pins all of it already, and
    where nothing in the notebook needs the package, or the saved output is an error and nothing imports it. The client that only hands
    a file in at a contest (`kaggle competitions submit`) changes no result. A notebook that imports nothing but
    Python's own modules rests on none of it.

    Instead, declare what the notebook needs, with versions, in the project (`pyproject.toml`, `requirements.txt`,
    `environment.yml`) and install it before the notebook starts.

    Bad:

        # %%
        !pip install lightgbm shap  # <- flagged
        %pip install -q "polars>=0.20"
        import lightgbm, polars
        # %%
        !conda install -y -c conda-forge geopandas
        import geopandas
        # %%
        !apt-get -qq install tesseract-ocr
        # For tesseract-ocr, which reads the letters.

    Bad:

        # %%
        import subprocess, sys, os, sklearn
        !{sys.executable} -m pip install -U scikit-learn  # <- flagged
        subprocess.check_call([sys.executable, "-m", "pip", "install", "xgboost"])
        # %%
        os.system("pip install catboost==1.2")

    Bad:

        # %%
        import subprocess, sys, spacy
        for package in ("tabulate", "tomli"):
            subprocess.run([sys.executable, "-m", "pip", "install", "-q", package])  # <- flagged
        # %%
        pip install tqdm
        # %%
        %%bash
        python -m pip install --quiet spacy

    Bad:

        # %%
        !pip install shop  # <- flagged
        import shop
        # file: requirements.txt
        shop==1.2

    Bad:

        # %%
        !pip install shop  # <- flagged
        import shop
        # file: setup.py
        from setuptools import setup
        setup(name="orders", install_requires=["shop"])

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
        !pip install --upgrade kaggle
        import pandas as pd
        guesses.to_csv("guesses.csv")
        !kaggle competitions submit -c orders -f guesses.csv

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
        hosts = _on_hosts(cell)
        for install in installs(text):
            on_host = any(at.line in host for host in hosts)
            if install.packages and not install.declared and not install.frozen and not on_host:
                found[cell.number].append((at, install))
    rest = list[tuple[Span, Install]]()
    for number, items in sorted(found.items()):
        items.sort(key=_place)
        if hit := _needless(page, page.cell(number), items, lines):
            yield hit
        elif not _only_submits(page, items):
            rest += items
    yield from _judged(page, rest)


def _needless(
    page: Page, cell: CodeCell, items: list[tuple[Span, Install]], lines: Collection[tuple[int, int]]
) -> Hit | None:
    """What is to be said of a cell that installs what the notebook can do without."""
    names = [name for _, install in items for name in install.packages]
    be = "is" if len(names) == 1 else "are"
    words = ""
    if any(_FAILED.search(output.text) for output in cell.outputs) and not is_imported(page, map(bare, names)):
        words = f"the saved output says that {_list(names)} could not be installed, and nothing imports {_them(names)}"
    elif is_needless(page, names, lines):
        words = f"{_list(names)} {be} installed while the notebook runs, and nothing in it needs {_them(names)}"
    return Hit(items[0][0], f"{words}: delete the line", severity="minor") if words else None


def _only_submits(page: Page, items: list[tuple[Span, Install]]) -> bool:
    """Is it the client that hands a file in at a contest, and no more? No result rests on it."""
    names = {bare(name) for _, install in items for name in install.packages}
    if names != {"kaggle"} or is_imported(page, names):
        return False
    used = [found["what"] for cell in page.cells for found in _KAGGLE.finditer(cell.source)]
    return "submit" in used and set(used) <= {"submit", "submissions"}


def _judged(page: Page, items: list[tuple[Span, Install]]) -> Iterator[Hit]:
    """All that the notebook installs is one finding."""
    names = list(dict.fromkeys(name for _, install in items for name in install.packages))
    exact = {name: one.path for one in page.project.near for name, bounds in one.pins if is_exact(bounds)}
    named = {name: one.path for one in page.project.near for name in one.names}
    plain = [normal(bare(name)) for name in names]
    if items and all(name in exact and not is_moving(text) for name, text in zip(plain, names, strict=True)):
        be, line = ("is", "line") if len(names) == 1 else ("are", "lines" if len(items) > 1 else "line")
        where = f"already pinned in {_list(list(dict.fromkeys(exact[name] for name in plain)))}"
        related = tuple(Related(place, f"installs {_list(install.packages)}") for place, install in items[1:_SHOWN])
        yield Hit(items[0][0], f"{_list(names)} {be} {where}: drop the {line}", related, severity="minor")
        return
    hit = next(_hits(items, hosted=_is_hosted(page)), None) if items else None
    if hit is None:
        return
    message = hit.message
    if loose := [name for name in names if normal(bare(name)) in named.keys() - exact.keys()]:
        files = list(dict.fromkeys(named[normal(bare(name))] for name in loose))
        if message.endswith(_ADVICE) and len(loose) == len(names):
            message = message.removesuffix(message[message.rindex("; declare and pin") :])
            message += f"; {_list(files)} {'names' if len(files) == 1 else 'name'} {_them(names)} without a release: pin {_them(names)} there, and drop the line"
    if page.cell(hit.at.cell).source.lstrip().startswith("%%capture"):
        message += "; `%%capture` hides whether that worked"
    yield replace(hit, message=message)


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
    items = sorted(items, key=_urgency)
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


def _urgency(item: tuple[Span, Install]) -> tuple[bool, bool]:
    """The line to change first is the one that the message is about, then one without a version."""
    install = item[1]
    named = install.redirected or any(map(is_moving, install.packages))
    return not named, all(is_pinned(name, install.tool) for name in install.packages)


def _them(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"


def _list(names: Sequence[str], limit: int = 4) -> str:
    shown = ", ".join(f"`{_short(name)}`" for name in names[:limit])
    return shown + (f" and {len(names) - limit} more" if len(names) > limit else "")


def _short(name: str) -> str:
    """A package as a reader names it: of a path or an address, the end."""
    return name if len(name) <= 40 else "…" + name[-39:]
