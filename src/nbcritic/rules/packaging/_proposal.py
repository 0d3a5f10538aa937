"""The function that a cell could be: its name, what it is given and what it gives back."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from keyword import iskeyword

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.rules.packaging._logic import last_name

MOST = 3
_VERBS = (
    ("train", frozenset("fit fit_transform compile train fit_resample partial_fit".split())),
    (
        "evaluate",
        frozenset(
            "predict predict_proba score evaluate classification_report confusion_matrix accuracy_score cross_val_score".split()
        ),
    ),
    (
        "load",
        frozenset(
            "read_csv read_excel read_json read_parquet read_sql read_pickle read_table read_html read_hdf loadtxt imread".split()
        ),
    ),
    ("join", frozenset({"merge", "concat"})),
    ("clean", frozenset("dropna fillna drop drop_duplicates replace rename to_datetime astype".split())),
    ("summarise", frozenset("groupby agg aggregate pivot_table crosstab value_counts".split())),
    (
        "plot",
        frozenset(
            "plot bar barh scatter hist subplots imshow heatmap boxplot countplot histplot lineplot barplot".split()
        ),
    ),
    ("write", frozenset("to_csv to_excel to_parquet to_pickle dump save to_sql".split())),
)
_LEAST = {"clean": 2}
"""One `replace` or `drop` alone does not make a cell one that cleans."""
_GIVEN_BY = frozenset({"import", "def", "class"})
_SMALL = frozenset(
    "the a an of and our to for in with on by let us s some step task part section exercise chapter question phase problem now "
    "we will is are this de la el los las del en y".split()
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Such as `clean_orders(orders, rates) -> orders, totals`."""

    cell: CodeCell
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    def __str__(self) -> str:
        back = f" -> {_listed(self.outputs)}" if self.outputs else ""
        return f"{self.name}({_listed(self.inputs)}){back}"


def propose(page: Page, cell: CodeCell) -> Proposal:
    """The function that this cell could be."""
    inputs, outputs = inputs_of(page, cell), outputs_of(page, cell)
    return Proposal(cell, _name(page, cell, inputs, outputs), inputs, outputs)


def inputs_of(page: Page, cell: CodeCell) -> tuple[str, ...]:
    """Names that other cells make and this one needs; imports and functions are not handed over."""
    found: dict[str, None] = {}
    bound = set[str]()
    for event in page.names.of(cell.number).events:
        if event.kind == "bind":
            bound.add(event.name)
        elif event.kind in ("use", "mutate") and event.name not in bound and _is_value(page, event.name, cell.number):
            found[event.name] = None
    return tuple(found)


def outputs_of(page: Page, cell: CodeCell) -> tuple[str, ...]:
    """Names that this cell makes or changes and later ones need, the most needed first."""
    events = page.names.of(cell.number).events
    made = {e.name for e in events if (e.kind == "bind" and e.how not in (*_GIVEN_BY, "for")) or e.kind == "mutate"}
    needed: Counter[str] = Counter()
    gone = set[str]()
    for number in page.flow.document_order:
        if number > cell.number:
            later = page.names.of(number)
            here = set[str]()
            for event in later.events:
                if event.kind == "bind":
                    here.add(event.name)
                    if not event.may:
                        gone.add(event.name)
                elif event.kind in ("use", "mutate") and event.name not in gone and event.name not in here:
                    needed[event.name] += 1
            needed.update(e.name for f in later.functions for e in f.events if e.kind == "use" and e.name not in gone)
    return tuple(name for name, _ in needed.most_common() if name in made and _is_value(page, name))


def _is_value(page: Page, name: str, here: int | None = None) -> bool:
    bound = page.names.bindings.get(name, [])
    elsewhere = [event for number, event in bound if number != here]
    return bool(elsewhere if here else bound) and not any(event.how in _GIVEN_BY for _, event in bound)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:MOST]) + (", …" if len(names) > MOST else "")


def _name(page: Page, cell: CodeCell, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> str:
    """From the heading right above, else from what the cell calls and makes."""
    if heading := _heading(page, cell.number):
        return heading
    called = {last_name(call.func) for call in cell.nodes(ast.Call)}
    found = (
        verb
        for verb, names in _VERBS
        if len(names & called) >= _LEAST.get(verb, 1) and not (verb == "write" and outputs)
    )
    verb = next(found, "compute" if outputs else "report")
    if verb in ("train", "evaluate"):
        models = [name for name in (*outputs, *inputs) if page.values.kind_of_name(name) == "estimator"]
        return f"{verb}_{_slug(models[0]) if models and len(models[0]) > 2 else 'model'}"
    things = [
        _slug(name) for name in (*outputs, *inputs) if len(name) > 2 and name not in ("fig", "axs", "axes", "data")
    ]
    if not things:
        return f"{verb}_cell_{cell.number}"
    return things[0] if things[0].startswith(verb) else f"{verb}_{things[0]}"


def _heading(page: Page, number: int) -> str:
    above = page.notebook.cells[number - 2] if number >= 2 else None
    lines = [line.strip() for line in above.source.splitlines() if line.strip()] if above else []
    if above is None or above.kind != "markdown" or not lines:
        return ""
    found = re.match(r"#{1,6}\s*(.+)", lines[-1]) or re.match(r"#{1,6}\s*(.+)", lines[0])
    text = re.sub(r"\(.*?\)|<[^>]*>|\[|\]|`", " ", found[1]) if found else ""
    words = [word for word in _slug(text).split("_") if word not in _SMALL and not word.isdigit()]
    name = "_".join(words)
    told = sum(len(word) > 2 for word in words)
    return name if told >= 2 and len(words) <= 5 and name.isidentifier() and not iskeyword(name) else ""


def _slug(text: str) -> str:
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text)
    return re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_").lower()
