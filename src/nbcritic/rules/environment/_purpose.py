"""What becomes of a path that the notebook spells out: is it read, only looked for, only named, or named and forgotten?"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import Event
from nbcritic.analysis.page import Page, once
from nbcritic.analysis.pattern import regex
from nbcritic.rules.environment._links import EXISTS, links
from nbcritic.rules.environment._paths import STARTS, place

Role: TypeAlias = Literal["used", "named", "sought", "installed"]
"""`used` where it stands in the call that needs it, `sought` where it is only asked for, `named` where it gets a name."""

_ASKS_FOR_HOST = regex(
    r"colab|kaggle|databricks|exists|isdir|is_dir|isfile|environ|hostname|gethostname|platform|on_|running_on|node\(",
    re.I,
)
_MAKES_PATHS = frozenset(
    "Path PurePath PosixPath WindowsPath PurePosixPath join abspath realpath expanduser normpath str fspath joinpath resolve absolute "
    "format expandvars sorted list tuple set as_posix with_suffix with_name rstrip lstrip strip replace chain product".split()
)
_SEEKS = EXISTS | frozenset("walk listdir scandir iterdir mount dirname basename".split())
_DEFAULTS = frozenset(
    "get getenv setdefault pop getattr add_argument text Text dropdown Field field option Option input".split()
)
"""Calls whose later argument (or `default`) is only what holds if nobody says otherwise."""
_SEARCHES = regex(
    r"(?:^|_)(?:find|first|search|resolve|locate|pick|choose|candidates?|existing|discover|detect)(?:_|$)", re.I
)
_HOLDS = regex(r"[A-Z]\w*[a-z]\w*$|dict$|namedtuple$")
"""What is called like a class or `dict` keeps its keywords: a place for settings."""


def no() -> bool:
    """What never holds."""
    return False


def yes() -> bool:
    """What always holds."""
    return True


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a path is for. `alternative` says that something else is tried or taken where the path does not exist.

    The rest is found out when somebody asks: few do, and for few paths.
    """

    role: Role = "used"
    alternative: bool = False
    is_guarded: Callable[[], bool] = no
    is_live: Callable[[], bool] = yes

    @property
    def guarded(self) -> bool:
        """Does the notebook find out whether there is such a place?"""
        return self.alternative or self.is_guarded()

    @property
    def live(self) -> bool:
        """Does any code read the path?"""
        return self.is_live()


def purpose(page: Page, cell: CodeCell, node: ast.Constant) -> Purpose:
    """What the notebook does with the path that `node` spells."""
    role, holder = _role(cell, node)
    return Purpose(
        role,
        _by_default(cell, node) or "parameters" in cell.tags or _one_of_several(page, cell, node),
        lambda: _asks_first(cell, node) or node in links(page).tested,
        lambda: not isinstance(holder, ast.Assign) or _is_read(page, cell, holder),
    )


def _role(cell: CodeCell, node: ast.expr) -> tuple[Role, ast.AST | None]:
    here: ast.AST = node
    parent = cell.parent(here)
    while parent is not None:
        if isinstance(parent, ast.Call) and here is not parent.func:
            name = _called(parent)
            if name in _SEEKS:
                return "sought", parent
            if _HOLDS.match(name) and name not in _MAKES_PATHS and isinstance(here, ast.keyword):
                return "named", parent
            if name not in _MAKES_PATHS and name not in _DEFAULTS:
                return "used", parent
        elif isinstance(parent, ast.Attribute) and isinstance(outer := cell.parent(parent), ast.Call):
            if parent.attr in _SEEKS:
                return "sought", outer
            if parent.attr not in _MAKES_PATHS:
                return "used", outer
        elif isinstance(parent, (ast.stmt, ast.arguments, ast.comprehension)):
            return "named", parent
        here, parent = parent, cell.parent(parent)
    return "named", None


def _called(call: ast.Call) -> str:
    function = call.func
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def _by_default(cell: CodeCell, node: ast.AST) -> bool:
    """Is it what `os.environ.get("DATA", …)`, `… or "…"` or an option of the command line falls back on?"""
    here = node
    for parent in cell.ancestors(node):
        if isinstance(parent, ast.stmt):
            return False
        if isinstance(parent, ast.BoolOp) and isinstance(parent.op, ast.Or):
            return True
        if isinstance(parent, ast.Call) and (name := _called(parent)) in _DEFAULTS and here is not parent.func:
            later = name != "add_argument" and any(here is argument for argument in parent.args[1:3])
            if later or isinstance(here, ast.keyword):
                return True
        here = parent
    return False


