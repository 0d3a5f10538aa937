"""What an attempt (`try`) is for: a probe, a search, a look-up, or the loading of something that the page goes on with."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex

HARMLESS = frozenset(
    "os.remove os.unlink os.mkdir os.makedirs os.rmdir shutil.rmtree locale.setlocale plt.close matplotlib.pyplot.close "
    "matplotlib.pyplot.style.use multiprocessing.set_start_method get_ipython display".split()
)
"""Clean-up and set-up: whether these succeed changes no result."""
CLEANUP = frozenset(
    "close stop quit disconnect shutdown terminate kill cancel unpersist cleanup set_memory_growth set_visible_devices".split()
)
_LOOPS = (ast.For, ast.While, ast.AsyncFor)
_NUMBER = frozenset({"int", "float"})
_CHOICE = frozenset({"max", "min"})
_OF_TEXT = frozenset("strip lstrip rstrip split rsplit partition rpartition replace removeprefix removesuffix group search match findall basename splitext str".split())  # fmt: skip
_FILE = regex(r"(?i)(?:^|_)(?:path|file|folder|dir|filename|fname|dirname|stem|checkpoint|ckpt|run)s?(?:$|_)")
_SMALL_TALK = frozenset({"print", "sleep", "format", "click"})
_COMMENT = regex(r"#\s*(?!noqa|type:|pylint|pragma)(?P<text>[^#]+)$")
_CODE = regex(r"\w\(|=|^\s*(?:raise|pass|continue|print|return)\b")
_WORD = regex(r"[^\W\d_]{2,}")

_INTO = frozenset("load_weights load_state_dict load_parameters load_params".split())
"""Methods that fill a model that was there before."""
_ASKED = frozenset("predict predict_proba predict_generator predict_classes evaluate evaluate_generator score transform generate eval".split())  # fmt: skip
_TRAINS = frozenset("fit fit_generator partial_fit train train_model train_on_batch fine_tune backward".split())
_ANEW = frozenset("load_model from_pretrained load read_csv read_excel read_parquet read_pickle read_json read_feather read_hdf read_table read_sql read_sql_query read_stata read_file".split())  # fmt: skip
"""Functions whose result replaces what the name held before."""
_TALKS = frozenset("print display warn warning error info exception debug print_exc write".split())
_INSTEAD = regex(
    r"(?i)\b(?:using|use|uses|fall(?:ing|s)?[ -]?back|defaults?|instead|scratch|untrained|random|synthetic|dummy|sample|keep(?:ing)?|train(?:ing)?)\b"
)
"""Text that tells the reader what the page goes on with."""


def is_probe(page: Page, cell: CodeCell, block: ast.Try) -> bool:
    """Is it an import or another attempt with a fallback, set-up, clean-up, or a lesson on exceptions?"""
    if isinstance(block.body[0], (ast.Import, ast.ImportFrom)):
        return True
    fallback = not any(isinstance(s, ast.Return) for handler in block.handlers for s in handler.body)
    if fallback and (_leaves(block.body) or _is_search(cell, block)):
        return True  # what comes after the block is for the case that this did not work
    return _has_default(cell, block) or all(_is_harmless(page, statement) for statement in block.body)


def is_slight(cell: CodeCell, block: ast.Try, handler: ast.ExceptHandler) -> bool:
    """Is it hardly possible that more is lost than what the author means to pass over?"""
    return (
        _compares_fits(cell, block)
        or _looks_up(block)
        or _reads_number(cell, block)
        or _says_what(cell, block, handler)
    )


def lost_load(page: Page, cell: CodeCell, block: ast.Try) -> tuple[str, int] | None:
    """The name of a model or table that keeps what it was where its loading fails, and the cell that then goes on with it."""
    if cell.in_function(block) or any(isinstance(above, (*_LOOPS, ast.Try)) for above in cell.ancestors(block)):
        return None
    if block.orelse or not all(_only_talks(handler) for handler in block.handlers):
        return None
    for statement in block.body:
        if name := _filled(statement):
            trained = any(
                isinstance(c.func, ast.Attribute) and _root(c.func) == name for _, c in page.calls_named(_TRAINS)
            )
            asked = _first_asked(page, cell, block, name)
            return (name, asked) if asked and not trained else None
        if (name := _replaced(statement)) and _stood_before(page, cell, block, name):
            used = _first_used(page, cell, name)
            return (name, used) if used else None
    return None


def _filled(statement: ast.stmt) -> str:
    """The model that a statement fills, by name."""
    call = statement.value if isinstance(statement, (ast.Expr, ast.Assign)) else None
    function = call.func if isinstance(call, ast.Call) else None
    if isinstance(function, ast.Attribute) and function.attr in _INTO and isinstance(function.value, ast.Name):
        return function.value.id
    return ""


def _replaced(statement: ast.stmt) -> str:
    """The name that a statement gives to what it loads."""
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Call):
        return ""
    target = statement.targets[0]
    named = called_name(statement.value.func) in _ANEW
    return target.id if named and len(statement.targets) == 1 and isinstance(target, ast.Name) else ""


def _stood_before(page: Page, cell: CodeCell, block: ast.Try, name: str) -> bool:
    """Does the name hold something by then, other than a constant, that nobody asks about?"""
    made = [
        (other.number, node)
        for other in page.code
        if other.number <= cell.number
        for node in other.nodes(ast.Assign)
        if any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
        and not other.in_function(node)
        and (other is not cell or node.lineno < block.lineno)
    ]
    blank = any(isinstance(node.value, (ast.Constant, ast.List, ast.Dict)) for _, node in made)
    asked = any(
        isinstance(test.left, ast.Name) and test.left.id == name and isinstance(test.ops[0], (ast.Is, ast.IsNot))
        for other in page.code
        for test in other.nodes(ast.Compare)
    )
    return bool(made) and not blank and not asked


def _first_asked(page: Page, cell: CodeCell, block: ast.Try, name: str) -> int:
    """The first cell after the attempt that asks the model for something; 0 where none does."""
    after = (
        found.number
        for found, call in page.calls_named(_ASKED)
        if isinstance(call.func, ast.Attribute)
        and _root(call.func) == name
        and (found.number > cell.number or (found is cell and call.lineno > (block.end_lineno or 0)))
    )
    return next(after, 0)


def _first_used(page: Page, cell: CodeCell, name: str) -> int:
    """The first later cell that uses the name before anything gives it another value; 0 where none does."""
    for other in page.code:
        if other.number > cell.number:
            names = page.names.of(other.number)
            first = next((event.kind for event in names.events if event.name == name), "")
            if first:
                return other.number if first == "use" else 0
    return 0


def _root(node: ast.AST) -> str:
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _only_talks(handler: ast.ExceptHandler) -> bool:
    """Does a handler do nothing but speak of the failure, without a word on what the page goes on with?"""
    for statement in handler.body:
        value = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(statement, ast.Pass) or isinstance(value, ast.Constant):
            continue
        if not isinstance(value, ast.Call) or called_name(value.func) not in _TALKS:
            return False
        texts = (str(node.value) for node in nodes_in(value, ast.Constant))
        if any(_INSTEAD.search(text) for text in texts):
            return False
    return True


def _compares_fits(cell: CodeCell, block: ast.Try) -> bool:
    """Does the attempt fit one candidate of many, print how good it is, and keep the best?"""
    if not any(isinstance(parent, (ast.For, ast.While)) for parent in cell.ancestors(block)):
        return False
    nodes = [node for statement in block.body for node in nodes_in(statement)]
    called = {called_name(node.func) for node in nodes if isinstance(node, ast.Call)}
    keeps = any(isinstance(node, ast.If) and isinstance(node.test, ast.Compare) for node in nodes)
    return {"fit", "print"} <= called and keeps


def _looks_up(block: ast.Try) -> bool:
    """Is the attempt one look-up, whose result is kept, or one question, after which an item is?"""
    only, asks = block.body[0], False
    if isinstance(only, ast.If) and len(only.body) == 1 and not only.orelse:
        only, asks = only.body[0], True
    nodes = list(nodes_in(only))
    calls = [called_name(node.func) for node in nodes if isinstance(node, ast.Call)]
    kept = len(calls) <= 1 and set(calls) <= {"append", "add", "extend"} and (calls or not asks)
    return len(block.body) == 1 and bool(kept) and sum(isinstance(node, ast.Subscript) for node in nodes) == (not asks)


def _reads_number(cell: CodeCell, block: ast.Try) -> bool:
    """Is the attempt to read one number out of a name, for the greatest of them or the order of files?"""
    if len(block.body) > 1:
        return False
    calls = [called_name(node.func) for node in nodes_in(block.body[0], ast.Call)]
    if sum(name in _NUMBER for name in calls) != 1 or not set(calls) <= _NUMBER | _CHOICE | _OF_TEXT | {
        "append",
        "add",
    }:
        return False
    if not _CHOICE.isdisjoint(calls):
        return True
    function = cell.function(block)
    words = {node.id for node in nodes_in(block.body[0], ast.Name)}
    words |= {node.attr for node in nodes_in(block.body[0], ast.Attribute)}
    return any(map(_FILE.search, words)) or (function is not None and _is_key(cell, function.name))


def _is_key(cell: CodeCell, name: str) -> bool:
    """Does a call of the cell sort by this function?"""
    return any(
        word.arg == "key" and isinstance(word.value, ast.Name) and word.value.id == name
        for call in cell.nodes(ast.Call)
        for word in call.keywords
    )


def _says_what(cell: CodeCell, block: ast.Try, handler: ast.ExceptHandler) -> bool:
    """Does a comment say what is passed over, of one step that is taken once?"""
    if any(isinstance(above, _LOOPS) for above in cell.ancestors(block)):
        return False
    if not all(isinstance(statement, (ast.Pass, ast.Continue)) for statement in handler.body):
        return False
    calls = [node for statement in block.body for node in nodes_in(statement, ast.Call)]
    if sum(called_name(call.func) not in _SMALL_TALK for call in calls) > 1:
        return False
    lines = cell.lines[handler.lineno - 1 : handler.end_lineno]
    texts = (found["text"] for line in lines if (found := _COMMENT.search(line)))
    return any(len(_WORD.findall(text)) > 1 and not _CODE.search(text) for text in texts)


def _leaves(statements: Sequence[ast.stmt]) -> bool:
    return any(isinstance(node, (ast.Return, ast.Break)) for statement in statements for node in nodes_in(statement))


def _is_search(cell: CodeCell, block: ast.Try) -> bool:
    """One candidate after the other is tried, until one serves: the rest of the loop's body leaves the loop."""
    return any(_leaves(rest) for rest in _rests(cell, block))


