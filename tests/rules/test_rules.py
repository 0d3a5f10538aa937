"""Every rule against its own documentation: the examples of its docstring are its tests."""

import re
from itertools import pairwise

import pytest

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.config import Config
from nbcritic.fixer import mend
from nbcritic.model import FAMILIES, Notebook
from nbcritic.notebook.write import rewrite
from nbcritic.rule import Example, Rule

RULES = list(rules.load().values())
PAIRS = [(r, e, f"{r.name}-{i}-{e.kind}") for r in RULES for i, e in enumerate(r.examples)]
CASES = [pytest.param(r, e, id=name) for r, e, name in PAIRS]
BAD = [pytest.param(r, e, id=name) for r, e, name in PAIRS if e.kind == "Bad"]
FIXED = [
    pytest.param(r, bad, fixed, id=f"{r.name}-{i}")
    for r in RULES
    for i, (bad, fixed) in enumerate(pairwise(r.examples))
    if fixed.kind == "Fixed"
]


def flagged(rule: Rule, example: Example) -> set[tuple[int, int]]:
    return {(hit.at.cell, hit.at.line) for hit in rule.check(example.page, **example.options)}


@pytest.mark.parametrize("rule, example", CASES)
def test_example(rule: Rule, example: Example) -> None:
    assert flagged(rule, example) == example.expected


@pytest.mark.parametrize("rule, example", BAD)
def test_hits_are_places_in_the_notebook(rule: Rule, example: Example) -> None:
    page = example.page
    for hit in rule.check(page, **example.options):
        for at in (hit.at, *(place.at for place in hit.related)):
            assert 0 <= at.cell <= len(page.notebook.cells)
            if at.line:
                lines = page.notebook.cells[at.cell - 1].source.split("\n")
                assert at.end_line <= len(lines)
                assert at.column - 1 <= len(lines[at.line - 1])
                assert at.end_column - 1 <= len(lines[at.end_line - 1])
        assert hit.message
        assert "\n" not in hit.message
        assert not hit.message.endswith(".")


@pytest.mark.parametrize("rule, bad, fixed", FIXED)
def test_fix(rule: Rule, bad: Example, fixed: Example) -> None:
    config = Config(select=(rule.code,), rule_options={rule.name: bad.options})
    mended = mend(bad.notebook, config, bad.page.project, unsafe=True)
    assert cells(mended.notebook) == cells(fixed.notebook)
    assert not mended.refused
    assert mended.report.findings == ()
    assert not mend(mended.notebook, config, bad.page.project, unsafe=True).changed


@pytest.mark.parametrize("rule, example", BAD)
def test_fixes_break_nothing(rule: Rule, example: Example) -> None:
    for hit in rule.check(example.page, **example.options):
        if hit.fix:
            assert rule.fixable, "show the result in a Fixed block"
            after = Page(rewrite(example.notebook, hit.fix.edits).notebook, example.page.project)
            assert all(cell.tree is not None for cell in after.cells)
            missing = {undefined.name for undefined in example.page.flow.undefined}
            assert {undefined.name for undefined in after.flow.undefined} <= missing


def cells(notebook: Notebook) -> list[tuple[str, str, int | None]]:
    return [(cell.kind, cell.source, cell.execution_count) for cell in notebook.cells]


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_rule_is_complete(rule: Rule) -> None:
    kinds = {example.kind: example for example in rule.examples}
    assert {"Bad", "Good"} <= set(kinds), "give at least one Bad and one Good example"
    assert all(bool(e.expected) == (e.kind == "Bad") for e in rule.examples)
    assert rule.summary.endswith(".")
    assert len(rule.summary) <= 80
    assert rule.why, "say why it matters in the second paragraph"
    assert rule.remedy, "say what to do in a paragraph that starts with 'Instead'"
    assert re.fullmatch(r"NBC\d{3}", rule.code)
    module = rule.check.__module__.split(".")
    assert module[-1] == rule.name.replace("-", "_")
    assert module[-2] == FAMILIES[rule.code[:4]].replace("-", "_")
    assert all(isinstance(value, (int, float, str, bool, tuple)) for value in rule.options.values())


def test_codes_and_names_are_unique() -> None:
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_silent_on_an_empty_notebook(rule: Rule) -> None:
    assert list(rule.check(Page(Notebook("empty.ipynb", ())))) == []
