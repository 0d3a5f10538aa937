"""Packages that a notebook installs and never touches."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable
from itertools import chain

from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.project_distributions import BROUGHT_BY, EVERYTHING, MODULES
from nbcritic.analysis.project_manifests import normal

_UNSEEN = frozenset(
    "openpyxl xlrd xlwt xlsxwriter pyxlsb odfpy lxml html5lib beautifulsoup4 pyarrow fastparquet tables blosc numexpr bottleneck numba "
    "psycopg2 psycopg2-binary psycopg pymysql mysqlclient mysql-connector-python pyodbc cx-oracle oracledb duckdb-engine sqlalchemy "
    "kaleido orca psutil jinja2 tabulate ipywidgets widgetsnbextension graphviz pydot pydotplus ipympl notebook jupyter jupyterlab "
    "jupyterthemes ipykernel ipython nbformat nbconvert nest-asyncio netcdf4 h5netcdf zarr cfgrib dask s3fs gcsfs adlfs fsspec aiohttp "
    "requests boto3 imageio-ffmpeg ffmpeg pillow tqdm protobuf sentencepiece tokenizers safetensors accelerate bitsandbytes timm einops "
    "xformers triton flash-attn torchvision torchaudio tensorflow-gpu cupy jaxlib findspark pyspark tensorboard typing-extensions rouge-score "
    "sacrebleu seqeval evaluate hdf5plugin nb-black lab-black black lckr-jupyterlab-variableinspector kaggle rtree mapclassify".split()
)
"""What another package loads by itself, as an engine or a driver, or what serves the notebook's own page."""
_PLAIN = regex(r"[A-Za-z][\w.-]*")
_COMMON = frozenset("python client binary core tools toolkit learn data utils".split())
_FEWEST = 4
"""Shorter parts of a name stand anywhere."""


def is_needless(page: Page, packages: Collection[str], commands: Collection[tuple[int, int]]) -> bool:
    """Does nothing in the notebook, its text included, name any of these packages outside the `commands` (cell, line) that install them?

    Never said of one with a version (it may hold back what another package needs), of engines and drivers that are loaded unseen,
    nor where the notebook runs other files.
    """
    if not packages or any(True for _ in page.magics("run")) or any("import *" in cell.source for cell in page.code):
        return False
    rest = "\n".join(
        line.lower()
        for cell in page.notebook.cells
        for number, line in enumerate(page.prose.get(cell.number, cell.source).split("\n"), 1)
        if (cell.number, number) not in commands
    )
    return all(_PLAIN.fullmatch(name) and not any(_stands(word, rest) for word in _words(name)) for name in packages)


def is_imported(page: Page, packages: Iterable[str]) -> bool:
    """Does the notebook import any of these packages?"""
    plain = (alias.name for cell in page.code for node in cell.nodes(ast.Import) for alias in node.names)
    taken = (node.module or "" for cell in page.code for node in cell.nodes(ast.ImportFrom))
    tops = {origin.partition(".")[0].lower() for origin in chain(plain, taken)}
    return any(not tops.isdisjoint(_modules(normal(name)) | {normal(name).replace("-", "_")}) for name in packages)


def _stands(word: str, text: str) -> bool:
    """Does the word stand in the text as a whole: `geocoder` does not in `geopy.geocoders`."""
    return not word or re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text) is not None


def _modules(name: str) -> set[str]:
    return {module.partition(".")[0].lower() for module, givers in MODULES.items() if name in givers}


def _words(package: str) -> set[str]:
    """What code that needs a package may say: its modules, its name, parts of that, or a package that it is a part of.

    "", which stands everywhere, where nobody can tell.
    """
    name = normal(package)
    if name in _UNSEEN or name in EVERYTHING:
        return {""}
    parts = [part for part in name.split("-") if len(part) >= _FEWEST and part not in _COMMON]
    wholes = BROUGHT_BY.get(name, ())
    return {
        word.lower() for word in (*_modules(name), *wholes, *parts, name, name.replace("-", "_"), name.replace("-", ""))
    }
