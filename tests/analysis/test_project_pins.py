"""Which releases manifests allow."""

from __future__ import annotations

import pytest

from nbcritic.analysis.project import Project
from nbcritic.analysis.project_pins import is_exact, upper


@pytest.mark.parametrize(
    "path, text, pins",
    [
        ("requirements.txt", "pandas[all] >= 1.5, < 2 ; python_version < '3.9'\nnumpy\n", {("pandas", ">=1.5,<2")}),
        ("requirements/base.txt", "# by pip-compile\npandas==1.5.3 \\\n    --hash=sha256:aa\n", {("pandas", "==1.5.3")}),
        ("environment.yml", "dependencies:\n- pandas=1.5.3=py310\n- pip:\n  - shap==0.4\n", {("pandas", "=1.5.3"), ("shap", "==0.4")}),
        ("uv.lock", '[[package]]\nname = "pandas"\nversion = "1.5.3"\n', {("pandas", "==1.5.3")}),
        ("Pipfile", '[packages]\npandas = "==1.5.3"\nnumpy = "*"\n', {("pandas", "==1.5.3")}),
        ("Pipfile.lock", '{"_meta": {}, "default": {"pandas": {"version": "==1.5.3"}}}', {("pandas", "==1.5.3")}),
        ("pyproject.toml", '[tool.poetry.dependencies]\npandas = {version = "1.5"}\n', {("pandas", "^1.5")}),
        ("pyproject.toml", '[project]\nname = "shop"\ndependencies = ["Pandas<2"]\n', {("pandas", "<2")}),
        ("setup.py", "from setuptools import setup\nsetup(install_requires=['pandas<2'])\n", {("pandas", "<2")}),
        ("Dockerfile", "RUN pip install 'pandas<2' numpy\n", {("pandas", "<2")}),
    ],
)  # fmt: skip
def test_what_manifests_bound(path: str, text: str, pins: set[tuple[str, str]]) -> None:
    (found,) = Project.of({path: text}).manifests
    assert found.pins == pins


@pytest.mark.parametrize(
    "bounds, newest",
    [("==1.2", ((1, 2), True)), ("=1.2", ((1, 3), False)), ("==3.5.*", ((3, 6), False)), ("^1.2", ((2,), False)), ("^0.2.3", ((0, 3), False)),
     ("~=1.4.2", ((1, 5), False)), ("~1.2.3", ((1, 3), False)), (">=1,<2", ((2,), False)), (">=1.2", None), ("!=1.2", None)],
)  # fmt: skip
def test_the_newest_release_that_is_allowed(bounds: str, newest: tuple[tuple[int, ...], bool] | None) -> None:
    assert upper(bounds) == newest


def test_what_names_one_release() -> None:
    assert is_exact("==1.5.3")
    assert not is_exact(">=1.5,<2")
