"""NBC302, NBC303 and NBC307 share one neglect: what counts as data that enter, as a check, as a result."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.notebook import percent
from nbcritic.rules.tests import no_assertion, unvalidated_data
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


def test_one_neglect_is_major_once() -> None:
    here = page("df = pd.read_csv('a')\ndf.to_csv('b')")
    (data,) = unvalidated_data.check.check(here)
    (result,) = no_assertion.check.check(here)
    assert (data.severity, result.severity) == (None, "minor")


def test_a_look_weighs_less_than_nothing() -> None:
    (hit,) = unvalidated_data.check.check(page("df = pd.read_csv('a')\n# %%\ndf.isnull().sum()\n# %%\nm.fit(df, y)"))
    assert hit.severity == "minor"
    assert "in cell 3 is a look, not a check" in hit.message
