"""What ruff says of a notebook that a reader of the page knows better, or says in better words."""

from __future__ import annotations

import ast
from dataclasses import replace

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page, once
from nbcritic.analysis.pattern import regex
from nbcritic.model import Lint

_SIDE_EFFECTS = regex(
    r"`(sklearn\.experimental|mpl_toolkits\.mplot3d|hvplot|swifter|janitor|scienceplots|rioxarray|pint_pandas|lux"
    r"|(ydata|pandas)_profiling|holoviews\.plotting|jupyter_black|seaborn_image|rpy2|tensorflow_text|geoviews|cudf\.pandas"
    r"|readline|antigravity|this|__future__)\b"
)
"""Modules that are imported for what the import does: they are used although no line names them."""

_DRAWS = regex(
    r"(?:matplotlib|seaborn|plotly)\.|.*\.(?:colorbar|legend|add_(?:sub)?plot|add_axes|add_patch|annotate|imshow|scatter|plot|bar|barh|hist|"
    r"errorbar|contourf?|pcolormesh|axh?v?line|axh?v?span|fill_between|text|set_title|suptitle|twinx|twiny|hexbin|quiver|boxplot|violinplot)$"
)
"""Calls whose effect is wanted: a name for what they return only tells what was drawn."""
_PLACE = regex(r"(?:cell (?P<cell>\d+), )?line (?P<line>\d+)")
_EFFECTS = frozenset("zero_grad step backward commit close save flush".split())
"""Without these calls the rest of the page works on something else."""
_METHODS = _EFFECTS | frozenset(
    "show head tail info describe dropna reset_index sort_values drop_duplicates fit eval train tight_layout legend clf cla "
    "draw savefig copy sum mean median min max count nunique value_counts unique isna isnull start stop join run lower upper strip".split()
)


def is_mistaken(page: Page, lint: Lint, text: str) -> bool:
    """Does a diagnostic come only of what ruff cannot see (other cells' languages, magics, launchers, the order of cells), or
    name what is meant so? `text` is what it points at."""
    cell = page.cell(lint.at.cell)
    if lint.code == "F821":
        bound = (event.how for _, event in page.names.bindings.get(text, ()))
        known = page.names.is_known(text) or text in page.names.maybe or "magic" in bound
        return known or bool(page.names.unknown)
    if lint.code in ("B015", "B018"):  # `%timeit a + b` wants no use of the result
        return cell.plain.isolated or lint.at.line in cell.plain.shifts
    if lint.code == "F402":
        return _is_elsewhere(cell, lint)
    if lint.code in ("F401", "F811", "F841", "B007"):
        name = text.replace(",", " ").split()[-1].partition(".")[0] if text.split() else ""
        used = name in page.names.maybe or name in _read_by_magics(page)
        if lint.code == "F841":
            return used or _is_handle(page, cell, lint, name)
        return used or (
            lint.code == "F401" and (_SIDE_EFFECTS.match(lint.message) is not None or _is_taught(page, cell, lint))
        )
    return False


def in_our_words(page: Page, lint: Lint) -> Lint:
    """The same diagnostic, told by what it means here: a method that is named and not called does nothing, a function is gone."""
    if lint.code == "NPY003":  # all that it knows has been removed
        return replace(lint, message=lint.message.replace("is deprecated;", "is gone since NumPy 2.0:"))
    if lint.code != "B018":
        return lint
    for statement in page.cell(lint.at.cell).nodes(ast.Expr):
        value = statement.value
        if statement.lineno == lint.at.line and isinstance(value, ast.Attribute) and value.attr in _METHODS:
            text = page.cell(lint.at.cell).segment(value)
            message = f"`{text}` is named and not called: it does nothing without `()`"
            return replace(lint, message=message, severity="major" if value.attr in _EFFECTS else None)
    return lint


def _is_taught(page: Page, cell: CodeCell, lint: Lint) -> bool:
    """Does the text of a lesson show the very line of an import?"""
    line = " ".join(cell.lines[lint.at.line - 1].split()) if 0 < lint.at.line <= len(cell.lines) else ""
    if not line.startswith(("import ", "from ")):
        return False
    return any(
        f"`{line}`" in text.source or any(" ".join(row.split()) == line for row in text.source.splitlines())
        for text in page.markdown
        if "import" in text.source
    )


def _is_elsewhere(cell: CodeCell, lint: Lint) -> bool:
    """Is a loop variable no rival of the import that it is said to hide: a function's own, or imported in a later cell?"""
    place = _PLACE.search(lint.message)
    if place is None:
        return False
    number, line = int(place["cell"] or cell.number), int(place["line"])
    if number > cell.number:
        return True
    around = [
        function
        for function in cell.nodes(ast.FunctionDef, ast.AsyncFunctionDef)
        if _spans(function, lint.at.line) and not (number == cell.number and _spans(function, line))
    ]
    return bool(around)


def _spans(node: ast.AST, line: int) -> bool:
    return isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)


def _is_handle(page: Page, cell: CodeCell, lint: Lint, name: str) -> bool:
    """Is the name only a handle of what was drawn, or the history of a training?"""
    for assign in cell.nodes(ast.Assign):
        bound = any(isinstance(target, ast.Name) and target.id == name for target in assign.targets)
        if bound and assign.lineno == lint.at.line and isinstance(assign.value, ast.Call):
            function = assign.value.func
            # The history of a training is kept by habit; any other result of `fit` may be all that it gives.
            trained = called_name(function) in ("fit", "fit_generator") and "hist" in name.lower()
            return trained or bool(_DRAWS.match(page.qualified(function) or f".{called_name(function)}"))
    return False


@once
def _read_by_magics(page: Page) -> frozenset[str]:
    return frozenset(name for cell in page.cells for magic in cell.magics for name in magic.reads)
