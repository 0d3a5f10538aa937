"""NBC602: every piece of code that it advises is Python, runs, and gives what the loop gave."""

import ast
import re

import numpy as np
import pandas as pd
import pytest

from nbcritic.analysis.page import Page
from nbcritic.notebook import percent
from nbcritic.rules.data_handling.growing_frame import check

START = "df = pd.DataFrame({'a': [1, 2], 'b': [3.0, 4.0]})\nxs = np.array([1.0, 2.0])\ngrid = np.ones((1, 2))\n"
TURNS = "for i in range(5000):"
ROW = "{'a': i, 'b': i / 2}"
PART = "pd.DataFrame({'a': [i], 'b': [i / 2]})"

FORMS = [  # how it grows, and the same in code that pandas 3 has
    (f"df = df.append({ROW}, ignore_index=True)", f"df = pd.concat([df, pd.DataFrame([{ROW}])], ignore_index=True)"),
    (f"row = {ROW}\n    df = df.append(row, True)", f"df = pd.concat([df, pd.DataFrame([{ROW}])], ignore_index=True)"),
    (f"df = df.append([{ROW}], True)", f"df = pd.concat([df, pd.DataFrame([{ROW}])], ignore_index=True)"),
    (f"part = {PART}\n    df = df.append(part)", f"df = pd.concat([df, {PART}])"),
    (f"part = {PART}\n    df = pd.concat([df, part], ignore_index=True)", ""),
    (f"part = {PART}\n    df = pd.concat([part, df])", ""),
    ("df.loc[len(df)] = [i, i / 2]", ""),
    (f"df.loc[len(df)] = {ROW}", ""),
    ("grid = np.vstack((grid, [i, i]))", ""),
    ("grid = np.concatenate([grid, [[i, i]]], 0)", ""),
    ("grid = np.vstack([np.zeros(2) + i, grid])", ""),
    ("xs = np.hstack([xs, [i, i]])", ""),
]
IN_WORDS = [
    (f"part = {PART}\n    df = df.append(part_of(i, 'a long argument', 'another', 'and a third one'))", PART),
    ("xs = np.append(xs, i)", "i"),
    ("xs = np.append(i, xs)", "i"),
    ("grid = np.append(grid, [[i, i]], axis=0)", "[[i, i]]"),
]
READ = [
    f"row = {ROW}\n    df = df.append(row, ignore_index=True)",
    f"part = {PART}\n    df = df.append(part, ignore_index=True)",
]


def advice(body: str, extra: str = "") -> str:
    text = f"# %%\nimport numpy as np\nimport pandas as pd\n{START}{TURNS}\n    {body}\n{extra}print(df, xs, grid)\n"
    (hit,) = check.check(Page(percent.read(text, "t.py")))
    return hit.message


def code(message: str) -> list[str]:
    return [text for text in re.findall("`([^`]*)`", message.partition("loop; ")[2]) if not text.isidentifier()]


def run(body: str, before: str = "", after: str = "") -> list[object]:
    names: dict[str, object] = {"pd": pd, "np": np}
    exec(f"{START}{before}\nfor i in range(4):\n    {body}\n{after}\n", names)
    return [names["df"], names["xs"], names["grid"]]


def same(one: list[object], other: list[object]) -> None:
    pd.testing.assert_frame_equal(one[0], other[0], check_dtype=False)
    for first, second in zip(one[1:], other[1:], strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(("body", "now"), FORMS)
def test_the_list_gives_the_same(body: str, now: str) -> None:
    step, after = code(advice(body))
    *before, _ = body.split("\n    ")
    same(run("\n    ".join([*before, step]), "parts, rows = [], []", after), run(now or body))


@pytest.mark.parametrize(("body", "part"), IN_WORDS)
def test_the_whole_gives_the_same_where_the_part_is_left_in_words(body: str, part: str) -> None:
    message = advice(body)
    whole = code(message)[0]
    assert "append the parts to a list `parts`" in message
    expected = run(f"df = pd.concat([df, {PART}])" if "df" in body else body)
    same(run(f"parts.append({part})", "parts = []", whole), expected)


@pytest.mark.parametrize("body", READ)
def test_what_the_loop_reads_is_joined_at_once(body: str) -> None:
    whole, *_rest = code(advice(body, "    df.to_html('df.html')\n"))
    expected = run(f"df = pd.concat([df, {PART}], ignore_index=True)")
    same(run(body.replace(body.split("\n    ")[1], whole)), expected)


def test_a_row_that_the_loop_changes_in_place_is_copied() -> None:
    text = f"# %%\nimport pandas as pd\nrow = {{}}\ndf = pd.read_csv('a.csv')\n{TURNS}\n    row['a'] = i\n"
    (hit,) = check.check(Page(percent.read(f"{text}    df = df.append(row)\nprint(df)\n", "t.py")))
    assert "`rows.append(dict(row))`" in hit.message


@pytest.mark.parametrize(
    "body",
    [
        *(body for body, _ in (*FORMS, *IN_WORDS)),
        *READ,
        "df['k'] = df['k'].append(s)",
        "df[i].x = df[i].x.append(s, ignore_index=True)",
        "df.x[i]['k'] = pd.concat([df.x[i]['k'], f(i)], axis=0)",
        "df = pd.concat([a, df, b])",
        "df.loc[len(df) + 1] = row",
        "df = df.append(\n        f(i),  # a note\n        ignore_index=True)",
    ],
)
def test_every_piece_of_code_is_python(body: str) -> None:
    message = advice(body)
    for text in re.findall("`([^`]*)`", message):
        ast.parse(text.replace("…", "0"))
