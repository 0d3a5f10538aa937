"""Whatever stands in a notebook, it ends as a report: ten thousand made-up notebooks, broken in the ways real ones are."""

from __future__ import annotations

import json
import warnings
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from nbcritic.analysis.project import NOWHERE
from nbcritic.config import Config
from nbcritic.model import Report
from nbcritic.scanner.batch import verdicts
from nbcritic.scanner.packed import pack, unpack
from nbcritic.scanner.task import Task

EVERYTHING = Config(profile="production")

NAMES = st.sampled_from(["df", "x", "model", "self", "ü", "__", "X_train", "y", "pd", "np", "print", "f"])
TEXTS = st.text(max_size=12) | st.sampled_from(
    ["", "\0", "\ud800", "a\rb", "\u2028", "\x1b[31m", "'", '"""', "\\", "\t", "{}", "%d"]
)
ATOMS = (
    NAMES
    | st.integers().map(str)
    | TEXTS.map(repr)
    | st.sampled_from(["None", "1e999", "0x_f", "...", "b'x'", "f'{x!r:>{y}}'"])
)
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(NAMES, inner, inner).map(lambda p: f"{p[0]}.{p[0]}({p[1]}, axis={p[2]})"),
        st.tuples(inner, st.sampled_from(["+", "and", "@", "if x else", ":=", "==", "not in", ","]), inner).map(" ".join),
        inner.map("[{0} for x in {0}]".format),
        inner.map("({})".format),
        inner.map("lambda *a, **k: {}".format),
        st.tuples(NAMES, inner).map(lambda p: f"{p[0]}[{p[1]}]"),
        inner.map("await {}".format),
    ),
    max_leaves=6,
)  # fmt: skip
CALLS = st.sampled_from(
    "import pandas as pd|import numpy as np|from numpy import *|from . import x|df = pd.read_csv('/home/me/a.csv')|"
    "X_train, X_test, y_train, y_test = train_test_split(X, y)|model = StandardScaler().fit(X)|df.drop('a', inplace=True)|"
    "cursor.execute(f'select {x}')|password = 'hunter2'|df['a'][0] = 1|np.random.seed()|assert (x, 'y')|del df, df|global x|"
    "return x|yield x|nonlocal x|raise|import os; os.system('ls')|df.merge(df).groupby('a').apply(lambda x: x)|exec('x = 1')|"
    "from sklearn.model_selection import *|model.fit(X_test)|print(accuracy_score(y, model.predict(X)))|x: int|type X = int".split("|")
)  # fmt: skip
MAGICS = st.builds(
    "{}{} {}".format,
    st.sampled_from(["%", "%%", "!", "!!", "?", "x = %", "x = !", "  %", ",", ";", "/", "%% ", "#%%", "??"]),
    st.sampled_from(["time", "matplotlib", "bash", "run", "sql", "pip", "cd", "load_ext", "timeit", "R", "writefile", "", "ü", "capture", "env"]),
    TEXTS | st.sampled_from(["install x==1", "-n 5 -o x", "{x} $y", "inline", "-i df", "a.py", "--", "SELECT * FROM {t}", "\\", "x?"]),
)  # fmt: skip
SIMPLE = st.one_of(
    CALLS, MAGICS, EXPRESSIONS, st.tuples(NAMES, EXPRESSIONS).map(" = ".join), TEXTS, TEXTS.map("# {}".format)
)
HEADS = st.sampled_from(
    ["if x:", "for x in df:", "while True:", "def f(x, /, *, y=1):", "class X(Y):", "try:", "with x as y:", "async def f():",
     "match x:", "@x", "else:", "except* E:", "case _:", "finally:", "lambda:", "for x in"]
)  # fmt: skip
STATEMENTS = st.recursive(
    SIMPLE,
    lambda inner: st.tuples(HEADS, st.lists(inner, max_size=3)).map(
        lambda p: p[0] + "".join("\n" + "\n".join("    " + line for line in one.split("\n")) for one in p[1])
    ),
    max_leaves=5,
)
SOURCES = st.lists(STATEMENTS, max_size=5).map("\n".join)

ODD: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


