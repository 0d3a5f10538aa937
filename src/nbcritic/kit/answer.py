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
_PLACE = re.compile(
    rf"\(?(?:{_CELL}(?:(?:\s*[,/&+(]\s*|\s+and\s+){_CELL}\)?)*|(?:the\s+)?(?:whole|notebook|whole\s+notebook)|`[^`]+`)\)?", re.IGNORECASE
)
"""A text that is a place and nothing else, where what follows it says what is wrong there."""
_MENTION = re.compile(
    r"\bcells?\s*\[?\d+\]?(?:(?:\s*[-–,/&+]\s*|\s+and\s+)\[?\d+\b\]?)*|\bIn\s*\[\s*\d+\s*\]|`[^`]+`", re.IGNORECASE
)
"""A place in the middle of a sentence: only what cannot be anything else, `cell 14`, `In[31]`, code in backquotes."""
_OPENING = re.compile(r"^(?P<heading>#{1,6}\s+)?[*_(]*(?:in\s+)?(?:cells?\s*\[?\d|In\s*\[\s*\d)", re.IGNORECASE)
"""A paragraph or heading that begins with a cell is a remark; other prose is not."""
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
        """Where: what was written down as the place, else every cell that the sentences name."""
        return self.where or ", ".join(_MENTION.findall(self.text))


def read_answers(text: str) -> tuple[Answer, ...]:
    """Read a critique. Prose between tables and lists is left out.

    Raises:
        NbcriticError: A table lacks the column `what`, a severity or category is none of the rubric's, or the text is too long.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    answers = _from_toml(text) if _is_toml(text) else _from_markdown(text)
    if len(answers) > LIMIT:
        raise NbcriticError(f"{len(answers)} remarks; a critique has at most {LIMIT}: the most important first")
    return answers


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


def _from_markdown(text: str) -> tuple[Answer, ...]:
    lines = _without_comments(text).split("\n")
    answers: list[Answer] = []
    columns: tuple[str, ...] = ()
    fenced = False
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        if fenced:
            continue
        following = lines[number] if number < len(lines) else ""
        if "|" in line and _RULE.fullmatch(following) and "|" in following:
            columns = _columns(line, number)
        elif _RULE.fullmatch(line) and "|" in line:
            continue
        elif columns and line.lstrip().startswith("|"):
            cells = _cells(line)
            if any(cells):
                answers.append(_made(dict(zip(columns, cells, strict=False)), number, f"line {number}"))
        elif item := _ITEM.match(line):
            columns = ()
            answers.append(_listed(item["text"], number))
        elif answers and not columns and line[:1].isspace() and line.strip() and answers[-1].line:
            answers[-1] = msgspec.structs.replace(answers[-1], what=f"{answers[-1].what} {line.strip()}")
        elif not line.strip().startswith("|"):
            columns = ()
    return tuple(answers)


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


def _listed(text: str, number: int) -> Answer:
    parts = _cells(text) if _SPLIT.search(text) else [text]
    if len(parts) == 1:
        place, _, rest = text.partition(":")
        looks = re.fullmatch(
            r"\**(?:(?:cells?\s*)?[\d,\s–-]+|(?:cell\s+)?(?:In\s*)?\[\d+\]|whole|notebook)\**", place, re.I
        )
        return (
            Answer(what=rest.strip(), where=place.strip("* "), line=number)
            if looks and rest
            else Answer(text, line=number)
        )
    names = ("where", "what", "why", "fix") if len(parts) <= 4 and not _severity(parts[1]) else (
        ("where", "severity", "what", "why", "fix") if len(parts) <= 5 else COLUMNS
    )  # fmt: skip
    return _made(dict(zip(names, parts, strict=False)), number, f"line {number}")


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