def _rests(cell: CodeCell, block: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    """What follows on a statement within its loop, from the inside to the outside."""
    rests: list[Sequence[ast.stmt]] = []
    here: ast.AST = block
    for above in cell.ancestors(block):
        if not isinstance(above, (*_LOOPS, ast.If, ast.With)):
            return
        if here in above.body:
            rests.append([part for part in above.body[above.body.index(here) + 1 :] if isinstance(part, ast.stmt)])
        if isinstance(above, _LOOPS):
            yield from rests if here in above.body else ()
            return
        here = above


def _has_default(cell: CodeCell, block: ast.Try) -> bool:
    """`x = None`, then an attempt to find something better for `x`."""
    only = block.body[0]
    siblings: list[ast.stmt] = getattr(cell.parent(block), "body", [])
    if len(block.body) > 1 or not isinstance(only, ast.Assign) or block not in siblings:
        return False
    before = siblings[: siblings.index(block)][-1:]
    wanted = {target.id for target in only.targets if isinstance(target, ast.Name)}
    given = {t.id for s in before if isinstance(s, ast.Assign) for t in s.targets if isinstance(t, ast.Name)}
    return bool(wanted) and wanted <= given


def _is_harmless(page: Page, statement: ast.stmt) -> bool:
    if isinstance(statement, (ast.Import, ast.ImportFrom, ast.Pass, ast.Delete, ast.Raise)):
        return True
    value = getattr(statement, "value", None)
    if isinstance(statement, ast.Assign) and isinstance(value, ast.Constant):
        return True
    if not isinstance(statement, ast.Expr):
        return False
    if isinstance(value, (ast.Constant, ast.Name, ast.Attribute)):
        return True
    if isinstance(value, ast.BinOp):  # 1 / 0, "2" + 2: shown for what it raises
        return all(isinstance(node, (ast.Constant, ast.BinOp, ast.operator)) for node in nodes_in(value))
    if not isinstance(value, ast.Call):
        return False
    function = value.func
    return page.qualified(function) in (*HARMLESS, "print") or (
        isinstance(function, ast.Attribute) and function.attr in CLEANUP
    )
