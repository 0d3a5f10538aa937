"""What a cell takes and gives."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.notebook import percent
from nbcritic.rules.packaging._proposal import propose
from nbcritic.rules.packaging.unpackaged_logic import check


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


def severities(lines: int, blank: int = 0) -> list[str | None]:
    first = "".join(f"a{n} = orders.step{n}(a{n - 1 if n else n})\n" for n in range(lines)) + "\n" * blank
    second = "".join(f"b{n} = a{n} - rates[a{n}] * {n}\n" for n in range(10)) + "best = max(b1)"
    text = f"{START}# %%\na0 = 1\n{first}last = 1\n# %%\n{second}\n# %%\nprint(best, last)\n"
    return [hit.severity for hit in check.check(Page(percent.read(text, "x.ipynb")), statements=20)]


def test_much_logic_is_major() -> None:
    assert severities(20) == ["minor"]
    assert severities(20, blank=40) == ["minor"]  # a long cell has a rule of its own
    assert severities(100) == [None]
