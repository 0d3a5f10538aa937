"""NBC614."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from html import unescape

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, root_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.data_handling._shared import keyword

CODES = regex(
    r"^(?:zip|zip[ _-]?codes?|.*[a-z ]zip[ _-]?code|postal[ _-]?codes?|post[ _-]?codes?|plz|fips|.*fips(?:[ _-]?code)?|ssn|isbn(?:10|13)?|"
    r".*phone[ _-]?(?:number|no|num|nr))$",
    re.IGNORECASE,
)
"""Columns whose digits are a name: a zero in front belongs to it."""
IDS = regex(r"(?:^|[ _a-z])(?:Id|ID)$|(?:^|[ _-])id$")
"""Columns that tell records apart."""
READERS = frozenset(f"pandas.read_{kind}" for kind in ("csv", "table", "excel", "fwf"))
_NUMERIC = regex(r"^(?:int|float)(?:32|64)$")
_INFO = regex(
    r"^ *\d+ {2,}(?P<name>.+?) +\d+ non-null +(?P<dtype>\w+)$|^(?P<old>\S+) +\d+ non-null +(?P<olddtype>\w+)$", re.M
)
_DTYPES = regex(r"^(?P<name>\S.*?) {2,}(?P<dtype>(?:int|float)(?:32|64)|object|bool)$", re.M)
_HEAD = regex(r"<thead>(.*?)</thead>", re.S)
_ROW = regex(r"<tr[^>]*>(.*?)</tr>", re.S)
_CELL = regex(r"<t[hd][^>]*>(.*?)</t[hd]>", re.S)
_FLOAT = regex(r"\d+\.0+$|\d\.\d+e\+\d+$")
_DOTTED = regex(r"[1-9]\d{2,}\.0")
_SHORTEST = 100
"""Smaller numbers with a point are more often counts and versions than identifiers."""
_ROWS = 12
_JOINS = frozenset({"merge", "join", "merge_asof"})
_MEETS = _JOINS | frozenset("isin map astype".split())
_USES = _MEETS | frozenset("set_index pivot pivot_table groupby duplicated drop_duplicates".split())
"""Methods by which an identifier meets others, or becomes a text."""
_COUNTS = frozenset("count size nunique ngroups value_counts".split())
_WRITES = frozenset("to_csv to_excel to_sql to_parquet to_json to_gbq to_pickle to_feather".split())


@rule("NBC614", name="lost-identifier", severity="minor", category="pandas-correctness", profile="production")
def check(page: Page) -> Iterator[Hit]:
    r"""Codes or identifiers are read as numbers.

    A reader that guesses types drops the zeros in front of a postal code or telephone number, and turns identifiers into floats as
    soon as one is missing: `01234` becomes 1234, and 10023 becomes 10023.0, which matches nothing in another table. Long
    identifiers lose their last digits. Identifiers as floats only count where the page joins, compares or groups by them, and codes where
    it reads them at all; none count where the page itself writes them as `"10023.0"`, so that it relies on that form.

    Instead, say the type when reading: `dtype={"zip": "string"}`, or `"Int64"` for whole numbers with gaps.

    Bad:

        # %%
        import pandas as pd
        customers = pd.read_csv("customers.csv")  # <- flagged
        # %%
        customers.info()
        #> <class 'pandas.core.frame.DataFrame'>
        #> RangeIndex: 3 entries, 0 to 2
        #>  #   Column    Non-Null Count  Dtype
        #>  0   name      3 non-null      object
        #>  1   zip_code  3 non-null      int64
        # %%
        customers.groupby("zip_code").size()

    Bad:

        # %%
        import pandas as pd
        visits = pd.read_csv("visits.csv")  # <- flagged
        # %%
        visits.dtypes
        #> customer_id    float64
        #> length           int64
        #> dtype: object
        # %%
        known = visits[visits["customer_id"].isin(customers)]

    Good:

        # %%
        import pandas as pd
        visits = pd.read_csv("visits.csv")
        visits.dtypes
        #> customer_id    float64
        #> length           int64
        #> dtype: object
        # %%
        visits["length"].mean()
        visits.groupby("day")["customer_id"].count()
        visits.to_csv("visits_clean.csv")

    Good:

        # %%
        import pandas as pd
        customers = pd.read_csv("customers.csv", dtype={"zip_code": "string"})
        orders = pd.read_csv("orders.csv")
        # %%
        customers.dtypes
        #> name        object
        #> zip_code    string
        #> dtype: object
        # %%
        orders.dtypes
        #> order_id      int64
        #> paid        float64
        #> dtype: object

    Good:

        # %%
        import pandas as pd
        shops = pd.read_csv("shops.csv")
        shops.dtypes
        #> zip      int64
        #> dtype: object
        # %%
        shops = shops.drop(columns=["zip"])

    Good:

        # %%
        import pandas as pd
        views = pd.read_csv("views.csv")
        views.dtypes
        #> article_id    float64
        #> dtype: object
        # %%
        views = views[views["article_id"].isin(known)]
        assert titles_of(["2051.0", "3178.0"]) == ["on spiders", "on bees"]

    Good:

        # %%
        import numpy as np
        import pandas as pd
        types = {"rate_id": np.float64, "shop_id": np.float64}
        trips = pd.read_csv("trips.csv", dtype=types)
        trips.dtypes
        #> rate_id    float64
        #> shop_id    float64
        #> dtype: object
        # %%
        rides = pd.read_csv("rides.csv")
        rides.dtypes
        #> zone_id    float64
        #> dtype: object
        # %%
        trips.merge(shops, on="shop_id")
        rides[rides["zone_id"].isin([1, 2, 3])].groupby("zone_id").count()["fare"]

    Good:

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        orders.dtypes
        #> postal_code    float64
        #> price          float64
        #> dtype: object
        # %%
        orders["price"].sum()
    """
    reads = _reads(page)
    dropped = _dropped(page)
    found: dict[str, tuple[CodeCell, dict[str, str]]] = {}
    for cell in page.code:
        if cell.cell.outputs == b"[]":
            continue
        for frame, columns in _shown(cell):
            read = reads.get(frame)
            told = _told(page, read[1]) if read else set()
            lost = {name: how for name, how in columns.items() if told is not None and name not in dropped | told}
            if lost and (_is_read(page, frame, filter(CODES.match, lost)) or _is_used(page, frame, lost)):
                found.setdefault(frame, (cell, {}))[1].update(lost)
    if found and _are_dotted(page):
        return
    for frame, (cell, columns) in found.items():
        read = reads.get(frame)
        if read is None:
            continue
        names = ", ".join(f"`{name}` as {how}" for name, how in sorted(columns.items()))
        kinds = ", ".join(f"{name!r}: {_kind(name)}" for name in sorted(columns)[:3])
        at = read[0].at(read[1])
        related = (Related(cell.at(), "the saved output shows their types"),)
        # What is grouped by or compared may well do as a float; what meets another table, or is a code, does not.
        sure = any(map(CODES.match, columns)) or _is_used(page, frame, columns, _MEETS)
        message = f"`{frame}` is read with {names}; say `dtype={{{kinds}}}`"
        yield Hit(at, message, related, confidence=None if sure else "possible")


def _kind(name: str) -> str:
    """A number that only tells records apart may stay one, where it can have gaps."""
    return '"string"' if CODES.match(name) else '"Int64"'


def _reads(page: Page) -> dict[str, tuple[CodeCell, ast.Call]]:
    """The one call that reads each named frame from a text or a sheet."""
    found: dict[str, list[tuple[CodeCell, ast.Call]]] = {}
    for cell in page.code:
        for assign in cell.nodes(ast.Assign):
            call, target = assign.value, assign.targets[0]
            if isinstance(call, ast.Call) and isinstance(target, ast.Name) and page.qualified(call.func) in READERS:
                found.setdefault(target.id, []).append((cell, call))
    return {name: calls[0] for name, calls in found.items() if len(calls) == 1}


def _is_used(page: Page, frame: str, columns: Iterable[str], uses: frozenset[str] = frozenset()) -> bool:
    """Is one of the columns joined on, compared or grouped by (or used in one of these `uses`)?

    What is only written has the form in which it was read.
    """
    names = {*columns}
    for cell in page.code:
        for call in cell.nodes(ast.Call):
            name = called_name(call.func)
            root = root_name(call.func)
            is_of_frame = (root is not None and root.id == frame) or name in _JOINS
            if (
                name in (uses or _USES)
                and is_of_frame
                and not names.isdisjoint(_strings(call))
                and not _only_counts(cell, call)
            ):
                return True
        for compare in cell.nodes(ast.Compare) if not uses else ():
            if not names.isdisjoint(_strings(compare)):
                return True
    return False


def _only_counts(cell: CodeCell, call: ast.Call) -> bool:
    """Does it only count rows by group, or look for numbers that are written out? A float does both as well."""
    if called_name(call.func) == "isin":
        listed = call.args[0] if call.args else None
        return isinstance(listed, (ast.List, ast.Tuple, ast.Set)) and all(
            isinstance(item, ast.Constant) and isinstance(item.value, (int, float)) for item in listed.elts
        )
    if called_name(call.func) != "groupby":
        return False
    parent = cell.parent(call)
    while isinstance(parent, (ast.Attribute, ast.Subscript)):
        if isinstance(parent, ast.Attribute) and parent.attr in _COUNTS:
            return True
        parent = cell.parent(parent)
    return False


def _is_read(page: Page, frame: str, codes: Iterable[str]) -> bool:
    """Does anything but the reader and what shows their types name one of the columns?"""
    names = {*codes}
    if not names:
        return False
    for cell in page.code:
        for text in cell.nodes(ast.Constant):
            if text.value in names:
                return True
        for attribute in cell.nodes(ast.Attribute):
            if attribute.attr in names or (attribute.attr in _WRITES and _is_of(attribute, frame)):
                return True
    return False


def _is_of(attribute: ast.Attribute, frame: str) -> bool:
    root = root_name(attribute)
    return root is not None and root.id == frame


def _are_dotted(page: Page) -> bool:
    """Does the page itself write identifiers with the point: `"1024.0"`, or such numbers in what it asserts?"""
    for cell in page.code:
        if any(isinstance(text.value, str) and _DOTTED.fullmatch(text.value) for text in cell.nodes(ast.Constant)):
            return True
        for claim in cell.nodes(ast.Assert):
            numbers = (node.value for node in nodes_in(claim.test, ast.Constant))
            if any(isinstance(number, float) and number >= _SHORTEST and number.is_integer() for number in numbers):
                return True
    return False


def _strings(node: ast.AST) -> set[str]:
    """The texts, and the names of attributes, in an expression."""
    found = {inner.value for inner in nodes_in(node, ast.Constant) if isinstance(inner.value, str)}
    return found | {inner.attr for inner in nodes_in(node, ast.Attribute)}


def _dropped(page: Page) -> set[str]:
    """Names of columns that the page drops."""
    found: set[str] = set()
    for cell in page.code:
        for call in cell.nodes(ast.Call):
            if isinstance(call.func, ast.Attribute) and call.func.attr == "drop":
                found.update(n.value for n in nodes_in(call, ast.Constant) if isinstance(n.value, str))
        for deleted in cell.nodes(ast.Delete):
            found.update(n.value for n in nodes_in(deleted, ast.Constant) if isinstance(n.value, str))
    return found


def _told(page: Page, read: ast.Call) -> set[str] | None:
    """The columns whose types the reader is told (whichever these are), or that become the index; None for all of them."""
    given = [keyword(read, name) for name in ("dtype", "converters", "index_col")]
    types = page.values.source(given[0]) or given[0] if isinstance(given[0], ast.Name) else given[0]
    if types is not None and not isinstance(types, ast.Dict):
        return None
    nodes = [node for part in (types, *given[1:]) if part is not None for node in nodes_in(part)]
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _shown(cell: CodeCell) -> Iterator[tuple[str, dict[str, str]]]:
    """Named frames whose types or first rows the cell's outputs show, with the columns that have lost something."""
    text = "\n".join(output.text for output in cell.outputs if output.kind != "error")
    for attribute, pattern in (("info", _INFO), ("dtypes", _DTYPES)):
        asked = {root.id for node in cell.nodes(ast.Attribute) if node.attr == attribute and (root := root_name(node))}
        if len(asked) == 1 and (columns := _by_type(pattern, text)):
            yield asked.pop(), columns
    results = [output for output in cell.outputs if output.kind == "result" and 'class="dataframe"' in output.html]
    frame = _last_frame(cell)
    if frame is not None and results and (columns := _by_value(results[-1].html)):
        yield frame, columns


