"""Imports are gathered only where nothing can mind that they come earlier."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Hit, Notebook, Replace
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
        "p < 0.05",
        "PCA(n_components=2)",
        "f(num_topics=-1)",
    ],
)
def test_numbers_that_nobody_varies(code: str) -> None:
    assert not list(buried_parameter.check.check(page("import x", code), places=1))


@pytest.mark.parametrize(
    "code", ["Forest(max_depth=3)", "p < 0.013", "day >= '2020-05-01'", "pd.read_csv('a/b.csv')", "SVC(C=10)"]
)
def test_numbers_that_somebody_will_vary(code: str) -> None:
    assert len(list(buried_parameter.check.check(page("import x", code), places=1))) == 1


def test_neighbouring_imports_at_the_end_of_a_cell_go_together() -> None:
    found = hit(
        OPENING, "x = f()\nimport re\nimport json", "import csv\ny = csv.reader(re.sub('a', 'b', json.dumps(x)))"
    )
    assert found.fix is not None
    edits = [edit for edit in found.fix.edits if isinstance(edit, Replace)]
    assert [(edit.at.cell, edit.at.line, edit.at.end_line) for edit in edits] == [(1, 1, 1), (2, 1, 3), (3, 1, 2)]
