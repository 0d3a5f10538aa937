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


def said(text: str) -> list[tuple[str, str]]:
    return [(answer.place, answer.what) for answer in read_answers(text)]


def test_paragraphs_that_begin_with_a_cell_are_remarks_and_other_prose_is_none() -> None:
    text = """# My review

Dear Ann, nice plots. In the end, though:

Cell 4 / 7: the word None is read as missing,
and dropna throws the rows away.

In[30]: copies before the split
**Cell 29:** the bill is a feature
Best wishes
"""
    assert said(text) == [
        ("Cell 4 / 7", "the word None is read as missing, and dropna throws the rows away."),
        ("In[30]", "copies before the split"),
        ("Cell 29", "the bill is a feature Best wishes"),
    ]


def test_what_stands_under_a_heading_or_an_item_belongs_to_it() -> None:
    text = """## Cell 14: no origin in the join

Each flight is there three times.
- why: 1,006,987 rows
- fix: join on origin

## Cell 20
- dropped
- filled
  - cell 21: and filled again

## General
- no tests
  - impact: nobody dares to change it
- no baseline
"""
    assert said(text) == [
        ("Cell 14", "no origin in the join Each flight is there three times. why: 1,006,987 rows fix: join on origin"),
        ("Cell 20", "dropped"),
        ("Cell 20", "filled"),
        ("cell 21", "and filled again"),
        ("", "no tests impact: nobody dares to change it"),
        ("", "no baseline"),
    ]


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("- the tree counts in degrees (cell 19), see also cells 20 and 21", "cell 19, cells 20 and 21"),
        ("- In[22] says 1,474 rows, In[34] 960", "In[22], In[34]"),
        ("- `towns.dropna()` loses the town None", "`towns.dropna()`"),
        ("- in cell 5, use `read_csv(keep_default_na=False)`", "cell 5"),
        ("- Cell 38 - the error is swallowed", "Cell 38"),
        ("- `df.dropna()`: rows vanish", "`df.dropna()`"),
        ("- cell 14 (In[31]): the split comes too late", "cell 14 (In[31])"),
        ("- 5,200 dollars a month for 16 nodes", ""),
        ("| what | where |\n|---|---|\n| rows vanish in cell 3 | |", "cell 3"),
    ],
)
def test_the_place_may_stand_anywhere_in_the_sentence(line: str, place: str) -> None:
    assert [answer.place for answer in read_answers(line)] == [place]


def test_a_forgiving_reader_takes_inventions_for_nothing() -> None:
    text = "| where | severity | category | what |\n|---|---|---|---|\n| 3 | huge | astrology | rows vanish |\n| 4 | minor | | |\n"
    with pytest.raises(NbcriticError, match="`huge` is no severity"):
        read_answers(text)
    assert read_answers(text, forgiving=True) == (Answer("rows vanish", "3", line=3),)
    assert read_answers("- 3 | huge | astrology | rows | vanish | count\n", forgiving=True)[0].what == "rows"
