"""NBC116."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from keyword import kwlist

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related, Severity, Span
from nbcritic.rule import rule
from nbcritic.rules.hidden_state._shared import has_gap, never_ran

_CONFLICT = regex(r"^(?:<{7} .*|={7}|>{7} .*)$", re.MULTILINE)
_BLANK = regex(
    r"(?:=|\(|,|\breturn|\bin)\s*(?:_{2,}|\?+|#.*)?\s*$|_{2,}\s*[.)\]]|<[^<>=]{3,40}>|^[\w. =]*\w\.\s*#|#.*\btab\b",
    re.I,
)
_PROSE = regex(r"#*\s*[A-Za-z][\w',’-]*(?:,? [A-Za-z(][\w',’)-]*){2,}[.:!?]?")
_SHELL = regex(
    r"(?:sudo |pip3? install|conda (?:install|create)|apt(?:-get)? install|brew install|git clone|cd [/.~]|jupyter \w+)"
)
_KEYWORDS = tuple(word + " " for word in (*kwlist, "print", "exec"))


@rule(
    "NBC116",
    name="broken-cell",
    severity="blocker",
    category="reproducibility",
    confidence="certain",
    covers=("E999", "invalid-syntax"),
)
def check(page: Page) -> Iterator[Hit]:
    r"""A cell is no valid Python: it stops every run at this place.

    Nothing below it can be trusted to have run as the page stands. All Python 2 in a notebook is one finding; a cell that never
    ran and a gap that somebody is meant to fill in weigh less. So does a first line that is indented deeper than the rest: up to version 8
    IPython took its indentation from every line, since version 9 it takes only what all lines share, and stops.

    Instead, mend the cell, turn it into Markdown if it holds words, or delete it.

    Bad:

        # %%
        total = 3 +* 4  # <- flagged

    Bad:

        # %%
        rate = 0.2
        <<<<<<< HEAD  # <- flagged
        base = 100
        =======
        base = 120
        >>>>>>> main

    Bad:

        # %%
        print "total", 3  # <- flagged
        # %%
        for name in ["a", "b"]:
            print name

    Good:

        # %%
        %%bash
        for f in *.csv; do wc -l $f; done
        # %%
        !pip install pandas
        %timeit sum([1, 2])
        files = !ls

    Good:

        # %%
        >>> x = 1
        >>> for i in range(3):
        ...     print(i, x)

    Bad:

        # %%
        def area(width, height):
            note the missing border here  # <- flagged
            return width * height

    Bad:

        # %%
            x = 1  # <- flagged
        y = 2

    Good:

        # %%
        await fetch()
        # %%
            x = 1
            y = 2

    Bad:

        # %%
        cd ../..  # <- flagged
        %matplotlib inline

    Good:

        # %%
        cd ../..
        # %% tags=["raises-exception"]
        if True print("no colon")
    """
    broken = [cell for cell in page.cells if _is_broken(page, cell)]
    old = [cell for cell in broken if cell.number in page.names.python2]
    if old:
        yield _python2(page, old)
    for cell in broken:
        if cell not in old:
            yield _hit(page, cell)


def _is_broken(page: Page, cell: CodeCell) -> bool:
    if cell.language != "python" or cell.tree is not None or not cell.error or cell.too_deep:
        return False
    if cell.number in page.newer_syntax or "raises-exception" in cell.tags:
        return False
    return page.lints is not None or not _is_newer(page.notebook.language_version)


def _is_newer(version: str) -> bool:
    """Was the notebook written for a later Python than this one? Without ruff nobody here knows its syntax."""
    parts = [int(part) for part in version.split(".")[:2] if part.isdecimal() and len(part) < 6]
    return tuple(parts) > sys.version_info[:2]


def _place(cell: CodeCell) -> Span:
    line = cell.error_line
    return cell.at_line(line) if 0 < line <= len(cell.lines) and cell.lines[line - 1].strip() else Span(cell.number)


def _python2(page: Page, cells: Sequence[CodeCell]) -> Hit:
    first, *rest = cells
    subject = "This cell is" if not rest else f"{len(cells)} cells are"
    message = f"{subject} Python 2, which no supported kernel runs" + (": the first is this" if rest else "")
    return Hit(_place(first), message, tuple(Related(_place(cell), "Python 2 as well") for cell in rest[:10]))


def _is_indented(cell: CodeCell) -> bool:
    """Is it Python once the indentation of the first line is gone?

    IPython 8 takes it from every line that has it; IPython 9 takes only what all lines share.
    """
    lines = cell.plain.source.lstrip("\n").split("\n")
    width = len(lines[0]) - len(lines[0].lstrip(" \t"))
    if not width or "indent" not in (cell.error or ""):
        return False
    text = "\n".join(line.removeprefix(lines[0][:width]) for line in lines)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _holds_words(cell: CodeCell) -> bool:
    """Are most lines words?"""
    lines = [line.strip() for line in cell.lines if line.strip() and not line.lstrip().startswith("#")]
    words = sum(_PROSE.fullmatch(line) is not None and not line.startswith(_KEYWORDS) for line in lines)
    return words * 2 > len(lines)


def _short(line: str) -> str:
    text = line.strip().replace("`", "'")
    return text if len(text) <= 60 else text[:59] + "…"


def _hit(page: Page, cell: CodeCell) -> Hit:
    at = _place(cell)
    if _is_indented(cell):
        message = (
            "The first line of this cell is indented deeper than the rest: IPython 8 mends that, IPython 9 stops here; "
            "take the indentation away"
        )
        return Hit(at, message, severity="minor" if never_ran(page, cell) else "major")
    line = cell.lines[cell.error_line - 1] if at.line else ""
    severity: Severity | None = "major" if never_ran(page, cell) else None
    if conflict := _CONFLICT.search(cell.source):
        number = cell.source.count("\n", 0, conflict.start()) + 1
        return Hit(cell.at_line(number), "Marks of an unresolved merge conflict are left in this cell")
    if _SHELL.match(line.strip()):
        mark = "`%`" if line.split()[0] == "cd" else "`!` or `%`"  # `!cd` changes the folder of its own shell only
        return Hit(at, f"`{line.strip()[:60]}` is a shell command: it wants a {mark} in front", severity=severity)
    if _PROSE.fullmatch(line.strip()) and not line.strip().startswith(_KEYWORDS):
        if _holds_words(cell):
            return Hit(at, "This cell holds words, not Python: make it a Markdown cell", severity=severity)
        return Hit(at, f"`{_short(line)}` is no Python: comment the line out or delete it", severity=severity)
    error = " ".join((cell.error or "").split()).rstrip(".")
    message = f"This cell is no valid Python: {error}"
    if has_gap(cell.source) or _BLANK.search(line):
        return Hit(at, message, severity="major", confidence="possible")
    return Hit(at, message, severity=severity)
