"""NBC211."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePath

from nbcritic.analysis.digest import Block, Digest
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.project_distributions import declares, distributions, is_well_known
from nbcritic.analysis.project_manifests import Manifest
from nbcritic.model import Hit, Span
from nbcritic.rule import rule
from nbcritic.rules.environment._imports import installs, is_hosted, looks_elsewhere, packages
from nbcritic.rules.packaging._copies import stable
from nbcritic.rules.tests._hosted import is_contest, is_exercise

_SHOWN = 4
_TELLS = regex(
    r"%watermark|\bshow_versions\(|\bversion_information\b|\bpip (?:freeze|list)\b|\bconda (?:list|env export)\b|\bsession_info\b"
)


_FEWEST = 3


def digest(page: Page) -> Digest:
    """Whether the notebook needs packages that somebody has to name, told to the others of its folder."""
    known = {distributions(one.module)[0]: one.module for one in packages(page) if is_well_known(one.module)}
    if len(known) < _FEWEST or _is_excused(page) or _tells(page, known.values()):
        return Digest(page.path)
    return Digest(page.path, (Block(_key(page.path), "", 0, 0, 0),))


@rule(
    "NBC211",
    name="no-dependency-manifest",
    severity="minor",
    category="reproducibility",
    confidence="possible",
    digest=digest,
)
def check(page: Page, *, min_packages: int = _FEWEST) -> Iterator[Hit]:
    r"""Nothing near the notebook says which packages it needs, in which versions.

    A colleague, a CI job or its author a year on has to guess the environment from the imports, and gets today's releases, with
    other defaults and other results, or with functions gone. In a project that has modules, tests or CI of its own it
    is a major fault: they need the list, too. Of the notebooks of one folder that are scanned together the first one is named.

    Instead, put a `requirements.txt`, a `pyproject.toml` or an `environment.yml` with versions beside it; `pip freeze` or
    `uv export` in the environment that made these results is a beginning.

    Bad:

        # <- flagged
        # %%
        import pandas as pd
        import seaborn as sns
        from sklearn.svm import SVC
        from shop.clean import tidy
        # file: shop/clean.py
        def tidy(orders): ...

    Bad:

        # <- flagged
        # %%
        import pandas as pd
        import seaborn as sns
        from sklearn.svm import SVC
        # file: second.ipynb
        {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        # file: setup.py
        from setuptools import setup
        setup(name="shop")
        # file: other/requirements.txt
        pandas

    Good:

        # %%
        import pandas as pd
        import seaborn as sns
        from sklearn.svm import SVC

    Good:

        # %%
        import pandas as pd
        import seaborn as sns
        from sklearn.svm import SVC
        # file: shop/clean.py
        def tidy(orders): ...
        # file: environment.yaml
        dependencies:
        - pandas=2.2

    Good:

        # %%
        %pip install pandas==2.2 seaborn==0.13 scikit-learn==1.4
        import pandas as pd
        import seaborn as sns
        from sklearn.svm import SVC
        # file: shop/clean.py
        def tidy(orders): ...

    Good:

        # %%
        import pandas as pd
        import seaborn as sns
        from sklearn.svm import SVC
        from shop.clean import tidy
        # file: shop/clean.py
        def tidy(orders): ...
        # file: tools/environment.yml
        dependencies: [pandas=2.2, seaborn, scikit-learn]

    Good:

        # %%
        import pandas as pd
        import seaborn as sns
        from sklearn.svm import SVC
        from shop.clean import tidy
        # file: shop/clean.py
        def tidy(orders): ...
        # file: orders.yml
        name: orders
        channels: [conda-forge]
        dependencies:
        - pandas=2.2
        - seaborn

    Good:

        # %%
        import pandas as pd
        import seaborn as sns
        from sklearn.svm import SVC
        from shop.clean import tidy
        # file: shop/clean.py
        def tidy(orders): ...
        # file: README.md
        Start with `nix-shell`, which takes everything from one release of nixpkgs.

    Good:

        # %%
        import sys
        sys.path.append("../../attic")
        import pandas as pd
        import seaborn as sns
        import shop_helpers
        # file: shop/clean.py
        def tidy(orders): ...

    Good:

        # %%
        import pandas as pd
        import json
        # file: shop/clean.py
        def tidy(orders): ...

    Good:

        # %%
        import pandas as pd
        import seaborn as sns
        from sklearn.svm import SVC
        df = pd.read_csv("/kaggle/input/shop/orders.csv")
        # file: shop/clean.py
        def tidy(orders): ...

    Good:

        # %%
        import pandas as pd
        import seaborn as sns
        from sklearn.svm import SVC
        # %%
        pd.show_versions()
        # file: shop/clean.py
        def tidy(orders): ...
    """
    project = page.project
    if project.root is None or project.partial or any(one.partial for one in project.near):
        return
    # Of a module that nobody knows, on a page that looks for modules elsewhere, nobody can say that it is to be installed.
    elsewhere = looks_elsewhere(page)
    needed = {
        distributions(one.module)[0]: one.module for one in packages(page) if is_well_known(one.module) or not elsewhere
    }
    if len(needed) < min_packages or _says(page, needed.values()):
        return
    if _is_excused(page) or any(path < page.path for path in page.library.holders.get(_key(page.path), ())):
        return  # the first notebook of the folder speaks for all
    if not project.data and all(
        path == project.place for path in (*project.notebooks, *project.scripts, *project.tests)
    ):
        return  # a file that stands alone
    text = f"{_list(list(needed))} are needed, and {_where(project.manifests)}"
    shared = _uses_own_code(page)
    yield Hit(Span(), text, severity="major" if shared else None, confidence="likely" if shared else None)


def _says(page: Page, modules: Collection[str]) -> bool:
    """Does a file near the notebook, or the notebook itself, say what it needs?"""
    if any(one.lock or any(declares(one.names, module) for module in modules) for one in page.project.near):
        return True
    if any(folder in page.project.readmes for folder in page.project.folders):
        return True
    return _tells(page, modules)


def _tells(page: Page, modules: Collection[str]) -> bool:
    """Does the notebook itself say what it needs?"""
    installed = installs(page)
    if any(declares(installed, module) for module in modules):
        return True
    return any(_TELLS.search(cell.source) for cell in page.cells)


def _is_excused(page: Page) -> bool:
    return is_hosted(page) or is_exercise(page) or is_contest(page)


def _key(path: str) -> int:
    """What the notebooks of one folder have in common, in every process."""
    return stable(("no manifest", str(PurePath(path).parent)))


def _uses_own_code(page: Page) -> bool:
    """Does the notebook work with modules of the project, so that both need the same environment?"""
    modules = frozenset(path.removesuffix(".py").rpartition("/")[2] for path in page.project.scripts)
    folders = frozenset(part for path in page.project.scripts for part in path.split("/")[:-1])
    tops = {origin.partition(".")[0] for origin in page.names.imports.values()}
    return bool(tops & (modules | folders))


def _where(manifests: Sequence[Manifest]) -> str:
    elsewhere = [one.path for one in manifests if one.names]
    if elsewhere:
        return f"no manifest near the notebook names any of them (`{elsewhere[0]}` stands elsewhere)"
    return "no requirements.txt, pyproject.toml or environment.yml of the project says in which versions"


def _list(names: Sequence[str]) -> str:
    shown = [f"`{name}`" for name in names]
    if len(shown) <= _SHOWN:
        return f"{', '.join(shown[:-1])} and {shown[-1]}"
    return f"{', '.join(shown[: _SHOWN - 1])} and {len(shown) - _SHOWN + 1} more packages"
