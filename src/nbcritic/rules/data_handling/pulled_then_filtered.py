"""NBC610."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related, Severity
from nbcritic.rule import rule
from nbcritic.rules.data_handling._shared import keyword, path

QUERIES = frozenset({"pandas.read_sql", "pandas.read_sql_query", "pandas.read_gbq"})
FILES = {
    "pandas.read_csv": "usecols",
    "pandas.read_table": "usecols",
    "pandas.read_excel": "usecols",
    "pandas.read_parquet": "columns",
    "pandas.read_feather": "columns",
}
"""Readers with the argument that picks columns."""
_EVERYTHING = regex(r"\s*select\s+(?:\w+\.)?\*\s+from\s+[\w.\"`\[\]$-]+(?:\s+(?:as\s+)?\w+)?\s*;?\s*$", re.IGNORECASE)
_SUBMISSION = regex(r"submission[^/]*$", re.IGNORECASE)
"""Files that hold what a competition asks for and no more."""
_LOOKS = frozenset("head tail shape info dtypes columns describe sample".split())


@rule("NBC610", name="pulled-then-filtered", severity="minor", category="sql", profile="production")
def check(page: Page) -> Iterator[Hit]:
    r"""A whole table is pulled into memory, and most of it thrown away.

    `SELECT *` sends every row and column over the network, and pandas holds them all before the next line keeps a few: the database
    would have done it by an index, and one column more in the table changes what arrives. The same goes for a file of which
    a few columns are kept.

    Instead, let the database filter (`WHERE`) and name the columns; give a reader of files `usecols=` (of Parquet `columns=`).

    Bad:

        # %%
        import pandas as pd
        orders = pd.read_sql("SELECT * FROM orders", connection)  # <- flagged
        orders.head()
        # %%
        late = orders[orders["days"] > 30]
        late["price"].sum()

    Bad:

        # %%
        import pandas as pd
        trips = pd.read_csv("trips.csv")[["start", "end"]]  # <- flagged

    Bad:

        # %%
        import pandas as pd
        stops = pd.read_parquet("stops.parquet")  # <- flagged
        stops = stops[["name", "line"]]

    Good:

        # %%
        import pandas as pd
        orders = pd.read_sql("SELECT day, price FROM orders WHERE days > 30", connection)
        some = pd.read_sql("SELECT * FROM orders LIMIT 10", connection)
        customers = pd.read_sql("SELECT * FROM customers", connection)
        by_city = customers.groupby("city").size()
        adults = customers[customers["age"] > 17]
        trips = pd.read_csv("trips.csv", usecols=["start", "end"])
        stops = pd.read_csv("stops.csv")
        print(len(stops))
        stops = stops[["name", "line"]]

    Good:

        # %%
        import pandas as pd
        scores.to_csv("scores.csv", index=False)
        again = pd.read_csv("scores.csv")[["id", "score"]]
        OUT = folder / "late.parquet"
        late.to_parquet(OUT)
        read = pd.read_parquet(OUT)[["id", "days"]]
        base = pd.read_csv("../input/sample_submission.csv")[["id", "target"]]
        best = pd.read_csv(folder / "best_submission_2.csv")[["id", "target"]]
    """
    uses, written = _Uses(page), _written(page)
    files: list[tuple[CodeCell, ast.Call, str]] = []
    for cell in page.code:
        for call in cell.nodes(ast.Call):
            name = page.qualified(call.func) or ""
            if name in QUERIES and (pulled := _pulled(page, uses, cell, call)):
                yield Hit(cell.at(call), *pulled)
            elif name in FILES and (picked := _picked(cell, call)) and _is_whole(call, FILES[name]):
                named = _names(page, call)
                if named.isdisjoint(written) and not any(map(_SUBMISSION.search, named)):
                    files.append((cell, call, f"{FILES[name]}={cell.segment(picked)}"))
    if files:
        (cell, call, better), *others = files
        text = f"`{cell.segment(call, 40)}` reads every column, and the next step keeps a few; write `{better}`"
        related = tuple(Related(other.at(place), "here, too") for other, place, _ in others)
        # Of a small file that is a matter of taste; of Parquet a part is read at a part of the cost.
        columnar = better.startswith("columns")
        severity: Severity | None = None if columnar else "nit"
        yield Hit(cell.at(call), text, related, severity=severity, confidence=None if columnar else "possible")


def _is_whole(call: ast.Call, argument: str) -> bool:
    """Does the reader read all columns? With `names` they are few, and a sample is small."""
    return keyword(call, argument, "names") is None and "sample" not in ast.dump(call)


def _written(page: Page) -> set[str]:
    """The files that the page itself writes: nothing but what it chose is in them."""
    calls = (call for cell in page.code for call in cell.nodes(ast.Call))
    is_write = re.compile(r"to_(?:csv|excel|parquet|feather)").fullmatch
    return {name for call in calls if is_write(getattr(call.func, "attr", "")) for name in _names(page, call)}


def _names(page: Page, call: ast.Call) -> set[str]:
    """What the file that is read or written goes by: texts and names in its path, without the folders of a text."""
    given = (
        call.args[0] if call.args else keyword(call, "path", "filepath_or_buffer", "path_or_buf", "io", "excel_writer")
    )
    source = page.values.source(given) if isinstance(given, ast.Name) else None
    return {name for part in (given, source) if part is not None and (name := _last(part))}


def _last(node: ast.expr) -> str:
    """The last part of a path: a file's name, or the expression that it is made of."""
    while isinstance(node, ast.BinOp):
        node = node.right
    if isinstance(node, ast.JoinedStr):
        return ast.unparse(node)
    return (
        node.value.rpartition("/")[2]
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        else path(node) or ""
    )


