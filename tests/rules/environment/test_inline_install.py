"""NBC209: a bound that the shell takes for a redirect, and notebooks that rest on nothing they install."""

import json

import pytest

from nbcritic.analysis.page import Page
from nbcritic.analysis.project import Project
from nbcritic.model import Cell, Hit, Notebook
from nbcritic.notebook import percent
from nbcritic.rules.environment.inline_install import check


def said(text: str) -> str:
    return "; ".join(hit.message for hit in check.check(Page(percent.read(f"# %%\n{text}\n", "a.ipynb"))))


@pytest.mark.parametrize(
    "line, bound",
    [
        ("!pip install shop>=1.0", ">=1.0"),
        ("%pip install -q numpy shop[all]<2", "<2"),
        ("os.system('pip install shop>=1.0')", ">=1.0"),
        ('!pip install "shop>=1.0"', ""),
        ("!pip install 'shop>=1.0' # not shop>=2", ""),
        ("!pip install shop~=1.0", ""),
        ("!pip install shop > log1.txt", ""),
        ("!pip install shop>/dev/null 2>&1", ""),
        ("subprocess.run(['pip', 'install', 'shop>=1.0'])", ""),
    ],
)
def test_a_bound_without_quotes_is_a_redirect(line: str, bound: str) -> None:
    found = said(f"import os, subprocess, shop\n{line}")
    assert "installed while the notebook runs" in found
    assert (f"the shell takes `{bound}` for a redirect" in found) if bound else ("redirect" not in found)


@pytest.mark.parametrize(
    "code, is_flagged",
    [
        ("import shop", True),
        ("from shop.orders import read", True),
        ("%load_ext sql", True),
        ("import os, sys", False),
        ("!python train.py", False),
        ("print(1)", False),
    ],
)
def test_only_where_something_rests_on_it(code: str, is_flagged: bool) -> None:
    assert bool(said(f"!pip install shop\n{code}")) is is_flagged


@pytest.mark.parametrize(
    "line, code, is_needless",
    [
        ("!pip install fitz", "import pandas", True),
        ("!pip install fitz", "import fitz", False),
        ("!pip install fitz", "reader = load('fitz')", False),
        ("!pip install PyMuPDF", "import fitz", False),
        ("!pip install scikit-learn", "from sklearn import svm", False),
        ("%pip install ipython-autotime", "%load_ext autotime\nimport shop", False),
        ("!pip install openpyxl", "import pandas", False),  # an engine of `read_excel`
        ("!pip install numba", "import umap", False),  # of which it is a part
        ("!pip install numpy==1.24.3", "import pandas", False),  # a version for others
        ("!pip install fitz", "%run other.py\nimport pandas", False),
        ("!pip install fitz shop", "import shop", False),
        ("!pip install geocoder", "from geopy.geocoders import Nominatim", True),
    ],
)
def test_what_nothing_needs_is_to_be_deleted(line: str, code: str, is_needless: bool) -> None:
    assert said(f"{line}\n{code}").endswith("nothing in it needs it: delete the line") is is_needless


@pytest.mark.parametrize(
    "address, moving",
    [
        ("git+https://example.org/shop/shop.git", True),
        ("git+https://example.org/shop/shop.git@main", True),
        ("git+ssh://git@example.org/shop/shop.git", True),
        ("https://example.org/shop/shop/archive/master.zip", True),
        ("git+https://example.org/shop/shop.git@v1.2", False),
        ("git+https://example.org/shop/shop.git@0a1b2c3d4e#egg=shop", False),
        ("https://example.org/shop/shop/archive/v1.2.zip", False),
    ],
)
def test_a_repository_as_it_stands_on_the_day(address: str, moving: bool) -> None:
    assert ("as its repository stands" in said(f"!pip install {address}\nimport shop")) is moving


def found(text: str) -> list[Hit]:
    return list(check.check(Page(percent.read(text, "a.ipynb"))))


def test_all_that_a_notebook_installs_is_one_finding() -> None:
    text = "# %%\n!pip install -q shop==1.2\nimport shop\n# %%\n!pip install shop\n# %%\n!pip install shop other\nimport other"
    (hit,) = found(text)
    assert hit.at.cell == 2, "the first line that names no version"
    assert [related.message for related in hit.related] == ["installs `shop`, `other`", "installs `shop==1.2`"]


def test_what_the_project_pins_already() -> None:
    page = percent.read("# %%\n!pip install shop\nimport shop\n", "a.ipynb")
    (hit,) = check.check(Page(page, Project.of({"requirements.txt": "shop==1.2\n"})))
    assert (hit.message, hit.severity) == ("`shop` is already pinned in `requirements.txt`: drop the line", "minor")
    (hit,) = check.check(Page(page, Project.of({"requirements.txt": "shop\n"})))
    assert hit.message.endswith("`requirements.txt` names it without a release: pin it there, and drop the line")
    assert hit.severity is None


@pytest.mark.parametrize(
    "name, answer, deleted",
    [
        ("shop==9.9", "ERROR: No matching distribution found for shop==9.9", True),
        ("shop==9.9", "Successfully installed shop-9.9", False),
        ("till==9.9", "ERROR: No matching distribution found for till==9.9", False),
    ],
)
def test_what_could_not_be_installed_and_is_not_imported(name: str, answer: str, deleted: bool) -> None:
    outputs = [{"output_type": "stream", "name": "stdout", "text": answer}]
    cells = (
        Cell(1, "code", f"!pip install {name}", outputs=json.dumps(outputs).encode()),
        Cell(2, "code", "import till"),
    )
    (hit,) = check.check(Page(Notebook("a.ipynb", cells)))
    assert hit.message.endswith("delete the line") is deleted


def test_what_hides_a_failure_is_said() -> None:
    assert said("%%capture\n!pip install shop\nimport shop").endswith("`%%capture` hides whether that worked")
