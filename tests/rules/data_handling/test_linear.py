"""Rules that compare places with each other stay near-linear in a long cell."""

import time

import pytest

from nbcritic.analysis.page import Page
from nbcritic.notebook import percent
from nbcritic.rules.data_handling import chained_assignment, discarded_result, growing_frame, row_loop
from nbcritic.rules.tests import eyeball_check, no_assertion, swallowed_error, unvalidated_data

LONG = {
    "appends": "import numpy as np\nfor i in y:\n" + "\n".join(f"    a{i} = np.append(a{i}, i)" for i in range(2_000)),
    "looks": "import pandas as pd\ndf = pd.read_csv('a')\n"
    + "df = df.dropna()\nprint(df.shape)\n" * 1_500
    + "df.to_csv('b')",
    "chains": "import pandas as pd\ndf = pd.read_csv('a')\n" + "df['a'][df.a > 1] = 0\ndf.dropna()\n" * 1_000,
    "tries": "try:\n    f()\nexcept:\n    pass\n" * 1_500,
    "deep": "df" + "[0]" * 800 + " = 1\nx = df" + ".dropna()" * 800,
}
RULES = [
    module.check
    for module in (
        chained_assignment, discarded_result, growing_frame, row_loop, eyeball_check, no_assertion, swallowed_error, unvalidated_data,
    )
]  # fmt: skip


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_long_cells(text: str) -> None:
    page = Page(percent.read(f"# %%\n{text}", "t.py"))
    start = time.perf_counter()
    for rule in RULES:
        list(rule.check(page))
    assert time.perf_counter() - start < 10
