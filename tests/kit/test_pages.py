"""The kit's pages: self-contained, harmless whatever is written into them, and complete."""

import re
import shutil
from pathlib import Path

import pytest

from nbcritic.cli import main
from nbcritic.kit import workspace
from nbcritic.kit.compare import page
from nbcritic.kit.exercise import of_scenario
from nbcritic.kit.interview import prepare, tick_sheet
from nbcritic.kit.reference import Excerpt, excerpt, nearest

KEY = of_scenario("flight-delay").key
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> workspace.Workspace:
    """A workspace with one attempt; who changes it takes a copy."""
    made = workspace.start("flight-delay", tmp_path_factory.mktemp("space") / "w")
    with (made.folder / "critique.md").open("a") as file:
        file.write("\n- 30: dep_delay is a feature, not known at five; drop it\n")
        file.write(f"\n- 2: {EVIL}\n\n- No baseline model\n")
    made.submit(made.grade(made.exercise()))
    return made


def loads_nothing(html: str) -> bool:
    return not re.search(r"""(?:src|href)=["'](?!data:|#)""", re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL))


def test_compare_shows_every_remark_with_key_reference_and_own_words(space: workspace.Workspace) -> None:
    html = page(space)
    assert loads_nothing(html)
    assert all(f'id="{remark.id}"' in html for remark in KEY.remark)
    states = re.findall(r'<p class="state (\w+)">', html)
    assert (states.count("seen"), states.count("near")) == (1, 1)
    assert len(states) == len(KEY.remark)
    first = html[html.index('id="known-only-afterwards"') :]
    first = first[: first.index("</section>")]
    assert "dep_delay is a feature, not known at five" in first
    assert "src/newark_ontime/features.py" in first
    assert "<td>0.929</td>" in first
    assert "It does not say" not in first
    assert "line marked" in first


def test_nothing_that_a_trainee_writes_can_act(space: workspace.Workspace) -> None:
    html = page(space)
    assert "alert(1)" in html
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "default-src &#39;none&#39;" in html or "default-src 'none'" in html


def test_the_trainees_own_code_stands_beside_the_reference(space: workspace.Workspace, tmp_path: Path) -> None:
    own = workspace.find(shutil.copytree(space.folder, tmp_path / "w"))
    source = excerpt(of_scenario("flight-delay").scenario.reference, "features.py:recent_share")  # type: ignore[union-attr]
    assert source is not None
    (own.package / "src" / "ontime" / "history.py").write_text("import pandas as pd\n\n" + source.text)
    assert "Your package · src/ontime/history.py, line 3" in page(own)


def test_what_is_alike_is_found_and_what_is_not_is_not() -> None:
    one = Excerpt("a.py", "share", 1, "def share(history, days):\n    return history.rolling(days).mean().shift(1)")
    same = Excerpt("b.py", "late_share", 9, "def late_share(history, days):\n    return history.rolling(days).mean()")
    other = Excerpt("c.py", "main", 1, "def main(arguments):\n    print(arguments)")
    assert nearest(one, [other, same]) == same
    assert nearest(one, [other]) is None


def test_places_in_a_package(tmp_path: Path) -> None:
    (tmp_path / "src" / "p").mkdir(parents=True)
    (tmp_path / "src" / "p" / "m.py").write_text(
        "X: int = 1\n\n\nclass A:\n    @property\n    def b(self):\n        return 1\n"
    )
    (tmp_path / "design.md").write_text("# Design\n")
    found = excerpt(tmp_path, "m.py:A.b")
    assert found == Excerpt("src/p/m.py", "A.b", 5, "    @property\n    def b(self):\n        return 1")
    assert excerpt(tmp_path, "m.py:X") == Excerpt("src/p/m.py", "X", 1, "X: int = 1")
    assert excerpt(tmp_path, "design.md") == Excerpt("design.md", "", 1, "# Design")
    assert [excerpt(tmp_path, place) for place in ("m.py:Y", "n.py", "m.py:A.c")] == [None, None, None]


def test_the_tick_sheet_holds_the_key_in_order_of_weight_and_loads_nothing() -> None:
    html = tick_sheet(of_scenario("flight-delay"), 45)
    assert loads_nothing(html)
    order = [match for match in re.findall(r'class="tick (\w+)"', html) if match != ""]
    ranks = ["blocker", "major", "minor", "nit"]
    assert order == sorted(order, key=ranks.index)
    assert len(order) == len(KEY.remark)
    assert 'data-minutes="45"' in html
    assert "System design at 100 times" in html


def test_the_candidate_gets_no_answers_and_the_interviewer_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = prepare("flight-delay", tmp_path / "i", 45)
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"candidate/README.md", "candidate/critique.md", "candidate/flight-delay.ipynb"} <= names
    assert {"interviewer/tick-sheet.html", "interviewer/key.toml", "interviewer/interviewer.md"} <= names
    texts = [path.read_text() for path in (folder / "candidate").rglob("*") if path.suffix in (".md", ".ipynb")]
    assert not [hint for remark in KEY.remark for hint in remark.hints if any(hint in text for text in texts)]
    assert main(["interview", "flight-delay", "--into", str(folder)]) == 2
    assert "nothing in it is overwritten" in capsys.readouterr().err