def _by_type(pattern: re.Pattern[str], text: str) -> dict[str, str]:
    found = {}
    for match in pattern.finditer(text):
        groups = match.groupdict()
        name, dtype = groups.get("name") or groups.get("old") or "", groups.get("dtype") or groups.get("olddtype") or ""
        if _NUMERIC.match(dtype) and (CODES.match(name) or (IDS.search(name) and dtype.startswith("float"))):
            found[name] = dtype
    return found


def _by_value(html: str) -> dict[str, str]:
    """Codes and identifiers that stand in a table as floats."""
    head, _, body = html.partition("<tbody>")
    header = _HEAD.search(head + "</thead>")
    rows = _ROW.findall(header[1]) if header else []
    if len(rows) != 1:
        return {}
    names = [unescape(re.sub(r"<[^>]+>", "", name)) for name in _CELL.findall(rows[0])]
    found = {}
    for row in _ROW.findall(body)[:_ROWS]:
        for name, value in zip(names, _CELL.findall(row), strict=False):
            if _FLOAT.match(value) and (CODES.match(name) or IDS.search(name)):
                found[name] = "float64"
    return found


def _last_frame(cell: CodeCell) -> str | None:
    """The frame that the last line shows: `df` or `df.head()`."""
    assert cell.tree is not None
    last = cell.tree.body[-1] if cell.tree.body else None
    node = last.value if isinstance(last, ast.Expr) else None
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("head", "tail", "sample")
    ):
        node = node.func.value
    return node.id if isinstance(node, ast.Name) else None
