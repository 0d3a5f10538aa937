"""What on the page tells that a value is another one than an older output shows; that a cell only ran again tells nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from nbcritic.analysis.chance import draws, functions_around, seeds, seeds_of
from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, root_name
from nbcritic.analysis.page import Page, once
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.staleness import Stale
from nbcritic.analysis.staleness_taint import Steps
from nbcritic.model import Span
from nbcritic.rules.hidden_state._second_run import functions_by_name
from nbcritic.rules.hidden_state._told import columns, has_chance, keeps_rows, recasts, rows, shows_size, texts, viewed

_MOVING = ("yfinance.", "pandas_datareader.", "ccxt.", "tweepy.", "praw.", "feedparser.", "binance.", "alpha_vantage.")
"""Packages whose downloads are others every day."""
_ASKS = regex(r"\?\w+=|/latest\b")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_ENDS = frozenset({"end", "until", "end_date"})
_TIDIES = frozenset(
    "sort_index sort_values between_time dropna drop_duplicates reset_index astype copy to_datetime duplicated rename isnull notnull "
    "isna notna any all to_numeric convert_dtypes tz_localize tz_convert".split()
)
"""Steps of tidying, which often change nothing that a chart shows."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A reason to take the value for another one: where it stands, and in words.

    `is_seen`: two saved outputs show that the value differs.
    """

    at: Span
    words: str
    is_seen: bool = False


def difference(page: Page, stale: Stale) -> Difference | None:
    """Why the value that the stale cell saw is another one than the page makes; None where nothing tells so, or the outputs agree."""
    shown = list(_compared(page, stale))
    told = next((found for found in shown if found is not None), None)
    if told is not None:
        return told
    for cell, name, before, now in (sizes := list(_sizes(page, stale))):
        if now != before:
            words = f"shows `{name}` with {now:,} rows, the output {before:,}"
            return Difference(Span(cell.number), words, is_seen=True)
    if shown or sizes:  # every other output that shows the same shows it alike
        return None
    if stale.evidence == "other" and stale.seen is not None:
        cell = page.cell(stale.seen)
        name = stale.path[0].name
        if only_tidies(page, cell, name) or (shows_size(page.cell(stale.cell), name) and _keeps_size(page, stale)):
            return None
        return Difference(Span(stale.seen), "")
    again, seeded = _ran_again(page, stale), _seeded_again(page, stale)
    return next((found for n in sorted(again) for found in _anew(page, page.cell(n), again[n], seeded)), None)


def is_direct(page: Page, stale: Stale) -> bool:
    """Does the cell itself show what two cells made of a name, neither of them by handing it to a function of the page?"""
    name, functions = stale.path[0].name, functions_by_name(page)
    makers = [stale.cause, *([stale.seen] if stale.seen is not None else [])]
    calls = (
        call for number in makers for call in page.cell(number).nodes(ast.Call) if called_name(call.func) in functions
    )
    return len(stale.path) == 1 and not any(
        isinstance(part, ast.Name) and part.id == name
        for call in calls
        for part in (*call.args, *(word.value for word in call.keywords))
    )


def _ran_again(page: Page, stale: Stale) -> dict[int, frozenset[str]]:
    """The cells that ran after the stale one, and that the value comes from; for each its names that lead there."""
    low, high = _count(page, stale.cell), _count(page, stale.cause)
    found: dict[int, set[str]] = {stale.cause: {stale.path[0].name}}
    waiting = [stale.cause]
    while waiting:
        here = waiting.pop()
        steps = Steps(page.cell(here))
        for edge in page.graph.into[here]:
            if edge.kind == "code" or not low < _count(page, edge.from_cell) < high:
                continue
            known = found.setdefault(edge.from_cell, set())
            if edge.name not in known and not found[here].isdisjoint(steps.reached(edge.name)):
                known.add(edge.name)
                waiting.append(edge.from_cell)
    return {number: frozenset(names) for number, names in found.items() if names}


def _count(page: Page, number: int) -> int:
    return page.cell(number).execution_count or 0


def _anew(page: Page, cell: CodeCell, names: frozenset[str], seeded: frozenset[str]) -> Iterator[Difference]:
    """What makes a cell give other values for these names each time it runs.

    `seeded` are the generators that were seeded again before it ran again.
    """
    for node, family, found in _restless(page, cell):
        if family in seeded:
            continue
        if not names.isdisjoint(_made_of(cell, node)):
            yield replace(found, at=cell.at(node))


def _seeded_again(page: Page, stale: Stale) -> frozenset[str]:
    low, high = _count(page, stale.cell), _count(page, stale.cause)
    since = (cell for cell in page.code if low < (cell.execution_count or 0) < high)
    return frozenset(family for cell in since for call in cell.nodes(ast.Call) for family in seeds_of(page, call))


def _restless(page: Page, cell: CodeCell) -> Iterator[tuple[ast.expr, str, Difference]]:
    """The calls of the cell that give something else on another day or in another run, themselves or in a function of the page.

    With each the family of the generator, if it draws.
    """
    names = dict[str, tuple[str, Difference]]()
    for home, call, family, found in _sources(page):
        around = [parent for parent in home.ancestors(call) if isinstance(parent, _FUNCTIONS)]
        names.update((parent.name, (family, found)) for parent in around)
        if home is cell and not around:
            yield call, family, found
    for call in cell.nodes(ast.Call):
        if isinstance(call.func, ast.Name) and call.func.id in names and not cell.in_function(call):
            yield call, *names[call.func.id]


@once
def _sources(page: Page) -> list[tuple[CodeCell, ast.Call, str, Difference]]:
    """Every call of the page that draws by chance, or downloads what there is on that day.

    A seed in another cell does not make a draw the same when its cell runs again on its own.
    """
    inside = seeds(page).inside
    random = Difference(Span(), "draws anew on every run")
    drawn = [
        (draw.cell, draw.call, draw.family, random)
        for draw in draws(page)
        if not any(draw.family in seeds_of(page, call) for call in draw.cell.nodes(ast.Call))
        and not any(draw.family in inside.get(function, ()) for function in functions_around(draw.cell, draw.call))
    ]
    fetched = Difference(Span(), "downloads what there is on that day")
    calls = [(cell, call) for cell in page.code for call in cell.nodes(ast.Call)]
    trained = Difference(Span(), "trains the network anew, from other weights")
    return [
        *drawn,
        *((cell, call, "-", fetched) for cell, call in calls if _is_download(page, cell, call)),
        *((cell, call, family, trained) for cell, call in calls if (family := _trained(page, cell, call))),
    ]


def _trained(page: Page, cell: CodeCell, call: ast.Call) -> str:
    """The generator behind `trainer.fit(network)` of Lightning, or `fit` of a Keras model that the same cell builds; empty for others."""
    inner = cell.nodes(ast.Call) if called_name(call.func) == "fit" else ()
    for name in (page.qualified(node.func) or "" for node in inner):
        family = "torch" if name.endswith(".Trainer") else "tensorflow" if name.endswith("keras.Sequential") else ""
        if family:
            return "" if any(family in seeds_of(page, node) for node in inner) else family
    return ""


def _made_of(cell: CodeCell, start: ast.AST) -> set[str]:
    """The names that the statement with the node, and what follows from it in the cell, set or change."""
    first = start
    body = cell.tree.body if cell.tree is not None else []
    while first not in body and (above := cell.parent(first)) is not None:
        first = above
    found = set[str]()
    for statement in body[body.index(first) :] if isinstance(first, ast.stmt) and first in body else []:
        nodes = nodes_in(statement)
        if statement is not first and not any(isinstance(n, ast.Name) and n.id in found for n in nodes):
            continue
        for node in nodes:
            if isinstance(node, (ast.Name, ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
                found.update({root.id} if (root := root_name(node)) is not None else ())
        call = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            given = (*call.args, *(word.value for word in call.keywords))
            in_place = [a.id for a in given if isinstance(a, ast.Name)] if call is start else []
            root = root_name(call.func)
            is_trained = call is not start or call.func.attr == "fit"
            found.update((*in_place, root.id) if is_trained and root is not None else in_place)
    return found


def _is_download(page: Page, cell: CodeCell, call: ast.Call) -> bool:
    """Does a call fetch prices, posts or news up to the day of the run, or ask an interface on the web?"""
    name = page.qualified(call.func) or ""
    until = next((word.value for word in call.keywords if word.arg in _ENDS), None)
    if name.startswith(_MOVING):
        return not isinstance(until, ast.Constant)
    if name not in ("requests.get", "requests.post") or not call.args:
        return False
    first = call.args[0]
    named = [a.value for a in cell.nodes(ast.Assign) if any(ast.dump(t) == _stored(first) for t in a.targets)]
    parts = [part for value in (first, *named) for part in nodes_in(value)]
    text = "".join(part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))
    return _ASKS.search(text) is not None


def _stored(node: ast.expr) -> str:
    return ast.dump(ast.Name(node.id, ast.Store())) if isinstance(node, ast.Name) else ""


def only_tidies(page: Page, cell: CodeCell, name: str) -> bool:
    """Does the cell make the name of itself alone, by sorting, cleaning, or a helper of somebody's of which nothing is known?"""
    made = False
    for statement in cell.nodes(ast.Assign, ast.AugAssign, ast.Expr):
        nodes = nodes_in(statement)
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AugAssign):
            targets = [statement.target]
        inner = isinstance(statement, ast.Expr) and any(
            isinstance(n, ast.keyword) and n.arg == "inplace" for n in nodes
        )
        if not inner and not any((root := root_name(t)) is not None and root.id == name for t in targets):
            continue
        if not any(isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load) for node in nodes):
            return False
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        plain = [target for target in targets if isinstance(target, ast.Name)]
        if isinstance(statement, ast.AugAssign) or not calls or (targets and not plain and not _is_index(targets)):
            return False
        if not all(called_name(call.func) in _TIDIES or _is_opaque(page, call) for call in calls):
            return False
        made = True
    return made


