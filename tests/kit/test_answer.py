"""Critiques as people type them are read; what cannot be read is refused with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.kit.answer import CATEGORIES, Answer, as_toml, read_answers
from nbcritic.model import SEVERITIES, NbcriticError

TABLE = """
# My critique

Some words | with a bar.

| Where | Severity | What is wrong | Why | Fix |
|---|:--:|---|---|---|
| In[31] | blocker | the scaler is fitted on everything | R² 0.9 \\| 0.3 | pipeline |
| `df.dropna()` | HIGH | rows vanish | | count them |
| | | | | |

| what |
|---|
| no tests |
"""


def test_a_table_is_read_by_its_headings() -> None:
    first, second, third = read_answers(TABLE)
    assert first == Answer(
        "the scaler is fitted on everything", "In[31]", "blocker", why="R² 0.9 | 0.3", fix="pipeline", line=8
    )
    assert (second.severity, second.where, second.fix) == ("blocker", "`df.dropna()`", "count them")
    assert (third.what, third.where) == ("no tests", "")


def test_a_list_is_read_with_and_without_bars() -> None:
    text = """
- cell 14: the split comes too late
- In[31] | major | hidden state | out of order | cannot be run again | restart
* just a thought
  that goes on
1. 3, 5 | paths | run on one machine | config
"""
    split, order, thought, paths = read_answers(text)
    assert (split.where, split.what) == ("cell 14", "the split comes too late")
    assert (order.where, order.severity, order.category) == ("In[31]", "major", "reproducibility")
    assert (order.what, order.why, order.fix) == ("out of order", "cannot be run again", "restart")
    assert thought.what == "just a thought that goes on"
    assert (paths.where, paths.what, paths.fix) == ("3, 5", "paths", "config")


def test_a_colon_that_names_no_place_stays_in_the_sentence() -> None:
    (answer,) = read_answers("- The problem: nobody knows\n")
    assert (answer.where, answer.what) == ("", "The problem: nobody knows")


def test_the_template_s_comments_and_code_are_no_critique() -> None:
    text = "<!-- | what |\n|---|\n| example | -->\n```\n- not me\n```\n- me\n"
    assert [(answer.what, answer.line) for answer in read_answers(text)] == [("me", 7)]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("| where | opinion |\n|---|---|\n| 3 | bad |\n", "line 1: the table has no column `what`"),
        ("| what | severity |\n|---|---|\n| bad | huge |\n", "line 3: `huge` is no severity"),
        ("| what | category |\n|---|---|\n| bad | astrology |\n", "line 3: `astrology` is no category"),
        ("| where | what |\n|---|---|\n| 3 | |\n", "line 3: it does not say what is wrong"),
        ("[[remark]]\nwhat = \n", "no valid TOML"),
        ("[[remark]]\nwhere = '3'\n", "remark 1: it does not say"),
        ("- x\n" * 401, "at most 400"),
    ],
)
def test_what_cannot_be_placed_is_refused_with_its_line(text: str, error: str) -> None:
    with pytest.raises(NbcriticError, match=error):
        read_answers(text)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        answers = read_answers(text)
    except NbcriticError:
        return
    assert all(answer.what.strip() for answer in answers)


words = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1).map(str.strip).filter(bool)
some = st.one_of(st.just(""), words)
answers = st.builds(
    Answer,
    what=words,
    where=some,
    severity=st.one_of(st.none(), st.sampled_from(SEVERITIES)),
    category=st.one_of(st.just(""), st.sampled_from(CATEGORIES)),
    why=some,
    fix=some,
)


@given(st.lists(answers, min_size=1).map(tuple))
def test_toml_is_read_back(given: tuple[Answer, ...]) -> None:
    assert read_answers(as_toml(given)) == given


def cell(text: str) -> str:
    return text.replace("\\", "/").replace("|", "\\|")


@given(st.lists(answers, min_size=1, max_size=5).map(tuple))
def test_a_table_is_read_back(given: tuple[Answer, ...]) -> None:
    rows = [
        "| "
        + " | ".join(cell(part or "") for part in (a.where, a.severity or "", a.category, a.what, a.why, a.fix))
        + " |"
        for a in given
    ]
    table = "| where | severity | category | what | why | fix |\n|---|---|---|---|---|---|\n" + "\n".join(rows) + "\n"
    if "<!--" in table:
        return
    read = read_answers(table)
    assert [answer.what for answer in read] == [answer.what.replace("\\", "/") for answer in given]
    assert [answer.severity for answer in read] == [answer.severity for answer in given]


@pytest.mark.parametrize(
    "head", ["where | what is wrong | what it costs | what to do", "Cell | Problem | Why it matters | Action"]
)
def test_headings_as_people_type_them(head: str) -> None:
    [answer] = read_answers(f"| {head} |\n| --- | :-: | --- | --: |\n| 3 | a | b | c |\n")
    assert (answer.where, answer.what, answer.why, answer.fix) == ("3", "a", "b", "c")


def test_a_long_line_of_blanks_is_read() -> None:
    blanks = " " * 200_000
    assert read_answers(f"| what |\n|{blanks}x\n") == ()
    assert read_answers(f"| what |\n|---|\n|{blanks}x|\n") == (Answer("x", line=3),)
