"""NBC116."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from keyword import kwlist

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related, Severity, Span
from nbcritic.rule import rule
from nbcritic.rules.hidden_state._shared import has_gap, listed, never_ran

_CONFLICT = regex(r"^(?:<{7} .*|={7}|>{7} .*)$", re.MULTILINE)
_BLANK = regex(
    r"(?:=|\(|,|\breturn|\bin)\s*(?:_{2,}|\?+|#.*)?\s*$|_{2,}\s*[.)\]]|<[^<>=]{3,40}>|^[\w. =]*\w\.\s*#|#.*\btab\b",
    re.I,
)
_PROSE = regex(r"#*\s*[A-Za-z][\w',’-]*(?:,? [A-Za-z(][\w',’)-]*){2,}[.:!?]?")
_SHELL = regex(
    r"(?:sudo |pip3? install|conda (?:install|create)|apt(?:-get)? install|brew install|git clone|cd [/.~]|jupyter \w+)"
)
_NO_BLOCK = regex(r"expected an indented block after .* on line (\d+)$")
_TASK = regex(r"#\W*(?:\.{2,}|…)|#+ ?(?:to ?do|your|fill|write|complete|implement|add|insert)\b", re.I)
"""What a comment says where somebody else is to write the code."""
_ANNOUNCED = regex(
    r"#.*(?:(?:syntax|indentation|tab) ?error|\bfix (?:it|me|this)!|\b(?:raise|give|throw|cause|produce)s? an? (?:\w+ )?error)",
    re.I,
)
"""What a comment says of a fault that is there to be seen."""
_WORKSHEET = regex(r"(?:worksheet|workbook|exercise|homework|starter)[^/]*$", re.I)
_INVALID = "This cell is no valid Python"
_GRAVEST_FIRST: tuple[Severity | None, ...] = (None, "blocker", "major", "minor", "nit")
"""The severities that a fault can be given; without one, it is that of the rule."""
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

    Nothing below it can be trusted to have run as the page stands. All Python 2 in a notebook is one finding, and so is one and
    the same fault in several cells; a cell that never ran and a gap that somebody is meant to fill in weigh less, a stub of a
    worksheet least. A cell whose own comment announces the fault shows it on purpose, and does not count. A first line that is indented deeper
    than the rest weighs less, too: up to version 8 IPython took its indentation from every line, since version 9 it takes only what
    all lines share, and stops.

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
        words = ["hi", "bye"]
        # %%
        # Indentation error: fix it!
        for word in words:
            new = word.capitalize()
           print(new)

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

    Bad:

        # %%
        prices = [3, 4]\ntotal = sum(prices)\nprint(total)  # <- flagged
        # %%
        mean = total / len(prices)\nprint(mean)

    Good:

        # %%
        cd ../..
        # %% tags=["raises-exception"]
        if True print("no colon")
    """
    broken = [cell for cell in page.cells if _is_broken(page, cell)]
    old = [cell for cell in broken if cell.number in page.names.python2 and not _is_escaped(cell)]
    if old:
        yield _python2(page, old)
    faults: dict[tuple[str, str], list[Hit]] = {}
    for cell in broken:
        if cell not in old:
            hit = _hit(page, cell)
            faults.setdefault((hit.message, _line(cell) if hit.message.startswith(_INVALID) else ""), []).append(hit)
    for hits in faults.values():
        yield _together(hits)


def _together(hits: Sequence[Hit]) -> Hit:
    """One and the same fault in several cells."""
    gravest = min(hits, key=lambda hit: _GRAVEST_FIRST.index(hit.severity))
    rest = [hit for hit in hits if hit is not gravest]
    if not rest:
        return gravest
    related = tuple(Related(hit.at, "the same") for hit in rest[:10])
    message = f"{gravest.message}; the same in {listed(hit.at.cell for hit in rest)}"
    return replace(gravest, message=message, related=related)


def _is_broken(page: Page, cell: CodeCell) -> bool:
    if cell.language != "python" or cell.tree is not None or not cell.error or cell.too_deep:
        return False
    if cell.number in page.newer_syntax or "raises-exception" in cell.tags or _ANNOUNCED.search(cell.source):
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
    related = tuple(Related(_place(cell), "Python 2 as well") for cell in rest[:10])
    severity: Severity | None = "major" if all(never_ran(page, cell) for cell in cells) else None
    return Hit(_place(first), message, related, severity=severity)


def _line(cell: CodeCell) -> str:
    """The line at which Python stops, without its indentation."""
    return cell.lines[cell.error_line - 1].strip() if _place(cell).line else ""


def _is_escaped(cell: CodeCell) -> bool:
    r"""Is it Python once every `\n` of two characters is the end of a line, as in a page that a program has escaped twice?"""
    if "line continuation" not in (cell.error or "") or "\\n" not in _line(cell):
        return False
    return _parses(cell.plain.source.replace("\\n", "\n"))


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _is_stub(page: Page, cell: CodeCell) -> bool:
    """Has a `for`, `if` or `def` a comment for its body, which a worksheet leaves to its readers?"""
    header = _NO_BLOCK.match(cell.error or "")
    if header is None:
        return False
    below = [line.strip() for line in cell.lines[int(header[1]) : cell.error_line - 1] if line.strip()]
    if not below or not all(line.startswith("#") for line in below):
        return False
    return any(_TASK.search(line) for line in below) or _WORKSHEET.search(page.path) is not None


def _is_indented(cell: CodeCell) -> bool:
    """Is it Python once the indentation of the first line is gone?

    IPython 8 takes it from every line that has it; IPython 9 takes only what all lines share.
    """
    lines = cell.plain.source.lstrip("\n").split("\n")
    width = len(lines[0]) - len(lines[0].lstrip(" \t"))
    if not width or "indent" not in (cell.error or ""):
        return False
    return _parses("\n".join(line.removeprefix(lines[0][:width]) for line in lines))


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
    line = _line(cell)
    severity: Severity | None = "major" if never_ran(page, cell) else None
    if conflict := _CONFLICT.search(cell.source):
        number = cell.source.count("\n", 0, conflict.start()) + 1
        return Hit(cell.at_line(number), "Marks of an unresolved merge conflict are left in this cell")
    if _is_escaped(cell):
        words = r"`\n` stands in this cell as two characters where its lines should end: put line ends there"
        return Hit(at, words, severity=severity)
    if _SHELL.match(line):
        mark = "`%`" if line.split()[0] == "cd" else "`!` or `%`"  # `!cd` changes the folder of its own shell only
        return Hit(at, f"`{line[:60]}` is a shell command: it wants a {mark} in front", severity=severity)
    if _PROSE.fullmatch(line) and not line.startswith(_KEYWORDS):
        if _holds_words(cell):
            return Hit(at, "This cell holds words, not Python: make it a Markdown cell", severity=severity)
        return Hit(at, f"`{_short(line)}` is no Python: comment the line out or delete it", severity=severity)
    error = " ".join((cell.error or "").split()).rstrip(".")
    message = f"{_INVALID}: {error}"
    if _is_stub(page, cell):
        return Hit(at, message, severity="minor")
    if has_gap(cell.source) or _BLANK.search(line):
        return Hit(at, message, severity="major", confidence="possible")
    return Hit(at, message, severity=severity)
