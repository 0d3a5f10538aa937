"""Operators change what they say and nothing else. No notebook is run here."""

import io
import tokenize
from pathlib import Path
from random import Random

import pytest

from nbcritic.analysis.page import Page
from nbcritic.kit.inject.base import Base, as_notebook, of_scenario
from nbcritic.kit.inject.counts import COUNTS
from nbcritic.kit.inject.draft import Draft, plant, start
from nbcritic.kit.inject.operator import Operator, operators
from nbcritic.kit.inject.roles import Roles
from nbcritic.kit.inject.slice import sliced
from nbcritic.kit.inject.variant import _strangers
from nbcritic.kit.scenario import load

SLUGS = ("flight-delay", "bird-strike")
OPERATORS = list(operators().values())
REMOVES_COMMENTS = {"parameter-buried", "no-reference", "assertions-gone"}


@pytest.fixture(scope="module", params=SLUGS)
def scenario_base(request: pytest.FixtureRequest) -> Base:
    return of_scenario(load(request.param))


def comments(draft: Draft) -> set[str]:
    found = set()
    for cell in draft.notebook.code:
        tokens = tokenize.generate_tokens(io.StringIO(cell.source).readline)
        found |= {token.string for token in tokens if token.type == tokenize.COMMENT}
    return found


def planted(base: Base, operator: Operator, seed: int = 7) -> Draft | str:
    clean = start(base, Random(f"{seed}/names"))
    return plant(clean, operator, Random(f"{seed}/{operator.name}"))


def test_they_cover_what_an_interview_asks() -> None:
    assert len(OPERATORS) >= 20
    assert {operator.family for operator in OPERATORS} >= {
        "leakage", "evaluation", "state", "data", "checks", "packaging", "performance", "sql",
    }  # fmt: skip
    assert set(COUNTS) <= set(operators())


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_nothing_but_the_named_cells_changes_and_comments_survive(scenario_base: Base, operator: Operator) -> None:
    clean = start(scenario_base, Random("7/names"))
    draft = planted(scenario_base, operator)
    if isinstance(draft, str):
        assert draft.strip()  # a reason, in words
        return
    assert _strangers(clean, draft) == ""
    assert draft.notebook.raw != clean.notebook.raw
    if operator.name not in REMOVES_COMMENTS:
        assert comments(clean) <= comments(draft)
    again = planted(scenario_base, operator)
    assert isinstance(again, Draft)
    assert again.notebook.raw == draft.notebook.raw


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_a_remark_is_whole(scenario_base: Base, operator: Operator) -> None:
    draft = planted(scenario_base, operator)
    if isinstance(draft, str):
        return
    found = draft.flaws[-1].plant
    remark = operator.remark(found)
    texts = (remark.title, remark.what, remark.why, remark.fix, *remark.hints)
    names = set(found.words)
    assert not any("{" + name + "}" in text for name in names for text in texts)
    assert remark.quote in draft.source(remark.cell)
    assert all(place.quote in draft.source(place.cell) for place in remark.also if place.cell)


def test_most_operators_apply_to_each_base(scenario_base: Base) -> None:
    applied = [operator for operator in OPERATORS if isinstance(planted(scenario_base, operator), Draft)]
    assert len(applied) >= 20


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_where_an_operator_does_not_apply_it_says_why(operator: Operator) -> None:
    page = Page(as_notebook(b"# %%\nprint(1)\n", "empty.py"))
    reason = operator.plant(page, Roles(), Random(0))
    assert isinstance(reason, str)
    assert len(reason) > 15


def test_names_change_with_the_seed_and_code_still_parses(scenario_base: Base) -> None:
    drafts = [start(scenario_base, Random(f"{seed}/names")) for seed in range(6)]
    assert len({draft.notebook.raw for draft in drafts}) == len(drafts)
    for draft in drafts:
        page = Page(draft.notebook)
        assert len(page.code) == len(page.cells)
        assert not page.flow.undefined
        assert draft.source("target") and all(remark.quote in draft.source(remark.cell) for remark in draft.remarks)


def test_a_slice_keeps_whole_groups_and_spells_lines_as_they_were(scenario_base: Base) -> None:
    import csv
    import gzip

    spec, folder = scenario_base.slice, scenario_base.data
    assert spec is not None
    assert folder is not None
    whole = gzip.decompress((folder / spec.file).read_bytes()).decode().splitlines()
    [(name, content)] = sliced(scenario_base, Random("1"))
    part = gzip.decompress(content).decode().splitlines()
    assert name == spec.file
    assert part[0] == whole[0]
    assert set(part) < set(whole)
    places = [whole[0].split(",").index(column) for column in spec.by]

    def groups(lines: list[str]) -> dict[tuple[str, ...], int]:
        found: dict[tuple[str, ...], int] = {}
        for row in csv.reader(lines[1:]):
            key = tuple(row[place] for place in places)
            found[key] = found.get(key, 0) + 1
        return found

    kept, all_of_them = groups(part), groups(whole)
    assert all(all_of_them[key] == count for key, count in kept.items())
    assert len(kept) == round(spec.keep * len(all_of_them))
    assert sliced(scenario_base, Random("1")) == ((name, content),)
    assert sliced(scenario_base, Random("2")) != ((name, content),)


def test_a_base_is_clean(scenario_base: Base) -> None:
    from nbcritic import critique
    from nbcritic.config import Config

    assert critique(scenario_base.notebook, Config(profile="production", select=("NBC",))).findings == ()


def test_bases_lie_beside_their_scenario() -> None:
    assert all((Path(load(slug).critique) / "base" / "README.md").is_file() for slug in SLUGS)
