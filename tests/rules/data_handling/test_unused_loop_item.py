"""NBC616 beyond its documentation."""

import pytest

from nbcritic import critique, rules
from nbcritic.analysis.page import Page
from nbcritic.config import Config
from nbcritic.model import Hit
from nbcritic.notebook import percent


def hits(text: str) -> list[Hit]:
    return list(rules.load()["NBC616"].check(Page(percent.read(f"# %%\n{text}", "t.py"))))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("for side in ('left', 'right'):\n    total += frame['left']", "`'right'` is"),
        ("for side in ('left', 'right'):\n    total += frame.left_width", "`'right'` is"),
        ("for side in ['left', 'right', 'top']:\n    draw(left)", "the 2 other items are"),
        ("def f():\n    for x in [train, test]:\n        train.dropna(inplace=True)", "`test` is"),
    ],
)
def test_forgotten(text: str, says: str) -> None:
    (hit,) = hits(text)
    assert says in hit.message


@pytest.mark.parametrize(
    "text",
    [
        "for side in ('left', 'right'):\n    total += 1",
        "for side in ('left', 'right'):\n    join(left, right)",
        "for side in ('left', 'right'):\n    print('nothing is left')",
        "for side in ('left', 'right'):\n    print('{side} left'.format(**locals()))",
        "for side in ('left', 'right'):\n    print(f'{side}', left)",
        "for side in ('left', 'right'):\n    !draw $side left\n    left",
        "for side in ('left', 'left'):\n    left()",
        "for side in ('x', 'y'):\n    draw(x)",
        "for side in ('left', 2):\n    left()",
        "for side in sides:\n    left()",
        "for a, b in [(left, right)]:\n    left()",
        "for x in [train, test]:\n    train_size += 1",
    ],
)
def test_no_such_loop(text: str) -> None:
    assert hits(text) == []


def test_ruff_does_not_say_it_again() -> None:
    text = "for rater in ['c1', 'c2']:\n    print(data['c1_geo'])"
    report = critique(percent.read(f"# %%\ndata = {{'c1_geo': 1}}\n# %%\n{text}", "t.py"), Config(profile="production"))
    assert {finding.code for finding in report.findings} & {"NBC616", "B007"} == {"NBC616"}
