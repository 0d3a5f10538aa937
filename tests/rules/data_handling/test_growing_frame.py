"""NBC602: how grave it is."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.notebook import percent
from nbcritic.rules.data_handling.growing_frame import check


@pytest.mark.parametrize(
    ("module", "reader", "severity"), [("pandas", "read_csv", None), ("lab.storage", "results_of", "minor")]
)
def test_a_call_of_unknown_cost_may_outweigh_the_copies(module: str, reader: str, severity: str | None) -> None:
    text = (
        f"# %%\nimport glob\nimport pandas as pd\nimport {module} as source\nruns = pd.DataFrame()\n"
        f"for path in glob.glob('*.csv'):\n    runs = pd.concat([runs, source.{reader}(path)])\nprint(runs)\n"
    )
    (hit,) = check.check(Page(percent.read(text, "t.py")))
    assert hit.severity == severity
