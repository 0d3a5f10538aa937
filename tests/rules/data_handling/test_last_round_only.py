"""NBC617 beyond its documentation."""

import pytest

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent

HEAD = "import numpy as np\nimport pandas as pd\nfrom sklearn.model_selection import KFold\ndf = pd.read_csv('a.csv')\nnumbers = df['a']\n"


def hits(text: str) -> list[Hit]:
    return list(rules.load()["NBC617"].check(Page(percent.read(f"# %%\n{HEAD}# %%\n{text}", "t.py"))))


def lines(text: str) -> list[int]:
    return [hit.at.line for hit in hits(text)]


MASK = "for c in {over}:\n    mask = df[c] > 3\nprint(df[mask].mean())"


@pytest.mark.parametrize(
    "over",
    [
        "['a', 'b']",
        "df.columns",
        "df['k'].unique()",
        "df['k'].unique().tolist()",
        "range(1, 3)",
        "sorted(('a', 'b'))",
        "enumerate(['a', 'b'])",
        "tqdm(['a', 'b'])",
    ],
)
def test_a_mask_of_several_rounds(over: str) -> None:
    assert lines(MASK.format(over=over)) == [2]


@pytest.mark.parametrize(
    "over", ["names", "['a']", "range(1)", "range(n)", "[*names, 'b']", "open_files()", "zip(names, [1, 2])"]
)
def test_there_may_be_one_round_only(over: str) -> None:
    assert lines(MASK.format(over=over)) == []


@pytest.mark.parametrize(
    "splitter, count",
    [("KFold()", 1), ("KFold(3, shuffle=True)", 1), ("KFold(n_splits=1)", 0), ("KFold(n_splits=n)", 0), ("Other()", 0)],
)
def test_the_last_fold(splitter: str, count: int) -> None:
    text = (
        f"folds = {splitter}\nfor a, b in folds.split(df):\n    train, rest = df.iloc[a], df.iloc[b]\nmodel.fit(train)"
    )
    assert len(hits(text)) == count


def test_names_of_the_same_cell_count_as_they_are_bound_there() -> None:
    assert lines("cols = ['a', 'b']\n" + MASK.format(over="cols") + "\n# %%\ncols = []") == [3]
    assert lines("cols = ['a', 'b']\nif x:\n    cols = []\n" + MASK.format(over="cols")) == []


@pytest.mark.parametrize(
    "body, use",
    [
        ("mask = df[c] > 3\n    print(mask.sum())", "df[mask].mean()"),  # read in the loop
        ("mask = df['a'] > 3\n    print(c)", "df[mask].mean()"),  # the same in every round
        ("mask = mask & (df[c] > 3)", "df[mask].mean()"),
        ("mask = df[c] > 3\n    if mask.any():\n        break", "df[mask].mean()"),
        ("if c in df:\n        mask = df[c] > 3", "df[mask].mean()"),  # the item that fits is looked for
        ("mask = df[c] > 3", "mask = df['a'] > 3\ndf[mask].mean()"),
        ("mask = df[c] > 3", "mask.head()"),
        ("mask = df[c] > 3", "print(mask)"),
        ("mask = df[c] > 3", "print('done')"),
        ("last_mask = df[c] > 3", "df[last_mask].mean()"),
        ("mask = draw(df[c])", "df[mask].mean()"),
        ("mask = df[c].plot(ax=ax)", "mask.set_title('x')"),
        ("mask = [].append(c)", "df[mask].mean()"),
        ("mask = (yes := df[c] > 3)", "df[mask].mean()"),
    ],
)
def test_one_round_is_meant(body: str, use: str) -> None:
    assert lines(f"for c in ['a', 'b']:\n    {body}\n{use}") == []


def test_another_branch_is_not_below() -> None:
    loop = "for c in ['a', 'b']:\n        mask = df[c] > 3"
    assert lines(f"if x:\n    {loop}\nelse:\n    df[mask].mean()") == []
    assert lines(f"if x:\n    {loop}\n    if y:\n        df[mask].mean()") == [3]


def test_a_later_cell_uses_it() -> None:
    text = "for c in ['a', 'b']:\n    mask = df[c] > 3\n# %%\n{0}\n# %%\ndf[mask].mean()"
    (hit,) = hits(text.format("mask.head()"))
    assert "cell 4 has the last round's only" in hit.message
    assert hits(text.format("mask = df.a > 0")) == []


APPEND = "def f(parts):\n    found = []\n    for part in parts:\n        best = look(part)\n    {0}\n    return found"


def test_a_line_that_slipped_out() -> None:
    (hit,) = hits(APPEND.format("found.append(best)"))
    assert "only the last round's gets into `found`" in hit.message
    assert [place.at.line for place in hit.related] == [3]


@pytest.mark.parametrize(
    "text",
    [
        APPEND.format("found.append(1)"),
        APPEND.format("found.append(best)\n    found.append(2)"),
        APPEND.format("found.extend(best)"),
        APPEND.format("found.append(best)").replace("found = []", "found = [0]"),
        APPEND.format("found.append(best)").replace("found = []", "found = given"),
        APPEND.format("found.append(best)").replace("look(part)", "look(best, part)"),
        APPEND.format("found.append(best)").replace("for part", "for _"),
        "kept = []\nfor day in days:\n    for part in day:\n        loss = step(part)\n    kept.append(loss)",
        "kept = []\nfor part in day:\n    loss = step(part)\n    print(loss)\nkept.append(loss)",
    ],
)
def test_a_list_that_wants_one_value(text: str) -> None:
    assert hits(text) == []


@pytest.mark.parametrize(
    "below, count",
    [
        ("found[c] = peak", 1),
        ("if peak > 3:\n    found[c] = peak", 1),
        ("found['all'] = peak", 0),
        ("found[c] = 3", 0),
        ("found[d] = peak", 0),
        ("print(1)\nfound[c] = peak", 0),
    ],
)
def test_filed_under_the_loop_s_own_variable(below: str, count: int) -> None:
    assert len(hits(f"for c in names:\n    peak = look(c)\n{below}")) == count


FRESH = "for c in names:\n    rows = []\n    {0}\n{1}"


@pytest.mark.parametrize(
    "fill, below, count",
    [
        ("rows.append(look(c))", "pd.DataFrame(rows).mean()", 1),
        ("if look(c):\n        rows.append(c)", "save(rows)", 1),
        ("rows.append(look(c))\n    save(rows)", "save(rows)", 0),
        ("for part in c:\n        rows.append(part)", "save(rows)", 0),  # a list of one item's parts may be wanted
        ("rows.append(1)", "save(rows)", 0),
        ("rows.append(look(c))", "rows = []", 0),
        ("rows += [c]", "save(rows)", 0),
    ],
)
def test_a_list_that_every_round_empties(fill: str, below: str, count: int) -> None:
    assert len(hits(FRESH.format(fill, below))) == count


@pytest.mark.parametrize("over", ["table.take(1)", "client.rows()", "data.batches(3)", "store.get('a')"])
def test_nobody_knows_how_many_rounds_these_make(over: str) -> None:
    assert hits(f"for rows in {over}:\n    steps = rows.shape[1]\nbuild(steps)") == []


def test_a_name_is_less_sure_than_a_list_below_the_loop() -> None:
    (hit,) = hits(MASK.format(over="df.columns"))
    assert hit.confidence == "possible"
    (hit,) = hits("out = []\nfor c in df.columns:\n    one = df[c].sum()\nout.append(one)\nprint(out)")
    assert hit.confidence is None
