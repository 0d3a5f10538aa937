"""What ruff says of a page that a reader of its text knows better."""

from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Kind, Lint, Notebook
from nbcritic.ruff import lint


def lints(code: str, *sources: tuple[Kind, str]) -> tuple[Lint, ...]:
    cells = tuple(Cell(n, kind, source) for n, (kind, source) in enumerate(sources, 1))
    return lint([Page(Notebook("x.ipynb", cells))], (code,))[0].lints


def test_an_import_that_the_text_of_a_lesson_shows_is_no_leftover() -> None:
    found = lints("F401", ("markdown", "We write\n\n    import  os"), ("code", "import os\nimport re"))
    assert [lint.at.line for lint in found] == [2]
    assert lints("F401", ("markdown", "Use `import os` here."), ("code", "import os")) == ()


def test_what_numpy_has_removed_is_gone() -> None:
    (found,) = lints("NPY003", ("code", "import numpy as np\nnp.product([1, 2])"))
    assert found.message == "`np.product` is gone since NumPy 2.0: use `np.prod` instead"
