"""NBC302, NBC303 and NBC307 share one neglect: what counts as data that enter, as a check, as a result."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.analysis.page import Page
from nbcritic.config import Config
from nbcritic.engine import critique
from nbcritic.notebook import percent
from nbcritic.rules.tests import _hosted, eyeball_check, unvalidated_data
from nbcritic.rules.tests._results import results
from nbcritic.rules.tests._shared import entries, exports, fits, metrics, validates

HEAD = "# %%\nimport json, joblib, pickle, requests\nimport numpy as np\nimport pandas as pd\n# %%\n"


def page(text: str) -> Page:
    return Page(percent.read(HEAD + text, "t.py"))


@pytest.mark.parametrize(
    "text",
    ["pd.read_csv('a')", "spark.read.csv('a')", "spark.read.format('csv').load('a')", "requests.get(u).json()",
     "r = requests.get(u)\nx = r.json()", "json.load(open('rows.json'))", "np.loadtxt('a')", "pd.read_sql(q, con)"],
)  # fmt: skip
def test_data_enter(text: str) -> None:
    assert list(entries(page(text)))


@pytest.mark.parametrize(
    "text",
    ["pd.read_csv(StringIO(text))", "json.load(open('config.json'))", "df.to_csv('a.csv')\npd.read_csv('a.csv')", "model.load('a')",
     "open('a').read()", "load_iris()", "response.json"],
)  # fmt: skip
def test_no_data_enter(text: str) -> None:
    assert not list(entries(page(text)))


@pytest.mark.parametrize(
    "text",
    ["assert x", "if not x:\n    raise ValueError('x')", "np.testing.assert_equal(x, 1)", "import pandera", "schema.validate(df)",
     "df.merge(d, validate='1:1')", "self.assertEqual(a, b)", "df.set_index('a', verify_integrity=True)"],
)  # fmt: skip
def test_validates(text: str) -> None:
    assert validates(page(text))


@pytest.mark.parametrize(
    "text", ["assert True", "df.merge(d)", "raise NotImplementedError", "print(x)", "df.isnull().sum()"]
)
def test_does_not_validate(text: str) -> None:
    assert not validates(page(text))


def test_results() -> None:
    here = page(
        "df.to_csv('a')\njoblib.dump(m, 'm')\nprint(df.to_csv())\nfrom sklearn.svm import SVC\nm = SVC().fit(X, y)\nm.score(X, y)\n"
        "from sklearn.metrics import f1_score\nf1_score(a, b)\nfrom sklearn.preprocessing import StandardScaler\nStandardScaler().fit(X)"
    )
    assert [len(list(kind(here))) for kind in (exports, fits, metrics)] == [2, 1, 2]


def test_one_neglect_is_said_once() -> None:
    here = page("df = pd.read_csv('a')\n# %%\ndf.to_csv('b')")
    said = {
        code: [f.code for f in critique(here, Config(select=(code,))).findings]
        for code in ("NBC302", "NBC307", "tests")
    }
    assert said == {"NBC302": ["NBC302"], "NBC307": ["NBC307"], "tests": ["NBC307"]}


@pytest.mark.parametrize(
    "text",
    ["pd.read_sql(q, con)", "requests.get(u).json()", "pd.read_csv('s3://shop/orders.csv')", "pd.read_csv('orders_2024-05-01.csv')",
     "path = 'https://api.shop.example/orders.csv'\ndf = pd.read_csv(path)", "import os\ndf = pd.read_csv(os.environ['ORDERS'])"],
)  # fmt: skip
def test_data_that_change_weigh_more(text: str) -> None:
    (hit,) = unvalidated_data.check.check(
        page(f"df = {text}\ndf.to_csv('b')" if "=" not in text else f"{text}\ndf.to_csv('b')")
    )
    assert hit.severity == "major"


@pytest.mark.parametrize(
    "text",
    ["pd.read_csv('/kaggle/input/a.csv')", "pd.read_csv('data/train.csv')\npd.read_csv('data/test.csv')", "pd.read_csv('titanic.csv')",
     "pd.read_csv('HR_comma_sep.csv')", "pd.read_csv('../data/winequality-red.csv')", "p = 'boston.csv'\npd.read_csv(p)",
     "pd.read_csv('https://raw.githubusercontent.com/a/b/main/c.csv')", "df = pd.read_csv('a')\ndf = df.astype({'a': int})",
     "pd.read_csv('a', dtype={'a': int})", "df = pd.read_csv('a')\nif 'a' in df.columns:\n    df.to_csv('c.csv')"],
)  # fmt: skip
def test_practice_and_checked_data_are_left_alone(text: str) -> None:
    assert not list(unvalidated_data.check.check(page(f"{text}\ndf.to_csv('b')")))


@pytest.mark.parametrize(
    "text",
    ["df['a'].value_counts().to_csv('b')", "df.to_csv('output/printouts/b.csv')", "submission.to_csv('b')", "counts.to_csv('b')",
     "for epoch in range(3):\n    torch.save(m, 'b')", "def on_save(b):\n    df.to_csv('b')", "json.dump(history, f)",
     "pickle.dump(features, f)", "df.to_pickle('mini_sample.pkl')"],
)  # fmt: skip
def test_side_tables_are_no_results(text: str) -> None:
    assert not results(page(f"import torch\n{text}"))


def test_a_test_set_is_a_result() -> None:
    assert len(results(page("test.to_pickle('data/test_clean.pickle')"))) == 1


@pytest.mark.parametrize(
    "words", ["# Examen 1", "## Homework 2", "# A case study", "Exercise 4: fill in the gap", "# YOUR CODE HERE"]
)
def test_exercises_are_left_alone(words: str) -> None:
    text = f"# %% [markdown]\n# {words}\n# %%\ndf = pd.read_csv('a')\ndf.to_csv('b')"
    assert not list(unvalidated_data.check.check(page(text)))


def test_a_look_is_named() -> None:
    (hit,) = unvalidated_data.check.check(page("df = pd.read_csv('a')\n# %%\ndf.isnull().sum()\n# %%\ndf.to_csv('b')"))
    assert "in cell 3 is a look, not a check" in hit.message


@pytest.mark.parametrize("shown, said", [("a    0\nb    0", 1), ("a    0\nb    7", 0), ("False", 1), ("True", 0)])
def test_nulls_that_are_known_are_no_check(shown: str, said: int) -> None:
    text = "df = pd.read_csv('a')\ndf['a'].fillna(0, inplace=True)\ndf.isnull().sum()"
    output = [{"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": shown}}]
    notebook = percent.read(HEAD + text, "t.py")
    cells = (*notebook.cells[:-1], replace(notebook.cells[-1], outputs=json.dumps(output).encode()))
    assert len(list(eyeball_check.check.check(Page(replace(notebook, cells=cells))))) == said


@given(
    st.lists(
        st.sampled_from(
            "your Exam exams example lab 3 LAB code here home work assignment TODO: implement quiz. \u0130 _".split(" ")
        )
    )
)
def test_an_exercise_is_found_wherever_its_words_stand(words: list[str]) -> None:
    text = " ".join(words)
    assert _hosted._is_set(text) == (_hosted._EXERCISE.search(text) is not None)
