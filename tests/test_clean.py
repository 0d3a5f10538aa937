"""A clean, well-made notebook gets no finding at all."""

from pathlib import Path

import pytest

from nbcritic.config import Config
from nbcritic.scanner import scan

CLEAN = Path(__file__).parent / "data" / "clean.ipynb"


@pytest.mark.parametrize("profile", ["explore", "review"])
def test_a_clean_notebook_gets_no_finding(profile: str) -> None:
    (report,) = scan([str(CLEAN)], Config().with_options(profile=profile))
    assert report.problem is None
    assert [(finding.code, finding.message) for finding in report.findings] == []
    assert report.skipped == ()
