"""The plan: which cells become which function, and what stays for which reason."""

from collections.abc import Callable

import pytest

from nbcritic.analysis.page import Page
from nbcritic.extract.plan import Plan, package_name, plan
from nbcritic.model import Cell, NbcriticError, Notebook
from nbcritic.notebook import percent

START = """
# %%
import numpy as np
import pandas as pd
orders = pd.read_csv("orders.csv")
rates = {"euro": 1.0}
"""
LOGIC = "a = orders.dropna()\nb = a.groupby('shop').sum()\nc = b / b.sum()\n"


def of(text: str) -> Plan:
    return plan(Page(percent.read(text.lstrip(), "sales 2024.py")))


def signatures(body: str, after: str, before: str = "") -> list[str]:
    made = of(f"{START}{before}\n# %%\n{body}\n# %%\n{after}\n")
    return [f"{step.module}: {step.signature}" for step in made.steps]


@pytest.mark.parametrize(
    ("body", "after", "expected"),
    [
        (LOGIC, "c", "features: build_c(orders) -> c"),
        (LOGIC + "c.head()", "c", "features: build_c(orders) -> c"),
        (LOGIC + "print(b)", "c", "features: build_b(orders) -> b, c"),
        (LOGIC, "a, c", "features: build_a(orders) -> a, c"),
        ("# drop what is empty\n" + LOGIC, "c", "features: drop_what_empty(orders) -> c"),
        ("orders['x'] = 1\norders['x'] = orders['x'] + 2\norders['x'] *= 3", "orders", "features: add_x(orders) -> orders"),
        ("t = 0\nfor n in range(3):\n    t += n * len(orders)\nu = t ** 2\nv = u + t", "v", "analysis: compute_v(orders) -> v"),
        ("if orders.empty:\n    orders = orders.fillna(0)\nk = orders.sum()\nm = k / 2", "orders, m", "features: build_m(orders) -> orders, m"),
        ("m = Ridge(alpha=2)\nm.fit(orders, orders)\np = m.predict(orders)\nq = p + 1", "p, q", "train: train_p(m, orders) -> p, q"),
    ],
)  # fmt: skip
def test_step(body: str, after: str, expected: str) -> None:
    assert signatures(body, after) == [expected]


def test_neighbouring_cells_are_one_function() -> None:
    assert signatures("a = orders.dropna()\nb = a.fillna(0)", "d = c\nd", "\n# %%\n") == []
    text = f"{START}\n# %%\na = orders.dropna()\nb = a.fillna(0)\n# %%\nc = b.round(2)\nc['k'] = c['l'] + 1\n# %%\nc.plot()\n"
    assert [step.cells for step in of(text).steps] == [(2, 3)]
    headed = text.replace("# %%\nc = b", "# %% [markdown]\n# ## Round\n# %%\nc = b")
    assert of(headed).steps == ()


def test_a_heading_names_the_function() -> None:
    text = f"{START}# %% [markdown]\n# ## 2. Data cleaning\n# %%\n{LOGIC}\n# %%\nc\n"
    assert [step.signature for step in of(text).steps] == ["clean_data(orders) -> c"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("%time x = orders.sum()\n!ls", "it holds a magic or a shell line"),
        ("a = missing + 1\nb = missing * a\nc = missing - b", "it uses `missing`, which no cell of the notebook makes"),
        ("a = later + 1\nb = later * a\nc = later - b", "it uses `later` above the place in cell 3 that makes it"),
        ("x = globals()['orders']\ny = globals()\nz = [y, x]", "it calls `globals`"),
        ("orders.head()\norders.describe()", "it only looks"),
        ("a = orders.sum()", "it is short"),
        ("import os, sys\na = os.getcwd()\nb = a.split('shop')[0]\nc = os.path.join(b, 'in')\nd = c + '/raw'\nsys.path.append(d)", "it says where the notebook and its files lie"),
        ("a = orders.sum()\nb = a + 1\nd = b + 2", "nothing needs what it makes"),
        ("def f():\n    return orders.sum()", "`f` reads the notebook's `orders`, which it is not given"),
        ("def f(x):\n    global orders\n    orders = x", "`f` means several things"),
        ("x = (", "Python cannot read it"),
        ("%%bash\nls", "it is written in bash"),
        ("if orders.empty:\n    later2 = 1\n    x = orders.sum()\n    y = x + 1\nz = orders + 2", "it makes something under a condition only, which a later cell needs"),
    ],
)  # fmt: skip
def test_what_stays_says_why(body: str, reason: str) -> None:
    made = of(f"{START}\n# %%\n{body}\n# %%\nlater = 1\nprint(later2)\n")
    assert made.steps == ()
    said = made.stays[2]
    assert said == reason or (body.startswith("def f(x)") and said)