def mostly(sound: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What the format asks for, nine times out of ten."""
    return st.integers(0, 9).flatmap(lambda chance: ODD if chance == 0 else sound)


def fields(sound: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with these fields, some of them odd, some of them missing."""
    return st.fixed_dictionaries({}, optional={name: mostly(value) for name, value in sound.items()})


LINES = SOURCES | SOURCES.map(lambda text: text.splitlines(keepends=True))
OUTPUTS = fields(
    {
        "output_type": st.sampled_from(["stream", "execute_result", "display_data", "error"]),
        "text": LINES,
        "name": st.sampled_from(["stdout", "stderr"]),
        "data": st.dictionaries(st.sampled_from(["text/plain", "text/html", "image/png"]), LINES, max_size=2),
        "ename": TEXTS | st.sampled_from(["NameError", "KeyError"]),
        "evalue": TEXTS | st.just("name 'df' is not defined"),
        "traceback": st.lists(TEXTS, max_size=2),
        "execution_count": st.none() | st.integers(),
    }
)
CELLS = fields(
    {
        "cell_type": st.sampled_from(["code", "code", "code", "markdown", "raw", "heading"]),
        "source": LINES,
        "input": LINES,
        "id": TEXTS,
        "metadata": fields({"tags": st.lists(TEXTS | st.just("parameters"), max_size=2), "kernel": TEXTS}),
        "execution_count": st.none() | st.integers(-1, 40),
        "outputs": st.lists(OUTPUTS, max_size=2),
        "language": TEXTS | st.just("python"),
    }
)
SOUND_CELLS = st.builds(
    lambda source, count, outputs: {
        "cell_type": "code", "source": source, "execution_count": count, "outputs": outputs, "metadata": {},
    },
    LINES, st.none() | st.integers(1, 40), st.lists(OUTPUTS, max_size=1),
)  # fmt: skip
METADATA = fields(
    {
        "language_info": fields({"name": st.sampled_from(["python", "R", "julia"]), "version": TEXTS | st.just("2.7.1")}),
        "kernelspec": fields({"name": TEXTS | st.just("python3"), "language": st.just("python")}),
        "nbcritic": ODD,
    }
)  # fmt: skip
NOTEBOOKS = st.builds(
    lambda cells, metadata, major, minor, more: {
        "cells": cells, "metadata": metadata, "nbformat": major, "nbformat_minor": minor, **more,
    },
    st.lists(SOUND_CELLS | SOUND_CELLS | CELLS | ODD, max_size=8),
    METADATA, st.sampled_from([4, 4, 4, 4, 3, 2, "4", 5, None]), mostly(st.integers(0, 5)),
    st.dictionaries(st.sampled_from(["worksheets", "x"]), ODD, max_size=1),
)  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A notebook as bytes; one in ten is cut off, or has a byte that should not be there."""
    data = json.dumps(draw(NOTEBOOKS), ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(max_size=3)) + data[draw(st.sampled_from([at, at + 1, len(data)])) :]
    return data


SCRIPTS = st.lists(STATEMENTS | st.sampled_from(["# %%", "# %% [markdown]", "# In[3]:"]), max_size=8).map(
    lambda parts: "\n".join(parts).encode("utf-8", "surrogatepass")
)
FILES = files().map(lambda data: ("x.ipynb", data)) | SCRIPTS.map(lambda data: ("x.py", data))
BATCHES = st.lists(FILES, min_size=4, max_size=4)


def judged(batch: list[tuple[str, bytes]]) -> None:
    """Every notebook has its report, every report can be sent and kept, and no rule has crashed."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = list(verdicts([Task(path, data, EVERYTHING, NOWHERE) for path, data in batch]))
    assert len(found) == len(batch)
    for (path, data), verdict in zip(batch, found, strict=True):
        report: Report = verdict.report
        assert report.problem is None or verdict.lasts, (report.problem, data)
        assert unpack(pack(report), path) == report
        assert all(finding.at.cell >= 0 for finding in report.findings)


@given(BATCHES)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_notebook_ends_as_a_report(batch: list[tuple[str, bytes]]) -> None:
    judged(batch)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(4))
def test_ten_thousand_notebooks_end_as_reports(number: int) -> None:
    seen = 0

    @seed(number)  # where examples are drawn alike each time, each of the four draws its own
    @given(BATCHES)
    @settings(max_examples=650, deadline=None, suppress_health_check=list(HealthCheck))
    def fuzz(batch: list[tuple[str, bytes]]) -> None:
        nonlocal seen
        judged(batch)
        seen += len(batch)

    fuzz()
    assert seen >= 2_500
