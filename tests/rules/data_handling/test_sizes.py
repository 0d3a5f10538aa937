"""What the size of data and of loops changes in the rules on data handling."""

import ast

import pytest

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent
from nbcritic.rules.data_handling._sizes import Sizes

IMPORTS = "# %%\nimport itertools\nimport numpy as np\nimport pandas as pd\n"


def page_of(code: str) -> Page:
    return Page(percent.read(IMPORTS + code, "page.ipynb", history=True))


def hits(name: str, code: str) -> list[Hit]:
    found = rules.find(name)
    assert found is not None
    return list(found.check(page_of(code)))


@pytest.mark.parametrize(
    "code, most",
    [
        ("x = [1, 2, 3]", 3),
        ("x = []", None),
        ("x = []\nfor i in range(4):\n    x.append(i)", 4),
        ("x = []\nfor i in stream:\n    x.append(i)", None),
        ("x = []\nx.extend(stream)", None),
        ("x = [1, 2]\nx = sorted(x)", 2),
        ("x = [1, *more]", None),
        ("x = 'a b c'.split()", 3),
        ("x = itertools.product([1, 2], 'a b'.split())", 4),
        ("x = range(2, 9)", 7),
        ("x = np.linspace(0, 1, 5)", 5),
        ("x = stream[:6]", 6),
        ("x = stream[-6:]", 6),
        ("x = stream[2:]", None),
        ("x = [f(i) for i in range(3)]", 3),
        ("x = pd.read_csv('a.csv').head(30)", 30),
        ("x = pd.read_csv('a.csv').head()", 5),
        ("x = pd.read_csv('a.csv').sample(frac=0.5)", None),
        ("x = pd.DataFrame({'a': [1, 2], 'b': column})", 2),
        ("def f(x):\n    return x\nf([1, 2])\nf([1, 2, 3])", 3),
        ("def f(x):\n    return x\nf([1, 2])\nf(stream)", None),
        ("x = x", None),
        ("x = y\ny = x", None),
    ],
)
def test_length_is_an_upper_bound(code: str, most: int | None) -> None:
    page = page_of(code + "\nprint(x)")
    name = [node for cell in page.code for node in cell.nodes(ast.Name) if node.id == "x"][-1]
    assert Sizes(page).length(name) == most


@pytest.mark.parametrize(
    "frame, shown, severities",
    [
        ("pd.read_csv('a.csv')", "", ["minor"]),
        ("pd.read_csv('a.csv')", "#> (43, 5)", []),
        ("pd.read_csv('a.csv')", "#> (43000, 5)", [None]),
        ("fetch().to_pandas()", "", ["minor"]),
        ("fetch().to_pandas()", "#> (43000, 5)", [None]),
    ],
)
def test_row_loops_are_grave_on_large_frames(frame: str, shown: str, severities: list[str | None]) -> None:
    code = f"# %%\ndf = {frame}\ndf.shape\n{shown}\n# %%\nfor i, row in df.iterrows():\n    df.loc[i, 'c'] = row['a'] - row['b']\n"
    assert [hit.severity for hit in hits("row-loop", code)] == severities


def test_apply_by_row_is_a_minor_fault() -> None:
    code = "df = pd.read_csv('a.csv')\ndf['c'] = df.apply(lambda row: row['a'] * row['b'], axis=1)\n"
    assert [hit.severity for hit in hits("row-loop", code)] == ["minor"]


@pytest.mark.parametrize(
    "grows, advice",
    [
        ("all_ = np.append(all_, number())", "`all_ = np.concatenate([all_, *map(np.ravel, parts)])` once"),
        ("all_ = np.append(all_, [row], 0)", "`all_ = np.concatenate([all_, *parts], axis=0)` once"),
        (
            "all_ = np.vstack([all_, row])",
            "write `parts.append(row)` in the loop and `all_ = np.vstack([all_, *parts])` once",
        ),
        ("all_ = pd.concat([all_, row])", "`all_ = pd.concat([all_, …])`"),
        ("all_ = all_.append(row)", "pandas 2 has no `append`"),
        ("all_ = all_.append(row)", "`all_ = pd.concat([all_, *parts])` once"),
        (
            "all_ = all_.append({'a': 1}, ignore_index=True)",
            "`rows.append({'a': 1})` in the loop and `all_ = pd.concat([all_, pd.DataFrame(rows)], ignore_index=True)` once",
        ),
    ],
)
def test_the_advice_fits_the_call(grows: str, advice: str) -> None:
    (hit,) = hits("growing-frame", f"for row in stream:\n    {grows}\nprint(all_)\n")
    assert advice in hit.message


