"""The recorder: what it reads, what it refuses, and that a page comes out as its author would have left it."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from nbcritic.kit.record import RecordingError, parse, record

TINY = '''\
"""A short afternoon."""
RUNS = ["load", "look@1", "scratch", "load", "show", "fails"]

# %% [markdown] id="title"
# # A page
#
# Two words.

# %% id="load" tags=["parameters"]
print("one")
print("two")

# %% id="look" version=1
n = 1
n

# %% id="look"
n = 2

# %% id="scratch" ghost
gone = 41

# %% id="show"
from pathlib import Path

Path("written.txt").write_text("x")
gone + n

# %% id="fails" raises
1 / 0

# %% id="later"
%pip install nothing
'''


def needs_a_kernel() -> None:
    missing = [name for name in ("jupyter_client", "ipykernel", "nbformat") if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} missing: pip install 'nbcritic[run]'")


def test_a_recording_says_what_stays_on_the_page_and_with_which_counts() -> None:
    recording = parse(TINY)
    assert [take.id for take in recording.page] == ["title", "load", "look", "show", "fails", "later"]
    assert recording.page[0].source == "# A page\n\nTwo words."
    assert recording.page[1].tags == ("parameters",)
    assert recording.page[2].source == "n = 2"
    assert recording.counts() == {"title": None, "load": 4, "look": 2, "show": 5, "fails": 6, "later": None}


def test_a_restart_counts_from_one_again() -> None:
    recording = parse('RUNS = ["a", "b", "restart kernel", "b"]\n# %% id="a"\n1\n# %% id="b"\n2\n')
    assert recording.counts() == {"a": 1, "b": 1}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("RUNS = []\n", "no cell"),
        ('# %% id="a"\n1\n', "no RUNS list"),
        ('RUNS = "a"\n# %% id="a"\n1\n', "list of strings"),
        ("RUNS = []\n# %% ghost\n1\n", r'line 2: a cell needs an id="..."'),
        ('RUNS = []\n# %% id="a" gost\n1\n', "line 2: cannot read 'gost'"),
        ('RUNS = []\n# %% id="a"\n\n', "line 2: cell 'a' is empty"),
        ('RUNS = []\n# %% [markdown] id="a"\nprint()\n', "comment lines only"),
        ('RUNS = ["b"]\n# %% id="a"\n1\n', "'b', which is no code cell"),
        ('RUNS = []\n# %% id="a"\n1\n# %% id="a"\n2\n', "two cells are called 'a'"),
        ('RUNS = []\n# %% id="a" ghost\n1\n', "'a' is neither on the page nor in RUNS"),
        ('RUNS = []\n# %% id="a" version=2\n1\n', "'a@2' is neither"),
        ('RUNS = ["a@1"]\n# %% id="a"\n1\n# %% id="a" version=1 ghost\n2\n', "both a ghost and on the page"),
    ],
)
def test_a_recording_that_cannot_be_replayed_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(RecordingError) as caught:
        parse(text)
    assert complaint in str(caught.value)


def replay(tmp_path: Path, text: str) -> dict[str, Any]:
    source, folder = tmp_path / "recording.py", tmp_path / "page"
    source.write_text(text, encoding="utf-8")
    folder.mkdir(exist_ok=True)
    record(source, folder / "page.ipynb", folder)
    assert [path.name for path in folder.iterdir()] == ["page.ipynb"]
    page: dict[str, Any] = json.loads((folder / "page.ipynb").read_text(encoding="utf-8"))
    return page


def test_a_replay_keeps_stale_outputs_hides_ghosts_and_folds_text(tmp_path: Path) -> None:
    needs_a_kernel()
    page = replay(tmp_path, TINY)
    cells = {cell["id"]: cell for cell in page["cells"]}
    counts = {name: cell.get("execution_count") for name, cell in cells.items()}
    assert counts == parse(TINY).counts()
    assert cells["load"]["outputs"] == [{"name": "stdout", "output_type": "stream", "text": ["one\n", "two\n"]}]
    assert cells["load"]["metadata"] == {"tags": ["parameters"]}
    assert (cells["look"]["source"], cells["look"]["outputs"][0]["data"]["text/plain"]) == (["n = 2"], ["1"])
    assert cells["show"]["outputs"][0]["data"]["text/plain"] == ["42"]
    assert cells["fails"]["outputs"][0]["ename"] == "ZeroDivisionError"
    assert cells["later"]["outputs"] == []
    assert (page["nbformat"], page["nbformat_minor"]) == (4, 5)
    assert page["metadata"]["language_info"]["name"] == "python"


def test_two_replays_are_byte_identical_and_a_failed_one_changes_nothing(tmp_path: Path) -> None:
    needs_a_kernel()
    steady = 'RUNS = ["a", "restart kernel", "a"]\n# %% id="a"\nsum(range(10))\n'
    replay(tmp_path, steady)
    place = tmp_path / "page" / "page.ipynb"
    first = place.read_bytes()
    replay(tmp_path, steady)
    assert place.read_bytes() == first
    assert first.endswith(b"}\n")
    with pytest.raises(RecordingError, match="a ended NameError"):
        replay(tmp_path, 'RUNS = ["a"]\n# %% id="a"\nnowhere\n')
    with pytest.raises(RecordingError, match="without an error"):
        replay(tmp_path, 'RUNS = ["a"]\n# %% id="a" raises\n1\n')
    with pytest.raises(RecordingError, match="a folder of this machine"):
        replay(tmp_path, 'RUNS = ["a"]\n# %% id="a"\nimport os\nos.getcwd()\n')
    assert place.read_bytes() == first
