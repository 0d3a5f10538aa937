"""NBC104: what counts as a sign of another value, its words, and that it and the rule on order say one fault once."""

import json

import pytest

from nbcritic.analysis.page import Page
from nbcritic.config import Config
from nbcritic.engine import critique
from nbcritic.model import Cell, Hit, Notebook
from nbcritic.notebook import percent
from nbcritic.rules.hidden_state.stale_output import check

IMPORTS = (1, "import pandas as pd, random, requests, numpy as np\ndf = pd.read_csv('a.csv')")


def page(*cells: tuple[int, str]) -> Page:
    """A page whose cells show `7`, or what stands after `#>` in them."""
    text = "".join(
        f"# %% In[{count}]\n{source}\n" + ("" if "#>" in source else "#> 7\n") for count, source in (IMPORTS, *cells)
    )
    return Page(percent.read(text, "t.py", history=True))


def hits(*cells: tuple[int, str]) -> list[Hit]:
    return list(check.check(page(*cells)))


DRAWN = (9, "kept = random.sample(range(50), 9)")


def test_the_message_follows_the_value() -> None:
    (hit,) = hits(DRAWN, (3, "total = sum(kept)"), (10, "print(total)"))
    assert hit.message == "Shows results from before cell 2 ran again (In[9]): `kept` → `total` → this output"
    assert [place.at.cell for place in hit.related] == [2, 2, 3, 0]
    assert hit.related[0].message == "draws anew on every run"


def test_the_message_names_the_cell_whose_value_was_used() -> None:
    (hit,) = hits((2, "prices = [3, 4]"), (4, "print(sum(prices))"), (3, "prices = [5]"))
    assert "as cell 4 (In[3]) had left it, not as cell 2 above makes it" in hit.message


def test_what_came_over_several_steps_or_through_a_function_is_less_sure() -> None:
    prices, more = (2, "prices = [3, 4]"), (3, "prices = [5]")
    (hit,) = hits(prices, (4, "print(sum(prices))"), more)
    assert hit.confidence is None
    (hit,) = hits(prices, (4, "total = sum(prices)"), (5, "print(total)"), more)
    assert hit.confidence == "possible"
    function = (6, "def raised(rows):\n    return [2 * row for row in rows]")
    (hit,) = hits((7, "prices = [3, 4]"), (9, "print(sum(prices))"), function, (8, "prices = raised(prices)"))
    assert hit.confidence == "possible"


def test_a_long_chain_is_cut() -> None:
    steps = [
        (count, f"{name} = sum([{before}])")
        for count, name, before in zip(range(3, 9), "bcdefg", "abcdef", strict=True)
    ]
    (hit,) = hits((12, "a = random.sample(range(50), 9)"), *steps, (11, "print(g)"))
    assert hit.message.endswith(": `a` → `b` → … → `g` → this output")


def test_one_finding_a_page() -> None:
    (hit,) = hits(DRAWN, (3, "print(kept)"), (4, "print(sum(kept))"), (5, "print(max(kept))"))
    assert hit.related[-1].message.endswith("; the outputs of cells 4 and 5 are as old")


def test_initialization_cells_run_first_by_design() -> None:
    text = (
        '# %% In[9] tags=["init_cell"]\nimport random\nkept = random.sample(range(50), 9)\n'
        "# %% In[3]\nprint(kept)\n#> 7\n"
    )
    assert not list(check.check(Page(percent.read(text, "t.py", history=True))))


def test_the_order_is_not_said_again() -> None:
    codes = [finding.code for finding in critique(page(DRAWN, (3, "print(kept)")), Config()).findings]
    assert "NBC104" in codes
    assert "NBC101" not in codes


SEEDED = "random.seed(1)\nkept = random.sample(range(50), 9)"
DEFINED = "def some():\n    return random.sample(range(50), 9)\nkept = some()"
ASKED = "kept = requests.get('https://prices.org/query?symbol=A').json()"
FILE = "kept = requests.get('https://prices.org/a.csv').text"