def _keeps_size(page: Page, stale: Stale) -> bool:
    """Has every cell that ran between the source and the stale cell left the rows, columns and gaps of the table as they are?"""
    name = stale.path[0].name
    low, high = _count(page, stale.cause), _count(page, stale.cell)
    writers = [
        cell
        for cell in page.code
        if low < (cell.execution_count or 0) < high
        and name in {*page.flow.touched[cell.number].binds, *page.flow.touched[cell.number].mutates}
    ]
    return len(stale.path) == 1 and low < high and all(recasts(cell, name) for cell in writers)


def _is_index(targets: Iterable[ast.expr]) -> bool:
    return all(isinstance(target, ast.Attribute) and target.attr in ("index", "columns") for target in targets)


def _is_opaque(page: Page, call: ast.Call) -> bool:
    """A function that the page imports from somewhere else than the well-known libraries."""
    name = page.qualified(call.func) or ""
    return "." in name and not name.startswith(("numpy.", "pandas.", "sklearn.", "scipy.", "polars."))


def _compared(page: Page, stale: Stale) -> Iterator[Difference | None]:
    """For every cell that shows the same as the stale one, and ran on the newer value: a difference, or None where they agree."""
    cell = page.cell(stale.cell)
    name = stale.path[-1].name
    for other in _later(page, stale):
        shown = texts(other, among=True)
        for code, (node, text) in texts(cell).items():
            if not _is_about(node, name) or has_chance(node) or not _is_alike(page, stale, other, node):
                continue
            if code in shown:
                same = shown[code][1] == text
                yield (
                    None
                    if same
                    else Difference(Span(other.number), "shows another value of the same expression", is_seen=True)
                )
            elif viewed(node) == name:
                yield from _other_columns(cell, other, name)


