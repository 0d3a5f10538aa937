"""What a second run of a statement would do: one statement a line, on names that the first cell made."""

from dataclasses import replace

import pytest

from nbcritic.analysis.page import Page
from nbcritic.notebook import percent
from nbcritic.rules.hidden_state.rerun_changes_state import check

FIRST = """# %%
import pandas as pd
import numpy as np
df = pd.read_csv("a.csv")
other = pd.read_csv("b.csv")
items = []
total = 0
array = np.zeros((3, 3))
found = {}
text = "a"
data = load()
# %%
"""


def page_of(source: str, counts: tuple[int, int] = (7, 3)) -> Page:
    """The page, whose cells ran in the wrong order unless `counts` says otherwise."""
    notebook = percent.read(FIRST + source + "\n# %%\nprint(df, items, total, array, found, text, data)", "t.ipynb")
    cells = zip(notebook.cells, (*counts, None), strict=True)
    return Page(replace(notebook, cells=tuple(replace(cell, execution_count=count) for cell, count in cells)))


def said(source: str) -> list[str]:
    page = page_of("kept = 1\n" + source)  # a second thing, so that an error counts
    return [hit.message.split(" of this cell ")[1].rsplit(": ", 1)[0] for hit in check.check(page)]


@pytest.mark.parametrize(
    "source, then",
    [
        ("total += 1", "adds to `total` again"),
        ("total = total * 2", "multiplies `total` again"),
        ("total = 1 - total", "subtracts from `total` again"),
        ("for x in range(3): total += x", "adds to `total` again"),
        ("df['a'] /= 100", "divides `df['a']` again"),
        ("df.a = df.a / 100", "divides `df.a` again"),
        ("df[['a', 'b']] = df[['a', 'b']] * 2", "multiplies `df[['a', 'b']]` again"),
        ("df.loc[:, 'a'] = df.loc[:, 'a'] - 1", "subtracts from `df.loc[:, 'a']` again"),
        ("df['a'] = np.log(df['a'])", "takes the logarithm of `df['a']` again"),
        ("df['a'] = df['a'].shift()", "transforms `df['a']` again"),
        ("df['a'] = df['a'].apply(lambda v: v / 2)", "divides `df['a']` again"),
        ("df['a'] = df['a'].map({'x': 1, 'y': 0})", "leaves only NaN in `df['a']`"),
        ("df['a'] = df['a'].dt.year", "stops with AttributeError"),
        ("df['a'] = df['a'].str[1:]", "cuts off more of `df['a']`"),
        ("df = df.drop('a', axis=1)", "stops with KeyError"),
        ("df = df.drop(columns=['a']).dropna()", "stops with KeyError"),
        ("df.drop(columns='a', inplace=True)", "stops with KeyError"),
        ("del df['a']", "stops with KeyError"),
        ("df = df.set_index('a')", "stops with KeyError"),
        ("df = df.reset_index()", "puts one more index column into `df`"),
        ("df = df.merge(other, on='k')", "merges the same columns into `df` again"),
        ("df = pd.merge(df, other, on='k')", "merges the same columns into `df` again"),
        ("df = pd.concat([df, other])", "appends the same to `df` again"),
        ("df = df.append(other)", "appends the same to `df` again"),
        ("df = pd.get_dummies(df, columns=['a'])", "stops with KeyError"),
        ("df = df.T", "turns `df` back"),
        ("df = df.iloc[1:]", "cuts off more of `df`"),
        ("df.insert(0, 'a', 1)", "stops with ValueError"),
        ("array = array[:, 1:]", "cuts off more of `array`"),
        ("array = array / 255", "divides `array` again"),
        ("array = np.vstack([array, array.sum()])", "appends the same to `array` again"),
        ("array = np.append(array, 1)", "appends the same to `array` again"),
        ("data = data['items']", ""),
        ("items.append(1)", "appends the same to `items` again"),
        ("items.pop()", "takes one more out of `items`"),
        ("items += [1]", "adds to `items` again"),
        ("text = text + 'b'", "adds to `text` again"),
        ("if other: total += 1", "adds to `total` again"),
        ("df = pd.concat([df, other[other.k.isin(df.k)]])", "appends the same to `df` again"),
        ("other['z'] = 1\ndf = df.merge(other, on='k')\nt = df['z'].sum()", "stops with KeyError"),
        (
            "n = df.groupby('k').size().reset_index(name='n')\ndf = df.merge(n, on='k')\nt = df[['k', 'n']]",
            "stops with KeyError",
        ),
        ("other['z'] = 1\nkeys = ['k'] + ['z']\ndf = df.merge(other, on='k')\nt = df[keys]", "stops with KeyError"),
        ("other['z'] = 1\ndf = df.merge(other, on='k')\nt = df['y'].sum()", "merges the same columns into `df` again"),
        ("other['k'] = 1\ndf = df.merge(other, on='k')\nt = df['k'].sum()", "merges the same columns into `df` again"),
        ("df = df.merge(other[['k', 'z']], on='k')\nt = df.groupby('k').agg(z=('z', 'sum'))", "stops with KeyError"),
        ("df = df.merge(other[['k', 'z']], on='k')\nt = df['k'].sum()", "merges the same columns into `df` again"),
        ("df = df.merge(other, on='k')\ndf = df.drop('z', axis=1)\ndf['z'] = df['k']", "stops with KeyError"),
        ("df = df.merge(other, on='k', indicator=True)", "stops with ValueError"),
        ("df = df.merge(other, on='k')\ndf = df.drop(columns=['k'])", "stops with KeyError"),
        (
            "df = df.merge(other, on='k')\ndf = df.drop(columns=['k']).rename(columns={'z': 'k'})",
            "",
        ),
        (
            "df = df.merge(other, on='k', indicator=True)\ndf = df.drop(columns='_merge')",
            "merges the same columns into `df` again",
        ),
        ("df = pd.concat([df, other])\ndf = df.drop_duplicates(keep=False)", "appends the same to `df` again"),
        # the second run changes nothing
        ("df = df.sort_values('a').reset_index().drop('index', axis=1)", ""),
        ("df = df.reset_index()\ndf = df.drop(columns=['index'])", ""),
        ("df.reset_index(inplace=True)\ndf = df['a']", ""),
        ("df = df.merge(other, on='k')\ndf['rate'] = df['a'] / df['people']\ndf = df.drop(columns=['people'])", ""),
        ("df = df.filter(['a', 'b']).loc[df['a'] > 3]", ""),
        ("df = pd.concat([df.loc[~df['a'].isna()], df.loc[df['a'].isna()].sample(9)])", ""),
        ("df = pd.concat([df, other])\ndf.drop_duplicates(subset='k', keep='last', inplace=True)", ""),
        ("df = pd.concat([df, other]).drop_duplicates()", ""),
        ("df = pd.DataFrame(df, columns=['a', 'b'])\ndf = df.set_index('a')", ""),
        (
            "def more(t, k):\n    new = t[t.k == k].sample(9)\n    t = t[t.k != k]\n    return pd.concat([new, t])\n"
            "df = more(df, 3)",
            "",
        ),
        ("def more(t):\n    return pd.concat([t, other])\ndf = more(df)", "appends the same to `df` again"),
        ("df = pd.concat([df, other[~other.k.isin(df.k)]])", ""),
        ("new = set(other.k).difference(df.k)\ndf = pd.concat([df, other[other.k.isin(new)]])", ""),
        ("df = df.tail(3).iloc[-3:]", ""),
        ("df = df.dropna()", ""),
        ("df = df[df['a'] > 0]", ""),
        ("df = df[['a', 'b']]", ""),
        ("df = df.drop(columns='a', errors='ignore')", ""),
        ("df = df.drop(df[df['a'] < 0].index)", ""),
        ("df = df.drop(columns=[c for c in df if c != 'a'])", ""),
        ("df['a'] = df['b'] / 100", ""),
        ("df['a'] = df['a'].fillna(0).astype(int)", ""),
        ("df['a'] = (df['a'] - df['a'].min()) / (df['a'].max() - df['a'].min())", ""),
        ("df['a'] = df['a'].map({0: 0, 1: 0})", ""),
        ("df['a'] = df['a'].replace({'x': 1})", ""),
        ("df['a'] = pd.to_datetime(df['a'])", ""),
        ("df = df.rename(columns={'a': 'b'}).sort_values('b')", ""),
        ("df = df.reset_index(drop=True)", ""),
        ("df = df.reset_index().set_index('a')", ""),
        ("df = pd.merge(df, other)", ""),
        ("df.loc[df['a'] > 10, 'a'] /= 10", ""),
        ("df = df.head(100)", ""),
        ("array = array[:100]", ""),
        ("array = array.reshape(-1, 1)", ""),
        ("found['a'] = 1", ""),
        ("items.sort()", ""),
        ("total |= 4", ""),
        # the front is cut out again, and the same put behind it
        ("array = np.hstack((array[:, :2], other))", ""),
        ("array = np.vstack([array[:2], other])", ""),
        ("array = np.concatenate((array[:total], other))", ""),
        ("array = np.append(array[:2], 5)", ""),
        ("array = np.c_[array[:, :2], other]", ""),
        ("array = np.r_[array[:2], other]", ""),
        ("front = array[:, :2]\narray = np.hstack((front, other))", ""),
        ("array = np.vstack([array, other])", "appends the same to `array` again"),
        ("items = items[:3] + [1]", ""),
        ("items = items + [1]", "adds to `items` again"),
        ("df = pd.concat([df.iloc[:, :3], other], axis=1)", ""),
        ("df = pd.concat([df.iloc[:3], other])", ""),
        ("df['a'] = df['a'].apply(lambda x: x[:3] + 'xx')", ""),
        ("df['a'] = df['a'].str[:3] + 'xx'", ""),
        ("df['a'] = 'xx' + df['a'].str[:3]", "adds to `df['a']` again"),
        ("df = pd.concat([df[~(df['a'] == 1)], other]).reset_index(drop=True)", ""),
        # centred and scaled by its own measures, others with it
        ("m = df.mean()\ns = df.std()\ndf = (df - m) / s\narray = (array - m) / s", ""),
        ("m = df.mean(axis=0)\ndf -= m\ns = df.std(axis=0)\ndf /= s\narray -= m\narray /= s", ""),
        ("low, high = df.min(), df.max()\ndf = (df - low) / (high - low)\narray = (array - low) / (high - low)", ""),
        ("m = other.mean()\narray = array - m", "subtracts from `array` again"),
        ("df -= df.mean()\narray -= other.mean()", "subtracts from `array` again"),
        # its own result lacks what it asks for
        ("df = df['a'] - df['b']", "stops with KeyError"),
        ("def f(t):\n    return (t.a - t.b) / (t.a + t.b).rename('n')\ndata = f(data)", "stops with AttributeError"),
        ("df = pd.concat([df[['x']], pd.get_dummies(df.port)], axis=1)", "stops with AttributeError"),
        ("df = pd.concat([df[['x', 'port']], pd.get_dummies(df.port)], axis=1)", "appends the same to `df` again"),
        # it trains on
        ("array -= array.grad * 0.1", ""),
        # the cell starts afresh
        ("total = 0\ntotal += 1", ""),
        ("items = []\nfor x in other: items.append(x)", ""),
        ("df = pd.read_csv('a.csv')\ndf = df.drop(columns='a')", ""),
        ("df['a'] = df['b']\ndf['a'] /= 100", ""),
        ("df['t'] = df['a'] + 1\nprint(df.t)\ndf = df.drop(columns=['t'])", ""),
        ("for total in range(3): total += 1", ""),
        # somebody looks first
        ("if 'a' in df: df = df.drop(columns='a')", ""),
        ("try:\n    df = df.drop(columns='a')\nexcept KeyError:\n    pass", ""),
        ("count += 1", ""),
        ("copy = df.drop(columns='a')", ""),
        ("def f():\n    items.append(1)", ""),
    ],
)
def test_second_run(source: str, then: str) -> None:
    assert said(source) == ([then] if then else [])


