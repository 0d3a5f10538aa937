"""Each format on the notebook that is shipped here, as a reader would look at it.

`python tests/report/test_snapshots.py` writes the snapshots anew; look at the difference before you keep it. Few rules are
asked, so that a new one changes nothing here.
"""

import re
from pathlib import Path

import pytest

from nbcritic import __version__
from nbcritic.config import Config
from nbcritic.report import FORMATS, render
from nbcritic.scanner import scan

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent / "snapshots"
NOTEBOOK = "notebooks/flight-delay/flight-delay.ipynb"
RULES = ("used-before-defined", "preprocessing-leakage", "personal-path", "silenced-warnings")


def said(format: str) -> str:
    """The report from the root of the project, without the version."""
    reports = scan([NOTEBOOK], Config().with_options(select=RULES))
    text = "".join(render(reports, format)).replace(f'"{__version__}"', '"VERSION"')
    # Of a page, what is ours: how nbconvert and Pygments set the cells may differ from release to release.
    return "\n".join(re.findall(r"<article.*?</article>", text, re.S)) if format == "html" else text


@pytest.mark.parametrize("format", FORMATS)
def test_it_is_said_as_before(format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    before = (FOLDER / f"{format}.txt").read_text("utf-8")
    assert said(format) == before, "if the change is meant: python tests/report/test_snapshots.py"


def test_there_is_no_snapshot_of_another_format() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {*FORMATS}


if __name__ == "__main__":
    import os

    os.chdir(ROOT)
    for name in FORMATS:
        (FOLDER / f"{name}.txt").write_text(said(name), "utf-8", newline="\n")
