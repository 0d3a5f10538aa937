"""What the saved outputs of a cell say about an earlier source."""

import json

import pytest

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.staleness_edits import edits
from nbcritic.model import Cell


def result(text: str, html: str = "") -> dict[str, object]:
    data = {"text/plain": text, **({"text/html": html} if html else {})}
    return {"output_type": "execute_result", "execution_count": 4, "metadata": {}, "data": data}


def stream(text: str, name: str = "stdout") -> dict[str, object]:
    return {"output_type": "stream", "name": name, "text": text}


def error(*traceback: str) -> dict[str, object]:
    return {"output_type": "error", "ename": "ValueError", "evalue": "bad", "traceback": ["-" * 75, *traceback]}


def traces(source: str, *outputs: dict[str, object], count: int = 4) -> list[str]:
    cell = Cell(1, "code", source, execution_count=count, outputs=json.dumps(outputs).encode())
    return [edit.trace for edit in edits(CodeCell(cell))]


@pytest.mark.parametrize(
    "source",
    [
        "total = 3",
        "def f():\n    return 3",
        "import os",
        "for n in [3]:\n    n",
        "x: int = 3",
        "x += 1",
        "if x:\n    x",
        "x[0] = 3",
    ],
)
def test_statements_without_a_result(source: str) -> None:
    assert traces(source, result("7")) == ["result"]
    assert not traces(source + "\nx", result("7"))
    assert not traces(source, stream("7\n"))


@pytest.mark.parametrize(
    "source", ["%%time\nx = 3", "x = 3\n%time x", "pwd", "x = 3\nx?", "%timeit -o x = 3", "x = 3\n!ls"]
)
def test_magics_may_give_a_result_anywhere(source: str) -> None:
    assert not traces(source, result("7"))


def test_output_below_nothing() -> None:
    assert traces("", result("7")) == ["gone"]
    assert traces("# print(7)\n", stream("7\n")) == ["commented"]
    assert not traces("")


@pytest.mark.parametrize(
    "source",
    [
        "print('The mean')",
        "print('The mean is', 3)",
        "print(f'The mean {x}')",
        "print('The mean: {}'.format(x))",
        "x = 3\nprint('''7\nThe mean''')",
    ],
)
def test_printed_text_that_is_not_there(source: str) -> None:
    assert traces(source, stream("7\n")) == ["print"]
    assert not traces(source, stream("The mean: 7\nThe mean is 3\n"))
    assert not traces(source, stream("7\n", "stderr"))
    assert not traces(source, stream("7\n"), error("odd"))
    assert not traces(source + "\nclear_output()", stream("7\n"))
    assert not traces(source, stream("Streaming output truncated to the last 5000 lines\n7\n"))
    assert not traces("if x:\n    " + source.replace("\n", "\n    "), stream("7\n"))


@pytest.mark.parametrize("text", ["ok", "=====", "naïve mean", ""])
def test_text_that_cannot_be_looked_for(text: str) -> None:
    assert not traces(f"print({text!r})", stream("7\n"))


TABLE = "<table><thead><tr></tr></thead><tbody>" + "<tr><td>3</td></tr>" * 6 + "</tbody></table>"


def test_more_rows_than_were_asked_for() -> None:
    assert traces("sales.head(3)", result("…", TABLE)) == ["rows"]
    assert traces("sales.head()", result("…", TABLE)) == ["rows"]
    for source in (
        "sales.head(6)",
        "sales.head(20)",
        "sales.head(n)",
        "sales.head(-2)",
        "sales.groupby('a').head(2)",
        "sales.head(n=3)",
    ):
        assert not traces(source, result("…", TABLE))


def test_another_literal() -> None:
    assert traces("'five'", result("7")) == ["literal"]
    assert not traces("'five'", result("'five'"))
    assert not traces("7", result("7"))


NEW = "Cell In[4], line 2"
OLD = "<ipython-input-4-0a1b2c> in <module>()"


@pytest.mark.parametrize(
    "frame", [NEW, OLD, "Input In [4], in <cell line: 2>()", "/tmp/ipykernel_12/345.py in <module>"]
)
def test_quoted_lines(frame: str) -> None:
    quoted = error(f"{frame}\n      1 first = 3\n\x1b[0;32m----> 2\x1b[0m second(first)\n      3 # a note\n")
    assert not traces("first = 3\nsecond(first)", quoted)
    assert not traces("\n\nfirst  =  3\nsecond(first)\n# another note", quoted)
    assert traces("first = 3\nthird(first)", quoted) == ["traceback"]


def test_frames_of_other_cells_and_of_libraries() -> None:
    lines = "\n----> 2 second(first)\n"
    assert not traces("third()", error(NEW.replace("[4]", "[3]") + lines))
    assert not traces("third()", error("Cell In[4], line 2, in f(x)" + lines))
    assert not traces("third()", error("File ~/lib/site.py:3, in f(x)" + lines))
    own = f"{NEW}\n----> 1 third()\n\nFile ~/lib/site.py:3, in f(x)\n----> 2 second(first)\n"
    assert not traces("third()", error(own))


def test_what_ipython_makes_of_magics() -> None:
    assert not traces("!ls /x", error(f"{NEW}\n----> 1 get_ipython().system('ls /x')\n"))


def test_a_formatter_is_no_edit() -> None:
    quoted = error(f'{NEW}\n----> 2 fit(\n      3     model, rate=.5,\n      4     kind="flat"\n      5 )\n')
    assert not traces("x = 3\nfit(model, rate=0.5, kind='flat')", quoted)
    assert not traces("x = 3\nfit(\n    model,\n    rate=0.5,\n    kind='flat',\n)", quoted)
    assert traces("x = 3\nfit(model, rate=0.05, kind='flat')", quoted) == ["traceback"]
    long = error(f"{NEW}\n----> 2 total = (price*1. + [fee, tax][0])\n")
    assert not traces("x = 3\ntotal = price * 1.0 + [\n    fee,\n    tax,\n][0]", long)
