"""NBC213."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import islice

from nbcritic.analysis.code import nodes_in
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.environment._links import links
from nbcritic.rules.environment._shared import SHOWN

_RUNS = frozenset("execute executemany executescript read_sql read_sql_query read_gbq sql query".split())
_ANSWERS = frozenset(
    "fetchall fetchone fetchmany fetchdf fetch_df fetchnumpy execute sql to_dataframe read_sql read_sql_query read_sql_table read_gbq".split()
)
_TYPED = frozenset("input raw_input get read_csv read_excel read_json open loads load getenv".split())
_WRAPS = frozenset({"text", "dedent", "strip", "cleandoc"})
_STATEMENT = regex(
    r"\s*(?:--[^\n]*\n\s*)*(?:select|insert|update|delete|with|merge|replace)\b.*?\b(?:from|into|set|as|table)\b",
    re.I | re.S,
)
_VALUE = regex(
    r"(?:[=<>]|\b(?:like|ilike|between)\b|\bbetween\b[^;]{1,80}\band\b|\bin\b|\bin\s*\(|\bvalues\s*\([^)]*)\s*(?:\bdate\b\s*)?[\s('\"%]*$",
    re.I,
)
"""What stands before a value; elsewhere a name of a table or column is put in, which no parameter can stand for."""
_FIELD = regex(r"%\(\w+\)[sdf]|%[\d.]*[sdf]|\{[\w.\[\]]*(?:![rsa])?(?::[^{}]*)?\}")
_LARGE = 60
"""Of an expression of so many nodes nobody wants to read the text."""
_LONGEST = 300
"""So much of the text before a value is looked at."""


@rule("NBC213", name="sql-by-string", severity="major", category="sql")
def check(page: Page) -> Iterator[Hit]:
    r"""SQL is put together from values as text.

    A name with an apostrophe breaks the statement, a value from outside can read or delete what it likes, and a number or date is
    compared as the text that Python happens to write. It is minor where every such value was itself the answer of a query.

    Instead, hand the values over beside the statement: `pd.read_sql("… where city = %s", connection, params=[city])`, or
    `execute("… where city = ?", [city])`.

    Bad:

        # %%
        import pandas as pd
        def orders(city):
            return pd.read_sql(f"select * from orders where city = '{city}'", connection)  # <- flagged

    Bad:

        # %%
        for name in names:
            cursor.execute("INSERT INTO people (name) VALUES ('%s')" % name)  # <- flagged
        city = input("City: ")
        query = "select * from orders where city = '" + city + "'"
        cursor.execute(query)
        cursor.execute("delete from orders where city = '{}'".format(city))

    Good:

        # %%
        def orders(city):
            return pd.read_sql("select * from orders where city = %s", connection, params=[city])
        cursor.execute("INSERT INTO people (name) VALUES (?)", (name,))

    Good:

        # %%
        START = "2021-01-01"
        TABLE = "sales.orders"
        for year in (2020, 2021):
            part = spark.sql(f"select * from {TABLE} where day >= '{START}' and year = {year}")

    Good:

        # %%
        for table in tables:
            counts = pd.read_sql(f"select count(*) from {table}", connection)
            few = pd.read_sql(f"select {', '.join(columns)} from {table} limit {size}", connection)
        small = df.query(f"price < {limit}")
        print(f"select * from orders where city = '{city}'")
        rows = len(df)
        spark.sql(f"select * from orders where id < {rows}")
    """
    found = [
        (cell, call, value) for cell in page.code for call in cell.nodes(ast.Call) if (value := _put_in(page, call))
    ]
    if not found:
        return
    cell, call, value = found[0]
    related = tuple(Related(c.at(n), f"and `{c.segment(v, 40)}` here") for c, n, v in found[1 : SHOWN + 1])
    more = f", and in {len(found) - 1} more statement{'s' * (len(found) > 2)}" if len(found) > 1 else ""
    text = f"`{_shown(value)}` is written into the SQL as text{more}; pass it as a parameter"
    asked = all(_is_an_answer(page, value) for _, _, value in found)
    yield Hit(cell.at(call), text, related, severity="minor" if asked else None)


def _is_an_answer(page: Page, value: ast.expr) -> bool:
    """Does the value come from a query, through names and nothing that a person types?"""
    waiting, seen, answered = [value], set[str](), False
    while waiting:
        for node in nodes_in(waiting.pop()):
            if isinstance(node, ast.Call):
                name = _last(node)
                if name in _TYPED:
                    return False
                answered = answered or name in _ANSWERS
            if isinstance(node, ast.Name) and node.id not in seen:
                seen.add(node.id)
                waiting += links(page).sources(node.id)
    return answered


def _shown(value: ast.expr) -> str:
    """The value as it may be written; what is long says nothing."""
    long = len(list(islice(ast.walk(value), _LARGE))) == _LARGE
    text = "…" if long else " ".join(ast.unparse(value).split())
    return text if len(text) <= 40 else text[:39] + "…"


def _put_in(page: Page, call: ast.Call) -> ast.expr | None:
    """The first value from outside that is put into the statement which a call runs."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in _RUNS or not call.args:
        return None
    for statement in _statements(page, call.args[0]):
        pieces = list(_pieces(statement))
        text = "".join(piece for piece in pieces if isinstance(piece, str))
        if len(pieces) > 1 and _STATEMENT.match(text):
            before = ""
            for piece in pieces:
                if isinstance(piece, str):
                    before += piece
                elif _VALUE.search(before[-_LONGEST:]) and _is_outside(page, piece):
                    return piece
                else:
                    before += "x"
    return None


def _statements(page: Page, node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call) and node.args and _last(node) in _WRAPS:
        node = node.args[0]
    yield from links(page).sources(node.id) if isinstance(node, ast.Name) else (node,)


def _last(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _pieces(node: ast.expr) -> Iterator[str | ast.expr]:
    """A text that is put together: its literal pieces, and the expressions between them."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.JoinedStr):
        for value in node.values:
            yield from _pieces(value.value if isinstance(value, ast.FormattedValue) else value)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _added(node)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant):
        given = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        yield from _filled(str(node.left.value), given)
    elif isinstance(node, ast.Call) and _last(node) == "format" and isinstance(node.func, ast.Attribute):
        owner = node.func.value
        if isinstance(owner, ast.Constant):
            yield from _filled(str(owner.value), [*node.args, *(word.value for word in node.keywords)])
    else:
        yield node


def _added(node: ast.BinOp) -> Iterator[str | ast.expr]:
    """The terms of a sum from left to right, however many they are."""
    terms: list[ast.expr] = []
    here: ast.expr = node
    while isinstance(here, ast.BinOp) and isinstance(here.op, ast.Add):
        terms.append(here.right)
        here = here.left
    for term in (here, *reversed(terms)):
        if isinstance(term, ast.BinOp):
            yield term
        else:
            yield from _pieces(term)


def _filled(text: str, given: list[ast.expr]) -> Iterator[str | ast.expr]:
    """A template and what fills it: its fields in order, the last value for every field that is left."""
    at = 0
    for number, field in enumerate(_FIELD.finditer(text)):
        yield text[at : field.start()]
        if given:
            yield given[min(number, len(given) - 1)]
        at = field.end()
    yield text[at:]


def _is_outside(page: Page, value: ast.expr) -> bool:
    if isinstance(value, ast.Call) and _last(value) in ("len", "int", "float", "sum", "min", "max", "round"):
        return False
    return page.values.kind(value) not in ("number", "bool") and not links(page).is_fixed(value)
