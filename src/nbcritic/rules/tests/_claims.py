"""Numbers that the words of a notebook claim, and numbers that its saved outputs show under the same name."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Cell

_LABELS = {
    "accuracy": r"accuracy(?: score)?|acc",
    "precision": r"precision(?: score)?",
    "recall": r"recall(?: score)?|sensitivity",
    "F1": r"f1(?:[ -]?score)?|f[ -]score",
    "AUC": r"(?:roc[ _-]?)?auc(?:[ -]?roc)?(?: score)?",
    "RMSE": r"rmse|root mean squared? error",
    "MAE": r"mae|mean absolute error",
    "MSE": r"mse|mean squared? error",
    "R²": r"r[ -]?(?:2|\^2|²|squared?)(?:[ -]?score)?",
    "MAPE": r"mape",
    "log loss": r"log[ -]?loss",
    "rows": r"rows|records|observations|entries|instances",
}
_ERRORS = frozenset({"RMSE", "MAE", "MSE", "log loss"})
_LABEL = "|".join(f"(?P<l{index}>{pattern})" for index, pattern in enumerate(_LABELS.values()))
_NAMES = tuple(_LABELS)
_METRIC = regex(rf"(?<![\w-])(?:{_LABEL})(?![\w-])", re.I)
_NUMBER = r"(?<![\w.,/-])(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.\d+|\d+)(?P<percent>\s?%)?(?![\w/]|[.,]\d|-\d)"
_AFTER = regex(rf"^[\s*_`)]{{0,4}}(?:(?:value|score|on the \w+(?: set| data)?|of the \w+(?: \w+)?)\s+)?(?:of|is|was|=|:|at|equals|reached|came to|comes to)?(?:\s+(?:about|around|approximately|roughly|nearly|almost))?[\s*_`~≈]{{0,5}}{_NUMBER}", re.I)  # fmt: skip
_BEFORE = regex(rf"{_NUMBER}[\s*_`]{{0,3}}(?:of\s+)?(?:overall|mean|total|test)?\s*$", re.I)
_OWNS = regex(
    r"\b(?:contains?|has|have|consists? of|comprises?|there (?:are|were)|totals? of|dataset of)\b[^.]{0,25}$", re.I
)
_SENTENCE = regex(r"(?<=[.!?])\s+|\n+|;|\|")
_HEDGED = regex(
    r"\b(?:target|goal|aim|baseline|benchmark|paper|authors?|leaderboard|lb|kaggle|public|private|previous(?:ly)?|earlier|before|expected|expect|"
    r"should|would|could|might|may|if|when|suppose|assume|at least|at most|more than|less than|greater|lower|higher|above|below|over|under|exceeds?|"
    r"example|e\.g|between|from|threshold|random|guess\w*|chance|improv\w*|increas\w*|decreas\w*|drop\w*|remov\w*|miss\w*|per|each|every|first|"
    r"only|instead|compar\w*|than|versus|vs|human|state[- ]of[- ]the[- ]art|sota|original|course|instructor|typical\w*|usually|weighted|macro|"
    r"class|classes|cross|cv|fold|epochs?|best|max\w*|sample\w*|random\w*|year|month|day|batch|default|version)\b|[<>≥≤→]|->|\d\s*[-–]\s*\d",
    re.I,
)
_WHICH = regex(r"\b(?:train\w*|test\w*|valid\w*|val|dev|holdout|oob|in-sample|out-of-sample)\b", re.I)
_LOOSE = regex(r"\b(?:about|around|approx\w*|roughly|nearly|almost|some|circa|ca)\b|[~≈]", re.I)
_SHAPE = regex(r"^\((\d+), ?\d+\)$|RangeIndex: (\d+) entries|^\[?(\d+) rows x \d+ columns\]?$", re.M)
_ANY = regex(r"(?:\d[\d,]*)?\.\d+|\d[\d,]*")
_MANY = 200_000
_LONG = 120


@dataclass(frozen=True, slots=True)
class Number:
    """A number under a name: `value` as written, `step` the worth of its last digit, `which` the part of the data that it is of."""

    label: str
    text: str
    value: float
    step: float
    which: frozenset[str]

    @property
    def ranges(self) -> tuple[tuple[float, float], ...]:
        """Where another number must lie to be this one, rounded, cut off, or told in percent, as a share, or as what is left."""
        value, step = self.value, self.step * 1.001 + 1e-12
        forms = [(value, step), (value / 100, step / 100), (value * 100, step * 100)]
        forms += [(1 - value, step), (1 - value / 100, step / 100), (100 - value, step)]
        return tuple((form - width, form + width) for form, width in forms)

    def fits(self, other: float) -> bool:
        """Can it be the other number?"""
        return any(low <= other <= high for low, high in self.ranges)


def claims(page: Page, cell: Cell) -> Iterator[tuple[int, int, int, Number]]:
    """The numbers that a Markdown cell claims to have measured: line (from 1), start and end in the line, and the number."""
    prose = page.prose[cell.number]
    if not _ANY.search(prose) or not _METRIC.search(prose):
        return
    fenced = False
    for index, (line, words) in enumerate(zip(cell.source.split("\n"), prose.split("\n"), strict=True), 1):
        fenced ^= line.lstrip().startswith("```")
        if fenced or line.lstrip().startswith((">", "|", "http")) or (words != line and not _METRIC.search(words)):
            continue
        start = 0
        for sentence in _SENTENCE.split(line):
            at = line.find(sentence, start)
            start = at + len(sentence)
            if len(sentence) < 400 and not _HEDGED.search(sentence):
                for low, high, number in _said(sentence):
                    yield index, at + low, at + high, number


def _said(sentence: str) -> Iterator[tuple[int, int, Number]]:
    labels = list(_METRIC.finditer(sentence))
    if len({_name(label) for label in labels}) != 1:
        return
    for label in labels:
        name = _name(label)
        found = _BEFORE.search(sentence, 0, label.start()) if name == "rows" else _AFTER.match(sentence[label.end() :])
        offset = 0 if name == "rows" else label.end()
        if found is None and name not in (*_ERRORS, "rows"):
            found, offset = _BEFORE.search(sentence, 0, label.start()), 0
        if found is None or (name == "rows" and not _OWNS.search(sentence, 0, found.start("number"))):
            continue
        number = _number(name, found, sentence)
        if number is not None:
            yield offset + found.start("number"), offset + found.end("number"), number


def _number(name: str, found: re.Match[str], sentence: str) -> Number | None:
    text = found["number"]
    value = float(text.replace(",", ""))
    decimals = len(text.partition(".")[2])
    if name == "rows":
        if found["percent"] or decimals or value < 20:
            return None
    elif name in _ERRORS:
        if not decimals:
            return None
    elif not (found["percent"] and 1 < value <= 100) and not (decimals >= 2 and value < 1):
        return None
    step = 10.0**-decimals
    if _LOOSE.search(sentence):
        step = max(step * 5, value * 0.05)
    return Number(name, text + (found["percent"] or "").strip(), value, step, _parts(sentence))


def figures(text: str, label: str) -> Iterator[Number]:
    """Every number of a text, as one under this name."""
    for number in _ANY.findall(text[:_MANY]):
        if len(number) < 30:
            digits = number.replace(",", "")
            yield Number(label, number, float(digits), 10.0 ** -len(digits.partition(".")[2]), frozenset())


def shown(cell: CodeCell) -> Iterator[Number]:
    """The numbers that a cell's saved outputs show under a name, alone on their line."""
    for output in cell.outputs:
        if output.kind == "error":
            continue
        text = output.text[:_MANY]
        for found in _SHAPE.finditer(text):
            digits = found[1] or found[2] or found[3]
            yield Number("rows", digits, float(digits), 0.0, frozenset())
        for line in text.split("\n"):
            if len(line) >= _LONG:
                continue
            numbers = _ANY.findall(_METRIC.sub(" ", line))
            labels = list(_METRIC.finditer(line))
            if len(numbers) == 1 and len(labels) == 1 and _name(labels[0]) != "rows":
                value = float(numbers[0].replace(",", ""))
                if "." in numbers[0]:
                    yield Number(_name(labels[0]), numbers[0], value, 0.0, _parts(line))


