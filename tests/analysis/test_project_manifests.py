"""What manifests declare, and which module comes from which distribution."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.analysis.project_distributions import declares, distributions, is_of_host, is_standard, may_bring_more
from nbcritic.analysis.project_manifests import installed, is_manifest, manifest, normal

NAMES = [
    "requirements.txt", "pyproject.toml", "setup.cfg", "setup.py", "environment.yml", "Pipfile", "Pipfile.lock", "uv.lock", "pixi.toml",
    "Dockerfile", "pylock.toml", "requirements/dev.in",
]  # fmt: skip

REQUIREMENTS = """\
# a comment
pandas==2.2.1 ; python_version > "3.8"
Scikit_Learn[extra] >= 1.4  # another
numpy=1.26.4=py311h64a7726_0
-r base.txt
-e .
--extra-index-url https://example.org/simple
-e git+https://example.org/someone/shop.git@v1#egg=shop_tools
git+ssh://git@example.org/someone/fees.git
./wheels/local-1.0-py3-none-any.whl
torch @ https://example.org/whl/torch-2.2.0%2Bcpu-cp311-linux_x86_64.whl
pyarrow \\
    --hash=sha256:abc
"""

PYPROJECT = """\
[project]
name = "Shop.Tools"
dependencies = ["pandas>=2", "numpy"]
[project.optional-dependencies]
plot = ["matplotlib"]
[dependency-groups]
dev = ["pytest", {include-group = "docs"}]
docs = ["sphinx"]
[tool.poetry.dependencies]
python = "^3.11"
polars = "*"
[tool.poetry.group.ml.dependencies]
lightgbm = {version = "*"}
[tool.pdm.dev-dependencies]
x = ["tox"]
[tool.uv]
dev-dependencies = ["ruff"]
[tool.hatch.envs.test]
extra-dependencies = ["coverage"]
[tool.pixi.dependencies]
gdal = "*"
[build-system]
requires = ["hatchling"]
"""

CONDA = """\
name: shop
channels: [conda-forge]
dependencies:
  - python=3.12
  - conda-forge::pandas>=2.2   # with a channel
  - "numpy"
  - pip
  - pip:
      - -r extra.txt
      - plotnine==0.13
      - git+https://example.org/someone/fees.git
