"""Rules that compare places with each other stay near-linear in a long cell."""

from collections.abc import Callable
from functools import partial

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent
from nbcritic.rule import Rule
from nbcritic.rules.data_handling import chained_assignment, discarded_result, growing_frame, row_loop
from nbcritic.rules.tests import eyeball_check, no_assertion, swallowed_error, unvalidated_data

LONG: dict[str, Callable[[int], str]] = {
    "appends": lambda size: (
        "import numpy as np\nfor i in y:\n" + "\n".join(f"    a{i} = np.append(a{i}, i)" for i in range(size))
    ),
    "looks": lambda size: (
        "import pandas as pd\ndf = pd.read_csv('a')\n" + "df = df.dropna()\nprint(df.shape)\n" * size + "df.to_csv('b')"
    ),
    "chains": lambda size: (
        "import pandas as pd\ndf = pd.read_csv('a')\n" + "df['a'][df.a > 1] = 0\ndf.dropna()\n" * size
    ),
    "tries": lambda size: "try:\n    f()\nexcept:\n    pass\n" * size,
    "deep": lambda size: "df" + "[0]" * size + " = 1\nx = df" + ".dropna()" * size,
}
RULES = [
    module.check
    for module in (
        chained_assignment, discarded_result, growing_frame, row_loop, eyeball_check, no_assertion, swallowed_error, unvalidated_data,
    )
]  # fmt: skip


def walk(rule: Rule, page: Page) -> list[Hit]:
    return list(rule.check(page))


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_long_cells(text: Callable[[int], str], work: Callable[[Callable[[], object]], int]) -> None:
    def of(size: int) -> list[int]:
        return [work(partial(walk, rule, Page(percent.read(f"# %%\n{text(size)}", "t.py")))) for rule in RULES]

    of(2)  # loads what is loaded once
    for rule, twice, once in zip(RULES, of(400), of(200), strict=True):
        assert twice < 2.2 * once, rule.code
