"""NBC210."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nbcritic.analysis.page import Page
from nbcritic.analysis.project_distributions import declares, distributions, is_well_known, may_bring_more
from nbcritic.analysis.project_manifests import Manifest, normal
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.environment._imports import Import, installs, looks_elsewhere, packages
from nbcritic.rules.environment._shared import path_uses

USUAL = frozenset(
    "numpy pandas scipy matplotlib seaborn sklearn statsmodels tqdm requests joblib pil yaml dateutil".split()
)
"""What many packages bring along."""
_SHOWN = 5
_IMAGES = frozenset({"Kaggle", "Google Colab"})


@rule("NBC210", name="undeclared-dependency", severity="major", category="reproducibility")
def check(page: Page) -> Iterator[Hit]:
    r"""The notebook imports packages that the project's manifest does not name.

    Whoever sets the environment up from the manifest gets a notebook that stops at its imports, and whoever then installs the
    missing package gets the release of that day.

    Instead, add what the notebook imports to the manifest, with the version that made these results. What a declared package
    always brings along (NumPy with pandas) need not be named again. It is minor where the page reads paths of Kaggle or Colab,
    whose image brings the packages.

    Bad:

        # %%
        import pandas as pd
        from sklearn.metrics import f1_score  # <- flagged
        import lightgbm as lgb
        # file: requirements.txt
        pandas==2.2.1

    Bad:

        # %%
        import numpy as np
        import yaml  # <- flagged
        # file: pyproject.toml
        [project]
        name = "shop"
        dependencies = ["pandas>=2"]

    Bad:

        # %%
        import pandas as pd
        import altair as alt  # <- flagged
        # file: environment.yml
        name: shop
        dependencies:
          - python=3.12
          - conda-forge::pandas=2.2
          - pip:
              - tabulate

    Good:

        # %%
        import json, os
        import numpy as np
        import pandas as pd
        import cv2
        from sklearn.svm import SVC
        from google.cloud import bigquery
        from PIL import Image
        from IPython.display import display
        from shop.clean import tidy
        import helpers
        # file: requirements/base.txt
        pandas==2.2.1
        opencv-python-headless
        google-cloud-bigquery ; python_version > "3.8"
        -r more.txt
        # file: requirements/more.txt
        Scikit_Learn[extra]>=1.4  # with an extra
        git+https://example.org/someone/Pillow.git
        # file: shop/clean.py
        # file: helpers.py

    Good:

        # %%
        %pip install lightgbm==4.3
        import pandas as pd
        import lightgbm
        try:
            import cudf
        except ImportError:
            cudf = None
        # file: requirements.txt
        pandas

    Good:

        # %%
        import pandas as pd
        import lightgbm
        # file: setup.py
        from setuptools import setup
        setup(name="shop", install_requires=["pandas", *more()])

    Good:

        # %%
        import pandas as pd
        import seaborn as sns
        # file: docs/requirements.txt
        pandas

    Good:

        # %%
        import pandas as pd
        import seaborn as sns
        # file: requirements.txt
        pytest

    Good:

        # %%
        import sys
        sys.path.append("../../elsewhere")
        import pandas as pd
        import cleaning_steps
        # file: requirements.txt
        pandas

    Good:

        # %%
        import pandas as pd
        import samgeo
        import pywintypes
        import shop.clean
        # file: requirements.txt
        pandas
        segment-geospatial
        pywin32
        # file: setup.py
        from setuptools import setup
        NAME = "shop"
        setup(name=NAME, package_dir={NAME: "src"}, install_requires=["pandas"])

    Good:

        # %%
        import pandas as pd
        import lightgbm
        # file: pyproject.toml
        [project]
        name = "shop"
        dependencies = ["pandas"]
        [dependency-groups]
        models = ["lightgbm"]
    """
    near = page.project.near
    if page.project.partial or any(one.partial for one in near):
        return
    said = frozenset(name for one in near if not one.lock for name in one.names)
    if not said:
        return
    known = said | installs(page) | frozenset(name for one in near for name in one.names)
    elsewhere = looks_elsewhere(page)
    needed = packages(page)
    missing = [
        one for one in needed if not declares(known, one.module) and (is_well_known(one.module) or not elsewhere)
    ]
    if not missing or not any(declares(said, one.module) for one in needed):
        return
    first, *others = missing
    packaged = [one for one in missing if is_well_known(one.module)]
    strange = [one for one in missing if one not in packaged]
    said_where = _where(near)
    parts = []
    if packaged:
        add = _list(list(dict.fromkeys(f"`{distributions(one.module)[0]}`" for one in packaged)))
        parts.append(f"{_told(packaged)} imported here and not named in {said_where}: add {add}")
    if strange:
        parts.append(f"{_told(strange)} imported, and neither a file of the project nor {said_where} gives it")
    # A package of which nobody here knows what it brings along may bring what everybody uses, and what nobody here knows.
    unsure = may_bring_more(said) and all(one in strange or normal(one.module) in USUAL for one in missing)
    yield Hit(
        first.cell.at(first.node),
        "; ".join(parts),
        tuple(Related(one.cell.at(one.node), f"`{one.module}` is not named, either") for one in others[:_SHOWN]),
        severity="minor" if _runs_in_an_image(page) else None,
        confidence="possible" if unsure else None,
    )


def _runs_in_an_image(page: Page) -> bool:
    """Does the page read paths that only Kaggle or Colab have, where the packages are given?"""
    return any(
        use.place.owner in _IMAGES and use.purpose.live and not use.purpose.guarded and not use.purpose.alternative
        for use in path_uses(page)
        if use.place.kind == "hosted"
    )


def _where(near: Sequence[Manifest]) -> str:
    paths = [one.path for one in near if one.names and not one.lock]
    return f"`{paths[-1]}`" if len(paths) == 1 else f"any of {', '.join(f'`{path}`' for path in paths[:3])}"


def _told(missing: Sequence[Import]) -> str:
    return f"{_list([f'`{one.module}`' for one in missing])} {'is' if len(missing) == 1 else 'are'}"


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
