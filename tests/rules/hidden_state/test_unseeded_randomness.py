"""What draws, and what fixes a seed: one notebook a line, its cells between bars."""

import json

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Notebook
from nbcritic.notebook import percent
from nbcritic.rules.hidden_state.unseeded_randomness import check

IMPORTS = """# %%
import numpy as np, random, torch, pandas as pd, tensorflow as tf
from sklearn.model_selection import train_test_split, KFold, StratifiedKFold, RandomizedSearchCV, cross_val_score
from sklearn.ensemble import RandomForestClassifier, GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.utils import shuffle, resample
from torch.utils.data import DataLoader, random_split
df = pd.read_csv("a.csv")
"""
USE = """# %%
score = model.fit(x, a, b, s, d).score(x)
pd.DataFrame(df.values).to_csv("b.csv")
"""


def cells(text: str) -> set[int]:
    """The cells that are flagged, the first after the imports being 1."""
    body = "".join("# %%\n" + source.strip(" ").replace("~", "\n") + "\n" for source in text.split("|"))
    return {hit.at.cell - 1 for hit in check.check(Page(percent.read(IMPORTS + body + USE, "t.ipynb")))}


@pytest.mark.parametrize(
    "text, flagged",
    [
        ("x = np.random.rand(3)", {1}),
        ("x = np.random.rand(3) | np.random.seed(0)", {1}),
        ("np.random.seed(0) | x = np.random.rand(3)", set()),
        ("RandomForestClassifier().get_params()", set()),
        ("m = RandomForestClassifier(4) | m = RandomForestClassifier(9) | m.fit(x)~m.predict(x)", {2}),
        ("m = RandomForestClassifier(4)~m = LogisticRegression() | m.fit(x)", set()),
        ("m = RandomForestClassifier(4) | m.fit(x).predict(x)~m = RandomForestClassifier(9, random_state=0)", {1}),
        ("few = pd.DataFrame({'a': np.random.rand(5), 'b': np.random.rand(5)}) | type(few)", set()),
        ("few = pd.DataFrame(np.random.rand(5, 2)) | other(few).head()", set()),
        ("few = pd.DataFrame({'a': np.random.rand(500)}) | score(few)", {1}),
        ("few = pd.DataFrame({'a': np.random.rand(5)}) | model.fit(few)", {1}),
        ("def draw(n):~    m = RandomForestClassifier(n)~    visualize_tree(m, x) | draw(4)", set()),
        ("def draw(n):~    m = RandomForestClassifier(n)~    plot(m.fit(x)) | draw(4)", {1}),
        ("np.random.seed() | x = np.random.rand(3)", {2}),
        ("np.random.seed(None) | x = np.random.rand(3)", {2}),
        ("random.seed(0) | x = np.random.rand(3)", {2}),
        ("x = np.random.default_rng(0).normal()", set()),
        ("rng = np.random.default_rng()", {1}),
        ("rng = np.random.RandomState(None)", {1}),
        ("rng = random.Random()", {1}),
        ("x = random.sample(range(9), 3)", {1}),
        ("order = [1, 2]~np.random.shuffle(order)~x = df.iloc[order]", {1}),
        ("np.random.rand(3)", set()),
        ("print(np.random.rand(3))", set()),
        ("a, b = train_test_split(df)", {1}),
        ("a, b = train_test_split(df, random_state=None)", {1}),
        ("a, b = train_test_split(df, random_state=SEED)", set()),
        ("a, b = train_test_split(df, shuffle=False)", set()),
        ("a, b = train_test_split(df, **options)", set()),
        ("np.random.seed(1) | a, b = train_test_split(df)", set()),
        ("cv = KFold(5)", set()),
        ("cv = KFold(5, shuffle=True)", {1}),
        ("cv = StratifiedKFold(5, shuffle=True, random_state=0)", set()),
        ("m = RandomForestClassifier(100)", {1}),
        ("m = GradientBoostingClassifier()", set()),
        ("m = LogisticRegression(); k = KNeighborsClassifier()", set()),
        ("cross_val_score(RandomForestClassifier(), df, df)", {1}),
        ("d = resample(df)", {1}),
        ("s = df.sample(100) | s.mean()", {1}),
        ("s = df.sample(frac=0.5, random_state=1)", set()),
        ("s = df.sample(frac=1)", set()),
        ("df.sample(5)", set()),
        ("df.sample(5).T", set()),
        ("df.sample(50).to_csv('b.csv')", {1}),
        ("few = df.sample(9)~print(few)", set()),
        ("x = torch.randn(3)", {1}),
        ("torch.manual_seed(0) | x = torch.randn(3)", set()),
        ("np.random.seed(0) | x = torch.randn(3)", {2}),
        ("loader = DataLoader(df, shuffle=True)", {1}),
        ("loader = DataLoader(df)", set()),
        ("a, b = random_split(df, [1, 2])", {1}),
        ("a, b = random_split(df, [1, 2], generator=torch.Generator().manual_seed(0))", set()),
        ("x = tf.random.normal([3])", {1}),
        ("tf.random.set_seed(1) | x = tf.random.normal([3])", set()),
        ("m = tf.keras.Sequential([]) | m.fit(df)", {1}),
        ("tf.keras.utils.set_random_seed(1) | m = tf.keras.Sequential([]) | m.fit(df)", set()),
        # helpers
        ("seed_everything(1) | x = torch.randn(3), np.random.rand(3)", set()),
        ("set_seed(1) | x = torch.randn(3)", set()),
        ("def set_seed(n):~  np.random.seed(n)~  torch.manual_seed(n) | set_seed(1) | x = torch.randn(3)", set()),
        ("def fix():~  np.random.seed(1) | x = np.random.rand(3)", {2}),
        ("def fix():~  np.random.seed(1) | fix() | x = np.random.rand(3)", set()),
        # functions
        ("def f(): return np.random.rand(3)", set()),
        ("def f(): return np.random.rand(3) | x = f()", {1}),
        ("def f(): return np.random.rand(3) | np.random.seed(1) | x = f()", set()),
        ("def f(seed):~  np.random.seed(seed)~  return np.random.rand(3) | x = f(1)", set()),
        ("def plot_some(): return random.choice([1, 2]) | plot_some()", set()),
        ("dummy = torch.randn(1, 3)", set()),
        ("delay = random.uniform(1, 2)", set()),
        # repeats, lessons, branches that nothing chooses
        ("stability(df, model=RandomForestClassifier(), n_boots=20)", set()),
        ("m = RandomForestClassifier() | stability(df, model=m, n_boots=20)", {1}),
        ("m = RandomForestClassifier()~t = stability(df, m, n_repeats=20)", set()),
        ("t = stability(df, model=RandomForestClassifier())", {1}),
        ("t = RandomizedSearchCV(RandomForestClassifier(), {}, n_iter=20, random_state=0)", {1}),
        ("n = np.arange(10) | np.random.shuffle(n) | n", set()),
        ("n = np.arange(10) | np.random.shuffle(n) | n | m.fit(df.iloc[n])", {2}),
        ("n = np.arange(10) | np.random.shuffle(n) | n | b = df.iloc[n]", {2}),
        ("a = np.arange(len(df)) | np.random.shuffle(a) | b = df.iloc[a]", {2}),
        ("a = np.random.randint(4, size=10)~a | b = df.iloc[a]", {1}),
        (
            "def f(x, how):~  if how == 'forest':~    return RandomForestClassifier().fit(x)~  return x | f(df, 'x')",
            set(),
        ),
        (
            "def f(x, how):~  if how == 'forest':~    return RandomForestClassifier().fit(x)~  return x | f(df, 'forest')",
            {1},
        ),
        # only looked at, through what is made of it
        ("few = df.sample(100) | t = few[few.a > 1] | t.plot() | print(t.a.nunique(), t.describe())", set()),
        ("s = df.sample(100) | t = s[s.a > 1] | m.fit(t)", {1}),
        ("few = df.sample(100) | t = [] | for i in few.a:~  t.append(i) | plt.plot(t)", set()),
        ("s = df.sample(100) | t = [] | for i in s.a:~  t.append(i) | print(np.mean(t))", {1}),
        ("s = df.sample(100) | s = df | m.fit(s)", {1}),
        ("s = df.sample(100) | plt.plot(s) | s = df | m.fit(s)", set()),
        ("def f(x): return x.to_csv('a') | s = df.sample(100) | f(s)", {2}),
        ("df['r'] = np.random.choice([1, 2], 9) | df.head()", {1}),
        ("i = np.random.choice(9, 3) | plt.scatter(df.a[i], df.b[i])", set()),
        ("grid = np.random.rand(9, 9) | grid = np.corrcoef(grid) | plt.imshow(grid)", set()),
        ("def f():~  i = np.random.choice(9, 3)~  plt.scatter(df.a[i], df.b[i]) | f()", set()),
        ("def f():~  i = np.random.choice(9, 3)~  plt.scatter(df.a[i], df.b[i])~  return i | x = f()", {1}),
        ("def f():~  i = np.random.choice(9, 3)~  plt.plot(m.fit(df.a[i])) | f()", {1}),
        ("n = np.random.randint(1)~df['n'] = n", set()),
        ("n = np.random.randint(2)~df['n'] = n", {1}),
        ("n = random.randint(3, 3)~df['n'] = n", set()),
        ("n = random.randint(3, 4)~df['n'] = n", {1}),
        ("while not done:~  if random.random() < .1:~    done = True", set()),
        ("for row in rows:~  if random.random() < .1:~    kept.append(row)", {1}),
        ("r = np.random.randint(9)~for i in range(r, r + 3):~  print(df.a[i]) | def f(i):~  return m.fit(i)", set()),
        ("r = np.random.randint(9)~for i in range(r, r + 3):~  m.fit(df.a[i])", {1}),
        ("rng = np.random.RandomState(1)~i = shuffle(df, rng)", set()),
        ("rng = np.random.RandomState()~i = sklearn.utils.shuffle(df, rng)", {1}),
        ("a = np.random.choice(9) | seen = world.step(a) | print(seen)", {1}),
    ],
)
def test_draws(text: str, flagged: set[int]) -> None:
    assert cells(text) == flagged


