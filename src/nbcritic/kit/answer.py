"""What a trainee, a candidate or the tool says about a notebook, read from what people type.

A Markdown table, a Markdown list, paragraphs and headings that begin with a cell, or TOML. The parser forgives layout and refuses
only what it cannot place; each refusal names the line. Columns: where, severity, category, what, why, fix. In a list the parts are
separated by ` | `, or the whole item is the `what`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import Any, get_args

import msgspec

from nbcritic.model import SEVERITIES, Category, NbcriticError, Severity

COLUMNS = ("where", "severity", "category", "what", "why", "fix")
CATEGORIES: tuple[str, ...] = get_args(Category.__value__) if hasattr(Category, "__value__") else get_args(Category)
_RULE = re.compile(r"(?=[^-]*--)[\s|:-]+")
_ITEM = re.compile(r"^(?P<indent>\s*)(?:[-*+]|\d+[.)])\s+(?P<text>\S.*)$")
_SPLIT = re.compile(r"(?<!\\)\|")
_CELL = r"(?:cells?\s*)?(?:In\s*)?(?:\[\s*\d+\s*\]|\d+(?:\s*[-–]\s*\d+)?)"
_PLACE = rf"\(?(?:{_CELL}(?:(?:\s*[,/&+(]\s*|\s+and\s+){_CELL}\)?)*|(?:the\s+)?(?:whole\s+notebook|whole|notebook)|`[^`]+`)\)?"
_BARE = re.compile(rf"[*_]*(?P<where>{_PLACE})[*_:\s]*", re.IGNORECASE)
"""A place, and nothing about it yet."""
_PLACED = re.compile(
    rf"[*_]*(?P<where>{_PLACE})[*_]*(?:\s*:|\s+[-–—](?=\s))[*_]*\s*(?P<what>\S.*)", re.IGNORECASE | re.DOTALL
)
_OPENING = re.compile(
    r"(?P<heading>#{1,6}\s+)?(?P<text>[*_(]*(?:in\s+)?(?:cells?\s*\[?\d|In\s*\[\s*\d).*)", re.IGNORECASE
)
"""A paragraph or heading that begins with a cell; other prose is no remark."""
_MENTION = re.compile(r"\bcells?\s*\[?\d+\]?(?:(?:\s*[-–,/&+]\s*|\s+and\s+)\d+\b)*|\bIn\s*\[\s*\d+\s*\]", re.IGNORECASE)
"""A cell named in the middle of a sentence."""
_SAYING = ("what", "why", "fix")
_CODE = re.compile(r"`[^`]+`")
_HEADINGS = {
    "where": "where cell place location line".split(),
    "severity": "severity level weight priority".split(),
    "category": "category kind type".split(),
    "what": "what problem issue finding remark fault".split(),
    "why": "why impact reason consequence risk cost costs matters".split(),
    "fix": "fix remedy suggestion instead solution recommendation do action".split(),
}
_COLUMN_OF = {word: column for column, words in _HEADINGS.items() for word in words}
_SEVERITY_OF: dict[str, Severity] = {
    **{severity: severity for severity in SEVERITIES},
    "critical": "blocker",
    "high": "blocker",
    "block": "blocker",
    "medium": "major",
    "serious": "major",
    "low": "minor",
    "small": "minor",
    "style": "nit",
    "trivial": "nit",
}
_LABEL = re.compile(rf"[*_]*(?:{'|'.join(_COLUMN_OF)})\b[^:]{{0,20}}:", re.IGNORECASE)
"""`why it matters:` goes on with the item above it."""
LIMIT = 400
"""More lines than this are no critique."""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a critique. `line` is where it stood in the text, from 1; 0 for answers that were never typed."""

    what: str
    where: str = ""
    severity: Severity | None = None
    category: str = ""
    why: str = ""
    fix: str = ""
    line: int = 0

    @property
    def text(self) -> str:
        """Everything that it says, without the place."""
        return " \n ".join(part for part in (self.what, self.why, self.fix) if part)

    @property
    def place(self) -> str:
        """Where: what was written down as the place, else the cells that the sentences name, else the code that they quote."""
        return self.where or ", ".join(_MENTION.findall(self.text) or _CODE.findall(self.text))


