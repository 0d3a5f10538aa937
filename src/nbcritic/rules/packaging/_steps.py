"""Stretches of cells that could be functions: what each is given, what it gives back, what it does besides."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import Event
from nbcritic.analysis.liveness import Life, life
from nbcritic.analysis.page import Page
from nbcritic.rules.packaging._logic import Amount, amount_of, is_canvas
from nbcritic.rules.packaging._naming import function_name, heading_above
from nbcritic.rules.packaging._parts import Part, Parts, leading_places
from nbcritic.rules.packaging._purpose import SETS_OPTIONS, canvas_statements, effects_of, module_of

LEAST = 3
"""A stretch of fewer statements of logic stays where it is."""
LEAST_DRAWN = 5
"""So many statements that draw are worth a function of their own."""
MOST = 40
"""Lines up to which neighbouring cells are put together."""
MOST_GIVEN, MOST_BACK = 8, 6
"""A function with a wider door is none that anybody wants to call."""


@dataclass(frozen=True, slots=True)
class Step:
    """A function to be: `parts` are its body, in order."""

    name: str
    module: str
    parts: tuple[Part, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    effects: tuple[str, ...]
    changes: tuple[str, ...]
    """The inputs that are changed in place."""
    settings: tuple[str, ...]
    amount: Amount

    @property
    def cells(self) -> tuple[int, ...]:
        """The cells that it is made of."""
        return tuple(dict.fromkeys(part.cell.number for part in self.parts))

    @property
    def signature(self) -> str:
        """Such as `clean_orders(orders, rates) -> orders, totals`."""
        back = ", ".join(self.outputs)
        return f"{self.name}({', '.join(self.inputs)})" + (f" -> {back}" if back else "")

    @property
    def short(self) -> str:
        """The signature with the first few names only."""
        back = _listed(self.outputs)
        return f"{self.name}({_listed(self.inputs)})" + (f" -> {back}" if back else "")

    @property
    def does(self) -> tuple[str, ...]:
        """What it does besides computing."""
        changed = tuple(f"changes `{name}` in place" for name in self.changes)
        return (*self.effects, *changed)


@dataclass(slots=True)
class _Stretch:
    """Pieces that follow one another; `open` says that nothing of their cell stands below them."""

    parts: list[Part]
    drawn: bool
    starts: bool
    open: bool
    module: str = ""


class Steps:
    """The steps of a page, and why the rest of it stays."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.parts = Parts(page)
        self._refused: dict[int, str] = {}

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in document order."""
        taken = {*self.page.names.bindings, *self.page.names.mentioned}
        found = []
        for stretch in self._merged():
            step = self._step(stretch, taken)
            if step is not None:
                taken.add(step.name)
                found.append(step)
        return tuple(found)

    @cached_property
    def stays(self) -> dict[int, str]:
        """For each code cell of which nothing moves, the reason."""
        moved = {part.cell.number for step in self.steps for part in step.parts}
        moved |= {part.cell.number for part in self.parts.definitions.values()}
        return {
            cell.number: self._why(cell) for cell in self.page.cells if cell.number not in moved and not cell.is_empty
        }

    def _why(self, cell: CodeCell) -> str:
        if cell.language != "python":
            return f"it is written in {cell.language}"
        if cell.tree is None:
            return "Python cannot read it"
        parts = self.parts.by_cell.get(cell.number, ())
        if not parts:
            return "it holds magics only" if cell.magics else "it could not be followed"
        reasons = [part.reason for part in parts if part.reason]
        if cell.plain.isolated:
            return "its names do not outlive it"
        if all(part.role == "import" for part in parts):
            return "it imports"
        if reasons:
            return reasons[0]
        if all(part.role in ("show", "import") for part in parts):
            return "it only looks"
        if amount_of(node for part in parts if part.role != "definition" for node in part.nodes).statements < LEAST:
            return "it is short"
        return self._refused.get(cell.number, "nothing needs what it makes")

    def _stretches(self) -> Iterator[_Stretch]:
        for cell in self.page.code:
            if cell.plain.isolated:
                continue
            parts = self.parts.by_cell[cell.number]
            for run in _runs(parts):
                yield from self._trimmed(run, parts)

    def _trimmed(self, run: list[Part], parts: Sequence[Part]) -> Iterator[_Stretch]:
        """What of a run is worth moving: looks at its ends stay, unless they draw a whole picture, and paths at its beginning."""
        if run and run[-1] is parts[-1] and self._displays(run[-1]):
            run = run[:-1]
        run = run[leading_places(run) :]
        first = next((i for i, part in enumerate(run) if part.role == "logic"), len(run))
        last = next((i for i in range(len(run), first, -1) if run[i - 1].role == "logic"), first)
        drawn = sum(canvas_statements(part) for part in run)
        if drawn >= LEAST_DRAWN and _amount(run).statements <= drawn:
            # What others need is made before the picture, which is then a picture only.
            made = [i for i, part in enumerate(run) if self._outputs([part], part.life, run[-1])]
            first, last = (first, made[-1] + 1) if made and made[-1] < len(run) - 1 else (0, 0)
        if first < last:
            yield self._stretch(run[first:last], parts, False)
        tail = run[last:]
        if sum(canvas_statements(part) for part in tail) >= LEAST_DRAWN:
            yield self._stretch(tail, parts, True)

    def _displays(self, part: Part) -> bool:
        """Does the notebook show the value of this piece, if it ends its cell?"""
        last = part.nodes[-1]
        if not isinstance(last, ast.Expr) or canvas_statements(part) or effects_of([part]):
            return False
        return not self._changed([part])

    def _stretch(self, body: list[Part], parts: Sequence[Part], drawn: bool) -> _Stretch:
        telling = [part for part in parts if part.role in ("logic", "show")]
        return _Stretch(
            body,
            drawn,
            body[0] is telling[0],
            body[-1] is telling[-1],
            "plots" if drawn else module_of(self.page, body),
        )

    def _merged(self) -> Iterator[_Stretch]:
        """Stretches of neighbouring cells that belong together are one; those that are too small are left out."""
        held: _Stretch | None = None
        for stretch in self._stretches():
            if held is not None and self._belong(held, stretch):
                held.parts += stretch.parts
                held.open = stretch.open
                continue
            if held is not None and _is_worth(held):
                yield held
            held = stretch
        if held is not None and _is_worth(held):
            yield held

    def _belong(self, one: _Stretch, other: _Stretch) -> bool:
        last, first = one.parts[-1].cell, other.parts[0].cell
        if last is first or one.drawn or other.drawn or not one.open or not other.starts or one.module != other.module:
            return False
        if first.number in self._headed or last.plain.magics or first.plain.magics:
            return False
        between = [cell for cell in self.page.cells if last.number < cell.number < first.number]
        lines = sum(part.last - part.first + 1 for part in (*one.parts, *other.parts))
        return not between and lines <= MOST

    @cached_property
    def _headed(self) -> frozenset[int]:
        """The code cells that stand under a heading of their own."""
        found, heading = set[int](), False
        for cell in self.page.notebook.cells:
            if cell.kind == "markdown" and any(line.lstrip().startswith("#") for line in cell.source.splitlines()):
                heading = True
            elif cell.kind == "code":
                if heading:
                    found.add(cell.number)
                heading = False
        return frozenset(found)

    def _step(self, stretch: _Stretch, taken: set[str]) -> Step | None:
        statements = [node for part in stretch.parts for node in part.nodes]
        own = life(statements)
        reads = self._reads(own, stretch.parts)
        outputs = self._outputs(stretch.parts, own, stretch.parts[-1])
        if any(name not in own.sure and not self._bound_before(name, stretch) for name in outputs if name in own.binds):
            self._refuse(stretch, "it makes something under a condition only, which a later cell needs")
            return None
        unsure = [name for name in outputs if name in own.binds and name not in own.sure and name not in reads]
        given = (name for name in reads if self.parts.is_value(name) and self._is_given(name, stretch))
        inputs = (*given, *unsure)
        effects = effects_of(stretch.parts)
        if not outputs and not set(effects) - {SETS_OPTIONS}:
            return None
        if any(is_canvas(name) for name in inputs):
            self._refuse(stretch, "it draws on a figure of another cell")
            return None
        if len(inputs) > MOST_GIVEN or len(outputs) > MOST_BACK:
            wide = (
                f"it would be given {len(inputs)} names and give back {len(outputs)}: it does too many things at once"
            )
            self._refuse(stretch, wide)
            return None
        changed = self._changed(stretch.parts)
        inner = tuple(name for name in reads if name in self.parts.settings)
        module = stretch.module
        made = [name for name in outputs if name in own.binds and name not in inputs] or list(outputs) or list(inputs)
        name = function_name(self.page, stretch.parts, _comment(stretch.parts[0]), module, made, taken, bool(outputs))
        return Step(
            name,
            module,
            tuple(stretch.parts),
            inputs,
            outputs,
            effects,
            tuple(name for name in inputs if name in changed and name not in own.sure),
            inner,
            _amount(stretch.parts),
        )

    def _refuse(self, stretch: _Stretch, reason: str) -> None:
        self._refused.update(dict.fromkeys((part.cell.number for part in stretch.parts), reason))

    def _reads(self, own: Life, parts: Sequence[Part]) -> tuple[str, ...]:
        """The names from outside that a step needs, those of its formulas and queries too."""
        known = self.page.names.bindings
        quoted = sorted(
            name for name in own.quoted if name in known and name not in own.sure and self._made_above(name, parts)
        )
        return (*own.reads, *(name for name in quoted if name not in own.reads))

    def _made_above(self, name: str, parts: Sequence[Part]) -> bool:
        return min(number for number, _ in self.page.names.bindings[name]) < parts[0].cell.number

    def _is_given(self, name: str, stretch: _Stretch) -> bool:
        return name not in self.page.names.bindings or self._bound_before(name, stretch)

    def _bound_before(self, name: str, stretch: _Stretch) -> bool:
        cell = stretch.parts[0].cell
        return any(
            number < cell.number or (number == cell.number and _line(event.node) < stretch.parts[0].first)
            for number, event in self.page.names.bindings.get(name, ())
        )

    @cached_property
    def _events(self) -> dict[tuple[int, int], list[Event]]:
        """What is bound and changed, by cell and line."""
        found: dict[tuple[int, int], list[Event]] = {}
        for cell in self.page.code:
            for event in self.page.names.of(cell.number).events:
                if event.kind in ("bind", "mutate"):
                    found.setdefault((cell.number, getattr(event.node, "lineno", 0)), []).append(event)
        return found

    def _events_of(self, parts: Iterable[Part]) -> Iterator[Event]:
        for part in parts:
            for line in range(part.first, part.last + 1):
                yield from self._events.get((part.cell.number, line), ())

    def _changed(self, parts: Iterable[Part]) -> frozenset[str]:
        return frozenset(event.name for event in self._events_of(parts) if event.kind == "mutate")

    def _outputs(self, parts: Sequence[Part], own: Life, last: Part) -> tuple[str, ...]:
        """What of the names that these pieces bind or change somebody needs after `last`, in the order of the code."""
        changed = self._changed(parts)
        order = dict.fromkeys(event.name for event in self._events_of(parts))
        order.update(dict.fromkeys(sorted(own.binds)))
        order.pop("_", None)  # what nobody wants
        needed = self._needed_after(last)
        return tuple(
            name
            for name in order
            if name in needed and (name in own.binds or name in changed) and not self._is_loose(name, own)
        )

    def _is_loose(self, name: str, own: Life) -> bool:
        return name not in own.binds and not self.parts.is_value(name)

    def _needed_after(self, last: Part) -> frozenset[str]:
        """Names that code below may read before it is sure to have bound them, and those that functions left behind read."""
        rest = [part for part in self.parts.raw[last.cell.number] if part.first > last.last]
        gone = {name for part in rest for name in part.life.sure}
        magics = {name for magic in last.cell.magics for name in magic.reads}
        return self._called_later | _reads_of(rest) | magics | (self._needed_below[last.cell.number] - gone)

    @cached_property
    def _needed_below(self) -> dict[int, frozenset[str]]:
        """For each cell, the names that the cells below it need, found from the last one upwards."""
        found: dict[int, frozenset[str]] = {}
        needed: frozenset[str] = frozenset()
        for cell in reversed(self.page.cells):
            found[cell.number] = needed
            if cell.tree is not None and not cell.plain.isolated:
                needed -= {name for part in self.parts.raw[cell.number] for name in part.life.sure}
            needed |= self._reads_of_cell(cell)
        return found

    def _reads_of_cell(self, cell: CodeCell) -> frozenset[str]:
        words = self.page.names.of(cell.number).words
        read = {name for magic in cell.magics for name in magic.reads}
        return frozenset(words | read | _reads_of(self.parts.raw.get(cell.number, ())))

    @cached_property
    def _called_later(self) -> frozenset[str]:
        """What functions that stay in the notebook read when they are called, whenever that is."""
        moved = self.parts.definitions
        return frozenset(
            name
            for parts in self.parts.raw.values()
            for part in parts
            if part.role == "definition" and part is not moved.get(part.name)
            for name in part.life.reads
        )


def _listed(names: Sequence[str], most: int = 3) -> str:
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")


def _reads_of(parts: Iterable[Part]) -> frozenset[str]:
    """What pieces that follow one another read from outside."""
    found, sure = set[str](), set[str]()
    for part in parts:
        found |= (set(part.life.reads) | part.life.quoted | part.life.deletes) - sure
        sure |= part.life.sure
    return frozenset(found)


def _runs(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """Pieces between those that stay; imports, definitions and settings stand aside."""
    run: list[Part] = []
    for part in parts:
        if part.role in ("import", "setting") or (part.role == "definition" and not part.reason):
            continue
        if part.reason:
            if run:
                yield run
            run = []
        else:
            run.append(part)
    if run:
        yield run


def _is_worth(stretch: _Stretch) -> bool:
    return stretch.drawn or _amount(stretch.parts).statements >= LEAST


def _amount(parts: Iterable[Part]) -> Amount:
    return amount_of([node for part in parts for node in part.nodes])


def _line(node: ast.AST | None) -> int:
    return getattr(node, "lineno", 0)


def _comment(part: Part) -> str:
    """The comment right above a piece."""
    line = part.cell.lines[part.first - 1].strip()
    return line.lstrip("# ") if line.startswith("#") and part.first < part.nodes[0].lineno else ""


def titled(page: Page, step: Step) -> str:
    """What the notebook itself says of a step: its heading, else its comment."""
    text = heading_above(page, step.cells[0]).strip() or _comment(step.parts[0])
    text = re.sub(r"^[\d.)\s*#-]+", "", text)
    return text[:1].upper() + text[1:]
