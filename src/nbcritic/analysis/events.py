"""What can happen to a name, and the small questions about syntax that deciding it takes."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

from nbcritic.analysis.code import nodes_in
from nbcritic.analysis.pattern import regex

EventKind: TypeAlias = Literal["bind", "use", "call", "mutate", "delete", "unknown"]
FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

EAGER = frozenset(
    "apply applymap map filter sorted min max sort reduce agg aggregate transform pipe assign starmap accumulate takewhile "
    "dropwhile groupby curve_fit quad dblquad odeint solve_ivp minimize minimize_scalar fsolve brentq root newton bisect "
    "differential_evolution basinhopping fromfunction apply_along_axis timeit foreach interact".split()
)
"""Functions and methods that call a function they are given before they return."""
IN_THE_KERNEL = frozenset({"run_line_magic", "run_cell_magic", "magic", "run_cell", "ex", "push"})
"""Methods of the IPython shell that can make names."""
OPENING_MAGICS = frozenset("run load pylab loadpy recall rerun macro edit paste cpaste notebook".split())
"""Magics that can make names which nobody sees on the page."""
HARMLESS_WITH_NAMESPACE = frozenset(
    "eval timeit repeat Timer print len list sorted dict set type isinstance str dir iter next enumerate pprint".split()
)
"""Functions that can be given `globals()` and put nothing into it."""
_STORES = ("update", "setdefault", "__setitem__")
OPENING_CALLS = frozenset({"exec", "execfile", "import_notebook", "init_session", "load_session"})
"""Functions that make names in the notebook from the outside."""
MAY_OPEN = OPENING_CALLS | IN_THE_KERNEL | {"var", *_STORES}
"""Functions and methods that make names, at least in some of their forms."""
QUERIES = frozenset({"query", "eval"})
"""Methods of a frame whose text may read variables."""
CATCHES = frozenset({"NameError", "UnboundLocalError", "Exception", "BaseException"})
FORGIVES = frozenset({"suppress", "raises", "assertRaises", "assertRaisesRegex"})
NAMESPACES = frozenset({"globals", "locals", "vars", "dir"})
AT_CONSTRUCTION = frozenset({"__init__", "__new__", "__post_init__"})

LATER = "later"
"""How a name is used by code that runs at some unknown later time, if ever (a stored lambda, a callback)."""
METHOD, PROPERTY = "method", "property"
"""How a method is called: `name` is the object (empty where that is not a name), `origin` the method."""
WRAPPED = "wrapped"
"""How a decorator is called: what it has put around the function, each time somebody calls that."""
SELF = "<self>"
"""The object whose method it is, until the class is known."""
_LINKS = frozenset({ast.Attribute, ast.Subscript, ast.Starred})
ENDS = frozenset({ast.Return, ast.Raise, ast.Break, ast.Continue})
"""Statements below which nothing of the same block ever runs."""
_NEVER_ASK = frozenset({ast.Name, ast.Constant, ast.Attribute})
_QUERIED = regex(r"@([^\W\d]\w*)")


class Event(NamedTuple):
    """One thing that a cell does with a name.

    `how` says by what: `assign`, `augment`, `import`, `def`, `class`, `for`, `with`, `except`, `magic`, `global` … for a binding;
    `subscript`, `attribute`, `inplace` or `.method` for a change in place; `later` for what a callback will do some time; the
    reason for `unknown` (names may appear that the page does not show). `depth` counts the branches, loops and `try` around it,
    `guarded` means that a missing name would be caught. `origin` is the full name of what an import binds, which method is called, or
    under which name the result of a call is kept.
    """

    kind: EventKind
    name: str
    node: ast.AST | None
    how: str = ""
    depth: int = 0
    guarded: bool = False
    origin: str = ""

    @property
    def may(self) -> bool:
        """Is it something that need not happen each time?"""
        return self.depth > 0


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function, lambda or class: its `events` on names from outside happen when it is called, not where it stands.

    `later` is what happens at some unknown later time: callbacks that it leaves behind. A class has `methods`, and its `events`
    are those of its construction. `hooked` says that others may call it: it is decorated, or a class with bases.
    """

    name: str
    node: ast.AST
    events: tuple[Event, ...]
    later: tuple[Event, ...] = ()
    methods: tuple[Function, ...] = ()
    bound_by: ast.AST | None = None
    """The node of the event that binds the function to its name."""
    hooked: bool = False
    lazy: bool = False
    """Does the body run only when somebody iterates: a generator, or `map` and the like under a name?"""
    runs: tuple[tuple[int, str], ...] = ()
    """The parameters that the body calls: place and name."""

    @property
    def afterwards(self) -> tuple[Event, ...]:
        """Everything that does not happen at the call itself."""
        if not self.methods:
            return self.later
        return (*self.later, *(e for method in self.methods for e in (*method.events, *method.afterwards)))