def read_answers(text: str, *, forgiving: bool = False) -> tuple[Answer, ...]:
    """Read a critique. Prose between tables and lists is left out, unless it begins with a cell.

    A `forgiving` reader takes a severity or category of the writer's own invention for none: who hands in a take-home is not
    there to correct it.

    Raises:
        NbcriticError: A table lacks the column `what`, a severity or category is none of the rubric's, or the text is too long.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    answers = _from_toml(text) if _is_toml(text) else _Markdown(forgiving).read(text)
    if len(answers) > LIMIT:
        raise NbcriticError(f"{len(answers)} remarks; a critique has at most {LIMIT}: the most important first")
    return answers


def has_prose(text: str) -> bool:
    """Is there text besides headings, tables and comments?"""
    lines = (line.strip() for line in _without_comments(text).split("\n"))
    return any(line and not line.startswith(("#", "|")) for line in lines)


def _is_toml(text: str) -> bool:
    return re.search(r"^\s*\[\[\s*remark\s*\]\]", text, re.MULTILINE) is not None


def _from_toml(text: str) -> tuple[Answer, ...]:
    try:
        items = tomllib.loads(text).get("remark", [])
    except tomllib.TOMLDecodeError as error:
        raise NbcriticError(f"the critique is no valid TOML: {error}") from error
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise NbcriticError("a critique in TOML is a list of [[remark]] tables")
    return tuple(_made({str(k): str(v) for k, v in item.items()}, 0, f"remark {n}") for n, item in enumerate(items, 1))


@dataclass
class _Head:
    """A line that others may go on with: an item, a paragraph, or a heading, which holds whatever comes under it."""

    indent: int
    where: str
    answer: int | None
    """Its place in the list of answers; None as long as it is a place and nothing else."""
    heading: bool = False


@dataclass
class _Markdown:
    """Reads Markdown line by line."""

    forgiving: bool = False
    answers: list[Answer] = field(default_factory=list)
    columns: tuple[str, ...] = ()
    """Of the table that we are in."""
    heads: list[_Head] = field(default_factory=list)
    """The lines that are open, the innermost last."""
    blank: bool = True
    """Was the line before an empty one?"""

    def read(self, text: str) -> tuple[Answer, ...]:
        """Every answer of a text."""
        lines = _without_comments(text).split("\n")
        fenced = False
        for number, line in enumerate(lines, 1):
            if line.lstrip().startswith(("```", "~~~")):
                fenced = not fenced
            elif not fenced and not self._table(line, lines[number] if number < len(lines) else "", number):
                self.columns = ()
                self._line(line, number)
        return tuple(self.answers)

    def _table(self, line: str, following: str, number: int) -> bool:
        """Read a line of a table; False if it is none."""
        if "|" in line and _RULE.fullmatch(following) and "|" in following:
            self.columns = _columns(line, number)
        elif self.columns and line.lstrip().startswith("|") and not _RULE.fullmatch(line):
            self._row(dict(zip(self.columns, _cells(line), strict=False)), number)
        elif not line.lstrip().startswith("|"):
            return False
        self.heads.clear()
        return True

    def _row(self, values: dict[str, str], number: int) -> None:
        if self.forgiving:
            values = _known(values)
        if any(values.values()) and not (self.forgiving and not any(values.get(name) for name in _SAYING)):
            self.answers.append(_made(values, number, f"line {number}"))

    def _line(self, line: str, number: int) -> None:
        text = line.strip()
        opening = _OPENING.match(line)
        if not text:
            self.heads = [head for head in self.heads if head.heading or head.indent >= 0 or head.answer is None]
        elif item := _ITEM.match(line):
            self._item(item["text"], len(item["indent"].expandtabs(4)), number)
        elif opening and (self.blank or not self.heads or opening["heading"] or _PLACED.match(line)):
            self.heads.clear()
            self._open(self._listed(opening["text"].rstrip(" #"), number), -1, heading=bool(opening["heading"]))
        elif text.startswith("#"):
            self.heads.clear()
        elif self.heads and (not self.blank or line[0].isspace() or self.heads[0].heading):
            self._go_on(text, number)
        else:
            self.heads.clear()
        self.blank = not text

    def _item(self, text: str, indent: int, number: int) -> None:
        """An item: a remark of its own, or part of the line that it stands under."""
        while self.heads and self.heads[-1].indent >= indent:
            self.heads.pop()
        answer, above = self._listed(text, number), self.heads[-1] if self.heads else None
        if above and not answer.where:
            if above.answer is not None and (above.where or _LABEL.match(text)):
                self._go_on(text, number)
                return
            answer = msgspec.structs.replace(answer, where=above.where)
        self._open(answer, indent)

    def _listed(self, text: str, number: int) -> Answer:
        """An item: with bars its parts, else a sentence, perhaps with a place before it."""
        parts = _cells(text) if _SPLIT.search(text) else [text]
        if len(parts) == 1:
            placed = _PLACED.fullmatch(text)
            return Answer(placed["what"], placed["where"], line=number) if placed else Answer(text, line=number)
        names = ("where", "what", "why", "fix") if len(parts) <= 4 and not _severity(parts[1]) else (
            ("where", "severity", "what", "why", "fix") if len(parts) <= 5 else COLUMNS
        )  # fmt: skip
        values = dict(zip(names, parts, strict=False))
        return _made(_known(values) if self.forgiving else values, number, f"line {number}")

    def _open(self, answer: Answer, indent: int, *, heading: bool = False) -> None:
        bare = _BARE.fullmatch(answer.what) if not answer.where else None
        if bare is None:
            self.answers.append(answer)
        place = bare["where"] if bare else answer.place
        self.heads.append(_Head(indent, place, None if bare else len(self.answers) - 1, heading))

    def _go_on(self, text: str, number: int) -> None:
        head = self.heads[-1]
        if head.answer is None:
            head.answer = len(self.answers)
            self.answers.append(Answer(text, head.where, line=number))
        else:
            said = self.answers[head.answer]
            self.answers[head.answer] = msgspec.structs.replace(said, what=f"{said.what} {text}")


def _without_comments(text: str) -> str:
    """Blank out HTML comments (the template explains itself in one) and keep the line numbers."""
    return re.sub(r"<!--.*?(?:-->|\Z)", lambda found: "\n" * found[0].count("\n"), text, flags=re.DOTALL)


def _cells(line: str) -> list[str]:
    body = line.strip().removeprefix("|")
    body = body[:-1] if body.endswith("|") and not body.endswith("\\|") else body
    return [cell.strip().replace("\\|", "|") for cell in _SPLIT.split(body)]


def _columns(line: str, number: int) -> tuple[str, ...]:
    columns: list[str] = []
    for cell in _cells(line):
        words = [word for word in re.findall(r"[a-z]+", cell.lower()) if word in _COLUMN_OF]
        words.sort(key=lambda word: word == "what")  # `what to do` is the fix, `what it costs` the why
        columns.append(next((_COLUMN_OF[word] for word in words if _COLUMN_OF[word] not in columns), ""))
    if "what" not in columns:
        raise NbcriticError(f"line {number}: the table has no column `what`; the columns are {', '.join(COLUMNS)}")
    return tuple(columns)


def _made(values: dict[str, str], number: int, place: str) -> Answer:
    values = {name: value.strip() for name, value in values.items()}
    what = values.get("what", "") or values.get("why", "") or values.get("fix", "")
    if not what:
        raise NbcriticError(f"{place}: it does not say what is wrong")
    word = values.get("severity", "")
    severity = _severity(word)
    if word.strip("-–— ") and severity is None:
        raise NbcriticError(f"{place}: `{word}` is no severity; there are {', '.join(SEVERITIES)}")
    return Answer(
        what=what,
        where=values.get("where", ""),
        severity=severity,
        category=_category(values.get("category", ""), place),
        why=values.get("why", ""),
        fix=values.get("fix", ""),
        line=number,
    )


def _known(values: dict[str, str]) -> dict[str, str]:
    """The values without a severity and a category that are none."""
    known = dict(values)
    if _severity(known.get("severity", "")) is None:
        known["severity"] = ""
    try:
        _category(known.get("category", ""), "")
    except NbcriticError:
        known["category"] = ""
    return known


def _severity(word: str) -> Severity | None:
    return _SEVERITY_OF.get(re.sub(r"[^a-z]", "", word.lower()))


def _category(word: str, place: str) -> str:
    """The rubric's category; a beginning or one of its words is enough (`hidden state` is reproducibility)."""
    plain = re.sub(r"[^a-z]+", "-", word.lower()).strip("-")
    if not plain:
        return ""
    if plain in CATEGORIES:
        return plain
    if plain in ("hidden-state", "reproducibility-hidden-state"):
        return "reproducibility"
    fitting = [name for name in CATEGORIES if name.startswith(plain) or plain in name.split("-")]
    if len(fitting) == 1:
        return fitting[0]
    among = fitting or CATEGORIES
    raise NbcriticError(f"{place}: `{word}` is no category; there are {', '.join(among)}")


def as_toml(answers: tuple[Answer, ...]) -> str:
    """The answers as TOML that `read_answers` reads back."""
    blocks = []
    for answer in answers:
        fields: dict[str, Any] = {name: getattr(answer, name) for name in COLUMNS}
        rows = [f"{name} = {_quoted(str(value))}" for name, value in fields.items() if value]
        blocks.append("\n".join(["[[remark]]", *rows]))
    return "\n\n".join(blocks) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are a subset of TOML's, except that DEL must be escaped."""
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007F")
