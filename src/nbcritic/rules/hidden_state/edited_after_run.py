"""NBC118."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.staleness_edits import Edit, Trace, edits
from nbcritic.model import Confidence, Hit, Severity, Span
from nbcritic.rule import rule
from nbcritic.rules.hidden_state._shared import listed

_LONGEST = 60
_HABIT = 3
"""So many results below assignments on one page are a setting of its author's, not edits."""
_SLIGHT = regex(r"<.*>|\([^()]*<[^<>]* at 0x[0-9a-f]+>\)|\(\d+(?:, ?\d+)*,?\)|[A-Z]\w*\(.*\)", re.DOTALL)
"""The repr of an object, a shape, the repr of a fitted estimator."""
_STRAY = regex(r"-?\d+(?:\.\d+)?|'[^'\n]{0,80}'")
_LIGHTER: dict[Trace, Severity] = {"commented": "minor", "traceback": "minor"}
_OF_EDITOR = regex(r"controller is DISPOSED|command:jupyter\.viewOutput|kernel (?:crashed|died)|Canceled future", re.I)
"""What VS Code writes below a cell that it could not run; no code gave it."""


@rule(
    "NBC118",
    name="edited-after-run",
    severity="major",
    category="reproducibility",
    covers=("NBC113", "NBC705"),
)
def check(page: Page) -> Iterator[Hit]:
    r"""A saved output cannot come from the cell as it stands: it was edited since.

    Nobody knows which code gave the output, and nobody has seen what the code that stands there gives. Only hard evidence
    counts: a result below a statement that gives none, a traceback that quotes lines which are gone, a text that the cell prints
    and the output lacks, more rows than were asked for, output below an empty cell. It weighs less where all that is saved is
    the name of an object, its settings, a shape, a stray number or text that stands elsewhere on the page, where the last look at a
    table was deleted, where only the label before a printed value is another one, and beside a saved error, which is found first.
    The line of the autotime extension, a message of the editor and a new layout of the same code tell nothing.

    Instead, run the cell again, or all cells, before saving.

    Bad:

        # %% In[2]
        values = [3, 4]
        print("The mean is", sum(values) / 2)  # <- flagged
        #> The total is 7

    Bad:

        # %% In[4]  # <- flagged
        #> 7

    Good:

        # %% In[2]
        values = [3, 4]
        print("The total is", sum(values))
        total = sum(values)
        #> The total is 7

    Good:

        # %% In[1]
        %config InteractiveShell.ast_node_interactivity = "last_expr_or_assign"
        # %% In[2]
        total = sum([3, 4])
        #> 7

    Good:

        # %% In[2]
        %%time
        total = sum([3, 4])
        #> CPU times: user 1 µs

    Good:

        # %% In[1]
        %load_ext autotime
        # %% In[2]
        #> time: 231 ms (started: 2024-03-01 10:00:00 +00:00)

    Good:

        # %%
        # sales.describe()
        #! Error: notebook controller is DISPOSED. View Jupyter log for further details.

    Good:

        # %% In[2]
        if sum([3, 4]) > 9:
            print("many")
        print(f"{3 + 4} in all")
        #> 7 in all

    Good:

        # %% In[3]
        pwd
        #> '/data'

    Good:

        # %% In[3]
        values = [3, 4]
        values
        #> [3, 4]

    Good:

        # %% In[3]
        from contextlib import redirect_stdout
        with open("log.txt", "w") as log, redirect_stdout(log):
            print("quiet")
        print("loud")
        #> loud
    """
    if "ast_node_interactivity" in "".join(cell.source for cell in page.cells if "ast_node" in cell.source):
        return
    if "print" in page.names.bindings:
        return
    found = [(cell, edit) for cell in page.cells if not _is_of_editor(cell) for edit in edits(cell)]
    results = sum(edit.trace == "result" for _, edit in found)
    for cell, edit in found:
        if edit.trace != "result" or results < _HABIT:
            there = _elsewhere(page, cell) if edit.trace == "gone" else None
            is_little = there is not None or _says_little(cell, edit) or _was_look(page, edit, cell)
            severity = "minor" if is_little else _LIGHTER.get(edit.trace)
            # Whoever only lays out the code anew after an error changes what the traceback quotes.
            doubt: Confidence | None = "possible" if edit.trace == "traceback" else None
            words = (
                _words(cell, edit)
                if there is None
                else f"An output is saved below an empty cell: {listed([there])} gives the same"
            )
            yield Hit(_place(cell, edit), words, severity=severity, confidence=doubt)


