"""NBC406."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath

from nbcritic.analysis.digest import Block
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.packaging._copies import code_lines, digest
from nbcritic.rules.tests._hosted import is_archived, is_exercise

SHOWN = 3
GRAVE = 40
"""Lines shared with one notebook; fewer are minor."""
ALIKE = 0.9
"""A notebook that holds this share of what the fullest one holds is named beside it."""
_ASIDE = frozenset(
    "output outputs tmp temp public_kernels public_notebooks downloads downloaded reference references".split()
)
_VERSION = regex(
    r"(?i)\b(?:copy|of|solutions?|answers?|key|complete[d]?|final|finished|draft|old|new|backup|bak|student|exercises?|starter|"
    r"instructor|executed|output|v|ver|version|checkpoint|wip|archived?|outdated|conflicted|untitled|en|fr|es|de|pt|ja|zh|cn)\b|\d+"
)


@rule("NBC406", name="copied-across-notebooks", severity="major", category="packaging", digest=digest)
def check(page: Page, *, lines: int = 12) -> Iterator[Hit]:
    r"""The same function or block stands in several notebooks.

    A correction in one notebook does not reach the others, so the same question gets several answers, and nobody knows which copy is
    the right one. Only notebooks of one project that are scanned together are compared. Names and literals may differ; imports, settings, looks and plots
    hardly count, copies of fewer than `lines` lines of code in any one notebook are passed over, and so are versions of one notebook (a copy, a
    solution, a translation), pages of a course that never ran, and what lies in a folder for old work, for what programs write (`outputs/`, `tmp/`) or for what others published (`public_kernels/`). Two notebooks of one folder that are nearly the same under different
    names are one minor finding, whatever they share.

    Instead, move the shared code into a module of the project and import it in every notebook.

    Bad (lines=6):

        # %%
        def tidy(orders, rates):  # <- flagged
            orders = orders.dropna(subset=["gross"]).reset_index(drop=True)
            orders["net"] = orders["gross"] / rates["tax"]
            orders["euro"] = orders["net"] * orders["currency"].map(rates["euro"])
            for shop in orders["shop"].unique():
                rates[shop] = orders[orders["shop"] == shop]["euro"].median()
            return orders[orders["euro"] > 0]
        # file: returns.ipynb
        # %%
        def clean(returns, table):
            returns = returns.dropna(subset=["sum"]).reset_index(drop=True)
            returns["net"] = returns["sum"] / table["tax"]
            returns["euro"] = returns["net"] * returns["coin"].map(table["euro"])
            for shop in returns["shop"].unique():
                table[shop] = returns[returns["shop"] == shop]["euro"].median()
            return returns[returns["euro"] > 1]

    Good (lines=6):

        # %%
        from shop import tidy
        orders = tidy(read("orders.csv"), rates)
        # file: returns.ipynb
        # %%
        from shop import tidy
        returns = tidy(read("returns.csv"), rates)

    Good (lines=6):

        # %%
        def tidy(orders, rates):
            orders = orders.dropna(subset=["gross"]).reset_index(drop=True)
            orders["net"] = orders["gross"] / rates["tax"]
            orders["euro"] = orders["net"] * orders["currency"].map(rates["euro"])
            for shop in orders["shop"].unique():
                rates[shop] = orders[orders["shop"] == shop]["euro"].median()
            return orders[orders["euro"] > 0]
        # file: old/returns.ipynb
        # %%
        def tidy(orders, rates):
            orders = orders.dropna(subset=["gross"]).reset_index(drop=True)
            orders["net"] = orders["gross"] / rates["tax"]
            orders["euro"] = orders["net"] * orders["currency"].map(rates["euro"])
            for shop in orders["shop"].unique():
                rates[shop] = orders[orders["shop"] == shop]["euro"].median()
            return orders[orders["euro"] > 0]

    Good (lines=6):

        # %%
        def tidy(orders, rates):
            orders = orders.dropna(subset=["gross"]).reset_index(drop=True)
            orders["net"] = orders["gross"] / rates["tax"]
            orders["euro"] = orders["net"] * orders["currency"].map(rates["euro"])
            for shop in orders["shop"].unique():
                rates[shop] = orders[orders["shop"] == shop]["euro"].median()
            return orders[orders["euro"] > 0]
        # file: outputs/tmp/returns.ipynb
        # %%
        def tidy(orders, rates):
            orders = orders.dropna(subset=["gross"]).reset_index(drop=True)
            orders["net"] = orders["gross"] / rates["tax"]
            orders["euro"] = orders["net"] * orders["currency"].map(rates["euro"])
            for shop in orders["shop"].unique():
                rates[shop] = orders[orders["shop"] == shop]["euro"].median()
            return orders[orders["euro"] > 0]

    Good (lines=6):

        # %% [markdown]
        # Exercise 2: tidy the orders with the function of the last page, and say which shop sells most of what it has in stock.
        # Then plot the median of each shop, beside its rate.
        # %%
        def tidy(orders, rates):
            orders = orders.dropna(subset=["gross"]).reset_index(drop=True)
            orders["net"] = orders["gross"] / rates["tax"]
            orders["euro"] = orders["net"] * orders["currency"].map(rates["euro"])
            for shop in orders["shop"].unique():
                rates[shop] = orders[orders["shop"] == shop]["euro"].median()
            return orders[orders["euro"] > 0]
        # file: first_page.ipynb
        # %%
        def tidy(orders, rates):
            orders = orders.dropna(subset=["gross"]).reset_index(drop=True)
            orders["net"] = orders["gross"] / rates["tax"]
            orders["euro"] = orders["net"] * orders["currency"].map(rates["euro"])
            for shop in orders["shop"].unique():
                rates[shop] = orders[orders["shop"] == shop]["euro"].median()
            return orders[orders["euro"] > 0]

    Good (lines=6):

        # %%
        import matplotlib.pyplot as plt
        import numpy as np
        plt.rcParams["figure.figsize"] = (9, 4)
        plt.rcParams["font.size"] = 12
        np.random.seed(0)
        def show(values):
            plt.plot(values)
            plt.xlabel("day")
            plt.ylabel("euro")
            plt.show()
        # file: returns.ipynb
        # %%
        import matplotlib.pyplot as plt
        import numpy as np
        plt.rcParams["figure.figsize"] = (9, 4)
        plt.rcParams["font.size"] = 12
        np.random.seed(0)
        def show(values):
            plt.plot(values)
            plt.xlabel("day")
            plt.ylabel("euro")
            plt.show()
    """
    if not page.library.holders or _is_put_aside(page, page.path) or _is_course_page(page):
        return
    twins = page.library.alike(digest(page))
    if beside := [path for path in twins if _folder(path) == _folder(page.path) and _bare(path) != _bare(page.path)]:
        where = _listed([f"`{PurePath(path).name}`" for path in sorted(beside)])
        yield Hit(
            Span(),
            f"Most of this notebook stands in {where}, too; keep one, and make what differs its parameters",
            severity="minor",
        )
        return
    shared = [(block, others) for block in digest(page).blocks if (others := _others(page, block, twins))]
    functions = [block for block, _ in shared if block.name]
    shared = [(block, others) for block, others in shared if not _is_within(block, functions)]
    rows = defaultdict[str, set[tuple[int, int]]](set)
    for block, others in shared:
        stretch = {(block.cell, line) for line in code_lines(page.cell(block.cell), block.line, block.end_line)}
        for path in others:
            rows[path] |= stretch
    most = max(map(len, rows.values()), default=0)
    if most < lines:
        return
    full = sorted((path for path in rows if len(rows[path]) >= ALIKE * most), key=lambda path: -len(rows[path]))
    first, *rest = sorted(
        (block for block, others in shared if full[0] in others), key=lambda block: (block.cell, block.line)
    )
    message = _message(first, rest, most, [_shown(page, path) for path in full])
    if parts := sorted((path for path in rows if path not in full), key=lambda path: -len(rows[path])):
        message += f" (parts of it stand in {_listed([f'`{_shown(page, path)}`' for path in parts])} as well)"
    yield Hit(
        page.cell(first.cell).at_line(first.line),
        message,
        tuple(
            Related(page.cell(block.cell).at_line(block.line), "stands in another notebook, too")
            for block in _heads(rest, first)
        ),
        severity=None if most >= GRAVE else "minor",
    )


def _is_course_page(page: Page) -> bool:
    """A page of exercises that nobody has worked on, a sixth of it words: each must stand on its own."""
    words, code = (sum(len(cell.source) for cell in cells) for cells in (page.markdown, page.code))
    return not page.has_run and 5 * words >= code and is_exercise(page)


def _others(page: Page, block: Block, twins: Sequence[str]) -> list[str]:
    """The other notebooks that hold a block; versions of this one are none."""
    own = _bare(page.path)
    held = page.library.holders.get(block.key, ())
    others = (path for path in held if path != page.path and path not in twins and not _is_put_aside(page, path))
    return [path for path in others if _bare(path) != own]


def _is_put_aside(page: Page, path: str) -> bool:
    """Does a notebook lie in a folder for old work, for what programs write, or for what others have published?"""
    *folders, _ = _shown(page, path).lower().split("/")
    return is_archived(path) or not _ASIDE.isdisjoint(re.sub(r"[ _-]+", "_", folder) for folder in folders)


def _shown(page: Page, path: str) -> str:
    """A path as its reader knows it: from the top of the project, else from the notebook."""
    if not os.path.isabs(path):  # noqa: PTH117 (paths are texts here)
        return path
    start = page.project.root if page.project.root and path.startswith(page.project.root) else _folder(page.path)
    return os.path.relpath(path, start).replace(os.sep, "/")


def _folder(path: str) -> str:
    return str(PurePath(path).parent)


def _bare(path: str) -> str:
    """The name of a notebook without numbers, words for versions, and what stands in brackets at its end."""
    name = re.sub(r"\s*\([^()]*\)$", "", PurePath(path).stem)
    words = re.sub(r"[^A-Za-z0-9]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", name))
    return " ".join(_VERSION.sub(" ", words).split()).lower() or path


def _is_within(block: Block, others: Iterable[Block]) -> bool:
    """Is a block part of a function that is shared as a whole?"""
    return any(
        other.name
        and other is not block
        and other.cell == block.cell
        and other.line <= block.line
        and block.end_line <= other.end_line
        for other in others
    )


def _heads(blocks: Sequence[Block], first: Block) -> Iterator[Block]:
    """The first block of each stretch: windows overlap."""
    cell, end = first.cell, first.end_line
    for block in blocks:
        if block.cell != cell or block.line > end:
            yield block
            cell, end = block.cell, block.end_line
        end = max(end, block.end_line)


def _message(first: Block, rest: Sequence[Block], lines: int, paths: Sequence[str]) -> str:
    blocks = (first, *rest)
    names = list(dict.fromkeys(block.name for block in blocks if block.name))
    cells = list(dict.fromkeys(block.cell for block in blocks if not block.name))
    parts = []
    if names:
        parts.append(_listed([f"`{name}`" for name in names]))
    if cells:
        parts.append(("cell " if len(cells) == 1 else "cells ") + _listed([str(cell) for cell in cells]))
    where = _listed([f"`{path}`" for path in paths])
    return f"{lines} lines ({' and '.join(parts)}) stand in {where}, too; write them once, in a module that all import"


def _listed(words: Sequence[str]) -> str:
    shown = list(words[:SHOWN])
    if len(words) > SHOWN:
        return f"{', '.join(shown)} and {len(words) - SHOWN} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))
