"""NBC115."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import Event, called_name, root_name
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related, Severity, Span
from nbcritic.rule import rule

_BUILTINS = frozenset(
    "list dict str int float set tuple bool len sum max min range print type open map filter zip sorted round abs any all input "
    "iter next enumerate isinstance".split()
)
"""Builtins that analyses need again; `id`, `dir`, `vars`, `help` and their like are nobody's loss."""
_PLAIN = (
    ast.Constant,
    ast.List,
    ast.Dict,
    ast.Set,
    ast.Tuple,
    ast.ListComp,
    ast.DictComp,
    ast.SetComp,
    ast.BinOp,
    ast.JoinedStr,
)
_OF_MODULES = frozenset(
    "show title xlabel ylabel savefig figure subplots plot legend xticks yticks tight_layout".split()
)
"""What is asked of `plt`, and what a chart that a call returned may know as well."""
_SHARED = _OF_MODULES | frozenset(
    "mean median sum min max std var abs all any append argmax argmin concat copy corr cumsum diff dot get isna isnull join log merge "
    "pivot_table replace reshape round sort to_datetime unique where".split()
)
"""What modules and tables, arrays or charts both know."""
_WRAPPERS = frozenset(
    {"reload", "partial", "wraps", "lru_cache", "cache", "import_module", "lazy_import", "optional_import"}
)


@rule(
    "NBC115",
    name="shadowed-name",
    severity="minor",
    category="reproducibility",
    covers=("A001",),
)
def check(page: Page) -> Iterator[Hit]:
    r"""A builtin or an import is bound to something else.

    From then on the old meaning is gone for every cell, also for those above when they run again: `list(...)` stops with
    "object is not callable", `plt.show()` finds no such attribute. It is major where a later cell calls the name it lost, or reads
    an attribute that only the old meaning has.

    A loop variable, and a name whose old meaning nothing calls from here on, weigh little; a loop variable in the place of an import
    that nothing reads does not count.

    Instead, take another name, and restart the kernel to get the old one back.

    Bad:

        # %%
        list = [3, 4]  # <- flagged
        # %%
        print(list((1, 2)))

    Bad:

        # %%
        sum = 0  # <- flagged
        for price in [3, 4]:
            sum += price

    Bad:

        # %%
        from sklearn.metrics import accuracy_score
        # %%
        accuracy_score = accuracy_score([1], [1])  # <- flagged

    Bad:

        # %%
        import matplotlib.pyplot as plt
        import pandas as pd
        # %%
        plt = pd.DataFrame({"a": [1]}).plot()  # <- flagged

    Bad:

        # %% In[1]
        from scipy import stats
        # %% In[2]
        table, stats = summarise([3, 4])  # <- flagged
        # %% In[3]
        stats.ttest_ind([3, 4], [4, 5])
        #! AttributeError: 'DataFrame' object has no attribute 'ttest_ind'

    Good:

        # %%
        from src import fi
        # %%
        for fi in load("importances").values():
            fi.plot()

    Good:

        # %% In[1]
        import matplotlib.pyplot as plt
        from charts import draw
        # %% In[2]
        plt = draw([3, 4])
        # %% In[3]
        plt.title("Prices")
        plt.show()

    Good:

        # %%
        id, dir, help = 7, "data", "none"

    Good:

        # %%
        try:
            import cudf
        except ImportError:
            cudf = None
        try:
            input = raw_input
        except NameError:
            pass

    Good:

        # %%
        from settings import COLUMNS
        from data import sales
        import lightgbm as lgb
        # %%
        COLUMNS = [name for name in COLUMNS if name in sales]
        sales = sales.dropna()
        if not COLUMNS:
            lgb = None

    Good:

        # %%
        import helpers
        from importlib import reload
        # %%
        helpers = reload(helpers)

    Good:

        # %%
        def total(list):
            sum = 0
            for max in list:
                sum += max
            return sum
    """
    imported: dict[str, Event] = {}
    said: set[str] = set()
    for cell in page.code:
        for event in page.names.of(cell.number).events:
            if event.kind == "delete":
                imported.pop(event.name, None)
            if event.kind != "bind" or event.name in said:
                continue
            if event.how == "import":
                imported[event.name] = event
            elif (event.name in _BUILTINS or event.name in imported) and _loses(cell, event, imported.get(event.name)):
                if event.how == "for" and event.name in imported and not _is_read(page, imported[event.name]):
                    continue
                said.add(event.name)
                uses = _as_module(page, cell, event) if event.name in imported else []
                if not any(_went_well(page.cell(number)) for number in uses):
                    yield _hit(page, cell, event, builtin=event.name not in imported, doubtful=bool(uses))


def _is_read(page: Page, imported: Event) -> bool:
    """Does anything read an import before the name is bound anew, or a function, whenever that is?"""
    in_force = False
    for cell in page.code:
        for event in page.names.of(cell.number).events:
            if event is imported:
                in_force = True
            elif in_force and event.name == imported.name:
                if event.kind == "bind":
                    return _in_function(page, imported.name)
                return True
    return True


def _is_missed(page: Page, bound: Event) -> bool:
    """Does a function read the import, or a cell import it once more after the name got its new value?"""
    passed = False
    for other in page.code:
        for event in page.names.of(other.number).events:
            if passed and event.name == bound.name and event.how == "import":
                return True
            passed = passed or event is bound
    return _in_function(page, bound.name)