class Shown:
    """What a page's saved outputs show."""

    def __init__(self, page: Page) -> None:
        self._page = page

    @cached_property
    def _numbers(self) -> list[float]:
        """Every number, whatever it is called, in order of size."""
        found = set[float]()
        for cell in self._page.cells:
            for output in cell.outputs:
                for text in (output.text[:_MANY], output.html[:_MANY]):
                    found.update(float(number.replace(",", "")) for number in _ANY.findall(text) if len(number) < 30)
        return sorted(found)

    @cached_property
    def _named(self) -> dict[str, list[tuple[CodeCell, Number]]]:
        found: dict[str, list[tuple[CodeCell, Number]]] = {}
        for cell in self._page.cells:
            for number in shown(cell):
                found.setdefault(number.label, []).append((cell, number))
        return found

    def under(self, label: str) -> list[tuple[CodeCell, Number]]:
        """The numbers under one name, with their cells, in document order."""
        return self._named.get(label, [])

    def holds(self, claim: Number) -> bool:
        """Does any output show a number that the claim may be?"""
        for low, high in claim.ranges:
            index = bisect_left(self._numbers, low)
            if index < len(self._numbers) and self._numbers[index] <= high:
                return True
        return False


def _name(label: re.Match[str]) -> str:
    return _NAMES[int((label.lastgroup or "l0")[1:])]


def _parts(text: str) -> frozenset[str]:
    return frozenset(word.lower()[:3] for word in _WHICH.findall(text))
