"""NBC602: how grave it is, and what it advises."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Hit
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


def hits(text: str) -> list[Hit]:
    return list(
        check.check(Page(percent.read(f"# %%\nimport pandas as pd\ndf = pd.read_csv('a.csv')\n{text}", "t.py")))
    )


@pytest.mark.parametrize(
    ("turns", "severity"), [("df.shape[0] // part.shape[0]", "minor"), ("df.shape[0]", None), ("len(df)", None)]
)
def test_a_ratio_of_rows_is_no_number_of_rows(turns: str, severity: str | None) -> None:
    (hit,) = hits(f"part = df.head()\nn = {turns}\nfor i in range(n):\n    df = pd.concat([df, part])\nprint(df)\n")
    assert hit.severity == severity
    assert hit.confidence == ("possible" if severity else None)


@pytest.mark.parametrize(
    ("body", "advice"),
    [
        (
            "df = df.append(part)\n    df = df.sort_index()",
            "write `df = pd.concat([df, part])`, as the loop reads `df`",
        ),
        ("df = df.append({'a': 1})\n    print(df)", "write `df = pd.concat([df, pd.DataFrame([{'a': 1}])])`"),
        ("df = df.append({'a': 1})", "write `rows.append({'a': 1})` in the loop"),
    ],
)
def test_no_list_where_the_loop_reads_what_grows(body: str, advice: str) -> None:
    (hit,) = hits(f"for part in parts:\n    {body}\nprint(df)\n")
    assert advice in hit.message


@pytest.mark.parametrize(("test", "count"), [("AGAIN", 0), ("False", 0), ("not AGAIN", 1), ("again", 1)])
def test_what_never_runs_grows_nothing(test: str, count: int) -> None:
    text = f"AGAIN = False\nif {test}:\n    for i in range(len(df)):\n        df = pd.concat([df, part])\nprint(df)\n"
    assert len(hits(text)) == count
