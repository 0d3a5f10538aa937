"""NBC414."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator
from typing import NamedTuple

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule

_LIKELY = regex(r"[=(\[]|^\s*#+\s*(?:import|from|for|if|while|def|return|del|with|try|else)\b")
_STOPS = ("exit", "quit", "sys.exit", "os._exit")
_DIRECTIVE = regex(r"#\s*(?:\||%|@|nbdev|hide|export|noqa|type:|pylint|fmt:|nbcritic|!)")


class _Block(NamedTuple):
    cell: CodeCell
    start: int
    lines: int


@rule("NBC414", name="dead-code", severity="nit", category="readability", profile="production", covers=("ERA001",))
def check(page: Page, *, lines: int = 8) -> Iterator[Hit]:
    r"""Code that cannot run, or that is commented out, stays in the notebook.

    A reader has to work out for each line whether it was tried and dropped, or is needed for the next data set; what it refers to has
    changed meanwhile. Counted are runs of comments that are Python statements, where a notebook holds `lines` of them or more, and
    whatever stands below a `raise` or `exit()` at cell level.

    Instead, delete it (the version history keeps it), or make it a branch that a parameter chooses.

    Bad (lines=3):

        # %%
        orders = load()
        # orders = orders.dropna()  # <- flagged
        # orders["euro"] = orders["price"] * rate
        # total = orders["euro"].sum()

    Bad:

        # %%
        orders = load()
        raise SystemExit  # <- flagged
        # %%
        total = orders.sum()

    Good (lines=3):

        # %%
        # The rate is that of the first of May:
        # rate = euro / dollar
        # and it holds for the whole year (see the contract).
        orders = load()

    Good:

        # %%
        def check(x):
            raise ValueError(x)
        # %%
        try:
            import fast
        except ImportError:
            raise SystemExit
        # %%
        raise ValueError("what a traceback looks like")
    """
    blocks = [block for cell in page.code for block in _commented(cell)]
    total = sum(block.lines for block in blocks)
    if total >= lines:
        first, *others = blocks
        count = f" in {len(blocks)} places" if others else ""
        related = tuple(Related(_at(block), f"and {block.lines} more") for block in others)
        yield Hit(_at(first), f"{total} lines of code are commented out{count}; delete them", related)
    yield from _unreachable(page)


def _at(block: _Block) -> Span:
    return block.cell.at_line(block.start)


def _commented(cell: CodeCell) -> Iterator[_Block]:
    """Runs of comment lines of which most are code, and all together parse."""
    run: list[int] = []
    for number in [*_comments(cell), -1]:
        if run and number != run[-1] + 1:
            texts = [cell.lines[line - 1] for line in run]
            if _is_code(texts):
                yield _Block(cell, run[0], len(run))
            run = []
        run.append(number)


def _comments(cell: CodeCell) -> list[int]:
    """The lines that hold a comment and nothing else; those of a text in quotes are none."""
    marked = [number for number, line in enumerate(cell.lines, 1) if line.lstrip().startswith("#")]
    if not any(_LIKELY.search(cell.lines[number - 1]) for number in marked):
        return []
    found = set[int]()
    try:
        for token in tokenize.generate_tokens(io.StringIO(cell.plain.source).readline):
            if token.type == tokenize.COMMENT:
                found.add(token.start[0])
    except (tokenize.TokenError, SyntaxError):
        return []
    return [number for number in marked if number in found and not _DIRECTIVE.match(cell.lines[number - 1].lstrip())]


def _is_code(texts: list[str]) -> bool:
    """Does the run parse as statements that do something? `a, b` and `note: this` parse as well, and are words."""
    bare = [re.sub(r"^\s*#+ ?", "", text) for text in texts]
    if not any(_LIKELY.search(text) for text in texts):
        return False
    indent = min((len(line) - len(line.lstrip()) for line in bare if line.strip()), default=0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse("\n".join(line[indent:] for line in bare)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return bool(body) and all(_does(statement) for statement in body)


def _does(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Call)
    return not isinstance(statement, ast.AnnAssign) or statement.value is not None


def _unreachable(page: Page) -> Iterator[Hit]:
    for cell, following in zip(page.code, page.code[1:], strict=False):
        assert cell.tree is not None
        for statement in cell.tree.body:
            if _stops(page, statement) and "raises-exception" not in cell.tags:
                below = len(page.code) - page.code.index(following)
                what = cell.segment(statement, 40)
                cells = f"{below} code cells" if below > 1 else "a code cell"
                yield Hit(
                    cell.at(statement), f"`{what}` ends the run here, and {cells} stand{'s' * (below == 1)} below it"
                )
                return


def _stops(page: Page, statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise):
        named = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return named is not None and page.qualified(named) in ("SystemExit", "KeyboardInterrupt")
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and page.qualified(call.func) in _STOPS