# -- databases -----------------------------------------------------------------------------------------------------------


def _pulled(page: Page, uses: _Uses, cell: CodeCell, call: ast.Call) -> tuple[str, tuple[Related, ...]] | None:
    """What to say of `SELECT *`, where all that is done with the result is to keep a part of it."""
    query = call.args[0] if call.args else keyword(call, "sql", "query")
    if isinstance(query, ast.Name):
        query = page.values.source(query)
    statement = cell.statement(call)
    if not isinstance(query, ast.Constant) or not isinstance(query.value, str) or not _EVERYTHING.match(query.value):
        return None
    if (
        not isinstance(statement, ast.Assign)
        or statement.value is not call
        or not isinstance(statement.targets[0], ast.Name)
    ):
        return None
    frame = statement.targets[0]
    kept = uses.only_part(page, frame)
    if kept is None:
        return None
    other, part = kept
    text = f"`{' '.join(query.value.split())}` pulls the whole table, of which `{other.segment(part, 40)}` is kept; filter in the query"
    return text, (Related(other.at(part), "only this is used"),)


class _Uses:
    """Every place where a name is read, and what of it."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def only_part(self, page: Page, frame: ast.Name) -> tuple[CodeCell, ast.Subscript] | None:
        """The one selection of rows or columns that is made of the frame, where it is used for nothing else but a look."""
        if page.values.source(frame) is None:
            return None
        parts: list[tuple[CodeCell, ast.Subscript]] = []
        for cell, name in self._loads.get(frame.id, ()):
            parent = cell.parent(name)
            if isinstance(parent, ast.Attribute) and parent.attr in _LOOKS:
                continue
            part = _selection(cell, name)
            if part is None:
                return None
            if (cell, part) not in parts:
                parts.append((cell, part))
        return parts[0] if len(parts) == 1 else None

    @cached_property
    def _loads(self) -> dict[str, list[tuple[CodeCell, ast.Name]]]:
        found: dict[str, list[tuple[CodeCell, ast.Name]]] = defaultdict(list)
        for cell in self._page.code:
            for name in cell.nodes(ast.Name):
                if isinstance(name.ctx, ast.Load):
                    found[name.id].append((cell, name))
        return found


def _selection(cell: CodeCell, name: ast.Name) -> ast.Subscript | None:
    """The outermost `frame[…]` of the same frame around the name, where it picks rows or columns."""
    found: ast.Subscript | None = None
    for parent in cell.ancestors(name):
        if isinstance(parent, ast.stmt):
            break
        owner = parent.value if isinstance(parent, ast.Subscript) else None
        if isinstance(owner, ast.Attribute) and owner.attr == "loc":
            owner = owner.value
        if isinstance(parent, ast.Subscript) and isinstance(owner, ast.Name) and owner.id == name.id:
            found = parent
    picks = found is not None and isinstance(found.slice, (ast.Compare, ast.BinOp, ast.List, ast.Call, ast.Tuple))
    return found if picks else None


# -- files ---------------------------------------------------------------------------------------------------------------


def _picked(cell: CodeCell, call: ast.Call) -> ast.List | None:
    """The columns that are kept right after reading: `read(…)[[…]]`, or the same on the next line."""
    parent = cell.parent(call)
    if isinstance(parent, ast.Subscript) and parent.value is call:
        return _columns(parent.slice)
    if not isinstance(parent, ast.Assign) or parent.value is not call:
        return None
    block = getattr(cell.parent(parent), "body", [])
    after = block[block.index(parent) + 1 :][:1] if isinstance(block, list) and parent in block else []
    following = after[0] if after else None
    if not isinstance(following, ast.Assign) or ast.dump(following.targets[0]) != ast.dump(parent.targets[0]):
        return None
    value, target = following.value, parent.targets[0]
    same = isinstance(value, ast.Subscript) and isinstance(value.value, ast.Name) and isinstance(target, ast.Name)
    return _columns(value.slice) if same and value.value.id == target.id else None  # type: ignore[attr-defined]


def _columns(node: ast.expr) -> ast.List | None:
    """A list of names."""
    if not isinstance(node, ast.List) or not node.elts:
        return None
    named = all(isinstance(item, ast.Constant) and isinstance(item.value, str) for item in node.elts)
    return node if named else None
