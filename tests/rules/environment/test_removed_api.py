"""The table of removed APIs against the libraries themselves, where they are installed: what it calls gone is gone."""

import importlib
import inspect
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Notebook
from nbcritic.rules.environment._removed import Entry, entries
from nbcritic.rules.environment.removed_api import check as rule

KINDS = {
    "frame": "pandas.DataFrame", "series": "pandas.Series", "index": "pandas.DatetimeIndex", "dates": "pandas.core.indexes.accessors.DatetimeProperties",
    "text": "pandas.core.strings.accessor.StringMethods", "array": "numpy.ndarray", "axes": "mpl_toolkits.mplot3d.axes3d.Axes3D",
    "figure": "matplotlib.figure.Figure", "transformer": "sklearn.feature_extraction.text.CountVectorizer",
}  # fmt: skip
INSTALLED = ("pandas", "numpy", "scipy", "sklearn", "matplotlib", *KINDS)
STUBS = {"scipy.interpolate.interp2d", "matplotlib.pyplot.cm.get_cmap"}
"""`interp2d` is a class that raises when it is called; `pyplot.cm` is a module that is imported under a name."""


def rows() -> Iterator[Any]:
    for old, found in entries().items():
        if old.partition(".")[0] in INSTALLED:
            for entry in found:
                yield pytest.param(entry, id=f"{old}-{entry.parameter}{entry.value or ''}{'_' * entry.positions}")


def resolve(name: str) -> object:
    """What a dotted name means here; raises where it means nothing."""
    kind, _, rest = name.partition(".")
    parts = (f"{KINDS[kind]}.{rest}" if kind in KINDS else name).split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            continue
        for part in parts[length:]:
            found = getattr(found, part)
        return found
    raise ImportError(name)


@pytest.mark.parametrize("entry", list(rows()))
@pytest.mark.filterwarnings("ignore")
def test_what_is_called_gone_is_gone(entry: Entry) -> None:
    if not entry.change.gone:
        resolve(entry.old)
    elif entry.what == "name" and entry.old not in STUBS:
        with pytest.raises((ImportError, AttributeError)):
            resolve(entry.old)
    elif entry.what == "parameter" and entry.value is None:
        assert entry.parameter not in inspect.signature(resolve(entry.old)).parameters  # type: ignore[arg-type]
    elif entry.what == "positions":
        assert positional(resolve(entry.old), method=entry.old.partition(".")[0] in KINDS) < entry.positions


def positional(function: Any, *, method: bool) -> int:
    """How many arguments a function or method takes without a keyword."""
    kinds = [parameter.kind for parameter in inspect.signature(function).parameters.values()]
    return (
        sum(kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD) for kind in kinds)
        - method
    )


@pytest.mark.filterwarnings("ignore")
def test_what_was_only_kept_as_a_stub_raises() -> None:
    stub: Any = resolve("scipy.interpolate.interp2d")
    with pytest.raises(NotImplementedError):
        stub([0, 1], [0, 1], [0, 1])


def estimators() -> Iterator[Any]:
    for old, found in entries().items():
        if old.startswith("sklearn."):
            for entry in found:
                if entry.value is not None:
                    yield pytest.param(entry, id=f"{old}-{entry.parameter}-{entry.value}")


@pytest.mark.parametrize("entry", list(estimators()))
def test_values_that_estimators_refuse(entry: Entry) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made: Any = resolve(entry.old)(**{entry.parameter: entry.value})  # type: ignore[operator]
        with pytest.raises(ValueError, match=entry.parameter):
            made.fit([[0.0], [1.0], [2.0], [3.0]] * 3, [0, 1, 0, 1] * 3)


def old_frequency(alias: str) -> None:
    import pandas as pd

    pd.date_range("2020", periods=2, freq=alias)


def old_style(name: str) -> None:
    import matplotlib.style

    matplotlib.style.use(name)