def _one_of_several(page: Page, cell: CodeCell, node: ast.AST) -> bool:
    """Does it stand among places of different machines, or of none, of which the first that exists is taken?"""
    for parent in cell.ancestors(node):
        if isinstance(parent, ast.stmt):
            return False
        if isinstance(parent, (ast.List, ast.Tuple, ast.Set)) and len(parent.elts) > 1:
            if len({_machine(item) for item in parent.elts}) < 2:
                return False
            return _handed_to_a_search(cell, parent) or node in links(page).tested
    return False


def _machine(item: ast.expr) -> tuple[str, str] | None:
    """The machine, person or host that a place belongs to; None for one within the project."""
    for node in nodes_in(item):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and STARTS.match(node.value):
            found = place(node.value)
            return (found.kind, found.owner) if found is not None else ("", "")
    return None


def _handed_to_a_search(cell: CodeCell, node: ast.AST) -> bool:
    for parent in cell.ancestors(node):
        if isinstance(parent, ast.Call):
            return _SEARCHES.search(_called(parent)) is not None
        if isinstance(parent, ast.Assign):
            return any(isinstance(t, ast.Name) and _SEARCHES.search(t.id) for t in parent.targets)
        if isinstance(parent, ast.stmt):
            return False
    return False


def _asks_first(cell: CodeCell, node: ast.AST) -> bool:
    """Does the notebook find out where it is before it goes there, or catch that there is no such place?"""
    here = node
    for parent in cell.ancestors(node):
        if isinstance(parent, (ast.If, ast.IfExp)) and _ASKS_FOR_HOST.search(cell.segment(parent.test, 200)):
            return True
        if isinstance(parent, ast.Try) and here in parent.body and _forgives(cell, parent):
            return True
        if isinstance(parent, ast.ExceptHandler) and _catches_a_missing_file(cell, parent):
            return True
        if isinstance(parent, ast.Call) and _called(parent) in EXISTS:
            return True
        if isinstance(parent, (ast.List, ast.Tuple, ast.Set)) and _handed_to_a_search(cell, parent):
            return True
        here = parent
    return False


def _forgives(cell: CodeCell, attempt: ast.Try) -> bool:
    return any(_catches_a_missing_file(cell, handler) for handler in attempt.handlers)


def _catches_a_missing_file(cell: CodeCell, handler: ast.ExceptHandler) -> bool:
    kind = "Exception" if handler.type is None else cell.segment(handler.type, 200)
    return (
        re.search(r"\b(?:Base)?Exception\b|FileNotFound|OSError|IOError|NameError|ImportError|ModuleNotFound", kind)
        is not None
    )


# -- named and forgotten ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Uses:
    """What happens to the names of a page when its cells run from the top, and the names that functions mention."""

    events: dict[str, list[Event]]
    numbers: dict[ast.AST, int]
    """For the node of each event, the place of the event among those of its name."""
    elsewhere: frozenset[str]


def _is_read(page: Page, cell: CodeCell, assign: ast.Assign) -> bool:
    """Does any code read the name before it is bound anew? What functions read may be read at any time."""
    target = assign.targets[0]
    if len(assign.targets) > 1 or not isinstance(target, ast.Name) or cell.in_function(assign):
        return True
    uses = _uses(page)
    start = uses.numbers.get(target)
    if start is None or target.id in uses.elsewhere or target.id in page.names.maybe or _in_a_loop(cell, assign):
        return True
    events = uses.events[target.id]
    for event in (events[index] for index in range(start + 1, len(events))):
        if event.kind == "bind" and not event.may and event.how != "augment":
            return False
        if event.kind != "bind":
            return True
    return False


def _in_a_loop(cell: CodeCell, node: ast.AST) -> bool:
    return any(isinstance(parent, (ast.For, ast.While, ast.AsyncFor)) for parent in cell.ancestors(node))


@once
def _uses(page: Page) -> _Uses:
    events = defaultdict[str, list[Event]](list)
    numbers: dict[ast.AST, int] = {}
    elsewhere = set[str]()
    for cell in page.cells:
        names = page.names.of(cell.number)
        for event in names.events:
            if event.node is not None:
                numbers[event.node] = len(events[event.name])
            events[event.name].append(event)
        for function in names.functions:
            elsewhere.update(event.name for event in (*function.events, *function.afterwards))
    return _Uses(events, numbers, frozenset(elsewhere))