def _in_function(page: Page, name: str) -> bool:
    return any(
        node.id == name and isinstance(node.ctx, ast.Load) and cell.in_function(node)
        for cell in page.code
        for node in cell.nodes(ast.Name)
    )


def _loses(cell: CodeCell, event: Event, imported: Event | None) -> bool:
    """Is the old meaning really lost, and not kept, replaced by its like, or given up because an import failed?"""
    if imported is not None and event.name.isupper():
        return False  # a constant that is set differently
    if event.node is None or event.how in ("def", "class", "magic", "global", "except"):
        return False
    if any(isinstance(parent, ast.Try) for parent in cell.ancestors(event.node)):
        return False
    value = _value(cell, event.node)
    if isinstance(value, ast.Call):
        made_from_itself = root_name(value.func.value) if isinstance(value.func, ast.Attribute) else None
        if imported is not None and isinstance(imported.node, ast.ImportFrom) and made_from_itself is not None:
            return made_from_itself.id != event.name or imported.origin.startswith("datetime.")
        return called_name(value.func) not in _WRAPPERS
    if isinstance(value, ast.Constant) and value.value is None:
        return imported is None
    return not isinstance(value, (ast.Name, ast.Attribute, ast.Lambda))


def _value(cell: CodeCell, node: ast.AST) -> ast.expr | None:
    """What is assigned to exactly this name, where that can be seen."""
    parent = cell.parent(node)
    if isinstance(parent, (ast.Assign, ast.AnnAssign)):
        return parent.value
    return node.value if isinstance(node, ast.NamedExpr) else None


def _as_module(page: Page, cell: CodeCell, event: Event) -> list[int]:
    """The cells that use what a call returned just as the module was used before: the call may have returned the module."""
    assert event.node is not None
    value = _value(cell, event.node)
    if not isinstance(value, ast.Call) or page.values.kind(value) is not None:
        return []
    before: set[str] = set(_OF_MODULES)
    found: list[int] = []
    after = False
    for other_cell in page.code:
        for other in page.names.of(other_cell.number).events:
            if other is event:
                after = True
            elif other.name == event.name and other.node is not None:
                if after and other.kind == "bind":
                    return found
                parent = other_cell.parent(other.node)
                if not isinstance(parent, ast.Attribute):
                    continue
                if not after:
                    before.add(parent.attr)
                elif parent.attr in before:
                    found.append(other_cell.number)
    return found


def _went_well(cell: CodeCell) -> bool:
    return bool(cell.execution_count) and not cell.has_error


def _hit(page: Page, cell: CodeCell, event: Event, *, builtin: bool, doubtful: bool) -> Hit:
    assert event.node is not None
    name = f"`{event.name}`"
    old = "Python's own" if builtin else "the import"
    at = cell.at(event.node)
    value = _value(cell, event.node)
    if (missed := _missed_attribute(page, cell, event, builtin=builtin)) is not None:
        later, attribute = missed
        message = (
            f"{name} is {old} no longer from here on, and cell {later.number} reads `{event.name}.{attribute.attr}`"
        )
        return Hit(at, message, (Related(later.at(attribute), "this fails"),), severity="major")
    called = _first_call(page, cell, event)
    if called is None or not isinstance(value, _PLAIN):
        message = f"{name} is {old} no longer from here on"
        is_missed = called is not None or (not builtin and _is_missed(page, event))
        weight: Severity | None = None if is_missed and event.how != "for" else "nit"
        return Hit(at, message, severity=weight, confidence="possible" if doubtful else None)
    where, call = called
    place = "this cell" if where is cell else f"cell {where.number}"
    message = f"{name} is {old} no longer from here on, and {place} calls it"
    return Hit(
        at,
        message,
        (Related(where.at(call), "this call fails") if call else Related(Span(where.number), ""),),
        severity="major",
    )


def _missed_attribute(
    page: Page, cell: CodeCell, event: Event, *, builtin: bool
) -> tuple[CodeCell, ast.Attribute] | None:
    """Where a later cell reads what only the old meaning has: by a saved error, or because the page read it of the import before."""
    value = _value(cell, event.node) if event.node is not None else None
    is_known = value is not None and page.values.kind(value) is not None
    before: set[str] = set()
    after = False
    for later in page.code:
        for other in page.names.of(later.number).events:
            after = after or other is event
            if other is event or other.name != event.name or other.node is None:
                continue
            if after and other.kind in ("bind", "delete"):
                return None
            parent = later.parent(other.node)
            if not isinstance(parent, ast.Attribute):
                continue
            if not after:
                before.add(parent.attr)
            elif later is not cell and (
                _fails_with(later, parent.attr)
                or (is_known and not builtin and parent.attr in before - _SHARED and not _went_well(later))
            ):
                return later, parent
    return None


def _fails_with(cell: CodeCell, attribute: str) -> bool:
    return any(o.kind == "error" and f"has no attribute '{attribute}'" in o.text for o in cell.outputs)


def _first_call(page: Page, cell: CodeCell, event: Event) -> tuple[CodeCell, ast.AST | None] | None:
    """The first call of the name after it was bound anew, down to where it gets another value."""
    after = False
    for later in page.code:
        if later.number < cell.number:
            continue
        for other in page.names.of(later.number).events:
            if other is event:
                after = True
            elif after and other.name == event.name and other.kind in ("bind", "delete") and other.how != "augment":
                return None
            elif after and other.name == event.name and other.kind == "call" and other.how == "" and not other.guarded:
                return later, other.node
    return None
