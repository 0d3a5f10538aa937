"""What a cell takes and gives."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.analysis.project import Project
from nbcritic.model import Hit
from nbcritic.notebook import percent
from nbcritic.rules.packaging._logic import at_cell_level
from nbcritic.rules.packaging._proposal import propose
from nbcritic.rules.packaging._steps import Steps
from nbcritic.rules.packaging.unpackaged_logic import _POOR, _is_noun, _is_typed_along, check


def proposed(text: str, cell: int) -> str:
    page = Page(percent.read(text, "x.ipynb"))
    return str(propose(page, page.cell(cell)))


START = "# %%\nimport pandas as pd\norders = pd.read_csv('o.csv')\nrates = {}\ndef tidy(x): return x\n"


@pytest.mark.parametrize(
    "body, after, expected",
    [
        ("clean = orders.dropna().rename(columns=rates)", "print(clean)", "cell 2 (`orders, rates` → `clean`)"),
        ("total = orders.sum()", "pass", "cell 2 (takes `orders`)"),
        ("total = orders.sum()", "total = 1\nprint(total)", "cell 2 (takes `orders`)"),
        ("total = orders.sum()\ntotal", "pass", "cell 2 (`orders` → `total`)"),
        ("total = tidy(orders)", "print(total)", "cell 2 (`orders` → `total`)"),
        ("for row in orders:\n    rates[row] = 1", "print(rates, row)", "cell 2 (`orders, rates` → `rates`)"),
        ("orders['x'] = 1", "orders.plot()", "cell 2 (`orders` → `orders`)"),
        ("best = max(orders)", "def show():\n    print(best)", "cell 2 (`orders` → `best`)"),
        ("best = 1", "print(best)", "cell 2 (makes `best`)"),
        ("print(1)", "pass", "cell 2"),
    ],
)
def test_proposal(body: str, after: str, expected: str) -> None:
    assert proposed(f"{START}# %%\n{body}\n# %%\n{after}\n", 2) == expected


def test_many_names_are_cut() -> None:
    text = "# %%\na = f(); b = f(); c = f(); d = f(); e = f()\n# %%\nx = a + b + c + d + e\n# %%\nx\n"
    assert proposed(text, 2) == "cell 2 (`a, b, c, …` → `x`)"


def severities(lines: int, blank: int = 0, more: str = "") -> list[str | None]:
    first = "".join(f"a{n} = orders.step{n}(a{n - 1 if n else n})\n" for n in range(lines)) + "\n" * blank
    second = "".join(f"b{n} = a{n} - rates[a{n}] * {n}\n" for n in range(10)) + "best = max(b1)"
    text = f"{START}# %%\na0 = 1\n{first}last = 1\n# %%\n{second}\n{more}\n# %%\nprint(best, last)\n"
    return [hit.severity for hit in check.check(Page(percent.read(text, "x.ipynb")), statements=20)]


LOOP = "for n in rates:\n    best += rates[n] * best"


def test_much_logic_is_major() -> None:
    assert severities(20, more=LOOP) == ["minor"]
    assert severities(20, blank=40, more=LOOP) == ["minor"]  # a long cell has a rule of its own
    assert severities(100, more=LOOP) == [None]


def test_a_straight_line_hides_little() -> None:
    assert severities(100) == []
    assert severities(100, more="# %%\n" + LOOP) == []  # what loops is no part of the large cells


@pytest.mark.parametrize(
    "line, statements",
    [
        ("orders.loc[orders['id'] == {n}, 'euro'] = {n}.5", 1),
        ("orders.at[{n}, 'euro'] = -{n}", 1),
        ("orders.loc[orders['id'] > {n}, 'size'] = 'large'", 5),
        ("orders.loc[orders['id'] == {n}, 'euro'] = rates[{n}]", 5),
        ("orders['euro{n}'] = 0", 5),
    ],
)
def test_values_entered_by_hand_are_one_statement(line: str, statements: int) -> None:
    text = "".join(line.format(n=n) + "\n" for n in range(5))
    assert at_cell_level(Page(percent.read(f"# %%\n{text}", "x.ipynb")).cell(1)).statements == statements


def flagged(*counts: int | None) -> bool:
    """Two large cells and as many small ones as there are counts; the second large one has the first of these counts."""
    large = "".join(f"a{{k}}{n} = orders.step{n}(orders)\n" for n in range(12)) + "if a{k}3:\n    a{k}1 += a{k}2\n"
    marks = [f"# %% In[{count}]\n" if count else "# %%\n" for count in counts]
    cells = [large.format(k=2), *("pass\n" for _ in counts[1:-1]), "print(a10, a20)\n"]
    text = "# %% In[1]\nimport pandas as pd\norders = pd.read_csv('o.csv')\n# %% In[2]\n" + large.format(k=1)
    text += "".join(mark + cell for mark, cell in zip(marks, cells, strict=True))
    return bool(list(check.check(Page(percent.read(text, "x.ipynb", history=True)), statements=20)))


def test_a_cell_that_was_given_up_is_not_needed() -> None:
    assert flagged(3, 4, 5, 6, 7, 8)
    assert not flagged(None, 4, 5, 6, 7, 8)
    assert flagged(None, None, None, 6, 7, 8)  # Saved before it all ran.


@pytest.mark.parametrize(
    "cell, name",
    [
        ("with open('out/forecast.csv', 'w') as file:\n    for row in model.predict(orders):\n        row = round(row)\n        file.write(f'{row}')\n        file.flush()", "save_forecast"),
        ("for row in orders:\n    row.check()\n    row.post()\n    row.tell(orders)\n    print(row)", "process_orders"),
    ],
)  # fmt: skip
def test_what_gives_nothing_back_is_named_for_what_it_does(cell: str, name: str) -> None:
    page = Page(percent.read(f"# %%\norders = read()\nmodel = make(orders)\n# %%\n{cell}\n", "x.ipynb"))
    assert [step.name for step in Steps(page).steps if 2 in step.cells] == [name]


def found(path: str = "x.ipynb", start: str = START, scripts: tuple[str, ...] = ()) -> list[Hit]:
    first = "".join(f"a{n} = orders.step{n}(a{n - 1 if n else n})\n" for n in range(60))
    second = "".join(f"b{n} = a{n} - rates[a{n}] * {n}\n" for n in range(10)) + f"best = max(b1)\n{LOOP}"
    text = f"{start}# %%\na0 = 1\n{first}last = 1\n# %%\n{second}\n# %%\nprint(best, last)\n"
    project = Project("/home", path, scripts=scripts)
    return list(check.check(Page(percent.read(text, path), project), statements=20))


def test_old_work_is_left_in_peace() -> None:
    assert found("shop/gold/x.ipynb")
    assert found("shop/old/x.ipynb") == found("2_archive/x.ipynb") == []


def test_where_the_project_serves_the_notebook_it_is_possible() -> None:
    own = "# %%\nfrom shop.clean import a, b, c, d, e\n# %%\nrates = a(b)\n# %%\norders = c(d, e)\n# %%\na(e)\n"
    assert [hit.confidence for hit in found(start=START + own, scripts=("shop/clean.py",))] == ["possible"]
    assert [hit.confidence for hit in found(start=START + own, scripts=("other/clean.py",))] == [None]
    few = own.replace("a, b, c, d, e", "a, b, e")
    assert [hit.confidence for hit in found(start=START + few, scripts=("shop/clean.py",))] == [None]


@pytest.mark.parametrize(
    "name, poor",
    [
        ("compute_environment_imports", True),
        ("load_rows_2", True),
        ("fit_cell_5", True),
        ("load_rows", False),
        ("add_days", False),
    ],
)
def test_names_that_say_nothing_are_left_out(name: str, poor: bool) -> None:
    assert bool(_POOR.search(name)) is poor


@pytest.mark.parametrize(
    "name, call, poor",
    [
        ("compute_api", "compute_api() -> api, hours_ahead", True),
        ("process_orders", "process_orders(orders)", True),
        ("compute_share", "compute_share(orders) -> clean", False),
        ("load_orders", "load_orders(path) -> orders", False),
    ],
)
def test_a_noun_at_hand_is_no_name(name: str, call: str, poor: bool) -> None:
    assert _is_noun(name, call) is poor


@pytest.mark.parametrize(
    "path, words, course",
    [
        ("a.ipynb", "# Sales", False),
        ("notebooks-tutorials/a.ipynb", "# Sales", True),
        ("ml bootcamp/a.ipynb", "# Sales", True),
        ("a.ipynb", "# Chapter 1: walls\n\ntext\n## Chapter 2", True),
        ("a.ipynb", "# Exercise 3", False),
    ],
)
def test_who_types_along_with_a_course(path: str, words: str, course: bool) -> None:
    text = "# %% [markdown]\n" + "".join(f"# {line}\n" for line in words.split("\n"))
    assert _is_typed_along(Page(percent.read(text, path))) is course
