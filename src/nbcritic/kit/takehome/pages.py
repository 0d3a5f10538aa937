"""The pages: a scorecard for each candidate, one page to compare them, and the tick sheet of a pack.

Each is one file that needs no network and prints on paper. Everything that a candidate wrote is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from nbcritic.kit.grade import WEIGHT
from nbcritic.kit.remark import Key
from nbcritic.kit.takehome.marking import Line, Result
from nbcritic.kit.takehome.pack import Pack
from nbcritic.kit.takehome.similarity import Pair
from nbcritic.model import NbcriticError


def scorecard(result: Result, pack: Pack | None, pairs: Sequence[Pair] = ()) -> str:
    """The page about one candidate."""
    remarks = {remark.id: remark for remark in pack.key.remark} if pack else {}
    decoys = {decoy.id: decoy for decoy in pack.key.decoy} if pack else {}
    claims = {line.remark: line for line in result.lines if line.became == "match"}
    own = [pair for pair in pairs if result.name in (pair.one, pair.other)]
    return _render(
        "scorecard.html",
        title=f"{result.name}: {pack.facts.title}" if pack else result.name,
        result=result,
        pack=pack,
        rows=[(remark, claims.get(id_)) for id_, remark in remarks.items()],
        weight=WEIGHT,
        undecided={line.remark for line in result.unsure},
        unsure=[(line, remarks[line.remark]) for line in result.unsure if line.remark in remarks],
        decoys=[
            (line, decoys[line.remark]) for line in result.lines if line.became == "decoy" and line.remark in decoys
        ],
        extra=[line for line in result.lines if line.became == "extra"],
        pairs=[(pair.other if pair.one == result.name else pair.one, pair) for pair in own],
    )


def comparison(results: Sequence[Result], packs: Sequence[Pack], pairs: Sequence[Pair]) -> str:
    """The page over all candidates: a table in marking order, what each saw of each pack, and who is like whom."""
    tables = []
    for pack in packs:
        there = [result for result in results if result.pack == pack.facts.id and result.status == "graded"]
        rows = [(remark, [_cell(result, remark.id) for result in there]) for remark in pack.key.remark]
        if there:
            tables.append((pack, there, rows))
    graded = [result for result in results if result.status == "graded"]
    return _render(
        "comparison.html",
        title="Take-homes compared",
        results=results,
        graded=graded,
        tables=tables,
        pairs=pairs,
        seconds=sum(result.seconds for result in results),
    )


def _cell(result: Result, remark: str) -> Line | None:
    return next((line for line in result.lines if line.remark == remark and line.became in ("match", "unsure")), None)


def tick_sheet(title: str, key: Key, minutes: int) -> str:
    """A sheet to tick while a candidate talks: the Remarks in order of weight, and what looks wrong and is right."""
    return _render("tick_sheet.html", title=f"Tick sheet: {title}", key=key, weight=WEIGHT, minutes=minutes)


@cache
def _environment() -> Any:
    try:
        import jinja2
    except ImportError as error:
        raise NbcriticError("pages need jinja2: pip install 'nbcritic[kit]'") from error
    return jinja2.Environment(
        loader=jinja2.PackageLoader("nbcritic.kit.takehome"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _render(template: str, **values: object) -> str:
    return str(_environment().get_template(template).render(**values))