def _is_of_editor(cell: CodeCell) -> bool:
    return bool(cell.outputs) and all(
        output.kind == "error" and _OF_EDITOR.search(" ".join((output.text, *output.traceback)))
        for output in cell.outputs
    )


def _says_little(cell: CodeCell, edit: Edit) -> bool:
    """Is what is saved no more than the name of an object, its settings, a size, a stray number or word, or another label?"""
    if edit.trace == "print":
        return _is_label(cell, edit)
    if edit.trace not in ("result", "gone"):
        return False
    saved = [output for output in cell.outputs if edit.trace == "gone" or output.kind == "result"]
    texts = [output.text.strip() for output in saved if output.kind == "result"]
    if len(saved) == 1 and any(_STRAY.fullmatch(text) for text in texts):
        return True
    return len(texts) == len(saved) and all(_SLIGHT.fullmatch(text) for text in texts)


def _elsewhere(page: Page, cell: CodeCell) -> int | None:
    """The cell in whose output or code every line stands that is saved below this one; None where one is missing, or there is more."""
    if any(
        output.kind != "stream" and (output.mime != ("text/plain",) or output.kind == "error")
        for output in cell.outputs
    ):
        return None
    saved = [line.strip() for output in cell.outputs for line in output.text.splitlines() if line.strip()]
    for other in page.cells if saved else ():
        if other.number != cell.number:
            text = "\n".join((other.source, *(output.text for output in other.outputs)))
            if all(line in text for line in saved):
                return other.number
    return None


def _was_look(page: Page, edit: Edit, cell: CodeCell) -> bool:
    """Is a table saved below a statement that gives one a name? Then only the look at it was deleted."""
    node = edit.node
    if edit.trace != "result" or not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
        return False
    is_table = page.values.kind(node.value) in ("frame", None)
    return is_table and any("<table" in output.html for output in cell.outputs if output.kind == "result")


def _is_label(cell: CodeCell, edit: Edit) -> bool:
    """Was a value printed in its place, below another label? Then there are as many lines as the cell prints."""
    call = edit.node.value if isinstance(edit.node, ast.Expr) else None
    if not isinstance(call, ast.Call) or cell.tree is None:
        return False
    has_value = len(call.args) > 1 or isinstance(call.args[0], (ast.JoinedStr, ast.Call))
    printed = sum(
        isinstance(s, ast.Expr) and isinstance(s.value, ast.Call) and called_name(s.value.func) == "print"
        for s in cell.tree.body
    )
    saved = "".join(output.text for output in cell.outputs if output.kind == "stream" and output.name == "stdout")
    return has_value and len([line for line in saved.splitlines() if line.strip()]) >= printed


def _words(cell: CodeCell, edit: Edit) -> str:
    code = cell.segment(edit.node, _LONGEST).replace("`", "'") if edit.node is not None else ""
    text = edit.text if len(edit.text) <= _LONGEST else edit.text[: _LONGEST - 1] + "…"
    text = text.replace("`", "'")
    if edit.trace == "gone":
        return "An output is saved below an empty cell: the code that made it is gone"
    if edit.trace == "commented":
        return "An output is saved below a cell whose code has been commented out since"
    if edit.trace == "traceback":
        return f"The saved traceback quotes `{text}`, which the cell no longer has: it was edited and not run again"
    if edit.trace == "print":
        return f"The cell prints `{text}`, and the saved output has no such text: it was edited after the run, or the run did not get there"
    if edit.trace == "rows":
        return f"`{code}` cannot give the {edit.number} rows that are saved below it"
    if edit.trace == "literal":
        return f"The result that is saved below `{code}` is another value: the cell was edited and not run again"
    return f"`{code}` gives no result, and one is saved below it: the cell was edited and not run again"


def _place(cell: CodeCell, edit: Edit) -> Span:
    """The statement; without one, the only line of a cell that has but one, else the cell."""
    if edit.node is not None and getattr(edit.node, "lineno", 0) == getattr(edit.node, "end_lineno", 0):
        return cell.at(edit.node)
    lines = [number for number, line in enumerate(cell.lines, 1) if line.strip() and not line.lstrip().startswith("#")]
    return cell.at_line(lines[0]) if len(lines) == 1 else Span(cell.number)