@pytest.mark.parametrize(
    "source, sure",
    [
        ("df['a'] = df['a'].map({'x': 1, 'y': 0})", True),
        ("df['a'] /= 100", True),
        ("df['a'] = np.log(df['a'])", True),
        ("array = array.T", True),
        ("df = df.iloc[:, 1:]", True),
        ("df = pd.concat([df, other])", True),
        ("df = df * other", False),
        ("df = df.iloc[len(other) :]", False),
        ("items.append(3)", False),
        ("items.pop(0)", False),
    ],
)
def test_forms_that_are_sure(source: str, sure: bool) -> None:
    (hit,) = check.check(page_of(source))
    assert (hit.severity, hit.confidence) == (None, None if sure else "possible")


@pytest.mark.parametrize(
    "use, severity",
    [
        ("items[-1]\nitems", None),
        ("'c' in items\nitems.sort()", "minor"),
        ("if 'c' in items: items.remove('c')", "minor"),
    ],
)
def test_a_list_of_names_that_is_only_shown_weighs_less(use: str, severity: str | None) -> None:
    (hit,) = check.check(Page(percent.read(f"{FIRST}items.append('b')\n# %%\n{use}", "t.ipynb")))
    assert hit.severity == severity


def places(source: str) -> list[int]:
    page = page_of(source)
    return [hit.at.line for hit in check.check(page)]


