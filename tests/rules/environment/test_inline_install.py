"""NBC209: a bound that the shell takes for a redirect, and notebooks that rest on nothing they install."""

import pytest

from nbcritic.analysis.page import Page
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
    ],
)
def test_what_nothing_needs_is_to_be_deleted(line: str, code: str, is_needless: bool) -> None:
    assert said(f"{line}\n{code}").endswith("nothing in it needs it: delete the line") is is_needless