prefix: /opt/conda
"""

SETUP = """\
from setuptools import setup
REQUIRES = ["pandas>=2", "numpy"]
setup(name="shop", install_requires=REQUIRES, extras_require={"plot": ["matplotlib"]})
"""


@pytest.mark.parametrize(
    "path, text, names",
    [
        ("requirements.txt", REQUIREMENTS, "pandas scikit-learn numpy shop-tools fees local torch pyarrow"),
        ("pyproject.toml", PYPROJECT, "pandas numpy matplotlib pytest sphinx polars lightgbm tox ruff coverage gdal"),
        ("environment.yml", CONDA, "pandas numpy plotnine fees"),
        ("conda.yaml", "dependencies: [pandas=2, numpy]\n", "pandas numpy"),
        ("setup.py", SETUP, "pandas numpy matplotlib"),
        (
            "setup.cfg",
            "[metadata]\nname = shop\n[options]\ninstall_requires =\n    pandas\n    numpy>=1\n",
            "pandas numpy",
        ),
        (
            "Pipfile",
            '[packages]\npandas = "*"\n[dev-packages]\npytest = "*"\n[requires]\npython_version = "3.11"\n',
            "pandas pytest",
        ),
        (
            "Pipfile.lock",
            '{"_meta": {"hash": {}}, "default": {"pandas": {}}, "develop": {"pytest": {}}}',
            "pandas pytest",
        ),
        ("uv.lock", '[[package]]\nname = "pandas"\nversion = "2"\n[[package]]\nname = "numpy"\n', "pandas numpy"),
        (
            "pixi.toml",
            '[dependencies]\npython = "*"\npandas = "*"\n[feature.x.pypi-dependencies]\nshap = "*"\n',
            "pandas shap",
        ),
        (
            "deploy_shop.yml",
            "name: shop\nchannels:\n- defaults\ndependencies:\n# the base\n- python=3.8\n- pandas\n- pip:\n  - shap==0.4\n",
            "pandas shap",
        ),
        ("build/reqs/analysis.txt", "pandas\n", "pandas"),
        ("apt.txt", "git\npython3-pandas\n", "pandas"),
        (
            "Dockerfile",
            "FROM x\nRUN pip install --no-cache-dir -r requirements.txt \\\n  pandas==2 && apt-get install git\n",
            "pandas",
        ),
    ],
)
def test_names(path: str, text: str, names: str) -> None:
    found = manifest(path, text)
    assert found is not None
    assert sorted(found.names) == sorted(names.split())
    assert not found.partial


def test_a_requirement_that_is_commented_out_is_known_and_prose_is_not() -> None:
    text = "# Spark, uncomment to run it here\n# pyspark==3.5.0\n#dask >= 2024.1  # or this\n# see docs\n# version 2\npandas\n"
    found = manifest("requirements.txt", text)
    assert found is not None
    assert found.names == {"pyspark", "dask", "pandas"}


def test_the_project_itself() -> None:
    for path, text in (("pyproject.toml", PYPROJECT), ("setup.py", SETUP)):
        found = manifest(path, text)
        assert found is not None
        assert found.own in ("shop-tools", "shop")


@pytest.mark.parametrize("path, text", [("pyproject.toml", "[tool.ruff]\nline-length = 120\n"), ("setup.py", "import this\n"),
                                        ("environment.yml", "name: staging\nurl: x\n"), ("Dockerfile", "FROM python:3.12\n"),
                                        ("Chart.yaml", "name: shop\ndependencies:\n  - name: redis\n    version: 1\n"), ("config.yml", "name: x\n"),
                                        ("meta.yml", "dependencies: []\nname: role\n"), ("apt.txt", "git\nlibpython3-dev\n")])  # fmt: skip
def test_files_that_declare_nothing(path: str, text: str) -> None:
    assert manifest(path, text) is None


@pytest.mark.parametrize(
    "path, text",
    [("requirements.txt", "-r https://example.org/all.txt\npandas"), ("shell.nix", "python3.withPackages (ps: [ ps.pandas ])"), ("setup.py", "setup(install_requires=read('x'))"),
     ("setup.py", "setup(**options)"), ("pyproject.toml", "[project]\nname = 'x'\ndynamic = ['dependencies']"), ("pyproject.toml", "not [ toml"),
     ("setup.py", "print 'old'"), ("environment.yml", "dependencies:\n- pip:\n  - -r https://example.org/all.txt\n")],
)  # fmt: skip
def test_files_that_need_more_than_they_show(path: str, text: str) -> None:
    found = manifest(path, text)
    assert found is not None
    assert found.partial


@pytest.mark.parametrize(
    "path", ["data.txt", "notes/readme.txt", "docs/conf.py", "default.nix.md", "poetry.toml", "environments.md"]
)
def test_other_files_are_no_manifests(path: str) -> None:
    assert not is_manifest(path)


@given(st.sampled_from(NAMES), st.text())
def test_no_text_is_too_odd(path: str, text: str) -> None:
    manifest(path, text)


@given(
    st.sampled_from(["pyproject.toml", "Pipfile", "pixi.toml"]),
    st.sampled_from(["1", "[]", "'x'", "{a = 1}", "[[1]]", "true"]),
)
def test_no_shape_is_too_odd(path: str, value: str) -> None:
    for key in ("project", "tool", "tool.poetry", "tool.hatch.envs.x", "project.dependencies", "dependency-groups", "dependencies", "packages", "feature"):  # fmt: skip
        manifest(path, f"{key} = {value}\n")


def test_names_are_compared_as_the_index_does() -> None:
    assert normal("Scikit_Learn") == normal("scikit.learn") == "scikit-learn"


def test_what_commands_install() -> None:
    text = "!pip install -q pandas==2 'numpy>1' # later\n%conda install -y -c conda-forge geopandas && echo done\n!pip install -r all.txt"
    assert installed(text) == {"pandas", "numpy", "geopandas"}


@pytest.mark.parametrize(
    "names, module",
    [
        ("scikit-learn", "sklearn.svm"), ("opencv-python-headless", "cv2"), ("pyyaml", "yaml"), ("pandas", "numpy"), ("jupyter", "ipywidgets"),
        ("google-cloud-bigquery", "google.cloud.bigquery"), ("anaconda", "seaborn"), ("python-foo", "foo"), ("text-fabric", "tf"),
        ("matplotlib", "mpl_toolkits.mplot3d"), ("pytorch", "torch.nn"), ("azure-storage-blob", "azure.storage"), ("psycopg2-binary", "psycopg2"),
    ],
)  # fmt: skip
def test_declared(names: str, module: str) -> None:
    assert declares({names}, module)


@pytest.mark.parametrize(
    "names, module",
    [("pandas", "sklearn"), ("numpy", "pandas"), ("keras-tuner", "keras"), ("google-cloud-storage", "google.cloud.bigquery"), ("pandas", "foo"),
     ("geopandas", "seaborn"), ("torch", "tensorflow")],
)  # fmt: skip
def test_not_declared(names: str, module: str) -> None:
    assert not declares({names}, module)


def test_the_usual_distribution_comes_first() -> None:
    assert [distributions(name)[0] for name in ("sklearn", "PIL", "docx", "google.cloud.storage", "shop_tools")] == [
        "scikit-learn", "pillow", "python-docx", "google-cloud-storage", "shop-tools",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "module", ["os.path", "json", "urllib2", "distutils.core", "cPickle", "imp", "asyncore", "tomllib", "__future__"]
)
def test_standard_in_some_release(module: str) -> None:
    assert is_standard(module)


def test_the_host_brings_its_own() -> None:
    assert is_of_host("google.colab.drive")
    assert is_of_host("IPython.display")
    assert not is_of_host("google.cloud")
    assert not is_of_host("pandas")


def test_a_package_nobody_here_knows_may_bring_others() -> None:
    assert may_bring_more({"pandas", "strange-science"})
    assert not may_bring_more({"pandas", "pytest-cov", "black"})
    assert not may_bring_more({f"frozen-{number}" for number in range(60)})


@pytest.mark.parametrize(
    "path, text, gives",
    [
        ("setup.py", "NAME = 'shop'\nsetup(name=NAME, package_dir={NAME: 'src'}, packages=[NAME, NAME + '.more'])", {"shop"}),
        ("setup.py", "LIST = ['shop.a', 'fees']\nsetup(packages=LIST, py_modules=['one'], package_dir={'': 'src'})", {"shop", "fees", "one"}),
        ("setup.py", "setup(packages=find_packages(where=folder), package_dir=folders)", set()),
        ("pyproject.toml", "[project]\nname = 'x'\n[tool.setuptools.package-dir]\nshop = 'src'\n'' = 'lib'", {"shop"}),
    ],
)  # fmt: skip
def test_modules_whose_folders_have_other_names(path: str, text: str, gives: set[str]) -> None:
    read = manifest(path, text)
    assert read is not None
    assert read.gives == gives


def test_the_name_of_a_distribution_may_stand_in_a_constant() -> None:
    read = manifest("setup.py", "NAME = 'Shop.Tools'\nsetup(name=NAME)")
    assert read is not None
    assert read.own == "shop-tools"
