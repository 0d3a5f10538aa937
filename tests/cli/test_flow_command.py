"""`nbcritic flow` as its users meet it: people, programs, and the tools that draw graphs."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from nbcritic.cli import main
from nbcritic.cli.commands import cli

COUNTS = (3, 4, 1, None, None, None)
SOURCES = (
    "import pandas as pd",
    "df = pd.read_csv('a.csv')\nboth = [df]",
    "df['x'] = 1",
    "# A heading",
    "both.append(df.sum())",
    "print('nothing to do with it')",
)


def cell(kind: str, source: str, count: int | None = None) -> dict[str, Any]:
    more: dict[str, Any] = {"outputs": [], "execution_count": count} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, "source": source, **more}


def write(path: Path, cells: list[dict[str, Any]], **metadata: Any) -> str:
    text = json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4})
    path.write_text(text, "utf-8")
    return str(path)


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    cells = [
        cell("markdown" if source.startswith("#") else "code", source, count)
        for source, count in zip(SOURCES, COUNTS, strict=True)
    ]
    write(tmp_path / "a.ipynb", cells)
    return "a.ipynb"


def flow(*args: str, **more: Any) -> Result:
    return CliRunner().invoke(cli, ["flow", *args], **more)


def test_people_see_what_each_cell_takes_from_which_cell_and_through_which_name(notebook: str) -> None:
    assert flow(notebook).output == (
        "a.ipynb · 5 code cells, 5 flows\n"
        "\n"
        "cell 1 · In[3] · import pandas as pd\n"
        "cell 2 · In[4] · df = pd.read_csv('a.csv')\n"
        "  ← cell 1 · In[3] through code: `pd`\n"
        "cell 3 · In[1] · df['x'] = 1\n"
        "  ← cell 2 · In[4] through `df`; shared: `both`\n"
        "cell 5 · In[ ] · both.append(df.sum())\n"
        "  ← cell 3 · In[1] through `both`, `df`\n"
        "\n"
        "nothing flows into or out of: cell 6\n"
    )


def test_the_slice_of_a_cell(notebook: str) -> None:
    shown = flow(notebook, "--slice", "3").output
    assert shown.startswith("a.ipynb · cell 3 · In[1] needs 2 of the other 4 cells\nrun: 1, 2, 3\n")
    assert "cell 5" not in shown
    assert flow(notebook, "--slice", "6").output.startswith("a.ipynb · cell 6 · In[ ] needs 0 of the other 4 cells\n")


def test_programs_get_one_object(notebook: str) -> None:
    found = json.loads(flow(notebook, "--format", "json").output)
    assert found == {
        "path": "a.ipynb",
        "edges": [
            {"from_cell": 1, "cell": 2, "name": "pd", "kind": "code"},
            {"from_cell": 2, "cell": 3, "name": "both", "kind": "data"},
            {"from_cell": 2, "cell": 3, "name": "df", "kind": "data"},
            {"from_cell": 3, "cell": 5, "name": "both", "kind": "data"},
            {"from_cell": 3, "cell": 5, "name": "df", "kind": "data"},
        ],
    }
    sliced = json.loads(flow(notebook, "--format", "json", "--slice", "3").output)
    assert sliced["slice"] == [1, 2, 3]
    assert {edge["cell"] for edge in sliced["edges"]} == {2, 3}


def test_the_recorded_order(notebook: str) -> None:
    found = json.loads(flow(notebook, "--order", "recorded", "--format", "json").output)
    assert [(edge["from_cell"], edge["cell"], edge["name"]) for edge in found["edges"]] == [(1, 2, "pd"), (3, 2, "df")][
        :1
    ]


HOSTILE = "x = 'a\"b\\\\N<script>#`|]}&quot;\x1b[31m\u202e' # -->"


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    return write(Path('a"b.ipynb'), [cell("code", HOSTILE), cell("code", "ñ = 1; x"), cell("code", "ñ")])


def test_mermaid_sees_no_markup_in_a_label(hostile: str) -> None:
    lines = flow(hostile, "--format", "mermaid").output.splitlines()
    assert lines[0] == "flowchart TD"
    node = re.compile(r'    c\d+\["(?:[\w ,.=·…]|#\d+;|<br>)*"\]')
    arrow = re.compile(r'    c\d+ (?:-->|-\.->)\|"(?:[\w ,.=·…]|#\d+;)*"\| c\d+')
    assert [bool(node.fullmatch(line)) for line in lines[1:4]] == [True] * 3
    assert lines[4:] == ['    c1 -->|"x"| c2', '    c2 -->|"ñ"| c3']
    assert all(arrow.fullmatch(line) for line in lines[4:])


def test_graphviz_sees_whole_strings(hostile: str) -> None:
    text = flow(hostile, "--format", "dot").output
    strings = re.findall(r'"(?:[^"\\]|\\.)*"', text)
    assert strings[0] == '"a\\"b.ipynb"'
    assert '"' not in re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
    assert "\x1b" not in text and "\u202e" not in text
    assert text.startswith("digraph ") and text.endswith("}\n")
    assert '    2 -> 3 [label="ñ"];\n' in text


def test_a_terminal_is_not_steered(hostile: str) -> None:
    shown = flow(hostile).output
    assert "\x1b" not in shown and "\u202e" not in shown


def test_code_is_drawn_with_other_arrows(notebook: str) -> None:
    assert '    c1 -.->|"pd"| c2\n' in flow(notebook, "--format", "mermaid").output
    assert '    1 -> 2 [label="pd", style=dashed];\n' in flow(notebook, "--format", "dot").output


def test_credentials_are_not_shown(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.ipynb", [cell("code", "password = 'hunter2-Xk3m9Qz7'\nx = 1"), cell("code", "x, password")]
    )
    for format in ("text", "mermaid", "dot", "json"):
        assert "Xk3m9Qz7" not in flow(path, "--format", format).output


def test_nothing_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    path = write(tmp_path / "a.ipynb", [cell("code", f"open({str(mark)!r}, 'w')"), cell("code", f"!touch {mark}")])
    assert flow(path).exit_code == 0
    assert not mark.exists()


def test_standard_input_and_scripts(tmp_path: Path) -> None:
    script = "# %%\nx = 1\n# %%\nprint(x)\n"
    assert "cell 2 · print(x)\n  ← cell 1 through `x`\n" in flow("-", input=script).output
    path = tmp_path / "a.py"
    path.write_text(script, "utf-8")
    assert "cell 2 · print(x)\n  ← cell 1 through `x`\n" in flow(str(path)).output


def test_what_could_not_be_followed_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ipynb", [cell("code", "x = ("), cell("code", "x = 1"), cell("code", "x")])
    assert "not followed, since Python cannot read them: cell 1\n" in flow(path).output
    assert flow(write(tmp_path / "b.ipynb", [])).output.endswith("b.ipynb · 0 code cells, 0 flows\n\n")


@pytest.mark.parametrize(
    "args, message",
    [
        (["."], ".: is a folder; name one notebook"),
        (["none.ipynb"], "none.ipynb: cannot be read: No such file or directory"),
        (["a.ipynb", "--slice", "9"], "a.ipynb: there is no cell 9; its cells are counted from 1 to 6"),
        (["a.ipynb", "--slice", "0"], "a.ipynb: there is no cell 0; its cells are counted from 1 to 6"),
        (["a.ipynb", "--slice", "4"], "a.ipynb: cell 4 is a markdown cell; only code flows"),
        (["a.ipynb", "--slice", "6", "--order", "recorded"], "a.ipynb: cell 6 has not run"),
        (["r.ipynb"], "r.ipynb: is written in r; only Python can be followed"),
        (
            ["unrun.ipynb", "--order", "recorded"],
            "unrun.ipynb: no order is recorded: the cells carry no execution counts",
        ),
    ],
)
def test_mistakes_are_one_line(
    notebook: str, args: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(Path("r.ipynb"), [cell("code", "x <- 1")], kernelspec={"name": "ir", "language": "R"})
    write(Path("unrun.ipynb"), [cell("code", "x = 1")])
    assert main(["flow", *args]) == 2
    assert capsys.readouterr() == ("", f"nbcritic: error: {message}\n")


def test_options_may_stand_first(notebook: str) -> None:
    assert flow("--format", "json", notebook).output == flow(notebook, "--format", "json").output
