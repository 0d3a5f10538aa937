"""NBC118: results below statements that give none, and what folds into it."""

import json

import pytest

from nbcritic.analysis.page import Page
from nbcritic.config import Config
from nbcritic.engine import critique
from nbcritic.model import Cell, Hit, Notebook
from nbcritic.rules.hidden_state.edited_after_run import check


def page(*cells: tuple[str, dict[str, object]]) -> Page:
    made = [
        Cell(number, "code", source, execution_count=number, outputs=json.dumps([output]).encode())
        for number, (source, output) in enumerate(cells, 1)
    ]
    return Page(Notebook("t.ipynb", tuple(made)))


def hits(*cells: tuple[str, dict[str, object]]) -> list[Hit]:
    return list(check.check(page(*cells)))


RESULT: dict[str, object] = {
    "output_type": "execute_result",
    "execution_count": 1,
    "metadata": {},
    "data": {"text/plain": "7"},
}


def test_the_message_names_the_code() -> None:
    (hit,) = hits(("total = 3", RESULT))
    assert hit.message.startswith("`total = 3` gives no result")
    assert (hit.at.cell, hit.at.line) == (1, 1)


def test_a_habit_is_a_setting() -> None:
    assert len(hits(*[("total = 3", RESULT)] * 2)) == 2
    assert not hits(*[("total = 3", RESULT)] * 3)


def test_commented_code_weighs_less() -> None:
    (hit,) = hits(("# total = 3", RESULT))
    assert hit.severity == "minor"


@pytest.mark.parametrize(
    "text, severity",
    [
        ("<pkg.Gate at 0x17ed4f6d0>", "minor"),
        ("(100, 3)", "minor"),
        ("('a.csv', <http.client.HTTPMessage at 0xf3e0004f0>)", "minor"),
        ("'C:\\\\Users\\\\ann\\\\lessons\\\\13-Writing Functions in Python'", "minor"),
        ("Ridge(alpha=1,\n      tol=2)", "minor"),
        ("[3, 4]", None),
    ],
)
def test_the_name_of_an_object_weighs_less(text: str, severity: str | None) -> None:
    result = {**RESULT, "data": {"text/plain": text}}
    assert [hit.severity for hit in hits(("total = f()", result))] == [severity]
    assert [hit.severity for hit in hits(("", result))] == [severity]


def test_another_print() -> None:
    stream: dict[str, object] = {"output_type": "stream", "name": "stdout", "text": "7\n"}
    assert len(hits(("print('The mean')", stream))) == 1
    assert not hits(("def print(*words):\n    pass", stream), ("print('The mean')", stream))


def test_the_error_below_edited_code_is_said_once() -> None:
    quoted = "Cell In[1], line 1\n----> 1 mean(values)\n"
    output: dict[str, object] = {"output_type": "error", "ename": "NameError", "evalue": "bad", "traceback": [quoted]}
    codes = [finding.code for finding in critique(page(("average(values)", output)), Config()).findings]
    assert "NBC118" in codes
    assert "NBC113" not in codes


def stream(text: str) -> dict[str, object]:
    return {"output_type": "stream", "name": "stdout", "text": text}


@pytest.mark.parametrize(
    "text",
    ["time: 1.2 ms\n", "time: 231 ms (started: 2024-03-01 10:00:00 +00:00)\n", "time: 2min 3s\n", "time: 4.75 s\n"],
)
def test_the_line_of_the_autotime_extension_tells_nothing(text: str) -> None:
    assert not hits(("", stream(text)))
    assert len(hits(("", stream(text + "done\n")))) == 1


def test_a_stray_number_weighs_less() -> None:
    assert [hit.severity for hit in hits(("", RESULT))] == ["minor"]
    assert [hit.severity for hit in hits(("total = f()", RESULT))] == ["minor"]


@pytest.mark.parametrize(
    "source, saved, severity",
    [
        ("print('Mean price:', mean(prices))", "Average price: 7\n", "minor"),
        ("print(f'Mean price: {mean(prices)}')", "Average price: 7\n", "minor"),
        ("print('Mean price')", "Average price\n", None),
        ("print('Prices')\nprint('Mean price:', mean(prices))", "Prices\n", None),
    ],
)
def test_another_label_weighs_less(source: str, saved: str, severity: str | None) -> None:
    assert [hit.severity for hit in hits((source, stream(saved)))] == [severity]


def test_a_deleted_look_at_a_table_weighs_less() -> None:
    table = {**RESULT, "data": {"text/plain": "  price", "text/html": "<table><tr><td>3</td></tr></table>"}}
    assert [hit.severity for hit in hits(("sales = load()", table))] == ["minor"]
    assert [hit.severity for hit in hits(("sales = [3, 4]", table))] == [None]
    assert [hit.severity for hit in hits(("import sales", table))] == [None]


def test_text_that_stands_elsewhere_is_not_gone() -> None:
    above = ("check(sales)", stream("3 shops\nAll shops match.\n"))
    (hit,) = hits(above, ("", stream("All shops match.\n")))
    assert (hit.severity, hit.message) == ("minor", "An output is saved below an empty cell: cell 1 gives the same")
    (hit,) = hits(above, ("", stream("All shops match.\n4 prices do not.\n")))
    assert (hit.severity, hit.message[-7:]) == (None, "is gone")
