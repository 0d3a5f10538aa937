"""NBC306."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.rule import rule

FILTERS = (
    "warnings.filterwarnings",
    "warnings.simplefilter",
    "numpy.warnings.filterwarnings",
    "numpy.warnings.simplefilter",
)
ALL = ("Warning", "Exception")


@rule("NBC306", name="silenced-warnings", severity="minor", category="tests", confidence="certain")
def check(page: Page) -> Iterator[Hit]:
    r"""Every warning of the notebook is switched off.

    What a library would have said is then lost as well: a model that did not converge, a write that went to a copy, a column of
    mixed types, a function that the next release removes. The results look the same with and without the fault.

    Instead, mend the cause, or silence one category where it arises (`warnings.catch_warnings()` around the call, `category=`
    and `module=` in the filter).

    Bad:

        # %%
        import warnings
        warnings.filterwarnings("ignore")  # <- flagged
        # %%
        from warnings import simplefilter
        simplefilter(action="ignore")  # <- flagged
        # %%
        import pandas as pd
        pd.options.mode.chained_assignment = None  # <- flagged
        pd.set_option("mode.chained_assignment", None)  # <- flagged
        # %%
        import logging
        import numpy as np
        np.seterr(all="ignore")  # <- flagged
        logging.disable(logging.CRITICAL)  # <- flagged

    Bad:

        # %%
        import warnings
        def ignore(*args, **kwargs):
            pass
        warnings.warn = ignore  # <- flagged

    Good:

        # %%
        import warnings
        import numpy as np
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        warnings.filterwarnings("ignore", module="seaborn")
        warnings.filterwarnings("ignore", message="numpy.dtype size changed")
        warnings.filterwarnings("ignore", ".*polyfit.*")
        warnings.simplefilter("ignore", FutureWarning)
        warnings.filterwarnings("error")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit()
        # %%
        def quietly():
            warnings.filterwarnings("ignore")
            result = fit()
            warnings.filterwarnings("default")
            return result
        # %%
        old = np.seterr(divide="ignore")
        with np.errstate(all="ignore"):
            ratio = a / b
        logging.disable(logging.NOTSET)
    """
    filters = list(page.calls(*FILTERS, "warnings.resetwarnings"))
    for cell, call in filters:
        if _ignores_all(page, call) and not _in_context(page, cell, call) and not _is_undone(cell, call, filters):
            yield Hit(cell.at(call), f"`{cell.segment(call)}` hides every warning from here on")
    for cell, call in page.calls("numpy.seterr"):
        if any(word.arg == "all" and _is(word.value, "ignore") for word in call.keywords):
            yield Hit(cell.at(call), f"`{cell.segment(call)}` hides every division by zero, overflow and invalid value")
    for cell, call in page.calls("pandas.set_option", "pandas.options.set_option"):
        if len(call.args) >= 2 and _names_chain(call.args[0]) and _is(call.args[1], None):
            yield Hit(cell.at(call), f"`{cell.segment(call)}` hides writes that go to a copy of a frame")
    for cell, call in page.calls("logging.disable"):
        level = cell.segment(call.args[0]) if call.args else "CRITICAL"
        if "NOTSET" not in level and level != "0" and not cell.in_function(call):
            yield Hit(cell.at(call), f"`{cell.segment(call)}` hides the log of every library, errors included")
    for cell in page.code:
        for assign in cell.nodes(ast.Assign):
            yield from _assigned(page, cell, assign)


def _assigned(page: Page, cell: CodeCell, assign: ast.Assign) -> Iterator[Hit]:
    for target in assign.targets:
        if not isinstance(target, ast.Attribute):
            continue
        if target.attr == "chained_assignment" and _is(assign.value, None):
            yield Hit(cell.at(assign), f"`{cell.segment(assign)}` hides writes that go to a copy of a frame")
        elif page.qualified(target) == "warnings.warn" and isinstance(assign.value, (ast.Name, ast.Lambda)):
            yield Hit(cell.at(assign), f"`{cell.segment(assign)}` hides every warning from here on")


def _ignores_all(page: Page, call: ast.Call) -> bool:
    """Is it a filter that ignores, with nothing that narrows it?"""
    words = {word.arg: word.value for word in call.keywords}
    action = _action(call)
    if action is None or not _is(action, "ignore"):
        return False
    narrowing = [
        *call.args[1:],
        *(value for name, value in words.items() if name not in ("append", "lineno", "action")),
    ]
    return all(page.qualified(value) in ALL or _is(value, "") for value in narrowing)


def _in_context(page: Page, cell: CodeCell, call: ast.Call) -> bool:
    """Is the filter undone soon, by `with warnings.catch_warnings()`?"""
    blocks = (parent for parent in cell.ancestors(call) if isinstance(parent, ast.With))
    managers = (item.context_expr for block in blocks for item in block.items)
    return any(isinstance(m, ast.Call) and page.qualified(m.func) == "warnings.catch_warnings" for m in managers)


def _is_undone(cell: CodeCell, call: ast.Call, filters: list[tuple[CodeCell, ast.Call]]) -> bool:
    """Is the old filter set again further down in the same cell?"""
    later = (other for where, other in filters if where is cell and other.lineno > call.lineno)
    return any((action := _action(other)) is None or not _is(action, "ignore") for other in later)


def _action(call: ast.Call) -> ast.expr | None:
    given = (word.value for word in call.keywords if word.arg == "action")
    return call.args[0] if call.args else next(given, None)


def _names_chain(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith("chained_assignment")


def _is(node: ast.expr, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value == value and type(node.value) is type(value)
