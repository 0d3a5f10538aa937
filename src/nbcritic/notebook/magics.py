"""A cell as pure Python, line for line, and the magics, shell lines and help requests that stood in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

from nbcritic.notebook.arguments import RUNNERS, Names, expansions, flow_of, parsed, statement_offset
from nbcritic.notebook.bodies import body_language
from nbcritic.notebook.prompts import cleaned
from nbcritic.notebook.statements import Statement, statements

MagicKind: TypeAlias = Literal["line", "cell", "shell", "help", "assign"]

_NO_SHIFTS: MappingProxyType[int, int] = MappingProxyType({})
_DEEPEST = 5
"""How many magics may stand in one another (`%%capture`, then `%%time`, then `%time`)."""

_AUTOMAGIC_ALONE = frozenset({"cd", "ll", "ls", "lsmagic", "pwd", "who", "whos", "who_ls"})
_AUTOMAGIC_WITH_ARGUMENT = frozenset(
    "cat conda cp env less load_ext man matplotlib mkdir more mv pip pycat pylab reload_ext rm rmdir run time timeit".split()
)
_AUTOMAGIC = "|".join(sorted(_AUTOMAGIC_ALONE | _AUTOMAGIC_WITH_ARGUMENT))
"""Magics that people write without a `%`."""

_AUTOMAGIC_LINE = re.compile(rf"({_AUTOMAGIC})(?:[ \t]+(?![=,])(.*))?$")
_COMMANDS = _AUTOMAGIC_ALONE | frozenset("cat cp less mkdir more mv rm rmdir".split())
_OF_A_COMMAND = re.compile(r"-[A-Za-z]+(?:\s|$)|/[\w.]")
"""Flags and absolute paths: `ls -l` and `cd /data/raw` are Python as well, but nobody writes a difference or a quotient so."""
_FIRST = re.compile(
    rf"(?:\s*\n)?(?:[ \t\f\\%!?,;/]|>>>|\.\.\.+:|In \[|\[(?:nav|ins)\]|(?:{_AUTOMAGIC})(?:[ \t]+[^=\n][^\n]*)?\n?\Z)"
)
_LATER = re.compile(
    r"\n[ \t\f]*+(?=[%!?,;/>.I\\])(?:[%!?,;/]|>>>|\.\.\.+:|In \[|\\\n[ \t\f\\\n]*[%!?,;/])"  # possessive and looking ahead: fast
)
_ASSIGNED = re.compile(r"=[ \t\f\\\n]*[%!]")
_ASKED = re.compile(r"\?[ \t\f]*(?:\n|\Z)")
_CELL_HELP = re.compile(r"%%\w+\?")
_DATABRICKS = re.compile(r"%(?:md(?:-sandbox)?\b.*|(sql|sh|scala|r|fs|python)\s*)$")
_NAME_AND_ARGUMENT = re.compile(r"(\S*)\s*(.*)", re.DOTALL)
_ROOT = re.compile(r"\s*([^\W\d]\w*)")


@dataclass(frozen=True, slots=True)
class Magic:
    """One piece of IPython's syntax. `line` and `column` (from 1) are those of its first character in the cell.

    `name` is the magic's; `!` or `!!` for a shell line, `?` or `??` for a request for help, `,` `;` `/` for an automatic call.
    The kind is `assign` where the result of a magic or shell line is assigned. `binds` are names that the Python text does not
    show; `reads` are names that it uses, or, in a shell line, would use if they existed.
    """

    line: int
    column: int
    kind: MagicKind
    name: str
    argument: str
    binds: Names = ()
    reads: Names = ()


@dataclass(frozen=True, slots=True)
class Plain:
    """A cell without IPython's syntax.

    `source` has exactly as many lines as the cell. `pass` stands for a magic, a shell line or a request for help, with blank
    lines for its continuation; `%time f()` becomes `f()`, and `x = !ls` the assignment of a call. Where `language` is not
    `python` every line is blank. `shifts` gives, for a line, how many columns its Python text stands left of where it stood.
    `isolated` says that names which the cell binds do not outlive it (`%%timeit`).
    """

    source: str
    language: str
    magics: tuple[Magic, ...] = ()
    shifts: MappingProxyType[int, int] = field(default_factory=lambda: _NO_SHIFTS)
    isolated: bool = False


def plain(source: str, language: str = "python") -> Plain:
    """Take IPython's syntax out of a cell of a notebook in `language`. Never raises.

    What counts as IPython's is what IPython itself transforms. A cell in another language is all blank and has no magics.
    """
    if language != "python":
        return Plain(_blank(source), language)
    return _plain(source, 0) if _may_hold_magic(source) else Plain(source, language)


def _blank(text: str) -> str:
    return "\n" * text.count("\n")


def _may_hold_magic(source: str) -> bool:
    """A quick look, because most cells hold nothing."""
    if _FIRST.match(source) or _LATER.search(source):
        return True
    if ("%" in source or "!" in source) and _ASSIGNED.search(source):
        return True
    return "?" in source and _ASKED.search(source) is not None


def _plain(source: str, depth: int) -> Plain:
    lines = source.split("\n")
    lead = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    if lead == len(lines) or depth > _DEEPEST:
        return Plain(source, "python")
    code = cleaned(lines[lead:])
    page = _Page(lines, lead, code, depth)
    if code[0].startswith("%%") and not _CELL_HELP.match(code[0]):
        return page.cell_magic(code[0][2:])
    if len(code) > 1 and (foreign := _DATABRICKS.match(code[0])):
        return page.cell_magic(code[0][1:], "python" if foreign[1] == "python" else "")
    # IPython looks for magics without a `%` only where the cell is one line
    one_line = len(code) == 1 or (len(code) == 2 and not code[1])
    automagic = _automagic(code[0]) if one_line else None
    for statement in [automagic] if automagic else statements(page.text):
        page.add(statement)
    return page.plain()


def _automagic(line: str) -> Statement | None:
    found = _AUTOMAGIC_LINE.match(line)
    if not found:
        return None
    name, argument = found[1], found[2] or ""
    is_command = (not argument and name in _AUTOMAGIC_ALONE) or (name in _COMMANDS and _OF_A_COMMAND.match(argument))
    if not is_command and parsed(line) is not None:
        return None
    return Statement(0, len(line), "escape", 0, "%", line)


class _Page:
    """A cell on its way to pure Python: `lines` grows until it has as many as the cell.

    `text` is the cell from its first line of code on, without indentation and prompts; offsets are offsets into it.
    """

    def __init__(self, originals: list[str], lead: int, code: list[str], depth: int) -> None:
        self.text = "\n".join(code)
        self.total = len(originals)
        self.depth = depth
        self.lines = [""] * lead
        self.magics: list[Magic] = []
        self.isolated = False
        self.shifts = {
            number: len(original) - len(line)
            for number, (original, line) in enumerate(zip(originals[lead:], code, strict=True), lead + 1)
            if line and len(line) != len(original)
        }

    def plain(self) -> Plain:
        """What has become of the cell."""
        self.lines += [""] * (self.total - len(self.lines))
        shifts = MappingProxyType(self.shifts) if self.shifts else _NO_SHIFTS
        return Plain("\n".join(self.lines), "python", tuple(self.magics), shifts, self.isolated)

    def cell_magic(self, header: str, language: str = "") -> Plain:
        """The whole cell, where its first line is `%%header`; `language` is the body's where the magic's name does not say."""
        name, argument = _name_and_argument(header)
        body = self.text.partition("\n")[2]
        binds, reads = flow_of(name, argument, body)
        number = len(self.lines) + 1
        self.magics.append(Magic(number, 1 + self.shifts.get(number, 0), "cell", name, argument, binds, reads))
        language = language or body_language(name, argument)
        inner = _plain(body, self.depth + 1) if language == "python" else None
        if inner is None or inner.language != "python":
            magics = (*self.magics, *self._moved(inner, number)) if inner else tuple(self.magics)
            return Plain("\n" * (self.total - 1), inner.language if inner else language, magics)
        self.lines.append("")
        if name == "timeit":
            self.isolated = True
            self._setup(argument, number, header.find(argument) + 2)
        if self.total > number:
            self._adopt(inner, number, 0)
            self.lines += inner.source.split("\n")
        return self.plain()

    def _setup(self, code: str, number: int, column: int) -> None:
        """The statement behind `%%timeit` runs before the body."""
        start = statement_offset("timeit", code)
        if code[start:] and parsed(code[start:]) is not None:
            self.lines[-1] = code[start:]
            self.shifts[number] = self.shifts.get(number, 0) + column + start

    def add(self, statement: Statement) -> None:
        """Add a logical line as Python."""
        argument = _joined(statement.body)
        if statement.form == "python":
            self.lines += self.text[statement.start : statement.end].split("\n")
        elif statement.form == "help" or statement.mark in ("?", "??"):
            self._instead(statement, "help", statement.mark, argument, reads=_root(argument))
        elif statement.form == "assign":
            self._assign(statement, argument)
        elif statement.mark == "%":
            self._line_magic(statement, argument)
        elif statement.mark in ("!", "!!"):
            self._instead(statement, "shell", statement.mark, argument, reads=expansions(argument))
        else:
            self._call(statement, argument)

    def _instead(
        self, at: Statement, kind: MagicKind, name: str, argument: str, binds: Names = (), reads: Names = ()
    ) -> None:
        """Record a magic and put `pass` in its place."""
        self._record(at, kind, name, argument, binds, reads)
        before = self.text[at.start : at.at]
        self.lines += [*(before + "pass").split("\n"), *[""] * self.text.count("\n", at.at, at.end)]

    def _record(self, at: Statement, kind: MagicKind, name: str, argument: str, binds: Names, reads: Names) -> None:
        """Add the magic of a statement whose Python is about to be written."""
        line = len(self.lines) + 1 + self.text.count("\n", at.start, at.at)
        column = self._offset_in_line(at.at) + self.shifts.get(line, 0) + 1
        self.magics.append(Magic(line, column, kind, name, argument, binds, reads))

    def _offset_in_line(self, offset: int) -> int:
        return offset - self.text.rfind("\n", 0, offset) - 1

    def _line_magic(self, statement: Statement, words: str) -> None:
        name, argument = _name_and_argument(words)
        binds, reads = flow_of(name, argument)
        code = _code(statement.body, name)
        inner = _plain(code, self.depth + 1) if code else None
        if inner is None or inner.language != "python" or parsed(inner.source) is None:
            self._instead(statement, "line", name, argument, binds, reads)
            return
        self._record(statement, "line", name, argument, binds, reads)
        before = self.text[statement.start : statement.at]
        moved = self._offset_in_line(statement.end - len(code)) - self._offset_in_line(statement.at)
        self._adopt(inner, len(self.lines) + before.count("\n"), moved)
        self.lines += (before + inner.source).split("\n")

    def _assign(self, statement: Statement, words: str) -> None:
        """`x = !ls` becomes a call; of `x = %time f()` the call of `f` stays where it stands."""
        head, name, argument = self.text[statement.start : statement.at], "!", words
        call, reads = f"get_ipython().getoutput({words!r})", expansions(words)
        binds: Names = ()
        if statement.mark == "%":
            name, argument = _name_and_argument(words)
            binds, reads = flow_of(name, argument)
            code = _code(statement.body, name) if name == "time" else ""
            call = f"get_ipython().run_line_magic({name!r}, {argument!r})"
            if code and parsed(f"({code}\n)") is not None:
                call = code.rjust(statement.end - statement.at)
        self._record(statement, "assign", name, argument, binds, reads)
        blank = self.text.count("\n", statement.start, statement.end) - (head + call).count("\n")
        self.lines += [*(head + call).split("\n"), *[""] * blank]

    def _call(self, statement: Statement, words: str) -> None:
        """`,f a b`, `;f a b` and `/f a b` call `f`; the words are texts, one text, and names."""
        name, _, argument = _joined("x" + statement.body)[1:].partition(" ")
        inside = ", ".join(argument.split()) if statement.mark == "/" else f'"{argument}"'
        if parsed(f"{name}({inside})") is None:
            self.lines += self.text[statement.start : statement.end].split("\n")
            return
        reads = (*_root(name), *(_root(argument) if statement.mark == "/" else ()))
        self._instead(statement, "line", statement.mark, words, reads=reads)

    def _adopt(self, inner: Plain, lines: int, columns: int) -> None:
        """Take over the magics and shifts of Python that starts `lines` below this cell's and, in its first line, right of it."""
        self.magics += self._moved(inner, lines, columns)
        for line, shift in inner.shifts.items():
            self.shifts[line + lines] = self.shifts.get(line + lines, 0) + shift
        if columns:
            self.shifts[lines + 1] = self.shifts.get(lines + 1, 0) + columns
        self.isolated |= inner.isolated

    def _moved(self, inner: Plain, lines: int, columns: int = 0) -> list[Magic]:
        return [
            Magic(
                magic.line + lines,
                magic.column + self.shifts.get(magic.line + lines, 0) + (columns if magic.line == 1 else 0),
                magic.kind,
                magic.name,
                magic.argument,
                magic.binds,
                magic.reads,
            )
            for magic in inner.magics
        ]


def _joined(body: str) -> str:
    """A line and its continuation lines as one, as IPython joins them."""
    if "\n" not in body:
        return body.strip()
    *parts, last = body.split("\n")
    return " ".join([*(part.rstrip().removesuffix("\\") for part in parts), last]).strip()


def _name_and_argument(words: str) -> tuple[str, str]:
    found = _NAME_AND_ARGUMENT.match(words)
    return (found[1], found[2].rstrip()) if found else ("", "")


def _code(body: str, name: str) -> str:
    """The statement that a magic such as `%time` runs, as it ends `body`; empty for any other magic."""
    found = _NAME_AND_ARGUMENT.match(body)
    if name not in RUNNERS or name == "timeit" or not found:
        return ""
    return found[2][statement_offset(name, found[2]) :]


def _root(words: str) -> Names:
    """The first name of an expression in a list of its own."""
    found = _ROOT.match(words)
    return (found[1],) if found and "*" not in words else ()