@pytest.mark.parametrize(
    "source, lines",
    [
        ("df['a'] /= 2\nitems.append(1)\ntotal += 1", [1]),
        ("y = df['a']\ndf = df.drop(columns='a')\ntotal += 1", [1]),
        ("total += 1\ndf = df.drop(columns='a')\ndf['b'] /= 2", [1]),
        ("def f(t): t.drop(columns='a', inplace=True)\nf(df)\ndf['b'] /= 2", [2]),
        ("df = df.drop(columns='a')\ndf['b'] /= 2", []),
        ("def f(t):\n    t = t.drop(columns='a')\n    return t\ng = f(df)", []),
        ("def f(t):\n    t = t.copy()\n    t['a'] /= 2\nf(df)", []),
        ("def f(t):\n    t['b'] /= 2\nf(t=df)", [3]),
        ("c = text\ndf = df.drop(columns='a')\ndf = df.dropna()", [2]),
        ("a = df.pop('a')\ndf.insert(0, 'a', a)", []),
    ],
)
def test_only_the_first_effect(source: str, lines: list[int]) -> None:
    assert places(source) == lines


@pytest.mark.parametrize(
    "source, flagged",
    [
        ("df = df.drop(columns='a')", False),
        ("y = df['a']\ndf = df.drop(columns='a')", False),
        ("df['a'] = (df['a'] / 60).round(2)", True),
    ],
)
def test_a_loud_second_run_of_a_linear_page(source: str, flagged: bool) -> None:
    assert bool(list(check.check(page_of(source, (1, 2))))) == flagged


