"""NBC117: prompts that the arguments spare, and findings that belong together."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent
from nbcritic.rules.hidden_state.blocking_cell import check


def hits(text: str) -> list[Hit]:
    return list(check.check(Page(percent.read(text, "t.py", history=True))))


@pytest.mark.parametrize(
    "body, confidence",
    [
        ("    if query:\n        return query\n    return input()", "possible"),
        ("    if not query:\n        query = input()\n    return query", "possible"),
        ("    return query or 3 if query is not None else input()", "possible"),
        ("    return query + input()", None),
        ("    if TODAY:\n        return 3\n    return input()", None),
        ("    answer = input()\n    if query:\n        return 3\n    return answer", None),
    ],
)
def test_arguments_can_spare_the_question(body: str, confidence: str | None) -> None:
    (hit,) = hits(f"# %%\nTODAY = 0\ndef ask(query=None):\n{body}\n# %%\nask('a')\n")
    assert hit.confidence == confidence


def test_one_finding_for_all_questions_at_the_gravest() -> None:
    (hit,) = hits(
        "# %%\nfrom getpass import getpass\nkey = getpass()\n"
        "# %%\ndef ask():\n    a = input()\n    return a, input()\nask()\n# %%\ninput()\ninput()\n"
    )
    assert (hit.at.cell, hit.severity) == (2, None)
    assert hit.message.endswith("so do 2 more in cells 1 and 3")
    assert {1, 3} <= {place.at.cell for place in hit.related}


def test_one_finding_for_all_stops_in_the_debugger() -> None:
    (hit,) = hits("# %%\nbreakpoint()\n# %%\nimport pdb\npdb.set_trace()\n# %%\nbreakpoint()\n")
    assert hit.message.endswith("so do 2 more in cells 2 and 3")
    assert [place.at.cell for place in hit.related] == [2, 3]


@pytest.mark.parametrize(
    ("text", "severity", "line"),
    [
        ("pdb.set_trace()", None, 2),
        ("if stop > size:\n    pdb.set_trace()", "minor", 3),
        ("if stop > size:\n    pdb.set_trace()\npdb.set_trace()", None, 4),
    ],
)
def test_a_debugger_behind_a_condition_is_a_leftover(text: str, severity: str | None, line: int) -> None:
    (hit,) = hits(f"import pdb\n{text}")
    assert (hit.severity, hit.at.line) == (severity, line)
