"""Fixes are proven on the result; what cannot be proven is refused with the reason."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbcritic.analysis.page import Page
from nbcritic.config import Config
from nbcritic.fixer import Mended, applicable, mend
from nbcritic.model import Notebook, Report
from nbcritic.notebook import percent
from nbcritic.notebook.read import read
from nbcritic.scanner.batch import judge


def ipynb(*sources: str, **more: Any) -> Notebook:
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], **more}
    cells = [{**cell, "source": source.splitlines(keepends=True)} for source in sources]
    return read(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode(), "x.ipynb")


def mended(*sources: str, select: str, unsafe: bool = False) -> Mended:
    return mend(ipynb(*sources), Config(select=tuple(select.split())), unsafe=unsafe)


def sources(result: Mended) -> list[str]:
    return [cell.source for cell in result.notebook.cells]


def test_an_import_that_nothing_uses_goes() -> None:
    result = mended("import os\nimport sys\nprint(sys.path)", select="F401")
    assert sources(result) == ["import sys\nprint(sys.path)"]
    assert [finding.code for finding in result.applied] == ["F401"]
    assert result.report.findings == ()
    assert result.origins == (1,)


def test_a_cell_that_loses_all_it_held_goes() -> None:
    result = mended("x = 1", "import os", "y = x", select="F401")
    assert sources(result) == ["x = 1", "y = x"]
    assert result.origins == (1, 3)


def test_a_cell_with_a_tag_stays_though_empty() -> None:
    tagged = mend(ipynb("import os", metadata={"tags": ["parameters"]}), Config(select=("F401",)))
    assert sources(tagged) == [""]


@pytest.mark.parametrize(
    "other",
    [
        "%timeit os.getcwd()",
        "!echo {os.sep}",
        "%%writefile a.py\nos.getcwd()",
        "%%bash\necho os",
        "%run helpers.py",
        "exec(text)",
        "os.getcwd(",
    ],
)
def test_what_a_magic_or_unread_code_may_use_stays(other: str) -> None:
    result = mended("import os\nx = 1", other, select="F401")
    assert sources(result)[0] == "import os\nx = 1"


def test_a_star_import_uses_no_names() -> None:
    assert sources(mended("from a import *", "import os\nx = 1", select="F401")) == ["from a import *", "x = 1"]


def test_two_fixes_at_one_place_are_applied_one_after_the_other() -> None:
    result = mended("import os, sys, re\nprint(re)", select="F401 I001")
    assert sources(result) == ["import re\n\nprint(re)"]


def test_unsafe_fixes_are_asked_for() -> None:
    source = "def f():\n    y = 2\n    return 1\nf()"
    assert not mended(source, select="F841").changed
    assert sources(mended(source, select="F841", unsafe=True)) == ["def f():\n    return 1\nf()"]


def test_an_edit_on_a_magic_is_not_offered() -> None:
    assert not mended("%time import os\nx = 1", select="F401").changed
    result = mended("x = !ls\nimport os\nprint(x)", select="F401")
    assert sources(result) == ["x = !ls\nprint(x)"]


def test_an_import_moves_above_its_first_use() -> None:
    result = mended("plt.plot([1])", "x = 1", "import matplotlib.pyplot as plt", select="NBC102")
    assert sources(result) == ["import matplotlib.pyplot as plt", "plt.plot([1])", "x = 1"]
    assert result.origins == (3, 1, 2)


def test_what_computes_moves_only_when_asked() -> None:
    cells = ("print(total)", "total = sum([1, 2])")
    assert not mended(*cells, select="NBC102").changed
    assert sources(mended(*cells, select="NBC102", unsafe=True)) == [cells[1], cells[0]]


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(("print(total)", "n = 2", "total = n * 2"), id="needs what stands between"),
        pytest.param(("n = 1", "print(total, n)", "n = 2\ntotal = n"), id="changes what stands between"),
        pytest.param(("n = [1]", "print(total)", "print(n)", "n.append(2)\ntotal = 3"), id="changes in place"),
        pytest.param(("n = 1", "print(total)", "n = 2", "print(n)", "total = n"), id="would take another value"),
    ],
)
def test_nothing_moves_where_something_between_depends_on_it(cells: tuple[str, ...]) -> None:
    assert not mended(*cells, select="NBC102", unsafe=True).changed


def test_to_read_less_is_no_harm() -> None:
    cells = ("key = 1\nn = 2", "print('a'.format(key))\nprint(n)")
    assert sources(mended(*cells, select="F523", unsafe=True))[1] == "print('a')\nprint(n)"


def test_many_fixes_of_which_some_are_refused() -> None:
    cells = [f"import m{n}\nx{n} = {n}" for n in range(12)]
    result = mended(*cells, "!echo m3 m7", select="F401")
    kept = [source for source in sources(result) if source.startswith("import")]
    assert kept == ["import m3\nx3 = 3", "import m7\nx7 = 7"]
    assert len(result.refused) == 2


def test_a_name_that_somebody_asks_for_does_not_move() -> None:
    cells = ("try:\n    np\nexcept NameError:\n    print('no')", "np.arange(3)", "import numpy as np")
    assert not mended(*cells, select="NBC102", unsafe=True).changed


def test_a_function_is_moved_out_of_its_cell() -> None:
    result = mended("print(double(2))", "n = 1\ndef double(x):\n    return 2 * x\nprint(n)", select="NBC102")
    assert sources(result) == ["def double(x):\n    return 2 * x\nprint(double(2))", "n = 1\nprint(n)"]


def test_an_import_does_not_come_to_stand_above_a_cell_magic() -> None:
    result = mended("def f():\n    return np.pi", "%%time\nf()", "x = 1\nimport numpy as np", select="NBC102")
    assert sources(result)[1] in ("%%time\nimport numpy as np\nf()", "%%time\nf()")
    assert all(cell.error is None for cell in Page(result.notebook).cells)


def test_counts_are_cleared_only_when_asked() -> None:
    notebook = percent.read(
        "# %% In[1]\nx = load()\n# %% In[4]\nx = x + 1\n# %% In[2]\nprint(x)\n", "x.py", history=True
    )
    config = Config(select=("NBC101",))
    assert not mend(notebook, config).changed
    assert [cell.execution_count for cell in mend(notebook, config, unsafe=True).notebook.cells] == [None] * 3


def test_one_seed_cell_serves_all_draws() -> None:
    split = "from sklearn.model_selection import train_test_split\na, b = train_test_split(X)"
    result = mended("X = load()", split, "c, d = train_test_split(a)\nprint(c.mean())", select="NBC110", unsafe=True)
    assert sources(result)[1] == "import numpy as np\n\nnp.random.seed(0)"
    assert len(result.notebook.cells) == 4
    assert result.report.findings == ()


def test_no_seed_where_its_name_is_taken() -> None:
    split = "from sklearn.model_selection import train_test_split\nnp = 3\na, b = train_test_split(X)"
    assert not mended(split, select="NBC110", unsafe=True).changed


def test_a_needless_suppression_goes_and_a_needed_one_stays() -> None:
    cells = (
        "from numpy import *  # nbcritic: ignore[star-import, long-cell]",
        "y = 1  # nbcritic: ignore[star-import]",
        "text = '# nbcritic: ignore[star-import]'",
    )
    result = mended(*cells, select="NBC001 NBC114 NBC402")
    assert sources(result) == ["from numpy import *  # nbcritic: ignore[star-import]", "y = 1", cells[2]]


def test_what_the_reader_does_not_see_is_not_mended() -> None:
    def nothing(report: Report, notebook: Notebook) -> Report:
        return Report(report.path)

    assert not mend(ipynb("import os"), Config(select=("F401",)), view=nothing).changed


def test_a_file_that_cannot_be_edited_is_left_with_the_reason() -> None:
    raw = b'{"cells": [{"cell_type": "code", "source": ["import os\\n", "x = \'\\ud800\'"]}], "nbformat": 4}'
    result = mend(read(raw, "x.ipynb"), Config(select=("F401",)))
    assert not result.changed
    if applicable(next(judge([Page(read(raw, "x.ipynb"))], Config(select=("F401",))))):
        assert "edited" in result.refused[0].reason


LINES = [
    "import os", "import os, sys", "from a import b, c", "import numpy as np", "x = np.arange(3)", "print(os.sep, x)",
    "def f(a):\n    y = a\n    return os.path", "f(1)", "z = f'a'", "%matplotlib inline", "!echo {x}", "del x", "if x == None: pass",
    "x += 1", "class A:\n    import re", "print(total)", "total = 1", "# nbcritic: ignore[star-import]", "np.random.rand(3)",
    "", "try:\n    import sys\nexcept ImportError:\n    sys = None", "é = 'ü'; import json",
]  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(st.sampled_from(LINES), max_size=4).map("\n".join), min_size=1, max_size=5))
def test_mending_converges_and_breaks_nothing(cells: list[str]) -> None:
    notebook = ipynb(*cells)
    config = Config(profile="production", ignore=("NBC105",))
    result = mend(notebook, config, unsafe=True)
    before, after = Page(notebook), Page(result.notebook)
    broken = {cell.number for cell in before.cells if cell.error}
    assert all(result.origins[cell.number - 1] in broken for cell in after.cells if cell.error)
    missing = {undefined.name for undefined in before.flow.undefined}
    assert {undefined.name for undefined in after.flow.undefined} <= missing
    assert not mend(result.notebook, config, unsafe=True).changed
