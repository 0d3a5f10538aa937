"""NBC113."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Cell, Hit, Severity, Span
from nbcritic.notebook.outputs import Output
from nbcritic.rule import rule
from nbcritic.rules.hidden_state._own import is_fence
from nbcritic.rules.hidden_state._shared import ESCAPES, line_of_error

_ANNOUNCED = regex(
    r"\b(?:error|exception|raise[sd]?|throws?|traceback|crash(?:es)?|fehler|erreur|excepci[oó]n)s?\b|\w(?:Error|Exception)\b",
    re.I,
)
_HINTED = regex(
    r"\b(?:fail(?:s|ed|ure)?|(?:not|n't|never) (?:work|allowed|possible|valid)|cannot|can't|illegal|invalid|wrong|forbidden)\b",
    re.I,
)
_COMMENTED = regex(
    r"#.*(?:\b(?:will|would|should|must|to|can|does) (?:\w+ )?(?:raise|fail|throw|crash|break|error)|\braises\b|\bthrows\b|"
    r"\b(?:gives|get) an? (?:\w+ )?(?:error|exception)|\w(?:Error|Exception)\b|n['o]t work\b|\bnot allowed\b)",
    re.IGNORECASE,
)
_LESSON = regex(
    r"\b(?:exceptions?|error (?:handling|messages?|types?)|handling (?:of )?errors|(?:common|typical) errors|tracebacks?|raise|"
    r"raising|debugging|assertions?|bugs?(?!\W?fix))\b|^errors?$|\w(?:Error|Exception)\b",
    re.I,
)
"""What a heading says above cells that are there to fail; `standard error` and the like is no such thing."""
_HEADING = regex(r"^ {0,3}(#{1,6})[ \t]+(.*?)[ \t#]*$", re.MULTILINE)
_LETTERS = regex(r"[^\W\d_]{2,}")
_FAILING = frozenset("error errors failure failures crash".split())
_MEASURED = frozenset(
    "mean squared square root absolute standard percentage relative prediction forecast training train test validation sampling measurement "
    "reconstruction classification regression estimation residual mae mse rmse mape model type median max log total final".split()
)
"""Words that make an error a number."""
_FEW_WORDS = 4
_LONG_WORD = 4
_SYNTAX = frozenset({"SyntaxError", "IndentationError", "TabError"})
_BY_HAND: dict[str, str] = {
    "KeyboardInterrupt": "The run of this cell was interrupted by hand",
    "BdbQuit": "The run of this cell was left in the debugger",
    "SystemExit": "This cell ended the run by `exit`",
}


@rule(
    "NBC113",
    name="saved-error",
    severity="major",
    category="reproducibility",
    confidence="certain",
    covers=("F821",),
    any_language=True,
)
def check(page: Page) -> Iterator[Hit]:
    r"""The page was saved with a traceback in it.

    A run from the top stops at this cell, and everything below it was computed in some other way, or not at all. An error that
    the words around it or a heading above it announce, or that the tag `raises-exception` allows, is part of the lesson and no fault,
    and neither is a cell that only raises, as a fence before scratch work; a cell that was interrupted by hand weighs less.

    Instead, mend or delete the cell and run all cells again. Where the error is meant, tag the cell `raises-exception`, so that
    the notebook runs to its end.

    Bad:

        # %% In[1]
        values = [3, 4]
        # %% In[2]
        values / 2  # <- flagged
        #! TypeError: unsupported operand type(s) for /: 'list' and 'int'

    Bad:

        # %% In[3]  # <- flagged
        for step in range(10**9):
            pass
        #! KeyboardInterrupt:

    Good:

        # %% [markdown]
        # A tuple cannot be changed. The next cell raises a TypeError:
        # %% In[1]
        (1, 2)[0] = 3
        #! TypeError: 'tuple' object does not support item assignment

    Good:

        # %% In[1] tags=["raises-exception"]
        int("three")
        #! ValueError: invalid literal for int() with base 10: 'three'

    Good:

        # %% In[1]
        int("three")  # this should fail
        #! ValueError: invalid literal for int() with base 10: 'three'

    Good:

        # %% [markdown]
        # ## Case 3: widget needs 4 slots but only 2 are declared
        # %% In[1]
        slots = 2
        # %% In[2]
        build(slots)
        #! WidgetError: widget 'knob' needs 4 slots but only 3 are declared
        # %% [markdown]
        # ## Exceptions
        # %% In[3]
        values = [3, 4]
        # %% In[4]
        values[2]
        #! IndexError: list index out of range

    Good:

        # %% [markdown]
        # ## Pickling error
        # %% In[1]
        pickling = Pool(2).map
        # %% In[2]
        pickling(lambda x: x, [1, 2])
        #! PicklingError: Can't pickle <function <lambda>>: it's not found as __main__.<lambda>

    Good:

        # %% In[1]
        # Nothing below is needed for the report.
        raise Exception("Stop")
        #! Exception: Stop
        # %%
        print("scratch")

    Good:

        # %% In[1]
        print("ValueError: bad")
        #> ValueError: bad
    """
    cells = page.notebook.cells
    for index, cell in enumerate(cells):
        if cell.kind != "code" or "raises-exception" in cell.tags:
            continue
        code = page.cell(cell.number)
        error = next((output for output in reversed(code.outputs) if output.kind == "error"), None)
        if error is None or (code.error and error.ename in _SYNTAX):
            continue  # NBC116 says so
        words = _words(cells, index)
        if _ANNOUNCED.search(words) or _COMMENTED.search(cell.source) or is_fence(code):
            continue
        headings = _headings(cells, index)
        if headings and _names_error_of(headings[0], code):
            continue
        if not any(_LESSON.search(heading) or _quotes(heading, error) for heading in headings):
            yield _hit(code, error, doubtful=_HINTED.search(words) is not None)


def _words(cells: tuple[Cell, ...], index: int) -> str:
    """The Markdown right above and right below a cell, its nearest part."""
    above = cells[index - 1].source[-400:] if index and cells[index - 1].kind == "markdown" else ""
    below = cells[index + 1].source[:300] if index + 1 < len(cells) and cells[index + 1].kind == "markdown" else ""
    return above + "\n" + below


def _headings(cells: tuple[Cell, ...], index: int) -> list[str]:
    """The headings of the sections that a cell stands in, the innermost first."""
    found: list[str] = []
    level = 7
    for cell in reversed(cells[:index]):
        if level < 2:
            break
        if cell.kind == "markdown":
            for marks, text in reversed(_HEADING.findall(cell.source)):
                if len(marks) < level:
                    level = len(marks)
                    found.append(text)
    return found


def _quotes(heading: str, error: Output) -> bool:
    """Does a heading tell the error in its own words? Numbers differ from run to run."""
    said = {word.lower() for word in _LETTERS.findall(heading)}
    words = {word.lower() for word in _LETTERS.findall(_plain(error.evalue)[:200])}
    return len(words) > 2 and len(words & said) * 3 >= len(words) * 2


def _names_error_of(heading: str, cell: CodeCell) -> bool:
    """Is the section about an error of something that the cell uses: `Parallel error`? That of a metric is no such thing."""
    *words, last = [word.lower() for word in _LETTERS.findall(heading)] or [""]
    if last not in _FAILING or not 0 < len(words) < _FEW_WORDS or not _MEASURED.isdisjoint(words):
        return False
    return any(len(word) >= _LONG_WORD and re.search(rf"\b{word}", cell.source, re.I) for word in words)


def _hit(cell: CodeCell, error: Output, *, doubtful: bool) -> Hit:
    severity: Severity | None = None
    name = _plain(error.ename) or "an error"
    if name in _BY_HAND:
        message, severity = _BY_HAND[name], "minor"
    else:
        text = _plain(f"{name}: {error.evalue}".rstrip(": "))
        text = text if len(text) <= 120 else text[:119] + "…"
        message = f"The run stopped here with `{text.replace('`', chr(39))}`"
    return Hit(_place(cell, error), message, severity=severity, confidence="possible" if doubtful else None)


def _plain(text: str) -> str:
    return " ".join(ESCAPES.sub("", text).split())


def _place(cell: CodeCell, error: Output) -> Span:
    """The line that the traceback points at, as long as it is still there; else the whole cell."""
    if line := line_of_error(cell, error):
        return cell.at_line(line)
    lines = [number for number, line in enumerate(cell.lines, 1) if line.strip() and not line.lstrip().startswith("#")]
    return cell.at_line(lines[0]) if len(lines) == 1 else Span(cell.number)
