"""NBC103."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import parameters
from nbcritic.analysis.flow import Undefined
from nbcritic.analysis.names import PYTHON2
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related, Severity, Span
from nbcritic.rule import rule
from nbcritic.rules.hidden_state._shared import (
    defined_in,
    first_gap,
    is_branch,
    is_turned_off,
    missing_names,
    never_ran,
    place,
)

_ALIASES = {
    "np": "numpy",
    "pd": "pandas",
    "plt": "matplotlib.pyplot",
    "sns": "seaborn",
    "tf": "tensorflow",
    "nx": "networkx",
}
_OTHER_LANGUAGES = {
    "null": "None",
    "true": "True",
    "false": "False",
    "none": "None",
    "nan": 'float("nan")',
    "NULL": "None",
}
_STOPS = frozenset(
    {"stop", "halt", "break_here", "stop_here", "stophere", "end", "abort", "pause", "raise_error", "asdf"}
)
_NOWHERE = ", but no cell defines it"
_SEVERAL = 5
"""More lost names than these are one finding: the page is a collection of pieces, or its beginning is gone."""
_NAMED = 8
"""So many names a message holds; the places of all stand beside it."""
_GRAVEST_FIRST: tuple[Severity | None, ...] = (None, "blocker", "major", "minor")
_PLACEHOLDER = ("your", "path_to", "placeholder", "fill", "insert", "some_", "replace")


@rule(
    "NBC103",
    name="lost-definition",
    severity="blocker",
    category="reproducibility",
    covers=("F821",),
)
def check(page: Page) -> Iterator[Hit]:
    r"""A cell uses a name that no cell defines.

    The cell that defined it was deleted, renamed or never saved; the notebook ran only because the old session still knew the
    name. After a restart this is a NameError, and nobody can tell any more what the value was. Runs that are missing from the
    recorded counts are named as evidence.

    Instead, bring the definition back (version control or the session's history has it), or delete what needs it. A function is
    judged where it is called; one that nothing calls weighs less, a lambda as well, and least a branch that a constant of the cell
    turns off. Classes that a cell calls and nothing imports are one finding a cell; more than five lost names are one for the notebook.

    Bad:

        # %% In[1]
        import pandas as pd
        # %% In[4]
        clean.describe()  # <- flagged

    Bad:

        # %%
        rates = {"EUR": 1.0}
        def convert(amount):
            return amount * rate  # <- flagged
        # %%
        convert(12)

    Bad:

        # %%
        share = lambda price, total: price / totel  # <- flagged

    Bad:

        # %%
        total = total + 1  # <- flagged

    Bad:

        # %%
        raw = open("a.csv").read()
        # %%
        del raw
        # %%
        len(raw)  # <- flagged

    Bad:

        # %%
        model = Sequential([Dense(8), Dense(1)])  # <- flagged

    Good:

        # %%
        cd /data/raw

    Good:

        # %%
        clean = load("sales.csv")
        # %%
        clean.describe()
        # %%
        def load(path):
            return open(path)

    Bad:

        # %%
        total = 3
        stop_me = me_error  # <- flagged

    Good:

        # %%
        clean.describe()
        # %%
        from helpers import *

    Good:

        # %%
        %run setup.py
        # %%
        clean.describe()

    Good:

        # %%
        display(spark.sql("select 1"), _, Out)

    Good:

        # %%
        undefined_name
        #! NameError: name 'undefined_name' is not defined

    Good:

        # %%
        # YOUR CODE HERE: let `answer` be the mean of [1, 2, 3]
        # %%
        assert answer == 2

    Good:

        # %%
        rates = [1, 2]
        print([rate * 2 for rate in rates], sorted(rates, key=lambda r: -r))
    """
    found = missing_names(page)
    if not found:
        return
    gap = first_gap(page)
    known = sorted(
        name
        for name, bound in page.names.bindings.items()
        if not any(event.how in ("import", "class") for _, event in bound)
    )
    lost: list[tuple[Undefined, Hit]] = []
    for missing in found:
        # What a script or a star import further down brings, nobody can tell: then it is a matter of order at most.
        brought = bool(page.names.unknown) and not _is_stop(page, missing)
        if missing.deleted_in is not None or not (missing.cell >= gap or brought or defined_in(page, missing)):
            hit = _hit(page, missing, known[:2_000])
            if _NOWHERE in hit.message:
                lost.append((missing, hit))
            else:
                yield hit
    if len(lost) > _SEVERAL:
        yield _together(lost)
    else:
        yield from _by_cell(page, lost)


def _by_cell(page: Page, lost: Sequence[tuple[Undefined, Hit]]) -> Iterator[Hit]:
    """Classes that one cell calls and that come from one missing import, most likely, as one finding."""
    cells: dict[tuple[int, int], list[tuple[Undefined, Hit]]] = {}
    for at, (missing, hit) in enumerate(lost):
        has_hint = hit.message.partition(_NOWHERE)[2].startswith(":")
        is_class = not has_hint and _is_class_called(page, missing)
        cells.setdefault((missing.cell, -1) if is_class else (missing.cell, at), []).append((missing, hit))
    for some in cells.values():
        yield _together(some) if len(some) > 1 else some[0][1]


def _is_class_called(page: Page, missing: Undefined) -> bool:
    node = missing.event.node
    parent = page.cell(missing.home).parent(node) if node is not None else None
    is_class = missing.name[0].isupper() and not missing.name.isupper()
    return is_class and isinstance(parent, ast.Call) and parent.func is node


def _together(lost: Sequence[tuple[Undefined, Hit]]) -> Hit:
    """Several lost names as one finding, at the gravest of them."""
    first = min(lost, key=lambda one: _GRAVEST_FIRST.index(one[1].severity))
    rest = [one for one in lost if one is not first]
    names = list(dict.fromkeys(f"`{missing.name}`" for missing, _ in rest))
    others = ", ".join(names[:_NAMED]) if len(names) > 1 else names[0]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    related = tuple(Related(hit.at, hit.message) for _, hit in rest)
    said = f", nor {len(names)} other name{'s' * (len(names) > 1)}: {others}{more}"
    return replace(first[1], message=first[1].message + said, related=related)


def _hit(page: Page, missing: Undefined, known: list[str]) -> Hit:
    cell, home = page.cell(missing.cell), page.cell(missing.home)
    name = f"`{missing.name}`"
    severity: Severity | None = None
    related: tuple[Related, ...] = ()
    if missing.deleted_in is not None:
        message = f"{name} is used here after cell {missing.deleted_in} deleted it"
        related = (Related(Span(missing.deleted_in), f"{name} is deleted here"),)
    elif _is_stop(page, missing):
        message, severity = f"{name} is a NameError put here to stop a run: nothing below it runs unattended", "major"
    else:
        user = f"`{missing.via}` reads {name}" if missing.via else f"{name} is used here"
        hint = _hint(page, missing, known)
        message = f"{user}, {hint}" if hint.startswith("which") else f"{user}{_NOWHERE}{hint}"
        if not hint:
            message += _gaps(page, cell.execution_count)
    if (
        not missing.called
        or is_turned_off(page, missing)
        or _in_idle_lambda(page, home, missing.event.node)
        or any(word in missing.name.lower() for word in _PLACEHOLDER)
    ):
        severity = "minor"
    elif never_ran(page, cell) or is_branch(page, missing):
        severity = "major"
    return Hit(place(home, missing.event.node), message, related, severity=severity)


def _is_stop(page: Page, missing: Undefined) -> bool:
    """Is the name there only to stop a run: `STOP`, or a last line such as `error_me = me_error`?"""
    cell, node = page.cell(missing.home), missing.event.node
    if node is None or missing.via or cell.tree is None:
        return False
    parent = cell.parent(node)
    if isinstance(parent, ast.Expr):
        return missing.name.lower() in _STOPS
    last = parent is cell.tree.body[-1] and isinstance(parent, ast.Assign) and parent.value is node
    return last and (missing.name.lower() in _STOPS or "error" in missing.name.lower())


def _hint(page: Page, missing: Undefined, known: list[str]) -> str:
    """What the name may have been meant to be."""
    name, home = missing.name, page.cell(missing.home)
    if name == "__file__":
        return "which does not exist in a notebook"
    if name in PYTHON2:
        return "which only Python 2 knows"
    if name in _OTHER_LANGUAGES:
        return f": did you mean `{_OTHER_LANGUAGES[name]}`?"
    if isinstance(home.parent(missing.event.node or ast.Pass()), ast.Attribute):
        if name in _ALIASES:
            return f": `import {_ALIASES[name]} as {name}` is missing"
        if name in sys.stdlib_module_names:
            return f": `import {name}` is missing"
    if name in page.names.bindings:
        return ": it is only ever made from its own old value"
    for word in _parameters_around(home, missing.event.node):
        if len(name) > 1 and len(word) == len(name) and sum(a != b for a, b in zip(name, word, strict=True)) == 1:
            return f": did you mean `{word}`?"
    close = [word for word in known if word.lower() == name.lower()]
    close = close or [word for word in known if len(name) > 4 and _is_slip(name, word)]
    return f": did you mean `{close[0]}`?" if close else ""


def _parameters_around(cell: CodeCell, node: ast.AST | None) -> list[str]:
    """The parameters of the functions that a name stands in, the innermost first."""
    around = cell.ancestors(node) if node is not None else ()
    functions = (parent for parent in around if isinstance(parent, (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef)))
    return [parameter.arg for function in functions for parameter in parameters(function.args)]


def _in_idle_lambda(page: Page, cell: CodeCell, node: ast.AST | None) -> bool:
    """Does the name stand in a lambda that nothing calls: one on a line of its own, or under a name that nothing reads?"""
    around = cell.ancestors(node) if node is not None else ()
    function = next((parent for parent in around if isinstance(parent, ast.Lambda)), None)
    statement = cell.parent(function) if function is not None else None
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        name = statement.targets[0].id
        return all(event.kind == "bind" for _, event in page.names.everything if event.name == name)
    return isinstance(statement, ast.Expr)


def _is_slip(name: str, word: str) -> bool:
    """Do two names differ by one letter too many, too few or wrong? A digit or a plural that differs is meant."""
    if abs(len(name) - len(word)) > 1 or name[0] != word[0] or name + "s" == word or word + "s" == name:
        return False
    head = next((at for at, (a, b) in enumerate(zip(name, word, strict=False)) if a != b), min(len(name), len(word)))
    one, other = name[head:], word[head:]
    if len(one) == len(other):
        swapped = one[:2] == other[1::-1] and one[2:] == other[2:]
        return (swapped or one[1:] == other[1:]) and (one[0] + other[0]).isalpha()
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return longer[1:] == shorter and longer[0].isalpha()


def _gaps(page: Page, count: int | None) -> str:
    """The runs before this one whose cells are gone."""
    if not count or count > 10_000:
        return ""
    gone = sorted(set(range(1, count)) - {cell.execution_count for cell in page.cells})
    if not gone:
        return ""
    if len(gone) > 2:
        return f" ({len(gone)} of the runs before In[{count}] left no cell)"
    return f" ({' and '.join(f'In[{n}]' for n in gone)} left no cell)"
