"""NBC304."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.project_distributions import is_standard
from nbcritic.model import Hit, Span
from nbcritic.rule import rule
from nbcritic.rules.tests._hosted import is_exercise
from nbcritic.rules.tests._results import results

_WIDGETS = frozenset("ipywidgets tkinter Tkinter ipywe ipyfilechooser PyQt5 PyQt6 PySide2 PySide6 qtpy easygui".split())
_DIALOGS = regex(
    r"input|raw_input|getpass|ask\w*filename|askdirectory|FileChooser|select_(?:\w+_)?(?:folder|dir|directory|file|image)s?"
)


@rule(
    "NBC304",
    name="unexecuted-in-ci",
    severity="minor",
    category="tests",
    profile="production",
    confidence="possible",
)
def check(page: Page, *, min_cells: int = 3, few: int = 5) -> Iterator[Hit]:
    r"""CI tests the project on each change, and nothing there executes this notebook.

    A change of the package that breaks the notebook passes every check. It is found by the next person who opens it, months
    later, when nobody remembers the change.

    Instead, let CI execute it (`pytest --nbmake`, papermill, or `jupyter execute`) on a small sample of the data, or move its
    logic into a module that the tests import.

    Bad:

        # <- flagged
        # %% In[1]
        import pandas as pd
        from shop.clean import tidy
        # %% In[2]
        orders = tidy(pd.read_csv("orders.csv"))
        # %% In[3]
        orders.describe()
        # file: shop/clean.py
        def tidy(orders): ...
        # file: .github/workflows/ci.yml
        jobs:
          test:
            steps:
              - run: pytest
        # file: tests/test_fees.py
        from shop.fees import fee

    Bad:

        # <- flagged
        # %%
        import pandas as pd
        # %%
        orders = pd.read_csv("orders.csv")
        # %%
        orders.dropna().to_parquet("clean.parquet")
        # file: .travis.yml
        script: python -m unittest

    Good:

        # %%
        import pandas as pd
        # %%
        orders = pd.read_csv("orders.csv")
        # %%
        orders.describe()
        # file: .travis.yml
        script: python -m unittest

    Good:

        # %% In[1]
        import pandas as pd
        from shop.clean import tidy
        # %% In[2]
        orders = tidy(pd.read_csv("orders.csv"))
        # %% In[3]
        orders.describe()
        # file: shop/clean.py
        def tidy(orders): ...
        # file: .gitlab-ci.yml
        test:
          script: pytest --nbmake notebooks

    Good:

        # %% In[1]
        import pandas as pd
        from shop.clean import tidy
        # %% In[2]
        orders = tidy(pd.read_csv("orders.csv"))
        # %% In[3]
        orders.describe()
        # file: shop/clean.py
        def tidy(orders): ...
        # file: .github/workflows/ci.yml
        jobs: {test: {steps: [{run: pytest}]}}
        # file: tests/test_notebooks.py
        from testbook import testbook

    Good:

        # %% In[1]
        import pandas as pd
        from shop.clean import tidy
        # %% In[2]
        orders = tidy(pd.read_csv("orders.csv"))
        # %% In[3]
        orders.describe()
        # file: shop/clean.py
        def tidy(orders): ...
        # file: .github/workflows/ci.yml
        jobs: {test: {steps: [{run: pytest}]}}
        # file: tests/test_clean.py
        from shop.clean import tidy

    Good:

        # %% In[1]
        import pandas as pd
        from shop.clean import tidy
        # %% In[2]
        orders = tidy(pd.read_csv("orders.csv"))
        # %% In[3]
        orders.describe()
        # file: shop/clean.py
        def tidy(orders): ...
        # file: .github/workflows/publish.yml
        jobs: {publish: {steps: [{run: twine upload dist/*}]}}

    Good:

        # %% In[1]
        import pandas as pd
        from shop.clean import tidy
        # %% In[2]
        orders = tidy(pd.read_csv("orders.csv"))
        # %% In[3]
        orders.describe()
        # file: shop/clean.py
        def tidy(orders): ...
        # file: .github/workflows/style.yml
        jobs:
          style:
            steps:
              - name: Style, and later pytest
                run: |
                  pip install flake8 pytest
                  flake8 shop

    Good:

        # %%
        import json
        # %%
        orders = json.load(open("orders.json"))
        # %%
        print(orders)
        # file: tools/json.py
        def tidy(orders): ...
        # file: .github/workflows/ci.yml
        jobs: {test: {steps: [{run: pytest}]}}

    Good:

        # %% In[1]
        import ipywidgets as widgets
        from shop.clean import tidy
        # %% In[2]
        upload = widgets.FileUpload()
        upload
        # %% In[3]
        tidy(upload.value)
        # file: shop/clean.py
        def tidy(orders): ...
        # file: .github/workflows/ci.yml
        jobs: {test: {steps: [{run: pytest}]}}
    """
    project = page.project
    if not project.ci or project.executors or project.partial:
        return
    if _is_operated(page):
        return
    own = _imported(page)
    if own & project.test_imports or sum(not cell.is_empty for cell in page.code) < min_cells:
        return
    if own:
        why = f"which builds on {', '.join(f'`{name}`' for name in sorted(own)[:3])}"
    elif len(project.notebooks) <= few and (written := results(page)) and not is_exercise(page):
        cell, call = written[-1]
        why = f"which hands on `{cell.segment(call, 40)}` in cell {cell.number}"
    else:
        return
    yield Hit(Span(), f"`{project.ci[0]}` runs tests on each change, and none of them executes this notebook, {why}")


def _is_operated(page: Page) -> bool:
    """Is it a tool that a person operates: with widgets, dialogs or questions?"""
    tops = {origin.partition(".")[0] for origin in page.names.imports.values()}
    return not tops.isdisjoint(_WIDGETS) or any(map(_DIALOGS.fullmatch, page.called_words))


def _imported(page: Page) -> frozenset[str]:
    """The modules of the project that the notebook imports, by the last part of their names."""
    files = frozenset(path.removesuffix(".py").removesuffix("/__init__") for path in page.project.scripts)
    ends = frozenset(path[start:] for path in files for start in _starts(path))
    found = set[str]()
    for origin in page.names.imports.values():
        if is_standard(origin):
            continue  # whatever the project calls its own files
        parts = origin.split(".")
        paths = ("/".join(parts[:end]) for end in range(len(parts), 0, -1))
        found.update(path.rpartition("/")[2] for path in islice((path for path in paths if path in ends), 1))
    return frozenset(found)


def _starts(path: str) -> Iterator[int]:
    """Where a folder's or the file's own name begins: `sys.path` may start at any of them."""
    yield 0
    yield from (index + 1 for index, letter in enumerate(path) if letter == "/")
