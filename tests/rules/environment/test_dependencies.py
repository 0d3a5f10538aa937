"""NBC210 and NBC211: what a notebook needs from others, and how sure the rules are of it."""

import pytest

from nbcritic.analysis.digest import Library
from nbcritic.analysis.page import Page
from nbcritic.analysis.project import Project
from nbcritic.notebook import percent
from nbcritic.rules.environment import no_dependency_manifest, undeclared_dependency
from nbcritic.rules.environment._imports import packages


def page(text: str, **files: str) -> Page:
    return Page(
        percent.read(f"# %%\n{text}\n", "a.py"),
        Project.of({path.replace("__", "."): text for path, text in files.items()}),
    )


@pytest.mark.parametrize(
    "text, names",
    [
        ("import numpy as np, os.path", ["numpy"]), ("from google.cloud import bigquery", ["google.cloud"]), ("import google.cloud.storage", ["google.cloud.storage"]),
        ("from google import genai", ["google.genai"]), ("from . import tidy", []), ("from google.colab import drive", []),
        ("try:\n    import cudf\nexcept ImportError:\n    pass", []), ("if gpu:\n    import cudf", []), ("import urllib2, ConfigParser", []),
        ("def f():\n    import shap", ["shap"]), ("import IPython, ipykernel", []), ("import pandas\nimport pandas.testing", ["pandas"]),
    ],
)  # fmt: skip
def test_packages(text: str, names: list[str]) -> None:
    assert [one.module for one in packages(page(text))] == names


def test_what_the_project_holds_is_no_package() -> None:
    files = {
        "src/shop/clean.py": "",
        "helpers.py": "",
        "pyproject.toml": "[project]\nname = 'My.Tools'\n",
        "steps.ipynb": "",
    }
    notebook = percent.read("# %%\nimport shop.clean, helpers, my_tools, steps, pandas\n", "a.py")
    assert [one.module for one in packages(Page(notebook, Project.of(files)))] == ["pandas"]


def test_a_package_that_nobody_knows_may_be_a_lost_file() -> None:
    (hit,) = undeclared_dependency.check.check(page("import pandas\nimport divergences", requirements__txt="pandas"))
    assert hit.message == "`divergences` is imported, and neither a file of the project nor `requirements.txt` gives it"
    assert not hit.confidence


def test_a_strange_package_may_bring_what_everybody_uses() -> None:
    (hit,) = undeclared_dependency.check.check(page("import strange\nimport seaborn", requirements__txt="strange"))
    assert hit.confidence == "possible"
    (hit,) = undeclared_dependency.check.check(page("import strange\nimport lightgbm", requirements__txt="strange"))
    assert not hit.confidence


def test_what_is_added_is_a_distribution() -> None:
    (hit,) = undeclared_dependency.check.check(page("import pandas, cv2, sklearn.svm", requirements__txt="pandas"))
    assert hit.message.endswith("add `opencv-python`, `scikit-learn`")


def test_one_package_under_two_names_counts_once() -> None:
    files = {"clean__py": ""}
    assert not list(no_dependency_manifest.check.check(page("import matplotlib, pylab, mpl_toolkits", **files)))
    assert list(no_dependency_manifest.check.check(page("import matplotlib, numpy, pandas", **files)))


def test_it_weighs_more_where_the_notebook_uses_the_projects_own_code() -> None:
    (alone,) = no_dependency_manifest.check.check(page("import matplotlib, numpy, pandas", clean__py=""))
    (shared,) = no_dependency_manifest.check.check(page("import matplotlib, numpy, pandas, clean", clean__py=""))
    assert (alone.severity, shared.severity) == (None, "major")


@pytest.mark.parametrize("name, said", [("data/orders.csv", 1), ("clean.py", 1), ("other.ipynb", 1), ("notes.txt", 0)])
def test_a_notebook_by_itself_is_no_project(name: str, said: int) -> None:
    notebook = percent.read("# %%\nimport matplotlib, numpy, pandas\n", "a.py")
    assert len(list(no_dependency_manifest.check.check(Page(notebook, Project.of({name: ""}))))) == said


def test_where_the_image_brings_the_packages_it_is_minor() -> None:
    text = 'import pandas as pd\nimport lightgbm\nframe = pd.read_csv("{}")'
    severities = [
        [hit.severity for hit in undeclared_dependency.check.check(page(text.format(path), requirements__txt="pandas"))]
        for path in ("/kaggle/input/shop/orders.csv", "orders.csv")
    ]
    assert severities == [["minor"], [None]]


def test_the_first_notebook_of_a_folder_speaks_for_all() -> None:
    text = "# %%\nimport pandas, seaborn, sklearn\n"
    few = "# %%\nimport pandas\n"
    project = Project.of({"a.ipynb": "", "b.ipynb": "", "lib/c.ipynb": "", "lib/clean.py": ""})
    pages = [
        Page(percent.read(source, path), project)
        for path, source in (("0.ipynb", few), ("b.ipynb", text), ("a.ipynb", text), ("lib/c.ipynb", text))
    ]
    library = Library.of(map(no_dependency_manifest.digest, pages))
    named = []
    for one in pages:
        one.library = library
        named += [one.path for _ in no_dependency_manifest.check.check(one)]
    assert named == ["a.ipynb", "lib/c.ipynb"]
