"""NBC305."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.tests._attempts import is_probe, is_slight, lost_load

BROAD = frozenset({"Exception", "BaseException", "builtins.Exception", "builtins.BaseException"})
_SURE = frozenset(
    "range len str list dict tuple set zip enumerate print display join dirname basename splitext format figure subplots".split()
)
"""Calls that hardly ever fail."""
_SHOWN = 6

Caught = tuple[CodeCell, ast.Try, ast.ExceptHandler, str]
"""A handler that hides what it catches, and how."""


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
    can befall it; so is one step, taken once, whose comment says what is passed over. A model whose weights could not be loaded, or
    a table that could not be read anew, is worse than none, however loudly the failure was printed: the next cells go on with what
    the name held before.

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
        for path in pictures:
            try:
                shrink(path)
            except Exception:  # <- flagged
                pass
        for path in films:
            try:
                run(["ffmpeg", "-i", path])
                os.rename(path, "done")
            except Exception:
                pass

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

    Bad:

        # %%
        model = build_network()
        try:
            model.load_weights("network.h5")
        except Exception as error:  # <- flagged
            print("could not load:", error)
        # %%
        guesses = model.predict(pictures)

    Good:

        # %%
        model = build_network()
        try:
            model.load_weights("network.h5")
        except Exception as error:
            print("no weights yet:", error)
        # %%
        model.fit(pictures, labels)
        guesses = model.predict(others)

    Good:

        # %%
        def find_table(paths, wanted=None):
            for path in paths:
                if wanted:
                    try:
                        columns = set(read(path).columns)
                    except Exception:
                        continue
                    if not wanted <= columns:
                        continue
                return path
            raise FileNotFoundError(paths)
    """
    groups: dict[str, list[Caught]] = {}
    for cell in page.code:
        for block in cell.nodes(ast.Try):
            if lost := lost_load(page, cell, block):
                yield _unloaded(cell, block, *lost)
                continue
            if is_probe(page, cell, block):
                continue
            for handler in block.handlers:
                how = _hides(handler)
                if how and _is_broad(page, handler.type):
                    groups.setdefault(_shape(block, handler), []).append((cell, block, handler, how))
    cells: dict[int, list[list[Caught]]] = {}
    for alike in groups.values():
        cells.setdefault(alike[0][0].number, []).append(alike)
    for here in cells.values():
        first, *rest = sorted(here, key=_is_mild)
        hit = _hit(first)
        others = [Related(_head(c, h), "and here") for alike in rest for c, _, h, _ in alike]
        if others:
            also = f"; so {'does' if len(others) == 1 else 'do'} {len(others)} more of this cell"
            hit = replace(hit, message=hit.message + also, related=(*hit.related, *others)[:_SHOWN])
        yield hit


def _is_mild(alike: list[Caught]) -> bool:
    return "prints" in alike[0][3] or all(is_slight(c, b, h) for c, b, h, _ in alike)


def _hit(alike: list[Caught]) -> Hit:
    """What is to be said of handlers that were copied."""
    cell, block, handler, how = alike[0]
    caught = "except:" if handler.type is None else f"except {cell.segment(handler.type)}"
    more = f" (and {len(alike) - 1} more like it)" if len(alike) > 1 else ""
    text = f"`{caught}` around `{cell.segment(_telling(block), 50)}`{more} catches every error, and {how}"
    others = tuple(Related(_head(c, h), "and here") for c, _, h, _ in alike[1:_SHOWN])
    return Hit(_head(cell, handler), text, others, severity="minor" if _is_mild(alike) else None)


def _unloaded(cell: CodeCell, block: ast.Try, name: str, used: int) -> Hit:
    where = "the code below" if used == cell.number else f"cell {used}"
    text = f"where `{cell.segment(_telling(block), 50)}` fails, {where} goes on with `{name}` as it was before; let the error stop the notebook"
    return Hit(_head(cell, block.handlers[0]), text)


def _telling(block: ast.Try) -> ast.stmt:
    """The first statement that is likely to fail."""
    return next((statement for statement in block.body if _may_fail(statement)), block.body[0])


def _may_fail(statement: ast.stmt) -> bool:
    nodes = nodes_in(statement)
    calls = (node for node in nodes if isinstance(node, ast.Call))
    return any(called_name(call.func) not in _SURE for call in calls) or any(
        isinstance(node, (ast.Subscript, ast.Import, ast.ImportFrom, ast.Raise, ast.Assert)) for node in nodes
    )


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
