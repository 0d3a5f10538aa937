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