@pytest.mark.parametrize(
    "error, met",
    [("\"['a'] not found in axis\"", True), ("'a'", True), ("\"['b'] not found in axis\"", False), ("'zone'", False)],
)
def test_a_saved_error_names_what_is_gone(error: str, met: bool) -> None:
    source = FIRST + f"df = df.drop(columns='a')\n#! KeyError: {error}\n# %%\nprint(df)"
    assert bool(list(check.check(Page(percent.read(source, "t.py", history=True))))) == met


@pytest.mark.parametrize(
    "source, severity",
    [
        ("df = pd.concat([df, other])", None),
        ("df = pd.concat([df, pd.get_dummies(df['a'])], axis=1)", "minor"),
        ("df = df.merge(other, on='k')", "minor"),
        ("df = df.merge(other[['k', 'text']], on='k')", "minor"),
        ("df = df.merge(other[['k', 'z']], on='k')", "minor"),
        ("df = df.reset_index()", "minor"),
        ("df = df.reset_index()\nX = df.drop(columns='z')", None),
        ("df['a'] = 'shop ' + df['a']", "minor"),
        ("df['a'] = '1:' + df['a']", None),
    ],
)
def test_what_the_cells_below_stop_at_weighs_less(source: str, severity: str | None) -> None:
    text = FIRST + source + "\n# %%\nprint(df['z'].sum())"
    (hit,) = check.check(Page(percent.read(text, "t.ipynb")))
    assert hit.severity == severity


@pytest.mark.parametrize(
    "source, use, severity",
    [
        ("items.append(3)", "pd.DataFrame(items, ['a', 'b'])", "minor"),
        ("items.append(3)", "pd.DataFrame({'name': other, 'score': items})", "minor"),
        ("items.append(3)\ndata.append(4)", "pd.DataFrame({'name': data, 'score': items})", None),
        ("items.append(3)", "df['score'] = items", "minor"),
        ("items.append(3)", "axes.set_yticklabels(items)", "minor"),
        ("items.append(3)", "plt.bar(names, items)", "minor"),
        ("items.append(3)", "plt.plot(items)", None),
        ("items.append(3)", "print(sum(items))", None),
    ],
)
def test_a_list_that_no_longer_fits_weighs_less(source: str, use: str, severity: str | None) -> None:
    (hit,) = check.check(Page(percent.read(f"{FIRST}{source}\n# %%\n{use}", "t.ipynb")))
    assert hit.severity == severity