def _other_columns(cell: CodeCell, other: CodeCell, name: str) -> Iterator[Difference]:
    """Columns that the older of two tables of one name has and the newer one lacks."""
    if not any(viewed(node) == name for node, _ in texts(other).values()):
        return
    old, new = (next((o.html for o in c.outputs if o.kind == "result"), "") for c in (cell, other))
    gone = [label for label in columns(old) if label not in columns(new)] if "<thead" in new else []
    if gone and "..." not in columns(new) and "…" not in columns(new) and gone != ["..."]:
        yield Difference(Span(other.number), f"shows no column `{gone[0]}` any more", is_seen=True)


def _later(page: Page, stale: Stale) -> Iterator[CodeCell]:
    """The cells that show the value as its source made it last: that one, and those that read it from there afterwards."""
    name, cause = stale.path[-1].name, stale.cause
    if len(stale.path) > 1:
        return
    since = _count(page, cause)
    for cell in page.code:
        reads = page.flow.sources[cell.number].get(name) == cause and cell.number != stale.cell
        if cell.number == cause or (reads and (cell.execution_count or 0) > since):
            yield cell


def _is_about(node: ast.expr, name: str) -> bool:
    return any(part.id == name for part in nodes_in(node, ast.Name))


def _is_alike(page: Page, stale: Stale, other: CodeCell, node: ast.expr) -> bool:
    """Does the expression stand for the same in both cells: no name of it is made or changed in one of them only?"""
    names = {part.id for part in nodes_in(node, ast.Name)}
    for number in {stale.cell, other.number} - {stale.cause}:
        touched = page.flow.touched[number]
        if not names.isdisjoint({*touched.binds, *touched.mutates}):
            return False
    here, there = page.flow.sources[stale.cell], page.flow.sources[other.number]
    return all(
        here.get(name)
        == (
            other.number
            if other.number == stale.cause and name in page.flow.touched[other.number].binds
            else there.get(name)
        )
        for name in names
    )


def _sizes(page: Page, stale: Stale) -> Iterator[tuple[CodeCell, str, int, int]]:
    """For every cell that shows how many rows the value has now: it, the name, the rows of the old output, and those of now."""
    names = {edge.name for edge in stale.path}
    name = min(names)
    before = rows(page.cell(stale.cell)).get(name) if len(names) == 1 else None
    if before is None or not all(keeps_rows(page.cell(edge.from_cell), name) for edge in stale.path[1:]):
        return
    since = _count(page, stale.cause)
    for other in page.code:
        is_source = other.number == stale.cause
        reads = page.flow.sources[other.number].get(name) == stale.cause and (other.execution_count or 0) > since
        now = rows(other, made=name if is_source else "").get(name) if is_source or reads else None
        if now is not None:
            yield other, name, before, now