@pytest.mark.parametrize(
    "code, found",
    [
        ("for row in stream:\n    all_ = pd.concat([all_, f(row)])", ["minor"]),
        ("for row in stream:\n    all_ = pd.concat([all_, f(row)], 1)", []),
        ("for path in sorted(glob.glob('*.csv')):\n    all_ = pd.concat([all_, f(path)])", [None]),
        ("for i, row in df.iterrows():\n    all_ = np.append(all_, row)", [None]),
        ("while f():\n    all_ = np.append(all_, f())", [None]),
        ("while f():\n    model.fit(x)\n    all_ = np.append(all_, f())", []),
        ("while f():\n    model.fit(x)\n    all_ = all_.append(f())", [None]),
        ("for column in df.columns:\n    all_ = all_.append(f(column))", [None]),
        ("for column in df.columns:\n    all_ = pd.concat([all_, f(column)])", []),
        ("for i in range(49):\n    all_ = pd.concat([all_, f(i)])", []),
        ("for i in tqdm(stream):\n    all_ = pd.concat([all_, f(i)])\n#> 100%|##| 30/30 [00:01<00:00]", []),
        ("for i in tqdm(stream):\n    all_ = pd.concat([all_, f(i)])\n#> 100%|##| 299/299 [00:01<00:00]", []),
        ("for i in tqdm(stream):\n    all_ = pd.concat([all_, f(i)])\n#> 100%|##| 3000/3000 [00:01<00:00]", ["minor"]),
        ("for i in stream:\n    print(i)\n    all_ = pd.concat([all_, f(i)])\n#> a\n#> b", []),
        ("for i in stream:\n    if i:\n        all_ = pd.concat([all_, f(i)])\n    else:\n        all_ = pd.concat([all_, i])", ["minor"]),
    ],
)  # fmt: skip
def test_what_a_growing_frame_is_worth(code: str, found: list[str | None]) -> None:
    page = f"import glob\nfrom tqdm import tqdm\ndf = pd.read_csv('a.csv')\n# %%\n{code}\n# %%\nwrite(all_)\n"
    assert [hit.severity for hit in hits("growing-frame", page)] == found


def test_columns_filled_in_place_are_one_finding_a_notebook() -> None:
    code = "df = pd.read_csv('a.csv')\n# %%\ndf['a'].fillna(0, inplace=True)\n# %%\ndf['b'].fillna(0, inplace=True)\n"
    (hit,) = hits("chained-assignment", code)
    assert hit.message.endswith("so does another line of the notebook")
    (hit,) = hits("chained-assignment", "df = pd.read_csv('a')\ndf['a'].fillna(df['a'].mode(), inplace=True)\n")
    assert ".mode()[0]" in hit.message


def test_one_finding_for_one_frame_in_one_cell() -> None:
    lines = "".join(f"df['{name}'].fillna(0, inplace=True)\n" for name in "abc")
    (hit,) = hits("chained-assignment", "df = pd.read_csv('a.csv')\n" + lines)
    assert len(hit.related) == 2
    assert hit.message.endswith("so do 2 more lines of the cell")


@pytest.mark.parametrize(
    "before, count",
    [
        ("df = df.dropna()", 0),
        ("df.dropna(inplace=True)", 0),
        ("df.dropna(subset=['b'], inplace=True)", 1),
        ("df.dropna(how='all', inplace=True)", 1),
        ("df.dropna()", 1),
        ("df.dropna(inplace=True)\ndf['a'] = pd.to_numeric(df['a'], errors='coerce')", 1),
        ("if strict:\n    df.dropna(inplace=True)", 1),
    ],
)
def test_nothing_to_fill_after_dropna(before: str, count: int) -> None:
    code = f"df = pd.read_csv('a.csv')\n{before}\n# %%\ndf['a'].fillna(0, inplace=True)\n"
    assert len(hits("chained-assignment", code)) == count


@pytest.mark.parametrize(
    "code, severity, words",
    [
        ("df.sort_values('a')\nprint(df)", None, "thrown away"),
        ("df.sort_values('a')\nprint(df.head())", None, "thrown away"),
        ("df.dropna()\ndf.info()\n#> Index: 3 entries\n#> a 3 non-null\n#> b 3 non-null", "minor", "nothing was to do"),
        ("df.dropna()\ndf.info()\n#> Index: 3 entries\n#> a 3 non-null\n#> b 2 non-null", None, "thrown away"),
        ("df.fillna(0)\ndf.isnull().sum()\n#> a 0\n#> b 0\n#> dtype: int64", "minor", "nothing was to do"),
        ("df.drop_duplicates()\nprint(df.duplicated().sum())\n#> 2", None, "thrown away"),
        ("df.sort_values('a')\nprint(df['a'].sum())", "minor", "thrown away"),
        ("df.set_index('a')\nprint(df['a'])", "minor", "still uses `a`"),
        ("df.drop(columns=['a'])\nwanted = ['a', 'b']\nprint(df[wanted])", "minor", "still uses `a`"),
        ("df.drop(columns=['a'])\nprint(df)", None, "thrown away"),
        ("df.reset_index()\ndf.to_csv('b.csv')", "minor", "thrown away"),
    ],
)
def test_a_discarded_result_matters_where_something_needs_it(code: str, severity: str | None, words: str) -> None:
    (hit,) = hits("discarded-result", f"df = pd.read_csv('a.csv')\n{code}\n")
    assert hit.severity == severity
    assert words in hit.message


@pytest.mark.parametrize(
    "frame, confidence",
    [("read", None), ("read[read['a'] > 1].copy()", "possible"), ("read.groupby('a').sum()", "possible")],
)
def test_a_function_applied_to_a_frame_that_may_be_small_is_only_possible(frame: str, confidence: str | None) -> None:
    code = (
        "def band(row):\n    if row['a'] > 9:\n        return 'dear'\n    return 'cheap'\nread = pd.read_csv('a.csv')\n"
    )
    use = "read" if frame == "read" else "part"
    code += (f"part = {frame}\n" if use == "part" else "") + f"band_of = {use}.apply(band, axis=1)\n"
    assert [hit.confidence for hit in hits("row-loop", code)] == [confidence]
