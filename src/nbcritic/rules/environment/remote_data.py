"""NBC215."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.code import nodes_in
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.environment._links import links
from nbcritic.rules.environment._remote import Fetch, fetches, file_name
from nbcritic.rules.environment._shared import SHOWN

_BRANCH = regex(
    r"(?:raw\.githubusercontent\.com|github\.com|media\.githubusercontent\.com|raw\.github\.com)/[^/]+/[^/]+/"
    r"(?:(?:raw|blob)/)?(?:refs/heads/)?(?P<branch>master|main|develop|dev|trunk|HEAD|gh-pages)/|"
    r"huggingface\.co/.*/resolve/(?P<named>main|master)/"
)
_FIXED = regex(
    r"[0-9a-f]{40}|/releases/download/|/tags/|[/_-]v?\d+\.\d+(?:\.\d+)?[\w.-]*(?:/|\.)|zenodo|figshare|ndownloader|osf\.io|doi\.org|"
    r"dataverse|archive\.ics\.uci|archive\.org|(?<!\d)(?:19|20)\d\d(?:\d{4})?(?!\d)|[/._-]\d{1,2}([._-])\d{1,2}\1\d\d(?!\d)|[_-]v\d+[._-]|"
    r"versionId=|kaggle",
    re.I,
)
"""A commit, a release, an archive that never changes what it holds, or a period in the address."""
_STATIC = regex(
    r"\.edu(?:/|:)|cs\.toronto|lecun|stanford|storage\.googleapis\.com/(?:download\.tensorflow|tensorflow|cloud-samples|laurencemoroney|mledu)|"
    r"download\.(?:tensorflow|pytorch|microsoft)|tensorflow\.org|s3[\w.-]*amazonaws\.com/(?:img-datasets|fast-ai|text-datasets|nlp)|"
    r"image-net|openaipublic|fast\.ai|pjreddie|sourceforge|apache\.org|cocodataset|statlearning|sheffield|localhost|127\.0\.0\.1|/kaggle/|"
    r"cf-courses-data|cocl\.us|cognitiveclass|mnist|mledu-datasets|//(?:azure)?(?:open|public)\w*data\w*\.(?:blob\.core|s3)",
    re.I,
)
"""Well-known sets that have been the same for years, and their publishers' own hosts."""
_NO_DATA = regex(
    r"\.(?:jpe?g|png|gif|svg|webp|pdf|mp[34]|wav|ttf|otf|py|sh|whl|deb|rpm|ipynb|html?|css|js|md|exe|jar)(?=$|[?#&])",
    re.I,
)
_WRITES = frozenset("to_csv to_excel to_parquet to_json to_feather to_pickle to_file to_netcdf".split())
_CHECKSUM = regex(r"hashlib|sha256|sha512|md5sum|sha1sum|md5\(|checksum", re.I)


