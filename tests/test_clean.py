"""A clean, well-made notebook gets no finding at all."""

from pathlib import Path

import pytest

from nbcritic.config import Config
from nbcritic.scanner import scan

CLEAN = Path(__file__).parent / "data" / "clean.ipynb"


@pytest.mark.parametrize("profile", ["explore", "review"])
def test_a_clean_notebook_gets_no_finding(profile: str, tmp_path: Path) -> None:
    package = tmp_path / "src" / "punctuality"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "punctuality"\ndependencies = ["pandas", "matplotlib"]\n'
    )
    notebook = tmp_path / "clean.ipynb"
    notebook.write_bytes(CLEAN.read_bytes())
    (report,) = scan([str(notebook)], Config().with_options(profile=profile))
    assert report.problem is None
    assert [(finding.code, finding.message) for finding in report.findings] == []
    assert report.skipped == ()
