"""Imports are gathered only where nothing can mind that they come earlier."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Hit, Notebook
from nbcritic.rules.packaging import buried_parameter, scattered_import

OPENING = "import pandas as pd\norders = pd.read_csv('x.csv')"


def page(*sources: str) -> Page:
    return Page(Notebook("x.ipynb", tuple(Cell(number, "code", source) for number, source in enumerate(sources, 1))))


def hit(*sources: str) -> Hit:
    (found,) = scattered_import.check.check(page(*sources))
    return found


def test_an_import_that_stands_alone_is_gathered() -> None:
    found = hit(OPENING, "import re\nre.sub('a', 'b', x)", "x = 1\nfrom math import (\n    pi,\n    e,\n)")
    assert found.fix is not None
    assert found.fix.safe
    assert len(found.fix.edits) == 3


@pytest.mark.parametrize(
    "late",
    [
        "x = 1; import re",
        "from re import *",
        "import re\nre = 2",
        "import sys\nsys.path.append('..')\nimport re",
        "!pip install thing\nimport re",
    ],
)
def test_one_that_does_not_is_left_where_it_is(late: str) -> None:
    found = list(
        scattered_import.check.check(page(OPENING, late, "import json\njson.loads(x)", "import csv\ncsv.reader(x)"))
    )
    assert all(hit.fix is None for hit in found)


def test_without_a_cell_of_imports_above_there_is_no_fix() -> None:
    assert hit("x = load()", "import re\nre.sub('a', 'b', x)", "import csv\ncsv.reader(x)").fix is None


def test_what_was_imported_above_already_is_no_matter() -> None:
    assert not list(scattered_import.check.check(page(OPENING, "import pandas as pd", "import pandas")))


@pytest.mark.parametrize(
    "code",
    [
        "plt.plot(x, alpha=0.3)",
        "sns.histplot(x, alpha=0.3)",
        "x > 0.5",
        "f(n_estimators=n)",
        "g(x, 0.3)",
        "load('*.csv')",
    ],
)
def test_numbers_that_nobody_varies(code: str) -> None:
    assert not list(buried_parameter.check.check(page("import x", code), places=1))


@pytest.mark.parametrize(
    "code", ["Forest(max_depth=3)", "p < 0.013", "day >= '2020-05-01'", "pd.read_csv('a/b.csv')", "SVC(C=-1)"]
)
def test_numbers_that_somebody_will_vary(code: str) -> None:
    assert len(list(buried_parameter.check.check(page("import x", code), places=1))) == 1
