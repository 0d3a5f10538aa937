"""The figure of a family depends on which rules speak and how gravely, and on nothing that moving code about could change."""

from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from nbcritic import engine
from nbcritic.analysis.page import Page
from nbcritic.config import Config
from nbcritic.model import CONFIDENCES, FAMILIES, SEVERITIES, Cell, Finding, Notebook, Span
from nbcritic.readiness import readiness

STATEMENTS = (
    "import pandas as pd",
    "import numpy as np",
    "import warnings",
    "from os.path import *",
    'warnings.filterwarnings("ignore")',
    'orders = pd.read_csv("/home/ann/orders.csv")',
    'gaps = orders["price"] == np.nan',
    'orders["day"][orders.price > 3] = 1',
    "total = undefined_rate * 2",
)
PLAIN = engine.critique(Page(Notebook("x.ipynb", (Cell(1, "code", "from numpy import *"),))), Config()).findings[0]
FAMILY = st.sampled_from(list(FAMILIES.items()))


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    prefix, family = draw(FAMILY)
    return replace(
        PLAIN,
        code=f"{prefix}{draw(st.integers(1, 4)):02}",
        family=family,
        severity=draw(st.sampled_from(SEVERITIES)),
        confidence=draw(st.sampled_from(CONFIDENCES)),
        at=Span(draw(st.integers(0, 9))),
    )


def figures(*cells: str, profile: str = "review") -> dict[str, int]:
    notebook = Notebook("x.ipynb", tuple(Cell(number, "code", source) for number, source in enumerate(cells, 1)))
    return dict(engine.critique(Page(notebook), Config().with_options(profile=profile)).readiness)


@given(st.lists(findings()), st.randoms(use_true_random=False))
def test_repeats_and_order_do_not_matter(found: list[Finding], chance: object) -> None:
    moved = [replace(finding, at=Span(finding.at.cell + 1)) for finding in found]
    chance.shuffle(moved)  # type: ignore[attr-defined]
    assert readiness(found, FAMILIES.values()) == readiness([*moved, *moved], FAMILIES.values())


@given(st.lists(findings()), findings())
def test_a_finding_more_never_raises_a_figure(found: list[Finding], more: Finding) -> None:
    before = dict(readiness(found, FAMILIES.values()))
    after = dict(readiness([*found, more], FAMILIES.values()))
    assert before.keys() == after.keys()
    assert all(after[family] <= figure for family, figure in before.items())
    assert all(0 <= figure <= 100 for figure in after.values())


@given(st.lists(findings()))
def test_a_hundred_means_that_no_rule_spoke(found: list[Finding]) -> None:
    spoke = {finding.family for finding in found}
    for family, figure in readiness(found, FAMILIES.values()):
        assert (figure == 100) == (family not in spoke)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 2)), min_size=len(STATEMENTS), max_size=len(STATEMENTS)))
def test_cutting_cells_and_adding_empty_ones_changes_nothing(cuts: list[tuple[bool, int]]) -> None:
    cells = [""]
    for statement, (cut, empty) in zip(STATEMENTS, cuts, strict=True):
        if cut:
            cells += ["", *[""] * empty]
        cells[-1] += f"{statement}\n"
    whole = figures("\n".join(STATEMENTS))
    assert figures(*cells) == whole
    assert all(figure <= whole[family] for family, figure in figures(*cells, profile="production").items())


def test_only_families_that_were_judged_have_a_figure() -> None:
    page = Page(Notebook("x.ipynb", (Cell(1, "code", "x = 1"),)))
    assert engine.critique(page, Config(select=("leakage",))).readiness == (("leakage", 100),)
    foreign = Page(Notebook("x.ipynb", (Cell(1, "code", "x <- 1"),), language="r"))
    assert engine.critique(foreign, Config()).readiness == ()


def test_comments_to_nbcritic_are_no_fault_of_the_notebook() -> None:
    assert "suppression" not in figures("x = 1  # nbcritic: ignore[star-import]")


def test_the_figures_are_those_of_the_guide() -> None:
    guide = (Path(__file__).parents[1] / "docs/readiness.md").read_text("utf-8")

    def figure(*found: tuple[str, str]) -> int:
        said = [
            replace(PLAIN, code=f"NBC10{n}", severity=severity, confidence=confidence)  # type: ignore[arg-type]
            for n, (severity, confidence) in enumerate(found)
        ]
        return readiness(said, ["hidden-state"])[0][1]

    major = ("major", "likely")
    assert f"| a nit | {figure(('nit', 'certain'))} |" in guide
    assert f"| one minor rule, certain | {figure(('minor', 'certain'))} |" in guide
    assert f"| one major rule, likely | {figure(major)} |" in guide
    assert f"| two major rules, likely | {figure(major, major)} |" in guide
    assert f"| one blocker, likely | {figure(('blocker', 'likely'))} |" in guide
    assert f"| a blocker and two major rules, likely | {figure(('blocker', 'likely'), major, major)} |" in guide
