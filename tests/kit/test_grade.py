"""What a grader must never do: the properties of KIT, whatever the key and whatever the answers."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbcritic.kit.answer import Answer
from nbcritic.kit.grade import DECOY_COST, MATCH, UNSURE, Scorecard, grade, likeness
from nbcritic.kit.place import Places
from nbcritic.kit.remark import Decoy, Key, Remark, parse_key
from nbcritic.model import Cell, NbcriticError, Notebook

CELLS = (
    "import pandas as pd",
    "df = pd.read_csv('a.csv')",
    "scaler.fit(X)",
    "train_test_split(X, y)",
    "print(score)",
    "x",
)
NOTEBOOK = Notebook("n.ipynb", tuple(Cell(n, "code", s, f"c{n}", 10 + n) for n, s in enumerate(CELLS, 1)))
PLACES = Places(NOTEBOOK)


def remark(id_: str, cell: str, concepts: tuple[tuple[str, ...], ...], **more: object) -> Remark:
    fields = {
        "title": id_,
        "category": "leakage",
        "severity": "major",
        "what": " ".join(group[0] for group in concepts),
        "why": "cost",
        "fix": "cure",
        "impact": ("cost",),
        "remedy": ("cure",),
        "hints": ("a", "b", "c"),
    } | more
    return Remark(id=id_, cell=cell, concepts=concepts, **fields)  # type: ignore[arg-type]


KEY = Key(
    remark=(
        remark("leak", "c3", (("scaler",), ("before",), ("split",)), severity="blocker"),
        remark("paths", "c2", (("path",), ("machine",)), category="configuration", severity="minor"),
        remark("tests", "", (("test",), ("none", "missing")), category="tests"),
        remark("metric", "c5", (("metric",), ("desk",)), category="problem-and-kpi", severity="blocker"),
    ),
    decoy=(Decoy(id="seed", cell="c4", looks="seed forty", right="fine", concepts=(("seed",), ("forty",))),),
)
PERFECT = tuple(Answer(r.what, r.cell or "whole", r.severity, r.category, r.why, r.fix) for r in KEY.remark)
TRAP = Answer("seed forty", "c4")


def points(answers: tuple[Answer, ...]) -> float:
    return grade(KEY, answers, NOTEBOOK).points


vocabulary = "scaler before split path machine test missing metric desk seed forty cost cure the of".split()
lines = st.builds(
    Answer,
    what=st.lists(st.sampled_from(vocabulary), min_size=1, max_size=8).map(" ".join),
    where=st.sampled_from(["", "1", "c2", "In[13]", "whole", "2-5", "`scaler.fit`", "99", "cell 4"]),
    severity=st.sampled_from([None, "blocker", "nit"]),
    category=st.sampled_from(["", "leakage", "tests", "problem-and-kpi"]),
    why=st.sampled_from(["", "cost"]),
    fix=st.sampled_from(["", "cure"]),
)
critiques = st.lists(lines, max_size=8).map(tuple)
unhurried = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


def test_the_key_itself_scores_all() -> None:
    card = grade(KEY, PERFECT, NOTEBOOK)
    assert (card.score, card.recall, card.precision, card.missed, card.decoys) == (100.0, 1.0, 1.0, (), ())


def test_nothing_scores_nothing() -> None:
    card = grade(KEY, (), NOTEBOOK)
    assert (card.score, card.recall, card.precision) == (0.0, 0.0, 0.0)
    assert card.missed == ("leak", "metric", "tests", "paths")


def test_a_shotgun_line_claims_one() -> None:
    shotgun = Answer(" ".join(vocabulary), "whole", why="cost", fix="cure")
    assert len(grade(KEY, (shotgun,), NOTEBOOK).claims) + len(grade(KEY, (shotgun,), NOTEBOOK).decoys) <= 1


@unhurried
@given(critiques, st.randoms(use_true_random=False))
def test_order_never_changes_the_score(answers: tuple[Answer, ...], chance: random.Random) -> None:
    shuffled = list(answers)
    chance.shuffle(shuffled)
    assert points(tuple(shuffled)) == pytest.approx(points(answers))


def test_the_same_words_at_two_places_are_one_line() -> None:
    here, there = (
        Answer("scaler before split before", "99", category="tests"),
        Answer("scaler before split before", "c3"),
    )
    assert points((here, there)) == points((there, here)) == points((there,)) > points((here,)) == 0


@unhurried
@given(critiques, st.data())
def test_saying_it_twice_never_raises_it(answers: tuple[Answer, ...], data: st.DataObject) -> None:
    if answers:
        again = data.draw(st.sampled_from(answers))
        assert points((*answers, again)) <= points(answers) + 1e-9


@unhurried
@given(critiques)
def test_calling_a_decoy_a_fault_never_raises_it(answers: tuple[Answer, ...]) -> None:
    assert points((*answers, TRAP)) <= points(answers) + 1e-9


@unhurried
@given(critiques, lines)
def test_one_more_line_lowers_it_only_if_it_calls_a_decoy_a_fault(answers: tuple[Answer, ...], more: Answer) -> None:
    before, after = grade(KEY, answers, NOTEBOOK), grade(KEY, (*answers, more), NOTEBOOK)
    assert after.points >= before.points - DECOY_COST * (len(after.decoys) - len(before.decoys)) - 1e-9
    assert len(after.claims) <= len(before.claims) + 1


@unhurried
@given(critiques)
def test_every_line_has_one_fate_and_every_remark_too(answers: tuple[Answer, ...]) -> None:
    card = grade(KEY, answers, NOTEBOOK)
    fates = [claim.answer for claim in card.claims] + [index for index, _ in card.decoys] + list(card.extra)
    assert len(fates) == len(set(fates)) <= len(answers)
    assert {claim.remark for claim in card.claims}.isdisjoint(card.missed)
    assert len(card.claims) + len(card.missed) == len(KEY.remark)
    assert 0 <= card.score <= 100


def test_the_better_of_two_assignments_is_found() -> None:
    key = Key(remark=(
        remark("both", "c2", (("path",), ("machine",))),
        remark("one", "c2", (("path",),), severity="nit"),
    ))  # fmt: skip
    answers = (Answer("path machine", "c2"), Answer("path", "c2"))
    card = grade(key, answers, NOTEBOOK)
    assert {(claim.answer, claim.remark) for claim in card.claims} == {(0, "both"), (1, "one")}


def test_cost_and_cure_are_worth_their_part() -> None:
    bare = Answer("scaler before split", "c3")
    assert points((bare,)) == pytest.approx(8 * 0.70)
    assert points((Answer(bare.what, "c3", why="it has a cost"),)) == pytest.approx(8 * 0.85)
    assert points((Answer(bare.what, "c3", why="cost", fix="cure"),)) == pytest.approx(8.0)


def test_a_missing_category_is_neutral_and_a_wrong_one_is_not() -> None:
    leak = KEY.remark[0]
    bare, right, wrong = (Answer("scaler split", "c3", category=name) for name in ("", "leakage", "tests"))
    likes = [likeness(leak, answer, PLACES) for answer in (bare, right, wrong)]
    assert likes[2] < likes[0] < likes[1]
    assert likes[0] == pytest.approx((0.35 + 0.5 * 4 / 9) / 0.85)


def test_doubtful_lines_are_shown_to_a_person_whose_word_counts() -> None:
    doubtful = Answer("something about the scaler", "c3")
    assert UNSURE <= likeness(KEY.remark[0], doubtful, PLACES) < MATCH
    card = grade(KEY, (doubtful,), NOTEBOOK)
    assert (card.claims, [doubt.remark for doubt in card.unsure]) == ((), ["leak"])
    pair = (doubtful.text, "leak")
    assert [claim.remark for claim in grade(KEY, (doubtful,), NOTEBOOK, {pair: "match"}).claims] == ["leak"]
    assert grade(KEY, (doubtful,), NOTEBOOK, {pair: "no match"}).unsure == ()


def test_what_turns_the_meaning_round_counts_for_nothing() -> None:
    key = Key(remark=(remark("leak", "c3", (("leak",),), void=("no leak",)),))
    assert grade(key, (Answer("there is no leak here", "c3"),), NOTEBOOK).claims == ()


def test_the_gravest_first_is_said_beside_the_score() -> None:
    leak, paths, tests, metric = PERFECT
    early, late = (leak, metric, paths, tests), (paths, tests, leak, metric)
    assert grade(KEY, early, NOTEBOOK).prioritised == 1.0
    assert grade(KEY, late, NOTEBOOK).prioritised == 0.5
    assert grade(KEY, early, NOTEBOOK).score == grade(KEY, late, NOTEBOOK).score


@pytest.mark.parametrize(
    ("where", "cells"),
    [
        ("14", set()),
        ("3", {3}),
        ("cell 3", {3}),
        ("cells 2-4", {2, 3, 4}),
        ("2, 5", {2, 5}),
        ("In[13]", {3}),
        ("[13]", {3}),
        ("In [13] and cell 5", {3, 5}),
        ("`scaler.fit( X )`", {3}),
        ("scaler.fit(X)", {3}),
        ("c3", {3}),
        ("the whole notebook", {0}),
        ("", set()),
        ("1-999", {1, 2, 3, 4, 5, 6}),
        ("5–6", {5, 6}),
    ],
)
def test_places_as_people_write_them(where: str, cells: set[int]) -> None:
    assert PLACES.meant(where) == cells


def test_naming_every_cell_names_none_well() -> None:
    leak = KEY.remark[0].places
    assert PLACES.overlap("3", leak) == 1.0
    assert PLACES.overlap("4", leak) == 0.5
    assert PLACES.overlap("whole", leak) == 0.5
    assert PLACES.overlap("1-6", leak) == 0.5
    assert PLACES.overlap("6", leak) == 0.0


def test_a_key_with_a_typo_names_the_remark_and_the_field() -> None:
    with pytest.raises(NbcriticError, match=r"severiti.*remark\[0\]|unknown field"):
        parse_key('[[remark]]\nid = "a"\nseveriti = "major"\n')
    with pytest.raises(NbcriticError, match="no valid TOML"):
        parse_key("[[remark]\n")


def test_a_scorecard_of_no_key_is_zero_not_an_error() -> None:
    card = grade(Key(remark=()), PERFECT, NOTEBOOK)
    assert isinstance(card, Scorecard)
    assert (card.score, len(card.extra)) == (0.0, 4)