@pytest.mark.parametrize(
    "model, confidence", [("RandomForestClassifier", None), ("KMeans", "possible"), ("GaussianMixture", "possible")]
)
def test_groups_are_but_a_question(model: str, confidence: str | None) -> None:
    text = f"# %%\nfrom sklearn import cluster, ensemble, metrics, mixture\nfrom sklearn.any import {model}\n"
    source = f"{text}# %%\nguess = {model}().fit(X, y).predict(X)\nprint(metrics.accuracy_score(y, guess))"
    (hit,) = check.check(Page(percent.read(source, "t.ipynb")))
    assert hit.confidence == confidence


@pytest.mark.parametrize(
    "stop, flagged",
    [(2, False), (3, False), (4, False), (5, True)],
)
def test_a_cell_that_stops_before_the_draw_is_used(stop: int, flagged: bool) -> None:
    """Line 1 is empty: IPython counts without it."""
    source = "\nimport numpy as np\nrows = np.random.rand(3)\ntotal = rows.sum()\nshare = total / other"
    quoted = f"Cell In[1], line {stop - 1}\n---> {stop - 1} {source.splitlines()[stop - 1]}\n"
    error = {"output_type": "error", "ename": "ValueError", "evalue": "bad", "traceback": [quoted]}
    cells = (
        Cell(1, "code", source, execution_count=1, outputs=json.dumps([error]).encode()),
        Cell(2, "code", "open('a.txt')\nprint(share)"),
    )
    assert bool(list(check.check(Page(Notebook("t.ipynb", cells))))) == flagged


def test_the_name_that_is_missing_tells_where_a_cell_stopped() -> None:
    source = "rows = np.random.rand(3)\nmodel.fit(rows)"
    error = {"output_type": "error", "ename": "NameError", "evalue": "name 'model' is not defined", "traceback": []}
    top = Cell(1, "code", "import numpy as np\nopen('a.txt')", execution_count=1)
    cell = Cell(2, "code", source, execution_count=2, outputs=json.dumps([error]).encode())
    assert not list(check.check(Page(Notebook("t.ipynb", (top, cell)))))


@pytest.mark.parametrize("use, flagged", [("distorted(image)", False), ("model.fit(distorted(image))", True)])
def test_pictures_distorted_on_a_page_that_trains_nothing(use: str, flagged: bool) -> None:
    source = "# %%\nimport random\nimage = open('a.png')\ndef distorted(image):\n    return image.rotate(random.randint(1, 9))\n"
    page = Page(percent.read(source + f"# %%\nnew = {use}\n# %%\nnew.save('b.png')", "t.ipynb"))
    assert bool(list(check.check(page))) == flagged
