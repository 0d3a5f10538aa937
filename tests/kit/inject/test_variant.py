"""Variants are drawn by a seed and proven by running them."""

import dataclasses
import os
from collections import Counter

import pytest

from nbcritic.kit.answer import Answer
from nbcritic.kit.grade import grade
from nbcritic.kit.inject.base import Base, of_scenario
from nbcritic.kit.inject.bench import Bench, bench
from nbcritic.kit.inject.variant import Variant, make, saved
from nbcritic.kit.scenario import load
from nbcritic.kit.takehome.leaks import leaks
from nbcritic.kit.takehome.pack import key_toml
from nbcritic.kit.takehome.sheets import brief
from nbcritic.model import NbcriticError


def test_every_flaw_is_proven(variant: Variant) -> None:
    assert len(variant.flaws) == 6
    assert all(proof.bites for proof in variant.proofs)
    assert {remark.id for remark in variant.key.remark} == set(variant.flaws)
    assert not variant.ran.failed


def test_the_same_seed_gives_the_same_bytes_and_another_one_another_key(
    base: Base, warm: Bench, variant: Variant
) -> None:
    again, other = make(base, 7, warm, 6), make(base, 8, warm, 6)
    assert saved(again.draft, again.ran).raw == saved(variant.draft, variant.ran).raw
    assert key_toml(again.key) == key_toml(variant.key)
    assert key_toml(other.key) != key_toml(variant.key)


def test_the_page_is_saved_as_its_author_ran_it(base: Base, warm: Bench) -> None:
    made = make(base, 7, warm, 2, only=("helper-below", "parameter-changed-last"))
    page = saved(made.draft, made.ran)
    counts = [cell.execution_count for cell in page.code]
    assert None not in counts
    assert counts != sorted(count for count in counts if count is not None)  # out of order, as it ran
    assert page.code[-1].source.startswith("def taken")
    top = warm.run(made.draft, from_the_top=True)
    assert "NameError" in top.failed


def test_who_says_what_the_key_says_scores_everything(variant: Variant) -> None:
    answers = [
        Answer(
            what=f"{remark.what} {' '.join(group[0].rstrip('*') for group in remark.concepts)}",
            where=remark.cell or "whole",
            category=remark.category,
            why=remark.impact[0].rstrip("*"),
            fix=remark.remedy[0].rstrip("*"),
        )
        for remark in variant.key.remark
    ]
    card = grade(variant.key, answers, saved(variant.draft, variant.ran))
    assert card.missed == ()
    assert card.score == 100


def test_an_unknown_flaw_and_a_broken_notebook_are_said(base: Base, warm: Bench) -> None:
    with pytest.raises(NbcriticError, match="no flaw is called typo"):
        make(base, 1, warm, only=("typo",))
    from nbcritic.kit.inject.base import as_notebook

    broken = dataclasses.replace(base, notebook=as_notebook(b"# %%\n1 / 0\n", "broken.py"))
    with pytest.raises(NbcriticError, match=r"does not run: cell-1: ZeroDivisionError"):
        make(broken, 1, warm)


SEEDS = int(os.environ.get("NBCRITIC_VARIANTS", "5"))
"""How many variants are made and proven; each takes a minute on a slow machine, and thirty are worth it before a release."""


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["flight-delay", "bird-strike"])
def test_variants_of_a_scenario(slug: str) -> None:
    base = of_scenario(load(slug))
    sets: Counter[tuple[str, ...]] = Counter()
    keys = set()
    with bench(base.data) as warm:
        for seed in range(1, SEEDS + 1):
            made = make(base, seed, warm)
            page = saved(made.draft, made.ran)
            assert len(made.flaws) == 8, (seed, made.refused)
            assert all(proof.bites for proof in made.proofs), seed
            assert all(remark.quote in made.draft.source(remark.cell) for remark in made.key.remark if remark.cell), (
                seed
            )
            assert len(made.key.remark) >= 12
            assert leaks({"README.md": brief(made, 120, "").encode(), "nb.ipynb": page.raw}, made.key, made.flaws) == ()
            sets[made.flaws] += 1
            keys.add(key_toml(made.key))
    assert len(keys) == SEEDS
    assert max(sets.values()) == 1, [names for names, times in sets.items() if times > 1]