@pytest.mark.parametrize(
    "made, is_told",
    [
        ("kept = [n for n in (10, 30) if n > 20]", False),
        ("kept = max(random.sample(range(50), 9))", True),
        ("other = random.random()\nkept = max([1, 2])", False),
        ("first = random.random()\nkept = first + 1", True),
        ("kept = [n for n in df.a]\nrandom.shuffle(kept)", True),
        (SEEDED, False),
        (DEFINED, True),
        (DEFINED.replace("return", "random.seed(1)\n    return"), False),
        ("kept = np.random.default_rng(1).random()", False),
        (ASKED, True),
        (FILE, False),
    ],
)
def test_what_is_made_anew(made: str, is_told: bool) -> None:
    assert bool(hits((9, made), (3, "print(kept)"))) == is_told


def test_a_seed_that_ran_again_gives_the_same() -> None:
    seed = (8, "random.seed(1)")
    assert not hits(seed, DRAWN, (3, "print(kept)"))
    assert hits((2, "random.seed(1)"), DRAWN, (4, "print(kept)"))


def test_what_comes_from_further_up() -> None:
    made = (9, "kept = [n for n in base if n > 20]")
    assert hits((8, "base = random.sample(range(50), 9)"), made, (3, "print(kept)"))
    assert not hits((8, "base = [n for n in (10, 30)]"), made, (3, "print(kept)"))


KEPT = "kept = df[df.a > limit()]\nprint(len(kept), 'are left')\n#> 960 are left"
SHOWN = "kept = df[df.a > limit()]\nprint(kept.a.sum())\n#> 31.5"


@pytest.mark.parametrize(
    "made, shown, is_told",
    [
        (KEPT, "print(len(kept), 'rows')\n#> 1474 rows", True),
        (KEPT, "print(len(kept), 'rows')\n#> 960 rows", False),
        (KEPT, "out = kept[['a']].copy()\nprint(f'wrote {len(out)} rows')\n#> wrote 1474 rows", True),
        (KEPT, "out = kept.dropna()\nprint(len(out), 'rows')\n#> 914 rows", False),
        (KEPT, "kept = kept.dropna()\nprint(len(kept), 'rows')\n#> 914 rows", False),
        (KEPT, "print(kept.shape)\n#> (1474, 3)", True),
        (KEPT, "print(len(kept))\n#> 960", False),
        (KEPT, "kept.info()\n#> Index: 1474 entries, 0 to 1473", True),
        (SHOWN, "print(kept.a.sum())\n#> 32.5", True),
        (SHOWN, "print(kept.a.sum())\n#> 31.5", False),
        (SHOWN, "print(kept.a.max())\n#> 32.5", False),
        (SHOWN, "kept = kept.dropna()\nprint(kept.a.sum())\n#> 32.5", False),
        ("kept = make()\nprint(kept)\n#> at 0x7f3a2b", "print(kept)\n#> at 0x7fffff", False),
        ("kept = df[df.a > limit()]\nprint(kept.sample(2))\n#> 1", "print(kept.sample(2))\n#> 2", False),
    ],
)
def test_what_newer_outputs_show(made: str, shown: str, is_told: bool) -> None:
    assert bool(hits((9, made), (3, shown))) == is_told


def result(number: int, count: int, source: str, **mime: str) -> Cell:
    data = {"text/plain": "7", **{form.replace("_", "/"): text for form, text in mime.items()}}
    output = {"output_type": "execute_result", "execution_count": count, "data": data, "metadata": {}}
    return Cell(number, "code", source, execution_count=count, outputs=json.dumps([output]).encode())


def table(*labels: str) -> str:
    return "<table><thead><tr>" + "".join(f"<th>{label}</th>" for label in ("", *labels)) + "</tr></thead></table>"


@pytest.mark.parametrize(
    "old, new, is_told",
    [
        (table("a", "b"), table("a"), True),
        (table("a"), table("a", "b"), False),
        (table("a"), table("a"), False),
    ],
)
def test_a_column_that_is_not_made_any_more(old: str, new: str, is_told: bool) -> None:
    made = result(1, 9, "import pandas as pd\nkept = pd.concat(parts())\nkept.head(8)", text_html=new)
    assert bool(list(check.check(Page(Notebook("t.ipynb", (made, result(2, 3, "kept", text_html=old))))))) == is_told


