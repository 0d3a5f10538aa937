"""No rule may stumble over odd code, odd outputs or odd histories; whatever it says stands in the notebook."""

import json
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbcritic import engine
from nbcritic.analysis.page import Page
from nbcritic.config import Config
from nbcritic.model import Cell, Notebook, Report

SNIPPETS = [
    "",
    "...",
    "x",
    "x = y = z = df",
    "import numpy as np, pandas as pd",
    "from sklearn.model_selection import train_test_split as tts, cross_val_score",
    "from .. import *",
    "df = pd.read_csv('/home/ann/data.csv', **kw)",
    "df = df[df['a'] > 0][['a', *cols]]",
    "df['a'][df.b == 1] = np.nan; df.loc[:, 'c'] += 1",
    "for i, row in df.iterrows():\n    df.at[i, 'x'] = row.a * row['b']\nelse:\n    pass",
    "for x[0], *y.z in []:\n    x.append(1)",
    "for i in range(len(df)): total += df['a'][i]",
    "while True:\n    try:\n        input()\n    except: pass\n    finally: break",
    "with open('f') as (a, b), c as d[0]: pass",
    "def f(a, /, b=1, *c, d, **e):\n    global x\n    nonlocal_ = lambda *a, **k: (yield)\n    return f(*a, **k)",
    "class A(B, metaclass=M):\n    x = 1\n    def __init__(self): self.x = x\n    def x(self): return self.x.append(x)",
    "async def g():\n    async for i in h(): await i\n    async with a as b: return [i async for i in c]",
    "@f.g(1)[2]\ndef h(): ...",
    "[x := 1, (y := x)]",
    "match df:\n    case {'a': [1, *rest], **kw} if rest: df = kw\n    case A(x=1) | None: pass\n    case _ as other: other()",
    "del df, x[0], y.z",
    "try:\n    import a.b as c\nexcept (ImportError, NameError) as error:\n    c = None\nelse:\n    c.d",
    "lambda: (lambda x: x)(1)",
    "f'{x!r:>{width}} {df[\"a\"].sum():,.2f}' 'b' \"c\"",
    "print 'two'",
    "<<<<<<< HEAD",
    "%matplotlib inline\n!pip install -q a==1 b\n%cd /tmp/x",
    "%%bash\nrm -rf x",
    "%%time\nx = f(1)",
    "out = !ls {x}",
    "?df",
    "password = 'hunter2hunter2'; api_key = os.environ['K']; token = f'{x}'",
    "X = StandardScaler().fit_transform(X); X_train, X_test = tts(X, test_size=.2)",
    "scaler.fit(X[:]); m.fit(X_train, y_train).score(*[X_test, y_test])",
    "df.drop(columns=['a']); df.dropna(inplace=True); df = df.fillna(0, inplace=True)",
    "df = df.append(df); df = pd.concat([df, df]); x = np.append(x, 1)",
    "list = dict = 1; plt = 2; print = None",
    "Out[3]; _; In[1]; _i5; _7",
    "np.random.seed(0); np.random.rand(3); random.choice(x); df.sample(3)",
    "warnings.filterwarnings('ignore'); pd.options.mode.chained_assignment = None",
    "if 'x' not in globals(): x = 1",
    "globals()['y'] = 1; exec('z = 2'); os.environ['A'] = 'b'; sys.path.append('..')",
    "assert (x, 'always')",
    "x = 1 if y else 2 if z else 3; x = x or y and not z",
    "a, (b, *c), [d] = e; a.b[c:d, ..., None] = e",
    "x: int; y: 'List[z]' = []; (w): int = 1",
    "return 1",
    "\x0c\tx = 1",
    "x = 'ä😀'  # \u2028 nbcritic: ignore[star-import, ]",
    "# nbcritic: ignore",
    "raise SystemExit",
]
WORDS = ["", "# Title", "plain words", "<h1>x</h1>", "# %% \n```\n/home/x\n```", "$$x$$", "nbcritic"]
OUTPUTS: list[Any] = [
    [],
    None,
    {},
    [None],
    [{"output_type": "stream", "text": ["a", None, 1]}],
    [{"output_type": "error", "ename": None, "evalue": 3, "traceback": "x"}],
    [{"output_type": "error", "ename": "NameError", "evalue": "name 'x' is not defined", "traceback": []}],
    [{"output_type": "execute_result", "execution_count": -1, "data": {"text/html": 7, "text/plain": "1"}}],
]
COUNTS = st.one_of(st.none(), st.integers(-1, 60), st.just(10**12))


@st.composite
def notebooks(draw: st.DrawFn) -> Notebook:
    cells = []
    for number in range(1, draw(st.integers(0, 10)) + 1):
        if draw(st.integers(0, 5)) == 0:
            cells.append(Cell(number, "markdown", draw(st.sampled_from(WORDS))))
            continue
        lines = draw(st.lists(st.sampled_from(SNIPPETS), max_size=4))
        count, outputs = draw(COUNTS), json.dumps(draw(st.sampled_from(OUTPUTS))).encode()
        cells.append(Cell(number, "code", "\n".join(lines), None, count, outputs=outputs))
    return Notebook("odd.ipynb", tuple(cells), MappingProxyType({"nbcritic": draw(st.sampled_from(OUTPUTS))}))


def judged(notebook: Notebook) -> Report:
    report = engine.critique(Page(notebook), Config(profile="production"))
    assert report.problem is None
    for finding in report.findings:
        for at in (finding.at, *(place.at for place in finding.related)):
            assert 0 <= at.cell <= len(notebook.cells)
            if at.cell and at.line:
                lines = notebook.cells[at.cell - 1].source.split("\n")
                assert at.line <= at.end_line <= len(lines)
                assert 1 <= at.column <= len(lines[at.line - 1]) + 1
                assert 1 <= at.end_column <= len(lines[at.end_line - 1]) + 1
    return report


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_each_odd_snippet_alone(snippet: str) -> None:
    judged(Notebook("odd.ipynb", (Cell(1, "code", snippet, execution_count=1), Cell(2, "code", snippet))))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(notebooks())
def test_odd_notebooks(notebook: Notebook) -> None:
    judged(notebook)


@pytest.mark.slow
@settings(max_examples=3_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(notebooks())
def test_many_odd_notebooks(notebook: Notebook) -> None:
    judged(notebook)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=4))
def test_arbitrary_text(sources: list[str]) -> None:
    judged(Notebook("odd.ipynb", tuple(Cell(n, "code", source) for n, source in enumerate(sources, 1))))
