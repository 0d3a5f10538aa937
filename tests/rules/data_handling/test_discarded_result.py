"""NBC606: what it says of a column that a discarded `drop` leaves in the frame."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.notebook import percent
from nbcritic.rules.data_handling.discarded_result import check

HEAD = "# %%\nimport pandas as pd\nd = pd.read_csv('a.csv')\nd.drop(columns='x')\n"
KEPT = "so delete the call"
ASSIGNED = "write `d = d.drop(columns='x')`"


@pytest.mark.parametrize(
    "after, advice, severity",
    [
        ("print(d)", ASSIGNED, None),
        ("print(d['x'])", KEPT, "minor"),
        ("d = d.rename(columns={'y': 'x'})\nprint(d.x)", ASSIGNED, None),
        ("d = d.rename(columns={'x': 'y'})\nprint(d)", KEPT, "minor"),
        ("d['x'] = 1\nprint(d['x'], d)", ASSIGNED, None),
        ("d['x'] = d.x + 1\nprint(d)", KEPT, "minor"),
        ("d['x'] = d['x'] + 1\nprint(d)", KEPT, "minor"),
        ("print(d['y'], d[['y', 'z']])", ASSIGNED, "minor"),
        ("print(d['y'])\n# %%\nprint(d.shape)", ASSIGNED, None),
    ],
)
def test_a_discarded_drop(after: str, advice: str, severity: str | None) -> None:
    (hit,) = check.check(Page(percent.read(HEAD + after, "t.py")))
    assert advice in hit.message
    assert hit.severity == severity