def test_paths_are_given_to_the_function_that_reads_them() -> None:
    reads = "path = os.path.join(folder, 'a.csv')\na = pd.read_csv(path)\nb = a.dropna()\nc = b / b.sum()\n"
    (step,) = of(f"{START}import os\nfolder = 'x/y'\n# %%\n{reads}\n# %%\nprint(c)\n").steps
    assert step.inputs == ("path",)


def test_a_function_that_reads_the_notebook_keeps_its_callers() -> None:
    body = "def best(n):\n    return orders.head(n)"
    use = "x = best(3)\ny = x.dropna()\nz = y.sum()\nw = z + 1"
    made = of(f"{START}\n# %%\n{body}\n# %%\n{use}\n# %%\nprint(w)\n")
    assert made.definitions == ()
    assert [[part.first for part in step.parts] for step in made.steps] == [[2, 3, 4]]


def test_settings_and_buried_numbers_become_parameters() -> None:
    text = (
        f"{START}LIMIT = 3\nunused = 4\n# %%\nfrom sklearn.linear_model import Ridge\n"
        "X = orders[orders['n'] > LIMIT]\ny = X['net']\nm = Ridge(alpha=0.5, max_iter=100)\nm.fit(X, y)\np = m.predict(X)\n# %%\nprint(p)\n"
    )
    made = of(text)
    assert [(one.field, one.value, one.cells) for one in made.parameters] == [
        ("limit", 3, (1,)),
        ("alpha", 0.5, (2,)),
        ("max_iter", 100, (2,)),
    ]
    assert [step.signature for step in made.steps] == ["train_ridge(orders) -> p"]


def test_no_credential_moves() -> None:
    text = (
        f"{START}password = 'hunter2-Xk3m9Qz7'\n# %%\na = connect(password)\nb = a.read()\nc = b + 1\n# %%\nprint(c)\n"
    )
    assert all(one.value != "hunter2-Xk3m9Qz7" for one in of(text.replace("connect", "len")).parameters)


def test_modules_import_each_other_in_no_circle() -> None:
    text = (
        "# %%\nimport pandas as pd\nimport matplotlib.pyplot as plt\n"
        "def load(path):\n    return tidy(pd.read_csv(path))\n"
        "def tidy(frame):\n    frame['a'] = 1\n    return frame.dropna().drop(columns=size(frame))\n"
        "def size(frame):\n    return len(pd.read_csv('names.csv'))\n# %%\nx = load('a.csv')\n"
    )
    made = of(text)
    where = {one.name: one.module for one in made.definitions}
    assert where["tidy"] == where["size"] == "common"


def test_other_languages_and_python_2_are_refused() -> None:
    with pytest.raises(NbcriticError, match="only Python can be extracted"):
        plan(Page(Notebook("a.ipynb", (Cell(1, "code", "x <- 1"),), language="r")))
    with pytest.raises(NbcriticError, match="Python 2"):
        plan(Page(Notebook("a.ipynb", (Cell(1, "code", "print 1"),))))


def test_package_names() -> None:
    assert package_name("a/01 - Sales Report.ipynb") == "sales_report"
    assert package_name("2024.ipynb") == package_name("-") == package_name("tests.ipynb") == "notebook_package"


@pytest.mark.parametrize("cells", [1, 30])
def test_long_pages_are_near_linear(cells: int, work: Callable[[Callable[[], object]], int]) -> None:
    def of_size(size: int) -> int:
        rows = [f"a{i} = f(b{i})\nc{i} = a{i} + 1\nd{i} = c{i} * 2\n" for i in range(size)]
        step = max(1, size // cells)
        sources = ["".join(rows[i : i + step]) for i in range(0, size, step)]
        page = Page(Notebook("x.ipynb", tuple(Cell(n, "code", source) for n, source in enumerate(sources, 1))))
        return work(lambda: plan(page).stays)

    of_size(2)
    assert of_size(240) < 2.4 * of_size(120)
