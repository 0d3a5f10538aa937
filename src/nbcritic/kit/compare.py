"""A page that shows, remark by remark, the messy cell, the key and its number, the reference's code, and the trainee's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbcritic.kit.answer import Answer
from nbcritic.kit.exercise import Exercise
from nbcritic.kit.grade import WEIGHT, Scorecard
from nbcritic.kit.pages import rendered
from nbcritic.kit.reference import Excerpt, excerpt, functions, nearest
from nbcritic.kit.remark import Remark
from nbcritic.kit.workspace import Workspace

if TYPE_CHECKING:
    from markupsafe import Markup

    from nbcritic.analysis.page import Page

_LONGEST = 45
"""Lines of one piece of code that are shown."""
_MOST = 2
"""Pieces of the reference beside one remark."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Code of the reference or of the trainee, highlighted."""

    path: str
    name: str
    line: int
    lines: Sequence[Markup]
    marked: frozenset[int]


def page(workspace: Workspace) -> str:
    """The whole page, self-contained; what the notebook and the trainee bring is made harmless."""
    from nbcritic.analysis.page import Page

    exercise = workspace.exercise()
    answers, card = workspace.answers(), workspace.grade(exercise)
    own = functions(workspace.package) if workspace.package.is_dir() else []
    cells = Page(exercise.notebook)
    order = sorted(exercise.key.remark, key=lambda remark: -WEIGHT[remark.severity])
    fell = {id_: answers[index].what for index, id_ in card.decoys}
    return rendered(
        "compare.html",
        title=exercise.title,
        score=card.score,
        floor=workspace.state.floor,
        seen=len(card.claims),
        attempts=len(workspace.state.attempts),
        hints=sum(workspace.state.hints.values()),
        own_key=exercise.scenario is None,
        has_package=bool(own),
        rows=[_row(remark, exercise, card, answers, cells, own) for remark in order],
        extra=[_line(answers[index]) for index in card.extra],
        decoys=[{"looks": one.looks, "right": one.right, "said": fell.get(one.id, "")} for one in exercise.key.decoy],
    )


def _row(
    remark: Remark, exercise: Exercise, card: Scorecard, answers: Sequence[Answer], cells: Page, own: list[Excerpt]
) -> dict[str, Any]:
    """Everything about one Remark, for the template."""
    from nbcritic.report.html.page import _prose

    claim = next((claim for claim in card.claims if claim.remark == remark.id), None)
    near = next((one for one in card.unsure if one.remark == remark.id), None)
    index = claim.answer if claim else near.answer if near else None
    lacks = []
    if claim and not claim.impact:
        lacks.append("what it costs")
    if claim and not claim.remedy:
        lacks.append("what to do")
    pieces = _reference(remark, exercise)
    alike = dict.fromkeys(found for piece in pieces if piece.name and (found := nearest(piece, own)))
    return {
        "id": remark.id,
        "state": "seen" if claim else "near" if near else "missed",
        "title": remark.title,
        "severity": remark.severity,
        "category": remark.category,
        **{name: _prose(getattr(remark, name)) for name in ("what", "why", "fix")},
        "moved": _moved(remark, exercise),
        **_cell(remark, cells),
        "reference": [_piece(piece) for piece in pieces],
        "own": [_piece(piece) for piece in alike],
        "said": _line(answers[index]) if index is not None else "",
        "lacks": f"It does not say {' or '.join(lacks)}." if lacks else "",
    }


def _line(answer: Answer) -> str:
    return " — ".join(part for part in (answer.where, answer.what, answer.why, answer.fix) if part)


def _moved(remark: Remark, exercise: Exercise) -> list[tuple[str, str]]:
    """The measured numbers that the Remark quotes, by readable names."""
    if exercise.scenario is None:
        return []
    measured = exercise.scenario.measured
    return [
        (" · ".join(part.replace("_", " ") for part in name.split(".")), f"{measured[name]:,.4g}")
        for name in remark.moved
        if name in measured
    ]


def _cell(remark: Remark, cells: Page) -> dict[str, Any]:
    """The cell of the notebook, with the quoted lines marked."""
    from nbcritic.report.html import cells as html

    cell = next((cell for cell in cells.notebook.cells if cell.id == remark.cell), None) if remark.cell else None
    if cell is None:
        return {"label": "", "body": None, "lines": (), "marked": frozenset()}
    count = f", In[{cell.execution_count}]" if cell.execution_count else ""
    label = f"cell {cell.number}{count}"
    if cell.kind == "markdown":
        return {"label": label, "body": html.markdown(cell.source), "lines": (), "marked": frozenset()}
    start = cell.source.find(remark.quote) if remark.quote else -1
    first = cell.source.count("\n", 0, start) + 1 if start >= 0 else 0
    marked = frozenset(range(first, first + remark.quote.count("\n") + 1)) if first else frozenset[int]()
    language = cell.language or cells.notebook.language
    return {"label": label, "body": None, "lines": html.source(cells, cell, language), "marked": marked}


def _reference(remark: Remark, exercise: Exercise) -> list[Excerpt]:
    if exercise.scenario is None:
        return []
    found = (excerpt(exercise.scenario.reference, place) for place in remark.reference)
    return [piece for piece in found if piece is not None][:_MOST]


def _piece(piece: Excerpt) -> Piece:
    """A piece of code as lines of HTML; the line that names it is marked."""
    from nbcritic.report.html.cells import _highlighted

    lines = piece.text.splitlines()
    text = "\n".join(lines[:_LONGEST] + (["…"] if len(lines) > _LONGEST else []))
    name = piece.name.rpartition(".")[2]
    marked = next((number for number, line in enumerate(lines, 1) if name and name in line), 0)
    language = "python" if piece.path.endswith(".py") else "text"
    return Piece(
        piece.path, piece.name, piece.line, _highlighted(text, language), frozenset({marked} if marked else ())
    )
