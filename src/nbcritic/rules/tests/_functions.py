"""What a function computes: how much of it is logic, and whether it depends on anything but its parameters."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page

Function = ast.FunctionDef | ast.AsyncFunctionDef
DRAWING = frozenset(
    "plot scatter bar barh hist imshow subplots figure show savefig set_title set_xlabel set_ylabel legend title xlabel ylabel annotate heatmap "
    "countplot boxplot lineplot barplot update_layout add_trace display plot_surface contour pie errorbar fill_between axhline axvline "
    "distplot histplot kdeplot pairplot line polygon circle rectangle putText wordcloud Figure Scatter Bar print".split()
)
_DRAWS = DRAWING - {"print", "line", "title"}
_OUTSIDE = frozenset(
    "open listdir glob iglob rglob walk iterdir scandir load loads dump dumps urlopen urlretrieve request execute executemany commit "
    "fetchall fetchone cursor imread imwrite save savefig system run Popen check_output call input sleep getenv makedirs mkdir exists isfile "
    "isdir remove rename copy readlines readline write writelines read_text write_text read_bytes write_bytes find_element find_elements "
    "find_element_by_id find_element_by_xpath fit predict predict_proba fit_transform fit_predict generate cuda backward zero_grad eval train "
    "compile evaluate from_pretrained tokenize encode decode cpu to detach send_keys click chat create completions invoke tqdm random "
    "randint choice shuffle rand randn uniform normal sample seed now today time compute_loss loss_fn find_all findAll select_one".split()
)
"""Files, networks, models, chance and the clock: a small test needs a stand-in for each of these."""
_LIBRARIES = (
    "torch", "tensorflow", "keras", "transformers", "jax", "requests", "selenium", "bs4", "urllib", "os.", "shutil", "subprocess", "socket",
    "cv2", "PIL", "matplotlib", "seaborn", "plotly", "bokeh", "altair", "folium", "sqlite3", "sqlalchemy", "boto3", "openai", "spacy", "nltk",
    "pyspark", "qiskit", "wandb", "mlflow", "optuna", "sklearn", "xgboost", "lightgbm", "catboost", "librosa", "IPython", "ipywidgets",
    "tqdm", "random.", "numpy.random", "time.", "glob.", "pathlib", "tensorflow_hub", "gensim", "statsmodels", "sys.", "logging",
)  # fmt: skip
_BUILTINS = frozenset(dir(builtins))


_ROWS = frozenset({"Series", "array", "asarray", "tensor", "tuple", "list"})


def logic(node: Function) -> int:
    """Branches and loops of computation.

    None of them only goes round files, gives a parameter its default, builds a list (of everything or of what meets a condition),
    looks up literals or stands in for a value that is missing.
    """
    found = 0
    skipped: set[ast.AST] = set()
    for inner in nodes_in(node):
        if inner in skipped:
            continue
        if isinstance(inner, ast.If):
            ladder = list(_ladder(inner))
            skipped.update(ladder[1:])
            if not _is_default(inner) and not all(_is_literal(part) for rung in ladder for part in _bodies(rung)):
                found += len(ladder)
        elif isinstance(inner, (ast.For, ast.While)):
            outer = len(inner.body) == 1 and isinstance(inner.body[0], ast.For)
            found += not outer and not any(_leaves_memory(part) for part in nodes_in(inner))
        elif isinstance(inner, ast.IfExp):
            found += not isinstance(inner.body, ast.Constant) and not isinstance(inner.orelse, ast.Constant)
        elif isinstance(inner, ast.Match):
            found += 1
    return found


def _ladder(first: ast.If) -> Iterator[ast.If]:
    here: ast.If | None = first
    while here is not None:
        yield here
        after = here.orelse
        here = after[0] if len(after) == 1 and isinstance(after[0], ast.If) else None


def _bodies(rung: ast.If) -> Iterator[ast.stmt]:
    yield from rung.body
    if not (len(rung.orelse) == 1 and isinstance(rung.orelse[0], ast.If)):
        yield from rung.orelse


def _is_literal(statement: ast.stmt) -> bool:
    if isinstance(statement, (ast.Pass, ast.Continue, ast.Break, ast.Raise)):
        return True
    if isinstance(statement, (ast.Return, ast.Assign)):
        value = statement.value
        return value is None or isinstance(value, (ast.Constant, ast.Name, ast.UnaryOp)) or _is_fixed(value)
    return isinstance(statement, ast.Expr) and (
        isinstance(statement.value, ast.Constant)
        or (isinstance(statement.value, ast.Call) and last(statement.value.func) in ("print", "append"))
    )


def _is_fixed(value: ast.expr) -> bool:
    """`1.87 / 56`, a constant that shows where it comes from, or `[0, 1]` and `pd.Series([0, 1])`, rows of a table."""
    if isinstance(value, ast.Call):
        return last(value.func) in _ROWS and not value.keywords and all(map(_is_fixed, value.args))
    fixed = (ast.BinOp, ast.UnaryOp, ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set)
    return all(isinstance(node, (*fixed, ast.operator, ast.unaryop, ast.expr_context)) for node in nodes_in(value))


def _is_default(first: ast.If) -> bool:
    """`if nodes is None: nodes = …`, whatever it takes to make them."""
    test, end = first.test, first.body[-1]
    if not (isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and isinstance(test.ops[0], ast.Is)):
        return False
    targets = end.targets if isinstance(end, ast.Assign) else []
    return not first.orelse and any(isinstance(one, ast.Name) and one.id == test.left.id for one in targets)


def _leaves_memory(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = last(node.func)
    return name in _OUTSIDE or name.startswith(("read_", "to_csv", "to_excel", "to_sql", "to_parquet", "to_pickle"))


def pure_functions(page: Page) -> frozenset[str]:
    """The functions of the page whose result depends on their parameters alone, also through the functions that they call."""
    functions: dict[str, Function] = {}
    classes: set[str] = set()
    for cell in page.code:
        functions |= {node.name: node for node in cell.nodes(ast.FunctionDef)}
        classes |= {node.name for node in cell.nodes(ast.ClassDef)}
    known = frozenset(functions) | classes
    pure = {name for name, node in functions.items() if _is_pure(page, node, known)}
    callers: dict[str, set[str]] = {}
    for name in pure:
        for inner in nodes_in(functions[name]):
            if isinstance(inner, ast.Name) and inner.id in functions:
                callers.setdefault(inner.id, set()).add(name)
    impure = [name for name in functions if name not in pure]
    while impure:
        for caller in callers.get(impure.pop(), set()) & pure:
            pure.discard(caller)
            impure.append(caller)
    return frozenset(pure)


def _is_pure(page: Page, node: Function, known: frozenset[str]) -> bool:
    """Does its own body touch nothing but its parameters? `known` are the functions and classes of the page."""
    local = {argument.arg for argument in nodes_in(node, ast.arg)}
    names: list[ast.Name] = []
    prints = 0
    for inner in nodes_in(node):
        if isinstance(inner, (ast.Global, ast.Nonlocal, ast.With, ast.AsyncWith, ast.Await, ast.Yield)):
            return False
        if isinstance(inner, ast.Call):
            name = last(inner.func)
            prints += name == "print"
            if _leaves_memory(inner) or name in _DRAWS or prints > 3:
                return False
        if isinstance(inner, (ast.Name, ast.Attribute)) and (page.qualified(inner) or "").startswith(_LIBRARIES):
            return False
        if isinstance(inner, ast.Name):
            names.append(inner)
            if not isinstance(inner.ctx, ast.Load):
                local.add(inner.id)
        elif isinstance(inner, ast.FunctionDef) or (isinstance(inner, ast.ExceptHandler) and inner.name):
            local.add(inner.name or "")
        elif isinstance(inner, (ast.Import, ast.ImportFrom)):
            local |= {(alias.asname or alias.name).partition(".")[0] for alias in inner.names}
    free = {name.id for name in names} - local - known - _BUILTINS - set(page.names.imports)
    return all(name.isupper() for name in free) and "self" not in local


def gives_back(node: Function) -> bool:
    """Does it return something that it computed?"""
    return any(
        inner.value is not None and not isinstance(inner.value, ast.Constant) for inner in nodes_in(node, ast.Return)
    )


def used(page: Page, functions: frozenset[str]) -> frozenset[str]:
    """Those of these functions whose result the page uses for more than a picture or a printout."""
    found: set[str] = set()
    loads = _loads(page)
    for cell in page.code:
        for name in cell.nodes(ast.Name):
            if (
                name.id in functions
                and isinstance(name.ctx, ast.Load)
                and name.id not in found
                and _serves(cell, name, loads)
            ):
                found.add(name.id)
    return frozenset(found)


def _loads(page: Page) -> dict[str, list[tuple[CodeCell, ast.Name]]]:
    found: dict[str, list[tuple[CodeCell, ast.Name]]] = {}
    for cell in page.code:
        for name in cell.nodes(ast.Name):
            if isinstance(name.ctx, ast.Load) and len(found.setdefault(name.id, [])) < 30:
                found[name.id].append((cell, name))
    return found


def _serves(cell: CodeCell, name: ast.Name, loads: dict[str, list[tuple[CodeCell, ast.Name]]]) -> bool:
    """Is the function called (or handed to `map`, `apply`) here, outside itself, and what it gives used?"""
    parents = list(cell.ancestors(name))
    if any(isinstance(parent, Function) and parent.name == name.id for parent in parents):
        return False
    if not parents or not isinstance(parents[0], ast.Call):
        return False
    if _is_drawn(cell, name):
        return False
    statement = cell.statement(name)
    if isinstance(statement, ast.Expr):
        # a bare call shows its result at most; `rows.append(f(x))` keeps it
        return isinstance(statement.value, ast.Call) and last(statement.value.func) in (
            "append",
            "extend",
            "update",
            "add",
            "insert",
        )
    if isinstance(statement, ast.Assign) and all(isinstance(target, ast.Name) for target in statement.targets):
        targets = {target.id for target in statement.targets if isinstance(target, ast.Name)}
        later = [one for target in targets for one in loads.get(target, ())]
        return any(not _is_drawn(c, n) and not _is_shown(c, n) for c, n in later)
    return True


def _is_drawn(cell: CodeCell, node: ast.AST) -> bool:
    return any(isinstance(parent, ast.Call) and last(parent.func) in DRAWING for parent in cell.ancestors(node))


def _is_shown(cell: CodeCell, node: ast.AST) -> bool:
    """Does it stand alone at the end of a cell, or as `x.head()`?"""
    statement = cell.statement(node)
    return isinstance(statement, ast.Expr) and not isinstance(cell.parent(node), ast.Call)


def last(function: ast.AST) -> str:
    """The last name of what is called."""
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