def test_of_two_names_the_one_that_changes_is_told() -> None:
    (then,) = said("def more(rows):\n    return 1, pd.concat([rows, other])\nbest, df = more(df)")
    assert then == "appends the same to `df` again"


def test_a_cell_that_only_drops_columns_of_several_tables() -> None:
    source = "df = df.drop(columns='a')\nother = other.drop(columns='a')"
    assert not list(check.check(page_of(source)))


BEGIN = "# %%\nimport pandas as pd\nsales = pd.read_csv('sales.csv')\nsales = sales.drop(['note'], axis=1)\nbest = {'a': 0}\n"


def found(*cells: str) -> list[str]:
    text = BEGIN + "".join(f"# %%\n{cell}\n" for cell in cells) + "# %%\nprint(sales['price'].sum())\n"
    return [hit.message for hit in check.check(Page(percent.read(text, "t.ipynb", history=True)))]


@pytest.mark.parametrize(
    "cell",
    [
        "sales = sales.loc[:, 'shop':'price']",
        "sales = sales['2020':]",
        "sales = sales.merge(other[['shop', 'city']], how='inner', on=['city', 'shop'])",
        "best['a'] += 1\n# %%\nbest",
    ],
)
def test_what_a_second_run_does_not_do_again(cell: str) -> None:
    assert not found(cell)


def test_their_counterparts() -> None:
    assert len(found("sales = sales.iloc[1:]")) == 1
    assert len(found("sales = sales.merge(other[['shop', 'city']], how='inner', on='shop')")) == 1
    assert len(found("best['a'] += 1\n# %%\nprint(best['a'] / 3)")) == 1


def test_an_error_of_the_first_run_is_no_evidence() -> None:
    drop = "sales = sales.drop(['{}'], axis=1)\n#! KeyError: \"['{}'] not found in axis\""
    assert len(found(drop.format("city", "city"))) == 1
    assert not found(drop.format("note", "note"))
    assert not found("sales = sales.sort_values('price')", drop.format("note", "note"))
    assert not found("for n in range(3):\n    " + drop.format("city", "city"))


FILE = "sales = pd.read_csv({0})\n{1}\nsales.to_csv({0})"


@pytest.mark.parametrize(
    "change, is_told",
    [
        ("sales = sales.dropna()", True),
        ("sales['price'] /= 100", True),
        ("sales['price'] = sales['price'] * 2", True),
        ("del sales['city']", True),
        ("sales.drop(columns='city', inplace=True)", True),
        ("sales = sales.merge(shops, on='shop')", True),
        ("sales = sales[sales.price > 3]\nsales = sales.sort_values('price')", True),
        ("sales['rate'] = sales['price'] / 100", False),
        ("names = sales.columns[1:]", False),
        ("sales = pd.concat([sales, more]).drop_duplicates()", False),
        ("if tidy:\n    sales = sales.dropna()", False),
        ("sales = sales.dropna()\nsales = load()", False),
        ("kept = sales.dropna()", False),
    ],
)
def test_a_file_that_its_reader_writes_over(change: str, is_told: bool) -> None:
    assert len(found(FILE.format("'shops.csv'", change))) == is_told
    assert len(found("path = 'shops.csv'\n" + FILE.format("path", change))) == is_told
    assert not found(FILE.format("'shops.csv'", change).replace("to_csv('", "to_csv('new_"))
    assert not found("path = 'a.csv'\n" + FILE.format("path", change), "path = 'b.csv'")


def test_a_file_that_the_page_makes_first() -> None:
    change = FILE.format("'shops.csv'", "sales = sales.dropna()")
    assert not found("fetch().to_csv('shops.csv')", change)
    assert not found("!wget example.org/shops.csv", change)
    assert not found("open('shops.csv', 'w').write(text)", change)
    assert len(found("print(pd.read_csv('shops.csv'))", change)) == 1