def test_traces_of_an_edit_above_prove_no_other_value() -> None:
    made = result(1, 9, "kept = max(some())\nlast = kept")
    silent = Cell(1, "code", "kept = max(some())\nfor n in kept:\n    print(n)", execution_count=9)
    for cell in (made, silent):
        assert not list(check.check(Page(Notebook("t.ipynb", (cell, result(2, 3, "kept"))))))


TRAINED = "import pytorch_lightning as pl\ntrainer = pl.Trainer()\nmodel = Net()\ntrainer.fit(model, loader)"


@pytest.mark.parametrize(
    "trained, is_told",
    [
        (TRAINED, True),
        (TRAINED.replace("trainer.fit(model, loader)", "trainer.fit(model=model)"), True),
        (TRAINED.replace("trainer.fit(model, loader)", "trainer.validate(model, loader)"), False),
        (TRAINED.replace("model = Net()", "torch.manual_seed(1)\nmodel = Net()").replace("pl\n", "pl, torch\n"), False),
        ("import keras\nmodel = keras.Sequential(layers)\nmodel.fit(X, y)", True),
    ],
)
def test_a_network_that_was_trained_anew(trained: str, is_told: bool) -> None:
    found = hits((9, trained), (4, "print(model(df))"), (3, "model.eval()"))
    assert [hit.message for hit in found] == [
        "Shows results from before cell 2 ran again (In[9]): `model` → this output" for _ in range(is_told)
    ]


@pytest.mark.parametrize(
    "shown, is_told",
    [
        ("print(kept[0], 'seconds')\n#> 0.25 seconds", False),
        ("print(kept[0], 'metres')\n#> 0.25 metres", True),
        ("def say(click):\n    print(kept)\nbutton.on_click(say)\nprint(kept)\n#> 31", False),
    ],
)
def test_outputs_that_no_run_count_dates(shown: str, is_told: bool) -> None:
    assert bool(hits(DRAWN, (3, shown))) == is_told


@pytest.mark.parametrize(
    "change, is_told",
    [
        ("df = df.dropna().sort_values('day')", False),
        ("df.index = pd.to_datetime(df.index)", False),
        ("df = df[df.a > 3]", True),
        ("df['a'] = df['a'] / 100", True),
        ("df = df.drop(index=3)", True),
        ("df.drop(index=3, inplace=True)", True),
        ("df['b'] = df['a'] / 100\nsns.lineplot(data=df, x='a', y='b')", False),
    ],
)
def test_another_cell_had_changed_it(change: str, is_told: bool) -> None:
    assert bool(hits((6, "draw(df['a'], 31)"), (5, change))) == is_told


@pytest.mark.parametrize(
    "shown, is_told",
    [
        ("sns.lineplot(data=df, x='day', y='a')", False),
        ("sns.lineplot(data=df, x='day', y='b')", True),
        ("sns.histplot(data=df, x='b', bins=bins)", True),
    ],
)
def test_a_chart_shows_the_columns_that_it_names(shown: str, is_told: bool) -> None:
    assert bool(hits((6, shown), (5, "df['b'] = df['a'] / 100"))) == is_told


def test_a_change_above_that_ran_later_is_in_the_value_all_the_same() -> None:
    cells = (5, "df.fillna(0, inplace=True)"), (3, "x = df\nx.drop(columns='a', inplace=True)"), (6, "print(x.mean())")
    assert not any("`x`" in hit.message for hit in hits(*cells))


@pytest.mark.parametrize(
    "shown, change, is_told",
    [
        ("df.isna().sum()", "df['day'] = df.apply(lambda row: row['day'].year, axis=1)", False),
        ("len(df)", "df['day'] = df.apply(lambda row: row['day'].year, axis=1)", False),
        ("df.describe()", "df['day'] = df.apply(lambda row: row['day'].year, axis=1)", True),
        ("df.isna().sum()", "df['day'] = df.fillna(0).apply(lambda row: row['day'].year, axis=1)", True),
        ("df.isna().sum()", "df = df[df['day'] > 3]", True),
    ],
)
def test_sizes_and_gaps_change_with_rows_columns_and_gaps_alone(shown: str, change: str, is_told: bool) -> None:
    assert bool(hits((4, shown), (3, change))) == is_told