@pytest.mark.parametrize(
    "use, value",
    [
        *((old_frequency, alias) for alias in "MQAYHTS"),
        *((old_style, name) for name in ("seaborn", "seaborn-whitegrid", "seaborn-deep")),
    ],
)
def test_values_that_functions_refuse(use: Callable[[str], None], value: str) -> None:
    with pytest.raises((ValueError, OSError)):
        use(value)


def test_the_table_is_large_and_says_each_thing_once() -> None:
    listed = [(e.old, e.parameter, e.value, e.positions) for found in entries().values() for e in found]
    assert len(listed) == len(set(listed)) >= 80
    assert {e.change.library for found in entries().values() for e in found} >= {
        "pandas",
        "NumPy",
        "scikit-learn",
        "seaborn",
    }


def page(*sources: str, version: str = "") -> Page:
    cells = tuple(Cell(n, "code", source) for n, source in enumerate(sources, 1))
    return Page(Notebook("x.ipynb", cells, language_version=version))


@pytest.mark.parametrize(
    "pin, silent",
    [
        ('!pip install "pandas<2"', True),
        ("%pip install pandas==1.5.3", True),
        ("!conda install -y pandas=1.5", True),
        ("!pip install pandas~=1.4", True),
        ('!pip install "pandas>=1.3,<2"', True),
        ("!pip install pandas", False),
        ("!pip install 'pandas>=1.5'", False),
        ("!pip install pandas==2.2.0", False),
        ("!pip install numpy==1.20", False),
    ],
)
def test_a_pin_of_the_notebook_silences(pin: str, silent: bool) -> None:
    use = "import pandas as pd\ndf = pd.read_csv('a.csv')\ndf = df.append(df)"
    assert (not list(rule.check(page(pin, use)))) == silent


@pytest.mark.parametrize(
    "source",
    [
        "rows = []\nrows.append(1)",
        "import pandas as pd\nd = {}\nd.append(1)\nfor k in d.iteritems(): pass",
        "import numpy as np\nx = np.float64(1) + np.bool_(0) + np.nan",
        "import pandas as pd\ndf = pd.DataFrame()\ndf.groupby('a').first()\ndf.mad\ndf['x'] = df.order",
        "from pathlib import Path\nPath('a.b').name.split('.', 1)\nstr(x).rsplit('.', 1)",
        "from .sklearn.grid_search import x\nimport tensorflow as tf\ntf.keras.layers.Dense(1)",
        "import pandas as pd\nif pd.__version__ < '2':\n    df = pd.DataFrame().append(x)",
        "import pandas as pd\npd.date_range('2020', periods=3, freq='ME')\npd.DataFrame().resample('MS')",
    ],
)
def test_look_alikes(source: str) -> None:
    assert not list(rule.check(page(source)))


def test_accessors_are_known_by_their_name() -> None:
    (week, split) = sorted(
        rule.check(page("df['a'].str.split(',', 1)\nweek = df.day.dt.week")), key=lambda hit: hit.message
    )
    assert "n=" in split.message
    assert "isocalendar" in week.message


def test_one_finding_an_api() -> None:
    (hit,) = rule.check(page("import numpy as np\nnp.float(1)", "np.int(2); np.float(3)"))
    assert "3 places" in hit.message
    assert len(hit.related) == 2


def test_a_notebook_of_python_2_is_told_once() -> None:
    sources = ("import pandas as pd\nfrom sklearn.cross_validation import KFold", "pd.rolling_mean(x, 3)", "pd.Panel()")
    (hit,) = rule.check(page(*sources, version="2.7.14"))
    assert "2 more" in hit.message
    assert {place.at.cell for place in hit.related} == {2, 3}
    assert len(list(rule.check(page(*sources)))) == 3


def test_relative_names_and_other_libraries_are_left_alone() -> None:
    assert not list(
        rule.check(
            page("from myown.cross_validation import x\nimport dask.dataframe as dd\ndd.read_csv('a').append(x)")
        )
    )
