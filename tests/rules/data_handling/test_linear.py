"""Rules that compare places with each other stay near-linear in a long cell."""

from collections.abc import Callable
from functools import partial

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent
from nbcritic.rule import Rule
from nbcritic.rules.data_handling import (
    chained_assignment,
    discarded_result,
    empty_merge_side,
    float_equality,
    growing_frame,
    last_round_only,
    lost_identifier,
    misread_time,
    naive_datetime,
    nan_comparison,
    positional_alignment,
    pulled_then_filtered,
    python_loop_over_array,
    quadratic_lookup,
    row_loop,
    silent_row_loss,
    square_after_mean,
    unchecked_merge,
    work_in_loop,
)
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
    "merges": lambda size: (
        "import pandas as pd\ndf = pd.read_csv('a')\nother = pd.read_csv('b')\n"
        + "df = df.merge(other, on='a').dropna()\ndf['x'] = other['y'].values\n" * size
    ),
    "lookups": lambda size: (
        "import pandas as pd\ndf = pd.read_csv('a')\nknown = df['a'].tolist()\nfor row in df.itertuples():\n"
        + "    if row.a in known and row.b / 3 == 0.1:\n        found.append(df[df['a'] == row.a])\n" * size
    ),
    "rounds": lambda size: (
        "import pandas as pd\ndf = pd.read_csv('a')\n"
        + "".join(
            f"s{i} = []\nfor c in ['a', 'b']:\n    m{i} = df[c] > {i}\n    q = f(c)\ns{i}.append(q)\nprint(df[m{i}].mean())\n"
            for i in range(size)
        )
    ),
    "asked": lambda size: "".join(
        f"k{i} = a.merge(b, indicator=True)\nk{i}[k{i}._merge == 'left_only']\nd['x{i}'] = d.a - d.b\nd['x{i}'].dt.seconds\n"
        f"mae = np.mean(a{i} - b)\n"
        for i in range(size)
    ),
    "deep": lambda size: "df" + "[0]" * size + " = 1\nx = df" + ".dropna()" * size,
}
RULES = [
    module.check
    for module in (
        chained_assignment, discarded_result, float_equality, growing_frame, lost_identifier, naive_datetime, nan_comparison,
        positional_alignment, pulled_then_filtered, python_loop_over_array, quadratic_lookup, row_loop, silent_row_loss,
        unchecked_merge, work_in_loop, eyeball_check, no_assertion, swallowed_error, unvalidated_data, empty_merge_side,
        last_round_only, misread_time, square_after_mean,
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
