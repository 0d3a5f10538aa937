"""A cell as pure Python, line for line, and the magics, shell lines and help requests that were in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from nbcritic.notebook.arguments import RUNNERS, expansions, flow_of, names_read, parsed, statement_offset
from nbcritic.notebook.bodies import body_language
from nbcritic.notebook.prompts import cleaned
from nbcritic.notebook.statements import Statement, statements

_NO_SHIFTS: MappingProxyType[int, int] = MappingProxyType({})
_DEEPEST = 5
_AUTOMAGIC = "cat cd conda cp env less ll load_ext ls lsmagic man matplotlib mkdir more mv pip pwd pylab reload_ext rm rmdir run time timeit who whos who_ls"
_AUTOMAGIC_ALONE = frozenset({"cd", "ll", "ls", "lsmagic", "pwd", "who", "whos", "who_ls"})

_AUTOMAGIC_LINE = re.compile(rf"({'|'.join(_AUTOMAGIC.split())})(?:[ \t]+(?![=,])(.*))?$")
_FIRST = re.compile(rf"\s|[%!?,;/]|>>>|\[(?:nav|ins)\] In|In \[|(?:{'|'.join(_AUTOMAGIC.split())})(?:[ \t]+[^=\n]*)?(?:\n|$)")
_LATER = re.compile(r"\n[ \t\f]*(?:[%!?,;/]|>>>|\.\.\.+:)")
_ASSIGNED = re.compile(r"=[ \t\f\\\n]*[%!]")
_ASKED = re.compile(r"\?[ \t\f]*(?:\n|$)")
_CELL_HELP = re.compile(r"%%\w+\?")
_WORDS = re.compile(r"(\S*)\s*(.*)", re.DOTALL)
_DATABRICKS = re.compile(r"%(md(?:-sandbox)?\b.*|(?:sql|sh|scala|r|fs|python)\s*)$")


@dataclass(frozen=True, slots=True)
class Magic:
    """One piece of IPython syntax. `line` and `column` (from 1) are those of its first character in the cell.

    `name` is the magic's, `!` or `!!` for a shell line, `?` or `??` for a help request, `,` `;` `/` for an automatic call. The kind
    is `assign` where the result of a magic or shell line is assigned. `binds` are names that the Python text does not show, `reads`
    names that it uses (in a shell line: would use, if they exist).
    """

    line: int
    column: int
    kind: Literal["line", "cell", "shell", "help", "assign"]
    name: str
    argument: str
    binds: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plain:
    """A cell without IPython's syntax.

    `source` has exactly as many lines as the cell: `pass` stands for a magic, `%time f()` becomes `f()`, `x = !ls` an assignment
    of a call. Where `language` is not `python` all its lines are blank. `shifts` gives for a line how many columns its Python
    text stands left of where it stood. `isolated` says that names which the cell binds do not outlive it (`%%timeit`).
    """

    source: str
    language: str
    magics: tuple[Magic, ...] = ()
    shifts: MappingProxyType[int, int] = field(default_factory=lambda: _NO_SHIFTS)
    isolated: bool = False


def plain(source: str, language: str = "python") -> Plain:
    """Take IPython's syntax out of a cell of a notebook in `language`. Never raises.

    What counts as IPython's is what IPython itself would transform. A cell in another language has no magics.
    """
    if language != "python":
        return Plain(_blank(source), language)
    return _plain(source, 0) if _may_hold_magic(source) else Plain(source, language)


def _blank(text: str) -> str:
    return "\n" * text.count("\n")


def _may_hold_magic(source: str) -> bool:
    """A quick look: most cells hold nothing."""
    if _FIRST.match(source) or _LATER.search(source):
        return True
    if ("%" in source or "!" in source) and _ASSIGNED.search(source):
        return True
    return "?" in source and _ASKED.search(source) is not None


class _Text:
    """The Python text as it grows."""

    def __init__(self, originals: list[str]) -> None:
        self.originals = originals
        self.lines: list[str] = []
        self.magics: list[Magic] = []
        self.shifts: dict[int, int] = {}