def queried(call: ast.Call) -> list[str]:
    """The variables that the text of `df.query("a > @limit")` reads."""
    first = call.args[0] if call.args else None
    text = first.value if isinstance(first, ast.Constant) else None
    return _QUERIED.findall(text) if isinstance(text, str) and isinstance(call.func, ast.Attribute) else []


def root_name(node: ast.AST) -> ast.Name | None:
    """The name at the bottom of `x.a[i].b`, or None where something else is."""
    here: Any = node
    kind = here.__class__
    while kind in _LINKS:
        here = here.value
        kind = here.__class__
    return here if kind is ast.Name else None


def stored_names(target: ast.AST) -> list[str]:
    """The plain names that an assignment target binds."""
    if isinstance(target, ast.Name):
        return [target.id]
    if isinstance(target, (ast.Tuple, ast.List)):
        return [name for item in target.elts for name in stored_names(item)]
    return stored_names(target.value) if isinstance(target, ast.Starred) else []


def captured(pattern: ast.AST) -> str | None:
    """The name that a part of a pattern binds."""
    if isinstance(pattern, (ast.MatchAs, ast.MatchStar)):
        return pattern.name
    return pattern.rest if isinstance(pattern, ast.MatchMapping) else None


def called_name(function: ast.AST) -> str:
    """The last part of what is called: `apply` for both `apply(f)` and `df.apply(f)`."""
    # No `isinstance`: this is asked of every call, several times.
    kind = function.__class__
    found: Any = function
    return found.attr if kind is ast.Attribute else found.id if kind is ast.Name else ""


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    """Every parameter of a function."""
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
    return [argument for argument in every if argument is not None]


def catches_names(handler: ast.ExceptHandler) -> bool:
    """Would this `except` catch a NameError?"""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or called_name(kind) in CATCHES for kind in kinds)


def forgives_names(item: ast.withitem) -> bool:
    """Is this a context manager that swallows exceptions, such as `suppress(NameError)`?"""
    return isinstance(item.context_expr, ast.Call) and called_name(item.context_expr.func) in FORGIVES


def asks_for_names(test: ast.expr) -> bool:
    """Does a condition look into the namespace, as `"x" in globals()` does?"""
    if test.__class__ in _NEVER_ASK:
        return False
    return any(isinstance(node, ast.Call) and called_name(node.func) in NAMESPACES for node in nodes_in(test))


def _namespace(node: ast.AST) -> str:
    """`globals` for `globals()`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NAMESPACES and not node.args:
        return node.func.id
    return ""


def is_main(test: ast.expr) -> bool:
    """Is it the `__name__ == "__main__"` of a script? It holds in a notebook."""
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def never_holds(test: ast.expr) -> bool:
    """Is a condition false as written: `if False:`, `if 0:`?"""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and isinstance(test.operand, ast.Constant):
        return bool(test.operand.value)
    return isinstance(test, ast.Constant) and not test.value


def opens(call: ast.Call, name: str) -> str:
    """Why a call may make names that the page does not show, or an empty string; `name` is the last part of what is called.

    Only of those in `MAY_OPEN`, and of calls with keywords, can that be.
    """
    if name not in MAY_OPEN and not any(_namespace(word.value) for word in call.keywords):
        return ""
    function = call.func
    first = call.args[0] if call.args else None
    word = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
    if name in OPENING_CALLS:
        own = name == "exec" and len(call.args) > 1 and not _namespace(call.args[1])
        return "" if own else f"`{name}`"
    if name == "var" and word is not None:  # SymPy: var("x y") binds x and y
        return f'`var("{word}")`'
    if name not in HARMLESS_WITH_NAMESPACE and any(_namespace(word.value) for word in call.keywords):
        return f"`{name}(… globals())`"
    if not isinstance(function, ast.Attribute):
        return ""
    if name in IN_THE_KERNEL and "magic" in name and word is not None:
        magic = word.lstrip("%").split(" ")[0]
        return f"%{magic}" if magic in OPENING_MAGICS else ""
    owner = function.value
    if name in IN_THE_KERNEL and isinstance(owner, ast.Call) and called_name(owner.func) == "get_ipython":
        return f"`get_ipython().{name}`"
    if name in _STORES:
        if space := _namespace(owner):
            return f"`{space}().{name}`"
        return "`user_ns.update`" if called_name(owner) == "user_ns" else ""
    return ""


def opens_by_store(target: ast.expr) -> str:
    """Why an assignment target may make names that the page does not show (`globals()[name] = …`), or an empty string."""
    if not isinstance(target, ast.Subscript):
        return ""
    if space := _namespace(target.value):
        return f"`{space}()[...] =`"
    return "`user_ns[...] =`" if called_name(target.value) == "user_ns" else ""