@rule("NBC215", name="remote-data", severity="minor", category="reproducibility")
def check(page: Page) -> Iterator[Hit]:
    r"""Data come from the internet, in whatever state they are that day.

    The owner replaces or moves the file, and the notebook shows other numbers, or none, without a line of it having changed.

    Instead, name the state: the commit in place of a branch, a release or a DOI; or keep a copy with its checksum and compare it
    before reading. A page that writes each table to a file as it came keeps that copy.

    Bad:

        # %%
        import pandas as pd
        orders = pd.read_csv("https://raw.githubusercontent.com/shop/data/main/orders.csv")  # <- flagged

    Bad:

        # %%
        !wget -q https://data.shop.org/exports/orders.csv -O orders.csv  # <- flagged
        # %%
        BASE = "https://data.shop.org/exports"
        from urllib.request import urlretrieve
        urlretrieve(BASE + "/prices.csv", "prices.csv")

    Bad:

        # %%
        import pandas as pd
        orders = pd.read_csv("https://data.shop.org/exports/orders.csv")  # <- flagged
        clean = orders.dropna()
        clean.to_csv("clean.csv")

    Good:

        # %%
        import pandas as pd
        commit = "9f3c61d07be24a85b1e6d2c4a7b85f3e1d0c9b8a"
        orders = pd.read_csv(f"https://raw.githubusercontent.com/shop/data/{commit}/orders.csv")
        prices = pd.read_csv("https://github.com/shop/data/releases/download/v1.2/prices.csv")
        people = pd.read_csv("https://zenodo.org/record/1234/files/people.csv")
        flowers = pd.read_csv("https://archive.ics.uci.edu/ml/machine-learning-databases/iris/iris.data")
        days = pd.read_csv("https://data.shop.org/exports/orders-2021-03.csv")

    Good:

        # %%
        import os
        from urllib.request import urlretrieve
        urlretrieve("https://data.shop.org/exports/orders.3.14.21.zip", "orders.zip")
        urlretrieve("https://data.shop.org/mnist/train-images-idx3-ubyte.gz", "images.gz")
        if not os.path.exists("prices.csv"):
            urlretrieve("https://data.shop.org/exports/prices.csv", "prices.csv")
        def fetch(path):
            if path.is_file():
                return path
            urlretrieve("https://data.shop.org/exports/people.csv", path)
        !wget -nc https://data.shop.org/exports/towns.csv

    Good:

        # %%
        import hashlib
        from urllib.request import urlretrieve
        urlretrieve("https://data.shop.org/exports/orders.csv", "orders.csv")
        assert hashlib.sha256(open("orders.csv", "rb").read()).hexdigest() == EXPECTED

    Good:

        # %%
        import pandas as pd
        def fetch(code):
            table = pd.read_json(f"https://data.shop.org/exports/{code}.json")
            return table
        # %%
        orders = fetch("orders")
        orders.to_csv("orders.csv")
        pd.read_csv("https://data.shop.org/exports/prices.csv").to_csv("prices.csv")

    Good:

        # %%
        import requests
        answer = requests.get("https://api.shop.org/orders?city=Oslo").json()
        logo = requests.get("https://shop.org/logo.png").content
        !curl -s https://api.shop.org/health
        !wget https://downloads.apache.org/spark/spark-3.5.1/spark-3.5.1-bin-hadoop3.tgz
        # pd.read_csv("https://data.shop.org/exports/orders.csv")
    """
    moving = [fetch for fetch in fetches(page) if _moves(fetch)]
    kept = _kept(page) if moving else frozenset[Span]()
    found = [fetch for fetch in moving if fetch.at not in kept]
    if not found or any(_CHECKSUM.search(cell.source) for cell in page.cells):
        return
    first, *others = found
    branch = _BRANCH.search(first.url)
    name = file_name(first.url)
    what = f"`{name}`" if "." in name and "…" not in name and len(name) < 60 else f"`{_short(first.url)}`"
    more = f" and {len(others)} more file{'s' * (len(others) > 1)}" if others else ""
    verb = "come" if others else "comes"
    if branch:
        said = f"{verb} from the branch `{branch['branch'] or branch['named']}`, which moves on: put the commit in its place"
    else:
        said = f"{verb} from the internet as of today: keep a copy, or compare a checksum"
    yield Hit(first.at, f"{what}{more} {said}", tuple(Related(f.at, f"`{_short(f.url)}`") for f in others[:SHOWN]))


def _kept(page: Page) -> frozenset[Span]:
    """The calls whose answer is written to a file as it came: under a name, or as what a function returns."""
    returned: dict[str, list[ast.expr]] = {}
    for cell in page.code:
        for function in cell.nodes(ast.FunctionDef):
            values = (node.value for node in nodes_in(function, ast.Return) if node.value is not None)
            returned.setdefault(function.name, []).extend(values)
    waiting = [
        call.func.value
        for cell in page.code
        for call in cell.nodes(ast.Call)
        if isinstance(call.func, ast.Attribute) and call.func.attr in _WRITES
    ]
    came, seen = set[ast.AST](), set[str]()
    while waiting:
        node = waiting.pop()
        name = node.id if isinstance(node, ast.Name) else called_name(node.func) if isinstance(node, ast.Call) else ""
        came.add(node)
        if name and name not in seen:
            seen.add(name)
            waiting += links(page).sources(name) if isinstance(node, ast.Name) else returned.get(name, ())
    return frozenset(cell.at(call) for cell in page.code for call in cell.nodes(ast.Call) if call in came)


def _moves(fetch: Fetch) -> bool:
    url = fetch.url
    if fetch.checked or fetch.once or _NO_DATA.search(url):
        return False
    if _BRANCH.search(url):
        return not re.search(r"[0-9a-f]{40}", url)
    return not (_FIXED.search(url) or _STATIC.search(url))


def _short(url: str) -> str:
    return url if len(url) <= 60 else f"{url[:28]}…{url[-30:]}"
