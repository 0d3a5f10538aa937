"""NBC305."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule

BROAD = frozenset({"Exception", "BaseException", "builtins.Exception", "builtins.BaseException"})
HARMLESS = frozenset(
    "os.remove os.unlink os.mkdir os.makedirs os.rmdir shutil.rmtree locale.setlocale plt.close matplotlib.pyplot.close "
    "matplotlib.pyplot.style.use multiprocessing.set_start_method get_ipython display".split()
)
"""Clean-up and set-up: whether these succeed changes no result."""
_SURE = frozenset(
    "range len str list dict tuple set zip enumerate print display join dirname basename splitext format figure subplots".split()
)
"""Calls that hardly ever fail."""
CLEANUP = frozenset(
    "close stop quit disconnect shutdown terminate kill cancel unpersist cleanup set_memory_growth set_visible_devices".split()
)


@rule(
    "NBC305",
    name="swallowed-error",
    severity="major",
    category="data-validation",
    covers=("E722", "S110", "S112", "BLE001", "PERF203"),
)
def check(page: Page) -> Iterator[Hit]:
    r"""An error of any kind is caught and forgotten.

    A misspelt column, a full disk and a broken file then look like "nothing to do": rows, files or folds drop out without a trace,
    and the totals below are computed from what happened to be left. It is minor where the text printed is always the same, and in a
    search that prints every candidate it fitted and keeps the best: what is missing from its list failed. A single look-up
    (`rows.append(table[key])`, or `if known(word): words.append(word)`) is minor as well: hardly anything but a missing key
    can befall it.

    Instead, name the exception that is expected (`except KeyError`), count or collect what failed, and let everything else stop
    the notebook.

    Bad:

        # %%
        rows = []
        for path in paths:
            try:
                rows.append(parse(path))
            except:  # <- flagged
                pass
        # %%
        for user in users:
            try:
                ages.append(int(user["age"]))
            except Exception:  # <- flagged
                continue
        # %%
        try:
            model.fit(X, y)
        except (ValueError, Exception):  # <- flagged
            print("something went wrong")
        # %%
        def minutes(text):
            try:
                return int(text[:2]) * 60 + int(text[2:])
            except:  # <- flagged
                return 0

    Bad:

        # %%
        for a, b in pairs:
            try:
                before.at[a, b] = first[a][b]
            except Exception:  # <- flagged
                pass
        for a, b in pairs:
            try:
                after.at[a, b] = second[a][b]
            except Exception:
                pass

    Good:

        # %%
        for path in paths:
            try:
                rows.append(parse(path))
            except ValueError:
                pass
        # %%
        try:
            import google.colab
            IN_COLAB = True
        except:
            IN_COLAB = False
        try:
            %tensorflow_version 2.x
        except Exception:
            pass
        try:
            import fast_json as json
        except Exception:
            pass

    Good:

        # %%
        import logging
        import os
        import traceback
        for path in paths:
            try:
                rows.append(parse(path))
            except Exception:
                failed.append(path)
        try:
            run()
        except Exception:
            traceback.print_exc()
        try:
            run()
        except Exception:
            logging.exception("run failed")
        try:
            run()
        except Exception as error:
            print("run failed", error)
            raise
        try:
            price = float(text)
        except Exception:
            price = None
        try:
            os.remove("old.csv")
        except:
            pass
        try:
            run()
        except Exception as error:
            print(f"this is what the error looks like: {error}")
        try:
            1 / 0
        except:
            print("division by zero")
        try:
            import cupy
        except:
            pass
        else:
            fast = True

    Good:

        # %%
        def load(path):
            try:
                return read_fast(path)
            except Exception:
                pass
            return read_slowly(path)
        # %%
        for name in ("new.csv", "old.csv"):
            try:
                table = read(name)
                break
            except Exception:
                continue
        # %%
        def first_readable(paths):
            for path in paths:
                try:
                    table = read(path)
                except Exception:
                    continue
                if len(table):
                    return table
            raise FileNotFoundError(paths)
        # %%
        def number(text):
            try:
                return float(text)
            except Exception:
                return None
        # %%
        try:
            print(torch.version.cuda)
        except Exception:
            pass
        # %%
        limit = 10
        try:
            limit = settings["limit"]
        except Exception:
            pass
        # %%
        try:
            import turbo
            turbo.patch()
        except Exception:
            pass
        # %%
        try:
            tf.config.set_visible_devices([], "GPU")
        except Exception:
            pass

    Bad:

        # %%
        for word in words:
            try:
                if food.similarity(thesaurus.sense(word)) > 0.2:
                    dishes.append(word)
            except:  # <- flagged
                pass

    Bad:

        # %%
        best = np.inf
        for order in orders:
            try:
                fitted = ARIMA(sales, order=order).fit()
                print(order, fitted.aic)
                if fitted.aic < best:
                    best, chosen = fitted.aic, order
            except:  # <- flagged
                continue
    """
    groups: dict[str, list[tuple[CodeCell, ast.Try, ast.ExceptHandler, str]]] = {}
    for cell in page.code:
        for block in cell.nodes(ast.Try):
            if _is_probe(page, cell, block):
                continue
            for handler in block.handlers:
                how = _hides(handler)
                if how and _is_broad(page, handler.type):
                    groups.setdefault(_shape(block, handler), []).append((cell, block, handler, how))
    for alike in groups.values():
        cell, block, handler, how = alike[0]
        caught = "except:" if handler.type is None else f"except {cell.segment(handler.type)}"
        more = f" (and {len(alike) - 1} more like it)" if len(alike) > 1 else ""
        text = f"`{caught}` around `{cell.segment(_telling(block), 50)}`{more} catches every error, and {how}"
        others = tuple(Related(_head(c, h), "and here") for c, _, h, _ in alike[1:6])
        mild = "prints" in how or all(_compares_fits(c, b) or _looks_up(b) for c, b, _, _ in alike)
        yield Hit(_head(cell, handler), text, others, severity="minor" if mild else None)


def _telling(block: ast.Try) -> ast.stmt:
    """The first statement that is likely to fail."""
    return next((statement for statement in block.body if _may_fail(statement)), block.body[0])


def _may_fail(statement: ast.stmt) -> bool:
    nodes = nodes_in(statement)
    calls = (node for node in nodes if isinstance(node, ast.Call))
    return any(called_name(call.func) not in _SURE for call in calls) or any(
        isinstance(node, (ast.Subscript, ast.Import, ast.ImportFrom, ast.Raise, ast.Assert)) for node in nodes
    )


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


def _shape(block: ast.Try, handler: ast.ExceptHandler) -> str:
    """What handlers have in common that were copied: everything but the names and the literals."""
    nodes = (node for part in (*block.body, *handler.body) for node in nodes_in(part))
    words = [node.attr if isinstance(node, ast.Attribute) else type(node).__name__ for node in nodes]
    return " ".join(words)


def _head(cell: CodeCell, handler: ast.ExceptHandler) -> Span:
    at = cell.at(handler)
    end = len(cell.lines[at.line - 1]) + 1
    return Span(at.cell, at.line, at.column, at.line, end)


def _is_broad(page: Page, caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    kinds = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(page.qualified(kind) in BROAD for kind in kinds)


def _hides(handler: ast.ExceptHandler) -> str:
    """What becomes of the error, where nobody hears of it; else an empty string."""
    printed = False
    for statement in handler.body:
        if isinstance(statement, (ast.Pass, ast.Continue)):
            continue
        if isinstance(statement, ast.Return):
            return _substitute(statement.value)
        value = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(value, ast.Constant):
            continue
        if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Name) or value.func.id != "print":
            return ""
        if any(_tells(node, handler.name) for node in nodes_in(value)):
            return ""
        printed = True
    return "prints the same text whichever it was" if printed else "goes on without a word"


def _substitute(value: ast.expr | None) -> str:
    """A number in place of a failure looks like data; None, NaN or False say that there is none."""
    number = value.operand if isinstance(value, ast.UnaryOp) else value
    if isinstance(number, ast.Constant) and type(number.value) in (int, float):
        return f"`{ast.unparse(value or number)}` then looks like data"
    return ""


def _tells(node: ast.AST, name: str | None) -> bool:
    """Does a printed value say what happened?"""
    if isinstance(node, ast.Name) and node.id == name:
        return True
    return isinstance(node, ast.Attribute) and node.attr in ("exc_info", "format_exc", "print_exc")


def _is_probe(page: Page, cell: CodeCell, block: ast.Try) -> bool:
    """Is it an import or another attempt with a fallback, set-up, clean-up, or a lesson on exceptions?"""
    if isinstance(block.body[0], (ast.Import, ast.ImportFrom)):
        return True
    fallback = not any(isinstance(s, ast.Return) for handler in block.handlers for s in handler.body)
    if fallback and (_leaves(block.body) or _is_search(cell, block)):
        return True  # what comes after the block is for the case that this did not work
    return _has_default(cell, block) or all(_is_harmless(page, statement) for statement in block.body)


def _leaves(statements: Sequence[ast.stmt]) -> bool:
    return any(isinstance(node, (ast.Return, ast.Break)) for statement in statements for node in nodes_in(statement))


def _is_search(cell: CodeCell, block: ast.Try) -> bool:
    """One candidate after the other is tried, until one serves: the rest of the loop's body leaves the loop."""
    loop = cell.parent(block)
    if not isinstance(loop, (ast.For, ast.While)) or block not in loop.body:
        return False
    return _leaves(loop.body[loop.body.index(block) + 1 :])


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
